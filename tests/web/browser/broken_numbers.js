// Names numbers and dates that stand on two lines, "1" above "2"; a long id may be wider than a line.
() => {
  const found = [];
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let text; (text = texts.nextNode()); ) {
    if (!text.parentElement.checkVisibility() || text.parentElement.closest("svg, textarea, pre, code, .visually-hidden")) continue;
    for (const { 0: number, index } of text.data.matchAll(/(?<!\d)(?:\d{4}-\d\d-\d\d|\d{2,4})(?!\d)/g)) {
      const range = document.createRange();
      range.setStart(text, index);
      range.setEnd(text, index + number.length);
      const tops = new Set([...range.getClientRects()].map((box) => Math.round(box.top)));
      if (tops.size > 1) found.push(`${number} in ${text.parentElement.outerHTML.slice(0, 120)}`);
    }
  }
  return found;
}
