"""Measure what a browser sees: first byte, first paint, the whole page, and what pages weigh.

Chromium without a cache, at the size of a phone. Weight is what came over the wire but
pictures: page, styles, scripts.
"""

from __future__ import annotations

import statistics
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING
from urllib.parse import quote

from tests.benchmarks.frame import DataMissing, Options, Result
from tests.benchmarks.web.house import House, Plan, house, plan_of
from tests.web.chromium import NO_SANDBOX, chromium

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, Request, ViewportSize

WEIGHT_BAR_KB = 150.0
SIZE: ViewportSize = {"width": 390, "height": 844}

_TIMES = """() => new Promise(done => {
  const found = {};
  new PerformanceObserver(list => { found.largest = list.getEntries().at(-1).startTime; })
    .observe({type: "largest-contentful-paint", buffered: true});
  new PerformanceObserver(list => {
    for (const e of list.getEntries()) found[e.name] = e.startTime;
  }).observe({type: "paint", buffered: true});
  const until = performance.now() + 2000;
  const look = () => {
    const [page] = performance.getEntriesByType("navigation");
    if ((found["first-contentful-paint"] && found.largest && page.loadEventEnd)
        || performance.now() > until)
      done({first_byte: page.responseStart, paint: found["first-contentful-paint"] || 0,
            whole: Math.max(found.largest || 0, page.loadEventEnd)});
    else setTimeout(look, 10);
  };
  look();
})"""


def measure(options: Options, plan: Plan | None = None) -> list[Result]:
    """Give every figure of this subject. Raises DataMissing without papers or Chromium."""
    plan = plan or plan_of(options)
    n = plan.paints
    with chromium_browser() as browser, house(options, plan.size, n=n + 1) as found:
        searches = [f"/search?q={quote(query)}" for query in found.queries]
        results = [
            *_painted(found, browser, "today", ["/"] * (n + 1)),
            *_painted(found, browser, "a search", searches[: n + 1]),
        ]
        return [*results, *_weights(found, browser, ["/", searches[0], f"/paper/{found.ids[0]}"])]


@contextmanager
def chromium_browser() -> Iterator[Browser]:
    try:
        from playwright.sync_api import sync_playwright
    except ImportError as error:
        raise DataMissing("playwright is not installed") from error
    path = chromium()
    if path is None:
        raise DataMissing("chromium is not installed")
    with sync_playwright() as playing:
        browser = playing.chromium.launch(executable_path=path, args=[NO_SANDBOX])
        yield browser
        browser.close()


@contextmanager
def new_page(browser: Browser) -> Iterator[Page]:
    """Open a page with nothing kept from before."""
    context = browser.new_context(viewport=SIZE, service_workers="block")
    try:
        yield context.new_page()
    finally:
        context.close()


def _painted(found: House, browser: Browser, what: str, paths: Sequence[str]) -> Iterator[Result]:
    """Load pages, the first of which does not count: the model comes with it."""
    times: list[dict[str, float]] = []
    for path in paths:
        with new_page(browser) as page:
            page.goto(found.serving.url + path, wait_until="load", timeout=60_000)
            times.append(page.evaluate(_TIMES))
    for key, words in (
        ("first_byte", "first byte"),
        ("paint", "first paint"),
        ("whole", "all of it painted and loaded"),
    ):
        several = [each[key] for each in times[1:]]
        note = f"median of {len(several)}, the slowest {max(several):.0f} ms"
        value = statistics.median(several)
        yield Result(f"{what} in Chromium, {found.of}: {words}", value, "ms", note=note)


def _weights(found: House, browser: Browser, known: Sequence[str]) -> list[Result]:
    """Weigh the pages known, and every page of ours that they and `/more` link to."""
    weights: dict[str, float] = {}
    waiting = [*known, "/more"]
    n_first = len(waiting)
    for n, path in enumerate(waiting):
        with new_page(browser) as page:
            came = _finished(page)
            page.goto(found.serving.url + path, wait_until="load", timeout=60_000)
            weights[path] = sum(_kb(r) for r in came if r.resource_type != "image")
            if n < n_first:
                for link in page.evaluate(_LINKS):
                    if _kind(link) not in map(_kind, waiting):
                        waiting.append(link)
    heaviest = max(weights, key=lambda path: weights[path])
    listed = ", ".join(f"{_kind(path)} {kb:.0f}" for path, kb in weights.items())
    return [
        Result(
            f"the heaviest of {len(weights)} kinds of pages, {found.of}, without pictures",
            weights[heaviest],
            "kB",
            bar=WEIGHT_BAR_KB,
            note=f"{_kind(heaviest)}; {listed}",
        )
    ]


def _finished(page: Page) -> list[Request]:
    """Give the list to which every request goes that this page makes and ends."""
    found: list[Request] = []
    page.on("requestfinished", lambda request: found.append(request))
    return found


_LINKS = """() => [...document.querySelectorAll("a[href]:not([download], [target=_blank])")]
  .map(a => new URL(a.href))
  .filter(u => u.origin === location.origin && !/[.](cer|png|pdf)$/.test(u.pathname))
  .map(u => u.pathname + u.search)"""


def _kind(path: str) -> str:
    """Name what is alike: the first word of an address."""
    return "/" + path.partition("?")[0].lstrip("/").partition("/")[0]


def _kb(request: Request) -> float:
    sizes = request.sizes()
    return (sizes["responseBodySize"] + sizes["responseHeadersSize"]) / 1000
