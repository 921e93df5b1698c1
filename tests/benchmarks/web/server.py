"""Measure how long the server takes over today's page and a search, and its memory at rest.

The time is what a client on the same machine waits for the whole page, over a connection
that is kept: a little more than the server's own.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from urllib.parse import quote

from tests.benchmarks.frame import Options, Result
from tests.benchmarks.web.asking import Answered, Client, cpu_s, memory_mb, p95
from tests.benchmarks.web.house import House, Plan, house, plan_of

TODAY_BAR_MS = 50.0
SEARCH_BAR_MS = 150.0
REST_BAR_MB = 150.0
WARM_UP = 5
MODEL_S = 120.0


def measure(options: Options, plan: Plan | None = None) -> list[Result]:
    """Give every figure of this subject. Raises DataMissing where there are no papers."""
    plan = plan or plan_of(options)
    n = plan.requests
    with house(options, plan.size, n=n) as found:
        client = Client(found.serving.port)
        today = _timed(found, "today", client, ["/"] * n, bar=TODAY_BAR_MS)
        rest = _memory(found)
        anew = _timed(
            found,
            "today after each decision",
            client,
            ["/"] * (n // 2),
            bar=TODAY_BAR_MS,
            before=lambda i: decided(client, found.ids[i]),
        )
        rest_ids = found.ids[n // 2 :]
        week = _timed(
            found,
            "the week after each decision",
            client,
            ["/week"] * (n // 4),
            bar=TODAY_BAR_MS,
            before=lambda i: decided(client, rest_ids[i]),
        )
        changes = _timed(
            found,
            "a paper's changes after each decision",
            client,
            [f"/paper/{id_}/changes" for id_ in found.ids[: n // 4]],
            bar=TODAY_BAR_MS,
            before=lambda i: decided(client, rest_ids[n // 4 + i]),
        )
        paper = _timed(found, "a paper", client, [f"/paper/{id_}" for id_ in found.ids[: n // 2]])
        asked_for = [f"/search?q={quote(query)}" for query in found.queries]
        until_warm(client, asked_for[0])
        search = _timed(found, "a warm search", client, asked_for, bar=SEARCH_BAR_MS)
        warm, _ = memory_mb(found.serving.pid)
        client.close()
    note = "PSS; the mapped files too"
    loaded = Result(f"server with the model, {found.of}", warm, "MB", note=note)
    return [today, anew, week, changes, paper, search, rest, loaded]


def _timed(
    found: House,
    what: str,
    client: Client,
    paths: Sequence[str],
    *,
    bar: float | None = None,
    before: Callable[[int], object] = int,
) -> Result:
    """Ask for each page in turn, after some that do not count.

    before: done before each, and no part of the figure.
    """
    for path in paths[:WARM_UP]:
        checked(client.get, path)
    whole, spent = [], []
    for n, path in enumerate(paths):
        before(n)
        began = cpu_s(found.serving.pid)
        whole.append(checked(client.get, path).whole_s * 1000)
        spent.append((cpu_s(found.serving.pid) - began) * 1000)
    return Result(
        f"{what}, {found.of}: p95 of the server's time",
        p95(whole),
        "ms",
        bar=bar,
        median=statistics.median(whole),
        note=f"{len(whole)} requests; CPU p95 {p95(spent):.0f} ms",
    )


def _memory(found: House) -> Result:
    pss, rss = memory_mb(found.serving.pid)
    name = f"server at rest without the model, {found.of}"
    return Result(name, pss, "MB", bar=REST_BAR_MB, note=f"PSS; RSS {rss:.0f} MB")


def decided(client: Client, id_: str) -> None:
    """Skip a paper, so that nothing kept of today's page is right any more."""
    answer = client.post("/decide", id=id_, kind="skip", seen="candidate")
    if answer.status != 200:
        raise AssertionError(f"skip {id_}: {answer.status}: {answer.body[:300]!r}")


def until_warm(client: Client, path: str) -> None:
    """Ask until the model is in memory: before that a search answers by words alone."""
    end = time.monotonic() + MODEL_S
    while b'id="is-waiting"' in checked(client.get, path).body:
        if time.monotonic() > end:
            raise AssertionError(f"the model is not loaded after {MODEL_S} s")
        time.sleep(0.5)


def checked(ask: Callable[[str], Answered], path: str) -> Answered:
    """Ask, and let nothing pass that is not the page: its time would mean nothing."""
    answer = ask(path)
    if answer.status != 200:
        raise AssertionError(f"{path}: {answer.status}: {answer.body[:300]!r}")
    return answer
