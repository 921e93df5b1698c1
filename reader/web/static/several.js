// Count what is selected in a list, select all, and a range with the shift key. Without this
// script the boxes and the buttons work as well.

const form = /** @type {HTMLFormElement} */ (document.getElementById("several"));
const all = /** @type {HTMLButtonElement} */ (form.querySelector(".all"));
const count = /** @type {HTMLElement} */ (form.querySelector(".n-selected"));
const boxes = () => /** @type {HTMLInputElement[]} */ ([...document.querySelectorAll(".choose input")]);
/** @type {HTMLInputElement | null} */
let last = null;

function show() {
  const chosen = boxes().filter((box) => box.checked);
  const n = new Set(chosen.map((box) => box.value)).size; // two hits of a search may be one paper
  count.textContent = (count.dataset.text ?? "").replace("{n}", String(n));
  for (const button of /** @type {NodeListOf<HTMLButtonElement>} */ (form.querySelectorAll("[name=do]"))) button.disabled = n === 0;
}

document.addEventListener("click", (event) => {
  const box = /** @type {HTMLInputElement} */ (event.target);
  if (!box.matches(".choose input")) return;
  const every = boxes();
  const [from, to] = [every.indexOf(last ?? box), every.indexOf(box)].sort((a, b) => a - b);
  if (event.shiftKey && from >= 0) for (const one of every.slice(from, to + 1)) one.checked = box.checked;
  last = box;
  show();
});

all.hidden = false;
all.addEventListener("click", () => {
  const every = boxes();
  const isAll = every.every((box) => box.checked);
  for (const box of every) box.checked = !isAll;
  show();
});
document.getElementById("selecting")?.addEventListener("change", show);
show();
