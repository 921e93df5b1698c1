"""Store the votes of past daily pages: the days that were read, their papers and authors.

They are for authors' records alone (`ranking.rows.talk`): no row here is a paper of the library,
a post or a mention.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from reader.library.identity import author_key
from reader.library.rows.database import Database


@dataclass(frozen=True, slots=True)
class VotedPaper:
    """A paper of a daily page: its identifier, its up-votes and its authors as printed."""

    id: str
    n_votes: int
    authors: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StoredVotes:
    """The votes that were imported: of which days, and how much.

    first, last: the first and the last day that was read, None for none.
    """

    first: date | None
    last: date | None
    n_days: int
    n_papers: int
    n_votes: int


def days_read(db: Database) -> set[date]:
    """Load the days whose page was read."""
    return {date.fromisoformat(row["day"]) for row in db.read("SELECT day FROM vote_days")}


def add_day(db: Database, day: date, several: Iterable[VotedPaper]) -> None:
    """Add the papers of a day's page, and that it was read, in one transaction.

    A paper that stood on another page before keeps the earlier day and the higher votes.
    """
    with db.writing():
        db.execute("INSERT INTO vote_days VALUES (?) ON CONFLICT DO NOTHING", (day.isoformat(),))
        for voted in several:
            db.execute(
                """
                INSERT INTO vote_papers (identifier, day, n_votes) VALUES (?, ?, ?)
                ON CONFLICT DO UPDATE SET day = min(day, excluded.day),
                    n_votes = max(n_votes, excluded.n_votes)
                """,
                (voted.id, day.isoformat(), voted.n_votes),
            )
            # Folded, so that all printings of a name have one record.
            db.execute_many(
                """
                INSERT INTO vote_authors (author, voted)
                SELECT ?, id FROM vote_papers WHERE identifier = ? ON CONFLICT DO NOTHING
                """,
                [(author_key(name), voted.id) for name in voted.authors],
            )


def stored_votes(db: Database) -> StoredVotes:
    """Sum up what was imported."""
    days = db.read("SELECT min(day) AS first, max(day) AS last, count(*) AS n FROM vote_days")[0]
    of_papers = db.read("SELECT count(*) AS n, total(n_votes) AS votes FROM vote_papers")[0]
    first, last = (date.fromisoformat(d) if d else None for d in (days["first"], days["last"]))
    return StoredVotes(first, last, days["n"], of_papers["n"], int(of_papers["votes"]))
