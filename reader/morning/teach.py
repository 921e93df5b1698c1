"""Teach topics by examples, and by a few questions whose answers are worth most."""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from reader.base.errors import Incomplete, NotAnId, ReaderError, UsageError, os_reason
from reader.base.messages import N_, Joined, lazy_gettext, lazy_ngettext
from reader.base.text import plain
from reader.library.config import Topic
from reader.library.folder import Library, find_paper
from reader.library.identity import family_folds, matches
from reader.library.paper import LibraryPaper, Paper
from reader.library.rows import doubles, papers
from reader.library.rows.fields import BY_HAND
from reader.morning.add import Adding, Wishes, find_files
from reader.morning.complete import AddTools
from reader.morning.rank import rank_days
from reader.morning.undo import undo
from reader.ranking.learn import FitTools, FitTopic, PaperFeatures, fit_one, learn, lessons
from reader.ranking.model import N_QUESTIONS, Place, Rank, TopicModel, judge, start, uncertain
from reader.ranking.rows import labels, standings
from reader.ranking.rows.labels import LessonKind
from reader.search.encode import EncoderTools, index_words

ASKED_AMONG = 800
"""How many papers without a decision, those of the highest scores, questions are chosen from."""

NEWEST = 800
"""How many of the newest papers effects are counted on, where nothing came today."""

MOST_BY_AUTHOR = 500


@dataclass(frozen=True, slots=True)
class Effect:
    """The effect of a lesson.

    n_in, n_out: papers of the day that came into the topic, and that left it. before, after:
    the paper's own score above the topic's cut; place: where that puts it now.
    """

    n_in: int
    n_out: int
    before: float
    after: float
    place: Place


class Teaching:
    """A lesson on one topic: each example and answer is on the disk at once, then counts.

    The day's papers, on which effects are counted, are today's, or else the newest ones.
    """

    def __init__(self, library: Library, fit: FitTopic, topic: Topic) -> None:
        self.library, self.topic = library, topic
        self._fit_topic = fit
        self._taught = lessons(library)
        self._day = standings.papers_of_day(library.db, library.today())
        self._day = self._day or labels.newest(library.db, NEWEST)
        self._texts = PaperFeatures(library, self._day)
        self._model = self._fit()

    def teach(self, kind: LessonKind, rows: Sequence[int]) -> Effect:
        """Record that papers belong to the topic ("seed", "yes") or do not ("no")."""
        db, now = self.library.db, self.library.now()
        labels.add_lessons(db, kind, self.topic.path, rows, at=now, on=self.library.today())
        return self._changed(rows[0])

    def undo(self) -> list[LibraryPaper]:
        """Take back the last act, of this lesson or before it; returns its papers."""
        undone = undo(self.library)
        if undone:
            self._changed(undone[0].row)
        return undone

    def questions(
        self, n: int = N_QUESTIONS, *, answered: Sequence[int] = ()
    ) -> list[LibraryPaper]:
        """Choose undecided papers to ask about, the one that is worth most first.

        answered: papers (rows) of earlier questions; neither they nor papers like them come again.
        """
        known = {x.paper for of_topic in self._taught.labels.values() for x in of_topic}
        waiting = [row for row in self._taught.background if row not in {*known, *answered}]
        # What is far below the cut is left out: the terms of thousands take seconds.
        margins = {row: self._judged(row, self._model, is_brief=True).margin for row in waiting}
        nearest = heapq.nsmallest(ASKED_AMONG, waiting, key=lambda row: (-margins[row], row))
        judged = [
            (row, self._judged(row, self._model), self._texts.features(row)) for row in nearest
        ]
        before = [self._texts.features(row) for row in answered]
        rows = uncertain(judged, n=n, answered=before)
        return papers.papers_at(self.library.db, rows)

    @property
    def n_of_day(self) -> int:
        """Count the papers on which effects are counted."""
        return len(self._day)

    def judged(self, row: int) -> Rank:
        """Judge a paper by the topic's present model."""
        return self._judged(row, self._model)

    def _changed(self, row: int) -> Effect:
        before = self._model
        self._taught = lessons(self.library)
        self._texts.add(self.library, [row])
        self._model = self._fit()
        # Counted by both models on the same papers.
        was, now = (
            {r for r in self._day if self._judged(r, model).place == "in"}
            for model in (before, self._model)
        )
        old, new = self._judged(row, before), self._judged(row, self._model)
        return Effect(
            n_in=len(now - was),
            n_out=len(was - now),
            before=old.margin,
            after=new.margin,
            place=new.place,
        )

    def _fit(self) -> TopicModel:
        """Fit the topic's model as `learn` does; without labels it is made of the words alone."""
        # Papers that another command brought meanwhile are among them.
        taught = self._taught.labels[self.topic.path]
        self._texts.add(self.library, [*(x.paper for x in taught), *self._taught.background])
        if not self._taught.says(self.topic):
            return start(self.topic, self.library.config.topics)
        return fit_one(self._fit_topic, self._texts, self._taught, self.topic, taught)

    def _judged(self, row: int, model: TopicModel, *, is_brief: bool = False) -> Rank:
        own = self._texts.features(row)
        return judge(self._texts.paper(row), own, model, is_brief=is_brief)


class LearnTools(FitTools, EncoderTools, Protocol):
    """The adapters that fit models anew, and the encoder whose vectors papers are ranked by."""


def finish(library: Library, tools: LearnTools) -> None:
    """Apply the lessons: fit the models, and put today's list in order anew."""
    learn(library, tools)
    standings.forget_order(library.db, library.today())
    rank_days(library, library.today(), encoder=tools.encoder_name)


def topic_to_teach(library: Library, text: str) -> Topic:
    """Find the topic of feeds.toml that a text names; for "" the only own one.

    Raises UsageError.
    """
    known = {topic.path: topic for topic in library.config.topics}
    own = library.config.own_topics
    if not text and len(own) == 1:
        return own[0]
    found = [t for path, t in known.items() if path.casefold() == text.strip("/ ").casefold()]
    if found:
        return found[0]
    key = (
        N_("There is no topic named {topic}.") if text else N_("Which topic do you want to teach?")
    )
    names = Joined(tuple(known), N_(", "))
    raise UsageError(
        what=lazy_gettext(key, topic=text),
        hint=lazy_gettext("Choose one with --topic: {names}.", names=names),
    )


def papers_by(library: Library, name: str) -> list[int]:
    """List the papers here that a person wrote for sure, the newest first. Raises UsageError."""
    folds = family_folds(name)
    rows = papers.newest_by_family(library.db, folds, limit=MOST_BY_AUTHOR)
    found = [
        paper.row
        for paper in papers.papers_at(library.db, rows)
        if any(matches(name, author) == "same" for author in paper.record.authors)
    ]
    if not found:
        what = lazy_gettext("No paper in the library is surely by {name}.", name=name)
        raise UsageError(
            what=what, hint=lazy_gettext("Give the full name, as it is printed on papers.")
        )
    return found


BIBTEX = (".bib", ".bibtex")


class Examples:
    """Finds the papers that are named as examples. problems: errors of files that were not read."""

    def __init__(self, library: Library, tools: AddTools, *, may_fetch: bool) -> None:
        self._library, self._tools, self._may_fetch = library, tools, may_fetch
        self.problems: list[ReaderError] = []

    def rows(self, several: Sequence[str], people: Sequence[str]) -> list[int]:
        """List the rows of all examples, each once.

        Raises NotFound, NotAnId, Ambiguous or UsageError for a wrong name.
        """
        # Names first: nothing is brought in where one of them is wrong.
        named: dict[str, int] = {}
        for text in several:
            if Path(text).exists():
                continue
            try:
                named[text] = find_paper(self._library, text).row
            except NotAnId:
                if Path(text).suffix.lower() not in (*BIBTEX, ".pdf") and not text.endswith("/"):
                    raise
                what = lazy_gettext("{file}: no such file.", file=plain(text))
                raise UsageError(
                    what=what,
                    hint=lazy_gettext("Give a BibTeX file, a PDF, a folder of PDFs, or a paper."),
                ) from None
        found = [row for name in people for row in papers_by(self._library, name)]
        for text in several:
            if text in named:
                found.append(named[text])
            elif (path := Path(text)).suffix.lower() in BIBTEX and path.is_file():
                found += self._of_bibtex(path)
            elif path.suffix.lower() == ".pdf" or path.is_dir():
                found += self._of_pdfs(path)
            else:
                raise _nothing(path)
        return list(dict.fromkeys(found))

    def _of_pdfs(self, path: Path) -> list[int]:
        """Add the PDFs of a folder, or one."""
        adding = Adding(
            self._library, self._tools, find_files(self._library, [path]),
            Wishes(may_fetch=self._may_fetch, is_moving=False),
        )  # fmt: skip
        several = list(adding.run())
        if not several:
            raise _nothing(path)
        self.problems += [problem.error for problem in adding.problems]
        if n_unknown := sum(added.paper is None for added in several):
            what = lazy_ngettext(
                "{file}: no paper found in {n} file.",
                "{file}: no paper found in {n} files.",
                n_unknown,
                file=plain(str(path)),
            )
            hint = lazy_gettext(
                "`reader add {file}` says why, and asks where it is not sure.",
                file=plain(str(path)),
            )
            self.problems.append(Incomplete(what=what, hint=hint))
        return [added.paper.row for added in several if added.paper]

    def _of_bibtex(self, path: Path) -> list[int]:
        """Add the papers of a bibliography; arXiv is asked for abstracts that it leaves out."""
        # bibtexparser is loaded only where there is a bibliography.
        from reader.gathering.imports.bibliography import read_bibtex

        try:
            # With "replace", since an old bibliography may have bytes of Latin-1.
            text = path.read_bytes().decode("utf-8-sig", "replace")
        except OSError as error:
            why = lazy_gettext("{file}: {why}", file=plain(str(path)), why=os_reason(error))
            raise UsageError(
                what=why,
                hint=lazy_gettext("Give a BibTeX file, a PDF, a folder of PDFs, or a paper."),
            ) from None
        read = read_bibtex(text, name=path.name, folder=path.parent)
        if not read.items and not read.unplaced:
            raise _nothing(path)
        if read.unplaced:
            what = lazy_ngettext(
                "{file}: {n} entry could not be read.",
                "{file}: {n} entries could not be read.",
                len(read.unplaced),
                file=plain(path.name),
            )
            self.problems.append(Incomplete(what=what))
        # Of two entries with one id the first one counts.
        named = list({item.paper.id: item.paper for item in reversed(read.items)}.values())[::-1]
        found = self._with_abstracts(named)
        given = [found.get(paper.id, paper) for paper in named]
        db = self._library.db
        # An entry without an identifier is a paper that is here, where its title names one.
        nameless = (paper for paper in given if paper.id.startswith("pdf:"))
        row_of = {p.id: row for p in nameless if (row := doubles.row_with_title(db, p)) is not None}
        new = [paper for paper in given if paper.id not in row_of]
        papers.add_papers(db, new, source=BY_HAND, on=self._library.today())
        index_words(self._library, self._tools)
        for paper in new:
            if found_paper := papers.paper_with_id(db, paper.id):
                row_of[paper.id] = found_paper.row
        return list(dict.fromkeys(row_of[paper.id] for paper in given if paper.id in row_of))

    def _with_abstracts(self, named: Sequence[Paper]) -> dict[str, Paper]:
        """Ask arXiv for the papers that have an abstract neither in the file nor here: id → it."""
        from reader.gathering.resolve import BATCH, ask_arxiv

        bare = []
        for id_ in (p.id for p in named if p.id.startswith("arxiv:") and not p.abstract):
            paper = papers.paper_with_id(self._library.db, id_)
            if paper is None or not paper.record.abstract:
                bare.append(id_)
        found: dict[str, Paper] = {}
        try:
            for begin in range(0, len(bare) if self._may_fetch else 0, BATCH):
                batch = bare[begin : begin + BATCH]
                found |= {p.id: p for p in ask_arxiv(self._library, self._tools, batch)}
        except ReaderError as error:
            # The papers come in as the file has them.
            self.problems.append(error)
        return found


def _nothing(path: Path) -> UsageError:
    what = lazy_gettext("{what}: no paper found.", what=plain(str(path)))
    return UsageError(
        what=what, hint=lazy_gettext("Give a BibTeX file, a PDF, a folder of PDFs, or a paper.")
    )
