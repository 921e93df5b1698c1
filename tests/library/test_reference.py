"""Test the references of papers: their keys, each form read back by another reader; and how
entries of lists of references are read, and which of them a text cites.
"""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
import rispy
from bibtexparser.entrypoint import parse_string
from bibtexparser.middlewares import LatexDecodingMiddleware
from hypothesis import given, settings
from hypothesis import strategies as st

from reader.base.errors import UsageError
from reader.base.tex import pieces, tex_to_text, words
from reader.base.text import plain
from reader.gathering.imports.bibliography import read_bibtex, read_csl, read_ris
from reader.gathering.imports.item import ImportedLibrary
from reader.library.cite import formatted, in_form, references
from reader.library.file_names import KEY_PATTERN, key_pattern_problem
from reader.library.paper import FieldValue, FirstKnown, LibraryPaper, Paper, Publication
from reader.library.passage import Block, Document, Page
from reader.library.reference import (
    CitedWork,
    CitedWorks,
    Reference,
    citation_keys,
    may_share_keys,
    reference_of,
    works_of,
)
from reader.library.rows import decisions, fields, merges, papers
from tests.samples import DAY, NOW, a_library, paper

HERE = Path("/there")


def library_paper(**more: object) -> LibraryPaper:
    values: dict[str, object] = {"ids": ("arxiv:2506.00001",), "title": "Snails"}
    return LibraryPaper(1, Paper(**(values | more)), "candidate", DAY)  # type: ignore[arg-type]


def reference(*copies: Paper, **more: object) -> Reference:
    return reference_of(library_paper(**more), copies, f"k{len(copies) or ''}")


def bibtex(*copies: Paper, **more: object) -> str:
    return in_form([reference(*copies, **more)], "bibtex")


SNAILS = {
    "ids": ("arxiv:2506.00001", "doi:10.1/a_b"),
    "title": "Snails & rain: 50% of $x_1 & y$ in C#",
    "authors": ("Ada Field", "Bo van der Moos", "Łucja Björk Jr.", "山田 太郎", "The Garden Team"),
    "categories": ("cs.CL", "cs.SD"),
    "published_on": date(2025, 6, 3),
}


def test_an_entry_has_all_that_is_known() -> None:
    assert bibtex(**SNAILS) == "\n".join(
        [
            "@misc{k,",
            r"  title = {Snails \& rain: 50\% of {$x_1 & y$} in {C\#}},",
            r"  author = {Field, Ada and van der Moos, Bo and Bj{\"o}rk, Jr., {\L}ucja and "
            "{山田 太郎} and {The Garden Team}},",
            "  year = {2025},",
            "  eprint = {2506.00001},",
            "  archivePrefix = {arXiv},",
            "  primaryClass = {cs.CL},",
            "  doi = {10.1/a_b},",
            "  url = {https://doi.org/10.1/a_b},",
            "  month = jun,",
            "}",
            "",
        ]
    )


def test_biblatex_keeps_letters_and_has_its_own_fields() -> None:
    assert in_form([reference(**SNAILS)], "biblatex").splitlines()[2:7] == [
        "  author = {Field, Ada and van der Moos, Bo and Björk, Jr., Łucja and {山田 太郎} and "
        "{The Garden Team}},",
        "  date = {2025-06},",
        "  eprint = {2506.00001},",
        "  eprinttype = {arXiv},",
        "  eprintclass = {cs.CL},",
    ]


def test_what_is_not_known_is_left_out() -> None:
    found = bibtex(ids=("doi:10.1/a",), published_on=date(2025, 1, 1))
    assert found.splitlines() == [
        "@misc{k,",
        "  title = {Snails},",
        "  year = {2025},",
        "  doi = {10.1/a},",
        "  url = {https://doi.org/10.1/a},",
        "}",
    ]


@pytest.mark.parametrize(
    ("copy", "lines"),
    [
        (Paper(("acl:2026.findings-acl.7",), "Snails"), ["@inproceedings", "Findings of ACL 2026"]),
        (Paper(("acl:Q19-1001",), "Snails"), ["@article", "Transactions of the Association"]),
        (Paper(("acl:P19-1001",), "Snails", published_on=date(2019, 7, 1)),
         ["ACL 2019", "= {2019"]),
        (Paper(("openreview:abcdef",), "Snails", comment="ICLR 2026 poster"), ["@inproceedings"]),
        (Paper(("web:journal.org/1",), "Snails", comment="Garden Studies"),
         ["@article{", "journal"]),
        (Paper(("doi:10.1/a",), "Of Snails", comment="Proceedings of Rain · p. 3"),
         ["booktitle = {Proceedings of Rain}", "title = {Of Snails}"]),
        (Paper(("openreview:abcdef",), "Snails", comment="Submitted to ICLR 2026"), ["@misc"]),
    ],
)  # fmt: skip
def test_what_was_published_goes_before_its_preprint(copy: Paper, lines: Sequence[str]) -> None:
    entry = bibtex(copy, comment="12 pages", categories=("cs.CL",))
    assert [line for line in [*lines, "eprint = {2506.00001}"] if line not in entry] == []
    assert "12 pages" not in entry


@pytest.mark.parametrize(
    ("title", "written"),
    [
        ("BERT and wav2vec 2.0: A Survey of T5", "{BERT} and wav2vec 2.0: A Survey of {T5}"),
        ("The Way to a Dialogue in LoRA", "The Way to a Dialogue in {LoRA}"),
        ("Learning from Wikipedia: What one hears", "Learning from {Wikipedia}: What one hears"),
        ("X-vectors", "{X-vectors}"),
        (r"\emph{Snails} and {K}aldi", "Snails and Kaldi"),
        (r"On $\alpha$ and α", r"On {$\alpha$} and {\ensuremath{\alpha}}"),
        ("Of $5 and $6", r"Of \$5 and \$6"),
    ],
)
def test_only_words_that_need_it_keep_their_capitals(title: str, written: str) -> None:
    assert f"  title = {{{written}}}," in bibtex(title=title)


def known(row: int, title: str = "The Rain", author: str = "Ada Field") -> FirstKnown:
    return FirstKnown(row, f"arxiv:2506.{row:05}", title, author, date(2025, 6, 3))


def test_a_key_is_the_author_the_year_and_the_first_telling_word() -> None:
    several = [known(1), known(2, "On  Rain!", "Jörg Field"), known(3, "Rain", "Mio Łoś")]
    several += [known(4, "雨の音"), known(5, "Rain", "山田 太郎"), known(6, author="")]
    assert citation_keys(several) == {
        1: "field2025rain",
        2: "field2025rain-2",
        3: "los2025rain",
        4: "field2025arxiv250600004",
        5: "anon2025arxiv250600005",
        6: "anon2025rain",
    }


@pytest.mark.parametrize(
    ("pattern", "keys"),
    [
        ("{author}{year}", ["field2025", "field2025-2", "anon2025arxiv250600003", "anon2025"]),
        ("{Author}_{Title}", ["Field_RainGardens", "Field_Arxiv250600002",
                              "Anon_Arxiv250600003", "Anon_Rain"]),
        ("{title}{year}{id}", ["raingardens2025arxiv250600001", "arxiv2506000022025arxiv250600002",
                               "arxiv2506000032025arxiv250600003", "rain2025arxiv250600004"]),
    ],
)  # fmt: skip
def test_keys_follow_a_pattern(pattern: str, keys: list[str]) -> None:
    several = [known(1, "The Rain in Gardens"), known(2, "雨の音"), known(3, "Rain", "山田 太郎")]
    found = citation_keys([*several, known(4, "Rain", author="")], None, pattern)
    assert [*found.values()] == keys


def test_references_have_the_keys_of_feeds_toml(tmp_path: Path) -> None:
    with a_library(tmp_path) as library:
        papers.add_papers(library.db, [paper(1, "The Rain")], source="arXiv", on=DAY)
        several = papers.papers_at(library.db, [1])
        mine = replace(library, config=replace(library.config, citation_key="{id}_{Author}"))
        [before], [after] = references(library, several), references(mine, several)
    assert after.key.endswith(f"_{before.key[: before.key.index('2')].capitalize()}")


@pytest.mark.parametrize(
    ("pattern", "why"),
    [
        ("{author}{yeer}", "there is no field {yeer}"),
        ("{title}{year}", "many papers would get the same name"),
        ("{author}:{title}", "':' is not possible in a name"),
    ],
)
def test_a_pattern_of_keys_that_cannot_be_is_told(pattern: str, why: str) -> None:
    assert str(key_pattern_problem(pattern)) == why


def test_an_imported_key_is_kept_and_taken() -> None:
    several = [known(1), known(2, "On  Rain!", "Jörg Field"), known(3)]
    imported = {3: "Rain:Field_25", 9: "field2025rain"}
    assert citation_keys(several, imported) == imported | {
        1: "field2025rain-2",
        2: "field2025rain-3",
    }


@given(
    st.lists(
        st.lists(st.sampled_from(("The", "Rain", "rain", "雨", "é", "R-ain", "x" * 45, "x" * 44)))
        .map(" ".join).map(lambda words: known(0, words)),
        min_size=1, max_size=8,
    ),
    st.sampled_from(("{author}{year}{word}", "{Author}_{Title}", "{author}{year}", "{id}{word}")),
)  # fmt: skip
def test_a_paper_gets_the_same_key_among_those_that_may_share_it(
    several: list[FirstKnown], pattern: str
) -> None:
    numbered = [replace(one, row=n) for n, one in enumerate(several, 1)]
    whole = citation_keys(numbered, {2: "field2025rain"}, pattern)
    for one in numbered:
        some = may_share_keys(numbered, [one.row], pattern)
        assert citation_keys(some, {2: "field2025rain"}, pattern)[one.row] == whole[one.row]
    assert len(may_share_keys([known(1), known(2, "Snow")], [1], KEY_PATTERN)) == 1


def test_a_key_stays_whatever_else_comes_or_goes(tmp_path: Path) -> None:
    with a_library(tmp_path) as library:
        db = library.db

        def keys(*rows: int) -> list[str]:
            return [one.key for one in references(library, papers.papers_at(db, rows))]

        first, second = (paper(n, "The Rain", abstract=f"Of {n}") for n in (1, 2))
        papers.add_papers(db, [first, paper(3, "Sun", authors=())], source="arXiv", on=DAY)
        assert keys(1) == ["field2025rain"]
        papers.add_papers(db, [replace(second, title="Rain, Again")], source="arXiv", on=DAY)
        assert keys(3, 1) == ["field2025rain", "field2025rain-2"]
        newer = replace(first, title="Fog", version=2)
        papers.add_papers(db, [newer], source="arXiv", on=DAY)
        merges.join(db, 3, 1, why="the same", on=DAY)
        assert keys(3) == ["field2025rain-2"]
        assert keys(2) == ["anon2025sun"]


def test_a_merged_copy_is_cited_where_it_was_published(tmp_path: Path) -> None:
    with a_library(tmp_path) as library:
        printed = Paper(("acl:2026.acl-long.1",), "Rain", ("Ada Field",))
        papers.add_papers(library.db, [paper(1, "Rain"), printed], source="arXiv", on=DAY)
        if len(papers.papers_at(library.db, [2])[0].record.ids):
            merges.join(library.db, 1, 2, why="the same", on=DAY)
        [found] = references(library, papers.papers_at(library.db, [1]))
        assert (found.kind, found.venue, found.arxiv) == ("inproceedings", "ACL 2026", "2506.00001")


def test_a_persons_word_is_cited_and_changes_no_key(tmp_path: Path) -> None:
    with a_library(tmp_path) as library:
        db = library.db
        copy = Paper(("acl:2026.acl-long.1",), "Rain Printed", ("Ada Field",))
        copy = replace(copy, publication=Publication("acl", "Proceedings of Rain", pages="1-10"))
        nameless = paper(4, "Fog", authors=())
        papers.add_papers(
            db, [paper(1, "Rain"), copy, paper(3, "Rain, Again"), nameless], source="a", on=DAY
        )
        merges.join(db, 1, 2, why="the same", on=DAY)
        rows = [1, 3, 4]
        keys = [one.key for one in references(library, papers.papers_at(db, rows))]
        words = {
            "title": "My Rain",
            "authors": "Eva Moos\nBo Lind",
            "venue": "Moss",
            "year": "2027",
        }
        for row in (1, 4):
            act = decisions.next_act(db)
            fields.edit(db, row, words | {"doi": "10.1/mine"}, act=act, at=NOW, on=DAY)
        found = references(library, papers.papers_at(db, rows))
        assert [one.key for one in found] == keys
        assert [one.key for one in references(library, papers.papers_at(db, [3]))] == keys[2:]
        mine = next(one for one in found if one.paper.row == 1)
        assert (mine.title, mine.venue, mine.kind, mine.year, mine.pages, mine.doi) == (
            "My Rain", "Moss", "article", 2027, "1-10", "10.1/mine",
        )  # fmt: skip
        assert [one.family for one in mine.people] == ["Moos", "Lind"]


LETTERS = "abcxyzABCXYZ0189 éÉüßøŁłőçñşšåæœ日本語かな–—“”…’×°µ→αβ≤🐟"
SIGNS = "%&#_{}~^\\$<>|\"'`?!-:;,.()[]/@*=+"
TITLES = st.text(LETTERS + SIGNS, min_size=1, max_size=40).map(lambda t: " ".join(t.split()))
NAMES = st.lists(st.text("abcéøßüńŁłÖő'-", min_size=2, max_size=8), min_size=2, max_size=4).map(
    lambda words: " ".join(word.capitalize() for word in words)
)
PEOPLE = st.lists(
    NAMES | st.sampled_from(["Bo van der Moos", "Eva Lind Jr.", "山田 太郎", "星澪", "OpenAI",
                             "The Garden Team", "Moss and Fern"]),
    max_size=4,
)  # fmt: skip


def authors(read: ImportedLibrary) -> list[str]:
    return [author for item in read.items for author in item.paper.authors]


@settings(deadline=None)
@given(TITLES, PEOPLE)
def test_what_is_written_is_read_back(title: str, people: list[str]) -> None:
    one = reference(title=f"A {title}", authors=tuple(people), published_on=date(2025, 6, 3))
    # A formula stays TeX; what is TeX outside of formulas was text on each page already.
    text = "".join(p if is_formula else words(p) for p, is_formula in pieces(one.title))
    shown = plain(tex_to_text(one.title))
    for form in ("bibtex", "biblatex"):
        read = read_bibtex(in_form([one], form), name="a.bib", folder=HERE)
        assert [item.paper.title for item in read.items] == [plain(text)]
        assert authors(read) == people
        assert read.items[0].paper.ids == ("arxiv:2506.00001",)
    read = read_ris(in_form([one], "ris"), name="a.ris", folder=HERE)
    assert [item.paper.title for item in read.items] == [shown]
    assert authors(read) == people
    [item] = json.loads(in_form([one], "csl-json"))
    assert plain(item["title"]) == shown
    csl = json.loads(in_form([replace(one, title="T")], "csl-json"))
    assert authors(read_csl(csl, name="a")) == people


def test_the_parsers_of_others_read_the_same() -> None:
    several = [reference(**SNAILS), replace(reference(title="Rain <3 ~x_"), key="rain")]
    library = parse_string(
        in_form(several, "bibtex"), append_middleware=[LatexDecodingMiddleware()]
    )
    assert library.failed_blocks == []
    fields = [entry.fields_dict for entry in library.entries]
    assert [found["title"].value for found in fields] == [
        "Snails & rain: 50% of $x_1 & y$ in C#",
        "Rain <3 ~x_",
    ]
    assert fields[0]["month"].value == "jun"
    first = rispy.loads(in_form(several, "ris"))[0]
    assert first["title"] == "Snails & rain: 50% of x₁&y in C#"
    assert first["authors"][1:3] == ["van der Moos, Bo", "Björk, Łucja, Jr."]
    assert (first["id"], first["year"], first["doi"]) == ("k", "2025", "10.1/a_b")
    names = json.loads(in_form(several, "csl-json"))[0]["author"]
    assert names[1:] == [
        {"family": "Moos", "given": "Bo", "non-dropping-particle": "van der"},
        {"family": "Björk", "given": "Łucja", "suffix": "Jr."},
        {"family": "山田", "given": "太郎"},
        {"literal": "The Garden Team"},
    ]


def said(**values: str) -> dict[str, FieldValue]:
    return {field: FieldValue(field, text, "doi", DAY) for field, text in values.items()}


PLACES = (
    said(venue="Moss & Rain", volume="7", number="2", pages="11-20", publisher="Moss & Co",
         year="2026"),
    said(venue="Proceedings of Rain", volume="7", pages="e12", publisher="Moss & Co", year="2026"),
)  # fmt: skip


@pytest.mark.parametrize("place", PLACES)
def test_a_place_of_publication_is_read_back_as_it_was_written(
    place: dict[str, FieldValue],
) -> None:
    one = reference_of(library_paper(**SNAILS), (), "k", place)
    values = {field: value.value for field, value in place.items()}
    readings = [
        read_bibtex(in_form([one], form), name="a.bib", folder=HERE)
        for form in ("bibtex", "biblatex")
    ]
    readings.append(read_ris(in_form([one], "ris"), name="a.ris", folder=HERE))
    readings.append(read_csl(json.loads(in_form([one], "csl-json")), name="a"))
    forms = ("bibtex", "bibtex", "ris", "csl-json")
    for form, read in zip(forms, readings, strict=True):
        [item] = read.items
        assert item.paper.publication == Publication(form, doi="10.1/a_b", **values)
        assert item.paper.id == "arxiv:2506.00001"


def test_the_parsers_of_others_read_the_place_of_publication() -> None:
    one = reference_of(library_paper(**SNAILS), (), "k", PLACES[0])
    names = ("volume", "number", "pages", "publisher")
    for form in ("bibtex", "biblatex"):
        library = parse_string(in_form([one], form), append_middleware=[LatexDecodingMiddleware()])
        found = library.entries[0].fields_dict
        assert [found[name].value for name in names] == ["7", "2", "11–20", "Moss & Co"]
    found = rispy.loads(in_form([one], "ris"))[0]
    ris = ("volume", "number", "start_page", "end_page", "publisher", "note")
    assert [found[name] for name in ris] == ["7", "2", "11", "20", "Moss & Co", "arXiv:2506.00001"]
    [item] = json.loads(in_form([one], "csl-json"))
    csl = ("volume", "issue", "page", "publisher")
    assert [item[name] for name in csl] == ["7", "2", "11-20", "Moss & Co"]


def test_no_cell_of_a_table_is_a_formula() -> None:
    table = in_form([reference(title='=1+2, "x"', authors=("+Ada",))], "csv")
    assert table.startswith("\ufeffkey,id,title,")
    [row] = csv.DictReader(io.StringIO(table.removeprefix("\ufeff")))
    assert (row["title"], row["authors"], row["year"]) == ('\'=1+2, "x"', "'+Ada", "2025")


ODD = "Snails & 50% of #1 _x_ {a} ~ ^ \\ $5 < > | \"q\" ``q'' -- é Łß 日本 “q” α $x_{i}^2$"


N = 300
"""Biber takes a minute for 1,500."""


def many(n: int) -> list[Reference]:
    """Make references with every sign and letter that the property test knows."""
    signs = LETTERS + SIGNS
    printed = Paper(("acl:2026.acl-long.1",), "")
    return [
        replace(
            reference(
                *([printed] * (k % 2)),
                title=f"{ODD} {signs[k % len(signs)]}{signs[k * 7 % len(signs)]}",
                authors=("Ada de la Cruz", "Łucja Björk Jr.", "山田 太郎", "The Garden Team"),
            ),
            key=f"k{k}",
            volume="7",
            number="2",
            pages="11-20",
            publisher="Moss & Co",
        )
        for k in range(n)
    ]


@pytest.mark.slow
@pytest.mark.parametrize("form", ["bibtex", "biblatex"])
def test_biber_reads_papers_without_a_warning(tmp_path: Path, form: str) -> None:
    if not shutil.which("biber"):
        pytest.skip("biber is not installed")
    (tmp_path / "refs.bib").write_text(in_form(many(N), form), "utf-8")
    done = subprocess.run(
        ["biber", "--tool", "--nolog", "refs.bib"], cwd=tmp_path, capture_output=True, text=True
    )
    assert re.findall("(?:WARN|ERROR).*", done.stdout) == []
    assert done.returncode == 0
    read = (tmp_path / "refs_bibertool.bib").read_text("utf-8")
    assert read.upper().count("AUTHOR") == N


@pytest.mark.slow
def test_bibtex_reads_papers_without_a_warning(tmp_path: Path) -> None:
    if not shutil.which("bibtex"):
        pytest.skip("bibtex is not installed")
    found = many(N)
    (tmp_path / "refs.bib").write_text(in_form(found, "bibtex"), "utf-8")
    (tmp_path / "a.aux").write_text("\\citation{*}\n\\bibstyle{plain}\n\\bibdata{refs}\n")
    done = subprocess.run(["bibtex", "a"], cwd=tmp_path, capture_output=True, text=True)
    if "couldn't open style file" in done.stdout:
        pytest.skip("bibtex has no style here")
    assert (done.returncode, "arning" in done.stdout) == (0, False), done.stdout[-2_000:]
    assert (tmp_path / "a.bbl").read_bytes().count(b"\\bibitem") == N


MINE = """<?xml version="1.0"?>
<style xmlns="http://purl.org/net/xbiblio/csl" version="1.0" class="in-text">
  <citation><layout><text variable="title"/></layout></citation>
  <bibliography second-field-align="flush">
    <sort><key variable="issued" sort="descending"/></sort>
    <layout>
      <text variable="citation-number" prefix="[" suffix="]"/>
      <names variable="author" suffix=". "><name initialize-with="."/></names>
      <text variable="title" suffix=", "/><text variable="number"/>
      <text variable="container-title" font-style="italic"/>
    </layout>
  </bibliography>
</style>
"""

TOLD = [
    reference(**SNAILS),
    reference(
        paper(9),
        title="A <b> & {BERT}",
        authors=("鈴木 花子",),
        ids=("acl:2026.acl-long.1",),
        published_on=date(2026, 7, 1),
    ),
]


def test_references_are_written_in_the_style_of_a_file(tmp_path: Path) -> None:
    file = tmp_path / "mine.csl"
    file.write_text(MINE, "utf-8")
    assert formatted(TOLD, str(file)) == [
        "[1] 鈴木 花子. A <b> & BERT, ACL 2026",
        "[2] A. Field, B. van der Moos, Ł. Björk Jr., 山田 太郎, The Garden Team. "
        "Snails & rain: 50% of x₁&y in C#, arXiv:2506.00001",
    ]


def test_a_style_is_there_without_any_file() -> None:
    assert formatted(TOLD, "harvard-cite-them-right") == [
        "Field, A. et al. (2025) “Snails & rain: 50% of x₁&y in C#”. "
        "Available at: https://doi.org/10.1/a_b.",
        "鈴木 花子 (2026) “A <b> & BERT”, ACL 2026. "
        "Available at: https://aclanthology.org/2026.acl-long.1/.",
    ]


ENTRY = MINE.index("<bibliography"), MINE.index("</style>")


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (None, "No such file or directory"),
        ("", "Document is empty, line 1, column 1"),
        (MINE.replace("</layout>", ""), "Opening and ending tag mismatch"),
        ("<html><body/></html>", "this is no style of CSL"),
        ("<x:y xmlns:x='x'/>", "this is no style of CSL"),
        (MINE[: ENTRY[0]] + MINE[ENTRY[1] :], "it has no list of references, only notes"),
        (
            '<style xmlns="http://purl.org/net/xbiblio/csl"><info><link href="http://x/styles/apa"'
            ' rel="independent-parent"/></info></style>',
            "this is another name for apa; give that one",
        ),
        (MINE.replace('<text variable="title" ', '<text macro="none" '), "citeproc-py cannot use"),
    ],
)
def test_a_bad_style_is_named_with_its_remedy(
    tmp_path: Path, content: str | None, what: str
) -> None:
    file = tmp_path / "mine.csl"
    if content is not None:
        file.write_text(content, "utf-8")
    with pytest.raises(UsageError) as caught:
        formatted(TOLD, str(file))
    assert caught.value.message.startswith(f"--style {file}: {what}")
    assert "https://www.zotero.org/styles" in caught.value.hint


def test_an_unknown_name_of_a_style_is_no_file() -> None:
    with pytest.raises(UsageError, match=r"--style no-such: (there is no|only harvard)"):
        formatted(TOLD, "no-such")


def works(*entries: str) -> tuple[CitedWork, ...]:
    blocks = tuple(Block(text, "reference", box=(50, 80, 300, 90)) for text in entries)
    return works_of(Document((Page(1), Page(2, (Block("References", "heading"), *blocks)))))


QUOTED = "[12] A. Field and B. Poe, “Rain in old gardens,” in Proc. Moss, 2019, pp. 1901–1904."
LABELLED = "[Fie98] FIELD, A., AND POE, B. C. Rain in gardens. Moss (1998)."


@pytest.mark.parametrize(
    ("entry", "key", "title", "year"),
    [
        (QUOTED, "12", "Rain in old gardens", "2019"),
        ("3. A.B. Field, C. Poe. Rain in sun. Moss, 4(2):1–9, 2019.", "3", "Rain in sun", "2019"),
        ("Ada Field and Bo Poe. 2020b. Rain: a map. In Moss 2019.", "", "Rain: a map", "2020b"),
        ("Field, A., & Poe, B. (2020). Rain in sun. Moss, 3, 4.", "", "Rain in sun", "2020"),
        ("Field, A., Poe, B.: Rain in sun. In: Moss, pp. 1–9 (2021)", "", "Rain in sun", "2021"),
        (LABELLED, "Fie98", "Rain in gardens", "1998"),
        (
            "Ada Field. Rain in sun. arXiv preprint arXiv:2001.01234, 2020.",
            "",
            "Rain in sun",
            "2020",
        ),
        ("A. Field, private communication.", "", "", ""),
    ],
)
def test_an_entry_has_its_key_title_and_year(entry: str, key: str, title: str, year: str) -> None:
    [work] = works(entry)
    assert (work.key, work.title, work.year) == (key, title, year)
    assert (work.number, work.page, work.y) == (1, 2, 80)


def test_lines_of_an_appendix_behind_the_list_are_no_entries() -> None:
    entry, row = "Ada Field. 2020. Rain in gardens. Moss.", "Our work: 3.4"
    assert len(works(entry, entry, row, row, row, row)) == 2
    assert len(works(entry, entry, "A. Poe, private communication.")) == 3


def test_an_address_broken_at_a_lines_end_is_one_id() -> None:
    [work] = works("[1] A. Field. Rain in gardens. https://doi.org/10.1234/ moss.5")
    assert work.ids == ("doi:10.1234/moss.5",)
    assert work.keys == ("doi:10.1234/moss.5",), "a title of three words may be another paper's"


def cited(several: tuple[CitedWork, ...], text: str) -> list[tuple[str, int]]:
    return [(text[c.start : c.end], c.number) for c in CitedWorks(several).citations(text)]


NUMBERED = works("[1] A. Field. Rain.", "[2] B. Poe. Snow.", "[3] C. Lee. Hail.")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Rain [2] falls.", [("[2]", 2)]),
        ("Rain [1,3] falls [2, Sec. 4].", [("1", 1), ("3", 3), ("2", 2)]),
        ("Rain [1-3] falls.", [("1", 1), ("3", 3)]),
        ("In [0, 1] and [3, 7] and [x].", []),
        ("Field (2020) is not how this list is cited.", []),
    ],
)
def test_numbers_in_brackets_lead_to_their_entries(text: str, found: list[object]) -> None:
    assert cited(NUMBERED, text) == found


def test_labels_lead_to_their_entries() -> None:
    labelled = works("[Fie20] A. Field. Rain.", "[PL-19] B. Poe. Snow.")
    assert cited(labelled, "As [Fie20, PL-19] say [Other].") == [("Fie20", 1), ("PL-19", 2)]


NAMED = works(
    "Ada Field and Bo Poe. 2020a. Rain in gardens. Moss.",
    "Ada Field. 2020b. Snow in gardens. Moss.",
    "Müller, K., Poe, B. and Lee, C. (2019). Hail in gardens. Moss.",
    "Kay, D. (2018). Fog in gardens. Moss.",
    "Kay, E. (2018). Dew in gardens. Moss.",
)
THREE = [("Field, 2020a", 1), ("b", 2), ("Muller et al., 2019", 3)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Rain falls (Field and Poe, 2020a).", [("Field and Poe, 2020a", 1)]),
        ("Field (2020a, 2020b) sees it", [("Field (2020a", 1), ("2020b", 2)]),
        ("(Field, 2020a,b; Muller et al., 2019)", THREE),
        ("Müller, Poe, and Lee (2019) say", [("Poe, and Lee (2019", 3)]),
        ("Kay (2018) may be either, and Field (2020) too.", []),
        ("In March 2019 and by others (2020a).", []),
    ],
)
def test_names_with_years_lead_to_the_only_entry_that_fits(text: str, found: list[object]) -> None:
    assert cited(NAMED, text) == found
