"""What one types while a note is being saved is not lost."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from tests.web.browser.conftest import Visitor
from tests.web.browser.hands import hold
from tests.web.browser.playing import expect
from tests.web.serving import Serving
from tests.web.world import EARLIER, HOSTILE, NOW

if TYPE_CHECKING:
    from playwright.sync_api import Page, Route


def held_saves(page: Page, address: str) -> list[Route]:
    """Hold each request that saves the note; returns those that are held."""
    pending = list["Route"]()

    def hold_save(route: Route) -> None:
        is_save = route.request.method == "POST" and urlsplit(route.request.url).path == address
        pending.append(route) if is_save else route.fallback()

    page.route("**/note/**", hold_save)
    return pending


def test_words_typed_while_the_note_is_being_saved_are_kept_as_a_draft(
    visitor: Visitor, served: Serving, library: Path
) -> None:
    address = f"/note/{EARLIER[2]}"
    page = visitor.context().new_page()
    page.goto(f"{served.url}{address}")
    pending = held_saves(page, address)
    field = page.locator("#text")
    field.fill("Divers speak with their hands. I would rather listen.")
    page.locator("#note button.main").click()
    page.wait_for_function("() => document.querySelector('#note button.main').disabled")
    while not pending:
        page.wait_for_timeout(20)
    field.press_sequentially(" And one word more.")
    with page.expect_response(lambda answer: answer.url.endswith("/draft")):
        pending[0].continue_()
    [draft] = (library / "drafts").glob("*.md")
    assert draft.read_text("utf-8").endswith("I would rather listen. And one word more.")
    page.reload()
    assert field.input_value().endswith("I would rather listen. And one word more.")


def test_words_typed_while_the_note_is_being_saved_outlive_its_page(
    visitor: Visitor, served: Serving, library: Path
) -> None:
    address = f"/note/{EARLIER[2]}"
    page = visitor.context().new_page()
    page.goto(f"{served.url}{address}")
    pending = held_saves(page, address)
    field = page.locator("#text")
    field.fill("Divers speak with their hands. I would rather listen.")
    page.locator("#note button.main").click()
    while not pending:
        page.wait_for_timeout(20)
    field.press_sequentially(" And one word more.")
    page.wait_for_function("() => JSON.stringify(localStorage).includes('one word more')")
    page.unroute("**/note/**")
    page.goto(f"{served.url}/more")  # it sends the note
    expect(page.locator("#waiting")).to_be_empty()
    page.goto(f"{served.url}{address}")
    expect(field).to_have_value(
        "Divers speak with their hands. I would rather listen. And one word more."
    )
    page.locator("#note button.main").click()
    page.wait_for_url("**?kept=*")
    page.goto(f"{served.url}{address}")
    assert "at the same time" not in field.input_value()


def test_words_typed_while_a_draft_hangs_are_kept_in_the_browser(
    visitor: Visitor, served: Serving
) -> None:
    page = visitor.context().new_page()
    page.goto(f"{served.url}/note/{EARLIER[2]}")
    page.route("**/draft", lambda route: None)
    field = page.locator("#text")
    with page.expect_request("**/draft"):
        field.fill("Here they hum.")
    field.press_sequentially(" And sing.")
    page.wait_for_function("() => JSON.stringify(localStorage).includes('And sing.')")
    page.unroute("**/draft")
    page.goto(f"{served.url}/more")
    page.goto(f"{served.url}/note/{EARLIER[2]}")
    expect(field).to_have_value("Here they hum. And sing.")


def test_words_typed_before_the_script_came_are_kept_as_a_draft(
    visitor: Visitor, served: Serving, library: Path
) -> None:
    words = "Divers speak with their hands, long before any script."
    page = visitor.context().new_page()
    let_go = hold(page, "note.js")
    page.goto(f"{served.url}/note/{EARLIER[2]}", wait_until="commit")
    page.locator("#text").fill(words)
    with page.expect_response(lambda answer: answer.url.endswith("/draft")):
        let_go()
    [draft] = (library / "drafts").glob("*.md")
    assert draft.read_text("utf-8").endswith(words)


def test_typing_goes_on_when_fields_take_the_place_of_the_text(
    visitor: Visitor, served: Serving
) -> None:
    page = visitor.context().new_page()
    let_go = hold(page, "note.js")
    page.goto(f"{served.url}/note/{HOSTILE}", wait_until="commit")
    page.locator("#text").focus()
    let_go()
    field = page.locator("#fields textarea").first
    expect(field).to_be_focused()
    page.keyboard.type("They hum.")
    expect(field).to_have_value("They hum.")
    expect(page.locator("#text")).to_have_value(re.compile("They hum"))


@pytest.mark.parametrize("id_", [EARLIER[0], HOSTILE])  # with a note, and with a template's fields
def test_a_reload_while_typing_leaves_one_draft(
    visitor: Visitor, served: Serving, library: Path, id_: str
) -> None:
    page = visitor.context().new_page()
    page.goto(f"{served.url}/note/{id_}")
    field = page.locator("#fields textarea, #text").locator("visible=true").first
    page.wait_for_load_state("networkidle")
    field.press("Control+Home")
    field.press_sequentially("One. ")
    expect(page.locator("#draft-state")).to_contain_text("Draft saved")
    for words in ("Two. ", "Three. "):
        field.press("Control+Home")
        field.press_sequentially(words)
        page.reload()
        expect(field).to_have_value(re.compile(words))
        page.wait_for_load_state("networkidle")
    page.reload()
    expect(field).to_have_value(re.compile(r"^Three\. Two\. One\."))
    expect(page.get_by_text("There is another draft:")).to_have_count(0)
    assert len(list((library / "drafts").glob("*.md"))) == 1


def test_words_brought_back_leave_those_of_another_device(
    visitor: Visitor, served: Serving, library: Path
) -> None:
    page = visitor.context().new_page()
    page.goto(f"{served.url}/note/{EARLIER[2]}")
    field = page.locator("#text")
    page.route("**/draft", lambda route: route.abort())
    field.fill("Here they hum.")
    expect(page.locator("#draft-state")).to_contain_text("saved in this browser")
    other = visitor.context().new_page()
    other.goto(f"{served.url}/note/{EARLIER[2]}")
    with other.expect_response("**/draft"):
        other.locator("#text").fill("There they sing.")
    page.unroute("**/draft")
    page.reload()
    expect(field).to_have_value("Here they hum.")
    expect(page.get_by_text("There is another draft:")).to_contain_text("There they sing.")
    drafts = {one.read_text("utf-8") for one in (library / "drafts").glob("*.md")}
    assert drafts == {"Here they hum.", "There they sing."}


def test_after_an_expired_sign_in_the_draft_stays_and_is_reported(
    visitor: Visitor, library: Path
) -> None:
    address, words = f"/note/{EARLIER[2]}", "Divers hear with their hands."
    visitor.may_fail.add(401)
    with Serving(library, NOW, ("--login",)) as serving:
        context = visitor.context()
        page = context.new_page()
        page.goto(f"{serving.url}{address}")
        page.locator("#code").fill(serving.code)
        page.get_by_role("button", name="Sign in").click()
        field = page.locator("#text")
        expect(field).to_be_visible()
        [signed_in] = context.cookies()
        context.clear_cookies()
        field.fill(words)
        state = page.locator("#draft-state")
        expect(state).to_contain_text("You are no longer signed in")
        expect(state).not_to_contain_text("Offline")
        name, value = signed_in["name"], signed_in["value"]
        context.add_cookies([{"name": name, "value": value, "url": serving.url}])  # as by a code
        page.get_by_role("link", name="Sign in").click()
        page.wait_for_url(f"**{address}")
        expect(field).to_have_value(words)
