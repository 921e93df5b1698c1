"""The benchmark of PDFs scores as people would, and fails where a bar is missed."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pymupdf
import pytest

from reader.library.highlight import Highlight, Marks
from reader.library.paper import Paper
from reader.library.passage import Block, Document, Page
from reader.pdfs.recognition import KnownPaper, Verdict
from tests.benchmarks.frame import (
    MISSED,
    NO_DATA,
    Miss,
    Options,
    Part,
    Result,
    Subject,
    is_aside,
    run_subjects,
)
from tests.benchmarks.pdfs import (
    SUBJECTS,
    bulk,
    compare,
    hostile,
    marks,
    quality,
    recognised,
    speed,
)
from tests.benchmarks.pdfs.columns import PlacedLine, order_of
from tests.benchmarks.pdfs.score import Score, own_ids, scores
from tests.benchmarks.pdfs.truth import Truth, drawn, load

TRUTH = Truth(file="a.pdf", path=Path("a.pdf"), kind="two columns")


def of(truth: Truth, document: Document) -> dict[str, tuple[int, int]]:
    return {score.name: (score.n, score.total) for score in scores(truth, document)}


def shown(truth: Truth, document: Document, name: str) -> Score:
    return next(score for score in scores(truth, document) if score.name == name)


def truth(**values: Any) -> Truth:
    return replace(TRUTH, **values)


def written(*blocks: Block, **values: Any) -> Document:
    return Document((Page(1, blocks),), **values)


class TestComparing:
    def test_case_and_spaces_of_a_title_do_not_count_and_letters_do(self) -> None:
        assert compare.bare("Small\nMachines ﬁnd X²") == compare.bare("SMALL machines find X2")
        assert compare.bare("Small Machines") != compare.bare("Smal Machines")
        assert compare.bare("A-B") != compare.bare("AB")

    def test_accents_may_stand_beside_their_letters_in_a_name(self) -> None:
        assert compare.name("Zoë M. Invented") == compare.name("Zo¨e M Invented") == "zoeminvented"

    @pytest.mark.parametrize(
        ("one", "other"),
        [
            ("3 Our Method", "Our Method"),
            ("3.1. Our Method", "Our method"),
            ("A Further Mirrors", "Further Mirrors"),
            ("A. Further Mirrors", "Further Mirrors"),
            ("IV. MIRRORS", "Mirrors"),
            ("第 2 章 鏡", "鏡"),
            ("2 鏡の理論", "鏡の理論"),
        ],
    )
    def test_a_headings_number_does_not_count(self, one: str, other: str) -> None:
        assert compare.heading(one) == compare.heading(other)

    @pytest.mark.parametrize("word", ["Introduction", "Data", "Mirrors", "Vision", "Discussion"])
    def test_the_first_letters_of_a_word_are_no_number(self, word: str) -> None:
        assert compare.heading(word) == word.lower()

    def test_marked_words_are_the_same_without_hyphens_and_with_case(self) -> None:
        assert compare.marked("word-\nbased ﬁt") == compare.marked("wordbased fit")
        assert compare.marked("Word") != compare.marked("word")

    def test_what_is_there_twice_must_be_given_twice(self) -> None:
        assert compare.lacking(["a", "b", "a"], ["a", "b"]) == [2]
        assert compare.n_common(["a", "b", "a"], ["a", "a", "a"]) == 2

    @pytest.mark.parametrize(
        ("got", "n"), [("abcd", 4), ("bacd", 3), ("dcba", 1), ("", 0), ("axbycz", 3)]
    )
    def test_order_is_the_longest_chain_that_both_have(self, got: str, n: int) -> None:
        assert compare.n_in_order("abcd", got) == n

    def test_blanks_between_japanese_letters_are_counted_and_others_not(self) -> None:
        assert compare.n_cjk_pairs("鏡 の理論 and 鏡 x") == (1, 3)


class TestScores:
    def test_the_front_page_is_scored_one_by_one(self) -> None:
        known = truth(
            title="Small Mirrors",
            authors=("Ada Beispiel", "Bo Beispiel"),
            first_author="Ada Beispiel",
            year=2024,
            abstract="We polish small mirrors",
            type="paper",
        )
        document = written(
            title="SMALL mirrors",
            authors=("Ada Beispiel", "Cy Other"),
            year=2023,
            abstract="We polish small mir- rors and look into them.",
        )
        assert of(known, document) == {
            "title exact": (1, 1),
            "exact and told as sure": (1, 1),
            "first author": (1, 1),
            "names found": (1, 2),
            "names given are listed": (1, 2),
            "year": (0, 1),
            "abstract's start": (1, 1),
            "kind told": (1, 1),
        }
        assert shown(known, document, "names found").expected == "Bo Beispiel"

    def test_nothing_is_scored_that_the_truth_does_not_say(self) -> None:
        assert of(TRUTH, written(title="Anything", authors=("Any",))) == {}

    def test_the_year_of_a_later_version_on_the_stamp_is_right_too(self) -> None:
        known = truth(year=2018, year_source="arXiv id")
        stamp = "arXiv:1801.99999v2 [cs.CL] 24 May 2019"
        assert of(known, written(year=2019, stamp=stamp))["year"] == (1, 1)
        assert of(known, written(year=2020, stamp=stamp))["year"] == (0, 1)
        printed = truth(year=2018, year_source="doi")
        assert of(printed, written(year=2019, stamp=stamp))["year"] == (0, 1)

    def test_an_id_is_found_or_wrong_whatever_its_spelling(self) -> None:
        known = truth(arxiv_id="1801.99999", doi="10.9999/Mirror.1")
        document = written(stamp="arXiv:1801.99999v2 [cs.CL] 24 May 2019", doi="10.9999/mirror.2")
        assert own_ids(document) == {"arxiv:1801.99999", "doi:10.9999/mirror.2"}
        assert of(known, document)["printed ids found"] == (1, 2)
        assert of(known, document)["ids given are right"] == (1, 2)
        assert of(TRUTH, document)["ids given are right"] == (0, 2)

    def test_headings_are_found_and_in_order(self) -> None:
        known = truth(headings=("1 Mirrors", "2 Light", "3 Glass", "References"))
        document = written(
            *(Block(text, kind="heading") for text in ("2 Light", "1 Mirrors", "References")),
            Block("Glass", kind="text"),
        )
        assert of(known, document)["headings found"] == (3, 4)
        assert of(known, document)["headings in order"] == (2, 3)
        assert shown(known, document, "headings found").expected == "3 Glass"

    def test_references_are_counted_exactly_and_nearly(self) -> None:
        document = written(*[Block("[1] A. Invented", kind="reference")] * 41)
        assert of(truth(n_references=41), document)["references exact"] == (1, 1)
        near = of(truth(n_references=40), document)
        assert (near["references exact"], near["references within 5 %"]) == ((0, 1), (1, 1))
        assert of(truth(n_references=30), document)["references within 5 %"] == (0, 1)

    def test_scanned_pages_may_be_told_or_read(self) -> None:
        pages = tuple(Page(n) for n in (1, 2, 3))
        known = truth(is_scanned=True)
        assert of(known, Document(pages, n_scanned=3))["scanned pages told"] == (3, 3)
        assert of(known, Document(pages, n_ocr=2))["scanned pages told"] == (2, 3)


class TestColumns:
    LEFT = tuple(f"{c * 30}" for c in "abc")
    RIGHT = tuple(f"{c * 30}" for c in "xyz")

    def lines(self) -> list[PlacedLine]:
        left = [PlacedLine(t, 50, 100 + 20 * n, 280, 112 + 20 * n) for n, t in enumerate(self.LEFT)]
        right = [
            PlacedLine(t, 320, 90 + 20 * n, 550, 102 + 20 * n) for n, t in enumerate(self.RIGHT)
        ]
        return left + right

    def wrong(self, *texts: str) -> int:
        order = order_of(1, self.lines(), 600, "".join(texts))
        return order.total - order.n

    def test_one_column_after_the_other_is_right(self) -> None:
        assert order_of(1, self.lines(), 600, "".join(self.LEFT + self.RIGHT)).n == 10
        assert self.wrong(*self.LEFT, *self.RIGHT) == 0

    def test_rows_across_both_columns_are_wrong(self) -> None:
        rows = [text for pair in zip(self.LEFT, self.RIGHT, strict=True) for text in pair]
        assert self.wrong(*rows) > 0

    def test_the_right_column_first_is_wrong(self) -> None:
        assert self.wrong(*self.RIGHT, *self.LEFT) > 0

    def test_one_lost_line_is_not_looked_for(self) -> None:
        order = order_of(1, self.lines(), 600, "".join(self.LEFT + self.RIGHT[:2]))
        assert order.n == order.total == 8

    def test_what_crosses_the_middle_parts_the_page(self) -> None:
        upper, lower = self.lines(), []
        for line in self.lines():
            text = line.text.upper()
            lower.append(PlacedLine(text, line.x0, line.y0 + 300, line.x1, line.y1 + 300))
        cut = PlacedLine("w" * 60, 50, 250, 550, 262)
        text = "".join(self.LEFT + self.RIGHT)
        assert order_of(1, [*upper, cut, *lower], 600, text + text.upper()).total == 20
        assert order_of(1, [*upper, cut, *lower], 600, text + text.upper()).n == 20

    def test_a_line_of_a_caption_is_not_looked_for_in_the_text(self) -> None:
        text = "".join(self.LEFT + self.RIGHT)
        assert order_of(1, self.lines(), 600, text, self.LEFT[0]).total == 8

    def test_one_column_alone_says_nothing(self) -> None:
        assert order_of(1, self.lines()[:3], 600, "".join(self.LEFT)).total == 0


class TestSums:
    def test_a_figure_is_summed_for_each_kind_with_its_misses(self) -> None:
        given = [
            (truth(title="Mirrors"), written(title="Mirrors")),
            (truth(file="b.pdf", title="Light", kind="slides"), written(title="Lightt")),
        ]
        first, sure, surely_wrong, ids, known, strange = quality.results(iter(given))
        assert first == Result(
            "title exact",
            50.0,
            "%",
            floor=95.0,
            note="1 of 2, 9 to 91 %; set aside 0 of 1, 0 to 79 %",
            parts=(Part("two columns", 1, 1), Part("slides", 0, 1)),
            misses=(Miss("b.pdf", "Light", "Lightt"),),
        )
        assert not first.ok
        assert [is_aside(known.file) for known, _ in given] == [False, True]
        assert (sure.value, sure.ok) == (50.0, True)
        assert surely_wrong == Result(
            "wrong titles told as sure",
            1,
            "",
            bar=0.0,
            note="1 of 2; 95 %: 9 to 91",
            misses=(Miss("b.pdf", "Light", "Lightt"),),
        )
        assert ids == Result("wrong ids", 0, "", bar=0.0, note="of none")
        assert (known.value, strange.name, strange.value) == (0.0, "wrong papers", 0)
        assert strange.note.startswith("0 of ")

    @pytest.mark.parametrize(
        ("n", "total", "low", "high"), [(98, 98, 96.2, 100.0), (37, 40, 80.1, 97.4)]
    )
    def test_a_share_has_its_interval(self, n: int, total: int, low: float, high: float) -> None:
        found = [round(100 * end, 1) for end in quality.wilson(n, total)]
        assert found == [low, high]

    def test_a_wrong_title_that_is_not_sure_is_no_wrong_title(self) -> None:
        given = [(truth(title="Light"), Document((), title="Lightt", is_title_sure=False))]
        results = {r.name: r.value for r in quality.results(iter(given))}
        assert (results["title exact"], results["wrong titles told as sure"]) == (0, 0)

    def test_one_wrong_id_misses_its_bar(self) -> None:
        given = [(TRUTH, written(doi="10.9999/other"))]
        wrong = next(r for r in quality.results(iter(given)) if r.name == "wrong ids")
        assert (wrong.value, wrong.ok) == (1, False)
        assert wrong.misses == (Miss("a.pdf", "none", "doi:10.9999/other"),)

    def test_a_pdf_that_is_surely_taken_for_another_paper_is_a_wrong_paper(self) -> None:
        other = KnownPaper(7, Paper(ids=("arxiv:1801.99999",), title="Light"))
        own = KnownPaper(8, Paper(ids=("arxiv:1801.99998",), title="Mirrors"))
        surely, perhaps = Verdict("strong", 0, "its stamp"), Verdict("medium", places=(0,))
        known = truth(title="Mirrors")
        assert recognised.Trial(known, [other, own], surely, own=1).is_wrong
        assert recognised.Trial(known, [other], surely).miss == Miss(
            "a.pdf", "Mirrors", "Light (its stamp)"
        )
        assert not recognised.Trial(known, [own, other], surely, own=0).is_wrong
        assert not recognised.Trial(known, [other, own], perhaps, own=1).is_wrong

    def test_a_talk_about_a_paper_and_another_version_of_it_are_the_same(self) -> None:
        paper = truth(title="Mirrors", arxiv_id="1801.99999")
        assert recognised.is_same(paper, truth(title="MIRRORS", kind="slides"))
        assert recognised.is_same(paper, truth(title="Mirrors, again", arxiv_id="1801.99999"))
        assert not recognised.is_same(paper, truth(title="Light"))

    def test_marks_are_held_to_words_order_looks_and_notes(self) -> None:
        marked = marks.Marked(
            file="a.pdf",
            path=Path("a.pdf"),
            truth_kind="gold",
            words=("small mir-rors", "light", "glass"),
            looks=(("light", 1, "highlight", "#ffff00"), ("glass", 2, "underline", "#00ff00")),
            notes=("see there",),
        )
        given = Marks(
            (
                Highlight(1, 0, "highlight", "light", colour="#fffe01", note="see  there"),
                Highlight(1, 1, "highlight", "small mirrors", colour="#ffff00"),
                Highlight(2, 2, "highlight", "glasses", colour="#00ff00"),
            )
        )
        found = marks.results([marks.Found(marked, given)])
        assert {r.name: (r.parts[0].n, r.parts[0].total) for r in found} == {
            "marked words exact": (2, 3),
            "marked words in order": (1, 2),
            "marks given are there": (2, 3),
            "page, kind and colour of those": (1, 1),
            "typed notes": (1, 1),
        }
        assert found[0].misses == (Miss("a.pdf", "glass", "glasses"),)
        assert found[0].note == "2 of 3; 95 %: 21 to 94"

    def test_a_colour_that_the_truth_does_not_know_is_any(self) -> None:
        given = ("light", 1, "highlight", "#ffff00")
        assert marks.is_alike(("light", 1, "highlight", ""), given)
        assert not marks.is_alike(given, ("light", 1, "highlight", ""))
        assert not marks.is_alike(("light", 1, "highlight", "#ff0000"), given)
        assert not marks.is_alike(("light", 2, "highlight", ""), given)

    def test_hostile_files_are_held_to_the_manifest(self) -> None:
        outcomes = [
            hostile.Outcome("a.pdf", "opens", "read", "", 0.1, ""),
            hostile.Outcome("b.pdf", "encrypted", "broken", "is damaged", 0.2, "marks"),
            hostile.Outcome("c.pdf", "hangs", "time", "took more", 60.2, ""),
        ]
        found = {r.name: r for r in hostile.results(outcomes, peak_mb=3000.0, limit_s=60.0)}
        assert {name: r.ok for name, r in found.items()} == {
            "hostile files as expected": False,
            "crashes of the worker": False,
            "slowest file": True,
            "peak memory of the largest process": False,
        }
        missed = found["hostile files as expected"].misses
        assert missed == (Miss("b.pdf", "encrypted", "broken is damaged"),)

    def test_a_run_that_goes_on_after_a_kill_does_nothing_twice_and_ends_as_any(self) -> None:
        whole = {"a.pdf": ("identified", "1"), "b.pdf": ("unknown", "2"), "c.pdf": ("asked", "3")}
        stopped = bulk.Stopped(
            before={"a.pdf": ("identified", "7"), "b.pdf": ("unknown", "8")},
            after={"a.pdf": ("identified", "7"), "b.pdf": ("broken", "9")},
            killed_s=1.0,
            rest_s=3.0,
        )
        rest, twice, otherwise = bulk.results(whole, stopped, whole_s=4.0)
        assert rest.value == 0.75
        assert twice.misses == (Miss("b.pdf", "left alone", "done again"),)
        assert otherwise.misses == (
            Miss("b.pdf", "unknown", "broken"),
            Miss("c.pdf", "asked", "not there"),
        )
        assert not twice.ok
        assert not otherwise.ok

    def test_times_are_summed_before_they_are_divided(self) -> None:
        timed = [speed.Timed(1, 1.0, 1.0, 0.5), speed.Timed(9, 5.0, 3.0, 2.5)]
        to_dict, worst, to_text = speed.ratios(timed)
        assert (to_dict.value, to_dict.ok) == (1.5, True)
        assert worst.value == pytest.approx(5 / 3)
        assert (to_text.value, to_text.ok) == (2.0, True)


def test_what_is_drawn_is_always_the_same_and_in_order() -> None:
    assert drawn(range(100), 10) == drawn(range(100), 10) == sorted(drawn(range(100), 10))
    assert drawn([1, 2], 10) == [1, 2]


LONG = "the column is wide enough that its words reach far over"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Lay out two papers, one of them marked, and two hostile files as the real data is."""
    files = tmp_path / "data" / "files"
    for folder in ("papers", "hostile"):
        (files / folder).mkdir(parents=True)
    rows: list[dict[str, Any]] = [
        {"title": "A Small Machine that Listens", "columns": 1, "kind": "paper", "language": "en"},
        {"title": "Another Machine that Speaks", "columns": 1, "kind": "paper", "language": "en"},
    ]
    for n, row in enumerate(rows):
        row |= {"authors": ["Ada Beispiel", "Bo Beispiel"], "first_author": "Ada Beispiel"}
        row["file"] = f"papers/p{n}.pdf"
        draw(files / row["file"], row["title"], is_marked=n == 0)
    (files / "hostile" / "h0.pdf").write_bytes(b"no PDF at all")
    (files / "hostile" / "h1.pdf").write_bytes((files / "papers" / "p1.pdf").read_bytes())
    write(files / "truth.jsonl", rows)
    mark = {"page": 1, "type": "Highlight", "text": "Speech is hard", "note": None}
    annotated = {
        "file": "papers/p0.pdf",
        "truth_kind": "gold: made here",
        "highlights_in_reading_order": ["Speech is hard"],
        "annotations": [mark | {"color": [1.0, 1.0, 0.0]}],
    }
    write(files / "annotated_truth.jsonl", [annotated])
    expected = [("h0", "not a pdf"), ("h1", "repaired (opens with a warning)")]
    write(
        files / "hostile_truth.jsonl",
        [{"file": f"hostile/{name}.pdf", "expected": what} for name, what in expected],
    )
    return tmp_path / "data"


def draw(path: Path, title: str, *, is_marked: bool) -> None:
    with pymupdf.open() as file:
        page = file.new_page(width=595, height=842)
        page.insert_text((120, 80), title, fontsize=18, fontname="tibo")
        page.insert_text((200, 110), "Ada Beispiel, Bo Beispiel", fontsize=11, fontname="tiro")
        for n, line in enumerate((f"Speech is hard; {LONG}", "and a second line ends it.")):
            page.insert_text((60, 200 + 12 * n), line, fontsize=10, fontname="tiro")
        if is_marked:
            mark = page.add_highlight_annot(page.search_for("Speech is hard"))
            mark.set_colors(stroke=(1, 1, 0))
            mark.update()
        file.save(path)


def write(path: Path, rows: list[dict[str, Any]]) -> None:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")


def small(subject: Subject, cache: Path) -> Subject:
    def measure(options: Options) -> list[Result]:
        mine = Options(options.data, cache, is_quick=True)
        if subject.name == "speed":
            return speed.measure(mine, speed.Plan(rounds=1, pool_rounds=1))
        return subject.measure(mine)

    return Subject(subject.name, measure)


def figures(
    data: Path, cache: Path, names: set[str], capsys: pytest.CaptureFixture[str]
) -> dict[str, dict[str, Any]]:
    subjects = [small(subject, cache) for subject in SUBJECTS if subject.name in names]
    # A busy machine may miss a bar of speed.
    assert run_subjects(subjects, ["--data", str(data), "--json"]) in (0, MISSED)
    return {r["name"]: r for r in json.loads(capsys.readouterr().out)["results"]}


def test_quality_and_marks_come_from_any_folder_of_the_same_layout(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = figures(data, tmp_path / "cache", {"quality", "marks"}, capsys)
    assert {name: r["value"] for name, r in found.items()} == {
        "title exact": 100.0,
        "exact and told as sure": 100.0,
        "wrong titles told as sure": 0,
        "first author": 100.0,
        "names found": 100.0,
        "names given are listed": 100.0,
        "kind told": 100.0,
        "wrong ids": 0,
        "own paper known or asked about": 100.0,
        "wrong papers": 0,
        "marked words exact": 100.0,
        "marked words in order": 100.0,
        "marks given are there": 100.0,
        "page, kind and colour of those": 100.0,
        "PDFs with false flattened marks": 0,
    }
    assert found["title exact"]["parts"] == [{"kind": "one column", "n": 2, "total": 2}]


@pytest.mark.slow
def test_safety_and_speed_come_from_any_folder_of_the_same_layout(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = figures(data, tmp_path / "cache", {"hostile", "speed", "bulk"}, capsys)
    assert found["hostile files as expected"]["value"] == 100.0
    assert found["crashes of the worker"]["value"] == 0
    assert found["files done twice"]["value"] == 0
    assert found["files otherwise than without the kill"]["value"] == 0
    for name in ("reading / get_text('dict')", "one worker / two workers", "add FOLDER, a PDF"):
        assert found[name]["value"] > 0


@pytest.mark.parametrize("name", [subject.name for subject in SUBJECTS])
def test_a_set_that_is_not_there_leaves_with_2(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_subjects(SUBJECTS, ["--data", str(tmp_path), "--only", name]) == NO_DATA
    assert f"not measured, {name}: there is no" in capsys.readouterr().err


def test_a_file_that_the_truth_names_must_be_there(data: Path) -> None:
    (data / "files" / "papers" / "p1.pdf").unlink()
    with pytest.raises(Exception, match=r"there is no .*p1\.pdf"):
        load(data)
