"""Fetch arXiv's HTML of picks, and keep it cleaned in the library's folder `html/`.

A paper's folder there has what came (`source.html.gz`), its pictures, and `page.html`: a line
of JSON about it, then what may be shown. All of it is derived, and goes with the pick.
"""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import io
import itertools
import json
import re
import shutil
import zlib
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from reader.base.errors import OutOfTime, SourceFailed, StoreError, Unreachable
from reader.base.http import Request, Response
from reader.base.messages import lazy_gettext
from reader.library.disk import lock_file, write_whole
from reader.library.files import is_here
from reader.library.folder import Library
from reader.library.paper import LibraryPaper
from reader.library.rows import failures, papers, pdfs
from reader.library.rows.failures import waiting
from reader.pdfs.fetch import PdfTools
from reader.pdfs.latexml import CLEANER, PaperPage, joined

FOLDER = STAGE = "html"

MOST_PAPERS = 50
"""How many of the newest picks have their HTML kept."""
MOST_AT_ONCE = 10
"""Papers of one run: arXiv wants three seconds between two files."""
MAX_BYTES = 8_000_000
MOST_PICTURES, PICTURE_BYTES, PICTURES_BYTES = 40, 4_000_000, 16_000_000
"""The most pictures of a paper, and bytes of one and of all."""
MOST_PIXELS = 40_000_000

_PAGE, _SOURCE = "page.html", "source.html.gz"
_FOLDER_NAME = re.compile(r"\d{4}\.\d{4,5}|[a-z-]+(?:\.[A-Z]{2})?-\d{7}")


@dataclass(frozen=True, slots=True)
class StoredHtml:
    """arXiv's HTML of a paper.

    asked: the number that arXiv was asked for, url: where the answer came from. pictures: as
    `PaperPage.cleaned` takes them. version: None where the page does not say. html: as rules of
    the version `cleaner` left it.
    """

    asked: str
    url: str
    pictures: Mapping[str, tuple[str, int, int]] = field(default_factory=dict)
    version: int | None = None
    cleaner: int = 0
    html: str = ""


def fetch_html(library: Library, tools: PdfTools, *, only: Collection[int] | None = None) -> None:
    """Fetch arXiv's HTML of the newest picks whose PDF is here, of the PDF's version.

    arXiv has none of many papers. That is no problem, nor is what failed, since the PDF is here:
    it is asked for again in its time, and `doctor` names it. only: these papers (rows); None: all.
    """
    if not library.config.arxiv.html_url:
        return
    # One process at a time, so that arXiv is asked by one, and for each paper once.
    with lock_file(library.folder / "html.lock", wait=True):
        lacking = _lacking(library, only)[:MOST_AT_ONCE]
        for n_done, (held, asked) in enumerate(lacking):
            tools.progress("html", n_done, len(lacking))
            try:
                _fetch_one(library, tools, held, asked)
                failures.clear_failure(library.db, STAGE, asked)
            except SourceFailed as error:
                words = error.message, error.hint
                why = "no paper" if error.status == 404 else error.reason
                failures.add_failure(library.db, STAGE, asked, words, now=library.now(), reason=why)
                if isinstance(error, Unreachable | OutOfTime):
                    break
        tools.progress("html", len(lacking), len(lacking))


def _lacking(library: Library, only: Collection[int] | None) -> list[tuple[LibraryPaper, str]]:
    """List the papers whose HTML is to be fetched now, the newest pick first, with the number to
    ask for; the HTML of all others goes."""
    # One after another until there are enough: years of picks are not looked for on the disk.
    there = (
        row
        for row, path in reversed(pdfs.picks(library.db))
        if path and is_here(library.folder / path)
    )
    newest = papers.papers_at(library.db, [*itertools.islice(there, MOST_PAPERS)])
    wanted = [(held, asked) for held in newest if (asked := _asked(library, held))]
    if only is None:
        _sweep(library, {_folder_name(held) for held in newest})
        failed = {failure.subject for failure in failures.failures(library.db, STAGE)}
        for asked in failed - {asked for _, asked in wanted}:
            failures.clear_failure(library.db, STAGE, asked)
    waits, found = waiting(library, STAGE), []
    for held, asked in wanted:
        if asked not in waits and (only is None or held.row in only):
            here = stored_html(library, held)
            found += [] if here and here.asked == asked else [(held, asked)]
    return found


def _asked(library: Library, held: LibraryPaper) -> str:
    """Return the number to ask arXiv for, with the version of the PDF; "" without a number."""
    number, pdf = _number(held), pdfs.pdf_of(library.db, held.row)
    return f"{number}v{pdf.version}" if number and pdf and pdf.version else number


def stored_html(library: Library, held: LibraryPaper) -> StoredHtml | None:
    """Read the HTML of a paper, cleaned by the present rules; None where it is not here."""
    folder = library.folder / FOLDER / _folder_name(held)
    stored = _read(folder)
    if stored is None or stored.cleaner == CLEANER:
        return stored
    try:
        content = gzip.decompress((folder / _SOURCE).read_bytes())
        stored = _cleaned(stored, _opened(content, stored))
    except (OSError, EOFError, zlib.error, ValueError):
        return None
    with contextlib.suppress(StoreError):  # on a disk that is read-only: again the next time
        _write_page(folder, stored)
    return stored


def picture_file(library: Library, held: LibraryPaper, name: str) -> Path:
    """Return where a picture of a paper's HTML lies if it is here."""
    return library.folder / FOLDER / _folder_name(held) / name


def _number(held: LibraryPaper) -> str:
    """Return a paper's number at arXiv, "" without one."""
    return next((id_[6:] for id_ in held.paper.ids if id_.startswith("arxiv:")), "")


def _folder_name(held: LibraryPaper) -> str:
    name = _number(held).replace("/", "-")
    return name if _FOLDER_NAME.fullmatch(name) else "none"


def _fetch_one(library: Library, tools: PdfTools, held: LibraryPaper, asked: str) -> None:
    """Fetch a page with its pictures, and keep it in place of an older one. Raises SourceFailed."""
    arxiv, source = library.config.arxiv, lazy_gettext("arXiv's HTML of {id}", id=held.paper.id)

    def got(url: str, accept: str, max_bytes: int) -> Response:
        delay_s = arxiv.delay_for(url)
        return tools.fetch(Request(url, source, delay_s, accept=accept, max_bytes=max_bytes))

    answer = got(arxiv.html_url + asked, "text/html", MAX_BYTES)
    stored = StoredHtml(asked, answer.url)
    try:
        page = _opened(answer.content, stored)
    except ValueError:
        what = lazy_gettext("what came is not a whole paper")
        raise SourceFailed(source=source, what=what, url=answer.url) from None
    # An address in a page is trusted only below the one that feeds.toml names.
    places = (arxiv.html_url, joined(answer.url, "/html/"))
    files: dict[str, bytes] = {}
    pictures: dict[str, tuple[str, int, int]] = {}
    for address in [one for one in page.pictures() if one.startswith(places)][:MOST_PICTURES]:
        left = PICTURES_BYTES - sum(map(len, files.values()))
        try:
            content = got(address, "image/*", min(PICTURE_BYTES, left)).content
        except (Unreachable, OutOfTime):
            raise
        except SourceFailed:
            continue  # the page says where one is missing
        if picture := _picture(content):
            files[picture[0]], pictures[address] = content, picture
    folder = library.folder / FOLDER / _folder_name(held)
    _delete(folder)
    for name, content in files.items():
        write_whole(folder / name, content)
    write_whole(folder / _SOURCE, gzip.compress(answer.content, 6, mtime=0))
    # Last: what has it is whole.
    _write_page(folder, _cleaned(replace(stored, pictures=pictures), page))


def _opened(content: bytes, stored: StoredHtml) -> PaperPage:
    """Read what came. Raises ValueError."""
    return PaperPage(content, url=stored.url, name=re.sub(r"v\d+$", "", stored.asked))


def _cleaned(stored: StoredHtml, page: PaperPage) -> StoredHtml:
    html = page.cleaned(stored.pictures)
    return replace(stored, version=page.version, cleaner=CLEANER, html=html)


def _picture(content: bytes) -> tuple[str, int, int] | None:
    """Name a picture by its content, with its width and height; None for what is none, or large.

    Only its head is read: browsers draw it. SVG is no such picture, as it may have scripts.
    """
    from PIL import Image

    try:
        with Image.open(io.BytesIO(content), formats=("PNG", "JPEG", "GIF", "WEBP")) as image:
            (width, height), kind = image.size, str(image.format).lower()
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return None
    name = f"{hashlib.sha256(content).hexdigest()[:16]}.{kind}"
    return (name, width, height) if 0 < width * height <= MOST_PIXELS else None


def _read(folder: Path) -> StoredHtml | None:
    try:
        head, _line, html = (folder / _PAGE).read_text("utf-8").partition("\n")
        return StoredHtml(**json.loads(head), html=html)
    except (OSError, ValueError, TypeError):
        return None


def _write_page(folder: Path, stored: StoredHtml) -> None:
    head = asdict(stored)
    html = head.pop("html")
    write_whole(folder / _PAGE, f"{json.dumps(head)}\n{html}".encode())


def _sweep(library: Library, kept: Collection[str]) -> None:
    """Delete the HTML of all other papers; folders of other names are somebody's."""
    with contextlib.suppress(OSError):
        for folder in (library.folder / FOLDER).iterdir():
            if _FOLDER_NAME.fullmatch(folder.name) and folder.name not in kept:
                _delete(folder)


def _delete(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)  # on a disk that is read-only it stays
