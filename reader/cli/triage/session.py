"""Keep the state of the list: what each key does, and what the screen shows after it.

Knows no terminal: keys come in as names, and `view` returns values to lay out. Actions outside
of the screen (an editor, a browser) are passed in as functions.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from reader.base.errors import ReaderError
from reader.base.messages import N_, Text, _, ngettext, say_day
from reader.base.text import plain
from reader.cli.output import with_hint
from reader.cli.terminal import CHOICES, letter
from reader.cli.triage.entries import (
    Finding,
    Row,
    Tagging,
    listed_in,
    moved,
    next_of,
    papers_in,
    queued_in,
    rows_of,
    start_of,
)
from reader.cli.triage.layout import (
    WITH_PAPER,
    CoverPage,
    Head,
    View,
    Which,
    chosen,
    last_top,
    page_for,
    shares,
)
from reader.library.folder import Library
from reader.library.paper import LibraryPaper
from reader.library.passage import minutes, spent_s
from reader.library.rows import properties
from reader.library.rows.decisions import last_decided, moments_on
from reader.morning.decide import Deciding, mute, other_topics, parts_of, topic_now
from reader.morning.lanes import relisted
from reader.morning.pick import entries_of, fetching, pdfs_here, rows_with_pdf, waiting_picks
from reader.morning.values import Entry, Morning, SourceLine, States, entry_seconds, n_waiting
from reader.notes.rows.notes import n_noted_on
from reader.ranking.topic import MuteKind
from reader.texts.morning import muted_part
from reader.texts.sources import families, no_network_text


@dataclass(frozen=True, slots=True)
class Hands:
    """The actions that leave the screen.

    write_note: returns whether a note was written. open_paper: returns a message. stop: gives
    the terminal to the shell until it calls us back. redraw: paints the whole screen. reread:
    reads the morning again, after a mute.
    """

    write_note: Callable[[LibraryPaper], bool]
    open_paper: Callable[[LibraryPaper], str]
    stop: Callable[[], None]
    redraw: Callable[[], None]
    reread: Callable[[], Morning]


class Covering:
    """The page that covers the list, or none; it is made again when the screen's size changes."""

    def __init__(self, make: Callable[[Which, int], CoverPage | None]) -> None:
        self._make = make
        self._which: Which = "help"
        self.page: CoverPage | None = None

    def turn(self, which: Which, width: int) -> None:
        """Show a page; a page about a paper is not shown where there is none."""
        self._which = which
        self.page = self._make(which, width)

    def resize(self, width: int) -> None:
        """Make the page again for another width."""
        if self.page:
            self.page = self._make(self._which, width)

    def press(self, key: str, height: int) -> str:
        """Scroll or leave the page; returns a key that the list has to handle, "" for none."""
        page = self.page
        if page is None:
            return key
        # Head and foot take two lines; one line of the page stays in sight.
        n, end = max(height - 3, 1), last_top(page, height)
        steps = {
            "<down>": 1, "j": 1, "<up>": -1, "k": -1, " ": n, "<page down>": n, "<page up>": -n,
            "<home>": -page.top, "g": -page.top, "<end>": end,
        }  # fmt: skip
        if key in steps:
            self.page = replace(page, top=min(max(page.top + steps[key], 0), end))
            return ""
        # Any other key leaves the page. Decisions count at once only on a page of the paper.
        self.page = None
        if self._which not in WITH_PAPER:
            return ""
        # These two pages lead to each other: w from the paper, enter from the reasons.
        if self._which == "paper":
            return key if key.lower() in ("p", "s", "t", "o", "n", "u", "w") else ""
        return key if key.lower() in ("p", "s", "t", "o", "n", "u", "<enter>", "<right>") else ""


class Progress:
    """The progress of the day: minutes, notes and PDFs.

    The minutes spent come from the day's decisions on all devices and the keys pressed here.
    """

    def __init__(
        self, library: Library, shown: Morning, papers: Sequence[int], more: tuple[str, ...]
    ) -> None:
        self._library, self._shown, self._more = library, shown, more
        self.n_written = shown.quota.written
        decided = moments_on(library.db, library.today(), papers)
        self.pdfs, self.fetching = shown.pdfs, shown.fetching
        self.queued = {one.paper.row: one for one in shown.queue}
        # The opening counts as an act: the first paper is read before the first key.
        self._moments: list[datetime] = [*decided, library.now()]
        self._seconds: dict[int, float] = {}

    def note_key(self) -> None:
        """Record that a key was pressed, for the minutes spent."""
        self._moments.append(self._library.now())

    def refresh(self) -> None:
        """Count today's notes and the PDFs that are here again."""
        library = self._library
        self.n_written, _unused = n_noted_on(library.db, library.today())
        if self.pdfs and self.pdfs.n < self.pdfs.of:
            picked = waiting_picks(library)
            here = rows_with_pdf(library, picked)
            self.pdfs = pdfs_here(library, picked, here)
            self.fetching = fetching(library, self.pdfs)
            self.queued |= {one.paper.row: one for one in entries_of(library, picked, here)}

    def head(
        self, entries: Sequence[Entry], states: States, *, put_off: Container[int] = ()
    ) -> Head:
        """Make the values above the list. entries: the papers to decide on.

        put_off: rows of picks that are not to be read now.
        """
        shown = self._shown
        waiting = [entry for entry in entries if states[entry.paper.row] == "candidate"]
        for entry in waiting:
            # Counted once for each paper: this runs at every key.
            if entry.paper.row not in self._seconds:
                self._seconds[entry.paper.row] = entry_seconds(entry)
        n_queued, to_go = 0, minutes(sum(self._seconds[entry.paper.row] for entry in waiting))
        if not entries:
            # Without papers to decide, the quota is read from the queue.
            queue = [
                one
                for row, one in self.queued.items()
                if states[row] == "pick" and row not in put_off
            ]
            n_queued = len(queue)
            left_to_write = max(shown.quota.target - self.n_written, 0)
            to_go = sum(one.minutes for one in queue[:left_to_write])
        return Head(
            day=say_day(shown.day, "short"),
            n_decided=len(entries) - n_waiting(entries, states),
            n_all=len(entries),
            n_queued=n_queued,
            spent=minutes(spent_s(self._moments)),
            to_go=to_go,
            written=self.n_written,
            target=shown.quota.target,
            more=(*self._more, *self._pdfs_here()),
            has_to_read=any(
                state in ("candidate", "pick") and row not in put_off
                for row, state in states.items()
            ),
            lacking=_lacking(shown.sources),
        )

    def _pdfs_here(self) -> Iterator[str]:
        """Tell how many PDFs of the queue are here, where some are not."""
        pdfs = self.pdfs
        if pdfs is None or pdfs.n == pdfs.of:
            return
        failed = _(", {n} failed", n=pdfs.n_failed) if pdfs.n_failed else ""
        key = (
            N_("PDFs: {n} of {of} here{failed}, fetching")
            if self.fetching == "now"
            else N_("PDFs: {n} of {of} here{failed}")
        )
        yield _(key, n=pdfs.n, of=pdfs.of, failed=failed)


def _lacking(sources: Sequence[SourceLine]) -> str:
    """Say which sources the list lacks, "" for none."""
    if no_network_text(sources):
        return _("INCOMPLETE (press i): no source can be reached.")
    if missing := families([plain(s.name) for s in sources if s.is_missing]):
        return _(
            "INCOMPLETE (press i): papers may be missing from {names}.",
            names=_(", ").join(missing),
        )
    return ""


class ListSession:
    """The state of one list, from its opening until `is_over`.

    is_interrupted: it was ended by Ctrl-C. here: the row of the current paper. _to_confirm: rows
    that a second key will skip. _choices: the topics offered for the current paper; _mutable: what
    of it can be muted.
    """

    def __init__(
        self,
        library: Library,
        shown: Morning,
        hands: Hands,
        *,
        more: tuple[str, ...] = (),
        message: str = "",
    ) -> None:
        self._library, self._hands = library, hands
        self._as_opened = shown
        listed = {e.paper.row: e.paper for e in shown.entries}
        # A paper of the queue that is in the list too belongs to the list.
        queued = {one.paper.row: one.paper for one in shown.queue if one.paper.row not in listed}
        self.deciding = Deciding(library, listed | queued, queued=frozenset(queued))
        # In this order: `_relisted` needs both.
        self._progress = Progress(library, shown, list(listed), more)
        self._shown = self._relisted()
        self._finding = Finding()
        self._covering = Covering(self._make_page)
        self._is_open = False
        self._to_confirm: tuple[int, ...] = ()
        self._choices: tuple[str, ...] = ()
        self._mutable: list[tuple[MuteKind, str]] = []
        self._tagging: Tagging | None = None
        self._message, self._is_warning = message, bool(message)
        self.is_over = self.is_interrupted = False
        self._size = (80, 24)
        self._rows: tuple[Row, ...] = rows_of(self._shown)
        self._n_rows = len(self._rows)
        last = last_decided(library.db, list(listed))
        self.here = start_of(self._rows, self.deciding.states, last)
        self._before = self.here

    @property
    def page(self) -> CoverPage | None:
        """The page that covers the list, None for none."""
        return self._covering.page

    @property
    def n_left(self) -> int:
        """The papers of the morning without a decision; doubtful ones only while shown."""
        return n_waiting(self._listed(), self.deciding.states)

    def view(self) -> View:
        """Collect the values that the screen shows now."""
        message, is_warning, finding = self._message, self._is_warning, self._finding
        listed, states = self._listed(), self.deciding.states
        if finding.is_typing or (finding.query and not message):
            # A query looks through the folded papers too, so they count.
            of = len(papers_in(rows_of(self._shown, is_open=True)))
            message = finding.text(len(papers_in(self._rows)), of)
        if self._tagging:
            message = self._tagging.text
        if self._to_confirm:
            message, is_warning = (
                ngettext(
                    "Skip {n} undecided paper? y: yes · any other key: no",
                    "Skip {n} undecided papers? y: yes · any other key: no",
                    len(self._to_confirm),
                ),
                True,
            )
        put_off = self.deciding.put_off
        head = self._progress.head(listed, states, put_off=put_off)
        return View(head, self._rows, states, self.here, message, is_warning, self._n_rows, put_off)

    def resize(self, size: tuple[int, int]) -> None:
        """Set the screen's size: (columns, lines)."""
        is_other = size != self._size
        self._size = size
        if is_other:
            self._covering.resize(size[0])
            self._lay()

    def tell(self, text: str, *, is_warning: bool = False) -> None:
        """Show a message until the next key."""
        self._message, self._is_warning = text, is_warning

    def tick(self) -> None:
        """Read what other devices decided meanwhile."""
        try:
            self.deciding.refresh()
            self._progress.refresh()
            self._lay()
        except ReaderError as error:
            self.tell(plain(with_hint(error.message, error.hint)), is_warning=True)

    def press(self, key: str) -> None:
        """Handle a key. An error of the library becomes the message, and nothing moves."""
        self._progress.note_key()
        key = letter(key)
        try:
            # The terminal's own keys come first: they work in every question. A question takes
            # the next key, whatever is on the screen.
            if key == "<ctrl-c>":
                self.is_over = self.is_interrupted = True
            elif key == "<ctrl-z>":
                self._hands.stop()
            elif key == "<ctrl-l>":
                self._hands.redraw()
            elif self._to_confirm:
                self._answer(key)
            elif self._choices:
                self._choose(key)
            elif self._mutable:
                self._choose_mute(key)
            elif self._tagging:
                self._tag(self._tagging, key)
            elif self._finding.is_typing:
                self._finding.press(key)
                if key == "<escape>":
                    self.here = self._before
                self._lay()
            # A page takes the key first; what it gives back is meant for the list.
            elif not self.page or (key := self._covering.press(key, self._size[1])):
                self.tell("")
                # Capitals count as small letters; only S is another key than s.
                if act := self._acts().get(key if key == "S" else key.lower()):
                    act()
                elif not key.startswith("<"):
                    self.tell(_("{key} does nothing here; ? shows the keys.", key=key))
        except ReaderError as error:
            self.tell(plain(with_hint(error.message, error.hint)), is_warning=True)

    def _acts(self) -> dict[str, Callable[[], None]]:
        # A page is as long as the list on the screen; head, rule and foot take 3 lines.
        page = max(shares(self._n_rows, self._size[1] - 3)[0] - 1, 1)
        every = len(self._rows)
        moves = {
            "j": 1, "<down>": 1, "k": -1, "<up>": -1, "<page down>": page, "<page up>": -page,
            "g": -every, "<home>": -every, "<end>": every,
        }  # fmt: skip
        return {
            "p": lambda: self._act(partial(self.deciding.decide, "pick")),
            "s": lambda: self._act(partial(self.deciding.decide, "skip")),
            "S": self._ask_rest,
            "x": self._ask_topic,
            "m": self._ask_mute,
            "u": self._undo,
            " ": self._later,
            "l": lambda: self._act(self.deciding.later),
            "t": self._ask_tags,
            "o": self._open,
            "n": self._note,
            "w": lambda: self._turn("why"),
            "<enter>": lambda: self._turn("paper"),
            "<right>": lambda: self._turn("paper"),
            "i": lambda: self._turn("morning"),
            "?": lambda: self._turn("help"),
            "h": lambda: self._turn("help"),
            "/": self._find,
            "<escape>": self._show_all,
            "d": self._toggle,
            **{key: partial(self._move, by) for key, by in moves.items()},
            "q": self._leave,
            "<ctrl-d>": self._leave,
        }

    def _leave(self) -> None:
        self.is_over = True

    def _move(self, by: int) -> None:
        self.here = moved(self._rows, self.here, by)

    def _act(self, act: Callable[[int], tuple[bool, Text]]) -> None:
        """Do something with the current paper, and go to the next one."""
        if self.here is None or not self._entry():
            return
        is_done, text = act(self.here)
        self.tell(str(text), is_warning=not is_done)
        if is_done:
            self._go_on()

    def _later(self) -> None:
        before = self.here
        self._go_on()
        # `_go_on` may have said already that all are decided.
        if self.here == before and not self._message:
            self.tell(_("There is no undecided paper below this one."))

    def _go_on(self) -> None:
        """Go to the next paper without a decision; without any say so, or go on in the queue."""
        before = self.here
        if before is None:
            return
        self.here = next_of(self._rows, self.deciding.states, before)
        if self.here == before and (before in self.deciding.queued or not self.n_left):
            self._go_on_in_queue(before)
        elif not self.n_left:
            self._tell_all_decided()

    def _go_on_in_queue(self, before: int) -> None:
        """Go to the next pick of the queue to be read; say so on entering the queue."""
        queued, states = queued_in(self._rows), self.deciding.states
        below = queued[queued.index(before) + 1 :] if before in queued else queued
        waiting = [r for r in queued if states[r] == "pick" and r not in self.deciding.put_off]
        self.here = next((row for row in below if row in waiting), before)
        if before not in queued:
            self._tell_all_decided(len(waiting))

    def _tell_all_decided(self, n_queued: int = 0) -> None:
        has_fold = any(row.kind == "fold" for row in self._rows)
        with_fold, without = (
            (
                N_("All but those that may be yours (d) are decided; next is your queue ({n})."),
                N_("All papers are decided; next is your queue ({n}). q quits."),
            )
            if n_queued
            else (
                N_("All papers are decided; q quits, d shows those that may be yours."),
                N_("All papers are decided; q quits."),
            )
        )
        ending = _(with_fold if has_fold else without, n=n_queued)
        # In front of the message about the paper: its title may be long, and the end is cut.
        self.tell(f"{ending} {self._message}".strip())

    def _ask_rest(self) -> None:
        rows = self.deciding.waiting([e.paper.row for e in papers_in(self._rows)])
        if rows:
            self._to_confirm = tuple(rows)
        else:
            self.tell(_("There is nothing left to skip."))

    def _answer(self, key: str) -> None:
        rows, self._to_confirm = self._to_confirm, ()
        if key.lower() == "y":
            self.tell(str(self.deciding.skip_all(rows)))
        else:
            self.tell(_("Nothing was skipped."))

    def _ask_topic(self) -> None:
        """Ask which topic the paper has, if not the one that the list shows."""
        if entry := self._entry():
            others = other_topics(self._library, self._listed_under(entry))
            self._choices = tuple(topic.path for topic in others)
            self._turn("topics")

    def _choose(self, key: str) -> None:
        self._covering.press(key, self._size[1])
        # The key only scrolled: the question stays.
        if self.page:
            return
        is_chosen, topic = chosen(key.lower(), self._choices)
        self._choices = ()
        entry = self._entry()
        if not is_chosen or entry is None:
            self.tell(_("The topic is unchanged."))
            return
        row = entry.paper.row
        is_done, text = self.deciding.wrong(row, topic, listed=self._listed_under(entry))
        self.tell(str(text), is_warning=not is_done)
        self._lay()
        if is_done and self.deciding.papers[row].state != "candidate":
            self._go_on()

    def _ask_mute(self) -> None:
        """Ask what of the current paper is to be muted."""
        if entry := self._entry():
            self._mutable = parts_of(self._library, entry.paper)
            self._turn("mutes")

    def _choose_mute(self, key: str) -> None:
        self._covering.press(key, self._size[1])
        if self.page:
            return
        part = dict(zip(CHOICES, self._mutable, strict=False)).get(key.lower())
        self._mutable = []
        if part is None:
            self.tell(_("Nothing was muted."))
            return
        mute(self._library, [part])
        self._reread()
        self.tell(_("Muted: {what}. u undoes this.", what=muted_part(*part)))

    def _reread(self) -> None:
        """Read the list again: what is muted is gone, and others may stand in its place."""
        rows = [entry.paper.row for entry in papers_in(self._rows)]
        below = rows[rows.index(self.here) :] if self.here in rows else []
        self._as_opened = self._hands.reread()
        listed = {e.paper.row: e.paper for e in self._as_opened.entries}
        self.deciding.papers |= listed
        self.deciding.queued -= listed.keys()
        self.here = next((row for row in below if row in listed), self.here)
        self._lay()

    def _ask_tags(self) -> None:
        if entry := self._entry():
            self._covering.page = None
            known = sorted(properties.spellings(self._library.db).values())
            self._tagging = Tagging("".join(f"{tag}, " for tag in entry.paper.tags), known)

    def _tag(self, tagging: Tagging, key: str) -> None:
        """Handle a key while the tags of the current paper are typed."""
        if key not in ("<enter>", "<escape>"):
            tagging.press(key)
            return
        self._tagging = None
        if key == "<enter>" and self.here is not None:
            self.tell(str(self.deciding.tag(self.here, tagging.typed)))
        else:
            self.tell(_("The tags are unchanged."))

    def _listed_under(self, entry: Entry) -> str | None:
        """Find the topic of feeds.toml under which the list has a paper."""
        known = {topic.path for topic in self._library.config.topics}
        filed = entry.paper.topic if entry.paper.topic in known else None
        return filed or entry.topic or topic_now(self._library, entry.paper)

    def _undo(self) -> None:
        rows, text = self.deciding.undo()
        # Without a paper it was a mute, whose papers come back.
        self._lay() if rows else self._reread()
        self.tell(str(text))
        # Its paper may be folded away or not match the query: show all, so that it is seen.
        if rows and not self._shown_of(rows):
            self._is_open, self._finding = True, Finding()
            self._lay()
        self.here = next(iter(self._shown_of(rows)), self.here)

    def _shown_of(self, rows: Sequence[int]) -> list[int]:
        """Select the rows that are in the list now, in its order."""
        return [e.paper.row for e in papers_in(self._rows) if e.paper.row in rows]

    def _open(self) -> None:
        if entry := self._entry():
            self.tell(self._hands.open_paper(entry.paper))

    def _note(self) -> None:
        entry = self._entry()
        if entry and self._hands.write_note(entry.paper):
            self.tick()
            written, target = self._progress.n_written, self._shown.quota.target
            self.tell(_("{written} of {target} written today.", written=written, target=target))
            self._go_on()

    def _toggle(self) -> None:
        if not (self._shown.folded or self._shown).doubtful:
            self.tell(_("There are no other papers that may be yours today."))
            return
        self._is_open = not self._is_open
        self._lay()

    def _find(self) -> None:
        self._before = self.here
        self._finding.is_typing = True

    def _show_all(self) -> None:
        self._finding = Finding()
        self._lay()

    def _lay(self) -> None:
        """Make the rows of the list again; the current paper stays, if it is still shown."""
        self._shown = self._relisted()
        query = self._finding.query
        self._rows = rows_of(self._shown, is_open=self._is_open, query=query, size=self._size)
        # While a query narrows the list, the screen is divided as before, so that nothing jumps.
        if not query:
            self._n_rows = len(self._rows)
        if not self._entry():
            found = start_of(self._rows, self.deciding.states)
            # A query without hits leaves the person where they began to type it.
            self.here = self._before if found is None else found

    def _relisted(self) -> Morning:
        own = {topic.path for topic in self._library.config.own_topics}
        now, opened = self._progress, self._as_opened
        shown = replace(
            opened,
            quota=replace(opened.quota, written=now.n_written),
            queue=tuple(now.queued.get(one.paper.row, one) for one in opened.queue),
            pdfs=now.pdfs,
            fetching=now.fetching,
        )
        return relisted(shown, self.deciding.words, own)

    def _listed(self) -> list[Entry]:
        """List the papers that count as the morning: doubtful ones while shown, never the queue."""
        return listed_in(rows_of(self._shown, is_open=self._is_open))

    def _entry(self) -> Entry | None:
        """Return the current paper with its state as of now; None in an empty list."""
        found = next((e for e in papers_in(self._rows) if e.paper.row == self.here), None)
        return found and replace(found, paper=self.deciding.papers[found.paper.row])

    def _turn(self, which: Which) -> None:
        self._covering.turn(which, self._size[0])

    def _make_page(self, which: Which, width: int) -> CoverPage | None:
        choices = self._choices or [muted_part(*part) for part in self._mutable]
        return page_for(which, self._shown, self._entry(), width, choices)
