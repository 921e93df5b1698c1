"""Write the page of each topic and of each week; what a hand wrote there stays in it."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable
from datetime import timedelta

from reader.errors import Incomplete
from reader.library.balance import theme_of
from reader.library.choose import UNFILED
from reader.library.exporting.files import ROOT, Files, read
from reader.library.exporting.outcome import Exported
from reader.library.exporting.places import free_path, page_path
from reader.library.exporting.putting import Writer
from reader.library.folder import Library, disk_error
from reader.library.moving import drop_empty
from reader.note import Ours, new_file, splice, words_of
from reader.note.frame import block_of
from reader.note.front import claimed, field, text_at, yaml_of
from reader.note.gist import key_sentence
from reader.note.mending import mended, typed_inside
from reader.note.page import Line, monday, topic_page, week_of, week_page
from reader.phrases import say
from reader.plain import plain, shorten
from reader.store import exports, page_entries
from reader.store.exports import Put
from reader.store.page_entries import Entry


def names_for(entries: Iterable[Entry]) -> set[str]:
    """Name the pages on which papers stand: of their topics, and of the weeks in which they
    were noted and written up."""
    names = set[str]()
    for entry in entries:
        names.add(f"topic {entry.topic or UNFILED}")
        days = (entry.first_on, entry.written_on or entry.first_on)
        names |= {f"week {week_of(day)}" for day in days}
    return names


def put_pages(
    library: Library, files: Files, writer: Writer, names: Collection[str], done: Exported
) -> None:
    """Bring some pages up to date. Those of which nothing is left to say go, unless a hand
    wrote something there."""
    for name in sorted(names):
        try:
            _put_page(library, files, writer, name, done)
        except Incomplete as error:
            done.left.append(error)


def _put_page(library: Library, files: Files, writer: Writer, name: str, done: Exported) -> None:
    kind, _, what = name.partition(" ")
    last = exports.page(library.db, name)
    entries = _of_week(library, what) if kind == "week" else _of_topic(library, what)
    if last is None and not entries:
        return
    path = last.path if last else free_path(library, page_path(library, name), taken=())
    texts = notes_of(library, entries) if kind == "week" else {}
    lines = [_line(library, entry, path, texts.get(entry.paper, "")) for entry in entries]
    ours = (week_page if kind == "week" else topic_page)(name, what, lines)
    found = files.read(path)
    if last and not entries and _is_only_ours(last, found):
        _remove(library, last, found, done)
        files.forget(last.path)
        return
    before = found if found is not None else (last.content if last else None)
    content = new_file(ours, "") if before is None else _brought_up(before, ours, last, path, done)
    put = Put(name, path, content, ours.front)
    if content != found:
        writer.put(put, found)
    elif put != last:
        writer.record(put)


def _brought_up(found: str, ours: Ours, last: Put | None, path: str, done: Exported) -> str:
    if field(found, "sample") == "true":
        raise Incomplete(what=say("export.sample", path=path))
    name = text_at(ours.front, "page")
    known = {name, text_at(last.front, "page") if last else None, None}
    page = claimed(found, "page") or None
    if id_ := claimed(found, "id") or (page if page not in known else None):
        raise Incomplete(what=say("export.other", path=path, id=shorten(plain(id_), 80), own=name))
    text = mended(found, last.content) if last else found
    content = splice(text, ours, before=last.front if last else "", titles=_titles(last))
    if content is None:
        raise Incomplete(what=say("export.marks", path=path))
    typed = typed_inside(text, (block_of(last.content), ours.block)) if last else ""
    if typed:
        done.typed_inside.append(path)
        end = "\r\n" if "\r\n" in content.partition("\n")[0] + "\n" else "\n"
        content = f"{content}{end}{typed.replace(chr(10), end)}{end}"
    if text != found:
        done.mended.append(path)
    return content


def _titles(last: Put | None) -> tuple[str, ...]:
    title = text_at(last.front, "title") if last else None
    return () if title is None else (title,)


def _is_only_ours(last: Put, found: str | None) -> bool:
    """Tell a page in which no hand left a word."""
    text = last.content if found is None else mended(found, last.content)
    is_our_front = yaml_of(text).replace("\r\n", "\n") == last.front
    words = words_of(text, _titles(last))
    typed = words is None or words + typed_inside(text, [block_of(last.content)])
    return is_our_front and not typed


def _remove(library: Library, last: Put, found: str | None, done: Exported) -> None:
    file = library.folder / last.path
    if found is not None:
        if read(library, last.path) != found:
            raise Incomplete(what=say("export.changed", path=last.path))
        try:
            file.unlink(missing_ok=True)
        except OSError as error:
            raise disk_error(error, file) from error
        done.removed.append(last.path)
    exports.drop_page(library.db, last.name)
    drop_empty(file.parent, library.folder / ROOT)


def _of_topic(library: Library, topic: str) -> list[Entry]:
    return page_entries.entries_of_topic(library.db, topic)


def _of_week(library: Library, week: str) -> list[Entry]:
    first = monday(week)
    found = page_entries.entries_between(library.db, first, first + timedelta(days=6))
    return [e for e in found if week_of(e.written_on or e.first_on) == week]


def notes_of(library: Library, entries: Iterable[Entry]) -> dict[int, str]:
    """Give the newest text of each paper's note."""
    return exports.newest_texts(library.db, (entry.paper for entry in entries))


def _line(library: Library, entry: Entry, path: str, text: str) -> Line:
    return Line(
        title=entry.title,
        author=entry.author,
        n_authors=entry.n_authors,
        year=entry.year,
        path=os.path.relpath(entry.path, os.path.dirname(path)).replace(os.sep, "/"),
        on=entry.written_on or entry.first_on,
        is_written=entry.written_on is not None,
        theme=theme_of(library.config, entry.topic or UNFILED),
        sentence=key_sentence(text),
    )
