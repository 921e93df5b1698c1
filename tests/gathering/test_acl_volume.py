"""Test the reading of the ACL Anthology's lists: page, MODS, its own XML, BibTeX."""

from __future__ import annotations

import time
from datetime import date

import pytest

from reader.base.errors import SourceFailed
from reader.gathering.sources.registries import read_acl
from reader.library.paper import Mention, Paper, Post

PAGE = """<!doctype html><html><head><title>Volume</title></head><body>
<p class="d-sm-flex"><span class="list-button-row"><a class="badge"
href=https://aclanthology.org/2024.rain-1.0.pdf>pdf</a></span><span class=d-block><strong><a
class=align-middle href=/2024.rain-1.0/>Proceedings of Rain</a></strong></span></p>
<p class="d-sm-flex"><span><a class="badge" href=https://aclanthology.org/2024.rain-1.1.pdf>pdf</a>
<a href=/2024.rain-1.1.bib>bib</a></span><span class=d-block><strong><a class=align-middle
href=/2024.rain-1.1/>Rivers <span class=acl-fixed-case>T</span>alk</a></strong><br>
<a href=/people/a/ada-field/>Ada Field</a> | <a href=/people/b/bo-lind/>Bo Lind</a></span></p>
<div class="card bg-light" id=abstract-2024--rain-1--1><div class="card-body p-3 small">They
<i>do</i>.</div></div>
<p><strong><a class="align-middle" href="https://aclanthology.org/P19-1001/">Gardens</a></strong>
<br><a href="/people/c/cy-pond/">Cy Pond</a></p></body></html>"""
RIVERS = Paper(
    ids=("acl:2024.rain-1.1",),
    title="Rivers Talk",
    authors=("Ada Field", "Bo Lind"),
    abstract="They do.",
    published_on=date(2024, 1, 1),
    pdf_url="https://aclanthology.org/2024.rain-1.1.pdf",
)


def entry(id: str, title: str) -> Post:
    page = f"https://aclanthology.org/{id.removeprefix('acl:')}/"
    return Post(id, "", title, page, None, (Mention(id),))


def test_a_page_gives_titles_authors_abstracts_and_no_front_matter() -> None:
    gardens = Paper(
        ids=("acl:P19-1001",), title="Gardens", authors=("Cy Pond",), published_on=date(2019, 1, 1),
        pdf_url="https://aclanthology.org/P19-1001.pdf",
    )  # fmt: skip
    assert read_acl(PAGE.encode(), source="A").papers == (RIVERS, gardens)
    assert read_acl(PAGE.encode(), source="A").posts == (
        entry("acl:2024.rain-1.1", "Rivers Talk"),
        entry("acl:P19-1001", "Gardens"),
    )


def test_a_collection_of_mods_records_is_read() -> None:
    xml = """<?xml version="1.0"?><modsCollection xmlns="http://www.loc.gov/mods/v3"><mods>
      <titleInfo><title>Rivers Talk</title></titleInfo><name type="personal">
      <namePart type="given">Ada</namePart><namePart type="family">Field</namePart>
      <role><roleTerm>author</roleTerm></role></name><abstract>They do.</abstract>
      <identifier type="doi">10.18653/v1/2024.rain-1.1</identifier>
      <location><url>https://aclanthology.org/2024.rain-1.1/</url></location>
      <originInfo><dateIssued>2024-08</dateIssued></originInfo></mods></modsCollection>"""
    assert read_acl(xml.encode(), source="A").papers == (
        Paper(
            ids=("acl:2024.rain-1.1",), title="Rivers Talk", authors=("Ada Field",),
            abstract="They do.", published_on=date(2024, 8, 1),
            pdf_url="https://aclanthology.org/2024.rain-1.1.pdf",
        ),
    )  # fmt: skip


def test_the_anthologys_own_xml_is_read() -> None:
    xml = """<?xml version='1.0' encoding='UTF-8'?><collection id="2024.rain"><volume id="1">
      <meta><booktitle>Rain</booktitle><year>2024</year></meta>
      <frontmatter><url>2024.rain-1.0</url></frontmatter>
      <paper id="1"><title>Rivers <fixed-case>T</fixed-case>alk</title>
      <author><first>Ada</first><last>Field</last></author>
      <author><first>Bo</first><last>Lind</last></author>
      <abstract>They do.</abstract><url hash="x">2024.rain-1.1</url></paper></volume>
      </collection>"""
    assert read_acl(xml.encode(), source="A").papers == (RIVERS,)


def test_bibtex_gives_ids_and_titles_only() -> None:
    bib = """@proceedings{rain-2024,\n    title = "Proceedings",
    url = "https://aclanthology.org/2024.rain-1.0/",\n}
@inproceedings{field-lind-2024,\n    title = "Rivers {T}alk: a
      Study",\n    author = "Field, Ada  and\n      Lind, Bo",
    url = "https://aclanthology.org/2024.rain-1.1/",\n    pages = "1--9",\n}\n"""
    assert read_acl(bib.encode(), source="A").posts == (
        entry("acl:2024.rain-1.1", "Rivers Talk: a Study"),
    )
    assert read_acl(bib.encode(), source="A").papers == ()


@pytest.mark.parametrize(
    "content",
    [b"<a><b>", b"<modsCollection/>", b"@misc{x}", b"<!doctype html><p>Nothing", b"<x>" * 200_000],
)
def test_what_lists_nothing_is_refused(content: bytes) -> None:
    with pytest.raises(SourceFailed, match="not a list of the ACL Anthology"):
        read_acl(content, source="A")


@pytest.mark.parametrize(
    "piece", ["<a href=/2024.rain-1.1/>", "<a href=", "@x{", "<a ", "title = {"]
)
@pytest.mark.parametrize("head", ["<!doctype html>", "@"])
def test_endless_repetition_takes_no_endless_time(piece: str, head: str) -> None:
    began = time.process_time()
    with pytest.raises(SourceFailed):
        read_acl((head + piece * (100_000 // len(piece))).encode(), source="A")
    assert time.process_time() - began < 5


EARLY = """<?xml version='1.0' encoding='UTF-8'?><collection id="2006.rain"><volume id="plenaries">
  <meta><booktitle>Rain</booktitle><year>2006</year></meta>
  <paper id="1"><title>Rivers Talk</title><author><first>Ada</first><last>Field</last></author>
  <attachment>2006.rain-plenaries.1.Presentation.pdf</attachment></paper>
  <paper id="2"><title>Ponds Listen</title><author><first>Bo</first><last>Lind</last></author>
  </paper></volume></collection>"""
"""Invented, in the shape of the early Anthology: slides, and no PDF whose address has the id."""


def test_papers_of_the_early_anthology_without_a_pdf_are_read_by_their_place() -> None:
    papers = read_acl(EARLY.encode(), source="A").papers
    assert papers == (
        Paper(("acl:2006.rain-plenaries.1",), "Rivers Talk", ("Ada Field",),
              published_on=date(2006, 1, 1)),
        Paper(("acl:2006.rain-plenaries.2",), "Ponds Listen", ("Bo Lind",),
              published_on=date(2006, 1, 1)),
    )  # fmt: skip
    assert [post.mentions for post in read_acl(EARLY.encode(), source="A").posts] == [
        (Mention("acl:2006.rain-plenaries.1"),),
        (Mention("acl:2006.rain-plenaries.2"),),
    ]
    assert read_acl(EARLY.encode(), source="A").total == 2


@pytest.mark.parametrize(
    ("collection", "volume", "paper", "url", "id"),
    [
        ("W06", "1", "3", "", "acl:W06-0103"),
        ("P06", "1", "3", "", "acl:P06-1003"),
        ("D19", "5", "3", "", "acl:D19-0503"),
        ("D19", "1", "3", "", "acl:D19-1003"),
        ("W06", "1", "3", "http://www.aclweb.org/anthology/W06-0103", "acl:W06-0103"),
        ("W06", "1", "3", "W06-0103", "acl:W06-0103"),
        ("", "W06", "0103", "", "acl:W06-0103"),
    ],
)
def test_old_numbers_are_written_as_the_anthology_writes_them(
    collection: str, volume: str, paper: str, url: str, id: str
) -> None:
    link = f"<url>{url}</url>" if url else ""
    volume_xml = (
        f'<volume id="{volume}"><paper id="{paper}"><title>T</title>{link}</paper></volume>'
    )
    xml = f'<collection id="{collection}">{volume_xml}</collection>' if collection else volume_xml
    (found,) = read_acl(xml.encode(), source="A").papers
    assert found.id == id
    assert found.pdf_url == (f"https://aclanthology.org/{id[4:]}.pdf" if url else "")


def test_entries_are_counted_also_those_that_cannot_be_read() -> None:
    odd = EARLY.replace('<paper id="2">', "<paper>")
    assert (
        len(read_acl(odd.encode(), source="A").posts),
        read_acl(odd.encode(), source="A").total,
    ) == (1, 2)
    none = odd.replace('<paper id="1">', "<paper>")
    with pytest.raises(SourceFailed, match="none of the 2 entries can be read"):
        read_acl(none.encode(), source="A")
    bib = """@proceedings{r, title = "P", url = "https://aclanthology.org/2006.rain-1.0/"}
@inproceedings{a,\n    title = "Rivers",\n    url = "https://aclanthology.org/2006.rain-1.1/",\n}
@inproceedings{b,\n    title = "Ponds",\n}\n"""
    assert (
        len(read_acl(bib.encode(), source="A").posts),
        read_acl(bib.encode(), source="A").total,
    ) == (1, 2)
    assert read_acl(PAGE.encode(), source="A").total is None
