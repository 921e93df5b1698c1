"""Try to lose what a person made, and count: tried, lost. The bar is always 0.

    python -m tests.benchmarks.trust [--json] [--quick] [--only SUBJECT]

    kills      SIGKILL at random moments
    cuts       power cuts: what was not synced is dropped, torn or reordered
    saves      a person saves notes and feeds.toml while the program replaces them
    disks      full, nearly full, read-only
    clocks     wrong by days or decades
    archives   backup and restore of 1 and 5 GB
    indexing   workers, scheduler, client, PostgreSQL and its primary killed amid indexing
    year       a simulated year of mornings: what grows

`--quick`, as CI runs it, tries a tenth.
"""

from tests.benchmarks.frame import Subject
from tests.benchmarks.trust import archives, clocks, cuts, disks, indexing, kills, saves, year

SUBJECTS = (
    Subject("kills", kills.measure),
    Subject("cuts", cuts.measure),
    Subject("saves", saves.measure),
    Subject("disks", disks.measure),
    Subject("clocks", clocks.measure),
    Subject("archives", archives.measure),
    Subject("indexing", indexing.measure),
    Subject("year", year.measure),
)
