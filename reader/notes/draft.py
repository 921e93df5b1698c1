"""Lay out the text for the editor, take the person's words out of what it saved, and show what
changed between two revisions.

    the note as it is, or a template
    <!-- reader:show … -->           from here on what is only shown,
    ┊ the abstract                   each line with the mark in front
    <!-- reader:shown -->

A template is Markdown, ours in two languages: what is left of it as it stands is not kept, so
any line of it may be a hint.

What is only shown is known line by line, wherever an editor or a hand moved it: a line that
begins with the mark is never kept, and neither are the two comments. So nothing typed
below, above or between them is lost, nor what was typed behind a line that was shown: it is
kept as a line of its own. A line that stood in the note before is the person's, whatever it
begins with. Pure; linear in the length of the text.
"""

from __future__ import annotations

import difflib
import re
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import Literal

from reader.library.config import Template

Language = Literal["en", "ja"]


def template_text(name: str, language: Language, own: Sequence[Template] = ()) -> str | None:
    """Look up a template's Markdown, "" for `none`; None where no template has this name.

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


def all_texts(own: Sequence[Template] = ()) -> list[str]:
    """Collect all templates, in both languages: whichever a draft began from is among them."""
    built_in = (template_text(name, language) for name, language in _BUILT_IN)
    return [text for text in built_in if text] + [template.text for template in own]


def fields_of(text: str, templates: Collection[str]) -> list[tuple[str, str]]:
    """List the headings of the template that a text follows, each with its hint, "" for none.

    Only headings of the second level count. Empty for a text with no heading of a template.
    """
    lines = {_label(line) for line in text.split("\n")} - {""}
    found = [
        (sum(label in lines for label, _ in fields), fields) for fields in map(_fields, templates)
    ]
    n_same, fields = max(found, key=lambda one: one[0], default=(0, []))
    return fields if n_same else []


def _fields(template: str) -> list[tuple[str, str]]:
    lines = template.split("\n")
    return [
        (label, below.removeprefix(HINT).strip() if below.startswith(HINT) else "")
        for line, below in pairwise([*lines, ""])
        if (label := _label(line))
    ]


def _label(line: str) -> str:
    return line[3:].strip() if line.startswith(("## ", "##\t")) else ""


HINT = "┊"
"""The mark at the beginning of a line that the editor shows and that is never kept."""

# A heading, and the question below it as a hint.
_BUILT_IN: dict[tuple[str, Language], tuple[tuple[str, str], ...]] = {
    ("key-points", "en"): (
        ("Problem", "What could nobody do before, and who minds?"),
        ("Idea", "What is the one thing that they do differently?"),
        ("Evidence", "Which result made you believe it?"),
        ("Doubt", "Where might it not hold?"),
        ("What I will do with it", "Try it, cite it, ask somebody, or let it be?"),
    ),
    ("key-points", "ja"): (
        ("課題", "これまで何ができず、誰が困っていたか"),
        ("アイデア", "ほかと違うことを一つだけ挙げるなら"),
        ("根拠", "どの結果を見て信じたか"),
        ("疑問", "どこで成り立たなくなりそうか"),
        ("自分はどう使うか", "試す、引用する、人に聞く、何もしない"),
    ),
    ("six-questions", "en"): (
        ("In one breath", "What is it?"),
        ("Beyond earlier work", "What do they reach that others did not?"),
        ("The trick", "Which part makes it work?"),
        ("The proof", "How did they find out that it works?"),
        ("Open to argument", "What would you object to?"),
        ("Next", "Which paper should be read after this one?"),
    ),
    ("six-questions", "ja"): (
        ("ひとことで", "何をする研究か"),
        ("これまでとの違い", "先の研究が届かなかった何に届いたか"),
        ("鍵", "どの部分のおかげでうまくいくのか"),
        ("確かめ方", "効くことを何で示したか"),
        ("異論", "自分なら何に反論するか"),
        ("次に読むもの", "この次に読むべき論文はどれか"),
    ),
}


BEGIN, END = "<!-- reader:show: {what} -->", "<!-- reader:shown -->"


def laid_out(words: str, shown: Sequence[str], *, what: str) -> str:
    """Put the lines that are only shown below the words.

    shown: lines, safe to print. what: says in a sentence that they are not kept.
    """
    lines = [f"{HINT} {line}".rstrip() for line in shown]
    block = "\n".join([BEGIN.format(what=what), *lines, END])
    return f"{words}\n\n{block}\n" if words else f"\n{block}\n"


def with_headings(words: str, template: str) -> str:
    """Put a template's headings below a note, but for those that it has."""
    have = {line.strip() for line in words.split("\n")}
    kept, is_left_out = list[str](), False
    # A heading that the note has is left out with all that stands below it: its hint.
    for line in template.split("\n"):
        if _HEADING.match(line):
            is_left_out = line.strip() in have
        if not is_left_out:
            kept.append(line)
    more = "\n".join(kept).strip("\n")
    return "\n\n".join(filter(None, (words.rstrip("\n"), more)))


def without_shown(saved: str, *, before: str = "", given: Collection[str] = ()) -> str:
    """Drop the lines that were only shown; typed words stay, as do lines of `before`.

    given: texts with lines that were shown; what stands behind one of them was typed.
    """
    own = Counter(before.split("\n"))
    shown = {line.rstrip() for text in given for line in text.split("\n") if _is_shown(line)}
    kept = list[str]()
    for line in saved.split("\n"):
        if own[line] > 0 or not _is_shown(line):
            own[line] -= 1  # the note stands first: the same line below it is the shown one
            kept.append(line)
            continue
        line = line.rstrip()
        # An empty line that was shown tells nothing of what stands behind it.
        begins = [one for one in shown if one != HINT and line.startswith(one)]
        typed = line[len(max(begins, key=len)) :].strip() if begins and line not in shown else ""
        if typed and not typed.startswith(HINT):  # a program that joins lines brings the next mark
            kept.append(typed)
    return "\n".join(kept).strip("\n")


def words_in(
    saved: str, *, templates: Collection[str] = (), before: str = "", given: str = ""
) -> str:
    """Return the words that the person wrote, without lines that were only shown, and without
    what they left of a template as it stood.

    A heading of a template goes where nothing was written below it, up to the next one of
    its level or a higher one. saved: lines end in \\n. before: the note as it was; what
    stood in it is the person's. given: what the editor was given, "" where that is not known.
    """
    own = set(before.split("\n"))
    # What is left of a template: its hints and its headings, as they stood.
    theirs = {line.rstrip() for text in templates for line in text.split("\n")} - {""}
    lines = [
        line
        for line in without_shown(saved, before=before, given=[*templates, given]).split("\n")
        if line in own or _HEADING.match(line) or line.rstrip() not in theirs
    ]
    kept: list[str] = []
    # From the end: for each level of heading, whether something is written below it; 7 is a
    # line that is no heading.
    is_filled = dict.fromkeys(range(1, 8), False)
    for line in reversed(lines):
        heading = _HEADING.match(line)
        level = len(heading[1]) if heading else 7
        is_theirs = heading and line not in own and line.rstrip() in theirs
        if is_theirs and not is_filled[level]:
            while kept and not kept[-1].strip():  # the gap that it would leave
                kept.pop()
            continue
        kept.append(line)
        # A line fills all headings above it; a heading that stays fills those of higher levels,
        # and what stands in front of it is another section.
        if heading or line.strip():
            is_filled = {n: not heading or n < level for n in is_filled}
    return "\n".join(reversed(kept)).strip("\n")


def _is_shown(line: str) -> bool:
    bare = line.lstrip()
    return bare.startswith(HINT) or bool(_COMMENT.match(bare))


_HEADING = re.compile(r"(#{1,6})(?:[ \t]|\Z)")
_COMMENT = re.compile(r"<!-- reader:show(?:n|:[^\n]*)? ?-->")


AROUND = 3
"""Unchanged lines that are shown before and after changed ones."""

MOST_LINES = 4_000
"""Lines of both texts together; beyond it lines that are repeated often are not matched."""

MOST_PAIRS = 400
"""Pairs of changed lines, up to which the most similar ones are paired; beyond it the n-th of
both."""

LONGEST = 4_000
"""Characters of a line in which changed words are looked for; a longer line is all changed."""


@dataclass(frozen=True, slots=True)
class DiffLine:
    """A line of a unified difference.

    kind: "@" stands over a hunk and says its place; " " both have it; "-" and "+" one has.
    text: without the kind. spans: what is new or gone within it, as (start, end) in
    characters; empty where the whole line is.
    """

    kind: Literal["@", " ", "-", "+"]
    text: str
    spans: tuple[tuple[int, int], ...] = ()


def changes(before: str, after: str) -> list[DiffLine]:
    """Compute the lines that lead from one text to the other; none where they are the same."""
    old, new = before.split("\n"), after.split("\n")
    # Lines that stand everywhere make an exact comparison quadratic.
    is_long = len(old) + len(new) > MOST_LINES
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=is_long)
    found: list[DiffLine] = []
    for group in matcher.get_grouped_opcodes(AROUND):
        first, last = group[0], group[-1]
        place = f"-{_range(first[1], last[2])} +{_range(first[3], last[4])}"
        found.append(DiffLine("@", f"@ {place} @@"))
        for tag, a, b, c, d in group:
            if tag == "equal":
                found += [DiffLine(" ", line) for line in old[a:b]]
            else:
                found += _replaced(old[a:b], new[c:d])
    return found


def pieces(line: DiffLine) -> Iterator[tuple[str, bool]]:
    """Split a changed line into pieces, each with whether it changed; safe to print, each
    character in its place."""
    text = "".join(c if c.isprintable() else " " if c == "\t" else "\ufffd" for c in line.text)
    done = 0
    for start, end in line.spans:
        yield text[done:start], False
        yield text[start:end], True
        done = end
    yield text[done:], False


def _range(start: int, end: int) -> str:
    """Write a place as unified differences do: from 1, the line before where it has none."""
    n = end - start
    return f"{start + 1}" if n == 1 else f"{start + 1 if n else start},{n}"


def _replaced(old: Sequence[str], new: Sequence[str]) -> Iterator[DiffLine]:
    """List removed lines, then added ones; in similar ones the differing words are marked."""
    # By whether it is a new line, and its number; an old line has one partner, the first found.
    spans: dict[tuple[bool, int], Spans] = {}
    for n, line in enumerate(new):
        like = _most_similar(line, old) if len(old) * len(new) <= MOST_PAIRS else n
        if like is not None and like < len(old) and (False, like) not in spans:
            gone, added = _spans(old[like], line)
            if gone or added:
                spans[False, like], spans[True, n] = gone, added
    for n, line in enumerate(old):
        yield DiffLine("-", line, spans.get((False, n), ()))
    for n, line in enumerate(new):
        yield DiffLine("+", line, spans.get((True, n), ()))


def _most_similar(line: str, lines: Sequence[str]) -> int | None:
    """Find the line that is most similar to one, the first of equal ones; None among no lines."""
    # difflib keeps what it counts of the second text: the line that stays the same goes there.
    matcher = difflib.SequenceMatcher(None, b=line[:LONGEST], autojunk=False)

    def likeness(n: int) -> float:
        matcher.set_seq1(lines[n][:LONGEST])
        # An upper bound of the ratio, by letters alone: enough to choose, and much cheaper.
        return matcher.quick_ratio()

    return max(range(len(lines)), key=likeness, default=None)


Spans = tuple[tuple[int, int], ...]


def _spans(old: str, new: str) -> tuple[Spans, Spans]:
    """Find the spans in which two lines differ; none where they have little in common."""
    if max(len(old), len(new)) > LONGEST:  # comparing takes the square of the length
        return (), ()
    mine, theirs = _TOKEN.findall(old), _TOKEN.findall(new)
    matcher = difflib.SequenceMatcher(None, mine, theirs, autojunk=False)
    if matcher.ratio() < 0.4:  # another line, of which all is new
        return (), ()
    places_of = [list(accumulate(map(len, tokens), initial=0)) for tokens in (mine, theirs)]
    found: tuple[list[tuple[int, int]], list[tuple[int, int]]] = ([], [])
    for tag, a, b, c, d in matcher.get_opcodes():
        if tag != "equal":
            for spans, places, start, end in zip(found, places_of, (a, c), (b, d), strict=True):
                if start < end:
                    spans.append((places[start], places[end]))
    return tuple(found[0]), tuple(found[1])


# A word with the space behind it; of Japanese a run of kanji, of katakana, or one character.
_TOKEN = re.compile(
    r"[\u4e00-\u9fff々]+|[\u30a1-\u30ffー]+|[\u3041-\u3096]|[^\W\u3041-\u30ff\u4e00-\u9fff]+\s*|.",
    re.DOTALL,
)
