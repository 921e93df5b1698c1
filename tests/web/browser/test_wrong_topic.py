"""Test "wrong topic" in a browser: a menu in place, and a page without scripts."""

from __future__ import annotations

from tests.installed import shown
from tests.web.browser.conftest import LAPTOP, PHONE, Visitor
from tests.web.browser.playing import expect
from tests.web.serving import Serving
from tests.web.world import NOW


def test_two_taps_move_a_paper_and_the_list_stays_where_it_was(
    served: Serving, visitor: Visitor
) -> None:
    page = visitor.page(size=PHONE, is_touch=True)
    page.goto(served.url)
    paper = page.locator(".lane").first.locator(".paper").first
    id_, topic = paper.get_attribute("data-id") or "", paper.get_attribute("data-topic") or ""
    expect(paper.locator(".sure")).to_be_visible()
    paper.get_by_role("link", name="Wrong topic").tap()
    menu = page.get_by_role("dialog")
    expect(menu.get_by_role("button", name=topic, exact=True)).to_be_hidden()
    other = menu.locator("button:not([hidden])").first
    chosen = other.inner_text()
    other.tap()
    expect(menu).to_have_count(0)
    expect(paper.locator(".chip.topic")).to_have_text(chosen)
    expect(paper.locator(".sure")).to_be_hidden()
    assert shown(served.folder, id_, now=NOW)["state"] == "candidate"
    paper.get_by_role("link", name="Wrong topic").tap()
    menu.get_by_role("button", name="none of my topics").tap()
    expect(paper.locator(".deciding")).to_have_attribute("data-state", "skip")
    expect(paper.locator(".chip.topic")).to_be_hidden()
    paper.get_by_role("button", name="Undo").tap()
    expect(paper.locator(".chip.topic")).to_have_text(chosen)
    page.reload()
    expect(page.locator(f'.paper[data-id="{id_}"]')).to_have_attribute("data-topic", chosen)


def test_a_key_asks_and_escape_changes_nothing(served: Serving, visitor: Visitor) -> None:
    page = visitor.page(size=LAPTOP)
    page.goto(f"{served.url}/triage")
    sheet = page.locator(".sheet:not([hidden])")
    id_ = sheet.get_attribute("data-id") or ""
    page.keyboard.press("x")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("s")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert shown(served.folder, id_, now=NOW)["state"] == "candidate"
    page.keyboard.press("x")
    page.get_by_role("dialog").get_by_role("button", name="none of my topics").click()
    expect(sheet).not_to_have_attribute("data-id", id_)
    assert shown(served.folder, id_, now=NOW)["state"] == "skip"
    page.keyboard.press("u")
    expect(sheet).to_have_attribute("data-id", id_)
    assert shown(served.folder, id_, now=NOW)["state"] == "candidate"


def test_without_a_script_a_page_asks(served: Serving, visitor: Visitor) -> None:
    page = visitor.page(size=PHONE, java_script_enabled=False)
    page.goto(served.url)
    paper = page.locator(".lane").first.locator(".paper").first
    id_ = paper.get_attribute("data-id") or ""
    paper.get_by_role("link", name="Wrong topic").click()
    page.get_by_role("button", name="none of my topics").click()
    expect(page.locator(f'.paper[data-id="{id_}"] .is-skip')).to_be_visible()
    assert shown(served.folder, id_, now=NOW)["state"] == "skip"


def test_without_a_network_it_waits_and_is_sent(served: Serving, visitor: Visitor) -> None:
    context = visitor.context(size=PHONE)
    page = context.new_page()
    page.goto(served.url)
    page.evaluate("navigator.serviceWorker?.ready.then(() => 1)")
    paper = page.locator(".lane").first.locator(".paper").first
    id_ = paper.get_attribute("data-id") or ""
    context.set_offline(True)
    paper.get_by_role("link", name="Wrong topic").click()
    page.get_by_role("dialog").get_by_role("button", name="none of my topics").click()
    expect(paper.locator(".deciding")).to_have_attribute("data-state", "skip")
    assert shown(served.folder, id_, now=NOW)["state"] == "candidate"
    context.set_offline(False)
    page.goto(f"{served.url}/offline")
    expect(page.get_by_text("Everything was sent")).to_be_visible()
    assert shown(served.folder, id_, now=NOW)["state"] == "skip"
