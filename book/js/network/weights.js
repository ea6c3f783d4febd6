/** What the first layer's units look for: each unit's weights as a small image. */

import { PALETTE, channelsOf } from "../colours.js";
import { make, makeBox, setText } from "../elements.js";
import { shortNumber } from "../numbers.js";
import { firstUnits } from "../what_if/forward.js";
import { countOf, listOf, networkOf, readFrame } from "./frame.js";
import { sharpCanvas } from "./canvas.js";

const [BELOW, ABOVE] = PALETTE.slice(0, 2).map(channelsOf);
const LARGEST_TILE = 72;
const STRIP = 7; // height in pixels of a unit whose inputs are no image
const GAP = 2;
const LINKS_HEIGHT = 62; // for the ten digits under the tiles
const LOW = { tiles: 88, links: 40 }; // of a low picture
const EXCITED = 5; // units that are named and linked
const LINKS = 10;

export class WeightsPicture {
  constructor(data, isLow = false) {
    Object.assign(this, { data, isLow });
    this.canvas = make("canvas", { class: "network-weights", role: "img" });
    this.legend = makeLegend();
    this.root = makeBox("network-picture", this.canvas, this.legend.root);
    this.bitmap = make("canvas");
  }

  /** Draw a frame; colours are the same in all frames of a run. */
  draw(frame, run, excited) {
    const read = readFrame(frame);
    const full = roundUp(Math.max(...run.map((one) => readFrame(one).top)));
    const isLinked = this.canLink(frame);
    const place = this.layOut(read.count, this.sideOf(read), isLinked);
    const context = sharpCanvas(this.canvas, place.width, place.height);
    this.paintBitmap(read, full, place);
    this.drawTiles(context, frame, place);
    if (isLinked) this.drawLinks(context, frame, place, excited);
    this.legend.show(full, read);
    return wordsOf(frame, excited && this.exciteOf(frame, excited));
  }

  /** Whether the digits stand under the tiles: the units feed them directly, and inputs are images. */
  canLink({ network, units }) {
    return units !== null && network.layers.length === 2 && network.input !== null && Boolean(this.data.side);
  }

  sideOf({ inputs }) {
    const { side } = this.data;
    return side && side ** 2 === inputs ? side : null;
  }

  layOut(count, side, isLinked) {
    const width = Math.max(this.root.clientWidth, 160);
    if (!side) return { width, height: count * STRIP, columns: 1, cell: STRIP, wide: width, tall: STRIP - 1, count, side };
    const { columns, rows, cell } = this.isLow ? fitTiles(count, width, LOW.tiles) : wideTiles(count, width);
    const below = !isLinked ? 0 : this.isLow ? LOW.links : LINKS_HEIGHT;
    const tile = cell - GAP;
    return { width, height: rows * cell + below, columns, cell, wide: tile, tall: tile, count, side, below: rows * cell };
  }

  /** Paint all weights side by side, a pixel each. */
  paintBitmap({ levels, scale, count, inputs }, full, { side }) {
    const [wide, tall] = side ? [side, side] : [inputs, 1];
    const context = this.bitmap.getContext("2d", { willReadFrequently: true });
    if (this.bitmap.width !== wide || this.bitmap.height !== tall * count) {
      Object.assign(this.bitmap, { width: wide, height: tall * count });
      this.image = context.createImageData(wide, tall * count);
    }
    const { data } = this.image;
    const opacity = (255 * scale) / full;
    for (let unit = 0, at = 0; unit < count; unit += 1) {
      for (let input = 0; input < inputs; input += 1, at += 4) {
        const level = levels[input * count + unit];
        const [red, green, blue] = level > 0 ? ABOVE : BELOW;
        data[at] = red;
        data[at + 1] = green;
        data[at + 2] = blue;
        data[at + 3] = Math.min(Math.abs(level) * opacity, 255);
      }
    }
    context.putImageData(this.image, 0, 0);
  }

  drawTiles(context, frame, place) {
    const { dead, saturated, inputs } = readFrame(frame);
    const [wide, tall] = place.side ? [place.side, place.side] : [inputs, 1];
    context.imageSmoothingEnabled = false;
    for (let unit = 0; unit < place.count; unit += 1) {
      const [x, y] = placeOf(unit, place);
      context.globalAlpha = dead.has(unit) ? 0.4 : 1;
      context.drawImage(this.bitmap, 0, unit * tall, wide, tall, x, y, place.wide, place.tall);
    }
    context.globalAlpha = 0.22;
    context.lineWidth = 1;
    for (let unit = 0; place.side && unit < place.count; unit += 1) {
      const [x, y] = placeOf(unit, place);
      context.strokeRect(x + 0.5, y + 0.5, place.wide - 1, place.tall - 1);
    }
    context.globalAlpha = 1;
    dead.forEach((unit) => drawCross(context, placeOf(unit, place), place));
    saturated.forEach((unit) => drawCorner(context, placeOf(unit, place), place));
  }

  /** Return the units that an image excites most, and their strongest links to the digits. */
  exciteOf(frame, { pixels }) {
    const network = networkOf(frame);
    if (!frame.network.input || pixels.length !== network.layers[0].rows) return null;
    const values = firstUnits(network, pixels, frame.units !== null);
    const order = [...values.keys()].sort((a, b) => Math.abs(values[b]) - Math.abs(values[a]));
    const units = order.slice(0, EXCITED).filter((unit) => Math.abs(values[unit]) > 1e-6);
    const next = network.layers[1];
    const links = !this.canLink(frame) ? [] : units.flatMap((unit) =>
      Array.from({ length: next.columns }, (_, digit) => ({
        unit,
        digit,
        value: values[unit] * next.weights[unit * next.columns + digit],
      })));
    links.sort((a, b) => Math.abs(b.value) - Math.abs(a.value));
    return { values, units, links: links.slice(0, LINKS), hasHidden: frame.units !== null };
  }

  drawLinks(context, frame, place, excited) {
    const digits = networkOf(frame).layers[1].columns;
    const at = (digit) => [((digit + 0.5) / digits) * place.width, place.height - 9];
    const found = excited && this.exciteOf(frame, excited);
    const linked = new Set(found?.links.map(({ digit }) => digit));
    if (found) {
      this.drawExcited(context, found, place);
      const most = Math.abs(found.links[0]?.value ?? 1);
      [...found.links].reverse().forEach(({ unit, digit, value }) => {
        const [x, y] = placeOf(unit, place);
        const [toX, toY] = at(digit);
        context.strokeStyle = `rgb(${(value > 0 ? ABOVE : BELOW).join(" ")})`;
        context.globalAlpha = 0.35 + (0.65 * Math.abs(value)) / most;
        context.lineWidth = 1 + (3 * Math.abs(value)) / most;
        context.beginPath();
        context.moveTo(x + place.wide / 2, y + place.tall);
        context.bezierCurveTo(x + place.wide / 2, place.below + 8, toX, place.below, toX, toY - 12);
        context.stroke();
      });
      context.globalAlpha = 1;
    }
    context.textAlign = "center";
    if (!found) {
      context.font = "13px sans-serif";
      const words = this.isLow ? "outputs" : "Outputs: a digit in the sketch shows here what it excites.";
      context.fillText(words, place.width / 2, this.isLow ? place.below + 14 : place.below + 26);
    }
    context.font = "600 13px sans-serif";
    for (let digit = 0; digit < digits; digit += 1) {
      context.globalAlpha = linked.has(digit) ? 1 : 0.55;
      context.fillText(String(digit), ...at(digit));
    }
    context.globalAlpha = 1;
  }

  drawExcited(context, { values, units }, place) {
    const most = Math.max(...values.map(Math.abs)) || 1;
    const colour = context.strokeStyle;
    for (let unit = 0; unit < place.count; unit += 1) {
      const share = Math.abs(values[unit]) / most;
      if (share < 0.15) continue;
      const [x, y] = placeOf(unit, place);
      context.globalAlpha = units.includes(unit) ? 1 : 0.25 + 0.6 * share;
      context.lineWidth = units.includes(unit) ? 3 : 1 + share;
      context.strokeRect(x - 0.5, y - 0.5, place.wide + 1, place.tall + 1);
    }
    context.globalAlpha = 1;
    context.strokeStyle = colour;
  }
}

function wideTiles(count, width) {
  const columns = Math.ceil(Math.sqrt(2 * count));
  return { columns, rows: Math.ceil(count / columns), cell: Math.min(Math.floor(width / columns), LARGEST_TILE) };
}

/** Return how the largest tiles lie that fit both ways. */
function fitTiles(count, width, height) {
  const of = (rows) => {
    const columns = Math.ceil(count / rows);
    return { columns, rows, cell: Math.floor(Math.min(width / columns, height / rows)) };
  };
  return Array.from({ length: count }, (_, i) => of(i + 1)).reduce((best, one) => (one.cell > best.cell ? one : best));
}

function placeOf(unit, { columns, cell }) {
  return [(unit % columns) * cell + (columns > 1 ? 1 : 0), Math.floor(unit / columns) * cell + (columns > 1 ? 1 : 0)];
}

function drawCross(context, [x, y], { wide, tall, side }) {
  const right = x + (side ? wide : STRIP * 2);
  context.lineWidth = 1.6;
  context.beginPath();
  context.moveTo(x, y);
  context.lineTo(right, y + tall);
  context.moveTo(right, y);
  context.lineTo(x, y + tall);
  context.stroke();
}

function drawCorner(context, [x, y], { wide, tall, side }) {
  const size = side ? Math.max(wide * 0.32, 5) : tall;
  const right = x + wide;
  context.beginPath();
  context.moveTo(right - size, y);
  context.lineTo(right, y);
  context.lineTo(right, y + size);
  context.fill();
}

/** The scale of colours, and what the marks mean. */
function makeLegend() {
  const [low, high] = [make("span"), make("span")];
  const bar = make("span", { class: "network-scale", "aria-hidden": "true" });
  const [below, above] = [BELOW, ABOVE].map((colour) => `rgb(${colour.join(" ")})`);
  bar.style.background = `linear-gradient(to right, ${below}, transparent, ${above})`;
  const marks = make("span", { class: "network-marks" });
  const root = makeBox("network-legend", make("span", { class: "network-legend-weights" }, low, bar, high), marks);
  const show = (full, { dead, saturated }) => {
    setText(low, `weight −${shortNumber(full)}`);
    setText(high, shortNumber(full));
    setText(marks, [dead.size ? "╳ dead" : "", saturated.size ? "◥ saturated" : ""].filter(Boolean).join("  "));
  };
  return { root, show };
}

/** Return a round number, not below a value. */
function roundUp(value) {
  const power = 10 ** Math.floor(Math.log10(value || 1));
  return power * [1, 1.5, 2, 3, 5, 7, 10].find((step) => step * power >= value * 0.999);
}

function wordsOf({ network, units, epoch }, excited) {
  const { first_units: all, layers } = network;
  const count = layers[0].shape[1];
  const whose = count < all ? `the first ${count} of ${all} units` : countOf(all, units ? "unit" : "output");
  if (excited?.hasHidden) return `Epoch ${epoch}. ${wordsOfExcited(excited)}`;
  const shown = units ? `Weights of ${whose}, epoch ${epoch}` : `Weights from the pixels to the ${whose}, epoch ${epoch}`;
  const number = (unit) => unit + 1;
  const state = !units ? "" : [
    units.dead.length ? `${units.dead.length}\u00a0of\u00a0${count} ${units.dead.length === 1 ? "is dead: unit" : "are dead: units"}\u00a0${listOf(units.dead.map(number))}` : `none of\u00a0${count} is dead`,
    units.saturated.length ? `${units.saturated.length} saturated: ${listOf(units.saturated.map(number))}` : "",
  ].filter(Boolean).join("; ");
  return `${[shown, state].filter(Boolean).join(": ")}.`;
}

function wordsOfExcited({ units, links }) {
  if (!units.length) return "The digit excites none of them.";
  const [strongest] = links;
  const link = strongest ? ` Strongest link: from ${strongest.unit + 1}, ${strongest.value > 0 ? "for" : "against"} ${strongest.digit}.` : "";
  return `The digit excites most: ${listOf(units.map((unit) => unit + 1))}.${link}`;
}
