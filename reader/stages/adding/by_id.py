"""Bring one paper in by its id, asking the registry that knows it."""

from __future__ import annotations

from reader.errors import NotKnown
from reader.ids import url_of
from reader.library.folder import Library
from reader.paper import Held
from reader.phrases import say
from reader.stages.encode import index_words
from reader.stages.resolve import is_off, look_up
from reader.stages.tools import Tools
from reader.store import papers
from reader.store.origins import BY_HAND


def add_by_id(library: Library, tools: Tools, id_: str, *, may_fetch: bool = True) -> Held:
    """Give the paper with an id, brought in by hand where it is not here.

    Raises NotKnown where no registry knows it or none may be asked, Incomplete where the one
    that does gave no answer.
    """
    before = papers.paper_with_id(library.db, id_)
    if before is not None:
        return before
    is_askable = may_fetch and not id_.startswith(("pdf:", "web:"))
    paper = look_up(library, tools, id_) if is_askable else None
    if paper is None:
        raise _not_known(library, id_)
    papers.add_papers(library.db, [paper], source=BY_HAND, on=library.today())
    papers.add_identifier(library.db, id_, paper)
    index_words(library, tools)
    held = papers.paper_with_id(library.db, id_)
    assert held is not None  # noqa: S101  added just above
    return held


def _not_known(library: Library, id_: str) -> NotKnown:
    if is_off(library, id_):
        kind = id_.partition(":")[0]
        return NotKnown(what=say("add.off", id=id_), hint=say("add.turn_on", kind=kind))
    return NotKnown(what=say("add.unknown", id=id_), hint=say("add.look", url=url_of(id_)))
