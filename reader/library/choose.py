"""Find the paper that is meant, and record what was decided on it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from reader.config import Config
from reader.errors import Ambiguous, NotAnId, NotFound, UsageError
from reader.filing import UNFILED as UNFILED
from reader.filing import file_stem
from reader.ids import parse_id
from reader.library.folder import Library
from reader.library.receiving import keep_arrival, meant_at
from reader.paper import Held
from reader.phrases import say
from reader.plain import plain, shorten
from reader.sources.web_ids import web_id
from reader.store import decisions, lessons, papers, shown, standings
from reader.store.decisions import Kind
from reader.today import Rank
from reader.topic import best, fits


def find_paper(library: Library, text: str) -> Held:
    """Find the one paper that a person means: an id in any form, a key, a title's beginning.

    Raises NotFound for an id that is not here, NotAnId for what is none, Ambiguous for a
    beginning that several papers have.
    """
    text = plain(text)
    found = parse_id(text)
    if found is None and text.startswith("http"):
        found = parse_id(web_id(text))
    if found is not None:
        held = papers.paper_with_id(library.db, found.id)
        if held is not None:
            return held
    named = papers.papers_named(library.db, text) if text else []
    if len(named) == 1:
        return named[0]
    if named:
        several = "; ".join(f"{h.paper.id} {shorten(plain(h.paper.title), 40)}" for h in named[:3])
        n = f"{len(named)} or more" if len(named) > 5 else len(named)
        raise Ambiguous(what=shorten(text, 80), n=n, several=several)
    if found is not None:
        raise NotFound(what=found.id)
    raise NotAnId(what=repr(shorten(text, 78)))


def decide(library: Library, kind: Kind, texts: Sequence[str]) -> list[Held]:
    """Pick or skip papers in one act; either all of the ids are found or nothing is decided.

    Returns the papers as they stand then, each once. A picked paper is filed and gets
    its key.
    """
    found = {held.row: held for held in (find_paper(library, text) for text in texts)}
    return decide_rows(library, kind, list(found))


def decide_rows(library: Library, kind: Kind, rows: Sequence[int]) -> list[Held]:
    """Pick or skip papers by row, in one transaction.

    What was decided since, where this was meant earlier and arrives only now, stands.
    """
    now = library.now()
    with library.db.writing():
        overtaken = _overtaken(library, rows)
        decisions.add_decisions(library.db, kind, rows, at=now, on=library.today())
        if kind == "pick":
            for held in papers.papers_at(library.db, [r for r in rows if r not in overtaken]):
                file_away(library, held)
        if library.sent and overtaken:
            arrived = library.sent.arrived_at
            decisions.take_back(library.db, overtaken, at=arrived, on=library.day_of(arrived))
            library.sent.overtaken += papers.papers_at(library.db, overtaken)
        keep_arrival(library)
    return papers.papers_at(library.db, rows)


def _overtaken(library: Library, rows: Sequence[int]) -> list[int]:
    """List the papers on which something was decided after the moment of a late act."""
    moment = meant_at(library)
    if moment is None:
        return []
    later = decisions.decided_after(library.db, rows, moment)
    return [row for row in rows if row in later]


def file_away(library: Library, held: Held) -> None:
    """File a paper under its best topic and fix its key, unless that was done before."""
    papers.fix_key(library.db, held.row, file_stem(held.paper, library.config.pdf_name))
    if held.topic is None:
        folder = folder_of(library, held)
        decisions.add_filing(library.db, held.row, folder, at=library.now())


def folder_of(library: Library, held: Held) -> str:
    """Choose the folder of a pick: where the list had the paper is where it is looked for, unless
    the person said that it is not of that topic."""
    topic = shown.topic_shown(library.db, held.row)
    words = lessons.words_on(library.db, [held.row]).get(held.row, {})
    is_told = "yes" in words.values() or words.get(topic) == "no"
    if topic in {t.path for t in library.config.topics} and not is_told:  # it may have gone since
        return topic
    return topic_for(held, library.config, standings.ranks_of(library.db, [held.row]))


def topic_for(held: Held, config: Config, ranks: Mapping[int, Sequence[Rank]]) -> str:
    """Choose the folder of a pick: the best own topic, else the best near one, else `unfiled`.

    By how it was ranked; a paper that was not, by the topics' words.
    """
    for lane in ("own", "near"):
        paths = {t.path for t in config.topics if t.lane == lane}
        here = [r for r in ranks.get(held.row, ()) if r.topic in paths and r.place == "in"]
        if here:
            return max(here, key=lambda r: r.standing).topic
    said = {r.topic for r in ranks.get(held.row, ()) if any(t.kind == "told_no" for t in r.terms)}
    for topics in (config.own_topics, config.near_topics):
        if found := best(f for f in fits(held.paper, topics) if f.topic not in said):
            return found.topic
    return UNFILED


def undo(library: Library, *, only: Collection[int] | None = None) -> list[Held]:
    """Take back the last act; returns its papers as they stand then, none when there is none.

    only: the papers (rows) that it may be about; an act on another one stays, and raises
    UsageError.
    """
    with library.db.writing():
        undone = decisions.undo_last(
            library.db, at=library.now(), on=library.today(), until=meant_at(library)
        )
        found = papers.papers_at(library.db, _unique(d.paper for d in undone))
        others = [held for held in found if only is not None and held.row not in only]
        if others:
            title = plain(others[0].paper.title)
            raise UsageError(what=say("undo.older", title=title), hint=say("undo.older.hint"))
        keep_arrival(library)
    return found


def _unique(rows: Iterable[int]) -> list[int]:
    return list(dict.fromkeys(rows))
