// @ts-check
// Show the page on which a PDF opens before the modules come that lay out all pages: its picture
// stands in the page. A classic script: it runs before the page is first drawn.
(() => {
  const LATEST_MS = 2000; // where the browser does not tell what it painted
  const { modules = "", ahead = "" } = /** @type {HTMLScriptElement} */ (document.currentScript).dataset;
  const desk = /** @type {HTMLElement} */ (document.querySelector(".desk"));
  const picture = /** @type {HTMLImageElement} */ (desk.querySelector("img"));
  /** @param {string} name */
  const kept = (name) => {
    try {
      return localStorage.getItem(name) ?? "";
    } catch {
      return ""; // a browser that keeps nothing
    }
  };
  if (kept("darkPages") === "off") desk.classList.remove("turned");
  makeRoomForNote(kept("note-panel"));
  const { clientWidth: width, clientHeight: height } = desk;
  const y = Number(desk.dataset.y);
  const points = Number(picture.getAttribute("width"));
  const told = kept("pagesInRow");
  const isTwo = told ? told === "2" : width > height && width >= 1236; // as in pages_layout.js
  let isBegun = false;
  const begin = () => {
    if (document.readyState === "loading") addEventListener("DOMContentLoaded", begin, { once: true });
    if (isBegun || document.readyState === "loading") return;
    isBegun = true;
    /** @param {string} name @param {object} fields */
    const add = (name, fields) => document.head.append(Object.assign(document.createElement(name), fields));
    // All at once, and not one after the other as they import each other.
    for (const href of ahead.split(" ")) add("link", { rel: "modulepreload", href });
    for (const src of modules.split(" ")) add("script", { type: "module", async: false, src });
  };
  // Where it opens elsewhere, or the page's size is not known yet, the modules show it.
  if (isTwo || location.hash || history.state?.spot || (y && !points)) {
    picture.remove();
    begin();
    return;
  }
  if (y) picture.style.marginTop = `${(-y * width) / points}px`;
  // Modules that come before the picture is painted delay it.
  const seen = new PerformanceObserver((list) => { if (list.getEntriesByName("first-contentful-paint").length) begin(); });
  seen.observe({ type: "paint", buffered: true });
  setTimeout(begin, LATEST_MS);

  /** Open the note, still empty, where beside.js will: the page would change its size. @param {string} known */
  function makeRoomForNote(known) {
    const isWide = matchMedia("(min-width: 1000px) and (orientation: landscape)").matches;
    const { isOpen = isWide, wide = 38, low = 50 } = known.startsWith("{") ? JSON.parse(known) : {};
    if (!isOpen) return;
    /** @type {HTMLElement} */ (document.getElementById("note-panel")).hidden = false;
    document.body.style.setProperty("--note-size", isWide ? wide : low);
    document.body.classList.add("has-note");
  }
})();
