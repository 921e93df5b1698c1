"""Tell what became of a note: whether it counts, what is near the paper's words, its file."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from reader.base.messages import N_, _, ngettext
from reader.base.tex import title_text
from reader.base.text import plain, shorten
from reader.library.folder import Library
from reader.notes.export import progress
from reader.notes.folder import ExportOutcome
from reader.notes.links import NearNotes, lost_links, related
from reader.notes.own_words import Check
from reader.notes.stretches import SourceText
from reader.notes.write import NoteOutcome

if TYPE_CHECKING:
    from reader.search.encode import Encode


@dataclass(frozen=True, slots=True)
class NoteReport:
    """The report that a person gets on a note that was saved.

    unseen: what the check could not see, "" for nothing. said: the first sentence. check: what
    is near the paper's words, a paragraph each. lost: links that lead nowhere, in sentences.
    near: the nearest earlier notes.
    """

    said: str
    unseen: str = ""
    check: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()
    near: NearNotes = field(default_factory=lambda: NearNotes((), is_by_words=False))


def report_of(library: Library, noted: NoteOutcome, *, encode: Encode | None = None) -> NoteReport:
    """Report on a note that was saved."""
    title = title_text(noted.held.paper.title)
    if not noted.is_new:
        key = N_("No changes: {title}") if noted.number else N_("No note was written: {title}")
        return NoteReport(_(key, title=title))
    n_written, _unused, target = progress(library)
    if noted.is_written:
        key = N_("Written ({n} of {target} today): {title}")
    elif noted.was_written:
        key = N_("Saved; the paper stays written, by an earlier revision: {title}")
    elif noted.check is not None and noted.check.is_mostly_copied:
        key = N_("Saved, but does not count as written (mostly copied): {title}")
    else:
        key = N_("Skimmed (two sentences of your own count as written): {title}")
    lost = [
        _("[[{key}]] does not lead to a paper.", key=plain(key))
        + (_(" Did you mean [[{key}]]?", key=likest) if likest else "")
        for key, likest in lost_links(library, noted.text)
    ]
    return NoteReport(
        _(key, title=title, n=n_written, target=target),
        unseen_line(noted.check) if noted.check else "",
        tuple(check_lines(noted.check)) if noted.check else (),
        tuple(lost),
        related(library, noted.held, noted.text, encode=encode),
    )


WIDTH = 100
"""Columns of a sentence or a run that are shown."""


def check_lines(check: Check, *, most: int = 5) -> list[str]:
    """Write the result of a check, safe to print; nothing where all words are the person's own.

    most: sentences that are shown; the others are counted.
    """
    found = sorted(check.found, key=lambda one: one.verdict != "copied")
    told: list[str] = []
    if check.is_mostly_copied:
        told.append(
            _(
                "Mostly copied ({n} %): as it is, it does not count as written. Use your own "
                "words, or mark quotations with “…” or `>`.",
                n=round(100 * check.share),
            )
        )
    for one in found[:most]:
        is_copied = one.verdict == "copied"
        key = N_("copied, {where}: {sentence}") if is_copied else N_("close, {where}: {sentence}")
        if one.is_reworded:
            key = (
                N_("reworded, {where}: {sentence}")
                if is_copied
                else N_("close in meaning, {where}: {sentence}")
            )
        if one.is_translated:
            key = (
                N_("translated, {where}: {sentence}")
                if is_copied
                else N_("close in another language, {where}: {sentence}")
            )
        place = where(one.source) if one.source else ""
        told.append(_(key, where=place, sentence=shorten(plain(one.text), WIDTH)))
        run = plain(one.run)
        # A stretch that is the whole sentence would stand there twice.
        if run and run != plain(one.text).rstrip(".。!?"):
            told.append(_("    the same words: {run}", run=shorten(run, WIDTH)))
    if len(found) > most:
        told.append(
            ngettext("… and {n} more sentence", "… and {n} more sentences", len(found) - most)
        )
    return told


def unseen_line(check: Check) -> str:
    """Say what a check could not see; "" where it saw everything."""
    if check.why_unseen == "model":
        return _(
            "Compared only by words, without the model: translations and copies in other words "
            "are not recognised."
        )
    if check.why_unseen == "paper":
        return _(
            "Compared only by words, because the paper has too few sentences: translations and "
            "copies in other words are not recognised."
        )
    if check.why_unseen == "note":
        return ngettext(
            "This note is long: {n} sentence was compared only by words.",
            "This note is long: {n} sentences were compared only by words.",
            check.n_unseen,
        )
    return ""


def where(source: SourceText) -> str:
    """Name where in the paper a text stands: "abstract", "p. 4"."""
    if source.where == "abstract":
        return _("abstract")
    if not source.page:
        return _(N_("highlight") if source.where == "highlight" else N_("PDF"))
    key = N_("highlight, p. {n}") if source.where == "highlight" else N_("p. {n}")
    return _(key, n=source.page)


def file_lines(done: ExportOutcome) -> list[str]:
    """Report on the Markdown file of one paper, in sentences; of failures the first."""
    told = [
        plain(_(key, path=path))
        for key, paths in (
            (N_("your changes read: {path}"), done.read_in),
            (N_("both texts kept: {path}"), done.merged),
            (N_("emptied by hand; the note is kept: {path}"), done.emptied),
        )
        for path in paths
    ]
    return told + [_("reader: {message}", message=plain(error.message)) for error in done.left[:1]]
