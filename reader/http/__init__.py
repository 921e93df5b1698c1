"""Ask web servers politely: the one client under all sources.

`client` is what is asked and how often, `transport` where a connection may lead and how
long it may take, `failures` the sentence for what went wrong. Nothing here knows what the
bytes mean.
"""

from reader.http.client import Client

__all__ = ["Client"]
