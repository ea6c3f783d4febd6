/** One panel on a page: its controls, its charts, and what its buttons do. */

import { ACCURACY, LOSS, drawChart } from "./chart.js";
import { LiveRun, curveOfBuild, curveOfCell, findStored, nameOf, reachable } from "./curves.js";
import { make, makeButton, makeControl, makeSelect } from "./elements.js";
import { asCode, asText, cleanValue, defaultsOf, readFragment, writeFragment } from "./values.js";

const COLOURS = ["#2a7fc4", "#c8600f", "#0d8f6b", "#c0609a", "#a97f1e", "#7a68c8"];
const FRAME_MS = 100; // least time between two drawings of a growing curve
const MAX_PINNED = COLOURS.length - 2; // the browser's run and the book's have their own
const MOST_BUTTONS = 12; // more stored cells than this are offered as a list to choose from

export class PanelView {
  constructor(element, key, data, study, trainer) {
    Object.assign(this, { element, key, study, trainer, plain: data.panel, config: data.config });
    const controls = data.panel.controls.map((one, i) => ({ ...one, ...data.controls[i] }));
    this.panel = { ...data.panel, controls };
    this.built = data.default_run ? curveOfBuild(data.default_run) : null;
    this.values = defaultsOf(this.panel);
    this.pinned = [];
    this.run = null;
    this.arrange();
    addEventListener("hashchange", () => this.readLink());
    new ResizeObserver(() => this.redraw()).observe(this.charts[0]);
    this.readLink();
  }

  arrange() {
    const { panel, trainer } = this;
    this.controls = panel.controls.map((control) =>
      makeControl(control, `${this.key}-${control.name}`, (value) => this.set(control, value)),
    );
    const seeded = panel.controls.some((control) => control.name === "seed");
    this.seedCount = makeSelect(`${this.key}-seeds`, "seeds to train", ["1", "3", "5"]);
    const trains = seeded && !trainer.obstacle;
    this.buttons = {
      train: makeButton("Train here", () => this.train()),
      stop: makeButton("Stop", () => trainer.stop()),
      pin: makeButton("Pin", () => this.pin()),
      clear: makeButton("Clear", () => this.clear()),
      reset: makeButton("Reset", () => this.reset()),
      code: makeButton("Copy as code", () => this.copyCode()),
      download: makeButton("Download this run", () => this.download()),
    };
    this.buttons.train.classList.add("what-if-primary");
    this.progress = make("progress", { max: 1, value: 0, "aria-label": "progress of the run" });
    this.counter = make("span", { class: "what-if-counter" });
    this.status = make("p", { class: "what-if-status", role: "status", "aria-live": "polite" });
    this.problem = make("p", { class: "what-if-problem", role: "alert" });
    this.charts = [LOSS, ACCURACY].map(() => make("div", { class: "what-if-chart" }));
    this.legend = make("ul", { class: "what-if-legend", "aria-label": "curves" });
    this.stored = make("div", { class: "what-if-stored", role: "group" });
    const live = make("div", { class: "what-if-live" });
    live.append(
      row("what-if-controls", ...this.controls.map((one) => one.row), ...(trains ? [this.seedCount.row] : [])),
      this.stored,
      row("what-if-buttons", ...this.shownButtons()),
      row("what-if-progress", this.progress, this.counter),
      this.status,
      this.problem,
      row("what-if-charts", ...this.charts),
      make("p", { class: "what-if-key" }, "Solid: test set. Dashed: training set, running mean of an epoch. A band runs from the lowest to the highest seed."),
      this.legend,
      make("p", { class: "what-if-where" }, this.about()),
    );
    this.fillStored();
    this.element.classList.add("what-if-enhanced");
    this.element.append(live);
  }

  /** A button that could do nothing on this page is not there. */
  shownButtons() {
    const needTraining = this.trainer.obstacle ? ["train", "stop", "download"] : [];
    const names = Object.keys(this.buttons).filter((name) => !needTraining.includes(name));
    return names.map((name) => this.buttons[name]);
  }

  about() {
    const { obstacle, build } = this.trainer;
    if (obstacle) return obstacle;
    const megabytes = Math.round(build.pyodide.bytes / 1e6);
    return (
      `Train here runs mlp_core ${build.version}, commit ${build.commit}, the package that this ` +
      `book was built from, on the small digits, in your browser. The first time, it loads ` +
      `Python and NumPy (about ${megabytes} MB) from ${build.pyodide.from}.`
    );
  }

  fillStored() {
    const cells = reachable(this.study, this.config, this.panel.controls);
    if (cells.length < 2) return;
    const names = Object.keys(cells[0]);
    const varying = names.filter((name) => new Set(cells.map((cell) => asText(cell[name]))).size > 1);
    const labels = varying.map((name) => this.panel.controls.find((one) => one.name === name).label);
    const label = `Stored in the book, by ${labels.join(", ")}:`;
    this.stored.setAttribute("aria-label", label);
    const words = cells.map((cell) => varying.map((name) => asText(cell[name])).join(", "));
    const show = (cell) => this.setAll({ ...this.values, ...cell });
    if (cells.length > MOST_BUTTONS) {
      const { row: choice, input } = makeSelect(`${this.key}-stored`, "stored in the book", [
        labels.join(", "),
        ...words,
      ]);
      input.addEventListener("change", () => input.selectedIndex && show(cells[input.selectedIndex - 1]));
      this.stored.append(choice);
      return;
    }
    const buttons = cells.map((cell, i) => makeButton(words[i], () => show(cell)));
    this.stored.append(make("span", {}, label), ...buttons);
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
    const curves = this.run?.epoch ? [this.run.curve()] : this.storedCurves().slice(0, 1);
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
    const top = this.panel.controls.find((control) => control.name === "seed")?.high ?? first;
    const count = Number(this.seedCount.input.value);
    const seeds = Array.from({ length: count }, (_, i) => first + i).filter((seed) => seed <= top);
    const run = new LiveRun(this.values, seeds);
    const withSeed = (seed) => ("seed" in this.values ? { ...this.values, seed } : this.values);
    this.trainer.start({
      panel: this.plain,
      runs: seeds.map(withSeed),
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

  async copyCode() {
    const seeds = this.run?.seeds ?? [this.values.seed ?? this.config.seed];
    const code = asCode(this.panel, this.values, seeds);
    try {
      await navigator.clipboard.writeText(code);
      this.say("Copied: a program that trains these values with mlp_core.");
    } catch {
      this.showCode(code); // no clipboard here: the reader copies it by hand
    }
  }

  showCode(code) {
    this.element.querySelector(".what-if-code")?.remove();
    const box = make("pre", { class: "what-if-code", tabindex: "0" }, code);
    this.status.after(box);
    getSelection().selectAllChildren(box);
    this.say("The program is selected below: copy it.");
  }

  download() {
    const { version, commit } = this.trainer.build;
    const { values, seeds, dataset, status, histories, endings } = this.run;
    const content = { panel: this.panel.name, source: this.run.source, values, seeds, dataset };
    const versions = { ...this.trainer.ready?.versions, mlp_core: version, commit };
    const text = JSON.stringify({ ...content, status, versions, histories, endings }, null, 1);
    const url = URL.createObjectURL(new Blob([text], { type: "application/json" }));
    make("a", { href: url, download: `${this.panel.name}-run.json` }).click();
    setTimeout(() => URL.revokeObjectURL(url), 1000);
  }

  // What the run under way tells

  take(run, index, event) {
    if (run !== this.run) return;
    run.take(index, event);
    if (event.kind === "start" && index === 0) this.say("Training.");
    this.showEpoch();
    this.redraw();
    this.enable();
  }

  finish(run, status) {
    run.status = status;
    if (run !== this.run) return;
    this.showEpoch();
    this.say(this.ending(run));
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

  ending(run) {
    if (run.diverged.length) {
      const at = run.diverged.map((end) => end.diverged_at_update).join(", ");
      return `Diverged at update ${at}: the loss is no longer a finite number.`;
    }
    const curve = run.curve();
    if (!curve.epochs.length) return "Stopped before the first epoch was over.";
    const [loss, accuracy] = ["test_loss", "test_accuracy"].map((c) => curve.columns[c].mean.at(-1));
    if (!Number.isFinite(loss)) return "The loss is no longer a finite number.";
    const guesses = accuracy < 1.5 / (run.dataset?.classes ?? 10);
    const word = run.status === "stopped" ? "Stopped" : "Done";
    return (
      `${guesses ? "Hardly better than guessing" : word}: after epoch ${curve.epochs.at(-1)}, ` +
      `test loss ${Number(loss.toPrecision(3))}, test accuracy ${(100 * accuracy).toFixed(1)} %.`
    );
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
    this.complain("");
    this.say(this.answer());
    this.showEpoch();
    this.enable();
    this.redraw(true);
  }

  answer() {
    const next = this.trainer.obstacle ? "" : " Press Train here.";
    if (!this.study) return this.trainer.obstacle ? "" : "Press Train here.";
    const stored = this.storedCells();
    if (!stored.length) return `The book has no stored run of these values.${next}`;
    const [cell] = stored;
    const end = cell.columns.test_accuracy.mean.at(-1);
    if (cell.diverged.length) return "The book's stored runs of these values diverged.";
    const seeds = cell.seeds.length === 1 ? "" : `, mean of ${cell.seeds.length} seeds`;
    return `Stored in the book: test accuracy ${(100 * end).toFixed(2)} % after ${cell.epochs.at(-1)} epochs${seeds}.`;
  }

  storedCells() {
    return findStored(this.study, this.config, this.values);
  }

  storedCurves() {
    const stored = this.storedCells().map((cell) => curveOfCell(this.study, cell, this.values));
    const atDefaults = JSON.stringify(this.values) === JSON.stringify(defaultsOf(this.panel));
    return this.built && atDefaults && !this.run ? [...stored, this.built] : stored;
  }

  curves() {
    const now = this.run ? [{ ...this.run.curve(), colour: COLOURS[0], live: true }] : [];
    const book = this.storedCurves().slice(0, 2);
    const kept = this.pinned.map((curve, i) => ({ ...curve, colour: COLOURS[2 + i] }));
    const stored = book.map((curve, i) => ({ ...curve, colour: COLOURS[i ? 0 : 1] }));
    const all = [...now, ...stored, ...kept];
    return all.map((curve) => ({ ...curve, name: nameOf(curve, all, this.panel.controls) }));
  }

  /** Draw at once, or soon: events come faster than anybody can look. */
  redraw(atOnce = false) {
    if (atOnce) this.draw();
    else this.timer ??= setTimeout(() => this.draw(), FRAME_MS);
  }

  draw() {
    clearTimeout(this.timer);
    this.timer = null;
    const curves = this.curves();
    [LOSS, ACCURACY].forEach((measure, i) => drawChart(this.charts[i], measure, curves));
    this.legend.replaceChildren(...curves.map(legendItem));
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
    this.buttons.pin.disabled = !(this.run?.epoch || this.storedCells().length);
    this.buttons.clear.disabled = !this.pinned.length;
    this.buttons.download.disabled = !this.run?.epoch;
    this.progress.parentElement.classList.toggle("what-if-idle", !this.run);
  }

  say(words) {
    if (this.status.textContent !== words) this.status.textContent = words;
  }

  complain(words) {
    if (this.problem.textContent !== words) this.problem.textContent = words;
  }
}

function row(name, ...children) {
  const element = make("div", { class: name });
  element.append(...children);
  return element;
}

function legendItem(curve) {
  const item = make("li", {});
  const mark = make("span", { class: "what-if-mark", "aria-hidden": "true" });
  mark.style.background = curve.colour;
  const state = curve.crosses.length ? ", ✕ diverged" : "";
  const words = `${curve.name}${curve.pinned ? ", pinned" : ""}${state}`;
  item.append(mark, make("span", { class: "what-if-name" }, words), make("span", { class: "what-if-source" }, curve.source));
  return item;
}
