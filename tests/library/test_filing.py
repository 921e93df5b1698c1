"""Test names of papers' files, which are safe on every disk, and suggestions of folders."""

from __future__ import annotations

import random
import time
import unicodedata
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reader.library.file_names import (
    DEFAULT_PATTERN,
    RESERVED,
    FilingExample,
    PaperToFile,
    Suggestion,
    file_stem,
    fold_name,
    free_stem,
    is_reserved,
    likenesses,
    likenesses_of_each,
    nearest_names,
    pattern_problem,
    scaled,
    suggest,
    year_of,
)
from reader.library.paper import Paper


def paper(title: str, *authors: str, id: str = "arxiv:2401.01234") -> Paper:
    return Paper((id,), title, authors)


class TestNames:
    @pytest.mark.parametrize(
        ("of", "stem"),
        [
            (paper("WhisperBox: a box that whispers", "Rin Sato"), "2024_Sato_WhisperBox"),
            (
                paper("On the hearing of quiet voices in rooms", "Rin Sato"),
                "2024_Sato_HearingQuietVoicesRooms",
            ),
            (paper("The of and", "Rin Sato"), "2024_Sato_TheOfAnd"),
            (paper(": what follows a colon", "Rin Sato"), "2024_Sato_WhatFollowsColon"),
            (paper("静かな声を聞く", "佐藤 凛"), "2024_佐藤凛_静かな声を聞く"),
            (paper("静かな声を聞く", "佐藤凛"), "2024_佐藤凛_静かな声を聞く"),
            (paper("Quiet", "Ada van der Example"), "2024_vanderExample_Quiet"),
            (
                paper("QUIET VOICES IN YORÙBÁ XML ROOMS", "Rin Sato"),
                "2024_Sato_QuietVoicesYorùbáXML",
            ),
            (paper("QUIET ROOMS", "Rin Sato"), "2024_Sato_QuietRooms"),
            (paper("mQUIET: many voices", "Rin Sato"), "2024_Sato_mQUIET"),
            (paper("The voices of π", "Rin Sato"), "2024_Sato_Voicesπ"),
            (paper("Quiet", "Ana O'Neil-Díaz"), "2024_ONeilDíaz_Quiet"),
            (paper("../../etc/passwd", "a/b"), "2024_ab_EtcPasswd"),
            (paper("", ""), "2024_Anon_Untitled"),
            (paper("\x00\x1b[2J\u202e", "\x07"), "2024_Anon_2J"),
            (paper("Quiet", id="arxiv:cs/9901001"), "1999_Anon_Quiet"),
            (paper("Quiet", id="arxiv:quant-ph/0201082"), "2002_Anon_Quiet"),
            (paper("Quiet", id="doi:10.1145/1234"), "undated_Anon_Quiet"),
            (Paper(("doi:10.1145/1",), "Quiet", published_on=date(2021, 3, 4)), "2021_Anon_Quiet"),
            (Paper(("doi:10.1145/1",), "Quiet", announced_on=date(2022, 3, 4)), "2022_Anon_Quiet"),
        ],
    )
    def test_a_stem_is_year_author_and_short_title(self, of: Paper, stem: str) -> None:
        assert file_stem(of) == stem

    @pytest.mark.parametrize(
        ("pattern", "stem"),
        [
            ("{author}-{year}-{title}", "Sato-2024-HearingVoices"),
            ("{id}", "2401-01234"),
            ("{title}_{id}", "HearingVoices_2401-01234"),
            ("paper_{title}", "paper_HearingVoices"),
        ],
    )
    def test_a_pattern_orders_the_fields(self, pattern: str, stem: str) -> None:
        assert pattern_problem(pattern) == ""
        assert file_stem(paper("On Hearing Voices", "Rin Sato"), pattern) == stem

    @pytest.mark.parametrize(
        ("pattern", "problem"),
        [
            ("", "many papers would get the same name"),
            ("{year}_{author}", "many papers would get the same name"),
            ("{venue}_{title}", "there is no field {venue}"),
            ("{}_{title}", "there is no field {}"),
            ("{title}/{year}", "'/' is not possible in a name"),
            ("{title", "'{' is not possible in a name"),
            ("{title} {year}", "' ' is not possible in a name"),
            ("{title}.", "'.' is not possible in a name"),
            ("ü{title}", "'ü' is not possible in a name"),
            ("-{title}", "a name cannot begin with '-'"),
            ("{title}_{title}", "a field is in it twice"),
            ("x" * 41 + "{title}", "it leaves too little room for the fields"),
        ],
    )
    def test_a_pattern_that_is_not_allowed_is_refused_with_the_reason(
        self, pattern: str, problem: str
    ) -> None:
        assert str(pattern_problem(pattern)) == problem

    def test_a_long_stem_loses_the_end_of_its_title_first(self) -> None:
        long = paper("言" * 60, "語" * 60)
        for pattern in ("{title}_{author}_{year}", "{author}_{title}_{year}"):
            stem = file_stem(long, pattern)
            assert sorted(stem.split("_")) == sorted(["2024", "語" * 30, "言" * 28])
            assert len(stem.encode()) <= 180

    def test_no_file_is_named_as_a_device_of_windows(self) -> None:
        for name in ("Con", "NUL", "com1", "Lpt9"):
            stem = file_stem(paper(name), "{title}")
            assert (stem.rstrip("_").casefold(), stem[-1]) == (name.casefold(), "_")
        assert [is_reserved(n) for n in ("con.pdf", "COM¹", "console", "", "aux ")] == [
            True, True, False, False, True,
        ]  # fmt: skip

    def test_a_year_is_known_whatever_the_pattern(self) -> None:
        assert year_of(paper("Quiet")) == 2024
        assert year_of(paper("Quiet", id="doi:10.1145/1")) is None


FIELDS = st.sampled_from(["{year}", "{author}", "{title}", "{id}"])
PATTERNS = st.builds(
    lambda fields, joint, front: front + joint.join(fields),
    st.lists(FIELDS, min_size=1, max_size=4, unique=True).filter(
        lambda fields: {"{title}", "{id}"} & set(fields)
    ),
    st.text("ab1_-", max_size=8),
    st.text("ab1_", max_size=8),
)
TEXTS = st.text() | st.sampled_from([*RESERVED, "CoM3", "ﬀ", "ǰ", "İstanbul", "が" * 99, "𠮷" * 99])
NAMES = st.text(st.characters(codec="utf-8"))


@given(TEXTS, TEXTS, st.text(), PATTERNS)
def test_a_stem_is_legal_on_every_disk_and_always_the_same(
    title: str, author: str, id_: str, pattern: str
) -> None:
    of = paper(title * 9, author * 9, id=f"doi:{id_ * 9}")
    stem = file_stem(of, pattern)
    assert pattern_problem(pattern) == ""
    assert stem == file_stem(of, pattern) == unicodedata.normalize("NFC", stem)
    assert stem.replace("_", "").replace("-", "").isalnum()
    assert stem.isprintable()
    assert not is_reserved(stem)
    assert 0 < len(stem) <= 81
    # The longest of what is put around it: ".<name>.marked-999.pdf.<process>.part".
    assert len(stem.encode()) <= 181
    assert stem[0] != "-"


@given(st.text(), st.text())
def test_a_stem_made_without_a_pattern_has_no_hyphen_and_an_end(title: str, author: str) -> None:
    stem = file_stem(paper(title * 20, author * 20))
    assert stem.replace("_", "").isalnum()
    assert not stem.endswith("_")
    assert len(stem) <= 80
    assert len(stem.encode()) <= 180
    assert stem == file_stem(paper(title * 20, author * 20), DEFAULT_PATTERN)


@given(NAMES)
def test_names_fold_alike_whatever_their_case_and_normal_form(name: str) -> None:
    folded = fold_name(name)
    assert fold_name(folded) == folded
    for form in ("NFC", "NFD"):
        assert fold_name(unicodedata.normalize(form, name)) == folded
    assert fold_name(name.casefold()) == folded


@given(st.lists(st.sampled_from(["Ägypten", "ägypten", "A\u0308gypten", "Straße", "STRASSE", "x"])))
def test_names_that_are_given_out_never_meet_on_a_disk_without_case(stems: list[str]) -> None:
    disk: dict[str, str] = {}  # as APFS keeps it: one entry whatever the case and the form
    for stem in stems:
        free = free_stem(stem, disk.__contains__)
        assert disk.setdefault(fold_name(free), free) == free
        assert free.startswith(stem)
    assert len(disk) == len(stems)


class TestNearestNames:
    KNOWN = ("speech/translation", "speech/recognition", "nlp/translation", "nlp/llm", "unfiled")

    @pytest.mark.parametrize(
        ("name", "near"),
        [
            ("speech/translatoin", ["speech/translation", "nlp/translation", "speech/recognition"]),
            ("translation", ["nlp/translation", "speech/translation"]),
            ("Speech/ST", ["speech/translation", "speech/recognition"]),
            ("LLM", ["nlp/llm"]),
            ("gardens", []),
        ],
    )
    def test_the_nearest_names_are_suggested(self, name: str, near: list[str]) -> None:
        assert nearest_names(name, self.KNOWN)[: len(near)] == near
        assert bool(near) == bool(nearest_names(name, self.KNOWN))


GARDENS = FilingExample("gardens", "2023_Field_Roses", 0.5, frozenset({"field a"}), "cs.CL")
MORE = FilingExample("gardens", "2024_Lind_Tulips", 0.4, frozenset({"lind b"}), "cs.CL")
SEAS = FilingExample("seas", "2022_Hoshi_Tides", 0.1, frozenset({"hoshi m"}), "cs.SD")
NOBODY = PaperToFile({}, "", {})


class TestSuggestions:
    def test_the_nearest_papers_suggest_their_folder(self) -> None:
        assert suggest([SEAS, MORE, GARDENS], NOBODY) == [
            Suggestion("gardens", 1.0, ("2023_Field_Roses", "2024_Lind_Tulips"))
        ]

    def test_an_author_of_papers_filed_there_suggests_the_folder(self) -> None:
        wanted = PaperToFile({"hoshi m": "Mio Hoshi", "new n": "No New"}, "cs.SD", {})
        assert suggest([SEAS, GARDENS], wanted) == [
            Suggestion("gardens", 1.0, ("2023_Field_Roses",)),
            Suggestion("seas", 0.4, (), ("Mio Hoshi",), 1, (), "cs.SD"),
        ]

    def test_words_of_feeds_toml_suggest_a_folder_without_papers(self) -> None:
        wanted = PaperToFile({}, "cs.CL", {"speech/translation": ("simultaneous", "interpreting")})
        assert suggest([], wanted) == [
            Suggestion("speech/translation", 0.262, words=("simultaneous", "interpreting"))
        ]

    def test_a_class_alone_suggests_no_folder(self) -> None:
        assert suggest([SEAS], PaperToFile({}, "cs.SD", {})) == []

    def test_at_most_three_folders_are_suggested_best_first(self) -> None:
        several = [FilingExample(f"t{n}", f"k{n}", 0.2 + n / 100) for n in range(9)]
        assert [s.topic for s in suggest(several, NOBODY)] == ["t8", "t7", "t6"]

    def test_texts_are_alike_by_their_rare_words_in_any_script(self) -> None:
        others = ["Roses in the rain", "The tides of the sea", "雨の庭の薔薇", ""]
        roses = likenesses("Roses in the snow", others)
        assert roses[0] > roses[1] > 0 == roses[2] == roses[3]
        assert max(likenesses("庭の薔薇", others)) == likenesses("庭の薔薇", others)[2] > 0.4
        assert likenesses("Roses", ["roses"]) == [pytest.approx(1)]

    def test_many_texts_are_compared_for_little_more_than_one(self) -> None:
        draw = random.Random(1)
        texts = [" ".join(f"w{draw.randrange(2_000)}" for _ in range(200)) for _ in range(225)]

        def spent(several: list[str]) -> float:
            began = time.process_time()
            likenesses_of_each(several, texts[25:])
            return time.process_time() - began

        one, many = (min(spent(texts[:n]) for _ in range(5)) for n in (1, 25))
        assert many < 5 * one
        assert likenesses_of_each(texts[:3], texts[25:]) == [
            likenesses(text, texts[25:]) for text in texts[:3]
        ]

    def test_the_usual_cosine_counts_as_zero_likeness(self) -> None:
        assert scaled([0.9, 0.8, 0.7]) == [pytest.approx(0.5), pytest.approx(0), 0]
        many = scaled([0.8] * 19 + [0.9])
        assert many[0] == 0
        assert 0.4 < many[-1] < 0.5
        assert scaled([1.0] * 20) == [0.0] * 20
