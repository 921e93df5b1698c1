"""Bring the pages to a port: names, sockets, certificates, and the server's life.

    reach       under which names and addresses this machine is reached
    sockets     a port to listen on, or why there is none
    tls         a certificate that the person has
    authority   a certificate authority of this machine's own, for HTTPS at home
    server      uvicorn, with patience for slow clients and an end that loses nothing

Knows no page. What cannot be done is a UsageError with its remedy.
"""
