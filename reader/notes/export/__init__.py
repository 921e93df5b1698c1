"""Bring notes/ up to date, and read in what a hand changed there."""
