"""Build the adapters of one run: library, clock, HTTP client, encoder, PDF reader, progress."""

from __future__ import annotations

import contextlib
import functools
import os
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reader.base.errors import DiskFull, ModelError, SourceFailed, UsageError, WrongClock
from reader.base.machine import cache_folder
from reader.base.messages import Text, _, speak
from reader.base.text import plain
from reader.cli.frame import Settings, say_error, settings_of
from reader.library.config import Config
from reader.library.folder import Clock, Library, open_library, system_clock
from reader.library.place import find_folder

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from rich.progress import Progress, TaskID

    from reader.base.cluster import Each
    from reader.base.http.client import Client
    from reader.library.config import Topic
    from reader.morning.pipe import Tools
    from reader.ranking.events import Label
    from reader.ranking.forecast import Coefficients, TalkExample
    from reader.ranking.model import TopicModel
    from reader.search.encode import Encode, Encoder
    from reader.search.encoder import QueryEncoder
    from reader.search.rows.shared_server import HostTurns


def clock() -> Clock:
    """Choose the system's clock, or one that stands at READER_NOW (for replays and tests).

    Raises UsageError where READER_NOW is no ISO time with a UTC offset.
    """
    text = os.environ.get("READER_NOW")
    if not text:
        return system_clock
    try:
        moment: datetime | None = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise UsageError(
            what=_("READER_NOW={text} is not a moment with a time zone.", text=repr(text)),
            hint=_("Write it like 2025-06-03T06:30+09:00, or unset it for the present time."),
        )
    fixed = moment.astimezone(UTC)
    return lambda: fixed


@contextlib.contextmanager
def opened(context: click.Context, *, must_write: bool = False) -> Iterator[Library]:
    """Open the library that the options and the environment name; close it at the end.

    must_write: raises what refuses to write to it.
    """
    folder = find_folder(settings_of(context).library, os.environ, Path.cwd())
    with open_library(folder, now=clock()) as library:
        speak(library.config.language)
        if must_write and (error := library.refusal()):
            raise error
        if library.db.index_was_damaged:
            click.echo(
                _("index.db was damaged and is made again. Nothing of yours was in it."), err=True
            )
        before = _decided(library)
        try:
            yield library
        except WrongClock:
            raise
        else:
            # `export` keeps them itself, and tells more of it.
            is_changed = context.info_name in ("gather", "import") or _decided(library) != before
            if library.config.bibliographies and is_changed and context.info_name != "export":
                from reader.morning.bibliography import keep_up

                for problem in keep_up(library).left:
                    say_error(problem)
            # A command that only reads goes on, and says so too.
            if isinstance(error := library.refusal(), WrongClock | DiskFull):
                say_error(error)


def _decided(library: Library) -> tuple[int, ...]:
    """Read what tells whether a bibliography may change; nothing where none is kept."""
    if not library.config.bibliographies:
        return ()
    from reader.library.rows.decisions import newest_acts

    return newest_acts(library.db)


@contextlib.contextmanager
def tools(
    context: click.Context,
    library: Library,
    *,
    may_download: bool = False,
    shown: Silent | None = None,
    workers: contextlib.AbstractContextManager[Each | None] | None = None,
) -> Iterator[Tools]:
    """Open the adapters that the stages need; close them at the end.

    may_download: the model that feeds.toml names may be fetched from its hub. shown: takes the
    progress in place of bars. workers: opens a cluster that reads PDFs and encodes.
    """
    from reader.morning.pipe import Tools
    from reader.pdfs.text.checks import check_pdf
    from reader.pdfs.text.process import PdfPool, answers_on

    encoder, token_counter = _models(context, library.config, may_download=may_download)
    with (
        shared_turns(library) as turns,
        _client(library, turns) as client,
        contextlib.nullcontext(shown) if shown else progress(settings_of(context)) as tell,
        # Opened after the bars and so closed before them: its last page may still move one.
        PdfPool(tell=tell.slow_page) as pool,
        workers or contextlib.nullcontext() as each,
    ):
        pictures = functools.partial(answers_on, each, "pictures") if each else None
        yield Tools(
            fetch=client.fetch,
            encoder=encoder,
            encoder_name=encoder_name(library.config),
            token_counter=token_counter,
            check_pdf=check_pdf,
            read_pdf=pool.read,
            read_first=pool.read_first,
            read_pdfs=functools.partial(answers_on, each, "read") if each else pool.read_all,
            read_marks=pool.marks,
            read_looks=pool.looks,
            read_word_places=pool.word_places,
            read_marked=pool.read_marked,
            read_pictures=pictures or pool.pictures_of_all,
            fit_topic=fit_topic,
            fit_talk=fit_talk,
            progress=tell,
            within=client.within,
            each=each,
        )


def _client(library: Library, turns: HostTurns | None) -> Client:
    from reader.base.http.client import Client, own_turn

    return Client(
        clock=library.now,
        sleep=time.sleep,
        monotonic=time.monotonic,
        trusted_hosts=library.config.hosts,
        turn=turns.turn if turns else own_turn,
    )


def _models(
    context: click.Context, config: Config, *, may_download: bool
) -> tuple[Callable[[], Encoder], Callable[[], Callable[[Sequence[str]], list[int]]]]:
    """Make what opens the encoder, and its tokenizer alone.

    Each is loaded at the first call and kept: many runs encode nothing.
    """
    cache, tell = cache_folder(), tell_text(settings_of(context))

    @functools.cache
    def encoder() -> Encoder:
        from reader.search.encoder import open_encoder

        return open_encoder(config.encoder, cache=cache, allow_network=may_download, progress=tell)

    @functools.cache
    def token_counter() -> Callable[[Sequence[str]], list[int]]:
        from reader.search.encoder import open_token_counter

        return open_token_counter(config.encoder, cache=cache, progress=tell)

    return encoder, token_counter


@contextlib.contextmanager
def shared_turns(library: Library) -> Iterator[HostTurns | None]:
    """Share the turns at hosts with those who share the index; None where there is none.

    Nothing is connected before the first request to a host with a delay.
    """
    if not (url := library.config.index.url):
        yield None
        return
    try:
        from reader.search.rows.shared_server import HostTurns
    except ImportError:  # no psycopg: the search and `index` say so
        yield None
        return
    with contextlib.closing(HostTurns(url, time.sleep, time.monotonic, _say_away)) as turns:
        yield turns


def _say_away(error: SourceFailed) -> None:
    click.echo(_("The pauses between requests are kept by this computer alone."), err=True)
    say_error(error)


def fit_topic(
    topic: Topic,
    examples: Sequence[tuple[Mapping[str, float], Label]],
    background: Sequence[Mapping[str, float]],
    *,
    seed: int = 0,
) -> TopicModel:
    """Fit a topic's model; scikit-learn is loaded at the first call."""
    from reader.ranking.fit import fit_topic as fit

    return fit(topic, examples, background, seed=seed)


def fit_talk(examples: Sequence[TalkExample], before: Coefficients) -> Coefficients:
    """Fit the coefficients of the forecast; scikit-learn is loaded at the first call."""
    from reader.ranking.fit import fit_talk as fit

    return fit(examples, before)


def encoder_name(config: Config) -> str:
    """Return the encoder's name without loading it; "" where the model is missing."""
    from reader.search.encoder.models import encoder_name as name_of

    try:
        return name_of(config.encoder, cache_folder())
    except ModelError:
        return ""


def stand_in(config: Config) -> str:
    """Return the hub's model that replaces the bundled one; "" where none has to."""
    from reader.search.encoder.models import HUBS_OWN, stands_in

    return HUBS_OWN if stands_in(config.encoder, cache=cache_folder()) else ""


@dataclass(frozen=True, slots=True)
class QuestionEncoder:
    """The encoder of a search. name: whose stored vectors are compared. encode_query: makes the
    query's vector (d,); loads the model at its first call."""

    name: str
    encode_query: Callable[[str], NDArray[np.float32]]


@dataclass(frozen=True, slots=True)
class ChosenEncoder:
    """The encoder for searches. config: names its model. message: a sentence where it is not the
    one in feeds.toml, or that one has no vectors yet; "" otherwise."""

    name: str
    config: Config
    message: str = ""


def chosen_encoder(library: Library) -> ChosenEncoder:
    """Choose the encoder for searches: the former one while a library is being encoded again."""
    from reader.search.encoder.models import model_of
    from reader.search.rows.vector_files import serving as serving_of

    config = library.config
    name = encoder_name(config)
    # Where the model of feeds.toml is missing, the search says so and full text answers.
    serves = serving_of(library.db, name) if name else name
    if serves == name:
        return ChosenEncoder(name, config)
    try:
        # A query has to be encoded by the model that made the stored vectors.
        former = replace(config, encoder=model_of(serves, cache=cache_folder()))
    except ModelError:
        return ChosenEncoder(
            name,
            config,
            _(
                "Search by meaning finds only what is encoded for {new}: the vectors of {old}\nare "
                "here, but that model is not. `reader index` encodes the rest.",
                old=plain(serves),
                new=plain(name),
            ),
        )
    return ChosenEncoder(
        serves,
        former,
        _(
            "Search by meaning still uses {old}:\n`reader index` has not encoded everything for "
            "{new} yet.",
            old=plain(serves),
            new=plain(name),
        ),
    )


def serving(context: click.Context, library: Library) -> QuestionEncoder:
    """Choose the encoder for searches; says on stderr where it is not the one in feeds.toml."""
    chosen = chosen_encoder(library)
    if chosen.message:
        click.echo(chosen.message, err=True)
    tell = tell_text(settings_of(context))

    def encode(text: str) -> NDArray[np.float32]:
        encoder = opened_encoder(chosen.config, tell)
        if encoder.note:
            tell(encoder.note)
        return encoder.encode_query(text)

    return QuestionEncoder(chosen.name, encode)


def opened_encoder(config: Config, tell: Callable[[Text], None]) -> QueryEncoder:
    """Open the encoder for queries and notes, to be kept in memory. Raises ModelError."""
    from reader.search.encoder import open_query_encoder

    return open_query_encoder(config.encoder, cache=cache_folder(), progress=tell)


def is_quick(config: Config) -> bool:
    """Check whether the model encodes without seconds of loading; False where it is missing."""
    from reader.search.encoder import is_quick as is_quick_model

    try:
        return is_quick_model(config.encoder, cache=cache_folder())
    except ModelError:
        return False


def note_encoder(config: Config) -> Encode | None:
    """Open the encoder for notes; None where the model is missing or loads for seconds."""
    from reader.search.encoder import open_query_encoder

    if not is_quick(config):
        return None
    try:
        encoder = open_query_encoder(config.encoder, cache=cache_folder())
    except ModelError:
        # The note is saved all the same; gather and search say what is wrong with the model.
        return None
    return lambda text: (encoder.name, encoder.encode_passage(text))


def tell_text(settings: Settings) -> Callable[[Text], None]:
    """Make a function that prints a sentence of progress, on a terminal only."""

    def tell(text: Text) -> None:
        if not settings.is_quiet and sys.stderr.isatty():
            click.echo(str(text), err=True)

    return tell


class Silent:
    """Takes the progress of a run, and shows nothing."""

    def __call__(self, label: str, done: int, total: int) -> None:
        """Take the progress of a step: `done` of `total` items; total 0 where it stopped early."""

    def slow_page(self, path: Path, page: int, of: int) -> None:
        """Take the page that is being read, where a page takes seconds."""


LONG_S = 10.0
"""Seconds after which a step says outside a terminal that it is at work: cron and scripts read of
the long ones alone."""


class Sentences(Silent):
    """Says of each long step how far it is, once while it is at work and once at its end."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._began: dict[str, float] = {}
        self._told: set[str] = set()

    def __call__(self, label: str, done: int, total: int) -> None:
        now = self._monotonic()
        began = self._began.setdefault(label, now)
        is_ended = done >= total
        is_long = now - began >= LONG_S and label not in self._told
        # A step that stopped early has a total of 0: what stopped it is said elsewhere.
        if total and (label in self._told if is_ended else is_long):
            self._told.add(label)
            text = _("{step}: {done} of {total}", step=say_step(label), done=done, total=total)
            click.echo(plain(text), err=True)
        if is_ended:
            self._began.pop(label)
            self._told.discard(label)


class Bars(Silent):
    """Shows a bar for each step, with the file that takes long beside it."""

    def __init__(self, bars: Progress) -> None:
        self._bars = bars
        self._tasks: dict[str, TaskID] = {}
        self._last = ""

    def __call__(self, label: str, done: int, total: int) -> None:
        if total and label not in self._tasks:
            self._tasks[label] = self._bars.add_task("", total=total, visible=False)
        # A step with nothing to do has no bar.
        if label in self._tasks:
            self._last = label
            task, step = self._tasks[label], say_step(label)
            self._bars.update(task, completed=done, total=total, description=step)
            is_seen = any(one.id == task and one.visible for one in self._bars.tasks)
            if 0 < total <= done and is_seen:
                # rich draws ten times a second: a short step would never be seen full.
                self._bars.refresh()
            self._bars.update(task, visible=done < total)

    def slow_page(self, path: Path, page: int, of: int) -> None:
        if self._last in self._tasks:
            name, step = plain(path.name), say_step(self._last)
            words = _(
                "{step}: {name}, tesseract reads page {page} of {of}",
                step=step,
                name=name,
                page=page,
                of=of,
            )
            self._bars.update(self._tasks[self._last], description=words)


@contextlib.contextmanager
def progress(settings: Settings) -> Iterator[Silent]:
    """Show bars for long work on a terminal, and say a few words of it elsewhere."""
    if settings.is_quiet or not sys.stderr.isatty():
        yield Silent() if settings.is_quiet else Sentences()
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    # A file's name may have [brackets], which rich would take for markup.
    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(compact=True),
    )
    # On stderr, since the output may go into a file; transient, so that no bar stays behind.
    with Progress(*columns, console=Console(stderr=True), transient=True) as bars:
        yield Bars(bars)


def say_step(label: str) -> str:
    """Look up the text of a step; for an unknown step its label."""
    from reader.texts.morning import STEPS

    return _(STEPS[label]) if label in STEPS else label
