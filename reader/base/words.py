"""Split texts and queries into words as they count in a search, and find misspelt ones.

Any string at all is taken, nothing is raised, and the time is linear in its length: queries
may hold operators of SQLite's full text, and texts come from anywhere. Other spellings are
made from what was typed, and not compared with all that is there: some hundred look-ups in
an index take a millisecond where comparing 70,000 names takes a second.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Literal, NamedTuple

from reader.base.text import ADDRESS, LINK, compiled

MAX_QUERY = 1_000
"""Characters of a query that are read."""
MAX_TERMS = 32
"""Terms of one MATCH expression; later ones are left out."""
SHORT_QUERY = 8
"""Up to so many words, neighbours in a query are also searched as one word."""
LONGEST_COMPOUND = 40
"""Characters of a compound that is searched as one word."""
TELLING_NOTHING = frozenset(
    ("an", "and", "are", "as", "at", "be", "been", "but", "by", "can", "for", "from", "has",
     "have", "in", "into", "is", "it", "its", "of", "on", "or", "our", "than", "that", "the",
     "their", "these", "they", "this", "those", "to", "was", "we", "were", "which", "while",
     "with")
)  # fmt: skip
"""Words that no model of papers weighs. The shipped models were fitted without them, so a
changed list needs fitted numbers anew."""


def grams(text: str) -> str:
    """Prepare text for FTS5's unicode61, which does not split Chinese, Japanese or Korean.

    NFKC and casefold; a CJK run becomes its overlapping pairs and its last character,
    so that every pair and every single character is the beginning of some word.
    """
    if text.isascii():  # most abstracts; ten times as quick
        return " ".join(text.casefold().translate(_BETWEEN_WORDS).split())
    return " ".join(word for token in _tokens(text) for word in _index_words(token))


def searchable(text: str) -> str:
    """Prepare text for the full-text index: as `grams`, and variant spellings become one.

    English plurals become singular, accents go, katakana loses its long marks ("サーバー" is
    "サーバ"). Compounds with hyphens are added at the end as one word: "endtoend".
    """
    return " ".join([*words_in_order(text), *dict.fromkeys(_compounds(text))])


def words_in_order(text: str) -> list[str]:
    """Split a text into its words as they are indexed, without the compounds at the end."""
    if text.isascii():  # as `grams` does, three times as quick
        return [folded(token) for token in text.casefold().translate(_BETWEEN_WORDS).split()]
    return [word for token in _tokens(text) for word in _index_words(folded(token))]


def without_addresses(text: str) -> str:
    """Leave out the addresses in a text: of a link of Markdown its label stays."""
    return ADDRESS.sub(" ", LINK.sub(r"\1", text))


def address_words(text: str) -> list[str]:
    """Make one word of each address in a text, by which it is found when all of it is typed.

    It begins as no other word does: "httpgithubcomopenaiwhisper".
    """
    return [address_word(address) for address in ADDRESS.findall(text)]


def address_word(address: str) -> str:
    """Make the word of one address, as it is indexed."""
    letters = _NO_LETTER.sub("", _SCHEME.sub("", address.casefold()))
    return folded(f"http{letters}")


def query_terms(query: str) -> str:
    """Turn what a person typed into a safe MATCH expression over `searchable`, or "".

    Words are joined by OR. A CJK run is looked for as it was typed ("機械学習" is the phrase
    "機械 械学 学習"), by hiragana that it begins with, by its parts between hiragana and in one
    script, and in pairs that begin with a kanji.
    Neighbours are also looked for as one word ("end to end": "endtoend").
    Words that stand in nearly every English text count only where nothing else was typed.
    """
    return " OR ".join([term for terms in term_lists(query) for term in terms][:MAX_TERMS])


def term_lists(query: str) -> tuple[list[str], list[str]]:
    """Return the terms of `query_terms` in two lists: of single words, of joined neighbours."""
    words: dict[str, None] = {}
    tokens = list(_tokens(query[:MAX_QUERY]))
    for token in [t for t in tokens if t not in _EVERYWHERE] or tokens:
        words.update(dict.fromkeys(_match_terms(folded(token))))
    # Last, since a long query is cut: what is left of a word in another form (弱い, 弱そう).
    pairs = [pair for token in tokens for pair in _pairs(folded(token)) if _HAN_FIRST.match(pair)]
    words.update(dict.fromkeys(f'"{pair}"' for pair in pairs))
    joined = dict.fromkeys(f'"{word}"' for word in _joined_neighbours(query[:MAX_QUERY], tokens))
    return list(words), [term for term in joined if term not in words]


def beginning(term: str) -> str:
    """Turn the term of an English word into that of the beginning which its forms share, or "".

    "memorise" becomes "memor"*, which also finds memorising and memorization.
    """
    word = term.strip('"')
    is_plain = len(word) >= SHORTEST and word.isascii() and word.isalpha()
    return f'"{_ENDING.sub("", word)}"*' if is_plain else ""


def phrase_term(phrase: str) -> str:
    """Turn words that must stand side by side into a safe MATCH expression, or ""."""
    tokens = [folded(token) for token in _tokens(phrase[:MAX_QUERY])][:MAX_TERMS]
    if not tokens:
        return ""
    *before, last = tokens
    words = [word for token in before for word in _index_words(token)]
    # A run of Japanese may go on after the phrase; one character is the beginning of a pair.
    is_open = len(last) == 1 and is_cjk(last)
    words += _pairs(last) if is_cjk(last) and len(last) > 1 else [last]
    return f'"{" ".join(words)}"' + ("*" if is_open else "")


def begun_terms(typed: str, *, least: int) -> str:
    """Turn what is being typed into a safe MATCH expression, "" for no words: all of them, the last
    one as far as it is typed, from `least` letters on, since very many words begin with fewer."""
    *before, last = [term for word in typed.split() if (term := phrase_term(word))] or [""]
    is_begun = len(last) >= least + len('""') and not last.endswith("*")
    return " AND ".join([*before, f"{last}*" if is_begun else last])


def query_words(query: str) -> list[str]:
    """List the normalised words of a query, each once.

    Words that stand in nearly every text are left out, unless there are no others.
    """
    tokens = list(_tokens(query[:MAX_QUERY]))
    counting = [t for t in tokens if t not in _EVERYWHERE] or tokens
    return list(dict.fromkeys(folded(token) for token in counting))


def joined_words(query: str) -> list[str]:
    """Join the neighbours of a query to one word: "endtoend" for "end to end"."""
    return _joined_neighbours(query[:MAX_QUERY], list(_tokens(query[:MAX_QUERY])))


def neighbours(query: str) -> list[str]:
    """List the neighbouring Latin words of a query as the index has them, each pair once.

    Pairs of words that stand in nearly every text are left out. A run of Japanese is looked for
    as it stands anyway.
    """
    tokens = list(_tokens(query[:MAX_QUERY]))
    pairs = (
        f"{folded(one)} {folded(other)}"
        for one, other in pairwise(tokens)
        if not (is_cjk(one) or is_cjk(other)) and not _EVERYWHERE.issuperset((one, other))
    )
    return list(dict.fromkeys(pairs))


def says_something(word: str) -> bool:
    """Check whether a word does not stand in nearly every English text."""
    return word.casefold() not in _EVERYWHERE


def is_sign(char: str) -> bool:
    """Check whether a character may mean something by itself: a letter, or a picture such as ♪."""
    return char.isalpha() or unicodedata.category(char) == "So"


def parts_of(run: str) -> list[str]:
    """Split a run of Japanese at its hiragana; the parts in kanji and katakana remain."""
    return _PART.findall(run)


class WordPlace(NamedTuple):
    """A word in a text; a tuple, which is made in a third of a dataclass's time.

    starts: the position in the text of each character of `word`; of a Latin word only of the
    first one. end: the position behind the word.
    """

    word: str
    starts: tuple[int, ...]
    end: int


def word_places(text: str) -> Iterator[WordPlace]:
    """Yield the normalised words of a text, with their positions in the original text."""
    normal, starts, ends = _aligned(text)
    for match in _WORD.finditer(normal):
        token, start, end = match[0], match.start(), ends[match.end() - 1]
        if not is_cjk(token):
            yield WordPlace(folded(token), (starts[start],), end)
            continue
        dropped = {i for mark in _LONG_MARK.finditer(token) for i in range(*mark.span())}
        kept = [i for i in range(len(token)) if i not in dropped]
        yield WordPlace(
            "".join(token[i] for i in kept), tuple(starts[start + i] for i in kept), end
        )


def _aligned(text: str) -> tuple[str, Sequence[int], Sequence[int]]:
    """Normalise a text as `_tokens` does.

    Returns the normal text and, for each of its characters, where the original begins and ends.
    """
    if text.isascii():
        return text.casefold(), range(len(text)), range(1, len(text) + 1)
    pieces: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    for cluster in _CLUSTER.finditer(text):
        # Casefolding can take a composed letter apart again, so it is composed a second time.
        piece = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", cluster[0]).casefold())
        pieces.append(piece)
        starts += [cluster.start()] * len(piece)
        ends += [cluster.end()] * len(piece)
    return "".join(pieces), starts, ends


def composed(text: str, form: Literal["NFC", "NFKC"]) -> str:
    """Normalise text in a time that is linear in its length.

    CPython sorts combining marks in quadratic time (80,000 of them take 5 s), so long text is
    normalised in pieces, which do not begin with a mark where that can be avoided.
    """
    if text.isascii():
        return text
    pieces, start = [], 0
    while start < len(text):
        end = start + 512
        while end < min(len(text), start + 544) and unicodedata.combining(text[end]):
            end += 1
        pieces.append(unicodedata.normalize(form, text[start:end]))
        start = end
    return "".join(pieces)


def is_cjk(token: str) -> bool:
    """Check whether a token is a run of Chinese, Japanese or Korean characters."""
    return not token.isascii() and _IS_CJK.match(token) is not None


@functools.lru_cache(maxsize=65_536)
def folded(token: str) -> str:
    """Reduce a token to its indexed form: singular, without accents and long marks."""
    if is_cjk(token):
        return without_long_marks(token)
    word = token
    if not token.isascii():
        decomposed = unicodedata.normalize("NFKD", token)
        word = "".join(c for c in decomposed if not unicodedata.combining(c)) or token
    if len(word) < 4 or word == "news" or word.endswith("ss"):
        return word
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    # "caches" may come from "cache" or "cach": both become what they share.
    return _SIBILANT.sub(r"\1", word.removesuffix("s"))


def without_long_marks(text: str) -> str:
    """Drop the long marks of katakana words, which people write or leave out."""
    return _LONG_MARK.sub("", text)


def _compounds(text: str) -> list[str]:
    """Find the compounds with hyphens, as one word each: "wav2vecbased"."""
    if not _HYPHEN.search(text):
        return []
    # The pattern is slow: with only the few words that have a hyphen it takes a fifth.
    words = (word for word in composed(text, "NFKC").casefold().split() if _HYPHEN.search(word))
    joined = (_HYPHEN.sub("", found) for word in words for found in _COMPOUND.findall(word))
    return [folded(word) for word in joined if len(word) <= LONGEST_COMPOUND]


def _joined_neighbours(query: str, tokens: list[str]) -> list[str]:
    """Join two and three neighbours of a short query, of a long one only compounds; and make a
    word of each address."""
    return list(dict.fromkeys([*address_words(query), *_joined(query, tokens)]))


def _joined(query: str, tokens: list[str]) -> list[str]:
    latin = [token for token in tokens if not is_cjk(token)]
    if len(latin) > SHORT_QUERY or len(latin) != len(tokens):
        return _compounds(query)
    groups = (latin[i : i + n] for n in (2, 3) for i in range(len(latin) - n + 1))
    letters = ("".join(group) for group in groups if not _EVERYWHERE.issuperset(group))
    return [folded(word) for word in letters if not word.isdecimal()]


# Ranking a word that stands in most of 300,000 texts takes 0.25 s and separates no texts.
_EVERYWHERE = frozenset(
    ("a", "an", "and", "are", "as", "at", "be", "been", "but", "by", "can", "did", "do", "does",
     "for", "from", "had", "has", "have", "how", "in", "into", "is", "it", "its", "of", "on", "or",
     "than", "that", "the", "their", "there", "these", "they", "this", "those", "to", "was", "we",
     "were", "what", "when", "where", "which", "who", "why", "will", "with")
)  # fmt: skip
_HIRAGANA = "\u3041-\u309f"
_KATAKANA = "\u30a1-\u30fa\u30fc-\u30ff\u31f0-\u31ff"
_HAN = "\u3005-\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_KANA_HAN = _KATAKANA + _HAN
_CJK = f"{_HIRAGANA}{_KANA_HAN}\u1100-\u11ff\u3130-\u318f\uac00-\ud7a3"
_WORD = compiled(rf"(?P<cjk>[{_CJK}]+)|[^\W_{_CJK}]+")
_BETWEEN_WORDS = {n: " " for n in range(128) if not chr(n).isalnum()}
_PART = compiled(rf"[{_KANA_HAN}]+")
_HAN_FIRST = compiled(rf"[{_HAN}][{_HAN}{_HIRAGANA}]")
_ONE_SCRIPT = compiled(rf"[{_KATAKANA}]+|[{_HAN}]+")
# Hiragana in front of another script is a word (ささやき声) and no ending, but for a particle.
_FIRST_WORD = compiled(rf"\A([{_HIRAGANA}]{{3,}}?)[のをがにはでとも]?(?=[{_KANA_HAN}])")
_IS_CJK = compiled(rf"[{_CJK}]")
_LONG_MARK = compiled("(?<=[\u30a1-\u30fa\u30fc])\u30fc+")
_SIBILANT = compiled("(ss|sh|ch|x|zz)e$")
# A character with the marks that belong to it, half-width ones too; only so many, since
# sorting them takes a time that grows with their square.
_CLUSTER = compiled(".[\u0300-\u036f\u3099\u309a\uff9e\uff9f]{0,8}", re.DOTALL)
# Only what leaves four letters: "use" and "user" share too little to be looked for.
_ENDING = compiled(
    "(?<=[a-z]{4})(?:i[sz](?:ation|ing|ed|er|e)|ation|ment|ness|ity|al(?:ly)?|ly|ive|ing|ed|ion"
    "|[eo]r|able|[ae]n(?:ce|t)|ic|e|y)$"
)
_SCHEME = compiled(r"\A(?:https?://)?(?:www\.)?")
_NO_LETTER = compiled("[^0-9a-z]+")
_HYPHEN = compiled("[-\u00ad\u2010\u2011]")
_COMPOUND = compiled(
    rf"(?<![^\W_{_CJK}])[^\W_{_CJK}]+(?:[-\u00ad\u2010\u2011][^\W_{_CJK}]+){{1,3}}(?![^\W_{_CJK}])"
)


def _tokens(text: str) -> Iterator[str]:
    for match in _WORD.finditer(composed(composed(text, "NFKC").casefold(), "NFKC")):
        yield match[0]


def _pairs(run: str) -> list[str]:
    return [run[i : i + 2] for i in range(len(run) - 1)]


def _index_words(token: str) -> list[str]:
    return [*_pairs(token), token[-1]] if _IS_CJK.match(token) else [token]


def _match_terms(token: str) -> list[str]:
    if not _IS_CJK.match(token):
        return [f'"{token}"']
    if len(token) == 1:
        return [f'"{token}"*']
    first = _FIRST_WORD.findall(token)
    parts = dict.fromkeys([token, *first, *_PART.findall(token), *_ONE_SCRIPT.findall(token)])
    # A part of one character has no pair, and the index holds pairs.
    return [f'"{" ".join(_pairs(part))}"' for part in parts if len(part) > 1]


SHORTEST = 4
"""Characters of a word; in a shorter one a slip says little about what was meant."""
LONGEST_WORD = 24
"""Characters of a word; each one adds 54 candidates to look up."""
MAX_WAYS = 128
"""Spellings of one name at most."""

_LETTERS = "abcdefghijklmnopqrstuvwxyz"

# Romanisations of one sound (Hepburn, Kunrei, as people write them), and usual doublings.
_SOUNDS: tuple[tuple[str, str], ...] = (
    ("shi", "si"), ("chi", "ti"), ("tsu", "tu"), ("fu", "hu"), ("ji", "zi"), ("ji", "di"),
    ("sha", "sya"), ("shu", "syu"), ("sho", "syo"), ("cha", "tya"), ("chu", "tyu"),
    ("cho", "tyo"), ("ja", "zya"), ("ju", "zyu"), ("jo", "zyo"), ("ja", "jya"), ("jo", "jyo"),
    ("ou", "o"), ("oo", "o"), ("oh", "o"), ("uu", "u"), ("mb", "nb"), ("mp", "np"), ("mm", "nm"),
    ("ei", "e"), ("ph", "f"), ("sch", "sh"), ("v", "w"), ("c", "k"), ("y", "j"), ("ae", "a"),
    ("oe", "o"), ("ue", "u"), ("ch", "zh"), ("ts", "z"),
)  # fmt: skip


def other_spellings(name: str) -> frozenset[str]:
    """Generate other romanisations of a folded name: "otsuka" for "ohtuka".

    Doubled consonants may also be single. Without the name itself.
    """
    ways = [name]
    # `ways` grows while it is read, so spellings with fewer changes come first.
    for waiting in ways:
        ways += dict.fromkeys(way for way in _one_change(waiting) if way not in ways)
        if len(ways) >= MAX_WAYS:
            break
    return frozenset(ways[1:MAX_WAYS])


def slips(word: str) -> frozenset[str]:
    """Generate every word that one typing slip makes of a Latin word.

    A slip adds, drops or changes a letter, or swaps two neighbours. Empty for words shorter
    than `SHORTEST` or longer than `LONGEST_WORD`.
    """
    if not (SHORTEST <= len(word) <= LONGEST_WORD and word.isascii() and word.isalpha()):
        return frozenset()
    parts = [(word[:i], word[i:]) for i in range(len(word) + 1)]
    found = {a + b[1:] for a, b in parts if b}
    found |= {a + b[1] + b[0] + b[2:] for a, b in parts if len(b) > 1}
    found |= {a + c + b[1:] for a, b in parts if b for c in _LETTERS}
    found |= {a + c + b for a, b in parts for c in _LETTERS}
    return frozenset(found - {word})


def distance(one: str, other: str) -> int:
    """Count the slips between two words.

    Damerau-Levenshtein distance in its restricted form: no letter is moved twice.
    """
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        older, before = before, row
        row = [i]
        for j, b in enumerate(other, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and b == one[i - 2]:
                cost = min(cost, older[j - 2] + 1)
            row.append(cost)
    return row[-1]


def _one_change(name: str) -> Iterator[str]:
    for sounds in _SOUNDS:
        for one, other in (sounds, sounds[::-1]):
            at = name.find(one)
            while at >= 0:
                yield name[:at] + other + name[at + len(one) :]
                at = name.find(one, at + 1)
    for match in re.finditer(r"([b-df-hj-np-tv-z])\1", name):
        yield name[: match.start()] + name[match.start() + 1 :]
