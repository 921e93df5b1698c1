"""Test sending files: ranges, conditions, names, and nothing from outside the folder."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.testclient import TestClient

from reader.web.files import disposition, opened_within, png_size, send_file

CONTENT = bytes(range(256)) * 4


@pytest.fixture
def client(tmp_path: Path) -> TestClient:
    (tmp_path / "a.pdf").write_bytes(CONTENT)

    def answer(request: Request) -> Response:
        file = opened_within(tmp_path / "a.pdf", tmp_path)
        assert file is not None
        return send_file(request, file, media_type="application/pdf", name="手紙 1.pdf")

    return TestClient(Starlette(routes=[Route("/", answer)]))


def test_the_whole_file_comes_with_its_name_and_length(client: TestClient) -> None:
    answer = client.get("/")
    assert (answer.status_code, answer.content) == (200, CONTENT)
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["content-length"] == "1024"
    assert answer.headers["accept-ranges"] == "bytes"
    assert answer.headers["content-disposition"] == (
        "inline; filename=\"__ 1.pdf\"; filename*=UTF-8''%E6%89%8B%E7%B4%99%201.pdf"
    )


@pytest.mark.parametrize(
    ("asked", "said", "content"),
    [
        ("bytes=0-9", "bytes 0-9/1024", CONTENT[:10]),
        ("bytes=1000-", "bytes 1000-1023/1024", CONTENT[1000:]),
        ("bytes=-24", "bytes 1000-1023/1024", CONTENT[1000:]),
        ("bytes=1000-9999", "bytes 1000-1023/1024", CONTENT[1000:]),
        ("bytes=-9999", "bytes 0-1023/1024", CONTENT),
        ("Bytes = 5 - 5", "bytes 5-5/1024", CONTENT[5:6]),
    ],
)
def test_a_range_comes_as_it_is_asked_for(
    client: TestClient, asked: str, said: str, content: bytes
) -> None:
    answer = client.get("/", headers={"range": asked})
    assert (answer.status_code, answer.headers["content-range"]) == (206, said)
    assert (answer.content, answer.headers["content-length"]) == (content, str(len(content)))


@pytest.mark.parametrize("asked", ["bytes=1024-", "bytes=5000-6000", "bytes=-0"])
def test_an_unsatisfiable_range_gets_416(client: TestClient, asked: str) -> None:
    answer = client.get("/", headers={"range": asked})
    assert (answer.status_code, answer.headers["content-range"]) == (416, "bytes */1024")
    assert answer.content == b""


@pytest.mark.parametrize(
    "asked", ["bytes=0-1,5-6", "lines=0-1", "bytes=", "bytes=-", "bytes=a-b", "bytes=9-2", "0-5"]
)
def test_several_or_invalid_ranges_get_the_whole_file(client: TestClient, asked: str) -> None:
    answer = client.get("/", headers={"range": asked})
    assert answer.content == CONTENT
    assert answer.status_code in (200, 206)


def test_a_range_counts_only_for_the_same_file(client: TestClient) -> None:
    known = client.get("/").headers
    for condition in (known["etag"], known["last-modified"]):
        answer = client.get("/", headers={"range": "bytes=0-9", "if-range": condition})
        assert answer.status_code == 206
    for condition in ('"another"', "Thu, 01 Jan 1970 00:00:00 GMT", f"W/{known['etag']}"):
        answer = client.get("/", headers={"range": "bytes=0-9", "if-range": condition})
        assert (answer.status_code, answer.content) == (200, CONTENT)


def test_an_unchanged_file_is_not_sent_again(client: TestClient) -> None:
    known = client.get("/").headers
    for headers in (
        {"if-none-match": known["etag"]},
        {"if-none-match": f'"x", W/{known["etag"]}'},
        {"if-none-match": "*"},
        {"if-modified-since": known["last-modified"]},
        {"if-none-match": known["etag"], "range": "bytes=0-9"},
    ):
        answer = client.get("/", headers=headers)
        assert (answer.status_code, answer.content) == (304, b"")
        assert answer.headers["etag"] == known["etag"]
    for headers in (
        {"if-none-match": '"x"'},
        {"if-modified-since": "Thu, 01 Jan 1970 00:00:00 GMT"},
        {"if-modified-since": "yesterday"},
        {"if-none-match": '"x"', "if-modified-since": known["last-modified"]},
    ):
        assert client.get("/", headers=headers).status_code == 200


def test_head_has_the_headers_of_get(client: TestClient) -> None:
    got, head = client.get("/"), client.head("/")
    names = ("content-length", "etag", "content-type", "accept-ranges", "content-disposition")
    assert [head.headers[name] for name in names] == [got.headers[name] for name in names]
    assert (head.status_code, head.content) == (200, b"")
    # A range is defined for GET alone: RFC 9110, section 14.2.
    assert client.head("/", headers={"range": "bytes=0-9"}).status_code == 200


def test_changed_content_has_another_etag(client: TestClient, tmp_path: Path) -> None:
    before = client.get("/").headers["etag"]
    (tmp_path / "a.pdf").write_bytes(CONTENT[::-1])
    os.utime(tmp_path / "a.pdf", ns=(1, 1))
    assert client.get("/").headers["etag"] != before
    assert client.get("/", headers={"if-none-match": before}).content == CONTENT[::-1]


def test_nothing_outside_the_folder_is_opened(tmp_path: Path) -> None:
    root = tmp_path / "library"
    root.mkdir()
    (tmp_path / "secret.pdf").write_bytes(b"x")
    (root / "link.pdf").symlink_to(tmp_path / "secret.pdf")
    (root / "folder").symlink_to(tmp_path)
    (root / "here.pdf").write_bytes(b"y")
    (root / "inside.pdf").symlink_to(root / "here.pdf")
    os.mkfifo(root / "pipe.pdf")
    for name in ("link.pdf", "folder/secret.pdf", "../secret.pdf", "pipe.pdf", "none.pdf", ".",
                 "a\0b"):  # fmt: skip
        assert opened_within(root / name, root) is None, name
    for name in ("here.pdf", "inside.pdf"):
        found = opened_within(root / name, root)
        assert found is not None
        with found.handle as handle:
            assert handle.read() == b"y"


def test_a_file_name_cannot_break_the_header() -> None:
    assert disposition("plain.pdf", is_attachment=True) == 'attachment; filename="plain.pdf"'
    named = disposition('a"\r\nset-cookie: b\\.pdf', is_attachment=False)
    assert "\r" not in named
    assert "\n" not in named
    assert named.startswith('inline; filename="a___set-cookie: b_.pdf"; filename*=UTF-8')


def test_the_size_of_a_picture_is_read_from_its_first_bytes(tmp_path: Path) -> None:
    head = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + (480).to_bytes(4, "big") + (679).to_bytes(4, "big")
    (tmp_path / "a.png").write_bytes(head + b"rest")
    (tmp_path / "b.png").write_bytes(b"GIF89a" * 9)
    assert png_size(tmp_path / "a.png") == (480, 679)
    assert png_size(tmp_path / "b.png") is None
    assert png_size(tmp_path / "c.png") is None
