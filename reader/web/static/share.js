// Share the file by the system's share sheet; where there is none, download it.

import { tell, textsOf } from "./reader.js";

const form = /** @type {HTMLFormElement} */ (document.getElementById("share"));

form.addEventListener("submit", async (event) => {
  if (!navigator.canShare) return;
  event.preventDefault();
  const asked = textsOf(form, event.submitter);
  try {
    const answer = await fetch(`${form.action}?${asked}`);
    const name = /filename="([^"]+)"/.exec(answer.headers.get("content-disposition") ?? "")?.[1];
    if (!answer.ok || !name) throw new Error(form.dataset.failed);
    const file = new File([await answer.blob()], name, { type: answer.headers.get("content-type")?.split(";")[0] });
    if (navigator.canShare({ files: [file] })) return await navigator.share({ files: [file] });
    const link = Object.assign(document.createElement("a"), { href: URL.createObjectURL(file), download: name });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60000);
  } catch (caught) {
    const error = /** @type {Error} */ (caught);
    if (error.name !== "AbortError") tell(error.message);
  }
});
