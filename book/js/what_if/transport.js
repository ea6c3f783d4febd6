/** Play and pause, one epoch, restart, and how fast: the row that leads a run. */

import { makeBox, makeButton, makeSelect, setText } from "../elements.js";

const WAITS = { slow: 0.6, normal: 0.12, fast: 0 }; // seconds of rest after an epoch

export class Transport {
  constructor(panel) {
    this.panel = panel;
    const speeds = [...Object.keys(WAITS)].map((name) => [name, name]);
    const { row, input } = makeSelect(`${panel.key}-speed`, "speed", speeds, () => panel.command(this.speed));
    this.input = input;
    input.value = "fast";
    this.play = makeButton("Play", () => this.playOrPause(), { class: "mlp-button mlp-primary what-if-play" });
    this.epoch = makeButton("One epoch", () => this.goOn("epoch"));
    this.restart = makeButton("Restart", () => panel.train(true));
    this.root = makeBox("what-if-transport", this.play, this.epoch, this.restart, row);
  }

  get speed() {
    return { do: "speed", wait_s: WAITS[this.input.value] };
  }

  playOrPause() {
    const { run } = this.panel;
    if (run?.status === "running") this.panel.command({ do: "pause" });
    else this.goOn("play");
  }

  /** Go on with the run under way, or begin one. */
  goOn(how) {
    const { panel } = this;
    if (panel.run?.isUnderWay) panel.command({ do: how });
    else panel.train(true, [{ do: how }]);
  }

  show(run) {
    setText(this.play, run?.status === "running" ? "Pause" : "Play");
    this.restart.disabled = !run;
  }
}
