/** Settings as a program that trains them with mlp_core, and how a reader copies it. */

/** Return a program that trains these fields of a RunConfig; with several seeds it loops. */
export function programOf(fields, seeds) {
  const isLoop = seeds.length > 1;
  const given = Object.entries(fields).filter(([name]) => name !== "seed");
  const training = [
    "config = RunConfig(",
    ...given.map(([name, value]) => `    ${name}=${literal(value)},`),
    `    seed=${isLoop ? "seed" : seeds[0]},`,
    ")",
    "run = train(config)",
    'print(config.run_id, run.status, run.summary["test_accuracy"])',
  ];
  const loop = [`for seed in (${seeds.join(", ")}):`, ...training.map((line) => `    ${line}`)];
  return ["from mlp_core import RunConfig, train", "", ...(isLoop ? loop : training), ""].join("\n");
}

/** Return a plain value as Python writes it. */
function literal(value) {
  if (value === null) return "None";
  if (value === true) return "True";
  if (value === false) return "False";
  return Array.isArray(value) ? `[${value.map(literal).join(", ")}]` : JSON.stringify(value);
}

/** Copy a program, or select it where there is no clipboard; return what to tell the reader. */
export async function copyProgram(program, showIt) {
  try {
    await navigator.clipboard.writeText(program);
    return "Copied: a program that trains this with mlp_core.";
  } catch {
    getSelection().selectAllChildren(showIt());
    return "The program is selected: copy it.";
  }
}
