"""What a page says for some seconds covers no text, and goes at a touch."""

from __future__ import annotations

import pytest

from tests.web.browser.conftest import LANDSCAPE, LAPTOP, PHONE, PORTRAIT, Visitor
from tests.web.browser.playing import Locator, expect
from tests.web.serving import Serving

Box = tuple[float, float, float, float]


def box_of(target: Locator) -> Box:
    """Return (left, top, right, bottom)."""
    found = target.bounding_box()
    assert found is not None
    return found["x"], found["y"], found["x"] + found["width"], found["y"] + found["height"]


@pytest.mark.parametrize("language", ["en", "ja"])
def test_the_notice_of_a_decision_covers_tabs_and_no_text(
    served: Serving, visitor: Visitor, language: str
) -> None:
    page = visitor.page(language=language)
    toast = page.locator("#notice")
    for size in ((195, 422), PHONE, PORTRAIT, LANDSCAPE, LAPTOP):
        page.set_viewport_size({"width": size[0], "height": size[1]})
        page.goto(served.url)
        page.locator("button[value=pick]:visible").first.click()
        expect(toast).not_to_be_empty()
        (left, top, right, bottom), tabs = box_of(toast), box_of(page.locator("nav.tabs"))
        assert left >= tabs[0] - 1, size
        assert top >= tabs[1] - 1, size
        assert right <= tabs[2] + 1, size
        assert bottom <= tabs[3] + 1, size
        page.mouse.move(size[0] / 2, 5)
        page.mouse.down()
        expect(toast).to_be_empty(timeout=1_000)


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
