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
import inspect
import os
import re
import signal
import sys
import traceback
from collections.abc import Callable, Container, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from pathlib import Path
from typing import Any

import click

from reader import __version__
from reader.base.errors import DiskFull, ReaderError, UsageError
from reader.base.messages import ENGLISH, Language, say, speak, speaking, spoken
from reader.base.text import columns
from reader.cli.screen import wrap
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
    "queue": "decide",
    "later": "decide",
    "drop": "decide",
    "fetch": "decide",
    "show": "show",
    "why": "show",
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
    "share": "export",
    "take": "tablet",
    "back": "tablet",
    "highlights": "tablet",
    "add": "add",
    "serve": "serve",
    "index": "gather",
    "teach": "teach",
    "merge": "file",
    "split": "file",
    "follow": "gather",
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

    click.echo(usage_error(error), err=True)


def say_error(error: ReaderError) -> None:
    """Print an error and its remedy on the error stream."""
    from reader.base.text import plain

    click.echo(say("error", message=plain(error.message)), err=True)
    if error.hint:
        click.echo(f"  {plain(error.hint)}", err=True)


# As click writes them: no command of ours says these.
_CLICKS = {ENGLISH[key]: key for key in ("click.help", "click.version")}
_OURS = {text: key for key, text in ENGLISH.items() if key.startswith(("help", "option."))}
_SENTENCES = (
    "click.no_command", "click.no_argument", "click.missing_command", "click.extra",
    "click.extras", "click.needs_value", "click.needs_values", "click.no_value", "click.bad",
    "click.not_one_of", "click.no_integer", "click.no_file", "click.is_folder",
    "click.file_unreadable", "click.unreadable", "value.range", "value.time", "command.near",
)  # fmt: skip
"""What is said of a command line before it is known which language is spoken."""
_HEADINGS = {"Options": "heading.options", "Commands": "heading.commands"}
AS_IT_STANDS = "\b"
"""click's mark at the head of a paragraph whose lines stay."""


def help_of(command: click.Command, context: click.Context) -> str:
    """Give a command's help, as `get_help` of click does."""
    formatter = _Formatter(width=context.terminal_width, max_width=context.max_content_width)
    command.format_help(context, formatter)
    return formatter.getvalue().rstrip("\n")


def in_spoken(text: str) -> str:
    """Give a help text of click's in the spoken language; what is not known stays."""
    text = inspect.cleandoc(text)
    for english, key in (_CLICKS | _OURS).items():
        whole = inspect.cleandoc(english)
        # A command's help may be made of two texts.
        if text == whole or (key.startswith("help") and whole in text):
            text = text.replace(whole, inspect.cleandoc(say(key)))
    return text


def joined(paragraph: str) -> str:
    """Make one line of several; where Japanese meets, no space stands between."""
    line = ""
    for part in paragraph.split("\n"):
        is_japanese = not line or columns(line[-1]) == 2 or columns(part[:1]) == 2
        line += part if is_japanese else f" {part}"
    return line


def usage_error(error: click.UsageError) -> str:
    """Say what is wrong with a command line, as `show` of click's errors does."""
    lines = []
    if context := error.ctx:
        formatter = _Formatter(width=context.terminal_width, max_width=context.max_content_width)
        context.command.format_usage(context, formatter)
        lines.append(formatter.getvalue().rstrip("\n"))
        lines += [say("click.try", command=context.command_path, option="--help"), ""]
    if isinstance(error, click.NoSuchOption):  # its sentence is another one in each click
        what = say("click.no_option", name=repr(error.option_name))
        near = say("list").join(error.possibilities or ())
        message = say("command.near", what=what, near=near) if near else what
    else:
        message = _sentence(error.format_message())
    return "\n".join([*lines, say("click.error", message=message)])


def _sentence(text: str) -> str:
    """Give a sentence on a command line in the spoken language; what is not known stays."""
    for key in _SENTENCES:
        pattern = re.sub(r"\\{(\w+)\\}", r"(?P<\1>.+)", re.escape(ENGLISH[key]))
        if found := re.fullmatch(pattern, text, re.DOTALL):
            return say(key, **{name: _sentence(part) for name, part in found.groupdict().items()})
    return text


class _Formatter(click.HelpFormatter):
    """Breaks lines by the columns that they take."""

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        super().write_usage(prog, args, prefix or say("heading.usage") + " ")

    def write_heading(self, heading: str) -> None:
        super().write_heading(say(_HEADINGS[heading]) if heading in _HEADINGS else heading)

    def write_text(self, text: str) -> None:
        indent = " " * self.current_indent
        paragraphs = []
        for paragraph in in_spoken(text).split("\n\n"):
            head, _, rest = paragraph.partition("\n")
            if head.strip() == AS_IT_STANDS:
                paragraphs.append("\n".join(indent + line for line in rest.split("\n")))
            else:
                paragraphs.append("\n".join(wrap(joined(paragraph), self.width, indent)))
        self.write("\n\n".join(paragraphs) + "\n")

    def write_dl(
        self, rows: Iterable[tuple[str, str]], col_max: int = 30, col_spacing: int = 2
    ) -> None:
        rows = list(rows)
        first = min(max(columns(term) for term, _ in rows), col_max) + col_spacing
        left = " " * (self.current_indent + first)
        for term, text in rows:
            what, bracket, more = text.partition("  [")
            lines = wrap(joined(in_spoken(what)) + bracket + more, self.width, left)
            head = " " * self.current_indent + term
            if columns(term) <= col_max:
                lines[0] = head.ljust(len(left)) + lines[0][len(left) :]
            else:
                lines.insert(0, head)
            self.write("\n".join(lines) + "\n")


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
            self.fail(say("value.range", text=value, low=self.low, high=self.high), param, context)
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
            self.fail(say("value.time", text=value), param, context)
