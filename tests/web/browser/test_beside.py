"""The note stands beside the PDF, or slides over it, and takes highlights as quotations."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.installed import rows
from tests.web.browser.conftest import LANDSCAPE, LAPTOP, PHONE, PORTRAIT, Visitor
from tests.web.browser.hands import hold
from tests.web.browser.pages import PAPER
from tests.web.browser.playing import expect
from tests.web.browser.test_access import (
    COLOURS,
    CUT_OFF,
    SAME_NAMES,
    SMALL_TARGETS,
    TOO_WIDE,
    violations,
)
from tests.web.serving import Serving

if TYPE_CHECKING:
    from playwright.sync_api import Page

READ = f"/pdf/{PAPER}/read"
QUOTATION = "> Waiting costs nobody anything here (p. 1)"
OWN = "I would not wait. Nobody asked me."


def opened(page: Page, served: Serving) -> None:
    page.goto(f"{served.url}{READ}")
    expect(page.locator("#to-note")).to_be_visible()
    if page.locator("#note-panel").is_hidden():
        page.locator("#to-note").click()
    expect(page.locator("#note button.main")).to_be_visible()
    expect(page.locator("[data-quote]").first).not_to_have_attribute("hidden", "")


def test_a_highlight_is_quoted_with_its_page_and_the_note_saved_beside_the_pdf(
    visitor: Visitor, served: Serving, library: Path
) -> None:
    page = visitor.page(size=LAPTOP)
    opened(page, served)
    text = page.locator("#text")
    text.fill(OWN)
    page.locator("[data-quote]").first.click()
    page.keyboard.type("So.")
    expect(text).to_have_value(f"{OWN}\n\n{QUOTATION}\n\nSo.")
    expect(page.locator("#counts")).to_contain_text("Draft saved")
    page.locator("#written-today").evaluate("(one) => one.textContent = 'as of an hour ago'")
    page.locator("#note button.main").click()
    expect(page.locator("#notice")).to_contain_text("Written")
    assert page.url == f"{served.url}{READ}"
    # What stands below the note is so after it was saved too.
    expect(page.locator("#written-today")).to_have_text("Written today: 0 of 5.")
    expect(page.locator("#draft-state")).to_have_text("")
    note = rows(library, "SELECT text FROM notes ORDER BY id DESC LIMIT 1")
    assert note == [(f"{OWN}\n\n{QUOTATION}\n\nSo.",)]


def test_the_form_is_shown_when_its_script_has_come(visitor: Visitor, served: Serving) -> None:
    page = visitor.page(size=LAPTOP)
    let_go = hold(page, "note.js")
    with page.expect_request("**/note.js*"):
        page.goto(f"{served.url}{READ}")
    save = page.locator("#note button.main")
    assert (save.count(), save.is_visible()) == (1, False)
    let_go()
    expect(save).to_be_visible()


def test_what_the_check_says_is_not_said_twice(visitor: Visitor, served: Serving) -> None:
    page = visitor.page(size=LAPTOP)
    opened(page, served)
    with page.expect_response("**/check"):
        page.locator("#text").fill(OWN)
    expect(page.locator("#check .chip")).to_be_in_viewport()
    page.locator("#text").press("Control+End")
    expect(page.locator(".at-line")).to_be_hidden()
    page.set_viewport_size({"width": LAPTOP[0], "height": 420})
    page.locator("#text").press("Control+Home")
    expect(page.locator(".at-line")).to_be_visible()


def test_a_highlight_is_dragged_into_the_note(visitor: Visitor, served: Serving) -> None:
    page = visitor.page(size=LAPTOP)
    opened(page, served)
    text = page.locator("#text")
    # The list is fresh, and what the check says above it does not move it any more.
    page.wait_for_load_state("networkidle")
    with page.expect_response("**/check"):
        text.fill("")
    page.locator("[data-quotation] blockquote").first.drag_to(text)
    expect(text).to_have_value(f"\n{QUOTATION}\n\n")


def test_a_page_number_of_a_highlight_leads_to_the_page_beside(
    visitor: Visitor, served: Serving
) -> None:
    page = visitor.page(size=LAPTOP)
    opened(page, served)
    page.locator(".desk").evaluate("desk => { desk.scrollTop = desk.scrollHeight; }")
    page.evaluate("window.isSame = true")
    page.locator("#beside a[href$='/read?page=1']").first.click()
    expect(page.locator("#n")).to_have_value("1")
    assert page.evaluate("window.isSame") is True
    assert page.locator(".desk").evaluate("desk => desk.scrollTop") < 50


def test_the_divider_is_moved_by_keys_and_mouse_and_remembered(
    visitor: Visitor, served: Serving
) -> None:
    page = visitor.page(size=LANDSCAPE)
    opened(page, served)
    panel, grip = page.locator("#note-panel"), page.get_by_role("separator")

    def width() -> float:
        box = panel.bounding_box()
        assert box is not None
        return box["width"]

    before = width()
    grip.focus()
    page.keyboard.press("ArrowLeft")
    assert width() > before
    page.mouse.move(LANDSCAPE[0] - width(), 400)
    page.mouse.down()
    page.mouse.move(LANDSCAPE[0] * 0.55, 400)
    page.mouse.up()
    after = width()
    assert abs(after - LANDSCAPE[0] * 0.45) < 3
    desk = page.locator(".desk").bounding_box()
    assert desk is not None
    assert abs(desk["width"] + after - LANDSCAPE[0]) < 3
    page.reload()
    expect(page.locator("#note button.main")).to_be_visible()
    assert width() == after
    page.keyboard.press("Tab")
    page.locator("#text").press("Escape")
    expect(panel).to_be_hidden()
    page.reload()
    expect(page.locator("#to-note")).to_be_visible()
    expect(panel).to_be_hidden()


@pytest.mark.parametrize("size", [PHONE, PORTRAIT])
def test_a_sheet_slides_over_in_three_heights(
    visitor: Visitor, served: Serving, size: tuple[int, int]
) -> None:
    page = visitor.page(size=size, is_touch=True)
    page.goto(f"{served.url}{READ}")
    panel, grip, opener = (page.locator(s) for s in ("#note-panel", ".note-grip", "#to-note"))
    expect(opener).to_have_attribute("aria-expanded", "false")
    expect(panel).to_be_hidden()
    opener.tap()
    expect(page.locator("#text")).to_be_visible()

    def height() -> float:
        box = panel.bounding_box()
        assert box is not None
        return box["height"] / size[1]

    assert abs(height() - 0.5) < 0.02
    grip.tap()
    assert height() > 0.85
    grip.press("ArrowDown")
    assert height() < 0.9
    grip.tap()
    assert abs(height() - 0.5) < 0.02
    grip.press("Escape")
    expect(panel).to_be_hidden()
    expect(opener).to_be_focused()


COVERED = """(selector) => [...document.querySelectorAll(selector)]
  .filter((e) => e.checkVisibility())
  .filter((e) => {
    e.scrollIntoView({ block: "nearest" });
    const { left, top, width, height } = e.getBoundingClientRect();
    return !e.contains(document.elementFromPoint(left + width / 2, top + height / 2));
  })
  .map((e) => e.outerHTML.slice(0, 80))"""


@pytest.mark.parametrize("size", [PHONE, PORTRAIT, LANDSCAPE])
def test_the_note_hides_no_tool_of_the_pages(
    visitor: Visitor, served: Serving, size: tuple[int, int]
) -> None:
    page = visitor.page(size=size, is_touch=True)
    opened(page, served)
    tools = {
        ".menu > summary": ".menu > div > :is(a, button)",
        "#ink": ".ink-bar button",
        "[data-do=contents]": "#side :is(a, button)",
    }
    for opener, selector in tools.items():
        page.locator(opener).first.tap()
        expect(page.locator(f"{selector} >> visible=true").first).to_be_attached()
        assert page.evaluate(COVERED, selector) == [], opener
        assert page.evaluate(SMALL_TARGETS) == [], opener
        page.locator(opener).first.evaluate("opener => opener.click()")


@pytest.mark.parametrize("language", ["en", "ja"])
@pytest.mark.parametrize("size", [LAPTOP, PHONE])
def test_the_note_beside_the_pdf_can_be_read_and_reached_by_everybody(
    visitor: Visitor, served: Serving, language: str, size: tuple[int, int]
) -> None:
    page = visitor.page(size=size, language=language)
    opened(page, served)
    assert violations(page) == []
    page.emulate_media(color_scheme="dark")
    assert violations(page, COLOURS) == []
    for script in (TOO_WIDE, SMALL_TARGETS, SAME_NAMES, CUT_OFF):
        assert page.evaluate(script) in ([], None, "")
