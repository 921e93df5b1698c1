"""Test the line shown of a post: its first characters, without addresses and the title."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reader.library.post import MOST_SHOWN, PostMention, shown_words

ID = "arxiv:2503.00001"
URL = "https://arxiv.org/abs/2503.00001"
OTHER = "https://arxiv.org/abs/2503.00002"
TITLE = "Rivers Talk: a Study of Water"


def mentioned(text: str, **more: str) -> PostMention:
    return PostMention(1, "Mio", text, "", "timeline", title=TITLE, id=ID, **more)  # type: ignore[arg-type]


def words(text: str, **more: str) -> str:
    return mentioned(text, **more).words


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (f"Denoising hurts Whisper. Again. SAM-Audio edition: {URL}",
         "Denoising hurts Whisper. Again. SAM-Audio edition"),
        (f"Not convinced by the baseline, but the data release is great. {TITLE} {URL}",
         "Not convinced by the baseline, but the data release is great."),
        (f"{URL}\n\nSo good!\n\nRead section 3 first.", "So good! Read section 3 first."),
        (f"See {URL}. Then sleep.", "See. Then sleep."),
        (f"Rain ({URL}, code) is good", "Rain (code) is good"),
        (f"{URL}: a must read", "a must read"),
        ("Short links go too: https://t.co/aB1", "Short links go too"),
        (f"Slow and good. {ID}", "Slow and good."),
        (f"As {ID} says, water talks.", f"As {ID} says, water talks."),
        ("No address, so nothing is taken: -5 dB :", "No address, so nothing is taken: -5 dB :"),
    ],
)  # fmt: skip
def test_the_whole_post_is_shown_without_the_address(text: str, shown: str) -> None:
    assert words(text) == shown


@pytest.mark.parametrize(
    "title",
    [
        TITLE,
        TITLE.upper(),
        "rivers talk - a study of water",
        "Ｒｉｖｅｒｓ Ｔａｌｋ：ａ Study of Water",
        f"“{TITLE}”",
        f"**{TITLE}**.",
        "Rivers Talk:\na Study of Water",
    ],
)
def test_a_repeated_title_goes_whatever_its_case_width_and_punctuation(title: str) -> None:
    assert words(f"{title} {URL}") == ""
    assert words(f"Read this! {title} {URL}") == "Read this!"
    assert words(f"{title}\n{URL}\n\nRead this!") == "Read this!"
    assert words(f"New: {title}").rstrip(".") == "New"


@pytest.mark.parametrize(
    "text",
    [f"I read {TITLE} and liked it.", f'In "{TITLE}" they listen to water.',
     f"{TITLE} is slow.", f"『{TITLE}』を読んだ。"],
)  # fmt: skip
def test_a_title_within_a_sentence_stays(text: str) -> None:
    assert words(f"{text} {URL}") == text


def test_a_titles_own_question_mark_goes_with_it() -> None:
    assert shown_words(f"Great talk: Do Rivers Talk? {URL}", "Do Rivers Talk?") == "Great talk"


@pytest.mark.parametrize(
    "text",
    [
        f"{TITLE} {URL}",
        f"{TITLE}\n\n{URL}",
        f"[R] {TITLE}",
        f"{TITLE} arXiv:2503.00001",
        f"{TITLE} (arXiv:2503.00001) [pdf] {URL}",
        f"{TITLE} 🔥 👇 {URL}",
        f"論文はこちら → {URL}",
        URL,
        "",
    ],
)
def test_a_post_that_only_names_the_paper_is_shown_without_words(text: str) -> None:
    assert words(text) == ""


def test_a_post_of_several_papers_is_shown_whole_at_each() -> None:
    text = f"1. {TITLE}: slow and good. {URL}\n2. Gardens hear: not yet. {OTHER}"
    assert words(text) == "1. slow and good. 2. Gardens hear: not yet."
    assert words(f"Two to read:\n{URL}\n{OTHER}") == "Two to read"


def test_a_long_newsletter_shows_what_is_about_the_paper() -> None:
    text = f"{'Our week was long. ' * 40}\n\nGardens. {OTHER}\n\nWater that speaks, at last: {URL}"
    assert words(text, sentence="Water that speaks, at last") == "Water that speaks, at last"
    assert words(text, sentence=TITLE).startswith("Our week was long.")
    assert words(text, sentence="Our week was long.") == words(text)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (f"面白い！{URL} を読んだ。また明日。", "面白い！ を読んだ。また明日。"),
        (f"{TITLE}：とても面白い。{URL}", "とても面白い。"),
        (f"待たない通訳の話。「{TITLE}」{URL}", "待たない通訳の話。"),
    ],
)
def test_japanese_posts_are_shown_alike(text: str, shown: str) -> None:
    assert words(text) == shown


def test_a_japanese_title_is_known_in_half_width_kana_too() -> None:
    assert shown_words(f"良い。ｶﾞｰﾃﾞﾝの音 {URL}", "ガーデンの音") == "良い。"


def test_ten_thousand_characters_are_cut_at_a_word() -> None:
    assert words("word " * 2_000 + URL) == ("word " * 55).rstrip() + " word…"
    assert len(words("word " * 2_000)) <= MOST_SHOWN
    assert words("水" * 10_000) == "水" * (MOST_SHOWN - 1) + "…"
    assert words("x" * MOST_SHOWN) == "x" * MOST_SHOWN


def test_of_a_quote_the_words_above_are_shown_and_of_a_repost_the_first_authors() -> None:
    text = f"This changed my week.\n\n> Out now {URL}"
    assert words(text, kind="quote") == words(text, kind="repost") == "This changed my week."
    assert words(f"> Out now {URL}", kind="quote") == ""
    assert words(text) == "This changed my week. > Out now"


@given(st.text(max_size=600), st.text(max_size=60))
def test_any_post_gives_one_line_that_is_short_enough(text: str, title: str) -> None:
    found = shown_words(text, title, id_=ID)
    assert len(found) <= MOST_SHOWN
    assert "\n" not in found
    assert "\x00" not in found


@pytest.mark.parametrize("piece", ["::", ". ", "[“ ", "paper", "https://", "ab", "a.b/", "\x00"])
def test_no_post_takes_long(piece: str) -> None:
    began = time.process_time()
    words(piece * 10_000)
    shown_words(piece * 10_000, piece * 500)
    assert time.process_time() - began < 1
