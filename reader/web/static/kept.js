// The page "offline": the acts that wait or were refused, and the pages kept on this device.

import { PDFS, forget, keptPdfs, setSettings, settings, textsHere } from "./device.js";
import { asTime, drop, field, flush, kept, onChange } from "./queue.js";
import { byId, tell } from "./reader.js";

const { lang } = document.documentElement;
const forms = [asTime({ timeStyle: "short" }, lang), asTime({ dateStyle: "medium", timeStyle: "short" }, lang)];


/**
 * Format a moment: of today only the time.
 * @param {string} text
 */
function timeOf(text) {
  const at = new Date(text);
  return forms[at.toDateString() === new Date().toDateString() ? 0 : 1].format(at);
}

const list = byId("queue");

const isProxied = "proxied" in byId("offline").dataset;
byId("state").dataset.is = isProxied ? "proxy" :
  "serviceWorker" in navigator ? "on" : window.isSecureContext ? "browser" : "http";

/** @param {import("./queue.js").Act} one */
function row(one) {
  const template = /** @type {HTMLTemplateElement} */ (document.getElementById("queued"));
  const made = /** @type {DocumentFragment} */ (template.content.cloneNode(true));
  /** @type {(selector: string) => HTMLElement} */
  const within = (selector) => /** @type {HTMLElement} */ (made.querySelector(selector));
  /** @type {Record<string, string>} */
  const names = { "/undo": "undo", "/wrong": "wrong", "/papers/add": "add", "/guess": "guess", "/recall": "grade", "/recall/undo": "gradeUndo", "/decide": field(one, "kind") };
  const name = names[one.address] ?? (one.address.startsWith("/pdf/") ? "mark" : "note");
  within(".what").textContent = list.dataset[name] ?? "";
  within(".title-of").textContent = one.title;
  const time = /** @type {HTMLTimeElement} */ (within("time"));
  time.dateTime = one.made_at;
  time.textContent = timeOf(one.made_at);
  /** @type {(name: string, text: string) => void} */
  const show = (name, text) => Object.assign(within(name), { textContent: text, hidden: !text });
  show(".words", field(one, "text"));
  show(".said", one.said);
  within(".said").classList.toggle("bad", !one.done);
  const button = within(".drop");
  /** @type {HTMLElement} */ (button.parentElement).hidden = !one.said;
  if (one.done) button.textContent = list.dataset.seen ?? "";
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
  byId("queue-none").hidden = all.length > 0;
  byId("send").hidden = !all.some((one) => !one.said);
}

async function showPages() {
  const found = [];
  const pages = "caches" in window && (await caches.has("pages")) ? await caches.open("pages") : null;
  for (const request of (await pages?.keys()) ?? []) {
    const answer = await pages?.match(request);
    if (!answer?.headers.get("content-type")?.startsWith("text/html")) continue;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const title = page.title.replace(/ · reader$/, ""); // without the program's name
    const link = Object.assign(document.createElement("a"), { href: request.url, textContent: title });
    const at = timeOf(answer.headers.get("x-kept-at") ?? "");
    link.append(Object.assign(document.createElement("time"), { className: "at-end small", textContent: at }));
    const li = document.createElement("li");
    li.append(link);
    found.push(li);
  }
  byId("kept").replaceChildren(...found);
  byId("kept").hidden = found.length === 0;
  byId("kept-none").hidden = found.length > 0;
}

const MB = 1e6;
const space = byId("space");
const words = /** @type {Record<string, string>} */ (space.dataset);
/**
 * Write a size in the unit that leaves it short: 45 kB, 2.5 MB, 10.7 GB.
 * @param {number} bytes
 */
function asSize(bytes) {
  const [text, unit] = bytes < MB ? [words.kb, MB / 1000] : bytes < 1000 * MB ? [words.mb, MB] : [words.gb, 1000 * MB];
  const n = bytes / unit;
  return text.replace("{n}", n.toLocaleString(lang, { maximumFractionDigits: n < 100 && bytes >= MB ? 1 : 0 }));
}

/** @param {string} name of a store */
async function bytesOf(name) {
  if (name === PDFS) return (await keptPdfs()).reduce((sum, { bytes }) => sum + bytes, 0);
  if (!(await caches.has(name))) return 0;
  const store = await caches.open(name);
  let sum = 0;
  for (const request of await store.keys()) sum += (await (await store.match(request))?.blob())?.size ?? 0;
  return sum;
}

async function showSpace() {
  if (!("caches" in window)) return;
  const { keeps, isFull, pdf_mb } = await settings();
  most.value = String(pdf_mb);
  for (const cell of /** @type {NodeListOf<HTMLElement>} */ (space.querySelectorAll("[data-kind]"))) {
    const kind = cell.dataset.kind ?? "";
    const names = kind === "files" ? (await caches.keys()).filter((name) => name.startsWith("files-")) : [kind];
    cell.textContent = asSize((await Promise.all(names.map(bytesOf))).reduce((sum, n) => sum + n, 0));
  }
  const { usage = 0, quota = 0 } = (await navigator.storage?.estimate?.()) ?? {};
  byId("used").textContent = quota ? words.used.replace("{used}", asSize(usage)).replace("{most}", asSize(quota)) : "";
  const isPersisted = Boolean(await navigator.storage?.persisted?.());
  byId("persisted").textContent = isPersisted ? words.persisted : words.loose;
  byId("persist").hidden = isPersisted || !navigator.storage?.persist;
  byId("sparing").hidden = !(/** @type {any} */ (navigator).connection?.saveData);
  byId("full").hidden = !isFull;
  byId("remove").hidden = !keeps;
  byId("keep").hidden = keeps;
  space.hidden = false;
}

const most = /** @type {HTMLSelectElement} */ (byId("pdf-mb"));
most.addEventListener("change", async () => {
  await setSettings({ pdf_mb: Number(most.value) });
  (await navigator.serviceWorker?.ready)?.active?.postMessage({ resume: true });
});
byId("persist").addEventListener("click", async () => {
  if (!(await navigator.storage.persist())) tell(words.refused);
  await showSpace();
});
byId("remove").addEventListener("click", async () => {
  await setSettings({ keeps: false, isFull: false });
  await forget();
  await Promise.all([showPages(), showSpace()]);
  tell(words.removed);
});
byId("keep").addEventListener("click", async () => {
  await setSettings({ keeps: true, carried_at: 0 });
  location.reload();
});

// The worker sent this page in place of one that is not kept: name it, and show what is known of
// its paper.
async function nameMissing() {
  const place = byId("not-kept");
  const path = decodeURIComponent(location.pathname);
  const papers = (await textsHere())?.papers ?? [];
  const kind = path.split("/")[1] ?? "";
  const paper = ["paper", "note", "pdf"].includes(kind) ? papers.find(({ id }) => `${path}/`.startsWith(`/${kind}/${id}/`)) : undefined;
  const form = place.dataset[kind] ?? "{title}";
  const name = paper ? form.replace("{title}", paper.title) : JSON.parse(place.dataset.names ?? "{}")[path] ?? path.replace(/^\/paper\//, "");
  const said = /** @type {HTMLElement} */ (place.querySelector("[role=alert]"));
  place.hidden = false;
  said.textContent = (said.dataset.named ?? "").replace("{name}", name);
  document.title = name;
  if (paper) showKnown(paper);
}

/** @param {import("./device_search.js").DevicePaper} paper */
function showKnown(paper) {
  const known = byId("known");
  /** @type {(selector: string, ...pieces: (Node | string)[]) => void} */
  const show = (selector, ...pieces) => {
    const part = /** @type {HTMLElement} */ (known.querySelector(selector));
    part.replaceChildren(...pieces);
    part.hidden = !part.textContent;
    const head = part.previousElementSibling;
    if (head instanceof HTMLHeadingElement && head.tagName === "H3") head.hidden = part.hidden;
  };
  show(".title", paper.title);
  show(".authors", paper.authors);
  show(".abstract", paper.abstract);
  show(".note", paper.note);
  show(".marks", ...paper.highlights.map((text) => Object.assign(document.createElement("li"), { textContent: text })));
  known.hidden = false;
}

byId("send").addEventListener("click", async () => {
  const { state } = await flush();
  const texts = byId("offline").dataset;
  if (state === "signed out") tell(texts.signedOut);
  else if (state === "away") tell(texts.kept);
});
onChange(show);
await show();
if ("notKept" in document.documentElement.dataset) await nameMissing();
await showPages();
await showSpace();
