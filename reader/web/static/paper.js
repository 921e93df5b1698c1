// A paper's page: load slow parts when they are opened, copy texts, hand the PDF to an app.

import "./copy.js";
import { widthFor } from "./pages_layout.js";
import { part, send, tell } from "./reader.js";

comeWhenOpened(document);

/**
 * A loaded part may have such parts in it.
 * @param {Document | Element} whole
 */
function comeWhenOpened(whole) {
  /** @type {NodeListOf<HTMLDetailsElement & {dataset: {part: string}}>} */
  const places = whole.querySelectorAll("details[data-part]");
  for (const place of places) {
    const come = async () => {
      if (!place.open || place.dataset.is) return;
      place.dataset.is = "asked";
      const into = /** @type {Element} */ (place.querySelector(".into"));
      try {
        into.innerHTML = await part(place.dataset.part);
        comeWhenOpened(into);
      } catch {
        delete place.dataset.is; // the link in it still leads there
      }
    };
    place.addEventListener("toggle", come);
    come(); // opened before this script came
  }
}

// The terminal's key for tags; a list's key leads here too.
const tags = document.getElementById("tag-add");
// After the browser has gone to the address's part, which takes the focus away in some.
if (location.hash === "#tag-add") addEventListener("load", () => tags?.focus());
addEventListener("keydown", (event) => {
  const isTyped = event.ctrlKey || event.metaKey || event.altKey;
  if (isTyped || /** @type {Element} */ (event.target).closest("input, textarea, select, dialog")) return;
  if (!tags || event.key.normalize("NFKC").toLowerCase() !== "t") return;
  event.preventDefault();
  tags.focus();
});

// A guess shows the abstract, also where it waits for the network.
const guess = /** @type {HTMLFormElement & {elements: {text: HTMLInputElement}} | null} */ (document.getElementById("guess"));
guess?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const words = guess.elements.text.value.trim();
  const abstract = /** @type {HTMLElement} */ (guess.nextElementSibling);
  try {
    tell((await send("/guess", new FormData(guess))).said);
  } catch (error) {
    tell(/** @type {Error} */ (error).message);
    return;
  }
  const mine = Object.assign(document.createElement("p"), { className: "guessed", textContent: `${guess.dataset.yours} ${words}` });
  guess.replaceWith(...(words ? [mine] : []));
  abstract.hidden = false;
  abstract.tabIndex = -1;
  abstract.focus({ preventScroll: true }); // it would show the middle of a long one
  (words ? mine : abstract).scrollIntoView({ block: "nearest" });
});

const link = document.getElementById("send-link");
if (link && navigator.share) {
  link.hidden = false;
  link.addEventListener("click", () => navigator.share({ title: link.dataset.title, url: link.dataset.url }).catch(() => {}));
}

// Draw the page on which the PDF opens before it is asked for, and fetch the scripts that show it:
// they are there at the tap, and the processes that draw have started.
const reading = /** @type {HTMLAnchorElement | null} */ (document.getElementById("read-pdf"));
if (reading && !navigator.connection?.saveData) {
  addEventListener("load", () => setTimeout(async () => {
    const at = reading.pathname.replace(/\/read$/, "");
    const answer = await fetch(`${at}/pages.json`).catch(() => null);
    if (!answer?.ok) return;
    const { stamp } = await answer.json();
    const width = widthFor(document.documentElement.clientWidth * devicePixelRatio);
    fetch(`${at}/page/${reading.dataset.page}.json?v=${stamp}`).catch(() => {});
    new Image().src = `${at}/page/${reading.dataset.page}.webp?width=${width}&v=${stamp}&marks=0`;
    for (const file of reading.dataset.files?.split(" ") ?? []) fetch(file, { priority: "low" }).catch(() => {});
  }, 100), { once: true });
}

// The PDF is fetched at the first touch. Browsers share only soon after a touch: where fetching
// takes longer, a second touch shares it.
const app = document.getElementById("to-app");
const probe = () => new File([new Blob(["%PDF-"])], "a.pdf", { type: "application/pdf" });
if (app && navigator.canShare?.({ files: [probe()] })) {
  app.hidden = false;
  const button = /** @type {HTMLButtonElement} */ (app.querySelector("button"));
  const { pdf, ready, failed } = /** @type {Record<string, string>} */ (app.dataset);
  /** @type {File | null} */
  let file = null;
  button.addEventListener("click", async () => {
    try {
      file ??= await fetched(pdf);
      await navigator.share({ files: [file] });
    } catch (error) {
      const { name } = /** @type {Error} */ (error);
      if (name === "AbortError") return;
      const words = button.querySelector("span");
      if (name === "NotAllowedError" && file && words) words.textContent = ready;
      else tell(failed);
    }
  });
}

/** @param {string} address */
async function fetched(address) {
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(String(answer.status));
  const said = answer.headers.get("content-disposition") ?? "";
  const name = /filename\*=UTF-8''([^;]+)/.exec(said)?.[1] ?? /filename="([^"]+)"/.exec(said)?.[1] ?? "paper.pdf";
  return new File([await answer.blob()], decodeURIComponent(name), { type: "application/pdf" });
}
