// Names Japanese words that stand on two lines: runs of katakana, which are words in any case,
// and heads of tables. Folded parts are opened for it.
() => {
  const folds = [...document.querySelectorAll("main details:not([open])")];
  for (const fold of folds) fold.open = true;
  const found = [];
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let text; (text = texts.nextNode()); ) {
    const around = text.parentElement;
    if (!around.checkVisibility() || around.closest("svg, textarea, pre, code, .visually-hidden")) continue;
    for (const { 0: word, index } of text.data.matchAll(around.matches("th") ? /[^\s]+/g : /[ァ-ヴー]{3,9}(?![ァ-ヴー])/g)) {
      const range = document.createRange();
      range.setStart(text, index);
      range.setEnd(text, index + word.length);
      const tops = new Set([...range.getClientRects()].map((box) => Math.round(box.top)));
      if (tops.size > 1) found.push(`${word} in ${around.outerHTML.slice(0, 120)}`);
    }
  }
  for (const fold of folds) fold.open = false;
  return found;
}
