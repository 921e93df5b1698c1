"""`reader sources`: can today's list be trusted?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, tzinfo

import click

from reader.cli import build, output, screen
from reader.cli.frame import ReaderCommand
from reader.library.trust import Report, reports
from reader.paper import Batch
from reader.phrases import say
from reader.plain import plain, shorten


@click.command("sources", cls=ReaderCommand, help=say("help.sources"))
@click.option("--json", "as_json", is_flag=True, help=say("option.json"))
@click.pass_context
def sources_command(context: click.Context, as_json: bool) -> int:
    """Show each source; 5 when something is missing from today's list."""
    with build.opened(context) as library:
        zone = library.config.timezone
        found = reports(library)
    missing = [report for report in found if report.line.is_missing]
    if as_json:
        for report in found:
            output.put_json(output.report_json(report))
        return 5 if missing else 0
    key = "sources.some" if missing else "sources.all"
    output.put(click.style(say(key, n=len(missing), of=len(found)), bold=True))
    width = screen.width_of_terminal()
    for report in found:
        for line in _lines(report, zone, width):
            output.put(line)
    return 5 if missing else 0


def _lines(report: Report, zone: tzinfo, width: int) -> Iterator[str]:
    mark = "!" if report.line.is_missing else " "
    head = f"{mark} {plain(report.name)}"
    yield click.style(shorten(head, width), bold=True, fg="red" if report.line.is_missing else None)
    facts = [say(f"state.{report.line.state.replace(' ', '_')}")]
    if report.newest and report.newest.state not in ("failed", "not asked"):
        facts.append(_counted(report.newest))
    facts.append(say("sources.success", at=_when(report.succeeded_at, zone)))
    if report.tried_on != "real bytes":
        facts.append(say("sources.untried"))
    if report.n_errors:
        facts.append(say("sources.errors", n=report.n_errors))
    if report.retry_at:
        facts.append(say("sources.retry", at=_when(report.retry_at, zone)))
    yield from screen.wrap(plain(" · ".join(facts)), width, "    ")
    if len(report.by_category) > 1:
        counts = (
            (b.category, "?" if b.expected is None else b.expected, b.received)
            for b in report.by_category
        )
        text = say("list").join(
            say("sources.category", name=name, n=n, of=of) for name, of, n in counts
        )
        yield from screen.wrap(plain(text), width, "    ")
    if report.error:
        yield from screen.wrap(plain(f"{report.error} {report.hint}"), width, "    ")


def _counted(batch: Batch) -> str:
    if batch.expected is None:
        return say("sources.counted", n=batch.received, day=batch.covers)
    return say("sources.counted_of", n=batch.received, of=batch.expected, day=batch.covers)


def _when(moment: datetime | None, zone: tzinfo) -> str:
    return say("sources.never") if moment is None else f"{moment.astimezone(zone):%Y-%m-%d %H:%M}"
