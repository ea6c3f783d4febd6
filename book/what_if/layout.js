/** The elements of a panel, in the order in which a reader meets them. */

import { make, makeButton, makeControl, makeSelect } from "./elements.js";
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
  view.status = make("p", { class: "what-if-status", role: "status", "aria-live": "polite" });
  view.problem = make("p", { class: "what-if-problem", role: "alert" });
  view.charts = [0, 1].map(() => make("div", { class: "what-if-chart" }));
  view.legend = make("ul", { class: "what-if-legend", "aria-label": "curves" });
  view.stored = new StoredCells(view);
  view.inside = new Inside();
  view.sketch = new Sketch(key, trainer);
  const trains = !trainer.obstacle;
  const live = box(
    "what-if-live",
    box("what-if-controls", ...view.controls.map((one) => one.row), ...(trains ? [view.seedCount.row] : [])),
    view.stored.root,
    box("what-if-buttons", ...shownButtons(view)),
    box("what-if-progress", view.progress, view.counter),
    view.status,
    view.problem,
    box("what-if-charts", ...view.charts),
    make("p", { class: "what-if-key" }, KEY),
    view.legend,
    view.inside.root,
    ...(trains ? [view.sketch.root] : []),
    make("p", { class: "what-if-where" }, aboutTraining(trainer)),
  );
  view.element.classList.add("what-if-enhanced");
  view.element.append(live);
}

function makeButtons(view) {
  const buttons = {
    train: makeButton("Train here", () => view.train()),
    stop: makeButton("Stop", () => view.trainer.stop()),
    pin: makeButton("Pin", () => view.pin()),
    clear: makeButton("Clear", () => view.clear()),
    reset: makeButton("Reset", () => view.reset()),
    code: makeButton("Copy as code", () => copyCode(view)),
    download: makeButton("Download this run", () => downloadRun(view)),
  };
  buttons.train.classList.add("what-if-primary");
  return buttons;
}

/** A button that could do nothing on this page is not there. */
function shownButtons({ buttons, trainer }) {
  const needTraining = trainer.obstacle ? ["train", "stop", "download"] : [];
  return Object.keys(buttons).filter((name) => !needTraining.includes(name)).map((name) => buttons[name]);
}

function box(name, ...children) {
  const element = make("div", { class: name });
  element.append(...children);
  return element;
}
