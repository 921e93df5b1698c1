"""The bar under the thumb: the last act with its undo, and what one does with a paper."""

from __future__ import annotations

import pytest

from tests.web.browser.conftest import LANDSCAPE, LAPTOP, PHONE, PORTRAIT, Visitor
from tests.web.browser.pages import PAPER
from tests.web.browser.playing import Locator, expect
from tests.web.serving import Serving
from tests.web.world import HOSTILE

Box = tuple[float, float, float, float]


def box_of(target: Locator) -> Box:
    """Return (left, top, right, bottom)."""
    found = target.bounding_box()
    assert found is not None
    return found["x"], found["y"], found["x"] + found["width"], found["y"] + found["height"]


@pytest.mark.parametrize("language", ["en", "ja"])
def test_the_last_act_stands_in_the_bar_with_its_undo(
    served: Serving, visitor: Visitor, language: str
) -> None:
    page = visitor.page(language=language)
    last, tabs = page.locator(".last"), page.locator("nav.tabs")
    for size in ((195, 422), PHONE, PORTRAIT, LANDSCAPE, LAPTOP):
        page.set_viewport_size({"width": size[0], "height": size[1]})
        page.goto(served.url)
        place = page.locator(".deciding[data-state=candidate]:visible").first
        id_ = place.get_attribute("data-paper")
        place.locator("button[value=pick]").click()
        expect(page.locator("#notice")).not_to_be_empty()
        page.mouse.click(size[0] / 2, 5)
        (left, top, right, bottom), bar = box_of(last), box_of(tabs)
        assert left >= bar[0] - 1, size
        assert right <= bar[2] + 1, size
        # On the tabs, as wide as they are; on a wide screen at the foot of their column.
        assert bottom == (pytest.approx(bar[1], abs=1) if size[0] < 1100 else bar[3] - 16), size
        page.evaluate("scrollTo(0, document.body.scrollHeight)")
        end = box_of(page.locator("main"))
        assert end[3] <= top + 1 or end[0] >= right, size
        last.locator("button").click()
        expect(page.locator(f'.deciding[data-paper="{id_}"]')).to_have_attribute(
            "data-state", "candidate"
        )
        expect(last.locator("button")).to_be_hidden()
        page.mouse.click(size[0] / 2, 5)
        expect(page.locator("#notice")).to_be_empty(timeout=5_000)  # by itself it goes after 6 s


def test_an_act_that_loads_a_page_is_undone_from_its_bar(served: Serving, visitor: Visitor) -> None:
    page = visitor.context(size=PHONE, java_script_enabled=False).new_page()
    page.goto(f"{served.url}/paper/{HOSTILE}")
    page.locator(".paper-acts button[value=pick]").click()
    expect(page.locator("#notice")).to_contain_text("Picked")
    page.locator(".last button").click()
    expect(page.locator(".notice.told")).to_contain_text("Undone")
    expect(page.locator(".paper-acts .deciding")).to_have_attribute("data-state", "candidate")


@pytest.mark.parametrize("size", [PHONE, PORTRAIT, LANDSCAPE])
def test_what_to_do_with_a_paper_stays_in_sight(
    served: Serving, visitor: Visitor, size: tuple[int, int]
) -> None:
    page = visitor.page(size=size)
    page.goto(f"{served.url}/paper/{PAPER}")
    acts = page.locator(".paper-acts :is(a, button):visible")
    assert acts.all_inner_texts() == ["Read", "Note", "Open", "Topic"]
    page.goto(f"{served.url}/paper/{HOSTILE}")
    page.evaluate("scrollTo(0, document.body.scrollHeight / 2)")
    page.locator(".paper-acts button[value=pick]").click()
    names = [text.strip() for text in acts.all_inner_texts()]
    assert names == ["Undo", "Later", "Note", "Open", "Topic"]
    for one in acts.all():
        expect(one).to_be_in_viewport(ratio=1)


def test_in_triage_the_notice_has_its_own_line_above_the_buttons(
    served: Serving, visitor: Visitor
) -> None:
    page = visitor.page()
    acts, toast = page.locator("#acts"), page.locator("#notice")
    for size in ((195, 422), PHONE, PORTRAIT):
        page.set_viewport_size({"width": size[0], "height": size[1]})
        page.goto(f"{served.url}/triage")
        acts.locator("button[value=pick]").click()
        expect(toast).not_to_be_empty()
        (_, top, _, bottom), bar, pick = map(box_of, (toast, acts, acts.locator("button").first))
        assert bar[1] - 1 <= top < bottom <= pick[1] + 1, size
