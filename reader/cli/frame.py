"""Run one command line: find the command, parse its options, end with the right exit code.

A command and its options keep the names of their help texts; `help`, loaded only where it is
needed, looks them up when they are shown, and explains what is wrong with a command line.
"""

from __future__ import annotations

import contextlib
import errno
import gc
import importlib
import os
import re
import signal
import sys
import traceback
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from reader import __version__
from reader.base.errors import DiskFull, NoLibrary, ReaderError, UsageError
from reader.base.machine import keep_private, running
from reader.base.messages import N_, _, speak, speaking, spoken
from reader.cli.commands import COMMANDS
from reader.library.place import find_folder, language_of

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

# 128 + SIGINT, as shells report it.
INTERRUPTED = 130


@dataclass(slots=True)
class Settings:
    """What the options that every command has were set to.

    may_ask: a person sits there and decides; the demo only shows.
    """

    library: Path | None = None
    is_quiet: bool = False
    is_debug: bool = False
    may_ask: bool = True


def settings_of(context: click.Context) -> Settings:
    """Return the settings of the running command, wherever on the line they stood."""
    root = context.find_root()
    if not isinstance(root.obj, Settings):
        root.obj = Settings()
    return root.obj


def is_terminal() -> bool:
    """Check whether a person sees what is printed and can answer it."""
    return all(stream is not None and stream.isatty() for stream in (sys.stdin, sys.stdout))


class FilePath(click.Path):
    """The path of a file or folder. An empty one, as of a shell's variable that is not set, is no
    name of the current folder."""

    def __init__(self, **options: Any) -> None:
        super().__init__(path_type=Path, **options)

    def convert(
        self, value: Any, param: click.Parameter | None, context: click.Context | None
    ) -> Any:
        """Read a path."""
        if value == "":
            self.fail(_("An empty text names no file and no folder."), param, context)
        return super().convert(value, param, context)


def _shared_options() -> list[click.Option]:
    """Make the options that every command has; their values go to its Settings."""

    def option(name: str, field: str, **more: Any) -> click.Option:
        def keep(context: click.Context, _unused: click.Parameter, value: Any) -> None:
            if value:
                settings = settings_of(context)
                setattr(settings, field, value)
                if field == "library":
                    _speak(settings)

        return click.Option([f"--{name}"], expose_value=False, callback=keep, **more)

    # The library first: its language is the one of all that is said from here on.
    folder = FilePath(file_okay=True)
    return [
        option("library", "library", type=folder, is_eager=True, help=N_("The library's folder.")),
        option("quiet", "is_quiet", is_flag=True, help=N_("Print only results and errors.")),
        option(
            "debug", "is_debug", is_flag=True, help=N_("Show where an unexpected error happened.")
        ),
    ]


def _speak(settings: Settings) -> None:
    """Speak the language of the library that the command line means, or of the environment."""
    # A person without a home, a working directory that is gone: opening the library says so.
    with contextlib.suppress(UsageError, OSError):
        folder = find_folder(settings.library, os.environ, Path.cwd())
        speak(language_of(folder, os.environ))


class HelpedCommand(click.Command):
    """A command whose help and errors of usage are ours, in the spoken language.

    Its `help` and that of its options are names of texts, looked up when they are shown.
    examples: command lines without the program's name, and what each does.
    table: stands as it is below the help.
    """

    examples: Mapping[str, str] = {}
    table = ""

    def get_help(self, context: click.Context) -> str:
        """Write the help: for `--help`."""
        from reader.cli.commands import help_of

        return help_of(self, context, examples=self.examples, table=self.table)

    def get_help_option(self, context: click.Context) -> click.Option | None:
        """Return `--help`, which click makes, with a text of ours."""
        option = super().get_help_option(context)
        if option is not None:
            option.help = N_("Show this help.")
        return option

    def parse_args(self, context: click.Context, args: list[str]) -> list[str]:
        """Parse; every error knows its command then, which click leaves out of some."""
        with click.core.augment_usage_errors(context):
            return super().parse_args(context, args)

    def shell_complete(self, context: click.Context, incomplete: str) -> list[CompletionItem]:
        """Complete a word for a shell; some show the help beside it."""
        items = super().shell_complete(context, incomplete)
        for item in items:
            item.help = _(item.help) if item.help else None
        return items


_TEXT = "\0"
"""Before a text that is no option, while click looks for options. No command line can have it."""

_OPTION = re.compile(r"--[A-Za-z]|-[A-Za-z][\w-]*(=|$)|--?$", re.ASCII)


class ReaderCommand(HelpedCommand):
    """A command with the options that every command has, and arguments that may begin with a
    minus: `reader show "-10 dB"`.
    """

    def __init__(
        self, *args: Any, examples: Mapping[str, str], table: str = "", **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.examples, self.table = examples, table
        self.params.extend(_shared_options())

    def get_short_help_str(self, limit: int = 45) -> str:
        """Return the line of `reader --help`."""
        return COMMANDS[self.name or ""].brief

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command, under its name."""
        with running(f"reader {self.name}"):
            return super().invoke(ctx)

    def make_parser(self, context: click.Context) -> Any:
        """Make click's parser; what begins with a minus and looks like no option is a text."""
        parser = super().make_parser(context)
        parse = parser.parse_args
        known = {name for param in self.get_params(context) for name in param.opts}

        def as_typed(value: Any) -> Any:
            if isinstance(value, list | tuple):
                return type(value)(map(as_typed, value))
            return value.removeprefix(_TEXT) if isinstance(value, str) else value

        def parse_args(args: list[str]) -> Any:
            texts = {a for a in args if a[:1] == "-" and not (_OPTION.match(a) or a[:2] in known)}
            values, rest, order = parse([_TEXT + a if a in texts else a for a in args])
            shown = {name: as_typed(value) for name, value in values.items()}
            return shown, as_typed(rest), order

        parser.parse_args = parse_args  # type: ignore[method-assign]
        return parser


def command(
    cls: type[ReaderCommand] = ReaderCommand, **more: Any
) -> Callable[[Callable[..., Any]], click.Command]:
    """Make a command of a function `NAME_command`, which gets the context first."""
    make = click.command(cls=cls, **more)
    return lambda function: make(click.pass_context(function))


class ReaderGroup(HelpedCommand, click.Group):
    """The commands by name, loaded when needed."""

    def list_commands(self, _unused: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, context: click.Context, name: str) -> click.Command:
        if name not in COMMANDS:
            from reader.cli.commands import no_command

            raise click.UsageError(no_command(name), context)
        module = importlib.import_module(f"reader.cli.{COMMANDS[name].module}")
        found: click.Command = getattr(module, f"{name}_command")
        return found


@click.group(
    cls=ReaderGroup,
    help=N_("""Read papers every morning, and remember them in your own words.

`reader` alone is `reader today`. `reader COMMAND --help` begins with examples."""),
    invoke_without_command=True,
    subcommand_metavar="[COMMAND] [ARGS]...",
    context_settings={"max_content_width": 100},
)
@click.version_option(__version__, prog_name="asayomi", help=N_("Show the version."))
@click.pass_context
def reader_group(context: click.Context) -> Any:
    """Do nothing before a command; alone, do what `reader today` does."""
    if context.invoked_subcommand is not None:
        return None
    today: Any = reader_group.get_command(context, "today")
    with today.make_context("today", [], parent=context) as alone:
        try:
            return today.invoke(alone)
        except NoLibrary as error:
            # Whoever types nothing else may be here for the first time.
            from reader.cli.commands import how_to_begin

            click.echo(how_to_begin(Path(str(error.file)).parent), err=True)
            return error.exit_code


reader_group.params.extend(_shared_options())


def main(args: Sequence[str] | None = None) -> None:
    """Run one command line and leave with its exit code."""
    # A stream that was closed (`reader today <&-`) is opened on nothing, so that no file of the
    # library takes the place of one.
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115
    for stream in (sys.stdout, sys.stderr):
        # A terminal that cannot show a character gets a replacement, not a traceback.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    # Both signals end this process, however it was started: a shell lets what it runs in the
    # background of a script ignore SIGINT, and Python leaves it so.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    keep_private()
    code = run(list(sys.argv[1:] if args is None else args), Settings())
    # Else Python looks for cycles among all objects as it ends: 25 ms after a search.
    gc.freeze()
    sys.exit(code)


def run(args: list[str], settings: Settings) -> int:
    """Run one command line; returns its exit code, every error printed on the error stream.

    All is said in the library's language once that is known; afterwards it is as it was.
    """
    with speaking(spoken()):
        _speak(settings)
        # None: as click does, which asks whether a terminal is there.
        has_no_styles = os.environ.get("TERM") == "dumb" or os.environ.get("NO_COLOR")
        more: dict[str, Any] = {"obj": settings, "color": False if has_no_styles else None}
        try:
            # Not in click's standalone mode, in which it would choose the exit codes.
            code = reader_group.main(args, prog_name="reader", standalone_mode=False, **more)
        except ReaderError as error:
            return say_error(error)
        except click.UsageError as error:
            from reader.cli.commands import usage_error

            click.echo(usage_error(error), err=True)
            return error.exit_code
        except (KeyboardInterrupt, click.Abort):
            click.echo(_("Interrupted. What was confirmed before is saved."), err=True)
            return INTERRUPTED
        except SystemExit:
            # So click leaves, and only so, when the reader of our output went away (`| head`).
            return 0
        except OSError as error:
            if error.errno != errno.ENOSPC or not _drop_output():
                return _unexpected(error, settings)
            return say_error(DiskFull(file=_("standard output")))
        except Exception as error:  # noqa: BLE001  the outermost border: exit 1, no traceback
            return _unexpected(error, settings)
        return code if isinstance(code, int) else 0


def _drop_output() -> bool:
    """Drop what was printed if it cannot be written; returns whether that was so.

    Python would try to write it once more as it ends, and leave with 120.
    """
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return True
    return False


def _unexpected(error: Exception, settings: Settings) -> int:
    if settings.is_debug:
        traceback.print_exc()
    from reader.base.text import plain

    click.echo(
        _(
            "reader: unexpected {kind}: {what}\n  --debug shows where it happened; please report "
            "it.",
            kind=type(error).__name__,
            what=plain(str(error)),
        ),
        err=True,
    )
    return 1


def say_error(error: ReaderError) -> int:
    """Print an error and its remedy on the error stream; returns its exit code."""
    # Not at the top: `--help` and most commands say no error and start sooner without it.
    from reader.base.text import plain

    click.echo(_("reader: {message}", message=plain(error.message)), err=True)
    if error.hint:
        click.echo(f"  {plain(error.hint)}", err=True)
    return error.exit_code


def say_errors(errors: Iterable[ReaderError]) -> int:
    """Print errors; returns the exit code of the first, 0 without one."""
    codes = [say_error(error) for error in errors]
    return codes[0] if codes else 0


as_json_option = click.option(
    "--json", "as_json", is_flag=True, help=N_("Print JSON for programs, one object a line.")
)
"""The option of each command that lists values."""

new_topic_option = click.option(
    "--new", "may_be_new", is_flag=True, help=N_("Allow a topic whose folder does not exist yet.")
)


class WholeNumber(click.ParamType):  # type: ignore[type-arg]
    """A whole number from `low` to `high`."""

    name = "n"

    def __init__(self, low: int, high: int) -> None:
        self.low, self.high = low, high

    def convert(
        self, value: Any, param: click.Parameter | None, context: click.Context | None
    ) -> int:
        """Read a number."""
        try:
            number = int(value)
        except ValueError:
            number = None
        if number is None or not self.low <= number <= self.high:
            self.fail(
                _(
                    "{text} is not a whole number from {low} to {high}.",
                    text=value,
                    low=self.low,
                    high=self.high,
                ),
                param,
                context,
            )
        return number


class TimeOfDay(click.ParamType):  # type: ignore[type-arg]
    """Hours and minutes."""

    name = "hh:mm"

    def convert(
        self, value: Any, param: click.Parameter | None, context: click.Context | None
    ) -> time:
        """Read a time."""
        try:
            return datetime.strptime(value, "%H:%M").time()  # noqa: DTZ007  of no day
        except ValueError:
            self.fail(_("{text} is not a time of day like 06:30.", text=value), param, context)
