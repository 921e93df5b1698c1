"""Test the saved searches: which of a day's papers fit each, by words and filters."""

from __future__ import annotations

from pathlib import Path

from reader.base.messages import lazy_gettext
from reader.library.reference import CitedWork
from reader.library.rows import papers
from reader.morning.browse_library import saved_lines
from reader.morning.values import PaperTitle, SavedSearchHits
from reader.search.encode import index_words
from reader.search.rows import citations
from tests.mornings import morning
from tests.samples import DAY, FEEDS_TOML, Web, a_library, paper, tools

QUERIES = {
    "both words": "snails listen",
    "a phrase": '"snails listen"',
    "less one": "snails -rain",
    "a person": "author:lind",
    "a person and a word": "author:lind tides",
    "nobody": "author:linf tides",
    "Japanese": "蝸牛",
    "either": "(author:lind OR rain) NOT night",
    "a word left out": "author:lind -rain",
}
NOBODY = {"nobody": (lazy_gettext("There is no author {name} here.", name="linf"),)}
SAVED = FEEDS_TOML + "".join(
    f"[[search]]\nname = '{name}'\nquery = '{query}'\n" for name, query in QUERIES.items()
)


def test_each_saved_search_names_the_days_papers_that_have_all_of_it(tmp_path: Path) -> None:
    with a_library(tmp_path, SAVED) as library:
        given = [
            paper(1, "Snails listen", "To rain."),
            paper(2, "We listen to snails", "At night.", authors=("Ada Field",)),
            paper(3, "Tides", "蝸牛は聞く。"),
        ]
        papers.add_papers(library.db, given, source="arXiv", on=DAY)
        papers.add_papers(library.db, [paper(4, "Snails listen")], source="by hand", on=DAY)
        earlier = DAY.replace(day=1)
        papers.add_papers(library.db, [paper(5, "Snails listen")], source="arXiv", on=earlier)
        index_words(library, tools(Web()))
        found = [(1, 2), (1,), (2,), (1, 3), (3,), (), (3,), (1, 3), (3,)]
        titled = {n: PaperTitle(one.id, one.title) for n, one in enumerate(given, 1)}
        lines = tuple(
            SavedSearchHits(*pair, tuple(titled[n] for n in numbers), NOBODY.get(pair[0], ()))
            for pair, numbers in zip(QUERIES.items(), found, strict=True)
        )
        assert saved_lines(library, DAY) == lines
        assert morning(library, DAY).searches == lines


def test_a_saved_search_for_what_cites_a_paper_says_what_it_cannot_see(tmp_path: Path) -> None:
    saved = [f"[[search]]\nname = '{n}'\nquery = 'cites:2506.0000{n}'\n" for n in (1, 9)]
    with a_library(tmp_path, FEEDS_TOML + "".join(saved)) as library:
        given = [paper(n, f"Snails of pond {n}") for n in (1, 2, 3)]
        papers.add_papers(library.db, given, source="arXiv", on=DAY)
        index_words(library, tools(Web()))
        entry = CitedWork(1, "1", "A. Lind. Snails.", "", "", (given[0].id,), 9, 80.0)
        citations.add_cited(library.db, 2, [entry])
        citing, absent = saved_lines(library, DAY)
    assert citing.papers == (PaperTitle(given[1].id, given[1].title),)
    assert [str(text) for text in citing.messages] == ["Papers whose references are known: 1 of 3."]
    assert (absent.papers, len(absent.messages)) == ((), 1)
    assert "2506.00009 is not in this library" in str(absent.messages[0])
