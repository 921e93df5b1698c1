"""Test that lists hide, mark and count what is muted, and lose nothing by it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reader.base.errors import NotKnown, UsageError
from reader.gathering.rows import sources
from reader.library.folder import Library
from reader.library.paper import State
from reader.library.rows import papers
from reader.morning.decide import last_day, mute, mute_lines, parts_of, unmute
from reader.morning.lanes import lanes
from reader.morning.pick import decide
from reader.morning.today import keep_shown
from reader.morning.undo import past_acts, take_back, undo
from reader.morning.values import Candidate, Entry, Lanes, Morning, by_lane
from reader.morning.why import explain
from reader.ranking.model import ListPlace
from reader.ranking.rows import standings
from reader.ranking.topic import Mute
from reader.search.rows import index
from reader.texts.why import verdict_text
from tests.morning.test_today import CONFIG, RANKS, candidate, rows
from tests.mornings import at, bring, look, morning, talk
from tests.samples import DAY, FEEDS_TOML, NOW, a_library, paper, post

TOML = f"""{FEEDS_TOML}
[[feed]]
name = "blog"
url = "http://127.0.0.1:9/blog.rss"
[[search]]
name = "ponds"
query = "pond"
"""
MODELS = "A Large Language Model of Ponds"
SPEECH = "Speech Translation by Diffusion"
MUTE = Mute(1, 1, "word", "ponds", None, NOW, DAY)


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    """Open a library with one paper of an own topic, and three of a near one: talked about."""
    with a_library(tmp_path, TOML) as library:
        bring(
            library,
            DAY,
            paper(1, SPEECH, categories=("cs.CL",)),
            paper(2, MODELS, categories=("cs.CV",)),
            paper(3, "A Large Language Model of Tides", authors=("Di Reed",)),
            paper(4, "A Large Language Model of Moss"),
        )
        for row in (2, 3, 4):
            talk(library, DAY, row, "Cy Pond")
        yield library


def ids(entries: tuple[Entry, ...]) -> list[int]:
    return sorted(entry.paper.row for entry in entries)


def parted(found: Morning | Lanes) -> tuple[list[int], list[int], list[int]]:
    """Return the papers of the own lane, of the near lane and those that are hidden."""
    return ids(found.own), ids(found.near), ids(found.muted)


def seen(library: Library) -> tuple[list[int], list[int], list[int]]:
    return parted(morning(library, library.today()))


@pytest.mark.parametrize(
    ("kind", "value", "hidden"),
    [
        ("word", "pond", [2]),
        ("author", "Di Reed", [3]),
        ("category", "cs.CV", [2]),
        ("author", "Cy Pond", [2, 3, 4]),
        ("source", "timeline", [2, 3, 4]),
        ("word", "diffusion", []),
        ("word", "glacier", []),
    ],
)
def test_what_is_muted_is_hidden_and_counted_and_comes_back_at_once(
    library: Library, kind: str, value: str, hidden: list[int]
) -> None:
    before = morning(library, DAY)
    assert parted(before) == ([1], [2, 3, 4], [])
    mute(library, [(kind, value)])  # type: ignore[list-item]
    now = morning(library, DAY)
    rest = [row for row in (2, 3, 4) if row not in hidden]
    assert parted(now) == ([1], rest, hidden)
    assert now.n_talked + len(now.muted) == before.n_talked
    assert now.n_arrived == before.n_arrived
    assert all(one.muted_by[0].value == value and one.why for one in now.muted)
    undo(library)
    assert morning(library, DAY) == before


def test_a_paper_of_an_own_topic_stays_and_is_marked(library: Library) -> None:
    mute(library, [("word", "diffusion"), ("category", "cs.CL")])
    [entry] = morning(library, DAY).own
    assert [one.value for one in entry.muted_by] == ["diffusion", "cs.CL"]


@pytest.mark.parametrize("state", ["pick", "skip"])
def test_a_paper_that_was_decided_stays_and_is_marked(library: Library, state: str) -> None:
    look(library, DAY, may_fold=False)
    decide(library, "pick" if state == "pick" else "skip", ["arxiv:2506.00002"])
    mute(library, [("word", "pond")])
    assert seen(library) == ([1], [2, 3, 4], [])
    [entry] = [one for one in morning(library, DAY).near if one.paper.row == 2]
    assert entry.muted_by


def test_a_list_that_was_shown_hides_at_once_and_shows_again_in_its_order(library: Library) -> None:
    first = look(library, DAY, may_fold=False)
    mute(library, [("word", "pond"), ("author", "Cy Pond")])
    assert seen(library) == ([1], [], [2, 3, 4])
    look(library, DAY, may_fold=False)
    unmute(library, [("author", "Cy Pond")])
    assert seen(library) == ([1], [3, 4], [2])
    unmute(library, [("word", "pond")])
    assert rows(morning(library, DAY).near) == rows(first.near)


def test_other_people_and_sources_still_bring_a_paper_up(library: Library) -> None:
    talk(library, DAY, 3, "Em Shore")
    paper = papers.papers_at(library.db, [4])[0]
    sources.add_posts(library.db, [post("b", paper.record.id)], source="blog", on=DAY)
    mute(library, [("author", "Cy Pond")])
    assert seen(library) == ([1], [3], [2, 4]), "Cy's blog is Cy's too"
    [entry] = morning(library, DAY).near
    assert [m.author for m in entry.mentions] == ["Em Shore"]
    undo(library)
    mute(library, [("source", "timeline")])
    assert seen(library) == ([1], [4], [2, 3])


def test_votes_of_a_muted_list_bring_nothing_up(library: Library) -> None:
    bring(library, DAY, paper(5, "A Large Language Model of Votes"))
    listed = replace(post("v", "arxiv:2506.00005", author=""), n_votes=200)
    sources.add_posts(library.db, [listed], source="blog", on=DAY)
    assert seen(library) == ([1], [2, 3, 4, 5], [])
    mute(library, [("source", "blog")])
    assert seen(library) == ([1], [2, 3, 4], [5])


def test_a_followed_person_and_a_saved_search_are_not_muted(library: Library) -> None:
    bring(library, DAY, paper(5, "On Tides of Ponds", authors=("Mio Hoshi",)))
    index.add_paper_texts(library.db, range(1, 6))
    before = morning(library, DAY).searches
    assert [one.title for one in before[0].papers] == [MODELS, "On Tides of Ponds"]
    mute(library, [("word", "pond"), ("author", "Mio Hoshi")])
    now = morning(library, DAY)
    assert parted(now) == ([1, 5], [3, 4], [2])
    [followed] = [entry for entry in now.own if entry.paper.row == 5]
    assert [one.kind for one in followed.muted_by] == ["word", "author"]
    assert now.searches == before


def test_what_is_hidden_was_not_shown_and_comes_up_on_a_later_day(library: Library) -> None:
    mute(library, [("word", "pond")], until=DAY)
    look(library, DAY, may_fold=False)
    assert 2 not in standings.shown_on(library.db, DAY)
    tomorrow = at(library, DAY + timedelta(days=1))
    talk(tomorrow, DAY + timedelta(days=1), 2, "Di Reed")
    assert seen(tomorrow)[1:] == ([2], [])


def test_why_names_the_mute_that_hides_a_paper(library: Library) -> None:
    mute(library, [("word", "pond")])
    [paper] = papers.papers_at(library.db, [2])
    found = explain(library, paper)
    assert (found.lane, [one.value for one in found.muted_by]) == (None, ["pond"])
    assert verdict_text(found) == "A mute hides it: word “pond”."


def test_a_folded_list_counts_what_it_hides(library: Library) -> None:
    mute(library, [("word", "pond")])
    bring(library, DAY - timedelta(days=9), paper(9, "Speech Translation Long Ago"))
    look(library, DAY - timedelta(days=9), may_fold=True)
    later = DAY + timedelta(days=6)
    folded = morning(at(library, later), later, may_fold=True).folded
    assert folded
    assert (ids(folded.own), ids(folded.near), ids(folded.muted)) == ([1], [3, 4], [2])


def test_a_mute_counts_up_to_its_last_day(library: Library) -> None:
    yesterday, tomorrow = (at(library, DAY + timedelta(days=n)) for n in (-1, 1))
    until = last_day(yesterday, 2)
    assert until == DAY
    mute(yesterday, [("word", "pond")], until=until)
    assert seen(library)[2] == [2]
    assert seen(tomorrow)[2] == []
    assert ids(morning(tomorrow, DAY).muted) == [2], "the list of its last day stays as it was"
    assert [line.state for line in mute_lines(tomorrow)] == ["ended"]
    with pytest.raises(UsageError, match="is over"):
        mute(tomorrow, [("word", "moss")], until=DAY)
    new, known = mute(tomorrow, [("word", "pond")])
    assert (len(new), known) == (1, []), "one that has ended can be made again"


def test_the_day_on_which_a_mute_hid_something_is_kept(library: Library) -> None:
    mute(library, [("word", "pond"), ("word", "glacier")])
    assert [line.hid_on for line in mute_lines(library)] == [None, None]
    for _ in range(2):
        keep_shown(library, morning(library, DAY))
    assert [line.hid_on for line in mute_lines(library)] == [DAY, None]
    late = at(library, DAY + timedelta(days=91))
    assert [line.state for line in mute_lines(late)] == ["idle", "idle"]


def test_mutes_are_one_act_and_never_made_twice(library: Library) -> None:
    new, known = mute(library, [("word", "Pond"), ("author", "Cy Pond"), ("word", "pond")])
    assert ([one.value for one in new], known) == (["pond", "Cy Pond"], [])
    again, there = mute(library, [("word", "ponds' "), ("author", "CY POND")])
    assert ([one.value for one in again], there) == (["ponds'"], [new[1]])
    decide(library, "skip", ["arxiv:2506.00004"])
    acts = past_acts(library)
    assert [act.kind for act in acts] == ["skip", "mute", "mute"]
    assert acts[2].mutes == tuple(new)
    assert undo(library)[0].row == 4
    assert take_back(library).unmuted == tuple(again)
    assert take_back(library, acts[2].number).unmuted == tuple(new)
    with pytest.raises(NotKnown):
        take_back(library, acts[2].number)
    assert mute_lines(library) == []


def test_a_list_takes_back_only_a_mute_of_today(library: Library) -> None:
    mute(at(library, DAY - timedelta(days=1)), [("word", "pond")])
    with pytest.raises(UsageError, match="pond"):
        undo(library, only={1})
    mute(library, [("word", "moss")])
    assert undo(library, only={1}) == []
    assert [line.mute.value for line in mute_lines(library)] == ["pond"]


@pytest.mark.parametrize(
    ("kind", "value"),
    [("word", " — "), ("word", "x" * 201), ("category", "cs"), ("category", "cs.XY"),
     ("source", "nobody"), ("author", "")],
)  # fmt: skip
def test_what_nothing_can_have_is_refused(library: Library, kind: str, value: str) -> None:
    with pytest.raises(UsageError):
        mute(library, [("word", "pond"), (kind, value)])  # type: ignore[list-item]
    assert mute_lines(library) == []
    with pytest.raises(NotKnown):
        unmute(library, [("word", "pond")])


def test_parts_of_a_paper_are_its_words_people_category_and_sources(library: Library) -> None:
    [paper] = papers.papers_at(library.db, [2])
    assert parts_of(library, paper) == [
        ("word", "large language model"),
        ("author", "Ada Field"),
        ("author", "Bo Lind"),
        ("author", "Cy Pond"),
        ("category", "cs.CV"),
        ("source", "arXiv"),
        ("source", "timeline"),
    ]


DRAWN = st.lists(
    st.tuples(
        st.sampled_from(list(RANKS)),
        st.lists(st.sampled_from("CDE"), max_size=3, unique=True),
        st.sampled_from(["", "", "Mio"]),
        st.sampled_from(["candidate", "candidate", "pick", "skip"]),
        st.sampled_from(["", "paper", "talk", "both"]),
        st.sampled_from([None, None, "own", "near", "wild", "doubtful"]),
    ),
    max_size=20,
)


def quieted(one: Candidate, state: State, what: str) -> Candidate:
    """Mute a candidate: as a paper, or by all that is said of it."""
    paper = replace(one.paper, state=state)
    one = replace(one, paper=paper)
    if what in ("paper", "both"):
        one = replace(one, muted_by=(MUTE,))
    if what in ("talk", "both") and one.mentions and state == "candidate":
        one = replace(one, mentions=(), heat=(), loud=one, silenced_by=(MUTE,))
    return one


def as_without(one: Candidate) -> Candidate:
    return replace(one.loud or one, muted_by=())


@settings(deadline=None)
@given(DRAWN)
def test_no_paper_is_lost_and_no_own_or_decided_one_is_hidden(
    drawn: list[tuple[str, list[str], str, State, str, str | None]],
) -> None:
    wide = replace(CONFIG, minutes=10_000)
    all_ = [
        quieted(candidate(n, title, *people, followed=name), state, what)
        for n, (title, people, name, state, what, _kept) in enumerate(drawn, 1)
    ]
    kept = {n: ListPlace(one[5], n) for n, one in enumerate(drawn, 1) if one[5]}  # type: ignore[arg-type]
    # A list has one wild card.
    first = next((n for n, place in kept.items() if place.lane == "wild"), None)
    kept = {n: place for n, place in kept.items() if place.lane != "wild" or n == first}
    found, before = lanes(all_, wide, kept), lanes(map(as_without, all_), wide, kept)

    def there(listed: Lanes) -> set[int]:
        return {e.paper.row for several in by_lane(listed).values() for e in several}

    hidden = {entry.paper.row for entry in found.muted}
    assert not hidden & there(found)
    assert ids(found.own) == ids(before.own)
    assert all(entry.paper.state == "candidate" for entry in found.muted)
    # Five of the doubtful are shown, and what is less talked about now may be one of them.
    assert there(before) - there(found) - hidden <= set(ids(before.doubtful))
    assert found.n_talked <= before.n_talked
    marked = [e for several in by_lane(found).values() for e in several if e.muted_by]
    assert all(e.lane == "own" or e.paper.state != "candidate" for e in marked)
    assert lanes(reversed(all_), wide, kept) == found
