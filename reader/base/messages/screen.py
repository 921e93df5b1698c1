"""Texts of the full-screen list."""

from __future__ import annotations

TEXTS: dict[str, str] = {
    "screen.head": "{day} · {n} of {of} decided · {spent} min, about {to_go} left",
    "screen.head.short": "{n} of {of} decided · {spent} min, about {to_go} left",
    "screen.head.least": "{n}/{of} · {spent} min, {to_go} left · {written}/{target} written",
    "screen.head.queue": "{day} · {of} in the queue · {spent} min, about {to_go} to read",
    "screen.head.queue.short": "{of} in the queue · {spent} min, about {to_go} to read",
    "screen.head.queue.least": "{of} queued · {spent} min, {to_go} to read · {written}/{target}"
    " written",
    "screen.quota": "written {written} of {target}, {n} to go",
    "screen.quota.done": "written {written} of {target}",
    "screen.keys": "p pick · s skip · o open · w why · n note · u undo · / find · ? keys · q end",
    "screen.keys.wide": "p pick · s skip · x wrong topic · o open · w why · n note · u undo"
    " · / find · ? keys · q end",
    "screen.keys.short": "p s o w n u · / find · ? keys · q end",
    "screen.doubtful": "MAYBE  {n:paper|papers} that may be yours; a decision teaches it",
    "screen.doubtful.fold": "{n} more that may be yours: d shows them",
    "screen.folded.away": "BACK  since {first:%m-%d}: {n} announced while you were away,"
    " {own} yours, {near} talked about",
    "screen.folded.deadline": "DEADLINE  since {first:%m-%d}: {n} announced,"
    " {own} yours, {near} talked about",
    "screen.talk": "{name} +{n}",
    "screen.more_talk": " (+{n}: enter)",
    "screen.mentioned": "{author} mentioned it.",
    "screen.passed_on": "{author} passed it on.",
    "screen.why": "Why: {why}",
    "screen.minutes": "{n} min",
    "screen.no_abstract": "(no abstract known)",
    "screen.page.keys": "esc back",
    "screen.page.more": "esc back · ↓ space more",
    "screen.no_network": "NOT COMPLETE: no source can be reached. See i.",
    "screen.incomplete": "NOT COMPLETE: {names}. See i.",
    "screen.elsewhere.pick": "Picked elsewhere just now: {title}",
    "screen.elsewhere.skip": "Skipped elsewhere just now: {title}",
    "screen.elsewhere.read": "Written up elsewhere just now: {title}",
    "screen.elsewhere.candidate": "Taken back elsewhere just now: {title}",
    "screen.already.pick": "Picked before: {title}",
    "screen.already.skip": "Skipped before: {title}",
    "screen.has_note": "It has your note, and stays: {title}",
    "screen.skip_rest": "Skip {n:paper|papers} without a decision? y: yes · any other key: no",
    "screen.skipped_rest": "Skipped: {n:paper|papers}. u takes all of it back.",
    "screen.not_skipped": "Nothing was skipped.",
    "screen.undone": "Taken back: {n:decision|decisions}.",
    "screen.noted": "{written} of {target} written today.",
    "screen.nothing_left": "There is nothing left to skip.",
    "screen.all_decided": "All are decided: q ends.",
    "screen.all_decided.fold": "All are decided: q ends, d shows those that may be yours.",
    "screen.last": "No paper below this one waits.",
    "screen.no_doubtful": "No other paper may be yours today.",
    "screen.no_key": "{key} means nothing here; ? shows the keys.",
    "screen.finding": "/{query}_   {n} of {of} · enter keeps these · esc shows all",
    "screen.found": "/{query}   {n} of {of} · esc shows all",
    "screen.why.more": "What would change it: reader why {id} --all",
    "screen.opening": "Opening: {place}",
    "screen.opened": "Opened: {place}",
    "screen.no_opener": "No program here opens it: {place}",
    "screen.opener_failed": "{program} could not open {place}",
    "screen.no_place": "Nobody knows where it is.",
    "screen.fetching": "Asking the sources; any key shows the list as it stands.",
    "screen.cut": "The list as it stands: not all sources were asked.",
    "screen.and_more": "{text} (and {n} more)",
    "screen.back": "Any key: back to the list.",
    "screen.undecided": "{n} undecided of earlier days",
    "screen.deadline": "{name} in {n:day|days}",
    "screen.seeds": "{n:seed is|seeds are} not here yet: i",
    "screen.recall": "{n:note|notes} to recall",
    "screen.help.title": "Keys",
    "screen.paper.title": "The paper",
    "screen.why.title": "Why it is here",
    "screen.morning.title": "This morning",
    "screen.help": """\
p  pick: read it today        s  skip: not for me
space  later: on to the next  u  undo the last act
l  of the queue: put off for a week; p brings it back, s lets it go
x  wrong topic: choose one    n  write the note
o  open the PDF or its page   w  why: the whole sum
enter  the whole abstract, all talk
up down j k  move             home end g  first, last
page up, page down  by a screen
/  find: the list narrows as you type; enter keeps, esc shows all
d  those that may be yours, shown or folded
S  skip all that is left (asks, with their number)
i  this morning: quota, sources, new versions, saved searches
q  end: the PDFs of picks are fetched in the background
ctrl-c  leave at once; the next gather fetches the picks
ctrl-z  to the shell and back with fg      ctrl-l  draw anew

+ picked   - skipped   * has your note
⣿ surely yours   ⣤ likely   ⣀ maybe
Each decision is on the disk before the next paper is shown. What you leave
waits for you, on any device.""",
}
