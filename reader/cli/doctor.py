"""`reader doctor`: say what is wrong in the library, each with its remedy."""

from __future__ import annotations

import platform
from collections.abc import Mapping, Sequence

import click

from reader import __version__
from reader.base.messages import N_, _, ngettext
from reader.base.text import plain
from reader.cli import build, output, screen
from reader.cli.frame import as_json_option, command, settings_of
from reader.cli.output import answer
from reader.library.rows.database import LATEST
from reader.morning.doctor import HealthFinding, examine, mend
from reader.morning.rows import counts_of
from reader.texts.morning import STEPS

N_SHOWN = 5
"""Items of a finding that are shown; more are counted, and `--json` has all."""

_STAGES = STEPS | {"resolve": N_("papers to look up"), "ocr": N_("scanned pages")}
"""Names of the steps whose failures wait, seeds and scanned pages among them."""


@command(
    help=N_(
        "Look for what is wrong in the library: databases, PDFs, notes, index, sources, "
        "feeds.toml, clock, disk, backups. Each line has its remedy; nothing is changed.\n\n"
        "Exit code 5: something is to be done. Lines without ! are only worth knowing."
    ),
    examples={
        "doctor": N_("Look for what is wrong"),
        "doctor --read-data": N_("Also compare each PDF with what was stored"),
    },
)
@click.option("--read-data", is_flag=True, help=N_("Compare every PDF's bytes with its SHA-256."))
@click.option("--fix", is_flag=True, help=N_("First mend what can be mended without a loss."))
@click.option(
    "--report",
    is_flag=True,
    help=N_("Print versions and counts, and of each finding its name and its number alone."),
)
@as_json_option
def doctor_command(
    context: click.Context, read_data: bool, fix: bool, report: bool, as_json: bool
) -> int:
    """Examine the library. Exit code 5 where something is to be done."""
    settings = settings_of(context)
    with build.opened(context) as library, build.progress(settings) as shown:
        if fix and (error := library.refusal()):
            raise error
        done = mend(library) if fix else []
        found = list(
            examine(
                library,
                build.encoder_name(library.config),
                reads_data=read_data,
                progress=shown,
            )
        )
        counts = counts_of(library.db)
    code = 5 if any(one.is_wrong for one in found) else 0
    if as_json:
        for one in found:
            output.put_json(one)
        return code
    for line in done or ([_("There was nothing to mend.")] if fix else []):
        answer(context, str(line))
    if report:
        output.put_all(report_lines(counts, found))
        return code
    width = screen.width_of_terminal()
    for one in found:
        _put(one, width)
    answer(context, _verdict(found))
    if not read_data:
        answer(context, _("The PDFs' bytes were not compared; --read-data does."))
    return code


def _verdict(found: Sequence[HealthFinding]) -> str:
    if n := sum(one.is_wrong for one in found):
        return ngettext("{n} thing is to be done.", "{n} things are to be done.", n)
    return _("Nothing has to be done.") if found else _("All is well.")


def report_lines(counts: Mapping[str, int], found: Sequence[HealthFinding]) -> list[str]:
    """Write what helps somebody else: no name, word or path of the person's is in it."""
    return [
        f"asayomi {__version__}, Python {platform.python_version()}, "
        f"{platform.system()} {platform.machine()}",
        f"layout {LATEST}; " + ", ".join(f"{name} {n}" for name, n in counts.items()),
        *(f"{'!' if one.is_wrong else ' '} {one.check}: {len(one.items) or 1}" for one in found),
    ]


def _put(one: HealthFinding, width: int) -> None:
    mark = "! " if one.is_wrong else "  "
    head = screen.wrap(plain(str(one.message)), width - 2)
    for number, line in enumerate(head):
        text = (mark if number == 0 else "  ") + line
        output.put(click.style(text, bold=True, fg="red" if one.is_wrong else None))
    for item in one.items[:N_SHOWN]:
        if one.check == "failures":
            stage, n = item.rsplit(": ", 1)
            item = f"{_(_STAGES.get(stage, stage))}: {n}"
        output.put_all(screen.wrap(plain(item), width, "    "))
    if (n_more := len(one.items) - N_SHOWN) > 0:
        output.put("    " + _("… and {n} more; --json lists all.", n=n_more))
    output.put_all(screen.wrap(str(one.hint), width, "    "))
