"""Test that Japanese words are looked up in a dictionary, and searched for in English."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reader.library.rows import papers
from reader.morning.doctor import examine
from reader.search.dictionary import dictionary_words, english_terms
from reader.search.encode import index_words
from reader.search.find import search
from reader.search.fusion import other_names
from reader.search.rows.dictionary import FILE, glosses, headwords, open_dictionary
from reader.search.shared import Indexes
from reader.texts.search import names_text
from tests.samples import DAY, SmallEncoder, Web, a_library, paper, tools

# Invented: spellings, usual or not, and the English of each sense.
ENTRIES: Sequence[tuple[Sequence[str], bool, Sequence[Sequence[str]]]] = (
    (("霧貝",), False, [["lantern snail (of the sea)"], ["a shell"]]),
    (("凪ぐ",), False, [["to lull", "to soothe"]]),
    (("青石",), False, [["bluestone"]]),
    (("青石",), True, [["azure pebble", "to be a pebble in the garden of kings"]]),
    (("青石灯",), False, [["pebble lamp"]]),
    (("モリネコ",), False, [["wood cat"]]),
    (("音声",), False, [["cries of birds"]]),
)
PAPERS = (
    ("The lull before", "Waves are counted."),
    ("On the lantern snail", "A shell that glows."),
    ("Azure pebble", "Pebbles and a pebble lamp."),
    ("Cats", "The wood cat sings. Cries of birds."),
)


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Install an invented dictionary, in the format of jamdict-data."""
    folder = tmp_path / "site" / "jamdict_data"
    folder.mkdir(parents=True)
    (folder / "__init__.py").write_text("raise AssertionError('only its file is read')\n")
    with closing(sqlite3.connect(folder / FILE)) as db, db:
        db.executescript(
            """
            CREATE TABLE Kanji (ID INTEGER PRIMARY KEY, idseq INTEGER, text TEXT);
            CREATE TABLE Kana (ID INTEGER PRIMARY KEY, idseq INTEGER, text TEXT);
            CREATE TABLE KJP (kid INTEGER, text TEXT);
            CREATE TABLE KNP (kid INTEGER, text TEXT);
            CREATE TABLE Sense (ID INTEGER PRIMARY KEY, idseq INTEGER);
            CREATE TABLE SenseGloss (sid INTEGER, lang TEXT, gend TEXT, text TEXT);
            """
        )
        for n, (spellings, is_usual, senses) in enumerate(ENTRIES, 1):
            for spelling in spellings:
                table, priority = ("Kana", "KNP") if spelling == "モリネコ" else ("Kanji", "KJP")
                db.execute(f"INSERT INTO {table} VALUES (?, ?, ?)", (n, n, spelling))
                if is_usual:
                    db.execute(f"INSERT INTO {priority} VALUES (?, 'news1')", (n,))
            for sense in senses:
                row = db.execute("INSERT INTO Sense (idseq) VALUES (?)", (n,)).lastrowid
                several = [(row, "eng", "", english) for english in [*sense]]
                db.executemany("INSERT INTO SenseGloss VALUES (?, ?, ?, ?)", several)
                db.execute("INSERT INTO SenseGloss VALUES (?, 'ger', '', 'Muschel')", (row,))
    monkeypatch.syspath_prepend(str(folder.parent))
    return folder / FILE


@pytest.fixture
def indexes(tmp_path: Path) -> Iterator[Indexes]:
    """Open a library of invented papers."""
    folder = tmp_path / "library"
    folder.mkdir()
    with a_library(folder) as library:
        several = [paper(n, *texts) for n, texts in enumerate(PAPERS, 1)]
        papers.add_papers(library.db, several, source="arXiv", on=DAY)
        index_words(library, tools(Web()))
        yield Indexes(library)


WORDS = frozenset(
    ["霧貝", "凪ぐ", "凪", "疲れる", "調べる", "粗い", "青石", "青石灯", "直す", "モリネコ"]
)


def known(words: Collection[str]) -> set[str]:
    return {*WORDS} & {*words}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("霧貝が凪いだ", ["霧貝", "凪ぐ"]),
        ("凪で", ["凪"]),
        ("疲れて調べた", ["疲れる", "調べる"]),
        ("粗く、粗かった、粗さ", ["粗い", "粗い", "粗い"]),
        ("直し直さず", ["直す", "直す"]),
        ("青石灯と青石", ["青石灯", "青石"]),
        ("モリネコの青石", ["モリネコ", "青石"]),
        ("青石のモリネコ", ["青石", "モリネコ"]),
        ("ミドリモリネコ", []),  # of katakana only a whole word
        ("知らない字", []),
        ("plain words", []),
        ("", []),
    ],
)
def test_the_longest_words_of_a_dictionary_are_found(text: str, words: Sequence[str]) -> None:
    assert list(dictionary_words(text, known)) == words


@given(st.text(alphabet="霧貝凪青石灯いでくさっんぐるモリネコーa 々", max_size=60))
def test_any_text_can_be_looked_up(text: str) -> None:
    assert {*dictionary_words(text, known)} == known([*dictionary_words(text, known)])


@pytest.mark.parametrize(
    ("gloss", "term"),
    [
        ("to be the pebble", ["pebble"]),
        ("Lantern (small) snail", ["lantern snail"]),
        ("pebble of the garden kings", []),  # an explanation
        ("to give something", ["give"]),
        ("café", []),
        ("-ly", []),
    ],
)
def test_english_is_read_without_what_is_not_searched_for(gloss: str, term: Sequence[str]) -> None:
    assert english_terms([gloss, gloss]) == term


def test_the_most_usual_entry_of_a_word_is_read(package: Path) -> None:
    with open_dictionary() as db:
        assert db is not None
        assert headwords(db, ["青石", "モリネコ", "灯"]) == {"青石", "モリネコ"}
        assert glosses(db, "青石") == ["azure pebble", "to be a pebble in the garden of kings"]
        assert glosses(db, "霧貝") == ["lantern snail (of the sea)", "a shell"]
        assert glosses(db, "灯") == []
        with pytest.raises(sqlite3.OperationalError, match="readonly"):
            db.execute("DELETE FROM Kanji")


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("霧貝が凪いだ", ["lantern snail", "shell", "lull"]),  # no text has "soothe"
        ("青石", ["azure pebble"]),
        ("モリネコ", ["wood cat"]),  # and nothing by its sound
        ("音声", []),  # a term of the table, whose English no text has
        ("plain pebble", []),
    ],
)
def test_japanese_words_are_searched_for_in_english_too(
    package: Path, indexes: Indexes, query: str, names: Sequence[str]
) -> None:
    assert other_names(indexes, query) == names


def test_a_paper_in_english_is_found_by_the_words_of_a_dictionary(
    package: Path, indexes: Indexes
) -> None:
    small = SmallEncoder()
    found = search(
        indexes.library,
        "光る霧貝の話",
        encode_query=small.encode_query,
        encoder=small.name,
        kinds=["paper"],
        indexes=indexes,
    )
    assert (found.hits[0].paper.record.title, found.hits[0].has_words) == (PAPERS[1][0], True)
    assert names_text(found) == "Also searched for: lantern snail, shell."


@pytest.mark.parametrize(
    "spoil",
    [
        lambda file: file.unlink(),
        lambda file: file.write_bytes(b"half of a file"),
        lambda file: file.write_bytes(b""),
        lambda file: file.write_bytes(file.read_bytes()[:4096] + b"\xff" * 28_672),
    ],
    ids=["not unpacked", "no database", "empty", "cut off"],
)
def test_a_dictionary_that_cannot_be_read_is_told(
    package: Path, indexes: Indexes, spoil: Callable[[Path], object]
) -> None:
    spoil(package)
    small = SmallEncoder()
    found = search(
        indexes.library,
        "shell 霧貝",
        encode_query=small.encode_query,
        encoder=small.name,
        kinds=["paper"],
        indexes=indexes,
    )
    assert found.hits[0].paper.record.title == PAPERS[1][0]
    told = [str(message) for message in found.messages]
    assert any("dictionary cannot be read" in one and str(package) in one for one in told)
    assert any("pip install" in one for one in told)


def test_without_the_package_nothing_is_told(indexes: Indexes) -> None:
    with open_dictionary() as db:
        assert db is None
    assert other_names(indexes, "霧貝") == []
    assert indexes.dictionary_error is None


def test_the_doctor_tells_of_a_dictionary_that_cannot_be_read(
    package: Path, indexes: Indexes
) -> None:
    def findings() -> list[str]:
        found = examine(indexes.library, "", progress=lambda *_: None)
        return [str(one.message) for one in found if str(package) in str(one.message)]

    assert findings() == []
    package.unlink()
    assert len(findings()) == 1
