"""Test the reading of feeds.toml: its meaning, and the errors about it."""

from __future__ import annotations

from datetime import UTC, date
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from reader.base.errors import ConfigError
from reader.library.config import (
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
)
from reader.library.feeds_file import KEYS, parse
from reader.library.file_names import path_problem
from reader.library.folder import template

LEAST = '[topics."speech/translation"]\nwords = ["speech translation"]\n'
TOPIC = Topic("speech/translation", "own", "speech/translation", ("speech translation",))

MAIL = '[mail]\nto = ["a@b.example"]\nfrom = "c@d.example"\nhost = "smtp.example.org"\n'

WHOLE = """
[reader]
quota = 4
minutes = 20
timezone = "Asia/Tokyo"
language = "ja"
theme_balance_days = 7
queue_days = 21
pdf_name = "{author}-{id}"
citation_key = "{Author}{year}"
days_off = ["Sunday", 2027-01-01, "2027-01-02"]
[encoder]
model = "somebody/encoder"
[arxiv]
categories = ["cs.CL", "eess.AS"]
api_url = "http://localhost:8080/api"
rss_url = "http://localhost:8080/rss/"
oai_url = "http://localhost:8080/oai"
pdf_url = "http://localhost:8080/pdf/"
delay_s = 0
[gather]
wait_s = 90
[index]
url = "postgresql://me@db.example.org/papers?sslmode=verify-full"
search_url = "postgresql:///?service=near"
timeout_s = 4
name = "Ada​  Field"
[resolve]
doi = "off"
openreview = "https://or.example.org"
acl = "https://acl.example.org/"
dblp = "https://dblp.example.org/"
openalex = "off"
semantic_scholar = "https://s2.example.org/"
short_links = ["t.example"]
[citations]
source = "openalex"
semantic_scholar_url = "https://s2.example.org/graph"
openalex_url = "https://oa.example.org"
openalex_key_file = "~/openalex.key"
max_age_days = 14
[[deadline]]
name = "A Conference"
on = 2027-03-01
days = 10
quota = 2
[topics."speech/translation"]
lane = "own"
theme = "translation"
words = ["speech translation", "音声翻訳"]
seeds = ["https://arxiv.org/abs/2212.08055v2"]
shared = true
[topics.nlp]
lane = "near"
[tablet]
folder = "~/tablet"
[[feed]]
url = "https://example.org/timeline.rss"
kind = "papers"
name = "timeline"
[[feed]]
url = "https://example.org/other/"
[[person]]
name = "Mio Hoshi"
feeds = ["https://example.org/@mio.rss", "https://example.net/mio"]
[[person]]
name = "Ada Field"
feeds = ["https://example.org/@ada.rss"]
[[query]]
name = "streaming"
search = 'cat:cs.* AND ti:"speech translation" ANDNOT (abs:survey OR co:thesis)'
[[search]]
name = "gardens"
query = "garden -weed year:2027"
[[bibliography]]
file = "~/paper/refs.bib"
query = "topic:speech"
format = "biblatex"
[note]
template = "mine"
export = false
guess = false
[recall]
a_day = 3
pile = 30
[backup]
folder = "/media/disk"
daily = false
pdfs = true
encrypt_to = ["age1x"]
[mail]
to = ["bo@example.org", "cy+list@example.org"]
from = "ada@example.org"
host = "localhost"
port = 2525
tls = "none"
user = "ada"
password_command = "pass show mail"
[[template]]
name = "mine"
text = "## What for?"
"""


def test_every_key_means_what_it_says() -> None:
    assert parse(WHOLE) == Config(
        topics=(
            Topic(
                "speech/translation",
                "own",
                "translation",
                ("speech translation", "音声翻訳"),
                ("arxiv:2212.08055",),
                shared=True,
            ),
            Topic("nlp", "near", "nlp"),
        ),
        quota=4,
        minutes=20,
        timezone=ZoneInfo("Asia/Tokyo"),
        language="ja",
        is_language_written=True,
        theme_balance_days=7,
        queue_days=21,
        pdf_name="{author}-{id}",
        citation_key="{Author}{year}",
        encoder="somebody/encoder",
        arxiv=Arxiv(
            ("cs.CL", "eess.AS"),
            "http://localhost:8080/api",
            "http://localhost:8080/rss/",
            "http://localhost:8080/oai",
            "http://localhost:8080/pdf/",
            0.0,
        ),
        gather=GatherSettings(90.0),
        index=IndexSettings(
            "postgresql://me@db.example.org/papers?sslmode=verify-full",
            "postgresql:///?service=near",
            4.0,
            "Ada Field",
        ),
        resolve=Resolve(
            "",
            "https://or.example.org",
            "https://acl.example.org/",
            ("t.example",),
            dblp="https://dblp.example.org/",
            semantic_scholar="https://s2.example.org/",
        ),
        citations=Citations(
            "openalex",
            "https://s2.example.org/graph",
            "https://oa.example.org",
            "~/openalex.key",
            14,
        ),
        deadlines=(Deadline("A Conference", date(2027, 3, 1), 10, 2),),
        feeds=(
            Feed("timeline", "https://example.org/timeline.rss", "papers"),
            Feed("example.org/other", "https://example.org/other/", "posts"),
        ),
        people=(
            Person("Mio Hoshi", ("https://example.org/@mio.rss", "https://example.net/mio")),
            Person("Ada Field", ("https://example.org/@ada.rss",)),
        ),
        tablet="~/tablet",
        queries=(
            ArxivQuery(
                "streaming",
                'cat:cs.* AND ti:"speech translation" ANDNOT (abs:survey OR co:thesis)',
            ),
        ),
        searches=(SavedSearch("gardens", "garden -weed year:2027"),),
        bibliographies=(Bibliography("~/paper/refs.bib", "topic:speech", "biblatex"),),
        days_off=("sunday", "2027-01-01", "2027-01-02"),
        note=NoteSettings("mine", export=False, guess=False),
        templates=(Template("mine", "## What for?"),),
        recall=RecallSettings(3, 30),
        backup=BackupSettings("/media/disk", daily=False, pdfs=True, encrypt_to=("age1x",)),
        mail=MailSettings(
            ("bo@example.org", "cy+list@example.org"),
            "ada@example.org",
            "localhost",
            2525,
            "none",
            "ada",
            "pass show mail",
        ),
    )


def test_the_sample_above_sets_every_key_there_is() -> None:
    names = {line.partition(" = ")[0] for line in WHOLE.splitlines()}
    assert {key.rpartition(".")[2] for key in KEYS} - names == set()
    assert len(KEYS) == len(set(KEYS))


def test_a_topic_is_all_that_must_be_there_and_the_rest_has_defaults() -> None:
    assert parse(LEAST) == Config(topics=(TOPIC,))
    assert parse(LEAST).timezone is UTC


def test_the_template_is_a_good_configuration_with_two_own_themes() -> None:
    config = parse(template())
    assert config.themes == ("speech translation", "speech recognition")
    assert config.arxiv.categories == ("cs.CL", "eess.AS", "cs.SD")
    assert config.arxiv == Arxiv(config.arxiv.categories)
    assert (config.feeds, config.people) == ((), ())


def test_a_theme_is_the_first_two_parts_of_the_path() -> None:
    config = parse('[topics."a/b/c"]\n[topics."a/b/d"]\n[topics.e]\n[topics.f]\nlane = "near"\n')
    assert config.themes == ("a/b", "e")
    assert [t.path for t in config.own_topics] == ["a/b/c", "a/b/d", "e"]


def test_a_persons_only_feed_has_their_name_and_several_have_their_addresses_too() -> None:
    assert [feed.name for feed in parse(WHOLE).all_feeds] == [
        "timeline",
        "example.org/other",
        "Mio Hoshi, example.org/@mio.rss",
        "Mio Hoshi, example.net/mio",
        "Ada Field",
    ]


@pytest.mark.parametrize(
    ("day", "quota", "name"),
    [
        (date(2027, 2, 7), 5, "first"),
        (date(2027, 2, 8), 2, "first"),
        (date(2027, 2, 26), 1, "first"),
        (date(2027, 3, 1), 1, "first"),
        (date(2027, 3, 2), 1, "second"),
        (date(2027, 3, 9), 5, None),
    ],
)
def test_the_lowest_quota_of_the_deadlines_that_are_near_holds(
    day: date, quota: int, name: str | None
) -> None:
    deadlines = (
        Deadline("second", date(2027, 3, 8), 10, 1),
        Deadline("first", date(2027, 3, 1), 21, 2),
    )
    config = Config(topics=(TOPIC,), deadlines=deadlines)
    found = config.next_deadline(day)
    assert (config.quota_on(day), found.name if found else None) == (quota, name)


@pytest.mark.parametrize(
    ("day", "is_off"),
    [
        (date(2027, 1, 1), True),
        (date(2027, 1, 2), False),
        (date(2027, 1, 3), True),
        (date(2027, 1, 4), False),
    ],
)
def test_nothing_is_asked_on_a_day_off(day: date, is_off: bool) -> None:
    near = (Deadline("first", date(2027, 1, 3), 21, 2),)
    config = Config(topics=(TOPIC,), days_off=("sunday", "2027-01-01"), deadlines=near)
    assert (config.is_day_off(day), config.quota_on(day) == 0) == (is_off, is_off)


WRONG = [
    # text, line, key, in the message, in the hint
    ("[reader]\nqouta = 3\n" + LEAST, 2, "reader.qouta", "unknown key", "Did you mean quota?"),
    ("[raeder]\n" + LEAST, 1, "raeder", "unknown key", "Did you mean reader?"),
    ("[zzz]\n" + LEAST, 1, "zzz", "unknown key", "Possible here: reader,"),
    (LEAST + 'wrods = ["a"]\n', 3, "topics.speech/translation.wrods", "unknown", "words?"),
    (
        '[reader]\nquota = "3"\n' + LEAST,
        2, "reader.quota", "a whole number", "Write it like quota = 5.",
    ),
    ("[arxiv]\ncategories = 1\n" + LEAST, 2, "arxiv.categories", "a list", 'categories = ["…"'),
    ("[[deadline]]\nname = 1\non = 2027-01-01\n" + LEAST, 2, "deadline.name", "text", 'name = "…"'),
    ("reader = 1\n" + LEAST, 1, "reader", "a table", "Write it like [reader]."),
    ("feed = 1\n" + LEAST, 1, "feed", "a list of tables", "Write it like [[feed]]."),
    ('[topics]\n"a/b" = 1\n', 2, "topics.a/b", "a table", 'Write it like [topics."a/b"].'),
    ("[reader]\nquota = true\n" + LEAST, 2, "reader.quota", "a whole number", ""),
    (
        '[reader]\npdf_name = "{year}_{venue}"\n' + LEAST,
        2, "reader.pdf_name", "there is no field {venue}", "{year}, {author}, {title}, {id}",
    ),
    (
        '[reader]\ncitation_key = "{title}"\n' + LEAST,
        2, "reader.citation_key", "many papers would get the same name", "at least one of",
    ),
    (
        '[reader]\n# names\npdf_name = "{year}"\n' + LEAST,
        3, "reader.pdf_name", "many papers would get the same name", "Use the fields",
    ),
    (
        LEAST + '[topics."音声"]\n[topics."A/ばら"]\n[topics."a/ば\u3099ら"]\n'
        .replace("ば\u3099", "\u306f\u3099"),
        5, "topics.a/は\u3099ら", "on some disks this is the same folder as 'A/ばら'",
        "Change one of them.",
    ),
    ("[reader]\nquota = 2.5\n" + LEAST, 2, "reader.quota", "a whole number", ""),
    ("[reader]\nquota = -1\n" + LEAST, 2, "reader.quota", "-1 is too small", "0 or more."),
    ("[reader]\nminutes = 0\n" + LEAST, 2, "reader.minutes", "too small", "1 or more."),
    (
        "[reader]\nquota = 9999999999\n" + LEAST,
        2, "reader.quota", "this number is not possible", "100000",
    ),
    ('[reader]\ntimezone = "Asia/Tokio"\n' + LEAST, 2, "reader.timezone", "'Asia/Tokio'", "Tokyo"),
    ('[reader]\nlanguage = "fr"\n' + LEAST, 2, "reader.language", "'fr'", "Write one of: en, ja."),
    ("reader = 3\n" + LEAST, 1, "reader", "a table", ""),
    ("[[reader]]\n" + LEAST, 1, "reader", "a table", ""),
    ("[feed]\n" + LEAST, 1, "feed", "a list of tables", ""),
    (
        '[[feed]]\nkind = "posts"\n' + LEAST,
        1, "feed", "url is missing", "Every [[feed]] needs one.",
    ),
    (LEAST + '[[feed]]\nurl = "https://"\n', 4, "feed.url", "not a web address", "https://"),
    (LEAST + '[[feed]]\nurl = "https://[x"\n', 4, "feed.url", "not a web address", ""),
    (LEAST + '[[feed]]\nurl = "ftp://a.org"\n', 4, "feed.url", "not a web address", ""),
    (LEAST + '[[feed]]\nurl = "https://a.org"\nkind = "x"\n', 5, "feed.kind", "'x'", "posts"),
    (LEAST + '[[feed]]\nurl = "mails"\nkind = "hf"\n', 4, "feed.url", "not a web address", ""),
    (LEAST + '[[feed]]\nurl = " "\nkind = "scholar"\n', 4, "feed.url", "not a path", "mbox"),
    (
        LEAST + '[[feed]]\nurl = "file:///x"\nkind = "scholar"\n',
        4, "feed.url", "not a web address", "",
    ),
    (
        LEAST + '[resolve]\nshort_links = ["https://t.co/"]\n',
        4, "resolve.short_links", "not a host name", "t.co",
    ),
    (
        LEAST + '[[feed]]\nurl = "https://a.org"\n[[feed]]\nurl = "https://a.org"\n',
        6, "feed.url", "is here twice", "",
    ),
    (
        LEAST + '[[feed]]\nurl = "https://a.org"\nname = "arXiv"\n',
        5, "feed.name", "another source has the name 'arXiv'", "Change one of them.",
    ),
    (
        LEAST + '[[feed]]\nurl = "https://a.org"\nname = "Mio"\n'
        '[[person]]\nname = "Mio"\nfeeds = ["https://b.org"]\n',
        5, "feed.name", "another source has the name 'Mio'", "",
    ),
    (LEAST + '[[person]]\nfeeds = []\n', 3, "person", "name is missing", ""),
    (LEAST + '[[bibliography]]\nfile = "refs.txt"\n', 4, "bibliography.file", "a .bib file", ""),
    (LEAST + '[[bibliography]]\nfile = "a.bib"\nquery = "-x"\n', 5, "bibliography.query",
     "searches for nothing", ""),
    (LEAST + '[[bibliography]]\nfile = "a.bib"\n[[bibliography]]\nfile = "a.bib"\n', 6,
     "bibliography.file", "a.bib is here twice", "Change one of them."),
    (
        LEAST + '[[search]]\nname = "a"\nquery = "-x"\n',
        5, "search.query", "searches for nothing", "",
    ),
    (
        LEAST + '[[search]]\nname = "a"\nquery = "yaer:1"\n',
        5, "search.query", "is not a filter", "",
    ),
    (LEAST + '[[search]]\nname = "a"\nquery = "x AND"\n', 5, "search.query",
     "column 12: a word is missing beside AND", "Write it like"),
    (LEAST + '[[search]]\nname = "a"\nquery = "' + "(x OR y) " * 20 + '"\n', 5, "search.query",
     "too long for operators", "At most: characters 300, words 30."),
    (
        LEAST + '[[search]]\nname = "a"\nquery = "x"\n[[search]]\nname = "a"\nquery = "y"\n',
        7, "search.name", "another search has the name 'a'", "Change one of them.",
    ),
    (
        LEAST + '[[person]]\nname = "A"\n[[person]]\nname = "B"\nfeeds = ["b.org"]\n',
        7, "person.feeds", "'b.org' is not a web address", "",
    ),
    (LEAST + '[[deadline]]\nname = "A"\non = "2027-03-01"\n', 5, "deadline.on", "a date", ""),
    (LEAST + '[[deadline]]\nname = "A"\non = 2027-02-30\n', 5, "TOML", "nvalid date", "dates"),
    (LEAST + '[[deadline]]\nname = "A"\non = 2027-03-01T10:00:00\n', 5, "deadline.on", "date", ""),
    (LEAST + '[[deadline]]\nname = "A"\n', 3, "deadline", "on is missing", ""),
    ('[arxiv]\ndelay_s = 1\n' + LEAST, 2, "arxiv.delay_s", "1 s is shorter", "3 or more"),
    ('[arxiv]\ndelay_s = nan\n' + LEAST, 2, "arxiv.delay_s", "this number is not possible", ""),
    ('[arxiv]\ndelay_s = inf\n' + LEAST, 2, "arxiv.delay_s", "this number is not possible", ""),
    ('[arxiv]\ncategories = ["cs CL"]\n' + LEAST, 2, "arxiv.categories", "'cs CL'", "cs.CL"),
    ('[arxiv]\napi_url = "nowhere"\n' + LEAST, 2, "arxiv.api_url", "not a web address", ""),
    ('[gather]\nwait_s = 0.5\n' + LEAST, 2, "gather.wait_s", "0.5 is too small", "1 or more"),
    ('[index]\nurl = "mysql://db"\n' + LEAST, 2, "index.url", "not the address", "postgresql://"),
    ('[index]\ntimeout_s = 0.5\n' + LEAST, 2, "index.timeout_s", "0.5 is too small", "1 or more"),
    ('[index]\nname = "/"\n' + LEAST, 2, "index.name", "not a name for others", "at most 100"),
    (f'[index]\nname = "{"x" * 101}"\n' + LEAST, 2, "index.name", "not a name for others", ""),
    (LEAST + 'shared = "no"', 3, "topics.speech/translation.shared", "true or false", ""),
    *(
        (
            f'[index]\nurl = "postgresql://{written}"\n' + LEAST,
            2, "index.url", "a password does not belong in this file", "PGPASSFILE",
        )
        for written in ("me:sesame@db/p", "me:s@same@db/p", "db/p?user=me&password=sesame")
    ),
    ('[resolve]\ndoi = "no"\n' + LEAST, 2, "resolve.doi", "not a web address", ""),
    ('[citations]\nsource = "google"\n' + LEAST, 2, "citations.source", "'google'", "openalex"),
    ('[citations]\nmax_age_days = 0\n' + LEAST, 2, "citations.max_age_days", "too small", ""),
    (
        '[citations]\nsource = "openalex"\nopenalex_url = "http://a.org"\n' + LEAST,
        3, "citations.openalex_url", "the API key would be sent without encryption", "https://",
    ),
    (
        '[reader]\ndays_off = ["sun"]\n' + LEAST,
        2, "reader.days_off", "'sun' is not a day", "sunday",
    ),
    ('[reader]\ndays_off = [7]\n' + LEAST, 2, "reader.days_off", "a list of days", ""),
    ('[reader]\ndays_off = "sunday"\n' + LEAST, 2, "reader.days_off", "a list of days", ""),
    ('[note]\nexport = "no"\n' + LEAST, 2, "note.export", "true or false", ""),
    ('[note]\nexport = 1\n' + LEAST, 2, "note.export", "true or false", ""),
    ('[note]\ntemplate = "x"\n' + LEAST, 2, "note.template", "'x'", "key-points, six-questions"),
    ('[recall]\na_day = -1\n' + LEAST, 2, "recall.a_day", "too small", "0 or more."),
    ('[recall]\npile = 0\n' + LEAST, 2, "recall.pile", "too small", "1 or more."),
    (LEAST + '[[template]]\nname = "a"\n', 3, "template", "text is missing", "Every [[template]]"),
    (LEAST + '[[template]]\nname = ""\ntext = "x"\n', 4, "template.name", "it is empty", ""),
    (LEAST + '[[template]]\nname = "a"\ntext = " "\n', 5, "template.text", "it is empty", ""),
    (
        LEAST + '[[template]]\nname = "none"\ntext = "x"\n',
        4, "template.name", "another template has the name 'none'", "Change one of them.",
    ),
    (LEAST + '[topic."speech/recognition"]\nwords = ["x"]\n', 3, "topic", "unknown key", "topics"),
    ("", 1, "topics", "there is no topic", "Add one:"),
    ("[topics]\n", 1, "topics", "there is no topic", ""),
    (MAIL + 'password = "hunter2"\n' + LEAST, 5, "mail.password", "does not belong in this file",
     "password_command ="),
    (MAIL + 'tls = "none"\n' + LEAST, 5, "mail.tls", "without encryption", '"starttls"'),
    ('[mail]\nfrom = "a@b"\n' + LEAST, 1, "mail.to", "to is missing", "to, from and host"),
    ("topics = 3\n", 1, "topics", "a table", ""),
    ("[topics]\na = 3\n", 2, "topics.a", "a table", ""),
    ('[topics.a.b]\nwords = ["x"]\n', 1, "topics.a", "needs quotes", '[topics."a/b"]'),
    ('[topics."../a"]\n', 1, "topics.../a", "leads out of the library", "folder path"),
    ('[topics."/a"]\n', 1, "topics./a", "is absolute", ""),
    ('[topics."C:/a"]\n', 1, "topics.C:/a", "is absolute", ""),
    (LEAST + 'lane = "mine"\n', 3, "topics.speech/translation.lane", "'mine'", "own, near"),
    (LEAST + 'seeds = ["moon"]\n', 3, "topics.speech/translation.seeds", "'moon'", "arxiv:"),
    ('[topics.a]\nwords = [" "]\n', 2, "topics.a.words", "' ' is not a word", "Remove it."),
    ('[topics.a]\nwords = []\n', 2, "topics.a.words", "without words and seeds", "Write some"),
    ('[topics.a]\nwords = ["-"]\n', 2, "topics.a.words", "'-' is not a word", ""),
    ('[topics.a]\nwords = "x"\n', 2, "topics.a.words", "a list of texts", ""),
    ('[topics.a]\nwords = ["x", 3]\n', 2, "topics.a.words", "a list of texts", ""),
    (LEAST + "[topics.speech/translation]  # mine\n", 3, "topics.speech/translation",
     "needs quotes", '[topics."speech/translation"]'),
    (LEAST + "[ topics.音声翻訳 ]\n", 3, "topics.音声翻訳", "needs quotes",
     '[topics."音声翻訳"]'),
    (LEAST + '[topics."speech/translation]\n', 3, "topics.speech/translation",
     "needs quotes", '[topics."speech/translation"]'),
    (LEAST + "[topics.speech translation\n", 3, "topics.speech translation",
     "needs quotes", ""),
    (LEAST + "[topics.speech\n", 3, "TOML", "Expected ']'", ""),
    (LEAST + '[topics."speech/x"] y\n', 3, "TOML", "Expected", ""),
    ("[reader\n" + LEAST, 1, "TOML", "Expected ']'", "quotes, brackets, commas"),
    (LEAST + "[reader]\nquota =\n", 4, "TOML", "nvalid value", ""),
    (LEAST + LEAST, 3, "TOML", "twice", ""),
]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "line", "key", "what", "hint"), WRONG, ids=[f"{w[2]}-{w[3][:24]}" for w in WRONG]
)
def test_errors_name_file_line_key_and_remedy(
    text: str, line: int, key: str, what: str, hint: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        parse(text, file="/x/feeds.toml")
    error = caught.value
    assert error.message.startswith(f"/x/feeds.toml, line {line}: {key}: ")
    assert what in error.message
    assert hint in error.hint
    assert error.hint
    assert error.exit_code == 3


@pytest.mark.parametrize(
    ("before", "line"),
    [
        ("# a comment\n\n", 4),
        ("# a line separator, \u2028, ends no line\n", 3),
        ("# with a carriage return\r\n", 3),
        ('[arxiv]\ncategories = ["cs.CL"]\n', 4),
        ("[reader]   # why\n", 3),
    ],
)
def test_the_line_is_the_one_that_an_editor_shows(before: str, line: int) -> None:
    text = before + ("" if "[reader]" in before else "[reader]\n") + "quota = 'x'\n" + LEAST
    if "[reader]" in before:
        text = text.replace("quota", "minutes = 1\nquota")
    with pytest.raises(ConfigError) as caught:
        parse(text)
    assert caught.value.line == line


def test_of_several_tables_the_one_that_is_wrong_is_named() -> None:
    feeds = "".join(f'[[feed]]\nurl = "https://a.org/{n}"\n' for n in range(3))
    with pytest.raises(ConfigError) as caught:
        parse(LEAST + feeds.replace("https://a.org/1", "a.org/1"))
    assert caught.value.line == 6


def test_a_delay_below_arxivs_is_for_this_machine_only() -> None:
    local = '[arxiv]\ndelay_s = 0\napi_url = "http://127.0.0.1:99/api"\n'
    assert parse(local + LEAST).arxiv.delay_s == 0
    with pytest.raises(ConfigError):
        parse(local.replace("127.0.0.1", "example.org") + LEAST)


@pytest.mark.parametrize(
    ("host", "is_this_machine"),
    [("localhost", True), ("127.0.0.1", True), ("127.8.9.1", True), ("::1", True),
     ("example.org", False), ("10.0.0.1", False), ("", False), (None, False)],
)  # fmt: skip
def test_loopback_is_this_machine(host: str | None, is_this_machine: bool) -> None:
    assert is_loopback(host) is is_this_machine


@pytest.mark.parametrize("path", ["speech", "speech/translation", "音声/翻訳", "a b/c.d", "a-1"])
def test_a_folder_path_is_a_topic(path: str) -> None:
    assert path_problem(path) == ""


@pytest.mark.parametrize(
    "path",
    ["", "/", "a/", "/a", "~/a", "a//b", "..", "a/../b", ".a", "a/.b", " a", "a /b", "a\\b",
     "C:a", "a\nb", "a?b", 'a"b', "a\x7f", "a/./b", "a./b", "a/con", "Lpt1.x", "\udc80", "a" * 256],
)  # fmt: skip
def test_a_path_outside_the_library_is_no_topic(path: str) -> None:
    assert path_problem(path)


WORDS = ("[reader]", "[arxiv]", "[[feed]]", "[[person]]", "[[deadline]]", '[topics."a/b"]',
         "[topics.a.b]", "[tablet]", "quota", "minutes", "delay_s", "words", "seeds", "feeds",
         "url", "name", "on", "days", "lane", "timezone", " = ", "=", "\n", "\n", "\r\n", "3",
         "-1", "nan", "-inf", "1e400", "9" * 400, "true", '"x"', '"own"', '["x"]', "[", "]", "{",
         "}", ",", '"https://a.org"', '"https://[x"', "2027-03-01", "0001-01-01", "9999-99-99",
         "#", "\u2028", "'", '"""', ".", "topics", "feed")  # fmt: skip


def checked(text: str) -> None:
    """Check that a text is a Config, or a ConfigError that names a line of the file."""
    try:
        config = parse(text)
    except ConfigError as error:
        wrong = error
    else:
        assert_usable(config)
        return
    line = wrong.line
    assert isinstance(line, int)
    assert 1 <= line <= text.count("\n") + 1
    assert wrong.message
    assert wrong.hint


def assert_usable(config: Config) -> None:
    for day in (date(1, 1, 1), date(2025, 6, 4), date(9999, 12, 31)):
        assert config.quota_on(day) >= 0
        config.next_deadline(day)
    assert len({feed.name for feed in config.all_feeds}) == len(config.all_feeds)


@settings(max_examples=300, deadline=None)
@given(st.text())
@example("x = " + "[" * 5_000)
@example("x = " + "9" * 5_000)
@example('["(at line 99, column 1)"]\n["(at line 99, column 1)"]')
def test_any_text_is_a_configuration_or_an_error_that_names_a_line(text: str) -> None:
    checked(text)


@pytest.mark.slow
@settings(max_examples=500, deadline=None)
@given(st.lists(st.sampled_from(WORDS), max_size=25).map("".join))
def test_any_heap_of_toml_is_a_configuration_or_an_error_that_names_a_line(text: str) -> None:
    checked(text)
    checked(LEAST + text)
    checked(text + "\n" + LEAST)


@pytest.mark.slow
@settings(max_examples=300, deadline=None)
@given(st.data())
def test_one_wrong_value_in_a_good_file_is_a_configuration_or_an_error(data: st.DataObject) -> None:
    lines = WHOLE.splitlines()
    at = data.draw(st.integers(0, len(lines) - 1))
    value = data.draw(st.sampled_from(WORDS) | st.text(max_size=9))
    lines[at] = lines[at].partition(" = ")[0] + " = " + value
    checked("\n".join(lines))


def test_a_local_kind_takes_a_path_or_an_address() -> None:
    text = LEAST + "".join(
        f'[[feed]]\nurl = "{url}"\nkind = "{kind}"\n'
        for url, kind in (("mails/alerts.mbox", "scholar"), ("~/x-archive", "x-archive"),
                          ("https://example.org/tweets.js", "x-archive"))
    )  # fmt: skip
    assert parse(text).feeds == (
        Feed("mails/alerts.mbox", "mails/alerts.mbox", "scholar"),
        Feed("~/x-archive", "~/x-archive", "x-archive"),
        Feed("example.org/tweets.js", "https://example.org/tweets.js", "x-archive"),
    )


def test_no_default_stands_anywhere_but_in_the_values() -> None:
    empty = "".join(f"[{name}]\n" for name in ("reader", "encoder", "arxiv", "resolve", "tablet"))
    assert parse(empty + LEAST) == Config(topics=(TOPIC,))
