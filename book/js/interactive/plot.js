/** A small plot whose marks a hand can take hold of: axes, lines, a handle, and the place of a drag. */

import { makeSvg } from "../elements.js";
import { makeText } from "../line_chart.js";
import { axisNumber } from "../numbers.js";
import { makeScale } from "../scales.js";

const PLOT_MARGIN = { left: 40, right: 10, top: 26, bottom: 36 };
export const HIT = 22; // the radius that a finger hits
let plots = 0;

export class Plot {
  constructor(box, { x, y, height, label }) {
    const width = Math.max(Math.floor(box.clientWidth), 240);
    const { left, right, top, bottom } = PLOT_MARGIN;
    Object.assign(this, { left, top, right: width - right, bottom: height - bottom });
    this.x = makeScale(x.range, [this.left, this.right], false);
    this.y = makeScale(y.range, [this.bottom, this.top], false);
    const clip = `mlp-plot-${(plots += 1)}`;
    const size = { x: left, y: top, width: this.right - left, height: this.bottom - top };
    this.inside = makeSvg("g", { "clip-path": `url(#${clip})` });
    this.content = makeSvg(
      "g",
      {},
      makeSvg("clipPath", { id: clip }, makeSvg("rect", size)),
      this.inside,
      ...this.y.ticks(5).map((tick) => makeText(left - 6, this.y.at(tick) + 4, axisNumber(tick), "end")),
      ...this.x.ticks(6).map((tick) => makeText(this.x.at(tick), this.bottom + 16, axisNumber(tick), "middle")),
      makeSvg("rect", { ...size, class: "interactive-frame" }),
      makeText(0, 13, y.label, "start", "mlp-axis-label"),
      makeText(this.right, height - 4, x.label, "end", "mlp-axis-label"),
    );
    // What a finger has hold of has to stay: else the page scrolls away under it.
    this.svg = box.plot?.svg ?? makeSvg("svg", { role: "img" });
    this.hand = box.plot?.hand ?? null;
    if (box.plot) box.plot.content.replaceWith(this.content);
    else this.svg.append(this.content);
    this.svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
    this.svg.setAttribute("aria-label", label);
    box.plot = this;
    if (this.svg.parentNode !== box) box.append(this.svg);
  }

  /** Draw a line through pairs of x and y. */
  line(points, attributes = {}) {
    const d = `M${points.map(([x, y]) => `${this.px(x)},${this.py(y)}`).join("L")}`;
    this.inside.append(makeSvg("path", { d, class: "mlp-line", stroke: "currentColor", ...attributes }));
  }

  dot([x, y], attributes) {
    this.inside.append(makeSvg("circle", { cx: this.px(x), cy: this.py(y), ...attributes }));
  }

  /** Draw what is dragged; a finger takes hold of it and scrolls the page elsewhere. */
  handle([x, y], words) {
    if (!this.hand) {
      this.hand = [
        makeSvg("circle", { r: 8, class: "interactive-mark" }),
        makeSvg("circle", { r: HIT, class: "interactive-handle" }, makeSvg("title", {}, words)),
      ];
      this.svg.append(...this.hand);
    }
    for (const circle of this.hand) {
      circle.setAttribute("cx", this.px(x));
      circle.setAttribute("cy", this.py(y));
    }
  }

  words(x, y, words, anchor = "start") {
    this.content.append(makeText(this.px(x), this.py(y), words, anchor, "interactive-words"));
  }

  // What lies far outside stays drawable.
  px(x) {
    return clamp(this.x.at(x), -2000, 4000).toFixed(2);
  }

  py(y) {
    return clamp(this.y.at(y), -2000, 4000).toFixed(2);
  }
}

export function clamp(value, low, high) {
  return Math.min(Math.max(value, low), high);
}

/** Call `move` with the values under a hand that drags in a box; a mouse may begin anywhere. */
export function followDrag(box, move) {
  let isHeld = false;
  const isHandle = ({ target }) => target.classList.contains("interactive-handle");
  const follow = (event) => {
    const { left, top, width } = box.plot.svg.getBoundingClientRect();
    const scale = box.plot.svg.viewBox.baseVal.width / width;
    const { x, y } = box.plot;
    move(x.valueAt((event.clientX - left) * scale), y.valueAt((event.clientY - top) * scale));
  };
  box.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || (event.pointerType === "touch" && !isHandle(event))) return;
    isHeld = true;
    box.setPointerCapture(event.pointerId);
    event.preventDefault();
    follow(event);
  });
  box.addEventListener("pointermove", (event) => isHeld && follow(event));
  // A finger on the handle does not scroll the page.
  box.addEventListener("touchstart", (event) => isHandle(event) && event.preventDefault(), { passive: false });
  for (const end of ["pointerup", "pointercancel", "lostpointercapture"]) {
    box.addEventListener(end, () => (isHeld = false));
  }
}

/** Return every other power of ten with its words, as the ticks of a logarithmic axis. */
export function powerTicks(low, high) {
  const powers = Array.from({ length: (high - low) / 2 + 1 }, (_, i) => low + 2 * i);
  const words = { "-6": "10⁻⁶", "-4": "10⁻⁴", "-2": "0.01", 0: "1", 2: "100" };
  return powers.map((power) => [10 ** power, words[power]]);
}
