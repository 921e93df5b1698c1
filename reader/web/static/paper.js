// A paper's page: what is slow comes when it is opened, texts are copied, PDFs go to apps.

import { part, tell } from "./reader.js";

comeWhenOpened(document);

// What comes may have more within it that comes when it is opened.
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
  if (!navigator.clipboard) break; // over plain HTTP there is none; the text is selected by a touch
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(document.getElementById(button.dataset.of).textContent);
    tell(button.dataset.done);
  });
}

const link = document.getElementById("send-link");
if (link && navigator.share) {
  link.hidden = false;
  link.addEventListener("click", () => navigator.share({ title: link.dataset.title, url: link.dataset.url }).catch(() => {}));
}

// The PDF is fetched at the first touch; where that takes longer than a touch counts, the
// second one sends it.
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
