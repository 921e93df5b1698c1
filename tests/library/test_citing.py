"""Test the BibTeX entry of a paper."""

from __future__ import annotations

from datetime import date

from reader.library.feeds_file import parse
from reader.library.paper import LibraryPaper, Paper
from reader.morning.about import bibtex
from tests.samples import DAY, FEEDS_TOML

CONFIG = parse(FEEDS_TOML)


def held(key: str | None = None, **more: object) -> LibraryPaper:
    values: dict[str, object] = {"ids": ("arxiv:2506.00001",), "title": "Snails"}
    return LibraryPaper(1, Paper(**(values | more)), "candidate", DAY, key=key)  # type: ignore[arg-type]


def test_an_entry_has_all_that_is_known() -> None:
    found = held(
        "2025_Field_Snails",
        ids=("arxiv:2506.00001", "doi:10.1/a_b"),
        title="Snails & rain: 50% of $x_1 & y$ in C#",
        authors=("Ada Field", "Bo Lind"),
        categories=("cs.CL", "cs.SD"),
        published_on=date(2025, 6, 3),
    )
    assert bibtex(found, CONFIG) == "\n".join(
        [
            "@misc{2025_Field_Snails,",
            r"  title = {{Snails \& rain: 50\% of $x_1 & y$ in C\#}},",
            "  author = {Ada Field and Bo Lind},",
            "  year = {2025},",
            "  eprint = {2506.00001},",
            "  archivePrefix = {arXiv},",
            "  primaryClass = {cs.CL},",
            "  doi = {10.1/a_b},",
            "  url = {https://arxiv.org/abs/2506.00001},",
            "}",
        ]
    )


def test_what_is_not_known_is_left_out() -> None:
    found = held(ids=("doi:10.1/a",), title="Snails")
    assert bibtex(found, CONFIG) == "\n".join(
        [
            "@misc{undated_Anon_Snails,",
            "  title = {{Snails}},",
            "  doi = {10.1/a},",
            "  url = {https://doi.org/10.1/a},",
            "}",
        ]
    )


def test_braces_of_a_title_cannot_end_its_field() -> None:
    for title in ("Snails }, url = {http://evil", "}{", "a \\} b {", "{BERT} and {{X}}"):
        line = bibtex(held("k", title=title), CONFIG).splitlines()[1]
        inner = line.removeprefix("  title = {{").removesuffix("}},")
        depth = 0
        for c in inner.replace("\\{", "").replace("\\}", ""):
            depth += {"{": 1, "}": -1}.get(c, 0)
            assert depth >= 0
        assert depth == 0
