/** Pictures to take in hand, drawn into an element: in Jupyter (an anywidget) and on pages. */

import { makeBox } from "../elements.js";
import { showLogits } from "./logits.js";
import { showParabola } from "./parabola.js";
import { showPower } from "./power.js";
import { showPrediction } from "./prediction.js";
import { showStepper } from "./stepper.js";
import { showValley } from "./valley.js";

const PICTURES = {
  logits: showLogits, parabola: showParabola, power: showPower, prediction: showPrediction, stepper: showStepper,
  valley: showValley,
}; // prettier-ignore

/** Draw a picture; the model's `get` knows its `picture` and its `data`. */
export function render({ model, el }) {
  const picture = PICTURES[model.get("picture")](model.get("data"));
  const root = makeBox("mlp-live interactive-live", ...picture.root);
  el.classList.add("interactive", "mlp-enhanced");
  // JupyterLab hears keys first and takes arrows and letters for its own: here they are the picture's.
  const guard = (event) => {
    if (!root.contains(event.target) || !event.target.matches(picture.keys ?? "input, [role=slider]")) return;
    event.stopPropagation();
    picture.press?.(event);
  };
  addEventListener("keydown", guard, true);
  el.append(root);
  let width = 0;
  const watch = new ResizeObserver(() => {
    if (root.clientWidth === width) return;
    width = root.clientWidth;
    picture.draw();
  });
  picture.draw();
  picture.begin?.();
  watch.observe(root);
  return () => {
    watch.disconnect();
    removeEventListener("keydown", guard, true);
  };
}
