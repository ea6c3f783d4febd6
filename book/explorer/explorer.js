/** The page: which study is shown, how its curves are drawn, and the link that says so. */

import { make } from "../what_if/elements.js";
import { labelledSelect } from "./filters.js";
import { CHOICES, defaultChoices, readLink, writeLink } from "./state.js";
import { FIRST_CHOICE, StoredRuns, firstChoice } from "./study.js";
import { StudyView } from "./study_view.js";

export class Explorer {
  /** `list`: an entry a study with stored runs; `base`: where their scripts lie. */
  constructor(element, list, base) {
    Object.assign(this, { element, list, base, choices: defaultChoices(), view: null, views: new Map() });
    this.names = list.map((entry) => entry.name);
    this.arrange();
    addEventListener("hashchange", () => this.readLink());
    new ResizeObserver(() => this.resize()).observe(this.room);
    this.readLink();
  }

  arrange() {
    const options = this.list.map((entry) => [entry.name, entry.name.replaceAll("-", " ")]);
    const { row, input } = labelledSelect("explorer-study", "study", options);
    this.chooser = input;
    input.addEventListener("change", () => this.open(input.value, null, { isMemorable: true }));
    this.selects = Object.entries(CHOICES).map(([name, { label, options: words }]) => this.makeChoice(name, label, words));
    this.about = make("div", { class: "explorer-about" });
    this.status = make("p", { class: "explorer-status", role: "status" });
    this.problem = make("p", { class: "explorer-problem", role: "alert" });
    this.drawing = make("div", { class: "explorer-controls" });
    this.drawing.append(...this.selects.map((select) => select.row));
    this.room = make("div", { class: "explorer-room" });
    const live = make("div", { class: "explorer-live" });
    live.append(row, this.about, this.problem, this.status, this.room);
    this.element.classList.add("explorer-enhanced");
    this.element.append(live);
  }

  makeChoice(name, label, words) {
    const { row, input } = labelledSelect(`explorer-${name}`, label, Object.entries(words));
    input.addEventListener("change", () => {
      this.choices[name] = input.value;
      this.view?.redraw();
      this.remember();
    });
    return { name, row, input };
  }

  // The link

  readLink() {
    const found = readLink(location.hash, this.names);
    this.choices = found.choices;
    this.selects.forEach(({ name, input }) => (input.value = this.choices[name]));
    this.open(found.study ?? this.list.find((entry) => entry.first).name, found.runs, { problems: found.problems });
  }

  remember() {
    const fragment = writeLink(this.view.entry.name, this.drawnIds(), this.choices);
    try {
      history.replaceState(null, "", `#${fragment}`);
    } catch {
      // Too many changes in a short time: the next one writes the link.
    }
  }

  /** The runs that are drawn, or null if they are those of the first view. */
  drawnIds() {
    const ids = [...this.view.selected].sort();
    return ids.join() === this.firstIds.join() ? null : ids;
  }

  linkTo(ids) {
    return `#${writeLink(this.view.entry.name, ids, this.choices)}`;
  }

  // The study

  open(name, ids, { problems = [], isMemorable = false }) {
    const entry = this.list.find((one) => one.name === name);
    this.chooser.value = name;
    this.wanted = name;
    const finish = () => {
      if (this.wanted !== name) return; // another study was chosen meanwhile
      if (this.view?.entry !== entry) this.show(entry);
      this.choose(ids, problems);
      if (isMemorable) this.remember();
    };
    if (window.mlpCoreExplored?.[name]) finish();
    else this.load(entry, finish);
  }

  /** A script, not fetched JSON: a page opened from disk may load it too. */
  load(entry, finish) {
    const script = make("script", { src: new URL(entry.script, this.base).href });
    script.addEventListener("load", finish);
    script.addEventListener("error", () => {
      this.complain(`The runs of ${entry.name} could not be loaded: ${entry.script} is missing beside this page.`);
    });
    this.say("Loading the runs.");
    document.head.append(script);
  }

  show(entry) {
    if (!this.views.has(entry)) {
      const study = new StoredRuns(window.mlpCoreExplored[entry.name]);
      this.views.set(entry, new StudyView(study, entry, this));
    }
    this.view = this.views.get(entry);
    const { study } = this.view;
    this.firstIds = firstChoice(study).flatMap((cell) => cell.runs.map((run) => run.id)).sort();
    // How curves are drawn is chosen beside them; seeds, only where there are several.
    this.selects.find((select) => select.name === "seeds").row.hidden = !study.seeded;
    this.view.chart.before(this.drawing);
    this.room.replaceChildren(this.view.element);
    this.showAbout(entry);
    this.element.dataset.study = entry.name;
  }

  showAbout(entry) {
    const question = make("p", { class: "explorer-question" }, entry.question);
    const files = make("p", { class: "explorer-note" });
    files.append(`${entry.stored}, ${entry.data}. To take away: `);
    for (const [i, [kind, href]] of Object.entries(entry.files).entries()) {
      files.append(i ? ", " : "", make("a", { href: new URL(href, this.base).href, download: "" }, kind));
    }
    files.append(".");
    this.about.replaceChildren(...(entry.question ? [question] : []), files);
  }

  choose(ids, problems) {
    const { study } = this.view;
    const known = ids?.filter((id) => study.byId.has(id));
    if (ids && known.length < ids.length) {
      problems.push(`The link names ${ids.length - known.length} runs that the book does not store for this study.`);
    }
    this.view.replace(known?.length ? known : this.firstIds, false);
    const few = study.cells.length <= 8;
    this.say(known?.length || few ? "" : FIRST_CHOICE);
    if (problems.length) this.complain(problems.slice(0, 3).join(" "));
    this.resize();
  }

  resize() {
    const width = this.room.clientWidth;
    if (!this.view || width === this.view.width) return;
    this.view.width = width;
    this.view.layOut();
  }

  say(words) {
    if (this.status.textContent !== words) this.status.textContent = words;
  }

  complain(words) {
    if (this.problem.textContent !== words) this.problem.textContent = words;
  }
}
