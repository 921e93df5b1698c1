"""Keep the model of questions and notes in memory while pages are served; one copy of it.

It is loaded by the first who needs it, once whoever asks meanwhile. Knows no page.
"""

from __future__ import annotations

import contextlib
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from reader.base.errors import ModelError
from reader.base.messages import say
from reader.cli import build
from reader.library.config import Config
from reader.library.folder import Library

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from reader.search.encoder import QueryEncoder

    Vector = NDArray[np.float32]

MOST_MODELS = 2
"""While a library is encoded anew there are two, the former and the next."""

MOST_VECTORS = 1_024
"""Of questions and sentences: somebody who types asks for nearly the same again and again."""

NOTE_S = 2.0
"""How long a note that is saved waits for others who encode: each waits in a thread that some
page needs, and what is not encoded now is by the next `gather`."""


@dataclass(slots=True)
class WarmModel:
    """One model: not there yet, or loaded; and the vectors that it made last."""

    config: Config
    load: Callable[[Config], QueryEncoder]
    encoder: QueryEncoder | None = None
    _coming: threading.Lock = field(default_factory=threading.Lock)
    """Held while a thread of its own loads it."""
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _vectors: dict[tuple[bool, str], Vector] = field(default_factory=dict)
    """Read without the lock, changed under it."""

    def encode(self, text: str, *, is_question: bool, wait_s: float = -1) -> Vector:
        """Give a text's unit vector (d,). Raises ModelError, also where others who encode take
        longer than `wait_s`; -1 waits for as long as they do. A kept one waits for nobody."""
        key = (is_question, text)
        if (kept := self._vectors.get(key)) is not None:
            return kept
        if not self._lock.acquire(timeout=wait_s):
            hint = say("model.busy.hint")
            raise ModelError(model=self.config.encoder, what=say("model.busy"), hint=hint)
        try:
            # One after the other: numpy's threads are set for the whole process around each.
            encoder = self._loaded()
            if key not in self._vectors:
                make = encoder.encode_query if is_question else encoder.encode_passage
                self._vectors[key] = make(text)
            made = self._vectors[key]
            while len(self._vectors) > MOST_VECTORS:
                del self._vectors[next(iter(self._vectors))]
            return made
        finally:
            self._lock.release()

    def prepare(self) -> None:
        """Load the model in a thread of its own, unless that was begun."""
        if self.encoder is None and self._coming.acquire(blocking=False):
            threading.Thread(target=self._come, daemon=True).start()

    def _come(self) -> None:
        try:
            with contextlib.suppress(ModelError), self._lock:  # the next who asks is told
                self._loaded()
        finally:
            self._coming.release()

    def _loaded(self) -> QueryEncoder:
        if self.encoder is None:
            self.encoder = self.load(self.config)
        return self.encoder


@dataclass(frozen=True, slots=True)
class Answering:
    """An encoder that answers searches. said: as `build.Chosen` has it."""

    name: str
    said: str
    kept: WarmModel

    @property
    def is_ready(self) -> bool:
        return self.kept.encoder is not None

    def prepare(self) -> None:
        self.kept.prepare()

    def encode_query(self, text: str) -> Vector:
        return self.kept.encode(text, is_question=True)


class Warm:
    """The models that pages need, by the name in feeds.toml; the last two of them.

    load: opens a model, in seconds; raises ModelError.
    """

    def __init__(self, load: Callable[[Config], QueryEncoder]) -> None:
        self._load = load
        self._known: OrderedDict[str, WarmModel] = OrderedDict()
        self._lock = threading.Lock()

    def serving(self, library: Library) -> Answering:
        """Give what answers searches; loads nothing yet."""
        found = build.chosen_encoder(library)
        return Answering(found.name, found.said, self._kept(found.config))

    def encode_note(self, config: Config) -> Callable[[str], tuple[str, Vector]] | None:
        """Give what encodes a note as it is saved, the model loaded where it is not yet; None
        where that would take seconds."""
        kept = self._kept(config)
        if kept.encoder is None and not build.is_quick(config):
            return None
        return _of_notes(kept, NOTE_S)

    def encode_if_warm(self, config: Config) -> Callable[[str], tuple[str, Vector]] | None:
        """Give the same where the model is in memory, else None: somebody types."""
        kept = self._kept(config)
        return _of_notes(kept) if kept.encoder is not None else None

    def _kept(self, config: Config) -> WarmModel:
        with self._lock:
            kept = self._known.setdefault(config.encoder, WarmModel(config, self._load))
            self._known.move_to_end(config.encoder)
            while len(self._known) > MOST_MODELS:
                self._known.popitem(last=False)
            return kept


def _of_notes(kept: WarmModel, wait_s: float = -1) -> Callable[[str], tuple[str, Vector]]:
    def encode(text: str) -> tuple[str, Vector]:
        vector = kept.encode(text, is_question=False, wait_s=wait_s)
        return (kept.encoder.name if kept.encoder else ""), vector

    return encode
