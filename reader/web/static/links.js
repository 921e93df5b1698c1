// @ts-check
// The links of a PDF, and the way back to where one was.

/** @typedef {import("./view.js").Viewer} Viewer */

/**
 * Show the links of each page. Before one within the PDF is followed, the viewer's element gets
 * the event "link" (detail {link, element}), which may be cancelled.
 * @param {Viewer} viewer
 */
export function following(viewer) {
  viewer.element.addEventListener("drawn", (event) => {
    const { element, page } = /** @type {CustomEvent} */ (event).detail;
    const layer = element.querySelector(".links");
    layer.replaceChildren(...page.links.map((/** @type {any} */ link) => anchorOf(viewer, page, link)));
  });
  addEventListener("pageshow", () => { most = jumps(); });
  addEventListener("popstate", (event) => {
    const spot = event.state?.spot;
    if (spot) viewer.go(spot.n, spot.y);
  });
}

/** Go somewhere as a step of the history: "back" returns to where one was. @param {Viewer} viewer @param {number} n @param {number} [y] */
export function jump(viewer, n, y) {
  keepSpot(viewer);
  viewer.go(n, y === undefined ? undefined : Math.max(0, y - 40));
  most = jumps() + 1;
  history.pushState({ spot: viewer.spot, n_jumps: most }, "", `#page=${n}`);
}

let most = 0; // jumps to which a step forward leads, since the page was loaded or shown again

/** Whether a step forward stays in this PDF. */
export const hasNext = () => jumps() < most;

/** How many jumps lead back within this PDF: a step more would leave it. @returns {number} */
export const jumps = () => history.state?.n_jumps ?? 0;

/** Write the place into this step of the history, for a reload and the way back. @param {Viewer} viewer */
export function keepSpot(viewer) {
  history.replaceState({ spot: viewer.spot, n_jumps: jumps() }, "");
}

/** @param {Viewer} viewer @param {import("./view.js").PageFacts} page @param {{box: number[], url?: string, page?: number, y?: number}} link */
function anchorOf(viewer, page, link) {
  const anchor = document.createElement("a");
  const [x0, y0, x1, y1] = link.box;
  anchor.style.transform = `translate(${x0}px, ${y0}px)`;
  anchor.style.width = `${x1 - x0}px`;
  anchor.style.height = `${y1 - y0}px`;
  const words = wordsIn(page, link.box);
  if (link.url) {
    anchor.href = link.url;
    anchor.target = "_blank";
    anchor.rel = "noopener noreferrer nofollow";
    anchor.setAttribute("aria-label", words || link.url);
    anchor.title = link.url;
    return anchor;
  }
  const n = link.page ?? 1;
  anchor.href = `#page=${n}`;
  const name = (viewer.element.dataset.page_name ?? "{n}").replace("{n}", String(n));
  anchor.setAttribute("aria-label", words ? `${words} (${name})` : name);
  anchor.addEventListener("click", (event) => {
    event.preventDefault();
    const asked = new CustomEvent("link", { detail: { link, element: anchor }, cancelable: true });
    if (viewer.element.dispatchEvent(asked)) jump(viewer, n, link.y);
  });
  return anchor;
}

/** @param {import("./view.js").PageFacts} page @param {number[]} box */
function wordsIn(page, [x0, y0, x1, y1]) {
  const isIn = (/** @type {any[]} */ [a0, b0, a1, b1]) => {
    const [x, y] = [(a0 + a1) / 2, (b0 + b1) / 2];
    return (x0 <= x && x <= x1 && y0 <= y && y <= y1) || (a0 <= (x0 + x1) / 2 && (x0 + x1) / 2 <= a1 && b0 <= (y0 + y1) / 2 && (y0 + y1) / 2 <= b1);
  };
  return page.lines.flatMap((line) => line.words).filter(isIn).map((word) => word[4]).join(" ");
}
