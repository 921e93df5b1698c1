"""Measure the server's CPU for every kind of page but those of a PDF, which `reading` measures.

Each page is asked for several times, after one that does not count; the least is the figure,
which says what the program needs, not what else ran. Pages may be remembered between.
"""

from __future__ import annotations

import statistics
from collections.abc import Iterator
from urllib.parse import quote

from tests.benchmarks.frame import Options, Result
from tests.benchmarks.web.asking import Client, cpu_s
from tests.benchmarks.web.house import House, Plan, house, plan_of

BAR_MS = 50.0
TIMES = 5
LISTS = (
    *("/", "/triage", "/papers", "/papers?sort=title", "/topics", "/queue", "/queue?sort=talk"),
    *("/search", "/search?q=state:candidate", "/recall", "/week", "/stats", "/day", "/share"),
    *("/sources", "/work", "/offline", "/trash", "/more", "/mute", "/topics/speech/translation"),
    *("/enter", "/door", "/trust", "/waiting", "/add", "/add?url=https://arxiv.org/abs/2611.99998"),
    *("/palette.json?q=speech", "/device.json", "/offline.json", "/manifest.webmanifest"),
    "/worker.js",
)
ABOUT = (
    *("/paper/{}", "/note/{}", "/note/{}/history", "/note/{}/beside", "/paper/{}/changes"),
    *("/wrong?id={}", "/share?id={}", "/share/file?id={}"),
)
"""Pages of one paper. A search by words has a bar of its own (`server`)."""
NOTED = ("/paper/{}", "/note/{}", "/note/{}/diff")
"""Pages of a paper with a note."""

NO_ROW = {
    "/paper/{id:path}/changes/decided": "fits models, for seconds, and says so before",
    "/paper/{id:path}/page.png": "a file as it is",
    "/paper/{id:path}/figure.png": "a file as it is",
    "/trust/asayomi.cer": "a file as it is; there is none without TLS",
    "/pdf/{id:path}": "a file as it is",
    "/pdf/{id:path}/html/{name}": "a file as it is",
    "/pdf/{id:path}/page": "leads on to a page",
    "/pdf/{id:path}/page/{n:int}/part.png": "drawn as a page is, less of it",
    "/pdf/{id:path}/reference/{k:int}": "of the cited paper what its own page has, less of it",
    "/work/events": "a stream without an end",
}
"""Routes that are not measured, here or in `reading`, and why."""


def measure(options: Options, plan: Plan | None = None) -> list[Result]:
    """Give every figure of this subject. Raises DataMissing where there are no papers."""
    plan = plan or plan_of(options)
    with house(options, plan.size, n=TIMES + 1) as found:
        return list(_all(found))


def _all(found: House) -> Iterator[Result]:
    client = Client(found.serving.port)
    for page, ids, kind in (
        *((page, found.ids, "") for page in (*LISTS, *ABOUT)),
        *((page, found.noted, " with a note") for page in NOTED),
    ):
        # Of one paper's pages each is another paper's: what is remembered of one helps none.
        paths = [page.format(quote(id_)) for id_ in ids[: TIMES + 1]]
        spent = [cost for path in paths if (cost := _cost_ms(found, client, path)) is not None]
        if len(spent) < len(paths):
            yield Result(
                f"{page}{kind}: pages that were not answered", len(paths) - len(spent), "", bar=0
            )
            continue
        yield Result(
            f"{page}{kind}, {found.of}: CPU of the server",
            min(spent[1:]),
            "ms",
            bar=BAR_MS,
            median=statistics.median(spent[1:]),
            note=f"least of {TIMES}; the first {spent[0]:.0f} ms",
        )
    client.close()


def _cost_ms(found: House, client: Client, path: str) -> float | None:
    began = cpu_s(found.serving.pid)
    answer = client.get(path)
    return (cpu_s(found.serving.pid) - began) * 1000 if answer.status == 200 else None
