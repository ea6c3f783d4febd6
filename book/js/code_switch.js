/** One button for all folded code of a page, remembered; without this script each cell has its own. */

import { make } from "./elements.js";

const KEY = "mlp-all-code";
const root = document.documentElement;
const heading = document.querySelector(".bd-article h1");
const folded = document.querySelectorAll(".bd-article .cell:is(.tag_hide-input, .tag_hide-cell):not(.tag_in-numbers) > details.hide");

/** Settings may be refused, as in a private window: then the choice is for this page alone. */
function remembered() {
  try {
    return localStorage.getItem(KEY) === "yes";
  } catch {
    return false;
  }
}

function remember(isShown) {
  try {
    localStorage.setItem(KEY, isShown ? "yes" : "no");
  } catch {
    // not kept
  }
}

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
    remember(isShown);
  });
  show(remembered());
  (document.querySelector(".reading-time") ?? heading).append(" ", button);
}
