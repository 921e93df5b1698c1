"""Hold the pages, a module for each subject with its ROUTES; the first route that fits answers."""

from reader.web.pages import (
    decisions,
    door,
    looking_back,
    more,
    note,
    offline,
    paper,
    papers,
    pdf,
    recall,
    revisions,
    search,
    share,
    today,
    triage,
    work,
)

PAGES = (
    today,
    triage,
    decisions,
    more,
    door,
    offline,
    revisions,
    note,
    search,
    recall,
    looking_back,
    share,
    paper,
    papers,
    pdf,
    work,
)
