"""Install the program from a wheel and as an editable copy: both speak Japanese.

The .mo files are no part of the source: they are compiled as the program is installed.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import pytest

from tests.data import ROOT

PIP = ("-m", "pip", "--disable-pip-version-check", "-q")
# Without --ignore-installed pip would take this environment's own program away.
INSTALL = ("install", "--ignore-installed", "--no-deps", "--no-build-isolation", "--prefix")


def ran(*command: object, cwd: Path, path: str = "") -> str:
    """Run a command outside the project, so that only what is installed can be imported."""
    done = subprocess.run(
        list(map(str, command)), cwd=cwd, capture_output=True, text=True, encoding="utf-8",
        env={"PATH": os.environ["PATH"], "HOME": str(cwd), "LANG": "C.UTF-8", "PYTHONPATH": path},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.slow
@pytest.mark.parametrize("editable", [False, True], ids=["wheel", "editable"])
def test_what_is_installed_speaks_japanese(tmp_path: Path, editable: bool) -> None:
    source, environment = tmp_path / "source", tmp_path / "venv"
    source.mkdir()
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    ignored = shutil.ignore_patterns("*.mo", "__pycache__")
    shutil.copytree(ROOT / "reader", source / "reader", ignore=ignored)
    assert not list(source.rglob("*.mo"))

    venv.create(environment, symlinks=True)
    python = environment / "bin" / "python"
    # The requirements are those of this environment: only the program itself is installed.
    packages = Path(sysconfig.get_path("purelib", vars={"base": str(environment)}))
    those = f"import site; site.addsitedir({sysconfig.get_path('purelib')!r})"
    (packages / "requirements.pth").write_text(those, "utf-8")
    if editable:
        ran(sys.executable, *PIP, *INSTALL, environment, "-e", source, cwd=tmp_path)
        assert len(list(source.rglob("*.mo"))) == 1
    else:
        options = ("--no-deps", "--no-build-isolation", "-w", tmp_path)
        ran(sys.executable, *PIP, "wheel", *options, source, cwd=tmp_path)
        (wheel,) = tmp_path.glob("asayomi-*.whl")
        ran(sys.executable, *PIP, *INSTALL, environment, wheel, cwd=tmp_path)
        shutil.rmtree(source)

    library = tmp_path / "library"
    library.mkdir()
    (library / "feeds.toml").write_text(
        '[reader]\nlanguage = "ja"\n\n[topics."sample"]\nlane = "own"\nwords = ["sample"]\n',
        "utf-8",
    )
    # An editable copy stands behind any other on the path: here the one that is tested.
    path = str(source) if editable else ""
    where = "import reader; print(reader.__file__)"
    assert str(tmp_path) in ran(python, "-c", where, cwd=tmp_path, path=path)
    assert Path(sys.executable).with_name("reader").is_file()
    said = ran(python, "-m", "reader", "--library", library, "queue", cwd=tmp_path, path=path)
    assert "選" in said
