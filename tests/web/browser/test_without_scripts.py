"""The morning in a browser that runs no script, and on paper."""

from __future__ import annotations

from pathlib import Path

from tests.installed import shown
from tests.web.browser.conftest import LAPTOP, PHONE, Visitor
from tests.web.browser.pages import PAPER
from tests.web.browser.playing import expect
from tests.web.serving import Serving
from tests.web.world import NOW

WORDS = "It waits for nobody. I would have waited."


def test_everything_of_the_morning_works_without_a_script(
    served: Serving, visitor: Visitor
) -> None:
    page = visitor.page(size=PHONE, java_script_enabled=False)
    page.goto(f"{served.url}/triage")
    first = page.locator(".sheet").first.get_attribute("data-id") or ""
    page.get_by_role("button", name="Pick").click()
    expect(page.locator(".sheet").first).not_to_have_attribute("data-id", first)
    second = page.locator(".sheet").first.get_attribute("data-id") or ""
    page.get_by_role("button", name="Skip", exact=True).click()
    page.get_by_role("button", name="Undo").click()
    page.goto(f"{served.url}/note/{first}")
    page.locator("textarea[name=text]").fill(WORDS)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status", name="Result of saving")).to_be_visible()
    page.goto(f"{served.url}/search")
    page.locator("input[name=q]").first.fill("waits for nobody")
    page.get_by_role("button", name="Search").click()
    expect(page.locator(f"#found a[href='/note/{first}']").first).to_be_visible()
    page.goto(f"{served.url}/recall")
    page.get_by_text("Show your note").first.click()
    page.locator("button[name=grade][value='3']").first.click()
    expect(page.get_by_role("button", name="Undo the grade")).to_be_visible()
    assert shown(served.folder, first, now=NOW)["state"] == "read"
    assert shown(served.folder, second, now=NOW)["state"] == "candidate"


def test_what_only_scripts_fill_or_do_is_not_shown_without_them(
    shown: Serving, visitor: Visitor
) -> None:
    page = visitor.page(size=LAPTOP, java_script_enabled=False)
    page.goto(f"{shown.url}/offline")
    expect(page.get_by_role("heading", name="Offline")).to_be_visible()
    assert page.locator("main section:visible").count() == 0
    page.goto(f"{shown.url}/pdf/{PAPER}/read")
    page.locator("summary[aria-label='More actions']").click()
    assert page.locator(".room-tools button:visible").count() == 0
    expect(page.get_by_role("link", name="Read page by page").first).to_be_visible()
    assert page.locator(".desk img:visible").count() == 1


def test_the_picture_of_the_first_page_is_never_painted_as_an_image(
    shown: Serving, visitor: Visitor
) -> None:
    """Chromium would keep its pixels: a thesis takes 28 MB more then."""
    page = visitor.page(size=LAPTOP)
    page.route("**/opening.js?*", lambda route: route.abort())
    page.goto(f"{shown.url}/pdf/{PAPER}/read")
    expect(page.locator(".desk img")).to_have_count(1)
    expect(page.locator(".desk img")).to_be_hidden()


def test_the_menu_is_shown_to_those_who_are_signed_in(library: Path, visitor: Visitor) -> None:
    page = visitor.page(size=LAPTOP, java_script_enabled=False)
    with Serving(library, NOW, ("--login",)) as serving:
        page.goto(serving.url)
        expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
        expect(page.locator("nav")).to_be_hidden()
        page.locator("input[name=code]").fill(serving.code)
        page.get_by_role("button", name="Sign in").click()
        expect(page.locator("nav")).to_be_visible()


def test_the_printed_page_has_papers_and_no_buttons(shown: Serving, visitor: Visitor) -> None:
    page = visitor.page(size=LAPTOP)
    page.goto(shown.url)
    page.emulate_media(media="print")
    expect(page.get_by_role("heading", name="Ears Before Grammar", exact=False)).to_be_visible()
    expect(page.locator("nav")).to_be_hidden()
    assert page.locator("button:visible").all_inner_texts() == []
    assert page.locator("main").evaluate("e => getComputedStyle(document.body).color") == (
        "rgb(0, 0, 0)"
    )
