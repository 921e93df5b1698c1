"""Read and write a Markdown file of which some lines are the program's, the others somebody's.

    ---
    title: "…"                    front matter: our keys, and any that others add
    ---

    # Title

    the person's words            above the block, below it, or both
    <!-- reader:begin … -->
    what the program says         ours: made again at each export
    <!-- reader:end -->

All but our keys, the heading and our block belongs to the person, and comes back as it
was, byte for byte. Within words a line that would pass for one of our marks gets a backslash
in front, and loses it when read. So a file has each mark once, or it is damaged: then it is
all the person's.

What a hand broke is mended: a front matter that lost a line `---`, that words were typed
above, or that is gone; words that were typed inside the block. Nothing is guessed: lines are
the program's because they stood in the file as it was left.

Pure, and knows nothing of papers; every function is linear in the length of its text.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from itertools import islice, pairwise, takewhile
from operator import eq

from reader.base.front_matter import FRONT, Keys, single_value, spliced
from reader.base.text import nfc, plain
from reader.notes.words import BLANK, without_blank_ends


def cut(raw: str, end: str) -> tuple[str, str, str]:
    """Split a text into blank lines, what has words (its last line end left off), and the rest."""
    lines = raw.split("\n")
    full = [i for i, line in enumerate(lines) if line.strip(BLANK)]
    if not full:
        return raw, "", ""
    # Blank lines belong to nobody's words, but their bytes stay.
    lead = "".join(line + "\n" for line in lines[: full[0]])
    own = "\n".join(lines[full[0] : full[-1] + 1])
    is_last = full[-1] == len(lines) - 1
    if end == "\r\n" and not is_last:
        own = own.removesuffix("\r")
    return lead, own, raw[len(lead) + len(own) :]


def replaced(raw: str, text: str, end: str) -> str:
    r"""Return `text` (lines end with \n) with the bytes of `raw` where both have the same lines.

    What is common at the beginning and at the end stays, what lies between is put in place of
    what lay there. end: the line end of the file; where it is \n, a \r belongs to its line.
    """
    bare = raw.split("\n") if raw else []
    kept = [line + "\n" for line in bare[:-1]] + bare[-1:]
    # The last line has no line end, so a \r there is part of it.
    old = [line.removesuffix("\r") if end == "\r\n" else line for line in bare[:-1]] + bare[-1:]
    new = text.split("\n") if text else []
    first = sum(takewhile(bool, map(eq, old, new)))
    most = min(len(old), len(new)) - first
    last = sum(takewhile(bool, islice(map(eq, reversed(old), reversed(new)), most)))
    between = [line + end for line in new[first : len(new) - last]]
    lines = kept[:first] + between + kept[len(kept) - last :]
    joined = "".join(line if line.endswith("\n") else line + end for line in lines)
    return joined.removesuffix("\n").removesuffix("\r" if end == "\r\n" else "") if lines else ""


@dataclass(frozen=True, slots=True)
class ProgramLines:
    """The program's part of a file: keys of the front matter with their lines, the title that
    the heading repeats, and what stands in the block."""

    keys: Keys
    title: str
    block: str

    @property
    def front(self) -> str:
        """Our lines of the front matter."""
        return "".join(f"{line}\n" for lines in self.keys.values() for line in lines)

    @property
    def whole_block(self) -> str:
        """The block between its marks."""
        return "\n\n".join(filter(None, (BEGIN, self.block, END)))


def new_file(ours: ProgramLines, words: str) -> str:
    r"""Write a new file: `words_of` returns its words as they were but for blank lines around them.

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
    r"""Read the person's words out of a file, without blank lines around them.

    What stands below our block comes last. Where the file's lines end with \r\n so did an
    editor make them: they are \n in the words. None when the marks are damaged. titles:
    what our heading may say besides the front matter's title.
    """
    parts = _split(file_text, titles)
    if parts is None:
        return None
    words = _joined(parts, parts.above[parts.head :], parts.below)
    return _ATTACHED.sub(r"\1\2", _ESCAPED.sub(r"\1", words))


# Imported pictures and files lie in notes/attachments/, named by their bytes. Words name them from
# notes/, so that they stay the same when their file moves to another topic's folder.
_ATTACHED = re.compile(r"(\]\()(?:\.\./)*(attachments/[0-9a-f]{16}\b)")


def with_attachments(file_text: str, path: str) -> str:
    """Name imported files as they lie from a file. path: of that file, `notes/…`."""
    up = "../" * (path.count("/") - 1)
    return _ATTACHED.sub(rf"\1{up}\2", file_text)


def block_of(file_text: str) -> str:
    """Return the text between the marks; empty where they are damaged."""
    parts = _split(file_text, ())
    return parts.block if parts else ""


def splice(
    found: str, ours: ProgramLines, *, before: str | None = "", titles: Collection[str] = ()
) -> str | None:
    """Bring a file up to date and leave every byte that is the person's as found.

    Ours are our keys of the front matter, the block, and the heading as long as it is the
    title that we wrote. before: as for `spliced` of the front matter. None when the marks
    are damaged.
    """
    parts = _split(found, titles)
    if parts is None:
        return None
    end, above = parts.line_end, parts.above
    start = len(above) - len(above.lstrip(BLANK))
    line = above[start:].partition("\n")[0]
    heading = heading_of(ours.title)
    # A heading that a program only took apart (NFD) or that a hand changed stays as it is.
    if parts.head:
        if nfc(line.rstrip()) != nfc(heading):
            above = above[:start] + heading + above[start + len(line.rstrip()) :]
    elif parts.front and line.rstrip() == heading:
        # The person's own first line, which would pass for our heading from now on.
        above = above[:start] + heading + end * 2 + above[start:]
    front = spliced(parts.front, ours.keys, before=before, line_end=end)
    return front + above + ours.whole_block.replace("\n", end) + parts.below


def with_words(found: str, text: str, titles: Collection[str] = ()) -> str | None:
    """Replace the person's words with others; lines that both have keep every byte.

    Front matter, our heading, the block and the file's line ends stay. Words go on both
    sides of the block where that is plain, else all of them above. None when the marks
    are damaged.
    """
    parts = _split(found, titles)
    if parts is None:
        return None
    text = text.replace("\r\n", "\n") if parts.line_end == "\r\n" else text
    words = _ESCAPABLE.sub(r"\\\1", without_blank_ends(text))
    above, below = _both_sides(parts, words)
    result = parts.front + above + parts.whole_block + below
    # Read back before it is taken: words that begin as our heading does would lose that line.
    if words_of(result, titles) == without_blank_ends(text):
        return result
    # All words anew, above the block, below our heading where they begin as it does.
    end = parts.line_end
    firsts = (piece.lstrip(BLANK).partition("\n")[0].rstrip() for piece in (parts.above, words))
    heading = next((line for line in firsts if nfc(line) in parts.headings), "")
    above = (end * 2).join(filter(None, (heading, words.replace("\n", end))))
    return parts.front + end + above + end * 2 + parts.whole_block + end


def _both_sides(parts: _Parts, words: str) -> tuple[str, str]:
    """Replace the lines that differ, above and below the block; returns both sides."""
    end = parts.line_end
    head, raw = parts.above[: parts.head], parts.above[parts.head :]
    lead, own, trail = cut(raw, end)
    below = parts.below
    low_lead, low, low_trail = cut(below, end)
    high_text, low_text = (_joined(parts, piece, "") for piece in (own, low))
    # What stands above the block is as it was: only what is below it changes.
    if low and (not own or words.startswith(high_text + "\n\n")):
        rest = words[len(high_text) + 2 :] if own else words
        return parts.above, low_lead + replaced(low, rest, end) + low_trail
    if low and words.endswith("\n\n" + low_text):
        words = words[: -len(low_text) - 2]
    elif low:  # neither side is as it was: all words go above, where new files have them
        below = low_trail or end
    if not own:
        lead, trail = end if parts.front or head else "", end * 2
    return head + lead + replaced(own, words, end) + trail, below


BEGIN = "<!-- reader:begin: written by the program; write above or below, not in here -->"
END = "<!-- reader:end -->"
MARK = re.compile(r"^<!-- reader:(begin|end)[^\n]*", re.MULTILINE)
# A mark within words, with any backslashes that are there: each writing adds one, each reading
# takes one off, so that words with backslashes of their own come back too.
_ESCAPABLE = re.compile(r"^(\\*<!-- reader:(?:begin|end))", re.MULTILINE)
_ESCAPED = re.compile(r"^\\(\\*<!-- reader:(?:begin|end))", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class _Parts:
    """A file in pieces: front, above, the block with its marks, below.

    head: where in `above` our heading ends, 0 where it has none. block: without marks.
    headings: what our heading may be, composed: some editors and disks take letters apart.
    """

    front: str
    above: str
    head: int
    whole_block: str
    block: str
    below: str
    line_end: str
    headings: frozenset[str]


def _split(text: str, titles: Collection[str]) -> _Parts | None:
    """Split a file into its parts; None where its marks are damaged, or stand there twice."""
    front = FRONT.match(text)
    start = front.end() if front else 0
    marks = list(MARK.finditer(text, start))
    if [mark[1] for mark in marks] != ["begin", "end"]:
        return None
    begin, end = marks
    # A mark that goes on in the next line was broken by somebody's editor.
    if not all(mark[0].rstrip().endswith("-->") for mark in marks):
        return None
    close = end.start() + len(end[0].rstrip())
    # The first line says how the file ends its lines: an editor writes all of them alike.
    newline = text.find("\n")
    above = text[start : begin.start()]
    our_titles = (title for title in (*titles, single_value(text, "title")) if title is not None)
    headings = frozenset(nfc(heading_of(title)) for title in our_titles)
    at = len(above) - len(above.lstrip(BLANK))
    first, break_, _ = above[at:].partition("\n")
    return _Parts(
        front=text[:start],
        above=above,
        head=at + len(first + break_) if nfc(first.rstrip()) in headings else 0,
        whole_block=text[begin.start() : close],
        block=text[begin.end() : end.start()].strip(BLANK),
        below=text[close:],
        line_end="\r\n" if text[:newline].endswith("\r") else "\n",
        headings=headings,
    )


def _joined(parts: _Parts, above: str, below: str) -> str:
    r"""Join words above and below the block, with \n for the file's own line ends."""
    pieces = [above, below]
    if parts.line_end == "\r\n":
        pieces = [piece.replace("\r\n", "\n") for piece in pieces]
    return "\n\n".join(filter(None, map(without_blank_ends, pieces)))


def heading_of(title: str) -> str:
    """Write the heading that repeats a title."""
    # "<" would begin a tag of HTML, and take the words behind it off the screen.
    return "# " + (plain(title).replace("<", "\\<") or "Untitled")


AT_LEAST = 2
"""How many lines of a front matter are needed to know it again."""

# Blank, a comment, an indented line, an item, or a key of up to four words.
_YAML = re.compile(r"\s*\Z|\s*#|[ \t]+\S|-[ \t]|[^\s:#>*`<!|]+(?: [^\s:]+){0,3}[ \t]*:(?:\s|\Z)")


def mend_front(found: str, last: str) -> str:
    """Return a file with its front matter put back in order, as the file as it was left had it.

    A front matter that is whole, or that the file never had, stays. Words that stood above
    it come below it, and below the heading there.
    """
    left = FRONT.match(last)
    known = {line.strip() for line in left["yaml"].split("\n")} - {""} if left else set()
    if left is None or not known or _is_whole(found, known):
        return found
    # A byte order mark belongs to the file's beginning, whatever comes to stand there.
    bom = "\ufeff" if found.startswith("\ufeff") else ""
    lines = found.removeprefix("\ufeff").split("\n")
    end = "\r\n" if lines[0].endswith("\r") else "\n"
    lines = [line + "\n" for line in lines[:-1]] + lines[-1:]
    first, past = _known_lines(lines, known)
    if past == first:
        # Nothing of it is there any more: it comes back as it was left.
        front = left[0].removeprefix("\ufeff").replace("\r\n", "\n").replace("\n", end)
        return bom + front + "".join(lines)
    front = f"---{end}{''.join(lines[first:past])}---{end}"
    above, below = lines[:first], lines[past:]
    # One of its two lines `---` may still be there; both are in `front` now.
    if above and above[-1].strip() == "---":
        above = above[:-1]
    if below and below[0].strip() == "---":
        below = below[1:]
    words, rest = "".join(above), "".join(below)
    if not words.strip():
        return bom + front + words + rest
    words += "" if words.endswith("\n") else end
    heading = re.match(r"\s*# [^\n]*\n", rest)
    at = heading.end() if heading else 0
    return bom + front + rest[:at] + end + words + rest[at:]


def _is_whole(found: str, known: Collection[str]) -> bool:
    """Check whether a front matter begins and ends, and has nothing but YAML."""
    front = FRONT.match(found)
    if front is None or MARK.search(front["yaml"]):
        return False
    return all(
        line.strip() in known
        # After a blank line `# …` is a heading: the front matter lost its last line.
        or (_YAML.match(line) and not (line.startswith("# ") and not before.strip()))
        for before, line in pairwise(["", *front["yaml"].split("\n")[:-1]])
    )


def _known_lines(lines: list[str], known: Collection[str]) -> tuple[int, int]:
    """Find the lines of the front matter: from the first to the last one that is known, with
    nothing between that is no YAML; (0, 0) for none."""
    best, run = (0, 0, 0), list[int]()
    # The added line is no YAML: it ends the last run.
    for i, line in enumerate([*lines, "."]):
        if line.strip() in known:
            run.append(i)
        elif not _YAML.match(line) or MARK.match(line):
            if len(run) >= min(AT_LEAST, len(known)) and len(run) > best[2]:
                best = (run[0], run[-1] + 1, len(run))
            run = []
            if MARK.match(line):
                break
    return best[:2]


def typed_inside(found: str, blocks: Iterable[str]) -> str:
    """Return the lines that a hand typed within a file's block: those that no block of ours had,
    even if another program has formatted them since."""
    ours = list(blocks)
    block = block_of(found)
    if not block or block in ours:
        return ""
    known = {""} | {_SIGNS.sub("", line) for text in ours for line in text.split("\n")}
    lines = block.replace("\r\n", "\n").split("\n")
    return without_blank_ends("\n".join(s for s in lines if _SIGNS.sub("", s) not in known))


_SIGNS = re.compile(r"[\s!-/:-@\[-`{-~]+")
"""Signs that a formatter of Markdown changes."""
