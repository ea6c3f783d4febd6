/** Numbers in few characters: what the build packs, the pages read. */

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
/** What each character stands for, 0 to 63. */
export const PLACE = new Map([...ALPHABET].map((character, place) => [character, place]));
const MANTISSAS = 9000; // 1000 to 9999, at the exponents from the least on
const LEAST_EXPONENT = -14;
const NO_FIGURE = 64 ** 3 - 1;

/** Return the figures of a text, three characters each; null for what is not finite. */
export function readFigures(text) {
  return Array.from({ length: text.length / 3 }, (_, i) => {
    const code = [0, 1, 2].reduce((sum, j) => 64 * sum + PLACE.get(text[3 * i + j]), 0);
    if (code >= NO_FIGURE - 1) return code === NO_FIGURE ? null : 0;
    return Number(`${1000 + (code % MANTISSAS)}e${LEAST_EXPONENT + Math.floor(code / MANTISSAS)}`);
  });
}
