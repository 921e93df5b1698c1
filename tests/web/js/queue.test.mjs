// Which acts wait without a network, and what a page may say of them meanwhile.
import assert from "node:assert/strict";
import { test } from "node:test";

// An open channel would keep node from ending.
Reflect.deleteProperty(globalThis, "BroadcastChannel");
const { field, isQueued, meant, newAct, next, ofLibrary, previousOf, stateAfter } = await import("../../../reader/web/static/queue.js");

/**
 * @param {string} address
 * @param {Record<string, string>} fields
 * @param {Partial<import("../../../reader/web/static/queue.js").Act>} more
 */
const act = (address, fields, more = {}) => ({
  n: 1, address, fields: Object.entries(fields), act: newAct(), of: "", made_at: "", title: "", library: "", said: "", done: false, ...more,
});

test("decisions, notes and papers to add wait for the network, and nothing else", () => {
  const queued = ["/decide", "/wrong", "/undo", "/papers/add", "/note/arxiv:2611.00001"];
  assert.deepEqual(queued.filter(isQueued), queued);
  const not = ["/note/arxiv:2611.00001/draft", "/note/arxiv:2611.00001/check", "/mute", "/skip-rest", "/notes"];
  assert.deepEqual(not.filter(isQueued), []);
});

test("a field that an act lacks is empty", () => {
  const one = act("/decide", { id: "a", kind: "pick" });
  assert.equal(field(one, "kind"), "pick");
  assert.equal(field(one, "seen"), "");
});

test("the state after a decision is known before the server says so", () => {
  assert.equal(stateAfter(act("/decide", { id: "a", kind: "pick" })), "pick");
  assert.equal(stateAfter(act("/decide", { id: "a" })), undefined);
  assert.equal(stateAfter(act("/wrong", { id: "a", topic: "" })), "skip");
  assert.equal(stateAfter(act("/wrong", { id: "a", topic: "speech" })), undefined);
});

test("an undo takes back the last decision that no other undo took back", () => {
  const pick = act("/decide", { id: "a", kind: "pick" });
  const skip = act("/decide", { id: "b", kind: "skip" });
  const note = act("/note/a", { text: "words" });
  assert.equal(meant([pick, skip, note], undefined), skip);
  assert.equal(meant([pick, skip], "a"), pick);
  assert.equal(meant([pick, skip, act("/undo", {}, { of: skip.act })], undefined), pick);
  assert.equal(meant([note], undefined), undefined);
});

test("an act of another library and one that was refused are not sent", () => {
  const refused = act("/decide", { id: "a" }, { said: "It is gone." });
  const other = act("/decide", { id: "b" }, { library: "theirs" });
  const ours = act("/decide", { id: "c" }, { library: "ours" });
  const any = act("/decide", { id: "d" });
  assert.equal(next([refused, other, ours, any], "ours"), ours);
  assert.equal(next([refused, other, any], "ours"), any);
  assert.equal(next([refused, other], "ours"), undefined);
});

test("an act follows the last one before it that the server knows", () => {
  const first = act("/decide", { id: "a" });
  const refused = act("/decide", { id: "b" }, { previous: first.act, said: "It is gone." });
  const told = act("/decide", { id: "c" }, { previous: refused.act, said: "Both texts were kept.", done: true });
  const last = act("/undo", { id: "c" }, { previous: told.act });
  assert.equal(previousOf(first, [first, refused]), "");
  assert.equal(previousOf(told, [refused, told, last]), first.act); // the first was sent, and is gone
  assert.equal(previousOf(last, [refused, told, last]), told.act);
});

test("where one server has several readers, acts of another one are not listed", () => {
  const [theirs, ours, any] = ["theirs", "ours", ""].map((library) => act("/decide", { id: "a" }, { library }));
  assert.deepEqual(ofLibrary([theirs, ours, any], "ours"), [ours]);
  assert.deepEqual(ofLibrary([theirs, ours, any], ""), [any]);
  assert.deepEqual(ofLibrary([theirs, ours, any], undefined), [theirs, ours, any]);
});

test("ids of acts are 32 hexadecimal digits and differ", () => {
  assert.match(newAct(), /^[0-9a-f]{32}$/);
  assert.notEqual(newAct(), newAct());
});
