/** A page's wide tables, code and results: what is cut at the right edge of its box fades there. */

import { fadeWhereCut } from "./fading.js";

const BOXES = ".bd-article :is(.pst-scrollable-table-container, .text_html):has(table), .bd-article pre";

document.querySelectorAll(BOXES).forEach(fadeWhereCut);
