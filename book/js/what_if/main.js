/** The what-if panel, drawn into an element: one front end for Jupyter (an anywidget) and for pages. */

import { Panel } from "./panel.js";

/**
 * Draw a panel. The model has `get`, `set`, `save_changes`, `on` and `send`.
 *
 * It holds `data` (the panel, its controls' stops, its default config), `stops`, `study` and `twin`
 * (what is stored, the last on Fashion-MNIST), `place` (where it trains) and `values`; it is sent `train`, `stop`, `command` (of a player:
 * see mlp_core.what_if) and `classify`, and answers by events: `loading`, `ready`, `events`, `done`, `failed`, `answer`.
 */
export function render({ model, el }) {
  const panel = new Panel(model, el);
  return () => panel.close();
}
