"""Leave out the supervisors, examiners and editors among the names of a front.

They stand behind or below a word for what they are, in the languages of theses.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from reader.pdfs.text.cells import Cell
from reader.pdfs.text.names import names_in
from reader.pdfs.text.names_cjk import family_names_among

Words = tuple[Cell, str, bool]
"""A cell, its words with the rows that continue its list, and whether it is beside the cell
before."""
_ADVISOR = re.compile(
    r"supervis|advis[oe]r|examin|committee|jury|promot(?:o|e)r|edit(?:ed|or)|opponent|rapporteu"
    r"|指導|主査|副査|教授|審査|导师|指导|지도교수|심사|руководител|рецензент|оппонент|επιβλέπ"
    r"|betreuer|gutachter|referent|berichter|prüfer|encadrant|directeur|orientador|banca\b|tribunal"
    r"|director[ae]?s?\s*:|\brelator[ei]\b|correlator|handledare|vejleder|begeleider|beoordeling"
    r"|ohjaaja|valvoja|tarkastaja|kierunkiem|opiekun|danışman|jüri|vedoucí|školitel|oponent"
    r"|reviewe(?:rs?\b|d by)|translat(?:ed|or)|\b(?:co-?)?tutor(?:e?s|in|a)?\b"
    r"|(?:checked|approved|hosted) by|prepared for|moderator|\b(?:first|second|third) reader"
    r"|directrice|إشراف|المشرف|לשם קבלת|בהנחיית|המנח",
    re.IGNORECASE,
)
_SEVERAL = re.compile(
    r"committee|commissie|examiners|examinadora|visors|visers|jury|jüri|tribunal|審査",
    re.IGNORECASE,
)


def without_advisors(lines: Iterable[Words]) -> Iterator[Words]:
    """Leave out supervisors and editors, and the names below such a word.

    Below "Committee:" all names that are close are left out, below "Supervisor:" one.
    """
    last: Cell | None = None
    label: Cell | None = None
    before: Cell | None = None
    is_list = is_beside = is_second = False
    for line in _without_judges(lines):
        cell = line[0]
        if names_a_role(cell) and not (is_list and last):
            is_label = _is_label(cell.text.rstrip())
            last, is_list = (cell if is_label else None), bool(_SEVERAL.search(cell.text))
            label, is_beside = last, False
            is_second = before is not None and is_level(cell, before)
        elif last is None or label is None or (is_list and cell.y0 - last.y1 > 2 * cell.size):
            last = None
            yield line
        elif is_level(cell, label) and cell.text.rstrip().endswith((":", "：")):
            yield line  # another label, "Author:" beside "Supervisor:"
        elif cell.y0 > label.y0 and (
            (cell.x1 < label.x0 and (is_second or not is_list))
            or (cell.x0 > label.x1 and not is_list)
        ):
            yield line  # "Author:" and "Supervisor:" may stand side by side
        elif is_beside and not is_list and not is_level(cell, label):
            last = None
            yield line
        else:
            # The words beside the label may be several cells: "Supervisor:", "Dr.", "Ben Other".
            is_beside = is_level(cell, label)
            last = cell if is_list or is_beside else None
        before = cell


def _without_judges(lines: Iterable[Words]) -> Iterator[Words]:
    """Leave out the rows of a table in which a role stands behind a person."""
    for row in rows_of_words(lines):
        (first, marked, _), *others = row
        roles = [cell for cell, *_ in others if names_a_role(cell)]
        is_table = any(not _HAS_PERSON.search(cell.text) for cell in roles)
        if not (is_table and not names_a_role(first) and names_in(marked)):
            yield from row


def rows_of_words(lines: Iterable[Words]) -> list[list[Words]]:
    """Group the cells that stand beside each other."""
    rows: list[list[Words]] = []
    for line in lines:
        if not (line[2] and rows):
            rows.append([])
        rows[-1].append(line)
    return rows


_HAS_PERSON = re.compile("[:：()]")
"""Signs of a role that has its own person behind it, or before it."""


def names_a_role(cell: Cell) -> bool:
    """Check whether words speak of who supervises or judges a thesis, or edits a text."""
    return _ADVISOR.search(cell.text) is not None


def _is_label(text: str) -> bool:
    """Check whether words name a role alone, and the person in it stands beside or below."""
    if text.endswith((":", "：")):
        return True
    has_name = re.search(r"[:：]\s*\S", text) or family_names_among(text)
    return len(text) < 24 and not has_name


def is_level(cell: Cell, look: Cell) -> bool:
    return abs(cell.base - look.base) < 2
