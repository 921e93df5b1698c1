"""Test "wrong topic": one act that teaches, counts at once, and is undone as a whole."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from reader.base.errors import NotKnown, UsageError
from reader.gathering.rows import sources
from reader.library.arrival import ActLibrary, SentAct, receiving
from reader.library.folder import Library, find_paper
from reader.library.paper import LibraryPaper
from reader.library.rows import decisions, papers, pdfs
from reader.library.rows.database import Database, forget_index
from reader.morning.decide import other_topics, take_back, topic_now, wrong_seen, wrong_topic
from reader.morning.pick import decide
from reader.morning.pipe import index_all
from reader.morning.today import keep_shown
from reader.morning.undo import take_back as take_back_act
from reader.morning.undo import undo
from reader.morning.values import Morning, n_mine, theme_counts
from reader.morning.why import explain
from reader.notes.write import add_note
from reader.ranking.events import Event
from reader.ranking.learn import events_of, learn
from reader.ranking.rows import labels, standings
from tests.mornings import at, morning
from tests.samples import DAY, NOW, SmallEncoder, Web, a_library, paper, post, tools

OWN, OTHER, NEAR = "speech/translation", "speech/recognition", "nlp/llm"
WRONG = paper(1, "Speech Translation of Whales", "Whales sing.")
MINE = paper(2, "Speech Translation in Gardens")
TALKED = paper(3, "A Large Language Model That Knits")
FAR = paper(4, "On Ants")


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with a_library(tmp_path) as library:
        papers.add_papers(library.db, [WRONG, MINE, TALKED, FAR], source="arXiv", on=DAY)
        for paper in (TALKED, FAR):
            sources.add_posts(library.db, [post(paper.id, paper.id)], source="timeline", on=DAY)
        shown(library)
        yield library


def shown(library: Library) -> Morning:
    """Show the day's list, and remember it as `today` does."""
    found = morning(library, DAY)
    keep_shown(library, found)
    return found


def the(library: Library, number: int = 1) -> LibraryPaper:
    return find_paper(library, f"arxiv:2506.{number:05}")


def lanes(found: Morning) -> dict[str, list[tuple[int, str | None]]]:
    """Return (paper, topic) by lane."""
    wild = [found.wild] if found.wild else []
    several = {"own": found.own, "doubtful": found.doubtful, "near": found.near, "wild": wild}
    return {
        lane: [(e.paper.row, e.topic) for e in entries]
        for lane, entries in several.items()
        if entries
    }


FIRST = {"own": [(1, OWN), (2, OWN)], "near": [(3, NEAR)], "wild": [(4, None)]}


def test_a_paper_moved_to_another_own_topic_waits_there(library: Library) -> None:
    assert lanes(shown(library)) == FIRST
    found = wrong_topic(library, the(library), OTHER)
    assert (found.paper.state, found.topic, str(found.message)) == (
        "candidate",
        OTHER,
        "Moved to speech/recognition: Speech Translation of Whales",
    )
    now = shown(library)
    assert lanes(now) == FIRST | {"own": [(1, OTHER), (2, OWN)]}
    assert str(now.own[0].why).startswith("you said that it belongs to speech/recognition")
    assert theme_counts(now.own, now.theme_of) == {OWN: 1, OTHER: 1}
    assert labels.words_on(library.db, [1]) == {1: {OWN: "no", OTHER: "yes"}}


def test_taking_back_a_filed_papers_first_topic_leaves_the_order_of_the_list(
    library: Library,
) -> None:
    decisions.add_filing(library.db, 4, "unfiled", at=NOW)
    wrong_topic(library, the(library, 4), OWN)
    assert labels.words_on(library.db, [4]) == {4: {OWN: "yes"}}
    assert not take_back_act(library).is_lesson


def test_none_of_mine_skips_a_paper_and_leaves_it_in_place(library: Library) -> None:
    found = wrong_topic(library, the(library), None)
    assert (found.paper.state, str(found.message)) == (
        "skip",
        "Not in any of your topics, so it was skipped: Speech Translation of Whales",
    )
    assert labels.words_on(library.db, [1]) == {1: {OWN: "no", OTHER: "no"}}
    now = shown(library)
    assert lanes(now) == FIRST | {"own": [(1, None), (2, OWN)]}
    assert n_mine(now.own) == 1
    assert theme_counts(now.own, now.theme_of) == {OWN: 1, OTHER: 0}


def test_an_own_paper_moved_to_a_near_topic_is_sorted_out_too(library: Library) -> None:
    found = wrong_topic(library, the(library), "NLP/LLM")
    assert (found.paper.state, found.is_sorted_out, found.topic) == ("skip", True, NEAR)
    said = "Of nlp/llm, a near topic, so it was skipped: Speech Translation of Whales"
    assert str(found.message) == said
    assert labels.words_on(library.db, [1]) == {1: {OWN: "no", NEAR: "yes"}}
    assert lanes(shown(library))["own"] == [(1, None), (2, OWN)]


@pytest.mark.parametrize("number", [3, 4])
def test_a_paper_of_the_near_lane_or_the_wild_card_comes_to_the_own_lane(
    library: Library, number: int
) -> None:
    wrong_topic(library, the(library, number), OWN)
    now = lanes(shown(library))
    assert now["own"] == [(1, OWN), (2, OWN), (number, OWN)]
    assert number not in [row for row, _ in [*now.get("near", []), *now.get("wild", [])]]


def test_of_a_paper_with_files_it_says_when_they_follow(library: Library) -> None:
    decide(library, "pick", [WRONG.id])
    said = "Moved to speech/recognition: Speech Translation of Whales"
    assert str(wrong_topic(library, the(library), OTHER).message) == said
    undo(library)
    path = f"papers/{OWN}/{the(library).key}.pdf"
    (library.folder / path).parent.mkdir(parents=True)
    (library.folder / path).write_bytes(b"of whales")
    sha256 = hashlib.sha256(b"of whales").hexdigest()
    pdfs.add_pdf(library.db, pdfs.Pdf(1, path, sha256), n_bytes=9, at=NOW)
    found = wrong_topic(library, the(library), OTHER)
    assert str(found.message) == f"{said}. Its files are moved at the next gather."
    assert (library.folder / path).exists()
    # So it is.
    index_all(library, tools(Web()))
    assert not (library.folder / path).exists()
    assert [place.path for place in pdfs.places(library.db, [1])] == [path.replace(OWN, OTHER)]


def test_acts_of_one_moment_are_undone_one_after_another(library: Library) -> None:
    decide(library, "pick", [WRONG.id])
    first = the(library).topic
    wrong_topic(library, the(library), OTHER)
    wrong_topic(library, the(library), NEAR)
    topics = [the(library).topic]
    for _ in range(2):
        undo(library)
        topics.append(the(library).topic)
    assert (topics, the(library).state) == ([NEAR, OTHER, first], "pick")


def test_undoing_a_lesson_leaves_a_folder_that_was_chosen_in_the_same_moment(
    library: Library,
) -> None:
    decide(library, "pick", [WRONG.id])
    wrong_topic(library, the(library), OTHER)
    decisions.add_filing(library.db, 1, "roses", at=library.now(), is_by_hand=True)
    undo(library)
    assert the(library).topic == "roses"


def test_one_undo_takes_the_whole_act_back(library: Library) -> None:
    wrong_topic(library, the(library), None)
    assert [paper.state for paper in undo(library)] == ["candidate"]
    assert labels.words_on(library.db, [1]) == {}
    assert lanes(shown(library)) == FIRST
    wrong_topic(library, the(library), OTHER)
    undo(library)
    assert lanes(shown(library)) == FIRST


def test_undo_of_one_paper_takes_its_topic_back_too(library: Library) -> None:
    wrong_topic(library, the(library), None)
    decide(library, "skip", [MINE.id])
    assert (
        str(take_back(library, WRONG.id).message) == "Undone (topic): Speech Translation of Whales"
    )
    assert [the(library, n).state for n in (1, 2)] == ["candidate", "skip"]
    wrong_topic(library, the(library), OTHER)
    assert take_back(library, WRONG.id).is_done
    assert lanes(shown(library)) == FIRST
    assert not take_back(library, WRONG.id).is_done


@pytest.mark.parametrize("topic", [OTHER, None])
def test_no_model_brings_a_paper_back_under_the_wrong_topic(
    library: Library, tmp_path: Path, topic: str | None
) -> None:
    wrong_topic(library, the(library), topic)
    index_all(library, tools(Web()))
    library.db.close()
    forget_index(tmp_path)
    again = replace(library, db=Database(tmp_path))
    index_all(again, tools(Web(), encoder=SmallEncoder))
    assert lanes(shown(again))["own"][0] == (1, topic)
    # Also by a model that is sure of it.
    for row, ranks in standings.kept_ranks(again.db, [1]).items():
        sure = [replace(r, place="in", score=9.0) for r in ranks]
        standings.set_ranks(again.db, {row: sure}, topics="", encoder="", models="")
    assert lanes(shown(again))["own"][0] == (1, topic)
    again.db.close()


@pytest.mark.parametrize(("topic", "n"), [(OTHER, 2), (None, 1), (NEAR, 1)])
def test_papers_of_no_own_topic_are_not_counted_as_undecided(
    library: Library, topic: str | None, n: int
) -> None:
    wrong_topic(library, the(library), topic)
    later = at(library, DAY + timedelta(1))
    assert dict(morning(later, DAY + timedelta(1)).undecided) == {DAY: n}
    labels.add_lessons(library.db, "no", OWN, [2], at=NOW, on=DAY)
    assert dict(morning(later, DAY + timedelta(1)).undecided) == ({DAY: n - 1} if n > 1 else {})


def test_a_word_counts_for_a_paper_without_kept_ranks(library: Library) -> None:
    papers.add_papers(library.db, [paper(9, "On Bees")], source="arXiv", on=DAY)
    wrong_topic(library, the(library, 9), OTHER)
    assert lanes(shown(library))["own"] == [(1, OWN), (2, OWN), (5, OTHER)]


def test_a_wrong_topic_teaches_both_topics(library: Library) -> None:
    learn(library, tools(Web()))
    before = standings.fingerprints(library.db)
    wrong_topic(library, the(library), OTHER)
    assert set(learn(library, tools(Web()))) == {OWN, OTHER}
    assert events_of(library) == [Event(1, "no", OWN, DAY), Event(1, "yes", OTHER, DAY)]
    undo(library)
    learn(library, tools(Web()))
    assert standings.fingerprints(library.db) == before


def test_a_pick_of_another_topic_teaches_that_one_alone(library: Library) -> None:
    decide(library, "pick", [WRONG.id])
    wrong_topic(library, the(library), OTHER)
    assert the(library).topic == OTHER
    assert [(e.kind, e.topic) for e in events_of(library)] == [
        ("pick", OTHER), ("no", OWN), ("yes", OTHER)]  # fmt: skip
    undo(library)
    assert (the(library).topic, the(library).state) == (OWN, "pick")
    assert [(e.kind, e.topic) for e in events_of(library)] == [("pick", OWN)]


def test_a_later_pick_is_filed_under_the_topic_that_was_named(library: Library) -> None:
    wrong_topic(library, the(library), OTHER)
    [paper] = decide(library, "pick", [WRONG.id])
    assert paper.topic == OTHER
    wrong_topic(library, the(library, 2), None)
    [paper] = decide(library, "pick", [MINE.id])
    assert paper.topic == "unfiled"


def test_a_paper_with_a_note_stays(library: Library) -> None:
    add_note(library, the(library), "It sings. I had not heard that.")
    found = wrong_topic(library, the(library), None)
    assert (found.paper.state, found.paper.topic) == ("read", "unfiled")
    assert str(found.message).startswith(
        "Not in any of your topics; kept, because it has your note:"
    )


def test_the_other_topics_are_offered_own_ones_first(library: Library) -> None:
    paper = the(library)
    assert topic_now(library, paper) == OWN
    assert [t.path for t in other_topics(library, OWN)] == [OTHER, NEAR]
    wrong_topic(library, paper, OTHER)
    assert topic_now(library, the(library)) == OTHER
    wrong_topic(library, the(library), OWN)
    assert topic_now(library, the(library)) == OWN
    wrong_topic(library, the(library), None)
    assert topic_now(library, the(library)) is None


def test_an_unknown_or_the_same_topic_is_refused(library: Library) -> None:
    with pytest.raises(NotKnown) as unknown:
        wrong_topic(library, the(library), "cooking")
    assert unknown.value.hint == f"Topics in feeds.toml: {OWN}, {OTHER}, {NEAR}."
    with pytest.raises(UsageError, match="already listed under speech/translation"):
        wrong_topic(library, the(library), OWN)
    assert labels.words_on(library.db, [1]) == {}


def test_why_says_whose_word_it_is_and_its_sum_adds_up(library: Library) -> None:
    wrong_topic(library, the(library), OTHER)
    found = explain(library, the(library))
    assert (found.topic, found.lane, found.place) == (OTHER, "own", "in")
    assert found.score > (found.cut or 0.0)
    out = next(rank for rank in found.ranks if rank.topic == OWN)
    assert (out.place, out.terms[-1].kind) == ("out", "told_no")
    assert sum(t.value for t in out.terms) == pytest.approx(out.score)


class TestSentLate:
    def late(self, library: Library, minutes: int) -> ActLibrary:
        """Return the library for an act that was made so long ago."""
        made = NOW - timedelta(minutes=minutes)
        return receiving(library, SentAct("a" * 32, made, NOW))

    def test_a_late_word_counts_for_its_own_moment(self, library: Library) -> None:
        answer = wrong_seen(self.late(library, 5), WRONG.id, None, "candidate")
        assert answer.is_done
        assert the(library).state == "skip"

    def test_a_word_said_since_stands(self, library: Library) -> None:
        wrong_topic(library, the(library), OTHER)
        late = self.late(library, 5)
        assert not wrong_seen(late, WRONG.id, None, "candidate").is_done
        assert labels.words_on(library.db, [1]) == {1: {OWN: "no", OTHER: "yes"}}
        assert (the(library).state, [h.row for h in late.sent.overtaken]) == ("candidate", [1])


def test_a_decision_of_another_device_stays(library: Library) -> None:
    decide(library, "pick", [WRONG.id])
    answer = wrong_seen(library, WRONG.id, None, "candidate")
    assert (answer.is_done, str(answer.message)) == (
        False, "Just picked elsewhere: Speech Translation of Whales")  # fmt: skip
    assert labels.words_on(library.db, [1]) == {}
