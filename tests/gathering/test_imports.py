"""Test the reading of what other programs keep, good files and damaged ones."""

from __future__ import annotations

import json
import logging
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reader.base.errors import ReaderError
from reader.gathering.imports.bibliography import read_bibtex
from reader.gathering.imports.forms import read_source
from reader.gathering.imports.item import ImportedLibrary, ImportedNote
from reader.library.paper import Paper, Publication
from tests.data import DATA, needs_data

HERE = Path("/there")

ENTRIES = r"""
% a comment
@string{venue = "Garden Studies"}
@article{field2024, title = {The {S}peech of Sch{\"o}n Gardens}, journal = venue,
  volume = 7, number = {2}, pages = {11--20}, publisher = {Moss \& Co},
  author = {Ada Field and Lind, Bo and {The Garden Team}}, year = 2024,
  doi = {10.5555/1}, abstract = {Of moss,
  and of 5% fern -- and 7\% of ``dew''.}}
@misc{lind, title = "Wasps", author = "Bo Lind", eprint = {2506.01234v2}, archivePrefix = {arXiv}}
@online{url, title = {Bees}, date = {2020-03-01}, url = {https://arxiv.org/abs/2506.00002}}
@inproceedings{none, title = {Ants}, author = {Mio Hoshi}, year = {2021}}
@comment{nothing}
"""


GARDEN = Publication("", "Garden Studies", "7", "2", "11-20", "Moss & Co", "2024", "10.5555/2")


def bibtex(text: str) -> ImportedLibrary:
    return read_bibtex(text, name="a.bib", folder=HERE)


@pytest.mark.slow
def test_entries_become_papers_with_what_the_file_says() -> None:
    read = bibtex(ENTRIES)
    assert [item.paper for item in read.items] == [
        Paper(
            ("doi:10.5555/1",),
            "The Speech of Schön Gardens",
            ("Ada Field", "Bo Lind", "The Garden Team"),
            "Of moss, and of 5% fern – and 7% of “dew”.",
            comment="Garden Studies",
            published_on=date(2024, 1, 1),
            publication=replace(GARDEN, source="bibtex", doi="10.5555/1"),
        ),
        Paper(("arxiv:2506.01234",), "Wasps", ("Bo Lind",)),
        Paper(("arxiv:2506.00002",), "Bees", published_on=date(2020, 3, 1)),
        Paper(("pdf:3fa35f6a2e9d52bf",), "Ants", ("Mio Hoshi",), published_on=date(2021, 1, 1)),
    ]
    assert [str(item.place) for item in read.items][:2] == ["a.bib, line 4", "a.bib, line 9"]
    assert read.unplaced == ()


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
    entry = f"@misc{{a, title={{Wasps}}, author={{{written}}}}}"
    assert bibtex(entry).items[0].paper.authors == printed


def test_an_arxiv_number_comes_before_a_doi() -> None:
    entry = "@misc{a, title={Wasps}, doi={10.5555/2}, note={arXiv:2506.00003}}"
    assert bibtex(entry).items[0].paper.ids == ("arxiv:2506.00003", "doi:10.5555/2")


def test_entries_with_one_key_and_fields_that_stand_twice_are_all_read() -> None:
    twice = "@misc{a, title={Wasps}, year=2001, year=2002}\n@misc{a, title={Bees}}"
    assert [item.paper.title for item in bibtex(twice).items] == ["Wasps", "Bees"]


def test_what_cannot_be_read_is_named_by_its_line_and_the_rest_is_read(
    capfd: pytest.CaptureFixture[str],
) -> None:
    mixed = "@misc{a, title={Wasps}}\n@broken{b, title=\n@misc{c, year={2020}}\n" + ENTRIES
    found = bibtex(mixed)
    assert len(found.items) == 5
    assert [str(one.place) for one in found.unplaced] == ["a.bib, line 2", "a.bib, line 3"]
    assert capfd.readouterr() == ("", "")


def test_catalogue_numbers_of_zoteros_field_extra_are_no_notes() -> None:
    texts = ("OCLC: ocm85829252", "Accepted: 2020-11-12T18:14:15Z\nNumber: 1804.0001", "TODO: read",
             "OCLC: ocm85829252\nThe gate is small.", "2019: a good year")  # fmt: skip
    entries = (f"@misc{{k{n}, title={{T{n}}}, annotation={{{t}}}}}" for n, t in enumerate(texts))
    read = bibtex("\n".join(entries))
    kept = [note.text for item in read.items for note in item.notes]
    assert kept == list(texts[2:])


def test_collections_tags_notes_and_files_are_those_of_jabref_and_mendeley() -> None:
    read = bibtex(r"""@misc{a, title={Wasps}, groups={Speech/ASR, Old}, keywords={wasp; sting},
      annote={My own words.}, file={Full Text:files/1/a.pdf:application/pdf;
      :home/ada/b\_c.pdf:pdf;C\:\\papers\\d.pdf;:../../e.pdf:PDF;:f.html:HTML}}
    @misc{k2, title={Bees}}
    @Comment{jabref-meta: grouping:
    0 AllEntriesGroup:;
    1 ExplicitGroup:Garden\;0\;a\;;
    2 ExplicitGroup:Hives\;0\;k2\;;
    }""")
    first, second = read.items
    assert first.collections == ("Garden", "Speech/ASR", "Old")
    assert first.tags == ("wasp", "sting")
    assert first.notes == (ImportedNote("My own words."),)
    files = [str(file) for file in first.attached.pdfs]
    assert files == ["/there/files/1/a.pdf", "/home/ada/b_c.pdf", "C:/papers/d.pdf"]
    assert [str(file) for file in first.attached.outside] == ["/there/../../e.pdf"]
    assert first.attached.n_other == 1
    assert second.collections == ("Garden/Hives",)


@pytest.mark.parametrize("text", ["", "\0" * 99, "@" * 99, "{" * 2_000, "@a{" + "{" * 2_000])
def test_a_text_that_is_no_bibliography_has_no_papers(text: str) -> None:
    assert bibtex(text).items == ()


PIECES = ["@misc{a,", "}", "{", "title=", '"', "#", "\n", ",", "%", "é", "\\", "@string{", "and"]


@settings(deadline=None, max_examples=150)
@given(st.lists(st.sampled_from([*PIECES, "author="]), max_size=40))
def test_any_text_is_read_without_an_error(pieces: list[str]) -> None:
    bibtex("".join(pieces))


CSL = [
    {
        "id": "hoshi", "title": "Wasps <i>and</i> Bees", "DOI": "10.5555/2", "type": "article",
        "author": [{"family": "Hoshi", "given": "Mio"}, {"literal": "The Garden Team"}],
        "issued": {"date-parts": [["2024", 3]]}, "abstract": "Of moss.", "keyword": "a, b",
        "container-title": "Garden Studies", "volume": "7", "issue": 2, "page": "11-20",
        "publisher": "Moss & Co", "annote": "My words.",
    },
    {"id": "arxiv", "title": "Ants", "number": "arXiv:2506.00004", "issued": {"raw": "in 2020"}},
    {"id": "none", "author": "nobody"},
    7,
]  # fmt: skip


def test_csl_json_is_read(tmp_path: Path) -> None:
    file = tmp_path / "library.json"
    file.write_text(json.dumps(CSL), "utf-8")
    read = read_source(file)
    assert [item.paper for item in read.items] == [
        Paper(
            ("doi:10.5555/2",),
            "Wasps and Bees",
            ("Mio Hoshi", "The Garden Team"),
            "Of moss.",
            comment="Garden Studies",
            published_on=date(2024, 3, 1),
            publication=replace(GARDEN, source="csl-json"),
        ),
        Paper(("arxiv:2506.00004",), "Ants", published_on=date(2020, 1, 1)),
    ]
    assert (read.items[0].tags, read.items[0].notes[0].text) == (("a", "b"), "My words.")
    assert len(read.unplaced) == 2


RIS = """TY  - JOUR
AU  - Hoshi, Mio
AU  - Lind, Bo, Jr.
AU  - 星, 澪
TI  - Wasps
T2  - Garden Studies
VL  - 7
IS  - 2
SP  - 11
EP  - 20
PB  - Moss & Co
PY  - 2024/03/01
DO  - 10.5555/2
KW  - sting
N1  - My words.
L1  - internal-pdf://a.pdf
AB  - Of moss
and of fern.
ER  -

TY  - GEN
TI  - Bees
UR  - https://arxiv.org/abs/2506.00002
ER  -
TY  - GEN
T1  - Ants
"""


def test_ris_is_read_and_a_record_without_an_end_is_named(tmp_path: Path) -> None:
    file = tmp_path / "export.txt"
    file.write_bytes(RIS.replace("\n", "\r\n").encode())
    read = read_source(file)
    first, second = read.items
    assert first.paper == Paper(
        ("doi:10.5555/2",),
        "Wasps",
        ("Mio Hoshi", "Bo Lind Jr.", "星 澪"),
        "Of moss and of fern.",
        comment="Garden Studies",
        published_on=date(2024, 3, 1),
        publication=replace(GARDEN, source="ris"),
    )
    assert (first.tags, first.notes[0].text) == (("sting",), "My words.")
    assert first.attached.pdfs == (tmp_path / "a.pdf",)
    assert second.paper.id == "arxiv:2506.00002"
    assert [str(one.place) for one in read.unplaced] == ["export.txt, line 25"]


JAPANESE = "@misc{a, title={蜂とこけの研究について}}\n"


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.bib", b"@misc{b, title={x}}\n" + JAPANESE.encode("cp932"), "line 2.*SHIFT_JIS"),
        ("a.bib", JAPANESE.encode("euc_jp"), "line 1.*EUC-JP"),
        ("a.bib", "@misc{a, title={Gärten}}".encode("latin1"), "line 1.*LATIN1"),
        ("a.ris", RIS.encode("utf-16"), "UTF-16"),
        ("a.ris", RIS.encode("utf-16-le"), "UTF-16"),
        ("a.json", json.dumps(CSL, indent=1).encode()[:400], "line 28: the JSON breaks off"),
        ("a.json", b'{"a": 1}', "not CSL-JSON"),
        ("a.json", b"[" * 100_000, "not CSL-JSON"),
        ("a.bib", b"A letter about wasps.", "no entry of bibtex"),
        ("a.doc", b"\xd0\xcf\x11", "nothing that can be imported"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_place(
    tmp_path: Path, name: str, content: bytes, said: str
) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(ReaderError, match=said) as error:
        read_source(tmp_path / name)
    assert error.value.exit_code == 2
    assert error.value.hint
    assert (tmp_path / name).read_bytes() == content


def test_list_of_feeds_names_the_command_that_takes_it(tmp_path: Path) -> None:
    file = tmp_path / "feeds.opml"
    file.write_text("<opml version='2.0'></opml>", "utf-8")
    with pytest.raises(ReaderError, match="nothing that can be imported") as error:
        read_source(file)
    assert error.value.hint == f"`reader follow --from {file}` adds the feeds of an OPML."


@pytest.mark.slow
@needs_data
def test_real_libraries_have_the_counts_of_their_manifest() -> None:
    assert DATA is not None
    lines = (DATA / "files" / "libraries_truth.jsonl").read_text("utf-8").splitlines()
    for truth in map(json.loads, lines):
        if truth["format"] not in ("bibtex", "CSL-JSON", "Zotero RDF"):
            continue
        file = DATA / "files" / truth["file"]
        read = read_source(file)
        lines = file.read_text("utf-8").split("\n")
        # The manifest counts entries in braces; BibTeX has them in round brackets too.
        places = [str(one.place) for one in read.items]
        places += [str(one.place) for one in read.unplaced]
        numbers = [int(place.rpartition(" ")[2]) for place in places if ", line " in place]
        is_bibtex = truth["format"] == "bibtex"
        counted = sum("{" in lines[n - 1] for n in numbers) if is_bibtex else len(places)
        arxiv = sum(item.paper.id.startswith("arxiv:") for item in read.items)
        assert (file.name, counted) == (file.name, truth["entries"])
        assert (file.name, arxiv) == (file.name, truth.get("with_arxiv_id", arxiv))
        if "with_abstract" in truth and not file.name.startswith("messy"):
            abstracts = sum(bool(item.paper.abstract) for item in read.items)
            assert (file.name, abstracts) == (file.name, truth["with_abstract"])


def test_the_parsers_log_nothing(caplog: pytest.LogCaptureFixture) -> None:
    bibtex("@misc{a, title=\n@misc{b}")
    assert [r for r in caplog.records if r.levelno >= logging.WARNING] == []


RDF = """<?xml version="1.0"?>
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
 xmlns:z="http://www.zotero.org/namespaces/export#" xmlns:dcterms="http://purl.org/dc/terms/"
 xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:bib="http://purl.org/net/biblio#"

 xmlns:prism="http://prismstandard.org/namespaces/1.2/basic/"
 xmlns:foaf="http://xmlns.com/foaf/0.1/" xmlns:link="http://purl.org/rss/1.0/modules/link/">
 <bib:Article rdf:about="https://example.org/wasps">
  <z:itemType>journalArticle</z:itemType>
  <dcterms:isPartOf><bib:Journal><dc:title>Garden Studies</dc:title>
    <prism:volume>7</prism:volume><prism:number>2</prism:number>
    <dc:identifier>DOI 10.5555/2</dc:identifier></bib:Journal></dcterms:isPartOf>
  <bib:authors><rdf:Seq><rdf:li><foaf:Person><foaf:surname>Hoshi</foaf:surname>
    <foaf:givenName>Mio</foaf:givenName></foaf:Person></rdf:li></rdf:Seq></bib:authors>
  <dcterms:isReferencedBy rdf:resource="#item_3"/>
  <link:link rdf:resource="#item_4"/><link:link rdf:resource="#item_5"/>
  <dc:subject><z:AutomaticTag><rdf:value>moss</rdf:value></z:AutomaticTag></dc:subject>
  <dc:subject>fern</dc:subject>
  <dc:title>Wasps</dc:title><dcterms:abstract>Of &lt;i&gt;moss&lt;/i&gt;.</dcterms:abstract>
  <dc:date>March 1, 2024</dc:date><bib:pages>11-20</bib:pages>
  <dc:publisher><foaf:Organization><foaf:name>Moss &amp; Co</foaf:name></foaf:Organization>
  </dc:publisher>
 </bib:Article>
 <bib:Memo rdf:about="#item_3"><rdf:value>&lt;p&gt;My words.&lt;/p&gt;</rdf:value></bib:Memo>
 <bib:Memo rdf:about="#item_9"><rdf:value>Loose.</rdf:value></bib:Memo>
 <z:Attachment rdf:about="#item_4"><z:itemType>attachment</z:itemType>
  <rdf:resource rdf:resource="files/4/a.pdf"/></z:Attachment>
 <z:Attachment rdf:about="#item_5"><z:itemType>attachment</z:itemType>
  <rdf:resource rdf:resource="../../b.pdf"/></z:Attachment>
 <z:Collection rdf:about="#collection_1"><dc:title>Speech</dc:title>
  <dcterms:hasPart rdf:resource="#collection_2"/></z:Collection>
 <z:Collection rdf:about="#collection_2"><dc:title>Old</dc:title>
  <dcterms:hasPart rdf:resource="https://example.org/wasps"/></z:Collection>
</rdf:RDF>
"""


def test_zotero_rdf_is_read(tmp_path: Path) -> None:
    file = tmp_path / "a.rdf"
    file.write_text(RDF, "utf-8")
    read = read_source(file)
    [item] = read.items
    assert item.paper == Paper(
        ("doi:10.5555/2",),
        "Wasps",
        ("Mio Hoshi",),
        "Of moss.",
        comment="Garden Studies",
        published_on=date(2024, 1, 1),
        publication=replace(GARDEN, source="rdf"),
    )
    assert (item.collections, item.tags) == (("Speech/Old",), ("moss", "fern"))
    assert item.notes == (ImportedNote("My words."),)
    assert item.attached.pdfs == (tmp_path / "files/4/a.pdf",)
    assert item.attached.outside == (tmp_path / "../../b.pdf",)
    assert read.unplaced == ()
    assert [(note.title, note.text) for note in read.notes] == [("Loose.", "Loose.")]


BOMB = (
    '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
    + RDF.partition("?>")[2].replace("Wasps", "&b;")
)
OUTSIDE = BOMB.replace('"aaaaaaaaaa"', 'SYSTEM "file:///etc/passwd"')


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (RDF[:900], r"line 14: the XML breaks off"),
        (BOMB, "declares entities"),
        (OUTSIDE, "declares entities"),
        ("<html/>", "not RDF"),
    ],
)
def test_rdf_that_is_cut_or_has_entities_is_refused(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "a.rdf"
    file.write_text(text, "utf-8")
    with pytest.raises(ReaderError, match=said) as error:
        read_source(file)
    assert error.value.exit_code == 2


def test_papis_folders_are_read(tmp_path: Path) -> None:
    one = tmp_path / "speech" / "asr" / "hoshi-wasps"
    one.mkdir(parents=True)
    (one / "info.yaml").write_text(
        "title: Wasps\nauthor_list:\n- {family: Hoshi, given: Mio}\n- {family: 星, given: 澪}\n"
        "year: 2024\ndoi: 10.5555/2\ntags: [moss, fern]\n"
        "files: [a.pdf, ../../b.pdf]\nnotes: notes.md\n"
        "journal: Garden Studies\nvolume: 7\nnumber: '2'\npages: 11--20\npublisher: Moss & Co\n",
        "utf-8",
    )
    (one / "notes.md").write_text("My words.\n", "utf-8")
    two = tmp_path / "bees"
    two.mkdir()
    (two / "info.yaml").write_text("title: Bees\nauthor: Lind, Bo and Ada Field\ntags: a b\n")
    for name, text in (("cut", "title: [Ants\nyear: 2"), ("none", "year: 2020"), ("odd", "- 1")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "info.yaml").write_text(text)
    read = read_source(tmp_path)
    bees, wasps = read.items
    assert wasps.paper == Paper(
        ("doi:10.5555/2",),
        "Wasps",
        ("Mio Hoshi", "星 澪"),
        comment="Garden Studies",
        published_on=date(2024, 1, 1),
        publication=replace(GARDEN, source="papis"),
    )
    assert (wasps.collections, wasps.tags) == (("speech/asr",), ("moss", "fern"))
    assert [note.text for note in wasps.notes] == ["My words."]
    assert wasps.attached.pdfs == (one / "a.pdf",)
    assert wasps.attached.outside == (one / "../../b.pdf",)
    assert (bees.paper.authors, bees.tags) == (("Bo Lind", "Ada Field"), ("a", "b"))
    assert [str(one.place) for one in read.unplaced] == [
        "cut/info.yaml",
        "none/info.yaml",
        "odd/info.yaml",
    ]
    assert "line 2 cannot be read" in str(read.unplaced[0].why)


@pytest.mark.parametrize("name", ["empty.bib", "empty.ris", "empty.txt"])
def test_an_empty_file_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text(" \n", "utf-8")
    with pytest.raises(ReaderError, match=rf"{name} has no entry of"):
        read_source(tmp_path / name)
