"""Keep notes in own words: drafts, revisions, the check, links, Markdown both ways."""
