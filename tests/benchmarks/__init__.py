"""Measure what the design promises, and say where a bar is missed.

    python -m tests.benchmarks              every subject
    python -m tests.benchmarks.speed        start-up, a day, today, search, pick, note
    python -m tests.benchmarks.collect      200 feeds, a large day, a gap of 60 days, growth

Each takes --data DIR, --json and --quick; exit code 1 when a bar is missed, 2 when the
data is not there. What is built for it is kept in the user's cache folder.
"""
