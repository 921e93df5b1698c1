"""Find papers, notes, topics and actions by the beginning of their words, for the palette."""

from __future__ import annotations

from starlette.responses import Response

from reader.base.messages import N_, _
from reader.base.tex import title_text
from reader.base.text import plain
from reader.base.words import begun_terms
from reader.library.folder import Library
from reader.library.paper import LibraryPaper
from reader.library.rows import papers
from reader.morning.file import topic_names
from reader.search.rows import index
from reader.search.rows.index import Kind
from reader.web.pages.more import PLACES
from reader.web.render import TABS, as_path, paper_at
from reader.web.visit import Visit, route

FEW = 6
"""Hits of each kind."""

MOST_LETTERS = 100

ACTIONS = (
    ("/triage", N_("Go through today's papers")),
    ("/queue", N_("Queue")),
    *((address, name) for address, name, _picture, _below in TABS),
    *((address, name) for address, name, _picture in PLACES if address != "/papers"),
)


def palette(visit: Visit) -> Response:
    """Answer with what fits, kind by kind; for no words with the actions alone.

    By the full text's index of titles and notes, and never by meaning: it is asked at each letter.
    """
    library, typed = visit.library, plain(visit.asked("q")[:MOST_LETTERS]).strip()
    folded = typed.casefold()
    actions = [(_(name), address) for address, name in ACTIONS if folded in _(name).casefold()]
    groups = [(_("Go to"), actions if not typed else actions[:FEW])]
    if typed:
        topics = [path for path in topic_names(library) if folded in path.casefold()][:FEW]
        groups = [
            (_("Papers"), [_line(one, paper_at(one.paper.id)) for one in _papers(library, typed)]),
            (
                _("Notes"),
                [
                    _line(one, f"/note/{as_path(one.paper.id)}")
                    for one in _having(library, "note", begun_terms(typed, least=4))
                ],
            ),
            (_("Folders"), [(path, f"/topics/{as_path(path)}") for path in topics]),
            *groups,
        ]
    return visit.json(
        {
            "groups": [
                {"name": name, "items": [{"text": text, "address": at} for text, at in items]}
                for name, items in groups
                if items
            ]
        }
    )


def _line(held: LibraryPaper, address: str) -> tuple[str, str]:
    return title_text(held.paper.title), address


def _papers(library: Library, typed: str) -> list[LibraryPaper]:
    """Find papers whose title begins so, then those whose title has the words."""
    first = papers.papers_begun(library.db, typed, limit=FEW)
    match = begun_terms(typed, least=3)
    others = _having(library, "paper", f"title : ({match})" if match else "")
    return list({one.row: one for one in (*first, *others) if not one.is_removed}.values())[:FEW]


def _having(library: Library, kind: Kind, match: str) -> list[LibraryPaper]:
    if not match:
        return []
    texts = index.newest_having(library.db, kind, match, limit=FEW)
    return papers.papers_at(library.db, sorted(index.papers_of(library.db, texts), reverse=True))


ROUTES = [route("/palette.json", palette)]
