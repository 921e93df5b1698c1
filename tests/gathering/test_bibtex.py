"""Test the reading of BibTeX files, good and damaged ones."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reader.gathering.sources.files import Bibliography, read_bibtex
from reader.library.paper import Paper

ENTRIES = rb"""
% a comment
@string{venue = "Garden Studies"}
@article{field2024, title = {The {S}peech of Sch{\"o}n Gardens}, journal = venue,
  author = {Ada Field and Lind, Bo and {The Garden Team}}, year = 2024,
  doi = {10.5555/1}, abstract = {Of moss,
  and of fern.}}
@misc{lind, title = "Wasps", author = "Bo Lind", eprint = {2506.01234v2}, archivePrefix = {arXiv}}
@online{url, title = {Bees}, date = {2020-03-01}, url = {https://arxiv.org/abs/2506.00002}}
@inproceedings{none, title = {Ants}, author = {Mio Hoshi}, year = {2021}}
@comment{nothing}
"""


def test_entries_become_papers_with_what_the_file_says() -> None:
    assert read_bibtex(ENTRIES) == Bibliography(
        (
            Paper(
                ("doi:10.5555/1",),
                "The Speech of Schön Gardens",
                ("Ada Field", "Bo Lind", "The Garden Team"),
                "Of moss, and of fern.",
                published_on=date(2024, 1, 1),
            ),
            Paper(("arxiv:2506.01234",), "Wasps", ("Bo Lind",)),
            Paper(("arxiv:2506.00002",), "Bees", published_on=date(2020, 1, 1)),
            Paper(("pdf:3fa35f6a2e9d52bf",), "Ants", ("Mio Hoshi",), published_on=date(2021, 1, 1)),
        ),
        0,
    )


@pytest.mark.parametrize(
    ("written", "printed"),
    [
        ("Field, Ada", ("Ada Field",)),
        ("van der Moos, Bo and Lind, Jr., Eva and others", ("Bo van der Moos", "Eva Lind Jr.")),
        ("Hoshi, Mio and 星, 澪 and 林 檎", ("Mio Hoshi", "星 澪", "林 檎")),
        (r"M{\"u}ller, J{\"o}rg and {Moss and Fern, Inc.}", ("Jörg Müller", "Moss and Fern, Inc.")),
        ("Field, and , Ada and a, b, c, d", ("Field", "Ada", "c d a b")),
    ],
)
def test_names_stand_as_papers_print_them(written: str, printed: tuple[str, ...]) -> None:
    entry = f"@misc{{a, title={{Wasps}}, author={{{written}}}}}".encode()
    assert read_bibtex(entry).papers[0].authors == printed


def test_an_arxiv_number_comes_before_a_doi() -> None:
    entry = b"@misc{a, title={Wasps}, doi={10.5555/2}, note={arXiv:2506.00003}}"
    assert read_bibtex(entry).papers[0].ids == ("arxiv:2506.00003", "doi:10.5555/2")


def test_an_entry_that_stands_in_the_file_twice_is_one_paper() -> None:
    twice = b"@misc{a, title={Wasps}, doi={10.5555/2}} @misc{b, title={Wasps}, doi={10.5555/2}}"
    assert len(read_bibtex(twice).papers) == 1


def test_what_cannot_be_read_is_counted_and_the_rest_is_read(
    capfd: pytest.CaptureFixture[str],
) -> None:
    mixed = b"@misc{a, title={Wasps}}\n@broken{b, title=\n@misc{c, year={2020}}\n" + ENTRIES
    found = read_bibtex(mixed)
    assert (len(found.papers), found.n_broken) == (5, 2)
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    "data", [b"", b"\x00" * 99, b"\xff\xfe\xff", b"@" * 99, b"{" * 2_000, b"@a{" + b"{" * 2_000]
)
def test_a_file_that_is_no_bibliography_has_no_papers(data: bytes) -> None:
    assert read_bibtex(data).papers == ()


PIECES = ["@misc{a,", "}", "{", "title=", '"', "#", "\n", ",", "%", "é", "\\", "@string{", "and"]


@settings(deadline=None, max_examples=150)
@given(st.lists(st.sampled_from([*PIECES, "author="]), max_size=40))
def test_any_bytes_are_read_without_an_error(pieces: list[str]) -> None:
    read_bibtex("".join(pieces).encode())
