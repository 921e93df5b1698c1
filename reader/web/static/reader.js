// Functions for the scripts of several pages. All pages work without scripts.

import { forget } from "./device.js";
import { Away, Refused, SignedOut, field, greet, isDecision, isQueued, keep, newAct, post, sendFirst, setOwn, waiting } from "./queue.js";
import { remember } from "./unsent.js";

/**
 * @typedef {import("./queue.js").Answer} Answer
 * @typedef {import("./queue.js").Field} Field
 */

/** @type {HTMLMetaElement | null} */
const meta = document.querySelector("meta[name=csrf]");
const csrf = () => meta?.content ?? "";

/** @param {string} id */
export const byId = (id) => /** @type {HTMLElement} */ (document.getElementById(id));

setOwn(byId("offline")?.dataset.library);

// A touch this soon after a decision is the second half of a double tap.
export const DOUBLE_MS = 500;

// Keys pressed while an input method composes a word (Japanese) are the input method's: no page's
// shortcut sees them. WebKit sends the key that ends a composition after its end, as 229.
globalThis.addEventListener?.("keydown", (event) => {
  if (event.isComposing || event.keyCode === 229) event.stopImmediatePropagation();
}, true);

/**
 * Run something when nothing was typed within `place` for `ms`; never while an input method
 * composes. Returns a function that runs it after another time.
 * @param {HTMLElement} place
 * @param {() => void} run
 * @param {number} ms
 */
export function afterTyping(place, run, ms) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  let isComposing = false;
  const soon = (wait = ms) => {
    clearTimeout(timer);
    if (!isComposing) timer = setTimeout(run, wait);
  };
  place.addEventListener("compositionstart", () => { isComposing = true; clearTimeout(timer); });
  place.addEventListener("compositionend", () => { isComposing = false; soon(); }); // only Firefox sends "input" after it
  place.addEventListener("input", () => soon());
  return soon;
}

/** @type {ReturnType<typeof setTimeout> | undefined} */
let untilSilent;

/** @typedef {HTMLFormElement & {elements: {id: HTMLInputElement}}} UndoForm */
const lastAct = () => /** @type {UndoForm} */ (document.getElementById("undo-last"));

/**
 * Show a sentence in the bar; screen readers read it out. It goes after 6 s or at the next touch.
 * isShort: it may be cut, since the page shows the same. undoes: the id of the paper that the act
 * was about; then it stays, with an undo beside it, unless the page has one of its own at the thumb.
 * @param {string | undefined} text
 */
export function tell(text, isShort = false, undoes = "") {
  const place = /** @type {HTMLElement} */ (document.getElementById("notice"));
  const id = document.querySelector("#undo, .paper-acts") ? "" : undoes;
  place.textContent = text ?? "";
  place.classList.toggle("is-short", isShort);
  lastAct().hidden = !id;
  lastAct().elements.id.value = id;
  clearTimeout(untilSilent);
  if (!id) untilSilent = setTimeout(() => { place.textContent = ""; }, 6000);
}
globalThis.addEventListener?.("pointerdown", () => { if (lastAct().hidden) tell(""); });

// Take the last act back in place; one that the server showed is a form as any other.
globalThis.document?.addEventListener("submit", async (event) => {
  const id = event.target === lastAct() && lastAct().elements.id.value;
  if (!id) return;
  event.preventDefault();
  try {
    const answer = await send("/undo", [["id", id]]);
    tell(answer.said, true);
    dispatchEvent(new CustomEvent("undone", { detail: { id, state: answer.state ?? "candidate", topic: answer.topic } }));
  } catch (error) {
    tell(/** @type {Error} */ (error).message);
  }
});

/**
 * POST fields to an address; returns the answer's JSON. Without a network picks, skips, undos and
 * notes are queued: then the answer has {kept: true}. Throws Error with a sentence to show.
 * title: names the act in the list of what waits. turn: when it may be sent; remembered at once.
 * Decisions and undos take turns by themselves: one that overtakes another would be refused.
 * @param {string} address
 * @param {FormData | URLSearchParams | Field[]} fields
 * @param {Promise<any>} [turn]
 * @returns {Promise<Answer>}
 */
export function send(address, fields, title = "", turn = undefined) {
  const { pathname } = new URL(address, location.href);
  if (!isQueued(pathname)) return sendNow(address, fields);
  const takesTurns = isDecision(pathname);
  const sent = sendOnce(address, fields, title, takesTurns ? lastDecision : turn);
  if (takesTurns) lastDecision = sent.catch(() => {});
  return sent;
}

/** @type {Promise<any>} */
let lastDecision = Promise.resolve();

/**
 * @param {string} address
 * @param {FormData | URLSearchParams | Field[]} fields
 * @param {string} title
 * @param {Promise<any>} [turn]
 * @returns {Promise<Answer>}
 */
async function sendOnce(address, fields, title, turn) {
  const { pathname, search } = new URL(address, location.href);
  const pairs = /** @type {Field[]} */ (Array.from(fields instanceof FormData ? fields : new URLSearchParams(fields)));
  const act = pairs.find(([name]) => name === "act")?.[1] ?? newAct();
  if (!pairs.some(([name]) => name === "act")) pairs.push(["act", act]);
  const before = written.get(pathname);
  if (before) pairs.push(["after", before]);
  const more = { title: title || titleOf(pairs), library: ownLibrary(), made_at: new Date().toISOString() };
  const done = remember(act, { address: pathname + search, pairs, more });
  try {
    await turn;
    if ((await waiting().catch(() => [])).length) await sendFirst();
    const { found, said } = await withToken((token) => post(pathname + search, pairs, token));
    written.delete(pathname);
    if (said) tell(said);
    if (found.state === "pick") keepSoon();
    return found;
  } catch (error) {
    if (!(error instanceof Away) && !(error instanceof SignedOut)) throw error;
    return await keepForLater(pathname + search, pairs, { ...more, isSignedOut: error instanceof SignedOut });
  } finally {
    done();
  }
}

/** What this device should keep has changed: the next page has the worker fetch it. */
export const keepSoon = () => localStorage.removeItem("assets");

/** The library whose page this is, "" where it is not known. */
export const ownLibrary = () => byId("offline").dataset.of || localStorage.getItem("library") || "";

/**
 * What is done on a page is for its library: where another one is served at this address by now, or
 * another reader is signed in, it waits until the own one is back. Throws SignedOut.
 * @param {import("./queue.js").Hello} hello
 */
export function checkLibrary({ library }) {
  const own = ownLibrary();
  if (own && library !== own) throw new SignedOut();
}

/**
 * Queue what could not be sent, and say so; returns an answer like the server's.
 * @param {string} address
 * @param {Field[]} pairs
 * @param {{title?: string, isSignedOut?: boolean, made_at?: string}} [more] as `keep` takes it
 * @returns {Promise<Answer>}
 */
export async function keepForLater(address, pairs, more = {}) {
  const texts = byId("offline").dataset;
  const all = { title: titleOf(pairs), library: ownLibrary(), ...more };
  let found;
  try {
    // Where the browser has no room, kept pages give theirs to what the person did.
    found = await keep(address, pairs, all).catch(() => forget().then(() => keep(address, pairs, all)));
  } catch {
    throw new Error(texts.notKept);
  }
  const act = pairs.find(([name]) => name === "act")?.[1];
  if (act && address.startsWith("/note/")) written.set(address, act);
  navigator.serviceWorker?.ready.then((worker) => worker.sync?.register("queue")).catch(() => {});
  const words = more.isSignedOut ? texts.signedOut : texts.kept;
  tell(words);
  return { ...found, kept: true, said: words };
}

/**
 * Show in a note's form what was written and still waits, of which its page does not know.
 * @param {ParentNode} place
 */
export async function showWritten(place) {
  /** @type {HTMLTextAreaElement | null} */
  const note = place.querySelector('form[action^="/note/"] textarea[name="text"]');
  if (!note) return;
  const { pathname } = new URL(note.form?.getAttribute("action") ?? "", location.href);
  const found = (await waiting().catch(() => [])).filter((one) => one.address === pathname).at(-1);
  if (!found || note.value !== note.defaultValue) return;
  note.value = field(found, "text");
  note.dispatchEvent(new Event("input", { bubbles: true }));
}

/**
 * Notes of this page that were queued, so that their revision is not known yet: address → act.
 * @type {Map<string, string>}
 */
const written = new Map();

/** @param {Field[]} pairs */
function titleOf(pairs) {
  const what = pairs.find(([name]) => name === "what")?.[1]; // of a paper to add
  if (what) return what;
  const id = pairs.find(([name]) => name === "id")?.[1];
  const name = id && CSS.escape(id);
  const place = name ? document.querySelector(`[data-id="${name}"], [data-paper="${name}"], [name=id][value="${name}"]`)?.closest("li, article, main") : null;
  return (place ?? document).querySelector(".title, h1")?.textContent.trim() || id || "";
}

/**
 * A kept page may have an old token: on 403 fetch a new one of the same library and try once more.
 * @template T
 * @param {(token: string) => Promise<T>} run
 */
export async function withToken(run) {
  try {
    return await run(csrf());
  } catch (error) {
    if (!(error instanceof Refused) || error.status !== 403) throw error;
    const hello = await greet();
    checkLibrary(hello);
    const { csrf: token } = hello;
    if (!meta || token === csrf()) throw error;
    meta.content = token;
    return run(token);
  }
}

/**
 * @param {string} address
 * @param {FormData | URLSearchParams | Field[]} fields
 * @returns {Promise<Answer>}
 */
async function sendNow(address, fields) {
  const body = fields instanceof FormData ? fields : new URLSearchParams(fields);
  const answer = await fetch(address, {
    method: "POST",
    headers: { "X-CSRF": csrf(), Accept: "application/json" },
    body,
  });
  const found = await answer.json();
  if (!answer.ok) throw new Error([found.error, found.hint].filter(Boolean).join(" "));
  return found;
}

/**
 * List the texts of a form, with those of the button that submits it.
 * @param {HTMLFormElement} form
 * @param {HTMLElement | null} [submitter]
 */
export function textsOf(form, submitter) {
  const found = new URLSearchParams();
  for (const [name, value] of new FormData(form, submitter)) if (typeof value === "string") found.append(name, value);
  return found;
}

/**
 * Fetch the inner part of a page as HTML; throws where the server refuses.
 * @param {string} address
 * @param {AbortSignal} [signal]
 */
export async function part(address, signal) {
  const answer = await fetch(address, { headers: { "X-Part": "1" }, signal });
  if (!answer.ok) throw new Error(answer.statusText);
  return answer.text();
}
