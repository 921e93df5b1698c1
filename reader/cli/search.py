"""`reader search`: notes, highlights, papers and pages by meaning and by words."""

from __future__ import annotations

import click

from reader.cli import build, output, screen
from reader.cli.frame import ReaderCommand, say_error, settings_of
from reader.errors import UsageError
from reader.library.finding import KINDS, Found, Hit, search
from reader.phrases import say
from reader.plain import plain, shorten
from reader.store.index import Kind


@click.command("search", cls=ReaderCommand, help=say("help.search"))
@click.argument("query", nargs=-1, required=True)
@click.option("--notes", "kinds", flag_value="note", multiple=True, help=say("option.notes"))
@click.option(
    "--highlights", "kinds", flag_value="highlight", multiple=True, help=say("option.highlights")
)
@click.option("--papers", "kinds", flag_value="paper", multiple=True, help=say("option.papers"))
@click.option(
    "--passages", "kinds", flag_value="passage", multiple=True, help=say("option.passages")
)
@click.option("--limit", type=click.IntRange(1, 200), default=5, help=say("option.limit"))
@click.option("--json", "as_json", is_flag=True, help=say("option.json"))
@click.pass_context
def search_command(
    context: click.Context,
    query: tuple[str, ...],
    kinds: tuple[Kind, ...],
    limit: int,
    as_json: bool,
) -> int:
    """Search; 5 when something is not indexed, 7 when full text answered alone."""
    text = " ".join(query)
    if not text.strip():
        raise UsageError(what=say("search.empty"), hint=say("search.ask"))
    settings = settings_of(context)
    with build.opened(context) as library:
        found = search(
            library,
            text,
            encode_query=build.query_encoder(library.config, build.tell_text(settings)),
            encoder=build.encoder_name(library.config),
            kinds=kinds or KINDS,
            limit=limit,
        )
    for hit in found.hits:
        if as_json:
            output.put_json(output.hit_json(hit))
        else:
            _show(hit)
    if not as_json:
        _say_limits(found, text)
    if found.n_not_indexed:
        output.put(say("search.not_indexed", n=found.n_not_indexed), is_error=True)
    if found.notice is not None:
        say_error(found.notice)
        output.put(say("search.words_only"), is_error=True)
        return found.notice.exit_code
    return 5 if found.n_not_indexed else 0


def _show(hit: Hit) -> None:
    width = screen.width_of_terminal()
    where = say(f"search.{hit.kind}", page=hit.page, section=plain(hit.section))
    title = shorten(plain(hit.held.paper.title), width - len(where) - 1)
    output.put(f"{where} " + click.style(title, bold=True))
    output.put("  " + click.style(hit.held.paper.id, dim=True))
    for line in screen.wrap(plain(hit.evidence), width, "  "):
        output.put(line)


def _say_limits(found: Found, text: str) -> None:
    if not found.hits:
        output.put(say("search.nothing", query=shorten(plain(text), 200)))
    if found.n_not_encoded and found.notice is None:
        output.put(say("search.not_encoded", n=found.n_not_encoded), is_error=True)
