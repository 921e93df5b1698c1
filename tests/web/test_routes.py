"""No kind of page is forgotten by the tests that look at all: axe, hostile texts, each browser."""

from __future__ import annotations

from pathlib import Path

from reader.library.rows import papers
from reader.web.pages import ROUTES
from tests.samples import DAY, paper
from tests.web.browser.pages import ADDRESSES, NOT_LOOKED_AT, PLAIN_ROUTES, route_of
from tests.web.site import parts_of, site


def test_every_route_is_looked_at_or_is_no_page() -> None:
    looked_at = {route_of(address) for address in ADDRESSES}
    routes = {route.path for route in PLAIN_ROUTES if "GET" in (route.methods or ())}
    assert len(PLAIN_ROUTES) == len(ROUTES)
    assert looked_at & set(NOT_LOOKED_AT) == set()
    assert routes == looked_at | set(NOT_LOOKED_AT)


def test_every_page_is_below_one_tab(tmp_path: Path) -> None:
    parts = parts_of(tmp_path)
    with parts.open_library() as library:
        papers.add_papers(library.db, [paper(1)], source="arXiv", on=DAY)
    plain = [route for route in map(route_of, ADDRESSES) if "{" not in route]
    asked = {"/share": "?id=arxiv:2506.00001", "/wrong": "?id=arxiv:2506.00001",
             "/day": "?on=2025-06-04"}  # fmt: skip
    with site(parts) as client:
        tabs = {
            route: client.get(route + asked.get(route, "")).text.partition("</nav>")[0]
            for route in plain
        }
    wrong = {route for route, nav in tabs.items() if nav.count("aria-current=") != 1}
    assert wrong == {"/enter"}, "which belongs to none"
