"""Test the queue: every pick without a note, the oldest first, until written up or dropped."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from reader.base.errors import NotFound, UsageError
from reader.library.disk import lock_file
from reader.library.feeds_file import parse
from reader.library.folder import Library, find_paper
from reader.library.paper import PropertyChange
from reader.library.passage import length_seconds, minutes, seconds
from reader.library.rows import failures, merges, papers, pdfs
from reader.morning.edit import tag
from reader.morning.pick import (
    decide,
    drop,
    fetching,
    keep,
    later,
    n_to_ask,
    pdfs_here,
    put_off,
    questions_today,
    record_questions,
    to_ask,
    waiting_picks,
    whole_queue,
    without_put_off,
)
from reader.morning.today import morning as todays_morning
from reader.morning.today import rank_list
from reader.morning.undo import undo
from reader.morning.values import (
    Entry,
    Morning,
    PdfsHere,
    QueueEntry,
    Quota,
    SourceLine,
    n_from_queue,
)
from reader.notes.write import add_note
from reader.search.rows import index
from reader.search.rows.index import PassageText
from reader.texts.morning import pdfs_texts, queue_text
from tests.mornings import morning
from tests.samples import DAY, FEEDS_TOML, NOW, Clock, a_library, paper

NOTE = "It listens twice. It costs twice the time."
ONE, TWO, THREE, FOUR = (f"arxiv:2506.0000{n}" for n in range(1, 5))


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def library(tmp_path: Path, clock: Clock) -> Iterator[Library]:
    with a_library(tmp_path, now=clock) as library:
        several = [paper(n, f"Speech translation, {n}", "Rain. " * 400) for n in range(1, 5)]
        papers.add_papers(library.db, several, source="arXiv", on=DAY)
        yield library


def go_to(clock: Clock, day: date) -> None:
    clock.now = NOW + (day - DAY)


def after(n_days: int) -> date:
    return DAY + timedelta(n_days)


def ids(library: Library) -> list[str]:
    found = without_put_off(whole_queue(library), library.today())
    return [one.paper.record.id for one in found]


def test_picks_without_a_note_wait_the_oldest_first(library: Library, clock: Clock) -> None:
    decide(library, "pick", [TWO])
    go_to(clock, after(1))
    decide(library, "pick", [ONE])
    decide(library, "pick", [THREE])
    decide(library, "skip", [FOUR])
    assert ids(library) == [TWO, ONE, THREE]
    assert [one.picked_on for one in whole_queue(library)] == [DAY, after(1), after(1)]
    add_note(library, find_paper(library, ONE), NOTE)
    assert ids(library) == [TWO, THREE]


def test_a_paper_waits_since_its_first_pick_and_anew_after_it_was_let_go(
    library: Library, clock: Clock
) -> None:
    decide(library, "pick", [ONE])
    go_to(clock, after(3))
    decide(library, "pick", [ONE])
    assert [one.picked_on for one in whole_queue(library)] == [DAY]
    drop(library, [ONE])
    assert whole_queue(library) == []
    go_to(clock, after(5))
    decide(library, "pick", [ONE])
    assert [one.picked_on for one in whole_queue(library)] == [after(5)]


def test_a_paper_put_off_is_back_on_its_day(library: Library, clock: Clock) -> None:
    decide(library, "pick", [ONE, TWO])
    paper, until, _ = later(library, ONE, 3)
    assert (paper.record.id, until) == (ONE, after(3))
    assert ids(library) == [TWO]
    assert [one.until for one in whole_queue(library)] == [after(3), None]
    assert put_off(library, [1, 2]) == {1: after(3)}
    go_to(clock, after(2))
    assert ids(library) == [TWO]
    go_to(clock, after(3))
    assert ids(library) == [ONE, TWO]
    assert put_off(library, [1, 2]) == {}


def test_a_paper_is_put_off_for_a_week_by_default(library: Library) -> None:
    decide(library, "pick", [ONE])
    assert later(library, ONE)[1] == after(7)


def test_undo_takes_back_the_last_act_of_any_kind(library: Library) -> None:
    decide(library, "pick", [ONE, TWO])
    later(library, ONE)
    drop(library, [TWO])
    assert ids(library) == []
    assert [paper.record.id for paper in undo(library)] == [TWO]
    assert ids(library) == [TWO]
    assert [paper.record.id for paper in undo(library)] == [ONE]
    assert ids(library) == [ONE, TWO]
    assert [paper.record.id for paper in undo(library)] == [ONE, TWO]
    assert (ids(library), undo(library)) == ([], [])


def test_put_off_twice_is_put_off_until_the_last_and_undone_one_by_one(library: Library) -> None:
    decide(library, "pick", [ONE])
    later(library, ONE, 3)
    later(library, ONE, 9)
    assert whole_queue(library)[0].until == after(9)
    undo(library)
    assert whole_queue(library)[0].until == after(3)


def test_a_new_pick_ends_putting_off(library: Library) -> None:
    decide(library, "pick", [ONE])
    later(library, ONE)
    drop(library, [ONE])
    decide(library, "pick", [ONE])
    assert ids(library) == [ONE]


def test_a_pick_brings_back_what_was_put_off_and_undo_puts_it_off_again(
    library: Library, clock: Clock
) -> None:
    decide(library, "pick", [ONE, TWO])
    later(library, ONE, 5)
    clock.now += timedelta(minutes=1)
    decide(library, "pick", [ONE])
    assert ids(library) == [ONE, TWO]
    assert [one.picked_on for one in whole_queue(library)] == [DAY, DAY]
    undo(library)
    assert (ids(library), whole_queue(library)[0].until) == ([TWO], after(5))
    decide(library, "pick", [ONE])
    later(library, ONE, 9)
    assert (ids(library), whole_queue(library)[0].until) == ([TWO], after(9))


def test_a_pick_that_was_meant_before_it_was_put_off_brings_nothing_back(
    library: Library, clock: Clock
) -> None:
    """A device without a network sends it later."""
    decide(library, "pick", [ONE])
    meant = clock.now + timedelta(minutes=1)
    clock.now += timedelta(minutes=2)
    later(library, ONE, 5)
    clock.now = meant
    decide(library, "pick", [ONE])
    clock.now += timedelta(minutes=5)
    assert ids(library) == []


def test_the_queue_follows_a_merge_and_a_split(library: Library) -> None:
    decide(library, "pick", [ONE])
    later(library, ONE, 3)
    merges.join(library.db, 2, 1, why="by hand", on=DAY)
    [one] = whole_queue(library)
    assert (one.paper.row, one.until) == (2, after(3))
    [merge] = merges.merges_of(library.db, 2)
    merges.part(library.db, merge, why="by hand", on=DAY)
    [one] = whole_queue(library)
    assert (one.paper.row, one.until) == (1, after(3))


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ("candidate", "because it was not picked: Speech translation, 1"),
        ("skip", "because it was skipped: Speech translation, 1"),
        ("read", "because it has a note: Speech translation, 1"),
    ],
)
def test_papers_outside_the_queue_are_neither_put_off_nor_dropped(
    library: Library, state: str, said: str
) -> None:
    if state == "skip":
        decide(library, "skip", [ONE])
    if state == "read":
        add_note(library, find_paper(library, ONE), NOTE)
    decide(library, "pick", [TWO])
    with pytest.raises(UsageError, match=said):
        later(library, ONE)
    with pytest.raises(UsageError, match=said):
        drop(library, [TWO, ONE])
    assert ids(library) == [TWO], "all of them or none"
    with pytest.raises(NotFound):
        drop(library, ["arxiv:2506.99999"])


def give_pdf(library: Library, row: int, *, text: str = "", on_disk: bool = True) -> None:
    path = f"papers/{row}.pdf"
    if on_disk:
        (library.folder / "papers").mkdir(exist_ok=True)
        (library.folder / path).write_bytes(b"%PDF")
    pdfs.add_pdf(library.db, pdfs.Pdf(row, path, "aa"), n_bytes=4, at=NOW)
    if text:
        index.add_passages(library.db, row, [PassageText(text, 1, "")], sha256="aa")


def test_a_list_may_read_only_the_first_papers_of_a_long_queue(library: Library) -> None:
    decide(library, "pick", [ONE, TWO, THREE, FOUR])
    tag(library, [3], PropertyChange(priority="high"))
    tag(library, [4], PropertyChange(priority="low"))
    later(library, ONE)
    give_pdf(library, 4)
    ranked = rank_list(library, DAY)
    whole, begun = (todays_morning(library, ranked, n_queued=n) for n in (None, 1))
    assert [one.paper.row for one in whole.queue] == [3, 2, 4]
    assert (begun.queue, begun.more_queued) == (whole.queue[:1], ("normal", "low"))
    # What is said of the queue, and of its PDFs, is said of the whole.
    assert queue_text(begun) == queue_text(whole)
    assert begun.pdfs == whole.pdfs == PdfsHere(1, 3)
    assert n_from_queue(begun) == n_from_queue(whole) == 3


def test_minutes_are_estimated_from_the_text_that_is_here(library: Library) -> None:
    decide(library, "pick", [ONE, TWO, THREE])
    give_pdf(library, 1, text="A garden has many ears and none of them is shut. " * 300)
    give_pdf(library, 2)
    give_pdf(library, 3, text="A garden has many ears. " * 300, on_disk=False)
    one, two, three = whole_queue(library)
    assert (one.has_pdf, one.is_whole, one.minutes) == (True, True, 10)
    assert (two.has_pdf, two.is_whole, two.minutes) == (True, False, 2)
    assert (three.has_pdf, three.is_whole, three.minutes) == (False, False, 2)


def test_a_pdf_that_a_hand_moved_is_here_and_one_that_it_deleted_is_not(library: Library) -> None:
    decide(library, "pick", [ONE, TWO, THREE])
    give_pdf(library, 1)
    for row, n_bytes in ((2, 5), (3, 6)):
        kept = pdfs.Pdf(row, f"papers/{row}.pdf", str(row) * 64)
        pdfs.add_pdf(library.db, kept, n_bytes=n_bytes, at=NOW)
    (library.folder / "papers/mine").mkdir()
    (library.folder / "papers/mine/two.pdf").write_bytes(b"%PDF2")
    assert [one.has_pdf for one in whole_queue(library)] == [True, True, False]
    assert [one.has_pdf for one in morning(library, DAY).queue] == [True, True, False]


@pytest.mark.parametrize(
    "text",
    [
        "We propose a simultaneous translation model that waits for the verb; its latency is low, "
        "as measured by average lagging on two corpora of recorded lectures. " * 80,
        "音声翻訳の遅延を減らすために、話者が動詞を言うまで待つ方法を提案する。" * 200,
    ],
)
def test_minutes_by_length_are_near_those_by_words(text: str) -> None:
    estimated = length_seconds(len(text), len(text.encode()))
    assert estimated == pytest.approx(seconds(text), rel=0.2)
    assert minutes(length_seconds(0, 0)) == 0


class TestPdfs:
    def test_pdfs_are_counted_with_the_reasons_of_missing_ones(self, library: Library) -> None:
        assert pdfs_here(library, waiting_picks(library)) is None
        decide(library, "pick", [ONE, TWO, THREE, FOUR])
        give_pdf(library, 1)
        assert pdfs_here(library, waiting_picks(library)) == PdfsHere(1, 4)
        for id_ in (TWO, THREE):
            words = (f"PDF of {id_}: nobody answers", "Again.")
            failures.add_failure(library.db, "pdf", id_, words, now=NOW)
        failures.add_failure(library.db, "pdf", FOUR, (f"PDF of {FOUR}: 404", ""), now=NOW)
        failures.add_failure(library.db, "pdf", ONE, ("an old one", ""), now=NOW)
        found = pdfs_here(library, waiting_picks(library))
        assert found == PdfsHere(
            1, 4, (("PDF of …: nobody answers", 2), (f"PDF of {FOUR}: 404", 1))
        )

    def test_papers_put_off_are_not_counted_as_the_queue_does_not_show_them(
        self, library: Library
    ) -> None:
        decide(library, "pick", [ONE, TWO])
        later(library, ONE)
        today = morning(library, DAY)
        assert today.pdfs == pdfs_here(library, waiting_picks(library)) == PdfsHere(0, 1)
        assert len(today.queue) == 1

    def test_a_held_lock_means_that_pdfs_are_being_fetched(self, library: Library) -> None:
        some = PdfsHere(0, 1)
        assert fetching(library, some) == ""
        with lock_file(library.folder / "fetch.lock"):
            assert fetching(library, some) == "now"
            assert fetching(library, PdfsHere(1, 1)) == fetching(library, None) == ""
        assert fetching(library, some) == ""
        (library.folder / "fetch.log").write_text("2025-06-04 06:30 reader fetch\n")
        assert fetching(library, some) == "was"

    @pytest.mark.parametrize(
        ("here", "state", "said"),
        [
            (PdfsHere(2, 2), "", "PDFs of your picks: 2 of 2 here."),
            (
                PdfsHere(0, 3, (("no", 1),)),
                "now",
                "PDFs of your picks: 0 of 3 here, 1 failed; fetching continues.",
            ),
            (
                PdfsHere(0, 2),
                "",
                "PDFs of your picks: 0 of 2 here; `reader fetch` or the next gather fetches the"
                " others.",
            ),
            (
                PdfsHere(0, 2),
                "was",
                "PDFs of your picks: 0 of 2 here; `reader fetch` or the next gather fetches the"
                " others (log of the last run: fetch.log).",
            ),
            (
                PdfsHere(1, 2, (("no", 1),)),
                "was",
                "PDFs of your picks: 1 of 2 here, 1 failed; `reader fetch ID` tries again now, a"
                " later gather by itself.",
            ),
            (PdfsHere(1, 1), "", "The PDF of your pick is here."),
            (
                PdfsHere(0, 1),
                "",
                "The PDF of your pick is not here; `reader fetch` or the next gather fetches it.",
            ),
        ],
    )
    def test_the_progress_of_fetching_is_reported(
        self, here: PdfsHere, state: str, said: str
    ) -> None:
        first, *reasons = pdfs_texts(told(pdfs=here, fetching=state))
        assert first == said
        assert reasons == ["no (1 paper)"] * here.n_failed


def told(**more: object) -> Morning:
    values: dict[str, object] = {
        "day": DAY, "own": (), "near": (), "wild": None, "n_arrived": 0, "n_talked": 0,
        "undecided": (), "new_versions": (), "quota": Quota(5, 1, 0), "balance": {},
        "sources": (SourceLine("arXiv", "complete"),),
    }  # fmt: skip
    return Morning(**(values | more))  # type: ignore[arg-type]


class TestMorning:
    def test_the_queue_is_of_today_alone(self, library: Library, clock: Clock) -> None:
        decide(library, "pick", [ONE])
        assert [one.paper.record.id for one in morning(library, DAY).queue] == [ONE]
        go_to(clock, after(1))
        assert [one.paper.record.id for one in morning(library, after(1)).queue] == [ONE]
        assert (morning(library, DAY).queue, morning(library, DAY).pdfs) == ((), None)

    def test_the_list_leads_to_the_queue_only_where_nothing_new_waits(
        self, library: Library
    ) -> None:
        [paper] = decide(library, "pick", [ONE])
        [new] = papers.papers_at(library.db, [2])
        queue = (QueueEntry(paper, DAY, 2, False),)
        entry = Entry(new, "own", None, 1.0, "", (), ())
        assert n_from_queue(told(queue=queue)) == 1
        assert n_from_queue(told(queue=queue * 7)) == 4
        assert n_from_queue(told()) == 0
        assert n_from_queue(told(queue=queue, own=(entry,))) == 0
        assert n_from_queue(told(queue=queue, quota=Quota(5, 5, 0))) == 0
        assert queue_text(told(queue=queue)) == (
            "READ  nothing new to decide; 1 to write today, from your queue (oldest first)"
        )
        assert queue_text(told(queue=queue, own=(entry,))) == (
            "QUEUE  1 picked and not written up yet, oldest first"
        )


class TestLookBack:
    def asked(self, library: Library) -> list[str]:
        return [one.paper.record.id for one in to_ask(library)]

    def test_a_pick_is_asked_about_once(self, library: Library, clock: Clock) -> None:
        decide(library, "pick", [ONE])
        go_to(clock, after(1))
        decide(library, "pick", [TWO])
        go_to(clock, after(13))
        assert self.asked(library) == []
        go_to(clock, after(14))
        assert self.asked(library) == [ONE]
        assert self.asked(library) == [ONE], "to look is not to ask"
        asks = to_ask(library)
        assert record_questions(library, asks) == asks
        assert record_questions(library, asks) == (), "another window was first"
        assert self.asked(library) == []
        assert [one.paper.record.id for one in questions_today(library)[0]] == [ONE]
        keep(library, ONE)
        assert questions_today(library)[0] == ()
        go_to(clock, after(40))
        assert self.asked(library) == [TWO]
        assert questions_today(library)[0] == ()
        assert ids(library) == [ONE, TWO], "what is not let go stays"

    def test_of_very_many_the_oldest_are_asked_about_first(
        self, library: Library, clock: Clock
    ) -> None:
        several = [paper(n, f"Title {n}") for n in range(100, 125)]
        papers.add_papers(library.db, several, source="arXiv", on=DAY)
        decide(library, "pick", [one.id for one in several])
        go_to(clock, after(14))
        first = self.asked(library)
        assert (len(first), n_to_ask(library)) == (20, 25)
        record_questions(library, to_ask(library))
        assert (self.asked(library), n_to_ask(library)) == ([], 5)
        asked, n_more = questions_today(library)
        assert ([one.paper.record.id for one in asked], n_more) == (first, 5)
        go_to(clock, after(15))
        assert set(self.asked(library)) == {one.id for one in several} - set(first)

    def test_a_new_pick_of_the_same_paper_is_asked_about_anew(
        self, library: Library, clock: Clock
    ) -> None:
        decide(library, "pick", [ONE])
        go_to(clock, after(14))
        record_questions(library, to_ask(library))
        drop(library, [ONE])
        decide(library, "pick", [ONE])
        assert self.asked(library) == []
        go_to(clock, after(28))
        assert self.asked(library) == [ONE]

    def test_papers_put_off_are_not_asked_about_yet(self, library: Library, clock: Clock) -> None:
        decide(library, "pick", [ONE])
        go_to(clock, after(14))
        later(library, ONE, 2)
        assert self.asked(library) == []
        go_to(clock, after(16))
        assert self.asked(library) == [ONE]

    def test_feeds_toml_says_after_how_many_days(self, tmp_path: Path) -> None:
        text = FEEDS_TOML.replace("quota = 3", "quota = 3\nqueue_days = 1")
        assert parse(text).queue_days == 1
        clock = Clock()
        with a_library(tmp_path, text, now=clock) as library:
            papers.add_papers(library.db, [paper(1)], source="arXiv", on=DAY)
            decide(library, "pick", [ONE])
            assert self.asked(library) == []
            clock.now = NOW + timedelta(1)
            assert self.asked(library) == [ONE]
