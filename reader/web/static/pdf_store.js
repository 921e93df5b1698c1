// Keep PDFs on the device: the page to read them, and the picture and the words of each page.
// For the worker.

import { PDFS, keptPdfs, pathKey, setSettings, settings } from "./device.js";

const WIDTH = 1200;
const MB = 1e6;
const AROUND = 40;

/** @typedef {import("./device.js").KeptPdf} KeptPdf */

/** @type {Promise<void> | null} */
let running = null;

/**
 * Fetch what is missing, the newest pick first, until the device's limit; remove what left the
 * queue. What an interruption left is fetched the next time; nothing is fetched twice.
 * @param {string[]} several addresses of PDFs
 * @param {string} version of the page to read them
 */
export function carryPdfs(several, version) {
  running ??= carryAll(several.map(pathKey), version).finally(() => { running = null; });
  return running;
}

/** @param {string[]} several @param {string} version */
async function carryAll(several, version) {
  const cache = await caches.open(PDFS);
  const { pdf_mb } = await settings();
  for (const { at } of await keptPdfs()) if (!several.includes(at)) await remove(cache, at);
  // Only some browsers tell that bytes are dear.
  if (/** @type {any} */ (navigator).connection?.saveData) return;
  await setSettings({ isPdfLeft: true });
  let left = pdf_mb * MB;
  for (const at of several) {
    const bytes = left > 0 ? await carryPdf(cache, at, version, left).catch(() => NaN) : Infinity;
    if (Number.isNaN(bytes)) return; // away, or no room: the next time
    if (bytes > left) await remove(cache, at);
    left -= bytes;
  }
  await setSettings({ isPdfLeft: false });
}

/**
 * Keep one PDF; returns its bytes, more than `most` where it stopped there, 0 where there is none.
 * Throws where the network is away, and for a full store.
 * @param {Cache} cache @param {string} at @param {string} version @param {number} most
 */
async function carryPdf(cache, at, version, most) {
  const asked = await fetch(`${at}/pages.json`);
  if (!isOurs(asked)) return 0;
  const facts = await asked.clone().json();
  let one = (await keptPdfs()).find((known) => known.at === at);
  if (one && one.stamp !== facts.stamp) {
    await remove(cache, at);
    one = undefined;
  }
  one ??= { at, stamp: facts.stamp, n_pages: facts.n_pages, n_here: 0, bytes: 0, version: "" };
  if (one.version !== version) {
    for (const part of ["read", "contents.json", "marks.json"]) await fetched(cache, `${at}/${part}`, `${at}/${part}`);
    await cache.put(`${at}/pages.json`, asked);
    one.version = version;
  }
  for (let n = one.n_here + 1; n <= one.n_pages && one.bytes <= most; n += 1) {
    one.bytes += await fetched(cache, `${at}/page/${n}.json`, `${at}/page/${n}.json?v=${one.stamp}`);
    one.bytes += await fetched(cache, `${at}/page/${n}.webp`, `${at}/page/${n}.webp?width=${WIDTH}&v=${one.stamp}&marks=0&small=1`);
    one.n_here = n;
    await cache.put(`${at}/kept.json`, new Response(JSON.stringify(one)));
  }
  await cache.put(`${at}/kept.json`, new Response(JSON.stringify(one)));
  return one.bytes;
}

/** @param {Response} answer */
const isOurs = (answer) => answer.ok && !answer.redirected;

/**
 * Fetch and store a part; returns its bytes, 0 where the server has none.
 * @param {Cache} cache @param {string} key @param {string} address
 */
async function fetched(cache, key, address) {
  const answer = await fetch(address, { headers: { "X-Carry": "1" } });
  if (!isOurs(answer)) return 0;
  const body = await answer.blob();
  const headers = new Headers(answer.headers);
  headers.set("x-kept-at", new Date().toISOString());
  try {
    await cache.put(key, new Response(body, { headers }));
  } catch (error) {
    await setSettings({ isFull: true }).catch(() => {});
    throw error;
  }
  return body.size;
}

/** @param {Cache} cache @param {string} at */
async function remove(cache, at) {
  for (const { url } of await cache.keys()) if (new URL(url).pathname.startsWith(`${at}/`)) await cache.delete(url);
}

/**
 * Answer from the store what a page asks of its PDF; undefined where it is not here.
 * @param {string} address
 */
export async function pdfPart(address) {
  const { pathname, searchParams } = new URL(address, location.origin);
  if (searchParams.has("copy") || searchParams.has("original")) return undefined; // another file of the paper
  const key = pathKey(pathname).replace(/\.png$/, ".webp");
  const find = key.match(/^(.+)\/find\.json$/);
  return find?.[1] ? found(find[1], searchParams.get("q") ?? "") : caches.match(key);
}

/** @param {string} text */
const plain = (text) => text.normalize("NFKC").toLowerCase();

/**
 * Find words in the pages of a kept PDF, as the server's find.json.
 * @param {string} at @param {string} query
 */
async function found(at, query) {
  const one = (await keptPdfs()).find((known) => known.at === at);
  if (!one) return undefined;
  const hits = [];
  const words = plain(query).trim().split(/\s+/).join(" ");
  for (let n = 1; n <= one.n_here && words; n += 1) {
    const page = await (await caches.match(`${at}/page/${n}.json`))?.json();
    hits.push(...hitsOf(n, page?.lines ?? [], words));
  }
  return new Response(JSON.stringify({ hits }), { headers: { "content-type": "application/json" } });
}

/**
 * Pure: the places of some words in the lines of a page.
 * @param {number} page
 * @param {{words: [number, number, number, number, string][], after: string}[]} lines
 * @param {string} words
 */
export function hitsOf(page, lines, words) {
  let text = "";
  /** @type {{from: number, to: number, box: number[]}[]} */
  const places = [];
  for (const line of lines) {
    line.words.forEach(([x0, y0, x1, y1, word], k) => {
      const from = text.length;
      text += plain(word);
      places.push({ from, to: text.length, box: [x0, y0, x1, y1] });
      if (k < line.words.length - 1) text += " ";
    });
    if (line.after === "-") text = text.replace(/-$/, "");
    else text += line.after === "\n" ? " " : line.after;
  }
  const hits = [];
  for (let at = text.indexOf(words); at >= 0; at = text.indexOf(words, at + words.length)) {
    const end = at + words.length;
    const boxes = places.filter(({ from, to }) => from < end && to > at).map(({ box }) => box);
    if (boxes.length) hits.push({ page, boxes, before: text.slice(Math.max(0, at - AROUND), at), text: text.slice(at, end), after: text.slice(end, end + AROUND) });
  }
  return hits;
}
