"""Texts of the full-screen list; in Japanese."""

from __future__ import annotations

TEXTS: dict[str, str] = {
    "screen.head": "{day} · {of}本中{n}本決定 · {spent}分経過、残り約{to_go}分",
    "screen.head.short": "{of}本中{n}本決定 · {spent}分経過、残り約{to_go}分",
    "screen.head.least": "{n}/{of} · {spent}分、残り{to_go}分 · 読了{written}/{target}",
    "screen.head.queue": "{day} · {of}本が待っています · {spent}分経過、読むのに約{to_go}分",
    "screen.head.queue.short": "{of}本が待っています · {spent}分経過、読むのに約{to_go}分",
    "screen.head.queue.least": "待ち{of}本 · {spent}分、読む{to_go}分 · 読了{written}/{target}",
    "screen.quota": "読了{written}/{target}本、あと{n}本",
    "screen.quota.done": "読了{written}/{target}本",
    "screen.keys": "p 選ぶ  s 見送る  o 開く  w 理由  n ノート  u 取消  / 検索  ? キー  q 終了",
    "screen.keys.wide": "p 選ぶ  s 見送る  x トピック違い  o 開く  w 理由  n ノート  u 取消  / 検索"
    "  ? キー  q 終了",
    "screen.keys.short": "p s o w n u  / 検索  ? キー  q 終了",
    "screen.doubtful": "もしかして  自分のものかもしれない{n}本。決めると学習します",
    "screen.doubtful.fold": "自分のものかもしれない論文があと{n}本: d で表示",
    "screen.folded.away": "おかえりなさい  {first} から新着{n}本、自分のトピック{own}本、"
    "話題の論文{near}本",
    "screen.folded.deadline": "締切前  {first} から新着{n}本、自分のトピック{own}本、"
    "話題の論文{near}本",
    "screen.talk": "{name} +{n}",
    "screen.more_talk": " (+{n}: enter)",
    "screen.mentioned": "{author} が言及。",
    "screen.passed_on": "{author} が紹介。",
    "screen.why": "理由: {why}",
    "screen.minutes": "{n}分",
    "screen.no_abstract": "(概要なし)",
    "screen.page.keys": "esc 戻る",
    "screen.page.more": "esc 戻る  ↓ space 続き",
    "screen.no_network": "不完全: どの取得元にもつながりません。i で詳細。",
    "screen.incomplete": "不完全: {names}。i で詳細。",
    "screen.elsewhere.pick": "たった今、別の場所で選ばれました: {title}",
    "screen.elsewhere.skip": "たった今、別の場所で見送られました: {title}",
    "screen.elsewhere.read": "たった今、別の場所でノートが書かれました: {title}",
    "screen.elsewhere.candidate": "たった今、別の場所で取り消されました: {title}",
    "screen.already.pick": "選択済み: {title}",
    "screen.already.skip": "見送り済み: {title}",
    "screen.has_note": "ノートがあるので残します: {title}",
    "screen.skip_rest": "未決定の{n}本を見送りますか。 y: はい · ほかのキー: いいえ",
    "screen.skipped_rest": "{n}本を見送りました。u でまとめて取り消せます。",
    "screen.not_skipped": "何も見送っていません。",
    "screen.undone": "{n}件の決定を取り消しました。",
    "screen.noted": "今日{target}本中{written}本読了。",
    "screen.nothing_left": "見送るものは残っていません。",
    "screen.all_decided": "すべて決めました。q で終了します。",
    "screen.all_decided.fold": "すべて決めました。q で終了、d で「もしかして」の論文を表示します。",
    "screen.last": "この下に未決定の論文はありません。",
    "screen.no_doubtful": "今日はほかに自分のものかもしれない論文がありません。",
    "screen.no_key": "{key} は割り当てがありません。? でキーの一覧を表示します。",
    "screen.finding": "/{query}_   {of}本中{n}本 · enter 確定 · esc すべて表示",
    "screen.found": "/{query}   {of}本中{n}本 · esc すべて表示",
    "screen.why.more": "何があれば変わるか: reader why {id} --all",
    "screen.opening": "開いています: {place}",
    "screen.opened": "開きました: {place}",
    "screen.no_opener": "開けるプログラムがありません: {place}",
    "screen.opener_failed": "{program} は {place} を開けませんでした",
    "screen.no_place": "どこにあるか分かりません。",
    "screen.fetching": "取得元に問い合わせています。何かキーを押すと今の一覧を表示します。",
    "screen.cut": "現時点の一覧です。すべての取得元には問い合わせていません。",
    "screen.and_more": "{text} (ほか{n}件)",
    "screen.back": "何かキーを押すと一覧に戻ります。",
    "screen.undecided": "これまでの未決定{n}本",
    "screen.deadline": "{name} まであと{n}日",
    "screen.seeds": "未取得の種論文{n}本: i",
    "screen.recall": "復習{n}件",
    "screen.help.title": "キー",
    "screen.paper.title": "論文",
    "screen.why.title": "ここにある理由",
    "screen.morning.title": "今朝",
    "screen.help": """\
p  選ぶ: 今日読む            s  見送る: 自分向きでない
space  あとで: 次へ          u  直前の操作を取り消す
l  待っている論文を1週間後回しにする。p で戻し、s で手放す
x  トピック違い: 選び直す    n  ノートを書く
o  PDF か掲載ページを開く    w  理由: スコアの内訳
enter  概要と言及の全文
↑ ↓ j k  移動                home end g  先頭、末尾
page up, page down  1画面ずつ
/  検索: 入力につれて絞り込む。enter で確定、esc ですべて表示
d  自分のものかもしれない論文を表示、または畳む
S  残りをすべて見送る(本数を示して確認)
i  今朝の状況: 目標、取得元、新しい版、保存した検索
q  終了: 選んだ論文の PDF を裏で取得する
ctrl-c  すぐ終了。選んだ論文は次の取得で取得
ctrl-z  シェルへ。fg で戻る    ctrl-l  再描画

+ 選択   - 見送り   * ノートあり
⣿ 確実に自分のもの   ⣤ おそらく   ⣀ もしかして
次の論文が表示される前に、決定はディスクに保存されます。残した論文は
どの端末でも待っています。""",
}
