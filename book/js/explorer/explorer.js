/** The page: which study is shown, how its curves are drawn, and the link that says so. */

import { make, makeBox, makeSelect, setText } from "../elements.js";
import { showFragment } from "../links.js";
import { AllRuns } from "./all_runs.js";
import { CHOICES, defaultChoices, readLink, writeLink } from "./state.js";
import { StoredRuns } from "./study.js";
import { StudyView } from "./study_view.js";

export class Explorer {
  /** `list`: an entry per study with stored runs, and one of `parts` for all; `base`: where their scripts lie. */
  constructor(element, list, base) {
    Object.assign(this, { element, list, base, choices: defaultChoices(), view: null, views: new Map() });
    this.arrange();
    addEventListener("hashchange", () => this.readLink());
    new ResizeObserver(() => this.resize()).observe(this.room);
    this.readLink();
  }

  arrange() {
    const studies = this.list.map(({ name, label }) => [name, label]);
    const { row, input } = makeSelect("explorer-study", "study", studies, () =>
      this.open(input.value, null, { isMemorable: true }),
    );
    this.chooser = input;
    this.selects = Object.keys(CHOICES).map((name) => this.makeChoice(name));
    this.about = makeBox("explorer-about");
    this.status = make("p", { class: "mlp-status", role: "status" });
    this.problem = make("p", { class: "mlp-problem", role: "alert" });
    this.drawing = makeBox("explorer-controls", ...this.selects.map((select) => select.row));
    this.room = makeBox("explorer-room");
    this.element.classList.add("mlp-enhanced");
    this.element.append(makeBox("mlp-live", row, this.about, this.problem, this.status, this.room));
  }

  makeChoice(name) {
    const { label, options } = CHOICES[name];
    const { row, input } = makeSelect(`explorer-${name}`, label, Object.entries(options), () => {
      this.choices[name] = input.value;
      this.view?.redraw();
      this.remember();
    });
    return { name, row, input };
  }

  // The link

  readLink() {
    const names = this.list.map((entry) => entry.name);
    const { study, runs, filters, choices, problems } = readLink(location.hash, names);
    this.choices = choices;
    this.selects.forEach(({ name, input }) => (input.value = choices[name]));
    this.open(study ?? this.list.find((entry) => entry.first).name, runs, { problems, filters });
  }

  remember() {
    const { entry, filters, study } = this.view;
    showFragment(writeLink(entry.name, this.drawnIds(), this.choices, filters.toLink(study.columns)));
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

  open(name, ids, { problems = [], filters = [], isMemorable = false }) {
    const entry = this.list.find((one) => one.name === name);
    this.chooser.value = name;
    this.wanted = name;
    const finish = () => {
      if (this.wanted !== name) return; // another study was chosen meanwhile
      if (this.view?.entry !== entry) this.show(entry);
      this.choose(ids, problems, filters);
      if (isMemorable) this.remember();
    };
    const parts = this.partsOf(entry).filter((part) => !window.mlpCoreExplored?.[part.name]);
    let missing = parts.length;
    if (missing) parts.forEach((part) => this.load(part, () => (missing -= 1) || finish()));
    else finish();
  }

  /** The studies that an entry is of: itself, or several. */
  partsOf(entry) {
    return entry.parts ? this.list.filter(({ name }) => entry.parts.includes(name)) : [entry];
  }

  /** A script, not fetched JSON: a page opened from disk may load it too. */
  load({ label, script: file }, finish) {
    const script = make("script", { src: new URL(file, this.base).href });
    script.addEventListener("load", finish);
    script.addEventListener("error", () => {
      this.complain(`The runs of “${label}” could not be loaded: ${file} is missing beside this page.`);
    });
    this.say("Loading the runs.");
    document.head.append(script);
  }

  show(entry) {
    if (!this.views.has(entry)) {
      const [data, ...others] = this.partsOf(entry).map(({ name }) => window.mlpCoreExplored[name]);
      const study = entry.parts ? new AllRuns([data, ...others], entry.defaults) : new StoredRuns(data);
      this.views.set(entry, new StudyView(study, entry, this));
    }
    this.view = this.views.get(entry);
    const { study } = this.view;
    this.firstIds = study.firstCells().flatMap((cell) => cell.runs.map((run) => run.id)).sort();
    // How curves are drawn is chosen beside them; seeds, only where there are several.
    this.selects.find((select) => select.name === "seeds").row.hidden = !study.isSeeded;
    this.view.chart.before(this.drawing);
    this.room.replaceChildren(this.view.element);
    this.showAbout(entry);
    this.element.dataset.study = entry.name;
  }

  showAbout({ question, stored, data, files }) {
    const links = Object.entries(files).flatMap(([kind, address], i) => {
      const href = new URL(address, this.base).href;
      return [i ? ", " : "", make("a", { href, download: "" }, kind)];
    });
    this.about.replaceChildren(
      ...(question ? [make("p", { class: "explorer-question" }, question)] : []),
      make("p", { class: "mlp-note" }, `${stored}, ${data}.`, ...(links.length ? [" Download: ", ...links, "."] : [])),
    );
  }

  choose(ids, problems, filters) {
    const { study } = this.view;
    problems.push(...this.view.filterBy(filters));
    const known = ids?.filter((id) => study.byId.has(id)) ?? [];
    const missing = (ids?.length ?? 0) - known.length;
    if (missing) problems.push(`The link names ${missing} runs that the book does not store for this study.`);
    this.view.replace(known.length ? known : this.firstIds, false);
    this.say(known.length ? "" : study.firstWords);
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
    setText(this.status, words);
  }

  complain(words) {
    setText(this.problem, words);
  }
}
