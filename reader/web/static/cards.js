// @ts-check
// Citations that can be tapped: each opens a card of the cited paper.

import { jump } from "./links.js";
import { part, send, tell } from "./reader.js";

/** @typedef {import("./view.js").Viewer} Viewer */

/**
 * Lay links over the citations of the pages as they are drawn.
 * @param {Viewer} viewer
 */
export function cards(viewer) {
  viewer.element.addEventListener("drawn", (event) => {
    const { n, element } = /** @type {CustomEvent} */ (event).detail;
    lay(viewer, n, element).catch(() => {}); // without a network there are no cards
  });
  viewer.element.addEventListener("left", (event) => {
    /** @type {CustomEvent} */ (event).detail.element.querySelector(".cites")?.remove();
  });
  opened(viewer);
}

/** @param {Viewer} viewer @param {number} n @param {HTMLElement} element */
async function lay(viewer, n, element) {
  const answer = await fetch(viewer.address(`page/${n}/citations.json`));
  if (!answer.ok) return;
  const { citations } = await answer.json();
  const layer = document.createElement("div");
  layer.className = "cites";
  for (const { reference, boxes } of citations) {
    for (const [x0, y0, x1, y1] of boxes) {
      const link = document.createElement("a");
      link.className = "cite";
      link.href = viewer.address(`reference/${reference}`);
      link.draggable = false;
      link.setAttribute("aria-label", (viewer.element.dataset.cite_name ?? "{n}").replace("{n}", String(reference)));
      const places = { left: x0, top: y0, width: x1 - x0, height: y1 - y0 };
      for (const [name, value] of Object.entries(places)) link.style.setProperty(name, `calc(${value}px * var(--scale))`);
      layer.append(link);
    }
  }
  if (!viewer.drawn.get(n)) return; // the page was left meanwhile
  element.querySelector(".cites")?.remove();
  element.append(layer);
}

/**
 * Open the card of a link of class "cite" in a dialog, anywhere on the page.
 * @param {Viewer} [viewer]
 */
export function opened(viewer) {
  const dialog = document.createElement("dialog");
  dialog.className = "card topics card-of";
  document.body.append(dialog);
  document.addEventListener("click", async (event) => {
    const link = event.target instanceof Element && event.target.closest("a.cite");
    if (!(link instanceof HTMLAnchorElement) || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    if (await show(dialog, link.href)) dialog.setAttribute("aria-label", link.getAttribute("aria-label") ?? link.textContent ?? "");
    else location.href = link.href;
  });
  dialog.addEventListener("click", (event) => {
    const link = event.target instanceof Element && event.target.closest("a[data-page]");
    if (event.target === dialog) dialog.close();
    if (!(link instanceof HTMLAnchorElement) || !viewer) return;
    event.preventDefault();
    dialog.close();
    jump(viewer, Number(link.dataset.page), Number(link.dataset.y) || undefined);
  });
  dialog.addEventListener("submit", async (event) => {
    const form = /** @type {HTMLFormElement} */ (event.target);
    if (form.method === "dialog") return;
    event.preventDefault();
    const button = form.querySelector("button");
    if (button) button.disabled = true;
    try {
      tell((await send(form.action, new FormData(form))).said);
      await show(dialog, dialog.dataset.address ?? "");
    } catch (error) {
      tell(String(/** @type {Error} */ (error).message));
      if (button) button.disabled = false;
    }
  });
  addEventListener("popstate", () => dialog.close());
}

/** @param {HTMLDialogElement} dialog @param {string} address */
async function show(dialog, address) {
  try {
    dialog.innerHTML = await part(address);
    dialog.dataset.address = address;
    if (!dialog.open) dialog.showModal();
    return true;
  } catch {
    return false;
  }
}
