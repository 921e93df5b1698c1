"""Find the papers that a person names as examples: by id or title, people, PDFs, BibTeX."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from reader.errors import Incomplete, NotAnId, ReaderError, UsageError
from reader.library.choose import find_paper
from reader.library.folder import Library
from reader.library.teaching import bring_in, papers_by
from reader.paper import Paper
from reader.phrases import say
from reader.plain import plain
from reader.stages.adding import Adding, Wishes, find_files
from reader.stages.tools import Tools
from reader.store import papers

BIBTEX = (".bib", ".bibtex")


class Examples:
    """Finds the papers that are named as examples; what could not be read is a problem."""

    def __init__(self, library: Library, tools: Tools, *, may_fetch: bool) -> None:
        self._library, self._tools, self._may_fetch = library, tools, may_fetch
        self.problems: list[ReaderError] = []

    def rows(self, several: Sequence[str], people: Sequence[str]) -> list[int]:
        """Give the rows of all examples, each once. Raises what a wrong name raises."""
        # Names first: nothing is brought in where one of them is wrong.
        named = {text: self._named(text) for text in several if not Path(text).exists()}
        found = [row for name in people for row in papers_by(self._library, name)]
        for text in several:
            found += named[text] if text in named else self._of_file(Path(text))
        return list(dict.fromkeys(found))

    def _named(self, text: str) -> list[int]:
        try:
            return [find_paper(self._library, text).row]
        except NotAnId:
            if Path(text).suffix.lower() not in (*BIBTEX, ".pdf") and not text.endswith("/"):
                raise
            what = say("teach.no_file", file=plain(text))
            raise UsageError(what=what, hint=say("teach.nothing.hint")) from None

    def _of_file(self, path: Path) -> list[int]:
        if path.suffix.lower() in BIBTEX and path.is_file():
            return self._of_bibtex(path)
        if path.suffix.lower() != ".pdf" and not path.is_dir():
            raise _nothing(path)
        adding = Adding(
            self._library, self._tools, find_files(self._library, [path]),
            Wishes(may_fetch=self._may_fetch, is_moving=False),
        )  # fmt: skip
        several = list(adding.run())
        if not several:
            raise _nothing(path)
        self.problems += [problem.error for problem in adding.problems]
        if n_unknown := sum(added.held is None for added in several):
            what = say("teach.unread", file=plain(str(path)), n=n_unknown)
            hint = say("teach.unread.hint", file=plain(str(path)))
            self.problems.append(Incomplete(what=what, hint=hint))
        return [added.held.row for added in several if added.held]

    def _of_bibtex(self, path: Path) -> list[int]:
        from reader.sources.bibtex import read_bibtex

        try:
            read = read_bibtex(path.read_bytes())
        except OSError as error:
            what = f"{plain(str(path))}: {error.strerror}"
            raise UsageError(what=what, hint=say("teach.nothing.hint")) from None
        if not read.papers and not read.n_broken:
            raise _nothing(path)
        if read.n_broken:
            what = say("teach.broken", file=plain(path.name), n=read.n_broken)
            self.problems.append(Incomplete(what=what))
        return bring_in(self._library, self._tools, self._completed(read.papers))

    def _completed(self, several: Sequence[Paper]) -> list[Paper]:
        """Ask arXiv for the abstracts that a bibliography leaves out."""
        from reader.stages.resolve import BATCH, ask_arxiv

        bare = [
            p.id
            for p in several
            if p.id.startswith("arxiv:") and not p.abstract and not self._has_abstract(p.id)
        ]
        found: dict[str, Paper] = {}
        try:
            for start in range(0, len(bare) if self._may_fetch else 0, BATCH):
                batch = bare[start : start + BATCH]
                found |= {p.id: p for p in ask_arxiv(self._library, self._tools, batch)}
        except ReaderError as error:
            self.problems.append(error)
        return [found.get(paper.id, paper) for paper in several]

    def _has_abstract(self, id_: str) -> bool:
        held = papers.paper_with_id(self._library.db, id_)
        return held is not None and bool(held.paper.abstract)


def _nothing(path: Path) -> UsageError:
    what = say("teach.nothing", what=plain(str(path)))
    return UsageError(what=what, hint=say("teach.nothing.hint"))
