"""`reader sources`: can today's list be trusted?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import tzinfo

import click

from reader.cli import build, output, screen
from reader.cli.frame import ReaderCommand
from reader.config.classes import unknown_class_text
from reader.library.seeds import missing_seeds, seed_text
from reader.library.trust import Report, categories_text, facts_of, head_text, reports
from reader.phrases import say
from reader.plain import plain, shorten
from reader.today.telling import no_network_text


@click.command("sources", cls=ReaderCommand, help=say("help.sources"))
@click.option("--json", "as_json", is_flag=True, help=say("option.json"))
@click.pass_context
def sources_command(context: click.Context, as_json: bool) -> int:
    """Show each source; 5 when something is missing from today's list."""
    with build.opened(context) as library:
        zone = library.config.timezone
        found = reports(library)
        seeds = missing_seeds(library)
        unknown = library.config.arxiv.unknown
    missing = [report for report in found if report.line.is_missing]
    if as_json:
        for report in found:
            output.put_json(output.report_json(report))
        for seed in seeds:
            # No source: what reads lines by their name and state goes on as it did.
            more = {"name": f"seed {seed.id}", "is_missing": False}
            output.put_json(more | output.seed_json(seed))
        return 5 if missing else 0
    width = screen.width_of_terminal()
    for line in screen.wrap(head_text(found), width):
        output.put(click.style(line, bold=True))
    # Said of all above, it is not said again of each.
    is_offline = bool(no_network_text([report.line for report in found]))
    for report in found:
        for line in _lines(replace(report, error="") if is_offline else report, zone, width):
            output.put(line)
    texts = [*map(unknown_class_text, unknown), *(seed_text(seed, zone) for seed in seeds)]
    for text in texts:
        for line in screen.wrap(plain(text), width):
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
