// What an act changes on the marks of a PDF before the server has done it.
import assert from "node:assert/strict";
import { test } from "node:test";

import { keyOf, nameOf, withAct } from "../../../reader/web/static/mark_acts.js";

const ACT = "0123456789abcdef";
const MARK = { act: ACT, do: "mark", page: "2", kind: "highlight", colour: "#ffd400", text: "Waiting costs", note: "", boxes: "[[1,2,3,4]]" };
const DRAW = { act: ACT, do: "draw", strokes: JSON.stringify([{ page: 1, colour: "#2ea8e5", width: 1.6, points: [1, 2, 3, 4] }]) };
const NONE = { marks: [], strokes: [] };

test("a mark is shown with its words, and once", () => {
  const found = withAct(NONE, MARK);
  assert.deepEqual(found.marks, [
    { id: 0, name: `asayomi-${ACT}`, page: 2, kind: "highlight", colour: "#ffd400", text: "Waiting costs", note: "", boxes: [[1, 2, 3, 4]] },
  ]);
  const known = { marks: [{ ...found.marks[0], id: 7 }], strokes: [] };
  assert.deepEqual(withAct(known, MARK), known);
});

test("a mark is changed and removed by its number or by its name", () => {
  for (const id of [0, 7]) {
    const found = { marks: [{ ...withAct(NONE, MARK).marks[0], id }], strokes: [] };
    const mark = keyOf(found.marks[0]);
    const [changed] = withAct(found, { act: ACT, do: "change", mark, note: "For whom?" }).marks;
    assert.deepEqual([changed.note, changed.colour, changed.kind], ["For whom?", "#ffd400", "highlight"]);
    assert.equal(withAct(found, { act: ACT, do: "change", mark, note: "" }).marks[0].note, "");
    assert.deepEqual(withAct(found, { act: ACT, do: "remove", mark }), NONE);
    assert.deepEqual(withAct(found, { act: ACT, do: "remove", mark: `asayomi-${ACT}` }), NONE);
    assert.deepEqual(withAct(found, { act: ACT, do: "remove", mark: "99" }), found);
  }
});

test("a stroke is drawn once, and erased by its name", () => {
  const found = withAct(NONE, DRAW);
  assert.deepEqual(found.strokes.map((one) => [one.name, one.points]), [[nameOf(DRAW), [1, 2, 3, 4]]]);
  assert.deepEqual(withAct(found, DRAW), found);
  assert.deepEqual(withAct(found, { act: ACT, do: "erase", names: `other ${nameOf(DRAW)}` }), NONE);
});

test("an undo takes away at once what was made here, and nothing else", () => {
  const found = withAct(withAct(NONE, MARK), DRAW);
  assert.deepEqual(withAct(found, { act: ACT, do: "undo", number: "3", made: nameOf(MARK) }), { marks: [], strokes: found.strokes });
  assert.deepEqual(withAct(found, { act: ACT, do: "undo", number: "3", made: "" }), found);
});
