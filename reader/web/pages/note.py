"""Write a note: the text with what the paper has beside it, drafts kept as one types."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from starlette.responses import Response

from reader.config import BUILT_IN_TEMPLATES
from reader.errors import StoreError
from reader.library import noting, typed
from reader.library.beginning import marks_of, may_show, new_words, template_names
from reader.library.choose import find_paper
from reader.library.linking import Near, related
from reader.library.own_words import check_typed
from reader.library.typed import Typed
from reader.library.writing import Noted, add_note, newest_note
from reader.note import is_written
from reader.own_words import Check
from reader.own_words.say import where
from reader.paper import Held
from reader.phrases import say
from reader.store import notes
from reader.store.notes import Revision
from reader.web.visit import Visit, route


@dataclass(frozen=True, slots=True)
class Sheet:
    """What the text area begins with. draft: the one that it is, named "" for none; others:
    drafts that wait beside it. newest: the note as it stands."""

    text: str
    base: int
    draft: Typed
    others: tuple[Typed, ...]
    newest: Revision | None


def note(visit: Visit) -> Response:
    held = find_paper(visit.library, visit.id)
    told = noting.read_by_hand(visit.library, held, wait=False)
    return _page(visit, held, _sheet(visit, held), warnings=told, **_outcome(visit, held))


def beside(visit: Visit) -> Response:
    """Give what the paper says, to a script that was asked for it."""
    held = find_paper(visit.library, visit.id)
    marks = marks_of(visit.library, held)
    return visit.page("note_beside.html", held=held, marks=marks, is_shown=True)


def save(visit: Visit) -> Response:
    library, field = visit.library, visit.field
    held = find_paper(library, visit.id)
    base = _number(field("base"))
    words = typed.words(library, held, field("text"), base=base or 0)
    encode = visit.parts.encode_note(visit.config)
    noted = add_note(library, held, words, encode=encode, base=base)
    if words.strip():
        with contextlib.suppress(StoreError):  # the note is on the disk, its draft may stay
            typed.settle(library, held, noted.text, name=field("draft"), seen=field("seen"))
    told = noting.export_one(library, noted.held) if noted.is_new else []
    asked = {"kept": noted.number if noted.is_new else 0, "meanwhile": noted.meanwhile}
    to = f"/note/{held.paper.id}?{urlencode(asked)}"
    if not visit.wants_json:
        return visit.to(to, said=" ".join(told))
    newest = newest_note(library, held)
    return visit.json(
        {
            "said": noting.became(library, noted).said,
            "told": told,
            "is_new": noted.is_new,
            "is_written": noted.is_written,
            "number": noted.number,
            "meanwhile": noted.meanwhile,
            "base": newest.id if newest else 0,
            "to": to,
        }
    )


def draft(visit: Visit) -> Response:
    """Keep what was typed until now."""
    library, field = visit.library, visit.field
    held = find_paper(library, visit.id)
    kept = typed.keep(
        library,
        held,
        field("text"),
        base=_number(field("base")) or 0,
        name=field("draft"),
        seen=field("seen"),
    )
    if not visit.wants_json:
        asked = {"draft": kept.name} | ({"show": 1} if field("show") else {})
        return visit.to(f"/note/{held.paper.id}?{urlencode(asked)}")
    said = "web.note.elsewhere" if kept.is_elsewhere else "web.note.drafted"
    at = f"{library.now().astimezone(visit.config.timezone):%H:%M}"
    told = say(said, at=at) if kept.name else ""
    return visit.json({"draft": kept.name, "seen": kept.seen, "base": kept.base, "said": told})


def discard(visit: Visit) -> Response:
    """Delete a draft; the note stays as it is."""
    held = find_paper(visit.library, visit.id)
    name, seen = visit.field("draft"), visit.field("seen")
    is_gone = typed.discard(visit.library, held, name=name, seen=seen)
    said = say("web.note.discarded" if is_gone else "web.note.not_discarded")
    return visit.to(f"/note/{held.paper.id}?draft=no", said=said)


def check(visit: Visit) -> Response:
    """Hold the words against the paper's as somebody types."""
    library, field = visit.library, visit.field
    held = find_paper(library, visit.id)
    base = _number(field("base")) or 0
    words = typed.words(library, held, field("text"), base=base)
    looked = _looked(visit, held, words)
    if visit.is_part:
        return visit.page("note_check.html", **looked)
    here = Typed(field("draft"), field("seen"), base, field("text"))
    newest = newest_note(library, held)
    return _page(visit, held, Sheet(here.text, base, here, (), newest), **looked)


def _sheet(visit: Visit, held: Held) -> Sheet:
    """Choose what to begin from: the newest draft, or the one that is asked for."""
    library = visit.library
    newest = newest_note(library, held)
    waiting = typed.waiting(library, held)
    name = visit.asked("draft")
    fitting = [one for one in waiting if one.name == name] or waiting
    is_plain = name == "no" or bool(visit.asked("kept"))  # what was saved just now stands there
    chosen = None if is_plain or not fitting else fitting[0]
    others = tuple(one for one in waiting if one is not chosen)
    if chosen is not None:
        return Sheet(chosen.text, chosen.base, chosen, others, newest)
    text = new_words(library, newest.text if newest else "", visit.asked("template"))
    return Sheet(text, newest.id if newest else 0, Typed(), others, newest)


def _looked(visit: Visit, held: Held, words: str) -> Mapping[str, Any]:
    found: Check | None = None
    near = Near((), is_by_words=False)
    if words.strip():
        with contextlib.suppress(StoreError):  # index.db can be made anew
            encode = visit.parts.encode_if_warm(visit.config)
            found = check_typed(visit.library, held, words, encode)
            near = related(visit.library, held, words, encode=encode)
    is_counting = is_written(words) and not (found and found.is_mostly_copied)
    return {
        "held_id": held.paper.id,
        "where": where,
        "check": found,
        "near": near,
        "is_counting": is_counting,
        "has_words": bool(words.strip()),
    }


def _outcome(visit: Visit, held: Held) -> Mapping[str, Any]:
    """Say what became of a note that was saved just now, after the page was sent here."""
    library = visit.library
    number, meanwhile = _number(visit.asked("kept")), _number(visit.asked("meanwhile"))
    known = notes.revisions(library.db, held.row)
    if number is None or (number and number != len(known)):
        return {}
    if not number:
        return {"became": noting.became(library, Noted(held, False, False)), "meanwhile": 0}
    newest = known[-1]
    looked = _looked(visit, held, newest.text)
    found = looked["check"]
    noted = Noted(
        held,
        newest.is_written,
        True,
        newest.text,
        number,
        found if isinstance(found, Check) else None,
        meanwhile or 0,
    )
    encode = visit.parts.encode_if_warm(visit.config)
    became = noting.became(library, noted, encode=encode)
    return {**looked, "became": became, "meanwhile": meanwhile or 0, "number": number}


def _page(visit: Visit, held: Held, sheet: Sheet, **more: Any) -> Response:
    library = visit.library
    is_shown = bool(visit.asked("show") or visit.field("show"))
    has_beside = is_shown or bool(sheet.draft.name) or may_show(library, held)
    newest = sheet.newest
    known = {one.id: n for n, one in enumerate(notes.revisions(library.db, held.row), 1)}
    values: dict[str, Any] = {
        "held": held,
        "sheet": sheet,
        "is_overtaken": bool(newest and newest.id != sheet.base),
        "n_revisions": len(known),
        "progress": noting.progress(library),
        "templates": [] if newest else [(n, _named(n)) for n in template_names(library)],
        "has_beside": has_beside,
        "is_shown": is_shown,
        "marks": marks_of(library, held) if has_beside else [],
        "held_id": held.paper.id,
        "where": where,
        "check": None,
        "near": Near((), is_by_words=False),
        "is_counting": bool(newest and newest.is_written),
        "has_words": bool(newest),
        "became": None,
        "meanwhile": 0,
        "number": 0,
        "warnings": [],
    }
    return visit.page("note.html", **(values | more))


def _number(text: str) -> int | None:
    """Read a row's number; None for what is none."""
    return int(text) if text.isdecimal() and len(text) < 19 else None


def _named(template: str) -> str:
    """Name a template: those of this program in the reader's language."""
    if template not in BUILT_IN_TEMPLATES:
        return template
    name = template.replace("-", "_")
    return say(f"web.note.template.{name}")


ROUTES = [
    route("/note/{id:path}/draft", draft, "POST"),
    route("/note/{id:path}/discard", discard, "POST"),
    route("/note/{id:path}/check", check, "POST"),
    route("/note/{id:path}/beside", beside),
    route("/note/{id:path}", note),
    route("/note/{id:path}", save, "POST"),
]
