// A page of a PDF: keys and swipes turn pages, plus and minus change the size.

/** @param {string} selector of a link */
const to = (selector) => /** @type {HTMLAnchorElement | null} */ (document.querySelector(selector))?.href;

/**
 * All pages of a PDF are one step in the history: "back" leads to where it was opened.
 * @param {string | undefined} address
 */
function go(address) {
  if (address) location.replace(address);
}

/** @type {NodeListOf<HTMLAnchorElement>} */
const links = document.querySelectorAll(".page-nav a");
for (const link of links) {
  link.addEventListener("click", (event) => {
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.button) return;
    event.preventDefault();
    go(link.href);
  });
}

/** @type {HTMLFormElement & {dataset: {at: string}} | null} */
const jump = document.querySelector(".jump");
jump?.addEventListener("submit", (event) => {
  event.preventDefault();
  const rest = new URLSearchParams(/** @type {[string, string][]} */ (Array.from(new FormData(jump))));
  const n = rest.get("n") ?? "";
  rest.delete("n");
  go(jump.dataset.at + n + (rest.size ? `?${rest}` : ""));
});
jump?.addEventListener("change", () => jump.reportValidity() && jump.requestSubmit());

/** @type {Record<string, string | undefined>} */
const keys = {
  ArrowRight: '[rel="next"]', PageDown: '[rel="next"]', j: '[rel="next"]', n: '[rel="next"]',
  ArrowLeft: '[rel="prev"]', PageUp: '[rel="prev"]', k: '[rel="prev"]', p: '[rel="prev"]',
  "+": ".larger", "=": ".larger", "-": ".smaller",
};
/** @type {HTMLElement | null} */
const desk = document.querySelector(".desk");
const isWide = () => desk && desk.scrollWidth > desk.clientWidth + 2;
document.addEventListener("keydown", (event) => {
  if (event.metaKey || event.ctrlKey || event.altKey) return;
  if (/** @type {Element} */ (event.target).closest("input, textarea, select")) return;
  if (event.key.startsWith("Arrow") && isWide() && document.activeElement === desk) return; // it scrolls
  const selector = keys[event.key];
  if (!selector || !to(selector)) return;
  event.preventDefault();
  go(to(selector));
});

/** @type {Touch | null} */
let start = null;
desk?.addEventListener("touchstart", (event) => {
  const isOne = event.touches.length === 1 && !isWide() && (window.visualViewport?.scale ?? 1) < 1.05;
  start = isOne ? event.touches[0] : null;
}, { passive: true });
desk?.addEventListener("touchend", (event) => {
  if (!start || String(getSelection())) return;
  const end = event.changedTouches[0];
  const across = end.clientX - start.clientX;
  if (Math.abs(across) < 60 || Math.abs(end.clientY - start.clientY) > Math.abs(across) / 2) return;
  go(to(across < 0 ? '[rel="next"]' : '[rel="prev"]'));
}, { passive: true });

/** In the dark theme figures keep their colours, cut out of the page's picture. */
async function keepFigures() {
  if (localStorage.getItem("darkPages") === "off") desk?.classList.remove("turned");
  const picture = /** @type {HTMLImageElement | null} */ (document.querySelector(".turned .sheet > img"));
  if (!picture || !matchMedia("(prefers-color-scheme: dark)").matches) return;
  const answer = await fetch(picture.src.replace(/\.png\?width=\d+&/, ".json?"));
  if (!answer.ok) return;
  /** @type {import("./view.js").PageFacts} */
  const { width, height, figures } = await answer.json();
  for (const [x0, y0, x1, y1] of figures) {
    const copy = /** @type {HTMLImageElement} */ (picture.cloneNode());
    copy.className = "figure";
    copy.alt = "";
    const edges = [y0 / height, 1 - x1 / width, 1 - y1 / height, x0 / width];
    copy.style.clipPath = `inset(${edges.map((edge) => `${(100 * edge).toFixed(2)}%`).join(" ")})`;
    picture.after(copy);
  }
}
keepFigures().catch(() => {}); // without a network they are turned too

// Fetch the next page's picture early. By an Image: the policy refuses <link rel=prefetch>.
const next = to('.page-nav [rel="next"]');
if (next) {
  const image = /** @type {HTMLImageElement} */ (document.querySelector(".sheet > img"));
  const n = /\/page\/(\d+)/.exec(next)?.[1];
  /** @param {string} address */
  const page = (address) => address.replace(/\/page\/\d+\.png/g, `/page/${n}.png`);
  addEventListener("load", () => Object.assign(new Image(), { sizes: image.sizes, srcset: page(image.srcset) }), { once: true });
}
document.querySelector(".found")?.scrollIntoView({ block: "center" });
