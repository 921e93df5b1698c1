"""Hold the ranking of a day: by words at once, by vectors when there are enough."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from reader.config import parse
from reader.library.folder import Library
from reader.stages.encode import encode, index_words
from reader.stages.rank import FEWEST, fingerprint, rank_day, topic_text
from reader.store import papers, standings
from reader.store.standings import Rank
from tests.samples import DAY, FEEDS_TOML, SmallEncoder, Web, a_library, paper, tools

SMALL = SmallEncoder.name


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with a_library(tmp_path) as library:
        yield library


def fill(library: Library, n: int) -> None:
    """Bring n papers: the first of speech translation, the second near it, the rest not."""
    texts = ["Speech translation", "Translation of speech", *(f"On ants {i}" for i in range(n))]
    given = [paper(i, text) for i, text in enumerate(texts[:n], 1)]
    papers.add_papers(library.db, given, source="arXiv", on=DAY)


def test_words_alone_rank_at_once(library: Library) -> None:
    fill(library, 3)
    assert rank_day(library, DAY) == 3
    assert standings.ranks_of(library.db, [1, 2, 3]) == {
        1: [Rank("speech/translation", None, True)]
    }
    assert standings.members_on(library.db, DAY) == [1]


def test_what_is_ranked_is_not_ranked_again_until_the_topics_change(
    library: Library, tmp_path: Path
) -> None:
    fill(library, 3)
    rank_day(library, DAY)
    assert rank_day(library, DAY) == 0
    papers.add_papers(library.db, [paper(9)], source="arXiv", on=DAY)
    assert rank_day(library, DAY) == 1
    changed = parse(FEEDS_TOML.replace('"speech recognition"', '"ants"'))
    other = Library(tmp_path, changed, library.db, library.now)
    assert rank_day(other, DAY) == 4
    assert standings.ranks_of(library.db, [3]) == {3: [Rank("speech/recognition", None, True)]}


def test_vectors_say_how_far_a_paper_stands_above_the_days_others(library: Library) -> None:
    fill(library, FEWEST + 60)
    rank_day(library, DAY)
    index_words(library, tools(Web()))
    assert encode(library, tools(Web())) == []
    assert rank_day(library, DAY, encoder=SMALL) == FEWEST + 60
    ranks = {r.topic: r for r in standings.ranks_of(library.db, [2])[2]}
    rank = ranks["speech/translation"]
    assert rank.nearness is not None
    assert rank.nearness > 3.5
    assert rank.is_member
    assert rank_day(library, DAY, encoder=SMALL) == 0
    # And the words' own ranking later takes nothing of it away.
    assert rank_day(library, DAY) == 0


def test_on_a_day_of_few_papers_vectors_mean_nothing(library: Library) -> None:
    fill(library, FEWEST - 1)
    index_words(library, tools(Web()))
    encode(library, tools(Web()))
    rank_day(library, DAY, encoder=SMALL)
    found = [r for of in standings.ranks_of(library.db, range(1, FEWEST)).values() for r in of]
    assert found == [Rank("speech/translation", None, True)]


def test_a_day_without_papers_is_ranked_at_once(library: Library) -> None:
    assert rank_day(library, DAY) == 0
    assert rank_day(library, DAY, encoder=SMALL) == 0


def test_ranks_depend_on_the_topics_and_their_words_only() -> None:
    config = parse(FEEDS_TOML)
    assert fingerprint(config) == fingerprint(parse(FEEDS_TOML.replace("quota = 3", "quota = 4")))
    for old, new in (("large language", "small language"), ("speech/recognition", "speech/asr")):
        assert fingerprint(parse(FEEDS_TOML.replace(old, new))) != fingerprint(config)


def test_a_topics_words_are_one_question() -> None:
    assert topic_text(parse(FEEDS_TOML).topics[0]) == "speech translation, 同時通訳"
