"""Run the stages one after another."""

from __future__ import annotations

from collections.abc import Sequence

from reader.library.folder import Library
from reader.library.queue import FETCH_LOCK
from reader.stages.adding import complete
from reader.stages.cite import cite
from reader.stages.encode import encode, index_words
from reader.stages.foretell import foretell_day
from reader.stages.gather import gather
from reader.stages.learn import learn
from reader.stages.learn_talk import learn_talk
from reader.stages.links import follow_links
from reader.stages.pdfs import extract, fetch_pdfs, picks_to_fetch
from reader.stages.pictures import take_pictures
from reader.stages.rank import rank_days
from reader.stages.resolve import resolve
from reader.stages.tools import Problem, Tools
from reader.store.database import lock_file


def fetch_and_rank(library: Library, tools: Tools, *, only: Sequence[str] = ()) -> list[Problem]:
    """Do what the morning list waits for: ask, resolve, learn what was decided since, rank by
    words, index for full text.

    Raises Locked when another process is at it.
    """
    with lock_file(library.folder / "gather.lock"):
        problems = gather(library, tools, only=only)
        problems += follow_links(library, tools)
        problems += resolve(library, tools)
        problems += complete(library, tools)
        learn(library, tools)
        rank_days(library, library.today())
        foretell_day(library, library.today())
        index_words(library, tools)
    return problems


def index_all(library: Library, tools: Tools) -> list[Problem]:
    """Do what can come after the list: citations, full text, PDFs of picks and their pictures,
    vectors, what decisions teach, the second ranking."""
    with lock_file(library.folder / "index.lock"):
        problems = cite(library, tools)
        index_words(library, tools)
        problems += [*fetch_pdfs(library, tools), *extract(library, tools)]
        problems += take_pictures(library, tools)
        problems += encode(library, tools)
        learn_talk(library, tools)
        learn_decisions(library, tools)
    return problems


def index_picks(library: Library, tools: Tools, rows: list[int]) -> list[Problem]:
    """Fetch, split and encode what was picked just now, and learn from what was decided."""
    index_words(library, tools)
    problems = fetch_pdfs(library, tools, only=rows)
    problems += extract(library, tools, only=rows)
    problems += take_pictures(library, tools, only=rows)
    problems += encode(library, tools, papers=rows)
    learn_decisions(library, tools)
    return problems


def fetch_picks(library: Library, tools: Tools, rows: Sequence[int] = ()) -> list[Problem]:
    """Bring the PDFs of picks that are not here, and all that comes of them; learn from what was
    decided.

    rows: these papers, and now; none: all that are picked, but for what failed and waits. One
    process at a time: another one's work is waited for.
    """
    with lock_file(library.folder / FETCH_LOCK, wait=True):
        if rows:
            return index_picks(library, tools, [*rows])
        wanted, missing = picks_to_fetch(library)
        return [*missing, *index_picks(library, tools, wanted)]


def learn_decisions(library: Library, tools: Tools) -> None:
    """Learn from what was decided since, and let what no list has shown yet go by it."""
    learn(library, tools)
    rank_days(library, library.today(), encoder=tools.encoder_name)
    foretell_day(library, library.today())
