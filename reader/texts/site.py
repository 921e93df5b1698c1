"""Write chosen notes as a folder of HTML pages: an index by topic, and a page for each note.

A page needs no script, no other file and no server, so that the folder works from a disk as well.
What is private is left out as on shared pages; figures too, which are not the person's.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from html import escape
from pathlib import Path
from urllib.parse import quote

from reader.base.errors import Incomplete, ReaderError
from reader.base.markup import to_html
from reader.base.messages import _, lazy_gettext, ngettext, spoken
from reader.base.tex import tex_to_text
from reader.base.text import html_to_text, plain
from reader.library.cite import in_form, references
from reader.library.disk import write_whole
from reader.library.folder import Library
from reader.library.paper import LibraryPaper
from reader.library.reference import Reference
from reader.notes.links import targets
from reader.notes.rows import habit
from reader.notes.rows.exports import newest_texts
from reader.notes.share import SharedPaper, shared_paper
from reader.notes.words import key_sentence, links_in
from reader.texts.shared import article_below_title, byline, document, language

INDEX = "index.html"

_BESIDE = "https://beside.invalid/"
"""Stands for the folder of the pages until they are written: a note's links lead to the web."""

STYLE = """
main { max-width: 41rem; }
article { background: none; border: 0; padding: 0; margin: 1.5rem 0; }
nav, .n { color: var(--dim); font-size: .9rem; } nav a { display: inline-block; padding: .2rem 0; }
nav ul { list-style: none; margin: .75rem 0 0; padding: 0; display: flex; flex-wrap: wrap;
  gap: .2rem 1.1rem; }
section > h2 { font-size: 1.05rem; margin: 2.2rem 0 .2rem; padding-bottom: .3rem;
  border-bottom: 1px solid var(--line); }
.notes { list-style: none; margin: 0; padding: 0; }
.notes li { padding: .7rem 0; } .notes p { margin: .15rem 0 0; }
.notes a { font-weight: 600; text-decoration: none; } .notes a:hover { text-decoration: underline; }
details { margin: 1.5rem 0; } summary { color: var(--dim); font-size: .9rem; cursor: pointer; }
pre { white-space: pre-wrap; font-size: .9rem; line-height: 1.5; padding: .7rem .9rem;
  background: var(--sheet); border: 1px solid var(--line); border-radius: 6px; }
pre code { font-size: 1em; }
@media (max-width: 30rem) { main { padding: 1rem 1.1rem 2rem; } article { padding: 0; } }
"""


@dataclass(frozen=True, slots=True)
class SiteNote:
    """A note of a site: the name of its page, and the rows that it links to."""

    held: LibraryPaper
    name: str
    reference: Reference
    shared: SharedPaper
    links: tuple[int, ...]

    @property
    def topic(self) -> str:
        return plain(self.held.topic or "") or _("without a topic")


@dataclass(slots=True)
class Site:
    """The pages by their names, and how many private places were left out."""

    pages: dict[str, str] = field(default_factory=dict)
    n_left_out: int = 0


def site(library: Library, held: Sequence[LibraryPaper]) -> Site:
    """Write the pages of the written notes among some papers."""
    noted = habit.noted(library.db, date.min, library.today())
    written = {one.paper for one in noted if one.is_written}
    several = references(library, [one for one in held if one.row in written])
    names = _names(several)
    texts = newest_texts(library.db, names)
    keys = {row: links_in(text) for row, text in texts.items()}
    row_of = dict(targets(library, {key for found in keys.values() for key in found}))
    addresses = {row: _BESIDE + name for row, name in names.items()}
    made, notes = Site(), []
    for one in several:
        row = one.held.row
        shared, n = shared_paper(library, one.held, addresses=addresses)
        shared = replace(shared, title=plain(tex_to_text(shared.title)) or "…")
        linked = dict.fromkeys(row_of[key] for key in keys.get(row, ()))
        links = tuple(target for target in linked if target in names and target != row)
        notes.append(SiteNote(one.held, names[row], one, shared, links))
        made.n_left_out += n
    order = {topic.path: n for n, topic in enumerate(library.config.topics)}
    notes.sort(
        key=lambda note: (
            order.get(note.held.topic or "", len(order)),
            note.topic,
            -(note.shared.year or 0),
            note.shared.title,
        )
    )
    made.pages[INDEX] = _index(notes)
    for note, others in zip(notes, _near(notes), strict=True):
        made.pages[note.name] = _page(note, others)
    return made


def _near(notes: Sequence[SiteNote]) -> list[list[SiteNote]]:
    """List for each note those that it links to or that link to it, in the order of the index."""
    place = {note.held.row: n for n, note in enumerate(notes)}
    near: list[set[int]] = [set() for _note in notes]
    for n, note in enumerate(notes):
        for row in note.links:
            near[n].add(place[row])
            near[place[row]].add(n)
    return [[notes[n] for n in sorted(found)] for found in near]


def _names(several: Sequence[Reference]) -> dict[int, str]:
    """Name the pages by their citation keys, row → name; alike on every disk."""
    names: dict[int, str] = {}
    taken = {INDEX}
    for one in several:
        stem = re.sub(r"[^a-z0-9_-]+", "-", one.key.lower()).strip("-") or "note"
        ends = ("", *(f"-{n}" for n in range(2, len(several) + 3)))
        name = next(name for end in ends if (name := f"{stem}{end}.html") not in taken)
        taken.add(name)
        names[one.held.row] = name
    return names


def _index(notes: Sequence[SiteNote]) -> str:
    title = _("Notes on papers")
    topics = list(dict.fromkeys(note.topic for note in notes))
    n = ngettext("{n} note", "{n} notes", len(notes))
    lines = [f"<h1>{escape(title)}</h1>", f'<p class="n">{escape(n)}</p>']
    if len(topics) > 1:
        links = (f'<li><a href="{_anchor(topic)}">{escape(topic)}</a></li>' for topic in topics)
        lines += ["<nav><ul>", *links, "</ul></nav>"]
    for topic in topics:
        lines += [f'<section id="{escape(_id(topic))}">', f"<h2>{escape(topic)}</h2>"]
        lines += [*_list([note for note in notes if note.topic == topic]), "</section>"]
    return document(title, spoken(), lines, style=STYLE)


def _page(note: SiteNote, near: Sequence[SiteNote]) -> str:
    title, topic = note.shared.title, escape(note.topic)
    home = f'<a href="{INDEX}">{escape(_("Notes on papers"))}</a>'
    above = f'{home} › <a href="{INDEX}{_anchor(note.topic)}">{topic}</a>'
    lines = [f'<nav lang="{spoken()}">{above}</nav>', "<article>"]
    lines.append(f'<h1 lang="{language(title)}">{escape(title)}</h1>')
    below = list(article_below_title(note.shared, to_html))
    if note.reference.venue:
        below.insert(1, f'<p class="by">{escape(plain(note.reference.venue))}</p>')
    lines += ["\n".join(below).replace(f'rel="noopener noreferrer" href="{_BESIDE}', 'href="')]
    lines.append("</article>")
    if near:
        lines += ["<section>", f"<h2>{escape(_('Linked notes'))}</h2>", *_list(near), "</section>"]
    cited = escape(in_form([note.reference], "bibtex").strip())
    lines.append(f"<details><summary>BibTeX</summary><pre>{cited}</pre></details>")
    return document(title, language(note.shared.words), lines, style=STYLE)


def _list(notes: Sequence[SiteNote]) -> Iterator[str]:
    yield '<ul class="notes">'
    for note in notes:
        shared = note.shared
        words, _addresses = html_to_text(to_html(key_sentence(shared.words)))
        title = f'<a lang="{language(shared.title)}" href="{note.name}">{escape(shared.title)}</a>'
        said = f'<p lang="{language(words)}">{escape(plain(words))}</p>'
        yield f'<li>{title}<p class="by">{escape(byline(shared))}</p>{said}</li>'
    yield "</ul>"


def _id(topic: str) -> str:
    return re.sub(r"\s+", "-", topic)


def _anchor(topic: str) -> str:
    return "#" + quote(_id(topic))


@dataclass(slots=True)
class SiteFiles:
    """What became of a folder: names written and removed, and why others were left."""

    written: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    left: list[ReaderError] = field(default_factory=list)


_SIGNED = re.compile(r"\n<!-- asayomi ([0-9a-f]{16}) -->\n\Z")


def put_site(folder: Path, pages: dict[str, str], library_id: str) -> SiteFiles:
    """Bring a folder up to date; only pages that are as this library wrote them are touched.

    The last line of each has a digest of the rest, by which they are known. Raises StoreError.
    """
    done = SiteFiles()

    def signed(page: str) -> bytes:
        digest = hashlib.sha256(f"{library_id}\n{page}".encode()).hexdigest()[:16]
        return f"{page}\n<!-- asayomi {digest} -->\n".encode()

    def is_ours(content: bytes) -> bool:
        return signed(_SIGNED.sub("", content.decode(errors="replace"))) == content

    for name, page in pages.items():
        file, content = folder / name, signed(page)
        before = _content(file)
        if before is not None and not is_ours(before):
            done.left.append(_foreign(file))
        elif before != content:
            write_whole(file, content)
            done.written.append(name)
    for file in sorted(folder.glob("*.html")):
        if file.name not in pages and is_ours(_content(file) or b""):
            file.unlink(missing_ok=True)
            done.removed.append(file.name)
    return done


def _content(file: Path) -> bytes | None:
    """Read a page; None where there is none, nothing where it is no file that can be read."""
    if file.is_symlink():
        return b""
    try:
        return file.read_bytes()
    except FileNotFoundError:
        return None
    except OSError:
        return b""


def _foreign(file: Path) -> Incomplete:
    return Incomplete(
        what=lazy_gettext(
            "{file} is not as this library wrote it, so it was left alone. Move it away, or name "
            "another folder: --to DIR",
            file=file,
        )
    )
