// What the scripts of several pages need. Pages work without any of it.

const csrf = () => document.querySelector("meta[name=csrf]")?.content ?? "";

// Show a sentence for a while, read out by screen readers.
export function tell(text) {
  const place = document.getElementById("notice");
  place.textContent = text;
  clearTimeout(tell.timer);
  tell.timer = setTimeout(() => { place.textContent = ""; }, 6000);
}

// POST fields to an address; gives the answer's JSON. Throws Error with what to say.
export async function send(address, fields) {
  const body = fields instanceof FormData ? fields : new URLSearchParams(fields);
  const answer = await fetch(address, {
    method: "POST",
    headers: { "X-CSRF": csrf(), Accept: "application/json" },
    body,
  });
  const found = await answer.json();
  if (!answer.ok) throw new Error([found.error, found.hint].filter(Boolean).join(" "));
  return found;
}

// Fetch the inner part of a page as HTML.
export async function part(address, signal) {
  const answer = await fetch(address, { headers: { "X-Part": "1" }, signal });
  return answer.text();
}
