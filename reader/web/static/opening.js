// @ts-check
// Show the page on which a PDF opens before the modules come that lay out all pages: its picture
// stands in the page. A classic script: it runs before the page is first drawn.
// It is drawn into a canvas, and the <img> is hidden from the start: of one that was painted, even
// if for one frame, Chromium keeps 28 to 46 MB of pixels.
(() => {
  const LATEST_MS = 2000;
  const MOST_WIDTH = 2400; // as in pages_layout.js
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
  const canvas = document.createElement("canvas");
  if (y) canvas.style.marginTop = `${(-y * width) / points}px`;
  if (points) [canvas.width, canvas.height] = [points, Number(picture.getAttribute("height"))];
  picture.after(canvas);
  if (picture.complete) draw();
  else picture.addEventListener("load", draw, { once: true });
  setTimeout(begin, LATEST_MS);

  /** Modules that come before the picture is painted delay it. */
  async function draw() {
    const wide = Math.min(MOST_WIDTH, Math.round(width * devicePixelRatio));
    const high = Math.round((wide * picture.naturalHeight) / picture.naturalWidth);
    const bitmap = await createImageBitmap(picture, { resizeWidth: wide, resizeHeight: high, resizeQuality: "high" });
    if (!isBegun) {
      [canvas.className, canvas.width, canvas.height] = ["full", wide, high];
      canvas.getContext("2d", { alpha: false, desynchronized: true })?.drawImage(bitmap, 0, 0); // as in view.js
      requestAnimationFrame(() => setTimeout(begin));
    }
    bitmap.close();
  }

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
