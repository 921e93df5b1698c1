// A link on another site brings a signed-in device here, since its cookie did not come along:
// go on. A device that is not signed in keeps no copies of pages. What was written offline
// stays: it is in another store.
const { status } = await fetch("/door", { method: "HEAD", cache: "no-store" });
const on = /** @type {HTMLAnchorElement | null} */ (document.getElementById("on"));
if (status === 200 && on) location.replace(on.href);
if (status === 401) localStorage.removeItem("recent"); // titles of the palette
if (status === 401 && "caches" in window) {
  for (const name of await caches.keys()) await caches.delete(name);
}
