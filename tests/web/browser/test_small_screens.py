"""Test what stands where on a phone: buttons, icons beside their texts, lines, edges."""

from __future__ import annotations

import pytest

from reader.library.folder import open_library
from reader.morning.pick import decide
from tests.web.browser.conftest import PHONE, Visitor
from tests.web.browser.pages import BUBBLES, PAPER
from tests.web.serving import Serving
from tests.web.world import HOSTILE, NOW

LEAST_GAP, MOST_GAP, MOST_BELOW = 5, 10, 22
SMALL_PHONE = (375, 667)

BROKEN = """selector => [...document.querySelectorAll(selector)]
  .filter((e) => e.getClientRects().length > 1).map((e) => e.textContent)"""
GAPS = """() => [...document.querySelectorAll(".picks .buttons")].map((row) => {
  const [pdf, note] = [...row.querySelectorAll("a.button")].map((e) => e.getBoundingClientRect());
  return [note.left - pdf.right, new Set([...row.children].map((e) => e.offsetTop)).size];
})"""
FROM_ICON_TO_TEXT = """() => [...document.querySelectorAll("main button:has(> .icon)")].map((e) => {
  const text = document.createRange();
  text.selectNodeContents(e.lastChild);
  const lefts = [...text.getClientRects()].map((box) => box.left);
  return Math.min(...lefts) - e.querySelector(".icon").getBoundingClientRect().right;
})"""
BELOW_THE_LAST_LINE = """() => [...document.querySelectorAll(".card > p:last-child > .tap")]
  .map((e) => {
    const text = document.createRange();
    text.selectNodeContents(e);
    const { bottom } = text.getBoundingClientRect();
    return e.closest(".card").getBoundingClientRect().bottom - bottom;
  })"""
FROM_EDGE_TO_ARROW = """() => {
  const arrow = document.querySelector("main header .button .icon").getBoundingClientRect();
  return arrow.left - parseFloat(getComputedStyle(document.querySelector("main")).paddingLeft);
}"""
NAMES_WITH_A_CHIP_BESIDE = """() => [...document.querySelectorAll(".rows .name + .chip")]
  .map((e) => [e, e.previousElementSibling].map((one) => one.getBoundingClientRect()))
  .filter(([chip, name]) => chip.top < name.bottom - 1).length"""


@pytest.mark.parametrize("language", ["en", "ja"])
def test_no_name_is_parted_from_its_dash_nor_a_revision_from_its_time(
    shown: Serving, visitor: Visitor, language: str
) -> None:
    page = visitor.page(size=PHONE, language=language)
    page.goto(shown.url)
    assert page.locator(".said cite").count() > 1
    assert page.evaluate(BROKEN, ".said cite") == []
    page.goto(f"{shown.url}/note/{BUBBLES}/diff")
    assert page.locator(".small > :is(del, ins)").count() == 2
    assert page.evaluate(BROKEN, ".small > :is(del, ins)") == []


@pytest.mark.parametrize("language", ["en", "ja"])
def test_the_buttons_of_the_queue_are_in_one_row_and_apart(
    served: Serving, visitor: Visitor, language: str
) -> None:
    page = visitor.page(size=PHONE, language=language)
    page.goto(served.url)
    with page.expect_response("**/decide"):
        page.locator(".mark-pick").first.click()
    page.goto(f"{served.url}/queue")
    # A paper with its PDF here has one button more.
    page.locator("a.button", has_text="Note" if language == "en" else "ノート").evaluate(
        "e => { const pdf = e.cloneNode(true); pdf.lastChild.textContent = 'PDF'; e.before(pdf); }"
    )
    for size in (PHONE, SMALL_PHONE):
        page.set_viewport_size({"width": size[0], "height": size[1]})
        ((gap, n_rows),) = page.evaluate(GAPS)
        assert gap >= LEAST_GAP
        assert n_rows == 1


def test_a_button_of_two_lines_has_its_text_beside_its_icon(
    shown: Serving, visitor: Visitor
) -> None:
    page = visitor.page(size=PHONE)
    page.goto(f"{shown.url}/work")
    gaps = page.evaluate(FROM_ICON_TO_TEXT)
    assert len(gaps) == 2
    assert max(gaps) < MOST_GAP


@pytest.mark.parametrize("address", ["/triage", f"/pdf/{PAPER}/reflow"])
def test_the_way_back_begins_where_the_text_does(
    shown: Serving, visitor: Visitor, address: str
) -> None:
    page = visitor.page(size=PHONE)
    page.goto(shown.url + address)
    assert abs(page.evaluate(FROM_EDGE_TO_ARROW)) <= 1


def test_the_kind_of_each_folder_stands_at_the_same_place(shown: Serving, visitor: Visitor) -> None:
    page = visitor.page(size=PHONE)
    page.goto(f"{shown.url}/topics")
    assert page.locator(".rows .chip").count() > 2
    assert page.evaluate(NAMES_WITH_A_CHIP_BESIDE) == 0


@pytest.mark.parametrize("address", ["/week", "/search?q=speech"])
def test_a_card_ends_as_far_below_its_last_line_as_it_begins_above_the_first(
    shown: Serving, visitor: Visitor, address: str
) -> None:
    page = visitor.page(size=PHONE)
    page.goto(shown.url + address, wait_until="networkidle")
    found = page.evaluate(BELOW_THE_LAST_LINE)
    assert found
    assert max(found) <= MOST_BELOW


def test_the_button_of_the_trash_is_as_wide_as_others(shown: Serving, visitor: Visitor) -> None:
    page = visitor.page(size=PHONE)
    page.goto(f"{shown.url}/trash")
    padding = page.locator(".picks button").first.evaluate("e => getComputedStyle(e).paddingLeft")
    assert padding == "16px"


SPILLED = """selector => [...document.querySelectorAll(selector)].filter((e) => e.checkVisibility())
  .filter((e) => {
    const text = document.createRange();
    text.selectNodeContents(e);
    const [inner, outer] = [text.getBoundingClientRect(), e.getBoundingClientRect()];
    return inner.left < outer.left + 2 || inner.right > outer.right - 2 || outer.right > innerWidth;
  }).map((e) => e.textContent.trim())"""
DONE = """(words) => {
  const card = Object.assign(document.createElement("section"), { className: "card done" });
  card.innerHTML = `<p class="buttons"><a class="button" href="/">${words}</a></p>`;
  document.querySelector(".acts").before(card);
}"""


@pytest.mark.parametrize("size", ["large", "larger"])
def test_larger_text_stays_within_japanese_buttons(
    served: Serving, visitor: Visitor, size: str
) -> None:
    with open_library(served.folder, now=lambda: NOW) as library:
        decide(library, "pick", [HOSTILE])
    page = visitor.page(size=PHONE, language="ja")
    page.add_init_script(f"localStorage.setItem('text-size', '{size}')")
    page.goto(f"{served.url}/paper/{HOSTILE}")
    assert page.locator("html").get_attribute("data-text-size") == size
    labels = page.locator(".acts-bar :is(.button, button, .state)")
    assert labels.filter(has_text="選択済み").is_visible()
    assert page.evaluate(SPILLED, ".acts-bar :is(.button, button, .state)") == []
    page.goto(f"{served.url}/triage")
    page.evaluate(DONE, "自分のものかもしれない2本にも目を通す")
    assert page.evaluate(SPILLED, ":is(.acts, .done) :is(.button, button)") == []
