// The service worker: keep pages for offline use, and send the queue when the network is back.
// The server puts the constants VERSION and ASSETS in front of this file.

import { Away, SignedOut, flush, greet, isQueued, keep } from "./queue.js";

const FILES = `files-${VERSION}`;
const PAGES = "pages";
const LIST = "/offline.json";
const PATIENCE_MS = 4000;
const OLD_MS = 12 * 60 * 60 * 1000;
const MOST_PAGES = 100;
const MOST_BYTES = 1000000;
const KEPT = /^\/(triage)?$|^\/(paper|note)\//;

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(FILES).then((files) => files.addAll([...ASSETS, "/offline"])).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  event.waitUntil(takeOver());
});

async function takeOver() {
  for (const name of await caches.keys()) if (name !== FILES && name !== PAGES) await caches.delete(name);
  await self.clients.claim();
}

self.addEventListener("message", (event) => {
  if (event.data.carry) event.waitUntil(carry(event.data.carry));
});

self.addEventListener("sync", (event) => {
  if (event.tag === "queue") event.waitUntil(sendAll());
});

async function sendAll() {
  const { state } = await flush();
  if (state === "away") throw new Error("away"); // the browser tries again
}

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (origin !== location.origin) return;
  if (pathname.startsWith("/static/")) event.respondWith(file(request));
  else if (request.mode === "navigate" && request.method === "GET") event.respondWith(page(event, pathname));
  else if (request.mode === "navigate" && isQueued(pathname)) event.respondWith(form(request, pathname));
  else if (request.destination === "image") event.respondWith(picture(request));
});

// A file's address changes with its content, so a cached one is always right. A kept page may
// name an older file: offline it gets the current one.
async function file(request) {
  const files = await caches.open(FILES);
  const found = await files.match(request);
  if (found) return found;
  try {
    const answer = await fetch(request);
    if (answer.ok && ASSETS.includes(request.url.slice(location.origin.length))) await files.put(request, answer.clone());
    return answer;
  } catch (error) {
    const other = await files.match(request, { ignoreSearch: true });
    if (other) return other;
    throw error;
  }
}

async function picture(request) {
  try {
    return await fetch(request);
  } catch (error) {
    const found = await caches.match(request);
    if (found) return found;
    throw error;
  }
}

// The network first; the kept page where it does not answer within PATIENCE_MS.
async function page(event, pathname) {
  const isKept = KEPT.test(pathname);
  const asked = fetch(event.request);
  const key = keyOf(event.request.url);
  if (isKept) event.waitUntil(asked.then((answer) => put(key, answer.clone())).catch(() => {}));
  const pages = await caches.open(PAGES);
  const here = isKept && ((await pages.match(key)) ?? (await pages.match(key, { ignoreSearch: true })));
  try {
    return await (here ? Promise.race([asked, late()]) : asked);
  } catch {
    if (here) return marked(here);
    const instead = await caches.match("/offline");
    if (!instead) return Response.error();
    return pathname === "/offline" ? instead : withMark(instead, "data-not-kept");
  }
}

// The same page may be linked with ":" or "%3A" in an id: both get one key.
function keyOf(address) {
  const { origin, pathname, search } = new URL(address, location.origin);
  return origin + encodeURI(decodeURIComponent(pathname)) + search;
}

const late = () => new Promise((_, reject) => setTimeout(reject, PATIENCE_MS, new Error("late")));

const marked = (found) => withMark(found, `data-as-of="${found.headers.get("x-kept-at") ?? ""}"`);

async function withMark(found, mark) {
  const text = await found.text();
  return new Response(text.replace("<html", `<html ${mark}`), { headers: found.headers });
}

// Store a page. Redirects, errors and the sign-in never replace it; a device that is not signed
// in keeps no pages.
async function put(address, answer, stamp = "") {
  if (answer.status === 401 || answer.type === "opaqueredirect" || answer.redirected) return isSignedOut();
  if (!answer.ok || !answer.headers.get("content-type")?.startsWith("text/html")) return;
  const text = await answer.text();
  if (text.length > MOST_BYTES) return;
  const headers = new Headers(answer.headers);
  headers.set("x-kept-at", new Date().toISOString());
  headers.set("x-stamp", stamp);
  const pages = await caches.open(PAGES);
  await pages.put(address, new Response(text, { headers }));
  const addresses = await pages.keys();
  for (const old of addresses.slice(0, Math.max(0, addresses.length - MOST_PAGES))) await pages.delete(old);
  return text;
}

async function isSignedOut() {
  try {
    await greet();
  } catch (error) {
    if (error instanceof SignedOut) await caches.delete(PAGES);
  }
}

// Fetch the pages of the list that are new or changed, with their pictures.
async function carry(hello) {
  await self.clients.claim(); // also pages that were loaded while this worker was being installed
  const files = await caches.open(FILES);
  for (const address of [...ASSETS, "/offline"]) if (!(await files.match(address))) await files.add(address);
  let pages = await caches.open(PAGES);
  const before = await pages.match(LIST).then((found) => found?.json());
  if (before && (before.library !== hello.library || before.language !== hello.language)) {
    await caches.delete(PAGES);
    pages = await caches.open(PAGES);
  }
  for (const { address, stamp } of hello.pages) {
    const url = keyOf(address);
    const here = await pages.match(url);
    const at = Date.parse(here?.headers.get("x-kept-at") ?? "") || 0;
    if (here && stamp && here.headers.get("x-stamp") === stamp && Date.now() - at < OLD_MS) continue;
    const text = await put(url, await fetch(url, { headers: { "X-Carry": "1" } }), stamp).catch(() => {});
    if (text) await pictures(text, pages);
  }
  const { csrf, ...list } = hello;
  await pages.put(LIST, new Response(JSON.stringify(list)));
}

async function pictures(text, pages) {
  for (const [, address] of text.matchAll(/<img[^>]+src="(\/[^"]+)"/g)) {
    const url = new URL(address.replaceAll("&amp;", "&"), location.origin).href;
    if (await pages.match(url)) continue;
    const answer = await fetch(url).catch(() => null);
    if (answer?.ok && Number(answer.headers.get("content-length") ?? 0) < MOST_BYTES) await pages.put(url, answer);
  }
}

// Queue a form that was submitted without the page's scripts while the server is unreachable.
async function form(request, pathname) {
  const copy = request.clone();
  try {
    return await fetch(request);
  } catch {
    const fields = Array.from(await copy.formData()).filter(([, value]) => typeof value === "string");
    if (!fields.some(([name]) => name === "act")) fields.push(["act", crypto.randomUUID()]);
    const list = await caches.match(LIST).then((found) => found?.json());
    await keep(pathname, fields, { library: list?.library ?? "" });
    await self.registration.sync?.register("queue").catch(() => {});
    const back = fields.find(([name]) => name === "back")?.[1] ?? "";
    const to = new URL(back || "/offline", location.origin);
    return Response.redirect(to.origin === location.origin ? to : "/offline", 303);
  }
}
