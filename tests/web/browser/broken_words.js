// Names Japanese words that stand on two lines: runs of katakana, which are words in any case.
() => {
  const found = [];
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let text; (text = texts.nextNode()); ) {
    const around = text.parentElement;
    if (!around.checkVisibility() || around.closest("svg, textarea, pre, code, .visually-hidden")) continue;
    for (const { 0: word, index } of text.data.matchAll(/[ァ-ヴー]{3,9}(?![ァ-ヴー])/g)) {
      const range = document.createRange();
      range.setStart(text, index);
      range.setEnd(text, index + word.length);
      const tops = new Set([...range.getClientRects()].map((box) => Math.round(box.top)));
      if (tops.size > 1) found.push(`${word} in ${around.outerHTML.slice(0, 120)}`);
    }
  }
  return found;
}
