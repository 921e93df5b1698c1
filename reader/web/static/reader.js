// Functions for the scripts of several pages. All pages work without scripts.

import { Away, SignedOut, greet, isQueued, keep, newAct, post, sendFirst, waiting } from "./queue.js";

const csrf = () => document.querySelector("meta[name=csrf]")?.content ?? "";

// A touch this soon after a decision is the second half of a double tap.
export const DOUBLE_MS = 500;

// Show a sentence for 6 s or until the next touch; screen readers read it out. It covers the bar
// of tabs and no text. isShort: it may be cut, since the page shows the same.
export function tell(text, isShort = false) {
  const place = document.getElementById("notice");
  place.textContent = text;
  place.classList.toggle("is-short", isShort);
  clearTimeout(tell.timer);
  tell.timer = setTimeout(() => { place.textContent = ""; }, 6000);
}
globalThis.addEventListener?.("pointerdown", () => tell(""));

// POST fields to an address; returns the answer's JSON. Without a network picks, skips, undos and
// notes are queued: then the answer has {kept: true}. Throws Error with a sentence to show.
// title: names the act in the list of what waits.
export async function send(address, fields, title = "") {
  const { pathname, search } = new URL(address, location.href);
  if (!isQueued(pathname)) return sendNow(address, fields);
  const pairs = Array.from(fields instanceof FormData ? fields : new URLSearchParams(fields));
  if (!pairs.some(([name]) => name === "act")) pairs.push(["act", newAct()]);
  const before = written.get(pathname);
  if (before) pairs.push(["after", before]);
  try {
    if ((await waiting().catch(() => [])).length) await sendFirst();
    const { found, said } = await withToken((token) => post(pathname + search, pairs, token));
    if (said) tell(said);
    return found;
  } catch (error) {
    if (!(error instanceof Away) && !(error instanceof SignedOut)) throw error;
    return keepForLater(pathname + search, pairs, title, error instanceof SignedOut);
  }
}

// Queue what could not be sent, and say so; returns an answer like the server's.
export async function keepForLater(address, pairs, title, isSignedOut = false) {
  const texts = document.getElementById("offline").dataset;
  let found;
  try {
    const library = localStorage.getItem("library") ?? "";
    found = await keep(address, pairs, { title: title || titleOf(pairs), library, isSignedOut });
  } catch {
    throw new Error(texts.notKept);
  }
  if (address.startsWith("/note/")) written.set(address, pairs.find(([name]) => name === "act")[1]);
  navigator.serviceWorker?.ready.then((worker) => worker.sync?.register("queue")).catch(() => {});
  const words = isSignedOut ? texts.signedOut : texts.kept;
  tell(words);
  return { ...found, kept: true, said: words };
}

// Notes of this page that were queued, so that their revision is not known yet: address → act.
const written = new Map();

function titleOf(pairs) {
  const what = pairs.find(([name]) => name === "what")?.[1]; // of a paper to add
  if (what) return what;
  const id = pairs.find(([name]) => name === "id")?.[1];
  const name = id && CSS.escape(id);
  const place = name && document.querySelector(`[data-id="${name}"], [data-paper="${name}"]`)?.closest("li, article, main");
  return (place ?? document).querySelector(".title, h1")?.textContent.trim() || id || "";
}

// A kept page may have an old token: on 403 fetch a new one and try once more.
async function withToken(run) {
  try {
    return await run(csrf());
  } catch (error) {
    if (error.status !== 403) throw error;
    const { csrf: token } = await greet();
    if (token === csrf()) throw error;
    document.querySelector("meta[name=csrf]").content = token;
    return run(token);
  }
}

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

// Fetch the inner part of a page as HTML; throws where the server refuses.
export async function part(address, signal) {
  const answer = await fetch(address, { headers: { "X-Part": "1" }, signal });
  if (!answer.ok) throw new Error(answer.statusText);
  return answer.text();
}
