// What this device keeps: the names of its stores, and the texts that it can search.
// Pages and the worker use it, so it knows no document.

/** The stores of CacheStorage: pages, their pictures, the texts to search, and pages of PDFs. */
export const PAGES = "pages";
export const PICTURES = "pictures";
export const TEXTS = "texts";
export const PDFS = "pdfs";
const STORES = [PAGES, PICTURES, TEXTS, PDFS];
const OWN = "device";
/** @param {string} name */
export const isStore = (name) => STORES.includes(name) || name === OWN;

/** Delete all that this device keeps; what waits to be sent stays. */
export const forget = () => Promise.all(STORES.map((name) => caches.delete(name)));

/** The server's list of what to keep, in PAGES, and the texts, in TEXTS. */
export const LIST = "/offline.json";
export const DEVICE = "/device.json";

/**
 * What was chosen on this device. keeps: false after its pages were removed. pdf_mb: the most
 * megabytes of PDFs. carried_at: when the worker last had all pages. isPdfLeft: it was interrupted
 * while it fetched PDFs. isFull: the browser had no room for all.
 * @typedef {{keeps: boolean, pdf_mb: number, carried_at: number, isPdfLeft: boolean, isFull: boolean}} Settings
 */

const SETTINGS = "/device/settings";
/** @type {Settings} */
const USUAL = { keeps: true, pdf_mb: 300, carried_at: 0, isPdfLeft: false, isFull: false };

/** @returns {Promise<Settings>} */
export async function settings() {
  const found = "caches" in globalThis ? await caches.match(SETTINGS) : undefined;
  return { ...USUAL, ...(await found?.json()) };
}

/** @param {Partial<Settings>} change */
export async function setSettings(change) {
  const all = { ...(await settings()), ...change };
  const own = await caches.open(OWN);
  await own.put(SETTINGS, new Response(JSON.stringify(all)));
}

/**
 * A PDF of which n_here of n_pages pages are kept. at: its address.
 * @typedef {{at: string, stamp: string, version: string, n_pages: number, n_here: number, bytes: number}} KeptPdf
 */

/**
 * The same address may be written with ":" or "%3A" in an id: both get one key.
 * @param {string} pathname
 */
export const pathKey = (pathname) => encodeURI(decodeURIComponent(pathname));

/** @returns {Promise<KeptPdf[]>} */
export async function keptPdfs() {
  if (!("caches" in globalThis) || !(await caches.has(PDFS))) return [];
  const store = await caches.open(PDFS);
  const keys = (await store.keys()).filter(({ url }) => url.endsWith("/kept.json"));
  return Promise.all(keys.map(async (key) => (await store.match(key))?.json()));
}

/**
 * The texts that the device has.
 * @typedef {{papers: import("./device_search.js").DevicePaper[], n_left_out: number}} Texts
 */

/**
 * Read the texts that the device has; null where it has none.
 * @returns {Promise<Texts | null>}
 */
export async function textsHere() {
  const found = "caches" in globalThis ? await caches.match(DEVICE) : undefined;
  return found ? found.json() : null;
}
