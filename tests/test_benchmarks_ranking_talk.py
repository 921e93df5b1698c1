"""The benchmark of the talk: what a morning may know, and how its figures are counted."""

from __future__ import annotations

import gzip
import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from reader.library.paper import Paper
from reader.ranking.forecast import AuthorRecord, Coefficients
from tests.benchmarks.frame import DataMissing, keep
from tests.benchmarks.ranking import intervals
from tests.benchmarks.ranking.caught import (
    CAP,
    Catches,
    could_be_seen,
    measure_caught,
    play_near,
    within,
)
from tests.benchmarks.ranking.caught import catches as played
from tests.benchmarks.ranking.caught import forecasts as foretold_by
from tests.benchmarks.ranking.foretold import table
from tests.benchmarks.ranking.imported import imported_votes
from tests.benchmarks.ranking.members import members
from tests.benchmarks.ranking.mornings import Mornings
from tests.benchmarks.ranking.replayed import Replay, replay
from tests.benchmarks.ranking.talk import (
    EMPTY,
    IMPORTED,
    OWN,
    average_precision,
    measure_forecast,
    refitted,
    reported_days,
)
from tests.benchmarks.ranking.talk_peers import as_often

MONDAY = date(2031, 3, 3)
N = 24


def day(n: int) -> date:
    """Give the n-th weekday from a Monday on."""
    return MONDAY + timedelta(7 * (n // 5) + n % 5)


def label(id_: str, on: date, n_votes: int) -> dict[str, object]:
    return {"id": id_, "hf_day": on.isoformat(), "upvotes": n_votes, "mpotw_week": None}


def some_mornings(n_days: int) -> Mornings:
    """Invent days of N papers; the first of each is by Ada Pond, about frogs."""
    papers, days = {}, {}
    for n in range(n_days):
        ids = [f"3103.{n * 100 + k:05}" for k in range(N)]
        for k, id_ in enumerate(ids):
            author, text = ("Ada Pond", "frogs") if k == 0 else (f"Cy Lake {n} {k}", "lakes")
            papers[id_] = Paper(
                (f"arxiv:{id_}",), f"On {text}", (author,), text, announced_on=day(n)
            )
        days[day(n)] = ids
    return Mornings(papers, days)


def some_labels(n_days: int, *, late: int = 0) -> list[dict[str, object]]:
    """The first paper of each day is talked about, so many days later."""
    return [
        {"day": day(n).isoformat(), "talked": [label(f"3103.{n * 100:05}", day(n + late), 30)]}
        for n in range(n_days)
    ]


def a_replay(n_days: int, *, late: int = 0) -> Replay:
    return replay(some_mornings(n_days), some_labels(n_days, late=late), seed=1)


def first(replayed: Replay, n: int) -> tuple[AuthorRecord, ...]:
    return replayed.seen[day(n)][0].records


def test_a_record_knows_earlier_days_and_labels_revealed_before_its_morning() -> None:
    replayed = a_replay(4)
    assert [first(replayed, n)[0].n_papers for n in range(4)] == [0, 1, 2, 3]
    assert [first(replayed, n)[0].n_hot for n in range(4)] == [0, 1, 2, 3]
    later = a_replay(4, late=2)
    assert [first(later, n)[0].n_papers for n in range(4)] == [0, 1, 2, 3]
    assert [first(later, n)[0].n_hot for n in range(4)] == [0, 0, 0, 1]


def test_a_label_is_no_example_before_its_day_is_over() -> None:
    replayed = a_replay(4, late=2)
    known = [e.n_votes for e in replayed.history(day(3)) if e.records[0].author == "Ada Pond"]
    assert known == [30, None, None]
    assert replayed.history(day(0)) == []


def test_only_the_daily_page_reveals() -> None:
    labels = some_labels(2)
    labels[0]["talked"] = [{"id": "3103.00000", "hf_day": None, "upvotes": None, "mpotw_week": "x"}]
    assert set(replay(some_mornings(2), labels, seed=1).talked) == {"3103.00100"}


def test_the_last_quarter_from_a_months_first_day_on_is_reported() -> None:
    days = [date(2031, 1, 1) + timedelta(n) for n in range(181)]
    assert reported_days(days)[0] == date(2031, 6, 1)
    assert reported_days(days)[-1] == days[-1]
    assert reported_days([MONDAY]) == [MONDAY]


def test_precision_is_averaged_over_the_right_places() -> None:
    assert average_precision(["a", "b", "c"], {"a", "c"}) == (1 + 2 / 3) / 2
    assert average_precision(["a"], set()) is None
    assert average_precision([], {"a"}) is None


def test_an_interval_holds_the_difference_of_the_days_that_both_have() -> None:
    assert intervals.of_means([0.5, 0.75, None], [0.25, 0.5, 0.1]) == (0.25, 0.25)
    low, high = intervals.of_means([0.9, 0.1] * 20, [0.5, 0.5] * 20)
    assert low < 0 < high
    assert intervals.of_shares([(2, 1, 4)] * 5) == (0.25, 0.25)
    assert intervals.of_means([], []) == intervals.of_shares([]) == (0.0, 0.0)
    assert intervals.shown((0.031, -0.002)) == "+3.1 to -0.2"


def test_every_recipe_is_measured_for_any_talk_and_for_much() -> None:
    replayed = a_replay(20)
    days = reported_days(replayed.days)
    results = measure_forecast(replayed, days, refitted(replayed, days, is_quick=True))
    names = [r.name for r in results]
    assert len(names) == len(set(names)) == 13
    assert {r.value for r in results if "authors alone" in r.name} == {100.0}


def test_votes_of_the_evening_before_are_caught_and_later_ones_late() -> None:
    replayed = a_replay(20, late=1)
    shown = played(replayed, replayed.days[10:], [(day(0), Coefficients())], is_quick=True).shown
    id_ = "3103.01200"
    assert shown["votes alone"][id_] == day(14)
    assert set(shown) == {
        "near lane", "votes alone", "forecast alone", "authors alone", "text alone",
    }  # fmt: skip
    per_day = [sum(on == d for on in shown["near lane"].values()) for d in replayed.days[10:]]
    assert max(per_day) == 1
    by_forecast = shown["forecast alone"].values()
    every_day = [sum(on == d for on in by_forecast) for d in replayed.days[12:]]
    assert max(every_day) == CAP


def test_a_few_new_papers_are_shown_for_their_forecast_and_once_more_for_their_votes() -> None:
    replayed = a_replay(20, late=1)
    days = replayed.days[10:]
    likely = foretold_by(replayed, days, [(day(0), Coefficients(start=1.0))])
    shown = play_near(replayed, days, likely, n_foretold=3)
    per_day = [sum(on == d for on in shown.on.values()) for d in days]
    assert set(per_day) == {3}
    first_ones = {f"3103.{n * 100:05}" for n in range(10, 20)}
    assert shown.foretold >= first_ones
    assert shown.again == first_ones - {"3103.01800", "3103.01900"}
    none = play_near(replayed, days, likely, n_foretold=0)
    assert (none.foretold, none.again) == (set(), set())
    assert none.on.keys() == shown.again


def test_the_table_of_what_is_foretold_has_a_line_for_each_number() -> None:
    replayed = a_replay(20, late=1)
    likely = foretold_by(replayed, replayed.days, [(day(0), Coefficients(start=1.0))])
    _, none, some = table(replayed, likely, (0, 3))
    assert none.startswith("   0  ")
    assert none.endswith("0.0; talked about later 0 %, much 0 %; again 0")
    assert some.endswith("3.0; talked about later 33 %, much 33 %; again 18")


def test_what_is_shown_within_days_is_counted_of_all_and_of_what_could_be_seen() -> None:
    replayed = a_replay(10, late=1)
    on_time = {f"3103.{n * 100:05}": day(n) for n in range(0, 10, 2)}
    assert within(replayed, on_time, replayed.days, 5) == 0.5
    assert could_be_seen(replayed, replayed.days, 5) == 0.8
    late = {id_: on + timedelta(6) for id_, on in on_time.items()}
    assert within(replayed, late, replayed.days, 5) == 0.0
    found = Catches({"near lane": on_time}, replayed.days, replayed.days[5:])
    results = measure_caught(replayed, found)
    assert [round(r.value, 1) for r in results] == [50.0, 62.5, 50.0, 62.5]
    assert not any(r.ok for r in results)


def pages(folder: Path, replayed: Replay) -> Path:
    """Write the daily pages of a data folder: those that the labels are from."""
    rows = [
        {"id": id_, "day": found.on.isoformat(), "upvotes": found.n_votes, "title": "On frogs"}
        for id_, found in replayed.talked.items()
    ]
    file = folder / "arxiv" / "heat" / "heat_hf.jsonl.gz"
    file.parent.mkdir(parents=True)
    file.write_bytes(gzip.compress("\n".join(map(json.dumps, rows)).encode()))
    return folder


def test_imported_votes_are_records_as_of_each_morning(tmp_path: Path) -> None:
    replayed = a_replay(4)
    mornings = {day(n): replayed.seen[day(n)] for n in (2, 3)}
    found = imported_votes(pages(tmp_path, replayed), replayed.papers, mornings)
    ada = [found.of(mornings[day(n)][0])[0] for n in (2, 3)]
    # Of a paper that is known by its votes alone another one is supposed; the first day's paper
    # has a number, 00000, that arXiv never gives.
    assert [(r.n_papers, r.n_hot, r.n_supposed) for r in ada] == [(1, 1, 1), (2, 2, 2)]
    assert [r.doublings for r in ada] == pytest.approx([4.954, 9.908], abs=0.001)
    assert found.of(mornings[day(3)][1]) == (AuthorRecord("Cy Lake 3 1", 0, 0),)
    assert (found.stored.first, found.stored.last) == (day(2) - timedelta(365), day(3))
    assert found.stored.n_papers == 3
    with pytest.raises(DataMissing):
        imported_votes(tmp_path / "elsewhere", replayed.papers, mornings)


def test_an_empty_library_an_import_and_the_near_lanes_own_have_their_figures(
    tmp_path: Path,
) -> None:
    replayed = a_replay(20)
    days = reported_days(replayed.days)
    votes = imported_votes(
        pages(tmp_path, replayed), replayed.papers, {d: replayed.seen[d] for d in days}
    )
    refits = refitted(replayed, days, is_quick=True)
    # Of the near lane's own members the talked-about ones are the first by their numbers.
    only = {f"3103.{n * 100 + k:05}": 1.0 for n in range(20) for k in (0, 5)}
    results = {r.name: r for r in measure_forecast(replayed, days, refits, votes=votes, only=only)}
    assert results[f"D any: {IMPORTED}"].value == results[f"D, {OWN} any: {IMPORTED}"].value == 100
    assert results[f"D any: {EMPTY}"].value < results[f"D, {OWN} any: {EMPTY}"].value
    gained = results["D: a year of votes imported, to an empty library, the lower of the two"]
    assert gained.value == pytest.approx(100 / results[f"D any: {EMPTY}"].value)
    assert "95 %" in gained.note


def test_a_peer_is_fitted_as_often_as_ours() -> None:
    def fit(first: date) -> Mapping[str, float]:
        return {"a": float(first.day)}

    ranker = as_often(lambda first: lambda _: fit(first), [day(0), day(5)])
    assert ranker
    assert [ranker(day(n))["a"] for n in (0, 4, 5, 9)] == [3.0, 3.0, 10.0, 10.0]
    assert as_often(lambda first: None, [day(0)]) is None


def test_only_members_are_shown_and_by_their_closeness() -> None:
    replayed = a_replay(20, late=1)
    days = replayed.days[10:]
    likely = foretold_by(replayed, days, [(day(0), Coefficients(start=1.0))])
    only = {f"3103.{n * 100 + k:05}": 0.9 if k == 7 else 0.1 for n in range(20) for k in range(9)}
    shown = play_near(replayed, days, likely, n_foretold=1, only=only).on
    assert shown.keys() <= only.keys()
    assert {f"3103.{n * 100 + 7:05}" for n in range(10, 20)} <= shown.keys()
    papers = {id_: 1.0 for id_ in only if id_.endswith("01")}
    assert could_be_seen(replayed, days, 5, papers) == 0.0


def test_members_are_of_a_near_topic_and_of_no_own_one() -> None:
    titles = ["On a large language model", "Large language models for speech translation", "Lakes"]
    mornings = some_mornings(2)
    ids = mornings.days[day(1)][:3]
    papers = {
        **mornings.papers,
        **{i: replace(mornings.papers[i], title=t) for i, t in zip(ids, titles, strict=True)},
    }
    found = members(Mornings(papers, mornings.days), [day(1)])
    assert list(found) == ids[:1]
    assert 0.5 <= found[ids[0]] < 1


def test_a_ratio_has_an_interval_of_its_own() -> None:
    assert intervals.of_ratio([(0.6, 0.3), (None, 0.1), (0.2, 0.1)]) == pytest.approx((2.0, 2.0))
    low, high = intervals.of_ratio([(0.9, 0.3), (0.1, 0.4)] * 10)
    assert low < 1 / 0.7 < high
    assert intervals.spanned((0.5, 0.75)) == "95 % 50.0 to 75.0"


def test_what_is_kept_is_whole_and_has_nothing_beside_it(tmp_path: Path) -> None:
    file = tmp_path / "cache" / "papers"
    keep(file, b"one")
    keep(file, b"two")
    assert [(f.name, f.read_bytes()) for f in file.parent.iterdir()] == [("papers", b"two")]
