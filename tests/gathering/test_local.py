"""Test the reading of local files and folders: changed, missing and damaged ones."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from reader.base.errors import SourceFailed
from reader.gathering.sources.kinds import KINDS, Local, local_path, read_local

ALERT = b"""From: a\nContent-Type: text/html\nDate: Tue, 4 Mar 2025 07:30:00 +0000\n
<a class="gse_alrt_title" href="https://arxiv.org/abs/2503.0000%d">Rivers</a>"""


def tweets(n: int) -> bytes:
    tweet = {"tweet": {"id_str": str(n), "full_text": f"arxiv.org/abs/2503.0000{n}"}}
    return b"window.YTD.tweets.part0 = " + json.dumps([tweet]).encode()


def test_a_folder_of_mails_is_read_file_by_file(tmp_path: Path) -> None:
    for n in (1, 2):
        (tmp_path / f"{n}.eml").write_bytes(ALERT % n)
    (tmp_path / "notes.txt").write_text("no mail")
    found = read_local(tmp_path, KINDS["scholar"], source="Alerts")
    assert [post.mentions[0].id for post in found.posts] == ["arxiv:2503.00001", "arxiv:2503.00002"]
    assert (found.n_files, found.n_missing, found.failures) == (2, 0, ())


def test_an_archive_is_found_in_its_folder_data(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "tweets.js").write_bytes(tweets(1))
    (tmp_path / "data" / "tweets-part1.js").write_bytes(tweets(2))
    (tmp_path / "data" / "account.js").write_bytes(b"window.YTD.account.part0 = [{}]")
    found = read_local(tmp_path, KINDS["x-archive"], source="X")
    assert sorted(post.guid for post in found.posts) == ["1", "2"]


def test_what_did_not_change_is_not_read_again(tmp_path: Path) -> None:
    file = tmp_path / "tweets.js"
    file.write_bytes(tweets(1))
    first = read_local(file, KINDS["x-archive"], source="X")
    again = read_local(file, KINDS["x-archive"], source="X", etag=first.etag)
    assert again == Local(first.etag, n_files=1, is_unchanged=True)
    file.write_bytes(tweets(1) + b"\n")
    changed = read_local(file, KINDS["x-archive"], source="X", etag=first.etag)
    assert (changed.is_unchanged, len(changed.posts)) == (False, 1)


def test_one_damaged_file_is_named_and_hides_no_other(tmp_path: Path) -> None:
    (tmp_path / "a.eml").write_bytes(b"\x00\x01 no mail")
    (tmp_path / "b.eml").write_bytes(ALERT % 1)
    found = read_local(tmp_path, KINDS["scholar"], source="Alerts")
    assert len(found.posts) == 1
    assert found.etag == ""
    assert found.failures[0].message.startswith("Alerts: a.eml: ")


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("nowhere", "No such file or directory"),
        ("", "contains no file to read"),
        ("\0", "null byte"),
    ],
)
def test_what_is_not_there_is_said(tmp_path: Path, name: str, sentence: str) -> None:
    with pytest.raises(SourceFailed, match=sentence):
        read_local(tmp_path / name, KINDS["scholar"], source="Alerts")


def test_a_path_is_relative_to_the_library_or_to_the_home(tmp_path: Path) -> None:
    assert local_path("mails/a.mbox", tmp_path) == tmp_path / "mails" / "a.mbox"
    assert local_path("/mails/a.mbox", tmp_path) == Path("/mails/a.mbox")
    assert local_path("~/a.mbox", tmp_path) == Path.home() / "a.mbox"
    assert local_path("~nobody-at-all/a", tmp_path) == tmp_path / "~nobody-at-all" / "a"
