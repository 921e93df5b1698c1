// @ts-check
// The panel with the contents of a PDF and with small pictures of its pages.

import { jump } from "./links.js";
import { LOW } from "./pages_layout.js";
import { bitmapOf, canvasOf, empty, sizeOf } from "./view.js";

/** @typedef {import("./view.js").Viewer} Viewer */

/** Fill the panel's parts when they are opened first. @param {Viewer} viewer */
export function listing(viewer) {
  const contents = /** @type {HTMLElement} */ (document.getElementById("contents"));
  const small = /** @type {HTMLElement} */ (document.getElementById("thumbs"));
  contents.addEventListener("opened", () => fill(viewer, contents), { once: true });
  small.addEventListener("opened", () => {
    if (!small.firstChild) {
      small.append(...viewer.sizes.map((_, at) => smallPage(viewer, at + 1)));
      drawNear(viewer, small);
    }
    small.querySelector("[aria-current]")?.scrollIntoView({ block: "center" });
  });
  viewer.element.addEventListener("moved", () => {
    mark(small, (link) => Number(link.dataset.n) === viewer.current);
    const all = [.../** @type {NodeListOf<HTMLElement>} */ (contents.querySelectorAll("a"))];
    const isThere = viewer.element.scrollTop === tapped.top;
    const current = isThere ? tapped.link : all.filter(pastIn(viewer)).at(-1);
    mark(contents, (link) => link === current);
  });
  // Several entries may stand at one height: the one that was tapped counts until one moves on.
  /** @type {{link?: Element, top: number}} */
  let tapped = { top: NaN };
  contents.addEventListener("click", (event) => {
    const link = /** @type {Element} */ (event.target).closest("a");
    if (link) tapped = { link, top: viewer.element.scrollTop };
  });
}

/**
 * Whether one has come to an entry; on a page the left column is read before the right one.
 * @param {Viewer} viewer @returns {(link: HTMLElement) => boolean}
 */
function pastIn(viewer) {
  const { n, y, x: left } = viewer.standing();
  const isRight = (/** @type {number} */ x) => x >= viewer.sizes[n - 1][0] / 2;
  return ({ dataset }) => {
    if (Number(dataset.n) !== n) return Number(dataset.n) < n;
    const isThisColumn = !dataset.x || isRight(Number(dataset.x)) === isRight(left);
    return isThisColumn ? Number(dataset.y ?? 0) <= y + 60 : isRight(left);
  };
}

/** @param {HTMLElement} list @param {(link: HTMLElement) => boolean} isCurrent */
function mark(list, isCurrent) {
  if (list.hidden) return;
  for (const link of /** @type {NodeListOf<HTMLElement>} */ (list.querySelectorAll("a"))) {
    if (isCurrent(link)) link.setAttribute("aria-current", "true");
    else if (link.hasAttribute("aria-current")) link.removeAttribute("aria-current");
  }
}

/** @param {Viewer} viewer @param {HTMLElement} list */
async function fill(viewer, list) {
  const status = /** @type {HTMLElement} */ (list.querySelector("p"));
  try {
    const answer = await fetch(viewer.address("contents.json"));
    const entries = answer.ok ? await answer.json() : [];
    status.textContent = entries.length ? "" : status.dataset.none ?? "";
    status.hidden = entries.length > 0;
    const rows = entries.map((/** @type {any} */ entry) => {
      const row = document.createElement("li");
      row.className = `level-${Math.min(4, entry.level)}`;
      const link = linkTo(viewer, entry.page, entry.y, entry.title, String(entry.page));
      if (entry.x) link.dataset.x = String(entry.x);
      row.append(link);
      return row;
    });
    list.querySelector("ol")?.replaceChildren(...rows);
    viewer.update();
  } catch {
    status.textContent = status.dataset.none ?? "";
  }
}

/** @param {Viewer} viewer @param {number} n @param {number | undefined} y @param {string} title @param {string} page */
function linkTo(viewer, n, y, title, page) {
  const link = document.createElement("a");
  link.href = `#page=${n}`;
  link.dataset.n = String(n);
  if (y !== undefined) link.dataset.y = String(y);
  for (const text of [title, page]) {
    const part = document.createElement("span");
    part.textContent = text;
    link.append(part, " ");
  }
  link.addEventListener("click", (event) => {
    event.preventDefault();
    jump(viewer, n, y);
  });
  return link;
}

/** @param {Viewer} viewer @param {number} n */
function smallPage(viewer, n) {
  const link = linkTo(viewer, n, undefined, "", String(n));
  link.setAttribute("aria-label", (viewer.element.dataset.page_name ?? "{n}").replace("{n}", String(n)));
  const picture = document.createElement("span");
  picture.style.aspectRatio = viewer.sizes[n - 1].join(" / ");
  link.prepend(picture);
  return link;
}

/** Draw the small pages that are near, and let the others go: Chromium keeps 150 MB of 500 images. @param {Viewer} viewer @param {HTMLElement} list */
function drawNear(viewer, list) {
  /** @type {Map<Element, AbortController>} */
  const asking = new Map();
  const look = new IntersectionObserver((links) => {
    for (const { target, isIntersecting } of links) {
      asking.get(target)?.abort();
      asking.delete(target);
      const picture = /** @type {HTMLElement} */ (target.firstChild);
      if (isIntersecting) draw(/** @type {HTMLElement} */ (target), picture).catch(() => {});
      else empty([...picture.children]);
    }
  }, { root: list, rootMargin: "100% 0px" });
  list.querySelectorAll("a").forEach((link) => look.observe(link));

  /** @param {HTMLElement} link @param {HTMLElement} picture */
  async function draw(link, picture) {
    const mine = new AbortController();
    asking.set(link, mine);
    const address = viewer.address(`page/${link.dataset.n}.webp`, { width: LOW, v: viewer.stamp });
    const bitmap = await bitmapOf(address, mine.signal, sizeOf(viewer.sizes[Number(link.dataset.n) - 1], LOW));
    if (mine.signal.aborted) bitmap.close();
    else picture.append(canvasOf(bitmap, "small"));
  }
}
