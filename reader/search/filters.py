"""Interpret a query in a library: its filters, the names in it, and slips.

A mistyped word is searched for as the most similar one too, only where no word of the query is
known, and the person is told.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from reader.base.messages import Joined, Message, in_thousands, lazy_gettext
from reader.base.words import (
    SHORTEST,
    distance,
    is_cjk,
    other_spellings,
    phrase_term,
    query_words,
    slips,
)
from reader.library.file_names import nearest_names
from reader.library.files import gone_pdfs
from reader.library.folder import Library, find_paper
from reader.library.identity import family_fold, family_folds, matches
from reader.library.paper import Paper
from reader.library.query import LONGEST, PASTED, PASTED_WORDS, Filter, Query, QueryTerm, is_true
from reader.library.rows import fields, papers, pdfs, properties
from reader.search.rows import citations, filters
from reader.search.rows.filters import Conditions, Names
from reader.search.rows.index import Kind

if TYPE_CHECKING:
    from reader.search.shared import Indexes

MOST_NAMES = 3
"""The most families that a mistyped name may stand for; the most frequent ones come first."""

SHORT = 4
"""The most words of a query in which a word may be somebody's name, years not counted."""

AND_OTHERS = frozenset(("et", "al"))
_AND_OTHERS = re.compile(r"\bet\.?\s+al\b\.?", re.IGNORECASE)
_YEAR = re.compile(r"(?<![0-9A-Za-z.-])(?:19|20)[0-9]{2}(?![0-9A-Za-z.-])")


@dataclass(frozen=True, slots=True)
class QueryMeaning:
    """The meaning of a query in a library.

    names: the authors, tags or venues that each such filter means. families: family names, folded,
    that its free words may be. year: beside such a name, the year of the paper. is_name: the free
    words are names, and maybe a year, and nothing else. words: the free words that are looked for,
    None for all. more: words that were likely meant. messages: sentences about what was not taken
    as it was typed; guesses: about words and names that were likely meant. gone: papers whose PDF
    is not on the disk any more, where the query asks for PDFs. unknown_author: a name that nobody
    has here, so that similar ones stand in `names`; "" for none.
    """

    names: dict[Filter, Names]
    families: frozenset[str] = frozenset()
    year: int | None = None
    is_name: bool = False
    words: str | None = None
    more: str = ""
    messages: tuple[Message, ...] = ()
    guesses: tuple[Message, ...] = ()
    gone: frozenset[int] = frozenset()
    unknown_author: str = ""


def interpret(library: Library, query: Query, indexes: Indexes | None = None) -> QueryMeaning:
    """Find the people and the words that a query means. Raises NotFound for an unknown paper.

    indexes: whose words are known; None for the library's own alone.
    """
    # Each morning's saved searches come here: they need no shared index, and no time for it.
    from reader.search.shared import Indexes

    indexes = indexes or Indexes(library)
    messages = _not_as_typed(query)
    names: dict[Filter, Names] = {}
    unknown_author = ""
    for one in query.all_filters:
        found, text = _filter(indexes, one)
        if found is not None:
            names[one] = found
        if text:
            messages.append(text)
            unknown_author = one.value if one.name == "author" else unknown_author
    free = _free_words(indexes, query)
    asks_for_pdfs = any((one.name, one.value) == ("has", "pdf") for one in query.all_filters)
    gone = gone_pdfs(library) if asks_for_pdfs else frozenset[int]()
    return replace(
        free, names=names, messages=tuple(messages), gone=gone, unknown_author=unknown_author
    )


def _not_as_typed(query: Query) -> list[Message]:
    """Make a sentence for each part of a query that is not taken as it was typed."""
    messages: list[Message] = []
    if query.has_operators:
        messages.append(
            lazy_gettext(
                "This query is too long for operators and filters (at most: characters {n}, words "
                "{m}), so all of it is searched as words.",
                n=PASTED,
                m=PASTED_WORDS,
            )
        )
    if query.is_cut:
        messages.append(
            lazy_gettext("The query was cut after character {n}.", n=in_thousands(LONGEST))
        )
    if query.unclear:
        part = query.unclear[0]
        messages.append(
            lazy_gettext(
                "{text} is searched as words, because {name}: has no such value. Possible are "
                "year:2023, year:2020-2023, on:2026-10, on:2026-10-03, has:note, has:written, "
                "has:pdf, has:highlight, state:candidate, state:pick, state:skip, state:read, "
                "rating:4, rating:>3, rating:2-4, rating:none, priority:high, priority:normal and "
                "priority:low.",
                text=part.text,
                name=part.near,
            )
            if part.is_value
            else lazy_gettext(
                "{text} is searched as words. Did you mean the filter `{name}:`?",
                text=part.text,
                name=part.near,
            )
        )
    return messages


def _filter(indexes: Indexes, one: Filter) -> tuple[Names | None, Message | None]:
    """Find what a filter names, None where its value needs no look; and a sentence where nothing
    is found, or not all of it is known. Raises NotFound."""
    library, value = indexes.library, one.value
    db = library.db
    text: Message | None = None
    if one.name == "author":
        return _author(indexes, value)
    if one.name == "topic":
        return None, _topic_text(library, value)
    if one.name == "tag":
        tags = properties.names_like(db, value)
        if not tags:
            text = lazy_gettext("No paper has the tag {tag}.", tag=value)
        return Names(frozenset(tags.values()), frozenset(tags)), text
    if one.name == "venue":
        rows = fields.papers_by_venue(db, value) | filters.rows_naming_venue(db, value)
        if not rows:
            text = lazy_gettext("No paper here is known to be of {venue}.", venue=value)
        return Names(frozenset(), papers=frozenset(rows)), text
    if one.name == "cites":
        rows = citations.citing(db, find_paper(library, value).row)
        n, of = citations.n_with_references(db)
        if n < of:
            text = lazy_gettext(
                "Papers whose references are known: {n} of {of}.",
                n=in_thousands(n),
                of=in_thousands(of),
            )
        return Names(frozenset(), papers=frozenset(rows)), text
    return None, None


def _free_words(indexes: Indexes, query: Query) -> QueryMeaning:
    """Find what a query's free words mean: names, a year beside them, slips."""
    typed = query_words(query.all_words)
    words = [word for word in typed if not _YEAR.fullmatch(word) and word not in AND_OTHERS]
    families: set[str] = set()
    more: list[str] = []
    guesses: list[Message] = []
    is_exact = query.phrases or query.groups
    looked_up = words if not is_exact and len(words) <= SHORT else []
    is_name = bool(looked_up)
    # The words of a query are singular: "Williams" came as "william". Names are looked up at once,
    # and each word once: every look at a shared index is a way to its server.
    here = indexes.n_by_family({name for word in looked_up for name in (word, word + "s")})
    # One word that is known finds something good: then no other word is guessed at.
    is_guessed = not here and not any(
        indexes.known([phrase_term(word) if is_cjk(word) else f'"{word}"']) for word in looked_up
    )
    for word in looked_up:
        counts = {name: here[name] for name in (word, word + "s") if name in here}
        found, other, text = _word(indexes, word, counts, is_guessed=is_guessed)
        families |= found
        more += [other] if other else []
        guesses += [text] if text else []
        is_name &= bool(found)
    year, searched = None, query.all_words
    if families:
        year = next((int(word) for word in typed if _YEAR.fullmatch(word)), None)
        searched = _YEAR.sub(" ", _AND_OTHERS.sub(" ", searched))
    elif len(words) > SHORT:
        # In a sentence a year is of what happened then: as a rare word it would count most.
        searched = _YEAR.sub(" ", searched)
    return QueryMeaning(
        {}, frozenset(families), year, is_name, searched, " ".join(more), guesses=tuple(guesses)
    )


def conditions(
    library: Library, query: Query, kind: Kind, meaning: QueryMeaning
) -> Conditions | None:
    """Turn a query's filters and groups into conditions for one kind of text; None without any.

    Words to leave out are among them where there are no words to rank by.
    """
    left_out = () if query.words else tuple(QueryTerm(word, is_not=True) for word in query.without)
    parts = (*query.filters, *query.groups, *left_out)
    if not parts:
        return None
    zone = library.config.timezone
    names, gone = meaning.names, meaning.gone
    return filters.conditions(parts, kind, names=names, gone=gone, zone=zone)


OWN_FILTERS = frozenset(("topic", "tag", "rating", "priority", "has", "state", "on"))
"""Filters on what only the library itself knows; another index has nothing to add to them."""

UNKNOWN_ELSEWHERE = frozenset(("venue", "cites"))
"""Filters on what another index does not store."""


def asks_own(query: Query) -> bool:
    """Check whether a query can only be answered by the library's own index."""
    return any(one.name in OWN_FILTERS | UNKNOWN_ELSEWHERE for one in query.all_filters)


def fits(query: Query, paper: Paper, text: str) -> bool:
    """Check a text of another index for a query's filters and groups; none of them is `asks_own`.

    text: the one that was found, in which the words of groups must stand.
    """
    from reader.search.evidence import has_term

    def is_there(one: QueryTerm | Filter) -> bool:
        if isinstance(one, QueryTerm):
            term = phrase_term(one.text)
            return bool(term) and has_term(text, term)
        if one.name == "author":
            return _is_by(one.value, paper)
        day = paper.published_on or paper.announced_on
        return bool(day and one.days and one.days[0] <= day <= one.days[1])

    return all(is_true(part, is_there) for part in (*query.filters, *query.groups))


def _is_by(value: str, paper: Paper) -> bool:
    if len(value.replace(",", " ").split()) > 1:
        return any(matches(value, author) != "no" for author in paper.authors)
    fold, several = family_fold(value), {family_fold(author) for author in paper.authors}
    if is_cjk(fold):  # a Japanese name is folded whole
        return any(one.startswith(fold) for one in several)
    return not several.isdisjoint(family_folds(value))


def _topic_text(library: Library, value: str) -> Message | None:
    """Make a sentence with the most similar topic, None where something is filed under this one."""
    known = [t.path for t in library.config.topics]
    here = [*(count.topic for count in pdfs.topic_counts(library.db)), *known]
    if any(f"/{value.lower()}/" in f"/{topic.lower()}/" for topic in here):
        return None
    near = next(iter(nearest_names(value, list(dict.fromkeys(here)))), "")
    if not near:
        return lazy_gettext("Nothing is filed under {topic}.", topic=value)
    return lazy_gettext(
        "Nothing is filed under {topic}. Did you mean {near}?", topic=value, near=near
    )


def _author(indexes: Indexes, value: str) -> tuple[Names, Message | None]:
    """Find the authors whom a name means, and a sentence where it seems mistyped, else None."""
    library, fold = indexes.library, family_fold(value)
    if len(value.replace(",", " ").split()) > 1:
        printed = frozenset(papers.authors_like(library.db, value))
        if printed:
            return Names(family_folds(value), printed), None
    elif is_cjk(fold):
        # A Japanese name is folded whole, so a family name is the beginning of it.
        if runs := papers.families_from(library.db, fold):
            return Names(frozenset(runs)), None
    elif found := indexes.n_by_family(family_folds(value)):
        return Names(frozenset(found)), None
    near = _near_families(library, fold)
    if not near:
        return Names(frozenset()), lazy_gettext("There is no author {name} here.", name=value)
    # The given name of a mistyped full name counts, where somebody has it.
    given = value.partition(",")[2] or " ".join(value.split()[:-1])
    printed = frozenset(
        name
        for family in near
        if given.strip()
        for name, certainty in papers.authors_like(library.db, f"{given} {family}").items()
        if certainty != "no" and matches(f"{given} {family}", name) != "no"
    )
    return Names(frozenset(near), printed or None), _no_author(value, near)


def _no_author(name: str, near: list[str]) -> Message:
    shown = Joined([family.title() for family in near])
    return lazy_gettext("There is no author {name} here; showing {near}.", name=name, near=shown)


def _near_families(library: Library, fold: str) -> list[str]:
    """Find the most similar family names in the library, the most frequent ones first."""
    # Another romanisation is more likely than a slip.
    for ways in (other_spellings(fold), slips(fold)):
        if found := papers.n_by_family(library.db, ways if len(fold) >= SHORTEST else ()):
            return sorted(found, key=lambda name: (-found[name], name))[:MOST_NAMES]
    if len(fold) < SHORTEST + 3:
        return []
    # Two slips in a long name, with its beginning right: some hundred names are compared.
    several = [
        (distance(fold, name), name)
        for name in papers.families_from(library.db, fold[:2])
        if abs(len(name) - len(fold)) <= 2
    ]
    return [name for d, name in sorted(several) if d <= 2][:1]


def _word(
    indexes: Indexes, word: str, here: Mapping[str, int], *, is_guessed: bool
) -> tuple[set[str], str, Message | None]:
    """Check whether a free word is somebody's name, or mistyped.

    It is a name where more papers are by people of that name than have the word. here: papers by
    families of that name. is_guessed: nothing has any word of the query, so that the word that
    was likely meant is looked for. Returns the families, that word, and a sentence for the
    person; each empty or None for none.
    """
    db = indexes.library.db
    if is_cjk(word):
        found = papers.families_from(db, word) if len(word) > 1 else []
        return set(found[:MOST_NAMES]), "", None
    if len(word) < SHORTEST or not word.isalpha():
        return set(), "", None
    n = sum(here.values())
    if n and indexes.n_papers(f'"{word}"', limit=n) < n:
        return set(here), "", None
    if not is_guessed:
        return set(), "", None
    # Nothing has it as typed: a frequent word is more likely than a name.
    near = _near_families(indexes.library, word)
    other = indexes.most_used(slips(word))
    if other and other not in near:
        message = lazy_gettext(
            "No text has “{word}”; “{near}” is searched for too.", word=word, near=other
        )
        return set(), other, message
    if not near:
        return set(), "", None
    return set(near), "", _no_author(word, near)
