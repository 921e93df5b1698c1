"""Texts of what is exported to notes/ and read back from it; in Japanese."""

from __future__ import annotations

TEXTS: dict[str, str] = {
    "export.moved": "手で移動: {path} → {now}",
    "export.filed": "置かれた場所に分類: {path} ({topic})",
    "export.adopted": "ノートとして採用: {path}",
    "export.read_in": "読み込み: {path}",
    "export.merged": "両方を保持: {path}",
    "export.typed_inside": "プログラムの目印の間に書かれた言葉を、自分の言葉の側へ移動: {path}",
    "export.mended": "冒頭の項目を修復: {path}",
    "export.emptied": "手で空にされたが、ノートは残る: {path}",
    "export.removed": "書くことがなくなったため削除: {path}",
    "export.written": "書き出し: {path}",
    "export.copy": "{path} には、{other} をファイルとする論文の ID があるため、触れていません。"
    "中の言葉もライブラリに入っていません。どちらかを削除するか、片方の ID を消してください。",
    "export.evicted": "{path} は iCloud にしかありません。一度そこで開いてから、"
    "もう一度書き出してください。",
    "export.changed": "{path} はたった今変更されました。もう一度 `reader export` "
    "を実行してください。",
    "export.unreadable": "{path} は読めないため({what})、触れていません。",
    "export.encoding": "{path} は UTF-8 ではないため、触れていません。",
    "export.sample": "{path} は見本のため、触れていません。別の場所へ移してください。",
    "export.other": "{path} に触れていません。冒頭の項目では {id} ですが、"
    "これは {own} のファイルです。"
    "元の ID に戻すか、ファイルを移してから書き出してください。",
    "export.marks": "{path} に触れていません。`<!-- reader:… -->` の行がないか壊れています。"
    "元に戻すか、ファイルを移してから書き出してください。",
    "export.refused": "{path} に触れていません。{what}",
}
