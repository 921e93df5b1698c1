"""Find where the library is and which language it speaks, before anything of it is opened.

Loads nothing but the standard library: help and errors need it as well. Reads no rows.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from reader.base.errors import UsageError
from reader.base.messages import Language, say

FEEDS = "feeds.toml"

_JAPANESE = re.compile(rb"""^\s*(?:reader\.)?language\s*=\s*["']ja["']""", re.MULTILINE)


def find_folder(given: Path | None, environ: Mapping[str, str], working_dir: Path) -> Path:
    """Find the library: given, else READER_LIBRARY, else the nearest parent folder that has
    a feeds.toml, else `~/reader`. It need not exist."""
    if given is not None:
        return _expanded(given)
    if named := environ.get("READER_LIBRARY"):
        return _expanded(Path(named))
    for folder in (working_dir, *working_dir.parents):
        if (folder / FEEDS).is_file():
            return folder
    return _expanded(Path("~/reader"))


def _expanded(path: Path) -> Path:
    try:
        return path.expanduser()
    except RuntimeError:
        what = say("folder.no_home", path=path)
        raise UsageError(what=what, hint=say("folder.no_home.hint")) from None


def language_of(folder: Path) -> Language:
    """Look into feeds.toml for its language, whatever else is in it or wrong with it.

    So that its own mistakes are said in it too. What a Config says, once read, goes before.
    """
    try:
        text = (folder / FEEDS).read_bytes()
    except OSError:
        return "en"  # opening it says what is wrong
    return "ja" if _JAPANESE.search(text) else "en"
