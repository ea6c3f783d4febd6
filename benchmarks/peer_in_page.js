/** The same work by TensorFlow.js on its WebAssembly backend, as its tutorials write it. */
async (work) => {
  const [rows, inputs, units, classes] = [100, 784, 128, 10];
  await tf.setBackend("wasm");
  await tf.ready();

  async function timeProduct(a, b, turnA, turnB) {
    const multiply = () => tf.matMul(a, b, turnA, turnB).dispose(); // this backend does it at once
    for (let i = 0; i < 20; i++) multiply();
    const started = performance.now();
    let made = 0;
    for (; performance.now() - started < 50; made++) multiply();
    return (performance.now() - started) / 1000 / made;
  }

  async function timeEpoch() {
    const bytes = async (name) => new Uint8Array(await (await fetch(name)).arrayBuffer());
    const scaled = Float32Array.from(await bytes("pixels.bin"), (pixel) => pixel / 255);
    const images = tf.tensor2d(scaled, [60000, inputs]);
    const labels = tf.oneHot(Int32Array.from(await bytes("labels.bin")), classes);
    const model = tf.sequential({
      layers: [
        tf.layers.dense({ inputShape: [inputs], units, activation: "relu" }),
        tf.layers.dense({ units: classes, activation: "softmax" }),
      ],
    });
    model.compile({ optimizer: tf.train.momentum(0.05, 0.9), loss: "categoricalCrossentropy" });
    const fit = (x, y) =>
      model.fit(x, y, { epochs: 1, batchSize: rows, shuffle: true, yieldEvery: "never" });
    await fit(images.slice(0, 10 * rows), labels.slice(0, 10 * rows)); // a warm-up
    const started = performance.now();
    const { history } = await fit(images, labels);
    const seconds = (performance.now() - started) / 1000;
    if (!(history.loss[0] < 1)) throw new Error(`it has not learned: ${history.loss[0]}`);
    return seconds;
  }

  const [x, w, g] = [[rows, inputs], [inputs, units], [rows, units]].map((s) => tf.randomNormal(s));
  const seconds = {
    outputs: () => timeProduct(x, w, false, false),
    "gradient of the weights": () => timeProduct(x, g, true, false),
    "gradient of the inputs": () => timeProduct(g, w, false, true),
    "an epoch of MNIST": timeEpoch,
  };
  return seconds[work]();
};
