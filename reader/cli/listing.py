"""Lay out a morning, its queue and its entries as lines of text.

Apart from `output`, which commands without a morning use: the values of a morning take a tenth of
the time of a search to import.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import click

from reader.base.messages import N_, _, ngettext, say_day
from reader.base.tex import title_text
from reader.base.text import columns, plain, shorten, wrap
from reader.cli.output import authors_text, bold, dim
from reader.library.paper import State
from reader.library.post import PostMention
from reader.morning.values import Entry, Morning, QueueEntry, n_mine, n_talked
from reader.ranking.model import Term, total
from reader.texts.morning import (
    changed_text,
    muted_counts,
    muted_mark,
    pdfs_texts,
    queue_facts,
    queue_text,
    sureness_mark,
    theme_texts,
    topic_text,
    written_text,
)
from reader.texts.paper import property_texts
from reader.texts.sources import counted_texts, families, incomplete_text, missing_texts, n_answered
from reader.texts.why import sum_rows

MARKS: dict[State, str] = {"candidate": " ", "pick": "+", "skip": "-", "read": "*"}

SUM_INDENT = " " * 12

MOST_TITLES = 3
"""Titles shown of a saved search; a broad one finds dozens a day."""

MOST_DAYS = 3
"""Earlier days with undecided papers that are named."""

MOST_QUEUED = 5
"""Papers of the queue printed with a morning, unless the day's quota needs more."""


def morning_lines(morning: Morning, width: int) -> Iterator[str]:
    """Lay out a morning: the lanes, the progress, and how complete the list is."""
    listed, has_days = morning.folded or morning, morning.folded is not None
    yield bold(
        ngettext(
            "{date} · {n} new paper",
            "{date} · {n} new papers",
            morning.n_arrived,
            date=say_day(morning.day),
        )
    )
    if lacking := incomplete_text(morning.sources):
        for line in wrap(plain(lacking), width):
            yield click.style(line, fg="red", bold=True)
    if morning.folded:
        yield from map(bold, wrap(folded_text(morning), width))
    # Without news the queue is what there is to read: it comes first.
    if not morning.has_news:
        yield from _queue(morning, width)
    yield ""
    yield from map(bold, wrap(own_text(morning), width))
    yield from (dim(f"    {text}") for text in theme_lines(morning, width - 4))
    yield from _entries(listed.own, width, has_days=has_days)
    if listed.doubtful:
        yield ""
        yield from map(bold, wrap(doubtful_text(morning), width))
        yield from _entries(listed.doubtful, width, has_days=has_days)
    yield ""
    posts_only = "" if morning.has_citations else dim(_(" (judged by posts only)"))
    yield bold(near_text(morning)) + posts_only
    yield from _entries(listed.near, width, has_days=has_days)
    if listed.wild:
        yield ""
        yield from map(bold, wrap(_("WILD CARD  talked about, and far from your topics"), width))
        yield from _entries([listed.wild], width, has_days=has_days)
    if text := muted_text(morning):
        yield ""
        yield from map(bold, wrap(text, width))
    if morning.has_news:
        yield from _queue(morning, width)
    yield from report_lines(morning, width)


def muted_text(morning: Morning) -> str:
    """Count the papers that mutes hide, and tell how to see them; "" for none."""
    if not (n := len((morning.folded or morning).muted)):
        return ""
    return ngettext(
        "MUTED  {n} paper hidden ({what}): reader today --muted",
        "MUTED  {n} papers hidden ({what}): reader today --muted",
        n,
        what=muted_counts(morning),
    )


def muted_lines(morning: Morning, width: int) -> Iterator[str]:
    """Lay out the papers that mutes hide, as they would be listed."""
    hidden = (morning.folded or morning).muted
    yield from map(bold, wrap(muted_text(morning) or _("Nothing is hidden by a mute."), width))
    if hidden:
        yield from _entries(hidden, width, has_days=morning.folded is not None)


def _queue(morning: Morning, width: int) -> Iterator[str]:
    """Lay out the oldest papers of the queue, at least as many as the quota still needs."""
    if not morning.queue:
        return
    yield ""
    yield from map(bold, wrap(queue_text(morning), width))
    n = max(MOST_QUEUED, morning.quota.to_go)
    for number, queued in enumerate(morning.queue[:n], 1):
        yield from queued_lines(queued, width, number)
    if n_more := len(morning.queue[n:]):
        yield "    " + _("and {n} more: reader queue", n=n_more)


def queued_lines(
    queued: QueueEntry, width: int, number: int, *, is_put_off: bool = False
) -> Iterator[str]:
    """Lay out a paper of the queue: its title, then id, day of the pick and minutes to read."""
    title = bold(shorten(title_text(queued.paper.record.title), width - 4))
    yield f"{number:>3} {title}"
    facts = [queued.paper.record.id, *queue_facts(queued)]
    if is_put_off:
        facts.insert(1, _("back on {day}", day=queued.until))
    yield "    " + dim(shorten(" · ".join(plain(f) for f in facts), width - 4))


def own_text(morning: Morning) -> str:
    """Write the head of the own lane: the counts, and whether all sources answered."""
    listed = morning.folded or morning
    n, of = n_mine(listed.own), listed.n_arrived
    if morning.is_before_all:
        return ngettext(
            "OWN TOPICS  {n} paper for you ({of} new, before the library began)",
            "OWN TOPICS  {n} papers for you ({of} new, before the library began)",
            n,
            of=of,
        )
    if morning.is_complete:
        return ngettext(
            "OWN TOPICS  {n} paper for you ({of} new, all sources complete)",
            "OWN TOPICS  {n} papers for you ({of} new, all sources complete)",
            n,
            of=of,
        )
    return ngettext(
        "OWN TOPICS  {n} paper for you ({of} new so far, some sources are missing)",
        "OWN TOPICS  {n} papers for you ({of} new so far, some sources are missing)",
        n,
        of=of,
    )


def theme_lines(morning: Morning, width: int, *, is_brief: bool = False) -> list[str]:
    """Lay out the number of papers of each own theme; a line breaks only between themes.

    is_brief: only the themes without a paper.
    """
    lines: list[str] = []
    for text in theme_texts(morning, is_brief=is_brief):
        longer = f"{lines[-1]} · {text}" if lines else ""
        if longer and columns(longer) <= width:
            lines[-1] = longer
        else:
            lines.append(text)
    return lines


def near_text(morning: Morning) -> str:
    """Write the head of the near lane: papers talked about, and papers expected to be."""
    listed = morning.folded or morning
    n = n_talked(listed.near)
    n_foretold = len(listed.near) - n
    more = _(", and {n} likely to be", n=n_foretold) if n_foretold else ""
    return _("TALKED ABOUT  {n} of {of}", n=n, of=listed.n_talked) + more


def doubtful_text(morning: Morning) -> str:
    """Write the head of the doubtful papers: those that may be the person's."""
    return ngettext(
        "MAYBE  {n} paper that may be yours; your decision teaches the ranking",
        "MAYBE  {n} papers that may be yours; your decision teaches the ranking",
        len((morning.folded or morning).doubtful),
    )


def folded_text(morning: Morning) -> str:
    """Explain why several days are one list; "" for a list of one day."""
    folded = morning.folded
    if folded is None:
        return ""
    key = (
        N_("WELCOME BACK  the days since {first} are one list")
        if folded.reason == "away"
        else N_("DEADLINE NEAR  the days since {first} are one list")
    )
    return _(key, first=say_day(folded.since, "short"))


def _quota_text(morning: Morning) -> str:
    quota, deadline = morning.quota, morning.quota.deadline
    text = _(
        "QUOTA  {written} of {target} written, {skimmed} skimmed",
        written=quota.written,
        target=quota.target,
        skimmed=quota.skimmed,
    )
    if deadline:
        n_days = (deadline.on - morning.day).days
        text += ngettext(
            " · {name} in {n} day", " · {name} in {n} days", n_days, name=plain(deadline.name)
        )
    return text


def report_lines(morning: Morning, width: int) -> Iterator[str]:
    """Lay out what a morning has below its lanes: new versions, progress, sources."""
    for version in morning.new_versions:
        # 30 columns are left for the rest of the sentence.
        title = shorten(title_text(version.paper.record.title), width - 30)
        yield ""
        yield _(
            "NEW VERSION  v{n} of a paper with your note: {title} ({id})",
            n=version.version,
            title=title,
            id=version.paper.record.id,
        )
        if changed := changed_text(version):
            yield from wrap(plain(changed), width, "    ")
    yield ""
    yield from wrap(_quota_text(morning), width)
    balance = _(", ").join(f"{plain(theme)} {n}" for theme, n in morning.balance.items())
    if balance:
        yield from wrap(_("BALANCE  written by theme: {balance}", balance=balance), width)
    yield from pdfs_lines(morning, width)
    for search in morning.searches:
        name, query, n = plain(search.name), plain(search.query), len(search.papers)
        new = _("{n} new today", n=n) if morning.is_today else _("{n} new that day", n=n)
        line = _("SAVED SEARCH  {name}: {new} ({query})", name=name, new=new, query=query)
        yield from wrap(line, width)
        for message in search.messages:
            yield from wrap(plain(str(message)), width, "    ", "    ")
        for paper in search.papers[:MOST_TITLES]:
            yield "    " + shorten(title_text(paper.title), width - 4)
        if n > MOST_TITLES:
            yield "    " + _("and {n} more", n=n - MOST_TITLES)
    for text in _trust_texts(morning):
        yield from wrap(text, width)
    for text in missing_texts(morning.sources):
        for line in wrap(plain(text), width, "    ", "  ! "):
            yield click.style(line, fg="red")
    for notice in (*morning.seed_texts, *morning.notices):
        yield from wrap(plain(str(notice)), width)


def _trust_texts(morning: Morning) -> Iterator[str]:
    """Write the sentences on open decisions of earlier days and on how complete this list is."""
    if morning.undecided:
        n = sum(n for _, n in morning.undecided)
        days = _(", ").join(f"{day} ({k})" for day, k in morning.undecided[:MOST_DAYS])
        if len(morning.undecided) > MOST_DAYS:
            days += _(" and earlier")
        yield ngettext(
            "UNDECIDED  {n} paper of your own topics from earlier days: {days}. To see a day: "
            "reader today --date {day}",
            "UNDECIDED  {n} papers of your own topics from earlier days: {days}. To see a day: "
            "reader today --date {day}",
            n,
            days=days,
            day=morning.undecided[0][0],
        )
    if morning.n_unknown:
        yield ngettext(
            "LINKS  {n} paper linked in a post was not found yet; the program will try again.",
            "LINKS  {n} papers linked in posts were not found yet; the program will try again.",
            morning.n_unknown,
        )
    if morning.n_not_encoded:
        yield _(
            "Until the next `reader gather`, search finds {n} of these papers only by their words.",
            n=morning.n_not_encoded,
        )
    if morning.is_before_all:
        return
    n_complete, n_all = n_answered(morning.sources)
    counts = _(", ").join(counted_texts(morning.sources))
    head = _("SOURCES  {n} of {of} up to date", n=n_complete, of=n_all)
    yield f"{head}: {plain(counts)}" if counts else head + _(".")


def pdfs_lines(morning: Morning, width: int) -> Iterator[str]:
    """Lay out how many PDFs of the queue are here, and the reasons of those that failed."""
    first, *reasons = pdfs_texts(morning) or [""]
    yield from wrap(first, width) if first else ()
    for text in reasons[:MOST_TITLES]:
        yield from wrap(text, width, "    ", "  ! ")
    if n := len(reasons[MOST_TITLES:]):
        yield "    " + _("and {n} more", n=n)


def _entries(entries: Sequence[Entry], width: int, *, has_days: bool) -> Iterator[str]:
    if not entries:
        yield "    " + _("none")
    for n, entry in enumerate(entries, 1):
        yield from entry_lines(entry, width, n, has_day=has_days)


def entry_lines(entry: Entry, width: int, number: int, *, has_day: bool = False) -> Iterator[str]:
    """Lay out one paper: title; id, topic, authors; why it is listed; two posts about it.

    has_day: the list has several days, so the paper's day stands before its title.
    """
    paper = entry.paper.record
    mark = MARKS[entry.paper.state]
    day = f"{day_mark(entry)} " if has_day else ""
    sure = f"{sureness_mark(entry)} " if entry.sureness else ""
    # 5 columns are the mark, the number and their blanks.
    title = bold(shorten(title_text(paper.title), width - 5 - len(day) - len(sure)))
    # The blank keeps a skipped tenth paper from reading as the number -10.
    yield f"{mark} {number:>2} {sure}{dim(day) if day else ''}{title}"
    topic = topic_text(entry)
    # The id comes first, since people type it; a narrow screen cuts the authors.
    marks = [text for text in (topic, muted_mark(entry)) if text]
    facts = [paper.id, *marks, *property_texts(entry.paper), authors_text(paper.authors)]
    yield "     " + dim(shorten(" · ".join(plain(f) for f in facts), width - 5))
    why = _("{why} [{source}]", why=entry.why, source=_(", ").join(families(entry.origins)))
    yield "     " + shorten(plain(why), width - 5)
    if text := written_text(entry):
        yield "     " + shorten(text, width - 5)
    for mention in [m for m in heard(entry) if m.words][:2]:
        yield from map(dim, wrap(said_text(mention), width, "     "))


def day_mark(entry: Entry) -> str:
    """Write the day that announced a paper: " 4 Jun"."""
    return say_day(entry.paper.listed_on, "column")


def heard(entry: Entry) -> list[PostMention]:
    """Sort the posts about a paper: own words first, then by the weight of the author."""
    # How much an author counts is a term of the paper's score.
    weights = {t.what: t.value for t in entry.terms if t.kind in ("mention", "repost")}

    def place(mention: PostMention) -> tuple[bool, bool, float]:
        is_passed_on = mention.kind == "repost"
        return not mention.words, is_passed_on, -weights.get(mention.author, 0.0)

    return sorted(entry.mentions, key=place)


def said_text(mention: PostMention) -> str:
    """Quote a post about a paper; a repost is not quoted as its author's own words."""
    is_passed_on = mention.kind == "repost"
    if mention.words:
        key = N_("{author} reposted: {text}") if is_passed_on else N_("{author}: {text}")
        return plain(_(key, author=mention.author, text=mention.words))
    return plain(_(N_("{author} reposted it.") if is_passed_on else N_("{author} mentioned it."),
                     author=mention.author))  # fmt: skip


def sum_lines(terms: Sequence[Term], width: int) -> Iterator[str]:
    """Lay out the sum of a score, one term a line with its reason; the printed numbers add up."""
    for value, reason in sum_rows(terms):
        yield from wrap(plain(reason), width, SUM_INDENT, f"{value:+10.3f}  ")
    yield f"{round(total(terms), 3):+10.3f}  " + _("total")
