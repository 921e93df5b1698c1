"""Build the page that is sent to others: papers with notes, figures and chosen highlights.

Nothing in it is private: no path, no key of a note, no decision, no day. What could hold such a
thing in the person's own words is taken out here, and counted. `texts.shared` writes the page.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Literal
from urllib.parse import quote

from reader.base.errors import UsageError
from reader.base.messages import Text, lazy_gettext, lazy_ngettext
from reader.base.tex import tex_to_text
from reader.base.text import WIKI_LINK, plain, plain_lines
from reader.library.file_names import year_of
from reader.library.folder import Library
from reader.library.highlight import Highlight
from reader.library.ids import url_of
from reader.library.paper import LibraryPaper
from reader.library.rows import papers, pdfs
from reader.notes.links import target_of
from reader.notes.rows import habit, notes
from reader.notes.rows.exports import newest_texts
from reader.notes.week import read_between, week_of
from reader.notes.write import marked


@dataclass(frozen=True, slots=True)
class SharedPaper:
    """A paper as others see it.

    words: the note in public words, Markdown. figure: PNG, empty for none. theme: what the
    papers of a week are grouped by, empty for no group.
    """

    title: str
    authors: tuple[str, ...]
    year: int | None
    url: str
    words: str = ""
    figure: bytes = b""
    caption: str = ""
    highlights: tuple[Highlight, ...] = ()
    theme: str = ""


@dataclass(frozen=True, slots=True)
class SharedPage:
    """A page: one paper or several; title: of the whole page, empty for one paper.

    n_left_out: places in the person's words that were private.
    """

    papers: tuple[SharedPaper, ...]
    title: Text = ""
    n_left_out: int = 0


Find = Callable[[str], tuple[str, str] | None]
"""Finds title and address of the paper that a key names, None for one that is not here."""


def public_words(words: str, find: Find, folders: Sequence[str] = ()) -> tuple[str, int]:
    """Remove what is private from a note; also returns the number of places.

    folders: of this machine, whose paths are known although they may have blanks.

    `[[key]]` becomes the paper's title with its address. Comments (`<!-- -->`, `%% %%`),
    pictures and files that are embedded, links that lead to no public web page and paths of
    files go; the words of a link stay.
    """
    text, n_comments = _COMMENT.subn("", words)
    text, n_embedded = _EMBEDDED.subn("", text)
    n_left_out = n_comments + n_embedded

    def left_out(match: re.Match[str]) -> str:
        """Count a private link, and keep its words."""
        nonlocal n_left_out
        n_left_out += 1
        return next((plain(group) for group in match.groups() if group), "…")

    def linked(match: re.Match[str]) -> str:
        name, _unused, shown = match[1].partition("|")
        found = find(re.split(r"[#^]", name, maxsplit=1)[0].strip())
        if found is None:
            left_out(match)
            return plain(shown) or "…"
        title, address = found
        own = escaped(plain(shown) or title)
        return f"[{own}]({bracketed(address)})" if is_web(address) else own

    # Keys first: the links that they become are of the web, and stay.
    text = WIKI_LINK.sub(linked, text)
    text = _LINK.sub(lambda m: m[0] if is_web(m[2]) else left_out(m), text)
    text = _DEFINITION.sub(lambda m: m[0] if is_web(m[1]) else left_out(m)[:0], text)
    text, n_paths = without_paths(text, folders)
    # Blanks in front of a line make a list's level or code: `plain` would take them off.
    lines = (line[: len(line) - len(line.lstrip(" \t"))] + plain(line) for line in text.split("\n"))
    return "\n".join(map(str.rstrip, lines)).strip("\n"), n_left_out + n_paths


def without_paths(text: str, folders: Sequence[str] = ()) -> tuple[str, int]:
    """Replace files and addresses of this machine in a text with "…"; also counts them.

    folders: as for `public_words`.
    """
    n_all = 0
    for folder in folders:
        text, n = re.subn(rf"{re.escape(folder)}(?![\w-])[^\s<>()]*{_BLANKS}", "…", text)
        n_all += n
    text, n = _PATH.subn("…", text)
    return text, n_all + n


def escaped(text: str) -> str:
    """Keep foreign text from being Markdown or HTML; line ends stay."""
    text = re.sub(r"([\\`*_\[\]<>#~|])", r"\\\1", plain_lines(text)).replace("&", "&amp;")
    # At the beginning of a line these make lists and headings.
    text = re.sub(r"^(\s*)([-+=])", r"\1\\\2", text, flags=re.MULTILINE)
    return re.sub(r"^(\s*\d+)([.)])", r"\1\\\2", text, flags=re.MULTILINE)


def bracketed(address: str) -> str:
    """Write an address of Markdown in brackets, which it cannot end itself."""
    return "<" + re.sub(r"[<>\s]", lambda c: quote(c[0]), address) + ">"


def is_web(address: str) -> bool:
    """Check whether others can open an address of the web."""
    bare = address.strip(" <>")
    return bare.lower().startswith(("http://", "https://")) and not _AT_HOME.match(bare)


_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)|%%.*?%%", re.DOTALL)
_EMBEDDED = re.compile(r"!\[\[[^\[\]\n]*\]\]|!\[[^\[\]]*\](?:\([^()\n]*\)|\[[^\[\]\n]*\])")
_LINK = re.compile(r"\[([^\[\]\n]+)\]\(\s*(<[^<>\n]*>|[^()\s]*(?:\([^()\s]*\)[^()\s]*)*)[^()\n]*\)")
_DEFINITION = re.compile(r"^[ ]{0,3}\[[^\[\]\n]+\]:\s*(\S+)[^\n]*$", re.MULTILINE)
# A path of this machine or of the library; an address of the web holds none of them.
_REST = r"[^\s<>()「」『』【】、。,;]+"
# What goes on behind blanks in a path, as far as a file's ending shows that it does.
_BLANKS = (
    r"(?:(?<!\.pdf)(?<!\.md)(?:[ ](?![/~])[^\s<>()「」『』【】、。,;:]{1,60}){1,4}?"
    r"(?:(?<=\.(?:pdf|png|csv|txt|tex|bib|jpg|zip))|(?<=\.md)"
    r"|(?<=\.(?:json|docx|html|pptx|xlsx|jpeg)))(?!\w|\.\w))?"
)
# An address that only this machine or its network knows, or that holds a password.
_AT_HOME = re.compile(
    r"https?://(?:[^\s/@<>:]*:[^\s/@<>]*@|(?:localhost|127(?:\.\d+){3}|10(?:\.\d+){3}"
    r"|192\.168(?:\.\d+){2}|\[::1\]|[\w.-]+\.(?:local|lan|internal))(?=[:/?#\s]|\Z))",
    re.IGNORECASE,
)
_PATH = re.compile(
    rf"<?\bfile:{_REST}>?"
    # What opens a program of this machine: obsidian://, zotero://, smb://.
    rf"|<?\b(?!(?:https?|ftp|doi):)[A-Za-z][A-Za-z0-9+.-]{{1,20}}://{_REST}>?"
    rf"|(?i:{_AT_HOME.pattern})[^\s<>()]*"
    # Folders at the root of Linux and macOS; no others, since "/" stands in sentences too.
    r"|(?<![A-Za-z0-9_/.:~])~?/(?:home|Users|root|tmp|mnt|media|var|etc|opt|private|Volumes|srv)/"
    rf"{_REST}{_BLANKS}"
    # A home: ~/x, ~name/x.
    rf"|(?<![A-Za-z0-9_/.:])~(?:[a-z_][a-z0-9_-]*)?/{_REST}{_BLANKS}"
    # Windows: C:\x, C:/x but not a scheme's "://", and shares of a network.
    rf"|(?<![A-Za-z0-9_])[A-Za-z]:(?:\\|/(?!/)){_REST}{_BLANKS}"
    rf"|(?<![\\\w])\\\\[\w.-]+\\{_REST}{_BLANKS}"
    # Variables that name a folder of the person's.
    r"|(?:\$\{?(?:HOME|PWD|XDG_[A-Z_]+)\}?|%(?:USERPROFILE|APPDATA|HOMEPATH)%)[/\\]"
    rf"{_REST}{_BLANKS}"
    # Files of the library, from its own folder.
    rf"|(?<![A-Za-z0-9_/.:])(?:\.{{1,2}}/)*(?:papers|notes|pictures|vectors|drafts)/{_REST}"
    r"\.(?:pdf|md|png|json)\b"
)


Choice = Literal["all", "none"] | Collection[int]
"""The highlights to share: all, none, or some by their number in reading order, from 1."""


def share(
    library: Library,
    several: Sequence[LibraryPaper],
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
    found = [shared_paper(library, one, choice, has_figures=has_figures) for one in several]
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
    several = [one.paper for one in read]
    return share(
        library, several, choice=choice, has_figures=has_figures, themes=themes, title=title
    )


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
    for paper in papers.papers_at(library.db, newest):
        shared, n = shared_paper(library, paper)
        shared = replace(shared, title=plain(tex_to_text(shared.title)) or "…")
        row = paper.row
        items.append(NewsItem(names[row], shared, row in written, days[row], changed[row], n))
    return items


def shared_paper(
    library: Library,
    paper: LibraryPaper,
    choice: Choice = "none",
    *,
    has_figures: bool = False,
    addresses: Mapping[int, str] | None = None,
) -> tuple[SharedPaper, int]:
    """Take of a paper and its note what others may see; also counts what is left out as private.

    addresses: row → where a link to a note leads, in place of the paper's own address.
    """
    text = newest_texts(library.db, [paper.row]).get(paper.row, "")
    folders = _folders(library)

    def linked(key: str) -> tuple[str, str] | None:
        found = target_of(library, key)
        if found is None:
            return None
        address = (addresses or {}).get(found.row) or url_of(found.record.id)
        return plain(found.record.title), address

    words, n_left_out = public_words(text, linked, folders)
    # What was typed at a highlight may name a file of this machine too.
    chosen = _chosen(library, paper, choice)
    typed = [without_paths(mark.note, folders) for mark in chosen]
    marks = (replace(mark, note=note) for mark, (note, _) in zip(chosen, typed, strict=True))
    figure, caption = _figure(library, paper) if has_figures else (b"", "")
    shared = SharedPaper(
        title=plain(paper.record.title),
        authors=tuple(plain(author) for author in paper.record.authors),
        year=year_of(paper.record),
        url=url_of(paper.record.id),
        words=words,
        figure=figure,
        caption=caption,
        highlights=tuple(marks),
    )
    return shared, n_left_out + sum(n for _, n in typed)


def _folders(library: Library) -> list[str]:
    """List the folders of this machine that a note may name, the longest first."""
    own = str(library.folder.absolute())
    tablet = library.config.tablet.rstrip("/\\")
    # As it is, with ~ for the home, and as feeds.toml writes the tablet's.
    known = {own, own.replace(str(Path.home()), "~", 1), tablet, os.path.expanduser(tablet)}
    # Without an empty setting and a bare root ("/", "C:\"), which would match any text or path.
    return sorted((f for f in known if len(f) > 3), key=len, reverse=True)


def _figure(library: Library, paper: LibraryPaper) -> tuple[bytes, str]:
    picture = pdfs.picture_of(library.db, paper.row)
    file = library.folder / picture.figure if picture and picture.figure else None
    if picture is None or file is None or not file.is_file():
        return b"", ""
    return file.read_bytes(), plain(picture.caption)


def _chosen(library: Library, paper: LibraryPaper, choice: Choice) -> tuple[Highlight, ...]:
    if choice == "none":
        return ()
    # In reading order, without those that are gone: by these numbers `choice` names them.
    there = marked(library, paper)
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
                "`reader highlights {id}` lists them with their numbers.", id=paper.record.id
            ),
        )
    return tuple(mark for n, mark in enumerate(there, 1) if n in choice)
