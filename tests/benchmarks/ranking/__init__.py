"""Replay real mornings through the shipped ranking, and beside it the peers' recipes.

python -m tests.benchmarks.ranking [--data DIR] [--json] [--quick] [--only SUBJECT]

mornings  papers, days, labels
"""
