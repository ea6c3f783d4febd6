/** Which data a panel trains on: the small digits, what lies beside the book, or a reader's own files. */

import { make, makeBox, makeSelect, fillSelect } from "../elements.js";

const DIGITS = { name: "digits", label: "small digits" };
const OWN = { name: "own", label: "four IDX files of yours …" };
const HINT =
  "Four IDX files, gzipped or not: train-images, train-labels, t10k-images, t10k-labels. Pick or drop them " +
  "here; they stay in this browser.";

export class DataChoice {
  constructor(panel) {
    Object.assign(this, { panel, name: panel.place.dataset ?? "digits", wanted: null }); // wanted: what is being read
    const { place, key } = panel;
    const first = this.name === "digits" ? [] : [{ name: this.name, label: this.name }];
    this.known = [DIGITS, ...first, ...(place.datasets ?? [])];
    const choices = [...this.known, ...(place.takesFiles ? [OWN] : [])];
    const pairs = choices.map(({ name, label }) => [name, label]);
    const { row, input } = makeSelect(`${key}-data`, "data", pairs, () => this.choose(input.value));
    this.input = input;
    input.value = this.name;
    this.files = make("input", { type: "file", multiple: "", id: `${key}-files`, accept: ".gz,*" });
    this.files.addEventListener("change", () => this.pick([...this.files.files]));
    this.drop = makeBox("what-if-drop", make("label", { for: this.files.id }, HINT), this.files);
    this.drop.hidden = true;
    this.root = makeBox("what-if-data-choice", row, this.drop);
    this.followDrops();
  }

  get codeName() {
    return this.name.startsWith("/") ? "the folder of your files" : this.name;
  }

  reset() {
    const first = this.panel.place.dataset ?? "digits";
    Object.assign(this, { name: first });
    this.input.value = first;
    this.drop.hidden = true;
    this.wanted = null;
  }

  followDrops() {
    const { element } = this.panel;
    element.addEventListener("dragover", (event) => {
      if (this.panel.place.takesFiles) event.preventDefault();
    });
    element.addEventListener("drop", (event) => {
      if (!this.panel.place.takesFiles) return;
      event.preventDefault();
      this.pick([...event.dataTransfer.files]);
    });
  }

  choose(name) {
    this.drop.hidden = name !== "own";
    this.wanted = name;
    if (name === "own") {
      this.files.focus();
      return;
    }
    const { files } = this.known.find((one) => one.name === name);
    if (files) {
      this.panel.say("Reading the files beside the book.");
      this.panel.model.send({ kind: "data", name, urls: files });
    } else {
      this.wanted = null;
      this.use(name);
    }
  }

  pick(files) {
    this.panel.complain("");
    this.panel.say("Reading the files.");
    this.wanted = "own";
    this.panel.model.send({ kind: "data", name: "own", files });
  }

  /** Hear how the reading went: the folder in which the loader finds the files, or what is wrong. */
  take({ dataset, problem }) {
    if (this.wanted === null) return; // the reader has gone on
    this.wanted = null;
    if (problem) {
      this.panel.say("");
      this.panel.complain(problem);
      this.input.value = this.known.some(({ name }) => name === this.name) ? this.name : "own";
      return;
    }
    if (!this.known.some(({ name }) => name === dataset.name)) {
      this.known.push(dataset);
      fillSelect(this.input, [...this.known, OWN].map(({ name, label }) => [name, label]));
    }
    this.input.value = dataset.name;
    this.drop.hidden = true;
    this.use(dataset.name);
    if (!this.panel.run?.isUnderWay) this.panel.say(`${dataset.label}: ${dataset.words}.`);
  }

  use(name) {
    this.name = name;
    this.panel.changed("data");
  }
}
