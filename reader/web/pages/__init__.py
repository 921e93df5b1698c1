"""The pages, a module for each subject with its ROUTES; the first route that fits answers."""

from reader.web.pages import habit, more, mute, note, paper, papers, pdf, search, today, trash, work

ROUTES = [
    *today.ROUTES,
    *more.ROUTES,
    *note.ROUTES,
    *search.ROUTES,
    *habit.ROUTES,
    *paper.ROUTES,
    *papers.ROUTES,
    *pdf.ROUTES,
    *trash.ROUTES,
    *mute.ROUTES,
    *work.ROUTES,
]
