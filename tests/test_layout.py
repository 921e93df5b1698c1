"""Hold the shape of the program: who may import whom, what the core never does, what is lazy.

The rows of docs/design.md, bottom up: core, adapters, use cases, interfaces. A module
imports from rows below its own and from its own package, and nothing else of ours.
"""

from __future__ import annotations

import ast
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from tests.data import ROOT
from tests.samples import DAY, FEEDS_TOML, a_library, paper

PACKAGE = ROOT / "reader"

ROWS = [
    {"ids", "paper", "topic", "today", "note", "passage", "config", "errors", "announcement",
     "wire", "plain", "matching", "phrases", "identity", "person", "highlight", "sketch",
     "recognition", "filing", "query", "spelling", "words", "score", "relevance", "heat",
     "own_words", "reading_time", "heatmap", "tex", "lazily", "post", "page_look"},
    {"store", "sources", "http", "pdf", "encoder", "learner", "memory", "markup"},
    {"library", "stages"},
    {"cli", "demo", "web"},
]  # fmt: skip
CORE, ADAPTERS, USE_CASES, INTERFACES = ROWS

TOGETHER = [{"library", "stages"}, {"cli", "demo", "web"}]
"""Packages of one row that may import each other."""

LONGEST = 400

IMPURE = {
    "asyncio", "click", "ctypes", "fcntl", "glob", "httpx", "importlib", "io", "logging",
    "multiprocessing", "numpy", "os", "pathlib", "platform", "pymupdf", "random", "requests",
    "rich", "secrets", "select", "shutil", "signal", "socket", "sqlite3", "ssl", "subprocess",
    "sys", "tempfile", "threading", "time", "torch", "urllib.request", "uuid", "webbrowser",
}  # fmt: skip
IMPURE_CALLS = {"open", "input", "print", "breakpoint", "exec", "eval", "__import__"}
CLOCKS = {"now", "today", "utcnow", "localtime"}

HEAVY = ("torch", "pymupdf", "fitz", "feedparser", "arxiv", "numpy", "sentence_transformers",
         "sqlite_utils", "rich", "httpx", "tomlkit", "sklearn", "fsrs", "markdown_it")  # fmt: skip
NOT_FOR_TODAY = ("torch", "numpy", "sentence_transformers", "sqlite_utils", "httpx", "pymupdf",
                 "feedparser", "arxiv", "sklearn", "tomlkit", "fsrs", "markdown_it")  # fmt: skip

SQL = re.compile(
    r"\b(?:SELECT\s.+?\sFROM|INSERT\s+(?:OR\s+\w+\s+)?INTO|DELETE\s+FROM|UPDATE\s+\w+\s+SET"
    r"|CREATE\s+(?:VIRTUAL\s+)?TABLE|PRAGMA\s+\w+|ATTACH\s+\S+\s+AS)\b",
    re.DOTALL,
)


@cache
def modules() -> dict[str, ast.Module]:
    """Parse every module: dotted name after `reader.` → tree; the package itself is ""."""
    found = {}
    for file in sorted(PACKAGE.rglob("*.py")):
        parts = file.relative_to(PACKAGE).with_suffix("").parts
        parts = parts[:-1] if parts[-1] == "__init__" else parts
        found[".".join(parts)] = ast.parse(file.read_text("utf-8"), str(file))
    return found


def row_of(part: str) -> int:
    return next(n for n, row in enumerate(ROWS) if part in row)


def imports(name: str, tree: ast.Module) -> Iterator[str]:
    """Name everything that a module imports, anywhere in it, as whole dotted names.

    `from reader.store import papers` is both `reader.store` and `reader.store.papers`.
    """
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                here = ["reader", *name.split(".")] if name else ["reader"]
                is_package = (
                    f"{name}.__init__" in name or (PACKAGE / name.replace(".", "/")).is_dir()
                )
                up = here[: len(here) - node.level + (1 if is_package else 0)]
                base = ".".join([*up, base]).rstrip(".")
            yield base
            yield from (f"{base}.{alias.name}" for alias in node.names)


def ours(name: str, tree: ast.Module) -> set[str]:
    """Name the parts of the program (`ids`, `store`, …) that a module imports."""
    found = {i.split(".")[1] for i in imports(name, tree) if i.startswith("reader.")}
    return {part for part in found if part in set().union(*ROWS)}


def of_row(row: set[str]) -> Iterator[tuple[str, ast.Module]]:
    for name, tree in modules().items():
        if name.split(".")[0] in row:
            yield name, tree


def test_every_module_stands_in_a_row() -> None:
    parts = {name.split(".")[0] for name in modules()} - {"", "__main__"}
    assert parts - set().union(*ROWS) == set()


@pytest.mark.parametrize("name", [name for name in modules() if name.split(".")[0]])
def test_a_module_imports_only_from_rows_below_it_or_its_own_package(name: str) -> None:
    part = name.split(".")[0]
    if part == "__main__":
        part = "cli"
    allowed = set().union(*ROWS[: row_of(part)]) | {part}
    allowed = allowed.union(*(group for group in TOGETHER if part in group))
    if part in CORE:
        allowed |= CORE
    assert ours(name, modules()[name]) - allowed == set()


def test_the_core_has_no_circle_of_imports() -> None:
    graph: dict[str, set[str]] = {}
    for name, tree in of_row(CORE):
        graph.setdefault(name.split(".")[0], set()).update(ours(name, tree) - {name.split(".")[0]})
    while graph:
        free = [part for part, needs in graph.items() if not needs & graph.keys()]
        assert free, f"a circle among {sorted(graph)}"
        for part in free:
            del graph[part]


def test_nothing_is_imported_with_a_star() -> None:
    stars = [
        name
        for name, tree in modules().items()
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and any(a.name == "*" for a in node.names)
    ]
    assert stars == []


def test_the_core_imports_itself_and_the_standard_librarys_pure_part() -> None:
    wrong = []
    for name, tree in of_row(CORE):
        for imported in imports(name, tree):
            top = imported.split(".")[0]
            is_pure = top in sys.stdlib_module_names and top not in IMPURE
            if top != "reader" and (not is_pure or imported in IMPURE):
                wrong.append((name, imported))
    assert wrong == []


def test_the_core_neither_reads_nor_prints_nor_looks_at_a_clock() -> None:
    wrong = []
    for name, tree in of_row(CORE):
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call):
                continue
            called = node.func
            if isinstance(called, ast.Name) and called.id in IMPURE_CALLS:
                wrong.append((name, called.id, node.lineno))
            if isinstance(called, ast.Attribute) and called.attr in CLOCKS:
                wrong.append((name, called.attr, node.lineno))
    assert wrong == []


def test_the_core_keeps_no_state_that_changes() -> None:
    changed = [
        (name, node.lineno)
        for name, tree in of_row(CORE)
        for node in ast.walk(tree)
        if isinstance(node, ast.Global)
    ]
    assert changed == []


def test_sql_stands_in_the_store_and_nowhere_else() -> None:
    found = [
        (name.split(".")[0], name, node.lineno)
        for name, tree in modules().items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and SQL.search(node.value)
    ]
    assert [place for place in found if place[0] != "store"] == []
    assert len(found) > 50  # the pattern finds what it should


def test_nobody_but_the_store_opens_a_database() -> None:
    users = {
        name.split(".")[0]
        for name, tree in modules().items()
        for imported in imports(name, tree)
        if imported.split(".")[0] in ("sqlite3", "sqlite_utils")
    }
    assert users == {"store"}


def test_each_heavy_library_has_one_owner() -> None:
    owners = {"torch": "encoder", "sentence_transformers": "encoder", "arxiv": "sources",
              "feedparser": "sources", "fsrs": "memory", "markdown_it": "markup"}  # fmt: skip
    wrong = [
        (name, imported)
        for name, tree in modules().items()
        for imported in imports(name, tree)
        if (owner := owners.get(imported.split(".")[0])) and name.split(".")[0] != owner
    ]
    assert wrong == []


def test_every_module_says_first_what_it_is() -> None:
    without = [name for name, tree in modules().items() if not ast.get_docstring(tree)]
    assert without == []


def test_no_module_outgrows_four_hundred_lines_unless_the_design_says_why() -> None:
    design = ROOT / "docs" / "design.md"
    named = design.read_text("utf-8") if design.exists() else ""
    long = {
        file.relative_to(ROOT).as_posix(): n
        for file in sorted(PACKAGE.rglob("*.py"))
        if (n := len(file.read_text("utf-8").splitlines())) > LONGEST
    }
    assert {path: n for path, n in long.items() if path not in named} == {}


def loaded_by(code: str, *, folder: Path | None = None) -> set[str]:
    """Run code in a fresh process; gives the names of all modules that it loaded."""
    report = "import sys, json; sys.stderr.write('MODULES' + json.dumps(sorted(sys.modules)))"
    run = f"import atexit\natexit.register(lambda: exec({report!r}))\n{code}"
    environ = {**os.environ, "PYTHONPATH": str(ROOT), "READER_NOW": "2025-06-04T06:30+00:00"}
    environ.pop("READER_LIBRARY", None)
    done = subprocess.run(
        [sys.executable, "-c", run],
        capture_output=True,
        text=True,
        timeout=60,
        env=environ,
        cwd=folder or ROOT,
    )
    assert "MODULES" in done.stderr, done.stderr
    said, _, names = done.stderr.rpartition("MODULES")
    assert "Traceback" not in said, said
    assert done.stdout
    return set(json.loads(names))


def test_help_loads_nothing_heavy() -> None:
    loaded = loaded_by("from reader.cli import main\nmain(['--help'])")
    assert loaded & set(HEAVY) == set()
    assert "reader.cli.frame" in loaded
    assert {name for name in loaded if name.startswith("reader.store")} == set()


@pytest.mark.parametrize("command", ["today", "pick", "note", "search", "gather"])
def test_the_help_of_a_command_loads_no_model_and_no_reader_of_pdfs(command: str) -> None:
    loaded = loaded_by(f"from reader.cli import main\nmain(['{command}', '--help'])")
    assert loaded & {"torch", "sentence_transformers", "pymupdf", "fitz", "sklearn"} == set()


def test_the_morning_from_what_is_here_loads_nothing_heavy(tmp_path: Path) -> None:
    (tmp_path / "feeds.toml").write_text(FEEDS_TOML, "utf-8")
    with a_library(tmp_path) as library:
        from reader.library.morning import morning
        from reader.store import papers

        given = [paper(n, "Speech Translation in Gardens") for n in range(1, 4)]
        papers.add_papers(library.db, given, source="arXiv", on=DAY)
        morning(library, DAY)
    code = "from reader.cli import main\nmain(['today', '--no-fetch', '--json'])"
    loaded = loaded_by(code, folder=tmp_path)
    assert loaded & set(NOT_FOR_TODAY) == set()
    assert "reader.library.morning" in loaded
