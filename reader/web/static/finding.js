// @ts-check
// Find words in the whole PDF: all hits in a list and on the pages, the next, the one before.

import { afterTyping, byId } from "./reader.js";

/** @typedef {import("./view.js").Viewer} Viewer */
/** @typedef {{page: number, boxes: number[][], before: string, text: string, after: string}} Hit */

const PATIENCE_MS = 250;

/** @param {Viewer} viewer */
export function finding(viewer) {
  const hits = new Hits(viewer);
  const { part, form, field } = hits;
  afterTyping(field, () => hits.search(), PATIENCE_MS);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (field.value.trim() !== hits.asked) await hits.search();
    else hits.next();
  });
  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.shiftKey) {
      event.preventDefault();
      hits.previous();
    }
  });
  part.querySelector("[data-hit=next]")?.addEventListener("click", () => hits.next());
  part.querySelector("[data-hit=previous]")?.addEventListener("click", () => hits.previous());
  part.addEventListener("opened", () => field.select());
  viewer.element.addEventListener("drawn", (event) => hits.paint(/** @type {CustomEvent} */ (event).detail.n));
  const words = new URLSearchParams(location.search).get("q");
  if (words) field.value = words;
  return { next: () => hits.next(), previous: () => hits.previous(), search: () => hits.search() };
}

class Hits {
  /** @param {Viewer} viewer */
  constructor(viewer) {
    this.viewer = viewer;
    this.part = byId("find");
    this.form = /** @type {HTMLFormElement} */ (this.part.querySelector("form"));
    this.field = /** @type {HTMLInputElement} */ (this.form.querySelector("input"));
    this.status = /** @type {HTMLElement} */ (this.part.querySelector("[role=status]"));
    this.list = /** @type {HTMLElement} */ (this.part.querySelector("ol"));
    /** @type {Hit[]} */
    this.all = [];
    this.at = -1;
    this.asked = "";
    /** @type {AbortController | undefined} */
    this.running = undefined;
  }

  next() {
    this.show(this.at + 1);
  }

  previous() {
    this.show(this.at - 1);
  }

  /** @param {number} n */
  show(n) {
    const { viewer, list, all } = this;
    if (!all.length) return;
    this.at = (n + all.length) % all.length;
    const { page, boxes } = all[this.at];
    const { top, bottom } = viewer.seen;
    viewer.go(page, Math.max(0, boxes[0][1] - (bottom - top) / 3 / viewer.scale), viewer.fitted === "width" ? undefined : boxes[0][0] - 20);
    for (const [k, row] of [...list.children].entries()) row.firstElementChild?.toggleAttribute("aria-current", k === this.at);
    list.children[this.at]?.scrollIntoView({ block: "nearest" });
    this.say(true);
    for (const n of viewer.drawn.keys()) this.paint(n);
  }

  /** @param {boolean} isAt */
  say(isAt) {
    const { status, all, at } = this;
    const { none = "", one = "", many = "", at: atText = "" } = status.dataset;
    if (!this.asked) status.textContent = "";
    else if (!all.length) status.textContent = none;
    else if (isAt && all.length > 1) status.textContent = atText.replace("{n}", String(at + 1)).replace("{of}", String(all.length));
    else status.textContent = (all.length === 1 ? one : many).replace("{n}", String(all.length));
  }

  /** @param {number} n */
  paint(n) {
    const layer = /** @type {HTMLElement} */ (this.viewer.pageAt(n).querySelector(".hits"));
    layer.replaceChildren(...this.all.flatMap((hit, k) => (hit.page === n ? hit.boxes.map((box) => boxOf(box, k === this.at)) : [])));
  }

  async search() {
    const query = this.field.value.trim();
    if (query === this.asked) return;
    this.asked = query;
    this.running?.abort();
    this.running = new AbortController();
    let hits;
    try {
      hits = query ? await this.ask(query, this.running.signal) : [];
    } catch (error) {
      if (/** @type {Error} */ (error).name === "AbortError") return;
    }
    this.list.removeAttribute("aria-busy");
    this.all = hits ?? [];
    this.at = -1;
    this.list.replaceChildren(...this.all.map((hit, k) => rowOf(hit, () => this.show(k))));
    for (const n of this.viewer.drawn.keys()) this.paint(n);
    this.say(false);
    // The first hit from where one reads on.
    if (this.all.length) this.show(Math.max(0, this.all.findIndex((hit) => hit.page >= this.viewer.current)));
  }

  /** @param {string} query @param {AbortSignal} signal @returns {Promise<Hit[]>} */
  async ask(query, signal) {
    this.list.setAttribute("aria-busy", "true");
    const answer = await fetch(this.viewer.address("find.json", { q: query }), { signal });
    return answer.ok ? (await answer.json()).hits : [];
  }
}

/** @param {number[]} box @param {boolean} isCurrent */
function boxOf([x0, y0, x1, y1], isCurrent) {
  const box = document.createElement("div");
  box.className = isCurrent ? "hit-box current" : "hit-box";
  box.style.transform = `translate(${x0}px, ${y0}px)`;
  box.style.width = `${x1 - x0}px`;
  box.style.height = `${y1 - y0}px`;
  return box;
}

/** @param {Hit} hit @param {() => void} go */
function rowOf(hit, go) {
  const row = document.createElement("li");
  const button = document.createElement("button");
  const text = document.createElement("span");
  const word = document.createElement("mark");
  const page = document.createElement("span");
  button.type = "button";
  button.className = "quiet";
  word.textContent = hit.text;
  page.className = "numbers";
  page.textContent = String(hit.page);
  // Words that were cut at the ends are left out.
  text.append(hit.before.replace(/^\S*(?=\s)/, ""), word, hit.after.replace(/(\s)\S*$/, "$1"));
  button.append(text, " ", page);
  button.addEventListener("click", go);
  row.append(button);
  return row;
}
