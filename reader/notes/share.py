"""Build the page that is sent to others: papers with notes, figures and chosen highlights."""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Literal

from reader.base.errors import UsageError
from reader.base.messages import Text, lazy_gettext, lazy_ngettext
from reader.base.tex import tex_to_text
from reader.base.text import plain
from reader.library.file_names import year_of
from reader.library.folder import Library
from reader.library.highlight import Highlight
from reader.library.ids import url_of
from reader.library.paper import LibraryPaper
from reader.library.rows import papers, pdfs
from reader.notes.links import target_of
from reader.notes.rows import habit, notes
from reader.notes.rows.exports import newest_texts
from reader.notes.shared import SharedPage, SharedPaper, public_words, without_paths
from reader.notes.week import read_between, week_of
from reader.notes.write import marked

Choice = Literal["all", "none"] | Collection[int]
"""The highlights to share: all, none, or some by their number in reading order, from 1."""


def share(
    library: Library,
    held: Sequence[LibraryPaper],
    *,
    choice: Choice = "none",
    has_figures: bool = True,
    themes: Sequence[str] = (),
    title: Text = "",
) -> SharedPage:
    """Build a page of what others may see of some papers, in the order given.

    themes: for each paper the group that it stands in. Raises UsageError for a highlight
    that is not there.
    """
    found = [shared_paper(library, one, choice, has_figures=has_figures) for one in held]
    if themes:
        found = [(replace(p, theme=theme), n) for (p, n), theme in zip(found, themes, strict=True)]
    if not title and len(found) > 1:
        title = lazy_ngettext("{n} paper", "{n} papers", len(found))
    return SharedPage(tuple(paper for paper, _ in found), title, sum(n for _, n in found))


def share_week(
    library: Library, day: date, *, choice: Choice = "none", has_figures: bool = True
) -> SharedPage:
    """Build a page of the papers written up in the week of a day, for a reading group."""
    first, last = week_of(day)
    read = [one for one in read_between(library, first, last) if one.is_written]
    # A theme that nobody named is a folder's path, which is nobody's business.
    themes = ["" if "/" in one.theme else plain(one.theme) for one in read]
    title = lazy_gettext("Papers of the week, {first} to {last}", first=first, last=last)
    held = [one.held for one in read]
    return share(library, held, choice=choice, has_figures=has_figures, themes=themes, title=title)


@dataclass(frozen=True, slots=True)
class NewsItem:
    """A paper that was written up, or picked and is not noted yet: what others may see of it.

    name: what ids are made from, as `first_acts` has it. on_date: of the pick or the first
    written note. changed_on: of its newest words. n_left_out: private places in the words.
    """

    name: str
    shared: SharedPaper
    is_written: bool
    on_date: date
    changed_on: date
    n_left_out: int


def news(
    library: Library,
    first: date,
    last: date,
    *,
    among: Collection[int] | None = None,
    most: int | None = None,
) -> list[NewsItem]:
    """List the picks and written notes between two days, at most `most`, the newest first.

    among: rows of papers, None for all.
    """
    noted = habit.noted(library.db, first, last)
    written = {one.paper: one.on_date for one in noted if one.is_written}
    days = written | habit.decided(library.db, "pick", first, last)
    wanted = {row for row in days if among is None or row in among}
    changed = {
        row: notes.revisions(library.db, row)[-1].on_date if row in written else days[row]
        for row in wanted
    }
    newest = sorted(wanted, key=lambda row: (changed[row], row), reverse=True)[:most]
    names = habit.first_acts(library.db, newest)
    items = []
    for held in papers.papers_at(library.db, newest):
        shared, n = shared_paper(library, held)
        shared = replace(shared, title=plain(tex_to_text(shared.title)) or "…")
        row = held.row
        items.append(NewsItem(names[row], shared, row in written, days[row], changed[row], n))
    return items


def shared_paper(
    library: Library,
    held: LibraryPaper,
    choice: Choice = "none",
    *,
    has_figures: bool = False,
    addresses: Mapping[int, str] | None = None,
) -> tuple[SharedPaper, int]:
    """Take of a paper and its note what others may see; also counts what is left out as private.

    addresses: row → where a link to a note leads, in place of the paper's own address.
    """
    text = newest_texts(library.db, [held.row]).get(held.row, "")
    folders = _folders(library)

    def linked(key: str) -> tuple[str, str] | None:
        found = target_of(library, key)
        if found is None:
            return None
        address = (addresses or {}).get(found.row) or url_of(found.paper.id)
        return plain(found.paper.title), address

    words, n_left_out = public_words(text, linked, folders)
    # What was typed at a highlight may name a file of this machine too.
    chosen = _chosen(library, held, choice)
    typed = [without_paths(mark.note, folders) for mark in chosen]
    marks = (replace(mark, note=note) for mark, (note, _) in zip(chosen, typed, strict=True))
    figure, caption = _figure(library, held) if has_figures else (b"", "")
    paper = SharedPaper(
        title=plain(held.paper.title),
        authors=tuple(plain(author) for author in held.paper.authors),
        year=year_of(held.paper),
        url=url_of(held.paper.id),
        words=words,
        figure=figure,
        caption=caption,
        highlights=tuple(marks),
    )
    return paper, n_left_out + sum(n for _, n in typed)


def _folders(library: Library) -> list[str]:
    """List the folders of this machine that a note may name, the longest first."""
    own = str(library.folder.absolute())
    tablet = library.config.tablet.rstrip("/\\")
    # As it is, with ~ for the home, and as feeds.toml writes the tablet's.
    known = {own, own.replace(str(Path.home()), "~", 1), tablet, os.path.expanduser(tablet)}
    # Without an empty setting and a bare root ("/", "C:\"), which would match any text or path.
    return sorted((f for f in known if len(f) > 3), key=len, reverse=True)


def _figure(library: Library, held: LibraryPaper) -> tuple[bytes, str]:
    picture = pdfs.picture_of(library.db, held.row)
    file = library.folder / picture.figure if picture and picture.figure else None
    if picture is None or file is None or not file.is_file():
        return b"", ""
    return file.read_bytes(), plain(picture.caption)


def _chosen(library: Library, held: LibraryPaper, choice: Choice) -> tuple[Highlight, ...]:
    if choice == "none":
        return ()
    # In reading order, without those that are gone: by these numbers `choice` names them.
    there = marked(library, held)
    if choice == "all":
        return there
    wrong = [n for n in choice if not 1 <= int(n) <= len(there)]
    if wrong:
        what = lazy_gettext(
            "There is no highlight {n}; highlights of this paper: {of}.", n=wrong[0], of=len(there)
        )
        raise UsageError(
            what=what,
            hint=lazy_gettext(
                "`reader highlights {id}` lists them with their numbers.", id=held.paper.id
            ),
        )
    return tuple(mark for n, mark in enumerate(there, 1) if n in choice)
