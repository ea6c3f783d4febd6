/** The worker: NumPy on Pyodide, and in it the mlp_core that this book was built from. */
"use strict";

const PROGRAM = `
import json
import math
import time

import mlp_core
import numpy
from mlp_core.what_if.classify import classify_image, classify_test_image
from mlp_core.what_if import Panel, run_panel
from mlp_core.training import ConfigError
from pyodide.ffi import run_sync

LISTEN_S = 0.04  # how often the worker looks whether it is told to stop
trained = {}  # the latest run of each panel, with its network


def to_json(event):
    """JSON knows no figure that is not finite: it becomes null."""
    broken = [k for k, v in event.items() if isinstance(v, float) and not math.isfinite(v)]
    return json.dumps({**event, **dict.fromkeys(broken)})


def run(key, panel_text, job_text, send, is_wanted, pause):
    """Train one set of values; send every event as JSON text."""
    job = json.loads(job_text)
    panel = Panel.from_dict(json.loads(panel_text))
    panel = panel.with_base(dataset="digits", seed=job["seed"])
    due = time.monotonic() + LISTEN_S

    def should_stop():
        nonlocal due
        if pause is None or time.monotonic() < due:
            return False
        run_sync(pause())
        due = time.monotonic() + LISTEN_S
        return not is_wanted()

    send_event = lambda event: send(to_json(event))
    trained[key] = run_panel(panel, job["values"], send_event, should_stop)


def look(key, what_text):
    """Return as JSON text what a panel's network says of a drawing or of a test image."""
    what = json.loads(what_text)
    try:
        if key not in trained:
            raise ConfigError("There is no network yet: press Train here.")
        if "test" in what:
            return json.dumps(classify_test_image(trained[key], what["test"]))
        return json.dumps(classify_image(trained[key], what["pixels"]))
    except ConfigError as error:
        return json.dumps({"problem": str(error)})


versions = json.dumps({"mlp_core": mlp_core.__version__, "numpy": numpy.__version__})
`;

let train = null;
let look = null;
let polls = false; // whether Python can wait in the midst of a run, so that messages get through
let wanted = 0; // the id of the run that the page waits for
let next = null;
let working = false;
let looks = []; // questions about networks; a run goes first
let giveUp = () => {};

onmessage = ({ data }) => {
  if (data.kind === "boot") {
    // A file that cannot be had ends the loading; Pyodide itself would wait for ever.
    const failed = new Promise((_, reject) => (giveUp = reject));
    Promise.race([boot(data.build), failed]).catch((error) => {
      postMessage({ kind: "broken", message: `Python could not be loaded: ${short(error)}` });
    });
    return;
  }
  if (data.kind === "look") looks.push(data);
  else [wanted, next] = data.kind === "run" ? [data.id, data] : [0, null];
  if (!working) work();
};

function short(error) {
  return String(error?.message ?? error).trim().split("\n").at(-1).slice(0, 200);
}

/** Fetch a file, checked against its hash. */
async function take(file) {
  try {
    const answer = await fetch(file.url, { integrity: file.integrity });
    if (!answer.ok) throw new Error(`the host answered ${answer.status}`);
    return answer;
  } catch (error) {
    const problem = new Error(`${file.url.split("/").at(-1)}: ${short(error)}`);
    giveUp(problem);
    throw problem;
  }
}

async function boot(build) {
  const files = build.pyodide.files;
  const at = Object.fromEntries(
    Object.entries(files).map(([name, file]) => [name, { ...file, url: absolute(file.url, build) }]),
  );
  const count = countBytes(Object.values(files));
  const bytes = async (name) => count(files[name], await (await take(at[name])).arrayBuffer());
  const code = async (name) => {
    const blob = new Blob([await bytes(name)], { type: "text/javascript" });
    const url = URL.createObjectURL(blob);
    importScripts(url);
    URL.revokeObjectURL(url);
  };
  const wheel = take({ url: absolute(build.wheel, build), integrity: build.wheelIntegrity });
  const numpy = bytes("numpy");
  numpy.catch(() => {}); // `take` has given up already
  wheel.catch(() => {});
  guardFetch(at, count);
  await Promise.all([code("pyodide.js"), code("pyodide.asm.js")]);
  const pyodide = await loadPyodide({
    indexURL: at["pyodide.js"].url.replace(/[^/]*$/, ""),
    lockFileURL: at["pyodide-lock.json"].url,
    stdLibURL: at["python_stdlib.zip"].url,
  });
  pyodide.unpackArchive(await numpy, "wheel");
  pyodide.unpackArchive(await (await wheel).arrayBuffer(), "wheel");
  pyodide.runPython(PROGRAM);
  train = pyodide.globals.get("run");
  look = pyodide.globals.get("look");
  polls = "Suspending" in WebAssembly && typeof train.callPromising === "function";
  postMessage({ kind: "ready", polls, versions: JSON.parse(pyodide.globals.get("versions")) });
}

function absolute(url, build) {
  return new URL(url, build.base).href;
}

/** Pyodide fetches the rest of its files itself: they are checked and counted too. */
function guardFetch(at, count) {
  const plain = self.fetch.bind(self);
  const known = new Map(Object.values(at).map((file) => [file.url, file]));
  self.fetch = async (request, options) => {
    const file = known.get(String(request.url ?? request));
    if (!file) return plain(request, options);
    try {
      const answer = await plain(request, { ...options, integrity: file.integrity });
      count(file);
      return answer;
    } catch (error) {
      giveUp(new Error(`${file.url.split("/").at(-1)}: ${short(error)}`));
      throw error;
    }
  };
}

function countBytes(files) {
  const total = files.reduce((sum, file) => sum + file.bytes, 0);
  const seen = new Set();
  return (file, content) => {
    seen.add(file.integrity);
    const done = files.filter((f) => seen.has(f.integrity)).reduce((sum, f) => sum + f.bytes, 0);
    postMessage({ kind: "progress", done, total });
    return content;
  };
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
  const questions = looks;
  looks = [];
  for (const { id, key, what } of questions) {
    postMessage({ kind: "seen", id, seen: JSON.parse(look(key, JSON.stringify(what))) });
  }
}

async function runAll(job) {
  try {
    for (const [index, run] of job.runs.entries()) {
      if (wanted !== job.id) return;
      await runOne(job, index, JSON.stringify(run));
    }
    postMessage({ kind: "finished", id: job.id });
  } catch (error) {
    postMessage({ kind: "error", id: job.id, message: short(error) });
  }
}

async function runOne(job, index, run) {
  const send = (text) => postMessage({ kind: "event", id: job.id, index, event: JSON.parse(text) });
  const isWanted = () => wanted === job.id;
  if (polls) await train.callPromising(job.key, job.panel, run, send, isWanted, listen);
  else train(job.key, job.panel, run, send, isWanted, undefined);
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
