"""Store the tags, rating and priority of papers. Rows are only ever added.

Imports keep their tags in `imported`; a row here with the same fold has the last word on one.
What was said of a copy stays with it: a merged paper has the tags of all its copies, and the
rating and priority that were given last.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime

from reader.library.paper import (
    LAB_TAG,
    Priority,
    PropertyChange,
    PropertyKind,
    clean_tag,
    is_within,
    priority_of,
    tag_fold,
)
from reader.library.rows.database import Database

# The plus signs keep SQLite from looking through the index of `undoes`, which has nearly every
# row under NULL: 15 s in place of 1 ms for a list of papers.
NOW_SQL = """(
    SELECT o.* FROM properties AS o WHERE +o.undoes IS NULL
    AND NOT EXISTS (SELECT 1 FROM properties AS u WHERE u.undoes = o.id)
    AND NOT EXISTS (
        SELECT 1 FROM properties AS l WHERE l.paper = o.paper AND l.kind = o.kind
        AND l.fold = o.fold AND l.id > o.id AND +l.undoes IS NULL
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


KNOWN_SQL = f"""
    WITH copies (row, id) AS (
        SELECT value, value FROM json_each(?1)
        UNION SELECT merged_into, id FROM papers
        WHERE merged_into IS NOT NULL AND merged_into IN (SELECT value FROM json_each(?1)))
    SELECT c.row, o.paper, o.kind, o.fold, o.value, 0 AS is_imported, o.id
    FROM copies AS c CROSS JOIN {NOW_SQL} AS o ON o.paper = c.id
    UNION ALL SELECT c.row, i.paper, 'tag', NULL, i.key, 1, i.id FROM copies AS c
    CROSS JOIN imported AS i ON i.paper = c.id AND i.part IN ('tag', 'collection')
    ORDER BY is_imported, 7"""  # noqa: S608  a constant
"""What is known of some papers, ?1, as JSON, and of their copies."""


@dataclass(frozen=True, slots=True)
class Properties:
    """The tags of a paper, by their fold; its rating, None for none; its priority."""

    tags: tuple[str, ...] = ()
    rating: int | None = None
    priority: Priority = "normal"


@dataclass(slots=True)
class _PropertyRows:
    """What is known of a paper. tags: fold → copy that has it → its spelling. last: of rating and
    priority the value that was given last."""

    tags: dict[str, dict[int, str]] = field(default_factory=dict)
    last: dict[str, str] = field(default_factory=dict)

    @property
    def properties(self) -> Properties:
        tags = (next(iter(several.values())) for _fold, several in sorted(self.tags.items()))
        rating, priority = self.last.get("rating"), self.last.get("priority", "")
        return Properties(
            tuple(tags), int(rating) if rating else None, priority_of(priority) or "normal"
        )


def properties_of(db: Database, rows: Iterable[int]) -> dict[int, Properties]:
    """Read the properties of some papers, without those that have none."""
    return {row: known.properties for row, known in _known(db, rows).items()}


def _known(db: Database, rows: Iterable[int]) -> defaultdict[int, _PropertyRows]:
    own_tags, found = set[tuple[int, str]](), defaultdict[int, _PropertyRows](_PropertyRows)
    folds = dict[str, str]()  # of 200,000 imported tags some thousand are distinct
    # What imports brought comes last, since a row of the person goes before it.
    for r in db.read(
        KNOWN_SQL,
        (json.dumps(list(rows)),),
    ):
        if r["kind"] != "tag":
            found[r["row"]].last[r["kind"]] = r["value"]
            continue
        if (fold := r["fold"] or folds.get(r["value"])) is None:
            fold = folds[r["value"]] = tag_fold(r["value"])
        if r["is_imported"] and (not fold or fold == LAB_TAG or (r["paper"], fold) in own_tags):
            continue
        own_tags.add((r["paper"], fold))
        if r["value"]:
            found[r["row"]].tags.setdefault(fold, {})[r["paper"]] = r["value"]
    return found


def change(
    db: Database, rows: Collection[int], wanted: PropertyChange, *, act: int, at: datetime, on: date
) -> set[int]:
    """Change properties of some papers, in the open transaction; return those that changed."""
    before = _known(db, rows)
    # As it is spelt in the library already, so that a list of tags has each once.
    spelt = spellings(db) if wanted.add else {}
    removed = {*map(tag_fold, wanted.remove)}
    added = {tag_fold(tag): clean_tag(tag) for tag in wanted.add if tag_fold(tag) not in removed}
    changed, new = set[int](), list[tuple[int, PropertyKind, str, str]]()
    for row in rows:
        own, now = before[row].tags, before[row].properties
        n = len(new)
        new += [(row, "tag", f, spelt.get(f, tag)) for f, tag in added.items() if f not in own]
        for fold in sorted(removed):
            new += [(copy, "tag", fold, "") for copy in own.get(fold, ())]
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


def rate_unrated(db: Database, row: int, rating: int, *, act: int, at: datetime, on: date) -> bool:
    """Rate a paper for which nobody has said anything of a rating, in the open transaction.

    act: of the import that brought the rating, with which it is taken back.
    Returns whether the paper was rated.
    """
    sql = """
        SELECT 1 FROM properties AS o JOIN papers AS c ON c.id = o.paper
        WHERE o.kind = 'rating' AND ? IN (c.id, c.merged_into)
    """
    if db.read_one(sql, (row,)):
        return False
    db.execute(
        """
        INSERT INTO properties (act, paper, kind, fold, value, at, on_date)
        VALUES (?, ?, 'rating', '', ?, ?, ?)
        """,
        (act, row, str(rating), at.isoformat(), on.isoformat()),
    )
    return True


def shared_with_lab(db: Database) -> set[int]:
    """Find the papers whose notes the person shares, one by one, with the lab."""
    rows = db.read(
        f"""
        SELECT DISTINCT coalesce(c.merged_into, c.id) AS paper FROM {NOW_SQL} AS o
        JOIN papers AS c ON c.id = o.paper
        WHERE o.kind = 'tag' AND o.fold = ? AND o.value != ''
        """,  # noqa: S608  a constant
        (LAB_TAG,),
    )
    return {r["paper"] for r in rows}


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
    sql = "SELECT id, merged_into FROM papers WHERE merged_into IS NOT NULL"
    merged = {r["id"]: r["merged_into"] for r in db.read(sql)}
    own = db.read(f"SELECT o.* FROM {NOW_SQL} AS o WHERE o.kind = 'tag'")  # noqa: S608
    own_tags = {(r["paper"], r["fold"]) for r in own}
    having: dict[str, set[int]] = defaultdict(set)
    for r in own:
        if r["value"]:
            having[r["fold"]].add(merged.get(r["paper"], r["paper"]))
    several = names(db)
    # In the order of the table: by the index of tags, 200,000 rows took 6 s.
    every = "SELECT paper, key FROM imported NOT INDEXED WHERE part IN ('tag', 'collection')"
    for r in db.read(every):
        if (fold := several.get(r["key"])) and (r["paper"], fold) not in own_tags:
            having[fold].add(merged.get(r["paper"], r["paper"]))
    removed = {row for row, into in merged.items() if row == into}
    spelt = spellings(db)
    found = {spelt[fold]: len(rows - removed) for fold, rows in having.items()}
    return {name: n for name, n in sorted(found.items(), key=lambda x: (-x[1], x[0])) if n}
