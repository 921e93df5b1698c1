"""Test the screen at every size: all lines filled, none too wide, the current paper visible."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import click
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reader.base.text import columns
from reader.cli.listing import morning_lines
from reader.cli.triage.entries import rows_of
from reader.cli.triage.layout import (
    CoverPage,
    Head,
    Line,
    View,
    help_page,
    line,
    morning_page,
    page_for,
    page_lines,
    paper_block,
    paper_page,
    screen_lines,
    shares,
    talk_lines,
    text_of,
    why_page,
)
from reader.library.paper import State
from reader.morning.values import FoldedDays, Morning, QueueEntry
from reader.ranking.model import Term
from tests.mornings import TITLES, a_morning, entry, library_papers
from tests.samples import DAY, a_library

SIZES = [(80, 24), (40, 10), (200, 60), (120, 40), (20, 5), (60, 8)]
HEAD = Head("Wed 4 Jun", 2, 10, 3, 9, 1, 5, ("Interspeech in 12 days",))
WAITING: dict[int, State] = dict.fromkeys(range(1, 9), "candidate")


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Morning]:
    with a_library(Path(tmp_path_factory.mktemp("library"))) as library:
        yield a_morning(library_papers(library))


def view(shown: Morning, here: int | None = 1, **more: object) -> View:
    rows = rows_of(shown, is_open=True)
    states = {**WAITING, 1: "skip", 2: "pick", 3: "read"}
    return replace(View(HEAD, rows, states, here), **more)  # type: ignore[arg-type]


def seen(lines: list[Line]) -> list[str]:
    return [text_of(spans).rstrip() for spans in lines]


@pytest.mark.parametrize(("width", "height"), SIZES)
@pytest.mark.parametrize("here", range(1, 9))
def test_the_screen_is_full_and_the_paper_is_in_sight(
    shown: Morning, width: int, height: int, here: int
) -> None:
    lines = screen_lines(view(shown, here), width, height)
    assert len(lines) == height
    assert max(columns(text_of(spans)) for spans in lines) <= width
    [at] = [text for text in seen(lines) if text.startswith(">")]
    # How surely it is the person's own stands before the title; elsewhere nothing does.
    mark = "" if here > 6 else "⣿ " if here == 1 else "⣤ " if here < 5 else "⣀ "
    assert at[6:].startswith(mark + TITLES[here - 1][:5])


@given(st.integers(1, 90), st.integers(1, 70), st.integers(0, 9), st.text(max_size=60))
def test_no_size_breaks_it(width: int, height: int, here: int, said: str) -> None:
    lines = screen_lines(replace(VIEW, here=here, message=said.replace("\n", " ")), width, height)
    assert len(lines) == height
    assert max(columns(text_of(spans)) for spans in lines) <= width


VIEW = View(
    replace(HEAD, lacking="INCOMPLETE (press i): papers may be missing from arXiv."), (), {}, None
)


def test_a_screen_of_eighty_by_twenty_four(shown: Morning) -> None:
    assert seen(screen_lines(view(shown, 7), 80, 24)) == [
        " Wed 4 Jun · 2 of 10 decided · 3 min, about 9 left      1 of 5 written, 4 to go",
        " Interspeech in 12 days",
        " -  1 ⣿ Speech Translation in Gardens",
        " +  2 ⣤ 静かな部屋の音声翻訳：待たない同時通訳のための句読点予測と、その長い題…",
        " *  3 ⣤ Speech Recognition in Gardens, a Title That Goes on until It Must Be Br…",
        "    4 ⣤ Learning to Wait",
        "MAYBE  2 papers that may be yours; your decision teaches the ranking",
        "    1 ⣀ On Ants",
        "    2 ⣀ Tides of an Inland Sea",
        "TALKED ABOUT  1 of 17",
        ">   1 A Language Model with a Memory                                         @cy",
        "WILD CARD  talked about, and far from your topics",
        "    1 Twelve Kinds of Silence                                         Cy Pond +1",
        "─" * 80,
        "A Language Model with a Memory",
        "  Ada Field, 山田 太郎, Émile Nulle-Part and 1 more",
        "  arxiv:2506.00007 · speech/translation · 1 min · arXiv",
        "  We ask whether listening twice helps. On three invented test sets of gardens,",
        "  ponds and one very small sea, a model that hears each utterance a second time",
        "  makes a fifth fewer errors, mostly where wind is loud. It costs twice the",
        "  time, unless the second pass starts early.",
        "  @cy@pond.example: Read this.",
        "  Why: “speech translation” in the title.",
        "p pick · s skip · o open · w why · n note · u undo · / find · ? keys · q quit",
    ]


@pytest.mark.parametrize("width", [40, 80])
def test_in_a_list_of_several_days_each_line_has_its_day(shown: Morning, width: int) -> None:
    paper = shown.own[0].paper
    early = replace(paper, record=replace(paper.record, announced_on=DAY - timedelta(days=2)))
    own = (replace(shown.own[0], paper=early), *shown.own[1:])
    folded = FoldedDays("away", DAY - timedelta(days=9), DAY, 7, 214, 30, own, (), (), None)
    _, *lines = seen(screen_lines(view(replace(shown, folded=folded)), width, 24))
    dated = [text for text in lines if text[8:14] in (" 2 Jun", " 4 Jun")]
    assert [text[: len(">+  4 ⣤  4 Jun Le")] for text in dated] == [
        ">-  1 ⣿  2 Jun Sp", " +  2 ⣤  4 Jun 静か", " *  3 ⣤  4 Jun Sp", "    4 ⣤  4 Jun Le"
    ]  # fmt: skip
    plain_lines = [
        click.unstyle(text) for text in morning_lines(replace(shown, folded=folded), width)
    ]
    dated = [text for text in plain_lines if text[7:13] in (" 2 Jun", " 4 Jun")]
    assert [text[5:16] for text in dated] == [
        "⣿  2 Jun Sp", "⣤  4 Jun 静か", "⣤  4 Jun Sp", "⣤  4 Jun Le"
    ]  # fmt: skip
    assert max(columns(text) for text in dated) <= width


def test_the_number_of_a_skipped_paper_does_not_look_negative(shown: Morning) -> None:
    own = tuple(
        replace(shown.own[0], paper=replace(shown.own[0].paper, row=100 + n, state="skip"))
        for n in range(12)
    )
    listed = replace(shown, own=own)
    states: dict[int, State] = {**dict.fromkeys(range(100, 112), "skip"), **WAITING}
    full = seen(screen_lines(View(HEAD, rows_of(listed), states, 100), 80, 40))
    for lines in (full, [click.unstyle(text) for text in morning_lines(listed, 80)]):
        numbered = [text for text in lines if "10 ⣿" in text]
        assert numbered
        assert not [text for text in numbered if "-10" in text]


def test_a_small_screen_has_the_least_of_each(shown: Morning) -> None:
    assert seen(screen_lines(view(shown, 2), 40, 10)) == [
        " 2/10 · 3 min, 9 left · 1/5 written",
        " -  1 ⣿ Speech Translation in Gardens",
        ">+  2 ⣤ 静かな部屋の音声翻訳：待たない…",
        " *  3 ⣤ Speech Recognition in Gardens,…",
        "静かな部屋の音声翻訳：待たない同時通訳…",
        "  Ada Field, 山田 太郎, Émile Nulle-Par…",
        "  雑音のない部屋で話す人の声を、そのまま",
        "  「静かな翻訳」にする方法を提案する。…",
        "  Why: “speech translation” in the titl…",
        "p s o w n u · / find · ? keys · q quit",
    ]


def test_no_minutes_are_left_where_nothing_is() -> None:
    head = replace(HEAD, to_go=0, n_decided=10)
    first = seen(screen_lines(View(head, (), {}, None), 80, 24))[0]
    assert first.startswith(" Wed 4 Jun · 10 of 10 decided · 3 min ")
    assert "left" not in first


def test_what_is_missing_is_named_above_the_list(shown: Morning) -> None:
    lacking = replace(HEAD, lacking="INCOMPLETE (press i): papers may be missing from arXiv.")
    lines = screen_lines(view(shown, head=lacking), 80, 24)
    assert [(s.text, s.style) for s in lines[1]] == [
        (" INCOMPLETE (press i): papers may be missing from arXiv.", "warn")
    ]


def test_the_lanes_count_stays_in_sight_far_down_its_papers(shown: Morning) -> None:
    many = replace(shown, own=tuple(replace(e) for e in shown.own * 10), doubtful=())
    lines = seen(screen_lines(view(many, 4), 80, 24))
    assert lines[2] == "OWN TOPICS  40 papers for you (612 new, all sources complete)"


def test_nothing_moves_from_paper_to_paper(shown: Morning) -> None:
    places = set()
    for here in range(1, 9):
        lines = seen(screen_lines(view(shown, here), 80, 24))
        places.add(lines.index("─" * 80))
    assert len(places) == 1


def test_a_long_message_takes_more_lines_and_a_long_screen_more_abstract(
    shown: Morning,
) -> None:
    said = "The library is held by another process. " * 4
    lines = screen_lines(view(shown, message=said, is_warning=True), 80, 24)
    assert [s.style for spans in lines[-2:] for s in spans] == ["warn", "warn"]
    assert shares(13, 50) == (13, 37)


@pytest.mark.parametrize("n", range(3, 40))
def test_three_lines_of_the_abstract_are_there_wherever_nine_lines_are(
    shown: Morning, n: int
) -> None:
    for one in (shown.own[1], shown.own[2], shown.wild):
        assert one is not None
        lines = [text_of(spans) for spans in paper_block(one, 60, n)]
        assert len(lines) <= n
        assert lines[0].rstrip("…") in one.paper.record.title
        abstract = [t for t in lines if t.strip(" …")[:30] in one.paper.record.abstract]
        assert len(abstract) >= 3 or n < 10
        assert any("Why:" in text for text in lines)


def test_many_who_talk_are_counted(shown: Morning) -> None:
    paper = shown.own[0].paper
    one = entry(paper, ("A", ""), ("B", "It hums."), ("C", "It sings."), lane="near")
    said = [text_of(spans) for spans in paper_block(one, 60, 8)]
    assert "  B: It hums. (+2: enter)" in said


def test_a_long_post_takes_lines_that_the_abstract_leaves(shown: Morning) -> None:
    paper = shown.own[0].paper
    long = "It hums and hums, and nobody had told me that it would. " * 5
    one = entry(paper, ("Bo", long), ("Cy", "Hear, hear."), lane="near")
    assert [text_of(spans).strip() for spans in paper_block(one, 80, 10)][3:9] == [
        "We ask whether listening twice helps. On three invented test sets of gardens,",
        "ponds and one very small sea, a model that hears each utterance a second time",
        "makes a fifth fewer errors, mostly where wind is loud. It costs twice the tim…",
        "Bo: It hums and hums, and nobody had told me that it would. It hums and hums,",
        "and nobody had told me that it would. It hums and hums, and nobody had told m…",
        "Cy: Hear, hear.",
    ]
    whole = " ".join(text_of(spans).strip() for spans in paper_block(one, 80, 24))
    assert f"Bo: {long.strip()} Cy: Hear, hear." in whole


def test_reposts_are_not_quoted_and_the_weightiest_author_is_first(
    shown: Morning,
) -> None:
    paper = shown.own[0].paper
    several = [("cl-bot", "Gardens."), ("Bo", "Hear, hear."), ("Mio Hoshi", "It hums."), ("Cy", "")]
    one = entry(
        paper, *several, lane="near",
        terms=(Term("mention", "Mio Hoshi", 3.0), Term("mention", "cl-bot", 0.1)),
    )  # fmt: skip
    passed_on = {"Bo", "Cy"}
    one = replace(
        one,
        mentions=tuple(
            replace(m, kind="repost") if m.author in passed_on else m for m in one.mentions
        ),
    )
    assert talk_lines(one, 60, 4) == [
        "Mio Hoshi: It hums.", "cl-bot: Gardens.", "Bo reposted: Hear, hear.", "Cy reposted it.",
    ]  # fmt: skip


PAGE = CoverPage("A page", tuple(line(str(n)) for n in range(30)))


@pytest.mark.parametrize(("top", "first", "foot"), [
    (0, "0", "esc back · ↓ space more"), (12, "12", "esc back · ↓ space more"),
    (25, "22", "esc back"), (99, "22", "esc back"),
])  # fmt: skip
def test_a_page_is_scrolled_to_its_end_and_no_further(top: int, first: str, foot: str) -> None:
    lines = seen(page_lines(replace(PAGE, top=top), 40, 10))
    assert (lines[0], lines[1], lines[-1]) == (" A page", first, foot)


@given(st.integers(1, 90), st.integers(1, 40))
def test_pages_fit_every_size(width: int, height: int) -> None:
    lines = page_lines(replace(help_page(width), top=3), width, height)
    assert len(lines) == height
    assert max(columns(text_of(spans)) for spans in lines) <= width


def test_the_help_of_a_narrow_screen_has_one_key_a_line() -> None:
    texts = [text.strip() for text in seen(list(help_page(40).lines))]
    assert {"p  pick: read it today", "s  skip: not for me", "- skipped"} <= set(texts)
    wide = [text.strip() for text in seen(list(help_page(80).lines))]
    assert "p  pick: read it today        s  skip: not for me" in wide


def test_the_sum_of_a_paper_adds_up(shown: Morning) -> None:
    assert seen(list(why_page(shown.own[0], 80, "own").lines)) == [
        "  Speech Translation in Gardens",
        "  In: “speech translation” in the title.",
        "",
        "    +1.200  “speech translation” in the title",
        "    +0.300  author Mio Hoshi",
        "    +1.500  total",
        "",
        "  What would change this rank: reader why arxiv:2506.00001 --all",
    ]


@pytest.mark.parametrize(("lane", "said"), [("doubtful", "Maybe: "), ("near", "Talked about: ")])
def test_the_sentence_of_a_paper_begins_with_its_lane(shown: Morning, lane: str, said: str) -> None:
    page = page_for("why", shown, getattr(shown, lane)[0], 80)
    assert page is not None
    assert seen(list(page.lines))[1] == f"  {said}“speech translation” in the title."


def test_the_page_of_a_paper_has_everything(shown: Morning) -> None:
    assert shown.wild is not None
    text = " ".join(" ".join(seen(list(paper_page(shown.wild, 80).lines))).split())
    assert shown.wild.paper.record.abstract in text
    assert "Cy Pond: It is not zero. https://example.org/1" in text
    assert "Mio Hoshi mentioned it. https://example.org/1" in text
    assert "Bo Lind" in text


def test_the_page_of_the_morning_says_what_else_there_is(shown: Morning) -> None:
    assert " QUOTA  1 of 5 written, 0 skimmed" in seen(list(morning_page(shown, 80).lines))


class TestQueue:
    """A list with news, and below it one earlier pick, number 8."""

    def lines(self, shown: Morning, *, here: int, width: int = 80, **more: Any) -> list[str]:
        paper = shown.entries[-1].paper
        queued = QueueEntry(paper, DAY - timedelta(3), 19, has_pdf=True, is_whole=True)
        rows = rows_of(replace(shown, wild=None, doubtful=(), queue=(queued,)))
        found = replace(view(shown, here), rows=rows, **more)
        return seen(screen_lines(found, width, 24))

    def test_it_has_its_day_minutes_and_pdf_and_keys_of_its_own(self, shown: Morning) -> None:
        lines = self.lines(shown, here=8)
        [at] = [line for line in lines if line.startswith(">")]
        assert at.startswith(">   1  1 Jun Twelve Kinds of Silence")
        assert at.endswith("19 min · PDF")
        assert "QUEUE  1 picked earlier, oldest first" in lines
        assert "  arxiv:2506.00008 · 19 min · PDF here" in lines
        assert "  Why: you picked it on 2025-06-01, and it has no note yet." in lines
        assert lines[-1] == "o open · n note · l later · s drop · w why · u undo · ? keys · q quit"
        assert self.lines(shown, here=8, width=50)[-1].startswith("p s o w n u")
        assert self.lines(shown, here=1)[-1].startswith("p pick · s skip")

    def test_a_put_off_paper_shows_its_date(self, shown: Morning) -> None:
        lines = self.lines(shown, here=8, put_off={8: DAY + timedelta(7)})
        [at] = [line for line in lines if line.startswith(">")]
        assert at.endswith("back on Wed 11 Jun")

    def test_nothing_is_to_go_where_nothing_is_left_to_read(self, shown: Morning) -> None:
        assert "1 of 5 written, 4 to go" in self.lines(shown, here=1)[0]
        head = replace(view(shown, 1).head, has_to_read=False)
        assert self.lines(shown, here=1, head=head)[0].endswith(
            "1 of 5 written, nothing left to read"
        )
