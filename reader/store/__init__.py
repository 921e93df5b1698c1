"""Keep a library's rows: the only place with SQL in it.

    database   opens reader.db and index.db, and turns SQLite's errors into ours
    schema     the tables, as numbered migrations
    papers     papers and their identifiers
    authors    who wrote them, and whose papers are followed
    versions   their later versions, and what each changed
    copies     which rows may be one paper
    merges     rows joined and parted, and what is asked about
    posts      posts and the mentions in them
    sources    sources, batches, failures
    decisions  picks, skips, undos, filings
    lessons    what `teach` was told
    labels     all of it as events to learn from: only what stands
    shown      what a day's list showed, and where
    history    what stood on the screen about a paper, kept with each decision
    filings    where everything of a paper lies
    notes      notes, revision upon revision
    exports    what was last written to each Markdown file; page_entries, backlinks: what
               pages and files say of other papers
    reviews    how well notes were remembered
    days       what days were like: noted, decided, talked about
    pdfs       where each PDF lies
    index      texts, full text and vectors: index.db, derived
    pictures   which PDFs had their pictures taken: index.db, derived
    standings  how papers stand to topics: index.db, derived
    models     what was learned, and from what: index.db, derived
    talk       votes, busy authors, and what authors' earlier papers came to

Functions on an open `Database`. Rows become values here and nowhere else.
"""
