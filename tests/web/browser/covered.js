// Names bars that stand still where another one lies on them: what is to be pressed there, or the
// whole of one, is not to be seen.
() => {
  const stands = (e) => ["fixed", "sticky"].includes(getComputedStyle(e).position);
  const bars = [...document.querySelectorAll("body *")].filter((e) => stands(e) && e.checkVisibility({ visibilityProperty: true }));
  const found = [];
  for (const bar of bars) {
    const parts = [...bar.querySelectorAll("a[href], button, summary, h2"), bar];
    for (const e of parts.filter((one) => one.checkVisibility({ visibilityProperty: true }))) {
      const { left, top, width, height } = e.getBoundingClientRect();
      if (!width || !height || top + height > innerHeight || (e === bar && height > innerHeight / 2)) continue;
      const hit = document.elementFromPoint(left + width / 2, top + height / 2);
      const over = bars.find((one) => one !== bar && one.contains(hit) && !one.contains(bar) && !bar.contains(one));
      if (over) found.push(`${over.outerHTML.slice(0, 60)} on ${e.outerHTML.slice(0, 80)}`);
    }
  }
  return found;
}
