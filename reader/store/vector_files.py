"""Keep the vectors of index.db a second time, in files that can be mapped into memory.

    vectors/<encoder>/state.json       how many rows of which files count, made from what
    vectors/<encoder>/<kind>-<n>.f16   vectors, d float16 each, one after another
    vectors/<encoder>/<kind>-<n>.keys  the hash of each one's text, 16 bytes each

index.db is the truth and these repeat it. Rows are appended and flushed before state.json
is renamed over the old one, so what a kill leaves behind is not counted, and overwritten
by the next append. Knows nothing of comparing vectors.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import BinaryIO

from reader.errors import Locked, ReadOnly
from reader.store.database import Database, lock_file
from reader.store.index import Kind

KEY = 16
"""Bytes of a hash: its 32 hexadecimal digits, packed."""

AT_ONCE = 20_000
"""Vectors carried over from index.db at a time: 15 MB of 384 dimensions."""

MIN_STALE = 2_000
"""So many vectors of texts that are gone are never worth making the files anew."""


@dataclass(frozen=True, slots=True)
class State:
    """What the files of one encoder hold.

    index: the index.db that they repeat (its application_id). upto: the last row of its
    vectors that was looked at. generation: in the files' names, new when they are remade.
    """

    index: int
    d: int
    upto: int = 0
    generation: int = 1
    n: dict[str, int] = field(default_factory=dict)


def append(db: Database, encoder: str) -> None:
    """Add to the files what index.db has beyond them; costs no more than what is added.

    Does nothing where another process is at it, or the library cannot be written.
    """
    with contextlib.suppress(Locked, ReadOnly), _alone(db):
        folder = folder_of(db, encoder)
        state = state_of(db, folder)
        if state is None:
            _remake(db, encoder)
            return
        upto = _last_row(db)
        added = beyond(db, encoder, state.upto)
        if added:
            _keep(folder, replace(_added(folder, state, added), upto=upto))


def refresh(db: Database, encoder: str) -> None:
    """Compare the files with index.db throughout and mend what differs.

    Remade where a quarter of their vectors belong to texts that are gone. Does nothing
    where `append` would not.
    """
    with contextlib.suppress(Locked, ReadOnly), _alone(db):
        folder = folder_of(db, encoder)
        state = state_of(db, folder)
        if state is None:
            _remake(db, encoder)
            return
        upto = _last_row(db)
        missing: list[tuple[Kind, str]] = []
        n_stale = 0
        for kind, keys in _wanted(db, encoder).items():
            here = _keys(folder, kind, state)
            missing += [(kind, key) for key in sorted(keys - here)]
            n_stale += state.n.get(kind, 0) - len(here & keys)
        if n_stale > max(MIN_STALE, sum(state.n.values()) // 4):
            _remake(db, encoder)
        elif missing or upto != state.upto:
            state = _all_added(db, encoder, folder, state, missing)
            _keep(folder, replace(state, upto=upto))


def folder_of(db: Database, encoder: str) -> Path:
    """Name the folder of an encoder's files: readable, and unlike that of any other."""
    readable = re.sub(r"[^A-Za-z0-9]+", "-", encoder)[:60].strip("-")
    name = f"{readable}-{hashlib.sha256(encoder.encode()).hexdigest()[:8]}"
    return db.index_path.with_name("vectors") / name


def state_of(db: Database, folder: Path) -> State | None:
    """Read what the files hold; None where they are not there, not whole, or another index's."""
    try:
        plain = json.loads((folder / "state.json").read_bytes())
        state = State(**plain)
        for kind, n in state.n.items():
            vectors, keys = files_of(folder, kind, state.generation)
            if vectors.stat().st_size < n * state.d * 2 or keys.stat().st_size < n * KEY:
                return None
    except (OSError, ValueError, TypeError, AttributeError):
        return None  # remade from index.db, which has all of it
    return state if state.index == _index_id(db) else None


def files_of(folder: Path, kind: str, generation: int) -> tuple[Path, Path]:
    stem = folder / f"{kind}-{generation}"
    return stem.with_suffix(".f16"), stem.with_suffix(".keys")


def _keys(folder: Path, kind: str, state: State) -> set[str]:
    n = state.n.get(kind, 0)
    if not n:
        return set()
    content = files_of(folder, kind, state.generation)[1].read_bytes()
    return {content[at : at + KEY].hex() for at in range(0, n * KEY, KEY)}


def _all_added(
    db: Database, encoder: str, folder: Path, state: State, wanted: Sequence[tuple[Kind, str]]
) -> State:
    for start in range(0, len(wanted), AT_ONCE):
        rows = _vectors(db, encoder, wanted[start : start + AT_ONCE])
        state = _added(folder, state, rows)
    return state


def _added(folder: Path, state: State, rows: Sequence[tuple[Kind, str, bytes]]) -> State:
    """Append rows to their files; none counts before the state is kept.

    A row of another width is none of this encoder's, and left out.
    """
    n = dict(state.n)
    for kind in dict.fromkeys(kind for kind, _, _ in rows):
        chosen = [(k, v) for row, k, v in rows if row == kind and len(v) == 2 * state.d]
        old = n.get(kind, 0)
        vectors, keys = files_of(folder, kind, state.generation)
        _put(vectors, old * state.d * 2, b"".join(v for _, v in chosen))
        _put(keys, old * KEY, b"".join(bytes.fromhex(k) for k, _ in chosen))
        n[kind] = old + len(chosen)
    return replace(state, n=n)


def _put(file: Path, at: int, content: bytes) -> None:
    """Write at a place, over whatever a kill left behind it."""
    with _opened(file) as handle:
        handle.truncate(at)
        handle.seek(at)
        handle.write(content)
        handle.flush()
        os.fsync(handle.fileno())


def _opened(file: Path) -> BinaryIO:
    try:
        return file.open("r+b")
    except FileNotFoundError:
        return file.open("w+b")


def _keep(folder: Path, state: State) -> None:
    beside = folder / "state.json.part"
    with beside.open("w", encoding="ascii") as handle:
        json.dump(asdict(state), handle)
        handle.flush()
        os.fsync(handle.fileno())
    beside.replace(folder / "state.json")


def _remake(db: Database, encoder: str) -> None:
    """Make the files anew under new names: a search that has the old ones open goes on."""
    folder = folder_of(db, encoder)
    folder.mkdir(parents=True, exist_ok=True)
    upto = _last_row(db)
    wanted = [(kind, key) for kind, keys in _wanted(db, encoder).items() for key in sorted(keys)]
    width = db.read_one("SELECT length(vector) AS n FROM idx.vectors WHERE encoder = ?", (encoder,))
    old = {file for ending in ("f16", "keys") for file in folder.glob(f"*.{ending}")}
    used = [int(number) for file in old if (number := file.stem.rpartition("-")[2]).isdecimal()]
    if width is None:
        return  # nothing is encoded yet, and nobody knows of how many numbers
    state = State(_index_id(db), width["n"] // 2, generation=max(used, default=0) + 1)
    state = _all_added(db, encoder, folder, state, wanted)
    _keep(folder, replace(state, upto=upto))
    for file in old:
        with contextlib.suppress(OSError):  # open in another process, where that forbids it
            file.unlink(missing_ok=True)


@contextlib.contextmanager
def _alone(db: Database) -> Iterator[None]:
    """Hold the lock of the vectors' folder. Raises Locked, ReadOnly or StoreError."""
    folder = db.index_path.with_name("vectors")
    if db.is_read_only:
        raise ReadOnly(file=folder)
    with db.translated():
        folder.mkdir(exist_ok=True)
        with lock_file(folder / "vectors.lock"):
            yield


def _index_id(db: Database) -> int:
    row = db.read_one("PRAGMA idx.application_id")
    return int(row[0]) if row else 0


def _last_row(db: Database) -> int:
    row = db.read_one("SELECT max(rowid) AS last FROM idx.vectors")
    return int(row["last"] or 0) if row else 0


def n_beyond(db: Database, encoder: str, upto: int) -> int:
    row = db.read_one(
        "SELECT count(*) AS n FROM (SELECT 1 FROM idx.vectors WHERE rowid > ? AND +encoder = ?"
        " LIMIT ?)",
        (upto, encoder, MIN_STALE + 1),
    )
    return int(row["n"]) if row else 0


def beyond(db: Database, encoder: str, upto: int) -> list[tuple[Kind, str, bytes]]:
    """List (kind, hash, vector) of what came after a row; the plus keeps SQLite to rowids."""
    rows = db.read(
        """
        SELECT DISTINCT t.kind, v.hash, v.vector FROM idx.vectors AS v
        CROSS JOIN idx.texts AS t ON t.hash = v.hash
        WHERE v.rowid > ? AND +v.encoder = ?
        """,
        (upto, encoder),
    )
    return [(r["kind"], r["hash"], r["vector"]) for r in rows]


def _wanted(db: Database, encoder: str) -> dict[Kind, set[str]]:
    found: dict[Kind, set[str]] = {}
    for r in db.read(
        """
        SELECT t.kind, t.hash FROM idx.texts AS t
        JOIN idx.vectors AS v ON v.encoder = ? AND v.hash = t.hash
        """,
        (encoder,),
    ):
        found.setdefault(r["kind"], set()).add(r["hash"])
    return found


def _vectors(
    db: Database, encoder: str, wanted: Sequence[tuple[Kind, str]]
) -> list[tuple[Kind, str, bytes]]:
    rows = db.read(
        """
        SELECT hash, vector FROM idx.vectors
        WHERE encoder = ? AND hash IN (SELECT value FROM json_each(?))
        """,
        (encoder, json.dumps([key for _, key in wanted])),
    )
    vectors = {r["hash"]: r["vector"] for r in rows}
    return [(kind, key, vectors[key]) for kind, key in wanted if key in vectors]
