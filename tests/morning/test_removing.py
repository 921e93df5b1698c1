"""Test the trash: what is removed is shown nowhere, comes again by no feed, and comes back."""

from __future__ import annotations

import errno
import hashlib
import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from reader.base.errors import NotFound, UsageError
from reader.library.backup import back_up, plan_restore, restore
from reader.library.folder import Library, RemovedPaper, find_paper
from reader.library.rows import decisions, highlights, papers, pdfs
from reader.library.rows.decisions import TRASH_KEPT
from reader.morning.complete import add_by_id
from reader.morning.merge import join
from reader.morning.pick import decide_rows, whole_queue
from reader.morning.remove import bring_back, empty_trash, remove, trash
from reader.morning.undo import take_back, undo
from reader.notes import drafts
from reader.notes.export import export
from reader.notes.rows import habit as habit
from reader.notes.rows import notes
from reader.notes.write import add_note
from reader.pdfs.tablet import take
from reader.ranking.rows import labels
from reader.search.encode import index_words
from reader.search.find import search, similar
from tests.mornings import look
from tests.pdfs.test_returning import RAIN
from tests.samples import DAY, FEEDS_TOML, NOW, Clock, SmallEncoder, Web, a_library, paper, tools

ONE, TWO = paper(1, "Speech translation of snails"), paper(2, "Speech translation of moss")
PDF = b"%PDF-1.4 snails"
OWN = "speech/translation"


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def library(tmp_path: Path, clock: Clock) -> Iterator[Library]:
    """A library in which the first paper has all that a paper can have."""
    (tmp_path / "ipad").mkdir()
    text = FEEDS_TOML + '[tablet]\nfolder = "ipad"\n'
    (tmp_path / "feeds.toml").write_text(text, "utf-8")
    with a_library(tmp_path, text, now=lambda: clock.now) as library:
        papers.add_papers(library.db, [ONE, TWO], source="arXiv", on=DAY)
        decide_rows(library, "pick", [1, 2])
        (paper, _two) = papers.papers_at(library.db, [1, 2])
        path = f"papers/{OWN}/{paper.key}.pdf"
        (tmp_path / path).parent.mkdir(parents=True)
        (tmp_path / path).write_bytes(PDF)
        sha256 = hashlib.sha256(PDF).hexdigest()
        pdfs.add_pdf(library.db, pdfs.Pdf(1, path, sha256), n_bytes=len(PDF), at=NOW)
        list(take(library, [ONE.id], tmp_path / "ipad"))
        highlights.add_highlight(library.db, 1, RAIN, mark=None, at=NOW)
        add_note(library, paper, "Snails speak slowly. I like that.")
        export(library)
        index_words(library, tools(Web()))
        yield library


def files(folder: Path) -> dict[str, bytes]:
    """Read what a person would miss: notes, PDFs, drafts, the tablet's folder, the trash."""
    tops = ("papers", "notes", "ipad", "removed", "drafts")
    there = [f for top in tops for f in (folder / top).rglob("*") if f.is_file()]
    return {f.relative_to(folder).as_posix(): f.read_bytes() for f in there}


def found(library: Library, words: str) -> list[str]:
    small = SmallEncoder()
    hits = search(library, words, encode_query=small.encode_query, encoder=small.name).hits
    return [hit.paper.record.id for hit in hits]


def test_a_removed_paper_is_shown_nowhere(library: Library) -> None:
    key = find_paper(library, ONE.id).key
    remove(library, [ONE.id])
    assert [e.paper.record.id for e in trash(library)] == [ONE.id]
    assert [q.paper.record.id for q in whole_queue(library)] == [TWO.id]
    assert found(library, "snails") == []
    two = find_paper(library, TWO.id)
    assert similar(library, two, encoder="")[1] == []
    assert habit.noted(library.db, DAY, DAY) == []
    assert habit.picked(library.db, DAY, DAY) == [2]
    assert habit.decided(library.db, "skip", DAY, DAY) == {}
    assert notes.n_noted_on(library.db, DAY) == (0, 0)
    assert notes.n_written_by_topic(library.db, DAY, DAY) == {}
    assert [a.paper for a in labels.acts(library.db, skips_since=DAY)] == [2]
    assert papers.n_papers(library.db) == 1
    assert pdfs.picks(library.db) == [(2, "")]
    # Its files lie in the trash, and the page that named it is gone.
    assert sorted(files(library.folder)) == [
        f"removed/1/{key}.md",
        f"removed/1/{key}.pdf",
        f"removed/1/tablet/{DAY} 01 {key}.pdf",
    ]


def test_a_removed_paper_leaves_the_list_of_today(library: Library) -> None:
    def shown() -> list[str]:
        return [e.paper.record.id for e in look(library, DAY, may_fold=False).own]

    assert shown() == [ONE.id, TWO.id]
    remove(library, [ONE.id])
    assert shown() == [TWO.id]
    undo(library)
    assert shown() == [ONE.id, TWO.id]


@pytest.mark.parametrize("way", ["undo", "number", "bring back", "add"])
def test_it_comes_back_byte_for_byte(library: Library, way: str) -> None:
    before, row = files(library.folder), find_paper(library, ONE.id)
    tables = ("notes", "highlights", "pdfs", "exports", "marked_copies", "taken")
    rows = {t: [tuple(r) for r in library.db.read(f"SELECT * FROM {t}")] for t in tables}
    act = remove(library, [ONE.id]).act
    assert files(library.folder) != before
    if way == "add":
        assert add_by_id(library, tools(Web()), ONE.id) == row
    elif way == "bring back":
        bring_back(library, [1])
    else:
        take_back(library, act if way == "number" else None)
    assert files(library.folder) == before
    assert find_paper(library, ONE.id) == row
    assert rows == {t: [tuple(r) for r in library.db.read(f"SELECT * FROM {t}")] for t in tables}
    assert found(library, "snails")[:1] == [ONE.id]
    assert trash(library) == []


def test_no_feed_brings_it_again_nor_its_published_copy(library: Library) -> None:
    remove(library, [ONE.id])
    published = paper(1, ONE.title, ids=("doi:10.1109/5.771073",), version=None)
    for again in (ONE, published):
        counts = papers.add_papers(library.db, [again], source="another", on=DAY)
        assert counts.n_new == 0
    assert papers.n_papers(library.db) == 1
    with pytest.raises(RemovedPaper, match="Removed on 2025-06-04: Speech translation of snails"):
        find_paper(library, "doi:10.1109/5.771073")
    undo(library)
    assert find_paper(library, "doi:10.1109/5.771073").row == 1


def test_a_source_never_hides_what_was_decided_in_a_removed_paper(library: Library) -> None:
    other = paper(3, "Snail speech, translated", ids=("doi:10.1109/5.771073",), version=None)
    papers.add_papers(library.db, [other], source="dblp", on=DAY)
    decide_rows(library, "pick", [3])
    remove(library, [ONE.id])
    both = paper(1, ONE.title, ids=(ONE.id, "doi:10.1109/5.771073"))
    papers.add_papers(library.db, [both], source="openalex", on=DAY)
    assert [q.paper.row for q in whole_queue(library)] == [2, 3]


def test_words_of_a_hand_are_read_in_first(library: Library) -> None:
    [file] = (library.folder / "notes" / OWN).glob("20*.md")
    file.write_text(file.read_text("utf-8").replace("I like that.", "They mumble."), "utf-8")
    edited = file.read_bytes()
    remove(library, [ONE.id])
    assert notes.revisions(library.db, 1)[-1].text == "Snails speak slowly. They mumble."
    assert (library.folder / "removed/1" / file.name).read_bytes() == edited


def test_a_draft_waits_until_the_paper_is_back(library: Library) -> None:
    paper = find_paper(library, ONE.id)
    drafts.keep(library, paper, "Half a thought", base=0, name="", seen="")
    remove(library, [ONE.id])
    undo(library)
    assert [d.text for d in drafts.waiting(library, paper)] == ["Half a thought"]


def test_a_merged_paper_goes_with_its_copies(library: Library) -> None:
    add_note(library, find_paper(library, TWO.id), "Moss waits. It is patient.")
    export(library)
    before = files(library.folder)
    join(library, ONE.id, TWO.id)
    remove(library, [TWO.id])
    assert {name.split("/")[0] for name in files(library.folder)} == {"removed"}
    undo(library)
    undo(library)
    export(library)
    assert files(library.folder) == before


def test_removing_twice_and_unknown_ids(library: Library) -> None:
    removed = remove(library, [ONE.id, ONE.id])
    assert [paper.row for paper in removed.several] == [1]
    with pytest.raises(RemovedPaper) as error:
        remove(library, [ONE.id])
    assert error.value.hint == (
        f"Until 2025-09-02 `reader undo {removed.act}` or `reader add {ONE.id}` brings it back, "
        "with PDF, note and marks."
    )
    with pytest.raises(NotFound):
        remove(library, [TWO.id, "2506.09999"])
    assert [q.paper.row for q in whole_queue(library)] == [2]


def test_what_a_kill_left_is_finished(library: Library) -> None:
    before = files(library.folder)
    with library.db.writing():
        decisions.add_removals(library.db, [1], act=9, at=NOW, on=DAY)
    assert empty_trash(library) == []
    assert {name.split("/")[0] for name in files(library.folder)} >= {"removed"}
    assert not any(name.startswith(("papers", "ipad")) for name in files(library.folder))
    decisions.undo_act(library.db, 9, at=NOW, on=DAY)
    assert empty_trash(library) == []
    assert files(library.folder) == before


def test_the_trash_is_emptied_after_90_days(library: Library, clock: Clock) -> None:
    drafts.keep(library, find_paper(library, ONE.id), "Half", base=0, name="", seen="")
    (pdf,) = library.db.read("SELECT sha256 FROM pdfs WHERE paper = 1")
    pdfs.add_contents(library.db, pdf["sha256"], "[]")
    act = remove(library, [ONE.id]).act
    clock.now = NOW + TRASH_KEPT - timedelta(hours=1)
    assert empty_trash(library) == []
    assert len(trash(library)) == 1
    clock.now = NOW + TRASH_KEPT
    assert empty_trash(library) == []
    assert (trash(library), files(library.folder)) == ([], {})
    tables = ("notes", "highlights", "pdfs", "exports", "taken")
    assert [t for t in tables if library.db.read(f"SELECT 1 FROM {t} WHERE paper = 1")] == []
    assert library.db.read("SELECT 1 FROM idx.contents") == []
    # It is known for good, and can be added anew.
    assert papers.add_papers(library.db, [ONE], source="another", on=DAY).n_new == 0
    with pytest.raises(UsageError) as error:
        take_back(library, act)
    assert error.value.hint.startswith("Its PDF, note and marks were deleted.")
    assert add_by_id(library, tools(Web()), ONE.id).state == "pick"
    assert library.db.read("PRAGMA foreign_key_check") == []


def test_a_copy_on_the_tablet_keeps_marks_that_were_not_imported(library: Library) -> None:
    [copy] = (library.folder / "ipad").iterdir()
    copy.write_bytes(PDF + b" marked")
    before = files(library.folder)
    remove(library, [ONE.id])
    assert list((library.folder / "ipad").iterdir()) == []
    undo(library)
    assert files(library.folder) == before


def test_a_full_disk_removes_nothing_or_is_finished_later(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = files(library.folder)

    def full(*_unused: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os, "link", full)
        patched.setattr(Path, "rename", full)
        remove(library, [ONE.id])
    assert len(trash(library)) == 1
    empty_trash(library)
    undo(library)
    assert files(library.folder) == before


def test_a_backup_has_the_trash(library: Library, tmp_path: Path) -> None:
    remove(library, [ONE.id])
    there = files(library.folder)
    made = back_up(library.folder, tmp_path / "out", now=NOW, with_pdfs=True)
    target = tmp_path / "again"
    restore(target, made.file, plan_restore(target, made.file), now=NOW)
    assert {n: c for n, c in there.items() if "tablet" not in n}.items() <= files(target).items()
    with a_library(target) as again:
        assert [e.paper.record.id for e in trash(again)] == [ONE.id]
        undo(again)
        assert find_paper(again, ONE.id).state == "read"


def test_a_paper_that_was_removed_twice_is_gone_until_both_are_undone(library: Library) -> None:
    with a_library(library.folder) as other:
        paper = find_paper(other, ONE.id)
        remove(library, [ONE.id])
        decisions.add_removals(other.db, [paper.row], act=99, at=NOW, on=DAY)
    undo(library)
    with pytest.raises(RemovedPaper):
        find_paper(library, ONE.id)
    undo(library)
    assert find_paper(library, ONE.id).state == "read"
