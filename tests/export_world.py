"""A small library that a person, other programs and the command all write to, by a seed.

Every action of a hand leaves a token, a word of its own; the world knows which tokens
were saved and must be found for ever: in a revision, or in a file. A token that a hand
itself deleted before anything read it is let go. Kills are real: an export runs in a
process of its own, which ends itself by SIGKILL at the n-th thing that it does.
"""

from __future__ import annotations

import contextlib
import errno
import os
import random
import re
import shutil
import signal
import sys
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from reader.base.errors import DiskFull, ReaderError
from reader.base.front_matter import fields
from reader.library.feeds_file import parse
from reader.library.folder import Library
from reader.library.rows import decisions, papers
from reader.library.rows.database import Database
from reader.morning.edit import file_paper, move_topic
from reader.notes.export import export, export_quietly, read_edits
from reader.notes.file import words_of
from reader.notes.folder import ExportOutcome
from reader.notes.rows import exports, notes
from reader.notes.write import add_note
from tests.samples import DAY, FEEDS_TOML, NOW, a_library, paper

TITLES = (
    "On Bees",
    "Über Käfer: か゛ and ants",
    "Wasps & [Brackets]",
    "Moths",
    "Crickets 2: A <b>",
)
TOPICS = ("speech/translation", "speech/recognition", "nlp/llm", "unfiled", "own/折り紙é")
TOKEN = re.compile(r"tok\d+x")


class Events:
    """Counts what a process does to files and rows, and acts at the n-th of it."""

    def __init__(self) -> None:
        self.n = 0
        self.at = 0
        self.act: Callable[[str], None] | None = None
        sys.addaudithook(self._hear)

    def _hear(self, event: str, args: tuple[Any, ...]) -> None:
        if self.act is None:
            return
        is_write = (
            event == "open" and isinstance(args[2], int) and args[2] & (os.O_WRONLY | os.O_RDWR)
        )
        if is_write or event in ("os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.link"):
            self.count("file")

    def count(self, kind: str) -> None:
        if self.act is None:
            return
        self.n += 1
        if self.n == self.at:
            act, self.act = self.act, None
            act(kind)

    @contextlib.contextmanager
    def at_the(self, n: int, act: Callable[[str], None]) -> Iterator[None]:
        self.n, self.at, self.act = 0, n, act
        try:
            yield
        finally:
            self.act = None


EVENTS = Events()
"""One for the process: such a hook cannot be taken away."""


class CountedDatabase(Database):
    """A database whose every statement counts as something that a process does."""

    def execute(self, sql: str, values: Any = ()) -> int:
        EVENTS.count("row")
        return super().execute(sql, values)


def prepare(folder: Path) -> None:
    """Make the library that every world begins as: five papers, three with a note."""
    folder.mkdir()
    with a_library(folder) as library:
        given = [paper(n, title) for n, title in enumerate(TITLES, 1)]
        papers.add_papers(library.db, given, source="arXiv", on=DAY)
        for row in (1, 2, 3):
            (library_paper,) = papers.papers_at(library.db, [row])
            decisions.add_filing(library.db, row, TOPICS[row % 3], at=NOW)
            add_note(library, library_paper, f"Said of {row}. It was tried.")
        export(library)


class World:
    """One library and what must be found in it."""

    def __init__(self, template: Path, folder: Path, seed: int) -> None:
        shutil.copytree(template, folder)
        self.folder = folder
        self.random = random.Random(seed)
        self.log: list[str] = []
        self.kept: set[str] = set()
        self.revisions: dict[int, tuple[int, str]] = {}
        self.untouched: dict[Path, bytes] = {}
        self._n = 0
        self.library = self._open()

    def _open(self) -> Library:
        return Library(self.folder, parse(FEEDS_TOML), CountedDatabase(self.folder), lambda: NOW)

    def close(self) -> None:
        self.library.db.close()

    # What is there

    def files(self) -> list[Path]:
        return sorted(p for p in (self.folder / "notes").rglob("*.md") if p.is_file())

    def texts(self) -> list[str]:
        rows = self.library.db.read("SELECT text FROM notes")
        return [r["text"] for r in rows] + [p.read_bytes().decode() for p in self.files()]

    def tokens(self) -> set[str]:
        return {token for text in self.texts() for token in TOKEN.findall(text)}

    def token(self) -> str:
        self._n += 1
        token = f"tok{self._n}x"
        self.kept.add(token)
        return token

    def sentence(self) -> str:
        return self.random.choice(
            ("{} is so. I tried.", "読んだ {} が。", "- {} é か\u3099", "A {}  ")
        ).format(self.token())

    @contextlib.contextmanager
    def by_hand(self) -> Iterator[None]:
        """A hand may delete what only it has seen."""
        before = self.tokens()
        yield
        self.kept -= before - self.tokens()

    # What a hand does

    def edit(self) -> None:
        files = [p for p in self.files() if p not in self.untouched]
        if not files:
            return
        file = self.random.choice(files)
        how = self.random.choice(EDITS)
        text = file.read_bytes().decode()
        with self.by_hand():
            known = set(self.kept)
            edited = how(self, text)
            file.write_bytes(edited.encode())
            self.kept -= {token for token in self.kept - known if token not in edited}
        self.log.append(f"{how.__name__} {file.relative_to(self.folder)}")

    def move(self) -> None:
        files = [p for p in self.files() if p not in self.untouched]
        if not files:
            return
        file = self.random.choice(files)
        folder = self.random.choice(
            [file.parent, *(self._topic() for _ in range(3)), self.folder / "notes"]
        )
        name = self.random.choice(
            [file.name, f"Renamed {self.random.randrange(9)}.md", "é か゛.md"]
        )
        if self.random.random() < 0.3:
            name = unicodedata.normalize("NFD", name)
        target = folder / name
        if not target.exists():
            folder.mkdir(parents=True, exist_ok=True)
            file.rename(target)
            self.log.append(
                f"move {file.relative_to(self.folder)} {target.relative_to(self.folder)}"
            )

    def _topic(self) -> Path:
        return self.folder / "notes" / self.random.choice(TOPICS)

    def copy(self) -> None:
        files = [p for p in self.files() if p not in self.untouched]
        if files:
            file = self.random.choice(files)
            target = file.with_name(f"{file.stem} copy{self.random.randrange(9)}.md")
            shutil.copyfile(file, target)
            self.log.append(f"copy {target.relative_to(self.folder)}")

    def swap(self) -> None:
        files = [p for p in self.files() if p not in self.untouched]
        if len(files) > 1:
            one, other = self.random.sample(files, 2)
            aside = one.with_name("aside")
            one.rename(aside)
            other.rename(one)
            aside.rename(other)
            self.log.append(f"swap {one.relative_to(self.folder)} {other.relative_to(self.folder)}")

    def delete(self) -> None:
        files = [p for p in self.files() if p not in self.untouched]
        if files:
            file = self.random.choice(files)
            with self.by_hand():
                file.unlink()
            self.log.append(f"delete {file.relative_to(self.folder)}")

    def rename_folder(self) -> None:
        folders = sorted({p.parent for p in self.files()} - {self.folder / "notes"})
        if folders:
            folder = self.random.choice(folders)
            target = folder.with_name(f"folder{self.random.randrange(99)}")
            if not target.exists() and not any(p.is_relative_to(folder) for p in self.untouched):
                folder.rename(target)
                self.log.append(f"folder {folder.name} {target.name}")

    def new_file(self) -> None:
        """Write a file of one's own: of no paper, or with the id of one."""
        folder = self._topic()
        folder.mkdir(parents=True, exist_ok=True)
        id_ = self.random.choice(["", "", *(f"id: 2506.0000{n}\n" for n in range(1, 6))])
        name = self.random.choice(["mine.md", "index.md", "2025_Field_Bees.md", "2025-W23.md"])
        file = folder / name
        if file.exists():
            return
        front = self.random.choice([f"---\ntags: [own]\n{id_}---\n", f"---\r\n{id_}---\r\n"])
        file.write_bytes(f"{front if id_ else ''}{self.sentence()}".encode())
        if not id_:
            self.untouched[file] = file.read_bytes()
        self.log.append(f"new {file.relative_to(self.folder)} {id_!r}")

    # What the command does

    def write(self) -> None:
        row = self.random.randint(1, len(TITLES))
        (paper,) = papers.papers_at(self.library.db, [row])
        newest = self.newest(row)
        links = self.library.db.read("SELECT key FROM papers WHERE key IS NOT NULL")
        link = f" [[{self.random.choice(links)['key']}]]" if links else ""
        said = self.sentence()
        text = self.random.choice([f"{newest}\n\n{said}", f"{said}{link}"])
        if self.random.random() < 0.1:
            text = f"# {TITLES[row - 1]}\n<!-- reader:end -->\n{text}"
        add_note(self.library, paper, text)
        self.log.append(f"write {row}")

    def newest(self, row: int) -> str:
        return exports.newest_texts(self.library.db, [row]).get(row, "")

    def file(self) -> None:
        row = self.random.randint(1, len(TITLES))
        (paper,) = papers.papers_at(self.library.db, [row])
        topic = self.random.choice(TOPICS)
        file_paper(self.library, paper, topic, may_be_new=True)
        self.log.append(f"file {row} {topic}")

    def move_topic(self) -> None:
        one, other = self.random.sample(TOPICS, 2)
        with contextlib.suppress(ReaderError):
            move_topic(self.library, one, other, may_be_new=True)
        self.log.append(f"topic {one} {other}")

    def export(self) -> None:
        self.log.append("export")
        self.exported()

    def exported(self) -> ExportOutcome:
        before = {p: p.read_bytes() for p in self.untouched if p.exists()}
        files = {text for p in self.files() if (text := p.read_bytes().decode())}
        quiet, both = self.unchanged_in_library(), self.changed_in_both()
        done = export(self.library)
        for row, (path, tokens) in both.items():
            if not any(path in error.message for error in done.left):
                missing = tokens - set(TOKEN.findall(self.newest(row)))
                assert not missing, f"of two changes one is gone: {missing}"
        assert {p: p.read_bytes() for p in before} == before, "a file of the person's was touched"
        after = Counter(line for p in self.files() for line in p.read_bytes().decode().split("\n"))
        for text in files:
            # Where the note changed too its words stand in one line end; else every byte stays.
            keys = fields(text)
            if (id_ := keys.get("id", "")) in quiet or "page" in keys:
                last = text.rpartition("\n")[2]  # which may have got a line end
                lost = Counter(human_lines(text)) - after - Counter([last])
                assert not lost, f"bytes of {id_} changed: {lost}"
        return done

    def changed_in_both(self) -> dict[int, tuple[str, set[str]]]:
        """Give of papers whose note and file both changed the file, and the tokens of both."""
        found = {}
        rows = range(1, len(TITLES) + 1) if not exports.unfinished(self.library.db) else ()
        for row, text in exports.newest_texts(self.library.db, rows).items():
            last = exports.exported(self.library.db, row)
            file = self.folder / last.path if last else None
            if last is None or file is None or not file.is_file():
                continue
            titles = titles_in(last.front)
            now = file.read_bytes().decode()
            words, before = words_of(now, titles), words_of(last.content, titles)
            revisions = notes.revisions(self.library.db, row)
            newest = revisions[-1].id
            is_its = fields(now).get("id", "") == f"arxiv:2506.0000{row}"
            # A full disk may leave an edit that was read in, as a revision, and not noted as
            # written: a note typed after it is the whole note, and the edit is in its history.
            known = {before, *(revision.text for revision in revisions)}
            if is_its and words and words not in known and newest != last.note:
                found[row] = last.path, set(TOKEN.findall(words + text))
        return found

    def unchanged_in_library(self) -> set[str]:
        """Give the ids of papers whose newest revision stands in their file as it was left."""
        rows = self.library.db.read(
            """
            SELECT p.canonical FROM exports AS e JOIN papers AS p ON p.id = e.paper
            WHERE e.note = (SELECT max(id) FROM notes WHERE paper = e.paper)
            """
        )
        return {r["canonical"] for r in rows} if not exports.unfinished(self.library.db) else set()

    def export_some(self) -> None:
        rows = self.random.sample(range(1, len(TITLES) + 1), 2)
        self.log.append(f"export {rows}")
        how = self.random.randrange(3)
        if how == 0:
            export(self.library, only=rows)
        elif how == 1:
            export_quietly(self.library)
        else:
            read_edits(self.library, rows)

    def export_on_a_full_disk(self) -> None:
        n = self.random.randint(1, 40)
        self.log.append(f"full {n}")
        with EVENTS.at_the(n, _disk_is_full), contextlib.suppress(ReaderError):
            export(self.library)

    def killed(self) -> None:
        """Export in a process that is killed at the n-th thing that it does."""
        n = self.random.randint(1, self.random.choice((12, 40, 120)))
        what = self.random.choice(("export", "export", "file"))
        self.log.append(f"kill {what} {n}")
        row, topic = self.random.randint(1, len(TITLES)), self.random.choice(TOPICS)
        self.close()
        child = os.fork()
        if child == 0:
            _die_in(self, what, row, topic, n)
        _, status = os.waitpid(child, 0)
        assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 0, f"exit {status}"
        self.library = self._open()

    def step(self) -> None:
        weights = [w for _, w in ACTIONS]
        (action,) = self.random.choices([a for a, _ in ACTIONS], weights)
        action(self)
        self.check()

    # What must hold

    def check(self) -> None:
        missing = self.kept - self.tokens()
        assert not missing, f"lost: {missing}"
        now = {
            r["id"]: (r["paper"], r["text"])
            for r in self.library.db.read("SELECT id, paper, text FROM notes")
        }
        assert self.revisions.items() <= now.items(), "a revision is lost"
        ours = [text for _, text in now.values() if re.search('(?m)^(key: "?2025|page: "?t)', text)]
        assert not ours, f"the program's own lines were taken for words: {ours}"
        self.revisions = now

    def check_end(self) -> None:
        """Export; a second export changes nothing."""
        self.exported()
        self.check()
        before = self.state()
        again = self.exported()
        assert self.state() == before, "an export of an unchanged library changed a file"
        assert not any((*_changes(again), again.removed)), again
        self.check_words(again)

    def state(self) -> dict[str, tuple[bytes, int, int]]:
        return {
            str(p): (p.read_bytes(), p.stat().st_mtime_ns, p.stat().st_ino)
            for p in (self.folder / "notes").rglob("*")
            if p.is_file()
        }

    def check_words(self, done: ExportOutcome) -> None:
        """A file that was not left alone has the note's words."""
        left = " ".join(error.message for error in done.left)
        for row, text in exports.newest_texts(self.library.db, range(1, 9)).items():
            last = exports.exported(self.library.db, row)
            if last is None or last.path in left:
                assert left, f"{row} has no file"
                continue
            found = (self.folder / last.path).read_bytes().decode()
            assert found == last.content
            words = words_of(found, titles_in(last.front))
            assert words is not None
            assert words.replace("\r\n", "\n") == text.replace("\r\n", "\n").strip("\n"), last.path


def _changes(done: ExportOutcome) -> tuple[object, ...]:
    """Name all that an export did, but for what it removed."""
    return done.written, done.pages, done.read_in, done.moved, done.adopted


def human_lines(text: str) -> list[str]:
    """Give the lines that are nobody's but a hand's, told apart in the plainest way."""
    text = re.sub(r"(?s)<!-- reader:begin.*<!-- reader:end -->", "", text)
    front, rest = _front(text.removeprefix("\ufeff"))
    ours = "title|aliases|authors|year|id|also_known|key|topic|tags|state|date|read|url|pdf|page"
    front = re.sub(rf"(?m)^({ours}):[^\n]*(\n( *- |  )[^\n]*)*", "", front)
    lines = [*front.split("\n"), *rest.split("\n")]
    return [line for line in lines if line.strip(" \r-") and not line.startswith("# ")]


def titles_in(front: str) -> tuple[str, ...]:
    from reader.base.front_matter import values

    title = values(front).get("title")
    return (title,) if isinstance(title, str) else ()


def _disk_is_full(kind: str) -> None:
    if kind == "row":
        raise DiskFull(file="reader.db")
    raise OSError(errno.ENOSPC, "No space left on device")


def _die_in(world: World, what: str, row: int, topic: str, n: int) -> None:
    """Run in the child: never returns."""
    try:
        library = world._open()
        with EVENTS.at_the(n, lambda _: os.kill(os.getpid(), signal.SIGKILL)):
            if what == "export":
                export(library)
            else:
                (paper,) = papers.papers_at(library.db, [row])
                file_paper(library, paper, topic, may_be_new=True)
                export(library, only=[row])
    except BaseException:  # noqa: BLE001  the child says it by its exit code
        import traceback

        traceback.print_exc()
        os._exit(3)
    os._exit(0)


# How a hand, or another program, edits a file


def _front(text: str) -> tuple[str, str]:
    end = text.find("\n---", 3)
    return (
        (text[:end], text[end:])
        if text.lstrip("\ufeff").startswith("---") and end > 0
        else ("", text)
    )


def above(world: World, text: str) -> str:
    return text.replace("<!-- reader:begin", f"{world.sentence()}\n\n<!-- reader:begin", 1)


def glued(world: World, text: str) -> str:
    return text.replace("<!-- reader:begin", f"{world.sentence()}\n<!-- reader:begin", 1)


def below(world: World, text: str) -> str:
    return f"{text}\n{world.sentence()}" + world.random.choice(["", "\n", "\n\n  \n"])


def inside(world: World, text: str) -> str:
    return text.replace("<!-- reader:end", f"{world.sentence()}\n<!-- reader:end", 1)


def in_words(world: World, text: str) -> str:
    found = list(TOKEN.finditer(text))
    if not found:
        return text
    at = world.random.choice(found)
    return text[: at.end()] + f" {world.token()}" + text[at.end() :]


def replace_words(world: World, text: str) -> str:
    begin, end = text.find("<!-- reader:begin"), text.find("\n# ")
    end = text.find("\n", end + 1) if end > 0 else -1
    return f"{text[: end + 1]}\n{world.sentence()}\n{text[begin:]}" if 0 < end < begin else text


def foreign_key(world: World, text: str) -> str:
    front, rest = _front(text)
    key = world.random.choice(
        ["rating: 5 {}", "cssclasses:\n- {}", "# {}", "日付: {}", "x: |\n  {}"]
    )
    return f"{front}\n{key.format(world.token())}{rest}" if front else text


def own_key(world: World, text: str) -> str:
    key = world.random.choice(["title", "state", "topic", "year", "url"])
    return re.sub(rf"(?m)^{key}: [^\r\n]*", f"{key}: mine {world.token()}", text, count=1)


def list_item(world: World, text: str) -> str:
    return re.sub(r"(?m)^(aliases|tags):", f"\\1:\n  - {world.token()}", text, count=1)


def reformat(world: World, text: str) -> str:
    """As Obsidian does: no quotes, lists without indentation."""
    front, rest = _front(text)
    front = re.sub(r'(?m)^(\w+): "([^"\\:#\n\r]*)"', r"\1: \2", front)
    return re.sub(r'(?m)^  - "([^"\\:#\n\r]*)"', r"- \1", front) + rest


def windows(world: World, text: str) -> str:
    return text.replace("\r\n", "\n").replace("\n", "\r\n")


def mixed(world: World, text: str) -> str:
    lines = text.split("\n")
    return "\n".join(
        f"{s}\r" if world.random.random() < 0.3 and s[-1:] != "\r" else s for s in lines
    )


def bom(world: World, text: str) -> str:
    return text.removeprefix("\ufeff") if text.startswith("\ufeff") else f"\ufeff{text}"


def apart(world: World, text: str) -> str:
    return unicodedata.normalize("NFD", text)


def no_last_line_end(world: World, text: str) -> str:
    return text.rstrip("\r\n")


def trailing(world: World, text: str) -> str:
    return "\n".join(f"{s}  " if world.random.random() < 0.2 else s for s in text.split("\n"))


def no_opening(world: World, text: str) -> str:
    return re.sub(r"\A\ufeff?---\r?\n", "", text)


def no_closing(world: World, text: str) -> str:
    return re.sub(r"\n---\r?\n", "\n", text, count=1)


def no_front(world: World, text: str) -> str:
    front, rest = _front(text)
    return rest[4:].lstrip("\r\n") if front else text


def on_top(world: World, text: str) -> str:
    return f"{world.sentence()}\n{text}"


def blank_on_top(world: World, text: str) -> str:
    return f"\n\n{text}"


def no_heading(world: World, text: str) -> str:
    return re.sub(r"(?m)^# [^\n]*\n", "", text, count=1)


def no_words(world: World, text: str) -> str:
    begin, end = text.find("<!-- reader:begin"), text.find("\n---", 4)
    return f"{text[: end + 5]}{text[begin:]}" if 0 < end < begin else text


def no_marks(world: World, text: str) -> str:
    mark = world.random.choice(["<!-- reader:begin", "<!-- reader:end"])
    return text.replace(mark, "<!--", 1)


def nothing(world: World, text: str) -> str:
    return ""


def a_rule(world: World, text: str) -> str:
    return text.replace("<!-- reader:begin", f"---\n{world.sentence()}\n\n<!-- reader:begin", 1)


EDITS = (
    above, above, glued, below, below, inside, inside, in_words, in_words, replace_words,
    foreign_key, foreign_key, own_key, list_item, reformat, windows, windows, mixed, bom,
    apart, no_last_line_end, trailing, no_opening, no_closing, no_front, on_top, blank_on_top,
    no_heading, no_words, no_marks, nothing, a_rule,
)  # fmt: skip

ACTIONS: tuple[tuple[Callable[[World], None], int], ...] = (
    (World.write, 6), (World.edit, 12), (World.move, 3), (World.copy, 1), (World.swap, 1),
    (World.delete, 1), (World.rename_folder, 1), (World.new_file, 2), (World.file, 2),
    (World.move_topic, 1), (World.export, 5), (World.export_some, 3),
    (World.export_on_a_full_disk, 1), (World.killed, 3),
)  # fmt: skip
