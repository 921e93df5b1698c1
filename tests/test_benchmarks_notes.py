"""The benchmark of the own-words check counts right, and runs on any data of the layout."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.benchmarks import notes
from tests.benchmarks.frame import DataMissing, Options, Part, interval
from tests.benchmarks.note_pairs import (
    Pair,
    harder_pairs,
    mixed_notes,
    own_pairs,
    real_pairs,
    with_changes,
)

ABSTRACT = (
    "We asked forty gardeners which of their birds had learned to imitate the telephone. Most of "
    "them named the blackbird, and nobody named the wren, although wrens can be loud."
)
OWN = "Ours does the doorbell. I would not trust what gardeners say about wrens at all."


class Letters:
    """An encoder that counts letters."""

    name = "letters"

    def encode_passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return np.stack([self.encode_query(text) for text in texts])

    def encode_query(self, text: str) -> NDArray[np.float32]:
        counts = np.ones(64, np.float32)
        for letter in text:
            counts[ord(letter) % 64] += 1
        return np.asarray(counts / np.linalg.norm(counts), np.float32)

    encode_sample = encode_query

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return [len(text) for text in texts]


def pair(label: str, note: str) -> Pair:
    return Pair(label, label, True, "On Birds", ABSTRACT, note)


def data(folder: Path, pairs: Sequence[Pair]) -> Options:
    file = folder / "data" / "files" / "notes" / "pairs.jsonl"
    file.parent.mkdir(parents=True)
    rows = [
        {
            "id": f"n{n}",
            "label": one.label,
            "note_language": "en" if one.is_english else "ja",
            "title": None,
            "abstract": one.abstract,
            "note": one.note,
        }
        for n, one in enumerate(pairs)
    ]
    file.write_text("\n".join(map(json.dumps, rows)) + "\n", "utf-8")
    return Options(folder / "data", folder / "cache", is_quick=True)


def test_there_are_enough_pairs_of_our_own_making_of_every_kind() -> None:
    pairs = own_pairs()
    assert len(pairs) >= 40
    assert min(Counter(one.label for one in pairs).values()) >= 15
    assert len({one.where for one in pairs}) == len({one.note for one in pairs}) == len(pairs)
    assert own_pairs(2) == own_pairs(2) != pairs


def test_harder_pairs_are_enough_in_both_languages_and_half_of_them_is_kept_aside() -> None:
    pairs = harder_pairs()
    for is_english in (True, False):
        here = [one for one in pairs if one.is_english == is_english]
        n = Counter((one.label, one.is_aside) for one in here)
        assert len(here) >= 60
        assert min(n["copied", True], n["copied", False], n["own", True], n["own", False]) >= 15
    assert len({one.where for one in pairs}) == len({one.note for one in pairs}) == len(pairs)
    assert [one.where for one in pairs if one.is_aside][:3] == [
        "endpoint-1",
        "endpoint-2",
        "endpoint-4",
    ]
    assert all(len(one.pages) >= 2 for one in pairs)


def test_mixed_notes_say_which_of_their_sentences_were_copied() -> None:
    own, copied = pair("own", OWN), pair("copied", "Forty gardeners told us. Wrens can be loud.")
    mixed = mixed_notes([own, copied, pair("paraphrased", "Birds ring.")])
    assert mixed == mixed_notes([own, copied])
    assert len(mixed) == 8  # four of each: of the copied note, and of the abstract
    assert {one.pair.where for one in mixed} == {
        f"own with {name}, {n} and {m}"
        for name in ("abstract", "copied")
        for n, m in ((1, 1), (2, 1), (2, 2), (1, 2))
    }
    for one in mixed:
        texts = one.pair.note.split("\n\n")
        assert [text not in OWN for text in texts] == [*one.are_copied]
        assert any(one.are_copied)
        assert not all(one.are_copied)


@pytest.mark.slow
def test_every_figure_is_there_and_a_miss_is_named(tmp_path: Path) -> None:
    pairs = [
        pair("copied", ABSTRACT),
        pair("copied", OWN),
        pair("own", OWN),
        pair("paraphrased", "People think that blackbirds ring."),
    ]
    japanese = Pair("", "own", False, "", ABSTRACT, "うちの鳥は呼び鈴のまねをする。")
    results = notes.measure(data(tmp_path, [*pairs, japanese]), Letters())
    found = {one.name: one for one in results}
    copied = found["English: copied notes found"]
    assert (copied.value, copied.ok, copied.parts) == (50.0, False, (Part("copied", 1, 2),))
    assert [(m.where, m.expected, m.got) for m in copied.misses] == [
        ("n1", "copied", "own, 0.00 copied")
    ]
    assert copied.note == "1 of 2; 95 %: 9 to 91"
    assert found["English: false alarms on own notes"].value == 0
    assert found["Japanese, real: false alarms on own notes"].parts == (Part("own", 1, 1),)
    assert found["a note, its paper taken apart anew"].bar == 50
    aside = found["harder, set aside: copied notes found"]
    assert (aside.floor, found["harder, set aside: false alarms on own notes"].bar) == (90, 3)
    n_aside = sum(one.is_aside and one.label == "copied" for one in harder_pairs())
    assert [part.total for part in aside.parts] == [n_aside]
    assert {
        "Japanese, ours: copied notes found",
        "Japanese, ours, no model: copied notes found",
        "harder, fitted on, English: copied notes found",
        "harder, set aside, Japanese: copied notes found",
        "harder, set aside, no model: copied notes found",
    } < {*found}


def test_notes_for_others_are_held_to_what_their_words_do_not_say() -> None:
    theirs = [
        "We asked forty gardeners which of their birds had learned to imitate the telephone.",
        "Most of them named the blackbird that sings on their chimney in the evening.",
        "Nobody at all named the wren, although a wren can be remarkably loud.",
        "Half of the telephones were answered because a bird had rung.",
        "The gardeners did not mind, and went on to feed them.",
    ]
    ours = [
        "Some people who keep flower beds told us what mimics a phone around them.",
        "It was usually this dark animal up there on top of a house after work.",
        "Small brown ones were never mentioned despite being so noisy.",
        "Fifty percent of calls got picked up since something feathered made that sound.",
        "No owner was bothered; food still went out for all.",
    ]

    def alike(notes: Sequence[str], papers: Sequence[str]) -> list[list[float]]:
        means = dict(zip(ours, theirs, strict=True))
        return [[1.0 if means.get(one) == other else 0.5 for other in papers] for one in notes]

    paper = replace(pair("own", " ".join(ours)), abstract=" ".join(theirs))
    own = replace(paper, where="own", note=OWN)
    translated = replace(paper, where="translated")
    copied = replace(paper, where="copied", note=paper.abstract)
    called, by_meaning = notes.for_others("for others", [copied, translated, own], alike)
    assert (called.note, called.bar) == ("2 of 3; 95 %: 21 to 94", None)
    assert (by_meaning.note, by_meaning.bar) == ("1 of 2; 95 %: 9 to 91", 3)
    assert [miss.where for miss in by_meaning.misses] == ["translated"]
    assert len(notes.for_others("for others", [copied], alike)) == 1


def test_an_interval_is_wilsons() -> None:
    assert interval(25, 30) == "25 of 30; 95 %: 66 to 93"
    assert interval(0, 45) == "0 of 45; 95 %: 0 to 8"


def test_data_without_notes_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataMissing, match=r"pairs\.jsonl"):
        notes.measure(Options(tmp_path, tmp_path, is_quick=True), Letters())


def test_pairs_are_read_with_what_is_empty(tmp_path: Path) -> None:
    options = data(tmp_path, [pair("own", OWN)])
    file = options.data / "files" / "notes" / "pairs.jsonl"
    assert real_pairs(file) == [Pair("n0", "own", True, "", ABSTRACT, OWN)]


def test_the_area_under_the_curve_counts_ties_as_half() -> None:
    assert notes.auc([3, 2], [1, 0]) == 1
    assert notes.auc([1], [1, 0]) == 0.75
    assert notes.auc([], [1]) == 0


@pytest.mark.parametrize(
    ("area", "n", "span"), [(1.0, 20, "90 to 100"), (0.9, 200, "86 to 93"), (0.5, 20, "33 to 67")]
)
def test_an_area_has_its_interval_even_where_nothing_is_wrong(
    area: float, n: int, span: str
) -> None:
    assert notes.auc_span(area, n, n) == f"95 %: {span}"
    assert notes.auc_span(area, 0, n) == "of none"


def test_a_threshold_lies_where_fewest_are_wrong() -> None:
    assert notes.best_threshold([0.8, 0.9], [0.1, 0.2]) == 0.5
    assert notes.best_threshold([0.15, 0.8, 0.9], [0.1, 0.2]) in (0.125, 0.5)
    assert notes.best_threshold([], []) == 0.5


def test_a_threshold_is_held_on_the_other_half() -> None:
    scores = {"a": 0.9, "b": 0.8, "c": 0.1, "d": 0.85}
    pairs = {name: Pair(name, "", True, "", "", "") for name in scores}
    own, copied = [pairs["c"], pairs["d"]], [pairs["a"], pairs["b"]]
    assert notes.by_halves(own, copied, lambda p: scores[p.where]) == (100.0, 50.0)


def test_plain_baselines_see_runs_and_grams() -> None:
    copied, own = pair("copied", ABSTRACT), pair("own", OWN)
    assert notes.longest_run(copied) == 30
    assert notes.longest_run(own) < 3
    assert (notes.shared_grams(copied), notes.shared_grams(own)) == (1.0, 0.0)


def test_changed_notes_lose_every_nth_word_and_are_drawn_the_same_again() -> None:
    (changed,) = with_changes([pair("copied", "a b c d e f g h")], every=4)
    assert changed.note.split()[:3] == ["a", "b", "c"]
    assert with_changes([changed], every=4) == with_changes([changed], every=4)
