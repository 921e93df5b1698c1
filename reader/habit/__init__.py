"""Recall, the week, statistics, sharing."""
