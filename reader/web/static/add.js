// Add a paper behind the page: it answers at once, and the registries are asked meanwhile.
import { send } from "./reader.js";

const form = document.getElementById("add");
form?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const outcome = document.getElementById("outcome");
  const fields = new FormData(form);
  const button = form.querySelector("button");
  outcome.textContent = form.dataset.adding;
  button.disabled = true;
  try {
    const answer = await send(form.getAttribute("action"), fields);
    outcome.textContent = `${answer.said} `;
    if (answer.id) outcome.append(Object.assign(document.createElement("a"), { href: `/paper/${answer.id}`, textContent: form.dataset.open }));
  } catch (error) {
    outcome.textContent = error.message;
  }
  button.disabled = false;
});
