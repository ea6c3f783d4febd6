/** Values read off a chapter's figures by pointer, finger and keys; without this script they are figures. */

import { make, makeBox, makeSvg } from "./elements.js";
import { alikeNumbers, axisNumber } from "./numbers.js";
import { makeScale } from "./scales.js";

const NEAR = 24; // of the file's units: how far from a place the pointer may be
const SMALLEST = 9; // of the frame about a place, in the same units
const MOST_RUNS = 120; // that the explorer draws at once
const KEYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

function scaleOf({ range, px, log }) {
  return makeScale(range, px, log);
}

/** Return the points of a path that matplotlib wrote: moves and straight lines. */
function pointsOf(path) {
  const numbers = path.getAttribute("d").match(/-?[\d.]+/g) ?? [];
  return Array.from({ length: numbers.length / 2 }, (_, i) => [Number(numbers[2 * i]), Number(numbers[2 * i + 1])]);
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

/** Return what is known of a point or mark: seeds, the ends of what they reach, run ids. */
function knownOf({ n, lost = 0, low = [], high = [], between, runs, study }, point) {
  const own = (values) => (Array.isArray(values) ? values[point] : values);
  const ends = [low[point], high[point]].filter(Number.isFinite);
  return { seeds: own(n), lost: own(lost), ends, between, runs: own(runs)?.split(".") ?? [], study: own(study) };
}

/** Return the places of a panel of lines: each x at which one of them has a point. */
function placesOnLines(svg, { x, y, ticks = {}, lines }) {
  const [across, up] = [x, y].map(scaleOf);
  const drawn = Object.entries(lines).map(([id, known]) => {
    const path = svg.querySelector(`[data-line="${id}"] path`);
    const colour = path ? path.style.stroke || "currentColor" : "";
    return { known, colour, points: path ? pointsOf(path).sort((a, b) => a[0] - b[0]) : [] };
  });
  const isAt = (value, at) => Math.abs(across.at(Number(value)) - at) < 0.5;
  const readAt = (at) =>
    drawn
      .map(({ known, colour, points }) => {
        const point = (known.x ?? []).findIndex((value) => isAt(value, at));
        return { name: known.name, colour, y: heightAt(points, at), ...(point < 0 ? {} : knownOf(known, point)) };
      })
      .filter((line) => line.y !== null)
      .sort((a, b) => a.y - b.y)
      .map((line) => ({ ...line, value: up.valueAt(line.y) }));
  const all = drawn.flatMap(({ points }) => points.map(([at]) => at));
  return [...new Set(all)]
    .sort((a, b) => a - b)
    .map((at) => {
      const [, tick] = Object.entries(ticks).find(([value]) => isAt(value, at)) ?? [];
      const name = `${x.label}${x.label.includes(",") ? ":" : ""} ${tick ?? axisNumber(across.valueAt(at))}`.trim();
      return { box: [at, y.px[1], at, y.px[0]], name, read: () => readAt(at) };
    });
}

/** Return the places of marks that the file names: rows, cells, dots. */
function placesOfMarks({ box, name, value, ...known }) {
  return box.map((sides, n) => ({ box: sides, name: name[n], read: () => [{ value: value[n], ...knownOf(known, n) }] }));
}

/** Return the places at which a figure can be read: left, top, right and bottom, and what stands there. */
function placesOf(svg) {
  return JSON.parse(svg.dataset.scales).flatMap((panel, number) => {
    const places = panel.marks ? placesOfMarks(panel.marks) : placesOnLines(svg, panel);
    return places.map((place) => ({ ...place, panel: number }));
  });
}

function nearest(places, [x, y]) {
  const beside = (low, high, at) => Math.max(low - at, 0, at - high);
  const far = ({ box: [left, top, right, bottom] }) => Math.hypot(beside(left, right, x), beside(top, bottom, y));
  const found = places.reduce((best, place) => (best && far(best) <= far(place) ? best : place), null);
  return found && far(found) <= NEAR ? found : null;
}

function rowOf({ name, colour, value, seeds, lost, ends = [] }, sameSeeds) {
  const mark = colour ? [make("span", { class: "read-out-mark", style: `background:${colour}` })] : [];
  const numbers = [value, ...(seeds === 1 ? [] : ends)].filter(Number.isFinite); // where all diverged, none
  const [mean = "", ...reach] = numbers.length > 1 ? alikeNumbers(numbers) : numbers.map(axisNumber);
  const said = [
    `${mean}${reach.length ? ` (${reach.join("\u00a0to\u00a0")})` : ""}`,
    seeds && !sameSeeds ? `${seeds} ${seeds === 1 ? "seed" : "seeds"}` : "",
    lost ? `${lost} of ${seeds + lost} diverged` : "",
  ];
  return make("li", {}, ...mark, `${name ? `${name}: ` : ""}${said.filter(Boolean).join(", ")}`);
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

function wordsAt({ name, read }) {
  const found = read();
  const several = found.filter(({ seeds }) => seeds > 1);
  const same = new Set(several.map(({ seeds }) => seeds)).size < 2;
  const means = several.length > 1 ? "Means" : "Mean";
  const of = same ? `${means} of ${several[0]?.seeds} seeds` : "Means of the seeds";
  const [{ between } = {}] = several.length ? several : found.filter(({ seeds, ends }) => !seeds && ends?.length);
  return [
    make("p", {}, name),
    make("ul", {}, ...found.map((one) => rowOf(one, same && (one.seeds ?? 2) > 1))),
    ...(between ? [make("p", { class: "read-out-seeds" }, several.length ? `${of} (${between})` : `(${between})`)] : []),
    ...linksTo(found),
  ];
}

function middleOf([left, top, right, bottom]) {
  return [(left + right) / 2, (top + bottom) / 2];
}

/** Return the next place to a side of one, or the outermost of its panel. */
function nextPlace(places, from, key) {
  const own = places.filter(({ panel }) => panel === from.panel);
  if (key === "Home" || key === "End") return own.at(key === "Home" ? 0 : -1);
  const [right, down] = KEYS[key];
  const [x, y] = middleOf(from.box);
  const ahead = places
    .map((place) => {
      const [dx, dy] = middleOf(place.box).map((at, n) => at - [x, y][n]);
      return { place, along: dx * right + dy * down, aside: Math.abs(dx * down) + Math.abs(dy * right) };
    })
    .filter(({ place, along, aside }) => along > 0 && (place.panel === from.panel || aside <= 2 * along));
  const isOwn = ahead.filter(({ place }) => place.panel === from.panel);
  const order = (a, b) => a.along - b.along || a.aside - b.aside;
  return (isOwn.length ? isOwn : ahead).sort(order)[0]?.place ?? from;
}

/** Frame a place; what is smaller than a frame, such as a point, is in its middle. */
function frameAbout(frame, { box: [left, top, right, bottom] }) {
  const [width, height] = [right - left, bottom - top].map((size) => Math.max(size, SMALLEST));
  const [x, y] = middleOf([left, top, right, bottom]);
  Object.entries({ x: x - width / 2, y: y - height / 2, width, height, visibility: "visible" }).forEach(
    ([name, value]) => frame.setAttribute(name, value),
  );
}

/** Let a pointer, a finger and keys read values off a figure. */
function watch(svg) {
  const around = svg.parentElement;
  const box = makeBox("read-out");
  box.hidden = true;
  box.setAttribute("aria-live", "polite");
  const frame = makeSvg("rect", { class: "read-out-place", rx: 3, visibility: "hidden" });
  let places = null; // read when somebody comes
  let [shown, isHeld] = [null, false];
  const hide = () => {
    [shown, isHeld] = [null, false];
    box.hidden = true;
    frame.setAttribute("visibility", "hidden");
  };
  const hold = (is) => {
    isHeld = is;
    box.classList.toggle("read-out-held", is);
  };
  const show = (place, [x, y]) => {
    const [left, top, right, bottom] = place.box;
    const at = new DOMPoint(Math.min(Math.max(x, left), right), Math.min(Math.max(y, top), bottom));
    if (place !== shown) box.replaceChildren(...wordsAt(place));
    shown = place;
    box.hidden = false;
    frameAbout(frame, place);
    const sides = around.getBoundingClientRect();
    const there = at.matrixTransform(svg.getScreenCTM());
    const across = there.x - sides.left;
    box.style.left = across > sides.width / 2 ? "" : `${across + 16}px`;
    box.style.right = across > sides.width / 2 ? `${sides.width - across + 16}px` : "";
    const fits = there.y + 12 + box.offsetHeight <= window.innerHeight;
    box.style.top = `${Math.max(there.y + (fits ? 12 : -12 - box.offsetHeight), 0) - sides.top}px`;
  };
  const read = (event) => {
    places ??= placesOf(svg);
    const at = new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM().inverse());
    const place = nearest(places, [at.x, at.y]);
    return place ? show(place, [at.x, at.y]) : hide();
  };
  const step = (event) => {
    if (event.key === "Escape") return hide();
    if (event.target !== svg || !(event.key in KEYS || ["Home", "End"].includes(event.key))) return undefined;
    event.preventDefault();
    places ??= placesOf(svg);
    const place = shown ? nextPlace(places, shown, event.key) : places[0];
    show(place, middleOf(place.box));
    return hold(true);
  };
  svg.append(frame);
  around.append(box);
  svg.setAttribute("tabindex", "0");
  svg.addEventListener("pointermove", (event) => isHeld || read(event));
  svg.addEventListener("pointerleave", () => isHeld || hide());
  svg.addEventListener("click", (event) => {
    read(event);
    hold(!box.hidden);
  });
  around.addEventListener("keydown", step);
  around.addEventListener("focusout", (event) => around.contains(event.relatedTarget) || hide());
  document.addEventListener("pointerdown", (event) => around.contains(event.target) || hide());
}

document.querySelectorAll(".report-figure > svg[data-scales]").forEach(watch);
