"""While an input method composes a word, no page searches, checks, saves or takes a shortcut."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.web.browser.conftest import Visitor
from tests.web.browser.playing import expect
from tests.web.serving import Serving
from tests.web.world import EARLIER, HOSTILE

if TYPE_CHECKING:
    from playwright.sync_api import CDPSession, Page

LONG_MS = 60_000
"""Longer than any script waits after the last letter; the page's clock is wound on by it."""


def composed(page: Page, text: str) -> CDPSession:
    """Compose a word as an input method does, without ending the composition."""
    keyboard = page.context.new_cdp_session(page)
    for n in range(1, len(text) + 1):
        part = {"text": text[:n], "selectionStart": n, "selectionEnd": n}
        keyboard.send("Input.imeSetComposition", part)
    return keyboard


def press(keyboard: CDPSession, key: str, *, ctrl: bool = False) -> None:
    """Press a key that the input method takes: browsers report it with the code 229."""
    event = {"key": key, "windowsVirtualKeyCode": 229, "modifiers": 2 if ctrl else 0}
    keyboard.send("Input.dispatchKeyEvent", {"type": "rawKeyDown", **event})
    keyboard.send("Input.dispatchKeyEvent", {"type": "keyUp", **event})


@pytest.mark.parametrize(
    ("path", "field", "then"),
    [
        (f"/note/{EARLIER[2]}", "#text", "**/check"),
        (f"/note/{HOSTILE}", "#field-0", "**/check"),
        ("/search", "#q", "**/search?**"),
        ("/add", "#what", None),
    ],
)
def test_nothing_is_sent_before_a_word_is_composed(
    visitor: Visitor, served: Serving, path: str, field: str, then: str | None
) -> None:
    page = visitor.page(language="ja")
    page.clock.install()
    page.goto(f"{served.url}{path}")
    page.wait_for_load_state("networkidle")
    page.locator(field).click()
    page.keyboard.type("a")  # what it would bring has to wait as well
    asked: list[str] = []
    page.on("request", lambda one: asked.append(f"{one.method} {one.url}"))
    keyboard = composed(page, "しずか")
    page.clock.run_for(LONG_MS)
    press(keyboard, "Enter")
    press(keyboard, "Enter", ctrl=True)
    page.clock.run_for(LONG_MS)
    assert asked == []
    if then:
        with page.expect_response(then):
            keyboard.send("Input.insertText", {"text": "静か"})
            page.clock.run_for(3_000)  # less than a page waits for its answer
    assert page.url.startswith(f"{served.url}{path}")


def test_a_key_of_the_input_method_grades_no_note(visitor: Visitor, served: Serving) -> None:
    page = visitor.page(language="ja")
    page.goto(f"{served.url}/recall")
    page.keyboard.press("Space")
    page.locator(".grades").first.wait_for()
    before = page.content()
    keyboard = page.context.new_cdp_session(page)
    press(keyboard, "3")
    press(keyboard, "l")
    assert page.content() == before
    page.keyboard.press("l")
    page.wait_for_url("**/recall?later=*")


def test_a_key_of_the_input_method_presses_no_shortcut(visitor: Visitor, served: Serving) -> None:
    """The pages' own keys, those of the palette, and those of a PDF with its field of finding."""
    page = visitor.page(language="ja")
    keyboard = page.context.new_cdp_session(page)
    page.goto(f"{served.url}/")
    press(keyboard, "k", ctrl=True)
    expect(page.locator("#palette")).to_be_hidden()
    page.keyboard.press("Control+k")
    page.keyboard.type("2")
    page.locator("#palette [role=option]").first.wait_for()
    composed(page, "しずか")
    press(keyboard, "Enter")
    assert page.url == f"{served.url}/"
    page.goto(f"{served.url}/pdf/{EARLIER[0]}/read")
    page.locator(".words span").first.wait_for(state="attached")
    page.locator(".desk").focus()
    press(keyboard, "f")
    press(keyboard, "s")
    assert page.evaluate("String(getSelection())") == ""
    expect(page.locator("#side")).to_be_hidden()
    page.keyboard.press("f")
    expect(page.locator("#side")).to_be_visible()
