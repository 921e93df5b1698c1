"""Texts of the pages in Japanese: coming in: `serve`, tokens, certificates."""

from __future__ import annotations

TEXTS: dict[str, str] = {
    "help.serve": "朝の論文をページとして配信します(ブラウザ、携帯、iPad)。",
    "option.port": "待ち受けるポート番号。0 なら空いている番号を使います。",
    "serve.at": "ページは {address} です(Ctrl-C で終了)。",
}
