"""Test index.db: searching by words, encoding once, ranking by topic, and rebuilding."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path

import pytest

from reader.base.words import query_terms
from reader.gathering.rows import sources
from reader.library.rows import decisions, merges, papers
from reader.library.rows.database import Database, forget_index
from reader.notes.rows import notes
from reader.ranking.model import Rank
from reader.ranking.rows import labels, standings
from reader.search.rows import index
from reader.search.rows.index import Kind, PassageText, Text
from reader.search.rows.vector_files import drop
from tests.samples import DAY, NOW, new_database, paper, post, rows_of_kind, undo_last, vectors_of

GARDENS = paper(1, "Listening to Gardens", "Rain is heard at night.")
TRAINS = paper(2, "Trains of Thought", "音声翻訳の新しい方法。")
PASSAGES = [PassageText("The rain gauge hums.", 1, "Method"), PassageText("雨量計。", 2, "")]


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    with new_database(tmp_path) as db:
        papers.add_papers(db, [GARDENS, TRAINS], source="arXiv", on=DAY)
        yield db


def note(db: Database, row: int, text: str) -> None:
    notes.add_note(db, row, text, is_written=False, at=NOW, on=DAY)


def fill(db: Database) -> None:
    index.add_paper_texts(db, index.papers_without_text(db, limit=99))
    for row in index.notes_without_text(db):
        index.add_note_text(db, row)


def find(db: Database, query: str) -> list[tuple[str, int]]:
    """Find by words: (kind, paper), each kind apart, best first."""
    kinds: tuple[Kind, ...] = ("note", "paper", "passage")
    rows = [
        row for kind in kinds for row, _ in index.find_words(db, kind, query_terms(query), limit=9)
    ]
    found = index.texts_at(db, rows)
    return [(found[row].kind, found[row].paper) for row in rows]


def vector(*numbers: float) -> bytes:
    import numpy as np

    return np.array(numbers, np.float16).tobytes()


def encode(db: Database, texts: Sequence[str], encoder: str = "small") -> None:
    index.add_vectors(db, encoder, [(index.hash_of(t), vector(len(t))) for t in texts])


class TestWords:
    def test_titles_and_abstracts_are_found_in_english_and_japanese(self, db: Database) -> None:
        assert index.papers_without_text(db, limit=99) == [1, 2]
        assert index.papers_without_text(db, limit=1) == [1]
        assert index.papers_without_text(db, limit=99, after=1) == [2]
        fill(db)
        assert index.papers_without_text(db, limit=99) == []
        assert find(db, "GARDENS") == [("paper", 1)]
        assert find(db, "翻訳") == [("paper", 2)]
        assert find(db, "nothing") == []

    def test_each_kind_is_ranked_by_itself_and_a_title_comes_before_a_text(
        self, db: Database
    ) -> None:
        papers.add_papers(db, [paper(3, "Rain at Noon", "It hums.")], source="arXiv", on=DAY)
        note(db, 2, "It is all about rain.")
        fill(db)
        index.add_passages(db, 1, PASSAGES, sha256="a")
        expected = [("note", 2), ("paper", 3), ("paper", 1), ("passage", 1)]
        assert find(db, "rain") == expected

    def test_many_papers_push_no_passage_and_no_note_out(self, db: Database) -> None:
        more = [paper(n, "Rain, Rain") for n in range(3, 40)]
        papers.add_papers(db, more, source="arXiv", on=DAY)
        index.add_passages(db, 1, PASSAGES, sha256="a")
        note(db, 2, "Of frogs, of toads and, as they say of both of them, of rain.")
        fill(db)
        for kind, paper_row in (("passage", 1), ("note", 2)):
            ((row, _),) = index.find_words(db, kind, query_terms("rain"), limit=9)  # type: ignore[arg-type]
            assert index.texts_at(db, [row])[row].paper == paper_row
            assert rows_of_kind(db, kind)[0] <= row

    def test_a_changed_abstract_takes_the_place_of_the_old_one(self, db: Database) -> None:
        fill(db)
        changed = paper(1, "Listening to Deserts", "Sand is heard.", version=2)
        papers.add_papers(db, [changed], source="arXiv", on=DAY)
        assert index.papers_without_text(db, limit=99) == [1]
        fill(db)
        assert find(db, "gardens") == []
        assert find(db, "sand") == [("paper", 1)]

    def test_only_the_newest_revision_of_a_note_is_found(self, db: Database) -> None:
        note(db, 1, "Of frogs.")
        assert index.notes_without_text(db) == [1]
        fill(db)
        note(db, 1, "Of toads.")
        assert index.notes_without_text(db) == [1]
        fill(db)
        assert index.notes_without_text(db) == []
        assert (find(db, "frogs"), find(db, "toads")) == ([], [("note", 1)])

    @pytest.mark.parametrize(
        ("query", "is_found"),
        [
            ("speech to text", False),
            ("example", False),
            ("repository", True),
            ("See https://www.example.org/speech-to-text-x/", True),
            ("http://example.org/speech-to-text-x", True),
            ("example.com/rivers?of=dust", False),
            ("https://example.com/rivers?of=dust", True),
            ('"2401.01234"', True),
        ],
    )
    def test_a_note_is_found_by_its_words_and_by_whole_addresses(
        self, db: Database, query: str, is_found: bool
    ) -> None:
        there = "[The repository](https://example.org/speech-to-text-x), also"
        note(db, 1, f"{there} https://example.com/rivers?of=dust, https://arxiv.org/abs/2401.01234")
        fill(db)
        assert find(db, query) == ([("note", 1)] if is_found else [])

    def test_passages_know_their_page_and_are_replaced_together(self, db: Database) -> None:
        index.add_passages(db, 1, PASSAGES, sha256="a")
        assert index.n_passages(db, 1) == 2
        found = index.find_words(db, "passage", query_terms("雨量計 gauge"), limit=9)
        rows = [row for row, _ in found]
        assert sorted(index.texts_at(db, rows).values(), key=lambda t: t.row) == [
            Text(1, "passage", 1, 1, "Method", "The rain gauge hums."),
            Text(2, "passage", 1, 2, "", "雨量計。"),
        ]
        index.add_passages(db, 1, PASSAGES[:1], sha256="b")
        assert (index.n_passages(db, 1), index.n_passages(db, 2)) == (1, 0)
        assert find(db, "雨量計") == []

    def test_a_text_has_the_current_words_of_its_paper_or_note(self, db: Database) -> None:
        note(db, 2, "Mine.")
        fill(db)
        assert list(index.texts_at(db, [1, 2, 3, 99]).values()) == [
            Text(1, "paper", 1, None, "", "Listening to Gardens\nRain is heard at night."),
            Text(2, "paper", 2, None, "", "Trains of Thought\n音声翻訳の新しい方法。"),
            Text(3, "note", 2, None, "", "Mine."),
        ]

    @pytest.mark.parametrize("query", ['"', "a OR", "NEAR(", "title:x", "*", "-x", "a AND NOT b"])
    def test_operators_of_fts5_are_searched_as_text(self, db: Database, query: str) -> None:
        fill(db)
        if terms := query_terms(query):
            index.find_words(db, "paper", terms, limit=9)

    def test_a_deleted_index_is_made_again_as_it_was(self, db: Database, tmp_path: Path) -> None:
        note(db, 2, "All about rain.")
        fill(db)
        before = find(db, "rain"), index.texts_at(db, [1, 2, 3])
        db.close()
        forget_index(tmp_path)
        with Database(tmp_path) as again:
            assert again.index_is_new
            assert find(again, "rain") == []
            fill(again)
            assert (find(again, "rain"), index.texts_at(again, [1, 2, 3])) == before


class TestVectors:
    def test_notes_are_encoded_first_then_passages_then_papers(self, db: Database) -> None:
        note(db, 1, "Mine.")
        fill(db)
        index.add_passages(db, 1, PASSAGES, sha256="a")
        texts = [
            "Mine.",
            "雨量計。",
            "The rain gauge hums.",
            "Trains of Thought\n音声翻訳の新しい方法。",
            "Listening to Gardens\nRain is heard at night.",
        ]
        waiting = index.texts_without_vector(db, "small")
        assert waiting == [(index.hash_of(text), text) for text in texts]
        assert index.n_without_vector(db, "small") == 5
        assert index.texts_without_vector(db, "small", limit=2) == waiting[:2]
        assert index.texts_without_vector(db, "small", papers=[2]) == [waiting[3]]
        assert index.texts_without_vector(db, "small", papers=[]) == []

    def test_the_count_of_texts_without_vector_follows_every_change(self, db: Database) -> None:
        def by_hand(encoder: str) -> int:
            waiting = {key for key, _ in index.texts_without_vector(db, encoder)}
            return sum(r["hash"] in waiting for r in db.read("SELECT hash FROM idx.texts"))

        def check() -> list[int]:
            counted = [index.n_without_vector(db, name) for name in ("small", "large", "other")]
            assert counted == [by_hand(name) for name in ("small", "large", "other")]
            return counted

        assert check() == [0, 0, 0]
        encode(db, ["Same."])
        index.add_passages(db, 1, [PassageText("Same.", 1, "")] * 2 + PASSAGES, sha256="a")
        assert check() == [2, 4, 4]
        encode(db, [PASSAGES[0].text, "no text's"], "large")
        note(db, 1, "Same.")
        fill(db)
        assert check() == [4, 6, 7]
        merges.join(db, 1, 2, why="alike", on=DAY)
        fill(db)
        check()
        index.add_passages(db, 1, [], sha256="b")
        index.add_passages(db, 2, [PassageText("Same.", 1, "")], sha256="b")
        check()
        drop(db, "small")
        counts = check()
        assert counts[0] == counts[2]
        assert index.n_without_vector(db, "") == counts[2]

    def test_the_vector_of_a_text_that_is_nowhere_any_more_is_deleted(self, db: Database) -> None:
        def kept() -> list[str]:
            rows = db.read("SELECT hash FROM idx.vectors ORDER BY rowid")
            names = {index.hash_of(text): text for text in ("query", "Same.", "First.", "Then.")}
            return [names[r["hash"]] for r in rows]

        def last() -> int:
            return int(db.read("SELECT max(rowid) AS n FROM idx.vectors")[0]["n"])

        note(db, 1, "First.")
        index.add_passages(db, 2, [PassageText("Same.", 1, "")], sha256="a")
        fill(db)
        encode(db, ["query", "Same.", "First."])
        before = last()
        note(db, 1, "Same.")
        fill(db)
        assert kept() == ["query", "Same."]
        # A new one is above all that the files of vectors have seen.
        assert last() >= before
        note(db, 1, "Then.")
        fill(db)
        assert kept() == ["query", "Same."]
        encode(db, ["Then."])
        assert last() > before

    def test_nothing_is_encoded_twice_by_one_encoder(self, db: Database) -> None:
        index.add_passages(db, 1, [PassageText("Same.", 1, "")] * 2, sha256="a")
        index.add_passages(db, 2, [PassageText("Same.", 5, "")], sha256="b")
        assert index.texts_without_vector(db, "small") == [(index.hash_of("Same."), "Same.")]
        encode(db, ["Same."])
        encode(db, ["Same."])
        assert index.texts_without_vector(db, "small") == []
        assert index.n_without_vector(db, "small") == 0
        assert index.n_without_vector(db, "other") == 3
        assert vectors_of(db, "small") == ([1, 2, 3], [vector(5)] * 3)
        assert vectors_of(db, "other") == ([], [])

    def test_a_vector_belongs_to_exactly_this_text_and_encoder(self, db: Database) -> None:
        encode(db, ["speech translation"])
        asked = [("small", "speech translation"), ("small", "speech"), ("other", "speech")]
        assert [index.has_vector(db, *a) for a in asked] == [True, False, False]

    def test_the_vectors_of_papers_are_those_of_title_and_abstract(self, db: Database) -> None:
        fill(db)
        index.add_passages(db, 1, PASSAGES, sha256="a")
        encode(db, ["Listening to Gardens\nRain is heard at night.", "雨量計。"])
        assert index.paper_vectors(db, "small", [1, 2]) == {1: vector(44)}

    def test_a_topic_is_its_words_and_its_papers(self, db: Database) -> None:
        more = [paper(n, "x" * n, "y") for n in range(3, 5)]
        papers.add_papers(db, more, source="arXiv", on=DAY)
        fill(db)
        encode(db, ["words", *(f"{p.title}\n{p.abstract}" for p in (GARDENS, TRAINS, *more))])

        def lengths(*args: object) -> list[float]:
            import numpy as np

            found = index.topic_vectors(db, *args)  # type: ignore[arg-type]
            return sorted(float(np.frombuffer(v, np.float16)[0]) for v in found)

        assert lengths("small", [1, 4], "words") == [5.0, 6.0, 44.0]
        assert lengths("small", [], "words") == [5.0]
        assert lengths("other", [1], "words") == []


class TestRanks:
    def rank(self, db: Database, *rows: int, topics: str = "t1", encoder: str = "") -> None:
        ranks = {row: [Rank("speech/a", None, "in"), Rank("nlp", 0.5, "out")] for row in rows}
        standings.set_ranks(db, ranks, topics=topics, encoder=encoder, models="")

    def to_rank(self, db: Database, day: date, topics: str, *, encoder: str = "") -> list[int]:
        return list(standings.papers_to_rank(db, day, day, topics, encoder=encoder, models=""))

    def test_ranks_come_back_and_are_replaced_whole(self, db: Database) -> None:
        self.rank(db, 1)
        assert standings.ranks_of(db, [1, 2]) == {
            1: [Rank("nlp", 0.5, "out"), Rank("speech/a", None, "in")]
        }
        standings.set_ranks(db, {1: []}, topics="t1", encoder="", models="")
        assert standings.ranks_of(db, [1]) == {}

    def test_a_days_papers_are_ranked_once_for_the_same_topics(self, db: Database) -> None:
        assert self.to_rank(db, DAY, "t1") == [1, 2]
        self.rank(db, 1)
        assert self.to_rank(db, DAY, "t1") == [2]
        assert self.to_rank(db, DAY, "t2") == [1, 2]
        assert self.to_rank(db, DAY + timedelta(1), "t1") == []

    def test_an_older_paper_is_ranked_on_the_day_of_its_mention(self, db: Database) -> None:
        later = DAY + timedelta(1)
        sources.add_posts(db, [post("a", "arxiv:2506.00001")], source="timeline", on=later)
        assert self.to_rank(db, later, "t1") == [1]

    def test_papers_of_several_days_come_with_the_day_they_are_ranked_by(
        self, db: Database
    ) -> None:
        later = DAY + timedelta(1)
        papers.add_papers(db, [paper(3)], source="arXiv", on=later)
        given = [post("a", paper(1).id), post("b", paper(3).id)]
        sources.add_posts(db, given, source="timeline", on=later)
        assert standings.papers_to_rank(db, DAY, later, "t1", encoder="", models="") == {
            1: DAY,
            2: DAY,
            3: later,
        }
        assert standings.papers_to_rank(db, later, later, "t1", encoder="", models="") == {
            1: later,
            3: later,
        }
        self.rank(db, 1, 2, 3)
        assert standings.papers_to_rank(db, DAY, later, "t1", encoder="", models="") == {}

    def test_a_paper_is_ranked_again_as_soon_as_it_has_a_vector(self, db: Database) -> None:
        fill(db)
        self.rank(db, 1, 2)
        assert self.to_rank(db, DAY, "t1", encoder="small") == []
        encode(db, ["Listening to Gardens\nRain is heard at night."])
        assert self.to_rank(db, DAY, "t1", encoder="small") == [1]
        assert self.to_rank(db, DAY, "t1") == []
        self.rank(db, 1, encoder="small")
        assert self.to_rank(db, DAY, "t1", encoder="small") == []

    def test_members_of_any_topic_are_listed_for_their_day(self, db: Database) -> None:
        self.rank(db, 1)
        standings.set_ranks(db, {2: [Rank("nlp", 1.0, "out")]}, topics="t1", encoder="", models="")
        assert standings.members_on(db, DAY) == [1]
        assert standings.members_on(db, DAY + timedelta(1)) == []

    def test_the_undecided_are_counted_by_day_newest_first(self, db: Database) -> None:
        for n, day in enumerate([1, 1, 2, 3, 3], 3):
            papers.add_papers(db, [paper(n)], source="arXiv", on=DAY + timedelta(day))
        self.rank(db, *range(1, 8))
        decisions.add_decisions(db, "skip", [3], at=NOW, on=DAY)
        decisions.add_decisions(db, "pick", [6], at=NOW, on=DAY)
        undo_last(db)
        note(db, 1, "Mine.")
        last = DAY + timedelta(3)
        found = [(last, 2), (DAY + timedelta(2), 1), (DAY + timedelta(1), 1), (DAY, 1)]
        assert standings.n_undecided(db, ["speech/a"], DAY, last, more=()) == found
        assert standings.n_undecided(db, ["speech/a"], DAY, DAY, more=()) == [(DAY, 1)]
        assert standings.n_undecided(db, ["nlp"], DAY, last, more=()) == []
        more = standings.n_undecided(db, ["nlp"], DAY, last, more=[1, 4, 5])
        assert more == [(DAY + timedelta(2), 1), (DAY + timedelta(1), 1)]

    def test_what_a_list_showed_is_counted_by_its_lane_there(self, db: Database) -> None:
        for n in range(3, 6):
            papers.add_papers(db, [paper(n)], source="arXiv", on=DAY)
        self.rank(db, 1, 2)
        # 1 and 2 are in by their ranks; 3, 4 and 5 have none, as after a lost index.
        standings.add_shown(
            db,
            DAY,
            [(1, "doubtful", "speech/a"), (3, "own", "speech/a"), (4, "own", "speech/a")],
            at=NOW,
        )
        standings.add_shown(db, DAY + timedelta(1), [(5, "own", "speech/a")], at=NOW)
        last = DAY + timedelta(1)
        assert standings.n_undecided(db, ["speech/a"], DAY, last, more=()) == [(DAY, 3)]
        labels.add_lessons(db, "no", "speech/a", [4], at=NOW, on=DAY)
        assert standings.n_undecided(db, ["speech/a"], DAY, last, more=()) == [(DAY, 2)]

    def test_no_ranks_to_keep_need_no_transaction(self, db: Database) -> None:
        db.can_write = False
        standings.set_ranks(db, {}, topics="t1", encoder="", models="")
