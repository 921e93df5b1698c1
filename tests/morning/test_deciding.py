"""Test decisions on what somebody saw: those made meanwhile elsewhere are read first, and win."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from reader.base.errors import NotFound, UsageError
from reader.base.messages import speaking
from reader.library.folder import Library, find_paper
from reader.library.rows import papers
from reader.morning.decide import Deciding, decide_seen, skip_seen, take_back, take_back_last
from reader.morning.pick import decide, later, put_off
from reader.morning.today import keep_shown
from tests.mornings import morning
from tests.samples import DAY, a_library, paper

ONE, TWO, THREE = (f"arxiv:2506.0000{n}" for n in (1, 2, 3))


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with a_library(tmp_path) as found:
        several = [paper(n, f"Speech translation, {n}") for n in (1, 2, 3)]
        papers.add_papers(found.db, several, source="arXiv", on=DAY)
        yield found


def states(library: Library) -> list[str]:
    return [find_paper(library, id_).state for id_ in (ONE, TWO, THREE)]


def test_a_decision_is_recorded_when_its_message_is_returned(library: Library) -> None:
    answer = decide_seen(library, "pick", ONE, "candidate")
    assert (answer.is_done, str(answer.message)) == (
        True,
        "Picked for speech/translation: Speech translation, 1",
    )
    assert answer.paper == find_paper(library, ONE)
    assert states(library) == ["pick", "candidate", "candidate"]


def test_a_message_is_in_the_language_of_whoever_reads_it(library: Library) -> None:
    picked = decide_seen(library, "pick", ONE, "candidate")
    undone = take_back(library, ONE)
    with speaking("ja"):
        assert (str(picked.message), str(undone.message)) == (
            "speech/translation に選びました: Speech translation, 1",
            "取り消しました(選択): Speech translation, 1",
        )


def test_a_decision_of_another_device_stays_and_is_reported(library: Library) -> None:
    decide(library, "skip", [ONE])
    answer = decide_seen(library, "pick", ONE, "candidate")
    assert (answer.is_done, str(answer.message)) == (
        False,
        "Just skipped elsewhere: Speech translation, 1",
    )
    assert states(library)[0] == "skip"


def test_the_same_decision_again_is_no_second_act(library: Library) -> None:
    decide(library, "skip", [ONE])
    answer = decide_seen(library, "skip", ONE, "skip")
    assert (answer.is_done, str(answer.message)) == (True, "Already skipped: Speech translation, 1")
    take_back_last(library, DAY)
    assert states(library)[0] == "candidate"


def test_a_pick_of_what_was_put_off_is_an_act_and_brings_it_back(library: Library) -> None:
    decide(library, "pick", [ONE])
    later(library, ONE)
    answer = decide_seen(library, "pick", ONE, "pick")
    said = "Picked for speech/translation: Speech translation, 1"
    assert (answer.is_done, str(answer.message)) == (True, said)
    assert put_off(library, [1]) == {}
    again = decide_seen(library, "pick", ONE, "pick")
    assert str(again.message) == "Already picked: Speech translation, 1"
    assert str(take_back(library, ONE).message) == "Undone (pick): Speech translation, 1"
    assert list(put_off(library, [1])) == [1]
    assert states(library)[0] == "pick"


def test_a_list_reads_others_decisions_and_counts_its_own(library: Library) -> None:
    paper = {h.row: h for h in (find_paper(library, id_) for id_ in (ONE, TWO, THREE))}
    several = Deciding(library, paper)
    decide(library, "pick", [THREE])
    assert several.refresh()
    assert not several.refresh()
    one, two, _ = paper
    several.decide("skip", one)
    several.decide("pick", two)
    assert several.outcome() == ([two], 1)
    assert several.waiting(list(paper)) == []


def test_only_undecided_papers_are_skipped_in_one_act(library: Library) -> None:
    decide(library, "pick", [TWO])
    assert skip_seen(library, [ONE, TWO, THREE, ONE]) == 2
    assert states(library) == ["skip", "pick", "skip"]
    assert str(take_back_last(library, DAY).message) == "Undone (skip): 2 papers"
    assert states(library) == ["candidate", "pick", "candidate"]
    with pytest.raises(NotFound):
        skip_seen(library, [ONE, "2506.09999"])
    assert states(library)[0] == "candidate"


def test_the_newest_decision_on_one_paper_is_undone(library: Library) -> None:
    for kind, id_ in (("pick", ONE), ("skip", ONE), ("skip", TWO)):
        decide(library, "pick" if kind == "pick" else "skip", [id_])
    assert take_back(library, ONE).paper == replace(find_paper(library, ONE), state="pick")
    take_back(library, ONE)
    assert states(library) == ["candidate", "skip", "candidate"]
    assert not take_back(library, ONE).is_done
    # What is left of the acts is still taken back one by one.
    take_back_last(library, DAY)
    assert states(library) == ["candidate", "candidate", "candidate"]
    assert not take_back_last(library, DAY).is_done


def test_an_act_on_a_paper_outside_the_list_is_not_undone(library: Library) -> None:
    keep_shown(library, morning(library, DAY))
    papers.add_papers(library.db, [paper(9, "Knots")], source="arXiv", on=DAY)
    decide(library, "pick", ["2506.00009"])
    with pytest.raises(UsageError, match="not in this list: Knots"):
        take_back_last(library, DAY)
    assert find_paper(library, "2506.00009").state == "pick"
