"""Keep notes in own words: drafts, revisions, the check, links, Markdown both ways.

Bring them back, look back on weeks and days, and share papers.
"""
