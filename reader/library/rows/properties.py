"""Store the tags, rating and priority of papers. Rows are only ever added.

Imports keep their tags in `imported`; a row here with the same fold has the last word on one.
What was said of a copy stays with it: a merged paper has the tags of all its copies, and the
rating and priority that were given last.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime

from reader.library.properties import (
    Priority,
    PropertyChange,
    PropertyKind,
    clean_tag,
    is_within,
    priority_of,
    tag_fold,
)
from reader.library.rows.database import Database

NOW_SQL = """(
    SELECT o.* FROM properties AS o WHERE o.undoes IS NULL
    AND NOT EXISTS (SELECT 1 FROM properties AS u WHERE u.undoes = o.id)
    AND NOT EXISTS (
        SELECT 1 FROM properties AS l WHERE l.paper = o.paper AND l.kind = o.kind
        AND l.fold = o.fold AND l.id > o.id AND l.undoes IS NULL
        AND NOT EXISTS (SELECT 1 FROM properties AS u WHERE u.undoes = l.id)))"""
"""Of each property of each paper the last row that stands."""

TAGGED_SQL = f"""
    SELECT coalesce(c.merged_into, c.id) AS paper FROM json_each(?) AS n
    JOIN imported AS i ON i.key = n.key AND i.part IN ('tag', 'collection')
    JOIN papers AS c ON c.id = i.paper
    WHERE NOT EXISTS (SELECT 1 FROM {NOW_SQL} AS o
        WHERE o.paper = i.paper AND o.kind = 'tag' AND o.fold = n.value)
    UNION SELECT coalesce(c.merged_into, c.id) FROM json_each(?) AS n
    JOIN {NOW_SQL} AS o ON o.kind = 'tag' AND o.fold = n.value AND o.value != ''
    JOIN papers AS c ON c.id = o.paper"""  # noqa: S608  a constant
"""The papers that have one of some tags: `names_like`, as JSON, twice."""

LAST_SQL = f"""
    SELECT coalesce(c.merged_into, c.id) AS paper, o.value, max(o.id)
    FROM {NOW_SQL} AS o JOIN papers AS c ON c.id = o.paper WHERE o.kind = '{{kind}}'
    GROUP BY 1"""  # noqa: S608  a constant
"""The rating or priority of each paper that has, or had, one."""


@dataclass(frozen=True, slots=True)
class Properties:
    """The tags of a paper, by their fold; its rating, None for none; its priority."""

    tags: tuple[str, ...] = ()
    rating: int | None = None
    priority: Priority = "normal"


@dataclass(frozen=True, slots=True)
class _Tag:
    """A tag that a copy of a paper has. id: of its row, 0 for one that an import brought."""

    copy: int
    id: int
    name: str


def properties_of(db: Database, rows: Iterable[int]) -> dict[int, Properties]:
    """Read the properties of some papers, without those that have none."""
    wanted = json.dumps(list(rows))
    tags, last = _tags(db, wanted), dict[tuple[int, str], str]()
    for r in db.read(
        f"""
        WITH {_COPIES_SQL} SELECT c.row, o.kind, o.value
        FROM copies AS c CROSS JOIN {NOW_SQL} AS o ON o.paper = c.id
        WHERE o.kind != 'tag' ORDER BY o.id
        """,  # noqa: S608  constants of this module
        (wanted,),
    ):
        last[r["row"], r["kind"]] = r["value"]
    return {
        row: Properties(
            tuple(several[0].name for _fold, several in sorted(tags.get(row, {}).items())),
            int(last.get((row, "rating"), "") or 0) or None,
            priority_of(last.get((row, "priority"), "")) or "normal",
        )
        for row in {*tags, *(row for row, _kind in last)}
    }


_COPIES_SQL = """
    copies (row, id) AS (
        SELECT value, value FROM json_each(?1)
        UNION SELECT merged_into, id FROM papers
        WHERE merged_into IS NOT NULL AND merged_into IN (SELECT value FROM json_each(?1)))"""


def _tags(db: Database, wanted: str) -> dict[int, dict[str, list[_Tag]]]:
    """Read the tags of papers: row → fold → the copies that have it. wanted: rows as JSON."""
    said = dict[tuple[int, str], bool]()
    found: dict[int, dict[str, list[_Tag]]] = defaultdict(lambda: defaultdict(list))
    for r in db.read(
        f"""
        WITH {_COPIES_SQL} SELECT c.row, o.paper, o.id, o.fold, o.value
        FROM copies AS c CROSS JOIN {NOW_SQL} AS o ON o.paper = c.id
        WHERE o.kind = 'tag' ORDER BY o.id
        """,  # noqa: S608  constants of this module
        (wanted,),
    ):
        said[r["paper"], r["fold"]] = True
        if r["value"]:
            found[r["row"]][r["fold"]].append(_Tag(r["paper"], r["id"], r["value"]))
    for r in db.read(
        f"""
        WITH {_COPIES_SQL} SELECT c.row, i.paper, i.key FROM copies AS c
        CROSS JOIN imported AS i ON i.paper = c.id AND i.part IN ('tag', 'collection')
        ORDER BY i.id
        """,  # noqa: S608  constants of this module
        (wanted,),
    ):
        fold = tag_fold(r["key"])
        if fold and (r["paper"], fold) not in said:
            found[r["row"]][fold].append(_Tag(r["paper"], 0, r["key"]))
    return found


def change(
    db: Database, rows: Collection[int], wanted: PropertyChange, *, act: int, at: datetime, on: date
) -> set[int]:
    """Change properties of some papers, in the open transaction; return those that changed."""
    tags, before = _tags(db, json.dumps(list(rows))), properties_of(db, rows)
    # As it is spelt in the library already, so that a list of tags has each once.
    spelt = spellings(db) if wanted.add else {}
    removed = {*map(tag_fold, wanted.remove)}
    added = {tag_fold(tag): clean_tag(tag) for tag in wanted.add if tag_fold(tag) not in removed}
    changed, new = set[int](), list[tuple[int, PropertyKind, str, str]]()
    for row in rows:
        own, now = tags.get(row, {}), before.get(row, Properties())
        n = len(new)
        new += [(row, "tag", f, spelt.get(f, tag)) for f, tag in added.items() if f not in own]
        for fold in sorted(removed):
            copies = dict.fromkeys(tag.copy for tag in own.get(fold, ()))
            new += [(copy, "tag", fold, "") for copy in copies]
        if wanted.rating is not None and wanted.rating != (now.rating or 0):
            new.append((row, "rating", "", str(wanted.rating or "")))
        if wanted.priority is not None and wanted.priority != now.priority:
            value = "" if wanted.priority == "normal" else wanted.priority
            new.append((row, "priority", "", value))
        changed |= {row} if len(new) > n else set()
    db.execute_many(
        """
        INSERT INTO properties (act, paper, kind, fold, value, at, on_date)
        VALUES (?, ?, ?, ?, ?, ?, ?)
        """,
        [(act, *values, at.isoformat(), on.isoformat()) for values in new],
    )
    return changed


def names(db: Database) -> dict[str, str]:
    """List every tag that a paper has or had, as it is spelt, with its fold; own ones last."""
    # The distinct keys come from an index, however many papers were imported.
    rows = db.read(
        """
        SELECT DISTINCT key AS name FROM imported WHERE part IN ('tag', 'collection')
        UNION ALL SELECT DISTINCT value FROM properties WHERE kind = 'tag' AND value != ''
        """
    )
    return {r["name"]: fold for r in rows if (fold := tag_fold(r["name"]))}


def spellings(db: Database) -> dict[str, str]:
    """List every tag that a paper has or had, fold → one spelling."""
    return {fold: name for name, fold in names(db).items()}


def names_like(db: Database, tag: str) -> dict[str, str]:
    """Select from `names` a tag, and those inside of it."""
    wanted = tag_fold(tag)
    return {name: fold for name, fold in names(db).items() if is_within(fold, wanted)}


def counts(db: Database) -> dict[str, int]:
    """Count the papers of each tag, the most used first; none that was removed or merged."""
    rows = db.read(
        """
        SELECT DISTINCT coalesce(c.merged_into, c.id) AS row FROM papers AS c
        WHERE c.merged_into IS NOT c.id AND c.id IN (
            SELECT paper FROM properties
            UNION SELECT paper FROM imported WHERE part IN ('tag', 'collection'))
        """
    )
    removed = {r["id"] for r in db.read("SELECT id FROM papers WHERE merged_into = id")}
    found = properties_of(db, {r["row"] for r in rows} - removed)
    several = Counter(tag_fold(tag) for one in found.values() for tag in one.tags)
    spelt = {tag_fold(tag): tag for one in found.values() for tag in one.tags}
    return {spelt[fold]: n for fold, n in sorted(several.items(), key=lambda x: (-x[1], x[0]))}
