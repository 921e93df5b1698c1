"""Test what each key of the list does to the library and to the screen."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

import pytest

from reader.base.text import columns
from reader.cli.triage.entries import papers_in, queued_in
from reader.cli.triage.layout import page_lines, text_of
from reader.cli.triage.session import Hands, ListSession
from reader.library.folder import Library
from reader.library.paper import LibraryPaper, PropertyChange
from reader.library.rows import decisions, papers
from reader.morning.decide import wrong_topic
from reader.morning.edit import tag
from reader.morning.pick import decide_rows, whole_queue, without_put_off
from reader.morning.values import Morning
from reader.notes.write import add_note
from tests.mornings import TITLES, a_morning, library_papers, morning, talk
from tests.samples import DAY, NOW, Clock, a_library

CLOCK = Clock()


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    CLOCK.now = NOW
    with a_library(tmp_path, now=CLOCK) as library:
        library_papers(library)
        yield library


def shown(library: Library) -> Morning:
    return a_morning(papers.papers_at(library.db, range(1, len(TITLES) + 1)))


@dataclass
class Fake:
    """Actions outside of the screen that record their calls."""

    library: Library
    asked: list[str] = field(default_factory=list)

    def hands(self) -> Hands:
        stop, redraw = lambda: self.asked.append("stop"), lambda: None
        return Hands(self.write, self.open, stop, redraw, lambda: shown(self.library))

    def write(self, paper: LibraryPaper) -> bool:
        add_note(self.library, paper, "It listens twice. It costs twice the time.")
        return True

    def open(self, paper: LibraryPaper) -> str:
        self.asked.append(paper.record.id)
        return f"Opened: {paper.record.id}"


@pytest.fixture
def fake(library: Library) -> Fake:
    return Fake(library)


@pytest.fixture
def session(library: Library, fake: Fake) -> ListSession:
    return ListSession(library, shown(library), fake.hands())


def press(session: ListSession, *keys: str) -> ListSession:
    for key in keys:
        for one in [key] if key.startswith("<") else key:
            session.press(one)
    return session


def states(library: Library) -> str:
    """Return the papers' states in order, a letter each: c, p, s, r."""
    return "".join(h.state[0] for h in papers.papers_at(library.db, range(1, len(TITLES) + 1)))


def said(session: ListSession) -> str:
    return session.view().message


def title(session: ListSession) -> str:
    """Return the title of the page that covers the list, "" for none."""
    return session.page.title if session.page else ""


class TestDeciding:
    def test_a_decision_is_on_the_disk_and_the_next_paper_is_there(
        self, library: Library, session: ListSession
    ) -> None:
        press(session, "p")
        assert (states(library), session.here) == ("pccccccc", 2)
        assert said(session) == f"Picked for speech/translation: {TITLES[0]}"
        press(session, "s ")
        assert (states(library), session.here) == ("psc" + "ccccc", 4)
        head = session.view().head
        assert (head.n_decided, head.n_all) == (2, 6)

    def test_each_key_is_one_act_and_u_takes_back_one(
        self, library: Library, session: ListSession
    ) -> None:
        press(session, "psu")
        assert (states(library), session.here) == ("pccccccc", 2)
        assert said(session) == f"Undone (skip): {TITLES[1]}"
        press(session, "uu")
        assert (states(library), said(session)) == (
            "cccccccc", "There is nothing to undo.")  # fmt: skip

    def test_a_decision_can_be_changed(self, library: Library, session: ListSession) -> None:
        press(session, "p", "<up>", "s")
        assert states(library) == "sccccccc"
        press(session, "<home>", "s")
        assert said(session) == f"Already skipped: {TITLES[0]}"
        assert len(decisions.moments_on(library.db, DAY, [1])) == 2

    def test_a_paper_with_a_note_stays(self, library: Library, session: ListSession) -> None:
        press(session, "n", "<up>", "s")
        assert states(library) == "rccccccc"
        assert said(session).startswith("Not skipped, because it has your note")

    def test_an_act_of_before_this_list_stays_and_is_named(
        self, library: Library, fake: Fake
    ) -> None:
        several = papers.papers_at(library.db, range(1, 9))
        without_ants = a_morning(several, doubtful=())
        decide_rows(library, "skip", [5])
        session = ListSession(library, without_ants, fake.hands())
        press(session, "u")
        assert said(session).startswith("Your last action was not in this list: On Ants")
        assert states(library) == "ccccsccc"


class TestWrongTopic:
    def test_one_key_asks_and_one_more_chooses_another_own_topic(
        self, library: Library, session: ListSession
    ) -> None:
        press(session, "x")
        assert title(session) == "Wrong topic: which one is right?"
        assert page(session)[:3] == [
            "1  speech/recognition", "2  nlp/llm", "0  none of my topics"]  # fmt: skip
        press(session, "1")
        assert (states(library), session.here, title(session)) == ("cccccccc", 1, "")
        assert said(session) == f"Moved to speech/recognition: {TITLES[0]}"
        assert listed(session, 1) == ("own", "speech/recognition")

    def test_none_of_mine_goes_on_and_the_paper_stays_in_its_place(
        self, library: Library, session: ListSession
    ) -> None:
        before = [row.entry and row.entry.paper.row for row in session.view().rows]
        press(session, "x0")
        assert (states(library), session.here) == ("sccccccc", 2)
        assert said(session) == f"Not in any of your topics, so it was skipped: {TITLES[0]}"
        assert listed(session, 1) == ("own", None)
        assert [row.entry and row.entry.paper.row for row in session.view().rows] == before
        assert session.view().rows[0].text.startswith("OWN TOPICS  3 papers for you")
        assert session.deciding.outcome() == ([], 1)

    def test_a_near_paper_comes_to_the_end_of_the_own_lane(self, session: ListSession) -> None:
        press(session, "<end>", "<up>")
        assert (session.here, listed(session, 7)) == (7, ("near", "speech/translation"))
        press(session, "x1")
        assert (session.here, listed(session, 7)) == (7, ("own", "speech/recognition"))
        press(session, "u")
        assert (session.here, listed(session, 7)) == (7, ("near", "speech/translation"))

    def test_u_takes_it_back(self, library: Library, session: ListSession) -> None:
        press(session, "x0u")
        assert (states(library), session.here) == ("cccccccc", 1)
        assert (said(session), listed(session, 1)) == (
            f"Undone (topic): {TITLES[0]}", ("own", "speech/translation"))  # fmt: skip

    def test_any_other_key_changes_nothing(self, library: Library, session: ListSession) -> None:
        for key in ("<escape>", "q", "9"):
            press(session, "x", "<down>", key)
            assert (said(session), title(session)) == ("The topic is unchanged.", "")
        assert (states(library), listed(session, 1)) == ("cccccccc", ("own", "speech/translation"))
        assert not session.is_over

    def test_the_question_fits_a_small_screen(self, session: ListSession) -> None:
        session.resize((40, 10))
        press(session, "x")
        assert session.page
        lines = [text_of(spans).rstrip() for spans in page_lines(session.page, 40, 10)]
        assert lines[:4] == [
            " Wrong topic: which one is right?",
            "  1  speech/recognition", "  2  nlp/llm", "  0  none of my topics"]  # fmt: skip
        assert all(columns(text) <= 40 for text in lines)

    def test_another_devices_topic_is_shown(self, library: Library, session: ListSession) -> None:
        wrong_topic(library, papers.papers_at(library.db, [1])[0], "speech/recognition",
                    listed="speech/translation")  # fmt: skip
        session.tick()
        assert listed(session, 1) == ("own", "speech/recognition")


def page(session: ListSession) -> list[str]:
    """Return the lines of the page that covers the list."""
    lines = session.page.lines if session.page else ()
    return [text_of(spans).strip() for spans in lines]


def listed(session: ListSession, row: int) -> tuple[str, str | None]:
    """Return the lane and the topic of a paper in the list."""
    lane = ""
    names = {"OWN": "own", "DOU": "doubtful", "TAL": "near", "WIL": "wild"}
    for found in session.view().rows:
        lane = names.get(found.text[:3], lane)
        if found.entry and found.entry.paper.row == row:
            return lane, found.entry.topic
    return "", None


class TestTheRest:
    def test_it_is_skipped_only_with_a_second_key_that_names_how_many(
        self, library: Library, session: ListSession
    ) -> None:
        press(session, "pS")
        assert said(session) == "Skip 5 undecided papers? y: yes · any other key: no"
        assert states(library) == "pccccccc"
        press(session, "S")
        assert (states(library), said(session)) == ("pccccccc", "Nothing was skipped.")
        press(session, "Sy")
        assert states(library) == "psssccss"
        assert said(session) == "Skipped 5 papers. u undoes this."

    def test_one_u_takes_all_of_it_back(self, library: Library, session: ListSession) -> None:
        press(session, "pSyu")
        assert (states(library), said(session)) == ("pccccccc", "Undone (skip): 5 papers")
        assert session.here == 2

    def test_of_a_narrowed_list_it_is_what_is_shown(
        self, library: Library, session: ListSession
    ) -> None:
        press(session, "/wait", "<enter>", "S")
        assert said(session).startswith("Skip 1 undecided paper")
        press(session, "y")
        assert states(library) == "cccscccc"

    def test_without_open_papers_it_says_so(self, session: ListSession) -> None:
        press(session, "SyS")
        assert said(session) == "There is nothing left to skip."


class TestGoingOn:
    def test_a_new_session_goes_on_where_the_last_one_stopped(
        self, library: Library, session: ListSession, fake: Fake
    ) -> None:
        press(session, "p s")
        again = ListSession(library, shown(library), fake.hands())
        assert again.here == 4
        assert again.view().head.n_decided == 2

    def test_a_decision_of_another_device_is_shown_and_wins(
        self, library: Library, session: ListSession
    ) -> None:
        decide_rows(library, "skip", [1])
        press(session, "p")
        assert said(session) == f"Just skipped elsewhere: {TITLES[0]}"
        assert states(library) == "sccccccc"
        press(session, "p")
        assert states(library) == "pccccccc"

    def test_skipping_the_rest_keeps_decisions_of_other_devices(
        self, library: Library, session: ListSession
    ) -> None:
        press(session, "S")
        decide_rows(library, "pick", [3])
        press(session, "y")
        assert states(library) == "sspsccss"

    def test_marks_of_other_devices_come_by_themselves_and_nothing_moves(
        self, library: Library, session: ListSession
    ) -> None:
        before = [row.text or row.entry for row in session.view().rows]
        decide_rows(library, "pick", [3])
        session.tick()
        assert session.view().states[3] == "pick"
        assert [row.text or row.entry for row in session.view().rows] == before
        assert session.here == 1

    def test_minutes_count_over_sessions_and_leave_pauses_out(
        self, library: Library, session: ListSession, fake: Fake
    ) -> None:
        for seconds in (60, 120):
            CLOCK.now = NOW + timedelta(seconds=seconds)
            press(session, "s")
        assert session.view().head.spent == 2
        CLOCK.now = NOW + timedelta(hours=5)
        again = ListSession(library, shown(library), fake.hands())
        assert again.view().head.spent == 1

    def test_the_minutes_left_are_those_of_open_papers(self, session: ListSession) -> None:
        before = session.view().head.to_go
        assert before >= 1
        press(session, "ssssss")
        assert session.view().head.to_go == 0

    def test_at_the_end_it_is_said_that_all_is_decided(self, session: ListSession) -> None:
        press(session, "ssssss")
        end = "All papers are decided; q quits, d shows those that may be yours. "
        assert said(session).startswith(end)
        press(session, "dSyq")
        assert session.is_over
        assert not session.is_interrupted

    def test_space_at_the_end_says_so(self, session: ListSession) -> None:
        press(session, "<end>", " ")
        assert said(session) == "There is no undecided paper below this one."


def test_the_papers_left_are_counted_as_on_the_screen(session: ListSession) -> None:
    press(session, "ps")
    assert session.n_left == 4
    press(session, "d")
    assert session.n_left == 6


class TestLooking:
    def test_words_narrow_the_list_while_they_are_typed(self, session: ListSession) -> None:
        press(session, "/音")
        assert (session.here, said(session)) == (
            2, "/音_   1 of 8 · enter keeps these · esc shows all")  # fmt: skip
        press(session, "<backspace>", "sea", "<enter>")
        assert said(session).startswith("/sea   ")
        press(session, "<escape>")
        assert len([r for r in session.view().rows if r.entry]) == 6

    def test_letters_typed_in_a_search_decide_nothing(
        self, library: Library, session: ListSession
    ) -> None:
        press(session, "/psupq", "<paste>pp\nss", "<ctrl-u>")
        assert states(library) == "cccccccc"
        assert not session.is_over

    def test_text_pasted_into_the_list_does_nothing(
        self, library: Library, session: ListSession
    ) -> None:
        press(session, "<paste>pppq")
        assert states(library) == "cccccccc"

    def test_a_search_that_finds_nothing_decides_nothing(
        self, library: Library, session: ListSession
    ) -> None:
        press(session, "/zzz", "<enter>", "p", "n", "o", "w", "S")
        assert (states(library), title(session)) == ("cccccccc", "")

    def test_after_a_search_that_finds_nothing_the_place_is_the_same(
        self, library: Library, session: ListSession
    ) -> None:
        press(session, "<down>", "<down>", "/zzz", "<enter>", " ", "<down>", "g", "S", "<escape>")
        assert (session.here, states(library)) == (3, "cccccccc")

    def test_a_cancelled_search_returns_to_the_same_paper(self, session: ListSession) -> None:
        press(session, "<down>", "<down>", "/音")
        assert session.here != 3
        press(session, "<escape>")
        assert session.here == 3

    def test_the_doubtful_are_shown_by_a_key_and_decided_like_others(
        self, library: Library, session: ListSession
    ) -> None:
        press(session, "d", "<end>", "kkk", "p")
        assert states(library) == "ccccpccc"
        assert session.view().head.n_all == 8

    def test_an_undone_paper_in_the_fold_is_shown(
        self, library: Library, session: ListSession
    ) -> None:
        press(session, "d", "<down>", "<down>", "<down>", "<down>", "s", "d", "u")
        assert (session.here, states(library)) == (5, "cccccccc")

    def test_after_undoing_several_it_goes_to_a_visible_one(
        self, library: Library, session: ListSession
    ) -> None:
        decide_rows(library, "skip", [5, 3])
        session.tick()
        press(session, "u")
        assert (session.here, states(library)) == (3, "cccccccc")

    def test_pages_are_left_by_their_keys_and_decide_from_a_paper(
        self, library: Library, session: ListSession
    ) -> None:
        press(session, "?")
        assert title(session) == "Keys"
        press(session, "p")
        assert (title(session), states(library)) == ("", "cccccccc")
        press(session, "<enter>", "w")
        assert title(session) == "Why it is here"
        press(session, "s")
        assert (title(session), states(library)) == ("", "sccccccc")

    def test_a_page_is_laid_out_anew_for_another_size(self, session: ListSession) -> None:
        press(session, "<enter>")
        before = session.page
        session.resize((40, 10))
        assert session.page is not None
        assert before is not None
        assert len(session.page.lines) > len(before.lines)

    def test_an_unknown_key_is_said(self, session: ListSession) -> None:
        press(session, "z")
        assert said(session) == "z does nothing here; ? shows the keys."


def test_the_opened_place_is_named(session: ListSession, fake: Fake) -> None:
    press(session, "o")
    assert (fake.asked, said(session)) == (["arxiv:2506.00001"], "Opened: arxiv:2506.00001")


def test_a_note_counts_at_once(session: ListSession) -> None:
    press(session, "n")
    assert (said(session), session.view().head.written, session.here) == (
        "1 of 5 written today.", 1, 2)  # fmt: skip


def test_ctrl_c_leaves_at_once_and_ctrl_z_stops(session: ListSession, fake: Fake) -> None:
    press(session, "<ctrl-z>")
    assert fake.asked == ["stop"]
    press(session, "S", "<ctrl-c>")
    assert session.is_over
    assert session.is_interrupted


def test_an_error_of_the_library_is_said_with_its_remedy_and_nothing_moves(
    library: Library, session: ListSession
) -> None:
    library.db.can_write = False
    press(session, "p")
    view = session.view()
    assert (
        view.message
        == f"{library.folder}/reader.db cannot be written. " + view.message.split(". ", 1)[1]
    )
    assert view.is_warning
    assert (states(library), session.here) == ("cccccccc", 1)
    library.db.can_write = True
    press(session, "p")
    assert states(library) == "pccccccc"


def test_undone_decisions_are_not_counted(library: Library, session: ListSession) -> None:
    press(session, "ppsu", "<down>", "s")
    assert session.deciding.outcome() == ([1, 2], 1)
    assert states(library) == "ppcscccc"


def test_an_empty_morning_takes_every_key(library: Library, fake: Fake) -> None:
    empty = replace(shown(library), own=(), near=(), doubtful=(), wild=None)
    session = ListSession(library, empty, replace(fake.hands(), reread=lambda: empty))
    press(session, "psuown Sdjkm", "<enter>", "<escape>", "i", "<end>", "q")
    assert session.view().here is None


class TestQueue:
    """Papers 7 and 8 were picked on another day, and are only in the queue."""

    @pytest.fixture
    def queued(self, library: Library, fake: Fake) -> ListSession:
        CLOCK.now = NOW - timedelta(days=3)
        decide_rows(library, "pick", [8])
        decide_rows(library, "pick", [7])
        CLOCK.now = NOW
        several = papers.papers_at(library.db, range(1, 9))
        morning = a_morning(several, doubtful=(), near=(), wild=None)
        waiting = without_put_off(whole_queue(library), DAY)
        return ListSession(library, replace(morning, queue=waiting), fake.hands())

    def rows(self, session: ListSession) -> list[int]:
        return queued_in(session.view().rows)

    def test_it_stands_below_the_list_the_oldest_first(self, queued: ListSession) -> None:
        assert self.rows(queued) == [8, 7]
        assert queued.here == 1
        head = queued.view().head
        assert (head.n_decided, head.n_all) == (0, 4)
        texts = [row.text for row in queued.view().rows if row.kind == "head"]
        assert texts[-1] == "QUEUE  2 picked earlier, oldest first"

    def test_after_the_last_decision_it_goes_to_the_oldest_pick(
        self, library: Library, queued: ListSession
    ) -> None:
        press(queued, "ssss")
        assert (states(library), queued.here) == ("sssscc" + "pp", 8)
        assert said(queued).startswith("All papers are decided; next is your queue (2). q quits.")
        press(queued, "s")
        assert (states(library), queued.here) == ("sssscc" + "ps", 7)
        assert said(queued) == f"Skipped: {TITLES[7]}"
        press(queued, "u")
        assert (states(library), queued.here) == ("sssscc" + "pp", 8)

    def test_papers_that_may_be_yours_are_named_before_the_queue(
        self, library: Library, fake: Fake
    ) -> None:
        decide_rows(library, "pick", [8])
        several = papers.papers_at(library.db, range(1, 9))
        waiting = without_put_off(whole_queue(library), DAY)
        morning = replace(a_morning(several, near=(), wild=None), queue=waiting)
        session = ListSession(library, morning, fake.hands())
        press(session, "ssss")
        end = "All but those that may be yours (d) are decided; next is your queue (1)."
        assert said(session).startswith(end)

    def test_l_puts_off_and_u_takes_it_back(self, library: Library, queued: ListSession) -> None:
        press(queued, "<end>", "l")
        until = DAY + timedelta(7)
        assert said(queued) == f"Put off until {until}: {TITLES[6]}"
        assert queued.view().put_off == {7: until}
        assert self.rows(queued) == [8, 7], "nothing moves while the list is open"
        press(queued, "u")
        assert (said(queued), queued.view().put_off) == (f"Undone (put off): {TITLES[6]}", {})
        press(queued, "u")
        assert said(queued).startswith("Your last action was not in this list")
        assert states(library) == "cccccc" + "pp"
        assert queued.deciding.outcome() == ([], 0)

    def test_p_brings_back_a_put_off_paper_and_u_reverses_it(
        self, library: Library, queued: ListSession
    ) -> None:
        press(queued, "<end>", "l", "<end>", "p")
        assert said(queued) == f"Picked for unfiled: {TITLES[6]}"
        assert queued.view().put_off == {}
        press(queued, "u")
        assert queued.view().put_off == {7: DAY + timedelta(7)}
        assert states(library) == "cccccc" + "pp"

    def test_only_a_pick_can_be_put_off(self, library: Library, queued: ListSession) -> None:
        press(queued, "l")
        assert said(queued) == "Only a paper in the queue can be put off."
        press(queued, "p", "<home>", "l")
        assert queued.view().put_off == {1: DAY + timedelta(7)}
        assert queued.here == 2

    def test_the_rest_that_is_skipped_is_not_the_queue(
        self, library: Library, queued: ListSession
    ) -> None:
        press(queued, "Sy")
        assert states(library) == "sssscc" + "pp"

    def test_a_note_removes_the_paper_from_those_to_read(
        self, library: Library, queued: ListSession
    ) -> None:
        press(queued, "Sy", "<end>", "n", "<up>", "l")
        assert states(library) == "sssscc" + "rp"
        assert not queued.view().head.has_to_read
        press(queued, "u")
        assert queued.view().head.has_to_read

    def test_without_news_the_list_begins_with_it(self, library: Library, fake: Fake) -> None:
        decide_rows(library, "pick", [8])
        several = papers.papers_at(library.db, range(1, 9))
        morning = a_morning(several, own=(), doubtful=(), near=(), wild=None)
        waiting = without_put_off(whole_queue(library), DAY)
        session = ListSession(library, replace(morning, queue=waiting), fake.hands())
        first, second, *_ = session.view().rows
        assert first.text.startswith("READ  nothing")
        assert second.entry is not None
        assert (session.here, second.entry.paper.row) == (8, 8)
        press(session, "w")
        assert title(session) == "Why it is here"
        press(session, "<escape>", "n")
        head = session.view().head
        assert head.written == 1

    def test_a_pick_of_this_list_is_marked_and_not_listed_twice(
        self, library: Library, fake: Fake
    ) -> None:
        decide_rows(library, "pick", [1])
        decide_rows(library, "skip", [2, 3, 4])
        several = papers.papers_at(library.db, range(1, 9))
        morning = a_morning(several, doubtful=(), near=(), wild=None)
        waiting = without_put_off(whole_queue(library), DAY)
        session = ListSession(library, replace(morning, queue=waiting), fake.hands())
        assert (self.rows(session), session.here) == ([], 1)
        assert (
            session.view().rows[0].text
            == "READ  all papers are decided; 1 to write today, from those marked +"
        )


def test_a_mute_hides_at_once_and_its_undo_shows_again(library: Library, fake: Fake) -> None:
    for row, *people in ((7, "Cy Pond"), (5, "Em Shore"), (8, "Cy Pond", "Di Reed")):
        talk(library, DAY, row, *people)

    def reread() -> Morning:
        return morning(library, DAY)

    def rows() -> list[int]:
        return [entry.paper.row for entry in papers_in(opened.view().rows)]

    opened = ListSession(library, reread(), replace(fake.hands(), reread=reread))
    assert rows() == [2, 1, 3, 7, 5, 8]
    press(opened, "jjjm")
    assert title(opened) == "Mute: what? (other words: reader mute WORDS)"
    assert opened.page
    assert "5  author Cy Pond" in [text_of(line).strip() for line in opened.page.lines]
    press(opened, "z")
    assert (said(opened), opened.here) == ("Nothing was muted.", 7)
    press(opened, "m5")
    assert said(opened) == "Muted: author Cy Pond. u undoes this."
    # Di speaks of 8 as well.
    assert (rows(), opened.here) == ([2, 1, 3, 5, 8], 5)
    assert any(row.text.startswith("MUTED  1 paper hidden") for row in opened.view().rows)
    press(opened, "i")
    assert opened.page
    assert TITLES[6] in "".join(map(text_of, opened.page.lines))
    press(opened, "<escape>", "u")
    assert said(opened) == "No longer muted: Cy Pond"
    assert "MUTED" not in "".join(row.text for row in opened.view().rows)
    assert rows() == [2, 1, 3, 7, 5, 8]


class TestTags:
    def test_t_gives_the_tags_that_are_typed_and_u_takes_them_back(
        self, library: Library, session: ListSession
    ) -> None:
        tag(library, [5], PropertyChange(add=("survey", "speech/asr")))
        press(session, "t", "to cite, s")
        assert said(session).startswith("tags: to cite, s_   tab: speech/asr, survey · enter")
        press(session, "<tab>", "<tab>", "<enter>")
        assert said(session) == f"Tags: survey, to cite: {TITLES[0]}"
        [paper] = papers.papers_at(library.db, [1])
        assert (paper.tags, session.here) == (("survey", "to cite"), 1)
        # What the paper has is there to be edited; a letter that is a key elsewhere is none here.
        press(session, "t", "<ctrl-w>", "<ctrl-w>", "q", "<enter>")
        assert papers.papers_at(library.db, [1])[0].tags == ("q", "survey")
        press(session, "u")
        assert papers.papers_at(library.db, [1])[0].tags == ("survey", "to cite")
        press(session, "t", "<ctrl-u>", "<enter>")
        assert said(session) == f"No tags: {TITLES[0]}"
        assert not session.is_over

    def test_escape_and_an_unchanged_list_change_nothing(
        self, library: Library, session: ListSession
    ) -> None:
        press(session, "t", "bees")
        assert said(session) == "tags: bees_   enter saves · esc leaves them as they are"
        press(session, "<escape>")
        assert said(session) == "The tags are unchanged."
        press(session, "t", "<enter>")
        assert said(session) == "The tags are unchanged."
        assert papers.papers_at(library.db, [1])[0].tags == ()
        press(session, "p")
        assert states(library)[0] == "p"

    def test_what_is_no_tag_is_said_and_the_list_goes_on(self, session: ListSession) -> None:
        press(session, "t", "x" * 101, "<enter>")
        assert "is no tag." in said(session)
        press(session, "p")
        assert said(session).startswith("Picked for")
