/** One panel on a page: its values, its curves, and the run under way. */

import { ACCURACY, LOSS, drawChart } from "./chart.js";
import { LiveRun, curveOfBuild } from "./curves.js";
import { layOut } from "./layout.js";
import { MAX_PINNED, shownCurves, storedCells, storedCurves } from "./shown.js";
import { cleanValue, defaultsOf, readFragment, writeFragment } from "./values.js";
import { answerOf, endingOf, legendItem } from "./words.js";

const FRAME_MS = 100; // least time between two drawings of a growing curve

export class PanelView {
  constructor(element, key, data, study, trainer) {
    Object.assign(this, { element, key, study, trainer, plain: data.panel, config: data.config });
    const controls = data.panel.controls.map((one, i) => ({ ...one, ...data.controls[i] }));
    this.panel = { ...data.panel, controls };
    this.built = data.default_run ? curveOfBuild(data.default_run) : null;
    this.values = defaultsOf(this.panel);
    this.pinned = [];
    this.run = null;
    this.testImages = 0; // of the network that was trained here; 0 as long as there is none
    layOut(this);
    addEventListener("hashchange", () => this.readLink());
    new ResizeObserver(() => this.redraw()).observe(this.charts[0]);
    this.readLink();
  }

  // What the reader does

  set(control, value) {
    const legal = cleanValue(control, value);
    if (legal === undefined) {
      this.complain(`${control.label} must be ${control.legal}.`);
      return;
    }
    this.setAll({ ...this.values, [control.name]: legal });
  }

  setAll(values) {
    this.cancel();
    this.values = values;
    this.run = null;
    this.writeLink();
    this.show();
  }

  cancel() {
    if (this.run?.status === "running") this.trainer.stop();
  }

  reset() {
    this.pinned = [];
    this.seedCount.input.value = "1";
    this.setAll(defaultsOf(this.panel));
  }

  clear() {
    this.pinned = [];
    this.complain("");
    this.redraw(true);
    this.enable();
    this.say("No curve is pinned.");
  }

  pin() {
    const curves = this.run?.epoch ? [this.run.curve()] : storedCurves(this).slice(0, 1);
    if (this.pinned.length + curves.length > MAX_PINNED) {
      this.complain(`At most ${MAX_PINNED} curves can be pinned: clear them first.`);
      return;
    }
    this.pinned.push(...curves.map((curve) => ({ ...curve, pinned: true })));
    this.redraw(true);
    this.enable();
    this.say("Pinned: it stays while you change the values.");
  }

  train() {
    const first = this.values.seed ?? this.config.seed;
    const top = this.panel.controls.find((control) => control.name === "seed")?.high ?? Infinity;
    const count = Number(this.seedCount.input.value);
    const seeds = Array.from({ length: count }, (_, i) => first + i).filter((seed) => seed <= top);
    const run = new LiveRun(this.values, seeds);
    const withSeed = (seed) => ("seed" in this.values ? { ...this.values, seed } : this.values);
    this.trainer.start({
      key: this.key,
      panel: this.plain,
      runs: seeds.map((seed) => ({ values: withSeed(seed), seed })),
      onProgress: ({ done, total }) => this.showLoading(done, total),
      onEvent: (index, event) => this.take(run, index, event),
      onFinished: () => this.finish(run, run.diverged.length ? "diverged" : "completed"),
      onStopped: () => this.finish(run, "stopped"),
      onFailed: (message) => this.fail(run, message),
    });
    this.run = run;
    this.complain("");
    this.say(this.trainer.ready ? "Training." : "Loading Python and NumPy.");
    this.showEpoch();
    this.enable();
    this.redraw();
  }

  // What the run under way tells

  take(run, index, event) {
    if (run !== this.run) return;
    run.take(index, event);
    if (event.kind === "start") this.testImages = event.dataset.test_size;
    if (event.kind === "start" && index === 0) this.say("Training.");
    this.showEpoch();
    this.redraw();
    this.enable();
  }

  finish(run, status) {
    run.status = status;
    if (run !== this.run) return;
    this.showEpoch();
    this.say(endingOf(run));
    this.enable();
    this.redraw(true);
  }

  fail(run, message) {
    run.status = "failed";
    if (run !== this.run) return;
    this.run = null;
    this.say("Nothing was trained.");
    this.complain(`${message} Train here tries again.`);
    this.showEpoch();
    this.enable();
    this.redraw();
  }

  // The link

  readLink() {
    const found = readFragment(location.hash, this.key, this.panel);
    const changed = JSON.stringify(found.values) !== JSON.stringify(this.values);
    if (changed) {
      this.cancel();
      Object.assign(this, { values: found.values, run: null });
    }
    this.show();
    if (found.problems.length) this.complain(found.problems.slice(0, 3).join(" "));
    if (found.named) this.element.scrollIntoView({ block: "nearest" });
  }

  writeLink() {
    const fragment = writeFragment(location.hash, this.key, this.panel, this.values);
    try {
      history.replaceState(null, "", fragment ? `#${fragment}` : location.pathname + location.search);
    } catch {
      // Too many changes in a short time: the next one writes the link.
    }
  }

  // What is shown

  show() {
    this.controls.forEach((control) => control.show(this.values[control.name]));
    this.stored.update(this.values);
    this.complain("");
    this.say(answerOf(this.study, storedCells(this), this.trainer.obstacle));
    this.showEpoch();
    this.enable();
    this.redraw(true);
  }

  /** Draw at once, or soon: events come faster than anybody can look. */
  redraw(atOnce = false) {
    if (atOnce) this.draw();
    else this.timer ??= setTimeout(() => this.draw(), FRAME_MS);
  }

  draw() {
    clearTimeout(this.timer);
    this.timer = null;
    const curves = shownCurves(this);
    [LOSS, ACCURACY].forEach((measure, i) => drawChart(this.charts[i], measure, curves));
    this.legend.replaceChildren(...curves.map(legendItem));
    this.inside.show(curves);
  }

  showLoading(done, total) {
    if (this.run?.epoch !== 0) return;
    Object.assign(this.progress, { max: total, value: done });
    const [now, all] = [done, total].map((bytes) => (bytes / 1e6).toFixed(0));
    this.counter.textContent = `Loading ${now} of ${all} MB`;
  }

  showEpoch() {
    const { run } = this;
    const total = run ? run.planned * run.seeds.length : 1;
    Object.assign(this.progress, { max: total, value: run ? run.epoch : 0 });
    this.counter.textContent = run?.dataset ? `Epoch ${run.epoch} of ${total}` : "";
    this.element.dataset.state = run ? run.status : "idle";
    this.element.dataset.epoch = run ? run.epoch : 0;
  }

  enable() {
    const running = this.run?.status === "running";
    this.buttons.stop.disabled = !running;
    this.buttons.pin.disabled = !(this.run?.epoch || storedCurves(this).length);
    this.buttons.clear.disabled = !this.pinned.length;
    this.buttons.download.disabled = !this.run?.epoch;
    this.progress.parentElement.classList.toggle("what-if-idle", !this.run);
    if (running) this.sketch.enable("training");
    else this.sketch.enable(this.canLook() ? "trained" : "untrained", this.testImages);
  }

  /** Whether the worker still has the network that this panel trained last. */
  canLook() {
    return this.testImages > 0 && this.trainer.ready !== null;
  }

  say(words) {
    if (this.status.textContent !== words) this.status.textContent = words;
  }

  complain(words) {
    if (this.problem.textContent !== words) this.problem.textContent = words;
  }
}
