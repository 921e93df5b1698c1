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
    N_("Read:"): {
        "today": CommandEntry("today", N_("Show this morning's list and decide on each paper")),
        "pick": CommandEntry("decide", N_("Pick papers to read; their PDFs are fetched")),
        "skip": CommandEntry("decide", N_("Skip papers for good")),
        "undo": CommandEntry("decide", N_("Undo your last act, or an earlier one")),
        "show": CommandEntry("show", N_("Show a paper: abstract, posts, note, files")),
        "open": CommandEntry("show", N_("Open a paper's PDF")),
        "why": CommandEntry("show", N_("Explain a paper's place in the list")),
        "wrong": CommandEntry("decide", N_("Correct the topic of a paper")),
        "queue": CommandEntry("decide", N_("List the picked papers that have no note yet")),
        "later": CommandEntry("decide", N_("Put a picked paper off for some days")),
        "drop": CommandEntry("decide", N_("Drop picked papers from the queue")),
        "mute": CommandEntry("follow", N_("Mute words, authors, categories, sources")),
        "unmute": CommandEntry("follow", N_("Take a mute back")),
    },
    N_("Write:"): {
        "note": CommandEntry("note", N_("Write a note on a paper in your own words")),
        "recall": CommandEntry("habit", N_("Recall earlier notes and grade yourself")),
        "week": CommandEntry("habit", N_("Look back on a week")),
        "stats": CommandEntry("habit", N_("Show the year: its days, streak and counts")),
        "share": CommandEntry("share", N_("Share papers with your notes, as Markdown or HTML")),
        "mail": CommandEntry("share", N_("Send picks and written notes by mail")),
        "export": CommandEntry("export", N_("Write notes as Markdown files, papers as references")),
    },
    N_("Find:"): {
        "search": CommandEntry("search", N_("Search notes, papers and pages of PDFs")),
        "similar": CommandEntry("search", N_("List papers and notes similar to a paper")),
        "highlights": CommandEntry("tablet", N_("List what you highlighted in a paper's PDF")),
    },
    N_("Papers and files:"): {
        "add": CommandEntry("add", N_("Add papers by id or DOI, PDFs, folders of PDFs")),
        "import": CommandEntry("import_", N_("Bring in the library of another program")),
        "file": CommandEntry("edit", N_("File papers under a topic")),
        "tag": CommandEntry("edit", N_("Tag, rate and prioritise papers")),
        "topics": CommandEntry("edit", N_("List the topics, or move all papers of one")),
        "edit": CommandEntry("edit", N_("Change a title, venue or other field by hand")),
        "refresh": CommandEntry("edit", N_("Fill in venue, pages and the like from registries")),
        "fetch": CommandEntry("decide", N_("Fetch the missing PDFs of your picks")),
        "take": CommandEntry("tablet", N_("Copy PDFs to the tablet's folder")),
        "back": CommandEntry("tablet", N_("Import marked PDFs")),
        "remove": CommandEntry("decide", N_("Remove papers into the trash")),
        "merge": CommandEntry("decide", N_("Merge two papers that are the same one")),
        "split": CommandEntry("decide", N_("Split a merged paper again")),
    },
    N_("Set up and keep running:"): {
        "init": CommandEntry("library", N_("Make a library")),
        "demo": CommandEntry("library", N_("Play a sample morning, without a network")),
        "gather": CommandEntry("gather", N_("Ask the sources and prepare the list, for cron")),
        "sources": CommandEntry("gather", N_("Check whether today's list is complete")),
        "teach": CommandEntry("teach", N_("Teach a topic what belongs to it")),
        "follow": CommandEntry("follow", N_("Follow people and feeds, also whole lists of them")),
        "serve": CommandEntry("serve", N_("Serve pages for a browser, a phone or a tablet")),
        "index": CommandEntry("gather", N_("Bring the search index up to date")),
        "doctor": CommandEntry("library", N_("Look for what is wrong in the library")),
        "backup": CommandEntry("library", N_("Put the library into one archive")),
        "restore": CommandEntry("library", N_("Bring the library back from an archive")),
    },
}
COMMANDS = {name: entry for group in GROUPS.values() for name, entry in group.items()}
