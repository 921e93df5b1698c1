"""Test the reading of Zotero's own database, on small invented ones."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from reader.base.errors import UsageError
from reader.gathering.imports.forms import read_source
from reader.gathering.imports.item import AttachedFiles, ImportedNote, LooseNote
from reader.library.highlight import Highlight
from reader.library.paper import Paper, Publication
from tests.zotero_world import ZoteroWorld

AT = datetime(2021, 3, 4, 5, 6, 7, tzinfo=UTC)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[ZoteroWorld]:
    world = ZoteroWorld(tmp_path / "Zotero")
    yield world
    world.close()


def filled(world: ZoteroWorld) -> int:
    one = world.paper(
        {
            "title": "Wasps", "DOI": "10.5555/2", "date": "2024-03-00 March 2024",
            "abstractNote": "Of moss.", "publicationTitle": "Garden Studies",
            "volume": "7", "issue": "2", "pages": "11–20", "publisher": "Moss & Co",
            "extra": "arXiv:2506.00003 [cs.CL]",
        },
        [("Mio", "Hoshi"), ("", "The Garden Team")],
    )  # fmt: skip
    speech = world.collection("Speech")
    world.collection("Translation", one, above=speech)
    world.tag(one, "moss")
    world.note(one, "<div><h1>Why</h1><p>My <b>own</b> words.</p><script>x</script></div>")
    stored = world.pdf(one, "storage:a b.pdf")
    world.pdf(one, "/home/ada/linked.pdf", mode=2)
    world.pdf(one, "storage:../../../b.pdf")
    world.mark(stored, 1, "of moss  and fern", "So it is.", page=2)
    world.mark(stored, 2, "", "A thought.")
    world.mark(stored, 4, "", "")
    world.db.commit()
    return one


def test_an_item_is_read_with_all_that_belongs_to_it(world: ZoteroWorld) -> None:
    filled(world)
    [item] = read_source(world.folder).items
    assert item.paper == Paper(
        ("arxiv:2506.00003", "doi:10.5555/2"),
        "Wasps",
        ("Mio Hoshi", "The Garden Team"),
        "Of moss.",
        comment="Garden Studies",
        published_on=date(2024, 3, 1),
        publication=Publication(
            "zotero", "Garden Studies", "7", "2", "11-20", "Moss & Co", "2024", "10.5555/2"
        ),
    )
    assert (item.collections, item.tags) == (("Speech/Translation",), ("moss",))
    assert item.notes == (ImportedNote("# Why\n\nMy **own** words.", AT),)
    assert item.highlights == (
        Highlight(3, 123, "highlight", "of moss and fern", "So it is.", "#ffd400"),
        Highlight(1, 123, "note", "", "A thought.", "#ffd400"),
    )
    assert [str(file) for file in item.attached.pdfs] == [
        f"{world.folder}/storage/KEY00003/a b.pdf",
        "/home/ada/linked.pdf",
    ]
    assert len(item.attached.outside) == 1


def test_trash_feeds_and_what_belongs_to_no_paper(world: ZoteroWorld) -> None:
    world.delete(world.paper({"title": "Gone"}))
    gone = world.paper({"title": "Gone too"})
    world.note(gone, "<p>x</p>")
    world.delete(gone)
    world.paper({"title": "News"}, library=2)
    loose = world.note(None, "<p>A loose thought</p>")
    world.tag(loose, "moss")
    world.collection("Garden", loose)
    world.pdf(None, "storage:loose.pdf")
    world.paper({"date": "2020"})
    world.paper({"title": "Bees"})
    world.db.commit()
    read = read_source(world.file)
    assert [item.paper.title for item in read.items] == ["Bees"]
    assert [str(one.why) for one in read.unplaced] == [
        "a file that belongs to no paper; `reader add` recognises PDFs",
        "the entry has no title",
    ]
    assert read.notes == (
        LooseNote(
            "zotero.sqlite, KEY00005",
            "A loose thought",
            "A loose thought",
            notebook="Garden",
            tags=("moss",),
            at=AT,
        ),
    )


def test_zotero_may_be_open_and_its_unfinished_writes_do_not_count(world: ZoteroWorld) -> None:
    filled(world)
    world.db.execute("PRAGMA locking_mode = exclusive")
    world.db.execute("PRAGMA cache_size = 1")
    # More than the cache, so that half of it is in the file and its journal beside it.
    for n in range(3_000):
        world.paper({"title": f"Half written {n}"})
    assert Path(f"{world.file}-journal").exists()
    before = hashlib.sha256(world.file.read_bytes()).hexdigest()
    assert [item.paper.title for item in read_source(world.file).items] == ["Wasps"]
    assert hashlib.sha256(world.file.read_bytes()).hexdigest() == before


def test_a_newer_layout_is_read_and_told(tmp_path: Path) -> None:
    world = ZoteroWorld(tmp_path, layout=999)
    world.paper({"title": "Wasps"})
    world.close()
    read = read_source(tmp_path)
    assert len(read.items) == 1
    assert "layout 999 is newer" in str(read.unplaced[0].why)


def test_an_unknown_layout_and_a_damaged_file_are_refused(
    world: ZoteroWorld, tmp_path: Path
) -> None:
    filled(world)
    half = tmp_path / "half.sqlite"
    half.write_bytes(world.file.read_bytes()[:40_000])
    with pytest.raises(UsageError, match=r"half\.sqlite cannot be read: it is damaged"):
        read_source(half)
    empty = tmp_path / "empty.sqlite"
    sqlite3.connect(empty).execute("CREATE TABLE version (schema TEXT, version INT)")
    with pytest.raises(UsageError, match="layout 0 is not one of Zotero 5 to 7"):
        read_source(empty)
    world.db.execute("ALTER TABLE itemNotes RENAME COLUMN note TO text")
    world.db.commit()
    with pytest.raises(UsageError, match=r"itemNotes\.note") as error:
        read_source(world.file)
    assert "Better BibTeX or RDF" in error.value.hint


def test_collections_in_a_circle_end(world: ZoteroWorld) -> None:
    paper = world.paper({"title": "Wasps"})
    first = world.collection("A", paper)
    second = world.collection("B", above=first)
    world.db.execute("UPDATE collections SET parentCollectionID = ? WHERE collectionID = ?",
                     (second, first))  # fmt: skip
    world.db.commit()
    assert read_source(world.file).items[0].collections[0].endswith("B/A")


@pytest.mark.parametrize("place", ["beside", "profile", "other profile", "nowhere"])
def test_linked_files_lie_in_the_base_folder_of_the_profile(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    world = ZoteroWorld(tmp_path / "Data")
    one = world.paper({"title": "Wasps"})
    world.pdf(one, "attachments:old/a.pdf", mode=2)
    world.pdf(one, "attachments:../b.pdf", mode=2)
    world.close()
    profile = world.folder if place == "beside" else tmp_path / ".zotero" / "zotero" / "x.default"
    profile.mkdir(parents=True, exist_ok=True)
    data = tmp_path / ("Data" if place == "profile" else "Elsewhere")
    settings = [
        'user_pref("extensions.zotero.baseAttachmentPath", "/pa\\"pers");',
        f'user_pref("extensions.zotero.dataDir", "{data}");',
    ]
    if place != "nowhere":
        (profile / "prefs.js").write_text("\n".join(settings))
    read = read_source(world.file)
    [item] = read.items
    if place in ("beside", "profile"):
        assert item.attached.pdfs == (Path('/pa"pers/old/a.pdf'),)
        assert [path.name for path in item.attached.outside] == ["b.pdf"]
        assert read.unplaced == ()
    else:
        assert item.attached == AttachedFiles()
        assert len(read.unplaced) == 2
        assert "prefs.js" in str(read.unplaced[0].why)
