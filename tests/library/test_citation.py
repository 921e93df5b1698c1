"""Test how entries of lists of references are read, and which of them a text cites."""

from __future__ import annotations

import pytest

from reader.library.passage import Block, Document, Page
from reader.library.reference import CitedWork, CitedWorks, works_of


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
