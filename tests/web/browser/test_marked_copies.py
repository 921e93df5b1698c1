"""Hand a copy back in a browser: a strange file is asked about, and is taken out again."""

from __future__ import annotations

from pathlib import Path

from reader.library.folder import open_library
from reader.library.rows import highlights
from tests.installed import rows
from tests.marked_pdfs import blank
from tests.web.browser.conftest import PHONE, Visitor
from tests.web.browser.playing import expect
from tests.web.serving import Serving


def test_a_blank_copy_is_asked_about_and_removed(
    served: Serving, visitor: Visitor, tmp_path: Path
) -> None:
    ((id_,),) = rows(
        served.folder,
        "SELECT p.canonical FROM papers AS p JOIN marked_copies AS m ON m.paper = p.id LIMIT 1",
    )
    visitor.may_fail.add(422)  # the question
    page = visitor.page(size=PHONE)
    page.goto(f"{served.url}/paper/{id_}")
    page.get_by_text("Upload a marked copy").click()
    (tmp_path / "scan.pdf").write_bytes(blank())
    page.get_by_label("PDF with your marks").set_input_files(tmp_path / "scan.pdf")
    page.get_by_role("button", name="Import").click()
    expect(page.get_by_role("heading", name="Is it this paper?")).to_be_visible()
    page.get_by_role("button", name="Yes, it is this paper").click()
    buttons = page.get_by_role("button", name="Remove the copy of")
    expect(buttons).to_have_count(2)
    buttons.first.click()
    expect(page.get_by_text("Its file is now removed/").first).to_be_visible()
    expect(buttons).to_have_count(1)
    with open_library(served.folder) as library:
        ((row,),) = rows(served.folder, f"SELECT id FROM papers WHERE canonical = '{id_}'")
        assert len(highlights.marked_of(library.db, row)) == 1
        assert [k for k in highlights.highlights_of(library.db, row) if k.gone_at is None]
