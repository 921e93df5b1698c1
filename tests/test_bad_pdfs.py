"""A PDF that cannot be had or read, and a model that is not there, stop nothing else."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pymupdf
import pytest

from tests.installed import (
    ALL,
    EVIL_ID,
    HUMS,
    LADDER,
    LIFT,
    NO_MODEL,
    NOW,
    QUIET,
    SOON,
    WATER,
    copy_library,
    run,
    says,
    shown,
    today,
)
from tests.play import Fault, PlayServer

pytestmark = pytest.mark.slow

TEXT = "Under water the vowels arrive before the consonants, and nobody knows why. "


def pdf(*, password: str = "") -> bytes:
    file = pymupdf.open()
    page = file.new_page()
    for n in range(12):
        page.insert_text((60, 90 + 14 * n), TEXT)
    options = {"encryption": pymupdf.PDF_ENCRYPT_AES_256, "user_pw": password, "owner_pw": "o"}
    return bytes(file.tobytes(**(options if password else {})))


GOOD = pdf()
BAD: dict[str, tuple[Fault, tuple[str, ...]]] = {
    LIFT: (
        Fault(body=b"<!DOCTYPE html><html>Please log in</html>"),
        ("is a web page, not a PDF", "may ask for a login: open it in a browser"),
    ),
    LADDER: (Fault(body=b""), ("is empty (0 bytes)", "Fetch it again")),
    HUMS: (
        Fault(body=pdf(password="secret")),
        ("is encrypted and needs a password", "Save a copy without a password"),
    ),
    QUIET: (Fault(body=GOOD[:-400]), ("is cut off: its end is missing", "Fetch it again")),
    EVIL_ID: (Fault(status=404), ("answered 404: there is nothing at this address",)),
}
FETCHED_BUT_BAD = (HUMS,)


def papers_in(library: Path) -> list[Path]:
    return sorted(p.relative_to(library) for p in (library / "papers").rglob("*") if p.is_file())


@pytest.fixture
def library(tmp_path: Path, server: PlayServer, gathered: Path) -> Path:
    server.pdfs = lambda _number: GOOD
    return copy_library(gathered, tmp_path / "library", server)


def test_a_bad_pdf_is_named_and_the_good_one_beside_it_is_filed_and_searchable(
    library: Path, server: PlayServer
) -> None:
    bad = {f"/pdf/{id_[6:]}": fault for id_, (fault, _) in BAD.items()}
    server.faults = lambda path, _: bad.get(path)
    code, out, err = run("pick", *BAD, WATER, library=library)
    assert code == 5
    assert len([line for line in out.splitlines() if line.startswith("Picked for ")]) == 6
    for id_, (_, message) in BAD.items():
        assert says(err, *message), id_
        if id_ not in FETCHED_BUT_BAD:
            assert id_ in err
    assert "Traceback" not in err

    # The five picks stand; only whole PDFs lie in their folders.
    assert {id_: shown(library, id_)["state"] for id_ in ALL} == dict.fromkeys(ALL, "pick")
    assert len(papers_in(library)) == 2
    assert shown(library, WATER)["pdf"] == "papers/speech/recognition/" + str(
        Path(shown(library, WATER)["pdf"]).name
    )
    code, out, _ = run("search", "vowels consonants", "--passages", library=library)
    assert says(out, "PAGE 1 Speech recognition under water")

    # Not at once, but later they are asked for again, and come.
    server.faults = lambda _path, _n: None
    server.requests.clear()
    run("gather", library=library)
    assert not [r for r in server.requests if r.startswith("/pdf/")]
    code, _, err = run("gather", library=library, now=NOW + timedelta(days=1))
    assert sorted(r for r in server.requests if r.startswith("/pdf/")) == sorted(
        f"/pdf/{id_[6:]}" for id_ in BAD if id_ not in FETCHED_BUT_BAD
    )
    assert len(papers_in(library)) == 6
    # The encrypted one cannot get better by itself; it is counted and named again.
    assert says(err, "is encrypted and needs a password")


def test_a_pdf_that_cannot_be_fetched_now_comes_with_a_later_gather(
    library: Path, server: PlayServer
) -> None:
    assert run("pick", "--no-fetch", WATER, library=library).code == 0
    assert not (library / "papers").exists()
    run("gather", library=library)
    assert len(papers_in(library)) == 1
    assert shown(library, WATER)["n_passages"] > 0


def with_model(library: Path, model: str) -> Path:
    file = library / "feeds.toml"
    file.write_text(file.read_text("utf-8").replace(NO_MODEL, model), encoding="utf-8")
    return library


@pytest.mark.parametrize(
    ("model", "message"),
    [
        (NO_MODEL, (f"{NO_MODEL} is not on this disk: there is no such folder", "[encoder]")),
        (
            "nobody/made-this-model",
            ("nobody/made-this-model is not on this disk", "Without a network: "),
        ),
    ],
)
def test_without_its_model_the_morning_works_and_search_goes_by_words(
    library: Path, server: PlayServer, model: str, message: tuple[str, ...]
) -> None:
    with_model(library, model)
    code, out, err = run("gather", library=library, now=SOON)
    assert (code, out) == (7, "")
    assert says(err, *message)
    # `index` might download a hub's model; a folder it looks for nowhere else.
    code, out, err = run("index", library=library)
    assert (code, out) == (7, "")
    assert says(err, f"reader: {model} is not on this disk")
    code, out, err = run("today", "--no-fetch", library=library)
    assert (code, err) == (0, "")
    assert "6 new papers" in out
    # The PDF is here, filed and found by its words all the same.
    code, _, err = run("pick", WATER, library=library)
    assert code == 7
    assert says(err, *message)
    assert len(papers_in(library)) == 1
    code, out, err = run("search", "vowels", library=library)
    assert code == 7
    assert says(out, "PAGE 1 Speech recognition under water")
    assert says(err, *message)
    assert says(err, "Only words were compared, not meaning.")


BROKEN = {
    "lacks what a model needs": {"config.json": b"{}"},
    "holds nonsense": dict.fromkeys(
        ("modules.json", "config.json", "tokenizer.json", "model.safetensors"), b"\xff\0 nonsense"
    ),
}


@pytest.mark.parametrize("kind", BROKEN)
def test_a_broken_model_folder_is_named_and_search_goes_by_words(
    tmp_path: Path, library: Path, kind: str
) -> None:
    folder = tmp_path / "model"
    folder.mkdir()
    for name, content in BROKEN[kind].items():
        (folder / name).write_bytes(content)
    # The full text is there before the model breaks.
    assert run("gather", library=library, now=SOON).code == 7
    with_model(library, str(folder))
    assert run("note", WATER, "-m", "Fish hear. Water sings.", library=library) == (
        0,
        "Written (1 of 5 today): Speech recognition under water\n",
        "",
    )
    code, out, err = run("search", "water", library=library)
    assert code == 7
    assert says(out, "NOTE Speech recognition under water", "PAPER Speech recognition")
    assert says(err, f"reader: {folder}: {folder}", "[encoder] in feeds.toml")
    assert says(err, "Only words were compared, not meaning.")
    code, morning = today(library)
    assert (code, morning["n_arrived"], morning["quota"]["written"]) == (0, 6, 1)
