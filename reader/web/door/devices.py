"""Name a device by what its browser says of itself, in words of ours alone: pure."""

from __future__ import annotations

DEVICES = {
    "iPad": "iPad",
    "iPhone": "iPhone",
    "Android": "Android",
    "Macintosh": "Mac",  # an iPad says so too
    "Windows": "Windows",
    "CrOS": "Chromebook",
    "Linux": "Linux",
}
BROWSERS = {
    "Edg": "Edge",
    "OPR/": "Opera",
    "Firefox/": "Firefox",
    "FxiOS/": "Firefox",
    "CriOS/": "Chrome",
    "Chrome/": "Chrome",
    "Safari/": "Safari",
}


def device_of(user_agent: str) -> str:
    """Give "iPad, Safari"; "" where nothing in it is known. The first word that fits counts."""
    words = (_first(DEVICES, user_agent), _first(BROWSERS, user_agent))
    return ", ".join(word for word in words if word)


def _first(names: dict[str, str], text: str) -> str:
    return next((name for mark, name in names.items() if mark in text), "")
