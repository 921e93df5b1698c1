"""Look up what added files print, and bring one paper in by its id."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from reader.base.errors import Incomplete, NotKnown, Problem, ReaderError, SourceFailed, Unreachable
from reader.base.messages import say
from reader.gathering.resolve import BATCH, ask_arxiv, is_off, look_up
from reader.library.failures import local_time, waiting
from reader.library.folder import Library
from reader.library.identity import same, title_fold
from reader.library.ids import url_of
from reader.library.paper import LibraryPaper, Paper
from reader.library.rows import failures, merges, papers
from reader.library.rows.versions import BY_HAND
from reader.morning.tools import Tools
from reader.pdfs.recognise import pdf_id
from reader.pdfs.recognition import same_people
from reader.pdfs.rows import pdfs
from reader.pdfs.rows.pdfs import Addition
from reader.search.encode import index_words

STAGE = "add"

MOST_FAILURES = 5
"""Failures in a row after which a registry is asked no more: it is not the ids."""


@dataclass
class Registries:
    """Look ids up. A registry that does not answer is asked no more; the others are.

    failed: id → why it could not be asked for. errors: of each registry the first one.
    """

    library: Library
    tools: Tools
    failed: dict[str, ReaderError] = field(default_factory=dict)
    errors: dict[str, ReaderError] = field(default_factory=dict)
    _silent: set[str] = field(default_factory=set)
    _in_a_row: dict[str, int] = field(default_factory=dict)

    def ask(self, ids: Sequence[str]) -> Mapping[str, Paper | None]:
        """Look ids up, arXiv's a hundred in one call.

        Returns id → paper, None for one that its registry does not know; an id that could
        not be asked for is not in it.
        """
        found: dict[str, Paper | None] = {}
        numbers = [id_ for id_ in ids if id_.startswith("arxiv:")]
        for start in range(0, len(numbers), BATCH):
            found |= self._try(numbers[start : start + BATCH], self._arxiv)
        for id_ in ids:
            if not id_.startswith("arxiv:") and not is_off(self.library, id_):
                found |= self._try([id_], self._one)
        return found

    def _try(
        self, ids: Sequence[str], look: Callable[[Sequence[str]], Mapping[str, Paper | None]]
    ) -> Mapping[str, Paper | None]:
        registry = ids[0].partition(":")[0]
        if registry in self._silent:
            return {}
        try:
            found = look(ids)
        except ReaderError as error:
            self._fail(registry, ids, error)
            return {}
        self._in_a_row[registry] = 0
        return found

    def _fail(self, registry: str, ids: Sequence[str], error: ReaderError) -> None:
        self.failed |= dict.fromkeys(ids, error)
        self.errors.setdefault(registry, error)
        self._in_a_row[registry] = self._in_a_row.get(registry, 0) + 1
        # A record that makes no sense, or no answer to one id, says nothing of the next.
        is_silent = isinstance(error, Unreachable) or (
            isinstance(error, SourceFailed) and error.retry_at is not None
        )
        if is_silent or self._in_a_row[registry] >= MOST_FAILURES:
            self._silent.add(registry)

    def _arxiv(self, ids: Sequence[str]) -> Mapping[str, Paper | None]:
        by_id = {i: paper for paper in ask_arxiv(self.library, self.tools, ids) for i in paper.ids}
        return {id_: by_id.get(id_) for id_ in ids}

    def _one(self, ids: Sequence[str]) -> Mapping[str, Paper | None]:
        return {id_: look_up(self.library, self.tools, id_) for id_ in ids}


def complete(library: Library, tools: Tools) -> list[Problem]:
    """Take over what registries say of papers that were added with no network.

    A printed id whose record is of another paper was misprinted: it is forgotten. One that
    could not be asked for is asked again later and later, and is a problem until then.
    """
    printed = pdfs.to_complete(library.db)
    waits = {id_: f for id_, f in waiting(library, STAGE).items() if id_ in printed}
    ids = [id_ for id_ in printed if id_ not in waits]
    problems = []
    if waits:
        first = min(waits.values(), key=lambda failure: failure.retry_at)
        at = local_time(library, first.retry_at)
        what = say("waits.add", n=len(waits), at=at, error=first.error.rstrip("."))
        problems.append(Problem(STAGE, f"{len(waits)} ids", Incomplete(what=what)))
    return [*_ask_for(library, tools, ids, printed), *problems] if ids else problems


def _ask_for(
    library: Library, tools: Tools, ids: Sequence[str], printed: Mapping[str, Sequence[Addition]]
) -> list[Problem]:
    tools.progress(STAGE, 0, len(ids))
    registries = Registries(library, tools)
    found = registries.ask(ids)
    for n_done, (id_, paper) in enumerate(found.items()):
        tools.progress(STAGE, n_done, len(ids))
        with library.db.writing():
            if paper is not None:
                for addition in printed[id_]:
                    _take_over(library, addition, id_, paper)
            pdfs.forget_printed(library.db, [id_])
            failures.clear_failure(library.db, STAGE, id_)
    tools.progress(STAGE, *((len(ids), len(ids)) if len(found) == len(ids) else (0, 0)))
    for id_, error in registries.failed.items():
        words = (error.message, error.hint)
        failures.add_failure(library.db, STAGE, id_, words, now=library.now())
    lacking = [id_.partition(":")[0] for id_ in ids if id_ not in found]
    return [
        Problem(STAGE, f"{lacking.count(registry)} ids", error)
        for registry, error in registries.errors.items()
    ]


def _take_over(library: Library, addition: Addition, id_: str, paper: Paper) -> None:
    assert addition.paper is not None  # noqa: S101  only such are looked up
    row = merges.row_now(library.db, addition.paper)
    (held,) = papers.papers_at(library.db, [row])
    on = library.today()
    if id_ in held.paper.ids:
        if _may_be_it(held, paper):
            papers.add_papers(library.db, [paper], source=BY_HAND, on=on)
        else:
            _let_go(library, held, addition, id_)
        return
    before = papers.paper_with_id(library.db, id_)
    is_parted = before is not None and merges.last_split(library.db, before.row, row)
    if is_parted or not _is_it(held, paper):
        return
    papers.add_papers(library.db, [paper], source=BY_HAND, on=on)
    papers.add_identifier(library.db, id_, paper)
    other, now = papers.paper_with_id(library.db, id_), merges.row_now(library.db, row)
    if other is not None and other.row != now:
        # The name made of its bytes gives way to the registry's.
        merges.join(library.db, other.row, now, why=say("recognised.id", id=id_), on=on)


def _let_go(library: Library, held: LibraryPaper, addition: Addition, id_: str) -> None:
    """Give a paper that goes by another's number the name of its bytes, and its number free."""
    papers.take_name(library.db, held.row, id_, instead=pdf_id(addition.sha256))
    why = say("recognised.other_title", id=id_)
    again = replace(addition, outcome="unknown", why=why, printed="")
    pdfs.add_addition(library.db, again, at=library.now())


def _is_it(held: LibraryPaper, paper: Paper) -> bool:
    """Tell whether a printed DOI's paper is the one under it: title and people are the same."""
    if not _are_people_alike(held, paper):
        return False
    is_same_title = title_fold(held.paper.title) == title_fold(paper.title) != ""
    return is_same_title or same(held.paper, paper).strength == "strong"


def _may_be_it(held: LibraryPaper, paper: Paper) -> bool:
    """Tell whether nothing speaks against a stamp's paper: titles change, all authors do not."""
    is_same_title = title_fold(held.paper.title) == title_fold(paper.title) != ""
    return is_same_title or _are_people_alike(held, paper)


def _are_people_alike(held: LibraryPaper, paper: Paper) -> bool:
    is_known = bool(held.paper.authors and paper.authors)
    return not is_known or same_people(held.paper.authors, paper.authors)


def add_by_id(library: Library, tools: Tools, id_: str, *, may_fetch: bool = True) -> LibraryPaper:
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
