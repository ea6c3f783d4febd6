/** A stored network's answer to an image, computed in the page: no Python is needed. */

const PLAIN_SCORES = ["hinge", "mse"];
const sigmoid = (x) => 1 / (1 + Math.exp(-x));
const ACTIVATIONS = {
  relu: (x) => Math.max(x, 0),
  tanh: Math.tanh,
  sigmoid,
  naive_sigmoid: sigmoid,
  gelu: (x) => 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3))),
};

/** Return a network as the file of stops holds it, ready to be asked. */
export function unpackNetwork({ layers, ...network }) {
  const unpacked = layers.map(({ shape: [rows, columns], scale, weights, bias }) => {
    const bytes = Uint8Array.from(atob(weights), (character) => character.charCodeAt(0));
    return { rows, columns, bias, weights: Float32Array.from(new Int8Array(bytes.buffer), (w) => w * scale) };
  });
  return { ...network, layers: unpacked };
}

/** Return scores and digit, as the package's `classify_image` does. */
export function classify({ input: [scale, offset], activation, loss, layers }, pixels) {
  let values = pixels.map((pixel) => pixel * scale + offset);
  layers.forEach((layer, i) => {
    values = multiply(layer, values);
    if (i < layers.length - 1) values = values.map(ACTIVATIONS[activation]);
  });
  const isPlain = PLAIN_SCORES.includes(loss);
  const scores = isPlain ? values : softmax(values);
  const digit = scores.every(Number.isFinite) ? scores.indexOf(Math.max(...scores)) : null;
  return { scores, digit, kind: isPlain ? "score" : "probability" };
}

/** Return what the first layer's units put out for an image; of hidden ones, after the activation. */
export function firstUnits({ input: [scale, offset], activation, layers }, pixels, isHidden) {
  const values = multiply(layers[0], pixels.map((pixel) => pixel * scale + offset));
  return isHidden ? values.map(ACTIVATIONS[activation]) : values;
}

function multiply({ columns, bias, weights }, values) {
  const sums = Float64Array.from(bias);
  values.forEach((value, row) => {
    for (let i = 0; value && i < columns; i += 1) sums[i] += value * weights[row * columns + i];
  });
  return [...sums];
}

function softmax(outputs) {
  const most = Math.max(...outputs);
  const powers = outputs.map((output) => Math.exp(output - most));
  const sum = powers.reduce((a, b) => a + b);
  return powers.map((power) => power / sum);
}
