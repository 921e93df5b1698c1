"""Tell together what failed for the same reason: no network is one error, not one per source.

Hosts that gave no answer are one error, whatever was asked of them. The PDFs that failed alike
are one error too: with their number where there is one reason, by their names where there are
several. Knows no screen and no page.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from reader.base.errors import PdfError, Problem, ReaderError, SourceFailed, Unreachable, is_unasked
from reader.base.messages import N_, Joined, Text, lazy_gettext, lazy_ngettext
from reader.library.rows.failures import StillMissing

PDF = "pdf"
"""The stage of what fetches PDFs; the subject of its problems is a paper's id."""


class HeldBack(SourceFailed):
    """A source that failed before and is not asked yet."""

    retry_at: datetime

    def __init__(self, *, at: str, retry_at: datetime, **values: Any) -> None:
        """Name a source that failed before and is not asked yet. at: `retry_at` in words."""
        super().__init__(retry_at=retry_at, **values)
        self.at = at


def told_together(problems: Sequence[Problem]) -> list[ReaderError]:
    """Choose the errors to be told, those that have the same reason as one.

    What later steps still lack because of an earlier outage is within that of the hosts that
    gave no answer now. Those for which no time was left are one error too.
    """
    unasked = [p for p in problems if is_unasked(p.error)]
    if len(unasked) > 1:
        first, names = unasked[0].error, _names(unasked, by_name=False)
        error = SourceFailed(source=names, what=first.values["what"], hint=first.values["hint"])
        return [*told_together([p for p in problems if p not in unasked]), error]
    silent = [p for p in problems if p.error.reason == "unreachable" and _is_told(p)]
    if not silent:
        return _pdfs_together(problems)
    others = [p for p in problems if p.error.reason != "unreachable"]
    # Papers are named where some of their PDFs failed for another reason.
    by_name = all(any(p.stage == PDF for p in several) for several in (silent, others))
    return [_no_answer(silent, by_name=by_name), *_pdfs_together(others, by_name=by_name)]


def _is_told(problem: Problem) -> bool:
    is_waiting = isinstance(problem.error, HeldBack | StillMissing)
    is_gathered = isinstance(problem.error, HeldBack) or problem.stage == PDF
    return isinstance(problem.error, Unreachable) or (is_waiting and is_gathered)


def _no_answer(silent: Sequence[Problem], *, by_name: bool) -> ReaderError:
    """Make one error of all that was asked of hosts which gave no answer, or are not asked yet."""
    if len(silent) == 1:
        # One silent host is told in its own words, with its own hint.
        return silent[0].error
    source = _names(silent, by_name=by_name)
    # By what is shown: messages about the same host may keep different values.
    causes = {p.error.what: p.error for p in silent if isinstance(p.error, Unreachable)}
    cause: Text = lazy_ngettext("{n} host", "{n} hosts", len(causes))
    if len(causes) == 1:
        cause = next(iter(causes.values())).values["what"]
    waiting = [p.error for p in silent if isinstance(p.error, HeldBack | StillMissing)]
    if not waiting:
        return Unreachable(source=source, what=cause)
    first = min(waiting, key=lambda error: error.retry_at)
    if causes:
        what = lazy_gettext(
            "no answer ({what}); those that failed earlier are tried again after {at}",
            what=cause,
            at=first.at,
        )
        hint = lazy_gettext(Unreachable.hint_text)
    else:
        what = lazy_gettext("no answer; next try after {at}", at=first.at)
        is_pdfs = all(p.stage == PDF for p in silent)
        hint = lazy_gettext(
            N_("Is the network up? `reader fetch ID` asks for one of them now.")
            if is_pdfs
            else N_("Is the network up? `reader gather NAME` asks one of them now.")
        )
    return SourceFailed(source=source, what=what, hint=hint, reason="unreachable")


def _names(problems: Sequence[Problem], *, by_name: bool) -> Joined:
    """Name sources, then the PDFs: by their number, or by their papers."""
    asked = (p.error for p in problems if p.stage != PDF)
    names: list[Text] = [error.source for error in asked if isinstance(error, SourceFailed)]
    if papers := list(dict.fromkeys(p.subject for p in problems if p.stage == PDF)):
        is_one = by_name or len(papers) == 1
        names.append(
            lazy_gettext("PDF of {id}", id=Joined(papers))
            if is_one
            else lazy_ngettext("PDFs of {n} paper", "PDFs of {n} papers", len(papers))
        )
    return Joined(tuple(dict.fromkeys(names)))


def _pdfs_together(problems: Sequence[Problem], *, by_name: bool = False) -> list[ReaderError]:
    """Make one error of the PDFs that failed for the same reason; leave the others as they are."""
    alike: dict[object, list[Problem]] = {}
    for n, problem in enumerate(problems):
        error = problem.error
        is_pdf = problem.stage == PDF and isinstance(error, SourceFailed | PdfError | StillMissing)
        cause = error.cause if isinstance(error, StillMissing) else error.what
        alike.setdefault((type(error), cause, error.hint) if is_pdf else n, []).append(problem)
    n_reasons = sum(isinstance(key, tuple) for key in alike)
    by_name = by_name or n_reasons > 1
    return [_one_of(several, by_name=by_name) for several in alike.values()]


def _one_of(several: Sequence[Problem], *, by_name: bool) -> ReaderError:
    error = several[0].error
    if len(several) == 1:
        return error
    names = _names(several, by_name=by_name)
    if isinstance(error, StillMissing):
        waiting = [p.error for p in several if isinstance(p.error, StillMissing)]
        first = min(waiting, key=lambda one: one.retry_at)
        return PdfError(
            file=names,
            what=lazy_gettext("{error}; next try after {at}", error=error.cause, at=first.at),
        )
    if isinstance(error, PdfError):
        return error.named(names)
    what, hint = error.values["what"], error.values["hint"]
    return SourceFailed(source=names, what=what, hint=hint, reason=error.reason)
