"""Recognise which paper of the library a PDF is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from reader.base.messages import Text, lazy_gettext
from reader.library.folder import Library
from reader.library.identity import is_generic, title_fold
from reader.library.paper import Paper
from reader.library.passage import Document
from reader.library.rows import merges, papers, pdfs
from reader.pdfs.recognition import (
    LIKE_TEXT,
    KnownPaper,
    Level,
    PdfClues,
    judge,
    likeness,
    places,
    read_print,
    sketch_of,
)


@dataclass(frozen=True, slots=True)
class Recognition:
    """The paper that a PDF was recognised as.

    level: "strong", it is the paper `row`, or, where row is None, the paper `id`, which is not
    in the library; "medium", it may be one of `candidates`, and a person is asked; "none".
    why: the reason in words. candidates: rows, the most likely first; empty for "strong".
    """

    level: Level
    row: int | None = None
    why: Text = ""
    candidates: tuple[int, ...] = ()
    id: str = ""
    """Strong without a row: the paper's id, from arXiv's stamp."""
    version: int | None = None
    """The version in arXiv's stamp, None without one."""
    printed: PdfClues | None = None
    """The clues on the page; None where the bytes were enough."""
    sketch: str = ""
    """A sketch of the text, see `recognition.sketch_of`."""
    unknown_doi: str = ""
    """A printed DOI of no paper in the library, which can be looked up."""

    @property
    def unsure_title(self) -> str:
        """Get the title of an unknown paper, where it may be wrong; else ""."""
        is_unknown = self.level == "none" and self.printed is not None
        return self.printed.unsure_title if is_unknown and self.printed else ""

    @property
    def paper(self) -> Paper | None:
        """Get the paper as the page prints it, None where the bytes were enough."""
        return self.printed.paper if self.printed else None


@dataclass
class PdfSketches:
    """The sketches of the library's PDFs, with an index that finds similar ones.

    Make one for a run over many PDFs, and `add` what the run adds to the library.
    """

    _sketches: list[tuple[int, str]] = field(default_factory=list)
    """Row and sketch; a paper merged of copies has one for each of their PDFs."""
    _having: dict[tuple[int, str], list[int]] = field(default_factory=dict)
    """(place, value) → the numbers of the sketches that have this value there."""

    @classmethod
    def of(cls, library: Library) -> PdfSketches:
        """Read all sketches of a library."""
        texts = cls()
        for row, sketch in pdfs.sketches(library.db):
            texts.add(row, sketch)
        return texts

    def add(self, row: int, sketch: str) -> None:
        """Add the sketch of a paper's PDF; an empty one is ignored."""
        if not sketch:
            return
        number = len(self._sketches)
        self._sketches.append((row, sketch))
        for n, value in enumerate(places(sketch)):
            if value is not None:
                self._having.setdefault((n, value), []).append(number)

    def like(self, sketch: str) -> dict[int, float]:
        """Find the rows whose text is similar to a sketch: row → likeness, 0 to 1."""
        # Only the 20 that share the most values are compared in full.
        shared = Counter(
            number
            for n, value in enumerate(places(sketch))
            if value is not None
            for number in self._having.get((n, value), ())
        )
        found: dict[int, float] = {}
        for number, n in shared.most_common(20):
            row, here = self._sketches[number]
            if n > 2 and (alike := likeness(here, sketch)) >= LIKE_TEXT / 2:
                found[row] = max(alike, found.get(row, 0.0))
        return found


def pdf_id(sha256: str) -> str:
    """Make the id of a paper of which only a PDF is known."""
    return f"pdf:{sha256[:16]}"


def recognise(
    library: Library,
    document: Document,
    *,
    sha256: str,
    name: str,
    texts: PdfSketches | None = None,
    found: Iterable[Paper] = (),
) -> Recognition:
    """Recognise which paper a PDF is, by its bytes, what is printed on it, and its text.

    name: of the file. texts: made once where many are recognised, None to read them here.
    found: papers that the printed ids were looked up as, whether in the library or not.
    """
    row = pdfs.row_with_bytes(library.db, sha256)
    if row is not None:
        return Recognition("strong", row, lazy_gettext("the same file as a PDF in the library"))
    printed = read_print(document, id_=pdf_id(sha256), name=name)
    sketch = sketch_of(document)
    known = known_papers(library, printed, (texts or PdfSketches.of(library)).like(sketch))
    here = {id_ for one in known for id_ in one.paper.ids}
    known += [KnownPaper(None, paper) for paper in found if paper.id not in here]
    verdict = judge(printed, known)
    rows = tuple(dict.fromkeys(r for p in verdict.places if (r := known[p].row) is not None))
    # Nothing in the library to ask about.
    level: Level = "none" if verdict.level == "medium" and not rows else verdict.level
    row, id_, why = None, "", verdict.why
    if verdict.place is not None:
        row, id_ = known[verdict.place].row, known[verdict.place].paper.id
    # arXiv's own stamp is believed also for a paper that is not in the library.
    elif level == "none" and printed.stamp and not printed.is_part and not verdict.why:
        level, id_ = "strong", printed.stamp
        why = lazy_gettext("arXiv stamp: {id}", id=printed.stamp)
    doi = printed.doi if printed.doi not in here else ""
    id_ = id_ if row is None else ""
    return Recognition(level, row, why, rows, id_, printed.version, printed, sketch, doi)


def known_papers(library: Library, printed: PdfClues, alike: dict[int, float]) -> list[KnownPaper]:
    """List the papers in the library that a PDF may be, by id, title or text."""
    ids = [i for i in (printed.stamp, printed.doi, *printed.hints, printed.paper.id) if i]
    folds = [title_fold(t) for t in printed.titles if not is_generic(t)]
    named = merges.papers_named(library.db, ids, folds)
    others = [row for row in alike if row not in {row for row, _ in named}]
    like = [(held.row, held.paper) for held in papers.papers_at(library.db, others)]
    return [KnownPaper(row, paper, alike.get(row, 0.0)) for row, paper in [*named, *like]]
