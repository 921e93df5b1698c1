// @ts-check
// The scroll of a PDF's pages: what is near is drawn, what is far away is let go.

import { clamp, columnAt, GAP, layPages, LOW, pageAtY, pagesBetween, scaleToFit, twoFit, widthFor, WIDTHS } from "./pages_layout.js";

/** @typedef {{box: number[], angle: number, words: any[][], after: string}} PageLine */
/** @typedef {{n: number, width: number, height: number, lines: PageLine[], columns: number[][], links: {box: number[], url?: string, page?: number, y?: number}[], figures: number[][]}} PageFacts */
/** @typedef {{n: number, y: number}} Spot a page, from 1, and a height on it in points */

const AT_ONCE = 3;
const LOW_SCREENS = 3;
const MOST_LOW = 24;
const MOST_WIDTH = WIDTHS[WIDTHS.length - 1];
const KEPT_FACTS = 16;
const REST_MS = 150;

export class Viewer {
  /**
   * @param {HTMLElement} element the box that scrolls
   * @param {{stamp: string, n_pages: number, sizes: number[][]}} facts
   */
  constructor(element, facts) {
    this.element = element;
    this.at = element.dataset.at ?? "";
    this.which = element.dataset.which ?? "";
    this.stamp = facts.stamp;
    this.sizes = facts.sizes;
    this.n_pages = facts.n_pages;
    this.current = 1;
    this.scale = 1;
    /** @type {"width" | "column" | ""} */
    this.fitted = "width";
    this.columnWidth = 0; // of the column that is fitted, in points
    this.laidFor = 1; // the width of the window for which the pages were laid
    /** Where the window stood when it was drawn last, with its left edge in points. @type {Spot & {x: number}} */
    this.stood = { n: 1, y: 0, x: 0 };
    this.isTwo = false;
    this.plan = layPages(this.sizes, 1, 1, false);
    /** @type {Map<number, Promise<PageFacts>>} */
    this.facts = new Map();
    /** @type {Map<number, PageFacts | null>} pages in the DOM with their facts, null until they come */
    this.drawn = new Map();
    /** @type {{n: number, run: () => Promise<void>}[]} */
    this.wanted = [];
    /** @type {Map<number, AbortController>} what ends the requests for a page's pictures */
    this.asking = new Map();
    /** @type {Set<string>} the addresses of pictures that were fetched ahead */
    this.asked = new Set();
    this.n_running = 0;
    this.top = 0;
    this.way = 0;
    this.isAsked = false;
    /** @type {ReturnType<typeof setTimeout> | 0} */
    this.moving = 0;
    this.all = document.createElement("div");
    this.all.className = "sheets";
    this.pages = this.sizes.map((_, at) => sheetOf(at + 1, element.dataset.page_name ?? "{n}"));
    this.all.append(...this.pages);
    this.takeFirst(element.querySelector("canvas.full"));
    element.replaceChildren(this.all);
    element.addEventListener("scroll", () => this.update(), { passive: true });
    new ResizeObserver(() => this.resized()).observe(element);
  }

  /** Take over the page that opening.js has drawn. @param {HTMLCanvasElement | null} first */
  takeFirst(first) {
    const n = Number(this.element.dataset.page);
    if (!first || n > this.n_pages) return;
    first.style.marginTop = "";
    const picture = pictureOf(this.pages[n - 1]);
    picture.append(first);
    this.pages[n - 1].hidden = false;
    picture.dataset.width = String(first.width);
    this.drawn.set(n, null);
  }

  /** The element of a page, with the children .picture, .words and .marks. @param {number} n */
  pageAt(n) {
    return this.pages[n - 1];
  }

  /** The address of something below the PDF's own. @param {string} rest @param {Record<string, string | number>} [asked] */
  address(rest, asked = {}) {
    const query = new URLSearchParams(this.which);
    for (const [name, value] of Object.entries(asked)) query.set(name, String(value));
    return `${this.at}/${rest}${query.size ? `?${query}` : ""}`;
  }

  /** The words, links and figures of a page. @param {number} n @returns {Promise<PageFacts>} */
  factsOf(n) {
    let found = this.facts.get(n);
    if (!found) {
      found = fetch(this.address(`page/${n}.json`, { v: this.stamp })).then((answer) => {
        if (!answer.ok) throw new Error(answer.statusText);
        return answer.json();
      });
      found.catch(() => this.facts.delete(n));
      this.facts.set(n, found);
      const oldest = this.facts.keys().next().value;
      if (this.facts.size > KEPT_FACTS && oldest !== undefined) this.facts.delete(oldest);
    }
    return found;
  }

  /** Where the person reads: the page and the height at the upper edge. @returns {Spot} */
  get spot() {
    const { scrollTop } = this.element;
    const n = pageAtY(this.plan, scrollTop + GAP);
    return { n, y: (scrollTop - this.plan.places[n - 1].y) / this.scale };
  }

  /** @returns {Spot & {x: number}} */
  standing() {
    const { n, y } = this.spot;
    return { n, y, x: (this.element.scrollLeft + GAP - this.plan.places[n - 1].x) / this.scale };
  }

  /** Go to a page, and to a height on it in points. @param {number} n @param {number} [y] @param {number} [x] */
  go(n, y, x) {
    const place = this.plan.places[Math.min(Math.max(1, n), this.n_pages) - 1];
    if (!place) return;
    this.element.scrollTop = place.y + (y === undefined ? -GAP : y * this.scale);
    if (x !== undefined) this.element.scrollLeft = place.x + x * this.scale - GAP;
    this.update();
  }

  /** Change the size; the point (in pixels of the window) stays where it is. @param {number} scale @param {number} [left] @param {number} [top] */
  zoom(scale, left = this.element.clientWidth / 2, top = this.element.clientHeight / 3) {
    const box = this.element;
    const n = this.pageUnder(left, top);
    const before = this.plan.places[n - 1];
    const x = (box.scrollLeft + left - before.x) / this.scale;
    const y = (box.scrollTop + top - before.y) / this.scale;
    this.fitted = "";
    this.lay(clamp(scale));
    const after = this.plan.places[n - 1];
    box.scrollLeft = after.x + x * this.scale - left;
    box.scrollTop = after.y + y * this.scale - top;
    this.update();
  }

  /** Fit the pages, or the column under a point of the window, to the window. @param {"width" | "column"} what @param {number} [left] @param {number} [top] */
  async fit(what, left = this.element.clientWidth / 2, top = this.element.clientHeight / 3) {
    const box = this.element;
    const n = this.pageUnder(left, top);
    const place = this.plan.places[n - 1];
    const x = (box.scrollLeft + left - place.x) / this.scale;
    const y = (box.scrollTop + top - place.y) / this.scale;
    let scale = scaleToFit(this.sizes, this.element.clientWidth, this.isTwo);
    let begin;
    this.fitted = what;
    this.columnWidth = 0;
    if (what === "column") {
      const { columns } = await this.factsOf(n).catch(() => ({ columns: [] }));
      if (this.fitted !== what) return; // the size was changed meanwhile
      const column = columnAt(columns, x, y);
      if (column) {
        this.columnWidth = column[2] - column[0];
        scale = this.scaleOfColumn;
        begin = column[0];
      }
    }
    this.lay(scale);
    this.go(n, y - top / this.scale, begin);
  }

  get scaleOfColumn() {
    return clamp((this.element.clientWidth - 2 * GAP) / this.columnWidth);
  }

  /** The page under a point of the window. @param {number} left @param {number} top */
  pageUnder(left, top) {
    const n = pageAtY(this.plan, this.element.scrollTop + top);
    const next = this.plan.places[n];
    const isRight = this.isTwo && next && next.y === this.plan.places[n - 1].y && this.element.scrollLeft + left >= next.x;
    return isRight ? n + 1 : n;
  }

  /** Two pages in a row: as this device was told, else where they fit. */
  get wantsTwo() {
    const told = localStorage.getItem("pagesInRow");
    return told ? told === "2" : twoFit(this.element.clientWidth, this.element.clientHeight);
  }

  /** One page in a row, or two; remembered on this device. @param {boolean} isTwo */
  sideBySide(isTwo) {
    const { n, y } = this.spot;
    localStorage.setItem("pagesInRow", isTwo ? "2" : "1");
    this.isTwo = isTwo;
    this.fitted = "width";
    this.lay(scaleToFit(this.sizes, this.element.clientWidth, isTwo));
    this.go(n, y);
  }

  resized() {
    if (!this.element.clientWidth) return;
    const { n, y } = this.spot;
    if (this.fitted === "column" && this.columnWidth) {
      // As it was drawn: the browser has moved a scroll that reaches too far in the new size.
      const { stood } = this;
      this.lay(this.scaleOfColumn);
      this.go(stood.n, stood.y, stood.x);
    } else if (this.fitted === "column") this.fit("column");
    else {
      const isFitted = this.fitted === "width";
      if (isFitted) this.isTwo = this.wantsTwo;
      this.lay(isFitted ? scaleToFit(this.sizes, this.element.clientWidth, this.isTwo) : this.scale);
      this.go(n, y);
    }
  }

  /** The part of the window that shows pages: on a phone a sheet, with the note or the contents, lies over their foot. */
  get seen() {
    const { left, top, right, bottom } = this.element.getBoundingClientRect();
    const sheets = ["note-panel", "side"].map((id) => /** @type {HTMLElement} */ (document.getElementById(id)).getBoundingClientRect());
    const over = sheets.filter((one) => one.height > 0 && one.top > top && one.left < right - 1 && one.right > left + 1);
    return { left, top, width: right - left, bottom: Math.min(bottom, ...over.map((one) => one.top)) };
  }

  /** @param {number} scale */
  lay(scale) {
    this.scale = scale;
    this.laidFor = this.element.clientWidth;
    this.plan = layPages(this.sizes, scale, this.laidFor, this.isTwo);
    this.all.style.width = `${this.plan.width}px`;
    this.all.style.height = `${this.plan.height}px`;
    this.all.style.setProperty("--scale", String(scale));
    this.plan.places.forEach((place, at) => {
      const { style } = this.pages[at];
      style.transform = `translate(${place.x}px, ${place.y}px)`;
      style.width = `${place.width}px`;
      style.height = `${place.height}px`;
    });
    this.tell("sized", {});
    this.update();
  }

  /** Lay no words while the pages move: it would hold their frames up. @param {number} ms */
  rest(ms) {
    clearTimeout(this.moving);
    this.moving = ms ? setTimeout(() => { this.moving = 0; this.update(); }, ms) : 0;
  }

  /** Look once a frame what is near. */
  update() {
    if (this.isAsked) return;
    this.isAsked = true;
    requestAnimationFrame(() => {
      this.isAsked = false;
      this.draw();
    });
  }

  draw() {
    const height = this.element.clientHeight;
    if (!height) return;
    if (this.element.clientWidth === this.laidFor) this.stood = this.standing();
    const top = this.element.scrollTop + 1; // where a page begins, the one above ends within a pixel
    const current = pageAtY(this.plan, top + height / 3);
    const isMoved = current !== this.current;
    this.current = current;
    const away = (/** @type {number} */ n) => Math.abs(n - current);
    const seen = pagesBetween(this.plan, top, top + height);
    const near = pagesBetween(this.plan, top - height / 2, top + 1.5 * height);
    const far = pagesBetween(this.plan, top - LOW_SCREENS * height, top + (LOW_SCREENS + 1) * height).sort((a, b) => away(a) - away(b));
    const low = new Set([...seen, ...far].slice(0, Math.max(MOST_LOW, seen.length)));
    // A full picture takes 15 MB and, in Chromium, as much again where it is shown: beyond the
    // window there is one only where the scroll goes.
    const moved = top - this.top;
    if (moved) this.way = Math.abs(moved) < height ? Math.sign(moved) : 0;
    if (moved) this.rest(this.way ? REST_MS : 0);
    this.top = top;
    const full = pagesBetween(this.plan, top - (this.way < 0 ? height / 20 : 0), top + (this.way > 0 ? 1.05 : 1) * height).filter((n) => !this.isSmall(n));
    for (const n of this.drawn.keys()) if (!low.has(n)) this.letGo(n);
    for (const n of low) this.pages[n - 1].hidden = false;
    for (const n of low) if (!full.includes(n)) this.makeLow(n);
    for (const n of low) if (!near.includes(n) && this.drawn.get(n)) this.letWords(n);
    const isSeen = (/** @type {number} */ n) => seen.includes(n);
    this.wanted = [
      ...full.filter(isSeen).map((n) => this.full(n)),
      ...seen.map((n) => this.words(n)),
      ...[...low].map((n) => this.low(n)),
      ...full.filter((n) => !isSeen(n)).map((n) => this.full(n)),
      ...near.map((n) => (full.includes(n) ? this.words(n) : this.ahead(n))),
    ].filter((one) => one !== null);
    this.run();
    this.tell("moved", { n: current, isMoved });
  }

  /** Is a page shown so small that its low picture does? @param {number} n */
  isSmall(n) {
    return this.plan.places[n - 1].width * devicePixelRatio <= LOW;
  }

  run() {
    while (this.n_running < AT_ONCE && this.wanted.length) {
      const next = /** @type {{n: number, run: () => Promise<void>}} */ (this.wanted.shift());
      this.n_running += 1;
      next.run().catch(() => {}).finally(() => {
        this.n_running -= 1;
        this.run();
      });
    }
  }

  /** @param {number} n */
  low(n) {
    const picture = pictureOf(this.pages[n - 1]);
    if (picture.dataset.low || picture.dataset.width) return null;
    return { n, run: () => this.load(n, LOW) };
  }

  /** @param {number} n */
  full(n) {
    const width = Math.min(MOST_WIDTH, Math.round(this.plan.places[n - 1].width * devicePixelRatio));
    return pictureOf(this.pages[n - 1]).dataset.width === String(width) ? null : { n, run: () => this.load(n, width) };
  }

  /** Let the server draw a page that is near; the browser keeps the answer, not its pixels. @param {number} n */
  ahead(n) {
    const address = this.pictureAddress(n, this.plan.places[n - 1].width * devicePixelRatio);
    if (this.isSmall(n) || this.asked.has(address)) return null;
    return { n, run: async () => { this.asked.add(address); await (await fetch(address)).blob(); } };
  }

  /** @param {number} n @param {number} width */
  pictureAddress(n, width) {
    return this.address(`page/${n}.webp`, { width: width === LOW ? LOW : widthFor(width), v: this.stamp, marks: 0 });
  }

  /** @param {number} n @param {number} width */
  async load(n, width) {
    const picture = pictureOf(this.pages[n - 1]);
    const name = width === LOW ? "low" : "width";
    const before = picture.dataset[name] ?? "";
    if (before === String(width)) return;
    picture.dataset[name] = String(width);
    if (!this.drawn.has(n)) this.drawn.set(n, null);
    const asking = this.asking.get(n) ?? new AbortController();
    this.asking.set(n, asking);
    let bitmap;
    try {
      bitmap = await bitmapOf(this.pictureAddress(n, width), asking.signal, sizeOf(this.sizes[n - 1], width));
    } catch {
      if (asking.signal.aborted) return; // the page has been let go, and may be asked for again
      if (before) picture.dataset[name] = before;
      else delete picture.dataset[name];
      const { classList } = this.pages[n - 1];
      if (!picture.firstChild && !classList.contains("broken")) this.update();
      classList.toggle("broken", !picture.firstChild);
      return;
    }
    // The person may have gone on, or have changed the size, while it came.
    if (asking.signal.aborted || picture.dataset[name] !== String(width) || (name === "low" && picture.querySelector(".full"))) bitmap.close();
    else this.show(n, bitmap, name === "low" ? "low" : "full");
  }

  /** Put a picture in place of all that a page shows. @param {number} n @param {ImageBitmap} bitmap @param {string} name */
  show(n, bitmap, name) {
    const picture = pictureOf(this.pages[n - 1]);
    const old = [...picture.children];
    picture.append(canvasOf(bitmap, name));
    empty(old);
    this.tell("pictured", { n, element: this.pages[n - 1] });
    this.update();
  }

  /** Keep only a small picture of a page that is not near. @param {number} n */
  async makeLow(n) {
    const picture = pictureOf(this.pages[n - 1]);
    const { width } = picture.dataset;
    if (!width) return;
    delete picture.dataset.width;
    if (!picture.querySelector(".full")) {
      this.stopAsking(n);
      return;
    }
    const full = /** @type {HTMLCanvasElement} */ (picture.querySelector(".full"));
    picture.dataset.low = String(LOW);
    const low = await createImageBitmap(full, { resizeWidth: LOW, resizeHeight: Math.max(1, Math.round((LOW * full.height) / full.width)), resizeQuality: "medium" });
    if (full.parentElement === picture && !picture.dataset.width) this.show(n, low, "low");
    else low.close();
  }

  /** Words wait for a picture: to lay them takes as long as to show it. @param {number} n */
  words(n) {
    if (this.moving) return null;
    const sheet = this.pages[n - 1];
    const isPictured = pictureOf(sheet).firstChild || sheet.classList.contains("broken");
    return this.drawn.get(n) || !isPictured ? null : { n, run: () => this.loadWords(n) };
  }

  /** @param {number} n */
  async loadWords(n) {
    if (!this.drawn.has(n)) this.drawn.set(n, null);
    const page = await this.factsOf(n);
    if (!this.drawn.has(n) || this.drawn.get(n)) return;
    this.drawn.set(n, page);
    this.tell("drawn", { n, element: this.pages[n - 1], page });
  }

  /** @param {number} n */
  letGo(n) {
    const picture = pictureOf(this.pages[n - 1]);
    this.stopAsking(n);
    delete picture.dataset.width;
    delete picture.dataset.low;
    empty([...picture.children]);
    this.letWords(n);
    this.pages[n - 1].hidden = true;
    this.drawn.delete(n);
  }

  /** Let the words of a page go, and what lies over them. @param {number} n */
  letWords(n) {
    const element = this.pages[n - 1];
    for (const child of [...element.children].slice(1)) child.replaceChildren();
    this.drawn.set(n, null);
    this.tell("left", { n, element });
  }

  /** @param {number} n */
  stopAsking(n) {
    this.asking.get(n)?.abort();
    this.asking.delete(n);
    const picture = pictureOf(this.pages[n - 1]);
    if (!picture.querySelector(".low")) delete picture.dataset.low;
  }

  /** @param {string} name @param {object} detail */
  tell(name, detail) {
    this.element.dispatchEvent(new CustomEvent(name, { detail }));
  }
}

/** @param {number} n @param {string} name */
function sheetOf(n, name) {
  const sheet = document.createElement("div");
  sheet.className = "sheet";
  sheet.hidden = true; // 500 empty sheets take Chromium 25 MB
  sheet.id = `page-${n}`;
  sheet.dataset.n = String(n);
  sheet.setAttribute("role", "group");
  sheet.setAttribute("aria-label", name.replace("{n}", String(n)));
  for (const part of ["picture", "hits", "words", "links", "marks"]) {
    const child = document.createElement("div");
    child.className = part;
    sheet.append(child);
  }
  return sheet;
}

/** @param {HTMLElement} sheet */
function pictureOf(sheet) {
  return /** @type {HTMLElement} */ (sheet.firstChild);
}

/** In the pixels of the screen: Chromium keeps a copy of each picture that it has to scale. @param {number[]} page @param {number} width */
export function sizeOf([wide, high], width) {
  return { resizeWidth: width, resizeHeight: Math.max(1, Math.round((width * high) / wide)), resizeQuality: /** @type {const} */ ("high") };
}

/** @param {string} address @param {AbortSignal} signal @param {ImageBitmapOptions} size */
export async function bitmapOf(address, signal, size) {
  const answer = await fetch(address, { signal });
  if (!answer.ok) throw new Error(answer.statusText);
  return createImageBitmap(await answer.blob(), size);
}

/** @type {HTMLCanvasElement[]} empty canvases, to be used again: Chromium keeps the buffers of one until it collects */
const spare = [];

/** Draw a bitmap, and close it. @param {ImageBitmap} bitmap @param {string} name */
export function canvasOf(bitmap, name) {
  const canvas = spare.pop() ?? document.createElement("canvas");
  canvas.className = name;
  [canvas.width, canvas.height] = [bitmap.width, bitmap.height];
  // Drawn, and not transferred: Chromium frees what was transferred only when it collects. Of what
  // a desynchronized one shows it keeps one copy, and no more.
  canvas.getContext("2d", { alpha: false, desynchronized: true })?.drawImage(bitmap, 0, 0);
  bitmap.close();
  return canvas;
}

/** Remove pictures, and free their memory before they are collected. @param {Element[]} pictures */
export function empty(pictures) {
  for (const picture of pictures) {
    picture.remove();
    if (!(picture instanceof HTMLCanvasElement)) continue;
    picture.width = picture.height = 0;
    if (!picture.classList.contains("figures")) spare.push(picture);
  }
}

/** Open the scroll in an element that has data-at and data-which. @param {HTMLElement} element */
export async function openViewer(element) {
  const { at = "", which = "" } = element.dataset;
  const answer = await fetch(`${at}/pages.json${which ? `?${which}` : ""}`, { headers: { Accept: "application/json" } });
  const found = await answer.json();
  if (!answer.ok) throw new Error([found.error, found.hint].filter(Boolean).join(" "));
  const viewer = new Viewer(element, found);
  viewer.isTwo = viewer.wantsTwo;
  viewer.lay(scaleToFit(viewer.sizes, element.clientWidth, viewer.isTwo));
  return viewer;
}
