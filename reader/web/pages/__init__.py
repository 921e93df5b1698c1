"""The pages, a module for each subject with its ROUTES; the first route that fits answers."""

from reader.web.pages import (
    habit,
    marks,
    more,
    note,
    palette,
    paper,
    papers,
    pdf,
    reading,
    reflow,
    removal,
    search,
    several,
    today,
    work,
)

ROUTES = [
    *today.ROUTES,
    *more.ROUTES,
    *note.ROUTES,
    *search.ROUTES,
    *habit.ROUTES,
    *paper.ROUTES,
    *papers.ROUTES,
    *reading.ROUTES,
    *marks.ROUTES,
    *reflow.ROUTES,
    *pdf.ROUTES,
    *removal.ROUTES,
    *several.ROUTES,
    *palette.ROUTES,
    *work.ROUTES,
]
