"""Lay out the report of `reader add`: what became of each file, and what waits for the person.

A few files are all listed; of many only those that need the person.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from reader.base.errors import PdfError
from reader.base.messages import N_, _, ngettext
from reader.base.tex import title_text
from reader.base.text import plain, shorten
from reader.cli import output
from reader.library.file_names import UNFILED, year_of
from reader.library.paper import LibraryPaper, family_name
from reader.morning.add import FilesToAdd
from reader.morning.added_file import FileOutcome

OUTCOMES = ("identified", "unknown", "duplicate", "asked", "broken")

MOST_LISTED = 20
"""Finished files that are listed one by one; more are counted by topic."""
MOST_NEEDING = 50
"""Files that need the person and are listed."""


@dataclass
class AddReport:
    """The results of one run.

    new: files of this run by outcome. before: files that earlier runs added, counted by
    outcome. asked: files that need an answer. marked: files with marks. lacking: (path, error)
    of files with pages or marks that could not be read. stayed: (path, why) of files that were
    not moved.
    """

    new: dict[str, list[FileOutcome]] = field(default_factory=dict)
    before: Counter[str] = field(default_factory=Counter)
    last_before: FileOutcome | None = None
    asked: list[FileOutcome] = field(default_factory=list)
    """Files that need an answer, from this run or an earlier one."""
    n_broken: int = 0
    marked: list[FileOutcome] = field(default_factory=list)
    lacking: list[tuple[str, PdfError]] = field(default_factory=list)
    stayed: list[tuple[str, str]] = field(default_factory=list)
    n_moved: int = 0
    n_reread: int = 0
    """PDFs that an earlier run had left without passages."""

    def take(self, added: FileOutcome) -> None:
        """Add one file's outcome to the report."""
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
        # Marks in a file that was added before are news only where some of them are new.
        if (marked.n_highlights or marked.n_ink) and (added.is_new or marked.n_new):
            self.marked.append(added)
        self.lacking += [(path, e) for e in (added.lacking, marked.error) if e is not None]
        self.n_moved += added.is_moved
        if added.stayed:
            self.stayed.append((path, str(added.stayed)))


def report(results: AddReport, found: FilesToAdd, *, is_ended: bool) -> Iterator[str]:
    """Lay out the report at the end of a run; one line where nothing is new.

    is_ended: all files were tried; False after Ctrl-C or an error.
    """
    lists = (results.new, results.marked, results.lacking, results.stayed)
    is_news = any(lists) or results.n_moved > 0 or results.n_reread > 0
    if not is_news and is_ended:
        yield _nothing_new(results, found)
        return
    unknown = results.new.get("unknown", [])
    sure = [added for added in unknown if not added.unsure_title]
    groups = results.new | {
        "unknown": [added for added in sure if not added.has_files_name],
        "untitled": [added for added in sure if added.has_files_name],
        "unnamed": [added for added in unknown if added.unsure_title],
    }
    for outcome in _HEADS:
        yield from _finished_lines(outcome, groups.get(outcome, []))
    if results.lacking:
        yield _("PARTLY READ  added, but some pages are missing ({n})", n=len(results.lacking))
        yield from _hinted_lines(
            [(path, output.cause_of(e), e.hint) for path, e in results.lacking]
        )
    if asked := results.new.get("asked", []):
        yield from _unclear_lines(asked)
    if broken := results.new.get("broken", []):
        yield _("BROKEN  not added ({n})", n=len(broken))
        additions = [added.addition for added in broken]
        yield from _hinted_lines([(one.path, one.why, one.hint) for one in additions])
    if results.stayed:
        yield _("NOT MOVED  still in the old place ({n})", n=len(results.stayed))
        yield from _hinted_lines([(path, why, "") for path, why in results.stayed])
    yield from _count_lines(results, found)
    if not is_ended:
        yield _("Stopped. Everything counted above is saved; the same command continues from here.")
    elif results.marked or any(results.new.get(outcome) for outcome in ("identified", "unknown")):
        yield _("Next: run `reader index`, so that search finds them by meaning too.")


def _unclear_lines(asked: Sequence[FileOutcome]) -> Iterator[str]:
    yield _("UNCLEAR  which paper is it? ({n})", n=len(asked))
    for added in asked[:MOST_NEEDING]:
        path = shown_path(added.addition.path)
        yield from _indented(_("{path}: {what}", path=path, what=added.addition.why))
        for one in added.candidates:
            line = _("{paper} ({id})", paper=paper_text(one), id=one.paper.id)
            yield from _indented(line, indent="        ")
    yield from _more(len(asked) - MOST_NEEDING)
    yield "    " + _("Say which with `reader add FILE --as ID`, or `--as new` for none of these.")


def _nothing_new(results: AddReport, found: FilesToAdd) -> str:
    if not found.files and found.own:
        folder = plain(str(found.own[0]))
        return _("PDFs in {folder} are the library's own, so they are not added.", folder=folder)
    if not found.files:
        return ngettext(
            "No PDFs found ({n} other file).", "No PDFs found ({n} other files).", found.n_other
        )
    if results.before.total() == 1 and results.last_before is not None:
        return _("Nothing new: {line}", line=plain(line_of(results.last_before)))
    parts = [
        _(key, n=results.before[outcome])
        for outcome, key in (("asked", N_("{n} still unclear")), ("broken", N_("{n} broken")))
        if results.before[outcome]
    ]
    rest = _(" Of these, {parts}; --json lists them.", parts=_(", ").join(parts)) if parts else ""
    return (
        ngettext(
            "Nothing new: {n} file was done in earlier runs.",
            "Nothing new: {n} files were done in earlier runs.",
            results.before.total(),
        )
        + rest
    )


def line_of(added: FileOutcome) -> str:
    """Write the line for one file: which paper it became, and where that is filed."""
    held, path = added.held, shown_path(added.addition.path)
    if held is None:
        return _("{path}: {what}", path=path, what=added.addition.why)
    if added.addition.outcome == "duplicate":
        line = _(
            "{path} is {paper}: {why}", path=path, paper=paper_text(held), why=added.addition.why
        )
    else:
        place = f"{held.topic or UNFILED}/{held.key or held.paper.id}"  # as in the folder
        line = _("{path} → {paper} → {place}", path=path, paper=paper_text(held), place=place)
    if added.unsure_title:
        line += _(" · title, perhaps: “{title}”", title=added.unsure_title)
    if added.abstract_language == "en":
        line += _(" · abstract in English, text not")
    marked = added.marked
    if marked.n_highlights:
        line += ngettext(" · {n} highlight", " · {n} highlights", marked.n_highlights)
    if marked.n_ink:
        line += ngettext(" · {n} stroke of ink", " · {n} strokes of ink", marked.n_ink)
    return line


def paper_text(held: LibraryPaper) -> str:
    """Describe a paper in a few words: `[2024 Vale] Its title`."""
    paper = held.paper
    who = family_name(paper.authors[0]) if paper.authors else ""
    facts = " ".join(str(fact) for fact in (year_of(paper), who) if fact)
    title = shorten(title_text(paper.title), 70)
    return _("[{facts}] {title}", facts=plain(facts), title=title) if facts else title


def shown_path(path: str) -> str:
    """Shorten a path to what can be typed in the working directory."""
    here = os.path.join(os.path.abspath(""), "")
    # In the root folder nothing is cut off: a path without its slash would not be found.
    return path.removeprefix(here) if here != os.sep else path


_HEADS = {
    "identified": N_("ADDED  recognised ({n})"),
    "unknown": N_("ADDED  not recognised, kept under the title in the PDF ({n})"),
    "untitled": N_("ADDED  not recognised, kept under the file's name ({n})"),
    "unnamed": N_("ADDED  not recognised, title not sure, kept under the file's name ({n})"),
    "duplicate": N_("ALREADY HERE  ({n})"),
}


def _finished_lines(outcome: str, several: Sequence[FileOutcome]) -> Iterator[str]:
    """Lay out the finished files; of many only counts by topic."""
    if not several:
        return
    yield _(_HEADS[outcome], n=len(several))
    if len(several) <= MOST_LISTED:
        yield from _indented(*map(line_of, several))
        return
    topics = Counter(added.held.topic or UNFILED for added in several if added.held)
    for topic, n in topics.most_common():
        yield "    " + _("{topic}: {n}", topic=topic, n=n)


def _hinted_lines(several: Sequence[tuple[str, str, str]]) -> Iterator[str]:
    """Lay out (path, what, hint); files with the same hint together, with the hint once."""
    by_hint: dict[str, list[str]] = {}
    for path, what, hint in several[:MOST_NEEDING]:
        line = _("{path}: {what}", path=shown_path(path), what=what)
        by_hint.setdefault(hint, []).append(line)
    for hint, lines in by_hint.items():
        yield from _indented(*lines)
        if hint:
            yield from _indented(_("→ {hint}", hint=hint), indent="      ")
    yield from _more(len(several) - MOST_NEEDING)


def _more(n: int) -> Iterator[str]:
    if n > 0:
        yield "    " + _("… and {n} more; --json lists all.", n=n)


def _indented(*lines: str, indent: str = "    ") -> Iterator[str]:
    return (indent + plain(line) for line in lines)


def _new_counts(results: AddReport) -> list[str]:
    n_of = {outcome: len(results.new.get(outcome, ())) for outcome in OUTCOMES}
    texts = {
        "identified": _("{n} recognised", n=n_of["identified"]),
        "unknown": _("{n} not recognised", n=n_of["unknown"]),
        "duplicate": ngettext("{n} duplicate", "{n} duplicates", n_of["duplicate"]),
        "asked": _("{n} unclear", n=n_of["asked"]),
        "broken": _("{n} broken", n=n_of["broken"]),
    }
    return [texts[outcome] for outcome, n in n_of.items() if n]


def _count_lines(results: AddReport, found: FilesToAdd) -> Iterator[str]:
    if parts := _new_counts(results):
        yield _("Result: {parts}.", parts=_(", ").join(parts))
    if results.marked:
        highlights = sum(added.marked.n_highlights for added in results.marked)
        yield ngettext(
            "Files with marks: {n} ({highlights} highlight).",
            "Files with marks: {n} ({highlights} highlights).",
            highlights,
            n=len(results.marked),
            highlights=highlights,
        )
    if results.before:
        yield ngettext(
            "Done in earlier runs: {n} file.",
            "Done in earlier runs: {n} files.",
            results.before.total(),
        )
    if results.n_reread:
        yield ngettext(
            "Read too: {n} PDF of this library whose text was missing.",
            "Read too: {n} PDFs of this library whose text was missing.",
            results.n_reread,
        )
    if results.n_moved:
        yield ngettext(
            "{n} file was moved into the library.",
            "{n} files were moved into the library.",
            results.n_moved,
        )
    if found.n_other or found.n_hidden:
        yield ngettext(
            "Left out: {n} other file; hidden files: {hidden}.",
            "Left out: {n} other files; hidden files: {hidden}.",
            found.n_other,
            hidden=found.n_hidden,
        )
