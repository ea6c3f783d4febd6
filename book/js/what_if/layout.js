/** The elements of a panel: the picture first, its one main control under it, the rest folded. */

import { make, makeBox, makeButton, makeSelect } from "../elements.js";
import { Remembered } from "../remembered.js";
import { SECOND } from "./charts.js";
import { makeControl } from "./controls.js";
import { NextStep } from "./next_step.js";
import { copyCode, downloadRun } from "./share.js";
import { Transport } from "./transport.js";
import { KEY, aboutTraining } from "./words.js";

const wanted = new Remembered("localStorage", "mlp-pictures"); // "yes" where more of them are unfolded

/** Give a panel its elements; return the one that holds them all. */
export function layOut(view) {
  const { key, place, controls } = view;
  const parts = {
    headline: make("p", { class: "what-if-headline" }),
    status: make("p", { class: "mlp-status", role: "status" }),
    problem: make("p", { class: "mlp-problem", role: "alert" }),
    charts: [0, 1].map(() => makeBox("mlp-chart")),
    legend: make("ul", { class: "mlp-legend", "aria-label": "curves" }),
    code: makeBox("what-if-program"),
    network: makeBox("what-if-network"), // for a picture of the frame at the epoch cursor
    pictures: makeBox("what-if-more-pictures"), // and for more of them
  };
  view.parts = parts;
  view.rows = controls.map((control, i) =>
    makeControl(control, `${key}-${control.name}`, (value) => view.set(control, value), i === 0),
  );
  view.buttons = makeButtons(view);
  const [main, ...others] = view.rows;
  main.row.classList.add("what-if-main");
  const { pin, clear, reset, code, download } = view.buttons;
  view.transport = new Transport(view);
  view.next = new NextStep(view);
  const leads = place.obstacle ? [] : [view.transport.root];
  const more = makePart(view, "more", "More", [
    makeBox("what-if-controls", ...others.map(({ row }) => row), ...makeChoices(view)),
    makeBox("mlp-buttons", ...(place.obstacle ? [code] : [code, download])),
    parts.code,
    make("p", { class: "mlp-note" }, KEY),
    make("p", { class: "what-if-where mlp-note" }, aboutTraining(place)),
  ]);
  const pictures = makePart(view, "pictures", "More pictures", [parts.pictures], (isOpen) => {
    wanted.value = isOpen ? "yes" : null;
    view.network.unfold();
  });
  if (wanted.value) fold(pictures, true);
  view.morePictures = pictures;
  const sketch = makePart(view, "sketch", "Draw a digit", [view.sketch.root], (isOpen) => isOpen && view.sketch.open());
  view.openSketch = () => sketch.root.hidden && sketch.button.click();
  return makeBox(
    "mlp-live",
    make("p", { class: "what-if-question" }, make("strong", {}, view.panel.question)),
    parts.headline,
    makeBox("what-if-charts", ...parts.charts),
    main.row,
    makeBox("what-if-drive", ...leads, makeBox("what-if-says", parts.status, parts.problem)),
    view.next.root,
    parts.legend,
    makeBox("mlp-buttons", pin, clear, reset, more.button, sketch.button, pictures.button),
    parts.network, // beside the charts, where there is room
    more.root,
    sketch.root,
    pictures.root,
  );
}

/** What every panel lets the reader choose besides its own controls. */
function makeChoices(view) {
  const { key, place } = view;
  const second = makeSelect(`${key}-second`, "second chart", Object.entries(SECOND), ({ value }) => {
    view.second = value;
    view.draw();
  });
  view.secondChoice = second.input;
  const data = view.studies.map(({ dataset }, i) => [String(i), dataset.name]);
  const behind = makeSelect(`${key}-behind`, "full scale behind", data, ({ value }) => view.putBehind(value));
  view.behindChoice = behind.input;
  const shown = data.length > 1 ? [second.row, behind.row] : [second.row];
  if (place.obstacle) return shown;
  const seeds = makeSelect(`${key}-seeds`, "seeds to train", ["1", "3", "5"], () => view.changed("seeds"));
  view.seedCount = seeds.input;
  return [seeds.row, ...shown, view.data.root];
}

/** A part that a button unfolds. */
function makePart(view, name, words, children, onFold = () => {}) {
  const root = make("div", { class: `what-if-part what-if-${name}`, id: `${view.key}-part-${name}`, hidden: "" }, ...children);
  const button = makeButton(words, () => {
    fold(part, root.hidden);
    onFold(!root.hidden);
  }, { "aria-expanded": "false", "aria-controls": root.id, class: "mlp-button what-if-fold" });
  const part = { root, button };
  return part;
}

function fold({ root, button }, isOpen) {
  root.hidden = !isOpen;
  button.setAttribute("aria-expanded", String(isOpen));
}

function makeButtons(view) {
  return {
    pin: makeButton("Pin", () => view.pin()),
    clear: makeButton("Clear", () => view.clear()),
    reset: makeButton("Reset", () => view.reset()),
    code: makeButton("Copy as code", () => copyCode(view)),
    download: makeButton("Download", () => downloadRun(view)),
  };
}
