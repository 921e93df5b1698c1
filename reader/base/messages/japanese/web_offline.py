"""Texts of the pages in Japanese: what works without a network, and long work."""

from __future__ import annotations

TEXTS: dict[str, str] = {
    "option.progress_json": "進み具合と結果を JSON で出力 (1行に1オブジェクト)。",
    "option.gather_at": "06:30 のように書いた時刻に毎日取得する (ライブラリのタイムゾーン)。",
    "web.act.bad": "送信された操作の番号が正しくありません。",
    "web.act.bad.hint": "ページを開き直して、もう一度行ってください。",
    "web.repeated": "すでに済んでいます。二度は行われていません。",
    "web.overtaken": "「{title}」はその後ほかの端末で決定されたため、新しい決定が有効です。",
    "web.beside": "「{title}」のノートは別の端末でも変更されていたため、両方の文章を残しました。",
    "web.app.name": "reader 朝の論文",
    "web.app.description": "毎朝の論文と、自分の言葉で書くノート。",
    "web.as_of": "{at} 時点の内容です（ネットワークなし）。",
    "web.sent": "ネットワークに戻りました。送信待ちのものはすべて送信済みです。",
    "web.kept": "ネットワークがありません。この端末に保存し、つながったときに送信します。",
    "web.not_kept": (
        "ネットワークがなく、このブラウザでは保存もできません（プライベートウィンドウ?）。書"
        "いた文章をコピーしておいてください。"
    ),
    "web.signed_out": "この端末に保存しました。もう一度サインインすると送信されます。",
    "web.waiting": "送信待ち {n}件",
    "web.waiting.signed_out": "送信待ち {n}件。もう一度サインインが必要です。",
    "web.refused_later": "受け付けられなかった操作 {n}件",
    "web.told_later": "送信した操作についてのお知らせ {n}件",
    "web.offline.seen": "確認した",
    "web.more.offline": "オフライン",
    "web.offline": "オフライン",
    "web.offline.not_kept": "このページはこの端末に保存されておらず、サーバーにもつながりません。"
    "保存されているページは下にあります。",
    "web.offline.no_script": (
        "ページの保存にはスクリプトが必要ですが、このブラウザでは動いていません。"
    ),
    "web.offline.on": (
        "今日の一覧、選んだ論文、新しいノートがこの端末に保存されます。ネットワークなしで決め"
        "たことや書いたことは、次につながったときに順番どおり一度だけ送信されます。"
    ),
    "web.offline.http": (
        "使えません。ブラウザがページを保存できるのは、https で始まるアドレスと、サーバーと同"
        "じマシンの上だけです。サーバーにつながらない間に決めたことや書いたことは、それでも保"
        "存されます。"
    ),
    "web.offline.trust": "この端末で https を信頼する方法",
    "web.offline.browser": (
        "使えません。このブラウザではページを保存できません。決めたことや書いたことは、それで"
        "も保存されます。"
    ),
    "web.offline.queue": "送信待ち",
    "web.offline.queue.none": "送信待ちはありません。すべて送信済みです。",
    "web.offline.pick": "選ぶ",
    "web.offline.skip": "見送る",
    "web.offline.undo": "直前の決定を取り消す",
    "web.offline.note": "ノート",
    "web.offline.send": "今すぐ送信",
    "web.offline.drop": "破棄する",
    "web.offline.pages": "この端末にあるページ",
    "web.offline.pages.none": "まだありません。",
    "work.by_clock": "取得を始めます。",
    "web.work": "時間のかかる処理",
    "web.work.what": "サーバーのマシンで実行されます。このページを閉じても続きます。",
    "web.work.gather": "新着を取得する",
    "web.work.index": "PDF を取得し、検索を最新にする",
    "web.work.by_clock": "毎日の時刻",
    "web.work.began": "{at} 開始",
    "web.work.refresh": "進み具合を見る",
    "web.work.starting": "開始しています",
    "web.work.step": "{step}: {done}/{total}",
    "web.work.begun": "始めました。",
    "web.work.already": "ほかの処理が進行中のため、何も始めませんでした。",
    "web.work.done": "完了: 新着 {n}本。",
    "web.work.lacking": "完了 (新着 {n}本)。ただし、次のものが足りません:",
    "web.work.stopped": "途中で止まりました。",
    "web.work.clock": "毎朝",
    "web.work.next": "{at} に取得します。",
    "web.work.unknown": "そのような処理はありません。",
    "web.work.unknown.hint": "ページを開き直してください。",
}
