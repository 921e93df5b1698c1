"""Write a note beside what the paper says, its drafts and revisions; recall notes, and look back on
a day, a week and a year.
"""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from typing import Any
from urllib.parse import urlencode

from starlette.responses import Response

from reader.base.errors import StoreError, UsageError
from reader.base.messages import N_, _
from reader.base.text import plain, sentences
from reader.library.calendar import days_back
from reader.library.folder import Library, find_paper
from reader.library.paper import LibraryPaper
from reader.library.rows import queue
from reader.morning.pick import dropped_after_question, questions_today
from reader.morning.trust import began_on
from reader.morning.waiting import give
from reader.notes import drafts, export, recall
from reader.notes.balance import balance
from reader.notes.draft import all_texts, fields_of, pieces
from reader.notes.drafts import PageDraft, marks_of, may_show, new_words, template_names
from reader.notes.links import NearNotes, papers_by_link, related
from reader.notes.own_words import Check
from reader.notes.recall import card_of
from reader.notes.rows import notes
from reader.notes.rows.habit import Waiting
from reader.notes.rows.notes import Revision
from reader.notes.week import day_shown, stats, week, week_of
from reader.notes.words import is_written
from reader.notes.write import (
    NoteOutcome,
    add_note,
    beginning_of,
    check_typed,
    compared,
    newest_note,
    restore,
)
from reader.texts.note import (
    file_lines,
    graded_text,
    month_marks,
    own_line,
    paused_text,
    regret_text,
    report_of,
    rows,
    unseen_line,
    where,
)
from reader.web.pages.today import requested_day
from reader.web.render import as_path
from reader.web.visit import Visit, route


@dataclass(frozen=True, slots=True)
class NoteForm:
    """What the text area begins with.

    base: the revision that the text continues, 0 for none. draft: the draft that it is, with
    the name "" for none. others: further drafts. newest: the newest revision.
    """

    text: str
    base: int
    draft: PageDraft
    others: tuple[PageDraft, ...]
    newest: Revision | None


def note(visit: Visit) -> Response:
    paper = find_paper(visit.library, visit.id)
    # No waiting for an export: what it reads in and what is saved here end in one revision.
    lines = file_lines(export.read_by_hand(visit.library, paper, wait=False))
    return _page(
        visit, paper, _note_form(visit, paper), warnings=lines, **_saved_outcome(visit, paper)
    )


def beside(visit: Visit) -> Response:
    """Send the part with the paper's abstract and marks, for a script."""
    paper = find_paper(visit.library, visit.id)
    marks = marks_of(visit.library, paper)
    return visit.page("note_beside.html", paper=paper, marks=marks, is_shown=True)


def save(visit: Visit) -> Response:
    library, field = visit.library, visit.field
    paper = find_paper(library, visit.id)
    base = _number(field("base"))
    words = drafts.words(library, paper, field("text"), base=base or 0)
    encode = visit.parts.encode_note(visit.config)
    noted = add_note(library, paper, words, encode=encode, base=base)
    if words.strip():
        # After the note: where this fails, the note is saved and only its draft stays.
        with contextlib.suppress(StoreError):
            drafts.settle(library, paper, noted.text, name=field("draft"), seen=field("seen"))
    lines = file_lines(export.export_one(library, noted.paper)) if noted.is_new else []
    parameters = {"kept": noted.number if noted.is_new else 0, "meanwhile": noted.meanwhile}
    to = f"/note/{paper.record.id}?{urlencode(parameters)}"
    if not visit.wants_json:
        return visit.to(to, message=sentences(lines))
    # The person goes on typing: the next save continues this revision.
    newest = newest_note(library, paper)
    return visit.json(
        {
            "said": report_of(library, noted).message,
            "told": lines,
            "is_new": noted.is_new,
            "is_written": noted.is_written,
            "number": noted.number,
            "meanwhile": noted.meanwhile,
            "base": newest.id if newest else 0,
            "written_today": _written_today(visit),
            "to": to,
        }
    )


def _written_today(visit: Visit) -> str:
    n, _unused, target = export.progress(visit.library)
    return _("Written today: {n} of {target}.", n=n, target=target)


def draft(visit: Visit) -> Response:
    """Save what was typed so far as a draft."""
    library, field = visit.library, visit.field
    paper = find_paper(library, visit.id)
    kept = drafts.keep(
        library,
        paper,
        field("text"),
        base=_number(field("base")) or 0,
        name=field("draft"),
        seen=field("seen"),
    )
    if not visit.wants_json:
        parameters = {"draft": kept.name} | ({"show": 1} if field("show") else {})
        return visit.to(f"/note/{paper.record.id}?{urlencode(parameters)}")
    key = (
        N_("This draft was changed elsewhere, so your text is kept in another draft ({at})")
        if kept.is_elsewhere
        else N_("Draft saved at {at}")
    )
    at = f"{library.now().astimezone(visit.config.timezone):%H:%M}"
    message = _(key, at=at) if kept.name else ""
    return visit.json({"draft": kept.name, "seen": kept.seen, "base": kept.base, "said": message})


def discard(visit: Visit) -> Response:
    """Delete a draft; the note stays as it is."""
    paper = find_paper(visit.library, visit.id)
    name, seen = visit.field("draft"), visit.field("seen")
    is_gone = drafts.discard(visit.library, paper, name=name, seen=seen)
    message = _(
        N_("The draft was deleted.")
        if is_gone
        else N_("The draft was changed in the meantime, so it was kept.")
    )
    return visit.to(f"/note/{paper.record.id}?draft=no", message=message)


def check(visit: Visit) -> Response:
    """Compare the typed words with the paper's, for a script as a part of the page."""
    library, field = visit.library, visit.field
    paper = find_paper(library, visit.id)
    base = _number(field("base")) or 0
    words = drafts.words(library, paper, field("text"), base=base)
    looked = _compared(visit, paper, words)
    if visit.is_part:
        return visit.page("note_check.html", **looked)
    here = PageDraft(field("draft"), field("seen"), base, field("text"))
    newest = newest_note(library, paper)
    return _page(visit, paper, NoteForm(here.text, base, here, (), newest), **looked)


def _note_form(visit: Visit, paper: LibraryPaper) -> NoteForm:
    """Choose what the text area begins with: the draft asked for, the newest, or the note."""
    library = visit.library
    newest = newest_note(library, paper)
    waiting = drafts.waiting(library, paper)
    name = visit.param("draft")
    fitting = [one for one in waiting if one.name == name] or waiting
    # `kept`: the note was saved just now, and stands there itself.
    is_plain = name == "no" or bool(visit.param("kept"))
    chosen = None if is_plain or not fitting else fitting[0]
    others = tuple(one for one in waiting if one is not chosen)
    if chosen is not None:
        return NoteForm(chosen.text, chosen.base, chosen, others, newest)
    text = new_words(library, newest.text if newest else "", visit.param("template"))
    return NoteForm(text, newest.id if newest else 0, PageDraft(), others, newest)


def _compared(visit: Visit, paper: LibraryPaper, words: str) -> Mapping[str, Any]:
    """Compare words with the paper's and find related notes: the values for the template."""
    found: Check | None = None
    near = NearNotes((), is_by_words=False)
    if words.strip():
        # Without index.db, which can be made again, a note is written all the same.
        with contextlib.suppress(StoreError):
            encode = visit.parts.encode_if_warm(visit.config)
            found = check_typed(visit.library, paper, words, encode)
            near = related(visit.library, paper, words, encode=encode)
    is_copied = bool(found and found.is_mostly_copied)
    newest = newest_note(visit.library, paper) if is_copied else None
    # What counted when it was saved stays so: days and streaks of the past do not change.
    is_late = newest is not None and newest.is_written and newest.text == words
    return {
        "held_id": paper.record.id,
        "where": where,
        "check": found,
        "unseen": unseen_line(found) if found else "",
        "none_close": own_line(found) if found else "",
        "near": near,
        "is_counting": is_written(words) and not is_copied,
        "is_late": is_late,
        "has_words": bool(words.strip()),
    }


def _saved_outcome(visit: Visit, paper: LibraryPaper) -> Mapping[str, Any]:
    """Return the values that show the outcome, where the note was saved just now."""
    library = visit.library
    number, meanwhile = _number(visit.param("kept")), _number(visit.param("meanwhile"))
    known = notes.revisions(library.db, paper.row)
    # This address may be opened again later: it speaks only of the newest revision.
    if number is None or (number and number != len(known)):
        return {}
    # 0: the text was the note as it stood.
    if not number:
        return {
            "became": report_of(library, NoteOutcome(paper, False, False, "", len(known))),
            "meanwhile": 0,
        }
    newest = known[-1]
    looked = _compared(visit, paper, newest.text)
    found = looked["check"]
    noted = NoteOutcome(
        paper,
        newest.is_written,
        True,
        newest.text,
        number,
        found if isinstance(found, Check) else None,
        meanwhile or 0,
        was_written=any(one.is_written for one in known[:-1]),
    )
    encode = visit.parts.encode_if_warm(visit.config)
    became = report_of(library, noted, encode=encode)
    return {**looked, "became": became, "meanwhile": meanwhile or 0, "number": number}


_TEMPLATES = {
    "key-points": N_("key points"),
    "six-questions": N_("six questions"),
    "none": N_("none"),
}


def _page(visit: Visit, paper: LibraryPaper, sheet: NoteForm, **more: Any) -> Response:
    library = visit.library

    def named(template: str) -> str:
        # The templates of this program have names in the reader's language.
        return _(_TEMPLATES[template]) if template in _TEMPLATES else template

    is_shown = bool(visit.param("show") or visit.field("show"))
    has_beside = is_shown or bool(sheet.draft.name) or may_show(library, paper)
    newest = sheet.newest
    known = {one.id: n for n, one in enumerate(notes.revisions(library.db, paper.row), 1)}
    values: dict[str, Any] = {
        # The template needs these values also where nothing was compared; `more` replaces them.
        **_compared(visit, paper, ""),
        "paper": paper,
        "sheet": sheet,
        "is_overtaken": bool(newest and newest.id != sheet.base),
        "n_revisions": len(known),
        "written_today": _written_today(visit),
        "guess": queue.guess_of(library.db, paper.row),
        "fields": fields_of(sheet.text, all_texts(library.config.templates)),
        "templates": [] if newest else [(n, named(n)) for n in template_names(library)],
        "has_beside": has_beside,
        "is_shown": is_shown,
        "marks": marks_of(library, paper) if has_beside else [],
        "is_counting": bool(newest and newest.is_written),
        "has_words": bool(newest),
        "became": None,
        "meanwhile": 0,
        "number": 0,
        "warnings": [],
    }
    return visit.page("note_desk.html" if visit.is_part else "note.html", **(values | more))


def _number(text: str) -> int | None:
    """Read the number of a row or revision; None for anything else."""
    # Up to 18 digits: SQLite's integers have 64 bits.
    return int(text) if text.isdecimal() and len(text) < 19 else None


def history(visit: Visit) -> Response:
    library = visit.library
    paper = find_paper(library, visit.id)
    revisions = notes.history(library.db, paper.row)
    rows = [
        (number, one, library.local(one.at), beginning_of(one))
        for number, one in enumerate(revisions, 1)
    ]
    links = papers_by_link(library, "\n\n".join(one.text for one in revisions))
    return visit.page("history.html", paper=paper, rows=rows[::-1], note_links=links)


def difference(visit: Visit) -> Response:
    """Compare two revisions: those with the numbers `a` and `b`, or the last two."""
    library = visit.library
    paper = find_paper(library, visit.id)
    numbers = [text for name in ("a", "b") if (text := visit.param(name))]
    if not all(text.isdecimal() and len(text) < 9 for text in numbers):
        raise UsageError(
            what=_("This is not the number of a revision."),
            hint=_("Choose one from the list of revisions."),
        )
    found = compared(library, paper, [int(text) for text in numbers])
    lines = [(line, list(pieces(line))) for line in found.changes]
    at = [library.local(one.at) for one in (found.old, found.new)]
    return visit.page("diff.html", paper=paper, found=found, lines=lines, at=at)


def back(visit: Visit) -> Response:
    """Restore an earlier revision: it is appended as the newest."""
    library, number = visit.library, visit.field("number")
    paper = find_paper(library, visit.id)
    n = int(number) if number.isdecimal() and len(number) < 9 else 0
    noted = restore(library, paper, n, encode=visit.parts.encode_note(visit.config))
    title = plain(paper.record.title)
    lines = [_("No changes: {title}", title=title)]
    if noted.is_new:
        message = _(
            "Revision {n} was restored as revision {number}: {title}",
            n=n,
            number=noted.number,
            title=title,
        )
        lines = [message, *file_lines(export.export_one(library, noted.paper))]
    return visit.to(f"/note/{paper.record.id}/history", message=sentences(lines))


def waiting(visit: Visit) -> Response:
    """List the notes that imports brought without a paper, the oldest first."""
    library = visit.library
    return visit.page("waiting.html", several=notes.waiting(library.db), local=library.local)


def give_waiting(visit: Visit) -> Response:
    """Give a waiting note to a paper, as `reader note ID --from-waiting N` does."""
    library = visit.library
    paper = find_paper(library, visit.field("paper"))
    given = give(library, visit.request.path_params["number"], paper)
    lines = file_lines(export.export_one(library, given))
    message = _("Given to the paper: {title}", title=plain(given.record.title))
    return visit.done(f"/note/{as_path(given.record.id)}", sentences([message, *lines]))


# `{id:path}` takes slashes too: what stands behind an id has to come before the plain address.


def week_page(visit: Visit) -> Response:
    library, day = visit.library, requested_day(visit, "on")
    encoder = visit.parts.encoder_name(visit.config)
    key = ("week", week_of(day), library.today(), encoder)
    found = visit.cached(key, lambda: week(library, day, encoder=encoder))
    is_running = found.holds(library.today())
    asks, n_more = questions_today(library, may_ask=visit.is_shown) if is_running else ((), 0)
    themes = [(theme, list(read)) for theme, read in groupby(found.read, lambda one: one.theme)]
    return visit.page(
        "week.html",
        week=found,
        themes=themes,
        # Questions about old picks. One asked today stays until it is answered, or until
        # tomorrow.
        asks=asks,
        let_go=dropped_after_question(library) if is_running else (),
        n_more_asks=n_more,
        queue_days=library.config.queue_days,
        regrets=[(one, regret_text(one)) for one in found.regrets],
        before=days_back(found.first, 7),
        after=_day_after(visit, found.last),
        began=began_on(library),
    )


def stats_page(visit: Visit) -> Response:
    day = requested_day(visit, "on")
    found = visit.cached(("stats", day), lambda: stats(visit.library, day))
    totals = {
        name: sum(getattr(day, name) for day in found.days)
        for name in ("n_written", "n_skimmed", "n_recalled")
    }
    return visit.page(
        "stats.html",
        stats=found,
        rows=list(rows(found.map)),
        months=list(month_marks(found.map)),
        counts={day.day: day for day in found.days},
        totals=totals,
        is_today=day == visit.library.today(),
        balance=balance(visit.library, day),
        most=max(found.themes.values(), default=0),
    )


def day_page(visit: Visit) -> Response:
    day = requested_day(visit, "on")
    found = day_shown(visit.library, day)
    noted = {read.paper.row for read in found.read}
    return visit.page(
        "day.html",
        shown=found,
        waiting=[paper for paper in found.picked if paper.row not in noted],
        before=days_back(day, 1),
        after=_day_after(visit, day),
    )


def _day_after(visit: Visit, day: date) -> date | None:
    """Return the day after a day; None where that is still to come."""
    return day + timedelta(1) if day < visit.library.today() else None


def recall_page(visit: Visit) -> Response:
    """Show the next recall card, or that of the paper `id`; cards in `later` are put off.

    The cards behind it are in the page too, hidden: a device turns to them without a network.
    """
    library, day = visit.library, visit.library.today()
    later = [text for text in visit.param("later").split(",") if text.isdecimal()]
    due = recall.due(library, day)
    cards = recall.cards(library, day)
    id_ = visit.param("id")
    if id_:
        paper = find_paper(library, id_)
        cards = [(paper, recall.waiting_of(library, paper))]
    left = [one for one in cards if str(one[0].row) not in later]
    shown = [card_of(library, *one) for one in left]
    values: dict[str, Any] = {
        "cards": [
            (card, _choices(library, one[0]), _state(one[1]))
            for card, one in zip(shown, left, strict=True)
        ],
        "note_links": papers_by_link(library, "\n\n".join(card.note for card in shown)),
        "due": due,
        "paused": paused_text(due) if due.is_paused and not id_ else "",
        "n_later": len(cards) - len(left),
        "later": ",".join(later),
        "graded": visit.param("graded"),
        "is_asked": bool(id_),
    }
    return visit.page("recall.html", **values)


def _choices(library: Library, paper: LibraryPaper) -> list[tuple[int, str, int]]:
    """List the grades: number, name, days until the note would come back."""
    from reader.notes.recall import next_day

    days = enumerate(recall.next_days(library, paper, next_day=next_day), 1)
    return [(n, _(recall.GRADE_NAMES[n]), (to - library.today()).days) for n, to in days]


def grade(visit: Visit) -> Response:
    """Record a grade, unless the note was graded on another device meanwhile."""
    from reader.notes.recall import next_day

    library, field = visit.library, visit.field
    paper = find_paper(library, field("id"))
    given = field("grade")
    if given not in ("1", "2", "3", "4"):
        raise UsageError(what=_("This is not a grade."), hint=_("Grades are 1 to 4."))
    later = {"later": field("later")} if field("later") else {}
    if _state(recall.waiting_of(library, paper)) != field("state"):
        message = _("Already graded in another window: {title}", title=plain(paper.record.title))
        return _respond(visit, later, message, paper, is_done=False)
    graded = recall.grade(library, paper, int(given), next_day=next_day)
    message = graded_text(library, graded, has_title=True)
    return _respond(visit, later | {"graded": paper.record.id}, message, paper, is_done=True)


def undo_recall(visit: Visit) -> Response:
    """Take back the last grade: of the paper `id`, or of any paper."""
    library = visit.library
    of = find_paper(library, visit.field("id")) if visit.field("id") else None
    undone = recall.undo_grade(library, of=of)
    if undone is None:
        return _respond(visit, {}, _("There is no grade to undo."), of, is_done=False)
    paper, review = undone
    title = plain(paper.record.title)
    message = _("Undone ({grade}): {title}", grade=_(recall.GRADE_NAMES[review.grade]), title=title)
    return _respond(visit, {"id": paper.record.id}, message, paper, is_done=True)


def _respond(
    visit: Visit,
    parameters: dict[str, str],
    message: str,
    paper: LibraryPaper | None,
    *,
    is_done: bool,
) -> Response:
    to = f"/recall?{urlencode(parameters)}" if parameters else "/recall"
    return visit.done(to, message, is_done=is_done, id=paper.record.id if paper else None, to=to)


def _state(waiting: Waiting) -> str:
    """Return a text that changes when the card is graded; forms send it along."""
    return f"{waiting.last_on or ''} {waiting.due_on or ''}"


ROUTES = [
    route("/waiting", waiting),
    route("/waiting/{number:int}", give_waiting, "POST"),
    route("/note/{id:path}/history", history),
    route("/note/{id:path}/diff", difference),
    route("/note/{id:path}/restore", back, "POST"),
    route("/note/{id:path}/draft", draft, "POST"),
    route("/note/{id:path}/discard", discard, "POST"),
    route("/note/{id:path}/check", check, "POST"),
    route("/note/{id:path}/beside", beside),
    route("/note/{id:path}", note),
    route("/note/{id:path}", save, "POST"),
    route("/recall", recall_page),
    route("/recall", grade, "POST"),
    route("/recall/undo", undo_recall, "POST"),
    route("/week", week_page),
    route("/stats", stats_page),
    route("/day", day_page),
]
