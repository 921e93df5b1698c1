// Names what a thumb may miss: targets whose box, and the area that answers it, is under 44 px
// one way. A link within a sentence is as tall as its line (WCAG 2.5.8 excepts it), as is a mark
// on a PDF's page; a checkbox has its label.
() => {
  const LEAST = 43.5;
  const kinds = "a[href], button, input:not([type=hidden]), select, textarea, summary, [role=button]";
  const isSeen = (e) => {
    const box = e.getBoundingClientRect();
    const isHidden = getComputedStyle(e).visibility !== "visible";
    return e.checkVisibility() && box.width && box.height && !isHidden && box.right > 0
      && !e.closest("[inert], [aria-hidden=true], .visually-hidden");
  };
  const textOf = (e) => (e.innerText ?? e.textContent).trim();
  const isInText = (e) => {
    if (e.matches(".sheet .marks button")) return true;
    if (e.localName !== "a" || getComputedStyle(e).display !== "inline") return false;
    const around = e.closest("p, li, dd, td, blockquote, figcaption, label, div");
    return around && textOf(around).length > textOf(e).length + 1;
  };
  const sizeOf = (e) => {
    const isBox = e.matches("input[type=checkbox], input[type=radio], input[type=file]");
    const boxes = [e, ...(isBox ? e.labels : [])].map((each) => each.getBoundingClientRect());
    const most = (side) => Math.max(...boxes.map((box) => box[side]));
    const least = (side) => Math.min(...boxes.map((box) => box[side]));
    return [most("right") - least("left"), most("bottom") - least("top")];
  };
  const answers = (e) => {
    e.scrollIntoView({ block: "center", behavior: "instant" });
    const box = e.getBoundingClientRect();
    const [x, y] = [box.left + box.width / 2, box.top + box.height / 2];
    const reach = LEAST / 2;
    return [[-reach, 0], [reach, 0], [0, -reach], [0, reach]].every(([right, down]) => {
      const hit = document.elementFromPoint(x + right, y + down);
      return hit && (e === hit || e.contains(hit));
    });
  };
  return [...document.querySelectorAll(kinds)]
    .filter((e) => isSeen(e) && !isInText(e))
    .filter((e) => sizeOf(e).some((side) => side < LEAST) && !answers(e))
    .map((e) => `${e.outerHTML.slice(0, 120)} ${sizeOf(e).map(Math.round).join(" × ")}`);
}
