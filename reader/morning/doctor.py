"""Look through a whole library for what is wrong in it, and mend what can be mended safely."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Callable, Container, Iterator, Set
from dataclasses import dataclass
from datetime import UTC, date
from pathlib import Path
from typing import Literal

from reader.base.errors import Locked, StoreError, WrongClock
from reader.base.front_matter import fields
from reader.base.messages import N_, Text, lazy_gettext, lazy_ngettext
from reader.base.words import is_cjk, phrase_term
from reader.gathering.gather import source_names
from reader.gathering.resolve import IS_OFF, NO_PAPER
from reader.gathering.wrong_clock import mend as mend_clock
from reader.gathering.wrong_clock import must_mend
from reader.library import backup
from reader.library.backup import LOCKS, REPLACED
from reader.library.config import Topic
from reader.library.disk import files_below, holder_of, leftovers, lock_file, make_folders
from reader.library.feeds_file import parse
from reader.library.files import gone_pdfs, has_bytes
from reader.library.folder import Library, template
from reader.library.ids import parse_id
from reader.library.rows import papers, pdfs
from reader.morning import rows
from reader.morning.decide import mute_lines
from reader.morning.edit import is_strange
from reader.morning.trust import missing_seeds
from reader.notes.export import find_moved_notes
from reader.notes.rows import exports, notes
from reader.pdfs.find import find_moved
from reader.pdfs.text.process import unlimited
from reader.search.rows import index
from reader.search.rows.dictionary import DictionaryUnread, open_dictionary

CheckName = Literal[
    "reader.db", "index.db", "pdf missing", "pdf moved", "pdf changed", "pdf twice",
    "pdf unknown", "note unknown", "note waiting", "index", "model", "failures", "sources",
    "words", "people", "seeds", "clock", "disk", "locks", "permissions", "leftovers", "workers",
    "backup", "mutes", "topics",
]  # fmt: skip

LEAST_FREE = 500_000_000
"""Bytes that a disk should have free: a morning with its PDFs and the index needs some of them."""

ENOUGH_PAPERS = 500
"""Announced papers from which on a word that none of them has is worth a look. Imported ones may
all be about something else."""

ENOUGH_TRIES = 3
"""Failures in a row from which on a source that never answered is wrong: a new library may have
been asked without a network."""

BACKUP_DAYS = 3


@dataclass(frozen=True, slots=True)
class HealthFinding:
    """Something that a person should know of the library.

    is_wrong: something is to be done; else it is only worth knowing. message, hint: what, and
    what to do. items: paths, names or words; private, and maybe many. can_mend: `mend` does it.
    """

    check: CheckName
    is_wrong: bool
    message: Text
    hint: Text
    items: tuple[str, ...] = ()
    can_mend: bool = False


Progress = Callable[[str, int, int], None]


def examine(
    library: Library, encoder: str, *, reads_data: bool = False, progress: Progress
) -> Iterator[HealthFinding]:
    """Make every check, and yield what each found. Changes nothing.

    encoder: its name, "" where the model is missing. reads_data: also compare each PDF's bytes
    with its SHA-256, and the databases' indexes with their tables.
    """
    yield from _databases(library, reads_data)
    yield from _pdfs(library)
    if reads_data:
        yield from _changed_pdfs(library, progress)
    yield from _notes(library)
    yield from _index(library, encoder)
    yield from _sources(library)
    yield from _feeds(library)
    yield from _machine(library)
    yield from _rights(library)
    yield from _workers()
    yield from _backup(library)
    if idle := [line.mute for line in mute_lines(library) if line.state != "holds"]:
        yield HealthFinding(
            "mutes",
            False,
            lazy_ngettext(
                "{n} mute has ended, or has hidden nothing for 90 days.",
                "{n} mutes have ended, or have hidden nothing for 90 days.",
                len(idle),
            ),
            lazy_gettext("`reader unmute` takes a mute back."),
            tuple(mute.value for mute in idle),
        )


def mend(library: Library) -> list[Text]:
    """Mend what a wrong clock stored, record where moved files are, close the folder to other
    users, and put left-over temporary files aside; says what it did.

    What is put aside lies in replaced/; a file that is moved back is found there again.
    """
    done: list[Text] = [problem.error.message for problem in mend_clock(library)]
    if n := len(find_moved(library)):
        done.append(lazy_ngettext("{n} moved PDF was found.", "{n} moved PDFs were found.", n))
    if n := len(find_moved_notes(library).moved):
        done.append(lazy_ngettext("{n} moved note was found.", "{n} moved notes were found.", n))
    if _readable_by_others(library.folder):
        mode = stat.S_IMODE(library.folder.stat().st_mode)
        library.folder.chmod(mode & ~0o077)
        done.append(
            lazy_gettext(
                "Other users cannot enter {folder} any more; chmod {mode} takes that back.",
                folder=library.folder,
                mode=f"{mode:o}",
            )
        )
    parts = list(_leftovers(library.folder))
    aside = library.folder / REPLACED / f"{library.now().astimezone(UTC):%Y-%m-%dT%H%M%SZ}"
    for file in parts:
        kept = aside / file.relative_to(library.folder)
        make_folders(kept.parent)
        file.replace(kept)
    if parts:
        done.append(
            lazy_ngettext(
                "{n} left-over file was moved to {folder}.",
                "{n} left-over files were moved to {folder}.",
                len(parts),
                folder=aside,
            )
        )
    return done


def _databases(library: Library, reads_data: bool) -> Iterator[HealthFinding]:
    if found := rows.damages(library.db, "main", whole=reads_data):
        yield HealthFinding(
            "reader.db",
            True,
            lazy_gettext("reader.db is damaged."),
            lazy_gettext("`reader restore` brings it back from a backup."),
            tuple(found),
        )
    if n := rows.n_broken_references(library.db):
        yield HealthFinding(
            "reader.db",
            True,
            lazy_ngettext(
                "{n} row of reader.db points to a row that is not there.",
                "{n} rows of reader.db point to rows that are not there.",
                n,
            ),
            lazy_gettext("`reader restore` brings it back from a backup."),
        )
    if found := rows.damages(library.db, "idx", whole=reads_data):
        yield HealthFinding(
            "index.db",
            True,
            lazy_gettext("index.db is damaged. Nothing of yours is in it."),
            lazy_gettext("`reader index --rebuild` makes it again."),
            tuple(found),
        )


def _pdfs(library: Library) -> Iterator[HealthFinding]:
    recorded = pdfs.files(library.db)
    gone = gone_pdfs(library)
    if missing := sorted(path for path, (paper, _n) in recorded.items() if paper in gone):
        yield HealthFinding(
            "pdf missing",
            True,
            lazy_ngettext("{n} PDF is missing.", "{n} PDFs are missing.", len(missing)),
            lazy_gettext(
                "`reader fetch` fetches those of picks; a backup with PDFs has the others."
            ),
            tuple(missing),
        )
    # Neither at its place nor gone: `gone_pdfs` found a file of its size elsewhere in papers/.
    here = {path for path in recorded if (library.folder / path).is_file()}
    if moved := sorted(set(recorded) - here - set(missing)):
        yield HealthFinding(
            "pdf moved",
            True,
            lazy_ngettext("{n} PDF is elsewhere.", "{n} PDFs are elsewhere.", len(moved)),
            lazy_gettext("`reader doctor --fix` finds it within papers/."),
            tuple(moved),
            can_mend=True,
        )
    for paths in rows.doubled_pdfs(library.db):
        yield HealthFinding(
            "pdf twice",
            False,
            lazy_gettext("Papers that have the same PDF: {n}.", n=len(paths)),
            lazy_gettext("If they are one paper, `reader merge ID ID` joins them."),
            paths,
        )
    yield from _unknown_pdfs(library, set(recorded), len(moved))


def _unknown_pdfs(library: Library, recorded: Set[str], n_moved: int) -> Iterator[HealthFinding]:
    known = recorded | pdfs.copy_paths(library.db)
    root = library.folder
    below = (
        Path(f.path).relative_to(root).as_posix() for f in files_below(root / "papers", ".pdf")
    )
    # One that was moved stands above; a file of no row may be that one.
    if unknown := sorted(set(below) - known)[n_moved:]:
        yield HealthFinding(
            "pdf unknown",
            False,
            lazy_ngettext(
                "{n} PDF in papers/ belongs to no paper.",
                "{n} PDFs in papers/ belong to no paper.",
                len(unknown),
            ),
            lazy_gettext("`reader add FILE --move` takes one in."),
            tuple(unknown),
        )


def _changed_pdfs(library: Library, progress: Progress) -> Iterator[HealthFinding]:
    stored = rows.stored_pdfs(library.db)
    changed = []
    for done, (path, sha256) in enumerate(stored, 1):
        file = library.folder / path
        if file.is_file() and not has_bytes(file, sha256):
            changed.append(path)
        progress("check", done, len(stored))
    if changed:
        yield HealthFinding(
            "pdf changed",
            True,
            lazy_ngettext(
                "{n} PDF is not the file that was stored.",
                "{n} PDFs are not the files that were stored.",
                len(changed),
            ),
            lazy_gettext(
                "If you marked it, `reader back FILE --as ID` reads the marks; else restore it."
            ),
            tuple(changed),
        )


def _notes(library: Library) -> Iterator[HealthFinding]:
    known = exports.paths(library.db)
    without = []
    for found in files_below(library.folder / "notes", ".md"):
        path = Path(found.path).relative_to(library.folder).as_posix()
        if path in known:
            continue
        try:
            given = fields(Path(found.path).read_bytes().decode("utf-8-sig")).get("id", "")
        except (OSError, UnicodeDecodeError):
            continue  # `reader export` names it
        id_ = parse_id(given) if given else None
        if id_ and not papers.paper_with_id(library.db, id_.id):
            without.append(path)
    if without:
        yield HealthFinding(
            "note unknown",
            True,
            lazy_ngettext(
                "{n} Markdown file is about a paper that is not here.",
                "{n} Markdown files are about papers that are not here.",
                len(without),
            ),
            lazy_gettext("`reader add ID` adds the paper; `reader export` then reads the file."),
            tuple(without),
        )

    if n := notes.n_waiting(library.db):
        yield HealthFinding(
            "note waiting",
            False,
            lazy_ngettext(
                "{n} imported note waits for its paper.",
                "{n} imported notes wait for their papers.",
                n,
            ),
            lazy_gettext("`reader note --waiting` lists the notes that wait."),
        )


def _index(library: Library, encoder: str) -> Iterator[HealthFinding]:
    # Its name is known without loading it, which takes seconds.
    if not encoder:
        yield HealthFinding(
            "model",
            True,
            lazy_gettext("The model {model} is not here.", model=library.config.encoder),
            lazy_gettext("`reader index` says how to get it. Until then search goes by words."),
        )
    n_texts = index.n_not_indexed(library.db)
    n_vectors = index.n_without_vector(library.db, encoder) if encoder else 0
    if n_texts or n_vectors:
        yield HealthFinding(
            "index",
            False,
            # Vectors are counted by what is in the index, which a restore has emptied.
            lazy_gettext("Not in the search index yet: texts {n}, with their vectors.", n=n_texts)
            if encoder and n_texts and not n_vectors
            else lazy_gettext(
                "Not in the search index yet: texts {n}, vectors {m}.", n=n_texts, m=n_vectors
            ),
            lazy_gettext("The next gather, or `reader index`, makes them."),
        )
    try:
        with open_dictionary():
            pass
    except DictionaryUnread as error:
        yield HealthFinding("index", True, error.message, error.hint)


def _sources(library: Library) -> Iterator[HealthFinding]:
    if never := rows.never_answered(library.db, source_names(library.config)):
        has_address = never.keys() & {feed.name for feed in library.config.all_feeds}
        yield HealthFinding(
            "sources",
            max(never.values()) >= ENOUGH_TRIES,
            lazy_ngettext(
                "{n} source has never answered.", "{n} sources have never answered.", len(never)
            ),
            lazy_gettext("`reader sources` says why; check its address in feeds.toml.")
            if has_address
            else lazy_gettext("`reader sources` says why."),
            tuple(never),
        )
    # A seed that failed is told by itself.
    seeds = [seed.id for seed in missing_seeds(library)]
    if failed := rows.failed_stages(library.db, without=seeds):
        yield HealthFinding(
            "failures",
            False,
            lazy_ngettext(
                "{n} thing failed and is tried again.",
                "{n} things failed and are tried again.",
                sum(failed.values()),
            ),
            lazy_gettext("Each is tried again in its time; `reader fetch` tries PDFs now."),
            tuple(f"{stage}: {n}" for stage, n in failed.items()),
        )


def _unseen_people(library: Library) -> list[str]:
    """List the people of feeds.toml without a post and without a paper."""
    feeds_of = {p.name: _feeds_of(library, p.name) for p in library.config.people}
    active = rows.posting(library.db, [feed for feeds in feeds_of.values() for feed in feeds])
    return [
        name
        for name, feeds in feeds_of.items()
        if not active & set(feeds) and not papers.authors_like(library.db, name)
    ]


def _feeds(library: Library) -> Iterator[HealthFinding]:
    config = library.config
    if rows.n_announced(library.db) >= ENOUGH_PAPERS:
        # Words of the template are rare, and not mistyped.
        shipped = {word for topic in parse(template()).topics for word in topic.words}
        if words := [text for one in config.topics for text in _unmatched(library, one, shipped)]:
            yield HealthFinding(
                "words",
                False,
                lazy_ngettext(
                    "{n} word of feeds.toml stands in no paper.",
                    "{n} words of feeds.toml stand in no paper.",
                    len(words),
                ),
                lazy_gettext("Is it mistyped?"),
                tuple(words),
            )
        if unseen := _unseen_people(library):
            yield HealthFinding(
                "people",
                False,
                lazy_ngettext(
                    "{n} person whom you follow was never seen.",
                    "{n} people whom you follow were never seen.",
                    len(unseen),
                ),
                lazy_gettext("Is the name as it is printed on papers?"),
                tuple(unseen),
            )
    if seeds := missing_seeds(library):
        yield HealthFinding(
            "seeds",
            # The others are asked for by the next gathers, without anybody's doing.
            any(seed.reason in (NO_PAPER, IS_OFF) for seed in seeds),
            lazy_ngettext("{n} seed is not here.", "{n} seeds are not here.", len(seeds)),
            lazy_gettext("`reader sources` says why."),
            tuple(seed.id for seed in seeds),
        )
    yield from _strange_topics(library)


def _strange_topics(library: Library) -> Iterator[HealthFinding]:
    known = {topic.path for topic in library.config.topics}
    counts = pdfs.topic_counts(library.db)
    strange = [count.topic for count in counts if is_strange(count.topic, known)]
    if strange:
        yield HealthFinding(
            "topics",
            False,
            lazy_ngettext(
                "{n} folder with papers is not in feeds.toml: no new paper comes there.",
                "{n} folders with papers are not in feeds.toml: no new paper comes there.",
                len(strange),
            ),
            lazy_gettext("`reader topics` names the nearest topic, and how to move them."),
            tuple(strange),
        )


def _unmatched(library: Library, topic: Topic, shipped: Container[str]) -> Iterator[str]:
    # Titles and abstracts are English nearly always: Japanese words wait for the few others.
    for word in (w for w in topic.words if w not in shipped and not any(map(is_cjk, w))):
        term = phrase_term(word)
        if term and not index.n_having(library.db, term, limit=1, kind="paper"):
            yield f"{topic.path}: {word}"


def _feeds_of(library: Library, name: str) -> list[str]:
    person = next(one for one in library.config.people if one.name == name)
    return [feed.name for feed in library.config.all_feeds if feed.url in person.feeds]


def _machine(library: Library) -> Iterator[HealthFinding]:
    if isinstance(error := library.refusal(), WrongClock):
        yield HealthFinding("clock", True, str(error), error.hint)
    elif must_mend(library):
        yield HealthFinding(
            "clock",
            True,
            lazy_gettext("Something here was stored while the clock was wrong."),
            lazy_gettext("`reader doctor --fix`, or the next gather, puts it right."),
            can_mend=True,
        )
    # Twice the database: an upgrade writes a backup of it, and then much of it anew.
    free = shutil.disk_usage(library.folder).free
    if free < max(LEAST_FREE, 2 * library.db.path.stat().st_size):
        yield HealthFinding(
            "disk",
            True,
            lazy_gettext("The disk has {n} MB left.", n=f"{free / 1e6:,.0f}"),
            lazy_gettext("Make room: a full disk ends what is being written."),
        )
    if locked := [name for name in LOCKS if _is_held(library.folder / f"{name}.lock")]:
        yield HealthFinding(
            "locks",
            False,
            lazy_gettext("Another command is working on this library."),
            lazy_gettext("Wait for its end, or end it: a lock ends with its process."),
            tuple(_holder_text(library, f"{name}.lock") for name in locked),
        )


def _rights(library: Library) -> Iterator[HealthFinding]:
    """Look for files that this user cannot write, that others can read, and that nobody needs."""
    closed = [
        path.relative_to(library.folder).as_posix()
        for path in (library.db.path, library.db.index_path, library.folder / "notes")
        if path.exists() and not os.access(path, os.R_OK | os.W_OK)
    ]
    if (closed or not library.db.can_write) and not library.db.is_full:
        yield HealthFinding(
            "permissions",
            True,
            lazy_gettext("You may read this library and not write to it."),
            lazy_gettext("Give yourself the right to write, or run the command as its owner."),
            tuple(closed),
        )
    if readable := _readable_by_others(library.folder):
        yield HealthFinding(
            "permissions",
            False,
            lazy_gettext("Other users of this machine can read this library."),
            lazy_gettext("Unless you want that: `reader doctor --fix` closes its folder."),
            readable,
            can_mend=True,
        )
    if parts := list(_leftovers(library.folder)):
        yield HealthFinding(
            "leftovers",
            False,
            lazy_ngettext(
                "{n} temporary file was left by a command that was ended.",
                "{n} temporary files were left by commands that were ended.",
                len(parts),
            ),
            lazy_gettext("`reader doctor --fix` puts them aside."),
            tuple(file.relative_to(library.folder).as_posix() for file in parts),
            can_mend=True,
        )


def _readable_by_others(folder: Path) -> tuple[str, ...]:
    """List what others can read in a library; nothing where they cannot enter its folder."""
    way = (folder, *folder.resolve().parents)
    if os.name != "posix" or not all(path.stat().st_mode & 0o011 for path in way):
        return ()
    parts = sorted(folder.iterdir())
    return tuple(path.name for path in parts if path.exists() and path.stat().st_mode & 0o044)


def _holder_text(library: Library, lock: str) -> str:
    """Name a lock, and who holds it, where that is known."""
    holder = holder_of(library.folder / lock)
    if holder is None:
        return lock
    text = lazy_gettext(
        "{file}: `{command}` (process {pid}) since {moment}",
        file=lock,
        command=holder.command,
        pid=holder.pid,
        moment=library.local(holder.since),
    )
    return str(text)


def _is_held(lock: Path) -> bool:
    if not lock.exists():
        return False
    try:
        with lock_file(lock):
            return False
    except Locked:
        return True
    except StoreError:
        return False  # it cannot be written, which is said by itself


def _leftovers(folder: Path) -> Iterator[Path]:
    """Yield the temporary files of processes that have ended, but those that were put aside."""
    aside = folder / REPLACED
    yield from leftovers(file for file in folder.rglob(".*.part") if aside not in file.parents)


_UNLIMITED = {
    "network": (
        N_("The processes that read PDFs can reach the network here."),
        N_(
            "Only a hostile PDF would do so. On Linux, allow user namespaces, or: pip install "
            "'asayomi[sandbox]'."
        ),
    ),
    "writing": (
        N_("The processes that read PDFs can write files here."),
        N_("Only a hostile PDF would do so. Linux from 5.13 on prevents it."),
    ),
    "memory": (
        N_("The processes that read PDFs can take all memory here."),
        N_("Only a hostile PDF would do so. Linux prevents it."),
    ),
    "processes": (
        N_("The processes that read PDFs can start any number of others here."),
        N_("Only a hostile PDF would do so. Linux with user namespaces prevents it, but for root."),
    ),
}


def _workers() -> Iterator[HealthFinding]:
    still_open = unlimited()
    if still_open is None:
        yield HealthFinding(
            "workers",
            True,
            lazy_gettext("The process that reads PDFs does not start."),
            lazy_gettext("Is the machine very busy? Try again."),
        )
    for message, hint in map(_UNLIMITED.__getitem__, still_open or ()):
        yield HealthFinding("workers", False, lazy_gettext(message), lazy_gettext(hint))


def _backup(library: Library) -> Iterator[HealthFinding]:
    settings = library.config.backup
    last = backup.newest(library.backups, rows.library_id(library.db), now=library.now())
    since = library.day_of(last) if last else _began(library)
    days = (library.today() - since).days if since else 0
    if days <= BACKUP_DAYS:
        return
    message = (
        lazy_ngettext(
            "The newest backup is {n} day old.", "The newest backup is {n} days old.", days
        )
        if last
        else lazy_gettext("There is no backup in {folder}.", folder=library.backups)
    )
    hint = lazy_gettext("`reader backup` makes one now, `reader today` and `gather` one a day.")
    yield HealthFinding("backup", settings.daily, message, hint)


def _began(library: Library) -> date | None:
    first = rows.first_day(library.db)
    return date.fromisoformat(first) if first else None
