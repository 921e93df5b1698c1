"""Test that a missing seed is reported until it is here, and never after."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from reader.cli import output
from reader.cli.frame import Settings, run
from reader.cli.listing import morning_lines
from reader.gathering.gather import source_names
from reader.gathering.resolve import resolve
from reader.gathering.rows import sources
from reader.library.folder import Library
from reader.library.paper import Batch
from reader.library.rows import papers
from reader.morning.trust import missing_seeds, seed_text
from reader.morning.values import Seed
from reader.ranking.rows import labels
from tests.gathering.test_resolve import Registry
from tests.mornings import morning
from tests.samples import DAY, FEEDS_TOML, NOW, a_library, paper, tools

OWN = "speech/translation"
WITH_SEEDS = FEEDS_TOML.replace(
    'words = ["speech translation", "同時通訳"]',
    'words = ["speech translation", "同時通訳"]\nseeds = ["arxiv:2506.00007"]',
)


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with a_library(tmp_path, WITH_SEEDS) as library:
        for source in source_names(library.config):
            batch = Batch(source, DAY, 0, 0, "complete")
            sources.add_batch(library.db, batch, now=NOW, on=DAY)
        yield library


def texts(library: Library) -> tuple[str, ...]:
    return tuple(map(str, morning(library, DAY).seed_texts))


def test_a_seed_not_asked_for_yet_is_reported(library: Library) -> None:
    assert missing_seeds(library) == (Seed("arxiv:2506.00007", OWN, "not asked"),)
    assert texts(library) == (
        "Seed arxiv:2506.00007 of speech/translation is not in the library yet (the next"
        " gather asks for it). Until then the topic uses its words alone. To add it yourself:"
        " `reader add arxiv:2506.00007`",
    )


def test_a_failed_seed_has_time_and_reason_and_the_day_is_complete(
    library: Library,
) -> None:
    resolve(library, tools(Registry(is_down=True)))
    [seed] = missing_seeds(library)
    assert (seed.state, seed.tried_at) == ("failed", NOW)
    assert "(last tried 2025-06-04 06:30: " in str(seed_text(seed, library.config.timezone))
    assert "no answer" in texts(library)[0]
    found = morning(library, DAY)
    assert found.is_complete
    shown = " ".join(" ".join(morning_lines(found, 80)).split())
    assert shown.count("Seed arxiv:2506.00007 of speech/translation is not in the library yet") == 1
    assert output.encode(found)["seeds"] == [
        {
            "id": "arxiv:2506.00007",
            "topic": OWN,
            "state": "failed",
            "error": seed.error,
            "tried_at": NOW.isoformat(),
        }
    ]


def test_a_seed_unknown_to_its_registry_is_reported(library: Library) -> None:
    resolve(library, tools(Registry()))
    assert "no paper is registered under this id" in texts(library)[0]


def test_a_seed_that_arrived_is_not_reported(library: Library) -> None:
    resolve(library, tools(Registry(is_down=True)))
    papers.add_papers(library.db, [paper(7)], source="arXiv", on=DAY)
    assert (missing_seeds(library), texts(library)) == ((), ())
    found = morning(library, DAY)
    assert "Seed" not in "".join(morning_lines(found, 80))
    assert output.encode(found)["seeds"] == []


def test_a_seed_fetched_by_gather_is_here(library: Library) -> None:
    resolve(library, tools(Registry(7)))
    assert missing_seeds(library) == ()


def test_a_topic_with_other_lessons_does_not_go_by_words_alone(
    library: Library,
) -> None:
    papers.add_papers(library.db, [paper(1)], source="arXiv", on=DAY)
    labels.add_lessons(library.db, "yes", OWN, [1], at=NOW, on=DAY)
    assert "Until then the topic works without it." in texts(library)[0]


def test_a_topic_with_another_seed_does_not_go_by_words_alone(tmp_path: Path) -> None:
    two = WITH_SEEDS.replace('"arxiv:2506.00007"', '"arxiv:2506.00007", "arxiv:2506.00008"')
    with a_library(tmp_path, two) as library:
        papers.add_papers(library.db, [paper(8)], source="arXiv", on=DAY)
        assert "Until then the topic works without it." in texts(library)[0]


def test_sources_and_today_name_a_missing_seed_without_an_exit_code(
    library: Library, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "feeds.toml").write_text(WITH_SEEDS, "utf-8")
    library.db.close()

    def printed(*args: str) -> tuple[int, list[str]]:
        code = run(["--library", str(tmp_path), *args], Settings())
        return code, capsys.readouterr().out.splitlines()

    with_seed, lines = printed("sources")
    assert "Seed arxiv:2506.00007 of speech/translation is not in the library yet" in " ".join(
        lines
    )
    *_, last = (json.loads(line) for line in printed("sources", "--json")[1])
    assert last == {
        "name": "seed arxiv:2506.00007",
        "is_missing": False,
        "id": "arxiv:2506.00007",
        "topic": OWN,
        "state": "not asked",
        "error": None,
        "tried_at": None,
    }
    (tmp_path / "feeds.toml").write_text(FEEDS_TOML, "utf-8")
    without, lines = printed("sources")
    assert (with_seed, "Seed" in " ".join(lines)) == (without, False)


def test_a_seed_that_no_registry_knows_has_its_reason_in_json_too(library: Library) -> None:
    resolve(library, tools(Registry()))
    [seed] = missing_seeds(library)
    assert (seed.reason, str(seed.error)) == ("no paper", "no paper is registered under this id")
    [shown] = output.encode(morning(library, DAY))["seeds"]
    assert shown["error"] == "no paper is registered under this id"
