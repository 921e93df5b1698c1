"""Foretell on the morning itself, without a vote, whether a paper will be talked about.

A score in log-odds, between those of being talked about at all and much: from how a paper is
written, what its authors' earlier papers came to, and when it was handed in. No class and no
comment is looked at: in the data those are known of some papers only, and which ones gives
the answer away.

The words of title and abstract are hashed (CRC-32, so that numbers fitted elsewhere mean the
same here). Of authors only counts come in. Who wants a paper to be seen hands it in just
before arXiv's deadline (14:00 Eastern time), so that it is announced the same evening: the last
numbers of a day are talked about seven times as often as the usual ones. Numbers are known on
the morning; the hour often is not.

What weighs all this, `Coefficients`, is plain text without a word, name or id that it was
fitted on:

    start -3.21             the log-odds of the usual paper
    weight after -0.12 8.7  a named number: its weight, and the usual value of it
    text 0.01 4 -12 0 …     the weights of the buckets of `text`, from the first on, in
    text 0.01 7 3 -1 …      units of the first number
"""

from __future__ import annotations

import functools
import math
import re
import zlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from reader.base.words import TELLING_NOTHING
from reader.library.identity import author_key
from reader.library.paper import Paper
from reader.ranking.model import Term

_A_LINE = 32
UNIT = 0.01


@dataclass(frozen=True, slots=True)
class Coefficients:
    """The weights of a paper's numbers.

    start: the log-odds of the usual paper, of which every number is as `usual` says and
    whose words say nothing. text: a weight for each bucket, from the first on.
    """

    start: float = -3.5
    weights: Mapping[str, float] = field(default_factory=dict)
    usual: Mapping[str, float] = field(default_factory=dict)
    text: tuple[float, ...] = ()

    def weigh_text(self, buckets: Mapping[int, float]) -> float:
        """Add up the weights of a paper's hashed words."""
        n = len(self.text)
        return math.fsum(self.text[k] * v for k, v in buckets.items() if k < n)

    @classmethod
    @functools.lru_cache(1)
    def read(cls, text: str) -> Coefficients:
        """Parse what `to_text` wrote; the last is kept, for a server.

        Raises ValueError for a line of another form.
        """
        start = cls().start
        weights: dict[str, float] = {}
        usual: dict[str, float] = {}
        words: list[float] = []
        for line in text.splitlines():
            match line.partition("#")[0].split():
                case []:
                    continue
                case ["start", value]:
                    start = _finite(value)
                case ["weight", name, value, at]:
                    weights[name], usual[name] = _finite(value), _finite(at)
                case ["text", unit, *values]:
                    step = _finite(unit)
                    words += [step * int(value) for value in values]
                case _:
                    raise ValueError(f"no coefficient: {line[:60]!r}")
        return cls(start, weights, usual, tuple(words))

    def to_text(self) -> str:
        """Write one number a line, the text's 32; rounded to hundredths and four digits."""
        lines = [f"start {self.start:.4f}"]
        lines += [
            f"weight {name} {value:.6g} {self.usual.get(name, 0.0):.6g}"
            for name, value in self.weights.items()
        ]
        units = [round(value / UNIT) for value in self.text]
        lines += [
            f"text {UNIT} {' '.join(map(str, units[i : i + _A_LINE]))}"
            for i in range(0, len(units), _A_LINE)
        ]
        return "\n".join(lines) + "\n"


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(f"no number: {text!r}")
    return value


N_BUCKETS = 1 << 14

TITLE_COUNTS = 2
"""A word of the title counts as this many words."""


def buckets(title: str, abstract: str) -> Mapping[int, float]:
    """Hash words into bucket → signed weight, the whole of length 1; empty for no words.

    Weinberger et al. 2009, arXiv:0902.2206: the sign lets words that share a bucket cancel.
    """
    words = _words(title) * TITLE_COUNTS + _words(abstract)
    found: dict[int, float] = {}
    for word, n in Counter(words).items():
        # CRC-32, since `hash` of a text differs from process to process. The lowest bits choose
        # the bucket, the highest one the sign.
        code = zlib.crc32(word.encode())
        bucket, sign = code % N_BUCKETS, 1 if code >> 31 else -1
        found[bucket] = found.get(bucket, 0.0) + sign * (1 + math.log(n))
    length = math.sqrt(math.fsum(v * v for v in found.values()))
    return {k: v / length for k, v in found.items()} if length else {}


def _words(text: str) -> list[str]:
    return [word for word in _WORD.findall(text.lower()) if word not in TELLING_NOTHING]


_WORD = re.compile(r"[a-z][a-z0-9]+|[0-9]+")

MOST_AUTHORS = 60
"""Of a longer list of authors only the first ones count, and the last."""

USUAL = 0.041
"""The share of papers that are talked about, where every paper and a public list are seen."""

USUAL_DOUBLINGS = 2.8
"""Doublings of up-votes of a paper that is talked about, where its votes were not kept."""


@dataclass(frozen=True, slots=True)
class AuthorRecord:
    """An author's earlier papers, and how many of them were hot so far.

    n_doublings: the sum of log2(1 + up-votes) of the hot ones, None where not kept.
    n_supposed: papers that are not known and must be taken to be there, since only those with
    votes are known of a time.
    """

    author: str
    n_papers: int = 0
    n_hot: int = 0
    n_doublings: float | None = None
    n_supposed: int = 0

    @property
    def n_written(self) -> int:
        """Return how many papers the hot ones are a part of."""
        return max(self.n_papers, self.n_hot) + self.n_supposed

    @property
    def doublings(self) -> float:
        return self.n_hot * USUAL_DOUBLINGS if self.n_doublings is None else self.n_doublings

    @property
    def share(self) -> float:
        """Return the share that was hot, drawn to the usual one where papers are few."""
        # As if 1.2 papers of the usual kind stood behind it: .05 of 1.2 is USUAL.
        return (self.n_hot + 0.05) / (self.n_written + 1.2)


Counts = tuple[int, int] | tuple[int, int, float] | tuple[int, int, float, int]
"""An author's papers, the hot ones, the doublings of their votes, and papers to be supposed."""

SUPPOSED = 1
"""Papers that are supposed for each that is known by its votes alone: half of the authors who had
one by 2025-09-30 had written two papers for each, or more (docs/ranking.md)."""


def records_of(
    authors: Iterable[str],
    known: Mapping[str, Counts],
    *,
    is_watched: bool = True,
) -> tuple[AuthorRecord, ...]:
    """Look up each author's record, in the paper's order.

    known: by `author_key`; who is not there has none. is_watched: False where no talk was ever
    seen: then no paper says anything.
    """
    # The last author of a long list is often the one who leads it.
    names = list(dict.fromkeys(authors))
    names = names if len(names) <= MOST_AUTHORS else [*names[: MOST_AUTHORS - 1], names[-1]]
    if not is_watched:
        return tuple(AuthorRecord(name) for name in names)
    return tuple(AuthorRecord(name, *known.get(author_key(name), (0, 0))) for name in names)


def evidence(records: Sequence[AuthorRecord]) -> dict[str, float]:
    """Turn the records of a paper's authors into the numbers that are weighed.

    record_sum, record_best: the logarithm of how much likelier than usual each author's papers
    are talked about, added up, and the highest; record_votes…: the same of the up-votes.
    """
    # So many papers of the usual kind stand behind each author, lest one hot paper of one
    # tell everything.
    usual = 6.0
    odds = [
        math.log((r.n_hot + usual * USUAL) / (r.n_written + usual) / USUAL) for r in records
    ] or [0.0]
    votes = [r.doublings / (r.n_written + 2) for r in records] or [0.0]
    shares = [r.share for r in records] or [AuthorRecord("").share]
    return {
        "record_sum": math.fsum(odds),
        "record_best": max(odds),
        "record_votes": math.fsum(votes),
        "record_votes_best": max(votes),
        "record_hot": math.fsum(math.log1p(r.n_hot) for r in records),
        "record_shares": math.fsum(shares),
        "record_first": shares[0],
        "record_last": shares[-1],
        "record_new": sum(not r.n_papers for r in records) / max(1, len(records)),
    }


FEWEST = 20
"""Papers of a day from which on its last number says where the deadline was."""

USUAL_AFTER = 9.0
FARTHEST = 15.0


@dataclass(frozen=True, slots=True)
class NumberPlace:
    """The place of a paper among a day's numbers.

    after: log2(1 + numbers given out from it to the day's last); share: of the day's
    papers that have a lower number, 0 … 1.
    """

    after: float = USUAL_AFTER
    share: float = 0.5


def places(ids: Iterable[str]) -> Mapping[str, NumberPlace]:
    """Place each arXiv id of one day among its numbers; none for other ids, and on a small day.

    ids: with their scheme ("arxiv:2506.01234"), of all papers that were announced that day.
    """
    numbers = {id_: (int(m[1]), int(m[2])) for id_ in ids if (m := _NEW_STYLE.match(id_))}
    if len(numbers) < FEWEST:
        return {}
    ranks = {number: i / len(numbers) for i, number in enumerate(sorted(numbers.values()))}
    month, last = max(numbers.values())
    # An id of another month was held back, or is one of a month's first day.
    return {
        id_: NumberPlace(math.log2(1 + last - n) if m == month else FARTHEST, ranks[m, n])
        for id_, (m, n) in numbers.items()
    }


_NEW_STYLE = re.compile(r"arxiv:(\d{4})\.(\d{4,5})$")

MUCH_VOTES = 10
"""Up-votes from which on a paper is much talked about."""


@dataclass(frozen=True, slots=True)
class Facts:
    """The input of the forecast from a paper alone: hashed words, and named numbers."""

    text: Mapping[int, float]
    plain: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class TalkExample:
    """A paper of which it is known by now whether it was talked about.

    records: as they were on its morning; n_votes: None for no talk, 0 or more for some.
    weight: how many papers it stands for, where others like it were left out.
    """

    on: date
    facts: Facts
    records: tuple[AuthorRecord, ...]
    n_votes: int | None = None
    weight: float = 1.0


def facts_of(paper: Paper, place: NumberPlace | None = None) -> Facts:
    """Take the facts out of a paper.

    place: among the day's numbers, None where that is not known.
    """
    where = place or NumberPlace()
    n = min(len(paper.authors), MOST_AUTHORS)
    plain = {"authors": math.log2(1 + n), "after": where.after, "share": where.share}
    return Facts(text=buckets(paper.title, paper.abstract), plain=plain)


def numbers_of(facts: Facts, records: Sequence[AuthorRecord]) -> dict[str, float]:
    """Return every named number that is weighed, but the text's."""
    return {**facts.plain, **evidence(records)}


def forecast(
    facts: Facts, records: Sequence[AuthorRecord], coefficients: Coefficients
) -> tuple[Term, ...]:
    """Compute the log-odds that a paper will be talked about, as terms.

    What each term adds is measured against the usual paper (`Coefficients.usual`), whose
    score is the start.
    """
    found = numbers_of(facts, records)
    weighed = {
        name: weight * (found.get(name, 0.0) - coefficients.usual.get(name, 0.0))
        for name, weight in coefficients.weights.items()
    }
    best = max(records, key=lambda r: (r.n_hot, -r.n_papers), default=None)
    after = facts.plain.get("after")
    # Numbers and names only: `texts.why.term_text` makes a sentence of them in any language.
    # `after` is log2(1 + n), so n itself is named.
    what = {
        "record": f"{best.author}: {best.n_hot} of {best.n_papers}" if best and best.n_hot else "",
        "authors": str(len(records)),
        "place": "" if after is None else f"{2**after - 1:.0f}",
    }
    return (
        Term("start", "", coefficients.start),
        Term("text", "", coefficients.weigh_text(facts.text)),
        *(
            Term(kind, what[kind], math.fsum(weighed.get(name, 0.0) for name in names))
            for kind, names in KINDS.items()
        ),
    )


KINDS: Mapping[str, tuple[str, ...]] = {
    "record": (
        "record_sum", "record_best", "record_votes", "record_votes_best", "record_hot",
        "record_shares", "record_first", "record_last", "record_new",
    ),
    "authors": ("authors",),
    "place": ("after", "share"),
}  # fmt: skip
"""The terms of a forecast, and the numbers that each joins."""
