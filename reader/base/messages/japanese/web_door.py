"""Texts of the pages in Japanese: coming in: `serve`, tokens, certificates."""

from __future__ import annotations

TEXTS: dict[str, str] = {
    "help.serve": "ブラウザ、スマートフォン、iPad で論文を読み書きできるようにします。",
    "option.port": "待ち受けるポート番号。0 から 65535 まで。0 なら空いている番号を使います。",
    "serve.at": "ブラウザで {address} を開いてください(Ctrl-C で終了)。",
    "web.refused.400": "リクエストを読み取れませんでした。",
    "web.refused.400.hint": "ページを再読み込みして、もう一度お試しください。",
    "web.refused.401": "サインインしていません。",
    "web.refused.401.hint": "ページを再読み込みし、ターミナルに表示されるコードでサインインしてく"
    "ださい。",
    "web.refused.403": "このサーバーの有効なページからの操作ではありません。",
    "web.refused.403.hint": "前のページに戻って再読み込みし、もう一度お試しください。入力した内容"
    "は残っています。",
    "web.refused.404": "このページは存在しません。",
    "web.refused.404.hint": "論文が別の論文に統合された可能性があります。検索してみてください。",
    "web.refused.405": "このアドレスではその操作はできません。",
    "web.refused.405.hint": "ページのボタンから操作してください。",
    "web.refused.408": "データの受信に時間がかかりすぎました。",
    "web.refused.408.hint": "通信状態のよい場所でもう一度お試しください。",
    "web.refused.413": "送信されたデータが大きすぎます。",
    "web.refused.413.hint": "ノートは 1 MB、PDF は 300 MB までです。それより大きい PDF は "
    "`reader back FILE` で取り込めます。",
    "web.refused.414": "アドレスが長すぎます。",
    "web.refused.414.hint": "検索する語を減らしてください。",
    "web.refused.431": "ブラウザが送るヘッダーが大きすぎます。",
    "web.refused.431.hint": "このサーバーの Cookie を削除して、サインインし直してください。",
    "web.refused.500": "予期しないエラーが発生しました。",
    "web.refused.500.hint": "保存したものは失われていません。`reader serve --debug` "
    "で起動すると、ターミナルに詳しく表示されます。",
    "web.enter": "サインイン",
    "web.enter.in": "この端末はサインイン済みです。",
    "web.enter.code": "コード",
    "web.enter.help": "`reader serve` のターミナル、またはサインイン済みの端末の「その他」→「端"
    "末」に表示される英数字8文字です。5分間、1回だけ使えます。",
    "web.enter.go": "サインイン",
    "web.enter.wrong": "コードが違うか、使用済みか、5分を過ぎています。`reader serve` "
    "のターミナルで Enter を押すと、新しいコードが出ます。",
    "web.enter.wait": "間違ったコードが続きました。{n}秒後にもう一度お試しください。",
    "web.enter.already": "サインイン済みなら、コードなしで続ける",
    "web.enter.trust": "ブラウザに警告が出るときは、このサーバーを信頼する",
    "web.door": "端末",
    "web.door.local": "このページを開けるのはこのマシンだけなので、サインインは不要です。ほかの端"
    "末からも開くには `reader serve --host 0.0.0.0 --https` で起動してください。",
    "web.door.add": "別の端末用のコードを作る",
    "web.door.code": "別の端末用のコード",
    "web.door.code.help": "{n}分間、1回だけ使えます。追加する端末のカメラで QR コードを読み取る"
    "か、その端末で /enter を開いて入力してください。iPad のホーム画面のアイコンには、別のコードが"
    "必要です。",
    "web.door.qr": "アドレスとコードの QR コード",
    "web.door.device": "名前のない端末",
    "web.door.this": "この端末",
    "web.door.times": "サインイン: {since}、最終利用: {seen}",
    "web.door.leave": "サインアウト",
    "web.door.leave.of": "サインアウト: {name}",
    "web.door.leave.all": "すべての端末でサインアウト",
    "web.door.leave.help": "サインアウトした端末には新しい内容は表示されません。保存されているペー"
    "ジは、次にこのサーバーにつながったときに削除されます。",
    "web.door.nobody": "サインインしている端末はありません。",
    "web.trust": "このサーバーを信頼する",
    "web.trust.why": "このサーバーは、自分で作った証明書で身元を示します。この証明書を信頼した端末"
    "は、ページを保存してオフラインでも表示できます。秘密鍵がサーバーのマシンの外に出ることはあり"
    "ません。信頼する前に、フィンガープリントがターミナルの表示と同じことを確認してください。",
    "web.trust.get": "証明書をダウンロード",
    "web.trust.ipad": "iPad と iPhone",
    "web.trust.ipad.1": "Safari で「証明書をダウンロード」をタップし、許可します。",
    "web.trust.ipad.2": "「設定」を開き、上部の「プロファイルがダウンロードされました」をタップし"
    "て「インストール」を選びます。",
    "web.trust.ipad.3": "「設定」→「一般」→「情報」→「証明書信頼設定」で asayomi をオンにします。",
    "web.trust.ipad.4": "このページを再読み込みします。警告が消え、アドレスバーに鍵の印が出ます。",
    "web.trust.ipad.5": "サインインし、共有メニューから「ホーム画面に追加」を選びます。アイコンか"
    "ら初めて開くときは、別のコードが必要です。",
    "web.trust.others": "その他の端末",
    "web.trust.others.mac": "Mac: ファイルを開き、「キーチェーンアクセス」で「常に信頼」にします。",
    "web.trust.others.android": "Android: 「設定」→「セキュリティ」→「証明書のインストール」→「CA "
    "証明書」。",
    "web.trust.others.windows": "Windows: ファイルを開き、「証明書のインストール」→「信頼された"
    "ルート証明機関」。",
    "web.trust.others.firefox": "Firefox は独自の一覧を使います: 「設定」→「証明書」→「認証局証明"
    "書」→「インポート」。",
    "web.trust.limits": "信頼した端末がこの証明書を受け入れるのは、次の名前とネットワークだけです"
    ": {names}。期限は {day} で、その後は新しい証明書を信頼する必要があります。",
    "web.trust.fingerprint": "フィンガープリント (SHA-256)",
    "web.trust.fingerprint.help": "iPad ではプロファイルの詳細に表示されます。違っている場合は、通"
    "信が傍受されているおそれがあります。信頼しないでください。",
    "web.trust.none": "このサーバーには独自の証明書がないので、信頼する操作は不要です。",
    "web.trust.none.hint": "`reader serve --https` で証明書が作られます。",
    "option.host": "待ち受けるアドレス。0.0.0.0 ならこのマシンのすべて。ほかの端末にはサインインを"
    "求める。",
    "option.name": "このマシン自身の名前のほかに、ページを開くのに使う名前。繰り返し指定できる。",
    "option.https": "このマシン独自の認証局の証明書で HTTPS を使う。端末ごとに一度だけ信頼する ("
    "ページ /trust)。",
    "option.cert": "この証明書で HTTPS を使う (PEM、中間証明書はその下に)。",
    "option.key": "証明書の秘密鍵 (PEM)。証明書と同じファイルにあれば不要。",
    "option.login": "このマシンでもサインインを求める (ほかの人のアカウントがある場合)。",
    "serve.also": "{addresses} でも開けます。",
    "serve.code": "{until} まで1回だけ、コード {code} でサインインできます: {address}",
    "serve.more": "Enter を押すと新しいコードが出ます。",
    "serve.trust": "端末ごとに一度だけ信頼してください: {address}trust\n  SHA-256 {fingerprint}",
    "serve.plain": "HTTPS を使っていないため、同じネットワークの人に内容を読まれるおそれがあり、端"
    "末はオフライン用に何も保存しません。`--https` を付けるとどちらも解決します。",
    "serve.ended": "終了しました。",
    "serve.taken": "ポート {port} は使用中です。",
    "serve.taken.hint": "別の `reader serve` が動いているかもしれません。`--port 0` "
    "なら空いているポートを使います。",
    "serve.forbidden": "ポート {port} を開く権限がありません。",
    "serve.forbidden.hint": "1024 以上のポートを指定してください: `--port 8100`",
    "serve.no_host": "{host} はこのマシンのアドレスではありません。",
    "serve.no_host.hint": "`--host 0.0.0.0` ですべてのアドレスで待ち受けます。開くときの名前は "
    "`--name` で指定します。",
    "serve.no_listen": "{host} で待ち受けられません: {what}",
    "serve.bad_name": "{name} はマシンの名前でもアドレスでもありません。",
    "serve.bad_name.hint": "https:// と次のスラッシュの間の部分を、ポートなしで書いてください。",
    "serve.cert.unread": "{file} を読めません: {what}。",
    "serve.cert.unread.hint": "パスとファイルの権限を確認してください。",
    "serve.cert.bad": "{file} は PEM 形式の証明書と鍵ではありません。",
    "serve.cert.bad.hint": "PEM ファイルは -----BEGIN CERTIFICATE----- "
    "で始まります。鍵が別のファイルなら `--key` で指定してください。",
    "serve.cert.other_key": "{key} の鍵は {file} の証明書のものではありません。",
    "serve.cert.other_key.hint": "証明書を作ったときの鍵を指定してください。",
    "serve.cert.locked": "{key} の鍵にはパスフレーズがかかっています。",
    "serve.cert.locked.hint": "パスフレーズを外し (openssl pkey -in KEY -out PLAIN)、自分だけが読"
    "めるようにしてください。",
    "serve.cert.both": "--https は証明書を作り、--cert は証明書を指定するため、一緒には使えませ"
    "ん。",
    "serve.cert.no_cert": "--key には --cert が必要です。",
    "serve.cert.one": "どちらかのオプションを外してください。",
    "serve.authority.open": "このマシンの認証局の秘密鍵 {file} を、ほかの人が読めます。",
    "serve.authority.open.hint": "chmod 600 {file} を実行してください。このマシンをほかの人も使っ"
    "ていた場合は、フォルダごと削除し、端末で新しい認証局を信頼し直してください。",
    "serve.authority.new.any": "新しい認証局を作りました。古いものは、どのサイトの証明書も無期限に"
    "作れたためです。",
    "serve.authority.new.ended": "新しい認証局を作りました。古いものの期限が切れたためです。",
    "serve.authority.new.names": "新しい認証局を作りました。古いものは {names} の証明書を作れない"
    "ためです。",
    "serve.authority.new.what": "各端末で新しい認証局を一度だけ信頼し、古いものは削除してくださ"
    "い。",
    "serve.authority.soon": "認証局の期限は {day} です。その後の最初の起動で新しいものが作られ、端"
    "末で信頼し直すことになります。今作り直すには、{folder} を削除して起動し直してください。",
    "serve.authority.bad": "{file} は `reader serve` の認証局ではありません: {what}",
    "serve.authority.bad.hint": "フォルダ {folder} を削除してください。次の起動で新しいものが作ら"
    "れ、端末で信頼し直します。",
}
