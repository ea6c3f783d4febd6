/** Formulas as the chapter writes them: names as they are, places for numbers in braces, `{(w11)}`. */

import { make } from "../elements.js";

const PLACE = /\{(\(?)([a-z\d ]+)\)?\}/g; // with brackets if a negative number needs them
const NAME = /\b((?:slope )?)([a-z])(\d{1,2})(?!\d)/g;
const PIECE = new RegExp(`${PLACE.source}|${NAME.source}`, "g");

/** Return a number with three decimals at most, and a true minus sign. */
export function toThreeDecimals(value) {
  return String(Number(value.toFixed(3))).replace("-", "−");
}

/** Return the names of the numbers in words. */
export function placesIn(words) {
  return [...words.matchAll(PLACE)].map(([, , name]) => name);
}

/** Put numbers into words. */
export function fillIn(words, numbers) {
  return words.replace(PLACE, (_, bracket, name) => numberIn(numbers[name], bracket));
}

function numberIn(value, bracket) {
  const text = toThreeDecimals(value);
  return bracket && text.startsWith("−") ? `(${text})` : text;
}

/** Return words as nodes: `mark(name, ...nodes)` makes one of each number, and of each name right of a "=". */
export function makePieces(words, numbers, mark) {
  const nodes = [];
  const result = words.indexOf(" = ");
  let end = 0;
  for (const found of words.matchAll(PIECE)) {
    const [all, bracket, place, slope, letter, index] = found;
    nodes.push(withSigns(words.slice(end, found.index)));
    if (place) nodes.push(mark(place, numberIn(numbers[place], bracket)));
    else {
      const name = [slope, make("i", {}, letter), make("sub", {}, index)];
      nodes.push(...(found.index < result ? name : [mark(all, ...name)]));
    }
    end = found.index + all.length;
  }
  return [...nodes, withSigns(words.slice(end))];
}

function withSigns(words) {
  return words.replaceAll(" - ", " − ").replace("= -ln", "= −ln");
}

/** Return by its name the formula of each number that the stages find, and the `terms` that it is made of. */
export function formulasOf(stages) {
  const found = new Map();
  for (const line of stages.flatMap(([, , lines]) => lines)) {
    const name = placesIn(line).at(-1);
    if (line.includes(" = ") && !found.has(name)) found.set(name, { line, terms: termsIn(line, name) });
  }
  // What is found once more, after the update, has the same formula of new numbers.
  const finds = new Set(stages.flatMap(([, , , names]) => names));
  const renewed = (name) => (finds.has(`new ${name}`) ? `new ${name}` : name);
  for (const [name, { line, terms }] of [...found]) {
    if (renewed(name) === name) continue;
    const renew = (_, bracket, term) => (bracket ? `{(${renewed(term)})}` : `{${renewed(term)}}`);
    found.set(renewed(name), { line: line.replace(PLACE, renew), terms: terms.map(renewed) });
  }
  return found;
}

function termsIn(line, result) {
  const right = line.slice(line.indexOf(" = "));
  const named = [...right.replaceAll(PLACE, "").matchAll(NAME)].map(([name]) => name);
  return [...new Set([...named, ...placesIn(right)])].filter((name) => name !== result);
}
