// Keep Japanese words together at line ends, for browsers without `word-break: auto-phrase`
// (WebKit, Firefox). A line may end where hiragana or a sign is followed by kanji, katakana or
// Latin letters: between two such places there is mostly one word with its particles.

const ENDS = /[ぁ-ゖ、。，．：；！？」』）](?=[一-鿿々〆ァ-ヴA-Za-z0-9])/gu;
const OPENS = /[「『（(]\S/gu; // with `keep-all` WebKit ends a line behind these
const NOT_IN = "textarea, script, style, svg, math, pre, code, .keeps-together";

export function keepWords() {
  if (CSS.supports("word-break", "auto-phrase")) return;
  document.documentElement.classList.add("keeps-words");
  new MutationObserver((all) => {
    for (const { addedNodes } of all) addedNodes.forEach(mark);
  }).observe(document.body, { childList: true, subtree: true });
  mark(document.body);
}

function mark(root) {
  const texts = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  const found = root.nodeType === Node.TEXT_NODE ? [root] : [];
  while (texts.nextNode()) found.push(texts.currentNode);
  for (const text of found) {
    const around = text.parentElement;
    if (around?.closest("[lang]")?.lang !== "ja" || around.closest(NOT_IN) || !text.data.trim()) continue;
    // In a flex box each piece of text would become an item of its own: a span keeps it one item.
    if (!/flex|grid/.test(getComputedStyle(around).display)) part(text);
    else if (around.className !== "words") wrapped(text, "words");
  }
}

// From the end, so that earlier positions stay valid. The observer calls `mark` again for the
// pieces that are split off.
function part(text) {
  for (const { 0: open, index } of Array.from(text.data.matchAll(OPENS)).reverse()) {
    const both = text.splitText(index);
    both.splitText(open.length);
    wrapped(both, "keeps-together").before(document.createElement("wbr"));
  }
  const ends = Array.from(text.data.matchAll(ENDS), ({ index }) => index + 1);
  for (const end of ends.reverse()) text.splitText(end).before(document.createElement("wbr"));
}

function wrapped(text, className) {
  const span = Object.assign(document.createElement("span"), { className });
  text.replaceWith(span);
  span.append(text);
  return span;
}
