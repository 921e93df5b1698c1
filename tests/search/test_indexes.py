"""Test both indexes alike: the own one in index.db, and the shared one in PostgreSQL."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from reader.base.errors import SourceFailed
from reader.base.words import phrase_term
from reader.library.paper import Paper
from reader.library.rows import papers
from reader.library.rows.database import Database
from reader.search.indexes import (
    Index,
    IndexEntry,
    IndexKey,
    OwnIndex,
    SharedKind,
    parted,
)
from reader.search.rows.index import PassageText, hash_of
from tests.data import ROOT
from tests.postgres import Server, needs_postgres, served
from tests.samples import DAY, new_database, paper

GARDENS = paper(1, "Listening to Gardens", "Rain is heard at night, and rain again.")
TRAINS = paper(2, "Trains of Thought", "同時通訳のための音声翻訳の新しい方法。")
WINDS = paper(3, "Winds at Night", "The heard rain is end-to-end, they say, in gardens.")
PAGES = ("The rain gauge hums in the garden.", "雨量計の音を聞く。", "A gauge of rain.")
SMALL = "small"

OF_LAYOUT_1 = """
    INSERT INTO papers (id, title, authors, abstract, categories, version)
        VALUES (-1, 'Listening to Gardens', ARRAY['Ada Field', 'Bo Lind'], 'Rain.', '{}', 1);
    INSERT INTO identifiers VALUES ('arxiv:2506.00001', -1, 0);
    INSERT INTO versions VALUES (-1, 1);
    INSERT INTO steps VALUES (-1, 1, 'paper', '');
"""


def vector_of(text: str) -> bytes:
    """Invent a unit vector of eight numbers, the same for the same text."""
    numbers = np.frombuffer(hash_of(text).encode(), np.uint8)[:8].astype(np.float32) - 75
    return (numbers / np.linalg.norm(numbers)).astype(np.float16).tobytes()


def step(paper: Paper, kind: SharedKind = "paper", *, encoded: bool = True) -> IndexEntry:
    texts = [f"{paper.title}\n{paper.abstract}"] if kind == "paper" else list(PAGES)
    passages = tuple(PassageText(text, n, "") for n, text in enumerate(texts, 1))
    vectors = tuple(map(vector_of, texts)) if encoded else ()
    return IndexEntry(paper, kind, passages, vectors, source="abc")


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with served() as server:
        yield server


@dataclass
class Kept:
    """An index, and what its tests need beside it. again: opens it anew."""

    index: Index
    own: Database
    texts: Callable[[Sequence[int]], list[str]]
    place: str
    n_passes: int
    """How often it reads the entries until it is in the middle of writing them."""


@pytest.fixture(params=["own", pytest.param("shared", marks=needs_postgres)])
def kept(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Kept]:
    with new_database(tmp_path) as db:
        if request.param == "own":
            papers.add_papers(db, [GARDENS, TRAINS, WINDS], source="arXiv", on=DAY)
            from reader.search.rows.index import texts_at

            yield Kept(
                OwnIndex(db),
                db,
                lambda rows: [texts_at(db, rows)[row].text for row in rows],
                str(tmp_path),
                n_passes=1,
            )
            return
        from reader.search.rows.shared import opened

        server: Server = request.getfixturevalue("server")
        url = server.url(server.new_database())
        with opened(url, timeout_s=10, may_change=True) as shared:
            yield Kept(
                shared,
                db,
                lambda rows: [shared.texts_at(rows)[row].text for row in rows],
                url,
                n_passes=2,
            )


def find(kept: Kept, query: str, kind: SharedKind = "paper") -> list[str]:
    """Find by words: the first line of each text, best first."""
    words = parted(kept.own, query)
    rows = [row for row, _ in kept.index.by_words(kind, words, limit=9)]
    return [text.partition("\n")[0] for text in kept.texts(rows)]


def adding(place: str, n_passes: int = 0) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "tests.search.killed_adding", place, str(n_passes)]
    return subprocess.Popen(command, cwd=ROOT, stderr=subprocess.DEVNULL)


class TestBothIndexes:
    def test_titles_and_abstracts_are_found_a_title_first(self, kept: Kept) -> None:
        kept.index.add(SMALL, [step(GARDENS), step(TRAINS), step(WINDS)])
        assert find(kept, "gardens") == [GARDENS.title, WINDS.title]
        assert find(kept, "nothing") == []
        assert find(kept, "endtoend") == [WINDS.title]

    def test_scores_are_those_of_fts5(self, kept: Kept, tmp_path: Path) -> None:
        several = [step(GARDENS), step(TRAINS), step(WINDS), step(GARDENS, "passage")]
        kept.index.add(SMALL, several)
        (tmp_path / "other").mkdir()
        with new_database(tmp_path / "other") as db:
            papers.add_papers(db, [GARDENS, TRAINS, WINDS], source="arXiv", on=DAY)
            OwnIndex(db).add(SMALL, several)
            # PostgreSQL chooses its candidates in another way where a query is long.
            long = " ".join(one.abstract for one in (GARDENS, WINDS, TRAINS))
            # Other forms of words are those that the library itself has.
            forms = "gardener of rainy loud nights"
            for query in ("rain gardens night", "heard", "音声翻訳", forms, long):
                words = parted(db, query)
                asked = words if query == forms else parted(kept.own, query)
                expected = OwnIndex(db).by_words("paper", words, limit=9)
                found = kept.index.by_words("paper", asked, limit=9)
                assert [score for _, score in found] == pytest.approx([s for _, s in expected])
                assert found

    def test_japanese_is_found_by_pairs_of_characters(self, kept: Kept) -> None:
        kept.index.add(SMALL, [step(GARDENS), step(TRAINS), step(GARDENS, "passage")])
        for query in ("音声翻訳", "翻訳", "訳", "同時通訳の音声翻訳"):
            assert find(kept, query) == [TRAINS.title]
        assert find(kept, "翻音") == []
        assert find(kept, "雨量", "passage") == [PAGES[1]]

    def test_a_phrase_must_stand_as_it_was_typed(self, kept: Kept) -> None:
        kept.index.add(SMALL, [step(GARDENS), step(WINDS)])
        for phrase, expected in (
            ("rain is", {GARDENS.title, WINDS.title}),
            ("rain is heard", {GARDENS.title}),
            ("is rain", set()),
            ("gardens rain", set()),  # not across the title's end
        ):
            words = parted(kept.own, "", required=[phrase_term(phrase)])
            rows = [row for row, _ in kept.index.by_words("paper", words, limit=9)]
            assert {text.partition("\n")[0] for text in kept.texts(rows)} == expected

    def test_texts_with_an_excluded_word_are_left_out(self, kept: Kept) -> None:
        kept.index.add(SMALL, [step(GARDENS), step(WINDS)])
        long = f"{GARDENS.title}: {GARDENS.abstract} {WINDS.abstract}"
        for query in ("rain", long):
            words = parted(kept.own, query, left_out=[phrase_term("winds"), phrase_term("雨")])
            rows = [row for row, _ in kept.index.by_words("paper", words, limit=9)]
            assert kept.texts(rows) == [step(GARDENS).texts[0].text]

    def test_the_nearest_vectors_come_first_each_kind_for_itself(self, kept: Kept) -> None:
        kept.index.add(SMALL, [step(GARDENS), step(TRAINS), step(GARDENS, "passage")])
        asked = np.frombuffer(vector_of(PAGES[1]), np.float16).astype(np.float32)
        found = kept.index.by_vector("passage", SMALL, asked, limit=2)
        assert kept.texts([found[0][0]]) == [PAGES[1]]
        assert found[0][1] == pytest.approx(1, abs=0.01)
        assert len(found) == 2
        assert len(kept.index.by_vector("paper", SMALL, asked, limit=9)) == 2
        assert kept.index.by_vector("paper", "another", asked, limit=9) == []

    def test_what_is_missing_depends_on_the_encoder(self, kept: Kept) -> None:
        keys = [step(GARDENS).key, step(TRAINS).key, step(GARDENS, "passage").key]
        assert kept.index.missing("", keys) == keys
        kept.index.add(SMALL, [step(GARDENS), step(TRAINS, encoded=False)])
        assert kept.index.missing("", keys) == keys[2:]
        assert kept.index.missing(SMALL, keys) == keys[1:]
        kept.index.add(SMALL, [step(TRAINS)])
        assert kept.index.missing(SMALL, keys) == keys[2:]
        assert find(kept, "翻訳") == [TRAINS.title]
        unknown = IndexKey("arxiv:2506.99999", 1, "paper")
        assert kept.index.missing("", [unknown]) == [unknown]

    def test_adding_again_doubles_nothing(self, kept: Kept) -> None:
        several = [step(GARDENS), step(GARDENS, "passage"), step(WINDS)]
        for _ in range(3):
            kept.index.add(SMALL, several)
        assert sorted(find(kept, "rain", "passage")) == sorted([PAGES[0], PAGES[2]])
        assert len(find(kept, "rain")) == 2
        asked = np.frombuffer(vector_of(PAGES[0]), np.float16).astype(np.float32)
        assert len(kept.index.by_vector("passage", SMALL, asked, limit=9)) == len(PAGES)

    def test_deleted_papers_are_found_no_more(self, kept: Kept) -> None:
        several = [step(GARDENS), step(WINDS), step(GARDENS, "passage")]
        kept.index.add(SMALL, several)
        kept.index.delete([GARDENS.id, "arxiv:2506.99999"])
        assert find(kept, "rain") == [WINDS.title]
        assert find(kept, "rain", "passage") == []
        asked = np.frombuffer(vector_of(PAGES[0]), np.float16).astype(np.float32)
        assert kept.index.by_vector("passage", SMALL, asked, limit=9) == []
        missing = kept.index.missing("", [one.key for one in several])
        assert missing == [several[0].key, several[2].key]
        kept.index.add(SMALL, several)
        assert len(find(kept, "rain", "passage")) == 2

    def test_odd_texts_are_taken(self, kept: Kept) -> None:
        odd = "It's \\ 'quoted' \t :* & | ! <-> \0 ２４ ﬁne ʼn rain " + "x" * 3000
        passages = (PassageText(odd, 1, ""), PassageText("?!", 2, ""))
        kept.index.add("", [IndexEntry(GARDENS, "passage", passages)])
        [found] = find(kept, "fine 24", "passage")
        assert found.startswith("It's \\ 'quoted'")

    def test_a_kill_in_the_middle_of_adding_leaves_all_or_nothing(self, kept: Kept) -> None:
        several = [step(GARDENS), step(GARDENS, "passage")]
        killed = adding(kept.place, kept.n_passes)
        assert killed.wait() == -signal.SIGKILL
        assert kept.index.missing(SMALL, [one.key for one in several]) == [
            one.key for one in several
        ]
        assert find(kept, "rain") == []
        kept.index.add(SMALL, several)
        assert len(find(kept, "rain", "passage")) == 2
        assert find(kept, "rain") == [GARDENS.title]


@dataclass
class Lab:
    server: Server
    database: str

    @property
    def url(self) -> str:
        return self.server.url(self.database)

    def ask(self, sql: str) -> str:
        return self.server.ask(self.database, f"SET search_path = asayomi, public; {sql}")


@pytest.mark.slow
class TestSharedIndex:
    pytestmark = needs_postgres

    @pytest.fixture
    def lab(self, server: Server) -> Lab:
        from reader.search.rows.shared import opened

        lab = Lab(server, server.new_database())
        with opened(lab.url, timeout_s=10, may_change=True):
            return lab

    def test_the_counts_of_words_are_those_of_the_texts(self, lab: Lab) -> None:
        from reader.search.rows.shared import opened

        with opened(lab.url, timeout_s=10) as shared:
            shared.add(SMALL, [step(GARDENS), step(TRAINS), step(GARDENS, "passage")])
            shared.delete([TRAINS.id])
            shared.add(SMALL, [step(paper(1, "New Gardens", "Sand.", version=2))])
        counted = "SELECT kind, word, n_texts FROM word_counts WHERE n_texts != 0"
        true = "SELECT kind, word, ndoc FROM (VALUES ('paper'), ('passage')) AS k(kind),"
        true += " ts_stat('SELECT words FROM texts WHERE kind = ' || quote_literal(kind))"
        assert lab.ask(f"({counted}) EXCEPT {true}") == ""
        assert lab.ask(f"({true}) EXCEPT {counted}") == ""
        assert lab.ask("SELECT n_texts, n_words FROM text_counts ORDER BY kind") == lab.ask(
            "SELECT count(*), sum(n_words) FROM texts GROUP BY kind ORDER BY kind"
        )

    def test_a_newer_version_takes_the_place_of_an_older_one(self, lab: Lab) -> None:
        from reader.search.rows.shared import opened

        newer = step(paper(1, "Listening to Deserts", "Sand is heard.", version=2))
        with opened(lab.url, timeout_s=10) as shared:
            shared.add(SMALL, [step(GARDENS)])
            shared.add(SMALL, [newer])
            shared.add(SMALL, [step(GARDENS)])
            assert shared.missing(SMALL, [step(GARDENS).key, newer.key]) == []
        assert lab.ask("SELECT title, version FROM papers") == "Listening to Deserts|2"
        assert lab.ask("SELECT text FROM texts") == "Listening to Deserts\nSand is heard."

    def test_a_paper_is_one_under_all_its_identifiers(self, lab: Lab) -> None:
        from reader.search.rows.shared import opened

        both = paper(1, ids=("arxiv:2506.00001", "doi:10.5000/one"))
        printed = paper(1, ids=("doi:10.5000/one", "acl:2025.acl-long.1"), version=None)
        wrong = paper(9, "Another", ids=("arxiv:2506.00009", "doi:10.5000/one"))
        with opened(lab.url, timeout_s=10) as shared:
            shared.add("", [step(both, encoded=False)])
            shared.add("", [step(printed, "passage", encoded=False), step(wrong, encoded=False)])
        assert lab.ask("SELECT paper, id FROM identifiers ORDER BY paper DESC, id").split() == [
            "-1|acl:2025.acl-long.1",
            "-1|arxiv:2506.00001",
            "-1|doi:10.5000/one",
            "-2|arxiv:2506.00009",
        ]

    def test_many_who_add_the_same_at_once_add_it_once(self, lab: Lab) -> None:
        def add(_n: int) -> None:
            with opened(lab.url, timeout_s=10) as shared:
                shared.add(SMALL, [step(GARDENS), step(GARDENS, "passage")])

        from reader.search.rows.shared import opened

        with ThreadPoolExecutor(4) as several:
            assert list(several.map(add, range(4))) == [None] * 4
        counts = "SELECT (SELECT count(*) FROM papers), (SELECT count(*) FROM texts),"
        counts += " (SELECT count(*) FROM vectors), (SELECT count(*) FROM steps)"
        assert lab.ask(counts) == "1|4|4|4"

    def test_client_and_server_may_die_in_the_middle_of_adding(self, lab: Lab) -> None:
        from reader.search.rows.shared import opened

        counts = "SELECT (SELECT count(*) FROM papers), (SELECT count(*) FROM texts),"
        counts += " (SELECT count(*) FROM vectors), (SELECT coalesce(sum(n_texts), 0)"
        counts += " FROM text_counts)"
        waits = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'asayomi'"
        waits += " AND wait_event_type = 'Lock' AND datname = current_database()"
        for is_server in (False, True):
            with opened(lab.url, timeout_s=60) as shared:
                # Steps are written last: here it has written all else.
                shared.connection.execute("BEGIN; LOCK TABLE steps IN EXCLUSIVE MODE")
                process = adding(lab.url)
                while lab.ask(waits) == "0":
                    assert process.poll() is None
                if is_server:
                    lab.server.stop(signal.SIGQUIT)
                    assert process.wait() == 1
                    lab.server.start()
                else:
                    process.kill()
                    process.wait()
            assert lab.ask(counts) == "0|0|0|0"
        assert adding(lab.url).wait() == 0
        assert lab.ask(counts) == "1|4|4|4"

    def test_hnsw_is_used_from_a_size_on(self, lab: Lab) -> None:
        from reader.search.rows.shared import opened

        several = [step(paper(n, f"Part {n}", "Of a garden.")) for n in range(1, 60)]
        asked = np.frombuffer(vector_of(several[7].texts[0].text), np.float16).astype(np.float32)
        with opened(lab.url, timeout_s=10) as shared:
            shared.add(SMALL, several)
            exact = shared.by_vector("paper", SMALL, asked, limit=5)
            shared.index_vectors(least=60)
            assert lab.ask("SELECT count(*) FROM pg_indexes WHERE indexdef LIKE '%hnsw%'") == "0"
            shared.index_vectors(least=50)
            shared.index_vectors(least=50)
            assert lab.ask("SELECT count(*) FROM pg_indexes WHERE indexdef LIKE '%hnsw%'") == "1"
            shared.connection.execute("SET enable_seqscan = off")
            assert shared.by_vector("paper", SMALL, asked, limit=5) == exact
        scans = "SELECT pg_stat_force_next_flush(); SELECT idx_scan > 0 FROM pg_stat_user_indexes"
        assert lab.ask(f"{scans} WHERE indexrelname = 'vectors_1_paper'").split()[-1] == "t"

    def test_each_role_may_do_its_part_and_no_more(self, lab: Lab) -> None:
        from psycopg.errors import InsufficientPrivilege

        from reader.search.rows.shared import opened

        for user in ("reader", "indexer", "nobody_here"):
            name = f"{user}_{lab.database}"
            lab.ask(f"CREATE ROLE {name} LOGIN")
            if user != "nobody_here":
                lab.ask(f"GRANT asayomi_{user} TO {name}")

        def url(user: str) -> str:
            return lab.server.url(lab.database, f"{user}_{lab.database}")

        with opened(url("indexer"), timeout_s=10) as shared:
            shared.add(SMALL, [step(GARDENS), step(WINDS)])
            shared.index_vectors(least=1)
            with pytest.raises(InsufficientPrivilege):
                shared.connection.execute("DROP TABLE vectors")
        with opened(url("reader"), timeout_s=10) as shared:
            asked = np.frombuffer(vector_of("x"), np.float16).astype(np.float32)
            assert len(shared.by_vector("paper", SMALL, asked, limit=9)) == 2
            with pytest.raises(SourceFailed, match="permission denied") as caught:
                shared.delete([GARDENS.id])
            assert "asayomi_indexer" in caught.value.hint
        with (
            pytest.raises(SourceFailed, match="permission denied"),
            opened(url("nobody_here"), timeout_s=10),
        ):
            pass
        lab.ask(f"GRANT asayomi_owner TO nobody_here_{lab.database}")
        with opened(url("nobody_here"), timeout_s=10, may_change=True):
            pass

    def test_two_who_make_the_tables_at_once_make_them_once(self, server: Server) -> None:
        from reader.search.rows.shared import opened

        url = server.url(server.new_database())

        def make(_n: int) -> None:
            with opened(url, timeout_s=10, may_change=True):
                pass

        with ThreadPoolExecutor(4) as several:
            assert list(several.map(make, range(8))) == [None] * 8

    def test_an_index_of_layout_1_keeps_its_papers_and_gets_notes_and_families(
        self, server: Server, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from reader.search.rows import shared_server
        from reader.search.rows.shared import opened

        url = server.url(server.new_database())
        with monkeypatch.context() as of_then:
            of_then.setattr(shared_server, "LAYOUTS", shared_server.LAYOUTS[:1])
            with opened(url, timeout_s=10, may_change=True) as shared:
                shared.connection.execute(OF_LAYOUT_1)
                with pytest.raises(SourceFailed, match="shared_notes"):
                    shared.own_notes()
        with opened(url, timeout_s=10, may_change=True) as shared:
            assert shared.missing("", [step(GARDENS).key]) == []
            assert shared.n_by_family(["field", "pond", "lind"]) == {"field": 1, "lind": 1}
            assert shared.own_notes() == []

    def test_an_unfit_layout_is_told_with_its_remedy(self, lab: Lab, server: Server) -> None:
        from reader.search.rows.shared import opened

        with (
            pytest.raises(SourceFailed, match="no tables") as caught,
            opened(server.url(server.new_database()), timeout_s=10),
        ):
            pass
        assert "reader index" in caught.value.hint
        lab.ask("INSERT INTO layouts (number) VALUES (999)")
        with pytest.raises(SourceFailed, match="newer version"), opened(lab.url, timeout_s=10):
            pass

    def test_a_statement_that_takes_too_long_is_ended(self, lab: Lab) -> None:
        from reader.search.rows.shared import opened

        with opened(lab.url, timeout_s=10) as other, opened(lab.url, timeout_s=1) as shared:
            other.connection.execute("BEGIN; LOCK TABLE texts IN ACCESS EXCLUSIVE MODE")
            with pytest.raises(SourceFailed, match="longer than 1 s"):
                shared.texts_at([-1])

    def test_passwords_come_from_a_file_and_stand_in_no_error(
        self, lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from reader.search.rows.shared import opened

        secret = tmp_path / "pgpass"
        secret.write_text("*:*:*:*:open-sesame\n")
        secret.chmod(0o600)
        service = tmp_path / "services"
        folder, port = lab.server.folder, lab.server.port
        service.write_text(
            f"[lab]\nhost={folder}\nport={port}\ndbname={lab.database}\nuser=owner\n"
        )
        monkeypatch.setenv("PGPASSFILE", str(secret))
        monkeypatch.setenv("PGSERVICEFILE", str(service))
        with opened("postgresql://?service=lab", timeout_s=10) as shared:
            assert shared.connection.info.password == "open-sesame"
            assert shared.place == "lab"
        with (
            pytest.raises(SourceFailed) as caught,
            opened(lab.url.replace("owner@", "unknown@"), timeout_s=10),
        ):
            pass
        told = f"{caught.value.message} {caught.value.hint} {caught.value.values}"
        assert "open-sesame" not in told
        assert 'role "unknown" does not exist' in told
