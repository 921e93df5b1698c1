"""The palette: by keys alone, with an input method, and with what was opened last."""

from __future__ import annotations

import re

from tests.web.browser.conftest import Visitor
from tests.web.browser.pages import JAPANESE, PAPER
from tests.web.browser.playing import expect
from tests.web.browser.test_access import violations
from tests.web.serving import Serving
from tests.web.world import HOSTILE

COMPOSING = """(input) => {
  input.dispatchEvent(new CompositionEvent("compositionstart"));
  input.value = "もれ";
  input.dispatchEvent(new InputEvent("input", { isComposing: true, bubbles: true }));
  const enter = { key: "Enter", isComposing: true, bubbles: true };
  input.dispatchEvent(new KeyboardEvent("keydown", enter));
}"""


def test_a_paper_is_opened_by_keys_alone(shown: Serving, visitor: Visitor) -> None:
    page = visitor.page()
    page.goto(f"{shown.url}/paper/{JAPANESE}")
    page.goto(f"{shown.url}/papers")
    page.keyboard.press("/")
    field, options = page.locator("#palette input"), page.locator("#palette [role=option]")
    expect(field).to_be_focused()
    # What was opened last stands first, before anything is typed.
    expect(options.first).to_contain_text("静かな部屋")
    page.keyboard.type("underwater translating spee")
    expect(page.locator("#palette [role=status]")).to_have_text("Nothing found.")
    field.fill("translating spee")
    expect(options.first).to_contain_text("Translating Speech in")
    assert violations(page) == []
    chosen = page.locator("#palette [aria-selected=true]")
    first = chosen.get_attribute("id")
    assert field.get_attribute("aria-activedescendant") == first
    page.keyboard.press("ArrowUp")
    assert field.get_attribute("aria-activedescendant") == chosen.get_attribute("id")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/paper/{PAPER}")
    page.keyboard.press("Control+k")
    expect(field).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#palette")).to_be_hidden()


def test_a_paper_and_its_note_are_told_apart(shown: Serving, visitor: Visitor) -> None:
    page = visitor.page()
    for kind in ("paper", "note"):
        page.goto(f"{shown.url}/{kind}/{PAPER}")
    page.goto(f"{shown.url}/papers")
    page.keyboard.press("/")
    options = page.locator("#palette [role=group]").first.locator("[role=option]")
    expect(options).to_have_text([re.compile("^Note: Translating"), re.compile("^Translating")])


def test_what_the_page_can_do_is_done_by_its_name(served: Serving, visitor: Visitor) -> None:
    page = visitor.page()
    page.clock.install()
    page.goto(f"{served.url}/paper/{HOSTILE}")
    state = page.locator(f'.deciding[data-paper="{HOSTILE}"]')
    page.keyboard.press("Control+k")
    # The page that is open does not lead to itself.
    expect(page.locator("#palette [role=option]").first).to_have_text("Skip")
    page.keyboard.press("Escape")
    for words, after in (("pick", "pick"), ("undo", "candidate")):
        page.keyboard.press("Control+k")
        page.keyboard.type(words)
        expect(page.locator("#palette [role=option]").first).to_have_text(words.capitalize())
        assert violations(page) == []
        page.keyboard.press("Enter")
        expect(page.locator("#palette")).to_be_hidden()
        expect(state).to_have_attribute("data-state", after)
        # Faster than anybody types, the next one would be taken for a double tap.
        page.clock.fast_forward(1000)
    # A tool in a closed menu, on a page that has its own `/`.
    page.goto(f"{served.url}/pdf/{PAPER}/read")
    page.locator("#page-1 .picture .full").wait_for()
    page.keyboard.press("Control+k")
    page.keyboard.type("thumb")
    expect(page.locator("#palette [role=option]")).to_have_text(["Thumbnails"])
    page.keyboard.press("Enter")
    expect(page.locator("#thumbs")).to_be_visible()


def test_the_page_of_search_keeps_its_slash_and_fields_theirs(
    shown: Serving, visitor: Visitor
) -> None:
    page = visitor.page()
    page.goto(f"{shown.url}/search?q=speech")
    page.locator("h2").first.click()
    page.keyboard.press("/")
    expect(page.locator("#q")).to_be_focused()
    page.keyboard.press("/")
    expect(page.locator("#palette")).to_be_hidden()


def test_nothing_is_asked_or_opened_within_a_composition(shown: Serving, visitor: Visitor) -> None:
    page = visitor.page(language="ja")
    asked: list[str] = []
    page.on("request", lambda one: asked.append(one.url) if "palette.json" in one.url else None)
    page.goto(f"{shown.url}/more")
    page.keyboard.press("/")
    expect(page.locator("#palette [role=option]").first).to_be_visible()
    field = page.locator("#palette input")
    field.evaluate(COMPOSING)
    page.wait_for_timeout(300)
    assert len(asked) == 1
    assert page.url.endswith("/more")
    with page.expect_request("**/palette.json?q=*E3*"):
        field.evaluate("(input) => input.dispatchEvent(new CompositionEvent('compositionend'))")
