"""Tell what is near by meaning: texts to a query, notes to a note.

Cosines alone do not say it: those of one model lie between .75 and .9 whatever is compared. So
they are held beside those to texts of which nothing is known but their language.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from reader.library.folder import Library
from reader.search.encode import GIBBERISH, QUESTIONS
from reader.search.rows import index, vector_files

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from reader.search.encode import Encode

NEARER = 0.05
"""The share of the sample questions that may be nearer to a text than a query that it is near to.
Of questions that were asked about one paper 67 to 90 in 100 are near to its abstract, of colloquial
Japanese 25, and 2 to 19 to that of another; of titles 84 to 100 to the note on their paper, 10 to
36 to another one. "latency" is near to 4 of 50 notes on other things."""

NEAR = 0.03
"""The least score of a near note. With the bundled model and eight notes on four subjects, each in
both languages, the pairs have .073 to .095, most others less than .05."""

COMMONPLACES = (
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
"""Sentences that any note may have, the same in English and Japanese."""


def are_near(
    query: str,
    vector: NDArray[np.float32],
    texts: NDArray[np.float32],
    samples: NDArray[np.float32],
) -> NDArray[np.bool_]:
    """Check which texts are near to a query: hardly any sample question in its script is nearer.

    vector: of the query, (d,). texts: (n, d). samples: of SAMPLES, in their order, (m, d). Returns
    (n,).
    """
    import numpy as np

    # Loads what the encoder of a query has loaded already.
    from reader.search.encoder.model import COMMON_SHARE, japanese_share

    is_japanese, asked = (
        [japanese_share(text) >= 0.5 for text in several] for several in ([query], QUESTIONS)
    )
    others = samples[len(GIBBERISH) :][np.array(asked) == is_japanese[0]]
    if is_japanese[0]:
        # As the query, without what all Japanese ones have in common; their mean stands for it.
        others = others - COMMON_SHARE * others.mean(axis=0)
        others /= np.maximum(np.linalg.norm(others, axis=1, keepdims=True), 1e-12)
    n_nearer = (texts @ others.T >= (texts @ vector)[:, None]).sum(axis=1)
    found: NDArray[np.bool_] = n_nearer <= NEARER * len(others)
    return found


def near_notes(
    library: Library, vector: NDArray[np.float32], encode: Encode, encoder: str
) -> tuple[list[int], set[int]]:
    """Rank the papers whose notes are near to a vector (d,), nearest first.

    Models place texts of one language nearer together than texts of the same content in two
    languages. So each cosine is compared with those of either text to plain sentences of the
    other one's language: 2 cos(x, y) - mean cos(x, sentences as y) - mean cos(y, sentences as x),
    after Conneau et al. 2018, arXiv:1710.04087, section 2.3 (CSLS).
    Returns the rows of near papers, and the rows of all papers whose notes have a vector of this
    encoder. Raises ModelError.
    """
    # Imported here, since pages and commands that import this module start without numpy.
    import numpy as np

    from reader.search.rows.nearest import vector_from

    kept = vector_files.note_vectors(library.db, encoder)
    if not kept:
        return [], set()

    def vector_of(sentence: str) -> NDArray[np.float32]:
        """Get the vector of a plain sentence, which is encoded once and then stored."""
        known = vector_files.vector_of(library.db, encoder, sentence)
        if known is None:
            known = encode(sentence)[1].astype("float16").tobytes()
            if not library.db.is_read_only:
                index.add_vectors(library.db, encoder, [(index.hash_of(sentence), known)])
        return vector_from(known)

    rows = list(kept)
    notes = np.stack([vector_from(kept[row]) for row in rows])
    plain = np.stack([np.mean([vector_of(s) for s in several], axis=0) for several in COMMONPLACES])
    others = notes @ plain.T
    mine = plain @ vector
    # The language of a text is that of the plain sentences it is nearest to.
    scores = 2 * (notes @ vector) - mine[others.argmax(1)] - others[:, int(mine.argmax())]
    order = np.argsort(-scores, kind="stable")
    return [rows[at] for at in order if scores[at] >= NEAR], set(rows)
