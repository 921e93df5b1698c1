// Who comes by a link from elsewhere is signed in and has not shown it: go on. Who is not
// keeps no copies of pages; what was written offline stays, it waits in another store.
const { status } = await fetch("/door", { method: "HEAD", cache: "no-store" });
const on = document.getElementById("on");
if (status === 200 && on) location.replace(on.href);
if (status === 401 && "caches" in window) {
  for (const name of await caches.keys()) await caches.delete(name);
}
