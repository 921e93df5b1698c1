"""Test the page of a note: beginning, drafts, check, saving, revisions."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from reader.base.errors import ModelError
from reader.cli.frame import Settings
from reader.cli.frame import run as cli_run
from reader.library.disk import lock_file
from reader.library.folder import find_paper
from reader.library.highlight import Highlight
from reader.library.rows import highlights, papers
from reader.notes import drafts
from reader.notes.rows import notes
from reader.notes.words import BESIDE
from reader.notes.write import add_note
from reader.web.visit import Parts
from tests.samples import DAY, NOW, paper
from tests.web.site import parts_of, site

BEES, ANTS = "arxiv:2506.00001", "arxiv:2506.00002"
ABSTRACT = (
    "Bees were shown cards with one to six dots. They learned to fly to the card with four "
    "dots, and kept to it when the dots grew."
)
COPIED = (
    "Bees were shown cards with one to six dots. They learned to fly to the card with four dots."
)
ONE, TWO = "Small animals have arithmetic. I should try ants.", "Counting stops. Nobody looked."


@pytest.fixture
def parts(tmp_path: Path) -> Parts:
    parts = parts_of(tmp_path)
    with parts.open_library() as library:
        given = [paper(1, "On <i>Bees</i>", ABSTRACT), paper(2, "On Ants", "Ants walk.")]
        papers.add_papers(library.db, given, source="arXiv", on=DAY)
    return parts


@pytest.fixture
def client(parts: Parts) -> Iterator[TestClient]:
    with site(parts) as client:
        yield client


def texts(parts: Parts, id_: str = BEES) -> list[str]:
    with parts.open_library() as library:
        return [one.text for one in notes.revisions(library.db, find_paper(library, id_).row)]


def newest(parts: Parts, id_: str = BEES) -> int:
    with parts.open_library() as library:
        return notes.revisions(library.db, find_paper(library, id_).row)[-1].id


def write(parts: Parts, text: str, id_: str = BEES) -> None:
    with parts.open_library() as library:
        add_note(library, find_paper(library, id_), text)


def files(parts: Parts) -> dict[str, str]:
    folder = parts.folder / drafts.FOLDER
    found = folder.iterdir() if folder.exists() else ()
    return {f.name: f.read_text("utf-8") for f in found if not f.name.startswith(".")}


def post(client: TestClient, address: str, **fields: str) -> Any:
    answer = client.post(address, data=fields, headers={"accept": "application/json"})
    return answer.json()


class TestBeginning:
    def test_a_first_note_begins_without_the_abstract(self, client: TestClient) -> None:
        page = client.get(f"/note/{BEES}").text
        assert "## Problem" in page
        assert "On &lt;i&gt;Bees&lt;/i&gt;" in page
        assert "six dots" not in page

    def test_the_abstract_is_shown_on_request(self, parts: Parts, client: TestClient) -> None:
        with parts.open_library() as library:
            mark = Highlight(3, 3, "highlight", "kept to it <b>", "why?", "#ffee00")
            highlights.add_highlight(library.db, 1, mark, mark=None, at=NOW)
        for page in (client.get(f"/note/{BEES}?show=1"), client.get(f"/note/{BEES}/beside")):
            assert "six dots" in page.text
            assert "kept to it &lt;b&gt;" in page.text
            assert f"/pdf/{BEES}/read?page=3" in page.text

    def test_a_highlight_is_quoted_with_its_page_and_is_not_own(
        self, parts: Parts, client: TestClient
    ) -> None:
        with parts.open_library() as library:
            mark = Highlight(3, 3, "highlight", "They learned to fly\nto the card.", "", "#ffee00")
            highlights.add_highlight(library.db, 1, mark, mark=None, at=NOW)
        quotation = "> They learned to fly to the card. (p. 3)"
        assert (
            f'data-quotation="{html.escape(quotation)}"' in client.get(f"/note/{BEES}/beside").text
        )
        fields = {"text": f"{quotation}\n\nBees count.", "base": "0"}
        part = client.post(f"/note/{BEES}/check", data=fields, headers={"x-part": "1"}).text
        assert "Counts as written from two sentences of your own" in part
        assert "data-text" not in part

    def test_the_note_is_shown_as_it_stands(self, parts: Parts, client: TestClient) -> None:
        write(parts, f"{ONE}\n</textarea><script>x</script>")
        page = client.get(f"/note/{BEES}").text
        assert f"{ONE}\n&lt;/textarea&gt;&lt;script&gt;" in page
        assert f'name="base" value="{newest(parts)}"' in page
        assert "six dots" in page

    def test_another_template_can_be_asked_for(self, client: TestClient) -> None:
        assert "## In one breath" in client.get(f"/note/{BEES}?template=six-questions").text
        answer = client.get(f"/note/{BEES}?template=nine")
        assert (answer.status_code, "There is no template nine." in answer.text) == (400, True)

    def test_the_template_is_in_the_language_of_the_page(self, client: TestClient) -> None:
        assert "## 課題" in client.get(f"/note/{BEES}", headers={"accept-language": "ja"}).text

    def test_the_form_comes_alone_as_a_part(self, client: TestClient) -> None:
        part = client.get(f"/note/{BEES}", headers={"x-part": "1"}).text
        assert "<html" not in part
        assert f'action="/note/{BEES}"' in part
        assert "&#34;What is the one thing that they do differently?&#34;" in part

    def test_an_unknown_paper_is_not_found(self, client: TestClient) -> None:
        assert client.get("/note/arxiv:2506.99999").status_code == 404


class TestSaving:
    def test_a_note_is_saved_and_its_outcome_shown(self, parts: Parts, client: TestClient) -> None:
        page = client.post(f"/note/{BEES}", data={"text": ONE, "base": "0"})
        assert (page.status_code, page.url.path) == (200, f"/note/{BEES}")
        assert "Written (1 of 3 today): On &lt;i&gt;Bees" in page.text
        assert texts(parts) == [ONE]
        assert list((parts.folder / "notes").rglob("*.md"))

    def test_hints_and_empty_headings_are_not_kept(self, parts: Parts, client: TestClient) -> None:
        hint = "┊ What could nobody do before, and who minds?"
        text = f"## Problem\r\n{hint}\r\n\r\n## Idea\r\nIt counts."
        client.post(f"/note/{BEES}", data={"text": text, "base": "0"})
        assert texts(parts) == ["## Idea\nIt counts."]

    def test_too_little_is_skimmed(self, client: TestClient) -> None:
        page = client.post(f"/note/{BEES}", data={"text": "Bees.", "base": "0"}).text
        assert "Skimmed (two sentences of your own count as written)" in page

    def test_a_shorter_revision_of_a_written_note_is_not_called_skimmed(
        self, client: TestClient
    ) -> None:
        client.post(f"/note/{BEES}", data={"text": ONE, "base": "0"})
        page = client.post(f"/note/{BEES}", data={"text": "Bees.", "base": "1"}).text
        assert "Saved; the paper stays written, by an earlier revision" in page
        assert "Skimmed" not in page

    def test_a_copied_note_does_not_count(self, client: TestClient) -> None:
        page = client.post(f"/note/{BEES}", data={"text": COPIED, "base": "0"}).text
        assert "Saved, but does not count as written (mostly copied)" in page
        assert "copied</span>" in page

    def test_the_same_words_change_nothing(self, parts: Parts, client: TestClient) -> None:
        write(parts, ONE)
        found = post(client, f"/note/{BEES}", text=ONE, base=str(newest(parts)))
        assert (found["is_new"], found["said"]) == (False, "No changes: On <i>Bees</i>")
        assert "No changes" in client.get(found["to"]).text

    def test_the_answer_counts_what_was_written_today(self, client: TestClient) -> None:
        assert "Written today: 0 of " in client.get(f"/note/{BEES}").text
        found = post(client, f"/note/{BEES}", text=ONE, base="0")
        assert found["written_today"].startswith("Written today: 1 of ")
        assert found["written_today"] in client.get(f"/note/{BEES}").text

    def test_a_revision_that_came_meanwhile_stays_with_the_new_one(
        self, parts: Parts, client: TestClient
    ) -> None:
        write(parts, ONE)
        found = post(client, f"/note/{BEES}", text=TWO, base="0")
        assert texts(parts) == [ONE, f"{ONE}\n\n{BESIDE}\n\n{TWO}"]
        assert found["meanwhile"] == 1
        assert found["base"] == newest(parts)
        assert "Revision 1 was saved while you were writing." in client.get(found["to"]).text

    def test_an_empty_text_changes_nothing(self, parts: Parts, client: TestClient) -> None:
        write(parts, ONE)
        post(client, f"/note/{BEES}", text=" ", base=str(newest(parts)))
        assert texts(parts) == [ONE]

    def test_links_that_lead_nowhere_are_named(self, client: TestClient) -> None:
        text = f"{ONE} Like [[2099_Nobody]]."
        page = client.post(f"/note/{BEES}", data={"text": text, "base": "0"}).text
        assert "[[2099_Nobody]] does not lead to a paper." in page

    def test_a_file_edited_by_hand_is_read_in_first(self, parts: Parts, client: TestClient) -> None:
        client.post(f"/note/{BEES}", data={"text": ONE, "base": "0"})
        (file,) = (parts.folder / "notes").rglob("*Bees*.md")
        file.write_text(file.read_text("utf-8").replace("try ants", "try wasps"), "utf-8")
        assert "try wasps" in client.get(f"/note/{BEES}").text
        assert texts(parts)[-1] == ONE.replace("ants", "wasps")

    def test_nobody_waits_for_an_export_to_read_a_note(
        self, parts: Parts, client: TestClient
    ) -> None:
        write(parts, ONE)
        with lock_file(parts.folder / "export.lock"):
            assert ONE in client.get(f"/note/{BEES}").text


class TestDrafts:
    def test_a_draft_is_found_again_and_goes_when_it_is_saved(
        self, parts: Parts, client: TestClient
    ) -> None:
        kept = post(client, f"/note/{BEES}/draft", text=ONE, base="0")
        assert files(parts) == {kept["draft"]: ONE}
        page = client.get(f"/note/{BEES}").text
        assert "This is an unsaved draft." in page
        assert f">\n{ONE}</textarea>" in page
        assert "six dots" in page  # the first words were written
        fields = {"draft": kept["draft"], "seen": kept["seen"]}
        post(client, f"/note/{BEES}", text=ONE, base="0", **fields)
        assert (files(parts), texts(parts)) == ({}, [ONE])

    def test_without_a_script_it_is_kept_by_a_button(self, client: TestClient) -> None:
        fields = {"text": ONE, "base": "0", "show": "1"}
        page = client.post(f"/note/{BEES}/draft", data=fields)
        assert page.url.query.decode().endswith("show=1")
        assert ONE in page.text
        assert '<details class="card abstract" open>' in page.text

    def test_two_devices_end_in_two_drafts(self, parts: Parts, client: TestClient) -> None:
        both = post(client, f"/note/{BEES}/draft", text="Bees.", base="0")
        fields = {"base": "0", "draft": both["draft"], "seen": both["seen"]}
        post(client, f"/note/{BEES}/draft", text=ONE, **fields)
        other = post(client, f"/note/{BEES}/draft", text=TWO, **fields)
        assert "This draft was changed elsewhere" in other["said"]
        assert sorted(files(parts).values()) == sorted([ONE, TWO])
        page = client.get(f"/note/{BEES}?draft={both['draft']}").text
        assert f">\n{ONE}</textarea>" in page
        assert "There is another draft:" in page

    def test_a_draft_can_be_discarded(self, parts: Parts, client: TestClient) -> None:
        kept = post(client, f"/note/{BEES}/draft", text=ONE, base="0")
        assert f">\n{ONE}</textarea>" not in client.get(f"/note/{BEES}?draft=no").text
        fields = {"draft": kept["draft"], "seen": "another"}
        assert "so it was kept" in client.post(f"/note/{BEES}/discard", data=fields).text
        fields["seen"] = kept["seen"]
        assert "The draft was deleted." in client.post(f"/note/{BEES}/discard", data=fields).text
        assert files(parts) == {}

    def test_a_draft_of_an_older_revision_says_so(self, parts: Parts, client: TestClient) -> None:
        post(client, f"/note/{BEES}/draft", text=TWO, base="0")
        write(parts, ONE)
        assert "Saving keeps both texts." in client.get(f"/note/{BEES}").text

    def test_a_draft_name_cannot_leave_the_folder(self, parts: Parts, client: TestClient) -> None:
        before = (parts.folder / "feeds.toml").read_text("utf-8")
        for name in ("../feeds.toml", "/etc/passwd", "a.1.0.1.md"):
            post(client, f"/note/{BEES}/draft", text=ONE, base="0", draft=name, seen="")
        assert (parts.folder / "feeds.toml").read_text("utf-8") == before
        assert set(files(parts).values()) == {ONE}


class TestChecking:
    def test_copied_sentences_are_marked_with_their_place(self, client: TestClient) -> None:
        fields = {"text": f"{COPIED} I doubt it.", "base": "0"}
        part = client.post(f"/note/{BEES}/check", data=fields, headers={"x-part": "1"}).text
        assert "<html" not in part
        assert part.count('<li class="copied" data-text="') == 2
        assert "<mark>Bees were shown cards with one to six dots</mark>" in part
        assert "abstract" in part
        assert "Mostly copied: does not count" in part
        assert "mark quotations with “…” or <code>&gt;</code>." in part

    def test_a_note_that_counts_is_not_said_to_count_for_nothing(
        self, parts: Parts, client: TestClient
    ) -> None:
        """The abstract that it is copied from came after it was saved."""
        edit = ["edit", BEES, "abstract=Wasps."]
        assert cli_run(edit, Settings(parts.folder, is_quiet=True)) == 0
        write(parts, COPIED)
        assert cli_run([*edit[:2], "abstract="], Settings(parts.folder, is_quiet=True)) == 0

        def said(text: str) -> str:
            fields = {"text": text, "base": str(newest(parts))}
            part = client.post(f"/note/{BEES}/check", data=fields, headers={"x-part": "1"}).text
            return html.unescape(part)

        assert "It counted when you saved it, and still does" in said(COPIED)
        assert "does not count" not in said(COPIED)
        assert "does not count" in said(f"{COPIED} When the dots grew, they kept to it.")

    def test_own_words_count_from_two_sentences_on(self, client: TestClient) -> None:
        def said(text: str) -> str:
            fields = {"text": text, "base": "0"}
            return client.post(f"/note/{BEES}/check", data=fields, headers={"x-part": "1"}).text

        assert "Counts as written from two sentences of your own" in said("Bees count.")
        counts = said("I want to know what our bees at home would make of such cards. Or ants?")
        assert "Two or more sentences, compared only by words: counts as written so far" in counts
        assert "data-again" in counts  # the page asks once more when the model is there
        # What cannot be seen without a model stands before it.
        assert "without the model: translations" in counts.partition("counts as written")[0]
        # Nor is it called the person's own then: it may be translated.
        assert "No sentence has the same words as the paper." in counts
        assert "Your own words" not in counts
        assert "own sentences" not in counts
        assert said("").strip() == ""

    def test_without_a_script_the_page_comes_back_with_the_words(
        self, parts: Parts, client: TestClient
    ) -> None:
        page = client.post(f"/note/{BEES}/check", data={"text": COPIED, "base": "0"}).text
        assert f">\n{COPIED}</textarea>" in page
        assert '<li class="copied" data-text="' in page
        assert texts(parts) == []

    def test_related_notes_can_be_linked(self, parts: Parts) -> None:
        with parts.open_library() as library:
            encode = parts.encode_note(library.config)
            ants = "Small animals have arithmetic, or not. I should try ants again."
            add_note(library, find_paper(library, ANTS), ants, encode=encode)
        warm = replace(parts, encode_if_warm=parts.encode_note)
        with site(warm) as client:
            fields = {"text": ONE, "base": "0"}
            part = client.post(f"/note/{BEES}/check", data=fields, headers={"x-part": "1"}).text
        assert 'data-insert="[[2025_Field_Ants]]"' in part
        assert ">[[2025_<wbr>Field_<wbr>Ants]]<" in part, "a line ends there, not within a word"
        assert "Small animals have arithmetic, or not." in part
        assert "By words alone" not in part

    def test_a_model_that_fails_leaves_the_check_to_words_alone(self, parts: Parts) -> None:
        def failing(_: str) -> Any:
            raise ModelError(model="m", what="it broke", hint="")

        broken = replace(parts, encode_if_warm=lambda _: failing)
        with site(broken) as client:
            # A Japanese sentence beside an English abstract is what the model is asked for.
            fields = {"text": f"{COPIED} 蜂は数を数えることができる。", "base": "0"}
            found = client.post(f"/note/{BEES}/check", data=fields, headers={"x-part": "1"})
        assert found.status_code == 200
        assert '<li class="copied" data-text="' in found.text


class TestHistory:
    def test_revisions_are_listed_the_newest_first(self, parts: Parts, client: TestClient) -> None:
        for text in (ONE, "Short.", f"{ONE} <b>More</b>."):
            write(parts, text)
        client.post(f"/note/{BEES}", data={"text": TWO, "base": "3"})
        page = client.get(f"/note/{BEES}/history").text
        assert ">command<" not in page, "a page without scripts saved the last one"
        day = '<span class="whole">2025-06-04</span>'
        places = [page.index(f"Revision {n}, {day} 06:30") for n in (3, 2, 1)]
        assert places == sorted(places)
        assert "&lt;b&gt;More" in page
        assert "<b>More" not in page

    def test_two_revisions_are_compared(self, parts: Parts, client: TestClient) -> None:
        for text in (ONE, ONE.replace("ants", "<i>wasps")):
            write(parts, text)
        page = client.get(f"/note/{BEES}/diff").text
        assert "<strong>ants</strong>" in page
        assert "<strong>&lt;i&gt;wasps</strong>" in page
        assert "<title>Revisions 1 and 2 · On " in page
        day = r'<span class="whole">\S+</span>'
        assert re.search(rf'<del class="unit">revision 1, {day} \S+</del>', page)
        assert client.get(f"/note/{BEES}/diff?a=9").status_code == 400
        assert client.get(f"/note/{BEES}/diff?a=x").status_code == 400
        assert client.get(f"/note/{ANTS}/diff").status_code == 400

    def test_an_earlier_revision_is_restored(self, parts: Parts, client: TestClient) -> None:
        for text in (ONE, TWO):
            write(parts, text)
        page = client.post(f"/note/{BEES}/restore", data={"number": "1"})
        assert page.url.path == f"/note/{BEES}/history"
        assert "Revision 1 was restored as revision 3" in page.text
        assert texts(parts) == [ONE, TWO, ONE]
        assert client.post(f"/note/{BEES}/restore", data={"number": "x"}).status_code == 400


def test_a_japanese_note_of_the_largest_size_fits(parts: Parts, client: TestClient) -> None:
    text = "蜂は四まで数える。" * 14_000  # a form has three bytes for each of its 378,000
    kept = post(client, f"/note/{BEES}/draft", text=text, base="0", draft="", seen="")
    assert list(files(parts)) == [kept["draft"]]
    assert post(
        client, f"/note/{BEES}", text=text, base="0", **{k: kept[k] for k in ("draft", "seen")}
    )
    assert (texts(parts), files(parts)) == ([text], {})
