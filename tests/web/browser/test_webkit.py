"""Test the pages in WebKit, Safari's engine: decisions, undo, offline, no errors."""

from __future__ import annotations

from typing import Any

import pytest

from tests.server import Answer, Server
from tests.web.browser.conftest import LANDSCAPE, PHONE
from tests.web.browser.pages import ADDRESSES, PAPER
from tests.web.browser.test_firefox import (
    decide_also_without_a_network,
    drop_one_and_put_another_off,
    open_and_close_the_small_pages,
)
from tests.web.browser.test_marking import FOUND, SAID
from tests.web.browser.webkit import CRASHES, Webkit, sees_loading
from tests.web.serving import Serving
from tests.web.test_offline import STATIC

# The engine's own network process crashes at times when a page is left while its modules load,
# also with pages that are not ours. Nothing else is tried again.
pytestmark = pytest.mark.flaky(reruns=3, only_rerun=CRASHES)


def test_a_paper_is_picked_and_taken_back_also_without_a_network(
    webkit: Webkit, served: Serving
) -> None:
    decide_also_without_a_network(webkit, served)
    assert webkit.faults() == []


def test_each_button_of_the_queue_is_for_its_own_paper(webkit: Webkit, served: Serving) -> None:
    drop_one_and_put_another_off(webkit, served)
    assert webkit.faults() == []


def test_small_pages_are_drawn_while_they_are_shown(webkit: Webkit, served: Serving) -> None:
    open_and_close_the_small_pages(webkit, served)
    assert webkit.faults() == []


@pytest.mark.skipif(not sees_loading(), reason="this WebKit runs no script before the page's own")
@pytest.mark.parametrize("language", ["en", "ja"])
def test_pages_cause_no_error_or_policy_violation(
    webkit: Webkit, shown: Serving, language: str
) -> None:
    webkit.driver.set_window_size(*PHONE)
    webkit.go(f"{shown.url}/more")
    webkit.speak(language)
    for address in ADDRESSES:
        webkit.go(shown.url + address)
        if address.endswith("/read"):  # its scripts come after a picture; left before, they fail
            webkit.wait_for("return Boolean(document.querySelector('.words'))")
        assert webkit.run("return innerWidth") == PHONE[0]
        assert webkit.run("return document.documentElement.lang") == language
    # The last one is the answer for a paper that is not here.
    assert webkit.faults() == []


def test_words_are_selected_by_a_pointer_and_marked(webkit: Webkit, served: Serving) -> None:
    """Its driver makes a mouse of every pointer, and completes no drag."""
    from selenium.webdriver.common.actions.action_builder import ActionBuilder

    webkit.driver.set_window_size(*LANDSCAPE)
    webkit.go(f"{served.url}/pdf/{PAPER}/read")
    first = webkit.run(_UNTIL.format(f"({FOUND})('Waiting')"))
    last = webkit.run(f"return ({FOUND})('costs');")
    actions = ActionBuilder(webkit.driver)
    pointer: Any = actions.pointer_action  # selenium has no types here
    pointer.move_to_location(round(first["x"]), round(first["y"])).pointer_down()
    pointer.move_to_location(round(last["end"]) - 1, round(last["y"])).pointer_up()
    actions.perform()
    webkit.run(_UNTIL.format("!document.getElementById('mark-bar').hidden"))
    webkit.press("#mark-bar [data-colour='#2ea8e5']")
    made = f"(await (await fetch('{SAID}')).json()).marks.find((mark) => mark.name)"
    assert webkit.run(_UNTIL.format(made))["text"] == "Waiting costs"
    assert webkit.faults() == []


_UNTIL = """for (;;) {{
  const found = {};
  if (found) return found;
  await new Promise((done) => setTimeout(done, 50));
}}"""


_READS = b"""<!doctype html><script type="module">
  import { drop, kept } from "/queue.js";
  const read = () => { for (let n = 0; n < 6; n += 1) { kept(); drop(-1); } };
  read();
  setTimeout(read, 15);
  addEventListener("load", () => setTimeout(read, 5));
  globalThis.kept = kept;
</script>"""


def test_the_queue_works_after_pages_were_left_while_they_read_it(webkit: Webkit) -> None:
    """WebKit never ends a transaction that is open when its page is left."""
    with Server() as server:
        server.script("/", Answer(_READS, headers={"Content-Type": "text/html"}))
        script = (STATIC / "queue.js").read_bytes()
        server.script("/queue.js", Answer(script, headers={"Content-Type": "text/javascript"}))
        for n in range(40):
            webkit.go(server.url(f"/?{n}"))
        webkit.wait_for("return Boolean(globalThis.kept)")
        webkit.driver.set_script_timeout(10)
        assert webkit.run("return (await kept()).length") == 0


def test_these_tests_notice_an_error(webkit: Webkit, shown: Serving) -> None:
    webkit.go(shown.url)
    webkit.run(
        "const made = document.createElement('script');"
        "made.src = 'data:text/javascript,0'; document.head.append(made);"
        "setTimeout(() => { throw new Error('boo'); });"
    )
    webkit.go(f"{shown.url}/more")
    found = " ".join(webkit.faults())
    assert "policy: script-src" in found
    assert "boo" in found
