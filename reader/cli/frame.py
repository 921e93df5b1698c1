"""Hold the group of commands, their help and errors, and the way out with the right code.

Write help in Japanese: texts changed for those of the spoken language, lines by their width.

Commands are made with English texts, once for all; here each is looked up again. click
breaks lines between words, of which Japanese has none. What is wrong with a command line is
said here too. Loaded only where it is spoken.

Read values of the command line: whole numbers within bounds, times of day.

Their help and their errors say what fits, where click's own types show their format.
"""

from __future__ import annotations

import contextlib
import errno
import importlib
import os
import re
import signal
import sys
import traceback
from collections.abc import Callable, Container, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from reader import __version__
from reader.base.errors import DiskFull, ReaderError, UsageError
from reader.base.messages import Language, say, speak, speaking, spoken
from reader.library.place import find_folder, language_of

# Each command's module is loaded only when it is called or its help is asked for.
COMMANDS = {
    "today": "today",
    "gather": "gather",
    "sources": "gather",
    "pick": "decide",
    "skip": "decide",
    "wrong": "decide",
    "undo": "decide",
    "queue": "queue",
    "later": "queue",
    "drop": "queue",
    "fetch": "queue",
    "show": "show",
    "why": "why",
    "open": "show",
    "file": "file",
    "topics": "file",
    "note": "note",
    "search": "search",
    "similar": "search",
    "export": "export",
    "recall": "recall",
    "week": "week",
    "stats": "week",
    "share": "share",
    "take": "tablet",
    "back": "tablet",
    "highlights": "tablet",
    "add": "add",
    "serve": "serve",
    "index": "gather",
    "teach": "teach",
    "merge": "merge",
    "split": "merge",
    "follow": "follow",
    "init": "init",
    "demo": "init",
}

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
    """Give the settings of the running command, wherever on the line they stood."""
    root = context.find_root()
    if not isinstance(root.obj, Settings):
        root.obj = Settings()
    return root.obj


def _keep(name: str) -> Callable[[click.Context, click.Parameter, Any], None]:
    def keep(context: click.Context, _: click.Parameter, value: Any) -> None:
        if value:
            setattr(settings_of(context), name, value)

    return keep


def _shared_options() -> list[click.Option]:
    return [
        click.Option(
            ["--library"],
            type=click.Path(path_type=Path, file_okay=True),
            help=say("option.library"),
            expose_value=False,
            is_eager=True,
            callback=_keep("library"),
        ),
        click.Option(
            ["--quiet"],
            is_flag=True,
            help=say("option.quiet"),
            expose_value=False,
            callback=_keep("is_quiet"),
        ),
        click.Option(
            ["--debug"],
            is_flag=True,
            help=say("option.debug"),
            expose_value=False,
            callback=_keep("is_debug"),
        ),
    ]


class Spoken(click.Command):
    """A command that speaks the library's language, from its help and its first error on."""

    def get_help(self, context: click.Context) -> str:
        with contextlib.suppress(UsageError):  # of a person without a home: in English
            speak(_language(context))
        if spoken() == "en":
            return super().get_help(context)

        from reader.cli.help import help_of

        return help_of(self, context)

    def invoke(self, context: click.Context) -> Any:
        if not isinstance(self, click.Group):  # which does not know yet what --library names
            speak(_language(context))
        return super().invoke(context)


def _language(context: click.Context) -> Language:
    return language_of(find_folder(settings_of(context).library, os.environ, Path.cwd()))


class ReaderCommand(Spoken):
    """A command with the options that every command has, and arguments that may begin with a
    minus: `reader show "-10 dB"`."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.params.extend(_shared_options())

    def make_parser(self, context: click.Context) -> Any:
        """Make click's parser; what looks like no option is an argument for it."""
        parser = super().make_parser(context)
        parse = parser.parse_args
        known = {name for param in self.get_params(context) for name in param.opts}

        def parse_args(args: list[str]) -> Any:
            hidden = [_TEXT + arg if _is_text(arg, known) else arg for arg in args]
            values, rest, order = parse(args=hidden)
            return {name: _seen(value) for name, value in values.items()}, _seen(rest), order

        parser.parse_args = parse_args  # type: ignore[method-assign]
        return parser


_TEXT = "\0"
"""Before a text that is no option, while click looks for options. No command line can have it."""

_OPTION = re.compile(r"--[A-Za-z]|-[A-Za-z][\w-]*(=|$)|--?$", re.ASCII)


def _is_text(arg: str, known: Container[str]) -> bool:
    """Tell whether what begins with a minus is a text: a number, or words; known: options."""
    return arg.startswith("-") and not (_OPTION.match(arg) or arg[:2] in known)


def _seen(value: Any) -> Any:
    """Give what click parsed with its texts as they were typed."""
    if isinstance(value, list | tuple):
        return type(value)(map(_seen, value))
    return value.removeprefix(_TEXT) if isinstance(value, str) else value


class ReaderGroup(Spoken, click.Group):
    """The commands by name, loaded when needed."""

    def list_commands(self, _: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, _: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS:
            return None
        module = importlib.import_module(f"reader.cli.{COMMANDS[name]}")
        command: click.Command = getattr(module, f"{name}_command")
        return command

    def resolve_command(
        self, context: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        try:
            return super().resolve_command(context, args)
        except click.UsageError as error:
            import difflib

            near = difflib.get_close_matches(args[0], COMMANDS, n=1)
            if not near:
                raise
            what = say("command.near", what=error.message, near=near[0])
            raise click.UsageError(what, context) from None

    def format_commands(self, _: click.Context, formatter: click.HelpFormatter) -> None:
        # From the catalogue, so that --help loads no command.
        rows = [(name, say(f"help.{name}").partition("\n")[0]) for name in COMMANDS]
        with formatter.section("Commands"):
            formatter.write_dl(rows)


@click.group(cls=ReaderGroup, help=say("help"), context_settings={"max_content_width": 100})
@click.version_option(__version__, prog_name="asayomi")
def reader_group() -> None:
    """Do nothing by itself; the commands do."""


reader_group.params.extend(_shared_options())


def main(args: Sequence[str] | None = None) -> None:
    """Run one command line and leave with its exit code."""
    _open_closed_streams()
    for stream in (sys.stdout, sys.stderr):
        # A terminal that cannot show a character gets a replacement, not a traceback.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    _end_by_signals()
    settings = Settings()
    sys.exit(run(list(sys.argv[1:] if args is None else args), settings))


def _open_closed_streams() -> None:
    """Open those of the three streams that were closed (`reader today <&-`) on nothing, so that
    no file of the library takes the place of one."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115


def _end_by_signals() -> None:
    """Let SIGINT and SIGTERM end this process, however it was started.

    A shell lets what it runs in the background of a script ignore SIGINT, and Python leaves it
    so: then nothing but SIGKILL ended `reader add`.
    """
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)


def run(args: list[str], settings: Settings) -> int:
    """Run one command line; gives its exit code, every error said on the error stream.

    What is said is said in the library's language, once it is known, and so to the end.
    """
    with speaking(spoken()):
        return _run(args, settings)


def _run(args: list[str], settings: Settings) -> int:
    # None: as click does, which asks whether a terminal is there.
    has_no_styles = os.environ.get("TERM") == "dumb" or os.environ.get("NO_COLOR")
    more: dict[str, Any] = {"obj": settings, "color": False if has_no_styles else None}
    try:
        code = reader_group.main(args, prog_name="reader", standalone_mode=False, **more)
    except ReaderError as error:
        say_error(error)
        return error.exit_code
    except click.ClickException as error:
        _say_usage(error, settings)
        return error.exit_code
    except (KeyboardInterrupt, click.Abort):
        click.echo(say("interrupted"), err=True)
        return INTERRUPTED
    except SystemExit:
        # So click leaves, and only so, when the reader of our output went away (`| head`).
        return 0
    except OSError as error:
        if error.errno != errno.ENOSPC or not _drop_output():
            return _unexpected(error, settings)
        full = DiskFull(file=say("stdout"))
        say_error(full)
        return full.exit_code
    except Exception as error:  # noqa: BLE001  the outermost border: exit 1, never a bare traceback
        return _unexpected(error, settings)
    return code if isinstance(code, int) else 0


def _drop_output() -> bool:
    """Tell whether what was printed cannot be written, and let it go: Python would try it once
    more as it ends, and leave with 120."""
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

    kind = type(error).__name__
    click.echo(say("unexpected", kind=kind, what=plain(str(error))), err=True)
    return 1


def _say_usage(error: click.ClickException, settings: Settings) -> None:
    """Say what is wrong with the command line, in the language of the library that it means."""
    with contextlib.suppress(UsageError):  # of a person without a home: in English
        speak(language_of(find_folder(settings.library, os.environ, Path.cwd())))
    is_help = isinstance(error, getattr(click.exceptions, "NoArgsIsHelpError", ()))
    if spoken() == "en" or is_help or not isinstance(error, click.UsageError):
        error.show()
        return

    from reader.cli.help import usage_error

    click.echo(usage_error(error), err=True)


def say_error(error: ReaderError) -> None:
    """Print an error and its remedy on the error stream."""
    from reader.base.text import plain

    click.echo(say("error", message=plain(error.message)), err=True)
    if error.hint:
        click.echo(f"  {plain(error.hint)}", err=True)
