"""What only fingers do, by real touches: rest to select, drag a highlight, type on the glass."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.web.browser.conftest import LANDSCAPE, PHONE, Visitor
from tests.web.browser.pages import BUBBLES, PAPER
from tests.web.browser.playing import expect
from tests.web.browser.test_beside import READ, opened
from tests.web.browser.test_marking import FOUND, made, own
from tests.web.serving import Serving

if TYPE_CHECKING:
    from playwright.sync_api import CDPSession

BROADER = """all => [...document.querySelectorAll(all)].filter((one) => one.scrollWidth >
  one.clientWidth).map((one) => one.textContent)"""
"""What is broader than the button that it stands in."""

KEYBOARD_PX = 336
"""Of an iPhone with 844 px."""

KEYBOARD = """
  const view = Object.assign(new EventTarget(), { offsetTop: 0, scale: 1, height: 0 });
  Object.defineProperty(window, "visualViewport", { get: () => view });
  window.cover = (px) => {
    view.height = innerHeight - px;
    view.dispatchEvent(new Event("resize"));
  };
"""
"""A keyboard covers a part of the window: only `visualViewport` knows, as on iOS."""

ABOVE_THE_KEYBOARD = """(limit) =>
  document.querySelector(".at-line button").getBoundingClientRect().bottom <= limit"""


def touch(fingers: CDPSession, kind: str, *points: tuple[float, float]) -> None:
    at = [{"x": x, "y": y} for x, y in points]
    fingers.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": at})


def test_a_finger_that_rests_selects_words_to_where_it_moves(
    served: Serving, visitor: Visitor
) -> None:
    page = visitor.page(size=PHONE, is_touch=True)
    page.goto(f"{served.url}{READ}")
    page.locator(".words span").first.wait_for(state="attached")
    first, last = page.evaluate(FOUND, "Waiting"), page.evaluate(FOUND, "anything")
    fingers = page.context.new_cdp_session(page)
    touch(fingers, "touchStart", (first["x"] + 2, first["y"]))
    page.wait_for_function("() => String(getSelection()).trim() === 'Waiting'")
    touch(fingers, "touchMove", (last["end"] - 2, last["y"]))
    touch(fingers, "touchEnd")
    bar = page.locator("#mark-bar")
    expect(bar).to_be_visible()
    # At the thumb, and not over the words.
    box = bar.bounding_box()
    assert box is not None
    assert box["y"] > last["y"] + 50
    assert box["y"] + box["height"] == PHONE[1]
    assert page.evaluate(BROADER, "#mark-bar button") == []
    with made(page):
        bar.get_by_role("button", name="blue").tap()
    assert own(page) == [("highlight", "Waiting costs nobody anything", "")]


@pytest.mark.parametrize(
    ("language", "said"), [("en", "a finger scrolls"), ("ja", "指ではスクロール")]
)
def test_a_finger_that_would_draw_is_told_once_that_it_scrolls(
    served: Serving, visitor: Visitor, language: str, said: str
) -> None:
    page = visitor.page(size=PHONE, is_touch=True, language=language)
    page.goto(f"{served.url}{READ}")
    page.locator(".words span").first.wait_for(state="attached")
    page.locator("#ink").tap()
    sheet = page.locator("#page-1")
    sheet.tap(position={"x": 8, "y": 8})
    expect(page.locator("#notice")).to_contain_text(said)
    sheet.tap(position={"x": 8, "y": 8})
    expect(page.locator("#notice")).to_have_text("")
    assert page.locator(".marks polyline").count() == 0


def test_a_finger_drags_a_highlight_into_the_note(served: Serving, visitor: Visitor) -> None:
    page = visitor.page(size=LANDSCAPE, is_touch=True)
    opened(page, served)
    text = page.locator("#text")
    with page.expect_response("**/check"):  # what it says moves the list of highlights
        text.fill("")
    page.wait_for_load_state("networkidle")  # the list is fresh, and will not be put anew
    expect(page.locator("#check .counting")).to_have_count(0)
    quotation = page.locator("[data-quotation]").first
    # Two looks alike: nothing moves any more, and the finger meets what it is put on.
    start, before = quotation.bounding_box(), None
    while start != before:
        page.wait_for_load_state("networkidle")
        start, before = quotation.bounding_box(), start
    end = text.bounding_box()
    assert start is not None
    assert end is not None
    at = (start["x"] + 20, start["y"] + 10)
    fingers = page.context.new_cdp_session(page)
    touch(fingers, "touchStart", at)
    expect(page.locator(".held")).to_be_visible()
    # Which one the finger met: what the check says may have moved the list meanwhile.
    dragged = page.locator(".held").get_attribute("data-quotation")
    for part in (0.3, 0.6, 1.0):
        x, y = end["x"] + 30, end["y"] + 30
        touch(fingers, "touchMove", (at[0] + part * (x - at[0]), at[1] + part * (y - at[1])))
    touch(fingers, "touchEnd")
    expect(text).to_have_value(f"{dragged}\n\n")
    expect(page.locator(".held")).to_have_count(0)


@pytest.mark.parametrize("is_beside", [True, False])
@pytest.mark.parametrize("language", ["en", "ja"])
def test_the_check_and_the_line_stand_above_the_keyboard(
    served: Serving, visitor: Visitor, language: str, is_beside: bool
) -> None:
    page = visitor.page(size=PHONE, is_touch=True, language=language)
    page.add_init_script(KEYBOARD)
    if is_beside:
        page.goto(f"{served.url}/pdf/{PAPER}/read")
        page.locator("#to-note").tap()
    else:
        page.goto(f"{served.url}/note/{BUBBLES}")
    text = page.locator("#text")
    text.tap()
    page.evaluate(f"cover({KEYBOARD_PX})")
    page.keyboard.press("Control+End")
    with page.expect_response("**/check"):
        page.keyboard.type(" Nobody asked.")
    bar = page.locator(".at-line button")
    expect(bar).to_be_visible()
    page.wait_for_function(ABOVE_THE_KEYBOARD, arg=PHONE[1] - KEYBOARD_PX)
    box, area = bar.bounding_box(), text.bounding_box()
    assert box is not None
    assert area is not None
    assert 0 < area["y"] + 40 < box["y"]
