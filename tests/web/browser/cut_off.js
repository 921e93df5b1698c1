// Names what is to be pressed and lies beyond an edge to which nothing scrolls, and choices that
// take two lines. Folded parts are opened for it.
() => {
  const folds = [...document.querySelectorAll("main details:not([open])")];
  for (const fold of folds) fold.open = true;
  const width = document.documentElement.clientWidth;
  const found = [];
  for (const e of document.querySelectorAll("a, button, input, select, summary")) {
    if (!e.checkVisibility({ visibilityProperty: true }) || e.closest("svg, .scroll, .desk, .visually-hidden, .skip-link")) continue;
    const { left, right, width: own } = e.getBoundingClientRect();
    if (own && (left < -1 || right > width + 1) && !e.querySelector("math")) found.push(`${Math.round(right)} of ${width} px: ${e.outerHTML.slice(0, 120)}`);
    if (!e.matches("button.choice")) continue;
    const range = document.createRange();
    range.selectNodeContents(e);
    const lines = new Set([...range.getClientRects()].map((box) => Math.round(box.bottom)));
    if (lines.size > 1) found.push(`${lines.size} lines: ${e.outerHTML.slice(0, 120)}`);
  }
  for (const fold of folds) fold.open = false;
  return found;
}
