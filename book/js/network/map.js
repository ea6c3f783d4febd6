/** A living map of the test digits: what the network says of each, and blends from one to another. */

import { PALETTE } from "../colours.js";
import { isShortcut, make, makeBox, setText } from "../elements.js";
import { drawLineChart } from "../line_chart.js";
import { readImages } from "../what_if/curves.js";
import { classify } from "../what_if/forward.js";
import { drawPixels, sharpCanvas } from "./canvas.js";
import { bytesOf, networkOf, readFrame } from "./frame.js";

const DIGIT_COLOURS = [...PALETTE, "#d1495b", "#3a9bb0", "#7f7f1e", "#8a6d5b"];
const EDGE = 13; // pixels around the places
const REACH = 26; // so far from a digit a click means it
const FAINTEST = 0.35; // opacity of what the network is not sure of at all
const STEPS = 10; // from one end of a blend to the other
const HEARD = 0.1; // a digit whose probability never exceeds this has no line
const PIXEL_MAX = 16;
const DIRECTIONS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const KEY_WORDS =
  "A number is what the network says, faint if it is not sure, ringed if it is wrong. Neighbours look alike. " +
  "Click one to open it in the sketch, two for what lies between them; or arrow keys and Enter.";

export class DigitMap {
  /** `data`: `map` (places and images), `open` (gets a number), `stored` (a network for blends, or null). */
  constructor(data) {
    this.data = data;
    const { places, images } = data.map;
    const at = bytesOf(places);
    this.images = readImages({ images });
    this.places = this.images.map((_, i) => [at[i] / 255, at[this.images.length + i] / 255]);
    Object.assign(this, { at: 0, picks: [], frame: null, isOpen: true });
    this.canvas = make("canvas", { class: "network-map", tabindex: "0", role: "application", "aria-roledescription": "map" });
    this.preview = make("canvas", { class: "network-preview", role: "img", "aria-label": "the digit under the cursor" });
    this.says = make("p", { class: "network-map-says", role: "status" });
    this.words = make("p", { class: "network-says" });
    this.strip = makeBox("network-strip");
    this.strip.hidden = true;
    this.root = makeBox(
      "network-map-part",
      this.canvas,
      this.words,
      makeBox("network-map-read", this.preview, this.says),
      this.strip,
      make("p", { class: "mlp-note" }, KEY_WORDS),
    );
    this.follow();
    this.makeStrip();
  }

  follow() {
    const { canvas } = this;
    canvas.addEventListener("pointermove", (event) => this.point(event, false));
    canvas.addEventListener("click", (event) => this.point(event, true));
    canvas.addEventListener("focus", () => this.read(this.at));
    canvas.addEventListener("blur", () => this.draw(this.frame));
    canvas.addEventListener("keydown", (event) => this.press(event));
    // JupyterLab hears keys first and takes arrows for its own: on the map they are the map's.
    this.guard = (event) => {
      if (event.target === canvas && this.press(event)) event.stopPropagation();
    };
    addEventListener("keydown", this.guard, true);
  }

  close() {
    removeEventListener("keydown", this.guard, true);
  }

  point({ clientX, clientY }, isClick) {
    const box = this.canvas.getBoundingClientRect();
    const [x, y] = [clientX - box.left, clientY - box.top];
    const far = this.spots().map(([left, top]) => Math.hypot(left - x, top - y));
    const nearest = far.indexOf(Math.min(...far));
    if (far[nearest] > REACH) return;
    if (isClick) this.pick(nearest);
    else if (nearest !== this.at) this.read(nearest);
  }

  /** Take a key; return whether it was the map's. */
  press(event) {
    if (event.defaultPrevented) return true;
    if (isShortcut(event)) return false;
    const direction = DIRECTIONS[event.key];
    if (direction) this.read(this.neighbour(direction));
    else if (event.key === "Enter" || event.key === " ") this.pick(this.at);
    else return false;
    event.preventDefault();
    return true;
  }

  /** Return the nearest digit in a direction: what lies aside counts twice. */
  neighbour([right, down]) {
    const spots = this.spots();
    const [x, y] = spots[this.at];
    const costs = spots.map(([left, top], i) => {
      const [ahead, aside] = [(left - x) * right + (top - y) * down, (left - x) * down + (top - y) * right];
      return i !== this.at && ahead > 0 && Math.abs(aside) <= 2 * ahead ? ahead + 2 * Math.abs(aside) : Infinity;
    });
    const least = Math.min(...costs);
    return Number.isFinite(least) ? costs.indexOf(least) : this.at;
  }

  read(i) {
    this.at = i;
    this.draw(this.frame);
  }

  pick(i) {
    this.at = i;
    this.picks = [...this.picks.filter((one) => one !== i), i].slice(-2);
    this.data.open?.(i + 1);
    this.draw(this.frame);
  }

  /** Return where each digit stands, in pixels. */
  spots() {
    const { width, height } = this;
    return this.places.map(([x, y]) => [EDGE + x * (width - 2 * EDGE), EDGE + y * (height - 2 * EDGE)]);
  }

  draw(frame) {
    const isOwn = frame && readFrame(frame).said?.length === this.images.length;
    this.root.hidden = !isOwn || !this.isOpen;
    if (this.root.hidden || !this.root.clientWidth) return;
    this.frame = frame;
    this.width = this.root.clientWidth;
    this.height = Math.round(Math.min(this.width * (this.width < 500 ? 1.05 : 0.58), 460));
    const context = sharpCanvas(this.canvas, this.width, this.height);
    const { said, sure } = readFrame(frame);
    const spots = this.spots();
    Object.assign(context, { textAlign: "center", textBaseline: "middle", lineWidth: 1.2 });
    context.font = `700 ${this.width < 500 ? 11 : 13}px sans-serif`;
    const ink = context.fillStyle;
    let wrong = 0;
    spots.forEach(([x, y], i) => {
      context.globalAlpha = FAINTEST + ((1 - FAINTEST) * sure[i]) / 255;
      context.fillStyle = DIGIT_COLOURS[said[i]];
      context.fillText(String(said[i]), x, y);
      if (said[i] === this.images[i].label) return;
      wrong += 1;
      context.globalAlpha = 1;
      context.strokeStyle = ink;
      circle(context, x, y, 8);
    });
    context.globalAlpha = 1;
    this.drawPicks(context, spots, ink);
    setText(this.words, `Epoch ${frame.epoch}: ${wrong}\u00a0of\u00a0${this.images.length} test digits are wrong (ringed).`);
    this.canvas.setAttribute("aria-label", `Map of the test digits. ${this.words.textContent} Arrow keys move, Enter opens one.`);
    this.tell(said, sure);
    this.drawStrip(frame);
  }

  drawPicks(context, spots, ink) {
    Object.assign(context, { strokeStyle: ink, lineWidth: 2 });
    if (this.picks.length === 2) {
      context.setLineDash([3, 4]);
      context.beginPath();
      this.picks.forEach((i) => context.lineTo(...spots[i]));
      context.stroke();
      context.setLineDash([]);
    }
    this.picks.forEach((i) => context.strokeRect(spots[i][0] - 10, spots[i][1] - 10, 20, 20));
    if (document.activeElement !== this.canvas && !this.canvas.matches(":hover")) return;
    context.lineWidth = 3;
    circle(context, ...spots[this.at], 12);
  }

  tell(said, sure) {
    const { label, pixels } = this.images[this.at];
    drawPixels(this.preview, pixels.map((value) => value / PIXEL_MAX), Math.sqrt(pixels.length));
    const isPlain = ["hinge", "mse"].includes(this.frame.network.loss);
    const share = isPlain ? "" : ` (${Math.round((100 * sure[this.at]) / 255)}\u00a0%)`;
    setText(this.says, `Test digit ${this.at + 1} is a ${label}; the network says ${said[this.at]}${share}.`);
  }

  // Blends

  makeStrip() {
    this.blends = Array.from({ length: STEPS + 1 }, () => make("canvas"));
    this.row = makeBox("network-blends", ...this.blends);
    this.row.setAttribute("role", "img");
    this.chart = makeBox("network-chart");
    this.stripSays = make("p", { class: "network-says" });
    this.strip.append(this.row, this.chart, this.stripSays);
  }

  drawStrip(frame) {
    this.strip.hidden = this.picks.length < 2;
    if (this.strip.hidden) return;
    const [from, to] = this.picks.map((i) => this.images[i]);
    const { network, isStored } = this.networkFor(frame);
    if (!network) {
      setText(this.stripSays, "For what lies between two digits, a network of few weights is needed.");
      return;
    }
    const steps = [...Array(STEPS + 1).keys()];
    const blends = steps.map((step) => from.pixels.map((value, i) => value + ((to.pixels[i] - value) * step) / STEPS));
    const answers = blends.map((pixels) => classify(network, pixels));
    blends.forEach((pixels, i) => drawPixels(this.blends[i], pixels.map((value) => value / PIXEL_MAX), Math.sqrt(pixels.length)));
    const words = this.wordsOfBlend(from, to, answers, isStored);
    this.row.setAttribute("aria-label", `${STEPS + 1} images, from test digit ${this.picks[0] + 1} to ${this.picks[1] + 1}`);
    this.drawScores(steps, answers, words);
    setText(this.stripSays, words);
  }

  /** A frame's network if the frame has it whole, or else a stored one. */
  networkFor(frame) {
    if (frame.network.whole && frame.network.input) return { network: networkOf(frame), isStored: false };
    return { network: this.data.stored ?? null, isStored: true };
  }

  drawScores(steps, answers, label) {
    const isScore = answers[0].kind === "score";
    const lines = answers[0].scores.map((_, digit) => answers.map(({ scores }) => scores[digit]));
    const all = lines.flat().filter(Number.isFinite);
    const curves = lines.map((ys, digit) => ({
      colour: DIGIT_COLOURS[digit % DIGIT_COLOURS.length],
      lines: [{ xs: steps, ys, width: 2 }],
      most: Math.max(...ys),
      endName: `says ${digit}`,
    })).filter(({ most }) => isScore || most > HEARD);
    drawLineChart(this.chart, curves, {
      x: { range: [0, STEPS], label: "step" },
      y: { range: isScore ? [Math.min(...all), Math.max(...all)] : [0, 1], label: isScore ? "score" : "probability" },
      height: 170,
      label,
    });
  }

  wordsOfBlend(from, to, answers, isStored) {
    const said = answers.map(({ digit }) => digit).filter((digit, i, all) => i === 0 || digit !== all[i - 1]);
    const names = said.map((digit) => (digit === null ? "nothing" : String(digit)));
    const asked = isStored ? " Asked is the stored network of the panel’s first values." : "";
    const ends = `From a ${from.label} (test digit ${this.picks[0] + 1}) to a ${to.label} (${this.picks[1] + 1})`;
    return `${ends}, straight through ${from.pixels.length} dimensions, the network says ${names.join(", then ")}.${asked}`;
  }
}

function circle(context, x, y, radius) {
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
  context.stroke();
}
