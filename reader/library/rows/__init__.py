"""The tables of papers and decisions: the only place here with SQL."""
