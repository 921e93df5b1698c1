// @ts-check
// Where the pages of a PDF lie in the scroll: pure rules, no document.

/** @typedef {{x: number, y: number, width: number, height: number}} Place a page's box in pixels */
/** @typedef {{places: Place[], width: number, height: number}} Plan all pages, and the size of the whole */

export const GAP = 12;
export const LOW = 240;
export const WIDTHS = [600, 900, 1200, 1800, 2400];
export const READABLE = 600;
export const LEAST = 0.1;
export const MOST = 8;

/**
 * Lay pages below each other, or two side by side.
 * @param {number[][]} sizes width and height of each page in points
 * @param {number} scale pixels for a point
 * @param {number} room the width of the window in pixels
 * @param {boolean} isTwo
 * @returns {Plan}
 */
export function layPages(sizes, scale, room, isTwo) {
  const step = isTwo ? 2 : 1;
  /** @type {Place[]} */
  const places = [];
  let y = GAP;
  const rows = [];
  for (let n = 0; n < sizes.length; n += step) rows.push(sizes.slice(n, n + step));
  const wide = (/** @type {number[][]} */ row) => row.reduce((sum, [w]) => sum + w * scale, GAP * (row.length - 1));
  const width = Math.max(room, ...rows.map(wide));
  for (const row of rows) {
    let x = Math.max(0, (width - wide(row)) / 2);
    for (const [w, h] of row) {
      places.push({ x, y, width: w * scale, height: h * scale });
      x += w * scale + GAP;
    }
    y += Math.max(...row.map(([, h]) => h * scale)) + GAP;
  }
  return { places, width, height: y };
}

/**
 * The scale at which pages (or pairs) fill the window's width.
 * @param {number[][]} sizes
 * @param {number} room
 * @param {boolean} isTwo
 */
export function scaleToFit(sizes, room, isTwo) {
  // The usual width: one wide table in a paper must not make all other pages small.
  const widths = sizes.map(([w]) => w).sort((a, b) => a - b);
  const usual = widths[widths.length >> 1] || 1;
  return clamp((isTwo ? (room - 3 * GAP) / 2 : room) / usual);
}

/**
 * Do two pages fit side by side, each wide enough to be read?
 * @param {number} width @param {number} height of the window in pixels
 */
export function twoFit(width, height) {
  return width > height && (width - 3 * GAP) / 2 >= READABLE;
}

/** @param {number} scale */
export function clamp(scale) {
  return Math.min(MOST, Math.max(LEAST, scale));
}

/**
 * The page at a height of the scroll, from 1; between two pages the upper one.
 * @param {Plan} plan
 * @param {number} y
 */
export function pageAtY(plan, y) {
  let low = 0;
  let high = plan.places.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (plan.places[middle].y <= y) low = middle;
    else high = middle - 1;
  }
  // Of two side by side the left one.
  while (low > 0 && plan.places[low - 1].y === plan.places[low].y) low -= 1;
  return low + 1;
}

/**
 * The pages, from 1, that lie at least partly between two heights.
 * @param {Plan} plan
 * @param {number} from
 * @param {number} to
 */
export function pagesBetween(plan, from, to) {
  const found = [];
  for (let n = pageAtY(plan, from); n <= plan.places.length && plan.places[n - 1].y < to; n += 1) {
    if (plan.places[n - 1].y + plan.places[n - 1].height > from) found.push(n);
  }
  return found;
}

/**
 * The width in pixels in which a page is asked for.
 * @param {number} wanted
 */
export function widthFor(wanted) {
  return WIDTHS.find((width) => width >= wanted * 0.98) ?? WIDTHS[WIDTHS.length - 1];
}

/**
 * The column to which a page is fitted: of the horizontal ranges that its columns have, the
 * highest one under a point, else the highest of all.
 * @param {number[][]} columns boxes in points
 * @param {number} [x] @param {number} [y] the point
 */
export function columnAt(columns, x, y) {
  const tall = [...columns].sort((a, b) => b[3] - b[1] - (a[3] - a[1]));
  const under = tall.find((box) => x !== undefined && y !== undefined && box[0] <= x && x <= box[2] && box[1] <= y && y <= box[3]);
  return under ?? tall[0];
}
