"""Texts that all pages have, in Japanese."""

from __future__ import annotations

TEXTS: dict[str, str] = {
    "web.name": "reader",
    "web.to_content": "本文へ移動",
    "web.nav": "メインメニュー",
    "web.nav.today": "今日",
    "web.nav.search": "検索",
    "web.nav.recall": "復習",
    "web.nav.papers": "論文",
    "web.nav.more": "その他",
    "web.error": "エラー",
    "web.home": "今日の一覧を開く",
    "web.and_others": "ほか{n}人",
    "web.pick": "選ぶ",
    "web.skip": "見送る",
    "web.undo": "取り消す",
    "web.picked": "選択済み",
    "web.skipped": "見送り",
    "web.read": "読了",
    "web.named": "{what}: {title}",
}
