"""The command `note`: what each option asks for, and which of them go together."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from reader.cli import build, output, screen
from reader.cli.frame import ReaderCommand, Settings, settings_of
from reader.cli.note import history, kept
from reader.cli.note.given import given
from reader.errors import NotKnown, UsageError
from reader.library.choose import find_paper
from reader.library.folder import Library
from reader.library.linking import related
from reader.library.noting import check_lines
from reader.library.own_words import check_note, closeness_of
from reader.library.writing import newest_note, restore
from reader.own_words import Check, Sentence
from reader.own_words.say import where
from reader.paper import Held
from reader.phrases import say
from reader.plain import plain
from reader.store.notes import Revision


@dataclass(frozen=True, slots=True)
class _Asked:
    """The options of one run."""

    message: str | None
    file: Path | None
    template: str
    is_shown: bool
    numbers: tuple[int, ...]
    restored: int | None
    task: str | None
    """`check`, `related`, `history` or `diff`; None to write or to restore."""
    as_json: bool


@click.command("note", cls=ReaderCommand, help=say("help.note"))
@click.argument("id_", metavar="ID")
@click.argument("numbers", metavar="[NUMBER...]", nargs=-1, type=int)
@click.option("-m", "--message", "message", help=say("option.message"))
@click.option(
    "--file",
    "file",
    type=click.Path(path_type=Path, allow_dash=True),
    help=say("option.file"),
)
@click.option("--template", default="", metavar="NAME", help=say("option.template"))
@click.option("--show", "is_shown", is_flag=True, help=say("option.show"))
@click.option("--check", "task", flag_value="check", help=say("option.check"))
@click.option("--related", "task", flag_value="related", help=say("option.related"))
@click.option("--history", "task", flag_value="history", help=say("option.history"))
@click.option("--diff", "task", flag_value="diff", help=say("option.diff"))
@click.option("--restore", "restored", type=int, metavar="N", help=say("option.restore"))
@click.option("--json", "as_json", is_flag=True, help=say("option.json"))
@click.pass_context
def note_command(context: click.Context, /, id_: str, **options: Any) -> None:
    """Write a note, or go back to one."""
    asked = _Asked(**options)
    _refuse_mixtures(asked)
    is_writing = not asked.task and asked.restored is None
    text = asked.message if asked.message is not None else given(asked.file) if is_writing else None
    if is_writing and text is not None and (asked.template or asked.is_shown):
        option = "--template" if asked.template else "--show"
        what = say("note.no_terminal", option=option)
        raise UsageError(what=what, hint=say("note.no_terminal.hint"))
    with build.opened(context) as library:
        held = find_paper(library, id_)
        if is_writing:
            template, is_shown = asked.template, asked.is_shown
            settings = settings_of(context)
            kept.write_note(settings, library, held, text, template=template, is_shown=is_shown)
        else:
            _go_back(settings_of(context), library, held, asked)


def _refuse_mixtures(asked: _Asked) -> None:
    """Raise UsageError for options that name two things to do."""
    if asked.message is not None and asked.file is not None:
        raise UsageError(what=say("note.two"), hint=say("note.one"))
    named = {
        f"--{asked.task}": bool(asked.task),
        "--restore": asked.restored is not None,
        "-m": asked.message is not None,
        "--file": asked.file is not None,
        "--template": bool(asked.template),
        "--show": asked.is_shown,
    }
    first, *others = [option for option, is_given in named.items() if is_given] or [""]
    clash = next((o for o in others if {first, o} != {"--template", "--show"}), "")
    if clash:
        what = say("note.alone", option=first, other=clash)
        raise UsageError(what=what, hint=say("note.alone.hint"))
    if asked.numbers and (asked.task != "diff" or len(asked.numbers) > 2):
        raise UsageError(what=say("note.numbers"), hint=say("note.numbers.hint"))
    if asked.as_json and asked.task not in ("history", "related", "check"):
        raise UsageError(what=say("note.json"), hint=say("note.json.hint"))


def _go_back(settings: Settings, library: Library, held: Held, asked: _Asked) -> None:
    note = newest_note(library, held)
    if asked.task == "related":
        _show_related(library, held, note, as_json=asked.as_json)
    elif note is None:
        what = say("note.none", title=plain(held.paper.title))
        raise NotKnown(what=what, hint=say("note.none.hint", id=held.paper.id))
    elif asked.restored is not None:
        _restore(settings, library, held, asked.restored)
    elif asked.task == "history":
        history.show_history(library, held, as_json=asked.as_json)
    elif asked.task == "diff":
        history.show_diff(library, held, asked.numbers)
    else:
        _show_check(library, held, note, as_json=asked.as_json)


def _restore(settings: Settings, library: Library, held: Held, number: int) -> None:
    noted = restore(library, held, number, encode=kept.note_encoder(library))
    title = plain(held.paper.title)
    if noted.is_new:
        kept.export_one(library, noted.held)
    if not settings.is_quiet:
        said = say("note.restored", n=number, number=noted.number, title=title)
        output.put(said if noted.is_new else say("note.same", title=title))


def _show_related(library: Library, held: Held, note: Revision | None, *, as_json: bool) -> None:
    text = note.text if note else f"{held.paper.title}\n{held.paper.abstract}"
    near = related(library, held, text, encode=kept.note_encoder(library))
    if as_json:
        for one in near.notes:
            output.put_json(output.paper_json(one.held) | {"sentence": plain(one.sentence)})
        return
    found = list(kept.near_lines(near, screen.width_of_terminal()))
    for line in found or [say("note.related.none")]:
        output.put(line)


def _show_check(library: Library, held: Held, note: Revision, *, as_json: bool) -> None:
    encode = kept.note_encoder(library)
    closeness = closeness_of(encode) if encode else None
    check = check_note(library, held, note.text, closeness=closeness)
    if as_json:
        output.put_json(output.paper_json(held) | _check_json(check))
        return
    width = screen.width_of_terminal()
    nothing = say("note.own" if check.sentences else "note.no_own")
    for text in check_lines(check) or [nothing]:
        for line in screen.wrap(text, width, "  ", ""):
            output.put(line)


def _check_json(check: Check) -> dict[str, object]:
    return {
        "verdict": check.verdict,
        "is_mostly_copied": check.is_mostly_copied,
        "share": round(check.share, 3),
        "n_unseen": check.n_unseen,
        "sentences": [_sentence_json(one) for one in check.sentences],
    }


def _sentence_json(one: Sentence) -> dict[str, object]:
    return {
        "text": one.text,
        "verdict": one.verdict,
        "share": round(one.share, 3),
        "run": one.run,
        "where": where(one.source) if one.source else None,
        "page": one.source.page if one.source else None,
        "is_translated": one.is_translated,
    }
