"""Cut texts into a model's tokens, without truncation and padding.

There are two tokenizers with one interface (`Pieces`): the `tokenizers` library, right for any
model, and a table of our own for XLM-R's sentencepiece model. The library parses the 250,000
pieces of tokenizer.json for a second; the table can be used at once. Loads no torch, and numpy
only for the table.
"""

from __future__ import annotations

import json
import re
import unicodedata
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from reader.base.messages import lazy_gettext
from reader.search.encoder.models import ModelPlace, broken

if TYPE_CHECKING:
    from tokenizers import Tokenizer

PIECES = "pieces"
"""The name of the table's folder, within a model's set-up."""

_SURROGATES = re.compile("[\ud800-\udfff]")


def clean(text: str, specials: Iterable[str]) -> str:
    """Change a text so that no part of it is taken for a special token of the model.

    A paper on masked models may have the word <mask>. Halves of surrogate pairs, which no
    encoding has, become blanks.
    """
    text = _SURROGATES.sub(" ", text)
    for special in specials:
        if special in text:
            text = text.replace(special, f"{special[0]} {special[1:]}")
    return text.strip()


def windows(ids: Sequence[int], room: int) -> list[list[int]]:
    """Cut ids into the fewest parts of at most `room`, all of nearly one length."""
    # Of one length, so that every token has the same weight in the mean of the parts' vectors.
    n_windows = max(1, -(-len(ids) // room))
    bounds = [i * len(ids) // n_windows for i in range(n_windows + 1)]
    return [list(ids[a:b]) for a, b in pairwise(bounds)]


class Pieces(Protocol):
    """A tokenizer. head, tail: the marks before and after every text; specials: their spelling."""

    specials: list[str]
    head: list[int]
    tail: list[int]

    def content(self, text: str) -> list[int]:
        """Return the ids of a (clean) text alone, without marks."""
        ...

    def contents(self, texts: Sequence[str]) -> list[list[int]]:
        """Return the ids of many (clean) texts, without marks."""
        ...


class LibraryPieces:
    """A tokenizer.json that `tokenizers` reads: right for any model, and a second to open."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        self._tokenizer = tokenizer
        self._lift_limits()
        added = self._tokenizer.get_added_tokens_decoder().values()
        self.specials = [token.content for token in added if token.special]
        # The marks around a text are found by encoding one letter.
        marked = self._tokenizer.encode("a")
        inside = [i for i, mark in enumerate(marked.special_tokens_mask) if not mark]
        self.head: list[int] = marked.ids[: inside[0]]
        self.tail: list[int] = marked.ids[inside[-1] + 1 :]

    def content(self, text: str) -> list[int]:
        """Return the ids of a (clean) text alone, without marks."""
        return self.contents([text])[0]

    def contents(self, texts: Sequence[str]) -> list[list[int]]:
        """Return the ids of many (clean) texts, without marks."""
        self._lift_limits()
        encoded = self._tokenizer.encode_batch(list(texts), add_special_tokens=False)
        return [encoding.ids for encoding in encoded]

    def _lift_limits(self) -> None:
        """Turn truncation and padding off, which the file or another user of it may turn on."""
        self._tokenizer.no_truncation()
        self._tokenizer.no_padding()


def read_pieces(found: ModelPlace) -> LibraryPieces:
    """Read the tokenizer.json of a model. Raises ModelError if it cannot be read."""
    from tokenizers import Tokenizer

    path = found.folder / "tokenizer.json"
    try:
        return LibraryPieces(Tokenizer.from_buffer(path.read_bytes()))
    except (OSError, ValueError) as error:
        what = lazy_gettext("{file} cannot be read: {error}", file=path, error=error)
        raise broken(found, what) from error


def quick_pieces(found: ModelPlace) -> Pieces:
    """Open a model's tokenizer: its table where it has one, else tokenizer.json."""
    if (found.setup / PIECES).is_dir():
        return Table(found.setup / PIECES)
    return read_pieces(found)


SPACE = "▁"
"""sentencepiece's mark for the beginning of a word."""

# Characters that sentencepiece's normaliser of XLM-R drops, and those that it turns into blanks.
_DROPPED = "\x00-\x08\x0b\x0e-\x1f\x7f\x8f\x9f\ufdd0"

_SPACES = "\t\n\x0c\r\u1680\u200b-\u200f\u2028\u2029\u2581\ufeff\ufffd"

_TILDE, _STAND_IN = "～", "\ufdd0"
"""The one common character that NFKC changes and this model's own table does not. Meanwhile a
code point stands in for it that Unicode will never assign."""

_KNOWN_WORDS, _SHORT = 1 << 15, 24
"""The number of words whose splits are cached, and the length of a short one, which is cached; a
Japanese sentence is one long word."""

_UNK_PENALTY = 10.0
"""By how much an unknown character scores below the rarest piece (sentencepiece's rule)."""


def normalise(text: str) -> str:
    """Normalise a text as the model's tokenizer does: NFKC, no controls, single blanks."""
    # The table shipped with the weights maps single code points. The original sentencepiece
    # model also composes (ﾊ + ﾞ, e + ´), as NFKC here does.
    text = re.sub(f"[{_DROPPED}]", "", text)
    text = re.sub(f"[{_SPACES}]", " ", text).replace(_TILDE, _STAND_IN)
    text = unicodedata.normalize("NFKC", text).replace(_STAND_IN, _TILDE)
    return re.sub(" {2,}", " ", text)


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The pieces by id, their log probabilities, and the ids of the special tokens."""

    pieces: Sequence[str]
    scores: Sequence[float]
    bos: int
    eos: int
    pad: int
    unk: int

    @property
    def specials(self) -> list[str]:
        """Get the spelling of the special tokens."""
        ids = {self.bos, self.eos, self.pad, self.unk}
        return [piece for i, piece in enumerate(self.pieces) if i in ids or piece == "<mask>"]


def _template(vocabulary: Vocabulary, ids: Mapping[str, int]) -> dict[str, object]:
    """Make the part that puts the special tokens around one text, and around a pair."""
    bos, eos = vocabulary.pieces[vocabulary.bos], vocabulary.pieces[vocabulary.eos]
    first, last = ({"SpecialToken": {"id": piece, "type_id": 0}} for piece in (bos, eos))
    a, b = ({"Sequence": {"id": name, "type_id": 0}} for name in "AB")
    return {
        "type": "TemplateProcessing",
        "single": [first, a, last],
        "pair": [first, a, last, last, b, last],
        "special_tokens": {
            piece: {"id": piece, "ids": [ids[piece]], "tokens": [piece]} for piece in (bos, eos)
        },
    }


def tokenizer_json(vocabulary: Vocabulary) -> str:
    """Make a tokenizer.json of the `tokenizers` library, equal to `normalise` and the table."""
    replace = [
        {"type": "Replace", "pattern": {"Regex": f"[{_DROPPED}]"}, "content": ""},
        {"type": "Replace", "pattern": {"Regex": f"[{_SPACES}]"}, "content": " "},
        {"type": "Replace", "pattern": {"String": _TILDE}, "content": _STAND_IN},
        {"type": "NFKC"},
        {"type": "Replace", "pattern": {"String": _STAND_IN}, "content": _TILDE},
        {"type": "Replace", "pattern": {"Regex": " {2,}"}, "content": " "},
    ]
    metaspace = {
        "type": "Metaspace",
        "replacement": SPACE,
        "prepend_scheme": "always",
        "split": True,
    }
    flags = dict.fromkeys(("single_word", "lstrip", "rstrip", "normalized"), False)
    ids = {piece: vocabulary.pieces.index(piece) for piece in vocabulary.specials}
    return json.dumps(
        {
            "version": "1.0",
            "truncation": None,
            "padding": None,
            "added_tokens": [
                {"id": ids[piece], "content": piece, **flags, "special": True} for piece in ids
            ],
            "normalizer": {"type": "Sequence", "normalizers": replace},
            "pre_tokenizer": metaspace,
            "post_processor": _template(vocabulary, ids),
            "decoder": metaspace,
            "model": {
                "type": "Unigram",
                "unk_id": vocabulary.unk,
                "vocab": list(zip(vocabulary.pieces, vocabulary.scores, strict=True)),
            },
        },
        ensure_ascii=False,
    )


def write_table(vocabulary: Vocabulary, folder: Path) -> None:
    """Write the pieces as a hash table (open addressing) of four arrays, and about.json.

    slots: id of a piece + 1, at crc32(piece) or behind, 0 for an empty slot. bounds: the place of
    each piece in `blob`. scores: log probabilities.
    Raises ValueError for a piece with a word's begin inside, since words are split one by one.
    """
    import numpy as np

    if any(SPACE in piece[1:] for piece in vocabulary.pieces if piece.strip(SPACE)):
        raise ValueError("a piece spans two words")
    encoded = [piece.encode() for piece in vocabulary.pieces]
    # A power of two, so that a mask is the modulo; more than twice as many slots as pieces.
    n_slots = 1 << (2 * len(encoded)).bit_length()
    slots = [0] * n_slots
    for i, piece in enumerate(encoded):
        at = zlib.crc32(piece) & (n_slots - 1)
        while slots[at]:
            at = (at + 1) & (n_slots - 1)
        slots[at] = i + 1
    folder.mkdir(parents=True, exist_ok=True)
    np.save(folder / "slots.npy", np.array(slots, np.uint32))
    np.save(folder / "bounds.npy", np.cumsum([0, *map(len, encoded)]).astype(np.uint32))
    np.save(folder / "scores.npy", np.array(vocabulary.scores, np.float64))
    np.save(folder / "blob.npy", np.frombuffer(b"".join(encoded), np.uint8))
    about = {
        "bos": vocabulary.bos,
        "eos": vocabulary.eos,
        "unk": vocabulary.unk,
        "unk_score": min(vocabulary.scores) - _UNK_PENALTY,
        "longest": max(map(len, vocabulary.pieces)),
        "specials": vocabulary.specials,
    }
    (folder / "about.json").write_text(json.dumps(about), encoding="utf-8")


class Table:
    """The table as `write_table` writes it, mapped, so that opening it reads few pages only."""

    def __init__(self, folder: Path) -> None:
        about = json.loads((folder / "about.json").read_text(encoding="utf-8"))
        self.head: list[int] = [about["bos"]]
        self.tail: list[int] = [about["eos"]]
        self.specials: list[str] = about["specials"]
        self._unk: int = about["unk"]
        self._unk_score: float = about["unk_score"]
        self._longest: int = about["longest"]
        self._slots = _mapped(folder / "slots.npy")
        self._bounds = _mapped(folder / "bounds.npy")
        self._scores = _mapped(folder / "scores.npy")
        self._blob = _mapped(folder / "blob.npy")
        self._known = lru_cache(maxsize=_KNOWN_WORDS)(self._best)

    def content(self, text: str) -> list[int]:
        """Return the ids of a (clean) text alone, without marks."""
        text = normalise(text).replace(" ", SPACE)
        if not text:
            return []
        # No piece spans a blank, so each word is split by itself, and the splits are cached.
        words = (text if text.startswith(SPACE) else SPACE + text).split(SPACE)[1:]
        splits = (self._known if len(word) < _SHORT else self._best for word in words)
        return [i for word, split in zip(words, splits, strict=True) for i in split(SPACE + word)]

    def contents(self, texts: Sequence[str]) -> list[list[int]]:
        """Return the ids of many (clean) texts, without marks."""
        return [self.content(text) for text in texts]

    def _find(self, piece: str) -> int:
        """Find the id of a piece, -1 if there is no such piece."""
        key = piece.encode()
        mask = len(self._slots) - 1
        at = zlib.crc32(key) & mask
        while i := int(self._slots[at]):
            if self._blob[self._bounds[i - 1] : self._bounds[i]] == key:
                return i - 1
            at = (at + 1) & mask
        return -1

    def _best(self, word: str) -> list[int]:
        """Find the most probable split of a word; a run of unknown characters is one token.

        Viterbi over a unigram model: Kudo 2018, arXiv:1804.10959, section 3.2.
        """
        n = len(word)
        best = [0.0] + [float("-inf")] * n
        previous: list[tuple[int, int]] = [(0, 0)] * (n + 1)
        for start in range(n):
            for end in range(start + 1, min(n, start + self._longest) + 1):
                piece = self._find(word[start:end])
                if piece >= 0:
                    score = best[start] + self._scores[piece]
                elif end == start + 1:  # a single character that is no piece is unknown
                    piece, score = self._unk, best[start] + self._unk_score
                else:
                    continue
                if score > best[end]:
                    best[end], previous[end] = score, (start, piece)
        ids: list[int] = []
        end = n
        while end:
            end, piece = previous[end]
            if not (piece == self._unk and ids and ids[-1] == self._unk):
                ids.append(piece)
        return ids[::-1]


def _mapped(path: Path) -> memoryview[Any]:
    """Map an array into memory."""
    import numpy as np

    # A memoryview returns plain ints and floats, five times faster than a numpy array.
    array: Any = np.load(path, mmap_mode="r")
    return memoryview(array)
