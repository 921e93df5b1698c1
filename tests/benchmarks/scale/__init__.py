"""Say what one server can bear: measured, played, and played further than measured.

    python -m tests.benchmarks.scale [--data DIR] [--json] [--quick]

    queues     requests that wait for one another, as a simulation; pure
    load       readers of one `reader serve`, measured and played

docs/scale.md has what it came to.
"""

from tests.benchmarks.frame import Subject
from tests.benchmarks.scale import load

SUBJECTS = (Subject("load", load.measure),)
