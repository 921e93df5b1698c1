"""Choose the papers of a bibliography, keep the .bib files of feeds.toml up to date, and write
papers as Zotero RDF.

The first line of a kept file has a digest of the rest, by which a file that a hand has changed is
known: it is never overwritten. In Zotero RDF topics are collections, and the PDFs stand in files/
beside it. Zotero names the file of an attachment by an element `rdf:resource`, which RDF/XML itself
forbids; all else is valid RDF. Zotero reads the type of an item from `z:itemType` alone.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from lxml import etree

from reader.base.errors import Incomplete, ReaderError, UsageError, os_reason
from reader.base.markup import to_html
from reader.base.messages import Message, lazy_gettext
from reader.base.tex import tex_to_text
from reader.base.text import plain
from reader.gathering.imports.zotero import SPACES
from reader.library.cite import in_form, keys_of, references
from reader.library.config import Bibliography
from reader.library.disk import disk_error, lock_file, make_folders
from reader.library.file_names import UNFILED
from reader.library.folder import Library, find_papers
from reader.library.ids import url_of
from reader.library.paper import LibraryPaper
from reader.library.reference import Reference, is_whole
from reader.library.replaced import Replacer, kept_files, let_go, stays_aside
from reader.library.rows import highlights, papers, pdfs
from reader.morning.browse_library import rows_that_fit
from reader.notes.write import newest_note


def chosen(
    library: Library, query: str = "", ids: Sequence[str] = ()
) -> tuple[list[LibraryPaper], tuple[Message, ...]]:
    """Load the papers that are named, or all that fit a query; "" is all papers.

    Returns sentences too, on what of the query was read in another way. Raises NotFound.
    """
    if ids:
        # A paper that is named twice is written once.
        return list({paper.row: paper for paper in find_papers(library, ids)}.values()), ()
    found, messages = rows_that_fit(library, query)
    return papers.papers_at(library.db, sorted(found)), messages


def kept(library: Library) -> tuple[list[LibraryPaper], int]:
    """Load the papers that a person did something with, and count the others, without skips."""
    every, _unused = rows_that_fit(library, "-state:skip")
    found = every & papers.kept_rows(library.db)
    return papers.papers_at(library.db, sorted(found)), len(every) - len(found)


def cited(library: Library, text: str) -> tuple[list[LibraryPaper], list[str]]:
    """Load the papers that a LaTeX file cites, and list the keys that are no paper's here.

    text: of an .aux or .tex file.
    """
    every, _unused = rows_that_fit(library, "")
    row_of = {key: row for row, key in keys_of(library, every).items() if row in every}
    named = cited_keys(text)
    if "*" in named:
        return papers.papers_at(library.db, sorted(every)), []
    found = [row_of[key] for key in named if key in row_of]
    return papers.papers_at(library.db, found), [key for key in named if key not in row_of]


_COMMENT = re.compile(r"(?<!\\)%.*")
_CITING = re.compile(
    # \citation{a,b} of BibTeX, \abx@aux@cite{0}{a} of biblatex; \cite[p. 3]{a} and its relatives.
    r"\\(?:citation|abx@aux@cite(?:\{\d+\})?|nocite|[A-Za-z]*cite[A-Za-z]*\*?)"
    r"(?:\s*\[[^\[\]]*\])*\s*\{(?P<keys>[^{}]*)\}"
)


def cited_keys(text: str) -> list[str]:
    """List the keys that an .aux or .tex file cites, each once, in their order; * is all."""
    several = _CITING.finditer(_COMMENT.sub("", text))
    keys = (key.strip() for found in several for key in found["keys"].split(","))
    return [key for key in dict.fromkeys(keys) if key]


@dataclass(slots=True)
class KeptFiles:
    """The .bib files of feeds.toml that were written, each with its number of papers, and why
    others were left as they are."""

    written: list[tuple[Path, int]] = field(default_factory=list)
    left: list[ReaderError] = field(default_factory=list)


def keep_up(library: Library) -> KeptFiles:
    """Bring the .bib files of feeds.toml up to date; a file is written only if it changes."""
    done = KeptFiles()
    if not library.config.bibliographies or library.refusal():
        return done
    try:
        # The lock of all that puts files in place of others.
        with lock_file(library.folder / "export.lock", wait=True):
            for late in kept_files(library.folder, library.now()):
                if _is_ours(late.content):
                    let_go(late)
                elif late.path.endswith(".bib"):
                    done.left.append(stays_aside(late))
            replacer = Replacer(library.folder, library.now())
            for one in library.config.bibliographies:
                try:
                    _keep(library, one, replacer, done)
                except ReaderError as error:
                    done.left.append(error)
            replacer.end()
    except ReaderError as error:
        done.left.append(error)
    return done


def _keep(library: Library, one: Bibliography, replacer: Replacer, done: KeptFiles) -> None:
    file = library.folder.absolute() / Path(one.file).expanduser()
    several, _unused = chosen(library, one.query)
    content = _signed(in_form(references(library, several), one.format)).encode()
    try:
        before: bytes | None = file.read_bytes()
    except FileNotFoundError:
        before = None
    except OSError as error:
        what = lazy_gettext("{file} cannot be read: {what}.", file=file, what=os_reason(error))
        raise Incomplete(what=what) from error
    if before == content:
        return
    is_ours = not before or _is_ours(before)
    if not is_ours or not replacer.put(str(file), content, before):
        raise Incomplete(
            what=lazy_gettext(
                "{file} was changed by hand, so it was left alone. Move your entries to another "
                "file and delete this one: it is written anew.",
                file=file,
            )
        )
    done.written.append((file, len(several)))


def _signed(text: str) -> str:
    """Put our first line before the text of a file. BibTeX and biber skip it: no entry is in it."""
    digest = hashlib.sha256(text.encode()).hexdigest()[:16]
    return f"% Kept up to date by asayomi; what you change here is not. {digest}\n{text}"


def _is_ours(content: bytes) -> bool:
    """Check whether a file is as it was written here."""
    text = content.decode(errors="replace")
    return _signed(text.partition("\n")[2]) == text


_KINDS = {"article": "journalArticle", "inproceedings": "conferencePaper", "misc": "preprint"}
_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def write_zotero(library: Library, several: Sequence[LibraryPaper], folder: Path) -> list[str]:
    """Write `NAME.rdf` and files/ to a new folder of that name, all of it or nothing.

    Returns the paths of PDFs that are not in the library's folder. Raises UsageError for a folder
    that has files, StoreError.
    """
    target = folder.absolute()
    try:
        if target.exists() and any(target.iterdir()):
            what = lazy_gettext("{folder} is not empty.", folder=folder)
            raise UsageError(what=what, hint=lazy_gettext("Name another place."))
        make_folders(target.parent)
        with tempfile.TemporaryDirectory(prefix=".asayomi-", dir=target.parent) as beside:
            export = _Export(library, Path(beside) / "whole")
            for one in references(library, several):
                export.add(one)
            export.end(f"{target.name}.rdf")
            os.replace(export.folder, target)
    except OSError as error:
        raise disk_error(error, folder) from error
    return export.missing


class _Export:
    def __init__(self, library: Library, folder: Path) -> None:
        self._library, self.folder = library, folder
        self._root = etree.Element(_name("rdf:RDF"), nsmap=SPACES)
        self._numbers = count(1)
        self._collections: dict[str, list[str]] = {}
        self.missing: list[str] = []
        folder.mkdir()

    def add(self, one: Reference) -> None:
        """Add a paper with its tags, its note and its PDFs."""
        row, about = one.paper.row, self._about("item")
        item = self._node("rdf:Description", about)
        _describe(item, one)
        for tag in one.paper.tags:
            _put(item, "dc:subject", tag)
        if note := newest_note(self._library, one.paper):
            memo = self._about("item")
            _point(item, "dcterms:isReferencedBy", memo)
            _put(self._node("bib:Memo", memo), "rdf:value", to_html(note.text))
        pdf = pdfs.pdf_of(self._library.db, row)
        copies = highlights.marked_of(self._library.db, row)
        for path in dict.fromkeys([*([pdf.path] if pdf else []), *(copy.path for copy in copies)]):
            self._attach(item, path, one.key)
        if one.paper.topic and one.paper.topic != UNFILED:
            self._collection(one.paper.topic).append(about)

    def end(self, name: str) -> None:
        """Write the file of a name, with the collections at its end."""
        abouts = {path: self._about("collection") for path in self._collections}
        for path, parts in self._collections.items():
            node = self._node("z:Collection", abouts[path])
            _put(node, "dc:title", path.rpartition("/")[2])
            within = [abouts[p] for p in self._collections if p.rpartition("/")[0] == path]
            for part in (*within, *parts):
                _point(node, "dcterms:hasPart", part)
        content = etree.tostring(
            self._root, encoding="UTF-8", xml_declaration=True, pretty_print=True
        )
        (self.folder / name).write_bytes(content)

    def _about(self, kind: str) -> str:
        return f"#{kind}_{next(self._numbers)}"

    def _node(self, kind: str, about: str) -> etree._Element:
        return etree.SubElement(self._root, _name(kind), {_name("rdf:about"): about})

    def _collection(self, path: str) -> list[str]:
        above = path.rpartition("/")[0]
        if above:
            self._collection(above)
        return self._collections.setdefault(path, [])

    def _attach(self, item: etree._Element, path: str, key: str) -> None:
        source, about = self._library.folder / path, self._about("item")
        # Letters that stand in an address as they are.
        stem = re.sub(r"[^A-Za-z0-9_-]", "_", key)
        ending = "-marked.pdf" if ".marked" in source.name else ".pdf"
        place = f"files/{about.rpartition('_')[2]}/{stem}{ending}"
        if not source.is_file():
            self.missing.append(path)
            return
        (self.folder / place).parent.mkdir(parents=True)
        shutil.copyfile(source, self.folder / place)
        _point(item, "link:link", about)
        file = self._node("z:Attachment", about)
        _put(file, "z:itemType", "attachment")
        _point(file, "rdf:resource", place)
        _put(file, "dc:title", "PDF")
        _put(file, "link:type", "application/pdf")


def _describe(item: etree._Element, one: Reference) -> None:
    """Add what a reference says of a paper. What has no field of its own stands in Extra."""
    paper = one.paper.record
    _put(item, "z:itemType", _KINDS[one.kind])
    _put(item, "dc:title", tex_to_text(one.title))
    people = etree.SubElement(etree.SubElement(item, _name("bib:authors")), _name("rdf:Seq"))
    for name in one.people:
        li = etree.SubElement(people, _name("rdf:li"))
        person = etree.SubElement(li, _name("foaf:Person"))
        family = f"{name.particle} {name.family} {name.suffix}".strip()
        _put(person, "foaf:surname", name.family if is_whole(name) else family)
        _put(person, "foaf:givenName", name.given)
    _put(item, "dcterms:abstract", tex_to_text(plain(paper.abstract)))
    day = paper.published_on
    month = f"{one.year}-{one.month:02}" if one.month else str(one.year or "")
    is_whole_day = one.month and day and day.isoformat().startswith(month)
    _put(item, "dc:date", day.isoformat() if day and is_whole_day else month)
    if one.venue:
        journal = etree.SubElement(item, _name("dcterms:isPartOf"))
        _put(etree.SubElement(journal, _name("bib:Journal")), "dc:title", one.venue)
    if one.doi:
        _put(item, "dc:identifier", f"DOI {one.doi}")
    if one.url:
        address = etree.SubElement(item, _name("dc:identifier"))
        _put(etree.SubElement(address, _name("dcterms:URI")), "rdf:value", one.url)
    # As Better BibTeX has it, and as Zotero itself has arXiv's number.
    others = [f"arXiv:{i[6:]}" if i.startswith("arxiv:") else url_of(i) for i in paper.ids]
    lines = [line for line in others if line and line != one.url]
    _put(item, "dc:description", "\n".join([*lines, f"Citation Key: {one.key}"]))


def _name(name: str) -> str:
    prefix, _, local = name.partition(":")
    return f"{{{SPACES[prefix]}}}{local}"


def _put(node: etree._Element, name: str, text: str) -> None:
    """Add an element with a text; none where it is empty."""
    if text:
        etree.SubElement(node, _name(name)).text = _NO_XML.sub("", text)


def _point(node: etree._Element, name: str, about: str) -> None:
    """Add an element that names another node."""
    etree.SubElement(node, _name(name), {_name("rdf:resource"): about})
