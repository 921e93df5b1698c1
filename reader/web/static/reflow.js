// @ts-check
// A paper's text in one column: citations open a card, and what is too wide scrolls by keys too.

import { opened } from "./cards.js";

opened();

const article = /** @type {HTMLElement | null} */ (document.querySelector(".latexml"));
const sizes = new ResizeObserver((boxes) => {
  for (const { target } of boxes) {
    const isWide = target.scrollWidth > target.clientWidth;
    for (const [name, value] of [["tabindex", "0"], ["role", "group"], ["aria-label", article?.dataset.wide ?? ""]]) {
      if (isWide) target.setAttribute(name, value);
      else target.removeAttribute(name);
    }
  }
});
for (const box of article?.querySelectorAll(".wide") ?? []) sizes.observe(box);
