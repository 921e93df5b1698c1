import assert from "node:assert/strict";
import { test } from "node:test";

import { isOnStroke } from "../../../reader/web/static/mark_shapes.js";

const STROKE = [10, 10, 110, 10, 110, 60];

test("a place between two points of a stroke is on it", () => {
  assert.equal(isOnStroke(STROKE, [60, 15], 6), true);
  assert.equal(isOnStroke(STROKE, [115, 40], 6), true);
  assert.equal(isOnStroke(STROKE, [60, 17], 6), false);
});

test("a place beyond the ends of a stroke is not on it", () => {
  assert.equal(isOnStroke(STROKE, [3, 10], 6), false);
  assert.equal(isOnStroke(STROKE, [5, 10], 6), true);
  assert.equal(isOnStroke(STROKE, [110, 67], 6), false);
});

test("a dot is a stroke", () => {
  assert.equal(isOnStroke([10, 10, 10, 10], [12, 12], 6), true);
  assert.equal(isOnStroke([10, 10], [20, 20], 6), false);
});
