"""The benchmark of search draws the same questions always, counts right, runs on any data."""

from __future__ import annotations

import gzip
import json
import lzma
import random
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pymupdf
import pytest
from numpy.typing import NDArray

from reader.library.paper import Paper
from reader.search.encode import SAMPLES
from reader.search.rows import index
from reader.search.rows.index import Text
from tests.benchmarks.frame import NO_DATA, Miss, Options, Part, Subject, run_subjects
from tests.benchmarks.library import Size
from tests.benchmarks.search import SUBJECTS, cost, pgvector, quality, shared
from tests.benchmarks.search.encoding import Remembered
from tests.benchmarks.search.likeness import likeness_of
from tests.benchmarks.search.pool import drawn, opened
from tests.benchmarks.search.questions import (
    OURS,
    Question,
    half_remembered,
    notes,
    ours,
    quotes,
    runs,
    titles,
)
from tests.benchmarks.search.ways import BM25, FUSED, MEANING, WORDS
from tests.postgres import needs_postgres

WAYS = (FUSED, WORDS, MEANING, BM25)

THINGS = (
    *("mirrors", "kettles", "glaciers", "lanterns", "orchards", "violins", "harbours", "beetles"),
    *("marbles", "feathers", "chimneys", "meadows", "anchors", "puzzles", "thunder", "saddles"),
)


class Letters:
    """An encoder that counts letters: alike texts have alike vectors, and it is at once done."""

    name = "letters"

    def __init__(self) -> None:
        self.queries: list[str] = []

    def encode_passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.queries += texts
        return np.stack([self._vector(text) for text in texts])

    def encode_query(self, text: str) -> NDArray[np.float32]:
        self.queries.append(text)
        return self._vector(text)

    encode_sample = encode_query

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return [len(text.split()) for text in texts]

    def _vector(self, text: str) -> NDArray[np.float32]:
        counts = np.ones(64, np.float32)
        for a, b in zip(text.lower(), text.lower()[1:], strict=False):
            counts[(31 * ord(a) + ord(b)) % 64] += 1
        return np.asarray(counts / np.linalg.norm(counts), np.float32)


def a_paper(n: int) -> Paper:
    thing, other = THINGS[n % 16], THINGS[(n // 2 + 7) % 16]
    title = f"Speech among {thing} and {other}"
    return Paper(ids=(f"arxiv:2506.{n:05d}",), title=title, abstract=f"We count the {thing}.")


class TestQuestions:
    def test_a_title_is_remembered_by_some_of_its_longer_words_in_their_order(self) -> None:
        several = [a_paper(n) for n in range(1, 9)]
        found = titles(several, 5)
        assert found == titles(several, 5)
        assert (found.kind, len(found.questions)) == ("paper", 5)
        by_id = {paper.id: paper.title for paper in several}
        for question in found.questions:
            words = question.text.split()
            assert 2 <= len(words) <= 4
            rest = iter(by_id[question.paper].split())
            assert all(word in rest for word in words)

    def test_a_sentence_loses_words_and_keeps_their_order(self) -> None:
        sentence = "the quick kettle whistles under a very old bridge"
        kept = half_remembered(sentence, random.Random(1)).split()
        assert len(kept) == 6
        rest = iter(sentence.split())
        assert all(word in rest for word in kept)

    def test_a_japanese_sentence_loses_whole_runs_of_one_script(self) -> None:
        kept = half_remembered("魚は水の中でスピーカを聞くらしい", random.Random(1))
        assert "スピーカ" in kept or "スピ" not in kept
        assert 0 < len(kept) < len("魚は水の中でスピーカを聞くらしい")

    def test_a_quote_knows_its_paper_and_page(self) -> None:
        long = "Many kettles whistle under old bridges while nobody listens to them."
        text = Text(1, "passage", 1, 4, "Method", f"Short. {long}")
        found = quotes([("doi:10.1/a", text)], 3)
        (question,) = found.questions
        assert (found.kind, question.paper, question.page) == ("passage", "doi:10.1/a", 4)
        assert set(question.text.split()) < set(long.split())

    def test_a_larger_draw_of_papers_holds_a_smaller_one_and_always_what_is_meant(self) -> None:
        several = [a_paper(n) for n in range(1, 60)]
        wanted = {several[7].id, several[50].id}
        small, large = (drawn(several, wanted, n) for n in (10, 30))
        assert [len(small), len(large)] == [10, 30]
        assert wanted < {paper.id for paper in small} < {paper.id for paper in large}


class TestCounting:
    def test_places_become_mean_reciprocal_ranks_and_hits(self) -> None:
        assert quality.mrr([1, 2, None, 4]) == pytest.approx((1 + 0.5 + 0 + 0.25) / 4)
        assert quality.hit([1, 2, None, 4]) == 0.75
        assert (quality.mrr([]), quality.hit([])) == (0, 0)

    def test_the_fused_answer_is_held_to_its_floors_and_to_its_better_half(self) -> None:
        places: quality.Places = {
            "fused": [1] * 98 + [2, None],
            "full text": [1] * 100,
            "similarity": [1] * 50 + [None] * 50,
            "plain BM25": [None] * 100,
        }
        miss = Miss("what", "which", "none")
        one, two, lead = quality.results("notes", places, {"MRR@10": 99.0}, (miss,))
        assert (one.name, one.value, one.floor, one.ok) == ("notes, MRR@10", 98.5, 99.0, False)
        assert one.note == "full text 100.0, similarity 50.0, plain BM25 0.0"
        assert (two.value, two.floor, two.misses) == (99.0, None, (miss,))
        assert two.parts[0] == Part("fused", 99, 100)
        # The greater loss counts: 1.5 of MRR@10, 1.0 of hit@10.
        assert (lead.value, lead.ok) == (-1.5, False)

    def test_few_questions_are_held_to_no_lead(self) -> None:
        places: quality.Places = {way: [None if way == FUSED else 1] for way in WAYS}
        assert all(result.ok for result in quality.results("notes", places, {}))


def test_no_text_is_encoded_twice_by_one_model(tmp_path: Path) -> None:
    model = Letters()
    texts = ["one", "two", "one"]
    first = Remembered(model, tmp_path)
    vectors = first.encode_passages(texts)
    assert (first.n_encoded, sorted(model.queries)) == (2, ["one", "two"])
    again = Remembered(model, tmp_path)
    assert np.array_equal(again.encode_passages(texts), vectors)
    assert np.array_equal(vectors, Letters().encode_passages(texts))
    # A question is no passage: many models mark them.
    again.encode_query("one")
    again.encode_query("one")
    assert (again.n_encoded, len(model.queries)) == (1, 3)


def test_two_runs_at_once_keep_the_vectors_of_one_text_once(tmp_path: Path) -> None:
    class Slow(Letters):
        """While it encodes, another run encodes the same texts and keeps them."""

        def encode_passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
            Remembered(Letters(), tmp_path).encode_passages(texts)
            return super().encode_passages(texts)

    vectors = Remembered(Slow(), tmp_path).encode_passages(["one", "two"])
    assert np.array_equal(vectors, Letters().encode_passages(["one", "two"]))
    again = Letters()
    assert np.array_equal(Remembered(again, tmp_path).encode_passages(["one", "two"]), vectors)
    assert again.queries == []


def test_samples_have_the_vectors_that_index_makes(tmp_path: Path) -> None:
    class Centred(Letters):
        """A search takes something off a query, `reader index` does not."""

        def encode_query(self, text: str) -> NDArray[np.float32]:
            return -self._vector(text)

    encoder = Remembered(Centred(), tmp_path / "kept")
    with opened(tmp_path / "library", [a_paper(1)], [], encoder) as pool:
        kept = index.query_vectors(pool.library.db, encoder.name, SAMPLES[:1])
        expected = Letters().encode_query(SAMPLES[0])
    assert np.allclose(np.frombuffer(kept[0], np.float16), expected, atol=1e-3)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Lay out forty papers, notes on four of them, and two PDFs as the real data is."""
    folder = tmp_path / "data"
    for name in ("arxiv/papers", "arxiv/bench", "files/papers"):
        (folder / name).mkdir(parents=True)
    rows = [
        {
            "id": paper.id.removeprefix("arxiv:"),
            "title": paper.title,
            "abstract": paper.abstract,
            "authors": ["Ada Invented"],
            "categories": ["cs.CL"],
            "comment": None,
        }
        for paper in map(a_paper, range(1, 41))
    ]
    with lzma.open(folder / "arxiv" / "papers" / "papers_2025-06.jsonl.xz", "wt") as lines:
        lines.writelines(json.dumps(row) + "\n" for row in rows)
    told = [
        {"lang": lang, "id": f"2506.{n:05d}", "note": text, "note_masked": text[-12:]}
        for lang, n, text in (
            ("en", 1, a_paper(1).title),
            ("en", 2, a_paper(2).title),
            ("ja", 3, f"{THINGS[3]} と {THINGS[8]} の話"),
        )
    ]
    (folder / "arxiv" / "bench" / "Q_notes.json.gz").write_bytes(
        gzip.compress(json.dumps(told).encode())
    )
    truths = [pdf(folder / "files", n) for n in (0, 1)]
    lines_ = "".join(json.dumps(row) + "\n" for row in truths)
    (folder / "files" / "truth.jsonl").write_text(lines_, "utf-8")
    return folder


def pdf(files: Path, n: int) -> dict[str, Any]:
    """Draw two pages with a sentence of eight words or more on each."""
    row = {"file": f"papers/p{n}.pdf", "title": f"The {n + 2} small machines", "columns": 1}
    with pymupdf.open() as file:
        for page in range(2):
            thing, other = THINGS[4 * n + page], THINGS[4 * n + page + 2]
            drawn_on = file.new_page(width=595, height=842)
            text = f"On this page several {thing} listen quietly while {other} speak aloud."
            drawn_on.insert_text((60, 200), text, fontsize=10, fontname="tiro")
        file.save(files / str(row["file"]))
    return {**row, "authors": ["Ada Invented"], "kind": "paper", "language": "en", "pages": 2}


@pytest.mark.slow
def test_quality_comes_from_any_folder_of_the_same_layout(data: Path, tmp_path: Path) -> None:
    plan = quality.Plan(sizes=(10, 20), n_drawn=4)
    found = quality.measure(Options(data, tmp_path / "cache"), plan, Letters())
    sorts = ("English notes", "English notes, masked", "Japanese notes", "Japanese notes, masked")
    names = [f"{sort} among 10 papers" for sort in (*sorts, "title words")]
    names += [f"{sort} among 2 passages" for sort in ("quoted sentences", "five words of a page")]
    names += [f"{sort} among 20 papers" for sort in (*sorts, "title words")]
    sorts_of_figure = ("MRR@10", "hit@10", "fused - better alone", "without any answer")
    assert [r.name for r in found if "kept aside" not in r.name] == [
        f"{n}, {figure}" for n in names for figure in sorts_of_figure
    ]
    by_name = {r.name: r for r in found}
    assert by_name["English notes among 20 papers, MRR@10"].value == 100
    quoted = by_name["quoted sentences among 2 passages, hit@10"]
    assert [(p.kind, p.n, p.total) for p in quoted.parts] == [(way, 2, 2) for way in WAYS]


def test_the_languages_of_notes_are_asked_apart(data: Path) -> None:
    assert [(one.name, len(one.questions)) for one in notes(data)] == [
        ("English notes", 2),
        ("English notes, masked", 2),
        ("Japanese notes", 1),
        ("Japanese notes, masked", 1),
    ]
    assert [len(one.questions) for one in notes(data, 1)] == [1, 1, 1, 1]


def test_sizes_and_growth_come_from_small_libraries_too(data: Path, tmp_path: Path) -> None:
    small, filled = Size(40), Size(40, 400)
    plan = cost.Plan(small=small, filled=filled, large=filled, huge=None, n_added=1, runs=1)
    options = Options(data, tmp_path / "cache")
    (size,) = cost.sizes(options, plan)
    assert size.value > 0
    (growth,) = cost.growth(options, plan)
    assert growth.value > 0


class TestLikeness:
    def test_drawn_vectors_are_as_near_to_real_ones_as_these_are_to_each_other(self) -> None:
        by = np.random.default_rng(3)
        real = np.asarray(by.standard_normal((400, 32)) + 2 * by.standard_normal(32), np.float32)
        real /= np.linalg.norm(real, axis=1, keepdims=True)
        likeness = likeness_of(real)
        drawn_ = likeness.drawn(300, seed=1)
        assert np.allclose(np.linalg.norm(drawn_, axis=1), 1, atol=1e-5)
        among = real @ real.T - 2 * np.eye(400)
        expected = float(np.median(among.max(axis=1)))
        assert float(np.median((drawn_ @ real.T).max(axis=1))) == pytest.approx(expected, abs=0.05)
        assert np.allclose(drawn_.mean(axis=0), real.mean(axis=0), atol=0.06)

    def test_the_same_seed_draws_the_same(self) -> None:
        real = Letters().encode_passages([a_paper(n).title for n in range(1, 30)])
        likeness = likeness_of(real)
        one, same, other = (likeness.drawn(9, seed=seed) for seed in (1, 1, 2))
        assert np.array_equal(one, same)
        assert not np.array_equal(one, other)


class TestPostgres:
    pytestmark = needs_postgres

    def test_both_indexes_answer_notes_alike(self, data: Path, tmp_path: Path) -> None:
        plan = shared.Plan(Size(40, 400), n_encoded=30, n_exact=3)
        found = shared.measure(Options(data, tmp_path / "cache"), plan, Letters())
        by_name = {r.name.removeprefix("40 papers + 400 passages: "): r for r in found}
        for language in ("English", "Japanese"):
            assert by_name[f"{language} notes, the same first answer"].value == 100
        for kind in ("paper", "passage"):
            assert by_name[f"HNSW, {kind}, recall at 20"].value == 100
        for engine in ("SQLite", "PostgreSQL"):
            for name in (f"a search, {engine}", f"300 papers added, {engine}", f"{engine}, a text"):
                assert by_name[name].value > 0

    def test_all_ways_find_nearly_all(self, data: Path, tmp_path: Path) -> None:
        plan = pgvector.Plan(sizes=(200,), n_encoded=30, n_asked=3)
        found = pgvector.measure(Options(data, tmp_path / "cache"), plan, Letters())
        recalls = {r.name: r.value for r in found if "recall" in r.name}
        assert len(recalls) == len(pgvector.WAYS)
        assert recalls["200 vectors: all compared, recall at 20"] == 100
        assert min(recalls.values()) > 40
        sizes = {r.name: r.value for r in found if "index for" in r.name}
        assert len(sizes) == 2


@pytest.mark.parametrize("name", [subject.name for subject in SUBJECTS])
def test_a_set_that_is_not_there_leaves_with_2(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def measure(options: Options) -> list[Any]:
        (subject,) = (subject for subject in SUBJECTS if subject.name == name)
        return list(subject.measure(Options(options.data, tmp_path / "cache")))

    assert run_subjects([Subject(name, measure)], ["--data", str(tmp_path)]) == NO_DATA
    assert f"not measured, {name}: there " in capsys.readouterr().err


class TestHalves:
    def test_a_question_is_always_in_the_same_half(self) -> None:
        halves_of = [Question("what", f"arxiv:2506.{n:05d}").is_aside for n in range(200)]
        assert halves_of == [Question("other", f"arxiv:2506.{n:05d}").is_aside for n in range(200)]
        assert 70 < sum(halves_of) < 130

    def test_both_halves_stand_side_by_side(self) -> None:
        places: quality.Places = {way: [1, 2, None, 1] for way in WAYS} | {MEANING: [2] * 4}
        aside = [True, True, True, False]
        found = quality.halves("notes", places, aside, {"hit@5": 90.0}, is_led=True)
        by_name = {result.name.removeprefix("notes, kept aside, "): result for result in found}
        assert by_name["MRR@10"].value == pytest.approx(50)
        assert by_name["MRR@10"].note == "0.0 to 100.0; n = 3; the other half 100.0"
        assert by_name["hit@5"].value == pytest.approx(200 / 3)
        assert not by_name["hit@5"].ok
        assert by_name["MRR@10 - similarity"].value == pytest.approx(0)
        assert by_name["MRR@10 - similarity"].ok

    def test_a_set_of_one_half_has_no_halves(self) -> None:
        places: quality.Places = {way: [1] for way in WAYS}
        assert quality.halves("notes", places, [True], {}) == []


class TestOurs:
    @pytest.mark.parametrize(("language", "least"), [("ja", 150), ("en", 100)])
    def test_there_are_enough_and_each_is_of_a_known_set(self, language: str, least: int) -> None:
        path = Path(quality.__file__).with_name(f"questions_{language}.toml")
        rows = tomllib.loads(path.read_text("utf-8"))["question"]
        assert len(rows) >= least
        assert {row["kind"] for row in rows} == set(OURS[language])
        queries = [(row["kind"], row["paper"]) for row in rows]
        assert len(set(queries)) == len(queries)

    def test_only_what_is_in_the_data_is_asked(self) -> None:
        path = Path(quality.__file__).with_name("questions_ja.toml")
        row = tomllib.loads(path.read_text("utf-8"))["question"][0]
        (found,) = ours({f"arxiv:{row['paper']}"}, {}, 1)
        assert (found.name, found.kind) == (OURS["ja"][row["kind"]], "paper")
        assert ours(set(), {}) == []

    def test_runs_of_words_stand_in_their_passage(self) -> None:
        text = Text(1, "passage", 1, 4, "", "Many kettles whistle under old bridges, and so on.")
        (question,) = runs([("doi:10.1/a", text)], 3).questions
        assert question.text in text.text
        assert len(question.text.split()) == 5
