"""Read and rewrite the front matter of a Markdown file: YAML between two lines `---`.

Some keys are the program's, all others are somebody else's and come back as they were,
order and formatting too. One of ours whose value a hand changed is the hand's from then
on. Reads as much YAML as other programs write there, and is no YAML reader. Linear in
the length of its text.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence

Value = str | tuple[str, ...]
Keys = Mapping[str, Sequence[str]]
"""Key → its lines, without line ends."""

BESIDE_OTHERS = ("aliases", "tags")
"""Lists that others write into too: of ours only what we put there is ever changed."""

# A file saved on Windows may begin with a byte order mark and end its lines in "\r\n".
FRONT = re.compile(
    r"(?P<open>\ufeff?---[ \t]*\r?\n)(?P<yaml>(?:[^\n]*\n)*?)(?P<close>---[ \t]*\r?(?:\n|\Z))"
)
_KEY = re.compile(r"([A-Za-z_][\w-]*)[ \t]*:(?=\s|\Z)")
_ITEM = re.compile(r"[ \t]*-[ \t]+(.*)")
# YAML lets the items of a list stand without an indent, right below their key.
_GOES_ON = re.compile(r"[ \t]+\S|- |-\r?\Z")


def fields(file_text: str) -> dict[str, str]:
    """Read the front matter's keys that have one value (id, key, topic, sample, …)."""
    found = values(yaml_of(file_text))
    return {key: value for key, value in found.items() if isinstance(value, str)}


def single_value(file_text: str, key: str) -> str | None:
    """Read one key of the front matter; None where it is absent or has a list."""
    return text_at(yaml_of(file_text), key)


def tolerant_value(file_text: str, key: str) -> str:
    """Read a key that identifies a file (id, page), also from a broken front matter.

    Where the lines `---` were damaged by hand, the lines above the program's block are
    searched. Returns "" where the key is not found.
    """
    if FRONT.match(file_text):
        return single_value(file_text, key) or ""
    above = file_text.partition("<!-- reader:begin")[0]
    found = re.search(rf"^{key}:[ \t]*(\S[^\r\n]*)", above, re.MULTILINE)
    return _scalar(found[1].strip()) if found else ""


def text_at(yaml: str, key: str) -> str | None:
    """Read one key of some YAML; None where it is absent or has a list."""
    found = next((_value(lines) for name, lines in _groups(yaml) if name == key), None)
    return found if isinstance(found, str) else None


def yaml_of(file_text: str) -> str:
    """Return the YAML between the two lines `---`; "" without a front matter."""
    found = FRONT.match(file_text)
    return found["yaml"] if found else ""


def values(yaml: str) -> dict[str, Value]:
    """Read the value of each key. A key that stands twice has its first value."""
    found: dict[str, Value] = {}
    for key, lines in _groups(yaml):
        if key:
            found.setdefault(key, _value(lines))
    return found


def items_of(value: Value) -> tuple[str, ...]:
    """Read the items of a list that other programs may have written as one text: a, b or a b."""
    if isinstance(value, str):
        value = () if value in ("~", "null", "[]") else tuple(re.split(r"[,\s]+", value))
    return tuple(filter(None, value))


def lines_of(key: str, value: Value) -> list[str]:
    """Format a key with a text or a list of texts; no lines where the value is empty."""
    if isinstance(value, str):
        return [f"{key}: {quoted(value)}"] if value else []
    return [f"{key}:", *(f"  - {quoted(item)}" for item in value)] if value else []


def quoted(value: str) -> str:
    """Quote a text for YAML.

    A JSON string is a YAML string, except that YAML must escape what it calls not printable.
    """
    unprintable = r"[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff\ud800-\udfff]"
    text = json.dumps(value, ensure_ascii=False)
    return re.sub(unprintable, lambda m: f"\\u{ord(m[0]):04x}", text)


def spliced(front: str, ours: Keys, *, before: str | None, line_end: str) -> str:
    """Update the program's keys where they stand; new keys come after the last of them.

    before: the program's lines as last written, to see what a person changed since. ""
    where they are not known: what stands under our keys then counts as ours. None where the
    front matter is somebody else's: no key of it is changed.
    """
    match = FRONT.match(front)
    as_it_is = "".join(f"{line}\n" for lines in ours.values() for line in lines)
    if match is None or match["yaml"] == as_it_is:
        return front
    old, wanted = values(before or ""), {key: list(lines) for key, lines in ours.items()}
    kept: list[str] = []
    last, seen = 0, set[str]()
    for key, lines in _groups(match["yaml"]):
        if key not in _OURS or before is None:
            wanted.pop(key, None)
            kept += [line + "\n" for line in lines]
            last = len(kept) if before is None and key else last
            continue
        new = wanted.pop(key, [])
        # What a key said where nobody kept it: the first version wrote these keys itself.
        elder = _value(lines) if key in _ELDER else None
        if key in BESIDE_OTHERS:
            may_grow = key == "tags" and key in old
            items = (old.get(key, ()), _value(new) if new else ())
            kept += _swapped(lines, *items, line_end, may_grow=may_grow)
        elif _is_handmade(lines, new, old.get(key) if old else elder, key in seen):
            kept += [line + "\n" for line in lines]
        else:
            kept += [line + line_end for line in new]
        seen.add(key)
        last = len(kept)
    # What others may write into, and took out, is not put there again; a new tag is.
    for key in wanted.keys() & old.keys() & {*BESIDE_OTHERS}:
        _gone, come = _changed(old[key], _value(wanted[key]), ())
        wanted[key] = lines_of(key, come) if key == "tags" else []
    kept[last:last] = [line + line_end for lines in wanted.values() for line in lines]
    return match["open"] + "".join(kept) + match["close"]


_OURS = frozenset(
    {"title", "aliases", "authors", "year", "id", "also_known", "key", "topic", "tags", "state"}
    | {"rating", "priority", "date", "read", "url", "pdf", "page", "sample"}
)
_ELDER = _OURS - {"aliases", "tags", "rating", "priority", "date", "page"}


def _is_handmade(lines: list[str], new: list[str], old: Value | None, is_second: bool) -> bool:
    """Check whether a key's lines stay: they have our value already, or a person's."""
    found = _value(lines)
    says_the_same = bool(new) and _nfc(found) == _nfc(_value(new))
    return (says_the_same and not is_second) or old is None or _nfc(found) != _nfc(old)


def _swapped(
    lines: list[str], old: Value, new: Value, line_end: str, *, may_grow: bool
) -> list[str]:
    """Replace the program's items within a list that other programs write into as well.

    The lines of all other items come back as they were; [] where no item is left.
    may_grow: new items without an old one are added; a list on one line becomes one of lines.
    """
    kept = [line + "\n" for line in lines]
    there, is_block = _value(lines), bool(lines[1:] and _ITEM.match(lines[1]))
    if isinstance(old, str) or isinstance(new, str) or not (is_block or may_grow):
        return kept
    gone, several = _changed(old, new, items := items_of(there))
    if not is_block:
        left = (*(item for item in items if item not in gone), *several)
        return kept if left == items else [s + line_end for s in lines_of("tags", left)]
    come = list(several)
    for item in gone:
        found = (_ITEM.match(line) for line in lines)
        at = next((i for i, m in enumerate(found) if m and _scalar(m[1]) == item), None)
        if at is None or not kept[at]:
            continue
        dash = lines[at].partition("-")[0]
        # A new item takes the line of an old one, so that the order of the list stays.
        kept[at] = f"{dash}- {quoted(come.pop(0))}{line_end}" if come else ""
    if come and may_grow:
        dash = next((s.partition("-")[0] for s in reversed(kept) if _ITEM.match(s)), "  ")
        kept[-1:] = [kept[-1], *(f"{dash}- {quoted(item)}{line_end}" for item in come)]
    # Only the line of the key is left: a key without items would be read as an empty value.
    return kept if len([line for line in kept if line]) > 1 or len(lines) == 1 else []


def _changed(old: Value, new: Value, there: tuple[str, ...]) -> tuple[list[str], tuple[str, ...]]:
    """List the items that go from a list and those that come into it.

    One that a hand took out does not come back under another name: it takes a new one with it.
    """
    before, after = items_of(old), items_of(new)
    gone = [item for item in before if item not in after]
    come = [item for item in after if item not in before and item not in there]
    n_out = sum(item not in there for item in gone)
    return [item for item in gone if item in there], tuple(come[n_out:])


def _groups(yaml: str) -> Iterator[tuple[str, list[str]]]:
    """Split a front matter into its keys, each with the lines that continue it.

    Lines before any key, comments and blank lines come under the key "".
    """
    key, lines = "", list[str]()
    # `FRONT` takes whole lines: after the last "\n" comes an empty piece. `splitlines` would
    # also split at U+2028 and the like, which a title may hold.
    for line in yaml.split("\n")[:-1]:
        found = _KEY.match(line)
        goes_on = key and _GOES_ON.match(line)
        if found or not goes_on:
            if lines:
                yield key, lines
            key, lines = found[1] if found else "", []
        lines.append(line)
    if lines:
        yield key, lines


def _value(lines: Sequence[str]) -> Value:
    """Read the value of a key: a list as a tuple, everything else as one text."""
    if not lines:
        return ""
    first = lines[0].partition(":")[2].strip()
    rest = [line.strip() for line in lines[1:]]
    if not first and rest and all(line.startswith("-") for line in rest):
        return tuple(_scalar(line[1:].strip()) for line in rest)
    whole = " ".join([first, *rest]).strip()
    if whole.startswith("[") and whole.endswith("]"):
        items = re.findall(r'"(?:[^"\\]|\\.)*"|\'(?:[^\']|\'\')*\'|[^,\s][^,]*', whole[1:-1])
        return tuple(_scalar(item.strip()) for item in items)
    # "|" and ">" announce a block of text below; otherwise a value may continue below its key.
    return _scalar(" ".join(rest).strip() if first[:1] in ("|", ">") else whole)


def _scalar(text: str) -> str:
    if text.startswith('"'):
        try:
            return str(json.loads(text))
        except ValueError:
            return text
    # Between single quotes, YAML writes a quote as two and knows no other escape.
    is_single = len(text) > 1 and text[0] == text[-1] == "'"
    return text[1:-1].replace("''", "'") if is_single else text


def _nfc(value: Value) -> Value:
    """Compose letters: a program that only decomposed them (macOS) made no edit."""
    text = value if isinstance(value, str) else "\0".join(value)
    return unicodedata.normalize("NFC", text)
