"""The guide's commands run: every ```sh block of docs/guide/, as it stands, on the sample library.

A block marked `console` needs a network, an editor or a server that goes on; it is only parsed
(tests/test_docs.py). Blocks of a page run one after the other, in a shell: those of the page on
installing make the sample library, the others work in a copy of it.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.data import ROOT
from tests.installed import READER

ENGLISH = sorted((ROOT / "docs" / "guide").glob("*.md"))
INSTALL = ROOT / "docs" / "guide" / "install.md"
JAPANESE = ROOT / "docs" / "guide" / "ja"


def blocks(page: Path) -> list[str]:
    """Return the ```sh blocks of a page."""
    return re.findall(r"^```sh\n(.*?)^```$", page.read_text("utf-8"), re.DOTALL | re.MULTILINE)


def shell(script: str, folder: Path) -> str:
    """Run lines as a person types them; fails with what was printed if one of them does."""
    home = folder.parent / "home"
    home.mkdir(exist_ok=True)
    kept = {k: v for k, v in os.environ.items() if k not in ("READER_LIBRARY", "XDG_DATA_HOME")}
    path = f"{Path(READER).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "-e", "-c", script],
        cwd=folder,
        env=kept | {"HOME": str(home), "PATH": path},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, f"{script}\n{done.stdout}"
    return done.stdout


def fences(page: Path) -> list[str]:
    """Return all fenced blocks of a page; of a screen, whose words are the page's, its command."""
    found = re.findall(r"^```.*?^```$", page.read_text("utf-8"), re.DOTALL | re.MULTILINE)
    return [
        "\n".join(one.splitlines()[:2]) if one.startswith("```text\n$ ") else one for one in found
    ]


def test_the_guide_has_its_pages() -> None:
    assert [page.stem for page in ENGLISH] == [
        "configuration", "install", "morning", "notes", "pages", "pdfs", "search", "trouble",
    ]  # fmt: skip


@pytest.mark.parametrize("page", ENGLISH, ids=lambda page: page.stem)
def test_the_japanese_page_has_the_same_examples(page: Path) -> None:
    assert fences(JAPANESE / page.name) == fences(page)


def test_the_japanese_readme_has_the_same_examples() -> None:
    assert fences(ROOT / "README.ja.md") == fences(ROOT / "README.md")


@pytest.mark.slow
def test_the_commands_of_each_page_run(tmp_path: Path) -> None:
    """The first page makes the sample library, which takes half a minute; the others copy it."""
    for block in blocks(INSTALL):
        shell(block, tmp_path)
    for page in ENGLISH:
        if page != INSTALL:
            shutil.copytree(tmp_path / "sample", copy := tmp_path / page.stem / "sample")
            for block in blocks(page):
                shell(block, copy)


@pytest.mark.slow
def test_a_command_that_fails_is_seen(gathered: Path, tmp_path: Path) -> None:
    shutil.copytree(gathered, copy := tmp_path / "library")
    with pytest.raises(AssertionError, match="is not in this library"):
        shell('reader show 2611.90099\necho "went on"', copy)
