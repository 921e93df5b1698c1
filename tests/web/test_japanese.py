"""Test the pages in Japanese: Latin letters only in names and in the person's own words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from reader.base.errors import Reason
from reader.base.messages import speaking
from reader.gathering.resolve import IS_OFF, NO_PAPER
from reader.library.folder import Library, find_paper
from reader.library.rows import failures, fields, papers
from reader.morning.pick import decide
from reader.morning.trust import missing_seeds, seed_text
from reader.notes.write import add_note
from reader.ranking.model import Term
from reader.ranking.rows import talk
from reader.texts.sources import families, source_name
from reader.texts.why import term_text
from reader.web.visit import Parts
from tests.a_year import FIRST, LADDER, a_reader
from tests.samples import DAY, NOW, a_library, paper
from tests.web.site import parts_of, site

HAND, CITED, LINKED, BOTH = (f"arxiv:2506.0090{n}" for n in range(1, 5))
ADDRESSES = (
    "/", "/?date=2025-06-03", "/triage", "/week", "/week?on=2025-05-20", "/stats", "/day",
    "/recall", "/search", "/search?q=speech", "/search?q=speech AND (x", "/papers",
    "/papers?state=pick", "/topics", "/topics/speech/translation", "/share", "/sources", "/work",
    "/offline", "/more", "/door", "/trust", f"/paper/{FIRST}", f"/paper/{FIRST}/changes",
    f"/paper/{HAND}", f"/paper/{CITED}", f"/paper/{LINKED}", f"/paper/{BOTH}", f"/note/{HAND}",
    f"/note/{LADDER}", f"/note/{LADDER}/history", f"/wrong?id={FIRST}", "/paper/arxiv:2506.99999",
    "/day?on=2025-02-30",
)  # fmt: skip

NAMES = frozenset(
    re.findall(
        r"\w+",
        """
        ACL AND Anthology BibTeX DOI HTTP ID Interspeech MB Markdown NOT OR OpenReview PDF arXiv
        asayomi feeds toml reader fetch gather add init OAI feed author has year topic on note
        pdf highlight http https arxiv doi app Enter inaguma latency survey tag translation today
        yesterday mon sun rating priority high ASR TTS venue written
        """,
    )
)
"""Names of other things, and what is typed as it stands: commands, filters, files, queries."""

SILENT = ("script", "style", "code", "pre", "textarea", "title", "template", "kbd", "use")
EMPTY = ("br", "img", "input", "meta", "link", "hr", "source", "rect", "wbr", "circle")


class Shown(HTMLParser):
    """Collect a page's texts and labels that are in the interface's language."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self._not_ours: list[bool] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        is_silent = bool(self._not_ours and self._not_ours[-1])
        if not is_silent:
            names = ("aria-label", "title", "placeholder", "alt")
            self.texts += [given[name] or "" for name in names if name in given]
        if tag not in EMPTY:
            is_english = given.get("lang") == "en"
            self._not_ours.append(is_silent or is_english or tag in SILENT)

    def handle_endtag(self, tag: str) -> None:
        if tag not in EMPTY and self._not_ours:
            self._not_ours.pop()

    def handle_data(self, data: str) -> None:
        if not (self._not_ours and self._not_ours[-1]):
            self.texts.append(data)


@pytest.fixture
def parts(tmp_path: Path) -> Parts:
    folder = a_reader(tmp_path / "library")
    feeds = folder / "feeds.toml"
    words = 'seeds = ["arxiv:2506.77777"]\nwords = ["speech recognition"]'
    text = feeds.read_text("utf-8").replace('words = ["speech recognition"]', words)
    feeds.write_text(f'{text}[[person]]\nname = "Ada Field"\n', "utf-8")
    parts = parts_of(folder, now=lambda: NOW)
    with parts.open_library() as library:
        for id_, source in (
            (HAND, fields.BY_HAND),
            (CITED, talk.ORIGIN),
            (LINKED, "posts"),
            (BOTH, "arXiv"),
        ):
            given = paper(int(id_[-1]), "Speech recognition", ids=(id_,))
            papers.add_papers(library.db, [given], source=source, on=DAY)
        [both] = papers.papers_at(library.db, [find_paper(library, BOTH).row])
        papers.add_papers(library.db, [both.record], source=fields.BY_HAND, on=DAY)
        decide(library, "pick", [CITED])
        failures.add_failure(
            library.db, "resolve", "arxiv:2506.77777", ("", ""), now=NOW, reason=NO_PAPER
        )
    return parts


@pytest.fixture
def client(parts: Parts) -> Iterator[TestClient]:
    with site(parts) as client:
        client.headers["accept-language"] = "ja"
        yield client


def own_words(library: Library) -> set[str]:
    """Return every Latin word of the library itself, without this program's names."""
    columns = (
        ("papers", "title"), ("papers", "abstract"), ("papers", "canonical"), ("authors", "name"),
        ("notes", "text"), ("posts", "author"), ("filings", "topic"), ("papers", "categories"),
        ("pdfs", "path"),
    )  # fmt: skip
    texts = [library.folder.joinpath("feeds.toml").read_text("utf-8"), str(library.folder)]
    for table, column in columns:
        texts += [str(r[0]) for r in library.db.read(f"SELECT {column} FROM {table}")]
    return {word for text in texts for word in latin(text)}


def latin(text: str) -> set[str]:
    return set(re.findall(r"[A-Za-z]{2,}", re.sub(r"https?:\S+", "", text)))


def test_no_word_is_left_in_english(client: TestClient, parts: Parts) -> None:
    with parts.open_library() as library:
        known = own_words(library) | NAMES
    left: set[tuple[str, str]] = set()
    for address in ADDRESSES:
        answer = client.get(address)
        page = Shown()
        page.feed(answer.text)
        left |= {(address, text.strip()) for text in page.texts if latin(text) - known}
    assert left == set()


WRONG_BLANK = re.compile("[ぁ-ヿ一-鿿」](?:</a>)? [でにをはがのともへや]")


def test_no_blank_stands_before_a_japanese_particle(client: TestClient, parts: Parts) -> None:
    """It is right behind Latin letters, and what a sentence names may be a link or quoted."""
    with parts.open_library() as library:
        add_note(library, find_paper(library, HAND), "It listens twice. Then it speaks.")
    found = []
    for address in (*ADDRESSES, "/search?q=twice"):
        text = client.get(address).text
        found += [text[m.start() - 20 : m.end() + 20] for m in WRONG_BLANK.finditer(text)]
    assert found == []


def test_the_origin_of_a_paper_is_translated(client: TestClient) -> None:
    def arrival(id_: str, language: str) -> str:
        page = client.get(f"/paper/{id_}", headers={"accept-language": language}).text
        found = re.search(r'<span class="arrival">(.*?)</span>', page)
        assert found
        return found[1]

    assert arrival(HAND, "ja") == "2025-06-04 に手動で追加"
    assert arrival(CITED, "ja") == "2025-06-04 に 引用 から取得"
    assert arrival(BOTH, "ja") == "2025-06-04 に arXiv、手動 から取得"
    assert arrival(HAND, "en") == "added by hand on 2025-06-04"
    assert arrival(LINKED, "en") == "arrived 2025-06-04 from posts"


def test_what_has_no_name_of_its_own_is_translated() -> None:
    with speaking("ja"):
        assert families(["arXiv feed cs.CL", "arXiv", fields.BY_HAND]) == ["arXiv", "手動"]
        assert source_name(talk.ORIGIN) == "引用"
        assert source_name("some timeline") == "some timeline"
        record = Term("record", "Ada Pond: 4 of 9", 1.0)
        assert term_text(record) == "著者の以前の論文のうち話題になったもの: Ada Pond 9本中4本"
    assert term_text(record).endswith(": Ada Pond: 4 of 9")


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        (NO_PAPER, "この ID の論文は登録されていません"),
        (IS_OFF, "feeds.toml で問い合わせが無効です"),
    ],
)
def test_the_reason_for_a_missing_seed_is_translated(
    tmp_path: Path, reason: Reason, said: str
) -> None:
    text = '[topics.a]\nlane = "own"\nwords = ["moss"]\nseeds = ["arxiv:2506.77777"]\n'
    with a_library(tmp_path, text) as library, speaking("ja"):
        failures.add_failure(
            library.db, "resolve", "arxiv:2506.77777", ("", ""), now=NOW, reason=reason
        )
        [seed] = missing_seeds(library)
        assert said in str(seed_text(seed, library.config.timezone))
