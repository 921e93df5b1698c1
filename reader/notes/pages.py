"""Bring the pages of topics and weeks up to date, and collect the content of a paper's file.

What a hand wrote in a page stays in it. Links between notes are kept by the names in them: a
paper is meant by its key, or by the name of its file, which a hand may have changed; case does
not count.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import PurePosixPath

from reader.base.errors import Incomplete
from reader.base.front_matter import single_value, text_at, tolerant_value, yaml_of
from reader.library.file_names import UNFILED, file_stem, fold_name, year_of
from reader.library.files import drop_empty, folder_at
from reader.library.folder import Library
from reader.library.ids import url_of
from reader.library.paper import LibraryPaper
from reader.library.rows import highlights, papers, pdfs
from reader.notes.balance import theme_of
from reader.notes.file import (
    ProgramLines,
    block_of,
    mend_front,
    new_file,
    splice,
    typed_inside,
    with_words,
    words_of,
)
from reader.notes.folder import (
    ROOT,
    WEEKS,
    ExportOutcome,
    LateEdit,
    Writer,
    free_path,
    of_another,
    read,
    relative,
    sample,
    without_lines,
)
from reader.notes.rows import exports
from reader.notes.rows.exports import WrittenFile
from reader.notes.rows.notes import Revision, papers_by_key
from reader.notes.sheet import PageEntry, Sheet, front_tags, list_page, monday, week_of
from reader.notes.words import key_sentence, links_in, merge_words
from reader.notes.write import marked


def pages_of(library: Library, rows: Collection[int]) -> set[str]:
    """Name the pages on which papers stand: of their topics, and of the weeks in which they
    were noted and written up; and of the topics in which they stood when they were written."""
    names = set[str]()
    for entry in exports.entries(library.db, rows):
        names.add(f"topic {entry.topic or UNFILED}")
        if entry.is_dated:
            names |= {f"week {week_of(day)}" for day in (entry.first_on, entry.on)}
    for row in rows:
        last = exports.exported(library.db, row)
        topic = text_at(last.front, "topic") if last else None
        names |= {f"topic {topic}"} if topic else set()
    return names


def put_pages(
    library: Library,
    writer: Writer,
    names: Collection[str],
    late: Mapping[str, Sequence[LateEdit]],
) -> None:
    """Bring some pages up to date. Those without entries are deleted, unless somebody wrote
    something there.

    late: name → what a hand wrote into pages that were replaced before.
    """
    for name in sorted(names):
        try:
            _put_page(library, writer, name, late.get(name, ()))
        except Incomplete as error:
            writer.leave(error)
            writer.unwritten.add(name)


def _put_page(library: Library, writer: Writer, name: str, late: Sequence[LateEdit]) -> None:
    """Bring one page up to date. Raises Incomplete for one to leave alone."""
    last = exports.last_written(library.db, name)
    entries, texts, place = _listed_on(library, name)
    if last is None and not entries:
        return
    path = last.path if last else free_path(library, place)
    there = read(library, path)
    listed = (
        replace(
            entry,
            path=relative(entry.path, path),
            theme=theme_of(library.config, entry.topic or UNFILED),
            sentence=key_sentence(texts[entry.paper]) if entry.paper in texts else "",
        )
        for entry in entries
    )
    ours = list_page(name, listed)
    # A page that a hand deleted comes back with what that hand had written there.
    before, base = there if there is not None else (last.content if last else None), last
    for edit in late:
        if last and there in (None, last.content):
            before, base = edit.text, replace(last, content=(edit.last or last).content)
        elif before is not None:
            words = merge_words(words_of(before) or "", words_of(edit.text) or "")
            before = with_words(before, words) or before
    if before is None:
        content = new_file(ours, "")
    else:
        content = _updated(before, ours, base, path, writer.done)
    page = WrittenFile(name, path, content, ours.front)
    # What would be written decides, so that an export after it finds nothing more to remove.
    if last and not entries and _has_no_word(page):
        _remove(library, page, there, writer)
    else:
        writer.put(page, there, last)


def _listed_on(library: Library, name: str) -> tuple[Sequence[PageEntry], Mapping[int, str], str]:
    """List the entries of a page, their texts where the page shows them, and its usual path."""
    db = library.db
    kind, _unused, what = name.partition(" ")
    if kind != "week":
        entries = exports.entries(db, exports.filed_under(db, what))
        return entries, {}, f"{folder_at(library, ROOT, what)}/index.md"
    first = monday(what)
    found = exports.entries(db, exports.noted_between(db, first, first + timedelta(days=6)))
    # A paper stands in one week: that of the day on which it was written up. Nobody wrote, in
    # the week of an import, the notes that it brought without their day.
    entries = [entry for entry in found if entry.is_dated and week_of(entry.on) == what]
    texts = exports.newest_texts(db, (entry.paper for entry in entries))
    return entries, texts, f"{folder_at(library, ROOT, WEEKS)}/{what}.md"


def _remove(library: Library, page: WrittenFile, found: str | None, writer: Writer) -> None:
    """Remove a page; found: its text as it was read, None where it was deleted."""
    if found is not None:
        if not writer.replacer.remove(page.path, found.encode()):
            writer.changed[page.name] = page.path
            return
        writer.done.removed.append(page.path)
    exports.drop_page(library.db, page.name)
    drop_empty((library.folder / page.path).parent, library.folder / ROOT)


def _has_no_word(page: WrittenFile) -> bool:
    """Check that no hand left a word in a page, nor a key in its front matter."""
    yaml = yaml_of(page.content).replace("\r\n", "\n")
    return words_of(page.content, page.titles) == "" and yaml == page.front


def _updated(
    found: str, ours: ProgramLines, last: WrittenFile | None, path: str, done: ExportOutcome
) -> str:
    """Bring a page's text up to date. Raises Incomplete for one to leave alone."""
    if single_value(found, "sample") == "true":
        raise sample(path)
    name = text_at(ours.front, "page")
    # The name that it had before: its topic's folder may have been renamed since.
    known = {name, text_at(last.front, "page") if last else None, None}
    page = tolerant_value(found, "page") or None
    if id_ := tolerant_value(found, "id") or (page if page not in known else None):
        raise of_another(path, id_, name or "")
    text = mend_front(found, last.content) if last else found
    before, titles = (last.front, last.titles) if last else ("", ())
    content = splice(text, ours, before=before, titles=titles)
    if content is None:
        raise without_lines(path)
    typed = typed_inside(text, (block_of(last.content), ours.block)) if last else ""
    if typed:
        # Our block is written anew, so what was typed within it goes to the end of the page.
        done.typed_inside.append(path)
        end = "\r\n" if "\r\n" in content.partition("\n")[0] + "\n" else "\n"
        content += end + typed.replace("\n", end) + end
    if text != found:
        done.mended.append(path)
    return content


def sheet_of(
    library: Library,
    paper: LibraryPaper,
    known: Sequence[Revision],
    *,
    path: str,
    planned: Mapping[int, str],
    yaml: str = "",
) -> Sheet:
    """Collect the content of a paper's Markdown file.

    known: the revisions of its note, at least one. path: where the file lies, for the relative
    links. planned: paper → path of the files that are written just now. yaml: its front matter.
    """
    db = library.db
    pdf, picture = pdfs.pdf_of(db, paper.row), pdfs.picture_of(db, paper.row)
    came_back = highlights.marked_of(db, paper.row)[-1:]
    # Pictures are derived and may have been deleted; a link must not lead to nothing.
    has_figure = picture and picture.figure and (library.folder / picture.figure).is_file()
    # Once written up it stays so, whatever a later revision leaves.
    first = next((note for note in known if note.is_written), None)
    return Sheet(
        key=paper.key or file_stem(paper.record, library.config.pdf_name),
        id=paper.record.id,
        title=paper.record.title,
        authors=paper.record.authors,
        year=year_of(paper.record),
        topic=paper.topic or UNFILED,
        state="written" if first else "skimmed",
        noted_on=known[0].on_date,
        read_on=first.on_date if first else None,
        url=url_of(paper.record.id),
        pdf=relative(pdf.path, path) if pdf else "",
        marked=next((relative(copy.path, path) for copy in came_back), ""),
        text=known[-1].text,
        also_known=paper.record.ids[1:],
        figure=relative(picture.figure, path) if picture and has_figure else "",
        caption=picture.caption if picture and has_figure else "",
        highlights=marked(library, paper),
        linked_from=_linked_from(library, paper.row, path, planned),
        tags=front_tags(paper, yaml),
        rating=paper.rating,
        priority=paper.priority,
    )


def _linked_from(
    library: Library, row: int, page: str, planned: Mapping[int, str]
) -> tuple[tuple[str, str], ...]:
    """List the notes that link to a paper: (title, path relative to its file), by title."""
    db = library.db

    def path_of(of: int) -> str:
        return planned.get(of) or exports.path_of(db, exports.note_name(of))

    names = {fold_name(key) for key in exports.keys_of(db, row)}
    names |= {fold_name(PurePosixPath(own).stem)} if (own := path_of(row)) else set()
    sources = [source for source in exports.sources_of(db, names) if source != row]
    found = (
        (paper.record.title, relative(path, page))
        for paper in papers.papers_at(db, sources)
        if (path := path_of(paper.row))
    )
    return tuple(sorted(found))


def linked_papers(library: Library, texts: Iterable[str]) -> set[int]:
    """Find the papers that some texts link to."""
    names = {name for text in texts if "[[" in text for name in links_in(text)}
    found = exports.papers_with(library.db, names) if names else {}
    rows = set(found.values())
    left = {fold_name(name) for name in names - found.keys()}
    if left:  # another case, or the name of a file: all are looked through
        named = {
            fold_name(PurePosixPath(path).stem): row
            for path, name in exports.paths(library.db).items()
            if (row := exports.row_in(name))
        }
        named |= {fold_name(key): row for key, row in papers_by_key(library.db).items()}
        rows |= {named[name] for name in left & named.keys()}
    return rows


def keep_links(library: Library, rows: Iterable[int]) -> None:
    """Update the links that are kept of some notes; the first time, those of all notes."""
    db = library.db
    wanted = list(rows) if exports.has_links(db) else exports.noted(db)
    now = {
        row: {fold_name(name) for name in links_in(text)} if "[[" in text else set[str]()
        for row, text in exports.newest_texts(db, wanted).items()
    }
    before = exports.linked_names(db, wanted)
    changed = {row: names for row, names in now.items() if names != before.get(row, set())}
    if changed and not db.is_read_only:
        exports.set_linked_names(db, changed)
