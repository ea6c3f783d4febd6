/** Which curves a panel shows: the run in the page, the book's, and those that are pinned. */

import { curveOfCell, findStored, nameOf } from "./curves.js";
import { defaultsOf } from "./values.js";

const COLOURS = ["#2a7fc4", "#c8600f", "#0d8f6b", "#c0609a", "#a97f1e", "#7a68c8"];
export const MAX_PINNED = COLOURS.length - 2; // the browser's run and the book's have their own

/** Return the stored study's cells of the panel's present values. */
export function storedCells({ study, config, values }) {
  return findStored(study, config, values);
}

/** Return the book's curves of the present values; at the defaults also the one of its build. */
export function storedCurves(view) {
  const { study, panel, values, built, run } = view;
  const stored = storedCells(view).map((cell) => curveOfCell(study, cell, values));
  const atDefaults = JSON.stringify(values) === JSON.stringify(defaultsOf(panel));
  return built && atDefaults && !run ? [...stored, built] : stored;
}

/** Return all curves to show, each with its colour and its name. */
export function shownCurves(view) {
  const now = view.run ? [{ ...view.run.curve(), colour: COLOURS[0], live: true }] : [];
  const book = storedCurves(view).slice(0, 2);
  const kept = view.pinned.map((curve, i) => ({ ...curve, colour: COLOURS[2 + i] }));
  const stored = book.map((curve, i) => ({ ...curve, colour: COLOURS[i ? 0 : 1] }));
  const all = [...now, ...stored, ...kept];
  return all.map((curve) => ({ ...curve, name: nameOf(curve, all, view.panel.controls) }));
}
