// The page "offline": the acts that wait or were refused, and the pages kept on this device.

import { asTime, drop, field, flush, kept, onChange } from "./queue.js";
import { tell } from "./reader.js";

const { lang } = document.documentElement;
const forms = [asTime({ timeStyle: "short" }, lang), asTime({ dateStyle: "medium", timeStyle: "short" }, lang)];

// Format a moment: of today only the time.
function timeOf(text) {
  const at = new Date(text);
  return forms[at.toDateString() === new Date().toDateString() ? 0 : 1].format(at);
}

const list = document.getElementById("queue");

document.getElementById("state").dataset.is =
  "serviceWorker" in navigator ? "on" : window.isSecureContext ? "browser" : "http";

function row(one) {
  const made = document.getElementById("queued").content.cloneNode(true);
  const names = { "/undo": "undo", "/wrong": "wrong", "/papers/add": "add", "/decide": field(one, "kind") };
  made.querySelector(".what").textContent = list.dataset[names[one.address] ?? "note"] ?? "";
  made.querySelector(".title-of").textContent = one.title;
  const time = made.querySelector("time");
  time.dateTime = one.made_at;
  time.textContent = timeOf(one.made_at);
  const show = (name, text) => Object.assign(made.querySelector(name), { textContent: text, hidden: !text });
  show(".words", field(one, "text"));
  show(".said", one.said);
  made.querySelector(".said").classList.toggle("bad", !one.done);
  const button = made.querySelector(".drop");
  button.parentElement.hidden = !one.said;
  if (one.done) button.textContent = list.dataset.seen;
  button.setAttribute("aria-label", `${button.textContent}: ${one.title}`);
  button.addEventListener("click", () => drop(one.n));
  return made;
}

let newest = 0;
async function show() {
  newest += 1;
  const mine = newest;
  const all = await kept().catch(() => null);
  if (!all || mine !== newest) return; // unreadable, or a later reading is already shown
  list.replaceChildren(...all.map(row));
  document.getElementById("queue-none").hidden = all.length > 0;
  document.getElementById("send").hidden = !all.some((one) => !one.said);
}

async function showPages() {
  const found = [];
  const pages = "caches" in window && (await caches.has("pages")) ? await caches.open("pages") : null;
  for (const request of pages ? await pages.keys() : []) {
    const answer = await pages.match(request);
    if (!answer.headers.get("content-type")?.startsWith("text/html")) continue;
    const title = new DOMParser().parseFromString(await answer.text(), "text/html").title;
    const link = Object.assign(document.createElement("a"), { href: request.url, textContent: title });
    const at = timeOf(answer.headers.get("x-kept-at"));
    link.append(Object.assign(document.createElement("time"), { className: "at-end small", textContent: at }));
    const li = document.createElement("li");
    li.append(link);
    found.push(li);
  }
  document.getElementById("kept").replaceChildren(...found);
  document.getElementById("kept").hidden = found.length === 0;
  document.getElementById("kept-none").hidden = found.length > 0;
}

document.getElementById("send").addEventListener("click", async () => {
  const { state } = await flush();
  const texts = document.getElementById("offline").dataset;
  if (state === "signed out") tell(texts.signedOut);
  else if (state === "away") tell(texts.kept);
});
onChange(show);
await show();
await showPages();
