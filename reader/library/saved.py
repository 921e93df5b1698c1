"""Find what a day brought for the searches that feeds.toml saves: by words and filters alone."""

from __future__ import annotations

from datetime import date

from reader.config import SavedSearch
from reader.library.folder import Library
from reader.library.narrowing import conditions, meant
from reader.query import Query, parse
from reader.store import filters, full_text
from reader.today import PaperTitle, Saved
from reader.words import phrase_term, query_words


def saved_lines(library: Library, day: date) -> tuple[Saved, ...]:
    """Give each saved search with those of the day's papers that fit: title or abstract
    has all of its words, and none that it leaves out."""
    return tuple(_line(library, search, day) for search in library.config.searches)


def _line(library: Library, search: SavedSearch, day: date) -> Saved:
    query = parse(search.query)
    typed = Query(filters=query.filters)
    meaning = meant(library, typed)
    if meaning.said:
        # Nobody has this name: taken for another's, it would find what nobody asked for.
        return Saved(search.name, search.query)
    wanted = conditions(library, typed, "paper", meaning)
    rows = None
    if match := _match(query):
        rows = full_text.having(library.db, "paper", match, filters.texts_of_day(library.db, day))
    found = filters.titles_of_day(library.db, wanted, day, rows)
    return Saved(search.name, search.query, tuple(PaperTitle(*one) for one in found))


def _match(query: Query) -> str:
    """Put all that a text must have into one expression, "" where that is nothing."""
    asked = [*query.phrases, *query_words(query.words)]
    must = dict.fromkeys(term for text in asked if (term := phrase_term(text)))
    without = [term for text in query.without if (term := phrase_term(text))]
    match = " AND ".join(must)
    return f"({match}) NOT ({' OR '.join(without)})" if match and without else match
