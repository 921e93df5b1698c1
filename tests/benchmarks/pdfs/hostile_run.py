"""Ask everything of each PDF named on standard input's lines, in one process to be measured.

    python hostile_run.py TIMEOUT_S FILE

FILE holds one path a line. Writes a JSON object a line: path, outcome ("read" or the kind
of its PdfError), words, seconds, and the outcomes of marks and pictures. Imports the
installed reader alone.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from reader.base.errors import PdfError
from reader.pdfs.text.process import PdfPool


def main(timeout_s: float, listing: Path) -> None:
    with PdfPool(1, timeout_s=timeout_s) as pool:
        for path in map(Path, listing.read_text("utf-8").splitlines()):
            before = time.perf_counter()
            outcome, words = _outcome(pool.read, path)
            found: dict[str, Any] = {"path": str(path), "outcome": outcome, "words": words}
            found["seconds"] = time.perf_counter() - before
            # A file whose text cannot be read in time takes as long for the rest.
            if outcome not in ("time", "memory"):
                found["marks"] = _outcome(pool.marks, path)[0]
                found["pictures"] = _outcome(pool.pictures, path)[0]
            sys.stdout.write(json.dumps(found) + "\n")


def _outcome(ask: Callable[[Path], object], path: Path) -> tuple[str, str]:
    try:
        ask(path)
    except PdfError as error:
        return str(error.kind), error.message
    return "read", ""


if __name__ == "__main__":
    main(float(sys.argv[1]), Path(sys.argv[2]))
