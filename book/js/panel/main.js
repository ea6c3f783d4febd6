/** Finds the page's panels and brings them to life; they share one trainer. */

import { unpackStudy } from "./curves.js";
import { PanelView } from "./panel.js";
import { Trainer } from "./trainer.js";

const build = window.mlpCoreBuild ?? null;
if (build) build.base = new URL(".", document.currentScript.src).href;
const trainer = new Trainer(build);
const counts = new Map();

for (const element of document.querySelectorAll(".what-if[data-panel]")) {
  const data = JSON.parse(element.querySelector(".what-if-data").textContent);
  const { name, study } = data.panel;
  const count = (counts.get(name) ?? 0) + 1;
  counts.set(name, count);
  const key = count > 1 ? `${name}-${count}` : name;
  new PanelView(element, key, data, unpackStudy(window.mlpCoreStudies?.[study]), trainer);
}
