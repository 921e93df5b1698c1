"""Keep the played papers, find them as of a moment in the played calendar, and write them as arXiv.

A paper is found once its listing is out (calendar.announced_at), never before. The formats are
those of arXiv's own pages (https://info.arxiv.org/help/api/user-manual.html and rss.html). Knows no
socket, and not where the papers come from.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from fnmatch import fnmatchcase
from typing import Literal
from xml.sax.saxutils import escape, quoteattr

from reader.library.calendar import EASTERN, announced_at, listing_day
from reader.library.paper import Paper

AnnounceType = Literal["new", "cross", "replace", "replace-cross"]


@dataclass(frozen=True, slots=True)
class PlayedPaper:
    """A paper and the moments when arXiv received it.

    paper: an `announced_on` of None means the calendar's listing day for `submitted_at`;
    `version` is the one submitted at `replaced_at`.
    replaced_at: when the newest version was submitted; None for a single version.
    """

    paper: Paper
    submitted_at: datetime
    replaced_at: datetime | None = None

    @property
    def number(self) -> str:
        """The arXiv id, without scheme and version."""
        return self.paper.id.removeprefix("arxiv:")

    @property
    def listed_on(self) -> date:
        return self.paper.announced_on or listing_day(self.submitted_at)

    def is_replaced(self, now: datetime) -> bool:
        """Check whether the newest version has been announced."""
        at = self.replaced_at
        return at is not None and announced_at(listing_day(at)) <= now

    def version(self, now: datetime) -> int:
        return (self.paper.version or 2) if self.is_replaced(now) else 1

    def updated_at(self, now: datetime) -> datetime:
        return self.replaced_at if self.replaced_at and self.is_replaced(now) else self.submitted_at


_CATEGORY = re.compile(r"cat:([\w.*-]+)")
_DATES = re.compile(r"submittedDate:\[(\d{12}) TO (\d{12})\]")


class Catalogue:
    """The played papers, by listing day."""

    def __init__(self, papers: Iterable[PlayedPaper]) -> None:
        self._papers = sorted(papers, key=lambda p: (p.submitted_at, p.number))
        self._listed: dict[date, list[PlayedPaper]] = defaultdict(list)
        self._replaced: dict[date, list[PlayedPaper]] = defaultdict(list)
        for played in self._papers:
            self._listed[played.listed_on].append(played)
            if played.replaced_at:
                self._replaced[listing_day(played.replaced_at)].append(played)

    def search(self, query: str, numbers: Sequence[str], *, now: datetime) -> list[PlayedPaper]:
        """Find the papers of an id list, or of a query's categories and days, which are all that
        a gather asks for; the oldest submission first."""
        names = set(_CATEGORY.findall(query))
        dates = _DATES.search(query)
        # Minutes, compared as they are written; the last one is included.
        first, last = dates.groups() if dates else ("0", "9")
        return [
            played
            for played in self._papers
            if announced_at(played.listed_on) <= now
            and (not numbers or played.number in numbers)
            and (
                not names or any(fnmatchcase(c, n) for c in played.paper.categories for n in names)
            )
            and first <= f"{played.submitted_at.astimezone(UTC):%Y%m%d%H%M}" <= last
        ]

    def listing(self, day: date, names: Sequence[str]) -> list[tuple[PlayedPaper, AnnounceType]]:
        """List a day's announcement in some categories ("cs.CL") or archives ("cs").

        New papers first, then cross-lists, then replacements, as arXiv orders them.
        """
        groups: dict[AnnounceType, list[PlayedPaper]] = {
            kind: [] for kind in ("new", "cross", "replace", "replace-cross")
        }
        kinds = list(groups)
        for first, several in ((0, self._listed.get(day)), (2, self._replaced.get(day))):
            for played in several or ():
                named = [
                    any(category == name or category.startswith(f"{name}.") for name in names)
                    for category in played.paper.categories
                ]
                # The first category is the primary one: a paper asked for by another one is a
                # cross-list there.
                if any(named):
                    groups[kinds[first + (not named[0])]].append(played)
        return [(played, kind) for kind, group in groups.items() for played in group]


_API = "https://arxiv.org/api"
_ATOM = "http://www.w3.org/2005/Atom"
_ARXIV = "http://arxiv.org/schemas/atom"

# XML 1.0 forbids these; a title with one of them must not break the feed.
_ILLEGAL = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class ApiPage:
    """One page of an API answer, with the query that it answers. start: its first entry, from 0.

    size: entries at most. total: entries of the whole answer.
    """

    query: str
    id_list: str
    start: int
    size: int
    total: int


def api_feed(page: ApiPage, entries: Sequence[PlayedPaper], *, now: datetime) -> bytes:
    """Write one page of the API's answer."""
    asked = (
        f"search_query={page.query}&id_list={page.id_list}"
        f"&start={page.start}&max_results={page.size}"
    )
    written = "".join(_api_entry(played, now) for played in entries)
    return _api_document(asked, page, written, now)


def api_error(message: str, *, now: datetime) -> bytes:
    """Write the API's answer to a malformed request, which has status 400."""
    address = f"{_API}/errors#{message.replace(' ', '_')}"
    entry = f"""  <entry>
    <id>{xml_text(address)}</id>
    <title>Error</title>
    <updated>{_utc(now)}</updated>
    <link href={xml_value(address)} rel="alternate" type="text/html"/>
    <summary>{xml_text(message)}</summary>
    <published>{_utc(now)}</published>
    <author>
      <name>arXiv api core</name>
    </author>
  </entry>
"""
    return _api_document("", ApiPage("", "", 0, 1, 1), entry, now)


def announcement_feed(
    names: str, day: date, entries: Sequence[tuple[PlayedPaper, AnnounceType]], *, now: datetime
) -> bytes:
    """Write the announcement feed of a day. names: categories joined by "+"."""
    # arXiv builds its feeds at midnight in New York, and all entries have that time.
    midnight = datetime.combine(day, time(), EASTERN)
    address = f"http://rss.arxiv.org/atom/{names}"
    written = "".join(_announcement_entry(played, kind, midnight, now) for played, kind in entries)
    return f"""<?xml version='1.0' encoding='UTF-8'?>
<feed xmlns:arxiv="{_ARXIV}" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns="{_ATOM}" \
xml:lang="en-us">
  <id>{xml_text(address)}</id>
  <title>{xml_text(names)} updates on arXiv.org</title>
  <updated>{midnight.astimezone(UTC).isoformat()}</updated>
  <link href={xml_value(address)} rel="self" type="application/atom+xml"/>
  <subtitle>{xml_text(names)} updates on the arXiv.org e-print archive.</subtitle>
{written}</feed>
""".encode()


def _api_document(asked: str, page: ApiPage, entries: str, now: datetime) -> bytes:
    return f"""<?xml version='1.0' encoding='UTF-8'?>
<feed xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/" xmlns:arxiv="{_ARXIV}" \
xmlns="{_ATOM}">
  <id>{_API}/played</id>
  <title>arXiv Query: {xml_text(asked)}</title>
  <updated>{_utc(now)}</updated>
  <link href={xml_value(f"{_API}/query?{asked}")} type="application/atom+xml"/>
  <opensearch:itemsPerPage>{page.size}</opensearch:itemsPerPage>
  <opensearch:totalResults>{page.total}</opensearch:totalResults>
  <opensearch:startIndex>{page.start}</opensearch:startIndex>
{entries}</feed>
""".encode()


def _api_entry(played: PlayedPaper, now: datetime) -> str:
    paper = played.paper
    versioned = xml_text(f"{played.number}v{played.version(now)}")
    doi = next((name[4:] for name in paper.ids if name.startswith("doi:")), "")
    lines = [
        "  <entry>",
        f"    <id>http://arxiv.org/abs/{versioned}</id>",
        f"    <title>{xml_text(paper.title)}</title>",
        f"    <updated>{_utc(played.updated_at(now))}</updated>",
        f'    <link href="https://arxiv.org/abs/{versioned}" rel="alternate" type="text/html"/>',
        f'    <link href="https://arxiv.org/pdf/{versioned}" rel="related"'
        ' type="application/pdf" title="pdf"/>',
        f"    <summary>{xml_text(paper.abstract)}</summary>",
        *(f'    <category term={xml_value(c)} scheme="{_ARXIV}"/>' for c in paper.categories),
        f"    <published>{_utc(played.submitted_at)}</published>",
        *([f"    <arxiv:comment>{xml_text(paper.comment)}</arxiv:comment>"] * bool(paper.comment)),
        *(f"    <arxiv:primary_category term={xml_value(c)}/>" for c in paper.categories[:1]),
        *([f"    <arxiv:doi>{xml_text(doi)}</arxiv:doi>"] * bool(doi)),
        *(f"    <author>\n      <name>{xml_text(a)}</name>\n    </author>" for a in paper.authors),
        "  </entry>\n",
    ]
    return "\n".join(lines)


def _announcement_entry(
    played: PlayedPaper, kind: AnnounceType, midnight: datetime, now: datetime
) -> str:
    paper = played.paper
    versioned = xml_text(f"{played.number}v{played.version(now)}")
    categories = "\n".join(f"    <category term={xml_value(c)}/>" for c in paper.categories)
    abstract = xml_text(paper.abstract)
    return f"""  <entry>
    <id>oai:arXiv.org:{versioned}</id>
    <title>{xml_text(paper.title)}</title>
    <updated>{midnight.astimezone(UTC).isoformat()}</updated>
    <link href="https://arxiv.org/abs/{xml_text(played.number)}" rel="alternate" type="text/html"/>
    <summary>arXiv:{versioned} Announce Type: {kind} \nAbstract: {abstract}</summary>
{categories}
    <published>{midnight.isoformat()}</published>
    <arxiv:announce_type>{kind}</arxiv:announce_type>
    <dc:rights>http://arxiv.org/licenses/nonexclusive-distrib/1.0/</dc:rights>
    <dc:creator>{xml_text(", ".join(paper.authors))}</dc:creator>
  </entry>
"""


def _utc(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def xml_text(text: str) -> str:
    """Escape text for the content of an element."""
    return escape(_ILLEGAL.sub("", text))


def xml_value(text: str) -> str:
    """Escape text for an attribute, and put it in quotation marks."""
    return quoteattr(_ILLEGAL.sub("", text))
