"""The whole morning in a browser: from the code on the terminal to the note on the disk.

Once by fingers on a phone, once by keys alone on a laptop; in English and in Japanese.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from reader.base.messages import N_, Language, _, speaking
from tests.installed import note_files, run, shown
from tests.web.browser.conftest import LAPTOP, PHONE, Visitor
from tests.web.browser.hands import Fingers, Hands, Keys
from tests.web.browser.playing import Page, expect
from tests.web.serving import Serving
from tests.web.world import NOW

COPIED = (
    "Streaming speech-to-speech translation is usually built on segments that a voice activity"
    " detector has cut, yet people talk in runs that no detector cuts well."
)
"""From the first paper's abstract."""

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
        self.hands.press(self.page.locator("main a[href='/triage']"))
        picked, title = self._sheet()
        self.hands.decide("pick")
        skipped, other = self._next(title)
        self.hands.decide("skip")
        self._next(other)
        self.hands.undo()
        expect(self.page.locator(".sheet:not([hidden])")).to_have_attribute("data-id", skipped)
        assert shown(self.serving.folder, skipped, now=NOW)["state"] == "candidate"
        self.hands.decide("skip")
        self._next(other)
        assert shown(self.serving.folder, picked, now=NOW)["state"] == "pick"
        assert shown(self.serving.folder, skipped, now=NOW)["state"] == "skip"
        return picked

    def gather(self) -> None:
        """Gather, so that the picks' PDFs are fetched."""
        self.page.goto(f"{self.serving.url}/work")
        self.hands.press(self.page.locator("button[name=kind][value=gather]"))
        expect(self.page.locator("#work a.main[href='/']")).to_be_visible(timeout=60_000)

    def look_at(self, id_: str) -> None:
        """Open the paper from the list, and its PDF's first page."""
        self.page.goto(self.serving.url)
        self.hands.press(self.page.locator(f".title a[href='/paper/{id_}']").first)
        expect(self.page.get_by_text(COPIED[:60]).first).to_be_visible()
        self.hands.press(self.page.locator(f"main a[href^='/pdf/{id_}/page/1']").first)
        drawn = self.page.locator("main img").first
        expect(drawn).to_be_visible()
        expect(drawn).to_have_js_property("complete", True)
        assert drawn.evaluate("e => e.naturalWidth") > 300
        assert "Invented" in self.page.locator("main").inner_text()
        self.page.go_back()

    def write(self, id_: str) -> None:
        """Write a note; a copied sentence is recognised, and a reload loses nothing."""
        self.hands.press(self.page.locator(f"main a[href^='/note/{id_}']").first)
        field = self.page.locator("textarea[name=text]")
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
        self.hands.press(self.page.locator("nav a[href='/search']"))
        self.hands.write(self.page.locator("input[name=q]").first, QUESTION[self.language])
        found = self.page.locator(f"#found a[href^='/note/{id_}']").first
        expect(found).to_be_visible()
        self.hands.press(found)
        expect(self.page.locator("textarea[name=text]")).to_have_value(
            re.compile(re.escape(OWN[self.language]))
        )

    def recall(self) -> None:
        """Recall an earlier note, reveal it, and grade it."""
        self.hands.press(self.page.locator("nav a[href='/recall']"))
        self.hands.press(self.page.get_by_text(self.say(N_("Show your note"))))
        self.hands.press(self.page.locator("button[name=grade][value='3']"))
        undo = self.page.get_by_role("button", name=self.say(N_("Undo the grade")))
        expect(undo).to_be_visible()

    def _sheet(self) -> tuple[str, str]:
        sheet = self.page.locator(".sheet:not([hidden])")
        return sheet.get_attribute("data-id") or "", sheet.locator(".title").inner_text()

    def _next(self, before: str) -> tuple[str, str]:
        title = self.page.locator(".sheet:not([hidden]) .title")
        expect(title).not_to_have_text(before, use_inner_text=True)
        return self._sheet()


@pytest.mark.parametrize(
    ("with_what", "language"),
    [
        ("fingers", "ja"),
        ("keys", "en"),
        pytest.param("fingers", "en", marks=pytest.mark.slow),
        pytest.param("keys", "ja", marks=pytest.mark.slow),
    ],
)
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
