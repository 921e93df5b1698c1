"""Describe what importing or removing a marked copy of a PDF did, and a PDF that is gone."""

from __future__ import annotations

import shlex
from collections.abc import Iterable
from pathlib import Path

from reader.base.messages import _, ngettext
from reader.base.tex import title_text
from reader.base.text import plain
from reader.pdfs.marked_copies import Counts, RemovedCopy


def counts_text(counts: Counts, copy: str) -> str:
    """Describe the result of an import; copy: the path where the file is kept, or ""."""
    parts = [ngettext("{n} highlight", "{n} highlights", counts.there)]
    parts += [_("{n} new", n=n)] if (n := counts.new) else []
    parts += [_("{n} changed", n=n)] if (n := counts.changed) else []
    parts += [_("{n} restored", n=n)] if (n := counts.again) else []
    if n := counts.removed + counts.erased:
        parts.append(
            ngettext(
                "{n} mark or stroke removed, since the app removed it",
                "{n} marks and strokes removed, since the app removed them",
                n,
            )
        )
    if counts.kept:
        parts.append(
            ngettext(
                "{n} mark or stroke made here stays, though this file lacks it",
                "{n} marks and strokes made here stay, though this file lacks them",
                counts.kept,
            )
        )
    if counts.ink:
        parts.append(
            ngettext(
                "{n} stroke of ink on {pages}",
                "{n} strokes of ink on {pages}",
                len(counts.ink),
                pages=pages_text(counts.ink),
            )
        )
    if counts.unread:
        parts.append(
            _(
                "marks on {pages} could not be read; known ones are kept",
                pages=pages_text(counts.unread),
            )
        )
    parts += [_("kept as {path}", path=copy)] if copy else []
    return _(", ").join(parts)


def pages_text(pages: Iterable[int]) -> str:
    """Write page numbers in words, each once and in order."""
    names = [str(page) for page in sorted(set(pages))]
    if len(names) == 1:
        return _("page {page}", page=names[0])
    return _("pages {pages}", pages=_(", ").join(names))


def gone_text(path: str, n_passages: int) -> str:
    """Describe a PDF whose file somebody deleted; its passages stay in the index."""
    if not n_passages:
        return _("{path} is no longer here", path=plain(path))
    return ngettext(
        "{path} is no longer here; {n} passage of it can still be found",
        "{path} is no longer here; {n} passages of it can still be found",
        n_passages,
        path=plain(path),
    )


def removed_text(removed: RemovedCopy, folder: Path) -> str:
    """Describe a removed copy: its marks, its file, and how to bring it back.

    folder: of the library.
    """
    paper = removed.paper
    title, path = title_text(paper.record.title), removed.path
    parts = [_("Removed a marked copy of {title}.", title=title)]
    if n := removed.n_gone:
        parts.append(
            ngettext(" Removed with it: {n} highlight.", " Removed with it: {n} highlights.", n)
        )
    if n := removed.n_again:
        parts.append(
            ngettext(
                " Shown again, from an earlier copy: {n} highlight.",
                " Shown again, from an earlier copy: {n} highlights.",
                n,
            )
        )
    if n := removed.n_changed:
        parts.append(
            ngettext(
                " Shown as in an earlier copy: {n} highlight.",
                " Shown as in an earlier copy: {n} highlights.",
                n,
            )
        )
    if len(parts) == 1:
        parts.append(_(" The highlights shown do not change."))
    file = shlex.quote(str(folder.absolute() / path))
    kept = _(
        " Its file is now {path}. To undo: reader back {file} --as {id}",
        path=path,
        file=file,
        id=paper.record.id,
    )
    parts.append(kept if path else _(" Its file was already gone."))
    return "".join(parts)
