"""Read a PDF in Chromium: scroll, find, copy, come back to the place on another device."""

from __future__ import annotations

import re
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pymupdf
import pytest

from tests.installed import rows
from tests.marked_pdfs import marked, typeset
from tests.web.browser.conftest import LANDSCAPE, PHONE, PORTRAIT, Visitor
from tests.web.browser.pages import PAPER
from tests.web.browser.playing import Page, expect, script
from tests.web.browser.test_access import COLOURS, ENLARGED, violations
from tests.web.serving import Serving

if TYPE_CHECKING:
    from playwright.sync_api import CDPSession, Route

N_PAGES = 30
PATH = (
    f"SELECT t.path FROM pdfs AS t JOIN papers AS p ON p.id = t.paper WHERE p.canonical = '{PAPER}'"
)


@pytest.fixture
def read(served: Serving) -> str:
    """Give the paper a PDF of thirty pages; returns the address at which it is read."""
    ((path,),) = rows(served.folder, PATH)
    Path(served.folder / path).write_bytes(typeset("What Snails Hear", n_pages=N_PAGES))
    return f"{served.url}/pdf/{PAPER}/read?original=1"


@pytest.fixture
def photo(served: Serving) -> str:
    """Give the paper a PDF of one page with a red photo; returns the address of its page."""
    ((path,),) = rows(served.folder, PATH)
    (served.folder / path).write_bytes(marked(typeset("What Snails See", n_pages=1), red))
    return f"{served.url}/pdf/{PAPER}/page/1?original=1"


PHOTO = (100, 500, 300, 650)  # points


def red(document: Any) -> None:
    image = pymupdf.Pixmap(pymupdf.csRGB, pymupdf.IRect(0, 0, 40, 30), False)
    image.set_rect(image.irect, (200, 30, 30))
    document[0].insert_image(pymupdf.Rect(PHOTO), pixmap=image)


FACTS = re.compile(r"/page/\d+\.json")
ATTRIBUTES = "canvas => canvas.getContext('2d').getContextAttributes()"


def drawn(page: Page, n: int) -> None:
    expect(page.locator(f"#page-{n} .full")).to_be_visible()


def test_a_pdf_is_read_in_one_scroll_and_opens_there_on_another_device(
    read: str, visitor: Visitor
) -> None:
    page = visitor.page(size=PHONE, is_touch=True)
    page.goto(read)
    drawn(page, 1)
    expect(page.locator("#page-1 .words")).to_contain_text("What Snails Hear")
    # The words of a line share a place.
    n_lines, n_words = (page.locator(f"#page-1 .words {one}").count() for one in ("div", "span"))
    assert n_words > 3 * n_lines > 0
    page.evaluate("document.querySelector('#page-1 .full').id = 'first'")
    with page.expect_response("**/place*") as kept:
        page.evaluate("location.hash = 'page=20'")
        drawn(page, 20)
    assert kept.value.status == 204
    # What is far away is let go, and no part of the page.
    expect(page.locator("#page-1")).to_be_hidden()
    expect(page.locator("#page-1 .picture > *")).to_have_count(0)
    # Pages that are near but out of sight have small pictures.
    expect(page.locator("#page-22 .low")).to_have_js_property("width", 240)
    # Its pixels are free at once, which those of another context are not, and its canvas serves
    # another page.
    expect(page.locator(".picture > #first")).to_be_attached()
    assert page.locator("#first").evaluate(ATTRIBUTES)["desynchronized"] is True
    expect(page.locator("#page-22 .full")).to_have_count(0)
    # Out of sight there is a whole picture only where the scroll goes.
    expect(page.locator("#page-19 .full")).to_have_count(0)
    page.evaluate("document.querySelector('.desk').scrollTop -= 8")
    expect(page.locator("#page-19 .full")).to_have_count(1)
    page.evaluate("document.querySelector('.desk').scrollTop += 8")
    expect(page.locator("#n")).to_have_value("20")
    other = visitor.page()
    other.goto(read)
    drawn(other, 20)


def test_an_address_leads_to_its_page_though_the_place_is_written_meanwhile(
    read: str, visitor: Visitor
) -> None:
    page = visitor.page()
    page.goto(read)
    drawn(page, 1)
    page.evaluate("location.hash = 'page=20'; history.replaceState({spot: {n: 1, y: 0}}, '')")
    drawn(page, 20)


# Modules wait two seconds for the first page's picture: on a busy machine it takes longer.
PATIENT = """
    const { setTimeout } = window;
    window.setTimeout = (act, ms, ...more) => setTimeout(act, ms === 2000 ? 60000 : ms, ...more);
"""


def test_the_page_is_shown_at_its_place_before_the_modules_come(
    read: str, visitor: Visitor
) -> None:
    page = visitor.page(size=PHONE)
    page.goto(read)
    drawn(page, 1)
    with page.expect_response("**/place*"):
        page.evaluate("document.querySelector('.desk').scrollTop = 1000")
        drawn(page, 2)
    top = "e => e.getBoundingClientRect().top"
    other = visitor.page(size=PHONE)  # a fresh one: nothing comes from the browser's cache
    other.add_init_script(PATIENT)
    other.route("**/static/view.js*", lambda route: route.abort())
    other.goto(read)
    first = other.locator(".desk > canvas.full")
    expect(first).to_be_visible()
    before = first.evaluate(top)
    other.goto("about:blank")
    other.goto(f"{read}#page=5")
    assert other.locator(".desk > :is(img, canvas)").count() == 0
    other.unroute("**/static/view.js*")
    other.goto("about:blank")
    other.goto(read)
    drawn(other, 2)
    assert other.locator("#page-2").evaluate(top) == pytest.approx(before, abs=1)
    # No picture is left that the browser keeps decoded.
    expect(other.locator(".desk img")).to_have_count(0)


def test_the_note_beside_has_its_room_before_the_modules_come(read: str, visitor: Visitor) -> None:
    page = visitor.page(size=LANDSCAPE)
    page.add_init_script(PATIENT)
    page.route("**/static/view.js*", lambda route: route.abort())
    page.goto(read)
    first = page.locator(".desk > canvas.full")
    expect(first).to_be_visible()
    width = "e => e.getBoundingClientRect().width"
    before = first.evaluate(width)
    page.unroute("**/static/view.js*")
    page.goto(read)
    drawn(page, 1)
    expect(page.locator("#note-panel #text")).to_be_visible()
    assert page.locator("#page-1").evaluate(width) == pytest.approx(before, abs=1)
    page.locator("#note-panel [data-close]").click()
    page.reload()
    drawn(page, 1)
    assert page.locator("#page-1").evaluate(width) == LANDSCAPE[0]


def test_words_are_found_and_the_way_leads_back(read: str, visitor: Visitor) -> None:
    page = visitor.page()
    page.goto(read)
    drawn(page, 1)
    page.keyboard.press("/")
    page.keyboard.type("drum of gravel")
    status = page.locator("#find [role=status]")
    expect(status).to_contain_text(f"1 of {N_PAGES}")
    expect(page.locator("#page-1 .hit-box.current")).to_have_count(1)
    page.keyboard.press("Enter")
    expect(status).to_contain_text(f"2 of {N_PAGES}")
    page.keyboard.press("Escape")
    page.locator("#n").fill("25")
    page.locator("#n").press("Enter")
    drawn(page, 25)
    page.go_back()
    drawn(page, 2)


def test_the_way_back_does_not_leave_the_pdf(read: str, visitor: Visitor) -> None:
    page = visitor.page()
    page.goto(read.replace("/pdf/", "/paper/").partition("/read")[0])
    page.goto(read)
    drawn(page, 1)
    menu, back = page.locator(".menu > summary"), page.locator("[data-do=back]")
    menu.click()
    expect(back).to_be_disabled()
    menu.click()
    page.locator("#n").fill("25")
    page.locator("#n").press("Enter")
    drawn(page, 25)
    page.reload()
    drawn(page, 25)
    menu.click()
    back.click()
    drawn(page, 1)
    page.locator(".desk").press("[")
    menu.click()
    expect(back).to_be_disabled()
    assert page.evaluate("location.pathname").endswith("/read")


def test_the_way_forward_does_not_leave_the_pdf(read: str, visitor: Visitor) -> None:
    page = visitor.page()
    page.goto(read)
    drawn(page, 1)
    page.locator("#n").fill("25")
    page.locator("#n").press("Enter")
    drawn(page, 25)
    page.locator(".desk").press("[")
    drawn(page, 1)
    page.locator(".desk").press("]")
    drawn(page, 25)
    page.goto(read.replace("/pdf/", "/paper/").partition("/read")[0])
    page.go_back()
    drawn(page, 25)
    page.locator(".desk").press("]")
    page.locator("#n").fill("3")
    page.locator("#n").press("Enter")
    drawn(page, 3)
    assert page.evaluate("location.pathname").endswith("/read")


@pytest.mark.parametrize("size", [PHONE, (375, 667)])
def test_a_match_low_on_the_last_page_is_seen_above_the_sheet(
    served: Serving, visitor: Visitor, size: tuple[int, int]
) -> None:
    ((path,),) = rows(served.folder, PATH)
    last = marked(typeset("What Snails Hear"), lambda it: it[-1].insert_text((72, 820), "Farewell"))
    (served.folder / path).write_bytes(last)
    page = visitor.page(size=size, is_touch=True)
    page.goto(f"{served.url}/pdf/{PAPER}/read?original=1")
    drawn(page, 1)
    page.locator("[data-do=find]").tap()
    page.locator("#words").fill("farewell")
    hit = page.locator(".hit-box.current")
    expect(hit).to_be_in_viewport(ratio=0.9)
    match, sheet = hit.bounding_box(), page.locator("#side").bounding_box()
    assert match is not None
    assert sheet is not None
    assert match["y"] + match["height"] < sheet["y"]


SECTIONS = [
    {"level": 1, "title": "2.1 Left", "page": 1, "x": 60, "y": 300},
    {"level": 1, "title": "2.4 Right", "page": 1, "x": 320, "y": 310},
]


def test_contents_mark_the_section_tapped_and_the_one_read_in_its_column(
    read: str, visitor: Visitor
) -> None:
    page = visitor.page(size=PHONE)
    page.route("**/contents.json*", lambda route: route.fulfill(json=SECTIONS))
    page.goto(read)
    drawn(page, 1)
    page.keyboard.press("c")
    desk, current = page.locator(".desk"), page.locator("#contents [aria-current]")
    for section in ("2.4 Right", "2.1 Left", "2.4 Right"):
        page.locator("#contents a", has_text=section).click()
        expect(current).to_contain_text(section)
    desk.evaluate("desk => { desk.scrollTop += 10; }")  # both columns are seen: the left one
    expect(current).to_contain_text("2.1 Left")
    for _ in range(5):
        page.keyboard.press("+")
    desk.evaluate("desk => { desk.scrollTo(desk.scrollWidth, desk.scrollTop + 200); }")
    expect(current).to_contain_text("2.4 Right")
    desk.evaluate("desk => { desk.scrollTo(0, desk.scrollTop); }")
    expect(current).to_contain_text("2.1 Left")


def test_selected_words_are_copied_as_they_read(read: str, visitor: Visitor) -> None:
    page = visitor.page(permissions=["clipboard-read", "clipboard-write"])
    page.goto(read)
    drawn(page, 1)
    page.wait_for_selector("#page-1 .words span")
    layer = page.locator("#page-1 .words")
    expect(layer).to_have_css("opacity", "0.0003")  # Chromium paints nothing
    page.evaluate(
        """() => {
          const all = document.querySelectorAll("#page-1 .words span");
          const words = [...all].map(span => span.firstChild);
          const at = words.findIndex(word => word.data.startsWith("Ada"));
          const to = words.findIndex(word => word.data.startsWith("walk"));
          getSelection().setBaseAndExtent(words[at], 1, words[to], 4);
        }"""
    )
    expect(layer).to_have_css("opacity", "1")  # the selection is shown
    page.keyboard.press("Control+c")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == "da Field and Bo Lind\nSnails hear with the foot that they walk"


def test_a_drag_below_the_pages_scrolls_them(read: str, visitor: Visitor) -> None:
    page = visitor.page()
    page.goto(read)
    page.wait_for_selector("#page-1 .words span")
    desk = page.locator(".desk")
    box, word = desk.bounding_box(), page.locator("#page-1 .words span").first.bounding_box()
    assert box is not None
    assert word is not None
    desk.evaluate("desk => { desk.style.flex = 'none'; desk.style.height = '500px'; }")
    page.mouse.move(word["x"] + 3, word["y"] + 5)
    page.mouse.down()
    page.mouse.move(word["x"] + 3, box["y"] + 560, steps=3)
    page.wait_for_function("() => document.querySelector('.desk').scrollTop > 300")
    page.mouse.up()
    assert "carries each step" in page.evaluate("String(getSelection())")


OFF = """async address => {
  const { width, lines } = await fetch(address).then(answer => answer.json());
  const sheet = document.querySelector("#page-1").getBoundingClientRect();
  const spans = document.querySelectorAll("#page-1 .words span");
  return lines.flatMap(line => line.words).map(([x0], at) => Math.abs(
    (spans[at].getBoundingClientRect().left - sheet.left) * width / sheet.width - x0
  ));
}"""


@pytest.mark.parametrize("language", ["en", "ja"])
def test_the_unseen_words_lie_on_those_of_the_page(
    read: str, visitor: Visitor, language: str
) -> None:
    page = visitor.page(language=language)
    with page.expect_response("**/page/1.json*") as facts:
        page.goto(read)
    page.wait_for_selector("#page-1 .words span")
    off = page.evaluate(OFF, facts.value.url)
    assert len(off) > 20
    assert max(off) < 3  # points


def test_only_small_pages_that_are_near_have_a_picture(read: str, visitor: Visitor) -> None:
    page = visitor.page()
    page.goto(read)
    drawn(page, 1)
    page.keyboard.press("t")
    first, last = (page.locator(f"#thumbs [data-n='{n}'] canvas") for n in (1, N_PAGES))
    expect(first).to_have_count(1)
    expect(last).to_have_count(0)
    page.locator(f"#thumbs [data-n='{N_PAGES}']").scroll_into_view_if_needed()
    expect(last).to_have_count(1)
    expect(first).to_have_count(0)


def width_of(page: Page, n: int) -> float:
    return float(page.locator(f"#page-{n}").evaluate("e => e.getBoundingClientRect().width"))


def test_two_fingers_and_a_double_tap_change_the_size(read: str, visitor: Visitor) -> None:
    page = visitor.page(size=PHONE, is_touch=True)
    page.goto(read)
    drawn(page, 1)
    before = width_of(page, 1)
    session = page.context.new_cdp_session(page)
    for kind, apart in [("Start", 50), ("Move", 60), ("Move", 100), ("End", 0)]:
        points = [{"x": 200 - apart, "y": 400}, {"x": 200 + apart, "y": 400}] if apart else []
        touch = {"type": f"touch{kind}", "touchPoints": points}
        session.send("Input.dispatchTouchEvent", touch)
    assert width_of(page, 1) == pytest.approx(2 * before, rel=0.01)
    page.mouse.move(200, 400)
    page.keyboard.down("Control")
    page.mouse.wheel(0, 100)
    page.keyboard.up("Control")
    page.wait_for_function(
        "most => document.querySelector('#page-1').getBoundingClientRect().width < most",
        arg=1.6 * before,
    )
    double_tap(session)  # to the column, and back to the page
    page.wait_for_function(
        "edge => document.querySelector('#page-1').getBoundingClientRect().width > edge + 2",
        arg=before,
    )
    double_tap(session)
    page.wait_for_function(
        "edge => Math.abs(document.querySelector('#page-1').getBoundingClientRect().width - edge)"
        " < 2",
        arg=before,
    )


def in_columns(document: Any) -> None:
    """Add a page of two columns, and one of short lines, in front."""
    for _ in range(2):
        document.new_page(0)
    first, second = document[0], document[1]
    for n in range(55):
        for x in (60, 320):
            first.insert_text((x, 100 + 12 * n), "What they hear is slow, and it is that")
        second.insert_text((250, 100 + 12 * n), "It did not rain.")


WHERE = """desk => [
  Number(desk.firstElementChild.style.getPropertyValue("--scale")), desk.scrollLeft,
  document.querySelector("#page-2").getBoundingClientRect().top,
]"""


def test_a_fitted_column_stays_through_two_turns_near_the_end_of_its_page(
    served: Serving, visitor: Visitor
) -> None:
    ((path,),) = rows(served.folder, PATH)
    (served.folder / path).write_bytes(marked(typeset("What Snails Hear"), in_columns))
    page = visitor.page(size=PORTRAIT, is_touch=True)
    page.goto(f"{served.url}/pdf/{PAPER}/read?original=1")
    drawn(page, 1)
    desk = page.locator(".desk")
    double_tap(page.context.new_cdp_session(page), x=600)  # the right column
    page.wait_for_function("() => document.querySelector('.desk').scrollLeft > 100")
    # Most of the window shows the second page, which has another column.
    desk.evaluate("(desk, top) => { desk.scrollTop += top - 400; }", desk.evaluate(WHERE)[2])
    page.wait_for_timeout(300)
    scale, *place = desk.evaluate(WHERE)
    for width, height in (LANDSCAPE, PORTRAIT):
        page.set_viewport_size({"width": width, "height": height})
        page.wait_for_timeout(500)
        found, *_ = desk.evaluate(WHERE)
        assert found / (width - 24) == pytest.approx(scale / (PORTRAIT[0] - 24), rel=0.01)
    assert desk.evaluate(WHERE)[1:] == pytest.approx(place, abs=3)


def test_of_two_double_taps_before_the_columns_are_known_the_second_counts(
    read: str, visitor: Visitor
) -> None:
    page = visitor.page(size=PHONE, is_touch=True)
    pending: list[Route] = []
    page.route(FACTS, lambda route: pending.append(route))
    page.goto(read)
    drawn(page, 1)
    before = width_of(page, 1)
    page.evaluate(COUNT_TAPS)
    session = page.context.new_cdp_session(page)
    double_tap(session)  # to the column
    double_tap(session)  # and back to the page
    page.wait_for_function("() => window.taps === 4")
    while not pending:
        page.wait_for_timeout(20)
    for route in pending:
        route.continue_()
    page.unroute(FACTS)  # pages near by ask later
    expect(page.locator("#page-1 .words")).to_contain_text("What Snails Hear")
    assert width_of(page, 1) == before


COUNT_TAPS = """() => {
  window.taps = 0;
  document.querySelector(".desk").addEventListener("click", () => { window.taps += 1; });
}"""


def double_tap(session: CDPSession, x: int = 200) -> None:
    """Tap twice within 30 ms by the clock of the events, however late a busy machine sends them."""
    began = time.time()
    touched = [{"x": x, "y": 300}]
    for n in range(4):
        kind, points = ("touchEnd", []) if n % 2 else ("touchStart", touched)
        event = {"type": kind, "touchPoints": points, "timestamp": began + n / 100}
        session.send("Input.dispatchTouchEvent", event)


def test_two_pages_stand_side_by_side_where_they_fit(read: str, visitor: Visitor) -> None:
    page = visitor.page(size=(2200, 1000))
    page.goto(read)
    drawn(page, 2)
    assert width_of(page, 1) >= 600
    tops = "[1, 2].map(n => document.querySelector(`#page-${n}`).getBoundingClientRect().top)"
    left, right = page.evaluate(tops)
    assert left == right
    page.keyboard.press("2")
    left, right = page.evaluate(tops)
    assert left < right
    page.reload()
    drawn(page, 1)
    left, right = page.evaluate(tops)
    assert left < right


def test_on_a_phone_the_name_is_above_the_pages_and_the_tools_at_the_thumb(
    read: str, visitor: Visitor
) -> None:
    page = visitor.page(size=PHONE, is_touch=True)
    page.goto(read)
    drawn(page, 1)
    title = page.locator(".room-bar h1").bounding_box()
    tools = page.locator(".room-tools").bounding_box()
    desk = page.locator(".desk").bounding_box()
    assert title is not None
    assert tools is not None
    assert desk is not None
    assert title["width"] > PHONE[0] / 2
    assert title["y"] + title["height"] < desk["y"]
    assert desk["y"] + desk["height"] == tools["y"]
    assert tools["y"] + tools["height"] == PHONE[1]
    page.locator(".menu summary").tap()
    expect(page.get_by_role("button", name="Two pages side by side")).to_be_in_viewport(ratio=1)


def test_the_open_panels_are_accessible(read: str, visitor: Visitor) -> None:
    page = visitor.page(size=PHONE, is_touch=True)
    page.goto(read)
    drawn(page, 1)
    wrong: list[str] = []
    for key in ("c", "t", "/", "?"):
        page.keyboard.press(key)
        wrong += [f"{key}: {each}" for each in violations(page)]
        page.emulate_media(color_scheme="dark")
        wrong += [f"{key}, dark: {each}" for each in violations(page, COLOURS)]
        page.emulate_media(color_scheme="light")
        wrong += page.evaluate(script("same_names.js")) + page.evaluate(script("small_targets.js"))
        page.keyboard.press("Escape")
    page.locator(".menu summary").press("Enter")
    wrong += [f"menu: {each}" for each in violations(page)]
    page.emulate_media(color_scheme="dark")
    wrong += [f"menu, dark: {each}" for each in violations(page, COLOURS)]
    for width, height in ENLARGED:
        page.set_viewport_size({"width": width, "height": height})
        wrong += page.evaluate(script("too_wide.js"))
    assert wrong == []


def colours(page: Page) -> tuple[set[int], tuple[int, ...]]:
    """Return the greys of a shown page around its title, and the middle of its photo."""
    shot = pymupdf.Pixmap(page.locator(".sheet").screenshot())
    scale = shot.width / 595
    x, y = (round(scale * (PHOTO[n] + PHOTO[n + 2]) / 2) for n in (0, 1))
    title = (shot.pixel(x, y) for y in range(round(90 * scale)) for x in range(shot.width))
    return {sum(pixel) // 3 for pixel in title}, shot.pixel(x, y)


def test_a_page_alone_is_dark_too_and_its_photo_keeps_its_colour(
    photo: str, visitor: Visitor
) -> None:
    page = visitor.page(theme="dark")
    page.goto(photo)
    expect(page.locator(".figure")).to_have_count(1)
    greys, middle = colours(page)
    assert min(greys) < 30
    assert max(greys) > 200
    assert page.evaluate("getComputedStyle(document.querySelector('.sheet > img')).filter") == (
        "invert(0.9) hue-rotate(180deg)"
    )
    assert middle[0] > 150
    assert max(middle[1:]) < 60
    page.evaluate("localStorage.setItem('darkPages', 'off')")
    page.reload()
    expect(page.locator(".turned")).to_have_count(0)
    assert page.locator(".figure").count() == 0
