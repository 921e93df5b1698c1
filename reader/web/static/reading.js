// @ts-check
// The page on which a PDF is read: the scroll, and the bar, panel and keys around it.

import { beside } from "./beside.js";
import { cards } from "./cards.js";
import { listing } from "./contents.js";
import { finding } from "./finding.js";
import { zooming } from "./gestures.js";
import { following, hasNext, jump, jumps, keepSpot } from "./links.js";
import { marking } from "./marking.js";
import { byId, tell } from "./reader.js";
import { selecting } from "./select.js";
import { openViewer } from "./view.js";

/** @typedef {import("./view.js").Viewer} Viewer */

const KEEP_MS = 4000;
const desk = /** @type {HTMLElement} */ (document.querySelector(".desk"));
const side = byId("side");

async function open() {
  const viewer = await openViewer(desk);
  selecting(viewer);
  following(viewer);
  zooming(viewer);
  cards(viewer);
  beside(viewer);
  marking(viewer);
  listing(viewer);
  const hits = finding(viewer);
  darkPages(viewer);
  begin(viewer);
  keepPlace(viewer);
  pageField(viewer);
  pagesInRow(viewer);
  wayBack(viewer);
  const acts = actsOf(viewer, hits);
  document.addEventListener("click", (event) => {
    const button = /** @type {HTMLElement} */ (event.target).closest("[data-do]");
    const act = button && acts[/** @type {HTMLElement} */ (button).dataset.do ?? ""];
    if (!act) return;
    act();
    button.closest("details")?.removeAttribute("open");
  });
  document.addEventListener("keydown", (event) => pressed(viewer, acts, event));
  if (new URLSearchParams(location.search).has("q")) {
    acts.find();
    hits.search();
  }
}

/** Begin where the address says, else where the PDF was read last. @param {Viewer} viewer */
function begin(viewer) {
  const asked = () => Number(/[#&]page=(\d+)/.exec(location.hash)?.[1] ?? 0);
  const spot = history.state?.spot;
  if (spot) viewer.go(spot.n, spot.y);
  else if (asked()) viewer.go(asked());
  else viewer.go(Number(desk.dataset.page), Number(desk.dataset.y) || undefined);
  // Of a step back or forward "popstate" tells the place first; keepPlace may write one at any time.
  let isStep = false;
  addEventListener("popstate", (event) => { isStep = Boolean(event.state?.spot); });
  addEventListener("hashchange", () => { if (asked() && !isStep) viewer.go(asked()); });
}

/** Tell the server where one reads: some seconds after a move, and on leaving. @param {Viewer} viewer */
function keepPlace(viewer) {
  const csrf = /** @type {HTMLMetaElement} */ (document.querySelector("meta[name=csrf]")).content;
  const text = () => {
    const { n, y } = viewer.spot;
    return new URLSearchParams({ page: String(n), y: y.toFixed(1), n_pages: String(viewer.n_pages), csrf });
  };
  let kept = String(text());
  let timer = 0;
  const keep = () => {
    clearTimeout(timer);
    timer = 0;
    const now = text();
    if (String(now) === kept) return;
    kept = String(now);
    keepSpot(viewer);
    // A beacon is sent also while the page is being left; a lost one costs a scroll.
    navigator.sendBeacon(viewer.address("place"), now);
  };
  viewer.element.addEventListener("moved", () => { timer ||= window.setTimeout(keep, KEEP_MS); });
  document.addEventListener("visibilitychange", () => { if (document.visibilityState === "hidden") keep(); });
  addEventListener("pagehide", keep);
}

/** @param {Viewer} viewer */
function pageField(viewer) {
  const field = /** @type {HTMLInputElement} */ (byId("n"));
  field.max = String(viewer.n_pages);
  byId("of").textContent = (byId("of").dataset.text ?? "").replace("{n}", String(viewer.n_pages));
  const show = () => { if (document.activeElement !== field) field.value = String(viewer.current); };
  viewer.element.addEventListener("moved", show);
  field.addEventListener("blur", show);
  field.form?.addEventListener("submit", (event) => {
    event.preventDefault();
    jump(viewer, Number(field.value));
    viewer.element.focus();
  });
  show();
}

/** Say in the menu whether two pages stand side by side. @param {Viewer} viewer */
function pagesInRow(viewer) {
  const button = /** @type {HTMLElement} */ (document.querySelector("[data-do=two]"));
  const show = () => button.setAttribute("aria-pressed", String(viewer.isTwo));
  button.hidden = viewer.n_pages < 2;
  viewer.element.addEventListener("sized", show);
  show();
}

/** Offer the way back where a jump was made. @param {Viewer} viewer */
function wayBack(viewer) {
  const button = /** @type {HTMLButtonElement} */ (document.querySelector("[data-do=back]"));
  const show = () => { button.disabled = !jumps(); };
  viewer.element.addEventListener("moved", show);
  show();
}

/** Turn the colours of the pages in the dark theme; figures stay as they are. @param {Viewer} viewer */
function darkPages(viewer) {
  const button = byId("dark");
  const show = () => {
    const isOff = localStorage.getItem("darkPages") === "off";
    desk.classList.toggle("turned", !isOff);
    button.setAttribute("aria-pressed", String(!isOff));
  };
  button.addEventListener("click", () => {
    localStorage.setItem("darkPages", desk.classList.contains("turned") ? "off" : "on");
    show();
  });
  show();
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const unturned = (/** @type {number} */ n) => {
    const page = viewer.drawn.get(n);
    const picture = /** @type {HTMLElement} */ (viewer.pageAt(n).firstChild);
    picture.querySelectorAll(".figures").forEach((old) => old.remove());
    const whole = /** @type {HTMLCanvasElement | null} */ (picture.querySelector(".full"));
    if (!dark.matches || !page || !whole) return;
    picture.append(...page.figures.map((box) => cutOut(whole, box, page)));
  };
  dark.addEventListener("change", () => viewer.drawn.forEach((_, n) => unturned(n)));
  for (const name of ["drawn", "pictured"]) viewer.element.addEventListener(name, (event) => unturned(/** @type {CustomEvent} */ (event).detail.n));
}

/** Copy a box of a drawn page, to lie over it in its own colours. @param {HTMLCanvasElement} whole @param {number[]} box @param {{width: number, height: number}} page */
function cutOut(whole, [x0, y0, x1, y1], page) {
  const copy = document.createElement("canvas");
  copy.className = "figures";
  const [x, y] = [whole.width / page.width, whole.height / page.height];
  [copy.width, copy.height] = [Math.ceil((x1 - x0) * x), Math.ceil((y1 - y0) * y)];
  copy.getContext("2d")?.drawImage(whole, -x0 * x, -y0 * y);
  const places = { left: x0 / page.width, top: y0 / page.height, width: copy.width / whole.width, height: copy.height / whole.height };
  for (const [name, part] of Object.entries(places)) copy.style.setProperty(name, `${100 * part}%`);
  return copy;
}

/** @param {Viewer} viewer @param {{next: () => void, previous: () => void}} hits @returns {Record<string, () => void>} */
function actsOf(viewer, hits) {
  const screen = (/** @type {number} */ by) => viewer.element.scrollBy({ top: by * (viewer.element.clientHeight - 40) });
  return {
    larger: () => viewer.zoom(viewer.scale * 1.2),
    smaller: () => viewer.zoom(viewer.scale / 1.2),
    width: () => viewer.fit("width"),
    column: () => viewer.fit("column"),
    two: () => viewer.sideBySide(!viewer.isTwo),
    contents: () => show("contents"),
    thumbs: () => show("thumbs"),
    find: () => show("find", true),
    close: () => show(""),
    dark: () => byId("dark").click(),
    keys: () => /** @type {HTMLDialogElement} */ (byId("keys")).showModal(),
    "close-keys": () => /** @type {HTMLDialogElement} */ (byId("keys")).close(),
    back: () => { if (jumps()) history.back(); },
    forward: () => { if (hasNext()) history.forward(); },
    down: () => viewer.element.scrollBy({ top: 60 }),
    up: () => viewer.element.scrollBy({ top: -60 }),
    page_down: () => screen(1),
    page_up: () => screen(-1),
    next: () => viewer.go(viewer.current + (viewer.isTwo ? 2 : 1)),
    previous: () => viewer.go(viewer.current - (viewer.isTwo ? 2 : 1)),
    first: () => jump(viewer, 1),
    last: () => jump(viewer, viewer.n_pages),
    next_hit: hits.next,
    previous_hit: hits.previous,
  };
}

/** Show a part of the panel; the same part again, or "", closes it. @param {string} name @param {boolean} [isKept] */
function show(name, isKept = false) {
  const part = name ? byId(name) : null;
  const isClosing = !part || (!isKept && !side.hidden && !part.hidden);
  side.hidden = isClosing;
  for (const each of ["contents", "thumbs", "find"]) {
    byId(each).hidden = isClosing || each !== name;
    document.querySelectorAll(`[data-do=${each}][aria-expanded]`).forEach((button) => button.setAttribute("aria-expanded", String(!isClosing && each === name)));
  }
  if (isClosing || !part) {
    desk.focus({ preventScroll: true });
    return;
  }
  byId("side-title").textContent = part.dataset.title ?? "";
  part.dispatchEvent(new Event("opened"));
  if (name !== "find") /** @type {HTMLElement | null} */ (side.querySelector("[data-do=close]"))?.focus();
}

/** @type {Record<string, string>} */
const KEYS = {
  j: "down", k: "up", PageDown: "page_down", PageUp: "page_up", ArrowRight: "next", ArrowLeft: "previous",
  Home: "first", End: "last", "+": "larger", "=": "larger", "-": "smaller", 0: "width", w: "column", 2: "two",
  c: "contents", t: "thumbs", "/": "find", f: "find", n: "next_hit", N: "previous_hit", "[": "back", "]": "forward",
  d: "dark", "?": "keys", Escape: "close",
};

/** @param {Viewer} viewer @param {Record<string, () => void>} acts @param {KeyboardEvent} event */
function pressed(viewer, acts, event) {
  const isFind = event.key === "f" && (event.metaKey || event.ctrlKey) && !event.shiftKey && !event.altKey;
  const target = /** @type {HTMLElement} */ (event.target);
  const isTyping = target.closest("input, textarea, select, dialog[open], [contenteditable]");
  if (event.defaultPrevented || (isTyping && event.key !== "Escape" && !isFind)) return;
  if (!isFind && (event.metaKey || event.ctrlKey || event.altKey)) return;
  if (event.key === " " && !target.closest("button, summary, a")) {
    event.preventDefault();
    acts[event.shiftKey ? "page_up" : "page_down"]();
    return;
  }
  const { scrollWidth, clientWidth } = viewer.element;
  if (event.key.startsWith("Arrow") && scrollWidth > clientWidth + 2) return; // it scrolls across
  if (event.key === "Escape" && (side.hidden || target.closest("dialog"))) return;
  const name = isFind ? "find" : KEYS[event.key];
  if (!name) return;
  event.preventDefault();
  acts[name]();
}

open().catch((error) => tell(String(error.message ?? error)));
