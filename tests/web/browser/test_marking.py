"""Mark words on the pages of a PDF by mouse, by keys and by touch, and draw with a pen."""

from __future__ import annotations

from typing import Any

import pytest

from tests.web.browser.conftest import LANDSCAPE, LAPTOP, PHONE, PORTRAIT, Visitor
from tests.web.browser.pages import PAPER
from tests.web.browser.playing import Page, expect
from tests.web.browser.test_beside import opened as beside
from tests.web.serving import Serving

WORD = "Waiting"
FOUND = """word => {
  const words = [...document.querySelectorAll('.words span')];
  const span = words.find(one => one.textContent.trim() === word);
  if (!span) return null;
  const { left, top, width, height } = span.getBoundingClientRect();
  return { x: left + 1, y: top + height / 2, end: left + width };
}"""
PRESSED = """word => {
  const words = [...document.querySelectorAll('.words span')];
  const text = words.find(one => one.textContent.trim() === word).firstChild;
  getSelection().setBaseAndExtent(text, 0, text, word.length);
}"""
SAID = f"/pdf/{PAPER}/marks.json"


def opened(served: Serving, visitor: Visitor, *, is_touch: bool = False, **more: Any) -> Page:
    page = visitor.page(size=PORTRAIT if is_touch else LAPTOP, is_touch=is_touch, **more)
    page.goto(f"{served.url}/pdf/{PAPER}/read")
    page.locator(".words span").first.wait_for(state="attached")
    expect(page.locator(".marks svg").first).to_be_attached()
    return page


def marks(page: Page) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = page.evaluate(f"fetch('{SAID}').then(a => a.json())")["marks"]
    return found


def own(page: Page) -> list[tuple[str, str, str]]:
    """List the marks that were made here."""
    return [(m["kind"], m["text"], m["note"]) for m in marks(page) if m["name"]]


def drag_over(page: Page, word: str) -> None:
    at = page.evaluate(FOUND, word)
    page.mouse.move(at["x"], at["y"])
    page.mouse.down()
    page.mouse.move(at["end"] - 3, at["y"], steps=8)
    page.mouse.up()


ENDS = """word => {
  const words = [...document.querySelectorAll('.words span')];
  const boxOf = one => one.getBoundingClientRect();
  const { top, height } = boxOf(words.find(one => one.textContent.trim() === word));
  const level = words.filter(one => Math.abs(boxOf(one).top - top) < height / 2);
  return {
    y: top + height / 2,
    left: Math.min(...level.map(one => boxOf(one).left)),
    right: Math.max(...level.map(one => boxOf(one).right)),
    text: level.map(one => one.textContent).join('').trim(),
  };
}"""
"""The line that a word stands in: its height, its ends and its text."""


@pytest.mark.parametrize("is_from_beside", [False, True])
@pytest.mark.parametrize("side", ["left", "right"])
def test_a_drag_beyond_a_line_selects_to_its_end(
    served: Serving, visitor: Visitor, side: str, is_from_beside: bool
) -> None:
    page = opened(served, visitor)
    page.wait_for_load_state("networkidle")  # the note beside has moved the pages
    line, word = page.evaluate(ENDS, "anything"), page.evaluate(FOUND, "anything")
    before, after = line["text"].split("anything")
    inside = word["x"] if side == "right" else word["end"]
    beyond = line["right"] + 10 if side == "right" else line["left"] - 10
    ends = [(inside, word["y"]), (beyond, line["y"])]
    (x, y), (to_x, to_y) = reversed(ends) if is_from_beside else ends
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(to_x, to_y, steps=3)
    page.mouse.up()
    expected = f"anything{after}" if side == "right" else f"{before}anything"
    assert page.evaluate("String(getSelection()).trim()") == expected


def select(page: Page, word: str) -> None:
    """Select a word wherever it stands: the note beside moves the pages while it is loaded."""
    page.locator(".desk").focus()
    page.evaluate(PRESSED, word)


def made(page: Page) -> Any:
    """Wait for the server's answer to a mark."""
    return page.expect_response(
        lambda answer: answer.request.method == "POST" and "/marks.json" in answer.url
    )


def test_words_are_marked_by_mouse_changed_and_undone(served: Serving, visitor: Visitor) -> None:
    page = opened(served, visitor)
    drag_over(page, WORD)
    bar = page.get_by_role("toolbar", name="Mark the selected words")
    with made(page):
        bar.get_by_role("button", name="green").click()
    assert own(page) == [("highlight", WORD, "")]
    with made(page):
        bar.get_by_role("button", name="red").click()
    bar.get_by_role("button", name="Comment").click()
    page.get_by_label("Comment").last.fill("For whom?")
    with made(page):
        page.locator("#mark-note").get_by_role("button", name="Save").click()
    assert own(page) == [("highlight", WORD, "For whom?")]
    [mark] = [one for one in marks(page) if one["name"]]
    assert mark["colour"] == "#ff6666"
    # The same from another device.
    other = opened(served, visitor, theme="dark")
    button = other.get_by_role("button", name=f"highlight: {WORD} — For whom?")
    expect(button).to_be_attached()
    button.press("Enter")
    with made(other):
        other.get_by_role("button", name="Remove this mark").click()
    # The first page is told so without being touched.
    expect(page.get_by_role("button", name="— For whom?")).to_have_count(0)


def test_words_are_marked_by_keys(served: Serving, visitor: Visitor) -> None:
    page = opened(served, visitor)
    page.locator(".desk").focus()
    page.keyboard.press("s")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Shift+ArrowRight")
    with made(page):
        page.keyboard.press("u")
    [(kind, text, _note)] = own(page)
    assert (kind, len(text.split())) == ("underline", 2)
    page.locator(".desk").focus()
    page.keyboard.press("s")
    page.keyboard.press("c")
    with made(page):
        page.keyboard.type("Hm")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="— Hm")).to_be_attached()


@pytest.mark.parametrize("language", ["en", "ja"])
def test_words_are_marked_by_touch(served: Serving, visitor: Visitor, language: str) -> None:
    page = opened(served, visitor, is_touch=True, language=language)
    # A long press selects the word; Chromium on Linux knows none, so a script stands for it.
    page.evaluate(PRESSED, WORD)
    bar = page.locator("#mark-bar")
    expect(bar).to_be_visible()
    with made(page):
        bar.locator("[data-colour='#2ea8e5']").tap()
    assert own(page) == [("highlight", WORD, "")]
    with made(page):
        bar.locator("[data-mark=undo]").tap()
    assert own(page) == []


def test_a_pen_marks_words_while_ink_is_off(served: Serving, visitor: Visitor) -> None:
    page = opened(served, visitor)
    at = page.evaluate(FOUND, WORD)
    pen = page.context.new_cdp_session(page)
    held = {"pointerType": "pen", "button": "left", "clickCount": 1, "buttons": 1, "y": at["y"]}
    for kind, x in (("Pressed", at["x"]), ("Moved", at["end"] - 3), ("Released", at["end"] - 3)):
        pen.send("Input.dispatchMouseEvent", held | {"type": f"mouse{kind}", "x": x})
    with made(page):
        page.locator("#mark-bar [data-mark=underline]").click()
    assert own(page) == [("underline", WORD, "")]
    assert page.locator(".marks polyline").count() == 0


def test_a_pen_draws_while_ink_is_on(served: Serving, visitor: Visitor) -> None:
    page = opened(served, visitor)
    page.get_by_role("button", name="Draw by hand").click()
    pen = page.context.new_cdp_session(page)
    begin = {"pointerType": "pen", "button": "left", "clickCount": 1, "buttons": 1}
    with made(page):
        for n, kind in enumerate(("mousePressed", *["mouseMoved"] * 6, "mouseReleased")):
            place = {"type": kind, "x": 500 + 12 * n, "y": 400 + 5 * n}
            pen.send("Input.dispatchMouseEvent", begin | place)
    drawn = page.evaluate(f"fetch('{SAID}').then(a => a.json())")["strokes"]
    assert [len(one["points"]) >= 8 for one in drawn] == [True]
    expect(page.locator(".marks polyline")).to_have_count(1)
    with made(page):
        page.keyboard.press("Control+z")
    expect(page.locator(".marks polyline")).to_have_count(0)


def test_a_pen_erases_whole_strokes_and_undo_brings_them_back(
    served: Serving, visitor: Visitor
) -> None:
    page = opened(served, visitor)
    page.get_by_role("button", name="Draw by hand").click()
    pen, lines = page.context.new_cdp_session(page), page.locator(".marks polyline")

    def drag(*places: tuple[int, int]) -> None:
        kinds = ("mousePressed", *["mouseMoved"] * (len(places) - 2), "mouseReleased")
        for kind, (x, y) in zip(kinds, places, strict=True):
            pen_down = {"pointerType": "pen", "button": "left", "clickCount": 1, "buttons": 1}
            pen.send("Input.dispatchMouseEvent", pen_down | {"type": kind, "x": x, "y": y})

    for y in (400, 460):
        with made(page):
            drag((500, y), (620, y), (620, y))
    expect(lines).to_have_count(2)
    eraser = page.get_by_role("button", name="Erase strokes")
    eraser.click()
    expect(eraser).to_have_attribute("aria-pressed", "true")
    # Down between two points of the upper stroke; the lower one is not met.
    with made(page):
        drag((580, 340), (580, 370), (580, 400), (580, 430))
    expect(lines).to_have_count(1)
    with made(page):
        page.get_by_role("button", name="Undo the last stroke").click()
    expect(lines).to_have_count(2)
    page.locator("#ink-bar [data-colour='#ff6666']").click()
    expect(eraser).to_have_attribute("aria-pressed", "false")


def test_a_mark_that_is_made_offline_is_sent_later(served: Serving, visitor: Visitor) -> None:
    page = opened(served, visitor)
    page.context.set_offline(True)
    drag_over(page, WORD)
    page.keyboard.press("h")
    expect(page.locator("#waiting")).to_contain_text("1 change waits")
    with made(page):
        page.context.set_offline(False)
    page.reload()
    expect(page.get_by_role("button", name=f"highlight: {WORD}", exact=True)).to_be_attached()
    assert own(page) == [("highlight", WORD, "")]


def test_a_mark_that_waits_is_shown_after_a_reload(served: Serving, visitor: Visitor) -> None:
    page = opened(served, visitor)
    page.route(f"**{SAID}", lambda r: r.abort() if r.request.method == "POST" else r.continue_())
    waits = page.locator("#waiting")
    select(page, WORD)
    page.keyboard.press("h")
    expect(waits).to_contain_text("1 change waits")
    page.reload()
    mark = page.get_by_role("button", name=f"highlight: {WORD}", exact=True)
    expect(mark).to_be_attached()
    assert own(page) == []
    # It is changed as any other.
    mark.press("Enter")
    bar = page.get_by_role("toolbar", name="Mark the selected words")
    bar.get_by_role("button", name="green").click()
    expect(waits).to_contain_text("2 changes wait")
    page.unroute(f"**{SAID}")
    page.reload()
    expect(waits).to_be_empty()
    assert own(page) == [("highlight", WORD, "")]
    assert [mark["colour"] for mark in marks(page) if mark["name"]] == ["#5fb236"]


def test_marks_are_sent_whose_page_was_left_before_the_answer(
    served: Serving, visitor: Visitor
) -> None:
    page = opened(served, visitor)
    # As on a slow network: no request gets an answer. The second mark waits for its turn.
    page.route(f"**{SAID}", lambda r: None if r.request.method == "POST" else r.continue_())
    with page.expect_request(lambda one: one.method == "POST" and one.url.endswith(SAID)):
        select(page, WORD)
        page.keyboard.press("h")
    select(page, "costs")
    page.keyboard.press("u")
    expect(page.get_by_role("button", name="underlined: costs", exact=True)).to_be_attached()
    page.unroute(f"**{SAID}")
    with made(page):
        page.goto(f"{served.url}/more")
    expect(page.locator("#waiting")).to_be_empty()
    page.goto(f"{served.url}/pdf/{PAPER}/read")
    expect(page.get_by_role("button", name="underlined: costs", exact=True)).to_be_attached()
    assert own(page) == [("highlight", WORD, ""), ("underline", "costs", "")]


def test_a_mark_that_was_refused_is_shown_no_longer(served: Serving, visitor: Visitor) -> None:
    visitor.may_fail = {400}
    page = opened(served, visitor)
    pending: list[Any] = []
    page.route(
        f"**{SAID}", lambda r: pending.append(r) if r.request.method == "POST" else r.continue_()
    )
    select(page, WORD)
    page.keyboard.press("h")
    select(page, "costs")
    page.keyboard.press("u")
    mark = page.get_by_role("button", name="underlined: costs", exact=True)
    expect(mark).to_be_attached()
    refusal = {"error": "Not now.", "hint": ""}
    for n in (1, 2):
        while len(pending) < n:
            page.wait_for_timeout(20)
        pending[n - 1].fulfill(status=400, json=refusal)
    expect(mark).not_to_be_attached()
    expect(page.get_by_role("button", name=f"highlight: {WORD}", exact=True)).not_to_be_attached()


@pytest.mark.parametrize(
    ("language", "name"), [("en", "Quote in the note"), ("ja", "ノートに引用")]
)
def test_words_and_marks_are_quoted_in_the_note_beside(
    served: Serving, visitor: Visitor, language: str, name: str
) -> None:
    page = opened(served, visitor, language=language)
    text = page.locator("#text")
    text.fill("")
    quote = page.get_by_role("button", name=name, exact=True)
    select(page, WORD)
    quote.click()
    expect(text).to_have_value(f"> {WORD} (p. 1)\n\n")
    expect(page.locator("#mark-bar")).to_be_hidden()
    listed = page.locator("#beside [data-quotation]")
    n_before = listed.count()
    select(page, WORD)
    page.keyboard.press("h")
    # The list of highlights has the new one, and loses it with the mark.
    expect(listed).to_have_count(n_before + 1)
    quote.click()
    expect(text).to_have_value(f"> {WORD} (p. 1)\n\n> {WORD} (p. 1)\n\n")
    with made(page):
        page.locator(".sheet .marks button[aria-label$=': Waiting']").press("Delete")
    expect(listed).to_have_count(n_before)
    # What another device marked is listed too.
    other = opened(served, visitor)
    select(other, WORD)
    with made(other):
        other.keyboard.press("u")
    expect(listed).to_have_count(n_before + 1)


@pytest.mark.parametrize("way", ["tap", "click", "select"])
def test_a_comment_is_kept_when_the_page_is_touched(
    served: Serving, visitor: Visitor, way: str
) -> None:
    page = visitor.page(size=PHONE if way == "tap" else LAPTOP, is_touch=way == "tap")
    page.goto(f"{served.url}/pdf/{PAPER}/read")
    page.locator(".words span").first.wait_for(state="attached")
    select(page, WORD)
    with made(page):
        page.keyboard.press("c")
    page.keyboard.type("For whom?")
    margin = page.locator("#page-1")
    with made(page):
        if way == "select":
            select(page, "anything")
        elif way == "tap":
            margin.tap(position={"x": 8, "y": 8})
        else:
            margin.click(position={"x": 8, "y": 8})
    expect(page.locator("#mark-note")).to_be_hidden()
    assert own(page) == [("highlight", WORD, "For whom?")]


def test_a_comment_is_kept_when_the_page_is_loaded_anew(served: Serving, visitor: Visitor) -> None:
    page = opened(served, visitor)
    select(page, WORD)
    with made(page):
        page.keyboard.press("c")
    page.keyboard.type("For whom?")
    with made(page):
        page.reload()
    assert own(page) == [("highlight", WORD, "For whom?")]
    # It was brought back once: what is thrown away stays so.
    mark = page.get_by_role("button", name=f"highlight: {WORD} — For whom?")
    mark.press("Enter")
    page.locator("#mark-bar [data-mark=comment]").click()
    page.keyboard.type(" Me?")
    page.keyboard.press("Escape")
    page.reload()
    expect(mark).to_be_attached()
    assert not page.evaluate("Object.keys(localStorage).some((one) => one.startsWith('comment'))")
    assert own(page) == [("highlight", WORD, "For whom?")]


def test_a_comment_goes_to_no_other_library_and_over_no_other_words(
    served: Serving, visitor: Visitor
) -> None:
    page = opened(served, visitor)
    select(page, WORD)
    with made(page):
        page.keyboard.press("h")
    [mark] = [one for one in marks(page) if one["name"]]
    keep = """([of, mark, was]) => {
      const library = of ?? document.getElementById("offline").dataset.of;
      const typed = JSON.stringify({ was, note: "For whom?" });
      localStorage.setItem(`comment ${library} /pdf/PAPER/marks.json ${mark}`, typed);
    }""".replace("PAPER", PAPER)
    page.evaluate(keep, ["0123456789abcdef", mark["id"], ""])
    page.reload()
    button = page.get_by_role("button", name=f"highlight: {WORD}", exact=True)
    expect(button).to_be_attached()
    assert page.evaluate("Object.keys(localStorage).some((one) => one.startsWith('comment'))")
    assert own(page) == [("highlight", WORD, "")]
    # Typed before another device wrote what the mark has now: both stay.
    page.evaluate(keep, [None, 1, "words of before"])
    theirs = next(one["note"] for one in marks(page) if one["id"] == 1)
    with made(page):
        page.reload()
    assert next(one["note"] for one in marks(page) if one["id"] == 1) == f"{theirs}\n\nFor whom?"


def test_the_bar_of_a_mark_moves_from_under_the_note(served: Serving, visitor: Visitor) -> None:
    page = visitor.page(size=PORTRAIT, is_touch=True)
    page.goto(f"{served.url}/pdf/{PAPER}/read")
    page.locator(".words span").first.wait_for(state="attached")
    select(page, WORD)
    with made(page):
        page.keyboard.press("h")
    bar = page.locator("#mark-bar")
    expect(bar).to_be_visible()
    bar.evaluate("(bar) => { bar.style.top = '900px'; }")  # as of a mark low on the page
    page.locator("#to-note").tap()
    expect(page.locator("#note button.main")).to_be_visible()
    page.wait_for_function(
        """() => {
          const boxOf = (id) => document.getElementById(id).getBoundingClientRect();
          const bar = boxOf("mark-bar");
          return bar.height > 0 && bar.bottom <= boxOf("note-panel").top;
        }"""
    )


def test_undo_outlives_a_reload_and_is_off_where_nothing_can_be_taken_back(
    served: Serving, visitor: Visitor
) -> None:
    page = opened(served, visitor)
    undo = page.locator("#mark-bar [data-mark=undo]")
    select(page, WORD)
    expect(undo).to_be_disabled()
    with made(page):
        page.keyboard.press("h")
    page.reload()
    mark = page.get_by_role("button", name=f"highlight: {WORD}", exact=True)
    mark.press("Enter")
    with made(page):
        page.locator("#mark-bar [data-colour='#ff6666']").click()
    for _ in range(2):
        with made(page):
            undo.click()
    expect(mark).not_to_be_attached()
    assert own(page) == []
    expect(undo).to_be_disabled()
    page.reload()
    page.locator(".words span").first.wait_for(state="attached")
    select(page, WORD)
    expect(undo).to_be_disabled()
    page.locator("#ink").click()
    expect(page.locator("#ink-bar [data-ink=undo]")).to_be_disabled()


def test_a_comment_that_is_cancelled_is_not_kept(served: Serving, visitor: Visitor) -> None:
    page = opened(served, visitor)
    select(page, WORD)
    with made(page):
        page.keyboard.press("c")
    page.keyboard.type("For whom?")
    page.keyboard.press("Escape")
    expect(page.locator("#mark-note")).to_be_hidden()
    assert own(page) == [("highlight", WORD, "")]


COVERED = """selector => [...document.querySelectorAll(selector)]
  .filter(one => one.checkVisibility({ visibilityProperty: true }))
  .filter(one => {
    const { left, right, top, bottom, width, height } = one.getBoundingClientRect();
    const corners = [left + 4, right - 4].flatMap(x => [top + 4, bottom - 4].map(y => [x, y]));
    const places = [...corners, [left + width / 2, top + height / 2]];
    return places.some(place => !one.contains(document.elementFromPoint(...place)));
  }).map(one => one.outerHTML.slice(0, 90))"""
"""What of a kind something else lies over, at its middle or near a corner."""


TO_FOOT = """(desk, word) => {
  const words = [...document.querySelectorAll('.words span')];
  const { bottom } = words.find(one => one.textContent.trim() === word).getBoundingClientRect();
  desk.scrollTop += bottom + 20 - desk.getBoundingClientRect().bottom;
}"""
"""Scroll a word to the foot of what is seen of the pages."""

BEYOND = """selector => {
  const { left, top, right, bottom } = document.querySelector(selector).getBoundingClientRect();
  const desk = document.querySelector('.desk').getBoundingClientRect();
  const over = { left: desk.left - left, top: desk.top - top,
    right: right - desk.right, bottom: bottom - desk.bottom };
  return Object.entries(over).filter(([side, by]) => by > 0.5);
}"""
"""How far something reaches out of the pages."""


@pytest.mark.parametrize("size", [LAPTOP, LANDSCAPE, PORTRAIT])
def test_the_bar_and_the_comment_stand_within_the_pages_beside_the_note(
    served: Serving, visitor: Visitor, size: tuple[int, int]
) -> None:
    page = visitor.page(size=size)
    beside(page, served)
    page.locator(".words span").first.wait_for(state="attached")
    page.wait_for_load_state("networkidle")
    last = page.locator("#page-1 .words span").last.text_content()
    assert last is not None
    page.locator(".desk").evaluate(TO_FOOT, last.strip())
    select(page, last.strip())
    bar, form = page.locator("#mark-bar"), page.locator("#mark-note")
    expect(bar).to_be_visible()
    assert page.evaluate(COVERED, "#mark-bar button") == []
    assert page.evaluate(BEYOND, "#mark-bar") == []
    bar.get_by_role("button", name="Comment").click()
    expect(form).to_be_visible()
    assert page.evaluate(COVERED, "#mark-note :is(textarea, button)") == []
    assert page.evaluate(BEYOND, "#mark-note") == []


@pytest.mark.parametrize("has_note", [False, True])
@pytest.mark.parametrize("size", [PHONE, PORTRAIT, LAPTOP])
def test_what_waits_covers_no_button_of_the_bars(
    served: Serving, visitor: Visitor, size: tuple[int, int], has_note: bool
) -> None:
    page = visitor.page(size=size, is_touch=size != LAPTOP)
    page.goto(f"{served.url}/pdf/{PAPER}/read")
    page.locator(".words span").first.wait_for(state="attached")
    if page.locator("#note-panel").is_visible() != has_note:
        page.locator("#to-note").click()
    if has_note:
        expect(page.locator("#text")).to_be_visible()
    page.context.set_offline(True)
    select(page, WORD)
    page.keyboard.press("h")
    said = page.locator(".waiting, .last")
    expect(said.filter(has_text="1 change waits")).to_be_visible()
    expect(said.filter(has_text="Saved on this device")).to_be_visible()
    assert page.evaluate(COVERED, "#mark-bar button, #waiting, #notice") == []
    page.keyboard.press("Escape")
    page.locator("#ink").click()
    assert page.evaluate(COVERED, "#ink-bar button, #waiting") == []
