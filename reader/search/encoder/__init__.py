"""Turn texts into vectors: open a model by its name in feeds.toml, in bulk or for one question.

Importing this package loads neither torch nor numpy; opening a model does what it must.
No vector is kept here, and no text is read: callers bring both.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from reader.base.errors import ModelMissing
from reader.search.encoder.models import (
    ModelPlace,
    Progress,
    check_folder,
    download,
    find,
    is_path,
    is_ready,
    on_hub,
    read_note,
)

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from reader.search.encoder.model import ModelEncoder


@dataclass(frozen=True, slots=True)
class QueryEncoder:
    """Turns single texts into unit vectors, (d,) float32.

    name: as the passages' encoder's. note: empty, or why every first question takes seconds.
    encode_query: of a question; a long one is cut into parts, as passages are.
    encode_passage: of one text to be found, so that a note has its vector at once.
    """

    name: str
    note: str
    encode_query: Callable[[str], NDArray[np.float32]]
    encode_passage: Callable[[str], NDArray[np.float32]]


def _silent(_: str) -> None:
    """Report no progress."""


def prepare(
    model: str, *, cache: Path, allow_network: bool = False, progress: Progress = _silent
) -> ModelPlace:
    """Do all that a model needs once, and return where it lies.

    The bundled one is unpacked into `cache`; any other is checked. allow_network: download a
    hub's model that is not here. Raises ModelMissing, or ModelError for a broken one.
    """
    try:
        found = find(model, cache)
    except ModelMissing:
        if not allow_network or is_path(model):
            raise
        download(on_hub(model), progress)
        found = find(model, cache)
    if not found.is_bundled:
        check_folder(found)
    if not is_ready(found):
        from reader.search.encoder.setup import set_up

        set_up(found, progress=progress)
    return found


def open_encoder(
    model: str, *, cache: Path, allow_network: bool = False, progress: Progress = _silent
) -> ModelEncoder:
    """Open a model for many texts, without its library where that gives the same vectors.

    A model that was never prepared is prepared first. Raises as `prepare` does.
    """
    found = prepare(model, cache=cache, allow_network=allow_network, progress=progress)
    # `bert` comes first: it sets numpy's threads before numpy is imported.
    from reader.search.encoder.bert import open_quick
    from reader.search.encoder.model import LibraryEngine, ModelEncoder, PlainEngine

    is_slow = bool(read_note(found))
    return ModelEncoder(found, LibraryEngine(found) if is_slow else PlainEngine(open_quick(found)))


def open_query_encoder(model: str, *, cache: Path, progress: Progress = _silent) -> QueryEncoder:
    """Open a model for one text at a time, without torch where that gives the same vectors.

    A model that was never prepared is prepared first. Raises as `prepare` does.
    """
    found = prepare(model, cache=cache, progress=progress)
    if note := read_note(found):
        note = f"{model} takes seconds for a first question ({note})"
        encoder = open_encoder(model, cache=cache, progress=progress)
    else:
        from reader.search.encoder.bert import open_quick
        from reader.search.encoder.model import ModelEncoder

        encoder = ModelEncoder(found, open_quick(found))
    return QueryEncoder(
        found.name, note, encoder.encode_query, lambda text: encoder.encode_passages([text])[0]
    )


def open_token_counter(
    model: str, *, cache: Path, progress: Progress = _silent
) -> Callable[[Sequence[str]], list[int]]:
    """Open only a model's tokenizer, without torch: for n texts n counts.

    Counted without prefix and marks; nothing is cut. A model that was never prepared is
    prepared first. Raises as `prepare` does.
    """
    from reader.search.encoder.tokens import clean, quick_pieces, read_pieces

    found = prepare(model, cache=cache, progress=progress)
    pieces = read_pieces(found) if read_note(found) else quick_pieces(found)

    def count(texts: Sequence[str]) -> list[int]:
        cleaned = [clean(text, pieces.specials) for text in texts]
        return [len(ids) for ids in pieces.contents(cleaned)]

    return count


def is_quick(model: str, *, cache: Path) -> bool:
    """Tell whether a question can be encoded now without torch and without any set-up.

    Raises ModelMissing if the model is not on this disk.
    """
    found = find(model, cache)
    return is_ready(found) and not read_note(found)
