"""Test merging and splitting as a person does them, by the use cases and the commands."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from reader.base.errors import Ambiguous, Incomplete, UsageError
from reader.cli.frame import Settings, run
from reader.library.folder import Library, find_paper
from reader.library.paper import LibraryPaper, PropertyChange
from reader.library.rows import merges, papers, pdfs
from reader.morning import pick
from reader.morning.edit import tag
from reader.morning.merge import Split, join, part, questions
from reader.morning.rows import doubled_pdfs
from reader.morning.undo import undo
from reader.notes import write
from reader.notes.export import export
from reader.notes.rows import notes
from reader.ranking.learn import file_away
from reader.search.rows import index
from tests.samples import DAY, FEEDS_TOML, NOW, a_library, paper

BEES, ANTS, WASPS = (paper(n, f"On the {name} of Wet Gardens") for n, name in
                     ((1, "Bees"), (2, "Ants"), (3, "Wasps")))  # fmt: skip
ONE, TWO = BEES.id, ANTS.id


@pytest.fixture
def library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Library]:
    monkeypatch.setenv("READER_NOW", NOW.isoformat())
    (tmp_path / "feeds.toml").write_text(FEEDS_TOML, "utf-8")
    with a_library(tmp_path) as library:
        papers.add_papers(library.db, [BEES, ANTS, WASPS], source="arXiv", on=DAY)
        yield library


def library_paper(library: Library, id_: str) -> LibraryPaper:
    return find_paper(library, id_)


def note(library: Library, id_: str, text: str) -> None:
    write.add_note(library, library_paper(library, id_), text)


def printed(
    capsys: pytest.CaptureFixture[str], library: Library, *args: str
) -> tuple[int, str, str]:
    capsys.readouterr()
    code = run(list(args), Settings(library.folder))
    out, err = capsys.readouterr()
    return code, out, err


def test_both_notes_survive_and_the_newest_counts(library: Library) -> None:
    note(library, ONE, "Bees hum. They do.")
    note(library, TWO, "Ants walk. They do.")
    joined = join(library, ONE, TWO).paper
    assert (joined.record.ids, joined.state) == ((ONE, TWO), "read")
    assert [r.text for r in notes.revisions(library.db, 1)] == [
        "Bees hum. They do.", "Ants walk. They do."]  # fmt: skip
    assert index.notes_without_text(library.db) == []
    assert [t.text for t in index.texts_at(library.db, range(1, 9)).values()] == [
        "Ants walk. They do."]  # fmt: skip
    part(library, TWO)
    assert [library_paper(library, i).row for i in (ONE, TWO)] == [1, 2]
    assert sorted(t.text for t in index.texts_at(library.db, range(1, 9)).values()) == [
        "Ants walk. They do.", "Bees hum. They do."]  # fmt: skip


def test_merging_again_undoes_a_split_and_is_undone_again(library: Library) -> None:
    for _ in range(2):
        join(library, ONE, TWO)
        assert library_paper(library, TWO).row == 1
        part(library, TWO)
        assert library_paper(library, TWO).row == 2
    kinds = [tuple(r) for r in library.db.read("SELECT kind, undoes FROM merges ORDER BY id")]
    assert kinds == [("merge", None), ("split", 1), ("merge", 2), ("split", 3)]


def test_only_merged_papers_can_be_split(library: Library) -> None:
    with pytest.raises(UsageError) as caught:
        join(library, ONE, ONE)
    assert "`reader merge ID ID` merges two" in caught.value.hint
    join(library, ONE, TWO)
    with pytest.raises(UsageError) as caught:
        join(library, ONE, TWO)
    assert caught.value.hint == "`reader split ID` splits a merged paper."


def test_undo_takes_back_a_merge_and_then_the_decision_before(library: Library) -> None:
    pick.decide(library, "skip", [TWO])
    join(library, ONE, TWO)
    assert [h.row for h in undo(library)] == [1]
    assert [library_paper(library, id_).state for id_ in (ONE, TWO)] == ["candidate", "skip"]
    assert [h.row for h in undo(library)] == [2]
    both = [library_paper(library, id_) for id_ in (ONE, TWO)]
    assert [(one.row, one.state) for one in both] == [(1, "candidate"), (2, "candidate")]
    assert undo(library) == []


def test_a_file_of_the_merged_note_stays_and_is_named(library: Library) -> None:
    note(library, ONE, "Bees hum. They do.")
    note(library, TWO, "Ants walk. They do.")
    export(library)
    file = library.folder / "notes/unfiled/2025_Field_AntsWetGardens.md"
    before = file.read_bytes()
    assert join(library, ONE, TWO).left == "notes/unfiled/2025_Field_AntsWetGardens.md"
    assert export(library).written == ["notes/unfiled/2025_Field_BeesWetGardens.md"]
    assert file.read_bytes() == before
    assert library_paper(library, "2025_Field_AntsWetGardens").row == 1


def test_an_edit_in_the_file_of_a_merged_paper_is_named_and_read_in_after_a_split(
    library: Library,
) -> None:
    note(library, ONE, "Bees hum. They do.")
    note(library, TWO, "Ants walk. They do.")
    export(library)
    join(library, ONE, TWO)
    assert export(library).left == []
    file = library.folder / "notes/unfiled/2025_Field_AntsWetGardens.md"
    file.write_text(file.read_text("utf-8").replace("Ants walk.", "Ants run."), "utf-8")
    [left] = export(library).left
    assert "AntsWetGardens.md is the file of a paper that was merged" in left.message
    assert "Write it into notes/unfiled/2025_Field_BeesWetGardens.md." in left.message
    part(library, TWO)
    done = export(library)
    assert (done.read_in, done.left) == (["notes/unfiled/2025_Field_AntsWetGardens.md"], [])


def test_papers_that_have_one_pdf_are_none_any_more_once_they_are_merged(library: Library) -> None:
    for row in (1, 2, 3):
        kept = pdfs.Pdf(row, f"papers/{row}.pdf", "0" * 64)
        pdfs.add_pdf(library.db, kept, n_bytes=9, at=NOW)
    assert doubled_pdfs(library.db) == [("papers/1.pdf", "papers/2.pdf", "papers/3.pdf")]
    join(library, ONE, TWO)
    assert doubled_pdfs(library.db) == [("papers/1.pdf", "papers/3.pdf")]
    join(library, ONE, WASPS.id)
    assert doubled_pdfs(library.db) == []


@pytest.mark.parametrize(("first", "second"), [(ONE, TWO), (TWO, ONE)])
def test_of_two_notes_it_is_said_which_one_counts(
    library: Library, capsys: pytest.CaptureFixture[str], first: str, second: str
) -> None:
    note(library, first, "Bees hum. They do.")
    note(library, second, "Ants walk. They do.")
    newer = library_paper(library, second).record.title
    code, out, _err = printed(capsys, library, "merge", ONE, TWO)
    assert code == 0
    assert f"The newer one, that of “{newer}”, counts" in " ".join(out.split())
    assert "Ants walk." in printed(capsys, library, "show", ONE)[1]
    # Where one alone had a note there is nothing to choose from.
    part(library, TWO)
    assert "Both had a note." not in printed(capsys, library, "merge", ONE, WASPS.id)[1]


def test_of_two_pdfs_and_two_ratings_it_is_said_which_ones_count(
    library: Library, capsys: pytest.CaptureFixture[str]
) -> None:
    for row, rating in ((2, 5), (1, 3), (3, 3)):
        kept = pdfs.Pdf(row, f"papers/{row}.pdf", f"{row}" * 64)
        pdfs.add_pdf(library.db, kept, n_bytes=9, at=NOW)
        tag(library, [row], PropertyChange(rating=rating))
    code, out, _err = printed(capsys, library, "merge", ONE, TWO)
    said = " ".join(out.split())
    assert code == 0
    assert "That of the first one counts; papers/2.pdf stays where it is." in said
    assert "The later rating counts, 3 of 5; the other one was 5." in said
    # Of two equal ratings none is lost, and a paper without a PDF or rating takes nothing away.
    said = " ".join(printed(capsys, library, "merge", ONE, WASPS.id)[1].split())
    assert ("papers/3.pdf stays" in said, "rated" in said) == (True, False)
    papers.add_papers(library.db, [paper(4, "On the Moths of Wet Gardens")], source="x", on=DAY)
    said = printed(capsys, library, "merge", ONE, paper(4, "x").id)[1]
    assert ("Both" in said, "Merged" in said) == (False, True)


def test_unread_edits_in_a_file_prevent_a_merge(library: Library) -> None:
    note(library, ONE, "Bees hum. They do.")
    note(library, TWO, "Ants walk. They do.")
    export(library)
    file = library.folder / "notes/unfiled/2025_Field_AntsWetGardens.md"
    file.write_text(file.read_text("utf-8").replace("Ants walk.", "Ants run."), "utf-8")
    with pytest.raises(Incomplete, match="reader export"):
        join(library, ONE, TWO)
    export(library)
    join(library, ONE, TWO)
    assert [r.text for r in notes.revisions(library.db, 1)][-1] == "Ants run. They do."


def test_a_split_needs_to_know_which_copy_goes(library: Library) -> None:
    with pytest.raises(UsageError, match="not merged"):
        part(library, ONE)
    join(library, ONE, TWO)
    with pytest.raises(UsageError, match="Both IDs are the same paper"):
        join(library, TWO, ONE)
    assert split_rows(part(library, ONE)) == [1, 2]
    join(library, ONE, TWO)
    join(library, ONE, WASPS.id)
    with pytest.raises(Ambiguous, match=WASPS.id):
        part(library, ONE)
    assert split_rows(part(library, WASPS.id)) == [1, 3]
    assert library_paper(library, TWO).row == 1


def test_a_filed_paper_has_a_key_of_its_own_after_the_split(library: Library) -> None:
    pick.decide(library, "pick", [TWO])
    join(library, ONE, TWO)
    pick.decide(library, "pick", [ONE])
    note(library, ONE, "Bees hum. They do.")
    assert library_paper(library, ONE).key == "2025_Field_AntsWetGardens"
    part(library, TWO)
    assert [library_paper(library, i).key for i in (TWO,)] == ["2025_Field_AntsWetGardens"]
    file_away(library, library_paper(library, ONE))
    assert library_paper(library, ONE).key == "2025_Field_BeesWetGardens"


def test_open_questions_are_listed_and_answered_by_the_commands(
    library: Library, capsys: pytest.CaptureFixture[str]
) -> None:
    merges.ask(library.db, 1, 2, why="alike", on=DAY)
    code, out, _ = printed(capsys, library, "merge", "--json")
    (question,) = [json.loads(line) for line in out.splitlines()]
    given: dict[str, Any] = {k: question[k] for k in ("why", "asked_on")}
    assert (code, given) == (0, {"why": "alike", "asked_on": DAY.isoformat()})
    assert [question[k]["id"] for k in ("first", "second")] == [ONE, TWO]
    code, out, _ = printed(capsys, library, "merge")
    assert (code, f"reader merge {ONE} {TWO}" in out, "alike" in out) == (0, True, True)
    assert printed(capsys, library, "merge", ONE, TWO) == (
        0, f"Merged into one paper: {BEES.title} ({ONE}, {TWO})\n", "")  # fmt: skip
    none = "No two papers here look like the same one.\n"
    assert printed(capsys, library, "merge") == (0, none, "")
    assert printed(capsys, library, "merge", "--json") == (0, "", "")
    code, out, _ = printed(capsys, library, "split", TWO)
    assert (code, out.splitlines()[1]) == (0, f"Now a paper of its own: {ANTS.title} ({TWO})")
    assert questions(library) == []


def split_rows(split: Split) -> list[int]:
    assert split.were_one
    return [split.first.row, split.second.row]


def test_of_two_papers_that_were_never_one_it_is_not_said_that_they_were(
    library: Library, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, _ = printed(capsys, library, "split", ONE, TWO)
    assert (code, out.splitlines()) == (0, [
        f"Stays a paper of its own: {BEES.title} ({ONE})",
        f"Stays a paper of its own: {ANTS.title} ({TWO})",
    ])  # fmt: skip


def test_two_papers_that_are_two_are_not_asked_about_again(
    library: Library, capsys: pytest.CaptureFixture[str]
) -> None:
    merges.ask(library.db, 1, 2, why="alike", on=DAY)
    assert printed(capsys, library, "split", TWO, ONE, "--quiet") == (0, "", "")
    assert questions(library) == []


@pytest.mark.parametrize(
    ("args", "code"), [(("merge", ONE), 2), (("merge", ONE, ONE), 2),
                       (("merge", ONE, "2401.99999"), 4), (("split", ONE), 2),
                       (("split", "no such paper"), 4)]
)  # fmt: skip
def test_a_wrong_pair_changes_nothing(
    library: Library, capsys: pytest.CaptureFixture[str], args: tuple[str, ...], code: int
) -> None:
    assert printed(capsys, library, *args)[0] == code
    assert library.db.read("SELECT * FROM merges") == []
