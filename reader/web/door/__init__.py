"""Guard the pages: who may ask, from where, how much, and what every answer carries."""
