// Queue acts made without a network, and send them in order, each once.
// Pages and the worker use it, so it knows no document.

/**
 * A field of a form: its name and its text.
 * @typedef {[name: string, value: string]} Field
 *
 * @typedef {object} NewAct
 * @property {string} address
 * @property {Field[]} fields without `csrf` and `act`
 * @property {string} act its random id
 * @property {string} of the act that it takes back, "" for none
 * @property {string} [previous] the act that was queued before it, "" for none
 * @property {string} made_at
 * @property {string} title
 * @property {string} library "" where it is not known
 * @property {string} said
 * @property {boolean} done
 *
 * @typedef {NewAct & {n: number}} Act a queued act, with its place in the queue
 *
 * The server's answer to an act, or the same of an act that was queued.
 * @typedef {object} Answer
 * @property {string} [id]
 * @property {string} [state] the paper's state after it
 * @property {string} [said]
 * @property {number} [number] the act's number, by which it is taken back
 * @property {string} [topic]
 * @property {boolean} [is_done] false where nothing changed
 * @property {boolean} [kept] it was queued
 * @property {string} [to] where to go on after a note
 * @property {string} [base] the note's new revision
 * @property {boolean} [is_new]
 * @property {string} [written_today] how many papers, in a sentence
 * @property {boolean} [meanwhile] another device wrote words meanwhile
 *
 * The server's greeting: a current token, and the pages to keep.
 * @typedef {object} Hello
 * @property {string} csrf
 * @property {string} library
 * @property {string} language
 * @property {{address: string, stamp: string}[]} pages
 * @property {string} texts changes with the texts to search
 * @property {string[]} pdfs addresses of the PDFs to keep, the newest pick first
 *
 * @typedef {object} Flushed
 * @property {number} left
 * @property {"done" | "away" | "signed out"} state
 * @property {string[]} said
 */

const DATABASE = "reader-queue";
const STORE = "acts";
export const TIMEOUT_MS = 15000;
const AGAIN = new Set([408, 421, 425, 429]);

// Decisions, notes, grades and papers to add can wait in the queue. Everything else needs its answer at once.
const MORE = /\/(draft|discard|check|beside|restore|history|diff)$/;
const DECIDES = new Set(["/decide", "/wrong"]);
// What takes back what.
/** @type {Record<string, Set<string>>} */
const UNDOES = { "/undo": DECIDES, "/recall/undo": new Set(["/recall"]) };
/** @param {string} path */
export const isDecision = (path) => DECIDES.has(path) || path === "/undo";
/** @param {string} path */
const isNote = (path) => path.startsWith("/note/") && !MORE.test(path);
const OTHERS = new Set(["/recall", "/papers/add", "/guess"]);
/** @param {string} path */
export const isQueued = (path) =>
  DECIDES.has(path) || path in UNDOES || OTHERS.has(path) || isNote(path) || path.endsWith("/marks.json");

export class Away extends Error {}
export class SignedOut extends Error {}
export class Refused extends Error {
  status = 0;
}

/**
 * Format times as the reader's system does, if that is in the page's language.
 * @param {Intl.DateTimeFormatOptions} format
 * @param {string} language
 */
export const asTime = (format, language) =>
  new Intl.DateTimeFormat(navigator.languages.find((one) => one.startsWith(language)) ?? language, format);

// A random id of an act. Not crypto.randomUUID: pages over plain HTTP do not have it.
export function newAct() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

const channel = "BroadcastChannel" in globalThis ? new BroadcastChannel(DATABASE) : null;
/** @param {Partial<Flushed> & {isSignedOut?: boolean}} more */
const changed = (more = {}) => channel?.postMessage(more);

/**
 * Call `tell` after each change of the queue, on this page or another one. After sending it gets
 * the result of `flush`.
 * @param {(more: Partial<Flushed> & {isSignedOut?: boolean}) => void} tell
 */
export function onChange(tell) {
  if ("BroadcastChannel" in globalThis) {
    new BroadcastChannel(DATABASE).addEventListener("message", (event) => tell(event.data));
  }
}

/** @returns {Promise<IDBDatabase>} */
function opened() {
  return new Promise((resolve, reject) => {
    const asked = indexedDB.open(DATABASE, 1);
    asked.onupgradeneeded = () => asked.result.createObjectStore(STORE, { keyPath: "n", autoIncrement: true });
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
  });
}

/**
 * Run one transaction; resolves when it is on the disk.
 * @template T
 * @param {IDBTransactionMode} mode
 * @param {(store: IDBObjectStore) => IDBRequest<T>} run
 * @returns {Promise<T>}
 */
async function transact(mode, run) {
  const db = await opened();
  try {
    return await new Promise((resolve, reject) => {
      const made = db.transaction(STORE, mode, { durability: "strict" });
      const asked = run(made.objectStore(STORE));
      // Not left to the browser: in WebKit one that is open when its page is left stays open for
      // ever, and all that come after it wait.
      made.commit?.();
      made.oncomplete = () => resolve(asked.result);
      made.onerror = made.onabort = () => reject(made.error);
    });
  } finally {
    db.close();
  }
}

/** @type {string | undefined} */
let own;

/**
 * Where one server has several readers, list only acts for this library: those of a reader who
 * used this device before wait until they are back.
 * @param {string | undefined} library
 */
export const setOwn = (library) => void (own = library);

/**
 * List all queued acts, oldest first. said: "" while an act waits; otherwise why it was refused
 * or, where `done`, a remark about its outcome. Both stay until the person has seen them.
 * @returns {Promise<Act[]>}
 */
export async function kept() {
  const all = await transact("readonly", (store) => store.getAll());
  return ofLibrary(all, own);
}

/**
 * @param {Act[]} all
 * @param {string | undefined} library
 */
export const ofLibrary = (all, library) => all.filter((one) => library === undefined || one.library === library);
export const waiting = async () => (await kept()).filter((one) => !one.said);

/**
 * @param {NewAct} one
 * @param {string} name
 */
export const field = (one, name) => one.fields.find(([known]) => known === name)?.[1] ?? "";

/**
 * Find the queued act that an undo takes back: the last one, or the last on a paper.
 * @param {NewAct[]} all
 * @param {string | undefined} id
 */
export function meant(all, id, address = "/undo") {
  const undone = new Set(all.map((one) => one.of));
  return all.filter((one) => UNDOES[address].has(one.address) && !undone.has(one.act) && (!id || field(one, "id") === id)).at(-1);
}

/**
 * The state of a paper after a queued decision; undefined where the state does not change.
 * @param {NewAct} one
 */
export function stateAfter(one) {
  if (one.address === "/wrong") return field(one, "topic") ? undefined : "skip";
  return field(one, "kind") || undefined;
}

/**
 * Queue one act, once; returns {id, state}, as the server's answer will. isSignedOut: it waits for
 * a sign-in and not for the network. made_at: ISO 8601, the present moment where it is missing.
 * @param {string} address
 * @param {Field[]} fields with `act`
 * @param {{title?: string, library?: string, isSignedOut?: boolean, made_at?: string}} more
 * @returns {Promise<Answer>}
 */
export async function keep(address, fields, { title = "", library = "", isSignedOut = false, made_at = new Date().toISOString() } = {}) {
  const act = /** @type {Field} */ (fields.find(([name]) => name === "act"))[1];
  const before = await kept();
  /** @param {string} name */
  const has = (name) => fields.some(([known]) => known === name);
  // A second version of a note continues the one that waits, whatever revision that becomes.
  const same = before.filter((one) => one.address === address && address.startsWith("/note/")).at(-1);
  /** @type {Field[]} */
  const more = same && !has("after") ? [["after", same.act]] : [];
  const id = fields.find(([name]) => name === "id")?.[1];
  const undoes = address in UNDOES ? meant(before, id, address) : undefined;
  const one = {
    address,
    fields: [...fields, ...more].filter(([name]) => name !== "csrf" && name !== "act"),
    act,
    // The act that an undo takes back: if that one is refused, so is the undo.
    of: undoes?.act ?? "",
    previous: before.at(-1)?.act ?? "",
    made_at,
    title,
    library,
    said: "",
    done: false,
  };
  if (!before.some((other) => other.act === act)) await transact("readwrite", (store) => store.add(one));
  changed({ isSignedOut });
  if (address === "/undo") return { id: id ?? (undoes && field(undoes, "id")), state: "candidate" };
  return { id, state: stateAfter(one) };
}

/** @param {number} n */
export async function drop(n) {
  await transact("readwrite", (store) => store.delete(n));
  changed();
}

/**
 * Ask the server for a current token and the list of pages to keep.
 * Throws Away (not reachable) or SignedOut.
 * @returns {Promise<Hello>}
 */
export async function greet(timeout = TIMEOUT_MS) {
  const answer = await asked("/offline.json", { headers: { Accept: "application/json" } }, timeout);
  if (!answer.ok) throw new Away();
  return answer.json();
}

/**
 * Throws Away or SignedOut.
 * @param {string} address
 * @param {RequestInit} options
 */
async function asked(address, options, timeout = TIMEOUT_MS) {
  let answer;
  try {
    const signal = AbortSignal.timeout(timeout);
    answer = await fetch(address, { cache: "no-store", credentials: "same-origin", signal, ...options });
  } catch {
    throw new Away();
  }
  // Another answer is not ours: a hotel's network, for instance, answers with its own page.
  const isOurs = !answer.redirected && answer.headers.get("content-type")?.includes("json");
  if (isOurs && answer.status !== 401) return answer;
  void answer.body?.cancel();  // unread, it would keep the connection
  throw answer.status === 401 ? new SignedOut() : new Away();
}

/**
 * POST one act; returns the answer's JSON and the sentence about a late act.
 * Throws Away, SignedOut or Refused.
 * @param {string} address
 * @param {Field[]} fields
 * @param {string} csrf
 * @returns {Promise<{found: Answer, said: string}>}
 */
export async function post(address, fields, csrf) {
  const body = new URLSearchParams(fields);
  const answer = await asked(address, { method: "POST", body, headers: { "X-CSRF": csrf, Accept: "application/json" } });
  const { status } = answer;
  // Our 502 tells of somebody else's server, for which nothing else should wait.
  if ((status >= 500 && status !== 502) || AGAIN.has(status)) throw new Away();
  const found = await answer.json();
  if (!answer.ok) {
    const refused = new Refused([found.error, found.hint].filter(Boolean).join(" "));
    refused.status = status;
    throw refused;
  }
  return { found, said: decodeURIComponent(answer.headers.get("x-said") ?? "") };
}

/** Send what waits, in order. */
export async function flush() {
  /** @type {Flushed} */
  const state = { left: 0, state: "done", said: [] };
  if ((await waiting()).length === 0) return state;
  await alone(async () => {
    try {
      let hello = await greet();
      for (let one; (one = next(await kept(), hello.library)); ) hello = await sendOne(one, hello, state.said);
    } catch (error) {
      if (!(error instanceof Away) && !(error instanceof SignedOut)) throw error;
      state.state = error instanceof SignedOut ? "signed out" : "away";
    }
  });
  state.left = (await waiting()).length;
  changed(state);
  return state;
}

/** Send what waits before something new is sent. Throws Away or SignedOut. */
export async function sendFirst() {
  const { state } = await flush();
  if (state === "signed out") throw new SignedOut();
  if (state !== "done") throw new Away();
}

/**
 * An act for another library, served at this address before, waits until that one is back.
 * @param {Act[]} all
 * @param {string} library
 */
export const next = (all, library) => all.find((one) => !one.said && (!one.library || one.library === library));

/**
 * Find the act that an act follows on the server, which knows nothing of those that it refused.
 * @param {Act} one
 * @param {Act[]} all
 */
export function previousOf(one, all) {
  const refused = new Map(all.filter((other) => other.said && !other.done).map((other) => [other.act, other]));
  let previous = one.previous ?? "";
  for (let other; (other = refused.get(previous)); ) previous = other.previous ?? "";
  return previous;
}

/**
 * @param {Act} one
 * @param {Hello} hello
 * @param {string[]} said
 */
async function sendOne(one, hello, said) {
  // Of a grade that came second only the message is left: an undo must not take back the first.
  /** @param {Act} other */
  const isRefused = (other) => other.said && (!other.done || other.address === "/recall");
  const all = await kept();
  const refusedBefore = one.of && all.find((other) => other.act === one.of && isRefused(other));
  // A first request after a pause may take seconds longer than the second: by its moment alone,
  // an undo would then come before what it takes back.
  /** @type {Field[]} */
  const fields = [
    ...one.fields, ["act", one.act], ["made_at", one.made_at], ["sent_at", new Date().toISOString()], ["previous", previousOf(one, all)],
  ];
  try {
    if (refusedBefore) throw new Refused(refusedBefore.said);
    const answer = await post(one.address, fields, hello.csrf);
    const words = answer.said || (answer.found.is_done === false && answer.found.said);
    if (words) {
      said.push(words);
      await transact("readwrite", (store) => store.put({ ...one, said: words, done: true }));
    } else {
      await drop(one.n);
    }
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    // The token is old. Where the server has no newer one, the sign-in is missing.
    if (error.status === 403) {
      const again = await greet();
      if (again.csrf === hello.csrf) throw new SignedOut();
      return again;
    }
    await transact("readwrite", (store) => store.put({ ...one, said: error.message || "?" }));
    changed();
  }
  return hello;
}

// One sender at a time: two pages would mix the order. The server does each act once in any case.
/** @type {Promise<void>} */
let last = Promise.resolve();
/** @param {() => Promise<void>} run */
function alone(run) {
  if (globalThis.navigator?.locks) return navigator.locks.request(DATABASE, run);
  last = last.then(run, run);
  return last;
}
