"""Print: foreign text made safe, and values as JSON. docs/format.md has the fields."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING, Any
from unicodedata import category

import click

from reader.base.errors import ReaderError
from reader.base.text import plain
from reader.library.config import Deadline
from reader.library.ids import url_of
from reader.library.paper import LibraryPaper
from reader.morning.texts import n_mine, theme_counts
from reader.morning.values import Entry, FoldedDays, Morning, QueueEntry, Seed
from reader.ranking.rank import in_print

if TYPE_CHECKING:
    from reader.morning.added_file import FileOutcome
    from reader.morning.merge import MergeQuestion
    from reader.morning.trust import Report
    from reader.pdfs.back import CopyOutcome
    from reader.pdfs.highlights import VisibleMark
    from reader.pdfs.marked_copies import RemovedCopy
    from reader.pdfs.tablet import TabletOutcome
    from reader.search.find import SearchHit

_UNSEEN = ("Cc", "Cf", "Cs", "Zl", "Zp")
"""Kinds of characters: controls, invisible ones, halves, line ends."""


def put(text: str = "", *, is_error: bool = False) -> None:
    """Print one line of our own, or foreign text that went through `plain`."""
    click.echo(text, err=is_error)


def put_json(value: Mapping[str, Any]) -> None:
    r"""Print one object on one line, in UTF-8, keys in the order given.

    What a terminal obeys or does not show is written as \u202e: the value stays exact.
    """
    text = json.dumps(value, ensure_ascii=False, default=_plain_value)
    if not text.isprintable():
        text = "".join(json.dumps(c)[1:-1] if category(c) in _UNSEEN else c for c in text)
    click.echo(text)


def paper_json(held: LibraryPaper) -> dict[str, Any]:
    """Give the fields that every listing has for a paper."""
    paper = held.paper
    return {
        "id": paper.id,
        "title": plain(paper.title),
        "state": held.state,
        "authors": [plain(a) for a in paper.authors],
        "ids": list(paper.ids),
        "url": url_of(paper.id),
        "topic": held.topic,
        "key": held.key,
        "announced_on": paper.announced_on,
        "arrived_on": held.arrived_on,
    }


def entry_json(entry: Entry) -> dict[str, Any]:
    """Give the fields of a line of the morning."""
    return paper_json(entry.held) | {
        "topic": entry.held.topic or entry.topic,
        "also": list(entry.also),
        "sureness": entry.sureness,
        "score": entry.score,
        "why": plain(entry.why),
        "sources": list(entry.origins),
        "mentions": [
            {"author": plain(m.author), "text": plain(m.words), "url": plain(m.url)}
            for m in entry.mentions
        ],
        "n_citations": entry.n_citations,
        "terms": [
            {"kind": term.kind, "what": plain(term.what), "value": value}
            for term, value in in_print(entry.terms, 4)
        ],
        "is_foretold": entry.is_foretold,
    }


def queued_json(queued: QueueEntry) -> dict[str, Any]:
    """Give the fields of a paper of the queue."""
    return {
        "id": queued.held.paper.id,
        "title": plain(queued.held.paper.title),
        "state": queued.held.state,
        "picked_on": queued.picked_on,
        "minutes": queued.minutes,
        "has_pdf": queued.has_pdf,
    }


def pdfs_json(morning: Morning) -> dict[str, Any] | None:
    """Give how far the PDFs of the queue are."""
    if (pdfs := morning.pdfs) is None:
        return None
    return {
        "n": pdfs.n,
        "of": pdfs.of,
        "is_fetching": morning.fetching == "now",
        "failed": [{"error": plain(error), "n": n} for error, n in pdfs.failed],
    }


def folded_json(folded: FoldedDays, theme_of: Mapping[str, str]) -> dict[str, Any]:
    """Give the fields of several days in one list."""
    return {
        "reason": folded.reason,
        "first": folded.first,
        "last": folded.last,
        "n_days": folded.n_days,
        "n_arrived": folded.n_arrived,
        "n_own": n_mine(folded.own),
        "n_talked": folded.n_talked,
        "own": [entry_json(e) for e in folded.own],
        "doubtful": [entry_json(e) for e in folded.doubtful],
        "near": [entry_json(e) for e in folded.near],
        "wild": entry_json(folded.wild) if folded.wild else None,
        "deadline": _deadline(folded.deadline),
        "themes": theme_counts(folded.own, theme_of),
    }


def _deadline(deadline: Deadline | None) -> dict[str, Any] | None:
    return {"name": deadline.name, "on": deadline.on} if deadline else None


def morning_json(morning: Morning) -> dict[str, Any]:
    """Give a whole morning as one object."""
    quota = morning.quota
    return {
        "date": morning.day,
        "is_complete": morning.is_complete,
        "n_arrived": morning.n_arrived,
        "own": [entry_json(e) for e in morning.own],
        "doubtful": [entry_json(e) for e in morning.doubtful],
        "near": [entry_json(e) for e in morning.near],
        "n_talked": morning.n_talked,
        "has_citations": morning.has_citations,
        "n_unknown": morning.n_unknown,
        "wild": entry_json(morning.wild) if morning.wild else None,
        "folded": folded_json(morning.folded, morning.theme_of) if morning.folded else None,
        "undecided": [{"date": day, "n": n} for day, n in morning.undecided],
        "new_versions": [
            paper_json(v.held) | {"version": v.version, "changed": list(v.changed)}
            for v in morning.new_versions
        ],
        "quota": {
            "target": quota.target,
            "written": quota.written,
            "skimmed": quota.skimmed,
            "to_go": quota.to_go,
            "deadline": _deadline(quota.deadline),
        },
        "queue": [queued_json(queued) for queued in morning.queue],
        "pdfs": pdfs_json(morning),
        "searches": [
            {
                "name": plain(s.name),
                "query": plain(s.query),
                "n": len(s.papers),
                "papers": [{"id": p.id, "title": plain(p.title)} for p in s.papers],
            }
            for s in morning.searches
        ],
        "balance": dict(morning.balance),
        "themes": theme_counts(morning.own, morning.theme_of),
        "notices": [plain(notice) for notice in morning.notices],
        "seeds": [seed_json(seed) for seed in morning.seeds],
        "sources": [
            {
                "name": s.name,
                "state": s.state,
                "expected": s.expected,
                "received": s.received,
                "covers": s.covers,
                "error": s.error or None,
            }
            for s in morning.sources
        ],
    }


def seed_json(seed: Seed) -> dict[str, Any]:
    """Give the fields of a seed that is not here."""
    return {
        "id": seed.id,
        "topic": seed.topic,
        "state": seed.state,
        "error": plain(seed.error) or None,
        "tried_at": _moment(seed.tried_at),
    }


def report_json(report: Report) -> dict[str, Any]:
    """Give the fields of one source."""
    newest = report.newest
    return {
        "name": report.name,
        "state": report.line.state,
        "is_missing": report.line.is_missing,
        "covers": newest.covers if newest else None,
        "expected": newest.expected if newest else None,
        "received": newest.received if newest else None,
        "categories": [
            {"name": b.category, "expected": b.expected, "received": b.received}
            for b in report.by_category
        ],
        "succeeded_at": _moment(report.succeeded_at),
        "n_errors": report.n_errors,
        "error": plain(report.error) or None,
        "hint": plain(report.hint) or None,
        "retry_at": _moment(report.retry_at),
        "tried_on": report.tried_on,
    }


def _moment(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def question_json(question: MergeQuestion) -> dict[str, Any]:
    """Give the fields of a pair that may be one paper."""
    return {
        "first": paper_json(question.first),
        "second": paper_json(question.second),
        "why": plain(question.why),
        "asked_on": question.asked_on,
    }


def hit_json(hit: SearchHit) -> dict[str, Any]:
    """Give the fields of something found."""
    return paper_json(hit.held) | {
        "kind": hit.kind,
        "page": hit.page,
        "section": plain(hit.section) or None,
        "evidence": hit.evidence,
        "matches": [{"start": start, "end": end} for start, end in hit.matches],
        "has_words": hit.has_words,
        "also": [plain(id_) for id_ in hit.also],
        "score": round(hit.score, 6),
    }


def took_json(took: TabletOutcome) -> dict[str, Any]:
    """Give the fields of a paper that should go to the tablet."""
    return paper_json(took.held) | {"outcome": took.outcome, "file": plain(took.name) or None}


def brought_json(brought: CopyOutcome) -> dict[str, Any]:
    """Give the fields of a file that came home."""
    held, counts, error = brought.held, brought.counts, brought.error
    return {
        "file": plain(brought.name),
        "outcome": brought.outcome,
        "id": held.paper.id if held else None,
        "title": plain(held.paper.title) if held else None,
        "state": held.state if held else None,
        "n_highlights": counts.there,
        "n_new": counts.new,
        "n_changed": counts.changed,
        "n_removed": counts.removed,
        "n_again": counts.again,
        "n_ink": len(counts.ink),
        "ink_pages": sorted(set(counts.ink)),
        "unread_pages": list(counts.unread),
        "copy": brought.copy or None,
        "candidates": [candidate.paper.id for candidate in brought.candidates],
        "error": plain(error.message) if error else None,
        "hint": plain(error.hint) if error else None,
    }


def removed_json(removed: RemovedCopy) -> dict[str, Any]:
    """Give the fields of a marked copy that was taken out."""
    return paper_json(removed.held) | {
        "file": plain(removed.before),
        "copy": plain(removed.path) or None,
        "n_removed": removed.n_gone,
        "n_again": removed.n_again,
        "n_changed": removed.n_changed,
    }


def highlight_json(held: LibraryPaper, shown: VisibleMark, number: int | None) -> dict[str, Any]:
    """Give the fields of one mark; number: its place among those that are there."""
    highlight = shown.highlight
    return paper_json(held) | {
        "kind": highlight.kind,
        "page": highlight.page,
        "text": plain(highlight.text),
        "note": highlight.note,
        "colour": highlight.colour or None,
        "is_flattened": highlight.is_flattened,
        "n_ink": 0,
        "at": _moment(shown.at),
        "gone_at": _moment(shown.gone_at),
        "number": number,
    }


def ink_json(held: LibraryPaper, page: int | None, n_ink: int) -> dict[str, Any]:
    """Give the fields of what was drawn by hand on a page of a paper's PDF."""
    return paper_json(held) | {
        "kind": "ink",
        "page": page,
        "text": "",
        "note": "",
        "colour": None,
        "is_flattened": False,
        "n_ink": n_ink,
        "at": None,
        "gone_at": None,
        "number": None,
    }


def added_json(
    added: FileOutcome | None, held: LibraryPaper | None, pdf: str | None = None
) -> dict[str, Any]:
    """Give the fields of one thing that was added; added: None for one added by its id."""
    addition = added.addition if added else None
    return {
        "path": addition.path if addition else None,
        "outcome": addition.outcome if addition else "identified",
        "id": held.paper.id if held else None,
        "title": plain(held.paper.title) if held else None,
        "topic": held.topic if held else None,
        "key": held.key if held else None,
        "pdf": pdf,
        "why": plain(addition.why) if addition else "",
        "hint": plain(addition.hint) or None if addition else None,
        "is_new": added.is_new if added else True,
        "is_moved": added.is_moved if added else False,
        "stayed": plain(added.stayed) or None if added else None,
        "n_highlights": added.marked.n_highlights if added else 0,
        "n_new_highlights": added.marked.n_new if added else 0,
        "n_ink": added.marked.n_ink if added else 0,
        "copy": added.marked.copy or None if added else None,
        "lacking": [_what(e) for e in (added.lacking, added.marked.error) if e] if added else [],
        "candidates": [paper_json(one) for one in added.candidates] if added else [],
    }


def _what(error: ReaderError) -> str:
    return plain(str(error.values.get("what", error.message)))


def _plain_value(value: object) -> str:
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no JSON form here")
