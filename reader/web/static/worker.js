// The service worker: keep pages for offline use, and send the queue when the network is back.
// The server puts the constants VERSION and ASSETS in front of this file.

import { DEVICE, LIST, PAGES, PICTURES, TEXTS, forget, isStore, pathKey, setSettings, settings } from "./device.js";
import { carryPdfs, pdfPart } from "./pdf_store.js";
import { Away, SignedOut, flush, greet, isQueued, keep } from "./queue.js";

const FILES = `files-${VERSION}`;
const PATIENCE_MS = 4000;
const OLD_MS = 12 * 60 * 60 * 1000;
const MOST_PAGES = 100;
const MOST_PICTURES = 100;
const MOST_BYTES = 1000000;
const KEPT = /^\/(triage|queue|recall|search)?$|^\/(paper|note)\//;

const PDF_PART = /^\/pdf\/.+\/((pages|contents|marks|find|page\/\d+)\.json|page\/\d+\.(webp|png))$/;

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(FILES).then((files) => files.addAll([...ASSETS, "/offline"])).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  event.waitUntil(takeOver());
});

async function takeOver() {
  for (const name of await caches.keys()) if (name !== FILES && !isStore(name)) await caches.delete(name);
  await self.clients.claim();
}

self.addEventListener("message", (event) => {
  if (event.data.carry) event.waitUntil(carry(event.data.carry));
  if (event.data.resume) event.waitUntil(resume());
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
  else if (request.method === "GET" && PDF_PART.test(pathname)) event.respondWith(partOfPdf(request));
  else if (request.destination === "image") event.respondWith(picture(request));
});

/**
 * A file's address changes with its content, so a cached one is always right. A kept page may
 * name an older file: offline it gets the current one.
 * @param {Request} request
 */
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

/** @param {Request} request */
async function picture(request) {
  try {
    return await fetch(request);
  } catch (error) {
    const found = await caches.match(request);
    if (found) return found;
    throw error;
  }
}

/** @param {Request} request */
async function partOfPdf(request) {
  const asked = fetch(request);
  const here = pdfPart(request.url);
  try {
    return await ((await here) ? Promise.race([asked, late()]) : asked);
  } catch (error) {
    const found = await here;
    if (found) return found;
    throw error;
  }
}

/**
 * The page to read a kept PDF, on the page that was asked for; undefined where it is not kept.
 * @param {URL} address
 */
async function readHere({ pathname, searchParams, href }) {
  const [, at, n] = pathKey(pathname).match(/^(\/pdf\/.+)\/(?:read|page\/(\d+))$/) ?? [];
  const found = at && (await pdfPart(href.replace(/\/page\/\d+(?=$|\?)/, "/read")));
  const page = n ?? searchParams.get("page");
  // The page on which it opens stands behind "#", which no worker sees.
  return found && page ? Response.redirect(`${at}/read#page=${Number(page)}`) : found;
}

/**
 * The network first; the kept page where it does not answer within PATIENCE_MS.
 * @param {FetchEvent} event
 * @param {string} pathname
 */
async function page(event, pathname) {
  const { searchParams } = new URL(event.request.url);
  const isKept = KEPT.test(pathname) && !searchParams.has("id"); // of recall: the card of one paper
  const asked = fetch(event.request);
  const key = keyOf(event.request.url);
  const isWhole = !searchParams.has("later") && !searchParams.has("q");
  if (isKept && isWhole) event.waitUntil(asked.then((answer) => put(key, answer.clone())).catch(() => {}));
  const pages = await caches.open(PAGES);
  const here = isKept && ((await pages.match(key)) ?? (await pages.match(key, { ignoreSearch: true })));
  try {
    return await (here && isWhole ? Promise.race([asked, late()]) : asked);
  } catch {
    const read = here || (await readHere(new URL(event.request.url)));
    if (read) return read.type === "default" && read.status === 200 ? marked(read) : read;
    const instead = await caches.match("/offline");
    if (!instead) return Response.error();
    return pathname === "/offline" ? instead : withMark(instead, "data-not-kept");
  }
}

/**
 * The key of a page: recall's has all
 * cards of the day, whatever was graded last, and the one to search answers any query.
 * @param {string} address
 */
function keyOf(address) {
  const { origin, pathname, search } = new URL(address, location.origin);
  return origin + pathKey(pathname) + (pathname === "/recall" || pathname === "/search" ? "" : search);
}

/** @returns {Promise<never>} */
const late = () => new Promise((_, reject) => setTimeout(reject, PATIENCE_MS, new Error("late")));

/** @param {Response} found */
const marked = (found) => withMark(found, `data-as-of="${found.headers.get("x-kept-at") ?? ""}"`);

/**
 * @param {Response} found
 * @param {string} mark
 */
async function withMark(found, mark) {
  const text = await found.text();
  return new Response(text.replace("<html", `<html ${mark}`), { headers: found.headers });
}

/**
 * Store a page. Redirects, errors and the sign-in never replace it; a device that is not signed
 * in keeps no pages.
 * @param {string} address
 * @param {Response} answer
 */
async function put(address, answer, stamp = "") {
  if (answer.status === 401 || answer.type === "opaqueredirect" || answer.redirected) return isSignedOut();
  if (!answer.ok || !answer.headers.get("content-type")?.startsWith("text/html")) return;
  const text = await answer.text();
  if (text.length > MOST_BYTES) return;
  await store(PAGES, address, text, answer.headers, stamp, MOST_PAGES);
  return text;
}

/**
 * @param {string} name of a store; it holds at most so many answers, the newest ones
 * @param {string} address
 * @param {BodyInit} body
 * @param {Headers} heads
 * @param {string} stamp
 * @param {number} most
 */
async function store(name, address, body, heads, stamp, most) {
  if (!(await settings()).keeps) return;
  const headers = new Headers(heads);
  headers.set("x-kept-at", new Date().toISOString());
  headers.set("x-stamp", stamp);
  const cache = await caches.open(name);
  try {
    await cache.put(address, new Response(body, { headers }));
  } catch (error) {
    await setSettings({ isFull: true }).catch(() => {}); // the page Offline tells it
    throw error;
  }
  const addresses = await cache.keys();
  for (const old of addresses.slice(0, Math.max(0, addresses.length - most))) await cache.delete(old);
}

async function isSignedOut() {
  try {
    await greet();
  } catch (error) {
    if (error instanceof SignedOut) await forget();
  }
}

/**
 * Fetch the pages of the list that are new or changed, with their pictures. What could not be
 * fetched is tried again the next time.
 * @param {import("./queue.js").Hello} hello
 */
async function carry(hello) {
  await self.clients.claim(); // also pages that were loaded while this worker was being installed
  const files = await caches.open(FILES);
  for (const address of [...ASSETS, "/offline"]) if (!(await files.match(address))) await files.add(address);
  if (!(await settings()).keeps) return;
  await setSettings({ isFull: false });
  let pages = await caches.open(PAGES);
  const before = await pages.match(LIST).then((found) => found?.json());
  if (before && before.library !== hello.library) await forget();
  else if (before && before.language !== hello.language) await caches.delete(PAGES);
  pages = await caches.open(PAGES);
  const { csrf, ...list } = hello;
  await pages.put(LIST, new Response(JSON.stringify(list)));
  for (const { address, stamp } of hello.pages) {
    const url = keyOf(address);
    const here = await pages.match(url);
    const at = Date.parse(here?.headers.get("x-kept-at") ?? "") || 0;
    if (here && stamp && here.headers.get("x-stamp") === stamp && Date.now() - at < OLD_MS) continue;
    const asked = fetch(url, { headers: { "X-Carry": "1" } });
    const text = await asked.then((answer) => put(url, answer, stamp)).catch(() => {});
    if (text) await pictures(text);
  }
  await texts(hello.texts).catch(() => {});
  await setSettings({ carried_at: Date.now() });
  await carryPdfs(hello.pdfs, `${hello.language} ${VERSION}`);
}

async function resume() {
  const list = await caches.match(LIST).then((found) => found?.json());
  if (list) await carryPdfs(list.pdfs, `${list.language} ${VERSION}`);
}

/** @param {string} stamp */
async function texts(stamp) {
  const here = await caches.match(DEVICE);
  if (here?.headers.get("x-stamp") === stamp) return;
  const answer = await fetch(DEVICE);
  const isOurs = answer.ok && !answer.redirected && answer.headers.get("content-type")?.includes("json");
  if (isOurs) await store(TEXTS, DEVICE, await answer.text(), answer.headers, stamp, 1);
}

/** @param {string} text */
async function pictures(text) {
  for (const [, address] of text.matchAll(/<img[^>]+src="(\/[^"]+)"/g)) {
    const url = new URL(address.replaceAll("&amp;", "&"), location.origin).href;
    if (await caches.match(url)) continue;
    const answer = await fetch(url).catch(() => null);
    if (!answer?.ok || Number(answer.headers.get("content-length") ?? 0) >= MOST_BYTES) continue;
    await store(PICTURES, url, await answer.blob(), answer.headers, "", MOST_PICTURES);
  }
}

/**
 * Queue a form that was submitted without the page's scripts while the server is unreachable.
 * @param {Request} request
 * @param {string} pathname
 */
async function form(request, pathname) {
  const copy = request.clone();
  try {
    return await fetch(request);
  } catch {
    /** @type {import("./queue.js").Field[]} */
    const fields = [];
    for (const [name, value] of await copy.formData()) if (typeof value === "string") fields.push([name, value]);
    if (!fields.some(([name]) => name === "act")) fields.push(["act", crypto.randomUUID()]);
    const list = await caches.match(LIST).then((found) => found?.json());
    await keep(pathname, fields, { library: list?.library ?? "" });
    await self.registration.sync?.register("queue").catch(() => {});
    const back = fields.find(([name]) => name === "back")?.[1] ?? "";
    const to = new URL(back || "/offline", location.origin);
    return Response.redirect(to.origin === location.origin ? to : "/offline", 303);
  }
}
