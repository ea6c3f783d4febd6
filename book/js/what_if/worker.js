/** The worker: NumPy on Pyodide, and in it the mlp_core that this book was built from. */
"use strict";

const PROGRAM = `
import ctypes
import json
import os
import shutil
from pathlib import Path

import mlp_core
import numpy
from mlp_core.data import SOURCES, DataError, load_dataset
from mlp_core.data.folder import FILE_NAMES, find_idx
from mlp_core.data.sources import verify_dataset
from mlp_core.nn.products import set_product
from mlp_core.training import ConfigError
from mlp_core.what_if import LiveRuns, Panel
from mlp_core.what_if.classify import classify_image, classify_test_image

os.environ["MLP_CORE_DATA_DIR"] = DATA = "/data"
live = None  # the runs under way
trained = {}  # the latest run of each panel, with its network


def begin(panel_text, runs_text, dataset, send):
    """Be ready to train runs; lots of events will be sent as JSON text."""
    global live
    panel = Panel.from_dict(json.loads(panel_text)).with_base(dataset=dataset)
    live = LiveRuns(panel, json.loads(runs_text), lambda lot: send(json.dumps(lot)))


def obey(command_text):
    live.take(json.loads(command_text))


def turn(key):
    """Train for a moment; return how many seconds to wait for messages, None after the last run."""
    wait = live.turn()
    if live.last is not None:
        trained[key] = live.last
    return wait


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
        if not find_idx(Path(folder)):  # the loader would advise what the panel cannot take
            names = ", ".join(FILE_NAMES.values())
            raise DataError(f"The panel takes four IDX files: {names}, gzipped or not.")
        for name, source in SOURCES.items():
            place = f"{DATA}/{name}"
            if not any(check.problem for check in verify_dataset(name, folder)):
                if folder != place:  # files of the reader's
                    shutil.rmtree(place, ignore_errors=True)
                    os.rename(folder, place)
                folder, label = name, source.title
                break
        data = load_dataset(folder)
    except (ConfigError, DataError, OSError) as error:
        return json.dumps({"problem": str(error).replace(folder, "your files")})
    words = f"{data.train_size:,} training and {data.test_size:,} test images, read"
    return json.dumps({"dataset": {"name": folder, "label": label, "words": words}})


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
let python = {}; // the functions of the program
let job = null; // what the page waits for
let begun = null;
let commands = []; // for the run under way
let questions = []; // about networks and data
let working = false;
let call = () => {}; // ends a rest

onmessage = ({ data }) => {
  const { kind } = data;
  if (kind === "boot") {
    boot(data.build).catch((error) => {
      postMessage({ kind: "broken", message: `Python could not be loaded: ${short(error)}` });
    });
    return;
  }
  if (kind === "run") [job, commands] = [data, data.commands];
  else if (kind === "stop") job = null;
  else if (kind === "command") commands.push(...(data.id === job?.id ? [data.command] : []));
  else questions.push(data);
  call();
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
  const names = ["begin", "obey", "turn", "classify", "take_data"];
  python = Object.fromEntries(names.map((name) => [name, pyodide.globals.get(name)]));
  postMessage({ kind: "ready", versions: JSON.parse(pyodide.globals.get("versions")) });
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

/** Train by turns and answer questions, as long as there is something to do. */
async function work() {
  working = true;
  while (job || questions.length) {
    questions.splice(0).forEach(answer);
    if (job) await rest(takeTurn(job));
  }
  working = false;
}

/** Train a job for a moment; return how many seconds to wait for a message before the next turn. */
function takeTurn({ id, key, panel, runs, dataset }) {
  const send = (text) => postMessage({ kind: "events", id, text });
  try {
    if (begun !== id) python.begin(JSON.stringify(panel), JSON.stringify(runs), dataset, send);
    begun = id;
    commands.splice(0).forEach((command) => python.obey(JSON.stringify(command)));
    const wait = python.turn(key);
    if (wait !== undefined) return wait;
    postMessage({ kind: "done", id });
  } catch (error) {
    postMessage({ kind: "failed", id, message: short(error) });
  }
  job = null;
  return 0;
}

/** Resolve at the next message, or after some seconds; messages that have arrived are heard first. */
function rest(seconds) {
  return new Promise((resolve) => {
    call = resolve;
    if (seconds === 0) askForTurn(resolve);
    else if (Number.isFinite(seconds)) setTimeout(resolve, 1000 * seconds);
  });
}

/** Call after the messages that have arrived; a timer would wait four milliseconds. */
function askForTurn(resolve) {
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = () => {
    port1.close();
    resolve();
  };
  port2.postMessage(null);
}

function answer({ kind, id, key, image, number, name, label, files }) {
  if (kind === "data") {
    const text = python.take_data(writeFiles(name, files), label);
    postMessage({ kind: "data", id, key, ...JSON.parse(text) });
  } else {
    postMessage({ kind: "answer", id, key, number, answer: JSON.parse(python.classify(key, JSON.stringify(image))) });
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
