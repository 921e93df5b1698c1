"""Test a library that shares an index: sending, joining the results, and doing without it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from reader.library.folder import Library, find_paper
from reader.library.paper import Paper
from reader.library.rows import papers
from reader.morning.remove import remove
from reader.search.encode import encode, index_words
from reader.search.find import KINDS, SearchResult, search, search_like, similar
from reader.search.rows import index
from reader.search.rows.index import PassageText
from reader.search.shared import searched, share
from tests.installed import run
from tests.postgres import Server, needs_postgres, served
from tests.samples import DAY, FEEDS_TOML, SmallEncoder, Web, a_library, paper, tools

TOOLS = tools(Web())
WORDS = ["rain", "frog", "stone", "river", "gauge", "lamp", "night", "winter", "train", "paper"]


def several(numbers: range) -> list[Paper]:
    """Invent papers that have many words in common, each its own share of them."""
    return [
        paper(
            n,
            f"On {WORDS[n % 10]} and {WORDS[n * 7 % 9]}, {n}",
            " ".join(WORDS[(n * k + k) % 10] for k in range(3, 12)) + f" 翻訳 part{n}.",
            authors=(f"Ada F{n}",),
        )
        for n in numbers
    ]


def fill(library: Library, given: list[Paper]) -> None:
    papers.add_papers(library.db, given, source="arXiv", on=DAY)
    index_words(library, TOOLS)
    assert encode(library, TOOLS) == []


def find(library: Library, query: str, limit: int = 8) -> SearchResult:
    with searched(library) as indexes:
        return search(
            library,
            query,
            encode_query=SmallEncoder().encode_query,
            encoder=SmallEncoder.name,
            kinds=KINDS,
            limit=limit,
            indexes=indexes,
        )


def ids(found: SearchResult, kind: str = "paper") -> list[str]:
    return [hit.paper.record.id for hit in found.hits if hit.kind == kind]


def opened(at: ExitStack, folder: Path, url: str) -> Library:
    """Open a new library that shares an index."""
    folder.mkdir()
    return at.enter_context(a_library(folder, f'{FEEDS_TOML}[index]\nurl = "{url}"\n'))


@pytest.fixture(scope="module")
def postgres() -> Iterator[Server]:
    with served() as server:
        yield server


def test_without_its_server_the_own_library_is_searched_and_the_answer_says_so(
    tmp_path: Path, at: ExitStack
) -> None:
    nobody = "postgresql://me@127.0.0.1:9/papers?connect_timeout=2"
    library = opened(at, tmp_path / "mine", nobody)
    fill(library, several(range(1, 6)))
    found = find(library, "rain")
    assert ids(found)
    assert found.shared_error is not None
    assert found.shared_error.message.startswith("127.0.0.1/papers: no answer")
    assert find(library, "2412.00007").shared_error is not None
    [problem] = share(library, TOOLS)
    assert (problem.stage, problem.error.exit_code) == ("share", 5)


@pytest.mark.slow
class TestSharing:
    pytestmark = needs_postgres

    @pytest.fixture
    def url(self, postgres: Server) -> str:
        return postgres.url(postgres.new_database())

    def test_results_of_two_indexes_are_those_of_one(
        self, tmp_path: Path, at: ExitStack, url: str
    ) -> None:
        (tmp_path / "whole").mkdir()
        whole = at.enter_context(a_library(tmp_path / "whole"))
        fill(whole, several(range(1, 41)))
        theirs, mine = (opened(at, tmp_path / name, url) for name in ("theirs", "mine"))
        fill(theirs, several(range(15, 41)))
        assert share(theirs, TOOLS) == []
        fill(mine, several(range(1, 15)))
        # Of a long query only the first words count.
        long = " ".join(f"part{n}" for n in range(40, 0, -1))
        words = ("rain frog", "part33", "winter train river", "翻訳 lamp", '"stone night"', long)
        for query in words:
            expected, found = (find(library, query, limit=50) for library in (whole, mine))
            scores = {hit.paper.record.id: hit.score for hit in expected.hits}
            assert {hit.paper.record.id: hit.score for hit in found.hits} == pytest.approx(
                scores, abs=0.01
            )
            evidence = {hit.evidence for hit in expected.hits}
            assert {hit.evidence for hit in found.hits} == evidence
            assert evidence
        [hit] = [h for h in find(mine, "part33").hits if h.paper.record.id == "arxiv:2506.00033"]
        assert (hit.is_shared, hit.paper.record.authors) == (True, ("Ada F33",))
        # What is in both is shown once, as the library's own.
        assert share(mine, TOOLS) == []
        again = find(mine, "rain frog", limit=50)
        assert len(ids(again)) == len(set(ids(again))) == 40
        assert {h.paper.record.id for h in again.hits if not h.is_shared} == {
            f"arxiv:2506.{n:05}" for n in range(1, 15)
        }
        # Nor is it counted twice among the texts that have a word: "part3" of a paper in both is
        # as rare as "part33" of one in the shared index alone.
        apart = []
        for library in (whole, mine):
            best = find(library, "part3 part33 rain").hits
            scores = {hit.paper.record.id: hit.score for hit in best}
            apart.append(scores["arxiv:2506.00003"] - scores["arxiv:2506.00033"])
        assert apart[1] == pytest.approx(apart[0], abs=0.01)

    def test_the_shared_index_is_asked_what_terms_are_called_and_which_words_are_known(
        self, tmp_path: Path, at: ExitStack, url: str
    ) -> None:
        theirs, mine = (opened(at, tmp_path / name, url) for name in ("theirs", "mine"))
        frogs = paper(90, "Frogs", "Pond voice synthesis (PVS) is good speech recognition.")
        fill(theirs, [*several(range(1, 9)), frogs])
        assert share(theirs, TOOLS) == []
        fill(mine, [paper(91, "On a lamb")])
        for query, name in (("音声認識", "speech recognition"), ("pvs", "pond voice synthesis")):
            found = find(mine, query)
            assert name in found.names
            assert ids(found)[0] == "arxiv:2506.00090"
        # "lamp" is a word there, and no slip for the "lamb" that stands here.
        assert [str(one) for one in find(mine, "lamp").messages] == []
        [told] = find(mine, "frgos").messages
        assert "“frog” is searched for too" in str(told)

    def test_passages_that_others_have_name_the_own_paper(
        self, tmp_path: Path, at: ExitStack, url: str
    ) -> None:
        theirs, mine = (opened(at, tmp_path / name, url) for name in ("theirs", "mine"))
        for library in (theirs, mine):
            fill(library, several(range(1, 3)))
        index.add_passages(theirs.db, 2, [PassageText("A lighthouse.", 7, "Method")], sha256="a")
        assert share(theirs, TOOLS) == []
        [hit] = [h for h in find(mine, "lighthouse").hits if h.kind == "passage"]
        assert (hit.paper.row, hit.page, hit.section, hit.is_shared) == (2, 7, "Method", True)
        assert len(ids(find(mine, "rain", limit=9))) == 2
        remove(mine, ["2506.00002"])
        assert ids(find(mine, "lighthouse"), "passage") == []

    def test_only_what_has_an_address_is_sent_once_and_no_note(
        self, tmp_path: Path, at: ExitStack, url: str, postgres: Server
    ) -> None:
        from reader.notes.rows import notes

        library = opened(at, tmp_path / "mine", url)
        draft = paper(9, "A Draft", ids=("pdf:0123456789abcdef",), version=None)
        fill(library, [*several(range(1, 3)), draft])
        notes.add_note(library.db, 1, "My secret.", is_written=True, at=library.now(), on=DAY)
        index_words(library, TOOLS)
        for _ in range(2):
            assert share(library, TOOLS) == []
        name = url.partition("?")[0].rpartition("/")[2]
        told = postgres.ask(name, "SELECT id FROM asayomi.identifiers ORDER BY id")
        assert told.split() == ["arxiv:2506.00001", "arxiv:2506.00002"]
        assert postgres.ask(name, "SELECT count(*), sum(n_words) > 0 FROM asayomi.texts") == "2|t"

    def test_the_server_may_end_between_two_searches(
        self, tmp_path: Path, at: ExitStack, url: str, postgres: Server
    ) -> None:
        library = opened(at, tmp_path / "mine", url)
        fill(library, several(range(1, 4)))
        assert share(library, TOOLS) == []
        with searched(library) as indexes:
            postgres.stop()
            found = search(
                library,
                "rain",
                encode_query=SmallEncoder().encode_query,
                encoder=SmallEncoder.name,
                indexes=indexes,
            )
            postgres.start()
        assert ids(found)
        assert found.shared_error is not None

    @pytest.fixture
    def mine(self, tmp_path: Path, at: ExitStack, url: str) -> Library:
        """Open a library with two papers, beside an index that has these and seven more."""
        theirs, mine = (opened(at, tmp_path / name, url) for name in ("theirs", "mine"))
        lark = paper(9, "Rain in Marshes", authors=("Eve Lark",), published_on=date(2019, 5, 1))
        fill(theirs, [*several(range(1, 9)), lark])
        assert share(theirs, TOOLS) == []
        fill(mine, several(range(1, 3)))
        return mine

    def test_people_are_known_from_both(self, mine: Library) -> None:
        for query in ("lark", "Lark 2019", "lark marshes", "author:lark rain"):
            found = find(mine, query, limit=1)
            assert (ids(found), found.messages[:-1]) == (["arxiv:2506.00009"], ())
        assert ids(find(mine, "lark -marshes")) != ["arxiv:2506.00009"]
        assert "arxiv:2506.00009" not in ids(find(mine, "lark -marshes"))
        assert "arxiv:2506.00009" not in ids(find(mine, "lark year:2025"))

    @pytest.mark.parametrize(
        ("query", "numbers"),
        [
            ("rain author:lark", {9}),
            ('rain author:"Eve Lark"', {9}),
            ("rain -author:lark", set(range(1, 9))),
            ("rain year:2018-2020", {9}),
            ("rain year:2025", set(range(1, 9))),
            ("rain (part3 OR part7)", {3, 7}),
            ("rain (part3 OR author:lark)", {3, 9}),
        ],
    )
    def test_filters_on_authors_years_and_words_hold_in_both(
        self, mine: Library, query: str, numbers: set[int]
    ) -> None:
        found = find(mine, query, limit=50)
        assert set(ids(found)) == {f"arxiv:2506.{n:05}" for n in numbers}
        assert "only the best texts were compared" in str(found.messages[-1])

    def test_the_shared_index_adds_nothing_to_what_only_a_library_knows(
        self, mine: Library
    ) -> None:
        own = {"arxiv:2506.00001", "arxiv:2506.00002"}
        for query in ("rain state:candidate", "rain rating:none", "rain -topic:speech rating:none"):
            found = find(mine, query)
            assert set(ids(found)) == own
            assert "the shared index was not searched" in str(found.messages[-1])
        for query in ("rain -venue:ACL", "year:2025", "rain -tag:x", "rain NOT has:note"):
            assert "the shared index was not searched" in str(find(mine, query).messages[-1])
        found = find(mine, "rain state:pick")
        assert not [one for one in found.messages if "shared" in str(one)]
        assert len(ids(find(mine, "rain -part7"))) == 8

    def test_similar_papers_come_from_both(self, mine: Library) -> None:
        about = find_paper(mine, "2506.00001")
        for asked in (similar, search_like):
            with searched(mine) as indexes:
                given: dict[str, Any] = {"encoder": SmallEncoder.name, "indexes": indexes}
                if asked is similar:
                    found, near = similar(mine, about, limit=9, **given)
                    assert len(near) == len(found.hits)
                else:
                    encode_query = SmallEncoder().encode_query
                    given |= {"encode_query": encode_query, "kinds": KINDS}
                    found = search_like(mine, about.record.abstract, limit=9, **given)
            own = {hit.paper.record.id for hit in found.hits if not hit.is_shared}
            assert own <= {"arxiv:2506.00001", "arxiv:2506.00002"}
            assert len({hit.paper.record.id for hit in found.hits} - own) == 7
            assert found.shared_error is None

    def test_the_commands_send_search_and_say_what_was_not_seen(
        self, library: Path, url: str, postgres: Server
    ) -> None:
        feeds = library / "feeds.toml"
        feeds.write_text(feeds.read_text() + f'\n[index]\nurl = "{url}"\n')
        code, _out, err = run("index", library=library)
        # Without a model, which the light installation lacks, the codes are 7.
        assert code in (0, 7)
        assert "shared" not in err
        code, out, err = run("search", "--json", "--papers", "speech translation", library=library)
        hits = [json.loads(line) for line in out.splitlines()]
        assert code in (0, 7)
        assert {hit["is_shared"] for hit in hits} == {False}
        postgres.stop()
        try:
            code, out, err = run("search", "--papers", "speech translation", library=library)
            assert code in (5, 7)
            assert out
            assert "The shared index was not searched. " in err
            assert len([line for line in err.splitlines() if "shared index" in line]) == 1
            code, out, _err = run(
                "search", "--json", "--papers", "speech translation", library=library
            )
            last = json.loads(out.splitlines()[-1])
            assert (code in (5, 7), last["unseen"]) == (True, "shared index")
            assert "no answer" in last["error"]
        finally:
            postgres.start()
