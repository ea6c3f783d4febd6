/** Which curves a panel shows: the run in the page, the book's, and those that are pinned. */

import { PALETTE } from "../colours.js";
import { asText } from "../numbers.js";
import { curveOfCell, findStored } from "./curves.js";
import { defaultsOf } from "./values.js";

export const MAX_PINNED = PALETTE.length - 2; // the browser's run and the book's have their own

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
  const [live, first, ...others] = PALETTE;
  const now = view.run ? [{ ...view.run.curve(), colour: live, live: true }] : [];
  const stored = storedCurves(view).slice(0, 2);
  const book = stored.map((curve, i) => ({ ...curve, colour: i ? live : first }));
  const pinned = view.pinned.map((curve, i) => ({ ...curve, colour: others[i] }));
  const all = [...now, ...book, ...pinned];
  return all.map((curve) => ({ ...curve, name: nameOf(curve, all, view.panel.controls) }));
}

/** Return in words the values that set a curve apart from the others; the first control's if none. */
function nameOf(curve, curves, controls) {
  const shared = controls.filter((control) => control.name !== "seed");
  const differing = shared.filter(
    ({ name }) => new Set(curves.map((one) => asText(one.values[name]))).size > 1,
  );
  return (differing.length ? differing : shared.slice(0, 1))
    .map((control) => `${control.label} ${asText(curve.values[control.name])}`)
    .join(", ");
}
