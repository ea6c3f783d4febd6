/** Numbers of 32 bits: their parts, and a softmax of two logits in float32, naive and stable. */

const f32 = Math.fround;

/** Return the bits of a number as three texts: sign, exponent and fraction. */
export function bitsOf(value) {
  const bits = new Uint32Array(new Float32Array([value]).buffer)[0].toString(2).padStart(32, "0");
  return [bits.slice(0, 1), bits.slice(1, 9), bits.slice(9)];
}

/** Return each step of the naive cross-entropy of two logits; the second is the true class's. */
export function naiveSteps(wrong, right) {
  const [a, b] = [wrong, right].map((logit) => f32(Math.exp(f32(logit))));
  const sum = f32(a + b);
  const probability = f32(b / sum);
  return { a, b, sum, probability, loss: f32(-Math.log(probability)) };
}

/** Return the same two values by the shift and the log-sum-exp. */
export function stableSteps(wrong, right) {
  const largest = f32(Math.max(wrong, right));
  const shifted = [wrong, right].map((logit) => f32(f32(logit) - largest));
  const [a, b] = shifted.map((logit) => f32(Math.exp(logit)));
  const sum = f32(a + b);
  return { probability: f32(b / sum), loss: f32(f32(Math.log(sum)) - shifted[1]) };
}
