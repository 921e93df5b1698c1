"""Hold the messages of errors in Japanese, by the names of their classes.

As in a class's docstring: the message, an empty line, the hint, where there is one.
"""

from __future__ import annotations

ERRORS: dict[str, str] = {
    "ReaderError": "{what}",
    "UsageError": "{what}\n\n{hint}",
    "ConfigError": "{file} の{line}行目: {key}: {what}\n\n{hint}",
    "NoLibrary": "{where} にライブラリがありません(feeds.toml がありません)。\n\n"
    "`reader init {where}` で作れます。ほかのライブラリは --library か READER_LIBRARY で"
    "指定します。",
    "NotFound": "{what} はこのライブラリにありません。\n\n"
    "`reader search` は言葉から論文を探し、`reader add {what}` は ID から論文を取得します。",
    "NotKnown": "{what}\n\n{hint}",
    "NotAnId": "{what} は arXiv・OpenReview・ACL Anthology の ID でも DOI でもなく、"
    "こう始まるタイトルやキーもここにはありません。\n\n"
    "論文のアドレスを貼り付けるか、タイトルの最初の数語を引用符で囲んで入力してください。",
    "Ambiguous": "{what} に当てはまる論文が {n}あります: {several}。\n\n"
    "タイトルをもう少し入力するか、ID で指定してください。",
    "Incomplete": "{what}",
    "SourceFailed": "{source}: {what}\n\n{hint}",
    "Unreachable": "{source}: 応答がありません({what})\n\n"
    "ネットワークにつながっていますか。これまでに取得したものはすべて手元にあります。",
    "PdfError": "{file}: {what}\n\n{hint}",
    "NotOpened": "{what}\n\n"
    "ブラウザーか PDF ビューアーを入れるか、手で開いてください。場所は `reader open ID --print` "
    "で分かります。",
    "StoreError": "{file}: {what}\n\n{hint}",
    "Locked": "{file} は別のプロセスが使用中です{who}。\n\n"
    "そのプロセスが終わるのを待つか、終了させてください。何も変更していません。",
    "ReadOnly": "{file} に書き込めません。\n\n"
    "ライブラリのフォルダの権限と、ディスクが読み取り専用になっていないかを確認してください。",
    "DiskFull": "{file}: ディスクがいっぱいです。\n\n"
    "空きを作ってから、もう一度実行してください。確認済みのものは無事です。",
    "Damaged": "{file} はデータベースとして読めません: {what}\n\n{hint}",
    "ModelError": "{model}: {what}\n\n{hint}",
    "ModelMissing": "{model} がこのディスクにありません: {what}\n\n{hint}",
}
