/** One panel on a page: its values, its curves, and the run under way. */

import { setText } from "../elements.js";
import { showFragment } from "../links.js";
import { ACCURACY, LOSS, drawMeasure } from "./charts.js";
import { LiveRun, curveOfBuild } from "./curves.js";
import { layOut } from "./layout.js";
import { MAX_PINNED, shownCurves, storedCells, storedCurves } from "./shown.js";
import { cleanValue, defaultsOf, readPanelLink, writePanelLink } from "./values.js";
import { answerOf, endingOf, legendItem, trainingWith } from "./words.js";

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
    this.refresh(true);
    this.say("No curve is pinned.");
  }

  pin() {
    const curves = this.run?.epoch ? [this.run.curve()] : storedCurves(this).slice(0, 1);
    if (this.pinned.length + curves.length > MAX_PINNED) {
      this.complain(`At most ${MAX_PINNED} curves can be pinned: clear them first.`);
      return;
    }
    this.pinned.push(...curves.map((curve) => ({ ...curve, pinned: true })));
    this.refresh(true);
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
    this.say(trainingWith(this.trainer));
    this.refresh();
  }

  // What the run under way tells

  take(run, index, event) {
    if (run !== this.run) return;
    run.take(index, event);
    if (event.kind === "start") this.testImages = event.dataset.test_size;
    if (event.kind === "start" && index === 0) this.say(trainingWith(this.trainer));
    this.refresh();
  }

  finish(run, status) {
    run.status = status;
    if (run !== this.run) return;
    this.say(endingOf(run));
    this.refresh(true);
  }

  fail(run, message) {
    run.status = "failed";
    if (run !== this.run) return;
    this.run = null;
    this.say("Nothing was trained.");
    this.complain(`${message} Train here tries again.`);
    this.refresh();
  }

  // The link

  readLink() {
    const { values, problems, isNamed } = readPanelLink(location.hash, this.key, this.panel);
    if (JSON.stringify(values) !== JSON.stringify(this.values)) {
      this.cancel();
      Object.assign(this, { values, run: null });
    }
    this.show();
    if (problems.length) this.complain(problems.slice(0, 3).join(" "));
    if (isNamed) this.element.scrollIntoView({ block: "nearest" });
  }

  writeLink() {
    showFragment(writePanelLink(location.hash, this.key, this.panel, this.values));
  }

  // What is shown

  show() {
    this.controls.forEach((control) => control.show(this.values[control.name]));
    this.stored.update(this.values);
    this.complain("");
    this.say(answerOf(this.study, storedCells(this), this.trainer.obstacle));
    this.refresh(true);
  }

  /** Show where the run is; draw at once, or soon: events come faster than anybody can look. */
  refresh(atOnce = false) {
    this.showEpoch();
    this.enable();
    this.redraw(atOnce);
  }

  redraw(atOnce = false) {
    if (atOnce) this.draw();
    else this.timer ??= setTimeout(() => this.draw(), FRAME_MS);
  }

  draw() {
    clearTimeout(this.timer);
    this.timer = null;
    const curves = shownCurves(this);
    [LOSS, ACCURACY].forEach((measure, i) => drawMeasure(this.charts[i], measure, curves));
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
    const { status, epoch } = run ?? { status: "idle", epoch: 0 };
    Object.assign(this.progress, { max: total, value: epoch });
    Object.assign(this.element.dataset, { state: status, epoch });
    this.counter.textContent = run?.dataset ? `Epoch ${epoch} of ${total}` : "";
  }

  enable() {
    const running = this.run?.status === "running";
    this.buttons.stop.disabled = !running;
    this.buttons.pin.disabled = !(this.run?.epoch || storedCurves(this).length);
    this.buttons.clear.disabled = !this.pinned.length;
    this.buttons.download.disabled = !this.run?.epoch;
    this.progress.parentElement.classList.toggle("what-if-idle", !this.run);
    if (running) this.sketch.enable("training");
    else this.sketch.enable(this.hasNetwork() ? "trained" : "untrained", this.testImages);
  }

  /** Whether the worker still has the network that this panel trained last. */
  hasNetwork() {
    return this.testImages > 0 && this.trainer.ready !== null;
  }

  say(words) {
    setText(this.status, words);
  }

  complain(words) {
    setText(this.problem, words);
  }
}
