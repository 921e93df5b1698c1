"""Test the fetching and splitting of PDFs: a bad one never stops the others."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from reader.base.cluster import TaskFailure
from reader.base.errors import PdfError, Problem, ReaderError, SourceFailed
from reader.base.http import Request
from reader.base.messages import lazy_gettext
from reader.library.folder import Library
from reader.library.paper import LibraryPaper, Paper
from reader.library.passage import Block, Document, Page
from reader.library.rows import failures, papers, pdfs
from reader.library.rows.database import Database
from reader.library.rows.pdfs import Pdf
from reader.morning.pick import decide
from reader.morning.pipe import index_picks
from reader.pdfs.fetch import (
    MAX_PDF_BYTES,
    extract,
    fetch_in_turn,
    fetch_pdfs,
    pdf_address,
)
from reader.search.rows import citations, index
from tests.samples import (
    DAY,
    FEEDS_TOML,
    NOW,
    Web,
    a_library,
    document,
    no_counter,
    paper,
    tools,
)

PDF = b"%PDF-1.7 invented"
GARDENS = paper(1, "Speech Translation in Gardens")
ANTS = paper(2, "On Ants")


class Moving:
    """Play a clock that moves only when it is set."""

    def __init__(self) -> None:
        self.at = NOW

    def __call__(self) -> datetime:
        return self.at


@pytest.fixture
def clock() -> Moving:
    return Moving()


@pytest.fixture
def library(tmp_path: Path, clock: Moving) -> Iterator[Library]:
    with a_library(tmp_path, now=clock) as library:
        papers.add_papers(library.db, [GARDENS, ANTS], source="arXiv", on=DAY)
        yield library


def pick(library: Library, *ids: str) -> None:
    decide(library, "pick", ids)


def web(**pages: bytes | SourceFailed) -> Web:
    """Serve PDFs by arXiv number."""
    base = "http://127.0.0.1:9/pdf/2506."
    return Web({base + name.removeprefix("n"): page for name, page in pages.items()})


def only_pdfs(content: bytes) -> None:
    if not content.startswith(b"%PDF"):
        raise PdfError(file="the download", what="no PDF", hint="Try later.")


def a_page(_: Path) -> Document:
    return document("The rain gauge hums at night.")


class Workers:
    """Stands for a cluster. answers: what comes of each PDF's address; else it is fetched."""

    def __init__(self, answers: dict[str, Any]) -> None:
        self.answers = answers
        self.sent: list[tuple[str, str, frozenset[str]]] = []

    def __call__(
        self,
        work: Callable[..., Any],
        items: Iterable[Any],
        arguments: Callable[[Any], tuple[Any, ...]],
        _split: Callable[[Any], Iterable[Any]],
        /,
    ) -> Iterator[tuple[Any, Any]]:
        for item in items:
            try:
                request, index_url, hosts = arguments(item)
            except ReaderError as error:
                yield item, error
                continue
            self.sent.append((request.url, index_url, hosts))
            if request.url in self.answers:
                yield item, self.answers[request.url]
            else:
                yield item, work(request, index_url, hosts)


AWAY = "postgresql://me@127.0.0.1:9/papers?connect_timeout=2"
PLACE = "http://127.0.0.1:9/pdf/2506.0000"


class TestFetchingOnWorkers:
    def test_what_a_worker_fetched_is_kept_and_what_it_could_not_is_fetched_here(
        self, tmp_path: Path
    ) -> None:
        pytest.importorskip("psycopg")
        gone = SourceFailed(source="PDF of arxiv:2506.00003", what="nobody answers")
        workers = Workers(
            {PLACE + "1": PDF, PLACE + "3": gone, PLACE + "4": TaskFailure("it ended each")}
        )
        with a_library(tmp_path, f'{FEEDS_TOML}[index]\nurl = "{AWAY}"\n') as library:
            several = [paper(n) for n in (1, 2, 3, 4)]
            unknown = replace(paper(5), ids=("doi:10.1/5",))
            papers.add_papers(library.db, [*several, unknown], source="arXiv", on=DAY)
            served = web(n00002=PDF)
            found = fetch_pdfs(library, replace(tools(served), each=workers), also=[1, 2, 3, 4, 5])
            assert [p.error.message for p in found] == [
                "PDF of arxiv:2506.00003: nobody answers",
                "arxiv:2506.00004: it ended each",
                "doi:10.1/5: the address of its PDF is not known",
            ]
            assert [pdfs.pdf_of(library.db, n) is None for n in (1, 2, 3, 4)] == [
                *(False, False),
                *(True, True),
            ]
            assert len(failures.failures(library.db, "pdf")) == 3
            # The worker cannot take a turn for the second one, so it asked nobody.
            assert [request.url for request in served.seen] == [PLACE + "2"]
            hosts = library.config.hosts
            assert workers.sent == [(f"{PLACE}{n}", AWAY, hosts) for n in (1, 2, 3, 4)]
            assert fetch_in_turn(served.seen[0], AWAY, hosts) is None

    def test_without_a_shared_index_this_process_fetches(self, library: Library) -> None:
        workers, served = Workers({}), web(n00001=PDF)
        assert fetch_pdfs(library, replace(tools(served), each=workers), also=[1]) == []
        assert (len(served.seen), workers.sent) == (1, [])


class TestFetching:
    def test_a_picks_pdf_is_filed_under_its_topic_and_key(self, library: Library) -> None:
        pick(library, "2506.00001")
        served = web(n00001=PDF)
        assert fetch_pdfs(library, tools(served, check_pdf=only_pdfs)) == []
        path = "papers/speech/translation/2025_Field_SpeechTranslationGardens.pdf"
        assert (library.folder / path).read_bytes() == PDF
        kept = pdfs.pdf_of(library.db, 1)
        assert kept is not None
        assert (kept.path, len(kept.sha256)) == (path, 64)
        assert served.seen == [
            Request(
                url="http://127.0.0.1:9/pdf/2506.00001",
                source=lazy_gettext("PDF of {id}", id="arxiv:2506.00001"),
                delay_s=0.0,
                accept="application/pdf",
                max_bytes=MAX_PDF_BYTES,
                is_trusted=True,
            )
        ]
        assert fetch_pdfs(library, tools(served)) == []
        assert len(served.seen) == 1

    def test_nothing_is_fetched_for_what_was_not_picked(self, library: Library) -> None:
        served = web(n00001=PDF)
        assert fetch_pdfs(library, tools(served)) == []
        assert served.seen == []

    def test_papers_that_are_asked_for_need_not_be_picks(self, library: Library) -> None:
        pick(library, "2506.00002")
        served = web(n00001=PDF, n00002=PDF)
        assert fetch_pdfs(library, tools(served), also=[2, 1]) == []
        path = "papers/unfiled/2025_Field_SpeechTranslationGardens.pdf"
        kept = pdfs.pdf_of(library.db, 1)
        assert kept is not None
        assert kept.path == path
        assert len(served.seen) == 2
        assert fetch_pdfs(library, tools(served), also=[1, 2]) == []
        assert len(served.seen) == 2
        (library.folder / path).unlink()
        assert fetch_pdfs(library, tools(served)) == []
        assert fetch_pdfs(library, tools(served), also=[1]) == []
        assert len(served.seen) == 3
        assert (library.folder / path).read_bytes() == PDF

    def test_one_that_fails_is_named_and_waits_and_the_others_come(
        self, library: Library, clock: Moving
    ) -> None:
        pick(library, "2506.00001", "2506.00002")
        served = web(n00001=b"<html>Not yet</html>", n00002=PDF)
        problems = fetch_pdfs(library, tools(served, check_pdf=only_pdfs))
        assert [(p.stage, p.subject, p.error.message) for p in problems] == [
            ("pdf", "arxiv:2506.00001", "PDF of arxiv:2506.00001: no PDF")
        ]
        assert [pdfs.pdf_of(library.db, row) is None for row in (1, 2)] == [True, False]
        assert not list((library.folder / "papers").rglob("*Gardens*"))
        served.pages["http://127.0.0.1:9/pdf/2506.00001"] = PDF
        problems = fetch_pdfs(library, tools(served, check_pdf=only_pdfs))
        assert [(p.stage, p.subject, p.error.message, p.error.hint) for p in problems] == [
            (
                "pdf",
                "arxiv:2506.00001",
                "PDF of arxiv:2506.00001: no PDF; next try after 2025-06-04 07:00",
                "",
            )
        ]
        assert problems[0].error.exit_code == 5
        assert pdfs.pdf_of(library.db, 1) is None
        clock.at += failures.FIRST_RETRY
        assert fetch_pdfs(library, tools(served, check_pdf=only_pdfs)) == []
        assert pdfs.pdf_of(library.db, 1) is not None
        assert failures.failures(library.db, "pdf") == []

    def test_a_network_that_is_down_is_a_problem_of_each(self, library: Library) -> None:
        pick(library, "2506.00001", "2506.00002")
        problems = fetch_pdfs(library, tools(Web()))
        assert [p.subject for p in problems] == ["arxiv:2506.00001", "arxiv:2506.00002"]
        assert {p.error.exit_code for p in problems} == {5}

    def test_a_paper_picked_again_is_fetched_at_once_and_nothing_else(
        self, library: Library
    ) -> None:
        pick(library, "2506.00001", "2506.00002")
        fetch_pdfs(library, tools(Web()))
        pick(library, "2506.00001")
        served = web(n00001=PDF, n00002=PDF)
        assert fetch_pdfs(library, tools(served), only=[1]) == []
        assert [str(r.source) for r in served.seen] == ["PDF of arxiv:2506.00001"]

    def test_a_failure_of_an_older_pick_is_no_problem_of_this_one(self, library: Library) -> None:
        pick(library, "2506.00001")
        pick(library, "2506.00002")
        served = web(n00002=PDF)
        assert index_picks(library, tools(served, read_pdf=a_page), [2]) == []
        assert [str(r.source) for r in served.seen] == ["PDF of arxiv:2506.00002"]

    def test_a_pdf_that_was_deleted_comes_again(self, library: Library) -> None:
        pick(library, "2506.00002")
        served = web(n00002=PDF)
        fetch_pdfs(library, tools(served))
        file = library.folder / "papers/unfiled/2025_Field_Ants.pdf"
        file.unlink()
        assert fetch_pdfs(library, tools(served)) == []
        assert file.read_bytes() == PDF
        assert len(served.seen) == 2
        file.unlink()
        (problem,) = fetch_pdfs(library, tools(Web()))
        assert problem.subject == "arxiv:2506.00002"

    def test_arxivs_host_gets_its_delay_whatever_the_papers_canonical_id(
        self, tmp_path: Path
    ) -> None:
        found = Paper(ids=("doi:10.5555/b",), title="On Wasps", pdf_url="https://arxiv.org/pdf/1")
        other = Paper(ids=("doi:10.5555/c",), title="On Flies", pdf_url="https://a.org/c.pdf")
        text = FEEDS_TOML.replace("delay_s = 0", "delay_s = 4")
        (tmp_path / "patient").mkdir()
        with a_library(tmp_path / "patient", text) as library:
            first = Paper(ids=("doi:10.5555/a",), title="On Ants")
            papers.add_papers(library.db, [first, found, other], source="posts", on=DAY)
            both = replace(ANTS, ids=("doi:10.5555/a", ANTS.id))
            papers.add_papers(library.db, [both], source="arXiv", on=DAY)
            pick(library, ANTS.id, "10.5555/b", "10.5555/c")
            served = Web()
            fetch_pdfs(library, tools(served))
        assert [(r.url, r.delay_s) for r in served.seen] == [
            ("http://127.0.0.1:9/pdf/2506.00002", 4.0),
            ("https://arxiv.org/pdf/1", 4.0),
            ("https://a.org/c.pdf", 0.0),
        ]

    def test_a_paper_without_an_address_is_said_to_have_none(self, library: Library) -> None:
        unknown = Paper(ids=("doi:10.5555/garden.1",), title="On Bees")
        papers.add_papers(library.db, [unknown], source="posts", on=DAY)
        pick(library, "10.5555/garden.1")
        problems = fetch_pdfs(library, tools(Web()))
        assert (
            problems[0].error.message == "doi:10.5555/garden.1: the address of its PDF is not known"
        )

    def test_after_a_kill_between_file_and_row_the_same_file_is_taken(
        self, library: Library
    ) -> None:
        pick(library, "2506.00002")
        file = library.folder / "papers/unfiled/2025_Field_Ants.pdf"
        file.parent.mkdir(parents=True)
        file.write_bytes(PDF)
        fetch_pdfs(library, tools(web(n00002=PDF)))
        assert [f.name for f in file.parent.iterdir()] == ["2025_Field_Ants.pdf"]

    def test_a_file_with_other_bytes_is_somebodys_and_stays(self, library: Library) -> None:
        pick(library, "2506.00002")
        file = library.folder / "papers/unfiled/2025_Field_Ants.pdf"
        file.parent.mkdir(parents=True)
        file.write_bytes(b"%PDF with marks")
        fetch_pdfs(library, tools(web(n00002=PDF)))
        assert file.read_bytes() == b"%PDF with marks"
        kept = pdfs.pdf_of(library.db, 2)
        assert kept is not None
        assert kept.path == "papers/unfiled/2025_Field_Ants-2.pdf"
        assert (library.folder / kept.path).read_bytes() == PDF

    def test_a_folder_that_cannot_be_made_stops_nothing_else(self, library: Library) -> None:
        pick(library, "2506.00001", "2506.00002")
        (library.folder / "papers").mkdir()
        (library.folder / "papers" / "speech").touch()
        problems = fetch_pdfs(library, tools(web(n00001=PDF, n00002=PDF)))
        assert [(p.subject, p.error.exit_code) for p in problems] == [("arxiv:2506.00001", 6)]
        assert pdfs.pdf_of(library.db, 2) is not None


@pytest.mark.parametrize(
    ("ids", "pdf_url", "address", "is_trusted"),
    [
        (
            ["arxiv:2506.00001", "doi:10.5555/garden.1"],
            "",
            "http://127.0.0.1:9/pdf/2506.00001",
            True,
        ),
        (
            ["doi:10.5555/garden.1", "arxiv:cs/0201082"],
            "",
            "http://127.0.0.1:9/pdf/cs/0201082",
            True,
        ),
        (["acl:2025.x-1.1"], "", "https://aclanthology.org/2025.x-1.1.pdf", True),
        (["openreview:abcdefg"], "", "https://api2.openreview.net/pdf?id=abcdefg", True),
        (["doi:10.5555/garden.1"], "https://a.org/a.pdf", "https://a.org/a.pdf", False),
        (["doi:10.5555/garden.1"], "", "", False),
    ],
)
def test_a_pdfs_address_is_built_from_feeds_toml_or_found_and_not_trusted(
    library: Library, ids: list[str], pdf_url: str, address: str, is_trusted: bool
) -> None:
    paper = LibraryPaper(1, Paper(tuple(ids), "A", pdf_url=pdf_url), "pick", date(2025, 6, 4))
    assert pdf_address(paper, library.config) == (address, is_trusted)


def test_an_anthology_that_is_off_gives_the_address_that_was_found(library: Library) -> None:
    off = replace(library.config, resolve=replace(library.config.resolve, acl=""))
    paper = LibraryPaper(
        1, Paper(("acl:2025.x-1.1",), "A", pdf_url="https://a.org/a.pdf"), "pick", DAY
    )
    assert pdf_address(paper, off) == ("https://a.org/a.pdf", False)


def test_where_openreview_is_off_it_is_not_asked_for_pdfs_either(library: Library) -> None:
    off = replace(library.config, resolve=replace(library.config.resolve, openreview=""))
    paper = LibraryPaper(1, Paper(("openreview:abcdefg",), "A"), "pick", DAY)
    assert pdf_address(paper, off) == ("", False)


class TestReading:
    @pytest.fixture
    def here(self, library: Library) -> Library:
        """Open a library that has the PDFs of two papers."""
        for row in (1, 2):
            pdf = Pdf(row, f"papers/{row}.pdf", f"sha{row}")
            pdfs.add_pdf(library.db, pdf, n_bytes=9, at=NOW)
        return library

    def read(self, path: Path) -> Document:
        if path.name == "1.pdf":
            raise PdfError(file=path.name, what="torn", hint="Fetch it again.")
        return document("The rain gauge hums at night. " * 3, "雨を聞く。")

    def test_a_pdf_becomes_passages_and_a_bad_one_is_named_and_waits(
        self, here: Library, clock: Moving
    ) -> None:
        problems = extract(here, tools(Web(), read_pdf=self.read))
        assert [(p.stage, p.subject, p.error.message) for p in problems] == [
            ("extract", "papers/1.pdf", "1.pdf: torn")
        ]
        assert (index.n_passages(here.db, 1), index.n_passages(here.db, 2) > 0) == (0, True)
        (waiting,) = extract(here, tools(Web(), read_pdf=self.read))
        assert (waiting.error.message, waiting.error.hint, waiting.error.exit_code) == (
            "1.pdf: torn; next try after 2025-06-04 07:00",
            "",
            5,
        )
        assert extract(here, tools(Web(), read_pdf=self.read), only=[2]) == []
        (again,) = extract(here, tools(Web(), read_pdf=self.read), only=[1])
        assert again.error.message == "1.pdf: torn"
        clock.at += timedelta(days=1)
        whole = tools(Web(), read_pdf=lambda _: document("Whole at last. It rains."))
        assert extract(here, whole) == []
        assert index.n_passages(here.db, 1) == 1
        assert failures.failures(here.db, "extract") == []

    def test_a_pdf_of_pictures_is_a_problem_with_its_remedy(self, here: Library) -> None:
        pictures = Document((Page(1), Page(2)), n_scanned=2, why_unread="no tesseract")
        problems = extract(here, tools(Web(), read_pdf=lambda _: pictures))
        assert [p.error.message for p in problems] == [
            f"papers/{n}.pdf: 2 pages are pictures; tesseract is not installed" for n in (1, 2)
        ]
        assert all("apt install tesseract-ocr tesseract-ocr-jpn" in p.error.hint for p in problems)
        assert [p.error.exit_code for p in problems] == [5, 5]

    def test_a_scan_waits_for_tesseract_and_not_for_a_time(self, here: Library) -> None:
        pictures = Document((Page(1), Page(2)), n_scanned=2, why_unread="no tesseract")
        assert len(extract(here, tools(Web(), read_pdf=lambda _: pictures), only=[1])) == 1
        assert extract(here, tools(Web(), read_pdf=lambda _: pictures), only=[1]) == []
        assert failures.failures(here.db, "extract") == []
        (here.folder / "papers").mkdir(exist_ok=True)
        (here.folder / "papers" / "1.pdf").write_bytes(PDF)
        words = tools(Web(), read_pdf=lambda _: document("Now it is read. It rains."))
        assert extract(here, words) == []
        assert index.n_passages(here.db, 1) == 1

    def test_what_was_read_of_a_long_scan_is_kept_and_the_rest_is_told(self, here: Library) -> None:
        pages = tuple(Page(n, (Block("It rains."),) if n < 13 else ()) for n in range(1, 301))
        scan = Document(pages, n_scanned=300, n_ocr=12, why_unread="time")
        problems = extract(here, tools(Web(), read_pdf=lambda _: scan), only=[1])
        assert [p.error.message for p in problems] == [
            "papers/1.pdf: 12 of 300 pages that are pictures were read; "
            "more would have taken too long"
        ]
        assert index.n_passages(here.db, 1) == 1
        assert failures.failures(here.db, "extract") == []

    def test_a_figure_that_fills_a_page_is_no_problem(self, here: Library) -> None:
        paper = Document(
            (Page(1, (Block("It rains."),)), Page(2)), n_scanned=1, why_unread="no tesseract"
        )
        assert extract(here, tools(Web(), read_pdf=lambda _: paper), only=[1]) == []

    def test_without_the_model_passages_are_cut_all_the_same(self, here: Library) -> None:
        text = "The rain gauge hums at night. " * 60
        lacking = tools(Web(), token_counter=no_counter, read_pdf=lambda _: document(text))
        problems: list[Problem] = extract(here, lacking)
        assert problems == []
        n = index.n_passages(here.db, 1)
        assert n > 1
        found = index.texts_at(here.db, range(1, n + 1))
        assert max(len(t.text) for t in found.values()) < 1500

    def test_references_are_stored_and_an_older_index_gets_them_later(self, here: Library) -> None:
        entry = Block("[1] A. Field. On Ants. arXiv:2506.00002.", "reference")
        text = Document((Page(1, (Block("Rain falls."), entry)),))
        read = tools(Web(), read_pdf=lambda _: text)
        extract(here, read)
        assert citations.known_works(here.db, 1) == {1: 2}
        with contextlib.closing(sqlite3.connect(here.folder / "index.db")) as raw:
            raw.execute("DROP TABLE cited")
            raw.execute("DROP TABLE cited_keys")
            raw.execute("DROP TABLE features")
            raw.execute("DROP TABLE contents")
            raw.execute("PRAGMA user_version = 5")
        with Database(here.folder) as db:
            assert index.n_passages(db, 1) == 1
            extract(replace(here, db=db), read)
            assert (index.n_passages(db, 1), citations.known_works(db, 1)) == (1, {1: 2})

    def test_contents_are_stored_with_the_passages(self, here: Library) -> None:
        def read(path: Path) -> Document:
            return replace(document("It rains."), contents=f'["{path.stem}"]')

        extract(here, tools(Web(), read_pdf=read))
        found = here.db.read("SELECT entries FROM pdfs JOIN idx.contents USING (sha256)")
        assert sorted(r["entries"] for r in found) == ['["1"]', '["2"]']

    def test_passages_keep_their_page(self, here: Library) -> None:
        extract(here, tools(Web(), read_pdf=lambda _: document("One fish. " * 9, "Two fish. " * 9)))
        found = index.texts_at(here.db, range(1, 9)).values()
        assert {t.page for t in found} <= {1, 2}
        assert min(t.page or 0 for t in found) == 1
