"""Test the commands `why` and `teach`: what they print, record, and take back."""

from __future__ import annotations

import io
import json
import re
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from reader.base.messages import speak, speaking
from reader.base.text import columns
from reader.cli.frame import Settings, run
from reader.gathering.rows import sources
from reader.library.config import Topic
from reader.library.folder import Library, find_paper, open_library
from reader.library.rows import papers
from reader.morning.pick import decide_rows
from reader.morning.teach import Teaching
from reader.morning.today import keep_shown
from reader.morning.why import ScoreChange, changes, explain
from reader.ranking.events import Event, features
from reader.ranking.fit import fit_topic
from reader.ranking.learn import learn
from reader.ranking.model import START, TITLE_WORD, Rank, TopicModel, judge, start
from reader.ranking.rows import labels, standings
from reader.texts.why import standing_texts
from tests.marked_pdfs import typeset
from tests.mornings import morning
from tests.samples import DAY, FEEDS_TOML, NOW, Web, copy_tables, fit_means, paper, post, tools

OWN, OTHER = "speech/translation", "speech/recognition"
WORDS = ("Ash", "Beech", "Cove", "Dale", "Elm", "Fen", "Glade", "Hill", "Isle", "Kiln", "Lake",
         "Moor", "Nook")  # fmt: skip
SPEECH, MODELS = "Speech Translation in Gardens", "Large Language Models in Gardens"


@pytest.fixture
def library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Library]:
    """Make a library: three papers of an own topic, one near and talked about, eight others."""
    monkeypatch.setenv("READER_NOW", NOW.isoformat())
    folder = copy_tables(tmp_path / "library")
    config = FEEDS_TOML + '[encoder]\nmodel = "/there/is/no/model"\n'
    (folder / "feeds.toml").write_text(config, encoding="utf-8")
    with open_library(folder, now=lambda: NOW) as library:
        given = [paper(n, f"{SPEECH} {n}", authors=(f"Ada {WORDS[n]}",)) for n in (1, 2, 3)]
        given += [paper(n, f"Of {n} Ants", authors=(f"Bo {WORDS[n]}",)) for n in range(5, 13)]
        papers.add_papers(library.db, [*given, paper(4, MODELS)], source="arXiv", on=DAY)
        said = [post("a", paper(4).id), post("b", paper(4).id, author="Di Moor")]
        sources.add_posts(library.db, said, source="timeline", on=DAY)
        yield library


def typed(capsys: pytest.CaptureFixture[str], library: Library, *args: str) -> tuple[int, str, str]:
    capsys.readouterr()
    code = run(list(args), Settings(library.folder))
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def as_json(
    capsys: pytest.CaptureFixture[str], library: Library, *args: str
) -> tuple[int, list[dict[str, Any]]]:
    code, out, _ = typed(capsys, library, *args, "--json")
    return code, [json.loads(line) for line in out.splitlines()]


def answers(monkeypatch: pytest.MonkeyPatch, *lines: str) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("".join(f"{line}\n" for line in lines)))


# why


@pytest.mark.parametrize("number", [1, 4, 7])
def test_the_terms_of_why_add_up_to_the_score_that_the_list_has(
    library: Library, capsys: pytest.CaptureFixture[str], number: int
) -> None:
    code, [found] = as_json(capsys, library, "why", paper(number).id)
    assert code == 0
    assert round(sum(term["value"] for term in found["terms"]), 4) == found["score"]
    _, [shown] = as_json(capsys, library, "today", "--no-fetch")
    listed = {e["id"]: e for lane in ("own", "doubtful", "near") for e in shown[lane]}
    entry = listed.get(found["id"])
    assert (entry is None) == (found["shelf"] is None)
    if entry:
        assert (entry["score"], entry["why"]) == (found["score"], found["why"])


def test_why_says_the_place_the_sum_and_what_would_change_it(
    library: Library, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = typed(capsys, library, "why", paper(1).id, "--all")
    lines = out.splitlines()
    assert (code, err) == (0, "")
    assert lines[0] == f"{SPEECH} 1"
    assert lines[5] == "In: “speech translation” in the title."
    assert "own topics: 1 of 3, 2025-06-04" in lines
    [score] = [line.split()[0] for line in lines if line.endswith("  total")]
    cut = f"threshold of speech/translation: 0.000; in, {score[1:]} above it"
    assert any(cut in line for line in lines)
    assert any(line.startswith("without “speech translation” in the title: ") for line in lines)
    assert any(line.startswith("after a pick: in, ") for line in lines)
    assert any(line.startswith("  speech/recognition: ") for line in lines)


def test_why_is_one_sentence_until_more_is_asked_for(
    library: Library, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = typed(capsys, library, "why", paper(1).id)
    assert (code, err) == (0, "")
    assert out.splitlines()[4:] == [
        "",
        "In: “speech translation” in the title.",
        "",
        f"The sum, and what would change this rank: reader why {paper(1).id} --all",
    ]


@pytest.mark.parametrize(
    ("number", "said"),
    [(4, "Talked about: “large language model” in the title; "), (7, "Out: fits no topic.")],
)
def test_the_sentence_begins_with_where_a_paper_stands(
    library: Library, capsys: pytest.CaptureFixture[str], number: int, said: str
) -> None:
    _, [found] = as_json(capsys, library, "why", paper(number).id)
    assert found["sentence"].startswith(said)


def test_after_a_pick_why_shows_the_reasons_of_then_and_now(
    library: Library, capsys: pytest.CaptureFixture[str]
) -> None:
    typed(capsys, library, "today", "--no-fetch")
    typed(capsys, library, "pick", paper(1).id, "--no-fetch")
    _, out, _ = typed(capsys, library, "why", paper(1).id)
    # It stands where it stood, and that is said once, in words.
    assert out.splitlines()[5:7] == [
        "In: “speech translation” in the title. Place 1.",
        "When you picked it (2025-06-04): the same.",
    ]
    [topic] = [t for t in library.config.topics if t.path == OWN]
    model = replace(start(topic), title_word=TITLE_WORD + 0.75).to_text()
    standings.keep(library.db, [standings.StoredModel(f"topic {OWN}", "now", model)])
    library.db.execute("DELETE FROM idx.ranks")
    library.db.execute("DELETE FROM idx.ranked")
    _, out, _ = typed(capsys, library, "why", paper(1).id)
    assert not re.search(r"\d\.\d", out.split("\n\n")[1]), "a score is no word for a person"
    _, [found] = as_json(capsys, library, "why", paper(1).id)
    then = found["decided"]
    assert (then["kind"], then["on"], then["lane"], then["position"]) == (
        "pick", "2025-06-04", "own", 1
    )  # fmt: skip
    assert (then["score"], then["model"], then["topic"]) == (
        round(START + TITLE_WORD, 4), "words", OWN)  # fmt: skip
    assert round(sum(term["value"] for term in then["terms"]), 4) == then["score"]
    typed(capsys, library, "undo")
    assert as_json(capsys, library, "why", paper(1).id)[1][0]["decided"] is None


def test_a_reason_kept_in_another_language_is_the_same(
    library: Library, capsys: pytest.CaptureFixture[str]
) -> None:
    typed(capsys, library, "today", "--no-fetch")
    typed(capsys, library, "pick", paper(1).id, "--no-fetch")
    file = library.folder / "feeds.toml"
    text = file.read_text("utf-8")
    file.write_text(text.replace("[reader]", '[reader]\nlanguage = "ja"', 1), "utf-8")
    try:
        _, out, _ = typed(capsys, library, "why", paper(1).id)
    finally:
        speak("en")
    assert out.splitlines()[6] == "選んだとき(2025-06-04): 同じ。"


def test_the_reason_of_a_pick_is_told_in_the_language_that_is_spoken_now(
    library: Library, capsys: pytest.CaptureFixture[str]
) -> None:
    typed(capsys, library, "today", "--no-fetch")
    library.db.execute("UPDATE lines SET sentence = '“speech” in the abstract; 2 up-votes.'")
    typed(capsys, library, "pick", paper(1).id, "--no-fetch")
    library_paper = find_paper(library, paper(1).id)
    with speaking("ja"):
        [_now, then] = standing_texts(explain(library, library_paper))
    assert then == "選んだとき(2025-06-04): 入ります: 概要に「speech」、高評価2件。1番目。"


def test_a_paper_sent_away_is_not_said_to_be_in(
    library: Library, capsys: pytest.CaptureFixture[str]
) -> None:
    typed(capsys, library, "today", "--no-fetch")
    typed(capsys, library, "wrong", paper(1).id)
    _, out, _ = typed(capsys, library, "why", paper(1).id)
    now = next(line for line in out.splitlines() if "you said that it does not belong" in line)
    assert now.startswith("Out: you said that it does not belong to")
    assert "Place" not in now


def test_a_skip_of_an_unlisted_paper_is_named_as_such(
    library: Library, capsys: pytest.CaptureFixture[str]
) -> None:
    typed(capsys, library, "skip", paper(7).id)
    _, out, _ = typed(capsys, library, "why", paper(7).id)
    assert "When you skipped it (2025-06-04): It was in no list." in out.splitlines()


def test_a_paper_without_reasons_is_out_even_near_the_cut(
    library: Library, capsys: pytest.CaptureFixture[str]
) -> None:
    for number in (1, 7):
        _, [found] = as_json(capsys, library, "why", paper(number).id)
        assert {t["topic"]: t["place"] for t in found["topics"]} == {
            OWN: "in" if number == 1 else "out", OTHER: "out", "nlp/llm": "out"
        }  # fmt: skip


def test_learned_words_of_little_weight_share_a_line_and_the_sum_holds(
    library: Library, capsys: pytest.CaptureFixture[str]
) -> None:
    words = {"w:speech": 0.02, "w:translation": -0.05, "w:garden": 0.06, "a:beech a": 0.7}
    model = TopicModel(OWN, ("speech translation",), weights=words).to_text()
    standings.keep(library.db, [standings.StoredModel(f"topic {OWN}", "now", model)])
    code, out, _ = typed(capsys, library, "why", paper(1).id, "--all")
    lines = out.splitlines()
    assert code == 0
    assert any(line.endswith("  author Ada Beech") for line in lines)
    assert [line[12:] for line in lines if "of little weight" in line] == [
        "3 more parts of little weight"
    ]
    terms = [float(line[:10]) for line in lines if line[:10].strip()[:1] in ("+", "-")]
    *several, score = terms
    assert round(sum(several), 3) == score


def test_the_predicted_effect_of_a_pick_is_its_effect(library: Library) -> None:
    given = tools(Web(), fit_topic=fit_topic)
    decide_rows(library, "pick", [2])
    decide_rows(library, "skip", [5])
    learn(library, given)
    [paper] = papers.papers_at(library.db, [1])
    before = explain(library, paper)
    [pick] = [c for c in changes(library, before, fit_topic) if c.kind == "pick"]
    assert before.score != pick.score
    decide_rows(library, "pick", [1])
    learn(library, given)
    library.db.execute("DELETE FROM idx.ranked")
    [paper] = papers.papers_at(library.db, [1])
    after = explain(library, paper)
    assert after.score == pytest.approx(pick.score)
    assert [c.kind for c in changes(library, after, fit_topic)][-1] == "undecided"


def test_what_was_decided_since_the_list_is_not_taken_for_the_effect_of_a_skip(
    library: Library,
) -> None:
    def kinds() -> dict[str, ScoreChange]:
        [paper] = papers.papers_at(library.db, [1])
        return {c.kind: c for c in changes(library, explain(library, paper), fit_topic)}

    given = tools(Web(), fit_topic=fit_topic)
    decide_rows(library, "skip", [5])
    learn(library, given)
    assert "now" not in kinds()
    decide_rows(library, "pick", [2])
    before = kinds()
    assert list(before)[-3:] == ["now", "pick", "skip"]
    assert margin(before["skip"]) < margin(before["now"]) < margin(before["pick"])
    learn(library, given)
    library.db.execute("DELETE FROM idx.ranked")
    after = kinds()
    assert "now" not in after
    assert margin(after["pick"]) == pytest.approx(margin(before["pick"]))


def margin(change: ScoreChange) -> float:
    assert change.cut is not None
    return change.score - change.cut


def test_the_sum_and_what_a_term_does_are_there_before_any_model_is_fitted(
    library: Library,
) -> None:
    fitted: list[str] = []

    def fit(topic: Topic, *args: Any, **more: Any) -> TopicModel:
        fitted.append(topic.path)
        return fit_means(topic, *args, **more)

    learn(library, tools(Web(), fit_topic=fit_means))
    [paper] = papers.papers_at(library.db, [1])
    several = changes(library, explain(library, paper), fit)
    n_fitted = [(change.kind, len(fitted)) for change in several]
    assert list(dict.fromkeys(n_fitted)) == [("without", 0), ("pick", 1), ("skip", 2)]


def test_a_near_papers_why_names_each_voice_and_its_place_without_it(
    library: Library, capsys: pytest.CaptureFixture[str]
) -> None:
    _, [found] = as_json(capsys, library, "why", paper(4).id)
    assert (found["shelf"], found["cut"], found["n_found"]) == ("near", None, 1)
    kinds = {term["kind"]: term["what"] for term in found["terms"]}
    assert kinds["closeness"] == "nlp/llm"
    assert {t["what"] for t in found["terms"] if t["kind"] == "mention"} == {"Cy Pond", "Di Moor"}
    assert [(c["kind"], c["position"]) for c in found["changes"]] == [
        ("without", 1),
        ("without", 1),
        ("more", 1),
    ]
    assert found["changes"][0]["score"] < found["score"] < found["changes"][2]["score"]


def test_why_of_what_is_not_here_is_not_found(
    library: Library, capsys: pytest.CaptureFixture[str]
) -> None:
    assert typed(capsys, library, "why", "2401.99999")[0] == 4


# teach


def test_named_papers_are_taught_and_undo_takes_them_back(
    library: Library, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, _ = typed(
        capsys, library, "teach", "--topic", OTHER, paper(5).id, paper(6).id, "--no-ask"
    )
    assert (code, out.splitlines()[0]) == (0, f"Taught 2 papers to {OTHER}.")
    assert "newly in: " in out
    assert [(e.kind, e.topic) for e in labels.lessons(library.db)] == [("seed", OTHER)] * 2
    assert f"topic {OTHER}" in standings.fingerprints(library.db)
    code, out, _ = typed(capsys, library, "undo")
    assert (code, out.splitlines()) == (
        0,
        ["Undone (topic): Of 5 Ants", "Undone (topic): Of 6 Ants"],
    )
    assert labels.lessons(library.db) == []


def test_a_bibtex_file_teaches_what_is_here_and_brings_in_what_is_not(
    library: Library, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    file = tmp_path / "mine.bib"
    file.write_text(
        "@misc{a, title={Of 5 Ants}, author={Bo Fen}, eprint={2506.00005}}\n"
        "@misc{b, title={On Listening to Moss}, author={Cy Fern}, year={2024},"
        " abstract={Moss speaks.}}\n@broken{c, title=\n",
        encoding="utf-8",
    )
    args = ("teach", "--topic", OWN, str(file), "--no-fetch")
    code, found = as_json(capsys, library, *args)
    assert (code, [f["title"] for f in found]) == (5, ["Of 5 Ants", "On Listening to Moss"])
    assert {f["kind"] for f in found} == {"seed"}
    assert labels.taught(library.db, OWN) == {4: "seed", 13: "seed"}
    # It is no news of the day.
    assert 13 not in [e.paper.row for e in morning(library, DAY).entries]


@pytest.mark.parametrize(
    ("title", "more"),
    [
        ("Of 5 Ants", ""),
        ("{Of} 5 {Ants}", "author={Fen, Bo}, year={2025},"),
        ("Of 5 Ants", "author={Bo Fen and others},"),
    ],
)
def test_an_entry_of_a_bibliography_is_the_paper_here_that_has_its_title(
    library: Library, capsys: pytest.CaptureFixture[str], tmp_path: Path, title: str, more: str
) -> None:
    file, before = tmp_path / "mine.bib", papers.n_papers(library.db)
    file.write_text(f"@misc{{a, {more} title={{{title}}}}}\n", encoding="utf-8")
    for _ in range(2):
        code, found = as_json(capsys, library, "teach", "--topic", OWN, str(file), "--no-fetch")
        assert (code, [f["id"] for f in found]) == (0, ["arxiv:2506.00005"])
    assert papers.n_papers(library.db) == before


def test_an_entry_of_other_people_or_another_time_is_another_paper(
    library: Library, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    file = tmp_path / "mine.bib"
    file.write_text(
        "@misc{a, title={Of 5 Ants}, author={Cy Fern}}\n"
        "@misc{b, title={Of 5 Ants}, author={Bo Fen}, year={1999}}\n",
        encoding="utf-8",
    )
    _, found = as_json(capsys, library, "teach", "--topic", OWN, str(file), "--no-fetch")
    assert [f["id"][:4] for f in found] == ["pdf:", "pdf:"]


def test_nothing_to_teach_and_nothing_to_ask_is_said(
    library: Library, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = typed(capsys, library, "teach", "--topic", OWN, "--no-ask")
    assert (code, out) == (2, "")
    assert err.startswith("reader: There is nothing to teach, and you asked for no questions.\n")


def test_a_topic_without_questions_is_reported(
    library: Library, capsys: pytest.CaptureFixture[str]
) -> None:
    every = [paper.record.id for paper in papers.papers_at(library.db, range(1, 99))]
    typed(capsys, library, "skip", *every)
    code, out, _ = typed(capsys, library, "teach", "--topic", OWN)
    said = f"There is no undecided paper to ask about for {OWN}."
    assert (code, " ".join(out.split())) == (0, said)


def test_an_author_and_a_folder_of_pdfs_teach(
    library: Library, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    code, found = as_json(capsys, library, "teach", "--topic", OWN, "--author", "Bo Hill")
    assert (code, [f["title"] for f in found]) == (0, ["Of 7 Ants"])
    (tmp_path / "pdfs").mkdir()
    (tmp_path / "pdfs" / "a.pdf").write_bytes(typeset("On Listening to Ferns"))
    args = ("teach", "--topic", OWN, str(tmp_path / "pdfs"), "--no-fetch")
    code, found = as_json(capsys, library, *args)
    assert (code, [f["title"] for f in found]) == (0, ["On Listening to Ferns"])


def test_questions_are_answered_line_by_line_and_each_says_what_it_changed(
    library: Library, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    answers(monkeypatch, "y", "n", "x", "u", "y", "", "q")
    code, out, _ = typed(capsys, library, "teach", "--topic", OWN)
    assert code == 0
    said = re.findall(", (?:higher than|lower than|as) before ", out)
    assert len(said) == 3
    assert " ".join(out.split()).count("newly in: ") == 3
    assert max(map(columns, out.splitlines())) <= 80
    assert "Undone: " in out
    assert f"2 answers for {OWN}" in out
    assert sorted(e.kind for e in labels.lessons(library.db)) == ["yes", "yes"]


def test_without_answers_the_questions_are_listed(
    library: Library, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    answers(monkeypatch)
    code, found = as_json(capsys, library, "teach", "--topic", OWN)
    assert (code, {f["kind"] for f in found}) == (0, {"asked"})
    # Of ants and models nobody is asked: rather few questions than irrelevant ones.
    assert {f["title"] for f in found} == {f"{SPEECH} {n}" for n in (1, 2, 3)}
    assert labels.lessons(library.db) == []


@pytest.fixture
def lectures(library: Library) -> Library:
    """Add papers with the topic's word, twenty similar ones without it, and two hundred others."""
    plenty = [
        *(paper(100 + n, f"Speech Translation of Lecture {n}", "Interpreters wait for verbs.",
                authors=(f"Cy {WORDS[n]}",)) for n in range(5)),
        *(paper(200 + n, f"How Interpreters Wait {n}", f"In lectures the verbs come late, {n}.",
                authors=(f"Di {WORDS[n % 13]}",)) for n in range(20)),
        *(paper(300 + n, f"Bridges of Town {n}", f"Steel and lectures on rust, part {n}.",
                authors=(f"Ed {WORDS[n % 13]}",)) for n in range(200)),
    ]  # fmt: skip
    papers.add_papers(library.db, plenty, source="arXiv", on=DAY)
    return library


def test_before_any_lesson_a_dozen_plausible_papers_are_asked(
    lectures: Library, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    answers(monkeypatch)
    _, found = as_json(capsys, lectures, "teach", "--topic", OWN)
    assert len(found) == 12
    assert [f["title"] for f in found if "Bridges" in f["title"] or "Ants" in f["title"]] == []


def test_the_first_answer_is_compared_with_the_model_of_the_list(lectures: Library) -> None:
    learn(lectures, tools(Web({}), fit_topic=fit_topic))
    stored = TopicModel.from_text(standings.stored(lectures.db)[f"topic {OWN}"].text)
    assert stored.weights
    teaching = Teaching(lectures, fit_topic, lectures.config.topics[0])
    [paper] = teaching.questions(1)
    one = judge(paper.record, features(paper.record), stored)
    assert teaching.judged(paper.row).score == one.score


def test_answers_choose_what_is_asked_next(
    lectures: Library, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    answers(monkeypatch)
    _, without = as_json(capsys, lectures, "teach", "--topic", OWN)
    answers(monkeypatch, *"nnnnnn")
    _, found = as_json(capsys, lectures, "teach", "--topic", OWN)
    assert len(found) == len({f["id"] for f in found})
    assert {f["kind"] for f in found[:6]} == {"no"}
    assert {f["kind"] for f in found[6:]} == {"asked"}
    assert [f["id"] for f in without] != [f["id"] for f in found]


def test_papers_that_come_during_a_lesson_do_not_end_it(library: Library) -> None:
    teaching = Teaching(library, fit_topic, library.config.topics[0])
    plenty = [paper(500 + n, f"Ponds {n}", authors=(f"Cy {WORDS[n % 13]}",)) for n in range(40)]
    papers.add_papers(library.db, plenty, source="arXiv", on=DAY)
    assert teaching.teach("yes", [1]).after > 0


def test_a_lesson_reorders_todays_list(
    library: Library, capsys: pytest.CaptureFixture[str]
) -> None:
    keep_shown(library, morning(library, DAY))
    before = [e.score for e in morning(library, DAY).own]
    code, _, _ = typed(
        capsys, library, "teach", "--topic", OWN, *(paper(n).id for n in (2, 3)), "--no-ask"
    )
    assert code == 0
    after = morning(library, DAY)
    assert {e.paper.row for e in after.own} == {1, 2, 3}
    assert [e.score for e in after.own] != before
    scores = [e.score for e in after.own]
    assert scores == sorted(scores, reverse=True)


@pytest.mark.parametrize(
    ("args", "code", "said"),
    [
        ((), 2, "Which topic do you want to teach?"),
        (("--topic", "speech/x"), 2, "There is no topic named speech/x."),
        (("--topic", OWN, "2401.99999"), 4, ""),
        (
            ("--topic", OWN, "--author", "Nobody Here"),
            2,
            "No paper in the library is surely by Nobody Here",
        ),
    ],
)
def test_unusable_examples_are_explained_and_teach_nothing(
    library: Library,
    capsys: pytest.CaptureFixture[str],
    args: tuple[str, ...],
    code: int,
    said: str,
) -> None:
    given, _, err = typed(capsys, library, "teach", *args)
    assert (given, said in err) == (code, True)
    assert labels.lessons(library.db) == []


def test_a_file_of_another_kind_is_refused(
    library: Library, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "a.txt").write_text("words", encoding="utf-8")
    code, _, err = typed(capsys, library, "teach", "--topic", OWN, str(tmp_path / "a.txt"))
    assert (code, "no paper found" in err) == (2, True)


@pytest.mark.parametrize("name", ["gone.bib", "gone.pdf", "gone/"])
def test_a_file_that_is_not_there_is_said_to_be_missing(
    library: Library, capsys: pytest.CaptureFixture[str], tmp_path: Path, name: str
) -> None:
    code, _, err = typed(capsys, library, "teach", "--topic", OWN, f"{tmp_path}/{name}")
    assert (code, "no such file" in " ".join(err.split())) == (2, True)


def test_files_without_a_paper_are_counted_and_an_empty_folder_is_refused(
    library: Library, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    folder, empty, bare = tmp_path / "pdfs", tmp_path / "empty", tmp_path / "bare.bib"
    folder.mkdir()
    empty.mkdir()
    bare.write_text("% nothing yet\n", encoding="utf-8")
    (folder / "a.pdf").write_bytes(typeset("On Listening to Ferns"))
    (folder / "b.pdf").write_bytes(b"junk")
    args = ("teach", "--topic", OWN, "--no-ask", "--no-fetch")
    for _ in range(2):
        code, out, err = typed(capsys, library, *args, str(folder))
        assert (code, "Taught 1 paper" in out) == (5, True)
        assert "no paper found in 1 file" in " ".join(err.split())
    for what in (empty, bare):
        code, _, err = typed(capsys, library, *args, str(what))
        assert (code, "no paper found" in " ".join(err.split())) == (2, True)


def test_a_single_own_topic_needs_no_name(
    library: Library, capsys: pytest.CaptureFixture[str]
) -> None:
    file = library.folder / "feeds.toml"
    text = file.read_text("utf-8").replace('[topics."speech/recognition"]', '[topics."near/sr"]')
    near = text.replace('words = ["speech recognition"]', 'lane = "near"')
    file.write_text(near, encoding="utf-8")
    code, _, _ = typed(capsys, library, "teach", paper(5).id, "--no-ask")
    assert (code, labels.lessons(library.db)) == (0, [Event(4, "seed", OWN, DAY)])


def test_a_rank_without_terms_is_explained_all_the_same(library: Library) -> None:
    [paper] = papers.papers_at(library.db, [5])
    found = explain(library, paper)
    assert (found.lane, found.place) == (None, found.ranks[0].place)
    assert all(isinstance(rank, Rank) and rank.terms for rank in found.ranks)


def test_undo_of_a_lesson_brings_todays_list_back(
    library: Library, capsys: pytest.CaptureFixture[str]
) -> None:
    learn(library, tools(Web(), fit_topic=fit_topic))

    def looked_at() -> list[str]:
        found = morning(library, DAY)
        keep_shown(library, found)
        return [entry.paper.record.id for entry in found.entries]

    before = looked_at()
    typed(capsys, library, "teach", "--topic", OWN, paper(3).id, paper(5).id, "--no-ask")
    assert looked_at() != before
    typed(capsys, library, "undo")
    assert looked_at() == before
