"""Test how posts are built: each paper with the words about it, and other links."""

from __future__ import annotations

from reader.library.paper import Mention, Post
from reader.library.post import PostParts, make_post, make_posts, own_words

A, B, C = (f"https://arxiv.org/abs/2503.0000{n}" for n in (1, 2, 3))
IDS = tuple(f"arxiv:2503.0000{n}" for n in (1, 2, 3))


def mentions(html: str, **more: str) -> tuple[Mention, ...]:
    return make_post(PostParts("g", "Mio", html, **more)).mentions  # type: ignore[arg-type]


class TestNewsletters:
    def test_each_link_of_a_list_has_its_own_line(self) -> None:
        html = (
            f'<h2>This week</h2><ul><li><b>Rivers talk</b> is slow and good. <a href="{A}">[paper]'
            f'</a></li><li>Gardens hear nothing (<a href="{B}">pdf</a>, <a href="https://code.example">'
            f'code</a>)</li><li><a href="{C}">Clouds</a>: the one to read.</li></ul>'
        )
        assert mentions(html) == (
            Mention(IDS[0], "Rivers talk is slow and good."),
            Mention(IDS[1], "Gardens hear nothing (pdf, code)"),
            Mention(IDS[2], "Clouds: the one to read."),
        )

    def test_a_linked_heading_keeps_its_own_words(self) -> None:
        html = (
            f'<h3><a href="{A}">Rivers talk</a></h3><p>We loved this.</p>'
            f'<h3><a href="{B}">Gardens hear</a></h3><p>We did not.</p>'
        )
        assert mentions(html) == (Mention(IDS[0], "Rivers talk"), Mention(IDS[1], "Gardens hear"))

    def test_a_bare_label_takes_the_words_before_it_but_not_another_papers(self) -> None:
        html = (
            f'<p>Rivers talk, at last! <a href="{A}">Rivers</a></p><p><a href="{B}">Paper</a></p>'
            f'<p>Clouds are next.</p><p><a href="{C}">Read the full paper here</a></p>'
        )
        assert mentions(html) == (
            Mention(IDS[0], "Rivers"),
            Mention(IDS[1], ""),
            Mention(IDS[2], "Clouds are next."),
        )

    def test_two_addresses_below_one_line_share_it(self) -> None:
        assert mentions(f"<p>Two to read:<br>{A}<br>{B}</p>") == (
            Mention(IDS[0], "Two to read"),
            Mention(IDS[1], "Two to read"),
        )


def test_a_quote_keeps_the_words_above_as_those_about_the_paper() -> None:
    said = PostParts(
        "g", "Mio", "<p>This changed my week.</p>", quoted=f"<p>Rivers talk {A}</p>", kind="quote"
    )
    assert make_post(said) == Post(
        guid="g",
        author="Mio",
        text=f"This changed my week.\n\n> Rivers talk {A}",
        url="",
        posted_at=None,
        mentions=(Mention(IDS[0], "This changed my week."),),
        kind="quote",
    )


def test_links_are_the_web_addresses_that_name_no_paper() -> None:
    html = (
        f'See https://t.co/aB1, <a href="https://t.co/cD2">this</a>, {A} and '
        '<a href="mailto:a@b.example">me</a> (https://t.co/aB1).'
    )
    said = PostParts(
        "g", "Mio", html, url="https://mio.example/1", links=("https://a.example/x.mp3",)
    )
    assert make_post(said).links == (
        "https://t.co/aB1",
        "https://t.co/cD2",
        "https://a.example/x.mp3",
    )


def test_one_guid_with_two_texts_is_two_posts() -> None:
    posts = make_posts([PostParts("g", "Mio", text) for text in ("one", "two", "one")])
    assert [post.guid for post in posts] == ["g", "g#3fc4ccfe745870e2"]


def test_link_labels_are_not_own_words() -> None:
    for label in (
        "[PDF]",
        "paper | code",
        "Read the full paper here",
        "論文はこちら",
        "→ arXiv",
        "…",
    ):
        assert own_words(label) == "", label
    for words in ("A paper on rain", "Codex", "read slowly", "この論文は良い"):
        assert own_words(words) == words
