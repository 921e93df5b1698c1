"""What is attacked: commands that work on a library, and what must be there at each moment.

`cuts.py` and `kills.py` end them anywhere; `lost_after` tells what that took.
"""

from __future__ import annotations

import contextlib
import json
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from reader.base.errors import ReaderError
from reader.library.archive import check
from reader.library.folder import find_paper, open_library
from reader.library.rows.database import LATEST
from reader.notes.write import add_note
from tests.conftest import played
from tests.installed import (
    ALL,
    HUMS,
    LADDER,
    LIFT,
    NOW,
    QUIET,
    WATER,
    copy_library,
    new_library,
    note_files,
    rows,
    run_here,
    today,
)
from tests.library.test_backup import old_library
from tests.marked_pdfs import MOSS, SNAILS, highlight, marked, typeset
from tests.play import PlayServer

Check = Callable[[Path], bool]
"""Tells of a library whether something is there."""

DONE = (0, 5, 7)
"""Codes of a command that did its work; these libraries have no model, which is told by 7."""

UNRELATED = ("model", "sources", "backup")
"""What the doctor may find in these libraries without any cut."""


@dataclass(frozen=True, slots=True)
class Step:
    """One command. said: what holds as soon as it printed a word; done: what holds at its end."""

    line: tuple[str, ...]
    done: Check
    said: Check | None = None
    now: datetime = NOW


@dataclass(frozen=True, slots=True)
class Scene:
    """Commands that are run one after another. always: what holds whenever the power goes."""

    name: str
    prepare: Callable[[Path], object]
    steps: tuple[Step, ...]
    always: Check


@contextlib.contextmanager
def temporary() -> Iterator[Path]:
    """Make a folder that is gone at the end, without links in its path."""
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder).resolve()


@contextlib.contextmanager
def world() -> Iterator[tuple[Path, tuple[Scene, ...]]]:
    """Make a folder to play in, gone at the end, and the scenes."""
    with temporary() as at, played() as server:
        yield at, scenes_of(at, server)


def lost_after(scene: Scene, root: Path, *, n_done: int, has_spoken: bool) -> Iterator[str]:
    """Say what is not there, or does not work, in a library whose commands were ended.

    n_done: the commands that came to their end. has_spoken: whether the next printed a word.
    """
    if wrong := list(_damages(root)):
        yield f"doctor: {wrong}"
        return
    for step in scene.steps[:n_done]:
        if not _holds(step.done, root):
            yield f"confirmed by its end: {' '.join(step.line)}"
    said = scene.steps[n_done].said if has_spoken else None
    if said and not _holds(said, root):
        yield f"confirmed in words: {' '.join(scene.steps[n_done].line)}"
    if not _holds(scene.always, root):
        yield "what was there before"
    # Running it again is going on; files of notes are for the next export.
    for step in scene.steps[n_done:]:
        for line in (step.line, ("export",)):
            ran = run_here(*line, library=root, now=step.now)
            if ran.code not in DONE:
                yield f"again: {' '.join(line)}: {ran}"
        if not _holds(step.done, root):
            yield f"again: {' '.join(step.line)}"


def _holds(check: Check, root: Path) -> bool:
    try:
        return check(root)
    except (ReaderError, sqlite3.Error, OSError):
        return False


def _damages(root: Path) -> Iterator[str]:
    if not (root / "feeds.toml").exists():
        yield "no feeds.toml"
        return
    ran = run_here("doctor", "--read-data", "--json", library=root)
    if ran.code not in DONE:
        yield str(ran)
        return
    for found in map(json.loads, ran.out.splitlines()):
        if found["is_wrong"] and not found["can_mend"] and found["check"] not in UNRELATED:
            yield f"{found['check']}: {found['message']} {found['items']}"


def scenes_of(at: Path, server: PlayServer) -> tuple[Scene, ...]:
    """Make what the scenes begin with, in a folder, and list them.

    A scene is played in `at / NAME / "library"`.
    """
    pdf = typeset("Speech recognition under water")
    server.pdfs = lambda _number: pdf
    fresh, gathered, kept = at / "fresh", at / "gathered", at / "kept"
    new_library(fresh, server)
    copy_library(fresh, gathered, server)
    _ran("gather", "--no-encode", library=gathered)
    copy_library(gathered, kept, server)
    _ran("pick", WATER, library=kept)
    _ran("note", WATER, "-m", _WORDS[WATER], library=kept)
    pad = at / "pad"
    pad.mkdir()
    pads = [marked(pdf, highlight(SNAILS[0].split(". ")[0]))]
    pads.append(marked(pads[0], highlight(SNAILS[1].split(". ")[0])))
    for n, content in enumerate(pads, 1):
        (pad / f"{n}.pdf").write_bytes(content)

    def copied(source: Path) -> Callable[[Path], Path]:
        return lambda folder: shutil.copytree(source, folder)

    def has_pdf(folder: Path) -> bool:
        return pdf in _bytes_below(folder / "papers")

    def has_kept(folder: Path) -> bool:
        return has_pdf(folder) and _in_file(folder, WATER)

    return (
        Scene(
            "gather",
            copied(fresh),
            (
                Step(("gather", "--no-encode"), _has_all),
                Step(("pick", "--no-fetch", WATER), _has_pick, said=_has_pick),
                Step(("gather",), lambda folder: _has_all(folder) and has_pdf(folder)),
            ),
            lambda _folder: True,
        ),
        Scene(
            "note",
            copied(gathered),
            tuple(
                Step(
                    ("note", id_, "-m", words),
                    partial(_in_file, id_=id_),
                    said=partial(_has_note, id_=id_),
                )
                for id_, words in _WORDS.items()
            ),
            _has_all,
        ),
        Scene(
            "export",
            lambda folder: _with_notes(copied(gathered)(folder)),
            (
                Step(
                    ("export",),
                    lambda folder: (
                        all(_in_file(folder, id_) for id_ in _WORDS)
                        and _n_revisions(folder) == len(_WORDS)
                    ),
                ),
            ),
            lambda folder: all(_has_note(folder, id_) for id_ in _WORDS),
        ),
        Scene(
            "back",
            copied(kept),
            tuple(
                Step(
                    ("back", str(pad / f"{n}.pdf"), "--as", WATER),
                    partial(_has_marks, n=n, copies=pads[n - 1 :]),
                    said=partial(_has_marks, n=n, copies=pads[n - 1 :]),
                )
                for n in (1, 2)
            ),
            has_kept,
        ),
        Scene(
            "backup",
            copied(kept),
            tuple(
                Step(
                    ("backup", *args),
                    partial(_has_archives, n=n),
                    said=partial(_has_archives, n=n),
                    now=NOW + timedelta(minutes=n),
                )
                for n, args in ((1, ()), (1, ()), (2, ("--pdfs",)))
            ),
            has_kept,
        ),
        *(
            Scene(
                f"migrate-{layout}",
                partial(old_library, layout=layout),
                (Step(("queue",), _is_migrated),),
                _has_old,
            )
            for layout in (1, LATEST // 2, LATEST - 1)
        ),
        Scene(
            "file",
            copied(kept),
            (
                Step(
                    ("file", WATER, "speech/translation"),
                    lambda folder: (
                        has_kept(folder)
                        and {f.parent.name for f in (folder / "papers").rglob("*.pdf")}
                        == {"translation"}
                    ),
                ),
            ),
            has_kept,
        ),
        Scene(
            "add",
            lambda folder: _with_inbox(copied(kept)(folder)),
            (Step(("add", "--move", str(at / "add" / "library" / "inbox")), _has_moss),),
            lambda folder: has_kept(folder) and _MOSS in _bytes_below(folder),
        ),
        Scene(
            "restore",
            lambda folder: _with_archive(copied(kept)(folder)),
            (
                Step(
                    ("restore", str(at / "restore" / "library" / "old.zip")),
                    lambda folder: _has_note(folder, WATER) and _n_revisions(folder) == 1,
                ),
            ),
            lambda folder: has_pdf(folder) and _later_kept(folder),
        ),
    )


_WORDS = {
    WATER: "Fish hear. Water sings.",
    LIFT: "It goes up. Nobody speaks.",
    QUIET: "静かでも訳せる。ただし遅い。",
    LADDER: "Each step is a word." + " And another one." * 400,
    HUMS: "It hums. So do we.",
}


def _ran(*line: str, library: Path) -> None:
    ran = run_here(*line, library=library)
    assert ran.code in DONE, ran


def _with_notes(folder: Path) -> None:
    with open_library(folder, now=lambda: NOW) as library:
        for id_, words in _WORDS.items():
            add_note(library, find_paper(library, id_), words)


_MOSS = typeset("Moss That Waits Eleven Months", MOSS)
_LATER = "Later words. And more."


def _with_inbox(folder: Path) -> None:
    (folder / "inbox").mkdir()
    (folder / "inbox" / "moss.pdf").write_bytes(_MOSS)


def _with_archive(folder: Path) -> None:
    _ran("backup", "--pdfs", library=folder)
    next((folder / "backups").glob("*-pdfs.zip")).rename(folder / "old.zip")
    _ran("note", WATER, "-m", _LATER, library=folder)


def _has_moss(folder: Path) -> bool:
    return _MOSS in _bytes_below(folder / "papers")


def _bytes_below(folder: Path) -> set[bytes]:
    return {file.read_bytes() for file in folder.rglob("*.pdf")}


def _later_kept(folder: Path) -> bool:
    """Check that what a restore replaces is in the library or beside it."""
    kept = [file.parent for file in folder.rglob("reader.db")]
    return any((_LATER,) in rows(at, "SELECT text FROM notes") for at in kept)


def _has_all(folder: Path) -> bool:
    return {row[0] for row in rows(folder, "SELECT id FROM identifiers")} == set(ALL) and today(
        folder
    )[1]["is_complete"] is True


def _has_pick(folder: Path) -> bool:
    return rows(folder, "SELECT kind FROM decisions") == [("pick",)]


def _has_note(folder: Path, id_: str) -> bool:
    return (_WORDS[id_],) in rows(folder, "SELECT text FROM notes")


def _in_file(folder: Path, id_: str) -> bool:
    """Check that a note is here, and in its Markdown file."""
    return _has_note(folder, id_) and any(
        _WORDS[id_] in file.read_text("utf-8") for file in note_files(folder)
    )


def _n_revisions(folder: Path) -> int:
    return int(rows(folder, "SELECT count(*) FROM notes")[0][0])


def _has_marks(folder: Path, n: int, copies: list[bytes]) -> bool:
    """Check that so many marks are here, and one of the copies that have them."""
    (found,) = rows(folder, "SELECT count(*) FROM highlights")
    return found[0] >= n and bool(_bytes_below(folder / "papers") & set(copies))


def _has_archives(folder: Path, n: int) -> bool:
    """Check that so many archives are here, each of them whole."""
    archives = list((folder / "backups").glob("asayomi-*.zip"))
    for archive in archives:
        check(archive, folder)
    return len(archives) >= n


def _has_old(folder: Path) -> bool:
    note = ("前の版の言葉。二文目。",)
    return rows(folder, "SELECT text FROM notes") == [note] and rows(
        folder, "SELECT kind FROM decisions"
    ) == [("pick",)]


def _is_migrated(folder: Path) -> bool:
    layout = rows(folder, "PRAGMA user_version") == [(LATEST,)]
    return layout and _has_old(folder) and _has_archives(folder, 1)
