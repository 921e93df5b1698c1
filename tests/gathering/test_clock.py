"""Test that a wrong clock is told and records nothing, and that what one stored is mended."""

from __future__ import annotations

import os
from datetime import UTC, date, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reader.base.http import Response
from reader.gathering.wrong_clock import days_to_add, mend, must_mend, wrong_tries
from reader.library.folder import open_library
from reader.library.rows.moments import Try
from tests.installed import (
    ALL,
    LIFT,
    MONDAY,
    NOW,
    SOON,
    TUESDAY,
    ids_of,
    rows,
    run,
    run_here,
    says,
    today,
)
from tests.play import Fault, PlayServer
from tests.server import Answer, Server

YEAR = timedelta(days=365)
AHEAD, BEHIND = NOW + YEAR, NOW - YEAR
EPOCH = datetime(1970, 1, 1, 0, 5, tzinfo=UTC)
WORDS = b"They wait for the verb. Then they speak at once."


def n_rows(library: Path) -> dict[str, int]:
    tables = ("batches", "sources", "papers", "posts", "decisions", "notes", "shown", "failures")
    return {name: rows(library, f"SELECT count(*) FROM {name}")[0][0] for name in tables}


def days_asked(server: PlayServer) -> int:
    return sum(asked.startswith("/api/query") for asked in server.requests)


def change(library: Path, sql: str, *values: object) -> None:
    """Store a row as an older version did, whatever its clock."""
    with open_library(library, now=lambda: NOW) as opened:  # noqa: SIM117  the order matters
        with opened.db.unguarded(), opened.db.writing():
            opened.db.execute(sql, values)


def store_try(library: Path, at: datetime, *, covers: date | None = None) -> None:
    day = (covers or at.date()).isoformat()
    change(
        library,
        "INSERT INTO batches (at, on_date, source, covers, received, state, digest)"
        " VALUES (?, ?, 'arXiv', ?, 0, 'not out yet', 'cs.CL,eess.AS')",
        at.isoformat(), at.date().isoformat(), day,
    )  # fmt: skip


class TestWhatContradictsTheClock:
    @pytest.mark.slow
    def test_a_clock_ahead_of_the_servers_records_nothing(
        self, fresh: Path, server: PlayServer
    ) -> None:
        code, _, err = run_here("gather", "--no-encode", library=fresh, now=AHEAD)
        assert code == 6
        assert says(err, "The clock says 2032-03-03 17:00, but the servers say 2031-03-04 17:00.")
        assert says(err, "Nothing is recorded. Set the clock")
        assert set(n_rows(fresh).values()) == {0}
        # Nor does another command, although it asks no server.
        code, _, err = run_here("add", LIFT, "--no-fetch", library=fresh, now=AHEAD)
        assert (code, says(err, "the servers say 2031-03-04 17:00")) == (6, True)
        assert run_here("gather", "--no-encode", library=fresh)[::2] == (0, "")
        assert not (fresh / "clock.json").exists()
        assert ids_of(fresh) == ALL

    def test_the_list_is_shown_under_a_wrong_clock(self, library: Path) -> None:
        code, out, err = run_here("today", library=library, now=AHEAD)
        assert code == 6
        assert says(err, "but the servers say 2031-03-04")
        assert says(out, "no source was asked")

    def test_a_clock_behind_what_is_stored_records_nothing(self, library: Path) -> None:
        before = n_rows(library)
        code, _, err = run_here("gather", "--no-encode", library=library, now=BEHIND)
        assert (code, says(err, "The clock says 2030-03-04 17:00, but")) == (6, True)
        code, _, err = run_here("pick", LIFT, "--no-fetch", library=library, now=BEHIND)
        assert code == 6
        assert says(err, "but", "2031-03-04 17:00. Nothing is recorded.")
        # Who reads is told too, and reads.
        code, out, err = run_here("show", LIFT, library=library, now=BEHIND)
        assert (code, says(out, "Speech translation in a lift")) == (0, True)
        assert says(err, "The clock says 2030-03-04")
        assert n_rows(library) == before

    def test_words_of_a_note_are_kept_under_a_wrong_clock(self, library: Path) -> None:
        code, _, err = run("note", LIFT, library=library, input=WORDS, now=BEHIND)
        assert (code, n_rows(library)["notes"]) == (6, 0)
        [draft] = (library / "drafts").glob("*.md")
        assert WORDS.decode() in draft.read_text("utf-8")
        assert says(err, "Your words are in", draft.name, "The clock says 2030-03-04")

    def test_no_clock_is_right_that_is_older_than_the_program(
        self, fresh: Path, server: PlayServer
    ) -> None:
        code, _, err = run_here("gather", "--no-encode", library=fresh, now=EPOCH)
        assert code == 6
        assert says(err, "The clock says 1970-01-01 00:05, but the servers say")
        code, _, err = run_here("add", LIFT, "--no-fetch", library=fresh, now=EPOCH)
        assert (code, set(n_rows(fresh).values())) == (6, {0})
        server.requests.clear()
        assert run_here("gather", "--no-encode", library=fresh)[::2] == (0, "")
        assert days_asked(server) == 2

    def test_a_file_of_the_library_that_is_younger_than_the_clock(self, fresh: Path) -> None:
        later = (datetime.now(UTC) + timedelta(days=9)).timestamp()
        os.utime(fresh / "feeds.toml", (later, later))
        code, _, err = run("add", LIFT, "--no-fetch", library=fresh, env={"READER_NOW": ""})
        assert (code, says(err, "but feeds.toml was saved at")) == (6, True)
        # A clock that is played for a replay is older than the files.
        assert run_here("sources", library=fresh, now=EPOCH + 60 * YEAR).err == ""

    def test_one_server_with_a_wrong_clock_stops_nobody(
        self, fresh: Path, server: PlayServer
    ) -> None:
        with Server() as wrong:
            date_ = format_datetime(AHEAD, usegmt=True)
            wrong.script("/feed", Answer(b"{}", status=404, headers={"Date": date_}))
            with (fresh / "feeds.toml").open("a") as file:
                file.write(f'\n[[feed]]\nname = "wrong"\nurl = "{wrong.url("/feed")}"\n')
            code, _, err = run_here("gather", "--no-encode", library=fresh)
        assert (code, ids_of(fresh)) == (5, ALL)
        assert says(err, "wrong: 127.0.0.1 answered 404")
        assert "clock" not in err

    def test_a_failing_server_says_the_time_too(self, fresh: Path, server: PlayServer) -> None:
        server.faults = lambda _path, _n: Fault(status=404)
        code, _, err = run_here("gather", "--no-encode", library=fresh, now=AHEAD)
        assert (code, says(err, "but the servers say 2031-03-04 17:00")) == (6, True)
        assert set(n_rows(fresh).values()) == {0}

    def test_a_replay_whose_servers_play_no_time(self, fresh: Path) -> None:
        """Their answers are dated by this computer, which a played clock does not follow."""
        with Server() as real:
            real.script("/feed", Answer(b"{}", status=404))
            with (fresh / "feeds.toml").open("a") as file:
                file.write(f'\n[[feed]]\nname = "real"\nurl = "{real.url("/feed")}"\n')
            code, _, err = run_here("gather", "--no-encode", "real", library=fresh)
        assert (code, "clock" in err) == (5, False)
        assert says(err, "real: 127.0.0.1 answered 404")

    @pytest.mark.parametrize(
        ("headers", "at"),
        [
            ({"date": "Tue, 04 Mar 2031 17:00:00 GMT"}, NOW),
            ({"date": "Tue, 04 Mar 2031 16:00:00 GMT", "age": "3600"}, NOW),
            ({"date": "yesterday"}, None),
            ({}, None),
        ],
    )
    def test_the_time_of_an_answer(self, headers: dict[str, str], at: datetime | None) -> None:
        assert Response("http://a.example/", 200, b"", headers).served_at == at


class TestMending:
    """What an older version stored while the clock was wrong."""

    @pytest.fixture
    def spoiled(self, library: Path) -> Path:
        """A library that was used for a day in 1970, and on one a year ahead."""
        for at in (EPOCH, AHEAD):
            for covers in (at.date(), at.date() - timedelta(days=1)):
                store_try(library, at, covers=covers)
        change(
            library,
            "UPDATE papers SET arrived_on = ? WHERE canonical = ?",
            AHEAD.date().isoformat(), LIFT,
        )  # fmt: skip
        change(
            library,
            "INSERT INTO decisions (act, paper, kind, at, on_date)"
            " SELECT 1, id, 'pick', ?, ? FROM papers WHERE canonical = ?",
            AHEAD.isoformat(), AHEAD.date().isoformat(), LIFT,
        )  # fmt: skip
        return library

    def test_a_gather_asks_for_no_day_of_a_wrong_clock(
        self, spoiled: Path, server: PlayServer
    ) -> None:
        code, _, err = run_here("gather", "--no-encode", library=spoiled, now=SOON)
        assert code == 0
        assert says(err, "The clock of this computer was wrong for a time. 6 entries")
        # The time alone once, and the two days of this library that may still grow.
        assert days_asked(server) <= 3
        assert rows(spoiled, "SELECT DISTINCT covers FROM batches WHERE source = 'arXiv'") == [
            (MONDAY.isoformat(),),
            (TUESDAY.isoformat(),),
        ]
        server.requests.clear()
        assert run_here("gather", "--no-encode", library=spoiled, now=SOON)[::2] == (0, "")
        assert days_asked(server) <= 2

    def test_days_beyond_belief_are_not_asked_for_before_they_are_mended(
        self, spoiled: Path
    ) -> None:
        from reader.gathering.arxiv import days_to_ask

        with open_library(spoiled, now=lambda: SOON) as opened:
            assert set(days_to_ask(opened, SOON)) <= {MONDAY, TUESDAY}

    def test_a_library_that_began_years_behind(self, library: Path, server: PlayServer) -> None:
        """All is in order: only the papers show that they came before they were announced."""
        then = NOW - 3 * YEAR
        day = then.date().isoformat()
        change(library, "UPDATE batches SET at = ?, on_date = ?", then.isoformat(), day)
        change(library, "UPDATE batches SET covers = ? WHERE source = 'arXiv'", day)
        change(library, "UPDATE papers SET arrived_on = ?", day)
        server.requests.clear()
        code, _, err = run_here("gather", "--no-encode", library=library, now=SOON)
        assert (code, says(err, "was wrong for a time")) == (0, True)
        assert days_asked(server) <= 3
        assert rows(library, "SELECT DISTINCT arrived_on FROM papers") == [(TUESDAY.isoformat(),)]

    def test_papers_and_decisions_come_to_the_day_to_which_they_belong(self, spoiled: Path) -> None:
        with open_library(spoiled, now=lambda: SOON) as opened:
            assert must_mend(opened)
            [told] = mend(opened)
            assert not must_mend(opened)
            assert mend(opened) == []
        assert told.error.exit_code == 0
        day = TUESDAY.isoformat()
        assert rows(spoiled, "SELECT DISTINCT arrived_on FROM papers") == [(day,)]
        at = NOW.isoformat()
        assert rows(spoiled, "SELECT at, on_date FROM decisions") == [(at, day)]
        assert today(spoiled, now=SOON)[0] in (0, 5)

    def test_a_library_that_is_right_is_not_touched(self, library: Path) -> None:
        before = {name: rows(library, f"SELECT * FROM {name}") for name in n_rows(library)}
        with open_library(library, now=lambda: SOON) as opened:
            assert not must_mend(opened)
            assert mend(opened) == []
        assert {n: rows(library, f"SELECT * FROM {n}") for n in before} == before

    def test_nothing_is_mended_where_no_server_says_the_time(
        self, spoiled: Path, server: PlayServer
    ) -> None:
        before = n_rows(spoiled)
        server.__exit__()
        code, _, err = run_here("gather", "--no-encode", library=spoiled, now=SOON)
        assert (code, says(err, "this library was last written to at 2032-03-03")) == (6, True)
        assert n_rows(spoiled) == before


def tried(*days: str) -> list[Try]:
    moments = [datetime.fromisoformat(f"{day}T05:00+00:00") for day in days]
    return [Try(n, at, at.date()) for n, at in enumerate(moments)]


class TestDaysOff:
    LATE = datetime(2031, 6, 1, tzinfo=UTC)

    def test_what_is_out_of_order_was_stored_under_a_wrong_clock(self) -> None:
        right = ("2031-03-02", "2031-03-03", "2031-03-04")
        back = tried(*right, "2030-03-05", "2030-03-06", "2031-03-07")
        assert wrong_tries(back, self.LATE) == [3, 4]
        assert days_to_add(back, [3, 4], self.LATE) == {
            date(2030, 3, 5): 366,
            date(2030, 3, 6): 366,
        }

    def test_a_year_ahead_that_has_passed_since(self) -> None:
        ahead = tried("2030-03-03", "2031-03-04", "2030-03-05", "2030-03-06", "2031-03-07")
        assert wrong_tries(ahead, self.LATE) == [1]
        assert days_to_add(ahead, [1], self.LATE) == {date(2031, 3, 4): -364}

    def test_the_whole_time_under_a_wrong_clock_keeps_its_distances(self) -> None:
        ahead = tried("2031-05-30", "2032-03-01", "2032-03-02")
        assert days_to_add(ahead, [1, 2], self.LATE) == {
            date(2032, 3, 1): -276,
            date(2032, 3, 2): -276,
        }

    @given(st.lists(st.integers(0, 4_000), min_size=1, max_size=60), st.data())
    def test_right_batches_among_a_few_wrong_ones_stay(self, ages: list[int], data: object) -> None:
        days = [self.LATE - timedelta(days=age) for age in sorted(ages, reverse=True)]
        right = [Try(n, at, at.date()) for n, at in enumerate(days)]
        assert wrong_tries(right, self.LATE) == []
        wrong = Try(-1, EPOCH, EPOCH.date())
        n = len(right) // 2
        several = [*right[:n], wrong, *right[n:]]
        assert wrong_tries(several, self.LATE) == [n]
        [by] = days_to_add(several, [n], self.LATE).values()
        until = several[n + 1].at if n + 1 < len(several) else self.LATE
        assert timedelta() <= until - (EPOCH + timedelta(days=by)) < timedelta(days=1)
