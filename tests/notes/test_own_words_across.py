"""Test how translations are found: by what stands out, in order, for any range of cosines."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

import pytest

from reader.notes.own_words import CheckedSentence, Closeness, check
from reader.notes.stretches import SourceText
from reader.texts.note import check_lines, unseen_line

ABSTRACT = (
    "Bees dance to tell the others where the flowers are. Nobody had filmed the dance at night. "
    "We put a quiet camera into six hives for a year. The bees danced at night after rain. "
    "We think that they rehearse for the morning to come."
)
SOURCE = SourceText(ABSTRACT, "abstract")
THEIRS = [f"{part}." for part in ABSTRACT.removesuffix(".").split(". ")]
TRANSLATED = [
    "蜂は花のある場所を仲間に伝えるために踊る。",
    "夜の踊りを撮影した人はこれまで誰もいなかった。",
    "私たちは六つの巣箱に静かなカメラを一年間置いた。",
    "雨の後の夜に蜂は踊っていた。",
    "来る朝のために練習しているのだと考えられる。",
]
OWN = "カメラの明かりで起きてしまっただけではないかと疑っている。"


def closeness_of(pairs: dict[str, tuple[int, float]], *, low: float, high: float) -> Closeness:
    """Fake an encoder: each of the texts has so much in common with the n-th of the paper's.

    low: the cosine of any two texts; high: that of a text with itself.
    """

    def parts_of(text: str) -> dict[str, float]:
        column, nearness = pairs.get(text, (-1, 0.0))
        return {THEIRS[column]: nearness, text: math.sqrt(1 - nearness**2)}

    def closeness(ours: Sequence[str], theirs: Sequence[str]) -> list[list[float]]:
        def one(our: str, their: str) -> float:
            first, second = parts_of(our), parts_of(their)
            same = sum(part * second.get(name, 0.0) for name, part in first.items())
            return low + (high - low) * same

        return [[one(our, their) for their in theirs] for our in ours]

    return closeness


NEAR = {text: (n, 0.6) for n, text in enumerate(TRANSLATED)}


@pytest.mark.parametrize(("low", "high"), [(0.8, 1.0), (0.1, 1.0), (-0.2, 1.0), (0.98, 1.0)])
def test_a_translation_is_copied_whatever_the_encoders_cosines(low: float, high: float) -> None:
    found = check("".join(TRANSLATED), [SOURCE], closeness=closeness_of(NEAR, low=low, high=high))
    assert (found.verdict, found.is_mostly_copied, found.share) == ("copied", True, 1.0)
    assert (found.n_unseen, found.why_unseen) == (0, None)
    first = found.sentences[0]
    assert first.chance > 0.5
    assert first == CheckedSentence(
        TRANSLATED[0],
        "copied",
        source=SOURCE,
        is_translated=True,
        their=THEIRS[0],
        chance=first.chance,
    )


def test_a_translation_in_another_order_is_copied_too() -> None:
    closeness = closeness_of(NEAR, low=0.8, high=1.0)
    mixed = check("".join(TRANSLATED[n] for n in (3, 0, 4, 1)), [SOURCE], closeness=closeness)
    assert [one.verdict for one in mixed.sentences] == ["copied"] * 4


def test_a_copy_in_other_words_is_found_by_its_meaning() -> None:
    note = "Dancing, a bee shows where blossoms grow. Nocturnal dancing was never captured on film."
    note += " Half a dozen hives got one silent camera for twelve months."
    near = {text: (n, 0.9) for n, text in enumerate(re.split(r"(?<=\.) ", note))}
    assert check(note, [SOURCE]).verdict == "own"
    found = check(note, [SOURCE], closeness=closeness_of(near, low=0.8, high=1.0))
    assert [(one.verdict, one.is_reworded) for one in found.sentences] == [("copied", True)] * 3
    assert check_lines(found)[1] == (
        "reworded, abstract: Dancing, a bee shows where blossoms grow."
    )
    # As near as a summary is: within a language more is asked.
    near = {text: (n, 0.5) for n, text in enumerate(re.split(r"(?<=\.) ", note))}
    found = check(note, [SOURCE], closeness=closeness_of(near, low=0.8, high=1.0))
    assert not found.is_mostly_copied


@pytest.mark.parametrize("pasted", [TRANSLATED[3], THEIRS[3], f"{THEIRS[2]} {THEIRS[3]}"])
def test_copied_sentences_are_found_and_leave_the_own_ones_beside_them_alone(pasted: str) -> None:
    closeness = closeness_of(NEAR, low=0.8, high=1.0)
    others = ("うちの巣箱でも冬に試したい。", OWN)
    for own in (others[:1], others):
        for note in (f"{pasted} {''.join(own)}", f"{''.join(own)} {pasted}"):
            found = check(note, [SOURCE], closeness=closeness)
            verdicts = {one.text: one.verdict for one in found.sentences}
            assert [verdicts.pop(text) for text in own] == ["own"] * len(own)
            assert {*verdicts.values()} == {"copied"}


def test_a_sentence_much_shorter_or_longer_than_the_papers_is_no_translation() -> None:
    short, long = "蜂の踊りの話で、", TRANSLATED[1].removesuffix("。") * 4 + "。"
    near = {short: (0, 0.6), long: (1, 0.6)}
    found = check(f"{short}\n{long}", [SOURCE], closeness=closeness_of(near, low=0.8, high=1.0))
    assert found.found == ()


def test_a_sentence_near_to_all_of_the_paper_is_near_to_none() -> None:
    def closeness(ours: Sequence[str], theirs: Sequence[str]) -> list[list[float]]:
        return [[1.0 if a == b else 0.93 for b in theirs] for a in ours]

    assert check("".join(TRANSLATED), [SOURCE], closeness=closeness).found == ()


def test_english_notes_beside_a_japanese_paper_are_looked_at_too() -> None:
    source = SourceText("".join(TRANSLATED), "abstract")
    found = check(ABSTRACT, [source], closeness=closeness_of(NEAR, low=0.8, high=1.0))
    assert found.is_mostly_copied


def test_without_a_model_unseen_sentences_are_counted() -> None:
    found = check("".join(TRANSLATED), [SOURCE])
    assert (found.verdict, found.n_unseen, found.why_unseen) == ("own", 5, "model")
    assert check_lines(found) == []
    assert unseen_line(found) == (
        "Compared only by words, without the model: translations and copies in other words"
        " are not recognised."
    )


def test_of_a_long_note_the_uncompared_sentences_are_counted() -> None:
    found = check(
        "".join(f"{n}匹目の蜂が巣の前で静かに踊った。" for n in range(70)),
        [SOURCE],
        closeness=closeness_of({}, low=0.8, high=1.0),
    )
    assert (found.n_unseen, found.why_unseen) == (30, "note")
    assert unseen_line(found) == ("This note is long: 30 sentences were compared only by words.")


def test_a_paper_with_too_few_sentences_has_nothing_to_stand_out_from() -> None:
    def never(ours: Sequence[str], theirs: Sequence[str]) -> list[list[float]]:
        raise AssertionError(ours)

    found = check(TRANSLATED[0], [SourceText(THEIRS[0], "abstract")], closeness=never)
    assert (found.found, found.n_unseen, found.why_unseen) == ((), 1, "paper")
    assert unseen_line(found).startswith("Compared only by words, because the paper has too few")


def test_passages_stand_in_where_the_abstract_is_short() -> None:
    sources = [SourceText(THEIRS[0], "abstract"), SourceText(" ".join(THEIRS[1:]), "passage", 2)]
    note = "".join(TRANSLATED)
    found = check(note, sources, closeness=closeness_of(NEAR, low=0.8, high=1.0))
    assert [one.source for one in found.sentences] == [sources[0], *[sources[1]] * 4]


def test_the_nearest_passages_with_vectors_are_compared_by_meaning() -> None:
    abstract = SourceText(" ".join(f"This is sentence number {n}." for n in range(8)), "abstract")
    others = [
        SourceText(" ".join(f"Passage {k} says thing {n}." for n in range(8)), "passage", k)
        for k in range(3, 12)
    ]
    # Its vector is known by its own text, line breaks and all.
    copied = SourceText(ABSTRACT.replace(". ", ".\n"), "passage", 12)
    asked: list[str] = []
    near = closeness_of(NEAR, low=0.8, high=1.0)

    def closeness(ours: Sequence[str], theirs: Sequence[str]) -> list[list[float]]:
        asked.extend(theirs)
        # A passage is as near as its nearest sentence.
        if copied.text in theirs:
            found = near(ours, THEIRS)
            return [[0.8 + (max(row) - 0.8) * (t == copied.text) for t in theirs] for row in found]
        return near(ours, theirs)

    note, sources = "".join(TRANSLATED), [abstract, *others, copied]
    found = check(note, sources, closeness=closeness, is_known=lambda _: True)
    assert [one.source for one in found.sentences] == [copied] * 5
    sentences = {text for text in asked if text.startswith("Passage") and text.count(".") == 1}
    assert len(sentences) + len(THEIRS) == 24  # and the eight of the abstract
    # Without their vectors, passages would have to be encoded first.
    assert check(note, sources, closeness=near).found == ()


def test_copied_sentences_are_not_encoded() -> None:
    asked: list[str] = []

    def closeness(ours: Sequence[str], theirs: Sequence[str]) -> list[list[float]]:
        asked.extend(ours)
        return [[float(a == b) for b in theirs] for a in ours]

    check(f"{THEIRS[0]}\n{TRANSLATED[1]}", [SOURCE], closeness=closeness)
    assert set(asked) == {TRANSLATED[1], *THEIRS}
    assert asked.count(THEIRS[0]) == 1  # only as one of the paper's


def test_findings_are_written_in_plain_lines() -> None:
    note = f"{THEIRS[2]} {''.join(TRANSLATED[:2])}"
    found = check(
        f"{note}\nAlso: we put a quiet camera into six hives, I ask.",
        [SOURCE, SourceText("I ask whether it is so.", "highlight", 2)],
        closeness=closeness_of(NEAR, low=0.8, high=1.0),
    )
    assert check_lines(found) == [
        "Mostly copied (100 %): this text does not count as written. Use "
        "your own words, or mark quotations with “…” or `>`.",
        "copied, abstract: We put a quiet camera into six hives for a year.",
        "translated, abstract: 蜂は花のある場所を仲間に伝えるために踊る。",
        f"    the paper: {THEIRS[0]}",
        "translated, abstract: 夜の踊りを撮影した人はこれまで誰もいなかった。",
        f"    the paper: {THEIRS[1]}",
        "copied, abstract: Also: we put a quiet camera into six hives, I ask.",
        "    the same words: we put a quiet camera into six hives",
    ]


def test_many_sentences_are_counted() -> None:
    note = "\n".join([f"- {THEIRS[0]}"] * 7)
    assert check_lines(check(note, [SourceText(ABSTRACT, "passage", 4)]))[-2:] == [
        "copied, p. 4: Bees dance to tell the others where the flowers are.",
        "… and 2 more sentences",
    ]
