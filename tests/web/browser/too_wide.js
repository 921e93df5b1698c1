// Names what makes a page scroll sideways; nothing where it does not.
() => {
  const { scrollWidth, clientWidth } = document.documentElement;
  if (scrollWidth <= clientWidth) return [];
  const wide = [...document.querySelectorAll("body *")]
    .filter((e) => e.getBoundingClientRect().right > clientWidth + 1);
  return [`${scrollWidth} of ${clientWidth} px`, ...wide.map((e) => e.outerHTML.slice(0, 120)).slice(0, 3)];
}
