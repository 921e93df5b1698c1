"""Try to lose what a person made, and count: tried, lost. The bar is always 0.

    python -m tests.benchmarks.trust [--json] [--quick] [--only SUBJECT]

    kills      SIGKILL at random moments
    cuts       power cuts: what was not synced is dropped, torn or reordered

`--quick`, as CI runs it, tries a tenth.
"""

from tests.benchmarks.frame import Subject
from tests.benchmarks.trust import cuts, kills

SUBJECTS = (
    Subject("kills", kills.measure),
    Subject("cuts", cuts.measure),
)
