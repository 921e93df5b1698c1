"""Hold the shape of the program: the order of its rooms, SQL in rows only, no cycle, what is lazy.

The rooms stand in docs/architecture.md, top down: a module imports from its own room and from rooms
below it, and nothing else of ours. Imports within functions count as well.
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
from tests.fuzz import PROPERTIES
from tests.samples import DAY, FEEDS_TOML, a_library, paper

PACKAGE = ROOT / "reader"

ROOMS = ["cli", "web", "texts", "morning", "notes", "ranking", "pdfs", "search",
         "gathering", "library", "base"]  # fmt: skip

PURE = {
    "base.errors",
    "base.front_matter",
    "base.http",
    "base.text",
    "base.words",
    "library.calendar",
    "library.config",
    "library.feeds_checks",
    "library.feeds_file",
    "library.file_names",
    "library.highlight",
    "library.identity",
    "library.ids",
    "library.paper",
    "library.passage",
    "library.post",
    "library.query",
    "library.reference",
    "morning.lanes",
    "morning.values",
    "notes.draft",
    "notes.file",
    "notes.own_words",
    "notes.sheet",
    "notes.stretches",
    "notes.words",
    "pdfs.recognition",
    "ranking.events",
    "ranking.forecast",
    "ranking.heat",
    "ranking.model",
    "ranking.topic",
    "search.evidence",
    "texts.morning",
    "texts.paper",
    "texts.sources",
}
"""Values and rules: no file, clock, network or state; what they are given is what they know."""

LONGEST = 640
"""Lines of a module. It was 600 before sentences stood in the code, which broke some calls."""

IMPURE = {
    "asyncio", "click", "ctypes", "fcntl", "glob", "httpx", "importlib", "io", "logging",
    "multiprocessing", "numpy", "os", "pathlib", "platform", "pymupdf", "random", "requests",
    "rich", "secrets", "select", "shutil", "signal", "socket", "sqlite3", "ssl", "subprocess",
    "sys", "tempfile", "threading", "time", "torch", "urllib.request", "uuid", "webbrowser",
}  # fmt: skip
IMPURE_CALLS = {"open", "input", "print", "breakpoint", "exec", "eval", "__import__"}
CLOCKS = {"now", "today", "utcnow", "localtime"}

HEAVY = ("torch", "pymupdf", "fitz", "feedparser", "arxiv", "numpy", "sentence_transformers",
         "sqlite_utils", "rich", "httpx", "tomlkit", "sklearn", "fsrs", "markdown_it",
         "citeproc", "icalendar", "psycopg", "dask", "distributed")  # fmt: skip
NOT_FOR_TODAY = ("torch", "numpy", "sentence_transformers", "sqlite_utils", "httpx", "pymupdf",
                 "feedparser", "arxiv", "sklearn", "tomlkit", "fsrs", "markdown_it",
                 "psycopg", "dask", "distributed")  # fmt: skip

OWNERS = {
    "dask": "base.cluster",
    "distributed": "base.cluster",
    "torch": "search.encoder",
    "sentence_transformers": "search.encoder",
    "arxiv": "gathering.sources",
    "feedparser": "gathering.sources",
    "fsrs": "notes.recall",
    "markdown_it": "base.markup",
    "psycopg": "search.rows",
    "sklearn": "ranking.fit",
    "starlette": "web",
}
"""The one place that imports a heavy library, or one that may be exchanged."""

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


@cache
def imports(tree: ast.Module) -> tuple[str, ...]:
    """Name everything that a module imports, anywhere in it, as whole dotted names.

    `from reader.library.rows import papers` is both `reader.library.rows` and
    `reader.library.rows.papers`.
    """
    found: list[str] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found += (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, "imports are absolute"
            found.append(node.module or "")
            found += (f"{node.module}.{alias.name}" for alias in node.names)
    return tuple(found)


def ours(tree: ast.Module) -> set[str]:
    """Name the modules of the program that a module imports, after `reader.`."""
    found = {i.removeprefix("reader.") for i in imports(tree) if i.startswith("reader.")}
    return found & modules().keys()


SPEAKING = {"_", "ngettext", "pgettext", "say_day"}
"""Functions that translate at once, into the language of whoever is spoken to now."""

SPEAKERS = {"cli", "web", "texts"}


def room_of(name: str) -> str:
    return "cli" if name == "__main__" else name.split(".")[0]


def test_every_module_stands_in_a_room() -> None:
    assert {room_of(name) for name in modules()} - {""} == set(ROOMS)


def test_modules_import_only_from_their_room_and_those_below_it() -> None:
    wrong = [
        (name, room_of(other))
        for name, tree in modules().items()
        for other in (ours(tree) if name else ())
        if room_of(other) not in ROOMS[ROOMS.index(room_of(name)) :]
    ]
    assert wrong == []


def test_only_commands_pages_and_their_texts_speak() -> None:
    """Other rooms return values, or messages that are translated where they are shown."""
    wrong = [
        (name, imported)
        for name, tree in modules().items()
        if room_of(name) not in SPEAKERS and name != "base.messages"
        for imported in imports(tree)
        if imported.removeprefix("reader.base.messages.") in SPEAKING
    ]
    assert wrong == []


def test_no_modules_import_each_other_in_a_circle() -> None:
    graph = {name: ours(tree) - {name} for name, tree in modules().items()}
    # A package is imported with each of its modules; only its own names make an import of it.
    for name, tree in modules().items():
        own = {
            node.module.removeprefix("reader.")
            for node in ast.walk(tree)
            if isinstance(node, ast.ImportFrom)
            and node.module
            and any(f"{node.module}.{a.name}"[7:] not in modules() for a in node.names)
        }
        packages = {other for other in graph[name] if (PACKAGE / other.replace(".", "/")).is_dir()}
        graph[name] -= packages - own
    while graph:
        free = [name for name, needs in graph.items() if not needs & graph.keys()]
        assert free, f"a circle among {sorted(graph)}"
        for name in free:
            del graph[name]


@pytest.mark.parametrize("room", ["library", "notes"])
def test_the_architecture_page_names_each_module_of_a_large_room(room: str) -> None:
    page = (ROOT / "docs" / "architecture.md").read_text("utf-8")
    table = page.partition(f"| `{room}` | modules |")[2].partition("\n\n")[0]
    named = [f"{room}.{name}" for name in re.findall("`([^`]+)`", table)]
    packages = {room, f"{room}.rows"}
    assert sorted(named) == sorted(
        name for name in modules() if room_of(name) == room and name not in packages
    )


def test_nothing_is_imported_with_a_star() -> None:
    stars = [
        name
        for name, tree in modules().items()
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and any(a.name == "*" for a in node.names)
    ]
    assert stars == []


def of_pure() -> Iterator[tuple[str, ast.Module]]:
    yield from ((name, tree) for name, tree in modules().items() if name in PURE)


def test_each_pure_file_is_there() -> None:
    assert PURE - modules().keys() == set()


def test_pure_files_import_pure_files_and_the_standard_librarys_pure_part() -> None:
    texts = {name for name in modules() if name.startswith("base.messages")}
    wrong = []
    for name, tree in of_pure():
        for imported in imports(tree):
            top = imported.split(".")[0]
            is_pure = top in sys.stdlib_module_names and top not in IMPURE
            if top != "reader" and (not is_pure or imported in IMPURE):
                wrong.append((name, imported))
        packages = {n for n in modules() if (PACKAGE / n.replace(".", "/")).is_dir()}
        wrong += [(name, other) for other in ours(tree) - PURE - texts - packages]
    assert wrong == []


def test_pure_files_neither_read_nor_print_nor_look_at_a_clock() -> None:
    wrong = []
    for name, tree in of_pure():
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call):
                continue
            called = node.func
            if isinstance(called, ast.Name) and called.id in IMPURE_CALLS:
                wrong.append((name, called.id, node.lineno))
            if isinstance(called, ast.Attribute) and called.attr in CLOCKS:
                wrong.append((name, called.attr, node.lineno))
    assert wrong == []


def test_pure_files_keep_no_state_that_changes() -> None:
    changed = [
        (name, node.lineno)
        for name, tree in of_pure()
        for node in ast.walk(tree)
        if isinstance(node, ast.Global)
    ]
    assert changed == []


def test_sql_stands_in_rows_and_nowhere_else() -> None:
    found = [
        (name, node.lineno)
        for name, tree in modules().items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and SQL.search(node.value)
    ]
    assert [place for place in found if "rows" not in place[0].split(".")] == []
    assert len(found) > 50  # the pattern finds what it should


def test_nobody_but_the_rows_of_the_library_opens_a_database() -> None:
    users = {
        name
        for name, tree in modules().items()
        for imported in imports(tree)
        if imported.split(".")[0] in ("sqlite3", "sqlite_utils")
    }
    assert [name for name in users if "rows" not in name.split(".")] == []


def test_each_heavy_library_has_one_owner() -> None:
    wrong = [
        (name, imported)
        for name, tree in modules().items()
        for imported in imports(tree)
        if (owner := OWNERS.get(imported.split(".")[0])) and not f"{name}.".startswith(f"{owner}.")
    ]
    assert wrong == []


def test_every_module_says_first_what_it_is() -> None:
    without = [name for name, tree in modules().items() if not ast.get_docstring(tree)]
    assert without == []


def test_no_module_outgrows_what_is_read_from_top_to_bottom() -> None:
    long = {
        file.relative_to(ROOT).as_posix(): n
        for file in sorted(PACKAGE.rglob("*.py"))
        if (n := len(file.read_text("utf-8").splitlines())) > LONGEST
    }
    assert long == {}


def test_no_class_name_stands_twice() -> None:
    names = [
        node.name
        for tree in modules().values()
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
    ]
    assert sorted({name for name in names if names.count(name) > 1}) == []


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
    assert {name for name in loaded if ".rows" in name} == set()
    # What lays out papers: 26 ms, which a help of plain letters does without.
    assert loaded & {"reader.cli.output", "reader.library.paper"} == set()


def test_drawing_a_pdf_loads_no_model_of_layouts() -> None:
    loaded = loaded_by("import reader.cli.demo\nprint('loaded')")
    assert "pymupdf" in loaded
    assert loaded & {"numpy", "onnxruntime", "tabulate"} == set()


def test_fetching_loads_nothing_that_draws_on_a_terminal() -> None:
    loaded = loaded_by("import reader.base.http.client\nprint('loaded')")
    assert "httpx" in loaded
    assert loaded & {"rich", "pygments"} == set()


@pytest.mark.parametrize("command", ["today", "pick", "note", "search", "gather"])
def test_the_help_of_a_command_loads_no_model_and_no_reader_of_pdfs(command: str) -> None:
    loaded = loaded_by(f"from reader.cli import main\nmain(['{command}', '--help'])")
    assert loaded & {"torch", "sentence_transformers", "pymupdf", "fitz", "sklearn"} == set()


def test_a_search_loads_nothing_of_a_morning(tmp_path: Path) -> None:
    no_model = '[encoder]\nmodel = "/there/is/no/model"\n'
    (tmp_path / "feeds.toml").write_text(FEEDS_TOML + no_model, "utf-8")
    with a_library(tmp_path):
        pass
    loaded = loaded_by("from reader.cli import main\nmain(['search', 'snails'])", folder=tmp_path)
    assert "reader.search.find" in loaded
    unneeded = {"reader.morning.values", "reader.morning.pipe"}
    assert loaded & {*unneeded, "importlib.metadata", "zipfile"} == set()


def test_the_morning_from_what_is_here_loads_nothing_heavy(tmp_path: Path) -> None:
    (tmp_path / "feeds.toml").write_text(FEEDS_TOML, "utf-8")
    with a_library(tmp_path) as library:
        from reader.library.rows import papers
        from tests.mornings import morning

        given = [paper(n, "Speech Translation in Gardens") for n in range(1, 4)]
        papers.add_papers(library.db, given, source="arXiv", on=DAY)
        morning(library, DAY)
    code = "from reader.cli import main\nmain(['today', '--no-fetch', '--json'])"
    loaded = loaded_by(code, folder=tmp_path)
    assert loaded & set(NOT_FOR_TODAY) == set()
    assert "reader.morning.today" in loaded
    # Without a shared index nobody asks what others share.
    assert "reader.morning.lab" not in loaded


@pytest.mark.parametrize("place", PROPERTIES.values(), ids=list(PROPERTIES))
def test_what_is_fuzzed_is_there(place: str) -> None:
    module, _, name = place.partition(":")
    file = Path(__file__).parent / (module.replace(".", "/") + ".py")
    assert f"def {name}(" in file.read_text("utf-8")
