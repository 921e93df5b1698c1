// Add a paper behind the page: it answers at once, and the registries are asked meanwhile.
import { send } from "./reader.js";

const form = /** @type {HTMLFormElement | null} */ (document.getElementById("add"));
form?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const outcome = /** @type {HTMLElement} */ (document.getElementById("outcome"));
  const fields = new FormData(form);
  const button = /** @type {HTMLButtonElement} */ (form.querySelector("button"));
  outcome.textContent = form.dataset.adding ?? "";
  button.disabled = true;
  try {
    const answer = await send(form.action, fields);
    outcome.textContent = `${answer.said} `;
    if (answer.id) outcome.append(Object.assign(document.createElement("a"), { href: `/paper/${answer.id}`, textContent: form.dataset.open }));
  } catch (error) {
    outcome.textContent = /** @type {Error} */ (error).message;
  }
  button.disabled = false;
});
