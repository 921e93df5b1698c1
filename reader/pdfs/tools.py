"""Say what reading PDFs needs: what reads them, fetches them, and says how far it is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Protocol

from reader.base.errors import PdfError
from reader.base.http.wire import Fetch
from reader.library.highlight import Marks
from reader.library.passage import Document
from reader.pdfs.recognition import Looks


class PdfTools(Protocol):
    """What reads PDFs.

    token_counter: opens the encoder's tokenizer: counts the tokens of each of n texts.
    read_pdf, read_marks, read_looks: of one file; raise PdfError. check_pdf: of bytes, likewise.
    read_first: as read_pdf, but of pages that are pictures only the first so many are read.
    read_pdfs: of many, each as it is done, on all cores; lazily.
    """

    @property
    def fetch(self) -> Fetch: ...

    @property
    def token_counter(self) -> Callable[[], Callable[[Sequence[str]], list[int]]]: ...

    @property
    def check_pdf(self) -> Callable[[bytes], None]: ...

    @property
    def read_pdf(self) -> Callable[[Path], Document]: ...

    @property
    def read_first(self) -> Callable[[Path, int], Document]: ...

    @property
    def read_pdfs(
        self,
    ) -> Callable[[Iterable[Path]], Iterator[tuple[Path, Document | PdfError]]]: ...

    @property
    def read_marks(self) -> Callable[[Path], Marks]: ...

    @property
    def read_looks(self) -> Callable[[Path], Looks]: ...

    @property
    def progress(self) -> Callable[[str, int, int], None]: ...
