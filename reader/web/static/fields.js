// @ts-check
// A note's Markdown as labelled fields: one field for each heading of the second level. The text
// stays the only thing that is kept: what was not typed over is in it letter by letter.

/**
 * A field. head: the heading with the hint below it, as they stand in the text; "" where the text
 * has no such heading. body: the words. tail: the blank lines behind them.
 * @typedef {{label: string, hint: string, head: string, body: string, tail: string}} Field
 */

const HINT = "┊ ";

/**
 * Split a text at its headings. known: the headings of its template with their hints; those that
 * the text does not have come back as empty fields, in the template's order. Null for a text of
 * another form: it begins with other words, or has no heading of the template.
 * @param {string} text
 * @param {[string, string][]} known
 * @returns {Field[] | null}
 */
export function fieldsOf(text, known) {
  const hints = new Map(known);
  const parts = sections(text);
  if (!parts?.some(({ label }) => hints.has(label))) return null;
  const fields = parts.map(({ label, lead, lines }) => fieldOf(label, lead, lines, hints.get(label) ?? ""));
  const labels = known.map(([label]) => label);
  labels.forEach((label, n) => {
    if (fields.some((field) => field.label === label)) return;
    const before = fields.findLastIndex((field) => labels.indexOf(field.label) >= 0 && labels.indexOf(field.label) < n);
    fields.splice(before + 1, 0, { label, hint: hints.get(label) ?? "", head: "", body: "", tail: "" });
  });
  return fields;
}

/**
 * @param {string} text
 * @returns {{label: string, lead: string, lines: string[]}[] | null}
 */
function sections(text) {
  const found = [];
  let lead = "";
  let fence = "";
  for (const line of text.match(/[^\n]*\n|[^\n]+$/g) ?? []) {
    const bare = line.trim();
    const mark = ["```", "~~~"].find((one) => bare.startsWith(one)) ?? "";
    const label = fence ? "" : headingOf(line);
    if (mark && (!fence || fence === mark)) fence = fence ? "" : mark;
    if (label) found.push({ label, lead: found.length ? "" : lead, lines: [line] });
    else if (found.length) found[found.length - 1].lines.push(line);
    else if (bare) return null;
    else lead += line;
  }
  return found;
}

/** @param {string} line */
const headingOf = (line) => (/^##[ \t]/.test(line) ? line.slice(3).trim() : "");

/**
 * @param {string} label
 * @param {string} lead
 * @param {string[]} lines
 * @param {string} hint
 * @returns {Field}
 */
function fieldOf(label, lead, [heading, ...lines], hint) {
  let head = lead + heading;
  // What stands behind a hint was typed, so such a line is no hint any more.
  if (hint && lines[0]?.trimEnd() === HINT + hint) head += lines.shift();
  const rest = lines.join("");
  const body = rest.trim();
  if (!body) return { label, hint, head, body, tail: rest };
  // The first line keeps its indent: it may be code or a list.
  const first = rest.lastIndexOf("\n", rest.length - rest.trimStart().length - 1) + 1;
  const end = rest.trimEnd().length;
  return { label, hint, head: head + rest.slice(0, first), body: rest.slice(first, end), tail: rest.slice(end) };
}

/**
 * Write the fields as one text. words: what stands in each field now.
 * @param {Field[]} fields
 * @param {string[]} words
 */
export function textOf(fields, words) {
  let text = "";
  let isOpen = false; // a heading that is new ends here: a blank line has to follow
  fields.forEach(({ label, head, body, tail }, n) => {
    if (!head && !words[n]) return;
    if (text && (isOpen || !head)) text = ended(text, "\n\n");
    isOpen = !head;
    if (words[n] === body) text += head + body + tail;
    else if (!head) text += `## ${label}\n${words[n]}`;
    else if (body || !words[n]) text += head + words[n] + tail;
    else text += `${ended(head, "\n")}${words[n]}\n${tail}`;
  });
  return text;
}

/**
 * @param {string} text
 * @param {string} end
 */
function ended(text, end) {
  while (!text.endsWith(end)) text += "\n";
  return text;
}
