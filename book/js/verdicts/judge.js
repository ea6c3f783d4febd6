/** The rule of the protocol, as mlp_book.stats and mlp_book.findings.claims have it. */

import { reachOf, twoSided } from "./student.js";

export const PROTOCOL = { level: 0.05, margin: 1, pairing: "protocol", correction: "bh" };

/** Return difference, standard error and degrees of freedom, paired or not; null if not known. */
function numbersOf(one, pairing) {
  const isPaired = pairing === "protocol" ? one.paired : pairing === "paired";
  return isPaired ? (one.twins ?? (one.paired ? null : one.apart)) : (one.apart ?? one.twins);
}

/** Return p values after the correction for the size of a family; NaN stays. */
function adjust(ps, correction) {
  const known = ps.map((p, i) => [p, i]).filter(([p]) => Number.isFinite(p));
  known.sort(([a], [b]) => b - a);
  const adjusted = [...ps];
  let least = 1;
  known.forEach(([p, place], i) => {
    const factor = { bh: known.length / (known.length - i), bonferroni: known.length, none: 1 };
    const own = Math.min(1, p * factor[correction]);
    least = correction === "bh" ? Math.min(least, own) : own;
    adjusted[place] = least;
  });
  return adjusted;
}

/** Return each comparison's direction, and whether its interval lies within the margin. */
function judgeFamily(family, { level, margin, pairing, correction }) {
  const numbers = family.map((one) => numbersOf(one, pairing));
  const ps = family.map((one, i) => {
    if (one.broke !== null) return one.broke;
    if (!numbers[i]) return NaN;
    const [difference, error, df] = numbers[i];
    return error ? twoSided(difference / error, df) : Number(difference === 0);
  });
  return adjust(ps, correction).map((p, i) => {
    const one = family[i];
    const isTold = p < level;
    if (one.broke !== null || !numbers[i]) {
      return { way: isTold && one.broke !== null ? one.breaks : 0, isWithin: false, isBroken: true };
    }
    const [difference, error, df] = numbers[i];
    const half = reachOf(level, df) * error;
    const isWithin = Math.abs(difference) + half < margin * one.margin;
    return { way: isTold ? Math.sign(difference) || -1 : 0, isWithin, isBroken: false };
  });
}

const isEquivalent = ({ way, isWithin }) => way === 0 && isWithin;
const MET = {
  larger: ({ way }) => way > 0,
  "some larger": ({ way }) => way > 0,
  smaller: ({ way }) => way < 0,
  "not larger": (found) => found.way < 0 || isEquivalent(found),
  "not smaller": (found) => found.way > 0 || isEquivalent(found),
  alike: isEquivalent,
  figure: ({ isWithin }) => isWithin,
};
const CONTRARY = {
  larger: ({ way }) => way < 0,
  "some larger": (found) => found.way < 0 || isEquivalent(found),
  smaller: ({ way }) => way > 0,
  "not larger": ({ way }) => way > 0,
  "not smaller": ({ way }) => way < 0,
  alike: ({ way }) => way !== 0,
  figure: ({ way, isWithin }) => way !== 0 && !isWithin,
};

/** Return the verdict on a row; a row without comparisons keeps its own. */
export function verdictOf(row, rule = PROTOCOL) {
  if (!row.family) return row.verdict;
  const judged = judgeFamily(row.family, rule);
  const said = row.picks.map((place) => row.family[place].said);
  const met = row.picks.map((place, i) => MET[said[i]](judged[place]));
  const contrary = row.picks.map((place, i) => CONTRARY[said[i]](judged[place]));
  const some = met.some(Boolean);
  if (!met.length) return "undecided";
  if (said[0] === "some larger") {
    return some ? "holds" : contrary.every(Boolean) ? "does not hold" : "undecided";
  }
  if (met.every(Boolean)) return "holds";
  if (some && said.every((word) => word === "figure")) return "holds in part";
  if (contrary.some(Boolean)) return "does not hold";
  return some && !said.every((word) => word.startsWith("not ")) ? "holds in part" : "undecided";
}
