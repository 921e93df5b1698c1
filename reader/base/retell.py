"""Tell a stored sentence anew in the language that is spoken now.

    127.0.0.1 answered 404: Not Found      “ASR” in the title; 2 up-votes.

A failure and the reason of a decision are stored as they were told, and read months later in
another language. The texts of the translations are the patterns: a sentence that one of them
makes, of whichever values, is taken apart and put together again. A value that is itself a text
(`what`, `why` …) is told anew too; a title, a name, or what stands in quotes stays.
A sentence that is unknown, or that two texts make differently, stays as it was stored. Nothing is
read or compiled before the first sentence.
"""

from __future__ import annotations

import ast
import contextlib
import re
import struct
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from string import Formatter
from typing import get_args

from reader.base.messages import DOMAIN, LOCALE, Language, spoken

TEXTS = frozenset({"what", "why", "error", "reason", "hint", "came", "form", "source"})
"""Names of values that may be texts of the program themselves."""
LISTS = frozenset({"words", "people"})
"""Names of values that are texts or names in a row."""
BARE = frozenset({"n", "of", "line", "status", "day", "month", "months", "at", "percent"})
"""Names of values that have no blank within them, so that fewer sentences can be cut in two ways.
`at` is a moment, "2031-03-04 17:10"."""

LONGEST, MOST_JOINTS = 1_000, 24
"""The most characters and joints of a sentence that is taken apart. A server's answer stands in
an error: one with 120 joints took 0.35 s."""

QUOTES = tuple("“「『`'\"")
QUOTED = "“{what}”"

Forms = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Retelling:
    """A sentence that was told anew. weight: how many of its characters are the texts' own."""

    text: str
    weight: int


def retell(stored: str) -> str:
    """Return a stored sentence in the language that is spoken now, where it is a known one."""
    is_short = len(stored) <= LONGEST and len(re.findall(": |; |、", stored)) <= MOST_JOINTS
    return _retold(stored, spoken()) if stored and is_short else stored


@lru_cache(maxsize=4096)
def _retold(stored: str, now: Language) -> str:
    retold = _retelling(stored, now, now)
    least = retold.weight if retold else 0
    for then in get_args(Language):
        if then != now and (found := _retelling(stored, then, now)) and found.weight > least:
            return found.text
    return stored


@lru_cache(maxsize=4096)
def _retelling(text: str, then: Language, now: Language) -> Retelling | None:
    """Tell a sentence anew from one language in another. None: unknown, or told in two ways."""
    found = [*_wholes(text, then, now), *_behind_name(text, then, now)]
    joints = _joints(then, now)
    found += _series(text, joints["; "], then, now)
    if text.endswith(joints["."][0]):
        end, end_now = joints["."]
        inner = text.removesuffix(end)
        rest = [*_series(inner, joints["; "], then, now), *_wholes(inner, then, now)]
        found += [Retelling(one.text + end_now, one.weight + 1) for one in rest]
    return _best(found)


def _best(found: Iterable[Retelling]) -> Retelling | None:
    several = list(found)
    most = max((one.weight for one in several), default=0)
    best = {one for one in several if one.weight == most}
    return best.pop() if len(best) == 1 else None


def _behind_name(text: str, then: Language, now: Language) -> Iterator[Retelling]:
    """Tell what stands behind the name of a source or a file: "timeline: {what}"."""
    for cut in re.finditer(": ", text):
        if rest := _retelling(text[cut.end() :], then, now):
            head = _best(_wholes(text[: cut.start()], then, now, is_name=True))
            head = head or Retelling(text[: cut.start()], 0)
            yield Retelling(f"{head.text}: {rest.text}", head.weight + rest.weight + 1)


def _series(text: str, joint: tuple[str, str], then: Language, now: Language) -> list[Retelling]:
    """Tell reasons in a row; a title among them may have the joint within it."""
    before, after = joint
    found = []
    for cut in re.finditer(re.escape(before), text):
        first = _best(_wholes(text[: cut.start()], then, now))
        tail = text[cut.end() :]
        rest = first and _best([*_wholes(tail, then, now), *_series(tail, joint, then, now)])
        if first and rest:
            found.append(Retelling(first.text + after + rest.text, first.weight + rest.weight))
    return found


def _wholes(
    text: str, then: Language, now: Language, *, is_name: bool = False
) -> Iterator[Retelling]:
    """Tell a sentence by each text that makes it. is_name: by those with values only."""
    for probe, form, forms in _patterns(then, now):
        if probe in text and not (is_name and form == text):
            for pattern in _compiled(form):
                if match := pattern.fullmatch(text):
                    values = dict(zip(_specs(form), match.groups(), strict=True))
                    yield from _filled(form, forms, values, then, now)


def _filled(
    form: str, forms: Forms, values: Mapping[str, str], then: Language, now: Language
) -> Iterator[Retelling]:
    weight = sum(len(literal) for literal, *_ in Formatter().parse(form))
    filled: dict[str, object] = dict(values)
    for literal, name, _spec, conversion in Formatter().parse(form):
        if name in LISTS or (name in TEXTS and not (conversion or literal.endswith(QUOTES))):
            found = _part(name, values[name], then, now)
            filled[name], weight = found.text, weight + found.weight
        elif name and conversion == "r":
            filled[name] = _of_repr(values[name])
    filled.setdefault("n", "1")  # a text for one need not have the number
    if len(forms) > 1 and "n" in values:
        forms = forms[:1] if values["n"] == "1" else forms[1:]
    for one in forms:
        written = ""
        for literal, name, _spec, conversion in Formatter().parse(one):
            value = filled[name] if name else ""
            written += literal + (repr(value) if conversion == "r" else str(value))
        yield Retelling(written, weight)


def _of_repr(written: str) -> object:
    with contextlib.suppress(ValueError, SyntaxError):
        return ast.literal_eval(written)
    return written


def _part(name: str, value: str, then: Language, now: Language) -> Retelling:
    """Tell a value anew that is a text, or names or quoted words in a row; any other stays."""
    if name not in LISTS:
        return _retelling(value, then, now) or Retelling(value, 0)
    joint, joint_now = _joints(then, now)[", "]
    (begin, end), (begin_now, end_now) = (q.split("{what}") for q in _joints(then, now)[QUOTED])
    if not (value.startswith(begin) and value.endswith(end)):
        begin = end = begin_now = end_now = ""
    parts = value[len(begin) : len(value) - len(end)].split(end + joint + begin)
    # Each counts a little: else 「a」、「b」 could be two reasons as well.
    text = begin_now + (end_now + joint_now + begin_now).join(parts) + end_now
    return Retelling(text, len(parts) * len(f"{begin}{end},"))


@cache
def _patterns(then: Language, now: Language) -> list[tuple[str, str, Forms]]:
    """List the texts that a sentence is compared with: (its longest part, it, its other forms).

    A text of one word may be a topic's name as well, and one of signs alone makes anything.
    """
    found, unsure = [], set[str]()
    for ids, (before, after) in _pairs(then, now):
        if " " not in ids[0] or len(re.findall("[A-Za-z]", re.sub(r"{[^}]*}", "", ids[0]))) < 5:
            unsure.update(before)
            continue
        for i, form in enumerate(before):
            same = after if len(after) != len(before) else after[i : i + 1]
            known = {"n": "", **_specs(form)}
            if all(_specs(one).items() <= known.items() for one in same):
                probe = max((literal for literal, *_ in Formatter().parse(form)), key=len)
                found.append((probe, form, same))
    return [one for one in found if one[1] not in unsure]


@cache
def _joints(then: Language, now: Language) -> dict[str, tuple[str, str]]:
    known = {ids[0]: (before[0], after[0]) for ids, (before, after) in _pairs(then, now)}
    return {joint: known[joint] for joint in ("; ", ", ", ".", QUOTED)}


@cache
def _compiled(form: str) -> tuple[re.Pattern[str], ...]:
    """Compile a text, its values as short as they can be, and as long: they differ in doubt."""
    patterns, seen = [""] * 2, dict[str, int]()
    for literal, name, _spec, _conversion in Formatter().parse(form):
        value = r"(\S+(?: \d\d:\d\d)?)" if name in BARE else "(.+{})"
        if name in seen:
            value = f"\\{seen[name]}"
        elif name:
            seen[name] = len(seen) + 1
        for i, sign in enumerate(("?", "")):
            patterns[i] += re.escape(literal) + (value.replace("{}", sign) if name else "")
    return tuple(re.compile(one, re.DOTALL) for one in dict.fromkeys(patterns))


def _specs(form: str) -> dict[str, str]:
    """Map the values of a text to how each is written: "n" → ":,"."""
    return {name: spec or "" for _, name, spec, _ in Formatter().parse(form) if name}


@cache
def _pairs(then: Language, now: Language) -> list[tuple[Forms, tuple[Forms, Forms]]]:
    """Pair the texts of two languages: [(the English, (in the one, in the other))]."""
    other = _catalogue("ja")
    in_language = {"en": {ids: ids for ids in other}, "ja": other}
    return [(ids, (in_language[then][ids], in_language[now][ids])) for ids in other]


@cache
def _catalogue(language: Language) -> dict[Forms, Forms]:
    """Read the .mo of a language: English forms → its forms; `gettext` keeps no English plural."""
    data = (LOCALE / language / "LC_MESSAGES" / f"{DOMAIN}.mo").read_bytes()
    n, ids, texts = struct.unpack_from("=3I", data, 8)

    def read(table: int, i: int) -> Forms:
        length, start = struct.unpack_from("=2I", data, table + 8 * i)
        return tuple(data[start : start + length].decode().split("\0"))

    known = {read(ids, i): read(texts, i) for i in range(n)}
    # The head has the empty text; one with a context is of buttons, never of a sentence.
    return {forms: texts for forms, texts in known.items() if forms[0] and "\4" not in forms[0]}
