"""The tables of reviews and days: the only place here with SQL."""
