"""Test which paper a person means by a text, and how it is decided on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from reader.base.errors import Ambiguous, NotAnId, NotFound, NotKnown
from reader.base.messages import speaking
from reader.library.file_names import UNFILED
from reader.library.folder import Library, find_paper
from reader.library.paper import LibraryPaper
from reader.library.rows import papers
from reader.morning.pick import decide
from reader.morning.undo import undo
from reader.ranking.learn import topic_for
from reader.ranking.model import Rank
from reader.ranking.rows import standings
from tests.samples import DAY, NOW, a_library, paper

TRANSLATION = paper(
    1, "Speech Translation in Gardens", ids=("arxiv:2506.00001", "doi:10.5555/garden.1")
)
RECOGNITION = paper(2, "Speech Recognition in Gardens")
MODELS = paper(3, "Large Language Models in Gardens")
ANTS = paper(4, "On Ants", authors=())
OLD = paper(5, "On Bees", ids=("arxiv:quant-ph/0201082",))
ALL = [TRANSLATION, RECOGNITION, MODELS, ANTS, OLD]
ODD = [
    paper(6, "ÉQUITÉ ou égalité"),
    paper(7, "静かな部屋のホン"),
    paper(8, "W" * 1_500),
]


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with a_library(tmp_path) as library:
        papers.add_papers(library.db, ALL, source="arXiv", on=DAY)
        yield library


def states(library: Library) -> list[str]:
    return [h.state for h in papers.papers_at(library.db, range(1, 6))]


class TestFinding:
    @pytest.mark.parametrize(
        ("text", "row"),
        [
            ("2506.00001", 1),
            ("arXiv:2506.00001v3", 1),
            ("https://arxiv.org/pdf/2506.00001", 1),
            ("10.5555/garden.1", 1),
            ("https://doi.org/10.5555/Garden.1", 1),
            ("quant-ph/0201082", 5),
            ("  speech tr  ", 1),
            ("On Ants", 4),
            ("on bees", 5),
            ("ｓｐｅｅｃｈ　Ｔｒ", 1),
            ("ＯＮ　ＡＮＴＳ", 4),
            ("Speech Translation in Gar…", 1),
            ("“Speech-translation", 1),
            ("Large\u00a0Language Models, in", 3),
            ("équité ou", 6),
            ("静かな部屋の ﾎﾝ", 7),
            ("w" * 1_200, 8),
        ],
    )
    def test_an_id_in_any_form_or_the_beginning_of_a_title_finds_the_paper(
        self, library: Library, text: str, row: int
    ) -> None:
        papers.add_papers(library.db, ODD, source="arXiv", on=DAY)
        assert find_paper(library, text).row == row

    def test_exact_beginnings_of_titles_come_before_similar_ones(self, library: Library) -> None:
        more = [paper(6, "Onboard"), paper(7, "ＯＮ　ＢＥＥＳ, Again")]
        papers.add_papers(library.db, more, source="arXiv", on=DAY)
        assert find_paper(library, "on b").row == 5
        assert find_paper(library, "ｏｎ　ｂｅｅｓ").row == 5
        with pytest.raises(Ambiguous):
            find_paper(library, "ｏｎ　ｂ")

    def test_a_key_finds_its_paper(self, library: Library) -> None:
        key = decide(library, "pick", ["2506.00001"])[0].key
        assert key == "2025_Field_SpeechTranslationGardens"
        assert find_paper(library, key).row == 1

    def test_an_ambiguous_text_names_some_of_the_papers(self, library: Library) -> None:
        with pytest.raises(Ambiguous) as caught:
            find_paper(library, "Speech")
        assert caught.value.message == (
            "Speech could be any of 2 papers: "
            "arxiv:2506.00002 Speech Recognition in Gardens; "
            "arxiv:2506.00001 Speech Translation in Gardens."
        )

    def test_not_all_of_many_papers_are_named(self, library: Library) -> None:
        many = [paper(n, f"Rain {n}") for n in range(10, 20)]
        papers.add_papers(library.db, many, source="arXiv", on=DAY)
        with pytest.raises(Ambiguous) as caught:
            find_paper(library, "Rain")
        assert "6 or more papers" in caught.value.message
        assert caught.value.message.count(";") == 2

    def test_japanese_counts_ambiguous_papers_once(self, library: Library) -> None:
        many = [paper(n, f"Rain {n}") for n in range(10, 20)]
        papers.add_papers(library.db, many, source="arXiv", on=DAY)
        with speaking("ja"):
            for text, said in (
                ("Speech", "論文が2本あります: "),
                ("Rain", "論文が6本以上あります: "),
            ):
                with pytest.raises(Ambiguous) as caught:
                    find_paper(library, text)
                assert said in caught.value.message

    def test_a_lists_number_takes_no_paper(self, library: Library) -> None:
        bits = paper(77, "1 bit is enough for speech")
        papers.add_papers(library.db, [bits], source="arXiv", on=DAY)
        for text in ("1", "12", " 999 "):
            with pytest.raises(NotKnown) as refused:
                find_paper(library, text)
            assert "only a place in a list" in refused.value.message
        assert find_paper(library, "1 bit").record.title == bits.title

    def test_an_unknown_id_differs_from_a_text_that_is_no_id(self, library: Library) -> None:
        with pytest.raises(NotFound) as caught:
            find_paper(library, "https://arxiv.org/abs/2506.99999v2")
        assert caught.value.message == "arxiv:2506.99999 is not in this library."
        assert not isinstance(caught.value, NotAnId)
        for text in ("moon", "", "   ", "%", "\x1b[31m", "\udcff", "x" * 100_000):
            with pytest.raises(NotAnId) as refused:
                find_paper(library, text)
            assert refused.value.exit_code == 4
            assert "\x1b" not in refused.value.message
            assert len(refused.value.message) < 300


class TestDeciding:
    def test_several_papers_are_decided_in_one_act(self, library: Library) -> None:
        done = decide(library, "skip", ["2506.00002", "2506.00001", "arxiv:2506.00002v9"])
        assert [(h.row, h.state) for h in done] == [(2, "skip"), (1, "skip")]
        assert states(library) == ["skip", "skip", "candidate", "candidate", "candidate"]
        assert [(h.row, h.state) for h in undo(library)] == [(2, "candidate"), (1, "candidate")]
        assert undo(library) == []

    def test_nothing_is_decided_if_one_paper_is_not_found(self, library: Library) -> None:
        with pytest.raises(NotFound):
            decide(library, "pick", ["2506.00001", "2506.99999"])
        assert states(library) == ["candidate"] * 5
        assert undo(library) == []

    def test_a_pick_is_filed_and_gets_its_key_and_a_skip_is_not(self, library: Library) -> None:
        picked = decide(library, "pick", ["2506.00001", "On Ants"])
        assert [(h.topic, h.key) for h in picked] == [
            ("speech/translation", "2025_Field_SpeechTranslationGardens"),
            (UNFILED, "2025_Anon_Ants"),
        ]
        assert [(h.topic, h.key) for h in decide(library, "skip", ["2506.00002"])] == [(None, None)]

    def test_a_second_pick_moves_nothing(self, library: Library) -> None:
        first = decide(library, "pick", ["2506.00001"])
        undo(library)
        renamed = paper(1, "On Ants", "Speech recognition.", version=2)
        papers.add_papers(library.db, [renamed], source="arXiv", on=DAY)
        again = decide(library, "pick", ["2506.00001"])
        assert (again[0].topic, again[0].key) == (first[0].topic, first[0].key)


class TestTopics:
    def paper(self, library: Library, row: int) -> LibraryPaper:
        return papers.papers_at(library.db, [row])[0]

    @pytest.mark.parametrize(
        ("row", "topic"),
        [(1, "speech/translation"), (2, "speech/recognition"), (3, "nlp/llm"), (4, UNFILED)],
    )
    def test_a_pick_belongs_to_the_topic_whose_words_it_has(
        self, library: Library, row: int, topic: str
    ) -> None:
        assert topic_for(self.paper(library, row), library.config, {}) == topic

    def test_a_little_nearness_files_nothing_under_an_own_topic(self, library: Library) -> None:
        ranks = {3: [Rank("speech/translation", 0.4, "out")]}
        assert topic_for(self.paper(library, 3), library.config, ranks) == "nlp/llm"
        ranks = {4: [Rank("speech/translation", 0.4, "out")]}
        assert topic_for(self.paper(library, 4), library.config, ranks) == UNFILED

    def test_great_nearness_files_and_own_topics_come_first(self, library: Library) -> None:
        ranks = {3: [Rank("speech/recognition", 4.0, "in")]}
        assert topic_for(self.paper(library, 3), library.config, ranks) == "speech/recognition"

    def test_the_kept_ranks_are_used(self, library: Library) -> None:
        kept = {4: [Rank("speech/recognition", 4.0, "in")]}
        standings.set_ranks(library.db, kept, topics="t", encoder="small", models="")
        assert decide(library, "pick", ["On Ants"])[0].topic == "speech/recognition"


def test_a_pick_is_filed_where_the_list_showed_it(library: Library) -> None:
    standings.add_shown(library.db, DAY, [(4, "doubtful", "speech/recognition")], at=NOW)
    standings.add_shown(library.db, DAY, [(5, "doubtful", "no/topic any more")], at=NOW)
    assert [h.topic for h in decide(library, "pick", ["On Ants", "on bees"])] == [
        "speech/recognition",
        "unfiled",
    ]
