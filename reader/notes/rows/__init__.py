"""The tables of notes and exports: the only place here with SQL."""
