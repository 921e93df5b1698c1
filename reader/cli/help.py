"""Write the help and the errors of the command line in the language of the library.

click breaks lines between words, of which Japanese has none: here they are broken by the
columns that they take. Loaded only where another language than English is spoken.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterable

import click

from reader.base.messages import ENGLISH, say
from reader.base.text import columns
from reader.cli.screen import wrap

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
    """Write a command's help, as `get_help` of click does."""
    formatter = _Formatter(width=context.terminal_width, max_width=context.max_content_width)
    command.format_help(context, formatter)
    return formatter.getvalue().rstrip("\n")


def in_spoken(text: str) -> str:
    """Look a help text of click's up in the spoken language; what is not known stays."""
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
    """Explain what is wrong with a command line, as `show` of click's errors does."""
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
    """Look a sentence on a command line up in the spoken language; what is not known stays."""
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
