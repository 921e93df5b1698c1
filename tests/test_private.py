"""Test that nobody else can read what the program makes, and that no secret is told."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from tests.hostile import good
from tests.installed import LIFT, NOW, feeds_toml, note_files, run
from tests.play import Fault, PlayServer
from tests.web.serving import Serving

pytestmark = pytest.mark.slow

posix = pytest.mark.skipif(os.name != "posix", reason="Windows has other rights")

USUAL = ("sh", "-c", 'umask 022; exec "$@"', "sh")
"""Before a command: others may read what it makes, unless it sees to that."""


def modes(folder: Path) -> dict[str, str]:
    """Name what others could read or enter."""
    return {
        path.relative_to(folder).as_posix(): f"{stat.S_IMODE(path.lstat().st_mode):o}"
        for path in (folder, *folder.rglob("*"))
        if path.lstat().st_mode & 0o077 and not path.is_symlink()
    }


@posix
def test_only_its_owner_reads_a_library(tmp_path: Path, server: PlayServer) -> None:
    library, elsewhere = tmp_path / "mine" / "library", tmp_path / "backups"
    more = {"XDG_DATA_HOME": str(tmp_path / "data"), "EDITOR": "touch"}

    def did(*args: str) -> None:
        ran = run(*args, library=library, prefix=USUAL, env=more)
        assert ran.code in (0, 5, 7), (args, ran.err)  # 7: there is no model

    assert run("init", str(library), prefix=USUAL, env=more).code == 0
    (library / "feeds.toml").write_text(feeds_toml(server), "utf-8")
    did("gather", "--no-encode")
    did("pick", "--no-fetch", LIFT)
    did("add", str(good(tmp_path / "lift.pdf")), "--as", LIFT)
    did("note", LIFT, "-m", "自分の言葉で。二文目。")
    did("note", LIFT)  # by a draft
    did("index")
    did("backup")
    did("backup", str(elsewhere), "--pdfs")
    assert {path.name for path in library.iterdir()} >= {
        "reader.db", "index.db", "backups", "notes", "papers", "pictures",
    }  # fmt: skip
    assert modes(library) == {}
    assert modes(elsewhere) == {}
    for archive in elsewhere.iterdir():
        did("restore", str(archive), str(tmp_path / "second"))
    assert modes(tmp_path / "second") == {}


@posix
def test_only_its_owner_reads_what_a_server_makes(
    library: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = os.umask(0o022)
    try:
        with Serving(library, NOW, ("--https", "--login")) as serving:
            assert modes(serving.data) == {}
            assert list(serving.data.rglob("authority.key"))
    finally:
        os.umask(before)


@posix
def test_modes_that_a_person_chose_stay(library: Path) -> None:
    """Such as those of a folder of notes that is shared with others."""
    assert run("note", LIFT, "-m", "One sentence. Two.", library=library, prefix=USUAL).code == 0
    (file,) = note_files(library)
    file.chmod(0o664)
    file.parent.chmod(0o775)
    assert run("note", LIFT, "-m", "Other words. Two.", library=library, prefix=USUAL).code == 0
    assert "Other words" in file.read_text("utf-8")
    assert modes(library / "notes")[file.relative_to(library / "notes").as_posix()] == "664"
    assert modes(file.parent)["."] == "775"


@posix
def test_what_is_exported_has_the_usual_modes(library: Path, tmp_path: Path) -> None:
    """A page that is shared goes to a web server, which is another user."""
    page, drawing = tmp_path / "page.html", tmp_path / "map.svg"
    assert run("note", LIFT, "-m", "One sentence. Two.", library=library).code == 0
    for args in (("share", LIFT, "--html", str(page)), ("stats", "--svg", str(drawing))):
        assert run(*args, library=library, prefix=USUAL).code == 0
    assert {file.stat().st_mode & 0o777 for file in (page, drawing)} == {0o644}


@posix
def test_programs_that_are_opened_get_the_usual_modes(library: Path, tmp_path: Path) -> None:
    """A browser's downloads are no matter of ours."""
    opener = tmp_path / "xdg-open"
    opener.write_text(f"#!/bin/sh\numask > {tmp_path / 'seen'}\n")
    opener.chmod(0o700)
    path = f"{tmp_path}{os.pathsep}{os.environ['PATH']}"
    assert run("open", LIFT, library=library, prefix=USUAL, env={"PATH": path}).code == 0
    assert (tmp_path / "seen").read_text() == "0022\n"


# Each is found by its own name in what was printed. No letters that JSON or a URL would escape.
PASSWORD, TOKEN, KEY, PROXY = "s3cretPassword", "s3cretToken", "s3cretKey", "s3cretProxy"
SECRETS = (PASSWORD, TOKEN, KEY, PROXY)

RELATIVE = b"""<?xml version="1.0"?><rss version="2.0"><channel><title>t</title><item>
<guid isPermaLink="false">1</guid><link>/post/1</link>
<pubDate>Tue, 04 Mar 2031 06:00:00 GMT</pubDate>
<description>Read arXiv:3103.90001 &lt;a href="/post/2"&gt;here&lt;/a&gt;</description>
</item></channel></rss>"""


def secret_feeds(server: PlayServer, *names: str) -> str:
    """Write feeds without a name whose addresses have a password and a token."""
    place = server.url.replace("http://", f"http://me:{PASSWORD}@")
    urls = (f"{place}/feeds/{name}?token={TOKEN}" for name in names)
    return "".join(f'\n[[feed]]\nurl = "{url}"\n' for url in urls)


def told(library: Path, **env: str) -> str:
    """Run what tells much about sources, whatever goes wrong; returns all that was printed."""
    text = ""
    for line in (
        "--debug gather --no-encode", "gather --no-encode --json", "today", "today --json",
        "sources", "sources --json", "doctor", "doctor --json", "doctor --report",
        f"show {LIFT} --json", "export", "backup",
    ):  # fmt: skip
        ran = run(*line.split(), library=library, env={"OPENALEX_API_KEY": KEY, **env})
        text += f"{line}\n{ran.out}{ran.err}"
    return text


def leaked(text: str) -> list[str]:
    return [line for line in text.splitlines() if any(secret in line for secret in SECRETS)]


def test_no_secret_of_an_address_is_told_or_stored(fresh: Path, server: PlayServer) -> None:
    """Whatever the server does; a link of a feed that begins at its address has none either."""
    assert isinstance(server.feeds, dict)
    server.feeds["private.rss"] = RELATIVE
    faults = {
        "/feeds/circle": Fault(302, {"Location": f"/feeds/circle?token={TOKEN}"}),
        "/feeds/denied": Fault(401),
        "/feeds/gone": Fault(404),
        "/feeds/broken": Fault(200, body=b"<html>"),
        "/feeds/cut": Fault(200, body=b"x" * 999, cut_after=9),
    }
    server.faults = lambda path, _n: faults.get(path)
    file = fresh / "feeds.toml"
    text = file.read_text("utf-8")
    names = [path.removeprefix("/feeds/") for path in faults]
    citations = '\n[citations]\nsource = "openalex"\nopenalex_url = "http://127.0.0.1:9"\n'
    file.write_text(text + citations + secret_feeds(server, "private.rss", *names), "utf-8")
    text = told(fresh, https_proxy=f"http://me:{PROXY}@127.0.0.1:9")
    assert any(f"token={TOKEN}" in asked for asked in server.requests)
    assert "401" in text
    assert "circle" in text
    assert leaked(text) == []
    stored = [path for path in fresh.rglob("*") if path.is_file() and path.name != "feeds.toml"]
    assert [p.name for p in stored if any(s.encode() in p.read_bytes() for s in SECRETS)] == []


@pytest.mark.parametrize(
    "url", [f"https:/me:{PASSWORD}@h/x?token={TOKEN}", f"http://[me:{PASSWORD}@h?token={TOKEN}"]
)
def test_wrong_address_is_named_without_its_secrets(fresh: Path, url: str) -> None:
    with (fresh / "feeds.toml").open("a", encoding="utf-8") as file:
        file.write(f'\n[[feed]]\nurl = "{url}"\n')
    text = told(fresh)
    assert "is not a web address" in text
    assert leaked(text) == []


@pytest.mark.parametrize(
    "proxy", [f"socks4://me:{PROXY}@h:1", f"http://me:{PROXY}@[h", f"http://me:{PROXY}@h:x"]
)
def test_wrong_proxy_is_named_without_its_password(fresh: Path, proxy: str) -> None:
    text = told(fresh, http_proxy=proxy, https_proxy=proxy, all_proxy=proxy)
    # A host that begins with "[" is taken as one, and is not found.
    assert ("Look at HTTP_PROXY, HTTPS_PROXY and ALL_PROXY" in text) is ("@[h" not in proxy)
    assert "unexpected" not in text
    assert leaked(text) == []


def test_key_of_backups_is_not_told(fresh: Path, tmp_path: Path) -> None:
    pyrage = pytest.importorskip("pyrage")
    secret = str(pyrage.x25519.Identity.generate())
    key = tmp_path / "key"
    made = run("backup", "--make-key", str(key), library=fresh)
    public = key.read_text("ascii").split()[3]
    file = fresh / "feeds.toml"
    text = file.read_text("utf-8")
    printed = [made]
    for recipient in (secret, public):
        file.write_text(f'{text}\n[backup]\nencrypt_to = ["{recipient}"]\n', "utf-8")
        printed.append(run("--debug", "backup", str(tmp_path / "out"), library=fresh))
    (archive,) = (tmp_path / "out").iterdir()
    for wrong in (f"{secret[:-1]}q\n", f"{PASSWORD} 朝\n"):
        (tmp_path / "wrong").write_text(wrong, "utf-8")
        line = ("restore", str(archive), str(tmp_path / "new"), "--key", str(tmp_path / "wrong"))
        printed.append(run("--debug", *line))
    assert [ran.code for ran in printed] == [0, 2, 0, 2, 2]
    said = "".join(ran.out + ran.err for ran in printed)
    assert PASSWORD not in said
    assert "AGE-SECRET-KEY" not in said
    assert key.read_text("ascii").splitlines()[1] not in said
