"""Test the look-back on a week: what was read and linked, which skips may be regretted."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from reader.gathering.rows import sources
from reader.library.folder import Library
from reader.library.rows import decisions, imports, papers
from reader.notes.rows import notes
from reader.notes.week import ReadPaper, Regret, Week, read_between, week, week_of
from reader.search.rows import index
from tests.samples import DAY, NOW, SmallEncoder, a_library, paper, post

MONDAY, SUNDAY = date(2025, 6, 2), date(2025, 6, 8)
BEFORE = MONDAY - timedelta(10)
EARS = "Ears that wait for the verb in a long German sentence before they interpret"
TALES = "A large census of snails, moss and ferns on three hundred garden walls"

PAPERS = [
    paper(1, "Speech Translation in Gardens"),
    paper(2, "Speech Recognition in Gardens"),
    paper(3, "Large Language Models in Gardens"),
    paper(4, "On Ants", EARS),
    paper(5, "On Bees", EARS + " again"),
    paper(6, "On Wasps", TALES),
]
TOPICS = {1: "speech/translation/simultaneous", 2: "speech/recognition", 3: "nlp/llm"}


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with a_library(tmp_path) as library:
        papers.add_papers(library.db, PAPERS, source="arXiv", on=BEFORE)
        for row, topic in TOPICS.items():
            decisions.add_filing(library.db, row, topic, at=NOW)
        for row in range(1, 7):
            papers.fix_key(library.db, row, f"key-{row}")
        yield library


def write(library: Library, row: int, text: str, *, on: date = DAY) -> None:
    notes.add_note(library.db, row, text, is_written=text.count(".") > 1, at=NOW, on=on)


def decide(library: Library, kind: decisions.Kind, row: int, *, on: date = DAY) -> None:
    decisions.add_decisions(library.db, kind, [row], at=NOW, on=on)


def mention(library: Library, row: int, *people: str, on: date = DAY) -> None:
    for name in people:
        said = post(f"{name} {row} {on}", PAPERS[row - 1].id, author=name)
        sources.add_posts(library.db, [said], source="timeline", on=on)


def regrets(found: Week) -> list[tuple[int, int, int | None]]:
    return [(r.paper.row, r.n_people, r.near.row if r.near else None) for r in found.regrets]


@pytest.mark.parametrize("day", [MONDAY, DAY, SUNDAY])
def test_a_week_runs_from_monday_to_sunday(day: date) -> None:
    assert week_of(day) == (MONDAY, SUNDAY)


@pytest.mark.parametrize("day", [date.min, date.max])
def test_the_first_and_the_last_day_have_a_week(library: Library, day: date) -> None:
    assert week(library, day).read == ()


def test_read_papers_stand_by_theme_with_their_key_sentence(library: Library) -> None:
    write(library, 3, "Models hum in gardens. They do.")
    write(library, 2, "只の一文。")
    write(library, 1, "## Idea\nIt listens twice. Then it speaks.", on=SUNDAY)
    write(library, 4, "Too early. Not this week.", on=MONDAY - timedelta(1))
    several = papers.papers_at(library.db, [1, 2, 3])
    assert list(week(library, DAY).read) == [
        ReadPaper(several[0], SUNDAY, True, "It listens twice.", "speech/translation"),
        ReadPaper(several[1], DAY, False, "只の一文。", "speech/recognition"),
        ReadPaper(several[2], DAY, True, "Models hum in gardens.", "nlp/llm"),
    ]
    assert week(library, DAY).n_written == 2
    assert [r.paper.row for r in read_between(library, SUNDAY, SUNDAY)] == [1]


def test_a_week_without_a_note_is_empty(library: Library) -> None:
    assert week(library, DAY) == Week(MONDAY, SUNDAY, (), (), ())


def test_links_that_an_import_brought_are_not_new(library: Library) -> None:
    one = imports.begin(library.db, "vault", "markdown", at=NOW)
    for row, text in ((1, "As [[key-2]] says."), (2, "See [[key-3]].")):
        write(library, row, text)
        number = notes.revisions(library.db, row)[-1].id
        imports.add_made(library.db, one, row, "note", [number])
    assert week(library, DAY).links == ()
    # What the person links in an imported note since is.
    write(library, 1, "As [[key-2]] says, and [[key-3]] does not.")
    found = [(link.source.row, link.target.row) for link in week(library, DAY).links]
    assert found == [(1, 3)]


def test_only_links_that_were_added_in_the_week_are_new(
    library: Library,
) -> None:
    write(library, 1, "As [[key-2]] says. Yes.", on=BEFORE)
    write(
        library, 1, "As [[key-2]] says, and [[KEY-3|the models]], [[key-3]]. [[nobody]] [[key-1]]"
    )
    write(library, 2, "Like [[key-1]]. And `[[key-3]]`.")
    write(library, 2, "Like [[key-1]]. Later [[key-4]].", on=SUNDAY + timedelta(1))
    found = week(library, DAY).links
    assert [(link.source.row, link.target.row) for link in found] == [(1, 3), (2, 1)]


def test_a_skip_that_people_talk_about_later_may_be_regretted(library: Library) -> None:
    decide(library, "skip", 4, on=BEFORE)
    decide(library, "skip", 5, on=BEFORE)
    decide(library, "skip", 6)
    mention(library, 4, "Cy", "Di", "Eve")
    mention(library, 5, "Cy")  # one alone
    mention(library, 6, "Cy", "Di")  # on the day of the skip: it was known then
    found = week(library, DAY)
    [paper] = papers.papers_at(library.db, [4])
    assert found.regrets == (Regret(paper, BEFORE, n_people=3),)
    assert week(library, BEFORE).regrets == ()
    assert week(library, DAY + timedelta(7)).regrets == ()


def test_what_was_picked_or_noted_after_all_is_not_regretted(library: Library) -> None:
    for row in (4, 5):
        decide(library, "skip", row, on=BEFORE)
        mention(library, row, "Cy", "Di")
    decide(library, "pick", 4)
    write(library, 5, "Mine.")
    assert week(library, DAY).regrets == ()


def others(library: Library, n: int = 12) -> None:
    """Add other papers that arrived in the week, against which likeness is measured."""
    given = [paper(n, f"On {n}", f"{TALES} and {n} ponds", authors=(f"A{n}",))
             for n in range(50, 50 + n)]  # fmt: skip
    papers.add_papers(library.db, given, source="arXiv", on=DAY)


def test_too_few_papers_give_no_likeness(library: Library) -> None:
    decide(library, "pick", 4)
    decide(library, "skip", 5)
    others(library, 10)
    assert regrets(week(library, DAY)) == []


def test_a_pick_that_was_skipped_later_is_not_near_itself(library: Library) -> None:
    others(library)
    decide(library, "pick", 5)
    decide(library, "skip", 5)
    assert regrets(week(library, DAY)) == []
    decide(library, "pick", 4)
    assert regrets(week(library, DAY)) == [(5, 0, 4)]


def test_a_skip_that_is_like_a_pick_may_be_regretted_by_its_words(library: Library) -> None:
    others(library)
    decide(library, "pick", 4)
    decide(library, "skip", 5)
    decide(library, "skip", 6)
    assert regrets(week(library, DAY)) == [(5, 0, 4)]
    assert regrets(week(library, DAY + timedelta(7))) == []


def test_likeness_is_by_vectors_where_there_are_some(library: Library) -> None:
    others(library)
    rows = range(1, 19)
    index.add_paper_texts(library.db, rows)
    encoder = SmallEncoder()
    for one in papers.papers_at(library.db, rows):
        text = f"{one.record.title}\n{one.record.abstract}"
        [vector] = encoder.encode_passages([text])
        kept = (index.hash_of(text), vector.astype("float16").tobytes())
        index.add_vectors(library.db, encoder.name, [kept])
    decide(library, "pick", 4)
    decide(library, "skip", 5)
    decide(library, "skip", 6)
    assert regrets(week(library, DAY, encoder=encoder.name)) == [(5, 0, 4)]


def test_few_regrets_are_shown_and_the_others_counted(library: Library) -> None:
    more = [paper(n, f"On {n}", authors=(f"A{n}",)) for n in range(7, 17)]
    papers.add_papers(library.db, more, source="arXiv", on=BEFORE)
    for n in range(7, 17):
        decide(library, "skip", n, on=BEFORE)
        for name in ("Cy", "Di"):
            said = post(f"{name} {n}", f"arxiv:2506.{n:05}", author=name)
            sources.add_posts(library.db, [said], source="timeline", on=DAY)
    found = week(library, DAY)
    assert (len(found.regrets), found.n_more) == (5, 5)
