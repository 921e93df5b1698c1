// @ts-check
// The words of a page over its picture: unseen, there to select, to copy and to tap on.

import { holding } from "./gestures.js";
import { nearestLetter } from "./nearest_letter.js";

/** @typedef {import("./view.js").Viewer} Viewer */
/** @typedef {import("./view.js").PageFacts} PageFacts */

const FONT = 10;
const MOST_GAP = 2.5;
const STEP = 0.05; // of the space between letters: each other space is another font to Chromium
const PLAIN = /^[\x20-\x7e\u00a1-\u024f\u2010-\u2026]*$/; // one letter after the other, from left to right
const SCROLL_MS = 30;
const pen = document.createElement("canvas").getContext("2d");
/** @type {Map<string, number>} */
const widths = new Map();

const REST_MS = 300; // pages that one flies by get no words: of 50 Chromium keeps 40 MB until it collects

/** Lay the words of each page that is drawn, once the pages rest or are touched. @param {Viewer} viewer */
export function selecting(viewer) {
  addGaps();
  /** @type {Set<number>} */
  const waiting = new Set();
  let timer = 0;
  const lay = () => {
    for (const n of waiting) {
      const page = viewer.drawn.get(n);
      if (page) layWords(viewer.pageAt(n), page);
    }
    waiting.clear();
  };
  const wait = () => {
    clearTimeout(timer);
    timer = window.setTimeout(() => (viewer.moving ? wait() : lay()), REST_MS);
  };
  viewer.element.addEventListener("drawn", (event) => {
    waiting.add(/** @type {CustomEvent} */ (event).detail.n);
    wait();
  });
  viewer.element.addEventListener("left", (event) => waiting.delete(/** @type {CustomEvent} */ (event).detail.n));
  viewer.element.addEventListener("pointerdown", lay);
  viewer.element.addEventListener("keydown", ({ key }) => key === "s" && lay());
  document.addEventListener("selectionchange", () => viewer.element.classList.toggle("selected", Boolean(selectionIn(viewer))));
  document.addEventListener("copy", (event) => {
    const selection = getSelection();
    if (!selection || selection.isCollapsed || !viewer.element.contains(selection.anchorNode)) return;
    event.clipboardData?.setData("text/plain", selectedText(viewer));
    event.preventDefault();
  });
  selectByFinger(viewer);
  selectByMouse(viewer);
}

/**
 * Follow a mouse that drags, by the nearest letter: of what is no text, margins too, Chromium takes
 * the page's first word. Above and below the pages they are scrolled.
 * @param {Viewer} viewer
 */
function selectByMouse(viewer) {
  const { element } = viewer;
  /** @type {[Node, number] | null} */
  let from = null;
  let [timer, isTouch] = [0, false];
  const follow = (/** @type {number} */ x, /** @type {number} */ y) => {
    clearTimeout(timer);
    const to = letterAt(viewer, x, y);
    if (!from || !to) return;
    getSelection()?.setBaseAndExtent(...from, ...to);
    const { top, bottom } = element.getBoundingClientRect();
    const by = Math.min(0, y - top) + Math.max(0, y - bottom);
    if (!by) return;
    element.scrollTop += by / 2;
    timer = window.setTimeout(() => follow(x, y), SCROLL_MS);
  };
  const end = () => {
    clearTimeout(timer);
    from = null;
  };
  viewer.all.addEventListener("pointerdown", ({ pointerType }) => { isTouch = pointerType === "touch"; });
  viewer.all.addEventListener("mousedown", (event) => {
    from = !isTouch && isPlain(event) && !element.classList.contains("inking") ? letterAt(viewer, event.clientX, event.clientY) : null;
    const selection = getSelection();
    // What is selected already may be dragged elsewhere.
    if (from && selection && !selection.isCollapsed && selection.getRangeAt(0).isPointInRange(...from)) from = null;
    if (!from) return;
    event.preventDefault();
    element.focus({ preventScroll: true });
    selection?.collapse(...from);
  });
  addEventListener("mousemove", ({ buttons, clientX, clientY }) => (buttons === 1 ? follow(clientX, clientY) : end()));
  addEventListener("mouseup", end);
}

/** Whether a press may begin a selection by letters. @param {MouseEvent} event */
function isPlain({ target, button, detail, shiftKey }) {
  return button === 0 && detail < 2 && !shiftKey && target instanceof Element && !target.closest("a, button");
}

/** The place in the text that is nearest to a point of the window. @param {Viewer} viewer @param {number} x @param {number} y @returns {[Node, number] | null} */
function letterAt(viewer, x, y) {
  const desk = viewer.element.getBoundingClientRect();
  const n = viewer.pageUnder(x - desk.left, y - desk.top);
  const page = viewer.drawn.get(n);
  const { left, top } = viewer.pageAt(n).getBoundingClientRect();
  const near = page && nearestLetter(page, (x - left) / viewer.scale, (y - top) / viewer.scale);
  const text = near && viewer.pageAt(n).querySelectorAll(".words span")[near.word]?.firstChild;
  return text ? [text, near.letter] : null;
}

/** Select the word under a finger that rests, and on to where it moves. @param {Viewer} viewer */
function selectByFinger({ element }) {
  /** @type {Node | null | undefined} */
  let first;
  const textOf = (/** @type {Element | null} */ target) => (element.contains(target) ? target?.closest(".words span")?.firstChild : null);
  holding(element, (target) => {
    first = textOf(target);
    if (!first || element.classList.contains("inking") || !getSelection()?.isCollapsed) return false;
    selectTexts(first, first);
    return true;
  }, (x, y) => {
    const last = textOf(document.elementFromPoint(x, y));
    if (first && last) selectTexts(first, last);
  }, () => {});
}

/** Select whole words, from one to another. @param {Node} first @param {Node} last */
function selectTexts(first, last) {
  const isBack = Boolean(first.compareDocumentPosition(last) & Node.DOCUMENT_POSITION_PRECEDING);
  const end = (/** @type {Node} */ text) => (text.textContent ?? "").trimEnd().length;
  getSelection()?.setBaseAndExtent(first, isBack ? end(first) : 0, last, isBack ? 0 : end(last));
}

/**
 * The selected words as they read: joined by blanks, without hyphens at the ends of lines.
 * @param {Viewer} viewer
 */
export function selectedText(viewer) {
  const selection = getSelection();
  if (!selection?.rangeCount) return "";
  const range = selection.getRangeAt(0);
  let text = "";
  /** @type {HTMLElement | null} */
  let before = null;
  for (const word of /** @type {NodeListOf<HTMLElement>} */ (viewer.element.querySelectorAll(".words span"))) {
    if (!range.intersectsNode(word) || !word.firstChild) continue;
    const whole = word.textContent ?? "";
    const from = range.startContainer === word.firstChild ? range.startOffset : 0;
    const to = range.endContainer === word.firstChild ? range.endOffset : whole.length;
    const piece = whole.slice(from, to);
    if (!piece) continue;
    if (before?.dataset.after === "-" && text.endsWith("-")) text = text.slice(0, -1);
    else if (before?.dataset.after === "-") text = text.replace(/[\u2010\u00ad]$/, "");
    else text += before?.dataset.after ?? "";
    text += piece;
    before = word;
  }
  return text.trim();
}

/** The range that is selected on the pages. @param {Viewer} viewer */
export function selectionIn(viewer) {
  const selection = getSelection();
  if (!selection?.rangeCount || selection.isCollapsed) return null;
  const range = selection.getRangeAt(0);
  return viewer.element.contains(range.commonAncestorContainer) ? range : null;
}

/**
 * The selected words as boxes of lines, in points of each page.
 * @param {Viewer} viewer @returns {Map<number, number[][]>} page → boxes
 */
export function selectedBoxes(viewer) {
  /** @type {Map<number, number[][]>} */
  const found = new Map();
  const range = selectionIn(viewer);
  for (const [n, page] of range ? viewer.drawn : []) {
    // The places are those of the page, and not of the unseen words: their font is another one.
    const words = page?.lines.flatMap((line) => line.words.map((word) => ({ word, angle: line.angle }))) ?? [];
    viewer.pageAt(n).querySelectorAll(".words span").forEach((span, at) => {
      const box = words[at] && boxWithin(span, /** @type {Range} */ (range), words[at]);
      if (box) found.set(n, joined(found.get(n) ?? [], box));
    });
  }
  return found;
}

/**
 * The selected part of a word, if any of it is selected.
 * @param {Element} span @param {Range} range @param {{word: import("./view.js").PageLine["words"][number], angle: number}} place
 */
function boxWithin(span, range, { word: [x0, y0, x1, y1], angle }) {
  const text = span.firstChild;
  if (!text || !range.intersectsNode(text)) return null;
  const whole = (span.textContent ?? "").trimEnd().length;
  const from = range.startContainer === text ? Math.min(range.startOffset, whole) : 0;
  const to = range.endContainer === text ? Math.min(range.endOffset, whole) : whole;
  const letter = angle ? 0 : (x1 - x0) / whole;
  return to > from ? [x0 + from * letter, y0, angle ? x1 : x0 + to * letter, y1].map((x) => Math.round(100 * x) / 100) : null;
}

/** Join a word with the line before it, where it goes on there. @param {number[][]} boxes @param {number[]} next */
function joined(boxes, next) {
  const last = boxes.at(-1);
  if (last) {
    const common = Math.min(last[3], next[3]) - Math.max(last[1], next[1]);
    const gap = next[0] - last[2];
    const high = next[3] - next[1];
    if (common > high / 2 && gap > -high && gap < 2 * high) {
      return [...boxes.slice(0, -1), [Math.min(last[0], next[0]), Math.min(last[1], next[1]), Math.max(last[2], next[2]), Math.max(last[3], next[3])]];
    }
  }
  return [...boxes, next];
}

/** @param {HTMLElement} element @param {PageFacts} page */
function layWords(element, page) {
  const layer = /** @type {HTMLElement} */ (element.querySelector(".words"));
  layer.lang = ""; // of no language, as the pen is: in Japanese, "serif" is another font
  layer.replaceChildren(...page.lines.flatMap(runsOf));
}

/**
 * The words of a line, in one element or several: each has its place, and its words follow as text.
 * A place for each word takes Chromium four times the memory, which waits for a collection.
 * @param {import("./view.js").PageLine} line
 */
function runsOf({ box, angle, words, after }) {
  const isLevel = angle % 180 === 0;
  const high = isLevel ? box[3] - box[1] : box[2] - box[0];
  const scale = scaleOf(words);
  /** @type {HTMLElement[]} */
  const runs = [];
  /** @type {HTMLElement | null} */
  let run = null;
  let rest = 0; // of the steps' roundings
  words.forEach(([x0, y0, x1, y1, text], at) => {
    const isLast = at === words.length - 1;
    // A word reaches to the next one, so that a selection has no holes.
    const next = isLast || angle ? null : words[at + 1];
    const reaches = next && next[0] > x0;
    const shown = next ? `${text} ` : text;
    const long = reaches ? next[0] - x0 : isLevel ? x1 - x0 : y1 - y0;
    const span = document.createElement("span");
    span.textContent = shown;
    if (isLast) {
      span.dataset.after = after;
      span.dataset.end = "";
    } else if (!next) span.dataset.after = " ";
    const wide = widthOf(shown);
    const room = long / scale - wide;
    const gap = room / shown.length;
    const isOwn = angle || Math.abs(gap) > MOST_GAP || !PLAIN.test(text);
    if (!run || isOwn) {
      run = document.createElement("div");
      const [left, top] = { 0: [x0, box[1]], 90: [box[2], y0], 180: [x1, box[3]], 270: [box[0], y1] }[angle] ?? [x0, y0];
      run.style.transform = `translate(${left}px, ${top}px) rotate(${angle}deg) scale(${isOwn ? long / wide : scale}, ${high / FONT})`;
      runs.push(run);
    }
    if (!isOwn) {
      const step = Math.round((room + rest) / shown.length / STEP) * STEP;
      rest += room - step * shown.length;
      span.className = `gap${Math.round(step / STEP)}`;
    }
    run.append(span);
    if (isOwn || !reaches) [run, rest] = [null, 0];
  });
  return runs;
}

/** A class for each space between letters: a style of its own for each word takes Chromium 15 MB more for 50 pages. */
function addGaps() {
  const most = Math.round((2 * MOST_GAP) / STEP);
  for (let n = -most; n <= most; n += 1) document.styleSheets[0].insertRule(`.words .gap${n} { letter-spacing: ${(n * STEP).toFixed(2)}px; }`);
}

/** How wide the letters of a line are, to those of the unseen words. @param {import("./view.js").PageLine["words"]} words */
function scaleOf(words) {
  let [long, wide] = [0, 0];
  for (const [x0, , x1, , text] of words) {
    long += x1 - x0;
    wide += widthOf(text);
  }
  return long > 0 ? long / wide : 1;
}

/** By its letters: Chromium keeps for good what a canvas measured, 18 MB after 25 pages of words. @param {string} text */
function widthOf(text) {
  let sum = 0;
  for (const letter of text) {
    let width = widths.get(letter);
    if (width === undefined && pen) {
      pen.font = `${FONT}px serif`;
      width = pen.measureText(letter).width;
      widths.set(letter, width);
    }
    sum += width ?? FONT;
  }
  return sum || 1;
}

/** Select words by keys: s begins on this page, arrows move, with Shift they extend. @param {Viewer} viewer */
export function selectByKeys(viewer) {
  let [from, to, isOn] = [0, 0, false];
  viewer.element.addEventListener("keydown", (event) => {
    if (event.metaKey || event.ctrlKey || event.altKey) return;
    const words = /** @type {HTMLElement[]} */ ([...viewer.pageAt(viewer.current).querySelectorAll(".words span")]);
    if (event.key === "s" && words.length) {
      const top = viewer.element.getBoundingClientRect().top;
      isOn = true;
      from = to = Math.max(0, words.findIndex((word) => word.getBoundingClientRect().top >= top));
    } else if (isOn && getSelection()?.isCollapsed) isOn = false;
    if (!isOn) return;
    if (event.key === "ArrowRight") to = Math.min(to + 1, words.length - 1);
    else if (event.key === "ArrowLeft") to = Math.max(to - 1, 0);
    else if (event.key === "ArrowDown") to = nextLine(words, to, 1);
    else if (event.key === "ArrowUp") to = nextLine(words, to, -1);
    else if (event.key !== "s") return;
    if (!event.shiftKey) from = to;
    choose(words, from, to);
    event.preventDefault();
    event.stopPropagation();
  });
}

/** Select from one word to another. @param {HTMLElement[]} words @param {number} from @param {number} to */
function choose(words, from, to) {
  const [first, last] = [words[from]?.firstChild, words[to]?.firstChild];
  if (!first || !last) return;
  selectTexts(first, last);
  words[to].scrollIntoView({ block: "nearest" });
}

/** The nearest word in the line above or below. @param {HTMLElement[]} words @param {number} from @param {number} step */
function nextLine(words, from, step) {
  const here = words[from].getBoundingClientRect();
  const middle = here.left + here.width / 2;
  let [best, line] = [from, 0];
  for (let at = from + step; words[at]; at += step) {
    const { left, right, top, bottom } = words[at].getBoundingClientRect();
    if (Math.min(bottom, here.bottom) - Math.max(top, here.top) > here.height / 2) continue;
    if (line && Math.abs(top - line) > here.height / 2) break;
    line = line || top;
    best = at;
    if (step > 0 ? right >= middle : left <= middle) break;
  }
  return best;
}
