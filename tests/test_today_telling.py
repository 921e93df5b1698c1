"""Hold what is said of sources, new versions and where papers came from."""

from __future__ import annotations

from datetime import timedelta

from reader.paper import Held
from reader.today import NewVersion, SourceLine
from reader.today.telling import changed_text, counted, families, missing_texts, n_answered
from tests.samples import DAY, paper


def test_what_is_missing_is_named_with_its_days_and_what_comes_next() -> None:
    lines = [
        SourceLine("arXiv", "complete", 5, 5, DAY),
        SourceLine("arXiv", "failed", None, 0, DAY - timedelta(1), "No network."),
        SourceLine("arXiv", "failed", None, 0, DAY, "No network."),
        SourceLine("timeline", "stale", None, 0, DAY),
        SourceLine("list", "partial", None, 3, DAY),
    ]
    assert missing_texts(lines) == [
        "arXiv: could not ask for 2 days from 2025-06-03 to 2025-06-04. No network.",
        "timeline: the list of 2025-06-04 is not in it yet; asked again.",
        "list: 3 of ? for 2025-06-04; the rest is asked again at the next gather.",
    ]
    assert n_answered(lines) == (0, 3)
    assert counted(lines) == lines[:1]


def test_the_feeds_of_arxiv_are_not_counted_beside_it() -> None:
    feed = SourceLine("arXiv feed cs.CL", "complete", 5, 5, DAY)
    assert counted([feed]) == []
    assert n_answered([feed]) == (1, 1)
    assert families(["arXiv", "arXiv feed cs.CL", "timeline"]) == ["arXiv", "timeline"]


def test_a_new_version_says_what_it_changed() -> None:
    held = Held(1, paper(1, comment="accepted at ACL"), "read", DAY)
    assert changed_text(NewVersion(held, 2)) == ""
    text = changed_text(NewVersion(held, 2, ("title", "comment")))
    assert text == "changed: the title, the comment (now “accepted at ACL”)"


def test_sources_that_nobody_asked_share_a_line() -> None:
    lines = [SourceLine(name, "not asked") for name in ("arXiv", "arXiv OAI", "timeline")]
    held_back = SourceLine("list", "not asked", covers=DAY, error="Waits until ten.")
    assert missing_texts([*lines, held_back]) == [
        "list: not asked on this day. Waits until ten.",
        "arXiv, arXiv OAI, timeline: not asked on this day.",
    ]
