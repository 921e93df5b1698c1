"""Show the morning as pages: server-rendered, complete without JavaScript.

    server    opens a port and serves until it is ended; authority: its certificate
    gate      checks each request before a page sees it; sessions: the signed-in devices
    pool      open libraries, one for each request at a time
    visit     one request, with what a page may use
    render    templates to HTML, in the language of the reader
    app       the application made from these parts

    pages/    one module for each subject: calls a use case, fills a template

No rule and no SQL stands here: the command line can do all that a page does.
"""
