"""The whole morning in a browser: from the code on the terminal to the note on the disk.

Once by fingers on a phone, in Japanese; once by keys alone on a laptop, in English; and once
without a network from the middle on.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from reader.base.messages import N_, Language, _, speaking
from tests.installed import note_files, run, shown
from tests.web.browser.conftest import LAPTOP, PHONE, Visitor
from tests.web.browser.hands import Fingers, Hands, Keys, follow
from tests.web.browser.playing import Page, expect
from tests.web.browser.test_marking import PRESSED
from tests.web.browser.test_offline import GRADES, PDF_KEPT, queued, rows, wait_until_sent
from tests.web.serving import Serving
from tests.web.world import EARLIER, NOW

COPIED = (
    "Streaming speech-to-speech translation is usually built on segments that a voice activity"
    " detector has cut, yet people talk in runs that no detector cuts well."
)
"""From the first paper's abstract."""

GUESS = "They cut where nobody speaks."

OWN = {
    "en": "It listens to whole afternoons and decides by itself where a thought is over. I would"
    " like to know what it does with two people who never stop.",
    "ja": "切れ目のない録音をそのまま聞き、どこで考えが終わるかを自分で決める。話し続ける二人の"
    "ときにどうなるのかは、まだ分からない。",
}
QUESTION = {"en": "two people who never stop", "ja": "話し続ける二人"}


class Morning:
    """One person's morning; each step ends on the page where the next one begins."""

    def __init__(self, serving: Serving, hands: Hands, language: Language) -> None:
        self.serving, self.hands, self.language = serving, hands, language
        self.page: Page = hands.page

    def say(self, key: str, **values: object) -> str:
        with speaking(self.language):
            return _(key, **values)

    def come_in(self) -> None:
        """Sign in with the code from the terminal."""
        self.page.goto(self.serving.url)
        assert "/enter" in self.page.url
        self.hands.write(self.page.locator("input[name=code]"), self.serving.code)
        self.hands.press(self.page.get_by_role("button", name=self.say(N_("Sign in"))))
        expect(self.page.get_by_role("heading", name=self.say(N_("Own topics")))).to_be_visible()
        assert self.page.locator("html").get_attribute("lang") == self.language

    def decide(self) -> str:
        """Pick the first paper, skip the second, undo that, skip it; returns the pick."""
        follow(self.hands, self.page.locator("main a[href='/triage']"))
        picked, title = self.sheet()
        self.hands.decide("pick")
        skipped, other = self.next(title)
        self.hands.decide("skip")
        self.next(other)
        self.hands.undo()
        expect(self.page.locator(".sheet:not([hidden])")).to_have_attribute("data-id", skipped)
        assert shown(self.serving.folder, skipped, now=NOW)["state"] == "candidate"
        self.hands.decide("skip")
        self.next(other)
        assert shown(self.serving.folder, picked, now=NOW)["state"] == "pick"
        assert shown(self.serving.folder, skipped, now=NOW)["state"] == "skip"
        return picked

    def gather(self) -> None:
        """Gather, so that the picks' PDFs are fetched."""
        self.page.goto(f"{self.serving.url}/work")
        self.hands.press(self.page.locator("button[name=kind][value=gather]"))
        expect(self.page.locator("#work a.main[href='/']")).to_be_visible()

    def look_at(self, id_: str) -> None:
        """Open the paper from the list, and its PDF."""
        self.page.goto(self.serving.url)
        follow(self.hands, self.page.locator(f".title a[href='/paper/{id_}']").first)
        abstract = self.page.locator("main").get_by_text(COPIED[:60]).first
        expect(abstract).to_be_hidden()
        asked = self.page.get_by_label(self.say(N_("What do you think they do?")))
        self.hands.write(asked, GUESS)
        self.hands.press(self.page.get_by_role("button", name=self.say(N_("Show the abstract"))))
        expect(abstract).to_be_visible()
        follow(self.hands, self.page.locator(f"main a[href='/pdf/{id_}/read']").first)
        drawn = self.page.locator(".picture .full").first
        expect(drawn).to_be_visible()
        assert drawn.evaluate("e => e.width") > 300
        expect(self.page.locator(".words").first).to_contain_text("Invented")
        self.page.go_back()

    def mark(self, word: str, what: str) -> None:
        """Mark a word of the PDF's first page; what: the button that does it."""
        self.page.locator("#page-1 .words span").first.wait_for(state="attached")
        before = self.page.locator("#page-1 .marks button").count()
        # A long press selects the word; Chromium on Linux knows none, so a script stands for it.
        self.page.evaluate(PRESSED, word)
        self.hands.press(self.page.locator(f"#mark-bar {what}"))
        expect(self.page.locator("#page-1 .marks button")).to_have_count(before + 1)

    def write_in_fields(self, id_: str, words: dict[str, str]) -> None:
        """Write a note in its labelled fields and save it."""
        self.page.goto(f"{self.serving.url}/note/{id_}")
        for label, text in words.items():
            self.hands.write(self.page.get_by_label(label, exact=True), text)
        self.hands.press(self.page.get_by_role("button", name=self.say(N_("Save")), exact=True))

    def write(self, id_: str) -> None:
        """Write a note; a copied sentence is recognised, and a reload loses nothing."""
        follow(self.hands, self.page.locator(f"main a[href^='/note/{id_}']").first)
        field = self.page.locator("#note .note-field textarea").first
        expect(self.page.locator(".note-side .guessed")).to_contain_text(GUESS)
        self.hands.write(field, COPIED)
        check = self.page.locator("#check")
        expect(check).to_contain_text(self.say(N_("copied")))
        expect(self.page.locator("#draft-state")).not_to_be_empty()
        self.page.reload()
        expect(field).to_have_value(re.compile(re.escape(COPIED)))
        self.hands.clear(field)
        self.hands.write(field, OWN[self.language])
        expect(check).not_to_contain_text(self.say(N_("copied")))
        self.hands.press(self.page.get_by_role("button", name=self.say(N_("Save"))))
        outcome = self.page.get_by_role("status", name=self.say(N_("Result of saving")))
        expect(outcome).to_be_visible()
        self.page.wait_for_load_state()

    def find(self, id_: str) -> None:
        """Search while typing, and return to the note."""
        follow(self.hands, self.page.locator("nav a[href='/search']"))
        self.hands.write(self.page.locator("input[name=q]").first, QUESTION[self.language])
        found = self.page.locator(f"#found a[href^='/note/{id_}']").first
        expect(found).to_be_visible()
        follow(self.hands, found)
        expect(self.page.locator("textarea[name=text]")).to_have_value(
            re.compile(re.escape(OWN[self.language]))
        )

    def recall(self) -> None:
        """Recall an earlier note, reveal it, and grade it."""
        follow(self.hands, self.page.locator("nav a[href='/recall']"))
        card = self.page.locator(".recall:not([hidden])")
        self.hands.press(card.get_by_text(self.say(N_("Show your note"))))
        self.hands.press(card.locator("button[name=grade][value='3']"))
        undo = self.page.get_by_role("button", name=self.say(N_("Undo the grade")))
        expect(undo).to_be_visible()

    def grade(self, n: int) -> str:
        """Grade the card that is shown; returns its paper."""
        shown = self.page.locator(".recall:not([hidden])")
        id_ = shown.get_attribute("data-paper") or ""
        self.hands.press(shown.get_by_text(self.say(N_("Show your note"))))
        self.hands.press(shown.locator(f"button[value='{n}']"))
        expect(self.page.locator(f".recall[data-paper='{id_}']")).to_be_hidden()
        return id_

    def sheet(self) -> tuple[str, str]:
        sheet = self.page.locator(".sheet:not([hidden])")
        return sheet.get_attribute("data-id") or "", sheet.locator(".title").inner_text()

    def next(self, before: str) -> tuple[str, str]:
        title = self.page.locator(".sheet:not([hidden]) .title")
        expect(title).not_to_have_text(before, use_inner_text=True)
        return self.sheet()


@pytest.mark.parametrize(("with_what", "language"), [("fingers", "ja"), ("keys", "en")])
def test_the_whole_morning(
    library: Path, visitor: Visitor, with_what: str, language: Language
) -> None:
    is_touch = with_what == "fingers"
    visitor.may_fail.add(401)  # what its scripts ask before it is signed in
    page = visitor.page(size=PHONE if is_touch else LAPTOP, language=language, is_touch=is_touch)
    with Serving(library, NOW, ("--login",)) as serving:
        hands: Hands = Fingers(page) if is_touch else Keys(page)
        morning = Morning(serving, hands, language)
        morning.come_in()
        picked = morning.decide()
        morning.gather()
        morning.look_at(picked)
        morning.write(picked)
        morning.find(picked)
        morning.recall()
        page.context.close()
    assert [file for file in note_files(library) if OWN[language] in file.read_text("utf-8")]
    assert shown(library, picked, now=NOW)["state"] == "read"
    code, out, _unused = run("recall", "--json", library=library, now=NOW)
    assert code == 0
    assert out


FIELDS = {"課題": "切れ目のない話を訳す。", "疑問": "話し続ける二人のときは？"}
DECISIONS = """
    SELECT canonical, kind FROM decisions JOIN papers ON papers.id = decisions.paper
    WHERE on_date = (SELECT max(on_date) FROM decisions) ORDER BY decisions.id
"""
MARKS = """
    SELECT kind, text, (SELECT count(*) FROM decisions WHERE decisions.act > markings.act)
    FROM markings JOIN highlights ON highlights.id = new ORDER BY markings.act
"""
"""Each mark made on a page, and how many decisions came after it."""

NOTES = "SELECT text FROM notes JOIN papers ON papers.id = paper WHERE canonical = '{id}'"


@pytest.mark.slow
def test_a_morning_by_touch_ends_without_a_network(library: Path, visitor: Visitor) -> None:
    visitor.may_fail.add(401)
    page = visitor.page(size=PHONE, language="ja", is_touch=True)
    with Serving(library, NOW, ("--login",)) as serving:
        morning = Morning(serving, Fingers(page), "ja")
        morning.come_in()
        picked = morning.decide()
        morning.gather()
        morning.look_at(picked)
        page.go_forward()
        morning.mark("detector", "[data-colour='#2ea8e5']")
        # The server has given it a number.
        expect(page.locator("#page-1 .marks [data-mark^=asayomi]")).to_have_count(0)
        page.goto(serving.url)
        assert page.evaluate(PDF_KEPT, [picked, True])
        before = rows(serving, DECISIONS)
        serving.kill()

        page.goto(serving.url)
        follow(morning.hands, page.locator(f".title a[href='/paper/{picked}']").first)
        follow(morning.hands, page.locator(f"main a[href='/pdf/{picked}/read']").first)
        expect(page.locator("#page-1 .picture .full")).to_be_visible()
        morning.mark("thought", "[data-mark=underline]")
        expect(page.locator("#waiting")).to_contain_text("1")
        morning.write_in_fields(picked, FIELDS)
        expect(page.locator("#waiting")).to_contain_text("2")
        follow(morning.hands, page.locator("nav a[href='/recall']"))
        graded = [(morning.grade(3), 3, 0), (morning.grade(2), 2, 0)]
        for query, address in (("静かな部屋", EARLIER[1]), ("話し続ける二人", picked)):
            page.goto(f"{serving.url}/search")
            morning.hands.write(page.locator("#q"), query)
            expect(page.locator(f"#found a[href$='{address}']")).to_be_visible()
        page.goto(f"{serving.url}/week")
        expect(page.get_by_role("alert")).to_contain_text(": 週。")
        page.goto(f"{serving.url}/triage")
        decided = []
        for kind in ("pick", "skip"):
            id_, title = morning.sheet()
            morning.hands.decide(kind)
            morning.next(title)
            decided.append((id_, kind))
        waiting = {one["act"] for one in queued(page)}
        assert len(waiting) == 6

        serving.start()
        page.goto(serving.url)
        wait_until_sent(page)
        assert {act for (act,) in rows(serving, "SELECT act FROM arrivals")} >= waiting
        assert rows(serving, DECISIONS) == [*before, *decided]
        assert rows(serving, GRADES) == graded
        assert rows(serving, MARKS) == [("highlight", "detector", 2), ("underline", "thought", 2)]
        page.goto(f"{serving.url}/note/{picked}")
        written = "\n\n".join(f"## {label}\n{text}" for label, text in FIELDS.items())
        expect(page.locator("textarea[name=text]")).to_have_value(written)
        assert rows(serving, NOTES.format(id=picked)) == [(written,)]
