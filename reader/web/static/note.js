// Write a note: drafts are saved while one types, and the words are checked beside the text.

import { openEditor } from "./editor.js";
import { holding } from "./gestures.js";
import { openMargin } from "./margin.js";
import { Refused, SignedOut, TIMEOUT_MS } from "./queue.js";
import { afterTyping, byId, ownLibrary, send, tell, withToken } from "./reader.js";

/**
 * The fields of the form: the text, the revision that it continues, and its draft.
 * @typedef {{text: HTMLTextAreaElement} & Record<"base" | "draft" | "seen", HTMLInputElement>} Fields
 * @typedef {"failed" | "keptHere" | "signedOut" | "recovered"} Sentence
 */

const form = /** @type {HTMLFormElement & {elements: Fields, dataset: Record<Sentence, string>}} */ (byId("note"));
const area = form.elements.text;
const save = /** @type {HTMLButtonElement} */ (form.querySelector("button.main"));
const state = byId("draft-state");
const address = form.getAttribute("action") ?? "";
const desk = /** @type {HTMLElement} */ (form.closest(".note-desk"));
const isBesidePdf = Boolean(form.closest(".note-panel")); // there one goes on reading after saving
const editor = openEditor(form);
const mark = openMargin(form, () => editor.boxes());
const here = `draft ${ownLibrary()} ${address}`; // key of the words in localStorage that no draft has yet
const PAUSE_MS = 1000;
const CHECK_MS = 600;
/** The words are checked again after so long, at most so often, while the model is being loaded. */
const AGAIN_MS = 2000;
const MOST_AGAIN = 3;

let kept = area.defaultValue; // the text of the draft; one may have typed before this script came
/** @type {string | null} */
let checked = null;
/** @type {string | null} */
let saving = null; // the text of the note that is being saved: no drafts meanwhile
let going = Promise.resolve();

/**
 * @param {string} path below the note's address
 * @param {boolean} isPart HTML is wanted, and not JSON
 * @param {RequestInit} more
 */
function post(path, isPart, more = {}) {
  const body = new URLSearchParams(fields());
  return withToken(async (token) => {
    /** @type {Record<string, string>} */
    const headers = { "X-CSRF": token, ...(isPart ? { "X-Part": "1" } : { Accept: "application/json" }) };
    const answer = await fetch(address + path, { method: "POST", body, headers, ...more });
    checkAnswer(answer);
    return isPart ? answer.text() : answer.json();
  });
}

/** @param {Response} answer */
function checkAnswer({ ok, status, statusText }) {
  if (status === 401) throw new SignedOut(form.dataset.signedOut);
  if (!ok) throw Object.assign(new Refused(statusText), { status });
}

/** @type {(keyof Fields)[]} */
const NAMES = ["text", "base", "draft", "seen"];
/** @returns {[string, string][]} */
const fields = () => NAMES.map((name) => [name, form.elements[name].value]);

/**
 * Save drafts one after the other: each continues the one before, by its name and `seen`.
 * @param {RequestInit} [more]
 */
function keepDraft(more) {
  // At once: the request may hang, and the page may be left.
  if (area.value !== kept && area.value !== saving) keepHere();
  going = going.then(() => keepNow(more));
  return going;
}

/** @param {RequestInit} [more] */
async function keepNow(more) {
  const text = area.value;
  if (saving !== null || text === kept) return;
  try {
    const found = await post("/draft", false, { signal: AbortSignal.timeout(TIMEOUT_MS), ...more });
    form.elements.draft.value = found.draft;
    form.elements.seen.value = found.seen;
    kept = text;
    if (area.value === text) localStorage.removeItem(here);
    say(found.said);
  } catch (error) {
    const isSignedOut = error instanceof SignedOut;
    const { signedOut, keptHere, failed } = form.dataset;
    if (keepHere()) say(isSignedOut ? signedOut : keptHere, isSignedOut);
    else say(failed);
  }
}

/** @param {string} text */
function say(text, isSignedOut = false) {
  state.textContent = text;
  byId("sign-in").hidden = !isSignedOut;
}

/** Keep the words as they stand, in the browser. */
function keepHere() {
  try {
    localStorage.setItem(here, JSON.stringify({ ...Object.fromEntries(fields()), saving }));
    return true;
  } catch {
    return false;
  }
}

// Bring back what was typed without a connection, or just before the page was left. It continues the
// draft that its page had seen, which may be older than the one here: by that the server knows
// whether somebody else wrote in it.
async function recover() {
  const found = JSON.parse(localStorage.getItem(here) ?? "null");
  if (!found) return;
  const words = found.text.trim();
  if (!words || area.value.includes(words)) return localStorage.removeItem(here);
  const { base, draft } = form.elements;
  const shown = { base: base.value, draft: draft.value };
  if (area.value !== area.defaultValue) { // typed before this script came
    const body = new URLSearchParams(NAMES.map((name) => [name, found[name] ?? ""]));
    await post("/draft", false, { body });
    localStorage.removeItem(here);
    return location.reload();
  }
  // What was being saved then is the note by now: the words go on from it, and not from before.
  const goesOn = typeof found.saving === "string" && found.saving.trim() === area.value.trim();
  for (const name of goesOn ? /** @type {(keyof Fields)[]} */ (["text"]) : NAMES) form.elements[name].value = found[name] ?? "";
  editor.refresh();
  tell(form.dataset.recovered);
  await keepDraft();
  const isBeside = shown.draft && draft.value !== shown.draft;
  // The page names what else is there, once the server has these words.
  if (kept === area.value && (isBeside || base.value !== shown.base)) location.reload();
}

/** @type {AbortController | undefined} */
let checking;
let nAgain = 0;
let shown = "";
async function check({ isAgain = false } = {}) {
  if (area.value === checked && !isAgain) return;
  const text = area.value;
  nAgain = isAgain ? nAgain + 1 : 0;
  checking?.abort();
  checking = new AbortController();
  try {
    const html = await post("/check", true, { signal: checking.signal });
    checked = text;
    const place = byId("check");
    // What is as before stays: what stands below it would move under a finger.
    if (html !== shown) place.innerHTML = shown = html;
    mark();
    const words = [...place.querySelectorAll("[data-said]")].map((one) => one.textContent.trim().replace(/[.。]$/, "")).join(document.documentElement.lang === "ja" ? "。" : ". ");
    const said = byId("check-state");
    if (said.textContent !== words) said.textContent = words;
    if (place.querySelector("[data-again]") && nAgain < MOST_AGAIN) {
      setTimeout(() => { if (area.value === text && !document.hidden) check({ isAgain: true }); }, AGAIN_MS);
    }
  } catch {
    // The next pause asks again.
  }
}

afterTyping(form, () => keepDraft(), PAUSE_MS);
afterTyping(form, () => check(), CHECK_MS);

document.addEventListener("visibilitychange", () => { if (document.hidden) keepDraft({ keepalive: true }); });
// The page is left: `keepalive` lets the request outlive it.
addEventListener("pagehide", () => keepDraft({ keepalive: true }));

// A highlight is dragged into the text, or quoted at the cursor; a link to a note is inserted there.
/** @param {Event} event @param {string} selector */
const near = (event, selector) => /** @type {HTMLElement | null} */ (/** @type {Element} */ (event.target).closest?.(selector));
desk.addEventListener("dragstart", (event) => {
  const { quotation } = near(event, "[data-quotation]")?.dataset ?? {};
  if (quotation) event.dataTransfer?.setData("text/plain", `\n${quotation}\n\n`);
});
dragByFinger();
form.addEventListener("marked", showBeside); // a script made or removed a highlight
form.addEventListener("quote", (event) => editor.quote(/** @type {CustomEvent<string>} */ (event).detail));

function dragByFinger() {
  /** @type {{marked: HTMLElement, x: number, y: number} | null} */
  let held = null;
  holding(byId("beside"), (target, x, y) => {
    const marked = /** @type {HTMLElement | null} */ (target.closest("[data-quotation]"));
    held = marked && !target.closest("a, button") ? { marked, x, y } : null;
    marked?.classList.toggle("held", Boolean(held));
    return Boolean(held);
  }, (x, y) => {
    if (held) held.marked.style.translate = `${x - held.x}px ${y - held.y}px`;
  }, (at) => {
    if (!held) return;
    const box = at && document.elementFromPoint(at.x, at.y);
    held.marked.classList.remove("held");
    held.marked.style.translate = "";
    if (!(box instanceof HTMLTextAreaElement) || !editor.boxes().includes(box)) return;
    editor.last = box;
    editor.quote(held.marked.dataset.quotation ?? "");
  });
}

function allowQuotes() {
  for (const marked of /** @type {NodeListOf<HTMLElement>} */ (desk.querySelectorAll("[data-quotation]"))) {
    marked.draggable = true;
    /** @type {HTMLElement} */ (marked.querySelector("[data-quote]")).hidden = false;
  }
}
allowQuotes();
desk.addEventListener("click", (event) => {
  const marked = /** @type {HTMLElement | null | undefined} */ (near(event, "[data-quote]")?.closest("[data-quotation]"));
  if (marked) editor.quote(marked.dataset.quotation ?? "");
  const button = near(event, "[data-insert]");
  if (!button) return;
  const box = editor.last;
  const isBehindWord = /\S$/.test(box.value.slice(0, box.selectionStart));
  editor.insert((isBehindWord ? " " : "") + button.dataset.insert);
});

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const submitter = /** @type {HTMLButtonElement | null} */ (event.submitter);
  if (submitter?.dataset.beside !== undefined) return showBeside().then(() => /** @type {HTMLElement | null} */ (document.querySelector("#beside summary"))?.focus());
  const button = submitter ?? save;
  button.disabled = true;
  await going;
  const text = area.value;
  saving = text;
  try {
    const found = await send(address, fields());
    if (area.value === text) localStorage.removeItem(here);
    kept = text;
    if (found.to) goOnFrom(found);
    if (found.to && area.value === text && !isBesidePdf) location.assign(found.to);
    else tell(found.said); // it waits for the network, or more was typed meanwhile
  } catch (error) {
    tell(/** @type {Error} */ (error).message);
  }
  saving = null; // from here on there are drafts again
  button.disabled = false;
  if (area.value !== text) keepDraft();
});

/**
 * Text typed after saving continues the new revision, unless that has another device's words too.
 * @param {import("./queue.js").Answer} found
 */
function goOnFrom(found) {
  if (found.is_new && !found.meanwhile) form.elements.base.value = found.base ?? "";
  form.elements.draft.value = form.elements.seen.value = "";
  say(""); // there is no draft any more
  byId("written-today").textContent = found.written_today ?? "";
}

async function showBeside() {
  try {
    const answer = await fetch(`${address}/beside`, { headers: { "X-Part": "1" } });
    checkAnswer(answer);
    byId("beside").innerHTML = await answer.text();
    allowQuotes();
  } catch (error) {
    tell(/** @type {Error} */ (error).message);
  }
}

// Ctrl or Cmd with Enter saves.
form.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit(save);
});

document.documentElement.classList.add("has-script");
recover().catch(() => {});
keepDraft();
if (area.value.trim()) check();
