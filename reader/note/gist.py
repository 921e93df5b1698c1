"""Take out of a note the one sentence that says it, and what to ask before it is shown again.

A note is Markdown in the person's own words, under a template's headings or under none.
Pure; nothing is made up: every text is the person's, but for the question of a note that
has none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from reader.note.words import sentences
from reader.phrases import say

LONGEST_NAME = 60
"""Characters of a heading; a longer line is a sentence in bold."""


def key_sentence(note: str) -> str:
    """Give the sentence that says most: the first one under the idea's heading, else of all.

    A note without any sentence gives its first line that has letters; an empty one "".
    """
    parts = list(_parts(note))
    ideas = [body for name, body in parts if _IDEA.search(name)]
    for body in (*ideas, *(body for _, body in parts)):
        for sentence in sentences(body):
            return _bare(sentence)
    lines = (_bare(line) for _, body in parts for line in body.split("\n"))
    return next((line for line in lines if _LETTER.search(line)), "")


def question(note: str) -> str:
    """Give what to ask before the words are shown: the person's own first question, else the
    headings under which something stands, else what every note should answer.

    Own is a line that begins with "Q:" or "問:". It never holds the answer.
    """
    for line in note.split("\n"):
        if found := _ASKED.match(line):
            return _bare(found[1])
    filled = [name for name, body in _parts(note) if name and _LETTER.search(body)]
    if not filled:
        return say("recall.question")
    return say("recall.under", names=say("list").join(filled))


def _parts(note: str) -> Iterator[tuple[str, str]]:
    """Part a note at its headings: (name, what stands below), the name "" above the first."""
    name, lines = "", list[str]()
    for line in re.split(r"\r\n|[\n\r]", note):
        found = _HEADING.match(line.strip())
        heading = (found[1] or found[2] or found[3]).strip(" *:：") if found else ""
        if heading and len(heading) <= LONGEST_NAME:
            yield name, "\n".join(lines)
            name, lines = heading, []
        else:
            lines.append(line)
    yield name, "\n".join(lines)


def _bare(text: str) -> str:
    """Take Markdown's marks off a line: of lists, emphasis, headings, links."""
    text = _LINK.sub(r"\1", _MARK.sub("", text.strip(), count=1))
    text = _WIKI.sub(lambda link: link[1].rpartition("|")[2], text)
    return re.sub(r"(\*\*|__|`|(?<!\w)[*_]|[*_](?!\w))", "", text).strip()


_LETTER = re.compile(r"[^\W\d_]")
_HEADING = re.compile(r"#{1,6}\s+(.+?)\s*#*\Z|\*\*([^*]+)\*\*[:：]?\Z|__([^_]+)__[:：]?\Z")
_IDEA = re.compile(
    r"\b(?:ideas?|contributions?|method|approach|in one breath|nutshell|trick)\b"
    r"|アイデア|着想|提案|手法|核心|要点|キモ|肝|鍵|ひとこと|一言",
    re.IGNORECASE,
)
_ASKED = re.compile(
    r"\s*(?:[-*+•・]\s+)?(?:\*\*)?(?:Q|問|問い|質問)(?:\*\*)?\s*[:：.．]\s*(?:\*\*)?(.*\w.*)"
)
_MARK = re.compile(r"\A(?:#{1,6}\s+|>\s*|[-*+•・]\s+(?:\[[ xX]\]\s+)?|\d{1,3}[.)]\s+)")
_LINK = re.compile(r"!?\[([^\[\]]*)\]\([^()\s]*\)")
_WIKI = re.compile(r"!?\[\[([^\[\]\n]+)\]\]")
