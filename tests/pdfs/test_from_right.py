"""Test the order of words that are written from right to left."""

from __future__ import annotations

from typing import Any

from reader.pdfs.text.from_right import in_order, is_from_right
from reader.pdfs.text.lines import line_of


def spans(*texts: str) -> list[dict[str, Any]]:
    return [{"text": text, "bbox": (50 * at, 0, 50 * at + 50, 10)} for at, text in enumerate(texts)]


def test_words_written_from_the_right_are_put_in_the_order_of_reading() -> None:
    line = spans("גשם", " ", "(deep learning)", ". ", "צלילי", " ", "סיווג")
    assert "".join([span["text"] for span in in_order(line)]) == "סיווג צלילי .(deep learning) גשם"
    logical = spans("סיווג", " ", "צלילי")
    for at, span in enumerate(logical):
        span["bbox"] = (100 - 50 * at, 0, 150 - 50 * at, 10)
    assert in_order(logical)[0]["text"] == "סיווג"
    assert is_from_right("סיווג (deep)")
    assert not is_from_right("of Arabic אב in English")


def test_a_line_of_hebrew_is_read_from_the_right() -> None:
    look = {"size": 10.0, "flags": 4, "font": "X", "origin": (0, 10)}
    parts = [span | look for span in spans("גשם", " ", "צלילי", " ", "סיווג")]
    line = {"spans": parts, "bbox": (0, 0, 250, 10), "dir": (1.0, 0.0)}
    assert line_of(line).text == "סיווג צלילי גשם"
