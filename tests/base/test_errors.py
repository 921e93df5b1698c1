"""Test the tree of errors: exit codes, messages and hints."""

from __future__ import annotations

import ast
import inspect
import pickle
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from string import Formatter

import pytest

from reader.base import errors
from reader.base.errors import (
    Ambiguous,
    ConfigError,
    ModelMissing,
    NoLibrary,
    NotFound,
    PdfError,
    ReaderError,
    SourceFailed,
    Unreachable,
)
from reader.base.messages import _, lazy_gettext, speaking

CODES = {
    "ReaderError": 1, "UsageError": 2, "QueryError": 2, "ConfigError": 3, "NoLibrary": 3,
    "NotFound": 4,
    "NotKnown": 4, "NotAnId": 4, "Ambiguous": 4, "Incomplete": 5, "SourceFailed": 5,
    "OutOfTime": 5, "Unreachable": 5, "PdfError": 5, "NotSent": 5, "NotOpened": 5, "StoreError": 6,
    "Locked": 6, "LockedBy": 6, "ReadOnly": 6, "DiskFull": 6, "WrongClock": 6, "Damaged": 6,
    "ClockRepair": 0, "ModelError": 7, "ModelMissing": 7,
}  # fmt: skip

ALL = [kind for _, kind in inspect.getmembers(errors, inspect.isclass) if
       issubclass(kind, ReaderError)]  # fmt: skip


def test_each_error_has_its_exit_code() -> None:
    assert {kind.__name__: kind.exit_code for kind in ALL} == CODES


def test_the_docstring_draws_the_tree_of_classes() -> None:
    def drawn(kind: type[ReaderError], depth: int = 0) -> Iterator[tuple[int, str, int]]:
        yield depth, kind.__name__, kind.exit_code
        for child in kind.__subclasses__():
            if child.__module__ == errors.__name__:
                yield from drawn(child, depth + 1)

    lines = re.findall(r"^ {4}([│├└─ ]*)(\w+) +(\d)", errors.__doc__ or "", re.MULTILINE)
    found = [(len(lead) // 4, name, int(code)) for lead, name, code in lines]
    assert found == list(drawn(ReaderError))


@pytest.mark.parametrize("kind", ALL, ids=lambda kind: kind.__name__)
def test_each_message_needs_only_its_values(kind: type[ReaderError]) -> None:
    names = placeholders(kind.message_text) | placeholders(kind.hint_text)
    error = kind(**{name: f"<{name}>" for name in names})
    assert error.message
    assert "\n" not in error.message + error.hint
    assert str(error) == error.message


@pytest.mark.parametrize("kind", ALL, ids=lambda kind: kind.__name__)
def test_each_class_is_described_in_one_plain_line(kind: type[ReaderError]) -> None:
    doc = kind.__dict__["__doc__"] or ""
    assert re.fullmatch(r"[A-Z][^\n{}]{10,}\.", doc)


def test_english_sentences_are_marked_for_translation() -> None:
    """Texts of placeholders and signs alone need none."""
    tree = ast.parse(inspect.getsource(errors))
    stored = [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign | ast.AnnAssign)
        and ast.unparse(node).startswith(("message_text", "hint_text"))
        and node.value is not None
    ]
    marked = {
        node.args[0].value
        for node in stored
        if isinstance(node, ast.Call)
        and ast.unparse(node.func) == "N_"
        and isinstance(node.args[0], ast.Constant)
    }
    words = re.compile("[a-z]{2}")
    texts = {text for kind in ALL for text in (kind.message_text, kind.hint_text)}
    assert {text for text in texts if words.search(re.sub(r"{\w+}", "", text))} == marked


def test_a_message_names_its_values_and_the_hint_says_what_to_do() -> None:
    error = NotFound(what="2401.1")
    assert error.message == "2401.1 is not in this library."
    assert error.hint.startswith("`reader search` finds papers by words;")
    assert error.what == "2401.1"


def test_braces_in_a_value_are_text() -> None:
    assert NotFound(what="{x} {0}").message == "{x} {0} is not in this library."


def test_a_missing_value_raises_at_once() -> None:
    with pytest.raises(KeyError):
        Ambiguous(what="a title", n=2)


def test_a_failed_source_keeps_its_retry_time_and_hint() -> None:
    at = datetime(2025, 6, 4, tzinfo=UTC)
    error = SourceFailed(source="timeline", what="answered 503", retry_at=at)
    assert (error.message, error.hint, error.retry_at) == (
        "timeline: answered 503",
        "The next gather tries again.",
        at,
    )
    assert SourceFailed(source="a", what="b", hint="Look.").hint == "Look."
    assert Unreachable(source="a", what="timed out").message == "a: no answer (timed out)"


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def test_an_error_is_told_in_the_language_of_whoever_reads_it() -> None:
    error = NotFound(what="2401.1")
    failed = SourceFailed(source="timeline", what=lazy_gettext("no reason given"))
    with speaking("ja"):
        assert error.message == str(error) == "2401.1 はこのライブラリにありません。"
        assert error.hint.startswith("`reader search`")
        assert failed.hint == "次の取得で再試行します。"
        assert failed.message == f"timeline: {_('no reason given')}"
        assert failed.what != "no reason given"
    assert error.message == "2401.1 is not in this library."
    assert failed.message == "timeline: no reason given"


def test_a_pdfs_error_under_another_name_is_told_in_the_language_of_whoever_reads_it() -> None:
    hint = lazy_gettext("The next gather tries again.")
    error = PdfError(file="one", what=lazy_gettext("no reason given"), hint=hint, kind="empty")
    named = error.named("another")
    assert (named.message, named.hint) == (
        "another: no reason given",
        "The next gather tries again.",
    )
    assert named.kind == "empty"
    with speaking("ja"):
        assert named.message == f"another: {_('no reason given')}" != "another: no reason given"
        assert named.hint == "次の取得で再試行します。"


def test_a_subclass_uses_the_text_of_its_base_class() -> None:
    class Late(SourceFailed):
        message_text = "{source}, late: {what}"

    assert Late(source="a", what="b", hint="c").message == "a, late: b"

    with speaking("ja"):
        assert Late(source="a", what="b", hint="c").hint == "c"


def test_a_missing_library_is_an_error_of_its_feeds_toml() -> None:
    error = NoLibrary(where="/x")
    assert isinstance(error, ConfigError)
    assert error.message == "There is no library at /x: no feeds.toml there."


@pytest.mark.parametrize(
    "error",
    [
        PdfError(file="one", what=lazy_gettext("no reason given"), kind="empty"),
        SourceFailed(source="timeline", what="answered 503", status=503),
        ModelMissing(model="small", what="it was removed", hint=""),
    ],
    ids=lambda error: type(error).__name__,
)
def test_an_error_of_another_process_is_whole(error: ReaderError) -> None:
    again = pickle.loads(pickle.dumps(error))
    assert (type(again), again.message, vars(again)) == (type(error), error.message, vars(error))
