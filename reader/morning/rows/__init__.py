"""What a list showed: the only place here with SQL."""
