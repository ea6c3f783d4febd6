/** What the explorer shows, as a link carries it: legal values, or a sentence and the defaults. */

const LONGEST_FRAGMENT = 4000; // characters
export const MOST_RUNS = 120; // that may be drawn at once
const RUN_ID = /^[0-9a-f]{12}$/;

export const CHOICES = {
  curve: { label: "curve", options: { test_error: "test error, %", running_loss: "training loss, running mean", test_loss: "test loss" } },
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
  const found = { study: null, runs: null, choices: defaultChoices(), problems: [] };
  if (fragment.length > LONGEST_FRAGMENT) {
    found.problems.push("The link is too long for this page: the defaults are shown.");
    return found;
  }
  for (const part of fragment.replace(/^#/, "").split("&").filter(Boolean)) {
    const [name, ...rest] = part.split("=");
    takePart(found, name, decode(rest.join("=")), studies, part.includes("="));
  }
  return found;
}

function takePart(found, name, text, studies, isPair) {
  if (name === "study" && studies.includes(text)) {
    found.study = text;
  } else if (name === "runs" && text.split(".").every((id) => RUN_ID.test(id))) {
    found.runs = [...new Set(text.split("."))].slice(0, MOST_RUNS);
  } else if (Object.hasOwn(CHOICES, name) && Object.hasOwn(CHOICES[name].options, text)) {
    found.choices[name] = text;
  } else if (isPair) {
    found.problems.push(explainPart(name, text, studies));
  }
}

function decode(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // no encoding of any text: shown as it is, and refused
  }
}

function explainPart(name, text, studies) {
  const said = `The link says ${name.slice(0, 40)}=${text.slice(0, 40)}`;
  if (name === "study") return `${said}, but the book stores no runs of such a study.`;
  if (name === "runs") return `${said}, which is no list of runs: twelve hexadecimal digits each.`;
  if (!Object.hasOwn(CHOICES, name)) return `${said}, but the page has no such setting.`;
  const legal = Object.keys(CHOICES[name].options).join(" or ");
  return `${said}, which is not legal: it must be ${legal}.`;
}

/** Return the fragment that leads to what is shown; defaults are left out. */
export function writeLink(study, ids, choices) {
  const parts = [`study=${study}`];
  if (ids) parts.push(`runs=${ids.join(".")}`);
  const defaults = defaultChoices();
  for (const [name, value] of Object.entries(choices)) {
    if (value !== defaults[name]) parts.push(`${name}=${value}`);
  }
  return parts.join("&");
}
