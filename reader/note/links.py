"""Find the links of a note to other papers, `[[key]]`, as Obsidian writes them too. Pure."""

from __future__ import annotations

import re


def links_in(text: str) -> list[str]:
    """List the keys that a note links to, each once, in their order.

    `[[key|words]]`, `[[key#heading]]`, `[[folder/key]]` and `[[key.md]]` mean the same key.
    What stands in code, fenced or between backticks, is no link.
    """
    found = (key_of(match[1]) for match in _LINK.finditer(_CODE.sub("", text)))
    return list(dict.fromkeys(key for key in found if key))


def key_of(inside: str) -> str:
    """Give the key that `[[inside]]` leads to, "" for none."""
    name = re.split(r"[|#^]", inside, maxsplit=1)[0].strip()
    return name.rpartition("/")[2].removesuffix(".md").strip()


_LINK = re.compile(r"\[\[([^\[\]\n]{1,300})\]\]")
_CODE = re.compile(
    r"^[ ]{0,3}(```|~~~)[^\n]*(?:\n(?![ ]{0,3}\1)[^\n]*)*(?:\n[ ]{0,3}\1[^\n]*)?|`[^`\n]+`",
    re.MULTILINE,
)
