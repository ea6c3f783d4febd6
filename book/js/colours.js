/** Colours of lines and fields, as in the book's figures: on light and on dark ground. */

// Apart for colour-blind readers too.
export const PALETTE = ["#2a7fc4", "#c8600f", "#0d8f6b", "#c0609a", "#a97f1e", "#7a68c8"];
export const RAMP = ["#2a7fc4", "#7a68c8", "#bf4f8f", "#c8600f", "#a97f1e"];
// Cividis, from dark to light: made to look the same to colour-blind readers, and in grey.
const CIVIDIS = ["#00224e", "#2a406c", "#575d6d", "#7d7c78", "#a59c74", "#d3c064", "#fee838"];
const LIGHT_FROM = 3; // from this colour on, dark words read better

/** Return the place of a share from 0 to 1 among so many equal parts. */
export function binOf(share, count) {
  return Math.min(Math.max(Math.floor(share * count), 0), count - 1);
}

/** Return a colour of the ramp for a share from 0 to 1. */
export function rampColour(share) {
  const left = binOf(share, RAMP.length - 1);
  const part = share * (RAMP.length - 1) - left;
  const [a, b] = [RAMP[left], RAMP[left + 1]].map(channelsOf);
  return `rgb(${a.map((value, i) => Math.round(value + (b[i] - value) * part)).join(" ")})`;
}

/** Return red, green and blue, each from 0 to 255. */
export function channelsOf(hex) {
  return [1, 3, 5].map((place) => parseInt(hex.slice(place, place + 2), 16));
}

/** Return the ground of a field for a share from 0 to 1, and the colour of words on it. */
export function fieldColours(share) {
  const bin = binOf(share, CIVIDIS.length);
  return { background: CIVIDIS[bin], color: bin >= LIGHT_FROM ? "#000000" : "#ffffff" };
}
