"""Keep the models for queries and notes in memory while pages are served.

One copy of each, loaded when it is first needed. Knows no page.
"""

from __future__ import annotations

import contextlib
import threading
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from reader.base.errors import ModelError
from reader.base.messages import _
from reader.cli import build
from reader.library.config import Config
from reader.library.folder import Library

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from reader.search.encode import Encode
    from reader.search.encoder import QueryEncoder

    Vector = NDArray[np.float32]


MOST_MODELS = 2
"""While a library is being encoded again there are two: the former model and the next."""

MOST_VECTORS = 1_024
"""Kept vectors of queries and sentences: while typing, nearly the same is asked for again."""

NOTE_S = 2.0
"""Seconds that a note being saved waits for the encoder. Each one waiting takes a thread that
pages need, and the next `gather` encodes what was left."""


class FairLock:
    """A lock that is had in the order in which it was asked for.

    `threading.Lock` goes to whoever asks first after its release. A thread that saves a note asks
    for it at once again, for the next sentence, and would keep it from a search all the while.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._is_held = False
        self._waiting: deque[threading.Lock] = deque()

    @property
    def n_waiting(self) -> int:
        return len(self._waiting)

    def acquire(self, timeout: float = -1) -> bool:
        """Wait for the lock; False after `timeout` seconds without it, -1 waits without end."""
        with self._lock:
            if not self._is_held:
                self._is_held = True
                return True
            turn = threading.Lock()
            turn.acquire()
            self._waiting.append(turn)
        if turn.acquire(timeout=timeout):
            return True
        with self._lock:
            # It may have come between the two lines.
            if turn not in self._waiting:
                return True
            self._waiting.remove(turn)
            return False

    def release(self) -> None:
        """Give the lock to who has waited longest."""
        with self._lock:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._is_held = False

    def __enter__(self) -> None:
        self.acquire()

    def __exit__(self, *_: object) -> None:
        self.release()


@dataclass(slots=True)
class WarmModel:
    """One model, loaded or not yet, with the vectors that it made last."""

    config: Config
    load: Callable[[Config], QueryEncoder]
    encoder: QueryEncoder | None = None
    _coming: threading.Lock = field(default_factory=threading.Lock)
    """Held while the thread started by `prepare` loads the model."""
    _lock: FairLock = field(default_factory=FairLock)
    _vectors: dict[tuple[bool, str], Vector] = field(default_factory=dict)
    """Read without the lock, changed under it."""

    def encode(self, text: str, *, is_question: bool, wait_s: float = -1) -> Vector:
        """Compute a text's unit vector (d,). A kept vector is returned without waiting.

        wait_s: seconds to wait for other threads that encode; -1 waits without end.
        Raises ModelError, also where the time is over.
        """
        key = (is_question, text)
        if (kept := self._vectors.get(key)) is not None:
            return kept
        if not self._lock.acquire(timeout=wait_s):
            hint = _("Try again in a moment.")
            raise ModelError(
                model=self.config.encoder, what=_("other requests are using it"), hint=hint
            )
        try:
            # One at a time: around each call numpy's number of threads is set for the process.
            encoder = self._loaded()
            # Another thread may have encoded the same text while this one waited for the lock.
            if key not in self._vectors:
                make = encoder.encode_query if is_question else encoder.encode_passage
                self._vectors[key] = make(text)
            made = self._vectors[key]
            # A dict keeps the order of insertion: the first one is the oldest.
            while len(self._vectors) > MOST_VECTORS:
                del self._vectors[next(iter(self._vectors))]
            return made
        finally:
            self._lock.release()

    def prepare(self) -> None:
        """Begin to load the model in another thread, unless it is loaded or being loaded."""

        def load() -> None:
            try:
                # An error is left to the next caller of `encode`, who tries again and gets it.
                with contextlib.suppress(ModelError), self._lock:
                    self._loaded()
            finally:
                self._coming.release()

        if self.encoder is None and self._coming.acquire(blocking=False):
            threading.Thread(target=load, daemon=True).start()

    def _loaded(self) -> QueryEncoder:
        if self.encoder is None:
            self.encoder = self.load(self.config)
        return self.encoder


@dataclass(frozen=True, slots=True)
class WarmEncoder:
    """The encoder for searches on pages; see `visit.PageEncoder`. message: see there."""

    name: str
    message: str
    kept: WarmModel

    @property
    def is_ready(self) -> bool:
        return self.kept.encoder is not None

    def prepare(self) -> None:
        self.kept.prepare()

    def encode_query(self, text: str) -> Vector:
        return self.kept.encode(text, is_question=True)


class Warm:
    """The models in memory, by their name in feeds.toml; the last `MOST_MODELS` of them.

    load: opens a model, which takes seconds; raises ModelError.
    """

    def __init__(self, load: Callable[[Config], QueryEncoder]) -> None:
        self._load = load
        self._known: OrderedDict[str, WarmModel] = OrderedDict()
        self._lock = threading.Lock()

    def serving(self, library: Library) -> WarmEncoder:
        """Choose the encoder for searches; loads nothing yet."""
        found = build.chosen_encoder(library)
        return WarmEncoder(found.name, found.message, self._kept(found.config))

    def encode_note(self, config: Config) -> Encode | None:
        """Return the encoder for a note being saved; None where loading it takes seconds."""
        kept = self._kept(config)
        if kept.encoder is None and not build.is_quick(config):
            return None
        return _note_encoder(kept, NOTE_S)

    def encode_if_warm(self, config: Config) -> Encode | None:
        """Return the encoder while somebody types; None where the model is not in memory.

        It is then loaded for the next check, where a note that is saved would be seen with it too.
        """
        kept = self._kept(config)
        if kept.encoder is None and build.is_quick(config):
            kept.prepare()
        return _note_encoder(kept) if kept.encoder is not None else None

    def _kept(self, config: Config) -> WarmModel:
        with self._lock:
            kept = self._known.setdefault(config.encoder, WarmModel(config, self._load))
            self._known.move_to_end(config.encoder)
            while len(self._known) > MOST_MODELS:
                self._known.popitem(last=False)
            return kept


def _note_encoder(kept: WarmModel, wait_s: float = -1) -> Encode:
    def encode(text: str) -> tuple[str, Vector]:
        vector = kept.encode(text, is_question=False, wait_s=wait_s)
        return (kept.encoder.name if kept.encoder else ""), vector

    return encode
