// A paper's page: load slow parts when they are opened, copy texts, hand the PDF to an app.

import { part, tell } from "./reader.js";

comeWhenOpened(document);

// A loaded part may have such parts in it.
function comeWhenOpened(whole) {
  for (const place of whole.querySelectorAll("details[data-part]")) {
    place.addEventListener("toggle", async () => {
      if (!place.open || place.dataset.is) return;
      place.dataset.is = "asked";
      const into = place.querySelector(".into");
      try {
        into.innerHTML = await part(place.dataset.part);
        comeWhenOpened(into);
      } catch {
        delete place.dataset.is; // the link in it still leads there
      }
    });
  }
}

for (const button of document.querySelectorAll("button.copy")) {
  if (!navigator.clipboard) break; // not over plain HTTP; there a touch selects the text
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(document.getElementById(button.dataset.of).textContent);
    tell(button.dataset.done);
  });
}

// The terminal's key for tags; a list's key leads here too.
const tags = document.getElementById("tag-add");
// After the browser has gone to the address's part, which takes the focus away in some.
if (location.hash === "#tag-add") addEventListener("load", () => tags?.focus());
addEventListener("keydown", (event) => {
  const isTyped = event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.target.closest("input, textarea, select, dialog");
  if (isTyped || !tags || event.key.normalize("NFKC").toLowerCase() !== "t") return;
  event.preventDefault();
  tags.focus();
});

const link = document.getElementById("send-link");
if (link && navigator.share) {
  link.hidden = false;
  link.addEventListener("click", () => navigator.share({ title: link.dataset.title, url: link.dataset.url }).catch(() => {}));
}

// The PDF is fetched at the first touch. Browsers share only soon after a touch: where fetching
// takes longer, a second touch shares it.
const app = document.getElementById("to-app");
const probe = () => new File([new Blob(["%PDF-"])], "a.pdf", { type: "application/pdf" });
if (app && navigator.canShare?.({ files: [probe()] })) {
  app.hidden = false;
  const button = app.querySelector("button");
  let file = null;
  button.addEventListener("click", async () => {
    try {
      file ??= await fetched(app.dataset.pdf);
      await navigator.share({ files: [file] });
    } catch (error) {
      if (error.name === "AbortError") return;
      if (error.name === "NotAllowedError" && file) button.querySelector("span").textContent = app.dataset.ready;
      else tell(app.dataset.failed);
    }
  });
}

async function fetched(address) {
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(String(answer.status));
  const said = answer.headers.get("content-disposition") ?? "";
  const name = /filename\*=UTF-8''([^;]+)/.exec(said)?.[1] ?? /filename="([^"]+)"/.exec(said)?.[1] ?? "paper.pdf";
  return new File([await answer.blob()], decodeURIComponent(name), { type: "application/pdf" });
}
