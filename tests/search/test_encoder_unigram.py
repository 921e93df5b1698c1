from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tokenizers import Tokenizer

from reader.search.encoder.setup import QUERIES
from reader.search.encoder.tokens import (
    LibraryPieces,
    Table,
    Vocabulary,
    clean,
    normalise,
    tokenizer_json,
    write_table,
)
from tests.tiny_e5 import tiny_vocabulary

VOCABULARY = tiny_vocabulary()
LIBRARY = LibraryPieces(Tokenizer.from_str(tokenizer_json(VOCABULARY)))


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Table:
    folder = tmp_path_factory.mktemp("pieces")
    write_table(VOCABULARY, folder)
    return Table(folder)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ＡＢＣ　１２", "ABC 12"),
        ("ｶﾞ", "ガ"),
        ("か\u3099 cafe\u0301", "が café"),
        ("a\r\nb\u200bc", "a b c"),
        ("\x00\x07x", "x"),
        ("１０～２０〜", "10～20〜"),
        ("\ufdd0", ""),
        ("", ""),
    ],
)
def test_text_is_cleaned_as_the_model_was_trained(text: str, expected: str) -> None:
    assert normalise(text) == expected


def test_table_and_library_agree_on_the_samples(table: Table) -> None:
    texts = [clean(text, table.specials) for text in QUERIES]
    assert [table.content(text) for text in texts] == LIBRARY.contents(texts)
    assert (table.head, table.tail) == (LIBRARY.head, LIBRARY.tail) == ([0], [2])
    assert sorted(table.specials) == sorted(LIBRARY.specials)


@settings(max_examples=300, deadline=None)
@given(
    st.text(st.sampled_from("speech the音声翻訳ガé q\u3099\u0301ﾊﾟ～\t\u200b龘😀▁:"), max_size=40)
)
def test_table_and_library_agree_on_any_text(table: Table, text: str) -> None:
    assert table.content(text) == LIBRARY.content(text)


def test_the_most_probable_split_wins(table: Table) -> None:
    def ids(*pieces: str) -> list[int]:
        return [VOCABULARY.pieces.index(piece) for piece in pieces]

    assert table.content("the speech") == ids("▁the", "▁speech")
    assert table.content("speech音声翻訳") == ids("▁speech", "音声翻訳")
    assert table.content("龘龘龘x") == ids("▁", "<unk>", "x")
    assert table.content("") == []


def test_pieces_that_span_words_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="spans two words"):
        write_table(Vocabulary(["a▁b"], [-1.0], bos=0, eos=0, pad=0, unk=0), tmp_path)
