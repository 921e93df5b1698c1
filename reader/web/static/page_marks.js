// @ts-check
// The marks of a PDF: shown over the pages, changed, sent and taken back. What is marked is shown at
// once and sent behind it; without a network it waits in the queue.

import { keyOf, nameOf, withAct } from "./mark_acts.js";
import { buttonOf, layerOf, lineOf, shapesOf } from "./mark_shapes.js";
import { newAct, waiting } from "./queue.js";
import { ownLibrary, send, tell } from "./reader.js";
import { queued } from "./unsent.js";

/** @typedef {import("./view.js").Viewer} Viewer */
/** @typedef {import("./mark_acts.js").Mark} Mark */
/** @typedef {import("./mark_acts.js").Marks} Marks */
/** @typedef {{number: number, name: string, isInk: boolean}} Act what undo takes back */

const MOST_ACTS = 100;

export class PageMarks {
  /** @param {Viewer} viewer */
  constructor(viewer) {
    this.viewer = viewer;
    /** @type {Marks} */
    this.found = { marks: [], strokes: [] };
    this.said = "";
    this.isLoaded = false;
    this.isKept = true; // whether something may wait in the queue
    this.n_sending = 0;
    /** One act after the other: a change may be of a mark that is still on its way. @type {Promise<any>} */
    this.last = Promise.resolve();
    /** The last one last; a tab remembers them when it is loaded anew. @type {Act[]} */
    this.acts = JSON.parse(sessionStorage.getItem(this.actsKey) ?? "[]");
    const bar = /** @type {HTMLElement} */ (document.getElementById("mark-bar"));
    this.texts = bar.dataset;
    this.showUndo();
  }

  get actsKey() {
    return `marks ${ownLibrary()} ${this.address}`;
  }

  get address() {
    return this.viewer.address("marks.json");
  }

  /** What was marked and still waits in the queue, of which the server does not know. @returns {Promise<Record<string, string>[]>} */
  async unsent() {
    if (!this.isKept) return [];
    await queued;
    const { pathname } = new URL(this.address, location.href);
    const all = await waiting().catch(() => []);
    const mine = all.filter((one) => one.address.startsWith(pathname)).map((one) => ({ ...Object.fromEntries(one.fields), act: one.act }));
    this.isKept = mine.length > 0;
    return mine;
  }

  /** Ask for the marks, which another device may have changed. */
  async load() {
    if (this.n_sending) return;
    const unsent = await this.unsent();
    if (this.isLoaded && unsent.length) return;
    const asked = fetch(this.address, { cache: "no-cache", headers: { Accept: "application/json" } });
    // Nothing comes without a network, nor while the page is being left.
    const text = await asked.then((answer) => (answer.ok ? answer.text() : null)).catch(() => null);
    if (text === null) return;
    // Meanwhile something may have been marked, of which this answer does not know.
    if (text === this.said || this.n_sending) return;
    const found = unsent.reduce(withAct, JSON.parse(text));
    if (this.isLoaded) this.tellList(this.found, found);
    this.isLoaded = true;
    this.said = unsent.length ? "" : text;
    this.show(found);
  }

  /** @param {Marks} found */
  show(found) {
    this.found = { marks: found.marks, strokes: found.strokes };
    for (const n of this.viewer.drawn.keys()) this.showPage(n);
  }

  /** Have the list of highlights beside the pages brought up to date, where marks changed. @param {Marks} before @param {Marks} now */
  tellList(before, now) {
    if (JSON.stringify(before.marks) !== JSON.stringify(now.marks)) this.viewer.element.dispatchEvent(new Event("marked"));
  }

  /**
   * Show a change at once, and send it; returns whether that went well, or waits.
   * @param {Record<string, string>} what the fields of the act
   */
  async act(what) {
    const before = this.found;
    const fields = { act: newAct(), stamp: this.viewer.stamp, ...what };
    this.show(withAct(before, fields));
    this.n_sending += 1;
    let isRefused = false;
    try {
      const sent = send(this.address, Object.entries(fields), "", this.last);
      this.last = sent.catch(() => {});
      const answer = /** @type {import("./queue.js").Answer & (Marks | {marks?: undefined})} */ (await sent);
      this.isKept ||= Boolean(answer.kept);
      if (answer.marks) {
        this.said = "";
        this.tellList(before, answer);
        if (this.n_sending === 1) this.show(answer);
      }
      return answer;
    } catch (error) {
      this.show(before);
      this.said = "";
      isRefused = true;
      tell(/** @type {Error} */ (error).message);
      return null;
    } finally {
      this.n_sending -= 1;
      if (isRefused) void this.load(); // `before` may have what was refused: the server knows what holds
    }
  }

  /** Remember what undo can take back. @param {Act} act */
  did(act) {
    this.acts.push(act);
    this.showUndo();
  }

  /** Turn a button off that has nothing to take back. */
  showUndo() {
    try {
      sessionStorage.setItem(this.actsKey, JSON.stringify(this.acts.slice(-MOST_ACTS)));
    } catch { /* no room: a reload forgets them */ }
    for (const button of /** @type {NodeListOf<HTMLButtonElement>} */ (document.querySelectorAll("[data-mark=undo], [data-ink=undo]"))) {
      button.disabled = !this.acts.some((act) => act.isInk === (button.dataset.ink === "undo"));
    }
  }

  /** @param {Omit<Mark, "id" | "name">} mark @param {string} act its random id */
  async make({ page, kind, colour, text, note, boxes }, act) {
    // The server reads the words itself; these are shown until it has.
    const fields = { act, do: "mark", page: String(page), kind, colour, text, note, boxes: JSON.stringify(boxes) };
    const answer = await this.act(fields);
    if (answer) this.did({ number: answer.number ?? 0, name: nameOf(fields), isInk: false });
  }

  /** @param {import("./mark_acts.js").InkStroke} stroke */
  async draw(stroke) {
    const fields = { act: newAct(), do: "draw", strokes: JSON.stringify([stroke]) };
    const answer = await this.act(fields);
    if (answer) this.did({ number: answer.number ?? 0, name: nameOf(fields), isInk: true });
  }

  /** @param {Mark} mark @param {{colour?: string, note?: string, kind?: string}} to */
  async change(mark, to) {
    const answer = await this.act({ do: "change", mark: keyOf(mark), ...to });
    if (answer?.number) this.did({ number: answer.number, name: "", isInk: false });
  }

  /** @param {Mark} mark */
  async remove(mark) {
    const answer = await this.act({ do: "remove", mark: keyOf(mark) });
    if (answer?.number) this.did({ number: answer.number, name: "", isInk: false });
  }

  /** @param {string[]} names of strokes */
  async erase(names) {
    const answer = await this.act({ do: "erase", names: names.join(" ") });
    if (answer?.number) this.did({ number: answer.number, name: "", isInk: true });
  }

  /** Take back the last act that was done here; what still waits in the queue is removed instead. @param {boolean} isInk */
  async undo(isInk) {
    const at = this.acts.findLastIndex((act) => act.isInk === isInk);
    if (at < 0) return;
    const [{ number, name }] = this.acts.splice(at, 1);
    this.showUndo();
    if (number) return this.act({ do: "undo", number: String(number), made: name });
    await this.act(isInk ? { do: "erase", names: name } : { do: "remove", mark: name });
  }

  /** Show the marks of one page. @param {number} n */
  showPage(n) {
    const layer = /** @type {HTMLElement} */ (this.viewer.pageAt(n).querySelector(".marks"));
    const size = this.viewer.sizes[n - 1];
    const here = this.found.marks.filter((mark) => mark.page === n);
    const shapes = [...here.flatMap(shapesOf), ...this.found.strokes.filter((one) => one.page === n).map(lineOf)];
    const focused = layer.contains(document.activeElement) && /** @type {HTMLElement} */ (document.activeElement).dataset.mark;
    layer.replaceChildren(layerOf(size, shapes), ...here.map((mark) => buttonOf(mark, keyOf(mark), this.texts[mark.kind] ?? this.texts.highlight ?? "", size)));
    if (focused) /** @type {HTMLElement | null} */ (layer.querySelector(`[data-mark="${CSS.escape(focused)}"]`))?.focus({ preventScroll: true });
  }

  /** The mark at a place of a page, the shortest one first. @param {number} n @param {number} x @param {number} y */
  at(n, x, y) {
    const isIn = (/** @type {number[]} */ [x0, y0, x1, y1]) => x >= x0 - 2 && x <= x1 + 2 && y >= y0 - 2 && y <= y1 + 2;
    const size = (/** @type {Mark} */ mark) => mark.boxes.reduce((sum, [x0, y0, x1, y1]) => sum + (x1 - x0) * (y1 - y0), 0);
    return this.found.marks.filter((mark) => mark.page === n && mark.boxes.some(isIn)).sort((a, b) => size(a) - size(b))[0];
  }

  /** @param {string} key */
  called(key) {
    return this.found.marks.find((mark) => keyOf(mark) === key || mark.name === key);
  }
}
