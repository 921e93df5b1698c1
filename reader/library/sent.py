"""One act that a browser sent, perhaps again: a value that an open library carries."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from reader.paper import Held


@dataclass(slots=True)
class Sent:
    """What is being done, and what became of it meanwhile.

    act: its id. made_at, arrived_at: aware, UTC; not the same where it was made offline.
    meant_at: when it was really made, where that is too far back for it to count for then.
    is_kept: its arrival is noted down in a transaction of this request.
    overtaken: papers on which something was decided later than this, which stands.
    beside: papers whose note got another revision meanwhile: the words of both are kept.
    """

    act: str
    made_at: datetime
    arrived_at: datetime
    meant_at: datetime | None = None
    is_kept: bool = False
    overtaken: list[Held] = field(default_factory=list)
    beside: list[Held] = field(default_factory=list)

    @property
    def is_late(self) -> bool:
        """It was made some time before it arrived."""
        return self.made_at < self.arrived_at
