/** The values of a panel's controls: what is legal, how they read, and how a link carries them. */

const LONGEST_LINK = 4000; // characters; a panel's own links are shorter than 300
const NUMBER = /^-?\d{0,12}(\.\d{1,12})?(e[-+]?\d{1,2})?$/i;

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

/** Return a value as text, without exponent: 0.00001, 64, 32. */
export function asText(value) {
  if (Array.isArray(value)) return value.join(", ") || "none";
  if (typeof value !== "number") return String(value);
  return Number.isInteger(value) ? String(value) : value.toFixed(10).replace(/\.?0+$/, "");
}

/** Return the legal value that a text stands for, or undefined. */
export function parseValue(control, text) {
  if (control.kind === "choice") return cleanValue(control, text);
  return /\d/.test(text) && NUMBER.test(text) ? cleanValue(control, Number(text)) : undefined;
}

export function defaultsOf(panel) {
  return Object.fromEntries(panel.controls.map((control) => [control.name, control.default]));
}

/** Return what a fragment says of one panel: legal values, and a sentence for what is not legal. */
export function readFragment(fragment, key, panel) {
  const found = { values: defaultsOf(panel), problems: [], named: false };
  if (fragment.length > LONGEST_LINK) {
    found.problems.push("The link is too long to hold a panel's values: the defaults are shown.");
    return found;
  }
  for (const part of fragment.replace(/^#/, "").split("&")) {
    const [name, text] = splitPart(part, key);
    if (name === null) continue;
    found.named = true;
    const control = panel.controls.find((one) => one.name === name);
    const value = control && parseValue(control, text);
    if (value !== undefined) found.values[name] = value;
    else found.problems.push(explain(control, name, text));
  }
  return found;
}

function splitPart(part, key) {
  if (!part.startsWith(`${key}.`) || !part.includes("=")) return [null, ""];
  const [name, ...rest] = part.slice(key.length + 1).split("=");
  try {
    return [name, decodeURIComponent(rest.join("="))];
  } catch {
    return [name, rest.join("=")]; // no encoding of any text: shown as it is, and refused
  }
}

function explain(control, name, text) {
  const said = `${name.slice(0, 40)}=${text.slice(0, 40)}`;
  return control
    ? `The link says ${said}, which is not legal: ${control.label} must be ${control.legal}. Its default is shown.`
    : `The link says ${said}, but the panel has no such control.`;
}

/** Return the fragment with one panel's part replaced; defaults are left out. */
export function writeFragment(fragment, key, panel, values) {
  const others = fragment.length > LONGEST_LINK ? [] : fragment.replace(/^#/, "").split("&");
  const kept = others.filter((part) => part.includes("=") && !part.startsWith(`${key}.`));
  const own = panel.controls
    .filter((control) => asText(values[control.name]) !== asText(control.default))
    .map((c) => `${key}.${c.name}=${encodeURIComponent(asText(values[c.name]))}`);
  return [...kept, ...own].join("&");
}

/** Return a program that trains these values; `numbers` are the seeds. */
export function asCode(panel, values, numbers) {
  const fields = { dataset: "digits", ...panel.base, ...values };
  delete fields.seed;
  const lines = Object.entries(fields).map(([name, value]) => `        ${name}=${literal(value)},`);
  return [
    "from mlp_core import RunConfig, train",
    "",
    `for seed in (${numbers.map((number) => `${number},`).join(" ")}):`,
    "    config = RunConfig(",
    ...lines,
    "        seed=seed,",
    "    )",
    "    run = train(config)",
    '    print(seed, run.status, run.summary["test_accuracy"])',
    "",
  ].join("\n");
}

function literal(value) {
  if (value === true) return "True";
  if (value === false) return "False";
  if (value === null || value === undefined) return "None";
  return Array.isArray(value) ? `[${value.map(literal).join(", ")}]` : JSON.stringify(value);
}
