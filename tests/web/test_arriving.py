"""Test that an act from a browser is done once, and counts for the moment when it was made."""

from __future__ import annotations

import itertools
import os
import signal
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import cast
from urllib.parse import unquote

import pytest
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.testclient import TestClient

from reader.base.errors import NotFound, UsageError
from reader.library.arrival import (
    ActLibrary,
    RepeatedAct,
    SentAct,
    base_of,
    keep_arrival,
    receiving,
    sent_of,
    what_became,
)
from reader.library.folder import Library, find_paper
from reader.library.paper import State
from reader.library.rows import papers, queue
from reader.morning.decide import decide_seen, take_back
from reader.morning.pick import decide, guess
from reader.morning.undo import undo
from reader.notes.rows import notes
from reader.notes.write import add_note
from reader.web.visit import Visit, route
from tests.data import ROOT
from tests.samples import DAY, NOW, a_library, paper
from tests.web.site import parts_of, site

ACT = "a1b2c3d4-0000-4000-8000-{:012}"
EARLIER = NOW - timedelta(hours=2)


def act(number: int) -> str:
    return ACT.format(number)


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with a_library(tmp_path) as found:
        fill(found)
        yield found


def fill(library: Library) -> None:
    given = [paper(n, f"Speech translation in garden {n}") for n in range(1, 4)]
    papers.add_papers(library.db, given, source="arXiv", on=DAY)


def arrive(library: Library, number: int, made: datetime | None = None) -> ActLibrary:
    made_at = made.isoformat() if made else ""
    return receiving(library, sent_of(library, act=act(number), made_at=made_at))


def id_of(number: int) -> str:
    return f"arxiv:2506.{number:05}"


def state(library: Library, number: int) -> State:
    return find_paper(library, id_of(number)).state


def n_decisions(library: Library) -> int:
    return int(library.db.read("SELECT count(*) AS n FROM decisions")[0]["n"])


# The use case


def test_an_act_that_arrives_again_is_not_repeated(library: Library) -> None:
    decide(arrive(library, 1), "pick", [id_of(1)])
    with pytest.raises(RepeatedAct):
        arrive(library, 1)
    assert n_decisions(library) == 1


def test_of_two_acts_at_once_one_is_rolled_back(library: Library) -> None:
    first, second = arrive(library, 1), arrive(library, 1)
    decide(first, "pick", [id_of(1)])
    with pytest.raises(RepeatedAct):
        decide(second, "pick", [id_of(1)])
    assert n_decisions(library) == 1


def test_a_failed_act_is_not_recorded_as_arrived(library: Library) -> None:
    with pytest.raises(NotFound):
        decide(arrive(library, 1), "pick", ["arxiv:2506.09999"])
    decide(arrive(library, 1), "pick", [id_of(1)])
    assert state(library, 1) == "pick"


@pytest.mark.parametrize(
    ("made_at", "sent_at", "counts_for"),
    [
        ("2025-06-03T23:40:00Z", "", datetime(2025, 6, 3, 23, 40, tzinfo=UTC)),
        ("2025-06-04T08:40:00+09:00", "", datetime(2025, 6, 3, 23, 40, tzinfo=UTC)),
        ("2025-06-04T06:31:00Z", "", NOW),  # to come
        ("2025-04-04T06:30:00Z", "", NOW),  # 61 days back
        ("2025-06-03T23:40:00", "", NOW),  # no zone
        ("yesterday", "", NOW),
        # A clock that is a day ahead: what counts is how long it waited.
        ("2025-06-05T06:00:00Z", "2025-06-05T06:30:00Z", NOW - timedelta(minutes=30)),
        ("2025-06-03T06:30:00Z", "2025-06-03T06:00:00Z", NOW - timedelta(days=1)),
    ],
)
def test_the_moment_of_an_act_is_bounded(
    library: Library, made_at: str, sent_at: str, counts_for: datetime
) -> None:
    sent = sent_of(library, act=act(1), made_at=made_at, sent_at=sent_at)
    assert (sent.made_at, sent.arrived_at) == (counts_for, NOW)


def test_acts_of_one_browser_keep_their_order(library: Library) -> None:
    # The first request took long, so that its act seems to have been made after the second.
    moments = {1: NOW - timedelta(seconds=1), 2: NOW - timedelta(seconds=2)}
    sent = dict[int, SentAct]()
    for number, made in moments.items():
        before = act(number - 1) if number > 1 else ""
        one = sent_of(library, act=act(number), made_at=made.isoformat(), previous=before)
        sent[number] = one
        arrived = receiving(library, one)
        if number == 1:
            decide_seen(arrived, "pick", id_of(1), "candidate")
        else:
            assert take_back(arrived, id_of(1)).is_done
    assert sent[1].made_at < sent[2].made_at < NOW
    assert state(library, 1) == "candidate"
    unknown = sent_of(library, act=act(3), made_at=moments[2].isoformat(), previous=act(9))
    assert unknown.made_at == moments[2]


@pytest.mark.parametrize("bad", ["short", "x" * 65, "a b c d e f g h i j", "../../../../../../etc"])
def test_an_invalid_act_id_is_refused(library: Library, bad: str) -> None:
    with pytest.raises(UsageError):
        sent_of(library, act=bad)


def test_a_note_made_offline_counts_for_its_own_day(library: Library) -> None:
    made = datetime(2025, 6, 3, 6, 40, tzinfo=UTC)
    late = arrive(library, 1, made)
    add_note(late, find_paper(late, id_of(1)), "They listen first. Then they speak.")
    [kept] = notes.revisions(library.db, 1)
    assert (kept.at, kept.on_date) == (made, made.date())


def test_a_later_decision_elsewhere_stands_and_the_earlier_is_kept(library: Library) -> None:
    decide(library, "skip", [id_of(1)])
    late = arrive(library, 1, EARLIER)
    [paper] = decide(late, "pick", [id_of(1)])
    assert paper.state == "skip"
    assert [paper.row for paper in late.sent.overtaken] == [1]
    kept = library.db.read("SELECT kind, undoes FROM decisions ORDER BY id")
    assert [tuple(row) for row in kept] == [("skip", None), ("pick", None), ("undo", 2)]
    assert undo(library)[0].state == "candidate"  # the skip: the last act that still stood


def test_taking_back_elsewhere_is_a_later_decision_too(library: Library) -> None:
    decide(library, "skip", [id_of(1)])
    undo(library)
    decide(arrive(library, 1, EARLIER), "pick", [id_of(1)])
    assert state(library, 1) == "candidate"


def test_acts_of_one_queue_do_not_overtake_each_other(library: Library) -> None:
    decide(arrive(library, 1, EARLIER), "skip", [id_of(1)])
    decide(arrive(library, 2, EARLIER + timedelta(minutes=1)), "pick", [id_of(1)])
    assert state(library, 1) == "pick"


def test_an_offline_undo_takes_back_the_last_decision_of_its_moment(library: Library) -> None:
    decide(library, "skip", [id_of(3)])  # later, elsewhere
    decide(arrive(library, 1, EARLIER), "pick", [id_of(1)])
    undo(arrive(library, 2, EARLIER + timedelta(minutes=1)))
    assert [state(library, n) for n in (1, 3)] == ["candidate", "skip"]


def test_undo_of_an_overtaken_pick_changes_nothing_else(library: Library) -> None:
    decide(arrive(library, 1, EARLIER - timedelta(hours=1)), "pick", [id_of(2)])
    decide(library, "skip", [id_of(1)])
    decide(arrive(library, 2, EARLIER), "pick", [id_of(1)])
    assert undo(arrive(library, 3, EARLIER + timedelta(minutes=1))) == []
    assert [state(library, n) for n in (1, 2)] == ["skip", "pick"]


def test_two_notes_written_offline_one_after_the_other_are_not_joined(library: Library) -> None:
    paper = find_paper(library, id_of(1))
    add_note(library, paper, "Zero.")
    add_note(arrive(library, 1), paper, "One.", base=1)
    base = base_of(library, "1", act(1))
    add_note(arrive(library, 2), paper, "One. Two.", base=int(base))
    assert [note.text for note in notes.revisions(library.db, 1)] == ["Zero.", "One.", "One. Two."]


def test_two_notes_that_meet_keep_all_words(library: Library) -> None:
    paper = find_paper(library, id_of(1))
    add_note(library, paper, "Zero.")
    add_note(library, paper, "Elsewhere.")
    add_note(arrive(library, 1), paper, "One.", base=1)
    base = base_of(library, "1", act(1))
    assert base == "1"  # what came of the first has others' words too
    add_note(arrive(library, 2), paper, "One. Two.", base=int(base))
    newest = notes.revisions(library.db, 1)[-1].text
    assert "Elsewhere." in newest
    assert "One. Two." in newest


def test_a_late_decision_counts_by_its_moment(
    library: Library,
) -> None:
    decide(arrive(library, 9, EARLIER), "skip", [id_of(1)])
    late = arrive(library, 1, EARLIER + timedelta(minutes=5))
    answer = decide_seen(late, "pick", id_of(1), "candidate")
    assert (answer.is_done, state(library, 1)) == (True, "pick")


def test_a_late_undo_keeps_later_decisions(library: Library) -> None:
    decide(arrive(library, 1, EARLIER), "pick", [id_of(1)])
    decide(library, "skip", [id_of(1)])
    take_back(arrive(library, 2, EARLIER + timedelta(minutes=1)), id_of(1))
    assert state(library, 1) == "skip"


def test_an_undo_of_months_ago_keeps_later_decisions(library: Library) -> None:
    decide(library, "pick", [id_of(1)])
    answer = take_back(arrive(library, 1, NOW - timedelta(days=90)), id_of(1))
    undo(arrive(library, 2, NOW - timedelta(days=90)))
    assert (answer.is_done, state(library, 1)) == (False, "pick")


def test_extreme_moments_are_read(library: Library) -> None:
    ends = ("0001-01-01T00:00:00+00:00", "9999-12-31T00:00:00+00:00")
    sent = sent_of(library, act=act(1), made_at=ends[0], sent_at=ends[1])
    assert (sent.made_at, sent.is_late) == (NOW, False)


def test_a_note_of_a_page_has_the_moment_of_its_act(tmp_path: Path) -> None:
    """The history shows by it that the note was written on the page."""
    ticks = itertools.count()
    parts = parts_of(tmp_path, now=lambda: NOW + timedelta(seconds=next(ticks)))
    with parts.open_library() as library, site(parts) as client:
        papers.add_papers(library.db, [paper(1, "A Title")], source="arXiv", on=DAY)
        form = {"text": "They listen first. Then they speak.", "base": "0", "act": act(1)}
        assert client.post(f"/note/{id_of(1)}", data=form).status_code == 200
        arrival = queue.arrival_of(library.db, act(1))
        [kept] = notes.revisions(library.db, 1)
    assert arrival is not None
    assert (arrival.note, arrival.made_at) == (kept.id, kept.at)


def test_a_late_note_keeps_the_words_of_an_edit_by_hand(
    library: Library,
) -> None:
    paper = find_paper(library, id_of(1))
    late = arrive(library, 1)
    add_note(library, paper, "By hand.")  # another transaction before the deed
    add_note(late, paper, "Mine.", base=0)
    assert queue.arrival_of(library.db, act(1)) is not None
    assert "By hand." in notes.revisions(library.db, 1)[-1].text


# Over HTTP


def pick(visit: Visit) -> Response:
    decide(visit.library, "pick", [visit.field("id")])
    return visit.json({"picked": visit.field("id")})


def note(visit: Visit) -> Response:
    base = visit.field("base")
    paper = find_paper(visit.library, visit.field("id"))
    add_note(visit.library, paper, visit.field("text"), base=int(base) if base else None)
    return visit.to("/done")


def other(visit: Visit) -> Response:
    """Do something that does not record its arrival."""
    file = visit.library.folder / "done"
    file.write_text(file.read_text() + "." if file.exists() else ".")
    return visit.json({})


@contextmanager
def client(folder: Path) -> Iterator[TestClient]:
    parts = parts_of(folder)
    with parts.open_library() as library:
        fill(library)
    with site(parts) as found:
        app = cast(Starlette, found.app)
        app.router.routes[:0] = [
            route(f"/try/{page.__name__}", page, "POST") for page in (pick, note, other)
        ]
        found.follow_redirects = False
        yield found


JSON = {"accept": "application/json"}


def test_the_answer_to_a_repeat_says_so(tmp_path: Path) -> None:
    with client(tmp_path) as browser:
        given = {"id": id_of(1), "act": act(1)}
        assert browser.post("/try/pick", data=given, headers=JSON).json() == {"picked": id_of(1)}
        again = browser.post("/try/pick", data=given, headers=JSON)
    assert (again.status_code, again.json()["repeated"]) == (200, True)


def test_a_form_sent_twice_leads_back(tmp_path: Path) -> None:
    with client(tmp_path) as browser:
        given = {"id": id_of(1), "text": "One.", "act": act(1), "back": "/today"}
        assert browser.post("/try/note", data=given).headers["location"] == "/done"
        assert browser.post("/try/note", data=given).headers["location"] == "/today"


def test_an_act_that_records_nothing_itself_is_done_once(tmp_path: Path) -> None:
    with client(tmp_path) as browser:
        for _ in range(3):
            assert browser.post("/try/other", data={"act": act(1)}).status_code < 400
    assert (tmp_path / "done").read_text() == "."


def test_a_refused_act_can_be_sent_again(tmp_path: Path) -> None:
    with client(tmp_path) as browser:
        lost = {"id": "arxiv:2506.09999", "act": act(1)}
        assert browser.post("/try/pick", data=lost, headers=JSON).status_code == 404
        bad = {"id": id_of(1), "act": "bad"}
        assert browser.post("/try/pick", data=bad, headers=JSON).status_code == 400
        assert browser.post("/try/pick", data={**lost, "id": id_of(1)}).status_code == 200


def test_a_late_act_reports_the_decision_that_stands(tmp_path: Path) -> None:
    with client(tmp_path) as browser:
        browser.post("/try/pick", data={"id": id_of(1)})
        late = {"id": id_of(1), "act": act(1), "made_at": EARLIER.isoformat()}
        # The answer may be lost: it is said again to what is sent again.
        said = [unquote(browser.post("/try/pick", data=late).headers["x-said"]) for _ in range(2)]
    assert said == 2 * [
        "“Speech translation in garden 1”: there is a later decision from elsewhere,"
        " and it was kept."
    ]


def test_a_note_begins_from_the_one_that_the_queue_sent_before(tmp_path: Path) -> None:
    with client(tmp_path) as browser:
        first = {"id": id_of(1), "base": "0", "text": "One.", "act": act(1)}
        browser.post("/try/note", data=first)
        browser.post(
            "/try/note", data={**first, "text": "One. Two.", "act": act(2), "after": act(1)}
        )
    with parts_of(tmp_path).open_library() as library:
        assert [n.text for n in notes.revisions(library.db, 1)] == ["One.", "One. Two."]


# Killed between


KILLED = """
    import os, signal
    from datetime import UTC, datetime
    from pathlib import Path
    from reader.library import arrival as receiving
    from reader.morning import pick as choose
    from reader.library.folder import open_library

    def die(*_, **__):
        os.kill(os.getpid(), signal.SIGKILL)

    place = {place!r}
    now = lambda: datetime(2025, 6, 4, 6, 30, tzinfo=UTC)
    with open_library(Path({folder!r}), now=now) as library:
        given = receiving.receiving(library, receiving.sent_of(library, act={act!r}))
        if place == "before the end":
            keep = choose.keep_arrival
            choose.keep_arrival = lambda library: (keep(library), die())
        choose.decide(given, "pick", ["arxiv:2506.00001"])
        die()
"""


@pytest.mark.parametrize(("place", "is_done"), [("before the end", False), ("after it", True)])
def test_a_killed_server_did_all_of_an_act_or_nothing(
    tmp_path: Path, place: str, is_done: bool
) -> None:
    with parts_of(tmp_path).open_library() as library:
        fill(library)
    code = textwrap.dedent(KILLED).format(place=place, folder=str(tmp_path), act=act(1))
    done = subprocess.run(
        [sys.executable, "-c", code], env={**os.environ, "PYTHONPATH": str(ROOT)}, timeout=60
    )
    assert done.returncode == -signal.SIGKILL
    with a_library(tmp_path) as library:
        assert (queue.arrival_of(library.db, act(1)) is not None) == is_done
        assert (state(library, 1) == "pick") == is_done
        if is_done:
            with pytest.raises(RepeatedAct):
                arrive(library, 1)
        else:
            decide(arrive(library, 1), "pick", [id_of(1)])
        assert n_decisions(library) == 1


def test_acts_without_an_id_record_no_arrival(library: Library) -> None:
    keep_arrival(library)
    decide(library, "pick", [id_of(1)])
    assert library.db.read("SELECT * FROM arrivals") == []


def test_a_guess_that_arrives_late_leaves_a_later_one(library: Library) -> None:
    guess(library, find_paper(library, id_of(1)), "They wait for the verb.")
    late = arrive(library, 1, EARLIER)
    guess(late, find_paper(late, id_of(1)), "They do not wait.")
    found = queue.guess_of(library.db, 1)
    assert found is not None
    assert found.text == "They wait for the verb."
    assert "there is a later decision" in str(what_became(library, act(1)))
