"""Invent papers, posts and a library for the tests that need one.

Everything here is made up. The clock stands still, so that whole values can be compared.
"""

from __future__ import annotations

import functools
import hashlib
import math
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from reader.base.errors import ModelMissing, PdfError, SourceFailed
from reader.base.http import Request, Response
from reader.library.config import Topic
from reader.library.feeds_file import parse
from reader.library.folder import Library
from reader.library.highlight import Marks
from reader.library.paper import Mention, Paper, Post
from reader.library.passage import Block, Document, Page
from reader.library.rows import decisions
from reader.library.rows.database import Database
from reader.morning.pipe import Tools
from reader.pdfs.mark_places import FindWords
from reader.pdfs.recognition import Looks, PageLook
from reader.pdfs.text.answer import Pictures
from reader.ranking.events import Label
from reader.ranking.forecast import Coefficients, TalkExample
from reader.ranking.learn import FitTopic
from reader.ranking.model import TopicModel, start
from reader.search.encode import Encoder

DAY = date(2025, 6, 4)  # a Wednesday
NOW = datetime(2025, 6, 4, 6, 30, tzinfo=UTC)

FEEDS_TOML = """
[reader]
quota = 3
timezone = "UTC"
[arxiv]
categories = ["cs.CL"]
api_url = "http://127.0.0.1:9/api/query"
rss_url = "http://127.0.0.1:9/atom/"
pdf_url = "http://127.0.0.1:9/pdf/"
oai_url = "off"
delay_s = 0
[topics."speech/translation"]
words = ["speech translation", "同時通訳"]
[topics."speech/recognition"]
words = ["speech recognition"]
[topics."nlp/llm"]
lane = "near"
words = ["large language model"]
[[feed]]
name = "timeline"
url = "http://127.0.0.1:9/timeline.rss"
[[person]]
name = "Mio Hoshi"
"""


def paper(number: int, title: str = "", abstract: str = "", **more: Any) -> Paper:
    """Invent an arXiv paper; `more` goes to Paper as it is."""
    values: dict[str, Any] = {
        "ids": (f"arxiv:2506.{number:05}",),
        "title": title or f"Listening to Gardens, Part {number}",
        "authors": ("Ada Field", "Bo Lind"),
        "abstract": abstract,
        "published_on": date(2025, 6, 3),
        "announced_on": DAY,
        "version": 1,
    }
    return Paper(**(values | more))


def post(guid: str, id_: str, *, author: str = "Cy Pond", sentence: str = "Read this.") -> Post:
    """Invent a post that mentions one paper."""
    url = f"https://example.org/{guid}"
    return Post(guid, author, f"{sentence} {id_}", url, NOW, (Mention(id_, sentence),))


@functools.cache
def _empty_files() -> dict[str, bytes]:
    with tempfile.TemporaryDirectory() as name:
        Database(Path(name)).close()
        return {file: (Path(name) / file).read_bytes() for file in ("reader.db", "index.db")}


def copy_tables(folder: Path) -> Path:
    """Give a new folder empty tables, made once and copied: some ten times as fast."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in _empty_files().items():
        if not (folder / name).exists():
            (folder / name).write_bytes(content)
    return folder


def new_database(folder: Path) -> Database:
    """Open a database whose tables are empty."""
    return Database(copy_tables(folder))


@contextmanager
def a_library(
    folder: Path, text: str = FEEDS_TOML, *, now: Callable[[], datetime] = lambda: NOW
) -> Iterator[Library]:
    """Open a library with the configuration given, its clock standing at NOW."""
    with Library(folder, parse(text), new_database(folder), now) as library:
        yield library


@dataclass
class Web:
    """Answer requests from a dict of address → body; what is not in it is not answered."""

    pages: dict[str, bytes | Response | SourceFailed] = field(default_factory=dict)
    seen: list[Request] = field(default_factory=list)

    def fetch(self, request: Request) -> Response:
        self.seen.append(request)
        for begin, page in self.pages.items():
            if request.url.startswith(begin):
                if isinstance(page, SourceFailed):
                    raise page
                return page if isinstance(page, Response) else Response(request.url, 200, page)
        raise SourceFailed(source=request.source, what="nobody answers")


class SmallEncoder:
    """Encode as a bag of hashed words: the same text, the same vector; shared words, near."""

    name = "small@1"

    def encode_passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return np.stack([self.encode_query(text) for text in texts])

    def encode_query(self, text: str) -> NDArray[np.float32]:
        vector = np.full(64, 0.01, np.float32)
        for word in text.lower().replace(",", " ").split():
            vector[hashlib.sha256(word.encode()).digest()[0] % 64] += 1
        unit: NDArray[np.float32] = vector / np.linalg.norm(vector)
        return unit


class Clock:
    """A clock that stands until a test sets it."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


def undo_last(db: Database, *, on: date = DAY) -> list[decisions.Decision]:
    """Take back the last act, of whatever kind."""
    rows = decisions.last_act(db)
    with db.writing():
        decisions.undo_rows(db, rows, at=NOW, on=on)
    return rows


def count_tokens(texts: Sequence[str]) -> list[int]:
    return [math.ceil(len(text) / 4) for text in texts]


def no_counter() -> Callable[[Sequence[str]], list[int]]:
    raise ModelMissing(model="small", what="not here", hint="Fetch it.")


def no_encoder() -> Encoder:
    raise ModelMissing(model="small", what="not here", hint="Fetch it.")


def document(*paragraphs: str) -> Document:
    """Invent a PDF's text, a page for each paragraph."""
    return Document(tuple(Page(n, (Block(text),)) for n, text in enumerate(paragraphs, 1)))


def read_nothing(_: Path) -> Document:
    return document()


class Answering(Protocol):
    def fetch(self, request: Request) -> Response: ...


def no_marks(_: Path) -> Marks:
    return Marks()


def blank_page(_: Path) -> Looks:
    return Looks(1, (PageLook((), b""),))


def page_only(_: Path) -> Pictures:
    return Pictures(page=b"a picture of page 1")


Answer = TypeVar("Answer")


def one_by_one(
    read: Callable[[Path], Answer],
) -> Callable[[Iterable[Path]], Iterator[tuple[Path, Answer | PdfError]]]:
    """Read many files as a pool does, with what reads one."""

    def read_all(paths: Iterable[Path]) -> Iterator[tuple[Path, Answer | PdfError]]:
        for path in paths:
            try:
                yield path, read(path)
            except PdfError as error:
                yield path, error

    return read_all


def fit_means(
    topic: Topic,
    examples: Sequence[tuple[Mapping[str, float], Label]],
    background: Sequence[Mapping[str, float]],
    *,
    seed: int = 0,
) -> TopicModel:
    """Learn as little as can be: each word's mean in what belongs, less that in what does not.

    What only a topic's words guess teaches nothing.
    """
    examples = [(found, label) for found, label in examples if label.origin != "guessed"]
    weights: dict[str, float] = {}
    for features, label in examples:
        share = label.weight / len(examples) * (3 if label.is_in else -3)
        for name, value in features.items():
            weights[name] = weights.get(name, 0.0) + share * value
    n_in = sum(label.is_in for _, label in examples)
    return replace(start(topic), weights=weights, n_in=n_in, n_out=len(examples) - n_in)


def learn_nothing(
    topic: Topic,
    examples: Sequence[tuple[Mapping[str, float], Label]],
    background: Sequence[Mapping[str, float]],
    *,
    seed: int = 0,
) -> TopicModel:
    """Fit a topic to nothing: its model is that of day one."""
    return start(topic)


def talk_as_before(examples: Sequence[TalkExample], before: Coefficients) -> Coefficients:
    return before


def silent(what: str, done: int, total: int) -> None:
    """Show no progress."""


def tools(
    web: Answering,
    *,
    encoder: Callable[[], Encoder] = SmallEncoder,
    check_pdf: Callable[[bytes], None] = lambda _: None,
    token_counter: Callable[[], Callable[[Sequence[str]], list[int]]] = lambda: count_tokens,
    read_pdf: Callable[[Path], Document] = read_nothing,
    read_first: Callable[[Path, int], Document] | None = None,
    read_marks: Callable[[Path], Marks] = no_marks,
    read_looks: Callable[[Path], Looks] = blank_page,
    read_word_places: FindWords = lambda _path, marks: [None for _ in marks],
    read_pictures: Callable[[Path], Pictures] = page_only,
    fit_topic: FitTopic = fit_means,
    progress: Callable[[str, int, int], None] = silent,
) -> Tools:
    """Give tools that reach nothing outside; many PDFs are read as one is."""

    def marked(path: Path) -> tuple[Document, Marks | PdfError]:
        document = read_pdf(path)
        try:
            return document, read_marks(path)
        except PdfError as error:
            return document, error

    return Tools(
        fetch=web.fetch,
        encoder=encoder,
        encoder_name=SmallEncoder.name,
        token_counter=token_counter,
        check_pdf=check_pdf,
        read_pdf=read_pdf,
        read_first=read_first or (lambda path, n_ocr: read_pdf(path)),
        read_pdfs=one_by_one(read_pdf),
        read_marks=read_marks,
        read_looks=read_looks,
        read_word_places=read_word_places,
        read_marked=one_by_one(marked),
        read_pictures=one_by_one(read_pictures),
        fit_topic=fit_topic,
        fit_talk=talk_as_before,
        progress=progress,
    )


def vectors_of(db: Database, encoder: str) -> tuple[list[int], list[bytes]]:
    """Give the rows of all texts that have a vector, and the vectors beside them."""
    rows = db.read(
        """
        SELECT t.id, v.vector FROM idx.texts AS t
        JOIN idx.vectors AS v ON v.encoder = ? AND v.hash = t.hash ORDER BY t.id
        """,
        (encoder,),
    )
    return [r["id"] for r in rows], [r["vector"] for r in rows]


def n_open_links(db: Database) -> int:
    """Count the short addresses in posts that are still to be followed."""
    return len(db.read("SELECT DISTINCT url FROM open_links"))


def rows_of_kind(db: Database, kind: str) -> list[int]:
    """List the rows of all texts of a kind."""
    return [
        r["id"] for r in db.read("SELECT id FROM idx.texts WHERE kind = ? ORDER BY id", (kind,))
    ]
