"""Hold the catalogue in Japanese: the same subjects and keys as the English modules above."""

from __future__ import annotations

from reader.phrases import ENGLISH
from reader.phrases.japanese import (
    adding,
    commands,
    habit,
    notes,
    pages,
    papers,
    ranking,
    screen,
    today,
    web,
    web_door,
    web_morning,
    web_offline,
    web_paper,
    web_words,
    writing,
)

SUBJECTS = (
    adding.TEXTS,
    commands.TEXTS,
    habit.TEXTS,
    notes.TEXTS,
    pages.TEXTS,
    papers.TEXTS,
    ranking.TEXTS,
    screen.TEXTS,
    today.TEXTS,
    web.TEXTS,
    web_door.TEXTS,
    web_morning.TEXTS,
    web_offline.TEXTS,
    web_paper.TEXTS,
    web_words.TEXTS,
    writing.TEXTS,
)
# Until Japanese has all, English stands in for what it lacks.
JAPANESE: dict[str, str] = ENGLISH | {
    key: text for texts in SUBJECTS for key, text in texts.items()
}
