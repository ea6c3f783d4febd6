/** Settings as a program that trains them with mlp_core, and how a reader copies it. */

/**
 * Return a program that trains these fields of a RunConfig; with several seeds it loops.
 *
 * `changes` are settings that were changed on the way, each with its `update`, `name` and value (`to`).
 */
export function programOf(fields, seeds, changes = []) {
  const isLoop = seeds.length > 1;
  const given = Object.entries(fields).filter(([name]) => name !== "seed");
  const training = [
    "config = RunConfig(",
    ...given.map(([name, value]) => `    ${name}=${literal(value)},`),
    `    seed=${isLoop ? "seed" : seeds[0]},`,
    ")",
    ...(changes.length ? changedTraining(changes) : ["run = train(config)"]),
    'print(run.run_id, run.status, run.summary["test_accuracy"])',
  ];
  const loop = [`for seed in (${seeds.join(", ")}):`, ...training.map((line) => `    ${line}`)];
  const imports = changes.length
    ? ["from mlp_core import RunConfig", "from mlp_core.training import Training"]
    : ["from mlp_core import RunConfig, train"];
  return [...imports, "", ...(isLoop ? loop : training), ""].join("\n");
}

/** Train update by update, and change settings after some of them. */
function changedTraining(changes) {
  const isLast = (one, i) => !changes.slice(i + 1).some(({ name, update }) => name === one.name && update === one.update);
  const last = changes.filter(isLast);
  const lines = (update, indent) =>
    last.filter((one) => one.update === update).map(({ name, to }) => `${indent}training.${name} = ${literal(to)}`);
  const updates = [...new Set(changes.map(({ update }) => update))].filter((update) => update > 0);
  const steps = updates.flatMap((update, i) => [
    `    ${i ? "elif" : "if"} update == ${update}:`,
    ...lines(update, "        "),
  ]);
  return [
    "training = Training(config)",
    ...lines(0, ""),
    "for update in training.updates():",
    ...(steps.length ? steps : ["    pass"]),
    "run = training.finish()",
  ];
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
