"""Test the reading of lists: CSV of several programs, JSON, bookmarks and reading lists."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reader.base.errors import ReaderError
from reader.gathering.imports.forms import read_csv, read_list, read_source
from reader.gathering.imports.item import ImportedLibrary, ImportedNote
from reader.library.highlight import Highlight
from reader.library.paper import Paper
from tests.data import DATA, needs_data

HERE = Path("/there")
AT = datetime(2024, 3, 1, 9, 30, tzinfo=UTC)


def table(text: str) -> ImportedLibrary:
    return read_csv(text, name="a.csv", folder=HERE)


def told(read: ImportedLibrary) -> list[tuple[str, str]]:
    return [(str(one.place), str(one.why)) for one in read.unplaced]


ZOTERO = """\ufeff"Key","Item Type","Publication Year","Author","Title","Publication Title","DOI","Url","Abstract Note","Date","Date Added","Notes","File Attachments","Manual Tags"
"K1","journalArticle","2024","Hoshi, Mio; Lind, Bo","Wasps","Garden Studies","10.5555/2","https://example.org/w","Of moss,
and ""fern"".","2024-03-01","2024-03-01 09:30:00","<p>My <b>words</b>.</p>","files/a.pdf; ../b.pdf","sting; nest"
"K2","preprint","2025","Field, Ada","Bees","","","https://arxiv.org/abs/2506.00002","","2025","2025-01-01 00:00:00","","",""
"K3","webpage","","","","","","https://example.org","","","","","",""
"""  # noqa: E501


def test_zoteros_csv_is_read() -> None:
    read = table(ZOTERO)
    wasps, bees = read.items
    assert wasps.paper == Paper(
        ("doi:10.5555/2",),
        "Wasps",
        ("Mio Hoshi", "Bo Lind"),
        'Of moss, and "fern".',
        comment="Garden Studies",
        published_on=date(2024, 3, 1),
    )
    assert wasps.notes == (ImportedNote("My **words**.", AT),)
    assert wasps.tags == ("sting", "nest")
    assert wasps.attached.pdfs == (HERE / "files/a.pdf",)
    assert wasps.attached.outside == (HERE / "../b.pdf",)
    assert bees.paper.id == "arxiv:2506.00002"
    assert told(read) == [("a.csv, row 4", "the entry has no title")]


READWISE = """Highlight,Book Title,Book Author,Amazon Book ID,Note,Color,Tags,Location Type,Location,Highlighted at,Document tags
of moss and fern,Wasps,"Mio Hoshi, Bo Lind, and Ada Field",,So it is.,yellow,,page,3,2024-03-01 09:30:00+00:00,"gardens,old"
"of
dew",Wasps,"Mio Hoshi, Bo Lind, and Ada Field",,,,,location,77,2024-03-01 09:31:00+00:00,
,Wasps,"Mio Hoshi, Bo Lind, and Ada Field",,My words.,,,,,2024-03-01 09:30:00+00:00,
of trees,Novel,Somebody,,,,,page,1,,
"""  # noqa: E501


def test_readwise_has_highlights_and_notes_of_titles() -> None:
    read = table(READWISE)
    wasps, novel = read.items
    assert wasps.paper.authors == ("Mio Hoshi", "Bo Lind", "Ada Field")
    assert wasps.highlights == (
        Highlight(3, 3, "highlight", "of moss and fern", "So it is."),
        Highlight(0, 77, "highlight", "of dew"),
    )
    assert wasps.notes == (ImportedNote("My words.", AT),)
    assert wasps.tags == ("gardens", "old")
    # A title may be that of any book: only papers that are in the library are meant.
    assert (wasps.is_only_known, novel.is_only_known) == (True, True)
    assert str(novel.place) == "a.csv, row 5"


INSTAPAPER = """URL,Title,Selection,Folder,Timestamp,Tags
https://arxiv.org/pdf/2506.00002v2,[2506.00002] Bees,of bees,Speech,1709285400,"[""old"",""moss""]"
https://example.org/news,News of gardens,,Unread,1709285400,[]
"""
POCKET = """title,url,time_added,tags,status
Bees,https://arxiv.org/abs/2506.00002,1709285400,old|moss,unread
https://doi.org/10.5555/2,https://doi.org/10.5555/2,1709285400,,archive
News,https://example.org/news,1709285400,,unread
"""


def test_saved_links_are_papers_only_by_their_addresses() -> None:
    read = table(INSTAPAPER)
    [bees] = read.items
    assert (bees.paper.id, bees.paper.title) == ("arxiv:2506.00002", "Bees")
    assert (bees.collections, bees.tags) == (("Speech",), ("old", "moss"))
    assert bees.highlights == (Highlight(0, 0, "highlight", "of bees"),)
    assert told(read) == [("a.csv, row 3", "no paper is known at this address")]
    assert [one.is_no_paper for one in read.unplaced] == [True]
    read = table(POCKET)
    # Without a title it is called by its id, until the registry is asked.
    assert [(i.paper.id, i.paper.title, i.tags) for i in read.items] == [
        ("arxiv:2506.00002", "Bees", ("old", "moss")),
        ("doi:10.5555/2", "doi:10.5555/2", ()),
    ]
    assert told(read) == [("a.csv, row 4", "no paper is known at this address")]


@pytest.mark.parametrize(
    "text",
    [
        "Paper Title;Authors;arXiv ID;Comment\r\nBees;Ada Field, Bo Lind;2506.00002;My words.\r\n",
        "sep=;\r\nTITLE;AUTHOR;Link;Notes\r\nBees;Field, Ada and Lind, Bo;"
        "arxiv.org/abs/2506.00002;My words.\r\n",
        "\ufeffタイトル\t著者\tURL\tメモ\nBees\tAda Field、Bo Lind\t"
        "https://arxiv.org/abs/2506.00002\tMy words.",
        "title,author,eprint,note,,\r\nBees,Ada Field; Bo Lind,2506.00002,My words.,,\r\n,,,,,\r\n",
    ],
)  # fmt: skip
def test_columns_are_known_by_their_names(text: str) -> None:
    read = table(text)
    assert [i.paper for i in read.items] == [
        Paper(("arxiv:2506.00002",), "Bees", ("Ada Field", "Bo Lind"))
    ]
    assert read.items[0].notes == (ImportedNote("My words."),)
    assert read.unplaced == ()


def test_the_tables_of_publishers_are_read() -> None:
    read = table(
        "Authors,Document Title,Publication,PDF Link,Author Keywords\n"
        '"Hoshi, Mio; Lind, Bo; ",Wasps,Garden Studies,https://doi.org/10.5555/wasps,moss;dew\n'
    )
    [wasps] = read.items
    assert wasps.paper == Paper(
        ("doi:10.5555/wasps",), "Wasps", ("Mio Hoshi", "Bo Lind"), comment="Garden Studies"
    )
    assert wasps.tags == ("moss", "dew")


def test_a_list_of_titles_names_papers() -> None:
    read = table("Title,Year\nWasps in old gardens,2019\n")
    assert read.items[0].paper.title == "Wasps in old gardens"
    assert read.items[0].paper.published_on == date(2019, 1, 1)


def test_cut_rows_are_named_and_the_others_read() -> None:
    read = table("title,doi,year\nWasps,10.5555/1,2019\nBees,10.5\nAnts,10.5555/3,2021,x\n")
    assert [item.paper.title for item in read.items] == ["Wasps"]
    assert told(read) == [
        ("a.csv, row 3", "its number of cells is 2, that of the first row 3"),
        ("a.csv, row 4", "its number of cells is 4, that of the first row 3"),
    ]


def test_a_cell_may_be_huge() -> None:
    read = table(f'title,doi,abstract\nWasps,10.5555/1,"{"moss " * 100_000}"\n')
    assert len(read.items[0].paper.abstract) == 499_999


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.csv", b"title,doi\nWasps,\"10.5555/1\nBees,10.5555/2\n", "line 3: the quotes"),
        ("a.csv", b'title,doi\n"Wasps" old,10.5555/1\n', "line 2: the quotes"),
        ("a.csv", b"https://arxiv.org/abs/2506.00002,Bees\n", "row 1: no column is named"),
        ("a.csv", b"", "row 1: no column is named"),
        ("a.csv", "title\n蜂とこけの研究について\n".encode("cp932"), "line 2.*SHIFT_JIS"),
        ("a.csv", POCKET.encode("utf-16"), "UTF-16"),
        ("a.txt", b"A letter about wasps.\n", "no entry of list"),
        ("a.html", b"<p>Wasps</p>", "no entry of list"),
        ("a.json", b'["wasps", "bees"]', "not CSL-JSON"),
    ],
)  # fmt: skip
def test_lists_that_cannot_be_read_are_refused_with_their_place(
    tmp_path: Path, name: str, content: bytes, said: str
) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(ReaderError, match=said) as error:
        read_source(tmp_path / name)
    assert error.value.exit_code == 2
    assert error.value.hint


def test_a_list_without_a_head_is_read_as_links(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text("https://arxiv.org/abs/2506.00002,Bees\n")
    assert [i.paper.id for i in read_source(file, "list").items] == ["arxiv:2506.00002"]


PAGE = """<!DOCTYPE html><html><head><title>Pocket Export</title></head><body><h1>Unread</h1><ul>
<li><a href="https://arxiv.org/abs/2506.00002" time_added="1709285400" tags="old,moss">Bees</a></li>
<li><a href="https://example.org/" tags="">News</a></li></ul><a href="#top">up</a>"""
READING = """# Papers I read in 2506.00001 days

- **03/01/2024** Wasps in Old Gardens [[arXiv](https://arxiv.org/abs/2506.00003v2)] [[code](https://github.com/a/b)]
- [Bees and Other Friends](https://arxiv.org/abs/2506.00002), M. Hoshi [pdf](https://arxiv.org/pdf/2506.00002)
- [A walk](https://example.org/walk)
- see 10.5555/moss.2 and arXiv:2506.00004
"""


def test_pockets_page_is_read(tmp_path: Path) -> None:
    file = tmp_path / "ril_export.html"
    file.write_text(PAGE, "utf-8")
    read = read_source(file)
    assert read.form == "list"
    assert [(i.paper.id, i.paper.title, i.tags) for i in read.items] == [
        ("arxiv:2506.00002", "Bees", ("old", "moss"))
    ]
    assert told(read) == [("ril_export.html, line 3", "no paper is known at this address")]


def test_reading_lists_are_read_line_by_line(tmp_path: Path) -> None:
    file = tmp_path / "list.md"
    file.write_text(READING, "utf-8")
    read = read_source(file)
    assert [(str(i.place), i.paper.id, i.paper.title) for i in read.items] == [
        ("list.md, line 3", "arxiv:2506.00003", "Wasps in Old Gardens"),
        ("list.md, line 4", "arxiv:2506.00002", "Bees and Other Friends"),
        ("list.md, line 4", "arxiv:2506.00002", "Bees and Other Friends"),
        ("list.md, line 6", "doi:10.5555/moss.2", "doi:10.5555/moss.2"),
        ("list.md, line 6", "arxiv:2506.00004", "arxiv:2506.00004"),
    ]
    assert [place for place, _why in told(read)] == ["list.md, line 5"]


SCHOLAR = {
    "paperId": "5ca1ab1e",
    "externalIds": {"ArXiv": "2506.00002", "DOI": "10.5555/moss.2", "CorpusId": 7},
    "title": "Bees",
    "authors": [{"name": "Ada Field"}, {"name": "Bo Lind"}],
    "year": 2025,
}


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (["2506.00002v1", "0704.0001"], [("2506.00002", ()), ("0704.0001", ())]),
        (
            {"moss": ["2506.00002"], "dew": ["quant-ph/0201082"]},
            [("2506.00002", ("moss",)), ("quant-ph/0201082", ("dew",))],
        ),
        (
            {"users": {"ada": {"moss": ["2506.00002"], "dew": []}}, "n": 1},
            [("2506.00002", ("moss",))],
        ),
        ([{"id": "2506.00002", "title": "Bees", "summary": "Of bees."}], [("2506.00002", ())]),
        ({"2506.00002": {"title": "Bees"}}, [("2506.00002", ())]),
        ({"data": [SCHOLAR]}, [("2506.00002", ())]),
    ],
)
def test_json_names_papers_by_numbers_and_objects(
    tmp_path: Path, content: object, found: list[tuple[str, tuple[str, ...]]]
) -> None:
    file = tmp_path / "a.json"
    file.write_text(json.dumps(content), "utf-8")
    read = read_source(file)
    assert [(i.paper.id.removeprefix("arxiv:"), i.collections) for i in read.items] == found
    assert read_source(file, "list") == read


def test_semantic_scholars_objects_are_papers(tmp_path: Path) -> None:
    file = tmp_path / "a.json"
    file.write_text(json.dumps([SCHOLAR]), "utf-8")
    assert read_source(file).items[0].paper == Paper(
        ("arxiv:2506.00002", "doi:10.5555/moss.2"),
        "Bees",
        ("Ada Field", "Bo Lind"),
        published_on=date(2025, 1, 1),
    )


def test_a_text_of_numbers_is_read(tmp_path: Path) -> None:
    file = tmp_path / "ids.txt"
    file.write_text("2506.00002\n0704.0001\nhttps://openreview.net/forum?id=abcDE12345\n")
    assert [item.paper.id for item in read_source(file).items] == [
        "arxiv:2506.00002",
        "arxiv:0704.0001",
        "openreview:abcDE12345",
    ]


PIECES = ["title", "doi", "url", ",", ";", '"', "\n", "\r", "\t", "10.5555/1", "sep=", "\0", "é"]


@settings(deadline=None, max_examples=200)
@given(st.lists(st.sampled_from(PIECES), max_size=40))
def test_any_list_is_read_or_refused(pieces: list[str]) -> None:
    text = "".join(pieces)
    read_list(text, name="a")
    with suppress(ReaderError):
        table(f"title,url\n{text}")


@needs_data
def test_real_lists_have_the_counts_of_their_manifest() -> None:
    assert DATA is not None
    lines = (DATA / "files" / "libraries_truth.jsonl").read_text("utf-8").splitlines()
    for truth in map(json.loads, lines):
        if truth["format"] not in ("Pocket HTML", "Markdown reading list"):
            continue
        read = read_source(DATA / "files" / truth["file"])
        ids = [i.paper.id for i in read.items if i.paper.id.startswith("arxiv:")]
        assert (truth["file"], len(ids)) == (truth["file"], truth["arxiv_links"])
        assert len(set(ids)) == truth.get("distinct_arxiv_ids", 0)
        if truth["format"] == "Pocket HTML":
            assert len(read.items) + len(read.unplaced) == truth["links"]
