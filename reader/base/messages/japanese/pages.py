"""Texts of what is exported to notes/ and read back from it; in Japanese."""

from __future__ import annotations

TEXTS: dict[str, str] = {
    "export.moved": "手で移動: {path} → {now}",
    "export.filed": "フォルダに従って分類: {path} ({topic})",
    "export.adopted": "ノートとして取り込み: {path}",
    "export.read_in": "変更を読み込み: {path}",
    "export.merged": "両方の文章を保持: {path}",
    "export.typed_inside": "プログラムの欄に書かれた文章を、自分の文章の隣へ移動: {path}",
    "export.mended": "冒頭の項目を修復: {path}",
    "export.emptied": "手で空にされましたが、ノートは残ります: {path}",
    "export.removed": "空になるため削除: {path}",
    "export.written": "書き出し: {path}",
    "export.copy": "{path} には、{other} をファイルとする論文の ID があるため、変更していません"
    "。中の文章もライブラリに入っていません。どちらかを削除するか、片方の ID を消してください"
    "。",
    "export.evicted": "{path} は iCloud にしかありません。そこで一度開いてから、もう一度書き出し"
    "てください。",
    "export.changed": "{path} はたった今変更されました。もう一度 `reader export` "
    "を実行してください。",
    "export.unreadable": "{path} は読めないため({what})、変更していません。",
    "export.encoding": "{path} は UTF-8 ではないため、変更していません。",
    "export.sample": "{path} は見本のため、変更していません。別の場所へ移してください。",
    "export.other": "{path} は変更していません。冒頭の項目の ID は {id} ですが、これは {own} のフ"
    "ァイルです。元の ID に戻すか、ファイルを移してから、もう一度書き出してください。",
    "export.marks": "{path} は変更していません。`<!-- reader:… -->` の行がないか壊れています。元"
    "に戻すか、ファイルを移してから、もう一度書き出してください。",
    "export.refused": "{path} は変更していません。{what}",
}
