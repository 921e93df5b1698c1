"""Hold the texts in the code against their translations: none is missing, none is left over."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import warnings
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from datetime import date
from functools import cache
from io import BytesIO
from pathlib import Path
from string import Formatter

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from jinja2 import Environment, nodes

from reader.base.build_texts import compile_texts
from reader.base.messages import (
    DOMAIN,
    LOCALE,
    N_,
    _,
    lazy_ngettext,
    ngettext,
    pgettext,
    say_day,
    speak,
    speaking,
)
from reader.base.messages import spoken as spoken_now
from reader.base.text import columns
from reader.texts.morning import STEPS
from tests.data import ROOT
from tests.texts import catalogue_of, texts_in_code

TALKERS = {"_": 1, "ngettext": 2, "pgettext": 2, "lazy_gettext": 1, "lazy_ngettext": 2}
"""Functions that translate, and how many of their first arguments are texts or contexts."""


@cache
def in_code() -> Catalog:
    with warnings.catch_warnings():
        # Babel warns of every f-string in such a call, of those that are values too.
        warnings.simplefilter("ignore")
        return texts_in_code()


@cache
def japanese() -> Catalog:
    return catalogue_of("ja")


def messages(catalogue: Catalog) -> list[Message]:
    return [message for message in catalogue if message.id]


def ids(message: Message) -> tuple[str, ...]:
    """List the English forms of a text: one, or one and many."""
    text = message.id
    return (text,) if isinstance(text, str) else tuple(text)


def strings(message: Message) -> tuple[str, ...]:
    text = message.string or ""
    return (text,) if isinstance(text, str) else tuple(text)


def english_of(part: str) -> str:
    """Find the one English text that begins so."""
    (found,) = [one for m in messages(in_code()) for one in ids(m)[:1] if one.startswith(part)]
    return found


def placeholders(text: str) -> set[str]:
    """Name the values that a text asks for; of `{day.month}` the day."""
    names = [name for _text, name, _spec, _conversion in Formatter().parse(text) if name]
    return {name.partition(".")[0] for name in names}


@cache
def calls_in_code() -> list[tuple[str, list[ast.Call]]]:
    """Find every call of each module: [(file below reader/, its calls)]."""
    return [
        (
            file.relative_to(ROOT / "reader").as_posix(),
            [n for n in nodes if isinstance(n, ast.Call)],
        )
        for file in sorted((ROOT / "reader").rglob("*.py"))
        for nodes in [ast.walk(ast.parse(file.read_text("utf-8")))]
    ]


def calls() -> Iterator[tuple[str, list[str], set[str]]]:
    """Find every call that translates a text: (where, its English forms, its values' names)."""
    for name, in_module in calls_in_code():
        for node in in_module:
            if not isinstance(node.func, ast.Name):
                continue
            texts = node.args[: TALKERS.get(node.func.id, 0)]
            if node.func.id == "pgettext":
                texts = texts[1:]
            forms = [str(arg.value) for arg in texts if isinstance(arg, ast.Constant)]
            # A dictionary of values (`**counts`) cannot be looked into.
            if forms and len(forms) == len(texts) and all(k.arg for k in node.keywords):
                counted = {"n"} if "ngettext" in node.func.id else set()
                yield f"{name}:{node.lineno}", forms, {str(k.arg) for k in node.keywords} | counted
    for file in sorted((ROOT / "reader" / "web" / "templates").rglob("*.html")):
        template = Environment(autoescape=True).parse(file.read_text("utf-8"))
        for call in template.find_all(nodes.Call):
            if not isinstance(call.node, nodes.Name) or call.node.name not in TALKERS:
                continue
            args = call.args[: TALKERS[call.node.name]]
            args = args[1:] if call.node.name == "pgettext" else args
            forms = [str(arg.value) for arg in args if isinstance(arg, nodes.Const)]
            if forms and len(forms) == len(args) and call.dyn_kwargs is None:
                counted = {"n"} if "ngettext" in call.node.name else set()
                yield f"{file.name}:{call.lineno}", forms, {k.key for k in call.kwargs} | counted


def test_every_text_is_translated_and_no_translation_is_left_over() -> None:
    """Else: `python -m tests.texts`, and translate what is empty."""
    code = {(m.context, ids(m)) for m in messages(in_code())}
    there = {(m.context, ids(m)) for m in messages(japanese())}
    assert sorted(map(str, code - there)) == []
    assert sorted(map(str, there - code)) == []
    assert [m.id for m in messages(japanese()) if not all(strings(m)) or m.fuzzy] == []
    assert len(code) > 1_000


def test_the_compiled_texts_are_those_of_today() -> None:
    """Else: `python -m tests.texts`, or install again."""
    compiled = BytesIO()
    write_mo(compiled, japanese())
    assert (LOCALE / "ja" / "LC_MESSAGES" / f"{DOMAIN}.mo").read_bytes() == compiled.getvalue()


def test_each_translation_asks_for_the_values_of_its_text() -> None:
    wrong = [
        (m.id, m.string)
        for m in messages(japanese())
        if any(placeholders(text) != placeholders(ids(m)[-1]) for text in strings(m))
    ]
    assert wrong == []


def test_each_call_gives_exactly_the_values_that_its_text_asks_for() -> None:
    several = list(calls())
    wrong = []
    for where, forms, given in several:
        asked = set().union(*map(placeholders, forms))
        # A count may choose between the forms without standing in them.
        if asked | {"n"} != given | {"n"} or ("n" in asked and "n" not in given):
            wrong.append((where, forms, given))
    assert wrong == []
    assert len(several) > 1_000


BLAMING = {"failed", "_failed", "refusal", "not_this", "wrong", "_wrong"}
"""Functions that make an error of what they are given."""


def test_what_errors_say_is_translated() -> None:
    found = []
    for name, in_module in calls_in_code():
        marked = {
            id(part)
            for node in in_module
            if isinstance(node.func, ast.Name) and node.func.id in {*TALKERS, "N_"}
            for arg in node.args
            for part in ast.walk(arg)
        }
        for node in in_module:
            told = [k.value for k in node.keywords if k.arg in ("what", "hint")]
            if isinstance(node.func, ast.Name | ast.Attribute):
                called = node.func.id if isinstance(node.func, ast.Name) else node.func.attr
                told += node.args if called in BLAMING else []
            found += [
                f"{name}:{part.lineno}"
                for value in told
                for part in ast.walk(value)
                if isinstance(part, ast.Constant)
                and id(part) not in marked
                and re.search("[a-z]{2} [a-z]{2}", str(part.value))
            ]
    assert found == []


def test_every_step_that_the_stages_tell_of_has_its_name() -> None:
    from reader.gathering.resolve import STAGE

    told = {
        node.args[0].value
        for name, in_module in calls_in_code()
        if not name.startswith(("cli/", "web/"))
        for node in in_module
        if (node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", ""))
        == "progress"
        and isinstance(node.args[0], ast.Constant)
    }
    assert {*map(str, told), STAGE} == set(STEPS)


def test_a_text_is_filled_in() -> None:
    assert _("{braces} stay", braces="{these}") == "{these} stay"
    assert ngettext("{n} paper", "{n} papers", 1) == "1 paper"
    assert ngettext("{n} paper", "{n} papers", 2_000) == "2,000 papers"
    assert ngettext("{n} paper", "{n} papers", 2_000, n="2 000") == "2 000 papers"
    assert str(lazy_ngettext("{n} paper", "{n} papers", 2_000)) == "2,000 papers"
    assert N_("{n} left") == "{n} left"
    with speaking("ja"):
        assert _("") == ""


def test_a_missing_value_is_a_mistake_seen_at_once() -> None:
    with pytest.raises(KeyError):
        _("{n} of {of}", n=2)


def test_no_text_ends_in_white_space_or_has_control_characters() -> None:
    joints = (", ", "; ", ": ", " · ")  # of lists, and of questions that are answered behind them
    bad = [
        text
        for m in messages(japanese())
        for text in (*ids(m), *strings(m))
        if (text != text.rstrip() and not text.endswith(joints))
        or re.search(r"[\x00-\x07\x09\x0b-\x1f\x7f]", text)
    ]
    assert bad == []


def test_what_is_counted_has_a_counter_behind_it_in_japanese() -> None:
    bare = [
        m.string
        for m in messages(japanese())
        if len(ids(m)) == 2
        and "{n}" in ids(m)[0]
        and not any(re.search(r"{n}(?:/{of})?[^\x00-\x7f、。]", text) for text in strings(m))
    ]
    assert bare == []


def test_commands_and_options_are_the_same_in_both_languages() -> None:
    typed = re.compile(r"`[^`]*`|(?<![\w-])--[a-z][a-z-]*")
    wrong = [
        m.id
        for m in messages(japanese())
        if set(typed.findall(ids(m)[-1])) - set(typed.findall(strings(m)[-1]))
    ]
    assert wrong == []


def test_no_blank_stands_between_a_japanese_word_and_a_bracket() -> None:
    parted = re.compile(r"[ぁ-んァ-ヶー一-龠々] \([^\s)]")
    assert [t for m in messages(japanese()) for t in strings(m) if parted.search(t)] == []


def test_japanese_has_one_word_for_each_thing() -> None:
    """Other words for what the head of the Japanese texts names."""
    others = re.compile(
        "抄録|要旨|アブストラクト|スキップ|(?<!ト)ピック|ソース|フォルダー|サーバ(?!ー)"
        "|ブックマーク(?![しの])|コメント欄|エンコーダ|埋め込み|しおり|既読|未読"
        "|メモ(?!リ|$)|種の論文|判断(?!できない)"  # メモ alone is a kind of mark in a PDF
    )
    assert [t for m in messages(japanese()) for t in strings(m) if others.search(t)] == []


FOOTERS = {
    "p pick · s skip · o open · w why · n note · u undo · space later · q quit",
    "p pick · s skip · o open · w why · n note · u undo · / find · ? keys · q quit",
    "l later · u undo · o open · q quit",
    "y yes · n no · space later · u undo · q quit",
}


def test_the_footers_name_the_same_keys_and_fit_eighty_columns() -> None:
    assert {m.id for m in messages(in_code())} >= FOOTERS
    for english in FOOTERS:
        with speaking("ja"):
            text = _(english)
        assert columns(text) <= 80, text
        keys = [part.split()[0] for part in english.split(" · ")]
        assert [part.split()[0] for part in re.split("  | · ", text)] == keys


def test_the_spoken_language_holds_for_its_block_and_its_thread() -> None:
    assert (spoken_now(), _("none")) == ("en", "none")
    with speaking("ja"):
        assert (spoken_now(), _("none")) == ("ja", "なし")
        with ThreadPoolExecutor(2) as threads:
            assert threads.submit(spoken_now).result() == "en"
            assert threads.submit(copy_context().run, spoken_now).result() == "ja"
    assert spoken_now() == "en"


def test_to_speak_holds_until_something_else_is_spoken() -> None:
    def both() -> tuple[str, str]:
        speak("ja")
        first = _(", ")
        speak("en")
        return first, _(", ")

    assert copy_context().run(both) == ("、", ", ")
    assert spoken_now() == "en"


def test_japanese_counts_and_names_days_as_japanese_does() -> None:
    day = date(2031, 7, 3)

    def forms() -> tuple[str, ...]:
        return say_day(day), say_day(day, "long"), say_day(day, "short"), say_day(day, "column")

    english = ("Thursday, 3 July 2031", "Thursday, 3 July", "Thu 3 Jul", " 3 Jul")
    assert forms() == english
    with speaking("ja"):
        assert forms() == ("2031年7月3日(木)", "7月3日(木)", "7月3日(木)", " 7月 3日")
        assert ngettext("{n} paper", "{n} papers", 1) == "論文1本"


def test_one_english_word_has_two_meanings_by_its_context() -> None:
    with speaking("ja"):
        assert pgettext("no such context", "none") == "none"


def test_japanese_is_not_loaded_until_it_is_spoken() -> None:
    program = (
        "import sys\n"
        "opened = []\n"
        "sys.addaudithook(lambda event, args: opened.append(str(args[0]))"
        " if event == 'open' else None)\n"
        "from reader.base.messages import _, speak\n"
        "_('none')\n"
        "before = any(name.endswith('asayomi.mo') for name in opened)\n"
        "speak('ja')\n"
        "print(before, any(name.endswith('asayomi.mo') for name in opened), _('none'))\n"
    )
    ran = subprocess.run(
        [sys.executable, "-X", "utf8", "-c", program], capture_output=True, text=True, check=True
    )
    assert ran.stdout == "False True なし\n"


def test_a_language_without_compiled_texts_is_said_before_it_is_spoken() -> None:
    with pytest.raises(FileNotFoundError, match="install asayomi again"):
        speak("fr")  # type: ignore[arg-type]
    assert spoken_now() == "en"


def test_no_text_sends_a_person_to_files_of_the_project() -> None:
    """An installed program has no docs/, and "real bytes" are its makers' words."""
    words = re.compile(r"docs/|\.md\b|real bytes|実データ|README")
    of_notes = re.compile(r"index\.md|notes/")
    found = [
        text
        for m in messages(japanese())
        for text in (*ids(m), *strings(m))
        if words.search(text) and not of_notes.search(text)
    ]
    assert found == []


def test_no_text_speaks_of_a_score() -> None:
    """A rank is the total of a sum, which `why --all` shows; "score" is its makers' word."""
    found = [
        text
        for m in messages(japanese())
        for text in (*ids(m), *strings(m))
        if re.search(r"\bscores?\b|スコア", re.sub(r"\{.*?\}", "", text), re.IGNORECASE)
    ]
    assert found == []


COUNTS = re.compile(
    r"n|n_\w+|of|total|days|months|seconds|arrived|announced|sent|picked|skipped|people"
    r"|recalled|written|skimmed|left|own|near|to_go|target"
)
"""Names of values that are numbers, of whatever text."""
NO_PLURALS = {"as", "his", "is", "its", "this", "was", "lacks", "says", "yours", "previous"}


def filled(text: str, number: int) -> str:
    """Fill a number into each place of a text that takes one."""
    return re.sub(r"{(\w+)[^}]*}", lambda m: str(number) if COUNTS.fullmatch(m[1]) else "…", text)


def miscounted(text: str) -> list[str]:
    """Find "1 papers", "1 new papers" and "1 of these are" in a text with ones for numbers."""
    found = re.finditer(
        r"\b1 (?:of the |own |new )?([a-z]+s|PDFs)\b|\b1 (?:[a-z]+ ){0,4}are\b|\b1 were\b", text
    )
    return [match[0] for match in found if match[1] not in NO_PLURALS]


def test_one_of_anything_is_no_plural() -> None:
    wrong = {
        one: found
        for m in messages(in_code())
        for one in ids(m)[:1]
        if (found := miscounted(filled(one, 1)))
    }
    # No network is told of two sources at least, an option of several values takes two, one paper
    # is not ambiguous, and citations in one month have a text of their own.
    assert sorted(wrong.values()) == [["1 months"], ["1 papers"], ["1 sources"], ["1 values"]]


def test_two_forms_of_a_text_differ() -> None:
    assert [ids(m) for m in messages(in_code()) if len(set(ids(m))) != len(ids(m))] == []


@pytest.mark.parametrize(
    ("text", "wrong"),
    [("1 papers arrived", ["1 papers"]), ("1 new papers.", ["1 new papers"]),
     ("1 of these are", ["1 of these are"]), ("1 paper is here", []), ("1 is no paper's", [])],
)  # fmt: skip
def test_a_wrong_plural_is_found(text: str, wrong: list[str]) -> None:
    assert miscounted(text) == wrong


def test_the_compiler_writes_beside_each_source(tmp_path: Path) -> None:
    folder = tmp_path / "ja" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "x.po").write_text('msgid ""\nmsgstr ""\n\nmsgid "none"\nmsgstr "なし"\n', "utf-8")
    assert compile_texts(tmp_path) == [folder / "x.mo"]
    assert "なし".encode() in (folder / "x.mo").read_bytes()
