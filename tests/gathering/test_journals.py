"""Test that an entry of a journal's feed becomes a paper at once, or is counted with the reason.

The feeds are invented samples: see tests/journal_feeds.py.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from reader.gathering.gather import gather, last_batches
from reader.gathering.resolve import resolve
from reader.library.folder import Library, find_paper
from reader.library.ids import parse_id, url_of, web_id
from reader.library.paper import Batch, LibraryPaper
from reader.library.rows import merges, papers
from reader.morning.pick import decide
from reader.morning.rank import rank_days
from reader.morning.trust import reports
from reader.texts.sources import facts_of
from reader.web.render import paper_at
from tests import journal_feeds
from tests.mornings import morning
from tests.samples import DAY, FEEDS_TOML, Web, a_library, paper, tools
from tests.web.site import parts_of, site

LEFT_OUT = "1 entry left out (no title, or neither authors nor abstract): Front Cover"
URL = "http://127.0.0.1:9/feed.xml"
TOML = """
[reader]
timezone = "UTC"
[resolve]
doi = "{doi}"
[topics."speech/translation"]
words = ["speech translation", "simultaneous interpretation", "live translation"]
[topics."speech/recognition"]
words = ["speech recognition"]
[[feed]]
name = "journal"
url = "http://127.0.0.1:9/feed.xml"
kind = "{kind}"
"""


@contextmanager
def read(
    folder: Path, feed: str, *, kind: str = "papers", doi: str = "http://127.0.0.1:9/doi/"
) -> Iterator[Library]:
    """Gather a feed and look up its identifiers; no other server answers."""
    with a_library(folder, TOML.format(kind=kind, doi=doi)) as library:
        assert gather(library, tools(Web({URL: feed.encode()}))) == []
        resolve(library, tools(Web()))
        yield library


def all_papers(library: Library) -> list[LibraryPaper]:
    return papers.papers_at(library.db, range(1, 20))


def own(library: Library) -> Sequence[str]:
    rank_days(library, library.today())
    return [entry.paper.record.title for entry in morning(library, DAY).own]


def test_ieee_xplore_prints_no_doi_and_its_papers_are_here(tmp_path: Path) -> None:
    with read(tmp_path, journal_feeds.IEEE) as library:
        (paper,) = all_papers(library)
        assert paper.record == replace(
            paper.record,
            ids=("web:ieeexplore.ieee.org/document/90000002",),
            title="Speech Translation in Gardens with Two Ears",
            authors=("Ada Field", "Bo Lind", "Émile Nulle-Part"),
            abstract="We ask whether listening twice helps, and where the second ear is.",
            published_on=date(2031, 3, 4),
        )
        assert url_of(paper.record.id) == "https://ieeexplore.ieee.org/document/90000002"
        assert own(library) == [paper.record.title]
        assert (
            find_paper(library, "https://ieeexplore.ieee.org/document/90000002/").row == paper.row
        )
        # The cover is counted, with its reason, and the rest is no alarm.
        (batch,) = last_batches(library, DAY)
        assert (batch.state, batch.received) == ("not checked", 1)
        (report,) = reports(library)
        assert LEFT_OUT in facts_of(report, library.config.timezone)
        assert not report.line.is_missing


def test_science_direct_has_authors_and_date_in_its_description(tmp_path: Path) -> None:
    with read(tmp_path, journal_feeds.SCIENCE_DIRECT) as library:
        (paper,) = all_papers(library)
        assert paper.record.id == "web:www.sciencedirect.com/science/article/pii/S0000000031000015"
        assert paper.record.authors == ("Ada Field", "Bo Lind")
        assert (paper.record.abstract, paper.record.published_on) == ("", date(2031, 6, 1))
        assert own(library) == ["Speech Recognition under a Waterfall of Words"]


def test_nature_prints_a_doi_and_a_sentence(tmp_path: Path) -> None:
    with read(tmp_path, journal_feeds.NATURE) as library:
        (paper,) = all_papers(library)
        assert paper.record.ids == ("doi:10.5555/s90000-031-00001-1",)
        assert paper.record.authors == ("Ada Field", "Bo Lind")
        assert paper.record.abstract == "Crows wait for the verb before they answer."
        assert paper.record.published_on == date(2031, 3, 4)
        assert paper.record.comment == "Invented Nature"


def test_wiley_has_its_abstract_in_another_place_and_cites_in_it(tmp_path: Path) -> None:
    with read(tmp_path, journal_feeds.WILEY) as library:
        (paper,) = all_papers(library)
        assert paper.record.ids == ("doi:10.5555/inv.31001",)
        assert paper.record.authors == ("Ada Field", "Bo Lind")
        assert paper.record.abstract == (
            "We translate what nobody has named, following an earlier orchard."
        )
        assert paper.record.published_on == date(2031, 3, 3)
        # What an abstract links is cited, and no paper of the journal.
        assert morning(library, DAY).n_unknown == 0


def test_days_in_names_of_prism_alone_are_read(tmp_path: Path) -> None:
    with read(tmp_path, journal_feeds.PRISM) as library:
        first, second = all_papers(library)
        assert first.record.published_on == date(2031, 2, 27)
        # The day of the issue, where there is no other one.
        assert second.record.published_on == date(2031, 9, 1)


def test_a_conference_of_the_isca_archive_is_here_with_its_pdfs(tmp_path: Path) -> None:
    with read(tmp_path, journal_feeds.ISCA, kind="isca") as library:
        (paper,) = all_papers(library)
        page = "www.isca-archive.org/interspeech_2031/field31_interspeech"
        assert paper.record.ids == (f"web:{page}.html",)
        assert paper.record.authors == ("Ada Field", "Bo Lind")
        assert paper.record.pdf_url == f"https://{page}.pdf"
        assert paper.record.published_on == date(2031, 1, 1)
        assert own(library) == ["Speech Recognition in Gardens at Night"]


def test_tags_of_citations_are_read_each_author_apart(tmp_path: Path) -> None:
    with read(tmp_path, journal_feeds.CITATIONS) as library:
        first, second = all_papers(library)
        assert first.record.ids == ("web:proceedings.example.org/view;article=12",)
        assert first.record.authors == ("Ada Field", "Bo Lind")
        assert first.record.abstract == "Rivers speak slowly."
        assert first.record.published_on == date(2031, 3, 1)
        assert url_of(first.record.id) == "https://proceedings.example.org/view?article=12"
        assert second.record.ids == ("web:proceedings.example.org/view;article=13",)


def test_an_entry_is_merged_when_its_number_is_known(tmp_path: Path) -> None:
    with read(tmp_path, journal_feeds.IEEE) as library:
        (before,) = all_papers(library)
        decide(library, "pick", ["web:ieeexplore.ieee.org/document/90000002"])
        preprint = paper(
            7, before.record.title, "We listen.", authors=before.record.authors,
            published_on=date(2030, 12, 1),
        )  # fmt: skip
        papers.add_papers(library.db, [preprint], source="arXiv", on=DAY + timedelta(days=3))
        assert papers.n_papers(library.db) == 1
        library_paper = find_paper(library, "2506.00007")
        assert (library_paper.record.id, library_paper.state, library_paper.arrived_on) == (
            "arxiv:2506.00007",
            "pick",
            DAY,
        )
        assert find_paper(library, "web:ieeexplore.ieee.org/document/90000002") == library_paper
        # Read once more, the entry is the same paper.
        gather(library, tools(Web({URL: journal_feeds.IEEE.encode()})), only=["journal"])
        assert papers.n_papers(library.db) == 1


def test_a_paper_that_is_here_takes_the_entry_in(tmp_path: Path) -> None:
    with a_library(tmp_path, TOML.format(kind="papers", doi="off")) as library:
        preprint = paper(
            7, "Speech Translation in Gardens with Two Ears",
            authors=("Ada Field", "Bo Lind", "Émile Nulle-Part"), published_on=date(2030, 12, 1),
        )  # fmt: skip
        papers.add_papers(library.db, [preprint], source="arXiv", on=DAY - timedelta(days=3))
        gather(library, tools(Web({URL: journal_feeds.IEEE.encode()})))
        assert papers.n_papers(library.db) == 1
        library_paper = find_paper(library, "2506.00007")
        assert library_paper.arrived_on == DAY - timedelta(days=3)


def test_a_feed_of_which_no_entry_is_a_paper_lacks_something(tmp_path: Path) -> None:
    covers = journal_feeds.IEEE.split("<item>")
    feed = covers[0] + "<item>" + covers[1] + "</channel></rss>"
    with a_library(tmp_path, TOML.format(kind="papers", doi="off")) as library:
        (problem,) = gather(library, tools(Web({URL: feed.encode()})))
        assert "0 of 1 for 2025-06-04" in problem.error.message
        assert LEFT_OUT in problem.error.message
        (batch,) = last_batches(library, DAY)
        assert (batch.state, batch.expected, batch.received) == ("partial", 1, 0)


def test_a_doi_without_an_abstract_is_looked_up_and_taken_as_it_is_where_that_is_off(
    tmp_path: Path,
) -> None:
    feed = journal_feeds.NATURE.replace("Crows wait for the verb before they answer.", "")
    (tmp_path / "on").mkdir()
    with read(tmp_path / "on", feed) as library:
        assert all_papers(library) == []
        assert morning(library, DAY).n_unknown == 1
    (tmp_path / "off").mkdir()
    with read(tmp_path / "off", feed, doi="off") as library:
        (paper,) = all_papers(library)
        assert paper.record.id == "doi:10.5555/s90000-031-00001-1"


def test_what_an_abstract_without_a_doi_cites_is_no_paper_of_the_journal(tmp_path: Path) -> None:
    cited = "and where the second ear is. It goes on from arXiv:2506.00001."
    feed = journal_feeds.IEEE.replace("and where the second ear is.", cited)
    with read(tmp_path, feed) as library:
        (paper,) = all_papers(library)
        assert paper.record.id == "web:ieeexplore.ieee.org/document/90000002"
        assert paper.record.abstract.endswith("arXiv:2506.00001.")
        assert morning(library, DAY).n_unknown == 0


def test_words_of_an_abstract_are_not_taken_for_its_place(tmp_path: Path) -> None:
    said = "Of all that ears do, volume 2 of our garden is the loudest. " + "It is loud. " * 20
    feed = journal_feeds.IEEE.replace("We ask whether listening twice helps,", said)
    with read(tmp_path, feed) as library:
        assert all_papers(library)[0].record.abstract.startswith("Of all that ears do, volume 2")


def test_a_post_that_links_a_doi_is_not_by_its_author(tmp_path: Path) -> None:
    feed = """<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel>
    <title>Cy reads</title><link>https://cy.example</link><item><title>Gardens</title>
    <link>https://doi.org/10.5555/garden.1</link><dc:creator>Cy Pond</dc:creator>
    <description>I liked it.</description></item></channel></rss>"""
    with read(tmp_path, feed) as library:
        assert all_papers(library) == []
        assert morning(library, DAY).n_unknown == 1


def test_a_doi_is_found_behind_another_identifier(tmp_path: Path) -> None:
    feed = journal_feeds.NATURE.replace(
        "<dc:identifier>doi:10.5555/s90000-031-00001-1</dc:identifier>",
        "<dc:identifier>s90000-031-00001-1</dc:identifier>",
    ).replace("<prism:doi>10.5555/s90000-031-00001-1</prism:doi>", "")
    with read(tmp_path, feed) as library:
        assert all_papers(library)[0].record.id == "doi:10.5555/s90000-031-00001-1"


def test_a_list_of_links_is_still_a_list_of_those_papers(tmp_path: Path) -> None:
    feed = """<rss version="2.0"><channel><title>Cy reads</title><link>https://cy.example</link>
    <item><title>Gardens</title><link>https://cy.example/1</link>
    <description>https://arxiv.org/abs/2506.00001</description></item></channel></rss>"""
    with read(tmp_path, feed) as library:
        assert all_papers(library) == []
        assert morning(library, DAY).n_unknown == 1
        assert last_batches(library, DAY) == [Batch("journal", DAY, None, 1, "not checked")]


def test_an_entry_without_an_address_is_known_by_its_title_and_authors(tmp_path: Path) -> None:
    feed = """{"version": "https://jsonfeed.org/version/1.1", "title": "A lab", "items": [
    {"id": "1", "title": "Speech translation on a hill", "content_text": "It echoes.",
     "authors": [{"name": "Ada Field"}, {"name": "Bo Lind"}], "date_published": "2031-03-04"}]}"""
    with read(tmp_path, feed) as library:
        (paper,) = all_papers(library)
        assert paper.record.id.startswith("pdf:")
        assert (paper.record.authors, paper.record.abstract) == (
            ("Ada Field", "Bo Lind"),
            "It echoes.",
        )
        assert paper.record.published_on == date(2031, 3, 4)
        assert own(library) == ["Speech translation on a hill"]


@pytest.mark.parametrize(
    ("written", "names"),
    [
        ("Ada Field, Bo Lind and Mio Hoshi", ("Ada Field", "Bo Lind", "Mio Hoshi")),
        ("Field, A., Lind, B. C.", ("A. Field", "B. C. Lind")),
        ("Field, Ada", ("Ada Field",)),
        ("Field, Ada; Lind, Bo", ("Ada Field", "Bo Lind")),
        ("星 澪, 山田 太郎", ("星 澪", "山田 太郎")),
        ("Ada Field", ("Ada Field",)),
        ("", ()),
    ],
)
def test_names_in_one_text_are_parted(tmp_path: Path, written: str, names: tuple[str, ...]) -> None:
    feed = f"""<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel>
    <title>J</title><link>https://j.example.org</link><item><title>Speech of rivers</title>
    <link>https://j.example.org/1</link><dc:creator>{written}</dc:creator>
    <description>Rivers speak.</description></item></channel></rss>"""
    with read(tmp_path, feed) as library:
        assert [paper.record.authors for paper in all_papers(library)] == [names]


@pytest.mark.parametrize(
    ("url", "id_"),
    [
        ("https://A.example.org/Doc/1/?utm_source=x#top", "web:a.example.org/Doc/1"),
        ("http://a.example.org/view?article=12&dgcid=rss", "web:a.example.org/view;article=12"),
        ("https://a.example.org/%E8%AB%96%E6%96%87/1", "web:a.example.org/論文/1"),
        ("https://a.example.org/a?b=1&c=2", "web:a.example.org/a;b=1&c=2"),
        ("https://a.example.org/a;jsessionid=1", ""),
        ("https://a.example.org/a%2Fb%3Fc", ""),
        ("https://a.example.org/a?b=50%25", ""),
        ("https://a.example.org", ""),
        ("ftp://a.example.org/x", ""),
        ("no address", ""),
    ],
)
def test_an_address_is_an_id_without_what_counts_visits(url: str, id_: str) -> None:
    assert web_id(url) == id_
    found = parse_id(id_) if id_ else None
    assert (found.id if found else "") == id_


def test_a_paper_that_is_known_by_its_page_has_pages_here(tmp_path: Path) -> None:
    ids = ["web:a.example.org/view;article=12&x=1", "web:a.example.org/論文/1"]
    parts = parts_of(tmp_path, FEEDS_TOML)
    with parts.open_library() as library:
        found = [paper(n, ids=(id_,)) for n, id_ in enumerate(ids)]
        papers.add_papers(library.db, found, source="journal", on=DAY)
    with site(parts) as client:
        for id_ in ids:
            for address in (paper_at(id_), f"/paper/{id_}", f"/note/{id_}"):
                page = client.get(address)
                assert page.status_code == 200, address
            assert url_of(id_).replace("&", "&amp;") in client.get(paper_at(id_)).text


@pytest.mark.parametrize("comma", [", ", "、", "，"])
def test_two_japanese_authors_in_one_text_are_two(tmp_path: Path, comma: str) -> None:
    feed = f"""<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel>
    <item><title>庭で聞く</title><link>https://journal.example/ja/1</link>
    <dc:creator>山田太郎{comma}鈴木花子</dc:creator>
    <description>庭で聞いた音声の書き起こし。</description></item></channel></rss>"""
    with read(tmp_path, feed) as library:
        (paper,) = all_papers(library)
        assert paper.record.authors == ("山田太郎", "鈴木花子")


JAPANESE = """<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns:prism="http://prismstandard.org/namespaces/basic/2.0/"><channel><title>庭の学会誌</title>
<link>https://journal.example/ja</link><item><title>庭で聞く音声</title>{name}
<link>https://journal.example/ja/1</link>
<dc:creator>山田太郎、鈴木花子</dc:creator>{day}
<description>庭で聞いた音声の書き起こし。</description></item></channel></rss>"""
DOI = "<prism:doi>10.5555/ja.1</prism:doi>"


@pytest.mark.parametrize(
    ("before", "after"),
    [("", ""), ("<dc:date>2031-03-04</dc:date>", "<dc:date>2031-06-04</dc:date>"),
     ("", "<dc:date>2031-06-04</dc:date>")],
)  # fmt: skip
def test_a_japanese_paper_whose_doi_is_known_later_is_one_paper(
    tmp_path: Path, before: str, after: str
) -> None:
    with read(tmp_path, JAPANESE.format(name="", day=before)) as library:
        decide(library, "pick", ["web:journal.example/ja/1"])
        feed = JAPANESE.format(name=DOI, day=after)
        gather(library, tools(Web({URL: feed.encode()})), only=["journal"])
        assert papers.n_papers(library.db) == 1
        assert merges.open_questions(library.db) == []
        paper = find_paper(library, "doi:10.5555/ja.1")
        assert (paper.record.title, paper.state) == ("庭で聞く音声", "pick")
        assert find_paper(library, "web:journal.example/ja/1") == paper


def test_an_english_paper_without_a_date_is_one_with_its_preprint(tmp_path: Path) -> None:
    feed = journal_feeds.CITATIONS.replace("citation_publication_date", "unknown")
    with read(tmp_path, feed) as library:
        first = all_papers(library)[0].record
        doi = paper(1, first.title, ids=("doi:10.5555/river.1",), authors=first.authors,
                    published_on=None)  # fmt: skip
        papers.add_papers(library.db, [doi], source="posts", on=DAY)
        assert merges.open_questions(library.db) == []
        assert find_paper(library, "doi:10.5555/river.1").record.title == first.title
        assert find_paper(library, first.id) == find_paper(library, "doi:10.5555/river.1")


def test_a_column_that_returns_under_one_title_stays_apart(tmp_path: Path) -> None:
    item = """<item><title>庭の便り</title><link>https://journal.example/ja/{n}</link>
    <dc:creator>山田太郎、鈴木花子</dc:creator><description>{n}月の庭。</description></item>"""
    feed = f"""<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel>
    {"".join(item.format(n=n) for n in (3, 4))}</channel></rss>"""
    with read(tmp_path, feed) as library:
        assert papers.n_papers(library.db) == 2


TITLE_AND_DOI = """<rss version="2.0"
 xmlns:prism="http://prismstandard.org/namespaces/basic/2.0/"><channel><title>Gardens</title>
<link>https://j.example.org</link>
<item><title>Speech translation under a tree</title><prism:doi>10.5555/tree.1</prism:doi>
<link>https://j.example.org/1</link></item>
<item><title>Editorial</title><prism:doi>10.5555/tree.2</prism:doi>
<link>https://j.example.org/2</link></item>
<item><link>https://j.example.org/3</link></item>
<item><link>https://j.example.org/4</link><description></description></item>
</channel></rss>"""
RECORD = """{"title": "Speech translation under a tree", "abstract": "We sat there.",
"author": [{"given": "Ada", "family": "Field"}], "issued": {"date-parts": [[2031, 3]]}}"""


def test_a_title_with_a_doi_is_a_paper_and_looked_up(tmp_path: Path) -> None:
    with a_library(tmp_path, TOML.format(kind="papers", doi="http://127.0.0.1:9/doi/")) as library:
        doi = "http://127.0.0.1:9/doi/10.5555/tree.1"
        web = Web({URL: TITLE_AND_DOI.encode(), doi: RECORD.encode()})
        assert gather(library, tools(web)) == []
        assert morning(library, DAY).n_unknown == 1
        assert resolve(library, tools(web)) == []
        (paper,) = all_papers(library)
        assert paper.record == replace(
            paper.record,
            ids=("doi:10.5555/tree.1",),
            title="Speech translation under a tree",
            authors=("Ada Field",),
            abstract="We sat there.",
        )
        assert morning(library, DAY).n_unknown == 0


def test_a_title_with_a_doi_is_a_paper_where_nothing_is_looked_up(tmp_path: Path) -> None:
    with read(tmp_path, TITLE_AND_DOI, doi="off") as library:
        assert [paper.record.ids for paper in all_papers(library)] == [("doi:10.5555/tree.1",)]


def test_entries_that_are_left_out_without_a_title_are_counted(tmp_path: Path) -> None:
    with read(tmp_path, TITLE_AND_DOI, doi="off") as library:
        (batch,) = last_batches(library, DAY)
        assert batch.error == (
            "3 entries left out (no title, or neither authors nor abstract):"
            " Editorial; 2 without a title"
        )
        # Where none has a title, nothing stands before the count.
    (tmp_path / "none").mkdir()
    feed = TITLE_AND_DOI.replace("<title>Editorial</title>", "")
    with read(tmp_path / "none", feed, doi="off") as library:
        assert last_batches(library, DAY)[0].error.endswith("abstract): 3 without a title")
