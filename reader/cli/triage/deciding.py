"""Decide on the papers of one list: each key one transaction, on the disk when it returns.

Another device may have the same list open: what it decided is seen before anything is
decided here, and wins. Knows no screen; gives what there is to say.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from reader.library.choose import decide_rows, undo
from reader.library.folder import Library
from reader.paper import Held, State
from reader.phrases import say
from reader.plain import plain
from reader.store import papers
from reader.store.decisions import Kind


@dataclass(slots=True)
class Deciding:
    """The papers of a list as they stand.

    held: by row, all that the list can show. acted: those decided here, each once.
    """

    library: Library
    held: dict[int, Held]
    acted: set[int] = field(default_factory=set)

    @property
    def states(self) -> dict[int, State]:
        return {row: held.state for row, held in self.held.items()}

    def refresh(self, rows: Iterable[int] | None = None) -> bool:
        """Look what others decided meanwhile; tells whether anything changed."""
        wanted = list(self.held if rows is None else rows)
        found = {h.row: h for h in papers.papers_at(self.library.db, wanted) if h.row in self.held}
        changed = {row for row, h in found.items() if h.state != self.held[row].state}
        self.held.update(found)
        return bool(changed)

    def decide(self, kind: Kind, row: int) -> tuple[bool, str]:
        """Pick or skip a paper; gives whether it was done, and what to say."""
        title = plain(self.held[row].paper.title)
        with self.library.db.writing():
            if self.refresh([row]):
                return False, say(f"screen.elsewhere.{self.held[row].state}", title=title)
            state = self.held[row].state
            if state == "read":
                return False, say("screen.has_note", title=title)
            if state == kind:
                return True, say(f"screen.already.{kind}", title=title)
            [now] = decide_rows(self.library, kind, [row])
        self.held[row] = now
        self.acted.add(row)
        key = "picked" if kind == "pick" else "skipped"
        return True, plain(say(key, title=title, topic=now.topic))

    def waiting(self, rows: Sequence[int]) -> list[int]:
        """List those of some papers that have no decision."""
        return [row for row in rows if self.held[row].state == "candidate"]

    def skip_all(self, rows: Sequence[int]) -> str:
        """Skip those papers that still have no decision, in one act; gives what to say."""
        with self.library.db.writing():
            self.refresh(rows)
            left = self.waiting(rows)
            if left:
                decide_rows(self.library, "skip", left)
        self.refresh(left)
        self.acted.update(left)
        return say("screen.skipped_rest", n=len(left))

    def undo(self) -> tuple[list[int], str]:
        """Take back the last act on papers of this list; gives its papers and what to say."""
        undone = undo(self.library, only=self.held)
        self.held.update({h.row: h for h in undone})
        if not undone:
            return [], say("undo.nothing")
        if len(undone) > 1:
            return [h.row for h in undone], say("screen.undone", n=len(undone))
        return [undone[0].row], say("undone", title=plain(undone[0].paper.title))

    def outcome(self) -> tuple[list[int], int]:
        """Give the papers picked here that still are, and how many were skipped here."""
        states = self.states
        picked = [row for row in self.held if row in self.acted and states[row] == "pick"]
        return picked, sum(states[row] == "skip" for row in self.acted)
