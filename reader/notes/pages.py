"""Say what the files of papers, topics and weeks show, from what the library has."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Mapping
from datetime import timedelta
from pathlib import Path, PurePosixPath

from reader.base.errors import Incomplete
from reader.base.front_matter import claimed, single_value, text_at, yaml_of
from reader.base.messages import say
from reader.base.text import plain, shorten
from reader.library.file_names import UNFILED, file_stem, fold_name, year_of
from reader.library.folder import Library, disk_error
from reader.library.ids import url_of
from reader.library.paper import LibraryPaper
from reader.library.rows import papers
from reader.notes.balance import theme_of
from reader.notes.file import Ours, block_of, mended, new_file, splice, typed_inside, words_of
from reader.notes.folder import (
    ROOT,
    ExportOutcome,
    Files,
    Writer,
    free_path,
    page_path,
    read,
    relative,
)
from reader.notes.rows import exports
from reader.notes.rows.exports import PageEntry, WrittenFile
from reader.notes.rows.notes import Revision, papers_by_key
from reader.notes.sheet import PageRow, Sheet, monday, topic_page, week_of, week_page
from reader.notes.words import key_sentence, links_in
from reader.notes.write import marked
from reader.pdfs.move import drop_empty
from reader.pdfs.rows import highlights, pdfs


def names_for(entries: Iterable[PageEntry]) -> set[str]:
    """Name the pages on which papers stand: of their topics, and of the weeks in which they
    were noted and written up."""
    names = set[str]()
    for entry in entries:
        names.add(f"topic {entry.topic or UNFILED}")
        days = (entry.first_on, entry.written_on or entry.first_on)
        names |= {f"week {week_of(day)}" for day in days}
    return names


def put_pages(
    library: Library, files: Files, writer: Writer, names: Collection[str], done: ExportOutcome
) -> None:
    """Bring some pages up to date. Those of which nothing is left to say go, unless a hand
    wrote something there."""
    for name in sorted(names):
        try:
            _put_page(library, files, writer, name, done)
        except Incomplete as error:
            done.left.append(error)


def _put_page(
    library: Library, files: Files, writer: Writer, name: str, done: ExportOutcome
) -> None:
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
    put = WrittenFile(name, path, content, ours.front)
    if content != found:
        writer.put(put, found)
    elif put != last:
        writer.record(put)


def _brought_up(
    found: str, ours: Ours, last: WrittenFile | None, path: str, done: ExportOutcome
) -> str:
    if single_value(found, "sample") == "true":
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


def _titles(last: WrittenFile | None) -> tuple[str, ...]:
    title = text_at(last.front, "title") if last else None
    return () if title is None else (title,)


def _is_only_ours(last: WrittenFile, found: str | None) -> bool:
    """Tell a page in which no hand left a word."""
    text = last.content if found is None else mended(found, last.content)
    is_our_front = yaml_of(text).replace("\r\n", "\n") == last.front
    words = words_of(text, _titles(last))
    typed = words is None or words + typed_inside(text, [block_of(last.content)])
    return is_our_front and not typed


def _remove(library: Library, last: WrittenFile, found: str | None, done: ExportOutcome) -> None:
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


def _of_topic(library: Library, topic: str) -> list[PageEntry]:
    return exports.entries_of_topic(library.db, topic)


def _of_week(library: Library, week: str) -> list[PageEntry]:
    first = monday(week)
    found = exports.entries_between(library.db, first, first + timedelta(days=6))
    return [e for e in found if week_of(e.written_on or e.first_on) == week]


def notes_of(library: Library, entries: Iterable[PageEntry]) -> dict[int, str]:
    """Give the newest text of each paper's note."""
    return exports.newest_texts(library.db, (entry.paper for entry in entries))


def _line(library: Library, entry: PageEntry, path: str, text: str) -> PageRow:
    return PageRow(
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


def sheet_of(
    library: Library, held: LibraryPaper, known: Collection[Revision], *, folder: Path, links: Links
) -> Sheet:
    """Give what a paper's Markdown file says.

    known: the revisions of its note. folder: where the file lies, for the relative links.
    """
    pdf = pdfs.pdf_of(library.db, held.row)
    came_back = highlights.marked_of(library.db, held.row)[-1:]
    picture = pdfs.picture_of(library.db, held.row)
    figure = library.folder / picture.figure if picture and picture.figure else None
    has_figure = figure is not None and figure.is_file()
    revisions = list(known)
    first = next((note for note in revisions if note.is_written), None)
    return Sheet(
        key=held.key or file_stem(held.paper, library.config.pdf_name),
        id=held.paper.id,
        title=held.paper.title,
        authors=held.paper.authors,
        year=year_of(held.paper),
        topic=held.topic or UNFILED,
        state="written" if first else "skimmed",
        noted_on=revisions[0].on_date if revisions else None,
        read_on=first.on_date if first else None,
        url=url_of(held.paper.id),
        pdf=relative(library.folder / pdf.path, folder) if pdf else "",
        marked=next((relative(library.folder / c.path, folder) for c in came_back), ""),
        text=revisions[-1].text if revisions else "",
        also_known=held.paper.ids[1:],
        figure=relative(figure, folder) if figure and has_figure else "",
        caption=picture.caption if picture and has_figure else "",
        highlights=marked(library, held),
        linked_from=links.linked_from(held.row, folder),
    )


class Links:
    """The links of all notes; planned: paper → path of files that are written just now."""

    def __init__(self, library: Library, planned: Mapping[int, str]) -> None:
        self._library = library
        self._planned = planned

    def targets(self, text: str) -> set[int]:
        """Give the papers that a text links to."""
        names = links_in(text) if "[[" in text else []
        found = exports.papers_with(self._library.db, names) if names else {}
        rows = set(found.values())
        left = {fold_name(name) for name in names if name not in found}
        if left:  # another case, or the name of a file: all are looked through
            rows |= {row for name, row in self._every_name().items() if name in left}
        return rows

    def _every_name(self) -> dict[str, int]:
        paths = exports.paths(self._library.db)
        rows = {path: exports.row_in(name) for path, name in paths.items()}
        stems = {fold_name(PurePosixPath(p).stem): row for p, row in rows.items() if row}
        keys = papers_by_key(self._library.db)
        return stems | {fold_name(key): row for key, row in keys.items()}

    def linked_from(self, row: int, folder: Path) -> tuple[tuple[str, str], ...]:
        """List the notes that link to a paper: (title, path relative to a folder), by title."""
        path = self._path_of(row)
        names = {fold_name(key) for key in exports.keys_of(self._library.db, row)}
        names |= {fold_name(PurePosixPath(path).stem)} if path else set()
        sources = [s for s in exports.sources_of(self._library.db, names) if s != row]
        paths = {source: self._path_of(source) for source in sources}
        found = (
            (held.paper.title, relative(self._library.folder / paths[held.row], folder))
            for held in papers.papers_at(self._library.db, sources)
            if paths[held.row]
        )
        return tuple(sorted(found))

    def _path_of(self, row: int) -> str:
        planned = self._planned.get(row)
        return planned or exports.path_of(self._library.db, exports.note_name(row))


def keep_links(library: Library, rows: Iterable[int]) -> None:
    """Bring what is kept of the links of some notes up to date; the first time, of all."""
    wanted = exports.noted(library.db) if exports.is_empty(library.db) else list(rows)
    texts = exports.newest_texts(library.db, wanted)
    now = {
        row: {fold_name(name) for name in links_in(text)} if "[[" in text else set[str]()
        for row, text in texts.items()
    }
    before = exports.names_of(library.db, wanted)
    changed = {row: names for row, names in now.items() if names != before.get(row, set())}
    if changed and not library.db.is_read_only:
        exports.set_names(library.db, changed)
