"""Use a page as people do: by fingers on glass, or by keys alone.

Neither touches a mouse, and neither asks a script of the page for anything.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

from tests.web.browser.playing import Locator, Page, expect

if TYPE_CHECKING:
    from playwright.sync_api import Route

MOST_TABS = 250
"""Whoever has to press Tab more often does not arrive."""

_IS_HERE = "e => e === document.activeElement"


class Hands(Protocol):
    """The actions that a test can do by touch or by keyboard."""

    page: Page

    def press(self, target: Locator) -> None:
        """Press a link or a button."""

    def write(self, field: Locator, text: str) -> None:
        """Write a text at the end of a field."""

    def clear(self, field: Locator) -> None:
        """Clear a field."""

    def decide(self, kind: str) -> None:
        """Pick or skip the paper that triage shows."""

    def undo(self) -> None:
        """Undo the last decision of triage."""


def follow(hands: Hands, link: Locator) -> None:
    """Press a link, and wait until the page that it leads to has its scripts."""
    with hands.page.expect_navigation():
        hands.press(link)


def hold(page: Page, script: str) -> Callable[[], None]:
    """Keep a script from a page; returns a function that lets it come, once it was asked for."""
    pending: list[Route] = []
    page.route(f"**/{script}*", lambda route: pending.append(route))

    def let_go() -> None:
        while not pending:
            page.wait_for_timeout(20)
        pending[0].continue_()

    return let_go


class Fingers:
    """A finger on a touch screen; text comes from the on-screen keyboard."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def press(self, target: Locator) -> None:
        target.tap()

    def write(self, field: Locator, text: str) -> None:
        field.tap()
        self.page.keyboard.press("Control+End")
        self.page.keyboard.insert_text(text)

    def clear(self, field: Locator) -> None:
        field.tap()
        self.page.keyboard.press("Control+A")
        self.page.keyboard.press("Delete")

    def decide(self, kind: str) -> None:
        self.swipe(self.page.locator(".sheet:not([hidden])"), 1 if kind == "pick" else -1)

    def undo(self) -> None:
        self.page.locator("#undo button").tap()

    def swipe(self, target: Locator, side: int) -> None:
        """Draw a finger across something: 1 to the right, -1 to the left."""
        box = target.bounding_box()
        assert box is not None
        y = box["y"] + min(box["height"] / 2, 200)
        middle, reach = box["x"] + box["width"] / 2, box["width"] * 0.4
        fingers = self.page.context.new_cdp_session(self.page)
        for n in range(9):
            x = middle + side * reach * (n / 4 - 1)
            kind = "touchMove" if n else "touchStart"
            fingers.send(
                "Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y}]}
            )
            self.page.wait_for_timeout(15)
        # A finger that leaves while it moves throws the page: the next tap only stops it.
        self.page.wait_for_timeout(150)
        fingers.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
        fingers.detach()


class Keys:
    """Only a keyboard."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def reach(self, target: Locator) -> None:
        """Press Tab until something has the focus; it must be seen then."""
        for _ in range(MOST_TABS):
            if target.evaluate(_IS_HERE):
                expect(target).to_be_in_viewport()
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"no number of tabs leads to {target}")

    def press(self, target: Locator) -> None:
        expect(target).to_be_visible()
        self.reach(target)
        self.page.keyboard.press("Enter")

    def write(self, field: Locator, text: str) -> None:
        self.reach(field)
        self.page.keyboard.press("Control+End")
        self.page.keyboard.insert_text(text)

    def clear(self, field: Locator) -> None:
        self.reach(field)
        self.page.keyboard.press("Control+A")
        self.page.keyboard.press("Delete")

    def decide(self, kind: str) -> None:
        self.page.keyboard.press({"pick": "p", "skip": "s"}[kind])

    def undo(self) -> None:
        self.page.keyboard.press("u")
