"""Test a morning in WebKit, in Japanese, whose second half has no network.

WebKitGTK knows no touch on its screen, but takes pointer actions of that kind. What an iPad does
otherwise is not tried.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from reader.web.render import asset
from tests.web.browser.test_marking import PRESSED
from tests.web.browser.test_morning import DECISIONS, MARKS, NOTES
from tests.web.browser.test_offline import GRADES, PDF_KEPT, QUEUE, rows
from tests.web.browser.webkit import CRASHES, Webkit
from tests.web.serving import Serving
from tests.web.world import EARLIER, NOW

pytestmark = pytest.mark.flaky(reruns=3, only_rerun=CRASHES)

_MIDDLE = """
    const one = document.querySelector(arguments[0]);
    one.scrollIntoView({ block: "center", behavior: "instant" });
    const box = one.getBoundingClientRect();
    return [Math.round(box.x + box.width / 2), Math.round(box.y + box.height / 2)];
"""
_SHOWN = "document.querySelector('.sheet:not([hidden])')?.dataset.id"
_AFTER_A_DOUBLE_TAP = """
    const { DOUBLE_MS } = await import(arguments[0]);
    await new Promise((done) => setTimeout(done, DOUBLE_MS));
"""
_WORDS = "切れ目のない話を訳す。"


def tap(webkit: Webkit, selector: str) -> None:
    """Touch the middle of an element, once it is visible."""
    from selenium.webdriver.common.actions.action_builder import ActionBuilder
    from selenium.webdriver.common.actions.pointer_input import PointerInput

    webkit.wait_for("return document.querySelector(arguments[0])?.checkVisibility()", selector)
    x, y = webkit.run(_MIDDLE, selector)
    actions: Any = ActionBuilder(webkit.driver, mouse=PointerInput("touch", "finger"))  # type: ignore[no-untyped-call]
    actions.pointer_action.move_to_location(x, y).pointer_down().pointer_up()
    actions.perform()


def decide(webkit: Webkit, kind: str) -> str:
    """Decide about the paper that triage shows, not as fast as a double tap; returns it."""
    id_ = str(webkit.wait_for(f"return {_SHOWN}"))
    webkit.run(_AFTER_A_DOUBLE_TAP, asset("reader.js"))
    tap(webkit, f"button[name=kind][value={kind}]")
    webkit.wait_for(f"return {_SHOWN} !== arguments[0]", id_)
    return id_


def mark(webkit: Webkit, word: str, what: str) -> None:
    """Mark a word of the PDF's first page; what: the button that does it."""
    webkit.wait_for("return document.querySelector('#page-1 .words span') !== null")
    n = webkit.run("return document.querySelectorAll('#page-1 .marks button').length")
    webkit.run(f"({PRESSED})(arguments[0])", word)
    tap(webkit, f"#mark-bar {what}")
    n_marks = "return document.querySelectorAll('#page-1 .marks button').length === arguments[0]"
    webkit.wait_for(n_marks, n + 1)


def queued(webkit: Webkit, n: int) -> list[dict[str, Any]]:
    """Wait until at least so many acts wait to be sent; returns all."""
    at_least = f"const all = await ({QUEUE})(); return all.length >= arguments[0] ? all : null"
    found: list[dict[str, Any]] = webkit.wait_for(at_least, n)
    return found


def test_a_morning_ends_without_a_network(webkit: Webkit, library: Path) -> None:
    with Serving(library, NOW) as served:
        webkit.go(f"{served.url}/more")
        webkit.speak("ja")
        webkit.go(f"{served.url}/triage")
        picked = decide(webkit, "pick")
        skipped = decide(webkit, "skip")
        webkit.go(f"{served.url}/work")
        tap(webkit, "button[name=kind][value=gather]")
        webkit.wait_for("return document.querySelector('#work a.main[href=\"/\"]')")
        webkit.go(f"{served.url}/pdf/{picked}/read")
        mark(webkit, "detector", "[data-colour='#2ea8e5']")
        # The server has given it a number.
        webkit.wait_for("return !document.querySelector('#page-1 .marks [data-mark^=asayomi]')")
        webkit.go(served.url)
        assert webkit.run(f"return ({PDF_KEPT})(arguments[0])", [picked, True])
        served.kill()

        webkit.go(f"{served.url}/pdf/{picked}/read")
        webkit.wait_for(
            "return document.querySelector('#page-1 .picture .full')?.checkVisibility()"
        )
        mark(webkit, "thought", "[data-mark=underline]")
        queued(webkit, 1)
        webkit.go(f"{served.url}/note/{picked}")
        tap(webkit, ".note-field textarea")
        webkit.type(".note-field textarea", _WORDS)
        tap(webkit, "#note button.main")
        queued(webkit, 2)
        webkit.go(f"{served.url}/recall")
        card = webkit.run("return document.querySelector('.recall:not([hidden])').dataset.paper")
        tap(webkit, ".recall:not([hidden]) summary")
        tap(webkit, ".recall:not([hidden]) button[value='3']")
        webkit.wait_for("return !document.getElementById('undo-grade').hidden")
        found = "return document.querySelector(`#found a[href$='${arguments[0]}']`) !== null"
        for query, address in (("静かな部屋", EARLIER[1]), ("切れ目のない話", picked)):
            webkit.go(f"{served.url}/search?q={query}")
            webkit.wait_for(found, address)
        webkit.go(f"{served.url}/week")
        named = "return document.querySelector('[role=alert]')?.textContent.includes(': 週。')"
        webkit.wait_for(named)
        webkit.go(f"{served.url}/triage")
        decided = [(decide(webkit, "pick"), "pick"), (decide(webkit, "skip"), "skip")]
        waiting = queued(webkit, 5)
        assert [one["address"].partition("/")[2].split("/")[0] for one in waiting] == [
            "pdf",
            "note",
            "recall",
            "decide",
            "decide",
        ]

        served.start()
        webkit.go(served.url)
        webkit.wait_for(f"return ({QUEUE})().then((all) => all.length === 0)")
        assert rows(served, DECISIONS) == [(picked, "pick"), (skipped, "skip"), *decided]
        assert rows(served, GRADES) == [(card, 3, 0)]
        assert rows(served, MARKS) == [("highlight", "detector", 2), ("underline", "thought", 2)]
        assert rows(served, NOTES.format(id=picked)) == [(f"## 課題\n{_WORDS}",)]
        assert {one["act"] for one in waiting} <= {
            act for (act,) in rows(served, "SELECT act FROM arrivals")
        }
