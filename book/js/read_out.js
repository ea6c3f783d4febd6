/** Values read off a chapter's figures under the pointer; without this script they are figures. */

import { make, makeBox, makeSvg } from "./elements.js";
import { axisNumber } from "./numbers.js";
import { makeScale } from "./scales.js";

const NEAR = 24; // of the file's units: how far from a point of a line the pointer may be

function scaleOf({ range, px, log }) {
  return makeScale(range, px, log);
}

/** Return the points of a path that matplotlib wrote: moves and straight lines. */
function pointsOf(path) {
  const numbers = path.getAttribute("d").match(/-?[\d.]+/g) ?? [];
  return Array.from({ length: numbers.length / 2 }, (_, i) => [Number(numbers[2 * i]), Number(numbers[2 * i + 1])]);
}

function panelsOf(svg) {
  return JSON.parse(svg.dataset.scales).map(({ x, y, ticks = {}, lines }) => {
    const drawn = Object.entries(lines).map(([id, name]) => {
      const path = svg.querySelector(`[data-line="${id}"] path`);
      const colour = path ? path.style.stroke || "currentColor" : "";
      return { name, colour, points: path ? pointsOf(path) : [] };
    });
    return { x, y, ticks, lines: drawn, across: scaleOf(x), up: scaleOf(y) };
  });
}

/** Return where a line is at a place, between its two neighbouring points; null beside its ends. */
function heightAt(points, at) {
  const next = points.findIndex(([x]) => x >= at - 0.01);
  if (next < 0) return null;
  const [x1, y1] = points[next];
  if (Math.abs(x1 - at) < 0.02) return y1;
  if (next === 0) return null;
  const [x0, y0] = points[next - 1];
  return y0 + ((at - x0) / (x1 - x0)) * (y1 - y0);
}

function nearest(panel, at) {
  const places = panel.lines.flatMap(({ points }) => points.map(([x]) => x));
  const found = places.reduce((best, x) => (Math.abs(x - at) < Math.abs(best - at) ? x : best), Infinity);
  return Math.abs(found - at) <= NEAR ? found : null;
}

function wordsAt(panel, at) {
  const value = panel.across.valueAt(at);
  const named = Object.entries(panel.ticks).find(([place]) => Math.abs(panel.across.at(Number(place)) - at) < 0.5);
  const place = named ? named[1] : axisNumber(value);
  const read = panel.lines
    .map(({ name, colour, points }) => ({ name, colour, y: heightAt([...points].sort((a, b) => a[0] - b[0]), at) }))
    .filter(({ y }) => y !== null)
    .sort((a, b) => a.y - b.y);
  const rows = read.map(({ name, colour, y }) => {
    const mark = make("span", { class: "read-out-mark", style: `background:${colour}` });
    return make("li", {}, mark, `${name ? `${name}: ` : ""}${axisNumber(panel.up.valueAt(y))}`);
  });
  const head = make("p", {}, `${panel.x.label ? `${panel.x.label} ` : ""}${place}`);
  return rows.length ? [head, make("ul", {}, ...rows)] : [];
}

function watch(svg) {
  const frame = svg.parentElement;
  const box = makeBox("read-out");
  box.hidden = true;
  box.setAttribute("aria-hidden", "true"); // the figure's own words say what it shows
  const line = makeSvg("line", { class: "read-out-line", visibility: "hidden" });
  let panels = null; // read when the pointer comes
  const hide = () => {
    box.hidden = true;
    line.setAttribute("visibility", "hidden");
  };
  const read = (event) => {
    panels ??= panelsOf(svg);
    const at = new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM().inverse());
    const isIn = ([a, b], value) => value >= Math.min(a, b) - 4 && value <= Math.max(a, b) + 4;
    const panel = panels.find(({ x, y }) => isIn(x.px, at.x) && isIn(y.px, at.y));
    const place = panel ? nearest(panel, at.x) : null;
    const words = place === null ? [] : wordsAt(panel, place);
    if (!words.length) return hide();
    Object.entries({ x1: place, x2: place, y1: panel.y.px[0], y2: panel.y.px[1], visibility: "visible" }).forEach(
      ([name, value]) => line.setAttribute(name, value),
    );
    box.replaceChildren(...words);
    box.hidden = false;
    const around = frame.getBoundingClientRect();
    const left = event.clientX - around.left;
    box.style.left = left > around.width / 2 ? "" : `${left + 16}px`;
    box.style.right = left > around.width / 2 ? `${around.width - left + 16}px` : "";
    box.style.top = `${event.clientY - around.top + 12}px`;
  };
  svg.append(line);
  frame.append(box);
  svg.addEventListener("pointermove", read);
  svg.addEventListener("pointerdown", read);
  svg.addEventListener("pointerleave", hide);
}

document.querySelectorAll(".report-figure > svg[data-scales]").forEach(watch);
