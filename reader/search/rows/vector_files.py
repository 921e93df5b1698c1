"""Copy the vectors of index.db into files that can be mapped into memory.

    vectors/<encoder>/state.json       the encoder, the index.db, and how many rows count
    vectors/<encoder>/<kind>-<n>.f16   vectors, d float16 each, one after another
    vectors/<encoder>/<kind>-<n>.keys  the hash of each vector's text, 16 bytes each
    vectors/<encoder>/<kind>-<n>.i8    the vectors rounded to d bytes each, which are compared first

index.db is the truth, and the files repeat it. Rows are appended and flushed before state.json
is renamed over the old one, so rows that a kill left behind do not count, and the next append
overwrites them. A vector may be there twice. While a library is encoded anew for another model,
two encoders have a folder each. Vectors are compared elsewhere (`nearest`).
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from reader.base.errors import Locked, ReadOnly
from reader.library.disk import lock_file
from reader.library.rows.database import Database
from reader.search.rows.index import TEXT_SQL, Kind, PassageText, hash_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import ArrayLike, NDArray

    Keys = NDArray[np.bytes_]

Row = tuple[Kind, str, bytes]
"""The kind of a text, its hash, its vector."""

KEY = 16
"""Bytes of a hash: its 32 hexadecimal digits, packed."""

AT_ONCE = 20_000
"""Vectors that are copied from index.db at a time, 15 MB with 384 dimensions."""

KINDS: tuple[Kind, ...] = ("note", "highlight", "paper", "passage")

MOST = 5.0
"""The largest number of a unit vector that is rounded exactly, in standard deviations of all its
numbers; the bundled model's largest one is 3.9."""

MIN_STALE = 2_000
"""The number of vectors of deleted texts up to which the files are never made anew."""


@dataclass(frozen=True, slots=True)
class State:
    """The state of the files of one encoder.

    encoder: its name. index: the index.db that they repeat (its application_id). d: numbers of a
    vector. upto: the last row of index.db's vectors that was copied. compared: the last one when
    all were compared. generation: the number in the files' names, another one when they are made
    anew. n: kind → rows that count.
    """

    encoder: str
    index: int
    d: int
    upto: int = 0
    compared: int = 0
    generation: int = 1
    n: dict[str, int] = field(default_factory=dict)


def append(db: Database, encoder: str) -> None:
    """Append the vectors that index.db has beyond the files, in time of what is appended.

    Does nothing where another process does so, or the library cannot be written.
    """
    with contextlib.suppress(Locked, ReadOnly), _locked(db):
        state = state_of(db, encoder)
        if state is None:
            _remake(db, encoder)
        else:
            _append_new(db, state)


def _append_new(db: Database, state: State) -> None:
    _round_all(db, state)
    # Read first: vectors that are written meanwhile are copied the next time.
    upto = _last_row(db)
    added = beyond(db, state.encoder, state.upto)
    if added:
        _write_state(db, replace(_appended(db, state, added), upto=upto))


def refresh(db: Database, encoder: str) -> None:
    """Append as `append` does; where much came or went since the last time, compare the files
    with index.db completely.

    They are made anew where a quarter of their vectors are of deleted texts, or are there twice.
    Does nothing where `append` would do nothing.
    """
    with contextlib.suppress(Locked, ReadOnly), _locked(db):
        # Folders of which nothing counts are another index.db's, or torn. Not this encoder's own:
        # the names in it tell which number the next files must not have.
        for folder in db.index_path.with_name("vectors").glob("*/"):
            if folder != folder_of(db, encoder) and _read_state(db, folder) is None:
                shutil.rmtree(folder, ignore_errors=True)
        state = state_of(db, encoder)
        if state is None:
            _remake(db, encoder)
            return
        if not _is_due(db, state):
            _append_new(db, state)
            return
        _round_all(db, state)
        upto = _last_row(db)
        missing: list[tuple[Kind, str]] = []
        n_stale = 0
        for kind in KINDS:
            lacking, n_here = _compared(db, state, kind)
            missing += [(kind, key) for key in lacking]
            n_stale += state.n.get(kind, 0) - n_here
        if n_stale > max(MIN_STALE, sum(state.n.values()) // 4):
            _remake(db, encoder)
        else:
            for start in range(0, len(missing), AT_ONCE):
                rows = _vectors(db, encoder, missing[start : start + AT_ONCE])
                state = _appended(db, state, rows)
            _write_state(db, replace(state, upto=upto, compared=upto))


def _is_due(db: Database, state: State) -> bool:
    """Check whether the files should be compared completely: it takes a second for 300,000 texts.

    `append` alone loses nothing, but leaves what is of deleted texts or there twice.
    """
    n, upto = sum(state.n.values()), _last_row(db)
    n_gone = n - db.number("SELECT n FROM idx.counts WHERE encoder = ?", (state.encoder,))
    # An index.db from before what was copied, which somebody put back, has lower rows.
    return (
        upto < state.upto
        or upto - state.compared > max(MIN_STALE, n // 16)
        or n_gone > max(MIN_STALE, n // 4)
    )


def serving(db: Database, encoder: str) -> str:
    """Choose the encoder whose vectors are used now.

    It is the one given, unless the files have more vectors of another one, which it has not
    replaced yet.
    """
    folders = sorted(db.index_path.with_name("vectors").glob("*/"))
    states = [state for folder in folders if (state := _read_state(db, folder))]
    n_vectors = {state.encoder: sum(state.n.values()) for state in states}
    most = max(n_vectors, key=lambda name: n_vectors[name], default=encoder)
    return most if n_vectors.get(most, 0) > n_vectors.get(encoder, 0) else encoder


def others(db: Database, encoder: str) -> list[str]:
    """List the other encoders of which index.db has vectors."""
    return db.column(
        "SELECT encoder FROM idx.counts WHERE encoder NOT IN ('', ?) ORDER BY encoder", (encoder,)
    )


def drop(db: Database, encoder: str) -> None:
    """Delete the vectors of an encoder that another one has replaced, a few at a time.

    Does nothing where `append` would do nothing; after a kill the next call goes on.
    """
    with contextlib.suppress(Locked, ReadOnly), _locked(db):
        last = _last_row(db)
        # SQLite gives a new row the highest number plus one. Files and searches look for numbers
        # above the last one that they know, so the highest number must never get lower: where its
        # row is deleted, another one is moved behind it first.
        with db.writing():
            stays = db.read_one(
                "SELECT rowid AS at FROM idx.vectors WHERE encoder != ? ORDER BY rowid DESC"
                " LIMIT 1",
                (encoder,),
            )
            if stays is None:
                return
            if stays["at"] < last:
                db.execute(
                    "UPDATE idx.vectors SET rowid = ? WHERE rowid = ?", (last + 1, stays["at"])
                )
        for first in range(0, last, AT_ONCE):
            with db.writing():
                db.execute(
                    "DELETE FROM idx.vectors WHERE rowid BETWEEN ? AND ? AND +encoder = ?",
                    (first + 1, first + AT_ONCE, encoder),
                )
        with db.writing():
            db.execute("DELETE FROM idx.counts WHERE encoder = ?", (encoder,))
        shutil.rmtree(folder_of(db, encoder), ignore_errors=True)


def folder_of(db: Database, encoder: str) -> Path:
    """Get the folder of an encoder's files, with a readable name and a hash of the encoder's."""
    readable = re.sub(r"[^A-Za-z0-9]+", "-", encoder)[:60].strip("-")
    name = f"{readable}-{hashlib.sha256(encoder.encode()).hexdigest()[:8]}"
    return db.index_path.with_name("vectors") / name


def state_of(db: Database, encoder: str) -> State | None:
    """Read the state of an encoder's files.

    None where they are missing, incomplete, or of another index.db.
    """
    return _read_state(db, folder_of(db, encoder))


def _read_state(db: Database, folder: Path) -> State | None:
    try:
        plain = json.loads((folder / "state.json").read_bytes())
        state = State(**plain)
        for kind, n in state.n.items():
            vectors, keys = files_of(folder, kind, state.generation)
            if vectors.stat().st_size < n * state.d * 2 or keys.stat().st_size < n * KEY:
                return None
        # Somebody may have copied or renamed the folder.
        is_its_own = folder_of(db, state.encoder).name == folder.name
    except (OSError, ValueError, TypeError, AttributeError):
        return None  # the files are made anew from index.db
    return state if is_its_own and state.index == _index_id(db) else None


def files_of(folder: Path, kind: str, generation: int) -> tuple[Path, Path]:
    """Get the files of one kind of text: its vectors, its keys."""
    stem = folder / f"{kind}-{generation}"
    return stem.with_suffix(".f16"), stem.with_suffix(".keys")


def rounded_file(folder: Path, kind: str, generation: int) -> Path:
    """Get the file of one kind's rounded vectors."""
    return folder / f"{kind}-{generation}.i8"


def is_rounded(db: Database, state: State) -> bool:
    """Check whether all vectors of the files have been rounded; earlier versions did not."""
    folder = folder_of(db, state.encoder)
    files = {kind: rounded_file(folder, kind, state.generation) for kind in state.n}
    return all(f.is_file() and f.stat().st_size >= state.n[k] * state.d for k, f in files.items())


def rounded(vectors: ArrayLike, most: float) -> NDArray[np.int8]:
    """Round vectors to whole numbers from -127 to 127, which stands for `most` and all above."""
    import numpy as np

    scaled = np.asarray(vectors, np.float32) * (127 / most)
    whole: NDArray[np.int8] = np.clip(np.rint(scaled), -127, 127).astype(np.int8)
    return whole


def _round_all(db: Database, state: State) -> None:
    if not is_rounded(db, state):
        for kind, n in state.n.items():
            _round(db, state, kind, n, n)


def _round(db: Database, state: State, kind: str, n_old: int, n: int) -> None:
    """Bring the rounded vectors of a kind up to its first n; the first n_old count already."""
    import numpy as np

    folder = folder_of(db, state.encoder)
    vectors, _keys = files_of(folder, kind, state.generation)
    file = rounded_file(folder, kind, state.generation)
    file.touch()
    done = min(file.stat().st_size // state.d, n_old)
    while done < n:
        count = min(AT_ONCE, n - done)
        at = done * state.d
        part = np.fromfile(vectors, np.float16, count=count * state.d, offset=2 * at)
        _write_at(file, at, rounded(part, MOST / state.d**0.5).tobytes())
        done += count


def _compared(db: Database, state: State, kind: Kind) -> tuple[list[str], int]:
    """Compare the files of one kind with index.db.

    Returns the hashes that the files lack, and how many of index.db's they have.
    """
    import numpy as np

    n = state.n.get(kind, 0)
    here: Keys = np.empty(0, f"S{KEY}")
    if n:
        keys = files_of(folder_of(db, state.encoder), kind, state.generation)[1]
        here = np.unique(np.fromfile(keys, f"S{KEY}", count=n))
    wanted = np.frombuffer(b"".join(_wanted_hashes(db, state.encoder, kind)), f"S{KEY}")
    is_here = np.isin(wanted, here)
    # numpy drops zero bytes at the end.
    lacking = [key.ljust(KEY, b"\0").hex() for key in wanted[~is_here].tolist()]
    return lacking, int(is_here.sum())


def _appended(db: Database, state: State, rows: Sequence[Row]) -> State:
    """Append rows to their files, and return the state with which they count.

    Vectors of another length are left out.
    """
    n = dict(state.n)
    folder = folder_of(db, state.encoder)
    for kind in dict.fromkeys(kind for kind, _, _ in rows):
        chosen = [(k, v) for row, k, v in rows if row == kind and len(v) == 2 * state.d]
        old = n.get(kind, 0)
        vectors, keys = files_of(folder, kind, state.generation)
        _write_at(vectors, old * state.d * 2, b"".join(v for _, v in chosen))
        _write_at(keys, old * KEY, b"".join(bytes.fromhex(k) for k, _ in chosen))
        n[kind] = old + len(chosen)
        _round(db, state, kind, old, n[kind])
    return replace(state, n=n)


def _write_at(file: Path, at: int, content: bytes) -> None:
    """Write at a position, in place of all that a kill left behind it, and flush."""
    file.touch()  # "r+b" needs the file, "w+b" would empty it
    with file.open("r+b") as handle:
        handle.truncate(at)
        handle.seek(at)
        handle.write(content)
        handle.flush()
        os.fsync(handle.fileno())


def _write_state(db: Database, state: State) -> None:
    folder = folder_of(db, state.encoder)
    # Else a power cut may take rows from index.db that count as copied here; others get their
    # numbers, and are never copied.
    _flush_index(db)
    # The rows count from here on: renaming is all or nothing, also where the power fails.
    beside = folder / "state.json.part"
    with beside.open("w", encoding="ascii") as handle:
        json.dump(asdict(state), handle)
        handle.flush()
        os.fsync(handle.fileno())
    beside.replace(folder / "state.json")


def _flush_index(db: Database) -> None:
    """Flush what was committed to index.db; SQLite does so when its log has grown long."""
    log = db.index_path.with_name(f"{db.index_path.name}-wal")
    with db.translated(), contextlib.suppress(FileNotFoundError), log.open("r+b") as handle:
        os.fsync(handle.fileno())


def _remake(db: Database, encoder: str) -> None:
    """Make the files anew under new names, so that a search with the old ones open goes on."""
    width = db.read_one("SELECT length(vector) AS n FROM idx.vectors WHERE encoder = ?", (encoder,))
    if width is None:
        return  # nothing is encoded yet, so the length of vectors is unknown
    folder = folder_of(db, encoder)
    folder.mkdir(parents=True, exist_ok=True)
    upto = _last_row(db)
    old = {file for ending in ("f16", "keys", "i8") for file in folder.glob(f"*.{ending}")}
    used = [int(number) for file in old if (number := file.stem.rpartition("-")[2]).isdecimal()]
    generation = max(used, default=0) + 1
    state = State(encoder, _index_id(db), width["n"] // 2, generation=generation)
    for kind in KINDS:
        for keys in _wanted_hashes(db, encoder, kind):
            found = [(kind, keys[at : at + KEY].hex()) for at in range(0, len(keys), KEY)]
            state = _appended(db, state, _vectors(db, encoder, found))
    _write_state(db, replace(state, upto=upto, compared=upto))
    for file in old:
        with contextlib.suppress(OSError):  # Windows deletes no file that a process has open
            file.unlink(missing_ok=True)


@contextlib.contextmanager
def _locked(db: Database) -> Iterator[None]:
    """Hold the lock of the vectors' folder. Raises Locked, ReadOnly or StoreError."""
    folder = db.index_path.with_name("vectors")
    if error := db.refusal():
        raise error if db.can_write else db.no_write(folder)
    with db.translated():
        folder.mkdir(exist_ok=True)
        with lock_file(folder / "vectors.lock"):
            yield


def _index_id(db: Database) -> int:
    return db.number("PRAGMA idx.application_id")


def _last_row(db: Database) -> int:
    return db.number("SELECT coalesce(max(rowid), 0) FROM idx.vectors")


def n_beyond(db: Database, encoder: str, upto: int) -> int:
    """Count the vectors of an encoder after a row, up to MIN_STALE + 1."""
    rows = db.read(
        "SELECT 1 FROM idx.vectors WHERE rowid > ? AND +encoder = ? LIMIT ?",
        (upto, encoder, MIN_STALE + 1),
    )
    return len(rows)


def beyond(db: Database, encoder: str, upto: int) -> list[Row]:
    """Load (kind, hash, vector) of an encoder's vectors after a row."""
    # The plus keeps SQLite from using the index of encoders in place of the row numbers.
    rows = db.read(
        """
        SELECT DISTINCT t.kind, v.hash, v.vector FROM idx.vectors AS v
        CROSS JOIN idx.texts AS t ON t.hash = v.hash
        WHERE v.rowid > ? AND +v.encoder = ?
        """,
        (upto, encoder),
    )
    return [(r["kind"], r["hash"], r["vector"]) for r in rows]


def _wanted_hashes(db: Database, encoder: str, kind: Kind) -> Iterator[bytes]:
    """Yield the hashes of a kind's encoded texts, in order, packed, AT_ONCE of them at a time."""
    last = ""
    while rows := db.read(
        """
        SELECT DISTINCT t.hash FROM idx.texts AS t
        CROSS JOIN idx.vectors AS v ON v.hash = t.hash AND v.encoder = ?
        WHERE t.kind = ? AND t.hash > ? ORDER BY t.hash LIMIT ?
        """,
        (encoder, kind, last, AT_ONCE),
    ):
        last = rows[-1]["hash"]
        yield bytes.fromhex("".join(r["hash"] for r in rows))


def _vectors(db: Database, encoder: str, wanted: Sequence[tuple[Kind, str]]) -> list[Row]:
    rows = db.read(
        """
        SELECT hash, vector FROM idx.vectors
        WHERE encoder = ? AND hash IN (SELECT value FROM json_each(?))
        """,
        (encoder, json.dumps([key for _, key in wanted])),
    )
    vectors = {r["hash"]: r["vector"] for r in rows}
    return [(kind, key, vectors[key]) for kind, key in wanted if key in vectors]


def vectors_at(db: Database, encoder: str, rows: Sequence[int]) -> dict[int, bytes]:
    """Load the vectors of texts that are encoded: row → float16 bytes."""
    return db.pairs(
        "SELECT t.id, v.vector FROM json_each(?) AS wanted CROSS JOIN idx.texts AS t"
        " ON t.id = wanted.value CROSS JOIN idx.vectors AS v ON v.encoder = ? AND v.hash = t.hash",
        (json.dumps(list(rows)), encoder),
    )


def vector_of(db: Database, encoder: str, text: str) -> bytes | None:
    """Load the vector of exactly this text (float16 bytes), None where there is none."""
    row = db.read_one(
        "SELECT vector FROM idx.vectors WHERE encoder = ? AND hash = ?", (encoder, hash_of(text))
    )
    return row["vector"] if row else None


def papers_with_texts(db: Database) -> list[tuple[int, Kind]]:
    """Select the papers of the library that have texts of their own: (paper, kind), each once."""
    rows = db.read(
        """
        SELECT DISTINCT t.paper, t.kind FROM idx.texts AS t
        JOIN papers AS p ON p.id = t.paper AND p.merged_into IS NULL
        WHERE t.kind IN ('paper', 'passage') ORDER BY t.paper, t.kind
        """
    )
    return [(r["paper"], r["kind"]) for r in rows]


def encoded_texts(
    db: Database, encoder: str, paper: int, kind: Kind
) -> list[tuple[PassageText, bytes | None]]:
    """Load the texts of one kind of a paper in their order, each with its vector."""
    rows = db.read(
        f"""
        SELECT {TEXT_SQL} AS text, t.page, t.section, v.vector FROM idx.texts AS t
        LEFT JOIN idx.vectors AS v ON v.encoder = ? AND v.hash = t.hash
        WHERE t.paper = ? AND t.kind = ? ORDER BY t.position
        """,  # noqa: S608  a constant of this module
        (encoder, paper, kind),
    )
    return [(PassageText(r["text"], r["page"] or 0, r["section"]), r["vector"]) for r in rows]


def note_vectors(db: Database, encoder: str) -> dict[int, bytes]:
    """Load the vectors of the newest notes that are encoded: paper → float16 bytes."""
    return db.pairs(
        """
        SELECT t.paper, v.vector FROM idx.texts AS t
        JOIN idx.vectors AS v ON v.encoder = ? AND v.hash = t.hash
        JOIN papers AS p ON p.id = t.paper AND p.merged_into IS NULL
        WHERE t.kind = 'note' ORDER BY t.paper
        """,
        (encoder,),
    )
