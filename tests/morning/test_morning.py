"""Test the morning put together from rows: what is shown, counted and named."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from reader.base.errors import SourceFailed
from reader.gathering.gather import gather
from reader.gathering.rows import sources
from reader.library.config import Deadline
from reader.library.feeds_file import parse
from reader.library.folder import Library
from reader.library.paper import Batch
from reader.library.rows import decisions, papers
from reader.library.rows.database import Database, forget_index
from reader.morning import today
from reader.morning.pick import decide
from reader.morning.pipe import index_all
from reader.morning.today import candidates, day_of, keep_shown, rank_list
from reader.morning.trust import source_lines
from reader.morning.values import Morning, Quota, SourceLine
from reader.notes.rows import notes
from reader.ranking.rows import standings
from reader.search.encode import index_words
from tests.mornings import morning
from tests.samples import (
    DAY,
    FEEDS_TOML,
    NOW,
    SmallEncoder,
    Web,
    a_library,
    new_database,
    paper,
    post,
    tools,
)

NEXT = DAY + timedelta(1)
TRANSLATION = paper(1, "Speech Translation in Gardens")
RECOGNITION = paper(2, "Speech Recognition in Gardens")
MODELS = paper(3, "Large Language Models in Gardens")
FOLLOWED = paper(4, "On Ants", authors=("Mio Hoshi",))
BEES = paper(5, "On Bees")
QUIET = paper(6, "On Wasps")
ALL = [TRANSLATION, RECOGNITION, MODELS, FOLLOWED, BEES, QUIET]
NOT_ASKED = tuple(SourceLine(n, "not asked") for n in ("arXiv", "arXiv feed cs.CL", "timeline"))


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with a_library(tmp_path) as library:
        papers.add_papers(library.db, ALL, source="arXiv", on=DAY)
        for name, id_ in (("a", MODELS.id), ("b", BEES.id), ("c", TRANSLATION.id)):
            sources.add_posts(library.db, [post(name, id_)], source="timeline", on=DAY)
        yield library


def ids(found: Morning) -> tuple[list[str], list[str], str]:
    own, near = ([e.paper.record.id for e in lane] for lane in (found.own, found.near))
    return own, near, found.wild.paper.record.id if found.wild else ""


def write(library: Library, row: int, text: str, *, on: date = DAY) -> None:
    notes.add_note(library.db, row, text, is_written=text.count(".") > 1, at=NOW, on=on)


def test_a_morning_has_its_lanes_and_its_counts(library: Library) -> None:
    found = morning(library, DAY)
    assert ids(found) == (
        [TRANSLATION.id, RECOGNITION.id, FOLLOWED.id],
        [MODELS.id],
        BEES.id,
    )
    assert (found.day, found.n_arrived, found.n_talked) == (DAY, 6, 1)
    assert (found.quota, found.balance) == (
        Quota(3, 0, 0, None),
        {"speech/translation": 0, "speech/recognition": 0},
    )
    assert found.theme_of == {topic: topic for topic in found.balance}
    assert (found.undecided, found.new_versions, found.sources) == ((), (), NOT_ASKED)
    assert [e.origins for e in found.own] == [("arXiv",)] * 3
    assert str(found.own[0].why) == "“speech translation” in the title; mentioned by Cy Pond."
    assert str(found.own[2].why) == "by Mio Hoshi, whom you follow."


def test_a_morning_is_read_from_ranks_that_were_kept_before_and_writes_nothing(
    library: Library,
) -> None:
    def rows() -> list[int]:
        tables = ("idx.ranked", "idx.ranks", "idx.forecasts", "shown", "lines")
        return [len(library.db.read(f"SELECT * FROM {table}")) for table in tables]

    found = today.morning(library, rank_list(library, DAY, may_keep=False))
    assert rows() == [0, 0, 0, 0, 0]
    ranked = rank_list(library, DAY)
    kept = rows()
    assert (kept[0], ranked.unsaved) == (len(ALL), {})
    assert today.morning(library, ranked) == found
    assert rows() == kept


def test_a_day_without_papers_is_empty(library: Library) -> None:
    keep_shown(library, morning(library, DAY))
    found = morning(library, NEXT)
    assert ids(found) == ([], [], "")
    assert found.n_arrived == 0
    assert not found.is_complete


def test_decided_papers_stay_in_the_list_of_their_day(library: Library) -> None:
    decide(library, "pick", [TRANSLATION.id])
    decide(library, "skip", [MODELS.id])
    found = morning(library, DAY)
    assert [e.paper.state for e in found.own] == ["pick", "candidate", "candidate"]
    assert [e.paper.state for e in found.near] == ["skip"]


def test_a_new_post_brings_an_older_paper_back_unless_it_was_decided(library: Library) -> None:
    keep_shown(library, morning(library, DAY))
    decide(library, "skip", [TRANSLATION.id])
    again = [post("d", TRANSLATION.id), post("e", RECOGNITION.id)]
    sources.add_posts(library.db, again, source="timeline", on=NEXT)
    assert ids(morning(library, NEXT)) == ([RECOGNITION.id], [], "")
    assert morning(library, NEXT).n_arrived == 0


def test_papers_without_a_decision_of_earlier_days_are_counted(library: Library) -> None:
    morning(library, DAY)
    decide(library, "skip", [TRANSLATION.id])
    assert morning(library, NEXT).undecided == ((DAY, 2),)
    assert morning(library, DAY).undecided == ()
    assert morning(library, DAY + timedelta(14)).undecided == ((DAY, 2),)
    assert morning(library, DAY + timedelta(15)).undecided == ()


def test_papers_of_followed_people_are_among_the_undecided(library: Library) -> None:
    morning(library, DAY)
    decide(library, "skip", [TRANSLATION.id, RECOGNITION.id])
    assert morning(library, NEXT).undecided == ((DAY, 1),)
    decide(library, "skip", [FOLLOWED.id])
    assert morning(library, NEXT).undecided == ()


def test_the_undecided_are_the_same_after_the_index_was_made_anew(
    library: Library, tmp_path: Path
) -> None:
    morning(library, DAY)
    before = morning(library, NEXT).undecided
    library.db.close()
    forget_index(tmp_path)
    with new_database(tmp_path) as db:
        again = Library(tmp_path, library.config, db, lambda: NOW + timedelta(1))
        index_all(again, tools(Web()))
        assert standings.members_on(db, DAY) == [1, 2, 3]
        assert morning(again, NEXT).undecided == before == ((DAY, 3),)


def test_the_undecided_follow_the_topics_words(library: Library, tmp_path: Path) -> None:
    morning(library, DAY)
    changed = parse(FEEDS_TOML.replace('"speech recognition"', '"bees", "wasps"'))
    other = Library(tmp_path, changed, library.db, library.now)
    # Gone is the one on recognition, new are those on bees and wasps.
    assert morning(other, NEXT).undecided == ((DAY, 4),)
    assert len(morning(other, DAY).own) == 4


def test_a_library_that_cannot_be_written_shows_the_same_morning(
    library: Library, tmp_path: Path
) -> None:
    holder = sqlite3.connect(tmp_path / "reader.db", isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    with replace(library, db=Database(tmp_path, busy_s=0.0)) as locked:
        found = [morning(locked, day) for day in (DAY, NEXT)]
        assert standings.members_on(locked.db, DAY) == []
    holder.execute("ROLLBACK")
    holder.close()
    assert len(found[0].own) == 3
    assert found[1].undecided == ((DAY, 3),)
    assert found == [morning(library, day) for day in (DAY, NEXT)]


@pytest.mark.parametrize("day", [date.min, date.min + timedelta(4), date.max])
def test_the_first_and_the_last_day_that_there_are_have_a_morning(
    library: Library, day: date
) -> None:
    assert morning(library, day).n_arrived == 0


def test_a_new_version_of_what_has_a_note_is_news(library: Library) -> None:
    write(library, 1, "Mine.")
    newer = [paper(n, f"{ALL[n - 1].title}, Revised", version=2) for n in (1, 2)]
    papers.add_papers(library.db, newer, source="arXiv", on=NEXT)
    ((library_paper, version),) = [
        (v.paper, v.version) for v in morning(library, NEXT).new_versions
    ]
    assert (library_paper.record.id, library_paper.state, version) == (TRANSLATION.id, "read", 2)


def test_progress_and_balance_come_from_the_notes(library: Library) -> None:
    for row, topic in ((1, "speech/translation"), (2, "speech/recognition"), (5, "nlp/llm")):
        decisions.add_filing(library.db, row, topic, at=NOW)
    write(library, 1, "One. Two.")
    write(library, 2, "One.")
    write(library, 5, "One. Two.")
    found = morning(library, DAY)
    assert found.quota == Quota(3, 2, 1, None)
    assert found.balance == {"speech/translation": 1, "speech/recognition": 0}
    window = library.config.theme_balance_days
    assert morning(library, DAY + timedelta(window - 1)).balance["speech/translation"] == 1
    assert morning(library, DAY + timedelta(window)).balance["speech/translation"] == 0


def test_a_near_deadline_lowers_the_quota_and_the_next_one_is_named(tmp_path: Path) -> None:
    text = FEEDS_TOML + '[[deadline]]\nname = "A"\non = 2025-06-10\ndays = 6\n'
    with a_library(tmp_path, text) as library:
        deadline = Deadline("A", date(2025, 6, 10), 6, 1)
        assert morning(library, date(2025, 6, 3)).quota == Quota(3, 0, 0, deadline)
        assert morning(library, DAY).quota == Quota(1, 0, 0, deadline)
        assert morning(library, date(2025, 6, 11)).quota == Quota(3, 0, 0, None)


def test_each_source_has_its_last_word_and_a_silent_one_a_line_of_its_own(
    library: Library,
) -> None:
    for batch in (
        Batch("arXiv", DAY, 7, 5, "partial", "cut off"),
        Batch("arXiv", DAY, 7, 7, "complete"),
        Batch("timeline", DAY, None, 3, "not checked"),
    ):
        sources.add_batch(library.db, batch, now=NOW, on=DAY)
    assert source_lines(library, DAY) == (
        SourceLine("arXiv", "complete", 7, 7, DAY),
        SourceLine("timeline", "not checked", None, 3, DAY),
        SourceLine("arXiv feed cs.CL", "not asked"),
    )
    assert not morning(library, DAY).is_complete


def test_no_new_papers_and_a_failed_source_look_different(tmp_path: Path) -> None:
    with a_library(tmp_path) as library:
        down = Web({"http": SourceFailed(source="x", what="no answer")})
        gather(library, tools(down))
        found = morning(library, DAY)
        assert (found.n_arrived, found.is_complete) == (0, False)
        assert {s.state for s in found.sources} == {"failed"}
        assert all(s.error for s in found.sources)


def test_texts_without_a_vector_are_counted_when_an_encoder_is_named(library: Library) -> None:
    index_words(library, tools(Web()))
    assert morning(library, DAY).n_not_encoded == 0
    assert morning(library, DAY, encoder=SmallEncoder.name).n_not_encoded == 6


def test_a_morning_is_the_same_after_the_index_was_made_anew(
    library: Library, tmp_path: Path
) -> None:
    before = morning(library, DAY)
    library.db.close()
    forget_index(tmp_path)
    with new_database(tmp_path) as db:
        again = Library(tmp_path, library.config, db, library.now)
        assert morning(again, DAY) == before


def test_every_paper_that_something_speaks_for_is_a_candidate_once(library: Library) -> None:
    morning(library, DAY)
    rows = [c.paper.row for c in candidates(library, day_of(library, DAY))]
    assert sorted(rows) == [1, 2, 3, 4, 5]
    assert standings.members_on(library.db, DAY) == [1, 2, 3]
