"""Test that similarity finds the nearest, whatever the files beside index.db have or lack."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from reader.library.disk import lock_file
from reader.library.rows import papers
from reader.library.rows.database import Database, forget_index
from reader.search.rows import index, vector_files
from reader.search.rows.index import PassageText
from reader.search.rows.nearest import Nearest
from reader.search.rows.vector_files import append, drop, folder_of, others, refresh, serving
from tests.data import ROOT
from tests.samples import DAY, new_database, paper, rows_of_kind, vectors_of

D = 8
E5 = "e5 @1/2"


def vector(text: str) -> NDArray[np.float32]:
    """Invent a unit vector for a text, the same one each time."""
    drawn = np.random.default_rng(list(text.encode())).standard_normal(D)
    unit: NDArray[np.float32] = (drawn / np.linalg.norm(drawn)).astype(np.float32)
    return unit


QUERY = vector("what was it?")


def add_passages(db: Database, row: int, texts: list[str], *, encoder: str = E5) -> None:
    """Add passages to a paper, each with a vector."""
    index.add_passages(db, row, [PassageText(t, 1, "") for t in texts], sha256="0")
    encode(db, encoder)


def encode(db: Database, encoder: str = E5) -> None:
    missing = index.texts_without_vector(db, encoder)
    vectors = [(key, vector(text).astype(np.float16).tobytes()) for key, text in missing]
    index.add_vectors(db, encoder, vectors)


def by_hand(db: Database, *, limit: int = 9) -> list[str]:
    """Rank the passages as index.db alone would, one by one."""
    rows, vectors = vectors_of(db, E5)
    wanted = set(rows_of_kind(db, "passage"))
    scored = [
        (float(np.frombuffer(v, np.float16).astype(np.float32) @ QUERY), row)
        for row, v in zip(rows, vectors, strict=True)
        if row in wanted
    ]
    best = [row for _, row in sorted(scored, key=lambda pair: (-pair[0], pair[1]))]
    return words(db, best[:limit])


def words(db: Database, rows: list[int]) -> list[str]:
    texts = index.texts_at(db, rows)
    return [texts[row].text for row in rows]


def rows(nearest: Nearest, *, limit: int) -> list[int]:
    return [row for row, _ in nearest.rank("passage", QUERY, limit=limit)]


def ranked(db: Database, *, limit: int = 9) -> list[str]:
    return words(db, rows(Nearest(db, E5), limit=limit))


def state(db: Database) -> dict[str, object]:
    found: dict[str, object] = json.loads((folder_of(db, E5) / "state.json").read_bytes())
    return found


def copied(db: Database) -> set[str]:
    """Read the hashes of the passages whose vectors are in the files."""
    kept = vector_files.state_of(db, E5)
    n = kept.n.get("passage", 0) if kept else 0
    file = folder_of(db, E5) / f"passage-{kept.generation if kept else 1}.keys"
    return {file.read_bytes()[16 * i : 16 * i + 16].hex() for i in range(n)}


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    with new_database(tmp_path) as db:
        papers.add_papers(db, [paper(n) for n in range(1, 6)], source="arXiv", on=DAY)
        add_passages(db, 1, ["rain", "雨", "snow", "hail"])
        yield db


@pytest.mark.parametrize("make", [None, append, refresh])
def test_with_and_without_files_the_order_is_that_of_the_cosines(
    db: Database, make: Callable[[Database, str], None] | None
) -> None:
    if make:
        make(db, E5)
    add_passages(db, 2, ["wind", "fog"])
    assert len(by_hand(db)) == 6
    assert ranked(db) == by_hand(db)
    assert ranked(db, limit=2) == by_hand(db)[:2]


@pytest.mark.parametrize("make", [None, append])
@pytest.mark.parametrize("wanted", [set(), {"snow"}, {"rain", "wind", "雨"}, {"nowhere"}])
def test_only_some_texts_are_compared_where_only_they_are_asked_for(
    db: Database, make: Callable[[Database, str], None] | None, wanted: set[str]
) -> None:
    if make:
        make(db, E5)
    add_passages(db, 2, ["wind", "fog"])
    within = {index.hash_of(text) for text in wanted}
    found = [row for row, _ in Nearest(db, E5).rank("passage", QUERY, limit=9, within=within)]
    assert words(db, found) == [text for text in by_hand(db) if text in wanted]


def test_each_kind_is_ranked_by_itself(db: Database) -> None:
    index.add_paper_texts(db, [3])
    encode(db)
    append(db, E5)
    nearest = Nearest(db, E5)
    assert [
        index.texts_at(db, [row])[row].paper for row, _ in nearest.rank("paper", QUERY, limit=9)
    ] == [3]
    assert nearest.rank("note", QUERY, limit=9) == []


def test_two_texts_of_the_same_words_are_both_found(db: Database) -> None:
    add_passages(db, 2, ["rain"])
    append(db, E5)
    assert sorted(ranked(db)) == ["hail", "rain", "rain", "snow", "雨"]


def test_an_append_writes_what_is_new_and_nothing_else(db: Database) -> None:
    append(db, E5)
    add_passages(db, 2, ["wind"])
    append(db, E5)
    files = sorted(folder_of(db, E5).glob("passage*"))
    assert [(f.name, f.stat().st_size) for f in files] == [
        ("passage-1.f16", 5 * D * 2),
        ("passage-1.i8", 5 * D),
        ("passage-1.keys", 5 * 16),
    ]
    assert state(db)["n"] == {"passage": 5}


@pytest.mark.parametrize("bring", [append, refresh, Nearest])
def test_vectors_of_an_earlier_version_are_rounded_and_nothing_else_is_written(
    db: Database, bring: Callable[[Database, str], object]
) -> None:
    append(db, E5)
    folder = folder_of(db, E5)
    whole = (folder / "passage-1.i8").read_bytes()
    (folder / "passage-1.i8").write_bytes(whole[:D])
    before = {file: file.stat().st_mtime_ns for file in folder.iterdir()}
    assert ranked(db) == by_hand(db)
    bring(db, E5)
    assert (folder / "passage-1.i8").read_bytes() == whole
    changed = {file.name for file in before if file.stat().st_mtime_ns != before[file]}
    assert changed == {"passage-1.i8"}


def test_rounded_vectors_that_a_kill_left_behind_are_overwritten(db: Database) -> None:
    append(db, E5)
    folder = folder_of(db, E5)
    with (folder / "passage-1.i8").open("ab") as file:
        file.write(b"\1" * 3 * D)
    add_passages(db, 2, ["wind"])
    append(db, E5)
    vectors = np.fromfile(folder / "passage-1.f16", np.float16)
    whole = np.fromfile(folder / "passage-1.i8", np.int8)
    assert len(whole) == 5 * D
    assert np.abs(whole / 127 * vector_files.MOST / D**0.5 - vectors).max() < 0.01


def test_a_library_that_cannot_be_written_is_searched_without_rounded_vectors(
    db: Database,
) -> None:
    append(db, E5)
    (folder_of(db, E5) / "passage-1.i8").unlink()
    db.can_write = False
    assert ranked(db) == by_hand(db)
    assert not (folder_of(db, E5) / "passage-1.i8").exists()


def test_rounding_loses_hardly_any_of_the_nearest(db: Database) -> None:
    """Cosines lie as near together as those of real texts do: between .7 and .9 in all."""
    draw = np.random.default_rng(0)
    n, d, limit = 20_000, 384, 50
    vectors = 1.5 * draw.standard_normal(d) + draw.standard_normal((n, d))
    vectors = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float16)
    texts = [f"text {i}" for i in range(n)]
    index.add_passages(db, 2, [PassageText(t, 1, "") for t in texts], sha256="0")
    kept = [(index.hash_of(t), v.tobytes()) for t, v in zip(texts, vectors, strict=True)]
    index.add_vectors(db, "wide", kept)
    append(db, "wide")
    assert (folder_of(db, "wide") / "passage-1.i8").stat().st_size == n * d
    for query in vectors[:20].astype(np.float32):
        query /= np.linalg.norm(query)
        found = Nearest(db, "wide").rank("passage", query, limit=limit)
        best = np.argsort(-(vectors.astype(np.float32) @ query), kind="stable")[:limit]
        assert words(db, [row for row, _ in found]) == [texts[i] for i in best]


def test_texts_that_are_gone_are_not_found_and_their_vectors_go_in_the_end(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    append(db, E5)
    index.add_passages(db, 1, [PassageText("hail", 1, "")], sha256="1")
    assert ranked(db) == ["hail"]
    refresh(db, E5)
    assert state(db)["n"] == {"passage": 5}  # one is there twice: too few to be worth it
    monkeypatch.setattr(vector_files, "MIN_STALE", 2)
    refresh(db, E5)
    assert state(db)["n"] == {"passage": 1}
    assert {f.name for f in folder_of(db, E5).iterdir()} == {
        "passage-2.f16", "passage-2.i8", "passage-2.keys", "state.json"
    }  # fmt: skip
    assert ranked(db) == ["hail"]


@pytest.mark.parametrize(
    "harm",
    [
        lambda folder: (folder / "state.json").unlink(),
        lambda folder: (folder / "state.json").write_bytes(b'{"index"'),
        lambda folder: (folder / "state.json").write_bytes(b"[]"),
        lambda folder: (folder / "passage-1.f16").unlink(),
        lambda folder: (folder / "passage-1.keys").write_bytes(b"123"),
        lambda folder: (folder / "passage-1.f16").write_bytes(b"torn"),
        lambda folder: shutil.rmtree(folder),
    ],
)
def test_files_that_are_torn_or_gone_are_made_again(
    db: Database, harm: Callable[[Path], object]
) -> None:
    append(db, E5)
    harm(folder_of(db, E5))
    assert ranked(db) == by_hand(db)
    append(db, E5)
    assert state(db)["n"] == {"passage": 4}
    assert ranked(db) == by_hand(db)


def test_rows_that_were_written_and_not_counted_are_overwritten(db: Database) -> None:
    append(db, E5)
    for ending in ("f16", "keys"):
        with (folder_of(db, E5) / f"passage-1.{ending}").open("ab") as file:
            file.write(b"half a row")  # as a kill before state.json leaves it
    add_passages(db, 2, ["wind"])
    append(db, E5)
    assert ranked(db) == by_hand(db)
    assert (folder_of(db, E5) / "passage-1.f16").stat().st_size == 5 * D * 2


def test_files_of_another_index_are_not_used(db: Database, tmp_path: Path) -> None:
    append(db, E5)
    db.close()
    forget_index(tmp_path)
    with Database(tmp_path) as anew:
        add_passages(anew, 2, ["wind"])
        assert ranked(anew) == ["wind"]
        append(anew, E5)
        assert state(anew)["n"] == {"passage": 1}
        assert ranked(anew) == ["wind"]


def test_files_made_before_anything_was_encoded_lose_nothing(tmp_path: Path) -> None:
    with new_database(tmp_path) as db:
        papers.add_papers(db, [paper(1)], source="arXiv", on=DAY)
        append(db, E5)
        add_passages(db, 1, ["rain"])
        append(db, E5)
        assert ranked(db) == ["rain"]


def test_two_encoders_live_side_by_side(db: Database) -> None:
    encode(db, "other")
    append(db, E5)
    append(db, "other")
    assert folder_of(db, E5) != folder_of(db, "other")
    assert ranked(db) == by_hand(db)
    assert ranked(db) == words(db, rows(Nearest(db, "other"), limit=9))


def test_a_question_of_another_width_finds_nothing_here(db: Database) -> None:
    append(db, E5)
    assert Nearest(db, E5).rank("passage", np.ones(5, np.float32), limit=9) == []


def test_many_new_vectors_are_put_into_the_files_by_the_first_search(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reader.search.rows.nearest.MAX_TAIL", 3)
    assert ranked(db) == by_hand(db)
    assert state(db)["n"] == {"passage": 4}


def test_while_another_process_writes_them_index_db_answers(db: Database, tmp_path: Path) -> None:
    (tmp_path / "vectors").mkdir()
    with lock_file(tmp_path / "vectors" / "vectors.lock"):
        append(db, E5)
        refresh(db, E5)
        assert not folder_of(db, E5).exists()
        assert ranked(db) == by_hand(db)


def test_on_a_full_disk_index_db_answers(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    append(db, E5)
    monkeypatch.setattr("reader.search.rows.nearest.MAX_TAIL", 0)
    add_passages(db, 2, ["new words"])
    # A file that cannot be written stands for a disk that takes no more.
    (folder_of(db, E5) / "state.json.part").mkdir()
    assert ranked(db) == by_hand(db)


def test_vectors_that_stand_twice_push_nothing_out(db: Database) -> None:
    append(db, E5)
    for n in range(6):
        index.add_passages(
            db, 1, [PassageText(t, 1, "") for t in ("rain", "雨", "snow", "hail")], sha256=str(n)
        )
        append(db, E5)
    assert state(db)["n"] == {"passage": 4 * 7}
    assert ranked(db, limit=3) == by_hand(db)[:3]


@pytest.mark.parametrize("seed", [152, 260, 395])
def test_where_most_vectors_are_of_deleted_texts_the_last_one_found_is_right(
    db: Database, seed: int
) -> None:
    # Nine of the 36 nearest after rounding are of texts that are here, and one that is nearer than
    # the ninth of them was rounded to less than it is.
    for i in range(12):
        add_passages(db, 2 + i % 4, [f"{seed} {i} {j}" for j in range(40)])
        append(db, E5)
    assert ranked(db) == by_hand(db)


def test_the_old_encoder_is_used_until_the_new_one_has_as_many_vectors(db: Database) -> None:
    assert serving(db, E5) == E5
    append(db, E5)
    add_passages(db, 2, ["wind"], encoder="none")
    assert serving(db, "new") == E5
    part = [(index.hash_of(text), b"\0\0" * D) for text in ("rain", "雨")]
    index.add_vectors(db, "new", part)
    append(db, "new")
    assert (serving(db, "new"), others(db, "new")) == (E5, [E5, "none"])
    encode(db, "new")
    append(db, "new")
    assert serving(db, "new") == "new"
    assert serving(db, E5) == "new"  # it lacks what came since


def test_what_comes_after_a_dropped_encoder_is_not_overlooked(db: Database) -> None:
    encode(db, "old")
    add_passages(db, 2, ["wind"])
    encode(db, "old")  # the last rows are the old one's
    append(db, E5)
    append(db, "old")
    drop(db, "old")
    assert others(db, E5) == []
    assert not folder_of(db, "old").exists()
    add_passages(db, 3, ["fog"])
    assert ranked(db) == by_hand(db)
    append(db, E5)
    assert "fog" in ranked(db)
    assert ranked(db) == by_hand(db)


def test_the_only_vectors_there_are_are_not_dropped(db: Database) -> None:
    append(db, E5)
    drop(db, E5)
    assert others(db, "new") == [E5]
    assert ranked(db) == by_hand(db)


def test_folders_of_unused_encoders_are_deleted(db: Database) -> None:
    append(db, "gone")
    folder_of(db, "gone").mkdir(parents=True)
    (folder_of(db, "gone") / "passage-1.f16").write_bytes(b"torn")
    refresh(db, E5)
    assert [f.name for f in folder_of(db, E5).parent.glob("*/")] == [folder_of(db, E5).name]


def test_all_vectors_are_compared_only_when_much_came(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vector_files, "MIN_STALE", 3)
    refresh(db, E5)
    compared = state(db)["compared"]
    add_passages(db, 2, ["wind", "fog"])
    refresh(db, E5)
    assert (state(db)["n"], state(db)["compared"]) == ({"passage": 6}, compared)
    add_passages(db, 3, ["mist", "霧"])
    refresh(db, E5)
    assert (state(db)["n"], state(db)["compared"]) == ({"passage": 8}, state(db)["upto"])
    assert state(db)["compared"] != compared


def test_what_came_after_an_older_index_was_put_back_is_copied(
    db: Database, tmp_path: Path
) -> None:
    refresh(db, E5)
    db.close()
    (tmp_path / "older").write_bytes((tmp_path / "index.db").read_bytes())
    with Database(tmp_path) as later:
        add_passages(later, 2, ["wind", "fog"])
        refresh(later, E5)
    (tmp_path / "older").replace(tmp_path / "index.db")
    with Database(tmp_path) as back:
        add_passages(back, 3, ["mist"])
        refresh(back, E5)
        assert ranked(back) == by_hand(back)
        assert "mist" in ranked(back)


def test_index_db_is_on_the_disk_before_its_vectors_count_as_copied(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    flushed: list[str] = []

    def fsync(file: int) -> None:
        flushed.append(Path(f"/proc/self/fd/{file}").resolve().name)

    monkeypatch.setattr("os.fsync", fsync)
    for write in (append, append, refresh):
        add_passages(db, 2, [f"wind {len(flushed)}"])
        flushed.clear()
        write(db, E5)
        assert flushed.index("index.db-wal") < flushed.index("state.json.part")


@pytest.mark.parametrize("lost", ["state", "folder"])
def test_files_made_anew_are_not_taken_for_those_that_were_open_before(
    db: Database, lost: str
) -> None:
    """A process that goes on, as a server does, keeps files mapped. As many vectors of other
    texts came under the same name, and it searched those that were gone."""
    refresh(db, E5)
    assert ranked(db) == by_hand(db)
    add_passages(db, 1, ["wind", "fog", "霧", "mist"])
    if lost == "state":
        (folder_of(db, E5) / "state.json").unlink()
    else:
        shutil.rmtree(folder_of(db, E5))
    refresh(db, E5)
    assert ranked(db) == by_hand(db)


def test_files_that_are_made_anew_have_a_new_name(db: Database) -> None:
    """Another process may be about to open the old ones, whose state it has read."""
    refresh(db, E5)
    for n in (2, 3):
        (folder_of(db, E5) / "state.json").unlink()
        refresh(db, E5)
        assert state(db)["generation"] == n


KILLED = """
import sys
from pathlib import Path
from reader.library.rows.database import Database
from reader.search.rows.vector_files import append, refresh
with Database(Path(sys.argv[1])) as db:
    print("ready", flush=True)
    while True:
        refresh(db, "e5 @1/2")
        append(db, "e5 @1/2")
        for file in Path(sys.argv[1], "vectors").glob("*/state.json"):
            if sys.argv[2] == "remake":
                file.unlink()
"""


@pytest.mark.slow
@pytest.mark.parametrize("way", ["append", "remake"])
def test_kills_at_any_moment_lose_nothing(db: Database, tmp_path: Path, way: str) -> None:
    for n in range(12):
        child = subprocess.Popen(
            [sys.executable, "-c", KILLED, str(tmp_path), way], stdout=subprocess.PIPE, cwd=ROOT
        )
        assert child.stdout
        child.stdout.readline()
        for i in range(n + 1):
            add_passages(db, 2 + n % 4, [f"{n} {i} {j}" for j in range(40)])
        child.kill()
        child.communicate()
        assert ranked(db) == by_hand(db)
        append(db, E5)
        assert ranked(db) == by_hand(db)
    refresh(db, E5)
    assert ranked(db) == by_hand(db)


TEXTS = st.lists(st.sampled_from("abcdefgh"), max_size=4)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("texts"), st.integers(1, 5), TEXTS),
        st.tuples(st.sampled_from(["append", "refresh", "tear", "forget", "other", "drop"])),
    ),
    max_size=8,
)  # fmt: skip


@settings(max_examples=40, deadline=None)
@given(STEPS)
def test_after_any_steps_the_order_is_that_of_the_cosines(steps: list[tuple[object, ...]]) -> None:
    with tempfile.TemporaryDirectory() as folder, new_database(Path(folder)) as db:
        papers.add_papers(db, [paper(n) for n in range(1, 6)], source="arXiv", on=DAY)
        for step in steps:
            match step:
                case ("texts", int(row), list(texts)):
                    add_passages(db, row, texts)
                case ("append",):
                    append(db, E5)
                case ("refresh",):
                    refresh(db, E5)
                    assert set(index.hashes_of(db, "passage").values()) <= copied(db)
                case ("other",):
                    encode(db, "other")
                    append(db, "other")
                case ("drop",):
                    drop(db, "other")
                case ("tear",):
                    for file in folder_of(db, E5).glob("*.f16"):
                        file.write_bytes(file.read_bytes()[:-3])
                case _:
                    shutil.rmtree(folder_of(db, E5), ignore_errors=True)
            assert sorted(ranked(db, limit=50)) == sorted(by_hand(db, limit=50))
        # Texts of the same words have the same cosine, so they may stand in any order.
        assert ranked(db, limit=50) == by_hand(db, limit=50)
