"""Read a note in the reader's own words: its sentences, its key sentence, its links.

A note is Markdown, under a template's headings or under none, in English and Japanese. Nothing
is made up: every text is the person's, but for the question of a note that has none. Pure, and
linear in the length of the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from reader.base.messages import N_, Joined, Text, lazy_gettext
from reader.base.text import ADDRESS, SEAM, WIKI_LINK, plain
from reader.notes.own_words import own_prose

MAX_BYTES = 16_000_000
"""The most bytes of a note: a larger file was named by mistake."""
LOOKED_AT = 200_000
"""The characters in which two sentences are looked for."""
SEPARATOR = lazy_gettext(
    "**⋯ changed in two places: above, the library's words; below, the file's ⋯**"
)
BESIDE = lazy_gettext(
    "**⋯ written at the same time: above, what was saved first; below, what came after ⋯**"
)
"""Both begin with SEAM in each language, by which the line is known again."""
BLANK = " \t\r\n"


def sentences(text: str) -> Iterator[str]:
    """Find the sentences that the person wrote, English and Japanese, without list marks.

    Headings, quoted lines (> …) and fenced code are not counted, and an address is no sentence
    and ends none. A line without an end mark is a sentence if it has three words, or six
    Chinese or Japanese characters.
    """
    for line in _prose(text):
        line = _MARKER.sub("", line, count=1)
        # Addresses are hidden in as many characters, so places in the line stay.
        hidden = ADDRESS.sub(lambda address: "\0" * len(address[0]), line)
        start = 0
        for end in _END.finditer(hidden):
            # No abbreviation is longer than twelve signs.
            before = hidden[max(start, end.start() - 12) : end.start()]
            after = hidden[end.end() : end.end() + 3].strip()
            if end[0] == "." and _is_abbreviation(before, after):
                continue
            if _LETTER.search(hidden, start, end.start()):
                yield line[start : end.end()].strip()
            start = end.end()
        rest = hidden[start:]
        if 2 * len(_WORDS.findall(rest)) + len(_HAN_KANA.findall(rest)) >= 6:
            yield line[start:].strip()


def is_written(text: str) -> bool:
    """Check that a note counts as written: it has two sentences or more, without quotations,
    code and comments."""
    return len(list(islice(sentences(own_prose(text[:LOOKED_AT])), 2))) == 2


def merge_words(ours: str, theirs: str, base: str = "") -> str:
    """Keep two texts whole, with `SEPARATOR` between; the one that holds the other is enough.

    base: the words that theirs began from. Where ours has them below a separator already, since
    they were merged just now, theirs take their place.
    """
    if base and ours.endswith(f"\n\n{base}"):
        above = ours.removesuffix(f"\n\n{base}")
        if above.rpartition("\n")[2].startswith(SEAM):
            return f"{above}\n\n{theirs}"
    if without_blank_ends(theirs) in ours:
        return ours
    if without_blank_ends(ours) in theirs:
        return theirs
    return f"{ours}\n\n{SEPARATOR}\n\n{theirs}"


def beside(first: str, second: str) -> str:
    """Keep both of two texts that were written at once, with `BESIDE` between; where the
    second one holds the first it is enough."""
    return second if first in second else f"{first}\n\n{BESIDE}\n\n{second}"


_CJK = "\u3005-\u3007\u3041-\u30fa\u30fc-\u30ff\u3400-\u9fff\uff66-\uff9f\U00020000-\U0003ffff"
# What a full stop belongs to: always, or only where a number follows ("Fig. 2").
_SHORT = re.compile(
    r"(?<![a-z])(?:al|e\.g|i\.e|eg|ie|cf|vs|viz|resp|approx|ca|w\.r\.t|dr|mr|mrs|ms|prof|jr|sr)\Z",
    re.IGNORECASE,
)
_NUMBERED = re.compile(
    r"(?<![a-z])(?:figs?|eqs?|secs?|tabs?|ch|chap|nos?|app|vol|pp?|refs?|thm|alg|ver)\Z",
    re.IGNORECASE,
)
_INITIAL = re.compile(r"(?<!\w)[A-Z]\Z")
_CLOSING = "\"'”’」』）)\\]】*_"
# A full-width point between digits is a decimal point.
_END = re.compile(
    rf"(?<!\d)．[{_CLOSING}]*|．(?!\d)[{_CLOSING}]*|[。！？｡‼⁇]+[{_CLOSING}]*"
    rf"|(?<![.!?])[.!?]++[{_CLOSING}]*+(?=\s|\Z|[{_CJK}])"
)
_MARKER = re.compile(r"\A\s*(?:[-*+•・]\s+|\d{1,3}[.)]\s+)?(?:\[[ xX]\]\s+)?")
_LETTER = re.compile(r"[^\W\d_]")
_WORDS = re.compile(rf"[^\W{_CJK}]+(?:['’.-][^\W{_CJK}]+)*")
_ENDS = ".!?。！？．:："
_HAN_KANA = re.compile(f"[{_CJK}]")


def _prose(text: str) -> Iterator[str]:
    """Find the lines that may hold sentences; a line that goes on in small letters is joined."""
    fence, pending = "", ""
    for line in re.split(r"\r\n|[\n\r]", text):
        bare = line.strip()
        mark = bare[:3] if bare[:3] in ("```", "~~~") else ""
        is_apart = not bare or bare[0] in "#>" or bare.startswith(SEAM) or mark or fence
        # A fence ends with the mark that began it; the other one within is code.
        if mark and fence in ("", mark):
            fence = "" if fence else mark
        goes_on = (
            pending and bare[:1].islower() and pending[-1] not in _ENDS and len(pending) < 2_000
        )
        if goes_on and not is_apart:
            pending += " " + bare
            continue
        if pending:
            yield pending
        pending = "" if is_apart else bare
    if pending:
        yield pending


def _is_abbreviation(before: str, after: str) -> bool:
    """Check for the full stop of "et al." or "Fig. 2", which ends no sentence."""
    is_numbered = after[:1].isdigit() and bool(_NUMBERED.search(before))
    return is_numbered or bool(after and (_SHORT.search(before) or _INITIAL.search(before)))


def without_blank_ends(text: str) -> str:
    """Drop blank lines before and after; spaces of the first and last line stay."""
    begin = len(text) - len(text.lstrip(BLANK))
    end = len(text.rstrip(BLANK))
    if begin >= end:
        return ""
    newline = text.find("\n", end)
    return text[text.rfind("\n", 0, begin) + 1 : newline if newline >= 0 else len(text)]


LONGEST_NAME = 60
"""Characters of a heading; a longer line is a sentence in bold."""


def key_sentence(note: str) -> str:
    """Find the sentence that says most: the first one under the idea's heading, else of all.

    A note without any sentence has its first line with letters; an empty one "".
    """
    parts = list(_parts(note))
    ideas = [body for name, body in parts if _IDEA.search(name)]
    for body in (*ideas, *(body for _name, body in parts)):
        for sentence in sentences(body):
            return _bare(sentence)
    lines = (_bare(line) for _name, body in parts for line in body.split("\n"))
    return next((line for line in lines if _LETTER.search(line)), "")


def question(note: str) -> Text:
    """Choose the question to ask before the note is shown: the person's own first one, else the
    headings that have words below them, else what every note should answer; safe to print.

    Own is a line that begins with "Q:" or "問:". It never holds the answer.
    """
    for line in note.split("\n"):
        if found := _ASKED.match(line):
            return plain(_bare(found[1]))
    filled = [name for name, body in _parts(note) if name and _LETTER.search(body)]
    if not filled:
        return lazy_gettext("What is the problem, the idea, the evidence, and what do you doubt?")
    names = Joined([plain(name) for name in filled], N_(", "))
    return lazy_gettext("What did you write under {names}?", names=names)


def _parts(note: str) -> Iterator[tuple[str, str]]:
    """Split a note at its headings: (name, what stands below), the name "" above the first."""
    name, lines = "", list[str]()
    for line in re.split(r"\r\n|[\n\r]", note):
        found = _HEADING.match(line.strip())
        heading = (found[1] or found[2] or found[3]).strip(" *:：") if found else ""
        if heading and len(heading) <= LONGEST_NAME:
            yield name, "\n".join(lines)
            name, lines = heading, []
        else:
            lines.append(line)
    yield name, "\n".join(lines)


def _bare(text: str) -> str:
    """Remove Markdown's marks from a line: of lists, emphasis, headings, links."""
    text = _LINK.sub(r"\1", _MARK.sub("", text.strip(), count=1))
    text = _WIKI.sub(lambda link: link[1].rpartition("|")[2], text)
    return re.sub(r"(\*\*|__|`|(?<!\w)[*_]|[*_](?!\w))", "", text).strip()


_HEADING = re.compile(r"#{1,6}\s+(.+?)\s*#*\Z|\*\*([^*]+)\*\*[:：]?\Z|__([^_]+)__[:：]?\Z")
_IDEA = re.compile(
    r"\b(?:ideas?|contributions?|method|approach|in one breath|nutshell|trick)\b"
    r"|アイデア|着想|提案|手法|核心|要点|キモ|肝|鍵|ひとこと|一言",
    re.IGNORECASE,
)
_ASKED = re.compile(
    r"\s*(?:[-*+•・]\s+)?(?:\*\*)?(?:Q|問|問い|質問)(?:\*\*)?\s*[:：.．]\s*(?:\*\*)?(.*\w.*)"
)
_MARK = re.compile(r"\A(?:#{1,6}\s+|>\s*|[-*+•・]\s+(?:\[[ xX]\]\s+)?|\d{1,3}[.)]\s+)")
_LINK = re.compile(r"!?\[([^\[\]]*)\]\([^()\s]*\)")
_WIKI = re.compile(r"!?\[\[([^\[\]\n]+)\]\]")


def links_in(text: str) -> list[str]:
    """List the keys that a note links to, each once, in their order.

    `[[key|words]]`, `[[key#heading]]`, `[[folder/key]]` and `[[key.md]]` mean the same key.
    What stands in code, fenced or between backticks, is no link.
    """
    found = (key_of(match[1]) for match in WIKI_LINK.finditer(_CODE.sub("", text)))
    return list(dict.fromkeys(key for key in found if key))


def key_of(inside: str) -> str:
    """Read the key that `[[inside]]` leads to, "" for none."""
    name = re.split(r"[|#^]", inside, maxsplit=1)[0].strip()
    return name.rpartition("/")[2].removesuffix(".md").strip()


_CODE = re.compile(
    r"^[ ]{0,3}(```|~~~)[^\n]*(?:\n(?![ ]{0,3}\1)[^\n]*)*(?:\n[ ]{0,3}\1[^\n]*)?|`[^`\n]+`",
    re.MULTILINE,
)
