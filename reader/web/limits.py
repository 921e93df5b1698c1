"""Name how much a request may send."""

from __future__ import annotations

MAX_BODY = 1024 * 1024
"""Bytes of a form."""

MAX_NOTE = 3 * MAX_BODY
"""Bytes of a form with a note: a form writes each byte that is not ASCII as three, so that a
Japanese note as large as notes may be (`note.MAX_BYTES`) fits."""

MAX_UPLOAD = 300 * 1024 * 1024
"""Bytes of a marked PDF that is handed back."""
