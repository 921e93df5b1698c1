"""See that a PDF is taken for its own paper, and never for another one.

Each PDF is shown three times to the rule by which `reader add` decides: where only the
other PDFs' papers are known; where its own is known too, by title, authors, year and ids;
and where the ids that its first page prints turn out to belong to another paper. What is
decided surely must be right.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from reader.library.paper import Paper
from reader.library.passage import Document
from reader.pdfs.find import PdfSketches
from reader.pdfs.recognition import KnownPaper, PdfClues, Verdict, judge, read_print, sketch_of
from tests.benchmarks.frame import Miss, Part, Result, interval
from tests.benchmarks.pdfs import compare
from tests.benchmarks.pdfs.compare import short
from tests.benchmarks.pdfs.truth import KINDS, Truth

OWN = "own paper known or asked about"
WRONG = "wrong papers"


@dataclass(frozen=True, slots=True)
class Shown:
    """One PDF, what is printed on it, and how like the other PDFs' text its text is."""

    truth: Truth
    printed: PdfClues
    alike: dict[int, float]


@dataclass(frozen=True, slots=True)
class Trial:
    """What was decided of a PDF among some papers; own: the place of its own, None for none."""

    truth: Truth
    known: list[KnownPaper]
    verdict: Verdict
    own: int | None = None

    @property
    def is_wrong(self) -> bool:
        """Tell whether it was surely taken for another paper."""
        is_sure = self.verdict.level == "strong" and self.verdict.place is not None
        return is_sure and self.verdict.place != self.own

    @property
    def miss(self) -> Miss:
        paper = self.known[self.verdict.place or 0].paper
        got = f"{short(paper.title)} ({self.verdict.why})"
        return Miss(self.truth.file, short(self.truth.title), got)


def results(several: Sequence[tuple[Truth, Document]]) -> list[Result]:
    """Show every PDF whose title is known, three times."""
    shown = _shown([(truth, document) for truth, document in several if truth.title])
    known = [_paper(one.truth, n) for n, one in enumerate(shown)]
    own: list[tuple[Truth, Verdict, bool]] = []
    trials: list[Trial] = []
    for n, one in enumerate(shown):
        others = [
            KnownPaper(i, paper, one.alike.get(i, 0.0))
            for i, paper in enumerate(known)
            if i != n and not is_same(one.truth, shown[i].truth)
        ]
        verdict = judge(one.printed, [KnownPaper(n, known[n]), *others])
        own.append((one.truth, verdict, verdict.place == 0 or verdict.places[:1] == (0,)))
        trials.append(Trial(one.truth, [KnownPaper(n, known[n]), *others], verdict, own=0))
        trials += [
            Trial(one.truth, several_known, judge(one.printed, several_known))
            for several_known in (others, *_strangers(one))
        ]
    wrong = tuple(trial.miss for trial in trials if trial.is_wrong)
    note = f"{interval(len(wrong), len(trials))}; trials" if trials else "no trials"
    return [*_own(own), Result(WRONG, len(wrong), "", bar=0.0, note=note, misses=wrong)]


def is_same(one: Truth, other: Truth) -> bool:
    """Tell whether two PDFs hold one paper: another version, a talk about it, the same bytes."""
    return compare.bare(one.title) == compare.bare(other.title) or bool(one.ids & other.ids)


def _shown(several: Sequence[tuple[Truth, Document]]) -> list[Shown]:
    sketches = [sketch_of(document) for _, document in several]
    texts = PdfSketches()
    for n, sketch in enumerate(sketches):
        texts.add(n, sketch)
    return [
        Shown(
            truth,
            read_print(document, id_=f"pdf:{n}", name=truth.path.stem),
            texts.like(sketch) if sketch else {},
        )
        for n, ((truth, document), sketch) in enumerate(zip(several, sketches, strict=True))
    ]


def _paper(truth: Truth, n: int) -> Paper:
    return Paper(
        ids=(*sorted(truth.ids), f"pdf:known{n}"),
        title=truth.title,
        authors=truth.authors or ((truth.first_author,) if truth.first_author else ()),
        published_on=date(truth.year, 1, 1) if truth.year else None,
    )


def _strangers(one: Shown) -> Iterator[list[KnownPaper]]:
    """Give each printed id, but for arXiv's own stamp, to a paper of another title and people."""
    for id_ in (one.printed.doi, *one.printed.hints):
        if id_:
            paper = Paper(ids=(id_,), title="Quite another thing", authors=("Nobody Here",))
            yield [KnownPaper(None, paper)]


def _own(own: Sequence[tuple[Truth, Verdict, bool]]) -> list[Result]:
    if not own:
        return []
    n_right, n_sure = (
        sum(is_right for *_, is_right in own),
        sum(verdict.level == "strong" for _, verdict, _ in own),
    )
    kinds = [kind for kind in KINDS if any(truth.kind == kind for truth, *_ in own)]
    of = {kind: [is_right for truth, _, is_right in own if truth.kind == kind] for kind in kinds}
    return [
        Result(
            OWN,
            100 * n_right / len(own),
            "%",
            note=f"{n_right} of {len(own)}, {n_sure} surely, of titles, authors and some years",
            parts=tuple(Part(kind, sum(of[kind]), len(of[kind])) for kind in kinds),
            misses=tuple(
                Miss(truth.file, short(truth.title), f"{verdict.level} {verdict.why}".strip())
                for truth, verdict, is_right in own
                if not is_right
            ),
        )
    ]
