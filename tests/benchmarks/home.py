"""Measure moving in: a large bibliography, an export of Evernote, a Zotero library that is killed,
real libraries. `tests.benchmarks.out` measures moving out.

    python -m tests.benchmarks.home --only in|out --data DIR [--json] [--quick]

Whole `reader import` commands, each in a fresh process, into a new library.
"""

from __future__ import annotations

import json
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pymupdf

from reader.gathering.imports.forms import read_source
from tests.benchmarks import out
from tests.benchmarks.frame import (
    DataMissing,
    Miss,
    Options,
    Part,
    Result,
    Shell,
    Subject,
    run_subjects,
)
from tests.gathering.test_enex import HEAD, note, resource
from tests.gathering.test_snapshot import lines, record
from tests.samples import FEEDS_TOML
from tests.zotero_world import ZoteroWorld

BIBTEX_BAR_S, BIBTEX_BAR_MB = 60.0, 300.0
SNAPSHOT_BAR_MB = 300.0
N_KILLS = 3
ENEX_BAR_MB = 500.0
FORMS = ("bibtex", "CSL-JSON", "Zotero RDF", "ENEX")
NO_MODEL = '[encoder]\nmodel = "/there/is/no/model"\n'

_SYLLABLES = [a + b for a in ("ka", "mo", "ri", "su", "te") for b in ("ven", "lo", "tu", "gi")]


def measure(options: Options) -> list[Result]:
    """Give every figure of this subject. Raises DataMissing where there are no libraries."""
    truth = options.data / "files" / "libraries_truth.jsonl"
    if not truth.exists():
        raise DataMissing("files/libraries")
    return [
        *_bibliography(options),
        *_snapshot(options),
        *_evernote(options),
        _killed(options),
        _counts(truth),
    ]


def _bibliography(options: Options) -> list[Result]:
    n = 1_000 if options.is_quick else 10_000
    with tempfile.TemporaryDirectory() as name:
        library, file = _new_library(Path(name)), Path(name) / "all.bib"
        file.write_text("".join(_entry(number) for number in range(n)), "utf-8")
        run = Shell(options.cache).run(["reader", "--library", str(library), "import", str(file)])
        there = _count(library, "papers")
    note = f"{there:,} of {n:,} entries are papers"
    return [
        Result("BibTeX", run.wall_s, "s", bar=BIBTEX_BAR_S, note=note),
        Result("BibTeX, processor", run.cpu_s, "s"),
        Result("BibTeX, memory", run.peak_mb, "MB", bar=BIBTEX_BAR_MB),
    ]


def _snapshot(options: Options) -> list[Result]:
    """Import invented lines of arXiv's metadata snapshot, each of a paper of its own."""
    n = 2_000 if options.is_quick else 200_000
    draw = random.Random(n)
    with tempfile.TemporaryDirectory() as name:
        library, file = _new_library(Path(name)), Path(name) / "snapshot.json"
        with file.open("wb") as written:
            for number in range(n):
                id_ = f"{1501 + number // 90_000}.{number % 90_000 + 1:05}"
                names = [[_words(draw, 1), _words(draw, 1), ""] for _ in range(4)]
                written.write(lines(record(number, id=id_, title=_words(draw, 9),
                                           abstract=_words(draw, 150),
                                           authors_parsed=names)))  # fmt: skip
        run = Shell(options.cache).run(["reader", "import", str(file), "--library", str(library)])
        note = f"{_count(library, 'papers'):,} of {n:,} lines are papers"
    return [
        Result("arXiv's snapshot, a second", n / run.wall_s, "lines", note=note),
        Result("arXiv's snapshot, memory", run.peak_mb, "MB", bar=SNAPSHOT_BAR_MB),
    ]


def _evernote(options: Options) -> list[Result]:
    """Import one export: notes of a page with a picture, and a file of a fifth of its size."""
    most = 10_000_000 if options.is_quick else 1_000_000_000
    draw = random.Random(1)
    with tempfile.TemporaryDirectory() as name:
        library, file = _new_library(Path(name)), Path(name) / "all.enex"
        n = 0
        with file.open("w", encoding="utf-8") as export:
            export.write(HEAD)
            while export.tell() < most:
                n_bytes = 100_000 if n else most // 7
                words = "".join(f"<div>{_words(draw, 60)}.</div>" for _ in range(8))
                picture = resource(draw.randbytes(n_bytes), name=f"{n}.png")
                export.write(note(words, f"{_words(draw, 4)} {n}", picture))
                n += 1
            export.write("</en-export>")
        n_mb = file.stat().st_size / 1e6
        run = Shell(options.cache).run(["reader", "--library", str(library), "import", str(file)])
        there = _count(library, "loose_notes")
    said = f"{n_mb:,.0f} MB; {there:,} of {n:,} notes are here"
    return [
        Result("Evernote", run.wall_s, "s", note=said),
        Result("Evernote, memory", run.peak_mb, "MB", bar=ENEX_BAR_MB),
    ]


def _killed(options: Options) -> Result:
    """Kill the import of a Zotero library at some of its papers and PDFs, and let it end."""
    n, n_pdfs = (200, 60) if options.is_quick else (5_000, 3_000)
    with tempfile.TemporaryDirectory() as name:
        library, zotero = _new_library(Path(name)), _zotero(Path(name) / "Zotero", n, n_pdfs)
        command = [str(Path(sys.executable).with_name("reader")), "--library", str(library),
                   "import", str(zotero)]  # fmt: skip
        environ = Shell(options.cache).environ()
        begun = time.monotonic()
        for table, at in (("papers", n // 2), ("pdfs", n_pdfs // 3), ("pdfs", n_pdfs * 2 // 3)):
            with subprocess.Popen(command, env=environ, stdout=subprocess.DEVNULL) as process:
                while process.poll() is None and _count(library, table) < at:
                    time.sleep(0.02)
                process.send_signal(signal.SIGKILL)
        subprocess.run(command, env=environ, stdout=subprocess.DEVNULL, check=True)
        wanted = {"papers": n, "notes": n // 2, "highlights": n_pdfs, "pdfs": n_pdfs}
        counts = {table: _count(library, table) for table in wanted}
        note = f"after {N_KILLS} kills, in {time.monotonic() - begun:.0f} s"
    parts = tuple(Part(table, counts[table], wanted[table]) for table in wanted)
    right = sum(counts[table] == wanted[table] for table in wanted)
    return Result("Zotero, equal counts", right, "", floor=len(wanted), parts=parts, note=note)


def _counts(truth: Path) -> Result:
    """Compare the entries of each library with its manifest."""
    parts, misses = [], []
    for line in truth.read_text("utf-8").splitlines():
        known = json.loads(line)
        if known["format"] not in FORMS:
            continue
        file = truth.parent / known["file"]
        read = read_source(file)
        places = [str(one.place) for one in read.items] + [str(one.place) for one in read.unplaced]
        n = len(places) + len(read.notes)
        wanted = known.get("entries", known.get("notes"))
        if known["format"] == "bibtex":
            # The manifest counts entries in braces; BibTeX has them in round brackets too.
            lines = file.read_text("utf-8").split("\n")
            n = sum("{" in lines[int(place.rpartition(" ")[2]) - 1] for place in places)
        parts.append(Part(file.name, n, wanted))
        if n != wanted:
            misses.append(Miss(file.name, str(wanted), str(n)))
    right = len(parts) - len(misses)
    return Result("libraries with their counts", right, "", floor=len(parts),
                  parts=tuple(parts), misses=tuple(misses))  # fmt: skip


def _new_library(folder: Path) -> Path:
    library = folder / "library"
    library.mkdir()
    (library / "feeds.toml").write_text(FEEDS_TOML + NO_MODEL, "utf-8")
    return library


def _count(library: Path, table: str) -> int:
    try:
        with sqlite3.connect(f"file:{library}/reader.db?mode=ro", uri=True) as db:
            return int(db.execute(f"SELECT count(*) FROM {table}").fetchone()[0])
    except sqlite3.Error:
        return 0


def _words(draw: random.Random, n: int) -> str:
    return " ".join("".join(draw.choices(_SYLLABLES, k=3)) for _ in range(n))


def _entry(number: int) -> str:
    draw = random.Random(number)
    id_ = (f"doi = {{10.5555/x.{number}}}," if number % 2 else "") + (
        "" if number % 4 else f" eprint = {{25{1 + number % 12:02}.{10_000 + number // 12}}},"
    )
    return f"""@article{{key{number},
  title = {{{_words(draw, 8).capitalize()} {{{number}}}}},
  author = {{{_words(draw, 1)}, {_words(draw, 1)} and M{{\\"u}}ller, {_words(draw, 1)}}},
  year = {{{2000 + number % 25}}}, journal = {{{_words(draw, 3)}}}, {id_}
  abstract = {{{_words(draw, 150)}}}, keywords = {{{_words(draw, 1)}}}
}}
"""


def _zotero(folder: Path, n: int, n_pdfs: int) -> Path:
    world = ZoteroWorld(folder)
    for number in range(n):
        draw = random.Random(-number)
        title = f"{_words(draw, 7)} {number}"
        fields = {"title": title, "DOI": f"10.5555/z.{number}", "abstractNote": _words(draw, 100)}
        paper = world.paper(fields, [("Mio", _words(draw, 1))])
        if number % 2:
            world.note(paper, f"<p>{_words(draw, 12)}. {_words(draw, 9)}.</p>")
        if number < n_pdfs:
            file = world.pdf(paper, "storage:a.pdf")
            world.mark(file, 1, _words(draw, 6))
            stored = folder / "storage" / f"KEY{file:05}" / "a.pdf"
            stored.parent.mkdir(parents=True)
            with pymupdf.open() as pdf:
                pdf.new_page().insert_text((72, 72), title, fontsize=14)
                pdf.save(stored)
    world.close()
    return folder


SUBJECTS = (Subject("in", measure), Subject("out", out.measure))

if __name__ == "__main__":
    raise SystemExit(run_subjects(SUBJECTS))
