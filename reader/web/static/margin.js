// Put what the check says of a sentence beside its line. Where there is no margin, a bar above the
// keyboard says it of the sentence with the cursor.

const GAP = 10;
/** What decides where a line breaks. */
const ALIKE = /** @type {const} */ (["font", "padding", "border", "lineHeight", "letterSpacing", "wordBreak", "overflowWrap"]);

/** @typedef {{item: HTMLElement, box: HTMLTextAreaElement, start: number, end: number}} Spot a sentence that was found */

/**
 * boxes(): the text areas that are shown. Returns a function to call after each check.
 * @param {HTMLFormElement} form @param {() => HTMLTextAreaElement[]} boxes
 */
export function openMargin(form, boxes) {
  const margin = new Margin(form, boxes);
  const { bar, button } = margin;
  button.title = button.dataset.next ?? "";
  button.addEventListener("click", () => margin.selectNext());
  bar.addEventListener("pointerdown", (event) => event.preventDefault()); // the keyboard stays
  let frame = 0;
  const soon = () => { frame ||= requestAnimationFrame(() => { frame = 0; margin.showAtCursor(); }); };
  document.addEventListener("selectionchange", soon);
  form.addEventListener("focusin", soon);
  form.addEventListener("focusout", soon);
  new ResizeObserver(() => margin.place()).observe(form); // lines came or went, or the window changed
  form.addEventListener("shown", () => margin.look());
  liftBar(soon);
  return () => margin.look();
}

class Margin {
  /** @param {HTMLFormElement} form @param {() => HTMLTextAreaElement[]} boxes */
  constructor(form, boxes) {
    this.form = form;
    this.boxes = boxes;
    this.side = /** @type {HTMLElement} */ (form.parentElement?.querySelector(".note-side"));
    this.bar = /** @type {HTMLElement} */ (form.querySelector(".at-line"));
    this.button = /** @type {HTMLButtonElement} */ (this.bar.querySelector("button"));
    this.mirror = form.appendChild(Object.assign(document.createElement("div"), { className: "mirror", ariaHidden: "true" }));
    /** @type {Spot[]} */
    this.spots = [];
  }

  get found() {
    return /** @type {HTMLElement[]} */ ([...this.side.querySelectorAll(".found > li")]);
  }

  get hasMargin() {
    return this.side.getBoundingClientRect().left >= this.form.getBoundingClientRect().right;
  }

  look() {
    this.spots = spotsOf(this.found, this.boxes());
    this.place();
    this.showAtCursor();
  }

  /** Put what was found beside its lines. */
  place() {
    const items = this.found;
    for (const item of items) item.style.marginTop = "";
    if (!items.length || !this.hasMargin) return;
    const heights = items.map((item) => item.offsetHeight);
    const { top } = /** @type {HTMLElement} */ (items[0].parentElement).getBoundingClientRect();
    const lines = items.map((item) => {
      const spot = this.spots.find((one) => one.item === item);
      return spot ? this.lineTop(spot.box, spot.start) - top : 0;
    });
    let end = 0;
    items.forEach((item, n) => {
      const at = Math.max(lines[n], end + (n ? GAP : 0));
      item.style.marginTop = `${at - end}px`;
      end = at + heights[n];
    });
  }

  /**
   * The top of the line that a character stands in: of the same text in a block of the same form.
   * @param {HTMLTextAreaElement} box @param {number} index
   */
  lineTop(box, index) {
    const { mirror } = this;
    const style = getComputedStyle(box);
    for (const name of ALIKE) mirror.style[name] = style[name];
    mirror.style.width = `${box.offsetWidth}px`;
    mirror.lang = /** @type {HTMLElement} */ (box.closest("[lang]")).lang;
    const mark = Object.assign(document.createElement("span"), { textContent: box.value.slice(index, index + 40) });
    mirror.replaceChildren(box.value.slice(0, index), mark);
    return box.getBoundingClientRect().top + mark.offsetTop - box.scrollTop;
  }

  /** Say in the bar what was found at the cursor, or else what was found at all. */
  showAtCursor() {
    const { bar, button, side, spots } = this;
    const box = this.boxes().find((one) => one === document.activeElement);
    bar.hidden = !box || this.hasMargin;
    if (!box || bar.hidden) return;
    const here = spots.find((one) => one.box === box && one.start <= box.selectionStart && box.selectionStart <= one.end);
    const all = side.querySelector(".found") ? side.querySelector("h2[data-said]") : side.querySelector("[data-said]");
    const words = here ? [...(here.item.querySelector("p")?.children ?? [])] : [all];
    button.textContent = words.map((one) => one?.textContent.trim()).filter(Boolean).join(" · ");
    button.className = here ? here.item.className : "quiet";
    button.disabled = !spots.length;
    // What is said of the whole need not stand there twice.
    bar.hidden = !button.textContent || (!here && !spots.length && isSeen(all));
  }

  /** Select the next sentence that was found. */
  selectNext() {
    const order = this.boxes();
    const box = order.find((one) => one === document.activeElement);
    const place = (/** @type {Spot} */ one) => [order.indexOf(one.box), one.start];
    const now = [box ? order.indexOf(box) : -1, box?.selectionStart ?? 0];
    const next = this.spots.find((one) => place(one)[0] > now[0] || (place(one)[0] === now[0] && one.start > now[1])) ?? this.spots[0];
    next.box.focus();
    next.box.setSelectionRange(next.start, next.end);
  }
}

/**
 * Find the sentences of the check in the text areas, in order.
 * @param {HTMLElement[]} items @param {HTMLTextAreaElement[]} boxes
 */
function spotsOf(items, boxes) {
  /** @type {Spot[]} */
  const spots = [];
  let [n, from] = [0, 0];
  for (const item of items) {
    const text = item.dataset.text ?? "";
    for (let at = n, start = from; at < boxes.length; at += 1, start = 0) {
      const found = boxes[at].value.indexOf(text, start);
      if (found < 0) continue;
      spots.push({ item, box: boxes[at], start: found, end: found + text.length });
      [n, from] = [at, found + text.length];
      break;
    }
  }
  return spots;
}

/** Does the keyboard, or the end of the window, leave a thing in view? @param {Element | null} thing */
function isSeen(thing) {
  const { top, bottom, height } = thing?.getBoundingClientRect() ?? { top: 0, bottom: 0, height: 0 };
  const view = window.visualViewport;
  return height > 0 && top >= 0 && bottom <= (view ? view.offsetTop + view.height : innerHeight);
}

/** Tell the style sheet how much of the window the keyboard covers. @param {() => void} moved */
function liftBar(moved) {
  const view = window.visualViewport;
  if (!view) return;
  const lift = () => {
    const covered = view.scale > 1.05 ? 0 : Math.max(0, innerHeight - view.height - view.offsetTop);
    document.documentElement.style.setProperty("--keyboard", `${Math.round(covered)}px`);
    moved();
  };
  view.addEventListener("resize", lift);
  view.addEventListener("scroll", lift);
}
