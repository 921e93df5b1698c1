"""Find the paper that is meant, and record what was decided on it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from reader.errors import UsageError
from reader.filing import UNFILED as UNFILED
from reader.library.best_folder import file_away as file_away
from reader.library.best_folder import folder_of as folder_of
from reader.library.best_folder import topic_for as topic_for
from reader.library.folder import Library
from reader.library.named_paper import find_paper as find_paper
from reader.library.receiving import keep_arrival, meant_at
from reader.paper import Held
from reader.phrases import say
from reader.plain import plain
from reader.store import decisions, papers
from reader.store.decisions import Kind


def decide(library: Library, kind: Kind, texts: Sequence[str]) -> list[Held]:
    """Pick or skip papers in one act; either all of the ids are found or nothing is decided.

    Returns the papers as they stand then, each once. A picked paper is filed and gets
    its key.
    """
    found = {held.row: held for held in (find_paper(library, text) for text in texts)}
    return decide_rows(library, kind, list(found))


def decide_rows(library: Library, kind: Kind, rows: Sequence[int]) -> list[Held]:
    """Pick or skip papers by row, in one transaction.

    What was decided since, where this was meant earlier and arrives only now, stands.
    """
    now = library.now()
    with library.db.writing():
        overtaken = _overtaken(library, rows)
        decisions.add_decisions(library.db, kind, rows, at=now, on=library.today())
        if kind == "pick":
            for held in papers.papers_at(library.db, [r for r in rows if r not in overtaken]):
                file_away(library, held)
        if library.sent and overtaken:
            arrived = library.sent.arrived_at
            decisions.take_back(library.db, overtaken, at=arrived, on=library.day_of(arrived))
            library.sent.overtaken += papers.papers_at(library.db, overtaken)
        keep_arrival(library)
    return papers.papers_at(library.db, rows)


def _overtaken(library: Library, rows: Sequence[int]) -> list[int]:
    """List the papers on which something was decided after the moment of a late act."""
    moment = meant_at(library)
    if moment is None:
        return []
    later = decisions.decided_after(library.db, rows, moment)
    return [row for row in rows if row in later]


def undo(library: Library, *, only: Collection[int] | None = None) -> list[Held]:
    """Take back the last act; returns its papers as they stand then, none when there is none.

    only: the papers (rows) that it may be about; an act on another one stays, and raises
    UsageError.
    """
    with library.db.writing():
        undone = decisions.undo_last(
            library.db, at=library.now(), on=library.today(), until=meant_at(library)
        )
        found = papers.papers_at(library.db, _unique(d.paper for d in undone))
        others = [held for held in found if only is not None and held.row not in only]
        if others:
            title = plain(others[0].paper.title)
            raise UsageError(what=say("undo.older", title=title), hint=say("undo.older.hint"))
        keep_arrival(library)
    return found


def _unique(rows: Iterable[int]) -> list[int]:
    return list(dict.fromkeys(rows))
