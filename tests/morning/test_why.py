"""Test what `why` predicts for a paper's place: that, and nothing else, comes true."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from reader.base.messages import speaking
from reader.library.folder import Library
from reader.library.rows import decisions, papers
from reader.morning.pick import decide_rows
from reader.morning.rank import judges, rank_days
from reader.morning.today import keep_shown
from reader.morning.undo import undo
from reader.morning.values import by_lane
from reader.morning.why import Explanation, ListCache, ScoreChange, changes, explain
from reader.ranking.events import features
from reader.ranking.fit import fit_topic
from reader.ranking.learn import learn, lessons
from reader.ranking.model import TITLE_WORD, Place, Term, TopicModel, judge
from reader.ranking.rows import standings
from reader.texts.why import change_text, cut_text, other_topics_text, with_position
from tests.mornings import at, bring, look, morning, talk
from tests.samples import DAY, NOW, Web, a_library, paper, tools

OWN, OTHER = "speech/translation", "speech/recognition"
GIVEN = [
    *(paper(n, f"Speech Translation of Gardens {n}", "Moss.") for n in range(1, 4)),
    *(paper(n, f"Speech Recognition of Ponds {n}", "Frogs.") for n in range(4, 7)),
    *(paper(n, f"On Ants {n}", "Wasps.") for n in range(7, 15)),
    paper(15, "Large Language Models of Gardens", "Moss."),
]
ANTS, MODELS = 9, 15


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with a_library(tmp_path) as library:
        papers.add_papers(library.db, GIVEN, source="arXiv", on=DAY)
        teach(library)
        yield library


def teach(library: Library) -> None:
    learn(library, tools(Web(), fit_topic=fit_topic))


def explained(library: Library, row: int) -> tuple[Explanation, list[ScoreChange]]:
    [paper] = papers.papers_at(library.db, [row])
    found = explain(library, paper)
    return found, [*changes(library, found, fit_topic)]


def said(library: Library, row: int, kind: str) -> ScoreChange:
    [change] = [c for c in explained(library, row)[1] if c.kind == kind]
    return change


def score(library: Library, row: int, topic: str) -> float:
    """Judge a paper by the present models."""
    [paper] = papers.papers_at(library.db, [row])
    return judge(paper.record, features(paper.record), judges(library).models[topic]).score


@pytest.mark.parametrize("kind", ["pick", "skip"])
@pytest.mark.parametrize("row", [1, 4, ANTS, MODELS])
def test_a_decision_has_the_predicted_effect(library: Library, row: int, kind: str) -> None:
    decide_rows(library, "pick", [2])
    decide_rows(library, "skip", [6])
    teach(library)
    found, _ = explained(library, row)
    change = said(library, row, kind)
    decide_rows(library, "pick" if kind == "pick" else "skip", [row])
    teach(library)
    assert found.topic is not None
    assert score(library, row, found.topic) == pytest.approx(change.score, abs=1e-9)


def test_papers_are_explained_alike_together_and_one_by_one(library: Library) -> None:
    keep_shown(library, morning(library, DAY))
    next_day, lists = DAY + timedelta(days=1), ListCache()
    bring(library, next_day, paper(16, "Speech Recognition of Owls"))
    talk(library, next_day, MODELS, "Ada")
    later = at(library, next_day)
    rank_days(later, next_day)
    several = papers.papers_at(later.db, list(range(1, 17)))
    together = [explain(later, library_paper, lists=lists) for library_paper in several]
    assert together == [explain(later, library_paper) for library_paper in several]
    assert {one.lane for one in together} == {"own", "near", None}


def test_each_paper_stands_where_the_whole_list_has_it(library: Library) -> None:
    keep_shown(library, morning(library, DAY))
    next_day = DAY + timedelta(days=1)
    for row, day in ((MODELS, DAY), (ANTS, next_day), (ANTS + 1, next_day), (MODELS, next_day)):
        talk(library, day, row, "Ada")
    doubtful = [paper(n, f"On Bees {n}", "Speech translation.") for n in (17, 18)]
    bring(library, next_day, paper(16, "Speech Recognition of Owls"), *doubtful)
    later = at(library, next_day)
    rank_days(later, next_day)
    listed = by_lane(morning(later, next_day))
    places = {
        e.paper.row: (lane, n) for lane, lines in listed.items() for n, e in enumerate(lines, 1)
    }
    found = {
        library_paper.row: explain(later, library_paper)
        for library_paper in papers.papers_at(later.db, range(1, 19))
    }
    today = {row: (one.lane, one.position) for row, one in found.items() if one.day == next_day}
    assert today == places
    assert {lane for lane, _n in places.values()} == {"own", "doubtful", "near", "wild"}


def test_explaining_a_paper_keeps_no_forecast(library: Library) -> None:
    rank_days(library, DAY)
    talk(library, DAY, MODELS, "Ada")
    talk(library, DAY, ANTS, "Bo")
    found = [explain(library, paper) for paper in papers.papers_at(library.db, [1, ANTS, MODELS])]
    assert [one.lane for one in found] == ["own", "wild", "near"]
    assert standings.forecasts_of(library.db, range(1, 16)) == {}


def test_a_pick_that_teaches_no_topic_is_predicted_to_change_nothing(library: Library) -> None:
    found, _ = explained(library, ANTS)
    assert said(library, ANTS, "pick").score == pytest.approx(found.score)


def test_a_decision_for_another_topic_moves_the_score_and_not_the_distance_to_the_cut(
    library: Library,
) -> None:
    keep(library, start(OWN), start(OTHER))
    rank_days(library, DAY)
    # It lies in the other topic, so a pick is a like of that one.
    decisions.add_filing(library.db, 1, OTHER, at=NOW)
    found, several = explained(library, 1)
    [pick] = [c for c in several if c.kind == "pick"]
    assert (found.topic, pick.score < found.score) == (OWN, True)
    assert change_text(pick) == f"after a pick: in, {found.score:.3f} above the threshold"
    assert cut_text(found).endswith(f"in, {found.score:.3f} above it")


def test_a_place_in_another_topic_is_the_distance_to_its_cut(library: Library) -> None:
    found, _ = explained(library, 1)
    [rank] = [rank for rank in found.ranks if rank.topic == OTHER]
    worded = (Term("title", "ASR", 0.5), Term("start", "", -1.5))
    close = replace(rank, terms=worded, score=-1.0, cut=-0.25, place="doubtful")
    for one, text in (
        (rank, "out, none of its words"),
        (close, "maybe, 0.750 below the threshold"),
    ):
        told = other_topics_text(replace(found, ranks=(one,)))
        assert [*told] == [f"{OTHER}: {text}"]


@pytest.mark.parametrize(
    ("change", "text"),
    [
        (ScoreChange("skip", "", -1.556, "out", cut=-0.5),
         "after a skip: out, 1.056 below the threshold"),
        (ScoreChange("pick", "", 0.2, "out", cut=0.0),
         "after a pick: out, because nothing would speak for it"),
        (ScoreChange("pick", "", 0.2, "doubtful", cut=0.0, is_bare=True),
         "after a pick: maybe, judged only by what was learned"),
        (ScoreChange("without", "title\tASR", -1.2, "in", cut=0.0, is_bare=True),
         "without “ASR” in the title: in, judged only by what was learned"),
        (ScoreChange("more", "", 2.3, position=1),
         "with one more person mentioning it: place 1, with a total of 2.300"),
    ],
)  # fmt: skip
def test_changes_are_written_as_the_distance_to_the_cut(change: ScoreChange, text: str) -> None:
    assert change_text(change) == text


def test_the_predicted_effect_includes_that_a_pick_warms_a_left_topic(
    library: Library,
) -> None:
    decide_rows(library, "pick", [1, 2, 4, 5])
    late = replace(library, now=lambda: NOW + timedelta(300))
    teach(late)
    change = said(late, 3, "pick")
    decide_rows(late, "pick", [3])
    teach(late)
    assert score(late, 3, OWN) == pytest.approx(change.score, abs=1e-9)


def test_a_near_paper_is_explained_by_the_talk_about_it_after_its_day_too(
    library: Library,
) -> None:
    two_days_later, next_day = DAY + timedelta(2), DAY + timedelta(3)
    look(library, DAY, may_fold=False)
    talk(library, two_days_later, MODELS, "Di", "Ed")
    [entry] = look(library, two_days_later, may_fold=False).near
    [paper] = papers.papers_at(library.db, [MODELS])
    found = explain(at(library, next_day), paper)
    assert (found.lane, found.day, found.terms) == ("near", two_days_later, entry.terms)
    assert [t.what for t in found.terms if t.kind == "mention"] == ["Di", "Ed"]
    assert (found.place, found.cut, found.sentence) == (None, None, entry.why)


def test_the_prediction_without_a_decision_equals_its_undo(library: Library) -> None:
    decide_rows(library, "pick", [2])
    decide_rows(library, "pick", [1])
    teach(library)
    change = said(library, 1, "undecided")
    undo(library)
    teach(library)
    assert score(library, 1, OWN) == pytest.approx(change.score, abs=1e-9)


def test_scores_without_a_term_are_compared_with_the_shown_cut(
    library: Library,
) -> None:
    both = paper(16, "Speech Translation of Ferns", "Speech translation.")
    papers.add_papers(library.db, [both], source="arXiv", on=DAY)
    keep(library, start(OWN), start(OTHER))
    rank_days(library, DAY)
    keep_shown(library, morning(library, DAY))
    # What is liked more lowers the other topic and its cut; the list of the day stays.
    keep(library, start(OWN), replace(start(OTHER), liked=20.0))
    found, others = explained(library, 16)
    assert (found.cut, found.place, judges(library).models[OWN].cut < -2) == (0.0, "in", True)
    [title] = [c for c in others if c.what.startswith("title")]
    assert title.score == pytest.approx(found.score - TITLE_WORD)
    assert title.place == "doubtful"


def start(topic: str) -> TopicModel:
    return TopicModel(topic, (topic.replace("/", " "),))


def keep(library: Library, *several: TopicModel) -> None:
    """Keep models as if they had been learned."""
    taught = lessons(library)
    prints = {topic.path: taught.fingerprint(topic) for topic in taught.topics}
    names = [
        standings.StoredModel(f"topic {m.topic}", prints[m.topic], m.to_text()) for m in several
    ]
    standings.keep(library.db, names)


def test_a_followed_authors_paper_is_in_whatever_else_is_taken_away(tmp_path: Path) -> None:
    with a_library(tmp_path) as library:
        given = paper(1, "Speech Translation of Moss", "", authors=("Mio Hoshi",))
        papers.add_papers(library.db, [given], source="arXiv", on=DAY)
        keep(library, replace(start(OWN), base=-1.5))
        found, others = explained(library, 1)
        assert [(t.kind, t.what) for t in found.terms if t.kind == "followed"]
        without = {c.what: c.place for c in others if c.kind == "without"}
        assert without["title\tspeech translation"] == "in"


@pytest.mark.parametrize(("score", "cut"), [(0.4321, -1.2345), (0.0004, 0.0), (-2.0015, -1.1005)])
def test_the_printed_margin_is_the_difference_of_printed_numbers(
    library: Library, score: float, cut: float
) -> None:
    found, _ = explained(library, 1)
    place: Place = "in" if score >= cut else "doubtful"
    text = cut_text(replace(found, score=score, cut=cut, place=place))
    printed = [
        float(word.rstrip(":;,")) for word in text.split() if word.strip(":;,-")[0].isdigit()
    ]
    assert printed[-1] == round(abs(round(score, 3) - round(cut, 3)), 3)


def test_a_threshold_that_differs_by_paper_says_what_moves_it(library: Library) -> None:
    found, _ = explained(library, 1)
    terms = (Term("title", "speech translation", 3.1), Term("taste", "", 1.19))
    text = cut_text(replace(found, terms=terms, score=4.29, cut=1.19, place="in"))
    assert text == (
        f"threshold of {OWN}: 1.190 (+1.190 of it changes only the order); in, 3.100 above it"
    )
    assert "order" not in cut_text(replace(found, terms=terms[:1]))


@pytest.mark.parametrize("place", ["in", "doubtful", "out"])
def test_a_paper_without_a_topic_word_has_a_cut_of_its_own(library: Library, place: Place) -> None:
    found, _ = explained(library, 1)
    bare = replace(
        found, terms=(Term("learned", "moss", 1.2), Term("start", "", -2.9)), place=place
    )
    assert cut_text(bare) == (
        f"has none of the words of {OWN}; judged by what was learned: "
        f"{'maybe' if place == 'doubtful' else place}"
    )


def test_a_place_is_separated_from_the_sentence_before() -> None:
    assert with_position("In: “ASR”.", 5) == "In: “ASR”. Place 5."
    with speaking("ja"):
        assert with_position("概要に「ASR」。", 5) == "概要に「ASR」。5番目。"
        # A sentence that was kept in English while that was spoken.
        assert with_position("mentioned by Minasegawa.", 5) == "mentioned by Minasegawa. 5番目。"
