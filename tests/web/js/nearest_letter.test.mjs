// Which letter a place beside the words means: that of its own line, in its own column.

import assert from "node:assert/strict";
import { test } from "node:test";
import { nearestLetter } from "../../../reader/web/static/nearest_letter.js";

/** @param {number} left @param {number} top @param {number} [angle] two words of 40 points each */
const line = (left, top, angle = 0) => ({
  box: [left, top, left + 90, top + 10], angle, after: " ",
  words: [[left, top, left + 40, top + 10, "snail"], [left + 50, top, left + 90, top + 10, "hears"]],
});
const columns = [[50, 0, 150, 500], [160, 0, 260, 500]];
const page = { columns, lines: [line(50, 100), line(50, 112), line(20, 100, 90), line(160, 112)] };

test("beyond a line is its end, before it its start", () => {
  assert.deepEqual(nearestLetter(page, 154, 105), { word: 1, letter: 5 });
  assert.deepEqual(nearestLetter(page, 30, 115), { word: 2, letter: 0 });
});

test("within a word it is the letter there, between words the next one", () => {
  assert.deepEqual(nearestLetter(page, 66, 105), { word: 0, letter: 2 });
  assert.deepEqual(nearestLetter(page, 95, 105), { word: 1, letter: 0 });
});

test("a place beside the text goes to the nearest line of its column", () => {
  assert.deepEqual(nearestLetter(page, 300, 100), { word: 7, letter: 5 });
  assert.deepEqual(nearestLetter(page, 52, 400), { word: 2, letter: 0 });
});

test("a page without level lines has none", () => {
  assert.equal(nearestLetter({ columns: [], lines: [line(20, 100, 90)] }, 30, 30), null);
});
