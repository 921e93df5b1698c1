"""Texts of the queue: picks not written, their PDFs, what a look-back asks; in Japanese."""

from __future__ import annotations

TEXTS: dict[str, str] = {
    "queue.head": "待っている論文  選んでまだノートのない{n}本、古い順",
    "queue.lead": "読む  新しく決める論文なし。あと{to_go}本を、待っている論文から古い順に",
    "queue.lead.partly": "読む  まだ決める論文なし。あと{to_go}本を、待っている論文から古い順に",
    "queue.lead.marked": "読む  すべて決定済み。あと{to_go}本を、+ の論文から",
    "queue.picked": "{day} に選択",
    "queue.minutes": "{n}分",
    "queue.minutes.abstract": "概要{n}分",
    "queue.pdf": "PDF あり",
    "queue.no_pdf": "PDF はまだ",
    "queue.short.pdf": "PDF",
    "queue.short.no_pdf": "PDF なし",
    "queue.until": "{day} に戻る",
    "queue.why": "{day} に選び、まだノートがありません。",
    "queue.more": "ほか{n}本: reader queue",
    "queue.empty": "待っている論文はありません。選んだ論文にはすべてノートがあるか、手放しました。",
    "queue.empty.today": "今日待っている論文はありません。",
    "queue.later.head": "あとで  {n}本",
    "queue.put_off": "{day} まで後回しにしました: {title}",
    "queue.dropped": "手放しました: {title}",
    "queue.not_in.candidate": "選んでいないので、待っている論文ではありません: {title}",
    "queue.not_in.pick": "待っている論文ではありません: {title}",
    "queue.not_in.skip": "見送ったので、待っている論文ではありません: {title}",
    "queue.not_in.read": "ノートがあるので、もう待っていません: {title}",
    "queue.not_in.hint": "`reader queue` で一覧を表示し、`reader pick` で加えます。",
    "queue.pdfs": "選んだ{of}本のうち{n}本の PDF があります{failed}{state}。",
    "queue.pdfs.one": "選んだ論文の PDF はまだありません{state}。",
    "queue.pdfs.one_here": "選んだ論文の PDF があります。",
    "queue.pdfs.failed": "、失敗{n}本",
    "queue.pdfs.fetching": "。取得を続けています",
    "queue.pdfs.waiting": "。{rest}は `reader fetch` か次の取得で届きます",
    "queue.pdfs.log": "。{rest}は `reader fetch` か次の取得で届きます(前回の記録: fetch.log)",
    "queue.pdfs.rest": "残り",
    "queue.pdfs.rest_one": "この1本",
    "queue.pdfs.again": "。`reader fetch ID` ですぐに、次の取得以降にもう一度試します",
    "queue.reason": "{error} ({n}本)",
    "queue.fetching": "選んだ論文の PDF を裏で取得しています。このターミナルを閉じても続きます。"
    "進み具合は `reader today` で分かります。",
    "queue.fetched": "選んだ{of}本のうち{n}本の PDF があります。",
    "queue.ended": "途中で終わりました。{here}",
    "help.queue": """選んでまだノートを書いていない論文を、古い順に。

    手元の文章(PDF、なければ概要)を読むのにかかる分数と、PDF があるかも示します。""",
    "help.later": """選んだ論文を後回しにする: DAYS 日(既定は7日)のあいだ一覧から外す。

    `reader undo` で取り消せます。""",
    "help.drop": """選んだ論文を手放す: 以後は見送りとして扱う。

    `reader undo` で取り消せます。""",
    "help.fetch": """選んだ論文のまだない PDF を取得し、検索できるようにする。

    ID なしではすべて。ただし失敗したものは時間を置きます。ID を付けるとそれらを今すぐ。
    `today` の一覧を終えると自動で始まります。同時に1つだけ。5: 取得できない PDF あり。""",
    "week.ask": "{n}日以上前に選び、まだノートのない論文",
    "week.ask.what": "読みますか、手放しますか。尋ねるのは1回だけで、残したものは待ち続けます。",
    "week.ask.more": "これより後に選んだ{n}件は、また別の機会に尋ねます。",
    "week.ask.command": "手放す: reader drop {id}",
    "week.ask.key": "[{n}/{of}] r 読む  d 手放す  q 終了",
    "week.ask.kept": "そのまま待っています。",
    "screen.queue": "待っている論文  以前に選んだ{n}本、古い順",
    "screen.keys.queue": "o 開く  n ノート  l 後回し  s 手放す  w 理由  u 取消  ? キー  q 終了",
    "screen.queued": "{time} · {pdf}",
    "screen.to_queue": "すべて決めました。選んだ{n}本がここで待っています。q で終了します。",
    "screen.not_queued": "後回しにできるのは、選んでまだノートのない論文だけです。",
    "screen.pdfs": "PDF {n}/{of}本{failed}",
    "screen.pdfs.fetching": "PDF {n}/{of}本{failed}、取得中",
    "screen.quota.nothing": "読了{written}/{target}本、読むものは残っていません",
    "web.queue": "待っている論文",
    "web.queue.what": "選んでまだノートのない論文、古い順です。",
    "web.queue.lead": "新しく決める論文はありません。あと{to_go}本、待っている論文を古い順に"
    "読みましょう。",
    "web.queue.lead.partly": "今のところ決める論文はありません。あと{to_go}本、待っている論文を"
    "古い順に読みましょう。",
    "web.queue.nothing": "今日読むものは残っていません。",
    "web.queue.later": "あとで",
    "web.queue.later.named": "1週間後回しにする: {title}",
    "web.queue.until": "{day} まで後回しにしています。",
    "web.queue.back": "待っている論文に戻す",
    "web.queue.drop": "手放す",
    "web.queue.drop.named": "手放す: {title}",
    "web.queue.let_go": "手放しました",
    "web.queue.note": "ノート",
    "web.queue.note.named": "ノート: {title}",
    "web.queue.open": "PDF",
    "web.queue.open.named": "PDF: {title}",
    "web.queue.go": "待っている論文を読む({n}本)",
    "web.week.ask": "{n}日以上前に選び、まだノートのない論文",
    "web.week.keep": "読む",
    "web.week.keep.named": "読む: {title}",
}
