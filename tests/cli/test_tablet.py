"""Drive `reader take`, `back` and `highlights` as a person does, on invented PDFs."""

from __future__ import annotations

import hashlib
import json
import os
import pty
import shutil
import tempfile
import time
from pathlib import Path
from typing import Any

import pytest

from reader.library.disk import lock_file
from reader.library.folder import find_paper
from reader.library.highlight import InkStroke
from reader.library.rows import papers, pdfs
from reader.morning.pick import decide
from reader.pdfs.mark import draw
from reader.pdfs.tablet import LOCK
from tests import installed
from tests.marked_pdfs import MOSS, SNAILS, blank, highlight, ink, marked, renamed_producer, typeset
from tests.samples import DAY, FEEDS_TOML, NOW, a_library, paper
from tests.test_bad_library import AS_NOBODY, why_not

pytestmark = pytest.mark.slow

SNAIL, MOSS_TITLE = "What Snails Hear through Gravel", "Moss That Waits Eleven Months"
NAME = "2025-06-04 01 2025_Field_WhatSnailsHearThrough.pdf"
SENTENCE = "Sixty turned towards the sound at once (1b)."
OTHER = "A drum of gravel carries each step to them (2a)."


@pytest.fixture
def library(tmp_path: Path) -> Path:
    """Make a library with two papers, the first of them picked today with its PDF."""
    folder = tmp_path / "library"
    folder.mkdir()
    text = f'{FEEDS_TOML}[encoder]\nmodel = "{installed.NO_MODEL}"\n[tablet]\nfolder = "../pad"\n'
    (folder / "feeds.toml").write_text(text, "utf-8")
    with a_library(folder, text) as library:
        given = [paper(1, SNAIL, SNAILS[0]), paper(2, MOSS_TITLE, MOSS[0])]
        papers.add_papers(library.db, given, source="arXiv", on=DAY)
        (library_paper,) = decide(library, "pick", [given[0].id])
        content = typeset(SNAIL)
        file = folder / "papers" / f"{library_paper.key}.pdf"
        file.parent.mkdir()
        file.write_bytes(content)
        sha256 = hashlib.sha256(content).hexdigest()
        pdf = pdfs.Pdf(library_paper.row, f"papers/{library_paper.key}.pdf", sha256)
        pdfs.add_pdf(library.db, pdf, n_bytes=len(content), at=NOW)
    return folder


def run(library: Path, *args: str) -> installed.Ran:
    return installed.run_here(*args, library=library, now=NOW)


def lines(out: str) -> list[Any]:
    return [json.loads(line) for line in out.splitlines()]


def test_a_pick_goes_to_the_tablet_and_its_marks_come_home(library: Path, tmp_path: Path) -> None:
    pad = tmp_path / "pad"
    assert run(library, "take") == (0, f"{NAME}\n", "")
    original = (pad / NAME).read_bytes()
    assert original == typeset(SNAIL)
    assert run(library, "take") == (0, f"already there: {NAME}\n", "")
    nothing_new = "1 PDF: 0 with new marks, 1 unchanged.\n"
    assert run(library, "back") == (0, nothing_new, "")

    back_home = marked(
        original,
        highlight(OTHER, page=2, colour=(0.2, 0.9, 0.2)),
        highlight(SENTENCE, note="How many slept?"),
        ink(),
    )
    (pad / NAME).write_bytes(back_home)
    code, out, err = run(library, "back")
    assert (code, err) == (0, "")
    assert out.splitlines()[0] == (
        f"{SNAIL}: 2 highlights, 2 new, 1 stroke of ink on page 1, "
        f"kept as papers/2025_Field_WhatSnailsHearThrough.marked.pdf [{NAME}]"
    )
    kept = library / "papers/2025_Field_WhatSnailsHearThrough.marked.pdf"
    assert kept.read_bytes() == back_home
    assert run(library, "back") == (0, nothing_new, "")
    assert run(library, "take") == (0, f"already there: {NAME}\n", "")
    assert (pad / NAME).read_bytes() == back_home

    marks = lines(run(library, "highlights", "2506.00001", "--json").out)
    assert [(m["kind"], m["page"], m["text"], m["note"], m["n_ink"]) for m in marks] == [
        ("highlight", 1, SENTENCE, "How many slept?", 0),
        ("highlight", 2, OTHER, "", 0),
        ("ink", 1, "", "", 1),
    ]
    assert run(library, "highlights", "2506.00001").out.splitlines() == [
        f"{SNAIL} (arxiv:2506.00001)",
        "",
        "PAGE 1  highlight, yellow, #1",
        f"  {SENTENCE}",
        "  — How many slept?",
        "",
        "PAGE 2  highlight, green, #2",
        f"  {OTHER}",
        "",
        "Ink on page 1 cannot be shown here; "
        "see papers/2025_Field_WhatSnailsHearThrough.marked.pdf.",
    ]
    about = installed.shown(library, "2506.00001", now=NOW)
    assert (about["n_highlights"], about["year"]) == (2, 2025)
    assert about["marked_copies"] == ["papers/2025_Field_WhatSnailsHearThrough.marked.pdf"]
    told = run(library, "show", "2506.00001").out
    assert installed.says(
        told, "year 2025", f"with marks: {about['marked_copies'][0]} (imported 2025-06-04)"
    )
    assert run(library, "open", "2506.00001", "--print").out == f"{kept}\n"
    original = library / about["pdf"]
    assert run(library, "open", "2506.00001", "--original", "--print").out == f"{original}\n"
    code, out, err = run(library, "search", "slept", "--highlights", "--json")
    assert [(hit["kind"], hit["page"], hit["id"]) for hit in lines(out)] == [
        ("highlight", 1, "arxiv:2506.00001")
    ]


def test_a_renamed_and_rewritten_copy_is_recognised_and_a_stranger_is_named(
    library: Path, tmp_path: Path
) -> None:
    pad = tmp_path / "pad"
    assert run(library, "take").code == 0
    rewritten = marked(typeset(SNAIL), renamed_producer, highlight(SENTENCE))
    (pad / NAME).unlink()
    (pad / "Documents").mkdir()
    (pad / "Documents" / "snails (annotated).pdf").write_bytes(rewritten)
    (pad / "menu.pdf").write_bytes(typeset("A Menu of Soups", MOSS))
    (pad / "empty.pdf").write_bytes(b"")
    (pad / ".late.pdf.icloud").write_bytes(b"bplist00")
    (pad / "web.pdf").write_bytes(b"<html>no</html>")
    (pad / ".DS_Store").write_bytes(b"\0")
    code, out, err = run(library, "back", "--json")
    assert code == 5
    assert {line["file"]: (line["outcome"], line["id"], line["n_new"]) for line in lines(out)} == {
        "Documents/snails (annotated).pdf": ("imported", "arxiv:2506.00001", 1),
        "menu.pdf": ("unknown", None, 0),
        "empty.pdf": ("waiting", None, 0),
        ".late.pdf.icloud": ("waiting", None, 0),
        "web.pdf": ("broken", None, 0),
    }
    assert installed.says(err, "menu.pdf", "it was not recognised", "--as ID")
    assert run(library, "back").out == (
        "4 PDFs: 0 with new marks, 1 unchanged, 3 not imported (see above).\n"
    )
    for name in (library / "feeds.toml", pad / "web.pdf"):
        one = run(library, "back", str(name))
        assert (one.code, one.out, "is not a PDF" in one.err) == (5, "", True)
    menu = run(library, "back", str(pad / "menu.pdf"), "--as", "2506.00002")
    assert menu == (
        0,
        f"{MOSS_TITLE}: no marks in this file, so no copy was kept [menu.pdf]\n"
        "1 PDF: 0 with new marks, 0 unchanged, 1 without marks.\n",
        "",
    )
    (told,) = lines(run(library, "back", str(pad / "menu.pdf"), "--as", "2506.00002", "--json").out)
    assert (told["outcome"], told["copy"]) == ("unchanged", None)


def test_a_blank_page_named_as_a_paper_is_not_called_unchanged(
    library: Path, tmp_path: Path
) -> None:
    (tmp_path / "never.pdf").write_bytes(blank())
    for _ in range(2):
        assert run(library, "back", str(tmp_path / "never.pdf"), "--as", "2506.00001").out == (
            f"{SNAIL}: no marks in this file, so no copy was kept [never.pdf]\n"
            "1 PDF: 0 with new marks, 0 unchanged, 1 without marks.\n"
        )
    assert installed.rows(library, "SELECT count(*) FROM marked_copies") == [(0,)]


def test_unclear_files_are_asked_about_on_a_terminal(library: Path, tmp_path: Path) -> None:
    pad = tmp_path / "pad"
    pad.mkdir()
    words = "It needs no root and it has no hurry at all (1a)."
    content = marked(typeset(MOSS_TITLE, MOSS, authors=""), highlight(words))
    (pad / "moss.pdf").write_bytes(content)
    asked = run(library, "back")
    assert asked.code == 5
    assert installed.says(
        asked.err, "moss.pdf", MOSS_TITLE, "reader back FILE --as arxiv:2506.0000"
    )
    no = answering(library, b"n\n")
    assert no.code == 5
    assert installed.says(no.err, f"moss.pdf: is it {MOSS_TITLE}?", "it may be")
    # The question says why it is asked.
    why = no.err.partition(f"is it {MOSS_TITLE}? (")[2].partition(") [y/N]: ")[0]
    assert why
    assert f": {why}" in asked.err
    yes = answering(library, b"y\n")
    assert (yes.code, yes.out.splitlines()) == (
        0,
        [
            f"{MOSS_TITLE}: 1 highlight, 1 new, kept as papers/unfiled/"
            "2025_Field_MossThatWaitsEleven.marked.pdf [moss.pdf]",
            "1 PDF: 1 with new marks, 0 unchanged.",
        ],
    )


def test_a_blank_copy_is_asked_about_and_removed(library: Path, tmp_path: Path) -> None:
    pad = tmp_path / "pad"
    assert run(library, "take").code == 0
    (pad / NAME).write_bytes(blank())
    asked = run(library, "back")
    assert asked.code == 5
    assert installed.says(
        asked.err,
        f"it may be {SNAIL}",
        "it has 1 page, the PDF in the library has 2",
        "--as arxiv:2506.00001",
    )
    yes = answering(library, b"y\n")
    assert (yes.code, "kept as papers/" in yes.out) == (0, True)
    removed = run(library, "back", "--remove", "2506.00001")
    file = "removed/2025_Field_WhatSnailsHearThrough.marked.pdf"
    assert removed.out == (
        f"Removed a marked copy of {SNAIL}. The highlights shown do not change. Its "
        f"file is now {file}. To undo: "
        f"reader back {library / file} --as arxiv:2506.00001\n"
    )
    assert (library / file).read_bytes() == blank()
    again = run(library, "back", str(library / file), "--as", "2506.00001")
    assert (again.code, "kept as papers/" in again.out) == (0, True)
    (found,) = lines(run(library, "back", "--remove", "2506.00001", "--json").out)
    assert (found["id"], found["copy"], found["n_removed"]) == (
        "arxiv:2506.00001", file.replace(".pdf", "-2.pdf"), 0
    )  # fmt: skip
    none = run(library, "back", "--remove", "2506.00001")
    assert (none.code, f"There is no marked copy of {SNAIL}." in none.err) == (4, True)
    both = run(library, "back", str(pad), "--remove", "2506.00001")
    assert (both.code, "reader back --remove 2506.00001" in both.err) == (2, True)


def answering(library: Path, keys: bytes) -> installed.Ran:
    """Run `reader back` on a terminal, and type an answer."""
    terminal, stdin = pty.openpty()
    os.write(terminal, keys)
    process = installed.start("back", library=library, now=NOW, stdin=stdin)
    os.close(stdin)
    ran = installed.finish(process)
    os.close(terminal)
    return ran


def test_after_a_kill_the_next_back_imports_everything_once(library: Path, tmp_path: Path) -> None:
    pad = tmp_path / "pad"
    assert run(library, "take").code == 0
    for n, sentence in enumerate([SENTENCE, OTHER] * 4):
        page = 1 if sentence == SENTENCE else 2
        content = marked(typeset(SNAIL), highlight(sentence, page=page, note=f"note {n // 2}"))
        (pad / f"copy {n}.pdf").write_bytes(content)
    process = installed.start("back", library=library, now=NOW)
    kept = library / "papers"
    end = time.monotonic() + 60
    while len(list(kept.glob("*.marked*.pdf"))) < 3 and time.monotonic() < end:
        time.sleep(0.002)
    process.kill()
    process.communicate(timeout=60)
    assert process.returncode == -9
    assert run(library, "back").code == 0
    assert run(library, "back").out == "9 PDFs: 0 with new marks, 9 unchanged.\n"
    assert len(list(kept.iterdir())) == 9  # the original and eight copies, no half one
    counted = "SELECT count(*), count(DISTINCT mark) FROM highlights WHERE gone_at IS NULL"
    assert installed.rows(library, counted) == [(8, 2)]
    assert installed.rows(library, "SELECT count(*) FROM marked_copies") == [(8,)]
    texts = "SELECT count(*) FROM texts WHERE kind = 'highlight'"
    assert installed.rows(library, texts, database="index.db") == [(8,)]


def test_two_imports_at_once_run_one_after_the_other(library: Path) -> None:
    assert run(library, "take").code == 0
    with lock_file(library / LOCK):
        for command in ("take", "back"):
            code, _, err = run(library, command)
            assert code == 6
            assert installed.says(err, "tablet.lock", "in use by another process")


def test_a_read_only_library_is_reported_and_its_marks_are_shown(library: Path) -> None:
    if reason := why_not():
        pytest.skip(reason)
    pad = library.parent / "pad"
    assert run(library, "take").code == 0
    (pad / NAME).write_bytes(marked(typeset(SNAIL), highlight(SENTENCE)))
    assert run(library, "back").code == 0
    (pad / NAME).write_bytes(marked(typeset(SNAIL), highlight(OTHER, page=2)))
    # Not under pytest's folder, which only its owner may enter.
    with tempfile.TemporaryDirectory() as name:
        shutil.copytree(library.parent, Path(name) / "all")
        for path in (Path(name), *Path(name).rglob("*")):
            path.chmod(0o755 if path.is_dir() else 0o644)
        readable = Path(name) / "all" / "library"
        for command in ("take", "back"):
            ran = installed.run(command, library=readable, now=NOW, prefix=AS_NOBODY)
            assert ran.code == 6
            assert installed.says(ran.err, "cannot be written")
        shown = installed.run(
            "highlights", "2506.00001", library=readable, now=NOW, prefix=AS_NOBODY
        )
        assert (shown.code, SENTENCE in shown.out) == (0, True)


def test_what_is_missing_is_said_with_its_remedy(library: Path, tmp_path: Path) -> None:
    text = (library / "feeds.toml").read_text("utf-8")
    (library / "feeds.toml").write_text(text.replace('folder = "../pad"', ""), "utf-8")
    code, _, err = run(library, "take")
    assert code == 2
    assert installed.says(err, "No tablet folder is set", "[tablet]", "folder")
    pad = str(tmp_path / "other")
    code, out, err = run(library, "take", "2506.00002", "2506.00001", "--to", pad, "--json")
    assert code == 5
    assert [(line["id"], line["outcome"], line["file"]) for line in lines(out)] == [
        ("arxiv:2506.00002", "missing", None),
        ("arxiv:2506.00001", "copied", NAME),
    ]
    assert installed.says(
        err, MOSS_TITLE, "its PDF is not in the library", "reader pick arxiv:2506.00002"
    )
    assert installed.says(err, "reader take --to FOLDER") is False
    nowhere = str(tmp_path / "no" / "where")
    back, take = run(library, "back", nowhere), run(library, "take", "--to", nowhere)
    assert back == take
    assert (back.code, installed.says(back.err, f"{nowhere} does not exist.")) == (2, True)


def test_the_day_of_a_removed_mark_is_local(library: Path) -> None:
    pad, feeds = library.parent / "pad", library / "feeds.toml"
    text = feeds.read_text("utf-8").replace('timezone = "UTC"', 'timezone = "Asia/Tokyo"')
    feeds.write_text(text, "utf-8")
    assert run(library, "take").code == 0
    (pad / NAME).write_bytes(marked(typeset(SNAIL), highlight(SENTENCE), highlight(OTHER, page=2)))
    assert run(library, "back").code == 0
    (pad / NAME).write_bytes(marked(typeset(SNAIL), highlight(OTHER, page=2)))
    late = NOW.replace(hour=22)  # in Tokyo the next day has begun
    assert installed.run_here("back", library=library, now=late).code == 0
    shown = installed.run_here("highlights", "2506.00001", library=library, now=late).out
    assert "PAGE 1  highlight, yellow, removed 2025-06-05" in shown.splitlines()


def test_words_marked_several_times_are_shown_once_with_their_pages(library: Path) -> None:
    pad = library.parent / "pad"
    assert run(library, "take").code == 0
    both = [highlight("sound"), highlight("sound", page=2)]
    (pad / NAME).write_bytes(marked(typeset(SNAIL), *both))
    code, _, err = run(library, "back")
    assert (code, err) == (0, "")
    shown = run(library, "highlights", "2506.00001").out
    assert shown.splitlines()[2:] == ["PAGES 1, 2  highlight, yellow, #1", "  sound"]
    assert len(lines(run(library, "highlights", "2506.00001", "--json").out)) == 2


def test_ink_drawn_here_and_the_place_of_reading_are_told(library: Path) -> None:
    with a_library(library) as opened:
        snail = find_paper(opened, "2506.00001")
        strokes = [
            InkStroke(n, f"asayomi-{n}", "#000000", 1.0, (1.0, 1.0, 2.0, 2.0)) for n in (3, 3, 1)
        ]
        draw(opened, snail, strokes)
        pdfs.set_reading_place(opened.db, snail.row, pdfs.ReadingPlace(2, 0.5, 7), at=NOW)
    found = lines(run(library, "highlights", "2506.00001", "--json").out)
    assert [(m["kind"], m["page"], m["n_ink"]) for m in found] == [("ink", 1, 1), ("ink", 3, 2)]
    said = run(library, "highlights", "2506.00001").out
    assert "Ink on pages 1, 3. `reader open 2506.00001` shows it." in said
    assert "read to page 2 of 7" in run(library, "show", "2506.00001").out.splitlines()
