"""Do what the person asks of a library: the use cases.

    place     find where a library is, and its language
    folder    open a library, make a new one
    choose    find the paper that is meant; pick, skip, undo
    morning   today's lists
    writing   notes, and their Markdown files
    finding   search
    filing    where papers are filed: said, suggested, whole topics moved
    moving    files brought into the folders of their topics
    strays    PDFs that a hand moved, found again
    joining   copies of one paper joined and parted
    following people added to feeds.toml
    recall    which notes come back, and how they were remembered
    alike     what was chosen that has the same telling words
    balance   how the own themes stand to each other
    week      the look-back on a week
    stats     days counted
    share     what is sent to others

Each is given its adapters; none knows a terminal or a page.
"""
