"""Texts about notes and their Markdown files; in Japanese."""

from __future__ import annotations

TEXTS: dict[str, str] = {
    "note.two": "-m と --file は一緒に使えません。",
    "note.one": "どちらか一方を指定してください。何も変更していません。",
    "note.unreadable": "{file} を読めません: {what}。",
    "note.too_long": "{file} は {n} MB を超えています。ノートとしては大きすぎます。",
    "note.unchanged": "何も変更していません。",
    "note.encoding": "{file} は UTF-8 ではありません({n}バイト目)。",
    "note.utf8": "UTF-8 で保存してください。何も変更していません。",
    "note.surrogate": "ノートが UTF-8 ではありません({n}文字目)。",
    "note.large": "ノートが大きすぎます: {n}バイト。上限は{most}バイトです。",
    "note.large.hint": "ファイルを間違えていませんか。何も変更していません。",
    "note.editor_bad": "エディタを起動できません: {what}。",
    "note.editor_failed": "エディタがエラーで終了したため、何も保存していません。",
    "note.editor": "EDITOR にインストール済みのエディタを設定するか、"
    "-m か --file を使ってください。",
    "note.rescued": "書いた内容は {file} にあります。reader note {id} で再び開けます。",
    "note.same": "変更なし: {title}",
    "note.written": "読了(今日{target}本中{n}本): {title}",
    "note.skimmed": "流し読み(自分の言葉で2文以上書くと読了): {title}",
}
