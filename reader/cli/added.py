"""Say what became of the files that were added: what is new, what needs a hand, what is next.

Few files are listed each; of many only those that a person is to look at.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from reader.errors import PdfError
from reader.filing import year_of
from reader.library.choose import UNFILED
from reader.paper import Held, family_name
from reader.phrases import say
from reader.plain import plain, shorten
from reader.stages.adding import Added, Found

OUTCOMES = ("identified", "unknown", "duplicate", "asked", "broken")
DONE = ("identified", "unknown", "duplicate")
"""Outcomes that need nothing more."""

MOST_LISTED = 20
"""So many files that need nothing are listed; of more there are counts by topic."""
MOST_NEEDING = 50
"""So many files that need a hand are listed."""


@dataclass
class Told:
    """What there is to tell of one run. before: what earlier runs found, by outcome."""

    new: dict[str, list[Added]] = field(default_factory=dict)
    before: Counter[str] = field(default_factory=Counter)
    last_before: Added | None = None
    asked: list[Added] = field(default_factory=list)
    """All that a person is to say something about, asked before or not."""
    n_broken: int = 0
    marked: list[Added] = field(default_factory=list)
    lacking: list[tuple[str, PdfError]] = field(default_factory=list)
    stayed: list[tuple[str, str]] = field(default_factory=list)
    n_moved: int = 0
    n_reread: int = 0
    """PDFs that an earlier run left without passages."""

    def take(self, added: Added) -> None:
        """Count one file."""
        outcome, path = added.addition.outcome, added.addition.path
        if added.is_new:
            self.new.setdefault(outcome, []).append(added)
        else:
            self.before[outcome] += 1
            self.last_before = added
        if outcome == "asked":
            self.asked.append(added)
        self.n_broken += outcome == "broken"
        marked = added.marked
        if (marked.n_highlights or marked.n_ink) and (added.is_new or marked.n_new):
            self.marked.append(added)
        self.lacking += [(path, e) for e in (added.lacking, marked.error) if e is not None]
        self.n_moved += added.is_moved
        if added.stayed:
            self.stayed.append((path, added.stayed))


def report(told: Told, found: Found, *, is_ended: bool) -> Iterator[str]:
    """Lay out the end of a run, one line where nothing is new."""
    lists = (told.new, told.marked, told.lacking, told.stayed)
    is_news = any(lists) or told.n_moved > 0 or told.n_reread > 0
    if not is_news and is_ended:
        yield _nothing_new(told, found)
        return
    for outcome in DONE:
        yield from _listed(outcome, told.new.get(outcome, []))
    if told.lacking:
        yield say("add.head.lacking", n=len(told.lacking))
        several = [(path, _what(error), error.hint) for path, error in told.lacking]
        yield from _needing(several)
    yield from _asked(told.new.get("asked", []))
    yield from _broken(told.new.get("broken", []))
    if told.stayed:
        yield say("add.head.stayed", n=len(told.stayed))
        yield from _needing([(path, why, "") for path, why in told.stayed])
    yield from _sums(told, found)
    if not is_ended:
        yield say("add.resume")
    elif told.marked or any(told.new.get(outcome) for outcome in ("identified", "unknown")):
        yield say("add.index")


def _nothing_new(told: Told, found: Found) -> str:
    if not found.files:
        return say("add.no_pdf", n=found.n_other)
    if told.before.total() == 1 and told.last_before is not None:
        return say("add.nothing_new_one", line=plain(line_of(told.last_before)))
    parts = [
        say(f"add.still.{outcome}", n=told.before[outcome])
        for outcome in ("asked", "broken")
        if told.before[outcome]
    ]
    rest = say("add.still", parts=say("list").join(parts)) if parts else ""
    return say("add.nothing_new", n=told.before.total()) + rest


def line_of(added: Added) -> str:
    """Say what one file became."""
    held, path = added.held, shown_path(added.addition.path)
    if held is None:
        return say("add.line", path=path, what=added.addition.why)
    if added.addition.outcome == "duplicate":
        line = say("add.copy", path=path, paper=paper_text(held), why=added.addition.why)
    else:
        line = say("add.became", path=path, paper=paper_text(held), place=place_text(held))
    marked = added.marked
    if marked.n_highlights:
        line += say("add.marks_of", n=marked.n_highlights)
    if marked.n_ink:
        line += say("add.ink_of", n=marked.n_ink)
    return line


def paper_text(held: Held) -> str:
    """Name a paper in a few words: `[2024 Vale] Its title`."""
    paper = held.paper
    who = family_name(paper.authors[0]) if paper.authors else ""
    facts = " ".join(str(fact) for fact in (year_of(paper), who) if fact)
    title = shorten(plain(paper.title), 70)
    return say("add.paper", facts=plain(facts), title=title) if facts else title


def place_text(held: Held) -> str:
    """Name a paper's topic and key, as its files are."""
    return f"{held.topic or UNFILED}/{held.key or held.paper.id}"


def shown_path(path: str) -> str:
    """Write a path as short as it can be typed here."""
    here = os.path.join(os.path.abspath(""), "")
    return path.removeprefix(here) if here != os.sep else path


def _listed(outcome: str, several: Sequence[Added]) -> Iterator[str]:
    if not several:
        return
    yield say(f"add.head.{outcome}", n=len(several))
    if len(several) <= MOST_LISTED:
        yield from _indented(line_of(added) for added in several)
        return
    topics = Counter(added.held.topic or UNFILED for added in several if added.held)
    for topic, n in topics.most_common():
        yield "    " + say("add.topic", topic=topic, n=n)


def _asked(several: Sequence[Added]) -> Iterator[str]:
    if not several:
        return
    yield say("add.head.asked", n=len(several))
    for added in several[:MOST_NEEDING]:
        path, why = shown_path(added.addition.path), added.addition.why
        yield from _indented([say("add.line", path=path, what=why)])
        for one in added.candidates:
            line = say("add.candidate", paper=paper_text(one), id=one.paper.id)
            yield from _indented([line], "        ")
    yield from _more(len(several) - MOST_NEEDING)
    yield "    " + say("add.ask_hint")


def _broken(several: Sequence[Added]) -> Iterator[str]:
    if several:
        yield say("add.head.broken", n=len(several))
        yield from _needing([(a.addition.path, a.addition.why, a.addition.hint) for a in several])


def _needing(several: Sequence[tuple[str, str, str]]) -> Iterator[str]:
    """List (path, what, remedy); files with the same remedy together, which stands once."""
    by_hint: dict[str, list[str]] = {}
    for path, what, hint in several[:MOST_NEEDING]:
        line = say("add.line", path=shown_path(path), what=what)
        by_hint.setdefault(hint, []).append(line)
    for hint, lines in by_hint.items():
        yield from _indented(lines)
        if hint:
            yield from _indented([say("add.remedy", hint=hint)], "      ")
    yield from _more(len(several) - MOST_NEEDING)


def _more(n: int) -> Iterator[str]:
    if n > 0:
        yield "    " + say("add.more", n=n)


def _sums(told: Told, found: Found) -> Iterator[str]:
    n_new = {outcome: len(several) for outcome, several in told.new.items()}
    parts = [say(f"add.n.{o}", n=n_new[o]) for o in OUTCOMES if n_new.get(o)]
    if parts:
        yield say("add.counts", parts=say("list").join(parts))
    if told.marked:
        highlights = sum(added.marked.n_highlights for added in told.marked)
        yield say("add.marks", n=len(told.marked), highlights=highlights)
    if told.before:
        yield say("add.before", n=told.before.total())
    if told.n_reread:
        yield say("add.reread", n=told.n_reread)
    if told.n_moved:
        yield say("add.moved", n=told.n_moved)
    if found.n_other or found.n_hidden:
        yield say("add.ignored", n=found.n_other, hidden=found.n_hidden)


def _what(error: PdfError) -> str:
    return str(error.values.get("what", error.message))


def _indented(lines: Iterable[str], indent: str = "    ") -> Iterator[str]:
    for line in lines:
        yield indent + plain(line)
