"""Measure the reading of PDFs: right, safe, fast.

    python -m tests.benchmarks.pdfs [--data DIR] [--json] [--quick] [--only SUBJECT]

    truth       what people say of the PDFs in the data
    compare     words, names and orders held against each other (pure)
    score       one Document against its truth (pure)
    columns     what the page itself says about the order of its lines
    recognised  whether a PDF is taken for its own paper, and never for another
    quality     all of the PDFs: titles, authors, ids, headings, references, …
    marks       what readers marked in them
    flow        citations against the PDFs' own links; the text in one column
    hostile     broken, locked, endless and false PDFs
    speed       time against PyMuPDF's own, two workers, memory
    bulk        a folder added, killed, and added again

What is timed or may take all memory runs in a process of its own: `hostile_run`,
`timing_run` and `pool_run`, which know the installed reader and nothing of the above.
"""

from tests.benchmarks.frame import Subject
from tests.benchmarks.pdfs import bulk, flow, hostile, marks, quality, speed

SUBJECTS = (
    Subject("quality", quality.measure),
    Subject("marks", marks.measure),
    Subject("flow", flow.measure),
    Subject("hostile", hostile.measure),
    Subject("speed", speed.measure),
    Subject("bulk", bulk.measure),
)
