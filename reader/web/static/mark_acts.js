// @ts-check
// What an act changes on the marks of a PDF: shown before the server has done it.

/** @typedef {{id: number, name: string, page: number, kind: string, colour: string, text: string, note: string, boxes: number[][]}} Mark */
/** @typedef {{name: string, page: number, colour: string, width: number, points: number[]}} InkStroke */
/** @typedef {{marks: Mark[], strokes: InkStroke[]}} Marks */

/** What the server knows a mark by. @param {Mark} mark */
export const keyOf = (mark) => (mark.id ? String(mark.id) : mark.name);

/** The name that a mark or the first stroke of an act gets. @param {Record<string, string>} fields */
export const nameOf = (fields) => `asayomi-${fields.act}${fields.do === "draw" ? "-0" : ""}`;

/**
 * The marks after an act. One that the server has done already changes nothing, nor one of a mark
 * that is gone.
 * @param {Marks} found @param {Record<string, string>} fields as they are sent @returns {Marks}
 */
export function withAct({ marks, strokes }, fields) {
  const name = nameOf(fields);
  /** @param {Mark} mark */
  const isMeant = (mark) => keyOf(mark) === fields.mark || mark.name === fields.mark;
  if (fields.do === "mark" && !marks.some((mark) => mark.name === name)) {
    const { kind, colour, text, note } = fields;
    return { marks: [...marks, { id: 0, name, page: Number(fields.page), kind, colour, text, note, boxes: JSON.parse(fields.boxes) }], strokes };
  }
  if (fields.do === "draw" && !strokes.some((stroke) => stroke.name === name)) {
    return { marks, strokes: [...strokes, ...JSON.parse(fields.strokes).map((/** @type {InkStroke} */ stroke) => ({ ...stroke, name }))] };
  }
  if (fields.do === "change") {
    const { kind, colour, note } = fields;
    const to = Object.fromEntries(Object.entries({ kind, colour, note }).filter(([, value]) => value !== undefined));
    return { marks: marks.map((mark) => (isMeant(mark) ? { ...mark, ...to } : mark)), strokes };
  }
  if (fields.do === "remove") return { marks: marks.filter((mark) => !isMeant(mark)), strokes };
  if (fields.do === "erase") {
    const names = fields.names.split(" ");
    return { marks, strokes: strokes.filter((stroke) => !names.includes(stroke.name)) };
  }
  // Only what was made here can be taken away before the server answers.
  if (fields.do === "undo" && fields.made) {
    return { marks: marks.filter((mark) => mark.name !== fields.made), strokes: strokes.filter((stroke) => stroke.name !== fields.made) };
  }
  return { marks, strokes };
}
