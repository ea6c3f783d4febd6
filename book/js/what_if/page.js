/** Finds the page's panels and brings them to life; they share one worker. */

import { render } from "./main.js";
import { PageModel, Trainer } from "./page_model.js";

const build = window.mlpCoreBuild ?? null;
if (build) build.base = new URL(".", document.currentScript.src).href;
const trainer = new Trainer(build);
const counts = new Map();

for (const element of document.querySelectorAll(".what-if[data-panel]")) {
  const data = JSON.parse(element.querySelector(".what-if-data").textContent);
  const { name, study } = data.panel;
  const count = (counts.get(name) ?? 0) + 1;
  counts.set(name, count);
  const { mlpCoreStops: stops, mlpCoreStudies: studies, mlpCoreMap: map } = window;
  const stored = { stops: stops?.[name], study: studies?.[study], twin: studies?.[`fashion-${study}`], map };
  const key = count > 1 ? `${name}-${count}` : name;
  render({ model: new PageModel(trainer, { data, key, ...stored }), el: element });
}
