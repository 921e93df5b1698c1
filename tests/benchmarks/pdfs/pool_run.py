"""Read PDFs through a pool and say how long that took.

    python pool_run.py N_WORKERS FILE

FILE holds one path a line. Writes the seconds, from before the first worker starts to the
last answer. Imports the installed reader alone.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

from reader.pdfs.text.process import PdfPool


def main(n_workers: int, listing: Path) -> None:
    paths = [Path(line) for line in listing.read_text("utf-8").splitlines()]
    before = time.perf_counter()
    with PdfPool(n_workers) as pool:
        n = sum(1 for _ in pool.read_all(paths))
    if n != len(paths):
        raise AssertionError(f"{n} of {len(paths)} files were answered")
    sys.stdout.write(f"{time.perf_counter() - before}\n")


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]))
