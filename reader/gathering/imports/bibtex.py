"""Read BibTeX and BibLaTeX as people and Zotero, Better BibTeX, JabRef and Mendeley write it.

bibtexparser parses the file. People typed its entries, and any of them may be broken; one that
cannot be read is named by its line, and the others are read.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from bibtexparser.library import Library as Blocks
from bibtexparser.middlewares import LatexDecodingMiddleware, SeparateCoAuthors
from bibtexparser.middlewares.names import parse_single_name_into_parts
from bibtexparser.middlewares.parsestack import default_parse_stack
from bibtexparser.model import Block, Entry, ExplicitComment, Field, ParsingFailedBlock, String
from bibtexparser.splitter import Splitter

from reader.base.messages import Text, lazy_gettext
from reader.base.tex import pieces
from reader.base.text import accents, plain
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
_GROUPS = ("groups", "mendeley-groups")
_TAGS = ("keywords", "mendeley-tags")
_DECODED = frozenset(
    {"title", "author", "abstract", "year", "date", "doi", "eprint", "arxivid", "arxiv"}
    | {*_NAMING, *_VENUE, *_NOTES, *_GROUPS, *_TAGS, "volume", "number", "issue", "pages"}
)
"""The fields whose LaTeX is decoded; the others are left out, since decoding takes long."""


_READ = (
    "title",
    "abstract",
    "year",
    "date",
    "doi",
    "eprint",
    "arxivid",
    "arxiv",
    *_NAMING,
    *_VENUE,
    "volume",
    "number",
    "issue",
    "pages",
)


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
            files[number] = next((str(f.value) for f in block.fields if _is(f.key, "file")), "")
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


def _is(key: str, name: str) -> bool:
    return key.casefold() == name


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
        said=("bibtex", first_of(found, _PUBLICATION)),
    )
    if paper is None:
        return None
    notes = [_unshielded(str(fields[name])).strip() for name in _NOTES if fields.get(name)]
    return ImportedPaper(
        paper,
        place,
        collections=tuple(dict.fromkeys((*groups, *_several(fields, _GROUPS)))),
        tags=_several(fields, _TAGS),
        notes=tuple(ImportedNote(note) for note in notes if plain(note)),
        attached=files,
    )


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
