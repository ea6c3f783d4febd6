/** The values of a panel's controls: what is legal, and how a link carries them. */

import { pairsOf, readFragment } from "../links.js";
import { asText, asWords } from "../numbers.js";

const LONGEST_LOOKED_AT = 5000; // characters; longer ones are refused
const NUMBER = /^-?\d{0,12}(\.\d{1,12})?(e[-+]?\d{1,2})?$/i;

/** Return a value of a control as readers see it; links and programs have it as it is. */
export function written({ kind, stops, names }, value) {
  const place = stops.findIndex((stop) => asText(stop) === asText(value));
  if (place >= 0) return names[place];
  if (Array.isArray(value)) return value.join("-");
  return typeof value === "number" && kind !== "int" ? asWords(value) : asText(value ?? "all");
}

/** Return a legal value, or undefined. */
export function cleanValue(control, value) {
  if (control.kind === "choice") {
    return control.choices.find((choice) => asText(choice) === asText(value));
  }
  if (typeof value !== "number" || !Number.isFinite(value)) return undefined;
  const number = control.kind === "log" ? Number(value.toPrecision(2)) : Number(value.toFixed(10));
  if (number < control.low || number > control.high) return undefined;
  return control.whole && !Number.isInteger(number) ? undefined : number;
}

function parseValue(control, text) {
  if (control.kind === "choice") return cleanValue(control, text);
  return /\d/.test(text) && NUMBER.test(text) ? cleanValue(control, Number(text)) : undefined;
}

export function defaultsOf(panel) {
  return Object.fromEntries(panel.controls.map((control) => [control.name, control.default]));
}

/** Return what a fragment says of a panel, whose names begin with its key: values and problems. */
export function readPanelLink(fragment, key, panel) {
  const values = defaultsOf(panel);
  const isOwn = (part) => part.startsWith(`${key}.`);
  const isNamed = fragment.slice(0, LONGEST_LOOKED_AT).replace(/^#/, "").split("&").some(isOwn);
  const problems = readFragment(fragment, (name, text) => {
    if (!isOwn(name)) return ""; // another panel's, or another page's
    const control = panel.controls.find((one) => `${key}.${one.name}` === name);
    if (!control) return "but the panel has no such control.";
    const value = parseValue(control, text);
    if (value !== undefined) values[control.name] = value;
    const legal = `${control.label} must be ${control.legal}`;
    return value === undefined ? `which is not legal: ${legal}. Its default is shown.` : "";
  });
  return { values, problems, isNamed };
}

/** Return a fragment with a panel's part replaced; defaults are left out. */
export function writePanelLink(fragment, key, panel, values) {
  const others = pairsOf(fragment).filter((part) => !part.startsWith(`${key}.`));
  const own = panel.controls
    .filter((control) => asText(values[control.name]) !== asText(control.default))
    .map(({ name }) => `${key}.${name}=${encodeURIComponent(asText(values[name]))}`);
  return [...others, ...own].join("&");
}
