"""Run `reader export` for other programs: what it writes is read back by their own readers."""

from __future__ import annotations

import csv
import html
import io
import re
from datetime import date, datetime, timedelta
from pathlib import Path
from xml.etree import ElementTree

import feedparser
import icalendar
import pytest

from reader.library.folder import find_paper, open_library
from reader.library.highlight import Highlight
from reader.library.paper import Paper
from reader.library.rows import highlights, papers
from tests.installed import NOW, is_safe, run_here, shown
from tests.samples import paper

DAYS = """
[[deadline]]
name = "Inter;speech, the \\u001b[31mred\\nBEGIN:VEVENT one"
on = 2027-03-01
[[deadline]]
name = "Interspeech"
on = 2028-03-01
quota = 0
[[deadline]]
name = "Interspeech"
on = 2027-03-01
days = 100000
"""


def events(
    library: Path, deadlines: str, *, off: str = "[]", now: datetime = NOW
) -> dict[str, icalendar.Component]:
    """Read the calendar of a library: id → event."""
    file = library / "feeds.toml"
    before = file.read_text("utf-8")
    changed = before.replace("[reader]", f"[reader]\ndays_off = {off}", 1)
    file.write_text(changed + deadlines, "utf-8")
    ran = run_here("export", "--format", "ics", library=library, now=now)
    file.write_text(before, "utf-8")
    assert (ran.code, ran.err) == (0, "")
    (read,) = icalendar.Calendar.from_ical(ran.out, multiple=True)
    assert isinstance(read, icalendar.Calendar)
    assert read.errors == []
    found = {str(event["uid"]): event for event in read.walk("VEVENT")}
    assert len(found) == len(read.walk("VEVENT"))
    assert all(event.errors == [] and "dtstamp" in event for event in found.values())
    return found


def test_a_calendar_has_deadlines_and_days_off(library: Path) -> None:
    found = events(library, DAYS, off='["sunday", 2027-01-01, "Sunday"]').values()
    told = [(e.decoded("dtstart"), str(e["summary"]), str(e.get("description", ""))) for e in found]
    assert sorted(told) == [
        (date(2027, 1, 1), "Day off", ""),
        (
            date(2027, 3, 1),
            "Deadline: Inter;speech, the red BEGIN:VEVENT one",
            "From 2027-02-08 on: 1 paper a day.",
        ),
        (date(2027, 3, 1), "Deadline: Interspeech", "From 1753-05-16 on: 1 paper a day."),
        (date(2028, 3, 1), "Deadline: Interspeech", "From 2028-02-09 on: 0 papers a day."),
        (date(2031, 1, 5), "Day off", ""),
    ]
    (weekly,) = [e for e in found if "rrule" in e]
    assert weekly.decoded("dtstart").strftime("%A") == "Sunday"
    assert weekly["rrule"] == {"FREQ": ["WEEKLY"]}


def test_an_event_keeps_its_id_when_its_date_is_moved(library: Path) -> None:
    before = events(library, DAYS)
    moved = events(library, DAYS.replace("2028-03-01", "2028-03-09"), now=NOW + timedelta(400))
    assert set(moved) == set(before)
    assert len({e.decoded("dtstart") for e in moved.values()} - {date(2027, 3, 1)}) == 1


@pytest.mark.parametrize("args", [["2506.00001"], ["--state", "read"]])
def test_a_calendar_is_of_no_papers(library: Path, args: list[str]) -> None:
    ran = run_here("export", "--format", "ics", *args, library=library)
    assert (ran.code, ran.out) == (2, "")
    assert "A calendar has all deadlines and days off" in ran.err


def test_a_calendar_is_written_to_a_file(library: Path, tmp_path: Path) -> None:
    file = tmp_path / "kept" / "days.ics"
    ran = run_here("export", "--format", "ics", "--to", str(file), library=library)
    assert (ran.code, ran.out, ran.err) == (0, "", f"written: {file}\n")
    assert file.read_bytes().startswith(b"BEGIN:VCALENDAR\r\n")


EVIL = "Rain <script>alert(1)</script> & \x1b[31m\x01\ufffe ]]> $x_1$"


def add(library: Path, *given: Paper) -> None:
    with open_library(library, now=lambda: NOW) as opened:
        papers.add_papers(opened.db, given, source="arXiv", on=NOW.date())


def note(library: Path, id_: str, words: str, *, now: datetime = NOW) -> None:
    assert run_here("note", id_, "-m", words, library=library, now=now).code == 0


@pytest.fixture
def read(library: Path) -> Path:
    """A library with a written note, a skimmed one, a pick, a skip and a paper without any."""
    add(library, *(paper(n, f"Rain {n}", authors=("Ada Field",)) for n in range(101, 106)))
    words = f"It listens twice. See [[{key_of(library, '2506.00102')}]]. <!-- mine --> ~/secret/x"
    note(library, "2506.00101", words)
    note(library, "2506.00102", "Ladders only.")
    run_here("pick", "--no-fetch", "2506.00103", library=library, now=NOW + timedelta(1))
    run_here("skip", "2506.00104", library=library)
    return library


def key_of(library: Path, id_: str) -> str:
    run_here("pick", "--no-fetch", id_, library=library)
    return str(shown(library, id_)["key"])


def feed(library: Path, *args: str, now: datetime = NOW) -> feedparser.FeedParserDict:
    ran = run_here("--quiet", "export", "--format", "atom", *args, library=library, now=now)
    assert (ran.code, ran.err) == (0, "")
    read = feedparser.parse(ran.out)
    assert (read.bozo, read.version) == (0, "atom10")
    assert read.feed.id.startswith("urn:uuid:")
    assert (read.feed.title, read.feed.author) == ("Papers read, in own words", "asayomi")
    return read


def test_a_feed_has_picks_and_written_notes_as_others_see_them(read: Path) -> None:
    later = NOW + timedelta(2)
    found = feed(read, now=later)
    told = [(e.title, e.link, e.tags[0].term, e.published, e.updated) for e in found.entries]
    first, second = (f"{(NOW + timedelta(n)).date()}T00:00:00Z" for n in (0, 1))
    assert told == [
        ("Rain 103", "https://arxiv.org/abs/2506.00103", "pick", second, second),
        ("Rain 101", "https://arxiv.org/abs/2506.00101", "note", first, first),
    ]
    assert found.feed.updated == second
    words = found.entries[1].content[0]
    assert words.type == "text/html"
    link = '<a href="https://arxiv.org/abs/2506.00102" rel="noopener noreferrer">Rain 102</a>'
    assert f"<p>It listens twice. See {link}. …</p>" in words.value
    assert not re.search("mine|secret|Ladders", words.value)
    private = run_here("export", "--format", "atom", "Rain 101", library=read, now=later).err
    assert private == "Private parts left out of your words: 2.\n"
    assert len(feed(read, "2506.00101", "2506.00104", now=later).entries) == 1
    picks = feed(read, "--state", "pick", now=later).entries
    assert [entry.title for entry in picks] == ["Rain 103"]


def test_an_entry_keeps_its_id_whatever_becomes_of_the_paper(read: Path) -> None:
    later = NOW + timedelta(5)
    before = {e.title: e.id for e in feed(read, now=later).entries}
    note(read, "2506.00103", "It rains. Then it stops.", now=NOW + timedelta(3))
    run_here("merge", "2506.00105", "2506.00103", library=read, now=NOW + timedelta(4))
    after = feed(read, now=later)
    assert {e.id for e in after.entries} == set(before.values())
    [changed] = [e for e in after.entries if e.id == before["Rain 103"]]
    assert (changed.tags[0].term, changed.updated[:10]) == (
        "note",
        str((NOW + timedelta(3)).date()),
    )
    assert after.feed.id == feed(read, "Rain 101", now=later).feed.id


def test_a_feed_holds_hostile_titles_and_words(library: Path) -> None:
    add(library, paper(101, EVIL, authors=(EVIL,)))
    note(library, "2506.00101", f"{EVIL}. &#x1b; &#x202e;[go](javascript:x) ]]> It is so.")
    raw = run_here("export", "--format", "atom", "2506.00101", library=library).out
    assert is_safe(raw.replace("\n", ""))
    [entry] = feed(library, "2506.00101").entries
    assert entry.title == "Rain <script>alert(1)</script> & ]]> x₁"
    # feedparser cleans HTML, so what was written is looked at too.
    [content] = ElementTree.fromstring(raw).iter("{http://www.w3.org/2005/Atom}content")
    assert content.text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in content.text
    assert not re.search("<script|href=.?javascript", content.text)


def test_a_feed_without_an_entry_is_one(library: Path) -> None:
    assert feed(library, "--state", "read").entries == []


@pytest.fixture
def chosen(read: Path) -> Path:
    """A library with three written notes in two topics; two of them are linked."""
    run_here("file", "2506.00101", "2506.00105", "speech/translation", library=read)
    run_here("file", "2506.00103", "nlp/llm", library=read)
    later = NOW + timedelta(1)
    key = shown(read, "2506.00101", now=later)["key"]
    note(read, "2506.00103", f"一度目は聞く。[[{key}|a rain]] が二度目に訳す。", now=later)
    note(read, "2506.00105", "It is dry. No rain at all.", now=later)
    return read


def site(library: Path, folder: Path, *args: str, code: int = 0) -> tuple[dict[str, str], str]:
    """Write a site; gives its files and what is said."""
    to = ("--to", str(folder), *args)
    ran = run_here("export", "--format", "site", *to, library=library, now=NOW + timedelta(1))
    assert (ran.code, ran.out) == (code, "")
    return {file.name: file.read_text("utf-8") for file in folder.iterdir()}, ran.err


def links_of(page: str) -> list[str]:
    return [html.unescape(address) for address in re.findall('href="(.*?)"', page)]


def test_a_site_has_an_index_by_topic_and_a_page_for_each_note(
    chosen: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "site"
    pages, told = site(chosen, folder)
    first, japanese, dry = (f"field2025rain{end}.html" for end in ("", "-3", "-5"))
    assert set(pages) == {"index.html", first, japanese, dry}
    private = "Private parts left out of your words: 2.\n"
    assert told == f"written: {folder} (3 papers)\n{private}"
    # In the order of feeds.toml: speech/translation first.
    index = ["#speech/translation", "#nlp/llm", first, dry, japanese]
    assert links_of(pages["index.html"]) == index
    assert 'id="speech/translation"' in pages["index.html"]
    arxiv = "https://arxiv.org/abs/2506.0010"
    assert links_of(pages[first]) == [
        "index.html", "index.html#speech/translation", f"{arxiv}1", f"{arxiv}2", japanese
    ]  # fmt: skip
    home = ["index.html", "index.html#nlp/llm", f"{arxiv}3", first, first]
    assert links_of(pages[japanese]) == home
    assert f'<a href="{first}">a rain</a> が二度目に訳す。' in pages[japanese]
    assert (pages[japanese].count('<html lang="ja">'), pages[first].count('<html lang="en">')) == (
        1, 1
    )  # fmt: skip
    assert "@misc{field2025rain," in pages[first]
    whole = "".join(pages.values())
    assert not re.search("<script|<link|<img|src=|robots|mine|secret|Ladders|invalid", whole)


def test_a_site_is_of_the_papers_that_are_chosen(chosen: Path, tmp_path: Path) -> None:
    pages, _unused = site(chosen, tmp_path / "site", "--topic", "nlp")
    assert set(pages) == {"index.html", "field2025rain-3.html"}
    # A note that is not chosen is only linked as a paper.
    assert "https://arxiv.org/abs/2506.00101" in links_of(pages["field2025rain-3.html"])


def test_only_pages_as_they_were_written_are_replaced_or_removed(
    chosen: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "site"
    site(chosen, folder)
    before = {file.name: file.stat().st_mtime_ns for file in folder.iterdir()}
    assert site(chosen, folder)[1].startswith("written: ")
    assert {file.name: file.stat().st_mtime_ns for file in folder.iterdir()} == before
    mine, other = folder / "mine.html", folder / "other.html"
    mine.write_text("<p>mine</p>")
    of_another = (folder / "index.html").read_text().replace("asayomi ", "asayomi 0")
    other.write_text(of_another)
    changed = folder / "field2025rain-3.html"
    changed.write_text(changed.read_text("utf-8").replace("訳す", "書く"), "utf-8")
    pages, told = site(chosen, folder, "--topic", "speech")
    assert set(pages) == {
        "index.html", "field2025rain.html", "field2025rain-5.html", mine.name, other.name,
        changed.name,
    }  # fmt: skip
    pages, told = site(chosen, folder, code=5)
    assert f"reader: {changed} is not as this library wrote it, so it was left alone." in told
    assert "書く" in pages[changed.name]
    changed.unlink()
    changed.symlink_to(mine)
    assert site(chosen, folder, code=5)[0][changed.name] == "<p>mine</p>"
    changed.unlink()
    site(chosen, folder)
    _pages, told = site(chosen, folder, "--topic", "speech")
    assert f"removed: {changed}\n" in told
    assert (changed.exists(), mine.exists(), other.exists()) == (False, True, True)


def test_a_site_holds_hostile_titles_words_and_keys(library: Path, tmp_path: Path) -> None:
    add(library, paper(101, EVIL, authors=("<b>x",)), paper(102, EVIL, authors=("<b>x",)))
    for n in (101, 102):
        words = "It waits. It speaks. \x07<script>x()</script> \u202e[go](javascript:x) <img src=x>"
        note(library, f"2506.00{n}", words)
    pages, _unused = site(library, tmp_path / "site", "2506.00101", "2506.00102")
    assert len(pages) == 3
    for name, page in pages.items():
        assert re.fullmatch(r"[a-z0-9_-]+\.html", name)
        assert is_safe(page.replace("\n", ""))
        assert not re.search("<script|<img|<b>|href=.?javascript", page)


def test_a_site_needs_a_folder(library: Path) -> None:
    ran = run_here("export", "--format", "site", library=library)
    assert (ran.code, ran.out) == (2, "")
    assert "A site is a folder: say where." in ran.err


def cards(library: Path, *args: str, now: datetime = NOW) -> dict[str, list[str]]:
    """Read the cards as Anki does: guid → front, back, tags."""
    ran = run_here("export", "--format", "anki", *args, library=library, now=now)
    assert (ran.code, ran.err) == (0, "")
    *head, rest = ran.out.split("\n", 6)
    assert head == [
        "#separator:tab", "#html:true", "#notetype:Basic", "#deck:asayomi", "#guid column:1",
        "#tags column:4",
    ]  # fmt: skip
    rows = list(csv.reader(io.StringIO(rest), delimiter="\t"))
    assert {len(row) for row in rows} <= {4}
    found = {row[0]: row[1:] for row in rows}
    assert len(found) == len(rows)
    return found


def test_cards_ask_as_recall_does_and_have_the_whole_note(read: Path) -> None:
    run_here("file", "2506.00101", "speech/translation", library=read)
    [[front, back, tag]] = cards(read).values()
    asked = "What is the problem, the idea, the evidence, and what do you doubt?"
    assert front == f"<b>Rain 101</b><br>{asked}"
    assert "<p>It listens twice. See " in back
    assert "~/secret/x" in back  # they are the person's own
    assert tag == "speech::translation"


def test_a_card_keeps_its_guid_when_its_note_changes_or_the_paper_is_merged(read: Path) -> None:
    [guid] = cards(read)
    later = NOW + timedelta(1)
    note(read, "2506.00101", 'Q: Why\ttwice?\n\nTo be "sure". It helps.\n\n# It is so', now=later)
    run_here("merge", "2506.00105", "2506.00101", library=read, now=later)
    [(again, (front, back, _unused))] = cards(read, now=later).items()
    assert again == guid
    assert front.endswith("<br>Why twice?")
    assert "To be &quot;sure&quot;. It helps." in back


def test_highlights_are_on_the_card_with_or_without_a_note(read: Path) -> None:
    with open_library(read, now=lambda: NOW) as opened:
        for id_ in ("arxiv:2506.00101", "arxiv:2506.00104"):
            row = find_paper(opened, id_).row
            mark = Highlight(3, 1, "highlight", "two <passes>", "Really?\nYes.")
            highlights.add_highlight(opened.db, row, mark, mark=None, at=NOW)
    found = sorted(cards(read).values())
    marked = '<q lang="en">two &lt;passes&gt;</q> <small>p. 3</small>'
    assert [marked in back for _front, back, _tag in found] == [True, True]
    assert found[1][0] == "<b>Rain 104</b><br>What did you mark in this paper?"
    guids = set(cards(read))
    note(read, "2506.00104", "It was wet. Now it is dry.", now=NOW + timedelta(1))
    assert set(cards(read, now=NOW + timedelta(1))) == guids


def test_a_hostile_card_is_one_row_without_a_script(library: Path) -> None:
    add(library, paper(101, "=cmd() \t" + EVIL.replace("Rain", '"Rain"')))
    note(library, "2506.00101", "It waits.\r\nIt speaks. <script>x()</script> \x07\t#tags:x")
    [[front, back, _tag]] = cards(library).values()
    assert front.startswith("<b>=cmd() &quot;Rain&quot; &lt;script&gt;alert(1)&lt;/script&gt;")
    assert not re.search("<script|\x07|\x1b", front + back)
