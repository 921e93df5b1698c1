// The palette: `/` or Ctrl/⌘ K, then a few letters of a paper, note, folder, page or action of the
// page that is open. It is a combobox with a listbox (WAI-ARIA); what was opened last on this
// device comes first.

import { afterTyping } from "./reader.js";

const MOST = 8;
const PAUSE_MS = 60;

const dialog = /** @type {HTMLDialogElement} */ (document.getElementById("palette"));
const input = /** @type {HTMLInputElement} */ (dialog.querySelector("input"));
const list = /** @type {HTMLElement} */ (dialog.querySelector("[role=listbox]"));
const status = /** @type {HTMLElement} */ (dialog.querySelector("[role=status]"));

/** @typedef {{text: string, address: string, press?: HTMLElement}} Item press: what does it on this page */
/** @typedef {{name: string, items: Item[]}} Group */

/** @returns {Item[]} */
function recent() {
  try {
    return JSON.parse(localStorage.getItem("recent") ?? "[]");
  } catch {
    return [];
  }
}

function remember() {
  const title = document.querySelector("main h1")?.textContent?.trim();
  if (!title || !/^\/(paper|note)\/[^?]+$/.test(location.pathname) || /\/(history|diff|changes)/.test(location.pathname)) return;
  const here = { text: title.slice(0, 200), address: location.pathname };
  try {
    localStorage.setItem("recent", JSON.stringify([here, ...recent().filter((one) => one.address !== here.address)].slice(0, MOST)));
  } catch {
    // a browser that keeps nothing
  }
}

const options = () => /** @type {HTMLElement[]} */ ([...list.querySelectorAll("[role=option]")]);

/**
 * List what can be done on this page: the visible buttons and links of its bars, and of their menus.
 * @param {string} q
 * @returns {Item[]}
 */
function actions(q) {
  const all = /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-acts] :is(button, a)"));
  const isThere = (/** @type {HTMLElement} */ one) => one.checkVisibility() || (one.closest("details") && getComputedStyle(one).display !== "none");
  const named = [...all].filter(isThere).map((one) => {
    const text = one.textContent?.trim() ?? "";
    return { text: /\p{L}/u.test(text) ? text : one.ariaLabel ?? "", address: "", press: one };
  });
  const fits = named.filter(({ text }) => text.toLowerCase().includes(q.toLowerCase()));
  return [...new Map(fits.map((one) => [one.text, one])).values()];
}

/** @param {number} n */
function choose(n) {
  const all = options();
  const at = all.length ? (n + all.length) % all.length : -1;
  all.forEach((one, i) => one.setAttribute("aria-selected", String(i === at)));
  if (at < 0) input.removeAttribute("aria-activedescendant");
  else {
    input.setAttribute("aria-activedescendant", all[at].id);
    all[at].scrollIntoView({ block: "nearest" });
  }
}
const chosen = () => options().findIndex((one) => one.getAttribute("aria-selected") === "true");

/** @param {Group[]} groups */
function show(groups) {
  let n = 0;
  list.replaceChildren(...groups.map(({ name, items }) => {
    const head = Object.assign(document.createElement("h2"), { textContent: name, ariaHidden: "true" });
    const group = document.createElement("div");
    group.setAttribute("role", "group");
    group.setAttribute("aria-label", name);
    group.append(head, ...items.map(({ text, address, press }) => {
      const one = Object.assign(document.createElement("a"), { href: address, textContent: text, id: `to-${n++}`, tabIndex: -1 });
      one.setAttribute("role", "option");
      if (press) one.addEventListener("click", (event) => {
        event.preventDefault();
        dialog.close();
        press.click();
      });
      return one;
    }));
    return group;
  }));
  input.setAttribute("aria-expanded", String(n > 0));
  status.textContent = n ? String(n) : list.dataset.none ?? "";
  choose(0);
}

/** @type {AbortController | undefined} */
let asking;
async function ask() {
  asking?.abort();
  asking = new AbortController();
  const q = input.value.trim();
  const others = recent().filter(({ address }) => address !== location.pathname);
  const last = others.filter(({ text }) => !q || text.toLowerCase().includes(q.toLowerCase()));
  // A note has its paper's title.
  const nameOf = (/** @type {Item} */ { text, address }) => (address.startsWith("/note/") ? (list.dataset.note ?? "").replace("{title}", () => text) : text);
  const mine = { name: list.dataset.recent ?? "", items: last.map((one) => ({ ...one, text: nameOf(one) })) };
  const here = { name: list.dataset.here ?? "", items: actions(q) };
  const known = [mine, here].filter(({ items }) => items.length);
  try {
    const answer = await fetch(`/palette.json?${new URLSearchParams({ q })}`, { headers: { Accept: "application/json" }, signal: asking.signal });
    if (!answer.ok) throw new Error(answer.statusText);
    const { groups } = /** @type {{groups: Group[]}} */ (await answer.json());
    show([...known.filter((one) => !q || one !== mine), ...groups]);
  } catch {
    if (!asking.signal.aborted) show(known); // without a network
  }
}

function open() {
  if (document.querySelector("dialog[open]")) return;
  input.value = "";
  dialog.showModal();
  input.focus();
  ask();
}

afterTyping(input, ask, PAUSE_MS);
input.addEventListener("keydown", (event) => {
  if (event.key === "ArrowDown") choose(chosen() + 1);
  else if (event.key === "ArrowUp") choose(chosen() - 1);
  else if (event.key === "Enter") options()[chosen()]?.click();
  else return;
  event.preventDefault();
});
dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });

addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.altKey) return;
  const isK = (event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k";
  const isTyped = event.target instanceof Element && event.target.closest("input, textarea, select, [contenteditable]");
  // On the page of search `/` leads to its own field.
  const isSlash = event.key.normalize("NFKC") === "/" && !isTyped && !event.ctrlKey && !event.metaKey && !document.getElementById("search");
  if (!isK && !isSlash) return;
  event.preventDefault();
  open();
});
const button = /** @type {HTMLButtonElement | null} */ (document.getElementById("to-palette"));
if (button) {
  button.hidden = false;
  button.addEventListener("click", open);
}
remember();
