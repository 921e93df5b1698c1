"""No kind of page is forgotten by the tests that look at all: axe, hostile texts, each browser."""

from __future__ import annotations

from reader.web.pages import ROUTES
from tests.web.browser.pages import ADDRESSES, NOT_LOOKED_AT, PLAIN_ROUTES, route_of


def test_every_route_is_looked_at_or_is_no_page() -> None:
    looked_at = {route_of(address) for address in ADDRESSES}
    routes = {route.path for route in PLAIN_ROUTES if "GET" in (route.methods or ())}
    assert len(PLAIN_ROUTES) == len(ROUTES)
    assert looked_at & set(NOT_LOOKED_AT) == set()
    assert routes == looked_at | set(NOT_LOOKED_AT)
