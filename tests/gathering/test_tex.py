"""Test TeX's accents: every form in arXiv's records is read, and nothing else changed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reader.base.text import accents


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (r"Erd\H{o}s", "Erdős"),
        (r"Bj\"orn M\"{u}ller", "Björn Müller"),
        (r"Andr{\'e} Mart{\'\i}nez", "André Martínez"),
        (r"Mart\'{\i}nez and Garc\'ia", "Martínez and García"),
        (r"Tom\'a\v{s} Nov\'ak, Ond\v rej", "Tomáš Novák, Ondřej"),
        (r"S{\o}ren, \L{}ukasz, Stra\ss e, {\AA}se", "Søren, Łukasz, Straße, Åse"),
        (r"Fran\c{c}ois, \c Calar, \.Istanbul, \~nandu", "François, Çalar, İstanbul, ñandu"),
        (r"Ho\`ang Ng\d{o}c", "Hoàng Ngọc"),
        (r"5% more on {K}aldi, \emph{here} \url{x}", r"5% more on {K}aldi, \emph{here} \url{x}"),
        (r"$\hat{o} \c{c} \'e$ stays", r"$\hat{o} \c{c} \'e$ stays"),
        (r"\alpha \beta \cite{a} \omega \left(", r"\alpha \beta \cite{a} \omega \left("),
        ("nothing to do, 日本語", "nothing to do, 日本語"),
    ],
)  # fmt: skip
def test_an_accent_becomes_its_letter(written: str, read: str) -> None:
    assert accents(written) == read


@given(st.text(alphabet="\\'\"{}$vco i", max_size=60))
def test_any_text_is_read_without_an_error(text: str) -> None:
    accents(text)


@given(st.text(st.characters(exclude_characters="\\", codec="utf-8"), max_size=60))
def test_text_without_a_backslash_stays_as_it_is(text: str) -> None:
    assert accents(text) == text
