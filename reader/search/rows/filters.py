"""Find the papers that fit a query's filters.

Each filter is a condition on a paper `p`. Where few papers fit, they are listed, and the search
ranks their texts only; where many do, the conditions are applied to the texts that were found.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from reader.base.words import phrase_term
from reader.library.paper import tag_fold
from reader.library.query import Filter, Group, Part, QueryTerm
from reader.library.rows.database import Database
from reader.library.rows.fields import BROUGHT_SQL
from reader.library.rows.properties import LAST_SQL, TAGGED_SQL
from reader.search.rows.index import Kind, in_columns

UNMERGED_SQL = "p.id NOT IN (SELECT id FROM papers WHERE merged_into IS NOT NULL)"

LAST_ROW = 2**63 - 1

FEW = 5_000
"""The most papers that are listed before a search, whose texts are looked up one by one."""


@dataclass(frozen=True, slots=True)
class Names:
    """The authors, or tags, that a filter means.

    folds: folded family names. printed: of those only the names as printed; None for all. Of tags
    both are given. papers: of a venue, or those that cite a paper.
    """

    folds: frozenset[str]
    printed: frozenset[str] | None = None
    papers: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Conditions:
    """The conditions on papers `p`, and on their texts `t`, as SQL and its values.

    kind: the kind of text that is searched, since a day means another date for each. has_texts:
    some conditions are on texts.
    """

    kind: Kind = field(compare=False)
    sql: str
    values: tuple[object, ...]
    is_narrow: bool
    """Whether an index leads to the papers that fit."""
    has_texts: bool = False

    @property
    def tables(self) -> str:
        """Return the tables to select from; a paper without a text of this kind counts too."""
        texts = f"LEFT JOIN idx.texts AS t ON t.paper = p.id AND t.kind = '{self.kind}'"
        return f"papers AS p {texts}" if self.has_texts else "papers AS p"


# The same as `papers.STATE_SQL`, but starting from the few papers with a decision.
_DECIDED_SQL = """
    SELECT d.paper FROM decisions AS d WHERE d.kind = ?
      AND NOT EXISTS (SELECT 1 FROM decisions AS u WHERE u.undoes = d.id)
      AND NOT EXISTS (SELECT 1 FROM decisions AS l WHERE l.paper = d.paper AND l.id > d.id
                      AND l.kind != 'undo'
                      AND NOT EXISTS (SELECT 1 FROM decisions AS u WHERE u.undoes = l.id))
      AND d.paper NOT IN (SELECT paper FROM notes)
"""

# Filters that list their papers by an index, without looking at each paper.
_ROWS_SQL = {
    "topic": """
        SELECT f.paper FROM filings AS f
        WHERE instr('/' || lower(f.topic) || '/', '/' || ? || '/')
          AND f.id = (SELECT max(id) FROM filings WHERE paper = f.paper)""",
    "tag": TAGGED_SQL,
    "rating": f"""
        SELECT paper FROM ({LAST_SQL.format(kind="rating")})
        WHERE value BETWEEN ? AND ?""",  # noqa: S608  a constant
    "priority": f"""
        SELECT paper FROM ({LAST_SQL.format(kind="priority")})
        WHERE value = ?""",  # noqa: S608  a constant
    "author": """
        SELECT paper FROM authors WHERE family_fold IN (SELECT value FROM json_each(?))
          AND (? IS NULL OR name IN (SELECT value FROM json_each(?)))""",
    "venue": "SELECT value FROM json_each(?)",
    "cites": "SELECT value FROM json_each(?)",
    "has note": "SELECT paper FROM notes",
    "has written": "SELECT paper FROM notes WHERE is_written",
    "has pdf": """
        SELECT paper FROM pdfs WHERE paper NOT IN (SELECT value FROM json_each(?))""",
    "has highlight": "SELECT paper FROM highlights WHERE gone_at IS NULL",
    "state read": "SELECT paper FROM notes",
    "state pick": _DECIDED_SQL,
    "state skip": _DECIDED_SQL,
    "note on": "SELECT paper FROM notes WHERE on_date BETWEEN ? AND ?",
    "highlight on": "SELECT paper FROM highlights WHERE at >= ? AND at < ?",
}
_SQL = {
    **{name: f"p.id IN ({sql})" for name, sql in _ROWS_SQL.items()},
    # Most papers of a library have neither.
    "rating none": f"""p.id NOT IN (
        SELECT paper FROM ({LAST_SQL.format(kind="rating")}) WHERE value != '')""",  # noqa: S608
    "priority normal": f"""p.id NOT IN (
        SELECT paper FROM ({LAST_SQL.format(kind="priority")}) WHERE value != '')""",  # noqa: S608
    "year": "coalesce(p.published_on, p.announced_on) BETWEEN ? AND ?",
    "state candidate": """p.id NOT IN (SELECT paper FROM notes) AND p.id NOT IN (
        SELECT paper FROM decisions AS d WHERE d.kind != 'undo'
          AND NOT EXISTS (SELECT 1 FROM decisions AS u WHERE u.undoes = d.id))""",
    "on": "p.arrived_on BETWEEN ? AND ?",
}


_WIDE = ("candidate", "normal", "none")
"""States and other values that most papers have."""


def conditions(
    parts: Sequence[Part],
    kind: Kind,
    *,
    names: dict[Filter, Names],
    gone: Collection[int] = (),
    zone: tzinfo,
) -> Conditions:
    """Turn filters and groups of a query into SQL for one kind of text.

    names: the authors, or tags, that each such filter means. gone: papers whose PDF is not on the
    disk any more. zone: the time zone in which days begin.
    """
    # UNMERGED_SQL does not use the column `merged_into` of p, since then each paper's row would
    # be read, where an index has all that is needed.
    values: list[object] = []

    def sql_of(part: Part) -> str:
        if match := _match_of(part):
            values.append(in_columns(kind, match))
            return _HAVING_SQL
        if isinstance(part, Group):
            return f"({(' OR ' if part.is_any else ' AND ').join(map(sql_of, part.parts))})"
        if isinstance(part, Filter):
            key, given = _piece(part, kind, names, gone, zone)
            values.extend(given)
            sql = _SQL[key]
        else:
            # A sign such as 🐟 is no word: the full text has it nowhere.
            sql = sql_of(replace(part, is_not=False)) if phrase_term(part.text) else "0"
        return f"NOT coalesce({sql}, 0)" if part.is_not else sql

    sql = " AND ".join([UNMERGED_SQL, *map(sql_of, parts)])
    has_texts = any(
        isinstance(leaf, QueryTerm) for leaf in Group(tuple(parts), is_any=False).leaves()
    )
    return Conditions(kind, sql, tuple(values), any(map(_is_narrow, parts)), has_texts)


_HAVING_SQL = "t.id IN (SELECT rowid FROM idx.full_text WHERE full_text MATCH ?)"


def _match_of(part: Part) -> str:
    """Write words, of which none is left out, as an FTS5 expression; "" for other parts."""
    if isinstance(part, QueryTerm):
        return "" if part.is_not else phrase_term(part.text)
    if isinstance(part, Filter):
        return ""
    several = [_match_of(one) for one in part.parts]
    return f"({(' OR ' if part.is_any else ' AND ').join(several)})" if all(several) else ""


def _is_narrow(part: Part) -> bool:
    """Check whether few papers fit. Most fit what has a minus, and `_WIDE`."""
    if isinstance(part, Group):
        return (all if part.is_any else any)(map(_is_narrow, part.parts))
    return isinstance(part, Filter) and not part.is_not and part.value not in _WIDE


def few_papers(db: Database, wanted: Conditions) -> list[int] | None:
    """Select the papers that fit; None where they are more than FEW."""
    found = papers_that_fit(db, wanted, limit=FEW + 1) if wanted.is_narrow else None
    return found if found is not None and len(found) <= FEW else None


def papers_that_fit(db: Database, wanted: Conditions, *, limit: int = -1) -> list[int]:
    """Select the papers that fit, in no order; at most `limit`, -1 for all."""
    return db.column(
        f"SELECT p.id FROM {wanted.tables} WHERE {wanted.sql} LIMIT ?",  # noqa: S608
        (*wanted.values, limit),
    )


def texts_that_fit(db: Database, wanted: Conditions) -> list[int]:
    """Select the texts that fit, of the kind for which the conditions are."""
    return db.column(
        f"""
        SELECT t.id FROM idx.texts AS t JOIN papers AS p ON p.id = t.paper
        WHERE t.kind = ? AND {wanted.sql}
        """,  # noqa: S608  constants above
        (wanted.kind, *wanted.values),
    )


def fitting(db: Database, wanted: Conditions, rows: Collection[int]) -> set[int]:
    """Select those of some texts whose papers fit."""
    found = db.read(
        f"""
        SELECT t.id FROM idx.texts AS t CROSS JOIN papers AS p ON p.id = t.paper
        WHERE t.id IN (SELECT value FROM json_each(?)) AND {wanted.sql}
        """,  # noqa: S608  constants above
        (json.dumps(list(rows)), *wanted.values),
    )
    return {r["id"] for r in found}


def newest(db: Database, wanted: Conditions, *, limit: int) -> list[int]:
    """Select the newest texts of papers that fit, for all kinds except papers.

    Notes and highlights are in the order in which they were made, passages in that of their
    papers' arrival. `newest_papers` lists papers.
    """
    order = {
        "note": "(SELECT max(id) FROM notes WHERE paper = p.id) DESC",
        "highlight": "t.position DESC",
    }.get(wanted.kind, "p.arrived_on DESC, p.id DESC, t.position")
    # Passages are more than papers, notes and highlights far fewer.
    tables = "papers AS p CROSS JOIN idx.texts AS t"
    if wanted.kind != "passage":
        tables = "idx.texts AS t CROSS JOIN papers AS p"
    return db.column(
        f"""
        SELECT t.id FROM {tables} ON t.paper = p.id AND t.kind = ?
        WHERE {wanted.sql} ORDER BY {order} LIMIT ?
        """,  # noqa: S608  constants of this function and above
        (wanted.kind, *wanted.values, limit),
    )


def newest_papers(db: Database, wanted: Conditions, *, limit: int) -> list[int]:
    """Select the papers that fit, the newest arrival first, also papers that are not indexed."""
    return db.column(
        f"""
        SELECT p.id FROM {wanted.tables} WHERE {wanted.sql}
        ORDER BY p.arrived_on DESC, p.id DESC LIMIT ?
        """,  # noqa: S608  constants above
        (*wanted.values, limit),
    )


def rows_with(
    db: Database, one: Filter, names: dict[Filter, Names], gone: Collection[int], zone: tzinfo
) -> set[int]:
    """Select all papers that fit a filter, without regard to its minus; merged copies too."""
    key, values = _piece(one, "paper", names, gone, zone)
    sql = _ROWS_SQL.get(key) or f"SELECT p.id FROM papers AS p WHERE {_SQL[key]}"  # noqa: S608
    return _rows(db, sql, values)


# The date of a paper that a filter by days compares.
_DAY_SQL = {"year": "coalesce(p.published_on, p.announced_on)", "on": "p.arrived_on"}


def n_in_days(db: Database, one: Filter) -> int:
    """Count the papers that fit a filter by days, `year` or `on`."""
    first, last = one.days or (date.min, date.max)
    day = _DAY_SQL[one.name]
    sql = f"SELECT count(*) AS n FROM papers AS p WHERE {day} BETWEEN ? AND ?"  # noqa: S608
    return db.number(sql, (first.isoformat(), last.isoformat()))


def rows_out_of_days(db: Database, one: Filter) -> set[int]:
    """Select the papers that do not fit a filter by days; they are fewer where most papers fit."""
    first, last = one.days or (date.min, date.max)
    day = _DAY_SQL[one.name]
    sql = f"SELECT p.id FROM papers AS p WHERE {day} < ? OR {day} > ? OR {day} IS NULL"  # noqa: S608
    return _rows(db, sql, [first.isoformat(), last.isoformat()])


def rows_naming_venue(db: Database, words: str) -> set[int]:
    """Select the papers whose comment or id names a venue, as whole words, and whose venue no
    source says. "Submitted to" and "under review at" a venue is not in it."""
    known = re.sub(r"[*?\[]", "?", words.lower())
    named = f"*[^a-z]{known}[^a-z]*"
    sql = """
        SELECT coalesce(p.merged_into, p.id) FROM papers AS p
        WHERE p.id NOT IN (SELECT paper FROM fields WHERE field = 'venue') AND (
            p.comment != '' AND ' ' || lower(p.comment) || ' ' GLOB ?1
            AND lower(p.comment) NOT GLOB ?2 AND lower(p.comment) NOT GLOB ?3
            OR p.id IN (SELECT paper FROM identifiers
                        WHERE (id LIKE 'acl:%' OR id LIKE 'doi:%') AND lower(id) || ' ' GLOB ?1))"""
    return _rows(db, sql, [named, f"*submitted*{known}*", f"*under review*{known}*"])


def rows_in_folder(db: Database, folder: str) -> set[int]:
    """Select the papers that are filed in a folder or below it; folder: its whole path."""
    sql = """
        SELECT f.paper FROM filings AS f WHERE (f.topic = ? OR instr(f.topic, ? || '/') = 1)
          AND f.id = (SELECT max(id) FROM filings WHERE paper = f.paper)"""
    return _rows(db, sql, [folder, folder])


def joined_rows(db: Database) -> set[int]:
    """Select the copies that were merged into other papers."""
    return _rows(db, "SELECT id FROM papers WHERE merged_into IS NOT NULL", [])


def every_row(db: Database) -> set[int]:
    """Select all papers, merged copies too."""
    return _rows(db, "SELECT id FROM papers", [])


def n_rows(db: Database) -> int:
    """Count all papers, merged copies too."""
    return db.number("SELECT count(*) FROM papers")


def _rows(db: Database, sql: str, values: Sequence[object]) -> set[int]:
    # As one JSON text, since a hundred thousand rows of one number take five times as long.
    sql = f"WITH found(row) AS ({sql}) SELECT json_group_array(row) AS rows FROM found"  # noqa: S608
    return set(json.loads(db.read(sql, values)[0]["rows"]))


def last_rows(
    db: Database, *, limit: int, before: int, after: int, without: Collection[int]
) -> list[int]:
    """Select a page of papers, the highest row first, without some.

    before, after: only papers below this row, or the next ones above it; 0 for no such limit.
    """
    # Above a row the next ones come first in ascending order; they are reversed below.
    order = "ASC" if after else "DESC"
    rows = db.read(
        f"""
        SELECT id FROM papers WHERE id > ? AND id < ?
          AND id NOT IN (SELECT value FROM json_each(?)) ORDER BY id {order} LIMIT ?
        """,  # noqa: S608  a constant of this function
        (after, before or LAST_ROW, json.dumps(list(without)), limit),
    )
    found = [r["id"] for r in rows]
    return found[::-1] if after else found


_ORDER_SQL = {"title": "p.fold", "year": "coalesce(p.published_on, p.announced_on)"}


def ordered_rows(
    db: Database,
    by: str,
    *,
    limit: int,
    before: int,
    after: int,
    some: Collection[int] | None,
    without: Collection[int],
) -> list[int]:
    """Select a page of papers by title, or by year, the newest first.

    before, after: as in `last_rows`. some: only these papers, None for all.
    """
    key, is_ascending = _ORDER_SQL[by], (by == "title") != bool(after)
    way, than = ("ASC", ">") if is_ascending else ("DESC", "<")
    cursor = f"""(coalesce({key}, ''), p.id) {than}
        (SELECT coalesce({key}, ''), p.id FROM papers AS p WHERE p.id = ?)"""  # noqa: S608
    # The plus keeps SQLite from looking up each of `some` and sorting them: it goes along the
    # index of the key until the page is full.
    rows = db.read(
        f"""
        SELECT p.id FROM papers AS p WHERE {cursor if before or after else "?"}
          AND p.id NOT IN (SELECT value FROM json_each(?))
          {"" if some is None else "AND +p.id IN (SELECT value FROM json_each(?))"}
        ORDER BY {key} {way}, p.id {way} LIMIT ?
        """,  # noqa: S608  constants of this function
        (
            before or after or 1,
            json.dumps(list(without)),
            *([] if some is None else [json.dumps(list(some))]),
            limit,
        ),
    )
    found = [r["id"] for r in rows]
    return found[::-1] if after else found


def ratings(db: Database) -> dict[int, int]:
    """Load the ratings: paper → 1 to 5, of those that have one."""
    sql = LAST_SQL.format(kind="rating")
    rows = db.read(f"SELECT paper, value FROM ({sql}) WHERE value != ''")  # noqa: S608  a constant
    return {r["paper"]: int(r["value"]) for r in rows}


def talk(db: Database) -> dict[int, int]:
    """Count the posts about each paper that has any: paper → number."""
    return db.pairs(
        """
        SELECT coalesce(p.merged_into, p.id) AS paper, sum(m.n) AS n
        FROM (SELECT identifier, count(*) AS n FROM mentions GROUP BY identifier) AS m
        CROSS JOIN identifiers AS i ON i.id = m.identifier
        CROSS JOIN papers AS p ON p.id = i.paper GROUP BY 1
        """
    )


def years(db: Database) -> tuple[int, int] | None:
    """Get the first and the last year of the papers; None without any."""
    row = db.read_one(
        """
        SELECT min(coalesce(published_on, announced_on)) AS first,
            (SELECT max(coalesce(published_on, announced_on)) FROM papers) AS last FROM papers
        """
    )
    return (int(row["first"][:4]), int(row["last"][:4])) if row and row["first"] else None


def texts_of_day(db: Database, day: date) -> list[int]:
    """Select the texts (rows) of the papers that arrived on a day."""
    return db.column(
        """
        SELECT t.id FROM papers AS p
        CROSS JOIN idx.texts AS t ON t.paper = p.id AND t.kind = 'paper'
        WHERE p.arrived_on = ?
        """,
        (day.isoformat(),),
    )


def titles_of_day(
    db: Database, wanted: Conditions | None, day: date, texts: Sequence[int] | None
) -> list[tuple[str, str]]:
    """Select (id, title) of the papers that sources brought on a day and that fit.

    wanted: None for all. texts: only papers with one of these texts, None for all.
    """
    of_texts = "p.id IN (SELECT paper FROM idx.texts WHERE id IN (SELECT value FROM json_each(?)))"
    rows = db.read(
        f"""
        SELECT p.canonical, p.title FROM {wanted.tables if wanted else "papers AS p"}
        WHERE p.arrived_on = ? AND {BROUGHT_SQL}
          AND {UNMERGED_SQL if wanted is None else wanted.sql}
          AND {"1" if texts is None else of_texts}
        ORDER BY p.id
        """,  # noqa: S608  constants of this function and above
        (
            day.isoformat(),
            *(() if wanted is None else wanted.values),
            *(() if texts is None else (json.dumps(list(texts)),)),
        ),
    )
    return [(r["canonical"], r["title"]) for r in rows]


def _piece(
    one: Filter, kind: Kind, names: dict[Filter, Names], gone: Collection[int], zone: tzinfo
) -> tuple[str, list[object]]:
    """Get the key in `_SQL` of a filter, and the values of its SQL."""
    if one.name == "topic":
        return "topic", [one.value.lower()]
    if one.name == "tag":
        folds = json.dumps({name: tag_fold(name) for name in names[one].printed or ()})
        return "tag", [folds, folds]
    if one.name == "rating":
        # One digit each, so that they compare as texts; "" is none.
        first, last = one.ratings or (0, 0)
        return ("rating", [str(first), str(last)]) if first else ("rating none", [])
    if one.name == "priority":
        is_set = one.value != "normal"
        return ("priority", [one.value]) if is_set else ("priority normal", [])
    if one.name == "author":
        author = names[one]
        printed = None if author.printed is None else json.dumps(sorted(author.printed))
        return "author", [json.dumps(sorted(author.folds)), printed, printed]
    if one.name in ("venue", "cites"):
        return one.name, [json.dumps(list(names[one].papers))]
    if one.name == "has":
        return f"has {one.value}", [json.dumps(list(gone))] if one.value == "pdf" else []
    if one.name == "state":
        is_decided = one.value in ("pick", "skip")
        return f"state {one.value}", [one.value] if is_decided else []
    first_on, last_on = one.days or (date.min, date.max)
    if one.name == "on" and kind == "highlight":
        return "highlight on", [_begin(first_on, zone), _begin(last_on, zone, days=1)]
    key = "note on" if one.name == "on" and kind == "note" else one.name
    return key, [first_on.isoformat(), last_on.isoformat()]


def _begin(day: date, zone: tzinfo, *, days: int = 0) -> str:
    """Compute the moment at which a day begins, as rows keep moments: ISO text in UTC."""
    try:
        moment = datetime.combine(day + timedelta(days=days), time(), zone).astimezone(UTC)
    except OverflowError:  # the year 9999
        return day.isoformat()
    return moment.isoformat()
