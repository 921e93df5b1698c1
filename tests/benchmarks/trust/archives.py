"""Back up and restore libraries of 1 and 5 GB: time, memory, size, and whether each byte is back.

The PDFs are random bytes, made on the spot and deleted at the end.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from pathlib import Path

from reader.library.folder import make_library
from reader.library.rows import papers, pdfs
from tests.benchmarks.frame import DataMissing, Miss, Options, Result, Run, Shell
from tests.benchmarks.trust.count import counted
from tests.samples import DAY, NOW, paper

MB = 10**6
PDF_MB = 10


def measure(options: Options) -> list[Result]:
    """Measure 1 and 5 GB, or 50 MB."""
    shell = Shell(options.cache)
    return [
        one
        for size_mb in ((50,) if options.is_quick else (1_000, 5_000))
        for one in measure_size(shell, size_mb)
    ]


def measure_size(shell: Shell, size_mb: int) -> list[Result]:
    """Back up a library of a size, and restore it into another folder."""
    with tempfile.TemporaryDirectory() as name:
        at = Path(name)
        if shutil.disk_usage(at).free < 4 * size_mb * MB:
            raise DataMissing(f"{4 * size_mb} MB of disk in {at}")
        expected = make(at / "library", size_mb // PDF_MB)
        made = shell.run(
            ["reader", "backup", str(at / "out"), "--pdfs", "--library", str(at / "library")]
        )
        (archive,) = (at / "out").iterdir()
        archive_mb = archive.stat().st_size / MB
        shutil.rmtree(at / "library")
        back = shell.run(["reader", "restore", str(archive), str(at / "back")])
        found = hashes(at / "back")
    lost = [Miss(path, "restored", "") for path in expected if found.get(path) != expected[path]]
    return [
        *_figures(f"backup of {size_mb} MB", made, f"archive of {archive_mb:,.0f} MB"),
        *_figures(f"restore of {size_mb} MB", back, ""),
        counted(f"files of {size_mb} MB", len(expected), lost),
    ]


def _figures(name: str, run: Run, note: str) -> list[Result]:
    return [
        Result(name, run.wall_s, "s", note=note),
        Result(f"{name}, CPU", run.cpu_s, "s"),
        Result(f"{name}, memory", run.peak_mb, "MB"),
    ]


def make(folder: Path, n: int) -> dict[str, str]:
    """Make a library with PDFs of random bytes; returns path → SHA-256."""
    with make_library(folder, now=lambda: NOW) as library:
        given = [paper(row) for row in range(1, n + 1)]
        papers.add_papers(library.db, given, source="arXiv", on=DAY)
        (folder / "papers").mkdir()
        for row in range(1, n + 1):
            content = os.urandom(PDF_MB * MB)
            path = f"papers/p{row}.pdf"
            (folder / path).write_bytes(content)
            pdf = pdfs.Pdf(row, path, hashlib.sha256(content).hexdigest())
            pdfs.add_pdf(library.db, pdf, n_bytes=len(content), at=NOW)
    return hashes(folder)


def hashes(folder: Path) -> dict[str, str]:
    """Hash the PDFs and feeds.toml of a library."""
    found = {}
    for file in [folder / "feeds.toml", *(folder / "papers").glob("*.pdf")]:
        with open(file, "rb") as handle:
            sha256 = hashlib.file_digest(handle, "sha256").hexdigest()
        found[file.relative_to(folder).as_posix()] = sha256
    return found
