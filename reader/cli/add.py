"""`reader add`: add papers by id, PDFs and whole folders, and ask about those that are unclear.

The report lists a few files all; of many only those that need the person.
"""

from __future__ import annotations

import itertools
import os
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
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
from reader.base.tex import title_text
from reader.base.text import plain, shorten
from reader.cli import build, output
from reader.cli.frame import as_json_option, command, is_terminal, say_error, settings_of
from reader.cli.output import answer
from reader.gathering.source import joined_problems
from reader.library.file_names import UNFILED, year_of
from reader.library.folder import Library, find_paper
from reader.library.ids import parse_id
from reader.library.paper import LibraryPaper, family_name
from reader.library.rows import papers, pdfs
from reader.morning.add import Adding, FilesToAdd, Wishes, find_files, settle
from reader.morning.added_file import FileOutcome
from reader.morning.complete import add_by_id
from reader.morning.pipe import Tools

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
    with build.opened(context, must_write=True) as library:
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
        what = _("- reads a list from standard input, which is closed.")
    except OSError as error:
        what = _("Standard input cannot be read ({why}).", why=os_reason(error))
    raise UsageError(what=what, hint=_("Pipe a list into it: `ls *.pdf | reader add -`."))


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
            hint = _(
                "Give an arXiv id or address, a DOI, or an address of OpenReview or the ACL "
                "Anthology."
            )
            missing.append(UsageError(what=what, hint=hint))
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
class AddReport:
    """The results of one run.

    new: files of this run by outcome. before: files that earlier runs added, counted by
    outcome. marked: files with marks. lacking: (path, error) of files with pages or marks that
    could not be read. stayed: (path, why) of files that were not moved.
    """

    new: dict[str, list[FileOutcome]] = field(default_factory=dict)
    before: Counter[str] = field(default_factory=Counter)
    last_before: FileOutcome | None = None
    unclear: list[FileOutcome] = field(default_factory=list)
    """Files that need an answer, from this run or an earlier one."""
    n_broken: int = 0
    marked: list[FileOutcome] = field(default_factory=list)
    lacking: list[tuple[str, PdfError]] = field(default_factory=list)
    stayed: list[tuple[str, str]] = field(default_factory=list)
    n_moved: int = 0
    n_reread: int = 0
    """PDFs that an earlier run had left without passages."""

    def take(self, added: FileOutcome) -> None:
        """Add one file's outcome to the report."""
        outcome, path = added.addition.outcome, added.addition.path
        if added.is_new:
            self.new.setdefault(outcome, []).append(added)
        else:
            self.before[outcome] += 1
            self.last_before = added
        if outcome == "asked":
            self.unclear.append(added)
        self.n_broken += outcome == "broken"
        marked = added.marked
        # Marks in a file that was added before are news only where some of them are new.
        if (marked.n_highlights or marked.n_ink) and (added.is_new or marked.n_new):
            self.marked.append(added)
        self.lacking += [(path, e) for e in (added.lacking, marked.error) if e is not None]
        self.n_moved += added.is_moved
        if added.stayed:
            self.stayed.append((path, str(added.stayed)))


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
            paper = add_by_id(self.library, tools, id_, may_fetch=may_fetch)
        except Incomplete as error:
            self.failed.append(Problem("add", id_, error))
            return
        except NotKnown as error:
            self.fail(error)
            return
        if self.as_json:
            # Printed like an identified file, but without a path.
            addition = pdfs.Addition("", 0, 0, "", "identified")
            output.put_json(FileOutcome(addition, paper, is_new=before is None), path=None)
        else:
            known = N_("Already in the library") if before else N_("Added")
            how = _(N_("Brought back") if before and before.is_removed else known)
            text, id_ = paper_text(paper), paper.record.id
            answer(self.context, _("{how}: {paper} ({id})", how=how, paper=text, id=id_))
            if paper.state == "candidate":
                text = _("Fetch its PDF with `reader pick {id}`.", id=id_)
                answer(self.context, text, indent="  ")

    def tell_failed(self, n_ids: int) -> None:
        """Name the ids that could not be looked up: once for each reason, of n_ids in all."""
        alike: dict[str, list[Problem]] = {}
        for problem in self.failed:
            alike.setdefault(problem.error.reason or problem.error.message, []).append(problem)
        for several in alike.values():
            error, n = joined_problems(several)[0], len(several)
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
                pdf = pdfs.pdf_of(self.library.db, added.paper.row) if added.paper else None
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
                is_reported = any(
                    p.error.reason == error.reason == "unreachable" for p in self.failed
                )
                if not is_reported:  # by the ids, which asked the same network
                    self.fail(error)

    def settle_one(self, found: FilesToAdd, as_: str) -> int:
        """Add one file as the paper `as_`, or with NEW as a paper of its own."""
        if len(found.files) != 1:
            raise _not_one(len(found.files))
        paper = None if as_ == NEW else find_paper(self.library, as_)
        self._settle(*next(iter(found.files.items())), paper)
        return self.code

    def _settle(
        self, path: Path, named: Path, paper: LibraryPaper | None, *, title: str = ""
    ) -> None:
        try:
            with build.tools(self.context, self.library) as tools:
                added = settle(self.library, tools, path, paper, named=named, title=title)
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
        n_waiting = len(self.results.unclear)
        for added in self.results.unclear if self.is_asking else ():
            path = found.path_of(added.addition.path)
            output.put()
            output.put(
                plain(_("{path}: {what}", path=added.addition.path, what=added.addition.why))
            )
            title = _title_of(added, path.stem) if added.unsure_title else ""
            paper = False if added.unsure_title else _answer_to(added)
            if title is not None and paper is not None:
                n_waiting -= 1
                # False, a paper of its own, is None for `settle`.
                self._settle(path, found.files[path], paper or None, title=title)
        if n_waiting or self.results.n_broken:
            self.code = self.code or Incomplete.exit_code


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
    choices: dict[str, LibraryPaper | Literal[False] | None] = {}
    for n, paper in enumerate(added.candidates, 1):
        text, id_ = paper_text(paper), paper.record.id
        output.put("    " + plain(_("{n}  {paper} ({id})", n=n, paper=text, id=id_)))
        choices[str(n)] = paper
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


MOST_LISTED = 20
"""Finished files that are listed one by one; more are counted by topic."""
MOST_NEEDING = 50
"""Files that need the person and are listed."""


def report(results: AddReport, found: FilesToAdd, *, is_ended: bool) -> Iterator[str]:
    """Lay out the report at the end of a run; one line where nothing is new.

    is_ended: all files were tried; False after Ctrl-C or an error.
    """
    lists = (results.new, results.marked, results.lacking, results.stayed)
    is_news = any(lists) or results.n_moved > 0 or results.n_reread > 0
    if not is_news and is_ended:
        yield _nothing_new(results, found)
        return
    unknown = results.new.get("unknown", [])
    sure = [added for added in unknown if not added.unsure_title]
    groups = results.new | {
        "unknown": [added for added in sure if not added.has_files_name],
        "untitled": [added for added in sure if added.has_files_name],
        "unnamed": [added for added in unknown if added.unsure_title],
    }
    for outcome in _HEADS:
        yield from _finished_lines(outcome, groups.get(outcome, []))
    if results.lacking:
        yield _("PARTLY READ  added, but some pages are missing ({n})", n=len(results.lacking))
        yield from _hinted_lines([(path, plain(e.what), e.hint) for path, e in results.lacking])
    if unclear := results.new.get("asked", []):
        yield from _unclear_lines(unclear)
    if broken := results.new.get("broken", []):
        yield _("BROKEN  not added ({n})", n=len(broken))
        additions = (added.addition for added in broken)
        yield from _hinted_lines([(one.path, one.why, one.hint) for one in additions])
    if results.stayed:
        yield _("NOT MOVED  still in the old place ({n})", n=len(results.stayed))
        yield from _hinted_lines([(path, why, "") for path, why in results.stayed])
    yield from _count_lines(results, found)
    if not is_ended:
        yield _("Stopped. Everything counted above is saved; the same command continues from here.")
    elif results.marked or any(results.new.get(outcome) for outcome in ("identified", "unknown")):
        yield _("Next: run `reader index`, so that search finds them by meaning too.")


def _unclear_lines(unclear: Sequence[FileOutcome]) -> Iterator[str]:
    yield _("UNCLEAR  which paper is it? ({n})", n=len(unclear))
    for added in unclear[:MOST_NEEDING]:
        path = shown_path(added.addition.path)
        yield from _indented(_("{path}: {what}", path=path, what=added.addition.why))
        for one in added.candidates:
            line = _("{paper} ({id})", paper=paper_text(one), id=one.record.id)
            yield from _indented(line, indent="        ")
    yield from _more(len(unclear) - MOST_NEEDING)
    yield "    " + _("Say which with `reader add FILE --as ID`, or `--as new` for none of these.")


def _nothing_new(results: AddReport, found: FilesToAdd) -> str:
    if not found.files and found.own:
        folder = plain(str(found.own[0]))
        return _("PDFs in {folder} are the library's own, so they are not added.", folder=folder)
    if not found.files:
        return ngettext(
            "No PDFs found ({n} other file).", "No PDFs found ({n} other files).", found.n_other
        )
    if results.before.total() == 1 and results.last_before is not None:
        return _("Nothing new: {line}", line=plain(line_of(results.last_before)))
    parts = [
        _(key, n=results.before[outcome])
        for outcome, key in (("asked", N_("{n} still unclear")), ("broken", N_("{n} broken")))
        if results.before[outcome]
    ]
    rest = _(" Of these, {parts}; --json lists them.", parts=_(", ").join(parts)) if parts else ""
    return (
        ngettext(
            "Nothing new: {n} file was done in earlier runs.",
            "Nothing new: {n} files were done in earlier runs.",
            results.before.total(),
        )
        + rest
    )


def line_of(added: FileOutcome) -> str:
    """Write the line for one file: which paper it became, and where that is filed."""
    paper, path = added.paper, shown_path(added.addition.path)
    if paper is None:
        return _("{path}: {what}", path=path, what=added.addition.why)
    if added.addition.outcome == "duplicate":
        line = _(
            "{path} is {paper}: {why}", path=path, paper=paper_text(paper), why=added.addition.why
        )
    else:
        place = f"{paper.topic or UNFILED}/{paper.key or paper.record.id}"  # as in the folder
        line = _("{path} → {paper} → {place}", path=path, paper=paper_text(paper), place=place)
    if added.unsure_title:
        line += _(" · title, perhaps: “{title}”", title=added.unsure_title)
    if added.abstract_language == "en":
        line += _(" · abstract in English, text not")
    marked = added.marked
    if marked.n_highlights:
        line += ngettext(" · {n} highlight", " · {n} highlights", marked.n_highlights)
    if marked.n_ink:
        line += ngettext(" · {n} stroke of ink", " · {n} strokes of ink", marked.n_ink)
    return line


def paper_text(paper: LibraryPaper) -> str:
    """Describe a paper in a few words: `[2024 Vale] Its title`."""
    record = paper.record
    who = family_name(record.authors[0]) if record.authors else ""
    facts = " ".join(str(fact) for fact in (year_of(record), who) if fact)
    title = shorten(title_text(record.title), 70)
    return _("[{facts}] {title}", facts=plain(facts), title=title) if facts else title


def shown_path(path: str) -> str:
    """Shorten a path to what can be typed in the working directory."""
    here = os.path.join(os.path.abspath(""), "")
    # In the root folder nothing is cut off: a path without its slash would not be found.
    return path.removeprefix(here) if here != os.sep else path


_HEADS = {
    "identified": N_("ADDED  recognised ({n})"),
    "unknown": N_("ADDED  not recognised, kept under the title in the PDF ({n})"),
    "untitled": N_("ADDED  not recognised, kept under the file's name ({n})"),
    "unnamed": N_("ADDED  not recognised, title not sure, kept under the file's name ({n})"),
    "duplicate": N_("ALREADY HERE  ({n})"),
}


def _finished_lines(outcome: str, several: Sequence[FileOutcome]) -> Iterator[str]:
    """Lay out the finished files; of many only counts by topic."""
    if not several:
        return
    yield _(_HEADS[outcome], n=len(several))
    if len(several) <= MOST_LISTED:
        yield from _indented(*map(line_of, several))
        return
    topics = Counter(added.paper.topic or UNFILED for added in several if added.paper)
    for topic, n in topics.most_common():
        yield "    " + _("{topic}: {n}", topic=topic, n=n)


def _hinted_lines(several: Sequence[tuple[str, str, str]]) -> Iterator[str]:
    """Lay out (path, what, hint); files with the same hint together, with the hint once."""
    by_hint: dict[str, list[str]] = {}
    for path, what, hint in several[:MOST_NEEDING]:
        line = _("{path}: {what}", path=shown_path(path), what=what)
        by_hint.setdefault(hint, []).append(line)
    for hint, lines in by_hint.items():
        yield from _indented(*lines)
        if hint:
            yield from _indented(_("→ {hint}", hint=hint), indent="      ")
    yield from _more(len(several) - MOST_NEEDING)


def _more(n: int) -> Iterator[str]:
    if n > 0:
        yield "    " + _("… and {n} more; --json lists all.", n=n)


def _indented(*lines: str, indent: str = "    ") -> Iterator[str]:
    return (indent + plain(line) for line in lines)


def _new_counts(results: AddReport) -> list[str]:
    n_of = Counter({outcome: len(several) for outcome, several in results.new.items()})
    texts = {
        "identified": _("{n} recognised", n=n_of["identified"]),
        "unknown": _("{n} not recognised", n=n_of["unknown"]),
        "duplicate": ngettext("{n} duplicate", "{n} duplicates", n_of["duplicate"]),
        "asked": _("{n} unclear", n=n_of["asked"]),
        "broken": _("{n} broken", n=n_of["broken"]),
    }
    return [text for outcome, text in texts.items() if n_of[outcome]]


def _count_lines(results: AddReport, found: FilesToAdd) -> Iterator[str]:
    if parts := _new_counts(results):
        yield _("Result: {parts}.", parts=_(", ").join(parts))
    if results.marked:
        highlights = sum(added.marked.n_highlights for added in results.marked)
        yield ngettext(
            "Files with marks: {n} ({highlights} highlight).",
            "Files with marks: {n} ({highlights} highlights).",
            highlights,
            n=len(results.marked),
            highlights=highlights,
        )
    if results.before:
        yield ngettext(
            "Done in earlier runs: {n} file.",
            "Done in earlier runs: {n} files.",
            results.before.total(),
        )
    if results.n_reread:
        yield ngettext(
            "Read too: {n} PDF of this library whose text was missing.",
            "Read too: {n} PDFs of this library whose text was missing.",
            results.n_reread,
        )
    if results.n_moved:
        yield ngettext(
            "{n} file was moved into the library.",
            "{n} files were moved into the library.",
            results.n_moved,
        )
    if found.n_other or found.n_hidden:
        yield ngettext(
            "Left out: {n} other file; hidden files: {hidden}.",
            "Left out: {n} other files; hidden files: {hidden}.",
            found.n_other,
            hidden=found.n_hidden,
        )
