/** A place to draw a digit, or to pick a test image; the trained network says what it sees. */

import { make, makeBox, makeButton } from "../elements.js";
import { toPixels, traceStrokes } from "./strokes.js";

const PEN = 0.075; // of the drawing area's side
const SIDE = 448; // pixels of the drawing area; the style sheet says how large it looks
const PIXEL_MAX = 16;
const GETS = "What the network gets: 8 x 8 pixels, scaled as the data set's digits were.";
const UNTRAINED = "No network yet: press Train here, then draw a digit or pick a test image.";
const TRAINING = "The network is being trained.";
const READY = "For the network trained here last: draw a digit with mouse or finger, or pick a test image.";

export class Sketch {
  constructor(key, trainer) {
    Object.assign(this, { key, trainer, strokes: [], asked: 0, testImages: 1 });
    this.status = make("p", { class: "mlp-status", role: "status" }, UNTRAINED);
    this.canvas = makeCanvas("what-if-canvas", SIDE, "Drawing area. Without mouse or finger, pick a test image.");
    this.preview = makeCanvas("what-if-preview", 8, "What the network gets: 8 x 8 pixels");
    this.scores = make("ol", { class: "what-if-scores", "aria-label": "scores of the ten digits" });
    this.number = this.makeNumber();
    this.buttons = [
      makeButton("Wipe", () => this.wipe()),
      makeButton("Next test image", () => this.pick((this.chosen % this.testImages) + 1)),
    ];
    this.root = this.arrangeSketch();
    this.follow();
    this.enable("untrained");
  }

  makeNumber() {
    const bounds = { min: 1, step: 1, value: 1, inputmode: "numeric" };
    const input = make("input", { id: `${this.key}-test-image`, type: "number", ...bounds });
    input.addEventListener("change", () => this.pick(Number(input.value)));
    // The number that stands there already is an image, too, though nothing has changed.
    input.addEventListener("keydown", (event) => event.key === "Enter" && this.pick(Number(input.value)));
    return input;
  }

  arrangeSketch() {
    const label = make("label", { for: this.number.id }, "test image");
    const pick = makeBox("mlp-control", label, this.number);
    const left = makeBox("what-if-sketch-draw", this.canvas, makeBox("mlp-buttons", ...this.buttons), pick);
    const right = makeBox("what-if-sketch-sees", this.preview, make("p", { class: "mlp-note" }, GETS), this.scores);
    this.body = makeBox("what-if-sketch-body", left, right);
    const title = make("summary", {}, "Draw a digit: what does the network see?");
    return make("details", { class: "what-if-sketch" }, title, this.status, this.body);
  }

  /** Say whether there is a network ("untrained", "training", "trained"), and how many images. */
  enable(state, testImages = this.testImages) {
    this.testImages = testImages;
    this.number.max = testImages;
    if (state === this.state) return;
    this.state = state;
    const able = state === "trained";
    [...this.buttons, this.number].forEach((element) => (element.disabled = !able));
    this.body.classList.toggle("what-if-unable", !able);
    this.status.textContent = able ? READY : state === "training" ? TRAINING : UNTRAINED;
    if (able) this.ask();
  }

  // Drawing

  follow() {
    const { canvas } = this;
    canvas.addEventListener("pointerdown", (event) => {
      if (this.state !== "trained" || event.button > 0) return;
      event.preventDefault();
      canvas.setPointerCapture(event.pointerId);
      if (this.shown !== "drawing") this.wipe();
      this.shown = "drawing";
      this.pointer = event.pointerId;
      this.strokes.push([]);
      this.extend(event);
    });
    canvas.addEventListener("pointermove", (event) => this.extend(event));
    const end = (event) => {
      if (event.pointerId === this.pointer) this.pointer = null;
    };
    canvas.addEventListener("pointerup", end);
    canvas.addEventListener("pointercancel", end);
  }

  extend(event) {
    if (event.pointerId !== this.pointer || this.pointer == null) return;
    const box = this.canvas.getBoundingClientRect();
    const inside = (value) => Math.min(1, Math.max(0, value));
    // A quick hand is at several places between two frames; the browser gives them together.
    const together = event.getCoalescedEvents?.() ?? [];
    for (const { clientX, clientY } of together.length ? together : [event]) {
      const place = [(clientX - box.left) / box.width, (clientY - box.top) / box.height];
      this.strokes.at(-1).push(place.map(inside));
    }
    this.paint();
    this.ask();
  }

  paint() {
    const context = this.canvas.getContext("2d");
    context.clearRect(0, 0, SIDE, SIDE);
    context.strokeStyle = getComputedStyle(this.canvas).color;
    const large = this.strokes.map((stroke) => stroke.map(([x, y]) => [x * SIDE, y * SIDE]));
    traceStrokes(context, large, PEN * SIDE);
  }

  wipe() {
    this.strokes = [];
    this.shown = null;
    this.asked += 1; // an answer under way is to something that is gone
    this.paint();
    this.showPixels(null);
    this.showScores([]);
    if (this.state === "trained") this.status.textContent = READY;
  }

  get chosen() {
    const number = Number(this.number.value);
    return Number.isInteger(number) && number >= 0 ? number : 0;
  }

  pick(number) {
    if (!Number.isInteger(number) || number < 1 || number > this.testImages) {
      this.status.textContent = `The test image must be a whole number from 1 to ${this.testImages}.`;
      return;
    }
    this.wipe();
    this.number.value = String(number);
    this.shown = "test image";
    this.ask();
  }

  // What the network says

  /** Ask about what is shown; while an answer is under way, remember to ask again. */
  ask() {
    if (this.state !== "trained" || !this.shown) return;
    if (this.waiting) {
      this.again = true;
      return;
    }
    const pixels = this.shown === "drawing" ? toPixels(this.strokes) : null;
    const image = pixels ? { pixels } : { test: this.chosen };
    const number = (this.asked += 1);
    this.setWaiting(true);
    this.trainer.classify(this.key, image, (answer) => {
      this.setWaiting(false);
      if (number === this.asked) this.tell(answer, pixels);
      if (this.again) {
        this.again = false;
        this.ask();
      }
    });
  }

  setWaiting(waiting) {
    this.waiting = waiting;
    this.root.setAttribute("aria-busy", String(waiting));
  }

  tell(answer, pixels) {
    this.status.textContent = answer.problem ?? sentenceOf(answer);
    if (answer.problem) return;
    this.showPixels(pixels ?? answer.pixels);
    this.showScores(answer.scores, answer.kind, answer.digit);
  }

  showPixels(pixels) {
    const context = this.preview.getContext("2d");
    context.clearRect(0, 0, 8, 8);
    context.fillStyle = getComputedStyle(this.preview).color;
    (pixels ?? []).forEach((value, i) => {
      context.globalAlpha = value / PIXEL_MAX;
      context.fillRect(i % 8, Math.floor(i / 8), 1, 1);
    });
  }

  showScores(scores, kind, digit) {
    const finite = scores.filter(Number.isFinite);
    const low = kind === "score" ? Math.min(0, ...finite) : 0;
    const high = kind === "score" ? Math.max(...finite, low + 1e-9) : 1;
    const rows = scores.map((score, i) => {
      const row = make("li", i === digit ? { class: "what-if-seen" } : {});
      const bar = make("span", { class: "what-if-bar", "aria-hidden": "true" });
      bar.style.width = `${Math.max(0, (100 * ((score ?? low) - low)) / (high - low)).toFixed(1)}%`;
      const [name, track] = [make("span", {}, String(i)), make("span", {}, bar)];
      row.append(name, track, make("span", {}, scoreText(score, kind)));
      return row;
    });
    this.scores.replaceChildren(...rows);
  }
}

function makeCanvas(name, side, label) {
  return make("canvas", { class: name, width: side, height: side, role: "img", "aria-label": label });
}

function scoreText(score, kind) {
  if (score === null) return "no number";
  return kind === "score" ? score.toFixed(2) : `${(100 * score).toFixed(1)} %`;
}

function sentenceOf({ digit, kind, scores, label }) {
  if (digit === null) return "The network sees nothing: its scores are no numbers.";
  const truth = label === undefined ? "" : ` The true digit is ${label}.`;
  return `The network sees a ${digit} (${scoreText(scores[digit], kind)}).${truth}`;
}
