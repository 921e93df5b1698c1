"""Show the library (papers with filters, folders, sources), and act on papers that were selected
in a list: skip, put off, file, tag, export. Each is one act.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import accumulate
from typing import Any
from urllib.parse import urlencode

from starlette.responses import Response

from reader.base.errors import NotFound, NotKnown, QueryError, UsageError
from reader.base.messages import N_, _, ngettext
from reader.base.text import plain, sentences, shorten
from reader.library.cite import FORMS, STYLE, formatted, in_form, references
from reader.library.config import unknown_class_text
from reader.library.folder import Library, find_paper
from reader.library.ids import parse_id
from reader.library.paper import Batch, LibraryPaper, PropertyChange, tags_in
from reader.library.query import HAS, with_filters
from reader.library.rows import papers as store
from reader.library.rows import pdfs, properties, queue
from reader.morning.browse_library import SORTS, STATES, Listing, browse
from reader.morning.complete import add_by_id
from reader.morning.edit import (
    export_filed,
    export_topic,
    file_papers,
    move_topic,
    tag,
    topic_names,
    topics,
)
from reader.morning.pick import decide, later_rows
from reader.morning.rows import library_id
from reader.morning.trust import last_answers, missing_seeds, reports, seed_text
from reader.morning.values import Report
from reader.notes.share import news
from reader.search.rows import filters
from reader.texts.paper import filed_text
from reader.texts.shared import MOST_ENTRIES, anki, atom
from reader.texts.sources import (
    categories_text,
    facts_of,
    n_answered,
    no_network_text,
    not_needed_text,
    shared_hint,
)
from reader.web.pages.paper import MOST_OFFERED, figures, requested_topic
from reader.web.render import as_path, paper_at
from reader.web.visit import Visit, route, unknown_value


@dataclass(frozen=True, slots=True)
class LibraryForm:
    """The fields of the library's form.

    q: words and filters, as in `reader search`; the other fields but `sort` are filters too.
    before, after: the row at which a page of the list ends or begins, 0 for none.
    """

    q: str = ""
    state: str = ""
    topic: str = ""
    author: str = ""
    year: str = ""
    has: tuple[str, ...] = ()
    sort: str = ""
    before: int = 0
    after: int = 0

    @property
    def query(self) -> str:
        """The fields as one query in the language of `reader search`. Raises QueryError."""
        quoted = [(name, value) for name, value in (("topic", self.topic), ("author", self.author))]
        # Quotation marks go: they would end the quoted value.
        bare = [(n, v.translate(dict.fromkeys(map(ord, '"“”「」'))).strip()) for n, v in quoted]
        parts = [f'{name}:"{value}"' for name, value in bare if value]
        parts += [f"year:{self.year}"] if self.year else []
        parts += [f"has:{kind}" for kind in self.has]
        parts += [f"state:{self.state}"] if self.state else []
        return with_filters(self.q, " ".join(parts))

    @property
    def is_filtered(self) -> bool:
        """Whether a filter besides the words and the state is set."""
        return bool(self.topic or self.author or self.year or self.has)

    @property
    def here(self) -> str:
        """The "?…" of the form as it is."""
        return self.but(before=self.before, after=self.after)

    def but(self, **changes: Any) -> str:
        """Build the "?…" of the form with some fields changed; it begins at the first page."""
        other = replace(self, **({"before": 0, "after": 0} | changes))
        pairs = [
            (name, value)
            for name in ("q", "state", "topic", "author", "year", "sort", "before", "after")
            if (value := getattr(other, name))
        ]
        pairs += [("has", kind) for kind in other.has]
        return f"?{urlencode(pairs)}" if pairs else "?"


def papers(visit: Visit) -> Response:
    """Show the papers that match the form, page by page."""
    library = visit.library
    form = _requested_form(visit)
    listing = _listing(library, form)
    return visit.page(
        "papers.html",
        form=form,
        listing=listing,
        figures=figures(library, listing.papers),
        topics=topic_names(library),
        years=filters.years(library.db),
    )


BOOKMARKLET = "javascript:location.href='{}'+encodeURIComponent(location.href)"


def ask_to_add(visit: Visit) -> Response:
    """Show what an address from another page would add; only the form's POST adds it."""
    url = visit.param("url")
    found = parse_id(url)
    address = f"{str(visit.request.base_url).rstrip('/')}/add?url="
    return visit.page(
        "add.html",
        url=shorten(plain(url), 200),
        id=found.id if found else "",
        paper=store.paper_with_id(visit.library.db, found.id) if found else None,
        address=address,
        bookmarklet=BOOKMARKLET.format(address),
    )


def add(visit: Visit) -> Response:
    """Add a paper by its id or address, as `reader add` does."""
    library, text = visit.library, plain(visit.field("what"))
    found = parse_id(text)
    if found is None:
        what = _("{text} is not the id of a paper.", text=shorten(repr(text), 80))
        raise UsageError(what=what, hint=_("Paste the paper's address, its arXiv id or its DOI."))
    is_here = store.paper_with_id(library.db, found.id) is not None
    with visit.parts.tools(library) as tools:
        paper = add_by_id(library, tools, found.id)
    message = _(N_("The paper was already here.") if is_here else N_("Added."))
    return visit.done(paper_at(paper.record.id), message, id=paper.record.id)


def folders(visit: Visit) -> Response:
    """List the topics as folders, with their numbers of papers."""
    library = visit.library
    lines = topics(library)
    return visit.page("topics.html", lines=lines, counts=pdfs.states(library.db))


def folder(visit: Visit) -> Response:
    """Show one folder: the folders in it, and its papers."""
    library = visit.library
    path = str(visit.request.path_params["path"]).strip("/")
    below = [line for line in topics(library) if line.path.startswith(f"{path}/")]
    if path not in topic_names(library) and not below:
        raise NotKnown(
            what=_("There is no topic or folder {topic}.", topic=plain(path)),
            hint=_("The page Folders lists them."),
        )
    form = _requested_form(visit)
    parts = path.split("/")
    listing = _listing(library, form, path)
    return visit.page(
        "topic.html",
        path=path,
        address=f"/topics/{as_path(path)}",
        # (name, path) of each folder above this one.
        crumbs=list(zip(parts, accumulate(parts, "{}/{}".format), strict=True))[:-1],
        below=below,
        form=form,
        listing=listing,
        figures=figures(library, listing.papers),
        n_filed_here=sum(c.n_papers for c in pdfs.topic_counts(library.db) if c.topic == path),
        known_topics=topic_names(library),
    )


def move(visit: Visit) -> Response:
    """File all papers of one topic under another, as `reader topics --move` does."""
    library, path = visit.library, str(visit.request.path_params["path"])
    done = move_topic(library, path, requested_topic(visit), may_be_new=True)
    problems = [*done.problems, *export_topic(library, done.topic)]
    message = filed_text(len(done.rows), done.topic, problems)
    return visit.done(f"/topics/{as_path(done.topic)}", message, topic=done.topic)


def _listing(library: Library, form: LibraryForm, folder: str = "") -> Listing:
    """List the papers that fit the form; none where its query cannot be read, which it says."""
    try:
        return browse(
            library,
            form.query,
            folder=folder,
            sort=form.sort,
            before=form.before,
            after=form.after,
        )
    except (QueryError, NotFound) as error:
        messages = (error.message, error.hint)
        return Listing((), 0, is_cut=False, states=dict.fromkeys(STATES, 0), messages=messages)


@dataclass(frozen=True, slots=True)
class SourceRow:
    """One source as the page shows it. classes: arXiv's, as a text. batches: its last answers."""

    report: Report
    facts: list[str]
    classes: str
    batches: list[Batch] = field(default_factory=list)


def trust(visit: Visit) -> Response:
    """Show for each source whether today's list is complete."""
    library = visit.library
    zone = library.config.timezone
    found = [
        SourceRow(
            report,
            facts_of(report, zone),
            categories_text(report),
            last_answers(library, report.name),
        )
        for report in reports(library)
    ]
    lines = [one.report.line for one in found]
    n_here, n_all = n_answered(lines)
    seeds = [*map(str, map(unknown_class_text, library.config.arxiv.unknown))]
    seeds += [str(seed_text(seed, visit.config.timezone)) for seed in missing_seeds(visit.library)]
    return visit.page(
        "sources.html",
        sources=found,
        n_missing=n_all - n_here,
        n_all=n_all,
        seeds=seeds,
        no_network=no_network_text(lines),
        hint=shared_hint([one.report for one in found]),
        not_needed=not_needed_text(lines),
    )


def _requested_form(visit: Visit) -> LibraryForm:
    has = [kind for kind in visit.request.query_params.getlist("has") if kind]
    rows = {name: visit.param(name) for name in ("before", "after") if visit.param(name)}
    for name, text in rows.items():
        # Longer numbers are no rows of SQLite.
        if not (text.isdecimal() and len(text) < 16):
            raise unknown_value(
                name, text, _("It takes a number. Open the first page of the list.")
            )
    for kind in set(has) - set(HAS):
        raise unknown_value("has", kind, _("Known are: {names}.", names=_(", ").join(HAS)))
    return LibraryForm(
        q=plain(visit.param("q")),
        state=visit.chosen("state", STATES),
        topic=plain(visit.param("topic")),
        author=plain(visit.param("author")),
        year="".join(visit.param("year").split())[:20],
        has=tuple(kind for kind in HAS if kind in has),
        sort=visit.chosen("sort", SORTS),
        **{name: int(text) for name, text in rows.items()},
    )


FORM_NAMES = {
    "bibtex": "BibTeX",
    "biblatex": "BibLaTeX",
    "ris": "RIS",
    "csl-json": "CSL-JSON",
    "csv": N_("Table (CSV)"),
    "references": N_("References as text"),
    "atom": N_("Feed (Atom)"),
    "anki": N_("Cards for Anki"),
}
"""The forms of `reader export` that are one file of some papers."""

_ENDINGS = {"bibtex": "bib", "biblatex": "bib", "csl-json": "json", "references": "txt",
            "atom": "xml", "anki": "txt"}  # fmt: skip


def several(visit: Visit) -> Response:
    """Do what the form says with the selected papers; ask first where a word more is needed."""
    do = visit.field("do")
    if do not in _ACTS:
        raise unknown_value("do", do, _("Use the buttons of the page."))
    found = (find_paper(visit.library, str(id_)) for id_ in visit.form.getlist("id"))
    # A paper that two hits of a search name is meant once.
    several = list({one.row: one for one in found}.values())
    if not several:
        return visit.to(visit.back, message=_("No paper is selected."))
    if do in ASKS and not visit.field("sure"):
        return visit.page(
            "several.html",
            do=do,
            paper=several,
            back=visit.back,
            topics=topic_names(visit.library),
            known_tags=[*properties.spellings(visit.library.db).values()][-MOST_OFFERED:],
            forms=FORM_NAMES,
        )
    return _ACTS[do](visit, several)


ASKS = ("file", "tag", "export")


def _skip(visit: Visit, several: list[LibraryPaper]) -> Response:
    # A skip of a paper with a note would change nothing.
    open_ = [one.record.id for one in several if one.state != "read"]
    done = decide(visit.library, "skip", open_)
    message = ngettext("Skipped {n} paper.", "Skipped {n} papers.", len(done))
    if n := len(several) - len(open_):
        message = sentences([message, _("Not skipped, because of a note: {n}.", n=n)])
    return visit.to(visit.back, message=message)


def _later(visit: Visit, several: list[LibraryPaper]) -> Response:
    waiting = {one.paper for one in queue.picked(visit.library.db)}
    rows = [one.row for one in several if one.row in waiting]
    _unused, until, new = later_rows(visit.library, rows)
    message = ngettext(
        "Put off {n} paper until {day}.", "Put off {n} papers until {day}.", len(new), day=until
    )
    if n := len(several) - len(rows):
        other = ngettext("{n} is not in the queue.", "{n} are not in the queue.", n)
        message = sentences([message, other])
    return visit.to(visit.back, message=message)


def _file(visit: Visit, several: list[LibraryPaper]) -> Response:
    library = visit.library
    done = file_papers(library, several, requested_topic(visit), may_be_new=True)
    problems = [problem for one in done for problem in one.problems]
    problems += export_filed(library, [one.row for one in several])
    message = filed_text(len(done), done[0].paper.topic or "", problems)
    return visit.to(visit.back, message=message)


def _tag(visit: Visit, several: list[LibraryPaper]) -> Response:
    rows = [one.row for one in several]
    done = tag(visit.library, rows, PropertyChange(tags_in(visit.field("tags"))))
    message = ngettext("Tagged {n} paper.", "Tagged {n} papers.", len(done.changed))
    return visit.to(
        visit.back, message=plain(sentences([message, *(p.message for p in done.problems)]))
    )


def _export(visit: Visit, several: list[LibraryPaper]) -> Response:
    form = visit.field("form")
    if form not in FORM_NAMES:
        raise unknown_value("form", form, _("Known are: {names}.", names=_(", ").join(FORM_NAMES)))
    name = f"papers-{visit.library.today()}.{_ENDINGS.get(form, form)}"
    return Response(
        _exported(visit.library, several, form),
        media_type="application/octet-stream",
        headers={"content-disposition": f'attachment; filename="{name}"'},
    )


def _exported(library: Library, several: list[LibraryPaper], form: str) -> bytes:
    if form in FORMS:
        return in_form(references(library, several), form).encode()
    if form == "references":
        return "".join(
            f"{line}\n" for line in formatted(references(library, several), STYLE)
        ).encode()
    if form == "anki":
        return anki(library, library_id(library.db), several)[0]
    rows, today = {one.row for one in several}, library.today()
    items = news(library, date.min, today, among=rows, most=MOST_ENTRIES)
    return atom(library_id(library.db), items, today)


_ACTS: Mapping[str, Callable[[Visit, list[LibraryPaper]], Response]] = {
    "skip": _skip,
    "later": _later,
    "file": _file,
    "tag": _tag,
    "export": _export,
}


ROUTES = [
    route("/add", ask_to_add),
    route("/papers/add", add, "POST"),
    route("/papers", papers),
    route("/topics", folders),
    route("/topics/{path:path}/move", move, "POST"),
    route("/topics/{path:path}", folder),
    route("/sources", trust),
    route("/several", several, "POST"),
]
