"""Test the command line in Japanese: lists, acts, errors, help."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import pytest

from reader.base.messages import _, speaking
from reader.base.text import columns
from tests.installed import HUMS, LADDER, LIFT, NOW, QUIET, READER, WATER, environment, run_here
from tests.terminal import on_terminal
from tests.texts import catalogue_of

NARROW = {"COLUMNS": "80"}


@pytest.fixture
def japanese(library: Path) -> Path:
    """Set the language of the library that has everything to Japanese."""
    feeds = library / "feeds.toml"
    text = feeds.read_text("utf-8").replace("[reader]\n", '[reader]\nlanguage = "ja"\n', 1)
    feeds.write_text(text, "utf-8")
    return library


def out(library: Path, *args: str, code: int = 0) -> str:
    """Return all that a command prints, on both streams."""
    ran = run_here(*args, library=library, env=NARROW)
    assert ran.code == code, ran
    return ran.out + ran.err


def forms(text: str | Sequence[str] | None) -> Sequence[str]:
    """List the forms of a text: one, or those that count."""
    return [text] if isinstance(text, str) else text or []


def pieces(text: str) -> list[str]:
    """Return the parts of a text between its values, if they are distinctive."""
    found = re.split(r"{[^}]*}|`[^`]*`|\n", text)
    return [p.strip() for p in found if len(p.strip()) > 14 and " " in p.strip()]


TEXTS = [message for message in catalogue_of("ja") if message.id]
THEIRS = {piece for m in TEXTS for text in forms(m.string) for piece in pieces(text)}
FOREIGN = {p for m in TEXTS for text in forms(m.id) for p in pieces(text) if p not in THEIRS}
KEYS = "p pick · s skip · o open · w why · n note · u undo · / find · ? keys · q quit"


def english_in(said: str) -> list[str]:
    """Find the English texts of the catalogue in an output."""
    return sorted(piece for piece in FOREIGN if piece in said)


def test_the_morning_is_in_japanese_and_fits_its_lines(japanese: Path) -> None:
    said = out(japanese, "today", "--no-fetch")
    lines = said.splitlines()
    assert lines[0] == "2031年3月4日(火) · 新着6本"
    assert "自分のトピック  5本(新着6本、取得元はすべて取得済み)" in lines
    assert "話題の論文  1本中1本(投稿のみで判定)" in lines
    assert any(re.search("タイトルに「speech recognition」、Bob.* が言及。", x) for x in lines)
    assert "目標  5本、読了0本、流し読み0本" in lines
    assert [text for text in lines if columns(text) > 80] == []
    assert english_in(said) == []


def test_a_day_of_a_person_is_in_japanese_from_pick_to_export(japanese: Path) -> None:
    said = [
        out(japanese, "pick", LIFT, WATER, "--no-fetch"),
        out(japanese, "skip", HUMS),
        out(japanese, "undo"),
        out(japanese, "note", LIFT, "-m", "揺れても訳せる。箱が小さいほど難しい。"),
        out(japanese, "note", LADDER, "-m", "梯子の上。"),
        out(japanese, "note", LIFT, "--check"),
        out(japanese, "note", LIFT, "--history"),
        out(japanese, "export"),
        out(japanese, "show", LIFT),
        out(japanese, "why", WATER),
        out(japanese, "file", QUIET),
        out(japanese, "topics"),
        out(japanese, "highlights", LIFT),
        out(japanese, "search", "lift", "--papers", code=7),
        out(japanese, "week"),
        out(japanese, "stats"),
        out(japanese, "share", LIFT),
        out(japanese, "sources"),
        out(japanese, "merge"),
    ]
    assert said[0].splitlines()[0] == (
        "speech/translation に選びました: Speech translation in a lift"
    )
    assert said[2] == "取り消しました(見送り): A large language model that hums\n"
    assert "読了(今日1本、目標5本): Speech translation in a lift" in said[3]
    assert "流し読み(自分の言葉で2文以上書くと読了): Speech translation on a ladder" in said[4]
    assert english_in("".join(said)) == []


def test_recall_asks_and_grades_in_japanese(japanese: Path) -> None:
    out(japanese, "note", LIFT, "-m", "揺れても訳せる。箱が小さいほど難しい。")
    later = NOW + timedelta(days=2)
    cards = run_here("recall", library=japanese, env=NARROW, now=later)
    graded = run_here("recall", LIFT, "--grade", "good", library=japanese, env=NARROW, now=later)
    assert cards.out.splitlines()[0] == "復習  0件、新規1件"
    assert "2日前のノート" in cards.out
    assert graded.out.startswith("普通: 次の復習は 2031-03-")
    assert english_in(cards.out + graded.out) == []


def test_the_whole_screen_names_its_keys_in_japanese_and_they_are_the_keys(japanese: Path) -> None:
    command = [READER, "today", "--no-fetch"]
    env = environment(japanese, NOW, {"TERM": "xterm-256color"})
    with on_terminal(command, env, columns=80, lines=24) as terminal:
        terminal.until("p 選ぶ  s 見送る")
        with speaking("ja"):
            assert terminal.lines()[-1] == _(KEYS)
        assert terminal.lines()[0].startswith(" 3月4日(火) · 6本中0本決定")
        terminal.press("s")
        terminal.until("見送りました: ")
        terminal.press("u")
        terminal.until("取り消しました(見送り): ")
        terminal.press("?")
        terminal.until("どの端末の一覧にも残ります。")
        seen = terminal.text()
        terminal.press("qq")
        terminal.quiet()
    assert english_in(seen) == []


def test_errors_speak_japanese_those_of_feeds_toml_too(japanese: Path, tmp_path: Path) -> None:
    missing = run_here("show", "no such paper", library=japanese)
    assert missing.code == 4
    assert "これで始まるタイトルやキーもこのライブラリにありません。" in missing.err
    assert "  論文のアドレスを貼り付けるか、" in missing.err
    feeds = japanese / "feeds.toml"
    feeds.write_text(feeds.read_text("utf-8") + "\n[[feed\n", "utf-8")
    broken = run_here("today", library=japanese)
    assert broken.code == 3
    assert re.match(r"reader: \S+feeds\.toml の\d+行目: TOML: ", broken.err)
    feeds.write_text(feeds.read_text("utf-8").replace("\n[[feed\n", "\n[reder]\n"), "utf-8")
    unknown = run_here("today", library=japanese)
    assert unknown.err.endswith("行目: reder: 知らないキーです\n  もしかして reader ですか。\n")
    assert english_in(missing.err + broken.err + unknown.err) == []
    nowhere = run_here("today", library=tmp_path / "nowhere")
    assert nowhere.err.startswith("reader: There is no library at ")


def test_errors_in_a_sources_thread_are_in_japanese(japanese: Path) -> None:
    feeds = japanese / "feeds.toml"
    feeds.write_text(re.sub(r"127\.0\.0\.1:\d+", "127.0.0.1:9", feeds.read_text("utf-8")), "utf-8")
    ran = run_here("gather", "timeline", library=japanese)
    assert ran.code == 5
    assert "応答がありません" in ran.err
    assert english_in(ran.err) == []


def test_help_is_in_japanese_and_broken_by_its_width(japanese: Path) -> None:
    for command in ([], ["search"]):
        said = out(japanese, *command, "--help")
        assert said.startswith("使い方: reader")
        assert "--help" in said
        assert [text for text in said.splitlines() if columns(text) > 80] == []
        assert english_in(said) == []
        assert command or "  today       今朝の一覧を見て、" in said


def test_json_has_the_words_of_the_program_in_both_languages(japanese: Path) -> None:
    assert '"state": "candidate"' in out(japanese, "show", WATER, "--json")


def test_written_files_do_not_depend_on_the_language(japanese: Path) -> None:
    out(japanese, "note", LIFT, "-m", "揺れても訳せる。箱が小さいほど難しい。")
    out(japanese, "export")
    (file,) = (f for f in (japanese / "notes" / "speech").rglob("*.md") if f.name[0] == "2")
    assert 'state: "written"' in file.read_text("utf-8")


def test_what_the_system_says_of_a_file_is_in_japanese(japanese: Path, tmp_path: Path) -> None:
    for file, why in (
        (tmp_path / "none", "ファイルまたはフォルダがありません"),
        (tmp_path, "フォルダです"),
    ):
        for args in (["note", LIFT, "--file"], ["serve", "--port", "0", "--cert"]):
            assert why in "".join(out(japanese, *args, str(file), code=2).split())
