"""Replay real mornings through the shipped ranking, and beside it the peers' recipes.

    python -m tests.benchmarks.ranking [--data DIR] [--json] [--quick] [--only SUBJECT]

    mornings  papers, days, labels
    tasks     a day to rank and what was known before it; answers, means, bootstrap
    shipped   the program's own ranking; peers: theirs, each in some thirty lines
    own       a person's two themes on judged days, with the lane's own cut (lane)
    first     the own lane of a new library, surely mine and maybe
    used      the own lane from the first morning on, with its decisions
    curated   what curated lists took
    picks     readers' own picks
    themes    other themes than speech, known by words and twenty papers
    dense     the peers' dense recipes, on drawn days
    joined    the two themes on whole judged days, vectors joined (near)
    speed     a large day ranked, a topic fitted after many decisions
    talk      who is talked about: foretold in the morning, caught within days

Figures are held in docs/ranking.md.
"""

from tests.benchmarks.frame import Subject
from tests.benchmarks.ranking import (
    curated,
    dense,
    first,
    joined,
    own,
    picks,
    speed,
    talk,
    themes,
    used,
)

SUBJECTS = (
    Subject("own", own.measure),
    Subject("first", first.measure),
    Subject("used", used.measure),
    Subject("curated", curated.measure),
    Subject("picks", picks.measure),
    Subject("themes", themes.measure),
    talk.SUBJECT,
    Subject("dense", dense.measure),
    Subject("joined", joined.measure),
    Subject("ranking_speed", speed.measure),
)
