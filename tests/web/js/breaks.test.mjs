// Where a line may end: after a word with its particles, and within none.
import assert from "node:assert/strict";
import { test } from "node:test";

import { mayEnd } from "../../../reader/web/static/breaks.js";

/** @type {(text: string, isJapanese: boolean) => string} */
const parted = (text, isJapanese) =>
  text.replace(/[^]/gu, (letter, at) => (at && mayEnd(text, at, isJapanese) ? `|${letter}` : letter));

const CASES = [
  ["再読み込みして受け取る", "再読み込みして|受け取る"],
  ["同時通訳の論文を読む", "同時通訳の|論文を|読む"],
  ["もうお読みの論文", "もうお読みの|論文"],
  ["はい、次へ", "はい、|次へ"],
  ["2026年11月", "2026年|11月"],
];

for (const [text, expected] of CASES) {
  test(`a Japanese line ends between words: ${expected}`, () => assert.equal(parted(text, true), expected));
}

test("an English line ends within a path only after its slash", () => {
  assert.equal(parted("in nlp/translation now", false), "in nlp/|translation now");
  assert.equal(parted("a well-known word", false), "a well-known word");
});
