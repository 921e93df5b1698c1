"""Run `reader export` as a person does: papers as references, chosen and whole."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import pytest

from tests.installed import run_here

BIB = r"""
@article{field_moss, title={Whistling Moss in Old Gardens}, author={Ada Field}, year=2019,
  doi={10.5555/1}, journal={Garden Studies}, annote={My words on moss. They are two sentences.}}
@misc{bees, title={Bees}, eprint={2506.00002}, archivePrefix={arXiv}}
@misc{lind_ants, title={Ants of Moss}, author={Bo Lind}, year=2020, doi={10.5555/3}}
"""
BEES, LIND, FIELD = "bees", "lind_ants", "field_moss"


@pytest.fixture
def filled(library: Path, tmp_path: Path) -> Path:
    file = tmp_path / "old.bib"
    file.write_text(BIB, "utf-8")
    run_here("import", str(file), library=library)
    run_here("file", "10.5555/3", "speech/recognition", library=library)
    return library


def keys(*args: str, library: Path) -> list[str]:
    ran = run_here("export", "--format", "bibtex", *args, library=library)
    assert (ran.code, ran.err) == (0, "")
    return re.findall(r"@\w+\{(\w+),", ran.out)


def test_the_papers_of_the_person_are_written_or_those_that_fit(filled: Path) -> None:
    ran = run_here("export", "--format", "bibtex", library=filled)
    assert re.findall(r"@\w+\{(\w+),", ran.out) == [BEES, FIELD, LIND]
    assert ran.err == (
        "Left out: 6 papers that you did not pick, write up, file, tag, add or import. "
        "All that are not skipped: --query -state:skip\n"
    )
    every = keys("--query", "-state:skip", library=filled)
    assert (len(every), set(every) >= {BEES, FIELD, LIND}) == (6, True)
    assert keys("--state", "read", library=filled) == [FIELD]
    assert keys("--topic", "speech", library=filled) == [LIND]
    assert keys("--query", "moss -whistling", library=filled) == [LIND]
    assert keys("--query", "year:2019-2020", "--state", "candidate", library=filled) == [LIND]
    assert keys("Bees", "10.5555/1", "Bees", library=filled) == [BEES, FIELD]


def test_a_pick_that_was_taken_back_is_left_out(filled: Path) -> None:
    def is_written(paper: str) -> bool:
        return paper in run_here("export", "--format", "bibtex", library=filled).out

    papers = json.loads(run_here("today", "--no-fetch", "--json", library=filled).out)["own"]
    paper = papers[0]["id"]
    number = paper.removeprefix("arxiv:")
    assert not is_written(number)
    run_here("pick", paper, library=filled)
    assert is_written(number)
    run_here("undo", library=filled)
    assert not is_written(number)
    # The folder that the pick chose stays; now the person chooses one.
    run_here("file", paper, "speech/recognition", library=filled)
    assert is_written(number)


def test_an_export_of_notes_says_that_nothing_changed(filled: Path) -> None:
    first = run_here("export", library=filled)
    assert "written: notes/" in first.out
    assert run_here("export", library=filled).out == "1 note in notes/ is up to date.\n"
    assert run_here("export", "--quiet", library=filled).out == ""


def test_without_a_note_an_export_says_how_to_write_one(library: Path) -> None:
    run_here("export", library=library)
    said = "There are no notes yet. Write one: reader note ID\n"
    assert run_here("export", library=library).out == said


def test_a_file_is_written_whole_and_said(filled: Path, tmp_path: Path) -> None:
    file = tmp_path / "refs.json"
    ran = run_here(
        "export", "--format", "csl-json", "--topic", "speech", "--to", str(file), library=filled
    )
    assert (ran.code, ran.out, ran.err) == (0, "", f"written: {file} (1 paper)\n")
    assert [item["id"] for item in json.loads(file.read_text("utf-8"))] == [LIND]


def test_what_of_a_query_is_read_in_another_way_is_said(filled: Path) -> None:
    ran = run_here("export", "--format", "ris", "--topic", "recognitio", library=filled)
    assert (ran.out, ran.err) == (
        "",
        "Nothing is filed under recognitio. Did you mean speech/recognition?\n",
    )


@pytest.mark.parametrize(
    ("args", "what"),
    [
        (["Bees"], "Notes are written all, each to its own file."),
        (["--topic", "speech"], "Notes are written all, each to its own file."),
        (["--format", "csv", "--cited", "/none.aux"], "/none.aux cannot be read"),
        (["--format", "csv", "Bees", "--state", "pick"], "Give IDs, what papers must fit"),
    ],
)
def test_what_cannot_go_together_is_refused(filled: Path, args: list[str], what: str) -> None:
    ran = run_here("export", *args, library=filled)
    assert (ran.code, ran.out, ran.err[: len(f"reader: {what}")]) == (2, "", f"reader: {what}")


def test_what_a_manuscript_cites_is_written_and_unknown_keys_are_named(
    filled: Path, tmp_path: Path
) -> None:
    aux = tmp_path / "paper.aux"
    aux.write_text(f"\\citation{{{LIND},nobody2020x}}\n\\abx@aux@cite{{0}}{{{BEES}}}\n")
    ran = run_here("export", "--format", "bibtex", "--cited", str(aux), library=filled)
    assert re.findall(r"@\w+\{(\w+),", ran.out) == [BEES, LIND]
    assert (ran.code, ran.err) == (5, "No paper here has these keys: nobody2020x\n")
    tex = tmp_path / "paper.tex"
    tex.write_text(rf"\citep[see][p.~3]{{{FIELD}}} 5\% \nocite{{{LIND} }} % \cite{{{BEES}}}")
    assert keys("--cited", str(tex), library=filled) == [FIELD, LIND]
    tex.write_text(r"\nocite{*}")
    assert len(keys("--cited", str(tex), library=filled)) == 6


@pytest.fixture
def kept(filled: Path) -> Path:
    """The .bib of all picks, which feeds.toml has kept up to date outside of the library."""
    file = filled.parent / "paper" / "refs.bib"
    with (filled / "feeds.toml").open("a") as feeds:
        feeds.write(f'\n[[bibliography]]\nfile = "{file}"\nquery = "state:pick"\n')
    return file


def entries(file: Path) -> list[str]:
    return re.findall(r"@\w+\{(\w+),", file.read_text("utf-8"))


def test_a_kept_bibliography_follows_each_decision(filled: Path, kept: Path) -> None:
    assert f"written: {kept} (0 papers)\n" in run_here("export", library=filled).out
    ran = run_here("pick", "--no-fetch", "Bees", "10.5555/3", library=filled)
    assert (ran.code, entries(kept)) == (0, [BEES, LIND])
    before = kept.stat()
    assert "refs.bib" not in run_here("export", library=filled).out
    assert (kept.stat().st_ino, kept.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    run_here("drop", "Bees", library=filled)
    assert entries(kept) == [LIND]
    run_here("undo", library=filled)
    assert entries(kept) == [BEES, LIND]
    assert not (filled / ".reader/replaced").exists()


def test_a_bibliography_that_a_hand_changed_is_left_alone_and_named(
    filled: Path, kept: Path
) -> None:
    run_here("export", library=filled)
    by_hand = kept.read_text("utf-8") + "@misc{mine, title={Mine}}\n"
    kept.write_text(by_hand, "utf-8")
    ran = run_here("pick", "--no-fetch", "Bees", library=filled)
    assert f"reader: {kept} was changed by hand, so it was left alone." in ran.err
    assert run_here("export", library=filled).code == 5
    assert kept.read_text("utf-8") == by_hand
    kept.unlink()
    assert run_here("export", library=filled).code == 0
    assert entries(kept) == [BEES]


def test_what_was_saved_while_a_bibliography_was_replaced_stays_aside(
    filled: Path, kept: Path
) -> None:
    run_here("export", library=filled)
    run = filled / ".reader/replaced/2025-06-04T063000Z"
    late = run / "out" / kept.relative_to("/")
    late.parent.mkdir(parents=True)
    late.write_text("@misc{mine, title={Mine}}")
    ran = run_here("export", library=filled)
    assert (ran.code, f"is in {late}" in " ".join(ran.err.split())) == (5, True)
    assert not (filled / kept.relative_to("/")).exists()
    assert late.read_text() == "@misc{mine, title={Mine}}"
    late.write_text(kept.read_text("utf-8"))
    assert run_here("export", library=filled).code == 0
    assert not late.exists()


def test_references_are_text_and_papers_without_a_line_are_counted(
    filled: Path, tmp_path: Path
) -> None:
    ran = run_here("export", "--format", "references", "--query", "moss", library=filled)
    assert (ran.code, ran.out.splitlines()) == (
        0,
        [
            "Field, A. (2019) “Whistling Moss in Old Gardens”, Garden Studies [Preprint]. "
            "Available at: https://doi.org/10.5555/1.",
            "Lind, B. (2020) “Ants of Moss”. Available at: https://doi.org/10.5555/3.",
        ],
    )
    style = tmp_path / "venues.csl"
    style.write_text(
        '<style xmlns="http://purl.org/net/xbiblio/csl"><citation><layout/></citation>'
        '<bibliography><layout><text variable="container-title"/></layout></bibliography></style>'
    )
    args = ("export", "--format", "references", "--style", str(style), "--query", "moss")
    told = "1 paper is left out: this style has no line for what is known of it.\n"
    assert run_here(*args, library=filled) == (5, "Garden Studies\n", told)
    file = tmp_path / "refs.txt"
    ran = run_here(*args, "--to", str(file), library=filled)
    assert (ran.code, ran.err) == (5, f"written: {file} (1 paper)\n{told}")


def test_a_style_is_for_references_alone(filled: Path) -> None:
    ran = run_here("export", "--format", "ris", "--style", "apa", library=filled)
    assert (ran.code, ran.out) == (2, "")
    assert "--style is for --format references alone." in ran.err


def test_a_dump_makes_a_new_library_the_same(filled: Path, tmp_path: Path) -> None:
    file, new = tmp_path / "out" / "all.jsonl", tmp_path / "new"
    ran = run_here("export", "--format", "dump", "--to", str(file), library=filled)
    assert (ran.code, ran.out, ran.err) == (0, "", f"written: {file} (9 papers)\n")
    assert file.stat().st_mode & 0o777 == 0o600
    assert run_here("init", str(new), library=filled).code == 0
    dry = run_here("import", str(file), "--dry-run", library=new)
    assert dry.out.startswith("This was a dry run: nothing was changed.\nBROUGHT  the whole")
    ran = run_here("import", str(file), "--json", library=new)
    assert (ran.code, json.loads(ran.out)) == (
        0,
        {"is_done": True, "n_papers": 9, "n_notes": 1, "n_decisions": 0, "missing": []},
    )
    again = run_here("export", "--format", "dump", library=new)
    assert again.out == file.read_text("utf-8")
    assert keys("--state", "read", library=new) == [FIELD]


def test_a_dump_is_of_the_whole_library_and_for_a_new_one(filled: Path, tmp_path: Path) -> None:
    file = tmp_path / "all.jsonl"
    ran = run_here("export", "--format", "dump", "--state", "read", library=filled)
    assert (ran.code, ran.err) == (
        2,
        "reader: A dump has the whole library.\n  reader export --format dump --to FILE\n",
    )
    run_here("export", "--format", "dump", "--to", str(file), library=filled)
    ran = run_here("import", str(file), library=filled)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("reader: This library is not empty; a dump makes a new one.\n")
    ran = run_here("import", str(file), "--as", "bibtex", library=filled)
    assert ran.code == 2
    file.write_bytes(file.read_bytes()[:-10])
    new = tmp_path / "new"
    run_here("init", str(new), library=filled)
    ran = run_here("import", str(file), library=new)
    assert (ran.code, ran.out) == (2, "")
    assert "the line breaks off. Nothing was imported.\n  Copy the dump once more" in ran.err


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with names here")
@pytest.mark.parametrize("form", ["dump", "csv"])
def test_a_pipe_or_a_device_is_never_replaced(filled: Path, tmp_path: Path, form: str) -> None:
    pipe, link = tmp_path / "pipe", tmp_path / "link"
    os.mkfifo(pipe)
    link.symlink_to(pipe)
    for place, what in (
        (pipe, "this is not the name of a file"),
        (link, "it is a link to a file that does not exist"),
    ):
        ran = run_here("export", "--format", form, "--to", str(place), library=filled)
        assert (ran.code, ran.err.splitlines()[0]) == (6, f"reader: {place}: {what}")
    assert pipe.is_fifo()
    assert link.is_symlink()


def test_zoteros_rdf_is_imported_with_topics_and_notes(filled: Path, tmp_path: Path) -> None:
    folder, new = tmp_path / "mine", tmp_path / "new"
    ran = run_here("export", "--format", "zotero-rdf", "--query", "moss", library=filled)
    assert (ran.code, ran.err.splitlines()[1]) == (
        2,
        "  reader export --format zotero-rdf --to DIR",
    )
    ran = run_here(
        "export", "--format", "zotero-rdf", "--query", "moss", "--to", str(folder), library=filled
    )
    assert (ran.code, ran.err) == (0, f"written: {folder} (2 papers)\n")
    new.mkdir()
    (new / "feeds.toml").write_bytes((filled / "feeds.toml").read_bytes())
    ran = run_here("import", str(folder / "mine.rdf"), library=new)
    assert (ran.code, ran.out.splitlines()[3:6]) == (
        0,
        ["FILED  by their collections (1)", "    speech/recognition: 1", "With them: 1 note."],
    )
    shown = run_here("show", "10.5555/3", library=new).out
    assert "filed under speech/recognition" in shown
    assert run_here("note", "10.5555/1", "--show", library=new).out == (
        run_here("note", "10.5555/1", "--show", library=filled).out
    )
