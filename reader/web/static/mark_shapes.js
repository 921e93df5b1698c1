// @ts-check
// What is drawn of marks: shapes over the words, strokes, and a button for keys and screen readers.

/** @typedef {import("./mark_acts.js").Mark} Mark */

const SVG = "http://www.w3.org/2000/svg";

/** @param {Mark} mark @returns {SVGElement[]} */
export function shapesOf({ kind, colour, boxes, note }) {
  const made = boxes.map(([x0, y0, x1, y1]) => {
    const isLine = kind !== "highlight" && kind !== "note";
    const top = kind === "strike-out" ? (y0 + y1) / 2 : y1 - 1;
    return rect(kind === "note" ? "note" : isLine ? "line" : "over", colour, isLine ? [x0, top, x1, top + 1.2] : [x0, y0, x1, y1]);
  });
  if (note && kind !== "note") {
    const [, y0, x1] = boxes[boxes.length - 1];
    made.push(rect("note", colour, [x1 + 1, y0 - 1, x1 + 5, y0 + 3]));
  }
  return made;
}

/** @param {string} name @param {string} colour @param {number[]} box */
function rect(name, colour, [x0, y0, x1, y1]) {
  return shape("rect", { class: name, x: x0, y: y0, width: x1 - x0, height: y1 - y0, rx: 1, fill: colour || "#ffd400" });
}

/** @param {{colour: string, width: number, points: number[]}} stroke @returns {SVGElement} */
export function lineOf({ colour, width, points }) {
  return shape("polyline", { points: points.join(" "), stroke: colour, "stroke-width": width });
}

/** Whether a place is at most so far from a stroke, whose points may lie apart. @param {number[]} points @param {number[]} place @param {number} within */
export function isOnStroke(points, [x, y], within) {
  for (let at = 0; at < points.length; at += 2) {
    const [x0, y0, x1 = x0, y1 = y0] = points.slice(at, at + 4);
    const [dx, dy] = [x1 - x0, y1 - y0];
    const along = Math.min(1, Math.max(0, ((x - x0) * dx + (y - y0) * dy) / (dx * dx + dy * dy || 1)));
    if (Math.hypot(x0 + along * dx - x, y0 + along * dy - y) <= within) return true;
  }
  return false;
}

/** A layer in points of a page. @param {number[]} size @param {SVGElement[]} shapes */
export function layerOf([width, height], shapes) {
  const made = shape("svg", { viewBox: `0 0 ${width} ${height}`, "aria-hidden": "true" });
  made.append(...shapes);
  return made;
}

/** @param {string} kind @param {Record<string, string | number>} attributes */
function shape(kind, attributes) {
  const made = /** @type {SVGElement} */ (document.createElementNS(SVG, kind));
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value));
  return made;
}

/** A mark for keys and screen readers. @param {Mark} mark @param {string} key @param {string} name @param {number[]} size */
export function buttonOf({ boxes, text, note }, key, name, [width, height]) {
  const [x0, y0, x1, y1] = boxes[0];
  const button = document.createElement("button");
  button.type = "button";
  button.dataset.mark = key;
  button.setAttribute("aria-label", `${name}: ${[text, note].filter(Boolean).join(" — ").slice(0, 200)}`);
  Object.assign(button.style, { left: `${(100 * x0) / width}%`, top: `${(100 * y0) / height}%`, width: `${(100 * (x1 - x0)) / width}%`, height: `${(100 * (y1 - y0)) / height}%` });
  return button;
}
