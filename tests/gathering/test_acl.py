"""Test the look-up at the ACL Anthology with invented records; no real ones were recorded."""

from __future__ import annotations

from datetime import date

import pytest

from reader.base.errors import SourceFailed
from reader.base.http import Fetch, Request, Response
from reader.gathering.sources.registries import paper_by_acl
from reader.library.paper import Paper, Publication

BASE = "https://aclanthology.org"
RECORD = """<?xml version="1.0" encoding="UTF-8"?>
<modsCollection xmlns="http://www.loc.gov/mods/v3"><mods ID="hoshi-field-2025-talking">
<titleInfo><title>Talking <b>Rivers</b></title><subTitle>A Study</subTitle></titleInfo>
<name type="personal"><namePart type="given">Mio</namePart><namePart type="family">Høshi</namePart>
<role><roleTerm authority="marcrelator" type="text">author</roleTerm></role></name>
<originInfo><dateIssued>2025-07</dateIssued></originInfo>
<part><detail type="volume"><number>7</number></detail>
<extent unit="page"><start>11</start><end>20</end></extent></part>
<relatedItem type="host"><titleInfo><title>Proceedings</title></titleInfo>
<originInfo><publisher>Moss Press</publisher></originInfo>
<name type="personal"><namePart type="family">Chair</namePart>
<role><roleTerm>editor</roleTerm></role></name></relatedItem>
<abstract>Rivers talk.
We listen.</abstract>
<identifier type="citekey">hoshi</identifier>
<identifier type="doi">10.1234/v1/2025.River-long.7</identifier></mods></modsCollection>""".encode()


def answering(content: bytes) -> Fetch:
    def fetch(request: Request) -> Response:
        assert request.url == "https://aclanthology.org/2025.river-long.7.xml"
        return Response(request.url, 200, content)

    return fetch


@pytest.mark.parametrize("id", ["acl:2025.river-long.7", "2025.river-long.7"])
def test_a_record_becomes_a_paper(id: str) -> None:
    assert paper_by_acl(answering(RECORD), BASE, id) == Paper(
        ids=("acl:2025.river-long.7", "doi:10.1234/v1/2025.river-long.7"),
        title="Talking Rivers: A Study",
        authors=("Mio Høshi",),
        abstract="Rivers talk. We listen.",
        published_on=date(2025, 7, 1),
        pdf_url="https://aclanthology.org/2025.river-long.7.pdf",
        publication=Publication(
            "acl",
            "Proceedings",
            "7",
            pages="11-20",
            publisher="Moss Press",
            year="2025",
            doi="10.1234/v1/2025.river-long.7",
        ),
    )


def test_missing_fields_are_accepted() -> None:
    content = b"<mods><titleInfo><title>Rivers</title></titleInfo><dateIssued>x</dateIssued></mods>"
    assert paper_by_acl(answering(content), BASE, "2025.river-long.7") == Paper(
        ids=("acl:2025.river-long.7",),
        title="Rivers",
        pdf_url="https://aclanthology.org/2025.river-long.7.pdf",
    )


def test_not_found_is_none_and_any_other_status_a_failure() -> None:
    def refusing(request: Request) -> Response:
        status = 404 if "none" in request.url else 500
        raise SourceFailed(source=request.source, what=str(status), status=status)

    assert paper_by_acl(refusing, BASE, "acl:2025.none-1.1") is None
    with pytest.raises(SourceFailed, match="ACL Anthology: 500"):
        paper_by_acl(refusing, BASE, "acl:2025.some-1.1")


BOMB = (
    b"<!DOCTYPE mods [<!ENTITY a0 'haha'>%s]>"
    b"<mods><titleInfo><title>&a12;</title></titleInfo></mods>"
)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "the answer is empty, not a MODS record"),
        (b"<html><p>", "the answer is an HTML page, not a MODS record"),
        (RECORD[:400], "the answer is other or incomplete XML, not a MODS record"),
        (b"<mods/>", "the record has no title"),
        (b"<rss/>", "the record has no title"),
    ],
)  # fmt: skip
def test_other_answers_are_refused(content: bytes, sentence: str) -> None:
    with pytest.raises(SourceFailed) as caught:
        paper_by_acl(answering(content), BASE, "2025.river-long.7")
    assert caught.value.message == f"ACL Anthology: {sentence}"


def test_entities_neither_explode_nor_read_files() -> None:
    grown = b"".join(b"<!ENTITY a%d '%s'>" % (i + 1, b"&a%d;" % i * 10) for i in range(12))
    file = b"<!ENTITY a12 SYSTEM 'file:///etc/passwd'>"
    for entities in (grown, file):
        with pytest.raises(SourceFailed):
            paper_by_acl(answering(BOMB % entities), BASE, "2025.river-long.7")
