"""Texts of the queue: what was picked and is not written, its PDFs, what a look-back asks."""

from __future__ import annotations

TEXTS: dict[str, str] = {
    "queue.head": "QUEUE  {n} picked and not written, the oldest first",
    "queue.lead": "READ  nothing new to decide; {to_go} to go: this is your queue, oldest first",
    "queue.lead.partly": "READ  nothing to decide so far; {to_go} to go: this is your queue, oldest"
    " first",
    "queue.lead.marked": "READ  all are decided; {to_go} to go: read what is marked +",
    "queue.picked": "picked {day}",
    "queue.minutes": "{n} min",
    "queue.minutes.abstract": "abstract {n} min",
    "queue.pdf": "PDF here",
    "queue.no_pdf": "no PDF yet",
    "queue.short.pdf": "PDF",
    "queue.short.no_pdf": "no PDF",
    "queue.until": "back {day}",
    "queue.why": "you picked it on {day}, and it has no note yet.",
    "queue.more": "and {n} more: reader queue",
    "queue.empty": "Nothing waits: each paper that you picked has its note, or was let go.",
    "queue.empty.today": "Nothing waits today.",
    "queue.later.head": "LATER  {n} put off",
    "queue.put_off": "Put off until {day}: {title}",
    "queue.dropped": "Let go: {title}",
    "queue.not_in.candidate": "It is not in the queue, as it was not picked: {title}",
    "queue.not_in.pick": "It is not in the queue: {title}",
    "queue.not_in.skip": "It is not in the queue, as it was skipped: {title}",
    "queue.not_in.read": "It is not in the queue any more, as it has a note: {title}",
    "queue.not_in.hint": "`reader queue` shows what is; `reader pick` puts a paper there.",
    "queue.pdfs": "{n} of {of:PDF of your picks is|PDFs of your picks are} here{failed}{state}.",
    "queue.pdfs.one": "The PDF of your pick is not here{state}.",
    "queue.pdfs.one_here": "The PDF of your pick is here.",
    "queue.pdfs.failed": ", {n} failed",
    "queue.pdfs.fetching": "; fetching goes on",
    "queue.pdfs.waiting": "; `reader fetch` or the next gather brings {rest}",
    "queue.pdfs.log": "; `reader fetch` or the next gather brings {rest} (what the"
    " last run said: fetch.log)",
    "queue.pdfs.rest": "the others",
    "queue.pdfs.rest_one": "it",
    "queue.pdfs.again": "; `reader fetch ID` asks again at once, a gather later",
    "queue.reason": "{error} ({n:paper|papers})",
    "queue.fetching": "The PDFs of your picks are fetched in the background, also once this"
    " terminal is closed; `reader today` says how far that is.",
    "queue.fetched": "{n} of {of:PDF of your picks is|PDFs of your picks are} here.",
    "queue.ended": "Ended before all was done. {here}",
    "help.queue": """What you picked and have not written up, the oldest first.

    With the minutes that its text here takes (of the PDF, else of the abstract), and whether
    the PDF is here.""",
    "help.later": """Put a picked paper off: it leaves the queue for DAYS days, 7 by default.

    `reader undo` takes it back.""",
    "help.drop": """Let picked papers go: they are skips from now on.

    `reader undo` takes it back.""",
    "help.fetch": """Fetch the PDFs of your picks that are not here, and make them searchable.

    Without IDs all of them, but for what failed and waits for its time; with IDs these, now.
    The list of `today` starts it when it ends. One at a time. 5: a PDF could not be had.""",
    "week.ask": "PICKED {n:DAY|DAYS} AGO OR EARLIER, AND NOT WRITTEN",
    "week.ask.what": "Read it, or let it go? It is asked once; what you keep stays in the queue.",
    "week.ask.more": "Asked about another time: {n}, picked later.",
    "week.ask.command": "let it go: reader drop {id}",
    "week.ask.key": "[{n}/{of}] r read it · d let it go · q end",
    "week.ask.kept": "It stays in your queue.",
    "screen.queue": "QUEUE  {n} that you picked before, the oldest first",
    "screen.keys.queue": "o open · n note · l later · s let go · w why · u undo · ? keys · q end",
    "screen.queued": "{time} · {pdf}",
    "screen.to_queue": "All are decided; {n:of your picks waits|of your picks wait} here. q ends.",
    "screen.not_queued": "Only what is picked and not written can be put off.",
    "screen.pdfs": "{n} of {of:PDF|PDFs} here{failed}",
    "screen.pdfs.fetching": "{n} of {of:PDF|PDFs} here{failed}, fetching",
    "screen.quota.nothing": "written {written} of {target}, nothing left to read",
    "web.queue": "Queue",
    "web.queue.what": "Picked and not written, the oldest first.",
    "web.queue.lead": "Nothing new to decide. {to_go} to go: read from your queue, the oldest"
    " first.",
    "web.queue.lead.partly": "Nothing to decide so far. {to_go} to go: read from your queue, the"
    " oldest first.",
    "web.queue.nothing": "Nothing left to read today.",
    "web.queue.later": "Later",
    "web.queue.later.named": "Put off for a week: {title}",
    "web.queue.until": "Put off until {day}.",
    "web.queue.back": "Back into the queue",
    "web.queue.drop": "Let it go",
    "web.queue.drop.named": "Let it go: {title}",
    "web.queue.let_go": "Let go",
    "web.queue.note": "Note",
    "web.queue.note.named": "Note: {title}",
    "web.queue.open": "PDF",
    "web.queue.open.named": "PDF: {title}",
    "web.queue.go": "Read from the queue ({n})",
    "web.week.ask": "Picked {n:day|days} ago or earlier, and not written",
    "web.week.keep": "Read it",
    "web.week.keep.named": "Read it: {title}",
}
