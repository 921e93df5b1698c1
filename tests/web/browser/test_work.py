"""Test the page of long work in Chromium: a real gather and its progress."""

from __future__ import annotations

import pytest

from tests.web.browser.conftest import Visitor
from tests.web.serving import Serving

pytest.importorskip("playwright.sync_api", reason="playwright is not installed")


@pytest.mark.slow
def test_a_gather_is_followed_to_its_end_on_two_pages_at_once(
    visitor: Visitor, served: Serving
) -> None:
    context = visitor.context()
    page, other = context.new_page(), context.new_page()
    for one in (page, other):
        one.goto(served.url + "/work")
    page.get_by_role("button", name="Gather new papers").click()
    page.wait_for_selector("progress")
    for one in (page, other):
        one.wait_for_selector("strong:text-matches('^Done')")
        assert one.locator("progress").count() == 0
        assert one.get_by_role("button", name="Gather new papers").is_visible()


@pytest.mark.slow
def test_without_scripts_the_page_is_loaded_anew(visitor: Visitor, served: Serving) -> None:
    page = visitor.page(java_script_enabled=False)
    page.goto(served.url + "/work")
    page.get_by_role("button", name="Gather new papers").click()
    page.get_by_text("Started.").first.wait_for()
    for _ in range(200):
        if page.get_by_text("Show the progress").count() == 0:
            break
        page.wait_for_timeout(200)
        page.get_by_text("Show the progress").click()
    page.locator("strong").filter(has_text="Done").first.wait_for()


def test_a_server_that_ends_closes_its_streams(visitor: Visitor, served: Serving) -> None:
    page = visitor.page()
    page.goto(served.url + "/work")
    with page.expect_request("**/work/events*"):
        page.reload()
    served.stop()
    served.wait_for("Stopped.")
    assert served.said[-1] == "Stopped."
