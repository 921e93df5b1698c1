"""Draw docs/today.svg: the real screen of `reader today` on the demo's sample morning.

python -m tests.picture
"""

from __future__ import annotations

import io
import tempfile
from pathlib import Path

from rich.console import Console
from rich.text import Text

from reader.cli.screen import morning_lines
from reader.library.morning import morning
from tests.data import ROOT
from tests.sample_notes import sample_library

PICTURE = ROOT / "docs" / "today.svg"
WIDTH = 88


def sample_screen(folder: Path) -> list[str]:
    """Play the sample morning in a folder; gives the lines that a terminal would show."""
    with sample_library(folder) as (library, _):
        return list(morning_lines(morning(library, library.today()), WIDTH))


def main() -> None:
    """Draw the picture anew."""
    with tempfile.TemporaryDirectory() as name:
        lines = sample_screen(Path(name))
    console = Console(record=True, width=WIDTH + 2, file=io.StringIO(), force_terminal=True)
    for line in ["\x1b[2m$\x1b[0m reader today", *lines]:
        console.print(Text.from_ansi(line))
    console.save_svg(str(PICTURE), title="reader today (a sample: these papers are invented)")


if __name__ == "__main__":
    main()
