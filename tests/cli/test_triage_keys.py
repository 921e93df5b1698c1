"""Test how bytes become keys, however they are split."""

from __future__ import annotations

import os
import pty
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reader.cli.terminal import Keys, TypedKeys, letter


def keys_of(*pieces: bytes) -> list[str]:
    keys = Keys()
    return [key for piece in pieces for key in keys.feed(piece)] + keys.flush()


@pytest.mark.parametrize(
    ("sent", "key"),
    [
        (b"p", "p"), (b"S", "S"), ("庭".encode(), "庭"), (b"\r", "<enter>"), (b"\n", "<enter>"),
        (b"\x7f", "<backspace>"), (b"\x03", "<ctrl-c>"), (b"\x1a", "<ctrl-z>"),
        (b"\x1b[A", "<up>"), (b"\x1bOB", "<down>"), (b"\x1b[1~", "<home>"), (b"\x1b[F", "<end>"),
        (b"\x1b[6~", "<page down>"), (b"\x1b", "<escape>"), (b"\x1b[15~", "<other>"),
        (b"\x1bp", "<other>"), (b"\x00", "<other>"),
    ],
)  # fmt: skip
def test_a_key_has_one_name(sent: bytes, key: str) -> None:
    assert keys_of(sent) == [key]


def test_keys_that_come_together_are_taken_apart() -> None:
    assert keys_of(b"ss\x1b[Bp\x1b\x1b[A") == ["s", "s", "<down>", "p", "<escape>", "<up>"]


def test_pasted_text_is_one_key_and_decides_nothing() -> None:
    assert keys_of(b"\x1b[200~ppp\nq\x1b[201~s") == ["<paste>ppp\nq", "s"]


def test_invalid_utf8_is_dropped() -> None:
    assert keys_of(b"\xff\xfep") == ["p"]


def test_full_width_letters_become_plain_ones() -> None:
    assert [letter(key) for key in ("ｐ", "Ｓ", "p", "<up>")] == ["p", "S", "p", "<up>"]


@given(st.lists(st.sampled_from(["p", "庭", "\x1b[A", "\x1bOB", "\x1b[5~", "é"]), max_size=8),
       st.integers(0, 30))  # fmt: skip
def test_keys_do_not_depend_on_how_bytes_are_split(typed: list[str], at: int) -> None:
    data = "".join(typed).encode()
    assert keys_of(data[:at], data[at:]) == keys_of(data)


@given(st.binary(max_size=40))
def test_no_bytes_raise(data: bytes) -> None:
    keys = Keys()
    keys.feed(data)
    keys.flush()
    assert not keys.is_waiting


def test_a_key_that_is_typed_between_two_questions_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    ours, theirs = pty.openpty()
    with open(theirs, encoding="utf-8") as stdin:
        monkeypatch.setattr("sys.stdin", stdin)
        typed = TypedKeys()
        os.write(ours, b"p")
        assert typed.next() == "p"
        os.write(ours, b"s")
        # Should the key be dropped, this one is read in its place.
        later = threading.Timer(1, os.write, (ours, b"z"))
        later.start()
        assert typed.next() == "s"
        later.cancel()
    os.close(ours)
