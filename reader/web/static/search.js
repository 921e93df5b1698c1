// Search while one types. A new query aborts the one before: no older answer comes over a newer.

import { tell } from "./reader.js";

const form = document.getElementById("search");
const found = document.getElementById("found");
const PAUSE_MS = 150;
const AGAIN_MS = 700;

let asking;
let timer;

function soon(ms = PAUSE_MS) {
  clearTimeout(timer);
  timer = setTimeout(ask, ms);
}

async function ask() {
  asking?.abort();
  asking = new AbortController();
  const asked = Array.from(new FormData(form)).filter(([, value]) => value);
  const address = `/search?${new URLSearchParams(asked)}`;
  found.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(address, { headers: { "X-Part": "1" }, signal: asking.signal });
    const html = await answer.text();
    if (!answer.ok) throw new Error(new DOMParser().parseFromString(html, "text/html").querySelector("main p")?.textContent ?? answer.statusText);
    found.innerHTML = html;
    const said = [...found.querySelectorAll("[data-said]")].map((one) => one.textContent);
    document.getElementById("n-found").textContent = said.join(". ");
    history.replaceState(null, "", address);
    // Full text answered alone while the model is being loaded: ask again, for meaning too.
    if (document.getElementById("is-waiting")) soon(AGAIN_MS);
  } catch (error) {
    if (error.name !== "AbortError") tell(error.message);
    else return;
  }
  found.setAttribute("aria-busy", "false");
}

// While an input method composes a word (Japanese), its letters are not a query yet.
form.addEventListener("input", (event) => { if (!event.isComposing) soon(); });
form.addEventListener("compositionend", () => soon()); // only Firefox sends "input" after it
form.addEventListener("submit", (event) => { event.preventDefault(); soon(0); });

addEventListener("keydown", (event) => {
  if (event.key === "/" && !event.target.closest("input, textarea")) {
    event.preventDefault();
    form.elements.q.select();
  }
});
