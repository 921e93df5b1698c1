// Show the progress of long work from the server's event stream.

import { keepSoon, part, send, tell } from "./reader.js";

const place = /** @type {HTMLElement} */ (document.getElementById("work"));

async function show() {
  const html = await part("/work").catch(() => ""); // the stream opens again, which shows it then
  if (html) place.innerHTML = html;
}

const stream = new EventSource(/** @type {string} */ (place.dataset.events));
let isShown = Boolean(document.getElementById("bar"));
stream.addEventListener("begun", () => { isShown = true; show(); });
stream.addEventListener("ended", () => { if (isShown) show(); isShown = false; keepSoon(); });
stream.addEventListener("progress", (event) => {
  const { text, done, total } = JSON.parse(event.data);
  const bar = document.getElementById("bar");
  if (!bar) return;
  /** @type {HTMLElement} */ (document.getElementById("step")).textContent = text;
  if (total) Object.assign(bar, { max: total, value: done });
  else bar.removeAttribute("value");
});

addEventListener("submit", async (event) => {
  /** @type {HTMLFormElement | null} */
  const form = /** @type {Element} */ (event.target).closest("form.begin");
  if (!form) return;
  event.preventDefault();
  try {
    const fields = new FormData(form, event.submitter);
    tell((await send(form.action, fields)).said);
    await show();
  } catch (error) {
    tell(/** @type {Error} */ (error).message);
  }
});
addEventListener("pagehide", () => stream.close());
