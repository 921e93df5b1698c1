"""Read the text of feeds.toml into a Config, or explain what is wrong in it and where.

It knows the keys and what each must be; feeds_checks.py knows types and forms. An error names the
file, the line, the key and what to do. No file is opened here.
docs/reference.md explains each key, which tests/test_docs.py checks.
"""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Mapping
from datetime import date
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from reader.base.errors import ConfigError, QueryError
from reader.base.messages import Joined, Text, lazy_gettext
from reader.base.text import plain
from reader.library.config import (
    ARXIV_MIN_DELAY_S,
    BUILT_IN_TEMPLATES,
    CLASSES,
    FEED_KINDS,
    LOCAL_KINDS,
    Arxiv,
    ArxivQuery,
    BackupSettings,
    Bibliography,
    Citations,
    Config,
    Deadline,
    Feed,
    GatherSettings,
    IndexSettings,
    MailSettings,
    NoteSettings,
    Person,
    RecallSettings,
    Resolve,
    SavedSearch,
    Template,
    Topic,
    is_loopback,
    short_address,
)
from reader.library.feeds_checks import Checks, Place, problem_of
from reader.library.file_names import (
    FIELDS,
    KEY_FIELDS,
    fold_name,
    key_pattern_problem,
    path_problem,
    pattern_problem,
)
from reader.library.ids import parse_id
from reader.library.query import PASTED, PASTED_WORDS
from reader.library.query import parse as parse_query

_ADDRESS = re.compile(r"[!#-'*+./0-9=?A-Z^_`a-z{|}~-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*")

# The type of each key's value. tuple stands for a list of strings, frozenset for a list of days.
TABLES: dict[str, dict[str, type]] = {
    "reader": {"quota": int, "minutes": int, "timezone": str, "language": str,
               "theme_balance_days": int, "queue_days": int, "pdf_name": str,
               "citation_key": str,
               "days_off": frozenset},
    "encoder": {"model": str},
    "arxiv": {"categories": tuple, "api_url": str, "rss_url": str, "oai_url": str,
              "pdf_url": str, "delay_s": float},
    "gather": {"wait_s": float},
    "index": {"url": str, "search_url": str, "timeout_s": float, "name": str},
    "resolve": {"doi": str, "openreview": str, "acl": str, "dblp": str, "openalex": str,
                "semantic_scholar": str, "short_links": tuple},
    "citations": {"source": str, "semantic_scholar_url": str, "openalex_url": str,
                  "openalex_key_file": str, "max_age_days": int},
    "tablet": {"folder": str},
    "note": {"template": str, "export": bool, "guess": bool},
    "recall": {"a_day": int, "pile": int},
    "backup": {"folder": str, "daily": bool, "pdfs": bool, "encrypt_to": tuple},
    "mail": {"to": tuple, "from": str, "host": str, "port": int, "tls": str, "user": str,
             "password_command": str},
}  # fmt: skip
LISTS: dict[str, dict[str, type]] = {
    "bibliography": {"file": str, "query": str, "format": str},
    "deadline": {"name": str, "on": date, "days": int, "quota": int},
    "feed": {"url": str, "kind": str, "name": str},
    "person": {"name": str, "feeds": tuple},
    "query": {"name": str, "search": str},
    "search": {"name": str, "query": str},
    "template": {"name": str, "text": str},
}
TOPIC: dict[str, type] = {"lane": str, "theme": str, "words": tuple, "seeds": tuple,
                          "shared": bool}  # fmt: skip
LONGEST_NAME = 100
"""Characters of the name at shared notes."""

REQUIRED = {"bibliography": ("file",), "deadline": ("name", "on"), "feed": ("url",),
            "person": ("name",), "query": ("name", "search"), "search": ("name", "query"),
            "template": ("name", "text")}  # fmt: skip

KEYS = tuple(
    [f"{table}.{key}" for table, keys in (TABLES | LISTS).items() for key in keys]
    + [f"topics.{key}" for key in TOPIC]
)
"""Every key that feeds.toml may hold, with its table: "reader.quota"."""


def parse(text: str, *, file: str = "feeds.toml") -> Config:
    """Read the text of a whole feeds.toml.

    file: its name, for messages. Raises ConfigError for the first thing that is wrong.
    """
    try:
        raw = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        # Not only TOMLDecodeError: a number of 5,000 digits is a plain ValueError, and brackets
        # 1,000 deep are a RecursionError.
        raise _not_toml(text, file, str(error)) from None
    return _ConfigText(text, file).config(raw)


_TOPIC = re.compile(r"\s*\[\s*topics\s*\.\s*(?P<path>[^\]#]*?)\s*\]?\s*(?:#.*)?$")
_KEY = re.compile(r"""["'].*["']|[A-Za-z0-9_-]*""")
"""What stands after `topics.` where its path is quoted, or needs no quotes."""


def _not_toml(text: str, file: str, error: str) -> ConfigError:
    # tomllib of Python 3.11 says the line in its message only.
    places = re.findall(r"\(at line (\d+),", error)
    line = int(places[-1]) if places else text.count("\n") + 1
    header = _TOPIC.match(text.split("\n")[line - 1])
    if header and not _KEY.fullmatch(header["path"]):
        path = header["path"].strip("\"' ")
        hint = lazy_gettext('Write [topics."{path}"].', path=path)
        return ConfigError(
            file=file,
            line=line,
            key=f"topics.{path}",
            what=lazy_gettext("the path of a topic needs quotes"),
            hint=hint,
        )
    what = re.sub(r"\s*\(at (line \d+, column \d+|end of document)\)$", "", error)
    return ConfigError(
        file=file,
        line=line,
        key="TOML",
        what=what,
        hint=lazy_gettext("Check this line and the one above it: quotes, brackets, commas, dates."),
    )


class _ConfigText(Checks):
    """The text of one file, with a method for each table that checks and reads it."""

    __slots__ = ()

    def no_password(self, mail: object) -> None:
        if isinstance(mail, dict) and "password" in mail:
            raise self.wrong(
                ("mail", "password"),
                lazy_gettext("a password does not belong in this file, which backups copy"),
                lazy_gettext(
                    'Remove the line, and name a command that prints it: password_command = "pass '
                    'show mail", or "keyring get HOST USER".'
                ),
            )

    def config(self, raw: Mapping[str, Any]) -> Config:
        known = [*TABLES, *LISTS, "topics"]
        for name in raw:
            if name not in known:
                raise self.unknown((name,), known)
        self.no_password(raw.get("mail"))
        tables = {t: self.table((t,), raw.get(t, {}), keys) for t, keys in TABLES.items()}
        lists = {t: self.tables(t, raw.get(t, []), keys, REQUIRED[t]) for t, keys in LISTS.items()}
        reader = self.reader(tables["reader"])
        self.at_least(("gather", "wait_s"), tables["gather"].get("wait_s", 1), 1)
        config = Config(
            **reader,
            is_language_written="language" in reader,
            topics=self.topics(raw.get("topics")),
            encoder=tables["encoder"].get("model", Config(topics=()).encoder),
            arxiv=self.arxiv(tables["arxiv"]),
            resolve=self.resolve(tables["resolve"]),
            citations=self.citations(tables["citations"]),
            tablet=tables["tablet"].get("folder", ""),
            deadlines=tuple(self.deadline(i, d) for i, d in enumerate(lists["deadline"])),
            feeds=self.feeds(lists["feed"]),
            people=tuple(self.person(i, p) for i, p in enumerate(lists["person"])),
            searches=self.searches(lists["search"]),
            queries=self.queries(lists["query"]),
            bibliographies=self.bibliographies(lists["bibliography"]),
            templates=self.templates(lists["template"]),
            note=self.note(tables["note"], lists["template"]),
            recall=self.recall(tables["recall"]),
            backup=BackupSettings(**tables["backup"]),
            gather=GatherSettings(**tables["gather"]),
            index=self.index(tables["index"]),
            mail=self.mail(tables["mail"]) if "mail" in raw else None,
        )
        self.source_names(config)
        return config

    def reader(self, reader: dict[str, Any]) -> dict[str, Any]:
        """Check the table [reader]; the time zone becomes one."""
        if "language" in reader:
            self.one_of(("reader", "language"), reader["language"], ("en", "ja"))
        if "timezone" in reader:
            reader["timezone"] = self.timezone(reader["timezone"])
        # A key that is not there is checked as a value that passes; Config has the defaults.
        if problem := pattern_problem(reader.get("pdf_name", "{title}")):
            hint = lazy_gettext(
                "Use the fields {fields}, and at least one of the last two. Between them a-z, "
                "0-9, _ and - are possible.",
                fields=Joined([f"{{{field}}}" for field in FIELDS]),
            )
            raise self.wrong(("reader", "pdf_name"), problem, hint)
        if problem := key_pattern_problem(reader.get("citation_key", "{id}")):
            hint = lazy_gettext(
                "Use the fields {fields}, and at least one of the last three. Between them a-z, "
                "0-9, _ and - are possible.",
                fields=Joined([f"{{{field}}}" for field in KEY_FIELDS]),
            )
            raise self.wrong(("reader", "citation_key"), problem, hint)
        for key in ("quota", "minutes", "theme_balance_days", "queue_days"):
            self.at_least(("reader", key), reader.get(key, 1), 1 if key != "quota" else 0)
        return reader

    def source_names(self, config: Config) -> None:
        """Refuse a source's name that another source has.

        Rows keep a source by its name, so what is known of the two would be mixed.
        """
        of_feeds = [feed.name for feed in config.all_feeds]
        n_named = Counter([*of_feeds, *(query.name for query in config.queries)])
        for index, query in enumerate(config.queries):
            if n_named[query.name] > 1 or query.name.startswith("arXiv"):
                raise self.taken(("query", index, "name"), query.name)
        for index, feed in enumerate(config.all_feeds):
            # The built-in channels are named "arXiv", "arXiv API" and "arXiv OAI-PMH".
            if n_named[feed.name] > 1 or feed.name.startswith("arXiv"):
                of_person = (i for i, p in enumerate(config.people) if feed.url in p.feeds)
                is_feed = index < len(config.feeds)
                place = ("feed", index, "name") if is_feed else ("person", next(of_person), "name")
                raise self.taken(place, feed.name)

    def taken(self, place: Place, name: str) -> ConfigError:
        return self.double(place, lazy_gettext("another source has the name {name!r}", name=name))

    def twice(self, place: Place, value: str) -> ConfigError:
        return self.double(place, lazy_gettext("{value} is here twice", value=value))

    def double(self, place: Place, what: Text) -> ConfigError:
        return self.wrong(place, what, lazy_gettext("Change one of them."))

    def topics(self, raw: object) -> tuple[Topic, ...]:
        if not raw:
            raise self.wrong(
                ("topics",),
                lazy_gettext("there is no topic"),
                lazy_gettext(
                    'Add one: [topics."speech/translation"] with lane = "own" and some words.'
                ),
            )
        if not isinstance(raw, dict):
            raise self.wrong_type(("topics",), dict)
        seen: dict[str, str] = {}
        # Two paths that differ in case only would be one folder on macOS and Windows.
        for path in raw:
            if (other := seen.setdefault(fold_name(path), path)) != path:
                what = lazy_gettext(
                    "on some disks this is the same folder as {other!r}", other=other
                )
                raise self.double(("topics", path), what)
        return tuple(self.topic(path, table) for path, table in raw.items())

    def seed(self, place: tuple[str, ...], text: str) -> str:
        if found := parse_id(text):
            return found.id
        what = lazy_gettext("{text!r} is not the id of a paper", text=text)
        raise self.wrong((*place, "seeds"), what, lazy_gettext("Write it like arxiv:2212.08055."))

    def topic(self, path: str, raw: object) -> Topic:
        place = ("topics", path)
        # [topics.speech.translation] without quotes is a table within a table.
        if isinstance(raw, dict) and raw and all(isinstance(v, dict) for v in raw.values()):
            hint = lazy_gettext('Write [topics."{path}"].', path=f"{path}/{next(iter(raw))}")
            raise self.wrong(place, lazy_gettext("the path of a topic needs quotes"), hint)
        if problem := path_problem(path):
            raise self.wrong(
                place, problem, lazy_gettext("A topic is a folder path: speech/translation.")
            )
        table = self.table(place, raw, TOPIC)
        lane = table.get("lane", "own")
        self.one_of((*place, "lane"), lane, ("own", "near"))
        for word in table.get("words", ()):
            # A word of signs alone, "-", would be found between any two words.
            if not any(c.isalnum() for c in word):
                what = lazy_gettext("{word!r} is not a word", word=word)
                raise self.wrong((*place, "words"), what, lazy_gettext("Remove it."))
        if "words" in table and not (table["words"] or table.get("seeds")):
            what = lazy_gettext("without words and seeds, no paper is found for this topic")
            hint = lazy_gettext(
                'Write some, words = ["speech translation"], or remove the line for a folder that '
                "you fill yourself."
            )
            raise self.wrong((*place, "words"), what, hint)
        return Topic(
            path=path,
            lane=lane,
            theme=table.get("theme", "/".join(path.split("/")[:2])),
            words=table.get("words", ()),
            seeds=tuple(self.seed(place, text) for text in table.get("seeds", ())),
            shared=table.get("shared", False),
        )

    def arxiv(self, table: dict[str, Any]) -> Arxiv:
        for key in ("api_url", "rss_url", "oai_url", "pdf_url"):
            if key in table and (key, table[key]) != ("oai_url", "off"):
                self.address(("arxiv", key), table[key])
        for category in table.get("categories", ()):
            if not re.fullmatch(r"[a-z-]+(\.[A-Za-z-]+)?", category):
                what = lazy_gettext("{category!r} is not an arXiv category", category=category)
                raise self.wrong(
                    ("arxiv", "categories"), what, lazy_gettext("Write it like cs.CL.")
                )
        # A class that arXiv does not have is no error of the file: the morning goes on without
        # it, and says so.
        named = table.get("categories", ())
        classes = {
            "categories": tuple(name for name in named if name in CLASSES),
            "unknown": tuple(name for name in named if name not in CLASSES),
        }
        off = {"oai_url": ""} if table.get("oai_url") == "off" else {}
        arxiv = Arxiv(**(table | classes | off))
        self.at_least(("arxiv", "delay_s"), arxiv.delay_s, 0)
        if arxiv.delay_s < ARXIV_MIN_DELAY_S and not is_loopback(urlsplit(arxiv.api_url).hostname):
            hint = lazy_gettext(
                "Write {least:g} or more, or remove the line.", least=ARXIV_MIN_DELAY_S
            )
            raise self.wrong(
                ("arxiv", "delay_s"),
                lazy_gettext("{n:g} s is shorter than arXiv allows", n=arxiv.delay_s),
                hint,
            )
        return arxiv

    def resolve(self, table: dict[str, Any]) -> Resolve:
        for key, value in table.items():
            if key != "short_links" and value != "off":
                self.address(("resolve", key), value)
        for host in table.get("short_links", ()):
            if not re.fullmatch(r"[a-z0-9-]+(\.[a-z0-9-]+)*", host):
                what = lazy_gettext("{host!r} is not a host name", host=host)
                hint = lazy_gettext("Write it like t.co.")
                raise self.wrong(("resolve", "short_links"), what, hint)
        given: dict[str, Any] = {k: "" if v == "off" else v for k, v in table.items()}
        return Resolve(**given)

    def citations(self, table: dict[str, Any]) -> Citations:
        citations = Citations(**table)
        known = ("off", "semantic-scholar", "openalex")
        self.one_of(("citations", "source"), citations.source, known)
        for key in ("semantic_scholar_url", "openalex_url"):
            self.address(("citations", key), getattr(citations, key))
        self.at_least(("citations", "max_age_days"), citations.max_age_days, 1)
        url = urlsplit(citations.openalex_url)
        # OpenAlex's key is a part of each request, and http does not encrypt it.
        is_open = url.scheme == "http" and not is_loopback(url.hostname)
        if is_open and citations.source == "openalex":
            hint = lazy_gettext("Use https://.")
            raise self.wrong(
                ("citations", "openalex_url"),
                lazy_gettext("the API key would be sent without encryption"),
                hint,
            )
        return citations

    def index(self, table: dict[str, Any]) -> IndexSettings:
        for key in ("url", "search_url"):
            url = table.get(key, "")
            if url and not url.startswith(("postgresql://", "postgres://")):
                raise self.wrong(
                    ("index", key),
                    lazy_gettext("this is not the address of a PostgreSQL server"),
                    lazy_gettext('Write it like "postgresql://me@db.example.org/papers".'),
                )
            # libpq reads a password from either place.
            user, is_user, _host = url.partition("://")[2].partition("?")[0].rpartition("@")
            if (is_user and ":" in user) or re.search(r"[?&][a-z]*password=", url):
                raise self.wrong(
                    ("index", key),
                    lazy_gettext("a password does not belong in this file, which backups copy"),
                    lazy_gettext(
                        "Take it out of the address, and write it into ~/.pgpass, or the file that "
                        "PGPASSFILE names: host:port:database:user:password."
                    ),
                )
        self.at_least(("index", "timeout_s"), table.get("timeout_s", 1), 1)
        name = plain(table.get("name", ""))
        if len(name) > LONGEST_NAME or (table.get("name") and not any(map(str.isalnum, name))):
            hint = lazy_gettext(
                "A name has letters or digits, and is at most {n} long.", n=LONGEST_NAME
            )
            what = lazy_gettext("this is not a name for others to read")
            raise self.wrong(("index", "name"), what, hint)
        return IndexSettings(**table | {"name": name})

    def mail(self, table: dict[str, Any]) -> MailSettings:
        for key in ("to", "from", "host"):
            if not table.get(key):
                hint = lazy_gettext("[mail] needs to, from and host.")
                raise self.wrong(("mail", key), lazy_gettext("{key} is missing", key=key), hint)
        for key, address in (("from", table["from"]), *(("to", one) for one in table["to"])):
            if not _ADDRESS.fullmatch(address):
                what = lazy_gettext("{address!r} is not a mail address", address=address)
                hint = lazy_gettext("Write it like me@example.org, without a name.")
                raise self.wrong(("mail", key), what, hint)
        if not re.fullmatch(r"[A-Za-z0-9.-]+|[0-9a-fA-F:]+", table["host"]):
            what = lazy_gettext("{host!r} is not a host name", host=table["host"])
            raise self.wrong(
                ("mail", "host"), what, lazy_gettext("Write it like smtp.example.org.")
            )
        self.at_least(("mail", "port"), table.get("port", 1), 1)
        if table.get("port", 1) > 65535:
            hint = lazy_gettext("The largest number is {n}.", n=65535)
            raise self.wrong(
                ("mail", "port"), lazy_gettext("this number is not possible here"), hint
            )
        tls = table.setdefault("tls", "implicit" if table.get("port", 465) == 465 else "starttls")
        self.one_of(("mail", "tls"), tls, ("implicit", "starttls", "none"))
        if tls == "none" and not is_loopback(table["host"]):
            what = lazy_gettext("mails and the password would be sent without encryption")
            hint = lazy_gettext('Write "implicit" (port 465) or "starttls" (port 587).')
            raise self.wrong(("mail", "tls"), what, hint)
        return MailSettings(sender=table.pop("from"), **table)

    def deadline(self, index: int, table: dict[str, Any]) -> Deadline:
        deadline = Deadline(**table)
        for key in ("days", "quota"):
            self.at_least(("deadline", index, key), getattr(deadline, key), 0)
        return deadline

    def not_empty(self, place: tuple[str, int, str], table: Mapping[str, str], hint: Text) -> None:
        if not table[place[-1]].strip():
            raise self.wrong(place, lazy_gettext("it is empty"), hint)

    def check_query(self, place: Place, text: str) -> None:
        """Refuse a query on which `reader search` would only remark: nobody sees the remark."""
        try:
            query = parse_query(text)
        except QueryError as error:
            wrong = error.values
            raise self.wrong_at(place, text, wrong["at"], wrong["what"], wrong["hint"]) from None
        if not query.asks:
            hint = lazy_gettext("Add a word.")
            raise self.wrong(place, lazy_gettext("this query searches for nothing"), hint)
        if query.unclear:
            what = lazy_gettext("{part} is not a filter", part=query.unclear[0].text)
            raise self.wrong(place, what, lazy_gettext("`reader search --help` lists the filters."))
        if query.has_operators:
            what = lazy_gettext("this query is too long for operators and filters")
            hint = lazy_gettext("At most: characters {n}, words {m}.", n=PASTED, m=PASTED_WORDS)
            raise self.wrong(place, what, hint)

    def bibliographies(self, tables: list[dict[str, Any]]) -> tuple[Bibliography, ...]:
        for index, table in enumerate(tables):
            place = ("bibliography", index, "file")
            if not table["file"].endswith(".bib") or "\0" in table["file"]:
                raise self.wrong(
                    place,
                    lazy_gettext("this is not the name of a .bib file"),
                    lazy_gettext("Write it like ~/paper/refs.bib."),
                )
            if any(table["file"] == other["file"] for other in tables[:index]):
                raise self.twice(place, table["file"])
            form = table.get("format", "bibtex")
            self.one_of(("bibliography", index, "format"), form, ("bibtex", "biblatex"))
            if table.get("query"):
                self.check_query(("bibliography", index, "query"), table["query"])
        return tuple(Bibliography(**table) for table in tables)

    def searches(self, tables: list[dict[str, Any]]) -> tuple[SavedSearch, ...]:
        for index, table in enumerate(tables):
            self.check_query(("search", index, "query"), table["query"])
            if any(table["name"] == other["name"] for other in tables[:index]):
                what = lazy_gettext("another search has the name {name!r}", name=table["name"])
                raise self.double(("search", index, "name"), what)
        return tuple(SavedSearch(**table) for table in tables)

    def queries(self, tables: list[dict[str, Any]]) -> tuple[ArxivQuery, ...]:
        for index, table in enumerate(tables):
            self.not_empty(("query", index, "name"), table, lazy_gettext("Give it a name."))
            if problem := problem_of(table["search"]):
                place, at = ("query", index, "search"), problem.at + 1
                raise self.wrong_at(place, table["search"], at, problem.what, problem.hint)
        return tuple(ArxivQuery(**table) for table in tables)

    def templates(self, tables: list[dict[str, Any]]) -> tuple[Template, ...]:
        names = [*BUILT_IN_TEMPLATES]
        for index, table in enumerate(tables):
            name = table["name"]
            self.not_empty(("template", index, "name"), table, lazy_gettext("Give it a name."))
            if name in names:
                what = lazy_gettext("another template has the name {name!r}", name=name)
                raise self.double(("template", index, "name"), what)
            hint = lazy_gettext("Write the headings, one a line.")
            self.not_empty(("template", index, "text"), table, hint)
            names.append(name)
        return tuple(Template(**table) for table in tables)

    def note(self, table: dict[str, Any], templates: list[dict[str, Any]]) -> NoteSettings:
        note = NoteSettings(**table)
        names = (*BUILT_IN_TEMPLATES, *(one["name"] for one in templates))
        self.one_of(("note", "template"), note.template, names)
        return note

    def recall(self, table: dict[str, Any]) -> RecallSettings:
        self.at_least(("recall", "a_day"), table.get("a_day", 0), 0)
        self.at_least(("recall", "pile"), table.get("pile", 1), 1)
        return RecallSettings(**table)

    def feeds(self, tables: list[dict[str, Any]]) -> tuple[Feed, ...]:
        feeds: list[Feed] = []
        known: dict[str, set[str]] = {"url": set(), "name": set()}
        for index, table in enumerate(tables):
            place = ("feed", index)
            kind = table.get("kind", "posts")
            self.one_of((*place, "kind"), kind, FEED_KINDS)
            if kind not in LOCAL_KINDS or "://" in table["url"]:
                self.address((*place, "url"), table["url"])
            elif not table["url"].strip() or "\0" in table["url"]:
                raise self.wrong(
                    (*place, "url"),
                    lazy_gettext("this is not a path"),
                    lazy_gettext("Write it like mails/alerts.mbox."),
                )
            # A name that the file gives goes before the one that is made of the address.
            feed = Feed(**({"name": short_address(table["url"])} | table))
            for key, values in known.items():
                if (value := getattr(feed, key)) in values:
                    raise self.twice((*place, key), value)
                values.add(value)
            feeds.append(feed)
        return tuple(feeds)

    def person(self, index: int, table: dict[str, Any]) -> Person:
        for url in table.get("feeds", ()):
            self.address(("person", index, "feeds"), url)
        return Person(**table)

    def timezone(self, name: str) -> ZoneInfo:
        try:
            return ZoneInfo(name)
        # "../x" is a ValueError; "Europe", a folder of the zones, is an OSError.
        except (ZoneInfoNotFoundError, ValueError, OSError):
            what = lazy_gettext("there is no time zone {name!r}", name=name)
            hint = lazy_gettext("Write it like Asia/Tokyo.")
            raise self.wrong(("reader", "timezone"), what, hint) from None
