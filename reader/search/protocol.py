"""Say what makes vectors, and prepare texts for any encoder.

Pure functions; knows no model.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Protocol

from reader.library.config import Topic

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Encode = Callable[[str], tuple[str, NDArray[np.float32]]]
    """Gives the encoder's name and the vector of a text: (d,), of length 1."""


class Encoder(Protocol):
    """What makes vectors; `reader.search.encoder` has the real one, tests bring a small one."""

    @property
    def name(self) -> str: ...

    def encode_passages(self, texts: Sequence[str]) -> NDArray[np.float32]: ...

    def encode_query(self, text: str) -> NDArray[np.float32]: ...


_SURROGATES = re.compile("[\ud800-\udfff]")


def clean(text: str, specials: Iterable[str]) -> str:
    """Return the text so that no part of it is taken for a mark of the model's own.

    A paper on masked models says <mask> and means the word. Halves of surrogate pairs,
    which no encoding can carry, become spaces.
    """
    text = _SURROGATES.sub(" ", text)
    for special in specials:
        if special in text:
            text = text.replace(special, f"{special[0]} {special[1:]}")
    return text.strip()


def windows(ids: Sequence[int], room: int) -> list[list[int]]:
    """Cut ids into the fewest parts of at most `room`, all nearly of one length.

    Nearly equal, so that the mean of the parts' vectors weighs every token alike.
    """
    n_windows = max(1, -(-len(ids) // room))
    bounds = [i * len(ids) // n_windows for i in range(n_windows + 1)]
    return [list(ids[a:b]) for a, b in pairwise(bounds)]


class EncoderTools(Protocol):
    """What makes vectors of texts.

    encoder: opens the model, at most once; raises ModelError.
    """

    @property
    def encoder(self) -> Callable[[], Encoder]: ...

    @property
    def encoder_name(self) -> str: ...

    @property
    def progress(self) -> Callable[[str, int, int], None]: ...


def topic_text(topic: Topic) -> str:
    """Give the words of a topic as one query for the encoder."""
    return ", ".join(topic.words)
