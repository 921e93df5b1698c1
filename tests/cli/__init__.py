from __future__ import annotations

from pathlib import Path

import pytest

from reader.cli.frame import Settings, run


def said(capsys: pytest.CaptureFixture[str], folder: Path, *args: str) -> tuple[int, str, str]:
    """Run a command; returns its exit code and what it printed."""
    capsys.readouterr()
    code = run(list(args), Settings(folder))
    out, err = capsys.readouterr()
    return code, out, err
