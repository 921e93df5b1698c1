"""Test exported notes with a reader of Obsidian's vaults: front matter, links, and backlinks."""

from __future__ import annotations

from pathlib import Path

from reader.library.paper import LibraryPaper, PropertyChange
from reader.library.rows import decisions, papers
from reader.morning.edit import tag
from reader.notes.export import export
from reader.notes.write import add_note
from tests.samples import DAY, NOW, a_library, paper

TOPIC = "speech/translation"
BEES, ANTS, WASPS = "2025_Field_Bees", "2025_Field_Ants", "2025_Field_Wasps"


def test_a_reader_of_vaults_finds_the_links_and_properties_of_notes(tmp_path: Path) -> None:
    from obsidiantools.api import Vault  # it loads pandas

    with a_library(tmp_path) as library:

        def library_paper(row: int) -> LibraryPaper:
            return papers.papers_at(library.db, [row])[0]

        titles = ("On Bees", 'On "Ants": a Study', "On Wasps")
        given = [paper(n, title) for n, title in enumerate(titles, 1)]
        papers.add_papers(library.db, given, source="arXiv", on=DAY)
        for row in (1, 2, 3):
            decisions.add_filing(library.db, row, TOPIC, at=NOW)
        add_note(library, library_paper(1), "蜂は数える。 It was tried.")
        add_note(library, library_paper(3), f"Unlike [[{BEES}]], wasps do not count.")
        add_note(
            library, library_paper(2), f"As in [[{BEES}|the bees]] and [[{WASPS}]]. I saw them."
        )
        tag(library, [2], PropertyChange(add=("to cite", "観察"), rating=4))
        export(library)
        vault = Vault(library.folder / "notes").connect().gather()
    assert set(vault.md_file_index) == {BEES, ANTS, WASPS, "2025-W23", "index"}
    assert vault.nonexistent_notes == []
    assert set(vault.get_wikilinks(ANTS)) >= {BEES, WASPS}
    assert {ANTS, WASPS} <= set(vault.get_backlinks(BEES))
    front = vault.get_front_matter(ANTS)
    assert (front["title"], front["id"], front["rating"]) == (titles[1], given[1].id, 4)
    assert {"to-cite", "観察"} <= set(front["tags"])
    assert "蜂は数える。" in vault.get_source_text(BEES)
