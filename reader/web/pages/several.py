"""Act on papers that were selected in a list: skip, put off, file, tag, export. Each is one act."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date

from starlette.responses import Response

from reader.base.messages import N_, _, ngettext
from reader.base.text import plain, sentences
from reader.library.cite import FORMS, STYLE, formatted, in_form, references
from reader.library.find import find_paper
from reader.library.folder import Library
from reader.library.paper import LibraryPaper, PropertyChange, tags_in
from reader.library.rows import properties, queue
from reader.morning.edit import tag
from reader.morning.file import export_filed, file_papers, topic_names
from reader.morning.pick import decide, later_rows
from reader.morning.rows import library_id
from reader.notes.share import news
from reader.texts.paper import filed_text
from reader.texts.shared import MOST_ENTRIES, anki, atom
from reader.web.pages.paper import MOST_OFFERED, topic_asked
from reader.web.visit import Visit, route, unknown_value

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
    held = list({one.row: one for one in found}.values())
    if not held:
        return visit.to(visit.back, said=_("No paper is selected."))
    if do in ASKS and not visit.field("sure"):
        return visit.page(
            "several.html",
            do=do,
            held=held,
            back=visit.back,
            topics=topic_names(visit.library),
            known_tags=[*properties.spellings(visit.library.db).values()][-MOST_OFFERED:],
            forms=FORM_NAMES,
        )
    return _ACTS[do](visit, held)


ASKS = ("file", "tag", "export")


def _skip(visit: Visit, held: list[LibraryPaper]) -> Response:
    # A skip of a paper with a note would change nothing.
    open_ = [one.paper.id for one in held if one.state != "read"]
    done = decide(visit.library, "skip", open_)
    said = ngettext("Skipped {n} paper.", "Skipped {n} papers.", len(done))
    if n := len(held) - len(open_):
        said = sentences([said, _("Not skipped, because of a note: {n}.", n=n)])
    return visit.to(visit.back, said=said)


def _later(visit: Visit, held: list[LibraryPaper]) -> Response:
    waiting = {one.paper for one in queue.picked(visit.library.db)}
    rows = [one.row for one in held if one.row in waiting]
    _unused, until, new = later_rows(visit.library, rows)
    said = ngettext(
        "Put off {n} paper until {day}.", "Put off {n} papers until {day}.", len(new), day=until
    )
    if n := len(held) - len(rows):
        other = ngettext("{n} is not in the queue.", "{n} are not in the queue.", n)
        said = sentences([said, other])
    return visit.to(visit.back, said=said)


def _file(visit: Visit, held: list[LibraryPaper]) -> Response:
    library = visit.library
    done = file_papers(library, held, topic_asked(visit), may_be_new=True)
    problems = [problem for one in done for problem in one.problems]
    problems += export_filed(library, [one.row for one in held])
    said = filed_text(len(done), done[0].held.topic or "", problems)
    return visit.to(visit.back, said=said)


def _tag(visit: Visit, held: list[LibraryPaper]) -> Response:
    rows = [one.row for one in held]
    done = tag(visit.library, rows, PropertyChange(tags_in(visit.field("tags"))))
    said = ngettext("Tagged {n} paper.", "Tagged {n} papers.", len(done.changed))
    return visit.to(visit.back, said=plain(sentences([said, *(p.message for p in done.problems)])))


def _export(visit: Visit, held: list[LibraryPaper]) -> Response:
    form = visit.field("form")
    if form not in FORM_NAMES:
        raise unknown_value("form", form, _("Known are: {names}.", names=_(", ").join(FORM_NAMES)))
    name = f"papers-{visit.library.today()}.{_ENDINGS.get(form, form)}"
    return Response(
        _exported(visit.library, held, form),
        media_type="application/octet-stream",
        headers={"content-disposition": f'attachment; filename="{name}"'},
    )


def _exported(library: Library, held: list[LibraryPaper], form: str) -> bytes:
    if form in FORMS:
        return in_form(references(library, held), form).encode()
    if form == "references":
        return "".join(f"{line}\n" for line in formatted(references(library, held), STYLE)).encode()
    if form == "anki":
        return anki(library, library_id(library.db), held)[0]
    rows, today = {one.row for one in held}, library.today()
    items = news(library, date.min, today, among=rows, most=MOST_ENTRIES)
    return atom(library_id(library.db), items, today)


_ACTS: Mapping[str, Callable[[Visit, list[LibraryPaper]], Response]] = {
    "skip": _skip,
    "later": _later,
    "file": _file,
    "tag": _tag,
    "export": _export,
}

ROUTES = [route("/several", several, "POST")]
