"""List the PDFs of arXiv papers in a folder, a tar, or a store that fsspec opens, as s3://….

arXiv's bulk PDFs are tars with a manifest, which has the size, the MD5 and the number of PDFs of
each. Tars are streamed: nothing of them is unpacked to the disk. A folder's manifests hold for all
below it. fsspec is an extra, and only imported for an address.
"""

from __future__ import annotations

import hashlib
import os
import re
import tarfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath
from typing import IO, Any, cast

from reader.base.errors import NotKnown, PdfError, SourceFailed, UsageError, os_reason
from reader.base.messages import Text, lazy_gettext
from reader.base.text import plain
from reader.gathering.imports.item import not_there
from reader.library.ids import parse_id

FORM = "pdfs"

MAX_PDF_BYTES = 200_000_000
_MAX_MANIFEST_BYTES = 100_000_000

_TAR = re.compile(r"\.(?:tar|tar\.gz|tgz)$", re.IGNORECASE)
_NAME = re.compile(
    r"(?:^|/)(?:(?P<archive>[a-z-]+)(?:\.[A-Z]{2})?[/_-]?(?P<old>\d{7})|(?P<new>\d{4}\.\d{4,5}))"
    r"(?:v\d+)?\.pdf$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class ManifestEntry:
    """What a manifest says of a file; None and "" where it says nothing."""

    n_bytes: int | None = None
    md5: str = ""
    n_items: int | None = None


@dataclass(frozen=True, slots=True)
class ArxivPdf:
    """A PDF of a store. id: by its name, "" where that has none.

    read: gives the content, only until the next one is asked for; raises PdfError where it cannot
    be read or is not what a manifest says.
    """

    place: str
    id: str
    read: Callable[[], bytes]


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A tar that was read to its end, or a file of a manifest that is missing. why: "" where
    nothing is wrong with it."""

    place: str
    why: Text = ""


def is_pdf_store(what: str) -> bool:
    """Check whether a place is an address or a tar."""
    return "://" in what or bool(_TAR.search(what))


def id_in(path: str) -> str:
    """Find the arXiv id in a file's path, old or new, "" where there is none."""
    match = _NAME.search(path)
    number = match and (match["new"] or f"{match['archive'].lower()}/{match['old']}")
    found = parse_id(f"arXiv:{number}") if number else None
    return found.id if found else ""


def read_manifest(content: bytes, name: str) -> dict[str, ManifestEntry]:
    """Read a manifest: the last part of each file's name → its entry. Raises UsageError."""
    from lxml import etree  # here: 10 ms that no other import needs

    line = 1
    try:
        root = etree.fromstring(content, etree.XMLParser(resolve_entities=False, no_network=True))
        found: dict[str, ManifestEntry] = {}
        for file in root.iter("file"):
            line = file.sourceline
            texts = {name: (file.findtext(name) or "").strip() for name in _FIELDS}
            if not texts["filename"] or not re.fullmatch(r"|[0-9a-fA-F]{32}", texts["md5sum"]):
                raise ValueError("filename, md5sum")
            numbers = [_number(texts[name]) for name in ("size", "num_items")]
            entry = ManifestEntry(numbers[0], texts["md5sum"].lower(), numbers[1])
            found[PurePosixPath(texts["filename"]).name] = entry
    except (etree.XMLSyntaxError, ValueError) as error:
        raise UsageError(
            what=lazy_gettext(
                "{file}, line {line}: the manifest is damaged ({why}).",
                file=plain(name),
                line=error.lineno if isinstance(error, etree.XMLSyntaxError) else line,
                why=plain(str(error))[:200],
            ),
            hint=lazy_gettext("Get it again, or take it away: without it nothing is checked."),
        ) from None
    return found


_FIELDS = ("filename", "md5sum", "size", "num_items")


def _number(text: str) -> int | None:
    if not re.fullmatch(r"[0-9]{0,18}", text):
        raise ValueError("size, num_items")
    return int(text) if text else None


def stored_pdfs(place: str) -> Iterator[ArxivPdf | StoredFile]:
    """List the PDFs of a place, in tars too, then what its manifests have and it has not.

    Of several versions of a paper in one folder the newest comes first. Raises NotKnown,
    SourceFailed for a store that does not answer, and UsageError for a damaged manifest.
    """
    walk, opened, is_one = _remote(place) if "://" in place else _local(Path(place).absolute())
    manifest: dict[str, ManifestEntry] = {}
    missing: set[str] = set()
    for folder, names in walk():
        for name in sorted(names):
            if "manifest" in name.lower() and name.lower().endswith(".xml"):
                with opened(f"{folder}/{name}") as file:
                    content = _HashedFile(file, name).read(_MAX_MANIFEST_BYTES)
                manifest |= (new := read_manifest(content, name))
                missing |= new.keys()
        for name in sorted(names, key=_newest_first):
            path = f"{folder}/{name}"
            if is_one and path != is_one:
                continue
            missing.discard(name)
            entry = manifest.get(name, ManifestEntry())
            if _TAR.search(name):
                yield from _in_tar(path, opened, entry)
            elif name.lower().endswith(".pdf"):
                yield ArxivPdf(path, id_in(path), partial(_content, path, opened, entry))
    for name in sorted(missing) if not is_one else ():
        yield StoredFile(name, lazy_gettext("it is in the manifest, but not there"))


_Opened = Callable[[str], Any]
_Walk = Callable[[], Iterable[tuple[str, list[str]]]]


def _local(root: Path) -> tuple[_Walk, _Opened, str]:
    """Return what walks a folder, what opens a file of it, and the one file that was named."""
    if not root.exists():
        raise not_there(str(root))

    def walk() -> Iterator[tuple[str, list[str]]]:
        if root.is_file():
            yield str(root.parent), [one.name for one in root.parent.iterdir() if one.is_file()]
            return
        for folder, folders, names in os.walk(root):
            folders.sort()
            yield folder, names

    return walk, lambda path: Path(path).open("rb"), str(root) if root.is_file() else ""


def _remote(url: str) -> tuple[_Walk, _Opened, str]:
    try:
        from fsspec.core import url_to_fs
    except ImportError:
        raise SourceFailed(
            source=plain(url),
            what=lazy_gettext("fsspec is not installed"),
            hint=lazy_gettext("Install it: pip install 'asayomi[cluster]'"),
        ) from None
    with _StoreErrors(url):
        store, root = url_to_fs(url)
        is_one = bool(store.isfile(root))
        if not (is_one or store.exists(root)):
            raise not_there(url)

    def walk() -> Iterator[tuple[str, list[str]]]:
        if is_one:
            folder = root.rpartition("/")[0]
            with _StoreErrors(url):
                files = [
                    one["name"] for one in store.ls(folder, detail=True) if one["type"] == "file"
                ]
            yield folder, [path.rpartition("/")[2] for path in files]
            return
        folders = store.walk(root, on_error="raise")
        while True:
            with _StoreErrors(url):
                found = next(folders, None)
            if found is None:
                return
            yield found[0].rstrip("/"), list(found[2])

    return walk, lambda path: store.open(path, "rb"), root if is_one else ""


class _StoreErrors:
    """Turns the errors of a store, each kind of which has its own, into SourceFailed."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, Exception) and not isinstance(error, NotKnown):
            raise SourceFailed(
                source=plain(self.name),
                what=os_reason(error) if isinstance(error, OSError) else plain(str(error)),
                hint=lazy_gettext("Repeat this when it answers: what was brought is kept."),
            ) from error


class _HashedFile:
    """Reads a file once, counting and hashing. Raises SourceFailed."""

    def __init__(self, file: IO[bytes], name: str) -> None:
        self._file, self._name = file, name
        self.n_bytes, self._md5 = 0, hashlib.md5(usedforsecurity=False)

    def read(self, size: int) -> bytes:
        with _StoreErrors(self._name):
            content = self._file.read(size)
        self.n_bytes += len(content)
        self._md5.update(content)
        return content

    def differs(self, entry: ManifestEntry) -> Text:
        """Say what is not as in the manifest, "" for nothing."""
        if entry.n_bytes not in (None, self.n_bytes):
            return lazy_gettext(
                "its size in bytes is {n}, in the manifest {all}", n=self.n_bytes, all=entry.n_bytes
            )
        if entry.md5 and entry.md5 != self._md5.hexdigest():
            return lazy_gettext("its MD5 is not the one in the manifest")
        return ""


def _content(path: str, opened: _Opened, entry: ManifestEntry) -> bytes:
    """Read one PDF whole. Raises PdfError."""
    try:
        with _StoreErrors(path), opened(path) as file:
            stream = _HashedFile(file, path)
            content = stream.read(MAX_PDF_BYTES + 1)
    except SourceFailed as error:
        raise PdfError(file=path, what=error.values["what"]) from error
    if len(content) <= MAX_PDF_BYTES and (why := stream.differs(entry)):
        raise PdfError(file=path, what=why)
    return _within(content, path)


def _within(content: bytes, path: str) -> bytes:
    if len(content) > MAX_PDF_BYTES:
        what = lazy_gettext("it is larger than {n} MB", n=MAX_PDF_BYTES // 1_000_000)
        raise PdfError(file=path, what=what)
    return content


def _in_tar(path: str, opened: _Opened, entry: ManifestEntry) -> Iterator[ArxivPdf | StoredFile]:
    n = 0
    why: Text = ""
    try:
        with _StoreErrors(path):
            file = opened(path)
        with file:
            stream = _HashedFile(file, path)
            with tarfile.open(fileobj=cast("IO[bytes]", stream), mode="r|*") as tar:
                for member in tar:
                    if member.isfile() and member.name.lower().endswith(".pdf"):
                        n += 1
                        place = f"{path}/{member.name}"
                        yield ArxivPdf(place, id_in(member.name), partial(_member, tar, member))
            while stream.read(1_000_000):  # behind the end that tar knows
                pass
        why = stream.differs(entry)
        if not why and entry.n_items not in (None, n):
            why = lazy_gettext(
                "its number of PDFs is {n}, in the manifest {all}", n=n, all=entry.n_items
            )
    except SourceFailed as error:
        why = cast("Text", error.values["what"])
    except _DAMAGED as error:
        why = lazy_gettext("it breaks off or is damaged ({why})", why=plain(str(error)))
    yield StoredFile(path, why)


_DAMAGED = (tarfile.TarError, EOFError, zlib.error, OSError)


def _member(tar: tarfile.TarFile, member: tarfile.TarInfo) -> bytes:
    try:
        file = tar.extractfile(member)
        return _within(file.read(MAX_PDF_BYTES + 1) if file else b"", member.name)
    except _DAMAGED as error:
        why = lazy_gettext("it breaks off or is damaged ({why})", why=plain(str(error)))
        raise PdfError(file=member.name, what=why) from None


def _newest_first(name: str) -> tuple[str, int]:
    """Order names so that of several versions of one paper the newest comes first."""
    version = re.search(r"v(\d{1,4})\.pdf$", name, re.IGNORECASE)
    return (name[: version.start()], -int(version[1])) if version else (name, 0)
