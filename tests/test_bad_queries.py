"""Whatever is typed after `reader search` is answered, or refused in a word that helps."""

from __future__ import annotations

import resource
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from reader.base.errors import UsageError
from reader.library.folder import Library
from reader.library.rows import papers
from reader.notes.rows import notes
from reader.search.encode import encode, index_words
from reader.search.encoder.tokens import clean
from reader.search.find import search
from tests.installed import NO_MODEL, is_safe, run
from tests.samples import DAY, NOW, SmallEncoder, Web, a_library, paper, tools

pytestmark = pytest.mark.slow

ANSWERED = (0, 7)
"""7: the library of these tests has no model, so full text answers alone, and says so."""
REFUSED = (2, 4)

OPERATORS = (
    *("AND", "OR", "NOT", "NEAR", "AND OR NOT", "NEAR(a b, 5)", "speech AND", "OR speech"),
    *("*", "^", "^speech", "spee*", "{title abstract} : speech", "title:speech", "-- -", "+", ":"),
    *("(", ")", "((((", "(speech OR", "speech)", "|", "&", "~", "!", "\\", "%", "_", "?", "$x"),
    *("'; DROP TABLE papers; --", "' OR 1=1; --", "speech' --"),
)
FIELDS = (
    *("topic:", "author:", "year:", "has:", "on:", "topic: author: year: has: on:"),
    *("year:abc", "year:99999999999999999999", "year:-1", "year:2024..", "year:²", "year:٣"),
    *("on:2026-13", "on:2026-02-30", "on:0000", "on:99999-01-01", "has:nothing-like-this"),
    *('topic:"', 'author:"half', "topic:../../etc", "author:%", "author:'", "no-such-field:x"),
    *("year:2024 -year:2024", "topic:speech topic:", "-topic:speech", "-has:note", "has:note"),
)
QUOTES = ('"', '""', '" "', '"""', '"half', 'half"', '"a" "b', "「半分", "“half", "-", '-"', '-""')
CHARACTERS = (
    *(
        "🐟",
        "👩‍👩‍👧‍👦",
        "🏴󠁧󠁢󠁳󠁣󠁴󠁿",
        "\u202espeech",
        "\u200b",
        "\ufeff",
        "\ufffe",
        "\u0301",
        "ｓｐｅｅｃｈ",
    ),
    *("\udcff", "speech \udcff\udcfe", '"\udcff', "\x01\x02", "\x1b[2J", "a\nb\r\nc\td"),
)
HUGE = {
    "one word": "x" * 100_000,
    "words": "speech " * 14_000,
    "one Japanese run": "音" * 33_000,
    "quotes": '"' * 100_000,
    "words to leave out": "-a " * 33_000,
    "fields": "author:a " * 11_000,
    "brackets": "(" * 100_000,
    "combining marks": "a" + "\u0301" * 50_000,
    "emoji": "🐟" * 25_000,
}


TYPED = {
    "nothing but operators": "AND OR NOT",
    "nothing but signs": "* ^ : ( ) { } - + ~ | &",
    "an open bracket and an open quote": '(speech AND "half',
    "quotes": '"" " """ -""',
    "SQL": "'; DROP TABLE papers; --",
    "fields without a value": "topic: author: year: has: on:",
    "fields with wrong values": "year:abc on:2026-02-30 has:nothing topic:../..",
    "a word to leave out alone": "-speech",
    "emoji": "👩\u200d👩\u200d👧 🐟",
    "half a character": "speech \udcff\udcfe",
    "control characters": "\x01 \x1b[2J \u202e a\nb\tc",
}


@pytest.mark.parametrize("query", TYPED.values(), ids=list(TYPED))
def test_the_command_answers_any_query_or_refuses_it_in_words(library: Path, query: str) -> None:
    code, out, err = run("search", "--", query, library=library)
    assert code in (*ANSWERED, *REFUSED), err
    assert "Traceback" not in err
    assert "unexpected" not in err
    assert is_safe(out + err)
    assert code not in REFUSED or err


def spent_by_commands_s() -> float:
    """Return the seconds of the processor that commands have spent, those that ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


@pytest.mark.parametrize("query", HUGE.values(), ids=list(HUGE))
def test_a_query_of_100_kb_is_answered_soon_and_shortly(library: Path, query: str) -> None:
    begin = spent_by_commands_s()
    code, out, err = run("search", "--", query, library=library)
    assert code in (*ANSWERED, *REFUSED), err
    assert spent_by_commands_s() - begin < 5  # on a machine that does other work; .3 s alone
    assert "Traceback" not in err
    # The papers that were found, not the query again.
    assert len(out) < 20_000
    assert len(err) < 2_000


def test_a_query_of_100_kb_is_cut_and_that_is_said(library: Path) -> None:
    file = library / "feeds.toml"
    text = file.read_text("utf-8")
    file.write_text(text.replace(f'[encoder]\nmodel = "{NO_MODEL}"\n', ""), encoding="utf-8")
    assert run("index", library=library)[::2] == (0, "")
    code, _, err = run("search", "--", HUGE["one word"], library=library)
    assert code == 0
    assert err.startswith("The query was cut after character 2,000.\n")


def test_a_word_that_begins_with_a_minus_is_no_accident(library: Path) -> None:
    code, out, err = run("search", "speech", "-translation", library=library)
    assert code in (*ANSWERED, *REFUSED)
    assert "Traceback" not in err
    assert is_safe(out + err)


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Library]:
    with a_library(tmp_path) as library:
        several = [paper(1, "Speech under water"), paper(2, "水の中の音声認識")]
        papers.add_papers(library.db, several, source="arXiv", on=DAY)
        notes.add_note(library.db, 1, "Fish speak. 魚も話す。", is_written=False, at=NOW, on=DAY)
        index_words(library, tools(Web()))
        encode(library, tools(Web()))
        yield library


PIECES = (*OPERATORS, *FIELDS, *QUOTES, *CHARACTERS, "speech", "音声", "\x00", "\ud800", "a\x00b")


def ask(library: Library, query: str) -> None:
    """Search; what is refused must come with a hint."""
    encoder = SmallEncoder()

    def encode_query(text: str) -> NDArray[np.float32]:
        return encoder.encode_query(clean(text, ()))

    try:
        found = search(library, query, encode_query=encode_query, encoder=encoder.name)
    except UsageError as refused:
        error: UsageError | None = refused
    else:
        error = None
        assert found.notice is None
    assert error is None or (error.message and error.hint)


@pytest.mark.parametrize("query", PIECES)
def test_operators_fields_quotes_and_odd_characters_break_nothing(
    small: Library, query: str
) -> None:
    for text in (query, f"speech {query}", f"{query} speech", f"{query}{query}"):
        ask(small, text)


@settings(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    query=st.one_of(
        st.text(st.characters(), max_size=40),  # with NUL and lone surrogates
        st.lists(st.sampled_from(PIECES), max_size=6).map(" ".join),
        st.lists(st.sampled_from(PIECES), max_size=6).map("".join),
    )
)
@example(query="topic:0\ud800")
def test_no_string_at_all_breaks_a_search(small: Library, query: str) -> None:
    ask(small, query)
