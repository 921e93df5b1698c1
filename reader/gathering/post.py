"""Know a post from the paper that it mentions, and choose what of it is shown there.

That is its first characters, as they were written. Only addresses and the paper's own title,
where it stands by itself, are taken away: the list has both. Where nothing is left, nothing
was said. Knows no source and keeps nothing.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from reader.base.text import plain
from reader.library.identity import title_fold
from reader.library.ids import find_ids
from reader.library.paper import PostKind

MOST_SHOWN = 280
LOOKED_AT = 4_000
"""Characters of a post that are looked at: fewer than these are addresses."""

_LONGEST_LABEL = 120
_LONGEST_NAMING = 600
"""Longer words than these do more than name a paper: a link's label; a title and an id."""


@dataclass(frozen=True, slots=True)
class PostMention:
    """A post seen from the paper that it mentions."""

    row: int
    """The paper's."""
    author: str
    text: str
    """The post's, plain; of a very long one the beginning."""
    url: str
    source: str
    kind: PostKind = "post"
    n_votes: int | None = None
    on: date | None = None
    """The local day on which this library first saw it, None where that is not known."""
    title: str = ""
    """The paper's, which is not shown again; empty for one that is not known."""
    sentence: str = ""
    """Of a post that names several papers the words around this one; else empty."""
    id: str = ""
    """The identifier by which the post names the paper."""

    @property
    def words(self) -> str:
        """What is shown of the post; "" where it only names the paper."""
        has_quoted = self.kind in ("quote", "repost")
        return shown_words(self.text, self.title, self.sentence, id_=self.id, has_quoted=has_quoted)


@functools.lru_cache(maxsize=4096)
def shown_words(
    text: str, title: str = "", sentence: str = "", *, id_: str = "", has_quoted: bool = False
) -> str:
    """Give the first 280 characters of a post, cut at a word; "" where it says nothing.

    title, id_: the paper's; an id at the end of a line is an address too. sentence: of a post
    that names several papers the words around this one; they are shown where the beginning of
    a long post does not hold them. has_quoted: below the words stands somebody else's post.
    """
    own = _above_the_quoted(text) if has_quoted else text
    words = _bare(own[:LOOKED_AT], title, id_)
    if sentence and len(words) > MOST_SHOWN:
        about = _bare(sentence, title, id_)
        if about and about not in words[:MOST_SHOWN]:
            return _cut(about)
    return _cut(words)


def is_label(words: str) -> bool:
    """Tell whether words are what links are called, and say nothing of a paper."""
    return len(words) <= _LONGEST_LABEL and bool(_LABEL.fullmatch(words))


ADDRESS = re.compile(
    r"https?://[!-~]*(?:[\w/]|…)|(?<![\w.-])(?:[a-z0-9-]{1,63}\.){1,5}[a-z]{2,12}/(?:[!-~]*[\w/])?…?",
    re.IGNORECASE | re.ASCII,
)
_LABEL = re.compile(
    r"""\W*(?:(?:click|full|more|our|project|read|see|the|this|via)\W+)*
    (?:(?:abs|abstract|article|arxiv|blog|code|demo|github|here|html|links?|more|page|paper|pdf
    |preprint|publication|source|text|url|website|論文|リンク|はこちら|こちら)[\W_]*)+""",
    re.IGNORECASE | re.VERBOSE,
)
_TAG = re.compile(r"\[[A-Z]\]")
"""What Reddit's people put before a title: [R] research, [D] discussion."""

_QUOTED = "\n\n> "
"""What stands before the post below, in the text of a post that quotes (`sources.post`)."""

_GAP = "\x00"
"""Where something was taken away; no plain text has it."""

_PAIRS = (
    '""', "''", "“”", "‘’", "«»", "「」", "『』", "【】", "()", "（）", "[]", "［］", "<>",
    "**", "__",
)  # fmt: skip
_AROUND = re.compile(
    "|".join(rf"{re.escape(p[0])}[\s\0]*\0[\s\0]*{re.escape(p[1])}" for p in _PAIRS)
)
_MARKS = " :：;,–—→|>•*-"
_TAKEN = re.compile(
    rf"(?P<before>[{re.escape(_MARKS)}]{{0,8}})\0[ \0]*(?P<end>[.!?。！？]*)"
    rf"(?P<after>[{re.escape(_MARKS)}]{{0,8}})"
)
_ENDS = ".!?。！？…"
_CLOSE_UP = ",;:："
_OPENED = re.compile(r"([(\[（「『【])[ ,;|]+")


def _above_the_quoted(text: str) -> str:
    """Leave out the post below: its words are somebody else's."""
    return "" if text.startswith(_QUOTED.lstrip()) else text.partition(_QUOTED)[0]


def _bare(text: str, title: str, id_: str) -> str:
    """Take addresses and the title out of a text, on one line; "" if nothing is said then."""
    bare = _without_id(ADDRESS.sub(_GAP, text), id_)
    if _only_names(bare, title):
        return ""
    gaps = _without_title(bare, title)
    gaps = _AROUND.sub(_GAP, _AROUND.sub(_GAP, gaps))  # **"a title in both"**
    words = plain(_OPENED.sub(r"\1", _TAKEN.sub(_joined, gaps)))
    return words.rstrip(_MARKS) if gaps.rstrip().endswith(_GAP) else words


def _only_names(bare: str, title: str) -> bool:
    """Tell whether a text names a paper and says nothing: "[R] <title>, arXiv:2503.00001 [pdf]".

    bare: without addresses.
    """
    if len(bare) > _LONGEST_NAMING:
        return False
    for found in reversed(find_ids(bare)):
        bare = f"{bare[: found.start]}{_GAP}{bare[found.end :]}"
    rest = _TAG.sub("", _without_title(bare, title)).replace(_GAP, " ")
    return not re.search(r"\w", rest) or is_label(rest)


def _joined(match: re.Match[str]) -> str:
    """Join what stands around a gap: "See: <address>. Then" is "See. Then"."""
    text, end = match.string, match["end"]
    before = text[: match.start()]
    is_first = not before or before.endswith("\n")
    is_last = match.end() == len(text) or text.startswith("\n", match.end())
    if is_first:
        return ""
    is_closed = before.rstrip()[-1:] in _ENDS
    if end:
        return f"{'' if is_closed else end} "
    if is_last:
        return ""
    after = "" if is_closed or match["before"].strip() else match["after"].lstrip()
    return f"{match['before'].rstrip()}{'' if after[:1] in _CLOSE_UP and after else ' '}{after}"


def _without_id(text: str, id_: str) -> str:
    """Take a paper's id away where it ends a line; within one it is a part of what is said."""
    for found in reversed(find_ids(text) if id_ else ()):
        after = text[found.end :].lstrip(" ")[:1]
        if found.id == id_ and after in ("", "\n", _GAP):
            text = f"{text[: found.start]}{_GAP}{text[found.end :]}"
    return text


def _without_title(text: str, title: str) -> str:
    """Take a title away wherever it stands by itself; within a sentence it is a part of it."""
    wanted = title_fold(title)
    if not wanted:
        return text
    # A title's own "?" goes with it.
    ending = title.strip()[len(title.strip().rstrip("?!.…")) :]
    folded, places = _folded(text)
    pieces, done, at = [], 0, folded.find(wanted)
    while at >= 0:
        start, end = places[at][0], places[at + len(wanted) - 1][1]
        end += len(ending) if text.startswith(ending, end) else 0
        if _is_alone(text, start, end):
            pieces += [text[done:start], _GAP]
            done = end
        at = folded.find(wanted, at + len(wanted))
    return "".join([*pieces, text[done:]])


def _folded(text: str) -> tuple[str, list[tuple[int, int]]]:
    """Fold a text as titles are, and say of each folded character where it stood."""
    letters: list[str] = []
    places: list[tuple[int, int]] = []
    for start, end in _clusters(text):
        for letter in _letters(text[start:end]):
            letters.append(letter)
            places.append((start, end))
    return "".join(letters), places


def _letters(cluster: str) -> str:
    """Fold one character as titles are."""
    if cluster.isascii():
        return cluster.lower() if cluster.isalnum() else ""
    return title_fold(cluster)


def _clusters(text: str) -> Iterator[tuple[int, int]]:
    """Part a text into characters, each with its accents and voicing marks."""
    start = 0
    for i in range(1, len(text) + 1):
        if i == len(text) or not _is_mark(text[i]):
            yield start, i
            start = i


def _is_mark(char: str) -> bool:
    return not char.isascii() and bool(
        unicodedata.combining(unicodedata.normalize("NFKC", char)[0])
    )


_OPENING = " \t\"'“‘«「『【(（[［<*_#"
_CLOSING = " \t\"'”’»」』】)）]］>*_"
_GOES_ON = ",;、，"
"""What a sentence goes on behind; letters do so too."""


def _is_alone(text: str, start: int, end: int) -> bool:
    """Tell whether a part of a text begins and ends where a sentence or a line may."""
    before = text[:start].rstrip(_OPENING)[-1:]
    after = text[end:].lstrip(_CLOSING)[:1]
    return not any(c.isalnum() or c in _GOES_ON for c in (before, after) if c)


def _cut(words: str) -> str:
    if len(words) <= MOST_SHOWN:
        return words
    cut = words[: MOST_SHOWN - 1]
    space = -1 if words[MOST_SHOWN - 1] == " " else cut.rfind(" ", MOST_SHOWN - 60)
    return (cut[:space] if space > 0 else cut).rstrip() + "…"
