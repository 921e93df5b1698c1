"""Test search in a browser: a query is sent once it is composed."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

from tests.web.browser.conftest import Visitor
from tests.web.browser.hands import hold
from tests.web.browser.playing import expect
from tests.web.serving import Serving

PAUSE_MS = 300
"""Longer than the script waits for the next letter."""


def test_a_word_composed_by_an_input_method_is_searched_once(
    shown: Serving, visitor: Visitor
) -> None:
    page = visitor.context(language="ja").new_page()
    page.goto(f"{shown.url}/search")
    asked: list[str] = []
    page.on("request", lambda one: asked.append(one.url) if "/search?" in one.url else None)
    page.locator("#q").focus()
    keyboard = page.context.new_cdp_session(page)
    for text in ("s", "し", "しz", "しず", "しずk", "しずか", "静か"):
        keyboard.send(
            "Input.imeSetComposition",
            {"text": text, "selectionStart": len(text), "selectionEnd": len(text)},
        )
        page.wait_for_timeout(PAUSE_MS)
    assert asked == []
    with page.expect_response("**/search?**"):
        keyboard.send("Input.insertText", {"text": "静かな"})
    page.wait_for_timeout(PAUSE_MS)
    assert [parse_qs(urlsplit(address).query)["q"] for address in asked] == [["静かな"]]
    with page.expect_request("**/search?**"):
        page.keyboard.insert_text("部屋")
    assert parse_qs(urlsplit(asked[-1]).query)["q"] == ["静かな部屋"]


def test_words_typed_before_the_script_came_are_searched(shown: Serving, visitor: Visitor) -> None:
    page = visitor.page()
    let_go = hold(page, "search.js")
    page.goto(f"{shown.url}/search", wait_until="commit")
    page.locator("#q").fill("translating speech")
    let_go()
    expect(page.locator("#found .hits a").first).to_be_visible()
