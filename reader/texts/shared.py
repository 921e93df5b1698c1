"""Write papers and notes for others to read, and for other programs to take in.

As Markdown, as one HTML page, as a folder of pages (an index by topic, a page for each note), as
a calendar, an Atom feed, or cards for Anki. A page needs no script, no font and no server. Text of
strangers is escaped; own words of a single page come rendered by who calls. What is private was
taken out before (`notes.share`). What is written again keeps its ids, so that no program has a
thing twice. Figures are left out of the folder, since they are not the person's.
"""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import re
import uuid
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from html import escape
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote
from xml.etree import ElementTree

from reader.base.errors import Incomplete, ReaderError
from reader.base.markup import to_html
from reader.base.messages import _, lazy_gettext, ngettext, spoken
from reader.base.tex import tex_to_text
from reader.base.text import html_to_text, plain, plain_lines, visible
from reader.library.calendar import days_back
from reader.library.cite import in_form, references
from reader.library.config import WEEKDAYS, Config
from reader.library.disk import write_whole
from reader.library.file_names import year_of
from reader.library.folder import Library
from reader.library.highlight import gathered, once
from reader.library.ids import url_of
from reader.library.paper import LibraryPaper
from reader.library.reference import Reference
from reader.notes.links import targets
from reader.notes.rows import habit
from reader.notes.rows.exports import newest_texts
from reader.notes.share import NewsItem, SharedPage, SharedPaper, bracketed, escaped, shared_paper
from reader.notes.words import key_sentence, links_in, question
from reader.notes.write import marked

if TYPE_CHECKING:
    from icalendar import Event


def markdown(shared: SharedPage) -> str:
    """Write a page as Markdown; pictures stand at its end, as addresses that hold them."""
    title = str(shared.title)
    pieces = [f"# {escaped(title)}"] if title else []
    top = "##" if title else "#"
    pictures: list[str] = []
    for theme, papers in groupby(shared.papers, key=lambda paper: paper.theme):
        pieces += [f"## {escaped(theme)}"] if theme else []
        for paper in papers:
            pieces.append(f"{top}{'#' * bool(theme)} {escaped(paper.title)}")
            address = paper.url and bracketed(paper.url)
            pieces.append("  \n".join(filter(None, (escaped(byline(paper)), address))))
            pieces.append(paper.words)
            if paper.figure:
                name = f"figure-{len(pictures) + 1}"
                pictures.append(f"[{name}]: {data_address(paper.figure)}")
                caption = escaped(paper.caption) or _("First figure")
                pieces.append(f"![{caption}][{name}]")
            for text, note, pages in marks(paper):
                at = f"({pages})" if pages else ""
                lines = " ".join(filter(None, (escaped(text), at, "" if text else escaped(note))))
                lines += f"\n\n— {escaped(note)}" if text and note else ""
                pieces.append("\n".join(f"> {line}".rstrip() for line in lines.split("\n")))
    return "\n\n".join(filter(None, [*pieces, *pictures])) + "\n"


def marks(paper: SharedPaper) -> Iterator[tuple[str, str, str]]:
    """List for each highlight its words, what was typed at it, and its pages."""
    for highlight, pages in zip(paper.highlights, gathered(paper.highlights), strict=True):
        if pages:
            n = ", ".join(map(str, pages))
            where = _("p. {page}", page=n) if len(pages) == 1 else _("pp. {n}", n=n)
            if highlight.is_earlier:
                where = _("{pages} of an earlier version", pages=where)
            where = where if any(pages) else ""
            yield once(plain(highlight.text)), plain_lines(highlight.note), where


def byline(paper: SharedPaper) -> str:
    """Write authors and year in one line."""
    return " · ".join(filter(None, (", ".join(paper.authors), str(paper.year or ""))))


def data_address(picture: bytes) -> str:
    """Write a picture as an address that holds it. picture: PNG."""
    return "data:image/png;base64," + base64.b64encode(picture).decode()


STYLE = """
:root { color-scheme: light dark; --ink: #1d2126; --dim: #5d6672; --line: #dfe3e8;
  --ground: #fbfbf9; --sheet: #ffffff; --link: #0b5cad; --mark: #f3e7a8; }
@media (prefers-color-scheme: dark) { :root { --ink: #e4e6e9; --dim: #9aa3ae;
  --line: #343a42; --ground: #15181c; --sheet: #1d2126; --link: #82b7f0; --mark: #7a6a24; } }
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body { margin: 0; background: var(--ground); color: var(--ink); line-height: 1.65;
  font: 1.0625rem/1.65 system-ui, -apple-system, "Segoe UI", "Hiragino Sans", "Noto Sans CJK JP",
    "Noto Sans JP", "Yu Gothic", Meiryo, sans-serif; overflow-wrap: anywhere; }
main { max-width: 44rem; margin: 0 auto; padding: 1.5rem 1.25rem 3rem; }
article { background: var(--sheet); border: 1px solid var(--line); border-radius: 10px;
  padding: 1.25rem 1.4rem; margin: 1.25rem 0; }
h1, h2, h3 { line-height: 1.3; margin: 0 0 .4rem; text-wrap: pretty; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.25rem; } .theme { margin-top: 2rem; }
.by, .at, figcaption { color: var(--dim); font-size: .9rem; }
.by { margin: 0; } .at { margin: .1rem 0 1rem; }
a { color: var(--link); }
.words h1, .words h2, .words h3, .words h4 { font-size: 1rem; margin: 1.1rem 0 .2rem; }
.words p { margin: .5rem 0; } .words ul, .words ol { padding-left: 1.3rem; }
.words blockquote { margin: .8rem 0; padding-left: .9rem; border-left: 3px solid var(--line);
  color: var(--dim); }
.words pre { white-space: pre-wrap; }
hr { border: 0; border-top: 1px solid var(--line); } code { font-size: .92em; }
figure { margin: 1.2rem 0; } figcaption { margin-top: .4rem; }
figure img { display: block; max-width: 100%; height: auto; background: #fff; padding: .4rem;
  border: 1px solid var(--line); border-radius: 6px; }
.marks { list-style: none; margin: 1.2rem 0 0; padding: .9rem 0 0;
  border-top: 1px solid var(--line); }
.marks li { margin: 0 0 .8rem; } .marks q { quotes: none; background: var(--mark);
  padding: .05em .15em; box-decoration-break: clone; -webkit-box-decoration-break: clone; }
.marks .typed { white-space: pre-line; margin: .2rem 0 0 1rem; }
.marks small { color: var(--dim); white-space: nowrap; }
@media (max-width: 30rem) { main { padding: .75rem .6rem 2rem; } article { padding: 1rem; } }
@media print { body { background: none; }
  article { border: 0; padding: 0; break-inside: avoid-page; } }
"""

# Whatever foreign text becomes in a page, a browser loads and runs nothing of it.
POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'"


def html_page(shared: SharedPage, to_html: Callable[[str], str]) -> str:
    """Write a page as HTML. to_html: renders Markdown as HTML that is safe."""
    own_title = str(shared.title)
    title = own_title or (shared.papers[0].title if shared.papers else "")
    spoken = language(" ".join(paper.words for paper in shared.papers))
    level = 2 if own_title else 1
    body = [f"<h1>{escape(own_title)}</h1>"] if own_title else []
    for theme, papers in groupby(shared.papers, key=lambda paper: paper.theme):
        body += [f'<h2 class="theme">{escape(theme)}</h2>'] if theme else []
        for paper in papers:
            body += _article(paper, level + bool(theme), to_html)
    return document(title, spoken, body)


def document(title: str, spoken: str, lines: Iterable[str], *, style: str = "") -> str:
    """Write a whole HTML document. spoken: its language. lines: of its body. style: more of it."""
    inside = "\n".join(lines)
    page = f"""<!doctype html>
<html lang="{spoken}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="{escape(POLICY)}">
<meta name="referrer" content="no-referrer">
<title>{escape(title)}</title>
<style>{STYLE}{style}</style>
</head>
<body>
<main>
{inside}
</main>
</body>
</html>
"""
    return TURNING.sub("", page)


def _article(paper: SharedPaper, level: int, to_html: Callable[[str], str]) -> Iterator[str]:
    """Write the lines of one paper. level: of its heading."""
    yield "<article>"
    yield f'<h{level} lang="{language(paper.title)}">{escape(paper.title)}</h{level}>'
    yield from article_below_title(paper, to_html)
    yield "</article>"


def article_below_title(paper: SharedPaper, to_html: Callable[[str], str]) -> Iterator[str]:
    """Write the lines of one paper that stand below its title."""
    yield f'<p class="by">{escape(byline(paper))}</p>'
    # A site that is opened from here does not learn where the page lies.
    anchor = '<a rel="noopener noreferrer" href='
    if paper.url:
        yield f'<p class="at">{anchor}"{escape(paper.url)}">{escape(paper.url)}</a></p>'
    if paper.words:
        words = to_html(paper.words).replace("<a href=", anchor)
        yield f'<div class="words" lang="{language(paper.words)}">\n{words}</div>'
    if paper.figure:
        shown = escape(paper.caption) or _("First figure")
        yield f'<figure><img alt="{shown}" src="{data_address(paper.figure)}">'
        yield f"<figcaption>{escape(paper.caption)}</figcaption></figure>"
    found = list(marks(paper))
    if found:
        yield '<ul class="marks">'
        for text, note, pages in found:
            quoted = f'<q lang="{language(text)}">{escape(text)}</q> ' if text else ""
            typed = f'<p class="typed">{escape(note)}</p>' if note else ""
            yield f"<li>{quoted}<small>{escape(pages)}</small>{typed}</li>"
        yield "</ul>"


def language(text: str) -> str:
    """Guess Japanese or English, so that a browser takes Japanese forms of the characters."""
    return "ja" if re.search("[\u3041-\u30fa\u4e00-\u9fff]", text) else "en"


TURNING = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
"""Signs that change the direction of text; `&#x202e;`, which Markdown decodes, is one too."""


NAMESPACE = uuid.UUID("4f0c2b1e-7a53-4f6e-9a0f-3d1f6f0f5a11")
"""What all ids are made from, beside the name of a thing. Never changed."""


def calendar(config: Config, now: datetime) -> bytes:
    """Write deadlines and days off as iCalendar (RFC 5545), whole days each.

    A deadline keeps its id when its date is moved; of several with one name, by their order.
    """
    # Imported here: it takes 0.2 s.
    from icalendar import Calendar

    made = Calendar(version="2.0", prodid="-//asayomi//reader//EN")
    made.add("x-wr-calname", _("Reading: deadlines and days off"))
    n_named: Counter[str] = Counter()
    for one in sorted(config.deadlines, key=lambda one: one.on):
        n_named[one.name] += 1
        description = ngettext(
            "From {day} on: {n} paper a day.",
            "From {day} on: {n} papers a day.",
            one.quota,
            day=days_back(one.on, one.days),
        )
        summary = _("Deadline: {name}", name=plain(one.name))
        id_ = f"deadline {one.name} {n_named[one.name]}"
        made.add_component(_event(id_, one.on, now, summary=summary, description=description))
    for off in dict.fromkeys(config.days_off):
        if off in WEEKDAYS:
            # A series needs a first day: the first such weekday of this year.
            first = date(now.year, 1, 1)
            day = first + timedelta((WEEKDAYS.index(off) - first.weekday()) % 7)
            rule = {"rrule": {"freq": "weekly"}}
        else:
            day, rule = date.fromisoformat(off), {}
        made.add_component(_event(f"off {off}", day, now, summary=_("Day off"), **rule))
    content: bytes = made.to_ical()
    return content


def _event(name: str, day: date, now: datetime, **more: object) -> Event:
    """Make an event of a whole day. name: what its id is made from."""
    from icalendar import Event

    event = Event()
    event.add("uid", f"{uuid.uuid5(NAMESPACE, name)}@asayomi")
    event.add("dtstamp", now)
    event.add("dtstart", day)  # without an end: the whole day
    event.add("transp", "TRANSPARENT")  # the day is not busy
    for key, value in more.items():
        event.add(key, value)
    return event


ATOM = "http://www.w3.org/2005/Atom"

MOST_ENTRIES = 50
"""Entries of a feed, the newest ones: a reader of feeds keeps those that it had."""


def atom(library_id: str, news: Sequence[NewsItem], today: date) -> bytes:
    """Write picks and written notes as Atom (RFC 4287), of what others may see of them.

    library_id: what makes the ids unlike those of other libraries. news: the newest first.
    """
    feed = ElementTree.Element("feed", xmlns=ATOM)

    def add(parent: ElementTree.Element, name: str, text: str = "", **more: str) -> None:
        # XML has no way to write most control characters, not even as a number.
        made = ElementTree.SubElement(parent, name, {k: visible(v) for k, v in more.items()})
        made.text = visible(text) or None

    def add_id(parent: ElementTree.Element, name: str, changed_on: date) -> None:
        add(parent, "id", uuid.uuid5(NAMESPACE, name).urn)
        # No hour, as none is in a shared page.
        add(parent, "updated", f"{changed_on}T00:00:00Z")

    add_id(feed, f"feed {library_id}", news[0].changed_on if news else today)
    add(feed, "title", _("Papers read, in own words"))
    add(feed, "generator", "asayomi")
    ElementTree.SubElement(feed, "author").append(name := ElementTree.Element("name"))
    name.text = "asayomi"
    for item in news:
        entry = ElementTree.SubElement(feed, "entry")
        add_id(entry, f"entry {library_id} {item.name}", item.changed_on)
        add(entry, "published", f"{item.on_date}T00:00:00Z")
        add(entry, "title", item.shared.title)
        term, label = ("note", _("Note")) if item.is_written else ("pick", _("Picked to read"))
        add(entry, "category", term=term, label=label)
        if item.shared.url:
            add(entry, "link", rel="alternate", href=item.shared.url)
        add(entry, "content", "\n".join(article_below_title(item.shared, to_html)), type="html")
    made: bytes = ElementTree.tostring(feed, "utf-8", xml_declaration=True)
    return made


def anki(library: Library, library_id: str, papers: Sequence[LibraryPaper]) -> tuple[bytes, int]:
    """Write a card for each paper with a written note or highlights, as Anki imports text.

    In front stands what `reader recall` asks; behind it are the person's own words as they are.
    Returns the number of cards too. Format: https://docs.ankiweb.net/importing/text-files.html
    """
    names = habit.first_acts(library.db, [one.row for one in papers])
    noted = habit.noted(library.db, date.min, library.today(), with_undated=True)
    texts = newest_texts(library.db, [one.paper for one in noted if one.is_written])
    written, n = io.StringIO(), 0
    head = ("separator:tab", "html:true", "notetype:Basic", "deck:asayomi", "guid column:1",
            "tags column:4")  # fmt: skip
    written.writelines(f"#{line}\n" for line in head)
    table = csv.writer(written, delimiter="\t", lineterminator="\n")
    for one in (one for one in papers if one.row in names):
        text = texts.get(one.row, "")
        there = marked(library, one)
        if not (text or there):
            continue
        record = one.record
        authors = tuple(map(plain, record.authors))
        whole = SharedPaper(
            "", authors, year_of(record), url_of(record.id), words=text, highlights=there
        )
        prompt = str(question(text)) if text else _("What did you mark in this paper?")
        front = f"<b>{escape(plain(tex_to_text(record.title)))}</b><br>{escape(prompt)}"
        behind = "\n".join(article_below_title(whole, to_html))
        guid = uuid.uuid5(NAMESPACE, f"card {library_id} {names[one.row]}")
        # A tag has no blanks, and :: where one is within another.
        tag = "::".join("_".join(part.split()) for part in plain(one.topic or "").split("/"))
        table.writerow(map(visible, (str(guid), front, behind, tag)))
        n += 1
    return written.getvalue().encode(), n


INDEX = "index.html"

_BESIDE = "https://beside.invalid/"
"""Stands for the folder of the pages until they are written: a note's links lead to the web."""

SITE_STYLE = """
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

    paper: LibraryPaper
    name: str
    reference: Reference
    shared: SharedPaper
    links: tuple[int, ...]

    @property
    def topic(self) -> str:
        return plain(self.paper.topic or "") or _("without a topic")


@dataclass(slots=True)
class Site:
    """The pages by their names, and how many private places were left out."""

    pages: dict[str, str] = field(default_factory=dict)
    n_left_out: int = 0


def site(library: Library, papers: Sequence[LibraryPaper]) -> Site:
    """Write the pages of the written notes among some papers."""
    noted = habit.noted(library.db, date.min, library.today(), with_undated=True)
    written = {one.paper for one in noted if one.is_written}
    several = references(library, [one for one in papers if one.row in written])
    names = _names(several)
    texts = newest_texts(library.db, names)
    keys = {row: links_in(text) for row, text in texts.items()}
    row_of = dict(targets(library, {key for found in keys.values() for key in found}))
    addresses = {row: _BESIDE + name for row, name in names.items()}
    made, notes = Site(), []
    for one in several:
        row = one.paper.row
        shared, n = shared_paper(library, one.paper, addresses=addresses)
        shared = replace(shared, title=plain(tex_to_text(shared.title)) or "…")
        linked = dict.fromkeys(row_of[key] for key in keys.get(row, ()))
        links = tuple(target for target in linked if target in names and target != row)
        notes.append(SiteNote(one.paper, names[row], one, shared, links))
        made.n_left_out += n
    order = {topic.path: n for n, topic in enumerate(library.config.topics)}
    notes.sort(
        key=lambda note: (
            order.get(note.paper.topic or "", len(order)),
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
    place = {note.paper.row: n for n, note in enumerate(notes)}
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
        names[one.paper.row] = name
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
    return document(title, spoken(), lines, style=SITE_STYLE)


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
    return document(title, language(note.shared.words), lines, style=SITE_STYLE)


def _list(notes: Sequence[SiteNote]) -> Iterator[str]:
    yield '<ul class="notes">'
    for note in notes:
        shared = note.shared
        words, _addresses = html_to_text(to_html(key_sentence(shared.words)))
        title = f'<a lang="{language(shared.title)}" href="{note.name}">{escape(shared.title)}</a>'
        abstract = f'<p lang="{language(words)}">{escape(plain(words))}</p>'
        yield f'<li>{title}<p class="by">{escape(byline(shared))}</p>{abstract}</li>'
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
