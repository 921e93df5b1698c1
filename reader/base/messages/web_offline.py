"""Texts of the pages: what works without a network, and long work."""

from __future__ import annotations

TEXTS: dict[str, str] = {
    "option.progress_json": "How far it is and what came of it, as JSON, an object a line.",
    "option.gather_at": "Ask the sources each day at this time, like 06:30, of the library's time"
    " zone.",
    "web.act.bad": "What was sent has no valid number.",
    "web.act.bad.hint": "Open the page anew and do it again.",
    "web.repeated": "Done before; nothing was done twice.",
    "web.overtaken": "“{title}”: something was decided later elsewhere, and that stands.",
    "web.beside": (
        "“{title}”: the note was changed elsewhere meanwhile; the words of both are kept."
    ),
    "web.app.name": "reader, papers every morning",
    "web.app.description": "The morning's papers, and notes on them in your own words.",
    "web.as_of": "As of {at}, without a network.",
    "web.sent": "There is a network again: all that waited was sent.",
    "web.kept": "No network. Kept here, and sent when there is one.",
    "web.not_kept": (
        "No network, and this browser keeps nothing here (a private window?). Copy what you wrote."
    ),
    "web.signed_out": "Kept here. Sign in again, and it is sent.",
    "web.waiting": "{n:change waits|changes wait} for the network.",
    "web.waiting.signed_out": "{n:change waits|changes wait} until you sign in again.",
    "web.refused_later": "{n:change was|changes were} refused.",
    "web.told_later": "{n:remark|remarks} on what was sent.",
    "web.offline.seen": "Seen",
    "web.more.offline": "Without a network",
    "web.offline": "Without a network",
    "web.offline.not_kept": "This page is not kept on this device, and the server does not answer. "
    "Those that are stand below.",
    "web.offline.no_script": "Pages are kept by scripts, and this browser runs none.",
    "web.offline.on": (
        "This device keeps today's list, the picked papers and your newest notes. What you "
        "decide and write without a network is sent at the next opening with one, in order, "
        "each thing once."
    ),
    "web.offline.http": (
        "Off: browsers keep pages only for addresses that begin with https, and on the "
        "machine that serves. What you decide and write while the server is away is kept all "
        "the same while a page is open."
    ),
    "web.offline.trust": "How this device comes to trust https here",
    "web.offline.browser": (
        "Off: this browser keeps no pages here. What you decide and write is kept all the same."
    ),
    "web.offline.queue": "What waits",
    "web.offline.queue.none": "Nothing waits: all was sent.",
    "web.offline.pick": "Pick",
    "web.offline.skip": "Skip",
    "web.offline.undo": "Take back the last decision",
    "web.offline.note": "Note",
    "web.offline.send": "Send now",
    "web.offline.drop": "Drop it",
    "web.offline.pages": "Pages on this device",
    "web.offline.pages.none": "None yet.",
    "work.by_clock": "The sources are asked.",
    "web.work": "Long work",
    "web.work.what": "It runs on the machine that serves, and goes on when this page is closed.",
    "web.work.gather": "Ask the sources",
    "web.work.index": "Fetch PDFs, bring the search up to date",
    "web.work.by_clock": "at its time of day",
    "web.work.began": "Begun at {at}",
    "web.work.refresh": "Look again",
    "web.work.starting": "Starting",
    "web.work.step": "{step}: {done} of {total}",
    "web.work.begun": "Begun.",
    "web.work.already": "Other work is under way; nothing was begun.",
    "web.work.done": "Done: {n:new paper|new papers}.",
    "web.work.lacking": "Done, {n:new paper|new papers}; but this is missing:",
    "web.work.stopped": "It stopped before its end.",
    "web.work.clock": "Every morning",
    "web.work.next": "The sources are asked at {at}.",
    "web.work.unknown": "There is no such work.",
    "web.work.unknown.hint": "Open the page anew.",
}
