// Search the texts that a device has, without a network: every word must be found, as the server
// folds words (base/words.py). Pure: knows no page and no network.

/**
 * @typedef {object} DevicePaper
 * @property {string} id
 * @property {string} title
 * @property {string} authors
 * @property {string} abstract
 * @property {string} note "" for none
 * @property {string[]} highlights
 *
 * @typedef {"title" | "note" | "highlight" | "abstract"} Place
 *
 * A paper that was found. place: where most words are. evidence: its best sentence, as pieces
 * with whether each is a word of the query.
 * @typedef {{paper: DevicePaper, place: Place, evidence: [text: string, isMatch: boolean][]}} DeviceHit
 *
 * @typedef {{paper: DevicePaper, flat: Record<Place, string>}} Prepared
 */

/** What a word counts where it stands: a title's word more than all the others together. */
const WEIGHTS = { title: 8, note: 4, highlight: 2, abstract: 1 };
const PLACES = /** @type {Place[]} */ (Object.keys(WEIGHTS));
/** @type {Record<string, Place[]>} The places of the kinds that a search may be limited to. */
const KINDS = { "": PLACES, note: ["note"], highlight: ["highlight"], paper: ["title", "abstract"], passage: [] };

const MOST_LETTERS = 240;
const CJK = "\\p{sc=Hira}\\p{sc=Kana}\\p{sc=Han}\\p{sc=Hang}ー";
const WORD = new RegExp(`[${CJK}]+|(?:(?![${CJK}])[\\p{L}\\p{N}\\u0300-\\u036f])+`, "gu");
const IS_CJK = new RegExp(`[${CJK}]`, "u");
const PART = /[\p{sc=Kana}\p{sc=Han}ー]{2,}/gu;
const EVERYWHERE = new Set("a an and are as at be by can for from in is it of on or that the this to was we were with".split(" "));

/**
 * Reduce a word to the form in which it is compared: singular, without accents and long marks.
 * @param {string} word in lower case
 */
function folded(word) {
  if (IS_CJK.test(word)) return word.replace(/(?<=[ァ-ヺー])ー+/gu, "");
  const bare = word.normalize("NFKD").replace(/[\u0300-\u036f]/gu, "") || word;
  if (bare.length < 4 || bare === "news" || bare.endsWith("ss")) return bare;
  if (bare.endsWith("ies") && bare.length > 4) return `${bare.slice(0, -3)}y`;
  return bare.replace(/s$/u, "").replace(/(ss|sh|ch|x|zz)e$/u, "$1");
}

/**
 * Split a text into its words as they are compared. A run of Japanese is one word.
 * @param {string} text
 */
export const wordsOf = (text) => (text.normalize("NFKC").toLowerCase().match(WORD) ?? []).map(folded);

/** @param {string} text */
const flat = (text) => ` ${wordsOf(text).join(" ")} `;

/**
 * Prepare texts for many searches.
 * @param {DevicePaper[]} papers
 * @returns {Prepared[]}
 */
export const prepared = (papers) =>
  papers.map((paper) => ({
    paper,
    flat: {
      title: flat(`${paper.title} ${paper.authors}`),
      note: flat(paper.note),
      highlight: flat(paper.highlights.join("\n")),
      abstract: flat(paper.abstract),
    },
  }));

/**
 * Read a query. wanted, without: words and phrases, ready to be found in a flat text; a Japanese
 * run may stand within a longer one. unread: filters and operators, which only the server knows.
 * @param {string} query
 */
export function parsed(query) {
  /** @type {{wanted: string[], without: string[], unread: string[]}} */
  const found = { wanted: [], without: [], unread: [] };
  for (const part of query.normalize("NFKC").match(/-?"[^"]*"|\S+/gu) ?? []) {
    if (/^\(*(AND|OR|NOT)$|^[-(]*[a-z]+:./u.test(part)) {
      found.unread.push(part);
      continue;
    }
    const words = wordsOf(part).flatMap((word) => (/\p{sc=Hira}/u.test(word) && !part.includes('"') && word.match(PART)) || [word]);
    const isPhrase = part.includes('"') && !words.some((word) => IS_CJK.test(word));
    const terms = isPhrase && words.length ? [` ${words.join(" ")} `] : words.map((word) => (IS_CJK.test(word) ? word : ` ${word} `));
    (part.startsWith("-") ? found.without : found.wanted).push(...terms);
  }
  const telling = found.wanted.filter((term) => !EVERYWHERE.has(term.trim()));
  if (telling.length) found.wanted = telling;
  return found;
}

/**
 * Find the papers that have every word, the best first; of equal ones that which stands first.
 * @param {Prepared[]} texts
 * @param {string} query
 * @param {string} kind "note", "highlight", "paper", "passage", or "" for all
 * @returns {DeviceHit[]}
 */
export function search(texts, query, kind = "") {
  const { wanted, without } = parsed(query);
  if (!wanted.length) return [];
  const places = KINDS[kind] ?? PLACES;
  const hits = [];
  for (const { paper, flat } of texts) {
    /** @type {(term: string) => Place[]} */
    const having = (term) => places.filter((place) => flat[place].includes(term));
    const found = wanted.map(having);
    if (found.some((some) => !some.length) || without.some((term) => having(term).length)) continue;
    // The sum of each word's best place, and little for its others.
    const score = found.reduce((sum, some) => sum + some.reduce((all, place, n) => all + WEIGHTS[place] / (n ? 100 : 1), 0), 0);
    const [place] = [...places].sort((a, b) => count(found, b) - count(found, a));
    hits.push({ paper, place, score });
  }
  hits.sort((a, b) => b.score - a.score);
  return hits.map(({ paper, place }) => ({ paper, place, evidence: evidence(paper, place, wanted) }));
}

/** @type {(found: Place[][], place: Place) => number} */
const count = (found, place) => found.filter((some) => some.includes(place)).length;

/**
 * Choose the sentence with most of the words, and mark them.
 * @param {DevicePaper} paper
 * @param {Place} place
 * @param {string[]} wanted
 * @returns {[string, boolean][]}
 */
function evidence(paper, place, wanted) {
  const text = { title: paper.abstract, note: paper.note, highlight: paper.highlights.join("\n"), abstract: paper.abstract }[place];
  const sentences = text.split(/(?<=[.!?]\s)|(?<=[。！？])|\n+/u).filter((one) => /[\p{L}\p{N}]/u.test(one));
  /** @param {string} sentence */
  const having = (sentence) => wanted.filter((term) => flat(sentence).includes(term)).length;
  const best = sentences.reduce((one, other) => (having(other) > having(one) ? other : one), sentences[0] ?? "");
  return marked(best.length > MOST_LETTERS ? `${best.slice(0, MOST_LETTERS)}…` : best.trim(), wanted);
}

/**
 * @param {string} text
 * @param {string[]} wanted
 * @returns {[string, boolean][]}
 */
function marked(text, wanted) {
  const words = wanted.flatMap((term) => term.trim().split(" "));
  /** @type {[string, boolean][]} */
  const pieces = [];
  let done = 0;
  for (const { 0: run, index } of text.matchAll(WORD)) {
    const [word] = wordsOf(run);
    const term = words.find((one) => word === one || (IS_CJK.test(one) && word?.includes(one)));
    if (!term) continue;
    // Within a Japanese run only the part, where it is written alike.
    const at = run.indexOf(term);
    const [from, length] = IS_CJK.test(run) && at >= 0 ? [index + at, term.length] : [index, run.length];
    pieces.push([text.slice(done, from), false], [text.slice(from, from + length), true]);
    done = from + length;
  }
  return [...pieces, /** @type {[string, boolean]} */ ([text.slice(done), false])].filter(([piece]) => piece);
}
