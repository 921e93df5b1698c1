"""Test the listing of PDFs in folders, tars and manifests. All of them are invented samples."""

from __future__ import annotations

import hashlib
import io
import subprocess
import sys
import tarfile
from pathlib import Path
from xml.sax.saxutils import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reader.base.errors import NotKnown, PdfError, SourceFailed, UsageError
from reader.gathering.imports.pdf_store import (
    ArxivPdf,
    ManifestEntry,
    StoredFile,
    id_in,
    read_manifest,
    stored_pdfs,
)

NAME = "arXiv_pdf_2506_001.tar"
FILES = {"2506/2506.00001v1.pdf": b"%PDF one", "2506/hep-th9901001.pdf": b"%PDF two"}


def tar_of(files: dict[str, bytes]) -> bytes:
    written = io.BytesIO()
    with tarfile.open(fileobj=written, mode="w") as tar:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    return written.getvalue()


def manifest_of(content: bytes, n_items: int, name: str = NAME) -> bytes:
    """Make a sample manifest in the form of arXiv's."""
    return f"""<?xml version='1.0' standalone='yes'?>
<arXivPDF timestamp="Sun Jun  1 00:00:00 2025">
  <file>
    <content_md5sum>cacbfede21d5dfef26f367ec99384546</content_md5sum>
    <filename>pdf/{escape(name)}</filename>
    <first_item>2506.00001</first_item>
    <md5sum>{hashlib.md5(content).hexdigest()}</md5sum>
    <num_items>{n_items}</num_items>
    <size>{len(content)}</size>
    <yymm>2506</yymm>
  </file>
</arXivPDF>
""".encode()


def told(place: Path | str) -> list[tuple[str, str]]:
    """List ids with contents, and files with what is wrong with them."""
    found = []
    for one in stored_pdfs(str(place)):
        if isinstance(one, ArxivPdf):
            found.append((one.id, one.read().decode("latin-1")))
        else:
            found.append((Path(one.place).name, str(one.why)))
    return found


@pytest.mark.parametrize(
    ("path", "id_"),
    [
        ("2506/2506.00001v12.pdf", "arxiv:2506.00001"),
        ("0704.0001.PDF", "arxiv:0704.0001"),
        ("9901/hep-th9901001v2.pdf", "arxiv:hep-th/9901001"),
        ("x/hep-th/9901001.pdf", "arxiv:hep-th/9901001"),
        ("math.GT0309136v1.pdf", "arxiv:math/0309136"),
        ("moss.pdf", ""),
        ("2506.00001.txt", ""),
        ("2506.000011111.pdf", ""),
        ("12506.00001.pdf", ""),
    ],
)
def test_the_id_is_in_the_name(path: str, id_: str) -> None:
    assert id_in(path) == id_


@pytest.mark.parametrize("is_folder", [True, False])
def test_a_tar_is_streamed_and_counted_against_its_manifest(
    tmp_path: Path, is_folder: bool
) -> None:
    content = tar_of({**FILES, "2506/README": b"no PDF"})
    (tmp_path / NAME).write_bytes(content)
    (tmp_path / "arXiv_pdf_manifest.xml").write_bytes(manifest_of(content, 2))
    assert told(tmp_path if is_folder else tmp_path / NAME) == [
        ("arxiv:2506.00001", "%PDF one"),
        ("arxiv:hep-th/9901001", "%PDF two"),
        (NAME, ""),
    ]
    assert sorted(path.name for path in tmp_path.iterdir()) == [NAME, "arXiv_pdf_manifest.xml"]


def test_what_a_manifest_has_besides_is_missing(tmp_path: Path) -> None:
    (tmp_path / "manifest.xml").write_bytes(manifest_of(b"", 1))
    assert told(tmp_path) == [(NAME, "it is in the manifest, but not there")]


@pytest.mark.parametrize(
    ("damage", "why"),
    [
        (lambda content: content + b"\0", "its size in bytes is 10241, in the manifest 10240"),
        (lambda content: content.replace(b"one", b"ONE"), "its MD5 is not the one"),
        (lambda content: content[:600], "it breaks off or is damaged (unexpected end of data)"),
        (lambda _content: b"nothing", "it breaks off or is damaged (truncated header)"),
        (lambda _content: tar_of({}), "its MD5 is not the one"),
    ],
)  # fmt: skip
def test_a_tar_that_is_not_whole_is_named(tmp_path: Path, damage: object, why: str) -> None:
    content = tar_of(FILES)
    assert callable(damage)
    (tmp_path / NAME).write_bytes(damage(content))
    (tmp_path / "manifest.xml").write_bytes(manifest_of(content, 2))
    *_, last = stored_pdfs(str(tmp_path))
    assert isinstance(last, StoredFile)
    assert str(last.why).startswith(why)


def test_a_wrong_number_of_pdfs_is_named(tmp_path: Path) -> None:
    content = tar_of(FILES)
    (tmp_path / NAME).write_bytes(content)
    (tmp_path / "manifest.xml").write_bytes(manifest_of(content, 3))
    assert told(tmp_path)[-1] == (NAME, "its number of PDFs is 2, in the manifest 3")


def test_a_single_pdf_is_checked_before_it_is_given(tmp_path: Path) -> None:
    (tmp_path / "2506.00001v2.pdf").write_bytes(b"%PDF one")
    (tmp_path / "2506.00001v10.pdf").write_bytes(b"%PDF new")
    (tmp_path / "manifest.xml").write_bytes(manifest_of(b"%PDF two", 1, "2506.00001v2.pdf"))
    new, old = stored_pdfs(str(tmp_path))
    assert isinstance(new, ArxivPdf)
    assert new.read() == b"%PDF new"
    assert isinstance(old, ArxivPdf)
    with pytest.raises(PdfError, match="its MD5 is not the one in the manifest"):
        old.read()


@given(st.binary(max_size=200) | st.binary(max_size=60).map(
    lambda noise: manifest_of(b"", 1).replace(b"<size>0", b"<size>" + noise)))  # fmt: skip
def test_any_manifest_is_read_or_named_with_a_line(content: bytes) -> None:
    try:
        found = read_manifest(content, "manifest.xml")
    except UsageError as error:
        assert "manifest.xml, line " in str(error)  # noqa: PT017  both outcomes are right
        return
    assert set(found) <= {NAME}


@given(st.text(st.characters(min_codepoint=33, exclude_characters="/\x7f\ufffe\uffff"), min_size=1),
       st.integers(0, 10**15), st.binary())  # fmt: skip
def test_a_manifest_says_size_md5_and_count(name: str, n: int, content: bytes) -> None:
    # XML has no place for some characters, which no file of arXiv has in its name.
    name = name.encode("utf-8", "ignore").decode().replace("\x85", "") + ".tar"
    name = "".join(c for c in name if c.isprintable() and c != " ").strip(".") or "a.tar"
    md5 = hashlib.md5(content).hexdigest()
    assert read_manifest(manifest_of(content, n, name), "m.xml") == {
        name: ManifestEntry(len(content), md5, n)
    }


def test_an_entity_of_a_manifest_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("2506")
    head = f'<!DOCTYPE a [<!ENTITY e SYSTEM "{(tmp_path / "secret").as_uri()}">]>'
    content = f"{head}<a><file><filename>a.tar</filename><size>&e;</size></file></a>".encode()
    assert read_manifest(content, "m.xml") == {"a.tar": ManifestEntry()}


def test_a_place_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(NotKnown):
        told(tmp_path / "none")


def test_a_store_is_read_like_a_folder() -> None:
    fsspec = pytest.importorskip("fsspec")
    store = fsspec.filesystem("memory")
    content = tar_of(FILES)
    store.pipe({f"/bucket/pdf/{NAME}": content, "/bucket/pdf/2506/2506.00003.pdf": b"%PDF three",
                "/bucket/pdf/manifest.xml": manifest_of(content, 2)})  # fmt: skip
    in_tar = [("arxiv:2506.00001", "%PDF one"), ("arxiv:hep-th/9901001", "%PDF two"), (NAME, "")]
    assert told("memory://bucket/pdf") == [*in_tar, ("arxiv:2506.00003", "%PDF three")]
    assert told(f"memory://bucket/pdf/{NAME}") == in_tar
    with pytest.raises(NotKnown):
        told("memory://bucket/none")
    with pytest.raises(SourceFailed, match=r"nowhere://a: .*nowhere"):
        told("nowhere://a")


def test_fsspec_is_imported_for_an_address_only() -> None:
    code = (
        "import sys, reader.cli.import_, reader.gathering.imports.pdf_store as p;"
        "sys.modules['fsspec'] = None; list(p.stored_pdfs('.'));"
        "print(sorted(m for m in sys.modules if m.startswith(('fsspec.', 's3fs', 'boto'))))\n"
        "try: list(p.stored_pdfs('s3://a/b'))\n"
        "except p.SourceFailed as error: print(error.hint)"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True,
                         cwd=Path(__file__).parent / "paperlib")  # fmt: skip
    assert ran.stdout == "[]\nInstall it: pip install 'asayomi[cluster]'\n"
