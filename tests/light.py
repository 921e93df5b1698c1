"""Install the light way and run a morning in it, as docs/guide/install.md describes it.

    python -m tests.light

A fresh virtual environment gets requirements-light.txt and the program without its other
dependencies. Then the commands run that a person would run, in a folder of their own. It needs
the network for pip, so it is a step of `.ci/run` and no test; it takes a minute or two.
"""

from __future__ import annotations

import json
import os
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import time
import tomllib
import urllib.request
import venv
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).parent.parent

LEFT_OUT = ("torch", "transformers", "sentence-transformers", "tokenizers", "huggingface-hub")
"""Dependencies of pyproject.toml that a light installation lacks."""

NOTE = "A gate of a thousand weights stops the invented words. We try it on our lectures."


def light_requirements() -> list[str]:
    """Read requirements-light.txt, without its comments."""
    lines = (ROOT / "requirements-light.txt").read_text("utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def expected_requirements() -> list[str]:
    """List pyproject.toml's dependencies without those that are left out."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    named = [(one, re.match(r"[\w.-]+", one)) for one in project["dependencies"]]
    return [one for one, name in named if name and name[0] not in LEFT_OUT]


def install(folder: Path) -> Path:
    """Make the environment; returns the folder of its commands."""
    venv.create(folder / "venv", with_pip=True)
    commands = folder / "venv" / "bin"
    pip = [str(commands / "python"), "-m", "pip", "install", "-q"]
    subprocess.run([*pip, "-r", str(ROOT / "requirements-light.txt")], check=True)
    # From a copy: the build leaves folders behind where it runs.
    source = folder / "source"
    shutil.copytree(ROOT / "reader", source / "reader")
    for path in ROOT.iterdir():
        if path.is_file():
            shutil.copy(path, source)
    subprocess.run([*pip, "--no-deps", str(source)], check=True)
    return commands


class Morning:
    """Runs commands of the light installation, with a home folder of their own."""

    def __init__(self, commands: Path, home: Path) -> None:
        self._commands = commands
        self.cache = home / "cache"
        kept = {name: os.environ[name] for name in ("PATH", "TMPDIR") if name in os.environ}
        self.env = {
            **kept,
            "HOME": str(home),
            "XDG_CACHE_HOME": str(self.cache),
            "LANG": "C.UTF-8",
            "READER_LIBRARY": str(home / "sample"),
        }

    def run(self, *args: str, code: int = 0, command: str = "reader") -> tuple[str, str]:
        """Run a command, and print its processor seconds; returns its output and its errors."""
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        began = time.monotonic()
        done = subprocess.run(
            [str(self._commands / command), *args],
            capture_output=True, text=True, env=self.env, stdin=subprocess.DEVNULL,
            cwd=self.env["HOME"], timeout=120, check=False,
        )  # fmt: skip
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        cpu_s = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        say(f"{command} {' '.join(args)[:60]}: {cpu_s:.1f} CPU s, {time.monotonic() - began:.1f} s")
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout, done.stderr

    def served(self) -> str:
        """Start the server, fetch today's page, and end the server."""
        process = subprocess.Popen(
            [str(self._commands / "reader"), "serve", "--port", "0"],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=self.env,
        )  # fmt: skip
        try:
            assert process.stdout
            said = ""
            while not (address := re.search(r"http://\S+", said)):
                line = process.stdout.readline()
                assert line, said
                said += line
            with urllib.request.urlopen(address[0], timeout=30) as answer:
                return str(answer.read().decode())
        finally:
            process.terminate()
            process.wait(timeout=30)


def say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def main(arguments: Sequence[str]) -> int:
    """Install, run, and look at what each command printed."""
    assert not arguments, "this takes no arguments"
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "home").mkdir()
        morning = Morning(install(folder), folder / "home")
        modules = [name.replace("-", "_") for name in LEFT_OUT]
        found, _ = morning.run(
            "-c",
            f"import importlib.util as u; print([n for n in {modules} if u.find_spec(n)])",
            command="python",
        )
        assert found == "[]\n", found
        a_morning(morning)
        a_model_that_needs_torch(morning)
    return 0


def a_morning(morning: Morning) -> None:
    """Run demo, today, search, note and the pages."""
    morning.run("demo")
    morning.run("demo", "--keep", "sample")
    today = json.loads(morning.run("today", "--no-fetch", "--json")[0])
    assert today["is_complete"]
    assert today["own"]
    shutil.rmtree(morning.cache)
    # Without the cache: this is the time of the first search, unpacking the model included.
    out, err = morning.run("search", "同時通訳 simultaneous interpreting")
    assert (bool(out), err) == (True, ""), err
    paper = today["own"][0]
    morning.run("note", paper["id"], "-m", NOTE)
    out, err = morning.run("search", "invented words in lectures", "--json")
    # "lectures" is looked for in Japanese notes too.
    assert (paper["id"] in out, err) == (True, "Also searched for: 講義.\n"), out + err
    assert paper["title"][:20] in morning.served()


def a_model_that_needs_torch(morning: Morning) -> None:
    """Name another model in feeds.toml: full text answers, and the remedy is printed."""
    file = Path(morning.env["READER_LIBRARY"], "feeds.toml")
    text = file.read_text("utf-8")
    file.write_text(f'{text}\n[encoder]\nmodel = "nobody/made-this-model"\n', encoding="utf-8")
    out, err = morning.run("search", "speech", code=7)
    assert out
    assert "needs PyTorch" in err
    assert "pip install 'sentence-transformers" in err


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
