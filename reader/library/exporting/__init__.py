"""Bring notes/ up to date, and read in what a hand changed there.

asked     an export whole or of some papers, by itself after a note, edits alone
run       its steps
outcome   what it did, and what stood in its way
files     what lies in notes/ and whose it is; places: where a file goes
finding   what a hand moved, renamed, copied; adopting: a file that becomes a note
reading   what a hand wrote, as revisions
sheets    what a paper's file says; links: who links to it; pages: of topics and weeks
putting   writing so that a kill leaves no doubt
"""

from reader.library.exporting.asked import export, export_quietly, find_moved_notes, read_edits
from reader.library.exporting.outcome import Exported

__all__ = ["Exported", "export", "export_quietly", "find_moved_notes", "read_edits"]
