"""Read Zotero's RDF: items, their notes and files beside them, and collections that name them.

lxml parses the XML. Entities are refused: an export has none, and they may expand without end.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from lxml import etree

from reader.base.errors import UsageError
from reader.base.messages import Text, lazy_gettext
from reader.base.text import html_to_text, plain
from reader.gathering.imports.item import (
    ImportedLibrary,
    ImportedNote,
    ImportedPaper,
    LooseNote,
    UnplacedItem,
    attached,
    collected,
    first_line,
    make_paper,
    or_untitled,
)
from reader.gathering.imports.markdown import to_markdown

SPACES = {
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "z": "http://www.zotero.org/namespaces/export#",
    "dc": "http://purl.org/dc/elements/1.1/",
    "dcterms": "http://purl.org/dc/terms/",
    "bib": "http://purl.org/net/biblio#",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "prism": "http://prismstandard.org/namespaces/1.2/basic/",
    "link": "http://purl.org/rss/1.0/modules/link/",
}
_RDF = f"{{{SPACES['rdf']}}}"


def read_rdf(content: bytes, *, name: str, folder: Path) -> ImportedLibrary:
    """Read all items that have a title. Raises UsageError for what is no RDF of Zotero."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError as error:
        why = lazy_gettext("the XML breaks off or is damaged ({why})", why=plain(error.msg)[:150])
        raise _refusal(name, error.lineno or 1, why) from None
    if root.getroottree().docinfo.internalDTD is not None:
        raise _refusal(name, 1, lazy_gettext("it declares entities, which no export has"))
    if root.tag != f"{_RDF}RDF":
        raise _refusal(name, 1, lazy_gettext("it is XML, but not RDF"))
    return _Reader(root, name, folder).library()


def _refusal(name: str, line: int, why: Text) -> UsageError:
    return UsageError(
        what=lazy_gettext(
            "{file}, line {line}: {why}. Nothing was imported.", file=name, line=line, why=why
        ),
        hint=lazy_gettext("Export the library from Zotero again, as Zotero RDF or Better BibTeX."),
    )


class _Reader:
    def __init__(self, root: Any, name: str, folder: Path) -> None:
        self._name, self._folder = name, folder
        self._nodes = {about: node for node in root if (about := node.get(f"{_RDF}about"))}
        self._root = root
        self._collections: dict[str, list[str]] = defaultdict(list)
        for node in root.iterfind("z:Collection", SPACES):
            for part in _resources(node, "dcterms:hasPart"):
                self._collections[part].append(node.get(f"{_RDF}about") or "")
        parts = (part for node in root for part in _resources(node, "dcterms:isPartOf"))
        self._n_parts = Counter(parts)

    def library(self) -> ImportedLibrary:
        items: list[ImportedPaper | UnplacedItem | LooseNote] = []
        named = {r for n in self._root for r in _resources(n, "dcterms:isReferencedBy")}
        for node in self._root:
            place = lazy_gettext("{file}, line {line}", file=self._name, line=node.sourceline)
            kind = _text(node, "z:itemType")
            is_note = kind == "note" or node.tag == f"{{{SPACES['bib']}}}Memo"
            if is_note and node.get(f"{_RDF}about") not in named:
                text = to_markdown(_text(node, "rdf:value"))
                tags = tuple(_tags(node))
                items.append(LooseNote(place, first_line(text), text, tags=tags))
            if is_note or kind in ("", "attachment", "annotation"):
                continue
            items.append(or_untitled(self._item(node, place), place))
        return collected("rdf", items)

    def _item(self, node: Any, place: Text) -> ImportedPaper | None:
        about = node.get(f"{_RDF}about") or ""
        within = self._within(node)
        # Zotero writes the DOI of an article beside the ISSN of its journal.
        names = [*_identifiers(node), *(name for one in within for name in _identifiers(one))]
        said = _publication(node, within)
        doi = next((n.removeprefix("DOI ") for n in names if n.startswith("DOI ")), "")
        paper = make_paper(
            _text(node, "dc:title"),
            list(_people(node)),
            named=[about, _text(node, "dc:description"), *_urls(node)],
            doi=doi,
            abstract=_words(_text(node, "dcterms:abstract")),
            published=_text(node, "dc:date"),
            venue=said["venue"],
            said=("rdf", said),
        )
        if paper is None:
            return None
        memos = (self._nodes.get(r) for r in _resources(node, "dcterms:isReferencedBy"))
        notes = [to_markdown(_text(memo, "rdf:value")) for memo in memos if memo is not None]
        return ImportedPaper(
            paper,
            place,
            collections=tuple(dict.fromkeys(self._paths(about))),
            tags=tuple(dict.fromkeys(_tags(node))),
            notes=tuple(ImportedNote(note) for note in notes if plain(note)),
            attached=attached(list(self._files(node)), self._folder),
        )

    def _within(self, node: Any) -> list[Any]:
        """List what an item is a part of: beside it, or named and of this item alone."""
        found = list(node.iterfind("dcterms:isPartOf/*", SPACES))
        for part in _resources(node, "dcterms:isPartOf"):
            if part in self._nodes and self._n_parts[part] == 1:
                found.append(self._nodes[part])
        return found

    def _paths(self, about: str) -> Iterator[str]:
        """Find the paths of the collections that hold an item."""
        for collection in self._collections.get(about, ()):
            path: list[str] = []
            here = collection
            # As many steps as there are nodes, since a damaged tree may be a circle.
            while here in self._nodes and len(path) <= len(self._nodes):
                path.insert(0, _text(self._nodes[here], "dc:title"))
                here = next(iter(self._collections.get(here, ())), "")
            yield "/".join(path)

    def _files(self, node: Any) -> Iterator[str]:
        for link in _resources(node, "link:link"):
            file = self._nodes.get(link)
            # Without files in the export there is only the address that each came from.
            path = _resources(file, "rdf:resource") if file is not None else []
            yield from (one.removeprefix("file://") for one in path)


_HTML = re.compile(r"</?(?:p|br|i|b|em|strong|sub|sup|span|div|jats:\w+)\b[^<>]*>|&#?\w+;", re.I)


def _words(abstract: str) -> str:
    """Read an abstract: a text, which may have "p<y" in it, or what a page had as HTML."""
    return html_to_text(abstract)[0] if _HTML.search(abstract) else plain(abstract)


def _text(node: Any, path: str) -> str:
    found = node.find(path, SPACES)
    return "".join(found.itertext()).strip() if found is not None else ""


def _publication(node: Any, within: Sequence[Any]) -> dict[str, str]:
    def first(places: Sequence[Any], path: str) -> str:
        return next((text for one in places if (text := _text(one, path))), "")

    return {
        "venue": first(within, "dc:title"),
        # Zotero writes the volume to the journal or to the item, by the kind of item.
        "volume": first((*within, node), "prism:volume"),
        "number": first((*within, node), "prism:number"),
        "pages": _text(node, "bib:pages"),
        "publisher": _text(node, "dc:publisher//foaf:name"),
    }


def _resources(node: Any, path: str) -> list[str]:
    found = (one.get(f"{_RDF}resource") for one in node.iterfind(path, SPACES))
    return [one for one in found if one]


def _identifiers(node: Any) -> list[str]:
    return [plain(one.text or "") for one in node.iterfind("dc:identifier", SPACES)]


def _urls(node: Any) -> list[str]:
    path = "dc:identifier/dcterms:URI/rdf:value"
    return [plain(one.text or "") for one in node.iterfind(path, SPACES)]


def _tags(node: Any) -> Iterator[str]:
    for one in node.iterfind("dc:subject", SPACES):
        if name := _text(one, ".//rdf:value") or plain(one.text or ""):
            yield name


def _people(node: Any) -> Iterator[str]:
    for person in node.iterfind("bib:authors/rdf:Seq/rdf:li/foaf:Person", SPACES):
        given = _text(person, "foaf:givenName") or _text(person, "foaf:givenname")
        yield f"{given} {_text(person, 'foaf:surname')}".strip()
