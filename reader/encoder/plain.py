"""Run a BERT encoder without its library: a few texts by numpy, many by torch.

numpy is there at once and needs .8 ms a token; torch is imported in a second and needs
.35 in bfloat16. Only for models that `setup.py` found to come out the same.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from reader.encoder.query import QuickEncoder

if TYPE_CHECKING:
    from reader.encoder.bert_torch import TorchBert
    from reader.encoder.library import Floats


FEW = 3000
"""Tokens, some 16 passages: what numpy has done before torch is imported."""


class PlainEngine:
    """BERT over mapped weights; see `model.Engine`."""

    def __init__(self, quick: QuickEncoder) -> None:
        self._quick = quick
        self._torch: TorchBert | None = None
        self.pieces = quick.pieces
        self.limit = quick.limit

    @property
    def is_parallel(self) -> bool:
        return self._torch is not None

    def expect(self, n_tokens: int) -> None:
        """Be told how much comes, and load what is quicker for it."""
        if self._torch is None and (n_tokens > FEW or "torch" in sys.modules):
            from reader.encoder.bert_torch import TorchBert

            self._torch = TorchBert(self._quick.config, self._quick.tensors)

    def run(self, parts: Sequence[Sequence[int]], *, is_bf16: bool = False) -> Floats:
        """Run one batch; in bfloat16 only where torch is loaded."""
        if self._torch is not None:
            return self._torch(parts, is_bf16=is_bf16)
        return self._quick.run(parts)
