"""The pages can be read and used by everybody: axe, fingers, small screens, nothing that jumps."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any, Literal

import pytest

from tests.data import ROOT
from tests.installed import rows
from tests.marked_pdfs import blank
from tests.web.browser.conftest import LANDSCAPE, LAPTOP, PHONE, PORTRAIT, Visitor
from tests.web.browser.pages import ADDRESSES, PAPER
from tests.web.browser.playing import Axe, Page, script
from tests.web.serving import Serving

WCAG: dict[str, Any] = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]},
    "rules": {
        "target-size": {"enabled": True},
        "label-content-name-mismatch": {"enabled": True},
    },
}
COLOURS: dict[str, Any] = {
    "runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}
}
"""The rules that another theme may break."""
WITHOUT_COLOURS: dict[str, Any] = {
    **WCAG,
    "rules": {
        **WCAG["rules"],
        **{name: {"enabled": False} for name in COLOURS["runOnly"]["values"]},
    },
}
VIOLATIONS = "options => axe.run(options).then((found) => found.violations)"
MOST_SHIFT = 0.02
STYLES = sorted((ROOT / "reader/web/static").glob("*.css"))
ENLARGED = ((320, 256), (195, 422))
"""1280 px at 400 % are 320 px (WCAG 1.4.10), a phone at 200 % has 195."""

Until = Literal["load", "networkidle"]

SMALL_TARGETS, TOO_WIDE = script("small_targets.js"), script("too_wide.js")
SAME_NAMES, CUT_OFF, OUT_OF_REACH = (
    script(name) for name in ("same_names.js", "cut_off.js", "out_of_reach.js")
)
BROKEN_NUMBERS, BROKEN_WORDS = script("broken_numbers.js"), script("broken_words.js")
CUT_PLACEHOLDERS = script("cut_placeholders.js")


def violations(page: Page, options: dict[str, Any] = WCAG) -> list[str]:
    """List the violations of WCAG 2.2 AA on the current page."""
    # What is well is not listed, which takes as long as to find it; axe comes once to each page.
    if not page.evaluate("'axe' in window"):
        page.evaluate(Axe().axe_script)
    found = page.evaluate(VIOLATIONS, {**options, "resultTypes": ["violations"]})
    return [
        f"{rule['id']}: {', '.join(str(node['target']) for node in rule['nodes'][:3])}"
        for rule in found
    ]


def found_by(page: Page, *scripts: str, sizes: Sequence[tuple[int, int]] = ()) -> list[str]:
    """List all that the scripts find wrong on the current page.

    sizes: of the window; without any the page's own.
    """
    wrong: list[str] = []
    windows: Sequence[tuple[int, int] | None] = sizes or [None]
    for size in windows:
        if size:
            page.set_viewport_size({"width": size[0], "height": size[1]})
        for one in scripts:
            wrong += [f"{size or ''}: {each}" for each in page.evaluate(one)]
    return wrong


def looked_at(shown: Serving, page: Page, look: Callable[[Page], list[str]]) -> list[str]:
    """Open every page and list what is wrong: to load a page takes as long as to look at it."""
    wrong: list[str] = []
    size = page.viewport_size
    assert size
    for address in ADDRESSES:
        # Search brings its results by a script, and a PDF's page its scripts after a picture.
        is_late = "/search?" in address or "/read" in address
        until: Until = "networkidle" if is_late else "load"
        page.set_viewport_size(size)
        page.emulate_media(color_scheme="light")
        page.goto(shown.url + address, wait_until=until)
        wrong += [f"{address} {each}" for each in look(page)]
    return wrong


def wcag(page: Page, language: str) -> list[str]:
    """List the violations in both themes. Colours are the same in both languages."""
    if language != "en":
        return violations(page, WITHOUT_COLOURS)
    light = violations(page)
    page.emulate_media(color_scheme="dark")
    return [*light, *(f"dark: {each}" for each in violations(page, COLOURS))]


@pytest.mark.parametrize("language", ["en", "ja"])
def test_on_a_phone_pages_meet_wcag_and_suit_thumbs(
    shown: Serving, visitor: Visitor, language: str
) -> None:
    """Buttons have unique names and thumb size, nothing is cut or scrolls sideways."""
    visitor.may_fail.add(404)
    page = visitor.page(size=PHONE, language=language, is_touch=True)

    def look(page: Page) -> list[str]:
        scripts = (SAME_NAMES, TOO_WIDE, SMALL_TARGETS, CUT_PLACEHOLDERS)
        return [*found_by(page, *scripts), *wcag(page, language)]

    wrong = looked_at(shown, page, look)
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("language", ["en", "ja"])
def test_in_a_window_pages_meet_wcag_and_bear_another_size(
    shown: Serving, visitor: Visitor, language: str
) -> None:
    """Enlarged they cut nothing off, and break no number, no date and no Japanese word.

    The column beside today's list is narrow in a wide window.
    """
    visitor.may_fail.add(404)
    page = visitor.page(size=LAPTOP, language=language)

    def look(page: Page) -> list[str]:
        enlarged = (TOO_WIDE, OUT_OF_REACH, BROKEN_NUMBERS, CUT_OFF)
        words = (kept_wrongly(has_auto_phrase=True), BROKEN_WORDS) if language == "ja" else ()
        wrong = wcag(page, language)
        wrong += found_by(page, BROKEN_NUMBERS, sizes=(LAPTOP, LANDSCAPE, PORTRAIT))
        wrong += found_by(page, *words, sizes=(PHONE,))
        if "/read" in page.url:  # its script opens the note beside it in a wide window
            page.set_viewport_size({"width": ENLARGED[0][0], "height": ENLARGED[0][1]})
            page.reload(wait_until="networkidle")
        return wrong + found_by(page, *enlarged, *words, sizes=ENLARGED)

    wrong = looked_at(shown, page, look)
    assert not wrong, "\n".join(wrong)


def test_no_colour_depends_on_the_language() -> None:
    """So that it is enough to look at them in one."""
    rules = re.findall(
        r"lang[(=][^{]*\{([^}]*)\}", "".join(file.read_text("utf-8") for file in STYLES)
    )
    names = {one.partition(":")[0].strip() for rule in rules for one in rule.split(";")}
    assert names >= {"line-height", "word-break"}
    colours = re.compile("color|background|filter|opacity|size|weight|font$|mix")
    assert [name for name in sorted(names) if colours.search(name)] == []


def test_the_bar_of_a_long_pdf_is_within_the_screen(served: Serving, visitor: Visitor) -> None:
    sql = "SELECT t.path FROM pdfs AS t JOIN papers AS p ON p.id = t.paper WHERE p.canonical = "
    ((path,),) = rows(served.folder, f"{sql}'{PAPER}'")
    (served.folder / path).write_bytes(blank(n_pages=1234))
    page = visitor.page()
    page.goto(f"{served.url}/pdf/{PAPER}/page/1024?original=1&zoom=150")
    assert page.locator(".page-nav a").count() == 4
    for width, height in ((195, 422), (320, 256), PHONE):
        page.set_viewport_size({"width": width, "height": height})
        assert page.evaluate(OUT_OF_REACH) == []
    page.locator(".larger").click()
    page.wait_for_url("**zoom=200**")


def kept_wrongly(*, has_auto_phrase: bool) -> str:
    keeps = f"document.querySelectorAll('html.keeps-words').length === {has_auto_phrase:d}"
    return f"() => {keeps} ? ['keeps words by the wrong means'] : []"


def test_no_japanese_word_is_broken_by_a_browser_without_css_for_it(
    shown: Serving, visitor: Visitor
) -> None:
    """WebKit and Firefox have none: a script sees to it."""
    visitor.may_fail.add(404)
    context = visitor.context(size=PHONE, language="ja")
    context.add_init_script(NO_AUTO_PHRASE)
    scripts = (kept_wrongly(has_auto_phrase=False), BROKEN_WORDS)
    sizes = (*ENLARGED, PHONE)
    wrong = looked_at(shown, context.new_page(), lambda page: found_by(page, *scripts, sizes=sizes))
    assert not wrong, "\n".join(wrong)


NO_AUTO_PHRASE = "CSS.supports = (_, value) => value !== 'auto-phrase'"
PIECES = """([lang, text]) => {
  const p = Object.assign(document.createElement("p"), { lang, textContent: text });
  document.body.append(p);
  return new Promise((done) => setTimeout(() => done(
    p.innerHTML.replace(/<wbr>/g, "|").replace(/<span[^>]*>/g, "{").replace(/<.span>/g, "}")), 50));
}"""


@pytest.mark.parametrize(
    ("language", "text", "pieces"),
    [
        # No line begins with a sign that closes, nor ends with one that opens.
        ("ja", "まだないので、珍しい言葉で探した。", "まだないの{で、}|珍しい|言葉で|探し{た。}"),
        ("ja", "題と概要に「音声」。", "題と|概要に|{「音}{声」。}"),
        ("ja", "根拠は何で、どこが怪しい", "根拠は|何{で、}|どこが|怪しい"),
        # No word of several kanji, nor one with an honorific, is broken.
        ("ja", "もう一度お試しください", "もう|一度お試しください"),
        ("ja", "再読み込みして受け取る", "再読み込みして|受け取る"),
        ("ja", "長い文を流し読み", "長い文を|流し読み"),
        # Nor a name, a date or a number, but one of several words is.
        ("ja", "分類 cs.SD の論文", "分類 {cs.SD} の|論文"),
        ("ja", "最後の応答 2026-11-26", "最後の|応答 {2026-11-26}"),
        ("ja", "sentence-transformers の形", "sentence-|transformers の|形"),
        ("ja", "speech/translation へ", "speech/|translation へ"),
        ("ja", "2026年11月26日", "2026年|11月26日"),
        ("en", "on 2026-11-26, in nlp/translation", "on {2026-11-26}, in nlp/|translation"),
        ("en", "a speech-to-speech 音声、翻訳", "a speech-to-speech 音声、翻訳"),
    ],
)  # fmt: skip
def test_a_line_ends_where_a_word_ends(
    shown: Serving, visitor: Visitor, language: str, text: str, pieces: str
) -> None:
    """Where no CSS sees to it, as in WebKit; {} is held together, | may end a line."""
    context = visitor.context(size=PHONE, language="ja")
    context.add_init_script(NO_AUTO_PHRASE)
    page = context.new_page()
    page.goto(f"{shown.url}/more")
    assert page.evaluate(PIECES, [language, text]) == pieces


def test_no_date_is_broken_where_css_sees_to_words(shown: Serving, visitor: Visitor) -> None:
    """Chromium's `auto-phrase` ends lines within a date."""
    page = visitor.page(size=PHONE, language="ja")
    page.goto(f"{shown.url}/more")
    pieces = page.evaluate(PIECES, ["ja", "最後の応答 2026-11-26 07:00"])
    assert pieces == "最後の応答 {2026-11-26} 07:00"


def test_what_keeps_words_together_is_drawn_as_nothing(shown: Serving, visitor: Visitor) -> None:
    """Each kind of search had two rims in WebKit, one within the other."""
    context = visitor.context(size=PHONE, language="ja")
    context.add_init_script(NO_AUTO_PHRASE)
    page = context.new_page()
    page.goto(f"{shown.url}/search")
    page.wait_for_function("() => document.querySelector('.pill .words')")
    rims = """() => [...document.querySelectorAll(".pill")].map((pill) =>
      [...pill.querySelectorAll("*")].filter((e) => e.localName !== "input"
        && getComputedStyle(e).borderTopWidth !== "0px").length)"""
    assert set(page.evaluate(rims)) == {1}


@pytest.mark.parametrize("has_auto_phrase", [True, False])
def test_the_space_that_pages_take_leaves_their_names_whole(
    shown: Serving, visitor: Visitor, has_auto_phrase: bool
) -> None:
    """The numbers come late, and as long as they are they broke "program" on a small screen."""
    context = visitor.context(size=(195, 422), language="ja")
    if not has_auto_phrase:
        context.add_init_script(NO_AUTO_PHRASE)
    page = context.new_page()
    page.goto(f"{shown.url}/offline")
    page.locator("#space").wait_for()
    page.evaluate(
        "document.querySelectorAll('[data-kind]').forEach((td) => (td.textContent = '3000.5 MB'))"
    )
    assert [*page.evaluate(BROKEN_WORDS), *page.evaluate(BROKEN_NUMBERS)] == []
    assert [*page.evaluate(OUT_OF_REACH), *page.evaluate(TOO_WIDE)] == []


@pytest.mark.parametrize("size", [PHONE, LAPTOP])
@pytest.mark.parametrize("address", ["/", "/search?q=speech"])
def test_nothing_moves_while_a_page_loads(
    shown: Serving, visitor: Visitor, address: str, size: tuple[int, int]
) -> None:
    context = visitor.context(size=size)
    context.add_init_script(script("shifts.js"))
    page = context.new_page()
    page.goto(shown.url + address, wait_until="networkidle")
    page.wait_for_timeout(300)
    assert page.evaluate("window.shift") < MOST_SHIFT
