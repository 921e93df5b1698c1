"""Say what makes vectors."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

from reader.errors import Problem as Problem
from reader.relevance.fit import FitTopic as FitTopic
from reader.relevance.fit import _as_before as _as_before
from reader.relevance.fit import _learn_nothing as _learn_nothing

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class Encoder(Protocol):
    """What makes vectors; `reader.encoder` has the real one, tests bring a small one."""

    @property
    def name(self) -> str: ...

    def encode_passages(self, texts: Sequence[str]) -> NDArray[np.float32]: ...

    def encode_query(self, text: str) -> NDArray[np.float32]: ...
