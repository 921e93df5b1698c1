"""Hold the catalogue against the code: no text is missing, none is left over."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from string import Formatter
from typing import get_args

import pytest

from reader.cli.frame import COMMANDS
from reader.library.finding import KINDS
from reader.paper import BatchState
from reader.phrases import ENGLISH, say
from reader.stages.resolve import STAGE
from reader.today import SourceLine
from tests.data import ROOT

TALKERS = {"say", "_say", "_answer"}
"""Functions whose argument is a key: `say` and those that hand it on."""


def modules() -> Iterator[tuple[str, ast.Module]]:
    for file in sorted((ROOT / "reader").rglob("*.py")):
        if "phrases" not in file.parts:
            yield file.relative_to(ROOT / "reader").as_posix(), ast.parse(file.read_text("utf-8"))


def calls() -> Iterator[tuple[str, ast.expr, ast.Call]]:
    """Find every call that says something: (where, its key, the call)."""
    for name, tree in modules():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name | ast.Attribute):
                called = node.func.id if isinstance(node.func, ast.Name) else node.func.attr
                if called in TALKERS and node.args:
                    place = 1 if called == "_answer" else 0
                    if len(node.args) > place:
                        yield f"{name}:{node.lineno}", node.args[place], node


CALLS = list(calls())


def texts_of(key: ast.expr) -> list[str]:
    """Give the keys that an expression can be: constants, and both sides of `a if b else c`."""
    if isinstance(key, ast.Constant) and isinstance(key.value, str):
        return [key.value]
    if isinstance(key, ast.IfExp):
        return texts_of(key.body) + texts_of(key.orelse)
    return []


def patterns() -> list[str]:
    """Give the keys made by f-strings, as regular expressions."""
    found = []
    for _, key, _ in CALLS:
        if isinstance(key, ast.JoinedStr):
            parts = (
                re.escape(str(v.value)) if isinstance(v, ast.Constant) else r"[\w.]+"
                for v in key.values
            )
            found.append("".join(parts))
    return found


def all_strings() -> set[str]:
    return {
        node.value
        for _, tree in modules()
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def test_every_key_that_the_code_says_is_in_the_catalogue() -> None:
    said = [(where, key) for where, expr, _ in CALLS for key in texts_of(expr)]
    assert [(where, key) for where, key in said if key not in ENGLISH] == []


def test_every_key_made_of_pieces_finds_some_text() -> None:
    unknown = [p for p in patterns() if not any(re.fullmatch(p, key) for key in ENGLISH)]
    assert unknown == []


def test_no_text_is_left_over() -> None:
    # A key may also stand as a string that reaches `say` by a name: "today.own.all".
    strings, made = all_strings(), patterns()
    unused = [
        key
        for key in ENGLISH
        if key not in strings and not any(re.fullmatch(pattern, key) for pattern in made)
    ]
    assert unused == []


def test_each_call_gives_exactly_the_values_that_its_text_asks_for() -> None:
    wrong = []
    for where, expr, call in CALLS:
        if any(keyword.arg is None for keyword in call.keywords):
            continue  # **values: handed on by a talker
        given = {keyword.arg for keyword in call.keywords}
        # Of two texts that one call chooses from, each takes what it needs.
        asked = [placeholders(ENGLISH[key]) for key in texts_of(expr) if key in ENGLISH]
        if asked and set().union(*asked) != given:
            wrong.append((where, asked, given))
    assert wrong == []


def test_every_state_of_a_source_that_is_missing_something_has_its_text() -> None:
    states = [s for s in get_args(BatchState) if SourceLine("timeline", s).is_missing]
    for state in states:
        say(f"source.{state.replace(' ', '_')}", name="timeline", n=1, of=2, day="2025-06-04")
    assert states == ["partial", "stale", "not out yet", "failed", "not asked"]


def test_every_command_and_kind_of_hit_has_its_text() -> None:
    for command in COMMANDS:
        say(f"help.{command}")
    for kind in KINDS:
        say(f"search.{kind}", page=1, section="Results")


def test_every_step_that_the_stages_tell_of_has_its_text() -> None:
    told = {
        node.args[0].value
        for name, tree in modules()
        if name.startswith("stages/")
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "progress"
        and isinstance(node.args[0], ast.Constant)
    }
    assert {f"step.{label!s}" for label in {*map(str, told), STAGE}} == {
        key for key in ENGLISH if key.startswith("step.")
    }


def test_a_text_is_filled_in() -> None:
    assert say("today.near", n=2, of=5) == "TALKED ABOUT  2 of 5"
    assert say("error", message="{braces}") == "reader: {braces}"


def test_an_unknown_text_and_a_missing_value_are_mistakes_seen_at_once() -> None:
    with pytest.raises(KeyError):
        say("no.such.text")
    with pytest.raises(KeyError):
        say("today.near", n=2)


def test_no_text_ends_in_white_space_or_has_control_characters() -> None:
    joints = {"list", "why.joint", "triage.ask"}
    bad = [key for key, text in ENGLISH.items() if key not in joints and text != text.rstrip()]
    assert bad == []
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f]", "".join(ENGLISH.values()))


def test_no_key_stands_twice_in_the_catalogue() -> None:
    keys = [
        key.value
        for file in sorted((ROOT / "reader" / "phrases").glob("*.py"))
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.Dict)
        for key in node.keys
        if isinstance(key, ast.Constant) and isinstance(key.value, str)
    ]
    assert sorted(keys) == sorted(ENGLISH)
