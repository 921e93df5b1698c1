"""`reader search` and `reader similar`: search by meaning and by words, with the evidence."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from reader.base.errors import UsageError
from reader.base.messages import N_, _
from reader.base.tex import title_text
from reader.base.text import columns, plain, plain_lines, shorten, wrap
from reader.cli import build, output
from reader.cli.frame import FilePath, WholeNumber, as_json_option, command, say_error
from reader.library.folder import Library
from reader.library.query import parse
from reader.notes.rows import notes
from reader.search.find import KINDS, SearchHit, SearchResult, search
from reader.search.rows.index import Kind
from reader.search.shared import searched
from reader.texts.search import (
    FAR,
    away_text,
    byline,
    head_of,
    is_by_meaning,
    names_text,
    no_query_text,
    not_encoded_text,
    not_indexed_text,
    waits_text,
)

if TYPE_CHECKING:
    from reader.morning.waiting import WaitingHit

LARGEST = 10_000_000
"""Bytes of a text file that --like reads."""


_limit_option = click.option(
    "--limit",
    type=WholeNumber(1, 200),
    default=5,
    help=N_("The most results of each kind: 1 to 200, default 5."),
)


def _kind(name: Kind, text: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    return click.option(f"--{name}s", "kinds", flag_value=name, multiple=True, help=text)


# So that "-survey" is a word to leave out, and no option that is not known.
@command(
    help=N_(
        "Search by meaning and by words, in English and Japanese. Notes that fit come first, "
        "then papers, other notes and pages of PDFs.\n\nPut the query in single quotes, so that "
        "the shell leaves it as it is. All filters must fit. A minus before a filter finds what "
        "does not fit it. Filters alone list the newest first. If nothing here has a word or a "
        "name, the most similar one is used, and the result says so."
    ),
    examples={
        'search "translate while listening"': N_("Search for an idea"),
        "search --notes latency year:2024": N_("Search notes only, of one year"),
    },
    table=N_("""attention "end to end"     these words side by side; also “…” and 「…」
-survey                    not what has this word
(ASR OR TTS) NOT survey    operators in capitals; also &&, |
topic:speech/translation   filed there or below
tag:survey                 with this tag, yours or imported
rating:>3                  or rating:2-4, rating:none; priority:high
author:inaguma             or author:"Shinji Watanabe"
venue:interspeech          published there, as sources, comments or ids say
cites:2401.01234           whose PDF has this paper in its references
year:2023                  or year:2020-2023
has:note                   or has:written (it counts), has:pdf,
                           has:highlight
state:pick                 or state:candidate, state:skip, state:read
on:2026-10                 or on:2026-10-03: note written, marks imported,
                           paper arrived"""),
    context_settings={"ignore_unknown_options": True},
)
@click.argument("query", nargs=-1, metavar="[QUERY...]")
@click.option(
    "--like",
    type=FilePath(exists=True, dir_okay=False),
    help=N_("Search for what is like a text or PDF file, instead of a query."),
)
@_kind("note", N_("Search notes (these four options can be combined)."))
@_kind("highlight", N_("Search what you highlighted."))
@_kind("paper", N_("Search titles and abstracts."))
@_kind("passage", N_("Search the pages of PDFs."))
@_limit_option
@as_json_option
def search_command(
    context: click.Context,
    query: tuple[str, ...],
    like: Path | None,
    kinds: tuple[Kind, ...],
    limit: int,
    as_json: bool,
) -> int:
    """Search. Exit code 5 where something is not indexed, 7 where full text answered alone."""
    _check_options(context, query)
    text = " ".join(query)
    _check_query(text, like)
    with build.opened(context) as library, searched(library) as indexes:
        # In the order in which hits are shown, whatever the order of the options.
        chosen = [kind for kind in KINDS if kind in (kinds or KINDS)]
        serving = build.serving(context, library)
        given: dict[str, Any] = {"encode_query": serving.encode_query, "encoder": serving.name}
        given |= {"kinds": chosen, "limit": limit, "indexes": indexes}
        waiting: list[WaitingHit] = []
        if like is not None:
            from reader.search.find import search_like

            about = _file_text(context, library, like)
            found = search_like(library, about, **given)
        else:
            found = search(library, text, **given)
            if "note" in chosen and notes.n_waiting(library.db):
                from reader.morning.waiting import search_waiting

                waiting = search_waiting(library, text, limit=limit)
    if as_json:
        _put_json(found, waiting)
    else:
        show_result(found, waiting, text or str(like))
    for sentence in found.messages:
        output.put(plain(str(sentence)), is_error=True)
    if names := names_text(found):
        output.put(click.style(names, dim=True), is_error=True)
    return _report_gaps(found)


def _check_options(context: click.Context, words: Sequence[str]) -> None:
    """Refuse a mistyped long option: click takes unknown options as words of the query."""
    for word in words:
        if re.match("--[a-z]", word):
            known = [name for param in context.command.params for name in param.opts]
            raise click.NoSuchOption(word.split()[0], possibilities=known, ctx=context)


def _put_json(found: SearchResult, waiting: Sequence[WaitingHit]) -> None:
    for one in (*found.hits, *waiting):
        output.put_json(one)
    if away := found.shared_error:
        output.put_json(unseen="shared index", error=plain(away.message), hint=plain(away.hint))


def _check_query(text: str, like: Path | None) -> None:
    """Raise UsageError where there is nothing to search for, or a query beside --like."""
    if bool(text.strip()) == (like is not None):
        what = _(
            N_("Give a query or --like, not both.")
            if like
            else N_("There is nothing to search for.")
        )
    elif like is None and not (query := parse(text)).asks:
        what = no_query_text(query)
    else:
        return
    hint = _('Put the words in quotes: reader search "what you remember"')
    raise UsageError(what=what, hint=hint)


def show_result(found: SearchResult, waiting: Sequence[WaitingHit], query: str) -> None:
    """Print the hits of a search, behind them the notes that wait for their paper."""
    if (found.hits or not waiting) and (head := head_of(found, query)):
        output.put(head)
    far = [hit for hit in found.hits if hit.is_far]
    near = [hit for hit in found.hits if not hit.is_far]
    for hit in near:
        _show_hit(hit, is_near=is_by_meaning(found, hit))
    if near and far:
        output.put(f"{_(FAR)}:")
    for hit in far:
        _show_hit(hit)
    for note in waiting:
        _show_waiting(note)
    # Without a model `_report_gaps` says as much of all texts, and a listing compares nothing.
    if found.n_not_encoded and found.notice is None and not found.is_listing:
        output.put(not_encoded_text(found), is_error=True)


@command(
    help=N_(
        "List the papers and notes most similar to a paper, and the words that they share.\n\n"
        "It compares vectors. A paper that has no vector yet is compared by its rare words, "
        "with exit code 7."
    ),
    examples={
        "similar 2401.01234": N_("List what is nearest to a paper"),
        "similar 2401.01234 --limit 20": N_("List up to 20 of each kind"),
    },
)
@click.argument("id", metavar="ID")
@_limit_option
@as_json_option
def similar_command(context: click.Context, id: str, limit: int, as_json: bool) -> int:
    """Show similar papers. Exit code 5 where something is not indexed, 7 without a vector."""
    from reader.library.folder import find_paper
    from reader.search.find import similar

    with build.opened(context) as library, searched(library) as indexes:
        paper = find_paper(library, id)
        # The name alone: the paper's stored vector is compared, and no model is loaded.
        name = build.serving(context, library).name
        found, neighbours = similar(library, paper, encoder=name, limit=limit, indexes=indexes)
    for near in neighbours:
        if as_json:
            output.put_json(near.hit, words=[plain(word) for word in near.words])
            continue
        _show_hit(near.hit)
        if near.words:
            words = plain(_("shared words: {words}", words=_(", ").join(near.words)))
            lines = wrap(words, output.width_of_terminal(), "  ")
            output.put_all(map(output.dim, lines))
    if not neighbours and not as_json:
        output.put(
            _(
                "Nothing here is similar to {title}.",
                title=shorten(title_text(paper.record.title), 100),
            )
        )
    return _report_gaps(found)


def _file_text(context: click.Context, library: Library, file: Path) -> str:
    """Read the text of a PDF or text file. Raises UsageError where it has none, PdfError."""
    from reader.search.find import text_of

    with file.open("rb") as handle:
        content = handle.read(LARGEST)
    if content[:1024].lstrip().startswith(b"%PDF"):
        with build.tools(context, library) as tools:
            text = text_of(tools.read_pdf(file))
    else:
        text = content.decode("utf-8-sig", "replace")
        # A zero byte means that it is not a text.
        text = "" if "\0" in text[:1024] else text
    text = plain_lines(text)
    if not any(c.isalnum() for c in text):
        raise UsageError(
            what=_("{file} has no words to search for.", file=file),
            hint=_("--like takes a text file, or a PDF with text."),
        )
    return text


_PLACES = {
    "note": N_("NOTE"),
    "paper": N_("PAPER"),
    "highlight": N_("MARKED ON PAGE {page}"),
    "passage": N_("PAGE {page}"),
}


def _show_hit(hit: SearchHit, *, is_near: bool = False) -> None:
    width = output.width_of_terminal()
    place = N_("MARKED") if hit.kind == "highlight" and not hit.page else _PLACES[hit.kind]
    where = _(place, page=hit.page, section=plain(hit.section))
    title = shorten(title_text(hit.paper.record.title), width - columns(where) - 1)
    output.put(f"{where} " + output.bold(title))
    facts = [byline(hit), *([_("shared index")] if hit.is_shared else [])]
    facts += [_("nearest by meaning")] if is_near else []
    output.put("  " + output.dim(shorten(plain(" · ".join(facts)), width - 2)))
    output.put_all(output.wrap_marked(hit.evidence, hit.matches, width, "  "))


def _show_waiting(hit: WaitingHit) -> None:
    width = output.width_of_terminal()
    where, title = _("WAITING NOTE {n}", n=hit.note.id), plain(hit.note.title)
    output.put(f"{where} " + output.bold(shorten(title, width - columns(where) - 1)))
    output.put_all(map(output.dim, wrap(waits_text(hit.note.id), width, "  ")))
    output.put_all(output.wrap_marked(hit.evidence, hit.matches, width, "  "))


def _report_gaps(found: SearchResult) -> int:
    """Print what the search could not look at; returns the exit code."""
    if found.n_not_indexed:
        output.put(not_indexed_text(found), is_error=True)
    if away := away_text(found):
        output.put(away, is_error=True)
    if found.notice is not None:
        code = say_error(found.notice)
        output.put(_("Only words were compared, not meaning."), is_error=True)
        return code
    return 5 if found.n_not_indexed or found.shared_error else 0
