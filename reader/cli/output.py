"""Print text, made safe for a terminal and laid out as lines of any width, and values as JSON.

docs/reference.md has the JSON fields. Also prints how far work came when a signal ends it.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from functools import cache
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any
from unicodedata import category

import click

from reader.base.messages import Text, _
from reader.base.tex import title_text
from reader.base.text import plain, sentences, wrap
from reader.cli.frame import INTERRUPTED, settings_of
from reader.library.ids import url_of
from reader.library.paper import LibraryPaper

if TYPE_CHECKING:
    from reader.library.folder import Library
    from reader.morning.values import Morning
    from reader.ranking.model import Term


STDOUT = "-"
"""The file name that stands for standard output."""
INCOMPLETE = 5
"""The exit code where a part was not done."""

_UNSEEN = ("Cc", "Cf", "Cs", "Zl", "Zp")
"""Unicode categories: controls, invisible characters, surrogates, line and paragraph ends."""


def put(text: str = "", *, is_error: bool = False) -> None:
    """Print one line; foreign text in it must have gone through `plain`."""
    click.echo(text, err=is_error)


def put_all(lines: Iterable[str]) -> None:
    """Print lines as they come: the sum of `why` is read while models are still being fitted."""
    for line in lines:
        click.echo(line)


def answer(context: click.Context, text: str, *, indent: str = "") -> None:
    """Print one sentence, unless `--quiet` was given."""
    if not settings_of(context).is_quiet:
        put(indent + plain(text))


def say_private(context: click.Context, n: int) -> None:
    """Say on the error stream how much was left out as private, unless `--quiet` was given."""
    if n and not settings_of(context).is_quiet:
        put(_("Private parts left out of your words: {n}.", n=n), is_error=True)


def width_of_terminal() -> int:
    """Measure the width for lines in columns: the terminal's, at most 100."""
    # Imported here: 10 ms.
    import shutil

    return min(shutil.get_terminal_size((80, 24)).columns, 100)


def authors_text(authors: Sequence[str]) -> str:
    """Name the first three authors and count the others."""
    if not authors:
        return _("authors unknown")
    first = ", ".join(authors[:3])
    return (
        first if len(authors) <= 3 else _("{first} and {n} more", first=first, n=len(authors) - 3)
    )


def paper_lines(paper: LibraryPaper, width: int) -> Iterator[str]:
    """Lay out a paper's title, authors, ids, categories and address."""
    record = paper.record
    yield from map(bold, wrap(title_text(record.title), width))
    yield from wrap(plain(", ".join(record.authors)) or _("authors unknown"), width)
    facts = [*record.ids, *record.categories]
    yield dim(plain(" · ".join(facts)))
    yield dim(url_of(record.id))


def with_hint(message: str, hint: str) -> str:
    """Join a message and its hint into sentences, with a full stop between them if needed."""
    is_ended = not hint or message.endswith((".", "!", "?", "…", "。", "？", "！"))
    return sentences([message if is_ended else message + _("."), hint]).rstrip()


def wrap_marked(
    text: str, marks: Sequence[tuple[int, int]], width: int, indent: str
) -> Iterator[str]:
    """Break a text into lines as `wrap` does, with some spans (start, end) of it in bold."""
    at = 0
    for line in wrap(text, width, indent):
        shown = line.removeprefix(indent)
        # `wrap` drops white space at the ends of lines: look for the line's first character.
        at = text.index(shown[0], at) if shown else at
        spans = [(max(start - at, 0), min(end - at, len(shown))) for start, end in marks]
        pieces, done = [indent], 0
        for start, end in spans:
            if start < end:
                pieces += [shown[done:start], bold(shown[start:end])]
                done = end
        yield "".join([*pieces, shown[done:]])
        at += len(shown)


def bold(text: str) -> str:
    return click.style(text, bold=True)


def dim(text: str) -> str:
    return click.style(text, dim=True)


def put_json(*values: Any, **more: Any) -> None:
    r"""Print one JSON object on one line, in UTF-8, with the fields of all values in order.

    more: further fields, or other values for fields of the same name.
    Control and invisible characters are written as \u202e: the value stays exact.
    """
    fields: dict[str, Any] = {}
    for value in (*values, more):
        fields |= encode(value)
    text = json.dumps(fields, ensure_ascii=False, default=_iso)
    # `isprintable` is quick, and true of most lines: the slow loop runs for the others only.
    if not text.isprintable():
        text = "".join(json.dumps(c)[1:-1] if category(c) in _UNSEEN else c for c in text)
    click.echo(text)


def _iso(value: object) -> str:
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no JSON form here")


FIELDS = {
    "LibraryPaper": """id=record.id title=record.title~ state authors=record.authors~ ids=record.ids
        url topic key announced_on=record.announced_on arrived_on tags~ rating priority""",
    "PaperTitle": "id title~",
    # The morning.
    "Morning": """date=day is_complete n_arrived own doubtful near n_talked has_citations n_unknown
        wild muted folded undecided new_versions quota queue pdfs searches balance themes notices~
        seeds sources""",
    "FoldedDays": """reason first last n_days n_arrived n_own=- n_talked own doubtful near wild
        muted deadline themes=-""",
    "Entry": """*paper topic also sureness score why~ sources=origins mentions n_citations terms
        is_foretold muted_by written_by~""",
    "Mute": "kind value~ until on",
    "MuteLine": "*mute hid_on state",
    "QueueEntry": """id=paper.record.id title=paper.record.title~ state=paper.state picked_on
        minutes has_pdf tags=paper.tags~ rating=paper.rating priority=paper.priority""",
    "PostMention": "author~ text=words~ url~",
    "NewVersion": "*paper version changed",
    "Quota": "target written skimmed to_go deadline",
    "Deadline": "name~ on",
    "SavedSearchHits": "name~ query~ n papers messages~",
    "StoredVotes": "first last n_days n_papers n_votes",
    "Seed": "id topic state error~? tried_at",
    "SourceLine": "name state expected received covers error?",
    "Report": """name state=line.state is_missing=line.is_missing covers=newest.covers
        expected=newest.expected received=newest.received categories=by_category succeeded_at
        n_errors error~? hint~? retry_at tried_on""",
    "HealthFinding": "check is_wrong message~ hint~ items can_mend",
    "Batch": "name=category expected received",
    # Why a paper stands where it does.
    "Explanation": """*paper topic shelf=lane date=day position n_shown n_found score:4 cut:4 place
        why=sentence~ sentence decided=past terms changes=- topics=ranks muted_by""",
    "PastDecision": """kind on date=day lane=line.lane position=line.position topic=line.topic?
        score=line.score:4 sentence=line.sentence~ terms mentions=line.mentions votes=line.n_votes
        model=line.models?""",
    "PastMention": "author~ on text~",
    "ScoreChange": "kind term score:4 cut:4 place position",
    "Rank": "topic score:4 cut:4 place",
    # A paper, what was written about it and what was found.
    "About": """*paper year=- abstract=paper.record.abstract~ categories=paper.record.categories~
        comment=paper.record.comment~ version=paper.record.version sources=origins mentions
        note=note.text links backlinks=linked pdf=- marked_copies=- pictures=picture n_passages
        n_highlights to_look_up lab_notes=- fields=field_values""",
    "SharedNote": "name=who on text=words",
    "FieldValue": "field value~ source on",
    "FieldConflict": "holds others",
    "RefreshedPaper": "*paper filled conflicts",
    "EditOutcome": "*paper changed",
    "LinkedPaper": "id=paper.record.id title=paper.record.title~ key=paper.key sentence~",
    "Picture": "page figure? figure_page caption~",
    "Revision": "at on=on_date came_from is_written text",
    "Check": "n_unseen why_unseen? verdict is_mostly_copied share:3 sentences",
    "CheckedSentence": """text verdict share:3 run where=- page=source.page is_reworded
        is_translated their=-""",
    "SearchHit": """*paper kind page section~? evidence matches has_words also~ is_shared
        is_far score:6""",
    "PastAct": "act=number at kind topic? papers=several mutes",
    "TrashEntry": "*paper removed_on=- until=- act=removal.act",
    "MergeQuestion": "first second why~ asked_on",
    "Suggestion": "topic score why=- like authors~ words",
    "TopicLine": "topic=path lane n_papers n_pdfs n_notes below? nearest?",
    # PDFs.
    "FileOutcome": """path=addition.path outcome=addition.outcome id=paper.record.id
        title=paper.record.title~ topic=paper.topic key=paper.key pdf=- why=addition.why~
        hint=addition.hint~? is_new is_moved stayed~? unsure_title~? abstract_language?
        n_highlights=marked.n_highlights n_new_highlights=marked.n_new n_ink=marked.n_ink
        copy=marked.copy? lacking candidates""",
    "ImportedEntry": """place=item.place~ id=paper.record.id title=paper.record.title~
        topic=paper.topic is_new known_by? n_notes n_highlights""",
    "ImportedFile": "path=name~ id=paper.record.id is_new why~?",
    "UnplacedItem": "place~ why~",
    "PdfsImport": "n_pdfs n_new n_known n_strange strange~",
    "StoredFile": "place~ why~?",
    "SnapshotImport": "n_lines n_new n_known_by_id n_known_by_title n_left_out n_unplaced",
    "LooseNoteOutcome": "place~ title~ waiting=number is_new id=paper.record.id known_by?",
    "WaitingNote": """waiting=id place~ title~ notebook~? tags created_at at ids text""",
    "WaitingHit": "kind waiting=note.id title=note.title~ evidence matches",
    "TabletOutcome": "*paper outcome file=name~?",
    "CopyOutcome": """file=name~ outcome id=paper.record.id title=paper.record.title~
        state=paper.state n_highlights=counts.there n_new=counts.new n_changed=counts.changed
        n_removed=counts.removed n_again=counts.again n_erased=counts.erased
        n_kept=counts.kept n_ink ink_pages unread_pages=counts.unread
        copy? candidates error=error.message~ hint=error.hint~""",
    "RemovedCopy": "*paper file=before~ copy=path~? n_removed=n_gone n_again n_changed",
    "VisibleMark": """kind=highlight.kind page=highlight.page text=highlight.text~
        note=highlight.note colour=highlight.colour? is_flattened=highlight.is_flattened
        is_earlier=highlight.is_earlier n_ink
        at gone_at number=-""",
    # Habit.
    "Week": "first last read links regrets n_more asks=-",
    "ReadPaper": "*paper on=on_date is_written sentence~ theme~",
    "Link": "from=source to=target",
    "Regret": "*paper skipped_on n_people near=near.record.id",
    "Stats": "first last streak days themes sources day=-",
    "Streak": "n longest",
    "DayCounts": "date=day n_written n_skimmed n_recalled is_frozen",
    "FromSource": "name=source~ n_arrived n_picked n_written",
    "DayShown": "*counts n_arrived n_skipped picked read",
    # Archives and lists of feeds.
    "Manifest": """made_at n_papers=content.n_papers n_notes=content.n_notes
        n_decisions=content.n_decisions has_pdfs""",
    "Backup": "file n_bytes *manifest unread deleted",
    "RestorePlan": "folder=- is_done=- *manifest changes missing replaced=-",
    "FileChange": "path kind",
    "PaperBroughtBack": """id=paper.record.id was_here has_note is_picked pdf? has_tags has_guess
        edited""",
    "BroughtDump": """is_done=- n_papers=content.n_papers n_notes=content.n_notes
        n_decisions=content.n_decisions missing""",
    "FollowedFeed": "state=- name url kind folder line",
    "Due": "date=- is_paused deadline n_due n_new n_done cards=-",
    "Card": """*paper question note guess? written_on=waiting.written_on recalled_on=waiting.last_on
        due_on=waiting.due_on""",
}
"""The documented JSON fields by class, in their order; names of classes are unique here.

`name=path` takes an attribute of an attribute, null where one on the way is None. `name=-` is
null unless the caller of `put_json` gives it. `*name` stands for all fields of that value.
`~`: foreign text, made plain. `?`: null where it is empty. `:4`: rounded to so many digits.
"""

COMPUTED: dict[str, Callable[[Any], dict[str, Any]]] = {
    "LibraryPaper": lambda paper: {"url": url_of(paper.record.id)},
    "Entry": lambda entry: {
        # The topic that it is filed under counts more than the one that it fits.
        "topic": entry.paper.topic or entry.topic,
        "terms": _terms(entry.terms),
    },
    "Morning": lambda morning: {
        "folded": _folded(morning),
        "undecided": [{"date": day, "n": n} for day, n in morning.undecided],
        "pdfs": _pdfs(morning),
        "themes": _themes(morning),
    },
    "SavedSearchHits": lambda search: {"n": len(search.papers)},
    "Explanation": lambda found: {
        "topic": found.paper.topic or found.topic,
        "terms": _terms(found.terms),
    },
    "PastDecision": lambda past: {"terms": _terms(past.line.terms)},
    "ScoreChange": lambda change: {"term": _changed_term(change)},
    "SearchHit": lambda hit: {
        "matches": [{"start": start, "end": end} for start, end in hit.matches],
    },
    "WaitingHit": lambda hit: {
        "kind": "waiting",
        "matches": [{"start": start, "end": end} for start, end in hit.matches],
    },
    "About": lambda shown: {"n_highlights": len(shown.marks_there)},
    "FileOutcome": lambda added: {
        "lacking": [plain(e.what) for e in (added.lacking, added.marked.error) if e],
    },
    "CopyOutcome": lambda brought: {
        "n_ink": len(brought.counts.ink),
        "ink_pages": sorted(set(brought.counts.ink)),
        "candidates": [candidate.record.id for candidate in brought.candidates],
    },
    "VisibleMark": lambda _: {"n_ink": 0},
}
"""By class, the fields that are computed and are no attribute of the value."""

_FIELD = re.compile(r"(\*?)(\w+)(?:=([\w.-]+))?(~?)(\??)(?::(\d))?")


@cache
def fields_of(name: str) -> list[tuple[str, ...]]:
    """Parse the fields of a class: ("*", name, path, "~", "?", digits), each "" if absent."""
    return _FIELD.findall(FIELDS[name])


def encode(value: Any) -> Any:
    """Convert a value for `json`: classes by FIELDS, with all values in them."""
    if isinstance(value, str | int | float | None):
        return value
    if isinstance(value, Text | Path):
        return str(value)
    if isinstance(value, Mapping):
        return {plain(key): encode(one) for key, one in value.items()}
    if isinstance(value, tuple | list):
        return [encode(one) for one in value]
    if isinstance(value, date):
        return value.isoformat() if isinstance(value, datetime) else value
    kind = type(value).__name__
    computed = COMPUTED[kind](value) if kind in COMPUTED else {}
    fields: dict[str, Any] = {}
    for splice, name, path, is_foreign, may_be_null, digits in fields_of(kind):
        # A name that came with a spliced value keeps its place, but takes the later value.
        if splice:
            fields |= encode(getattr(value, name))
        elif name in computed:
            fields[name] = encode(computed[name])
        elif path != "-":
            one = value
            for part in (path or name).split("."):
                one = getattr(one, part) if one is not None else None
            if digits and one is not None:
                one = round(one, int(digits))
            if is_foreign and one is not None:
                one = plain(str(one)) if isinstance(one, Text) else [plain(str(t)) for t in one]
            fields[name] = encode(one or None if may_be_null else one)
        else:
            fields[name] = None
    return fields


def _themes(morning: Morning) -> dict[str, int]:
    # Imported here and below: with what it imports it takes 12 ms of a search, which has no day.
    from reader.morning.values import theme_counts

    return theme_counts(morning.own, morning.theme_of)


def _folded(morning: Any) -> dict[str, Any] | None:
    if morning.folded is None:
        return None
    from reader.morning.values import n_mine, theme_counts

    own = morning.folded.own
    counts = {"n_own": n_mine(own), "themes": theme_counts(own, morning.theme_of)}
    return {**encode(morning.folded), **counts}


def _pdfs(morning: Any) -> dict[str, Any] | None:
    if (pdfs := morning.pdfs) is None:
        return None
    failed = [{"error": plain(error), "n": n} for error, n in pdfs.failed]
    return {"n": pdfs.n, "of": pdfs.of, "is_fetching": morning.fetching == "now", "failed": failed}


def _changed_term(change: Any) -> dict[str, str] | None:
    kind, _, what = change.what.partition("\t")
    return {"kind": kind, "what": plain(what)} if kind else None


def _terms(terms: Iterable[Term]) -> list[dict[str, Any]]:
    """Round the terms of a sum so that the rounded numbers still add up."""
    from reader.ranking.model import in_print

    return [
        {"kind": term.kind, "what": plain(term.what), "value": value}
        for term, value in in_print(terms, 4)
    ]


class _EndSignal(BaseException):
    """The process was told to end. No Exception: nothing on the way may take it for a failure."""


@contextlib.contextmanager
def report_when_ended(library: Library, how_far: Callable[[], str]) -> Iterator[None]:
    """Print how far the work is where SIGTERM or Ctrl-C ends it.

    The process still dies of SIGTERM; after Ctrl-C it leaves with its own exit code.
    """

    def end(number: int, frame: FrameType | None) -> None:
        raise _EndSignal

    if threading.current_thread() is not threading.main_thread():  # which alone has signals
        yield
        return
    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    except _EndSignal:
        # A second one ends it at once.
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        put(how_far(), is_error=True)
        library.db.close()
        os.kill(os.getpid(), signal.SIGTERM)
    except KeyboardInterrupt:
        put(how_far(), is_error=True)
        raise click.exceptions.Exit(INTERRUPTED) from None
    finally:
        signal.signal(signal.SIGTERM, before)
