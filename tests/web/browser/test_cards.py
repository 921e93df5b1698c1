"""Tap citations of a PDF: the cards of cited papers, and the way to the list and back."""

from __future__ import annotations

from pathlib import Path

from reader.library.folder import find_paper, open_library
from reader.library.reference import CitedWork
from reader.search.rows import citations
from tests.installed import rows
from tests.marked_pdfs import typeset
from tests.web.browser.conftest import LANDSCAPE, Visitor
from tests.web.browser.pages import JAPANESE, PAPER
from tests.web.browser.playing import expect
from tests.web.browser.test_access import violations
from tests.web.browser.test_reading import PATH, drawn
from tests.web.serving import Serving

HERE = CitedWork(1, "1", "A. Oribe. A Quiet Room.", "A Quiet Room", "", (JAPANESE,), 9)
NEW = CitedWork(2, "2", "B. Lind. Moss.", "Moss", "", ("arxiv:2506.09999",), 9, 80.5)


def test_a_citation_opens_a_card_that_leads_to_the_list_and_back(
    served: Serving, visitor: Visitor
) -> None:
    ((path,),) = rows(served.folder, PATH)
    sentences = ("Snails hear rain [1]. Fog is silent [2].",)
    (Path(served.folder) / path).write_bytes(typeset("What Snails Hear", sentences, n_pages=9))
    with open_library(served.folder) as library:
        citations.add_cited(library.db, find_paper(library, PAPER).row, [HERE, NEW])
    page = visitor.page(size=LANDSCAPE, is_touch=True)
    page.goto(f"{served.url}/pdf/{PAPER}/read?original=1")
    drawn(page, 1)
    card = page.locator("dialog.card-of")
    page.locator("#page-1 a.cite[href*='/reference/1']").tap()
    expect(card.get_by_role("link", name="静かな部屋").first).to_be_visible()
    expect(card).to_contain_text("your note")
    expect(card).to_have_css("border-top-width", "1px")
    assert violations(page) == []
    card.get_by_role("button", name="Close").tap()
    page.locator("#page-1 a.cite[href*='/reference/2']").tap()
    expect(card.get_by_role("button", name="Add the paper")).to_be_visible()
    card.get_by_role("link", name="Show it in the list, page 9").tap()
    expect(card).to_be_hidden()
    drawn(page, 9)
    page.go_back()
    drawn(page, 1)
