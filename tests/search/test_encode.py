"""Test that the index is kept up to date: words first, then missing vectors, resumable."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from reader.base.cluster import TaskFailure
from reader.base.errors import ModelError, ModelMissing
from reader.base.words import query_terms
from reader.library.folder import Library
from reader.library.rows import failures, papers
from reader.library.rows.database import Database, forget_index
from reader.library.rows.failures import FIRST_RETRY
from reader.morning.rows import failed_stages
from reader.notes.rows import notes
from reader.search import encode as stage
from reader.search.encode import VECTORS_AT_ONCE, Encoder, encode, index_words
from reader.search.rows import index, vector_files
from reader.search.rows.index import Kind, PassageText
from tests.samples import (
    DAY,
    NOW,
    Clock,
    SmallEncoder,
    Web,
    a_library,
    no_encoder,
    paper,
    rows_of_kind,
    tools,
    vectors_of,
)

SMALL = SmallEncoder.name
N_TOPICS = 3
TOOLS = tools(Web())


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with a_library(tmp_path) as library:
        yield library


def fill(library: Library, n: int) -> None:
    # Each by its own author: papers of one are compared with one another.
    given = [paper(i, f"Garden {i}", authors=(f"Ada F{i}",)) for i in range(1, n + 1)]
    papers.add_papers(library.db, given, source="arXiv", on=DAY)


class Breaking(SmallEncoder):
    """Fail after some calls, as a kill or a broken model does."""

    def __init__(self, n: int, error: BaseException) -> None:
        self.n, self.error = n, error

    def encode_passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.n -= 1
        if self.n < 0:
            raise self.error
        return super().encode_passages(texts)


def n_texts(library: Library) -> int:
    kinds: tuple[Kind, ...] = ("note", "paper")
    return sum(len(rows_of_kind(library.db, kind)) for kind in kinds)


def find(library: Library, kind: Kind, query: str) -> list[int]:
    found = index.find_words(library.db, kind, query_terms(query), limit=9)
    return [row for row, _ in found]


def test_new_papers_and_notes_are_put_into_the_full_text_once(library: Library) -> None:
    fill(library, 3)
    notes.add_note(library.db, 1, "Mine.", is_written=False, at=NOW, on=DAY)
    index_words(library, TOOLS)
    assert n_texts(library) == 4
    rows = rows_of_kind(library.db, "paper")
    index_words(library, TOOLS)
    assert rows_of_kind(library.db, "paper") == rows


def test_everything_is_rebuilt_from_what_the_person_made(library: Library, tmp_path: Path) -> None:
    fill(library, 3)
    notes.add_note(library.db, 1, "Of frogs.", is_written=False, at=NOW, on=DAY)
    index_words(library, TOOLS)
    encode(library, TOOLS)
    before = [find(library, "note", "frogs"), find(library, "paper", "garden")]
    library.db.close()
    forget_index(tmp_path)
    with Database(tmp_path) as db:
        again = Library(tmp_path, library.config, db, library.now)
        assert db.index_is_new
        index_words(again, TOOLS)
        assert n_texts(again) == 4
        assert encode(again, TOOLS) == []
        found = [find(again, "note", "frogs"), find(again, "paper", "garden")]
        assert [len(rows) for rows in found] == [len(rows) for rows in before] == [1, 3]
        assert index.n_without_vector(db, SMALL) == 0


def test_every_text_and_every_topic_with_words_gets_a_vector(library: Library) -> None:
    fill(library, 2)
    index.add_passages(library.db, 1, [PassageText("Rain.", 1, "")], sha256="a")
    index_words(library, TOOLS)
    assert encode(library, TOOLS) == []
    rows, vectors = vectors_of(library.db, SMALL)
    assert sorted(rows) == [1, 2, 3]
    assert {len(vector) for vector in vectors} == {64 * 2}  # float16
    for topic in library.config.topics:
        assert index.has_vector(library.db, SMALL, ", ".join(topic.words))


def test_what_is_encoded_already_asks_for_no_model(library: Library) -> None:
    fill(library, 2)
    index_words(library, TOOLS)
    encode(library, TOOLS)
    assert encode(library, tools(Web(), encoder=no_encoder)) == []


def test_only_the_texts_of_some_papers_and_no_topics_when_asked(library: Library) -> None:
    fill(library, 3)
    index_words(library, TOOLS)
    assert encode(library, TOOLS, papers=[2]) == []
    assert index.n_without_vector(library.db, SMALL) == 2
    assert not index.has_vector(library.db, SMALL, "speech recognition")
    assert encode(library, tools(Web(), encoder=no_encoder), papers=[2]) == []


def test_a_missing_model_is_one_problem_and_words_work_without_it(library: Library) -> None:
    fill(library, 3)
    lacking = tools(Web(), encoder=no_encoder)
    index_words(library, lacking)
    assert n_texts(library) == 3
    problems = encode(library, lacking)
    assert [(p.stage, p.subject, p.error.exit_code) for p in problems] == [("encode", "3 texts", 7)]
    assert isinstance(problems[0].error, ModelMissing)
    assert find(library, "paper", "garden")


@pytest.mark.parametrize(
    "error", [KeyboardInterrupt(), ModelError(model="small", what="broke", hint="Look.")]
)
def test_an_interrupted_run_keeps_its_vectors_and_the_next_one_continues(
    library: Library, error: BaseException
) -> None:
    fill(library, 2 * VECTORS_AT_ONCE + 5)
    index_words(library, TOOLS)
    breaking = Breaking(1, error)

    def open_it() -> Encoder:
        return breaking

    if isinstance(error, KeyboardInterrupt):
        with pytest.raises(KeyboardInterrupt):
            encode(library, tools(Web(), encoder=open_it))
    else:
        assert len(encode(library, tools(Web(), encoder=open_it))) == 1
    assert index.n_without_vector(library.db, SMALL) == VECTORS_AT_ONCE + 5
    seen: list[tuple[str, int, int]] = []
    told = tools(Web(), progress=lambda *step: seen.append(step))
    assert encode(library, told) == []
    n = VECTORS_AT_ONCE + 5
    assert seen == [("encode", 0, n), ("encode", VECTORS_AT_ONCE, n), ("encode", n, n)]
    assert index.n_without_vector(library.db, SMALL) == 0


class Other(SmallEncoder):
    name = "other"


def test_another_model_encodes_all_anew_and_only_then_the_old_vectors_go(
    library: Library,
) -> None:
    fill(library, VECTORS_AT_ONCE + 5)
    index_words(library, TOOLS)
    encode(library, TOOLS)
    stopped = ModelError(model="other", what="broke", hint="Look.")

    class Stopping(Breaking):
        name = "other"

    other = replace(tools(Web(), encoder=lambda: Stopping(1, stopped)), encoder_name="other")
    assert len(encode(library, other)) == 1
    assert vector_files.others(library.db, "other") == [SMALL]
    assert vector_files.serving(library.db, "other") == SMALL
    assert encode(library, replace(tools(Web(), encoder=Other), encoder_name="other")) == []
    assert vector_files.others(library.db, "other") == []
    assert vector_files.serving(library.db, "other") == "other"
    assert index.n_without_vector(library.db, "other") == 0


def test_a_model_that_is_not_here_drops_nothing(library: Library) -> None:
    fill(library, 2)
    index_words(library, TOOLS)
    encode(library, TOOLS)
    encode(library, replace(tools(Web(), encoder=no_encoder), encoder_name=""))
    assert index.n_without_vector(library.db, SMALL) == 0


def test_all_waiting_texts_are_encoded_however_few_are_held_at_once(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stage, "WAITING_AT_ONCE", 3)
    monkeypatch.setattr(stage, "VECTORS_AT_ONCE", 2)
    fill(library, 8)
    index_words(library, TOOLS)
    seen: list[tuple[str, int, int]] = []
    assert encode(library, tools(Web(), progress=lambda *step: seen.append(step))) == []
    assert index.n_without_vector(library.db, SMALL) == 0
    assert [done for _, done, _ in seen] == [0, 2, 3, 5, 6, 8]
    assert {total for _, _, total in seen} == {8}


class Workers:
    """Stand for a cluster: encode as `SmallEncoder` does; a text with `poison` ends its worker."""

    def __init__(self, poison: str = "no text has this") -> None:
        self.poison = poison
        self.asked: list[int] = []

    def __call__(
        self,
        work: Callable[..., Any],
        items: Iterable[Any],
        arguments: Callable[[Any], tuple[Any, ...]],
        split: Callable[[Any], Iterable[Any]],
    ) -> Iterator[tuple[Any, Any]]:
        failed: list[Any] = []
        for item in items:
            texts, _model, name = arguments(item)
            assert name == SMALL
            self.asked.append(len(texts))
            if not any(self.poison in text for text in texts):
                yield item, SmallEncoder().encode_passages(texts)
            elif len(texts) == 1:
                yield item, TaskFailure("it ended each process that tried it")
            else:
                failed += split(item)
        if failed:
            yield from self(work, failed, arguments, split)


def test_workers_make_the_vectors_that_this_process_makes(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stage, "SENT_AT_ONCE", 3)
    fill(library, 8)
    index_words(library, TOOLS)
    workers = Workers()
    seen: list[tuple[str, int, int]] = []
    told = tools(Web(), progress=lambda *step: seen.append(step))
    assert encode(library, told, each=workers) == []
    assert workers.asked == [3, 3, 2]
    assert seen == [("encode", n, 8) for n in (0, 3, 6, 8)]
    found = vectors_of(library.db, SMALL)
    forget_vectors(library)
    encode(library, TOOLS)
    assert vectors_of(library.db, SMALL) == found


def forget_vectors(library: Library) -> None:
    with library.db.writing():
        library.db.execute("DELETE FROM idx.vectors")
        library.db.execute("DELETE FROM idx.counts WHERE encoder != ''")


def test_a_text_that_ends_its_worker_is_set_aside_until_its_next_try(tmp_path: Path) -> None:
    clock = Clock()
    with a_library(tmp_path, now=clock) as library:
        fill(library, 8)
        index_words(library, TOOLS)
        (problem,) = encode(library, TOOLS, each=Workers("Garden 5"))
        assert index.n_without_vector(library.db, SMALL) == 1
        assert "“Garden 5" in problem.error.message
        assert "it ended each process that tried it; next try after" in problem.error.message
        assert failed_stages(library.db, without=()) == {"encode": 1}
        # Not before its time, not even in this process, which it would end too.
        workers = Workers("Garden 5")
        assert len(encode(library, TOOLS, each=workers)) == len(encode(library, TOOLS)) == 1
        assert workers.asked == []
        clock.now += FIRST_RETRY
        assert encode(library, TOOLS, each=workers) != []
        assert workers.asked == [1]
        (failure,) = failures.failures(library.db, "encode")
        assert failure.retry_at - failure.tried_at == 2 * FIRST_RETRY
        clock.now = failure.retry_at
        assert encode(library, TOOLS, each=Workers()) == []
        assert index.n_without_vector(library.db, SMALL) == 0
        assert failed_stages(library.db, without=()) == {}


def test_a_text_that_was_set_aside_and_is_gone_is_forgotten(library: Library) -> None:
    fill(library, 3)
    index_words(library, TOOLS)
    assert len(encode(library, TOOLS, each=Workers("Garden 2"))) == 1
    index.delete_texts(library.db, 2)
    assert encode(library, TOOLS) == []
    assert failures.failures(library.db, "encode") == []


def test_workers_without_the_model_end_the_stage_with_its_error(library: Library) -> None:
    def each(_work: object, items: Iterable[Any], *_: object) -> Iterator[tuple[Any, Any]]:
        yield next(iter(items)), ModelMissing(model="small", what="it was removed", hint="")

    fill(library, 3)
    index_words(library, TOOLS)
    (problem,) = encode(library, TOOLS, each=each)
    assert isinstance(problem.error, ModelMissing)
    assert failures.failures(library.db, "encode") == []


@pytest.mark.slow
def test_more_papers_than_one_transaction_holds_are_all_indexed(library: Library) -> None:
    n = stage.TEXTS_AT_ONCE + 3
    fill(library, n)
    index_words(library, TOOLS)
    assert n_texts(library) == n
    assert index.papers_without_text(library.db, limit=9) == []
