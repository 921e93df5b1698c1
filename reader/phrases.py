"""Hold every text that the program shows, in one catalogue.

English is complete. Another language is another dict with the same keys; errors have
theirs in `errors.py`, where a class's docstring is its message. Knows no terminal and
no page.
"""

from __future__ import annotations

ENGLISH: dict[str, str] = {
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
    "help.pick": """Choose papers for today: their PDFs are fetched, filed and indexed.

    ID: an arXiv id or address, DOI, OpenReview or ACL address, key, or a title's beginning.""",
    "help.skip": "Dismiss papers for good.",
    "help.undo": "Take back the last pick or skip, all of its papers.",
    "help.show": "Everything known of a paper: abstract, mentions, note, PDF.",
    "help.open": "Open a paper's PDF, or its page where the PDF is not here.",
    "help.note": """Write a paper up in your own words: editor, -m, --file or standard input.

    Each time appends a revision. Two sentences or more count as written, less as skimmed.""",
    "help.search": """Find what is half remembered: notes first, then papers, then pages.

    By meaning and by words, in English and Japanese.""",
    "help.export": """Write the notes out as Markdown, notes/<topic>/<key>.md.

    A file edited by hand is read in first, as a revision; nothing is overwritten.""",
    "help.add": "Bring papers into the library by id, address or DOI.",
    "help.index": "Bring full text, passages and vectors up to date, or make them anew.",
    "help.init": "Make a library in DIR (default: ~/reader) with a feeds.toml to edit.",
    "help.demo": "A sample morning in a temporary library, offline; only the papers are invented.",
    "option.library": "The library's folder.",
    "option.quiet": "Say only what was asked for, and errors.",
    "option.debug": "Show where an unexpected error came from.",
    "option.no_fetch": "Read what is here, ask no source.",
    "option.pick_no_fetch": "Leave the PDF to the next gather.",
    "option.no_encode": "Leave PDFs, full text and vectors for later.",
    "option.date": "The morning of another day.",
    "option.json": "As JSON, one object a line; docs/format.md has the fields.",
    "option.rebuild": "Throw index.db away first. Notes and decisions are not in it.",
    "option.print": "Print where it is and open nothing.",
    "option.message": "The note itself.",
    "option.file": "The file that holds the note; - for standard input.",
    "option.notes": "Search notes (several of these three may be given).",
    "option.papers": "Search titles and abstracts.",
    "option.passages": "Search the pages of PDFs.",
    "option.limit": "How many of each kind, at most.",
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
    "authors.none": "no authors known",
    "authors.more": "{first} and {n} more",
    "today.head": "{date} · {n} papers arrived",
    "today.incomplete": "NOT COMPLETE: {names}. See below.",
    "today.own": "OWN TOPICS  {n} of {of} belong to you",
    "today.own.all": ", all here",
    "today.own.partly": ", of what could be asked",
    "today.near": "TALKED ABOUT  {n} of {of}",
    "today.wild": "WILD CARD  talked about, and far from your topics",
    "today.none": "none",
    "today.why": "{why} [{source}]",
    "today.said": "{author}: {text}",
    "today.version": "NEW VERSION  v{n} of {title} ({id}), which has your note",
    "today.quota": "QUOTA  {written} of {target} written, {skimmed} skimmed",
    "today.deadline": " · {name} in {n} days",
    "today.balance": "BALANCE  {balance}",
    "today.undecided": "UNDECIDED  {n} own papers of earlier days: {days}. `reader today --date`",
    "today.unknown": "LINKS  {n} papers that posts link are not known yet; looked up again later.",
    "today.not_encoded": "{n} of these are found by words only until `reader gather` encodes them.",
    "today.as_it_stands": "The library is shown as it stands; nothing was asked.",
    "today.english": "Only English so far: feeds.toml asks for another language.",
    "sources.head": "SOURCES  {n} of {of} answered",
    "source.count": "{name} {n} of {of} ({day})",
    "source.partial": "{name}: {n} of {of} for {day}; the rest is asked again at the next gather.",
    "source.stale": "{name}: still the list of {day}; asked again at the next gather.",
    "source.failed": "{name}: could not ask for {day}.",
    "source.not_asked": "{name}: not asked on this day.",
    "source.unknown": "There is no source named {name}.",
    "source.known": "feeds.toml has: {names}.",
    "step.gather": "sources",
    "step.resolve": "papers in posts",
    "step.pdf": "PDFs",
    "step.extract": "reading PDFs",
    "step.words": "full text",
    "step.encode": "vectors",
    "triage.keys": "p pick · s skip · o open · w why · n note · u undo · space later · q end",
    "triage.ask": "[{n}/{of}] p s o w n u space q: ",
    "gathered": "{n} new papers.",
    "picked": "Picked for {topic}: {title}",
    "skipped": "Skipped: {title}",
    "undone": "Taken back: {title}",
    "undo.nothing": "There is nothing to take back.",
    "added": "Here as {state}: {title}",
    "add.no_id": "{text} is no paper's id.",
    "add.forms": "An arXiv id or address, a DOI, an OpenReview or ACL Anthology address.",
    "add.unknown": "{id} (its registry does not know it)",
    "note.two": "-m and --file name two notes.",
    "note.one": "Give one of them; nothing was changed.",
    "note.unreadable": "{file} cannot be read: {what}.",
    "note.unchanged": "Nothing was changed.",
    "note.encoding": "{file} is not UTF-8 (byte {n}).",
    "note.utf8": "Save it as UTF-8; nothing was changed.",
    "note.editor": "Set EDITOR to an editor that is installed, or use -m or --file.",
    "note.rescued": "Your words are in {file}.",
    "note.same": "Nothing changed: {title}",
    "note.written": "Written ({n} of {target} today): {title}",
    "note.skimmed": "Skimmed (one sentence; two count as written): {title}",
    "export.read_in": "read in: {path}",
    "export.merged": "both kept: {path}",
    "export.written": "written: {path}",
    "show.facts": "{state} · arrived {day} from {source}",
    "show.filed": "filed under {topic} as {key}",
    "show.pdf": "{path} ({n} passages)",
    "show.no_abstract": "No abstract is known.",
    "show.note": "NOTE of {day}",
    "search.note": "NOTE",
    "search.paper": "PAPER",
    "search.passage": "PAGE {page}",
    "search.nothing": "Nothing found for {query}.",
    "search.not_encoded": "{n} texts are found by words only until `reader gather` encodes them.",
    "search.words_only": "Full text answered alone.",
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
Then: reader --library {folder} today""",
    "why.followed": "by {name}, whom you follow",
    "why.title": "{words} in the title",
    "why.abstract": "{words} in the abstract",
    "why.nearness": "nearer to {topic} than nearly all of today's papers ({n} standard deviations)",
    "why.mentions": "mentioned by {people}",
    "why.mentions_more": "mentioned by {people} and {n} more",
    "why.joint": "; ",
    "why.nothing": "fits no topic",
    "why.end": ".",
}


def say(key: str, /, **values: object) -> str:
    """Give a text with its values filled in. Raises KeyError for a text that is not there."""
    return ENGLISH[key].format_map(values)
