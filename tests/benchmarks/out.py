"""Measure moving out: the dump of a large library and its import, and each form of papers as the
other side's own reader reads it.

    python -m tests.benchmarks.home --only out --data DIR [--json] [--quick]

Whole `reader` commands, each in a fresh process. Where biber is installed, it reads the BibTeX.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import rdflib
import rispy
from bibtexparser.entrypoint import parse_string

from reader.library.folder import make_library
from tests.benchmarks.frame import Miss, Options, Part, Result, Run, Shell
from tests.benchmarks.library import live, newest_papers

DUMP_BAR_S, DUMP_BAR_MB = 120.0, 300.0
BIBER_S = 900.0
"""Seconds that biber may take for its 5,000 entries; it took 500 of a busy core."""


def measure(options: Options) -> list[Result]:
    """Give every figure of this subject. Raises DataMissing where there are no papers."""
    with tempfile.TemporaryDirectory(prefix="asayomi-") as name:
        return [
            *_dump(options, Path(name) / "many", 2_000 if options.is_quick else 100_000),
            *_forms(options, Path(name) / "some", 200 if options.is_quick else 5_000),
        ]


def _library(options: Options, folder: Path, n: int) -> Path:
    with make_library(folder) as library:
        live(library, newest_papers(options.data, n))
    return folder


def _dump(options: Options, at: Path, n: int) -> list[Result]:
    """Dump a library, make a new one of it, and dump that one too."""
    one, two = _library(options, at / "one", n), at / "two"
    first, second = at / "first.jsonl", at / "second.jsonl"
    shell = Shell(options.cache)

    def run(library: Path, *args: str) -> Run:
        return shell.run(["reader", "--library", str(library), *args])

    run(two, "init", str(two))
    out = run(one, "export", "--format", "dump", "--to", str(first))
    back = run(two, "import", str(first))
    run(two, "export", "--format", "dump", "--to", str(second))
    n_lines, is_same = _compared(first, second)
    said = f"{n_lines:,} lines, {first.stat().st_size / 1e6:,.0f} MB; out {out.wall_s:.1f} s"
    return [
        Result("dump and import", out.wall_s + back.wall_s, "s", bar=DUMP_BAR_S, note=said),
        Result("dump, memory", out.peak_mb, "MB", bar=DUMP_BAR_MB),
        Result("import, memory", back.peak_mb, "MB", bar=DUMP_BAR_MB),
        Result("second dump, the same lines", float(is_same), "", floor=1),
    ]


def _compared(first: Path, second: Path) -> tuple[int, bool]:
    """Count lines, and compare all but the first one, which has the moment."""
    digests = []
    for file in (first, second):
        with file.open("rb") as lines:
            next(lines)
            digests.append(hashlib.file_digest(lines, "sha256").digest())
    with first.open("rb") as lines:
        n = sum(1 for _ in lines)
    return n, digests[0] == digests[1]


def _bibtex(file: Path) -> int:
    return len(parse_string(file.read_text("utf-8")).entries)


def _ris(file: Path) -> int:
    return sum(bool(one.get("title")) for one in rispy.loads(file.read_text("utf-8")))


def _csl(file: Path) -> int:
    return sum(bool(one["title"]) for one in json.loads(file.read_text("utf-8")))


def _csv(file: Path) -> int:
    table = csv.DictReader(io.StringIO(file.read_text("utf-8-sig")))
    return sum(bool(row["title"]) for row in table)


def _rdf(file: Path) -> int:
    # RDF/XML forbids the one element by which Zotero names a file.
    text = (file / f"{file.name}.rdf").read_text("utf-8").replace("<rdf:resource ", "<z:path ")
    graph = rdflib.Graph().parse(data=text, format="xml", publicID="https://example.org/")
    return len({*graph.subjects(rdflib.DC.title)} & {*graph.subjects(rdflib.DC.description)})


READERS: dict[str, Callable[[Path], int]] = {
    "bibtex": _bibtex,
    "biblatex": _bibtex,
    "ris": _ris,
    "csl-json": _csl,
    "csv": _csv,
    "zotero-rdf": _rdf,
}
"""Forms, each with what counts its papers by another reader than ours."""


def _forms(options: Options, at: Path, n: int) -> list[Result]:
    library, shell = _library(options, at / "library", n), Shell(options.cache)
    parts, seconds = [], []
    for form, count in READERS.items():
        line = ["reader", "--library", str(library), "export", "--format", form]
        run = shell.run([*line, "--query", "-state:skip", "--to", str(at / form)])
        seconds.append(f"{form} {run.wall_s:.1f} s")
        parts.append(Part(form, count(at / form), n))
    right = sum(part.n == part.total for part in parts)
    read = Result(
        "forms read back whole", right, "", floor=len(READERS), parts=tuple(parts),
        note="written in " + ", ".join(seconds),
    )  # fmt: skip
    return [read, *(_biber(at / "bibtex", n) if shutil.which("biber") else [])]


def _biber(file: Path, n: int) -> list[Result]:
    """Let biber read a BibTeX file; what it says of an entry is a warning of ours."""
    source = file.with_suffix(".bib")
    shutil.copyfile(file, source)
    began = time.monotonic()
    try:
        done = subprocess.run(
            ["biber", "--tool", "--nolog", source.name],
            cwd=source.parent,
            capture_output=True,
            text=True,
            timeout=BIBER_S,
        )
    except subprocess.TimeoutExpired:
        return [Result("biber", BIBER_S, "s", note=f"not done with {n:,} entries")]
    wall_s = time.monotonic() - began
    said = re.findall(r"(?:WARN|ERROR).*", done.stdout)
    return [
        Result("biber", wall_s, "s", note=f"{n:,} entries"),
        Result(
            "biber, warnings", len(said) + abs(done.returncode), "", bar=0,
            misses=tuple(Miss("biber", "no warning", line) for line in said),
        ),
    ]  # fmt: skip
