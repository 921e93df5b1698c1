"""Write help in Japanese: texts changed for those of the spoken language, lines by their width.

Commands are made with English texts, once for all; here each is looked up again. click
breaks lines between words, of which Japanese has none. Loaded only where it is spoken.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterable

import click

from reader.cli.screen import wrap
from reader.phrases import ENGLISH, say
from reader.plain import columns

# As click writes them: no command of ours says these.
_CLICKS = {ENGLISH[key]: key for key in ("click.help", "click.version")}
_OURS = {text: key for key, text in ENGLISH.items() if key.startswith(("help", "option."))}
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
