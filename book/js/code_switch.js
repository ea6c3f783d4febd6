/** One button for all folded code of a page, remembered; without this script each cell has its own. */

import { make } from "./elements.js";
import { Remembered } from "./remembered.js";

const allCode = new Remembered("localStorage", "mlp-all-code");
const root = document.documentElement;
const heading = document.querySelector(".bd-article h1");
const folded = document.querySelectorAll(".bd-article .cell:is(.tag_hide-input, .tag_hide-cell):not(.tag_in-numbers) > details.hide");

if (heading && folded.length) {
  const button = make("button", { type: "button", class: "code-switch" });
  const show = (isShown) => {
    root.dataset.allCode = isShown ? "shown" : "hidden";
    button.setAttribute("aria-pressed", String(isShown));
    button.textContent = isShown ? "Hide folded code" : "Show all code";
    folded.forEach((one) => (one.open = isShown));
  };
  button.addEventListener("click", () => {
    const isShown = button.getAttribute("aria-pressed") !== "true";
    show(isShown);
    allCode.value = isShown ? "yes" : "no";
  });
  show(allCode.value === "yes");
  (document.querySelector(".reading-time") ?? heading).append(" ", button);
}
