"""Fill in how papers were published, from the registries whose address feeds.toml has.

Each answer is stored at once, so that a run after a kill goes on where this one stopped.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from reader.base.errors import Problem, ReaderError
from reader.base.http import Fetch, Request, Response
from reader.gathering.source import SourceTools
from reader.library.config import is_loopback
from reader.library.folder import Library
from reader.library.paper import FieldValue, LibraryPaper, Publication
from reader.library.reference import differing
from reader.library.rows import fields
from reader.library.rows.fields import AskedSource
from reader.morning.complete import Registries
from reader.search.rows import index

if TYPE_CHECKING:
    from reader.gathering.sources.publications import PublicationSource

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

    held: LibraryPaper
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
    from reader.gathering.sources.publications import SOURCES

    outcome, registries = RefreshOutcome(), Registries(library, tools)
    known = fields.asked(library.db, [held.row for held in several])
    on, key = addresses(library), _openalex_key(library, environ or {})
    lately = library.today() - REST
    for n, held in enumerate(several):
        tools.progress("refresh", n, len(several))
        before = fields.holding(library.db, [held.row]).get(held.row, {})
        for source in SOURCES:
            last = known.get((held.row, source.name))
            if source.name not in on or registries.is_silent(source.name):
                continue
            if last and last.on > lately and not is_named:
                outcome.n_resting += 1
                continue
            try:
                asking = _Asking(
                    tools.fetch, source, last, key if source.name == "openalex" else ""
                )
                _ask(library, asking, on[source.name], held, outcome)
                registries.has_answered(source.name)
            except ReaderError as error:
                registries.fail(source.name, [held.paper.id], error)
        index.add_paper_texts(library.db, [held.row])
        outcome.papers.append(_refreshed(library, held, before))
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
    library: Library, asking: _Asking, base: str, held: LibraryPaper, outcome: RefreshOutcome
) -> None:
    """Ask one registry about one paper, and keep what it says. Raises ReaderError."""
    db, row, source = library.db, held.row, asking.source
    said = fields.holding(db, [row]).get(row, {})
    # A DOI that another source told is asked for too.
    doi = (f"doi:{said['doi'].value}",) if "doi" in said else ()
    paper = replace(held.paper, ids=tuple(dict.fromkeys((*held.paper.ids, *doi))))
    if not (name := source.named(paper)):
        return
    last = asking.last
    try:
        found = source.ask(asking.fetch, base, name, paper)
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
    library: Library, held: LibraryPaper, before: Mapping[str, FieldValue]
) -> RefreshedPaper:
    said = fields.said_of(library.db, [held.row]).get(held.row, {})
    filled = [
        values[0]
        for name, values in said.items()
        if values[0].source != fields.AS_IT_CAME
        and (name not in before or values[0].value != before[name].value)
    ]
    conflicts = (
        FieldConflict(v[0], tuple(others)) for v in said.values() if (others := differing(v))
    )
    return RefreshedPaper(held, tuple(filled), tuple(conflicts))


def _openalex_key(library: Library, environ: Mapping[str, str]) -> str:
    """Read OpenAlex's key where there is one; without it the registry is asked all the same."""
    from reader.gathering.sources.citations import KEY_NAME, read_key

    file = library.config.citations.openalex_key_file
    return read_key(environ, library.folder, file) if file or environ.get(KEY_NAME) else ""
