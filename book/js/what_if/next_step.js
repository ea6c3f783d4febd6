/** Where the next step lands: the loss along it while a run is paused, and a handle that sets the rate. */

import { PALETTE } from "../colours.js";
import { make, makeBox, makeButton, makeSvg, setText } from "../elements.js";
import { drawLineChart } from "../line_chart.js";
import { asWords, shortNumber, withThousands } from "../numbers.js";

const LEAST_MULTIPLE = 0.25; // a rate has to be above 0
const HIGHEST_RISE = 1e4; // of the loss; what lies above is cut off
const HEIGHT = 190;
const HANDLE = 9;
const HANDLE_HIT = 22; // the radius that a finger hits

export class NextStep {
  constructor(panel) {
    Object.assign(this, { panel, ahead: null, wanted: null });
    this.chart = make("div", { class: "mlp-chart what-if-ahead", role: "slider", tabindex: "0" });
    this.caption = make("p", { class: "mlp-note" });
    const step = makeButton("One step", () => panel.command({ do: "update" }));
    this.root = makeBox("what-if-next", this.chart, makeBox("what-if-next-says", this.caption, step));
    this.root.hidden = true;
    this.follow();
  }

  /** Show what the paused run tells of its next update, or nothing. */
  show(run) {
    const ahead = run?.status === "paused" && run.seeds.length === 1 ? run.ahead : null;
    this.root.hidden = !ahead;
    const isAnswer = ahead?.rate !== this.ahead?.rate || Math.abs(ahead?.chosen - this.wanted) < 1e-9;
    if (ahead !== this.ahead && isAnswer) this.wanted = null; // while a hand moves, answers come late
    this.ahead = ahead;
    if (ahead) this.draw();
  }

  get multiple() {
    return this.wanted ?? this.ahead.chosen;
  }

  get rate() {
    return Number((this.ahead.rate * this.multiple).toPrecision(4));
  }

  get loss() {
    return this.wanted === null ? this.ahead.loss : lossAt(this.ahead, this.wanted);
  }

  draw() {
    const { ahead, loss } = this;
    const { multiples, losses } = ahead;
    const finite = losses.some(Number.isFinite) ? losses.filter(Number.isFinite) : [1];
    const [low, high] = [Math.max(Math.min(...finite), 1e-8), Math.max(...finite, 1e-8)];
    const top = Math.min(high, low * HIGHEST_RISE);
    const ys = losses.map((value) => (Number.isFinite(value) ? Math.min(value, top * 2) : null));
    const range = [low / 1.15, top * 1.15];
    const limit = limitOf(ahead);
    const marks = limit ? [{ x: limit, words: "limit" }] : [];
    const drawn = drawLineChart(this.chart, [{ colour: PALETTE[0], lines: [{ xs: multiples, ys, width: 2.2 }], marks }], {
      x: { range: [multiples[0], multiples.at(-1)], label: `times the step of rate ${asWords(ahead.rate)}` },
      y: { range, isLog: true, label: "training loss after the next step" },
      height: HEIGHT,
      cursor: 0,
      label: "the training loss along the next update",
    });
    this.drawn = drawn;
    const place = (multiple, value) => {
      const y = Number.isFinite(value) ? Math.min(Math.max(value, range[0]), range[1]) : range[1];
      return { cx: drawn.x.at(Math.min(multiple, multiples.at(-1))), cy: drawn.y.at(y) };
    };
    const handle = place(this.multiple, loss);
    drawn.svg.append(
      makeSvg("circle", { ...place(0, lossAt(ahead, 0)), r: 5, class: "what-if-here" }),
      makeSvg("circle", { ...handle, r: HANDLE, class: "what-if-handle" }),
      makeSvg("circle", { ...handle, r: HANDLE_HIT, class: "what-if-hit" }),
    );
    this.tell();
  }

  tell() {
    const { ahead, loss, rate } = this;
    const say = (number) => (Number.isFinite(number) ? shortNumber(number) : "not finite");
    const [here, value] = [lossAt(ahead, 0), loss].map(say);
    setText(
      this.caption,
      `Now the loss of ${withThousands(ahead.examples)} training images is ${here} (the dot); after the next step, at rate ` +
        `${asWords(rate)}, it is ${value} (the handle: drag it to another rate). ` +
        `${limitWords(ahead)} ` +
        `The step is what the optimizer makes of the next batch, momentum and decay included.`,
    );
    const now = Number(this.multiple.toFixed(3)); // of a rounded rate
    const bounds = { min: Math.min(LEAST_MULTIPLE, now), max: Math.max(ahead.multiples.at(-1), now), now };
    Object.entries(bounds).forEach(([name, bound]) => this.chart.setAttribute(`aria-value${name}`, bound));
    this.chart.setAttribute("aria-label", "learning rate of the next step, in multiples of the present step");
    this.chart.setAttribute("aria-valuetext", `${shortNumber(this.multiple)} times the step, rate ${asWords(rate)}: loss ${value}`);
  }

  // The hand

  follow() {
    const { chart } = this;
    let isHeld = false;
    const move = ({ clientX }) => {
      const { left, width } = chart.firstChild.getBoundingClientRect();
      this.aim(this.drawn.x.valueAt(((clientX - left) * this.drawn.width) / width));
    };
    chart.addEventListener("pointerdown", (event) => {
      const isHandle = event.target.classList.contains("what-if-hit");
      if (event.button !== 0 || (event.pointerType === "touch" && !isHandle)) return;
      isHeld = true;
      chart.setPointerCapture(event.pointerId);
      event.preventDefault();
      chart.focus({ preventScroll: true });
      move(event);
    });
    chart.addEventListener("pointermove", (event) => isHeld && move(event));
    // A finger on the handle does not scroll the page.
    const hold = (event) => event.target.classList.contains("what-if-hit") && event.preventDefault();
    chart.addEventListener("touchstart", hold, { passive: false });
    for (const end of ["pointerup", "pointercancel", "lostpointercapture"]) {
      chart.addEventListener(end, () => (isHeld = false));
    }
  }

  /** Answer to a key; return whether it was one of the slider's. */
  press(key) {
    const stops = this.stops;
    const steps = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1 };
    const next = (sign) => (sign > 0 ? stops.find((m) => m > this.multiple + 1e-6) : stops.findLast((m) => m < this.multiple - 1e-6));
    if (key === "Home") this.aim(stops[0]);
    else if (key === "End") this.aim(stops.at(-1));
    else if (key in steps) this.aim(next(steps[key]) ?? this.multiple);
    else return false;
    return true;
  }

  get stops() {
    return this.ahead.multiples.filter((multiple) => multiple >= LEAST_MULTIPLE);
  }

  /** Set the rate to the multiple that is nearest, of those at which the loss is known. */
  aim(multiple) {
    const { stops } = this;
    const near = stops.reduce((best, stop) => (Math.abs(stop - multiple) < Math.abs(best - multiple) ? stop : best));
    if (near === this.multiple) return;
    this.wanted = this.panel.setRate(this.ahead.rate * near) / this.ahead.rate;
    this.draw();
  }
}

/** Return the loss at a multiple, between two known ones on a line; NaN where one is not finite. */
function lossAt({ multiples, losses }, multiple) {
  const right = multiples.findIndex((one) => one >= multiple);
  if (right <= 0 || multiples[right] === multiple) return losses.at(right) ?? NaN;
  const [low, high] = [right - 1, right].map((place) => losses[place] ?? NaN);
  return low + ((multiple - multiples[right - 1]) / (multiples[right] - multiples[right - 1])) * (high - low);
}

/** Return the multiple beyond which a step makes the loss larger than it is; null if none that is shown does. */
export function limitOf({ multiples, losses }) {
  const here = lossAt({ multiples, losses }, 0);
  const right = multiples.findIndex((multiple, i) => multiple > 0 && !((losses[i] ?? NaN) <= here));
  if (right < 0) return null;
  const [low, high] = [losses[right - 1], losses[right] ?? Infinity];
  return multiples[right - 1] + ((here - low) / (high - low)) * (multiples[right] - multiples[right - 1]);
}

function limitWords(ahead) {
  const limit = limitOf(ahead);
  if (limit === null) return `Even ${shortNumber(ahead.multiples.at(-1))} times the step does not make it larger.`;
  if (limit === 0) return "A step of any size in this direction makes the loss larger.";
  const rate = asWords(Number((ahead.rate * limit).toPrecision(2)));
  return `Beyond the limit, at about rate ${rate}, a step makes it larger: without momentum, on a parabola, that is 2/curvature.`;
}
