"""List the commands, in groups and in the order in which a person needs them.

Pure: `reader --help` is written from this table and loads no command.
"""

from __future__ import annotations

from typing import NamedTuple

from reader.base.messages import N_


class CommandEntry(NamedTuple):
    """One command. module: in reader/cli, loaded only when the command is called."""

    module: str
    brief: str
    """What the command does, in one line of `reader --help`."""


GROUPS = {
    N_("group.read"): {
        "today": CommandEntry("today", N_("brief.today")),
        "pick": CommandEntry("decide", N_("brief.pick")),
        "skip": CommandEntry("decide", N_("brief.skip")),
        "undo": CommandEntry("decide", N_("brief.undo")),
        "show": CommandEntry("show", N_("brief.show")),
        "open": CommandEntry("show", N_("brief.open")),
        "why": CommandEntry("why", N_("brief.why")),
        "wrong": CommandEntry("decide", N_("brief.wrong")),
        "queue": CommandEntry("decide", N_("brief.queue")),
        "later": CommandEntry("decide", N_("brief.later")),
        "drop": CommandEntry("decide", N_("brief.drop")),
    },
    N_("group.write"): {
        "note": CommandEntry("note", N_("brief.note")),
        "recall": CommandEntry("recall", N_("brief.recall")),
        "week": CommandEntry("week", N_("brief.week")),
        "stats": CommandEntry("week", N_("brief.stats")),
        "share": CommandEntry("week", N_("brief.share")),
        "export": CommandEntry("init", N_("brief.export")),
    },
    N_("group.find"): {
        "search": CommandEntry("search", N_("brief.search")),
        "similar": CommandEntry("search", N_("brief.similar")),
        "highlights": CommandEntry("tablet", N_("brief.highlights")),
    },
    N_("group.files"): {
        "add": CommandEntry("add", N_("brief.add")),
        "file": CommandEntry("file", N_("brief.file")),
        "topics": CommandEntry("file", N_("brief.topics")),
        "fetch": CommandEntry("decide", N_("brief.fetch")),
        "take": CommandEntry("tablet", N_("brief.take")),
        "back": CommandEntry("tablet", N_("brief.back")),
        "merge": CommandEntry("decide", N_("brief.merge")),
        "split": CommandEntry("decide", N_("brief.split")),
    },
    N_("group.set_up"): {
        "init": CommandEntry("init", N_("brief.init")),
        "demo": CommandEntry("init", N_("brief.demo")),
        "gather": CommandEntry("gather", N_("brief.gather")),
        "sources": CommandEntry("gather", N_("brief.sources")),
        "teach": CommandEntry("teach", N_("brief.teach")),
        "follow": CommandEntry("init", N_("brief.follow")),
        "serve": CommandEntry("serve", N_("brief.serve")),
        "index": CommandEntry("gather", N_("brief.index")),
    },
}
COMMANDS = {name: entry for group in GROUPS.values() for name, entry in group.items()}
