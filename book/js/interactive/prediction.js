/** A curve to draw before it is shown: one handle per level, then the truth beside it. Nothing is kept. */

import { PALETTE } from "../colours.js";
import { isShortcut, make, makeBox, makeButton, makeSvg, setText } from "../elements.js";
import { makeText } from "../line_chart.js";
import { axisNumber, shortNumber } from "../numbers.js";
import { makeScale } from "../scales.js";
import { clamp, HIT } from "./plot.js";

const PREDICTION_HEIGHT = 250;
const PREDICTION_ROOM = { left: 52, right: 16, top: 30, bottom: 46 };
const LETTER = 6.7; // pixels of a level's name, about
const KEY_STEPS = 40; // of a key press, from the lowest value to the highest
const [YOURS, TRUTH] = PALETTE;

/**
 * Show it; `data` has the `question`, the `levels` as words, of each the `truth`, and over the seeds the
 * `low` and the `high`, the `range` of the axis, whether it `isLog`, and the labels of both axes.
 */
export function showPrediction({ question, levels, truth, low, high, range, isLog, xLabel, yLabel }) {
  const unit = makeScale(range, [0, 1], isLog);
  const drawn = levels.map(() => 0.5); // shares of the axis
  let isTouched = false;
  let isShown = false;
  const box = makeBox("prediction-plot");
  const says = make("p", { class: "interactive-says", role: "status" });
  const reveal = makeButton("Reveal", () => finish(true));
  const skip = makeButton("Skip", () => finish(false));
  const again = makeButton("Draw again", () => begin());
  const svg = makeSvg("svg", { role: "group", "aria-label": `Your prediction: ${yLabel} by ${xLabel}` });
  const back = makeSvg("g", {});
  const lines = makeSvg("g", {});
  const handles = levels.map((level, i) => {
    const handle = makeSvg("circle", { r: HIT, class: "interactive-handle", role: "slider", tabindex: "0" });
    handle.setAttribute("aria-label", `${xLabel} ${level}`);
    handle.setAttribute("aria-valuemin", range[0].toPrecision(3));
    handle.setAttribute("aria-valuemax", range[1].toPrecision(3));
    return handle;
  });
  svg.append(back, lines, ...handles);
  box.append(svg);
  let x, y;

  function place(i, share) {
    drawn[i] = clamp(share, 0, 1);
    isTouched = true;
    draw();
  }

  function press(event) {
    if (isShortcut(event)) return;
    const i = handles.indexOf(event.target);
    const steps = { ArrowUp: 1, ArrowDown: -1, PageUp: 5, PageDown: -5, Home: -KEY_STEPS, End: KEY_STEPS }[event.key];
    const next = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (next) handles[clamp(i + next, 0, levels.length - 1)].focus();
    else if (steps && !isShown) place(i, drawn[i] + steps / KEY_STEPS);
    else return;
    event.preventDefault();
  }

  /** A stroke across the plot draws all levels that it passes; a finger takes hold of a handle. */
  let held = null;
  const follow = (event) => {
    const { left, top, width } = svg.getBoundingClientRect();
    const scale = svg.viewBox.baseVal.width / width;
    const at = (event.clientX - left) * scale;
    const distances = levels.map((_, i) => Math.abs(x(i) - at));
    const nearest = distances.indexOf(Math.min(...distances));
    place(nearest, y.valueAt((event.clientY - top) * scale));
  };
  const isHandle = (event) => event.target.classList.contains("interactive-handle");
  svg.addEventListener("pointerdown", (event) => {
    if (isShown || event.button !== 0 || (event.pointerType === "touch" && !isHandle(event))) return;
    held = event.pointerId;
    svg.setPointerCapture(held);
    follow(event);
  });
  svg.addEventListener("pointermove", (event) => held === event.pointerId && follow(event));
  svg.addEventListener("touchstart", (event) => !isShown && isHandle(event) && event.preventDefault(), { passive: false });
  for (const end of ["pointerup", "pointercancel"]) svg.addEventListener(end, () => (held = null));

  function begin() {
    isShown = false;
    drawn.fill(0.5);
    isTouched = false;
    concealAnswer(box, true);
    draw();
    handles[0].focus();
  }

  function finish(isCompared) {
    isShown = true;
    concealAnswer(box, false);
    draw();
    setText(says, isCompared && isTouched ? comparison() : "Orange: what the runs found, with the range of the seeds.");
    again.focus();
  }

  function comparison() {
    const values = drawn.map((share) => unit.valueAt(share));
    const gaps = values.map((value, i) => Math.abs(drawn[i] - unit.at(truth[i])));
    const worst = gaps.indexOf(Math.max(...gaps));
    const found = `you drew ${shortNumber(values[worst])}, the runs found ${shortNumber(truth[worst])}`;
    return `You were furthest off at ${xLabel} ${levels[worst]}: ${found}.`;
  }

  function draw() {
    const width = Math.max(box.clientWidth, 260);
    const step = (width - PREDICTION_ROOM.left - PREDICTION_ROOM.right) / levels.length;
    x = (i) => PREDICTION_ROOM.left + (i + 0.5) * step;
    y = makeScale([0, 1], [PREDICTION_HEIGHT - PREDICTION_ROOM.bottom, PREDICTION_ROOM.top], false);
    svg.setAttribute("viewBox", `0 0 ${width} ${PREDICTION_HEIGHT}`);
    const ticks = unit.ticks(6).flatMap((tick) => {
      const at = y.at(unit.at(tick));
      const line = makeSvg("line", { x1: PREDICTION_ROOM.left, x2: width - PREDICTION_ROOM.right, y1: at, y2: at, class: "mlp-grid" });
      return [line, makeText(PREDICTION_ROOM.left - 6, at + 4, axisNumber(tick), "end")];
    });
    // Where there is no room for all, every second has its name, or every third.
    const every = Math.ceil((LETTER * (1 + Math.max(...levels.map((level) => level.length)))) / step);
    const names = levels.flatMap((level, i) => (i % every ? [] : [makeText(x(i), PREDICTION_HEIGHT - 26, level, "middle")]));
    const titles = [
      makeText(0, 14, yLabel, "start", "mlp-axis-label"),
      makeText(width - PREDICTION_ROOM.right, PREDICTION_HEIGHT - 6, xLabel, "end", "mlp-axis-label"),
    ];
    back.replaceChildren(...ticks, ...names, ...titles, ...(isShown ? legend(width - PREDICTION_ROOM.right) : []));
    const yours = drawn.map((share, i) => [x(i), y.at(share)]);
    const found = truth.map((value, i) => [x(i), y.at(unit.at(value))]);
    lines.replaceChildren(
      ...(isTouched || !isShown ? curveThrough(yours, YOURS, isTouched && !isShown ? "" : "4 4") : []),
      ...(isShown ? [...curveThrough(found, TRUTH, ""), ...bars()] : []),
    );
    handles.forEach((handle, i) => {
      handle.setAttribute("cx", x(i));
      handle.setAttribute("cy", y.at(drawn[i]));
      const value = shortNumber(unit.valueAt(drawn[i]));
      handle.setAttribute("aria-valuenow", unit.valueAt(drawn[i]).toPrecision(3));
      const words = isShown ? `${value}; the runs found ${shortNumber(truth[i])}` : value;
      handle.setAttribute("aria-valuetext", words);
    });
    if (!isShown) setText(says, `${question} Draw it: move the points, then reveal.`);
    reveal.hidden = isShown;
    skip.hidden = isShown;
    again.hidden = !isShown;
  }

  function legend(right) {
    const entries = [["the runs", TRUTH], ...(isTouched ? [["yours, dashed", YOURS]] : [])];
    return entries.map(([name, colour], i) => {
      const text = makeText(right - 80 * i, 14, name, "end", "mlp-axis-label");
      text.style.fill = `color-mix(in srgb, ${colour} 72%, currentColor)`;
      return text;
    });
  }

  function bars() {
    return truth.map((_, i) => {
      const [from, to] = [low[i], high[i]].map((value) => y.at(unit.at(value)));
      return makeSvg("line", { x1: x(i), x2: x(i), y1: from, y2: to, stroke: TRUTH, "stroke-width": 5, opacity: 0.35 });
    });
  }

  return { root: [says, box, makeBox("mlp-buttons", reveal, skip, again)], draw, press, begin: () => concealAnswer(box, true) };
}

function curveThrough(points, stroke, dash) {
  const d = `M${points.map((point) => point.map((v) => v.toFixed(1)).join(",")).join("L")}`;
  return [
    makeSvg("path", { d, stroke, class: "mlp-line", "stroke-width": 2, "stroke-dasharray": dash }),
    ...points.map(([cx, cy]) => makeSvg("circle", { cx, cy, r: 5, fill: stroke })),
  ];
}

/** The next figure of the page holds the answer: until it is revealed or skipped it is out of focus. */
function concealAnswer(box, isHidden) {
  const own = box.closest(".bd-article .cell, .bd-article figure");
  let next = own?.nextElementSibling;
  while (next && !next.querySelector(".report-figure")) next = next.nextElementSibling;
  if (!next) return;
  next.classList.toggle("awaits-prediction", isHidden);
  next.inert = isHidden;
}
