"""Test that Zotero RDF is read back whole by our own reader, and by one of RDF."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
import rdflib

from reader.base.errors import StoreError, UsageError
from reader.gathering.imports.forms import read_source
from reader.gathering.imports.item import ImportedPaper
from reader.library.folder import Library
from reader.library.paper import Paper
from reader.library.rows import decisions, highlights, imports, papers, pdfs
from reader.morning.bibliography import write_zotero
from reader.notes.write import add_note
from tests.samples import DAY, NOW, a_library, paper

NOTE = "## Problem\n\nMoss **whistles**, see [[2025_Lind]] & <ferns>.\n\n- one\n- two"
SNAILS = paper(
    1,
    "Snails & Rain: 50% of C#",
    "If p<y and z>q, rain wins. 静か & short.",
    ids=("arxiv:2506.00001", "doi:10.1234/a_b(c)"),
    authors=("Ada Field", "Bo van der Moos", "Łucja Björk Jr.", "山田 太郎", "The Garden Team"),
)
MOSS = Paper(
    ("doi:10.5555/1",), "Whistling Moss", ("Eva Lind",), comment="Garden Studies",
    published_on=date(2019, 1, 1),
)  # fmt: skip
BEES = Paper(
    ("acl:2023.acl-long.1", "openreview:AbCdEfGh12"),
    "Bees",
    ("Cy Pond",),
    published_on=date(2023, 7, 1),
)
NAMELESS = Paper(("pdf:3fa35f6a2e9d52bf",), "Ants", ("Mio Hoshi",), published_on=date(2021, 1, 1))
"""Known by its title, author and year alone, of which its id is made."""
EVERY = (SNAILS, MOSS, BEES, NAMELESS)


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    (tmp_path / "library").mkdir()
    with a_library(tmp_path / "library") as made:
        yield made


def filled(library: Library) -> list[int]:
    db = library.db
    papers.add_papers(db, EVERY, source="by hand", on=DAY)
    rows = []
    for one in EVERY:
        paper = papers.paper_with_id(db, one.id)
        assert paper is not None
        rows.append(paper.row)
    decisions.add_filing(db, rows[0], "speech/translation", at=NOW, is_by_hand=True)
    decisions.add_filing(db, rows[1], "speech", at=NOW, is_by_hand=True)
    decisions.add_filing(db, rows[2], "unfiled", at=NOW, is_by_hand=True)
    add_note(library, papers.papers_at(db, rows[:1])[0], NOTE)
    act = imports.begin(db, "/there/a.bib", "bibtex", at=NOW)
    imports.add_made(db, act, rows[1], "tag", ["moss & fern"])
    imports.add_citation_key(db, act, rows[1], "lind:moss/19")
    for row, name in ((rows[0], "a b#%.pdf"), (rows[1], "gone.pdf")):
        pdfs.add_pdf(db, pdfs.Pdf(row, f"papers/{name}", "0" * 64), n_bytes=9, at=NOW)
    copy = highlights.MarkedCopy(rows[0], "papers/a b#%.marked.pdf", "1" * 64, 0)
    highlights.add_copy(db, copy, at=NOW)
    (library.folder / "papers").mkdir()
    (library.folder / "papers/a b#%.pdf").write_bytes(b"%PDF the words")
    (library.folder / copy.path).write_bytes(b"%PDF the words, marked")
    return rows


def exported(library: Library, folder: Path) -> dict[str, ImportedPaper]:
    several = papers.papers_at(library.db, filled(library))
    assert write_zotero(library, several, folder) == ["papers/gone.pdf"]
    read = read_source(folder / f"{folder.name}.rdf")
    assert (read.form, read.unplaced, read.notes) == ("rdf", (), ())
    return {item.paper.title: item for item in read.items}


def test_our_own_reader_brings_back_papers_topics_notes_tags_and_pdfs(
    library: Library, tmp_path: Path
) -> None:
    items = exported(library, tmp_path / "out" / "mine")
    found = {title: item.paper for title, item in items.items()}
    for one in EVERY:
        there = found[one.title]
        assert set(there.ids) == set(one.ids)
        assert replace(there, ids=(), publication=None) == replace(
            one, ids=(), categories=(), version=None, announced_on=None,
            comment="ACL 2023" if one is BEES else one.comment,
        )  # fmt: skip
    snails, moss = items[SNAILS.title], items[MOSS.title]
    assert [note.text for note in snails.notes] == [NOTE]
    assert (snails.collections, moss.collections) == (("speech/translation",), ("speech",))
    assert items["Bees"].collections == ()
    assert moss.tags == ("moss & fern",)
    kept = [(file.name, file.read_bytes()) for file in snails.attached.pdfs]
    assert [content for _name, content in kept] == [b"%PDF the words", b"%PDF the words, marked"]
    assert [name for name, _content in kept] == [
        "field2025snails.pdf",
        "field2025snails-marked.pdf",
    ]


def test_a_reader_of_rdf_has_every_item_and_the_tree_of_collections(
    library: Library, tmp_path: Path
) -> None:
    folder = tmp_path / "mine"
    exported(library, folder)
    text = (folder / "mine.rdf").read_text("utf-8")
    # RDF/XML forbids an element of this name, which Zotero needs.
    assert text.count("<rdf:resource ") == 2
    graph = rdflib.Graph().parse(
        data=text.replace("<rdf:resource ", "<z:path "), format="xml", publicID="https://x.example/"
    )
    z = rdflib.Namespace("http://www.zotero.org/namespaces/export#")
    kinds = sorted(str(kind) for _s, _p, kind in graph.triples((None, z.itemType, None)))
    assert kinds == ["attachment"] * 2 + ["conferencePaper", "journalArticle"] + ["preprint"] * 2
    [top] = graph.subjects(rdflib.DC.title, rdflib.Literal("speech"))
    parts = [*graph.objects(top, rdflib.DCTERMS.hasPart)]
    titles = {str(graph.value(part, rdflib.DC.title)) for part in parts}
    assert titles == {"translation", "Whistling Moss"}
    keys = [str(text) for text in graph.objects(None, rdflib.DC.description)]
    assert any("Citation Key: lind:moss/19" in text for text in keys)


def test_a_folder_with_files_is_left_alone(library: Library, tmp_path: Path) -> None:
    several = papers.papers_at(library.db, filled(library))
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine/a.txt").write_text("mine", "utf-8")
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(UsageError, match="is not empty"):
        write_zotero(library, several, tmp_path / "mine")
    for place in ("mine/a.txt", "mine/a.txt/b"):
        with pytest.raises(StoreError):
            write_zotero(library, several, tmp_path / place)
    assert sorted(tmp_path.rglob("*")) == before
