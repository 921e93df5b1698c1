"""Make notes/ of this repository: what `reader export` writes, marked as samples.

    python -m tests.sample_notes

plays the demo's invented morning of a fixed day through the real stages (no encoder is
needed for it) and writes its export to notes/ with `sample: true` in the front matter.
tests/test_sample_notes.py holds the files to that.
"""

from __future__ import annotations

import contextlib
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

from reader.base.errors import ModelMissing
from reader.base.http.client import Client
from reader.cli.demo import feeds_toml, sample_notes, sample_papers, sample_server
from reader.library.folder import Library, open_library
from reader.library.place import FEEDS
from reader.morning.pick import decide
from reader.morning.pipe import Tools, fetch_and_rank
from reader.notes.export import export
from reader.notes.write import add_note
from reader.pdfs.fetch import fetch_pdfs
from reader.pdfs.text.checks import check_pdf
from reader.pdfs.text.process import PdfPool
from reader.search.encode import Encoder
from tests.data import ROOT
from tests.samples import learn_nothing, silent, talk_as_before

DAY = datetime(2026, 11, 25, 22, 0, tzinfo=UTC)


@contextlib.contextmanager
def sample_library(folder: Path) -> Iterator[tuple[Library, Tools]]:
    """Play the sample morning in a folder: everything gathered and ranked by words."""
    with sample_server(DAY) as server:
        (folder / FEEDS).write_text(feeds_toml(server), encoding="utf-8")
        client = Client(clock=lambda: DAY, sleep=time.sleep, monotonic=time.monotonic)
        with PdfPool(1) as pool, client, open_library(folder, now=lambda: DAY) as library:
            tools = Tools(
                fetch=client.fetch,
                encoder=no_encoder,
                encoder_name="",
                token_counter=no_counter,
                check_pdf=check_pdf,
                read_pdf=pool.read,
                read_first=pool.read_first,
                read_pdfs=pool.read_all,
                read_marks=pool.marks,
                read_looks=pool.looks,
                read_word_places=pool.word_places,
                read_marked=pool.read_marked,
                read_pictures=pool.pictures_of_all,
                fit_topic=learn_nothing,
                fit_talk=talk_as_before,
                progress=silent,
            )
            fetch_and_rank(library, tools)
            yield library, tools


def exported_samples(folder: Path) -> dict[str, str]:
    """Export the sample notes in a folder; gives path below notes/ → content, as samples."""
    with sample_library(folder) as (library, tools):
        notes = sample_notes(sample_papers(DAY))
        picks = decide(library, "pick", [note.paper.id for note in notes])
        fetch_pdfs(library, tools)
        for paper, note in zip(picks, notes, strict=True):
            add_note(library, paper, note.text)
        export(library)
    files = sorted((folder / "notes").rglob("*.md"))
    return {
        file.relative_to(folder / "notes").as_posix(): as_sample(file.read_text("utf-8"))
        for file in files
    }


def as_sample(content: str) -> str:
    """Mark an exported file: `sample: true` is the last of our keys."""
    return content.replace("\n---\n\n#", "\nsample: true\n---\n\n#", 1)


def no_counter() -> Callable[[Sequence[str]], list[int]]:
    raise ModelMissing(model="none", what="samples need no vectors", hint="")


def no_encoder() -> Encoder:
    raise ModelMissing(model="none", what="not needed here", hint="")


def main() -> None:
    """Write notes/ anew."""
    with tempfile.TemporaryDirectory() as name:
        for path, content in exported_samples(Path(name)).items():
            file = ROOT / "notes" / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(content, encoding="utf-8")


if __name__ == "__main__":
    main()
