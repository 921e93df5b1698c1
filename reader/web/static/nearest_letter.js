// @ts-check
// Which letter of a page a place beside the words means. Knows no element.

/** @typedef {import("./view.js").PageFacts} PageFacts */

/** How far a number lies outside of two others. @param {number} x @param {number} from @param {number} to */
const outside = (x, from, to) => Math.max(from - x, x - to, 0);

/**
 * The letter nearest to a place in points: of the line at its height, in its column.
 * Null where no line is level: an arXiv stamp in the margin is none that a drag means.
 * @param {Pick<PageFacts, "lines" | "columns">} page @param {number} x @param {number} y
 * @returns {{word: number, letter: number} | null} the place of the word among all of the page, and of the letter in it
 */
export function nearestLetter({ lines, columns }, x, y) {
  const [column] = [...columns].sort((a, b) => outside(x, a[0], a[2]) - outside(x, b[0], b[2]));
  const isIn = (/** @type {number[]} */ [x0, , x1]) => !column || (x0 < column[2] && x1 > column[0]);
  const level = lines.filter(({ angle, words }) => !angle && words.length);
  const here = level.filter(({ box }) => isIn(box));
  const away = (/** @type {number[]} */ [x0, y0, x1, y1]) => [outside(y, y0, y1), outside(x, x0, x1), Math.abs(y - (y0 + y1) / 2)];
  const less = (/** @type {number[]} */ a, /** @type {number[]} */ b) => a[0] - b[0] || a[1] - b[1] || a[2] - b[2];
  const [line] = (here.length ? here : level).sort((a, b) => less(away(a.box), away(b.box)));
  if (!line) return null;
  const before = lines.slice(0, lines.indexOf(line)).reduce((sum, { words }) => sum + words.length, 0);
  const at = line.words.findIndex(([, , x1]) => x < x1);
  const word = at < 0 ? line.words.length - 1 : at;
  const [x0, , x1, , text] = line.words[word];
  const part = Math.min(1, Math.max(0, (x - x0) / (x1 - x0 || 1)));
  return { word: before + word, letter: Math.round(part * text.length) };
}
