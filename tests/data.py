"""Find the real data that some tests and all benchmarks run on.

It lies beside the checkout (`../shared/data`) or where ASAYOMI_DATA says, and never in
the project. Where it is absent the tests that need it are skipped with that reason.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


def find_data() -> Path | None:
    folder = Path(os.environ.get("ASAYOMI_DATA", ROOT.parent / "shared" / "data"))
    return folder if (folder / "arxiv").is_dir() else None


DATA = find_data()

needs_data = pytest.mark.skipif(
    DATA is None, reason="the real data is not beside this checkout (ASAYOMI_DATA names it)"
)
