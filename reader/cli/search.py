"""`reader search` and `reader similar`: search by meaning and by words, with the evidence."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import click

from reader.base.errors import UsageError
from reader.base.messages import N_, say
from reader.base.text import plain, plain_lines, shorten
from reader.cli import build, output, screen
from reader.cli.frame import ReaderCommand, WholeNumber, say_error
from reader.library.folder import Library
from reader.library.query import parse
from reader.search.find import (
    KINDS,
    SearchHit,
    SearchResult,
    byline,
    head_of,
    nothing_asked,
    search,
)
from reader.search.rows.index import Kind

LARGEST = 10_000_000
"""Bytes of a text file that --like reads."""


# So that "-survey" is a word to leave out, and no option that is not known.
@click.command(
    "search",
    cls=ReaderCommand,
    help=N_("help.search"),
    examples={
        'search "translate while listening"': N_("example.search.words"),
        "search --notes latency year:2024": N_("example.search.notes"),
    },
    table=N_("help.queries"),
    context_settings={"ignore_unknown_options": True},
)
@click.argument("query", nargs=-1, metavar="[QUERY...]")
@click.option(
    "--like",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help=N_("option.like"),
)
@click.option("--notes", "kinds", flag_value="note", multiple=True, help=N_("option.notes"))
@click.option(
    "--highlights", "kinds", flag_value="highlight", multiple=True, help=N_("option.highlights")
)
@click.option("--papers", "kinds", flag_value="paper", multiple=True, help=N_("option.papers"))
@click.option(
    "--passages", "kinds", flag_value="passage", multiple=True, help=N_("option.passages")
)
@click.option("--limit", type=WholeNumber(1, 200), default=5, help=N_("option.limit"))
@click.option("--json", "as_json", is_flag=True, help=N_("option.json"))
@click.pass_context
def search_command(
    context: click.Context,
    query: tuple[str, ...],
    like: Path | None,
    kinds: tuple[Kind, ...],
    limit: int,
    as_json: bool,
) -> int:
    """Search. Exit code 5 where something is not indexed, 7 where full text answered alone."""
    # As unknown options are words here, a mistyped long option is caught by hand.
    for word in query:
        if re.match("--[a-z]", word):
            known = [name for param in context.command.params for name in param.opts]
            raise click.NoSuchOption(word.split()[0], possibilities=known, ctx=context)
    text = " ".join(query)
    if bool(text.strip()) == (like is not None):
        raise UsageError(
            what=say("search.both" if like else "search.empty"), hint=say("search.ask")
        )
    asked = parse(text)
    if like is None and not asked.asks:
        raise UsageError(what=nothing_asked(asked), hint=say("search.ask"))
    with build.opened(context) as library:
        chosen = [kind for kind in KINDS if kind in (kinds or KINDS)]
        serving = build.serving(context, library)
        encoder: dict[str, Any] = {"encode_query": serving.encode_query, "encoder": serving.name}
        if like is not None:
            from reader.search.similar import search_like

            about = _file_text(context, library, like)
            found = search_like(library, about, kinds=chosen, limit=limit, **encoder)
        else:
            found = search(library, text, kinds=chosen, limit=limit, **encoder)
    if as_json:
        for hit in found.hits:
            output.put_json(hit)
    else:
        if head := head_of(found, text or str(like)):
            output.put(head)
        for hit in found.hits:
            _show_hit(hit)
        if found.n_not_encoded and found.notice is None and not found.is_listing:
            output.put(say("search.not_encoded", n=found.n_not_encoded), is_error=True)
    for sentence in found.said:
        output.put(plain(sentence), is_error=True)
    return _report_gaps(found)


@click.command(
    "similar",
    cls=ReaderCommand,
    help=N_("help.similar"),
    examples={
        "similar 2401.01234": N_("example.similar.id"),
        "similar 2401.01234 --limit 20": N_("example.similar.limit"),
    },
)
@click.argument("id", metavar="ID")
@click.option("--limit", type=WholeNumber(1, 200), default=5, help=N_("option.limit"))
@click.option("--json", "as_json", is_flag=True, help=N_("option.json"))
@click.pass_context
def similar_command(context: click.Context, id: str, limit: int, as_json: bool) -> int:
    """Show similar papers. Exit code 5 where something is not indexed, 7 without a vector."""
    from reader.library.find import find_paper
    from reader.search.similar import similar

    with build.opened(context) as library:
        held = find_paper(library, id)
        name = build.serving(context, library).name
        found, neighbours = similar(library, held, encoder=name, limit=limit)
    for near in neighbours:
        if as_json:
            output.put_json(near.hit, words=[plain(word) for word in near.words])
            continue
        _show_hit(near.hit)
        if near.words:
            words = plain(say("similar.why", words=say("list").join(near.words)))
            lines = screen.wrap(words, screen.width_of_terminal(), "  ")
            output.put_all(map(screen.dim, lines))
    if not neighbours and not as_json:
        output.put(say("similar.nothing", title=shorten(plain(held.paper.title), 100)))
    return _report_gaps(found)


def _file_text(context: click.Context, library: Library, file: Path) -> str:
    """Read the text of a PDF or text file. Raises UsageError where it has none, PdfError."""
    from reader.search.similar import text_of

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
        raise UsageError(what=say("search.no_text", file=file), hint=say("search.like_what"))
    return text


_PLACES = {
    "note": "search.note",
    "paper": "search.paper",
    "highlight": "search.highlight",
    "passage": "search.passage",
}


def _show_hit(hit: SearchHit) -> None:
    width = screen.width_of_terminal()
    where = say(_PLACES[hit.kind], page=hit.page, section=plain(hit.section))
    title = shorten(plain(hit.held.paper.title), width - len(where) - 1)
    output.put(f"{where} " + screen.bold(title))
    output.put("  " + screen.dim(shorten(plain(byline(hit)), width - 2)))
    output.put_all(screen.wrap_marked(hit.evidence, hit.matches, width, "  "))


def _report_gaps(found: SearchResult) -> int:
    """Print what the search could not look at; returns the exit code."""
    if found.n_not_indexed:
        output.put(say("search.not_indexed", n=found.n_not_indexed), is_error=True)
    if found.notice is not None:
        code = say_error(found.notice)
        output.put(say("search.words_only"), is_error=True)
        return code
    return 5 if found.n_not_indexed else 0
