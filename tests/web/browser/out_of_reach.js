// Names what is to be pressed in a bar that stands still, and lies beyond the screen: no scrolling
// brings it in.
() => {
  const { clientWidth, clientHeight } = document.documentElement;
  const barOf = (e) => {
    for (let at = e; at; at = at.parentElement) {
      const { position, overflowX } = getComputedStyle(at);
      if (at !== e && overflowX !== "visible" && at.scrollWidth > at.clientWidth) return null; // scrolls
      if (position === "fixed") return at;
    }
    return null;
  };
  return [...document.querySelectorAll("a[href], button, input:not([type=hidden]), select, .off")]
    .filter((e) => e.checkVisibility() && getComputedStyle(e).visibility === "visible" && barOf(e))
    .filter((e) => {
      const box = e.getBoundingClientRect();
      return box.left < -1 || box.top < -1 || box.right > clientWidth + 1 || box.bottom > clientHeight + 1;
    })
    .map((e) => `${e.outerHTML.slice(0, 100)} at ${Math.round(e.getBoundingClientRect().left)}`);
}
