// @ts-check
// What is being sent stands in localStorage until its answer came: a page that is left, loaded anew
// or killed meanwhile loses nothing. The next page queues it; the server does each act once.

import { isQueued, keep } from "./queue.js";

/** @typedef {import("./queue.js").Field} Field */
/** @typedef {{address: string, pairs: Field[], more: {title: string, library: string, made_at: string}, n: number}} Unsent */

const UNSENT = "unsent "; // with the act's id: the key in localStorage
let n_sent = 0;

/**
 * Remember an act while it is being sent; returns what to call when it is done, queued or refused.
 * @param {string} act its id
 * @param {Omit<Unsent, "n">} unsent
 */
export function remember(act, unsent) {
  try { localStorage.setItem(UNSENT + act, JSON.stringify({ ...unsent, n: n_sent++ })); } catch { /* no room: as before */ }
  return () => localStorage.removeItem(UNSENT + act);
}

/** @param {string} name of an entry @returns {(Unsent & {name: string})[]} nothing where it is damaged or gone */
function unsentAt(name) {
  try {
    const { address, pairs, more, n } = JSON.parse(localStorage.getItem(name) ?? "");
    const { origin, pathname } = new URL(address, location.href);
    /** @param {unknown} pair */
    const isField = (pair) => Array.isArray(pair) && pair.length === 2 && pair.every((one) => typeof one === "string");
    const isWhole = pairs.every(isField) && pairs.some((/** @type {Field} */ [field]) => field === "act");
    if (!isWhole || origin !== location.origin || !isQueued(pathname)) throw new Error("damaged");
    return [{ name, address, pairs, more: { ...more, made_at: String(more.made_at) }, n }];
  } catch {
    localStorage.removeItem(name); // nobody could send it
    return [];
  }
}

/** Queue what was being sent when its page was left. */
async function queueUnsent() {
  const found = Object.keys(localStorage).filter((name) => name.startsWith(UNSENT)).flatMap(unsentAt);
  found.sort((one, other) => one.more.made_at.localeCompare(other.more.made_at) || one.n - other.n);
  for (const { name, address, pairs, more } of found) {
    await keep(address, pairs, more);
    localStorage.removeItem(name);
  }
}

/** Settled when the queue holds what an earlier page could not send. */
export const queued = queueUnsent().catch(() => {}); // no room in the queue: the next page tries again
