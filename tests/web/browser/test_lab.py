"""Test one device that two readers of a lab use in turn, in Chromium."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.installed import run_here
from tests.web.browser.conftest import PORTRAIT, Visitor
from tests.web.browser.pages import PAPER
from tests.web.browser.playing import expect
from tests.web.browser.test_offline import (
    QUEUE,
    buttons,
    opened,
    press,
    queued,
    wait_for,
    wait_for_waiting,
)
from tests.web.serving import Serving
from tests.web.test_lab import library as small_library
from tests.web.world import NOW

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytest.importorskip("playwright.sync_api", reason="playwright is not installed")

TITLE = "Translating Speech in"
KEPT_TEXTS = """async () => {
  const found = [JSON.stringify(localStorage)];
  for (const name of await caches.keys()) {
    if (name.startsWith("files-")) continue;
    const store = await caches.open(name);
    for (const key of await store.keys()) {
      found.push(key.url, await (await store.match(key)).text());
    }
  }
  return found.join(" ");
}"""


@contextmanager
def lab(readers: Path, *arguments: str) -> Iterator[Serving]:
    with Serving(readers / "anna", NOW, ["--readers", str(readers), *arguments]) as serving:
        yield serving


@pytest.fixture
def readers(world: Path, tmp_path: Path) -> Path:
    """Make a folder of readers: anna has lived in hers, ben has one paper."""
    found = tmp_path / "readers"
    small_library(found / "ben", "numbats")
    shutil.copytree(world, found / "anna")
    return found


def code_for(served: Serving, name: str) -> str:
    """Let the command make a code while the server runs."""
    ran = run_here(
        *("serve", "--readers", str(served.folder.parent), "--code", name),
        library=served.folder,
        env={"XDG_DATA_HOME": str(served.data)},
    )
    [code] = re.findall(r"\b[0-9A-Z]{4}-[0-9A-Z]{4}\b", ran.out)
    return str(code)


def sign_in(page: Page, served: Serving, name: str) -> None:
    with page.expect_response("**/door"):
        page.goto(f"{served.url}/enter")
    # Its script deletes what an earlier reader left; styles and scripts may stand there again.
    wait_for(page, "async () => (await caches.keys()).every((name) => name.startsWith('files-'))")
    page.fill("#code", code_for(served, name))
    page.click("main button.main")
    page.wait_for_url(f"{served.url}/")


def test_the_next_reader_of_a_device_finds_nothing_and_loses_nothing(
    visitor: Visitor, readers: Path
) -> None:
    visitor.may_fail = {401, 404}
    with lab(readers) as served:
        context = visitor.context(size=PORTRAIT)
        page = context.new_page()
        sign_in(page, served, "anna")
        page = opened(context, served)
        page.goto(f"{served.url}/paper/{PAPER}")
        page.goto(f"{served.url}/")
        assert TITLE in page.evaluate(KEPT_TEXTS)
        context.set_offline(True)
        paper = buttons(page)[0]
        press(page, paper, "skip")
        wait_for_waiting(page, 1)
        # Anna was signed out from another device.
        for file in served.data.rglob("devices/anna.json"):
            file.unlink()
        context.set_offline(False)
        sign_in(page, served, "ben")
        expect(page.locator("#waiting")).to_be_empty()
        assert TITLE not in page.evaluate(KEPT_TEXTS)
        page = opened(context, served)
        page.goto(f"{served.url}/offline")
        expect(page.locator("#queue-none")).to_be_visible()
        assert page.locator("#queue li").count() == 0
        [act] = queued(page)
        context.set_offline(True)
        page.goto(f"{served.url}/paper/{PAPER}")
        assert TITLE not in page.content()
        context.set_offline(False)

        context.clear_cookies()
        sign_in(page, served, "anna")
        wait_for(page, f"async () => ({QUEUE})().then((all) => all.length === 0)")
        assert act["library"].endswith(".anna")
        shown = page.goto(f"{served.url}/paper/{paper}")
        assert shown
        assert 'data-state="skip"' in shown.text()


def test_what_is_done_on_an_open_page_waits_while_another_reader_is_signed_in(
    visitor: Visitor, readers: Path
) -> None:
    visitor.may_fail = {401, 403, 404}
    with lab(readers) as served:
        context = visitor.context(size=PORTRAIT)
        page = context.new_page()
        sign_in(page, served, "anna")
        other = context.new_page()
        context.clear_cookies()
        sign_in(other, served, "ben")
        paper = buttons(page)[0]
        press(page, paper, "skip")
        expect(page.locator("#notice")).to_have_text(
            "Saved on this device. Sign in again to send it."
        )
        [act] = queued(other)
        assert act["library"].endswith(".anna")
        context.clear_cookies()
        sign_in(other, served, "anna")
        wait_for(other, f"async () => ({QUEUE})().then((all) => all.length === 0)")
        shown = other.goto(f"{served.url}/paper/{paper}")
        assert shown
        assert 'data-state="skip"' in shown.text()


def test_a_page_of_another_reader_clears_what_was_kept_without_a_sign_out(
    visitor: Visitor, readers: Path
) -> None:
    visitor.may_fail = {401, 404}
    with lab(readers) as served:
        other = visitor.context(size=PORTRAIT)
        page = other.new_page()
        sign_in(page, served, "ben")
        theirs = [(one.get("name", ""), one.get("value", "")) for one in other.cookies()]
        context = visitor.context(size=PORTRAIT)
        sign_in(context.new_page(), served, "anna")
        page = opened(context, served)
        page.goto(f"{served.url}/paper/{PAPER}")
        page.goto(f"{served.url}/")
        context.add_cookies(
            [{"name": name, "value": value, "url": served.url} for name, value in theirs]
        )
        page.goto(f"{served.url}/papers")
        wait_for(page, f"async () => !(await ({KEPT_TEXTS})()).includes({json.dumps(TITLE)})")
        page.goto(f"{served.url}/paper/{PAPER}")
        assert TITLE not in page.content()


def test_behind_a_proxy_a_device_keeps_no_page(visitor: Visitor, readers: Path) -> None:
    with lab(readers, "--user-header", "X-Remote-User", "--proxy", "127.0.0.1") as served:
        context = visitor.context(size=PORTRAIT)
        context.set_extra_http_headers({"X-Remote-User": "anna"})
        page = context.new_page()
        page.goto(f"{served.url}/paper/{PAPER}")
        assert TITLE in page.content()
        page.goto(f"{served.url}/offline")
        expect(page.locator("[data-case=proxy]")).to_be_visible()
        expect(page.locator("[data-case=on]")).to_be_hidden()
        page.wait_for_load_state("networkidle")
        assert (
            page.evaluate("async () => (await navigator.serviceWorker.getRegistrations()).length")
            == 0
        )
        assert "pages" not in page.evaluate("() => caches.keys()")
