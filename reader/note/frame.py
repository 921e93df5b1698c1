"""Know a Markdown file of which some lines are the program's and all others somebody's.

    ---
    title: "…"                    front matter: our keys, and any that others add
    ---

    # Title

    the person's words            above the block, below it, or both
    <!-- reader:begin … -->
    what the program says         ours: made again at each export
    <!-- reader:end -->

All but our keys, the heading and our block belongs to the person, and comes back as it
was. Within words a line that would pass for one of our marks gets a backslash in front,
and loses it when read. So a file has each mark once, or it is damaged: then it is all the
person's. Knows nothing of papers; every function is linear in the length of its text.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass

from reader.note.front import FRONT, Keys, field, spliced
from reader.note.lines import cut, replaced
from reader.note.words import BLANK, without_blank_ends
from reader.plain import plain


@dataclass(frozen=True, slots=True)
class Ours:
    """What of a file is the program's: keys of the front matter with their lines, the title
    that the heading repeats, and what stands in the block."""

    keys: Keys
    title: str
    block: str

    @property
    def front(self) -> str:
        """Our lines of the front matter."""
        return "".join(f"{line}\n" for lines in self.keys.values() for line in lines)

    @property
    def whole_block(self) -> str:
        return "\n\n".join(filter(None, (BEGIN, self.block, END)))


def new_file(ours: Ours, words: str) -> str:
    r"""Write a new file: `words_of` gives the words back but for blank lines around them.

    Line ends are \n; those within the words stay as they are.
    """
    text = _ESCAPABLE.sub(r"\\\1", without_blank_ends(words))
    parts = (f"---\n{ours.front}---", heading_of(ours.title), text, ours.whole_block)
    return "\n\n".join(filter(None, parts)) + "\n"


def framed(text: str) -> str:
    """Put our marks below a text that has none."""
    end = "\r\n" if text[: text.find("\n")].endswith("\r") else "\n"
    gap = end if text.endswith("\n") else end * 2
    return f"{text}{gap}{BEGIN}{end * 2}{END}{end}"


def words_of(file_text: str, titles: Collection[str] = ()) -> str | None:
    r"""Take the person's words out of a file, without blank lines around them.

    What stands below our block comes last. Where the file's lines end with \r\n so did an
    editor make them: they are \n in the words. None when the marks are damaged. titles:
    what our heading may say besides the front matter's title.
    """
    parts = _split(file_text, titles)
    if parts is None:
        return None
    return _ESCAPED.sub(r"\1", _joined(parts, parts.above[parts.head :], parts.below))


def block_of(file_text: str) -> str:
    """Give what stands between the marks; empty where they are damaged."""
    parts = _split(file_text, ())
    return parts.block if parts else ""


def splice(
    found: str, ours: Ours, *, before: str | None = "", titles: Collection[str] = ()
) -> str | None:
    """Bring a file up to date and leave every byte that is the person's as found.

    Ours are our keys of the front matter, the block, and the heading as long as it is the
    title that we wrote. before: see `front.spliced`. None when the marks are damaged.
    """
    parts = _split(found, titles)
    if parts is None:
        return None
    end, above = parts.line_end, parts.above
    start = len(above) - len(above.lstrip(BLANK))
    line = above[start:].partition("\n")[0]
    heading = heading_of(ours.title)
    if parts.head:
        if _nfc(line.rstrip()) != _nfc(heading):
            above = above[:start] + heading + above[start + len(line.rstrip()) :]
    elif parts.front and line.rstrip() == heading:
        # The person's own first line, which would pass for our heading from now on.
        above = above[:start] + heading + end * 2 + above[start:]
    front = spliced(parts.front, ours.keys, before=before, line_end=end)
    return front + above + ours.whole_block.replace("\n", end) + parts.below


def with_words(found: str, text: str, titles: Collection[str] = ()) -> str | None:
    """Put other words in place of the person's; lines that both have keep every byte.

    Front matter, our heading, the block and the file's line ends stay. Words go on both
    sides of the block where that is plain, else all of them above. None when the marks
    are damaged.
    """
    parts = _split(found, titles)
    if parts is None:
        return None
    text = text.replace("\r\n", "\n") if parts.line_end == "\r\n" else text
    words = _ESCAPABLE.sub(r"\\\1", without_blank_ends(text))
    for above, below in (_both_sides(parts, words), _all_above(parts, words)):
        result = parts.front + above + parts.whole_block + below
        if words_of(result, titles) == without_blank_ends(text):
            return result
    return result


def _both_sides(parts: _Parts, words: str) -> tuple[str, str]:
    """Change the lines that are other, wherever they stand."""
    end = parts.line_end
    head, raw = parts.above[: parts.head], parts.above[parts.head :]
    lead, own, trail = cut(raw, end)
    below = parts.below
    low_lead, low, low_trail = cut(below, end)
    high_text, low_text = (_joined(parts, piece, "") for piece in (own, low))
    if low and (not own or words.startswith(high_text + "\n\n")):
        rest = words[len(high_text) + 2 :] if own else words
        return parts.above, low_lead + replaced(low, rest, end) + low_trail
    if low and words.endswith("\n\n" + low_text):
        words = words[: -len(low_text) - 2]
    elif low:
        below = low_trail or end
    if not own:
        lead, trail = end if parts.front or head else "", end * 2
    return head + lead + replaced(own, words, end) + trail, below


def _all_above(parts: _Parts, words: str) -> tuple[str, str]:
    """Write all words anew, our heading above them where they begin as it does."""
    end = parts.line_end
    firsts = (piece.lstrip(BLANK).partition("\n")[0].rstrip() for piece in (parts.above, words))
    heading = next((line for line in firsts if _is_heading(line, parts.titles)), "")
    pieces = filter(None, (heading, words.replace("\n", end)))
    return end + (end * 2).join(pieces) + end * 2, end


BEGIN = "<!-- reader:begin: written by the program; write above or below, not in here -->"
END = "<!-- reader:end -->"
MARK = re.compile(r"^<!-- reader:(begin|end)[^\n]*", re.MULTILINE)
_ESCAPABLE = re.compile(r"^(\\*<!-- reader:(?:begin|end))", re.MULTILINE)
_ESCAPED = re.compile(r"^\\(\\*<!-- reader:(?:begin|end))", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class _Parts:
    """A file in pieces: front, above, the block with its marks, below.

    head: where in `above` our heading ends, 0 where it has none. block: without marks.
    """

    front: str
    above: str
    head: int
    whole_block: str
    block: str
    below: str
    line_end: str
    titles: frozenset[str]


def _split(text: str, titles: Collection[str]) -> _Parts | None:
    front = FRONT.match(text)
    start = front.end() if front else 0
    marks = list(MARK.finditer(text, start))
    if [mark[1] for mark in marks] != ["begin", "end"]:
        return None
    begin, end = marks
    if not all(mark[0].rstrip().endswith("-->") for mark in marks):
        return None
    close = end.start() + len(end[0].rstrip())
    newline = text.find("\n")
    above = text[start : begin.start()]
    ours = frozenset(_nfc(t) for t in (*titles, field(text, "title")) if t is not None)
    at = len(above) - len(above.lstrip(BLANK))
    first, break_, _ = above[at:].partition("\n")
    is_headed = _is_heading(first, ours)
    return _Parts(
        front=text[:start],
        above=above,
        head=at + len(first + break_) if is_headed else 0,
        whole_block=text[begin.start() : close],
        block=text[begin.end() : end.start()].strip(BLANK),
        below=text[close:],
        line_end="\r\n" if text[:newline].endswith("\r") else "\n",
        titles=ours,
    )


def _joined(parts: _Parts, above: str, below: str) -> str:
    pieces = [above, below]
    if parts.line_end == "\r\n":
        pieces = [piece.replace("\r\n", "\n") for piece in pieces]
    return "\n\n".join(filter(None, map(without_blank_ends, pieces)))


def heading_of(title: str) -> str:
    """Write the heading that repeats a title."""
    return "# " + (plain(title).replace("<", "\\<") or "Untitled")


def _is_heading(line: str, titles: Collection[str]) -> bool:
    return any(_nfc(line.rstrip()) == _nfc(heading_of(title)) for title in titles)


def _nfc(text: str) -> str:
    return unicodedata.normalize("NFC", text)
