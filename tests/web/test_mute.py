"""Test muting on the pages, without a script: from a paper, by words, and back again."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from reader.library.folder import Library
from reader.library.place import FEEDS
from reader.morning.decide import mute, mute_lines
from tests.installed import run_here
from tests.mornings import bring, talk
from tests.samples import DAY, FEEDS_TOML, NOW, paper
from tests.web.site import parts_of, site

MODELS = "arxiv:2506.00002"


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[tuple[TestClient, Library]]:
    """Open the pages on one paper of an own topic, and one that people talk about."""
    parts = parts_of(tmp_path)
    with parts.open_library() as library:
        bring(
            library,
            DAY,
            paper(1, "Speech Translation of <i>Ponds</i>"),
            paper(2, "A Large Language Model of Ponds", categories=("cs.CL",)),
        )
        talk(library, DAY, 2, "Cy <b>Pond</b>")
        with site(parts) as client:
            yield client, library


def lane(html: str, name: str) -> list[str]:
    """Return the ids of the papers in a lane of the page, in order."""
    found = re.search(f'(?:id="{name}".*?)</(?:section|details)>', html, re.DOTALL)
    return re.findall(r'class="paper" id="p\d+" data-id="([^"]+)"', found[0]) if found else []


def shown(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", html)).split())


@pytest.mark.slow
def test_a_paper_is_muted_by_a_part_and_comes_back_by_forms_alone(
    opened: tuple[TestClient, Library],
) -> None:
    client, library = opened
    page = client.get("/").text
    assert (lane(page, "near"), lane(page, "muted")) == ([MODELS], [])
    [link] = [unescape(one) for one in re.findall(r'href="(/mute\?id=[^"]+2&[^"]+)"', page)]
    asked = client.get(link).text
    assert "<b>Pond" not in asked
    parts = [unescape(one) for one in re.findall(r'name="part" value="([^"]*)"', asked)]
    assert not re.search(r'name="part"[^>]*>[a-z]', asked), "buttons begin with a capital"
    assert parts == [
        "word:large language model",
        "author:Ada Field",
        "author:Bo Lind",
        "author:Cy <b>Pond</b>",
        "category:cs.CL",
        "source:arXiv",
        "source:timeline",
    ]
    back = unescape(re.findall(r'name="back" value="([^"]*)"', asked)[0])
    said = client.post("/mute", data={"part": parts[3], "days": "7", "back": back})
    assert said.url.path == "/"
    assert "Muted: author Cy <b>Pond</b> until 2025-06-10" in unescape(said.text)
    assert (lane(said.text, "near"), lane(said.text, "muted")) == ([], [MODELS])
    assert "1 muted paper: author Cy <b>Pond</b> 1" in shown(said.text)
    listed = client.get("/mute").text
    assert "author Cy <b>Pond</b> until 2025-06-10: hid a paper last on" in unescape(listed)
    said = client.post("/unmute", data={"part": parts[3], "back": "/mute"})
    assert "No longer muted" in said.text
    assert lane(client.get("/").text, "near") == [MODELS]
    assert mute_lines(library) == []


def test_words_mark_a_paper_of_an_own_topic_and_hide_others(
    opened: tuple[TestClient, Library],
) -> None:
    client, library = opened
    before = client.get("/").text
    counted = re.search(r"\d paper[^<]*new[^<]*", before)
    assert counted
    said = client.post("/mute", data={"words": " pond ", "days": "0", "back": "/mute"})
    assert (said.url.path, "Muted: word “pond”" in said.text) == ("/mute", True)
    page = client.get("/").text
    assert lane(page, "own") == lane(before, "own") == ["arxiv:2506.00001"]
    assert counted[0] in page, "all are here, as before"
    assert "muted: word “pond”" in shown(page)
    assert lane(page, "muted") == [MODELS]
    again = client.post("/mute", data={"words": "PONDS", "back": "/mute"}).text
    assert "Muted: word “PONDS”" in again, "the words themselves are compared, not their plurals"
    assert "Already muted: word “pond”" in client.post("/mute", data={"words": "Pond"}).text
    taken = client.post("/undo", data={"back": "/triage"}).text
    assert "No longer muted: PONDS" in taken
    assert [line.mute.value for line in mute_lines(library)] == ["pond"]
    # A muted paper that is picked stands in its lane again: what was decided is not hidden.
    client.post("/decide", data={"id": MODELS, "kind": "pick", "back": "/"})
    page = client.get("/").text
    assert (lane(page, "near"), lane(page, "muted")) == ([MODELS], [])


def test_a_hidden_paper_is_not_gone_through_one_by_one(
    opened: tuple[TestClient, Library],
) -> None:
    client, library = opened
    assert MODELS in client.get(f"/triage?at={MODELS}").text
    mute(library, [("word", "large language model")])
    triage = client.get(f"/triage?at={MODELS}")
    assert (triage.status_code, f'data-id="{MODELS}"' in triage.text) == (200, False)
    assert "0 of 1 decided" in triage.text
    assert 'href="/mute"' in client.get("/more").text


def test_a_mute_goes_round_between_the_command_and_the_page(
    opened: tuple[TestClient, Library],
) -> None:
    client, library = opened
    (library.folder / FEEDS).write_text(FEEDS_TOML, encoding="utf-8")

    def reader(*args: str) -> str:
        ran = run_here(*args, library=library.folder, now=NOW)
        assert (ran.code in (0, 5), ran.err) == (True, "")
        return ran.out

    reader("mute", "pond", "--until", "2025-06-20")
    assert lane(client.get("/").text, "muted") == [MODELS]
    [muted] = json.loads(reader("today", "--no-fetch", "--json"))["muted"]
    assert muted["muted_by"] == [
        {"kind": "word", "value": "pond", "until": "2025-06-20", "on": "2025-06-04"}
    ]
    client.post("/unmute", data={"part": "word:pond"})
    assert reader("mute", "--list") == "Nothing is muted.\n"
    client.post("/mute", data={"part": "author:Cy <b>Pond</b>", "days": "30"})
    assert "author Cy <b>Pond</b> until 2025-07-03" in reader("mute", "--list")
    assert "Undone (mute): author Cy <b>Pond</b>" in reader("undo")
    assert lane(client.get("/").text, "near") == [MODELS]
    assert (library.folder / FEEDS).read_text("utf-8") == FEEDS_TOML


def test_an_act_that_is_sent_twice_is_done_once(opened: tuple[TestClient, Library]) -> None:
    client, library = opened
    moment = library.now().isoformat()
    sent = {"words": "pond", "back": "/", "act": "a" * 32, "made_at": moment, "sent_at": moment}
    assert "Muted: word “pond”" in client.post("/mute", data=sent).text
    client.post("/undo", data={"back": "/"})
    client.post("/mute", data=sent)
    assert mute_lines(library) == []


@pytest.mark.parametrize(
    "data",
    [{"words": " "}, {"part": "paper:x"}, {"part": "category:cs"}, {"words": "x", "days": "5"},
     {"part": "word:"}, {}],
)  # fmt: skip
def test_what_cannot_be_muted_is_refused(
    opened: tuple[TestClient, Library], data: dict[str, str]
) -> None:
    client, library = opened
    assert client.post("/mute", data=data).status_code == 400
    assert client.post("/unmute", data={"part": "word:nothing"}).status_code == 404
    assert client.get("/mute?id=arxiv:2506.09999").status_code == 404
    assert mute_lines(library) == []
