"""Texts of the queue: picks not written, their PDFs, what a look-back asks; in Japanese."""

from __future__ import annotations

TEXTS: dict[str, str] = {
    "queue.head": "待っている論文  選んでまだノートのない{n}本、古い順",
    "queue.lead": "読む  新しく決める論文はありません。今日はあと{to_go}本を、待っている論文から("
    "古い順)",
    "queue.lead.partly": "読む  今のところ決める論文はありません。今日はあと{to_go}本を、待ってい"
    "る論文から(古い順)",
    "queue.lead.marked": "読む  すべて決めました。今日はあと{to_go}本を、+ の論文から",
    "queue.picked": "{day} に選択",
    "queue.minutes": "{n}分",
    "queue.minutes.abstract": "概要{n}分",
    "queue.pdf": "PDF あり",
    "queue.no_pdf": "PDF 未取得",
    "queue.short.pdf": "PDF",
    "queue.short.no_pdf": "PDF 未取得",
    "queue.until": "{day} に戻る",
    "queue.why": "{day} に選び、まだノートがありません。",
    "queue.more": "ほか{n}本: reader queue",
    "queue.empty": "待っている論文はありません。選んだ論文はすべて、ノートを書いたか、外したもの"
    "です。",
    "queue.empty.today": "今日待っている論文はありません。",
    "queue.later.head": "あとで  {n}本",
    "queue.put_off": "{day} まで後回しにしました: {title}",
    "queue.dropped": "待っている論文から外しました: {title}",
    "queue.not_in.candidate": "選んでいないため、待っている論文ではありません: {title}",
    "queue.not_in.pick": "待っている論文ではありません: {title}",
    "queue.not_in.skip": "見送ったため、待っている論文ではありません: {title}",
    "queue.not_in.read": "ノートがあるため、もう待っている論文ではありません: {title}",
    "queue.not_in.hint": "`reader queue` で一覧を表示し、`reader pick` で加えます。",
    "queue.pdfs": "選んだ論文の PDF: {of}本中{n}本あり{failed}{state}。",
    "queue.pdfs.one": "選んだ論文の PDF はまだありません{state}。",
    "queue.pdfs.one_here": "選んだ論文の PDF があります。",
    "queue.pdfs.failed": "、失敗{n}本",
    "queue.pdfs.fetching": "。取得を続けています",
    "queue.pdfs.waiting": "。{rest}は `reader fetch` か次の取得で届きます",
    "queue.pdfs.log": "。{rest}は `reader fetch` か次の取得で届きます(前回の記録は fetch.log)",
    "queue.pdfs.rest": "残り",
    "queue.pdfs.rest_one": "この1本",
    "queue.pdfs.again": "。`reader fetch ID` ですぐに再試行、または以後の取得で自動的に再試行しま"
    "す",
    "queue.reason": "{error} ({n}本)",
    "queue.fetching": "選んだ論文の PDF をバックグラウンドで取得しています。このターミナルを閉じ"
    "ても続きます。進み具合は `reader today` で分かります。",
    "queue.fetched": "選んだ論文の PDF: {of}本中{n}本あり。",
    "queue.ended": "すべてを取得する前に終わりました。{here}",
    "help.queue": """選んでまだノートを書いていない論文を、古い順に一覧する。

    手元の文章(PDF、なければ概要)を読むのにかかる分数と、PDF の有無も示します。""",
    "help.later": """選んだ論文を DAYS 日(既定は7日)後回しにする。

    それまで待っている論文の一覧に出ません。`reader undo` で戻せます。""",
    "help.drop": """待っている論文から外す。以後は見送りとして扱う。

    `reader undo` で戻せます。""",
    "help.fetch": """選んだ論文の未取得の PDF を取得し、検索できるようにする。

    ID なしでは、時間を置く必要のある失敗を除いてすべて。ID を付けると、それらをすぐに。
    `today` の一覧を終えると自動で始まります。同時に動くのは1つだけです。
    終了コード 5: 取得できない PDF あり。""",
    "week.ask": "{n}日以上前に選び、まだノートのない論文",
    "week.ask.what": "読みますか、外しますか。尋ねるのは1回だけです。外さない論文は待っている論文"
    "に残ります。",
    "week.ask.more": "これより後に選んだ{n}本は、また別の機会に尋ねます。",
    "week.ask.command": "外す: reader drop {id}",
    "week.ask.key": "[{n}/{of}] r 読む  d 外す  q 終了",
    "week.ask.kept": "待っている論文に残しました。",
    "screen.queue": "待っている論文  以前に選んだ{n}本、古い順",
    "screen.keys.queue": "o 開く  n ノート  l 後回し  s 外す  w 理由  u 取消  ? キー  q 終了",
    "screen.queued": "{time} · {pdf}",
    "screen.to_queue": "すべて決めました。次は待っている論文({n}本)です。q で終了します。",
    "screen.not_queued": "後回しにできるのは、待っている論文だけです。",
    "screen.pdfs": "PDF: {of}本中{n}本あり{failed}",
    "screen.pdfs.fetching": "PDF: {of}本中{n}本あり{failed}、取得中",
    "screen.quota.nothing": "読了{written}/{target}本、読むものは残っていません",
    "web.queue": "待っている論文",
    "web.queue.what": "選んでまだノートのない論文です。古い順に並んでいます。",
    "web.queue.lead": "新しく決める論文はありません。今日はあと{to_go}本、待っている論文を古い順"
    "に読みましょう。",
    "web.queue.lead.partly": "今のところ決める論文はありません。今日はあと{to_go}本、待っている論"
    "文を古い順に読みましょう。",
    "web.queue.nothing": "今日読むものは残っていません。",
    "web.queue.later": "あとで",
    "web.queue.later.named": "1週間後回しにする: {title}",
    "web.queue.until": "{day} まで後回しにしています。",
    "web.queue.back": "待っている論文に戻す",
    "web.queue.drop": "外す",
    "web.queue.drop.named": "待っている論文から外す: {title}",
    "web.queue.let_go": "外しました",
    "web.queue.note": "ノート",
    "web.queue.note.named": "ノート: {title}",
    "web.queue.open": "PDF",
    "web.queue.open.named": "PDF: {title}",
    "web.queue.go": "待っている論文を読む({n}本)",
    "web.week.ask": "{n}日以上前に選び、まだノートのない論文",
    "web.week.keep": "読む",
    "web.week.keep.named": "読む: {title}",
}
