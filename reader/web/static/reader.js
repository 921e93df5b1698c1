// What the scripts of several pages need. Pages work without any of it.

import { Away, SignedOut, greet, isQueued, keep, newAct, post, sendFirst, waiting } from "./queue.js";

const csrf = () => document.querySelector("meta[name=csrf]")?.content ?? "";

// How soon after a decision a touch is still the second half of a double one.
export const DOUBLE_MS = 500;

// Show a sentence for a while or until the next touch, read out by screen readers; it lies over
// the bar of tabs and over no text. isShort: it may be cut, as the page shows the same.
export function tell(text, isShort = false) {
  const place = document.getElementById("notice");
  place.textContent = text;
  place.classList.toggle("is-short", isShort);
  clearTimeout(tell.timer);
  tell.timer = setTimeout(() => { place.textContent = ""; }, 6000);
}
globalThis.addEventListener?.("pointerdown", () => tell(""));

// POST fields to an address; gives the answer's JSON, of what has no network yet {kept: true}:
// picks, skips, undos and notes wait in the queue. Throws Error with what to say.
// title: what the person sees in the list of what waits.
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

// Put what could not be sent into the queue, and say so; gives an answer as the server will.
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

// What a note of this page began from, while its own answer is not known: address → act.
const written = new Map();

function titleOf(pairs) {
  const id = pairs.find(([name]) => name === "id")?.[1];
  const name = id && CSS.escape(id);
  const place = name && document.querySelector(`[data-id="${name}"], [data-paper="${name}"]`)?.closest("li, article, main");
  return (place ?? document).querySelector(".title, h1")?.textContent.trim() || id || "";
}

// A page that was kept has an old token: it gets a new one, once.
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

// Fetch the inner part of a page as HTML; throws where there is none.
export async function part(address, signal) {
  const answer = await fetch(address, { headers: { "X-Part": "1" }, signal });
  if (!answer.ok) throw new Error(answer.statusText);
  return answer.text();
}
