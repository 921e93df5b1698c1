"""Write what a morning has besides its papers and its sources: topics, themes, queue, PDFs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from reader.base.messages import N_, _, ngettext
from reader.base.text import plain, shorten
from reader.library.file_names import folder_name
from reader.library.paper import Priority
from reader.morning.values import (
    Entry,
    Morning,
    NewVersion,
    QueueEntry,
    Sureness,
    n_from_queue,
    n_mine,
    theme_counts,
)
from reader.ranking.topic import Mute, MuteKind, MuteLine
from reader.texts.paper import property_texts

STEPS = {
    "check": N_("Comparing PDFs"),
    "learn": N_("learning"),
    "import": N_("importing"),
    "add": N_("adding PDFs"),
    "gather": N_("sources"),
    "link": N_("short links"),
    "resolve": N_("papers in posts"),
    "refresh": N_("registries"),
    "pdf": N_("PDFs"),
    "extract": N_("reading PDFs"),
    "picture": N_("pictures"),
    "html": N_("arXiv's HTML"),
    "words": N_("full text"),
    "votes": N_("votes"),
    "cite": N_("citation counts"),
    "encode": N_("vectors"),
    "share": N_("shared index"),
}
"""Names of the steps of work, by the label that progress is told under."""


def topic_text(entry: Entry) -> str:
    """Name the topic of a line: the folder, else the topic that it fits, both where two are
    close; "" for none."""
    if entry.is_outside:
        return _("outside your topics")
    if entry.paper.topic:
        return str(folder_name(entry.paper.topic))
    return _(", ").join((entry.topic, *entry.also)) if entry.topic else ""


MOST_NAMED = 3
"""People who are named at a paper of the list."""

SURENESS_MARKS: Mapping[Sureness, str] = {"sure": "⣿", "likely": "⣤", "maybe": "⣀"}
"""Three heights, one column wide in any font."""


def sureness_mark(entry: Entry) -> str:
    """Return the mark beside a title that says how surely the paper belongs to an own topic,
    "" where that is not asked."""
    return SURENESS_MARKS[entry.sureness] if entry.sureness else ""


_MUTED: Mapping[MuteKind, str] = {
    "word": N_("word “{value}”"),
    "author": N_("author {value}"),
    "category": N_("category {value}"),
    "source": N_("source {value}"),
}


def muted_part(kind: MuteKind, value: str) -> str:
    """Name what is muted, or can be: "author Ada Field"."""
    return _(_MUTED[kind], value=plain(value))


def mute_texts(mutes: Iterable[Mute]) -> str:
    """Name mutes in a row, each with its last day if it has one."""
    return _(", ").join(
        _("{what} until {day}", what=muted_part(mute.kind, mute.value), day=mute.until)
        if mute.until
        else muted_part(mute.kind, mute.value)
        for mute in mutes
    )


def mute_line_text(line: MuteLine) -> str:
    """Name a mute, and tell whether it hides anything."""
    what = mute_texts([line.mute])
    if line.state == "ended":
        return _("{what}: has ended", what=what)
    if line.state == "idle":
        return _("{what}: has hidden nothing for 90 days", what=what)
    if line.hid_on:
        return _("{what}: hid a paper last on {day}", what=what, day=line.hid_on)
    return _("{what}: has hidden nothing yet", what=what)


def muted_mark(entry: Entry) -> str:
    """Mark a paper that falls under a mute and is shown, or is shown as hidden; "" for others."""
    several = [muted_part(mute.kind, mute.value) for mute in entry.muted_by]
    return _("muted: {what}", what=_(", ").join(several)) if several else ""


def written_text(entry: Entry) -> str:
    """Name who in the lab shares a note on a paper, three at most; "" for nobody."""
    if not (people := entry.written_by):
        return ""
    names = [shorten(plain(name), 60) for name in people[:MOST_NAMED]]
    if n_more := len(people) - MOST_NAMED:
        names += [_("{n} more", n=n_more)] if n_more > 0 else []
    return _("Someone here has written about this: {names}", names=_(", ").join(names))


def muted_counts(morning: Morning) -> str:
    """Count the hidden papers by mute, each under the first one that fits; "" for none."""
    hidden = (morning.folded or morning).muted
    n_of = Counter(entry.muted_by[0].key for entry in hidden)
    first = {entry.muted_by[0].key: entry.muted_by[0] for entry in hidden}
    return _(", ").join(
        _("{what} {n}", what=muted_part(first[key].kind, first[key].value), n=n)
        for key, n in n_of.items()
    )


def theme_texts(morning: Morning, *, is_brief: bool = False) -> list[str]:
    """Count, in words, the papers of each own theme and of no theme; none only where all were
    asked for.

    is_brief: of the themes without any alone.
    """
    of_day = N_("{theme}: 0 today") if morning.is_today else N_("{theme}: 0 on this day")
    none = of_day if morning.is_complete else N_("{theme}: 0 so far")
    if morning.folded and morning.is_complete:
        none = N_("{theme}: 0 on these days")
    own = (morning.folded or morning).own
    counts = theme_counts(own, morning.theme_of)
    shares = [
        _(N_("{theme}: {n}") if n else none, theme=plain(theme), n=n)
        for theme, n in counts.items()
        if not (n and is_brief)
    ]
    # Papers by people whom the person follows may be of no theme.
    n_others = n_mine(own) - sum(counts.values())
    has_others = counts and n_others > 0 and not is_brief
    return [*shares, _("others: {n}", n=n_others)] if has_others else shares


def queue_text(morning: Morning) -> str:
    """Write the queue's heading; on a day without news, that the day's papers come from it."""
    if to_go := n_from_queue(morning):
        key = (
            N_(
                "READ  nothing new to decide; {to_go} to write today, from your queue (oldest "
                "first)"
            )
            if morning.is_complete
            else N_(
                "READ  nothing to decide so far; {to_go} to write today, from your queue "
                "(oldest first)"
            )
        )
        return _(key, to_go=to_go) + within_priority(morning.queue_priorities)
    n = len(morning.queue_priorities)
    return _("QUEUE  {n} picked and not written up yet, oldest first", n=n) + within_priority(
        morning.queue_priorities
    )


def skimmed_text(n: int) -> str:
    """Say how many papers left the queue by a note that does not count, and what lists them."""
    return ngettext(
        "{n} paper has a note that does not count as written. "
        "`reader search 'has:note -has:written'` lists it.",
        "{n} papers have a note that does not count as written. "
        "`reader search 'has:note -has:written'` lists them.",
        n,
    )


def within_priority(queued: Iterable[Priority]) -> str:
    """Say behind "oldest first" that priorities go before; "" where no paper has one.

    queued: the priorities of the queue's papers.
    """
    has_priority = any(priority != "normal" for priority in queued)
    return _(", within each priority") if has_priority else ""


def queue_facts(queued: QueueEntry, *, has_button: bool = False) -> list[str]:
    """Describe when a paper was picked, how long its text takes, whether its PDF is here.

    has_button: a button opens the PDF, so only that it is missing is said.
    """
    reading = queue_reading(queued)[: 1 if has_button and queued.has_pdf else 2]
    return [*property_texts(queued.paper), _("picked {day}", day=queued.picked_on), *reading]


def queue_reading(queued: QueueEntry) -> list[str]:
    """Describe how long a paper's text takes, and whether its PDF is here."""
    time = N_("{n} min") if queued.is_whole else N_("abstract {n} min")
    pdf = N_("PDF here") if queued.has_pdf else N_("no PDF yet")
    return [_(time, n=queued.minutes), _(pdf)]


def queue_entry(queued: QueueEntry) -> Entry:
    """Make a line of the list for a paper of the queue."""
    why = _("you picked it on {day}, and it has no note yet.", day=queued.picked_on)
    return Entry(queued.paper, None, queued.paper.topic, 0.0, why, (), (), queued=queued)


def pdfs_texts(morning: Morning, *, fetch: str = "") -> list[str]:
    """Explain how many PDFs of the queue are here, what happens to the others, and why some could
    not be fetched; nothing where nothing was picked.

    fetch: the page's button that fetches them all; "" for the commands.
    """
    pdfs = morning.pdfs
    if pdfs is None:
        return []
    if pdfs.n == pdfs.of:
        state = ""
    elif morning.fetching == "now":
        state = _("; fetching continues")
    elif pdfs.n + pdfs.n_failed >= pdfs.of:
        again = fetch or "`reader fetch ID`"
        state = _("; {fetch} tries again now, a later gather by itself", fetch=again)
    else:
        rest = _(N_("it") if pdfs.of == 1 else N_("the others"))
        state = _(
            N_("; {fetch} or the next gather fetches {rest} (log of the last run: fetch.log)")
            if morning.fetching and not fetch  # a page does not lead to the file
            else N_("; {fetch} or the next gather fetches {rest}"),
            fetch=fetch or "`reader fetch`",
            rest=rest,
        )
    failed = _(", {n} failed", n=pdfs.n_failed) if pdfs.n_failed else ""
    text = _(
        "PDFs of your picks: {n} of {of} here{failed}{state}.",
        n=pdfs.n,
        of=pdfs.of,
        failed=failed,
        state=state,
    )
    if pdfs.of == 1:
        text = _(
            N_("The PDF of your pick is here.")
            if pdfs.n
            else N_("The PDF of your pick is not here{state}."),
            state=state,
        )
    reasons = [
        ngettext("{error} ({n} paper)", "{error} ({n} papers)", n, error=plain(error).rstrip("."))
        for error, n in pdfs.failed
    ]
    return [text, *reasons]


_FIELDS = {
    "title": N_("title"),
    "authors": N_("authors"),
    "abstract": N_("abstract"),
    "comment": N_("comment"),
}


LONGEST_NOTICE = 200
"""Characters of a notice in an abstract's place. Of 88,450 abstracts of arXiv 24 are as short."""


def changed_text(version: NewVersion) -> str:
    """Name the fields that a new version changed, "" where none are known; the comment is quoted
    as it is now, "accepted at …", and an abstract that only says why the paper was withdrawn."""
    comment, abstract = version.paper.record.comment, version.paper.record.abstract
    quoted = {
        "comment": _("comment (now “{comment}”)", comment=comment) if comment else "",
        "abstract": _("abstract (now “{abstract}”)", abstract=abstract)
        if 0 < len(abstract) <= LONGEST_NOTICE
        else "",
    }
    names = [quoted.get(field) or _(_FIELDS[field]) for field in version.changed]
    return _("changed: {fields}", fields=_(", ").join(names)) if names else ""
