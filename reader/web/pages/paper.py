"""Show one paper: what it says, who talks about it, and what the person made of it. Remove papers,
mute what they have, list what is removed and muted, and take it back.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from markupsafe import Markup
from starlette.responses import Response

from reader.base.errors import NotKnown, UsageError
from reader.base.messages import N_, _, spoken
from reader.base.text import plain, plain_lines, sentences
from reader.library.cite import bibtex, references
from reader.library.file_names import folder_name
from reader.library.folder import Library, RemovedPaper, find_any, find_paper
from reader.library.highlight import colour_word, gathered, once
from reader.library.paper import LibraryPaper, PropertyChange, priority_of, rating_of, tags_in
from reader.library.rows import pdfs, properties, queue
from reader.library.rows.decisions import TRASH_KEPT
from reader.library.rows.pdfs import reading_place
from reader.morning.about import About, about, papers_citing, references_in
from reader.morning.decide import (
    last_day,
    mute,
    mute_lines,
    other_topics,
    part_in,
    parts_of,
    topic_now,
    unmute,
)
from reader.morning.edit import (
    edit,
    export_filed,
    file_paper,
    find_topic,
    suggestions,
    tag,
    topic_names,
)
from reader.morning.lab import is_shared, share_notes, take_back, written_on
from reader.morning.pick import guess, has_to_guess, put_off
from reader.morning.remove import bring_back, remove, trash
from reader.morning.why import Explanation, ListCache, after_decisions, explain, without_each
from reader.notes.links import papers_by_link
from reader.notes.share import share
from reader.pdfs.mark import earlier_ink_on, ink_on
from reader.pdfs.tablet import SHORT_SHA
from reader.search.find import Neighbour, similar
from reader.search.indexes import SharedNote
from reader.search.shared import searched
from reader.texts.copies import gone_text
from reader.texts.morning import mute_line_text, mute_texts, muted_part
from reader.texts.paper import FIELD_NAMES, field_texts, property_texts, suggestion_text
from reader.texts.search import away_text
from reader.texts.shared import markdown
from reader.texts.why import (
    change_text,
    cut_text,
    other_topics_text,
    standing_texts,
    sum_rows,
    where_text,
)
from reader.web.files import opened_within, png_size, send_file
from reader.web.render import from_markdown, paper_at
from reader.web.visit import Visit, own_address, route

N_NEIGHBOURS = 5

PICK_IT = N_(
    "Pick the paper. Its PDF is fetched by “Fetch PDFs and update the search index” (More, "
    "Background tasks)."
)


def paper(visit: Visit) -> Response:
    """Show a paper with all that is quick to make.

    What would change its place takes longer, and is fetched when that part is opened.
    """
    library = visit.library
    try:
        paper = find_paper(library, visit.id)
    except RemovedPaper as error:
        return removed(visit, error)
    shown = about(library, paper)
    neighbours, notice = _neighbours(visit, paper)
    written, away = _written_by_others(visit, paper)
    return visit.page(
        "paper.html",
        paper=paper,
        about=shown,
        has_to_guess=has_to_guess(library, paper),
        guess=queue.guess_of(library.db, paper.row),
        put_off=put_off(library, [paper.row]).get(paper.row) if paper.state == "pick" else None,
        pictures=_pictures(library, shown),
        place=reading_place(library.db, paper.row),
        why=_why(explain(library, paper, lists=day_lists(visit))),
        marks=list(_mark_rows(shown)),
        ink=ink_on(visit.library, paper),
        earlier_ink=earlier_ink_on(visit.library, paper),
        note_links=papers_by_link(library, shown.note.text) if shown.note else {},
        written=written,
        written_away=away,
        is_with_lab=is_shared(library, paper) if visit.config.index.url else None,
        neighbours=neighbours,
        notice=notice,
        gone=_gone_text(shown),
        references=references_in(library, paper),
        citing=papers_citing(library, paper),
        copies=[(one, one.copy.sha256[:SHORT_SHA]) for one in shown.beside if one.is_here],
        bibtex=bibtex(references(library, [paper])),
        share=markdown(share(library, [paper], has_figures=False)),
        **_topic_choices(visit, paper),
        known_tags=[*properties.spellings(library.db).values()][: -MOST_OFFERED - 1 : -1],
        field_texts=list(field_texts(shown.field_values)),
        fields=_form_fields(shown),
    )


def _neighbours(visit: Visit, paper: LibraryPaper) -> tuple[list[Neighbour], str]:
    """List what is near to a paper, and say where its rare words alone decided that."""
    encoder = visit.parts.serving(visit.library).name
    with searched(visit.library, visit.parts.failed) as indexes:
        near, several = similar(
            visit.library,
            paper,
            encoder=encoder,
            limit=N_NEIGHBOURS,
            indexes=indexes,
            quoted=("note",),
        )
    # A neighbour whose note is listed is not listed as a paper as well.
    noted = {one.hit.paper.row for one in several if one.hit.kind == "note"}
    listed = [n for n in several if n.hit.kind == "note" or n.hit.paper.row not in noted]
    if near.notice:
        return listed, _("Compared by rare words, because this paper has no vector yet.")
    return listed, away_text(near)


def _written_by_others(
    visit: Visit, paper: LibraryPaper
) -> tuple[list[tuple[SharedNote, Markup]], str]:
    """Load the notes that others share, as HTML, and the error where that failed."""
    # Not on a page that a device keeps: what others take back shall not stay there.
    wanted = () if visit.is_carried else (paper,)
    written, away = written_on(visit.library, wanted, visit.parts.failed)
    shown = [(one, from_markdown(one.words)) for one in written.get(paper.row, ())]
    return shown, plain(away.message) if away else ""


def _topic_choices(visit: Visit, paper: LibraryPaper) -> dict[str, Any]:
    library = visit.library
    folders = suggestions(library, paper, encoder=visit.parts.encoder_name(visit.config))
    return {
        "topics": topic_names(library),
        "topic_now": topic_now(library, paper),
        "other_topics": [topic.path for topic in other_topics(library, None)],
        "suggested": [(f.topic, suggestion_text(f)) for f in folders if f.topic != paper.topic],
    }


def _why(explained: Explanation) -> dict[str, object]:
    now, *past = standing_texts(explained)
    return {
        "sentence": now,
        "past": past,  # where it stood at each decision
        "where": where_text(explained),
        "rows": list(sum_rows(explained.terms)),
        "score": explained.score,
        "cut": cut_text(explained),
    }


def _gone_text(shown: About) -> str:
    if not shown.pdf or shown.is_pdf_here:
        return ""
    return gone_text(shown.pdf.path, shown.n_passages)


def day_lists(visit: Visit) -> ListCache:
    """Return the days' lists that explain papers, as long as nothing is written."""
    return visit.cached(("lists", visit.library.today()), ListCache)


def keep_guess(visit: Visit) -> Response:
    """Keep the guess of what a paper does; an empty one passes."""
    paper = find_paper(visit.library, visit.field("id"))
    guess(visit.library, paper, visit.field("text"))
    message = _("Your guess was kept.") if visit.field("text").strip() else ""
    return visit.done(paper_at(paper.record.id), message)


def changing(visit: Visit) -> Response:
    """Show what would change a paper's place, except decisions: those take a fitted model."""
    paper = find_paper(visit.library, visit.id)
    explained = explain(visit.library, paper, with_alike=False, lists=day_lists(visit))
    return _changes(
        visit,
        paper,
        [change_text(one) for one in without_each(visit.library, explained)],
        head=N_("What would change this rank"),
        topics=list(other_topics_text(explained)),
        can_learn=explained.place is not None,
    )


def after_deciding(visit: Visit) -> Response:
    """Show where a paper would stand after a decision. It fits a model, which takes seconds."""
    library = visit.library
    paper = find_paper(library, visit.id)

    def make() -> list[str]:
        explained = explain(library, paper, with_alike=False)
        with visit.parts.tools(library) as tools:
            found = after_decisions(library, explained, tools.fit_topic)
            return [change_text(one) for one in found]

    key = ("after deciding", paper.row, library.today(), spoken())
    found = visit.cached(key, make)
    return _changes(visit, paper, found, head=N_("What your decision would change"))


def _changes(
    visit: Visit,
    paper: LibraryPaper,
    changes: Sequence[str],
    *,
    head: str,
    topics: Sequence[str] = (),
    can_learn: bool = False,
) -> Response:
    template = "changes_part.html" if visit.is_part else "changes.html"
    return visit.page(
        template, paper=paper, head=head, changes=changes, topics=topics, can_learn=can_learn
    )


def requested_topic(visit: Visit) -> str:
    """Read the folder of a form. Raises NotKnown for a new one that the form does not allow."""
    may_be_new = bool(visit.field("new"))
    try:
        return find_topic(visit.library, visit.field("topic"), may_be_new=may_be_new)
    except NotKnown as error:
        hint = _("Tick “Create the folder if it does not exist”, or choose another one.")
        raise NotKnown(what=error.what, hint=hint) from None


def file_away(visit: Visit) -> Response:
    """File a paper under the topic that the person chose."""
    library = visit.library
    paper = find_paper(library, visit.id)
    filed = file_paper(library, paper, requested_topic(visit), may_be_new=True)
    problems = [*filed.problems, *export_filed(library, [paper.row])]
    topic, title = folder_name(filed.paper.topic or ""), plain(filed.paper.record.title)
    message = _("Filed under {topic}: {title}", topic=topic, title=title)
    message_text = plain(sentences([message, *(p.message for p in problems)]))
    return visit.done(paper_at(paper.record.id) + "#filing", message_text, topic=filed.paper.topic)


MOST_OFFERED = 500
"""Tags that the form completes; some libraries bring ten thousand."""


def tag_paper(visit: Visit) -> Response:
    """Change a paper's tags, rating and priority, as far as the person changed the form."""
    library = visit.library
    paper = find_paper(library, visit.id)
    rating, priority = visit.field("rating"), visit.field("priority")
    # What the form only showed is left as it may have become elsewhere since.
    wanted = PropertyChange(
        tags_in(visit.field("add")),
        tuple(tag for tag in [visit.field("remove")] if tag),
        None if rating == visit.field("seen_rating") else rating_of(rating),
        None if priority == visit.field("seen_priority") else priority_of(priority),
    )
    done = tag(library, [paper.row], wanted)
    [now] = done.several
    facts = _(", ").join(property_texts(now, len(now.tags))) or _("no tags, no rating")
    message = sentences([_("Now: {facts}", facts=facts), *(p.message for p in done.problems)])
    values = {"tags": now.tags, "rating": now.rating, "priority": now.priority}
    return visit.done(paper_at(paper.record.id) + "#tags", plain(message), **values)


def share_with_lab(visit: Visit) -> Response:
    """Share a paper's note with the lab, or take it back."""
    paper = find_paper(visit.library, visit.id)
    is_wanted = bool(visit.field("share"))
    outcome = (share_notes if is_wanted else take_back)(visit.library, [paper])
    messages = [*map(str, outcome.messages), *(problem.message for problem in outcome.problems)]
    if n := outcome.n_left_out:
        messages.append(_("Private parts left out of your words: {n}.", n=n))
    return visit.done(paper_at(paper.record.id) + "#share", plain(sentences(messages)))


def _form_fields(shown: About) -> dict[str, tuple[str, str]]:
    """List the fields that can be edited: field → its name, what holds of it now."""
    paper = shown.paper.record
    now = {field: values[0].value for field, values in shown.field_values.items()}
    now |= {"title": paper.title, "authors": "\n".join(paper.authors), "abstract": paper.abstract}
    return {field: (_(name), now.get(field, "")) for field, name in FIELD_NAMES.items()}


def edit_fields(visit: Visit) -> Response:
    """Change fields of a paper by hand, as far as the person changed the form."""
    paper = find_paper(visit.library, visit.id)
    typed = {field: visit.field(field) for field in FIELD_NAMES if field in visit.form}
    # What the form only showed is left as it may have become elsewhere since.
    words = {
        f: text for f, text in typed.items() if text.strip() != visit.field(f"seen_{f}").strip()
    }
    outcome = edit(visit.library, paper, words)
    title = plain(outcome.paper.record.title)
    key = N_("Edited: {title}") if outcome.changed else N_("Nothing changed: {title}")
    message = sentences([_(key, title=title), *(p.message for p in outcome.problems)])
    return visit.done(paper_at(paper.record.id) + "#ids", plain(message), changed=outcome.changed)


def picture(visit: Visit) -> Response:
    """Send the picture of the first page, or of the first figure."""
    library = visit.library
    shown = about(library, find_paper(library, visit.id)).picture
    is_figure = visit.request.url.path.endswith("/figure.png")
    name = (shown.figure if is_figure else shown.page) if shown else ""
    file = opened_within(library.folder / name, library.folder) if name else None
    if file is None:
        raise NotKnown(what=_("There is no picture of this paper."), hint=_(PICK_IT))
    answer = send_file(visit.request, file, media_type="image/png", name=Path(name).name)
    if visit.param("v"):
        # The address has the hash of the PDF: what it leads to never changes.
        answer.headers["cache-control"] = "private, max-age=31536000, immutable"
    return answer


def figures(library: Library, several: Iterable[LibraryPaper]) -> dict[int, str]:
    """Find the pictures of first figures for a list: row → address, of papers that have one."""
    ids = {one.row: one.record.id for one in several}
    found = pdfs.figures_of(library.db, ids)
    return {
        row: f"{paper_at(ids[row])}/figure.png?v={sha[:SHORT_SHA]}" for row, sha in found.items()
    }


@dataclass(frozen=True, slots=True)
class Drawing:
    """A picture of a paper. width, height: in pixels, so that the page leaves it its place."""

    address: str
    width: int
    height: int


def _pictures(library: Library, shown: About) -> dict[str, Drawing | None]:
    """Find the pictures of the first page and of the first figure, None for a missing one."""
    found: dict[str, Drawing | None] = {"page": None, "figure": None}
    if known := shown.picture:
        for name, path in (("page", known.page), ("figure", known.figure)):
            if path and (size := png_size(library.folder / path)):
                at = f"{paper_at(shown.paper.record.id)}/{name}.png?v={known.sha256[:SHORT_SHA]}"
                found[name] = Drawing(at, *size)
    return found


@dataclass(frozen=True, slots=True)
class MarkRow:
    """A mark of a PDF as it is shown. pages: where the same words are marked. note: what was
    typed at it. is_earlier: its words are not in the PDF that is here."""

    kind: str
    colour: str
    pages: tuple[int, ...]
    text: str
    note: str
    is_earlier: bool


def _mark_rows(shown: About) -> Iterator[MarkRow]:
    """List the marks of a paper; words that are marked several times come once."""
    there = shown.marks_there
    at = gathered(mark.highlight for mark in there)
    for mark, pages in zip(there, at, strict=True):
        if pages:
            h = mark.highlight
            text, note = once(plain(h.text)), plain_lines(h.note)
            yield MarkRow(h.kind, colour_word(h.colour), pages, text, note, h.is_earlier)


# `{id:path}` takes slashes too: what stands behind an id has to come before the plain address.


DAYS = (0, 7, 30, 90)
"""How long a page can mute something; 0: for good."""


def listing(visit: Visit) -> Response:
    """List the trash, with a button for each paper."""
    library = visit.library
    rows = [
        (e.paper, library.day_of(e.removal.at), library.day_of(e.removal.at + TRASH_KEPT))
        for e in trash(library)
    ]
    return visit.page("trash.html", rows=rows)


def removed(visit: Visit, error: RemovedPaper) -> Response:
    """Show in place of a removed paper's page that it was removed, and the way back."""
    day = visit.library.day_of(error.removal.at)
    if error.removal.emptied_at:
        message = _("Removed on {day}. Its PDF, note and marks were deleted.", day=day)
    else:
        message = _(
            "Removed on {day}. Until {until} you can bring it back with PDF, note and marks.",
            day=day,
            until=visit.library.day_of(error.removal.at + TRASH_KEPT),
        )
    return visit.page("removed.html", status=404, paper=error.paper, text=message)


def remove_it(visit: Visit) -> Response:
    """Remove a paper; its page then has the button that brings it back."""
    done = remove(visit.library, [visit.field("id")])
    [paper] = done.several
    message = _("Removed: {title}", title=plain(paper.record.title))
    problems = (problem.message for problem in done.problems)
    return visit.done(paper_at(paper.record.id), sentences([message, *problems]))


def back(visit: Visit) -> Response:
    """Bring a paper back from the trash."""
    paper = find_any(visit.library, visit.field("id"))
    problems = bring_back(visit.library, [paper.row])
    key = N_("Brought back: {title}") if paper.is_removed else N_("It is here: {title}")
    message = _(key, title=plain(paper.record.title))
    return visit.done(
        paper_at(paper.record.id), sentences([message, *(p.message for p in problems)])
    )


def muted(visit: Visit) -> Response:
    """List what is muted; with `id` also what can be muted of a paper."""
    id_ = visit.param("id")
    paper = find_paper(visit.library, id_) if id_ else None
    parts = parts_of(visit.library, paper) if paper else []
    return visit.page(
        "mute.html",
        paper=paper,
        parts=[(_field(kind, value), muted_part(kind, value)) for kind, value in parts],
        lines=[
            (_field(line.mute.kind, line.mute.value), mute_line_text(line))
            for line in mute_lines(visit.library)
        ],
        days=DAYS,
        back=own_address(visit.param("back")),
    )


def mute_it(visit: Visit) -> Response:
    """Mute a part of a paper, or the words of the field `words`."""
    days = visit.field("days") or "0"
    if days not in map(str, DAYS):
        raise UsageError(
            what=_("A page mutes for 7, 30 or 90 days, or for good."),
            hint=_("Use the buttons of the page."),
        )
    part = part_in(visit.field("part") or _field("word", visit.field("words")))
    new, known = mute(visit.library, [part], until=last_day(visit.library, int(days)))
    key = N_("Muted: {what}") if new else N_("Already muted: {what}")
    return visit.done(visit.back, _(key, what=mute_texts([*new, *known])))


def unmute_it(visit: Visit) -> Response:
    """Take a mute back."""
    found = unmute(visit.library, [part_in(visit.field("part"))])
    return visit.done(visit.back, _("No longer muted: {what}", what=mute_texts(found)))


def _field(kind: str, value: str) -> str:
    return f"{kind}:{value}"


ROUTES = [
    route("/guess", keep_guess, "POST"),
    route("/paper/{id:path}/changes", changing),
    route("/paper/{id:path}/changes/decided", after_deciding),
    route("/paper/{id:path}/page.png", picture),
    route("/paper/{id:path}/figure.png", picture),
    route("/paper/{id:path}/file", file_away, "POST"),
    route("/paper/{id:path}/tags", tag_paper, "POST"),
    route("/paper/{id:path}/edit", edit_fields, "POST"),
    route("/paper/{id:path}/lab", share_with_lab, "POST"),
    route("/paper/{id:path}", paper),
    route("/trash", listing),
    route("/trash/remove", remove_it, "POST"),
    route("/trash/back", back, "POST"),
    route("/mute", muted),
    route("/mute", mute_it, "POST"),
    route("/unmute", unmute_it, "POST"),
]
