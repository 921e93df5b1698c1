// @ts-check
// The note beside the PDF: a column at the right of wide windows, else a sheet from below. It is
// the form of the note's own page, loaded when it is first opened.

import { pathKey } from "./device.js";
import { byId, part, showWritten, tell } from "./reader.js";

const KEY = "note-panel"; // of the place of the divider, in localStorage
const WIDE = matchMedia("(min-width: 1000px) and (orientation: landscape)");
const STEP = 4; // % of the window for each press of a key
/** @type {Record<"wide" | "low", {least: number, most: number, start: number}>} */
const LIMITS = { wide: { least: 25, most: 60, start: 38 }, low: { least: 25, most: 92, start: 50 } };

/**
 * Show the note beside a viewer. A script that has words to quote sends the viewer's element
 * `quote` with {text, page}; one that made a mark sends `marked`.
 * @param {import("./view.js").Viewer} viewer
 */
export function beside(viewer) {
  const note = new NotePanel();
  const { panel, opener, body } = note;
  opener.hidden = false;
  opener.addEventListener("click", () => note.choose(panel.hidden === true));
  panel.querySelector("[data-close]")?.addEventListener("click", () => note.choose(false));
  panel.addEventListener("keydown", (event) => { if (event.key === "Escape") note.choose(false); });
  listenToGrip(note);
  // A page's number leads to the page beside it, and does not load the whole again.
  body.addEventListener("click", (event) => {
    const link = /** @type {HTMLElement} */ (event.target).closest("a[href*='/read?page=']");
    const page = /\?page=(\d+)/.exec(link?.getAttribute("href") ?? "");
    if (!page) return;
    event.preventDefault();
    viewer.go(Number(page[1]));
  });
  viewer.element.addEventListener("quote", async (event) => {
    const { text, page } = /** @type {CustomEvent} */ (event).detail;
    await note.show(true);
    note.tell(new CustomEvent("quote", { detail: `> ${text.replace(/\s+/g, " ").trim()} (p. ${page})` }));
  });
  viewer.element.addEventListener("marked", async () => {
    if (!note.loading) return;
    await note.loading.catch(() => {});
    note.tell(new Event("marked"));
  });
  WIDE.addEventListener("change", () => note.lay());
  note.begin().catch((error) => tell(String(error)));
}

class NotePanel {
  constructor() {
    this.panel = byId("note-panel");
    this.opener = byId("to-note");
    this.grip = /** @type {HTMLElement} */ (this.panel.querySelector(".note-grip"));
    this.body = /** @type {HTMLElement} */ (this.panel.querySelector(".note-panel-body"));
    this.known = recalled();
    /** @type {Promise<void> | undefined} */
    this.loading = undefined;
  }

  /** @returns {"wide" | "low"} */
  get way() {
    return WIDE.matches ? "wide" : "low";
  }

  /** In % of the window. */
  get size() {
    return this.known[this.way] ?? LIMITS[this.way].start;
  }

  set size(percent) {
    const { least, most } = LIMITS[this.way];
    this.known[this.way] = Math.min(most, Math.max(least, percent));
    remember(this.known);
    this.lay();
  }

  lay() {
    document.body.style.setProperty("--note-size", String(this.size));
    document.body.classList.toggle("has-note", !this.panel.hidden);
    this.grip.setAttribute("aria-orientation", WIDE.matches ? "vertical" : "horizontal");
    this.grip.setAttribute("aria-valuenow", String(Math.round(this.size)));
  }

  /** Open as it was left; where the note cannot be had, stay out of the way. */
  async begin() {
    const isOpen = this.known.isOpen ?? WIDE.matches;
    await this.show(isOpen);
    if (isOpen && !this.loading) await this.show(false);
  }

  async load() {
    const { at = "" } = this.panel.dataset;
    const found = await part(`${at}?show=1`).catch(() => keptNote(at));
    // The form is shown when its script has come: until then it has no fields and saves no drafts.
    this.body.style.visibility = "hidden";
    try {
      this.body.innerHTML = found;
      await showWritten(this.body);
      const form = /** @type {HTMLElement} */ (this.body.querySelector("#note"));
      await import(form.dataset.script ?? "");
    } finally {
      this.body.style.visibility = "";
    }
  }

  /** @param {boolean} isOpen */
  async show(isOpen) {
    this.panel.hidden = !isOpen;
    this.opener.setAttribute("aria-expanded", String(isOpen));
    this.lay();
    if (!isOpen) return;
    this.loading ??= this.load();
    try {
      await this.loading;
    } catch {
      this.loading = undefined;
      this.body.textContent = this.panel.dataset.failed ?? "";
    }
  }

  /** @param {boolean} isOpen */
  choose(isOpen) {
    this.known.isOpen = isOpen;
    remember(this.known);
    this.show(isOpen);
    (isOpen ? this.grip : this.opener).focus();
  }

  /** Tell the form of the note. @param {Event} event */
  tell(event) {
    this.body.querySelector("#note")?.dispatchEvent(event);
  }
}

/** @param {NotePanel} note */
function listenToGrip(note) {
  note.grip.addEventListener("keydown", (event) => {
    /** @type {Record<string, number>} */
    const steps = { ArrowLeft: STEP, ArrowUp: STEP, ArrowRight: -STEP, ArrowDown: -STEP, Home: -100, End: 100 };
    const by = steps[event.key];
    if (!by) return;
    event.preventDefault();
    note.size += by;
  });
  const { start, most } = LIMITS.low;
  dragging(note.grip, (x, y) => { note.size = WIDE.matches ? 100 - (100 * x) / innerWidth : 100 - (100 * y) / innerHeight; }, (y) => {
    // A sheet rests at half or full height, and drawn far enough down it closes.
    if (WIDE.matches) return;
    const percent = 100 - (100 * y) / innerHeight;
    if (percent < 20) note.choose(false);
    else note.size = percent < 70 ? start : most;
  }, () => { if (!WIDE.matches) note.size = note.size > 70 ? start : most; });
}

/** The note from its own page, as this device keeps it; throws where it does not. @param {string} at */
async function keptNote(at) {
  const key = pathKey(at);
  const answer = (await caches.match(key)) ?? (await caches.match(key, { ignoreSearch: true }));
  const text = /** @type {Response} */ (answer).text();
  const main = /** @type {HTMLElement} */ (new DOMParser().parseFromString(await text, "text/html").querySelector("main"));
  main.querySelector(".note-head")?.remove();
  return main.innerHTML;
}

/**
 * Follow a finger, pen or mouse on the grip.
 * @param {HTMLElement} grip
 * @param {(x: number, y: number) => void} move
 * @param {(y: number) => void} end
 * @param {() => void} tap
 */
function dragging(grip, move, end, tap) {
  let isMoved = false;
  grip.addEventListener("pointerdown", (event) => {
    grip.setPointerCapture(event.pointerId);
    isMoved = false;
    event.preventDefault(); // no words are selected
    grip.focus();
  });
  grip.addEventListener("pointermove", (event) => {
    if (!grip.hasPointerCapture(event.pointerId)) return;
    isMoved = true;
    move(event.clientX, event.clientY);
  });
  grip.addEventListener("pointerup", (event) => { if (isMoved) end(event.clientY); });
  // Not at "pointerup": the click would then land on what has come to stand there.
  grip.addEventListener("click", () => { if (!isMoved) tap(); });
}

/** @returns {{wide?: number, low?: number, isOpen?: boolean}} */
function recalled() {
  try {
    return JSON.parse(localStorage.getItem(KEY) ?? "{}");
  } catch {
    return {};
  }
}

/** @param {object} known */
function remember(known) {
  try {
    localStorage.setItem(KEY, JSON.stringify(known));
  } catch {
    // A private window forgets it.
  }
}
