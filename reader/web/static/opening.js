// @ts-check
// Show the page on which a PDF opens before the modules come that lay out all pages: its picture
// stands in the page. A classic script: it runs before the page is first drawn.
(() => {
  const desk = /** @type {HTMLElement} */ (document.querySelector(".desk"));
  const picture = /** @type {HTMLImageElement} */ (desk.querySelector("img"));
  const { clientWidth: width, clientHeight: height } = desk;
  const y = Number(desk.dataset.y);
  const points = Number(picture.getAttribute("width"));
  let isTwo = width > height && width >= 1236; // as in pages_layout.js
  try {
    const told = localStorage.getItem("pagesInRow");
    isTwo = told ? told === "2" : isTwo;
    if (localStorage.getItem("darkPages") === "off") desk.classList.remove("turned");
  } catch {
    // a browser that keeps nothing
  }
  // Where it opens elsewhere, or the page's size is not known yet, the modules show it.
  if (isTwo || location.hash || history.state?.spot || (y && !points)) picture.remove();
  else if (y) picture.style.marginTop = `${(-y * width) / points}px`;
})();
