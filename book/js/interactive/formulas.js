/** Formulas as the chapter writes them: names as they are, places for numbers in braces, `{(w11)}`. */

import { make } from "../elements.js";

const PLACE = /\{(\(?)([a-z\d ]+)\)?\}/g; // with brackets if a negative number needs them
const PIECE = new RegExp(`${PLACE.source}|\\b((?:slope )?)([a-z])(\\d{1,2})(?!\\d)`, "g");

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
  return bracket && value < 0 && text !== "0" ? `(${text})` : text;
}

/** Return words as nodes: numbers by `makeNumber(text, name)`, names with their index below the line. */
export function makePieces(words, numbers, makeNumber) {
  const nodes = [];
  let end = 0;
  for (const found of words.matchAll(PIECE)) {
    const [all, bracket, name, slope, letter, index] = found;
    nodes.push(withSigns(words.slice(end, found.index)));
    if (name) nodes.push(makeNumber(numberIn(numbers[name], bracket), name));
    else nodes.push(slope, make("i", {}, letter), make("sub", {}, index));
    end = found.index + all.length;
  }
  return [...nodes, withSigns(words.slice(end))];
}

function withSigns(words) {
  return words.replaceAll(" - ", " − ").replace("= -ln", "= −ln");
}

/** Return the formula of each number by its name; those after the update are like those before it. */
export function formulasOf(stages) {
  const formulas = {};
  for (const [, , lines] of stages) {
    for (const line of lines) {
      const name = line.includes(" = ") && placesIn(line).at(-1);
      if (name) formulas[name] ??= line;
    }
  }
  const found = new Set(stages.flatMap(([, , , finds]) => finds));
  const isRenewed = (name) => found.has(`new ${name}`);
  for (const name of Object.keys(formulas).filter(isRenewed)) {
    const renew = (all, bracket, term) => (isRenewed(term) ? all.replace(term, `new ${term}`) : all);
    formulas[`new ${name}`] = formulas[name].replace(PLACE, renew);
  }
  return formulas;
}

/** Return the names of the numbers that a formula is made of; its result is another. */
export function termsOf(formula) {
  const names = [...formula.matchAll(/(?:slope )?\b[a-z]\d{1,2}(?!\d)/g)].map(([name]) => name);
  const places = placesIn(formula);
  const result = places.at(-1);
  return new Set([...(places.length > 1 ? places : names), ...places].filter((name) => name !== result));
}
