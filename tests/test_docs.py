"""README.md and docs/ are true: what they name exists, and what exists they name."""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import re
import shlex
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, get_args

import click
import pytest
import tomlkit

from reader.base import errors
from reader.base.errors import ConfigError, ReaderError
from reader.cli.commands import COMMANDS
from reader.cli.frame import INTERRUPTED, Settings, reader_group, run
from reader.cli.output import fields_of
from reader.gathering.rows import sources
from reader.library.config import Config
from reader.library.disk import lock_file, write_whole
from reader.library.feeds_file import KEYS, parse
from reader.library.folder import Library, open_library, template
from reader.library.paper import Batch, BatchState, Mention, Paper, Post, State
from reader.library.rows import failures, merges, papers, pdfs
from reader.library.rows.database import Database
from reader.library.rows.pdfs import Picture
from reader.morning.decide import mute
from reader.morning.pick import decide
from reader.morning.values import SourceLine
from reader.notes.file import new_file
from reader.notes.sheet import Sheet
from reader.notes.words import SEPARATOR
from reader.notes.write import add_note
from reader.ranking.learn import file_away
from reader.ranking.model import SOME_DECIDED, TopicModel
from reader.ranking.rows import labels, standings
from reader.ranking.rows.standings import StoredModel
from reader.search.rows import index
from tests.data import ROOT
from tests.marked_pdfs import highlight, ink, marked, typeset
from tests.samples import copy_tables

FORMAT = (ROOT / "docs" / "reference.md").read_text(encoding="utf-8")
README = ROOT / "README.md"
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("**/*.md")])

needs_readme = pytest.mark.skipif(not README.is_file(), reason="README.md is not written yet")

Rows = list[list[str]]


def read_tables(text: str) -> dict[tuple[str, str], list[Rows]]:
    """List the tables of a Markdown text by (## heading, ### heading or ""), without heads.

    A list of fields, "- `name` (type): meaning", is a table of three columns.
    """
    tables: dict[tuple[str, str], list[Rows]] = {}
    part, section, is_in_table = "", "", False
    for line in without_fences(text).splitlines():
        if line.startswith("## "):
            part, section = line[3:], ""
        elif line.startswith("### "):
            section = line[4:]
        field = re.fullmatch(r"- (`.+?`) \((.*?)\)(?:: (.*))?", line)
        if field is None:
            field = re.fullmatch(r"- (all of `.+?`)()(?:: (.*))?", line)
        if field is not None:
            if not is_in_table:
                tables.setdefault((part, section), []).append([["name"], ["---"]])
                is_in_table = True
            tables[part, section][-1].append([cell or "" for cell in field.groups()])
            continue
        if not line.startswith("|"):
            is_in_table = False
            continue
        if not is_in_table:
            tables.setdefault((part, section), []).append([])
            is_in_table = True
        tables[part, section][-1].append([cell.strip() for cell in line.strip("|").split("|")])
    return {place: [rows[2:] for rows in found] for place, found in tables.items()}


def without_fences(text: str) -> str:
    return re.sub(r"^```.*?^```$", "", text, flags=re.DOTALL | re.MULTILINE)


def coded(cell: str) -> list[str]:
    """List what stands in `code` in a cell."""
    return re.findall(r"`([^`]+)`", cell)


TABLES = read_tables(FORMAT)


def table(part: str, section: str = "") -> Rows:
    return TABLES[part, section][-1]


def names(rows: Rows) -> list[str]:
    return [name for row in rows for name in coded(row[0])]


# Tables and columns


def test_every_table_and_column_is_documented_with_its_type_and_none_that_is_not_there(
    tmp_path: Path,
) -> None:
    assert {
        file: {
            section: {coded(row[0])[0]: row[1] for row in found[0]}
            for (part, section), found in TABLES.items()
            if part == file and section
        }
        for file in ("reader.db", "index.db")
    } == columns(tmp_path)


def columns(folder: Path) -> dict[str, dict[str, dict[str, str]]]:
    """Give file → table → column → type of new databases, FTS5's own tables left out."""
    found: dict[str, dict[str, dict[str, str]]] = {"reader.db": {}, "index.db": {}}
    with Database(folder) as db:
        for schema, file in (("main", "reader.db"), ("idx", "index.db")):
            for row in db.read(f"SELECT name FROM {schema}.sqlite_schema WHERE type = 'table'"):
                if not row["name"].startswith("full_text_"):
                    info = db.read(
                        "SELECT name, type FROM pragma_table_info(?, ?)", (row["name"], schema)
                    )
                    found[file][row["name"]] = {c["name"]: c["type"] or "words" for c in info}
    return found


# feeds.toml


@dataclass(frozen=True)
class Key:
    name: str
    type: str
    default: str


FEEDS_KEYS = [Key(coded(row[0])[0], row[1], row[2]) for row in table("feeds.toml")]
COMPUTED = {
    "feed.name": ("host and path of the address", "example.org/feed"),
    "mail.tls": ("`implicit` at port 465, else `starttls`", "implicit"),
    "topics.theme": ("first two parts of the path", "a/b"),
}
"""Defaults that depend on another key: what is documented, and what SMALLEST comes to."""


def smallest() -> dict[str, Any]:
    """Make a feeds.toml with one table of each kind and nothing that may be left out."""
    return {
        "topics": {"a/b/c": {}},
        "deadline": [{"name": "A deadline", "on": date(2031, 4, 1)}],
        "feed": [{"url": "https://example.org/feed"}],
        "mail": {"to": ["a@example.org"], "from": "b@example.org", "host": "localhost"},
        "person": [{"name": "Aoi Kaneda"}],
        "bibliography": [{"file": "ears.bib"}],
        "query": [{"name": "throats", "search": "ti:throats"}],
        "search": [{"name": "ears", "query": "ears"}],
        "template": [{"name": "ears", "text": "## Ears"}],
    }


def table_of(raw: dict[str, Any], name: str) -> dict[str, Any]:
    found = raw.setdefault(name, {})
    found = found[0] if isinstance(found, list) else found
    return found["a/b/c"] if name == "topics" else found  # type: ignore[no-any-return]


def set_to(key: str, value: object) -> Config:
    raw = smallest()
    name, _, inner = key.partition(".")
    table_of(raw, name)[inner] = value
    return parse(tomlkit.dumps(raw))


def value_of(config: Config, key: str) -> object:
    name, _, inner = key.partition(".")
    holders: dict[str, object] = {
        "reader": config,
        "arxiv": config.arxiv,
        "gather": config.gather,
        "index": config.index,
        "resolve": config.resolve,
        "citations": config.citations,
        "deadline": config.deadlines[0],
        "feed": config.feeds[0],
        "person": config.people[0],
        "query": config.queries[0],
        "bibliography": config.bibliographies[0],
        "search": config.searches[0],
        "note": config.note,
        "recall": config.recall,
        "backup": config.backup,
        "mail": config.mail,
        "template": config.templates[0],
        "topics": config.topics[0],
    }
    value = getattr(config, name) if name in ("encoder", "tablet") else None
    value = getattr(holders[name], inner) if value is None else value
    if isinstance(value, tuple):
        return list(value)
    return value if isinstance(value, int | float | str) else str(value)


def test_every_key_of_feeds_toml_is_documented_and_nothing_else() -> None:
    assert sorted(key.name for key in FEEDS_KEYS) == sorted(KEYS)


@pytest.mark.parametrize("key", FEEDS_KEYS, ids=lambda key: key.name)
def test_a_documented_default_is_the_one_that_holds(key: Key) -> None:
    if key.default == "required":
        raw = smallest()
        name, _, inner = key.name.partition(".")
        del table_of(raw, name)[inner]
        with pytest.raises(ConfigError, match=f"{inner} is missing"):
            parse(tomlkit.dumps(raw))
        return
    value = value_of(parse(tomlkit.dumps(smallest())), key.name)
    if key.name in COMPUTED:
        assert (key.default, value) == COMPUTED[key.name]
    else:
        default = coded(key.default)[0]
        assert value == tomllib.loads(f"x = {default}")["x"]


def samples(type_: str) -> tuple[list[object], list[object]]:
    """Give values that a documented type allows, and values that it does not."""
    if match := re.search(r"number, (\d+) or more", type_):
        least = int(match[1])
        return [least], [least - 1, "many", True]
    if "`" in type_:
        of_address: list[object] = ["https://example.org/"] if "web address" in type_ else []
        return of_address + [text.strip('"') for text in coded(type_)], ["neither", 1]
    return {
        "text": (["text"], [1, ["text"]]),
        "path of a .bib": (["~/paper/refs.bib"], ["refs.txt", 1]),
        "boolean": ([True, False], ["true", 1]),
        "name of a template": (["none", "ears"], ["text", 1]),
        "list of days": ([[], ["sunday"], [date(2031, 5, 1)]], ["sunday", [1], ["someday"]]),
        "pattern of keys": (["{author}{year}", "{id}"], ["{title}", "{venue}{id}", 1]),
        "pattern": (["{title}", "{id}-{year}"], ["{year}", "{venue}_{title}", "a/{title}", 1]),
        "mail address": (["a.b+c@d.example"], ["a@", "A <a@b.example>", "a@b\r\nBcc: c@d", 1]),
        "list of mail addresses": ([["a@b.example", "c@d"]], [[], ["a"], "a@b.example"]),
        "host name": (["127.0.0.1", "::1"], ["a/b", "https://a.example", 1, ""]),
        "port, 1 to 65535": ([1, 65535], [0, 65536, "smtp"]),
        "time zone": (["Asia/Tokyo"], ["Mars/Base", 9]),
        "web address": (["http://example.org/x"], ["example.org", 1]),
        "date, without quotes": ([date(2031, 5, 1)], ["2031-05-01"]),
        "list of texts": ([[], ["text"]], ["text", [1]]),
        "list of words": ([["text"]], ["text", [1], []]),
        "list of web addresses": ([["https://example.org/"]], [["text"], "https://example.org/"]),
        "list of identifiers": ([["arxiv:2212.08055"]], [["text"], "arxiv:2212.08055"]),
    }[type_]  # type: ignore[return-value]


@pytest.mark.parametrize("key", FEEDS_KEYS, ids=lambda key: key.name)
def test_a_documented_type_is_what_the_key_takes(key: Key) -> None:
    good, bad = samples(key.type)
    for value in good:
        set_to(key.name, value)
    for value in bad:
        with pytest.raises(ConfigError, match=re.escape(key.name.partition(".")[2])):
            set_to(key.name, value)


def test_init_writes_the_feeds_toml_of_this_repository(tmp_path: Path) -> None:
    assert run(["init", str(tmp_path / "new"), "--quiet"], Settings()) == 0
    text = (ROOT / "feeds.toml").read_text(encoding="utf-8")
    assert (tmp_path / "new" / "feeds.toml").read_text(encoding="utf-8") == text == template()
    assert [topic.lane for topic in parse(text).topics[:2]] == ["own", "own"]


# Commands, options, exit codes, environment


def options(command: click.Command) -> set[str]:
    params = command.get_params(click.Context(command))
    return {o for p in params if isinstance(p, click.Option) for o in (*p.opts, *p.secondary_opts)}


def command_named(name: str) -> click.Command:
    command = reader_group.get_command(click.Context(reader_group), name)
    assert command is not None, f"there is no `reader {name}`"
    return command


SHARED = {word for cell in names(TABLES["Commands", ""][0]) for word in cell.split()[:1]}


def test_every_command_is_documented_with_its_arguments_and_options_and_no_other() -> None:
    documented = {
        coded(row[0])[0]: (" ".join(coded(row[1])), set(coded(row[2])))
        for row in TABLES["Commands", ""][1]
    }
    there = {}
    for name in COMMANDS:
        command = command_named(name)
        pieces = command.collect_usage_pieces(click.Context(command))
        there[name] = (" ".join(pieces).removeprefix("[OPTIONS]").strip(), options(command))
    assert documented == {name: (args, own - SHARED) for name, (args, own) in there.items()}
    assert options(reader_group) == SHARED | {"--version"}
    assert all(own >= SHARED for _, own in there.values())


def test_every_exit_code_is_documented_with_its_errors() -> None:
    found: dict[int, set[str]] = {0: set(), INTERRUPTED: set()}
    for error in vars(errors).values():
        if isinstance(error, type) and issubclass(error, ReaderError):
            found.setdefault(error.exit_code, set()).add(error.__name__)
    rows = table("Exit codes")
    assert {int(coded(row[0])[0]): set(coded(row[2])) for row in rows} == found


def test_every_variable_that_is_asked_for_is_documented() -> None:
    asked = set(re.findall(r'environ(?:\.get\(|\[)"(\w+)"', source_text()))
    # PYTHONPATH is only handed on, to the process that reads PDFs.
    assert set(names(table("Environment"))) == asked - {"PYTHONPATH"} | BY_LIBRARIES


BY_LIBRARIES = {
    *("EDITOR", "VISUAL", "COLUMNS"),
    *("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"),
}
"""Variables that click, shutil and httpx ask for."""


def source_text() -> str:
    files = sorted((ROOT / "reader").rglob("*.py"))
    return "\n".join(file.read_text(encoding="utf-8") for file in files)


# README's commands


def shell_commands(text: str) -> list[list[str]]:
    """List the `reader …` commands of a page's ```sh blocks: their arguments."""
    found = []
    for block in re.findall(r"^```sh\b[^\n]*\n(.*?)^```$", text, re.DOTALL | re.MULTILINE):
        for line in block.replace("\\\n", " ").splitlines():
            lexer = shlex.shlex(line.removeprefix("$ "), posix=True, punctuation_chars=True)
            lexer.whitespace_split = True
            for is_mark, words in itertools.groupby(lexer, lambda word: not word.strip("();<>|&")):
                args = [] if is_mark else list(words)
                args = list(itertools.dropwhile(lambda w: re.match(r"\w+=", w), args))
                if args and Path(args[0]).name in ("reader", "asayomi"):
                    found.append(args[1:])
    return found


def check_command(args: Sequence[str]) -> None:
    """Parse a command line as the program does. Raises click.UsageError for a wrong one."""
    context = click.Context(reader_group, info_name="reader", obj=Settings())
    _, rest, _ = reader_group.make_parser(context).parse_args(list(args))
    if rest:
        name, command, args = reader_group.resolve_command(context, rest)
        assert command is not None
        with contextlib.suppress(click.exceptions.Exit):
            command.make_context(name, args, parent=context)


SAMPLE_PAGE = """
```sh
python3 -m venv env && env/bin/reader demo --keep "a folder"   # reader in a comment
$ READER_NOW=2031-03-04T06:00+09:00 reader today --no-fetch \\
    --json | head -1
reader note 2401.01234 -m 'One | two; three.' > out; asayomi --version
```
```toml
reader nothing
```
"""


def test_the_commands_of_a_page_are_found() -> None:
    assert shell_commands(SAMPLE_PAGE) == [
        ["demo", "--keep", "a folder"],
        ["today", "--no-fetch", "--json"],
        ["note", "2401.01234", "-m", "One | two; three."],
        ["--version"],
    ]


@pytest.mark.parametrize(
    "line", ["todya", "today --jsn", "--no today", "pick", "search --limit x a"]
)
def test_a_wrong_command_is_seen(line: str) -> None:
    with pytest.raises(click.UsageError):
        check_command(line.split())


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_command_in_a_block_of_a_page_parses(page: Path) -> None:
    for args in shell_commands(page.read_text(encoding="utf-8")):
        check_command(args)


# The other pages also speak of what was, what may be, and what was not done.
@pytest.mark.parametrize("page", [p for p in PAGES if p.name in ("README.md", "reference.md")])
def test_every_command_within_a_text_exists_with_its_options(page: Path) -> None:
    text = without_fences(page.read_text(encoding="utf-8"))
    for line in re.findall(r"`(?:reader|asayomi) ([^`]+)`", text):
        name = next((word for word in line.split() if re.match(r"[a-z]", word)), None)
        known = options(command_named(name)) if name else options(reader_group)
        assert set(re.findall(r"(?<!\S)--?[a-z][a-z-]*", line)) <= known, line


@needs_readme
def test_readme_commands_that_need_no_network_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("READER_LIBRARY", raising=False)
    every = shell_commands(README.read_text(encoding="utf-8"))
    safe = [args for args in every if {"init", "--help", "--version"} & set(args)]
    assert any("init" in args for args in safe), "README.md shows how to make a library"
    for n, args in enumerate(safe):
        home = tmp_path / str(n)
        home.mkdir()
        monkeypatch.setenv("HOME", str(home))
        monkeypatch.chdir(home)
        assert run([os.path.expanduser(word) for word in args], Settings()) == 0, args


def test_each_file_that_the_guide_for_contributors_names_is_there() -> None:
    guide = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    named = re.findall(r"`([a-z_]+/[a-z_/]*(?:\.py)?)`", guide)
    assert len(named) > 8
    places = {name: [ROOT / name, ROOT / "reader" / name] for name in named if name != "rows/"}
    assert [name for name, several in places.items() if not any(p.exists() for p in several)] == []


# A small library, and its JSON

TODAY, NOW = date(2031, 3, 4), datetime(2031, 3, 4, 1, tzinfo=UTC)

SMALL = """
[encoder]
model = "/there/is/no/model"
[[deadline]]
name = "A deadline"
on = 2031-04-01
days = 30
[[feed]]
name = "timeline"
url = "http://127.0.0.1:9/timeline"
[arxiv]
categories = ["cs.CL"]
api_url = "http://127.0.0.1:9/api/query"
rss_url = "http://127.0.0.1:9/atom/"
oai_url = "http://127.0.0.1:9/oai"
pdf_url = "http://127.0.0.1:9/pdf/"
delay_s = 0
[resolve]
doi = "off"
openreview = "off"
acl = "off"
[topics."speech/translation"]
words = ["speech translation"]
seeds = ["arxiv:3103.09999"]
[topics."nlp/llm"]
lane = "near"
words = ["language model"]
[[search]]
name = "one pass"
query = "speech pass"
"""


def paper(number: int, title: str, *, version: int = 1) -> Paper:
    return Paper(
        ids=(f"arxiv:3103.{number:05}", f"doi:10.5555/{number}"),
        title=title,
        authors=("Aoi Kaneda", "Bo Lindgren"),
        abstract=f"Invented words about {title.lower()}, two of them new.",
        categories=("cs.CL",),
        announced_on=date(2031, 3, 3),
        version=version,
    )


LISTENING = paper(1, "Speech translation by listening twice")


def post(number: int) -> Post:
    mention = Mention(f"arxiv:3103.{number:05}", "Read this one.")
    url = f"https://example.org/{number}"
    return Post(f"post {number}", "Chika Mori", "Read this one.", url, NOW, (mention,))


@pytest.fixture
def library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Library]:
    """Fill a library: yesterday one paper noted and one waiting, today one in each lane."""
    monkeypatch.setenv("READER_NOW", NOW.isoformat())
    (copy_tables(tmp_path) / "feeds.toml").write_text(SMALL, encoding="utf-8")
    yesterday = TODAY - timedelta(days=1)
    with open_library(tmp_path, now=lambda: NOW) as library:
        db = library.db
        waiting = paper(2, "Speech translation left lying")
        papers.add_papers(db, [LISTENING, waiting], source="arXiv", on=yesterday)
        decide(library, "pick", [LISTENING.id])
        library_paper = papers.paper_with_id(db, LISTENING.id)
        assert library_paper is not None
        file_away(library, library_paper)
        add_note(
            library, library_paper, "It listens twice. The second time it knows where words end."
        )
        kept = pdfs.Pdf(
            library_paper.row, f"papers/speech/translation/{library_paper.key}.pdf", "0" * 64
        )
        pdfs.add_pdf(db, kept, n_bytes=9, at=NOW)
        taken = Picture(kept.sha256, 2, "Figure 1: Ears.")
        pdfs.add_picture(db, library_paper.row, taken)
        for name in (taken.page, taken.figure):
            write_whole(tmp_path / name, b"a picture")
        piece = index.PassageText("Speech translation needs an ear.", 2, "1 Method")
        index.add_passages(db, library_paper.row, [piece], sha256=kept.sha256)
        assert run(["today", "--no-fetch", "--date", f"{yesterday}"], Settings(tmp_path)) == 0
        fresh = [
            paper(1, LISTENING.title, version=2),
            paper(3, "Speech translation in one pass"),
            paper(4, "A language model with a memory"),
            paper(5, "Tides of an inland sea"),
            paper(6, "Waves of an inland lake"),
        ]
        words = ("speech translation",)
        # So much was decided that a paper without a word of the topic is asked about.
        taught = TopicModel(
            "speech/translation", words, base=-1.0, weights={"w:wave": 1.0}, n_in=SOME_DECIDED
        )
        standings.keep(db, [StoredModel("topic speech/translation", "", taught.to_text())])
        labels.add_lessons(db, "yes", "speech/gone", [1], at=NOW, on=yesterday)
        papers.add_papers(db, fresh, source="arXiv", on=TODAY)
        sources.add_posts(db, [post(n) for n in (1, 3, 4, 5)], source="timeline", on=TODAY)
        batch = Batch("arXiv", date(2031, 3, 3), 5, 4, "partial", "the last page failed")
        # After the note: else the new version that it brought has its note already.
        sources.add_batch(db, batch, now=NOW + timedelta(minutes=1), on=TODAY)
        index.add_paper_texts(db, range(1, 7))
        yield library


def printed(
    capsys: pytest.CaptureFixture[str], library: Library, *args: str
) -> tuple[int, list[Any]]:
    capsys.readouterr()
    code = run(list(args), Settings(library.folder))
    return code, [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def fields(name: str) -> dict[str, str]:
    """Give field → type of a documented object, those that it takes over included."""
    found: dict[str, str] = {}
    for row in table("JSON", name):
        of_other = row[0].startswith("all of")
        found |= fields(coded(row[0])[0]) if of_other else {coded(row[0])[0]: row[1]}
    return found


SIMPLE: Mapping[str, type | tuple[type, ...]] = {
    "text": str,
    "integer": int,
    "number": (int, float),
    "boolean": bool,
}


def differences(value: object, type_: str, where: str = "") -> list[str]:
    """List where a JSON value is not what its documented type says."""
    if type_.endswith(" or null"):
        return [] if value is None else differences(value, type_.removesuffix(" or null"), where)
    kind, _, inner = type_.partition(" of ")
    wrong = [f"{where}: {value!r} is no {type_}"]
    if kind == "list":
        items = enumerate(value) if isinstance(value, list) else None
        return wrong if items is None else _within(items, inner, where)
    if kind == "map":
        return _within(value.items(), inner, where) if isinstance(value, dict) else wrong
    if type_ == "date":
        return [] if re.fullmatch(r"\d{4}-\d\d-\d\d", str(value)) else wrong
    if type_ in SIMPLE:
        is_right = isinstance(value, SIMPLE[type_]) and isinstance(value, bool) == (
            type_ == "boolean"
        )
        return [] if is_right else wrong
    if not isinstance(value, dict):
        return wrong
    known = fields(type_)
    strange = [f"{where}.{key}: in one place only" for key in value.keys() ^ known.keys()]
    both = [key for key in known if key in value]
    return strange + [d for k in both for d in differences(value[k], known[k], f"{where}.{k}")]


def _within(items: Any, type_: str, where: str) -> list[str]:
    return [d for key, item in items for d in differences(item, type_, f"{where}[{key}]")]


@pytest.mark.parametrize(("command", "exit_code"), [("gather", 5), ("index", 5)])
def test_the_progress_of_long_work_has_the_documented_fields(
    library: Library, capsys: pytest.CaptureFixture[str], command: str, exit_code: int
) -> None:
    code, [*steps, ended] = printed(capsys, library, command, "--json")
    assert code == exit_code
    assert [d for step in steps for d in differences(step, "step")] == []
    assert differences(ended, "ended") == []
    assert steps
    assert ended["problems"]


def test_long_work_that_is_held_up_says_so_in_its_last_line(
    library: Library, capsys: pytest.CaptureFixture[str]
) -> None:
    with lock_file(library.folder / "gather.lock"):
        code, [ended] = printed(capsys, library, "gather", "--json")
    assert code == 6
    assert differences(ended, "ended") == []
    assert "gather.lock is in use by another process" in ended["error"]["message"]


def test_today_json_has_the_documented_fields(
    library: Library, capsys: pytest.CaptureFixture[str]
) -> None:
    old = paper(7, "Tides that nobody wrote up")
    papers.add_papers(library.db, [old], source="arXiv", on=TODAY - timedelta(days=30))
    decide(library, "pick", [old.id])
    failures.add_failure(library.db, "pdf", old.id, ("PDF of it: 404", ""), now=NOW)
    unwanted = paper(8, "A language model with ornaments")
    papers.add_papers(library.db, [unwanted], source="arXiv", on=TODAY)
    sources.add_posts(library.db, [post(8)], source="timeline", on=TODAY)
    mute(library, [("word", "ornament")], until=TODAY)
    code, [morning] = printed(capsys, library, "today", "--no-fetch", "--json")
    assert code == 5
    assert [key for key, value in morning.items() if value in (None, [], {})] == []
    assert [morning["own"][0]["title"], morning["wild"]["title"]] == [
        "Speech translation in one pass",
        "Tides of an inland sea",
    ]
    assert all(entry["mentions"] for entry in (*morning["own"], *morning["near"]))
    sureness = {lane: morning[lane][0]["sureness"] for lane in ("own", "doubtful", "near")}
    assert sureness == {"own": "sure", "doubtful": "maybe", "near": None}
    assert morning["quota"]["deadline"] == {"name": "A deadline", "on": "2031-04-01"}
    assert {s["state"] for s in morning["sources"]} == {"partial", "not asked"}
    assert [one["id"] for one in morning["queue"]] == [old.id]
    assert morning["pdfs"]["failed"] == [{"error": "PDF of it: 404", "n": 1}]
    assert [entry["id"] for entry in morning["muted"]] == [unwanted.id]
    assert differences(morning, "today") == []


@pytest.mark.parametrize("id_", [LISTENING.id, "arxiv:3103.00005"])
def test_show_json_has_the_documented_fields(
    library: Library, capsys: pytest.CaptureFixture[str], id_: str
) -> None:
    code, [shown] = printed(capsys, library, "show", id_, "--json")
    assert code == 0
    assert (shown["note"] is not None) == (id_ == LISTENING.id)
    assert differences(shown, "show") == []


def test_note_json_has_the_documented_fields(
    library: Library, capsys: pytest.CaptureFixture[str]
) -> None:
    other = papers.papers_at(library.db, [2])[0]
    copied = f"{LISTENING.abstract} Ears first."
    for text in (copied, f"Ears first. Unlike [[{papers.papers_at(library.db, [1])[0].key}]]."):
        assert run(["note", other.record.id, "-m", text, "--quiet"], Settings(library.folder)) == 0
    code, found = printed(capsys, library, "note", other.record.id, "--history", "--json")
    assert (code, [one["number"] for one in found]) == (0, [1, 2])
    assert [d for one in found for d in differences(one, "revision")] == []
    code, found = printed(capsys, library, "note", other.record.id, "--related", "--json")
    assert (code, [d for one in found for d in differences(one, "related")]) == (0, [])
    code, [check] = printed(capsys, library, "note", other.record.id, "--check", "--json")
    assert (code, bool(check["sentences"]), differences(check, "check")) == (0, True, [])
    code, [shown] = printed(capsys, library, "show", LISTENING.id, "--json")
    assert (len(shown["backlinks"]), differences(shown, "show")) == (1, [])


def test_sources_json_has_the_documented_fields(
    library: Library, capsys: pytest.CaptureFixture[str]
) -> None:
    code, found = printed(capsys, library, "sources", "--json")
    assert code == 5
    assert found[0]["name"] == "arXiv"
    *found, seed = found
    assert [d for source in found for d in differences(source, "sources")] == []
    assert (seed.pop("name"), seed.pop("is_missing")) == ("seed arxiv:3103.09999", False)
    assert differences(seed, "seed") == []


def test_search_json_has_the_documented_fields(
    library: Library, capsys: pytest.CaptureFixture[str]
) -> None:
    code, hits = printed(capsys, library, "search", "translation listens", "--json")
    assert code == 7, "the model of this library is missing, which the page says is 7"
    assert list(dict.fromkeys(hit["kind"] for hit in hits)) == ["note", "paper", "passage"]
    assert [d for hit in hits for d in differences(hit, "search")] == []
    assert hits[0]["matches"]
    # What it looks like is tested with imports.
    assert list(fields("waiting_note")) == [name for _, name, *_ in fields_of("WaitingHit")]
    code, near = printed(capsys, library, "similar", LISTENING.id, "--json")
    assert code == 7, "it is not encoded, which the page says is 7"
    assert near
    assert [d for one in near for d in differences(one, "similar")] == []


def test_file_and_topics_json_have_the_documented_fields(
    library: Library, capsys: pytest.CaptureFixture[str]
) -> None:
    code, [filed] = printed(capsys, library, "file", LISTENING.id, "nlp/ears", "--new", "--json")
    assert (code, differences(filed, "file"), len(filed["moved"])) == (0, [], 0)
    code, [asked] = printed(capsys, library, "file", paper(2, "").id, "--json")
    assert (code, differences(asked, "file"), len(asked["suggestions"])) == (0, [], 2)
    code, found = printed(capsys, library, "topics", "--json")
    assert (code, [d for topic in found for d in differences(topic, "topics")]) == (0, [])
    assert [topic["topic"] for topic in found] == ["speech/translation", "nlp/llm", "nlp/ears"]


def test_why_and_teach_json_have_the_documented_fields(
    library: Library, capsys: pytest.CaptureFixture[str]
) -> None:
    for number, shelf in ((3, "own"), (4, "near"), (5, "wild"), (6, "doubtful")):
        code, [found] = printed(capsys, library, "why", paper(number, "").ids[0], "--json")
        assert (code, found["shelf"], differences(found, "why")) == (0, shelf, [])
    # Each has what stood on the screen once it is decided on.
    assert printed(capsys, library, "today", "--no-fetch", "--json")[0] == 5
    for number in (3, 4):
        assert run(["skip", paper(number, "").ids[0]], Settings(library.folder)) == 0
        capsys.readouterr()
        _, [found] = printed(capsys, library, "why", paper(number, "").ids[0], "--json")
        assert (found["decided"] is None, differences(found, "why")) == (False, [])
        assert found["decided"]["mentions"]
    code, taught = printed(capsys, library, "teach", paper(6, "").ids[0], "--no-ask", "--json")
    assert (code, [d for one in taught for d in differences(one, "lesson")]) == (0, [])


def test_the_tablets_json_has_the_documented_fields(
    library: Library, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    pad = str(tmp_path / "pad")
    code, [missing] = printed(capsys, library, "take", LISTENING.id, "--to", pad, "--json")
    assert (code, missing["outcome"], differences(missing, "take")) == (5, "missing", [])
    content = marked(typeset(LISTENING.title), highlight("played rain", note="Why?"), ink())
    write_whole(tmp_path / "pad" / "marked.pdf", content)
    write_whole(tmp_path / "pad" / "soup.pdf", typeset("A Menu of Soups"))
    file = str(tmp_path / "pad" / "marked.pdf")
    code, [known] = printed(capsys, library, "back", file, "--as", LISTENING.id, "--json")
    assert (code, known["outcome"], differences(known, "back")) == (0, "imported", [])
    code, found = printed(capsys, library, "back", pad, "--json")
    assert (code, [d for one in found for d in differences(one, "back")]) == (5, [])
    code, found = printed(capsys, library, "highlights", LISTENING.id, "--json")
    assert (code, [d for one in found for d in differences(one, "highlights")]) == (0, [])
    assert [one["kind"] for one in found] == ["highlight", "ink"]
    code, [gone] = printed(capsys, library, "back", "--remove", LISTENING.id, "--json")
    assert (code, differences(gone, "removed"), gone["n_removed"]) == (0, [], 1)


def test_merge_json_has_the_documented_fields(
    library: Library, capsys: pytest.CaptureFixture[str]
) -> None:
    merges.ask(library.db, 1, 2, why="alike", on=TODAY)
    code, [question] = printed(capsys, library, "merge", "--json")
    assert (code, differences(question, "merge")) == (0, [])


def test_a_field_that_is_missing_new_or_of_another_type_is_seen() -> None:
    wrong = {"name": 3, "day": "2031-04-01"}
    assert sorted(differences(wrong, "deadline")) == [
        ".day: in one place only",
        ".name: 3 is no text",
        ".on: in one place only",
    ]
    assert differences(True, "integer") == [": True is no integer"]


def test_the_states_of_papers_and_sources_are_documented() -> None:
    [meaning] = [row[2] for row in table("JSON", "paper") if coded(row[0]) == ["state"]]
    assert coded(meaning) == list(get_args(State))
    states = names(table("JSON", "Source states"))
    assert states == list(get_args(BatchState))
    assert [s for s in states if SourceLine("a source", s).is_missing] == states[-5:]


# Files


def test_every_file_of_a_library_is_documented(library: Library) -> None:
    assert run(["export", "--quiet"], Settings(library.folder)) == 0
    patterns = [
        re.sub(r"<[a-z]+>", ".+", re.escape(name).replace("\\-", "-"))
        for name in names(table("Files"))
    ]
    made = [f.relative_to(library.folder) for f in library.folder.rglob("*") if f.is_file()]
    strange = [f for f in made if not any(re.fullmatch(p, f.as_posix()) for p in patterns)]
    assert (strange, len(made) >= 5) == ([], True)


def test_every_lock_is_documented() -> None:
    locks = set(re.findall(r'"(\w+\.lock)"', source_text()))
    assert locks == {name for name in names(table("Files")) if name.endswith(".lock")}


def test_a_markdown_file_is_laid_out_as_documented() -> None:
    sheet = Sheet(
        key="2031_Kaneda_SpeechTranslationListening",
        id=LISTENING.id,
        title=LISTENING.title,
        authors=LISTENING.authors,
        year=2031,
        topic="speech/translation",
        state="written",
        noted_on=TODAY,
        read_on=TODAY,
        url="https://example.org/",
        pdf="../a.pdf",
        text="My words.",
        also_known=LISTENING.ids[1:],
        is_sample=True,
        rating=4,
        priority="high",
    )
    lines = new_file(sheet.ours, sheet.text).splitlines()
    end = lines.index("---", 1)
    keys = [line.partition(":")[0] for line in lines[1:end] if not line.startswith(" ")]
    assert keys == names(table("Markdown files"))
    example = re.findall(r"^```markdown\n(.*?)^```$", FORMAT, re.DOTALL | re.MULTILINE)[0]
    marks = [line for line in example.splitlines() if line.startswith("<!--")]
    assert marks == [line for line in lines if line.startswith("<!--")]
    assert f"`{SEPARATOR}`" in FORMAT


# All pages


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_page_has_no_unfinished_place_and_no_link_to_nowhere(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert "TODO" not in text
    links = re.findall(r"\]\(([^)\s]+)\)", re.sub(r"`[^`\n]*`", "", without_fences(text)))
    places = [link.partition("#") for link in links if not re.match(r"[a-z]+:", link)]
    assert [file for file, _, _ in places if not (page.parent / file).exists()] == []
    own = {slug(heading) for heading in re.findall(r"^#+ (.+)$", text, re.MULTILINE)}
    assert [anchor for file, _, anchor in places if not file and anchor not in own] == []


def slug(heading: str) -> str:
    """Give a heading's anchor as GitHub makes it."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def test_security_names_tests_that_exist() -> None:
    named = re.findall(r"`(test_\w+)`", (ROOT / "docs" / "security.md").read_text("utf-8"))
    tests = "\n".join(file.read_text("utf-8") for file in (ROOT / "tests").rglob("test_*.py"))
    known = set(re.findall(r"def (test_\w+)\(", tests))
    assert named
    assert [name for name in named if name not in known] == []
