"""A paper's page in the browser: what is slow comes when it is opened, and not before."""

from __future__ import annotations

from reader.library.folder import open_library
from reader.morning.pick import decide
from tests.installed import shown as known
from tests.web.browser.conftest import LAPTOP, PHONE, Visitor
from tests.web.browser.hands import hold
from tests.web.browser.pages import PAPER
from tests.web.browser.playing import expect
from tests.web.serving import Serving
from tests.web.world import HOSTILE, NOW


def test_the_effect_of_a_decision_loads_inside_the_opened_part(
    shown: Serving, visitor: Visitor
) -> None:
    """Also where a part was opened before the script came."""
    page = visitor.page(size=PHONE, is_touch=True)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(shown.url)
    let_go = hold(page, "paper.js")
    page.locator("#own").locator("xpath=..").locator("h3 a").first.tap()
    page.get_by_text("What would change this rank").first.tap()
    let_go()
    teaches = page.locator("summary", has_text="What your decision would change")
    expect(teaches).to_be_visible()
    assert not any(url.endswith("/changes/decided") for url in asked)
    teaches.tap()
    expect(page.get_by_text("after a skip:")).to_be_visible()
    expect(page.get_by_text("Training the models", exact=False)).to_have_count(0)


SELECTED = """() => {
  const selection = getSelection();
  selection.selectAllChildren(document.querySelector("svg text").closest("svg"));
  return selection.toString();
}"""


def test_words_selected_on_a_pdf_page_keep_their_blanks(shown: Serving, visitor: Visitor) -> None:
    page = visitor.page()
    page.goto(f"{shown.url}/pdf/{PAPER}/page/1")
    words = " ".join(page.evaluate(SELECTED).split())
    assert "Waiting costs nobody anything here" in words
    # Each word and each blank of this line is a span of its own.
    assert "Words of several fonts stay apart" in words


def test_a_word_of_a_line_in_several_fonts_is_found_on_its_page(
    shown: Serving, visitor: Visitor
) -> None:
    page = visitor.page()
    page.goto(f"{shown.url}/pdf/{PAPER}/page/1?q=fonts")
    expect(page.locator("rect.found")).to_have_count(1)


def test_a_key_of_the_list_leads_to_the_tags_which_enter_saves(
    served: Serving, visitor: Visitor
) -> None:
    page = visitor.page(size=LAPTOP)
    page.goto(f"{served.url}/triage")
    id_ = page.locator(".sheet:not([hidden])").get_attribute("data-id") or ""
    page.keyboard.press("t")
    page.wait_for_url(f"**/paper/{id_}#tag-add")
    expect(page.locator("#tag-add")).to_be_focused()
    page.keyboard.type("survey, to cite")
    page.keyboard.press("Enter")
    expect(page.locator("#notice")).to_contain_text("#survey")
    assert known(served.folder, id_, now=NOW)["tags"] == ["survey", "to cite"]


TOPS = """() => {
  const words = document.createRange();
  words.selectNodeContents(document.querySelector(".guessed + .prose"));
  const mine = document.querySelector(".guessed").getBoundingClientRect();
  return [mine.top, words.getClientRects()[0].bottom];
}"""


def test_after_a_guess_it_stands_above_the_first_line_of_a_long_abstract(
    served: Serving, visitor: Visitor
) -> None:
    with open_library(served.folder, now=lambda: NOW) as library:
        decide(library, "pick", [HOSTILE])
    page = visitor.page(size=PHONE, is_touch=True)
    page.goto(f"{served.url}/paper/{HOSTILE}")
    abstract = page.locator("#guess + .prose")
    abstract.evaluate("one => { one.textContent = 'They break pages. '.repeat(120); }")
    page.locator("#guessed").fill("They break pages.")
    page.locator("#guess button").tap()
    expect(page.locator(".guessed + .prose")).to_be_focused()
    top, bottom = page.evaluate(TOPS)
    assert 0 <= top < bottom < PHONE[1] - 200  # above the bars at the thumb
