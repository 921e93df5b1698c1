"""Fit the weights by which title and authors are found: `python -m tests.benchmarks.pdfs.fronts`.

Each DIR has PDFs and truth.jsonl, a line each: `file`, `title` (null for none), perhaps other right
`titles`; `first`, the first author ("" for none; without it the front fits no names). For each DIR
it prints how many are right with the weights that the others give, and how many titles are sure;
then it writes the weights that all give. Scans count for nothing: what is recognised in them is
seldom exact.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pymupdf
from numpy.typing import NDArray
from scipy.optimize import minimize

from reader.pdfs.text import front, runs
from reader.pdfs.text.blocks import body_size
from reader.pdfs.text.lines import page_lines, without_furniture
from reader.pdfs.text.people import candidates, without_place
from reader.pdfs.text.title import title_text
from tests.benchmarks.pdfs import compare

FLAGS = pymupdf.TEXTFLAGS_DICT & ~(pymupdf.TEXT_PRESERVE_IMAGES | pymupdf.TEXT_PRESERVE_LIGATURES)
MAX_PAGES = 30
PENALTY = 0.3
"""Of half the squared weights: of .1, .3 and 1 the best on files left out."""


class FittedFront(NamedTuple):
    """The runs of a page and of none of them, which comes last. is_right: of each."""

    file: str
    found: list[runs.Features]
    is_right: list[bool]


def read(folder: Path) -> Iterator[FittedFront]:
    """Read the titles of a folder; fronts that have no right run are left out."""
    for truth, sheets in _sheets(folder):
        right = _titles(truth)
        for sheet in sheets:
            several = sheet.candidates()
            is_right = [_bare(title_text(cells)) in right for cells, _ in several]
            if any(is_right) or not right:
                found = [features for _, features in several]
                yield FittedFront(truth["file"], [*found, {}], [*is_right, not right])
                break


def read_names(folder: Path) -> Iterator[FittedFront]:
    """Read the lines with names of a folder, below the titles that are right."""
    for truth, sheets in _sheets(folder):
        right = _titles(truth)
        for sheet in sheets if "first" in truth else ():
            if right and _bare(title_text(sheet.title)) not in right:
                continue
            several = candidates(without_place(sheet.zone, sheet.heads))
            wanted = compare.name(truth["first"])
            is_right = [any(compare.name(n) == wanted for n in names[:1]) for _, names in several]
            # A page whose authors are in no line, as above the title, tells nothing of the lines.
            if several and (any(is_right) or not truth["first"]):
                found = [features for features, _ in several]
                yield FittedFront(truth["file"], [*found, {}], [*is_right, not any(is_right)])
            break


def _sheets(folder: Path) -> Iterator[tuple[dict[str, Any], list[front.FrontSheet]]]:
    """Read the truths of a folder, each with the first pages that may be the front."""
    for line in (folder / "truth.jsonl").read_text(encoding="utf-8").splitlines():
        truth = json.loads(line)
        with pymupdf.open(folder / truth["file"]) as file:
            n_pages = min(file.page_count, MAX_PAGES)
            raw = [file[number].get_text("dict", flags=FLAGS) for number in range(n_pages)]
        pages = [page_lines(page) for page in raw]
        body = body_size([page.lines for page in pages])
        dropped = set(pages[0].lines) - set(without_furniture(pages, body)[0])
        yield (
            truth,
            [
                front.FrontSheet(page, pages[number], () if number else dropped, body)
                for number, page in enumerate(raw[: front.N_RAW])
            ],
        )


def _titles(truth: Mapping[str, Any]) -> set[str]:
    return {_bare(text) for text in (truth["title"], *truth.get("titles", ())) if text}


def _bare(text: str) -> str:
    return compare.bare(text.replace("’", "'"))


def fit(fronts: Sequence[FittedFront], names: Sequence[str]) -> NDArray[np.float64]:
    """Fit a conditional logistic regression: the right runs against all of the page."""
    at = {name: number for number, name in enumerate(names)}
    rows = np.zeros((sum(len(one.found) for one in fronts), len(names)))
    row = 0
    for one in fronts:
        for features in one.found:
            for name, value in features.items():
                rows[row, at[name]] = value
            row += 1
    page = np.repeat(np.arange(len(fronts)), [len(one.found) for one in fronts])
    right = np.array([is_right for one in fronts for is_right in one.is_right])

    def loss(weights: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        score = np.exp(np.clip(rows @ weights, -50, 50))
        every, good = np.bincount(page, score), np.bincount(page, score * right)
        slope = rows.T @ (score / every[page] - score * right / good[page])
        size = PENALTY * weights @ weights / 2
        return float(np.log(every / good).sum() + size), slope + PENALTY * weights

    return np.asarray(minimize(loss, np.zeros(len(names)), jac=True, method="L-BFGS-B").x)


def report(sets: Mapping[Path, Sequence[FittedFront]], file: Path | None, what: str) -> None:
    """Print a line for each folder left out, and write the weights of all."""
    every = [one for several in sets.values() for one in several]
    names = list(dict.fromkeys(name for one in every for f in one.found for name in f))
    for folder, several in sets.items():
        others = [one for other in sets if other != folder for one in sets[other]]
        weights = dict(zip(names, fit(others or every, names), strict=True))
        n_right = n_sure = n_wrong = 0
        for one in several:
            scores = [sum(weights[n] * v for n, v in f.items()) for f in one.found]
            best = int(np.argmax(scores))
            is_sure = 1 / np.exp(np.array(scores) - scores[best]).sum() > front.SURE
            n_right += one.is_right[best]
            n_sure += bool(is_sure and best < len(scores) - 1)
            n_wrong += bool(is_sure and best < len(scores) - 1 and not one.is_right[best])
        figures = f"{n_right}/{len(several)} right, {n_sure} likely, {n_wrong} of them wrong"
        sys.stdout.write(f"{folder}, {what}: {figures}\n")
    if file:
        weights = dict(zip(names, (round(w, 2) for w in fit(every, names).tolist()), strict=True))
        file.write_text(json.dumps(weights, indent=0) + "\n", encoding="utf-8")


def main() -> None:
    """Fit the titles and the names."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", type=Path, nargs="+", metavar="DIR")
    parser.add_argument("--write", type=Path, metavar="FILE", help="reader/pdfs/text/title.json")
    parser.add_argument("--write-names", type=Path, metavar="FILE", help=".../bylines.json")
    asked = parser.parse_args()
    report({folder: list(read(folder)) for folder in asked.folders}, asked.write, "titles")
    names = {folder: list(read_names(folder)) for folder in asked.folders}
    report({f: some for f, some in names.items() if some}, asked.write_names, "first authors")


if __name__ == "__main__":
    main()
