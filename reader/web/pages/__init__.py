"""Hold the pages, a module for each subject with its ROUTES; the first route that fits answers."""

from reader.web.pages import decisions, door, habit, note, paper, papers, pdf, search, today, work

ROUTES = [
    *today.ROUTES,
    *decisions.TRIAGE_ROUTES,
    *decisions.ROUTES,
    *decisions.QUEUE_ROUTES,
    *door.MORE_ROUTES,
    *door.ROUTES,
    *work.OFFLINE_ROUTES,
    *note.REVISION_ROUTES,
    *note.ROUTES,
    *search.ROUTES,
    *habit.RECALL_ROUTES,
    *habit.ROUTES,
    *search.SHARE_ROUTES,
    *paper.ROUTES,
    *papers.ROUTES,
    *pdf.ROUTES,
    *work.ROUTES,
]
