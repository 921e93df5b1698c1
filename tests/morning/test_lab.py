"""Test that a lab reads what a person shares, only that, and nothing once it is taken back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import date
from pathlib import Path

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reader.base.errors import SourceFailed, UsageError
from reader.base.text import plain
from reader.cli.listing import morning_lines
from reader.gathering.imports.item import ImportedLibrary, ImportedPaper
from reader.library.feeds_file import parse
from reader.library.folder import Library, find_paper
from reader.library.paper import LAB_TAG, PropertyChange
from reader.library.rows import papers
from reader.library.rows.properties import shared_with_lab
from reader.morning.bring_in import Importing
from reader.morning.edit import file_paper, tag
from reader.morning.lab import (
    LONGEST,
    is_shared,
    leave,
    publish,
    share_notes,
    take_back,
    with_written,
    written_on,
)
from reader.morning.remove import bring_back, remove
from reader.morning.today import morning, rank_list
from reader.morning.values import Morning
from reader.notes.rows import exports
from reader.notes.write import add_note
from reader.search.indexes import SharedNote
from reader.search.rows.shared import opened as opened_index
from reader.search.shared import share
from tests.postgres import Server, add_people, needs_postgres, new_lab, served
from tests.samples import DAY, FEEDS_TOML, Web, a_library, paper, tools

TOPIC = "speech/translation"
GIVEN = [paper(n, f"Speech Translation in Gardens, {n}") for n in range(1, 4)]
ONE, TWO, THREE = (one.id for one in GIVEN)
WORDS = "They count the rain. It is a fine idea, and nobody had it before."
NOBODY = "postgresql://me@127.0.0.1:9/papers?connect_timeout=2"


def opened(at: ExitStack, folder: Path, url: str, *, more: str = "", name: str = "") -> Library:
    """Open a new library that shares an index, with three papers of today."""
    folder.mkdir()
    text = f'{FEEDS_TOML}[index]\nurl = "{url}"\nname = "{name}"\n'
    text = text.replace(f'[topics."{TOPIC}"]\n', f'[topics."{TOPIC}"]\n{more}')
    (folder / "feeds.toml").write_text(text)
    library = at.enter_context(a_library(folder, text))
    papers.add_papers(library.db, GIVEN, source="arXiv", on=DAY)
    return library


def write(library: Library, id_: str, words: str = WORDS) -> None:
    add_note(library, find_paper(library, id_), words)


def today(library: Library) -> Morning:
    return with_written(library, morning(library, rank_list(library, DAY), encoder=""))


def named(library: Library) -> dict[str, tuple[str, ...]]:
    """Find the papers of today's list that others have written about, with their names."""
    return {e.paper.record.id: e.written_by for e in today(library).entries if e.written_by}


def read(library: Library, id_: str = ONE) -> list[tuple[str, str]]:
    paper = find_paper(library, id_)
    found, error = written_on(library, [paper])
    assert error is None
    return [(note.who, note.words) for note in found.get(paper.row, ())]


@pytest.fixture
def at() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


@pytest.fixture(scope="module")
def postgres() -> Iterator[Server]:
    with served() as server:
        server.ask("postgres", "CREATE ROLE asayomi_reader")
        add_people(server)
        yield server


@pytest.fixture
def lab(postgres: Server) -> str:
    return new_lab(postgres)


@pytest.fixture
def ada(at: ExitStack, tmp_path: Path, postgres: Server, lab: str) -> Library:
    return opened(at, tmp_path / "ada", postgres.url(lab, "ada"), name="Ada Field")


@pytest.fixture
def bo(at: ExitStack, tmp_path: Path, postgres: Server, lab: str) -> Library:
    return opened(at, tmp_path / "bo", postgres.url(lab, "bo"))


@pytest.mark.slow
class TestLab:
    pytestmark = needs_postgres

    def test_nothing_is_shared_unless_the_person_says_so(
        self, ada: Library, bo: Library, postgres: Server, lab: str
    ) -> None:
        for id_ in (ONE, TWO):
            write(ada, id_)
        assert share(ada, tools(Web())) == publish(ada) == []
        assert postgres.ask(lab, "SELECT count(*) FROM asayomi.shared_notes") == "0"
        assert named(bo) == {}
        outcome = share_notes(ada, [find_paper(ada, ONE)])
        assert [str(said) for said in outcome.messages] == [
            "Shared with your lab: Speech Translation in Gardens, 1"
        ]
        assert outcome.problems == ()
        assert named(bo) == {ONE: ("Ada Field (ada)",)}
        assert read(bo) == [("Ada Field (ada)", WORDS)]
        # One's own note is no news to oneself.
        assert named(ada) == {}
        [line] = [line for line in morning_lines(today(bo), 80) if "written about" in line]
        assert line.strip() == "Someone here has written about this: Ada Field (ada)"

    def test_a_note_that_is_taken_back_is_not_shown_any_more(
        self, ada: Library, bo: Library
    ) -> None:
        write(ada, ONE)
        share_notes(ada, [find_paper(ada, ONE)])
        assert named(bo)
        outcome = take_back(ada, [find_paper(ada, ONE)])
        assert str(outcome.messages[0]).startswith("Not shared with your lab any more")
        assert named(bo) == {}
        assert read(bo) == []
        assert not [line for line in morning_lines(today(bo), 80) if "written about" in line]

    def test_only_public_words_are_sent_and_new_ones_follow(
        self, ada: Library, bo: Library
    ) -> None:
        write(ada, ONE, "A fine idea. See /home/ada/secret.txt and [it](file:///x). %% mine %%")
        outcome = share_notes(ada, [find_paper(ada, ONE)])
        assert outcome.n_left_out == 3
        [(_who, words)] = read(bo)
        assert words == "A fine idea. See … and it."
        write(ada, ONE, "Now I doubt it. It rains too much.")
        assert publish(ada) == []
        assert read(bo) == [("Ada Field (ada)", "Now I doubt it. It rains too much.")]

    @pytest.mark.parametrize("words", ["%% only mine %%", "<!-- mine -->", "![[mine.png]]"])
    def test_a_note_without_public_words_is_withdrawn(
        self, ada: Library, bo: Library, words: str
    ) -> None:
        write(ada, ONE)
        share_notes(ada, [find_paper(ada, ONE)])
        write(ada, ONE, words)
        assert publish(ada) == []
        assert read(bo) == []
        with pytest.raises(UsageError, match="no note to share"):
            share_notes(ada, [find_paper(ada, ONE)])

    def test_the_note_of_a_removed_paper_is_withdrawn_and_comes_back_with_it(
        self, ada: Library, bo: Library
    ) -> None:
        write(ada, ONE)
        share_notes(ada, [find_paper(ada, ONE)])
        row = find_paper(ada, ONE).row
        remove(ada, [ONE])
        assert publish(ada) == []
        assert read(bo) == []
        bring_back(ada, [row])
        assert publish(ada) == []
        assert read(bo)

    def test_a_topic_shares_its_folder_and_no_other(
        self, at: ExitStack, tmp_path: Path, postgres: Server, lab: str, bo: Library
    ) -> None:
        ada = opened(at, tmp_path / "ada", postgres.url(lab, "ada"), more="shared = true\n")
        for id_, topic in ((ONE, TOPIC), (TWO, "speech/recognition")):
            write(ada, id_)
            file_paper(ada, find_paper(ada, id_), topic)
        assert publish(ada) == []
        assert named(bo) == {ONE: ("ada",)}
        assert [is_shared(ada, find_paper(ada, id_)) for id_ in (ONE, TWO)] == [True, False]
        with pytest.raises(UsageError, match="All notes in the folder"):
            take_back(ada, [find_paper(ada, ONE)])
        file_paper(ada, find_paper(ada, ONE), "speech/recognition")
        assert publish(ada) == []
        assert named(bo) == {}

    def test_only_papers_with_a_public_address(self, ada: Library) -> None:
        private = [
            paper(8, "A Draft", ids=("pdf:0123456789abcdef",), version=None),
            paper(9, "A Wiki", ids=("web:wiki.lab.internal/x",), version=None),
        ]
        papers.add_papers(ada.db, private, source="arXiv", on=DAY)
        for one in private:
            write(ada, one.id)
            with pytest.raises(UsageError, match="no public address"):
                share_notes(ada, [find_paper(ada, one.id)])
            tag(ada, [find_paper(ada, one.id).row], PropertyChange(add=(LAB_TAG,)))
        assert publish(ada) == []
        with opened_index(ada.config.index.url, timeout_s=10) as shared:
            assert shared.own_notes() == []

    def test_after_leaving_nothing_of_the_person_is_there_and_nothing_comes_again(
        self, at: ExitStack, tmp_path: Path, postgres: Server, lab: str, bo: Library
    ) -> None:
        ada = opened(at, tmp_path / "ada", postgres.url(lab, "ada"), more="shared = true\n")
        for id_ in (ONE, TWO):
            write(ada, id_)
        file_paper(ada, find_paper(ada, ONE), TOPIC)
        write(bo, ONE, "Bo stays here. He likes rain.")
        share_notes(ada, [find_paper(ada, TWO)])
        share_notes(bo, [find_paper(bo, ONE)])
        text = (tmp_path / "ada" / "feeds.toml").read_text()
        assert leave(ada) == 2
        feeds = tmp_path / "ada" / "feeds.toml"
        assert feeds.read_text() == text.replace("shared = true\n", "")
        assert publish(replace(ada, config=parse(feeds.read_text()))) == []
        rows = f"FROM asayomi.shared_notes WHERE login = 'ada' OR words = '{WORDS}'"
        assert postgres.ask(lab, f"SELECT count(*) {rows}") == "0"
        assert [who for who, _ in read(ada)] == ["bo"]
        # One's own library has all of it.
        texts = exports.newest_texts(ada.db, [find_paper(ada, id_).row for id_ in (ONE, TWO)])
        assert set(texts.values()) == {WORDS}

    def test_another_library_of_the_same_login_keeps_its_notes(
        self, at: ExitStack, tmp_path: Path, postgres: Server, lab: str, ada: Library, bo: Library
    ) -> None:
        write(ada, ONE)
        share_notes(ada, [find_paper(ada, ONE)])
        laptop = opened(at, tmp_path / "laptop", postgres.url(lab, "ada"))
        write(laptop, TWO)
        share_notes(laptop, [find_paper(laptop, TWO)])
        assert publish(ada) == publish(laptop) == []
        assert named(bo) == {ONE: ("Ada Field (ada)",), TWO: ("ada",)}

    def test_nobody_changes_or_forges_the_note_of_another(
        self, ada: Library, postgres: Server, lab: str
    ) -> None:
        write(ada, ONE)
        share_notes(ada, [find_paper(ada, ONE)])
        insert = (
            "INSERT INTO asayomi.shared_notes (login, paper, ids, name, words, on_date)"
            " VALUES (%s, 'arxiv:1', '{arxiv:1}', 'Ada Field', 'False.', '2025-06-04')"
        )
        update = "UPDATE asayomi.shared_notes SET words = 'False.'"
        for login in ("bo", "guest"):
            with psycopg.connect(postgres.url(lab, login), autocommit=True) as other:
                with pytest.raises(psycopg.errors.InsufficientPrivilege):
                    other.execute(insert, ("ada",))
                if login == "guest":
                    for sql in (insert.replace("%s", "'guest'"), update):
                        with pytest.raises(psycopg.errors.InsufficientPrivilege):
                            other.execute(sql)
                    continue
                assert other.execute(update).rowcount == 0
                assert other.execute("DELETE FROM asayomi.shared_notes").rowcount == 0
                other.execute(insert, ("bo",))
                # Nor does a row change hands.
                with pytest.raises(psycopg.errors.InsufficientPrivilege):
                    other.execute("UPDATE asayomi.shared_notes SET login = 'ada'")
                # Nobody plays another, as whom the server checks.
                other.execute("SET ROLE asayomi_indexer")
                assert other.execute(update).rowcount == 1
        words = "SELECT words FROM asayomi.shared_notes WHERE login = 'ada'"
        assert postgres.ask(lab, words) == WORDS
        # An owner of the index may delete, but not write for somebody either.
        with psycopg.connect(postgres.url(lab, "chief"), autocommit=True) as chief:
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                chief.execute(insert, ("ada",))
            assert chief.execute(update).rowcount == 0
            assert chief.execute("DELETE FROM asayomi.shared_notes").rowcount == 2

    def test_a_name_that_anybody_can_take_stands_beside_the_login(
        self, at: ExitStack, tmp_path: Path, postgres: Server, lab: str, ada: Library
    ) -> None:
        bo = opened(at, tmp_path / "bo", postgres.url(lab, "bo"), name="Ada Field (ada)")
        write(bo, ONE)
        share_notes(bo, [find_paper(bo, ONE)])
        assert named(ada) == {ONE: ("Ada Field (ada) (bo)",)}

    def test_a_new_name_is_that_of_notes_already_shared(
        self, at: ExitStack, tmp_path: Path, postgres: Server, lab: str, bo: Library
    ) -> None:
        url = postgres.url(lab, "ada")
        before = opened(at, tmp_path / "before", url)
        write(before, ONE)
        share_notes(before, [find_paper(before, ONE)])
        config = parse(f'{FEEDS_TOML}[index]\nurl = "{url}"\nname = "Ada"')
        assert publish(replace(before, config=config)) == []
        assert named(bo) == {ONE: ("Ada (ada)",)}

    def test_what_could_not_be_sent_or_taken_back_is_so_with_the_next_gather(
        self, ada: Library, bo: Library, postgres: Server
    ) -> None:
        write(ada, ONE)
        write(ada, TWO)
        share_notes(ada, [find_paper(ada, TWO)])
        postgres.stop()
        try:
            late = share_notes(ada, [find_paper(ada, ONE)])
            back = take_back(ada, [find_paper(ada, TWO)])
            shown = today(bo)
        finally:
            postgres.start()
        assert [str(one.messages[0]).partition(":")[0] for one in (late, back)] == [
            "Not sent yet, the next gather shares it with your lab",
            "Others still see it, the next gather takes it back",
        ]
        assert [problem.exit_code for problem in (*late.problems, *back.problems)] == [5, 5]
        assert len(shown.entries) == 3
        assert "It is not known who in your lab has written" in str(shown.notices[-1])
        assert named(bo) == {TWO: ("Ada Field (ada)",)}
        assert publish(ada) == []
        assert named(bo) == {ONE: ("Ada Field (ada)",)}

    @pytest.mark.parametrize(
        ("name", "words"),
        [
            ("../../etc/passwd", "x" * 200_000),
            ("Ada\x1b[31m\u202e/\n<b>", "\x1b]0;owned\x07 \u202eback <script>x</script> Two."),
            ("雨/傘", "表\u200b示。雨が降る。"),
        ],
    )
    def test_hostile_names_and_words_come_as_text_of_bounded_length(
        self,
        ada: Library,
        bo: Library,
        name: str,
        words: str,
    ) -> None:
        note = SharedNote((ONE,), name, words[:50_000], DAY)
        with opened_index(ada.config.index.url, timeout_s=10) as shared:
            shared.share_notes([note])
        [(who, read_words)] = read(bo)
        assert who == f"{plain(name)} (ada)"
        assert len(read_words) <= LONGEST
        [line] = [line for line in morning_lines(today(bo), 80) if "written about" in line]
        assert line.isprintable()

    @pytest.mark.parametrize("words", ["", "x" * 50_001])
    def test_the_index_takes_no_empty_and_no_endless_note(self, ada: Library, words: str) -> None:
        with (
            opened_index(ada.config.index.url, timeout_s=10) as shared,
            pytest.raises(SourceFailed, match="violates check constraint"),
        ):
            shared.share_notes([SharedNote((ONE,), "Ada", words, DAY)])

    def test_a_long_note_is_cut(self, ada: Library, bo: Library) -> None:
        write(ada, ONE, "Rain. " * 5_000)
        share_notes(ada, [find_paper(ada, ONE)])
        [(_who, words)] = read(bo)
        assert (len(words), words[-1]) == (LONGEST, "…")

    def test_one_login_is_named_once_however_many_rows_it_makes(
        self, ada: Library, bo: Library
    ) -> None:
        with opened_index(ada.config.index.url, timeout_s=10) as shared:
            for n in range(5):
                shared.share_notes([SharedNote((f"arxiv:2506.0009{n}", ONE), "Ada", "So.", DAY)])
        assert named(bo) == {ONE: ("Ada (ada)",)}


def test_without_its_server_the_list_stands_and_says_what_is_not_known(
    tmp_path: Path, at: ExitStack
) -> None:
    library = opened(at, tmp_path / "mine", NOBODY)
    shown = today(library)
    assert [e.paper.record.id for e in shown.entries] == [ONE, TWO, THREE]
    assert str(shown.notices[-1]).startswith(
        "It is not known who in your lab has written about these papers. 127.0.0.1/papers: no"
    )
    write(library, ONE)
    [problem] = publish(library)
    assert (problem.stage, problem.error.exit_code) == ("share", 5)


def test_without_an_index_nothing_is_asked_and_sharing_names_what_lacks(
    tmp_path: Path,
) -> None:
    with a_library(tmp_path) as library:
        papers.add_papers(library.db, GIVEN, source="arXiv", on=DAY)
        write(library, ONE)
        paper = find_paper(library, ONE)
        assert written_on(library, [paper]) == ({}, None)
        assert publish(library) == []
        for act in (lambda: share_notes(library, [paper]), lambda: leave(library)):
            with pytest.raises(UsageError, match="names no index"):
                act()


def test_no_import_shares_a_note_and_the_person_still_can(tmp_path: Path) -> None:
    (tmp_path / "library").mkdir()
    with a_library(tmp_path / "library") as library:
        papers.add_papers(library.db, GIVEN, source="arXiv", on=DAY)
        row = find_paper(library, ONE).row
        items = (ImportedPaper(GIVEN[0], "a.bib, line 1", tags=(LAB_TAG, "rain")),)
        Importing(library, tools(Web()), ImportedLibrary("bibtex", items), Path("/a.bib")).run()
        assert find_paper(library, ONE).tags == ("rain",)
        assert shared_with_lab(library.db) == set()
        tag(library, [row], PropertyChange(add=(LAB_TAG,)))
        assert shared_with_lab(library.db) == {row}


@given(name=st.text(max_size=80), login=st.text(max_size=40))
def test_a_strangers_name_is_one_safe_line(name: str, login: str) -> None:
    who = SharedNote((ONE,), name, "", date(2025, 6, 4), login).who
    assert plain(who) == who
