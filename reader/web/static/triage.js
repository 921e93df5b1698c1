// Triage, one paper at a time, by swipe, key or button; without scripts the forms load the page.
import { DOUBLE_MS, send, tell, textsOf } from "./reader.js";
import { askTopic, showTopic } from "./wrong.js";

/** @typedef {HTMLElement & {dataset: {id: string, state: string}}} Sheet */

const place = /** @type {HTMLElement & {dataset: Record<"back" | "count" | "time", string>}} */ (document.getElementById("triage"));
const acts = /** @type {HTMLFormElement & {elements: Record<string, HTMLInputElement>}} */ (document.getElementById("acts"));
const later = /** @type {HTMLAnchorElement} */ (document.getElementById("later"));
const undo = /** @type {HTMLFormElement} */ (document.getElementById("undo"));
const undoButton = /** @type {HTMLButtonElement} */ (undo.querySelector("button"));
const rest = /** @type {HTMLFormElement} */ (document.getElementById("rest"));
const sheets = /** @type {Sheet[]} */ ([...document.querySelectorAll(".sheet")]);
const all = Number(place.dataset.all);
const began = Date.now();
const isCalm = matchMedia("(prefers-reduced-motion: reduce)");
let waiting = Number(place.dataset.waiting);
let at = 0;
let isBusy = false;
let pressedAt = -DOUBLE_MS;
/** @type {string[]} */
const acted = [];

/** @type {(text: string, values: Record<string, number>) => string} */
const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => String(values[name]));
/** @param {Sheet} sheet */
const isWaiting = (sheet) => sheet.dataset.state === "candidate";
/** @param {string} query */
const withGlue = (query) => place.dataset.back + (place.dataset.back.includes("?") ? "&" : "?") + query;

/** @type {(id: string, text: string) => void} */
const write = (id, text) => Object.assign(/** @type {HTMLElement} */ (document.getElementById(id)), { textContent: text });

/**
 * @param {Sheet} sheet
 * @param {string} selector
 */
const within = (sheet, selector) => /** @type {HTMLElement | null} */ (sheet.querySelector(selector));

/**
 * Show one sheet. The focus goes to its title, so that a screen reader reads it.
 * @param {number} n
 */
function show(n, { isQuiet = false } = {}) {
  at = n;
  sheets.forEach((sheet, i) => { sheet.hidden = i !== n; sheet.style.transform = sheet.style.opacity = ""; sheet.classList.remove("is-leaving", "is-returning", "is-moving"); stamps(sheet, 0); });
  const { id, state } = sheets[n].dataset;
  acts.elements.id.value = id;
  acts.elements.seen.value = state === "read" ? "candidate" : state;
  later.href = withGlue(`after=${encodeURIComponent(id)}`);
  if (!isQuiet) { scrollTo(0, 0); within(sheets[n], ".title")?.focus({ preventScroll: true }); }
  progress();
}

function progress() {
  const seconds = sheets.filter(isWaiting).reduce((sum, sheet) => sum + Number(sheet.dataset.seconds), 0);
  const left = waiting ? Math.max(1, Math.round(seconds / 60) + Number(place.dataset.after)) : 0;
  const spent = Number(place.dataset.spent) + Math.round((Date.now() - began) / 60000);
  write("count", fill(place.dataset.count, { n: all - waiting, of: all }));
  write("time", fill(place.dataset.time, { spent, left }));
  document.getElementById("done")?.setAttribute("width", String((100 * (all - waiting)) / all));
}

// Show the next waiting sheet, below or then above; load the page again where none is left.
function goOn() {
  const order = [...sheets.keys()].slice(at + 1).concat([...sheets.keys()].slice(0, at));
  const next = order.find((n) => isWaiting(sheets[n]));
  if (next === undefined) location.assign(place.dataset.back);
  else show(next);
}

/** @param {number} by */
function move(by) {
  const n = Math.min(Math.max(at + by, 0), sheets.length - 1);
  if (n !== at) show(n);
}

/**
 * @param {Sheet} sheet
 * @param {string} state
 */
function setState(sheet, state) {
  waiting += Number(state === "candidate") - Number(isWaiting(sheet));
  sheet.dataset.state = state;
  /** @type {NodeListOf<HTMLInputElement>} */
  const fields = rest.querySelectorAll("input[name=id]");
  for (const field of fields) if (field.value === sheet.dataset.id) field.disabled = state !== "candidate";
}

/** @param {string} kind */
async function decide(kind, from = 0) {
  if (isBusy) return;
  isBusy = true;
  const sheet = sheets[at];
  const fields = textsOf(acts);
  fields.set("kind", kind);
  const before = sheet.dataset.state;
  try {
    const answer = send(acts.action, fields);
    const [found] = await Promise.all([answer, leave(sheet, kind === "pick" ? 1 : -1, from)]);
    setState(sheet, found.state ?? kind);
    acted.push(sheet.dataset.id);
    undoButton.disabled = false;
    tell(found.said, true);
    goOn();
  } catch (error) {
    setState(sheet, before);
    show(at, { isQuiet: true });
    tell(/** @type {Error} */ (error).message);
  } finally {
    isBusy = false;
  }
}

/** @param {HTMLElement} link */
async function wrong(link) {
  if (isBusy) return;
  isBusy = true;
  const sheet = sheets[at];
  try {
    const found = await askTopic(sheet, { id: sheet.dataset.id, seen: sheet.dataset.state });
    if (!found) { link.focus(); return; }
    setState(sheet, found.state ?? sheet.dataset.state);
    if (found.is_done !== false) acted.push(sheet.dataset.id);
    undoButton.disabled = false;
    if (isWaiting(sheet)) show(at, { isQuiet: true });
    else goOn();
  } catch (error) {
    tell(/** @type {Error} */ (error).message);
  } finally {
    isBusy = false;
  }
}

async function takeBack() {
  if (isBusy || undoButton.disabled) return;
  isBusy = true;
  const fields = textsOf(undo);
  // Named, since the "last decision" may be another one by the time a queued undo is sent.
  const last = acted.pop();
  if (last) fields.set("id", last);
  try {
    const found = await send(undo.action, fields);
    tell(found.said, true);
    const id = found.id ?? last;
    const n = sheets.findIndex((sheet) => sheet.dataset.id === id);
    if (n < 0 && id) location.assign(withGlue(`at=${encodeURIComponent(id)}`));
    if (n >= 0 && found.topic) showTopic(sheets[n], found.topic);
    if (n >= 0) { setState(sheets[n], found.state ?? "candidate"); show(n); }
  } catch (error) {
    tell(/** @type {Error} */ (error).message);
  } finally {
    isBusy = false;
  }
}

/**
 * Move the sheet out to one side; without motion where the person does not want any.
 * @param {Sheet} sheet
 * @param {number} side
 * @param {number} from
 */
function leave(sheet, side, from) {
  if (isCalm.matches || !sheet.animate) return null;
  sheet.classList.add("is-leaving");
  stamps(sheet, side * 200);
  sheet.style.transform = `translateX(${side * Math.max(innerWidth, 600)}px) rotate(${side * 6}deg)`;
  sheet.style.opacity = "0";
  return new Promise((done) => { setTimeout(done, from ? 140 : 180); });
}

/**
 * @param {Sheet} sheet
 * @param {number} dx
 */
function stamps(sheet, dx) {
  const [pick, skip] = /** @type {NodeListOf<HTMLElement>} */ (sheet.querySelectorAll(".stamp"));
  pick.style.opacity = String(Math.min(Math.max(dx / 110, 0), 1));
  skip.style.opacity = String(Math.min(Math.max(-dx / 110, 0), 1));
}

acts.addEventListener("submit", (event) => {
  event.preventDefault();
  if (event.timeStamp - pressedAt < DOUBLE_MS) return; // the next paper has the same buttons
  pressedAt = event.timeStamp;
  decide(event.submitter?.getAttribute("value") ?? "skip");
});
undo.addEventListener("submit", (event) => { event.preventDefault(); takeBack(); });
place.addEventListener("click", (event) => {
  /** @type {HTMLElement | null} */
  const link = /** @type {Element} */ (event.target).closest("a.wrong:not(.mute)");
  if (!link || event.metaKey || event.ctrlKey) return;
  event.preventDefault();
  wrong(link);
});
later.addEventListener("click", (event) => { event.preventDefault(); goOn(); });

// Swipe sideways with a finger or a pen; up and down still scrolls, and a mouse selects text.
/** @type {{x: number, y: number, t: number, id: number, isOurs?: boolean} | null} */
let start = null;
for (const sheet of sheets) {
  sheet.addEventListener("pointerdown", (event) => {
    if (event.pointerType === "mouse") return;
    start = { x: event.clientX, y: event.clientY, t: event.timeStamp, id: event.pointerId };
  });
  sheet.addEventListener("pointermove", (event) => {
    if (!start || event.pointerId !== start.id) return;
    const dx = event.clientX - start.x;
    if (!start.isOurs) {
      if (Math.abs(dx) < 12) return;
      if (Math.abs(dx) < Math.abs(event.clientY - start.y) * 1.3 || String(getSelection())) { start = null; return; }
      start.isOurs = true;
      sheet.setPointerCapture(event.pointerId);
      sheet.classList.add("is-moving");
    }
    sheet.style.transform = `translateX(${dx}px) rotate(${dx / 60}deg)`;
    stamps(sheet, dx);
  });
  /** @param {PointerEvent} event */
  const end = (event) => {
    if (!start?.isOurs || event.pointerId !== start.id) { start = null; return; }
    const dx = event.clientX - start.x;
    const speed = Math.abs(dx) / Math.max(event.timeStamp - start.t, 1);
    start = null;
    sheet.classList.remove("is-moving");
    const isFar = Math.abs(dx) > Math.min(innerWidth * 0.28, 160) || (Math.abs(dx) > 50 && speed > 0.6);
    if (event.type === "pointerup" && isFar) { decide(dx > 0 ? "pick" : "skip", dx); return; }
    sheet.classList.add("is-returning");
    sheet.style.transform = "";
    stamps(sheet, 0);
  };
  sheet.addEventListener("pointerup", end);
  sheet.addEventListener("pointercancel", end);
}

/** @param {string} selector */
const press = (selector) => within(sheets[at], selector)?.click();

/**
 * The same keys as on the terminal.
 * @type {Record<string, () => void>}
 */
const keys = {
  p: () => decide("pick"), s: () => decide("skip"), u: takeBack, " ": goOn,
  j: () => move(1), k: () => move(-1), ArrowDown: () => move(1), ArrowUp: () => move(-1),
  ArrowRight: () => press(".title a"), Enter: () => press(".title a"),
  o: () => press("[data-key=o]"), n: () => press("[data-key=n]"),
  t: () => press("[data-key=t]"),
  x: () => press("[data-key=x]"),
  w: () => toggle(within(sheets[at], ".reason")), "?": () => toggle(document.getElementById("keys")),
};
/** @param {HTMLElement | null} place */
const toggle = (place) => {
  const details = /** @type {HTMLDetailsElement} */ (place);
  details.open = !details.open;
  if (details.open) details.scrollIntoView({ block: "nearest" });
};
addEventListener("keydown", (event) => {
  // NFKC: Japanese keyboards may send full-width letters.
  const key = event.key.length === 1 ? event.key.normalize("NFKC").toLowerCase() : event.key;
  if (event.ctrlKey || event.metaKey || event.altKey || !keys[key]) return;
  const target = /** @type {Element} */ (event.target);
  if (target.closest("dialog")) return;
  const isControl = target.closest("a, button, summary, input, textarea, select");
  if (isControl && (key === " " || key === "Enter")) return;
  event.preventDefault();
  keys[key]();
});
