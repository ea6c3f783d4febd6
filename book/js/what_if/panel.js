/** One panel: its values, the curves that stand for them, and the run under way. */

import { PALETTE } from "../colours.js";
import { isShortcut, setText } from "../elements.js";
import { showFragment } from "../links.js";
import { PanelNetwork } from "../network/panel_part.js";
import { asText, withThousands } from "../numbers.js";
import { BOOK_DASH, MEASURES, PINNED_DASHES, drawMeasure, lossRange } from "./charts.js";
import { LiveRun, curveOfCell, curveOfStop, findStored, isCursor, nearestStop, seedWords, unpackStudy } from "./curves.js";
import { DataChoice } from "./data.js";
import { layOut } from "./layout.js";
import { Sketch } from "./sketch.js";
import { cleanValue, defaultsOf, readPanelLink, writePanelLink } from "./values.js";
import { changeWords, comparisonOf, headlineOf, legendItem, progressOf, saidOf } from "./words.js";

const FRAME_MS = 60; // least time between two drawings of a growing curve
const AT_ONCE = new Set(["paused", "playing", "change", "ahead"]); // what answers to a hand
// What is stored keeps its colour while a run is under way.
const [STORED_COLOUR, LIVE_COLOUR, BOOK_COLOUR, ...OTHERS] = PALETTE;
const MAX_PINNED = OTHERS.length;
const NARROW = 600; // a page's width in pixels
let runs = 0;

export class Panel {
  constructor(model, element) {
    const data = model.get("data");
    const controls = data.panel.controls.map((one, i) => ({ ...one, ...data.controls[i] }));
    Object.assign(this, { model, element, panel: data.panel, controls, config: data.config });
    Object.assign(this, { key: model.get("key") || data.panel.name, place: model.get("place") });
    this.panelWithStops = { ...data.panel, controls };
    this.stops = model.get("stops") || null;
    this.studies = ["study", "twin"].map((name) => unpackStudy(model.get(name) || null)).filter(Boolean);
    this.study = this.studies[0] ?? null;
    Object.assign(this, { pinned: [], run: null, moved: controls[0].name, second: "accuracy", reading: null });
    this.values = { ...defaultsOf(this.panelWithStops), ...model.get("values") };
    this.data = new DataChoice(this);
    this.sketch = new Sketch(this);
    const everything = this.stops?.runs.map((run) => curveOfStop(this.stops, { run, values: {} })) ?? [];
    this.lossRange = lossRange(everything);
    element.append(layOut(this));
    this.network = new PanelNetwork(this);
    element.classList.add("what-if", "mlp-enhanced");
    model.on("msg:custom", (message) => this.take(message));
    model.on("change:values", () => this.adopt(model.get("values")));
    this.watch = new ResizeObserver(() => this.drawSoon());
    this.watch.observe(this.parts.charts[0]);
    this.hear = () => this.readLink();
    if (model.get("key")) addEventListener("hashchange", this.hear);
    this.guard = (event) => this.guardKeys(event);
    addEventListener("keydown", this.guard, true);
    this.readLink();
    this.show();
    if (!this.stops && this.isReady) this.train(false); // a reader's own panel
  }

  close() {
    this.cancel();
    this.watch.disconnect();
    this.network.close();
    removeEventListener("hashchange", this.hear);
    removeEventListener("keydown", this.guard, true);
  }

  /** JupyterLab hears arrow keys first and moves its cursor: on a slider they are the slider's. */
  guardKeys(event) {
    const { target, key } = event;
    if (!this.element.contains(target) || isShortcut(event)) return;
    if (target.type === "range") event.stopPropagation();
    if (target !== this.next.chart || !this.next.press(key)) return;
    event.stopPropagation();
    event.preventDefault();
  }

  // What the reader does

  set(control, value) {
    const legal = cleanValue(control, value);
    if (legal === undefined) {
      this.show();
      this.complain(`${control.label} must be ${control.legal}.`);
      return;
    }
    if (asText(legal) === asText(this.values[control.name])) return;
    this.values = { ...this.values, [control.name]: legal };
    this.changed(control.name);
  }

  /** Answer to a control that has moved: what is stored at once, and a run if that is not all. */
  changed(name) {
    const { run } = this;
    const cursor = name === "epochs" && isCursor(this.config, this.values);
    // Within the run under way, the epochs are a place on its curve.
    const isKept = run?.canChange(name) || (cursor && run && this.values.epochs <= run.planned);
    if (!isKept) {
      this.cancel();
      this.run = null;
    }
    this.moved = name;
    this.reading = null;
    this.complain("");
    this.writeLink();
    this.tellModel();
    this.show();
    if (run?.canChange(name)) this.command({ do: "set", name, value: this.values[name] });
    if (!isKept) this.say("");
    if (!this.run && (!this.isAnswered || name === "seeds")) this.train(false);
  }

  /** Set the rate of the run under way, by its control where that can be; return what is set. */
  setRate(rate) {
    const control = this.controls.find(({ name }) => name === "learning_rate");
    const legal = control && cleanValue(control, rate);
    const value = legal ?? Number(rate.toPrecision(2));
    if (legal !== undefined) this.set(control, value);
    else this.command({ do: "set", name: "learning_rate", value });
    return value;
  }

  adopt(values) {
    const names = Object.keys(values).filter((name) => asText(values[name]) !== asText(this.values[name]));
    for (const name of names) {
      this.values = { ...this.values, [name]: values[name] };
      this.changed(name);
    }
  }

  reset() {
    this.cancel();
    Object.assign(this, { run: null, pinned: [], reading: null, second: "accuracy" });
    this.values = defaultsOf(this.panelWithStops);
    if (this.seedCount) this.seedCount.value = "1";
    this.secondChoice.value = "accuracy";
    this.behindChoice.value = "0";
    this.study = this.studies[0] ?? null;
    this.data.reset();
    this.sketch.useStored();
    this.writeLink();
    this.tellModel();
    this.show();
    this.complain("");
    this.say("");
  }

  pin() {
    const [shown] = this.shownCurves();
    if (!shown) {
      this.complain("There is no curve to pin yet.");
      return;
    }
    const curve = trainedPart(shown);
    const lookOf = ({ source, values, marks, epochs }) => JSON.stringify([source, values, marks, epochs]);
    if (this.pinned.some((one) => lookOf(one) === lookOf(curve))) this.complain("This curve is pinned already.");
    else if (this.pinned.length === MAX_PINNED) this.complain(`At most ${MAX_PINNED} curves can be pinned: clear them first.`);
    else {
      this.pinned.push({ ...curve, faint: false });
      this.complain("");
      this.say("Pinned: it stays while you change the values.");
    }
    this.draw();
  }

  clear() {
    this.pinned = [];
    this.complain("");
    this.say("No curve is pinned.");
    this.draw();
  }

  /** Choose the data whose full-scale curve lies behind: its place among the studies. */
  putBehind(place) {
    this.study = this.studies[place];
    this.show();
  }

  // Runs

  get isReady() {
    return this.model.get("ready") !== false;
  }

  get seeds() {
    const first = this.values.seed ?? this.config.seed;
    const top = this.controls.find((control) => control.name === "seed")?.high ?? Infinity;
    const count = Number(this.seedCount?.value ?? 1);
    return Array.from({ length: count }, (_, i) => first + i).filter((seed) => seed <= top);
  }

  /** Train the values; unless the reader pressed Play, only if nothing has to be agreed to first. */
  train(isAsked, commands = []) {
    const { place } = this;
    if (place.obstacle) return;
    if (!isAsked && !this.isReady) {
      this.say(place.consent);
      return;
    }
    this.cancel();
    const { values, seeds } = this;
    const run = new LiveRun((runs += 1), values, seeds, place.name);
    const withSeed = (seed) => ("seed" in values ? { ...values, seed } : values);
    this.run = run;
    this.complain("");
    this.say("Training.");
    this.model.send({
      kind: "train",
      id: run.id,
      dataset: this.data.name,
      commands: [this.transport.speed, ...commands],
      runs: seeds.map((seed) => ({ values: withSeed(seed), seed })),
    });
    this.show();
  }

  cancel() {
    if (!this.run?.isUnderWay) return;
    this.run.status = "stopped";
    this.model.send({ kind: "stop", id: this.run.id });
  }

  /** Send a command to the run under way. */
  command(command) {
    if (this.run?.isUnderWay) this.model.send({ kind: "command", id: this.run.id, command });
  }

  take(message) {
    if (message.kind === "answer") this.sketch.take(message);
    if (message.kind === "ready") this.versions = message.versions;
    if (message.kind === "data") this.data.take(message);
    if (message.kind === "map") this.network.takeMap(message.map);
    if (message.id !== this.run?.id || !this.run.isUnderWay) return;
    const takers = {
      loading: (seen) => this.say(loadingWords(seen)),
      events: ({ events }) => this.takeEvents(events),
      done: () => this.finish(this.run.diverged.length ? "diverged" : "completed"),
      failed: ({ message: words }) => this.fail(words),
    };
    takers[message.kind]?.(message);
  }

  takeEvents(events) {
    const isFirst = !this.run.epoch;
    events.forEach((event) => this.run.take(event));
    const progress = events.findLast((event) => event.kind === "progress");
    this.say(progressOf(this.run, progress?.share, this.controls));
    events.filter(({ kind }) => kind === "refused").forEach((event) => this.refuse(event));
    const isNow = events.some(({ kind }) => AT_ONCE.has(kind));
    if (isFirst || isNow) this.draw();
    else this.drawSoon();
  }

  /** Put a value back that the running network does not take. */
  refuse({ name, value, message }) {
    if (name in this.values) this.values = { ...this.values, [name]: value };
    this.next.wanted = null;
    this.writeLink();
    this.tellModel();
    this.show();
    this.complain(`${message}.`);
  }

  finish(status) {
    this.run.status = status;
    const products = this.versions?.products ? `Matrix products by ${this.versions.products}.` : "";
    const { stored, behind, isAnswered } = this.answer();
    const { changes, endings } = this.run;
    const comparison = changes.length ? "" : comparisonOf(this.run.curve(), stored && isAnswered ? stored : behind);
    const [first] = endings.flatMap((end) => end?.diagnosis ?? []);
    const noticed = first ? `What the engine noticed: ${first}.` : "";
    this.say(["Done.", noticed, comparison, products].filter(Boolean).join(" "));
    this.show();
    this.sketch.useLive();
  }

  fail(words) {
    this.run = null;
    this.show();
    this.say("Nothing was trained.");
    this.complain(`${words.replace(/\.?$/, ".")} Play tries again.`);
  }

  // The link

  readLink() {
    if (!this.model.get("key")) return;
    const { values, problems, isNamed } = readPanelLink(location.hash, this.key, this.panelWithStops);
    if (!isNamed) return; // another panel's, or a place of the page
    if (JSON.stringify(values) !== JSON.stringify(this.values)) {
      const moved = this.controls.find(({ name }) => asText(values[name]) !== asText(this.values[name]));
      this.values = values;
      this.cancel();
      Object.assign(this, { run: null, moved: moved.name, reading: null });
      this.tellModel();
      this.show();
      if (!this.isAnswered) this.train(false);
    }
    this.complain(problems.slice(0, 3).join(" "));
    this.element.scrollIntoView({ block: "nearest" });
  }

  writeLink() {
    if (!this.model.get("key")) return;
    showFragment(writePanelLink(location.hash, this.key, this.panelWithStops, this.values));
  }

  tellModel() {
    this.model.set("values", this.values);
    this.model.save_changes();
  }

  // What is shown

  /** The curve that stands for the values, what it lacks, and the book's full-scale one behind it. */
  answer() {
    const { stops, study, config, values, controls } = this;
    const cell = study && findStored(study, config, values);
    const behind = cell ? curveOfCell(study, cell, values) : null;
    if (!stops || this.data.name !== "digits") {
      return { stored: null, behind, differs: [], isAnswered: behind !== null && !this.lackOf(behind).length };
    }
    const nearest = nearestStop(stops, controls, values, this.moved);
    const stored = curveOfStop(stops, nearest);
    const differs = nearest.differs.map((control) => saidOf(control, nearest.values));
    if ("seed" in values && values.seed !== config.seed) differs.push(seedWords(stops.seeds));
    const isShort = isCursor(config, values) ? this.pastEnd(stored) : (values.epochs ?? stops.epochs) !== stops.epochs;
    if (isShort) differs.push(`${stops.epochs} epochs`);
    return { stored, behind, differs, isAnswered: !differs.length };
  }

  /** In what a full-scale curve is not what the controls say: data, images, epochs. */
  lackOf(curve) {
    const { values } = this;
    return [
      ...(curve.data === this.data.name ? [] : [this.study.dataset.name]),
      ...("train_size" in values && curve.size !== values.train_size ? [`${withThousands(curve.size)} images`] : []),
      ...(this.pastEnd(curve) ? [`${curve.planned} epochs`] : []),
    ];
  }

  pastEnd(curve) {
    return (this.values.epochs ?? 0) > curve.planned;
  }

  get isAnswered() {
    return this.answer().isAnswered;
  }

  get cursor() {
    return this.reading ?? this.values.epochs ?? this.stops?.epochs ?? this.config.epochs;
  }

  get epochs() {
    const stored = this.data.name === "digits" ? (this.stops?.epochs ?? 0) : 0;
    return Math.max(stored, this.values.epochs ?? this.config.epochs, this.run?.planned ?? 0);
  }

  /** All curves, the one that stands for the values first, each with its colour and its name. */
  shownCurves() {
    const { stored, behind, differs } = this.answer();
    const live = this.run && (this.run.epoch || this.run.starts.length) ? [{ ...this.run.curve(), colour: LIVE_COLOUR }] : [];
    const isReplaced = live.length > 0;
    const own = stored
      ? [{ ...stored, colour: STORED_COLOUR, faint: isReplaced || differs.length > 0, differs }]
      : [];
    const look = { colour: BOOK_COLOUR, dash: BOOK_DASH, isFullScale: true };
    const book = behind ? [{ ...behind, ...look, differs: this.lackOf(behind) }] : [];
    const pinned = this.pinned.map((curve, i) => ({ ...curve, colour: OTHERS[i], dash: PINNED_DASHES[i], pinned: i + 1 }));
    const nearest = isReplaced && differs.length ? [] : own;
    const all = [...live, ...nearest, ...book, ...pinned];
    const [drawn] = all;
    const others = (curve) => (curve.pinned ? [this.values, drawn.values] : [this.values]);
    return tellApart(all.map((curve) => ({ ...curve, name: nameOf(curve, others(curve), this.controls) })));
  }

  show() {
    this.rows.forEach((row) => row.show(this.values[row.name]));
    this.draw();
  }

  say(words) {
    setText(this.parts.status, words);
  }

  complain(words) {
    setText(this.parts.problem, words);
  }

  drawSoon() {
    this.timer ??= setTimeout(() => this.draw(), this.drawnAt + FRAME_MS - performance.now());
  }

  draw() {
    clearTimeout(this.timer);
    this.timer = null;
    const curves = this.shownCurves();
    const { cursor, epochs } = this;
    const height = this.element.clientWidth < NARROW ? 168 : 228;
    const onRead = (x) => this.read(x);
    const look = { height, epochs, cursor: Math.min(cursor, epochs), onRead };
    drawMeasure(this.parts.charts[0], MEASURES.loss, curves, { ...look, range: this.lossRange });
    drawMeasure(this.parts.charts[1], MEASURES[this.second], curves, look);
    this.parts.legend.replaceChildren(...curves.map(legendItem));
    this.showHeadline(curves);
    this.enable();
    this.drawnAt = performance.now();
  }

  showHeadline(curves) {
    const [curve = null] = curves;
    const differs = curve?.differs ?? [];
    setText(this.parts.headline, headlineOf({ curve, values: this.values, controls: this.controls, differs, epoch: this.cursor }));
    const { status = "idle", epoch = 0 } = this.run ?? {};
    this.network.show();
    Object.assign(this.element.dataset, { state: status, epoch, shown: curve ? curve.source : "" });
  }

  read(x) {
    const epoch = x === null ? null : Math.max(1, Math.round(x));
    if (epoch === this.reading) return;
    this.reading = epoch;
    this.showHeadline(this.shownCurves());
  }

  enable() {
    this.transport.show(this.run);
    this.next.show(this.run);
    // Of a run, readers who listen hear the beginning, pauses and the end, not each epoch.
    const tone = this.run?.status === "running" ? "off" : "polite";
    [this.parts.headline, this.parts.status].forEach((part) => part.setAttribute("aria-live", tone));
    this.buttons.clear.disabled = !this.pinned.length;
    this.buttons.download.disabled = !this.run?.epoch;
  }
}

/** Return a curve without changes that come after its end: nothing of it was trained with them. */
function trainedPart(curve) {
  return curve.marks ? { ...curve, marks: curve.marks.filter(({ x }) => x < curve.epochs.at(-1)) } : curve;
}

/** Name the data of curves that have one name and differ in nothing else. */
function tellApart(curves) {
  const isSame = (one, other) => one.name === other.name && one.title !== other.title;
  return curves.map((one) => (curves.some((other) => isSame(one, other)) ? { ...one, name: `${one.name}, ${one.title}` } : one));
}

/** Return in words the values that a curve is of, as far as they are not those of some others. */
function nameOf(curve, others, controls) {
  const own = controls.filter(({ name }) => name !== "seed" && name !== "epochs");
  if (curve.marks?.length) return changedName(curve, own[0]);
  const trained = curve.isFullScale ? { ...curve.values, train_size: curve.size } : curve.values;
  const isSaid = (name) => curve.isFullScale && name === "train_size"; // by the curve's source
  const isOther = (name) => others.some((values) => asText(trained[name]) !== asText(values[name]));
  const differing = own.filter(({ name }) => !isSaid(name) && isOther(name));
  const named = differing.length ? differing : own.slice(0, 1);
  const words = named.map((control) => saidOf(control, trained)).join(", ");
  return differing.length && !curve.live && !curve.pinned && !curve.isFullScale ? `nearest stored: ${words}` : words;
}

/** Of a run that was changed on the way: what was, after the first control if that is something else. */
function changedName(curve, control) {
  const isChanged = curve.marks.some((mark) => mark.name === control.name);
  return [...(isChanged ? [] : [saidOf(control, curve.values)]), changeWords(curve)].join(", ");
}

/** Of the start: what is fetched, and that all of it is there before Python runs. */
function loadingWords({ done, total }) {
  return done < total ? `Loading Python: ${megabytes(done)} of ${megabytes(total)} MB.` : "Starting Python …";
}

function megabytes(bytes) {
  return (bytes / 1e6).toFixed(0);
}
