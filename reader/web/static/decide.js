// Pick, skip and undo in place; without this script the forms load a page instead.
import { DOUBLE_MS, send, tell, textsOf } from "./reader.js";
import { askTopic, showTopic } from "./wrong.js";

/**
 * The place of a paper's buttons. Its state is shown by CSS.
 * @typedef {HTMLElement & {dataset: {state: string}}} Place
 */

/**
 * When each place was last decided.
 * @type {WeakMap<Place, number>}
 */
const decidedAt = new WeakMap();

document.addEventListener("submit", async (event) => {
  /** @type {HTMLFormElement | null} */
  const form = /** @type {Element} */ (event.target).closest(".deciding form");
  if (!form) return;
  event.preventDefault();
  const place = /** @type {Place} */ (form.closest(".deciding"));
  // Undo stands where Pick stood: the second half of a double tap would take the pick back.
  if (event.timeStamp - (decidedAt.get(place) ?? -DOUBLE_MS) < DOUBLE_MS) return;
  decidedAt.set(place, event.timeStamp);
  const before = place.dataset.state;
  const fields = textsOf(form, event.submitter);
  const had = place.contains(document.activeElement);
  // Shown before the server answers; taken back where it refuses.
  show(place, fields.get("kind") ?? "candidate", had);
  try {
    const address = event.submitter?.getAttribute("formaction") ?? form.action;
    const answer = await send(address, fields);
    show(place, answer.state ?? place.dataset.state, had);
    if (answer.topic) showTopic(/** @type {HTMLElement | null} */ (form.closest("[data-topic]")) ?? form, answer.topic);
    const isUndo = address.startsWith("/undo");
    tell(answer.said, true, isUndo || answer.is_done === false ? "" : String(fields.get("id") ?? ""));
  } catch (error) {
    show(place, before, had);
    tell(/** @type {Error} */ (error).message);
  }
});

document.addEventListener("click", async (event) => {
  /** @type {HTMLAnchorElement | null} */
  const link = /** @type {Element} */ (event.target).closest("a.wrong:not(.mute)");
  if (!link || event.metaKey || event.ctrlKey) return;
  event.preventDefault();
  const paper = /** @type {HTMLElement & {dataset: {id: string}}} */ (link.closest("[data-topic]"));
  const place = /** @type {Place} */ (paper.querySelector(".deciding"));
  try {
    const answer = await askTopic(paper, { id: paper.dataset.id, seen: place.dataset.state });
    if (answer) show(place, answer.state ?? place.dataset.state, false);
  } catch (error) {
    tell(/** @type {Error} */ (error).message);
  }
  link.focus();
});

// The undo in the bar.
addEventListener("undone", (event) => {
  const { id, state, topic } = /** @type {CustomEvent<{id: string, state: string, topic?: string}>} */ (event).detail;
  for (const place of /** @type {NodeListOf<Place>} */ (document.querySelectorAll(".deciding"))) {
    if (place.dataset.paper !== id) continue;
    show(place, state, false);
    if (topic) showTopic(/** @type {HTMLElement | null} */ (place.closest("[data-topic]")) ?? place, topic);
  }
});

/**
 * Set the state, an attribute by which CSS shows the right forms, and keep the focus in place.
 * @param {Place} place
 * @param {string} state
 * @param {boolean} had
 */
function show(place, state, had) {
  if (place.dataset.state === state) return;
  place.dataset.state = state;
  countLeft();
  /** @type {HTMLElement | null} */
  const button = place.querySelector(state === "candidate" ? ".undecided button" : ".decided button");
  if (had) button?.focus();
}

// Update the number of waiting papers, and the minutes for them, above the list.
function countLeft() {
  const go = document.getElementById("go");
  if (!go) return;
  /** @type {NodeListOf<HTMLElement>} */
  const papers = document.querySelectorAll(".lane:not(.doubtful) .paper");
  const left = [...papers].filter((paper) => paper.querySelector(".deciding[data-state=candidate]"));
  const { one, many, minutes } = /** @type {Record<string, string>} */ (go.dataset);
  const n = left.length;
  const seconds = left.reduce((sum, paper) => sum + Number(paper.dataset.seconds), 0);
  /** @type {HTMLElement} */ (go.querySelector(".count-left")).textContent = (n === 1 ? one : many).replace("{n}", String(n));
  /** @type {HTMLElement} */ (go.querySelector("small")).textContent = minutes.replace("{n}", String(Math.max(1, Math.round(seconds / 60))));
  /** @type {HTMLElement} */ (document.getElementById("start")).hidden = n === 0;
  /** @type {HTMLElement} */ (document.getElementById("decided")).hidden = n > 0;
}
