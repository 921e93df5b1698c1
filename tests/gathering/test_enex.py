"""Test the reading of Evernote's exports, on invented ones, good and damaged."""

from __future__ import annotations

import base64
import hashlib
import json
from datetime import UTC, datetime
from pathlib import Path
from xml.sax.saxutils import escape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reader.base.errors import UsageError
from reader.gathering.imports.enex import _markdown
from reader.gathering.imports.forms import read_source
from reader.gathering.imports.item import LooseNote
from tests.data import DATA, needs_data

HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE en-export SYSTEM "http://xml.evernote.com/pub/evernote-export4.dtd">
<en-export export-date="20250604T063000Z" application="Evernote" version="10.60.4">"""
ENML = """<?xml version="1.0" encoding="UTF-8" standalone="no"?>
<!DOCTYPE en-note SYSTEM "http://xml.evernote.com/pub/enml2.dtd">"""
PICTURE = b"a picture of moss"
MD5 = hashlib.md5(PICTURE, usedforsecurity=False).hexdigest()
KEPT = f"attachments/{hashlib.sha256(PICTURE).hexdigest()[:16]}"


def resource(
    content: bytes = PICTURE, mime: str = "image/png", name: str = "moss.png", data: str = ""
) -> str:
    encoded = data or base64.encodebytes(content).decode()
    return (
        f'<resource><data encoding="base64">\n{encoded}</data><mime>{mime}</mime>'
        "<recognition><![CDATA[<recoIndex/>]]></recognition><resource-attributes>"
        f"<file-name>{escape(name)}</file-name></resource-attributes></resource>"
    )


def note(enml: str, title: str = "On moss", more: str = "") -> str:
    return (
        f"<note><title>{escape(title)}</title><created>20190501T080000Z</created>"
        f"<updated>20200102T030405Z</updated><tag>moss</tag><tag>fern</tag>"
        f"<note-attributes><source-url>https://arxiv.org/abs/2506.00001</source-url>"
        f"</note-attributes><content><![CDATA[{ENML}<en-note>{enml}</en-note>]]></content>"
        f"{more}</note>"
    )


def export(folder: Path, *several: str, name: str = "My Garden.enex") -> Path:
    file = folder / name
    file.write_text(f"{HEAD}{''.join(several)}</en-export>", "utf-8")
    return file


def read(folder: Path, *several: str) -> list[LooseNote]:
    return list(read_source(export(folder, *several)).notes)


def text(folder: Path, enml: str, more: str = "") -> str:
    return read(folder, note(enml, more=more))[0].text


def problems(folder: Path, enml: str, more: str = "") -> list[str]:
    return [str(why) for why in read(folder, note(enml, more=more))[0].problems]


def test_a_note_is_read_with_its_dates_notebook_tags_and_address(tmp_path: Path) -> None:
    [found] = read(tmp_path, note("<div>My <b>own</b>&nbsp;words &amp; Grüße.</div>"))
    assert found == LooseNote(
        found.place,
        "On moss",
        "My **own** words & Grüße.",
        named=("https://arxiv.org/abs/2506.00001",),
        notebook="My Garden",
        tags=("moss", "fern"),
        created_at=datetime(2019, 5, 1, 8, tzinfo=UTC),
        at=datetime(2020, 1, 2, 3, 4, 5, tzinfo=UTC),
    )
    assert str(found.place) == "My Garden.enex, note 1"


def test_a_folder_of_notebooks_is_read_whole(tmp_path: Path) -> None:
    export(tmp_path, note("a"), note("b"), name="A.enex")
    export(tmp_path, note("c"), name="B.enex")
    found = read_source(tmp_path)
    assert (found.form, len(found.notes)) == ("enex", 3)
    assert [(n.notebook, n.text) for n in found.notes] == [("A", "a"), ("A", "b"), ("B", "c")]


@pytest.mark.parametrize(
    ("enml", "markdown"),
    [
        ('<div><en-todo checked="true"/>done</div><div><en-todo/>open</div>',
         "- [x] done\n\n- [ ] open"),
        ('<ul style="--en-todo:true;"><li style="--en-checked:true;"><div>a</div></li>'
         '<li style="--en-checked: false"><div>b</div></li></ul>', "- [x] a\n- [ ] b"),
        ('<div style="box-sizing:border-box; -en-codeblock: true;"><div>if a &lt; b:</div>'
         "<div>    go()</div></div>", "```\nif a < b:\n    go()\n```"),
        ("<table><tbody><tr><td>a</td><td>b</td></tr><tr><td>1</td><td>2</td></tr></tbody></table>",
         "| a | b |\n| --- | --- |\n| 1 | 2 |"),
        ('<a href="evernote:///view/1/s1/x/x/">another note</a>', "another note"),
        ('<a href="javascript:alert(1)">x</a><script>alert(2)</script>', "x"),
        ('<img src="https://example.org/seen.gif" alt="seen"/>words', "words"),
        ("a bare & and <b>no end", "a bare & and **no end**"),
        ("<div>" * 400 + "deep" + "</div>" * 400, "deep"),
        ("&moss; &lt;b&gt; &eacute;", "&moss; <b> é"),
    ],
)  # fmt: skip
def test_the_form_of_a_note_is_kept(tmp_path: Path, enml: str, markdown: str) -> None:
    assert text(tmp_path, enml) == markdown


def test_files_stand_where_they_stood_and_the_others_at_the_end(tmp_path: Path) -> None:
    pdf = b"%PDF-1.7 moss"
    kept = f"attachments/{hashlib.sha256(pdf).hexdigest()[:16]}.pdf"
    more = resource() + resource(pdf, "application/pdf", "a/b\\On Moss [1].pdf")
    [found] = read(tmp_path, note(f'a<en-media hash="{MD5}" type="image/png"/>b', more=more))
    assert found.text == f"a![moss.png]({KEPT}.png)b\n\n[On Moss 1.pdf]({kept})"
    assert [(f.name, f.kept) for f in found.files] == [
        ("moss.png", f"{KEPT}.png"),
        ("On Moss [1].pdf", kept),
    ]


def test_files_are_there_while_their_note_is_looked_at(tmp_path: Path) -> None:
    big = bytes(range(256)) * 5_000
    file = export(tmp_path, note("a", more=resource(big, "audio/wav", "")), note("b"))
    contents = []
    paths = []
    for found in read_source(file).notes:
        contents += [one.path.read_bytes() for one in found.files]
        paths += [one.path for one in found.files]
    assert contents == [big]
    assert [path.exists() for path in paths] == [False]


def test_tasks_are_kept(tmp_path: Path) -> None:
    task = "<task><title>{}</title><taskStatus>{}</taskStatus></task>"
    more = task.format("Read it", "open") + task.format("Buy moss", "completed")
    [found] = read(tmp_path, note("a", more=more))
    assert (found.title, found.text) == ("On moss", "a\n\n- [ ] Read it\n- [x] Buy moss")


def test_what_is_not_whole_is_named(tmp_path: Path) -> None:
    lost = "the export does not have a file of it, or has it damaged (MD5 {})"
    media = f'<en-media hash="{MD5}" type="image/png"/>'
    assert problems(tmp_path, media) == [lost.format(MD5)]
    # The bytes are kept, under the end of the note.
    assert problems(tmp_path, media, resource(b"other")) == [lost.format(MD5)]
    assert "moss.png" in text(tmp_path, media, resource(b"other"))
    assert problems(tmp_path, media, resource(data="A")) == [
        "its file moss.png is empty in the export",
        lost.format(MD5),
    ]
    crypt = '<en-crypt cipher="AES" length="128" hint="bees">U2VjcmV0</en-crypt> open'
    assert problems(tmp_path, crypt) == [
        "a part of it is encrypted (hint: bees); decrypt it in Evernote, and export it again"
    ]
    assert text(tmp_path, crypt) == "`encrypted in Evernote: bees` open"
    ink = resource(b"ink", "application/vnd.evernote.ink", "")
    assert "handwriting" in problems(tmp_path, "", ink)[0]
    file = tmp_path / "a.enex"
    file.write_text(f"{HEAD}<note><created>1/2/3</created></note></en-export>")
    [found] = read_source(file).notes
    assert (found.created_at, str(found.problems[0])) == (None, "its date 1/2/3 is none")


BOMB = '<!DOCTYPE a [<!ENTITY b "bbbbbbbb"><!ENTITY c "&b;&b;&b;&b;">]>'


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (f"{HEAD}{note('a')}<note><title>b".encode(), r"line \d+: the XML breaks off"),
        (f"{HEAD}{note('a')}</en-export>".encode()[:-30], "the XML breaks off"),
        (b"", "the XML breaks off"),
        (f"{BOMB}<en-export><note><title>&c;</title></note></en-export>".encode(), "entities"),
        (f"{HEAD}{note('蜂と苔')}</en-export>".encode("cp932"), r"line \d+: the XML breaks off"),
        (b"<html><note/></html>", "no export of Evernote"),
        (b"\0" * 2_000, "the XML breaks off"),
    ],
)
def test_a_damaged_export_is_refused_before_its_first_note(
    tmp_path: Path, content: bytes, what: str
) -> None:
    file = tmp_path / "a.enex"
    file.write_bytes(content)
    with pytest.raises(UsageError, match=what) as error:
        read_source(file)
    assert "Nothing was imported." in str(error.value.what)
    assert "Export the notebook from Evernote again" in str(error.value.hint)


def test_other_encodings_that_the_file_names_are_read(tmp_path: Path) -> None:
    file = tmp_path / "a.enex"
    file.write_bytes(f"{HEAD}{note('蜂')}</en-export>".replace("UTF-8", "UTF-16").encode("utf-16"))
    assert [found.text for found in read_source(file).notes] == ["蜂"]


def test_entities_in_a_note_expand_to_nothing(tmp_path: Path) -> None:
    bomb = '<!DOCTYPE en-note [<!ENTITY a "moss"><!ENTITY b SYSTEM "file:///etc/passwd">]>'
    content = f"<note><content>{escape(f'{bomb}<en-note>&a;&b;words</en-note>')}</content></note>"
    assert [found.text for found in read(tmp_path, content)] == ["&a;&b;words"]


PIECES = ["<en-note>", "</en-note>", "<div>", "</div>", "<en-todo/>", "&", "&nbsp;", "]]>", "\0",
          "<en-media hash='a'/>", "<li style='--en-checked:true'>", "<!--", "words", "<pre>", '"',
          "<div style='-en-codeblock:true'>", "<table><td>", "<en-crypt>", "<?x"]  # fmt: skip


@settings(deadline=None, max_examples=200)
@given(st.lists(st.sampled_from(PIECES), max_size=30))
def test_any_enml_is_read_without_an_error(pieces: list[str]) -> None:
    _markdown("".join(pieces), {}, {})


@needs_data
def test_the_counts_of_real_exports_are_those_of_their_manifest() -> None:
    assert DATA is not None
    lines = (DATA / "files" / "libraries_truth.jsonl").read_text("utf-8").splitlines()
    truth = [one for one in map(json.loads, lines) if one.get("format") == "ENEX"]
    assert len(truth) > 20
    for one in truth:
        read_in = read_source(DATA / "files" / one["file"])
        found = list(read_in.notes)
        n_empty = sum("is empty" in str(why) for n in found for why in n.problems)
        n_files = sum(len(n.files) for n in found) + n_empty
        assert (len(read_in.notes), len(found), n_files) == (
            one["notes"], one["notes"], one["resources"],
        ), one["file"]  # fmt: skip
