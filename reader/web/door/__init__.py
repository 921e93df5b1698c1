"""Guard the pages: who may ask, from where, how much, and what every answer carries.

    served      under which names the pages are reached, and what that demands (pure)
    devices     what a device is called (pure)
    codes       one-time codes that let a device in
    throttle    failed codes slow down who guesses (pure but for its memory)
    sessions    devices that are let in, kept hashed in a file that only the person reads
    headers     what a browser is told with every answer
    bodies      how large and how slow a request may be
    gate        all of it in front of the pages, as ASGI middleware
    door        these together, for one server

Nothing here knows a page or a paper.
"""

from reader.web.door.door import Door
from reader.web.door.served import Served

__all__ = ["Door", "Served"]
