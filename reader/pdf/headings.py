"""Tell headings from text, by their words and their look.

Pure; knows rows. Names that papers use are headings in any look; else a heading is short,
stands out (size, weight, capitals) and is numbered or begins like one.
"""

from __future__ import annotations

import re

from reader.pdf.columns import Row

_REFERENCES = {
    "REFERENCES", "REFERENCE", "BIBLIOGRAPHY", "LITERATURECITED", "WORKSCITED",
    "REFERENCESANDNOTES", "BIBLIOGRAPHICALREFERENCES", "REFERENCESCITED",
    "参考文献", "引用文献", "文献", "参照文献", "参考資料",
}  # fmt: skip
_KNOWN = _REFERENCES | {
    "ABSTRACT", "INTRODUCTION", "BACKGROUND", "RELATEDWORK", "RELATEDWORKS", "METHOD", "METHODS",
    "METHODOLOGY", "EXPERIMENTS", "EXPERIMENT", "EXPERIMENTALSETUP", "RESULTS", "DISCUSSION",
    "RESULTSANDDISCUSSION", "CONCLUSION", "CONCLUSIONS", "FUTUREWORK", "LIMITATIONS",
    "ACKNOWLEDGMENTS", "ACKNOWLEDGEMENTS", "ACKNOWLEDGMENT", "ACKNOWLEDGEMENT", "APPENDIX",
    "KEYWORDS", "INDEXTERMS", "ETHICSSTATEMENT", "CONCLUSIONANDFUTUREWORK", "SUMMARY",
    "概要", "あらまし", "要旨", "はじめに", "序論", "まえがき", "おわりに", "むすび", "結論",
    "謝辞", "関連研究", "実験", "考察", "評価", "付録", "まとめ", "キーワード",
}  # fmt: skip
_NUMBER = re.compile(
    r"(?:(?:Appendix|APPENDIX|Chapter|CHAPTER|Section)\s+)?"
    r"(?:\d{1,2}(?:[.．]\d{1,2})*|[A-Z](?:\.\d{1,2})+|[A-Z]|[IVX]{1,5}|第\s*\d+\s*[章節])[.．:)]?\s+"
)
_SECTION_NUMBER = re.compile(
    r"(\d{1,2}(?:[.．]\d{1,2}){0,3})[.．]?(?:\s+(?=[A-Z\u3040-\u9fff])|(?=[\u3040-\u9fff]))"
)
_BARE_NUMBER = re.compile(r"^[\dIVX.．\s第章節A-Z]{0,6}(?<![A-Za-z])[.．]?\s*")
_RUN_IN = re.compile(
    r"(A\s?bstract|A\s?BSTRACT|Summary|概要|あらまし|要旨)\s*[—–―:：.．-]+\s*(\S.*)"
)
_APPENDIX = re.compile(
    r"(?:Appendi|APPENDI|A PPENDI|Supplement|SUPPLEMENT|付録|付\s*録|[A-Z][.]?\s+[A-Z])"
)
_SENTENCE_END = re.compile(r"[.。．,;、，]$")


def run_in(text: str) -> tuple[str, str] | None:
    """Part "Abstract—We show …" into its heading and its text."""
    found = _RUN_IN.match(text)
    return (found[1], found[2]) if found else None


def is_known(text: str) -> bool:
    """Say whether these words alone are a heading, whatever they look like."""
    return len(text) < 40 and _name(text) in _KNOWN


def begins_references(text: str) -> bool:
    return len(text) < 40 and _name(text) in _REFERENCES


def is_appendix(text: str) -> bool:
    return bool(_APPENDIX.match(text))


def number_of(text: str) -> tuple[int, ...]:
    """Give a section's number ("2.1 Data": 2, 1), empty where the text begins with none."""
    found = _SECTION_NUMBER.match(text)
    return tuple(map(int, re.split("[.．]", found[1]))) if found else ()


def follows(number: tuple[int, ...], last: tuple[int, ...]) -> bool:
    """Say whether a section of that number can come right after the last one."""
    if not number:
        return False
    after_last = [(*last[:n], last[n] + 1) for n in range(len(last))]
    return number in [*after_last, (*last, 1)]


def is_heading(group: list[Row], text: str, body: float, *, is_below: bool) -> bool:
    """Judge a paragraph of rows that look alike.

    body: font size of the running text; is_below: it stands under all of that, as
    footnotes do.
    """
    if is_known(text):
        return True
    if len(group) > 3 or len(text) > 140 or sum(map(str.isalpha, text)) < 2:
        return False
    row = group[0]
    if row.n > 3 or row.size < 0.87 * body or (is_below and row.size < 0.97 * body):
        return False
    number = _NUMBER.match(text)
    words = text[number.end() :] if number else text
    if not words or (_SENTENCE_END.search(words) and not (number and row.is_bold)):
        return False
    begins_well = words[0].isupper() or not words[0].isascii() or bool(number)
    is_larger = row.top > 1.08 * body
    if is_larger or row.is_bold:
        return begins_well and words[0].isalnum()
    is_capitals = words.isupper() and len(words) > 3 and words.isascii()
    looks_set_off = is_capitals or (row.is_italic and len(group) == 1)
    return bool(number) and looks_set_off and begins_well


def _name(text: str) -> str:
    """Strip number, spaces (small capitals have odd ones) and case."""
    bare = _BARE_NUMBER.sub("", text)
    plain = "".join(bare.split()).strip(".:：．")
    if plain.upper() in _KNOWN:
        return plain.upper()
    return "".join(text.split()).strip(".:：．0123456789").upper()
