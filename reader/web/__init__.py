"""Show the morning as pages: server-rendered, complete without JavaScript.

    server    a port, until somebody ends it; authority: its certificate
    gate      who may ask, and how much; sessions: the devices that were let in
    pool      open libraries, one for each request at a time
    visit     one request, with what a page may use
    render    templates to HTML, in the language of the reader
    app       all of it put together

    pages/    one module for each subject: asks a use case, fills a template

No decision is made here and no SQL written: what a page does, the command line can do.
"""
