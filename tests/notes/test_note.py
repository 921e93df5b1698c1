"""Test that a person's words come back from every file as they were."""

from __future__ import annotations

import dataclasses
import json
import time
from datetime import date

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from reader.base.front_matter import fields
from reader.base.messages import speaking
from reader.library.highlight import Highlight
from reader.notes.file import new_file, splice, with_words, words_of
from reader.notes.sheet import Sheet
from reader.notes.words import MAX_BYTES, SEPARATOR, is_written, merge_words, sentences

BEGIN = "<!-- reader:begin: written by the program; write above or below, not in here -->"
END = "<!-- reader:end -->"

SHEET = Sheet(
    key="2024_Sato_Whispering",
    id="arxiv:2401.01234",
    title='Whispering: "quiet" speech\n--- translated',
    authors=("Rin Sato", "Ana O'Neil"),
    year=2024,
    topic="speech/translation",
    state="read",
    noted_on=date(2024, 1, 4),
    read_on=date(2024, 1, 5),
    url="https://arxiv.org/abs/2401.01234",
    pdf="../../papers/speech/translation/2024_Sato (v2).pdf",
    marked="../../papers/speech/translation/2024_Sato.marked.pdf",
    text="They whisper to the model. It answers.\n\n# 疑問\n声は要るのか。",
    also_known=("acl:2024.acl-long.1",),
    highlights=(
        Highlight(2, 0, "highlight", "first mark\nof two lines", colour="#ffff00"),
        Highlight(2, 1, "underline", "<b>second</b>", note="Really?\n<!-- reader:end -->"),
        Highlight(3, 0, "highlight", "BLEU BLEU BLEU BLEU"),
        Highlight(3, 1, "note", "", note="Try it.\nTwice."),
        Highlight(5, 0, "highlight", "bleu"),
        Highlight(5, 1, "highlight", "BLEU", note="this one"),
        Highlight(8, 0, "highlight", "BLEU"),
    ),
)
FILE = f"""---
title: "Whispering: \\"quiet\\" speech --- translated"
aliases:
  - "Whispering: \\"quiet\\" speech --- translated"
authors:
  - "Rin Sato"
  - "Ana O'Neil"
year: 2024
id: "arxiv:2401.01234"
also_known:
  - "acl:2024.acl-long.1"
key: "2024_Sato_Whispering"
topic: "speech/translation"
tags:
  - "speech/translation"
state: "read"
date: 2024-01-04
read: 2024-01-05
url: "https://arxiv.org/abs/2401.01234"
pdf: "../../papers/speech/translation/2024_Sato (v2).pdf"
---

# Whispering: "quiet" speech --- translated

They whisper to the model. It answers.

# 疑問
声は要るのか。

{BEGIN}

[marked PDF](../../papers/speech/translation/2024_Sato.marked.pdf) · \
[PDF](../../papers/speech/translation/2024_Sato%20%28v2%29.pdf) · \
[arxiv:2401.01234](https://arxiv.org/abs/2401.01234) · acl:2024.acl-long.1

> first mark
> of two lines (p. 2)

> \\<b>second\\</b> (p. 2, underlined)
>
> — Really?
> \\<!-- reader:end -->

> BLEU (pp. 3, 5, 8)

> (p. 3) Try it.
> Twice.

> BLEU (p. 5)
>
> — this one

{END}
"""

MARKS = [BEGIN, END, "<!-- reader:begin", "<!-- reader:end", "\\" + BEGIN, "\\\\" + END, " " + END]
MARKDOWN = ["---", "# Title", "# A title", "title: x", "> quote", "```", "    code", "trailing  "]
ODD = [
    "",
    " ",
    "\t",
    "\r",
    "\x00",
    "\ufeff",
    "\u2028",
    "\x85",
    "か\u3099",
    "é",
    "a. b. c.",
    "\ud83d",
]
LINES = st.sampled_from(MARKS) | st.sampled_from(MARKDOWN) | st.sampled_from(ODD)
TEXT = st.one_of(
    st.text(),
    st.lists(LINES | st.text(max_size=10), max_size=12).flatmap(
        lambda lines: st.sampled_from(["\n", "\r\n", "\n\n"]).map(lambda end: end.join(lines))
    ),
)
TITLES = st.one_of(
    st.sampled_from(
        ["A title", "Title", "", "---", "a: b", 'q"\\', "'single'", "# x", BEGIN, "a\nb"]
    ),
    st.text(max_size=20),
)
SHEETS = st.builds(
    Sheet,
    key=st.text(max_size=10),
    id=st.text(max_size=10),
    title=TITLES,
    authors=st.lists(TITLES, max_size=2).map(tuple),
    year=st.none() | st.integers(1991, 2050),
    topic=st.text(max_size=10),
    state=st.sampled_from(["pick", "read", ""]),
    read_on=st.none() | st.dates(),
    url=st.text(max_size=10),
    pdf=st.text(max_size=10),
    text=TEXT,
    also_known=st.lists(st.text(max_size=8), max_size=2).map(tuple),
    is_sample=st.booleans(),
    noted_on=st.none() | st.dates(),
    linked_from=st.lists(st.tuples(TITLES, st.text(max_size=8)), max_size=2).map(tuple),
    highlights=st.lists(
        st.builds(
            Highlight,
            page=st.integers(1, 9),
            place=st.just(0),
            kind=st.sampled_from(["highlight", "strike-out", "note"]),
            text=TEXT,
            note=TEXT,
        ),
        max_size=2,
    ).map(tuple),
)


def render(sheet: Sheet) -> str:
    return new_file(sheet.ours, sheet.text)


def without_blank_ends(text: str) -> str:
    """The one documented change: lines of spaces, tabs and line ends around the words go."""
    lines = text.split("\n")
    full = [i for i, line in enumerate(lines) if line.strip(" \t\r\n")]
    return "\n".join(lines[full[0] : full[-1] + 1]) if full else ""


@pytest.mark.parametrize(
    ("text", "n"),
    [
        ("", 0),
        ("   \n\n", 0),
        ("One sentence here.", 1),
        ("One. Two.", 2),
        ("One! Two? Three.", 3),
        ("What?! Really...", 2),
        ("一つ目だ。二つ目だ。", 2),
        ("本当か？本当だ！", 2),
        ("論文を読んだ．面白かった．", 2),
        ("値は３．５だった。", 1),
        ("「良い。」と言った。", 2),
        ("It beats Baevski et al. by 3.5 points (see Fig. 2 and Eq. 4), e.g. in Table 1.", 1),
        ("By J. Smith and Dr. Mori.", 1),
        ("I said no. Then I read on.", 2),
        ("arXiv:2401.01234 is good.", 1),
        ("See https://example.org/a.b?c. It is short.", 2),
        ("https://example.org/a.b.c", 0),
        ("They use wav2vec 2.0 at 16 kHz.", 1),
        ("three words here", 1),
        ("two words", 0),
        ("音声を訳す", 0),
        ("音声を直に訳す", 1),
        ("wav2vecで訳す", 0),
        ("wav2vecを直接使う", 1),
        ("# A heading of words.\nOne sentence.", 1),
        ("> Quoted. Twice.\nMine.", 1),
        ("```\ncode. more code.\n```\nMine.", 1),
        ("~~~\n```\na b c.\n~~~\nMine.", 1),
        ("- first point is good\n- second point is bad\n1. third. \n- [ ] do this now", 4),
        ("This line was wrapped\nby an editor in two.", 1),
        ("First line here\nSecond line here", 2),
        ("これは良い\r\nこれも良いと思う", 1),
        ("。。。 ... !!", 0),
        ("2023. 2024.", 0),
        (f"mine\n\n{SEPARATOR}\n\ntheirs", 0),
        ("It works.(Really.)", 1),
        ("Great.と言える。", 2),
    ],
)
def test_sentences_are_counted_as_a_reader_would(text: str, n: int) -> None:
    assert len(list(sentences(text))) == n


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Good paper.", False),
        ("Good paper. I must try it.", True),
        ("良い。試したい。", True),
        ("“Good paper. I must try it.” So it says.", False),
        ("「良い。試したい。」とある。", False),
        ("They call it “late fusion”. I do not.", True),
        ('"Good paper.\nI must try it."\n\nSo it says.', False),
        ("«Good paper. I try it.» „Gut so. Ja so.“ ‘It’s good. Try it.’", False),
        ("> Good paper. I must try it.\n\n## A. B.\n```\nx = 1. y = 2.\n```", False),
        ("`x = 1. y.` $a. b. c$ <!-- It is good. I try it. --> [[a b c. d]]", False),
        ("- we like it a lot\n- and so do the fish", True),
        ("## Abstract\nBees can count. So can ants.\n\nThey do so at night.", False),
        ("## Paper References\n1. Counting among Bees\n2. Ants and their Numbers", False),
        ("## **参考文献:** ##\n- 蜂の数え方について\n- 蟻の数の覚え方", False),
        ("## Abstract\nBees can count.\n## Mine\nI doubt it. They guess.", True),
        ("## Abstract art\nBees can count. So can ants.", True),
        ("## Abstract\n蜂は数えられるという。夜にも数えるらしい。", True),
        ("## 概要\n蜂は数える。蟻も数える。", True),
    ],
)
def test_two_sentences_are_a_written_note(text: str, expected: bool) -> None:
    assert is_written(text) is expected


@pytest.mark.slow
@pytest.mark.parametrize(
    "unit", ["a b c. ", "音声。", "a", "\n", "a\n", ".", "．", "www.", "> ", "*. "]
)
def test_a_note_of_five_megabytes_is_fine(unit: str) -> None:
    text = unit * (5_000_000 // len(unit.encode()))
    assert len(text.encode()) <= MAX_BYTES
    begin = time.process_time()
    list(sentences(text))
    file = render(dataclasses.replace(SHEET, text=text))
    assert words_of(file) == without_blank_ends(text)
    assert splice(file, SHEET.ours) == file
    assert time.process_time() - begin < 20, "of these 3 are usual: the time grows with the square"


def test_a_file_looks_like_this() -> None:
    assert render(SHEET) == FILE


def test_a_file_without_note_or_pdf_has_no_empty_places() -> None:
    bare = render(Sheet(key="k", id="doi:10.1145/1", title=""))
    assert bare == (
        f'---\ntitle: ""\nid: "doi:10.1145/1"\nkey: "k"\n---\n\n# Untitled\n\n{BEGIN}\n\n'
        f"doi:10.1145/1\n\n{END}\n"
    )
    assert words_of(bare) == ""


def test_a_sample_says_so() -> None:
    assert fields(render(dataclasses.replace(SHEET, is_sample=True)))["sample"] == "true"
    assert "sample" not in fields(FILE)


def test_our_keys_are_read_back() -> None:
    assert fields(FILE) == {
        "title": 'Whispering: "quiet" speech --- translated',
        "year": "2024",
        "id": "arxiv:2401.01234",
        "key": "2024_Sato_Whispering",
        "topic": "speech/translation",
        "state": "read",
        "date": "2024-01-04",
        "read": "2024-01-05",
        "url": "https://arxiv.org/abs/2401.01234",
        "pdf": "../../papers/speech/translation/2024_Sato (v2).pdf",
    }


@pytest.mark.slow
@settings(max_examples=300, deadline=None)
@given(SHEETS)
def test_words_come_back_but_for_blank_lines_around(sheet: Sheet) -> None:
    assert words_of(render(sheet)) == without_blank_ends(sheet.text)


@pytest.mark.slow
@settings(max_examples=200, deadline=None)
@given(SHEETS)
def test_a_file_just_written_needs_no_change(sheet: Sheet) -> None:
    file = render(sheet)
    assert splice(file, sheet.ours) == file


@pytest.mark.slow
@settings(max_examples=200, deadline=None)
@given(SHEETS)
def test_a_front_matter_is_one_line_a_string(sheet: Sheet) -> None:
    front = render(sheet).removeprefix("---\n").partition("\n---\n")[0]
    for line in front.split("\n"):
        _, _, value = line.partition("- ") if line.startswith("  - ") else line.partition(": ")
        assert value.isascii() or '"' in value
        if value.startswith('"'):
            json.loads(value)
        assert not set(value) & set("\x85\u2028\u2029\ufeff\x00\x7f")


@settings(max_examples=100, deadline=None)
@given(SHEETS)
def test_a_front_matter_is_valid_yaml(sheet: Sheet) -> None:
    yaml = pytest.importorskip("yaml")
    front = yaml.safe_load(render(sheet).removeprefix("---\n").partition("\n---\n")[0])
    assert front.get("id", "") == sheet.id
    assert front.get("pdf", "") == sheet.pdf
    assert front.get("year") == sheet.year
    assert front.get("read") == sheet.read_on


EDITS = st.sampled_from(
    ["", "\n", "mine\n", "\n\nmine\n\n", "# Mine\n", "\ttab  \n", "--- \n", "か\u3099\n"]
)


@pytest.mark.slow
@settings(max_examples=300, deadline=None)
@given(SHEETS, SHEETS, EDITS, EDITS, st.booleans(), st.booleans())
def test_a_new_export_leaves_every_byte_of_the_person(
    old: Sheet, new: Sheet, above: str, below: str, is_windows: bool, has_bom: bool
) -> None:
    foreign = "tags: [a, b]\n# a comment\n\naliases:\n- x\n  y: z\n"
    file = render(old).replace("\n---\n", "\n" + foreign + "---\n", 1)
    file = file.replace("\n" + BEGIN + "\n", "\n" + above + BEGIN + "\n", 1) + below
    if is_windows:
        file = file.replace("\n", "\r\n")
    if has_bom:
        file = "\ufeff" + file
    spliced = splice(file, new.ours)
    assert spliced is not None
    assert words_of(spliced) == words_of(file)
    assert splice(spliced, new.ours) == spliced
    end = "\r\n" if is_windows else "\n"
    assert foreign.replace("\n", end) in spliced
    assert spliced.startswith("\ufeff") == has_bom
    assert spliced.rpartition(END)[2] == file.rpartition(END)[2]
    written = fields(spliced)
    assert {key: written.get(key, "") for key in ("id", "topic")} == {
        "id": new.id,
        "topic": new.topic,
    }
    # Everything between the heading and the block, byte for byte.
    heads = [
        text.partition("\n" + BEGIN)[0].partition(end + "---" + end)[2] for text in (file, spliced)
    ]
    assert heads[0].split("\n")[2:] == heads[1].split("\n")[2:]


@pytest.mark.parametrize(
    "damage",
    [
        lambda file: file.replace(BEGIN, ""),
        lambda file: file.replace(END, ""),
        lambda file: file.replace(BEGIN, "X").replace(END, BEGIN).replace("X", END),
        lambda file: file + file,
        lambda file: file + BEGIN + "\n",
        lambda file: file.replace(BEGIN, "<!-- reader:begin"),
        lambda file: file.replace(BEGIN, "> " + BEGIN),
        lambda file: "",
        lambda file: "just words",
    ],
)
def test_a_file_without_its_marks_is_all_the_persons(damage: object) -> None:
    assert callable(damage)
    file = damage(FILE)
    assert words_of(file) is None
    assert splice(file, SHEET.ours) is None
    assert with_words(file, "Mine.") is None


def test_an_edit_is_found() -> None:
    edited = FILE.replace("It answers.", "It sings.")
    assert words_of(edited) == SHEET.text.replace("It answers.", "It sings.")
    assert words_of(FILE.replace("\n", "\r\n")) == SHEET.text
    assert words_of(FILE.replace("topic: ", "tags: [x]\ntopic: ")) == SHEET.text


def test_words_below_the_block_come_last() -> None:
    assert words_of(FILE + "\nLater thought.\n") == SHEET.text + "\n\nLater thought."


def test_a_heading_that_the_person_changed_is_the_persons() -> None:
    edited = FILE.replace("# Whispering", "# ささやき Whispering")
    assert (
        words_of(edited) == '# ささやき Whispering: "quiet" speech --- translated\n\n' + SHEET.text
    )
    renamed = splice(edited, dataclasses.replace(SHEET, title="Another").ours)
    assert renamed
    assert words_of(renamed) == words_of(edited)


def test_a_heading_that_nobody_changed_follows_the_title() -> None:
    renamed = splice(FILE, dataclasses.replace(SHEET, title="Another").ours)
    assert renamed
    assert "\n# Another\n" in renamed
    assert words_of(renamed) == SHEET.text


WITHOUT_HEADING = FILE.replace('# Whispering: "quiet" speech --- translated\n\n', "")


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_words_that_begin_as_our_heading_does_keep_that_line(end: str) -> None:
    text = f'# Whispering: "quiet" speech --- translated\n{SHEET.text}'
    for file in (FILE, WITHOUT_HEADING):
        replaced = with_words(file.replace("\n", end), text)
        assert replaced
        assert words_of(replaced) == text
        assert with_words(replaced, text) == replaced


def test_a_new_title_takes_no_line_of_the_persons_for_our_heading() -> None:
    mine = WITHOUT_HEADING.replace("They whisper", "# Another\n\nThey whisper")
    renamed = splice(mine, dataclasses.replace(SHEET, title="Another").ours)
    assert renamed
    assert words_of(renamed) == words_of(mine) == f"# Another\n\n{SHEET.text}"
    assert splice(renamed, dataclasses.replace(SHEET, title="Another").ours) == renamed


def test_a_title_quoted_otherwise_by_another_program_is_still_the_title() -> None:
    sheet = dataclasses.replace(SHEET, title="It's plain")
    for quoted in ("It's plain", "'It''s plain'"):
        assert words_of(render(sheet).replace('"It\'s plain"', quoted)) == sheet.text


def test_a_key_that_lost_its_value_goes_and_a_new_one_comes() -> None:
    later = dataclasses.replace(SHEET, read_on=None, state="pick", is_sample=True, authors=())
    spliced = splice(FILE, later.ours)
    assert spliced == render(later)


@settings(max_examples=60, deadline=None)
@given(SHEETS, TEXT, st.booleans())
def test_other_words_take_the_place_of_the_persons(old: Sheet, text: str, is_windows: bool) -> None:
    file = render(old) + "\nbelow\n"
    file = file.replace("\n", "\r\n") if is_windows else file
    replaced = with_words(file, text)
    assert replaced is not None
    expected = text.replace("\r\n", "\n") if is_windows else text
    assert words_of(replaced) == without_blank_ends(expected)
    assert fields(replaced) == fields(file)
    assert with_words(FILE.replace(END, ""), text) is None


@pytest.mark.parametrize(
    ("ours", "theirs", "merged"),
    [
        ("a", "b", f"a\n\n{SEPARATOR}\n\nb"),
        ("same", "same", "same"),
        ("same", "same\n", "same"),
        ("long text", "text", "long text"),
        ("text", "long text", "long text"),
        ("", "b", "b"),
        ("a", "", "a"),
    ],
)
def test_two_changes_are_both_kept(ours: str, theirs: str, merged: str) -> None:
    assert merge_words(ours, theirs) == merged


def test_the_line_between_two_texts_is_in_the_language_spoken() -> None:
    english = merge_words("蜂は数える。", "蜂は踊る。")
    with speaking("ja"):
        joint = merge_words("蜂は数える。", "蜂は踊る。")
        lines = joint.split("\n\n")
        assert lines[1] == "**⋯ 2か所で変更されました。上はライブラリの文、下はファイルの文です ⋯**"
        assert list(sentences(joint)) == ["蜂は数える。", "蜂は踊る。"]
        # A line that was written in the other language is known as well.
        assert merge_words(english, "蜂は眠る。", "蜂は踊る。") == english.replace("踊る", "眠る")
    assert merge_words(joint, "蜂は眠る。", "蜂は踊る。") == joint.replace("踊る", "眠る")
    assert list(sentences(joint)) == ["蜂は数える。", "蜂は踊る。"]


@settings(max_examples=100, deadline=None)
@given(TEXT, TEXT)
@example("a\n", "a")
def test_a_merge_holds_both_and_merging_again_adds_nothing(ours: str, theirs: str) -> None:
    merged = merge_words(ours, theirs)
    assert without_blank_ends(ours) in merged
    assert without_blank_ends(theirs) in merged
    assert merge_words(merged, theirs) == merged
    assert merge_words(merged, ours) == merged
