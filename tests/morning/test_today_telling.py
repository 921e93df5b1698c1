"""Test the texts about sources, new versions and where papers came from."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from reader.base.messages import lazy_gettext, speaking
from reader.library.paper import LibraryPaper
from reader.morning.values import FoldedDays, Morning, NewVersion, SourceLine, theme_counts
from reader.texts.morning import changed_text, theme_texts
from reader.texts.sources import (
    counted_texts,
    families,
    incomplete_text,
    missing_texts,
    n_answered,
    no_network_text,
)
from tests.mornings import a_morning, entry
from tests.samples import DAY, paper


def test_missing_sources_are_named_with_their_days() -> None:
    lines = [
        SourceLine("arXiv", "complete", 5, 5, DAY),
        SourceLine("arXiv", "failed", None, 0, DAY - timedelta(1), "No network."),
        SourceLine("arXiv", "failed", None, 0, DAY, "No network."),
        SourceLine("timeline", "stale", None, 0, DAY),
        SourceLine("list", "partial", None, 3, DAY),
    ]
    assert missing_texts(lines) == [
        "arXiv: nothing received for 2 days from 2025-06-03 to 2025-06-04: No network.",
        "timeline: does not have the list of 2025-06-04 yet. The next gather asks again.",
        "list: 3 of ? for 2025-06-04. The next gather asks for the rest.",
    ]
    assert n_answered(lines) == (0, 3)
    assert counted_texts(lines) == ["arXiv 5 of 5 (2025-06-04)"]


def test_sources_that_lack_the_same_for_the_same_reason_share_a_line() -> None:
    lines = [
        SourceLine(name, "failed", None, 0, day, f"{name}: the host is busy")
        for name in ("arXiv feed cs.CL", "arXiv feed cs.SD")
        for day in (DAY - timedelta(1), DAY)
    ]
    other = SourceLine("list", "failed", None, 0, DAY, "list: the host is busy")
    assert missing_texts([*lines, other]) == [
        "arXiv feed cs.CL, arXiv feed cs.SD: nothing received for 2 days from 2025-06-03 to"
        " 2025-06-04: the host is busy",
        "list: nothing received for 2025-06-04: the host is busy",
    ]


def test_a_cause_is_in_the_language_in_which_it_is_shown() -> None:
    cause = lazy_gettext("{source}: no answer ({what})", source="timeline", what="x")
    lines = [SourceLine("timeline", "failed", None, 0, DAY - timedelta(n), cause) for n in (1, 0)]
    days = "2 days from 2025-06-03 to 2025-06-04"
    assert missing_texts(lines) == [f"timeline: nothing received for {days}: no answer (x)"]
    with speaking("ja"):
        assert missing_texts(lines) == [
            "timeline: 2025-06-03〜2025-06-04 の2日間 の分は届きませんでした: 応答がありません(x)"
        ]


def test_several_silent_hosts_share_a_line_where_others_answered() -> None:
    lines = [
        SourceLine(n, "failed", None, 0, DAY, f"{n}: no answer (no {n})", is_unreachable=True)
        for n in ("a blog", "timeline")
    ]
    here = SourceLine("arXiv", "complete", 5, 5, DAY)
    assert missing_texts([here, *lines]) == [
        "a blog, timeline: nothing received for 2025-06-04: 2 hosts do not answer; for"
        " details: `reader sources`",
    ]
    assert missing_texts([here, lines[0]]) == [
        "a blog: nothing received for 2025-06-04: no answer (no a blog)",
    ]


def test_a_silent_host_is_named_once_with_all_its_sources_whatever_days_they_lack() -> None:
    why = "no answer (no connection)"
    lines = [
        SourceLine("arXiv", "failed", None, 0, DAY - timedelta(1), f"arXiv API: {why}"),
        SourceLine("arXiv", "failed", None, 0, DAY, f"arXiv API: {why}"),
        SourceLine("arXiv feed cs.CL", "failed", None, 0, DAY, f"arXiv feed cs.CL: {why}"),
        SourceLine(
            "blog", "not asked", None, 0, DAY,
            f"blog: failed 1 time, next try after 17:10: blog: {why}",
        ),
    ]  # fmt: skip
    silent = [replace(line, is_unreachable=True) for line in lines]
    other = SourceLine("list", "failed", None, 0, DAY, "list: answered 404")
    assert missing_texts([*silent, other]) == [
        "arXiv, arXiv feed cs.CL, blog: nothing received: no answer (no connection)",
        "list: nothing received for 2025-06-04: answered 404",
    ]
    # The days are named only where all lack the same.
    assert missing_texts([*silent[1:], other]) == [
        "arXiv, arXiv feed cs.CL, blog: nothing received for 2025-06-04: no answer (no connection)",
        "list: nothing received for 2025-06-04: answered 404",
    ]


def test_a_page_names_its_page_of_sources_and_no_command() -> None:
    lines = [
        SourceLine(name, "failed", None, 0, DAY, f"{name}: no answer ({why})", is_unreachable=True)
        for name, why in (("arXiv", "no route"), ("blog", "no such name"))
    ]
    other = SourceLine("list", "failed", None, 0, DAY, "list: answered 404")
    text = missing_texts([*lines, other], details="the page Sources")[0]
    assert text.endswith("2 hosts do not answer; for details: the page Sources")


def test_a_reason_with_a_colon_in_it_stays_whole() -> None:
    why = "no answer (the connection broke: no route)"
    lines = [
        SourceLine("arXiv", "failed", None, 0, DAY, f"arXiv API: {why}", is_unreachable=True),
        SourceLine("blog", "failed", None, 0, DAY, f"blog: {why}", is_unreachable=True),
    ]
    here = SourceLine("list", "complete", 5, 5, DAY)
    assert missing_texts([here, *lines]) == [f"arXiv, blog: nothing received for 2025-06-04: {why}"]


def test_no_network_is_reported_only_if_no_tried_source_was_reached() -> None:
    dead = [
        SourceLine(name, "failed", None, 0, DAY, f"{name}: no answer (x)", is_unreachable=True)
        for name in ("arXiv", "timeline")
    ]
    untried = SourceLine("arXiv OAI", "not needed", None, 0, DAY)
    said = "None of the 2 sources can be reached (2025-06-04). Is the network up?"
    assert no_network_text([*dead, untried]).startswith(said)
    assert incomplete_text([*dead, untried]).startswith(f"INCOMPLETE: {said}")
    assert missing_texts([*dead, untried]) == []
    assert n_answered([*dead, untried]) == (0, 2)
    for other in (
        SourceLine("list", "not checked", None, 4, DAY),
        SourceLine("list", "failed", None, 0, DAY, "list: answered 403"),
        SourceLine("list", "not asked"),
    ):
        assert no_network_text([*dead, other]) == ""
        assert len(missing_texts([*dead, other])) >= 1
    assert no_network_text(dead[:1]) == ""
    assert incomplete_text([untried]) == ""


def test_counts_of_several_days_are_one_text_where_the_same_sources_agree() -> None:
    days = [DAY - timedelta(n) for n in range(4)]
    lines = [
        *(SourceLine("arXiv", "complete", 5 + n, 5 + n, day) for n, day in enumerate(days)),
        *(SourceLine("arXiv OAI", "complete", 5 + n, 5 + n, days[n]) for n in (1, 2)),
        SourceLine("arXiv OAI", "complete", 9, 9, days[3]),  # no longer what arXiv said
    ]
    assert counted_texts(lines) == [
        f"arXiv 5 of 5 ({days[0]})",
        f"arXiv, arXiv OAI 13 of 13 ({days[2]} to {days[1]})",
        f"arXiv 8 of 8, arXiv OAI 9 of 9 ({days[3]})",
    ]


def test_the_feeds_of_arxiv_are_not_counted_beside_it() -> None:
    feed = SourceLine("arXiv feed cs.CL", "complete", 5, 5, DAY)
    assert counted_texts([feed]) == []
    assert n_answered([feed]) == (1, 1)
    assert families(["arXiv", "arXiv feed cs.CL", "timeline"]) == ["arXiv", "timeline"]


def test_a_new_version_says_what_it_changed() -> None:
    library_paper = LibraryPaper(1, paper(1, comment="accepted at ACL"), "read", DAY)
    assert changed_text(NewVersion(library_paper, 2)) == ""
    text = changed_text(NewVersion(library_paper, 2, ("title", "comment")))
    assert text == "changed: title, comment (now “accepted at ACL”)"


def test_a_new_version_that_says_it_was_withdrawn_is_quoted() -> None:
    notice = "This paper has been withdrawn by the authors due to an error in Table 2."
    long = "Bees count to four, and no further. " * 9
    for abstract, said in ((notice, f"abstract (now “{notice}”)"), (long, "abstract")):
        library_paper = LibraryPaper(1, paper(1, abstract=abstract), "read", DAY)
        assert changed_text(NewVersion(library_paper, 2, ("abstract",))) == f"changed: {said}"


def test_sources_that_nobody_asked_share_a_line() -> None:
    lines = [SourceLine(name, "not asked") for name in ("arXiv", "arXiv OAI", "timeline")]
    held_back = SourceLine("list", "not asked", covers=DAY, error="Waits until ten.")
    assert missing_texts([*lines, held_back]) == [
        "list: not asked on this day. Waits until ten.",
        "arXiv, arXiv OAI, timeline: not asked on this day.",
    ]
    many = [SourceLine(f"feed {n}", "not asked") for n in range(50)]
    first = ", ".join(f"feed {n}" for n in range(8))
    assert missing_texts(many) == [f"{first} and 42 more sources: not asked on this day."]


THEMES = {"a/st": "translation", "a/s2s": "translation", "a/asr": "recognition"}


def a_list(*topics: str, **more: Any) -> Morning:
    """Make a list whose own lane has papers of these topics."""
    several = [LibraryPaper(n, paper(n), "candidate", DAY) for n in range(1, 9)]
    own = tuple(entry(several[0], topic=topic or None) for topic in topics)
    sources = (SourceLine("arXiv", "complete", 4, 4, DAY),)
    return a_morning(several, **({"own": own, "theme_of": THEMES, "sources": sources} | more))


def test_a_theme_without_a_paper_says_so() -> None:
    found = a_list("a/st", "a/s2s", "", "a/gone")
    assert theme_counts(found.own, THEMES) == {"translation": 2, "recognition": 0}
    assert theme_texts(found) == ["translation: 2", "recognition: 0 today", "others: 2"]
    of_before = replace(found, is_today=False)
    assert theme_texts(of_before) == ["translation: 2", "recognition: 0 on this day", "others: 2"]
    brief = theme_texts(found, is_brief=True)
    assert brief == ["recognition: 0 today"]


def test_a_paper_is_counted_under_the_theme_where_it_is_filed() -> None:
    several = [
        LibraryPaper(n, paper(n), "pick", DAY, topic) for n, topic in ((1, "a/asr"), (2, "a/st/x"))
    ]
    own = tuple(entry(one, topic="a/st") for one in several)
    assert theme_counts(own, THEMES) == {"translation": 1, "recognition": 1}


@pytest.mark.parametrize("sources", [(SourceLine("arXiv", "failed", None, 0, DAY),), ()])
def test_no_theme_is_called_empty_while_a_source_is_missing(
    sources: tuple[SourceLine, ...],
) -> None:
    found = a_list("a/st", sources=sources)
    assert not found.is_complete
    assert theme_texts(found) == ["translation: 1", "recognition: 0 so far"]


def test_the_themes_of_several_days_in_one_list_are_counted_over_all_of_them() -> None:
    found = a_list("a/st")
    days = FoldedDays(
        "away", DAY, DAY, 2, 3, 0, (entry(found.own[0].paper, topic="a/asr"),), (), ()
    )
    folded = a_list("a/st", folded=days)
    assert theme_texts(folded) == ["translation: 0 on these days", "recognition: 1"]


def test_without_an_own_topic_no_theme_is_named() -> None:
    assert theme_texts(a_list("a/st", theme_of={})) == []
