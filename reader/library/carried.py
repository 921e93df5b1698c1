"""Choose what a device keeps for when there is no network. Knows no page and no address."""

from __future__ import annotations

from dataclasses import dataclass

from reader.library.folder import Library
from reader.paper import Held
from reader.store import carried, papers

MOST_PICKS = 20
MOST_NOTES = 20
"""Papers of each: with a page for the paper and one for its note, some megabytes."""


@dataclass(frozen=True, slots=True)
class Carried:
    """What to keep of one library.

    library: tells it from others. several: papers that wait for a note, then those with the
    newest notes, each with a text that changes when its pages do.
    """

    library: str
    several: tuple[tuple[Held, str], ...]


def carried_by(library: Library) -> Carried:
    """List what a device takes along, what is most likely to be read first."""
    db = library.db
    picked = papers.papers_at(db, carried.newest_picks(db, 5 * MOST_PICKS))
    waiting = [held for held in picked if held.state == "pick"][:MOST_PICKS]
    noted = papers.papers_at(db, carried.newest_notes(db, 5 * MOST_NOTES)[:MOST_NOTES])
    several = {held.row: held for held in (*waiting, *noted)}
    stamps = carried.stamps(db, list(several))
    return Carried(
        carried.library_id(db), tuple((held, stamps[row]) for row, held in several.items())
    )
