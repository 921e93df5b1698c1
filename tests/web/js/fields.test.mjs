// A note's fields and its text are the same words, whichever the person types in.

import assert from "node:assert/strict";
import { test } from "node:test";

import { fieldsOf, textOf } from "../../../reader/web/static/fields.js";

/** @type {[string, string][]} */
const KNOWN = [["Problem", "Who minds?"], ["Idea", "What is new?"], ["疑問", "どこで"]];
const TEMPLATE = "## Problem\n┊ Who minds?\n\n## Idea\n┊ What is new?\n\n## 疑問\n┊ どこで\n";

/** The fields of a text that has some. @param {string} text */
function split(text) {
  const fields = fieldsOf(text, KNOWN);
  assert.ok(fields);
  return fields;
}

/** Numbers between 0 and 1 that are the same at each run (mulberry32). @param {number} seed */
function drawn(seed) {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}
const PIECES = ["## Problem", "## Idea", "##  Own  ", "## 疑問", "##", "# A", "### Small", "┊ Who minds?", "┊ Who minds? typed",
  "```", "~~~", "    code", "- a point", "> words (p. 5)", "It hears 音.", "\n", "\n", "\n\n", "\r\n", " ", "\t"];
/** @param {() => number} random @param {string[]} pieces @param {number} most */
const several = (random, pieces, most) => Array.from({ length: random() * most }, () => pieces[Math.floor(random() * pieces.length)]).join("");

test("opening a note as fields and closing it changes no letter", () => {
  let n = 0;
  for (let seed = 0; seed < 4000; seed += 1) {
    const random = drawn(seed);
    const text = (random() < 0.7 ? "## Idea\n" : "") + several(random, PIECES, 24);
    const fields = fieldsOf(text, KNOWN);
    if (!fields) continue;
    n += 1;
    assert.equal(textOf(fields, fields.map(({ body }) => body)), text);
  }
  assert.ok(n > 2000, `only ${n} texts had fields`);
});

test("words typed in fields come back in the same fields", () => {
  const words = ["", "It hears.", "- a\n- b", "    code", "> words (p. 5)", "音が聞こえる。\n\nもう一段落。", "### Small\nx"];
  for (let seed = 0; seed < 4000; seed += 1) {
    const random = drawn(seed);
    const pick = () => words[Math.floor(random() * words.length)];
    const start = [TEMPLATE, "## Idea\nIt is new.", "## Own\nx\n\n## 疑問", "## Problem\n\nA.\n\n\n## Idea\n"][seed % 4];
    const fields = split(start);
    const typed = fields.map(pick);
    const again = fieldsOf(textOf(fields, typed), KNOWN);
    if (!again) { // a note without a word has no heading either
      assert.equal(typed.join(""), "");
      continue;
    }
    assert.deepEqual(again.map(({ label, body }) => [label, body]), fields.map(({ label }, n) => [label, typed[n]]));
  }
});

test("a text of another form has no fields", () => {
  for (const text of ["", "\n", "Two sentences. No heading.", "Words\n## Idea\nx", "# Idea\nx", "## Own\nx", "```\n## Idea\n```\n"]) {
    assert.equal(fieldsOf(text, KNOWN), null);
  }
});

test("an empty template gets the words below its hint", () => {
  const fields = split(TEMPLATE);
  assert.deepEqual(fields.map(({ label, hint }) => [label, hint]), KNOWN);
  assert.equal(textOf(fields, ["It is slow.", "", ""]), TEMPLATE.replace("minds?\n", "minds?\nIt is slow.\n"));
});

test("a heading that the note does not have is written at its place", () => {
  const fields = split("## Problem\nSlow.\n\n## 疑問\nなし。");
  assert.equal(textOf(fields, ["Slow.", "Faster.", "なし。"]), "## Problem\nSlow.\n\n## Idea\nFaster.\n\n## 疑問\nなし。");
  const last = split("## Problem\nSlow.");
  assert.equal(textOf(last, ["Slow.", "", "なし。"]), "## Problem\nSlow.\n\n## 疑問\nなし。");
});

test("a long text is split at once", () => {
  const text = `## Idea\n${"word ".repeat(400_000)}${"\n".repeat(200_000)}## Problem\nx${" ".repeat(200_000)}`;
  const fields = split(text);
  assert.equal(textOf(fields, fields.map(({ body }) => body)), text);
});
