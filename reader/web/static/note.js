// Write a note: drafts are saved while one types, and the words are checked beside the text.

import { SignedOut } from "./queue.js";
import { send, tell } from "./reader.js";

const form = document.getElementById("note");
const area = form.elements.text;
const state = document.getElementById("draft-state");
const address = form.getAttribute("action");
const here = `draft ${address}`; // key of the words in localStorage while there is no connection
const PAUSE_MS = 1000;
const CHECK_MS = 600;

let kept = area.value; // the text of the draft
let checked = null;
let isDone = false; // the note is being saved: no drafts meanwhile
let going = Promise.resolve();

async function post(path, isPart, more = {}) {
  const body = new URLSearchParams(fields());
  const headers = { "X-CSRF": document.querySelector("meta[name=csrf]").content };
  if (isPart) headers["X-Part"] = "1";
  else headers.Accept = "application/json";
  const answer = await fetch(address + path, { method: "POST", body, headers, ...more });
  checkAnswer(answer);
  return isPart ? answer.text() : answer.json();
}

function checkAnswer({ ok, status, statusText }) {
  if (status === 401) throw new SignedOut(form.dataset.signedOut);
  if (!ok) throw new Error(statusText);
}

const fields = () => ["text", "base", "draft", "seen"].map((name) => [name, form.elements[name].value]);

// Save drafts one after the other: each continues the one before, by its name and `seen`.
function keepDraft(more) {
  going = going.then(() => keepNow(more));
  return going;
}

async function keepNow(more) {
  const text = area.value;
  if (isDone || text === kept) return;
  try {
    const found = await post("/draft", false, more);
    form.elements.draft.value = found.draft;
    form.elements.seen.value = found.seen;
    kept = text;
    localStorage.removeItem(here);
    say(found.said);
  } catch (error) {
    const isSignedOut = error instanceof SignedOut;
    const { signedOut, keptHere, failed } = form.dataset;
    if (keepHere(text)) say(isSignedOut ? signedOut : keptHere, isSignedOut);
    else say(failed);
  }
}

function say(text, isSignedOut = false) {
  state.textContent = text;
  document.getElementById("sign-in").hidden = !isSignedOut;
}

function keepHere(text) {
  try {
    localStorage.setItem(here, JSON.stringify({ text, base: form.elements.base.value }));
    return true;
  } catch {
    return false;
  }
}

// Bring back what was typed without a connection: into the text area where it contains all that
// is there now, otherwise as a draft of its own.
async function recover() {
  const found = JSON.parse(localStorage.getItem(here) ?? "null");
  if (!found) return;
  const words = found.text.trim();
  if (words && !area.value.includes(words)) {
    if (found.base === form.elements.base.value && words.includes(area.value.trim())) {
      area.value = found.text;
      tell(form.dataset.recovered);
      keepDraft();
      return;
    }
    await post("/draft", false, { body: new URLSearchParams({ ...found, draft: "", seen: "" }) });
    localStorage.removeItem(here);
    location.reload();
  }
  localStorage.removeItem(here);
}

let checking;
async function check() {
  if (area.value === checked) return;
  const text = area.value;
  checking?.abort();
  checking = new AbortController();
  try {
    const html = await post("/check", true, { signal: checking.signal });
    checked = text;
    const place = document.getElementById("check");
    place.innerHTML = html;
    const words = [...place.querySelectorAll("[data-said]")].map((one) => one.textContent.trim()).join(". ");
    const said = document.getElementById("check-state");
    if (said.textContent !== words) said.textContent = words;
  } catch {
    // The next pause asks again.
  }
}

function later(run, ms) {
  let timer;
  return () => { clearTimeout(timer); timer = setTimeout(run, ms); };
}
const keepSoon = later(() => keepDraft(), PAUSE_MS);
const checkSoon = later(check, CHECK_MS);

area.addEventListener("input", () => { keepSoon(); checkSoon(); });
document.addEventListener("visibilitychange", () => { if (document.hidden) keepDraft({ keepalive: true }); });
// The page is left: `keepalive` lets the request outlive it.
addEventListener("pagehide", () => { if (!isDone && area.value !== kept) { keepHere(area.value); keepDraft({ keepalive: true }); } });

// Insert a link to a note at the cursor.
document.getElementById("check").addEventListener("click", (event) => {
  const button = event.target.closest("[data-insert]");
  if (!button) return;
  area.focus();
  const before = area.value.slice(0, area.selectionStart);
  area.setRangeText((/\S$/.test(before) ? " " : "") + button.dataset.insert, area.selectionStart, area.selectionEnd, "end");
  area.dispatchEvent(new Event("input", { bubbles: true }));
});

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const { submitter } = event;
  if (submitter?.dataset.beside) return showBeside(submitter);
  const button = submitter ?? form.querySelector("button.main");
  button.disabled = true;
  await going;
  isDone = true;
  const text = area.value;
  try {
    const found = await send(address, fields());
    localStorage.removeItem(here);
    kept = text;
    if (found.to) goOnFrom(found);
    if (found.to && area.value === text) location.assign(found.to);
    else tell(found.said); // it waits for the network, or more was typed meanwhile
  } catch (error) {
    tell(error.message);
  }
  isDone = false; // from here on there are drafts again
  button.disabled = false;
  if (area.value !== text) keepDraft();
});

// Text typed after saving continues the new revision, unless that has another device's words too.
function goOnFrom(found) {
  if (found.is_new && !found.meanwhile) form.elements.base.value = found.base;
  form.elements.draft.value = form.elements.seen.value = "";
}

async function showBeside(button) {
  try {
    const answer = await fetch(button.dataset.beside, { headers: { "X-Part": "1" } });
    checkAnswer(answer);
    document.getElementById("beside").innerHTML = await answer.text();
    document.querySelector("#beside summary")?.focus();
  } catch (error) {
    tell(error.message);
  }
}

// Ctrl or Cmd with Enter saves.
area.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit(form.querySelector("button.main"));
});

document.documentElement.classList.add("has-script");
recover().catch(() => {});
if (area.value.trim()) check();
