"""Draw the real screen of `reader today` on the demo's sample morning: docs/today.svg, and the
block of text in README.md and README.ja.md.

python -m tests.picture
"""

from __future__ import annotations

import io
import re
import tempfile
from pathlib import Path

from rich.console import Console
from rich.text import Text

from reader.cli.triage.layout import COLOURED, Line, painted, screen_lines, text_of
from reader.cli.triage.session import Hands, ListSession
from reader.library.folder import Library
from tests.data import ROOT
from tests.mornings import morning
from tests.sample_notes import sample_library

PICTURE = ROOT / "docs" / "today.svg"
README = ROOT / "README.md"
READMES = (README, ROOT / "README.ja.md")
SIZE = (88, 30)
BLOCK_SIZE = (80, 24)
KEYS = "ps"
"""The first paper is picked and the second one skipped, so that both marks are seen."""

_BLOCK = re.compile(r"(?<=<!-- screen: python -m tests.picture -->\n```text\n).*?(?=```\n)", re.S)


def sample_screen(folder: Path) -> list[str]:
    """Play the sample morning in a folder; gives the lines that a terminal would show."""
    with sample_library(folder) as (library, _):
        return [painted(line, COLOURED) for line in _screen(library, SIZE)]


def sample_block(folder: Path) -> str:
    """Play it once more; gives the screen as text."""
    with sample_library(folder) as (library, _):
        return "".join(f"{text_of(line).rstrip()}\n" for line in _screen(library, BLOCK_SIZE))


def readme_block() -> str:
    """Give the screen that README.md shows."""
    found = _BLOCK.search(README.read_text("utf-8"))
    return found[0] if found else ""


def _screen(library: Library, size: tuple[int, int]) -> list[Line]:
    shown = morning(library, library.today())
    hands = Hands(lambda _: False, lambda _: "", lambda: None, lambda: None, lambda: shown)
    session = ListSession(library, shown, hands)
    for key in KEYS:
        session.press(key)
    session.tell("")
    return screen_lines(session.view(), *size)


def main() -> None:
    """Draw both anew."""
    with tempfile.TemporaryDirectory() as name:
        lines = sample_screen(Path(name))
    console = Console(record=True, width=SIZE[0] + 2, file=io.StringIO(), force_terminal=True)
    for line in lines:
        console.print(Text.from_ansi(line))
    console.save_svg(str(PICTURE), title="reader today (a sample: these papers are invented)")
    with tempfile.TemporaryDirectory() as name:
        block = sample_block(Path(name))
    for page in READMES:
        page.write_text(_BLOCK.sub(lambda _: block, page.read_text("utf-8"), 1), "utf-8")


if __name__ == "__main__":
    main()
