"""Cut text into tokens without a model's limits: nothing is cut off, nothing filled up.

Two ways with one face: the `tokenizers` library here, the small table in `unigram.py`.
Loads no torch.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

from reader.encoder.models import Found, broken

if TYPE_CHECKING:
    from tokenizers import Tokenizer


class Pieces(Protocol):
    """head, tail: the marks before and after every text; specials: how marks are spelt."""

    specials: list[str]
    head: list[int]
    tail: list[int]

    def content(self, text: str) -> list[int]:
        """Return the ids of the (clean) text alone, without marks."""
        ...

    def contents(self, texts: Sequence[str]) -> list[list[int]]:
        """Do so for many texts."""
        ...


class LibraryPieces:
    """The model's tokenizer.json, read by `tokenizers`: right for any model, a second to open."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        self._tokenizer = tokenizer
        self._lift_limits()
        added = self._tokenizer.get_added_tokens_decoder().values()
        self.specials = [token.content for token in added if token.special]
        marked = self._tokenizer.encode("a")
        inside = [i for i, mark in enumerate(marked.special_tokens_mask) if not mark]
        self.head: list[int] = marked.ids[: inside[0]]
        self.tail: list[int] = marked.ids[inside[-1] + 1 :]

    def content(self, text: str) -> list[int]:
        """Return the ids of the (clean) text alone, without marks."""
        return self.contents([text])[0]

    def contents(self, texts: Sequence[str]) -> list[list[int]]:
        """Do so for many texts."""
        self._lift_limits()
        encoded = self._tokenizer.encode_batch(list(texts), add_special_tokens=False)
        return [encoding.ids for encoding in encoded]

    def _lift_limits(self) -> None:
        """Undo what the file says, or what another user of the tokenizer set since."""
        self._tokenizer.no_truncation()
        self._tokenizer.no_padding()


def read_pieces(found: Found) -> LibraryPieces:
    """Read tokenizer.json. Raises ModelError if that is not possible."""
    from tokenizers import Tokenizer

    path = found.folder / "tokenizer.json"
    try:
        return LibraryPieces(Tokenizer.from_buffer(path.read_bytes()))
    except (OSError, ValueError) as error:
        raise broken(found, f"{path} cannot be read: {error}") from error
