"""Recognise what a file or folder is that somebody wants to bring, and read it.

Lists of papers are read here. In columns: the CSV of Zotero, Readwise, Instapaper, Pocket or
anybody, and JSON with an object or an id for each paper. Of links: Pocket's page and other
bookmarks, reading lists in Markdown, texts with an address or a number in each line.

The columns are known by their names. A saved link is a paper only where its address has the id of
one; a list without addresses, or with columns that only papers have, names papers by their titles.
What a link is called is a guess, which the record of its registry replaces.
"""

from __future__ import annotations

import codecs
import csv
import io
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from reader.base.errors import UsageError
from reader.base.front_matter import FRONT
from reader.base.messages import N_, Joined, Text, lazy_gettext
from reader.base.text import plain, visible
from reader.gathering.imports.bibliography import is_csl, loaded, read_bibtex, read_csl, read_ris
from reader.gathering.imports.item import (
    ImportedLibrary,
    ImportedNote,
    ImportedPaper,
    UnplacedItem,
    attached,
    collected,
    make_paper,
    moment_of,
    names_in,
    no_paper,
    not_there,
    or_untitled,
    page_title,
    to_markdown,
    unreadable,
)
from reader.library.highlight import Highlight
from reader.library.ids import find_ids, parse_id

FORMS = ("bibtex", "ris", "csl-json", "zotero", "rdf", "papis", "paperlib", "csv", "list",
         "markdown", "enex")  # fmt: skip
"""The forms that `--as` takes."""

ZOTERO, PAPIS, PAPERLIB = "zotero.sqlite", "info.yaml", "default.realm"
"""Files by which the folders of programs are recognised."""

_MOST_BYTES = 1_000_000_000
_ENDINGS = {".bib": "bibtex", ".bibtex": "bibtex", ".biblatex": "bibtex", ".ris": "ris",
            ".json": "json", ".sqlite": "zotero", ".rdf": "rdf", ".csv": "csv", ".tsv": "csv",
            ".md": "list", ".html": "list", ".htm": "list", ".enex": "enex",
            ".realm": "paperlib"}  # fmt: skip


def read_source(path: Path, form: str = "") -> ImportedLibrary:
    """Read a file or folder whole; nothing in it is changed.

    form: one of FORMS, "" to recognise it. Raises NotKnown where nothing is, and UsageError for
    what cannot be read, with the place and the remedy.
    """
    if not path.exists():
        raise not_there(str(path))
    form = form or _form_of(path)
    if read := _read_program(path, form):
        return read
    if path.is_dir() or not form:
        raise _unknown(path)
    text = decoded(_content(path), path)
    if form == "bibtex":
        read = read_bibtex(text, name=path.name, folder=path.parent)
    elif form == "ris":
        read = read_ris(text, name=path.name, folder=path.parent)
    elif form == "csv":
        read = read_csv(text, name=path.name, folder=path.parent)
    elif form == "list" and not text.lstrip().startswith(("[", "{")):
        read = read_list(text, name=path.name)
        if not read.items and path.suffix.lower() == ".md":
            return read_source(path, "markdown")
    else:
        read = _read_json(text, path, form)
    if not read.items and not read.unplaced:
        what = lazy_gettext("{file} has no entry of {form}.", file=plain(str(path)), form=form)
        raise UsageError(what=what, hint=_unknown(path).hint)
    return read


def _read_program(path: Path, form: str) -> ImportedLibrary | None:
    """Read what a program keeps or exports in a form of its own; None for any other form.

    Each reader is imported here: only some need lxml, and what turns HTML into Markdown.
    """
    if form == "zotero":
        from reader.gathering.imports.zotero import read_zotero

        return read_zotero(path / ZOTERO if path.is_dir() else path)
    if form == "enex":
        from reader.gathering.imports.enex import read_enex

        return read_enex(path)
    if form == "papis" and path.is_dir():
        from reader.gathering.imports.folders import read_papis

        return read_papis(path)
    if form == "paperlib":
        from reader.gathering.imports.paperlib import read_paperlib

        return read_paperlib(path / PAPERLIB if path.is_dir() else path)
    if form == "markdown":
        from reader.gathering.imports.folders import read_vault

        read = read_vault(path) if path.is_dir() else read_vault(path.parent, path)
        if not (read.items or read.notes or read.unplaced):
            raise _unknown(path)
        return read
    if form == "rdf" and not path.is_dir():
        from reader.gathering.imports.zotero import read_rdf

        return read_rdf(_content(path), name=path.name, folder=path.parent)
    return None


def _read_json(text: str, path: Path, form: str) -> ImportedLibrary:
    content = loaded(text, name=path.name)
    if form != "csl-json" and not is_csl(content):
        read = read_json(content, name=path.name, folder=path.parent)
        if read.items or form == "list":
            return read
    return read_csl(content, name=path.name)


def _form_of(path: Path) -> str:
    """Recognise the form by the name, and where that says nothing by the beginning."""
    if path.is_dir():
        if (path / ZOTERO).is_file():
            return "zotero"
        if (path / PAPERLIB).is_file():
            return "paperlib"
        if next(path.glob("*.enex"), None):
            return "enex"
        if next(path.rglob(PAPIS), None):
            return "papis"
        return "markdown" if next(path.rglob("*.md"), None) else ""
    if path.suffix.lower() == ".md" and FRONT.match(
        _content(path, 64_000).decode("utf-8", "replace")
    ):
        return "markdown"
    if form := _ENDINGS.get(path.suffix.lower()):
        return form
    start = _content(path, 4_000)
    if start.startswith(b"SQLite format 3\0"):
        return "zotero"
    start = start.lstrip(codecs.BOM_UTF8).lstrip()
    if start.startswith(b"TY  -"):
        return "ris"
    if start.startswith((b"[", b"{")):
        return "json"
    if b"<en-export" in start:
        return "enex"
    if b"<rdf:RDF" in start:
        return "rdf"
    if start.startswith((b"@", b"%")):
        return "bibtex"
    return "list" if path.suffix.lower() == ".txt" else ""


def _content(path: Path, most: int = _MOST_BYTES) -> bytes:
    try:
        if not path.is_file():  # a pipe has no end
            raise _unknown(path)
        with path.open("rb") as file:
            return file.read(most)
    except OSError as error:
        raise unreadable(path, error) from None


def _unknown(path: Path) -> UsageError:
    shown = plain(str(path))
    return UsageError(
        what=lazy_gettext("{path} is nothing that can be imported.", path=shown),
        hint=lazy_gettext("`reader follow --from {path}` adds the feeds of an OPML.", path=shown)
        if path.suffix.lower() == ".opml"
        else lazy_gettext(
            "Give one of these, and name it with --as if it is not recognised: {forms}.",
            forms=Joined(FORMS, N_(", ")),
        ),
    )


def decoded(content: bytes, path: Path) -> str:
    """Decode a text file. Raises UsageError for any encoding but UTF-8: a guess may be wrong, and
    would spoil names for good."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) or b"\0" in content[:100]:
        raise _not_utf8(path, "UTF-16", 1)
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise _not_utf8(path, _encoding(content), line) from None


def _not_utf8(path: Path, encoding: str, line: int) -> UsageError:
    name: Text = plain(path.name)
    return UsageError(
        what=lazy_gettext(
            "{file}, line {line}: the text is not UTF-8, but probably {encoding}. "
            "Nothing was imported.",
            file=name,
            line=line,
            encoding=encoding,
        ),
        hint=lazy_gettext(
            "Save it as UTF-8, for instance: iconv -f {encoding} -t UTF-8 {file} > utf8-{file}",
            file=name,
            encoding=encoding,
        ),
    )


def _encoding(content: bytes) -> str:
    """Guess the encoding of a text that is not UTF-8, for the message."""
    for encoding, name in (("euc_jp", "EUC-JP"), ("cp932", "SHIFT_JIS")):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        # Hiragana stands in all Japanese sentences; bytes of Latin-1 hardly ever decode to it.
        if any("\u3041" <= char <= "\u30fa" for char in text):
            return name
    return "LATIN1"


_NAMES = {
    "title": "title papertitle articletitle documenttitle name タイトル 題名 論文名",
    "doi": "doi",
    "arxiv": "arxiv arxivid arxivnumber eprint id pid",
    "named": "url link links href address pdfurl pdflink openaccesspdf externalids",
    "authors": "authors author creators bookauthor 著者",
    "published": "publicationdate published date publicationyear year 年 発行年",
    "abstract": "abstract abstractnote summary 要旨",
    "venue": "publicationtitle publication journal venue conference booktitle sourcetitle",
    "note": "note notes comment comments メモ",
    "tags": "tags tag manualtags automatictags documenttags keywords authorkeywords labels タグ",
    "collections": "folder folders collection collections group groups list topic",
    "highlight": "highlight selection",
    "at": "highlightedat dateadded timeadded timestamp saveddate addedat created",
    "page_kind": "locationtype",
    "location": "location",
    "files": "fileattachments",
}
_COLUMNS = {name: field for field, names in _NAMES.items() for name in names.split()}
_ORDER = {name: n for n, name in enumerate(_COLUMNS)}
_ADDRESSES = {"url", "link", "links", "href", "address"}
_ONLY_OF_PAPERS = {"doi", "abstract", "venue"}

_Row = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class _Header:
    """The columns of a list. names: folded, in their order; fields: what is known of them."""

    names: tuple[str, ...]
    fields: frozenset[str]

    @classmethod
    def of(cls, names: Sequence[str]) -> _Header:
        folded = [re.sub(r"[\W_]", "", name.casefold()) for name in names]
        if "highlight" in folded and "title" not in folded:  # Readwise
            folded = ["title" if name == "booktitle" else name for name in folded]
        return cls(tuple(folded), frozenset(_COLUMNS[name] for name in folded if name in _COLUMNS))

    @property
    def names_papers(self) -> bool:
        return bool(self.fields & {"title", "doi", "arxiv", "named"})

    @property
    def is_of_links(self) -> bool:
        """Check whether only the address of a row tells whether it is a paper."""
        return not _ADDRESSES.isdisjoint(self.names) and not self.fields & _ONLY_OF_PAPERS

    @property
    def is_of_highlights(self) -> bool:
        """Check whether these are marks in books and articles of any kind."""
        return "highlight" in self.fields and _ADDRESSES.isdisjoint(self.names)

    def row(self, cells: Sequence[str]) -> _Row:
        """Sort the cells of a row by what they are, the surest column of each first."""
        found: dict[str, list[str]] = {}
        pairs = [pair for pair in zip(self.names, cells, strict=True) if pair[0] in _COLUMNS]
        for name, cell in sorted(pairs, key=lambda pair: _ORDER[pair[0]]):
            if cell.strip():
                found.setdefault(_COLUMNS[name], []).append(cell.strip())
        return found


def read_csv(text: str, *, name: str, folder: Path) -> ImportedLibrary:
    """Read the rows of a list. Raises UsageError where its columns or its quotes make no sense."""
    rows = enumerate(_records(text, name), 1)
    names = next((cells for _n, cells in rows), [])
    header = _Header.of(names)
    if not header.names_papers:
        raise UsageError(
            what=lazy_gettext(
                "{file}, row 1: no column is named Title, DOI, arXiv or URL. Nothing was imported.",
                file=plain(name),
            ),
            hint=lazy_gettext(
                "Name the columns in the first row, or import it as a list of links: --as list."
            ),
        )
    found: list[ImportedPaper | UnplacedItem] = []
    for n, cells in rows:
        if not any(cells):
            continue
        place = lazy_gettext("{file}, row {n}", file=plain(name), n=n)
        # Excel writes empty cells behind the last one.
        if len(cells) < len(names) or any(cells[len(names) :]):
            why = lazy_gettext(
                "its number of cells is {n}, that of the first row {all}",
                n=len(cells),
                all=len(names),
            )
            found.append(UnplacedItem(place, why))
        else:
            row = header.row(cells[: len(names)])
            found.append(_entry(header, row, place, folder))
    return collected("csv", _joined(found))


def _records(text: str, name: str) -> Iterator[list[str]]:
    """Split a CSV, whatever sign stands between its cells."""
    csv.field_size_limit(max(csv.field_size_limit(), len(text)))  # the file itself is the limit
    first_line = re.match(r"sep=(.)\r?\n", text)  # Excel's own line
    text = text[first_line.end() :] if first_line else text
    first = text.lstrip().split("\n", 1)[0]
    sign = first_line[1] if first_line else max(",;\t|", key=first.count)
    reader = csv.reader(io.StringIO(text.lstrip("\r\n"), newline=""), delimiter=sign, strict=True)
    try:
        yield from reader
    except csv.Error as error:
        raise UsageError(
            what=lazy_gettext(
                "{file}, line {line}: the quotes do not match, or the file breaks off ({why}). "
                "Nothing was imported.",
                file=plain(name),
                line=reader.line_num,
                why=str(error),
            ),
            hint=lazy_gettext("Export the list again, as CSV."),
        ) from None


def _entry(
    header: _Header, row: _Row, place: Text, folder: Path, collection: str = ""
) -> ImportedPaper | UnplacedItem:
    def first(field: str) -> str:
        return next(iter(row.get(field, ())), "")

    title, named = page_title(first("title")), [*row.get("named", ()), *row.get("arxiv", ())]
    paper = make_paper(
        title,
        names_in(first("authors")),
        # arXiv's pages are often saved with their number in the title.
        named=[*named, first("title")] if header.is_of_links else named,
        doi=first("doi"),
        arxiv=first("arxiv"),
        abstract=first("abstract"),
        published=first("published"),
        venue=first("venue"),
    )
    if paper is None or (header.is_of_links and paper.id.startswith("pdf:")):
        return no_paper(place) if header.is_of_links else or_untitled(None, place)
    highlights, notes = _marks(row)
    tags = [tag for cell in row.get("tags", ()) for tag in _parts(cell, r"[|;,]")]
    collections = [one for cell in row.get("collections", ()) for one in _parts(cell, r"[|;]")]
    return ImportedPaper(
        paper,
        place,
        collections=tuple(dict.fromkeys([collection] if collection else collections)),
        tags=tuple(dict.fromkeys(tags)),
        notes=notes,
        highlights=highlights,
        attached=attached(_parts(first("files"), ";"), folder),
        is_only_known=header.is_of_highlights,
    )


def _parts(cell: str, signs: str) -> list[str]:
    """Split the tags of a cell; Instapaper's stand in brackets and quotes."""
    return [part for one in re.split(signs, cell.strip("[]")) if (part := one.strip(' "'))]


def _marks(row: _Row) -> tuple[tuple[Highlight, ...], tuple[ImportedNote, ...]]:
    """Read the marked words of a row with the note typed at them; a note alone is the paper's."""
    words = visible(" ".join(row.get("highlight", ())))
    notes = [to_markdown(t) if "</" in t else visible(t) for t in row.get("note", ())]
    if not plain(words):
        at = _moment(next(iter(row.get("at", ())), ""))
        return (), tuple(ImportedNote(note, at) for note in notes if plain(note))
    location = next(iter(row.get("location", ())), "")
    n = int(location) if re.fullmatch(r"[0-9]{1,6}", location) else 0
    is_page = row.get("page_kind") == ["page"] and n > 0
    return (Highlight(n if is_page else 0, n, "highlight", plain(words), "\n\n".join(notes)),), ()


def _moment(written: str) -> datetime | None:
    """Read the time of a row: seconds since 1970, or an ISO date and time."""
    if not written.isdecimal():
        return moment_of(written)
    try:
        return datetime.fromtimestamp(int(written), UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _joined(
    found: Iterable[ImportedPaper | UnplacedItem],
) -> Iterator[ImportedPaper | UnplacedItem]:
    """Join the rows that are marks in one paper, each of which is one highlight."""
    by_paper: dict[str, ImportedPaper] = {}
    for one in found:
        if isinstance(one, UnplacedItem) or not (one.highlights or one.is_only_known):
            yield one
        elif before := by_paper.get(one.paper.id):
            by_paper[one.paper.id] = replace(
                before,
                tags=tuple(dict.fromkeys((*before.tags, *one.tags))),
                notes=(*before.notes, *one.notes),
                highlights=(*before.highlights, *one.highlights),
            )
        else:
            by_paper[one.paper.id] = one
    yield from by_paper.values()


def read_json(content: Any, *, name: str, folder: Path) -> ImportedLibrary:
    """Read a list of ids or objects, or an object with such lists; () where it names no paper."""
    found: list[ImportedPaper | UnplacedItem] = []
    for n, (collection, one) in enumerate(_things(content), 1):
        thing = one if isinstance(one, dict) else {"id": one}
        header = _Header.of(list(thing))
        cells = [_text(value) for value in thing.values()]
        place = lazy_gettext(
            "{file}, item {n} {key}", file=plain(name), n=n, key=plain("".join(cells[:1]))[:60]
        )
        if header.names_papers:
            found.append(_entry(header, header.row(cells), place, folder, collection))
    return collected("list", found)


def _things(content: Any, collection: str = "", *, depth: int = 0) -> Iterator[tuple[str, Any]]:
    """List the ids and objects in some JSON, each with the name of the list that it stands in."""
    if depth > _DEEPEST:
        return
    if isinstance(content, list):
        for one in content:
            if isinstance(one, list | dict):
                yield from _things(one, collection, depth=depth + 1)
            else:
                yield collection, one
    elif isinstance(content, dict) and _Header.of(list(content)).names_papers:
        yield collection, content
    elif isinstance(content, dict):
        within = {key: value for key, value in content.items() if isinstance(value, list | dict)}
        for key, value in within.items():
            if isinstance(value, dict) and _Header.of(list(value)).names_papers:
                yield collection, {"id": key, **value}
            else:
                yield from _things(value, key if len(within) > 1 else collection, depth=depth + 1)


_DEEPEST = 5


def _text(value: Any) -> str:
    """Write a value as the cell of a table."""
    if isinstance(value, list):
        names = [one.get("name", "") if isinstance(one, dict) else one for one in value]
        return "; ".join(name for name in names if isinstance(name, str))
    if isinstance(value, dict):
        return json.dumps(value)
    return "" if value is None or isinstance(value, bool) else str(value)


_LINK = re.compile(r"\[(?P<text>[^\[\]]{0,400})\]\(\s*<?(?P<address>[^\s)>]{1,2000})")
_ADDRESS = re.compile(r"https?://\S")
_MARKS = re.compile(r"^[\s>#*+-]+|^\d+[.)]\s|[*_`\[\]]|<[^<>]{0,99}>|\b\d+[-/]\d+[-/]\d+\b")


def read_list(text: str, *, name: str) -> ImportedLibrary:
    """Read the links of a page or the lines of a text."""
    found = _of_page(text, name) if text.lstrip().startswith("<") else _of_lines(text, name)
    return collected("list", found)


def _of_page(text: str, name: str) -> Iterator[ImportedPaper | UnplacedItem]:
    from lxml import etree

    root = etree.fromstring(text.encode(), etree.HTMLParser(encoding="utf-8", no_network=True))
    for link in root.iter("a") if root is not None else ():
        address = link.get("href") or ""
        if not _ADDRESS.match(address):
            continue
        place = lazy_gettext("{file}, line {line}", file=plain(name), line=link.sourceline)
        title = "".join(link.itertext())
        paper = make_paper(page_title(title), (), named=[address])
        if paper is None or paper.id.startswith("pdf:"):
            yield no_paper(place)
        else:
            tags = [tag.strip() for tag in (link.get("tags") or "").split(",")]
            yield ImportedPaper(paper, place, tags=tuple(filter(None, tags)))


def _of_lines(text: str, name: str) -> Iterator[ImportedPaper | UnplacedItem]:
    for n, line in enumerate(text.split("\n"), 1):
        ids = [one.id for one in find_ids(line)]
        if not ids and (typed := parse_id(line)):
            ids = [typed.id]
        place = lazy_gettext("{file}, line {line}", file=plain(name), line=n)
        for id_ in ids:
            title = _title_in_line(line, id_, is_alone=len(set(ids)) == 1)
            if paper := make_paper(title, (), named=[id_]):
                yield ImportedPaper(paper, place)
        if not ids and _ADDRESS.search(line):
            yield no_paper(place)


def _title_in_line(line: str, id_: str, *, is_alone: bool) -> str:
    """Guess a title in a line: the text of its link, or of the line where that has one paper."""
    links = list(_LINK.finditer(line))
    texts = [one["text"] for one in links if id_ in (i.id for i in find_ids(one["address"]))]
    if is_alone:
        before = line[: links[0].start()] if links else line.partition("http")[0]
        texts += [before, *(one["text"] for one in links[:1])]
    titles = (page_title(_MARKS.sub(" ", text)) for text in texts)
    return next((title for title in titles if len(re.findall(r"[^\W\d_]{2,}", title)) > 2), "")
