// Pick, skip and undo at once, where the paper stands; without it the forms do the same.
import { DOUBLE_MS, send, tell } from "./reader.js";
import { askTopic, showTopic } from "./wrong.js";

document.addEventListener("submit", async (event) => {
  const form = event.target.closest(".deciding form");
  if (!form) return;
  event.preventDefault();
  const place = form.closest(".deciding");
  // Where Pick stood stands Undo now.
  if (event.timeStamp - (place.decidedAt ?? -DOUBLE_MS) < DOUBLE_MS) return;
  place.decidedAt = event.timeStamp;
  const before = place.dataset.state;
  const fields = new URLSearchParams(new FormData(form));
  if (event.submitter?.name) fields.set(event.submitter.name, event.submitter.value);
  const had = place.contains(document.activeElement);
  show(place, fields.get("kind") ?? "candidate", had);
  try {
    const address = event.submitter?.getAttribute("formaction") ?? form.getAttribute("action");
    const answer = await send(address, fields);
    show(place, answer.state ?? place.dataset.state, had);
    if (answer.topic) showTopic(form.closest("[data-topic]") ?? form, answer.topic);
    tell(answer.said, true);
  } catch (error) {
    show(place, before, had);
    tell(error.message);
  }
});

document.addEventListener("click", async (event) => {
  const link = event.target.closest("a.wrong");
  if (!link || event.metaKey || event.ctrlKey) return;
  event.preventDefault();
  const paper = link.closest("[data-topic]");
  const place = paper.querySelector(".deciding");
  try {
    const answer = await askTopic(paper, { id: paper.dataset.id, seen: place.dataset.state });
    if (answer) show(place, answer.state ?? place.dataset.state, false);
  } catch (error) {
    tell(error.message);
  }
  link.focus();
});

// The state is an attribute; which forms are seen follows from it. The focus stays in place.
function show(place, state, had) {
  if (place.dataset.state === state) return;
  place.dataset.state = state;
  countLeft();
  if (had) place.querySelector(state === "candidate" ? ".undecided button" : ".decided button")?.focus();
}

// How many papers of the list wait, and for how long, stands above it.
function countLeft() {
  const go = document.getElementById("go");
  if (!go) return;
  const left = [...document.querySelectorAll(".lane:not(.doubtful) .paper")].filter((paper) => paper.querySelector(".deciding[data-state=candidate]"));
  const { one, many, minutes } = go.dataset;
  const n = left.length;
  const seconds = left.reduce((sum, paper) => sum + Number(paper.dataset.seconds), 0);
  go.querySelector(".count-left").textContent = (n === 1 ? one : many).replace("{n}", n);
  go.querySelector("small").textContent = minutes.replace("{n}", Math.max(1, Math.round(seconds / 60)));
  document.getElementById("start").hidden = n === 0;
  document.getElementById("decided").hidden = n > 0;
}
