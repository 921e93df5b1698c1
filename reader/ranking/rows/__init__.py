"""What a person said of topics, models and ranks: the only place here with SQL."""
