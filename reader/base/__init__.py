"""Text, messages, errors and HTTP: what every room uses and what knows no paper."""

import sys

# What two libraries load where they find it, and nothing here uses. httpx has a command of its own,
# which loads rich: a third of the time. PyMuPDF has a layout model and a Markdown writer, which
# load numpy and onnxruntime: without them it takes .1 s and not .5.
for _name in ("httpx._main", "pymupdf.layout", "pymupdf4llm"):
    sys.modules.setdefault(_name, None)  # type: ignore[arg-type]
