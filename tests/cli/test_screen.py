"""Test how papers and new versions are shown on the screen and in JSON."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import click
import pytest

from reader.base.text import columns
from reader.cli.listing import entry_lines, morning_lines
from reader.cli.output import encode, paper_lines, with_hint
from reader.library.paper import LibraryPaper
from reader.library.post import PostMention
from reader.morning.values import Entry, Morning, NewVersion, Quota, SourceLine, Sureness
from tests.samples import DAY, paper

HELD = LibraryPaper(1, paper(1, "Gardens", version=2), "read", DAY)
MORNING = Morning(
    day=DAY, own=(), near=(), wild=None, n_arrived=0, n_talked=0, undecided=(), new_versions=(),
    quota=Quota(3, 0, 0), balance={}, sources=(),
)  # fmt: skip


def shown(version: NewVersion) -> list[str]:
    lines = morning_lines(replace(MORNING, new_versions=(version,)), 100)
    return [click.unstyle(line) for line in lines]


@pytest.mark.parametrize(
    ("comment", "changed", "line"),
    [
        ("", ("title", "abstract"), "    changed: title, abstract"),
        ("Accepted at Gardens", ("comment",),
         "    changed: comment (now “Accepted at Gardens”)"),
        ("", ("authors", "comment"), "    changed: authors, comment"),
    ],
)  # fmt: skip
def test_a_new_version_says_what_it_changed(
    comment: str, changed: tuple[str, ...], line: str
) -> None:
    paper = replace(HELD, record=replace(HELD.record, comment=comment))
    assert line in shown(NewVersion(paper, 2, changed))


def test_a_new_version_of_which_nothing_else_is_known_has_one_line() -> None:
    assert not any("changed" in line for line in shown(NewVersion(HELD, 2)))


@pytest.mark.parametrize("width", range(10, 40))
def test_a_title_is_bold_line_by_line_whatever_its_length(width: int) -> None:
    library_paper = LibraryPaper(
        1, paper(1, "A Title of Some Length"), state="candidate", arrived_on=DAY
    )
    for line in paper_lines(library_paper, width):
        assert click.unstyle(line) == line or line.endswith("\x1b[0m")
        assert "\x1b" not in click.unstyle(line)


def test_missing_days_of_a_source_are_one_line_that_fits() -> None:
    days = [SourceLine("arXiv OAI", "partial", None, 0, DAY + timedelta(n), "no answer.")
            for n in range(4)]  # fmt: skip
    other = SourceLine("arXiv feed cs.CL with a very long name of its own", "failed", covers=DAY)
    lines = [click.unstyle(line) for line in
             morning_lines(replace(MORNING, sources=(*days, other)), 80)]  # fmt: skip
    assert max(map(len, lines)) <= 80
    text = " ".join(" ".join(lines).split())
    assert "! arXiv OAI: 0 of ? for 4 days from 2025-06-04 to 2025-06-07. The next gather" in text
    assert text.count("! arXiv OAI") == 1
    assert f"nothing received for {DAY}" in text


def test_each_day_is_named_once_with_the_counts_of_its_sources() -> None:
    days = [
        SourceLine(name, "complete", of, of, DAY + timedelta(n))
        for n, counts in enumerate([(7, 7), (5, 4)])
        for name, of in zip(("arXiv", "arXiv OAI"), counts, strict=True)
    ]
    lines = map(click.unstyle, morning_lines(replace(MORNING, sources=tuple(days)), 120))
    [said] = [line for line in lines if line.startswith("SOURCES")]
    assert said == (
        "SOURCES  2 of 2 up to date: arXiv, arXiv OAI 7 of 7 (2025-06-04), "
        "arXiv 5 of 5, arXiv OAI 4 of 4 (2025-06-05)"
    )


def test_a_near_paper_of_no_near_topic_is_said_to_be_outside() -> None:
    entry = Entry(replace(HELD, state="candidate"), "near", None, 1.0, "mentioned by Cy.", (), ())
    near = replace(MORNING, near=(entry,))
    lines = [click.unstyle(line) for line in morning_lines(near, 100)]
    assert "     arxiv:2506.00001 · outside your topics · Ada Field, Bo Lind" in lines
    assert encode(near)["near"][0]["topic"] is None


def test_posts_are_shown_whole_in_lines_that_fit() -> None:
    text = "We tried it on our own data, and it holds. " * 6
    said = PostMention(1, "Cy", f"{text}{HELD.record.id}", "", "timeline", id=HELD.record.id)
    entry = Entry(HELD, "near", "nlp/llm", 1.0, "mentioned by Cy.", (said,), ())
    lines = [click.unstyle(line) for line in morning_lines(replace(MORNING, near=(entry,)), 80)]
    first = next(n for n, line in enumerate(lines) if line.startswith("     Cy: "))
    shown = lines[first : first + 4]
    assert all(len(line) <= 80 for line in shown)
    assert " ".join(line.strip() for line in shown) == f"Cy: {text.strip()}"
    assert encode(replace(MORNING, near=(entry,)))["near"][0]["mentions"] == [
        {"author": "Cy", "text": text.strip(), "url": ""}
    ]


def test_the_json_names_the_fields() -> None:
    found = encode(replace(MORNING, new_versions=(NewVersion(HELD, 2, ("title",)),)))
    (version,) = found["new_versions"]
    assert (version["id"], version["version"], version["changed"]) == (
        HELD.record.id, 2, ["title"])  # fmt: skip


MINE = Entry(HELD, "own", "speech/translation", 2.0, "“ASR” in the title.", (), ("arXiv",))


@pytest.mark.parametrize("width", [20, 40, 80])
@pytest.mark.parametrize(
    ("sureness", "mark"), [("sure", "⣿ "), ("likely", "⣤ "), ("maybe", "⣀ "), (None, "")]
)
def test_a_mark_before_the_title_shows_the_sureness(
    width: int, sureness: Sureness | None, mark: str
) -> None:
    entry = replace(MINE, sureness=sureness, paper=replace(HELD, state="candidate"))
    lines = [click.unstyle(line) for line in entry_lines(entry, width, 3)]
    assert lines[0] == f"   3 {mark}Gardens"
    assert max(columns(line) for line in lines) <= width


def test_a_line_names_both_topics_where_two_are_close() -> None:
    entry = replace(MINE, also=("speech/recognition",), sureness="likely")
    lines = [click.unstyle(line) for line in entry_lines(entry, 120, 1)]
    assert "speech/translation, speech/recognition" in lines[1]
    printed = encode(entry)
    assert (printed["topic"], printed["also"], printed["sureness"]) == (
        "speech/translation", ["speech/recognition"], "likely"
    )  # fmt: skip


@pytest.mark.parametrize(
    ("message", "hint", "expected"),
    [
        ("ISCA: no feed", "Open its page.", "ISCA: no feed. Open its page."),
        ("It failed.", "Try again.", "It failed. Try again."),
        ("失敗しました。", "もう一度。", "失敗しました。もう一度。"),
        ("no answer", "", "no answer"),
    ],
)
def test_a_message_and_its_remedy_are_two_sentences(message: str, hint: str, expected: str) -> None:
    assert with_hint(message, hint) == expected


def test_titles_show_no_tex() -> None:
    library_paper = LibraryPaper(
        1, paper(1, "Waiting for $\\alpha$ and \\emph{gardens}"), "read", DAY
    )
    [title, *_] = entry_lines(replace(MINE, paper=library_paper), 80, 1)
    assert click.unstyle(title).endswith("Waiting for α and gardens")
    assert click.unstyle(next(paper_lines(library_paper, 80))) == "Waiting for α and gardens"


def test_undecided_papers_of_many_days_are_counted_with_the_way_to_one_day() -> None:
    days = tuple((DAY - timedelta(n), n) for n in range(1, 6))
    lines = " ".join(morning_lines(replace(MORNING, undecided=days), 100))
    assert (
        "UNDECIDED  15 papers of your own topics from earlier days: 2025-06-03 (1), "
        "2025-06-02 (2), 2025-06-01 (3) and earlier. To see a day: reader today --date 2025-06-03"
    ) in lines


def test_after_days_away_a_paper_is_marked_with_the_day_that_announced_it() -> None:
    paper = replace(HELD, record=replace(HELD.record, announced_on=DAY - timedelta(4)))
    told, other = (Entry(one, "own", "a", 1.0, "", (), ()) for one in (paper, HELD))
    lines = [next(entry_lines(one, 80, 1, has_day=True)) for one in (told, other)]
    assert [click.unstyle(line)[5:] for line in lines] == ["31 May Gardens", " 4 Jun Gardens"]
