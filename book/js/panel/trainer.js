/** The one worker of a page: boots Python on first use and trains for whichever panel asks. */

const PATIENCE_MS = 600; // for a worker that was told to stop; then it is ended and made anew
const NO_NETWORK = { problem: "The network is gone: press Train here once more." };

export class Trainer {
  constructor(build) {
    Object.assign(this, { build, worker: null, ready: null, job: null, ids: 0, busyWith: 0 });
    this.questions = new Map(); // who waits for what a network says of an image, by id
  }

  /** Why nothing can be trained here, as a sentence, or "" if it can. */
  get obstacle() {
    if (location.protocol === "file:") {
      return (
        "Opened from disk, the page shows the book's stored runs. To train here, serve the book " +
        "(make serve, or python -m http.server in the folder of index.html) and open the address " +
        "that is printed: browsers start no workers from files."
      );
    }
    const able = typeof Worker === "function" && typeof WebAssembly === "object" && this.build;
    return able ? "" : "This browser cannot train here: it lacks workers or WebAssembly.";
  }

  /** Train several runs (values and a seed), one after the other; what is running is cancelled. */
  start(job) {
    this.stop();
    this.job = { ...job, id: (this.ids += 1) };
    if (!this.worker) this.boot();
    if (this.ready) this.send();
  }

  /** End the run under way: at once for the panel, within a moment for the worker. */
  stop() {
    const job = this.job;
    this.job = null;
    if (!job) return;
    if (!this.ready) this.end(); // still loading: nothing is worth keeping
    else if (!this.ready.polls) this.restart();
    else this.askToStop(this.worker, job);
    job.onStopped();
  }

  askToStop(worker, job) {
    worker.postMessage({ kind: "stop" });
    setTimeout(() => {
      if (worker === this.worker && this.busyWith === job.id) this.restart();
    }, PATIENCE_MS);
  }

  restart() {
    this.end();
    this.boot();
  }

  /** Ask what the network that a panel trained last says of an image; the answer goes to `tell`. */
  classify(key, image, tell) {
    if (!this.ready) {
      tell(NO_NETWORK);
      return;
    }
    const id = (this.ids += 1);
    this.questions.set(id, tell);
    this.worker.postMessage({ kind: "classify", id, key, image });
  }

  boot() {
    this.worker = new Worker(new URL(this.build.worker, this.build.base));
    this.worker.onmessage = ({ data }) => this.take(data);
    this.worker.onerror = (event) => {
      event.preventDefault();
      this.fail("The worker could not start.");
    };
    this.worker.postMessage({ kind: "boot", build: this.build });
  }

  end() {
    this.worker?.terminate();
    Object.assign(this, { worker: null, ready: null, busyWith: 0 });
    const waiting = [...this.questions.values()];
    this.questions.clear();
    waiting.forEach((tell) => tell(NO_NETWORK));
  }

  send() {
    const { id, key, panel, runs } = this.job;
    this.busyWith = id;
    this.worker.postMessage({ kind: "run", id, key, panel: JSON.stringify(panel), runs });
  }

  take(message) {
    if (message.kind === "ready") {
      this.ready = message;
      if (this.job) this.send();
    } else if (message.kind === "broken") {
      this.fail(message.message);
    } else if (message.kind === "progress") {
      this.job?.onProgress(message);
    } else if (message.kind === "classified") {
      const tell = this.questions.get(message.id);
      this.questions.delete(message.id);
      tell?.(message.answer);
    } else if (message.kind === "idle") {
      if (this.busyWith === message.id) this.busyWith = 0;
    } else if (this.job && message.id === this.job.id) {
      this.deliver(message);
    }
  }

  deliver(message) {
    const job = this.job;
    if (message.kind === "event") {
      job.onEvent(message.index, message.event);
    } else {
      this.job = null;
      if (message.kind === "error") job.onFailed(message.message);
      else job.onFinished();
    }
  }

  fail(message) {
    const job = this.job;
    this.job = null;
    this.end();
    job?.onFailed(message);
  }
}
