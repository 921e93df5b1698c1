"""Choose the papers of a bibliography, and keep the .bib files of feeds.toml up to date.

The first line of a kept file has a digest of the rest, by which a file that a hand has changed is
known: it is never overwritten.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from reader.base.errors import Incomplete, ReaderError, os_reason
from reader.base.messages import Message, lazy_gettext
from reader.library.cite import in_form, keys_of, references
from reader.library.config import Bibliography
from reader.library.disk import lock_file
from reader.library.find import find_papers
from reader.library.folder import Library
from reader.library.paper import LibraryPaper
from reader.library.replaced import Replacer, kept_files, let_go, stays_aside
from reader.library.rows import papers
from reader.morning.browse_library import rows_that_fit


def chosen(
    library: Library, query: str = "", ids: Sequence[str] = ()
) -> tuple[list[LibraryPaper], tuple[Message, ...]]:
    """Load the papers that are named, or all that fit a query; "" is all papers.

    Returns sentences too, on what of the query was read in another way. Raises NotFound.
    """
    if ids:
        # A paper that is named twice is written once.
        return list({held.row: held for held in find_papers(library, ids)}.values()), ()
    found, said = rows_that_fit(library, query)
    return papers.papers_at(library.db, sorted(found)), said


def kept(library: Library) -> tuple[list[LibraryPaper], int]:
    """Load the papers that a person did something with, and count the others, without skips."""
    every, _unused = rows_that_fit(library, "-state:skip")
    found = every & papers.kept_rows(library.db)
    return papers.papers_at(library.db, sorted(found)), len(every) - len(found)


def cited(library: Library, text: str) -> tuple[list[LibraryPaper], list[str]]:
    """Load the papers that a LaTeX file cites, and list the keys that are no paper's here.

    text: of an .aux or .tex file.
    """
    every, _unused = rows_that_fit(library, "")
    row_of = {key: row for row, key in keys_of(library, every).items() if row in every}
    named = cited_keys(text)
    if "*" in named:
        return papers.papers_at(library.db, sorted(every)), []
    found = [row_of[key] for key in named if key in row_of]
    return papers.papers_at(library.db, found), [key for key in named if key not in row_of]


_COMMENT = re.compile(r"(?<!\\)%.*")
_CITING = re.compile(
    # \citation{a,b} of BibTeX, \abx@aux@cite{0}{a} of biblatex; \cite[p. 3]{a} and its relatives.
    r"\\(?:citation|abx@aux@cite(?:\{\d+\})?|nocite|[A-Za-z]*cite[A-Za-z]*\*?)"
    r"(?:\s*\[[^\[\]]*\])*\s*\{(?P<keys>[^{}]*)\}"
)


def cited_keys(text: str) -> list[str]:
    """List the keys that an .aux or .tex file cites, each once, in their order; * is all."""
    several = _CITING.finditer(_COMMENT.sub("", text))
    keys = (key.strip() for found in several for key in found["keys"].split(","))
    return [key for key in dict.fromkeys(keys) if key]


@dataclass(slots=True)
class KeptFiles:
    """The .bib files of feeds.toml that were written, each with its number of papers, and why
    others were left as they are."""

    written: list[tuple[Path, int]] = field(default_factory=list)
    left: list[ReaderError] = field(default_factory=list)


def keep_up(library: Library) -> KeptFiles:
    """Bring the .bib files of feeds.toml up to date; a file is written only if it changes."""
    done = KeptFiles()
    if not library.config.bibliographies or library.refusal():
        return done
    try:
        # The lock of all that puts files in place of others.
        with lock_file(library.folder / "export.lock", wait=True):
            for late in kept_files(library.folder, library.now()):
                if _is_ours(late.content):
                    let_go(late)
                elif late.path.endswith(".bib"):
                    done.left.append(stays_aside(late))
            replacer = Replacer(library.folder, library.now())
            for one in library.config.bibliographies:
                try:
                    _keep(library, one, replacer, done)
                except ReaderError as error:
                    done.left.append(error)
            replacer.end()
    except ReaderError as error:
        done.left.append(error)
    return done


def _keep(library: Library, one: Bibliography, replacer: Replacer, done: KeptFiles) -> None:
    file = library.folder.absolute() / Path(one.file).expanduser()
    held, _unused = chosen(library, one.query)
    content = _signed(in_form(references(library, held), one.format)).encode()
    try:
        before: bytes | None = file.read_bytes()
    except FileNotFoundError:
        before = None
    except OSError as error:
        what = lazy_gettext("{file} cannot be read: {what}.", file=file, what=os_reason(error))
        raise Incomplete(what=what) from error
    if before == content:
        return
    is_ours = not before or _is_ours(before)
    if not is_ours or not replacer.put(str(file), content, before):
        raise Incomplete(
            what=lazy_gettext(
                "{file} was changed by hand, so it was left alone. Move your entries to another "
                "file and delete this one: it is written anew.",
                file=file,
            )
        )
    done.written.append((file, len(held)))


def _signed(text: str) -> str:
    """Put our first line before the text of a file. BibTeX and biber skip it: no entry is in it."""
    digest = hashlib.sha256(text.encode()).hexdigest()[:16]
    return f"% Kept up to date by asayomi; what you change here is not. {digest}\n{text}"


def _is_ours(content: bytes) -> bool:
    """Check whether a file is as it was written here."""
    text = content.decode(errors="replace")
    return _signed(text.partition("\n")[2]) == text
