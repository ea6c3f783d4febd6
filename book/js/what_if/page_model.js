/** The model of panels on a page: it talks to the page's one worker, which boots Python on first use. */

import { Remembered } from "../remembered.js";

const agreed = new Remembered("sessionStorage", "mlp-python"); // for the visit: the reader agreed to load Python
const GONE = { problem: "The network is gone: press Play once more." };
const NOT_READ = "Python ended before it had read the files: choose them once more.";

/** What an anywidget's model does, for one panel of a page. */
export class PageModel {
  constructor(trainer, state) {
    Object.assign(this, { trainer, state: { values: {}, place: trainer.place, ...state }, hears: () => {} });
  }

  get(name) {
    return name === "ready" ? this.trainer.isAgreed : this.state[name];
  }

  set(name, value) {
    this.state[name] = value;
  }

  save_changes() {}

  on(kind, hear) {
    if (kind === "msg:custom") this.hears = hear;
  }

  send(message) {
    const { data, key } = this.state;
    this.trainer.take({ ...message, key, panel: data.panel }, this.hears);
  }
}

export class Trainer {
  constructor(build) {
    Object.assign(this, { build, worker: null, ready: null, job: null, ids: 0 });
    this.questions = new Map(); // who waits for an answer about a network or about data, by id
    this.place = this.describePlace();
  }

  describePlace() {
    const { build } = this;
    const { version, commit, pyodide, datasets } = build ?? {};
    const megabytes = Math.round((pyodide?.bytes ?? 0) / 1e6);
    const words =
      `the package that this book was built from, in your browser. It loads Python and NumPy once ` +
      `(about ${megabytes} MB) from ${pyodide?.from}.`;
    const consent = `Play loads Python (${megabytes} MB, from ${pyodide?.from}) and trains it.`;
    const base = { name: "your browser", obstacle: this.obstacle, words, consent, version, commit };
    return { ...base, datasets: datasets ?? [], takesFiles: true };
  }

  /** Why nothing can be trained here, as a sentence, or "" if it can. */
  get obstacle() {
    if (location.protocol === "file:") {
      return (
        "Opened from disk, the page shows stored runs. To train here, serve the book (make serve, or " +
        "python -m http.server in the folder of index.html) and open the address that is printed: " +
        "browsers start no workers from files."
      );
    }
    const able = typeof Worker === "function" && typeof WebAssembly === "object" && this.build;
    return able ? "" : "This browser cannot train here: it lacks workers or WebAssembly.";
  }

  /** Whether a run may begin by itself: Python is there, lies beside the page, or was agreed to. */
  get isAgreed() {
    return this.ready !== null || this.build?.pyodide.isOwn || agreed.value !== null;
  }

  take(message, tell) {
    const doers = { train: "start", stop: "stopFor", command: "command", classify: "ask", data: "askData" };
    this[doers[message.kind]](message, tell);
  }

  /** Train several runs (values and a seed), one after the other; what is running is cancelled. */
  start(job, tell) {
    agreed.value = "yes";
    this.stop("Another panel of this page trains now.");
    // A panel's ids are its own: the worker needs those of the page.
    this.job = { ...job, pageId: (this.ids += 1), tell };
    if (!this.worker) this.boot();
    if (this.ready) this.post();
  }

  stopFor({ id }) {
    if (this.job?.id === id) this.stop();
  }

  /** End the run under way. */
  stop(words = "") {
    const job = this.job;
    this.job = null;
    if (!job) return;
    if (this.ready) this.worker.postMessage({ kind: "stop" });
    if (words) job.tell({ kind: "failed", id: job.id, message: words });
  }

  /** Bring a command to the run under way; one that has not begun takes it along. */
  command({ id, command }) {
    const { job } = this;
    if (job?.id !== id) return;
    if (this.ready) this.worker.postMessage({ kind: "command", id: job.pageId, command });
    else job.commands.push(command);
  }

  ask({ key, number, image }, tell) {
    const gone = { kind: "answer", number, answer: GONE };
    if (!this.ready) tell(gone);
    else this.question({ kind: "classify", key, number, image }, tell, gone);
  }

  /** Bring files to the worker: those that the reader picked, or those that lie beside the page. */
  async askData({ key, name, urls, files }, tell) {
    try {
      const contents = await Promise.all(urls ? urls.map((url) => this.fetchFile(url)) : files.map(readFile));
      const label = urls ? name : `your files (${files[0]?.name.split("-")[0] ?? ""})`;
      agreed.value = "yes";
      if (!this.worker) this.boot();
      this.question({ kind: "data", key, name, label, files: contents }, tell, { kind: "data", problem: NOT_READ });
    } catch (error) {
      tell({ kind: "data", problem: `The files could not be read: ${error.message}` });
    }
  }

  async fetchFile(url) {
    const answer = await fetch(new URL(url, this.build.base));
    if (!answer.ok) throw new Error(`${url}: the host answered ${answer.status}`);
    return { name: url.split("/").at(-1), content: await answer.arrayBuffer() };
  }

  /** Ask the worker; `gone` is the answer if it ends before it has one. */
  question(question, tell, gone) {
    const id = (this.ids += 1);
    this.questions.set(id, { tell, gone });
    const post = () => this.worker.postMessage({ ...question, id });
    if (this.ready) post();
    else this.onReady = [...(this.onReady ?? []), post];
  }

  boot() {
    this.worker = new Worker(new URL(this.build.worker, this.build.base));
    this.worker.onmessage = ({ data }) => this.hear(data);
    this.worker.onerror = (event) => {
      event.preventDefault();
      this.fail("The worker could not start.");
    };
    this.worker.postMessage({ kind: "boot", build: this.build });
  }

  end() {
    this.worker?.terminate();
    Object.assign(this, { worker: null, ready: null, onReady: [] });
    const waiting = [...this.questions.values()];
    this.questions.clear();
    waiting.forEach(({ tell, gone }) => tell(gone));
  }

  post() {
    const { pageId, key, panel, runs, dataset, commands } = this.job;
    this.worker.postMessage({ kind: "run", id: pageId, key, panel, runs, dataset, commands });
  }

  hear(message) {
    const { kind, id } = message;
    if (kind === "ready") this.begin(message);
    else if (kind === "broken") this.fail(message.message);
    else if (kind === "progress") this.job?.tell({ ...message, kind: "loading", id: this.job.id });
    else if (this.questions.has(id)) {
      this.questions.get(id).tell(message);
      this.questions.delete(id);
    } else if (this.job?.pageId === id) this.deliver(message);
  }

  begin(message) {
    this.ready = message;
    (this.onReady ?? []).forEach((post) => post());
    this.onReady = [];
    if (this.job) this.post();
  }

  deliver(message) {
    const { job } = this;
    if (message.kind !== "events") this.job = null;
    const { text, ...told } = message; // text, for it is copied sooner than what it means
    if (text) {
      told.events = JSON.parse(text);
      job.tell({ kind: "ready", versions: this.ready.versions });
    }
    job.tell({ ...told, id: job.id });
  }

  fail(message) {
    const job = this.job;
    this.job = null;
    this.end();
    agreed.value = null;
    job?.tell({ kind: "failed", id: job.id, message });
  }
}

async function readFile(file) {
  return { name: file.name, content: await file.arrayBuffer() };
}
