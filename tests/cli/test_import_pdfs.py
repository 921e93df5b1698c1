"""Run `reader import` on a local S3 server with sample PDFs: whole, killed, taken back."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pymupdf
import pytest

from tests.gathering.test_pdf_store import NAME, manifest_of, tar_of
from tests.gathering.test_snapshot import lines, record
from tests.installed import rows, run, run_here, start
from tests.test_killed import is_whole, kill_when

pytestmark = pytest.mark.slow

N = 60


@pytest.fixture(scope="module")
def content() -> bytes:
    """A tar of samples, with one PDF of a paper that the snapshot has not."""
    files = {}
    for n in range(1, N + 2):
        with pymupdf.open() as pdf:
            pdf.new_page().insert_text((60, 90), f"Moss number{n} whistles in old gardens.")
            files[f"2506/2506.{n:05}v2.pdf"] = pdf.tobytes()
    return tar_of(files)


@pytest.fixture
def filled(library: Path, tmp_path: Path) -> Path:
    file = tmp_path / "snapshot.json"
    file.write_bytes(lines(*map(record, range(1, N + 1))))
    assert run_here("import", str(file), library=library).code == 0
    return library


@pytest.fixture
def bucket(content: bytes, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """An address of a store in which the tar lies with its manifest."""
    server = pytest.importorskip("moto.server").ThreadedMotoServer(port=0)
    server.start()
    host, port = server.get_host_and_port()
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "sample")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "sample")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setenv("FSSPEC_S3_ENDPOINT_URL", f"http://{host}:{port}")
    store = pytest.importorskip("s3fs").S3FileSystem(endpoint_url=f"http://{host}:{port}")
    store.mkdir("samples")
    store.pipe({f"samples/pdf/{NAME}": content, "samples/pdf/manifest.xml":
                manifest_of(content, N + 1)})  # fmt: skip
    yield "s3://samples/pdf"
    server.stop()


def test_pdfs_come_from_s3(filled: Path, bucket: str) -> None:
    ran = run("import", bucket, library=filled)
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.splitlines() == [
        "BROUGHT  PDFs (60 of 61)",
        "LEFT OUT  PDFs of no paper that is here (1)",
        "    samples/pdf/arXiv_pdf_2506_001.tar/2506/2506.00061v2.pdf",
        "      → Import the papers first, with arXiv's metadata snapshot or `reader add ID`.",
        "WHOLE  files of the manifest, tars (1 of 1)",
        "`reader undo` takes this import back.",
    ]
    again = run("import", f"{bucket}/{NAME}", "--json", library=filled)
    assert (again.code, again.err) == (0, "")
    assert [json.loads(line) for line in again.out.splitlines()] == [
        {"n_pdfs": 61, "n_new": 0, "n_known": 60, "n_strange": 1,
         "strange": ["samples/pdf/arXiv_pdf_2506_001.tar/2506/2506.00061v2.pdf"],
         "n_unread": 0, "is_done": True},
        {"place": "samples/pdf/arXiv_pdf_2506_001.tar", "why": None},
    ]  # fmt: skip
    gone = run("import", "s3://none/pdf", library=filled)
    assert gone.code in (4, 5)
    assert "Traceback" not in gone.err


def test_killed_in_the_middle_each_pdf_is_there_once(
    filled: Path, tmp_path: Path, content: bytes
) -> None:
    (tmp_path / NAME).write_bytes(content)
    n_kept = "SELECT count(*) FROM imported WHERE part = 'pdf'"
    process = start("import", str(tmp_path / NAME), library=filled)
    kill_when(process, lambda: rows(filled, n_kept) > [(10,)])
    assert (10,) < rows(filled, n_kept)[0] < (N,)
    ran = run("import", str(tmp_path / NAME), library=filled)
    assert (ran.code, ran.err) == (0, "")
    assert rows(filled, n_kept) == [(N,)]
    assert len([*(filled / "papers").rglob("*WhistlingMoss*.pdf")]) == N
    passages = "SELECT count(*), count(DISTINCT paper) FROM texts WHERE kind = 'passage'"
    assert rows(filled, passages, database="index.db") == [(N, N)]
    assert is_whole(filled)
    assert f"Taken back: {N} files." in run("undo", library=filled).out
