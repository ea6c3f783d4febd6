/** Brings the explorer page to life. */

import { Explorer } from "./explorer.js";

const place = document.querySelector(".explorer");
const stored = window.mlpCoreExplorer ?? [];
const base = new URL(".", document.currentScript.src).href;
if (place && stored.length) new Explorer(place, stored, base);
