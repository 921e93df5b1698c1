"""Find the library's folder and its language, before anything in it is opened.

It loads nothing beyond the standard library, since help and errors need it too. Reads no rows.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path

from reader.base.errors import UsageError
from reader.base.messages import Language, lazy_gettext

FEEDS = "feeds.toml"

REMOVED = "removed"
"""The folder of papers in the trash, each in one named by its row; and of marked copies that were
removed alone."""

# A regular expression and no TOML parser: it finds the language of a broken feeds.toml too.
_JAPANESE = re.compile(rb"""^\s*(?:reader\.)?language\s*=\s*["']ja["']""", re.MULTILINE)


def find_folder(given: Path | None, environ: Mapping[str, str], working_dir: Path) -> Path:
    """Find the folder of the library; it need not exist.

    It is the given one, else READER_LIBRARY, else the nearest folder at or above `working_dir`
    that has a feeds.toml, else `~/reader`.
    """
    if given is not None:
        return _expanded(given)
    if named := environ.get("READER_LIBRARY"):
        return _expanded(Path(named))
    for folder in (working_dir, *working_dir.parents):
        if (folder / FEEDS).is_file():
            return folder
    return _expanded(Path("~/reader"))


def check_name(folder: Path) -> None:
    """Raise UsageError for a folder that can be no library: SQLite knows UTF-8 names alone."""
    try:
        os.path.realpath(folder).encode()
    except UnicodeEncodeError:
        what = lazy_gettext(
            "{folder}: a library cannot be here, for its name is not UTF-8.", folder=folder
        )
        hint = lazy_gettext("Rename the folder, or name another one.")
        raise UsageError(what=what, hint=hint) from None


_FORBIDDEN = set("\\\0:" if os.name == "nt" else "\0")
"""Elsewhere a colon and a backslash are letters, and stand in the names of notes."""


def is_within(path: str) -> bool:
    """Check that a path, with `/` between its parts, stays below the folder that it begins in."""
    return all(
        part not in ("", ".", "..") and not set(part) & _FORBIDDEN for part in path.split("/")
    )


def _expanded(path: Path) -> Path:
    try:
        return path.expanduser()
    except RuntimeError:  # "~nobody", or a system that knows no home of this user
        what = lazy_gettext("{path}: there is no such home folder.", path=path)
        raise UsageError(what=what, hint=lazy_gettext("Write the whole path.")) from None


def language_of(folder: Path, environ: Mapping[str, str]) -> Language:
    """Find the language that feeds.toml names, whatever else is wrong in the file.

    So the errors of the file itself are shown in that language. Once a Config was read, its
    language is used instead; without a file, that of the environment.
    """
    try:
        text = (folder / FEEDS).read_bytes()
    except OSError:
        # What is wrong with the file is said when the library is opened.
        return language_of_messages(environ)
    return "ja" if _JAPANESE.search(text) else "en"


def language_of_messages(environ: Mapping[str, str]) -> Language:
    """Find the language that an environment wishes for messages, by POSIX's variables."""
    names = ("LC_ALL", "LC_MESSAGES", "LANG")
    wished = next((environ[name] for name in names if environ.get(name)), "")
    return "ja" if re.match(r"ja\b|ja_", wished) else "en"
