"""Save by hand while the program replaces the same files, and count what is lost.

    python -m tests.benchmarks.trust --only saves

Each save is one way in which editors save, at one step of the program: before it reads the file,
between its last look and the exchange, right after that, a few steps later, after its run. The
steps are those that Python announces to an audit hook before it opens, renames or removes a
file; nothing of the program is replaced. Each save brings words that nothing else has. They must
stand in a note's revisions, in notes/ or in feeds.toml after the next run, once the editor has
closed the file; those that were saved during a restore may stand in replaced/.
"""

from __future__ import annotations

import contextlib
import os
import random
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from reader.base.errors import ReaderError
from reader.gathering.follow import follow
from reader.library.backup import REPLACED, back_up, plan_restore, restore
from reader.library.folder import Library
from reader.library.rows import decisions, papers
from reader.notes.export import export
from reader.notes.write import add_note
from tests.benchmarks.frame import Miss, Options, Part, Result
from tests.samples import DAY, FEEDS_TOML, NOW, a_library, paper

SAVES = 10_000

STEPS = ("before the read", "before the exchange", "right after it", "later", "after the run")

TARGETS = ("note", "page", "removed page", "moved note", "feeds.toml", "restored file")

EVENTS = ("open", "os.rename", "os.remove", "os.link", "os.mkdir", "os.rmdir")
"""What Python announces of the things that are done to files."""


@dataclass(slots=True)
class Editor:
    """One save of one file, and the editor that does it.

    words: what it brings, in a line of its own. kind: a name of `KINDS`. wait: how many events
    after the exchange it saves, for "later". at: the step at which it did.
    """

    target: str
    file: Path
    kind: str
    step: str
    words: str
    wait: int
    at: str = ""
    handle: IO[bytes] | None = None
    buffer: bytes = b""

    def open(self) -> None:
        """Load the file, as a person who begins to type; some editors keep it open."""
        self.buffer = self.file.read_bytes()
        if self.kind in ("held open", "late"):
            self.handle = self.file.open("r+b", buffering=0)
        elif self.kind == "late append":
            self.handle = self.file.open("ab", buffering=0)

    def save(self, at: str) -> None:
        """Save now; an editor that is late saves after the run."""
        if not self.at:
            self.at = at
            # The program removes folders that became empty; an editor makes them again.
            self.file.parent.mkdir(parents=True, exist_ok=True)
            if not self.kind.startswith("late"):
                KINDS[self.kind](self)

    def close(self) -> None:
        """End the editor; one that is late saves first."""
        if self.kind.startswith("late"):
            KINDS[self.kind](self)
        if self.handle is not None:
            self.handle.close()

    @property
    def content(self) -> bytes:
        """Return what was loaded, with the words in it."""
        line = self.line
        head, mark, rest = self.buffer.partition(b"<!-- reader:begin")
        return head + line + b"\n" + mark + rest if mark else self.buffer + line

    @property
    def line(self) -> bytes:
        return b"\n# " + self.words.encode() + b"\n"


def _in_place(editor: Editor) -> None:
    editor.file.write_bytes(editor.content)


def _renamed(editor: Editor) -> None:
    beside = editor.file.with_name(f".{editor.file.name}.swp")
    beside.write_bytes(editor.content)
    beside.replace(editor.file)


def _appended(editor: Editor) -> None:
    with editor.file.open("ab") as handle:
        handle.write(editor.line)


def _made_anew(editor: Editor) -> None:
    editor.file.unlink(missing_ok=True)
    editor.file.write_bytes(editor.content)


def _by_handle(editor: Editor) -> None:
    assert editor.handle is not None
    editor.handle.seek(0)
    editor.handle.truncate()
    editor.handle.write(editor.content)


def _appended_by_handle(editor: Editor) -> None:
    assert editor.handle is not None
    editor.handle.write(editor.line)


KINDS: dict[str, Callable[[Editor], None]] = {
    "in place": _in_place,
    "renamed over": _renamed,
    "appended": _appended,
    "deleted and made": _made_anew,
    "held open": _by_handle,
    "late": _by_handle,
    "late append": _appended_by_handle,
}
"""How editors save: into the file, beside it and renamed (Vim, Obsidian on some systems), by a
handle that was opened before, and by one that is written to when the program has long ended."""


class Steps:
    """Lets editors save at the steps of the program."""

    def __init__(self) -> None:
        self._editors: dict[str, Editor] = {}
        self._counts: dict[str, int] = {}
        self._is_on = False
        sys.addaudithook(self._hear)

    @contextlib.contextmanager
    def at(self, editors: list[Editor]) -> Iterator[None]:
        self._editors = {str(editor.file): editor for editor in editors}
        self._counts, self._is_on = {}, True
        try:
            yield
        finally:
            self._is_on = False

    def _hear(self, event: str, values: tuple[Any, ...]) -> None:
        if not self._is_on or event not in EVENTS:
            return
        self._is_on = False  # what editors do is no step
        try:
            self._step(event, [os.fspath(v) for v in values if isinstance(v, (str, Path))])
        finally:
            self._is_on = True

    def _step(self, event: str, names: list[str]) -> None:
        for name, left in list(self._counts.items()):
            self._counts[name] = left - 1
            if left == 1:
                del self._counts[name]
                self._editors[name].save(self._editors[name].step)
        for name in names:
            editor = self._editors.get(name)
            if editor is None or editor.at:
                continue
            is_change = event in ("os.rename", "os.remove", "os.link")
            step = "before the exchange" if is_change else "before the read"
            if editor.step == step:
                editor.save(step)
            elif is_change and editor.step in ("right after it", "later"):
                self._counts[name] = 1 if editor.step == "right after it" else editor.wait


@dataclass(slots=True)
class Tally:
    """What was tried and what was lost. n_bytes: of words that are nowhere."""

    tried: Counter[str] = field(default_factory=Counter)
    lost: Counter[str] = field(default_factory=Counter)
    n_bytes: int = 0
    misses: list[Miss] = field(default_factory=list)

    def count(self, editor: Editor, is_there: bool) -> None:
        for kind in (editor.target, editor.kind, editor.at):
            self.tried[kind] += 1
            self.lost[kind] += not is_there
        if not is_there:
            self.n_bytes += len(editor.line)
            where = f"{editor.target}, {editor.kind}, {editor.at}"
            self.misses.append(Miss(where, editor.words, "nowhere"))


N_NOTES, N_MOVED, N_REMOVED, N_RESTORED = 13, 2, 2, 3
"""Saves of a round: these, one of a page, two of feeds.toml, and one of it during a restore."""


class World:
    """A library whose every file changes in each round."""

    def __init__(self, library: Library, seed: int) -> None:
        self.library = library
        self.random = random.Random(seed)
        self.tally = Tally()
        self.n = 0
        self.steps = Steps()
        n_papers = N_NOTES + N_MOVED + N_REMOVED
        given = [paper(n, f"On Insects, {n}") for n in range(1, n_papers + 1)]
        papers.add_papers(library.db, given, source="arXiv", on=DAY)
        for row in range(1, n_papers + 1):
            decisions.add_filing(library.db, row, "speech/translation", at=NOW)
        self.feeds = library.folder / "feeds.toml"

    def play(self, n_saves: int) -> Tally:
        n_round = 0
        while sum(self.tally.tried[target] for target in TARGETS) < n_saves:
            self.round(n_round)
            n_round += 1
        return self.tally

    def round(self, number: int) -> None:
        library = self.library
        moved = range(N_NOTES + 1, N_NOTES + N_MOVED + 1)
        alone = range(N_NOTES + N_MOVED + 1, N_NOTES + N_MOVED + N_REMOVED + 1)
        self.feeds.write_text(FEEDS_TOML, "utf-8")
        for row in alone:
            decisions.add_filing(library.db, row, f"round/{number}/{row}", at=NOW)
        self._write(f"Round {number} begins. It was tried.")
        export(library)
        since = library.db.read("SELECT coalesce(max(id), 0) AS id FROM notes")[0]["id"]
        # What the next export has to do: new words in each note, files to move, pages to remove.
        self._write(f"Round {number} goes on. Others were tried.")
        for row in (*moved, *alone):
            decisions.add_filing(library.db, row, f"moved/{number}", at=NOW)
        key_of = {h.row: h.key for h in papers.papers_at(library.db, range(1, 99))}
        notes = library.folder / "notes"
        places = [("note", notes / f"speech/translation/{key_of[n]}.md") for n in range(1, 14)]
        if number:
            where = notes / f"moved/{number - 1}"
            places += [("moved note", where / f"{key_of[row]}.md") for row in moved]
        places += [("removed page", notes / f"round/{number}/{row}/index.md") for row in alone]
        places.append(("page", notes / "weeks/2025-W23.md"))
        editors = [self._editor(target, file) for target, file in places]
        self._run(editors, lambda: export(library))
        for n in range(2):
            # The next run, once the editors have closed their files: it takes up what is late.
            self._export()
            editors.append(self._editor("feeds.toml", self.feeds))
            person = f"Person {chr(65 + number % 26)}{chr(97 + n)}"
            self._run(editors[-1:], lambda person=person: follow(library, person))  # type: ignore[misc]
        self._export()
        found = self._texts(since)
        for editor in editors:
            self.tally.count(editor, editor.words in found)
        self._restore([file for _target, file in places[:N_RESTORED]])

    def _restore(self, files: list[Path]) -> None:
        """Bring back a state of a moment ago while some files and feeds.toml are saved."""
        folder = self.library.folder
        files.append(self.feeds)
        archive = back_up(folder, folder / "backups", now=NOW).file
        for file in files:
            with file.open("a", encoding="utf-8") as handle:
                handle.write("# Since then.\n")
        editors = [self._editor("restored file", file) for file in files]
        plan = plan_restore(folder, archive)
        self._run(editors, lambda: restore(folder, archive, plan, now=NOW))
        replaced = (file for file in (folder / REPLACED).rglob("*") if file.suffix != ".db")
        kept = "\n".join(file.read_text("utf-8") for file in replaced if file.is_file())
        self._export()
        found = self._texts(0) + kept
        for editor in editors:
            self.tally.count(editor, editor.words in found)
        shutil.rmtree(folder / REPLACED)

    def _write(self, text: str) -> None:
        with self.library.db.writing():
            for paper in papers.papers_at(self.library.db, range(1, 99)):
                add_note(self.library, paper, text)

    def _export(self) -> None:
        with contextlib.suppress(ReaderError):
            export(self.library)

    def _editor(self, target: str, file: Path) -> Editor:
        self.n += 1
        kind, step = self.random.choice(list(KINDS)), self.random.choice(STEPS)
        wait = self.random.randint(2, 9)
        return Editor(target, file, kind, step, f"Saved {self.n}x by hand.", wait)

    def _run(self, editors: list[Editor], act: Callable[[], object]) -> None:
        """Let the program run while editors save; then they save who have not, and close."""
        for editor in editors:
            editor.open()
        with self.steps.at(editors), contextlib.suppress(ReaderError):
            act()
        for editor in editors:
            editor.save("after the run")
        for editor in editors:
            editor.close()

    def _texts(self, since: int) -> str:
        """Read all that is in notes/, in feeds.toml, and in revisions since one."""
        db = self.library.db
        texts = [r["text"] for r in db.read("SELECT text FROM notes WHERE id > ?", (since,))]
        files = [self.feeds, *(self.library.folder / "notes").rglob("*.md")]
        return "\n".join([*texts, *(file.read_text("utf-8") for file in files)])


def play(n_saves: int, *, seed: int = 0) -> Tally:
    """Save that many times or a few more, in a library of its own."""
    with tempfile.TemporaryDirectory() as name, a_library(Path(name)) as library:
        return World(library, seed).play(n_saves)


def measure(options: Options) -> list[Result]:
    """Give the bytes that are lost."""
    tally = play(SAVES // 10 if options.is_quick else SAVES)
    n = sum(tally.tried[target] for target in TARGETS)
    kinds = (*TARGETS, *KINDS, *STEPS)
    parts = tuple(Part(k, tally.tried[k] - tally.lost[k], tally.tried[k]) for k in kinds)
    n_lost = len(tally.misses)
    note = f"{n_lost} of {n} saves"
    return [
        Result(
            "saves by hand: lost",
            tally.n_bytes,
            "bytes",
            bar=0,
            note=note,
            parts=parts,
            misses=tuple(tally.misses[:20]),
        )
    ]
