// The text of a note, as labelled fields or as Markdown. The text area has all of it at any time:
// the fields are another way to type in it.

import { fieldsOf, textOf } from "./fields.js";

const MODE = "note-mode"; // key of the choice in localStorage
const GROWS = CSS.supports("field-sizing", "content");

/** @typedef {import("./fields.js").Field} Field */

/** @param {HTMLFormElement & {elements: {text: HTMLTextAreaElement}}} form */
export function openEditor(form) {
  const editor = new Editor(form);
  const { area, place, modes } = editor;
  place.addEventListener("input", (event) => {
    grow(/** @type {HTMLTextAreaElement} */ (event.target));
    area.value = textOf(editor.fields ?? [], editor.boxes().map((box) => box.value));
  });
  area.addEventListener("input", () => { grow(area); editor.allow(); });
  form.addEventListener("focusin", ({ target }) => { if (target instanceof HTMLTextAreaElement) editor.last = target; });
  modes.addEventListener("click", (event) => {
    const { mode } = /** @type {HTMLElement} */ (event.target).dataset;
    if (!mode) return;
    editor.show(mode);
    try { localStorage.setItem(MODE, mode); } catch { /* a private window forgets it */ }
    form.dispatchEvent(new Event("shown"));
  });
  modes.hidden = !editor.known.length;
  editor.show(editor.known.length && localStorage.getItem(MODE) !== "raw" ? "fields" : "raw");
  return editor;
}

class Editor {
  /** @param {HTMLFormElement & {elements: {text: HTMLTextAreaElement}}} form */
  constructor(form) {
    this.area = form.elements.text;
    this.label = /** @type {HTMLElement} */ (form.querySelector("label[for=text]"));
    this.place = /** @type {HTMLElement} */ (form.querySelector("#fields"));
    this.modes = /** @type {HTMLElement} */ (form.querySelector(".note-modes"));
    /** @type {[string, string][]} */
    this.known = JSON.parse(form.dataset.fields ?? "[]");
    /** @type {Field[] | null} */
    this.fields = null; // null while Markdown is shown
    this.last = this.area; // the text area that was typed in last
  }

  /** The text areas that are shown. @returns {HTMLTextAreaElement[]} */
  boxes() {
    return this.fields ? [...this.place.querySelectorAll("textarea")] : [this.area];
  }

  /** @param {string} mode */
  show(mode) {
    const { area } = this;
    const isTyping = document.activeElement === area;
    const fields = mode === "fields" ? fieldsOf(area.value, this.known) : null;
    this.fields = fields;
    this.place.replaceChildren(...(fields ?? []).map(fieldBox));
    this.place.hidden = !fields;
    area.hidden = this.label.hidden = Boolean(fields);
    this.last = this.boxes()[0];
    for (const button of /** @type {NodeListOf<HTMLElement>} */ (this.modes.querySelectorAll("[data-mode]"))) {
      button.setAttribute("aria-pressed", String((button.dataset.mode === "fields") === Boolean(fields)));
    }
    for (const box of this.boxes()) {
      box.setSelectionRange(box.value.length, box.value.length);
      grow(box);
    }
    if (isTyping) this.last.focus(); // a hidden text area would let go of the keys
    this.allow();
  }

  /** A text without headings of a template has no fields. */
  allow() {
    const button = /** @type {HTMLButtonElement} */ (this.modes.querySelector("[data-mode=fields]"));
    button.disabled = !this.fields && !fieldsOf(this.area.value, this.known);
  }

  /** After a script changed the text. */
  refresh() {
    this.show(this.fields ? "fields" : "raw");
  }

  /** Write at the cursor. @param {string} words */
  insert(words) {
    const { last } = this;
    last.focus();
    last.setRangeText(words, last.selectionStart, last.selectionEnd, "end");
    last.dispatchEvent(new Event("input", { bubbles: true }));
  }

  /**
   * The same with lines of its own, and an empty one before what follows: else that would belong to it.
   * @param {string} words
   */
  quote(words) {
    const before = this.last.value.slice(0, this.last.selectionStart);
    const gap = !before || before.endsWith("\n\n") ? "" : before.endsWith("\n") ? "\n" : "\n\n";
    this.insert(`${gap}${words}\n\n`);
  }
}

/** @param {Field} field @param {number} n */
function fieldBox({ label, hint, body }, n) {
  const made = document.createElement("div");
  made.className = "note-field";
  const box = Object.assign(document.createElement("textarea"), { id: `field-${n}`, className: "prose", rows: 2, value: body, spellcheck: true });
  made.append(Object.assign(document.createElement("label"), { htmlFor: box.id, textContent: label }));
  if (hint) {
    made.append(Object.assign(document.createElement("p"), { id: `hint-${n}`, className: "muted small hint", textContent: hint }));
    box.setAttribute("aria-describedby", `hint-${n}`);
  }
  made.append(box);
  return made;
}

// Where the style sheet cannot do it, a text area grows with its text by script.
/** @param {HTMLTextAreaElement} box */
function grow(box) {
  if (GROWS) return;
  box.style.height = "auto";
  box.style.height = `${box.scrollHeight + 2}px`;
}
