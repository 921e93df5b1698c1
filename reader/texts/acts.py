"""Write what a past act did, for commands and pages."""

from __future__ import annotations

from reader.base.messages import N_, _
from reader.library.file_names import folder_name
from reader.morning.undo import ActKind, PastAct

UNDONE: dict[ActKind, str] = {
    "pick": N_("pick"),
    "skip": N_("skip"),
    "drop": N_("drop"),
    "later": N_("put off"),
    "topic": N_("topic"),
    "file": N_("filing"),
    "remove": N_("removal"),
    "merge": N_("merge"),
    "split": N_("split"),
    "restore": N_("restore"),
    "import": N_("import"),
}
"""What was taken back of a paper."""

_DONE: dict[ActKind, str] = {
    "pick": N_("Picked: {title}"),
    "skip": N_("Skipped: {title}"),
    "later": N_("Put off: {title}"),
    "topic": N_("Told the topic: {title}"),
    "file": N_("Filed under {topic}: {title}"),
    "remove": N_("Removed: {title}"),
    "merge": N_("Merged: {title}"),
    "split": N_("Split: {title}"),
    "restore": N_("Restored: {title}"),
    "import": N_("Imported: {title}"),
}


def act_text(act: PastAct) -> str:
    """Write an act in a sentence, with the title of its first paper and how many more there are."""
    title = act.source or act.several[0].paper.title
    said = _(_DONE[act.kind], title=title, topic=folder_name(act.topic))
    if more := len(act.several) - 1:
        said = _("{what} (and {n} more)", what=said, n=more)
    return said
