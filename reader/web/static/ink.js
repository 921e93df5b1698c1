// @ts-check
// Drawing on pages: while ink is on, the pencil (or a mouse) draws, and fingers scroll as ever.

import { isOnStroke, lineOf } from "./mark_shapes.js";
import { byId, tell } from "./reader.js";

/** @typedef {import("./view.js").Viewer} Viewer */
/** @typedef {import("./page_marks.js").PageMarks} PageMarks */

const WIDTH = 1.6;
const NEAR = 0.4;
const MOST = 1800; // points of one stroke; a longer one goes on as another
const ERASER = 32; // the button that a pencil's other end presses
const RUBBER = 6; // so far from the place, in points of the page, strokes are erased

/** @param {Viewer} viewer @param {PageMarks} all */
export function strokesOf(viewer, all) {
  const ink = new Ink(viewer, all);
  const box = viewer.element;
  ink.button.addEventListener("click", () => ink.toggle());
  ink.bar.addEventListener("click", (event) => {
    const { colour, ink: what } = /** @type {HTMLElement} */ (event.target).closest("button")?.dataset ?? {};
    if (colour) ink.choose(colour);
    else if (what === "erase") ink.rub(!ink.isErasing);
    else if (what === "undo") all.undo(true);
  });
  box.addEventListener("pointerdown", (event) => ink.down(event));
  box.addEventListener("pointermove", (event) => ink.move(event));
  box.addEventListener("pointerup", (event) => ink.up(event));
  box.addEventListener("pointercancel", () => { ink.now?.line.remove(); ink.now = ink.rubbing = null; });
  // The pencil of an iPad would scroll, whatever its pointer events say.
  for (const name of ["touchstart", "touchmove"]) {
    box.addEventListener(name, (event) => {
      const touches = [.../** @type {TouchEvent} */ (event).changedTouches];
      if (ink.isOn && touches.some((touch) => /** @type {any} */ (touch).touchType === "stylus")) event.preventDefault();
    }, { passive: false });
  }
  document.addEventListener("keydown", (event) => {
    const isUndo = (event.ctrlKey || event.metaKey) && !event.shiftKey && event.key === "z";
    if (!isUndo || !ink.isOn || /** @type {HTMLElement} */ (event.target).closest?.("input, textarea")) return;
    event.preventDefault();
    all.undo(true);
  });
}

class Ink {
  /** @param {Viewer} viewer @param {PageMarks} all */
  constructor(viewer, all) {
    this.viewer = viewer;
    this.all = all;
    this.button = byId("ink");
    this.bar = byId("ink-bar");
    this.eraser = /** @type {HTMLElement} */ (this.bar.querySelector("[data-ink=erase]"));
    /** @type {{id: number, sheet: HTMLElement, points: number[], line: SVGElement} | null} the stroke that is being drawn */
    this.now = null;
    /** @type {{id: number, sheet: HTMLElement} | null} the pointer that is erasing */
    this.rubbing = null;
    this.isKnown = false; // that a finger does not draw
    this.colour = "";
    this.choose(localStorage.getItem("ink-colour") || "#2ea8e5");
  }

  get isOn() {
    return this.button.getAttribute("aria-pressed") === "true";
  }

  get isErasing() {
    return this.eraser.getAttribute("aria-pressed") === "true";
  }

  /** @param {boolean} is whether strokes are erased from now on */
  rub(is) {
    this.eraser.setAttribute("aria-pressed", String(is));
  }

  toggle() {
    const is = !this.isOn;
    this.button.setAttribute("aria-pressed", String(is));
    this.bar.hidden = !is;
    this.viewer.element.classList.toggle("inking", is);
  }

  /** @param {string} colour */
  choose(colour) {
    this.colour = colour;
    this.rub(false);
    localStorage.setItem("ink-colour", colour);
    for (const one of /** @type {NodeListOf<HTMLElement>} */ (this.bar.querySelectorAll("[data-colour]"))) {
      one.setAttribute("aria-pressed", String(one.dataset.colour === colour));
    }
  }

  /** @param {PointerEvent} event @param {HTMLElement} sheet */
  pointAt(event, sheet) {
    const from = sheet.getBoundingClientRect();
    return [event.clientX - from.left, event.clientY - from.top].map((x) => Math.round((100 * x) / this.viewer.scale) / 100);
  }

  /** @param {number} id of the pointer @param {HTMLElement} sheet @param {number[]} points */
  begin(id, sheet, points) {
    const line = lineOf({ colour: this.colour, width: WIDTH, points });
    sheet.querySelector(".marks svg")?.append(line);
    this.now = { id, sheet, points, line };
  }

  /** @param {PointerEvent} event */
  down(event) {
    const sheet = /** @type {HTMLElement | null} */ (/** @type {HTMLElement} */ (event.target).closest(".sheet"));
    if (!this.isOn || !event.isPrimary || !sheet) return;
    if (event.pointerType === "touch") return this.explain();
    this.isKnown = true;
    event.preventDefault();
    this.viewer.element.setPointerCapture(event.pointerId);
    if (!this.isErasing && !(event.buttons & ERASER)) return this.begin(event.pointerId, sheet, this.pointAt(event, sheet));
    this.rubbing = { id: event.pointerId, sheet };
    this.erase(event, sheet);
  }

  /** Say once that a finger scrolls. */
  explain() {
    // Later: this very touch takes away what is said.
    if (!this.isKnown) setTimeout(() => tell(this.bar.dataset.finger));
    this.isKnown = true;
  }

  /** @param {PointerEvent} event */
  up(event) {
    if (this.now?.id === event.pointerId) this.end();
    if (this.rubbing?.id === event.pointerId) this.rubbing = null;
  }

  /** @param {PointerEvent} event */
  move(event) {
    const { now, rubbing } = this;
    const passed = event.getCoalescedEvents?.() ?? [];
    const several = passed.length ? passed : [event];
    if (rubbing?.id === event.pointerId) return several.forEach((one) => this.erase(one, rubbing.sheet));
    if (now?.id !== event.pointerId) return;
    for (const one of several) {
      const [x, y] = this.pointAt(one, now.sheet);
      const [before, above] = now.points.slice(-2);
      if (Math.hypot(x - before, y - above) >= NEAR) now.points.push(x, y);
    }
    now.line.setAttribute("points", now.points.join(" "));
    if (now.points.length < 2 * MOST) return;
    this.end();
    this.begin(now.id, now.sheet, now.points.slice(-2));
  }

  async end() {
    if (!this.now) return;
    const { all, colour, now: { sheet, points, line } } = this;
    this.now = null;
    if (points.length === 2) points.push(points[0] + 0.1, points[1]); // a dot
    line.remove();
    await all.draw({ name: "", page: Number(sheet.dataset.n), colour, width: WIDTH, points });
  }

  /** Erase the strokes at a place, whole. @param {PointerEvent} event @param {HTMLElement} sheet */
  async erase(event, sheet) {
    const { all } = this;
    const at = this.pointAt(event, sheet);
    const hit = all.found.strokes.filter((one) => one.page === Number(sheet.dataset.n) && isOnStroke(one.points, at, RUBBER));
    if (hit.length) await all.erase(hit.map((one) => one.name));
  }
}
