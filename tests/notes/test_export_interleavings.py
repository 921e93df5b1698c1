"""Test that no byte of a person's is lost in notes/, in any order of acts."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.export_world import World, prepare

FEW, ALL = 20, 1_000
"""Seeds that are played by default, and by `pytest -m slow`."""

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="kills need fork")


@pytest.fixture(scope="module")
def shelf() -> Iterator[Path]:
    """A folder in memory where there is one: what is tried here is no disk."""
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as name:
        prepare(Path(name) / "template")
        yield Path(name)


def play(shelf: Path, seed: int) -> None:
    with tempfile.TemporaryDirectory(dir=shelf) as name:
        world = World(shelf / "template", Path(name) / "library", seed)
        try:
            for _ in range(world.random.randint(6, 16)):
                world.step()
            world.check_end()
        except BaseException as error:
            error.add_note(f"seed {seed}:\n" + "\n".join(world.log))
            raise
        finally:
            world.close()


@pytest.mark.slow
@pytest.mark.parametrize("first", range(0, FEW, 20))
def test_no_word_is_lost_in_any_order_of_acts(shelf: Path, first: int) -> None:
    for seed in range(first, first + 20):
        play(shelf, seed)


@pytest.mark.slow
@pytest.mark.parametrize("first", range(FEW, ALL, 47))
def test_no_word_is_lost_in_a_thousand_interleavings(shelf: Path, first: int) -> None:
    for seed in range(first, min(first + 47, ALL)):
        play(shelf, seed)
