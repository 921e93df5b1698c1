"""Test the output and the exit codes of `reader search` and `reader similar`."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import click
import pytest

from reader.cli.frame import Settings, run
from reader.cli.output import wrap_marked
from reader.cli.search import show_result
from reader.library.folder import open_library
from reader.library.rows import papers
from reader.search.encode import index_words
from reader.search.find import SearchHit, SearchResult
from reader.search.rows import index
from reader.search.rows.index import PassageText
from tests.marked_pdfs import typeset
from tests.samples import DAY, FEEDS_TOML, NOW, Web, copy_tables, paper, tools

NO_MODEL = FEEDS_TOML + '[encoder]\nmodel = "/there/is/no/model"\n'
SNAILS = paper(1, "Snails in gardens", "We listen to snails, and to rain in gardens.")
TIDES = paper(2, "Tides", "An inland sea has tides of its own.")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("READER_NOW", NOW.isoformat())
    monkeypatch.setenv("COLUMNS", "80")
    (copy_tables(tmp_path) / "feeds.toml").write_text(NO_MODEL, "utf-8")
    with open_library(tmp_path, now=lambda: NOW) as library:
        papers.add_papers(library.db, [SNAILS, TIDES], source="arXiv", on=DAY)
        index.add_passages(
            library.db, 1, [PassageText("Rain falls. A snail hears it.", 3, "")], sha256="a"
        )
        index_words(library, tools(Web()))
    return tmp_path


def said(capsys: pytest.CaptureFixture[str], folder: Path, *args: str) -> tuple[int, str, str]:
    capsys.readouterr()
    code = run(list(args), Settings(folder))
    out, err = capsys.readouterr()
    return code, click.unstyle(out), err


def test_each_hit_has_its_place_its_id_and_the_sentence_that_answers(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = said(capsys, folder, "search", "snails hear")
    assert code == 7, "the model is missing, and words answered alone"
    assert out == (
        "PAPER Snails in gardens\n  arxiv:2506.00001 · Field & Lind · 2025\n"
        "  We listen to snails, and to rain in gardens.\n"
        "PAGE 3 Snails in gardens\n  arxiv:2506.00001 · Field & Lind · 2025\n  A snail hears it.\n"
    )
    assert "Only words were compared, not meaning." in err


def test_a_line_stands_before_what_has_no_word_and_is_not_near(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with open_library(folder, now=lambda: NOW) as library:
        snails, tides = papers.papers_at(library.db, [1, 2])
    hit = SearchHit("paper", snails, None, "", "", 1.0, has_words=True)
    far = replace(hit, kind="note", paper=tides, has_words=False, is_far=True)
    capsys.readouterr()
    show_result(SearchResult((hit, far)), [], "snails")
    assert re.findall("^[^ ].*", click.unstyle(capsys.readouterr().out), re.MULTILINE) == [
        "PAPER Snails in gardens",
        "Without these words, and not near by meaning:",
        "NOTE Tides",
    ]


def test_as_json_the_matches_are_places_in_the_sentence(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _, out, _ = said(capsys, folder, "search", "snail", "--json", "--passages")
    (hit,) = map(json.loads, out.splitlines())
    assert hit["matches"] == [{"start": 2, "end": 7}]
    assert (hit["page"], hit["has_words"], hit["also"]) == (3, True, [])


def test_filters_alone_list_the_newest_and_need_no_model(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = said(capsys, folder, "search", "author:lind", "year:2025")
    assert (code, err) == (0, "")
    assert re.findall(r"arxiv:\S+", out) == ["arxiv:2506.00002", "arxiv:2506.00001"]
    assert out.startswith("The newest that fit:\n")


def test_a_listing_does_not_say_that_its_papers_cannot_be_found(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with open_library(folder, now=lambda: NOW) as library:
        papers.add_papers(library.db, [paper(3, "Late")], source="arXiv", on=DAY)
    code, out, err = said(capsys, folder, "search", "author:lind")
    assert (code, "Late" in out) == (5, True)
    assert err == (
        "1 note, highlight or paper is not indexed yet. Papers are listed without the index, "
        "notes and highlights are not; `reader index` indexes them.\n"
    )
    _, out, err = said(capsys, folder, "search", "late")
    assert "Late" not in out
    assert "1 note, highlight or paper is not indexed yet and cannot be found; " in err


def test_ignored_parts_of_a_query_are_named(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = said(capsys, folder, "search", "author:lnid")
    assert (code, err) == (0, "There is no author lnid here; showing Lind.\n")
    assert "arxiv:2506.00001" in out


@pytest.mark.parametrize(
    ("args", "message"),
    [
        ((), "There is nothing to search for."),
        (("--", "-snail"), "This only leaves out. Add what to search for."),
        (("x", "--like", "feeds.toml"), "Give a query or --like, not both."),
    ],
)
def test_unanswerable_queries_are_refused_with_a_hint(
    folder: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    args: tuple[str, ...],
    message: str,
) -> None:
    monkeypatch.chdir(folder)
    code, out, err = said(capsys, folder, "search", *args)
    assert (code, out) == (2, "")
    assert message in err
    assert "Put the words in quotes" in err


def test_a_query_that_cannot_be_read_is_refused_with_its_place(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert said(capsys, folder, "search", "snail", "OR") == (
        2,
        "",
        "reader: The query cannot be read at “OR” (character 7): a word is missing beside OR.\n"
        '  Write it like (ASR OR "speech recognition") NOT survey.\n',
    )
    code, out, _ = said(capsys, folder, "search", "(snail OR rain) NOT (tide")
    assert (code, out) == (2, "")


def test_a_word_with_a_minus_is_left_out_and_a_wrong_option_is_told(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _, out, _ = said(capsys, folder, "search", "-snails", "author:lind", "sea", "--papers")
    assert re.findall(r"arxiv:\S+", out) == ["arxiv:2506.00002"]
    code, out, err = said(capsys, folder, "search", "sea", "--paper")
    assert (code, out) == (2, "")
    assert "There is no option --paper." in err


def test_a_text_or_a_pdf_stands_for_a_query(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "letter.txt").write_text("Do tides of the sea listen?", "utf-8")
    (folder / "paper.pdf").write_bytes(typeset("Tides of a Sea"))
    for name in ("letter.txt", "paper.pdf"):
        code, out, _ = said(capsys, folder, "search", "--like", str(folder / name), "--papers")
        assert code == 7
        assert out.startswith("PAPER Tides\n"), name
    (folder / "empty.txt").write_text(" \n", "utf-8")
    code, out, err = said(capsys, folder, "search", "--like", str(folder / "empty.txt"))
    assert (code, out) == (2, "")
    assert "has no words to search for" in err


def test_similar_says_what_a_paper_shares_and_that_it_is_not_encoded(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with open_library(folder, now=lambda: NOW) as library:
        third = paper(3, "Snails by night", "At night snails listen.")
        papers.add_papers(library.db, [third], source="arXiv", on=DAY)
        index_words(library, tools(Web()))
    code, out, err = said(capsys, folder, "similar", "2506.00001")
    assert code == 7
    assert out.splitlines() == [
        "PAPER Snails by night",
        "  arxiv:2506.00003 · Field & Lind · 2025",
        "  At night snails listen.",
        "  shared words: listen, snails",
    ]
    assert "this paper has no vector yet" in err


def test_a_saved_search_is_a_line_of_the_morning(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = NO_MODEL + '[[search]]\nname = "quiet ones"\nquery = "snails"\n'
    (folder / "feeds.toml").write_text(text, "utf-8")
    _, out, _ = said(capsys, folder, "today", "--no-fetch", "--date", f"{DAY}")
    lines = out.splitlines()
    at = lines.index("SAVED SEARCH  quiet ones: 1 new today (snails)")
    assert lines[at + 1] == "    Snails in gardens"
    assert lines[at + 2].startswith("SOURCES")


def test_a_saved_search_of_another_day_does_not_say_today(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    text = NO_MODEL + '[[search]]\nname = "quiet ones"\nquery = "snails"\n'
    (folder / "feeds.toml").write_text(text, "utf-8")
    monkeypatch.setenv("READER_NOW", (NOW + timedelta(days=2)).isoformat())
    _, out, _ = said(capsys, folder, "today", "--no-fetch", "--date", f"{DAY}")
    assert "SAVED SEARCH  quiet ones: 1 new that day (snails)" in out.splitlines()


def test_a_saved_search_names_three_titles_and_counts_the_rest(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = NO_MODEL + '[[search]]\nname = "quiet ones"\nquery = "snails"\n'
    (folder / "feeds.toml").write_text(text, "utf-8")
    titles = ["Snails in gardens", *(f"Snails of pond {n}" for n in range(4))]
    with open_library(folder, now=lambda: NOW) as library:
        several = [paper(n, title) for n, title in enumerate(titles[1:], 10)]
        papers.add_papers(library.db, several, source="arXiv", on=DAY)
        index_words(library, tools(Web()))
    _, out, _ = said(capsys, folder, "today", "--no-fetch", "--date", f"{DAY}")
    lines = out.splitlines()
    at = lines.index("SAVED SEARCH  quiet ones: 5 new today (snails)")
    assert lines[at + 1 : at + 5] == [f"    {title}" for title in (*titles[:3], "and 2 more")]
    _, out, _ = said(capsys, folder, "today", "--no-fetch", "--date", f"{DAY}", "--json")
    [saved] = json.loads(out)["searches"]
    assert (saved["n"], [one["title"] for one in saved["papers"]]) == (5, titles)
    assert saved["papers"][0]["id"] == SNAILS.id


def test_a_saved_search_says_why_it_finds_nothing(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = NO_MODEL + '[[search]]\nname = "hers"\nquery = "author:nobody"\n'
    (folder / "feeds.toml").write_text(text, "utf-8")
    _, out, _ = said(capsys, folder, "today", "--no-fetch", "--date", f"{DAY}")
    lines = out.splitlines()
    at = lines.index("SAVED SEARCH  hers: 0 new today (author:nobody)")
    assert lines[at + 1] == "    There is no author nobody here."
    _, out, _ = said(capsys, folder, "today", "--no-fetch", "--date", f"{DAY}", "--json")
    [saved] = json.loads(out)["searches"]
    assert saved["messages"] == ["There is no author nobody here."]


def test_matching_words_are_bold_across_lines() -> None:
    text = "The gardens listen to rain at night 庭は雨を聞く。"
    lines = list(wrap_marked(text, [(4, 11), (22, 29), (38, 41)], 20, "  "))
    assert [click.unstyle(line) for line in lines] == [
        "  The gardens listen",
        "  to rain at night",
        "  庭は雨を聞く。",
    ]
    bold = re.findall("\x1b\\[1m(.*?)\x1b\\[0m", "\n".join(lines))
    assert bold == ["gardens", "rain at", "雨を聞"]
