"""`reader add`: add papers by id, PDFs and whole folders, and ask about those that are unclear."""

from __future__ import annotations

import itertools
import os
import sys
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import click

from reader.base.errors import (
    Incomplete,
    NotKnown,
    PdfError,
    Problem,
    ReaderError,
    SourceFailed,
    UsageError,
    os_reason,
)
from reader.base.messages import N_, _, ngettext
from reader.base.text import plain, shorten
from reader.cli import build, output
from reader.cli.add_report import AddReport, line_of, paper_text, report
from reader.cli.frame import as_json_option, command, is_terminal, say_error, settings_of
from reader.cli.output import answer
from reader.gathering.source import told_together
from reader.library.find import find_paper
from reader.library.folder import Library
from reader.library.ids import parse_id
from reader.library.paper import LibraryPaper
from reader.library.rows import papers, pdfs
from reader.morning.add import Adding, FilesToAdd, Wishes, find_files, settle
from reader.morning.added_file import FileOutcome
from reader.morning.complete import add_by_id
from reader.morning.tools import Tools

INCOMPLETE = 5
NEW = "new"
"""What `--as` takes for a paper of its own."""


@command(
    help=N_(
        "Add papers by hand: by id, address or DOI, as PDFs, or as folders of PDFs.\n\nWHAT: "
        "an id, a PDF, a folder, or `-` for ids or paths from standard input, one a line. Each "
        "PDF is recognised, filed, read and copied into the library. Your own files stay as "
        "they are without --move. If it is stopped, the same command goes on where it was. "
        "Exit code 5: a file is broken, or there is a question for you."
    ),
    examples={
        "add 2401.01234": N_("Add a paper by its arXiv id"),
        "add ~/Downloads/papers": N_("Add all PDFs in a folder"),
    },
)
@click.argument("texts", nargs=-1, required=True, metavar="WHAT...")
@click.option(
    "--move",
    "is_moving",
    is_flag=True,
    help=N_("Delete each file once it is safely in the library."),
)
@click.option(
    "--no-fetch",
    is_flag=True,
    help=N_("Look nothing up; the next `gather` looks up the ids printed in PDFs."),
)
@click.option(
    "--as",
    "as_",
    metavar="ID|new",
    help=N_("The paper that the one file is: a paper here, or `new` for a new one."),
)
@as_json_option
def add_command(
    context: click.Context,
    texts: tuple[str, ...],
    is_moving: bool,
    no_fetch: bool,
    as_: str | None,
    as_json: bool,
) -> int:
    """Add papers. Exit code 4 for what does not exist, 5 where a file is broken or waits."""
    # `-` stands for the lines of standard input.
    lines = itertools.chain.from_iterable(
        _stdin_lines() if text == "-" else [text] for text in texts
    )
    paths, ids, missing = _paths_and_ids(lines)
    # --as is about a single file: with anything else nothing is done at all.
    if as_ is not None and (missing or ids):
        raise missing[0] if missing else _not_one(len(ids) + len(paths))
    with build.opened(context) as library:
        if error := library.refusal():
            raise error
        found = find_files(library, paths) if paths else FilesToAdd()
        run = _AddRun(context, library, as_json)
        if as_ is not None:
            return run.settle_one(found, as_)
        for error in missing:
            run.fail(error)
        wishes = Wishes(may_fetch=not no_fetch, is_moving=is_moving, may_ask=run.is_asking)
        try:
            with build.tools(context, library) as tools:
                for id_ in ids:
                    run.add_id(id_, tools, may_fetch=not no_fetch)
                run.tell_failed(len(ids))
                if paths:
                    run.add_files(Adding(library, tools, found, wishes))
        finally:
            # After the tools' progress bar, which would tear the report or wipe it away. Also
            # after Ctrl-C or on a full disk: what was added so far is kept.
            run.tell(found)
        run.ask(found)
        return run.code


def _stdin_lines() -> list[str]:
    """Read the lines of standard input; names in it need not be UTF-8. Raises UsageError."""
    try:
        # `main` replaces a closed stdin by /dev/null: only `__stdin__` shows that it was closed.
        if sys.__stdin__ is not None:
            # Not `splitlines`: a file's name may hold other line ends, such as U+2028. Lists
            # from Windows have "\r\n".
            text = os.fsdecode(sys.stdin.buffer.read())
            return [line.removesuffix("\r") for line in text.split("\n") if line.strip()]
    except OSError as error:
        why = os_reason(error)
        raise UsageError(
            what=_("Standard input cannot be read ({why}).", why=why),
            hint=_("Pipe a list into it: `ls *.pdf | reader add -`."),
        ) from error
    raise UsageError(
        what=_("- reads a list from standard input, which is closed."),
        hint=_("Pipe a list into it: `ls *.pdf | reader add -`."),
    )


def _paths_and_ids(texts: Iterable[str]) -> tuple[list[Path], list[str], list[ReaderError]]:
    """Separate paths and ids: a name that exists is a path, whatever else it looks like.

    Returns (paths, ids, errors). The errors name what is neither, and paths where nothing is;
    the rest is added all the same.
    """
    paths: list[Path] = []
    ids: list[str] = []
    missing: list[ReaderError] = []
    for text in texts:
        # An address (https://…) has slashes too.
        is_like_path = os.sep in text or text.lower().rstrip().endswith(".pdf")
        if path := _existing_path(text):
            paths.append(path)
        elif found := parse_id(plain(text)):
            ids += [found.id] if found.id not in ids else []  # the same paper once
        elif is_like_path and "://" not in text:
            what = _("{path} does not exist.", path=plain(text))
            missing.append(NotKnown(what=what, hint=_("Name a PDF, a folder of PDFs, or an id.")))
        else:
            what = _("{text} is not the id of a paper.", text=shorten(repr(plain(text)), 80))
            missing.append(
                UsageError(
                    what=what,
                    hint=_(
                        "Give an arXiv id or address, a DOI, or an address of OpenReview or the "
                        "ACL "
                        "Anthology."
                    ),
                )
            )
    return paths, ids, missing


def _existing_path(text: str) -> Path | None:
    """Find the path of a name: as it is, without blanks around it, or with `~` as a home.

    None where nothing exists there. Raises UsageError for the home of an unknown user.
    """

    def is_there(name: str) -> bool:
        try:
            # `lexists`: a link that leads nowhere exists too.
            return os.path.lexists(name)
        except ValueError:  # a zero byte
            return False

    # As it is first: a file's name may begin or end with a blank.
    for name in (text, text.strip()):
        if name.strip() and is_there(name):
            return Path(name)
    name = text.strip()
    home = os.path.expanduser(name)
    if home == name and name.startswith("~"):
        raise UsageError(
            what=_("{path}: there is no such home folder.", path=plain(name)),
            hint=_("Name a PDF, a folder of PDFs, or an id."),
        )
    return Path(home) if home != name and is_there(home) else None


@dataclass
class _AddRun:
    """One run of `add`: prints its results and keeps the exit code."""

    context: click.Context
    library: Library
    as_json: bool
    code: int = 0
    results: AddReport = field(default_factory=AddReport)
    adding: Adding | None = None
    is_ended: bool = False
    failed: list[Problem] = field(default_factory=list)
    """Ids that could not be looked up, told together."""

    def add_id(self, id_: str, tools: Tools, *, may_fetch: bool) -> None:
        before = papers.paper_with_id(self.library.db, id_)
        registry = id_.partition(":")[0]
        silent = [p.error for p in self.failed if p.subject.startswith(f"{registry}:")]
        if before is None and silent and silent[-1].reason == "unreachable":
            # A registry that gave no answer is asked no more: each try may take half a minute.
            self.failed.append(Problem("add", id_, silent[-1]))
            return
        try:
            held = add_by_id(self.library, tools, id_, may_fetch=may_fetch)
        except Incomplete as error:
            self.failed.append(Problem("add", id_, error))
            return
        except NotKnown as error:
            self.fail(error)
            return
        if self.as_json:
            # Printed like an identified file, but without a path.
            addition = pdfs.Addition("", 0, 0, "", "identified")
            added = FileOutcome(addition, held, is_new=before is None)
            output.put_json(added, path=None)
        else:
            known = N_("Already in the library") if before else N_("Added")
            how = _(N_("Brought back") if before and before.is_removed else known)
            paper, id_ = paper_text(held), held.paper.id
            answer(self.context, _("{how}: {paper} ({id})", how=how, paper=paper, id=id_))
            if held.state == "candidate":
                answer(
                    self.context, _("Fetch its PDF with `reader pick {id}`.", id=id_), indent="  "
                )

    def tell_failed(self, n_ids: int) -> None:
        """Name the ids that could not be looked up: once for each reason, of n_ids in all."""
        alike: dict[str, list[Problem]] = {}
        for problem in self.failed:
            alike.setdefault(problem.error.reason or problem.error.message, []).append(problem)
        for several in alike.values():
            error, n = told_together(several)[0], len(several)
            if n_ids > 1:
                ids = _(", ").join(problem.subject for problem in several)
                which = (
                    ngettext("{n} paper not added", "{n} papers not added", n)
                    if n == n_ids
                    else _("not added ({ids})", ids=ids)
                )
                error = SourceFailed(source=which, what=error.message, hint=error.hint)
            self.fail(error)

    def add_files(self, adding: Adding) -> None:
        self.adding = adding
        for added in adding.run():
            self.results.take(added)
            if self.as_json:
                pdf = pdfs.pdf_of(self.library.db, added.held.row) if added.held else None
                output.put_json(added, pdf=pdf.path if pdf else None)
        self.is_ended = True

    def tell(self, found: FilesToAdd) -> None:
        """Print the report on the files, also where the run ended early."""
        if self.adding is None:
            return
        self.results.n_reread = self.adding.n_reread
        if not (self.as_json or settings_of(self.context).is_quiet):
            output.put_all(report(self.results, found, is_ended=self.is_ended))
        if self.is_ended:
            for problem in self.adding.problems:
                self.fail(problem.error)
            if (error := self.adding.error) is not None:
                is_told = any(p.error.reason == error.reason == "unreachable" for p in self.failed)
                if not is_told:  # by the ids, which asked the same network
                    self.fail(error)

    def settle_one(self, found: FilesToAdd, as_: str) -> int:
        """Add one file as the paper `as_`, or with NEW as a paper of its own."""
        if len(found.files) != 1:
            raise _not_one(len(found.files))
        held = None if as_ == NEW else find_paper(self.library, as_)
        self._settle(*next(iter(found.files.items())), held)
        return self.code

    def _settle(
        self, path: Path, named: Path, held: LibraryPaper | None, *, title: str = ""
    ) -> None:
        try:
            with build.tools(self.context, self.library) as tools:
                added = settle(self.library, tools, path, held, named=named, title=title)
        except PdfError as error:
            self.fail(error)
            return
        if self.as_json:
            output.put_json(added)
        elif not settings_of(self.context).is_quiet:
            output.put(plain(line_of(added)))

    @property
    def is_asking(self) -> bool:
        """Check whether somebody reads the questions and can answer them."""
        return not (self.as_json or settings_of(self.context).is_quiet) and is_terminal()

    def fail(self, error: ReaderError) -> None:
        code = say_error(error)
        # The first error decides the exit code.
        self.code = self.code or code

    def ask(self, found: FilesToAdd) -> None:
        """Ask which paper or title each unclear file has; those unanswered wait for a later run."""
        waiting = self.results.asked
        if self.is_asking:
            waiting = []
            for added in self.results.asked:
                path = found.path_of(added.addition.path)
                if added.unsure_title:
                    title = _title_of(added, path.stem)
                    if title is None:
                        waiting.append(added)
                    else:
                        self._settle(path, found.files[path], None, title=title)
                    continue
                paper = _answer_to(added)
                if paper is None:
                    waiting.append(added)
                    continue
                # False, a paper of its own, is None for `settle`.
                self._settle(path, found.files[path], paper or None)
        if waiting or self.results.n_broken:
            self.code = self.code or INCOMPLETE


def _not_one(n: int) -> UsageError:
    return UsageError(
        what=ngettext(
            "--as takes one file, but {n} file was named.",
            "--as takes one file, but {n} files were named.",
            n,
        ),
        hint=_("Run `reader add FILE --as ID` once for each file."),
    )


def _title_of(added: FileOutcome, name: str) -> str | None:
    """Ask for the title of one file; name: the file's. Returns None for later.

    An empty line or the end of the input means later too.
    """
    output.put()
    output.put(plain(_("{path}: {what}", path=added.addition.path, what=added.addition.why)))
    try:
        typed = input(
            _("Its title? Type it, or y (as read), n (the file's name) or l (later)") + " [l]: "
        ).strip()
    except EOFError:
        output.put()
        return None
    return {"y": added.unsure_title, "n": name, "l": None, "": None}.get(typed, typed)


def _answer_to(added: FileOutcome) -> LibraryPaper | Literal[False] | None:
    """Ask about one file: its paper, False for a paper of its own, None for later.

    An empty line or the end of the input means later too.
    """
    output.put()
    output.put(plain(_("{path}: {what}", path=added.addition.path, what=added.addition.why)))
    choices: dict[str, LibraryPaper | Literal[False] | None] = {}
    for n, held in enumerate(added.candidates, 1):
        paper, id_ = paper_text(held), held.paper.id
        output.put("    " + plain(_("{n}  {paper} ({id})", n=n, paper=paper, id=id_)))
        choices[str(n)] = held
    choices |= {"o": False, "l": None}
    while True:
        try:
            # Not click.prompt: it raises the same Abort for Ctrl-C and for the end of the input.
            typed = (
                input(_("Which paper? A number, o (none of these) or l (later)") + " [l]: ").strip()
                or "l"
            )
        except EOFError:
            output.put()
            return None
        if typed in choices:
            return choices[typed]
        output.put(_("Please type one of these: {choices}.", choices=_(", ").join(choices)))
