// Search while one types. A new query aborts the one before: no older answer comes over a newer.
// Without a network the texts of this device are searched.

import { textsHere } from "./device.js";
import { parsed, prepared, search } from "./device_search.js";
import { field, waiting } from "./queue.js";
import { afterTyping, tell, textsOf } from "./reader.js";

const form = /** @type {HTMLFormElement & {elements: {q: HTMLInputElement}}} */ (document.getElementById("search"));
const found = /** @type {HTMLElement} */ (document.getElementById("found"));
const several = /** @type {HTMLFormElement & {elements: {back: HTMLInputElement}}} */ (document.getElementById("several"));
const PAUSE_MS = 150;
const AGAIN_MS = 700;
const PATIENCE_MS = 8000;
const MOST_HITS = 30;

const soon = afterTyping(form, ask, PAUSE_MS);
/** @type {AbortController | undefined} */
let asking;

async function ask() {
  asking?.abort();
  const mine = (asking = new AbortController());
  const late = setTimeout(() => mine.abort(new DOMException("late", "TimeoutError")), PATIENCE_MS);
  const asked = Array.from(textsOf(form)).filter(([, value]) => value);
  const address = `/search?${new URLSearchParams(asked)}`;
  found.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(address, { headers: { "X-Part": "1" }, signal: mine.signal });
    const html = await answer.text();
    if (!answer.ok) throw new Error(new DOMParser().parseFromString(html, "text/html").querySelector("main p")?.textContent ?? answer.statusText);
    found.innerHTML = html;
    const said = [...found.querySelectorAll("[data-said]")].map((one) => one.textContent);
    /** @type {HTMLElement} */ (document.getElementById("n-found")).textContent = said.join(". ");
    history.replaceState(null, "", address);
    several.elements.back.value = address;
    // Full text answered alone while the model is being loaded: ask again, for meaning too.
    if (document.getElementById("is-waiting")) soon(AGAIN_MS);
  } catch (caught) {
    const error = /** @type {Error} */ (caught);
    if (error.name === "AbortError" || mine !== asking) return;
    if (error instanceof TypeError || error.name === "TimeoutError") await searchDevice();
    else tell(error.message);
  } finally {
    clearTimeout(late);
  }
  found.setAttribute("aria-busy", "false");
}

/** @type {ReturnType<typeof readDevice> | undefined} */
let device;

// Read the texts of this device, with the notes that wait to be sent.
async function readDevice() {
  const here = await textsHere();
  if (!here) return null;
  const papers = new Map(here.papers.map((one) => [one.id, one]));
  for (const one of await waiting().catch(() => [])) {
    const [, id] = decodeURIComponent(one.address).match(/^\/note\/(.+)/) ?? [];
    if (!id) continue;
    const known = papers.get(id) ?? { id, title: one.title, authors: "", abstract: "", highlights: [] };
    papers.set(id, { ...known, note: field(one, "text") });
  }
  return { texts: prepared([...papers.values()]), n_left_out: here.n_left_out };
}

async function searchDevice() {
  const words = /** @type {Record<string, string>} */ (found.dataset);
  const here = await (device ??= readDevice());
  const query = form.elements.q.value;
  const hits = here ? search(here.texts, query, String(new FormData(form).get("kind") ?? "")) : [];
  const { unread } = parsed(query);
  const said = [
    here ? words.away.replace("{n}", here.texts.length.toLocaleString(document.documentElement.lang)) : words.nothing,
    here?.n_left_out ? words.leftOut.replace("{n}", here.n_left_out.toLocaleString(document.documentElement.lang)) : "",
    unread.length ? words.unread.replace("{words}", unread.join(" ")) : "",
  ];
  const notice = Object.assign(document.createElement("p"), { className: "notice", textContent: said.filter(Boolean).join(" ") });
  const none = Object.assign(document.createElement("p"), { textContent: words.none });
  const list = Object.assign(document.createElement("ol"), { className: "papers" });
  list.append(...hits.slice(0, MOST_HITS).map(row));
  found.replaceChildren(notice, ...(hits.length ? [list] : here && query.trim() ? [none] : []));
  const counted = hits.length === 1 ? words.one : words.many.replace("{n}", String(hits.length));
  /** @type {HTMLElement} */ (document.getElementById("n-found")).textContent = hits.length ? counted : words.none;
}

/** @param {import("./device_search.js").DeviceHit} hit */
function row({ paper, place, evidence }) {
  const template = /** @type {HTMLTemplateElement} */ (document.getElementById("device-hit"));
  const made = /** @type {DocumentFragment} */ (template.content.cloneNode(true));
  /** @param {string} selector */
  const within = (selector) => /** @type {HTMLElement} */ (made.querySelector(selector));
  const link = /** @type {HTMLAnchorElement} */ (within("a"));
  link.href = `/${place === "note" ? "note" : "paper"}/${encodeURI(paper.id)}`;
  link.textContent = paper.title;
  const named = place === "note" || place === "highlight" ? found.dataset[place] : "";
  within(".muted").textContent = [paper.authors, named].filter(Boolean).join(" · ");
  within(".evidence").append(
    ...evidence.map(([text, isMatch]) => (isMatch ? Object.assign(document.createElement("mark"), { textContent: text }) : text)),
  );
  const tongue = (/** @type {string} */ text) => (/[\u3041-\u30ff\u3400-\u9fff]/.test(text) ? "ja" : "en");
  link.parentElement?.setAttribute("lang", tongue(paper.title));
  within(".evidence").lang = tongue(within(".evidence").textContent ?? "");
  return made;
}

// The worker took this page from its store: it has no answer to the query in the address.
if (document.documentElement.dataset.asOf) {
  const asked = new URLSearchParams(location.search);
  form.elements.q.value = asked.get("q") ?? "";
  /** @type {HTMLInputElement | null} */
  const kind = form.querySelector(`[name=kind][value="${CSS.escape(asked.get("kind") ?? "")}"]`);
  if (kind) kind.checked = true;
  if (form.elements.q.value) soon(0);
}

form.addEventListener("submit", (event) => { event.preventDefault(); soon(0); });
if (form.elements.q.value !== form.elements.q.defaultValue) soon(0); // typed before this script came

addEventListener("keydown", (event) => {
  if (event.key === "/" && !(/** @type {Element} */ (event.target).closest("input, textarea"))) {
    event.preventDefault();
    form.elements.q.select();
  }
});
