"""A finger that touches twice, as many do, decides once and on one paper."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

from tests.installed import shown
from tests.web.browser.conftest import PHONE, Visitor
from tests.web.browser.playing import Locator, Page, expect
from tests.web.serving import Serving
from tests.web.world import NOW

if TYPE_CHECKING:
    from playwright.sync_api import Route

BETWEEN_MS, LATER_MS = 120, 800


def opened(page: Page, address: str) -> None:
    """Open a page whose clock stands: how long a tap takes here does not count."""
    page.clock.install(time=NOW)
    page.goto(address)
    page.clock.pause_at(NOW + timedelta(hours=1))


def middle(target: Locator) -> tuple[float, float]:
    target.scroll_into_view_if_needed()
    box = target.bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def touch_twice(page: Page, target: Locator, meanwhile: str) -> None:
    """Touch a place twice, the second time once `meanwhile` is shown, and let some time pass."""
    place = middle(target)
    with page.expect_response("**/decide"):  # a decision is shown before the server has it
        page.touchscreen.tap(*place)
        expect(page.locator(meanwhile)).to_be_visible()
        page.clock.run_for(BETWEEN_MS)
        page.touchscreen.tap(*place)
        page.clock.run_for(LATER_MS)


def test_a_double_tap_on_the_list_picks_and_does_not_take_back(
    served: Serving, visitor: Visitor
) -> None:
    page = visitor.page(size=PHONE, is_touch=True)
    opened(page, served.url)
    place = page.locator(".deciding[data-state=candidate]").first
    id_ = place.get_attribute("data-paper") or ""
    picked = f'.deciding[data-paper="{id_}"][data-state=pick]'
    touch_twice(page, place.locator("button[value=pick]"), picked)
    expect(page.locator(f'.deciding[data-paper="{id_}"]')).to_have_attribute("data-state", "pick")
    assert shown(served.folder, id_, now=NOW)["state"] == "pick"
    page.locator(f'.deciding[data-paper="{id_}"] .undo').tap()
    expect(page.locator("#notice")).to_contain_text("Undone")
    assert shown(served.folder, id_, now=NOW)["state"] == "candidate"


def test_a_double_tap_in_triage_decides_on_one_paper(served: Serving, visitor: Visitor) -> None:
    page = visitor.page(size=PHONE, is_touch=True)
    opened(page, f"{served.url}/triage")
    first, second = (page.locator(".sheet").nth(n).get_attribute("data-id") or "" for n in (0, 1))
    shown_next = f'.sheet[data-id="{second}"]:not([hidden])'
    touch_twice(page, page.locator("#acts button[value=pick]"), shown_next)
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
    sent: list[Route] = []
    page.route("**/decide", lambda route: sent.append(route))
    at = middle(place.locator("button[value=pick]"))
    for n in (1, 2):  # the second touch finds the same page: the answer to the first one is late
        page.touchscreen.tap(*at)
        while len(sent) < n:
            page.wait_for_timeout(20)
        if n == 1:
            sent[0].fetch()
    sent[1].continue_()
    told = page.locator(".told, #notice").filter(has_text=re.compile("picked", re.IGNORECASE))
    expect(told.first).to_be_visible()
    expect(told.first).not_to_contain_text("elsewhere")
    assert shown(served.folder, id_, now=NOW)["state"] == "pick"
