/** A box with the settings of a cell or a run as a program that trains them, and a link to it. */

import { make, makeBox, makeButton } from "../elements.js";
import { copyProgram, programOf } from "../program.js";
import { seedText } from "./figures.js";

export class CodeBox {
  /** `page`: `say` and `linkTo`. */
  constructor(study, page) {
    Object.assign(this, { study, page });
    this.element = makeBox("explorer-code");
    this.element.hidden = true;
  }

  show(row) {
    const { element, study } = this;
    const isOne = row.runs.length === 1;
    const program = programOf(study.fieldsOf(row.runs[0]), row.seeds);
    const title = `${study.describe(row)}; ${isOne ? "seed " : ""}${seedText(row)}`;
    const text = make("pre", { class: "mlp-code", tabindex: "0", role: "region", "aria-label": "program" }, program);
    const href = this.page.linkTo(row.runs.map((run) => run.id));
    const copy = makeButton("Copy code", async () => this.page.say(await copyProgram(program, () => text)));
    const link = make("a", { href }, isOne ? "Link to this run" : "Link to these runs");
    const close = makeButton("Close", () => (element.hidden = true));
    const files = `Stored as ${row.runs.map((run) => `${run.id}.json`).join(", ")}.`;
    element.replaceChildren(
      make("h3", {}, title),
      makeBox("mlp-buttons", copy, link, close),
      text,
      make("p", { class: "mlp-note" }, files),
    );
    element.hidden = false;
    element.scrollIntoView({ block: "nearest" });
    copy.focus({ preventScroll: true });
  }
}
