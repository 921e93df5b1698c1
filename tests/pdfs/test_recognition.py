"""Test which paper a PDF is taken for or asked about, with all that may mislead."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from reader.library.paper import Paper
from reader.library.passage import Block, Document, Page
from reader.pdfs.recognition import KnownPaper, PdfClues, Verdict, judge, read_print
from tests.pdfs.test_sketch import WORDS

TITLE = "Listening to Gardens with Very Small Machines"
AUTHORS = ("Ada Field", "Bo Lind", "Cy Pond")
ABSTRACT = (
    "We put very small machines between the leaves and let them listen to what grows there. "
    "They hear rain long before it falls and beetles long after they left. A model of forty "
    "thousand weights tells seven kinds of soil apart by their sound alone, in any season."
)
PAPER = Paper(
    ids=("arxiv:2506.00001", "doi:10.5555/garden.1"),
    title=TITLE,
    authors=AUTHORS,
    abstract=ABSTRACT,
    published_on=date(2025, 6, 3),
)


def words(n: int, seed: int = 0) -> str:
    draw = random.Random(seed)
    return " ".join(draw.choice(WORDS) for _ in range(n))


def pdf(title: str = TITLE, *, body: int = 0, **more: Any) -> Document:
    """Invent a PDF of the paper; body: which text; `more` goes to Document."""
    abstract = more.get("abstract", ABSTRACT)
    authors = more.get("authors", AUTHORS)
    top = (Block(title), Block(", ".join(authors)), Block("Abstract", "heading"), Block(abstract))
    pages = (
        Page(1, (*top, Block(words(300, body)))),
        *(Page(n, (Block(words(500, body + n)),)) for n in (2, 3)),
    )
    values: dict[str, Any] = {
        "pages": pages,
        "title": title,
        "authors": AUTHORS,
        "year": 2025,
        "abstract": ABSTRACT,
        "first_page": f"{title}\n{', '.join(authors)}\n{abstract}",
    }
    return Document(**(values | more))


def printed(document: Document) -> PdfClues:
    return read_print(document, id_="pdf:0123456789abcdef", name="file")


def verdict(document: Document, *papers: Paper, likeness: float = 0.0) -> Verdict:
    known = [KnownPaper(n, paper, likeness) for n, paper in enumerate(papers or (PAPER,))]
    found = judge(printed(document), known)
    return replace(found, why=str(found.why))


def level(document: Document, *papers: Paper, likeness: float = 0.0) -> str:
    return verdict(document, *papers, likeness=likeness).level


def test_title_authors_and_ids_are_read_from_the_page() -> None:
    found = printed(pdf(stamp="arXiv:2506.00001v2 [cs.CL] 5 Jun 2025", doi="10.5555/GARDEN.1"))
    assert (found.stamp, found.version, found.doi) == (
        "arxiv:2506.00001",
        2,
        "doi:10.5555/garden.1",
    )
    assert found.paper == Paper(
        ids=("pdf:0123456789abcdef",),
        title=TITLE,
        authors=AUTHORS,
        abstract=ABSTRACT,
        published_on=date(2025, 1, 1),
    )
    assert (found.is_plain, found.is_part, found.titles[0]) == (True, False, TITLE)
    assert printed(Document((Page(1),))).paper.title == "file"


def test_the_same_title_authors_and_year_is_the_paper() -> None:
    assert verdict(pdf()) == Verdict("strong", 0, "the same title and author, and a matching text")
    bare = replace(PAPER, abstract="")
    assert verdict(pdf(), bare) == Verdict("strong", 0, "the same title, authors and year")


def test_a_title_that_was_misread_is_found_among_the_first_blocks() -> None:
    assert level(replace(pdf(), title="Small Machines Inc.")) == "strong"
    split = pdf()
    first = split.pages[0].blocks
    halves = (Block("Listening to Gardens"), Block("with Very Small Machines"), *first[1:])
    halved = replace(split, title="Gardens", pages=(Page(1, halves), *split.pages[1:]))
    assert level(halved) == "strong"


def test_arxivs_stamp_is_the_paper_whatever_version_and_title() -> None:
    later = pdf("Hearing Gardens", stamp="arXiv:2506.00001v2 [cs.CL] 5 Jul 2025")
    assert verdict(later) == Verdict("strong", 0, "arXiv stamp: arxiv:2506.00001")
    other = replace(PAPER, ids=("arxiv:2506.00002",))
    assert level(later, other) == "none"


def test_a_stamp_that_shows_another_paper_is_asked_about() -> None:
    strange = Paper(("arxiv:2506.00001",), "Ants", ("Zoe Zander",), "Ants walk. " * 30)
    assert level(pdf(stamp="arXiv:2506.00001v1 [cs.CL] 3 Jun 2025"), strange) == "medium"
    slides = pdf(stamp="arXiv:2506.00001v1 [cs.CL] 3 Jun 2025", type="slides")
    assert level(slides) == "medium"


def test_a_printed_doi_counts_under_its_papers_title_only() -> None:
    record = Paper(("doi:10.5555/garden.1",), TITLE, AUTHORS)
    assert verdict(pdf(doi="10.5555/garden.1"), record).why == (
        "shows doi:10.5555/garden.1 and the title of that paper"
    )
    wrong = Paper(("doi:10.5555/garden.1",), "A Template for Conference Papers", ("Tex Nician",))
    assert verdict(pdf(doi="10.5555/garden.1"), wrong) == Verdict("none")
    volume = Paper(("doi:10.5555/garden.1",), "Proceedings of Gardens", ("Ada Field",))
    assert level(pdf(doi="10.5555/garden.1"), volume) == "medium"


def test_the_id_of_a_reference_on_page_1_is_never_the_papers() -> None:
    cited = Paper(("arxiv:1706.00009",), "On the Hearing of Ferns in Wet Woods", ("Fern Oak",))
    text = f"{TITLE}\n[1] Oak. On the Hearing of Ferns in Wet Woods. arXiv:1706.00009"
    page = pdf(first_page=text)
    page = replace(
        page,
        pages=(
            Page(1, (*page.pages[0].blocks, Block(text, "footnote"))),
            *page.pages[1:],
        ),
    )
    assert verdict(page, cited) == Verdict("none")
    assert level(page, cited, PAPER) == "strong"
    # As a template's header it is borne out by the title.
    own = pdf(first_page="arXiv preprint arXiv:2506.00001\n" + TITLE)
    assert verdict(own).why == "shows arxiv:2506.00001 and the title of that paper"


def test_the_same_title_by_other_authors_is_another_paper() -> None:
    other = replace(PAPER, authors=("Uma Vale", "Wim Xu"), abstract="Bees hum. " * 30)
    assert level(pdf(), other) == "none"
    unknown = replace(PAPER, authors=(), abstract="")
    assert level(pdf(), unknown) == "medium"


@pytest.mark.parametrize(
    "title",
    [
        f"Correction to: {TITLE}",
        f"Erratum: {TITLE}",
        f"Comments on “{TITLE}”",
        f"Reply to: {TITLE}",
        f"Supplementary Material for {TITLE}",
    ],
)
def test_a_comment_on_a_paper_is_not_the_paper(title: str) -> None:
    about = pdf(title, abstract="One sentence was wrong.")
    assert level(about) == "none"
    first, rest = title[: title.index(TITLE)], about.pages[0].blocks[1:]
    # Also where the two lines of its title are two blocks.
    halved = replace(about, pages=(Page(1, (Block(first), Block(TITLE), *rest)), *about.pages[1:]))
    assert level(halved, PAPER) != "strong"
    assert level(halved, replace(PAPER, abstract="")) != "strong"


@pytest.mark.parametrize("type_", ["slides", "supplement", "thesis", "other"])
def test_slides_supplements_and_theses_of_that_title_are_asked_about(type_: Any) -> None:
    assert level(pdf(type=type_)) == "medium"


def test_slides_that_nobody_recognised_as_such_are_asked_about() -> None:
    few = tuple(Page(n, (Block(words(30, n)),)) for n in range(2, 20))
    slides = pdf(abstract="")
    slides = replace(slides, pages=(Page(1, slides.pages[0].blocks[:2]), *few))
    assert level(slides) == "medium"
    assert level(slides, replace(PAPER, abstract="")) == "medium"


def test_a_thesis_that_contains_a_papers_title_is_not_the_paper() -> None:
    thesis = pdf("On the Sound of Plants", abstract="A thesis.", type="thesis")
    chapter = Page(40, (Block(TITLE, "heading"), Block(ABSTRACT)))
    assert level(replace(thesis, pages=(*thesis.pages, chapter))) == "none"


def test_a_translation_is_not_the_paper_and_is_asked_about_where_it_prints_the_doi() -> None:
    title = "とても小さな機械で庭を聴く試みについて"
    translated = pdf(title, abstract="葉のあいだに小さな機械を置く。")
    assert level(translated) == "none"
    assert level(replace(translated, doi="10.5555/garden.1")) == "medium"


def test_two_papers_in_one_file_are_asked_about() -> None:
    one = pdf(stamp="arXiv:2506.00001v1 [cs.CL] 3 Jun 2025")
    end = Page(4, (Block("[1] Oak. Ferns. 1999.", "reference"),))
    second = Page(5, (Block("On Moss"), Block("Abstract", "heading"), Block(words(300))))
    assert level(replace(one, pages=(*one.pages, end))) == "strong"
    assert level(replace(one, pages=(*one.pages, end, second))) == "medium"
    assert level(replace(one, stamp="", pages=(*one.pages, end, second))) == "medium"


def test_the_front_matter_of_proceedings_is_not_a_paper_of_them() -> None:
    front = pdf("Proceedings of the 3rd Workshop on Gardens", abstract="Welcome.")
    volume = Paper(("acl:2025.garden-1.0",), "Proceedings of the 3rd Workshop on Gardens", AUTHORS)
    assert level(front, PAPER, volume) == "none"


def test_the_same_text_in_other_bytes_is_the_paper_and_a_like_one_is_asked_about() -> None:
    other = pdf("Untitled", authors=(), abstract="")
    assert verdict(other, likeness=0.97) == Verdict(
        "strong", 0, "its text is 97 % the same as in a PDF of the library"
    )
    assert level(other, likeness=0.5) == "medium"
    assert level(other, likeness=0.1) == "none"


def test_two_versions_of_a_paper_of_which_no_year_is_known_are_one_by_their_text() -> None:
    kept = Paper(("pdf:00",), TITLE, AUTHORS)
    undated = pdf(year=None)
    assert level(undated, kept, likeness=0.5) == "strong"
    assert level(undated, kept, likeness=0.0) == "medium"


def test_a_short_title_alone_is_never_enough() -> None:
    short = replace(PAPER, title="Hearing Moss", abstract="")
    assert level(pdf("Hearing Moss"), short) == "medium"


def test_the_likeliest_of_several_comes_first() -> None:
    page = pdf(type="slides")
    known = [
        KnownPaper(1, PAPER, 0.1),
        KnownPaper(2, PAPER, 0.3),
        KnownPaper(3, Paper(("a:1",), "Ants")),
    ]
    assert judge(printed(page), known).places == (1, 0)


def test_of_two_papers_that_both_fit_none_is_taken_unless_the_text_tells() -> None:
    twin = replace(PAPER, ids=("arxiv:2506.00009",))
    assert verdict(pdf(), PAPER, twin).places == (0, 1)
    assert judge(printed(pdf()), [KnownPaper(1, PAPER), KnownPaper(2, twin, 0.9)]).place == 1
