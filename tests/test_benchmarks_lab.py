"""The benchmark of a lab's pages: nobody sees another's words, and no note is lost."""

from __future__ import annotations

from tests.benchmarks.lab import Plan, measure
from tests.postgres import needs_postgres

pytestmark = needs_postgres


def test_readers_of_a_lab_get_their_own_words_and_lose_no_note() -> None:
    # More readers than libraries stay open, and no pauses.
    results = measure(Plan(readers=18, for_s=5.0, pause_s=(0.0, 0.1)))
    counts = {one.name.partition(": ")[2]: one for one in results}
    for name in ("errors", "notes lost", "words of others seen"):
        assert counts[name].value == 0, counts[name].note
    assert counts["notes lost"].note != "of 0"
