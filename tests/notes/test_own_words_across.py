"""Test how translations are found: by what stands out, in order, for any range of cosines."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from reader.notes.own_words import CheckedSentence, Closeness, check
from reader.notes.stretches import SourceText
from reader.texts.note import check_lines

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
    """Fake an encoder: each sentence is near the n-th of the paper's; 1 is the sentence itself.

    low: the cosine of any two texts; high: that of a text with itself.
    """

    def closeness(ours: Sequence[str], theirs: Sequence[str]) -> list[list[float]]:
        def one(our: str, j: int) -> float:
            if our == theirs[j]:
                return high
            column, nearness = pairs.get(our, (-1, 0.0))
            return low + (high - low) * nearness * (column == j)

        return [[one(our, j) for j in range(len(theirs))] for our in ours]

    return closeness


NEAR = {text: (n, 0.5) for n, text in enumerate(TRANSLATED)}


@pytest.mark.parametrize(("low", "high"), [(0.8, 1.0), (0.1, 1.0), (-0.2, 1.0), (0.98, 1.0)])
def test_a_translation_is_copied_whatever_the_encoders_cosines(low: float, high: float) -> None:
    found = check("".join(TRANSLATED), [SOURCE], closeness=closeness_of(NEAR, low=low, high=high))
    assert (found.verdict, found.is_mostly_copied, found.share) == ("copied", True, 1.0)
    first = found.sentences[0]
    assert first.nearness == pytest.approx(0.5)
    assert first == CheckedSentence(
        TRANSLATED[0], "copied", source=SOURCE, is_translated=True, nearness=first.nearness
    )


def test_own_sentences_stay_own_among_translated_ones() -> None:
    note = f"{TRANSLATED[0]}{TRANSLATED[1]}{OWN}"
    found = check(note, [SOURCE], closeness=closeness_of(NEAR, low=0.8, high=1.0))
    assert [one.verdict for one in found.sentences] == ["copied", "copied", "own"]


def test_near_sentences_out_of_order_or_alone_are_close_at_most() -> None:
    closeness = closeness_of(NEAR, low=0.8, high=1.0)
    mixed = check("".join(TRANSLATED[::-2]), [SOURCE], closeness=closeness)
    assert [one.verdict for one in mixed.sentences] == ["close"] * 3
    assert mixed.is_mostly_copied is False
    alone = check(TRANSLATED[3] + OWN, [SOURCE], closeness=closeness)
    assert [one.verdict for one in alone.sentences] == ["close", "own"]
    assert check_lines(alone) == [f"close in another language, abstract: {TRANSLATED[3]}"]


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
    near = {text: (n, 0.6) for n, text in enumerate(THEIRS)}
    found = check(ABSTRACT, [source], closeness=closeness_of(near, low=0.8, high=1.0))
    assert found.is_mostly_copied


def test_without_a_model_unseen_sentences_are_counted() -> None:
    found = check("".join(TRANSLATED), [SOURCE])
    assert (found.verdict, found.n_unseen) == ("own", 5)
    assert check_lines(found) == [
        "Compared only within one language, because the model is missing:"
        " translations are not recognised."
    ]


def test_of_a_long_note_the_uncompared_sentences_are_counted() -> None:
    found = check(
        "".join(f"{n}匹目の蜂が巣の前で静かに踊った。" for n in range(70)),
        [SOURCE],
        closeness=closeness_of({}, low=0.8, high=1.0),
    )
    assert (found.n_unseen, found.is_long) == (10, True)
    assert check_lines(found) == [
        "This note is long: 10 sentences in another language than the paper's could not be"
        " compared."
    ]


def test_a_paper_with_too_few_sentences_has_nothing_to_stand_out_from() -> None:
    def never(ours: Sequence[str], theirs: Sequence[str]) -> list[list[float]]:
        raise AssertionError(ours)

    found = check(TRANSLATED[0], [SourceText(THEIRS[0], "abstract")], closeness=never)
    assert found.found == ()


def test_passages_stand_in_where_the_abstract_is_short() -> None:
    sources = [SourceText(THEIRS[0], "abstract"), SourceText(" ".join(THEIRS[1:]), "passage", 2)]
    note = "".join(TRANSLATED)
    found = check(note, sources, closeness=closeness_of(NEAR, low=0.8, high=1.0))
    assert [one.source for one in found.sentences] == [sources[0], *[sources[1]] * 4]


def test_copied_sentences_are_not_encoded() -> None:
    asked: list[str] = []

    def closeness(ours: Sequence[str], theirs: Sequence[str]) -> list[list[float]]:
        asked.extend(ours)
        return [[float(a == b) for b in theirs] for a in ours]

    check(f"{THEIRS[0]}\n{TRANSLATED[1]}", [SOURCE], closeness=closeness)
    assert asked == [TRANSLATED[1], *THEIRS]


def test_findings_are_written_in_plain_lines() -> None:
    note = f"{THEIRS[2]} {''.join(TRANSLATED[:2])}"
    found = check(
        f"{note}\nAlso: we put a quiet camera into six hives, I ask.",
        [SOURCE, SourceText("I ask whether it is so.", "highlight", 2)],
        closeness=closeness_of(NEAR, low=0.8, high=1.0),
    )
    assert check_lines(found) == [
        "Mostly copied (100 %): as it is, it does not count as written. Use "
        "your own words, or mark quotations with “…” or `>`.",
        "copied, abstract: We put a quiet camera into six hives for a year.",
        "translated, abstract: 蜂は花のある場所を仲間に伝えるために踊る。",
        "translated, abstract: 夜の踊りを撮影した人はこれまで誰もいなかった。",
        "copied, abstract: Also: we put a quiet camera into six hives, I ask.",
        "    the same words: we put a quiet camera into six hives",
    ]


def test_many_sentences_are_counted() -> None:
    note = "\n".join([f"- {THEIRS[0]}"] * 7)
    assert check_lines(check(note, [SourceText(ABSTRACT, "passage", 4)]))[-2:] == [
        "copied, p. 4: Bees dance to tell the others where the flowers are.",
        "… and 2 more sentences",
    ]
