"""Test a morning in Firefox: decisions, undo, offline, no console errors."""

from __future__ import annotations

import re
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from reader.library.folder import Library, find_paper, open_library
from reader.morning.pick import decide
from tests.web.browser.firefox import Firefox, firefox_path, opened
from tests.web.browser.pages import ADDRESSES, PAPER
from tests.web.browser.webkit import Webkit
from tests.web.serving import Serving
from tests.web.world import NOW

SIZE = (820, 1180)
MODULES_FROM = 147
"""The first version whose service workers take modules; earlier ones keep no pages."""

STATE = "return document.querySelector('.deciding')?.dataset.state === arguments[0]"
WAITING = "return document.getElementById('waiting').textContent.startsWith(arguments[0])"
IN_QUEUE = "[...document.querySelectorAll('.picks [formaction=\"/later\"]')].map((b) => b.value)"
KEPT = """for (const name of ["/offline.json", "/", "/triage"]) {
  if (!await caches.match(name)) return false;
}
return Boolean(navigator.serviceWorker.controller);"""


@pytest.fixture
def firefox(tmp_path: Path) -> Iterator[Firefox]:
    path = firefox_path()
    if path is None:
        pytest.skip("Firefox is not installed (apt install firefox-esr)")
    with opened(path, tmp_path / "profile", size=SIZE) as found:
        yield found


def faults(firefox: Firefox) -> list[str]:
    """List the console errors of the server's pages."""
    # Said of what a page still asked for when it was left, as its icon.
    left = re.compile("Failed to load.* A ServiceWorker intercepted|.*interrupted while the page")
    return [text for text in firefox.errors() if not left.match(text)]


def assert_decided(served: Serving, *expected: str) -> None:
    """Wait until these decisions of today are on the disk: a page shows them first."""
    end = time.monotonic() + 60
    while (found := kinds(served)) != list(expected) and time.monotonic() < end:
        time.sleep(0.1)
    assert found == list(expected)


def kinds(served: Serving) -> list[str]:
    """List what was decided today, oldest first."""
    with open_library(served.folder) as library:
        rows = library.db.read(
            "SELECT kind FROM decisions WHERE on_date = (SELECT max(on_date) FROM decisions)"
            " ORDER BY id"
        )
    return [row["kind"] for row in rows]


def version() -> int:
    """Return Firefox's main version."""
    command = [str(firefox_path()), "--version"]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    found = re.search(r"(\d+)\.", told)
    assert found, told
    return int(found[1])


def test_a_paper_is_picked_and_taken_back_also_without_a_network(
    firefox: Firefox, served: Serving
) -> None:
    if version() < MODULES_FROM:
        pytest.skip("this Firefox's service workers take no modules")
    decide_also_without_a_network(firefox, served)
    assert faults(firefox) == []


def decide_also_without_a_network(browser: Firefox | Webkit, served: Serving) -> None:
    """Pick a paper, take that back, and skip another one while there is no server."""
    browser.go(served.url)
    assert browser.run(STATE, "candidate")
    browser.press(".deciding button[value=pick]")
    browser.wait_for(STATE, "pick")
    time.sleep(0.7)  # sooner it is the second half of a double tap
    browser.press(".deciding .undo")
    browser.wait_for(STATE, "candidate")
    assert_decided(served, "pick", "undo")

    browser.wait_for(KEPT)
    served.kill()
    # Another one: the server's clock stands still, so what is decided offline seems older.
    first = browser.run("return document.querySelector('.deciding').dataset.paper")
    other = f".deciding:not([data-paper='{first}'])"
    browser.go(served.url)  # what the worker kept
    browser.press(f"{other}[data-state=candidate] button[value=skip]")
    browser.wait_for(f"return document.querySelector(`{other}[data-state=skip]`) !== null")
    browser.wait_for(WAITING, "1 change waits")
    served.start()
    browser.wait_for("return document.getElementById('waiting').textContent === ''")
    assert_decided(served, "pick", "undo", "skip")


def test_each_button_of_the_queue_is_for_its_own_paper(firefox: Firefox, served: Serving) -> None:
    drop_one_and_put_another_off(firefox, served)
    assert faults(firefox) == []


def drop_one_and_put_another_off(browser: Firefox | Webkit, served: Serving) -> None:
    """Of three papers in the queue, drop the second one and put the third one off."""
    with open_library(served.folder, now=lambda: NOW) as library:
        first, second, third = several = undecided(library)[:3]
        decide(library, "pick", several)
    shown = f"return ({IN_QUEUE}).join(' ') === arguments[0]"
    browser.go(f"{served.url}/queue")
    browser.wait_for(shown, f"{first} {second} {third}")
    browser.press(f"button[value='{second}']:not([formaction])")
    browser.wait_for(shown, f"{first} {third}")
    browser.press(f"button[value='{third}'][formaction='/later']")
    browser.wait_for(shown, first)
    with open_library(served.folder) as library:
        assert [find_paper(library, id_).state for id_ in several] == ["pick", "skip", "pick"]


def test_small_pages_are_drawn_while_they_are_shown(firefox: Firefox, served: Serving) -> None:
    open_and_close_the_small_pages(firefox, served)
    assert faults(firefox) == []


def open_and_close_the_small_pages(browser: Firefox | Webkit, served: Serving) -> None:
    drawn = "return document.querySelectorAll('#thumbs canvas').length === arguments[0]"
    browser.go(f"{served.url}/pdf/{PAPER}/read")
    browser.wait_for("return document.querySelector('.picture .full') !== null")
    browser.run("document.querySelector('[data-do=thumbs]').click()")
    n = browser.wait_for("return document.querySelectorAll('#thumbs a').length")
    browser.wait_for(drawn, n)
    box = (
        "const { width, height } = document.querySelector('#thumbs canvas').getBoundingClientRect()"
    )
    assert browser.run(f"{box}; return width > 50 && height > width")
    browser.run("document.querySelector('#side [data-do=close]').click()")
    browser.wait_for(drawn, 0)
    browser.run("document.querySelector('[data-do=thumbs]').click()")
    browser.wait_for(drawn, n)


def undecided(library: Library) -> list[str]:
    """List the ids of papers without a decision, in the order of their rows."""
    rows = library.db.read(
        "SELECT canonical FROM papers WHERE id NOT IN (SELECT paper FROM decisions) ORDER BY id"
    )
    return [row["canonical"] for row in rows]


def test_pages_cause_no_console_error_or_policy_violation(
    firefox: Firefox, served: Serving
) -> None:
    """Firefox once refused prefetched pages of a PDF by `default-src`."""
    for address in ADDRESSES:
        firefox.go(served.url + address)
        assert faults(firefox) == [], address
    # The last one is the answer for a paper that is not here.
    assert firefox.run("return document.title") == "Not found"


def test_these_tests_notice_a_console_error(firefox: Firefox, served: Serving) -> None:
    firefox.go(served.url)
    firefox.run(
        "const made = document.createElement('script');"
        "made.src = 'data:text/javascript,0'; document.head.append(made);"
    )
    end = time.monotonic() + 60
    while not any("script-src" in text for text in faults(firefox)):
        assert time.monotonic() < end
        time.sleep(0.1)
