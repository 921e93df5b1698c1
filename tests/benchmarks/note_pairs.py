"""Read notes beside abstracts, labelled: those of the data, and those that were made up."""

from __future__ import annotations

import gzip
import json
import random
import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from reader.library.passage import sentences
from reader.notes.own_words import parts_of
from reader.notes.stretches import SourceText
from tests.benchmarks.frame import DataMissing, is_aside
from tests.benchmarks.search.pool import all_papers
from tests.data import ROOT


@dataclass(frozen=True, slots=True)
class Pair:
    """A note beside its abstract, and the passages of its paper's pages if it has any.

    label: own, paraphrased, copied. kind: how it was copied, or what kind of own note it is.
    is_aside: kept aside, so that nothing is chosen by it.
    """

    where: str
    label: str
    is_english: bool
    title: str
    abstract: str
    note: str
    pages: tuple[str, ...] = ()
    kind: str = ""
    is_aside: bool = False

    @property
    def sources(self) -> list[SourceText]:
        return [
            SourceText(self.title, "title"),
            SourceText(self.abstract, "abstract"),
            *(SourceText(page, "passage", n) for n, page in enumerate(self.pages, 2)),
        ]


def real_pairs(file: Path) -> list[Pair]:
    """Read the labelled pairs of the data."""
    if not file.is_file():
        raise DataMissing(f"{file} is not there")
    rows = [json.loads(line) for line in file.read_text("utf-8").splitlines() if line.strip()]
    return [
        Pair(
            row["id"],
            row["label"],
            row["note_language"] == "en",
            row["title"] or "",
            row["abstract"],
            row["note"],
        )
        for row in rows
    ]


def own_pairs(n_papers: int | None = None) -> list[Pair]:
    """Read the pairs that were made up; n_papers: of so many papers, None for all."""
    content = tomllib.loads((ROOT / "tests" / "own_words_pairs.toml").read_text("utf-8"))
    found = [
        [
            Pair(
                f"paper {n}, note {m}",
                "copied" if note["label"] == "translated" else note["label"],
                False,
                paper["title"],
                paper["abstract"],
                note["text"],
            )
            for m, note in enumerate(paper["note"], 1)
        ]
        for n, paper in enumerate(content["paper"], 1)
    ]
    if n_papers is not None:
        found = random.Random(7).sample(found, n_papers)
    return [pair for pairs in found for pair in pairs]


COPIES = frozenset(["shuffled", "synonyms", "clauses", "back", "faithful", "casual"])


def harder_pairs() -> list[Pair]:
    """Read the pairs that were made up to be hard; a hash of its id keeps every second aside."""
    content = tomllib.loads((ROOT / "tests" / "own_words_harder.toml").read_text("utf-8"))
    found = []
    for paper in content["paper"]:
        for m, note in enumerate(paper["note"], 1):
            where = f"{paper['key']}-{m}"
            found.append(
                Pair(
                    where,
                    "copied" if note["kind"] in COPIES else "own",
                    not re.search("[\u3041-\u3096]", note["text"]),
                    paper["title"],
                    paper["abstract"],
                    note["text"],
                    tuple(paper["pages"]),
                    note["kind"],
                    is_aside(where),
                )
            )
    return found


N_FITTED = 120


def others_notes(data: Path) -> list[Pair]:
    """Read what people wrote about papers for others, none of them labelled, beside abstracts;
    nothing where the data has none.

    Those kept aside, by seed: the English ones that nothing was fitted on.
    """
    file = data / "arxiv" / "bench" / "Q_notes.json.gz"
    if not file.is_file():
        return []
    rows = json.loads(gzip.decompress(file.read_bytes()))
    papers = {paper.id: paper for paper in all_papers(data)}
    english = [n for n, row in enumerate(rows) if row["lang"] == "en"]
    fitted = set(random.Random(3).sample(english, min(N_FITTED, len(english))))
    return [
        Pair(
            f"{row['id']}, {n}",
            "own",
            row["lang"] == "en",
            paper.title,
            paper.abstract,
            row["note"],
            is_aside=row["lang"] == "en" and n not in fitted,
        )
        for n, row in enumerate(rows)
        if (paper := papers.get(f"arxiv:{row['id']}"))
    ]


@dataclass(frozen=True, slots=True)
class Mixed:
    """A note of sentences of own and of copied notes on one paper.

    are_copied: which of its sentences are, in order.
    """

    pair: Pair
    are_copied: tuple[bool, ...]


LEAST_WORDS = 6
"""Words of an abstract's sentence that is pasted into a note."""


def mixed_notes(pairs: Sequence[Pair]) -> list[Mixed]:
    """Put copied sentences into own notes, drawn by seed: one beside one, one into the whole
    note, two beside two, and a whole copied note around one own sentence.

    Copied are those of a note in the same language, and the abstract's as they stand.
    """
    of_paper: dict[str, list[Pair]] = {}
    for pair in pairs:
        of_paper.setdefault(pair.title or pair.where, []).append(pair)
    found = []
    for several in of_paper.values():
        for own in (one for one in several if one.label == "own"):
            ours = _sentences(own.note)
            pasted = [" ".join(one.split()) for one in sentences(own.abstract)]
            copies = [("abstract", [one for one in pasted if len(one.split()) >= LEAST_WORDS])]
            copies += [
                (one.where, _sentences(one.note))
                for one in several
                if one.label == "copied" and one.is_english == own.is_english
            ]
            for name, theirs in copies:
                for n_own, n_copied in ((1, 1), (len(ours), 1), (2, 2), (1, len(theirs))):
                    where = f"{own.where} with {name}, {n_own} and {n_copied}"
                    one = _mixed(own, ours, theirs, n_own, n_copied, where)
                    if one is not None:
                        found.append(one)
    return found


def _mixed(
    own: Pair, ours: Sequence[str], theirs: Sequence[str], n_own: int, n_copied: int, where: str
) -> Mixed | None:
    """Put copied sentences, in their order, somewhere between own ones; None where there are
    none, or where the whole would be split otherwise."""
    draw = random.Random(where)
    mine = draw.sample(ours, min(n_own, len(ours)))
    copied = [
        theirs[n] for n in sorted(draw.sample(range(len(theirs)), min(n_copied, len(theirs))))
    ]
    at = draw.randint(0, len(mine))
    texts = [*mine[:at], *copied, *mine[at:]]
    pair = replace(own, where=where, label="mixed", note="\n\n".join(texts))
    if not (mine and copied) or len(parts_of(pair.note)) != len(texts):
        return None
    return Mixed(pair, tuple(at <= n < at + len(copied) for n in range(len(texts))))


def _sentences(note: str) -> list[str]:
    return [part.text for part in parts_of(note)]


def with_changes(pairs: Sequence[Pair], *, every: int) -> list[Pair]:
    """Exchange every n-th word of notes for one from another note, drawn by seed."""
    draw = random.Random(7)
    words = [word for pair in pairs for word in pair.note.split()]
    changed = []
    for pair in pairs:
        own = pair.note.split()
        own[every - 1 :: every] = [draw.choice(words) for _ in own[every - 1 :: every]]
        changed.append(replace(pair, note=" ".join(own)))
    return changed
