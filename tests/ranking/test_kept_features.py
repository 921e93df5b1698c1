"""Test that features are kept between fits, and never where they would be other ones."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType

import pytest

from reader.base.words import folded
from reader.library.folder import Library
from reader.library.identity import name_key
from reader.library.rows import papers
from reader.morning.pick import decide
from reader.morning.remove import remove
from reader.morning.undo import undo
from reader.ranking import events
from reader.ranking.events import features
from reader.ranking.fit import fit_topic
from reader.ranking.learn import CODE_OF_FEATURES, PaperFeatures, code_of_features, learn
from reader.ranking.rows import labels, standings
from tests.samples import DAY, Web, a_library, paper, tools

SPEECH = [paper(n, f"Speech Translation of Gardens {n}", "Moss and fern.") for n in range(1, 5)]
ANTS = [paper(n, f"On Ants {n}", "Ants and wasps.") for n in range(5, 13)]
TOOLS = tools(Web(), fit_topic=fit_topic)


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with a_library(tmp_path) as library:
        papers.add_papers(library.db, [*SPEECH, *ANTS], source="arXiv", on=DAY)
        learn(library, TOOLS)
        yield library


def kept(library: Library, *, code: bytes | None = None) -> dict[int, dict[str, float]]:
    texts = labels.texts(library.db, range(1, 20))
    return standings.features_of(library.db, texts, code=code or code_of_features())


def fresh(library: Library) -> dict[int, dict[str, float]]:
    texts = labels.texts(library.db, range(1, 20))
    return {row: dict(features(of)) for row, of in texts.items()}


def edit(library: Library, number: int, title: str) -> None:
    newer = paper(number, title, "Rain on tin roofs.", version=2)
    papers.add_papers(library.db, [newer], source="arXiv", on=DAY)


def test_learning_keeps_the_features_that_it_made(library: Library) -> None:
    assert kept(library) == fresh(library)
    # In their order too, in which a fit numbers them.
    assert [*map(list, kept(library).values())] == [*map(list, fresh(library).values())]


def test_kept_features_are_not_made_again(library: Library) -> None:
    texts = labels.texts(library.db, [1])
    other = {1: {"w:none": 0.5}}
    standings.set_features(library.db, texts, other, code=code_of_features(), wanted=[1])
    found = PaperFeatures(library, [1, 2])
    assert (found.features(1), found.features(2)) == (other[1], features(SPEECH[1]))


def test_models_from_kept_features_are_those_from_fresh_ones(library: Library) -> None:
    changes: tuple[Callable[[], object], ...] = (
        lambda: decide(library, "pick", [SPEECH[0].id, ANTS[0].id]),
        lambda: decide(library, "skip", [SPEECH[1].id]),
        lambda: edit(library, 1, "Speech Translation of Roofs"),
        lambda: decide(library, "pick", [SPEECH[2].id]),
        lambda: remove(library, [SPEECH[0].id]),
        lambda: undo(library),
        lambda: undo(library),
    )
    before = standings.stored(library.db)
    for change in changes:
        change()
        learn(library, TOOLS)
        # The fingerprint has no texts, so an edit alone fits nothing anew: both learn from it now.
        library.db.execute("DELETE FROM idx.models")
        learn(library, TOOLS)
        found = standings.stored(library.db)
        library.db.execute("DELETE FROM idx.models")
        library.db.execute("DELETE FROM idx.features")
        learn(library, TOOLS)
        assert found == standings.stored(library.db) != before


def test_an_edited_paper_has_new_features(library: Library) -> None:
    edit(library, 1, "Speech Translation of Roofs")
    assert 1 not in kept(library)
    assert "w:roof" in PaperFeatures(library, [1]).features(1)


@pytest.mark.parametrize(
    "damage",
    [
        "numbers = zeroblob(length(numbers))",
        "numbers = CAST(substr(numbers, 1, length(numbers) - 3) AS BLOB)",
        "names = zeroblob(length(names))",
        "names = CAST(x'ff' || names AS BLOB)",
        "hash = zeroblob(16)",
    ],
)
def test_damaged_features_are_made_again(library: Library, damage: str) -> None:
    library.db.execute(f"UPDATE idx.features SET {damage} WHERE paper = 1")
    assert 1 not in kept(library)
    assert PaperFeatures(library, [1]).features(1) == features(SPEECH[0])


def test_features_of_other_code_are_made_again(library: Library) -> None:
    assert kept(library, code=b"an older program") == {}


def test_only_features_of_learned_papers_are_kept(library: Library) -> None:
    texts = labels.texts(library.db, [1, 2])
    code = code_of_features()
    standings.set_features(library.db, texts, {}, code=code, wanted=[2, 3])
    assert sorted(kept(library)) == [2, 3]


def test_all_code_that_makes_features_is_in_their_hash() -> None:
    called = set[str]()

    def note(frame: FrameType, _event: str, _given: object) -> None:
        called.add(frame.f_globals["__name__"])

    for cached in (events._form, folded, name_key):
        cached.cache_clear()
    names = ("Søren Łoś", "山田")
    sample = paper(1, "Gärten über 機械学習 caches", "Katakana サーバー.", authors=names)
    sys.setprofile(note)
    try:
        features(sample)
    finally:
        sys.setprofile(None)
    assert {name for name in called if name.startswith("reader.")} <= {*CODE_OF_FEATURES}
