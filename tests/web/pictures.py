"""Take the README's pictures of the pages: docs/pictures/*.png, of invented papers only.

    python -m tests.web.pictures               anew, all that README.md shows
    python -m tests.web.pictures --all FOLDER  every page in every size, theme and language,
                                               to be looked at; --only WORD for some of them

Needs Chromium, and Debian's fonts-noto-cjk for Japanese.
"""

from __future__ import annotations

import argparse
import itertools
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal
from urllib.parse import quote

from tests.data import ROOT
from tests.installed import run
from tests.play import PlayServer
from tests.web.browser.pages import ADDRESSES, JAPANESE
from tests.web.chromium import NO_SANDBOX, chromium
from tests.web.serving import Serving
from tests.web.world import NOW, lived_in, played

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

FOLDER = ROOT / "docs" / "pictures"
MOST_BYTES = 150_000

PHONE, PORTRAIT, LANDSCAPE, LAPTOP = (390, 844), (820, 1180), (1180, 820), (1440, 900)
SIZES = {"390": PHONE, "820": PORTRAIT, "1180": LANDSCAPE, "1440": LAPTOP}
Theme = Literal["light", "dark"]
THEMES: tuple[Theme, ...] = ("light", "dark")


def _nothing(_: Page) -> None:
    """Do nothing on the page."""


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture of the README. do: the actions before it is taken."""

    name: str
    address: str
    size: tuple[int, int]
    theme: Theme = "light"
    language: str = "en"
    do: Callable[[Page], None] = _nothing


def _pick_and_skip(page: Page) -> None:
    for name in ("Pick", "Skip"):
        page.get_by_role("button", name=name).first.click()
    page.mouse.move(0, 0)
    page.wait_for_timeout(7_000)  # until what it says is gone
    page.evaluate("scrollTo(0, 0)")


def _leave_hostile(page: Page) -> None:
    """Go past the paper whose title attacks pages: it is there for tests."""
    page.get_by_role("button", name="Skip").first.click()
    page.wait_for_timeout(7_000)  # until what it says is gone


def _write(page: Page) -> None:
    page.locator("#note textarea:visible").first.fill(
        "同時通訳者のように、何も約束しない言葉で間をつなぐ。後悔の大きさを見積もる頭がひとつ付いている。\n\n"
        "Professional interpreters fill the gap with a neutral opening that commits to nothing,"
        " and correct course once the verb arrives.\n\n"
        "字幕なら待つより直すほうが安いので、しきい値は変わるはず。"
    )
    page.wait_for_timeout(2_500)


WHISPERS, POLITE = "arxiv:2611.90001", "arxiv:2611.90002"

PICTURES = (
    Picture("today", "/", PHONE, do=_pick_and_skip),
    Picture("today-ja", "/", PHONE, "dark", "ja"),
    Picture("triage", "/triage", PHONE, do=_leave_hostile),
    Picture("paper", f"/paper/{POLITE}", PORTRAIT),
    Picture("note", f"/note/{POLITE}", LANDSCAPE, language="ja", do=_write),
    Picture("pdf", f"/pdf/{WHISPERS}/page/1?q=breath", PHONE),
    Picture("search", f"/search?q={quote('静かな部屋 翻訳')}", LANDSCAPE, "dark", "ja"),
    Picture("recall", "/recall", PHONE, language="ja"),
    Picture("week", "/week", PORTRAIT),
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Take the pictures asked for; returns the exit code, 1 where one is too large."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--all", type=Path, metavar="FOLDER", help="every page, every look")
    parser.add_argument("--only", default="", help="only what has this in its name")
    asked = parser.parse_args(arguments)
    with _opened() as (browser, url):
        if asked.all:
            _all(browser, url, asked.all, asked.only)
            return 0
        FOLDER.mkdir(parents=True, exist_ok=True)
        too_large = [
            picture.name
            for picture in PICTURES
            if asked.only in picture.name and not _taken(browser, url, picture)
        ]
    if too_large:
        sys.stderr.write(f"over {MOST_BYTES} bytes: {', '.join(too_large)}\n")
    return 1 if too_large else 0


@contextmanager
def _opened() -> Iterator[tuple[Browser, str]]:
    """Serve an invented library and open a browser."""
    from playwright.sync_api import sync_playwright

    with (
        tempfile.TemporaryDirectory() as name,
        played() as sources,
        Serving(_encoded(Path(name) / "library", sources), NOW) as serving,
        sync_playwright() as playing,
    ):
        browser = playing.chromium.launch(executable_path=chromium(), args=[NO_SANDBOX])
        yield browser, serving.url
        browser.close()


def _encoded(folder: Path, sources: PlayServer) -> Path:
    """Make the library, one paper picked, its texts encoded by the real model."""
    lived_in(folder, sources, model="")
    for command in (["pick", WHISPERS], ["index"]):
        done = run(*command, library=folder, now=NOW, timeout=600)
        if done.code:
            sys.stderr.write(done.err)
    return folder


@contextmanager
def _page(browser: Browser, size: tuple[int, int], theme: Theme, language: str) -> Iterator[Page]:
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]},
        color_scheme=theme,
        locale={"ja": "ja-JP", "en": "en-GB"}[language],
        reduced_motion="reduce",
        has_touch=size != LAPTOP,
        is_mobile=size != LAPTOP,
        service_workers="block",
    )
    try:
        yield context.new_page()
    finally:
        context.close()


def _taken(browser: Browser, url: str, picture: Picture) -> bool:
    """Take one picture; returns whether it is small enough."""
    file = FOLDER / f"{picture.name}.png"
    with _page(browser, picture.size, picture.theme, picture.language) as page:
        page.goto(url + picture.address, wait_until="networkidle")
        picture.do(page)
        file.write_bytes(smaller(page.screenshot()))
    return file.stat().st_size <= MOST_BYTES


def smaller(png: bytes) -> bytes:
    """Reduce a picture's colours to steps of four, which nobody sees, for fewer bytes."""
    import io

    import numpy as np
    import pymupdf

    found = pymupdf.Pixmap(io.BytesIO(png))
    found = pymupdf.Pixmap(pymupdf.csRGB, found) if found.n != 3 else found
    if found.alpha:
        found = pymupdf.Pixmap(found, 0)
    samples = np.frombuffer(found.samples, np.uint8)
    stepped = np.minimum(255, (samples.astype(np.uint16) + 2) // 4 * 4).astype(np.uint8)
    made = pymupdf.Pixmap(pymupdf.csRGB, found.width, found.height, stepped.tobytes(), False)
    content: bytes = made.tobytes("png")
    return min(png, content, key=len)


def _all(browser: Browser, url: str, folder: Path, only: str) -> None:
    """Take every page in every size, theme and language, at full length."""
    folder.mkdir(parents=True, exist_ok=True)
    looks = itertools.product(SIZES.items(), THEMES, ("en", "ja"))
    for (width, size), theme, language in looks:
        with _page(browser, size, theme, language) as page:
            for address in (*ADDRESSES, f"/note/{JAPANESE}"):
                name = f"{_file_name(address)}-{width}-{theme}-{language}.png"
                if only not in name:
                    continue
                page.goto(url + address, wait_until="networkidle")
                page.screenshot(path=folder / name, full_page=True)


def _file_name(address: str) -> str:
    kept = "".join(c if c.isalnum() else "_" for c in address.strip("/"))
    return kept or "today"


if __name__ == "__main__":
    raise SystemExit(main())
