/** Links that carry settings in their fragments, as name=value pairs: read with care, and written. */

const LONGEST_FRAGMENT = 4000; // characters; a page's own are shorter
const LONGEST_QUOTE = 40;

/**
 * Read a fragment; return a sentence for each pair that is refused.
 *
 * `take(name, text)` keeps what is legal; it returns why a pair is refused, as the end of a sentence,
 * or nothing.
 */
export function readFragment(fragment, take) {
  if (fragment.length > LONGEST_FRAGMENT) {
    return ["The link is too long for this page: the defaults are shown."];
  }
  return pairsOf(fragment).flatMap((part) => {
    const [name, ...rest] = part.split("=");
    const text = decode(rest.join("="));
    const refusal = take(name, text);
    const said = `${name.slice(0, LONGEST_QUOTE)}=${text.slice(0, LONGEST_QUOTE)}`;
    return refusal ? [`The link says ${said}, ${refusal}`] : [];
  });
}

/** Return the parts of a fragment that are pairs; none of one that is too long. */
export function pairsOf(fragment) {
  if (fragment.length > LONGEST_FRAGMENT) return [];
  return fragment.replace(/^#/, "").split("&").filter((part) => part.includes("="));
}

function decode(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // no encoding of any text: shown as it is, and refused
  }
}

/** Write a fragment into the address, which the reader may copy. */
export function showFragment(fragment) {
  try {
    history.replaceState(null, "", fragment ? `#${fragment}` : location.pathname + location.search);
  } catch {
    // Too many changes in a short time: the next one writes the link.
  }
}
