"""Ask the sources, count what they gave, and find which papers posts mean."""
