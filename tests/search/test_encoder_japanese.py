"""Test that a query's vector loses what all Japanese queries have in common, and nothing else."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from reader.search.encoder.model import COMMON_FILE, QUERIES, japanese_share, without_common_part

JAPANESE = np.array([1, 0, 0, 0], np.float32)


class Cone:
    """Vectors as a multilingual model makes them: near to one direction for Japanese."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def encode(self, text: str) -> NDArray[np.float32]:
        self.asked.append(text)
        own = np.array([0, len(text) % 3, len(text) % 5, 1], np.float32)
        vector = own / np.linalg.norm(own) + (3 * JAPANESE if japanese_share(text) else 0)
        return np.asarray(vector / np.linalg.norm(vector), np.float32)


@pytest.mark.parametrize(
    ("text", "share"),
    [
        ("speech", 0.0),
        ("", 0.0),
        ("2026 !?", 0.0),
        ("音声認識", 1.0),
        ("ASRの話", 4 / 7),
        ("ｶﾀｶﾅ", 1.0),
    ],
)
def test_a_character_counts_as_two_letters(text: str, share: float) -> None:
    assert japanese_share(text) == pytest.approx(share)


def test_a_query_in_english_stays_as_it_is(tmp_path: Path) -> None:
    cone = Cone()
    vector = without_common_part("speech", cone.encode, tmp_path)
    np.testing.assert_array_equal(vector, Cone().encode("speech"))
    assert (cone.asked, list(tmp_path.iterdir())) == (["speech"], [])


def test_a_japanese_query_loses_most_of_the_common_part(tmp_path: Path) -> None:
    vector = without_common_part("話者", Cone().encode, tmp_path)
    assert float(np.linalg.norm(vector)) == pytest.approx(1, abs=1e-6)
    before = float(Cone().encode("話者") @ JAPANESE)
    assert float(vector @ JAPANESE) < before - 0.05


def test_the_common_part_is_made_once_and_kept(tmp_path: Path) -> None:
    first, second = Cone(), Cone()
    one = without_common_part("話者", first.encode, tmp_path)
    other = without_common_part("話者", second.encode, tmp_path)
    assert (len(first.asked), second.asked) == (1 + len(QUERIES), ["話者"])
    np.testing.assert_array_equal(one, other)
    assert [path.name for path in tmp_path.iterdir()] == [COMMON_FILE]


@pytest.mark.parametrize("kept", [b"", b"cut off", bytes(4 * 9)])
def test_a_file_of_another_length_is_made_anew(tmp_path: Path, kept: bytes) -> None:
    expected = without_common_part("話者", Cone().encode, tmp_path)
    (tmp_path / COMMON_FILE).write_bytes(kept)
    np.testing.assert_array_equal(without_common_part("話者", Cone().encode, tmp_path), expected)
    assert (tmp_path / COMMON_FILE).stat().st_size == 4 * len(JAPANESE)


def test_where_nothing_can_be_kept_it_is_made_again(tmp_path: Path) -> None:
    missing = tmp_path / "no such folder"
    vector = without_common_part("話者", Cone().encode, missing)
    np.testing.assert_array_equal(vector, without_common_part("話者", Cone().encode, tmp_path))
    assert not missing.exists()
