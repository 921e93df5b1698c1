"""Layout 19: which notes were here when a version of a paper came."""

from __future__ import annotations

STEP: tuple[str, list[str]] = (
    "m019_versions",
    # Null of what came before: which of a day's notes came first is not known of it.
    ["ALTER TABLE versions ADD COLUMN after_note INTEGER"],
)
