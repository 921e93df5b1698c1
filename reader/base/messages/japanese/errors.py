"""Hold the messages of errors in Japanese, by the names of their classes.

Each is the message, and after an empty line the hint, if there is one.
"""

from __future__ import annotations

ERRORS: dict[str, str] = {
    "ReaderError": "{what}",
    "UsageError": "{what}\n\n{hint}",
    "ConfigError": "{file} の{line}行目: {key}: {what}\n\n{hint}",
    "NoLibrary": "{where} にライブラリがありません(feeds.toml がありません)。\n\n"
    "`reader init {where}` で作るか、--library か READER_LIBRARY で別のライブラリを指定して"
    "ください。",
    "NotFound": "{what} はこのライブラリにありません。\n\n"
    "`reader search` で言葉から探すか、`reader add {what}` で ID から取得できます。",
    "NotKnown": "{what}\n\n{hint}",
    "NotAnId": "{what} は arXiv・OpenReview・ACL Anthology の ID でも DOI でもなく、"
    "これで始まるタイトルやキーもこのライブラリにありません。\n\n"
    "論文のアドレスを貼り付けるか、タイトルの最初の数語を引用符で囲んで入力してください。",
    "Ambiguous": "{what} に当てはまる論文が{n}本あります: {several}。\n\n"
    "タイトルをもう少し入力するか、ID で指定してください。",
    "Incomplete": "{what}",
    "SourceFailed": "{source}: {what}\n\n{hint}",
    "Unreachable": "{source}: 応答がありません({what})\n\n"
    "ネットワークにつながっていますか。取得済みのものはすべて手元にあります。",
    "PdfError": "{file}: {what}\n\n{hint}",
    "NotOpened": "{what}\n\n"
    "ブラウザか PDF ビューアをインストールするか、自分で開いてください。場所は "
    "`reader open ID --print` で分かります。",
    "StoreError": "{file}: {what}\n\n{hint}",
    "Locked": "{file} は別のプロセスが使用中です。\n\n"
    "終わるまで待つか、そのプロセスを終了させてください。何も変更していません。",
    "ReadOnly": "{file} に書き込めません。\n\n"
    "ライブラリのフォルダの権限と、ディスクが読み取り専用になっていないかを確認してください。",
    "DiskFull": "{file}: ディスクがいっぱいです。\n\n"
    "空きを増やして、もう一度実行してください。確定済みのものは失われていません。",
    "Damaged": "{file} はデータベースとして読めません: {what}\n\n{hint}",
    "ModelError": "{model}: {what}\n\n{hint}",
    "ModelMissing": "{model} がこのディスクにありません: {what}\n\n{hint}",
}
