// Recall: the keys (space shows the note, 1 to 4 grade it, l later, u undo), and the next card
// where a grade was queued.

import { field, kept, onChange } from "./queue.js";

const cards = [.../** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll(".recall"))];
const undo = /** @type {HTMLFormElement} */ (document.getElementById("undo-grade"));
const later = new Set(new URLSearchParams(location.search).get("later")?.split(","));

/** @param {HTMLElement} card */
const wordsOf = (card) => /** @type {HTMLDetailsElement} */ (card.querySelector("details"));

const shown = () => cards.find((card) => !card.hidden);

addEventListener("keydown", (event) => {
  const target = /** @type {Element} */ (event.target);
  if (event.ctrlKey || event.metaKey || event.altKey || target.closest("input, textarea")) return;
  const card = shown();
  const words = card && wordsOf(card);
  if (event.key === " " && words && !words.open && !target.closest("a, button, summary")) {
    event.preventDefault();
    words.open = true;
    return;
  }
  const key = `[data-key="${CSS.escape(event.key)}"]`;
  /** @type {HTMLElement | null | undefined} */
  const place = card?.querySelector(key) ?? document.querySelector(`#undo-grade:not([hidden]) ${key}`);
  // Grades work only after the note was shown.
  if (!place || (/[1-4]/.test(event.key) && !words?.open)) return;
  event.preventDefault();
  place.click();
});

for (const words of cards.map(wordsOf)) {
  words.addEventListener("toggle", () => {
    if (words.open) words.querySelector(".grades button")?.scrollIntoView({ block: "nearest" });
  });
}

// Grades stay counted when they were sent meanwhile: the cards of this page do not come back.
/** @type {Set<string>} */
const graded = new Set();
let seen = 0;

async function show() {
  const before = shown();
  for (const one of await kept().catch(() => [])) {
    if (one.n <= seen) continue;
    seen = one.n;
    const id = field(one, "id");
    if (one.address === "/recall") graded.add(id);
    if (one.address === "/recall/undo") graded.delete(id);
    if (one.address.startsWith("/recall")) {
      undo.hidden = graded.size === 0;
      const input = /** @type {HTMLInputElement} */ (undo.elements.namedItem("id"));
      input.value = [...graded].at(-1) ?? "";
    }
  }
  const next = cards.find((card) => !graded.has(card.dataset.paper ?? "") && !later.has(card.dataset.row ?? ""));
  if (next === before) return;
  for (const card of cards) {
    card.hidden = card !== next;
    wordsOf(card).open = false; // one that came back is asked again
  }
  /** @type {HTMLElement} */ (document.getElementById("all-graded")).hidden = Boolean(next);
  next?.querySelector("[data-key=l]")?.setAttribute("href", `/recall?later=${[...later, next.dataset.row].join()}`);
  if (before) next?.querySelector("summary")?.focus();
}

if (cards.length) {
  onChange(show);
  await show();
}
