"""Drive `reader week`, `stats` and `share` as a person does, on a library of a few days."""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from reader.base.text import columns
from reader.cli.habit import stats_lines
from reader.gathering.rows import sources
from reader.library.folder import open_library
from reader.library.paper import Batch
from reader.notes.rows.habit import FromSource
from reader.notes.week import stats
from tests.a_year import ANTS, CANDLE, FIRST, LADDER, QUIET, TITLES, WATER, a_reader
from tests.installed import READER, Ran, environment, run_here
from tests.samples import DAY, FEEDS_TOML, NOW, a_library
from tests.terminal import on_terminal
from tests.test_docs import differences


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return a_reader(tmp_path_factory.mktemp("made") / "library")


def reader(library: Path, *args: str, columns: int = 80) -> Ran:
    return run_here(*args, library=library, now=NOW, env={"COLUMNS": str(columns)})


def test_a_week_is_told_by_theme_in_key_sentences(library: Path) -> None:
    assert reader(library, "week").out.splitlines() == [
        "WEEK  2025-06-02 to 2025-06-08 · 2 written, 1 skimmed",
        "",
        "speech translation",
        f"  * {TITLES[1]}",
        "      一度目は雑音だけを聞き、二度目で訳す。",
        f"  ~ {TITLES[3]}",
        "      Ladders only.",
        "",
        "音声認識",
        f"  * {TITLES[2]}",
        "      Bubbles are words too.",
        "",
        "NEW LINKS",
        f"  {TITLES[0]}",
        f"    -> {TITLES[2]}",
        "",
        "SKIPPED, BUT WORTH A SECOND LOOK",
        f"  {TITLES[5]}",
        f"    arxiv:{ANTS} · skipped 2025-06-01; 2 people mentioned it since",
    ]


def test_a_week_of_another_day_and_one_without_a_note(library: Path) -> None:
    earlier = reader(library, "week", "--on", "2025-06-01").out
    assert earlier.startswith("WEEK  2025-05-26 to 2025-06-01 · 1 written, 0 skimmed\n")
    assert f"  * {TITLES[0]}\n      It guesses the verb" in earlier
    empty = reader(library, "week", "--on", "2025-05-20").out
    assert "No notes in this week." in empty
    found = json.loads(reader(library, "week", "--json").out)
    assert differences(found, "week") == []
    assert [one["id"] for one in found["read"]] == [f"arxiv:{i}" for i in (QUIET, LADDER, WATER)]
    assert found["links"][0]["to"]["id"] == f"arxiv:{WATER}"
    assert CANDLE not in json.dumps(found)


def test_stats_write_large_counts_with_their_thousands_apart(library: Path) -> None:
    with open_library(library, now=lambda: NOW) as here:
        found = stats(here, NOW.date())
    one = replace(found.days[-1], n_written=12_000, n_skimmed=1_000, n_recalled=6_000)
    large = replace(
        found,
        days=(*found.days[:-1], one),
        themes={"speech": 9_000, "text": 80},
        sources=(FromSource("arXiv", 88_450, 6_000, 5_999),),
    )
    shown = list(stats_lines(large, 80))
    assert "12,003 written, 1,000 skimmed, 6,000 recalled" in shown
    assert [re.sub(" +", " ", line) for line in shown if line.startswith("  ")][-3:] == [
        " speech 9,000 ####################",
        " text 80",
        " arXiv 88,450 6,000 5,999",
    ]
    assert {line.index("80") for line in shown if line.startswith("  text")} == {34}
    assert {line.index("9,000") for line in shown if line.startswith("  speech")} == {31}


@pytest.mark.parametrize("command", ["week", "stats"])
def test_a_future_day_is_refused(library: Path, command: str) -> None:
    ran = reader(library, command, "--on", "9999-12-31")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.splitlines()[0] == "reader: 9999-12-31 is in the future."


def test_stats_show_the_days_in_plain_characters(library: Path) -> None:
    out = reader(library, "stats").out
    shown = out.splitlines()
    assert len(shown) <= 24
    assert shown[0] == "STATS  2024-06-03 to 2025-06-04"
    assert shown[3] == "Mo  " + "." * 52 + "1"
    assert shown[9] == "Su  " + "-" * 51 + "1"  # written on a day off all the same
    assert "STREAK  3 days, longest 3. Days off and deadlines do not break it." in shown
    assert "3 written, 1 skimmed, 0 recalled" in shown
    assert "  speech translation               2  ####################" in shown
    assert "  音声認識                         1  ##########" in shown
    assert "  arXiv                               6       4       3" in shown
    assert max(columns(line) for line in shown) <= 80
    assert "\x1b" not in out


@pytest.mark.parametrize("width", [40, 100])
def test_stats_fit_the_screen(library: Path, width: int) -> None:
    shown = reader(library, "stats", columns=width).out.splitlines()
    weekdays = [line for line in shown if re.match(r"(Mo|Tu|We) ", line)]
    assert {len(line) for line in weekdays} == {min(57, width)}


def test_one_day_is_shown_on_demand(library: Path) -> None:
    assert reader(library, "stats", "--on", "2025-06-02").out.splitlines() == [
        "Monday, 2 June 2025",
        "1 written, 0 skimmed, 0 recalled; 0 new papers, 0 picked, 0 skipped",
        "",
        f"  * {TITLES[1]}",
        "    一度目は雑音だけを聞き、二度目で訳す。",
    ]
    assert reader(library, "stats", "--on", "2025-06-01").out.splitlines()[0] == (
        "Sunday, 1 June 2025  day off, or near a deadline"
    )
    found = json.loads(reader(library, "stats", "--on", "2025-06-01", "--json").out)
    assert differences(found, "stats") == []
    day = found["day"]
    assert (day["n_arrived"], day["n_skipped"], len(day["picked"])) == (6, 2, 4)


def test_the_map_is_drawn_into_files(library: Path, tmp_path: Path) -> None:
    svg, png = tmp_path / "map.svg", tmp_path / "map.png"
    code, out, err = reader(library, "stats", "--svg", str(svg), "--png", str(png))
    assert (code, out) == (0, "")
    assert err.splitlines() == [f"written: {svg}", f"written: {png}"]
    assert "2025-06-02: 1 paper written up" in svg.read_text("utf-8")
    assert png.read_bytes().startswith(b"\x89PNG")
    assert reader(library, "stats", "--svg", str(svg / "below.svg")).code == 6
    for option in ("--svg", "--png"):
        code, out, err = reader(library, "stats", option, "")
        assert (code, out, f"{option}: An empty text names no file" in err) == (2, "", True)
    assert reader(library, "stats", "--svg", "-") == (0, svg.read_text("utf-8"), "")


def test_a_paper_is_shared_as_markdown(library: Path) -> None:
    code, out, err = reader(library, "share", FIRST, "--no-figures", "--highlights", "2")
    assert (code, err) == (0, "")
    assert out == (
        f"# {TITLES[0]}\n\nAda Field, Bo Lind · 2025  \n<https://arxiv.org/abs/{FIRST}>\n\n"
        "## Problem\nThe verb comes last. Nobody can wait that long.\n\n"
        "## Idea\nIt guesses the verb and takes it back when it was wrong."
        " A listener hardly minds.\n\n## Doubt\nOnly German.\n\n"
        f"Like [the divers](<https://arxiv.org/abs/{WATER}>).\n\n"
        "> listeners hardly mind (p. 3)\n>\n> — 本当に？\n"
    )
    listed = reader(library, "highlights", FIRST).out
    assert "PAGE 3  highlight, yellow, #2" in listed


def test_a_page_is_written_whole_or_to_standard_output(library: Path, tmp_path: Path) -> None:
    file = tmp_path / "page.html"
    code, out, err = reader(library, "share", FIRST, QUIET, "--html", str(file))
    assert (code, out) == (0, "")
    assert re.fullmatch(r"written: .*page.html \(\d+ kB\)\n", err)
    page = file.read_text("utf-8")
    assert page == reader(library, "share", FIRST, QUIET, "--html", "-").out
    assert "<title>2 papers</title>" in page
    assert page.count("<article>") == 2
    assert "data:image/png;base64,iVBOR" in page


@pytest.mark.parametrize("target", ["new/deep/page.html", "new/folder/", "folder"])
def test_the_folder_of_a_page_is_made_where_it_is_missing(
    library: Path, tmp_path: Path, target: str
) -> None:
    (tmp_path / "folder").mkdir()
    code, _, err = reader(library, "share", FIRST, "--html", f"{tmp_path}/{target}")
    (file,) = [one for one in tmp_path.rglob("*.html") if library not in one.parents]
    is_named = target.endswith(".html")
    name = target if is_named else f"{target.rstrip('/')}/papers-{NOW.date()}.html"
    assert (code, file) == (0, tmp_path / name)
    assert err.startswith(f"written: {file} (")
    assert TITLES[0] in file.read_text("utf-8")


def test_pictures_are_not_printed_on_a_terminal(library: Path) -> None:
    env = environment(library, NOW, {"TERM": "xterm"})
    with on_terminal([READER, "share", FIRST], env) as screen:
        screen.until("Figures are left out on a terminal")
        assert screen.end() == 0
    assert "base64" not in screen.text()


def test_a_week_without_a_note_is_said(library: Path, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    for more in ([], ["--html", str(page)]):
        code, out, err = reader(library, "share", "--week", "2024-06-05", *more)
        assert (code, out, page.exists()) == (0, "", False)
        assert err == (
            "Nothing was written up from 2024-06-03 to 2024-06-09, so there is nothing to share.\n"
        )
    assert "reader week --on 2024-05-27" in reader(library, "week", "--on", "2024-06-05").out


def test_a_week_before_the_library_began_leads_no_further_back(tmp_path: Path) -> None:
    (tmp_path / "feeds.toml").write_text(FEEDS_TOML, "utf-8")
    with a_library(tmp_path) as here:
        sources.add_batch(here.db, Batch("arXiv", DAY, 0, 0, "empty"), now=NOW, on=DAY)
    out = reader(tmp_path, "week", "--on", "2024-06-05").out
    assert out.splitlines()[1:] == [f"No notes in this week: this library began on {DAY}."]
    out = reader(tmp_path, "week", "--on", f"{DAY}").out
    assert out.splitlines()[1:] == ["No notes in this week yet. What waits for one: reader queue"]


def test_a_week_is_shared_for_a_group(library: Path) -> None:
    out = reader(library, "share", "--week", "2025-06-04").out
    assert out == reader(library, "share", "--week").out
    assert re.findall(r"^#+ (.*)", out, re.MULTILINE)[:3] == [
        "Papers of the week, 2025-06-02 to 2025-06-08",
        "speech translation",
        TITLES[1],
    ]
    assert TITLES[3] not in out


def test_left_out_parts_are_counted_on_stderr(tmp_path: Path, library: Path) -> None:
    other = shutil.copytree(library, tmp_path / "other")
    said = f"See {other}/feeds.toml and [[nobody]]. It hears."
    assert reader(other, "note", LADDER, "-m", said).code == 0
    code, out, err = reader(other, "share", LADDER)
    assert (code, err) == (0, "Private parts left out of your words: 2.\n")
    assert "See … and …. It hears." in out
    assert reader(other, "share", LADDER, "--quiet").err == ""


@pytest.mark.parametrize(
    ("args", "said"),
    [
        ([], "Give IDs, or --week."),
        ([FIRST, "--week"], "Give IDs, or --week."),
        (["--week", "soon"], "“soon” is not a day."),
        ([FIRST, "--highlights", "some"], "--highlights 'some' is not valid."),
        ([FIRST, "--highlights", "9"], "There is no highlight 9; highlights of this paper: 2."),
        ([FIRST, QUIET, "--highlights", "1"], "Numbers of highlights need exactly one ID."),
    ],
)
def test_invalid_share_arguments_are_refused(library: Path, args: list[str], said: str) -> None:
    code, out, err = reader(library, "share", *args)
    assert (code, out) == (2, "")
    assert said in err
