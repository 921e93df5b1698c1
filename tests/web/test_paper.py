"""Test the page of one paper: all that is known, safely shown, and its actions."""

from __future__ import annotations

import contextlib
import hashlib
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from reader.base.messages import _, speaking
from reader.gathering.rows import sources
from reader.library.folder import Library, find_paper
from reader.library.paper import PropertyChange
from reader.library.rows import highlights, papers, pdfs
from reader.library.rows.highlights import MarkedCopy
from reader.morning.edit import tag
from reader.morning.pick import decide_rows
from reader.morning.pipe import Tools
from reader.notes.write import add_note
from reader.search.encode import encode, index_words
from reader.web.visit import Parts
from tests import samples
from tests.marked_pdfs import typeset
from tests.pdfs.test_returning import RAIN, SLEPT
from tests.samples import DAY, NOW, paper, post
from tests.web.site import parts_of, site

EVIL = "</title><script>alert(1)</script> & snails <img src=x onerror=alert(2)>"
PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\1\xe0\0\0\2\xa7\x08\0\0\0\0"
ABOUT = "/paper/arxiv:2506.00001"
SHA = hashlib.sha256(typeset("Snails")).hexdigest()


@contextlib.contextmanager
def _tools(_: Library) -> Iterator[Tools]:
    yield samples.tools(samples.Web())


@pytest.fixture
def parts(tmp_path: Path) -> Parts:
    """Make a library whose first paper has everything that a paper can have."""
    parts = replace(parts_of(tmp_path), tools=_tools)
    with parts.open_library() as library:
        several = [
            paper(1, f"Speech translation: {EVIL}", f"Abstract with $x^2$ {EVIL}",
                  authors=("Ada Field", "Bo <b>Lind</b>"), categories=("cs.CL",),
                  ids=("arxiv:2506.00001", "doi:10.1/a?b#c")),
            paper(2, "Moss that waits", "Moss waits for speech translation."),
        ]  # fmt: skip
        papers.add_papers(library.db, several, source="arXiv", on=DAY)
        said = post("1", "arxiv:2506.00001", author="Cy <i>Pond</i>", sentence=f"Read it {EVIL}")
        sources.add_posts(library.db, [said], source="timeline", on=DAY)
        decide_rows(library, "pick", [1, 2])
        first, second = papers.papers_at(library.db, [1, 2])
        (tmp_path / "papers").mkdir()
        (tmp_path / "papers/a.pdf").write_bytes(typeset("Snails"))
        (tmp_path / "papers/a.marked.pdf").write_bytes(typeset("Snails", n_pages=3))
        pdfs.add_pdf(library.db, pdfs.Pdf(1, "papers/a.pdf", SHA), n_bytes=1, at=NOW)
        copy = MarkedCopy(1, "papers/a.marked.pdf", "b" * 64, 0)
        highlights.add_copy(library.db, copy, at=NOW)
        for mark in (RAIN, replace(SLEPT, note=EVIL)):
            highlights.add_highlight(library.db, 1, mark, mark=None, at=NOW)
        picture = pdfs.Picture(SHA, 2, f"Figure 1. {EVIL}")
        for path in (picture.page, picture.figure):
            (tmp_path / path).parent.mkdir(exist_ok=True)
            (tmp_path / path).write_bytes(PNG)
        pdfs.add_picture(library.db, 1, picture)
        add_note(library, first, f"Mine. See [[{second.key}]] and [[nothing]]. **Bold** {EVIL}")
        add_note(library, second, f"It links to [[{first.key}]]. That is all.")
        index_words(library, samples.tools(samples.Web()))
        encode(library, samples.tools(samples.Web()))
    return parts


@pytest.fixture
def client(parts: Parts) -> Iterator[TestClient]:
    with site(parts) as client:
        yield client


def part_of(text: str, id_: str) -> str:
    """Return the section whose head has an id."""
    found = re.search(rf'<section[^>]*aria-labelledby="{id_}".*?</section>', text, re.DOTALL)
    assert found, id_
    return found[0]


def test_the_paper_page_shows_all_that_is_known(client: TestClient) -> None:
    text = client.get(ABOUT).text
    assert '<a href="/papers?author=Ada%20Field">Ada Field</a>' in text
    assert '<a class="chip" href="/papers?year=2025">2025</a>' in text
    assert "arrived 2025-06-04 from arXiv" in text
    assert f'src="/paper/arxiv:2506.00001/figure.png?v={SHA[:16]}" width="480" ' in text
    assert not re.search(r"<h2[^>]*><svg", text), "no heading has an icon, since some had none"
    assert "Cy &lt;i&gt;Pond&lt;/i&gt;" in part_of(text, "said")
    marks = part_of(text, "highlights")
    assert 'href="/pdf/arxiv:2506.00001/read?page=1">Page 1</a>' in marks
    assert "played rain" in marks
    assert "mark-yellow" in marks
    assert "<strong>Bold</strong>" in part_of(text, "note")
    assert "Moss that waits" in part_of(text, "backlinks")
    assert 'lang="en">It links to ' in part_of(text, "backlinks")
    assert "That is all" not in part_of(text, "backlinks")
    assert "Moss that waits" in part_of(text, "near")
    assert "/pdf/arxiv:2506.00001/read?copy=bbbbbbbbbbbbbbbb" in part_of(text, "pdf-head")
    why = part_of(text, "why")
    assert '<p class="small">In: “speech translation” in the title' in why
    assert "<summary>The sum behind this rank</summary>" in why
    assert "When you picked it (2025-06-04): It was in no list." in why
    assert why.index("In: ") < why.index("<details") < why.index('<table class="sum">')
    ids = part_of(text, "ids")
    assert 'href="https://doi.org/10.1/a' in ids
    assert "@misc{field2025" in ids
    assert "v1, seen 2025-06-04" in ids
    assert 'href="/note/arxiv:2506.00001"' in text


def test_links_in_a_note_show_titles_and_unknown_ones_stay_text(client: TestClient) -> None:
    link = (
        '<a href="/paper/arxiv:2506.00002" rel="noopener noreferrer nofollow">Moss that waits</a>'
    )
    for page in (
        part_of(client.get(ABOUT).text, "note"),
        client.get("/note/arxiv:2506.00001/history").text,
        client.get("/recall?id=2506.00001").text,
    ):
        assert f"See {link} and [[nothing]]." in page


def test_what_is_foreign_is_shown_as_text(client: TestClient) -> None:
    text = client.get(ABOUT).text
    assert "<script>alert" not in text
    assert "<img src=x" not in text
    assert "onerror=alert(2)>" not in text.replace("onerror=alert(2)&gt;", "")
    assert 'style="' not in text
    assert "<style" not in text


def test_a_paper_of_which_little_is_known_has_a_page(client: TestClient, parts: Parts) -> None:
    with parts.open_library() as library:
        bare = paper(9, "", authors=(), published_on=None, announced_on=None, version=None)
        papers.add_papers(library.db, [bare], source="by hand", on=DAY)
    text = client.get("/paper/arxiv:2506.00009").text
    assert "No abstract is known." in text
    assert "There is no PDF yet. Pick the paper, and the next gather" in text
    assert 'aria-labelledby="highlights"' not in text
    with parts.open_library() as library:
        decide_rows(library, "pick", [find_paper(library, "2506.00009").row])
    text = client.get("/paper/arxiv:2506.00009").text
    assert "There is no PDF yet. The next gather tries to fetch it." in text
    with parts.open_library() as library:
        add_note(library, find_paper(library, "2506.00009"), "It says little. I doubt it.")
    text = client.get("/paper/arxiv:2506.00009").text
    assert ("There is no PDF yet." in text, "Pick the paper" in text) == (True, False)


def test_an_id_with_signs_of_addresses_finds_its_paper(client: TestClient, parts: Parts) -> None:
    with parts.open_library() as library:
        odd = paper(7, "Odd", ids=("doi:10.1002/(sici)17:15/16<1661::aid-sim968>3.0.co;2-2",))
        papers.add_papers(library.db, [odd], source="arXiv", on=DAY)
    listed = client.get("/papers?q=odd")
    address = re.search(r'href="(/paper/doi:[^"]+)"', client.get("/papers").text)
    assert listed.status_code == 200
    assert address
    assert ">Odd</h1>" in client.get(address[1]).text


def test_unknown_papers_get_404(client: TestClient) -> None:
    for path in ("/paper/arxiv:2506.99999", "/paper/x", "/paper/arxiv:2506.00002/figure.png"):
        assert client.get(path).status_code == 404
    assert "<h1>Not found</h1>" in client.get("/paper/arxiv:2506.99999").text


def test_pictures_are_kept_by_the_browser_for_good(client: TestClient) -> None:
    found = client.get(f"{ABOUT}/page.png?v={SHA[:16]}")
    assert (found.content, found.headers["content-type"]) == (PNG, "image/png")
    assert found.headers["cache-control"] == "private, max-age=31536000, immutable"
    again = client.get(f"{ABOUT}/page.png", headers={"if-none-match": found.headers["etag"]})
    assert again.status_code == 304


def test_a_paper_is_filed_elsewhere_and_its_pdf_follows(client: TestClient, parts: Parts) -> None:
    answer = client.post(f"{ABOUT}/file", data={"topic": "speech/recognition"})
    assert answer.url.path == ABOUT
    assert "Filed under speech/recognition" in answer.text
    with parts.open_library() as library:
        assert find_paper(library, "2506.00001").topic == "speech/recognition"
    assert (parts.folder / "papers/speech/recognition/a.pdf").is_file()


def test_a_new_folder_is_made_only_on_request(client: TestClient) -> None:
    several = {"topic": "gardens/snails", "id": "arxiv:2506.00001", "do": "file", "sure": "1"}
    for address in (f"{ABOUT}/file", "/several", "/topics/speech/translation/move"):
        wrong = client.post(address, data=several)
        assert wrong.status_code == 404
        # A page names its own box, and no option.
        assert ("--new" in wrong.text, "Tick “Create the folder" in wrong.text) == (False, True)
    for topic in ("../outside", "", "a//b"):
        assert client.post(f"{ABOUT}/file", data={"topic": topic, "new": "1"}).status_code == 400
    made = client.post(
        f"{ABOUT}/file",
        data={"topic": "gardens/snails", "new": "1"},
        headers={"accept": "application/json"},
    )
    assert made.json()["topic"] == "gardens/snails"


def test_a_form_tags_rates_and_prioritises(client: TestClient, parts: Parts) -> None:
    with parts.open_library() as library:
        tag(library, [2], PropertyChange(add=("survey",)))
    page = client.get(ABOUT).text
    assert '<datalist id="known-tags"><option value="survey">' in page
    seen = {"seen_rating": "", "seen_priority": "normal"}
    form = {"add": "Survey, to cite", "rating": "4", "priority": "high", **seen}
    answer = client.post(f"{ABOUT}/tags", data=form)
    assert (answer.url.path, answer.url.fragment) == (ABOUT, "tags")
    assert "Now: high priority, rated 4 of 5, #survey, #to cite" in answer.text
    assert '<button class="quiet" name="remove" value="to cite"' in answer.text
    # Another window changes what this one only shows.
    with parts.open_library() as library:
        tag(library, [1], PropertyChange(rating=2))
    form = {"remove": "survey", "rating": "4", **seen, "seen_rating": "4", "priority": "low"}
    found = client.post(f"{ABOUT}/tags", data=form, headers={"accept": "application/json"}).json()
    assert (found["tags"], found["rating"], found["priority"]) == (["to cite"], 2, "low")
    assert client.post(f"{ABOUT}/tags", data={"add": "x" * 101, **seen}).status_code == 400


def test_what_would_change_a_place_is_a_page_and_a_part(client: TestClient) -> None:
    whole = client.get(f"{ABOUT}/changes").text
    part = client.get(f"{ABOUT}/changes", headers={"x-part": "1"}).text
    assert "without “speech translation” in the title" in part
    assert part.strip() in whole
    assert "<html" not in part


def test_models_are_fitted_only_for_what_a_decision_teaches(parts: Parts) -> None:
    def refuse(_: Library) -> contextlib.AbstractContextManager[Tools]:
        raise AssertionError("nothing needs a model here")

    with site(replace(parts, tools=refuse)) as client:
        page = client.get(f"{ABOUT}/changes").text
        assert "without “speech translation” in the title" in page
        assert f'href="{ABOUT}/changes/decided"' in page
    with site(parts) as client:
        page = client.get(f"{ABOUT}/changes/decided").text
        assert "<h1>What your decision would change</h1>" in page
        assert "without your decision" in page
        assert "in the title" not in page
        assert f'href="{ABOUT}/changes/decided"' not in page


def test_models_are_fitted_once_until_something_is_decided(parts: Parts) -> None:
    n_fitted = 0

    @contextlib.contextmanager
    def counted(library: Library) -> Iterator[Tools]:
        nonlocal n_fitted
        n_fitted += 1
        with _tools(library) as tools:
            yield tools

    with site(replace(parts, tools=counted)) as client, parts.open_library() as library:
        client.get(f"{ABOUT}/changes")  # ranks the day anew, and keeps that
        learned = f"{ABOUT}/changes/decided"
        several = [client.get(learned).text for _ in range(3)]
        assert (n_fitted, len(set(several))) == (1, 1)
        in_japanese = client.get(learned, headers={"accept-language": "ja"}).text
        assert "without" not in in_japanese
        decide_rows(library, "skip", [2])
        client.get(learned)
        assert n_fitted == 3


def test_the_page_is_in_japanese_where_the_browser_asks_for_it(client: TestClient) -> None:
    text = client.get(ABOUT, headers={"accept-language": "ja"}).text
    assert '<html lang="ja">' in text
    with speaking("ja"):
        assert _("Reasons for this rank") in text
    assert "Reasons for this rank" not in text


def test_fields_are_edited_on_the_page_and_what_was_left_is_no_change(parts: Parts) -> None:
    with site(parts) as client:
        page = client.get(ABOUT).text
        names = re.findall(r'<(?:input|textarea) id="field-(\w+)"', page)
        with parts.open_library() as library:
            [library_paper] = papers.papers_at(library.db, [1])
        paper = library_paper.record
        words = dict.fromkeys(names, "") | {
            "title": paper.title, "authors": "\r\n".join(paper.authors),
            "abstract": paper.abstract.replace(" ", "\n"),
        }  # fmt: skip
        at = f"{ABOUT}/edit"
        client.post(at, data=words)
        with parts.open_library() as library:
            assert library.db.read("SELECT * FROM fields") == []
        client.post(at, data=words | {"venue": EVIL, "authors": "Eva Moos\r\n"})
        page = client.get(ABOUT).text
    assert "<script>alert(1)" not in page
    assert "venue: &lt;/title&gt;" in page
    assert ">Eva Moos</a>" in page
    with parts.open_library() as library:
        rows = library.db.read("SELECT field FROM fields WHERE act IS NOT NULL ORDER BY field")
        assert [r["field"] for r in rows] == ["authors", "venue"]


def test_a_form_that_was_opened_before_an_edit_elsewhere_takes_nothing_back(parts: Parts) -> None:
    def value(name: str, page: str) -> str:
        found = re.search(rf'name="{name}"[^>]* value="([^"]*)"', page)
        assert found
        return found[1]

    with site(parts) as client:
        before = client.get(ABOUT).text
        client.post(f"{ABOUT}/edit", data={"venue": "Garden Studies"})
        fields = ("venue", "seen_venue", "volume", "seen_volume")
        client.post(f"{ABOUT}/edit", data={f: value(f, before) for f in fields} | {"volume": "3"})
        after = client.get(ABOUT).text
    assert (value("venue", after), value("volume", after)) == ("Garden Studies", "3")


def test_highlights_after_the_tenth_are_folded(client: TestClient, parts: Parts) -> None:
    with parts.open_library() as library:
        for n in range(9):
            mark = replace(RAIN, text=f"Drop {n} fell")
            highlights.add_highlight(library.db, 1, mark, mark=None, at=NOW)
    open_, folded = part_of(client.get(ABOUT).text, "highlights").split("<details>")
    assert (open_.count("<li"), folded.count("<li")) == (10, 1)
    assert "1 more highlight</summary>" in folded


def test_lists_show_the_first_figure_in_a_place_of_one_size(client: TestClient) -> None:
    image = f'<img class="thumb" src="/paper/arxiv:2506.00001/figure.png?v={SHA[:16]}" alt=""'
    for address in ("/papers", "/papers?q=translation", "/search?q=translation", "/"):
        text = client.get(address).text
        assert f'{image} width="96" height="72" loading="lazy"' in text, address
        assert "arxiv:2506.00002/figure.png" not in text


def test_the_abstract_of_a_pick_comes_after_a_guess(parts: Parts, client: TestClient) -> None:
    third, words = "arxiv:2506.00003", "They wait for <rain>."
    with parts.open_library() as library:
        given = [paper(3, "Rain", "Rain falls.")]
        papers.add_papers(library.db, given, source="arXiv", on=DAY)
        decide_rows(library, "pick", [find_paper(library, third).row])
    hidden, shown = '<p class="prose" hidden lang="en">Rain', '<p class="prose" lang="en">Rain'
    before = part_of(client.get(f"/paper/{third}").text, "abstract")
    assert hidden in before
    assert 'action="/guess"' in before
    fields = {"id": third, "text": words, "back": f"/paper/{third}"}
    after = part_of(client.post("/guess", data=fields).text, "abstract")
    assert shown in after
    assert "They wait for &lt;rain&gt;." in after
    assert "/guess" not in after
    assert "They wait for &lt;rain&gt;." in client.get(f"/note/{third}").text
    with parts.open_library() as library:
        add_note(library, find_paper(library, third), "Rain falls down. I saw it myself.")
    assert "They wait for &lt;rain&gt;." in client.get(f"/recall?id={third}").text


def test_an_empty_guess_passes(parts: Parts, client: TestClient) -> None:
    with parts.open_library() as library:
        papers.add_papers(library.db, [paper(3, "Rain", "Rain falls.")], source="arXiv", on=DAY)
        decide_rows(library, "pick", [find_paper(library, "arxiv:2506.00003").row])
    answer = client.post(
        "/guess",
        data={"id": "arxiv:2506.00003", "text": " "},
        headers={"accept": "application/json"},
    )
    assert answer.json() == {"said": ""}
    page = part_of(client.get("/paper/arxiv:2506.00003").text, "abstract")
    assert "hidden" not in page
    assert "guess" not in page
