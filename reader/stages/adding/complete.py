"""Look up what added files print: arXiv numbers and DOIs that nobody here knew."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from reader.errors import ReaderError
from reader.identity import same, title_fold
from reader.library.folder import Library
from reader.paper import Held, Paper
from reader.phrases import say
from reader.recognition import same_people
from reader.stages.resolve import BATCH, ask_arxiv, is_off, look_up
from reader.stages.tools import Problem, Tools
from reader.store import additions, merges, papers, sources
from reader.store.origins import BY_HAND

STAGE = "add"


def ask(
    library: Library, tools: Tools, ids: Sequence[str]
) -> tuple[Mapping[str, Paper | None], ReaderError | None]:
    """Look ids up, arXiv's a hundred in one call.

    Returns id → paper, None for one that its registry does not know; an id that could not
    be asked for is not in it. The error is that of the registry that could not be asked;
    nothing more is asked then.
    """
    found: dict[str, Paper | None] = {}
    numbers = [id_ for id_ in ids if id_.startswith("arxiv:")]
    try:
        for start in range(0, len(numbers), BATCH):
            part = numbers[start : start + BATCH]
            by_id = {i: paper for paper in ask_arxiv(library, tools, part) for i in paper.ids}
            found |= {id_: by_id.get(id_) for id_ in part}
        for id_ in ids:
            if id_ not in found and not is_off(library, id_):
                found[id_] = look_up(library, tools, id_)
    except ReaderError as error:
        return found, error
    return found, None


def complete(library: Library, tools: Tools) -> list[Problem]:
    """Take over what registries say of papers that were added with no network.

    A DOI whose record has another title than the page was printed by mistake: it is
    forgotten. One that could not be asked for is asked again later and later.
    """
    waiting = additions.to_complete(library.db, now=library.now())
    if not waiting:
        return []
    tools.progress("add", 0, len(waiting))
    found, error = ask(library, tools, list(waiting))
    for n_done, (id_, paper) in enumerate(found.items()):
        tools.progress("add", n_done, len(waiting))
        with library.db.writing():
            if paper is not None:
                _take_over(library, waiting[id_], id_, paper)
            additions.forget_printed(library.db, [id_])
            sources.clear_failure(library.db, STAGE, id_)
    if error is None:
        return []
    for id_ in waiting:
        if id_ not in found:
            words = (error.message, error.hint)
            sources.add_failure(library.db, STAGE, id_, words, now=library.now())
    return [Problem(STAGE, f"{len(waiting) - len(found)} ids", error)]


def _take_over(library: Library, row: int, id_: str, paper: Paper) -> None:
    (held,) = papers.papers_at(library.db, [row])
    is_it = _may_be_it if id_ in held.paper.ids else _is_it
    if not is_it(held, paper):
        return
    on = library.today()
    papers.add_papers(library.db, [paper], source=BY_HAND, on=on)
    papers.add_identifier(library.db, id_, paper)
    other = papers.paper_with_id(library.db, id_)
    now = merges.row_now(library.db, row)
    if other is not None and other.row != now:
        # The name made of its bytes gives way to the registry's.
        merges.join(library.db, other.row, now, why=say("recognised.id", id=id_), on=on)


def _is_it(held: Held, paper: Paper) -> bool:
    """Tell whether a printed DOI's paper is the one under it: it has the same title."""
    is_same_title = title_fold(held.paper.title) == title_fold(paper.title) != ""
    return is_same_title or same(held.paper, paper).strength == "strong"


def _may_be_it(held: Held, paper: Paper) -> bool:
    """Tell whether nothing speaks against a stamp's paper: titles change, all authors do not."""
    is_other = bool(held.paper.authors) and not same_people(held.paper.authors, paper.authors)
    return not is_other or _is_it(held, paper)
