"""`reader add`: papers by id, PDFs, whole folders of them, into the library by hand."""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import click

from reader.cli import build, output
from reader.cli.frame import ReaderCommand, say_error, settings_of
from reader.errors import NotKnown, PdfError, ReaderError, ReadOnly, UsageError
from reader.ids import parse_id, url_of
from reader.library.choose import find_paper
from reader.library.folder import Library
from reader.paper import Held
from reader.phrases import say
from reader.plain import plain, shorten
from reader.stages.adding import Added, Adding, Found, Wishes, find_files, settle
from reader.stages.encode import index_words
from reader.stages.resolve import is_off, look_up
from reader.stages.tools import Tools
from reader.store import papers, pdfs
from reader.store.origins import BY_HAND

INCOMPLETE = 5
NEW = "new"
"""What `--as` takes for a paper of its own."""

OUTCOMES = ("identified", "unknown", "duplicate", "asked", "broken")
SHOWN = ("asked", "broken", "unknown")
"""Outcomes whose files are listed one by one: a person may want to look at them."""

MOST_LISTED = 20
"""Of files that need nothing so many are listed."""


@click.command("add", cls=ReaderCommand, help=say("help.add"))
@click.argument("texts", nargs=-1, required=True, metavar="WHAT...")
@click.option("--move", "is_moving", is_flag=True, help=say("option.add_move"))
@click.option("--no-fetch", is_flag=True, help=say("option.add_no_fetch"))
@click.option("--as", "as_", metavar="ID|new", help=say("option.as"))
@click.option("--json", "as_json", is_flag=True, help=say("option.json"))
@click.pass_context
def add_command(
    context: click.Context,
    texts: tuple[str, ...],
    is_moving: bool,
    no_fetch: bool,
    as_: str | None,
    as_json: bool,
) -> int:
    """Add; 4 for what does not exist, 5 when a file is broken or a person is to say."""
    paths, ids = _sorted(_lines(texts))
    with build.opened(context) as library:
        if library.db.is_read_only:
            raise ReadOnly(file=library.folder)
        found = find_files(library, paths) if paths else Found()
        with build.tools(context, library) as tools:
            report = _Report(context, library, tools, as_json)
            for id_ in ids:
                report.add_id(id_, may_fetch=not no_fetch)
            if as_ is not None:
                return report.settle_one(found, as_)
            if paths:
                report.add_files(found, Wishes(may_fetch=not no_fetch, is_moving=is_moving))
            return report.code


def _lines(texts: Sequence[str]) -> list[str]:
    """Put standard input's lines in the place of `-`."""
    found: list[str] = []
    for text in texts:
        if text == "-":
            found += [line for line in sys.stdin.read().splitlines() if line.strip()]
        else:
            found.append(text)
    return found


def _sorted(texts: Iterable[str]) -> tuple[list[Path], list[str]]:
    """Tell paths from ids: what is there is a path, whatever else it looks like.

    Raises NotKnown for a path where nothing is, UsageError for what is neither.
    """
    paths: list[Path] = []
    ids: list[str] = []
    for text in texts:
        path = Path(os.path.expanduser(text.strip()))
        if text.strip() and os.path.lexists(path):
            paths.append(path)
        elif (found := parse_id(plain(text))) and found.id not in ids:
            ids.append(found.id)
        elif not found and _is_path(text):
            raise NotKnown(what=say("add.no_path", path=plain(text)), hint=say("add.paths"))
        elif not found:
            what = say("add.no_id", text=shorten(repr(plain(text)), 80))
            raise UsageError(what=what, hint=say("add.forms"))
    return paths, ids


def _is_path(text: str) -> bool:
    is_address = "://" in text
    return not is_address and (os.sep in text or text.lower().rstrip().endswith(".pdf"))


@dataclass
class _Report:
    """What a run says, and the exit code that it ends with."""

    context: click.Context
    library: Library
    tools: Tools
    as_json: bool
    code: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    listed: dict[str, list[Added]] = field(default_factory=dict)

    def add_id(self, id_: str, *, may_fetch: bool) -> None:
        held = papers.paper_with_id(self.library.db, id_)
        if held is None:
            held = _look_up(self.library, self.tools, id_, may_fetch=may_fetch)
        if self.as_json:
            output.put_json(output.added_json(None, held))
        elif not settings_of(self.context).is_quiet:
            output.put(plain(say("added", title=held.paper.title, state=held.state)))

    def add_files(self, found: Found, wishes: Wishes) -> None:
        adding = Adding(self.library, self.tools, found, wishes)
        is_ended = False
        try:
            for added in adding.run():
                self._count(added)
            is_ended = True
        finally:
            # Also after Ctrl-C or on a full disk: what was done is done.
            self._say(found, is_ended)
        if adding.error is not None:
            self._fail(adding.error)
        if self.listed.get("asked") and not self.as_json and _is_terminal(self.context):
            self._ask(found)
        if any(self.listed.get(outcome) for outcome in ("asked", "broken")):
            self.code = self.code or INCOMPLETE

    def settle_one(self, found: Found, as_: str) -> int:
        """Add one file as what the person says it is."""
        if len(found.files) != 1:
            what = say("add.as_one", n=len(found.files))
            raise UsageError(what=what, hint=say("add.as_one_hint"))
        held = None if as_ == NEW else find_paper(self.library, as_)
        self._settle(*next(iter(found.files.items())), held)
        return self.code

    def _settle(self, path: Path, named: Path, held: Held | None) -> None:
        try:
            added = settle(self.library, self.tools, path, held, named=named)
        except PdfError as error:
            self._fail(error)
            return
        if self.as_json:
            output.put_json(output.added_json(added, added.held))
        elif not settings_of(self.context).is_quiet and added.held:
            title, state = added.held.paper.title, added.held.state
            output.put(plain(say("added", title=title, state=state)))

    def _fail(self, error: ReaderError) -> None:
        say_error(error)
        self.code = self.code or error.exit_code

    def _count(self, added: Added) -> None:
        outcome = added.addition.outcome
        self.counts[outcome] += 1
        self.counts["moved"] += added.is_moved
        self.counts["before"] += not added.is_new
        if outcome in SHOWN and (added.is_new or outcome != "unknown"):
            self.listed.setdefault(outcome, []).append(added)
        if self.as_json:
            pdf = pdfs.pdf_of(self.library.db, added.held.row) if added.held else None
            output.put_json(output.added_json(added, added.held, pdf.path if pdf else None))

    def _say(self, found: Found, is_ended: bool) -> None:
        if self.as_json or settings_of(self.context).is_quiet:
            return
        for outcome in SHOWN:
            _list(outcome, self.listed.get(outcome, []))
        output.put(say("add.counts", **{o: self.counts[o] for o in OUTCOMES}))
        if self.counts["before"]:
            output.put(say("add.before", n=self.counts["before"]))
        if self.counts["moved"]:
            output.put(say("add.moved", n=self.counts["moved"]))
        if found.n_other or found.n_hidden:
            output.put(say("add.ignored", n=found.n_other, hidden=found.n_hidden))
        if not is_ended:
            output.put(say("add.resume"))
        elif self.counts["identified"] + self.counts["unknown"] > self.counts["before"]:
            output.put(say("add.index"))

    def _ask(self, found: Found) -> None:
        """Ask which paper each of the doubtful files is; what is not answered waits."""
        left: list[Added] = []
        for added in self.listed["asked"]:
            answer = _answer_to(added)
            if answer is None:
                left.append(added)
                continue
            path = Path(added.addition.path)
            self._settle(path, found.files[path], answer or None)
        self.listed["asked"] = left


def _answer_to(added: Added) -> Held | Literal[False] | None:
    """Ask about one file: the paper that it is, False for one of its own, None for later."""
    output.put()
    output.put(plain(say("add.line", path=added.addition.path, what=added.addition.why)))
    for n, held in enumerate(added.candidates, 1):
        title, id_ = held.paper.title, held.paper.id
        output.put("    " + plain(say("add.choice", n=n, title=title, id=id_)))
    choices = [str(n) for n in range(1, len(added.candidates) + 1)]
    try:
        answer = click.prompt(
            say("add.ask"),
            type=click.Choice([*choices, "o", "l"]),
            default="l",
            show_choices=False,
        )
    except (EOFError, click.Abort):
        return None
    if answer == "o":
        return False
    return added.candidates[int(answer) - 1] if answer in choices else None


def _list(outcome: str, several: Sequence[Added]) -> None:
    if not several:
        return
    output.put(say(f"add.head.{outcome}", n=len(several)))
    for added in several[:MOST_LISTED] if outcome == "unknown" else several:
        path, why, held = added.addition.path, added.addition.why, added.held
        what = held.paper.title if held and outcome == "unknown" else why
        output.put("    " + plain(say("add.line", path=path, what=what)))
        for one in added.candidates:
            paper = one.paper
            output.put("        " + plain(say("add.candidate", title=paper.title, id=paper.id)))
    if outcome == "unknown" and len(several) > MOST_LISTED:
        output.put("    " + say("add.more", n=len(several) - MOST_LISTED))
    if outcome == "asked":
        output.put("    " + say("add.ask_hint"))


def _is_terminal(context: click.Context) -> bool:
    return not settings_of(context).is_quiet and sys.stdin.isatty() and sys.stdout.isatty()


def _look_up(library: Library, tools: Tools, id_: str, *, may_fetch: bool) -> Held:
    is_askable = may_fetch and not id_.startswith("pdf:")
    paper = look_up(library, tools, id_) if is_askable else None
    if paper is None:
        raise _not_known(library, id_)
    papers.add_papers(library.db, [paper], source=BY_HAND, on=library.today())
    papers.add_identifier(library.db, id_, paper)
    index_words(library, tools)
    held = papers.paper_with_id(library.db, id_)
    assert held is not None  # noqa: S101  added just above
    return held


def _not_known(library: Library, id_: str) -> NotKnown:
    if is_off(library, id_):
        kind = id_.partition(":")[0]
        return NotKnown(what=say("add.off", id=id_), hint=say("add.turn_on", kind=kind))
    return NotKnown(what=say("add.unknown", id=id_), hint=say("add.look", url=url_of(id_)))
