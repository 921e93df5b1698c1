"""Name what the stages are given: the adapters, and a way to say how far they are."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from reader.errors import PdfError, ReaderError
from reader.wire import Fetch

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from reader.config import Topic
    from reader.heat import Coefficients
    from reader.heat.forecast import Example
    from reader.highlight import Marks
    from reader.page_look import Looks
    from reader.passage import Document
    from reader.pdf import Pictures
    from reader.relevance import Label, TopicModel


class Encoder(Protocol):
    """What makes vectors; `reader.encoder` has the real one, tests bring a small one."""

    @property
    def name(self) -> str: ...

    def encode_passages(self, texts: Sequence[str]) -> NDArray[np.float32]: ...

    def encode_query(self, text: str) -> NDArray[np.float32]: ...


class FitTopic(Protocol):
    """What fits a topic's model to decisions; `reader.learner` has the real one."""

    def __call__(
        self,
        topic: Topic,
        examples: Sequence[tuple[Mapping[str, float], Label]],
        background: Sequence[Mapping[str, float]],
        *,
        seed: int = 0,
    ) -> TopicModel: ...


def _silent(label: str, done: int, total: int) -> None:
    """Say nothing: the progress of a quiet run."""


def _learn_nothing(
    topic: Topic,
    examples: Sequence[tuple[Mapping[str, float], Label]],
    background: Sequence[Mapping[str, float]],
    *,
    seed: int = 0,
) -> TopicModel:
    """Give the model of day one."""
    from reader.relevance import start

    return start(topic)


def _as_before(examples: Sequence[Example], before: Coefficients) -> Coefficients:
    """Learn nothing of what was talked about."""
    return before


@dataclass(frozen=True, slots=True)
class Tools:
    """The adapters of one run.

    encoder: opens the model, at most once; raises ModelError.
    token_counter: opens its tokenizer alone, likewise: counts the tokens of each of n texts.
    read_pdf, read_marks, read_looks: of one file; raise PdfError.
    read_first: as read_pdf, but of pages that are pictures only the first so many are read.
    read_pdfs, read_pictures: of many, each as it is done, on all cores; lazily.
    read_marked: likewise text and marks; the marks are an error where only they fail.
    fit_topic: fits one topic's model to decisions; fit_talk: the forecast's numbers to talk.
    progress: told (what, done, total) before each item and at the end; a total of 0 where the
    work stopped before it was done.
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
    fit_topic: FitTopic = field(default=_learn_nothing)
    fit_talk: Callable[[Sequence[Example], Coefficients], Coefficients] = field(default=_as_before)
    progress: Callable[[str, int, int], None] = field(default=_silent)


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that a stage could not do: on what, and why."""

    stage: str
    subject: str
    error: ReaderError
