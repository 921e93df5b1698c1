"""Read papers every morning, and remember them in your own words."""

__version__ = "0.4.0"
