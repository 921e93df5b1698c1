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
    "screen.quota": "{written} of {target} written, {n} to go",
    "screen.quota.done": "{written} of {target} written",
    "screen.keys": "p pick · s skip · o open · w why · n note · u undo · / find · ? keys · q quit",
    "screen.keys.wide": "p pick · s skip · x wrong topic · o open · w why · n note · u undo · /"
    " find · ? keys · q quit",
    "screen.keys.short": "p s o w n u · / find · ? keys · q quit",
    "screen.doubtful": "MAYBE  {n:paper|papers} that may be yours; your decision teaches the"
    " ranking",
    "screen.doubtful.fold": "{n} more that may be yours: d shows them",
    "screen.folded.away": "WELCOME BACK  since {first:%m-%d}: {n} announced, {own} yours, {near}"
    " talked about",
    "screen.folded.deadline": "DEADLINE NEAR  since {first:%m-%d}: {n} announced, {own} yours,"
    " {near} talked about",
    "screen.talk": "{name} +{n}",
    "screen.more_talk": " (+{n}: enter)",
    "screen.mentioned": "{author} mentioned it.",
    "screen.passed_on": "{author} reposted it.",
    "screen.why": "Why: {why}",
    "screen.minutes": "{n} min",
    "screen.no_abstract": "(no abstract)",
    "screen.page.keys": "esc back",
    "screen.page.more": "esc back · ↓ space more",
    "screen.no_network": "INCOMPLETE (press i): no source can be reached.",
    "screen.incomplete": "INCOMPLETE (press i): papers may be missing from {names}.",
    "screen.elsewhere.pick": "Just picked elsewhere: {title}",
    "screen.elsewhere.skip": "Just skipped elsewhere: {title}",
    "screen.elsewhere.read": "Just written up elsewhere: {title}",
    "screen.elsewhere.candidate": "Just undone elsewhere: {title}",
    "screen.already.pick": "Already picked: {title}",
    "screen.already.skip": "Already skipped: {title}",
    "screen.has_note": "Not skipped, because it has your note: {title}",
    "screen.skip_rest": "Skip {n:undecided paper|undecided papers}? y: yes · any other key: no",
    "screen.skipped_rest": "Skipped {n:paper|papers}. u undoes this.",
    "screen.not_skipped": "Nothing was skipped.",
    "screen.undone": "Undone: {n:decision|decisions}.",
    "screen.noted": "{written} of {target} written today.",
    "screen.nothing_left": "There is nothing left to skip.",
    "screen.all_decided": "All papers are decided; q quits.",
    "screen.all_decided.fold": "All papers are decided; q quits, d shows those that may be yours.",
    "screen.last": "There is no undecided paper below this one.",
    "screen.no_doubtful": "There are no other papers that may be yours today.",
    "screen.no_key": "{key} does nothing here; ? shows the keys.",
    "screen.finding": "/{query}_   {n} of {of} · enter keeps these · esc shows all",
    "screen.found": "/{query}   {n} of {of} · esc shows all",
    "screen.why.more": "What would change this rank: reader why {id} --all",
    "screen.opening": "Opening: {place}",
    "screen.opened": "Opened: {place}",
    "screen.no_opener": "No program found to open {place}",
    "screen.opener_failed": "{program} could not open {place}",
    "screen.no_place": "This paper has no PDF here and no address.",
    "screen.fetching": "Asking the sources. Press any key to see the list as it is now.",
    "screen.cut": "The list as it is now: not all sources were asked.",
    "screen.and_more": "{text} (and {n} more)",
    "screen.back": "Press any key to return to the list.",
    "screen.undecided": "{n} undecided from earlier days",
    "screen.deadline": "{name} in {n:day|days}",
    "screen.seeds": "{n:seed|seeds} missing: i",
    "screen.recall": "{n:note|notes} to recall",
    "screen.help.title": "Keys",
    "screen.paper.title": "The paper",
    "screen.why.title": "Why it is here",
    "screen.morning.title": "This morning",
    "screen.help": """\
p  pick: read it today        s  skip: not for me
space  later: next paper      u  undo the last action
l  put off for a week (in the queue): p brings it back, s drops it
x  wrong topic: choose one    n  write the note
o  open the PDF or its page   w  why: all terms of the score
enter  the whole abstract and all posts
up down j k  move             home end g  first, last
page up, page down  one screen up or down
/  find: type to narrow the list; enter keeps it, esc shows all
d  show or fold the papers that may be yours
S  skip the rest (tells you how many, and asks)
i  this morning: quota, sources, new versions, saved searches
q  quit: the PDFs of your picks are fetched in the background
ctrl-c  quit at once: the next gather fetches the PDFs
ctrl-z  to the shell, fg returns      ctrl-l  draw the screen again

+ picked   - skipped   * has your note
⣿ surely yours   ⣤ likely   ⣀ maybe
Each decision is saved before the next paper is shown. Papers without a
decision stay in the list, on every device.""",
}
