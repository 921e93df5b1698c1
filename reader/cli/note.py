"""`reader note`: write a note, check it, find related ones, and go back to revisions."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from reader.base.errors import NotKnown, StoreError, UsageError, WrongClock, os_reason
from reader.base.messages import N_, _, ngettext
from reader.base.tex import title_text
from reader.base.text import plain, wrap
from reader.cli import build, output
from reader.cli.frame import FilePath, Settings, as_json_option, command, say_error, settings_of
from reader.cli.revisions import (
    give_note,
    near_lines,
    note_encoder,
    show_check,
    show_diff,
    show_history,
    show_related,
    show_waiting,
)
from reader.library.folder import Library, find_paper
from reader.library.paper import LibraryPaper
from reader.library.rows import queue
from reader.notes import drafts, export
from reader.notes.draft import HINT, laid_out
from reader.notes.drafts import Draft, Others, marks_of, may_show, new_words, words_again
from reader.notes.folder import ExportOutcome
from reader.notes.rows import notes
from reader.notes.write import (
    NoteOutcome,
    add_note,
    newest_note,
    restore,
)
from reader.texts.note import file_lines, report_of

if TYPE_CHECKING:
    from reader.search.encode import Encode


LONGEST = 10_000_000
"""Bytes of a note that is read; without a limit /dev/zero would fill the memory."""


def given(file: Path | None) -> str | None:
    """Read the note from a file or standard input; None where neither is given, on a terminal.

    Raises UsageError where it cannot be read, is too long or is not UTF-8.
    """
    if file is None and sys.stdin.isatty():
        return None
    if file is None or str(file) == "-":
        # One byte more than is allowed shows that there is too much, and the rest stays unread.
        content, name = sys.stdin.buffer.read(LONGEST + 1), _("standard input")
    else:
        name = str(file)
        try:
            with file.open("rb") as handle:
                content = handle.read(LONGEST + 1)
        except OSError as error:
            what = _("{file} cannot be read: {what}.", file=file, what=os_reason(error))
            raise UsageError(what=what, hint=_("Nothing was changed.")) from None
    if len(content) > LONGEST:
        what = _(
            "{file} is larger than {n} MB, which is too large for a note.",
            file=name,
            n=LONGEST // 1_000_000,
        )
        raise UsageError(what=what, hint=_("Nothing was changed."))
    try:
        # A byte order mark at the beginning is dropped.
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        what = _("{file} is not UTF-8 (byte {n}).", file=name, n=error.start + 1)
        raise UsageError(what=what, hint=_("Save it as UTF-8; nothing was changed.")) from None


WIDTH = 76
"""Columns of the text to read in the editor: some editors break no lines."""


@dataclass(frozen=True, slots=True)
class EditorPage:
    """The text that the editor opens for a paper.

    template: the name of a template, "" for that of feeds.toml. has_abstract: the abstract and
    the highlights stand below the note.
    """

    library: Library
    paper: LibraryPaper
    template: str
    has_abstract: bool

    def new(self, before: str) -> str:
        """Lay out a new draft. before: the note as it is; "" begins with the template."""
        return self._with_shown(new_words(self.library, before, self.template))

    def again(self, saved: str, before: str) -> str:
        """Lay out a draft that an earlier editor left, with the text to read made again."""
        return self._with_shown(words_again(self.library, saved, before, self.template))

    def _with_shown(self, words: str) -> str:
        shown = list(self._shown())
        return laid_out(
            words.rstrip("\n"),
            shown,
            what=_(
                "lines that begin with {mark} are shown for reading and are not saved", mark=HINT
            ),
        )

    def _shown(self) -> Iterator[str]:
        """Lay out the text to read: title, authors, abstract, and the marked words in order."""
        paper = self.paper.record
        yield from wrap(title_text(paper.title), WIDTH)
        yield plain(output.authors_text(paper.authors))
        yield ""
        if (guess := queue.guess_of(self.library.db, self.paper.row)) and guess.text:
            yield from wrap(f"{_('Your guess:')} {plain(guess.text)}", WIDTH)
            yield ""
        if not self.has_abstract:
            yield _("Write from memory first. The abstract appears with --show, or the next time.")
            return
        yield _("ABSTRACT")
        yield from wrap(title_text(paper.abstract) or _("No abstract is known."), WIDTH)
        found = marks_of(self.library, self.paper)
        if found:
            yield ""
            yield _("YOUR HIGHLIGHTS")
        for one in found:
            pages = _(", ").join(map(str, one.pages))
            where = _("(p. {pages})", pages=pages)
            if one.is_earlier:
                where = _("(p. {pages} of an earlier version)", pages=pages)
            if one.text:
                yield from wrap(f"“{one.text}” {where}", WIDTH, "  ", "- ")
            if one.note:
                typed = one.note if one.text else f"{one.note} {where}"
                yield from wrap(typed, WIDTH, "  ", "  — " if one.text else "- ")


AT_ONCE_S = 0.7
"""Seconds. An editor that returns sooner, without a change, may have opened another window."""


def _open_editor(file: Path) -> None:
    """Edit a file. Raises UsageError where the editor is missing or failed."""
    try:
        click.edit(filename=str(file))
    except click.ClickException as error:
        # click raises the same error for a missing editor and for one that failed.
        is_missing = isinstance(error.__cause__, OSError)
        hint = _(
            N_("Set EDITOR to an editor that is installed, or use -m or --file.")
            if is_missing
            else N_("The editor ended with an error, so nothing was saved.")
        )
        raise UsageError(what=error.message, hint=hint) from None
    except ValueError as error:
        # EDITOR has a quotation mark that is not closed.
        raise UsageError(
            what=_("The editor cannot be started: {what}.", what=error),
            hint=_("Set EDITOR to an editor that is installed, or use -m or --file."),
        ) from None


def edit_note(page: EditorPage, *, encode: Encode | None) -> NoteOutcome:
    """Open the editor and save what the person wrote; an unchanged text changes nothing.

    Raises UsageError where the editor is missing or failed.
    """
    library, paper = page.library, page.paper
    with drafts.opened(library, paper, page.new) as (draft, others):
        given = _prepare(page, draft, others)
        began = time.monotonic()
        noted = None
        try:
            _open_editor(draft.file)
            # Some editors return at once and save later: so far nothing was changed.
            is_at_once = time.monotonic() - began < AT_ONCE_S
            saved = drafts.words_of(draft)
            words = _words(page, draft, saved, given)
            noted = add_note(library, paper, words, encode=encode, base=draft.base)
            # Last: a kill before it leaves the words in two places, and never in none.
            drafts.drop(draft, read=saved)
        finally:
            # After Ctrl-C or on a full disk too: what was typed must not be lost.
            if noted is None:
                _keep_or_delete(page, draft, given)
    # Then the person may still be writing: say how to make the editor wait.
    if not noted.is_new and saved == given and is_at_once:
        output.put(
            _(
                "The editor returned at once. If it opens a window of its own, make it wait: "
                "EDITOR='code --wait'."
            ),
            is_error=True,
        )
    return noted


def _prepare(page: EditorPage, draft: Draft, others: Others) -> str | None:
    """Prepare a draft for the editor: bring an old one up to date, and warn of other drafts.

    Records that the editor was opened. Returns the draft's text, None where it cannot be read.
    """
    if others.n_open:
        output.put(
            _("This note is open in another editor too. Both texts will be kept."), is_error=True
        )
    if others.n_waiting:
        output.put(
            ngettext(
                "{n} more draft waits. The next `reader note` opens one.",
                "{n} more drafts wait. The next `reader note` opens one.",
                others.n_waiting,
            ),
            is_error=True,
        )
    try:
        notes.add_opening(page.library.db, page.paper.row, at=page.library.now())
    except StoreError as error:
        # Drafts are files: one can write although the library cannot be written.
        say_error(error)
    try:
        given = drafts.words_of(draft)
    except UsageError as error:
        say_error(error)
        return None
    if draft.is_old:
        output.put(
            _("Opening an unsaved draft: {title}", title=title_text(page.paper.record.title)),
            is_error=True,
        )
        given = page.again(given, draft.before)
        drafts.rewrite(draft, given)
    return given


def _words(page: EditorPage, draft: Draft, saved: str, given: str | None) -> str:
    """Return what the person wrote; the former note where only line ends were changed."""
    before = draft.before
    words = drafts.own_words(page.library, draft, saved, given=given or "")
    return before if words == before.replace("\r\n", "\n") else words


def _keep_or_delete(page: EditorPage, draft: Draft, given: str | None) -> None:
    """Delete a draft without new words; otherwise keep it and print where it is."""
    try:
        saved = drafts.words_of(draft)
    except UsageError:
        # The editor deleted the file. One that cannot be read stays, and is named below.
        if not draft.file.exists():
            return
    else:
        # An old draft has words that are in no revision, also where nothing was typed today.
        has_words = bool(_words(page, draft, saved, given).strip())
        if not has_words or (saved == given and not draft.is_old):
            draft.file.unlink(missing_ok=True)
            return
    _say_kept(draft.file, page.paper)


def _say_kept(file: Path, paper: LibraryPaper) -> None:
    message = _(
        "Your words are in {file}. reader note {id} opens them again.",
        file=file,
        id=paper.record.id,
    )
    output.put(message, is_error=True)


def write_note(
    settings: Settings,
    library: Library,
    paper: LibraryPaper,
    text: str | None,
    *,
    template: str = "",
    is_shown: bool = False,
) -> bool:
    """Save a note and print the outcome; returns whether anything changed.

    text: None opens the editor. template: its name, for the editor. is_shown: the editor shows
    the abstract.
    """
    encode = note_encoder(library)
    if text is not None:
        noted = _add_given(library, paper, text, encode)
    else:
        # First, so that the editor opens the words that a hand wrote in the Markdown file.
        _warn(export.read_by_hand(library, paper))
        has_abstract = is_shown or may_show(library, paper)
        noted = edit_note(EditorPage(library, paper, template, has_abstract), encode=encode)
    tell(settings, library, noted, encode)
    if noted.is_new:
        if text is not None and noted.number > 1 and not settings.is_quiet:
            # Whoever meant to add a sentence has to learn that it is the whole note now.
            id_, n = paper.record.id, noted.number - 1
            message = _(
                "This is the whole note now. The one before: reader note {id} --restore {n}",
                id=id_,
                n=n,
            )
            output.put(message)
        _warn(export.export_one(library, noted.paper))
    return noted.is_new


def _add_given(
    library: Library, paper: LibraryPaper, text: str, encode: Encode | None
) -> NoteOutcome:
    """Save a text that was given whole; under a wrong clock it is kept as a draft."""
    try:
        return add_note(library, paper, text, encode=encode)
    except WrongClock:
        before = newest_note(library, paper)
        base = before.id if before else 0
        if name := drafts.keep(library, paper, text, base=base, name="", seen="").name:
            _say_kept(drafts.folder_of(library) / name, paper)
        raise


def tell(settings: Settings, library: Library, noted: NoteOutcome, encode: Encode | None) -> None:
    """Print the outcome of a saved note."""
    if settings.is_quiet:
        return
    report = report_of(library, noted, encode=encode)
    width = output.width_of_terminal()
    if report.unseen:
        output.put_all(wrap(report.unseen, width, "", ""))
    output.put(report.message)
    if noted.meanwhile:
        id_ = noted.paper.record.id
        output.put(
            _(
                "Revision {n} was saved while you were writing. Revision {number} has both texts, "
                "with a line between them: reader note {id}",
                n=noted.meanwhile,
                number=noted.number,
                id=id_,
            )
        )
    for text in (*report.check, *report.lost):
        output.put_all(wrap(text, width, "    ", "  "))
    output.put_all(near_lines(report.near, width))


def _warn(done: ExportOutcome) -> None:
    for sentence in file_lines(done):
        output.put(sentence, is_error=True)


@dataclass(frozen=True, slots=True)
class _NoteOptions:
    """The options of one run of `note`."""

    message: str | None
    file: Path | None
    template: str
    is_shown: bool
    numbers: tuple[int, ...]
    restored: int | None
    waiting: int | None
    task: str | None
    """`check`, `related`, `history`, `diff` or `waiting`; None to write or to restore."""
    as_json: bool


def _task(name: str, text: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Make an option for what is done in place of writing."""
    return click.option(f"--{name}", "task", flag_value=name, help=text)


@command(
    help=N_(
        "Write a note on a paper in your own words: in your editor, or with -m, --file or "
        "standard input.\n\nThe editor opens with a template, and from the second time on with "
        "the abstract. Each time adds a revision. A draft that was not saved opens again. A "
        "note of two sentences or more that are not mostly copied counts as written, a shorter "
        "one as skimmed. NUMBER: the revisions that --diff compares."
    ),
    examples={
        "note 2401.01234": N_("Write or change the note in your editor"),
        "note 2401.01234 --check": N_("See which sentences are close to the paper's"),
    },
)
@click.argument("id_", metavar="[ID]", default=None)
@click.argument("numbers", metavar="[NUMBER...]", nargs=-1, type=int)
@click.option("-m", "--message", "message", help=N_("The text of the note."))
@click.option(
    "--file",
    "file",
    type=FilePath(allow_dash=True),
    help=N_("The file that the note is in; - for standard input."),
)
@click.option(
    "--template",
    default="",
    metavar="NAME",
    help=N_(
        "The headings to write under: key-points, six-questions, none, or a template of your own."
    ),
)
@click.option(
    "--show",
    "is_shown",
    is_flag=True,
    help=N_("Show the abstract and the highlights in the editor the first time too."),
)
@_task("check", N_("List the sentences that are close to the paper's, and where."))
@_task("related", N_("List the earlier notes most similar to this one."))
@_task("history", N_("List the revisions of the note."))
@_task("diff", N_("Show what changed: in the last revision, since A, or from A to B."))
@click.option(
    "--restore",
    "restored",
    type=int,
    metavar="N",
    help=N_("Make revision N the note again, as a new revision."),
)
@_task(
    "waiting",
    N_("List the imported notes that wait for their papers, or print the one of a number."),
)
@click.option(
    "--from-waiting",
    "waiting",
    type=int,
    metavar="N",
    help=N_("Give the waiting note N to this paper, as a revision."),
)
@as_json_option
def note_command(context: click.Context, /, id_: str | None, **options: Any) -> None:
    """Write a note, or do with it what an option says."""
    chosen = _NoteOptions(**options)
    _check_options(chosen)
    if chosen.task == "waiting":
        show_waiting(context, id_ or "", as_json=chosen.as_json)
        return
    if id_ is None:
        raise click.MissingParameter(ctx=context, param=context.command.params[0])
    is_writing = not chosen.task and chosen.restored is None and chosen.waiting is None
    text = chosen.message
    if text is None and is_writing:
        text = given(chosen.file)
    if is_writing and text is not None and (chosen.template or chosen.is_shown):
        option = "--template" if chosen.template else "--show"
        what = _("{option} is for writing in an editor, which needs a terminal.", option=option)
        raise UsageError(what=what, hint=_("Without it, the note is read from standard input."))
    settings = settings_of(context)
    with build.opened(context) as library:
        paper = find_paper(library, id_)
        if is_writing:
            template, is_shown = chosen.template, chosen.is_shown
            write_note(settings, library, paper, text, template=template, is_shown=is_shown)
        elif chosen.waiting is not None:
            given_to = give_note(settings, library, chosen.waiting, paper)
            _warn(export.export_one(library, given_to))
        else:
            _run_task(settings, library, paper, chosen)


def _check_options(options: _NoteOptions) -> None:
    """Raise UsageError for options that exclude each other."""
    if options.message is not None and options.file is not None:
        raise UsageError(
            what=_("-m and --file cannot be used together."),
            hint=_("Use only one of them. Nothing was changed."),
        )
    # Without a task the first name is "--None", and is not given.
    named = {
        f"--{options.task}": bool(options.task),
        "--restore": options.restored is not None,
        "--from-waiting": options.waiting is not None,
        "-m": options.message is not None,
        "--file": options.file is not None,
        "--template": bool(options.template),
        "--show": options.is_shown,
    }
    first, *others = [option for option, is_given in named.items() if is_given] or [""]
    # --show and --template are both for the editor; any other two name different tasks.
    clash = next((o for o in others if {first, o} != {"--template", "--show"}), "")
    if clash:
        what = _("{option} cannot be used together with {other}.", option=first, other=clash)
        raise UsageError(what=what, hint=_("Use only one of them. Nothing was changed."))
    if options.numbers and (options.task != "diff" or len(options.numbers) > 2):
        raise UsageError(
            what=_("Revision numbers are used with --diff."),
            hint=_("Try reader note ID --diff [A [B]], or --restore N."),
        )
    if options.as_json and options.task not in ("history", "related", "check", "waiting"):
        raise UsageError(
            what=_("--json needs --history, --related, --check or --waiting."),
            hint=_("Without them, a note is saved and one line is printed."),
        )


def _run_task(
    settings: Settings, library: Library, paper: LibraryPaper, options: _NoteOptions
) -> None:
    """Carry out an option on the newest note. Raises NotKnown where there is none."""
    note = newest_note(library, paper)
    if options.task == "related":
        show_related(library, paper, note, as_json=options.as_json)
    elif note is None:
        what = _("There is no note yet: {title}", title=title_text(paper.record.title))
        raise NotKnown(what=what, hint=_("`reader note {id}` writes one.", id=paper.record.id))
    elif options.restored is not None:
        number, title = options.restored, title_text(paper.record.title)
        noted = restore(library, paper, number, encode=note_encoder(library))
        if noted.is_new:
            _warn(export.export_one(library, noted.paper))
        if not settings.is_quiet:
            restored = _(
                "Revision {n} was restored as revision {number}: {title}",
                n=number,
                number=noted.number,
                title=title,
            )
            output.put(restored if noted.is_new else _("No changes: {title}", title=title))
    elif options.task == "history":
        show_history(library, paper, as_json=options.as_json)
    elif options.task == "diff":
        show_diff(library, paper, options.numbers)
    else:
        show_check(library, paper, note, as_json=options.as_json)
