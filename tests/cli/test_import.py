"""Run `reader import` as a person does: whole, dry, broken, asked, taken back."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pymupdf
import pytest

from tests.gathering.test_enex import MD5, export, note, resource
from tests.gathering.test_paperlib import SAMPLES as PAPERLIB
from tests.gathering.test_snapshot import lines, record
from tests.installed import NOW, READER, environment, rows, run_here
from tests.marked_pdfs import typeset
from tests.morning.test_bring_set import OaiList
from tests.server import Server
from tests.terminal import on_terminal
from tests.zotero_world import ZoteroWorld

BIB = r"""
@article{a, title={Whistling Moss in Old Gardens}, author={Ada Field}, year=2019, doi={10.5555/1},
  groups={Speech/Old}, annote={My words on moss. They are two sentences.}, file={gone.pdf}}
@broken{b, title=
@misc{c, title={Bees}, eprint={2506.00002}, archivePrefix={arXiv}}
"""


@pytest.fixture
def bib(tmp_path: Path) -> Path:
    file = tmp_path / "old library.bib"
    file.write_text(BIB, "utf-8")
    return file


def test_the_report_says_what_became_of_each_entry(library: Path, bib: Path) -> None:
    before = bib.read_bytes(), sorted(bib.parent.iterdir())
    ran = run_here("import", str(bib), library=library)
    assert (ran.code, ran.err) == (5, "")
    assert ran.out.splitlines() == [
        "BROUGHT  new papers (2)",
        "    old library.bib, line 2 → [2019 Field] Whistling Moss in Old Gardens",
        "    old library.bib, line 5 → [2025] Bees",
        "With them: 1 note.",
        "NOT FILED  collections that name no topic (1)",
        "    Speech/Old: 1",
        "      → Name one with --topic, or file papers later with `reader file`.",
        "PDFS NOT BROUGHT  (1)",
        f"    {bib.parent}/gone.pdf: there is no such file",
        "      → Put the missing ones there and run this again, or add the folder that they are "
        "in: `reader add FOLDER`.",
        "NOT BROUGHT  (1)",
        "    old library.bib, line 4: the entry cannot be read (Unexpected block start: `@misc`. "
        "Was still looking for field-value closing `,` or `}`)",
        "      → Repair them in the file, and run this again: nothing is doubled.",
        "`reader undo` takes this import back.",
    ]
    assert (bib.read_bytes(), sorted(bib.parent.iterdir())) == before
    again = run_here("import", str(bib), library=library)
    assert "KNOWN ALREADY  2: by their ids 2, by their titles 0" in again.out
    assert "BROUGHT  new" not in again.out


def test_a_paper_without_files_is_shown_in_its_topic(library: Path, bib: Path) -> None:
    run_here("import", str(bib), "--topic", "speech/translation", library=library)
    shown = run_here("show", "Bees", library=library).out
    assert "\nfiled under speech/translation\n" in shown


def test_a_long_report_fits_a_screen(library: Path, tmp_path: Path) -> None:
    file = tmp_path / "all.bib"
    entry = "@misc{{k{0}, title={{On the moss of garden {0}}}, author={{A}}, file={{{0}.pdf}}}}\n"
    file.write_text("".join(entry.format(n) for n in range(60)), "utf-8")
    ran = run_here("import", str(file), library=library)
    assert "BROUGHT  new papers (60)" in ran.out
    assert "PDFS NOT BROUGHT  (60)" in ran.out
    assert ran.out.count("… and 50 more; --json lists all.") == 2
    assert len(ran.out.splitlines()) < 30


def test_undo_of_an_import_that_brought_tags_alone_counts_nothing(library: Path, bib: Path) -> None:
    run_here("import", str(bib), library=library)
    bib.write_text(BIB.replace("eprint={", "keywords={honey}, eprint={"), "utf-8")
    run_here("import", str(bib), library=library)
    assert "Bees" in run_here("search", "tag:honey", "--json", library=library).out
    assert run_here("undo", library=library).out == f"Undone (import): {bib}.\n"
    assert run_here("search", "tag:honey", "--json", library=library).out == ""


def test_an_import_is_taken_back_whole(library: Path, bib: Path) -> None:
    before = rows(library, "SELECT id FROM papers")
    run_here("import", str(bib), library=library)
    listed = run_here("undo", "--list", library=library).out
    assert " ".join(listed.split()).endswith(f"Imported: {bib}")
    ran = run_here("undo", library=library)
    assert ran.out == f"Undone (import): {bib}. Taken back: 2 papers, 1 note.\n"
    assert rows(library, "SELECT id FROM papers") == before


def test_undo_names_an_import_and_leaves_it_where_something_that_stays_came_since(
    library: Path, bib: Path, tmp_path: Path
) -> None:
    run_here("import", str(bib), library=library)
    before = rows(library, "SELECT id FROM papers")
    pdf = tmp_path / "moss.pdf"
    pdf.write_bytes(typeset(title="On Moss That Grows Slowly"))
    run_here("add", str(pdf), "--as", "new", library=library)
    ran = run_here("undo", library=library)
    assert (ran.code, ran.out) == (2, "")
    assert "You added a paper since, which undo leaves: " in ran.err
    assert f"To undo what you did before (Imported: {bib}): reader undo 1" in " ".join(
        ran.err.split()
    )
    assert len(rows(library, "SELECT id FROM papers")) == len(before) + 1
    assert run_here("undo", "1", library=library).code == 0
    assert len(rows(library, "SELECT id FROM papers")) == len(before) - 1  # two of the import


def test_a_dry_run_reports_the_same_and_changes_nothing(library: Path, bib: Path) -> None:
    dry = run_here("import", str(bib), "--dry-run", library=library)
    assert rows(library, "SELECT * FROM imports") == []
    ran = run_here("import", str(bib), library=library)
    assert dry.code == ran.code == 5
    assert dry.out.splitlines()[1:] == ran.out.splitlines()[:-1]


def test_json_has_a_line_for_each_entry_file_and_what_was_not_brought(
    library: Path, bib: Path
) -> None:
    ran = run_here("import", str(bib), "--json", "--topic", "Speech", "--new", library=library)
    lines = [json.loads(line) for line in ran.out.splitlines()]
    assert [line.get("is_new") for line in lines] == [True, True, False, None]
    assert lines[0]["topic"] == "Speech"
    assert lines[1] == {
        "place": "old library.bib, line 5",
        "id": "arxiv:2506.00002",
        "title": "Bees",
        "topic": "Speech",
        "is_new": True,
        "known_by": None,
        "n_notes": 0,
        "n_highlights": 0,
    }
    assert lines[2]["why"] == "there is no such file"
    assert lines[3]["place"] == "old library.bib, line 4"


def test_what_cannot_be_read_changes_nothing(library: Path, tmp_path: Path) -> None:
    file = tmp_path / "old.bib"
    file.write_bytes("@misc{a, title={蜂とこけの研究について}}".encode("cp932"))
    ran = run_here("import", str(file), library=library)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.splitlines() == [
        "reader: old.bib, line 1: the text is not UTF-8, but probably SHIFT_JIS. Nothing was "
        "imported.",
        "  Save it as UTF-8, for instance: iconv -f SHIFT_JIS -t UTF-8 old.bib > utf8-old.bib",
    ]
    assert rows(library, "SELECT * FROM imports") == []
    assert run_here("import", str(tmp_path / "none.bib"), library=library).code == 4


def test_on_a_terminal_it_asks_once_for_the_topic_of_a_collection(library: Path, bib: Path) -> None:
    env = environment(library, NOW, {"TERM": "xterm-256color"})
    with on_terminal([READER, "import", str(bib)], env, columns=100, lines=40) as terminal:
        terminal.until("Topic for the collection Speech/Old (1 paper)?")
        terminal.press("moss\r")
        assert terminal.end() == 5
    assert rows(library, "SELECT topic, is_by_hand FROM filings") == [("moss", 1)]
    ran = run_here("import", str(bib), library=library)
    assert "NOT FILED" not in ran.out


def test_a_zotero_library_moves_in_and_nothing_in_it_changes(library: Path, tmp_path: Path) -> None:
    world = ZoteroWorld(tmp_path / "Zotero")
    for n in range(3):
        paper = world.paper({"title": f"Listening to Old Gardens {n}"}, [("Mio", f"Hoshi{n}")])
        world.note(paper, f"<p>Own words {n}. They are two sentences.</p>")
        file = world.folder / "storage" / f"KEY{paper + 2:05}" / "a.pdf"
        file.parent.mkdir(parents=True)
        with pymupdf.open() as pdf:
            pdf.new_page().insert_text((72, 72), f"Listening to Old Gardens {n}", fontsize=18)
            pdf.save(file)
        world.mark(world.pdf(paper, "storage:a.pdf"), 1, f"of moss and fern {n}", "So it is.")
    world.close()

    def everything() -> dict[str, bytes]:
        files = (file for file in world.folder.rglob("*") if file.is_file())
        return {str(file): file.read_bytes() for file in files}

    before = everything()
    ran = run_here("import", str(world.folder), library=library)
    assert (ran.code, ran.err) == (0, "")
    assert "With them: 3 notes, 3 highlights, 3 PDFs." in ran.out
    assert everything() == before
    notes = rows(library, "SELECT text, is_written, at, on_date FROM notes ORDER BY id")
    assert notes[0] == (
        "Own words 0. They are two sentences.", 1, "2021-03-04T05:06:07+00:00", "2021-03-04",
    )  # fmt: skip
    again = run_here("import", str(world.file), library=library)
    assert "KNOWN ALREADY  3" in again.out
    assert "With them" not in again.out
    assert len(rows(library, "SELECT id FROM notes")) == 3
    assert len(rows(library, "SELECT id FROM highlights")) == 3
    paths = [library / row[0] for row in rows(library, "SELECT path FROM pdfs")]
    assert [path.is_file() for path in paths[-3:]] == [True] * 3
    taken = run_here("undo", library=library)
    assert "Taken back: 3 papers, 3 notes, 3 files." in taken.out
    assert rows(library, "SELECT id FROM notes") == []
    assert [path.is_file() for path in paths[-3:]] == [False] * 3
    assert everything() == before


def test_a_library_of_paperlib_moves_in_and_nothing_in_it_changes(
    library: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "Paperlib"
    folder.mkdir()
    (folder / "default.realm").write_bytes((PAPERLIB / "paperlib3.realm").read_bytes())
    for n in range(0, 27, 3):
        with pymupdf.open() as pdf:
            pdf.new_page().insert_text((72, 72), f"The growth of moss, part {n}", fontsize=18)
            pdf.save(folder / f"Growth_of_moss_{n}.pdf")
    before = {file: file.read_bytes() for file in folder.iterdir()}
    dry = run_here("import", str(folder), "--dry-run", library=library)
    assert "BROUGHT  new papers (27)" in dry.out
    assert rows(library, "SELECT * FROM imports") == rows(library, "SELECT * FROM properties") == []
    ran = run_here("import", str(folder), library=library)
    assert (ran.code, ran.err) == (5, "")
    assert "With them: 6 notes, 22 ratings, 9 PDFs." in ran.out
    assert "    Ponds: 9" in ran.out
    assert f"    {folder}/Growth_of_moss_0_sup0.pdf: there is no such file" in ran.out
    found = run_here("search", "rating:4 tag:flagged", "--json", library=library)
    assert [json.loads(line)["title"] for line in found.out.splitlines()] == [
        "The growth of moss, part 10"
    ]
    again = run_here("import", str(folder), library=library)
    assert "KNOWN ALREADY  27" in again.out
    assert "With them" not in again.out
    assert len(rows(library, "SELECT id FROM properties")) == 22
    listed = run_here("undo", "--list", library=library).out
    assert "rating" not in listed.casefold()
    for _n in range(2):
        run_here("undo", library=library)
    assert rows(library, "SELECT id FROM properties") == rows(library, "SELECT id FROM notes") == []
    assert "moss" not in str(rows(library, "SELECT title FROM papers"))
    assert {file: file.read_bytes() for file in folder.iterdir()} == before


READWISE = """Highlight,Book Title,Book Author,Note,Location Type,Location,Highlighted at
of moss and fern,Listening to Old Gardens,Mio Hoshi,So it is.,order,7,2024-03-01 09:30:00+00:00
,Listening to Old Gardens,Mio Hoshi,Own words on moss. They are two.,,,2024-03-01 09:30:00+00:00
of trees,A Novel of the North,Somebody,,page,1,
"""


def test_marks_of_readwise_reach_the_papers_that_are_here(library: Path, tmp_path: Path) -> None:
    (tmp_path / "refs.bib").write_text(
        "@misc{a, title={Listening to Old Gardens}, author={Mio Hoshi}, doi={10.5555/moss}}"
    )
    run_here("import", str(tmp_path / "refs.bib"), library=library)
    file = tmp_path / "readwise.csv"
    file.write_text(READWISE, "utf-8")
    dry = run_here("import", str(file), "--dry-run", library=library)
    ran = run_here("import", str(file), library=library)
    assert (ran.code, ran.err) == (5, "")
    assert ran.out.splitlines() == [
        "KNOWN ALREADY  1: by their ids 0, by their titles 1",
        "With them: 1 note, 1 highlight.",
        "NOT BROUGHT  (1)",
        "    readwise.csv, row 4: no paper of the library has this title; `reader add` adds one",
        "      → Repair them in the file, and run this again: nothing is doubled.",
    ]
    assert dry.out.splitlines()[1:] == ran.out.splitlines()
    shown = run_here("highlights", "doi:10.5555/moss", library=library).out
    # Readwise knows no page of an article: none is named.
    assert "of moss and fern" in shown
    assert "— So it is." in shown
    assert "PAGE" not in shown
    [note] = rows(library, "SELECT text, at FROM notes")
    assert note == ("Own words on moss. They are two.", "2024-03-01T09:30:00+00:00")
    again = run_here("import", str(file), "--as", "csv", library=library)
    assert "With them" not in again.out
    # An export of other marks takes none away.
    more = tmp_path / "more.csv"
    more.write_text(READWISE.replace("of moss and fern", "of dew"), "utf-8")
    run_here("import", str(more), library=library)
    shown = run_here("highlights", "doi:10.5555/moss", library=library).out
    assert "of moss and fern" in shown
    assert "of dew" in shown
    for _ in range(2):
        run_here("undo", library=library)
    assert rows(library, "SELECT id FROM highlights") == []
    assert rows(library, "SELECT id FROM notes") == []


def test_links_to_no_paper_are_left_out_and_counted(library: Path, tmp_path: Path) -> None:
    file = tmp_path / "saved.csv"
    links = ["https://arxiv.org/abs/2506.00002,Bees", "https://example.org/news,News"]
    file.write_text("\n".join(["url,title", *links]), "utf-8")
    ran = run_here("import", str(file), library=library)
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.splitlines() == [
        "BROUGHT  new papers (1)",
        "    saved.csv, row 2 → [2025] Bees",
        "LEFT OUT  links to other things than papers (1)",
        "    saved.csv, row 3: no paper is known at this address",
        "`reader undo` takes this import back.",
    ]
    lines = run_here("import", str(file), "--json", library=library).out.splitlines()
    assert [json.loads(line)["place"] for line in lines] == ["saved.csv, row 2", "saved.csv, row 3"]


def test_the_programs_own_table_comes_back_with_its_topics(library: Path, bib: Path) -> None:
    run_here("import", str(bib), "--topic", "Speech", "--new", library=library)
    table = bib.with_name("own.csv")
    table.write_text(run_here("export", "--format", "csv", library=library).out, "utf-8")
    run_here("undo", library=library)
    ran = run_here("import", str(table), library=library)
    assert (ran.code, ran.err) == (0, "")
    assert "BROUGHT  new papers (2)" in ran.out
    # The topic went with the undo; it is named as any collection is.
    assert "    Speech: 2" in ran.out.splitlines()


def test_a_list_that_breaks_off_changes_nothing(library: Path, tmp_path: Path) -> None:
    file = tmp_path / "saved.csv"
    file.write_text('title,doi\nWasps,10.5555/1\nBees,"10.55', "utf-8")
    ran = run_here("import", str(file), library=library)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("reader: saved.csv, line 3: the quotes do not match")
    assert rows(library, "SELECT * FROM imports") == []


@pytest.fixture
def vault(tmp_path: Path) -> Path:
    """Make a vault of two notes that link to each other, one of a title and one of nothing here."""
    folder = tmp_path / "vault"
    (folder / ".obsidian").mkdir(parents=True)
    head = "---\ntitle: {}\nauthors: [Mio Hoshi]\nyear: 2019\ncreated: 2020-05-01\n---\n"
    (folder / "wasps.md").write_text(
        head.format("Wasps in Old Gardens") + "Own words. They go on, see [[bees#A|them]], [[x]]."
    )
    (folder / "bees.md").write_text(head.format("Bees of the North") + "As [[Wasps]]. More of it.")
    (folder / "daily.md").write_text("# Monday\nBread, and [[wasps]].\n![[nest.png]]")
    (folder / "nest.png").write_bytes(b"PNG")
    return folder


def test_a_vault_moves_in_with_its_links(library: Path, vault: Path) -> None:
    dry = run_here("import", str(vault), "--dry-run", library=library)
    assert rows(library, "SELECT * FROM notes") == []
    ran = run_here("import", str(vault), library=library)
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.splitlines() == [
        "BROUGHT  new papers (2)",
        "    bees.md → [2019 Hoshi] Bees of the North",
        "    wasps.md → [2019 Hoshi] Wasps in Old Gardens",
        "WAITING  1 note has no paper yet: `reader note --waiting` lists it.",
        "With them: 2 notes.",
        "`reader undo` takes this import back.",
    ]
    assert dry.out.splitlines()[1:] == ran.out.splitlines()[:-1]
    keys = dict(rows(library, "SELECT title, key FROM papers"))
    texts = [row[0] for row in rows(library, "SELECT text FROM notes ORDER BY id")]
    assert texts == [
        f"As [[{keys['Wasps in Old Gardens']}|Wasps]]. More of it.",
        f"Own words. They go on, see [[{keys['Bees of the North']}|them]], [[x]].",
    ]
    assert rows(library, "SELECT DISTINCT on_date FROM notes") == [("2020-05-01",)]
    [(waits,)] = rows(library, "SELECT text FROM loose_notes")
    assert f"Bread, and [[{keys['Wasps in Old Gardens']}|wasps]]." in waits
    [kept] = (library / "notes" / "attachments").iterdir()
    assert f"![nest.png](attachments/{kept.name})" in waits
    assert kept.read_bytes() == b"PNG"
    again = run_here("import", str(vault), "--as", "markdown", library=library)
    assert "KNOWN ALREADY  2" in again.out
    assert len(rows(library, "SELECT id FROM notes")) == 2
    assert rows(library, "SELECT text FROM loose_notes") == [(waits,)]
    taken = run_here("undo", library=library)
    assert "Taken back: 2 papers, 3 notes, 1 file." in taken.out
    assert rows(library, "SELECT text FROM notes UNION SELECT text FROM loose_notes") == []
    assert not kept.exists()


def test_notes_without_a_paper_wait_and_are_given_to_one(library: Path, tmp_path: Path) -> None:
    world = ZoteroWorld(tmp_path / "Zotero")
    world.note(None, "<h1>On gates</h1><p>The gate stops words. See arXiv:2506.09999.</p>")
    world.note(None, "<p>A thought on moss.</p>")
    world.paper({"title": "Listening to Old Gardens"}, [("Mio", "Hoshi")])
    world.close()
    ran = run_here("import", str(world.folder), library=library)
    waiting = "WAITING  2 notes have no paper yet: `reader note --waiting` lists them."
    assert (ran.code, ran.out.splitlines()[2:3]) == (0, [waiting])
    listed = run_here("note", "--waiting", library=library).out.splitlines()
    assert listed == [
        "   1  2021-03-04 05:06  On gates  arxiv:2506.09999",
        "   2  2021-03-04 05:06  A thought on moss.",
        "`reader note ID --from-waiting N` gives one to a paper.",
    ]
    [first, _second] = run_here("note", "--waiting", "--json", library=library).out.splitlines()
    assert json.loads(first) == {
        "waiting": 1,
        "place": "zotero.sqlite, KEY00001",
        "title": "On gates",
        "notebook": None,
        "tags": [],
        "created_at": None,
        "at": "2021-03-04T05:06:07+00:00",
        "ids": ["arxiv:2506.09999"],
        "text": "# On gates\n\nThe gate stops words. See arXiv:2506.09999.",
    }
    found = run_here("search", "thought", "moss", library=library)
    assert found.out.splitlines() == [
        "WAITING NOTE 2 A thought on moss.",
        "  It waits for its paper; `reader note ID --from-waiting 2` gives it to one.",
        "  A thought on moss.",
    ]
    found = run_here("search", "--json", "moss", library=library)
    assert json.loads(found.out) == {
        "kind": "waiting",
        "waiting": 2,
        "title": "A thought on moss.",
        "evidence": "A thought on moss.",
        "matches": [{"start": 13, "end": 17}],
    }
    assert "WAITING" not in run_here("search", "--papers", "moss", library=library).out
    health = map(json.loads, run_here("doctor", "--json", library=library).out.splitlines())
    [waits] = [one for one in health if one["check"] == "note waiting"]
    assert waits["message"] == "2 imported notes wait for their papers."
    whole = run_here("note", "--waiting", "2", library=library).out
    assert whole.endswith("\n\nA thought on moss.\n")
    given = run_here("note", "Listening to Old", "--from-waiting", "2", library=library)
    assert (given.code, given.out) == (
        0,
        "Given to the paper: Listening to Old Gardens\n",
    )
    assert rows(library, "SELECT text FROM notes") == [("A thought on moss.",)]
    assert run_here("note", "Listening to Old", "--from-waiting", "2", library=library).code == 2
    assert run_here("note", "--waiting", "x", library=library).code == 2
    assert run_here("note", library=library).code == 2


def test_evernotes_export_moves_in_with_its_pictures(library: Path, tmp_path: Path) -> None:
    picture = b"a picture of moss"
    more = resource(picture)
    media = f'<en-media hash="{MD5}" type="image/png"/>'
    several = [
        note(f"<div>My words. They are two.</div>{media}", more=more),
        note("loose", "Nothing").replace("2506.00001", "2506.09999"),
        note('<en-crypt hint="bees">U2Vj</en-crypt>', "Secret").replace("2506.00001", "x"),
    ]
    bib = tmp_path / "a.bib"
    bib.write_text("@misc{c, title={Bees}, eprint={2506.00001}, archivePrefix={arXiv}}")
    run_here("import", str(bib), library=library)
    file = export(tmp_path, *several)
    before = file.read_bytes()
    dry = run_here("import", str(file), "--dry-run", library=library)
    assert rows(library, "SELECT id FROM loose_notes") == []
    assert not (library / "notes" / "attachments").exists()
    ran = run_here("import", str(file), library=library)
    assert (dry.code, ran.code, ran.err) == (5, 5, "")
    assert dry.out.splitlines()[1:] == ran.out.splitlines()[:-1]
    assert ran.out.splitlines() == [
        "NOTES JOINED  1: by ids 1, by titles 0, by PDFs 0",
        "WAITING  2 notes have no paper yet: `reader note --waiting` lists them.",
        "NOT BROUGHT  (1)",
        "    My Garden.enex, note 3: a part of it is encrypted (hint: bees); decrypt it in "
        "Evernote, and export it again",
        "      → Repair them in the file, and run this again: nothing is doubled.",
        "`reader undo` takes this import back.",
    ]
    assert rows(library, "SELECT at FROM notes") == [("2020-01-02T03:04:05+00:00",)]
    [kept] = (library / "notes" / "attachments").iterdir()
    assert kept.read_bytes() == picture
    run_here("export", library=library)
    [shown] = [f for f in (library / "notes").rglob("*.md") if kept.name in f.read_text()]
    [path] = re.findall(r"!\[moss.png\]\(([^)]+)\)", shown.read_text())
    assert (shown.parent / path).resolve() == kept
    again = run_here("import", str(file), library=library)
    assert "KNOWN ALREADY  3 notes without an entry of their own." in again.out
    assert run_here("undo", library=library).code == 0
    assert rows(library, "SELECT id FROM loose_notes UNION SELECT id FROM notes") == []
    assert not kept.exists()
    assert file.read_bytes() == before


def test_a_cut_export_of_evernote_changes_nothing(library: Path, tmp_path: Path) -> None:
    file = export(tmp_path, note("a"), note("b"))
    file.write_bytes(file.read_bytes()[:-200])
    ran = run_here("import", str(file), library=library)
    assert (ran.code, ran.out) == (2, "")
    assert "the XML breaks off or is damaged" in ran.err
    assert "Export the notebook from Evernote again, in the format ENEX." in ran.err
    assert rows(library, "SELECT id FROM imports") == []


@pytest.mark.slow
def test_an_import_that_was_killed_goes_on(library: Path, tmp_path: Path) -> None:
    file = export(tmp_path, *(note(f"words {n}", f"Garden {n}") for n in range(400)))
    process = subprocess.Popen([READER, "import", file], env=environment(library, NOW, None))

    def n_here() -> int:
        return len(rows(library, "SELECT id FROM loose_notes"))

    while n_here() < 100 and process.poll() is None:
        pass
    process.kill()
    process.wait()
    assert n_here() % 100 == 0
    ran = run_here("import", str(file), library=library)
    assert "WAITING  400 notes" in ran.out
    assert n_here() == 400
    assert len(rows(library, "SELECT id FROM imports")) == 1


def test_a_snapshot_is_counted(library: Path, tmp_path: Path) -> None:
    file = tmp_path / "snapshot.json"
    other = record(3, categories="math.GT")
    file.write_bytes(lines(record(1), record(2), other) + b"\n{\n")
    wanted = ("--category", "CS.cl", "--since", "2025-06-01")
    ran = run_here("import", str(file), *wanted, library=library)
    assert (ran.code, ran.err) == (5, "")
    assert ran.out.splitlines() == [
        "READ  lines (4)",
        "BROUGHT  new papers (2)",
        "LEFT OUT  papers of other categories or days (1)",
        "NOT BROUGHT  (1)",
        "    snapshot.json, line 5: it is no JSON",
        "      → Repair them in the file, and run this again: nothing is doubled.",
        "`reader undo` takes this import back.",
    ]
    again = run_here("import", str(file), "--json", *wanted, library=library)
    assert [json.loads(line) for line in again.out.splitlines()] == [
        {
            "n_lines": 4,
            "n_new": 0,
            "n_known_by_id": 2,
            "n_known_by_title": 0,
            "n_left_out": 1,
            "n_unplaced": 1,
            "is_done": True,
        },
        {"place": "snapshot.json, line 5", "why": "it is no JSON"},
    ]
    for option, why in (("--category", "arXiv has no category 5."), ("--since", "“5” is no")):
        ran = run_here("import", str(file), option, "5", library=library)
        assert ran.code == 2
        assert why in ran.err


def test_a_set_is_counted(library: Path) -> None:
    with Server() as server:
        server.respond("/oai", OaiList(size=251, deleted=[3], wrong={7: "<record/>"}))
        place = server.url("/oai?set=cs&from=2031-03-04")
        ran = run_here("import", place, library=library)
        assert (ran.code, ran.err) == (5, "")
        assert ran.out.splitlines() == [
            "READ  records (150)",
            "BROUGHT  new papers (150)",
            "TOO SHORT  the list of the source",
            "    the source announced 251 records but sent 150",
            "      → Run this again later: nothing is doubled.",
            "`reader undo` takes this import back.",
        ]
        ran = run_here("import", server.url("/oai?set=cs"), library=library)
        assert ran.out.splitlines() == [
            "READ  records (250)",
            "BROUGHT  new papers (98)",
            "KNOWN ALREADY  150: by their ids 150, by their titles 0",
            "NOT BROUGHT  (1)",
            f"    {server.url('/oai?set=cs')}, : the record cannot be read",
            "      → Run this again later: nothing is doubled.",
            "DELETED  at the source, what is here stays (1)",
            "    oai:arXiv.org:3103.00003",
            "TOO SHORT  the list of the source",
            "    the source announced 251 records but sent 250",
            "      → Run this again later: nothing is doubled.",
            "`reader undo` takes this import back.",
        ]
        wanted = ("--category", "cs.RO", "--json", "--dry-run")
        ran = run_here("import", place, *wanted, library=library)
    assert json.loads(ran.out) == {
        "n_lines": 150,
        "n_new": 0,
        "n_known_by_id": 15,
        "n_known_by_title": 0,
        "n_left_out": 135,
        "n_unplaced": 0,
        "n_before": 0,
        "n_announced": 251,
        "deleted": [],
        "lacking": "the source announced 251 records but sent 150",
        "is_done": False,
    }
    ran = run_here("import", "oai:cs", library=library)
    assert (ran.code, "OAI-PMH is off" in ran.err) == (2, True)
