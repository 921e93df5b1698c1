"""A finger that touches twice, as many do, decides once and on one paper."""

from __future__ import annotations

import re

from tests.installed import shown
from tests.web.browser.conftest import PHONE, Visitor
from tests.web.browser.playing import Locator, Page, expect
from tests.web.serving import Serving
from tests.web.world import NOW

BETWEEN_MS = 120


def touch_twice(page: Page, target: Locator) -> None:
    """Touch a place twice, whatever is there the second time."""
    target.scroll_into_view_if_needed()
    box = target.bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.touchscreen.tap(x, y)
    page.wait_for_timeout(BETWEEN_MS)
    page.touchscreen.tap(x, y)


def test_a_double_tap_on_the_list_picks_and_does_not_take_back(
    served: Serving, visitor: Visitor
) -> None:
    page = visitor.page(size=PHONE, is_touch=True)
    page.goto(served.url)
    place = page.locator(".deciding[data-state=candidate]").first
    id_ = place.get_attribute("data-paper") or ""
    touch_twice(page, place.locator("button[value=pick]"))
    page.wait_for_timeout(800)
    expect(page.locator(f'.deciding[data-paper="{id_}"]')).to_have_attribute("data-state", "pick")
    assert shown(served.folder, id_, now=NOW)["state"] == "pick"
    page.locator(f'.deciding[data-paper="{id_}"] .undo').tap()
    expect(page.locator("#notice")).to_contain_text("Undone")
    assert shown(served.folder, id_, now=NOW)["state"] == "candidate"


def test_a_double_tap_in_triage_decides_on_one_paper(served: Serving, visitor: Visitor) -> None:
    page = visitor.page(size=PHONE, is_touch=True)
    page.goto(f"{served.url}/triage")
    first, second = (page.locator(".sheet").nth(n).get_attribute("data-id") or "" for n in (0, 1))
    touch_twice(page, page.locator("#acts button[value=pick]"))
    page.wait_for_timeout(800)
    expect(page.locator(".sheet:not([hidden])")).to_have_attribute("data-id", second)
    assert shown(served.folder, first, now=NOW)["state"] == "pick"
    assert shown(served.folder, second, now=NOW)["state"] == "candidate"


def test_without_scripts_a_double_tap_is_not_called_another_devices(
    served: Serving, visitor: Visitor
) -> None:
    page = visitor.page(size=PHONE, is_touch=True, java_script_enabled=False)
    page.goto(served.url)
    place = page.locator(".deciding[data-state=candidate]").first
    id_ = place.get_attribute("data-paper") or ""
    touch_twice(page, place.locator("button[value=pick]"))
    told = page.locator(".told, #notice").filter(has_text=re.compile("picked", re.IGNORECASE))
    expect(told.first).to_be_visible()
    expect(told.first).not_to_contain_text("elsewhere")
    assert shown(served.folder, id_, now=NOW)["state"] == "pick"
