"""Know a note in the reader's own words: how many sentences it has, and how two become one.

Counts English and Japanese; linear in the length of the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from reader.own_words.prose import own_prose

MAX_BYTES = 16_000_000
"""More than this is no note but some other file, named by mistake."""
LOOKED_AT = 200_000
"""Characters in which two sentences are looked for."""
SEPARATOR = "**⋯ changed in two places: above, the library's words; below, the file's ⋯**"
BESIDE = "**⋯ written at the same time: above, what was saved first; below, what came after ⋯**"
BLANK = " \t\r\n"


def sentences(text: str) -> Iterator[str]:
    """Give the sentences that the person wrote, English and Japanese, without list marks.

    Headings, quoted lines (> …) and fenced code are not counted. A line without an end
    mark is a sentence if it has three words, or six Chinese or Japanese characters.
    """
    for line in _prose(text):
        yield from _in_line(line)


def is_written(text: str) -> bool:
    """Tell a note that counts from one that only skims: two sentences or more, without what
    is quoted, code or a comment."""
    return len(list(islice(sentences(own_prose(text[:LOOKED_AT])), 2))) == 2


def merge_words(ours: str, theirs: str) -> str:
    """Keep two texts whole, with `SEPARATOR` between; the one that holds the other is enough."""
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
_END = re.compile(
    rf"(?<!\d)．[{_CLOSING}]*|．(?!\d)[{_CLOSING}]*|[。！？｡‼⁇]+[{_CLOSING}]*"
    rf"|(?<![.!?])[.!?]++[{_CLOSING}]*+(?=\s|\Z|[{_CJK}])"
)
_MARKER = re.compile(r"\A\s*(?:[-*+•・]\s+|\d{1,3}[.)]\s+)?(?:\[[ xX]\]\s+)?")
_ADDRESS = re.compile(r"(?:https?://|www\.)[!-~]*[0-9A-Za-z/#=]")
_LETTER = re.compile(r"[^\W\d_]")
_WORDS = re.compile(rf"[^\W{_CJK}]+(?:['’.-][^\W{_CJK}]+)*")
_ENDS = ".!?。！？．:："
_HAN_KANA = re.compile(f"[{_CJK}]")


def _prose(text: str) -> Iterator[str]:
    """Give the lines that may hold sentences; a line that goes on in small letters is joined."""
    fence, held = "", ""
    for line in re.split(r"\r\n|[\n\r]", text):
        bare = line.strip()
        mark = bare[:3] if bare[:3] in ("```", "~~~") else ""
        is_apart = not bare or bare[0] in "#>" or bare in (SEPARATOR, BESIDE) or mark or fence
        if mark and fence in ("", mark):
            fence = "" if fence else mark
        goes_on = held and bare[:1].islower() and held[-1] not in _ENDS and len(held) < 2_000
        if goes_on and not is_apart:
            held += " " + bare
            continue
        if held:
            yield held
        held = "" if is_apart else bare
    if held:
        yield held


def _in_line(line: str) -> Iterator[str]:
    """Give the sentences of a line; an address is none and ends none."""
    line = _MARKER.sub("", line, count=1)
    hidden = _ADDRESS.sub(lambda address: "\0" * len(address[0]), line)
    start = 0
    for end in _END.finditer(hidden):
        before, after = (
            hidden[max(start, end.start() - 12) : end.start()],
            hidden[end.end() : end.end() + 3],
        )
        if end[0] == "." and _is_short(before, after.strip()):
            continue
        if _LETTER.search(hidden, start, end.start()):
            yield line[start : end.end()].strip()
        start = end.end()
    rest = hidden[start:]
    if 2 * len(_WORDS.findall(rest)) + len(_HAN_KANA.findall(rest)) >= 6:
        yield line[start:].strip()


def _is_short(before: str, after: str) -> bool:
    """Tell the full stop of "et al." or "Fig. 2" from a sentence's."""
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
