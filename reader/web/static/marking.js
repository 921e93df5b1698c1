// @ts-check
// Mark the selected words, and change a mark that is tapped: a small bar beside it, the dialogue of
// its comment, and the keys that do the same.

import { strokesOf } from "./ink.js";
import { keyOf } from "./mark_acts.js";
import { PageMarks } from "./page_marks.js";
import { newAct } from "./queue.js";
import { byId, ownLibrary } from "./reader.js";
import { selectByKeys, selectedBoxes, selectedText, selectionIn } from "./select.js";

/** @typedef {import("./view.js").Viewer} Viewer */
/** @typedef {import("./mark_acts.js").Mark} Mark */

const POLL_MS = 3000;
const SETTLED_MS = 250;

/** Show and make marks on the pages. @param {Viewer} viewer */
export function marking(viewer) {
  const all = new PageMarks(viewer);
  all.load().then(() => bringBack(all));
  setInterval(() => document.visibilityState === "visible" && navigator.onLine && all.load(), POLL_MS);
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && all.load());
  viewer.element.addEventListener("drawn", (event) => all.showPage(/** @type {CustomEvent} */ (event).detail.n));
  const bar = new MarkBar(viewer, all);
  listen(viewer, bar);
  document.addEventListener("keydown", (event) => pressed(bar, event), true);
  selectByKeys(viewer);
  strokesOf(viewer, all);
}

/**
 * With a mark's key: of the words of its comment in localStorage while they are typed, {was, note}.
 * A mark's number is another mark's in another library or PDF.
 * @param {PageMarks} all
 */
const typedIn = (all) => `comment ${ownLibrary()} ${new URL(all.address, location.href).pathname} `;

/** Save comments that were being typed when their page was left or loaded anew. @param {PageMarks} all */
function bringBack(all) {
  const typed = typedIn(all);
  for (const name of Object.keys(localStorage).filter((one) => one.startsWith(typed))) {
    const mark = all.called(name.slice(typed.length));
    if (!mark) continue; // gone, or not loaded
    const { was, note } = JSON.parse(localStorage.getItem(name) ?? "");
    localStorage.removeItem(name);
    if (note === mark.note) continue;
    // Another device has written a comment meanwhile: both stay.
    all.change(mark, { note: mark.note === was ? note : [mark.note, note].filter(Boolean).join("\n\n") });
  }
}

/** @param {number[][]} one @param {number[][]} other */
const isSame = (one, other) => one.length === other.length && one.every((box, n) => box.every((x, at) => Math.abs(x - other[n][at]) < 2));

class MarkBar {
  /** @param {Viewer} viewer @param {PageMarks} all */
  constructor(viewer, all) {
    this.viewer = viewer;
    this.all = all;
    this.element = byId("mark-bar");
    this.comments = new CommentForm(this);
    this.colour = localStorage.getItem("mark-colour") || "#ffd400";
    this.key = ""; // of the mark that it is about; "": about the selected words
  }

  /** The mark that the bar is about. */
  get mark() {
    return this.key ? this.all.called(this.key) : undefined;
  }

  get isCommenting() {
    return !this.comments.form.hidden;
  }

  close() {
    this.comments.close();
    this.element.hidden = true;
    this.key = "";
  }

  showColour() {
    const shown = this.mark?.colour ?? this.colour;
    for (const button of /** @type {NodeListOf<HTMLElement>} */ (this.element.querySelectorAll("[data-colour]"))) {
      button.setAttribute("aria-pressed", String(button.dataset.colour === shown));
    }
  }

  /** Where the words or the mark stand that it is about. @returns {DOMRect | undefined} */
  get about() {
    const { mark, viewer } = this;
    if (!mark) return selectionIn(viewer)?.getBoundingClientRect();
    const { left, top } = viewer.pageAt(mark.page).getBoundingClientRect();
    const [x0, y0, x1, y1] = mark.boxes[0].map((x) => x * viewer.scale);
    return new DOMRect(left + x0, top + y0, x1 - x0, y1 - y0);
  }

  /** The room for it has changed. */
  placeAgain() {
    if (this.isCommenting) return this.comments.place();
    const by = this.element.hidden ? undefined : this.about;
    if (by) this.place(by);
  }

  /** Show the bar below a place, or above it where there is no room. @param {DOMRect} by */
  place(by) {
    const { element: bar, viewer: { seen } } = this;
    bar.hidden = false;
    bar.classList.toggle("is-mark", Boolean(this.key));
    this.showColour();
    bar.style.setProperty("--wide", `${seen.width}px`);
    const { width, height } = bar.getBoundingClientRect();
    const under = by.bottom + 10;
    const isUnder = under + height < seen.bottom;
    const left = Math.min(by.left + by.width / 2 - width / 2, seen.left + seen.width - width - 4);
    bar.style.left = `${Math.max(seen.left + 4, left)}px`;
    bar.style.top = `${Math.max(seen.top + 4, isUnder ? under : by.top - height - 10)}px`;
  }

  /** Mark the selected words. @param {string} kind */
  async make(kind) {
    const boxes = [...selectedBoxes(this.viewer)];
    if (!boxes.length) return;
    const { all, colour } = this;
    const text = selectedText(this.viewer);
    const by = /** @type {Range} */ (selectionIn(this.viewer)).getBoundingClientRect();
    getSelection()?.removeAllRanges();
    // The same words once more: another colour of the same mark.
    const same = all.found.marks.find((one) => one.kind === kind && one.page === boxes[0][0] && isSame(one.boxes, boxes[0][1]));
    if (same && boxes.length === 1) {
      this.key = keyOf(same);
      this.place(by);
      return all.change(same, { colour });
    }
    const acts = boxes.map(() => newAct());
    const made = boxes.map(([page, several], at) => all.make({ page, kind, colour, text, note: "", boxes: several }, acts[at]));
    this.key = `asayomi-${acts[0]}`;
    this.place(by);
    await Promise.all(made);
    if (!this.mark && !this.isCommenting) this.close();
  }

  /** @param {string} colour */
  async choose(colour) {
    this.colour = colour;
    localStorage.setItem("mark-colour", colour);
    if (this.mark) await this.all.change(this.mark, { colour });
    else await this.make("highlight");
    this.showColour();
  }

  async underline() {
    const { mark } = this;
    if (mark) await this.all.change(mark, { kind: mark.kind === "underline" ? "highlight" : "underline" });
    else await this.make("underline");
  }

  quote() {
    const { mark, viewer } = this;
    const page = mark?.page ?? [...selectedBoxes(viewer).keys()][0];
    const text = mark?.text ?? selectedText(viewer);
    if (page && text) viewer.element.dispatchEvent(new CustomEvent("quote", { detail: { text, page } }));
    this.close();
  }

  async copy() {
    await navigator.clipboard?.writeText(this.mark?.text ?? selectedText(this.viewer)).catch(() => {});
    this.close();
  }

  async remove() {
    if (!this.mark) return;
    await this.all.remove(this.mark);
    this.close();
  }

  async undo() {
    await this.all.undo(false);
    if (!this.mark) this.close();
  }

  /** @param {HTMLElement} button */
  press({ dataset: { colour, mark: what = "" } }) {
    /** @type {Record<string, () => void>} */
    const acts = {
      underline: () => this.underline(),
      comment: () => this.comments.open(),
      quote: () => this.quote(),
      copy: () => this.copy(),
      remove: () => this.remove(),
      undo: () => this.undo(),
    };
    if (colour) this.choose(colour);
    else acts[what]?.();
  }
}

/** The dialogue of a mark's comment. */
class CommentForm {
  /** @param {MarkBar} bar */
  constructor(bar) {
    this.bar = bar;
    this.form = /** @type {HTMLFormElement} */ (byId("mark-note"));
    this.field = /** @type {HTMLTextAreaElement} */ (this.form.elements.namedItem("note"));
    this.field.addEventListener("input", () => this.keep());
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.save();
      this.leave();
    });
    this.form.addEventListener("reset", () => {
      this.form.hidden = true;
      this.forget();
      this.leave();
    });
  }

  /** Keep what is being typed: the page may be left or loaded anew. */
  keep() {
    const typed = JSON.stringify({ was: this.bar.mark?.note ?? "", note: this.field.value });
    try { localStorage.setItem(typedIn(this.bar.all) + this.bar.key, typed); } catch { /* a private window forgets it */ }
  }

  forget() {
    localStorage.removeItem(typedIn(this.bar.all) + this.bar.key);
  }

  save() {
    const { bar: { all, mark }, form, field: { value: note } } = this;
    form.hidden = true;
    this.forget();
    if (mark && mark.note !== note) all.change(mark, { note });
  }

  /** Close it, and keep what was typed: only "Cancel" and Escape throw words away. */
  close() {
    if (this.form.hidden) return;
    if (this.field.value.trim()) this.save();
    this.form.hidden = true;
    this.forget();
  }

  open() {
    const { bar, form, field } = this;
    const { mark } = bar;
    if (!mark && !selectionIn(bar.viewer)) return;
    field.value = mark?.note ?? "";
    // The selection would be lost with the focus, so that the words are marked first.
    if (!mark) bar.make("highlight");
    form.hidden = false;
    this.place();
    bar.element.hidden = true;
    field.focus();
  }

  place() {
    const { form, bar } = this;
    const { left, top, width, bottom } = bar.viewer.seen;
    form.style.setProperty("--wide", `${width}px`);
    form.style.left = `${left + width / 2}px`;
    // Above the keyboard of a phone, which takes the lower half.
    const least = Math.min(parseFloat(bar.element.style.top), innerHeight * 0.3, bottom - form.offsetHeight - 4);
    form.style.top = `${Math.max(top + 4, least)}px`;
  }

  leave() {
    this.bar.close();
    this.bar.viewer.element.focus({ preventScroll: true });
  }
}

/** Open the bar where words are selected or a mark is tapped. @param {Viewer} viewer @param {MarkBar} bar */
function listen(viewer, bar) {
  // A press must not take the selection away before it is marked.
  bar.element.addEventListener("pointerdown", (event) => event.preventDefault());
  bar.element.addEventListener("click", (event) => {
    const button = /** @type {HTMLElement} */ (event.target).closest("button");
    if (button) bar.press(button);
  });
  new ResizeObserver(() => bar.placeAgain()).observe(viewer.element);
  let settled = 0;
  document.addEventListener("selectionchange", () => {
    clearTimeout(settled);
    settled = setTimeout(() => {
      const range = selectionIn(viewer);
      if (range) {
        bar.close();
        bar.place(range.getBoundingClientRect());
      } else if (!bar.key && !bar.isCommenting) bar.element.hidden = true;
    }, SETTLED_MS);
  });
  viewer.element.addEventListener("click", (event) => { if (!selectionIn(viewer)) tapped(viewer, bar, event); }, true);
  viewer.element.addEventListener("scroll", () => { if (!bar.element.hidden && !bar.isCommenting) bar.close(); }, { passive: true });
}

/** Open the bar of the mark under a tap, or close it. @param {Viewer} viewer @param {MarkBar} bar @param {MouseEvent} event */
function tapped(viewer, bar, event) {
  const target = /** @type {HTMLElement} */ (event.target);
  const sheet = /** @type {HTMLElement | null} */ (target.closest(".sheet"));
  bar.close();
  if (!sheet) return;
  const from = sheet.getBoundingClientRect();
  const mark = target.dataset.mark
    ? bar.all.called(target.dataset.mark)
    : bar.all.at(Number(sheet.dataset.n), (event.clientX - from.left) / viewer.scale, (event.clientY - from.top) / viewer.scale);
  if (!mark) return;
  event.preventDefault();
  bar.key = keyOf(mark);
  bar.place(/** @type {DOMRect} */ (bar.about));
  if (target.dataset.mark) /** @type {HTMLElement} */ (bar.element.querySelector("button")).focus();
}

/** @param {MarkBar} bar @param {KeyboardEvent} event */
function pressed(bar, event) {
  if (event.metaKey || event.ctrlKey || event.altKey) return;
  if (/** @type {HTMLElement} */ (event.target).closest?.("input, textarea, select")) {
    if (event.key === "Escape" && bar.isCommenting) bar.comments.form.reset();
    return;
  }
  const focused = /** @type {HTMLElement | null} */ (document.activeElement)?.dataset.mark;
  const mark = focused ? bar.all.called(focused) : undefined;
  if (event.key === "Escape" && !bar.element.hidden) bar.close();
  else if (event.key === "Delete" && mark) bar.all.remove(mark);
  else if (!selectionIn(bar.viewer)) return;
  else if (event.key === "h") bar.make("highlight");
  else if (event.key === "u") bar.make("underline");
  else if (event.key === "c") bar.comments.open();
  else return;
  event.preventDefault();
  event.stopPropagation();
}
