"""Markup and scripts in titles, posts, notes and questions are shown as text and do nothing."""

from __future__ import annotations

from urllib.parse import quote

import pytest

from reader.base.text import plain
from tests.web.browser.conftest import PHONE, Visitor
from tests.web.browser.pages import ADDRESSES, BUBBLES
from tests.web.browser.playing import Page, expect, script
from tests.web.serving import Serving
from tests.web.world import HOSTILE

SCRIPT = "<script>window.hit='script'</script>"


def made_by_text(page: Page) -> list[str]:
    """List what text on a page did that text must not do."""
    found: list[str] = page.evaluate(script("made_by_text.js"))
    return found


@pytest.mark.parametrize("address", ADDRESSES)
def test_foreign_text_stays_text_on_every_page(
    shown: Serving, visitor: Visitor, address: str
) -> None:
    page = visitor.page(size=PHONE)
    visitor.may_fail.add(404)
    answer = page.goto(shown.url + address)
    assert answer is not None
    policy = answer.headers["content-security-policy"]
    assert "'unsafe-inline'" not in policy
    assert "'unsafe-eval'" not in policy
    assert "default-src 'none'" in policy or "default-src 'self'" in policy
    page.wait_for_load_state("networkidle")
    assert not made_by_text(page)


def test_a_title_with_markup_is_shown_as_written(shown: Serving, visitor: Visitor) -> None:
    page = visitor.page(size=PHONE)
    for address in ("/", f"/paper/{HOSTILE}"):
        page.goto(shown.url + address)
        expect(page.get_by_text(SCRIPT).first).to_be_visible()
        expect(page.get_by_text("7*7").first).to_be_visible()  # the braces are TeX's
        assert "<script" in page.inner_text("main")
    assert "<b>Mallory</b>" in page.inner_text("main")


def test_a_note_with_markup_is_in_its_field_as_written(shown: Serving, visitor: Visitor) -> None:
    page = visitor.page(size=PHONE)
    page.goto(f"{shown.url}/note/{BUBBLES}")
    field = page.locator("textarea[name=text]")
    assert "</textarea><script>window.hit='note'</script>" in field.input_value()
    assert "javascript:window.hit='link'" in field.input_value()
    page.goto(f"{shown.url}/paper/{BUBBLES}")
    assert "<script>window.hit='note'</script>" in page.inner_text("main")


def test_posts_are_shown_without_control_characters(shown: Serving, visitor: Visitor) -> None:
    page = visitor.page(size=PHONE)
    page.goto(f"{shown.url}/paper/arxiv:2611.90012")
    text = page.inner_text("main")
    assert "Mallory" in text
    assert "<script>alert('asr')</script>" in text
    assert plain(text) == " ".join(text.split())


@pytest.mark.parametrize("query", [SCRIPT, '"><img src=x onerror=window.hit=1>', "' OR 1=1 --"])
def test_a_query_with_markup_stays_text(shown: Serving, visitor: Visitor, query: str) -> None:
    page = visitor.page(size=PHONE)
    page.goto(f"{shown.url}/search?q={quote(query)}")
    assert page.locator("input[name=q]").first.input_value() == query
    assert not made_by_text(page)
    field = page.locator("input[name=q]").first
    field.fill("")
    field.press_sequentially(query, delay=1)
    page.wait_for_load_state("networkidle")
    assert not made_by_text(page)


def test_hostile_words_typed_into_a_note_stay_text(served: Serving, visitor: Visitor) -> None:
    page = visitor.page(size=PHONE)
    page.goto(f"{served.url}/note/{HOSTILE}")
    page.locator("#note textarea:visible").first.fill(
        f"{SCRIPT} is what I typed. It did nothing at all."
    )
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status", name="Result of saving")).to_be_visible()
    page.goto(f"{served.url}/paper/{HOSTILE}")
    expect(page.get_by_text(f"{SCRIPT} is what I typed").first).to_be_visible()
    assert not made_by_text(page)
