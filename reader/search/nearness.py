"""Tell which notes are near to a note by meaning, in whatever language each is written.

Models put texts of one language nearer together than texts that say the same in two. So a
cosine is held against what either text has with plain sentences of the other one's
language: 2 cos(x, y) - mean cos(x, sentences as y) - mean cos(y, sentences as x), after
Conneau et al. 2018, arXiv:1710.04087, section 2.3 (CSLS). Imported only by what needs
numpy anyway.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from reader.library.folder import Library
from reader.search.rows import index, vector_files
from reader.search.rows.nearest import vector_from

if TYPE_CHECKING:
    from reader.search.protocol import Encode

NEAR = 0.03
"""From which on a note is near. With the bundled model eight notes on four subjects, each in
both languages: the pairs have .073 to .095, most others less than .05."""


SAMPLES = (
    (
        "They propose a method and compare it with earlier ones.",
        "The results are good, but the data are few.",
        "I want to try this with my own recordings.",
        "It is not clear why it works.",
        "The idea is simple and easy to build.",
        "Who could use this, and for what?",
        "The test is only in one language.",
        "I would ask the authors how long it takes.",
    ),
    (
        "手法を提案し、以前のものと比べている。",
        "結果は良いが、データが少ない。",
        "自分の録音で試してみたい。",
        "なぜうまくいくのかはっきりしない。",
        "考え方は単純で、作るのも易しい。",
        "誰が何のために使えるのか。",
        "一つの言語でしか試していない。",
        "どれだけ時間がかかるか著者に聞きたい。",
    ),
)
"""What any note may say, the same in each language: English, Japanese."""


def near_notes(
    library: Library, vector: NDArray[np.float32], encode: Encode, encoder: str
) -> tuple[list[int], set[int]]:
    """Rank the papers whose notes are near to a vector (d,), nearest first; beside them all
    papers whose notes have a vector of this encoder.

    Raises ModelError.
    """
    kept = vector_files.note_vectors(library.db, encoder)
    if not kept:
        return [], set()
    rows = list(kept)
    notes = np.stack([vector_from(kept[row]) for row in rows])
    plain = np.stack([_mean(library, sentences, encode, encoder) for sentences in SAMPLES])
    others = notes @ plain.T
    mine = plain @ vector
    # A text is in the language whose plain sentences it is nearest to.
    scores = 2 * (notes @ vector) - mine[others.argmax(1)] - others[:, int(mine.argmax())]
    order = np.argsort(-scores, kind="stable")
    return [rows[at] for at in order if scores[at] >= NEAR], set(rows)


def _mean(
    library: Library, sentences: tuple[str, ...], encode: Encode, encoder: str
) -> NDArray[np.float32]:
    """Give the mean vector of some sentences, each encoded once and then kept."""
    found = []
    for sentence in sentences:
        known = vector_files.vector_of(library.db, encoder, sentence)
        if known is None:
            known = encode(sentence)[1].astype("float16").tobytes()
            if not library.db.is_read_only:
                index.add_vectors(library.db, encoder, [(index.hash_of(sentence), known)])
        found.append(vector_from(known))
    mean: NDArray[np.float32] = np.mean(found, axis=0)
    return mean
