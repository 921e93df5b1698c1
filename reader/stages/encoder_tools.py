"""Say what making vectors needs: a model, its name, and a way to say how far it is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from reader.encoder.protocol import Encoder


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
