"""Write a paper as a BibTeX entry, to be pasted into a manuscript. Knows no file."""

from __future__ import annotations

import re

from reader.config import Config
from reader.filing import file_stem, year_of
from reader.ids import url_of
from reader.paper import Held
from reader.plain import plain

_MATHS = re.compile(r"(\$[^$]*\$)")
_SPECIAL = re.compile(r"(?<!\\)([&%#_])")


def bibtex(held: Held, config: Config) -> str:
    """Give one entry under the paper's key; what nothing tells is left out."""
    paper = held.paper
    key = held.key or file_stem(paper, config.pdf_name)
    schemes = dict(id_.split(":", 1) for id_ in reversed(paper.ids))
    arxiv, doi = schemes.get("arxiv", ""), schemes.get("doi", "")
    fields = {
        "title": "{" + _tex(paper.title) + "}" if paper.title else "",
        "author": " and ".join(_tex(author) for author in paper.authors),
        "year": str(year_of(paper) or ""),
        "eprint": arxiv,
        "archivePrefix": "arXiv" if arxiv else "",
        "primaryClass": plain(paper.categories[0]) if arxiv and paper.categories else "",
        "doi": doi,
        "url": url_of(paper.id),
    }
    lines = [f"  {name} = {{{value}}}," for name, value in fields.items() if value]
    return "\n".join([f"@misc{{{key},", *lines, "}"])


def _tex(text: str) -> str:
    """Keep signs of TeX from being read as such, but for those of formulas, and braces in
    pairs."""
    pieces = _MATHS.split(plain(text))
    escaped = "".join(p if i % 2 else _SPECIAL.sub(r"\\\1", p) for i, p in enumerate(pieces))
    return escaped if _is_balanced(escaped) else re.sub(r"[{}]", "", escaped)


def _is_balanced(text: str) -> bool:
    depth = 0
    for brace in re.findall(r"[{}]", re.sub(r"\\.", "", text)):
        depth += 1 if brace == "{" else -1
        if depth < 0:
            return False
    return depth == 0
