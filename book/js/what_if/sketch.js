/** A place to draw a digit, or to pick a test image; a network says what it sees, from the first stroke. */

import { make, makeBox, makeButton } from "../elements.js";
import { readImages } from "./curves.js";
import { classify, unpackNetwork } from "./forward.js";
import { imageOf, traceStrokes } from "./strokes.js";

const PEN = 0.075; // of the drawing area's side
const SIDE = 448; // pixels of the drawing area; the style sheet says how large it looks
const STORED = { side: 8, pixelMax: 16, isStored: true };

export class Sketch {
  constructor(panel) {
    Object.assign(this, { panel, strokes: [], asked: 0, shown: null, isOpen: false });
    const { stops, key } = panel;
    this.stored = stops?.network ? unpackNetwork(stops.network) : null;
    this.images = readImages(stops);
    this.network = this.storedNetwork();
    this.status = make("p", { class: "mlp-status what-if-sees", role: "status" });
    this.about = make("p", { class: "mlp-note" });
    this.canvas = makeCanvas("what-if-canvas", SIDE, "Drawing area. Without mouse or finger, pick a test image.");
    this.preview = makeCanvas("what-if-preview", 8, "What the network gets");
    this.scores = make("ol", { class: "what-if-scores", "aria-label": "scores of the ten digits" });
    this.number = this.makeNumber(key);
    this.root = this.arrange();
    this.follow();
    this.showScores(Array(10).fill(0), "probability", null);
    this.tellAbout();
  }

  makeNumber(key) {
    const bounds = { min: 1, step: 1, value: 1, inputmode: "numeric" };
    const input = make("input", { id: `${key}-test-image`, type: "number", ...bounds });
    input.addEventListener("change", () => this.pick(Number(input.value)));
    // The number that stands there already is an image, too, though nothing has changed.
    input.addEventListener("keydown", (event) => event.key === "Enter" && this.pick(Number(input.value)));
    return input;
  }

  arrange() {
    const pick = makeBox("mlp-control", make("label", { for: this.number.id }, "test image"), this.number);
    const next = () => this.pick((this.chosen % this.network.testImages) + 1);
    const buttons = makeBox("mlp-buttons", makeButton("Wipe", () => this.wipe()), makeButton("Next test image", next));
    const left = makeBox("what-if-sketch-draw", this.canvas, buttons, pick);
    const right = makeBox("what-if-sketch-sees", this.status, makeBox("what-if-seen-row", this.preview, this.scores), this.about);
    return makeBox("what-if-sketch-body", left, right);
  }

  open() {
    this.isOpen = true;
    this.paint();
    this.ask();
  }

  /** Know more stored test images than those that came with the panel. */
  know(images) {
    this.images = images;
    if (this.network.isStored) this.use(this.storedNetwork());
  }

  storedNetwork() {
    return { ...STORED, testImages: this.images.length };
  }

  /** Ask the stored network again, if there is one. */
  useStored() {
    if (!this.stored) return;
    this.use(this.storedNetwork());
  }

  use(network) {
    this.network = network;
    Object.assign(this.preview, { width: network.side, height: network.side });
    this.tellAbout();
    this.ask();
  }

  /** From now on, ask the network that was trained last; if it sees images as a hand draws them. */
  useLive() {
    const { run } = this.panel;
    const { side, pixel_max: pixelMax, test_size: testImages } = run.dataset;
    if (!side) return;
    const { seeds } = run;
    this.use({ side, pixelMax, testImages, words: `the network trained here last (seed ${seeds.at(-1)})` });
  }

  tellAbout() {
    const { side, isStored, testImages } = this.network;
    const words = isStored
      ? `the stored network of the panel’s first values (seed ${this.stored?.seed})`
      : this.network.words;
    this.number.max = testImages;
    this.about.textContent =
      `Left, what the network gets: ${side} x ${side} pixels, placed and scaled as the data’s own digits were. ` +
      `The answer is that of ${words}.`;
    if (!this.shown) this.status.textContent = "Draw a digit, or pick a test image.";
  }

  // Drawing

  follow() {
    const { canvas } = this;
    canvas.addEventListener("pointerdown", (event) => {
      if (event.button > 0) return;
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
    this.panel.network.excite(null);
    this.showPixels([]);
    this.showScores(Array(10).fill(0), "probability", null);
    this.tellAbout();
  }

  get chosen() {
    const number = Number(this.number.value);
    return Number.isInteger(number) && number >= 0 ? number : 0;
  }

  isImage(number) {
    return Number.isInteger(number) && number >= 1 && number <= this.network.testImages;
  }

  pick(number) {
    if (!this.isImage(number)) {
      this.status.textContent = `The test image must be a whole number from 1 to ${this.network.testImages}.`;
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
    if (!this.shown || !this.isOpen) return;
    if (this.shown === "test image" && !this.isImage(this.chosen)) return; // typed, and refused
    if (this.waiting) {
      this.again = true;
      return;
    }
    const { side, pixelMax, isStored } = this.network;
    const pixels = this.shown === "drawing" ? imageOf(this.strokes, side, pixelMax) : null;
    this.asked += 1;
    if (isStored) this.answerStored(pixels);
    else {
      this.setWaiting(pixels);
      const image = pixels ? { pixels } : { test: this.chosen };
      this.panel.model.send({ kind: "classify", number: this.asked, image });
    }
  }

  answerStored(pixels) {
    const image = this.images[this.chosen - 1];
    const asked = pixels ?? image.pixels;
    const label = pixels ? undefined : image.label;
    this.tell({ ...classify(this.stored, asked), label }, asked);
  }

  setWaiting(pixels) {
    this.waiting = { pixels };
    this.root.setAttribute("aria-busy", "true");
  }

  take({ number, answer }) {
    const pixels = this.waiting?.pixels;
    this.waiting = null;
    this.root.setAttribute("aria-busy", "false");
    if (number === this.asked) this.tell(answer, pixels ?? answer.pixels);
    if (!this.again) return;
    this.again = false;
    this.ask();
  }

  tell(answer, pixels) {
    this.status.textContent = answer.problem ?? sentenceOf(answer);
    if (answer.problem) return;
    this.panel.network.excite(pixels);
    this.showPixels(pixels);
    this.showScores(answer.scores, answer.kind, answer.digit);
  }

  showPixels(pixels) {
    const { side, pixelMax } = this.network;
    const context = this.preview.getContext("2d");
    context.clearRect(0, 0, side, side);
    context.fillStyle = getComputedStyle(this.preview).color;
    pixels.forEach((value, i) => {
      context.globalAlpha = value / pixelMax;
      context.fillRect(i % side, Math.floor(i / side), 1, 1);
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
      row.append(name, track, make("span", {}, this.shown ? scoreText(score, kind) : ""));
      return row;
    });
    this.scores.replaceChildren(...rows);
  }
}

function makeCanvas(name, side, label) {
  return make("canvas", { class: name, width: side, height: side, role: "img", "aria-label": label });
}

function scoreText(score, kind) {
  if (score === null) return "not a number";
  return kind === "score" ? score.toFixed(2) : `${(100 * score).toFixed(1)} %`;
}

function sentenceOf({ digit, kind, scores, label }) {
  if (digit === null) return "The network sees nothing: its scores are not numbers.";
  const truth = label === undefined ? "" : ` The true digit is ${label}.`;
  return `The network sees a ${digit} (${scoreText(scores[digit], kind)}).${truth}`;
}
