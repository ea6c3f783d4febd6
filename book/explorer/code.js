/** A cell's or a run's settings as a program that trains them with mlp_core, and a link to it. */

import { make, makeButton } from "../what_if/elements.js";
import { seedText } from "./table.js";

const INDENT = "    ";

/** A box under the table; hidden until a row's code is asked for. */
export class CodeBox {
  /** `page`: `say` and `linkTo`. */
  constructor(study, page) {
    Object.assign(this, { study, page });
    this.element = make("div", { class: "explorer-code", hidden: "" });
  }

  show(row) {
    const { element, study } = this;
    const program = programOf(study, row);
    const name = `${study.describe(row)}; ${row.seeds.length === 1 ? "seed " : ""}${seedText(row)}`;
    const text = make("pre", { tabindex: "0", role: "region", "aria-label": "program" }, program);
    const href = this.page.linkTo(row.runs.map((run) => run.id));
    const link = make("a", { href }, row.runs.length === 1 ? "Link to this run" : "Link to these runs");
    const copy = makeButton("Copy code", () => this.copy(program, text));
    const close = makeButton("Close", () => (element.hidden = true));
    const buttons = make("div", { class: "explorer-buttons" });
    buttons.append(copy, link, close);
    const files = `Stored as ${row.runs.map((run) => `${run.id}.json`).join(", ")}.`;
    element.replaceChildren(make("h3", {}, name), buttons, text, make("p", { class: "explorer-note" }, files));
    element.hidden = false;
    element.scrollIntoView({ block: "nearest" });
    copy.focus({ preventScroll: true });
  }

  async copy(program, box) {
    try {
      await navigator.clipboard.writeText(program);
      this.page.say("Copied: a program that trains this with mlp_core.");
    } catch {
      getSelection().selectAllChildren(box); // no clipboard here: the reader copies it by hand
      this.page.say("The program is selected: copy it.");
    }
  }
}

/** Return a program; with several seeds it loops over them. */
function programOf(study, row) {
  const fields = Object.entries(study.fieldsOf(row.runs[0]));
  const several = row.seeds.length > 1;
  const pad = several ? INDENT : "";
  const config = [
    `${pad}config = RunConfig(`,
    ...fields.map(([name, value]) => `${pad}${INDENT}${name}=${pythonLiteral(value)},`),
    `${pad}${INDENT}seed=${several ? "seed" : row.seeds[0]},`,
    `${pad})`,
  ];
  const loop = several ? [`for seed in (${row.seeds.join(", ")}):`] : [];
  return [
    "from mlp_core import RunConfig, train",
    "",
    ...loop,
    ...config,
    `${pad}run = train(config)`,
    `${pad}print(config.run_id, run.status, run.summary["test_accuracy"])`,
    "",
  ].join("\n");
}

function pythonLiteral(value) {
  if (value === true) return "True";
  if (value === false) return "False";
  if (value === null) return "None";
  return Array.isArray(value) ? `[${value.map(pythonLiteral).join(", ")}]` : JSON.stringify(value);
}
