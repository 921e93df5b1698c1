"""Test how arXiv's HTML of picks is fetched and kept, over real HTTP from a server of our own."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from reader.base.http.client import Client
from reader.library.folder import Library, open_library
from reader.library.rows import failures, papers, pdfs
from reader.library.rows.pdfs import Pdf
from reader.morning import rows
from reader.morning.pick import decide
from reader.morning.pipe import Tools, fetch_picks, index_all
from reader.pdfs import arxiv_html
from reader.pdfs.arxiv_html import fetch_html, picture_file, stored_html
from tests.latexml import sample_page, sample_picture
from tests.samples import DAY, FEEDS_TOML, Clock, a_library, document, paper, tools
from tests.server import Answer, Server, Time, redirect

NUMBER = "2506.00001"
PAGE = sample_page(NUMBER)
AT = f"/html/{NUMBER}"
PICTURE_AT = f"{AT}v2/x1.png"


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as server:
        server.script(AT, Answer(PAGE))
        server.script(PICTURE_AT, Answer(sample_picture()))
        yield server


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def library(tmp_path: Path, server: Server, clock: Clock) -> Iterator[Library]:
    text = FEEDS_TOML.replace("http://127.0.0.1:9/pdf/", server.url("/pdf/"))
    with a_library(tmp_path, text, now=clock) as library:
        papers.add_papers(library.db, [paper(n) for n in (1, 2, 3)], source="arXiv", on=DAY)
        pick(library, 1)
        yield library


def pick(library: Library, *numbers: int, version: int | None = None) -> None:
    """Pick papers whose PDF is here."""
    for n in numbers:
        decide(library, "pick", [f"2506.{n:05}"])
        have_pdf(library, n, version)


def have_pdf(library: Library, n: int, version: int | None) -> None:
    (library.folder / "papers").mkdir(exist_ok=True)
    (library.folder / f"papers/{n}.pdf").write_bytes(b"%PDF")
    known = Pdf(n, f"papers/{n}.pdf", f"{n:064}", version)
    pdfs.add_pdf(library.db, known, n_bytes=4, at=library.now())


@pytest.fixture
def online() -> Iterator[Tools]:
    time = Time()
    with Client(clock=time.clock, sleep=time.sleep, monotonic=time.monotonic) as client:
        yield tools(client, read_pdf=lambda _: document("The rain gauge hums at night."))


def html_of(library: Library, n: int = 1) -> arxiv_html.StoredHtml | None:
    [paper] = papers.papers_at(library.db, [n])
    return stored_html(library, paper)


def asked(server: Server) -> list[str]:
    return [seen.path for seen in server.seen]


def test_a_picks_html_comes_with_its_pictures_and_is_read_without_a_network(
    library: Library, server: Server, online: Tools
) -> None:
    fetch_html(library, online)
    assert asked(server) == [AT, PICTURE_AT]
    assert {seen.headers["accept"] for seen in server.seen} == {"text/html", "image/*"}
    stored = html_of(library)
    assert stored is not None
    assert stored.version == 2
    assert "An interpreter waits for the verb" in stored.html
    [(name, width, height)] = stored.pictures.values()
    assert f'src="html/{name}" width="{width}"' in stored.html.replace(' height="240"', "")
    assert (width, height) == (640, 240)
    [paper] = papers.papers_at(library.db, [1])
    assert picture_file(library, paper, name).read_bytes() == sample_picture()
    fetch_html(library, online)
    assert len(server.seen) == 2, "once"
    assert failures.failures(library.db, "html") == []


def test_the_pdfs_version_is_asked_for_and_a_newer_pdf_asks_anew(
    library: Library, server: Server, online: Tools
) -> None:
    have_pdf(library, 1, version=1)
    server.script(f"{AT}v1", Answer(PAGE.replace(b"00001v2", b"00001v1")))
    fetch_html(library, online)
    assert (stored := html_of(library)) is not None
    assert stored.version == 1
    have_pdf(library, 1, version=3)
    fetch_html(library, online)
    assert asked(server)[-1] == f"{AT}v3"
    assert html_of(library) == stored, "arXiv has none of version 3: the older one stays"


def test_where_arxiv_has_none_that_is_no_problem_and_asked_again_in_its_time(
    library: Library, server: Server, online: Tools, clock: Clock
) -> None:
    server.script(AT, Answer(status=404))
    fetch_html(library, online)
    fetch_html(library, online)
    assert asked(server) == [AT]
    assert html_of(library) is None
    assert rows.failed_stages(library.db, without=()) == {}
    clock.now += failures.FIRST_RETRY
    server.script(AT, Answer(PAGE))
    fetch_html(library, online)
    assert html_of(library) is not None


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (Answer(status=403), "access is denied"),
        (Answer(b"<html><body>Under repair</body></html>"), "what came is not a whole paper"),
        (Answer(PAGE, cut_after=900), "broke off"),
        (Answer(PAGE[:-400]), "what came is not a whole paper"),
        (Answer(b"<p>" * 2_700_000), "too long"),
    ],
    ids=["denied", "other", "cut", "ends early", "long"],
)
def test_what_fails_is_named_and_leaves_what_was_here(
    library: Library, server: Server, online: Tools, answer: Answer, reason: str
) -> None:
    fetch_html(library, online)
    before = html_of(library)
    have_pdf(library, 1, version=3)
    server.script(f"{AT}v3", answer)
    fetch_html(library, online)
    [failure] = failures.failures(library.db, "html")
    assert failure.subject == f"{NUMBER}v3"
    assert failure.error.startswith(f"arXiv's HTML of arxiv:{NUMBER}: ")
    assert reason in failure.error
    assert html_of(library) == before
    assert rows.failed_stages(library.db, without=()) == {"html": 1}


@pytest.mark.parametrize(
    "answer",
    [
        Answer(status=404),
        Answer(b"<svg xmlns='http://www.w3.org/2000/svg'><script>hit()</script></svg>"),
        Answer(sample_picture("TIFF")),
        Answer(sample_picture()[:20]),
        Answer(sample_picture(size=(40_000, 1_001))),
        Answer(b"\x89PNG\r\n\x1a\n" + bytes(arxiv_html.PICTURE_BYTES)),
    ],
    ids=["none", "SVG", "TIFF", "cut", "wide", "large"],
)
def test_a_picture_that_cannot_be_shown_is_missing_and_the_text_is_here(
    library: Library, server: Server, online: Tools, answer: Answer
) -> None:
    server.script(PICTURE_AT, answer)
    fetch_html(library, online)
    assert (stored := html_of(library)) is not None
    assert stored.pictures == {}
    assert "<img" not in stored.html
    assert sorted(p.name for p in (library.folder / AT[1:]).iterdir()) == [
        "page.html",
        "source.html.gz",
    ]


def test_only_pictures_below_arxivs_html_are_asked_for_and_not_too_many(
    library: Library, server: Server, online: Tools
) -> None:
    with Server() as other:
        images = [f"<img src='{other.url('/x.png')}'>", "<img src='/logout'>"]
        images += [f"<img src='y{n}.png'>" for n in range(arxiv_html.MOST_PICTURES + 5)]
        text = "".join(images).encode()
        server.script(AT, Answer(PAGE.replace(b"<h1", text + b"<h1", 1)))
        fetch_html(library, online)
        assert other.seen == []
    assert asked(server)[1:] == [f"{AT}v2/y{n}.png" for n in range(arxiv_html.MOST_PICTURES)]


def test_a_redirect_to_the_version_says_which_it_is(
    library: Library, server: Server, online: Tools
) -> None:
    server.script(AT, redirect(f"{AT}v4"))
    server.script(f"{AT}v4", Answer(PAGE.replace(b"2506.00001v2", b"2506.00001")))
    fetch_html(library, online)
    assert (stored := html_of(library)) is not None
    assert stored.version == 4


def test_an_arxiv_that_is_away_is_asked_once_and_again_in_its_time(
    tmp_path: Path, server: Server, online: Tools, clock: Clock
) -> None:
    with a_library(tmp_path, FEEDS_TOML, now=clock) as library:  # where nothing answers
        papers.add_papers(library.db, [paper(n) for n in (1, 2)], source="arXiv", on=DAY)
        pick(library, 1, 2)
        fetch_html(library, online)
        assert [one.subject for one in failures.failures(library.db, "html")] == ["2506.00002"]
    text = FEEDS_TOML.replace("http://127.0.0.1:9/pdf/", server.url("/pdf/"))
    (tmp_path / "feeds.toml").write_text(text, "utf-8")
    clock.now += failures.FIRST_RETRY
    with open_library(tmp_path, now=clock) as library:
        fetch_html(library, online)
        assert html_of(library) is not None


def test_what_failed_is_forgotten_with_its_pick(
    library: Library, server: Server, online: Tools
) -> None:
    server.script(AT, Answer(status=404))
    fetch_html(library, online)
    assert len(failures.failures(library.db, "html")) == 1
    decide(library, "skip", [NUMBER])
    fetch_html(library, online)
    assert failures.failures(library.db, "html") == []


def test_html_goes_with_its_pick_and_what_is_somebodys_stays(
    library: Library, online: Tools
) -> None:
    fetch_html(library, online)
    (library.folder / "html/mine").mkdir()
    decide(library, "skip", [NUMBER])
    fetch_html(library, online)
    assert [path.name for path in (library.folder / "html").iterdir()] == ["mine"]


def test_so_many_papers_at_once_the_newest_pick_first(
    library: Library, server: Server, online: Tools
) -> None:
    more = range(4, 4 + arxiv_html.MOST_AT_ONCE)
    papers.add_papers(library.db, [paper(n) for n in more], source="arXiv", on=DAY)
    pick(library, *more)
    fetch_html(library, online)
    assert asked(server) == [f"/html/2506.{n:05}" for n in reversed(more)]
    fetch_html(library, online)
    assert asked(server)[len(more) :] == [AT, PICTURE_AT]


def test_what_is_no_pick_has_no_pdf_or_is_elsewhere_is_not_asked_for(
    library: Library, server: Server, online: Tools
) -> None:
    (library.folder / "papers/1.pdf").unlink()
    have_pdf(library, 2, version=None)
    other = paper(9, ids=("doi:10.5555/x",))
    papers.add_papers(library.db, [other], source="arXiv", on=DAY)
    decide(library, "pick", ["10.5555/x"])
    have_pdf(library, 4, version=None)
    fetch_html(library, online)
    assert server.seen == []


def test_a_better_cleaner_cleans_again_without_a_network(
    library: Library, server: Server, online: Tools
) -> None:
    fetch_html(library, online)
    before, n_seen = html_of(library), len(server.seen)
    assert before is not None
    file = library.folder / AT[1:] / "page.html"
    head, _, html = file.read_text("utf-8").partition("\n")
    old = json.loads(head) | {"cleaner": 0}
    file.write_text(f"{json.dumps(old)}\n<script>old</script>{html}", "utf-8")
    assert html_of(library) == before
    assert json.loads(file.read_text("utf-8").partition("\n")[0])["cleaner"] == before.cleaner
    assert len(server.seen) == n_seen


@pytest.mark.parametrize("content", [b"", b"{}\n<p>x</p>", b"[1]\n", b"\xff\n", b'{"a": 1}\n'])
def test_a_page_that_was_damaged_counts_as_missing_and_comes_again(
    library: Library, server: Server, online: Tools, content: bytes
) -> None:
    fetch_html(library, online)
    (library.folder / AT[1:] / "page.html").write_bytes(content)
    assert html_of(library) is None
    fetch_html(library, online)
    assert html_of(library) is not None


def test_the_stages_fetch_it_after_the_pdf(library: Library, server: Server, online: Tools) -> None:
    pick(library, 2)
    assert fetch_picks(library, online, [2]) == []
    assert asked(server) == ["/html/2506.00002"]
    assert index_all(library, online) == []
    assert html_of(library) is not None
