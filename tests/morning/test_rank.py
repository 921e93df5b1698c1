"""Test the ranking of a day: by words at once, by vectors when there are enough."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from reader.gathering.rows import sources
from reader.library.feeds_file import parse
from reader.library.folder import Library
from reader.library.rows import decisions, papers
from reader.library.rows.database import Database
from reader.library.rows.fields import BY_HAND
from reader.morning.pick import decide
from reader.morning.rank import (
    FEWEST,
    LOOK_BACK_DAYS,
    MOST_DOUBTFUL,
    fingerprint,
    rank_days,
    rank_new,
)
from reader.morning.undo import undo
from reader.notes.rows import notes
from reader.ranking.events import features
from reader.ranking.model import (
    MOST_NEARNESS,
    SOME_DECIDED,
    USUAL_NEARNESS,
    Rank,
    Term,
    TopicModel,
    total,
)
from reader.ranking.rows import standings
from reader.ranking.rows.standings import from_text, to_text
from reader.search.encode import encode, index_words, topic_text
from tests.samples import DAY, FEEDS_TOML, NOW, SmallEncoder, Web, a_library, paper, post, tools

SMALL = SmallEncoder.name


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with a_library(tmp_path) as library:
        yield library


def waiting(library: Library, *, encoder: str = "") -> int:
    """Count what is still to be ranked, on any day."""
    topics = fingerprint(library.config)
    days = (date.min, date.max)
    return len(standings.papers_to_rank(library.db, *days, topics, encoder=encoder, models=""))


def places(ranks: Mapping[int, Sequence[Rank]]) -> dict[int, list[tuple[str, str]]]:
    """Return the place of each paper by topic."""
    return {row: [(r.topic, r.place) for r in of_paper] for row, of_paper in ranks.items()}


ASIDE = "Moss. Speech translation of it."
"""An abstract that has a topic's word, and not where it says what the paper is about."""


def fill(library: Library, n: int, *, on: date = DAY, second: str = "") -> None:
    """Bring n papers: the first of speech translation, the second near it, the rest not.

    second: the abstract of the second one.
    """
    texts = ["Speech translation", "Translation of speech", *(f"On ants {i}" for i in range(n))]
    abstracts = ["", second, *n * [""]]
    given = [paper(i, texts[i - 1], abstracts[i - 1]) for i in range(1, n + 1)]
    papers.add_papers(library.db, given, source="arXiv", on=on)


def test_words_alone_rank_at_once(library: Library) -> None:
    fill(library, 3)
    rank_days(library, DAY)
    assert waiting(library) == 0
    found = standings.ranks_of(library.db, [1, 2, 3])
    assert places(found) == {1: [("speech/translation", "in")]}
    [rank] = found[1]
    assert [(t.kind, t.what) for t in rank.terms] == [
        ("title", "speech translation"),
        ("start", ""),
    ]
    assert (rank.score, rank.cut) == (total(rank.terms), 0.0)
    assert standings.members_on(library.db, DAY) == [1]


def test_papers_are_not_ranked_again_until_the_topics_change(
    library: Library, tmp_path: Path
) -> None:
    fill(library, 3)
    rank_days(library, DAY)
    assert waiting(library) == 0
    papers.add_papers(library.db, [paper(9)], source="arXiv", on=DAY)
    assert waiting(library) == 1
    rank_days(library, DAY)
    changed = parse(FEEDS_TOML.replace('"speech recognition"', '"ants"'))
    other = Library(tmp_path, changed, library.db, library.now)
    assert waiting(other) == 4
    rank_days(other, DAY)
    ranked = places(standings.ranks_of(library.db, [3]))
    assert ranked == {3: [("speech/recognition", "in")]}


def test_vectors_give_the_distance_above_the_days_other_papers(library: Library) -> None:
    fill(library, FEWEST + 60, second=ASIDE)
    rank_days(library, DAY)
    [by_words] = standings.ranks_of(library.db, [2])[2]
    index_words(library, tools(Web()))
    assert encode(library, tools(Web())) == []
    assert waiting(library, encoder=SMALL) == FEWEST + 60
    rank_days(library, DAY, encoder=SMALL)
    ranks = {r.topic: r for r in standings.ranks_of(library.db, [2])[2]}
    rank = ranks["speech/translation"]
    assert rank.nearness is not None
    assert rank.nearness > 3.5
    # They may add so much and no more: words decide.
    assert by_words.nearness is None
    assert rank.score - by_words.score == pytest.approx(MOST_NEARNESS)
    assert waiting(library, encoder=SMALL) == 0
    # And the words' own ranking later takes nothing of it away.
    assert waiting(library) == 0


def test_a_day_that_ended_before_its_vectors_came_is_ranked_by_them(library: Library) -> None:
    fill(library, FEWEST + 60, second=ASIDE)
    rank_days(library, DAY)
    index_words(library, tools(Web()))
    encode(library, tools(Web()))
    rank_days(library, DAY + timedelta(LOOK_BACK_DAYS + 1), encoder=SMALL)
    assert waiting(library, encoder=SMALL) == FEWEST + 60
    rank_days(library, DAY + timedelta(LOOK_BACK_DAYS), encoder=SMALL)
    assert waiting(library, encoder=SMALL) == 0
    assert all(r.nearness for r in standings.ranks_of(library.db, [2])[2])


def test_each_paper_is_compared_with_the_others_of_its_own_day(library: Library) -> None:
    fill(library, FEWEST + 60)
    later = [paper(n, f"Translation of speech {n}", ASIDE) for n in range(500, 540)]
    papers.add_papers(library.db, later, source="arXiv", on=DAY + timedelta(1))
    index_words(library, tools(Web()))
    encode(library, tools(Web()))
    rank_days(library, DAY + timedelta(1), encoder=SMALL)
    ranks = standings.ranks_of(library.db, range(FEWEST + 61, FEWEST + 101)).values()
    found = [r.nearness for of in ranks for r in of if r.topic == "speech/translation"]
    near = [above for above in found if above and above > USUAL_NEARNESS]
    # Against the ants of the day before all forty were near; among themselves few are.
    assert 0 < len(near) < 20


def test_earlier_days_are_ranked_too(library: Library) -> None:
    early = [DAY - timedelta(LOOK_BACK_DAYS), DAY - timedelta(LOOK_BACK_DAYS + 1)]
    for n, day in enumerate(early, 1):
        papers.add_papers(library.db, [paper(n, "Speech translation")], source="arXiv", on=day)
    rank_days(library, DAY)
    assert [standings.members_on(library.db, day) for day in early] == [[1], []]
    # Unless a post brings it back.
    sources.add_posts(library.db, [post("a", paper(2).id)], source="timeline", on=DAY)
    rank_days(library, DAY)
    assert standings.members_on(library.db, early[1]) == [2]


def test_ranks_that_cannot_be_kept_are_returned(library: Library, tmp_path: Path) -> None:
    fill(library, 3)
    holder = sqlite3.connect(tmp_path / "reader.db", isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    with replace(library, db=Database(tmp_path, busy_s=0.0)) as other:
        given = rank_new(other, DAY)
    holder.execute("ROLLBACK")
    holder.close()
    assert places(given) == {1: [("speech/translation", "in")], 2: [], 3: []}
    assert waiting(library) == 3
    assert rank_new(library, DAY) == {}
    assert waiting(library) == 0


def test_vectors_are_not_used_on_a_day_of_few_papers(library: Library) -> None:
    fill(library, FEWEST - 1)
    index_words(library, tools(Web()))
    encode(library, tools(Web()))
    rank_days(library, DAY, encoder=SMALL)
    found = standings.ranks_of(library.db, range(1, FEWEST))
    assert places(found) == {1: [("speech/translation", "in")]}
    assert found[1][0].nearness is None


def test_a_day_without_papers_is_ranked_at_once(library: Library) -> None:
    for encoder in ("", SMALL):
        rank_days(library, DAY, encoder=encoder)
    assert rank_new(library, date.min) == {}


def test_ranks_depend_on_the_topics_and_their_words_only() -> None:
    config = parse(FEEDS_TOML)
    assert fingerprint(config) == fingerprint(parse(FEEDS_TOML.replace("quota = 3", "quota = 4")))
    for old, new in (("large language", "small language"), ("speech/recognition", "speech/asr")):
        assert fingerprint(parse(FEEDS_TOML.replace(old, new))) != fingerprint(config)


def test_a_topics_words_are_one_question() -> None:
    assert topic_text(parse(FEEDS_TOML).topics[0]) == "speech translation, 同時通訳"


def test_papers_added_by_hand_do_not_change_the_days_list(library: Library) -> None:
    fill(library, FEWEST + 60)
    index_words(library, tools(Web()))
    encode(library, tools(Web()))
    rank_days(library, DAY, encoder=SMALL)
    before = standings.ranks_of(library.db, range(1, FEWEST + 61))
    mine = [paper(n, f"Translation of speech {n}") for n in range(500, 700)]
    papers.add_papers(library.db, mine, source=BY_HAND, on=DAY)
    assert waiting(library, encoder=SMALL) == 0
    index_words(library, tools(Web()))
    encode(library, tools(Web()))
    with library.db.writing():
        library.db.execute("DELETE FROM idx.ranked")
    rank_days(library, DAY, encoder=SMALL)
    assert standings.ranks_of(library.db, range(1, FEWEST + 261)) == before
    # As soon as a source brings one of them, or a post names it, it counts.
    papers.add_papers(library.db, mine[:1], source="arXiv", on=DAY)
    sources.add_posts(library.db, [post("a", mine[1].id)], source="timeline", on=DAY)
    assert waiting(library, encoder=SMALL) == 2


def test_nearness_to_a_seed_is_named(tmp_path: Path) -> None:
    mine = paper(900, "Translation of Mosses")
    words = 'words = ["speech translation", "同時通訳"]'
    seeded = FEEDS_TOML.replace(words, f'{words}\nseeds = ["{mine.id}"]')
    with a_library(tmp_path, seeded) as library:
        fill(library, FEWEST + 60, second=ASIDE)
        papers.add_papers(library.db, [mine], source="arXiv", on=DAY - timedelta(40))
        index_words(library, tools(Web()))
        encode(library, tools(Web()))
        rank_days(library, DAY, encoder=SMALL)
        kinds = {(t.kind, t.what) for r in standings.ranks_of(library.db, [2])[2] for t in r.terms}
        assert {kind for kind in kinds if kind[1] == mine.title} == {("seed", mine.title)}


def test_nearness_names_the_nearest_note_or_paper(library: Library) -> None:
    fill(library, FEWEST + 60, second=ASIDE)
    mine = paper(900, "Translation of Mosses")
    papers.add_papers(library.db, [mine], source="arXiv", on=DAY - timedelta(40))
    row = FEWEST + 61
    decisions.add_filing(library.db, row, "speech/translation", at=NOW, is_by_hand=True)
    index_words(library, tools(Web()))
    encode(library, tools(Web()))
    rank_days(library, DAY, encoder=SMALL)
    kinds = {(t.kind, t.what) for r in standings.ranks_of(library.db, [2])[2] for t in r.terms}
    assert ("paper", "Translation of Mosses") in kinds
    notes.add_note(library.db, row, "One. Two.", is_written=True, at=NOW, on=DAY)
    forget_ranks(library)
    rank_days(library, DAY, encoder=SMALL)
    kinds = {(t.kind, t.what) for r in standings.ranks_of(library.db, [2])[2] for t in r.terms}
    assert ("note", "Translation of Mosses") in kinds


@pytest.mark.parametrize("kind", ["pick", "skip"])
def test_undone_and_skipped_papers_are_no_examples_of_a_topic(
    library: Library, kind: decisions.Kind
) -> None:
    fill(library, FEWEST + 60)
    mosses = paper(900, "Speech Translation of Mosses")
    papers.add_papers(library.db, [mosses], source="arXiv", on=DAY - timedelta(40))
    index_words(library, tools(Web()))
    encode(library, tools(Web()))
    rank_days(library, DAY, encoder=SMALL)
    before = standings.ranks_of(library.db, [1, 2, 3])
    [row] = [library_paper.row for library_paper in decide(library, "pick", ["arxiv:2506.00900"])]
    assert row == FEWEST + 61
    if kind == "pick":
        undo(library)
    else:
        decide(library, "skip", ["arxiv:2506.00900"])
    forget_ranks(library)
    rank_days(library, DAY, encoder=SMALL)
    assert standings.ranks_of(library.db, [1, 2, 3]) == before


def test_authors_and_words_are_named_as_the_paper_prints_them(library: Library) -> None:
    given = paper(1, "Speech translation of Series", authors=("Émile Nulle-Part", "Bo Lind"))
    papers.add_papers(library.db, [given], source="arXiv", on=DAY)
    weights = {name: 0.7 for name in features(given) if name[0] == "a" or "ser" in name}
    model = TopicModel("speech/translation", ("speech translation",), weights=weights)
    standings.keep(
        library.db, [standings.StoredModel("topic speech/translation", "now", model.to_text())]
    )
    rank_days(library, DAY)
    [rank] = standings.ranks_of(library.db, [1])[1]
    authors = {t.what for t in rank.terms if t.kind == "author"}
    assert authors == {"Émile Nulle-Part", "Bo Lind"}
    assert [t.what for t in rank.terms if t.kind == "learned"] == ["series"]


def forget_ranks(library: Library) -> None:
    with library.db.writing():
        library.db.execute("DELETE FROM idx.ranked")


def test_papers_that_are_out_have_ranks_only_if_talked_about(library: Library) -> None:
    fill(library, 5)
    sources.add_posts(library.db, [post("a", paper(3).id)], source="timeline", on=DAY)
    rank_days(library, DAY)
    found = standings.ranks_of(library.db, range(1, 6))
    assert sorted(found) == [1, 3]
    assert sorted((r.topic, r.terms) for r in found[3]) == [
        ("nlp/llm", ()),
        ("speech/recognition", ()),
        ("speech/translation", ()),
    ]


def test_a_paper_that_people_name_days_later_is_ranked_for_all_topics_once(
    library: Library,
) -> None:
    fill(library, 5)
    rank_days(library, DAY)
    sources.add_posts(library.db, [post("a", paper(3).id)], source="timeline", on=DAY)
    assert waiting(library) == 1
    rank_days(library, DAY)
    assert waiting(library) == 0


def test_the_doubtful_papers_nearest_to_the_cut_are_kept(library: Library) -> None:
    own, weights = "speech/translation", {"w:ant": 0.9}
    words, many = ("speech translation",), SOME_DECIDED
    model = TopicModel(own, words, base=-1.0, bare_doubt=1.0, weights=weights, n_in=many)
    standings.keep(
        library.db, [standings.StoredModel("topic speech/translation", "", model.to_text())]
    )
    fill(library, MOST_DOUBTFUL + 20)
    rank_days(library, DAY)
    assert len(standings.doubtful_on(library.db, DAY, DAY)) == MOST_DOUBTFUL


def test_terms_are_read_back_to_the_last_bit() -> None:
    terms = (Term("title", "a\tb c", 0.1 + 0.2), Term("start", "", -1e-17))
    again = from_text(to_text(terms))
    assert again == (Term("title", "a b c", 0.1 + 0.2), Term("start", "", -1e-17))
    assert from_text("") == ()
