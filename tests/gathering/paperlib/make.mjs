/* Make libraries as Paperlib 2, 3 and later keep them, with Realm's own code.
 *
 * npm's realm@12.0.0-browser.2 carries realm-core 13 as WebAssembly, which runs in Node and writes
 * the file format of Paperlib 3 (23). Its files live in memory; its glue is changed below so that
 * they can be read.
 *
 *     npm pack realm@12.0.0-browser.2 && tar xzf realm-*.tgz
 *     cp package/dist/realm-js-wasm.* package/dist/bundle.browser.mjs WORK
 *     cd WORK && npm install bson@4 debug@4 && node make.mjs WORK paperlib3 30 default.realm
 *
 * Beside the file it writes what Realm itself reads of the papers, as JSON.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";

const [, , work, kind, count, out] = process.argv;
const FOLDER = resolve(work);

async function load() {
  const glue = readFileSync(`${FOLDER}/realm-js-wasm.mjs`, "utf8")
    .replace("var ENVIRONMENT_IS_WEB=true", "var ENVIRONMENT_IS_WEB=false")
    .replace("var wasmBinary;", "var wasmBinary=globalThis.RealmWasm;")
    .replace(/run\(\);\s*return Module\.ready/, "globalThis.RealmFiles=FS;run();return Module.ready");
  writeFileSync(`${FOLDER}/glue.mjs`, glue);
  const bundle = readFileSync(`${FOLDER}/bundle.browser.mjs`, "utf8");
  writeFileSync(`${FOLDER}/bundle.mjs`, bundle.replace("./realm-js-wasm.mjs", "./glue.mjs"));
  globalThis.RealmWasm = readFileSync(`${FOLDER}/realm-js-wasm.wasm`);
  globalThis.window = globalThis;
  globalThis.navigator ??= { userAgent: "node" };
  return await import(pathToFileURL(`${FOLDER}/bundle.mjs`).href);
}

const { Realm } = await load();
let n_ids = 0;
const oid = () => new Realm.BSON.ObjectId((++n_ids).toString(16).padStart(24, "0"));

const own = { _id: "objectId", _partition: "string?" };
const group = (name) => ({
  name,
  primaryKey: "_id",
  properties: { ...own, name: "string", color: "string?", count: "int", children: `${name}[]` },
});
const filed = { tags: "PaperTag[]", folders: "PaperFolder[]" };
const entity3 = {
  name: "PaperEntity",
  primaryKey: "_id",
  properties: {
    id: "objectId", ...own, addTime: "date", title: "string", authors: "string",
    publication: "string", pubTime: "string", pubType: "int", doi: "string", arxiv: "string",
    mainURL: "string", supURLs: "string[]", rating: "int", ...filed, flag: "bool", note: "string",
    codes: "string[]", pages: "string", volume: "string", number: "string", publisher: "string",
  },
};
const optional = (names) => Object.fromEntries(names.split(" ").map((name) => [name, "string?"]));
const entity4 = {
  name: "Entity",
  primaryKey: "_id",
  properties: {
    ...own, addTime: "date", library: "string", type: "string", title: "string", authors: "string",
    year: "string", defaultSup: "objectId?", supplementarys: "Supplementary{}",
    ...optional("abstract doi arxiv issn isbn journal booktitle month volume number pages publisher"),
    ...optional("series edition editor howpublished organization school institution note"),
    rating: "int?", ...filed, flag: "bool?", read: "bool?",
  },
};
const feed = {
  name: "Feed",
  primaryKey: "_id",
  properties: { ...own, id: "objectId", name: "string", count: "int", color: "string?", url: "string" },
};
const filter = {
  name: "PaperSmartFilter",
  primaryKey: "_id",
  properties: {
    ...own, name: "string", filter: "string", color: "string?", children: "PaperSmartFilter[]",
  },
};
const supplementary = {
  name: "Supplementary",
  embedded: true,
  properties: { _id: "string", url: "string", name: "string" },
};

const isNew = kind === "paperlib4";
const realm = new Realm({
  path: "/home/default.realm",
  schema: [
    ...(isNew ? [entity4, supplementary] : []), entity3, group("PaperTag"), group("PaperFolder"),
    feed, filter,
  ],
  schemaVersion: 10,
});

const when = (n) => new Date(Date.UTC(2023, 0, 1 + (n % 700), 9, 30));
const LONG = "Moss grows towards the light; 苔は光の方へ伸びます。\n\n".repeat(40);
const PLACES = ["Garden Studies", "苔の研究", "Proc. of Ponds"];

function groups(name, root, names) {
  const make = (one) => realm.create(name, {
    _id: oid(), _partition: "", name: one, color: "blue", count: 0, children: [],
  });
  const found = Object.fromEntries([root, ...names].map((one) => [one, make(one)]));
  for (const one of names) {
    const above = one.startsWith("Moss/") ? "Moss" : root;
    found[above].children.push(found[one]);
  }
  return found;
}

function paper(n, tags, folders) {
  const id = oid();
  const files = n % 3 ? [] : [`Growth_of_moss_${n}.pdf`];
  return {
    id, _id: id, _partition: "", addTime: when(n),
    title: n % 2 ? `苔の成長について、その${n}` : `The growth of moss, part ${n}`,
    authors: n % 2 ? "星 みお, 森 はる" : "Ada Field, Bo Lind, Mio Hoshi",
    publication: PLACES[n % 3], pubTime: `${2000 + (n % 24)}`, pubType: n % 4,
    doi: n % 4 === 0 ? `10.5555/moss.${n}` : "",
    arxiv: n % 4 === 1 ? `arXiv:2506.${`${10000 + n}`.slice(-5)}v2` : "",
    mainURL: files[0] ?? "",
    supURLs: n % 6 ? [] : [`Growth_of_moss_${n}_sup0.pdf`, `Data:::Growth_of_moss_${n}.csv`],
    rating: n % 6, flag: n % 5 === 0,
    note: n % 10 === 3 ? `<md>\n# Moss ${n}\n\n${n % 20 === 13 ? LONG : "*Slow*."}` : n % 10 === 7 ? "見た。" : "",
    codes: n % 8 ? [] : ["https://example.org/code"], pages: n % 2 ? "" : `${n}--${n + 9}`,
    volume: n % 2 ? "" : "7", number: n % 2 ? "" : "2", publisher: n % 2 ? "" : "Moss & Co",
    tags: n % 2 ? [tags["to read"]] : [tags["to read"], tags["苔"]],
    folders: n % 3 === 0 ? [folders["Moss/Wet moss"]] : n % 3 === 1 ? [folders["Ponds"]] : [],
  };
}

function newer(n, tags, folders) {
  const old = paper(n, tags, folders);
  const sup = (url, name) => ({ _id: `s${n}${name}`, url, name });
  const urls = [old.mainURL, ...old.supURLs].filter(Boolean);
  return {
    _id: old._id, addTime: old.addTime, library: "main", type: "article", title: old.title,
    authors: old.authors, year: old.pubTime, journal: n % 2 ? old.publication : null,
    booktitle: n % 2 ? null : old.publication, doi: old.doi || null, arxiv: old.arxiv || null,
    abstract: n % 2 ? null : "Moss is slow.", defaultSup: null, note: old.note || null,
    supplementarys: Object.fromEntries(urls.map((url, i) => [`s${n}-${i}`, sup(url, `f${i}`)])),
    rating: n % 7 ? old.rating : null, flag: n % 7 ? old.flag : null, tags: old.tags,
    folders: old.folders, volume: old.volume || null, pages: old.pages || null,
  };
}

realm.write(() => {
  const tags = groups("PaperTag", "Tags", ["to read", "苔"]);
  const folders = groups("PaperFolder", "Folders", ["Moss", "Moss/Wet moss", "Ponds"]);
  for (let n = 0; n < Number(count); n++) {
    if (isNew) realm.create("Entity", newer(n, tags, folders));
    else realm.create("PaperEntity", paper(n, tags, folders));
  }
  if (Number(count) < 2) return;
  const id = oid();
  const url = "https://example.org/moss.rss";
  realm.create("Feed", { id, _id: id, name: "Mosses", count: 0, color: "blue", url });
  for (const name of ["SmartFilters", "Unread"]) {
    realm.create("PaperSmartFilter", { _id: oid(), name, filter: "true", color: "blue", children: [] });
  }
});
// Removed ones leave holes, and a longer text changes how a column is stored.
const table = isNew ? "Entity" : "PaperEntity";
realm.write(() => {
  const every = [...realm.objects(table)];
  every[2] && (every[2].note = `<md>${"あ".repeat(2_000)}`);
  for (const one of every.filter((_one, n) => n % 11 === 5)) realm.delete(one);
});
const links = (several) => [...several].map((one) => one.name);
const read = [...realm.objects(table)].map((one) => ({
  ...one.toJSON(), tags: links(one.tags), folders: links(one.folders),
  ...(isNew ? { supplementarys: Object.values(one.supplementarys).map((sup) => sup.url) } : {}),
}));
writeFileSync(`${out}.json`, `[${read.map((one) => JSON.stringify(one)).join(",\n")}]\n`);
realm.writeCopyTo({ path: "/home/copy.realm" });
const files = globalThis.RealmFiles;
const content = new Uint8Array(files.stat("/home/copy.realm").size);
files.read(files.open("/home/copy.realm", "r"), content, 0, content.length, 0);
writeFileSync(out, content);
process.exit(0);
