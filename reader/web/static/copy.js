// Buttons that copy a text of the page: data-of is its id, data-done what is said then.

import { tell } from "./reader.js";

/** @type {NodeListOf<HTMLButtonElement & {dataset: {of: string, done: string}}>} */
const copies = document.querySelectorAll("button.copy");
for (const button of copies) {
  if (!navigator.clipboard) break; // not over plain HTTP; there a touch selects the text
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(document.getElementById(button.dataset.of)?.textContent ?? "");
    tell(button.dataset.done);
  });
}
