"""Test that a query for arXiv is checked before it is asked: place, problem and remedy."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reader.base.errors import ConfigError
from reader.library.feeds_checks import DEEPEST, LONGEST_QUERY, problem_of
from reader.library.feeds_file import parse

TOPIC = '[topics."a/b"]\nwords = ["x"]\n'
OF_DATES = "submittedDate:[202501010000 TO 202512312359]"


@pytest.mark.parametrize(
    "search",
    [
        "testing",
        '"simultaneous translation"',
        "au:del_maestro AND ti:checkerboard",
        "au:del_maestro ANDNOT (ti:checkerboard OR ti:Pyrochlore)",
        'cat:cs.CL AND (ti:(speech OR "spoken language") OR abs:speech)\n  AND rn:42',
        "cat:q-bio* OR cat:(cs.SD OR hep-th) OR cat:cs.?I",
        f"all:wait-k AND {OF_DATES}",
        "lastUpdatedDate:[20250101000000 TO 20250101000000] AND id:cs/0201001 AND jr:x AND co:y",
        "ti:音声翻訳",
    ],
)
def test_what_the_manual_describes_is_asked(search: str) -> None:
    assert problem_of(search) is None


WRONG = [
    ("ti:speech translation", 10, "operator is missing before translation", "blank for OR"),
    ("ti:a and ti:b", 5, "operator is missing before and", "Write AND in capitals."),
    ("ti:a NOT ti:b", 5, "operator is missing before NOT", "Write ANDNOT."),
    ("ti:a AND NOT ti:b", 9, "NOT is no operator", "Write ANDNOT."),
    ("ti:a AND", 8, "a term is missing", 'ti:"speech translation"'),
    ("ANDNOT ti:a", 0, "a term is missing", 'ti:"speech translation"'),
    ("", 0, "a term is missing", 'ti:"speech translation"'),
    ("(ti:a OR (ti:b)", 0, "never closed", "Write )"),
    ("ti:a) OR ti:b", 4, "never opened", "Remove it"),
    ("()", 1, "a term is missing", 'ti:"speech translation"'),
    ('ti:"a b', 3, '" is never closed', '"…"'),
    ("ti:[a", 3, "[ is never closed", "[… TO …]"),
    (": a", 0, ": has nothing before it", "ti:word"),
    ("title:a", 0, "no field title", "ti, au, abs, co, jr, cat, rn, id, all"),
    ("x OR ti: a", 5, "nothing stands after ti:", "right after the colon"),
    ('ti:" - "', 3, "no word", 'ti:"speech translation"'),
    ("cat:cs.CK", 4, "'cs.CK' is not an arXiv category", "Did you mean cs."),
    ("cat:cs", 4, "'cs' is not an arXiv category", "cat:cs.*"),
    ("cat:(cs.CL OR nothing.*)", 14, "'nothing.*' is not an arXiv category", "cat:cs.CL"),
    ("submittedDate:[2025 TO 2026]", 14, "not a range", OF_DATES),
    ("submittedDate:[202513010000 TO 202601010000]", 14, "not a range", OF_DATES),
    ("submittedDate:[202601010000 TO 202501010000]", 14, "not a range", OF_DATES),
    ("submittedDate:20250101", 14, "not a range", OF_DATES),
    ("ti:[202501010000 TO 202512312359]", 3, "only dates have ranges", OF_DATES),
    ("[202501010000 TO 202512312359]", 0, "name of its date", OF_DATES),
    ("(" * (DEEPEST + 1), DEEPEST, "too many brackets", str(DEEPEST)),
    ("x" * (LONGEST_QUERY + 1), LONGEST_QUERY, "too long", "2,000"),
]


@pytest.mark.parametrize(("search", "at", "what", "hint"), WRONG)
def test_what_is_wrong_is_named_with_its_place_and_remedy(
    search: str, at: int, what: str, hint: str
) -> None:
    problem = problem_of(search)
    assert problem
    assert problem.at == at
    assert what in str(problem.what)
    assert hint in str(problem.hint)


@given(st.text(st.sampled_from('ti:au "()[]ANDOR*x\n'), max_size=60) | st.text(max_size=60))
def test_any_text_is_a_query_or_a_problem_within_it(search: str) -> None:
    problem = problem_of(search)
    assert problem is None or 0 <= problem.at <= len(search)


@pytest.mark.parametrize(
    ("written", "line", "column"),
    [
        ("search = 'ti:a b'", 5, 16),
        ('search = "ti:\\"a\\" b"', 5, 20),
        ("search = '''\nti:a\nOR ti:b c'''", 7, 9),
        ("search = '''\r\nti:a\r\nOR ti:b c'''", 7, 9),
    ],
)
def test_the_line_and_column_are_those_that_an_editor_shows(
    written: str, line: int, column: int
) -> None:
    with pytest.raises(ConfigError) as caught:
        parse(f'{TOPIC}[[query]]\nname = "q"\n{written}\n')
    assert caught.value.message.startswith(
        f"feeds.toml, line {line}: query.search: column {column}: an operator is missing"
    )


@pytest.mark.parametrize("name", ["arXiv", "arXiv of mine", "timeline", ""])
def test_the_name_of_a_query_is_its_own(name: str) -> None:
    feed = '[[feed]]\nname = "timeline"\nurl = "https://example.org/x"\n'
    with pytest.raises(ConfigError, match=r"query\.name"):
        parse(f'{TOPIC}{feed}[[query]]\nname = "{name}"\nsearch = "ti:a"\n')
