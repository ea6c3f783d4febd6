/** A cell's or a run's settings as a program that trains them with mlp_core. */

const INDENT = "    ";

/** Return a program; with several seeds it loops over them. */
export function programOf(study, row) {
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
