"""Test what a device keeps for offline use: worker, manifest, list of pages."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from reader.library.folder import Library, find_paper
from reader.library.highlight import Highlight
from reader.library.rows import highlights, papers
from reader.morning import rows as history
from reader.morning.about import MOST_NOTES, MOST_PICKS, carried_by, device_texts
from reader.morning.pick import decide
from reader.morning.undo import undo
from reader.notes.write import add_note
from reader.web.render import WORKER, asset, asset_content, assets, assets_version
from tests.data import ROOT
from tests.icons import SIZES, all_files
from tests.samples import DAY, NOW, a_library, paper
from tests.web.site import parts_of, site

STATIC = ROOT / "reader" / "web" / "static"
TEMPLATES = ROOT / "reader" / "web" / "templates"


def fill(library: Library, n: int = 4) -> list[str]:
    given = [paper(i, f"Speech translation in garden {i}") for i in range(1, n + 1)]
    papers.add_papers(library.db, given, source="arXiv", on=DAY)
    return [one.id for one in given]


# What to carry


def test_picks_that_wait_and_the_newest_notes_are_carried(tmp_path: Path) -> None:
    with a_library(tmp_path) as library:
        ids = fill(library)
        decide(library, "pick", [ids[0]])
        decide(library, "pick", [ids[1]])
        decide(library, "skip", [ids[2]])
        [paper] = decide(library, "pick", [ids[3]])
        add_note(library, paper, "Mine.")
        undo(library)  # the pick; the note stays
        found = carried_by(library)
        assert [paper.record.id for paper, _ in found.several] == [ids[1], ids[0], ids[3]]


def test_the_list_is_bounded(tmp_path: Path) -> None:
    with a_library(tmp_path) as library:
        ids = fill(library, 2 * (MOST_PICKS + MOST_NOTES))
        for id_ in ids:
            [paper] = decide(library, "pick", [id_])
            if id_ in ids[: MOST_NOTES + 5]:
                add_note(library, paper, "Mine.")
        assert len(carried_by(library).several) == MOST_PICKS + MOST_NOTES


def test_a_stamp_changes_with_what_is_on_the_pages(tmp_path: Path) -> None:
    with a_library(tmp_path) as library:
        [id_, *_] = fill(library)
        stamps = [history.stamps(library.db, [1])[1]]
        [paper] = decide(library, "pick", [id_])
        stamps.append(history.stamps(library.db, [1])[1])
        add_note(library, paper, "Mine.")
        stamps.append(history.stamps(library.db, [1])[1])
        add_note(library, paper, "Mine, again.")
        stamps.append(history.stamps(library.db, [1])[1])
    assert len(set(stamps)) == 4


def test_the_offline_list_has_addresses_and_a_current_token(tmp_path: Path) -> None:
    parts = parts_of(tmp_path)
    with parts.open_library() as library:
        decide(library, "pick", [fill(library)[0]])
        name = history.library_id(library.db)
    with site(parts) as client:
        found = client.get("/offline.json").json()
        assert found.pop("csrf") == client.headers["x-csrf"]
        assert found.pop("texts").startswith(DAY.isoformat())
    assert found == {
        "library": name,
        "language": "en",
        "pdfs": [],
        "pages": [
            {"address": "/", "stamp": ""},
            {"address": "/triage", "stamp": ""},
            {"address": "/queue", "stamp": ""},
            {"address": "/recall", "stamp": ""},
            {"address": "/search", "stamp": ""},
            {"address": "/paper/arxiv:2506.00001", "stamp": "1.0."},
            {"address": "/note/arxiv:2506.00001", "stamp": "1.0."},
        ],
    }


# What a device searches


def test_a_device_has_the_texts_of_today_of_picks_notes_and_marks(tmp_path: Path) -> None:
    parts = parts_of(tmp_path)
    with parts.open_library() as library:
        ids = fill(library, 6)
        [picked, noted, skipped] = decide(library, "pick", ids[:3])
        add_note(library, noted, "Mine.\n\n<b>Bold</b>")
        decide(library, "skip", [skipped.record.id])
        mark = Highlight(1, 0, "highlight", "Marked words", "ほんとう？")
        highlights.add_highlight(
            library.db, find_paper(library, ids[5]).row, mark, mark=None, at=NOW
        )
    with site(parts) as client:
        found = client.get("/device.json").json()
    assert found["n_left_out"] == 0
    assert [one["id"] for one in found["papers"]] == [ids[1], ids[0], ids[5]]
    assert found["papers"][0]["note"] == "Mine.\n\n<b>Bold</b>"
    assert found["papers"][2]["highlights"] == ["Marked words", "ほんとう？"]
    assert found["papers"][1]["title"] == picked.record.title
    assert set(found["papers"][0]) == {
        *("id", "title", "authors", "abstract", "note", "highlights")
    }


def test_without_room_the_oldest_texts_are_left_out_and_counted(tmp_path: Path) -> None:
    with a_library(tmp_path) as library:
        ids = fill(library, 5)
        for id_ in ids:
            [paper] = decide(library, "pick", [id_])
            add_note(library, paper, f"Mine {id_}.")
        [newest, *_], _n = device_texts(library)
        several, n_left_out = device_texts(library, most=2 * newest.n_letters + 5)
        assert [one.paper.record.id for one in several] == [ids[4], ids[3]]
        assert n_left_out == 3


def test_the_stamp_of_the_texts_changes_with_notes_picks_and_days(tmp_path: Path) -> None:
    with a_library(tmp_path) as library:
        [id_, *_] = fill(library)
        stamps = [carried_by(library).texts]
        [paper] = decide(library, "pick", [id_])
        stamps.append(carried_by(library).texts)
        assert carried_by(library).texts == stamps[-1]
        add_note(library, paper, "Mine.")
        stamps.append(carried_by(library).texts)
    assert len(set(stamps)) == 3


def test_each_new_library_has_its_own_id(tmp_path: Path) -> None:
    from reader.library.rows.database import Database

    names = set()
    for n in range(2):
        (tmp_path / str(n)).mkdir()
        with Database(tmp_path / str(n)) as db:
            names.add(history.library_id(db))
    assert len(names) == 2
    assert "" not in names


# Addresses of files


def test_a_script_imports_others_by_addresses_that_change_with_them() -> None:
    text = asset_content("offline.js").decode()
    assert f'from "{asset("queue.js")}"' in text
    assert f'from "{asset("reader.js")}"' in text
    assert 'from "./' not in text


@pytest.mark.parametrize("name", sorted(file.name for file in STATIC.glob("*.js")))
def test_scripts_import_only_existing_files(name: str) -> None:
    assert re.findall(r'from "(?!/static/[\w-]+\.js\?)', asset_content(name).decode()) == []


def test_a_static_file_is_cached_for_good(tmp_path: Path) -> None:
    with site(parts_of(tmp_path)) as client:
        found = client.get(asset("offline.js"))
        assert found.content == asset_content("offline.js")
        assert found.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert found.headers["content-type"].startswith("text/javascript")


# Worker and manifest


def test_the_worker_is_asked_for_anew_and_names_every_file(tmp_path: Path) -> None:
    with site(parts_of(tmp_path)) as client:
        found = client.get("/worker.js")
        assert found.headers["cache-control"] == "no-cache"
        assert found.headers["service-worker-allowed"] == "/"
        assert found.text.startswith(f'const VERSION = "{assets_version()}";\nconst ASSETS = [')
        for address in assets():
            assert f'"{address}"' in found.text
            assert client.get(address).status_code == 200
    assert WORKER not in str(assets())


def test_the_manifest_names_icons_that_are_there(tmp_path: Path) -> None:
    with site(parts_of(tmp_path)) as client:
        found = client.get("/manifest.webmanifest", headers={"accept-language": "ja"})
        manifest = found.json()
        assert found.headers["content-type"].startswith("application/manifest+json")
        assert (manifest["start_url"], manifest["scope"], manifest["display"]) == (
            "/",
            "/",
            "standalone",
        )
        assert manifest["name"] == "reader: 毎朝の論文"
        assert {icon.get("purpose", "any") for icon in manifest["icons"]} == {"any", "maskable"}
        for icon in manifest["icons"]:
            assert client.get(icon["src"]).headers["content-type"] == icon["type"]


def test_each_page_leads_to_manifest_and_icon(tmp_path: Path) -> None:
    with site(parts_of(tmp_path)) as client:
        text = client.get("/offline").text
    assert '<link rel="manifest" href="/manifest.webmanifest">' in text
    assert f'<link rel="apple-touch-icon" href="{asset("app-180.png")}">' in text
    assert 'aria-live="polite"' in text


def test_the_page_says_that_nothing_waits_only_once_a_script_has_looked(tmp_path: Path) -> None:
    with site(parts_of(tmp_path)) as client:
        text = client.get("/offline").text
    for name in ("queue-none", "kept-none"):
        assert f'<p id="{name}" class="muted" hidden>' in text


@pytest.mark.parametrize("name", SIZES)
def test_an_icon_has_the_size_of_its_name(name: str) -> None:
    content = (STATIC / name).read_bytes()
    size = SIZES[name].to_bytes(4, "big")
    assert content[:8] == b"\x89PNG\r\n\x1a\n"
    assert content[16:24] == size + size  # IHDR: width, height


def test_the_icons_match_the_program_that_draws_them() -> None:
    drawn = all_files()
    assert (STATIC / "app.svg").read_bytes() == drawn["app.svg"]
    assert {name for name in drawn if not (STATIC / name).exists()} == set()


# Texts


@pytest.mark.parametrize("name", ["offline.js", "kept.js", "work.js", "reader.js"])
def test_pages_have_the_data_attributes_that_scripts_read(name: str) -> None:
    text = (STATIC / name).read_text("utf-8")
    read = set(re.findall(r"\btexts\.(\w+)", text)) | set(re.findall(r"list\.dataset\.(\w+)", text))
    given = "".join(file.read_text("utf-8") for file in TEMPLATES.glob("*.html"))
    attributes = {re.sub(r"[A-Z]", lambda found: "-" + found[0].lower(), one) for one in read}
    assert {one for one in attributes if f"data-{one}=" not in given} == set()
