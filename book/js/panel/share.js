/** What a reader takes away from a panel: its values as a program, and the run as a file. */

import { make } from "../elements.js";
import { copyProgram, programOf } from "../program.js";

export async function copyCode(view) {
  const seeds = view.run?.seeds ?? [view.values.seed ?? view.config.seed];
  const code = programOf({ dataset: "digits", ...view.panel.base, ...view.values }, seeds);
  view.element.querySelector(".mlp-code")?.remove();
  view.say(
    await copyProgram(code, () => {
      const shown = make("pre", { class: "mlp-code", tabindex: "0" }, code);
      view.status.after(shown);
      return shown;
    }),
  );
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
