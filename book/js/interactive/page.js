/** Finds the page's pictures to take in hand and brings them to life. */

import { render } from "./main.js";

for (const element of document.querySelectorAll(".interactive[data-picture]")) {
  const data = JSON.parse(element.querySelector(".interactive-data").textContent);
  const values = { picture: element.dataset.picture, data };
  render({ model: { get: (name) => values[name] }, el: element });
}
