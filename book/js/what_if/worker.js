/** The worker: NumPy on Pyodide, and in it the mlp_core that this book was built from. */
"use strict";

const PROGRAM = `
import ctypes
import json
import os
import time

import mlp_core
import numpy
from mlp_core.data import DataError, load_dataset
from mlp_core.data.sources import verify_dataset
from mlp_core.nn.products import set_product
from mlp_core.training import ConfigError
from mlp_core.what_if import Panel, run_seeds
from mlp_core.what_if.classify import classify_image, classify_test_image
from pyodide.ffi import run_sync

LISTEN_S = 0.03  # how often the worker looks whether it is told to stop
trained = {}  # the latest run of each panel, with its network


def run(key, panel_text, runs_text, dataset, send, is_wanted, pause):
    """Train runs; send lots of events as JSON text; return whether a network is there."""
    panel = Panel.from_dict(json.loads(panel_text)).with_base(dataset=dataset)
    due = time.monotonic() + LISTEN_S

    def should_stop():
        nonlocal due
        if pause is None or time.monotonic() < due:
            return False
        run_sync(pause())
        due = time.monotonic() + LISTEN_S
        return not is_wanted()

    last = run_seeds(panel, json.loads(runs_text), lambda lot: send(json.dumps(lot)), should_stop)
    if last is not None:
        trained[key] = last


def classify(key, image_text):
    """Return as JSON text what a panel's network says of a drawing or of a test image."""
    image = json.loads(image_text)
    try:
        if key not in trained:
            raise ConfigError("The network is gone: press Play once more.")
        if "test" in image:
            return json.dumps(classify_test_image(trained[key], image["test"]))
        return json.dumps(classify_image(trained[key], image["pixels"]))
    except ConfigError as error:
        return json.dumps({"problem": str(error)})


def take_data(folder, label):
    """Read the files of a folder as the loader does; return as JSON text what they are."""
    try:
        is_mnist = not any(check.problem for check in verify_dataset("mnist", folder))
        if is_mnist:
            os.environ["MLP_CORE_DATA_DIR"] = folder
        name = "mnist" if is_mnist else folder
        data = load_dataset(name)
    except (ConfigError, DataError, OSError) as error:
        return json.dumps({"problem": str(error).replace(folder, "your files")})
    words = f"{data.train_size:,} training and {data.test_size:,} test images, read"
    return json.dumps({"dataset": {"name": name, "label": "MNIST" if is_mnist else label, "words": words}})


def use_products(library_path):
    """Let the layers multiply by the library, and say what they multiply by."""
    try:
        library = ctypes.PyDLL(library_path)
        library.know_arrays_by(ctypes.py_object(numpy.ndarray))
        multiply = library.product
        multiply.argtypes = [ctypes.py_object] * 3
        set_product(lambda a, b, out: out if multiply(a, b, out) else numpy.dot(a, b, out))
        return "WebAssembly SIMD"
    except (OSError, ValueError):  # no SIMD here, or products that are wrong
        return "NumPy"


versions = {"mlp_core": mlp_core.__version__, "numpy": numpy.__version__}
versions = json.dumps({**versions, "products": use_products("/products.so")})
`;

let pyodide = null;
let train = null;
let classify = null;
let takeData = null;
let polls = false; // whether Python can wait in the midst of a run, so that messages get through
let wanted = 0; // the id of the run that the page waits for
let next = null;
let working = false;
let questions = []; // about networks and data; a run goes first

onmessage = ({ data }) => {
  if (data.kind === "boot") {
    boot(data.build).catch((error) => {
      postMessage({ kind: "broken", message: `Python could not be loaded: ${short(error)}` });
    });
    return;
  }
  if (data.kind === "classify" || data.kind === "data") questions.push(data);
  else [wanted, next] = data.kind === "run" ? [data.id, data] : [0, null];
  if (!working) work();
};

function short(error) {
  return String(error?.message ?? error).trim().split("\n").at(-1).slice(0, 200);
}

async function boot(build) {
  const absolute = (url) => new URL(url, build.base).href;
  const files = Object.entries({ ...build.pyodide.files, ...build.files });
  const urls = Object.fromEntries(files.map(([name, file]) => [name, absolute(file.url)]));
  const failed = checkFetches(new Map(files.map(([name, file]) => [urls[name], file])));
  await Promise.race([failed, load(urls)]);
}

async function load(urls) {
  const bytesOf = async (url) => (await fetch(url)).arrayBuffer();
  const [products, ...archives] = [urls.products, urls.numpy, urls.mlp_core].map(bytesOf);
  for (const content of [products, ...archives]) content.catch(() => {}); // it is told already
  await Promise.all([urls["pyodide.js"], urls["pyodide.asm.js"]].map(runScript));
  pyodide = await loadPyodide({
    indexURL: urls["pyodide.js"].replace(/[^/]*$/, ""),
    lockFileURL: urls["pyodide-lock.json"],
    stdLibURL: urls["python_stdlib.zip"],
  });
  for (const archive of archives) pyodide.unpackArchive(await archive, "wheel");
  pyodide.FS.writeFile("/products.so", new Uint8Array(await products));
  pyodide.runPython(PROGRAM);
  [train, classify, takeData] = ["run", "classify", "take_data"].map((name) => pyodide.globals.get(name));
  const versions = JSON.parse(pyodide.globals.get("versions"));
  polls = "Suspending" in WebAssembly && typeof train.callPromising === "function";
  postMessage({ kind: "ready", polls, versions });
}

/** Run a script that `fetch` has checked: importScripts knows no integrity. */
async function runScript(url) {
  const text = await (await fetch(url)).text();
  const copy = URL.createObjectURL(new Blob([text], { type: "text/javascript" }));
  importScripts(copy);
  URL.revokeObjectURL(copy);
}

/**
 * Check and count what is fetched of known files, also by Pyodide itself.
 *
 * Return a promise that fails with the first of them: Pyodide would wait for ever.
 */
function checkFetches(known) {
  const plain = self.fetch.bind(self);
  const total = [...known.values()].reduce((sum, file) => sum + file.bytes, 0);
  const seen = new Set();
  let giveUp;
  self.fetch = async (request, options) => {
    const file = known.get(String(request.url ?? request));
    if (!file) return plain(request, options);
    try {
      const answer = await plain(request, { ...options, integrity: file.integrity });
      if (!answer.ok) throw new Error(`the host answered ${answer.status}`);
      seen.add(file);
      const done = [...seen].reduce((sum, one) => sum + one.bytes, 0);
      postMessage({ kind: "progress", done, total });
      return answer;
    } catch (error) {
      giveUp(new Error(`${file.url.split("/").at(-1)}: ${short(error)}`));
      throw error;
    }
  };
  return new Promise((_, reject) => (giveUp = reject));
}

async function work() {
  working = true;
  while (next) {
    const job = next;
    next = null;
    await runAll(job);
    postMessage({ kind: "idle", id: job.id });
  }
  working = false;
  for (const question of questions.splice(0)) answer(question);
}

function answer({ kind, id, key, image, number, name, label, files }) {
  if (kind === "data") {
    const text = takeData(writeFiles(name, files), label);
    postMessage({ kind: "data", id, key, ...JSON.parse(text) });
  } else {
    postMessage({ kind: "answer", id, key, number, answer: JSON.parse(classify(key, JSON.stringify(image))) });
  }
}

/** Write files into a folder that only they are in. */
function writeFiles(name, files) {
  const folder = `/data/${name}`;
  pyodide.FS.mkdirTree(folder);
  const isOld = (file) => file !== "." && file !== "..";
  pyodide.FS.readdir(folder).filter(isOld).forEach((file) => pyodide.FS.unlink(`${folder}/${file}`));
  files.forEach((file) => pyodide.FS.writeFile(`${folder}/${file.name}`, new Uint8Array(file.content)));
  return folder;
}

async function runAll({ id, key, panel, runs, dataset }) {
  const send = (text) => postMessage({ kind: "events", id, events: JSON.parse(text) });
  const isWanted = () => wanted === id;
  const given = [key, JSON.stringify(panel), JSON.stringify(runs), dataset, send, isWanted];
  try {
    if (polls) await train.callPromising(...given, listen);
    else train(...given, undefined);
    if (isWanted()) postMessage({ kind: "done", id });
  } catch (error) {
    postMessage({ kind: "failed", id, message: short(error) });
  }
}

/** Resolve after the messages that have arrived; a timer would wait four milliseconds. */
function listen() {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}
