"""C2, C core and the curated lists as on mornings whose papers were encoded.

    python -m tests.benchmarks.ranking --only joined

What `own` and `curated` measure is the list before any vector is there; this is the list that
`gather` leaves: whole days are encoded, since nearness is counted among all papers of a day.
"""

from __future__ import annotations

from functools import partial

from reader.library.config import Config
from tests.benchmarks.frame import Options, Result
from tests.benchmarks.ranking import curated, lane, own
from tests.benchmarks.ranking import mornings as data
from tests.benchmarks.ranking.near import Near, vectors_of
from tests.benchmarks.ranking.report import Floors, figures, nothing, those_there
from tests.benchmarks.ranking.shipped import Shipped
from tests.benchmarks.ranking.tasks import answers, lead, mean_precision
from tests.benchmarks.search.encoding import Installed, Model, Remembered

NAME = "C2, vectors joined"


def measure(options: Options, model: Model | None = None) -> list[Result]:
    if options.is_quick:
        return [nothing(NAME, "the smallest day takes half a minute to encode")]
    mornings = data.load(options.data, options.cache)
    kept = Remembered(model or Installed(Config(topics=()).encoder), options.cache / "ranking")
    shipped = Shipped.over(mornings, Near(vectors_of(mornings, kept), kept))
    core, lists = "C core, vectors joined", "C curated, vectors joined"
    parts = (
        partial(_judged, options, shipped),
        partial(own.core, options, shipped, own.Plan(), name=core),
        partial(curated.measured, options, shipped, curated.Plan(), name=lists),
    )
    return those_there("joined", parts)


def _judged(options: Options, shipped: Shipped) -> list[Result]:
    mornings = shipped.mornings
    tasks = own.tasks_of(options, mornings, own.Plan())
    ranked = [task for task in tasks if task.wanted]
    if not ranked:
        return [nothing(NAME, "no judged day has a wanted paper")]
    joined, by_words = answers(ranked, shipped), answers(ranked, Shipped.over(mornings))
    _, low, high = (100 * x for x in lead(joined, by_words))
    note = f"by words alone {100 * mean_precision(by_words):.1f}; {low:+.1f} to {high:+.1f}"
    return [
        *figures(options, NAME, joined, {}, floors=Floors(92.0), note=note),
        *lane.judged_days(options, shipped, tasks, name=NAME),
    ]
