"""Hold the catalogue against the code: no text is missing, none is left over."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from datetime import date
from pathlib import Path
from string import Formatter
from typing import get_args

import pytest
from jinja2 import Environment, nodes

from reader.base import messages
from reader.base.messages import ENGLISH, say, say_day, speak, speaking, spoken
from reader.base.messages.japanese import JAPANESE
from reader.base.messages.japanese import SUBJECTS as JAPANESE_SUBJECTS
from reader.base.text import columns
from reader.cli.commands import COMMANDS
from reader.gathering.resolve import STAGE
from reader.library.paper import BatchState
from reader.morning.values import SourceLine
from reader.search.find import KINDS
from tests.data import ROOT

CATALOGUE = ROOT / "reader" / "base" / "messages"

TALKERS = {"say", "N_", "_say", "_answer"}
"""Functions whose argument is a key: `say` and those that hand it on."""


def modules() -> Iterator[tuple[str, ast.Module]]:
    for file in sorted((ROOT / "reader").rglob("*.py")):
        # Of the catalogue only what says something itself: a date.
        if "messages" not in file.parts or file == CATALOGUE / "__init__.py":
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


def templates() -> Iterator[tuple[str, nodes.Template]]:
    """Read the pages, whose templates say most of what is on them."""
    for file in sorted((ROOT / "reader" / "web" / "templates").rglob("*.html")):
        yield file.name, Environment(autoescape=True).parse(file.read_text("utf-8"))


def calls_of_templates() -> Iterator[tuple[str, nodes.Expr, nodes.Call]]:
    """Find every call in a template that says something, as `calls` does."""
    for name, template in templates():
        for call in template.find_all(nodes.Call):
            if isinstance(call.node, nodes.Name) and call.node.name == "say":
                yield f"{name}:{call.lineno}", call.args[0], call


CALLS_OF_TEMPLATES = list(calls_of_templates())


def texts_of(key: ast.expr | nodes.Node | None) -> list[str]:
    """Give the keys that an expression can be: constants, and both sides of `a if b else c`."""
    if isinstance(key, ast.Constant | nodes.Const) and isinstance(key.value, str):
        return [key.value]
    if isinstance(key, ast.IfExp):
        return texts_of(key.body) + texts_of(key.orelse)
    if isinstance(key, nodes.CondExpr):
        return texts_of(key.expr1) + texts_of(key.expr2)
    return []


def piece_of(node: nodes.Node) -> str:
    """Give a part of a key in a template as a regular expression."""
    if isinstance(node, nodes.Add):
        return piece_of(node.left) + piece_of(node.right)
    if isinstance(node, nodes.Concat):
        return "".join(map(piece_of, node.nodes))
    return re.escape(node.value) if isinstance(node, nodes.Const) else r"[\w.]+"


def patterns() -> list[str]:
    """Give the keys made of pieces, as regular expressions."""
    found = [
        piece_of(key)
        for _, key, _ in CALLS_OF_TEMPLATES
        if isinstance(key, nodes.Add | nodes.Concat)
    ]
    for _, key, _ in CALLS:
        if isinstance(key, ast.JoinedStr):
            parts = (
                re.escape(str(v.value)) if isinstance(v, ast.Constant) else r"[\w.]+"
                for v in key.values
            )
            found.append("".join(parts))
    return found


def all_strings() -> set[str]:
    in_code = {
        node.value
        for _, tree in modules()
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    return in_code | {
        node.value
        for _, template in templates()
        for node in template.find_all(nodes.Const)
        if isinstance(node.value, str)
    }


def placeholders(text: str) -> set[str]:
    """Name the values that a text asks for; of `{day.month}` the day."""
    names = [name for _, name, _, _ in Formatter().parse(text) if name is not None]
    return {name.partition(".")[0] for name in names}


def test_every_key_that_the_code_says_is_in_the_catalogue() -> None:
    said = [(where, key) for where, expr, _ in CALLS for key in texts_of(expr)]
    said += [(where, key) for where, expr, _ in CALLS_OF_TEMPLATES for key in texts_of(expr)]
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
    several: list[tuple[str, ast.expr | nodes.Expr, set[str]]] = [
        (where, expr, {str(keyword.arg) for keyword in call.keywords})
        for where, expr, call in CALLS
        # Not **values, handed on by a talker; nor what is only marked and is said elsewhere.
        if all(keyword.arg for keyword in call.keywords) and ast.unparse(call.func) != "N_"
    ]
    several += [
        (where, key, {keyword.key for keyword in call.kwargs})
        for where, key, call in CALLS_OF_TEMPLATES
        if call.dyn_kwargs is None
    ]
    for where, expr, given in several:
        # Of two texts that one call chooses from, each takes what it needs.
        asked = [placeholders(ENGLISH[key]) for key in texts_of(expr) if key in ENGLISH]
        if asked and set().union(*asked) != given:
            wrong.append((where, asked, given))
    assert wrong == []


BLAMING = {"failed", "_failed", "refusal", "not_this", "wrong", "_wrong"}
"""Functions that make an error of what they are given."""


def test_what_errors_say_stands_in_the_catalogue() -> None:
    found = []
    for name, tree in modules():
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call):
                continue
            said = [k.value for k in node.keywords if k.arg in ("what", "hint")]
            if isinstance(node.func, ast.Name | ast.Attribute):
                called = node.func.id if isinstance(node.func, ast.Name) else node.func.attr
                said += node.args if called in BLAMING else []
            parts = [part for value in said for part in ast.walk(value)]
            found += [
                f"{name}:{part.lineno}"
                for part in parts
                if isinstance(part, ast.Constant)
                and re.search("[a-z]{2} [a-z]{2}", str(part.value))
            ]
    assert found == []


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
        if not name.startswith(("cli/", "web/"))
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
    for texts in (ENGLISH, JAPANESE):
        bad = [key for key, text in texts.items() if key not in joints and text != text.rstrip()]
        assert bad == []
        assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f]", "".join(texts.values()))


@pytest.mark.parametrize(
    ("folder", "texts"), [(CATALOGUE, ENGLISH), (CATALOGUE / "japanese", JAPANESE)]
)
def test_no_key_stands_twice_in_the_catalogue(folder: Path, texts: dict[str, str]) -> None:
    keys = [
        key.value
        for file in sorted(folder.glob("*.py"))
        if file.name != "errors.py"
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.Dict)
        for key in node.keys
        if isinstance(key, ast.Constant) and isinstance(key.value, str)
    ]
    assert sorted(keys) == sorted(texts)


def test_each_subject_is_a_module_in_both_languages() -> None:
    english = {file.stem for file in CATALOGUE.glob("*.py")} - {"__init__"}
    japanese = {file.stem for file in (CATALOGUE / "japanese").glob("*.py")} - {"__init__"}
    assert japanese - {"errors"} == english
    assert len(messages.SUBJECTS) == len(JAPANESE_SUBJECTS) == len(english)


def test_japanese_has_every_text_and_no_other() -> None:
    assert sorted(ENGLISH.keys() - JAPANESE.keys()) == []
    assert sorted(JAPANESE.keys() - ENGLISH.keys()) == []


def test_each_japanese_text_asks_for_the_values_of_the_english_one() -> None:
    pairs = [(key, ENGLISH[key], JAPANESE[key]) for key in ENGLISH.keys() & JAPANESE.keys()]
    assert [key for key, en, ja in pairs if placeholders(en) != placeholders(ja)] == []


def test_what_is_counted_has_a_counter_behind_it_in_japanese() -> None:
    assert [key for key, text in JAPANESE.items() if re.search(r"{\w+:[^}]*\|", text)] == []
    bare = [
        key
        for key, text in ENGLISH.items()
        for counted in re.findall(r"{(\w+):[^}]*\|[^}]*}", text)
        if not re.search(rf"{{{counted}}}[^\x00-\x7f、。]", JAPANESE[key])
    ]
    assert bare == []


def test_keys_and_commands_are_the_same_in_both_languages() -> None:
    """What is typed: keys of a footer, commands in backquotes, options, ids of examples."""
    typed = re.compile(r"`[^`]*`|(?<![\w-])--[a-z][a-z-]*")
    wrong = [
        key
        for key in ENGLISH.keys() & JAPANESE.keys()
        if set(typed.findall(ENGLISH[key])) - set(typed.findall(JAPANESE[key]))
    ]
    assert wrong == []
    for key in ("triage.keys", "screen.keys", "recall.keys", "teach.keys"):
        english = [part.split()[0] for part in ENGLISH[key].split(" · ")]
        assert [part.split()[0] for part in JAPANESE[key].split("  ")] == english


def test_japanese_has_one_word_for_each_thing() -> None:
    """Other words for what the head of reader/base/messages/japanese names."""
    others = re.compile(
        "抄録|要旨|アブストラクト|スキップ|(?<!ト)ピック|ソース|フォルダー|サーバ(?!ー)"
    )
    others_too = re.compile("ブックマーク|タグ|コメント欄|エンコーダ|埋め込み|しおり|既読|未読")
    found = [
        key for key, text in JAPANESE.items() if others.search(text) or others_too.search(text)
    ]
    assert found == []


def test_the_footers_fit_eighty_columns() -> None:
    for key in ("triage.keys", "screen.keys", "recall.keys", "teach.keys"):
        assert columns(JAPANESE[key]) <= 80, key
    assert [line for line in JAPANESE["screen.help"].splitlines() if columns(line) > 78] == []


def test_the_spoken_language_holds_for_its_block_and_its_thread() -> None:
    assert (spoken(), say("today.none")) == ("en", "none")
    with speaking("ja"):
        assert (spoken(), say("today.none")) == ("ja", "なし")
        with ThreadPoolExecutor(2) as threads:
            assert threads.submit(spoken).result() == "en"
            assert threads.submit(copy_context().run, spoken).result() == "ja"
    assert spoken() == "en"


def test_to_speak_holds_until_something_else_is_spoken() -> None:
    def said() -> tuple[str, str]:
        speak("ja")
        first = say("list")
        speak("en")
        return first, say("list")

    assert copy_context().run(said) == ("、", ", ")
    assert spoken() == "en"


def test_japanese_counts_and_names_days_as_japanese_does() -> None:
    day = date(2031, 7, 3)
    assert (say_day(day), say_day(day, "short")) == ("Thursday 2031-07-03", "Thu 07-03")
    with speaking("ja"):
        assert (say_day(day), say_day(day, "short")) == ("2031年7月3日(木)", "7月3日(木)")
        assert say("share.several", n=1) == "論文1本"
    assert (say("share.several", n=1), say("share.several", n=2)) == ("1 paper", "2 papers")


def test_a_text_that_japanese_lacks_is_a_mistake_seen_at_once() -> None:
    with speaking("ja"), pytest.raises(KeyError):
        say("no.such.text")


def test_japanese_is_not_loaded_until_it_is_spoken() -> None:
    program = (
        "import sys\n"
        "from reader.base.messages import say, speak\n"
        "say('today.none')\n"
        "before = 'reader.base.messages.japanese' in sys.modules\n"
        "speak('ja')\n"
        "say('today.none')\n"
        "print(before, 'reader.base.messages.japanese' in sys.modules)\n"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert ran.stdout == "False True\n"


@pytest.mark.parametrize("texts", [ENGLISH, JAPANESE], ids=["en", "ja"])
def test_no_text_sends_a_person_to_files_of_the_project(texts: Mapping[str, str]) -> None:
    """An installed program has no docs/, and "real bytes" are its makers' words."""
    words = re.compile(r"docs/|\.md\b|real bytes|実データ|README")
    of_notes = re.compile(r"index\.md|notes/")
    found = [k for k, t in texts.items() if words.search(t) and not of_notes.search(t)]
    assert found == []


COUNTS = re.compile(
    r"n|n_\w+|of|total|days|months|seconds|arrived|announced|sent|picked|skipped|people"
    r"|recalled|written|skimmed|left|own|near|to_go|target"
)
"""Names of values that are numbers, of whatever text."""
NO_PLURALS = {"as", "his", "is", "its", "this", "was", "lacks", "says", "yours", "previous"}


def filled(text: str, number: int) -> str:
    """Fill a number into each place of a text that takes one."""

    def one(match: re.Match[str]) -> str:
        name, one, many = match[1], match[2], match[3]
        if many is not None:
            return f"{number} {one if number == 1 else many}"
        return str(number) if COUNTS.fullmatch(name) else "…"

    return re.sub(r"{(\w+)(?::([^}|]*)(?:\|([^}]*))?)?}", one, text)


def miscounted(text: str) -> list[str]:
    """Find "1 papers", "1 new papers" and "1 of these are" in a text with ones for numbers."""
    found = re.finditer(
        r"\b1 (?:of the |own |new )?([a-z]+s|PDFs)\b|\b1 (?:[a-z]+ ){0,4}are\b|\b1 were\b", text
    )
    return [match[0] for match in found if match[1] not in NO_PLURALS]


def test_one_of_anything_is_no_plural() -> None:
    wrong = {key: found for key, text in ENGLISH.items() if (found := miscounted(filled(text, 1)))}
    # No network is said of two sources at least, an option of several values takes two, and
    # of citations in one month speaks "why.cited_at_once".
    assert wrong == {
        "source.no_network": ["1 sources"],
        "click.needs_values": ["1 arguments"],
        "why.cited": ["1 months"],
    }


@pytest.mark.parametrize("number", [0, 2])
def test_none_and_two_of_anything_are_plurals(number: int) -> None:
    pairs = [
        (key, one, many)
        for key, text in ENGLISH.items()
        for one, many in re.findall(r"{\w+:([^}|]*)\|([^}]*)}", text)
    ]
    assert [key for key, one, many in pairs if one == many or not many] == []
    assert say("today.head", date="Tuesday", n=number) == f"Tuesday · {number} new papers"
    assert say("today.head", date="Tuesday", n=1) == "Tuesday · 1 new paper"


@pytest.mark.parametrize(
    ("said", "wrong"),
    [("1 papers arrived", ["1 papers"]), ("1 new papers.", ["1 new papers"]),
     ("1 of these are", ["1 of these are"]), ("1 paper is here", []), ("1 is no paper's", [])],
)  # fmt: skip
def test_a_wrong_plural_is_found(said: str, wrong: list[str]) -> None:
    assert miscounted(said) == wrong
