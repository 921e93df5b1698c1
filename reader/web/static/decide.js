// Pick, skip and undo in place; without this script the forms load a page instead.
import { DOUBLE_MS, send, tell } from "./reader.js";
import { askTopic, showTopic } from "./wrong.js";

document.addEventListener("submit", async (event) => {
  const form = event.target.closest(".deciding form");
  if (!form) return;
  event.preventDefault();
  const place = form.closest(".deciding");
  // Undo stands where Pick stood: the second half of a double tap would take the pick back.
  if (event.timeStamp - (place.decidedAt ?? -DOUBLE_MS) < DOUBLE_MS) return;
  place.decidedAt = event.timeStamp;
  const before = place.dataset.state;
  const fields = new URLSearchParams(new FormData(form));
  if (event.submitter?.name) fields.set(event.submitter.name, event.submitter.value);
  const had = place.contains(document.activeElement);
  // Shown before the server answers; taken back where it refuses.
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
  const link = event.target.closest("a.wrong:not(.mute)");
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

// Set the state, an attribute by which CSS shows the right forms, and keep the focus in place.
function show(place, state, had) {
  if (place.dataset.state === state) return;
  place.dataset.state = state;
  countLeft();
  if (had) place.querySelector(state === "candidate" ? ".undecided button" : ".decided button")?.focus();
}

// Update the number of waiting papers, and the minutes for them, above the list.
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
