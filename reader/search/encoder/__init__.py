"""Open encoders by their names in feeds.toml, for many texts or for one query.

Importing this package loads neither torch nor numpy; opening a model loads what it needs. No
vector is stored and no text is read here.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from reader.base.errors import ModelError, ModelMissing
from reader.base.machine import cache_folder
from reader.base.messages import Text, lazy_gettext
from reader.search.encoder.models import (
    ModelPlace,
    Progress,
    check_folder,
    check_library,
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

    name: the same as that of the encoder of passages. note: "", or why the first query takes
    seconds. encode_query: of a query, without what all Japanese ones have in common; a long one
    is cut into parts, as passages are.
    encode_passage: of a text to be found, so that a note has its vector at once.
    """

    name: str
    note: Text
    encode_query: Callable[[str], NDArray[np.float32]]
    encode_passage: Callable[[str], NDArray[np.float32]]


def _no_progress(_unused: Text) -> None:
    """Report no progress."""


def prepare(
    model: str, *, cache: Path, allow_network: bool = False, progress: Progress = _no_progress
) -> ModelPlace:
    """Set a model up, if that was not done yet, and return its place.

    The bundled one is unpacked into `cache`; any other is checked. allow_network: download a
    hub's model that is not here. Raises ModelMissing, or ModelError for a broken one and for
    one that needs packages that a light installation lacks.
    """
    try:
        found = find(model, cache)
    except ModelMissing:
        if is_path(model):
            raise
        check_library(on_hub(model))
        if not allow_network:
            raise
        download(on_hub(model), progress)
        found = find(model, cache)
    if not found.is_bundled:
        check_library(found.model)
        check_folder(found)
    if not is_ready(found):
        from reader.search.encoder.setup import set_up

        set_up(found, progress=progress)
    return found


def open_encoder(
    model: str,
    *,
    cache: Path,
    allow_network: bool = False,
    progress: Progress = _no_progress,
    n_threads: int = 0,
) -> ModelEncoder:
    """Open a model for many texts, without its library where the vectors are then the same.

    A model that was never prepared is prepared first. n_threads: 0 for one on each core.
    Raises what `prepare` raises.
    """
    found = prepare(model, cache=cache, allow_network=allow_network, progress=progress)
    # `bert` is imported first: it sets numpy's number of threads before it imports numpy.
    from reader.search.encoder.bert import open_quick
    from reader.search.encoder.model import LibraryEngine, ModelEncoder, PlainEngine

    if read_note(found):
        return ModelEncoder(found, LibraryEngine(found), n_threads)
    return ModelEncoder(found, PlainEngine(open_quick(found), progress), n_threads)


@functools.cache
def _kept_encoder(model: str) -> ModelEncoder:
    return open_encoder(model, cache=cache_folder(), allow_network=True, n_threads=1)


def encode_texts(texts: Sequence[str], model: str, name: str) -> NDArray[np.float16] | ModelError:
    """Turn texts into unit vectors, (n, d), on a worker, which keeps the model.

    model: as feeds.toml names it. name: of the vectors; a worker that has another revision of
    the model makes none. An error is returned, since raised ones are tried again.
    """
    try:
        encoder = _kept_encoder(model)
    except ModelError as error:
        return error
    if encoder.name != name:
        what = lazy_gettext("a worker has {other}, not {name}", other=encoder.name, name=name)
        hint = lazy_gettext("Install the same model everywhere.")
        return ModelError(model=model, what=what, hint=hint)
    return encoder.encode_passages(texts).astype("float16")


def open_query_encoder(
    model: str, *, cache: Path, progress: Progress = _no_progress
) -> QueryEncoder:
    """Open a model for one text at a time, without torch where the vectors are then the same.

    A model that was never prepared is prepared first. Raises what `prepare` raises.
    """
    found = prepare(model, cache=cache, progress=progress)
    note: Text = ""
    if why := read_note(found):
        note = lazy_gettext(
            "{model} takes seconds for the first question ({why})", model=model, why=why
        )
        encoder = open_encoder(model, cache=cache, progress=progress)
    else:
        from reader.search.encoder.bert import open_quick
        from reader.search.encoder.model import ModelEncoder

        encoder = ModelEncoder(found, open_quick(found))
    # Imports numpy, which opening a model needs anyway.
    from reader.search.encoder.model import without_common_part

    return QueryEncoder(
        found.name,
        note,
        lambda text: without_common_part(text, encoder.encode_query, found.setup),
        lambda text: encoder.encode_passages([text])[0],
    )


def open_token_counter(
    model: str, *, cache: Path, progress: Progress = _no_progress
) -> Callable[[Sequence[str]], list[int]]:
    """Open only a model's tokenizer, without torch; the function returns n counts for n texts.

    Prefix and marks are not counted, and nothing is cut. A model that was never prepared is
    prepared first. Raises what `prepare` raises.
    """
    from reader.search.encoder.tokens import clean, quick_pieces, read_pieces

    found = prepare(model, cache=cache, progress=progress)
    pieces = read_pieces(found) if read_note(found) else quick_pieces(found)

    def count(texts: Sequence[str]) -> list[int]:
        cleaned = [clean(text, pieces.specials) for text in texts]
        return [len(ids) for ids in pieces.contents(cleaned)]

    return count


def is_quick(model: str, *, cache: Path) -> bool:
    """Check whether a query can be encoded now, without torch and without set-up.

    Raises ModelMissing if the model is not on this disk, ModelError where it needs packages
    that a light installation lacks.
    """
    found = find(model, cache)
    if not found.is_bundled:
        check_library(found.model)
    return is_ready(found) and not read_note(found)
