"""Hold the pages, a module for each subject with its ROUTES; the first route that fits answers."""

from reader.web.pages import today

PAGES = (today,)
