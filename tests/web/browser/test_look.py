"""What a person sets for a device: the density of lists and the size of the text."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from reader.library.folder import find_paper, open_library
from reader.library.rows import papers
from reader.notes.rows import notes
from tests.samples import paper
from tests.web.browser.conftest import LANDSCAPE, LAPTOP, PHONE, PORTRAIT, Visitor
from tests.web.browser.pages import ADDRESSES, PAPER
from tests.web.browser.playing import Page, expect, script
from tests.web.browser.test_access import SMALL_TARGETS, TOO_WIDE, violations
from tests.web.serving import Serving
from tests.web.world import NOW

COMPACT = "location.protocol === 'http:' && localStorage.setItem('density', 'compact')"
LISTS = ("/", "/papers", "/search?q=speech&kind=paper")
WHOLE = """(list) => {
  const rows = [...document.querySelectorAll(list)];
  rows[0].scrollIntoView({ block: "start" });
  const [top, bottom] = [0, document.querySelector("nav.tabs").getBoundingClientRect().top];
  const boxes = rows.map((row) => row.getBoundingClientRect());
  return boxes.filter((box) => box.height && box.top >= top && box.bottom <= bottom).length;
}"""
ROWS = "section:first-of-type > ol > .paper, .listed > li, .hits > ol > li"


def compact(visitor: Visitor, language: str = "en") -> Page:
    context = visitor.context(size=PHONE, language=language, is_touch=True)
    context.add_init_script(COMPACT)
    return context.new_page()


@pytest.mark.parametrize("language", ["en", "ja"])
def test_a_phone_shows_six_papers_of_a_compact_list(
    shown: Serving, visitor: Visitor, language: str
) -> None:
    page = compact(visitor, language)
    wrong = []
    for address in LISTS:
        page.goto(shown.url + address, wait_until="networkidle")
        if (n := page.evaluate(WHOLE, ROWS)) < 6:
            wrong.append(f"{address}: {n}")
        for one in (TOO_WIDE, SMALL_TARGETS):
            wrong += [f"{address}: {each}" for each in page.evaluate(one)]
        wrong += [f"{address}: {each}" for each in violations(page)]
    assert not wrong, "\n".join(wrong)


def test_the_look_is_set_under_more_and_drawn_from_the_first_paint(
    shown: Serving, visitor: Visitor
) -> None:
    context = visitor.context(size=PHONE)
    page = context.new_page()
    page.goto(f"{shown.url}/more")
    size = "() => parseFloat(getComputedStyle(document.documentElement).fontSize)"
    before = page.evaluate(size)
    page.get_by_role("radio", name="compact").check()
    page.get_by_role("radio", name="larger").check()
    assert page.evaluate(size) == before * 1.25
    context.add_init_script(script("shifts.js"))
    page.goto(f"{shown.url}/papers", wait_until="networkidle")
    assert page.locator("html").get_attribute("data-density") == "compact"
    assert page.evaluate(size) == before * 1.25
    assert page.evaluate("window.shift") == 0
    page.goto(f"{shown.url}/more")
    expect(page.get_by_role("radio", name="compact")).to_be_checked()
    page.get_by_role("radio", name="comfortable").check()
    assert page.locator("html").get_attribute("data-density") is None


@pytest.mark.parametrize(("address", "command"), [("/door", "--host 0.0.0.0 "), ("/trust", "")])
def test_a_button_copies_the_command_that_a_page_cannot_run(
    shown: Serving, visitor: Visitor, address: str, command: str
) -> None:
    page = visitor.page(permissions=["clipboard-read", "clipboard-write"])
    page.goto(shown.url + address)
    page.get_by_role("button", name="Copy").click()
    expect(page.get_by_text("Copied.")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == f"reader serve {command}--https"


@pytest.mark.parametrize("size", [PHONE, PORTRAIT, LAPTOP])
@pytest.mark.parametrize("address", ["/papers", "/topics/speech/translation"])
def test_the_orders_and_select_of_a_list_are_in_one_row_within_the_column(
    shown: Serving, visitor: Visitor, address: str, size: tuple[int, int]
) -> None:
    page = visitor.page(size=size, language="ja")
    page.goto(shown.url + address)
    select, orders, row = (
        page.locator(which).bounding_box() for which in (".switch", ".sorts", ".list-head")
    )
    assert select
    assert orders
    assert row
    assert abs(select["y"] + select["height"] / 2 - orders["y"] - orders["height"] / 2) < 4
    # Its padding is in the margin, so that its word ends where the column does.
    assert select["x"] + select["width"] <= row["x"] + row["width"] + 10
    assert orders["x"] + orders["width"] <= select["x"]


def test_the_number_of_a_new_version_stays_whole_beside_a_long_title(
    library: Path, served: Serving, visitor: Visitor
) -> None:
    with open_library(library, now=lambda: NOW) as opened:
        db, today, earlier = opened.db, opened.today(), NOW - timedelta(9)
        title = "A Title of So Many Words That It Takes Several Lines of a Narrow Column"
        papers.add_papers(db, [paper(4711, title)], source="arXiv", on=earlier.date())
        row = find_paper(opened, "2506.04711").row
        notes.add_note(db, row, "Bees. Wasps.", is_written=True, at=earlier, on=earlier.date())
        papers.add_papers(db, [paper(4711, f"{title}s", version=9)], source="arXiv", on=today)
    page = visitor.page(size=LAPTOP)
    page.goto(served.url)
    chip = page.locator(".links .chip", has_text="v9")
    height = "(e) => e.getBoundingClientRect().height / parseFloat(getComputedStyle(e).lineHeight)"
    assert chip.evaluate(height) < 2


def test_japanese_words_in_an_english_reason_are_not_slanted(
    shown: Serving, visitor: Visitor
) -> None:
    page = visitor.page()
    page.goto(shown.url)
    style = page.locator(".why", has_text="同時通訳").first.evaluate(
        "(why) => [getComputedStyle(why).fontStyle, getComputedStyle(why).fontSynthesisStyle]"
    )
    assert style == ["italic", "none"]


BRIGHT = """() => [...document.querySelectorAll("main img")]
  .filter((img) => img.checkVisibility() && getComputedStyle(img).filter === "none")
  .map((img) => img.outerHTML.slice(0, 120))"""


def test_pictures_are_dimmed_in_dark_colours(shown: Serving, visitor: Visitor) -> None:
    visitor.may_fail.add(404)
    page = visitor.page(theme="dark")
    wrong = []
    for address in ADDRESSES:
        page.goto(shown.url + address)
        wrong += [f"{address}: {each}" for each in page.evaluate(BRIGHT)]
    assert not wrong, "\n".join(wrong)


FILTERS = (
    "() => [...document.querySelectorAll('#thumbs canvas')].map((e) => getComputedStyle(e).filter)"
)


def test_thumbnails_keep_their_colours_in_the_dark(shown: Serving, visitor: Visitor) -> None:
    """Turned like the pages, a photo would be a negative."""
    page = visitor.page(theme="dark")
    page.goto(shown.url + READ)
    page.wait_for_selector(".picture .full")
    page.keyboard.press("t")
    page.wait_for_selector("#thumbs canvas")
    assert set(page.evaluate(FILTERS)) == {"brightness(0.88)"}


ROWS_OF_KINDS = """() => [...document.querySelectorAll(".search-form .pill")]
  .map((pill) => pill.getBoundingClientRect().top)"""
INDENTED = """() => {
  const inside = (e) => {
    const style = getComputedStyle(e);
    return [style.paddingLeft, style.borderLeftWidth].map(parseFloat)
      .reduce((sum, px) => sum + px, e.getBoundingClientRect().left);
  };
  return [...document.querySelectorAll(".buttons .quiet")]
    .filter((button) => button.checkVisibility())
    .map((button) => [button, inside(button) - inside(button.closest(".buttons").parentElement)])
    .filter(([, indent]) => Math.abs(indent) > 1 && indent < 24)
    .map(([button, indent]) => `${button.textContent.trim()}: ${indent}`);
}"""


def test_a_phone_has_the_kinds_in_a_row_and_words_of_buttons_where_text_begins(
    shown: Serving, visitor: Visitor
) -> None:
    page = visitor.page(size=PHONE)
    page.goto(f"{shown.url}/search?q=speech")
    assert len(set(page.evaluate(ROWS_OF_KINDS))) == 1
    for address in ("/search?q=speech", "/triage", f"/paper/{PAPER}", "/mute?id=" + PAPER):
        page.goto(shown.url + address)
        assert page.evaluate(INDENTED) == [], address
    page.goto(f"{shown.url}/recall")
    expect(page.locator(".recall:not([hidden]) summary")).to_have_css("align-items", "center")


TOPS = """() => [...document.querySelectorAll(".recall:not([hidden]) > .buttons > *")]
  .map((button) => button.getBoundingClientRect().top)"""
CUT = """() => [...document.querySelectorAll(".scroll")]
  .filter((e) => e.scrollWidth > e.clientWidth)
  .map((e) => [e.scrollWidth, e.clientWidth])"""


@pytest.mark.parametrize("language", ["en", "ja"])
def test_a_phone_has_recall_s_links_in_a_row_whole_tables_and_no_keys(
    shown: Serving, visitor: Visitor, language: str
) -> None:
    page = visitor.page(size=PHONE, language=language, is_touch=True)
    page.goto(f"{shown.url}/recall")
    assert len(set(page.evaluate(TOPS))) == 1
    page.goto(f"{shown.url}/sources")
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    assert page.evaluate(CUT) == []
    page.goto(f"{shown.url}/triage")
    expect(page.locator("#keys")).to_be_hidden()


READ, PDF_PAGE = f"/pdf/{PAPER}/read", f"/pdf/{PAPER}/page/1"
OFFLINE = """() => {
  document.documentElement.dataset.asOf = "1";
  for (const id of ["as-of", "waiting", "notice"])
    document.getElementById(id).textContent = "Offline";
}"""


@pytest.mark.parametrize("size", [PHONE, PORTRAIT, LANDSCAPE, LAPTOP])
def test_no_bar_lies_on_another_offline(
    shown: Serving, visitor: Visitor, size: tuple[int, int]
) -> None:
    """How old a page is, what waits, and the last act stand beside what each page has."""
    page = visitor.page(size=size)
    wrong = []
    for address in ("/", "/triage", "/papers", f"/paper/{PAPER}", PDF_PAGE, READ):
        page.goto(shown.url + address, wait_until="networkidle")
        if page.locator("#selecting").count():
            page.locator("label.switch").click()
        page.evaluate(OFFLINE)
        for at in (0, 300):
            page.evaluate("(y) => scrollTo({ top: y, behavior: 'instant' })", at)
            wrong += [f"{address} {at}: {each}" for each in page.evaluate(script("covered.js"))]
    assert not wrong, "\n".join(wrong)
