"""Lay out a morning and a paper as lines of text, at any width, with and without colours."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

import click

from reader.ids import url_of
from reader.paper import Held, State
from reader.phrases import say
from reader.plain import columns, plain, shorten
from reader.score import Term, in_print, total
from reader.today import Entry, Morning, NewVersion, SourceLine

MARKS: dict[State, str] = {"candidate": " ", "pick": "+", "skip": "-", "read": "*"}


LITTLE = 0.05
"""Terms of a sum that are less than this, and learned words, share their lines."""
SUM_INDENT = " " * 12


def width_of_terminal() -> int:
    """Give the width to write to: the terminal's, at most 100."""
    import shutil

    return min(shutil.get_terminal_size((80, 24)).columns, 100)


def morning_lines(morning: Morning, width: int) -> Iterator[str]:
    """Lay out a morning: the lanes, then progress, then whether the list can be trusted."""
    listed = morning.folded or morning
    yield _bold(say("today.head", date=f"{morning.day:%A} {morning.day}", n=morning.n_arrived))
    missing = [s for s in morning.sources if s.is_missing]
    if missing:
        names = ", ".join(dict.fromkeys(s.name for s in missing))
        for line in wrap(say("today.incomplete", names=plain(names)), width):
            yield click.style(line, fg="red", bold=True)
    if morning.folded:
        yield from map(_bold, wrap(folded_text(morning), width))
    yield ""
    yield _bold(own_text(morning))
    yield from _entries(listed.own, width)
    if listed.doubtful:
        yield ""
        yield _bold(doubtful_text(morning))
        yield from _entries(listed.doubtful, width)
    yield ""
    posts_only = "" if morning.has_citations else _dim(say("today.near.posts_only"))
    yield _bold(near_text(morning)) + posts_only
    yield from _entries(listed.near, width)
    if listed.wild:
        yield ""
        yield _bold(say("today.wild"))
        yield from _entries([listed.wild], width)
    yield from report_lines(morning, width)


def own_text(morning: Morning) -> str:
    """Say how many papers are the person's, of how many, and whether these are all."""
    listed = morning.folded or morning
    ending = "today.own.all" if morning.is_complete else "today.own.partly"
    return say("today.own", n=len(listed.own), of=listed.n_arrived) + say(ending)


def near_text(morning: Morning) -> str:
    """Say how many papers that are talked about are shown, and how many that will be."""
    listed = morning.folded or morning
    n = n_talked(listed.near)
    n_foretold = len(listed.near) - n
    more = say("today.near.foretold", n=n_foretold) if n_foretold else ""
    return say("today.near", n=n, of=listed.n_talked) + more


def n_talked(entries: Sequence[Entry]) -> int:
    """Count the papers that are in a list because somebody spoke of them."""
    return sum(not entry.is_foretold for entry in entries)


def doubtful_text(morning: Morning) -> str:
    """Say how many papers are just below the cut."""
    return say("screen.doubtful", n=len((morning.folded or morning).doubtful))


def folded_text(morning: Morning) -> str:
    """Say of what several days are one list, empty for a usual morning."""
    folded = morning.folded
    if folded is None:
        return ""
    counts = {"n": folded.n_arrived, "own": len(folded.own), "near": n_talked(folded.near)}
    key = "screen.folded.away" if folded.reason == "away" else "screen.folded.deadline"
    return say(key, first=folded.first, **counts)


def report_lines(morning: Morning, width: int) -> Iterator[str]:
    """Lay out what a morning has besides its lanes: new versions, progress, sources."""
    for version in morning.new_versions:
        title = shorten(plain(version.held.paper.title), width - 30)
        yield ""
        yield say("today.version", n=version.version, title=title, id=version.held.paper.id)
        if version.changed:
            fields = say("list").join(_changed_text(version, field) for field in version.changed)
            yield from wrap(plain(say("today.changed", fields=fields)), width, "    ")
    yield ""
    for text in (*_progress(morning), _sources_text(morning.sources)):
        yield from wrap(text, width)
    for several in _alike([s for s in morning.sources if s.is_missing]):
        for line in wrap(plain(_source_text(several)), width, "    ", "  ! "):
            yield click.style(line, fg="red")
    for notice in morning.notices:
        yield from wrap(notice, width)


def _changed_text(version: NewVersion, field: str) -> str:
    """Name what a version changed; of the comment what it says now: "accepted at …"."""
    comment = version.held.paper.comment
    if field == "comment" and comment:
        return say("today.changed.comment_now", comment=comment)
    return say(f"today.changed.{field}")


def _entries(entries: Sequence[Entry], width: int) -> Iterator[str]:
    if not entries:
        yield f"    {say('today.none')}"
    for n, entry in enumerate(entries, 1):
        yield from entry_lines(entry, width, n)


def entry_lines(entry: Entry, width: int, number: int) -> Iterator[str]:
    """Lay out one paper: title; who, where from; why; what was said."""
    paper = entry.held.paper
    mark = MARKS[entry.held.state]
    yield f"{mark}{number:>2} " + _bold(shorten(plain(paper.title), width - 4))
    topic = entry.held.topic or entry.topic
    # What can be typed back comes first, so that a narrow screen cuts the authors.
    facts = [paper.id, *([topic] if topic else []), authors_text(paper.authors)]
    yield "    " + _dim(shorten(" · ".join(plain(f) for f in facts), width - 4))
    why = say("today.why", why=entry.why, source=say("list").join(families(entry.origins)))
    yield "    " + shorten(plain(why), width - 4)
    for mention in [m for m in entry.mentions if m.sentence][:2]:
        said = say("today.said", author=mention.author, text=mention.sentence)
        yield "    " + _dim(shorten(plain(said), width - 4))


def sum_lines(terms: Sequence[Term], width: int) -> Iterator[str]:
    """Lay out a sum, a term a line with its reason; the printed numbers add up.

    Learned words of little weight, of which there are dozens, share their lines.
    """
    printed = [(term, value) for term, value in in_print(terms) if value]
    small = [(t, v) for t, v in printed if t.kind == "learned" and abs(v) < LITTLE]
    small = small if len(small) > 2 else []  # two lines are short enough
    for term, value in printed:
        if (term, value) not in small:
            yield from wrap(plain(term_text(term)), width, SUM_INDENT, f"{value:+10.3f}  ")
    if small:
        words = say("list").join(f"“{term.what}” {value:+.3f}" for term, value in small)
        text = say("why.little", n=len(small), words=words)
        value = round(sum(value for _, value in small), 3)
        yield from wrap(plain(text), width, SUM_INDENT, f"{value:+10.3f}  ")
    yield f"{round(total(terms), 3):+10.3f}  {say('why.total')}"


def term_text(term: Term) -> str:
    """Say what a term of a score is, in words."""
    try:
        # Of what nothing is known the sum says that much.
        return say(f"term.{term.kind}", what=term.what).removesuffix(": ")
    except KeyError:
        return say("term.other", kind=term.kind, what=term.what)


ARXIV = "arXiv"


def families(origins: Sequence[str]) -> list[str]:
    """Name where a paper came from, arXiv's several channels as one."""
    return list(dict.fromkeys(ARXIV if o.startswith(ARXIV) else o for o in origins))


def authors_text(authors: Sequence[str]) -> str:
    """Name the first three authors and count the others."""
    if not authors:
        return say("authors.none")
    first = ", ".join(authors[:3])
    return first if len(authors) <= 3 else say("authors.more", first=first, n=len(authors) - 3)


def _progress(morning: Morning) -> Iterator[str]:
    quota = morning.quota
    line = say("today.quota", written=quota.written, target=quota.target, skimmed=quota.skimmed)
    if quota.deadline:
        n_days = (quota.deadline.on - morning.day).days
        line += say("today.deadline", name=plain(quota.deadline.name), n=n_days)
    yield line
    balance = say("list").join(f"{plain(theme)} {n}" for theme, n in morning.balance.items())
    if balance:
        yield say("today.balance", balance=balance)
    for search in morning.searches:
        yield say("today.saved", name=plain(search.name), n=search.n, query=plain(search.query))
    if morning.undecided:
        n = sum(n for _, n in morning.undecided)
        days = say("list").join(f"{day} ({k})" for day, k in morning.undecided[:3])
        yield say("today.undecided", n=n, days=days, day=morning.undecided[0][0])
    if morning.n_unknown:
        yield say("today.unknown", n=morning.n_unknown)
    if morning.n_not_encoded:
        yield say("today.not_encoded", n=morning.n_not_encoded)


def _sources_text(sources: Sequence[SourceLine]) -> str:
    """Say how many sources answered, and what was counted against their own totals."""
    # The API's count is the day's; the feeds' stand in `reader sources`.
    is_feed = f"{ARXIV} feed"
    counted = [
        s
        for s in sources
        if s.state == "complete" and s.expected is not None and not s.name.startswith(is_feed)
    ]
    n_all = len({s.name for s in sources})
    n_missing = len({s.name for s in sources if s.is_missing})
    counts = say("list").join(
        say("source.count", name=s.name, n=s.received, of=s.expected, day=s.covers) for s in counted
    )
    head = say("sources.head", n=n_all - n_missing, of=n_all)
    return plain(f"{head}: {counts}" if counts else f"{head}.")


def _alike(lines: Sequence[SourceLine]) -> list[list[SourceLine]]:
    """Put lines together that say the same of several days: after an outage there are many."""
    found: dict[SourceLine, list[SourceLine]] = {}
    for line in lines:
        found.setdefault(replace(line, covers=None), []).append(line)
    return list(found.values())


def _source_text(several: Sequence[SourceLine]) -> str:
    line, days = several[0], sorted(s.covers for s in several if s.covers)
    is_empty = line.state == "stale" and not line.received
    state = "stale_empty" if is_empty else line.state.replace(" ", "_")
    text = say(
        f"source.{state}",
        name=line.name,
        n=line.received,
        of="?" if line.expected is None else line.expected,
        day=say("source.days", first=days[0], last=days[-1], n=len(days))
        if len(days) > 1
        else line.covers,
    )
    return f"{text} {line.error}" if line.error else text


def paper_lines(held: Held, width: int) -> Iterator[str]:
    """Lay out what is known of one paper before its abstract."""
    paper = held.paper
    yield from map(_bold, wrap(plain(paper.title), width))
    yield from wrap(plain(", ".join(paper.authors)) or say("authors.none"), width)
    facts = [*paper.ids, *paper.categories]
    yield _dim(plain(" · ".join(facts)))
    yield _dim(url_of(paper.id))


def wrap(text: str, width: int, indent: str = "", first: str | None = None) -> list[str]:
    """Break a text into lines of a display width, also Japanese without spaces.

    first: stands before the first line instead of the indent. Lines that the text has
    stay; a word that is longer than a line stands over it.
    """
    lines: list[str] = []
    for paragraph in text.splitlines() or [""]:
        line, used = "", 0
        for piece in _PIECE.findall(paragraph):
            cells = columns(piece.rstrip())
            if line and len(indent) + used + cells > width:
                lines.append(line.rstrip())
                line, used = "", 0
            line += piece
            used += columns(piece)
        lines.append(line.rstrip())
    before = [indent if first is None else first, *[indent] * (len(lines) - 1)]
    return [(head + line).rstrip() for head, line in zip(before, lines, strict=True)]


# A quotation mark stays with its word.
_PIECE = re.compile(r"[“‘]*[!-~À-ɏ]+[”’…]*[,.;:]*\s*|\s*\S\s*")


def wrap_marked(
    text: str, marks: Sequence[tuple[int, int]], width: int, indent: str
) -> Iterator[str]:
    """Break a text into lines as `wrap` does, with what stands at some places in bold."""
    at = 0
    for line in wrap(text, width, indent):
        shown = line.removeprefix(indent)
        at = text.index(shown[0], at) if shown else at
        spans = [(max(start - at, 0), min(end - at, len(shown))) for start, end in marks]
        yield indent + _with_bold(shown, [(a, b) for a, b in spans if a < b])
        at += len(shown)


def _with_bold(text: str, spans: Sequence[tuple[int, int]]) -> str:
    pieces, done = [], 0
    for start, end in spans:
        pieces += [text[done:start], _bold(text[start:end])]
        done = end
    return "".join([*pieces, text[done:]])


def _bold(text: str) -> str:
    return click.style(text, bold=True)


def _dim(text: str) -> str:
    return click.style(text, dim=True)
