"""Check that a path or bytes may be a PDF, and say in words why one cannot be read.

Knows no PyMuPDF: nothing here opens a file.
"""

from __future__ import annotations

import os
import re
import stat
from pathlib import Path

from reader.base.errors import PdfError
from reader.base.messages import N_, Text, lazy_gettext, lazy_ngettext

_HTML = re.compile(
    rb"\s*(?:\xef\xbb\xbf)?\s*<(?:!doctype\s+html|html|head|\?xml|!--)", re.IGNORECASE
)
_REASONS = {
    "encrypted": N_("is encrypted and needs a password"),
    "not a pdf": N_("is not a PDF"),
    "broken": N_("is damaged and cannot be opened"),
    "no page": N_("has no readable page"),
    "past the end": N_("has no page {why}"),
    "no file": N_("cannot be read ({why})"),
    "empty": N_("is empty (0 bytes)"),
    "folder": N_("is a folder, not a PDF"),
    "device": N_("is not a regular file, but a pipe or a device"),
    "time": N_("took more than {why}"),
    "memory": N_("took too much memory to read"),
    "bomb": N_("unpacks to more than {why} MB, hundreds of times its size; reading was stopped"),
    "crash": N_("crashed the PDF reader"),
    "start": N_("could not be read: the PDF reader did not start"),
}
_REMEDIES = {
    "encrypted": N_("Save a copy without a password, and add that one."),
    "not a pdf": N_("It may be a web page saved under that name: fetch it again."),
    "broken": N_("Fetch it again, or try another program."),
    "no page": N_("Fetch it again, or try another program."),
    "past the end": N_("Look at an earlier page."),
    "no file": N_("Check that the file is still there, and that you may read it."),
    "empty": N_("Fetch it again."),
    "folder": N_("Name the PDF in it."),
    "device": N_("Name a PDF."),
    "time": N_("The other files were read."),
    "memory": N_("The other files were read."),
    "bomb": N_("The file may be an attack. Check where it came from."),
    "crash": N_("Fetch it again, or try another program."),
    "start": N_("Is the machine very busy? Try again."),
}
"""The kinds of errors, each with the key of its hint."""


def check_pdf(content: bytes, *, name: str = "the download") -> None:
    """Raise PdfError unless bytes look as a whole PDF; they are not opened.

    A PDF with neither "%%EOF" nor "startxref" in its last 64 kB was cut off. name: for the error.
    """
    if not content:
        raise pdf_error(name, "empty")
    if _HTML.match(content[:1024]):
        raise PdfError(
            file=name,
            what=lazy_gettext("is a web page, not a PDF"),
            hint=lazy_gettext("The address may ask for a login: open it in a browser."),
        )
    if b"%PDF-" not in content[:1024]:
        raise pdf_error(name, "not a pdf")
    # Not at the very end only, since servers and mailers append bytes.
    tail = content[-65536:]
    if b"%%EOF" not in tail and b"startxref" not in tail:
        what = lazy_ngettext(
            "is cut off: its end is missing (received {n} byte)",
            "is cut off: its end is missing (received {n} bytes)",
            len(content),
        )
        raise PdfError(file=name, what=what, hint=lazy_gettext("Fetch it again."))


def check_file(path: Path) -> None:
    """Raise PdfError unless a path leads to a file with content.

    It is not opened, since opening a named pipe would block.
    """
    try:
        found = os.stat(path)
    except (OSError, ValueError) as error:
        if isinstance(error, FileNotFoundError):
            why: Text = lazy_gettext("no such file")
        else:
            why = getattr(error, "strerror", None) or lazy_gettext("no such name")
        raise pdf_error(path, "no file", why) from None
    if not stat.S_ISREG(found.st_mode):
        raise pdf_error(path, "folder" if stat.S_ISDIR(found.st_mode) else "device")
    if not found.st_size:
        raise pdf_error(path, "empty")


def pdf_error(path: Path | str, kind: str, why: Text = "") -> PdfError:
    """Make the error of a file. kind: one of `Unreadable`; why: what its words leave open."""
    values = {"why": why} if why else {}
    what, hint = lazy_gettext(_REASONS[kind], **values), lazy_gettext(_REMEDIES[kind])
    return PdfError(file=shown(path), what=what, hint=hint, kind=kind)


def shown(path: Path | str) -> str:
    """Write a path as text that can be printed, whatever bytes it has."""
    text = os.fsencode(path).decode(errors="backslashreplace")
    return "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)
