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
    "screen.doubtful": "もしかして  自分のものかもしれない{n}本。決めると学習に役立ちます",
    "screen.doubtful.fold": "自分のものかもしれない論文があと{n}本: d で表示",
    "screen.folded.away": "おかえりなさい  {first} からの新着{n}本、自分のトピック{own}本、話題の"
    "論文{near}本",
    "screen.folded.deadline": "締切前  {first} からの新着{n}本、自分のトピック{own}本、話題の論文"
    "{near}本",
    "screen.talk": "{name} +{n}",
    "screen.more_talk": " (+{n}: enter)",
    "screen.mentioned": "{author} が言及。",
    "screen.passed_on": "{author} が再投稿。",
    "screen.why": "理由: {why}",
    "screen.minutes": "{n}分",
    "screen.no_abstract": "(概要なし)",
    "screen.page.keys": "esc 戻る",
    "screen.page.more": "esc 戻る  ↓ space 続き",
    "screen.no_network": "一覧は不完全です(i で詳細): どの取得元にもつながりません。",
    "screen.incomplete": "一覧は不完全です(i で詳細): {names} の論文が欠けている可能性があります。",
    "screen.elsewhere.pick": "たった今、別の場所で選ばれました: {title}",
    "screen.elsewhere.skip": "たった今、別の場所で見送られました: {title}",
    "screen.elsewhere.read": "たった今、別の場所でノートが書かれました: {title}",
    "screen.elsewhere.candidate": "たった今、別の場所で取り消されました: {title}",
    "screen.already.pick": "選択済み: {title}",
    "screen.already.skip": "見送り済み: {title}",
    "screen.has_note": "ノートがあるため見送りません: {title}",
    "screen.skip_rest": "未決定の{n}本を見送りますか。 y: はい · ほかのキー: いいえ",
    "screen.skipped_rest": "{n}本を見送りました。u でまとめて取り消せます。",
    "screen.not_skipped": "何も見送っていません。",
    "screen.undone": "{n}件の決定を取り消しました。",
    "screen.noted": "今日は{target}本中{written}本読了。",
    "screen.nothing_left": "見送るものは残っていません。",
    "screen.all_decided": "すべて決めました。q で終了します。",
    "screen.all_decided.fold": "すべて決めました。q で終了、d で自分のものかもしれない論文を表示"
    "します。",
    "screen.last": "この下に未決定の論文はありません。",
    "screen.no_doubtful": "今日はほかに自分のものかもしれない論文がありません。",
    "screen.no_key": "{key} には割り当てがありません。? でキーの一覧を表示します。",
    "screen.finding": "/{query}_   {of}本中{n}本 · enter 確定 · esc すべて表示",
    "screen.found": "/{query}   {of}本中{n}本 · esc すべて表示",
    "screen.why.more": "何があれば順位が変わるか: reader why {id} --all",
    "screen.opening": "開いています: {place}",
    "screen.opened": "開きました: {place}",
    "screen.no_opener": "{place} を開くプログラムが見つかりません",
    "screen.opener_failed": "{program} は {place} を開けませんでした",
    "screen.no_place": "この論文には手元の PDF もアドレスもありません。",
    "screen.fetching": "取得元に問い合わせています。何かキーを押すと今の一覧を表示します。",
    "screen.cut": "現時点の一覧です。すべての取得元には問い合わせていません。",
    "screen.and_more": "{text} (ほか{n}件)",
    "screen.back": "何かキーを押すと一覧に戻ります。",
    "screen.undecided": "以前の未決定{n}本",
    "screen.deadline": "{name} まであと{n}日",
    "screen.seeds": "未取得の種論文{n}本: i",
    "screen.recall": "復習{n}件",
    "screen.help.title": "キー",
    "screen.paper.title": "論文",
    "screen.why.title": "ここにある理由",
    "screen.morning.title": "今朝",
    "screen.help": """\
p  選ぶ: 今日読む            s  見送る: 読まない
space  あとで: 次の論文へ    u  直前の操作を取り消す
l  待っている論文を1週間後回しにする。p で戻し、s で外す
x  トピック違い: 選び直す    n  ノートを書く
o  PDF か掲載ページを開く    w  理由: スコアの内訳
enter  概要と投稿の全文
↑ ↓ j k  移動                home end g  先頭、末尾
page up, page down  1画面ずつ移動
/  検索: 入力に応じて絞り込む。enter で確定、esc ですべて表示
d  自分のものかもしれない論文を表示、または畳む
S  残りをすべて見送る(本数を示して確認)
i  今朝の状況: 目標、取得元、新しい版、保存した検索
q  終了: 選んだ論文の PDF をバックグラウンドで取得する
ctrl-c  すぐ終了。PDF は次の取得で届く
ctrl-z  シェルへ。fg で戻る    ctrl-l  再描画

+ 選択   - 見送り   * ノートあり
⣿ 確実に自分のもの   ⣤ おそらく   ⣀ もしかして
決定は、次の論文が表示される前に保存されます。決めなかった論文は、
どの端末の一覧にも残ります。""",
}
