"""Hold what the editor shows for a new note: headings to write under, in two languages.

In our own words. A template is Markdown: what is left of it as it stands is not kept, so
any line of it may be a hint. Pure.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple, Protocol

Language = Literal["en", "ja"]


class Named(Protocol):
    """A template of the person's own."""

    @property
    def name(self) -> str: ...

    @property
    def text(self) -> str: ...


class _Question(NamedTuple):
    heading: str
    hint: str


def template_text(name: str, language: Language, own: Sequence[Named] = ()) -> str | None:
    """Give a template's Markdown, "" for `none`; None where no template has this name.

    own: those of feeds.toml.
    """
    for template in own:
        if template.name == name:
            return template.text.strip("\n") + "\n"
    if name == "none":
        return ""
    questions = _BUILT_IN.get((name, language))
    if questions is None:
        return None
    return "\n".join(f"## {heading}\n{HINT} {hint}\n" for heading, hint in questions)


def all_texts(own: Sequence[Named] = ()) -> list[str]:
    """List all templates, in both languages: whichever a draft began from is among them."""
    built_in = (template_text(name, language) for name, language in _BUILT_IN)
    return [text for text in built_in if text] + [template.text for template in own]


HINT = "┊"
"""Begins a line that the editor shows and that is never kept."""

_BUILT_IN: dict[tuple[str, Language], tuple[_Question, ...]] = {
    ("key-points", "en"): (
        _Question("Problem", "What could nobody do before, and who minds?"),
        _Question("Idea", "What is the one thing that they do differently?"),
        _Question("Evidence", "Which result made you believe it?"),
        _Question("Doubt", "Where might it not hold?"),
        _Question("What I will do with it", "Try it, cite it, ask somebody, or let it be?"),
    ),
    ("key-points", "ja"): (
        _Question("課題", "これまで何ができず、誰が困っていたか"),
        _Question("アイデア", "ほかと違うことを一つだけ挙げるなら"),
        _Question("根拠", "どの結果を見て信じたか"),
        _Question("疑問", "どこで成り立たなくなりそうか"),
        _Question("自分はどう使うか", "試す、引用する、人に聞く、何もしない"),
    ),
    ("six-questions", "en"): (
        _Question("In one breath", "What is it?"),
        _Question("Beyond earlier work", "What do they reach that others did not?"),
        _Question("The trick", "Which part makes it work?"),
        _Question("The proof", "How did they find out that it works?"),
        _Question("Open to argument", "What would you object to?"),
        _Question("Next", "Which paper should be read after this one?"),
    ),
    ("six-questions", "ja"): (
        _Question("ひとことで", "何をする研究か"),
        _Question("これまでとの違い", "先の研究が届かなかった何に届いたか"),
        _Question("鍵", "どの部分のおかげでうまくいくのか"),
        _Question("確かめ方", "効くことを何で示したか"),
        _Question("異論", "自分なら何に反論するか"),
        _Question("次に読むもの", "この次に読むべき論文はどれか"),
    ),
}
