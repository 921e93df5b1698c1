// Ask in place which topic a paper has; without scripts a page of its own asks.
import { send, tell } from "./reader.js";

const NONE = "/none"; // no topic begins with "/"; an empty value means that the menu was closed

/**
 * Ask, send the choice and show it; returns the server's answer, null where the menu was closed.
 * @param {HTMLElement} place the element with the paper's data-topic
 * @param {{id: string, seen: string}} fields
 */
export async function askTopic(place, fields) {
  const topic = await chosen(place.dataset.topic);
  if (topic === null) return null;
  const answer = await send("/wrong", new URLSearchParams({ ...fields, topic }));
  showTopic(place, answer.is_done === false ? place.dataset.topic ?? "" : answer.topic ?? topic);
  tell(answer.said, true, answer.is_done === false ? "" : fields.id);
  return answer;
}

/**
 * Show a paper's topic on its chip. The mark of how sure the program is belongs to its own choice,
 * and is hidden for another one.
 * @param {HTMLElement} place
 * @param {string} topic
 */
export function showTopic(place, topic) {
  place.dataset.judged ??= place.dataset.topic;
  place.dataset.topic = topic;
  /** @type {HTMLElement | null} */
  const mark = place.querySelector(".sure");
  if (mark) mark.hidden = topic !== place.dataset.judged;
  /** @type {HTMLElement | null} */
  const chip = place.querySelector(".chip.topic");
  if (!chip) return;
  chip.textContent = topic;
  chip.hidden = !topic;
}

/**
 * @param {string | undefined} now
 * @returns {Promise<string | null>}
 */
function chosen(now) {
  const topics = /** @type {HTMLTemplateElement} */ (document.getElementById("topics"));
  const menu = /** @type {HTMLDialogElement} */ (topics.content.firstElementChild?.cloneNode(true));
  for (const button of menu.querySelectorAll("button")) button.hidden = Boolean(now) && button.value === now;
  document.body.append(menu);
  return new Promise((resolve) => {
    menu.addEventListener("close", () => {
      menu.remove();
      resolve(menu.returnValue ? menu.returnValue.replace(NONE, "") : null);
    });
    menu.addEventListener("click", (event) => { if (event.target === menu) menu.close(); });
    menu.showModal();
  });
}
