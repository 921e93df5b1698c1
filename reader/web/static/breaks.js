// Break no Japanese word between lines where CSS cannot yet see to it (`word-break: auto-phrase`:
// neither in WebKit nor in Firefox). A line may end where hiragana or a sign ends and kanji, katakana
// or Latin letters begin: what stands between is a word with its particles, in most cases.
//
// WebKit also ends lines within a date, before a sign that closes, and after the point of "cs.SD",
// and with `keep-all` neither at a hyphen nor at a slash. Where CSS does see to words, as in Chromium,
// it breaks dates, which are held together there too.

const CLOSES = /[、。，．：；！？」』）]/u;
const AFTER = /[一-鿿々〆ァ-ヴA-Za-z0-9]/u;
const KANJI = /[一-鿿々〆]/u;
const HONORIFIC = "おご"; // they belong to what follows
const BINDS = "いきぎしじちぢびみりえけげせぜべめれ"; // between kanji: 読み込み, 受け取る
const JOINT = /[A-Za-z][-/]$/;
const OPENS = /^[「『（(]/u;
// A sign that closes stays with the letter before it, one that opens with the one behind it.
const HELD =
  /[「『（(]*[^\s、。，．：；！？」』）)][、。，．：；！？」』）)]+|[「『（(]\S|\d{4}-\d\d-\d\d|\[?-?[\w-]+(?:[.:][\w-]+)+\]?|\[\w+\]/gu;
const DATES = /\d{4}-\d\d-\d\d/g;
const IS_DATE = /\d{4}-\d\d-\d\d/;
const IN_ANY = /\d{4}-\d\d-\d\d|[A-Za-z]\/[A-Za-z]/;
const NOT_IN = "textarea, script, style, svg, math, pre, code, .keeps-together";

let isByCss = false;

export function keepWords() {
  isByCss = CSS.supports("word-break", "auto-phrase");
  if (isByCss && document.documentElement.lang !== "ja") return;
  document.documentElement.classList.toggle("keeps-words", !isByCss);
  new MutationObserver((all) => {
    for (const { addedNodes } of all) addedNodes.forEach(mark);
  }).observe(document.body, { childList: true, subtree: true });
  mark(document.body);
}

/** @param {Node} root */
function mark(root) {
  const texts = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  const found = root instanceof Text ? [root] : [];
  while (texts.nextNode()) found.push(/** @type {Text} */ (texts.currentNode));
  for (const text of found) {
    const around = text.parentElement;
    if (!around || around.closest(NOT_IN) || !text.data.trim()) continue;
    const isJapanese = !isByCss && around.closest("[lang]")?.getAttribute("lang") === "ja";
    if (!isJapanese && !(isByCss ? IS_DATE : IN_ANY).test(text.data)) continue;
    // In a flex box each piece would be a thing of its own: there the text is held together, once.
    if (!/flex|grid/.test(getComputedStyle(around).display)) part(text, isJapanese);
    else if (around.className !== "words") wrapped(text, "words");
  }
}

/**
 * From the end, so that the places before it stay right; what is parted off comes here again.
 * @param {Text} text
 * @param {boolean} isJapanese
 */
function part(text, isJapanese) {
  const whole = text.data;
  const held = Array.from(whole.matchAll(isJapanese ? HELD : DATES));
  const longest = innerWidth < 300 ? 14 : 24; // what is longer may be wider than its column
  for (const { 0: piece, index } of held.reverse()) {
    if (piece.length > longest) continue;
    const both = text.splitText(index);
    const rest = both.splitText(piece.length);
    const span = wrapped(both, "keeps-together");
    if (mayEnd(whole, index + piece.length, isJapanese)) rest.before(document.createElement("wbr"));
    if (OPENS.test(piece) || mayEnd(whole, index, isJapanese)) span.before(document.createElement("wbr"));
  }
  for (let at = text.data.length - 1; at > 0; at -= 1) {
    if (mayEnd(text.data, at, isJapanese)) text.splitText(at).before(document.createElement("wbr"));
  }
}

/**
 * May a line end before this place of a text?
 * @param {string} data
 * @param {number} at
 * @param {boolean} isJapanese
 */
export function mayEnd(data, at, isJapanese) {
  const [before, last, next] = [data[at - 2] ?? "", data[at - 1] ?? "", data[at] ?? ""];
  if (JOINT.test(before + last)) return (last === "/" || isJapanese) && /^[A-Za-z]{2}/.test(data.slice(at, at + 2));
  if (!isJapanese) return false;
  if (last === "年") return /\d/.test(next);
  if (CLOSES.test(last)) return /[^\s、。，．：；！？」』）)]/u.test(next);
  if (!/[ぁ-ゖ]/u.test(last) || !AFTER.test(next) || HONORIFIC.includes(last)) return false;
  return !(BINDS.includes(last) && KANJI.test(before) && KANJI.test(next));
}

/**
 * @param {Text} text
 * @param {string} className
 */
function wrapped(text, className) {
  const span = Object.assign(document.createElement("span"), { className });
  text.replaceWith(span);
  span.append(text);
  return span;
}
