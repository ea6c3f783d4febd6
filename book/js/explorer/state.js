/** What the explorer shows, as a link carries it: a study, its drawn runs, and how they are drawn. */

import { readFragment } from "../links.js";
import { WHERE } from "./filters.js";

export const MOST_RUNS = 120; // that may be drawn at once
const RUN_ID = /^[0-9a-f]{12}$/;

export const CHOICES = {
  curve: {
    label: "curve",
    options: { test_error: "test error, %", running_loss: "training loss, running mean", test_loss: "test loss" },
  },
  scale: { label: "vertical axis", options: { log: "logarithmic", linear: "linear" } },
  against: { label: "against", options: { epochs: "epochs", updates: "updates" } },
  across: { label: "horizontal axis", options: { linear: "linear", log: "logarithmic" } },
  seeds: { label: "seeds", options: { band: "mean and band", lines: "a line each" } },
};

export function defaultChoices() {
  const first = ([name, { options }]) => [name, Object.keys(options)[0]];
  return Object.fromEntries(Object.entries(CHOICES).map(first));
}

/** Return what a fragment says: a study, run ids (null if it names none), choices, and problems. */
export function readLink(fragment, studies) {
  const found = { study: null, runs: null, filters: [], choices: defaultChoices() };
  const takers = { study: takeStudy, runs: takeRuns };
  const problems = readFragment(fragment, (name, text) =>
    isFilter(name) ? takeFilter(found, name, text) : Object.hasOwn(takers, name) ? takers[name](found, text, studies) : takeChoice(found, name, text),
  );
  return { ...found, problems };
}

function isFilter(name) {
  return name.startsWith(WHERE) || name === "status" || name === "accuracy";
}

/** Whether it means anything is known when the study is there. */
function takeFilter(found, name, text) {
  found.filters.push([name, text]);
  return "";
}

function takeStudy(found, text, studies) {
  if (!studies.includes(text)) return "but the book stores no runs of such a study.";
  found.study = text;
  return "";
}

function takeRuns(found, text) {
  const ids = text.split(".");
  if (!ids.every((id) => RUN_ID.test(id))) return "which is no list of runs: twelve hexadecimal digits each.";
  found.runs = [...new Set(ids)].slice(0, MOST_RUNS);
  return "";
}

function takeChoice(found, name, text) {
  if (!Object.hasOwn(CHOICES, name)) return "but the page has no such setting.";
  const { options } = CHOICES[name];
  if (!Object.hasOwn(options, text)) return `which is not legal: it must be ${Object.keys(options).join(" or ")}.`;
  found.choices[name] = text;
  return "";
}

/** Return the fragment that leads to what is shown; defaults are left out. */
export function writeLink(study, ids, choices, filters = []) {
  const defaults = defaultChoices();
  const chosen = Object.entries(choices).filter(([name, value]) => value !== defaults[name]);
  const coded = filters.map(([name, text]) => [encodeURIComponent(name), encodeURIComponent(text)]);
  const pairs = [["study", study], ...(ids ? [["runs", ids.join(".")]] : []), ...coded, ...chosen];
  return pairs.map((pair) => pair.join("=")).join("&");
}
