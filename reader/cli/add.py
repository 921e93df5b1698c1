"""`reader add`: papers by id, PDFs, whole folders of them, into the library by hand."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import click

from reader.cli import added as says
from reader.cli import build, output
from reader.cli.frame import ReaderCommand, say_error, settings_of
from reader.errors import Incomplete, NotKnown, PdfError, ReaderError, ReadOnly, UsageError
from reader.ids import parse_id
from reader.library.choose import find_paper
from reader.library.folder import Library
from reader.paper import Held
from reader.phrases import say
from reader.plain import plain, shorten
from reader.stages.adding import Added, Adding, Found, Wishes, add_by_id, find_files, settle
from reader.stages.tools import Tools
from reader.store import papers, pdfs

INCOMPLETE = 5
NEW = "new"
"""What `--as` takes for a paper of its own."""


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
    paths, ids, missing = _sorted(_lines(texts))
    if as_ is not None and missing:
        raise missing[0]
    if as_ is not None and ids:
        raise _not_one(len(ids) + len(paths))
    with build.opened(context) as library:
        if library.db.is_read_only:
            raise ReadOnly(file=library.folder)
        found = find_files(library, paths) if paths else Found()
        report = _Report(context, library, as_json)
        if as_ is not None:
            return report.settle_one(found, as_)
        for error in missing:
            report.fail(error)
        wishes = Wishes(may_fetch=not no_fetch, is_moving=is_moving)
        try:
            with build.tools(context, library) as tools:
                for id_ in ids:
                    report.add_id(id_, tools, may_fetch=not no_fetch)
                if paths:
                    report.add_files(Adding(library, tools, found, wishes))
        finally:
            # After the tools' progress bar, which would stand in what is said or wipe it away;
            # also after Ctrl-C or on a full disk: what was done is done.
            report.tell(found)
        report.ask(found)
        return report.code


def _lines(texts: Sequence[str]) -> list[str]:
    """Put standard input's lines in the place of `-`; names in it need not be UTF-8."""
    found: list[str] = []
    for text in texts:
        if text == "-":
            found += [line.removesuffix("\r") for line in _input().split("\n") if line.strip()]
        else:
            found.append(text)
    return found


def _input() -> str:
    try:
        if sys.__stdin__ is not None:  # as it came: a closed one was opened on nothing since
            return os.fsdecode(sys.stdin.buffer.read())
    except OSError as error:
        why = error.strerror
        raise UsageError(what=say("add.bad_stdin", why=why), hint=say("add.stdin")) from error
    raise UsageError(what=say("add.no_stdin"), hint=say("add.stdin"))


def _sorted(texts: Iterable[str]) -> tuple[list[Path], list[str], list[ReaderError]]:
    """Tell paths from ids: what is there is a path, whatever else it looks like.

    The errors name what is neither, and paths where nothing is: the rest is added.
    """
    paths: list[Path] = []
    ids: list[str] = []
    missing: list[ReaderError] = []
    for text in texts:
        path = _path(text)
        if path is not None:
            paths.append(path)
        elif (found := parse_id(plain(text))) and found.id not in ids:
            ids.append(found.id)
        elif not found and _is_path(text):
            what = say("add.no_path", path=plain(text))
            missing.append(NotKnown(what=what, hint=say("add.paths")))
        elif not found:
            what = say("add.no_id", text=shorten(repr(plain(text)), 80))
            missing.append(UsageError(what=what, hint=say("add.forms")))
    return paths, ids, missing


def _path(text: str) -> Path | None:
    """Give what stands under a name, taken as it is, then without the blanks around it, then
    with `~` as a home; None where nothing does. Raises UsageError for nobody's home."""
    for name in (text, text.strip()):
        if name.strip() and _is_there(name):
            return Path(name)
    name = text.strip()
    home = os.path.expanduser(name)
    if home == name and name.startswith("~"):
        raise UsageError(what=say("add.no_home", path=plain(name)), hint=say("add.paths"))
    return Path(home) if home != name and _is_there(home) else None


def _is_there(name: str) -> bool:
    try:
        return os.path.lexists(name)
    except ValueError:  # a zero byte
        return False


def _is_path(text: str) -> bool:
    is_address = "://" in text
    return not is_address and (os.sep in text or text.lower().rstrip().endswith(".pdf"))


@dataclass
class _Report:
    """What a run says, and the exit code that it ends with."""

    context: click.Context
    library: Library
    as_json: bool
    code: int = 0
    told: says.Told = field(default_factory=says.Told)
    adding: Adding | None = None
    is_ended: bool = False

    def add_id(self, id_: str, tools: Tools, *, may_fetch: bool) -> None:
        before = papers.paper_with_id(self.library.db, id_)
        try:
            held = add_by_id(self.library, tools, id_, may_fetch=may_fetch)
        except (NotKnown, Incomplete) as error:
            self.fail(error)
            return
        if self.as_json:
            output.put_json(output.added_json(None, held))
        elif not settings_of(self.context).is_quiet:
            how = say("added.before" if before else "added.new")
            paper, id_ = says.paper_text(held), held.paper.id
            output.put(plain(say("added", how=how, paper=paper, id=id_)))
            if held.state == "candidate":
                output.put("  " + say("added.pick", id=id_))

    def add_files(self, adding: Adding) -> None:
        self.adding = adding
        for added in adding.run():
            self._count(added)
        self.is_ended = True

    def tell(self, found: Found) -> None:
        """Say what became of the files, of all of them or until the run was broken off."""
        if self.adding is None:
            return
        self.told.n_reread = self.adding.n_reread
        if not (self.as_json or settings_of(self.context).is_quiet):
            for line in says.report(self.told, found, is_ended=self.is_ended):
                output.put(line)
        if self.is_ended:
            for problem in self.adding.problems:
                self.fail(problem.error)
            if self.adding.error is not None:
                self.fail(self.adding.error)

    def settle_one(self, found: Found, as_: str) -> int:
        """Add one file as what the person says it is."""
        if len(found.files) != 1:
            raise _not_one(len(found.files))
        held = None if as_ == NEW else find_paper(self.library, as_)
        self._settle(*next(iter(found.files.items())), held)
        return self.code

    def _settle(self, path: Path, named: Path, held: Held | None) -> None:
        try:
            with build.tools(self.context, self.library) as tools:
                added = settle(self.library, tools, path, held, named=named)
        except PdfError as error:
            self.fail(error)
            return
        if self.as_json:
            output.put_json(output.added_json(added, added.held))
        elif not settings_of(self.context).is_quiet:
            output.put(plain(says.line_of(added)))

    def fail(self, error: ReaderError) -> None:
        say_error(error)
        self.code = self.code or error.exit_code

    def _count(self, added: Added) -> None:
        self.told.take(added)
        if self.as_json:
            pdf = pdfs.pdf_of(self.library.db, added.held.row) if added.held else None
            output.put_json(output.added_json(added, added.held, pdf.path if pdf else None))

    def ask(self, found: Found) -> None:
        """Ask which paper each of the doubtful files is; what is not answered waits."""
        if not self.as_json and _is_terminal(self.context):
            self.told.asked = [
                added for added in self.told.asked if not self._is_told(added, found)
            ]
        if self.told.asked or self.told.n_broken:
            self.code = self.code or INCOMPLETE

    def _is_told(self, added: Added, found: Found) -> bool:
        """Ask about one file and do at once what is said; False for an answer that waits."""
        answer = _answer_to(added)
        if answer is None:
            return False
        path = found.path_of(added.addition.path)
        self._settle(path, found.files[path], answer or None)
        return True


def _not_one(n: int) -> UsageError:
    return UsageError(what=say("add.as_one", n=n), hint=say("add.as_one_hint"))


def _answer_to(added: Added) -> Held | Literal[False] | None:
    """Ask about one file: the paper that it is, False for one of its own, None for later."""
    output.put()
    output.put(plain(say("add.line", path=added.addition.path, what=added.addition.why)))
    for n, held in enumerate(added.candidates, 1):
        paper, id_ = says.paper_text(held), held.paper.id
        output.put("    " + plain(say("add.choice", n=n, paper=paper, id=id_)))
    choices = [str(n) for n in range(1, len(added.candidates) + 1)]
    answer = _chosen([*choices, "o", "l"])
    if answer == "o":
        return False
    return added.candidates[int(answer) - 1] if answer in choices else None


def _chosen(choices: Sequence[str]) -> str:
    """Ask until one of the choices is typed; nothing, or the end of what is typed: later.

    Not by click, which takes Ctrl-C for the end.
    """
    while True:
        try:
            answer = input(say("add.ask") + " [l]: ").strip() or "l"
        except EOFError:
            output.put()
            return "l"
        if answer in choices:
            return answer
        output.put(say("add.ask_again", choices=say("list").join(choices)))


def _is_terminal(context: click.Context) -> bool:
    has_both = all(stream is not None and stream.isatty() for stream in (sys.stdin, sys.stdout))
    return has_both and not settings_of(context).is_quiet
