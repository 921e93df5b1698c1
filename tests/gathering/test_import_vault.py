"""Test the reading of folders of Markdown: whose note a file is, and what stays outside."""

from __future__ import annotations

import os
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from reader.base.errors import ReaderError
from reader.gathering.imports.forms import read_source
from reader.gathering.imports.item import LooseNote
from reader.library.paper import Paper
from tests.data import DATA, needs_data

KEPT = "attachments/315d429b7714cedb"
AT = datetime(2021, 3, 4, 5, 6, 7, tzinfo=UTC)

WASPS = """---
title: Wasps in Old Gardens
authors: [Mio Hoshi, Bo Lind]
year: 2019
venue: Garden Studies
doi: 10.5555/wasps
tags:
- moss
- "#old"
created: 2020-05-01
---

See [[bees|the bees]] and [ants](ants.md), not [more](none.md).

![[A Wasp.pdf]] ![[nest.png]] [pdf](../papers/b.pdf) ![](../../c.pdf) [[d.pdf]] [e](/etc/e.pdf)
"""


def vault(folder: Path, **files: str) -> Path:
    """Write the files of a vault; in their names a double _ stands for a slash."""
    for name, text in files.items():
        file = folder / (name.replace("__", "/") + ".md")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "utf-8")
        os.utime(file, (AT.timestamp(), AT.timestamp()))
    return folder


def papers(folder: Path) -> dict[str, str]:
    """Read a vault: place → title of the paper, "waits: " and its own for another note."""
    read = read_source(folder)
    return {str(i.place): i.paper.title for i in read.items} | {
        str(note.place): f"waits: {note.title}" for note in read.notes
    }


def test_the_front_matter_says_which_paper_a_note_is_about(tmp_path: Path) -> None:
    root = vault(tmp_path / "v", notes__wasps=WASPS, bees="# Bees", ants="# Ants")
    (root / "papers").mkdir()
    for name in ("papers/b.pdf", "papers/A Wasp.pdf", "papers/nest.png"):
        (root / name).write_bytes(b"%PDF")
    read = read_source(root)
    assert read.form == "markdown"
    [wasps] = [i for i in read.items if str(i.place) == "notes/wasps.md"]
    assert wasps.paper == Paper(
        ("doi:10.5555/wasps",),
        "Wasps in Old Gardens",
        ("Mio Hoshi", "Bo Lind"),
        comment="Garden Studies",
        published_on=date(2019, 1, 1),
    )
    assert (wasps.collections, wasps.tags) == (("notes",), ("moss", "old"))
    [note] = wasps.notes
    assert note.at == datetime(2020, 5, 1, tzinfo=UTC)
    assert note.text == (
        "See [[bees|the bees]] and [[ants|ants]], not [more](none.md).\n\n"
        f"![[A Wasp.pdf]] ![nest.png]({KEPT}.png) [pdf](../papers/b.pdf) ![](../../c.pdf) "
        "[[d.pdf]] [e](/etc/e.pdf)"
    )
    assert [file.path for file in note.files] == [root / "papers/nest.png"]
    assert [file.resolve() for file in wasps.attached.pdfs] == [
        root / "papers/A Wasp.pdf",
        root / "papers/b.pdf",
    ]
    assert sorted(file.name for file in wasps.attached.outside) == ["c.pdf", "e.pdf"]


def test_a_note_that_waits_keeps_its_files_and_tags(tmp_path: Path) -> None:
    text = "---\ntags: [moss]\n---\n# Of dew\n![[a.pdf]] ![a picture](x.png) ![](../../y.png)"
    root = vault(tmp_path / "v", old__dew=text)
    for name in ("a.pdf", "old/x.png"):
        (root / name).write_bytes(b"%PDF")
    read = read_source(root)
    assert read.items == ()
    [note] = read.notes
    assert note == LooseNote(
        "old/dew.md",
        "Of dew",
        f"# Of dew\n[a.pdf]({KEPT}.pdf) ![a picture]({KEPT}.png) ![](../../y.png)",
        notebook="old",
        tags=("moss",),
        at=AT,
        files=note.files,
        problems=note.problems,
    )
    assert [file.path for file in note.files] == [root / "a.pdf", root / "old/x.png"]
    assert [str(why) for why in note.problems] == [
        "a file that it shows lies outside of the folder"
    ]


def test_other_notes_are_told_by_a_key_an_id_or_a_title(tmp_path: Path) -> None:
    root = vault(
        tmp_path,
        moss2024="Of moss.",
        cited="---\ncitekey: moss2024\n---\nMore of moss.",
        linked="# What I think\nOf https://arxiv.org/abs/2506.00002, again arXiv:2506.00002.",
        several="Of arXiv:2506.00002 and arXiv:2506.00003.",
        Wasps="Of wasps.",
    )
    (root / "refs.bib").write_text("@misc{moss2024, title={Moss}, eprint={2506.00009}}")
    assert papers(root) == {
        "moss2024.md": "Moss",
        "cited.md": "Moss",
        "linked.md": "arxiv:2506.00002",
        "several.md": "waits: several",
        "Wasps.md": "waits: Wasps",
    }


def test_a_front_matter_is_yaml(tmp_path: Path) -> None:
    front = """---
title: >-
  Wasps in
  Old Gardens
authors:
  - name: Mio Hoshi
    place: Kyoto
  - Bo Lind
year: 2019  # printed
tags: &kinds [moss, [old, "#dry"]]
topics: *kinds
---
"""
    read = read_source(vault(tmp_path, a=front + "Words."))
    [item] = read.items
    assert (item.paper.title, item.paper.authors) == (
        "Wasps in Old Gardens",
        ("Mio Hoshi", "Bo Lind"),
    )
    assert item.paper.published_on == date(2019, 1, 1)
    assert item.tags == ("moss", "old", "dry")


@pytest.mark.parametrize(
    "front",
    [
        "title: Wasps: a Story\nauthors: [Bo Lind]",
        "title: >-\n  Wasps:\n  a Story\nauthors: Bo Lind",
    ],
)
def test_a_title_with_a_colon_is_read(tmp_path: Path, front: str) -> None:
    [item] = read_source(vault(tmp_path, a=f"---\n{front}\n---\nWords.")).items
    assert (item.paper.title, item.paper.authors) == ("Wasps: a Story", ("Bo Lind",))


@pytest.mark.slow
def test_a_few_lines_that_name_a_billion_texts_are_read(tmp_path: Path) -> None:
    lines = ["a0: &a0 [x, x]", *(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]" for n in range(1, 40))]
    front = "\n".join([*lines, "tags: *a39", "deep: " + "[" * 5_000])
    for yaml in (front, "\n".join([*lines, "tags: *a39"])):
        [note] = read_source(vault(tmp_path, a=f"---\n{yaml}\n---\nWords.")).notes
        assert (note.title, note.text) == ("a", "Words.")


def test_a_note_has_the_day_of_its_file_where_it_names_none(tmp_path: Path) -> None:
    [note] = read_source(vault(tmp_path, bees="\ufeffMy words.\r\n\r\nMore.")).notes
    assert (note.text, note.at) == ("My words.\n\nMore.", AT)


def test_what_cannot_be_read_is_named(tmp_path: Path) -> None:
    outside = tmp_path / "secret.md"
    outside.write_text("A secret.")
    root = vault(tmp_path / "v", empty="---\ntitle: x\n---\n", bees="Of bees.")
    vault(root, **{".trash__old": "Gone."})
    (root / "link.md").symlink_to(outside)
    (root / "sjis.md").write_bytes("蜂\nとこけ".encode("cp932"))
    (root / "huge.md").write_bytes(b"a" * 16_000_001)
    read = read_source(root)
    assert [str(note.place) for note in read.notes] == ["bees.md"]
    assert {str(one.place): str(one.why) for one in read.unplaced} == {
        "empty.md": "it has no words",
        "link.md": "its path leads out of the folder",
        "sjis.md": "line 1 is not UTF-8: save the file as UTF-8",
        "huge.md": "it has more than 16,000,000 B",
    }


@pytest.mark.parametrize("front", ["---\nid: [x\n---\n", "---\n- a\n---\n", "---\n", "---\n---\n"])
def test_a_damaged_front_matter_leaves_the_words(tmp_path: Path, front: str) -> None:
    [note] = read_source(vault(tmp_path, bees=f"{front}Of bees.\n")).notes
    assert note.text.endswith("Of bees.")


def test_one_file_is_a_note_or_a_list(tmp_path: Path) -> None:
    root = vault(tmp_path, note=WASPS, plain="Of bees.", many="arXiv:2506.00002\narXiv:2506.00003")
    assert read_source(root / "note.md").form == "markdown"
    assert read_source(root / "plain.md").form == "markdown"
    assert read_source(root / "many.md").form == "list"
    assert len(read_source(root / "many.md", "markdown").notes) == 1


def test_a_folder_without_notes_is_refused(tmp_path: Path) -> None:
    for form in ("", "markdown"):
        with pytest.raises(ReaderError, match="nothing that can be imported") as error:
            read_source(tmp_path, form)
        assert error.value.exit_code == 2


@needs_data
def test_the_real_vault_has_the_notes_of_its_manifest() -> None:
    assert DATA is not None
    read = read_source(DATA / "files" / "libraries" / "vault")
    assert (len(read.items), len(read.notes), len(read.unplaced)) == (90, 0, 0)
