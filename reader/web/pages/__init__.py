"""The pages, a module for each subject with its ROUTES; the first route that fits answers."""

from reader.web.pages import (
    more,
    note,
    paper,
    papers,
    pdf,
    reading,
    search,
    today,
)

ROUTES = [
    *today.ROUTES,
    *more.ROUTES,
    *note.ROUTES,
    *search.ROUTES,
    *paper.ROUTES,
    *papers.ROUTES,
    *reading.ROUTES,
    *pdf.ROUTES,
]
