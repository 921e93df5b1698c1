"""Test the table of JSON fields against its classes and docs/reference.md."""

from __future__ import annotations

import ast
from functools import cache

import pytest

from reader.cli.output import COMPUTED, FIELDS, fields_of
from tests.data import ROOT


@cache
def classes() -> dict[str, set[str]]:
    """List all classes of the program with their fields and properties."""
    return {
        node.name: {
            name
            for part in node.body
            for name in (
                [part.target.id]
                if isinstance(part, ast.AnnAssign) and isinstance(part.target, ast.Name)
                else [part.name]
                if isinstance(part, ast.FunctionDef)
                else []
            )
        }
        for file in sorted((ROOT / "reader").rglob("*.py"))
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.ClassDef)
    }


@pytest.mark.parametrize("kind", FIELDS)
def test_each_field_is_an_attribute_of_its_value(kind: str) -> None:
    assert kind in classes()
    for splice, name, path, *_ in fields_of(kind):
        first = (path or name).partition(".")[0]
        is_given = path == "-" or (not splice and name_is_computed(kind, name))
        assert is_given or first in classes()[kind], (kind, name)


def name_is_computed(kind: str, name: str) -> bool:
    code = COMPUTED[kind].__code__ if kind in COMPUTED else None
    constants = str(code.co_consts) if code else ""
    return f"'{name}'" in constants


@pytest.mark.parametrize("kind", FIELDS)
def test_a_table_is_read_to_its_end(kind: str) -> None:
    words = FIELDS[kind].split()
    assert len(fields_of(kind)) == len(words)
    names = [name for splice, name, *_ in fields_of(kind) if not splice]
    assert len(set(names)) == len(names)
