"""Read lists of references: BibTeX and BibLaTeX, RIS, and CSL-JSON, as people and programs write
them.

bibtexparser parses BibTeX of Zotero, Better BibTeX, JabRef and Mendeley. People typed its entries,
and any of them may be broken; one that cannot be read is named by its line, and the others are
read. RIS is that of EndNote, Zotero, Mendeley and publishers; rispy parses its records. CSL-JSON is
Zotero's and Better BibTeX's list of items, or an object with such a list.
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import rispy
from bibtexparser.library import Library as Blocks
from bibtexparser.middlewares import LatexDecodingMiddleware, SeparateCoAuthors
from bibtexparser.middlewares.names import parse_single_name_into_parts
from bibtexparser.middlewares.parsestack import default_parse_stack
from bibtexparser.model import Block, Entry, ExplicitComment, Field, ParsingFailedBlock, String
from bibtexparser.splitter import Splitter

from reader.base.errors import UsageError
from reader.base.messages import Text, lazy_gettext
from reader.base.tex import pieces
from reader.base.text import accents, html_to_text, plain
from reader.base.words import is_cjk
from reader.gathering.imports.item import (
    AttachedFiles,
    ImportedLibrary,
    ImportedNote,
    ImportedPaper,
    UnplacedItem,
    attached,
    collected,
    first_of,
    in_order,
    make_paper,
    or_untitled,
)

_NAMING = ("url", "ee", "pdf", "note", "journal", "howpublished")
_VENUE = ("journal", "journaltitle", "booktitle", "school", "institution", "publisher")
_PUBLICATION = {
    "venue": ("journal", "journaltitle", "booktitle"),
    "volume": ("volume",),
    "number": ("number", "issue"),
    "pages": ("pages",),
    "publisher": ("publisher", "school", "institution"),
}
"""The fields of an entry that say where it was published, the first one before the others."""
_NOTES = ("annote", "annotation", "review")
_EXTRA = re.compile(r"[^\W\d_][\w -]*: *\S*\d{4}\S*")
"""A line of Zotero's field Extra that is a number or a day: Better BibTeX writes the field where
others have notes."""
_GROUPS = ("groups", "mendeley-groups")
_TAGS = ("keywords", "mendeley-tags")
_READ = ("title", "abstract", "year", "date", "doi", "eprint", "arxivid", "arxiv", *_NAMING,
         *_VENUE, "volume", "number", "issue", "pages")  # fmt: skip
_DECODED = frozenset({"author", *_READ, *_NOTES, *_GROUPS, *_TAGS})
"""The fields whose LaTeX is decoded; the others are left out, since decoding takes long."""


def read_bibtex(text: str, *, name: str, folder: Path) -> ImportedLibrary:
    """Read all entries of a BibTeX file that have a title.

    name: of the file, for the places of its entries. folder: in which the paths of its PDFs begin.
    """
    # bibtexparser logs each broken entry to standard error; they are returned instead.
    logging.getLogger("bibtexparser").setLevel(logging.CRITICAL)
    split = Splitter(text).split()
    unplaced: list[UnplacedItem] = []
    blocks: list[Block] = []
    files: dict[int, str] = {}
    keys: dict[int, str] = {}
    for block in split.blocks:
        if isinstance(block, ParsingFailedBlock) and block.ignore_error_block is None:
            unplaced.append(_broken(name, block))
            continue
        # An entry with the key of another one, or with a field twice, is whole all the same.
        block = getattr(block, "ignore_error_block", None) or block
        if isinstance(block, Entry):
            number = len(keys)
            keys[number], block.key = block.key, str(number)
            # The names of files are not LaTeX, whatever their writers escape.
            files[number] = next(
                (str(f.value) for f in block.fields if f.key.casefold() == "file"), ""
            )
            block.fields = [f for f in block.fields if f.key.casefold() in _DECODED]
        if isinstance(block, Entry | String):
            blocks.append(block)
    groups = _jabref_groups(split)
    library = _decoded(Blocks(blocks, fail_on_duplicate_key=False))
    items: list[ImportedPaper | UnplacedItem] = []
    for failed in library.failed_blocks:
        # A second @string of one name is no entry.
        if isinstance(failed.ignore_error_block, Entry):
            unplaced.append(_broken(name, failed))
    for entry in library.entries:
        fields = {field.key.casefold(): field.value for field in entry.fields}
        number, place = int(entry.key), _place(name, entry)
        key = keys[number]
        item = _item(fields, place, attached(_paths(files[number]), folder), groups.get(key, ()))
        items.append(or_untitled(item and replace(item, cited_as=key), place))
    return collected("bibtex", [*unplaced, *items])


def _decoded(library: Blocks) -> Blocks:
    """Resolve strings, remove the enclosing signs, decode LaTeX and split the authors."""
    for middleware in default_parse_stack():
        library = middleware.transform(library)
    # Decoding takes ten times as long as all the rest, and accents are most of what is there.
    without: dict[str, list[Field]] = {}
    for entry in library.entries:
        rest = []
        for field in entry.fields:
            field.value = _shielded(str(field.value))
            text = _SIGN.sub(r"\1", accents(field.value))
            if _LATEX.search(text):
                # LaTeX takes a bare % for the beginning of a comment; here it is a percent sign.
                field.value = re.sub(r"(?<!\\)%", r"\\%", field.value)
                rest.append(field)
            else:
                field.value = text
        without[entry.key] = [field for field in entry.fields if field not in rest]
        entry.fields = rest
    # Braces are kept for splitting names: "{Moss and Fern}" is one author.
    library = LatexDecodingMiddleware(keep_braced_groups=True).transform(library)
    for entry in library.entries:
        entry.fields = [*entry.fields, *without[entry.key]]
    return SeparateCoAuthors().transform(library)


_BRACE = re.compile(
    r"\\ensuremath\{\\([lr])brace\}|\{?\\textbrace(left|right)\}?(?:\{\})?|\\([{}])"
    r"|\{?(\\textasciicircum)(?:\{\}|\})?"
)
"""A brace that is printed. Decoded as the others are it could not be told from a group's; and of
`\\textasciicircum` pylatexenc makes another sign."""
_OPEN, _CLOSE = "\ue000", "\ue001"
"""Stand for printed braces while those of groups are removed."""


def _shielded(text: str) -> str:
    def sign(found: re.Match[str]) -> str:
        kind = found[1] or found[2] or found[3] or found[4]
        return "^" if found[4] else _OPEN if kind in ("l", "left", "{") else _CLOSE

    if "\\" not in text:
        return text
    parts = pieces(text)
    return "".join(p if is_formula else _BRACE.sub(sign, p) for p, is_formula in parts)


def _unshielded(text: str) -> str:
    return text.replace(_OPEN, "{").replace(_CLOSE, "}")


_SIGN = re.compile(r"\\([&%_#])")
_LATEX = re.compile(r"[\\$~]|``|''|--|[?!]`")


def _place(name: str, block: Block) -> Text:
    return lazy_gettext("{file}, line {line}", file=name, line=(block.start_line or 0) + 1)


def _broken(name: str, block: ParsingFailedBlock) -> UnplacedItem:
    why = plain(getattr(block.error, "abort_reason", "") or str(block.error))[:200]
    return UnplacedItem(
        _place(name, block), lazy_gettext("the entry cannot be read ({why})", why=why)
    )


def _item(
    fields: Mapping[str, object], place: Text, files: AttachedFiles, groups: tuple[str, ...]
) -> ImportedPaper | None:
    people = fields.get("author")
    found = {name: _text(fields.get(name)) for name in _READ}
    venue = [next((found[n] for n in _VENUE if found[n]), "")]
    # A note that is no more than an address or a number says nothing that is not known.
    venue += [found["note"]] if " " in found["note"] else []
    paper = make_paper(
        found["title"],
        # BibTeX's "and others" is no person.
        [_in_order(a) for a in people if _text(a) not in ("", "others")]
        if isinstance(people, list)
        else [],
        named=[found[name] for name in _NAMING],
        doi=found["doi"],
        arxiv=found["eprint"] or found["arxivid"] or found["arxiv"],
        abstract=found["abstract"],
        published=found["date"] or found["year"],
        venue=" · ".join(filter(None, venue)),
        publication=("bibtex", first_of(found, _PUBLICATION)),
    )
    if paper is None:
        return None
    notes = [_unshielded(str(fields[name])).strip() for name in _NOTES if fields.get(name)]
    return ImportedPaper(
        paper,
        place,
        collections=tuple(dict.fromkeys((*groups, *_several(fields, _GROUPS)))),
        tags=_several(fields, _TAGS),
        notes=tuple(ImportedNote(note) for note in notes if _says_something(note)),
        attached=files,
    )


def _says_something(note: str) -> bool:
    """Check whether a note has a line that is no catalogue number and no day, as "OCLC: 123456"."""
    lines = filter(None, (plain(line).strip() for line in note.splitlines()))
    return not all(map(_EXTRA.fullmatch, lines))


def _several(fields: Mapping[str, object], names: tuple[str, ...]) -> tuple[str, ...]:
    found = [part for n in names for part in re.split(r"[,;]", _text(fields.get(n)))]
    return tuple(dict.fromkeys(part.strip() for part in found if part.strip()))


def _in_order(author: str) -> str:
    """Put a name into the order of papers: "Field, Ada" is Ada Field; 山田, 太郎 is 山田 太郎."""
    if is_cjk(author):
        return " ".join(_text(author).replace(",", " ").split())
    return _text(parse_single_name_into_parts(author, strict=False).merge_first_name_first)


def _text(value: object) -> str:
    """Remove the braces of groups; a formula keeps its own."""
    parts = pieces(str(value or ""))
    text = "".join(p if is_formula else re.sub(r"[{}]", "", p) for p, is_formula in parts)
    return plain(_unshielded(text))


def _paths(value: str) -> list[str]:
    r"""List the files of an entry: `path;path`, or `name:path:kind;…` with \: and \; within."""
    found = []
    for part in re.split(r"(?<!\\);", value.strip().strip('{}"')):
        cells = re.split(r"(?<!\\):", part.replace("$\\backslash$", "\\"))
        path = ":".join(cells[1:-1]) if len(cells) > 2 else cells[0]
        path = re.sub(r"\\([:;,_\\{}&%#$])", r"\1", path).strip().replace("\\", "/")
        # Mendeley leaves out the slash in front of a path from the root.
        found.append(f"/{path}" if path.startswith(("home/", "Users/")) else path)
    return [path for path in found if path]


_GROUP = re.compile(r"(\d+) (?:Explicit|Static)Group:(.*?)(?<!\\)\\?;(.*)", re.DOTALL)


def _jabref_groups(library: Blocks) -> dict[str, tuple[str, ...]]:
    r"""Read JabRef's tree of groups where it lists the keys: `1 ExplicitGroup:Moss\;0\;key\;;`."""
    found: dict[str, list[str]] = {}
    for block in library.blocks:
        if not isinstance(block, ExplicitComment) or "jabref-meta: group" not in block.comment:
            continue
        path: list[str] = []
        for line in re.split(r"(?<!\\);\s*", block.comment):
            if match := _GROUP.match(line.strip().replace("\n", "")):
                path = [*path[: int(match[1]) - 1], match[2].strip()]
                for key in match[3].split("\\;"):
                    found.setdefault(key.strip(), []).append("/".join(path))
    return {key: tuple(groups) for key, groups in found.items() if key}


_CSL_NAMING = ("URL", "archive_location", "archive", "number", "note", "annote", "container-title")
_KEY = re.compile(r"""[^\s{}",#%~\\'()=]+""")
"""A key that BibTeX takes."""

_CSL_VENUE = ("container-title", "event-title", "publisher")
_CSL_PUBLICATION = {"venue": _CSL_VENUE[:2], "volume": ("volume",), "number": ("issue",),
                "pages": ("page",), "publisher": ("publisher",)}  # fmt: skip


def loaded(text: str, *, name: str) -> Any:
    """Parse some JSON; None where it is nested too deep. Raises UsageError for what is none."""
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise UsageError(
            what=lazy_gettext(
                "{file}, line {line}: the JSON breaks off or is damaged ({why}).",
                file=plain(name),
                line=error.lineno,
                why=error.msg,
            ),
            hint=lazy_gettext("Export the file again. Nothing was imported."),
        ) from None
    except RecursionError:
        return None


def is_csl(content: Any) -> bool:
    """Check whether some JSON is of CSL, whose items all have a type."""
    items = content.get("items") if isinstance(content, dict) else content
    return isinstance(items, list) and any(isinstance(i, dict) and "type" in i for i in items)


def read_csl(content: Any, *, name: str) -> ImportedLibrary:
    """Read the items that have a title or an id. Raises UsageError for what is no CSL-JSON."""
    if isinstance(content, dict):
        content = content.get("items")
    if not isinstance(content, list) or not any(isinstance(item, dict) for item in content):
        raise UsageError(
            what=lazy_gettext("{file} is JSON, but not CSL-JSON.", file=plain(name)),
            hint=lazy_gettext("Export the library as CSL-JSON, BibTeX, RIS or RDF."),
        )
    items: list[ImportedPaper | UnplacedItem] = []
    for number, thing in enumerate(content, 1):
        item = thing if isinstance(thing, dict) else {}
        key = _csl_text(item, "citation-key") or _csl_text(item, "id")
        place = lazy_gettext("{file}, item {n} {key}", file=name, n=number, key=key)
        items.append(or_untitled(_csl_item(item, place), place))
    return collected("csl-json", items)


def _csl_item(item: Mapping[str, Any], place: Text) -> ImportedPaper | None:
    paper = make_paper(
        html_to_text(_csl_text(item, "title"))[0],
        list(_people(item)),
        named=[_csl_text(item, name) for name in _CSL_NAMING],
        doi=_csl_text(item, "DOI"),
        arxiv=_csl_text(item, "number") or _csl_text(item, "archive_location"),
        abstract=html_to_text(_csl_text(item, "abstract"))[0],
        published=_issued(item),
        venue=next((text for name in _CSL_VENUE if (text := _csl_text(item, name))), ""),
        publication=(
            "csl-json",
            first_of({name: _csl_text(item, name) for name in item}, _CSL_PUBLICATION),
        ),
    )
    if paper is None:
        return None
    tags = [tag.strip() for tag in re.split("[,;]", _csl_text(item, "keyword")) if tag.strip()]
    note = _csl_text(item, "annote")
    notes = (ImportedNote(note),) if plain(note) else ()
    key = _csl_text(item, "citation-key")
    return ImportedPaper(
        paper,
        place,
        tags=tuple(dict.fromkeys(tags)),
        notes=notes,
        cited_as=key if _KEY.fullmatch(key) else "",
    )


def _csl_text(item: Mapping[str, Any], name: str) -> str:
    value = item.get(name)
    return str(value) if isinstance(value, str | int) else ""


def _people(item: Mapping[str, Any]) -> Iterator[str]:
    people = item.get("author")
    for one in people if isinstance(people, list) else []:
        if isinstance(one, dict):
            parts = ["given", "non-dropping-particle", "dropping-particle", "family", "suffix"]
            if is_cjk(_csl_text(one, "family")):
                parts.reverse()
            name = " ".join(filter(None, (_csl_text(one, part) for part in parts)))
            yield name or _csl_text(one, "literal")


def _issued(item: Mapping[str, Any]) -> str:
    """Read the date of an item: `{"date-parts": [[2024, 3, 1]]}`, or a text in it."""
    issued = item.get("issued")
    if not isinstance(issued, dict):
        return _csl_text(item, "issued")
    try:
        return "-".join(str(part) for part in issued["date-parts"][0])
    except (KeyError, IndexError, TypeError):
        return _csl_text(issued, "literal") or _csl_text(issued, "raw")


_BEGIN = re.compile(r"^\ufeff?TY  ?-", re.MULTILINE)
_END = re.compile(r"^ER  ?-", re.MULTILINE)
_RIS_NAMING = ("name_of_database", "accession_number", "note", "number", "custom1", "custom7")
_TITLES = ("title", "primary_title", "short_title")
_RIS_VENUE = ("journal_name", "secondary_title", "alternate_title2", "alternate_title3",
          "tertiary_title", "publisher")  # fmt: skip
_RIS_PUBLICATION = {"venue": _RIS_VENUE[:-1], "volume": ("volume",), "number": ("number",),
                "pages": ("start_page",), "publisher": ("publisher",)}  # fmt: skip


def read_ris(text: str, *, name: str, folder: Path) -> ImportedLibrary:
    """Read all records that have a title; one without an end is named by its line."""
    items: list[ImportedPaper | UnplacedItem] = []
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    starts = [match.start() for match in _BEGIN.finditer(text)]
    line, last = 1, 0
    # Each record alone: rispy joins one that has no end with the next one.
    for start, stop in zip(starts, [*starts, len(text)][1:], strict=True):
        line, last = line + text.count("\n", last, start), start
        place = lazy_gettext("{file}, line {line}", file=name, line=line)
        record = text[start:stop]
        if not _END.search(record):
            items.append(UnplacedItem(place, lazy_gettext("the record has no end (ER)")))
            continue
        found = rispy.loads(record.replace("TY -", "TY  -").replace("ER -", "ER  -"))
        items.append(or_untitled(_of_record(found[0], place, folder) if found else None, place))
    return collected("ris", items)


def _of_record(record: Mapping[str, Any], place: Text, folder: Path) -> ImportedPaper | None:
    people = record.get("authors") or record.get("first_authors") or []
    texts = {name: _first(record, (name,)) for names in _RIS_PUBLICATION.values() for name in names}
    # Some writers put both pages into SP.
    texts["start_page"] = "-".join(
        filter(None, (texts["start_page"], _first(record, ("end_page",))))
    )
    paper = make_paper(
        _first(record, _TITLES),
        [in_order(author) for author in people],
        named=[*_list(record, "urls"), *(_first(record, (name,)) for name in _RIS_NAMING)],
        doi=_first(record, ("doi",)),
        abstract=_first(record, ("abstract", "notes_abstract")),
        published=_first(record, ("date", "year", "publication_year")),
        venue=_first(record, _RIS_VENUE),
        publication=("ris", first_of(texts, _RIS_PUBLICATION)),
    )
    if paper is None:
        return None
    # EndNote writes `internal-pdf://NAME`.
    paths = [
        path.removeprefix("internal-pdf://").removeprefix("file://")
        for name in ("file_attachments1", "file_attachments2")
        for path in _list(record, name)
    ]
    notes = [note for note in _list(record, "notes") if plain(note)]
    return ImportedPaper(
        paper,
        place,
        tags=tuple(dict.fromkeys(filter(None, map(plain, _list(record, "keywords"))))),
        notes=tuple(ImportedNote(note) for note in notes),
        attached=attached([p for p in paths if not p.startswith("http")], folder),
    )


def _list(record: Mapping[str, Any], name: str) -> list[str]:
    value = record.get(name) or []
    return [str(one) for one in value] if isinstance(value, list) else [str(value)]


def _first(record: Mapping[str, Any], names: tuple[str, ...]) -> str:
    return next((text for name in names for text in _list(record, name) if text), "")
