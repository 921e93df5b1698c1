"""List the commands, in groups and in the order in which a person needs them; write their help, and
explain what is wrong with a command line.

`reader --help` is written from this table and loads no command. click breaks lines between words,
of which Japanese has none: here they are broken by the columns that they take.
"""

from __future__ import annotations

import inspect
import re
import shlex
import textwrap
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

import click

from reader.base.messages import N_, _


class CommandEntry(NamedTuple):
    """One command. module: in reader/cli, loaded only when the command is called."""

    module: str
    brief: str
    """What the command does, in one line of `reader --help`."""


GROUPS = {
    N_("Read:"): {
        "today": CommandEntry("today", N_("Show this morning's list and decide on each paper")),
        "pick": CommandEntry("decide", N_("Pick papers to read; their PDFs are fetched")),
        "skip": CommandEntry("decide", N_("Skip papers for good")),
        "undo": CommandEntry("decide", N_("Undo your last act, or an earlier one")),
        "show": CommandEntry("show", N_("Show a paper: abstract, posts, note, files")),
        "open": CommandEntry("show", N_("Open a paper's PDF")),
        "why": CommandEntry("show", N_("Explain a paper's place in the list")),
        "wrong": CommandEntry("decide", N_("Correct the topic of a paper")),
        "queue": CommandEntry("decide", N_("List the picked papers that have no note yet")),
        "later": CommandEntry("decide", N_("Put a picked paper off for some days")),
        "drop": CommandEntry("decide", N_("Drop picked papers from the queue")),
        "mute": CommandEntry("follow", N_("Mute words, authors, categories, sources")),
        "unmute": CommandEntry("follow", N_("Take a mute back")),
    },
    N_("Write:"): {
        "note": CommandEntry("note", N_("Write a note on a paper in your own words")),
        "recall": CommandEntry("habit", N_("Recall earlier notes and grade yourself")),
        "week": CommandEntry("habit", N_("Look back on a week")),
        "stats": CommandEntry("habit", N_("Show the year: its days, streak and counts")),
        "share": CommandEntry("share", N_("Share papers with your notes, as Markdown or HTML")),
        "mail": CommandEntry("share", N_("Send picks and written notes by mail")),
        "export": CommandEntry("export", N_("Write notes as Markdown files, papers as references")),
    },
    N_("Find:"): {
        "search": CommandEntry("search", N_("Search notes, papers and pages of PDFs")),
        "similar": CommandEntry("search", N_("List papers and notes similar to a paper")),
        "highlights": CommandEntry("tablet", N_("List what you highlighted in a paper's PDF")),
    },
    N_("Papers and files:"): {
        "add": CommandEntry("add", N_("Add papers by id or DOI, PDFs, folders of PDFs")),
        "import": CommandEntry("import_", N_("Bring in the library of another program")),
        "file": CommandEntry("edit", N_("File papers under a topic")),
        "tag": CommandEntry("edit", N_("Tag, rate and prioritise papers")),
        "topics": CommandEntry("edit", N_("List the topics, or move all papers of one")),
        "edit": CommandEntry("edit", N_("Change a title, venue or other field by hand")),
        "refresh": CommandEntry("edit", N_("Fill in venue, pages and the like from registries")),
        "fetch": CommandEntry("decide", N_("Fetch the missing PDFs of your picks")),
        "take": CommandEntry("tablet", N_("Copy PDFs to the tablet's folder")),
        "back": CommandEntry("tablet", N_("Import marked PDFs")),
        "remove": CommandEntry("decide", N_("Remove papers into the trash")),
        "merge": CommandEntry("decide", N_("Merge two papers that are the same one")),
        "split": CommandEntry("decide", N_("Split a merged paper again")),
    },
    N_("Set up and keep running:"): {
        "init": CommandEntry("library", N_("Make a library")),
        "demo": CommandEntry("library", N_("Play a sample morning, without a network")),
        "gather": CommandEntry("gather", N_("Ask the sources and prepare the list, for cron")),
        "sources": CommandEntry("gather", N_("Check whether today's list is complete")),
        "teach": CommandEntry("follow", N_("Teach a topic what belongs to it")),
        "follow": CommandEntry("follow", N_("Follow people and feeds, also whole lists of them")),
        "serve": CommandEntry("serve", N_("Serve pages for a browser, a phone or a tablet")),
        "index": CommandEntry("gather", N_("Bring the search index up to date")),
        "doctor": CommandEntry("library", N_("Look for what is wrong in the library")),
        "backup": CommandEntry("library", N_("Put the library into one archive")),
        "restore": CommandEntry("library", N_("Bring the library back from an archive")),
    },
}
COMMANDS = {name: entry for group in GROUPS.values() for name, entry in group.items()}


MARGIN = "  "


def help_of(
    command: click.Command, context: click.Context, *, examples: Mapping[str, str], table: str
) -> str:
    """Write a command's help: its usage, examples, what it does, its options.

    The help of `reader` itself has the commands before the options.
    """
    width = _width(context)
    blocks = [_usage(context, width)]
    if examples:
        rows = [(f"reader {line}", _(text)) for line, text in examples.items()]
        blocks.append(_columns(rows, width))
    blocks += _paragraphs(_(command.help or ""), width)
    if table:
        lines = _(table).split("\n")
        blocks.append("\n".join(MARGIN * 2 + line for line in lines))
    if isinstance(command, click.Group):
        longest = max(map(len, COMMANDS))
        for heading, group in GROUPS.items():
            rows = [(name.ljust(longest), _(entry.brief)) for name, entry in group.items()]
            blocks.append(_(heading) + "\n" + _columns(rows, width))
    # An argument has no help: what it is stands in the text.
    shown = [p for p in command.get_params(context) if isinstance(p, click.Option)]
    records = filter(None, (option.get_help_record(context) for option in shown))
    options = [(names, _(text)) for names, text in records]
    blocks.append(_("Options:") + "\n" + _columns(options, width))
    if isinstance(command, click.Group):
        blocks += _paragraphs(
            _(
                "A library is a folder with a feeds.toml. It is found by --library PATH, else "
                "READER_LIBRARY, else in the nearest parent folder that has one, else in "
                "~/reader.\n\nExit codes: 0 done, 1 unexpected error, 2 wrong usage, 3 feeds.toml "
                "is wrong or there is no library, 4 not found or ambiguous, 5 done but something "
                "is missing (a source, a PDF), 6 library locked, read-only or damaged, or disk "
                "full, 7 no model, 130 interrupted."
            ),
            width,
        )
    return "\n\n".join(blocks)


def _width(context: click.Context) -> int:
    """Return the columns of a line: click's, at most 100 and two less than the terminal's."""
    return context.make_formatter().width


def _usage(context: click.Context, width: int, indent: str = "") -> str:
    pieces = context.command.collect_usage_pieces(context)
    text = " ".join([_("Usage:"), context.command_path, *pieces])
    return "\n".join(_wrapped(text, width, indent + MARGIN, indent))


def _paragraphs(text: str, width: int) -> Iterator[str]:
    for paragraph in inspect.cleandoc(text).split("\n\n"):
        yield "\n".join(_wrapped(paragraph, width, MARGIN))


def _wrapped(text: str, width: int, indent: str, head: str | None = None) -> list[str]:
    """Break a paragraph into lines, whatever lines it has. head: stands before the first one."""
    head = indent if head is None else head
    if text.isascii():
        words = " ".join(text.split())
        lines = textwrap.wrap(
            words,
            width,
            initial_indent=head,
            subsequent_indent=indent,
            break_long_words=False,
            break_on_hyphens=False,
        )
        return lines or [head.rstrip()]
    # 20 ms, which English does without.
    from reader.base.text import columns, wrap

    line = ""
    for part in text.split("\n"):
        # Where Japanese meets, no space stands between.
        is_japanese = not line or columns(line[-1]) == 2 or columns(part[:1]) == 2
        line += part if is_japanese else f" {part}"
    return wrap(line, width, indent, head)


def _columns(rows: Iterable[tuple[str, str]], width: int) -> str:
    """Lay out terms with their texts beside them, below them where a term is long."""
    rows, most = list(rows), width * 3 // 4
    left = 2 * len(MARGIN) + max((n for term, _ in rows if (n := len(term)) <= most), default=4)
    lines = []
    for term, text in rows:
        head = (MARGIN + term).ljust(left)
        if len(term) > most:
            lines.append(head)
            head = " " * left
        lines += _wrapped(text, width, " " * left, head)
    return "\n".join(lines)


def no_command(name: str) -> str:
    """Say that there is no such command, and which name is like it."""
    import difflib

    what = _("There is no command {name}.", name=_("'{what}'", what=name))
    near = difflib.get_close_matches(name, COMMANDS, n=1)
    return _("{what} Did you mean {near}?", what=what, near=near[0]) if near else what


def how_to_begin(folder: Path) -> str:
    """Say how a library is made, where there is none yet."""
    from reader.base.text import plain

    return _(
        """reader: There is no library at {folder} yet.
  To make one: reader init {quoted}
  To see a sample morning first: reader demo""",
        folder=plain(str(folder)),
        quoted=shlex.quote(str(folder)),
    )


def usage_error(error: click.UsageError) -> str:
    """Explain in three lines what is wrong with a command line, how it is used, where to read."""
    from reader.base.text import plain

    lines = [_("reader: {message}", message=plain(_what(error)))]
    if context := error.ctx:
        if isinstance(context.command, click.Group):
            lines.append(MARGIN + _("`reader --help` lists the commands."))
        else:
            lines.append(_usage(context, _width(context), MARGIN))
            lines.append(
                MARGIN
                + _(
                    "`{command} --help` shows examples and all options.",
                    command=context.command_path,
                )
            )
    return "\n".join(lines)


def _what(error: click.UsageError) -> str:
    """Say what is wrong, from what click knows of it and not from its sentence."""
    match error:
        case click.NoSuchOption():
            what = _("There is no option {name}.", name=error.option_name)
            near = _(", ").join(error.possibilities or ())
            return _("{what} Did you mean {near}?", what=what, near=near) if near else what
        case click.BadOptionUsage():
            return _misused(error)
        case click.MissingParameter():
            return _("{name} is missing.", name=_name(error))
        case click.BadParameter():
            return _("{name}: {why}", name=_name(error), why=_sentence(error.message))
    return _sentence(error.message)


def _misused(error: click.BadOptionUsage) -> str:
    """Say of an option that it has too few values, or one that it does not take."""
    name = error.option_name
    params = error.ctx.command.get_params(error.ctx) if error.ctx else []
    option = next((param for param in params if name in param.opts), None)
    if isinstance(option, click.Option) and option.is_flag:
        return _("{name} takes no value.", name=name)
    if option is not None and option.nargs > 1:
        return _("{name} needs {n} values.", name=name, n=option.nargs)
    return _("{name} needs a value.", name=name)


def _name(error: click.BadParameter) -> str:
    """Name an option or an argument as it stands in the usage: --limit, DAYS."""
    if isinstance(error.param, click.Argument):
        found = re.search(r"\w+", error.param.metavar or "")
        return found[0] if found else ""
    return error.param.opts[-1] if error.param else ""


_CLICKS = {
    r"Got unexpected extra arguments? \((?P<args>.*)\)": N_("Too many arguments: {args}."),
    r"(?P<text>'.*') is not a valid integer(?: range)?\.": N_("{text} is not a whole number."),
    r"(?P<text>'.*') is not one of (?P<choices>'.*')\.": N_("{text} is not one of {choices}."),
    r"File (?P<name>.*) does not exist\.": N_("There is no file {name}."),
    r"File (?P<name>.*) is a directory\.": N_("{name} is a folder, not a file."),
    r"(File|Path) (?P<name>.*) is not readable\.": N_(
        "{name} cannot be read. Look at its permissions."
    ),
}
"""What click itself says, where its errors hold no more than the sentence."""


def _quoted(text: str) -> str:
    """Write what click puts in quotes, 'a', 'b', as the language does."""
    if len(text) < 2 or not text.startswith("'") or not text.endswith("'"):
        return text
    return _(", ").join(_("'{what}'", what=part) for part in text[1:-1].split("', '"))


def _sentence(text: str) -> str:
    for pattern, key in _CLICKS.items():
        if found := re.fullmatch(pattern, text, re.DOTALL):
            parts = found.groupdict()
            return _(key, **{name: _quoted(part) for name, part in parts.items()})
    return text
