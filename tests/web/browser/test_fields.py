"""A note is written in labelled fields or as Markdown, and the check stands beside its line."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.web.browser.conftest import LAPTOP, PHONE, Visitor
from tests.web.browser.playing import expect
from tests.web.serving import Serving
from tests.web.world import EARLIER, HOSTILE

if TYPE_CHECKING:
    from playwright.sync_api import Page

OWN = "Divers point. I would rather listen."
COPIED = "Bubbles are words too. We learn speech recognition from divers who talk with their hands"
BUBBLES = f"/note/{EARLIER[2]}"
BESIDE = """(n) => {
  const boxes = [...document.querySelectorAll("textarea")].filter((one) => one.checkVisibility());
  const { bottom } = boxes[n].getBoundingClientRect(); // of its last line
  const top = [...document.querySelectorAll(".found > li")].at(-1)?.getBoundingClientRect().top;
  return bottom - 80 < top && top < bottom;
}"""


def saved(page: Page) -> None:
    with page.expect_navigation():
        page.locator("#note button.main").click()


def test_fields_and_markdown_are_the_same_text(visitor: Visitor, served: Serving) -> None:
    page = visitor.page()
    page.goto(f"{served.url}/note/{HOSTILE}")
    raw, text = page.get_by_role("button", name="Markdown"), page.locator("#text")
    expect(text).to_be_hidden()
    before = text.input_value()
    page.get_by_label("Idea").fill(OWN)
    raw.click()
    expect(text).to_have_value(before.replace("differently?\n", f"differently?\n{OWN}\n"))
    text.fill("## Doubt\nNobody listened.\n\n## My own heading\nAnts.")
    page.get_by_role("button", name="Fields").click()
    expect(page.get_by_label("Doubt")).to_have_value("Nobody listened.")
    expect(page.get_by_label("My own heading")).to_have_value("Ants.")
    expect(page.get_by_label("Problem")).to_have_value("")
    saved(page)
    expect(text).to_have_value("## Doubt\nNobody listened.\n\n## My own heading\nAnts.")


def test_a_note_of_another_form_opens_as_markdown(visitor: Visitor, served: Serving) -> None:
    page = visitor.page()
    page.goto(f"{served.url}{BUBBLES}")
    expect(page.locator("#text")).to_be_visible()
    expect(page.locator(".note-modes")).to_be_hidden()


def test_opening_and_closing_a_note_keeps_no_draft(
    visitor: Visitor, served: Serving, library: Path
) -> None:
    page = visitor.page()
    page.goto(f"{served.url}/note/{HOSTILE}")
    page.get_by_role("button", name="Markdown").click()
    page.get_by_role("button", name="Fields").click()
    page.goto(f"{served.url}/")
    assert not list(library.glob("drafts/*.md"))


@pytest.mark.parametrize("is_raw", [False, True])
def test_the_check_stands_beside_its_line(visitor: Visitor, served: Serving, is_raw: bool) -> None:
    page = visitor.page(size=LAPTOP)
    page.goto(f"{served.url}{BUBBLES}")
    page.locator("#text").fill(f"## Problem\n{OWN}\n\n## Doubt\n" + "It is wet.\n\n" * 5 + COPIED)
    saved(page)
    if is_raw:
        page.get_by_role("button", name="Markdown").click()
    else:
        expect(page.get_by_label("Doubt")).to_be_visible()
    # The check is asked for anew on the saved page, and its answer put beside the line.
    page.wait_for_function(BESIDE, arg=0 if is_raw else 3)


def test_the_bar_speaks_of_the_line_with_the_cursor(visitor: Visitor, served: Serving) -> None:
    page = visitor.page(size=PHONE, is_touch=True)
    page.goto(f"{served.url}{BUBBLES}")
    page.locator("#text").fill(f"{OWN}\n\n{COPIED}.\n\nIt is wet.")
    bar = page.locator(".at-line button")
    expect(bar).to_contain_text("close to the paper's words")
    bar.tap()
    expect(bar).to_contain_text("copied")
    expect(bar).to_be_in_viewport(ratio=1)
    expect(page.locator("#text")).to_be_focused()
    marked = "t => t.value.slice(t.selectionStart, t.selectionEnd)"
    assert page.locator("#text").evaluate(marked).startswith("Bubbles")
