"""Hold the benchmark of the ranking on other data: other days, readers, lists, holes in it."""

from __future__ import annotations

import gzip
import json
import lzma
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from reader.library.config import Topic
from reader.ranking.learn import shipped
from tests.benchmarks.frame import DataMissing, Options, Result, is_aside
from tests.benchmarks.ranking import curated, lane, own, picks, talk, themes
from tests.benchmarks.ranking.caught import SHIPPED_FROM, SHIPPED_UNTIL, knows_shipped
from tests.benchmarks.ranking.mornings import Whole, load, whole_lists
from tests.benchmarks.ranking.peers import Texts, arxiv_sanity, plain_tfidf, zotero_arxiv_daily
from tests.benchmarks.ranking.shipped import Shipped
from tests.benchmarks.ranking.tasks import (
    Answer,
    Lesson,
    Task,
    interval,
    lead,
    mean_precision,
)

MONDAY = date(2031, 3, 3)
N_DAYS, N = 30, 12
OWN_PAPERS = 2
"""So many of a day's papers, the first ones, are of the own theme."""


def day(n: int) -> date:
    return MONDAY + timedelta(7 * (n // 5) + n % 5)


def id_of(n_day: int, n: int) -> str:
    return f"3103.{n_day * 100 + n:05}"


def record(n_day: int, n: int) -> dict[str, Any]:
    title = (
        f"Speech Translation of Kettles {n_day}" if n < OWN_PAPERS else f"On Lake {n} of {n_day}"
    )
    return {
        "id": id_of(n_day, n),
        "title": title,
        "authors": [f"Ada Pond {n}"],
        "abstract": f"We look at {'ears' if n < OWN_PAPERS else 'water'} number {n % 5}.",
        "categories": ["cs.CL"],
        "announced": day(n_day).isoformat(),
        "comment": None,
    }


def all_records() -> list[dict[str, Any]]:
    return [record(d, n) for d in range(N_DAYS) for n in range(N)]


def folder(
    beside: Path, records: Iterable[Mapping[str, Any]], sets: Mapping[str, Any] | None = None
) -> Options:
    """Write a data folder, and ask for its figures."""
    papers, bench = beside / "data/arxiv/papers", beside / "data/arxiv/bench"
    papers.mkdir(parents=True, exist_ok=True)
    bench.mkdir(exist_ok=True)
    with lzma.open(papers / "papers_2031-03.jsonl.xz", "wt", encoding="utf-8") as file:
        file.writelines(json.dumps(row) + "\n" for row in records)
    for name, rows in (sets or {}).items():
        (bench / f"{name}.json.gz").write_bytes(gzip.compress(json.dumps(rows).encode()))
    return Options(data=beside / "data", cache=beside / "cache")


def own_theme(*sources: str, span: Sequence[str] | None = None) -> dict[str, Any]:
    """Label the first paper of each day as core, and as taken by some lists."""
    rows = [
        {
            "id": id_of(d, 0),
            "announced": day(d).isoformat(),
            "st_grade": 2,
            "speech_area": True,
            "label_sources": ["judged", *sources],
        }
        for d in range(N_DAYS)
    ]
    return {"rows": rows} | ({"days_with_audio_lists": span} if span else {})


def judged(n_day: int, *ids: str) -> dict[str, Any]:
    return {"day": day(n_day).isoformat(), "judged": [{"id": id_, "grade": 2} for id_ in ids]}


def reader(name: str, n_history: int, **changed: Any) -> dict[str, Any]:
    picked = [{"id": id_of(d, 3), "picked": day(d).isoformat()} for d in range(N_DAYS)]
    return {
        "reader": name,
        "kind": "curated topic list, first commit that adds the id",
        "cut": day(n_history - 1).isoformat(),
        "size": "full",
        "history": picked[:n_history],
        "targets": picked[n_history:],
    } | changed


def names(results: Iterable[Result]) -> list[str]:
    return [result.name for result in results]


def note_of(results: Iterable[Result], name: str) -> str:
    return next(result.note for result in results if result.name == name)


def held_to(results: Iterable[Result]) -> set[str]:
    """Name what is held to a bar."""
    return {r.name for r in results if r.bar is not None or r.floor is not None}


@pytest.mark.parametrize("subject", [own, curated, picks, talk, themes])
def test_a_folder_without_a_set_says_which_is_missing(subject: Any, tmp_path: Path) -> None:
    with pytest.raises(DataMissing, match=r"there is no .*json\.gz"):
        subject.measure(folder(tmp_path, all_records()))


def test_papers_without_a_day_are_no_mornings(tmp_path: Path) -> None:
    options = folder(tmp_path, [{**record(0, 0), "announced": None}])
    with pytest.raises(DataMissing, match="day of announcement"):
        load(options.data, options.cache)


def test_what_a_record_lacks_is_empty(tmp_path: Path) -> None:
    bare = {"id": id_of(0, 0), "title": "On Lakes", "announced": day(0).isoformat()}
    nulls = {**record(0, 1), "authors": None, "abstract": None, "categories": None}
    options = folder(tmp_path, [bare, nulls])
    data = load(options.data, options.cache)
    for id_ in data.days[day(0)]:
        paper = data.papers[id_]
        assert (paper.authors, paper.abstract, paper.categories) == ((), "", ())
        assert data.features(id_)


def test_papers_are_kept_by_what_the_files_hold(tmp_path: Path) -> None:
    """Not by their names and sizes: those of another folder may be the same."""
    sizes: dict[int, str] = {}
    for n in range(1_000):
        title = f"On Lake {n:05}"
        options = folder(tmp_path, [{**record(0, 0), "title": title}])
        [file] = (options.data / "arxiv/papers").iterdir()
        before = sizes.setdefault(file.stat().st_size, title)
        if before != title:
            break
    folder(tmp_path, [{**record(0, 0), "title": before}])
    assert load(options.data, options.cache).papers[id_of(0, 0)].title == before
    folder(tmp_path, [{**record(0, 0), "title": title}])
    assert load(options.data, options.cache).papers[id_of(0, 0)].title == title


def test_two_runs_at_once_do_not_write_into_one_file(tmp_path: Path) -> None:
    options = folder(tmp_path, [record(0, 0)])
    load(options.data, options.cache)
    [kept] = (options.cache / "ranking").iterdir()
    content = kept.read_bytes()
    kept.unlink()
    other = kept.with_suffix(".part")
    other.write_bytes(b"what another run has so far")
    load(options.data, options.cache)
    assert kept.read_bytes() == content
    assert other.read_bytes() == b"what another run has so far"
    assert set((options.cache / "ranking").iterdir()) == {kept, other}


def test_the_data_says_which_days_are_whole(tmp_path: Path) -> None:
    options = folder(tmp_path, [], {"C_own_theme": own_theme(span=["2031-03-04", "2031-03-05"])})
    whole = whole_lists(options.data)
    assert [day(n) in whole for n in range(4)] == [False, True, True, False]
    folder(tmp_path, [], {"C_own_theme": own_theme()})
    assert whole_lists(options.data) == Whole()
    assert MONDAY in Whole()


def test_the_own_theme_is_measured_on_days_of_any_year(tmp_path: Path) -> None:
    """Whole lists may have begun before the data: then there are no earlier days for seeds."""
    options = folder(
        tmp_path,
        all_records(),
        {
            "C2_judged_days": [judged(20, id_of(20, 0), id_of(20, 1)), judged(25, id_of(25, 0))],
            "C_own_theme": own_theme(span=["2025-05-14", "2031-04-01"]),
        },
    )
    results = own.measure(options)
    assert note_of(results, "C2: MAP").startswith("6 days, 9 papers")
    assert "C2: beyond the first 10" in names(results)
    core = note_of(results, "own lane and maybe: recall on C core")
    assert core.startswith("22 days")  # 2031-04-01 is the 22nd; the later ones are not whole
    assert all("95 %" in result.note for result in results)
    # An absolute bar holds for the data that it was set on, those beside others everywhere.
    assert held_to(results) == {n for n in names(results) if "ahead of" in n} | {
        "own lane and maybe: missed on C2",
        "own lane and maybe: recall on C core",
        "own lane: length on C2's days, to that of the words alone",
        "own lane: length on C core's days, to that of the words alone",
    }


def test_the_lane_is_held_to_the_words_alone_on_any_data(tmp_path: Path) -> None:
    """Of three wanted papers the words find two."""
    options = folder(tmp_path, all_records())
    mornings = load(options.data, options.cache)
    wanted = frozenset({id_of(9, 0), id_of(9, 1), id_of(9, 5)})
    task = Task(day(9), Lesson(day(9), own.own_topics()), tuple(mornings.days[day(9)]), wanted)
    found = {
        r.name: r for r in lane.recall_on(options, Shipped.over(mornings), [task], name="C core")
    }
    recall = found["own lane and maybe: recall on C core"]
    assert recall.value == recall.floor == pytest.approx(200 / 3)
    length = found["own lane: length on C core's days, to that of the words alone"]
    assert (length.value, length.bar) == (1, lane.LONGER_BAR)


def test_seeds_are_drawn_before_the_day_where_the_earliest_days_do_not_suffice(
    tmp_path: Path,
) -> None:
    options = folder(tmp_path, all_records())
    seeds = own.Seeds(load(options.data, options.cache), day(8))
    early = {id_ for _, id_ in seeds.drawn(day(20), 0)}
    assert len(early) == own.SEEDS_A_TOPIC
    assert max(early) < id_of(8, 0)
    few = {id_ for _, id_ in seeds.drawn(day(2), 0)}
    assert few == {id_of(d, n) for d in range(2) for n in range(OWN_PAPERS)}
    late = own.Seeds(load(options.data, options.cache), date(2025, 5, 14)).drawn(day(20), 0)
    assert len(late) == own.SEEDS_A_TOPIC
    assert max(id_ for _, id_ in late) < id_of(20, 0)


def test_judged_days_without_what_is_wanted_are_said(tmp_path: Path) -> None:
    sets = {
        "C2_judged_days": [judged(20), judged(21, "9912.00001"), judged(22, id_of(22, 0))],
    }
    options = folder(tmp_path, all_records(), sets)
    results = own.measure(options)
    note = note_of(results, "C2: MAP")
    assert note.startswith("3 days, 3 papers")
    assert "2 days have nothing wanted; 1 wanted papers are not in the data" in note
    assert "C_own_theme" in note_of(results, "own: days measured")
    sets = {"C2_judged_days": [judged(20)]}
    results = own.measure(folder(tmp_path, all_records(), sets))
    assert "no judged day has a wanted paper" in note_of(results, "C2: days measured")


def test_a_judged_day_before_all_others_has_no_seeds_and_says_so(tmp_path: Path) -> None:
    options = folder(tmp_path, all_records(), {"C2_judged_days": [judged(0, id_of(0, 0))]})
    results = own.measure(options)
    assert "3 of 3 rankings had fewer than 20 of them, down to 0" in note_of(results, "C2: MAP")


def test_lists_that_are_not_known_are_topics_without_words(tmp_path: Path) -> None:
    theme = own_theme("awesome-lakes", "venue:pond", span=["2031-03-03", "2031-04-01"])
    options = folder(tmp_path, all_records(), {"C_own_theme": theme})
    results = curated.measure(options)
    note = note_of(results, "C curated: MAP")
    assert "whole lists, 2031-03-03 to 2031-04-01" in note
    assert note.endswith("topics without words: awesome-lakes")
    tasks = curated.tasks_of(options, load(options.data, options.cache), curated.Plan())
    first = MONDAY + (day(N_DAYS - 1) - MONDAY) / 2  # half of what is shorter than three months
    assert tasks[0].day >= first == curated.first_ranked(load(options.data, options.cache))
    assert {path for path, *_ in tasks[0].lesson.liked} == {"lists/awesome-lakes"}
    assert f"C curated, from {first}: MAP" in names(results)
    assert held_to(results) == {n for n in names(results) if "ahead of" in n}


def test_lists_that_took_nothing_are_said(tmp_path: Path) -> None:
    options = folder(tmp_path, all_records(), {"C_own_theme": own_theme()})
    [only] = curated.measure(options)
    assert (only.name, only.value) == ("C curated: days measured", 0)
    span = ["2025-05-14", "2026-04-30"]
    options = folder(tmp_path, all_records(), {"C_own_theme": own_theme("fd-slms", span=span)})
    results = curated.measure(options)
    assert "2026-04-30" in note_of(results, "C curated: days measured")
    assert note_of(results, names(results)[1]).startswith("15 days")


def test_readers_of_whom_nothing_is_known_are_left_out_by_name(tmp_path: Path) -> None:
    gone = {"history": [{"id": "9912.00001", "picked": "2031-03-03"}]}
    rows = [
        reader("one/list", 20),
        reader("two/log", 24, kind="personal log, read date"),
        reader("gone", 20, **gone),
        reader("small", 3, size="small"),
    ]
    options = folder(tmp_path, all_records(), {"B_own_picks": rows})
    results = picks.measure(options)
    note = note_of(results, "B frozen: MAP")
    assert note.endswith("2 readers; no picks or no targets in the data: gone")
    assert note_of(results, "B frozen: MAP, persons and editors").startswith("1 readers")
    assert note_of(results, "B frozen: MAP, topic lists").startswith("1 readers")
    ratios = {
        f"B {played}: {figure}"
        for played in ("frozen", "replayed")
        for figure in (
            "of the SVM's MAP",
            "of the SVM's MAP, without the best",
            "of the SVM's MAP, readers set aside",
            "readers with the SVM's recall@20 or more",
        )
    }
    assert held_to(results) == {n for n in names(results) if "ahead of" in n} | ratios


def test_small_readers_are_ranked_where_none_is_full(tmp_path: Path) -> None:
    rows = [reader("small", 3, size="small")]
    options = folder(tmp_path, all_records(), {"B_own_picks": rows})
    plan = picks.Plan(n_days=2, is_replayed=False)
    assert note_of(picks.measure(options, plan), "B frozen: MAP").startswith("2 days, 2 papers")
    rows = [reader("gone", 20, targets=[])]
    options = folder(tmp_path, all_records(), {"B_own_picks": rows})
    assert names(picks.measure(options)) == ["B frozen: days measured", "B replayed: days measured"]


def test_a_reader_whose_history_is_older_than_the_data_is_replayed_from_later_picks(
    tmp_path: Path,
) -> None:
    old = [{"id": "9912.00001", "picked": "2030-12-03"}]
    rows = [reader("one/list", 20, history=old)]
    options = folder(tmp_path, all_records(), {"B_own_picks": rows})
    results = picks.measure(options)
    assert names(results)[0] == "B frozen: days measured"
    assert note_of(results, "B replayed: MAP").startswith("9 days, 9 papers")


def talked(n_day: int, votes: int, on: int) -> dict[str, Any]:
    found = {"id": id_of(n_day, 0), "upvotes": votes, "hf_day": day(on).isoformat()}
    absent = {"id": "9912.00001", "upvotes": None, "hf_day": day(on).isoformat()}
    weekly = {"id": id_of(n_day, 1), "upvotes": None, "hf_day": None}
    return {"day": day(n_day).isoformat(), "talked": [found, absent, weekly]}


def test_days_are_reported_that_have_labels(tmp_path: Path) -> None:
    """The papers may go on for months after the last label."""
    labels = [talked(d, 30, d + 1) for d in range(20)]
    options = folder(tmp_path, all_records(), {"D_talked_about": labels})
    data, days = talk.with_labels(load(options.data, options.cache), labels)
    assert (days[0], days[-1]) == (day(0), day(19))
    assert day(19) < max(data.days) < day(N_DAYS)
    results = talk.measure(options)
    assert "; 5 days; " in note_of(results, "D any: drawn")
    peers = {f"D {what}: {peer}" for what in talk.BARS for peer in talk.PEERS}
    lived = {": near lane", f": {talk.SHIPPED}"}  # what they catch has a bar on its own data alone
    caught = {n for n in names(results) if "caught" in n and not any(map(n.endswith, lived))}
    ratio = {"D: to text alone, the lower of the two"}
    # No paper is of a near topic here, and no daily page is there.
    own = f"D, {talk.OWN}"
    absent = {f"{own} {what}: days measured" for what in talk.BARS}
    absent |= {f"D caught, {talk.OWN}: days measured", f"D: {talk.IMPORTED}: days measured"}
    assert absent <= set(names(results))
    assert held_to(results) == (peers | caught | ratio) - absent
    with pytest.raises(DataMissing, match="no day of D"):
        talk.with_labels(load(options.data, options.cache), [talked(900, 30, 901)])


def test_talk_that_nobody_could_learn_from_is_said(tmp_path: Path) -> None:
    """The first talk on the days that are reported, and few votes."""
    labels = [talked(d, 3, d + 1) if d > 25 else {"day": day(d).isoformat(), "talked": []}
              for d in range(N_DAYS)]  # fmt: skip
    options = folder(tmp_path, all_records(), {"D_talked_about": labels})
    results = talk.measure(options)
    assert {
        "D any: shipped and refitted",
        "D ≥ 10 up-votes: days measured",
        "D: text alone: days measured",
        "D: authors alone: days measured",
        "D caught: days measured",
    } <= set(names(results))
    assert "D any: text alone" not in names(results)


def test_the_days_that_shipped_numbers_know_are_those_of_their_file() -> None:
    found = re.search(r"of (\S+) to (\S+)\.\n", shipped())
    assert found
    assert found.groups() == (SHIPPED_FROM.isoformat(), SHIPPED_UNTIL.isoformat())
    assert knows_shipped([SHIPPED_UNTIL])
    assert not knows_shipped([SHIPPED_FROM - timedelta(2), SHIPPED_FROM - timedelta(1)])
    assert not knows_shipped([SHIPPED_UNTIL + timedelta(1)])


def test_peers_that_can_learn_nothing_rank_nothing(tmp_path: Path) -> None:
    options = folder(tmp_path, all_records())
    data = load(options.data, options.cache)
    texts, ids = Texts(data), data.days[day(4)]
    for topic in own.own_topics()[:1]:
        nothing_liked = Lesson(day(4), (topic,))
        for recipe in (arxiv_sanity(texts), zotero_arxiv_daily(texts.rows)):
            assert set(recipe(nothing_liked)(ids)) == {0.0}
        before_all = Lesson(day(0), (topic,), seeds=((topic.path, id_of(0, 0)),))
        assert set(arxiv_sanity(texts)(before_all)(ids)) == {0.0}
    wordless = Lesson(day(4), (Topic("lakes", "own", ""),))
    assert set(plain_tfidf(texts)(wordless)(ids)) == {0.0}


def test_draws_and_readers_of_one_day_are_drawn_together() -> None:
    """Three draws of seeds on nine days are nine days, not twenty-seven."""
    once = [Answer("0", day(n), 1, n % 3 / 2, 1, 1) for n in range(9)]
    none = [Answer("0", day(n), 1, 0.0, 0, 0) for n in range(9)]
    thrice = [Answer(str(g), a.day, 1, a.precision, 1, 1) for g in range(3) for a in once]
    nothing = [Answer(str(g), a.day, 1, 0.0, 0, 0) for g in range(3) for a in none]
    assert lead(thrice, nothing) == pytest.approx(lead(once, none))


def test_a_figure_has_the_interval_of_its_days() -> None:
    alike = [Answer("0", day(n), 1, 0.5, 1, 1) for n in range(9)]
    assert interval(mean_precision, alike) == (0.5, 0.5)
    unlike = [Answer("0", day(n), 1, float(n % 2), 1, 1) for n in range(10)]
    low, high = interval(mean_precision, unlike)
    assert 0.1 <= low < 0.5 < high <= 0.9


def test_a_lead_that_rests_on_one_reader_is_seen(tmp_path: Path) -> None:
    ours = [Answer(g, day(n), 2, p, 2, hits) for g, p, hits in LEADS for n in range(4)]
    svm = [Answer(g, day(n), 2, 0.5, 2, 1) for g, _, _ in LEADS for n in range(4)]
    found = {r.name: r for r in picks.beside_svm(folder(tmp_path, []), "B", ours, svm)}
    whole, rest, aside, worst, recalled = found.values()
    assert whole.ok
    assert rest.value == pytest.approx(100)
    assert not rest.ok
    assert rest.note.startswith("without best; ")
    assert [is_aside(name) for name, *_ in LEADS] == [False, True, False]
    assert aside.value == pytest.approx(110)
    assert aside.note.startswith("1 readers; ")
    assert "; the others 135.0, " in aside.note
    assert worst.value == pytest.approx(90)
    assert worst.note.startswith("worst; ")
    assert recalled.value == pytest.approx(200 / 3)
    assert recalled.note == "2 of 3; 95 %: 21 to 94; below it: worst"


LEADS = (("best", 0.9, 2), ("second", 0.55, 1), ("worst", 0.45, 0))
"""A reader, the precision of each of their days, and how many of two papers are in the first 20."""


def test_a_theme_is_known_by_its_list_and_day_one_knows_words_and_twenty_papers(
    tmp_path: Path,
) -> None:
    rows = [
        reader("ann/Awesome-Code-Lakes", 24),
        reader("ben/Awesome-Ponds", 20),
        reader("cy/log", 20, kind="personal log, read date"),
    ]
    options = folder(tmp_path, all_records(), {"B_own_picks": rows})
    data = load(options.data, options.cache)
    tasks = list(themes.tasks_of(rows[0], data, themes.Plan()))
    assert {task.lesson for task in tasks} == {tasks[0].lesson}
    assert (len(tasks[0].lesson.seeds), tasks[0].lesson.liked) == (themes.N_SEEDS, ())
    assert max(id_ for _, id_ in tasks[0].lesson.seeds) < min(tasks[0].candidates)
    results = themes.measure(options)
    note = note_of(results, "themes: MAP")
    assert note.startswith("6 days, 6 papers; 95 % of draws of days ")
    assert note.endswith("; no words, picks or targets: ben/Awesome-Ponds")
    options = folder(tmp_path, all_records(), {"B_own_picks": rows[1:]})
    assert names(themes.measure(options)) == ["themes: days measured"]
