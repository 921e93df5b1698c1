"""What a person may type or write wrongly: feeds.toml, ids, arguments. Each is answered in words.

The other kinds of bad input have files of their own: test_bad_sources, test_bad_pdfs,
test_bad_library, test_bad_notes, test_bad_text; kill -9 is in test_killed.
"""

from __future__ import annotations

import os
import re
import shlex
import sys
from pathlib import Path

import pytest

from reader.cli.frame import Settings
from reader.cli.frame import run as command_line
from tests.hostile import good
from tests.installed import (
    ALL,
    LADDER,
    LIFT,
    WATER,
    ids_of,
    rows,
    run,
    says,
    shown,
)

pytestmark = pytest.mark.slow

TOPIC = '[topics."speech/translation"]\nwords = ["speech translation"]\n'
HEAD = "[reader]\nquota = 5\n"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (HEAD + "qouta = 4\n" + TOPIC, ("line 3: reader.qouta: unknown key", "mean quota?")),
        ("[raeder]\n" + TOPIC, ("line 1: raeder: unknown key", "Did you mean reader?")),
        (
            "[reader]\nquota = 'five'\n" + TOPIC,
            ("line 2: reader.quota: this must be a whole number",),
        ),
        ("[reader]\nquota = true\n" + TOPIC, ("line 2: reader.quota: this must be a whole",)),
        (
            TOPIC + "[[deadline]]\nname = 'x'\non = '2027-13-41'\n",
            ("line 5: deadline.on: this must be a date without quotes, 2027-03-01",),
        ),
        (
            TOPIC + "[[deadline]]\nname = 'x'\non = 2027-02-31\n",
            ("line 5: TOML:", "quotes, brackets, commas"),
        ),
        (
            '[topics."speech/../../etc"]\n',
            ("line 1: topics.", "A topic is a folder path: speech/translation."),
        ),
        ('[topics."/etc"]\n', ("line 1: topics./etc:", "A topic is a folder path")),
        (HEAD, ("topics: there is no topic", 'Add one: [topics."speech/translation"]')),
        ("", ("line 1: topics: there is no topic", "Add one:")),
        (
            b"# \xff\xfe\n" + TOPIC.encode(),
            ("line 1: text: not UTF-8", "Save it as UTF-8."),
        ),
        (TOPIC.encode("utf-16"), ("text: not UTF-8", "Save it as UTF-8.")),
        (bytes(range(256)), ("not UTF-8", "Save it as UTF-8.")),
        (TOPIC + "[arxiv]\ndelay_s = 0\n", ("line 4: arxiv.delay_s:", "Write 3 or more")),
        (
            TOPIC + '[[feed]]\nurl = "file:///etc/passwd"\n',
            ("line 4: feed.url: 'file:///etc/passwd' is not a web address",),
        ),
        (TOPIC + "[topics\n", ("line 3: TOML:",)),
    ],
)
def test_a_wrong_feeds_toml_is_named_with_line_key_and_remedy(
    library: Path, content: str | bytes, message: tuple[str, ...]
) -> None:
    file = library / "feeds.toml"
    good = file.read_bytes()
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    code, out, err = run("today", library=library)
    assert (code, out) == (3, "")
    assert says(err, f"reader: {file}, line")
    assert says(err, *message)
    # A slip in the configuration costs nothing that was there.
    file.write_bytes(good)
    assert ids_of(library) == ALL


def test_a_folder_without_feeds_toml_is_no_library_and_says_how_to_make_one(tmp_path: Path) -> None:
    code, out, err = run("today", library=tmp_path / "elsewhere")
    assert (code, out) == (3, "")
    assert says(err, "There is no library at", "Make one with `reader init", "--library")
    assert list(tmp_path.iterdir()) == []


def test_init_overwrites_nothing(library: Path) -> None:
    before = (library / "feeds.toml").read_bytes()
    code, _, err = run("init", str(library))
    assert code == 2
    assert says(err, f"{library}/feeds.toml already exists.")
    assert run("init", str(library / "feeds.toml")).code == 2
    assert (library / "feeds.toml").read_bytes() == before


def test_init_names_a_command_that_works_from_anywhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "my papers"
    for given in ("my papers", "."):
        assert command_line(["init", given], Settings()) == 0
        out = capsys.readouterr().out
        here = (tmp_path / given).resolve()
        assert f"A library was made in {here}.\n" in out
        [_, told] = out.splitlines()[-1].split("Then run: reader ")
        assert shlex.split(told) == ["--library", str(here), "today"]
    code, _, err = run("init", str(folder))
    assert (code, says(err, f"`reader --library '{folder}' today`")) == (2, True)


@pytest.mark.parametrize("place", ["file", "file/below", "library/feeds.toml"])
def test_a_file_that_is_named_as_a_library_is_said_to_be_no_folder(
    tmp_path: Path, library: Path, place: str
) -> None:
    (tmp_path / "file").touch()
    code, out, err = run("topics", "--library", str(tmp_path / place))
    assert (code, out) == (2, "")
    assert says(err, f"{tmp_path / place} is not a folder.", "a folder with a feeds.toml in it")
    for keep in ("file", "file/below"):
        code, out, err = run("demo", "--keep", str(tmp_path / keep))
        assert (code, out, says(err, f"{tmp_path / keep} is not a folder.")) == (2, "", True)


@pytest.mark.parametrize(
    ("how", "code", "said"),
    [
        ("<&-", 0, ""),
        (">&-", 0, ""),
        ("2>&-", 0, ""),
        ("<&- >&- 2>&-", 0, ""),
        (">/dev/full", 6, "reader: standard output: the disk is full."),
    ],
)
def test_closed_streams_and_a_full_disk_behind_them_are_no_surprise(
    library: Path, how: str, code: int, said: str
) -> None:
    shell = ("sh", "-c", f'exec "$@" {how}', "sh")
    for command in (("today", "--no-fetch"), ("topics",)):
        ran = run(*command, library=library, prefix=shell)
        assert (ran.code, ran.err.partition("\n")[0]) == (code, said)
    assert is_sound(library)


def is_sound(library: Path) -> bool:
    return rows(library, "PRAGMA integrity_check") == [("ok",)]


def test_a_file_without_an_end_is_no_note(library: Path) -> None:
    code, out, err = run("note", WATER, "--file", "/dev/zero", library=library)
    assert (code, out) == (2, "")
    assert says(
        err, "/dev/zero is larger than 10 MB, which is too large for a note. Nothing was changed."
    )
    code, out, err = run("note", WATER, library=library, input=b"x" * 10_000_001)
    assert (code, out, says(err, "standard input is larger than 10 MB")) == (2, "", True)


NO_IDS = {
    "nothing": "",
    "blanks": " \t ",
    "an emoji": "🐟",
    "10 kB": "what? " * 1_700,
    "an escape sequence": "\x1b[31mred\x1b]0;title\x07",
    "a wildcard": "%",
    "SQL": "' OR 1=1; --",
    "a path": "/etc/passwd",
    "a folder": "../../feeds.toml",
    "a lone surrogate": "\udcff\udcfe",
    "bidi": "\u202e",
}


@pytest.mark.parametrize("text", NO_IDS.values(), ids=list(NO_IDS))
def test_what_is_no_id_is_refused_in_words(library: Path, text: str) -> None:
    code, out, err = run("show", text, library=library)
    assert (code, out) == (4, "")
    assert says(
        err,
        "is not an id of arXiv, OpenReview or the ACL Anthology, nor a DOI",
        "Paste the paper's",
    )
    assert re.match(r"""reader: (['"]).*\1 is no""", err)
    assert len(err) < 400
    assert "\x1b" not in err
    assert "\u202e" not in err


@pytest.mark.parametrize("command", ["pick", "skip", "open", "note", "add"])
def test_no_command_takes_what_is_no_id(library: Path, command: str) -> None:
    more = ("-m", "One. Two.") if command == "note" else ()
    expected = 2 if command == "add" else 4
    for text in ("", NO_IDS["10 kB"], NO_IDS["an escape sequence"]):
        code, out, err = run(command, text, *more, library=library)
        assert (code, out) == (expected, "")
        assert "Traceback" not in err
        assert err.startswith("reader: ")
        assert "\x1b" not in err
        assert len(err) < 400
    assert rows(library, "SELECT count(*) FROM decisions") == [(0,)]
    assert rows(library, "SELECT count(*) FROM notes") == [(0,)]
    assert ids_of(library) == ALL


def test_an_id_that_is_not_here_is_named_with_the_way_to_get_it(library: Path) -> None:
    code, _, err = run("pick", LIFT, "2401.00001", library=library)
    assert code == 4
    assert says(err, "arxiv:2401.00001 is not in this library.", "`reader add arxiv:2401.00001`")
    # All or nothing.
    assert shown(library, LIFT)["state"] == "candidate"


def test_an_id_that_nobody_knows_cannot_be_added(library: Path) -> None:
    code, _, err = run("add", "2401.00001", library=library)
    assert code == 4
    assert says(err, "arxiv:2401.00001 was not added: its registry does not know it.")
    assert ids_of(library) == ALL


def test_a_beginning_that_several_titles_have_lists_them(library: Path) -> None:
    code, out, err = run("pick", "speech trans", library=library)
    assert (code, out) == (4, "")
    assert says(err, "speech trans could be any of 3 papers:", LADDER, LIFT, "Type more")
    assert run("pick", "--no-fetch", "speech translation in", library=library).code == 0
    assert shown(library, LIFT)["state"] == "pick"


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (("pick",), ("ID is missing.", "ID...")),
        (("pick", "--"), ("ID is missing.", "ID...")),
        (("show", "-x"), ("There is no option -x.", "reader show [OPTIONS] ID")),
        (("tody",), ("There is no command 'tody'.", "Did you mean today?")),
        (("today", "--date", "soon"), ("“soon” is not a day.", "yesterday, mon to sun, 03-04")),
        (("search", "--limit", "0", "x"), ("--limit: 0 is not a whole number from 1 to 200.",)),
        (("note", WATER, "-m", "a", "--file", "b"), ("-m and --file cannot be used together.",)),
        (("note", WATER, "--file", "/no/such"), ("/no/such cannot be read: No such file",)),
        (("note", WATER, "--file", "/"), ("/ cannot be read: Is a directory.",)),
        (("gather", "no such source"), ("There is no source named", "arXiv feed cs.CL")),
        (("gather", ""), ("The name of the source is empty.", "arXiv feed cs.CL")),
        (("gather", " "), ("The name of the source is empty.", "arXiv feed cs.CL")),
    ],
    ids=str,
)
def test_a_wrong_command_line_exits_2_and_says_what_is_possible(
    library: Path, args: tuple[str, ...], message: tuple[str, ...]
) -> None:
    code, out, err = run(*args, library=library)
    assert (code, out) == (2, "")
    assert says(err, *message)


def test_a_clock_without_a_zone_is_refused(library: Path) -> None:
    code, _, err = run("today", library=library, env={"READER_NOW": "tomorrow"})
    assert code == 2
    assert says(err, "READER_NOW='tomorrow' is not a moment with a time zone.", "like 2025")


def test_a_huge_number_of_ids_is_one_act(library: Path) -> None:
    code, out, _ = run("skip", *(ALL * 2_000), library=library, timeout=120)
    assert (code, len(out.splitlines())) == (0, len(ALL))
    assert rows(library, "SELECT count(*), count(DISTINCT act) FROM decisions") == [(len(ALL), 1)]
    code, out, _ = run("undo", library=library)
    assert (code, len(out.splitlines())) == (0, len(ALL))
    many = [f"2401.{n:05}" for n in range(1, 20_001)]
    code, out, err = run("skip", LIFT, *many, library=library)
    assert (code, out) == (4, "")
    assert says(err, "arxiv:2401.00001 is not in this library.")
    assert shown(library, LIFT)["state"] == "candidate"


@pytest.mark.parametrize(
    "query", ["xyzzy (or", "NEAR(", "🐟", "x" * 100_000, "\x1b[44mxyzzy", "\udcff"]
)
def test_any_search_is_answered(library: Path, query: str) -> None:
    code, out, err = run("search", query, library=library)
    assert code in (0, 7)
    assert says(out, "Nothing found for")
    assert "Traceback" not in err
    assert "\x1b" not in out + err
    assert len(out) < 2_000


def test_a_search_that_cannot_be_read_names_the_place(library: Path) -> None:
    code, out, err = run("search", "xyzzy OR (", library=library)
    assert (code, out) == (2, "")
    assert says(err, "The query cannot be read at “(” (character 10)")


@pytest.mark.parametrize("query", ["", " ", "\n", '"', "- -", "*"])
def test_a_search_for_nothing_says_how_to_ask(library: Path, query: str) -> None:
    code, out, err = run("search", query, library=library)
    assert (code, out) == (2, "")
    assert says(err, "There is nothing to search for.", 'reader search "what you remember"')


no_utf8 = pytest.mark.skipif(sys.platform != "linux", reason="other systems refuse such names")


@no_utf8
@pytest.mark.parametrize("line", ["init", "today", "add", "doctor", "backup", "serve --port 0"])
def test_library_whose_name_is_not_utf8_is_refused(tmp_path: Path, line: str) -> None:
    """SQLite cannot name its files."""
    folder = tmp_path / os.fsdecode(b"lib\xff")
    link = tmp_path / "link"
    link.symlink_to(folder)
    if line != "init":
        folder.mkdir()
        (folder / "feeds.toml").write_text(TOPIC, "utf-8")
    before = sorted(folder.glob("*"))
    for given in (folder, link) if folder.exists() else (folder,):
        args = (*line.split(), str(given)) if line in ("init", "add") else tuple(line.split())
        code, out, err = run(*args, library=given)
        assert (code, out) == (2, "")
        assert says(err, "a library cannot be here, for its name is not UTF-8", "Rename the folder")
        assert given.name.replace("\udcff", r"\udcff") in err
    assert sorted(folder.glob("*")) == before


@no_utf8
def test_files_whose_names_are_not_utf8_are_taken_and_made(library: Path, tmp_path: Path) -> None:
    there = tmp_path / os.fsdecode(b"there\xff")
    there.mkdir()
    paper, note = there / os.fsdecode(b"p\xff.pdf"), there / os.fsdecode(b"n\xff.md")
    good(tmp_path / "good.pdf").rename(paper)
    note.write_text("My own words. Two of them.", "utf-8")

    def done(*args: str) -> str:
        code, out, err = run(*args, library=library)
        assert code == 0, (args, err)
        return " ".join((out + err).split())

    assert r"p\udcff.pdf" in done("add", str(paper), "--as", LIFT)
    assert r"there\udcff" in done("add", str(there))
    done("note", LIFT, "--file", str(note))
    done("pick", "--no-fetch", LIFT)
    done("take", LIFT, "--to", str(there / "tablet"))
    assert len(list((there / "tablet").iterdir())) == 1
    done("back", str(there))
    assert r"m\udcff.svg" in done("stats", "--svg", str(there / os.fsdecode(b"m\xff.svg")))
    done("share", LIFT, "--html", str(there / os.fsdecode(b"s\xff.html")))
    key = there / os.fsdecode(b"k\xff")
    assert r"k\udcff" in done("backup", "--make-key", str(key))
    assert r"there\udcff" in done("backup", str(there))
    (archive,) = there.glob("*.zip")
    renamed = archive.rename(there / os.fsdecode(b"a\xff.zip"))
    done("restore", str(renamed), str(tmp_path / "restored"), "--key", str(key))
    code, _, err = run("restore", str(renamed), str(there), library=library)
    assert (code, says(err, "a library cannot be here")) == (2, True)
    code, _, err = run("note", LIFT, "--file", str(there / "none.md"), library=library)
    assert (code, r"there\udcff/none.md cannot be read" in err) == (2, True)
