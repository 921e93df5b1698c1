"""Put a day's morning together from the rows."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator
from datetime import date

from reader.base.errors import StoreError, is_unreachable
from reader.base.messages import say
from reader.base.words import phrase_term, query_words
from reader.gathering.gather import last_batches, source_names
from reader.gathering.rows import posts
from reader.library.config import SavedSearch, unknown_class_text
from reader.library.days import days_back
from reader.library.folder import Library
from reader.library.query import Query, parse
from reader.library.rows import authors, papers, versions
from reader.morning.candidates import candidates, day_of, first_day, fold
from reader.morning.caught_up import begun, caught_up, missing_seeds, seed_text
from reader.morning.cite import has_citations
from reader.morning.lanes import lanes
from reader.morning.pick import pdfs_here, whole_queue, without_put_off
from reader.morning.rank import LOOK_BACK_DAYS, Ranks, rank_and_show
from reader.morning.rows import history
from reader.morning.values import (
    Entry,
    Morning,
    NewVersion,
    PaperTitle,
    Quota,
    SavedSearchHits,
    ShownLine,
    SourceLine,
    line_of,
)
from reader.notes.balance import balance
from reader.notes.rows import notes
from reader.ranking.rank import Shelf
from reader.ranking.rows import labels as acts
from reader.ranking.rows import shown, standings
from reader.search.filters import conditions, meant
from reader.search.rows import filters, index


def saved_lines(library: Library, day: date) -> tuple[SavedSearchHits, ...]:
    """Give each saved search with those of the day's papers that fit: title or abstract
    has all of its words, and none that it leaves out."""
    return tuple(_line(library, search, day) for search in library.config.searches)


def _line(library: Library, search: SavedSearch, day: date) -> SavedSearchHits:
    query = parse(search.query)
    typed = Query(filters=query.filters)
    meaning = meant(library, typed)
    if meaning.said:
        # Nobody has this name: taken for another's, it would find what nobody asked for.
        return SavedSearchHits(search.name, search.query)
    wanted = conditions(library, typed, "paper", meaning)
    rows = None
    if match := _match(query):
        rows = index.having(library.db, "paper", match, filters.texts_of_day(library.db, day))
    found = filters.titles_of_day(library.db, wanted, day, rows)
    return SavedSearchHits(search.name, search.query, tuple(PaperTitle(*one) for one in found))


def _match(query: Query) -> str:
    """Put all that a text must have into one expression, "" where that is nothing."""
    asked = [*query.phrases, *query_words(query.words)]
    must = dict.fromkeys(term for text in asked if (term := phrase_term(text)))
    without = [term for text in query.without if (term := phrase_term(text))]
    match = " AND ".join(must)
    return f"({match}) NOT ({' OR '.join(without)})" if match and without else match


def morning(library: Library, day: date, *, encoder: str = "", may_fold: bool = False) -> Morning:
    """Give the morning of one local day.

    encoder: its name, to count what it has not encoded; empty: not counted.
    may_fold: after missed days and near deadlines all of them are one list, beside the day's.
    """
    db, config = library.db, library.config
    first = first_day(library, day) if may_fold else None
    back = max(LOOK_BACK_DAYS, (day - first).days) if first else LOOK_BACK_DAYS
    unsaved = rank_and_show(library, day, back=back)
    on_it = day_of(library, day)
    found = lanes(candidates(library, on_it, unsaved=unsaved), config, on_it.kept)
    written, skimmed = notes.n_noted_on(db, day)
    themes = balance(library, day)
    is_today = day == library.today()
    seeds = missing_seeds(library) if is_today else ()
    queued = whole_queue(library) if is_today else []
    trusted, came_on, began = source_lines(library, day), None, None
    if day < library.today():
        trusted, began = begun(library, day, trusted)
        trusted, came_on = caught_up(library, day, trusted)
    return Morning(
        day=day,
        is_today=is_today,
        own=found.own,
        doubtful=found.doubtful,
        near=found.near,
        wild=found.wild,
        folded=fold(library, first, day, unsaved=unsaved) if first else None,
        n_arrived=papers.n_arrived(db, day),
        n_talked=found.n_talked,
        undecided=_undecided(library, first or day, unsaved),
        new_versions=_new_versions(library, day),
        quota=Quota(config.quota_on(day), written, skimmed, config.next_deadline(day)),
        balance=themes.counts,
        sources=trusted,
        is_before_all=began is not None,
        n_unknown=posts.n_without_paper(db, day),
        n_not_encoded=index.n_new_without_vector(db, encoder, day) if encoder else 0,
        has_citations=has_citations(library),
        notices=(
            *([say("today.caught_up", day=came_on)] if came_on else ()),
            *([say("today.began", day=began)] if began else ()),
            *themes.hints,
            *_notices(library, encoder),
        ),
        searches=saved_lines(library, day),
        seeds=seeds,
        seed_texts=tuple(seed_text(seed, config.timezone) for seed in seeds),
        theme_of={topic.path: topic.theme for topic in config.own_topics},
        queue=without_put_off(queued, day),
        pdfs=pdfs_here(library, queued),
    )


def keep_shown(library: Library, given: Morning) -> None:
    """Remember what a list showed: its order stays, and no paper is brought up a second time; what
    is decided on keeps for good what stood there.

    A library that cannot be written forgets it.
    """
    known = shown.shown_on(library.db, given.day)
    new = [(row, line.shelf, line.topic) for row, line in _lines(given)
           if line.shelf and row not in known]  # fmt: skip
    with contextlib.suppress(StoreError):
        if new:
            shown.add_shown(library.db, given.day, new, at=library.now())
    keep_lines(library, given)


def keep_lines(library: Library, given: Morning) -> None:
    """Remember what stands in a list that somebody may decide on, whether they saw it or not."""
    with contextlib.suppress(StoreError):
        history.keep_lines(library.db, given.day, dict(_lines(given)))


def _lines(given: Morning) -> Iterator[tuple[int, ShownLine]]:
    """List what is shown by row, in its order."""
    shows = given.folded or given
    lists: list[tuple[Shelf, Iterable[Entry]]] = [
        ("own", shows.own),
        ("doubtful", shows.doubtful),
        ("near", shows.near),
        ("wild", [shows.wild] if shows.wild else []),
    ]
    for shelf, entries in lists:
        yield from ((e.held.row, line_of(e, shelf, n)) for n, e in enumerate(entries, 1))


def _notices(library: Library, encoder: str) -> Iterator[str]:
    """Say what is not as feeds.toml says: classes that arXiv does not have, topics that went, a
    model that is being replaced."""
    yield from map(unknown_class_text, library.config.arxiv.unknown)
    for topic, n in acts.of_other_topics(library.db, [t.path for t in library.config.topics]):
        yield say("ranking.topic_gone", topic=topic, n=n)
    if encoder:
        from reader.search.rows.vector_files import serving

        serves = serving(library.db, encoder)
        if serves != encoder:
            yield say("ranking.replacing", old=serves, new=encoder)


def _undecided(library: Library, day: date, unsaved: Ranks) -> tuple[tuple[date, int], ...]:
    """Count by day what stood in the own lane of the days before and has no decision."""
    own = [t.path for t in library.config.own_topics]
    people = [p.name for p in library.config.people]
    first, last = days_back(day, LOOK_BACK_DAYS), days_back(day, 1)
    followed = authors.papers_by(library.db, people, arrived_on=last, since=first)
    unkept = {row for row, ranks in unsaved.items() for r in ranks
              if r.place == "in" and r.topic in own}  # fmt: skip
    more = {*followed, *unkept}
    return tuple(standings.n_undecided(library.db, own, first, last, more=more))


def _new_versions(library: Library, day: date) -> tuple[NewVersion, ...]:
    found = dict(versions.new_versions(library.db, day))
    changed = versions.changed_fields(library.db, day)
    return tuple(
        NewVersion(held, found[held.row], changed.get(held.row, ()))
        for held in papers.papers_at(library.db, found)
    )


def source_lines(library: Library, day: date) -> tuple[SourceLine, ...]:
    """Give the last word on each source that feeds.toml names: this day's batches.

    A source that was not asked on this day has a line that says so: silence is not
    an answer.
    """
    batches = last_batches(library, day)
    asked = {b.source for b in batches}
    return (
        *(
            SourceLine(
                b.source,
                b.state,
                b.expected,
                b.received,
                b.covers,
                b.error,
                # What gave a part was reached.
                is_unreachable=b.state in ("failed", "not asked") and is_unreachable(b.error),
            )
            for b in batches
        ),
        *(
            SourceLine(name, "not asked")
            for name in source_names(library.config)
            if name not in asked
        ),
    )
