"""Test the look-up at OpenReview with invented answers; no real ones were recorded."""

from __future__ import annotations

import json
from datetime import date

import pytest

from reader.base.errors import SourceFailed
from reader.base.http import Fetch, Request, Response
from reader.gathering.sources.registries import paper_by_openreview
from reader.library.paper import Paper, Publication

BASE = "https://api2.openreview.net/"


def note(**changes: object) -> dict[str, object]:
    content = {
        "title": {"value": "Talking  Rivers"},
        "authors": {"value": ["Mio Hoshi", "Ada Field"]},
        "abstract": {"value": "Rivers talk.\nWe listen."},
        "venue": {"value": "RIVER 2025 poster"},
        "pdf": {"value": "/pdf/abc.pdf"},
    }
    return {"id": "aBcDe12345", "forum": "aBcDe12345", "pdate": 1741046400000,
            "content": content, **changes}  # fmt: skip


def answering(*notes: object) -> Fetch:
    content = json.dumps({"notes": notes, "count": len(notes)}).encode()
    return raw(content)


def raw(content: bytes) -> Fetch:
    def fetch(request: Request) -> Response:
        assert request.url == "https://api2.openreview.net/notes?forum=aBcDe12345"
        return Response(request.url, 200, content)

    return fetch


def test_the_submission_among_its_reviews_becomes_a_paper() -> None:
    review = {"id": "zzzzz", "forum": "aBcDe12345", "content": {"rating": {"value": 8}}}
    found = paper_by_openreview(answering(review, note()), BASE, "openreview:aBcDe12345")
    assert found == Paper(
        ids=("openreview:aBcDe12345",),
        title="Talking Rivers",
        authors=("Mio Hoshi", "Ada Field"),
        abstract="Rivers talk. We listen.",
        comment="RIVER 2025 poster",
        published_on=date(2025, 3, 4),
        pdf_url="https://openreview.net/pdf/abc.pdf",
        publication=Publication("openreview", "RIVER 2025 poster", year="2025"),
    )


def test_version_1_and_missing_fields_are_accepted() -> None:
    old = note(content={"title": "Rivers", "authors": None}, pdate=None, cdate="soon")
    assert paper_by_openreview(answering(old), BASE, "aBcDe12345") == Paper(
        ids=("openreview:aBcDe12345",), title="Rivers"
    )


@pytest.mark.parametrize("notes", [(), ("x",), (note(content={}),), (note(id="other"),)])
def test_no_submission_is_none(notes: tuple[object, ...]) -> None:
    assert paper_by_openreview(answering(*notes), BASE, "aBcDe12345") is None


def refusing(status: int) -> Fetch:
    def fetch(request: Request) -> Response:
        raise SourceFailed(source=request.source, what=str(status), status=status)

    return fetch


def test_not_found_is_none_and_any_other_status_a_failure() -> None:
    assert paper_by_openreview(refusing(404), BASE, "aBcDe12345") is None
    with pytest.raises(SourceFailed, match="OpenReview: 403"):
        paper_by_openreview(refusing(403), BASE, "aBcDe12345")


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"<html>", "the answer is not JSON, or it is incomplete"),
        (b'{"notes": [', "the answer is not JSON, or it is incomplete"),
        (b"[]", "the answer has no list of notes"),
        (b'{"notes": null}', "the answer has no list of notes"),
    ],
)
def test_other_answers_are_refused(content: bytes, sentence: str) -> None:
    with pytest.raises(SourceFailed) as caught:
        paper_by_openreview(raw(content), BASE, "aBcDe12345")
    assert caught.value.message == f"OpenReview: {sentence}"
