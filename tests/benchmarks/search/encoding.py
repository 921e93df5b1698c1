"""Encode texts as the program does, once: vectors are kept between runs.

They are kept by encoder, by kind (passage or question) and by content, so that a second
run on the same data, or on a larger draw of it, encodes only what is new.
"""

from __future__ import annotations

import functools
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from reader.base.machine import cache_folder
from reader.search.encoder import open_encoder, open_query_encoder, open_token_counter
from reader.search.encoder.models import encoder_name
from reader.search.rows.index import hash_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]

AT_ONCE = 64
"""Texts encoded before their vectors are kept: what a stopped run loses is seconds."""


class Model(Protocol):
    """What makes vectors; the real one here, a small one in tests.

    encode_query: as a search makes it. encode_sample: as `reader index` makes those of topics and
    samples, without taking off what Japanese queries have in common.
    """

    @property
    def name(self) -> str: ...

    def encode_passages(self, texts: Sequence[str]) -> Floats: ...

    def encode_query(self, text: str) -> Floats: ...

    def encode_sample(self, text: str) -> Floats: ...

    def count_tokens(self, texts: Sequence[str]) -> list[int]: ...


class Installed:
    """The encoder of an installation: torch for many texts, the quick path for a question.

    Nothing is loaded before it is needed.
    """

    def __init__(self, model: str) -> None:
        cache = cache_folder()
        self.name = encoder_name(model, cache)
        self._many = functools.cache(lambda: open_encoder(model, cache=cache))
        self._one = functools.cache(lambda: open_query_encoder(model, cache=cache))
        self._counter = functools.cache(lambda: open_token_counter(model, cache=cache))

    def encode_passages(self, texts: Sequence[str]) -> Floats:
        return self._many().encode_passages(texts)

    def encode_query(self, text: str) -> Floats:
        return self._one().encode_query(text)

    def encode_sample(self, text: str) -> Floats:
        return self._many().encode_query(text)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return self._counter()(texts)


class Remembered:
    """An encoder that looks a text up before it encodes it. n_encoded: what was not there."""

    def __init__(self, model: Model, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.name = model.name
        self.n_encoded = 0
        self._model = model
        self._file = folder / "vectors.db"
        with closing(self._open()) as db, db:
            db.execute(
                "CREATE TABLE IF NOT EXISTS vectors (encoder TEXT, kind TEXT, hash TEXT,"
                " vector BLOB, PRIMARY KEY (encoder, kind, hash)) WITHOUT ROWID"
            )

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return self._model.count_tokens(texts)

    def encode_passages(self, texts: Sequence[str]) -> Floats:
        import numpy as np

        return np.stack(self._vectors("passage", texts, self._model.encode_passages))

    def encode_query(self, text: str) -> Floats:
        return self._one("query, centred", text, self._model.encode_query)

    def encode_sample(self, text: str) -> Floats:
        return self._one("query", text, self._model.encode_sample)

    def _one(self, kind: str, text: str, encode: Callable[[str], Floats]) -> Floats:
        (vector,) = self._vectors(kind, [text], lambda texts: encode(texts[0])[None])
        return vector

    def _vectors(
        self, kind: str, texts: Sequence[str], encode: Callable[[Sequence[str]], Floats]
    ) -> Sequence[Floats]:
        import numpy as np

        hashes = [hash_of(text) for text in texts]
        with closing(self._open()) as db:
            found = dict(self._kept(db, kind, hashes))
            missing = {h: t for h, t in zip(hashes, texts, strict=True) if h not in found}
            order = sorted(missing, key=lambda h: len(missing[h]))
            for start in range(0, len(order), AT_ONCE):
                part = order[start : start + AT_ONCE]
                vectors = np.asarray(encode([missing[h] for h in part]), np.float32)
                made = {h: v.tobytes() for h, v in zip(part, vectors, strict=True)}
                with db:
                    db.executemany(
                        "INSERT OR IGNORE INTO vectors VALUES (?, ?, ?, ?)",
                        [(self.name, kind, h, v) for h, v in made.items()],
                    )
                found |= made
                self.n_encoded += len(part)
        return [np.frombuffer(found[h], np.float32) for h in hashes]

    def _kept(
        self, db: sqlite3.Connection, kind: str, hashes: Sequence[str]
    ) -> list[tuple[str, bytes]]:
        sql = "SELECT hash, vector FROM vectors WHERE encoder = ? AND kind = ? AND hash = ?"
        return [r for h in set(hashes) for r in db.execute(sql, (self.name, kind, h))]

    def _open(self) -> sqlite3.Connection:
        return sqlite3.connect(self._file, timeout=60)


class Indexing:
    """A model as `reader index` uses it."""

    def __init__(self, model: Model) -> None:
        self.name = model.name
        self.encode_passages = model.encode_passages
        self.encode_query = model.encode_sample
