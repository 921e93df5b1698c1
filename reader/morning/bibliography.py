"""Choose the papers of a bibliography: by a query, or by name."""

from __future__ import annotations

from collections.abc import Sequence

from reader.base.messages import Message
from reader.library.find import find_papers
from reader.library.folder import Library
from reader.library.paper import LibraryPaper
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
    rows, said = rows_that_fit(library, query)
    return papers.papers_at(library.db, sorted(rows)), said
