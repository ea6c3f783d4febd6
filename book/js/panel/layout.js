/** The elements of a panel, in the order in which a reader meets them. */

import { make, makeBox, makeButton, makeSelect } from "../elements.js";
import { makeControl } from "./controls.js";
import { Inside } from "./inside.js";
import { copyCode, downloadRun } from "./share.js";
import { Sketch } from "./sketch.js";
import { StoredCells } from "./stored.js";
import { KEY, aboutTraining } from "./words.js";

/** Give a view its elements and put them into the page, in place of the figure. */
export function layOut(view) {
  const { panel, trainer, key } = view;
  view.controls = panel.controls.map((control) =>
    makeControl(control, `${key}-${control.name}`, (value) => view.set(control, value)),
  );
  view.seedCount = makeSelect(`${key}-seeds`, "seeds to train", ["1", "3", "5"]);
  view.buttons = makeButtons(view);
  view.progress = make("progress", { max: 1, value: 0, "aria-label": "progress of the run" });
  view.counter = make("span", { class: "what-if-counter" });
  view.status = make("p", { class: "mlp-status", role: "status", "aria-live": "polite" });
  view.problem = make("p", { class: "mlp-problem", role: "alert" });
  view.charts = [0, 1].map(() => makeBox("mlp-chart"));
  view.legend = make("ul", { class: "mlp-legend", "aria-label": "curves" });
  view.stored = new StoredCells(view);
  view.inside = new Inside();
  view.sketch = new Sketch(key, trainer);
  const canTrain = !trainer.obstacle;
  const live = makeBox(
    "mlp-live",
    makeBox("what-if-controls", ...view.controls.map((one) => one.row), ...(canTrain ? [view.seedCount.row] : [])),
    view.stored.root,
    makeBox("mlp-buttons", ...shownButtons(view)),
    makeBox("what-if-progress", view.progress, view.counter),
    view.status,
    view.problem,
    makeBox("what-if-charts", ...view.charts),
    make("p", { class: "mlp-note" }, KEY),
    view.legend,
    view.inside.root,
    ...(canTrain ? [view.sketch.root] : []),
    make("p", { class: "what-if-where" }, aboutTraining(trainer)),
  );
  view.element.classList.add("mlp-enhanced");
  view.element.append(live);
}

function makeButtons(view) {
  return {
    train: makeButton("Train here", () => view.train(), { class: "mlp-button mlp-primary" }),
    stop: makeButton("Stop", () => view.trainer.stop()),
    pin: makeButton("Pin", () => view.pin()),
    clear: makeButton("Clear", () => view.clear()),
    reset: makeButton("Reset", () => view.reset()),
    code: makeButton("Copy as code", () => copyCode(view)),
    download: makeButton("Download this run", () => downloadRun(view)),
  };
}

/** A button that could do nothing on this page is not there. */
function shownButtons({ buttons, trainer }) {
  const { train, stop, download, ...others } = buttons;
  return trainer.obstacle ? Object.values(others) : Object.values(buttons);
}
