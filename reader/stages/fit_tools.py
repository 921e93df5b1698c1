"""Say what learning needs: what fits models, and a way to say how far it is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from reader.heat import Coefficients
from reader.heat.forecast import Example
from reader.relevance.fit import FitTopic


class FitTools(Protocol):
    """What fits the models of topics, and the forecast of talk, to what was decided and said."""

    @property
    def fit_topic(self) -> FitTopic: ...

    @property
    def fit_talk(self) -> Callable[[Sequence[Example], Coefficients], Coefficients]: ...

    @property
    def progress(self) -> Callable[[str, int, int], None]: ...
