/** Values read off a chapter's figures by pointer, finger and keys; without this script they are figures. */

import { make, makeBox, makeSvg } from "./elements.js";
import { axisNumber } from "./numbers.js";
import { makeScale } from "./scales.js";

const NEAR = 24; // of the file's units: how far from a point of a line the pointer may be
const MOST_RUNS = 120; // that the explorer draws at once

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
    const drawn = Object.entries(lines).map(([id, known]) => {
      const path = svg.querySelector(`[data-line="${id}"] path`);
      const colour = path ? path.style.stroke || "currentColor" : "";
      return { ...known, colour, points: path ? pointsOf(path).sort((a, b) => a[0] - b[0]) : [] };
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

/** Return the places at which a panel's lines have points, from left to right. */
function placesOf(panel) {
  return [...new Set(panel.lines.flatMap(({ points }) => points.map(([x]) => x)))].sort((a, b) => a - b);
}

function nearest(panel, at) {
  const found = placesOf(panel).reduce((best, x) => (Math.abs(x - at) < Math.abs(best - at) ? x : best), Infinity);
  return Math.abs(found - at) <= NEAR ? found : null;
}

/** Return what is known of a line's point at a place: seeds, the ends of what they reach, run ids. */
function seedsAt(panel, { x = [], n, low = [], high = [], between, runs, study }, at) {
  const point = x.findIndex((value) => Math.abs(panel.across.at(value) - at) < 0.5);
  if (point < 0) return {};
  const own = (values) => (Array.isArray(values) ? values[point] : values);
  return { seeds: own(n), ends: [low[point], high[point]], between, runs: own(runs)?.split(".") ?? [], study };
}

function rowOf(panel, { name, colour, y, seeds, ends = [] }, sameSeeds) {
  const mark = make("span", { class: "read-out-mark", style: `background:${colour}` });
  const between = ends.every(Number.isFinite) && seeds > 1 ? ` (${ends.map(axisNumber).join(" to ")})` : "";
  const of = seeds && !sameSeeds ? `, ${seeds} ${seeds === 1 ? "seed" : "seeds"}` : "";
  return make("li", {}, mark, `${name ? `${name}: ` : ""}${axisNumber(panel.up.valueAt(y))}${between}${of}`);
}

/** Return links to the runs behind some points, where the book has its explorer. */
function linksTo(read) {
  const explorer = document.querySelector('a[href*="explorer.html"]');
  const studies = [...new Set(read.map(({ study }) => study).filter(Boolean))];
  return (explorer ? studies : []).map((study) => {
    const runs = [...new Set(read.filter((one) => one.study === study).flatMap((one) => one.runs))];
    const href = `${explorer.href.split("#")[0]}#study=${study}&runs=${runs.slice(0, MOST_RUNS).join(".")}`;
    const words = runs.length === 1 ? "This run" : `These ${runs.length} runs`;
    return make("p", {}, make("a", { href }, `${words} in the explorer`));
  });
}

function wordsAt(panel, at) {
  const value = panel.across.valueAt(at);
  const named = Object.entries(panel.ticks).find(([place]) => Math.abs(panel.across.at(Number(place)) - at) < 0.5);
  const place = named ? named[1] : axisNumber(value);
  const read = panel.lines
    .map((line) => ({ name: line.name, colour: line.colour, y: heightAt(line.points, at), ...seedsAt(panel, line, at) }))
    .filter(({ y }) => y !== null)
    .sort((a, b) => a.y - b.y);
  if (!read.length) return [];
  const several = read.filter(({ seeds }) => seeds > 1);
  const same = new Set(several.map(({ seeds }) => seeds)).size < 2;
  const means = same ? `Means of ${several[0]?.seeds} seeds` : "Means of the seeds";
  return [
    make("p", {}, `${panel.x.label ? `${panel.x.label} ` : ""}${place}`),
    make("ul", {}, ...read.map((line) => rowOf(panel, line, same && (line.seeds ?? 2) > 1))),
    ...(several.length ? [make("p", { class: "read-out-seeds" }, `${means} (${several[0].between})`)] : []),
    ...linksTo(read),
  ];
}

/** Return the next place to the left or right of one, or the outermost. */
function nextPlace(panel, from, key) {
  const places = placesOf(panel);
  if (from === null || key === "Home") return places[0];
  if (key === "End") return places.at(-1);
  const now = places.indexOf(from);
  return places[Math.min(Math.max(now + (key === "ArrowRight" ? 1 : -1), 0), places.length - 1)];
}

/** Let a pointer, a finger and keys read values off a figure. */
function watch(svg) {
  const frame = svg.parentElement;
  const box = makeBox("read-out");
  box.hidden = true;
  box.setAttribute("aria-live", "polite");
  const line = makeSvg("line", { class: "read-out-line", visibility: "hidden" });
  let panels = null; // read when somebody comes
  let [shown, place, isHeld] = [null, null, false];
  const hide = () => {
    [shown, place, isHeld] = [null, null, false];
    box.hidden = true;
    line.setAttribute("visibility", "hidden");
  };
  const hold = (is) => {
    isHeld = is;
    box.classList.toggle("read-out-held", is);
  };
  const show = (panel, at, height) => {
    const words = at === null ? [] : wordsAt(panel, at);
    if (!words.length) return hide();
    [shown, place] = [panel, at];
    Object.entries({ x1: at, x2: at, y1: panel.y.px[0], y2: panel.y.px[1], visibility: "visible" }).forEach(
      ([name, value]) => line.setAttribute(name, value),
    );
    box.replaceChildren(...words);
    box.hidden = false;
    const around = frame.getBoundingClientRect();
    const there = new DOMPoint(at, height).matrixTransform(svg.getScreenCTM());
    const left = there.x - around.left;
    box.style.left = left > around.width / 2 ? "" : `${left + 16}px`;
    box.style.right = left > around.width / 2 ? `${around.width - left + 16}px` : "";
    box.style.top = `${there.y - around.top + 12}px`;
  };
  const read = (event) => {
    panels ??= panelsOf(svg);
    const at = new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM().inverse());
    const isIn = ([a, b], value) => value >= Math.min(a, b) - 4 && value <= Math.max(a, b) + 4;
    const panel = panels.find(({ x, y }) => isIn(x.px, at.x) && isIn(y.px, at.y));
    show(panel, panel ? nearest(panel, at.x) : null, at.y);
  };
  const step = (event) => {
    if (event.key === "Escape") return hide();
    const across = ["ArrowLeft", "ArrowRight", "Home", "End"].includes(event.key);
    if (event.target !== svg || (!across && !["ArrowUp", "ArrowDown"].includes(event.key))) return undefined;
    event.preventDefault();
    panels ??= panelsOf(svg);
    const now = Math.max(panels.indexOf(shown), 0);
    const other = across ? now : Math.min(Math.max(now + (event.key === "ArrowDown" ? 1 : -1), 0), panels.length - 1);
    const panel = panels[other];
    const to = across ? nextPlace(panel, place, event.key) : (nearest(panel, place ?? Infinity) ?? placesOf(panel)[0]);
    show(panel, to, (panel.y.px[0] + panel.y.px[1]) / 2);
    return hold(!box.hidden);
  };
  svg.append(line);
  frame.append(box);
  svg.setAttribute("tabindex", "0");
  svg.addEventListener("pointermove", (event) => isHeld || read(event));
  svg.addEventListener("pointerleave", () => isHeld || hide());
  svg.addEventListener("click", (event) => {
    read(event);
    hold(!box.hidden);
  });
  frame.addEventListener("keydown", step);
  frame.addEventListener("focusout", (event) => frame.contains(event.relatedTarget) || hide());
  document.addEventListener("pointerdown", (event) => frame.contains(event.target) || hide());
}

document.querySelectorAll(".report-figure > svg[data-scales]").forEach(watch);
