"""Texts of the pages in Japanese: what works without a network, and long work."""

from __future__ import annotations

TEXTS: dict[str, str] = {
    "option.progress_json": "進み具合と結果を JSON で出力 (1行に1オブジェクト)。",
    "option.gather_at": "06:30 のように書いた時刻に毎日取得する (ライブラリのタイムゾーン)。",
    "web.act.bad": "この操作の番号が正しくありません。",
    "web.act.bad.hint": "ページを開き直して、操作をやり直してください。",
    "web.repeated": "すでに済んでいるため、何も変更していません。",
    "web.overtaken": "「{title}」は、あとから別の場所で決定されたため、そちらを残しました。",
    "web.beside": "「{title}」のノートは別の場所でも変更されていたため、両方の文章を残しました。",
    "web.app.name": "reader: 毎朝の論文",
    "web.app.description": "毎朝の論文と、自分の言葉で書くノートのアプリ。",
    "web.as_of": "オフラインです({at} 時点のページ)。",
    "web.sent": "オンラインに戻り、すべて送信しました。",
    "web.kept": "オフラインです。この端末に保存しました。オンラインに戻ったときに送信します。",
    "web.not_kept": "オフラインで、このブラウザには保存もできません(プライベートウィンドウ?)。書い"
    "た文章をコピーしておいてください。",
    "web.signed_out": "この端末に保存しました。サインインし直すと送信します。",
    "web.waiting": "送信待ち {n}件",
    "web.waiting.signed_out": "送信待ち {n}件。サインインし直してください。",
    "web.refused_later": "受け付けられなかった操作 {n}件",
    "web.told_later": "送信した変更についてのお知らせ {n}件",
    "web.offline.seen": "表示を消す",
    "web.more.offline": "オフライン",
    "web.offline": "オフライン",
    "web.offline.not_kept": "このページはこの端末に保存されておらず、サーバーにもつながりません。"
    "保存済みのページは下の一覧にあります。",
    "web.offline.no_script": "ページの保存にはスクリプトが必要ですが、このブラウザでは動いていませ"
    "ん。",
    "web.offline.on": "今日の一覧、選んだ論文、新しいノートをこの端末に保存します。オフラインで決"
    "めたことや書いたことは、次にオンラインで開いたときに、順番どおりに一度だけ送信します。",
    "web.offline.http": "ここではページを保存できません。ブラウザがページを保存できるのは、https "
    "で始まるアドレスと、サーバーのマシン上だけです。ページを開いている間に決めたことや書いたこと"
    "は、サーバーにつながらなくても保存されます。",
    "web.offline.trust": "https を使うためにこのサーバーを信頼する",
    "web.offline.browser": "このブラウザはページを保存できません。決めたことや書いたことは保存され"
    "ます。",
    "web.offline.queue": "未送信の変更",
    "web.offline.queue.none": "すべて送信済みです。",
    "web.offline.pick": "選ぶ",
    "web.offline.skip": "見送る",
    "web.offline.undo": "直前の決定を取り消す",
    "web.offline.note": "ノート",
    "web.offline.send": "今すぐ送信",
    "web.offline.drop": "破棄する",
    "web.offline.pages": "保存済みのページ",
    "web.offline.pages.none": "まだありません。",
    "work.by_clock": "取得を開始しました。",
    "web.work": "バックグラウンド処理",
    "web.work.what": "サーバーのマシンで実行されます。このページを閉じても続きます。",
    "web.work.gather": "新着を取得する",
    "web.work.index": "PDF を取得し、検索の索引を更新する",
    "web.work.by_clock": "定時実行",
    "web.work.began": "開始: {at}",
    "web.work.refresh": "進み具合を見る",
    "web.work.starting": "開始しています",
    "web.work.step": "{step}: {done}/{total}",
    "web.work.begun": "開始しました。",
    "web.work.already": "別の処理が実行中のため、開始しませんでした。",
    "web.work.done": "完了: 新着 {n}本。",
    "web.work.lacking": "完了: 新着 {n}本。ただし、問題がありました。",
    "web.work.stopped": "処理が途中で止まりました。",
    "web.work.clock": "毎日の予定",
    "web.work.next": "次の取得は {at} です。",
    "web.work.unknown": "そのような処理はありません。",
    "web.work.unknown.hint": "ページを再読み込みして、ボタンから操作してください。",
}
