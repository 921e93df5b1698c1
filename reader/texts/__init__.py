"""Sentences that commands and pages share: what a list, a paper or an outcome is told as."""
