"""Read what people say of the PDFs in the data folder; knows nothing of how they are read."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from tests.benchmarks.frame import DataMissing

KINDS = ("one column", "two columns", "Japanese", "thesis", "slides", "scanned")
Thing = TypeVar("Thing")

SEED = 4
_TYPES = {"paper": "paper", "journal": "paper", "thesis": "thesis", "slides": "slides"}


@dataclass(frozen=True, slots=True)
class Truth:
    """One PDF as people see it; None and () where they did not say.

    type: as `Document.type` has it. is_flattened: highlights in it are part of the page.
    """

    file: str
    path: Path
    kind: str
    title: str = ""
    authors: tuple[str, ...] = ()
    first_author: str = ""
    year: int | None = None
    year_source: str = ""
    abstract: str = ""
    arxiv_id: str = ""
    doi: str = ""
    columns: int | None = None
    is_japanese: bool = False
    is_scanned: bool = False
    type: str = ""
    n_pages: int = 0
    n_references: int | None = None
    headings: tuple[str, ...] = ()
    is_flattened: bool = False

    @property
    def ids(self) -> frozenset[str]:
        """The paper's own ids as they are printed on page 1, in our spelling."""
        schemes = (("arxiv", self.arxiv_id), ("doi", self.doi.lower()))
        return frozenset(f"{scheme}:{id_}" for scheme, id_ in schemes if id_)


def load(data: Path) -> list[Truth]:
    """Give all PDFs with a truth; raises DataMissing where there is none."""
    folder = data / "files"
    return [_truth(folder, row) for row in rows(folder / "truth.jsonl")]


def rows(path: Path) -> list[dict[str, Any]]:
    """Read JSON lines; raises DataMissing where there are none."""
    try:
        lines = path.read_text("utf-8").splitlines()
    except FileNotFoundError:
        lines = []
    found = [json.loads(line) for line in lines if line.strip()]
    if not found:
        raise DataMissing(f"there is no {path}")
    for row in found:
        if not (path.parent / row["file"]).is_file():
            raise DataMissing(f"there is no {path.parent / row['file']}")
    return found


def drawn(things: Sequence[Thing], n: int) -> list[Thing]:
    """Draw n of the things, in their order, always the same ones."""
    chosen = random.Random(SEED).sample(range(len(things)), min(n, len(things)))
    return [things[i] for i in sorted(chosen)]


def _truth(folder: Path, row: dict[str, Any]) -> Truth:
    abstract = row.get("abstract_first_words") or row.get("abstract_first_chars") or ""
    return Truth(
        file=row["file"],
        path=folder / row["file"],
        kind=_kind(row),
        title=row.get("title") or "",
        authors=tuple(row.get("authors") or ()),
        first_author=row.get("first_author") or "",
        year=row.get("year"),
        year_source=row.get("year_source") or "",
        abstract=abstract,
        arxiv_id=row.get("arxiv_id") or "",
        doi=row.get("doi") or "",
        columns=row.get("columns"),
        is_japanese=row.get("language") == "ja",
        is_scanned=bool(row.get("scanned")),
        type=_TYPES.get(row.get("kind") or "", ""),
        n_pages=row.get("pages") or 0,
        n_references=row.get("n_references"),
        headings=tuple(h for h in row.get("section_headings") or () if _is_heading(h)),
        is_flattened=any("flattened" in note for note in row.get("notes") or ()),
    )


def _kind(row: dict[str, Any]) -> str:
    if row.get("scanned") or row.get("ocr_layer"):
        return "scanned"
    kind = row.get("kind") or ""
    if kind in ("slides", "thesis"):
        return str(kind)
    if row.get("columns") is None:
        return "slides"
    if row.get("language") == "ja":
        return "Japanese"
    return "two columns" if row["columns"] == 2 else "one column"


def _is_heading(entry: str) -> bool:
    """Leave out what outlines list besides: whole references, addresses, sentences."""
    return not (entry.rstrip().endswith((".", "。")) or "://" in entry or len(entry) > 150)
