"""Texts of the pages: what works without a network, and long work."""

from __future__ import annotations

TEXTS: dict[str, str] = {
    "option.progress_json": "Print progress and results as JSON, one object per line.",
    "option.gather_at": "Gather every day at this time, like 06:30, in the library's time zone.",
    "web.act.bad": "The number of this action is not valid.",
    "web.act.bad.hint": "Open the page again and repeat the action.",
    "web.repeated": "This was already done, so nothing was changed.",
    "web.overtaken": "“{title}”: there is a later decision from elsewhere, and it was kept.",
    "web.beside": "“{title}”: the note was also changed elsewhere. Both texts were kept.",
    "web.app.name": "reader: papers every morning",
    "web.app.description": "The morning's papers, and notes on them in your own words.",
    "web.as_of": "Offline: this page is from {at}.",
    "web.sent": "Online again. All changes were sent.",
    "web.kept": "Offline. Saved on this device, and sent when you are online again.",
    "web.not_kept": "Offline, and this browser cannot save anything here (a private window?). "
    "Copy what you wrote.",
    "web.signed_out": "Saved on this device. Sign in again to send it.",
    "web.waiting": "{n:change waits|changes wait} to be sent.",
    "web.waiting.signed_out": "{n:change waits|changes wait} until you sign in again.",
    "web.refused_later": "{n:change was|changes were} not accepted.",
    "web.told_later": "{n:message|messages} about sent changes.",
    "web.offline.seen": "Dismiss",
    "web.more.offline": "Offline",
    "web.offline": "Offline",
    "web.offline.not_kept": "This page is not saved on this device, and the server cannot be "
    "reached. The saved pages are listed below.",
    "web.offline.no_script": "Saving pages needs JavaScript, which does not run in this browser.",
    "web.offline.on": "This device saves today's list, the picked papers and your newest notes. "
    "What you decide and write offline is sent when you next open a page online, in order and "
    "only once.",
    "web.offline.http": "Pages cannot be saved here. Browsers save them only for addresses that "
    "begin with https, and on the machine of the server. While a page is open, what you decide "
    "and write is still saved until the server can be reached.",
    "web.offline.trust": "Trust this server to use https",
    "web.offline.browser": "This browser cannot save pages. What you decide and write is still "
    "saved.",
    "web.offline.queue": "Unsent changes",
    "web.offline.queue.none": "Everything was sent.",
    "web.offline.pick": "Pick",
    "web.offline.skip": "Skip",
    "web.offline.undo": "Undo the last decision",
    "web.offline.note": "Note",
    "web.offline.send": "Send now",
    "web.offline.drop": "Discard",
    "web.offline.pages": "Saved pages",
    "web.offline.pages.none": "None yet.",
    "work.by_clock": "Gathering started.",
    "web.work": "Background tasks",
    "web.work.what": "A task runs on the machine of the server, and goes on when you close this "
    "page.",
    "web.work.gather": "Gather new papers",
    "web.work.index": "Fetch PDFs and update the search index",
    "web.work.by_clock": "scheduled",
    "web.work.began": "Started at {at}",
    "web.work.refresh": "Show the progress",
    "web.work.starting": "Starting",
    "web.work.step": "{step}: {done} of {total}",
    "web.work.begun": "Started.",
    "web.work.already": "Another task is running, so nothing was started.",
    "web.work.done": "Done: {n:new paper|new papers}.",
    "web.work.lacking": "Done: {n:new paper|new papers}, but there were problems.",
    "web.work.stopped": "The task stopped before it was finished.",
    "web.work.clock": "Daily schedule",
    "web.work.next": "The next gather is at {at}.",
    "web.work.unknown": "There is no such task.",
    "web.work.unknown.hint": "Reload the page and use its buttons.",
}
