"""Test the reading of arXiv's mailings against invented and recorded ones."""

from __future__ import annotations

from datetime import date

import pytest

from reader.base.errors import SourceFailed
from reader.gathering.sources.arxiv_lists import Mailing, address, read_feed, split_authors
from reader.library.paper import Paper
from tests.data import DATA, needs_data


def entry(id: str, kind: str, *, day: str = "2025-03-04", more: str = "") -> str:
    return f"""<entry><id>oai:arXiv.org:{id}</id><title>Talking
  Rivers $p &lt; q$ and &lt;b&gt;</title><updated>2025-03-05T05:00:19.8+00:00</updated>
  <link href="https://arxiv.org/abs/{id[:-2]}" rel="alternate" type="text/html"/>
  <summary>arXiv:{id} Announce Type: {kind}
Abstract: Rivers, when a &lt; b, talk &amp; listen.</summary>
  <category term="cs.CL"/><category term="eess.AS"/>
  <published>{day}T00:00:00-05:00</published>
  <arxiv:announce_type>{kind}</arxiv:announce_type>
  <dc:creator>Mio Hoshi, Ada Field (1 and 2), Juan P\u00e9rez, Jr.</dc:creator>{more}</entry>"""


def atom(*entries: str) -> bytes:
    return f"""<?xml version='1.0' encoding='UTF-8'?>
<feed xmlns:arxiv="http://arxiv.org/schemas/atom" xmlns:dc="http://purl.org/dc/elements/1.1/"
  xmlns="http://www.w3.org/2005/Atom" xml:lang="en-us"><id>http://rss.arxiv.org/atom/cs.CL</id>
  <title>cs.CL updates on arXiv.org</title><updated>2025-03-05T05:00:19.8+00:00</updated>
  {"".join(entries)}</feed>""".encode()


def rss(*items: str) -> bytes:
    return f"""<?xml version='1.0' encoding='UTF-8'?>
<rss xmlns:arxiv="http://arxiv.org/schemas/atom" xmlns:dc="http://purl.org/dc/elements/1.1/"
  version="2.0"><channel><title>cs.CL updates on arXiv.org</title>
  <link>http://rss.arxiv.org/rss/cs.CL</link><description>cs.CL updates</description>
  <lastBuildDate>Sat, 01 Mar 2025 05:00:02 +0000</lastBuildDate>
  <pubDate>Sat, 01 Mar 2025 00:00:00 -0500</pubDate>
  <skipDays><day>Saturday</day><day>Sunday</day></skipDays>{"".join(items)}</channel></rss>
""".encode()


def paper(number: str, version: int, announced_on: date | None) -> Paper:
    return Paper(
        ids=(f"arxiv:{number}",),
        title="Talking Rivers $p < q$ and <b>",
        authors=("Mio Hoshi", "Ada Field", "Juan Pérez Jr."),
        abstract="Rivers, when a < b, talk & listen.",
        categories=("cs.CL", "eess.AS"),
        announced_on=announced_on,
        version=version,
    )


def test_a_mailing_is_parted_into_new_cross_and_replaced() -> None:
    content = atom(
        entry("2503.00001v1", "new"),
        entry("2503.00002v1", "cross"),
        entry("2412.00003v4", "replace"),
        entry("2412.00004v2", "replace-cross"),
        entry("2503.00005v1", "brand-new"),
    )
    day = date(2025, 3, 4)
    assert read_feed(content, source="arXiv cs.CL") == Mailing(
        covers=day,
        new=(paper("2503.00001", 1, day), paper("2503.00005", 1, day)),
        cross=(paper("2503.00002", 1, None),),
        replaced=(paper("2412.00003", 4, None), paper("2412.00004", 2, None)),
    )


def test_the_day_is_the_entries_and_not_that_of_building() -> None:
    old = atom(entry("2503.00001v1", "new", day="2025-03-03"))
    assert read_feed(old, source="arXiv cs.CL").covers == date(2025, 3, 3)


def test_a_weekend_is_an_empty_mailing_and_no_failure() -> None:
    assert read_feed(rss(), source="arXiv cs.CL") == Mailing(covers=date(2025, 3, 1))
    assert read_feed(atom(), source="arXiv cs.CL") == Mailing(covers=None)


def test_rss_is_read_like_atom() -> None:
    item = """<item><title>Talking Rivers $p &lt; q$ and &lt;b&gt;</title>
      <link>https://arxiv.org/abs/2503.00001</link>
      <description>arXiv:2503.00001v1 Announce Type: new \nAbstract: Rivers, when a &lt; b, talk
      &amp; listen.</description><guid isPermaLink="false">oai:arXiv.org:2503.00001v1</guid>
      <category>cs.CL</category><category>eess.AS</category>
      <pubDate>Tue, 04 Mar 2025 00:00:00 -0500</pubDate>
      <arxiv:announce_type>new</arxiv:announce_type>
      <dc:creator>Mio Hoshi, Ada Field, Juan P\u00e9rez, Jr.</dc:creator></item>"""
    day = date(2025, 3, 4)
    assert read_feed(rss(item), source="arXiv cs.CL") == Mailing(
        covers=day, new=(paper("2503.00001", 1, day),)
    )


def test_a_paper_stands_once_and_what_has_no_id_is_counted() -> None:
    lost = entry("nonsense", "new").replace("https://arxiv.org/abs/", "https://example.org/")
    found = read_feed(
        atom(entry("2503.00001v1", "new"), entry("2503.00001v1", "new"), lost), source="arXiv"
    )
    assert ([p.id for p in found.new], found.n_unread) == (["arxiv:2503.00001"], 1)


def test_an_old_style_id_keeps_its_archive() -> None:
    content = atom(entry("math/0309136v3", "replace"))
    (found,) = read_feed(content, source="arXiv").replaced
    assert (found.id, found.version) == ("arxiv:math/0309136", 3)


@pytest.mark.parametrize("content", [b"", b"<html>", atom(entry("2503.00001v1", "new"))[:-60]])
def test_what_is_no_mailing_is_refused(content: bytes) -> None:
    with pytest.raises(SourceFailed, match=r"^arXiv cs\.CL: "):
        read_feed(content, source="arXiv cs.CL")


@pytest.mark.parametrize("base", ["https://rss.arxiv.org/atom", "https://rss.arxiv.org/atom/"])
def test_the_address_of_a_category_is_built(base: str) -> None:
    assert address(base, "cs.CL") == "https://rss.arxiv.org/atom/cs.CL"
    assert address(base, "../x?y") == "https://rss.arxiv.org/atom/..%2Fx%3Fy"


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        ("", ()),
        ("Plato", ("Plato",)),
        ("A. B (Here, There (2)), C D and E", ("A. B", "C D and E")),
        (r"T\'ea Hoshi, Ada F\d{o}l", ("Téa Hoshi", "Ada Fọl")),
        ("Martin King, Jr., Ada Field, and Mio Hoshi", ("Martin King Jr.", "Ada Field",
                                                        "Mio Hoshi")),
        ("(" * 50_000, ("(" * 50_000,)),
    ],
)  # fmt: skip
def test_authors_are_parted(names: str, expected: tuple[str, ...]) -> None:
    assert split_authors(names) == expected


@needs_data
def test_the_recorded_mailing() -> None:
    assert DATA is not None
    path = DATA / "arxiv/recordings/arxiv_rss__TideDra__arxiv_rss_example.xml"
    found = read_feed(path.read_bytes(), source="arXiv cs.AI")
    assert (found.covers, len(found.new), len(found.cross), len(found.replaced)) == (
        date(2025, 8, 20),
        2,
        5,
        0,
    )
    assert found.n_unread == 0
    assert all(p.title and p.abstract and p.authors for p in (*found.new, *found.cross))
    assert not any("Announce Type" in p.abstract for p in (*found.new, *found.cross))
