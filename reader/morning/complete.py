"""Ask registries for ids that added files print, abstracts that imports lack, a paper to add by its
id, and how papers were published.

Each answer is stored at once, so that a run after a kill goes on where this one stopped.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Protocol
from urllib.parse import urlsplit

from reader.base.errors import (
    Incomplete,
    NotKnown,
    OutOfTime,
    PdfError,
    Problem,
    ReaderError,
    SourceFailed,
    Unreachable,
    is_unasked,
)
from reader.base.http import Fetch, Request, Response
from reader.base.messages import lazy_gettext, lazy_ngettext
from reader.gathering.resolve import BATCH, ask_arxiv, is_off, look_up
from reader.gathering.source import SourceTools
from reader.library.config import is_loopback
from reader.library.folder import Library
from reader.library.identity import differing, same, title_fold
from reader.library.ids import url_of
from reader.library.paper import FieldValue, LibraryPaper, Paper, Publication
from reader.library.rows import failures, fields, imports, merges, papers, pdfs
from reader.library.rows.failures import Failure, waiting
from reader.library.rows.fields import BY_HAND, AskedSource
from reader.library.rows.pdfs import Addition
from reader.morning.remove import back_from_trash
from reader.morning.waiting import join_waiting
from reader.pdfs.fetch import PdfTools
from reader.pdfs.find import pdf_id
from reader.pdfs.recognition import same_people
from reader.search.encode import EncoderTools, index_words
from reader.search.rows import index

if TYPE_CHECKING:
    from reader.gathering.sources.citations import PublicationSource
    from reader.library.highlight import Marks
    from reader.library.passage import Document


STAGE = "add"

MOST_FAILURES = 5
"""Failures in a row after which a registry is asked no more: they are not the fault of the ids."""


class AddTools(SourceTools, PdfTools, EncoderTools, Protocol):
    """The adapters that add a paper: they ask registries, read PDFs, and index words.

    read_marked: text and marks of many files, each as it is done; the marks are an error where
    only they fail.
    """

    @property
    def read_marked(
        self,
    ) -> Callable[
        [Iterable[Path]], Iterator[tuple[Path, tuple[Document, Marks | PdfError] | PdfError]]
    ]: ...


@dataclass
class Registries:
    """Looks ids up. A registry that does not answer is asked no more; the others are.

    failed: id → why it could not be asked for. errors: of each registry the first one.
    """

    library: Library
    tools: SourceTools
    failed: dict[str, ReaderError] = field(default_factory=dict)
    errors: dict[str, ReaderError] = field(default_factory=dict)
    _silent: set[str] = field(default_factory=set)
    _in_a_row: Counter[str] = field(default_factory=Counter)

    def ask(self, ids: Sequence[str]) -> Mapping[str, Paper | None]:
        """Look ids up, arXiv's a hundred in one call.

        Returns id → paper, None for one that its registry does not know; an id that could
        not be asked for is not in it.
        """
        found: dict[str, Paper | None] = {}
        numbers = [id_ for id_ in ids if id_.startswith("arxiv:")]
        batches = [numbers[start : start + BATCH] for start in range(0, len(numbers), BATCH)]
        # arXiv takes a hundred ids in one call, every other registry one.
        batches += [[i] for i in ids if not i.startswith("arxiv:") and not is_off(self.library, i)]
        for batch in batches:
            registry = batch[0].partition(":")[0]
            if self.is_silent(registry):
                continue
            try:
                if registry == "arxiv":
                    several = ask_arxiv(self.library, self.tools, batch)
                    by_id = {id_: paper for paper in several for id_ in paper.ids}
                    found |= {id_: by_id.get(id_) for id_ in batch}
                else:
                    found |= {id_: look_up(self.library, self.tools, id_) for id_ in batch}
                self.has_answered(registry)
            except ReaderError as error:
                self.fail(registry, batch, error)
        return found

    def is_silent(self, registry: str) -> bool:
        """Check whether a registry is asked no more."""
        return registry in self._silent

    def has_answered(self, registry: str) -> None:
        """Forget the failures before an answer."""
        self._in_a_row[registry] = 0

    def fail(self, registry: str, ids: Sequence[str], error: ReaderError) -> None:
        """Record that a registry could not be asked for ids."""
        self.failed |= dict.fromkeys(ids, error)
        self.errors.setdefault(registry, error)
        self._in_a_row[registry] += 1
        # One id that fails, or whose record makes no sense, is no sign that the next one will.
        is_silent = isinstance(error, OutOfTime | Unreachable) or (
            isinstance(error, SourceFailed) and error.retry_at is not None
        )
        if is_silent or self._in_a_row[registry] >= MOST_FAILURES:
            self._silent.add(registry)


def _still_waiting(library: Library, waits: Collection[Failure]) -> Problem:
    first = min(waits, key=lambda failure: failure.retry_at)
    what = lazy_ngettext(
        "{n} id printed in added files could not be looked up, next try after {at}: {error}",
        "{n} ids printed in added files could not be looked up, next try after {at}: {error}",
        len(waits),
        at=library.local(first.retry_at),
        error=first.text().rstrip(".。"),
    )
    return Problem(STAGE, f"{len(waits)} ids", Incomplete(what=what, reason=first.reason))


def complete(library: Library, tools: SourceTools) -> list[Problem]:
    """Take over the registries' records of papers that were added without a network.

    A printed id whose record is of another paper was misprinted: it is forgotten. One that
    could not be asked for is asked again later and later, and is a problem until then.
    """
    printed = pdfs.to_complete(library.db)
    waits = {id_: f for id_, f in waiting(library, STAGE).items() if id_ in printed}
    ids = [id_ for id_ in printed if id_ not in waits]
    problems = [_still_waiting(library, waits.values())] if waits else []
    if not ids:
        return problems
    tools.progress(STAGE, 0, len(ids))
    registries = Registries(library, tools)
    found = registries.ask(ids)
    for n_done, (id_, paper) in enumerate(found.items()):
        tools.progress(STAGE, n_done, len(ids))
        # An id in one transaction: what was taken over is not asked for again after a kill.
        with library.db.writing():
            if paper is not None:
                for addition in printed[id_]:
                    _take_over(library, addition, id_, paper)
            pdfs.forget_printed(library.db, [id_])
            failures.clear_failure(library.db, STAGE, id_)
    # A total of 0 says that the work stopped before its end.
    tools.progress(STAGE, *((len(ids), len(ids)) if len(found) == len(ids) else (0, 0)))
    for id_, error in registries.failed.items():
        if is_unasked(error):
            continue
        words = (error.message, error.hint)
        failures.add_failure(library.db, STAGE, id_, words, now=library.now(), reason=error.reason)
    lacking = Counter(id_.partition(":")[0] for id_ in ids if id_ not in found)
    return [
        *(Problem(STAGE, f"{lacking[registry]} ids", error)
          for registry, error in registries.errors.items()),
        *problems,
    ]  # fmt: skip


FILL_IN = "import"

MOST_FILLED_IN = {"arxiv": 300, "doi": 30, "openreview": 30, "acl": 30}
"""Imported papers whose records one gather asks for: arXiv takes a hundred in one call."""


def fill_in(library: Library, tools: SourceTools) -> list[Problem]:
    """Ask the registries for the records of imported papers that came without an abstract.

    A paper of which its registry has no abstract either is not asked for again.
    """
    db, now = library.db, library.now()
    ids = [
        id_
        for scheme, most in MOST_FILLED_IN.items()
        for id_ in imports.without_abstract(db, scheme, FILL_IN, now=now, limit=most)
        if not is_off(library, id_)
    ]
    if not ids:
        return []
    registries = Registries(library, tools)
    for id_, paper in registries.ask(ids).items():
        with db.writing():
            if paper is not None:
                papers.add_known(db, [paper], source=BY_HAND, on=library.today())
            if paper is None or not paper.abstract:
                failures.add_failure(db, FILL_IN, id_, ("", ""), now=now, reason="no paper")
    for id_, error in registries.failed.items():
        if not is_unasked(error):
            words = (error.message, error.hint)
            failures.add_failure(db, FILL_IN, id_, words, now=now, reason=error.reason)
    return [Problem(FILL_IN, registry, error) for registry, error in registries.errors.items()]


def _take_over(library: Library, addition: Addition, id_: str, record: Paper) -> None:
    """Take over a registry's record of the id that is printed in an added file."""
    db, on = library.db, library.today()
    assert addition.paper is not None  # noqa: S101  only such are looked up
    row = merges.row_now(db, addition.paper)
    [paper] = papers.papers_at(db, [row])
    is_same_title = title_fold(paper.record.title) == title_fold(record.title) != ""
    is_known = bool(paper.record.authors and record.authors)
    are_people_alike = not is_known or same_people(paper.record.authors, record.authors)
    if id_ in paper.record.ids:
        # A stamp is trusted unless title and people both differ: a title may change, but hardly
        # all the authors.
        if is_same_title or are_people_alike:
            papers.add_papers(db, [record], source=BY_HAND, on=on)
            return
        # It goes by another's number: it is given the name of its bytes, and the number is free.
        papers.take_name(db, paper.row, id_, instead=pdf_id(addition.sha256))
        why = str(lazy_gettext("shows {id}, but not the title of that paper", id=id_))
        again = replace(addition, outcome="unknown", why=why, printed="")
        pdfs.add_addition(db, again, at=library.now())
        return
    before = papers.paper_with_id(db, id_)
    # Who parted the two by hand, or removed one, is not contradicted.
    is_parted = before is not None and (
        before.is_removed or merges.last_split(db, before.row, row) is not None
    )
    # A printed DOI's paper is the one under it where title and people are the same.
    is_it = are_people_alike and (is_same_title or same(paper.record, record).strength == "strong")
    if is_parted or not is_it:
        return
    papers.add_papers(db, [record], source=BY_HAND, on=on)
    papers.add_identifier(db, id_, record)
    other, now = papers.paper_with_id(db, id_), merges.row_now(db, row)
    if other is not None and other.row != now:
        # The name made of its bytes gives way to the registry's.
        why = str(lazy_gettext("shows {id} and the title of that paper", id=id_))
        merges.join(db, other.row, now, why=why, on=on)


def add_by_id(
    library: Library, tools: AddTools, id_: str, *, may_fetch: bool = True
) -> LibraryPaper:
    """Find the paper with an id, and add it by hand where it is not here.

    Raises NotKnown where no registry knows it or none may be asked, Incomplete where the one
    that does gave no answer.
    """
    before = papers.paper_with_id(library.db, id_)
    if before is not None:
        return back_from_trash(library, before)
    has_registry = not id_.startswith(("pdf:", "web:"))
    record = look_up(library, tools, id_) if may_fetch and has_registry else None
    if record is None and is_off(library, id_):
        kind = id_.partition(":")[0]
        raise NotKnown(
            what=lazy_gettext("{id} was not added: looking it up is turned off.", id=id_),
            hint=lazy_gettext(
                'Remove resolve.{kind} = "off" from feeds.toml, then run the command again.',
                kind=kind,
            ),
        )
    if record is None and has_registry and not may_fetch:
        raise NotKnown(
            what=lazy_gettext("{id} is not in this library, and was not looked up.", id=id_),
            hint=lazy_gettext("Without --no-fetch, its registry is asked."),
        )
    if record is None:
        raise NotKnown(
            what=lazy_gettext("{id} was not added: its registry does not know it.", id=id_),
            hint=lazy_gettext("Check the spelling. Its page would be {url}.", url=url_of(id_)),
        )
    papers.add_papers(library.db, [record], source=BY_HAND, on=library.today())
    papers.add_identifier(library.db, id_, record)
    join_waiting(library)
    index_words(library, tools)
    paper = papers.paper_with_id(library.db, id_)
    assert paper is not None  # noqa: S101  added just above
    # It may be a copy of a paper in the trash.
    return back_from_trash(library, paper)


REST = timedelta(days=30)
"""How long a registry that answered is not asked again for a paper, unless that is named."""


@dataclass(frozen=True, slots=True)
class FieldConflict:
    """A field in which sources differ: the value that holds, and what others say instead."""

    holds: FieldValue
    others: tuple[FieldValue, ...]


@dataclass(frozen=True, slots=True)
class RefreshedPaper:
    """A paper that was refreshed: the values that hold since, and where sources differ."""

    paper: LibraryPaper
    filled: tuple[FieldValue, ...]
    conflicts: tuple[FieldConflict, ...]


@dataclass
class RefreshOutcome:
    """The outcome of a refresh.

    n_asked: questions that were answered. n_unknown: of these, papers that the registry does not
    know. n_resting: questions that were answered less than REST ago. problems: of each registry
    that failed the first error, under its name.
    """

    papers: list[RefreshedPaper] = field(default_factory=list)
    n_asked: int = 0
    n_unknown: int = 0
    n_resting: int = 0
    problems: list[Problem] = field(default_factory=list)


class _SameRecord(Exception):
    """Leaves the reader of an answer where there is none: the registry's record is as it was."""


def addresses(library: Library) -> dict[str, str]:
    """Return the address of each registry that is on, by its name in `fields.ORDER`."""
    on = library.config.resolve
    known = {
        "acl": on.acl,
        "doi": on.doi,
        "dblp": on.dblp,
        "openreview": on.openreview,
        "openalex": on.openalex,
        "semantic-scholar": on.semantic_scholar,
    }
    return {name: url for name, url in known.items() if url}


def refresh(
    library: Library,
    tools: SourceTools,
    several: Sequence[LibraryPaper],
    *,
    is_named: bool = False,
    environ: Mapping[str, str] | None = None,
) -> RefreshOutcome:
    """Ask each registry that is on for papers, and keep what it says of their publication.

    is_named: the person named the papers, so that registries are asked that answered lately too.
    environ: may have OpenAlex's key. A registry that does not answer is asked no more.
    """
    from reader.gathering.sources.citations import SOURCES

    outcome, registries = RefreshOutcome(), Registries(library, tools)
    known = fields.last_requests(library.db, [paper.row for paper in several])
    on, key = addresses(library), _openalex_key(library, environ or {})
    lately = library.today() - REST
    for n, paper in enumerate(several):
        tools.progress("refresh", n, len(several))
        before = fields.holding(library.db, [paper.row]).get(paper.row, {})
        for source in SOURCES:
            last = known.get((paper.row, source.name))
            if source.name not in on or registries.is_silent(source.name):
                continue
            if last and last.on > lately and not is_named:
                outcome.n_resting += 1
                continue
            try:
                asking = _Asking(
                    tools.fetch, source, last, key if source.name == "openalex" else ""
                )
                _ask(library, asking, on[source.name], paper, outcome)
                registries.has_answered(source.name)
            except ReaderError as error:
                registries.fail(source.name, [paper.record.id], error)
        index.add_paper_texts(library.db, [paper.row])
        outcome.papers.append(_refreshed(library, paper, before))
    tools.progress("refresh", len(several), len(several))
    outcome.problems = [Problem("refresh", name, e) for name, e in registries.errors.items()]
    return outcome


@dataclass
class _Asking:
    """Asks one registry about one paper: not too often, and with the validators of the last
    answer. key: a secret that goes into a header, "" for none."""

    ask: Fetch
    source: PublicationSource
    last: AskedSource | None
    key: str
    etag: str = ""
    last_modified: str = ""

    def fetch(self, request: Request) -> Response:
        """Fetch a record. Raises _SameRecord where it is as it was."""
        # The pauses that registries ask for are not for a server on this machine.
        url = urlsplit(request.url)
        is_here = is_loopback(url.hostname)
        headers = dict(request.headers)
        if self.key and (is_here or url.scheme == "https"):
            headers["Authorization"] = f"Bearer {self.key}"
        polite = replace(
            request,
            delay_s=0.0 if is_here else self.source.delay_s,
            etag=self.last.etag if self.last else "",
            last_modified=self.last.last_modified if self.last else "",
            headers=headers,
        )
        answer = self.ask(polite)
        if answer.is_unchanged:
            raise _SameRecord
        self.etag = answer.headers.get("etag", "")
        self.last_modified = answer.headers.get("last-modified", "")
        return answer


def _ask(
    library: Library, asking: _Asking, base: str, paper: LibraryPaper, outcome: RefreshOutcome
) -> None:
    """Ask one registry about one paper, and keep what it says. Raises ReaderError."""
    db, row, source = library.db, paper.row, asking.source
    by_field = fields.holding(db, [row]).get(row, {})
    # A DOI that another source told is asked for too.
    doi = (f"doi:{by_field['doi'].value}",) if "doi" in by_field else ()
    record = replace(paper.record, ids=tuple(dict.fromkeys((*paper.record.ids, *doi))))
    if not (name := source.named(record)):
        return
    last = asking.last
    try:
        found = source.ask(asking.fetch, base, name, record)
    except _SameRecord:
        found = None
        asking.etag, asking.last_modified = (last.etag, last.last_modified) if last else ("", "")
    else:
        outcome.n_unknown += found is None
    outcome.n_asked += 1
    with db.writing():
        if found is not None:
            said_by = found.publication or Publication(source.name)
            fields.add(db, row, replace(found, publication=said_by), on=library.today())
        now = AskedSource(library.today(), asking.etag, asking.last_modified)
        fields.add_asked(db, row, source.name, now)


def _refreshed(
    library: Library, paper: LibraryPaper, before: Mapping[str, FieldValue]
) -> RefreshedPaper:
    by_field = fields.field_values(library.db, [paper.row]).get(paper.row, {})
    filled = [
        values[0]
        for name, values in by_field.items()
        if values[0].source != fields.AS_RECEIVED
        and (name not in before or values[0].value != before[name].value)
    ]
    conflicts = (
        FieldConflict(v[0], tuple(others)) for v in by_field.values() if (others := differing(v))
    )
    return RefreshedPaper(paper, tuple(filled), tuple(conflicts))


def _openalex_key(library: Library, environ: Mapping[str, str]) -> str:
    """Read OpenAlex's key where there is one; without it the registry is asked all the same."""
    from reader.gathering.sources.citations import KEY_NAME, read_key

    file = library.config.citations.openalex_key_file
    return read_key(environ, library.folder, file) if file or environ.get(KEY_NAME) else ""
