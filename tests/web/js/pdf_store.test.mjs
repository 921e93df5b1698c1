// Finding words in the pages of a PDF that is kept on the device.
import assert from "node:assert/strict";
import { test } from "node:test";

import { hitsOf } from "../../../reader/web/static/pdf_store.js";

/** @type {(words: string, after: string) => {words: [number, number, number, number, string][], after: string}} */
const line = (words, after) => ({ words: words.split(" ").map((word, n) => [n, 0, n + 1, 1, word]), after });

test("words are found over lines, hyphens and capitals, with their boxes", () => {
  const lines = [line("We wait for Trans-", "-"), line("lation of speech.", "\n"), line("音声", ""), line("翻訳", "\n")];
  const [hit] = hitsOf(3, lines, "translation of");
  assert.deepEqual(hit, { page: 3, boxes: [[3, 0, 4, 1], [0, 0, 1, 1], [1, 0, 2, 1]], before: "we wait for ", text: "translation of", after: " speech. 音声翻訳 " });
  assert.equal(hitsOf(1, lines, "音声翻訳").length, 1);
  assert.deepEqual(hitsOf(1, lines, "nowhere"), []);
});
