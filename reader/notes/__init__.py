"""Notes in the own words: drafts, revisions, the check, links, Markdown both ways."""
