"""Run the stages one after another with their tools: the adapters, and a function that is told the
progress. Two stages are here: pictures of PDFs, and citations.

    fetch_and_rank   gather | follow_links | resolve | complete | learn | rank_days | index_words
    index_all        cite | index_words | fetch_pdfs | extract | take_pictures | encode | learn
                     | fetch_html

Pictures are derived. They lie in the library's folder `pictures/`, named by the PDF's
content; what is missing there is taken again, what belongs to no PDF is deleted.

Citations of near papers are counted, and much cited papers that were never shown are brought up.
That is off unless feeds.toml says otherwise, and then nothing at all is asked. Counts are asked
for in batches, each kept as it comes: after a failure the next run asks for the rest.
"""

from __future__ import annotations

import contextlib
import math
import os
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence, Set
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from reader.base.errors import PdfError, Problem, ReaderError
from reader.base.http import Fetch
from reader.gathering.gather import gather
from reader.gathering.resolve import follow_links, resolve, tidy
from reader.gathering.rows import sources
from reader.gathering.source import SourceTools, fail
from reader.library.disk import LockHolder, lock_file, write_whole
from reader.library.folder import Library
from reader.library.paper import CitationCount
from reader.library.rows import failures, papers, pdfs
from reader.library.rows.failures import still_missing, waiting
from reader.library.rows.pdfs import FOLDER, Pdf, Picture
from reader.morning.complete import complete, fill_in
from reader.morning.lab import publish
from reader.morning.pick import FETCH_LOCK
from reader.morning.rank import rank_days
from reader.morning.remove import empty_trash
from reader.morning.trust import counting_name
from reader.morning.waiting import join_waiting
from reader.pdfs.arxiv_html import fetch_html
from reader.pdfs.fetch import extract, fetch_pdfs, picks_to_fetch
from reader.pdfs.mark_places import FindWords
from reader.ranking.heat import MUCH_CITED, months_between, velocity
from reader.ranking.learn import foretell_day, learn, learn_talk
from reader.ranking.rows import talk
from reader.ranking.topic import fit
from reader.search.encode import Encoder, encode, index_words
from reader.search.shared import share

if TYPE_CHECKING:
    from reader.base.cluster import Each
    from reader.gathering.sources.citations import CitedPaper
    from reader.library.config import Topic
    from reader.library.highlight import Marks
    from reader.library.passage import Document
    from reader.pdfs.recognition import Looks
    from reader.pdfs.text.answer import Pictures
    from reader.ranking.forecast import Coefficients, TalkExample
    from reader.ranking.learn import FitTopic


@dataclass(frozen=True, slots=True)
class Tools:
    """The adapters of one run, which the pipe passes on from stage to stage.

    Each stage and use case asks for the few that it calls, by a protocol of its room; as plain
    arguments all of them would be handed through every function of the pipe.

    encoder: opens the model, at most once; raises ModelError.
    token_counter: opens its tokenizer alone, likewise: counts the tokens of each of n texts.
    read_pdf, read_marks, read_looks, read_word_places: of one file; raise PdfError.
    read_first: as read_pdf, but of pages that are pictures only the first so many are read.
    read_pdfs, read_pictures: of many, each as it is done, on all cores; lazily.
    read_marked: likewise text and marks; the marks are an error where only they fail.
    fit_topic: fits one topic's model to decisions; fit_talk: the forecast's numbers to talk.
    progress: told (what, done, total) before each item and at the end; a total of 0 where the
    work stopped before it was done.
    each: the workers of a cluster, which fetch PDFs, read and encode; None where this process does.
    within: lets all that `fetch` asks for meanwhile end within so many seconds together.
    """

    fetch: Fetch
    encoder: Callable[[], Encoder]
    encoder_name: str
    token_counter: Callable[[], Callable[[Sequence[str]], list[int]]]
    check_pdf: Callable[[bytes], None]
    read_pdf: Callable[[Path], Document]
    read_first: Callable[[Path, int], Document]
    read_pdfs: Callable[[Iterable[Path]], Iterator[tuple[Path, Document | PdfError]]]
    read_marks: Callable[[Path], Marks]
    read_looks: Callable[[Path], Looks]
    read_word_places: FindWords
    read_marked: Callable[
        [Iterable[Path]], Iterator[tuple[Path, tuple[Document, Marks | PdfError] | PdfError]]
    ]
    read_pictures: Callable[[Iterable[Path]], Iterator[tuple[Path, Pictures | PdfError]]]
    fit_topic: FitTopic
    fit_talk: Callable[[Sequence[TalkExample], Coefficients], Coefficients]
    progress: Callable[[str, int, int], None]
    within: Callable[[float], AbstractContextManager[object]] = nullcontext
    each: Each | None = None


_NAME = re.compile(r"[0-9a-f]{16}-(?:page|figure)\.png")


def take_pictures(
    library: Library, tools: Tools, *, only: Sequence[int] | None = None
) -> list[Problem]:
    """Take the pictures of every PDF that has none; several at once.

    A PDF that cannot be drawn is a problem until it can be, and tried again when its time comes.
    Where its text could not be read either, only that problem is reported, by `extract`.
    only: the PDFs of these papers, whatever failed before; None: all.
    """
    several, here = pdfs.all_pdfs(library.db), _names(library)
    if only is None:
        _sweep(library, [pdf for pdf, _ in several], here)
    waits = waiting(library, "picture") if only is None else {}
    unread = {f.subject for f in failures.failures(library.db, "extract")}
    lacking: dict[Path, Pdf] = {}
    problems: list[Problem] = []
    for pdf, picture in several:
        if only is not None and pdf.paper not in only:
            continue
        # A row alone does not count: the folder of pictures may have been deleted.
        is_drawn = picture is not None and here.issuperset(filter(None, picture.files))
        if is_drawn or not (path := library.folder / pdf.path).is_file():
            continue
        if pdf.sha256 not in waits:
            lacking[path] = pdf
        elif pdf.path not in unread:
            problems.append(replace(still_missing(library, waits[pdf.sha256]), subject=pdf.path))
    tools.progress("picture", 0, len(lacking))
    for n_done, (path, found) in enumerate(tools.read_pictures(lacking), 1):
        pdf = lacking[path]
        if isinstance(found, PdfError):
            words = (found.message, found.hint)
            failures.add_failure(library.db, "picture", pdf.sha256, words, now=library.now())
            problems += [] if pdf.path in unread else [Problem("picture", pdf.path, found)]
        else:
            picture = Picture(
                pdf.sha256, found.figure_page if found.figure else None, found.caption
            )
            # The files first: a row says that they are there.
            write_whole(library.folder / picture.page, found.page)
            if picture.figure:
                write_whole(library.folder / picture.figure, found.figure)
            pdfs.add_picture(library.db, pdf.paper, picture)
            failures.clear_failure(library.db, "picture", pdf.sha256)
        tools.progress("picture", n_done, len(lacking))
    return problems


def _names(library: Library) -> set[str]:
    """List the pictures that are there, as paths relative to the library."""
    try:
        found = os.listdir(library.folder / FOLDER)
        return {f"{FOLDER}/{name}" for name in found if _NAME.fullmatch(name)}
    except (FileNotFoundError, NotADirectoryError):
        return set()


def _sweep(library: Library, several: Sequence[Pdf], here: Set[str]) -> None:
    """Delete the pictures of PDFs that are gone; files of other names are somebody's."""
    pdfs.forget_gone(library.db)
    # Page 1 stands for any page: the name of a figure's file does not have it.
    kept = {name for pdf in several for name in Picture(pdf.sha256, 1).files}
    for name in here - kept:
        with contextlib.suppress(OSError):  # on a disk that is read-only it stays
            (library.folder / name).unlink(missing_ok=True)


STAGE = "cite"

RECENT = timedelta(days=730)
"""How old a paper may be to be brought up: of older ones everybody has heard."""

SEARCH_AGAIN = timedelta(days=7)
"""How long the search for a topic's most cited papers pauses after an answer."""

FOUND_AT_ONCE = 3
"""New papers that one search brings in, the fastest cited; the rest come with the next ones."""

BROUGHT_UP_A_DAY = 3
"""Papers of the library that are brought up on one day: the near lane is for reading."""


@dataclass(frozen=True, slots=True)
class Channel:
    """A service that counts citations: how many papers a question may name, and the question."""

    batch: int
    ask: Callable[[Sequence[Sequence[str]]], list[CitationCount | None]]


def cite(
    library: Library, tools: SourceTools, *, environ: Mapping[str, str] = os.environ
) -> list[Problem]:
    """Count the citations that are due, search for much cited papers, and bring some up.

    Returns the problems; after each failure the next try waits longer. A source that is held
    back after a failure is not asked, and papers that are known already are brought up anyway.
    """
    config = library.config.citations
    if config.source == "off" or not library.config.near_topics:
        return []
    try:
        channel = _channel(library, tools, environ)
    except ReaderError as error:
        return [Problem(STAGE, config.source, error)]
    problems = _count(library, tools, channel)
    if config.source == "semantic-scholar" and not problems:
        problems += _search(library, tools)
    _bring_up(library)
    return problems


def _channel(library: Library, tools: SourceTools, environ: Mapping[str, str]) -> Channel:
    from reader.gathering.sources import citations as asked

    config = library.config.citations
    if config.source == "openalex":
        key = asked.read_key(environ, library.folder, config.openalex_key_file)
        place = asked.OpenAlexPlace(config.openalex_url, key)
        return Channel(
            asked.OPENALEX_BATCH, lambda ids: asked.openalex_counts(tools.fetch, place, ids)
        )
    url = config.semantic_scholar_url
    return Channel(asked.BATCH, lambda ids: asked.counts(tools.fetch, url, ids))


def _count(library: Library, tools: SourceTools, channel: Channel) -> list[Problem]:
    config, day, name = library.config.citations, library.today(), counting_name(library)
    if _is_held_back(library, name):
        return []
    due = talk.papers_to_count(
        library.db,
        [topic.path for topic in library.config.near_topics],
        config.source,
        since=day - RECENT,
        counted_after=day - timedelta(days=config.max_age_days),
    )
    rows = list(due)
    for start in range(0, len(rows), channel.batch):
        tools.progress("cite", start, len(rows))
        batch = rows[start : start + channel.batch]
        try:
            # A paper that the service does not know is None, and kept so: it rests as well.
            found = channel.ask([due[row] for row in batch])
        except ReaderError as error:
            tools.progress("cite", 0, 0)
            return [_failed(library, name, error)]
        counts = dict(zip(batch, found, strict=True))
        talk.add_counts(library.db, counts, source=config.source, on=day)
        sources.add_success(library.db, name, now=library.now())
    tools.progress("cite", len(rows), len(rows))
    return []


def _much_cited(library: Library, found: Sequence[CitedPaper], topic: Topic) -> list[CitedPaper]:
    """Select new papers of a topic that are not here, those with most citations a month first."""
    day = library.today()
    here = papers.ids_here(library.db, {id_ for cited in found for id_ in cited.paper.ids})

    def speed(cited: CitedPaper) -> float:
        return _speed(cited.count.n, cited.paper.published_on, day)

    new = [
        cited
        for cited in found
        if here.isdisjoint(cited.paper.ids)
        and cited.paper.published_on is not None
        and cited.paper.published_on >= day - RECENT
        and speed(cited) >= MUCH_CITED
        # The service also finds other forms of the words, and words that stand apart.
        and fit(cited.paper, topic).is_member
    ]
    return sorted(new, key=speed, reverse=True)


def _search(library: Library, tools: SourceTools) -> list[Problem]:
    """Bring in the most cited papers of each near topic that are not here, some at once."""
    from reader.gathering.sources.citations import most_cited

    config, day, now = library.config.citations, library.today(), library.now()
    names = {topic.path: counting_name(library, topic.path) for topic in library.config.near_topics}
    # A service that refused one question is asked no other until that time.
    if any(_is_held_back(library, name) for name in (counting_name(library), *names.values())):
        return []
    for topic in library.config.near_topics:
        name = names[topic.path]
        last = sources.source(library.db, name).succeeded_at
        if last is not None and now - last < SEARCH_AGAIN:
            continue
        try:
            found = most_cited(
                tools.fetch,
                config.semantic_scholar_url,
                topic.words,
                since=day - RECENT,
                at_least=int(MUCH_CITED),
            )
        except ReaderError as error:
            return [_failed(library, name, error)]
        for cited in _much_cited(library, found, topic)[:FOUND_AT_ONCE]:
            # It may join a copy that is here: then the count is that paper's.
            papers.add_papers(library.db, [cited.paper], source=talk.ORIGIN, on=day)
            if paper := papers.paper_with_id(library.db, cited.paper.id):
                counts = {paper.row: cited.count}
                talk.add_counts(library.db, counts, source=config.source, on=day)
        sources.add_success(library.db, name, now=library.now())
    return []


def _speed(n: int, published_on: date | None, on: date) -> float:
    """Return the citations a month that a paper had on a day."""
    return velocity(n, months_between(published_on, on))


def _bring_up(library: Library) -> None:
    """Add the fastest cited papers that no list ever held to this day's list."""
    db, config, day = library.db, library.config, library.today()
    known = talk.never_shown(
        db,
        [topic.path for topic in config.near_topics],
        [topic.path for topic in config.own_topics],
        since=day - RECENT,
        at_least=int(MUCH_CITED),
    )
    much = [c for c in known if _speed(c.n, c.published_on, c.on) >= MUCH_CITED]
    # The row decides among equals, so that two runs choose the same.
    much.sort(key=lambda c: (-_speed(c.n, c.published_on, c.on), c.row))
    n_today = talk.n_brought_up_from_here(db, day)
    chosen = much[: max(0, BROUGHT_UP_A_DAY - n_today)]
    talk.bring_up(db, [c.row for c in chosen], on=day)


def _is_held_back(library: Library, name: str) -> bool:
    retry_at = sources.source(library.db, name).next_try(library.now())
    return retry_at is not None and retry_at > library.now()


def _failed(library: Library, name: str, error: ReaderError) -> Problem:
    fail(library, name, error)
    return Problem(STAGE, name, error)


def fetch_and_rank(library: Library, tools: Tools, *, only: Sequence[str] = ()) -> list[Problem]:
    """Run the stages that the morning's list waits for: ask sources, resolve ids, learn from
    decisions, rank by words, index for full text.

    All that is asked together ends within `gather.wait_s`, unless sources are named.
    Raises Locked when another process runs them.
    """
    wait_s = math.inf if only else library.config.gather.wait_s
    with lock_file(library.folder / "gather.lock"):
        with tools.within(wait_s):
            problems = gather(library, tools, only=only)
            problems += follow_links(library, tools)
            problems += resolve(library, tools)
            problems += complete(library, tools)
            problems += fill_in(library, tools)
        # After the servers were asked: they show a clock that is months ahead.
        problems += [Problem("file", error.message, error) for error in empty_trash(library)]
        # Before the ranking: today's papers are ranked by what was decided until now.
        learn(library, tools)
        rank_days(library, library.today())
        foretell_day(library, library.today())
        # Notes of imports whose papers have come.
        join_waiting(library)
        # The list can be searched at once; vectors come with `index_all`.
        index_words(library, tools)
    return problems


def index_all(library: Library, tools: Tools, *, also: Collection[int] = ()) -> list[Problem]:
    """Run the stages that can follow the list: citations, full text, PDFs of picks and their
    pictures, vectors, learning, the second ranking. What nobody asks for any more goes first.

    also: papers (rows) whose PDFs are fetched too.
    """
    with lock_file(library.folder / "index.lock"):
        tidy(library)
        # Citations before words and vectors: they bring papers in, which are indexed below.
        problems = cite(library, tools)
        index_words(library, tools)
        problems += [*fetch_pdfs(library, tools, also=also), *extract(library, tools)]
        problems += take_pictures(library, tools)
        problems += encode(library, tools, each=tools.each)
        learn_talk(library, tools)
        learn_decisions(library, tools)
        problems += share(library, tools) or publish(library)
    fetch_html(library, tools)
    return problems


def index_picks(library: Library, tools: Tools, rows: list[int]) -> list[Problem]:
    """Fetch, split and encode the papers that were picked just now, and learn from decisions."""
    index_words(library, tools)
    problems = fetch_pdfs(library, tools, only=rows)
    problems += extract(library, tools, only=rows)
    problems += take_pictures(library, tools, only=rows)
    problems += encode(library, tools, papers=rows)
    learn_decisions(library, tools)
    return problems


def fetch_picks(
    library: Library,
    tools: Tools,
    rows: Sequence[int] = (),
    *,
    tell: Callable[[LockHolder | None], None] | None = None,
) -> list[Problem]:
    """Fetch the missing PDFs of picks, with all stages that follow, and learn from decisions.

    rows: these papers, at once; none: all picks, except those that failed and wait for their
    time. One process at a time: this one waits for another, of which `tell` is told before.
    """
    with lock_file(library.folder / FETCH_LOCK, wait=True, tell=tell):
        wanted, missing = ([*rows], []) if rows else picks_to_fetch(library)
        problems = [*missing, *index_picks(library, tools, wanted)]
    # Without the lock: pictures take a while, and the PDF of another pick need not wait for them.
    fetch_html(library, tools, only=rows or None)
    return problems


def learn_decisions(library: Library, tools: Tools) -> None:
    """Learn from the decisions since, and rank the papers that no list has shown yet anew."""
    learn(library, tools)
    rank_days(library, library.today(), encoder=tools.encoder_name)
    foretell_day(library, library.today())
