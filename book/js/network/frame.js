/** Frames as the package's `look` makes them, read once each. */

import { unpackNetwork } from "../what_if/forward.js";

const TOP_SHARE = 0.03; // of the weights have the full colour

/** Return what a frame holds, unpacked; it is kept with the frame. */
export function readFrame(frame) {
  frame.read ??= unpackFrame(frame);
  return frame.read;
}

function unpackFrame({ network, units, said, sure, scores }) {
  const { shape, scale, weights } = network.layers[0];
  const levels = bytesOf(weights, Int8Array);
  return {
    inputs: shape[0],
    count: shape[1],
    levels,
    scale,
    top: topOf(levels) * scale,
    dead: new Set(units?.dead),
    saturated: new Set(units?.saturated),
    said: said && bytesOf(said),
    sure: sure && bytesOf(sure),
    scores: bytesOf(scores),
    network: null,
  };
}

/** Return a frame's network, ready to be asked; of one that is not whole, what the frame holds. */
export function networkOf(frame) {
  const read = readFrame(frame);
  read.network ??= unpackNetwork(frame.network);
  return read.network;
}

export function bytesOf(text, Kind = Uint8Array) {
  const characters = atob(text);
  const bytes = new Kind(characters.length);
  for (let i = 0; i < bytes.length; i += 1) bytes[i] = characters.charCodeAt(i);
  return bytes;
}

/** Return the level that nearly all weights stay under. */
function topOf(levels) {
  const counts = new Uint32Array(129);
  for (let i = 0; i < levels.length; i += 1) counts[Math.abs(levels[i])] += 1;
  let [above, level] = [0, 128];
  while (level > 1 && above + counts[level] <= TOP_SHARE * levels.length) {
    above += counts[level];
    level -= 1;
  }
  return level;
}

/** Return "1 unit", "3 units". */
export function countOf(count, noun) {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

/** Return a list in words: "1, 2 and 3"; of a long one the beginning. */
export function listOf(items, most = 6) {
  if (items.length > most) return `${items.slice(0, most - 1).join(", ")} and ${items.length - most + 1} more`;
  return items.length > 1 ? `${items.slice(0, -1).join(", ")} and ${items.at(-1)}` : items.join("");
}
