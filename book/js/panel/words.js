/** What a panel says in words: of stored runs, of the run under way, and of itself. */

import { make } from "../elements.js";
import { shortNumber } from "../numbers.js";

export const KEY =
  "Solid: test set. Dashed: training set, running mean of an epoch. " +
  "A band runs from the lowest to the highest seed.";

/** Where and with what the page trains, or why it cannot. */
export function aboutTraining({ obstacle, build }) {
  if (obstacle) return obstacle;
  const megabytes = Math.round(build.pyodide.bytes / 1e6);
  return (
    `Train here runs mlp_core ${build.version}, commit ${build.commit}, the package that this ` +
    `book was built from, on the small digits, in your browser. The first time, it loads ` +
    `Python and NumPy (about ${megabytes} MB) from ${build.pyodide.from}.`
  );
}

/** What the page does while a run has not ended. */
export function trainingWith({ ready }) {
  if (!ready) return "Loading Python and NumPy.";
  return `Training; matrix products by ${ready.versions.products}.`;
}

/** What the book holds of the present values. */
export function answerOf(study, stored, obstacle) {
  const train = obstacle ? "" : "Press Train here.";
  if (!study) return train;
  if (!stored.length) return `The book has no stored run of these values. ${train}`.trim();
  const [cell] = stored;
  if (cell.diverged.length) return "The book's stored runs of these values diverged.";
  const end = (100 * cell.columns.test_accuracy.mean.at(-1)).toFixed(2);
  const seeds = cell.seeds.length === 1 ? "" : `, mean of ${cell.seeds.length} seeds`;
  return `Stored in the book: test accuracy ${end} % after ${cell.epochs.at(-1)} epochs${seeds}.`;
}

/** How a run in the page ended. */
export function endingOf(run) {
  if (run.diverged.length) {
    const at = run.diverged.map((end) => end.diverged_at_update).join(", ");
    return `Diverged at update ${at}: the loss is no longer a finite number.`;
  }
  const { epochs, columns } = run.curve();
  if (!epochs.length) return "Stopped before the first epoch was over.";
  const [loss, accuracy] = ["test_loss", "test_accuracy"].map((name) => columns[name].mean.at(-1));
  if (!Number.isFinite(loss)) return "The loss is no longer a finite number.";
  const isGuessing = accuracy < 1.5 / (run.dataset?.classes ?? 10);
  const word = run.status === "stopped" ? "Stopped" : "Done";
  return (
    `${isGuessing ? "Hardly better than guessing" : word}: after epoch ${epochs.at(-1)}, ` +
    `test loss ${shortNumber(loss)}, test accuracy ${(100 * accuracy).toFixed(1)} %.`
  );
}

export function legendItem({ name, source, colour, pinned, crosses }) {
  const mark = make("span", { class: "mlp-mark", "aria-hidden": "true" });
  mark.style.borderTopColor = colour;
  const words = `${name}${pinned ? ", pinned" : ""}${crosses.length ? ", ✕ diverged" : ""}`;
  const title = make("span", { class: "mlp-name" }, words);
  return make("li", {}, mark, title, make("span", { class: "mlp-source" }, source));
}
