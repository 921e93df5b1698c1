"""Hold the catalogue in Japanese: the same subjects and keys as the English modules above.

Sentences to the person end in です or ます, labels in a noun, what an option does in a plain
verb. Brackets, colons and digits are half-width; names, ids and commands stand between
spaces, numbers before their counters do not. Names of commands, options, keys and files stay
as they are. One word for each thing:

    paper 論文 (…本)       abstract 概要            note ノート (…件)      own words 自分の言葉
    read 読了              skimmed 流し読み         pick 選ぶ              skip 見送る
    candidate 候補         undecided 未決定         undo 取り消す          later あとで
    topic トピック         own 自分のトピック       near 近い分野          wild card 番外
    theme テーマ           quota 目標               deadline 締切          day off 休日
    doubtful もしかして    cut 基準                 score スコア           learned 学習した
    talked about 話題      heat 話題度              mention 言及           post 投稿
    up-vote 高評価         repost 再投稿            cited 被引用           followed フォロー中
    source 取得元          gather 取得              feed フィード          to ask 問い合わせる
    library ライブラリ     key キー                 folder フォルダ        to file 分類する
    version 版             revision 第…稿           draft 下書き           template テンプレート
    passage 一節           index 索引               vector ベクトル        encoder, model モデル
    highlight ハイライト   marks 書き込み           ink 手書き (…画)       tablet タブレット
    merge 統合する         split 分離する           copied 引き写し        close 似た表現
    recall 復習            grade 評価               streak 連続            sample 見本
    terminal ターミナル    device 端末              server サーバー        page ページ
"""

from __future__ import annotations

from reader.base.messages.japanese import (
    answers,
    commands,
    examples,
    failures,
    habit,
    models,
    notes,
    own_words,
    pages,
    papers,
    pdfs,
    queue,
    ranks,
    screen,
    settings,
    today,
    web,
    web_door,
    web_morning,
    web_offline,
    web_paper,
    web_words,
)

SUBJECTS = (
    pdfs.TEXTS,
    answers.TEXTS,
    commands.TEXTS,
    examples.TEXTS,
    failures.TEXTS,
    habit.TEXTS,
    models.TEXTS,
    notes.TEXTS,
    pages.TEXTS,
    papers.TEXTS,
    queue.TEXTS,
    ranks.TEXTS,
    screen.TEXTS,
    settings.TEXTS,
    today.TEXTS,
    web.TEXTS,
    web_door.TEXTS,
    web_morning.TEXTS,
    web_offline.TEXTS,
    web_paper.TEXTS,
    web_words.TEXTS,
    own_words.TEXTS,
)
JAPANESE: dict[str, str] = {key: text for texts in SUBJECTS for key, text in texts.items()}
