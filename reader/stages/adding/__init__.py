"""Bring a person's own PDFs into the library: thousands, each once, whatever stops the run.

    walk      which files there are below what was named
    keep      one file that was read → its paper, its place, its passages, its record
    complete  what only its arXiv stamp or DOI is known of → the registry's own words
    by_id     one paper by its id, from the registry that knows it
    run       all of these for many files, read on all cores

A file's paper, PDF and record are one transaction, its bytes on the disk before that: so a
run that was killed goes on where it stopped, and nothing is there twice. Its passages are
in index.db, which a kill may leave a moment behind: the next run, or `index`, reads what
has none again.
"""

from reader.stages.adding.by_id import add_by_id
from reader.stages.adding.complete import complete
from reader.stages.adding.keep import Added
from reader.stages.adding.run import Adding, Wishes, settle
from reader.stages.adding.walk import Found, find_files

__all__ = ["Added", "Adding", "Found", "Wishes", "add_by_id", "complete", "find_files", "settle"]
