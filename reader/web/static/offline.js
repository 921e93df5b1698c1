// On every page: show what waits for the network and how old a kept page is; register the worker.

import { keepWords } from "./breaks.js";
import { forget, keptPdfs, settings } from "./device.js";
import { Away, SignedOut, asTime, field, flush, greet, isQueued, kept, newAct, onChange, sendFirst, stateAfter, waiting } from "./queue.js";
import { checkLibrary, keepForLater, ownLibrary, showWritten, tell, textsOf } from "./reader.js";
import { queued, remember } from "./unsent.js";

keepWords();

const place = /** @type {HTMLElement} */ (document.getElementById("offline"));
const texts = /** @type {Record<string, string>} */ (place.dataset);
const { library } = texts;
// Where one server has several readers: what another one left on this device is not for this one.
if (library && library !== localStorage.getItem("library")) {
  localStorage.removeItem("recent"); // titles of the palette
  localStorage.setItem("library", library);
  await forget();
}

const FRESH_MS = 5 * 60 * 1000;
const QUICK_MS = 4000;
const SOON_MS = 1500;
const LATE_MS = 30 * 1000;

// The worker marks a page that it took from its store.
const asOf = document.documentElement.dataset.asOf;
if (asOf) {
  const at = new Date(asOf);
  const isToday = at.toDateString() === new Date().toDateString();
  /** @type {Intl.DateTimeFormatOptions} */
  const form = isToday ? { timeStyle: "short" } : { dateStyle: "medium", timeStyle: "short" };
  const words = asTime(form, document.documentElement.lang).format(at);
  /** @type {HTMLElement} */ (document.getElementById("as-of")).textContent = texts.asOf.replace("{at}", words);
}

/**
 * Whether the last try to send, on any page, failed for a missing sign-in.
 * @param {boolean} is
 */
const setSignedOut = (is) => (is ? localStorage.setItem("signed-out", "1") : localStorage.removeItem("signed-out"));

let newest = 0;
async function showWaiting() {
  newest += 1;
  const mine = newest;
  const all = await kept().catch(() => []);
  if (mine !== newest) return; // a later reading is already shown
  const n = all.filter((one) => !one.said).length;
  const refused = all.filter((one) => one.said && !one.done).length;
  const told = all.filter((one) => one.said && one.done).length;
  /** @type {(count: number, one: string, many: string) => string} */
  const counted = (count, one, many) => (count === 1 ? one : count ? many.replace("{n}", String(count)) : "");
  const words = [
    localStorage.getItem("signed-out") ? counted(n, texts.signedOutOne, texts.signedOutMany) : counted(n, texts.one, texts.many),
    counted(refused, texts.refusedOne, texts.refusedMany),
    counted(told, texts.toldOne, texts.toldMany),
  ];
  const shown = /** @type {HTMLElement} */ (document.getElementById("waiting"));
  const text = words.filter(Boolean).join(" ");
  if (shown.textContent !== text) shown.textContent = text;
  shown.closest("a")?.classList.toggle("is-refused", refused > 0);
}

// Kept pages are older than what was decided and written offline: show that on them.
async function showKept() {
  const all = await waiting().catch(() => []);
  const decided = new Map();
  for (const one of all) {
    if (one.address === "/decide" || one.address === "/wrong") decided.set(field(one, "id"), stateAfter(one));
    const before = one.address === "/undo" && all.find((other) => other.act === one.of);
    if (before) decided.set(field(before, "id"), "candidate");
  }
  /** @type {NodeListOf<HTMLElement>} */
  const places = document.querySelectorAll(".deciding[data-paper], [data-id][data-state]");
  for (const place of places) {
    const state = decided.get(place.dataset.paper ?? place.dataset.id);
    if (state) place.dataset.state = state;
  }
  await showWritten(document);
}

/**
 * @param {HTMLFormElement} form
 * @param {HTMLElement | null} [button]
 */
const pathOf = (form, button) =>
  new URL(button?.getAttribute("formaction") ?? form.getAttribute("action") ?? "", location.href).pathname;

// Send what waits; while the server cannot be reached, try again after growing pauses.
let pause = SOON_MS;
let timer = 0;
async function sendQueue() {
  clearTimeout(timer);
  timer = 0;
  const before = (await waiting().catch(() => [])).length;
  const done = await flush().catch(() => null);
  if (!done) return;
  if (before && (await kept().catch(() => null))?.length === 0) tell(texts.sent); // and nothing refused
  setSignedOut(done.state === "signed out");
  if (done.state === "signed out") tell(texts.signedOut);
  pause = done.state === "away" ? Math.min(2 * pause, LATE_MS) : SOON_MS;
  if (done.left) timer = setTimeout(sendQueue, pause);
  else if (before) keepPages(true).catch(() => {}); // the kept pages are older than what was sent
  await showWaiting();
}

/** @type {WeakMap<HTMLElement, string>} the act of each button: a second tap repeats it */
const acts = new WeakMap();
/** @type {HTMLFormElement | null} the form that is being submitted from here */
let going = null;

/**
 * Forms that no script of the page sends: submit them if the server answers, otherwise queue them.
 * @param {SubmitEvent} event
 */
async function onSubmit(event) {
  const form = /** @type {HTMLFormElement} */ (event.target);
  const submitter = /** @type {HTMLButtonElement | null} */ (event.submitter);
  const path = pathOf(form, submitter);
  if (event.defaultPrevented || form === going || form.method !== "post" || !isQueued(path)) return;
  event.preventDefault();
  const act = acts.get(submitter ?? form) ?? newAct();
  acts.set(submitter ?? form, act);
  /** @type {import("./queue.js").Field[]} */
  const pairs = [...textsOf(form, submitter), ["act", act]];
  const made = { title: "", library: ownLibrary(), made_at: new Date().toISOString() };
  const done = remember(act, { address: path, pairs, more: made });
  try {
    const hello = await greet(QUICK_MS);
    checkLibrary(hello);
    await sendFirst();
    /** @type {HTMLInputElement} */ (form.elements.namedItem("csrf")).value = hello.csrf;
    const more = Object.assign(document.createElement("input"), { type: "hidden", name: "act", value: act });
    form.append(more);
    going = form;
    done(); // from here on the browser sends it, also when the page is left
    form.requestSubmit(submitter);
    going = null;
    more.remove(); // another button of the form has an act of its own
  } catch (error) {
    if (!(error instanceof Away) && !(error instanceof SignedOut)) throw error;
    await keepForLater(path, pairs, { isSignedOut: error instanceof SignedOut }).catch((failed) => tell(failed.message));
    acts.delete(submitter ?? form);
    await showKept();
  } finally {
    done();
  }
}

// Let the worker keep pages: browsers allow it only over HTTPS and on this machine. The library's
// id is stored in any case, since acts that are queued name their library.
async function keepPages(isForced = false) {
  if (texts.proxied !== undefined) return keepNothing();
  const { keeps, carried_at, isPdfLeft } = await settings();
  const isHere = !("caches" in window) || (await caches.has("pages")); // not after a sign-out
  const register = () => navigator.serviceWorker?.register("/worker.js", { type: "module", scope: "/" });
  const isFresh = Date.now() - carried_at < FRESH_MS && localStorage.getItem("assets") === texts.version;
  if (!isForced && (!keeps || (isHere && isFresh))) {
    const known = await register();
    if (keeps && isPdfLeft) known?.active?.postMessage({ resume: true });
    return;
  }
  const hello = await greet(); // first: a worker cannot be installed by a device that is not signed in
  localStorage.setItem("library", hello.library);
  const mine = await register();
  localStorage.setItem("assets", texts.version);
  if (!mine) return;
  const { active } = await navigator.serviceWorker.ready;
  active?.postMessage({ carry: hello });
  askToKeep(hello);
  await mine.update();
}

// Behind a proxy we cannot know when somebody signs out: the next one would find their pages here.
async function keepNothing() {
  for (const one of (await navigator.serviceWorker?.getRegistrations()) ?? []) await one.unregister();
  await forget();
}

// Mark the papers whose whole PDF is on this device.
async function markPdfs() {
  for (const { at, n_here, n_pages } of await keptPdfs()) {
    if (n_here < n_pages) continue;
    for (const link of document.querySelectorAll(`.title a[href="${at.replace("/pdf/", "/paper/")}"]`)) {
      const mark = Object.assign(document.createElement("span"), { className: "here", title: texts.pdfHere });
      mark.setAttribute("role", "img");
      mark.setAttribute("aria-label", texts.pdfHere);
      link.after(mark);
    }
  }
}

/**
 * After the first pick, once: some browsers ask the person. A button of /offline asks again.
 * @param {import("./queue.js").Hello} hello
 */
function askToKeep(hello) {
  if (!hello.pages.some(({ address }) => address.startsWith("/paper/")) || localStorage.getItem("persist")) return;
  localStorage.setItem("persist", "asked");
  navigator.storage?.persist?.().catch(() => {});
}

addEventListener("submit", onSubmit); // on the window: it comes after the page's own on `document`
addEventListener("online", sendQueue);
document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && sendQueue());
onChange((more) => {
  if (more.state) setSignedOut(more.state === "signed out");
  else if (more.isSignedOut !== undefined) setSignedOut(more.isSignedOut);
  showWaiting();
  if (!more.state) timer ||= setTimeout(sendQueue, SOON_MS); // something was kept here
  if (more.said?.length) tell(more.said.join(" "));
});
await queued;
await showWaiting();
await showKept();
await markPdfs().catch(() => {});
await sendQueue();
await keepPages().catch(() => {}); // the next page tries again; /offline says what is kept
