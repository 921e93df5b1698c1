"""Bring the index up to date: full text first, then the vectors that are missing.

With the texts it encodes samples, beside whose vectors letters typed at random are told from a
question.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Protocol

from reader.base.cluster import Each, TaskFailure
from reader.base.errors import ModelError, Problem, ReaderError
from reader.base.messages import lazy_gettext
from reader.base.text import shorten
from reader.library.config import Topic
from reader.library.folder import Library
from reader.library.rows import failures
from reader.search.rows import index
from reader.search.rows.vector_files import append, drop, others, refresh

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Vectors = NDArray[np.float32]

    EncodeQuery = Callable[[str], NDArray[np.float32]]
    """Makes the vector of a question: (d,), of length 1; may raise ModelError."""

    Encode = Callable[[str], tuple[str, NDArray[np.float32]]]
    """Makes the encoder's name and the vector of a text: (d,), of length 1."""


TextPart = list[tuple[str, str]]
"""Texts that are encoded together: (hash, text)."""


class Encoder(Protocol):
    """A model that makes vectors: rows of length 1, (n, d) for n texts, (d,) for one query.

    `reader.search.encoder` has the real one, tests have a small one.
    """

    @property
    def name(self) -> str: ...

    def encode_passages(self, texts: Sequence[str]) -> NDArray[np.float32]: ...

    def encode_query(self, text: str) -> NDArray[np.float32]: ...


class EncoderTools(Protocol):
    """The functions that encode texts and report progress (stage, done, of how many).

    encoder: opens the model, at most once; raises ModelError. encoder_name: "" where unknown.
    """

    @property
    def encoder(self) -> Callable[[], Encoder]: ...

    @property
    def encoder_name(self) -> str: ...

    @property
    def progress(self) -> Callable[[str, int, int], None]: ...


def topic_text(topic: Topic) -> str:
    """Join the words of a topic to one query for the encoder."""
    return ", ".join(topic.words)


TEXTS_AT_ONCE = 2000
"""Papers that are put into the full text in one transaction."""

VECTORS_AT_ONCE = 256
"""Texts that are encoded before their vectors are stored: enough for all processors, and a kill
loses half a minute at most."""

SENT_AT_ONCE = 64
"""Texts that are sent to a worker together: a second or two of its work."""

STAGE = "encode"

WAITING_AT_ONCE = 20_000
"""Texts in memory that wait to be encoded."""


def index_words(library: Library, tools: EncoderTools) -> None:
    """Put new and changed papers, notes and highlights into the full text."""
    for paper in index.notes_without_text(library.db):
        index.add_note_text(library.db, paper)
    for paper in index.highlights_without_text(library.db):
        index.add_highlight_texts(library.db, paper)
    # Papers come last: after index.db was deleted, the person's own words are found first.
    n_done, last = 0, 0
    while rows := index.papers_without_text(library.db, limit=TEXTS_AT_ONCE, after=last):
        index.add_paper_texts(library.db, rows)
        n_done += len(rows)
        tools.progress("words", n_done, n_done)
        # The search for more goes on behind these, since the whole one reads all papers.
        last = rows[-1]


def encode(
    library: Library,
    tools: EncoderTools,
    *,
    papers: list[int] | None = None,
    each: Each | None = None,
) -> list[Problem]:
    """Make the missing vectors of all texts, or of those of some papers.

    each: the workers of a cluster, None for this process. Vectors are stored in small
    transactions, so that the next call goes on after a kill. A model that is missing or broken
    is returned as a problem; full text works without it. So is a text that ended each worker
    that tried it; it waits for its next try. Once all texts have vectors of the model in
    feeds.toml, those of other models are deleted.
    """
    waiting = _waiting(library, tools, papers)
    topics = [] if papers is not None else [topic_text(t) for t in library.config.topics if t.words]
    # A library without texts needs no samples, so no model is opened for them.
    samples = list(SAMPLES) if papers is None and (waiting or topics) else []
    queries = [
        text
        for text in (*topics, *samples)
        if not index.has_vector(library.db, tools.encoder_name, text)
    ]
    try:
        if waiting or queries:
            _encode_all(library, tools, papers, queries, waiting, each)
    except ModelError as error:
        tools.progress("encode", 0, 0)
        n = index.n_without_vector(library.db, tools.encoder_name)
        return [Problem("encode", f"{len(waiting) if papers else n} texts", error)]
    # The files of vectors follow: for some papers by what is new, else by a full comparison.
    if papers is not None:
        append(library.db, tools.encoder_name)
        return []
    if tools.encoder_name:
        refresh(library.db, tools.encoder_name)
        for replaced in others(library.db, tools.encoder_name):
            drop(library.db, replaced)
    return _set_aside(library, tools)


def _waiting(library: Library, tools: EncoderTools, papers: list[int] | None) -> TextPart:
    found = index.texts_without_vector(
        library.db, tools.encoder_name, papers=papers, limit=WAITING_AT_ONCE
    )
    later = failures.waiting(library, STAGE)
    return [one for one in found if _subject(tools.encoder_name, one[0]) not in later]


def _subject(encoder: str, hash_: str) -> str:
    return f"{encoder} {hash_}"


def _set_aside(library: Library, tools: EncoderTools) -> list[Problem]:
    """List the texts that failed and wait; forget those that are gone or have a vector now."""
    if not (failed := failures.failures(library.db, STAGE)):
        return []
    left = index.texts_without_vector(library.db, tools.encoder_name)
    lacking = {_subject(tools.encoder_name, hash_) for hash_, _ in left}
    for one in failed:
        if one.subject not in lacking:
            failures.clear_failure(library.db, STAGE, one.subject)
    waits = failures.waiting(library, STAGE)
    return [failures.still_missing(library, one) for one in waits.values()]


Encoded = Iterator[tuple[TextPart, "NDArray[np.floating] | ReaderError | TaskFailure"]]


def _encode_all(
    library: Library,
    tools: EncoderTools,
    papers: list[int] | None,
    queries: list[str],
    waiting: TextPart,
    each: Each | None,
) -> None:
    """Encode some queries and all waiting texts. Raises ModelError."""
    total = len(waiting)
    if total >= WAITING_AT_ONCE // 2:  # the limit counts places, and a text may have several
        total = max(total, index.n_without_vector(library.db, tools.encoder_name))
    encoder = tools.encoder()
    vectors = {index.hash_of(text): encoder.encode_query(text) for text in queries}
    halves = [(hash_, vector.astype("float16").tobytes()) for hash_, vector in vectors.items()]
    index.add_vectors(library.db, encoder.name, halves)
    n_done = 0
    tools.progress("encode", 0, total)
    while waiting:
        total = max(total, n_done + len(waiting))
        for part, found in (
            _on_workers(each, waiting, library.config.encoder, encoder.name)
            if each
            else (
                (part, encoder.encode_passages([text for _, text in part]))
                for part in _parts(waiting, VECTORS_AT_ONCE)
            )
        ):
            if isinstance(found, ReaderError):
                raise found
            if isinstance(found, TaskFailure):
                _fail(library, encoder.name, part, found)
            else:
                several = zip(part, found.astype("float16"), strict=True)
                kept = [(hash_, vector.tobytes()) for (hash_, _), vector in several]
                index.add_vectors(library.db, encoder.name, kept)
            n_done += len(part)
            if n_done < total:
                tools.progress("encode", n_done, total)
        waiting = _waiting(library, tools, papers)
    tools.progress("encode", n_done, n_done)


def _parts(texts: TextPart, n: int) -> Iterator[TextPart]:
    return (texts[start : start + n] for start in range(0, len(texts), n))


def _on_workers(each: Each, waiting: TextPart, model: str, name: str) -> Encoded:
    # Loads the package of the encoder, which a run without anything new need not do.
    from reader.search.encoder import encode_texts

    return each(
        encode_texts,
        _parts(waiting, SENT_AT_ONCE),
        lambda part: ([text for _, text in part], model, name),
        lambda part: _parts(part, 1),
    )


def _fail(library: Library, encoder: str, part: TextPart, failure: TaskFailure) -> None:
    for hash_, text in part:
        begin = shorten(" ".join(text.split()), 40)
        what = lazy_gettext("“{text}” was not encoded: {why}", text=begin, why=failure.why)
        words = (str(what), "")
        failures.add_failure(library.db, STAGE, _subject(encoder, hash_), words, now=library.now())


GIBBERISH = (
    "fjdkslaa ghqpwo", "zqxjv kkwpt", "ploik mnjuh bgtr", "sdfsdf jkljkl", "rtyrty fghj vbnvbn",
    "qqqqq zzz", "qwe123 asd45 zx", "dranticle moops fenwick", "glorbax thimmet",
    "zorvin plax umbregon", "sklimpy grout vandle", "torabuk simeno pilaf", "fizzlewop tandrick",
    "bla bla di bla", "da da dum da da", "dolore magna aliqua ut enim", "niin no joo kyllä",
    "ja men alltså då", "94837 220174 8", "7777 1212 0909", "666020395", "?! ;;; //", "... ,,, ___",
    "ざぽげるにゃむ", "ぬるぽがっがっ", "ううううう", "ほにゃらら ふにゃ", "ギョペラムザッタ",
    "ドゥンガモバラヒ", "ヌマルギッソ ポカドン", "ダバドビグルンペ", "ポンヌケラソ",
    "グワシドンバラ", "めけめけそっぽん", "のばぺるどぅわ", "鬱檸飴轟", "ｊｋｌｓだｊｋ",
    "ぇｒちゅいおｐ", "むにゅむにゅぷー", "さぬとわむきの", "ヴァボギュロペ",
)  # fmt: skip

QUESTIONS = (
    "speech recognition errors fixed by context", "small models that run fast",
    "simultaneous translation latency", "image and text models fail", "graph neural networks",
    "reinforcement learning agents tools", "noise robust", "summaries that leave things out",
    "transformer", "protein folding", "robot hands", "Tanaka 2023 parsing",
    "okamoto lindqvist 2024", "Petrov Al-Masri vocoder", "XLGNet pruning", "TriFormer-S",
    "MedQARAG benchmark", "CTRL-GS", "AAMP codec", "unsupervised", "crowdsourcing ethics",
    "rethinking", "maschinelle Übersetzung ohne parallele Daten",
    "apprentissage profond pour la musique", "detección de emociones en la voz", "语音合成",
    "강화 학습", "まばたき", "笑い声", "昔話", "短歌", "めまい", "かけ算", "虫の音", "手書き",
    "相づち", "ものまね", "演歌", "量子化", "要約", "ロボット", "ドローン", "うたたね", "かたこと",
    "しりとり", "ためいき", "くちびる", "とびら", "音声認識の誤りを文脈で直す手法",
    "画像と文章を同時に扱うモデルの限界", "話者が変わっても頑健に動くか評価している",
    "ユーザーの好みに合わせて推薦するやつ", "質問応答で嘘をつかないようにするには",
    "前に読んだ、寝ている間の脳波で夢を当てるやつ",
    "猫と犬の鳴き声を聞き分けさせてモデルの耳を試す",
    "ゲームのキャラ同士に会話させる話、名前が出てこないんだけど",
    "PythonからMIDIを書き出すライブラリの論文って誰のだっけ",
    "文章のうち機械が書いた所だけを見つける課題", "時系列の異常を検出する",
    "機械に嘘をつかせてみたら、けっこう上手だったという実験",
    "データセットを公開した。規模は大きいが偏りがある。",
    "提案手法は従来より計算量が少ない。推論も速い。実機では試していない。",
)  # fmt: skip
"""Questions as people type them: of every length, with names that no dictionary has."""

SAMPLES = (*GIBBERISH, *QUESTIONS)
"""Texts beside whose vectors that of a query is seen.

An encoder puts gibberish about as near to papers as a question: cosines of .81 to .87, and both
stand out from the other papers by as much. But gibberish lies near to gibberish. The vectors of
the samples are made with those of the library's texts, so that a search only reads them.
"""

NEAREST = 7
"""Samples of each kind that count, the nearest ones; with 3 two of 20 more were missed."""


def is_gibberish(query: Vectors, samples: Vectors) -> bool:
    """Check whether a query is nearer to gibberish than to questions.

    query: (d,). samples: of SAMPLES, in their order, (n, d); rows of length 1.
    """
    import numpy as np

    n = len(GIBBERISH)
    cosines = samples @ np.vstack([query, samples[n:]]).T
    for i in range(len(QUESTIONS)):
        cosines[n + i, 1 + i] = -1.0  # no sample is compared with itself
    leads = _nearest(cosines[:n]) - _nearest(cosines[n:])
    # How much a question may look like gibberish differs from encoder to encoder: as much as one
    # of the sample questions does among the others.
    most = max(0.0, float(leads[1:].max()))
    return float(leads[0]) > most


def _nearest(cosines: Vectors) -> Vectors:
    """Compute the mean of the largest cosines in each column: (n, m) → (m,)."""
    import numpy as np

    mean: Vectors = np.sort(cosines, axis=0)[-NEAREST:].mean(axis=0)
    return mean
