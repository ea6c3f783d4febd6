/** What a reader takes away from a panel: its values as a program, and the run as a file. */

import { make } from "./elements.js";
import { asCode } from "./values.js";

export async function copyCode(view) {
  const seeds = view.run?.seeds ?? [view.values.seed ?? view.config.seed];
  const code = asCode(view.panel, view.values, seeds);
  try {
    await navigator.clipboard.writeText(code);
    view.say("Copied: a program that trains these values with mlp_core.");
  } catch {
    showCode(view, code); // no clipboard here: the reader copies it by hand
  }
}

function showCode(view, code) {
  view.element.querySelector(".what-if-code")?.remove();
  const box = make("pre", { class: "what-if-code", tabindex: "0" }, code);
  view.status.after(box);
  getSelection().selectAllChildren(box);
  view.say("The program is selected below: copy it.");
}

export function downloadRun({ panel, trainer, run }) {
  const { version, commit } = trainer.build;
  const { values, seeds, dataset, status, histories, endings } = run;
  const content = { panel: panel.name, source: run.source, values, seeds, dataset };
  const versions = { ...trainer.ready?.versions, mlp_core: version, commit };
  const text = JSON.stringify({ ...content, status, versions, histories, endings }, null, 1);
  const url = URL.createObjectURL(new Blob([text], { type: "application/json" }));
  make("a", { href: url, download: `${panel.name}-run.json` }).click();
  setTimeout(() => URL.revokeObjectURL(url), 1000);
}
