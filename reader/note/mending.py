"""Mend what a hand broke of the program's lines, so that its own words can be told from them.

A front matter that lost a line `---`, that words were typed above, or that is gone; words
that were typed inside the block. Nothing is guessed: lines are the program's because they
stood in the file as it was left. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from reader.note.frame import MARK, block_of
from reader.note.front import FRONT, yaml_of
from reader.note.words import without_blank_ends

AT_LEAST = 2
"""Lines of a front matter by which it is known again."""

_YAML = re.compile(r"\s*\Z|\s*#|[ \t]+\S|-[ \t]|[^\s:#>*`<!|]+(?: [^\s:]+){0,3}[ \t]*:(?:\s|\Z)")


def mended(found: str, last: str) -> str:
    """Give a file with its front matter put back in order, as the file as it was left had it.

    A front matter that is whole, or that the file never had, stays. Words that stood above
    it come below it.
    """
    known = {line.strip() for line in yaml_of(last).split("\n") if line.strip()}
    if not known or _is_whole(found, known):
        return found
    bom = "\ufeff" if found.startswith("\ufeff") else ""
    lines = found.removeprefix("\ufeff").split("\n")
    end = "\r\n" if lines[0].endswith("\r") else "\n"
    lines = [line + "\n" for line in lines[:-1]] + lines[-1:]
    first, past = _region(lines, known)
    if past == first:
        return bom + _ended(_front_of(last), end) + "".join(lines)
    above, below = lines[:first], lines[past:]
    if above and above[-1].strip() == "---":
        above = above[:-1]
    if below and below[0].strip() == "---":
        below = below[1:]
    front = f"---{end}{''.join(lines[first:past])}---{end}"
    return bom + front + _moved("".join(above), "".join(below), end)


def _is_whole(found: str, known: set[str]) -> bool:
    """Tell a front matter that begins and ends, and has nothing but YAML."""
    front = FRONT.match(found)
    if front is None or MARK.search(front["yaml"]):
        return False
    before = ""
    for line in front["yaml"].split("\n")[:-1]:
        is_heading = line.startswith("# ") and not before.strip()
        if (is_heading or not _YAML.match(line)) and line.strip() not in known:
            return False
        before = line
    return True


def _region(lines: list[str], known: set[str]) -> tuple[int, int]:
    """Find the lines of the front matter: from the first to the last one that is known, with
    nothing between that is no YAML; (0, 0) for none."""
    best, run = (0, 0, 0), list[int]()
    for i, line in enumerate([*lines, "."]):
        if line.strip() in known:
            run.append(i)
        elif not _YAML.match(line) or MARK.match(line):
            if len(run) >= min(AT_LEAST, len(known)) and len(run) > best[2]:
                best = (run[0], run[-1] + 1, len(run))
            run = []
            if MARK.match(line):
                break
    return best[:2]


def _moved(above: str, below: str, end: str) -> str:
    """Put words that stood above a front matter below it, and below the heading there."""
    if not above.strip():
        return above + below
    above = above if above.endswith("\n") else above + end
    heading = re.match(r"\s*# [^\n]*\n", below)
    at = heading.end() if heading else 0
    return below[:at] + end + above + below[at:]


def _front_of(text: str) -> str:
    found = FRONT.match(text)
    return found[0].removeprefix("\ufeff") if found else ""


def _ended(text: str, end: str) -> str:
    return text.replace("\r\n", "\n").replace("\n", end)


def typed_inside(found: str, blocks: Iterable[str]) -> str:
    """Give the lines in a file's block that a hand typed there: such as no block of ours had,
    even where another program set them otherwise."""
    ours = list(blocks)
    block = block_of(found)
    if not block or block in ours:
        return ""
    known = {""} | {_letters(line) for text in ours for line in text.split("\n")}
    lines = block.replace("\r\n", "\n").split("\n")
    return without_blank_ends("\n".join(line for line in lines if _letters(line) not in known))


def _letters(line: str) -> str:
    """Take off what a program that sets Markdown anew changes: signs and spaces."""
    return re.sub(r"[\s!-/:-@\[-`{-~]+", "", line)
