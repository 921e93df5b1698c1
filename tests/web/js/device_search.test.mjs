// Searching what a device has: the words of the server, all of them, the best place first.
import assert from "node:assert/strict";
import { test } from "node:test";

import { parsed, prepared, search, wordsOf } from "../../../reader/web/static/device_search.js";

/** @param {string} id @param {Partial<import("../../../reader/web/static/device_search.js").DevicePaper>} more */
const paper = (id, more) => ({ id, title: "", authors: "", abstract: "", note: "", highlights: [], ...more });

const TEXTS = prepared([
  paper("abstract", { title: "Other words", abstract: "First this. We study the latency of speech translations. Then that." }),
  paper("highlight", { highlights: ["The latency is bounded for speech translation."] }),
  paper("note", { note: "It translates speech with low latency: translation that waits." }),
  paper("title", { title: "Latency in Speech Translation", authors: "Émile Nulle-Part" }),
  paper("ja", { title: "駅の雑踏における同時通訳", note: "サーバーが遅い。音声翻訳の遅延を測った。" }),
]);

/** @param {string} query @param {string} [kind] */
const ids = (query, kind) => search(TEXTS, query, kind).map((hit) => hit.paper.id);

test("title comes before note, highlight and abstract", () => {
  assert.deepEqual(ids("speech translation latency"), ["title", "note", "highlight", "abstract"]);
});

test("every word must be found, as the server folds it", () => {
  assert.deepEqual(ids("ＬＡＴＥＮＣＩＥＳ waits"), ["note"]);
  assert.deepEqual(ids("emile"), ["title"]);
  assert.deepEqual(ids("サーバ"), ["ja"]);
  assert.deepEqual(ids("音声翻訳"), ["ja"]);
  assert.deepEqual(ids("ｻｰﾊﾞｰ 遅延"), ["ja"]);
  assert.deepEqual(ids("遅延を測る"), ["ja"]);
  assert.deepEqual(ids("latency nowhere"), []);
  assert.deepEqual(ids("laten"), []);
});

test("phrases, words to leave out, and what only the server can read", () => {
  assert.deepEqual(ids('"low latency"'), ["note"]);
  assert.deepEqual(ids("latency -waits -bounded"), ["title", "abstract"]);
  assert.deepEqual(parsed("topic:speech/translation latency OR the").unread, ["topic:speech/translation", "OR"]);
  assert.deepEqual(parsed("the latency").wanted, [" latency "]);
  assert.deepEqual(ids("  "), []);
});

test("a kind limits where it looks", () => {
  assert.deepEqual(ids("latency", "note"), ["note"]);
  assert.deepEqual(ids("latency", "paper"), ["title", "abstract"]);
  assert.deepEqual(ids("latency", "passage"), []);
});

test("the sentence with most words is shown, with the words marked", () => {
  const [hit] = search(TEXTS, "translation study");
  assert.equal(hit?.evidence.map(([text]) => text).join(""), "We study the latency of speech translations.");
  assert.deepEqual(hit?.evidence.filter(([, isMatch]) => isMatch).map(([text]) => text), ["study", "translations"]);
  const [ja] = search(TEXTS, "翻訳");
  assert.deepEqual(ja?.evidence.filter(([, isMatch]) => isMatch).map(([text]) => text), ["翻訳"]);
});

test("words are split and folded as on the server", () => {
  assert.deepEqual(wordsOf("End-to-end policies, caches & boxes: naïve"), ["end", "to", "end", "policy", "cach", "box", "naive"]);
});
