/** What a reader takes away from a panel: its values as a program, and the run as a file. */

import { make } from "../elements.js";
import { copyProgram, programOf } from "../program.js";

export async function copyCode(panel) {
  const { run } = panel;
  const changes = run?.changes ?? [];
  const began = changes.length ? run.values : panel.values;
  const fields = { ...panel.panel.base, ...began, dataset: panel.data.codeName };
  const code = programOf(fields, panel.seeds, changes);
  panel.parts.code.replaceChildren();
  panel.say(
    await copyProgram(code, () => {
      const shown = make("pre", { class: "mlp-code", tabindex: "0" }, code);
      panel.parts.code.append(shown);
      return shown;
    }),
  );
}

export function downloadRun({ panel, place, versions, run }) {
  const { values, seeds, dataset, status, changes, histories, endings } = run;
  const content = { panel: panel.name, source: run.curve().source, values, seeds, dataset, status, changes };
  const { version, commit } = place;
  const all = { ...content, versions: { ...versions, mlp_core: version, commit }, histories, endings };
  const url = URL.createObjectURL(new Blob([JSON.stringify(all, null, 1)], { type: "application/json" }));
  make("a", { href: url, download: `${panel.name}-run.json` }).click();
  setTimeout(() => URL.revokeObjectURL(url), 1000);
}
