"""Know the Markdown file that shows a note.

    ---
    title: "…"                    front matter: our keys, and any that others add
    ---

    # Title

    the person's words            above the block, below it, or both
    <!-- reader:begin … -->
    links and highlights          ours: made again at each export
    <!-- reader:end -->

All but our keys and our block belongs to the person, and comes back as it was. Within
words a line that would pass for one of our marks gets a backslash in front, and loses it
when read. So a file has each mark once, or it is damaged: then it is all the person's.
Knows nothing of disks and databases; every function is linear in the length of its text.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from urllib.parse import quote

from reader.highlight import Highlight, gathered, once
from reader.note.words import BLANK, without_blank_ends
from reader.plain import plain, plain_lines


@dataclass(frozen=True, slots=True)
class Sheet:
    """What a paper's Markdown file shows.

    pdf: path relative to the file, "" where there is none; marked: that of its newest marked copy.
    text: the newest revision of the note, "" where there is none.
    also_known: the other ids.
    figure: path of a picture of it relative to the file, "" where there is none; caption: its.
    highlights: what the reader marked, in reading order.
    """

    key: str
    id: str
    title: str
    authors: tuple[str, ...] = ()
    year: int | None = None
    topic: str = ""
    state: str = ""
    read_on: date | None = None
    url: str = ""
    pdf: str = ""
    marked: str = ""
    text: str = ""
    also_known: tuple[str, ...] = ()
    is_sample: bool = False
    figure: str = ""
    caption: str = ""
    highlights: tuple[Highlight, ...] = ()


def render(sheet: Sheet) -> str:
    r"""Write a new file: `words_of` gives the text back but for blank lines around it.

    Line ends are \n; those within the text stay as they are.
    """
    front = "\n".join(line for lines in _front(sheet).values() for line in lines)
    words = _ESCAPABLE.sub(r"\\\1", without_blank_ends(sheet.text))
    parts = (f"---\n{front}\n---", _heading(sheet.title), words, _block(sheet))
    return "\n\n".join(filter(None, parts)) + "\n"


def words_of(file_text: str) -> str | None:
    r"""Take the person's words out of a file, without blank lines around them.

    What stands below our block comes last. Where the file's lines end with \r\n so did an
    editor make them: they are \n in the words. None when the marks are damaged.
    """
    parts = _split(file_text)
    if parts is None:
        return None
    first, _, rest = parts.above.lstrip(BLANK).partition("\n")
    above = rest if _is_our_heading(first, parts) else parts.above
    pieces = [above, parts.below]
    if parts.line_end == "\r\n":
        pieces = [piece.replace("\r\n", "\n") for piece in pieces]
    words = "\n\n".join(filter(None, map(without_blank_ends, pieces)))
    return _ESCAPED.sub(r"\1", words)


def splice(found: str, sheet: Sheet) -> str | None:
    """Bring a file up to date and leave every byte that is the person's as found.

    Ours are our keys of the front matter, the block, and the heading as long as it is the
    title that we wrote. None when the marks are damaged. `sheet.text` is not looked at.
    """
    parts = _split(found)
    if parts is None:
        return None
    end = parts.line_end
    above = parts.above
    start = len(above) - len(above.lstrip(BLANK))
    line = above[start:].partition("\n")[0]
    heading = _heading(sheet.title)
    if _is_our_heading(line, parts):
        above = above[:start] + heading + above[start + len(line.rstrip()) :]
    elif parts.front and line.rstrip() == heading:
        # The person's own first line, which would pass for our heading from now on.
        above = above[:start] + heading + end * 2 + above[start:]
    front = _spliced_front(parts.front, sheet, end) if parts.front else parts.front
    return front + above + _block(sheet).replace("\n", end) + parts.below


def with_words(found: str, text: str) -> str | None:
    """Put other words in place of the person's, all of them above the block.

    Front matter, our heading, the block and the file's line ends stay. None when the
    marks are damaged.
    """
    parts = _split(found)
    if parts is None:
        return None
    end = parts.line_end
    text = text.replace("\r\n", "\n") if end == "\r\n" else text
    words = _ESCAPABLE.sub(r"\\\1", without_blank_ends(text))
    # Words that begin as our heading does need it above them, or they lose that line.
    firsts = (piece.lstrip(BLANK).partition("\n")[0].rstrip() for piece in (parts.above, words))
    heading = next((line for line in firsts if _is_our_heading(line, parts)), "")
    block = found[len(parts.front) + len(parts.above) : len(found) - len(parts.below)]
    pieces = filter(None, (heading, words.replace("\n", end), block))
    return parts.front + end + (end * 2).join(pieces) + end


def fields(file_text: str) -> dict[str, str]:
    """Read our keys of one line (id, key, topic, sample, …) out of a front matter."""
    front = _FRONT.match(file_text)
    groups = _groups(front["yaml"]) if front else ()
    return {
        key: _scalar(lines[0]) for key, lines in groups if _OURS.fullmatch(key) and not lines[1:]
    }


_MARK = re.compile(r"^<!-- reader:(begin|end)[^\n]*", re.MULTILINE)
_ESCAPABLE = re.compile(r"^(\\*<!-- reader:(?:begin|end))", re.MULTILINE)
_ESCAPED = re.compile(r"^\\(\\*<!-- reader:(?:begin|end))", re.MULTILINE)
_FRONT = re.compile(
    r"(?P<open>\ufeff?---[ \t]*\r?\n)(?P<yaml>(?:[^\n]*\n)*?)(?P<close>---[ \t]*\r?(?:\n|\Z))"
)
_KEY = re.compile(r"([A-Za-z_][\w-]*)[ \t]*:(?=\s|\Z)")
_OURS = re.compile("title|authors|year|id|also_known|key|topic|state|read|url|pdf|sample")
_BEGIN = "<!-- reader:begin: written by the program; write above or below, not in here -->"
_END_MARK = "<!-- reader:end -->"


@dataclass(frozen=True, slots=True)
class _Parts:
    """A file in four pieces; all but the block, which lies between above and below."""

    front: str
    above: str
    below: str
    line_end: str
    title: str | None
    """As the front matter has it, None where it has none."""


def _split(text: str) -> _Parts | None:
    front = _FRONT.match(text)
    start = front.end() if front else 0
    marks = list(_MARK.finditer(text, start))
    if [mark[1] for mark in marks] != ["begin", "end"]:
        return None
    begin, end = marks
    if not all(mark[0].rstrip().endswith("-->") for mark in marks):
        return None
    newline = text.find("\n")
    return _Parts(
        text[:start],
        text[start : begin.start()],
        text[end.start() + len(end[0].rstrip()) :],
        "\r\n" if text[:newline].endswith("\r") else "\n",
        fields(text).get("title"),
    )


def _heading(title: str) -> str:
    return "# " + (plain(title).replace("<", "\\<") or "Untitled")


def _is_our_heading(line: str, parts: _Parts) -> bool:
    return parts.title is not None and line.rstrip() == _heading(parts.title)


def _front(sheet: Sheet) -> dict[str, list[str]]:
    """Give the lines of each of our keys that has a value; the title always."""
    values: dict[str, str | tuple[str, ...]] = {
        "title": _quoted(plain(sheet.title)),
        "authors": sheet.authors,
        "year": str(sheet.year or ""),
        "id": _quoted(sheet.id),
        "also_known": sheet.also_known,
        "key": _quoted(sheet.key),
        "topic": _quoted(sheet.topic),
        "state": _quoted(sheet.state),
        "read": sheet.read_on.isoformat() if sheet.read_on else "",
        "url": _quoted(sheet.url),
        "pdf": _quoted(sheet.pdf),
        "sample": "true" if sheet.is_sample else "",
    }
    front: dict[str, list[str]] = {}
    for key, value in values.items():
        if isinstance(value, tuple):
            items = [f"  - {_quoted(plain(item))}" for item in value]
            front |= {key: [f"{key}:", *items]} if items else {}
        elif value not in ("", '""') or key == "title":
            front[key] = [f"{key}: {value}"]
    return front


def _quoted(value: str) -> str:
    # JSON's strings are YAML's double-quoted ones, but for what YAML calls not printable.
    unprintable = r"[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff\ud800-\udfff]"
    text = json.dumps(value, ensure_ascii=False)
    return re.sub(unprintable, lambda m: f"\\u{ord(m[0]):04x}", text)


def _groups(yaml: str) -> Iterator[tuple[str, list[str]]]:
    """Part a front matter into its keys, each with the lines that go on below it.

    Lines before any key, comments and blank lines come under the key "".
    """
    key, lines = "", list[str]()
    for line in yaml.split("\n")[:-1]:
        found = _KEY.match(line)
        goes_on = key and re.match(r"[ \t]+\S|- |-\r?\Z", line)
        if found or not goes_on:
            if lines:
                yield key, lines
            key, lines = found[1] if found else "", []
        lines.append(line)
    if lines:
        yield key, lines


def _scalar(line: str) -> str:
    value = line.partition(":")[2].strip()
    if value.startswith('"'):
        try:
            return str(json.loads(value))
        except ValueError:
            return value
    is_single = len(value) > 1 and value[0] == value[-1] == "'"
    return value[1:-1].replace("''", "'") if is_single else value


def _spliced_front(front: str, sheet: Sheet, line_end: str) -> str:
    """Put our keys' new lines where the old ones stand; new keys after the last of them."""
    match = _FRONT.match(front)
    if match is None:
        return front
    ours = _front(sheet)
    kept: list[str] = []
    last = 0
    for key, lines in _groups(match["yaml"]):
        if _OURS.fullmatch(key):
            kept += [line + line_end for line in ours.pop(key, [])]
            last = len(kept)
        else:
            kept += [line + "\n" for line in lines]
    kept[last:last] = [line + line_end for lines in ours.values() for line in lines]
    return match["open"] + "".join(kept) + match["close"]


def _block(sheet: Sheet) -> str:
    files = {"marked PDF": sheet.marked, "PDF": sheet.pdf}
    links = [f"[{name}]({_file(path)})" for name, path in files.items() if path]
    links += [f"[{_shown(sheet.id)}]({_target(sheet.url)})"] if sheet.url else [_shown(sheet.id)]
    pieces = [" · ".join([*links, *map(_shown, sheet.also_known)])]
    pieces += [_figure(sheet)] if sheet.figure else []
    at = zip(sheet.highlights, gathered(sheet.highlights), strict=True)
    pieces += [_quoted_mark(highlight, pages) for highlight, pages in at if pages]
    return "\n\n".join([_BEGIN, *pieces, _END_MARK])


def _figure(sheet: Sheet) -> str:
    """Show the figure as a Markdown image; brackets in its caption would end it."""
    words = re.sub(r"([\\\[\]<`])", r"\\\1", plain(sheet.caption))
    return f"![{words}]({_file(sheet.figure)})"


def _quoted_mark(highlight: Highlight, pages: tuple[int, ...]) -> str:
    """Quote marked words with their pages; what the reader typed there stands below them, or
    in their place where there are none."""
    text, note = _shown(once(highlight.text)), _shown(highlight.note)
    where = "p. " if len(pages) == 1 else "pp. "
    place = f"({where}{', '.join(map(str, pages))}{_HOW.get(highlight.kind, '')})"
    lines = [f"{text} {place}" if text else f"{place} {note}".rstrip()]
    lines += ["", f"— {note}"] if text and note else []
    return "\n".join(f"> {line}".rstrip() for line in "\n".join(lines).split("\n"))


_HOW = {"underline": ", underlined", "strike-out": ", struck out", "squiggle": ", squiggle"}


def _shown(text: str) -> str:
    return plain_lines(text).replace("<", "\\<")


def _file(path: str) -> str:
    return _target(path.replace("%", "%25"))


def _target(address: str) -> str:
    """Make an address or path safe between a Markdown link's brackets; kanji stay readable."""
    return re.sub(r"[^\w/.~:?=&+#@,;!$'*%-]", lambda m: quote(m[0], errors="replace"), address)
