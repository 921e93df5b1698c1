"""Turn texts into vectors: open a model by its name in feeds.toml, in bulk or for one question.

Importing this package loads neither torch nor numpy; opening a model does what it must.
No vector is kept here, and no text is read: callers bring both.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
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
    from reader.search.encoder.model import ModelEncoder
    from reader.search.encoder.query import QueryEncoder


def _silent(_: str) -> None:
    """Say nothing."""


def prepare(
    model: str, *, cache: Path, allow_network: bool = False, progress: Progress = _silent
) -> str:
    """Do all that a model needs once, and return the name that its vectors carry.

    The bundled one is unpacked into `cache`; any other is checked. allow_network: download a
    hub's model that is not here. Raises ModelMissing, or ModelError for a broken one.
    """
    from reader.search.encoder.setup import set_up

    found = _find(model, cache, allow_network=allow_network, progress=progress)
    if not is_ready(found):
        set_up(found, progress=progress)
    return found.name


def open_encoder(
    model: str, *, cache: Path, allow_network: bool = False, progress: Progress = _silent
) -> ModelEncoder:
    """Open a model for many texts, without its library where that gives the same vectors.

    A model that was never prepared is prepared first. Raises as `prepare` does.
    """
    from reader.search.encoder.query import open_quick

    prepare(model, cache=cache, allow_network=allow_network, progress=progress)
    found = _find(model, cache, allow_network=False, progress=progress)
    quick = None if read_note(found) else open_quick(found)
    # Only now, for it imports numpy, and the quick one sets numpy's threads before that.
    from reader.search.encoder.model import ModelEncoder

    if quick is not None:
        from reader.search.encoder.engines import PlainEngine

        return ModelEncoder(found, PlainEngine(quick))
    from reader.search.encoder.engines import LibraryEngine

    return ModelEncoder(found, LibraryEngine(found))


def open_query_encoder(model: str, *, cache: Path, progress: Progress = _silent) -> QueryEncoder:
    """Open a model for one question, without torch where that gives the same vectors.

    A model that was never prepared is prepared first. Raises as `prepare` does.
    """
    from reader.search.encoder.query import QueryEncoder, open_quick

    found = _find(model, cache, allow_network=False, progress=progress)
    if not is_ready(found):
        prepare(model, cache=cache, progress=progress)
    if not (note := read_note(found)):
        quick = open_quick(found)
        return QueryEncoder(
            found.name, quick.n_dimensions, "", quick.encode_query, quick.encode_passage
        )
    slow = open_encoder(model, cache=cache, progress=progress)
    note = f"{model} takes seconds for a first question ({note})"
    return QueryEncoder(
        found.name,
        slow.n_dimensions,
        note,
        slow.encode_query,
        lambda text: slow.encode_passages([text])[0],
    )


def open_token_counter(
    model: str, *, cache: Path, progress: Progress = _silent
) -> Callable[[Sequence[str]], list[int]]:
    """Open only a model's tokenizer, without torch: for n texts n counts.

    Counted without prefix and marks; nothing is cut. A model that was never prepared is
    prepared first. Raises as `prepare` does.
    """
    from reader.search.encoder.models import read_pieces
    from reader.search.encoder.query import quick_pieces
    from reader.search.protocol import clean

    found = _find(model, cache, allow_network=False, progress=progress)
    if not is_ready(found):
        prepare(model, cache=cache, progress=progress)
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


def _find(model: str, cache: Path, *, allow_network: bool, progress: Progress) -> ModelPlace:
    try:
        found = find(model, cache)
    except ModelMissing:
        if not allow_network or is_path(model):
            raise
        download(on_hub(model), progress)
        found = find(model, cache)
    if not found.is_bundled:
        check_folder(found)
    return found
