"""Test the models that pages keep in memory: loaded once, used one at a time, bounded."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from reader.base.errors import ModelError, ModelMissing
from reader.cli.warm import MOST_VECTORS, FairLock, Warm, WarmEncoder, WarmModel
from reader.library.config import Config
from reader.library.feeds_file import parse
from reader.search.encoder import QueryEncoder
from reader.search.encoder.models import BUNDLED
from tests.samples import FEEDS_TOML


@dataclass
class Loader:
    """Loads a model as slowly as a test wants, and counts the loads."""

    n_loaded: int = 0
    is_missing: bool = False
    may_go_on: threading.Event = field(default_factory=threading.Event)
    encoded: list[str] = field(default_factory=list)

    def __call__(self, config: Config) -> QueryEncoder:
        self.may_go_on.wait(10)
        self.n_loaded += 1
        if self.is_missing:
            raise ModelMissing(model=config.encoder, what="not here", hint="Fetch it.")
        return QueryEncoder(config.encoder, "", self._vector, self._vector)

    def _vector(self, text: str) -> NDArray[np.float32]:
        self.encoded.append(text)
        return np.array([len(text), 1], np.float32)


@pytest.fixture
def loader() -> Loader:
    return Loader()


def config(model: str = "small") -> Config:
    return replace(parse(FEEDS_TOML), encoder=model)


def kept(loader: Any) -> WarmModel:
    return WarmModel(config(), loader)


def test_many_callers_at_once_load_the_model_once(loader: Loader) -> None:
    one = kept(loader)
    with ThreadPoolExecutor(8) as threads:
        asked = [threads.submit(one.encode, f"q{n}", is_question=True) for n in range(8)]
        loader.may_go_on.set()
        assert [len(done.result()) for done in asked] == [2] * 8
    assert loader.n_loaded == 1


def test_prepare_returns_at_once_and_loads_in_a_thread(loader: Loader) -> None:
    answering = WarmEncoder("small", "", kept(loader))
    answering.prepare()
    answering.prepare()
    assert not answering.is_ready
    loader.may_go_on.set()
    answering.encode_query("waits for it")
    assert (answering.is_ready, loader.n_loaded) == (True, 1)


def test_a_missing_model_is_tried_again_and_raises_for_each_caller(loader: Loader) -> None:
    loader.is_missing = True
    loader.may_go_on.set()
    one = kept(loader)
    one.prepare()
    with pytest.raises(ModelMissing):
        one.encode("a", is_question=True)
    loader.is_missing = False
    assert one.encode("a", is_question=True).tolist() == [1, 1]


def test_recent_vectors_are_reused(loader: Loader) -> None:
    loader.may_go_on.set()
    one = kept(loader)
    for text in ("a", "b", "a"):
        one.encode(text, is_question=False)
    one.encode("a", is_question=True)
    assert loader.encoded == ["a", "b", "a"]
    for n in range(MOST_VECTORS):
        one.encode(f"{n}", is_question=False)
    one.encode("b", is_question=False)
    assert loader.encoded[-1] == "b"


def test_typed_notes_are_encoded_only_with_a_loaded_model(loader: Loader) -> None:
    warm = Warm(loader)
    assert warm.encode_if_warm(config()) is None
    assert warm.encode_note(config("/no/such/folder")) is None  # would take seconds
    loader.may_go_on.set()
    warm._kept(config()).encode("a", is_question=True)
    for encode in (warm.encode_if_warm(config()), warm.encode_note(config())):
        assert encode is not None
        name, vector = encode("abc")
        assert (name, vector.tolist()) == ("small", [3, 1])


def test_only_two_models_are_kept(loader: Loader) -> None:
    loader.may_go_on.set()
    warm = Warm(loader)
    for model in ("one", "two", "three", "two", "one"):
        warm._kept(config(model)).encode("a", is_question=True)
    assert loader.n_loaded == 4


def test_a_saved_note_waits_only_shortly_for_the_encoder(
    loader: Loader,
) -> None:
    one, is_loading = kept(loader), threading.Event()

    def load(config: Config) -> QueryEncoder:
        is_loading.set()
        return loader(config)

    one.load = load
    with ThreadPoolExecutor(1) as threads:
        asked = threads.submit(one.encode, "slow", is_question=True)
        is_loading.wait(10)
        with pytest.raises(ModelError, match="other requests are using it"):
            one.encode("a note", is_question=False, wait_s=0.01)
        loader.may_go_on.set()
        assert asked.result().tolist() == [4, 1]
    assert one.encode("a note", is_question=False, wait_s=0.01).tolist() == [6, 1]


def test_a_kept_vector_is_returned_without_waiting(loader: Loader) -> None:
    loader.may_go_on.set()
    one = kept(loader)
    one.encode("a", is_question=True)
    with one._lock:  # somebody encodes
        assert one.encode("a", is_question=True, wait_s=0).tolist() == [1, 1]
        with pytest.raises(ModelError, match="other requests are using it"):
            one.encode("b", is_question=True, wait_s=0)


def test_a_search_waits_for_one_sentence_of_a_note(loader: Loader) -> None:
    one, search_waits = kept(loader), threading.Event()
    loader.may_go_on.set()
    plain = loader._vector

    def vector(text: str) -> NDArray[np.float32]:
        if text == "first":
            search_waits.wait(10)
        return plain(text)

    one.load = lambda config: QueryEncoder(config.encoder, "", vector, vector)
    with ThreadPoolExecutor(2) as threads:
        note = threads.submit(
            lambda: [one.encode(text, is_question=False) for text in ("first", "second", "third")]
        )
        while not note.done() and one.encoder is None:
            pass
        search = threads.submit(one.encode, "search", is_question=True)
        _until_waiting(one._lock, 1)
        search_waits.set()
        search.result(), note.result()
    assert loader.encoded == ["first", "search", "second", "third"]


class TestFairLock:
    def test_who_waits_has_it_before_who_asks_again(self) -> None:
        lock, had = FairLock(), []

        def have(name: str) -> None:
            with lock:
                had.append(name)

        lock.acquire()
        with ThreadPoolExecutor(2) as threads:
            threads.submit(have, "first")
            _until_waiting(lock, 1)
            threads.submit(have, "second")
            _until_waiting(lock, 2)
            lock.release()
            have("again")
        assert had == ["first", "second", "again"]

    def test_who_gives_up_is_not_waited_for(self) -> None:
        lock = FairLock()
        lock.acquire()
        assert not lock.acquire(timeout=0.001)
        assert lock.n_waiting == 0
        lock.release()
        assert lock.acquire(timeout=0)

    def test_one_has_it_at_a_time_whoever_gives_up(self) -> None:
        lock, n, most, had = FairLock(), 0, 0, 0

        def have(_: int) -> None:
            nonlocal n, most, had
            for _times in range(200):
                if lock.acquire(timeout=0.0001):
                    n += 1
                    most = max(most, n)
                    had += 1
                    n -= 1
                    lock.release()

        with ThreadPoolExecutor(8) as threads:
            list(threads.map(have, range(8)))
        assert (most, n, lock.n_waiting) == (1, 0, 0)
        assert had > 0
        assert lock.acquire(timeout=0)


def _until_waiting(lock: FairLock, n: int) -> None:
    end = time.monotonic() + 10
    while lock.n_waiting < n:
        assert time.monotonic() < end, "nobody waits for the lock"


def test_typing_loads_a_model_that_saving_would_use(loader: Loader) -> None:
    quick = config(BUNDLED)
    warm = Warm(loader)
    assert warm.encode_if_warm(quick) is None
    loader.may_go_on.set()
    # Waits until the thread that was started is done.
    assert warm._kept(quick)._coming.acquire(timeout=10)
    assert warm.encode_if_warm(quick) is not None
    assert loader.n_loaded == 1
    # One that takes seconds is not loaded, since saving does without it too.
    slow = config("/no/such/folder")
    assert warm.encode_if_warm(slow) is None
    assert warm._kept(slow)._coming.acquire(blocking=False)
