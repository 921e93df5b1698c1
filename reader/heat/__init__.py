"""Say how much a paper is talked about, and how much it will be: pure sums of terms.

`heat` counts what was said, `forecast` foretells it on the morning itself, `near_score` and
`wild_score` put a paper of the near lane in its place. Knows neither where talk comes from
nor where it is kept; `Coefficients` are plain numbers that others fit.
"""

from __future__ import annotations

from reader.heat.coefficients import Coefficients
from reader.heat.forecast import Example, Facts, facts_of, forecast
from reader.heat.lanes import (
    CATCH_DAYS,
    N_FORETOLD,
    caught,
    closeness_of,
    is_hot,
    is_likely,
    near_score,
    wild_score,
)
from reader.heat.place import Place, places
from reader.heat.record import Record, author_key, records_of
from reader.heat.said import Talk, Voice, heat, talk_of
from reader.heat.text import buckets

__all__ = [
    "CATCH_DAYS",
    "N_FORETOLD",
    "Coefficients",
    "Example",
    "Facts",
    "Place",
    "Record",
    "Talk",
    "Voice",
    "author_key",
    "buckets",
    "caught",
    "closeness_of",
    "facts_of",
    "forecast",
    "heat",
    "is_hot",
    "is_likely",
    "near_score",
    "places",
    "records_of",
    "talk_of",
    "wild_score",
]
