"""Define the tools of the pipe: the adapters, and a function that is told the progress."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from reader.base.errors import PdfError
from reader.base.http import Fetch
from reader.search.encode import Encoder

if TYPE_CHECKING:
    from reader.base.cluster import Each
    from reader.library.highlight import Marks
    from reader.library.passage import Document
    from reader.pdfs.recognition import Looks
    from reader.pdfs.text.answer import Pictures
    from reader.ranking.forecast import Coefficients, TalkExample
    from reader.ranking.learn import FitTopic


@dataclass(frozen=True, slots=True)
class Tools:
    """The adapters of one run, which the pipe passes on from stage to stage.

    Each stage and use case asks for the few that it calls, by a protocol of its room; as plain
    arguments all of them would be handed through every function of the pipe.

    encoder: opens the model, at most once; raises ModelError.
    token_counter: opens its tokenizer alone, likewise: counts the tokens of each of n texts.
    read_pdf, read_marks, read_looks: of one file; raise PdfError.
    read_first: as read_pdf, but of pages that are pictures only the first so many are read.
    read_pdfs, read_pictures: of many, each as it is done, on all cores; lazily.
    read_marked: likewise text and marks; the marks are an error where only they fail.
    fit_topic: fits one topic's model to decisions; fit_talk: the forecast's numbers to talk.
    progress: told (what, done, total) before each item and at the end; a total of 0 where the
    work stopped before it was done.
    each: the workers of a cluster, which encode; None where this process does.
    within: lets all that `fetch` asks for meanwhile end within so many seconds together.
    """

    fetch: Fetch
    encoder: Callable[[], Encoder]
    encoder_name: str
    token_counter: Callable[[], Callable[[Sequence[str]], list[int]]]
    check_pdf: Callable[[bytes], None]
    read_pdf: Callable[[Path], Document]
    read_first: Callable[[Path, int], Document]
    read_pdfs: Callable[[Iterable[Path]], Iterator[tuple[Path, Document | PdfError]]]
    read_marks: Callable[[Path], Marks]
    read_looks: Callable[[Path], Looks]
    read_marked: Callable[
        [Iterable[Path]], Iterator[tuple[Path, tuple[Document, Marks | PdfError] | PdfError]]
    ]
    read_pictures: Callable[[Iterable[Path]], Iterator[tuple[Path, Pictures | PdfError]]]
    fit_topic: FitTopic
    fit_talk: Callable[[Sequence[TalkExample], Coefficients], Coefficients]
    progress: Callable[[str, int, int], None]
    within: Callable[[float], AbstractContextManager[object]] = nullcontext
    each: Each | None = None
