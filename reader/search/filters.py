"""Turn a query's filters and names into papers of this library, and tell what was meant.

What is mistyped is taken as what it is likest, only where nothing has it as typed, and
never in silence.
"""

from __future__ import annotations

from dataclasses import dataclass

from reader.base.messages import say
from reader.base.words import SHORTEST, distance, is_cjk, other_spellings, query_words, slips
from reader.library.file_names import nearest_names
from reader.library.files import gone_pdfs
from reader.library.folder import Library
from reader.library.identity import family_fold, family_folds, matches
from reader.library.query import LONGEST, Filter, Query
from reader.library.rows import authors, filings
from reader.search.rows import filters, index
from reader.search.rows.filters import Conditions, Names
from reader.search.rows.index import Kind

MOST_NAMES = 3
"""Families that a mistyped name may stand for; the usual ones come first."""

SHORT = 4
"""Words of a query up to which one of them may be somebody's name."""


@dataclass(frozen=True, slots=True)
class QueryMeaning:
    """What a query means in this library.

    names: whom its author filters mean. families: whom its free words may name, folded.
    is_name: the free words are that and nothing else. more: words that were likely meant.
    said: what was not taken as it stands, in sentences. gone: papers whose PDF is not on the
    disk any more, where the query asks for PDFs.
    """

    names: dict[Filter, Names]
    families: frozenset[str] = frozenset()
    is_name: bool = False
    more: str = ""
    said: tuple[str, ...] = ()
    gone: frozenset[int] = frozenset()


def meant(library: Library, query: Query) -> QueryMeaning:
    """Find out whom and what a query means."""
    said = [say("search.operators")] if query.has_operators else []
    said += [say("search.cut", n=f"{LONGEST:,}")] if query.is_cut else []
    if query.unclear:
        part = query.unclear[0]
        key = "search.value" if part.is_value else "search.near_filter"
        said.append(say(key, text=part.text, name=part.near))
    names: dict[Filter, Names] = {}
    for one in query.filters:
        if one.name == "author":
            names[one], text = _author(library, one.value)
            said += [text] if text else []
        elif one.name == "topic" and (text := _topic_text(library, one.value)):
            said.append(text)
    words = query_words(query.words)
    families: set[str] = set()
    more: list[str] = []
    for word in words if not query.phrases and len(words) <= SHORT else ():
        found, other, text = _word(library, word)
        families |= found
        more += [other] if other else []
        said += [text] if text else []
    is_name = bool(families) and len(words) == 1
    asks_for_pdfs = any((one.name, one.value) == ("has", "pdf") for one in query.filters)
    gone = gone_pdfs(library) if asks_for_pdfs else frozenset[int]()
    return QueryMeaning(names, frozenset(families), is_name, " ".join(more), tuple(said), gone)


def conditions(
    library: Library, query: Query, kind: Kind, meaning: QueryMeaning
) -> Conditions | None:
    """Put a query's filters into conditions for one kind of text; None without filters."""
    if not query.filters:
        return None
    zone = library.config.timezone
    names, gone = meaning.names, meaning.gone
    return filters.conditions(query.filters, kind, names=names, gone=gone, zone=zone)


def _topic_text(library: Library, value: str) -> str:
    """Name the topic that is likest, where nothing is filed under this one."""
    known = [t.path for t in library.config.topics]
    here = [*(count.topic for count in filings.counts(library.db)), *known]
    if any(f"/{value.lower()}/" in f"/{topic.lower()}/" for topic in here):
        return ""
    near = next(iter(nearest_names(value, list(dict.fromkeys(here)))), "")
    return say("search.no_topic_near" if near else "search.no_topic", topic=value, near=near)


def _author(library: Library, value: str) -> tuple[Names, str]:
    """Find whom a name means; a mistyped one is taken as those whose names are likest."""
    fold = family_fold(value)
    if len(value.replace(",", " ").split()) > 1:
        printed = frozenset(authors.authors_like(library.db, value))
        if printed:
            return Names(family_folds(value), printed), ""
    elif is_cjk(fold):
        if runs := authors.families_from(library.db, fold):
            return Names(frozenset(runs)), ""
    elif found := authors.n_by_family(library.db, family_folds(value)):
        return Names(frozenset(found)), ""
    near = _near_families(library, fold)
    if not near:
        return Names(frozenset()), say("search.no_author", name=value)
    # The given name of a mistyped full name is kept, where somebody has it.
    given = value.partition(",")[2] or " ".join(value.split()[:-1])
    printed = frozenset(
        name
        for family in near
        if given.strip()
        for name, certainty in authors.authors_like(library.db, f"{given} {family}").items()
        if certainty != "no" and matches(f"{given} {family}", name) != "no"
    )
    shown = say("list").join(name.title() for name in near)
    text = say("search.near_author", name=value, near=shown)
    return Names(frozenset(near), printed or None), text


def _near_families(library: Library, fold: str) -> list[str]:
    """Find the families here whose names are likest, the usual ones first."""
    # Another romanisation is likelier than a slip.
    for ways in (other_spellings(fold), slips(fold)):
        if found := authors.n_by_family(library.db, ways if len(fold) >= SHORTEST else ()):
            return sorted(found, key=lambda name: (-found[name], name))[:MOST_NAMES]
    if len(fold) < SHORTEST + 3:
        return []
    # Two slips in a long name, its beginning right: some hundred names are compared.
    several = [
        (distance(fold, name), name)
        for name in authors.families_from(library.db, fold[:2])
        if abs(len(name) - len(fold)) <= 2
    ]
    return [name for d, name in sorted(several) if d <= 2][:1]


def _word(library: Library, word: str) -> tuple[set[str], str, str]:
    """Tell whether a free word is somebody's name, or a slip.

    A name: more papers are by such a one than say the word. Returns families, the word that
    was likely meant, and what to tell the person of it; each empty for none.
    """
    db = library.db
    if is_cjk(word):
        found = authors.families_from(db, word) if len(word) > 1 else []
        return set(found[:MOST_NAMES]), "", ""
    if len(word) < SHORTEST or not word.isalpha():
        return set(), "", ""
    here = authors.n_by_family(db, {word, word + "s"})
    term = f'"{word}"'
    n = sum(here.values())
    if n and index.n_having(db, term, limit=n, kind="paper") < n:
        return set(here), "", ""
    if here or index.n_having(db, term, limit=1):
        return set(), "", ""
    # Nobody has it as typed: a word that many texts have is likelier than a name.
    near = _near_families(library, word)
    other = index.most_used(db, slips(word))
    if other and other not in near:
        return set(), other, say("search.near_word", word=word, near=other)
    if not near:
        return set(), "", ""
    shown = say("list").join(name.title() for name in near)
    return set(near), "", say("search.near_author", name=word, near=shown)
