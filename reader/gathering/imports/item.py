"""Define a paper as another program keeps it: with its collections, tags, notes and files."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from reader.base.errors import NotKnown, UsageError, os_reason
from reader.base.messages import Text, lazy_gettext
from reader.base.text import html_to_text, plain, visible
from reader.library.highlight import Highlight
from reader.library.identity import printed_name, title_fold
from reader.library.ids import find_ids, parse_id
from reader.library.paper import Paper
from reader.library.reference import publication_of


@dataclass(frozen=True, slots=True)
class ImportedNote:
    """A note as Markdown, and when it was written last; None where the source does not say.

    files: that it shows, named in its text by `KeptAttachment.kept`.
    """

    text: str
    at: datetime | None = None
    files: tuple[KeptAttachment, ...] = ()


@dataclass(frozen=True, slots=True)
class AttachedFiles:
    """The files of an entry. pdfs: whether they are there or not. outside: paths that lead out of
    the folder of the source, which are not followed. n_other: files that are no PDFs."""

    pdfs: tuple[Path, ...] = ()
    outside: tuple[Path, ...] = ()
    n_other: int = 0


def attached(paths: Iterable[str], folder: Path) -> AttachedFiles:
    """Sort the paths of an entry's files. folder: in which relative ones begin."""
    pdfs: list[Path] = []
    outside: list[Path] = []
    n_other = 0
    for path in dict.fromkeys(paths):
        is_absolute = path.startswith("/") or _DRIVE.match(path)
        file = Path(path) if is_absolute else folder / path
        if not is_absolute and ".." in Path(path).parts:
            outside.append(file)
        elif file.suffix.lower() == ".pdf":
            pdfs.append(file)
        else:
            n_other += 1
    return AttachedFiles(tuple(pdfs), tuple(outside), n_other)


_DRIVE = re.compile(r"[A-Za-z]:[\\/]")


@dataclass(frozen=True, slots=True)
class ImportedPaper:
    """An entry of a source.

    place: where it stands there, as "library.bib, line 12". collections: their paths with "/",
    innermost name last. rating: 1 to 5, 0 for none. is_only_known: its title may be of anything
    else than a paper, so that it is brought only where the library has the paper. cited_as: its key
    in BibTeX. name: of the note, by which others link to it.
    """

    paper: Paper
    place: Text
    collections: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    notes: tuple[ImportedNote, ...] = ()
    highlights: tuple[Highlight, ...] = ()
    attached: AttachedFiles = AttachedFiles()
    rating: int = 0
    is_only_known: bool = False
    cited_as: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class KeptAttachment:
    """A file of a note that is kept in the library. path: is there until the next note is
    asked for. name: as the source calls it."""

    path: Path
    name: str
    sha256: str

    @property
    def kept(self) -> str:
        """Return its place below notes/, by which the note's Markdown names it."""
        ending = Path(self.name).suffix.lower()
        known = ending if re.fullmatch(r"\.[a-z0-9]{1,5}", ending) else ""
        return f"{ATTACHMENTS}/{self.sha256[:16]}{known}"


ATTACHMENTS = "attachments"
_KEPT = re.compile(rf"\b{ATTACHMENTS}/[0-9a-f]{{16}}(?:\.[a-z0-9]{{1,5}})?")


def first_line(text: str) -> str:
    """Return the first line of a note as its title, without the marks of a heading."""
    line = next((line for line in text.split("\n") if line.strip()), "")
    return plain(line.lstrip("#* "))[:200].rstrip("* ")


def attachments_in(text: str) -> set[str]:
    """Find the files in notes/ that the Markdown of a note names, as `KeptAttachment.kept`."""
    return set(_KEPT.findall(text))


@dataclass(frozen=True, slots=True)
class LooseNote:
    """A note of a source that belongs to no entry; it waits until its paper is here.

    text: Markdown, which names its files by `KeptAttachment.kept`. named: texts that name the paper
    itself, such as the address that was clipped. at: when it was written last. problems: what of
    it could not be brought.
    """

    place: Text
    title: str
    text: str
    named: tuple[str, ...] = ()
    notebook: str = ""
    tags: tuple[str, ...] = ()
    created_at: datetime | None = None
    at: datetime | None = None
    files: tuple[KeptAttachment, ...] = ()
    problems: tuple[Text, ...] = ()


@dataclass(frozen=True, slots=True)
class UnplacedItem:
    """Something in a source that could not be brought: where it stands, and why.

    is_no_paper: nothing is wrong with it, but it is a link to something else.
    """

    place: Text
    why: Text
    is_no_paper: bool = False


@dataclass(frozen=True, slots=True)
class ImportedLibrary:
    """All that a source holds. form: its name in `forms.FORMS`. notes: those without an entry;
    they may be read anew from the source each time, so that they need no memory."""

    form: str
    items: tuple[ImportedPaper, ...]
    unplaced: tuple[UnplacedItem, ...] = ()
    notes: Collection[LooseNote] = ()


def collected(
    form: str, found: Iterable[ImportedPaper | UnplacedItem | LooseNote]
) -> ImportedLibrary:
    """Part what was found in a source into entries, what cannot be brought, and loose notes."""
    every = list(found)
    return ImportedLibrary(
        form,
        tuple(one for one in every if isinstance(one, ImportedPaper)),
        tuple(one for one in every if isinstance(one, UnplacedItem)),
        tuple(one for one in every if isinstance(one, LooseNote)),
    )


def or_untitled(item: ImportedPaper | None, place: Text) -> ImportedPaper | UnplacedItem:
    """Return an entry, or say that it has no title, without which `make_paper` makes no paper."""
    return item or UnplacedItem(place, lazy_gettext("the entry has no title"))


def not_there(path: str) -> NotKnown:
    """Say that nothing is at a path, or at an address."""
    what = lazy_gettext("{path} does not exist.", path=plain(path))
    return NotKnown(what=what, hint=lazy_gettext("Name the file or folder to import."))


def unreadable(file: Path, error: OSError) -> UsageError:
    """Say why the system does not let a file be read."""
    what = lazy_gettext("{path}: {why}.", path=plain(str(file)), why=os_reason(error))
    return UsageError(what=what, hint=lazy_gettext("Check that you may read the file."))


def no_paper(place: Text) -> UnplacedItem:
    """Say that a saved link is none of a paper."""
    why = lazy_gettext("no paper is known at this address")
    return UnplacedItem(place, why, is_no_paper=True)


_YEAR = re.compile(r"\b(1[5-9]\d\d|20\d\d)\b")
_DAY = re.compile(r"\b((?:1[5-9]|20)\d\d)[-/](\d{1,2})(?:[-/](\d{1,2}))?\b")
_ARXIV = re.compile(r"(?:[a-z-]+(?:\.[a-z]{2})?/\d{7}|\d{4}\.\d{4,5})(?:v\d+)?", re.IGNORECASE)


def make_paper(
    title: str,
    authors: Sequence[str],
    *,
    named: Iterable[str],
    doi: str = "",
    arxiv: str = "",
    abstract: str = "",
    published: str = "",
    venue: str = "",
    publication: tuple[str, Mapping[str, str]] = ("", {}),
) -> Paper | None:
    """Make a paper of what an entry says; None for one without a title and an id.

    named: texts that name the paper itself, such as its address. arxiv: a number that needs no
    "arXiv:". published: a date in any common form. venue: becomes the comment. publication:
    the form, and what an entry says of its publication, by the names of a Publication's fields.
    A paper without an id gets one that is made of its title, first author and year, `pdf:…`,
    which gives way as soon as a source brings the paper. One without a title is called by its id
    until its registry is asked.
    """
    title = plain(title)
    texts = [f"doi:{doi}" if doi.startswith("10.") else doi]
    texts.append(f"arXiv:{arxiv}" if _ARXIV.fullmatch(arxiv) else arxiv)
    ids = [one.id for text in (*texts, *named) for one in find_ids(text)]
    people = [name for author in authors if (name := plain(author))]
    ids.sort(key=lambda id_: not id_.startswith("arxiv:"))  # arXiv's first
    on = day_of(published)
    if not title_fold(title):
        title = ids[0] if ids else ""
    if not title:
        return None
    if not ids:
        year = str(on.year) if on else ""
        identity = "\n".join((title_fold(title), *(a.casefold() for a in people[:1]), year))
        ids = [f"pdf:{hashlib.sha256(identity.encode()).hexdigest()[:16]}"]
    return Paper(
        ids=tuple(dict.fromkeys(ids)),
        title=title,
        authors=tuple(people),
        abstract=plain(abstract),
        comment=plain(venue),
        published_on=on,
        publication=publication_of(
            publication[0], **{"year": str(on.year) if on else "", "doi": doi, **publication[1]}
        )
        if publication[0]
        else None,
    )


def first_of(found: Mapping[str, str], names: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """Choose for each field of a Publication the first of an entry's fields that has a text."""
    return {
        field: next((found[name] for name in several if found.get(name)), "")
        for field, several in names.items()
    }


def page_title(title: str) -> str:
    """Clean the title under which a page was saved: "[2401.01234] Moss"; "" for an address."""
    title = _SAVED.sub("", plain(title))
    return "" if parse_id(title) or re.match(r"https?://\S*$|www\.\S*$", title) else title


_SAVED = re.compile(rf"^\[(?:arXiv:)?{_ARXIV.pattern}\]\s*", re.IGNORECASE)


def in_order(author: str) -> str:
    """Put a name into the order of papers: "Field, Ada, Jr." is Ada Field Jr."""
    family, given, suffix = (*author.split(",", 2), "", "")[:3]
    return printed_name(family, given, suffix)


def names_in(text: str) -> list[str]:
    """Split the authors in one text: "Field, Ada; Lind, Bo", or "Ada Field and Bo Lind"."""
    whole = [name.strip() for name in re.split(r",?\s+and\s+|[,;、]", text)]
    if ";" not in text and all(" " in name for name in whole):
        return whole
    return [in_order(name) for name in re.split(r"\s+and\s+|[;、]", text)]


def moment_of(written: str) -> datetime | None:
    """Read a date and time of ISO 8601, in UTC where it names no zone; None for anything else."""
    try:
        at = datetime.fromisoformat(written.strip())
    except ValueError:
        return None
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def day_of(written: str) -> date | None:
    """Read a date, or the year in a text as the first of January; None where there is neither."""
    if match := _DAY.search(written):
        try:
            return date(int(match[1]), int(match[2]), int(match[3] or 1))
        except ValueError:
            pass
    year = _YEAR.search(written)
    return date(int(year[1]), 1, 1) if year else None


_TAGS = {
    "a", "b", "strong", "i", "em", "u", "s", "del", "sub", "sup", "code", "pre", "p", "br", "hr",
    "div", "span", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "blockquote", "table",
    "thead", "tbody", "tr", "th", "td", "img",
}  # fmt: skip


def _own_pictures(tag: str, attribute: str, value: str) -> str | None:
    """Keep the pictures that the library has; others would be asked for when a note is shown."""
    is_foreign = (tag, attribute) == ("img", "src") and not value.startswith(f"{ATTACHMENTS}/")
    return None if is_foreign else value


def to_markdown(html: str) -> str:
    """Convert a note; its scripts, styles, comments and pictures from elsewhere are left out.

    nh3 leaves what is safe, markdownify writes it.
    """
    # Imported here, since most imports have no HTML.
    import nh3
    from markdownify import markdownify

    try:
        safe = nh3.clean(
            html,
            tags=_TAGS,
            attributes={"a": {"href"}, "img": {"src", "alt"}},
            attribute_filter=_own_pictures,
            link_rel=None,
        )
        text = markdownify(
            safe,
            heading_style="ATX",
            bullets="-",
            escape_underscores=False,
            table_infer_header=True,
            keep_inline_images_in=["td", "th", "h1", "h2", "h3", "h4", "h5", "h6"],
        )
        text = re.sub(r"!\[[^\]\n]*\]\(\)", "", text)  # a picture without its address
    except RecursionError:  # nested a thousand deep
        text = html_to_text(html)[0]
    return re.sub(r"\n{3,}", "\n\n", visible(text)).strip()
