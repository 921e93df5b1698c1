"""Test the search page: hits, marks, links, and notices."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from starlette.testclient import TestClient

from reader.base.errors import ModelMissing, SourceFailed
from reader.base.messages import speaking
from reader.gathering.imports.item import ImportedLibrary, LooseNote
from reader.library.folder import find_paper
from reader.library.paper import LibraryPaper
from reader.library.rows import papers
from reader.morning.bring_in import Importing
from reader.notes.write import add_note
from reader.search.encode import SAMPLES, index_words
from reader.search.find import SearchHit
from reader.search.rows import index
from reader.search.rows.index import PassageText
from reader.search.shared import AWAY
from reader.texts.search import byline
from reader.web.visit import Parts
from tests.samples import DAY, FEEDS_TOML, SmallEncoder, Web, paper, tools
from tests.web.site import parts_of, site

RAIN = "On Rain"
SAVED = """
[[search]]
name = "birds & co"
query = "birds year:2025"
"""


@pytest.fixture
def parts(tmp_path: Path) -> Parts:
    parts = parts_of(tmp_path, FEEDS_TOML + SAVED)
    with parts.open_library() as library:
        given = [
            paper(1, "Birds <b>Sing</b>", "A choir of birds sings at dawn."),
            paper(2, RAIN, "Rain falls on <script>roofs</script>."),
        ]
        papers.add_papers(library.db, given, source="arXiv", on=DAY)
        add_note(library, find_paper(library, "2506.00002"), "Rain is a choir too. I like it.")
        passages = [PassageText("Nobody counted the birds before dawn.", 7, "Results")]
        index.add_passages(library.db, 1, passages, sha256="0" * 64)
        index_words(library, tools(Web()))
        small = SmallEncoder()
        for key, text in index.texts_without_vector(library.db, small.name):
            vector = small.encode_query(text).astype(np.float16).tobytes()
            index.add_vectors(library.db, small.name, [(key, vector)])
    return parts


@pytest.fixture
def client(parts: Parts) -> Iterator[TestClient]:
    with site(parts) as client:
        yield client


def part(client: TestClient, address: str) -> str:
    return client.get(address, headers={"x-part": "1"}).text


@dataclass
class Coming:
    """A model that is not in memory yet. asked: whether loading was begun."""

    name: str = SmallEncoder.name
    message: str = ""
    is_ready: bool = False
    asked: list[str] = field(default_factory=list)

    def prepare(self) -> None:
        self.asked.append("prepare")

    def encode_query(self, text: str) -> NDArray[np.float32]:
        self.asked.append(text)
        return SmallEncoder().encode_query(text)


def test_own_words_come_first_then_papers_and_places_in_them(client: TestClient) -> None:
    page = client.get("/search?q=choir+birds").text
    places = [page.index(f'id="hits-{kind}"') for kind in ("note", "paper", "passage")]
    assert places == sorted(places)
    assert "A <mark>choir</mark> of <mark>birds</mark> sings at dawn." in page
    assert 'href="/pdf/arxiv:2506.00001/read?page=7&amp;q=choir%20birds"' in page
    assert 'href="/note/arxiv:2506.00002"' in page


def test_notes_that_fit_less_stand_behind_the_papers_under_a_heading(parts: Parts) -> None:
    with parts.open_library() as library:
        several = [paper(n, f"Owls {n}", "Owls hunt over frozen lakes.") for n in range(3, 8)]
        papers.add_papers(library.db, several, source="arXiv", on=DAY)
        add_note(library, find_paper(library, "2506.00003"), "They hunt over frozen lakes. Owls!")
        add_note(library, find_paper(library, "2506.00001"), "They hunt, as it seems. I doubt it.")
        index_words(library, tools(Web()))
    with site(parts) as client:
        page = client.get("/search?q=owls+hunt+frozen+lakes").text
    names = re.findall('<h2 id="hits-(.*?)">(.*?)</h2>', page)
    assert names[:3] == [("note", "Notes"), ("paper", "Papers"), ("note-more", "More notes")]
    assert page.index("as it seems.") > page.index('id="hits-note-more"')


def test_more_notes_are_a_tap_away_also_where_some_stand_behind_the_papers(parts: Parts) -> None:
    with parts.open_library() as library:
        owls = [paper(n, f"Owls {n}", "Owls hunt over frozen lakes.") for n in range(3, 8)]
        ants = [paper(n, f"Ants {n}", "Ants walk in rows.") for n in range(8, 14)]
        papers.add_papers(library.db, [*owls, *ants], source="arXiv", on=DAY)
        add_note(library, find_paper(library, "2506.00003"), "They hunt over frozen lakes. Owls!")
        for n in range(8, 14):
            words = f"They hunt {n} times, as it seems. I doubt {n} of them."
            add_note(library, find_paper(library, f"2506.{n:05}"), words)
        index_words(library, tools(Web()))
    with site(parts) as client:
        page = client.get("/search?q=owls+hunt+frozen+lakes").text
    assert page.count('kind=note">More notes</a>') == 1


def test_what_is_neither_by_words_nor_near_stands_under_a_heading_of_its_own(parts: Parts) -> None:
    small = SmallEncoder()
    with parts.open_library() as library:
        vectors = ((text, small.encode_query(text).astype(np.float16)) for text in SAMPLES)
        kept = [(index.hash_of(text), vector.tobytes()) for text, vector in vectors]
        index.add_vectors(library.db, small.name, kept)
    with site(parts) as client:
        page = client.get("/search?q=birds").text
    names = re.findall('<h2 id="hits-(.*?)">(.*?)</h2>', page)
    assert names == [
        ("paper", "Papers"),
        ("passage", "Passages"),
        ("far", "Without these words, and not near by meaning"),
    ]
    far = page[page.index('id="hits-far"') :]
    assert ("· Notes" in far, "· Papers" in far, "· Passages" in far) == (True, True, False)


def test_foreign_text_is_shown_as_text(client: TestClient) -> None:
    page = client.get("/search?q=%3Cscript%3Eroofs%22").text
    assert "<mark>script</mark>&gt;<mark>roofs</mark>" in page.replace("&lt;", "")
    assert "<script>roofs" not in page
    assert 'value="&lt;script&gt;roofs&#34;"' in page


def test_a_part_is_the_hits_alone(client: TestClient) -> None:
    found = part(client, "/search?q=birds")
    assert "<html" not in found
    assert "<mark>birds</mark>" in found


def test_one_kind_alone_can_be_asked_for(client: TestClient) -> None:
    page = client.get("/search?q=birds&kind=passage").text
    assert ('id="hits-passage"' in page, 'id="hits-paper"' in page) == (True, False)
    refused = client.get("/search?q=birds&kind=nonsense")
    assert refused.status_code == 400
    assert "The address asks for kind=nonsense, which is not known." in refused.text


def test_no_hits_and_an_empty_query_are_explained(client: TestClient) -> None:
    assert "Nothing found for zzz" in client.get("/search?q=zzz+has:pdf").text
    assert "Add what to search for." in client.get("/search?q=-birds").text
    page = client.get("/search").text
    assert ("How to search" in page, "hits-" in page) == (True, False)


def test_similarity_alone_says_so(client: TestClient) -> None:
    assert "Nothing has these words. Nearest by meaning:" in client.get("/search?q=sunrise").text


def test_what_of_the_query_was_not_taken_is_said(client: TestClient) -> None:
    assert "There is no author Nobody here." in client.get("/search?q=author:Nobody+birds").text


def test_saved_searches_are_one_touch_away(client: TestClient) -> None:
    page = client.get("/search").text
    assert 'href="/search?q=birds%20year%3A2025">birds &amp; co</a>' in page
    assert 'value="index"' not in client.get("/search?q=birds").text


def test_texts_that_are_not_encoded_or_indexed_are_counted(
    parts: Parts, client: TestClient
) -> None:
    with parts.open_library() as library:
        add_note(library, find_paper(library, "2506.00001"), "Birds again. And again.")
        papers.add_papers(library.db, [paper(3, "Late")], source="arXiv", on=DAY)
    page = client.get("/search?q=birds").text
    assert "1 text has no vector yet and is found by words only;" in page
    assert "1 note, highlight or paper is not indexed yet and cannot be found;" in page
    # A page names its own button, and no command.
    assert page.count("“Update the search index”") == 2
    assert 'name="kind" value="index"><button>' in page
    assert "reader index" not in page
    listing = client.get("/search?q=author:Lind").text
    assert "cannot be found" not in listing
    assert "is not indexed yet. Papers are listed without the index, notes and" in listing


def test_without_a_model_full_text_answers_and_its_remedy_is_said(parts: Parts) -> None:
    class Missing(Coming):
        def encode_query(self, text: str) -> NDArray[np.float32]:
            raise ModelMissing(model="small", what="not here", hint="Fetch it.")

    with site(replace(parts, serving=lambda _: Missing(is_ready=True))) as client:
        page = client.get("/search?q=birds").text
    assert "small is not on this disk: not here" in page
    assert "Fetch it." in page
    assert "Only words were compared, not meaning." in page
    assert "<mark>birds</mark>" in page


def test_while_somebody_types_words_answer_until_the_model_is_there(parts: Parts) -> None:
    coming = Coming()
    with site(replace(parts, serving=lambda _: coming)) as client:
        found = part(client, "/search?q=birds")
        assert ("is-waiting" in found, "<mark>birds</mark>" in found) == (True, True)
        assert coming.asked == ["prepare"]
        coming.is_ready = True
        assert "is-waiting" not in part(client, "/search?q=birds")
        assert coming.asked == ["prepare", "birds"]


def test_a_whole_page_waits_for_the_model(parts: Parts) -> None:
    coming = Coming()
    with site(replace(parts, serving=lambda _: coming)) as client:
        assert "is-waiting" not in client.get("/search?q=birds").text
    assert coming.asked == ["birds"]


def test_an_encoder_that_stands_in_is_named(parts: Parts) -> None:
    with site(replace(parts, serving=lambda _: Coming(message="Similarity goes by another."))) as c:
        assert "Similarity goes by another." in c.get("/search?q=birds").text


def test_other_papers_with_the_same_text_are_not_called_other_ids() -> None:
    library_paper = LibraryPaper(1, paper(1, "Otters"), "candidate", DAY)
    hit = SearchHit("paper", library_paper, None, "", "", 1.0, also=("arxiv:2506.00002",))
    with speaking("ja"):
        assert byline(hit).endswith(" · 同じ文章のほかの論文 arxiv:2506.00002")
    assert byline(hit).endswith(" · same text as arxiv:2506.00002")


@pytest.mark.parametrize("page", ["/search?q=birds+OR", "/papers?q=birds+OR&state=pick"])
def test_a_query_that_cannot_be_read_is_said_above_the_results(
    client: TestClient, page: str
) -> None:
    answer = client.get(page)
    assert answer.status_code == 200
    said = "The query cannot be read at “OR” (character 7): a word is missing beside OR."
    assert said in answer.text
    assert '<li class="card hit">' not in answer.text.partition("<template")[0]


@pytest.mark.parametrize(("section", "shown"), [("Owls", " · Owls"), (RAIN, "")])
def test_a_section_that_is_named_as_the_paper_is_not_named_again(
    client: TestClient, parts: Parts, section: str, shown: str
) -> None:
    with parts.open_library() as library:
        index.add_passages(library.db, 2, [PassageText("An owl.", 1, section)], sha256="1" * 64)
        index_words(library, tools(Web()))
    page = client.get("/search?q=owl&kind=passage").text
    assert re.findall(r"p\. 1</span>([^<]*)</p>", page) == [shown]


def test_notes_that_wait_for_their_paper_have_a_section_of_their_own(
    parts: Parts, client: TestClient, tmp_path: Path
) -> None:
    note = LooseNote("garden.enex, note 1", "A <b>choir</b>", "Waiting birds sing.")
    with parts.open_library() as library:
        read = ImportedLibrary("enex", (), notes=(note,))
        Importing(library, tools(Web()), read, tmp_path / "garden.enex").run()
    text = client.get("/search?q=waiting+birds").text
    assert "Notes that wait for their paper" in text
    assert "A &lt;b&gt;choir&lt;/b&gt;" in text
    assert "<mark>Waiting</mark> <mark>birds</mark> sing." in text
    assert 'href="/waiting#note-1"' in text
    for other in ("/search?q=waiting+moss", "/search?q=waiting+birds&kind=paper"):
        assert "Notes that wait" not in client.get(other).text
    listed = client.get("/waiting").text
    assert "A &lt;b&gt;choir&lt;/b&gt;" in listed
    assert "garden.enex, note 1" in listed
    assert client.post("/waiting/1", data={"paper": "2506.09999"}).status_code == 404
    assert client.post("/waiting/7", data={"paper": "On Rain"}).status_code == 404
    given = client.post("/waiting/1", data={"paper": "On Rain"})
    assert (given.status_code, given.url.path) == (200, "/note/arxiv:2506.00002")
    assert "Waiting birds sing." in given.text
    assert "No note waits for a paper." in client.get("/waiting").text
    assert client.post("/waiting/1", data={"paper": "On Rain"}).status_code == 400


def test_operators_are_searched_for(client: TestClient) -> None:
    text = client.get("/search?q=(choir+OR+roofs)+NOT+birds&kind=paper").text
    assert "On Rain" in text
    assert "Sing" not in text


def test_a_shared_index_that_is_away_is_named_and_not_asked_again_for_a_minute(
    tmp_path: Path,
) -> None:
    nobody = "postgresql://me@127.0.0.1:9/papers?connect_timeout=2"
    parts = parts_of(tmp_path, f'{FEEDS_TOML}[index]\nurl = "{nobody}"\n')
    with site(parts) as client:
        assert (
            "The shared index was not searched. 127.0.0.1/papers"
            in client.get("/search?q=rain").text
        )
        # A server that is known to be away is not asked: this error is not that of another try.
        at, error = parts.failed[nobody]
        parts.failed[nobody] = (at, replace_what(error))
        assert "it is asleep" in client.get("/search?q=rain").text
        parts.failed[nobody] = (at - AWAY, replace_what(error))
        assert "it is asleep" not in client.get("/search?q=rain").text


def replace_what(error: SourceFailed) -> SourceFailed:
    return SourceFailed(source=error.source, what="it is asleep")
