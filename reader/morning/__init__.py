"""The day's list and queue, deciding, and the use cases that touch several rooms."""
