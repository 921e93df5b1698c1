"""Change some lines of a text that somebody's editor wrote, and no byte of the others.

Linear: what is common at the beginning and at the end stays, what lies between is put in
place of what lay there.
"""

from __future__ import annotations

from reader.note.words import BLANK


def cut(raw: str, end: str) -> tuple[str, str, str]:
    """Part a text into blank lines, what has words (its last line end left off), the rest."""
    lines = raw.split("\n")
    full = [i for i, line in enumerate(lines) if line.strip(BLANK)]
    if not full:
        return raw, "", ""
    lead = "".join(line + "\n" for line in lines[: full[0]])
    own = "\n".join(lines[full[0] : full[-1] + 1])
    is_last = full[-1] == len(lines) - 1
    if end == "\r\n" and not is_last:
        own = own.removesuffix("\r")
    return lead, own, raw[len(lead) + len(own) :]


def replaced(raw: str, text: str, end: str) -> str:
    r"""Give `text` (lines end with \n) the bytes of `raw` where both have the same lines.

    end: the line end of the file; where it is \n, a \r belongs to its line.
    """
    old, new = _lines(raw, end), text.split("\n") if text else []
    first = 0
    while first < min(len(old), len(new)) and old[first][0] == new[first]:
        first += 1
    last = 0
    while last < min(len(old), len(new)) - first and old[-1 - last][0] == new[-1 - last]:
        last += 1
    between = [line + end for line in new[first : len(new) - last]]
    kept = [line for _, line in old]
    lines = kept[:first] + between + kept[len(kept) - last :]
    joined = "".join(line if line.endswith("\n") else line + end for line in lines)
    return joined.removesuffix("\n").removesuffix("\r" if end == "\r\n" else "") if lines else ""


def _lines(raw: str, end: str) -> list[tuple[str, str]]:
    """Give each line as words have it, and as it stands, its line end included."""
    if not raw:
        return []
    *lines, last = raw.split("\n")
    found = [(line.removesuffix("\r") if end == "\r\n" else line, f"{line}\n") for line in lines]
    return [*found, (last, last)]
