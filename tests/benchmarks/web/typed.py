"""Measure whether typing in a note is smooth: the frames of Chromium that took over 50 ms.

Ten characters a second into a field of a note that is long already; meanwhile its draft is
saved, and its sentences are checked and put beside their lines.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.benchmarks.frame import Options, Result
from tests.benchmarks.web.house import Plan, house, plan_of
from tests.benchmarks.web.paint import chromium_browser, new_page

if TYPE_CHECKING:
    from playwright.sync_api import CDPSession

DELAY_MS = 100.0
WORDS = "It waits for the verb. Whoever listens does not wait.\n\nSo do I."
LONG = "Nobody waits for a verb that never comes, and so nobody hears it. " * 90

_WATCH = """() => {
  window.frames_ms = []; window.slow_ms = [];
  new PerformanceObserver(list => {
    for (const entry of list.getEntries()) window.slow_ms.push(entry.duration);
  }).observe({type: "long-animation-frame"});
  let last = performance.now();
  const next = now => {
    window.frames_ms.push(now - last);
    last = now;
    requestAnimationFrame(next);
  };
  requestAnimationFrame(next);
}"""


def measure(options: Options, plan: Plan | None = None) -> list[Result]:
    """Give every figure of this subject. Raises DataMissing without papers or Chromium."""
    plan = plan or plan_of(options)
    with (
        chromium_browser() as browser,
        house(options, plan.size, n=1) as found,
        new_page(browser) as page,
    ):
        page.goto(f"{found.serving.url}/note/{found.ids[0]}", timeout=60_000)
        first, *_rest, last = page.locator(".note-field textarea").all()
        first.fill(LONG)
        last.click()
        page.wait_for_load_state("networkidle")
        page.evaluate(_WATCH)
        meter = page.context.new_cdp_session(page)
        meter.send("Performance.enable", {"timeDomain": "threadTicks"})
        before = _task_s(meter)
        with page.expect_response("**/check"):
            page.keyboard.type(WORDS, delay=DELAY_MS)
        page.wait_for_load_state("networkidle")
        spent_s = _task_s(meter) - before
        slow, frames = page.evaluate("[slow_ms, frames_ms]")
    longest = max(slow, default=max(frames))
    name = f"typing {len(WORDS)} characters in a note of {len(LONG)}"
    return [
        Result(
            f"{name}: frames over 50 ms",
            len(slow),
            "",
            bar=0,
            note=f"of {len(frames)}, the longest {longest:.0f} ms; drafts and checks meanwhile",
        ),
        # On a busy machine frames are late whatever the page does; this is what it does.
        Result(f"{name}: CPU of the page for each", 1000 * spent_s / len(WORDS), "ms"),
    ]


def _task_s(meter: CDPSession) -> float:
    """Give the CPU seconds that the page's main thread has used."""
    metrics = meter.send("Performance.getMetrics")["metrics"]
    return next(float(one["value"]) for one in metrics if one["name"] == "TaskDuration")
