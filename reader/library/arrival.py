"""Apply each act that a browser sends once, as of the moment when it was made.

A browser's queue sends an act again when no answer came, although the server may have done it
already. So the id of an act is recorded in the transaction that does it (`keep_arrival`); after
a kill either both are there or neither is. Knows nothing of requests and pages.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from reader.base.errors import ReaderError, UsageError
from reader.base.messages import N_, Text, lazy_gettext
from reader.base.text import plain, shorten
from reader.library.folder import Library
from reader.library.paper import LibraryPaper
from reader.library.rows import merges, papers, queue
from reader.library.rows.queue import Arrival, Became

OLDEST = timedelta(days=60)
"""How long an act may have waited in a browser and still counts for its own day."""

_MOMENT = timedelta(microseconds=1)
_FIRST = datetime(1970, 1, 1, tzinfo=UTC)
_ACT = re.compile(r"[A-Za-z0-9-]{16,64}")


@dataclass(slots=True)
class SentAct:
    """An act that a browser sent, and its outcome so far.

    act: its id. made_at, arrived_at: aware, UTC; they differ where it was made offline.
    long_ago_at: when it was made, where that is longer ago than OLDEST; made_at is then now.
    is_kept: its arrival was recorded in a transaction of this request.
    overtaken: papers that have a later decision, which stays.
    """

    act: str
    made_at: datetime
    arrived_at: datetime
    long_ago_at: datetime | None = None
    is_kept: bool = False
    overtaken: list[LibraryPaper] = field(default_factory=list)

    @property
    def is_late(self) -> bool:
        """Check whether the act was made some time before it arrived."""
        return self.made_at < self.arrived_at


@dataclass(frozen=True, slots=True)
class ActLibrary(Library):
    """A library whose clock stands at the moment of an act, for the use cases of that act."""

    sent: SentAct = field(kw_only=True)


def sent_act(library: Library) -> SentAct | None:
    """Get the act that this library was opened for, None for a library of any other kind."""
    return library.sent if isinstance(library, ActLibrary) else None


class RepeatedAct(ReaderError):
    """An act that was received before.

    No person sees it: the code that receives it answers that all is well.
    """

    message_text = "{act} was done before"

    def __init__(self, arrival: Arrival) -> None:
        super().__init__(act=arrival.act)
        self.arrival = arrival


def sent_of(
    library: Library, *, act: str, made_at: str = "", sent_at: str = "", previous: str = ""
) -> SentAct:
    """Read the id and the moments that came with an act.

    made_at, sent_at: by the browser's clock, ISO 8601 with a zone; sent_at shows how wrong that
    clock is. A moment in the future, longer ago than OLDEST, or unreadable counts as now; an act
    that is older than OLDEST takes back nothing that was decided since.
    previous: the act that the same browser queued before, "" for none; this one counts for a
    later moment, however long the requests of the two took.
    Raises UsageError for an id of another form.
    """
    if not _ACT.fullmatch(act):
        raise UsageError(
            what=lazy_gettext("The number of this action is not valid."),
            hint=lazy_gettext("Open the page again and repeat the action."),
        )
    now = library.now()
    made = _moment(made_at)
    sent = _moment(sent_at)
    # Only the difference of the two moments counts: the browser's clock may be wrong by hours.
    # _FIRST keeps the result within what a datetime can hold.
    if made and sent and made <= sent:
        made = now - min(sent - made, now - _FIRST)
    if made is None or made > now:
        made = now
    before = queue.arrival_of(library.db, previous) if previous else None
    if before and made <= before.made_at:
        made = min(before.made_at + _MOMENT, now)
    if made < now - OLDEST:
        return SentAct(act, now, now, long_ago_at=made)
    return SentAct(act, made, now)


def receiving(library: Library, sent: SentAct) -> ActLibrary:
    """Return the library with its clock set to the moment of an act.

    Raises RepeatedAct where the act was done before.
    """
    _raise_if_repeated(library, sent)
    # The clock stands still, also for an act that was sent at once: the history finds the note of
    # a page by its moment, which is the moment of the act.
    return ActLibrary(
        library.folder, library.config, library.db, now=lambda: sent.made_at, sent=sent
    )


def keep_arrival(
    library: Library, *, note: int | None = None, beside: LibraryPaper | None = None
) -> None:
    """Record that the act of this library is done; nothing where the library has no act.

    Call it within the transaction that does the act.
    note: the revision (`notes.id`) that the act made and that holds its words alone; further
    writing on that device, offline, begins from it. beside: the paper whose note or comment was
    changed meanwhile, so that the words of both are kept.
    Raises RepeatedAct where another request did the act meanwhile; all is rolled back then.
    """
    sent = sent_act(library)
    if sent is None or sent.is_kept:
        return
    became: Became = "overtaken" if sent.overtaken else "beside" if beside else "done"
    about = sent.overtaken[0] if sent.overtaken else beside
    paper = about.row if about else None
    arrival = Arrival(sent.act, sent.made_at, sent.arrived_at, note, became, paper)
    # `receiving` checked the id too, but two requests may have passed that check together; here
    # the write lock is held.
    if not queue.add_arrival(library.db, arrival):
        _raise_if_repeated(library, sent)
    sent.is_kept = True


_OUTCOMES = {
    "overtaken": N_("“{title}”: there is a later decision from elsewhere, and it was kept."),
    "beside": N_("“{title}”: these words were also changed elsewhere. Both texts were kept."),
}


def what_became(library: Library, act: str) -> Text:
    """Describe the outcome of an act in a sentence; "" where it was done as it was meant."""
    found = queue.arrival_of(library.db, act)
    if found is None or found.became == "done" or found.paper is None:
        return ""
    # The paper may have been merged into another row since.
    row = merges.row_now(library.db, found.paper)
    title = "".join(plain(paper.record.title) for paper in papers.papers_at(library.db, [row]))
    return lazy_gettext(_OUTCOMES[found.became], title=shorten(title, 60))


def _raise_if_repeated(library: Library, sent: SentAct) -> None:
    before = queue.arrival_of(library.db, sent.act)
    if before is not None:
        raise RepeatedAct(before)


def late_moment(library: Library) -> datetime | None:
    """Get the moment of an act that arrives late, None for an act that is sent at once."""
    sent = sent_act(library)
    if sent is None:
        return None
    return sent.made_at if sent.is_late else sent.long_ago_at


def base_of(library: Library, base: str, after: str) -> str:
    """Determine the revision (`notes.id` as text) that a text from a browser was begun from.

    base: the revision as the browser knows it. after: the act that saved the same note before,
    where the browser had no answer to it yet; "" for none.
    """
    found = queue.arrival_of(library.db, after) if after else None
    return base if found is None or found.note is None else str(found.note)


def _moment(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
        return found.astimezone(UTC) if found.tzinfo else None
    except (ValueError, OverflowError):  # Overflow: the year 1 or 9999, moved to UTC
        return None
