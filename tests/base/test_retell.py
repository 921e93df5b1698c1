"""Tell stored sentences anew: every text that may be stored, in both languages."""

from __future__ import annotations

import subprocess
import sys
from string import Formatter

import pytest

from reader.base.errors import SourceFailed, Unreachable
from reader.base.messages import Joined, Message, Text, lazy_gettext, lazy_ngettext, speaking
from reader.base.retell import BARE, LISTS, retell
from reader.morning.lanes import sentence
from tests.texts import catalogue_of, texts_of

ROOMS = ("base", "gathering", "library", "morning", "notes", "pdfs", "ranking", "search")
"""Those whose texts may be stored; cli, web and texts only show."""

TWO_WAYS = {
    "JSONではありません",
    "Xannounced件のはずが、届いたレコードはXsent件です",
    "Xfolder がありません。",
    "Xpath がありません。",
    "iCloud にあり、このディスクにありません",
    "補足資料",
    "読めません(Xwhat)",
    "読めません(Xwhy)",
}
"""Japanese that two English texts make: it stays as it was stored."""


def quoted(*words: str) -> Joined:
    return Joined(tuple(lazy_gettext("“{what}”", what=word) for word in words))


def made(forms: tuple[str, ...], n: int) -> Message:
    """Make a message of a text, with plain values."""
    values: dict[str, object] = {}
    for _, name, spec, conversion in Formatter().parse(forms[-1]):
        if name:
            values[name] = n if (spec or name in BARE) and not conversion else f"X{name}"
        if name in LISTS:
            values[name] = quoted("one", "two")
    return Message(forms[0], values, "".join(forms[1:]), n)


def stored_texts() -> list[tuple[str, ...]]:
    """List the English texts of sentences that may be stored, each with its form for many."""
    there = texts_of(*(f"reader/{room}/**/*.py" for room in ROOMS))
    entries = [(m.id,) if isinstance(m.id, str) else tuple(m.id) for m in catalogue_of("ja")]
    spaced = [ids for ids in entries if ids[0] in there and " " in ids[0]]
    return [
        ids
        for ids in spaced
        if sum(c.isascii() and c.isalpha() for t, *_ in Formatter().parse(ids[0]) for c in t) >= 5
    ]


def test_every_sentence_is_told_anew_as_it_would_be_told_at_once() -> None:
    wrong, n_told = [], 0
    for forms in stored_texts():
        for n in (1, 7):
            message = made(forms, n)
            english = str(message)
            with speaking("ja"):
                japanese, there = str(message), retell(english)
                assert retell(japanese) == japanese
            assert retell(english) == english
            n_told += 1
            wrong += [(english, there)] if there != japanese else []
            back = retell(japanese)
            wrong += [(japanese, back)] if back != english else []
    assert set(wrong) == {(japanese, japanese) for japanese in TWO_WAYS}
    assert n_told > 1_500


SENTENCES: dict[str, tuple[Text | SourceFailed, str]] = {
    "a failure": (
        SourceFailed(
            source="timeline",
            what=lazy_gettext(
                "{host} answered {status}: {reason}",
                host="127.0.0.1",
                status=404,
                reason="Not Found",
            ),
        ),
        "timeline: 127.0.0.1 の応答は 404: Not Found",
    ),
    "a host without an answer": (
        Unreachable(
            source=lazy_gettext("PDF of {id}", id="2401.1"),
            what=lazy_gettext("{host} refused the connection", host="127.0.0.1"),
        ),
        "2401.1 の PDF: 応答がありません(127.0.0.1 が接続を受け付けません)",
    ),
    "reasons": (
        sentence(
            (
                lazy_gettext("{words} in the title", words=quoted("ASR")),
                lazy_gettext("{words} in the abstract", words=quoted("speech", "model")),
                lazy_gettext(
                    "mentioned by {people} and {n} more", people=Joined(("A", "B b")), n=3
                ),
                lazy_ngettext("{n} up-vote", "{n} up-votes", 1),
            )
        ),
        "タイトルに「ASR」、概要に「speech」、「model」、A、B b ほか3人が言及、高評価1件。",
    ),
    "a title like a sentence": (
        sentence(
            (
                lazy_gettext(
                    "similar to “{what}”, which you filed", what="by hand; not talked about yet"
                ),
                lazy_gettext("not talked about yet"),
            )
        ),
        "分類した「by hand; not talked about yet」に近い、まだ話題になっていない。",
    ),
}


@pytest.mark.parametrize("name", SENTENCES)
def test_a_sentence_of_several_texts_is_told_anew(name: str) -> None:
    said, japanese = SENTENCES[name]
    english = str(said)
    assert retell(japanese) == english
    with speaking("ja"):
        assert str(said) == retell(english) == japanese


@pytest.mark.parametrize(
    "stored",
    [
        "",
        "timeline: what nobody says",
        "speech",
        "Read",
        "x: y; z.",
        "Attention and memory",
        "not talked about yet; " * 25 + "fits no topic.",
    ],
)
def test_what_no_text_makes_stays_as_it_was_stored(stored: str) -> None:
    assert retell(stored) == stored
    with speaking("ja"):
        assert retell(stored) == stored


def test_nothing_is_compiled_before_the_first_sentence() -> None:
    code = "from reader.base import retell as r; print(r._catalogue.cache_info().currsize)"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout == "0\n"
