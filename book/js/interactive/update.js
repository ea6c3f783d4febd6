/** One update of a network with two inputs, two tanh units and two classes, as the engine makes it. */

const BOTH = [1, 2];

/**
 * Return every number of an update by its name: `slope w11` of w11, `new w11` after the step.
 * What is given: x1 to c2 as in the chapter, the `target` (class 1 or 2) and the `rate`.
 */
export function findUpdate(given) {
  const before = goForward(given);
  const slopes = goBackward(before);
  const after = { ...given };
  for (const name of Object.keys(given)) {
    if (`slope ${name}` in slopes) after[name] -= given.rate * slopes[`slope ${name}`];
  }
  const renamed = Object.entries(goForward(after)).map(([name, value]) => [`new ${name}`, value]);
  return { ...before, ...slopes, ...Object.fromEntries(renamed) };
}

function goForward(given) {
  const n = { ...given };
  for (const j of BOTH) {
    n[`u${j}`] = n.x1 * n[`w1${j}`] + n.x2 * n[`w2${j}`] + n[`b${j}`];
    n[`h${j}`] = Math.tanh(n[`u${j}`]);
  }
  for (const k of BOTH) n[`z${k}`] = n.h1 * n[`v1${k}`] + n.h2 * n[`v2${k}`] + n[`c${k}`];
  const largest = Math.max(n.z1, n.z2); // exponentials of the differences cannot overflow
  const sum = Math.exp(n.z1 - largest) + Math.exp(n.z2 - largest);
  for (const k of BOTH) n[`p${k}`] = Math.exp(n[`z${k}`] - largest) / sum;
  n.loss = Math.log(sum) - (n[`z${n.target}`] - largest);
  return n;
}

function goBackward(n) {
  const slopes = {};
  const slope = (name, value) => (slopes[`slope ${name}`] = value);
  const [z1, z2] = BOTH.map((k) => slope(`z${k}`, n[`p${k}`] - (k === n.target)));
  for (const i of BOTH) {
    slope(`v${i}1`, n[`h${i}`] * z1);
    slope(`v${i}2`, n[`h${i}`] * z2);
    slope(`c${i}`, slopes[`slope z${i}`]);
    const h = slope(`h${i}`, n[`v${i}1`] * z1 + n[`v${i}2`] * z2);
    const u = slope(`u${i}`, h * (1 - n[`h${i}`] ** 2));
    slope(`w1${i}`, n.x1 * u);
    slope(`w2${i}`, n.x2 * u);
    slope(`b${i}`, u);
  }
  return slopes;
}
