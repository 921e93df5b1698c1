"""Keep fitted models as the text that they were written to. Derived: fitted again from acts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from reader.store.database import Database

TALK = "talk"
"""The name of the forecast's numbers; a topic's model is named by its path, which has no blank
before it: `topic speech/translation`."""


@dataclass(frozen=True, slots=True)
class Stored:
    """A model's text, and the name of what it was fitted on."""

    name: str
    fitted_on: str
    text: str


def topic_name(path: str) -> str:
    """Name a topic's model."""
    return f"topic {path}"


def stored(db: Database) -> dict[str, Stored]:
    """Give all models, by name."""
    rows = db.read("SELECT name, fitted_on, text FROM idx.models ORDER BY name")
    return {r["name"]: Stored(r["name"], r["fitted_on"], r["text"]) for r in rows}


def text_of(db: Database, name: str) -> str:
    """Give one model's text, empty where it was never fitted."""
    row = db.read_one("SELECT text FROM idx.models WHERE name = ?", (name,))
    return str(row["text"]) if row else ""


def fingerprints(db: Database) -> dict[str, str]:
    """Give what each model was fitted on, by name, without reading the models."""
    rows = db.read("SELECT name, fitted_on FROM idx.models ORDER BY name")
    return {r["name"]: r["fitted_on"] for r in rows}


def keep(db: Database, models: Iterable[Stored], *, gone: Iterable[str] = ()) -> None:
    """Keep models in place of their earlier ones, and drop some, in one transaction."""
    with db.writing():
        db.execute_many(
            "INSERT OR REPLACE INTO idx.models (name, fitted_on, text) VALUES (?, ?, ?)",
            [(m.name, m.fitted_on, m.text) for m in models],
        )
        db.execute_many("DELETE FROM idx.models WHERE name = ?", [(name,) for name in gone])
