"""Choose the folder in which a picked paper is filed, and fix its key."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from reader.library.config import Config
from reader.library.file_names import UNFILED, file_stem
from reader.library.folder import Library
from reader.library.paper import LibraryPaper
from reader.library.rows import decisions, papers
from reader.ranking.rank import Rank
from reader.ranking.rows import labels, shown, standings
from reader.ranking.topic import best, fits


def file_away(library: Library, held: LibraryPaper) -> None:
    """File a paper under its best topic and fix its key, unless that was done before."""
    # The key first: a folder may be chosen anew, the name of the file stays.
    papers.fix_key(library.db, held.row, file_stem(held.paper, library.config.pdf_name))
    if held.topic is None:
        folder = folder_of(library, held)
        decisions.add_filing(library.db, held.row, folder, at=library.now())


def folder_of(library: Library, held: LibraryPaper) -> str:
    """Choose the folder of a pick: the topic under which a list showed the paper, since people
    look for it there, unless the person said that it is not of that topic."""
    topic = shown.topic_shown(library.db, held.row)
    words = labels.words_on(library.db, [held.row]).get(held.row, {})
    is_told = "yes" in words.values() or words.get(topic) == "no"
    if topic in {t.path for t in library.config.topics} and not is_told:  # it may have gone since
        return topic
    return topic_for(held, library.config, standings.ranks_of(library.db, [held.row]))


def topic_for(held: LibraryPaper, config: Config, ranks: Mapping[int, Sequence[Rank]]) -> str:
    """Choose the folder of a pick: the best own topic, else the best near one, else `unfiled`.

    By how it was ranked; a paper that was not, by the topics' words.
    """
    for lane in ("own", "near"):
        paths = {t.path for t in config.topics if t.lane == lane}
        here = [r for r in ranks.get(held.row, ()) if r.topic in paths and r.place == "in"]
        if here:
            return max(here, key=lambda r: r.standing).topic
    # Its words must not bring a paper back to a topic of which the person said no.
    no = {r.topic for r in ranks.get(held.row, ()) if any(t.kind == "told_no" for t in r.terms)}
    for topics in (config.own_topics, config.near_topics):
        if found := best(f for f in fits(held.paper, topics) if f.topic not in no):
            return found.topic
    return UNFILED
