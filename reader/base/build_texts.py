"""Compile the translations when the program is installed; nothing of this runs afterwards.

pyproject.toml names `BuildPy` as setuptools' build step, so that a wheel and an editable
installation both have the .mo files. By hand, after a .po was changed:
`python -m reader.base.build_texts`.
"""

from __future__ import annotations

from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from setuptools.command.build_py import build_py

LOCALE = Path(__file__).parent.parent / "locale"


def compile_texts(locale: Path = LOCALE) -> list[Path]:
    """Write a .mo beside each .po below a folder; returns those that were written."""
    written = []
    for source in sorted(locale.rglob("*.po")):
        with source.open("rb") as file:
            catalogue = read_po(file, locale=source.parts[-3], abort_invalid=True)
        target = source.with_suffix(".mo")
        with target.open("wb") as file:
            write_mo(file, catalogue)
        written.append(target)
    return written


class BuildPy(build_py):  # type: ignore[misc]
    """setuptools' step that collects the package, after the texts were compiled."""

    def run(self) -> None:
        compile_texts()
        super().run()


if __name__ == "__main__":
    for path in compile_texts():
        print(path)  # noqa: T201
