/** The front page's live picture: drag the learning rate, and what sixteen units look for follows. */

import { make, makeBox, makeButton, makeRange, setText } from "../elements.js";
import { drawLineChart } from "../line_chart.js";
import { asWords } from "../numbers.js";

const HERO_SIDE = 8;
const HERO_REST = 7; // the stop at which the picture comes to rest
// What plays by itself: for so many seconds a stop's epochs, from the first to the last.
const HERO_ACTS = [[0, 1.1], [HERO_REST, 2.2], [13, 1.7]];
const HERO_REPLAY = 2.5; // seconds

class Hero {
  constructor(element, stored) {
    Object.assign(this, { stored, stop: HERO_REST, place: stored.kept.length - 1, playing: 0 });
    this.runs = stored.runs.map((run) => ({ ...run, levels: levelsOf(run.weights) }));
    this.size = this.runs[0].levels.length / stored.kept.length; // of a frame
    this.rate = makeRange("hero-rate", "learning rate", { min: 0, max: this.runs.length - 1 });
    this.epoch = makeRange("hero-epoch", "epoch", { min: 0, max: stored.kept.length - 1 });
    this.says = make("p", { class: "hero-says" });
    this.tiles = Array.from({ length: this.size / HERO_SIDE ** 2 }, () =>
      make("canvas", { width: HERO_SIDE, height: HERO_SIDE }),
    );
    this.grid = make("div", { class: "hero-tiles", role: "img" }, ...this.tiles);
    this.chart = makeBox("mlp-chart hero-chart");
    this.button = makeButton("Replay", () => this.replay());
    this.ends = makeBox("hero-ends", make("span", {}, "asleep"), make("span", {}, "broken"));
    this.root = makeBox(
      "mlp-live",
      this.says,
      makeBox("hero-body", this.grid, this.chart),
      makeBox("hero-controls", this.rate.row, this.ends, this.epoch.row, this.button),
      make("p", { class: "mlp-note" }, this.source),
    );
    this.rate.input.addEventListener("input", () => this.move({ stop: Number(this.rate.input.value) }));
    this.epoch.input.addEventListener("input", () => this.move({ place: Number(this.epoch.input.value) }));
    element.append(this.root);
    element.classList.add("mlp-enhanced");
    new ResizeObserver(() => this.draw(true)).observe(this.chart);
    this.draw();
    this.begin();
  }

  get source() {
    const { seed, config } = this.stored;
    return (
      `Weights of ${config.hidden_sizes[0]} hidden units: orange above zero, blue below, blank near it. ` +
      `From ${this.runs.length} stored runs on the small digits, seed ${seed}.`
    );
  }

  /** Play by itself, unless the reader wants no motion; the first touch ends it. */
  begin() {
    if (matchMedia("(prefers-reduced-motion: reduce)").matches) return;
    this.play(HERO_ACTS);
    for (const kind of ["pointerdown", "keydown", "wheel", "touchstart"]) {
      addEventListener(kind, () => this.halt(), { once: true, passive: true });
    }
  }

  replay() {
    this.play([[this.stop, HERO_REPLAY]]);
  }

  play(acts) {
    const number = (this.playing += 1);
    const last = this.stored.kept.length - 1;
    let started = null;
    this.says.setAttribute("aria-live", "off"); // readers who listen hear the end alone
    const step = (now) => {
      if (number !== this.playing) return;
      started ??= now;
      let left = (now - started) / 1000;
      const act = acts.find(([, seconds]) => left < seconds || ((left -= seconds), false));
      Object.assign(this, act ? { stop: act[0], place: Math.min(left / act[1] * 1.15, 1) * last } : {
        stop: acts.length > 1 ? HERO_REST : this.stop,
        place: last,
      });
      if (!act) this.says.setAttribute("aria-live", "polite");
      this.draw();
      if (act) requestAnimationFrame(step);
    };
    requestAnimationFrame(step);
  }

  halt() {
    this.playing += 1;
    this.place = Math.round(this.place);
    this.draw();
  }

  move(change) {
    this.halt();
    this.says.setAttribute("aria-live", "polite");
    Object.assign(this, change);
    this.draw();
  }

  draw(isResized = false) {
    const { kept } = this.stored;
    const run = this.runs[this.stop];
    const before = Math.floor(this.place);
    const epoch = Math.round(blend(kept, this.place));
    const dead = new Set(run.dead[before]);
    this.tiles.forEach((tile, unit) => {
      this.drawTile(tile, run, unit);
      tile.className = dead.has(unit) ? "hero-dead" : "";
    });
    this.rate.input.value = this.stop;
    this.epoch.input.value = Math.round(this.place);
    this.tell(run, epoch, dead.size);
    if (isResized || this.drawn !== `${this.stop} ${epoch}`) this.drawChart(epoch);
    this.drawn = `${this.stop} ${epoch}`;
  }

  drawTile(tile, { levels, scales }, unit) {
    const context = tile.getContext("2d");
    const image = context.createImageData(HERO_SIDE, HERO_SIDE);
    const { full, colours } = this.stored;
    const length = HERO_SIDE ** 2;
    for (let pixel = 0; pixel < length; pixel += 1) {
      const at = (frame) => levels[frame * this.size + unit * length + pixel] * scales[frame];
      const weight = blend(at, this.place);
      const opacity = 255 * Math.min(Math.abs(weight) / full, 1);
      image.data.set([...(weight > 0 ? colours.above : colours.below), opacity], 4 * pixel);
    }
    context.putImageData(image, 0, 0);
  }

  tell(run, epoch, dead) {
    const rate = asWords(run.rate);
    const share = epoch ? run.test_accuracy[epoch - 1] : null;
    const result = share === null ? "nothing learned yet" : `test accuracy ${(100 * share).toFixed(1)} %`;
    const units = dead ? `${dead} of ${this.tiles.length} units dead` : "no unit dead";
    setText(this.says, `${stateOf(run)} Rate ${rate}, epoch ${epoch}: ${result}, ${units}.`);
    setText(this.rate.output, rate);
    setText(this.epoch.output, String(epoch));
    this.rate.input.setAttribute("aria-valuetext", `${rate}. ${stateOf(run)}`);
    this.epoch.input.setAttribute("aria-valuetext", String(epoch));
    const seen = `The weights of ${this.tiles.length} hidden units at learning rate ${rate}, epoch ${epoch}; ${units}.`;
    this.grid.setAttribute("aria-label", seen);
  }

  drawChart(epoch) {
    const curveOf = (run, count, { colour = "currentColor", ...look }) => {
      const ys = run.test_accuracy.slice(0, count).map((share) => 100 * share);
      return { colour, lines: [{ xs: ys.map((_, i) => i + 1), ys, ...look }] };
    };
    if (!this.grid.clientHeight) return; // not shown, as on paper
    const colour = "var(--pst-color-primary)";
    const run = this.runs[this.stop];
    const end = (100 * run.test_accuracy.at(-1)).toFixed(1);
    const label = `Test accuracy by epoch at learning rate ${asWords(run.rate)}: ${end} % at the end.`;
    drawLineChart(
      this.chart,
      [
        ...this.runs.map((other) => curveOf(other, Infinity, { opacity: 0.3, width: 1 })),
        curveOf(run, Infinity, { opacity: 0.5, width: 1.5, colour }),
        ...(epoch ? [curveOf(run, epoch, { width: 3.5, colour })] : []),
      ],
      {
        x: { range: [1, this.stored.kept.at(-1)], label: "epoch" },
        y: { range: [0, 100], label: "test accuracy, %" },
        height: this.grid.clientHeight,
        cursor: Math.max(epoch, 1),
        label,
      },
    );
  }
}

function levelsOf(text) {
  return Int8Array.from(atob(text), (character) => character.charCodeAt(0));
}

/** Return a value between two places of a list or function. */
function blend(values, place) {
  const at = typeof values === "function" ? values : (i) => values[i];
  const before = Math.floor(place);
  const part = place - before;
  return part ? at(before) * (1 - part) + at(before + 1) * part : at(before);
}

/** Return in words where a rate leads. */
function stateOf({ test_accuracy: shares, dead }) {
  if (dead.at(-1).length > HERO_SIDE) return "Broken.";
  const share = shares.at(-1);
  if (share < 0.6) return "Asleep.";
  return share < 0.94 ? "Late." : "Learning.";
}

const heroPlace = document.querySelector(".hero");
if (heroPlace && window.mlpCoreHero) new Hero(heroPlace, window.mlpCoreHero);
