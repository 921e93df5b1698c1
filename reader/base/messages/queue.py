"""Texts of the queue: what was picked and is not written, its PDFs, what a look-back asks."""

from __future__ import annotations

TEXTS: dict[str, str] = {
    "queue.head": "QUEUE  {n} picked and not written up yet, oldest first",
    "queue.lead": "READ  nothing new to decide; {to_go} to write today, from your queue (oldest"
    " first)",
    "queue.lead.partly": "READ  nothing to decide so far; {to_go} to write today, from your queue"
    " (oldest first)",
    "queue.lead.marked": "READ  all papers are decided; {to_go} to write today, from those marked"
    " +",
    "queue.picked": "picked {day}",
    "queue.minutes": "{n} min",
    "queue.minutes.abstract": "abstract {n} min",
    "queue.pdf": "PDF here",
    "queue.no_pdf": "no PDF yet",
    "queue.short.pdf": "PDF",
    "queue.short.no_pdf": "no PDF",
    "queue.until": "back on {day}",
    "queue.why": "you picked it on {day}, and it has no note yet.",
    "queue.more": "and {n} more: reader queue",
    "queue.empty": "The queue is empty: every paper that you picked has a note or was dropped.",
    "queue.empty.today": "The queue is empty today.",
    "queue.later.head": "LATER  {n} put off",
    "queue.put_off": "Put off until {day}: {title}",
    "queue.dropped": "Dropped: {title}",
    "queue.not_in.candidate": "Not in the queue, because it was not picked: {title}",
    "queue.not_in.pick": "Not in the queue: {title}",
    "queue.not_in.skip": "Not in the queue, because it was skipped: {title}",
    "queue.not_in.read": "No longer in the queue, because it has a note: {title}",
    "queue.not_in.hint": "`reader queue` shows the queue; `reader pick` adds a paper to it.",
    "queue.pdfs": "PDFs of your picks: {n} of {of} here{failed}{state}.",
    "queue.pdfs.one": "The PDF of your pick is not here{state}.",
    "queue.pdfs.one_here": "The PDF of your pick is here.",
    "queue.pdfs.failed": ", {n} failed",
    "queue.pdfs.fetching": "; fetching continues",
    "queue.pdfs.waiting": "; `reader fetch` or the next gather fetches {rest}",
    "queue.pdfs.log": "; `reader fetch` or the next gather fetches {rest} (log of the last run:"
    " fetch.log)",
    "queue.pdfs.rest": "the others",
    "queue.pdfs.rest_one": "it",
    "queue.pdfs.again": "; `reader fetch ID` tries again now, a later gather by itself",
    "queue.reason": "{error} ({n:paper|papers})",
    "queue.fetching": "The PDFs of your picks are being fetched in the background, even if you"
    " close this terminal. `reader today` shows how many are here.",
    "queue.fetched": "PDFs of your picks: {n} of {of} here.",
    "queue.ended": "Stopped before everything was fetched. {here}",
    "help.queue": """List the papers that you picked and have not written up.

    The oldest stands first. Each has the minutes that its text takes (the PDF, else the
    abstract), and whether its PDF is here.""",
    "help.later": """Put a picked paper off for DAYS days, 7 by default.

    It is not in the queue until then. `reader undo` brings it back.""",
    "help.drop": """Drop papers from the queue; they count as skipped.

    `reader undo` brings them back.""",
    "help.fetch": """Fetch the missing PDFs of your picks and make them searchable.

    Without IDs: all that are missing, except those that failed and must wait. With IDs: these,
    at once. `today` starts this when you quit its list. Only one runs at a time. Exit code 5:
    a PDF could not be fetched.""",
    "week.ask": "PICKED AT LEAST {n:DAY|DAYS} AGO, NOT WRITTEN UP",
    "week.ask.what": "Read it or drop it? You are asked only once; what you do not drop stays in"
    " the queue.",
    "week.ask.more": "Picked later, to be asked about another time: {n}.",
    "week.ask.command": "to drop it: reader drop {id}",
    "week.ask.key": "[{n}/{of}] r read it · d drop it · q quit",
    "week.ask.kept": "It stays in your queue.",
    "screen.queue": "QUEUE  {n} picked earlier, oldest first",
    "screen.keys.queue": "o open · n note · l later · s drop · w why · u undo · ? keys · q quit",
    "screen.queued": "{time} · {pdf}",
    "screen.to_queue": "All papers are decided; next is your queue ({n}). q quits.",
    "screen.not_queued": "Only a paper in the queue can be put off.",
    "screen.pdfs": "PDFs: {n} of {of} here{failed}",
    "screen.pdfs.fetching": "PDFs: {n} of {of} here{failed}, fetching",
    "screen.quota.nothing": "{written} of {target} written, nothing left to read",
    "web.queue": "Queue",
    "web.queue.what": "Picked and not written up yet, oldest first.",
    "web.queue.lead": "Nothing new to decide. {to_go} to write today: read from your queue,"
    " oldest first.",
    "web.queue.lead.partly": "Nothing to decide so far. {to_go} to write today: read from your"
    " queue, oldest first.",
    "web.queue.nothing": "Nothing is left to read today.",
    "web.queue.later": "Later",
    "web.queue.later.named": "Put off for a week: {title}",
    "web.queue.until": "Put off until {day}.",
    "web.queue.back": "Move back to the queue",
    "web.queue.drop": "Drop",
    "web.queue.drop.named": "Drop: {title}",
    "web.queue.let_go": "Dropped",
    "web.queue.note": "Note",
    "web.queue.note.named": "Note: {title}",
    "web.queue.open": "PDF",
    "web.queue.open.named": "PDF: {title}",
    "web.queue.go": "Read from the queue ({n})",
    "web.week.ask": "Picked at least {n:day|days} ago, not written up",
    "web.week.keep": "Read it",
    "web.week.keep.named": "Read it: {title}",
}
