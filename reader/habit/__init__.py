"""Bring notes back, look back on weeks and days, and share papers."""
