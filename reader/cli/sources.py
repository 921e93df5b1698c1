"""`reader sources`: can today's list be trusted?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import tzinfo

import click

from reader.cli import build, output, screen
from reader.cli.frame import ReaderCommand
from reader.library.seeds import missing_seeds, seed_text
from reader.library.trust import Report, categories_text, facts_of, reports
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
        seeds = missing_seeds(library)
    missing = [report for report in found if report.line.is_missing]
    if as_json:
        for report in found:
            output.put_json(output.report_json(report))
        for seed in seeds:
            # No source: what reads lines by their name and state goes on as it did.
            more = {"name": f"seed {seed.id}", "is_missing": False}
            output.put_json(more | output.seed_json(seed))
        return 5 if missing else 0
    key = "sources.some" if missing else "sources.all"
    output.put(click.style(say(key, n=len(missing), of=len(found)), bold=True))
    width = screen.width_of_terminal()
    for report in found:
        for line in _lines(report, zone, width):
            output.put(line)
    for seed in seeds:
        for line in screen.wrap(plain(seed_text(seed, zone)), width):
            output.put(line)
    return 5 if missing else 0


def _lines(report: Report, zone: tzinfo, width: int) -> Iterator[str]:
    mark = "!" if report.line.is_missing else " "
    head = f"{mark} {plain(report.name)}"
    yield click.style(shorten(head, width), bold=True, fg="red" if report.line.is_missing else None)
    facts = facts_of(report, zone)
    yield from screen.wrap(plain(" · ".join(facts)), width, "    ")
    if text := categories_text(report):
        yield from screen.wrap(plain(text), width, "    ")
    if report.error:
        yield from screen.wrap(plain(f"{report.error} {report.hint}"), width, "    ")
