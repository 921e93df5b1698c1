"""Do once what a browser sends, whatever arrives again, and for the moment when it was made.

A queue sends again what was not answered: the answer may have been lost after the deed. So
each deed notes the act's id down in its own transaction (`keep_arrival`); a killed server has
either both or none of them. Knows no request and no page.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from reader.base.errors import ReaderError, UsageError
from reader.base.messages import say
from reader.base.text import plain, shorten
from reader.library.folder import Library
from reader.library.paper import LibraryPaper
from reader.library.rows import merges, papers, queue
from reader.library.rows.queue import Arrival, Became

OLDEST = timedelta(days=60)
"""How long something may have waited and still counts for its own day."""

_FIRST = datetime(1970, 1, 1, tzinfo=UTC)
_ACT = re.compile(r"[A-Za-z0-9-]{16,64}")


@dataclass(slots=True)
class SentAct:
    """What is being done, and what became of it meanwhile.

    act: its id. made_at, arrived_at: aware, UTC; not the same where it was made offline.
    meant_at: when it was really made, where that is too far back for it to count for then.
    is_kept: its arrival is noted down in a transaction of this request.
    overtaken: papers on which something was decided later than this, which stands.
    beside: papers whose note got another revision meanwhile: the words of both are kept.
    """

    act: str
    made_at: datetime
    arrived_at: datetime
    meant_at: datetime | None = None
    is_kept: bool = False
    overtaken: list[LibraryPaper] = field(default_factory=list)
    beside: list[LibraryPaper] = field(default_factory=list)

    @property
    def is_late(self) -> bool:
        """It was made some time before it arrived."""
        return self.made_at < self.arrived_at


@dataclass(frozen=True, slots=True)
class ActLibrary(Library):
    """A library as of the moment when an act was made, which every deed on it belongs to."""

    sent: SentAct = field(kw_only=True)


def sent_act(library: Library) -> SentAct | None:
    """Return what a browser sent that is being done by this library; None for all else."""
    return library.sent if isinstance(library, ActLibrary) else None


class RepeatedAct(ReaderError):
    """{act} was done before"""

    # Never seen by a person: what receives it answers that all is well.

    def __init__(self, arrival: Arrival) -> None:
        super().__init__(act=arrival.act)
        self.arrival = arrival


def sent_of(library: Library, *, act: str, made_at: str = "", sent_at: str = "") -> SentAct:
    """Read what came with an act. Raises UsageError for an id that is none.

    made_at, sent_at: moments by the browser's clock, ISO 8601 with a zone; how far its clock
    is off shows in sent_at. A moment that is to come, far back or none counts as now; what was
    meant far back takes nothing back that was decided since.
    """
    if not _ACT.fullmatch(act):
        raise UsageError(what=say("web.act.bad"), hint=say("web.act.bad.hint"))
    now = library.now()
    made = _moment(made_at)
    sent = _moment(sent_at)
    # By how long ago, and not by when: the browser's clock may be off by hours.
    if made and sent and made <= sent:
        made = now - min(sent - made, now - _FIRST)
    if made is None or made > now:
        made = now
    if made < now - OLDEST:
        return SentAct(act, now, now, meant_at=made)
    return SentAct(act, made, now)


def receiving(library: Library, sent: SentAct) -> ActLibrary:
    """Return the library as of the moment when an act was made, for the deeds of this act.

    Raises Repeated where it was done before.
    """
    _raise_if_repeated(library, sent)
    # One moment for all of it, also of what is done at once: by that a note and its act are known
    # to belong together.
    return ActLibrary(
        library.folder, library.config, library.db, now=lambda: sent.made_at, sent=sent
    )


def keep_arrival(library: Library, *, note: int | None = None) -> None:
    """Note down that the act is done for which this library was given, if it was for one.

    Called within the transaction of what it did. note: the revision that came of it and has
    its words alone: what is written on, offline, begins from there.
    Raises Repeated where another request did the same meanwhile; all is rolled back then.
    """
    sent = sent_act(library)
    if sent is None or sent.is_kept:
        return
    became: Became = "overtaken" if sent.overtaken else "beside" if sent.beside else "done"
    about = [*sent.overtaken, *sent.beside]
    paper = about[0].row if about else None
    arrival = Arrival(sent.act, sent.made_at, sent.arrived_at, note, became, paper)
    if not queue.add_arrival(library.db, arrival):
        _raise_if_repeated(library, sent)
    sent.is_kept = True


def what_became(library: Library, act: str) -> str:
    """Tell what became of an act where it was not simply done; "" where it was."""
    found = queue.arrival_of(library.db, act)
    if found is None or found.became == "done" or found.paper is None:
        return ""
    row = merges.row_now(library.db, found.paper)
    title = "".join(plain(held.paper.title) for held in papers.papers_at(library.db, [row]))
    return say(f"web.{found.became}", title=shorten(title, 60))


def _raise_if_repeated(library: Library, sent: SentAct) -> None:
    before = queue.arrival_of(library.db, sent.act)
    if before is not None:
        raise RepeatedAct(before)


def meant_at(library: Library) -> datetime | None:
    """Return the moment of an act that arrives late, None for what is done as it is meant."""
    sent = sent_act(library)
    if sent is None:
        return None
    return sent.made_at if sent.is_late else sent.meant_at


def base_of(library: Library, base: str, after: str) -> str:
    """Return the revision that a writer began from, by what came of an act of theirs.

    after: the act that saved the same note before, while its answer was not known; "" none.
    """
    found = queue.arrival_of(library.db, after) if after else None
    return base if found is None or found.note is None else str(found.note)


def _moment(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
        return found.astimezone(UTC) if found.tzinfo else None
    except (ValueError, OverflowError):
        return None
